//! Denmark, FIK and giro slips: `+71<` with 15 digits, `+75<`, `+04<` and `+15<` with 16, all with a Luhn digit at the end;
//! `+73<` and `+01<` without a number. Behind it `+`, the creditor's number and `<`, which is no reference. Numbers are padded
//! with zeros on the slip; statements drop the zeros, and often the frame.

use super::writing::{begins_word, compact, last_digit, printed_digits, strip_zeros};
use super::{Framed, Scheme};
use crate::base::luhn;
use std::ops::Range;

/// The payment line of Danish slips. Canonical: the two digits of the kind, then the padded number.
pub struct DanishFik;

/// Digits of the number of each kind.
fn width(kind: &str) -> Option<usize> {
    match kind {
        "71" => Some(15),
        "75" | "04" | "15" => Some(16),
        "73" | "01" => Some(0),
        _ => None,
    }
}

impl Scheme for DanishFik {
    fn countries(&self) -> &'static [&'static str] {
        &["DK"]
    }

    fn canonical(&self, text: &str) -> Option<String> {
        let text = text.trim();
        let (kind, number) = match text.split_once('<') {
            Some((kind, rest)) => {
                let number = rest.split(['+', '<']).next().unwrap_or("").trim();
                let digits = if number.is_empty() { String::new() } else { printed_digits(number)? };
                (kind.trim_start_matches(['+', '>', ' ']).trim().to_owned(), digits)
            }
            None => {
                let digits = printed_digits(text)?;
                let (kind, number) = match digits.len() {
                    15 => ("71", digits.as_str()),
                    16 => ("75", digits.as_str()),
                    17 | 18 => digits.split_at_checked(2).filter(|(k, n)| width(k) == Some(n.len()))?,
                    _ => return None,
                };
                (kind.to_owned(), number.to_owned())
            }
        };
        let width = width(&kind)?;
        let fits = if width == 0 { number.is_empty() } else { (2..=width).contains(&number.len()) };
        fits.then(|| format!("{kind}{}{number}", "0".repeat(width.saturating_sub(number.len()))))
    }

    fn is_valid(&self, canonical: &str) -> bool {
        let Some((_, number)) = canonical.split_at_checked(2) else { return false };
        let holds = last_digit(number).is_some_and(|(head, check)| luhn(head) == Some(check));
        number.is_empty() || holds && number.bytes().any(|b| b != b'0')
    }

    fn forms(&self, canonical: &str) -> Vec<String> {
        let Some((kind, number)) = canonical.split_at_checked(2) else { return Vec::new() };
        let short = strip_zeros(number);
        if short.is_empty() {
            return Vec::new();
        }
        let with_kind = format!("{kind}{number}");
        vec![short.to_owned(), strip_zeros(&with_kind).to_owned()]
    }

    fn has_check(&self, canonical: &str) -> bool {
        canonical.len() > 2
    }

    fn is_telling(&self, text: &str) -> bool {
        text.contains('<')
    }

    fn labels(&self) -> &'static [&'static str] {
        &["FIK", "BETALINGSID", "BETALINGS ID", "KORTART 71", "KORTART 75"]
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["71", "75", "04", "15"]
    }

    fn framed(&self, text: &str) -> Vec<Framed> {
        frames(text).into_iter().filter_map(|(start, number)| number.map(|n| Framed::one(start..n.end))).collect()
    }
}

/// The frames of a text: where each begins, and where its number stands, if its kind has one.
fn frames(text: &str) -> Vec<(usize, Option<Range<usize>>)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('<') {
        let Some(kind_at) = at.checked_sub(2) else { continue };
        let Some(width) = text.get(kind_at..at).and_then(width) else { continue };
        if !begins_word(text, kind_at) {
            continue;
        }
        let rest = text.get(at + 1..).unwrap_or("");
        let lead = rest.len() - rest.trim_start_matches(' ').len();
        let length = rest.trim_start_matches(' ').bytes().take_while(|b| b.is_ascii_digit() || *b == b'\n').count();
        let from = at + 1 + lead;
        found.push((kind_at, (width > 0 && length > 0).then_some(from..from + length)));
    }
    found
}

/// The creditor's numbers behind the frames of a text: `+80123456<`.
pub(super) fn creditor_numbers(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (start, number) in frames(text) {
        let from = number.map_or(start + 3, |n| n.end);
        let rest = text.get(from..).unwrap_or("");
        let Some(plus) = rest.find('+').filter(|p| *p <= 2) else { continue };
        let digits = rest.get(plus + 1..).unwrap_or("").split('<').next().unwrap_or("");
        if (7..=10).contains(&compact(digits).len()) && compact(digits).bytes().all(|b| b.is_ascii_digit()) {
            found.push(from + plus + 1..from + plus + 1 + digits.len());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::assert_vectors;
    use super::*;

    #[test]
    fn vectors() {
        let valid = [
            "+71<000000000000018",
            "+71<000000000000026",
            "+71<202600012345677",
            "+75<0000001234567897",
            "+75<9876543210123452",
            "+04<0000000000000422",
            "+71<000000000000018+81234567<",
            "+73<+81234567<",
            "71 000000000000026",
            "+71<26+81234567<",
        ];
        assert_vectors(
            &DanishFik,
            &valid,
            &["+71<000500000000018", "+17<000000000000026", "+71<20260012345677", "+73<12", "<"],
        );
    }

    #[test]
    fn the_creditor_number_is_no_part_of_the_reference() {
        let text = "BETALT +71<000000000000026+81234567< TAK";
        assert_eq!(DanishFik.framed(text), [Framed::one(8..26)]);
        assert_eq!(creditor_numbers(text).first(), Some(&(27..35)));
        assert_eq!(creditor_numbers("+73<+81234567<").first(), Some(&(5..13)));
        assert!(DanishFik.framed("+73<+81234567<").is_empty());
    }
}
