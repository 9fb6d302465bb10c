//! Estonia, viitenumber: 2 to 20 digits, the last by the weights 7 3 1, as in Finland; printed in fours (Pangaliit).

use super::Scheme;
use super::fi_viite::{canonical_731, forms_731, holds_731, made_731};

/// The reference of Estonian creditors.
pub struct EstonianViitenumber;

impl Scheme for EstonianViitenumber {
    fn countries(&self) -> &'static [&'static str] {
        &["EE"]
    }

    fn canonical(&self, text: &str) -> Option<String> {
        canonical_731(text, 2)
    }

    fn is_valid(&self, canonical: &str) -> bool {
        holds_731(canonical)
    }

    fn forms(&self, canonical: &str) -> Vec<String> {
        forms_731(canonical)
    }

    fn made_from(&self, document: &str) -> Vec<String> {
        made_731(document)
    }

    fn is_telling(&self, _text: &str) -> bool {
        false
    }

    fn labels(&self) -> &'static [&'static str] {
        &["VIITENUMBER", "VIITENR", "VIITE", "VN"]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::assert_vectors;
    use super::*;

    #[test]
    fn vectors() {
        let valid = ["121312952", "13", "20260001230", "12345678901234567894", "709", "1213 1295 2"];
        assert_vectors(&EstonianViitenumber, &valid, &["121412952", "31", "20260010230", "1"]);
    }
}
