//! Portugal, Multibanco: entity of 5 digits, reference of 9, and the amount, which is part of the check: 98 minus the sum of the 20
//! digits (entity, 7 digits, cents in 8) times weights, modulo 97. The sum is three times the number they form. Without the amount
//! nothing can be checked.

use super::writing::strip_zeros;
use super::{Scheme, reference_key};

/// Entity and reference, with or without the amount. Canonical: 14 digits, or 22 with the cents.
pub struct PortugueseMultibanco;

impl Scheme for PortugueseMultibanco {
    fn countries(&self) -> &'static [&'static str] {
        &["PT"]
    }

    /// `21345 202 604 173`, also with words in front (`MB`, `Entidade`, `Ref`), and the cents behind: `90150/123123451/43211`.
    fn canonical(&self, text: &str) -> Option<String> {
        let groups: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|g| !g.is_empty()).collect();
        let words = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|w| !w.is_empty());
        let known = |w: &str| {
            matches!(w.to_ascii_uppercase().as_str(), "MB" | "ENT" | "ENTIDADE" | "REF" | "REFERENCIA" | "MULTIBANCO")
        };
        if !words.into_iter().all(known) {
            return None;
        }
        let widths: Vec<usize> = groups.iter().map(|g| g.len()).collect();
        let cents = match widths.as_slice() {
            [5, 9] | [5, 3, 3, 3] => None,
            [5, 9, 1..=8] | [5, 3, 3, 3, 1..=8] => groups.last(),
            _ => return None,
        };
        let number: String = groups.iter().take(groups.len() - usize::from(cents.is_some())).copied().collect();
        Some(cents.map_or(number.clone(), |c| format!("{number}{c:0>8}")))
    }

    fn is_valid(&self, canonical: &str) -> bool {
        let Some((number, cents)) = canonical.split_at_checked(14) else { return false };
        let checked = || {
            let (head, check) = number.split_at_checked(12)?;
            let value: u128 = format!("{head}{cents}").parse().ok()?;
            Some(check.parse::<u128>().ok()? == 98 - 3 * value % 97)
        };
        cents.is_empty() || checked() == Some(true)
    }

    fn forms(&self, canonical: &str) -> Vec<String> {
        let number = canonical.get(..14).unwrap_or(canonical);
        let reference = number.get(5..).map(strip_zeros).filter(|r| r.len() >= 6);
        reference_key(number).into_iter().chain(reference.map(str::to_owned)).collect()
    }

    fn has_check(&self, canonical: &str) -> bool {
        canonical.len() > 14
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::assert_vectors;
    use super::*;

    #[test]
    fn vectors_with_the_amount_in_cents() {
        let valid = [
            "90150 123123451 43211",
            "12345 123000142 3999",
            "11249 000000157 100",
            "21312 999999960 99999999",
            "10611 202600109 123456",
        ];
        let invalid = ["90150 123123451 43212", "90151 123123451 43211", "90150 123123415 43211"];
        assert_vectors(&PortugueseMultibanco, &valid, &invalid);
    }

    #[test]
    fn the_reference_stands_also_without_its_entity() {
        let canonical = PortugueseMultibanco.canonical("MB 21345 202 604 173");
        assert_eq!(canonical.as_deref(), Some("21345202604173"));
        assert_eq!(PortugueseMultibanco.forms("21345202604173"), ["21345202604173", "202604173"]);
        assert_eq!(PortugueseMultibanco.canonical("21345202604173"), None);
    }
}
