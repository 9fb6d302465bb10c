//! The queue as CSV: `exceptions.csv`, the same columns as the spreadsheet. Text goes through the one reversible escape.

use super::columns::COLUMNS;
use super::queue::{CellValue, Queue};
use crate::base::{CsvCell, CsvDialect, CsvTable, sum_figure};

/// The file's text.
pub fn exceptions_csv(queue: &Queue, dialect: CsvDialect) -> String {
    let mut out = String::new();
    let done: Result<(), std::convert::Infallible> = exceptions_csv_pieces(queue, dialect, &mut |piece| {
        out.push_str(piece);
        Ok(())
    });
    match done {
        Ok(()) => out,
    }
}

/// The same in pieces, which are handed on as they are made.
///
/// # Errors
/// Those of `put`, at once.
pub fn exceptions_csv_pieces<E>(
    queue: &Queue,
    dialect: CsvDialect,
    put: &mut dyn FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let header: Vec<&str> = COLUMNS.iter().map(|c| c.name).collect();
    let mut table = CsvTable::new(dialect, &header);
    for row in &queue.rows {
        table.row(row.cells().map(|cell| match cell {
            CellValue::Empty => CsvCell::text(""),
            CellValue::Text(text) => CsvCell::Text(text),
            CellValue::Money(minor) => CsvCell::Figure(sum_figure(minor, row.currency)),
            CellValue::Date(day) => CsvCell::text(day.to_string()),
            CellValue::Number(number) => CsvCell::text(number.to_string()),
        }));
        if let Some(piece) = table.piece() {
            put(&piece)?;
        }
    }
    put(&table.finish())
}
