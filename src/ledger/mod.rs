//! Floor 6: the embedded memory. What was read and applied goes in and is never lost, doubled or changed; it comes out by key.
//!
//! ```text
//!  record ──append──> checks ──> journal (append-only, chained by hash) ──fold──> index, sets
//!                                      │
//!                                      └── verify: read again from the first record, prove, compare
//! ```
//!
//! - [`Record`]s are the truth: [`Body`] says what each kind holds. Undo is one more record.
//! - [`Ledger`] is the logic over any [`Store`]; it knows no database and asks no clock.
//! - [`MemoryStore`] keeps nothing beyond the process; [`SqliteStore`] (feature `ledger`) is one file. For a database of your
//!   own implement [`Store`].

mod append;
mod bodies;
pub mod chain;
mod checks;
mod common_entries;
mod dump;
mod facts;
mod fold;
mod gaps;
mod history;
mod in_flight;
mod journal;
pub mod keys;
mod memory;
mod new_records;
mod people;
mod pruned;
mod record;
mod sets;
#[cfg(feature = "ledger")]
mod sqlite;
mod standing;
mod store;
#[cfg(test)]
mod tests;
mod undo;
mod verify;

pub use bodies::*;
pub use facts::{FactKind, LearnedFact};
pub use fold::{Flight, Waiting, gap_key};
pub use gaps::Gaps;
pub use history::{Event, History};
pub use in_flight::Shown;
pub use journal::Ledger;
pub use memory::MemoryStore;
pub use new_records::NewRecords;
pub use people::PersonDecision;
pub use record::{Hash, Head, Kind, Record, Stamp, from_hex, hex};
#[cfg(feature = "ledger")]
pub use sqlite::{SCHEMA, SqliteStore};
pub use standing::{ItemStanding, PaymentStanding, Undone};
pub use store::{Batch, Set, Store};
pub use verify::{Fault, Verified};
