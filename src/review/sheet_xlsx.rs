//! A spreadsheet of decisions as rows, as `.xlsx` or `.ods`. Numbers come back as floating point: none of them is money that is read
//! here, and a whole number is written without its point, as the reviewer saw it.

use super::cells::from_sheet;
use super::sheet::{Sheet, SheetRow, column_name};
use super::xlsx::{IDENTITY_SHEET, SHEET};
use crate::base::Set;
use calamine::{Data, Ods, Range, Reader, Xlsx};
use std::io::{Cursor, Read};

/// Most bytes of a sheet's inside that a file may unpack to.
const INSIDE_MAX: u64 = 1 << 30;
/// Rows above the header that may hold a title or a note.
const ABOVE_MAX: usize = 20;
/// Most columns of a sheet; what stands further right is nobody's.
const COLUMNS_MAX: usize = 16_384;

pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Sheet, String> {
    let Inspected { saved_at, is_open_document } = inspect(bytes)?;
    let (mut sheet, identity) = if is_open_document {
        open_document(name, Cursor::new(bytes))?
    } else {
        office_open(name, Cursor::new(bytes))?
    };
    sheet.saved_at = saved_at;
    sheet.identity = identity;
    Ok(sheet)
}

type WithIdentity = (Sheet, Option<Set<(String, String)>>);

fn office_open(name: &str, bytes: Cursor<&[u8]>) -> Result<WithIdentity, String> {
    let mut book: Xlsx<_> = Xlsx::new(bytes).map_err(|e| e.to_string())?;
    let names = book.sheet_names().to_vec();
    let list = names.iter().any(|n| n == IDENTITY_SHEET).then(|| book.worksheet_range(IDENTITY_SHEET));
    let identity = list.transpose().map_err(|e| e.to_string())?.map(|range| identity(&range));
    let mut rows = Rows::new(name, chosen(&names)?);
    // Cell by cell: a large queue has millions, and most columns are not needed.
    let mut cells = book.worksheet_cells_reader(&rows.sheet_name).map_err(|e| e.to_string())?;
    while let Some(cell) = cells.next_cell().map_err(|e| e.to_string())? {
        let (row, column) = cell.get_position();
        if rows.wants(column as usize) {
            rows.cell(row, column as usize, &Data::from(cell.get_value().clone()))?;
        }
    }
    Ok((rows.finish()?, identity))
}

fn open_document(name: &str, bytes: Cursor<&[u8]>) -> Result<WithIdentity, String> {
    let mut book: Ods<_> = Ods::new(bytes).map_err(|e| e.to_string())?;
    let names = book.sheet_names().to_vec();
    let mut rows = Rows::new(name, chosen(&names)?);
    let range = book.worksheet_range(&rows.sheet_name).map_err(|e| e.to_string())?;
    let (top, left) = range.start().unwrap_or((0, 0));
    for (row, column, cell) in range.used_cells() {
        let row = top.saturating_add(u32::try_from(row).unwrap_or(u32::MAX));
        rows.cell(row, column.saturating_add(left as usize), cell)?;
    }
    let sheet = rows.finish()?;
    let list = names.iter().any(|n| n == IDENTITY_SHEET).then(|| book.worksheet_range(IDENTITY_SHEET));
    let identity = list.transpose().map_err(|e| e.to_string())?.map(|range| identity(&range));
    Ok((sheet, identity))
}

/// The sheet that reviewers work in, else the first.
fn chosen(names: &[String]) -> Result<String, String> {
    let own = names.iter().find(|n| *n == SHEET).or(names.first());
    own.cloned().ok_or_else(|| "a spreadsheet without sheets".to_owned())
}

/// Rows in the making, from cells in their order.
struct Rows {
    file: String,
    sheet_name: String,
    sheet: Option<Sheet>,
    /// Rows seen before the header.
    above: usize,
    /// The row of `cells`, from 0.
    row: u32,
    cells: Vec<String>,
}

impl Rows {
    fn new(file: &str, sheet_name: String) -> Self {
        Rows { file: file.to_owned(), sheet_name, sheet: None, above: 0, row: 0, cells: Vec::new() }
    }

    /// Whether a column is read at all.
    fn wants(&self, column: usize) -> bool {
        self.sheet.as_ref().is_none_or(|s| s.columns.get(column).is_some_and(Option::is_some))
    }

    fn cell(&mut self, row: u32, column: usize, cell: &Data) -> Result<(), String> {
        if row != self.row {
            self.end_row()?;
            self.row = row;
        }
        if *cell == Data::Empty || column >= COLUMNS_MAX {
            return Ok(());
        }
        if self.cells.len() <= column {
            self.cells.resize(column + 1, String::new());
        }
        if let Some(slot) = self.cells.get_mut(column) {
            *slot = text(cell);
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), String> {
        let cells = std::mem::take(&mut self.cells);
        if cells.is_empty() {
            return Ok(());
        }
        if let Some(sheet) = &mut self.sheet {
            sheet.rows.push(SheetRow { label: (u64::from(self.row) + 1).to_string(), cells });
            return Ok(());
        }
        // A title or a blank line above the header does not matter.
        let is_header = cells.iter().any(|c| matches!(column_name(c).as_str(), "exception_id" | "decision"));
        if is_header && self.above < ABOVE_MAX {
            self.sheet = Some(Sheet::with_header(format!("{}:{}!", self.file, self.sheet_name), &cells)?);
        }
        self.above += 1;
        Ok(())
    }

    fn finish(mut self) -> Result<Sheet, String> {
        self.end_row()?;
        self.sheet.ok_or(format!("sheet {} has no header with exception_id and decision", self.sheet_name))
    }
}

fn identity(range: &Range<Data>) -> Set<(String, String)> {
    let rows = range.rows().skip(1);
    rows.map(|cells| (text(cells.first().unwrap_or(&Data::Empty)), text(cells.get(1).unwrap_or(&Data::Empty))))
        .collect()
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

/// What is known of a file before it is opened.
struct Inspected {
    /// When it was saved. Our own files carry a fixed time: unsaved.
    saved_at: Option<String>,
    is_open_document: bool,
}

/// Refuses what would not fit into memory, and finds when the file was saved.
fn inspect(bytes: &[u8]) -> Result<Inspected, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| e.to_string())?;
    let mut inside = 0u64;
    for n in 0..archive.len() {
        inside = inside.saturating_add(archive.by_index_raw(n).map_err(|e| e.to_string())?.size());
    }
    if inside > INSIDE_MAX {
        return Err(format!("{inside} bytes inside the spreadsheet, more than {INSIDE_MAX}"));
    }
    let mut part = |name: &str| -> Option<String> {
        let mut xml = String::new();
        archive.by_name(name).ok()?.take(100_000).read_to_string(&mut xml).ok()?;
        Some(xml)
    };
    let is_open_document = part("mimetype").is_some_and(|m| m.starts_with("application/vnd.oasis.opendocument"));
    let (name, tag) =
        if is_open_document { ("meta.xml", "<dc:date") } else { ("docProps/core.xml", "<dcterms:modified") };
    let xml = part(name).unwrap_or_default();
    let saved = xml.split_once(tag).and_then(|(_, rest)| rest.split_once('>'));
    let time = saved.and_then(|(_, rest)| rest.split_once('<')).map(|(time, _)| time.trim().to_owned());
    let plain = |t: &String| t.len() <= 40 && t.chars().all(|c| c.is_ascii_alphanumeric() || "-:.+".contains(c));
    let saved_at = time.filter(plain).filter(|t| !t.starts_with("2000-01-01"));
    Ok(Inspected { saved_at, is_open_document })
}
