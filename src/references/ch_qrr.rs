//! Switzerland and Liechtenstein, QR reference and the ISR before it: 27 digits, not all zeros, the last by modulo 10 recursive.
//! Printed as 2 and five times 5; statements drop leading zeros.

use super::writing::{begins_word, group_ends, last_digit, printed_digits};
use super::{Framed, Scheme};
use crate::base::mod10_recursive;

/// The 27-digit reference of Swiss creditors.
pub struct SwissQrr;

const LENGTH: usize = 27;

impl Scheme for SwissQrr {
    fn countries(&self) -> &'static [&'static str] {
        &["CH", "LI"]
    }

    fn canonical(&self, text: &str) -> Option<String> {
        printed_digits(text).filter(|d| d.len() == LENGTH && d.bytes().any(|b| b != b'0'))
    }

    fn is_valid(&self, canonical: &str) -> bool {
        last_digit(canonical).is_some_and(|(head, check)| mod10_recursive(head) == Some(check))
    }

    fn labels(&self) -> &'static [&'static str] {
        &["QRR", "ESR", "BVR", "QR REFERENZ", "QR REFERENCE"]
    }

    fn framed(&self, text: &str) -> Vec<Framed> {
        let bytes = text.as_bytes();
        let (mut found, mut at) = (Vec::new(), 0);
        while at < bytes.len() {
            if !(bytes.get(at).is_some_and(u8::is_ascii_digit) && begins_word(text, at)) {
                at += 1;
                continue;
            }
            let ends = group_ends(text, at);
            let first = ends.first().copied().unwrap_or(at + 1);
            let whole = ends.iter().copied().find(|end| {
                let digits = text.get(at..*end).and_then(printed_digits).map_or(0, |d| d.len());
                digits == LENGTH
            });
            // One run of 27 digits, or the printed groups: no other numbers side by side.
            let printed = |end: usize| {
                let groups = text.get(at..end).unwrap_or("").split(|c: char| !c.is_ascii_digit());
                let long = groups.clone().count();
                long == 1 || long >= 5 && groups.map(str::len).all(|n| n <= 6)
            };
            match whole.filter(|end| printed(*end)) {
                Some(end) => {
                    found.push(Framed::one(at..end));
                    at = end;
                }
                None => at = first,
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::assert_vectors;
    use super::*;

    #[test]
    fn vectors() {
        let valid = [
            "210000000003139471430009017",
            "000000000000000000000000011",
            "000000000000000202600012349",
            "999999999999999999999999992",
            "000000000123456789012345679",
            "21 00000 00003 13947 14300 09017",
        ];
        let invalid = [
            "210000000013139471430009017",
            "000000000000000000000000101",
            "00000000000000202600012349",
            "000000000000000000000000000",
        ];
        assert_vectors(&SwissQrr, &valid, &invalid);
    }

    #[test]
    fn the_printed_groups_are_a_frame() {
        let text = "REF 21 00000 00003 13947 14300 09017 DANKE";
        assert_eq!(SwissQrr.framed(text), [Framed::one(4..36)]);
        assert!(SwissQrr.framed("2100000000 0313947143 0009017").is_empty());
    }
}
