//! Norway, KID: 2 to 25 digits of agreed length, the last by modulo 10 (Luhn) or by modulo 11 with weights 2 to 7 from the right,
//! where 10 is written as a minus sign. Which of the two is agreed per account; up to three definitions may hold.

use super::Scheme;
use super::writing::{last_digit, printed_digits};
use crate::base::{luhn, mod11_weights_2_to_7};

/// KID by modulo 10.
pub struct KidMod10;
/// KID by modulo 11.
pub struct KidMod11;

const LABELS: &[&str] = &["KID", "KIDNR", "KID-NR", "KUNDEIDENTIFIKASJON"];

fn in_length(digits: &str) -> bool {
    (2..=25).contains(&digits.len())
}

impl Scheme for KidMod10 {
    fn countries(&self) -> &'static [&'static str] {
        &["NO"]
    }

    fn canonical(&self, text: &str) -> Option<String> {
        if text.trim_end().ends_with('-') {
            return None;
        }
        printed_digits(text).filter(|d| in_length(d))
    }

    fn is_valid(&self, canonical: &str) -> bool {
        last_digit(canonical).is_some_and(|(head, check)| luhn(head) == Some(check))
    }

    fn is_telling(&self, _text: &str) -> bool {
        false
    }

    fn labels(&self) -> &'static [&'static str] {
        LABELS
    }
}

impl Scheme for KidMod11 {
    fn countries(&self) -> &'static [&'static str] {
        &["NO"]
    }

    fn canonical(&self, text: &str) -> Option<String> {
        let digits = printed_digits(text)?;
        let canonical = if text.trim_end().ends_with('-') { format!("{digits}-") } else { digits };
        Some(canonical).filter(|c| in_length(c))
    }

    fn is_valid(&self, canonical: &str) -> bool {
        match canonical.strip_suffix('-') {
            Some(head) => mod11_weights_2_to_7(head) == Some(10),
            None => last_digit(canonical).is_some_and(|(head, check)| mod11_weights_2_to_7(head) == Some(check)),
        }
    }

    fn is_telling(&self, _text: &str) -> bool {
        false
    }

    fn labels(&self) -> &'static [&'static str] {
        LABELS
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::assert_vectors;
    use super::*;

    #[test]
    fn vectors_of_modulo_10() {
        let valid = ["602243", "18", "2026000121", "1234567890123456789012340", "00123455"];
        assert_vectors(&KidMod10, &valid, &["602843", "81", "202600121", "1"]);
    }

    #[test]
    fn vectors_of_modulo_11() {
        let valid = ["602248", "20260017", "1234567890123456789012341", "426", "1009-", "1012-"];
        assert_vectors(&KidMod11, &valid, &["602249", "20206017", "123456789012456789012341", "-"]);
    }
}
