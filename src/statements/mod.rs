//! Floor 3, after the formats: the statements of a whole run in, the payments to be decided out.
//!
//! [`collect`] puts statements in order, aside what came twice, and says what contradicts, overlaps or is missing between them.
//! [`payments`] makes one payment of each booked entry, or of each detail where the details sum.

mod chain;
mod collect;
mod content;
mod identity;
mod intraday;
mod payment;
mod payments;
mod returns;

#[cfg(test)]
mod tests;

pub use collect::collect;
pub use identity::{
    Batch, Origin, StatementIdentity, identity, is_other_party, may_be_same_account, occurrence_id, tells_entry,
};
pub use payments::{each_payment, payments};

use crate::base::Currency;
use crate::model::{Entry, Finding, Payment, Statement, Trust};

/// A statement together with the base name of the file it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct FiledStatement {
    /// Base name of the file.
    pub file: String,
    /// The statement.
    pub statement: Statement,
}

/// The statements of a run after those that came twice were put aside.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Day {
    /// In order: account, currency, closing date, sequence, content. Independent of file order.
    pub statements: Vec<FiledStatement>,
    /// One for each of `statements`: what the other statements of the run say about it.
    pub marks: Vec<Marks>,
    /// Put aside because the same content stands among `statements`, with the sentence that says so.
    pub repeated: Vec<(FiledStatement, Finding)>,
    /// Findings across statements: overlaps, gaps. A conflict stands at both statements, which it breaks.
    pub findings: Vec<Finding>,
}

/// What the other statements of a run say about one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Marks {
    /// [`Trust::Broken`] after a conflict, [`Trust::Gap`] where a statement is missing before it.
    pub trust: Option<Trust>,
    /// Indices of entries that also stand in another statement of the account, rising.
    pub overlapping: Vec<usize>,
    /// Indices of entries of a report or notification that stand again elsewhere and count there, rising.
    pub intraday_repeated: Vec<usize>,
    /// Indices of entries of a statement that names no account, which stand with day and amount in one that does, rising.
    pub elsewhere: Vec<usize>,
    /// Entries of a final statement that took details from a notification, as they stand in their own file, by index, rising.
    pub lent: Vec<(usize, Entry)>,
}

/// The payments of a day.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Payments {
    /// Order: account, currency, closing date, sequence, entry, detail.
    pub payments: Vec<Payment>,
    /// In step with `payments`: what each was made of.
    pub origins: Vec<Origin>,
    /// Entries that became no payment, by reason (`pending`, `information`, `future`, `unknown_status`,
    /// `intraday_repeated`, `no_date`, `excess_decimals`), with count and sum.
    pub left_out: Vec<LeftOut>,
}

/// Entries left out for one reason on one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Account.
    pub account: String,
    /// Currency.
    pub currency: Currency,
    /// Why.
    pub reason: String,
    /// How many.
    pub count: u64,
    /// Their net sum in minor units; of `excess_decimals` without what is finer.
    pub sum: i128,
}
