//! United States, ASC X12 820: `RMR*IV*number*action*paid*total*discount~`, also in CTX addenda behind `705`, where the segment
//! terminator is `\`. A segment may be cut anywhere by the pieces of a text; a line feed inside it says nothing.

use std::ops::Range;

/// A document of a remittance advice, amounts in hundredths as written; all places are places of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemittedDocument {
    /// What the number is: `IV` seller's invoice, `CM` credit memo, `PO` order, `OI` original invoice …
    pub qualifier: String,
    /// The number.
    pub number: String,
    /// Where the number stands.
    pub number_at: Range<usize>,
    /// Net amount paid.
    pub paid: Option<i64>,
    /// Amount of the document.
    pub total: Option<i64>,
    /// Discount taken.
    pub discount: Option<i64>,
    /// Where the amounts stand, those of adjustments too.
    pub amounts_at: Vec<Range<usize>>,
}

/// The documents of a text in capitals, in order.
pub fn remitted_documents(text: &str) -> Vec<RemittedDocument> {
    let mut found = Vec::new();
    for (at, tag) in text.match_indices("RMR*") {
        let before = text.get(..at).unwrap_or("").trim_end_matches('\n').bytes().next_back();
        if before.is_some_and(|b| b.is_ascii_alphabetic()) {
            continue;
        }
        let from = at + tag.len();
        let rest = text.get(from..).unwrap_or("");
        let length = rest.find(['~', '\\']).or_else(|| rest.find(' ')).unwrap_or(rest.len());
        let mut fields: Vec<(Range<usize>, String)> = Vec::new();
        let mut start = from;
        for field in rest.get(..length).unwrap_or("").split('*') {
            let clean = field.replace('\n', "").trim().to_owned();
            fields.push((start..start + field.len(), clean));
            start += field.len() + 1;
        }
        let text_of = |k: usize| fields.get(k).map(|f| f.1.as_str()).unwrap_or("");
        let Some((number_at, number)) = fields.get(1).filter(|f| !f.1.is_empty()) else { continue };
        found.push(RemittedDocument {
            qualifier: text_of(0).to_owned(),
            number: number.clone(),
            number_at: number_at.clone(),
            paid: hundredths(text_of(3)),
            total: hundredths(text_of(4)),
            discount: hundredths(text_of(5)),
            amounts_at: [3, 4, 5, 7]
                .iter()
                .filter_map(|k| fields.get(*k))
                .filter(|f| hundredths(&f.1).is_some())
                .map(|f| f.0.clone())
                .collect(),
        });
    }
    found
}

/// An X12 decimal: a point, at most two digits behind it, a minus in front.
fn hundredths(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |t| (-1, t));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.len() + part.len() == 0 || whole.len() > 14 || part.len() > 2 || !plain(whole) || !plain(part) {
        return None;
    }
    format!("{whole}{part:0<2}").parse::<i64>().ok().map(|v| sign * v)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remittance_advice_gives_documents_with_amounts() {
        let text = "705RMR*IV*RE-2026-00731**1166.20*1190.00*23.80~RMR*CM*GS-12**-5\\705RMR*IV*INV-\n10530**8900~";
        let documents = remitted_documents(text);
        let told: Vec<_> =
            documents.iter().map(|d| (d.qualifier.as_str(), d.number.as_str(), d.paid, d.total, d.discount)).collect();
        assert_eq!(
            told,
            [
                ("IV", "RE-2026-00731", Some(116_620), Some(119_000), Some(2_380)),
                ("CM", "GS-12", Some(-500), None, None),
                ("IV", "INV-10530", Some(890_000), None, None),
            ]
        );
        let amounts: Vec<&str> =
            documents.iter().flat_map(|d| d.amounts_at.iter().filter_map(|r| text.get(r.clone()))).collect();
        assert_eq!(amounts, ["1166.20", "1190.00", "23.80", "-5", "8900"]);
        assert!(remitted_documents("RMR*~ FORMR*IV*1~").is_empty());
    }
}
