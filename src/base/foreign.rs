//! Files in the wrong place, told by their first bytes: a workbook given as CSV, open items given as a statement. In: bytes. Out:
//! what they look like, for a message that helps. Never used to accept anything.

use super::fold_name;

/// What a file looks like that was given for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Foreign {
    /// A spreadsheet in a binary form.
    Workbook,
    /// A PDF.
    Pdf,
    /// A compressed archive that is no workbook.
    Archive,
    /// A page of a web site: what some banks call a spreadsheet, or their page for a session that has ended.
    WebPage,
    /// The interchange format of old household programs, which states no balance and no currency.
    Qif,
    /// The fixed columns of French banks (CFONB).
    Cfonb,
    /// Open items of ours.
    OpenItems,
    /// Customers of ours.
    Customers,
}

impl Foreign {
    /// Looks at the beginning of a file.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let starts = |magic: &[u8]| bytes.starts_with(magic);
        if starts(b"PK\x03\x04") {
            let head = bytes.get(..4096).unwrap_or(bytes);
            let has = |needle: &[u8]| head.windows(needle.len()).any(|w| w == needle);
            let sheet =
                has(b"[Content_Types].xml") || has(b"xl/") || has(b"opendocument.spreadsheet") || has(b"_rels/");
            return Some(if sheet { Foreign::Workbook } else { Foreign::Archive });
        }
        if starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
            return Some(Foreign::Workbook);
        }
        if starts(b"%PDF-") {
            return Some(Foreign::Pdf);
        }
        if starts(b"\x1f\x8b") {
            return Some(Foreign::Archive);
        }
        let head = String::from_utf8_lossy(bytes.get(..4096).unwrap_or(bytes)).into_owned();
        let first = head.lines().map(|l| l.trim_start_matches('\u{feff}')).find(|l| !l.trim().is_empty())?;
        let start = first.trim_start().to_ascii_lowercase();
        if start.starts_with("<!doctype html") || start.starts_with("<html") {
            return Some(Foreign::WebPage);
        }
        if start.starts_with("!type:") || start.starts_with("!account") {
            return Some(Foreign::Qif);
        }
        let digits =
            |range: std::ops::Range<usize>| first.get(range).is_some_and(|t| t.bytes().all(|b| b.is_ascii_digit()));
        if first.starts_with("01") && (118..=122).contains(&first.len()) && digits(0..7) && digits(11..16) {
            return Some(Foreign::Cfonb);
        }
        let names: Vec<String> =
            first.split([',', ';', '\t', '{', ':']).map(|n| fold_name(n.trim_matches(['"', ' ', '[']))).collect();
        let has = |name: &str| names.iter().any(|n| *n == fold_name(name));
        if has("item_id") && has("open_amount") {
            return Some(Foreign::OpenItems);
        }
        let more = ["ibans", "aliases", "parent_id", "payer_ids", "on_hold", "is_supplier"];
        (has("customer_id") && has("name") && more.into_iter().any(has)).then_some(Foreign::Customers)
    }

    /// What it looks like, in words: `an Excel workbook`.
    pub fn words(self) -> &'static str {
        match self {
            Foreign::Workbook => "an Excel workbook",
            Foreign::Pdf => "a PDF",
            Foreign::Archive => "a compressed archive",
            Foreign::WebPage => "a web page (HTML)",
            Foreign::Qif => "a QIF file",
            Foreign::Cfonb => "a CFONB statement",
            Foreign::OpenItems => "a file of open items",
            Foreign::Customers => "a file of customers",
        }
    }

    /// What to do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Foreign::Workbook => "save it as CSV (UTF-8) in the spreadsheet program and give that file",
            Foreign::Pdf => "a PDF is for reading; ask for the same as data (a statement as CAMT.053, a list as CSV)",
            Foreign::Archive => "unpack it and give the files in it; an Excel workbook must be saved as CSV (UTF-8)",
            Foreign::WebPage => {
                "the bank's session may have ended, or its spreadsheet is a page: download the statement as CAMT.053, MT940 or CSV"
            }
            Foreign::Qif => {
                "QIF says neither account, currency nor balance; ask the bank for CAMT.053, MT940, OFX or CSV"
            }
            Foreign::Cfonb => "this format is not read; ask the bank for CAMT.053 or MT940",
            Foreign::OpenItems => "open items are given with --open-items",
            Foreign::Customers => "customers are given with --customers",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_in_the_wrong_place_are_known_by_their_beginning() {
        assert_eq!(Foreign::of(b"PK\x03\x04\x14\0\x06\0........[Content_Types].xml"), Some(Foreign::Workbook));
        assert_eq!(Foreign::of(b"PK\x03\x04\x14\0........day.xml"), Some(Foreign::Archive));
        assert_eq!(Foreign::of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"), Some(Foreign::Workbook));
        assert_eq!(Foreign::of(b"\xef\xbb\xbfitem_id;doc_no;Open_Amount\n1;2;3\n"), Some(Foreign::OpenItems));
        assert_eq!(Foreign::of(b"[{\"item_id\":\"1\",\"open_amount\":\"2\"}]"), Some(Foreign::OpenItems));
        assert_eq!(Foreign::of(b"customer_id,name,ibans\n"), Some(Foreign::Customers));
        assert_eq!(Foreign::of(b"\n<!DOCTYPE html><html>"), Some(Foreign::WebPage));
        assert_eq!(Foreign::of(b"!Type:Bank\nD24/04/2026\n"), Some(Foreign::Qif));
        let cfonb = format!("0130004    00828EUR2 00012345678  230426{:50}0000000100000{{{:16}\n", "", "");
        assert_eq!(Foreign::of(cfonb.as_bytes()), Some(Foreign::Cfonb));
        assert_eq!(Foreign::of(b"Date,Name,Amount\n"), None);
        assert_eq!(Foreign::of(b""), None);
    }
}
