//! Sweden, OCR of Bankgirot and Plusgirot: 2 to 25 digits, the last by Luhn. Where a length digit is agreed, the second last is the
//! whole length modulo 10; the Luhn digit holds in both, so only references made of document numbers need to know.

use super::Scheme;
use super::writing::{last_digit, printed_digits, strip_zeros};
use crate::base::luhn;

/// The OCR reference of Swedish creditors.
pub struct SwedishOcr;

impl Scheme for SwedishOcr {
    fn countries(&self) -> &'static [&'static str] {
        &["SE"]
    }

    fn canonical(&self, text: &str) -> Option<String> {
        printed_digits(text).filter(|d| (2..=25).contains(&d.len()))
    }

    fn is_valid(&self, canonical: &str) -> bool {
        last_digit(canonical).is_some_and(|(head, check)| luhn(head) == Some(check))
    }

    fn made_from(&self, document: &str) -> Vec<String> {
        if !(1..=23).contains(&document.len()) {
            return Vec::new();
        }
        let with_length = format!("{document}{}", (document.len() + 2) % 10);
        let ends = [document.to_owned(), with_length].into_iter();
        ends.filter_map(|head| luhn(&head).map(|check| strip_zeros(&format!("{head}{check}")).to_owned())).collect()
    }

    fn is_telling(&self, _text: &str) -> bool {
        false
    }

    fn labels(&self) -> &'static [&'static str] {
        &["OCR", "OCRNR", "OCR-NR", "OCR-NUMMER", "OCRNUMMER", "BETALNINGSREFERENS"]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::assert_vectors;
    use super::*;

    #[test]
    fn vectors() {
        let valid = ["1234574", "202600012324", "133", "9876543210987654321098752", "1000173"];
        assert_vectors(&SwedishOcr, &valid, &["1236574", "202600102324", "13", "1"]);
    }

    #[test]
    fn a_document_number_becomes_a_reference_with_and_without_length_digit() {
        assert_eq!(SwedishOcr.made_from("12345"), ["123455", "1234574"]);
    }
}
