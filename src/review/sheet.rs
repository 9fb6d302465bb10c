//! A file of decisions as rows: bytes in whatever shape a spreadsheet, a mail program or the page made of it in, cells by
//! column name with their addresses out. What the cells mean is read in `vote.rs`.

use super::columns::column_of;
use super::refusal::{Refusal, RefusalCode};
use crate::base::{CsvRows, Set, decode_text, unescape};

/// Rows of a file.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    /// File and sheet, for addresses: `exceptions.xlsx:Exceptions!` or `anna.csv:`.
    pub(super) prefix: String,
    /// Index into [`super::COLUMNS`] of every column of the file; `None` for one that is not ours.
    pub(super) columns: Vec<Option<usize>>,
    /// Rows below the header.
    pub(super) rows: Vec<SheetRow>,
    /// Ids and hashes that the spreadsheet was written with, where it still says so.
    pub(super) identity: Option<Set<(String, String)>>,
    /// When the file was saved, where it says so.
    pub(super) saved_at: Option<String>,
}

/// One row.
#[derive(Debug, Clone, Default)]
pub(super) struct SheetRow {
    /// Row number from 1, or `decisions[3]` in JSON.
    pub(super) label: String,
    /// Cells in the order of [`Sheet::columns`].
    pub(super) cells: Vec<String>,
}

impl Sheet {
    /// The text of a column, empty where the file has none.
    pub(super) fn get<'a>(&self, row: &'a SheetRow, name: &str) -> &'a str {
        self.index(name).and_then(|at| row.cells.get(at)).map_or("", String::as_str)
    }

    /// Address of a cell.
    pub(super) fn address(&self, row: &SheetRow, name: &str) -> String {
        if row.label.starts_with("decisions[") {
            return format!("{}{}.{name}", self.prefix, row.label);
        }
        let column = self.index(name).map(letters).unwrap_or_default();
        format!("{}{column}{}", self.prefix, row.label)
    }

    /// The columns that are ours: index into [`super::COLUMNS`] and position in the file.
    pub(super) fn ours(&self) -> impl Iterator<Item = (usize, usize)> {
        self.columns.iter().enumerate().filter_map(|(at, c)| Some(((*c)?, at)))
    }

    fn index(&self, name: &str) -> Option<usize> {
        let (wanted, _) = column_of(name)?;
        self.columns.iter().position(|c| *c == Some(wanted))
    }

    /// Takes the header. Errors with what is missing or doubled.
    fn header(&mut self, cells: &[String]) -> Result<(), String> {
        self.columns = cells.iter().map(|c| column_of(&column_name(c)).map(|(at, _)| at)).collect();
        for name in ["exception_id", "row_hash", "decision"] {
            let wanted = column_of(name).map(|(at, _)| at);
            match self.columns.iter().filter(|c| **c == wanted).count() {
                0 => return Err(format!("no column `{name}`: this is no queue of tieout, or its header was lost")),
                1 => {}
                n => return Err(format!("{n} columns `{name}`: nobody can say which one counts")),
            }
        }
        for (at, column) in self.columns.iter().enumerate() {
            let first = self.columns.iter().position(|c| c == column);
            if column.is_some() && first != Some(at) {
                let name = column.and_then(|c| super::COLUMNS.get(c)).map_or("", |c| c.name);
                return Err(format!("two columns `{name}`: nobody can say which one counts"));
            }
        }
        Ok(())
    }
}

/// Reads a file of decisions.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Sheet, Refusal> {
    let refuse = |text: String| Refusal::new(RefusalCode::File, name, "", text);
    if bytes.starts_with(b"PK\x03\x04") {
        #[cfg(feature = "review")]
        return super::sheet_xlsx::read(name, bytes).map_err(refuse);
        #[cfg(not(feature = "review"))]
        return Err(refuse("a spreadsheet, which this build cannot read: save it as CSV".to_owned()));
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(refuse(
            "an old or encrypted spreadsheet: save it as .xlsx without a password, or as CSV".to_owned(),
        ));
    }
    let decoded = decode_text(bytes, &["windows-1252"]).map_err(|e| refuse(e.to_string()))?;
    let text = decoded.text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with(['{', '[']) {
        return json(name, text).map_err(refuse);
    }
    csv(name, text).map_err(refuse)
}

fn csv(name: &str, text: &str) -> Result<Sheet, String> {
    // `sep=;` is a line by which spreadsheets are told the separator.
    let body = match text.split_once('\n') {
        Some((first, rest)) if first.to_ascii_lowercase().starts_with("sep=") => rest,
        _ => text,
    };
    let skipped = usize::from(body.len() != text.len());
    let head = body.lines().next().unwrap_or("");
    let separator = [',', ';', '\t', '|'].into_iter().max_by_key(|s| (head.matches(*s).count(), *s == ','));
    let mut sheet = Sheet { prefix: format!("{name}:"), ..Sheet::default() };
    let mut seen_header = false;
    let mut number = skipped;
    for row in CsvRows::new(body, separator.unwrap_or(','), Some('"')) {
        let row = row.map_err(|e| {
            let (line, column) = e.line_column();
            format!("line {line}, cell {column}: {e}")
        })?;
        number += 1;
        if row.is_blank() {
            continue;
        }
        if !seen_header {
            let cells: Vec<String> = row.cells.iter().map(|c| c.to_string()).collect();
            sheet.header(&cells)?;
            seen_header = true;
            continue;
        }
        let cells = row.cells.iter().map(|c| unescape(c)).collect();
        sheet.rows.push(SheetRow { label: number.to_string(), cells });
    }
    if seen_header { Ok(sheet) } else { Err("an empty file".to_owned()) }
}

/// `{"schema": "tieout.reviews/1", "decisions": [{"exception_id": …}]}`, or the bare list. The names are those of the columns.
fn json(name: &str, text: &str) -> Result<Sheet, String> {
    let value: serde_json::Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
    if let Some(schema) = value.get("schema")
        && schema.as_str() != Some(REVIEWS_SCHEMA)
    {
        return Err(format!("schema {schema}, expected {REVIEWS_SCHEMA}"));
    }
    let list = value.get("decisions").unwrap_or(&value).as_array().ok_or("no list of decisions")?;
    let names: Vec<String> = super::COLUMNS.iter().map(|c| c.name.to_owned()).collect();
    let mut sheet = Sheet { prefix: format!("{name}:"), ..Sheet::default() };
    sheet.header(&names)?;
    let mut given: Set<&str> = Set::default();
    for (n, one) in list.iter().enumerate() {
        let object = one.as_object().ok_or_else(|| format!("decisions[{n}] is no object"))?;
        let mut cells = vec![String::new(); names.len()];
        for (key, value) in object {
            let (at, column) = column_of(key).ok_or_else(|| format!("decisions[{n}] has an unknown key `{key}`"))?;
            given.insert(column.name);
            let text = match value {
                serde_json::Value::Null => String::new(),
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Number(number) => number.to_string(),
                _ => return Err(format!("decisions[{n}].{key} is no text")),
            };
            if let Some(cell) = cells.get_mut(at) {
                *cell = text;
            }
        }
        sheet.rows.push(SheetRow { label: format!("decisions[{n}]"), cells });
    }
    // Columns that no object has are not there: they are not compared with the queue.
    for (column, name) in sheet.columns.iter_mut().zip(&names) {
        if !given.contains(name.as_str()) && !matches!(name.as_str(), "exception_id" | "row_hash" | "decision") {
            *column = None;
        }
    }
    Ok(sheet)
}

/// Version of decisions as JSON.
pub const REVIEWS_SCHEMA: &str = "tieout.reviews/1";

/// A header cell as a column's name, whatever stands around it.
pub(super) fn column_name(cell: &str) -> String {
    let trimmed =
        cell.trim().trim_matches(|c: char| c.is_whitespace() || "\"'\u{201c}\u{201d}\u{201e}\u{feff}".contains(c));
    trimmed.to_ascii_lowercase().replace(' ', "_")
}

impl Sheet {
    /// The same for the reader of spreadsheets.
    #[cfg(feature = "review")]
    pub(super) fn with_header(prefix: String, cells: &[String]) -> Result<Sheet, String> {
        let mut sheet = Sheet { prefix, ..Sheet::default() };
        sheet.header(cells)?;
        Ok(sheet)
    }
}

/// Letters of a column: 0 is A.
fn letters(mut at: usize) -> String {
    let mut out = Vec::new();
    loop {
        out.push(char::from(b'A' + u8::try_from(at % 26).unwrap_or(0)));
        if at < 26 {
            break;
        }
        at = at / 26 - 1;
    }
    out.iter().rev().collect()
}
