//! The queue as CSV: `exceptions.csv`, the same columns as the spreadsheet. Text goes through the one reversible escape.

use super::columns::COLUMNS;
use super::queue::{CellValue, Queue, QueueOrder, QueueRow};
use crate::base::{CsvCell, CsvDialect, CsvTable, PlacedTexts, in_order, sum_figure};

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

/// The same in pieces of whole rows. Each payment is looked at once, in the order of the payments and on the calling rayon pool;
/// its row waits for its turn as compressed text.
///
/// # Errors
/// Those of `each`, at once.
pub fn exceptions_pieces<E>(
    order: &QueueOrder<'_>,
    dialect: CsvDialect,
    each: &mut dyn FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    each(&table(dialect).finish())?;
    let made = |n: usize| {
        let text = |(nth, row): (usize, QueueRow)| {
            let mut table = CsvTable::rows_only(dialect);
            add(&mut table, &row);
            (nth, table.finish())
        };
        order.rows_of_block(n).into_iter().map(text).collect::<Vec<_>>()
    };
    let mut texts = PlacedTexts::new(order.len());
    in_order(order.blocks(), made, &mut |rows: Vec<(usize, String)>| {
        rows.iter().for_each(|(nth, text)| texts.push(*nth, text));
        Ok(())
    })?;
    texts.pieces(each)
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
