//! Why a decision was not carried out: the cell, a code, a sentence. The payment stays in the queue.

use crate::error::harmless;
use serde::Serialize;
use std::fmt;

/// Kinds of refusal. The text form is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum RefusalCode {
    /// The file cannot be read, or is no queue.
    File,
    /// The id is of no payment of this run.
    UnknownId,
    /// Cells that are not the reviewer's were changed.
    Edited,
    /// The payment, its documents or its proposals have changed since the file was written.
    Stale,
    /// Somebody has decided this payment before.
    Decided,
    /// Two different answers for one payment, or two payments for the same open amount.
    Contradiction,
    /// A word or amount in a decision cell that cannot be read.
    Value,
    /// Something is missing for this decision.
    Incomplete,
    /// A document that does not exist, is not open, or exists more than once.
    Document,
    /// A document of another currency.
    Currency,
    /// Amounts that do not add up.
    Amount,
    /// Nobody the policy knows, or the identity is not proven.
    Reviewer,
    /// The statement behind the payment does not tie out.
    Statement,
}

impl RefusalCode {
    /// The text form.
    pub fn as_str(self) -> &'static str {
        match self {
            RefusalCode::File => "FILE",
            RefusalCode::UnknownId => "UNKNOWN_ID",
            RefusalCode::Edited => "EDITED",
            RefusalCode::Stale => "STALE",
            RefusalCode::Decided => "DECIDED",
            RefusalCode::Contradiction => "CONTRADICTION",
            RefusalCode::Value => "VALUE",
            RefusalCode::Incomplete => "INCOMPLETE",
            RefusalCode::Document => "DOCUMENT",
            RefusalCode::Currency => "CURRENCY",
            RefusalCode::Amount => "AMOUNT",
            RefusalCode::Reviewer => "REVIEWER",
            RefusalCode::Statement => "STATEMENT",
        }
    }
}

/// One refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Refusal {
    /// Which kind.
    pub code: RefusalCode,
    /// File and cell: `exceptions.xlsx:Exceptions!L14`, `anna.csv:L14`, `page.json:decisions[3].documents`.
    pub at: String,
    /// The row, where it is known.
    pub exception_id: Option<String>,
    /// One sentence. Text from outside is visible in it.
    pub text: String,
}

impl Refusal {
    /// A refusal; the text may quote what was found.
    pub fn new(code: RefusalCode, at: impl Into<String>, exception_id: &str, text: impl AsRef<str>) -> Self {
        let text: String = text.as_ref().chars().take(600).collect();
        Refusal {
            code,
            at: harmless(at),
            exception_id: (!exception_id.is_empty()).then(|| harmless(exception_id)),
            text: harmless(text),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.text)
    }
}
