//! Floor 6: the review round. The queue out (CSV, spreadsheet, page), the decisions of people back in. Pure: values and bytes
//! in, bytes and values out; what a decision does to payments and items is decided in `run`.
//!
//! | file | what |
//! |---|---|
//! | `columns.rs` | the columns as data: name, meaning, kind |
//! | `queue.rs` | rows from payments and decisions; `exception_id`, `row_hash` |
//! | `recorded.rs`, `queue_lines.rs` | the same values read back from `decisions.jsonl`, whole or the rows alone |
//! | `csv.rs`, `xlsx.rs`, `xlsx_rows.rs`, `xlsx_guide.rs`, `xlsx_money.rs`, `cells.rs` | the files of the queue |
//! | `sheet.rs`, `sheet_file.rs`, `sheet_xlsx.rs` | a file that came back as rows with addresses |
//! | `vote.rs`, `edits.rs` | a row as a decision; whether the rest of it was edited |
//! | `signature.rs` | who signed a file |
//! | `refusal.rs` | why a decision is not carried out |
//! | `page/` | `exceptions.html` |

mod cells;
mod columns;
mod csv;
mod edits;
#[cfg(feature = "review")]
mod page;
mod queue;
mod queue_lines;
mod recorded;
mod refusal;
mod sheet;
mod sheet_file;
#[cfg(feature = "review")]
mod sheet_xlsx;
#[cfg(feature = "review")]
mod signature;
mod vote;
#[cfg(feature = "review")]
mod xlsx;
#[cfg(feature = "review")]
mod xlsx_guide;
#[cfg(feature = "review")]
mod xlsx_money;
#[cfg(feature = "review")]
mod xlsx_rows;

pub use cells::{from_sheet, to_sheet};

pub use crate::model::exception_id;
pub use columns::{COLUMNS, Column, ColumnKind, ColumnPart, PROPOSALS, QUEUE_SCHEMA, column_of};
pub use csv::{exceptions_csv, exceptions_csv_pieces, exceptions_pieces};
#[cfg(feature = "review")]
pub use page::{exceptions_html, exceptions_html_pieces};
pub use queue::{CellValue, Proposal, Queue, QueueOrder, QueueRow, SplitBy, choice_label, row_hash};
pub use queue_lines::QueueLines;
pub use recorded::{Recorded, read_decisions};
pub use refusal::{Refusal, RefusalCode};
pub use sheet_file::REVIEWS_SCHEMA;
#[cfg(feature = "review")]
pub use signature::SIGNATURE_NAMESPACE;
pub use vote::{DecisionFile, Decisions, Vote, same_person};
#[cfg(feature = "review")]
pub use xlsx::{IDENTITY_SHEET, SHEET, exceptions_xlsx, fits_spreadsheet};

/// Every amount that a figure typed by a person may mean, in minor units: more than one is no figure to act on.
pub fn amounts_of(figure: &str, currency: crate::base::Currency) -> Vec<i64> {
    edits::amounts(&crate::base::bare_amount(figure).0, currency)
}
