//! Czechia and Slovakia: variable symbol (up to 10 digits, usually those of the invoice number), specific symbol, constant symbol.
//! `/VS0123/SS/KS0308` in the end-to-end id, `/VS/0123/SS/../KS/0308` or `VS 0123` in text. No check digits; zeros in front vary.

use super::writing::{begins_word, strip_zeros};
use super::{Framed, Scheme};
use std::ops::Range;

/// The variable symbol. Canonical: its digits without leading zeros.
pub struct VariableSymbol;

impl Scheme for VariableSymbol {
    fn countries(&self) -> &'static [&'static str] {
        &["CZ", "SK"]
    }

    fn canonical(&self, text: &str) -> Option<String> {
        let upper = text.to_ascii_uppercase();
        let place = symbols(&upper).into_iter().find(|s| s.kind == Symbol::Variable)?;
        upper.get(place.digits).map(|d| strip_zeros(d).to_owned())
    }

    fn is_valid(&self, canonical: &str) -> bool {
        (1..=10).contains(&canonical.len()) && canonical.bytes().all(|b| b.is_ascii_digit())
    }

    fn forms(&self, canonical: &str) -> Vec<String> {
        vec![canonical.to_owned()]
    }

    fn has_check(&self, _canonical: &str) -> bool {
        false
    }

    fn is_always_read(&self) -> bool {
        true
    }

    fn frame_marks(&self) -> &'static [&'static str] {
        &["VS", "VA"]
    }

    fn framed(&self, text: &str) -> Vec<Framed> {
        let variable = symbols(text).into_iter().filter(|s| s.kind == Symbol::Variable);
        variable.map(|s| Framed { start: s.start, ends: vec![s.digits.end] }).collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symbol {
    Variable,
    Constant,
}

/// A symbol with its word and its digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SymbolPlace {
    pub kind: Symbol,
    pub start: usize,
    pub digits: Range<usize>,
}

/// The variable and constant symbols of a text in capitals.
pub(super) fn symbols(text: &str) -> Vec<SymbolPlace> {
    let mut found = Vec::new();
    let words = [
        ("VS", Symbol::Variable),
        ("VARIABILNI SYMBOL", Symbol::Variable),
        ("VARIABILNY SYMBOL", Symbol::Variable),
        ("KS", Symbol::Constant),
    ];
    for (word, kind) in words {
        for (start, _) in text.match_indices(word) {
            if !begins_word(text, start) {
                continue;
            }
            let rest = text.get(start + word.len()..).unwrap_or("");
            let lead =
                rest.bytes().take(3).take_while(|b| matches!(b, b' ' | b':' | b'/' | b'.' | b'=' | b'\n')).count();
            let from = start + word.len() + lead;
            let length = text.get(from..).unwrap_or("").bytes().take_while(u8::is_ascii_digit).count();
            let ends = !text.as_bytes().get(from + length).is_some_and(u8::is_ascii_alphanumeric);
            let digits = from..from + length;
            let some = text.get(digits.clone()).is_some_and(|d| !strip_zeros(d).is_empty());
            if some && ends && length <= 10 {
                found.push(SymbolPlace { kind, start, digits });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::assert_vectors;
    use super::*;

    #[test]
    fn the_variable_symbol_is_read_in_its_writings() {
        assert_vectors(
            &VariableSymbol,
            &["/VS0123/SS/KS0308", "/VS/1234567890/SS/12/KS/0308", "VS: 0123"],
            &["123", "VS", "/VS/SS/KS", "VS12345678901", "CVS 12"],
        );
        assert_eq!(VariableSymbol.canonical("/VS0123/SS/KS0308").as_deref(), Some("123"));
        assert!(VariableSymbol.framed("VS FACTURE 123").is_empty());
    }
}
