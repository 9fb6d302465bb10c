//! Delimited text, split into rows of cells with their lines. In: decoded text. Out: rows, borrowed where possible.
//!
//! Our own splitter and not the `csv` crate's, because a reader of money must see what that one hides: a quote that is never
//! closed swallows all later rows without an error there, and `"x"y` becomes `xy`.

use std::borrow::Cow;

/// One row of cells, in file order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvRow<'a> {
    /// Line on which the row begins, counted from 1.
    pub line: u64,
    /// Its cells without their quotes.
    pub cells: Vec<Cow<'a, str>>,
    /// The text ends with this row and without a line break, as a file that was cut off does.
    pub unfinished: bool,
}

impl CsvRow<'_> {
    /// Whether no cell has anything but blanks.
    pub fn is_blank(&self) -> bool {
        let shows = |c: &str| c.as_bytes().first().is_some_and(u8::is_ascii_graphic);
        self.cells.iter().all(|c| !shows(c) && c.trim().is_empty())
    }
}

/// Quotes that do not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CsvRowsError {
    /// A quote that opens a cell and is never closed.
    #[error("a quote that opens here and is never closed")]
    Unterminated {
        /// Line of the opening quote.
        line: u64,
        /// Number of the cell, counted from 1.
        column: u64,
    },
    /// A single quote inside a quoted cell that runs over several lines: nobody can say where the cell ends.
    #[error("a quote inside a quoted cell of several lines that is not doubled")]
    Stray {
        /// Line of the opening quote.
        line: u64,
        /// Number of the cell, counted from 1.
        column: u64,
    },
}

impl CsvRowsError {
    /// Line and cell number.
    pub fn line_column(self) -> (u64, u64) {
        match self {
            CsvRowsError::Unterminated { line, column } | CsvRowsError::Stray { line, column } => (line, column),
        }
    }
}

/// Iterator over the rows of a text. Lines end with LF, CR LF or CR CR LF, or with CR where the whole text has no LF (else a
/// lone CR is part of a cell). Empty lines are no rows but count.
#[derive(Debug, Clone)]
pub struct CsvRows<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    delimiter: u8,
    quote: Option<u8>,
    /// The text has no LF at all: CR ends its lines.
    returns_only: bool,
}

/// Where the first byte stands that is a sign or below 0x0E, as line breaks are; the length if there is none. Cells are short:
/// eight bytes at a time find their ends sooner than a search that must set out.
#[inline]
fn stop(bytes: &[u8], sign: u8) -> usize {
    const ONES: u64 = u64::MAX / 255;
    let signs = ONES * u64::from(sign);
    let mut at = 0;
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*eight);
        let other = word ^ signs;
        // The high bit of each byte that is the sign or low. A borrow may set more of them, but only above a right one.
        let found = (other.wrapping_sub(ONES) & !other | word.wrapping_sub(ONES * 0x0E) & !word) & (ONES << 7);
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let tail = bytes.get(at..).unwrap_or_default();
    at + tail.iter().position(|b| *b == sign || *b < 0x0E).unwrap_or(tail.len())
}

#[derive(PartialEq)]
enum End {
    Cell,
    Row,
    File,
}

impl<'a> CsvRows<'a> {
    /// Rows of a text with a delimiter and, usually, a quote. Both are ASCII; others are read as a comma and no quote.
    pub fn new(text: &'a str, delimiter: char, quote: Option<char>) -> Self {
        let ascii = |c: char| u8::try_from(c).ok().filter(u8::is_ascii);
        CsvRows {
            text,
            at: 0,
            line: 1,
            delimiter: ascii(delimiter).unwrap_or(b','),
            quote: quote.and_then(ascii),
            returns_only: !text.contains('\n'),
        }
    }

    /// Rows of a piece of a text, with LF somewhere, that begins on a line.
    pub(crate) fn of_piece(text: &'a str, line: u64, delimiter: char, quote: Option<char>) -> Self {
        CsvRows { line, returns_only: false, ..CsvRows::new(text, delimiter, quote) }
    }

    /// Bytes of the text.
    pub(crate) fn length(&self) -> usize {
        self.text.len()
    }

    /// Where the next row begins: bytes from the start of the text, and its line.
    pub(crate) fn reached(&self) -> (usize, u64) {
        (self.at, self.line)
    }

    /// The text from a place on.
    pub(crate) fn text_from(&self, at: usize) -> &'a str {
        self.text.get(at..).unwrap_or_default()
    }

    /// Goes on behind a row on one line, of so many bytes with the end of its line, that was read by other means.
    pub(crate) fn pass(&mut self, length: usize) {
        self.at += length;
        self.line += 1;
    }

    /// Reads the next row into one that is used again. `false` at the end of the text.
    ///
    /// # Errors
    /// Where quotes do not fit together. Nothing can be read after it.
    pub fn read(&mut self, row: &mut CsvRow<'a>) -> Result<bool, CsvRowsError> {
        while self.at < self.text.len() {
            row.line = self.line;
            row.cells.clear();
            let last = loop {
                match self.cell(row.cells.len() as u64 + 1) {
                    Err(e) => {
                        self.at = self.text.len();
                        return Err(e);
                    }
                    Ok((cell, end)) => {
                        row.cells.push(cell);
                        if end != End::Cell {
                            break end;
                        }
                    }
                }
            };
            row.unfinished = last == End::File;
            if !matches!(row.cells.as_slice(), [only] if only.is_empty()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    #[inline]
    fn cell(&mut self, column: u64) -> Result<(Cow<'a, str>, End), CsvRowsError> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if let Some(quote) = self.quote.filter(|q| rest.first() == Some(q)) {
            return self.quoted(quote, column);
        }
        let mut len = 0;
        loop {
            let tail = rest.get(len..).unwrap_or_default();
            let end = stop(tail, self.delimiter);
            len += end;
            match tail.get(end..) {
                Some([b, ..]) if *b == self.delimiter => {
                    let cell = self.text.get(self.at..self.at + len).unwrap_or_default();
                    self.at += len + 1;
                    return Ok((Cow::Borrowed(cell), End::Cell));
                }
                Some(ends @ [b'\r', ..]) if !self.ends_line(ends) => len += 1,
                None | Some([] | [b'\n' | b'\r', ..]) => break,
                // Another control character is part of the cell.
                Some(_) => len += 1,
            }
        }
        let cell = self.text.get(self.at..self.at + len).unwrap_or_default();
        self.at += len;
        Ok((Cow::Borrowed(cell), self.end()))
    }

    fn quoted(&mut self, quote: u8, column: u64) -> Result<(Cow<'a, str>, End), CsvRowsError> {
        let bytes = self.text.as_bytes();
        let line = self.line;
        let (mut segment, mut scan) = (self.at + 1, self.at + 1);
        let mut unescaped = String::new();
        let (mut stray, mut broken) = (false, false);
        let close = loop {
            let rest = bytes.get(scan..).unwrap_or_default();
            let found = if broken { memchr::memchr(quote, rest) } else { Some(stop(rest, quote)) };
            let at = scan + found.unwrap_or(rest.len());
            match bytes.get(at) {
                None => return Err(CsvRowsError::Unterminated { line, column }),
                Some(&b) if b != quote => {
                    broken |= matches!(b, b'\n' | b'\r');
                    scan = at + 1;
                    continue;
                }
                Some(_) => {}
            }
            match bytes.get(at + 1) {
                Some(&next) if next == quote => {
                    unescaped.push_str(self.text.get(segment..=at).unwrap_or_default());
                    (segment, scan) = (at + 2, at + 2);
                }
                None => break at,
                Some(b'\n' | b'\r') if self.ends_line(bytes.get(at + 1..).unwrap_or_default()) => break at,
                Some(&next) if next == self.delimiter => break at,
                // `"Firma "Muster" GmbH"`: banks forget to double. It is kept as it stands.
                Some(_) => (stray, scan) = (true, at + 1),
            }
        };
        let tail = self.text.get(segment..close).unwrap_or_default();
        let breaks = if broken { line_breaks(self.text.get(self.at..close).unwrap_or_default()) } else { 0 };
        if stray && breaks > 0 {
            return Err(CsvRowsError::Stray { line, column });
        }
        self.line += breaks;
        self.at = close + 1;
        let cell = if unescaped.is_empty() {
            Cow::Borrowed(tail)
        } else {
            unescaped.push_str(tail);
            Cow::Owned(unescaped)
        };
        Ok((cell, self.end()))
    }

    /// Whether a line ends where these bytes begin.
    fn ends_line(&self, rest: &[u8]) -> bool {
        let returns = rest.iter().take_while(|b| **b == b'\r').count();
        rest.get(returns) == Some(&b'\n') || (returns > 0 && (self.returns_only || returns == rest.len()))
    }

    fn end(&mut self) -> End {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        match rest.first() {
            None => End::File,
            Some(b'\n' | b'\r') => {
                let returns = rest.iter().take_while(|b| **b == b'\r').count();
                let feed = usize::from(rest.get(returns) == Some(&b'\n'));
                // CR CR LF is one end of line, written twice by a careless program; CR CR alone are two.
                let lines = if feed == 1 { 1 } else { returns };
                self.at += returns + feed;
                self.line += lines as u64;
                End::Row
            }
            Some(_) => {
                self.at += 1;
                End::Cell
            }
        }
    }
}

impl<'a> Iterator for CsvRows<'a> {
    type Item = Result<CsvRow<'a>, CsvRowsError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut row = CsvRow { line: 0, cells: Vec::new(), unfinished: false };
        match self.read(&mut row) {
            Ok(true) => Some(Ok(row)),
            Ok(false) => None,
            Err(e) => Some(Err(e)),
        }
    }
}

/// Lines that end within a text: by LF, or by CR where it has none.
fn line_breaks(text: &str) -> u64 {
    let count = |b: u8| memchr::memchr_iter(b, text.as_bytes()).count() as u64;
    match count(b'\n') {
        0 => count(b'\r'),
        line_feeds => line_feeds,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_end_of_a_cell_is_where_a_plain_loop_finds_it(bytes in prop::collection::vec(prop_oneof![any::<u8>(), 9u8..16, 58u8..61], 0..40), sign: u8) {
            let plain = bytes.iter().position(|b| *b == sign || *b < 0x0E).unwrap_or(bytes.len());
            prop_assert_eq!(stop(&bytes, sign), plain);
        }
    }

    fn rows(text: &str) -> Vec<(u64, Vec<String>)> {
        CsvRows::new(text, ';', Some('"'))
            .map(|r| r.map(|r| (r.line, r.cells.iter().map(|c| c.to_string()).collect())).unwrap())
            .collect()
    }

    #[test]
    fn quotes_line_breaks_and_empty_lines_keep_their_lines() {
        let got = rows("a;b\r\n\r\n\"x\ny\";\"say \"\"hi\"\"\"\r\r\n1;\n");
        let want = [(1, vec!["a", "b"]), (3, vec!["x\ny", "say \"hi\""]), (5, vec!["1", ""])];
        assert_eq!(got, want.map(|(l, c)| (l, c.into_iter().map(str::to_owned).collect())));
    }

    #[test]
    fn a_quote_that_never_closes_is_named_with_its_line() {
        let mut rows = CsvRows::new("a;b\n1;\"open\n2;x\n3;y\n", ';', Some('"'));
        assert!(rows.next().unwrap().is_ok());
        assert_eq!(rows.next(), Some(Err(CsvRowsError::Unterminated { line: 2, column: 2 })));
        assert_eq!(rows.next(), None);
    }

    #[test]
    fn a_quote_that_is_not_doubled_is_kept_on_one_line_and_refused_over_two() {
        assert_eq!(rows("\"Firma \"Muster\" GmbH\";1\n").first().unwrap().1, ["Firma \"Muster\" GmbH", "1"]);
        let bad = CsvRows::new("\"abc\"x\n\"2026\";1\n", ';', Some('"')).next();
        assert_eq!(bad, Some(Err(CsvRowsError::Stray { line: 1, column: 1 })));
    }

    #[test]
    fn a_lone_return_ends_a_line_only_where_no_line_feed_does() {
        assert_eq!(rows("a;b\r1;2\r").len(), 2);
        let got = rows("a;b\n\r=1;2\n\"x\ry\";3\n");
        assert_eq!(got.get(1), Some(&(2, vec!["\r=1".to_owned(), "2".to_owned()])));
        assert_eq!(got.get(2), Some(&(3, vec!["x\ry".to_owned(), "3".to_owned()])));
    }

    #[test]
    fn a_text_that_ends_inside_a_row_says_so() {
        let last = CsvRows::new("a;b\n1;2", ';', None).last().unwrap().unwrap();
        assert!(last.unfinished);
        assert!(CsvRows::new("a;b\n1;2\n", ';', None).all(|r| !r.unwrap().unfinished));
    }
}
