//! Rows of a file of decisions: cells by column name, with their addresses. The files are read in `sheet_file.rs`, what the cells mean in
//! `vote.rs`.

use super::columns::column_of;
use crate::base::Set;

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

/// A header cell as a column's name, whatever stands around it.
pub(super) fn column_name(cell: &str) -> String {
    let trimmed =
        cell.trim().trim_matches(|c: char| c.is_whitespace() || "\"'\u{201c}\u{201d}\u{201e}\u{feff}".contains(c));
    trimmed.to_ascii_lowercase().replace(' ', "_")
}

impl Sheet {
    /// A sheet with this header. Errors with what is missing or doubled.
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
