//! Text to logical records. A record is a line with its code; the lines 88 behind it belong to it.

use crate::base::Place;
use crate::error::{Error, ErrorCode};

/// One physical line without its code: its number and what follows `NN,`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'t> {
    /// Counted from 1.
    pub number: u64,
    /// Column of the first character of the text, from 1.
    pub column: u64,
    /// Without the blanks that fill a line up.
    pub text: &'t str,
}

/// One logical record.
#[derive(Debug, Clone)]
pub(super) struct Record<'t> {
    /// `01`, `02`, `03`, `16`, `49`, `98`, `99`.
    pub code: &'t str,
    /// Its own line and those that continue it.
    pub lines: Vec<Line<'t>>,
}

impl<'t> Record<'t> {
    /// Where it begins.
    pub(super) fn place(&self) -> Place {
        Place::line_column(self.lines.first().map_or(1, |l| l.number), 1).at(self.code)
    }

    /// Its fields, one after the other.
    pub(super) fn fields(&self) -> Fields<'_, 't> {
        Fields { record: self, line: 0, at: 0, ended: false }
    }
}

/// Cuts a text into records.
///
/// # Errors
/// [`ErrorCode::Structure`] at a line that is no record of BAI2.
pub(super) fn records(text: &str) -> Result<Vec<Record<'_>>, Error> {
    let mut records: Vec<Record<'_>> = Vec::new();
    for (i, raw) in text.split('\n').enumerate() {
        let raw = raw.trim_end();
        let text = raw.trim_start_matches(['\u{feff}', ' ', '\u{1a}']);
        if text.is_empty() {
            continue;
        }
        let number = i as u64 + 1;
        let code = text.get(..2).filter(|c| c.bytes().all(|b| b.is_ascii_digit()));
        let rest = text.get(2..).and_then(|r| r.strip_prefix([',', '/']).or(Some(r).filter(|r| r.is_empty())));
        let known = code.filter(|c| matches!(*c, "01" | "02" | "03" | "16" | "49" | "88" | "98" | "99"));
        let (Some(code), Some(rest)) = (known, rest) else {
            let place = Place::line_column(number, 1);
            let found = format!("`{}`", text.chars().take(20).collect::<String>());
            return Err(Error::new(
                ErrorCode::Structure,
                place,
                found,
                "a record: 01, 02, 03, 16, 49, 88, 98 or 99 and a comma",
            )
            .with_hint("the file may be cut off or mixed with another; ask the bank for it again"));
        };
        let column = (raw.chars().count() - rest.chars().count()) as u64 + 1;
        let line = Line { number, column, text: rest };
        match records.last_mut() {
            Some(last) if code == "88" => last.lines.push(line),
            None if code == "88" => {
                let place = Place::line_column(number, 1);
                return Err(Error::new(
                    ErrorCode::Structure,
                    place,
                    "a continuation (88) of nothing",
                    "the file header (01)",
                ));
            }
            _ => records.push(Record { code, lines: vec![line] }),
        }
    }
    Ok(records)
}

/// Reads a record field by field. A slash ends the fields of a line; the next ones stand on its continuation.
#[derive(Debug, Clone)]
pub(super) struct Fields<'r, 't> {
    record: &'r Record<'t>,
    line: usize,
    at: usize,
    /// The last field of the current line was taken.
    ended: bool,
}

impl<'t> Fields<'_, 't> {
    /// The next field, trimmed, with its place; `None` at the end of the record.
    pub(super) fn next(&mut self) -> Option<(&'t str, Place)> {
        loop {
            let line = self.record.lines.get(self.line)?;
            if self.ended {
                self.line += 1;
                self.at = 0;
                self.ended = false;
                continue;
            }
            let rest = line.text.get(self.at..).unwrap_or("");
            let place = self.place_at(line);
            let end = rest.find([',', '/']);
            let field = rest.get(..end.unwrap_or(rest.len())).unwrap_or("");
            match end.map(|e| rest.as_bytes().get(e) == Some(&b',')) {
                Some(true) => self.at += field.len() + 1,
                // A comma at the end of a line leaves the next field to the continuation, not an empty one before it.
                _ => self.ended = true,
            }
            if self.ended && field.trim().is_empty() && self.at > 0 && end.is_none() {
                continue;
            }
            return Some((field.trim(), place));
        }
    }

    /// A field that is not empty.
    pub(super) fn filled(&mut self) -> Option<(&'t str, Place)> {
        self.next().filter(|(text, _)| !text.is_empty())
    }

    /// What is left as text: commas and slashes belong to it, but for a slash that ends a line. One piece per line.
    pub(super) fn text(mut self) -> Vec<&'t str> {
        let mut pieces = Vec::new();
        if self.ended {
            self.line += 1;
            self.at = 0;
        }
        while let Some(line) = self.record.lines.get(self.line) {
            let rest = line.text.get(self.at..).unwrap_or("").trim_end();
            let piece = rest.strip_suffix('/').unwrap_or(rest).trim();
            if !piece.is_empty() {
                pieces.push(piece);
            }
            self.line += 1;
            self.at = 0;
        }
        pieces
    }

    fn place_at(&self, line: &Line<'_>) -> Place {
        let before = line.text.get(..self.at).map_or(0, |t| t.chars().count()) as u64;
        Place::line_column(line.number, line.column + before).at(self.record.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<Vec<String>> {
        let of = |r: &Record<'_>| {
            let mut fields = r.fields();
            std::iter::from_fn(|| fields.next().map(|(f, _)| f.to_owned())).collect()
        };
        records(text).unwrap().iter().map(of).collect()
    }

    #[test]
    fn continuations_go_on_with_the_next_field() {
        assert_eq!(all("03,1,USD,010,5/\n88,,,015/\n88,7/")[0], ["1", "USD", "010", "5", "", "", "015", "7"]);
        assert_eq!(all("03,1,,010,-500,,\n88,100,7/   \r\n")[0], ["1", "", "010", "-500", "", "100", "7"]);
        assert_eq!(all("49,5,2/")[0], ["5", "2"]);
    }

    #[test]
    fn text_keeps_commas_and_slashes_but_for_the_last() {
        let r = records("16,165,5,Z,,,INV 1/2, PO 7/\n88,and more/").unwrap().remove(0);
        let mut fields = r.fields();
        let taken: Vec<_> = (0..5).filter_map(|_| fields.next()).map(|(f, _)| f).collect();
        assert_eq!(taken, ["165", "5", "Z", "", ""]);
        assert_eq!(fields.text(), ["INV 1/2, PO 7", "and more"]);
    }

    #[test]
    fn what_is_no_record_has_its_line() {
        let e = records("01,a/\nhello").unwrap_err();
        assert_eq!((e.code(), e.place().line), (ErrorCode::Structure, Some(2)));
        assert!(records("88,a").is_err());
    }
}
