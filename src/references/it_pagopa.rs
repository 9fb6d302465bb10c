//! Italy, pagoPA: the notice number of 18 digits, the last two of which are the first 16 modulo 93, and the IUV in it (15 or 17
//! digits); credits carry `/RFB/<IUV>/<amount>/TXT/…`, or `/RFS/` with an `RF` reference, which is ISO 11649.

use super::writing::{printed_digits, strip_zeros};
use super::{Framed, Scheme};
use std::ops::Range;

/// Notice number or IUV. Canonical: its digits.
pub struct ItalianNotice;

impl Scheme for ItalianNotice {
    fn countries(&self) -> &'static [&'static str] {
        &["IT"]
    }

    /// 18 digits; 15 or 17 only in the frame `/RFB/`, since nothing else tells them from other numbers.
    fn canonical(&self, text: &str) -> Option<String> {
        let upper = text.to_ascii_uppercase();
        if let Some(place) = iuv_places(&upper).into_iter().next() {
            return upper.get(place.digits).map(str::to_owned);
        }
        printed_digits(text).filter(|d| d.len() == 18)
    }

    fn is_valid(&self, canonical: &str) -> bool {
        if canonical.len() != 18 {
            return matches!(canonical.len(), 15 | 17);
        }
        let parts = canonical.split_at_checked(16).map(|(head, check)| (head.parse::<u64>(), check.parse::<u64>()));
        matches!(parts, Some((Ok(head), Ok(check))) if head % 93 == check)
    }

    /// The IUV inside a notice number: behind the 3 digits of auxiliary 0, behind the first digit otherwise.
    fn forms(&self, canonical: &str) -> Vec<String> {
        let iuv = match (canonical.len(), canonical.bytes().next()) {
            (18, Some(b'0')) => canonical.get(3..),
            (18, _) => canonical.get(1..),
            _ => None,
        };
        [Some(canonical), iuv]
            .into_iter()
            .flatten()
            .map(|k| strip_zeros(k).to_owned())
            .filter(|k| k.len() >= 6)
            .collect()
    }

    fn has_check(&self, canonical: &str) -> bool {
        canonical.len() == 18
    }

    fn frame_marks(&self) -> &'static [&'static str] {
        &["/R"]
    }

    fn framed(&self, text: &str) -> Vec<Framed> {
        iuv_places(text).into_iter().map(|p| Framed { start: p.start, ends: vec![p.digits.end] }).collect()
    }
}

/// A `/RFB/` with its digits and the amount behind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IuvPlace {
    pub start: usize,
    pub digits: Range<usize>,
    pub amount: Range<usize>,
}

/// The `/RFB/` of a text in capitals.
pub(super) fn iuv_places(text: &str) -> Vec<IuvPlace> {
    let mut found = Vec::new();
    for (at, tag) in text.match_indices("/RFB/") {
        let from = at + tag.len();
        let length = text.get(from..).unwrap_or("").bytes().take_while(u8::is_ascii_digit).count();
        let end = from + length;
        let rest = text.get(end..).unwrap_or("");
        let amount = rest
            .strip_prefix('/')
            .map_or(0, |r| r.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b',')).count());
        if matches!(length, 15 | 17 | 18) {
            let begin = (end + 1).min(text.len());
            found.push(IuvPlace { start: at + 1, digits: from..end, amount: begin..begin + amount });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::assert_vectors;
    use super::*;

    #[test]
    fn a_notice_number_has_its_remainder_of_93_at_the_end() {
        let head = 3_012_345_678_901_234u64;
        let good = format!("{head}{:02}", head % 93);
        let bad = format!("{head}{:02}", (head + 1) % 93);
        assert_vectors(
            &ItalianNotice,
            &[&good, "/RFB/012345678901234/100.00/TXT/A"],
            &[&bad, "012345678901234", "/RFB/12/"],
        );
        assert_eq!(ItalianNotice.forms(&good).len(), 2);
        assert_eq!(ItalianNotice.forms(&good).get(1).map(String::as_str), good.get(1..).map(strip_zeros));
    }
}
