//! Keys of document numbers: the forms under which a payer may write them.
//!
//! `RE-2026-00731` is cut into runs of letters and of digits (`RE`, `2026`, `00731`) and known as the whole (`RE202600731`),
//! by all its digits (`202600731`), by year and running number (`2026`, `731`), and by the running number alone (`731`).

use crate::model::OpenItem;
use chrono::{Datelike, NaiveDate};

/// A 64-bit key of a document number in one of its forms. Equal numbers give equal keys; the book checks a hit against the
/// number itself, so a collision cannot decide.
pub type Key = u64;

const SEED: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// The key of no text, to be extended by [`extend`].
pub const EMPTY: Key = SEED;

/// Extends a key by bytes (FNV-1a), so that a key of glued runs grows run by run.
pub fn extend(key: Key, bytes: &[u8]) -> Key {
    bytes.iter().fold(key, |h, b| (h ^ u64::from(*b)).wrapping_mul(PRIME))
}

/// The key of a whole text.
pub fn key_of(text: &str) -> Key {
    extend(EMPTY, text.as_bytes())
}

/// The key of a year and a running number.
pub fn year_tail_key(year: u32, tail: &str) -> Key {
    extend(extend(extend(EMPTY, b"Y"), &year.to_be_bytes()), tail.as_bytes())
}

/// Capitals and digits alone.
pub fn compact(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_uppercase()).collect()
}

/// Without leading zeros; a text of zeros is empty.
pub fn strip_zeros(digits: &str) -> &str {
    digits.trim_start_matches('0')
}

/// The forms of one document number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentForms {
    /// Capitals and digits: `RE202600731`.
    pub whole: String,
    /// Letters in front of the first digit: `RE`. Empty for a bare number.
    pub prefix: String,
    /// All digits without leading zeros: `202600731`.
    pub digits: String,
    /// The last run of digits without leading zeros: `731`.
    pub tail: String,
    /// The year, if a run before the last one is one (`2026`, or `26` read as 2026).
    pub year: Option<u32>,
}

impl DocumentForms {
    /// The forms of an item's number. Where year and running number are glued (`RG2676113`, `2026731`), the year of the document's
    /// date tells them apart.
    pub fn of(item: &OpenItem) -> Self {
        Self::dated(&item.doc_no, item.doc_date)
    }

    fn dated(doc_no: &str, date: Option<NaiveDate>) -> Self {
        let mut forms = Self::new(doc_no);
        if forms.year.is_some() {
            return forms;
        }
        let mut runs = doc_no.split(|c: char| !c.is_ascii_digit()).filter(|r| !r.is_empty());
        let (Some(run), None, Some(date)) = (runs.next(), runs.next(), date) else { return forms };
        for head in [4, 2] {
            let Some((year, rest)) = run.split_at_checked(head) else { continue };
            let year = year_of(year).filter(|y| i32::try_from(*y) == Ok(date.year()));
            if let Some(year) = year.filter(|_| strip_zeros(rest).len() + 1 >= head && rest.len() >= 3) {
                (forms.year, forms.tail) = (Some(year), strip_zeros(rest).to_owned());
                break;
            }
        }
        forms
    }

    /// Cuts a document number into its forms. The year is also told where it is glued to the running number, as in
    /// `202600731` with eight or more digits.
    pub fn new(doc_no: &str) -> Self {
        let upper: String = doc_no.chars().map(|c| c.to_ascii_uppercase()).collect();
        let whole = compact(&upper);
        let runs: Vec<&str> = upper.split(|c: char| !c.is_ascii_digit()).filter(|r| !r.is_empty()).collect();
        let prefix: String = whole.chars().take_while(|c| !c.is_ascii_digit()).collect();
        let digits = strip_zeros(&runs.concat()).to_owned();
        let (mut tail, mut year) = (String::new(), None);
        // `FV 113/2026`, `INV/16010/12/2025`, `26-0731`: the year may stand anywhere; of what is left the longest run is the running
        // number, the last one if several are.
        let years = |len: usize| runs.iter().position(|r| r.len() == len && year_of(r).is_some());
        let at = if runs.len() > 1 { years(4).or_else(|| years(2).filter(|at| at + 1 < runs.len())) } else { None };
        let rest = runs.iter().enumerate().filter(|(k, _)| Some(*k) != at);
        if let Some((_, number)) = rest.max_by_key(|(k, r)| (r.len(), *k)) {
            year = at.and_then(|at| runs.get(at)).and_then(|r| year_of(r));
            tail = strip_zeros(number).to_owned();
        }
        if let ([last], true) = (runs.as_slice(), year.is_none()) {
            let parts = last.split_at_checked(4).filter(|_| last.len() >= 8);
            if let Some((y, rest)) = parts.and_then(|(head, rest)| Some((year_of(head)?, rest))) {
                (year, tail) = (Some(y), strip_zeros(rest).to_owned());
            }
        }
        DocumentForms { whole, prefix, digits, tail, year }
    }
}

/// The year that a run of digits stands for: `2026`, or `26`.
pub fn year_of(run: &str) -> Option<u32> {
    let value: u32 = run.parse().ok()?;
    match run.len() {
        4 if (1990..=2079).contains(&value) => Some(value),
        2 if (10..=60).contains(&value) => Some(2000 + value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_known_in_the_forms_that_payers_write() {
        let f = DocumentForms::new("RE-2026-00731");
        assert_eq!((f.whole.as_str(), f.prefix.as_str()), ("RE202600731", "RE"));
        assert_eq!((f.digits.as_str(), f.tail.as_str(), f.year), ("202600731", "731", Some(2026)));
        let f = DocumentForms::new("20260417");
        assert_eq!((f.tail.as_str(), f.year), ("417", Some(2026)));
        let f = DocumentForms::new("INV 10530");
        assert_eq!((f.digits.as_str(), f.tail.as_str(), f.year), ("10530", "10530", None));
        assert_eq!(DocumentForms::new("FA/26/000").tail, "");
        let f = DocumentForms::new("FV 113/2026");
        assert_eq!((f.tail.as_str(), f.year), ("113", Some(2026)));
        let f = DocumentForms::new("INV/16010/12/2025");
        assert_eq!((f.tail.as_str(), f.year), ("16010", Some(2025)));
        let dated = |doc_no: &str, year: i32| {
            let f = DocumentForms::dated(doc_no, NaiveDate::from_ymd_opt(year, 6, 1));
            (f.tail, f.year)
        };
        assert_eq!(dated("RG2676113", 2026), ("76113".to_owned(), Some(2026)));
        assert_eq!(dated("RG2676113", 2025), ("2676113".to_owned(), None));
        assert_eq!(dated("2026731", 2026), ("731".to_owned(), Some(2026)));
        let f = DocumentForms::new("26-0731");
        assert_eq!((f.tail.as_str(), f.year), ("731", Some(2026)));
    }
}
