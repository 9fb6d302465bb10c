//! Finland, viitenumero: 3 to 19 digits and a check digit by the weights 7 3 1; leading zeros do not count; printed in fives from
//! the right. The international form is `RF`, two check digits and the national reference without leading zeros: both must hold.

use super::Scheme;
use super::iso11649::{Iso11649, rf_of};
use super::writing::{last_digit, printed_digits, strip_zeros};
use crate::base::weights_731;

/// The reference of Finnish creditors, national or in its `RF` form.
pub struct FinnishViite;

impl Scheme for FinnishViite {
    fn countries(&self) -> &'static [&'static str] {
        &["FI"]
    }

    fn canonical(&self, text: &str) -> Option<String> {
        if let Some(rf) = Iso11649.canonical(text) {
            return Some(rf)
                .filter(|r| r.get(4..).is_some_and(|b| b.len() >= 4 && b.bytes().all(|c| c.is_ascii_digit())));
        }
        canonical_731(text, 4)
    }

    fn is_valid(&self, canonical: &str) -> bool {
        match canonical.strip_prefix("RF").and_then(|rest| rest.get(2..)) {
            Some(national) => Iso11649.is_valid(canonical) && holds_731(national),
            None => holds_731(canonical),
        }
    }

    fn forms(&self, canonical: &str) -> Vec<String> {
        forms_731(canonical)
    }

    fn made_from(&self, document: &str) -> Vec<String> {
        made_731(document)
    }

    fn is_telling(&self, text: &str) -> bool {
        text.trim_start().to_ascii_uppercase().starts_with("RF")
    }

    fn labels(&self) -> &'static [&'static str] {
        &["VIITE", "VIITENRO", "VIITENUMERO", "VIITENUMEROLLA", "REFERENSNUMMER"]
    }
}

/// Digits without leading zeros, of a length from `least` to 20.
pub(super) fn canonical_731(text: &str, least: usize) -> Option<String> {
    let digits = printed_digits(text)?;
    let short = strip_zeros(&digits);
    (least..=20).contains(&short.len()).then(|| short.to_owned())
}

/// Whether the last digit is the 7-3-1 check digit of the others.
pub(super) fn holds_731(digits: &str) -> bool {
    last_digit(digits).is_some_and(|(head, check)| weights_731(head) == Some(check))
}

/// The national and the `RF` form.
pub(super) fn forms_731(canonical: &str) -> Vec<String> {
    let national = canonical.strip_prefix("RF").and_then(|rest| rest.get(2..)).unwrap_or(canonical);
    std::iter::once(national.to_owned()).chain(rf_of(national)).collect()
}

/// The references made of a document number: check digit behind it, both forms.
pub(super) fn made_731(document: &str) -> Vec<String> {
    let short = strip_zeros(document);
    let check = if (3..=19).contains(&short.len()) { weights_731(short) } else { None };
    check.map(|check| forms_731(&format!("{short}{check}"))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::testing::assert_vectors;
    use super::*;

    #[test]
    fn vectors() {
        let valid = [
            "1234561",
            "1009",
            "20260001230",
            "12345678901234567894",
            "7773",
            "1232",
            "RF341234561",
            "RF181009",
            "RF3620260001230",
            "RF0912345678901234567894",
            "RF417773",
            "00000000000001234561",
            "12 34561",
        ];
        let invalid = ["4234561", "0109", "22060001230", "RF341434561", "RF180109", "RF362026001230"];
        assert_vectors(&FinnishViite, &valid, &invalid);
    }

    #[test]
    fn national_and_international_form_stand_for_each_other() {
        assert_eq!(FinnishViite.forms("1234561"), ["1234561", "RF341234561"]);
        assert_eq!(FinnishViite.forms("RF341234561"), ["1234561", "RF341234561"]);
        assert_eq!(FinnishViite.made_from("123456"), ["1234561", "RF341234561"]);
    }
}
