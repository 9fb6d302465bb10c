//! Keys of document numbers: the forms under which a payer may write them.
//!
//! `RE-2026-00731` is cut into runs of letters and of digits (`RE`, `2026`, `00731`) and known as the whole (`RE202600731`),
//! by all its digits (`202600731`), by year and running number (`2026`, `731`), and by the running number alone (`731`). Which run of digits is the
//! running number, and which say when the document was made, is told in `book/heads.rs`.

use super::heads::running_of;
pub use super::heads::year_of;
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

/// The forms of one document number, cut in the plainest way: what [`NumberCut`] is held against.
#[cfg(test)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DocumentForms {
    /// Capitals and digits: `RE202600731`.
    pub whole: String,
    /// Letters in front of the first digit: `RE`. Empty for a bare number.
    pub prefix: String,
    /// All digits without leading zeros: `202600731`.
    pub digits: String,
    /// The running number without leading zeros: `731`.
    pub tail: String,
    /// The year, if the number shows one.
    pub year: Option<u32>,
}

#[cfg(test)]
impl DocumentForms {
    /// Cuts a document number into its forms. The year is also told where it is glued to the running number, as in
    /// `202600731` with eight or more digits.
    pub fn new(doc_no: &str) -> Self {
        Self::dated(doc_no, None)
    }

    /// The same for a document of a known day, which tells dated heads (`2601-731`) and a glued year in shorter numbers
    /// (`RG2676113`, `2026731`).
    pub fn dated(doc_no: &str, of: Option<NaiveDate>) -> Self {
        let upper: String = doc_no.chars().map(|c| c.to_ascii_uppercase()).collect();
        let whole = compact(&upper);
        let runs: Vec<&str> = upper.split(|c: char| !c.is_ascii_digit()).filter(|r| !r.is_empty()).collect();
        let prefix: String = whole.chars().take_while(|c| !c.is_ascii_digit()).collect();
        let digits = strip_zeros(&runs.concat()).to_owned();
        let (at, mut year) = running_of(&runs, of);
        let mut tail = strip_zeros(runs.get(at).unwrap_or(&"")).to_owned();
        if let ([last], true) = (runs.as_slice(), year.is_none())
            && let Some((y, rest)) = glued_year(last, of)
        {
            (year, tail) = (Some(y), strip_zeros(rest).to_owned());
        }
        DocumentForms { whole, prefix, digits, tail, year }
    }
}

/// A document number cut into its forms without a text of its own: places in its capitals and digits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct NumberCut {
    /// Length of the whole.
    pub whole: usize,
    /// Length of the letters in front of the first digit.
    pub prefix: usize,
    /// Where the running number stands, leading zeros off.
    pub tail: std::ops::Range<usize>,
    /// The year.
    pub year: Option<u32>,
    /// Digits without leading zeros.
    pub digits: usize,
}

impl NumberCut {
    /// Cuts a number, with the day of its document if that is known, appending its capitals and digits to `out`.
    pub fn new(number: &str, of: Option<NaiveDate>, out: &mut String) -> Self {
        let base = out.len();
        // Runs of digits in the text as written: letters and signs part them, though signs fall away in the whole.
        let mut runs: smallvec::SmallVec<[std::ops::Range<usize>; 6]> = smallvec::SmallVec::new();
        let mut open = false;
        for c in number.chars() {
            let digit = c.is_ascii_digit();
            let at = out.len() - base;
            if c.is_ascii_alphanumeric() {
                out.push(c.to_ascii_uppercase());
            }
            match runs.last_mut() {
                Some(run) if digit && open => run.end = at + 1,
                _ if digit => runs.push(at..at + 1),
                _ => {}
            }
            open = digit;
        }
        let whole = out.get(base..).unwrap_or("");
        let text = |r: &std::ops::Range<usize>| whole.get(r.clone()).unwrap_or("");
        let mut cut = NumberCut {
            whole: whole.len(),
            prefix: whole.bytes().take_while(|b| !b.is_ascii_digit()).count(),
            digits: whole.bytes().filter(u8::is_ascii_digit).skip_while(|b| *b == b'0').count(),
            ..NumberCut::default()
        };
        let stripped = |r: std::ops::Range<usize>| {
            let zeros = text(&r).len() - strip_zeros(text(&r)).len();
            r.start + zeros..r.end
        };
        match runs.as_slice() {
            [] => {}
            [only] => {
                cut.tail = stripped(only.clone());
                if let Some((year, rest)) = glued_year(text(only), of) {
                    (cut.year, cut.tail) = (Some(year), stripped(only.end - rest.len()..only.end));
                }
            }
            several => {
                let words: smallvec::SmallVec<[&str; 6]> = several.iter().map(text).collect();
                let (at, year) = running_of(&words, of);
                cut.year = year;
                cut.tail = several.get(at).cloned().map(stripped).unwrap_or_default();
            }
        }
        cut
    }
}

/// Year and running number glued in one run of digits: of eight or more, or with the year of the document in front.
fn glued_year(run: &str, of: Option<NaiveDate>) -> Option<(u32, &str)> {
    let of_year = of.and_then(|d| u32::try_from(d.year()).ok());
    let cut = |head: usize, least: usize| {
        let (year, rest) = run.split_at_checked(head)?;
        Some((year_of(year)?, rest)).filter(|_| run.len() >= least)
    };
    let of_document = |found: &(u32, &str)| Some(found.0) == of_year;
    cut(4, 8).or_else(|| cut(4, 7).filter(of_document)).or_else(|| cut(2, 5).filter(of_document))
}

/// Whether the capitals and digits of a text are these.
pub fn is_compact(text: &str, compact: &str) -> bool {
    text.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_uppercase()).eq(compact.bytes())
}

/// The key of the capitals and digits of a text: of [`compact`].
pub fn compact_key(text: &str) -> Key {
    text.bytes().filter(u8::is_ascii_alphanumeric).fold(EMPTY, |key, b| extend(key, &[b.to_ascii_uppercase()]))
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
            let f = DocumentForms::dated(doc_no, NaiveDate::from_ymd_opt(year, 4, 17));
            (f.tail, f.year)
        };
        assert_eq!(dated("RG2676113", 2026), ("76113".to_owned(), Some(2026)));
        assert_eq!(dated("RG2676113", 2025), ("2676113".to_owned(), None));
        assert_eq!(dated("2026731", 2026), ("731".to_owned(), Some(2026)));
        let f = DocumentForms::new("26-0731");
        assert_eq!((f.tail.as_str(), f.year), ("731", Some(2026)));
    }
}
