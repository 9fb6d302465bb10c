//! What the fields of structured texts are: X12 820, the Polish split payment, pagoPA, Danish slips, Czech and Slovak symbols.
//! In: a text in capitals. Out: places with their meaning, so that an amount is never read as a document.

use super::writing::Pairs;
use super::{cz_sk_symbols, dk_fik, it_pagopa, split_payment, x12_820};
use std::ops::Range;

/// Meaning of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextPart {
    /// A document of ours.
    Document,
    /// A credit note of ours.
    CreditNote,
    /// An amount.
    Amount,
    /// A tax number.
    TaxNumber,
    /// Our own account or creditor number.
    Account,
    /// A code of the payer or the bank.
    Code,
}

/// The fields of a text, in no order.
pub fn text_parts(text: &str) -> Vec<(Range<usize>, TextPart)> {
    let mut parts = Vec::new();
    let pairs = Pairs::of(text);
    if pairs.may_have("RMR*") && text.contains("RMR*") {
        for document in x12_820::remitted_documents(text) {
            let part = if document.qualifier == "CM" { TextPart::CreditNote } else { TextPart::Document };
            if matches!(document.qualifier.as_str(), "IV" | "CM" | "OI" | "DM") {
                parts.push((document.number_at, part));
            }
            parts.extend(document.amounts_at.into_iter().map(|r| (r, TextPart::Amount)));
        }
    }
    if let Some(split) = pairs.may_have("/VAT/").then(|| split_payment(text)).flatten() {
        let list = [
            (split.tax_amount, TextPart::Amount),
            (split.tax_number, TextPart::TaxNumber),
            (split.document, TextPart::Document),
        ];
        parts.extend(list.into_iter().filter_map(|(range, part)| Some((range?, part))));
    }
    if pairs.may_have("/RFB/") && text.contains("/RFB/") {
        parts.extend(it_pagopa::iuv_places(text).into_iter().map(|p| (p.amount, TextPart::Amount)));
    }
    if text.contains('<') {
        parts.extend(dk_fik::creditor_numbers(text).into_iter().map(|r| (r, TextPart::Account)));
    }
    if !pairs.may_have("KS") {
        return parts;
    }
    let constant = cz_sk_symbols::symbols(text).into_iter().filter(|s| s.kind == cz_sk_symbols::Symbol::Constant);
    parts.extend(constant.map(|s| (s.digits, TextPart::Code)));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_a_text_have_their_meaning() {
        let told = |text: &str| -> Vec<(String, TextPart)> {
            text_parts(text).into_iter().map(|(r, p)| (text.get(r).unwrap_or("?").to_owned(), p)).collect()
        };
        assert_eq!(told("/VS0123/SS/KS0308"), [("0308".to_owned(), TextPart::Code)]);
        assert_eq!(told("+71<000000000000026+81234567<"), [("81234567".to_owned(), TextPart::Account)]);
        assert_eq!(told("/RFB/012345678901234/100.00/TXT/"), [("100.00".to_owned(), TextPart::Amount)]);
        assert_eq!(told("RMR*PO*77**1.00~"), [("1.00".to_owned(), TextPart::Amount)]);
        assert!(told("RE 731").is_empty());
    }
}
