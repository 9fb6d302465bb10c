//! Floor 3: structured payment references. In: texts. Out: whether a text is a reference of a scheme, whether its check digits
//! hold, and the keys under which the same reference may come back. One file per scheme, one line each in [`SCHEMES`].

mod be_ogm;
mod ch_qrr;
mod cz_sk_symbols;
mod dk_fik;
mod ee_viitenumber;
mod fi_viite;
mod in_use;
mod iso11649;
mod it_pagopa;
mod nl_betalingskenmerk;
mod no_kid;
mod pl_split_payment;
mod pt_multibanco;
mod se_ocr;
mod si_hr_models;
mod text_parts;
mod writing;
mod x12_820;

pub use in_use::{SchemesInUse, Spot};
pub use pl_split_payment::{SplitPayment, split_payment};
pub use text_parts::{TextPart, text_parts};
pub use x12_820::{RemittedDocument, remitted_documents};

use std::ops::Range;

/// A scheme of references.
pub trait Scheme: Sync {
    /// Countries (ISO 3166) whose creditors use it; empty for all.
    fn countries(&self) -> &'static [&'static str];

    /// The form in which two writings of one reference are equal; `None` if the text has not the shape of the scheme.
    fn canonical(&self, text: &str) -> Option<String>;

    /// Whether the check digits of a canonical reference hold.
    fn is_valid(&self, canonical: &str) -> bool;

    /// Further keys, in the form of [`reference_key`], under which a valid canonical reference may come back.
    fn forms(&self, canonical: &str) -> Vec<String> {
        reference_key(canonical).into_iter().collect()
    }

    /// Keys of the references that creditors make of a document number that is all digits.
    fn made_from(&self, _document: &str) -> Vec<String> {
        Vec::new()
    }

    /// Whether a canonical reference has check digits at all.
    fn has_check(&self, _canonical: &str) -> bool {
        true
    }

    /// Whether a text that passes is surely of this scheme; of digits with one check digit one random number in ten passes.
    fn is_telling(&self, _text: &str) -> bool {
        true
    }

    /// Whether texts are read for it although no item carries one.
    fn is_always_read(&self) -> bool {
        false
    }

    /// Digits of the scheme that payers write in front of the number, apart from it.
    fn kinds(&self) -> &'static [&'static str] {
        &[]
    }

    /// Words in front of such a reference, in capitals.
    fn labels(&self) -> &'static [&'static str] {
        &[]
    }

    /// Places of a text in capitals where something stands in the frame of the scheme, whatever its check digits.
    fn framed(&self, _text: &str) -> Vec<Framed> {
        Vec::new()
    }

    /// Pieces of two characters or more, one of which a text has that holds a frame of the scheme; none if nothing is sure.
    fn frame_marks(&self) -> &'static [&'static str] {
        &[]
    }
}

/// Something in the frame of a scheme: where it begins, and where it may end, nearest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Framed {
    /// Begin in the text, in bytes.
    pub start: usize,
    /// Possible ends in the text, in bytes.
    pub ends: Vec<usize>,
}

impl Framed {
    fn one(range: Range<usize>) -> Self {
        Framed { start: range.start, ends: vec![range.end] }
    }
}

/// All schemes.
pub static SCHEMES: [&dyn Scheme; 15] = [
    &iso11649::Iso11649,
    &be_ogm::BelgianOgm,
    &ch_qrr::SwissQrr,
    &dk_fik::DanishFik,
    &si_hr_models::SlovenianModel,
    &si_hr_models::CroatianModel,
    &it_pagopa::ItalianNotice,
    &nl_betalingskenmerk::DutchBetalingskenmerk,
    &fi_viite::FinnishViite,
    &ee_viitenumber::EstonianViitenumber,
    &no_kid::KidMod10,
    &no_kid::KidMod11,
    &se_ocr::SwedishOcr,
    &pt_multibanco::PortugueseMultibanco,
    &cz_sk_symbols::VariableSymbol,
];

/// A reference in the form that two writings of it share: capitals and digits alone; digits lose their leading zeros, since
/// slips and exports drop them, and so does the body of an `RF` reference. `None` if nothing is left.
pub fn reference_key(text: &str) -> Option<String> {
    let mut key = writing::compact(text);
    if key.bytes().all(|b| b.is_ascii_digit()) {
        key = writing::strip_zeros(&key).to_owned();
    } else if let Some((head, body)) = key.split_at_checked(4) {
        let digits = head.strip_prefix("RF").is_some_and(|cc| cc.bytes().all(|b| b.is_ascii_digit()));
        let short = writing::strip_zeros(body);
        if digits && !short.is_empty() {
            key = format!("{head}{short}");
        }
    }
    (!key.is_empty()).then_some(key)
}

/// All keys under which a reference that somebody stored or wrote may come back: [`reference_key`] first, then what the
/// schemes know that it satisfies. Each once.
pub fn reference_keys(text: &str) -> Vec<String> {
    let mut keys: Vec<String> = reference_key(text).into_iter().collect();
    for scheme in SCHEMES {
        let Some(canonical) = scheme.canonical(text).filter(|c| scheme.is_valid(c)) else { continue };
        for key in scheme.forms(&canonical) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    keys
}

/// What the tests of all schemes share.
#[cfg(test)]
mod testing {
    use super::Scheme;

    /// Whether a text is a reference of the scheme with right check digits.
    pub fn accepts(scheme: &dyn Scheme, text: &str) -> bool {
        scheme.canonical(text).is_some_and(|c| scheme.is_valid(&c))
    }

    /// Asserts vectors: all of the first list accepted, all of the second refused.
    pub fn assert_vectors(scheme: &dyn Scheme, valid: &[&str], invalid: &[&str]) {
        for text in valid {
            assert!(accepts(scheme, text), "{text} is valid");
        }
        for text in invalid {
            assert!(!accepts(scheme, text), "{text} is not valid");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_known_under_all_its_forms() {
        let keys = |t: &str| reference_keys(t);
        assert!(keys("1234561").contains(&"RF341234561".to_owned()));
        assert!(keys("RF34 1234 561").contains(&"1234561".to_owned()));
        assert_eq!(reference_key("RF34000000000000000000042"), reference_key("rf34 42"));
        assert_eq!(reference_key("00 00000 00000 00202 60001 2349").as_deref(), Some("202600012349"));
        assert!(keys("+71<000000000000026+81234567<").contains(&"26".to_owned()));
        assert!(keys("HR01 2026-0001236").contains(&"20260001236".to_owned()));
        assert!(keys("/VS0123/SS/KS0308").contains(&"123".to_owned()));
        assert_eq!(reference_key("1009-"), reference_key("1009"));
        assert_eq!(reference_key("+++"), None);
        assert!(reference_keys("").is_empty());
    }
}
