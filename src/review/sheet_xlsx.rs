//! A spreadsheet of decisions as rows. Numbers come back as floating point: none of them is money that is read here, and a whole
//! number is written without its point, as the reviewer saw it.

use super::cells::from_sheet;
use super::sheet::{Sheet, SheetRow, column_name};
use super::xlsx::{IDENTITY_SHEET, SHEET};
use crate::base::Set;
use calamine::{Data, Range, Reader, Xlsx};
use std::io::{Cursor, Read};

/// Most bytes of a sheet's inside that a file may unpack to.
const INSIDE_MAX: u64 = 1 << 30;

pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Sheet, String> {
    let saved_at = inspect(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|e| e.to_string())?;
    let names = book.sheet_names().to_vec();
    let chosen = match names.iter().find(|n| *n == SHEET) {
        Some(name) => name.clone(),
        None => names.first().cloned().ok_or("a spreadsheet without sheets")?,
    };
    let range = book.worksheet_range(&chosen).map_err(|e| e.to_string())?;
    let (top, left) = range.start().unwrap_or((0, 0));
    let mut rows = range.rows().enumerate().filter(|(_, cells)| cells.iter().any(|c| *c != Data::Empty));
    // A title or a blank line above the header does not matter.
    let header = rows.by_ref().take(20).map(|(_, cells)| texts(left, cells)).find(|cells| {
        cells.iter().any(|c| column_name(c) == "exception_id") || cells.iter().any(|c| column_name(c) == "decision")
    });
    let header = header.ok_or(format!("sheet {chosen} has no header with exception_id and decision"))?;
    let mut sheet = Sheet::with_header(format!("{name}:{chosen}!"), &header)?;
    for (n, cells) in rows {
        let label = (u64::from(top) + n as u64 + 1).to_string();
        sheet.rows.push(SheetRow { label, cells: texts(left, cells) });
    }
    sheet.saved_at = saved_at;
    if names.iter().any(|n| n == IDENTITY_SHEET) {
        let range = book.worksheet_range(IDENTITY_SHEET).map_err(|e| e.to_string())?;
        sheet.identity = Some(identity(&range));
    }
    Ok(sheet)
}

fn identity(range: &Range<Data>) -> Set<(String, String)> {
    let rows = range.rows().skip(1);
    rows.map(|cells| (text(cells.first().unwrap_or(&Data::Empty)), text(cells.get(1).unwrap_or(&Data::Empty))))
        .collect()
}

/// Cells by their true column: a range begins at its first filled one.
fn texts(left: u32, cells: &[Data]) -> Vec<String> {
    let mut out = vec![String::new(); left as usize];
    out.extend(cells.iter().map(text));
    out
}

fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) => from_sheet(text),
        Data::Int(number) => number.to_string(),
        // Whole numbers up to 2^53 are exact; the rest in the shortest form that reads back the same.
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => format!("{number:.0}"),
        Data::Float(number) => number.to_string(),
        Data::Bool(yes) => yes.to_string(),
        // A day as its serial number.
        Data::DateTime(time) => format!("{:.0}", time.as_f64().floor()),
        Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Error(error) => format!("#{error:?}"),
    }
}

/// Refuses what would not fit into memory, and finds when the file was saved. Our own files carry a fixed time: unsaved.
fn inspect(bytes: &[u8]) -> Result<Option<String>, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| e.to_string())?;
    let mut inside = 0u64;
    for n in 0..archive.len() {
        inside = inside.saturating_add(archive.by_index_raw(n).map_err(|e| e.to_string())?.size());
    }
    if inside > INSIDE_MAX {
        return Err(format!("{inside} bytes inside the spreadsheet, more than {INSIDE_MAX}"));
    }
    let Ok(core) = archive.by_name("docProps/core.xml") else { return Ok(None) };
    let mut xml = String::new();
    if core.take(100_000).read_to_string(&mut xml).is_err() {
        return Ok(None);
    }
    let modified = xml.split_once("<dcterms:modified").and_then(|(_, rest)| rest.split_once('>'));
    let time = modified.and_then(|(_, rest)| rest.split_once('<')).map(|(time, _)| time.trim().to_owned());
    let plain = |t: &String| t.len() <= 40 && t.chars().all(|c| c.is_ascii_alphanumeric() || "-:.+".contains(c));
    Ok(time.filter(plain).filter(|t| !t.starts_with("2000-01-01")))
}
