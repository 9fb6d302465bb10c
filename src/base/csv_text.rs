//! Text in CSV cells. In goes any text, out goes a cell that no spreadsheet evaluates, splits or hides under any separator
//! and locale; [`unescape`] gives the exact text back.
//!
//! A harmless text stays as it is. Any other gets an apostrophe in front, and inside it a backslash becomes `\\`, a control,
//! bidirectional or invisible character becomes `\u{…}`, and so does a separator before something that starts a formula:
//!
//! ```text
//! =1+1            '=1+1
//! x;=1+1          'x\u{3b}=1+1
//! 'quoted'        ''quoted'
//! two⏎lines       'two\u{a}lines
//! C:\files        C:\files
//! ```

use super::is_hidden;
use std::fmt::Write;

/// How CSV is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CsvDialect {
    /// Comma, decimal point, LF.
    #[default]
    Plain,
    /// Byte-order mark, semicolon, decimal comma, CRLF: opens by double click in a spreadsheet of most of Europe.
    ExcelSemicolon,
}

impl CsvDialect {
    /// The text form.
    pub fn as_str(self) -> &'static str {
        match self {
            CsvDialect::Plain => "plain",
            CsvDialect::ExcelSemicolon => "excel-semicolon",
        }
    }

    /// What stands between cells.
    pub fn separator(self) -> char {
        match self {
            CsvDialect::Plain => ',',
            CsvDialect::ExcelSemicolon => ';',
        }
    }

    fn line_end(self) -> &'static str {
        match self {
            CsvDialect::Plain => "\n",
            CsvDialect::ExcelSemicolon => "\r\n",
        }
    }
}

/// One cell.
#[derive(Debug, Clone)]
pub enum CsvCell {
    /// Text from outside or ours; escaped.
    Text(String),
    /// A figure of ours with a decimal point; written with the dialect's decimal sign.
    Figure(String),
}

impl CsvCell {
    /// A text cell.
    pub fn text(text: impl Into<String>) -> Self {
        CsvCell::Text(text.into())
    }

    /// A text cell, empty for nothing.
    pub fn maybe(text: Option<impl ToString>) -> Self {
        CsvCell::Text(text.map(|t| t.to_string()).unwrap_or_default())
    }
}

/// A CSV file in the making.
#[derive(Debug)]
pub struct CsvTable {
    dialect: CsvDialect,
    out: String,
}

impl CsvTable {
    /// A table with its header.
    pub fn new(dialect: CsvDialect, header: &[&str]) -> Self {
        let mut table = CsvTable { dialect, out: String::new() };
        if dialect == CsvDialect::ExcelSemicolon {
            table.out.push('\u{feff}');
        }
        table.row(header.iter().map(|h| CsvCell::text(*h)));
        table
    }

    /// A part of a table, without its header.
    pub fn rows_only(dialect: CsvDialect) -> Self {
        CsvTable { dialect, out: String::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = CsvCell>) {
        for (i, cell) in cells.into_iter().enumerate() {
            if i > 0 {
                self.out.push(self.dialect.separator());
            }
            match cell {
                CsvCell::Text(text) => self.quoted(&escape(&text)),
                CsvCell::Figure(figure) if self.dialect == CsvDialect::ExcelSemicolon => {
                    self.out.push_str(&figure.replace('.', ","));
                }
                CsvCell::Figure(figure) => self.out.push_str(&figure),
            }
        }
        self.out.push_str(self.dialect.line_end());
    }

    fn quoted(&mut self, text: &str) {
        // A leading or trailing blank is kept by quotes alone. Every separator of any locale asks for quotes.
        let needs = text.contains(['"', ',', ';', '|']) || text.starts_with(' ') || text.ends_with(' ');
        if needs {
            self.out.push('"');
            self.out.push_str(&text.replace('"', "\"\""));
            self.out.push('"');
        } else {
            self.out.push_str(text);
        }
    }

    /// The whole file, or what is left of it.
    pub fn finish(self) -> String {
        self.out
    }

    /// Takes out what was added so far, for files that are written piece by piece, once it is worth it.
    pub fn piece(&mut self) -> Option<String> {
        const WORTH: usize = 1 << 20;
        (self.out.len() >= WORTH).then(|| std::mem::take(&mut self.out))
    }
}

/// Makes a text safe for a cell, see the module's head.
pub fn escape(text: &str) -> String {
    if is_harmless(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 8);
    out.push('\'');
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c == '\\' {
            out.push_str("\\\\");
        } else if hides(c) || is_separator(c) && starts_formula(rest.as_str()) {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// The text that [`escape`] was given. A cell without a leading apostrophe is its own text.
pub fn unescape(cell: &str) -> String {
    let Some(body) = cell.strip_prefix('\'') else { return cell.to_owned() };
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        if let Some(tail) = after.strip_prefix('\\') {
            out.push('\\');
            rest = tail;
        } else if let Some((c, tail)) = code_point(after) {
            out.push(c);
            rest = tail;
        } else {
            // Not of our making: kept as it is.
            out.push('\\');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

fn code_point(text: &str) -> Option<(char, &str)> {
    let (digits, tail) = text.strip_prefix("u{")?.split_once('}')?;
    if digits.len() > 6 {
        return None;
    }
    Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, tail))
}

fn is_harmless(text: &str) -> bool {
    if text.starts_with('\'') || starts_formula(text) {
        return false;
    }
    if text.bytes().all(|b| matches!(b, b' '..=b'~') && !matches!(b, b',' | b';' | b'|')) {
        return true;
    }
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if hides(c) || is_separator(c) && starts_formula(rest.as_str()) {
            return false;
        }
    }
    true
}

/// Whether a spreadsheet would evaluate a cell of this text, looking behind blanks, quotes and what does not show.
fn starts_formula(text: &str) -> bool {
    let behind = text.trim_start_matches(|c: char| c.is_whitespace() || hides(c) || matches!(c, '"' | '\''));
    behind.starts_with([
        '=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\u{fe66}', '\u{fe62}', '\u{fe63}',
        '\u{fe6b}', '\u{2212}',
    ])
}

/// Signs at which some locale or import splits cells.
fn is_separator(c: char) -> bool {
    matches!(c, ',' | ';' | '|')
}

/// Characters that do not show, turn the reading direction, break a line, or that XML cannot carry.
pub fn hides(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    is_hidden(c)
        || matches!(c, '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}' | '\u{fdd0}'..='\u{fdef}')
        || u32::from(c) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_words_stay_as_they_are() {
        for text in ["Müller & Söhne GmbH", "RE-2026-00731, RE-2026-00732", "a;b", "C:\\x", "1.190,00", ""] {
            assert_eq!(escape(text), text);
        }
    }

    #[test]
    fn what_a_spreadsheet_would_evaluate_gets_an_apostrophe() {
        let cases = [
            ("=1+1", "'=1+1"),
            ("-2+3|cmd", "'-2+3|cmd"),
            (" =1", "' =1"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("\u{200b}=1", "'\\u{200b}=1"),
            ("'=1", "''=1"),
            ("x;=1", "'x\\u{3b}=1"),
            ("x,\"=1", "'x\\u{2c}\"=1"),
            ("x\n=1", "'x\\u{a}=1"),
            ("\tx\\y", "'\\u{9}x\\\\y"),
        ];
        for (text, cell) in cases {
            assert_eq!(escape(text), cell);
            assert_eq!(unescape(cell), text);
        }
    }

    #[test]
    fn the_semicolon_dialect_has_mark_comma_and_crlf() {
        let mut table = CsvTable::new(CsvDialect::ExcelSemicolon, &["a", "b"]);
        table.row([CsvCell::Figure("-12.50".to_owned()), CsvCell::text("x, y")]);
        assert_eq!(table.finish(), "\u{feff}a;b\r\n-12,50;\"x, y\"\r\n");
    }

    fn hostile() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            any::<char>().prop_map(String::from),
            prop::sample::select(vec![
                "=", "+", "-", "@", "'", "\\", "\\u{41}", "\t", "\r\n", ";", ",", "|", "\"", " ", "\u{200b}",
                "\u{202e}", "\u{ff1d}", "u{", "}"
            ])
            .prop_map(str::to_owned),
        ];
        prop::collection::vec(piece, 0..12).prop_map(|p| p.concat())
    }

    proptest! {
        #[test]
        fn unescape_undoes_escape_and_no_cell_starts_a_formula(text in hostile()) {
            let cell = escape(&text);
            prop_assert_eq!(unescape(&cell), text);
            prop_assert!(!cell.chars().any(hides));
            prop_assert!(cell.starts_with('\'') || !starts_formula(&cell));
            for (at, c) in cell.char_indices() {
                if is_separator(c) {
                    prop_assert!(!starts_formula(&cell[at + 1..]), "splits into a formula: {}", cell);
                }
            }
        }
    }
}
