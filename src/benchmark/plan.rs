//! One planned payment with its truth, before it is written into a statement.

use chrono::NaiveDate;

/// What a careful clerk does with a payment, as the data shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// Applies it without asking: the data decides.
    Automatic,
    /// Looks at it: the data does not decide, or the policy says so.
    Review,
    /// Applies it to no document, ever.
    NotReceivable,
    /// Reopens what an earlier payment had closed.
    Reopen,
}

impl Label {
    /// The text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Label::Automatic => "automatic",
            Label::Review => "review",
            Label::NotReceivable => "not_receivable",
            Label::Reopen => "reopen",
        }
    }
}

/// What is set against one item, in minor units signed like the item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Doc {
    pub(super) item: usize,
    pub(super) applied: i64,
    pub(super) discount: i64,
    pub(super) writeoff: i64,
    pub(super) charges: i64,
}

/// One acceptable answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) customer: Option<usize>,
    pub(super) docs: Vec<Doc>,
    pub(super) on_account: i64,
}

/// How sure the payer is from account and name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Payer {
    /// By an account in the customer file, a mandate or a customer number.
    Account,
    /// By name, if nobody else has it.
    Name,
    /// Not a customer of the document.
    Other,
}

/// What the label rests on; tells the auditor which rivals to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    /// Whole numbers, exact sum.
    Number,
    /// Whole numbers, with a difference that is explained.
    NumberWithDifference,
    /// Endings of numbers: payer and amount must carry it.
    Weak,
    /// The amount alone, or the sum.
    Amount,
    /// Some of the numbers, the sum proves the rest.
    Cut,
    /// Decided by the family itself.
    Fixed,
}

/// The kind of movement, for the bank's codes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Transfer,
    Collection,
    Outgoing,
    Fee,
    Interest,
    Cash,
    Return,
}

/// A payment to be.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) scenario: &'static str,
    pub(super) account: usize,
    pub(super) date: NaiveDate,
    /// Signed, minor units.
    pub(super) amount: i64,
    pub(super) name: Option<String>,
    pub(super) iban: Option<String>,
    pub(super) ultimate: Option<String>,
    pub(super) text: Vec<String>,
    pub(super) reference: Option<String>,
    pub(super) end_to_end: Option<String>,
    pub(super) mandate: Option<String>,
    pub(super) charges: i64,
    /// Ordered amount before charges, or before a return's fee; unsigned.
    pub(super) instructed: Option<i64>,
    pub(super) return_reason: Option<&'static str>,
    pub(super) kind: Kind,
    /// Payments of one number stand in one entry.
    pub(super) batch: Option<usize>,
    /// A batch that shows no details: how many it says.
    pub(super) unsplit: Option<u64>,
    /// A number with a slip, as written.
    pub(super) slip: Option<String>,

    pub(super) label: Label,
    pub(super) payer: Payer,
    pub(super) evidence: Evidence,
    pub(super) truth: Answer,
    pub(super) proposals: Vec<Answer>,
}

impl Planned {
    pub(super) fn docs(&self) -> impl Iterator<Item = usize> + '_ {
        self.truth.docs.iter().map(|d| d.item)
    }
}
