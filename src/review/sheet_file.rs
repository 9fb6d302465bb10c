//! A file of decisions in, in whatever shape a spreadsheet, a mail program or the page made of it; its rows out.

use super::columns::column_of;
use super::refusal::{Refusal, RefusalCode};
use super::sheet::{Sheet, SheetRow};
use crate::base::{CsvRows, Set, decode_text, unescape};

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
    let mut sheet: Option<Sheet> = None;
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
        let Some(sheet) = &mut sheet else {
            let cells: Vec<String> = row.cells.iter().map(|c| c.to_string()).collect();
            sheet = Some(Sheet::with_header(format!("{name}:"), &cells)?);
            continue;
        };
        let cells = row.cells.iter().map(|c| unescape(c)).collect();
        sheet.rows.push(SheetRow { label: number.to_string(), cells });
    }
    sheet.ok_or_else(|| "an empty file".to_owned())
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
    let mut sheet = Sheet::with_header(format!("{name}:"), &names)?;
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
