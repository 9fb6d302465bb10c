//! Netherlands, betalingskenmerk: digits printed in fours. 7 digits without a check; 9 to 14 digits with check digit and length
//! digit in front; 16 digits with a check digit in front. Check: modulo 11 with weights 2 4 8 5 10 9 7 3 6 1 from the right over
//! all behind it; 11 minus the rest, 10 becomes 1 and 11 becomes 0 (Betaalvereniging Nederland).

use super::Scheme;
use super::writing::printed_digits;

/// The payment reference of Dutch creditors.
pub struct DutchBetalingskenmerk;

impl Scheme for DutchBetalingskenmerk {
    fn countries(&self) -> &'static [&'static str] {
        &["NL"]
    }

    fn canonical(&self, text: &str) -> Option<String> {
        printed_digits(text).filter(|d| matches!(d.len(), 7 | 9..=14 | 16))
    }

    fn is_valid(&self, canonical: &str) -> bool {
        if canonical.len() == 7 {
            return true;
        }
        let mut digits = canonical.chars().map(|c| c.to_digit(10));
        let (Some(Some(check)), Some(Some(length))) = (digits.next(), digits.next()) else { return false };
        let following = canonical.len() - 2;
        if canonical.len() < 16 && usize::try_from(length).ok() != Some(following % 10) {
            return false;
        }
        let weights = [2, 4, 8, 5, 10, 9, 7, 3, 6, 1];
        let sum: u32 = canonical
            .chars()
            .skip(1)
            .filter_map(|c| c.to_digit(10))
            .collect::<Vec<_>>()
            .iter()
            .rev()
            .zip(weights.iter().cycle())
            .map(|(d, w)| d * w)
            .sum();
        let expected = match 11 - sum % 11 {
            10 => 1,
            11 => 0,
            digit => digit,
        };
        check == expected
    }

    fn has_check(&self, canonical: &str) -> bool {
        canonical.len() != 7
    }

    fn is_telling(&self, _text: &str) -> bool {
        false
    }

    fn labels(&self) -> &'static [&'static str] {
        &["BETALINGSKENMERK", "BETALINGSKENM", "BETKENM", "BETAALKENMERK", "KENMERK"]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::assert_vectors;
    use super::*;

    #[test]
    fn vectors() {
        let valid = [
            "5000056789012345",
            "4202600012300001",
            "4812345678",
            "09123456789",
            "701234567890",
            "12234534622567",
            "271234567",
            "5000 0567 8901 2345",
        ];
        let invalid = ["5000056789012343", "4022600012300001", "481235678", "12345678", "123456789012345"];
        assert_vectors(&DutchBetalingskenmerk, &valid, &invalid);
    }
}
