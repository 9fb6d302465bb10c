//! The queue as CSV: `exceptions.csv`, the same columns as the spreadsheet. Text goes through the one reversible escape.

use super::columns::COLUMNS;
use super::queue::{CellValue, Queue, QueueOrder, QueueRow};
use crate::base::{CsvCell, CsvDialect, CsvTable, sum_figure};

/// Rows that are made at once for a large queue.
const AT_ONCE: usize = 8192;

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
    let mut table = table(dialect);
    for row in &queue.rows {
        add(&mut table, row);
        if let Some(piece) = table.piece() {
            put(&piece)?;
        }
    }
    put(&table.finish())
}

/// The same in pieces of whole rows, of which only some are in memory.
///
/// # Errors
/// Those of `each`, at once.
pub fn exceptions_pieces<E>(
    order: &QueueOrder<'_>,
    dialect: CsvDialect,
    each: &mut dyn FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let mut table = table(dialect);
    for from in (0..order.len()).step_by(AT_ONCE) {
        order.rows(from, AT_ONCE).iter().for_each(|row| add(&mut table, row));
        if let Some(piece) = table.piece() {
            each(&piece)?;
        }
    }
    each(&table.finish())
}

fn table(dialect: CsvDialect) -> CsvTable {
    let header: Vec<&str> = COLUMNS.iter().map(|c| c.name).collect();
    CsvTable::new(dialect, &header)
}

fn add(table: &mut CsvTable, row: &QueueRow) {
    table.row(row.cells().map(|cell| match cell {
        CellValue::Empty => CsvCell::text(""),
        CellValue::Text(text) => CsvCell::Text(text),
        CellValue::Money(minor) => CsvCell::Figure(sum_figure(minor, row.currency)),
        CellValue::Date(day) => CsvCell::text(day.to_string()),
        CellValue::Number(number) => CsvCell::text(number.to_string()),
    }));
}
