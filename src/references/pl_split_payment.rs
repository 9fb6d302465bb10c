//! Poland, the title of a split payment: `/VAT/amount/IDC/tax number/INV/document/TXT/text`. `INV` holds one number, and numbers
//! hold slashes; a keyword begins only at a slash.

use std::ops::Range;

/// The parts of a split payment's title, as places in the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SplitPayment {
    /// The tax in it.
    pub tax_amount: Option<Range<usize>>,
    /// The supplier's tax number.
    pub tax_number: Option<Range<usize>>,
    /// The document.
    pub document: Option<Range<usize>>,
    /// Free text.
    pub text: Option<Range<usize>>,
}

/// Reads a text in capitals; `None` unless it has `/VAT/` and one of `/IDC/` and `/INV/` behind it. Keywords may be cut by the
/// line feeds between pieces only outside themselves.
pub fn split_payment(text: &str) -> Option<SplitPayment> {
    const KEYS: [&str; 4] = ["/VAT/", "/IDC/", "/INV/", "/TXT/"];
    let begin = text.find("/VAT/")?;
    let place = |key: &str| text.get(begin..).and_then(|t| t.find(key)).map(|at| begin + at);
    let content = |key: &str| {
        let from = place(key)? + key.len();
        let next = KEYS.iter().filter_map(|k| place(k)).filter(|at| *at + 1 >= from).min();
        // The closing slash of one keyword may be the opening one of the next.
        let end = next.unwrap_or(text.len()).max(from);
        (end > from).then_some(from..end)
    };
    let found = SplitPayment {
        tax_amount: content("/VAT/"),
        tax_number: content("/IDC/"),
        document: content("/INV/"),
        text: content("/TXT/"),
    };
    (place("/IDC/").is_some() || place("/INV/").is_some()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_keeps_its_slashes() {
        let text = "/VAT/23,00/IDC/5231242681/INV/FV 731/2026/TXT/ZAPLATA";
        let read = |r: &Option<Range<usize>>| r.clone().and_then(|r| text.get(r)).unwrap_or("-");
        let split = split_payment(text).unwrap_or_default();
        assert_eq!(read(&split.tax_amount), "23,00");
        assert_eq!(read(&split.tax_number), "5231242681");
        assert_eq!(read(&split.document), "FV 731/2026");
        assert_eq!(read(&split.text), "ZAPLATA");
        assert_eq!(split_payment("/VAT/23,00"), None);
        assert_eq!(split_payment("/INV/1"), None);
        assert!(split_payment("/VAT/IDC/").is_some_and(|s| s.tax_amount.is_none()));
    }
}
