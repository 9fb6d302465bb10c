//! Floor 6: the review round. The queue out (CSV, spreadsheet, page), the decisions of people back in. Pure: values and bytes
//! in, bytes and values out; what a decision does to payments and items is decided in `run`.
//!
//! | file | what |
//! |---|---|
//! | `columns.rs` | the columns as data: name, meaning, kind |
//! | `queue.rs` | rows from payments and decisions; `exception_id`, `row_hash` |
//! | `recorded.rs` | the same values read back from `decisions.jsonl` |
//! | `page/` | `exceptions.html` |
//! | `csv.rs` | `exceptions.csv` |

mod cells;
mod columns;
mod csv;
#[cfg(feature = "review")]
mod page;
mod queue;
mod recorded;
#[cfg(feature = "review")]
mod xlsx;
#[cfg(feature = "review")]
mod xlsx_guide;

pub use cells::{from_sheet, to_sheet};
pub use columns::{COLUMNS, Column, ColumnKind, ColumnPart, PROPOSALS, QUEUE_SCHEMA, column_of};
pub use csv::exceptions_csv;
#[cfg(feature = "review")]
pub use page::exceptions_html;
pub use queue::{CellValue, Proposal, Queue, QueueRow, SplitBy, exception_id, row_hash};
pub use recorded::{Recorded, read_decisions};
#[cfg(feature = "review")]
pub use xlsx::{IDENTITY_SHEET, SHEET, exceptions_xlsx};
