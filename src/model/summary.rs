use super::{Finding, TieOut};
use crate::base::{Currency, sum_figure};
use crate::error::Error;
use chrono::NaiveDate;
use serde::{Serialize, Serializer};

/// A sum of amounts of one currency in minor units. Wider than [`crate::base::Money`], so that no sum of a run overflows.
/// Serialises as a decimal string with the currency's decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    /// Minor units, signed.
    pub minor: i128,
    /// ISO 4217.
    pub currency: Currency,
}

impl Sum {
    /// A sum.
    pub fn new(minor: i128, currency: Currency) -> Self {
        Sum { minor, currency }
    }

    /// The figure alone, `-1190.00`.
    pub fn figure(&self) -> String {
        sum_figure(self.minor, self.currency)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Sum {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Sum".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        crate::base::Figure::json_schema(generator)
    }
}

impl Serialize for Sum {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.figure())
    }
}

/// What a run did (`tieout.summary/1`). No durations, host or path: the same inputs give the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Summary {
    /// `tieout.summary/1`.
    #[cfg_attr(feature = "schema", schemars(extend("const" = "tieout.summary/1")))]
    pub schema: &'static str,
    /// Hash of inputs, policy, options and version.
    pub run_id: String,
    /// Version of tieout.
    pub engine_version: String,
    /// Version of evidence, weights and rules.
    pub score_version: String,
    /// SHA-256 of the policy in force.
    pub policy_hash: String,
    /// The day that ages are counted to; `None` if no statement has a date.
    pub as_of: Option<NaiveDate>,
    /// What the user said with `--control-total`, and whether it holds.
    pub control_total: Option<ControlTotalClaim>,
    /// All input files by name.
    pub files: Vec<FileSummary>,
    /// Files of a folder that are no statement.
    pub unrecognised: Vec<String>,
    /// Statements that count.
    pub statements: Vec<StatementSummary>,
    /// Statements put aside because they came twice.
    pub repeated: Vec<RepeatedStatement>,
    /// Findings across statements, on items and on customers.
    pub findings: Vec<Finding>,
    /// Items and customers as read.
    pub receivables: ReceivablesSummary,
    /// Per company, account and currency.
    pub accounts: Vec<AccountSummary>,
    /// Per company and currency.
    pub totals: Vec<CurrencySummary>,
    /// Every equation with both sides.
    pub equations: Vec<Equation>,
    /// Overrides of the policy by segment or customer, as `segment.NAME` and `customer.ID`.
    pub overrides: Vec<String>,
    /// What is not proven, in sentences.
    pub not_proven: Vec<String>,
    /// What the ledger had to do with it; `None` without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<LedgerSummary>,
}

impl Summary {
    /// Input files that could not be read.
    pub fn rejected(&self) -> impl Iterator<Item = &FileSummary> {
        self.files.iter().filter(|f| f.error.is_some())
    }

    /// Whether some input was rejected or does not tie out.
    pub fn has_bad_input(&self) -> bool {
        self.rejected().next().is_some()
            || self.statements.iter().any(|s| {
                // A control total that holds stands for the balances that a statement lacks.
                let vouched = self.control_total.is_some() && s.tie_out == TieOut::Unproven;
                s.is_open() && !vouched
            })
            || self.control_total.as_ref().is_some_and(|c| !c.holds)
    }

    /// Payments with an outcome, over all accounts.
    pub fn count_of(&self, outcome: &str) -> u64 {
        self.accounts.iter().flat_map(|a| &a.payments).filter(|r| r.outcome == outcome).map(|r| r.count).sum()
    }
}

/// The net amount that the user vouches for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ControlTotalClaim {
    /// As given.
    pub claimed: Sum,
    /// Net of the booked entries.
    pub booked: Sum,
    /// Whether both agree.
    pub holds: bool,
}

/// One input file.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FileSummary {
    /// Base name.
    pub name: String,
    /// `statement`, `open_items`, `customers`, `config`, `profile`, `items_map`, `decisions`.
    pub role: &'static str,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Format of a statement file.
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::Format>"))]
    pub format: Option<&'static str>,
    /// Statements read from it.
    pub statements: u64,
    /// Entries read from it.
    pub entries: u64,
    /// Findings on the file as a whole.
    pub findings: Vec<Finding>,
    /// Why it was rejected.
    pub error: Option<Error>,
}

/// One statement that counts.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StatementSummary {
    /// Base name of its file.
    pub file: String,
    /// Account.
    pub account: String,
    /// Currency.
    pub currency: Currency,
    /// Format.
    #[cfg_attr(feature = "schema", schemars(with = "super::Format"))]
    pub format: &'static str,
    /// Dialect or profile.
    pub dialect: String,
    /// The bank's running number.
    pub sequence: Option<String>,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// Opening booked balance.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::base::Figure>"))]
    pub opening: Option<String>,
    /// Number of booked entries.
    pub entries: u64,
    /// Net of booked entries; `None` if it does not fit or mixes currencies.
    pub net: Option<Sum>,
    /// Closing booked balance.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::base::Figure>"))]
    pub closing: Option<String>,
    /// Whether the figures prove it.
    pub tie_out: TieOut,
    /// Oddities.
    pub findings: Vec<Finding>,
}

impl StatementSummary {
    /// The finding that says why a statement does not tie out although it should: a figure that contradicts, or a balance that
    /// its format owes and it lacks. `None` where it is proven, or where there is nothing to prove it by.
    pub fn open_figure(&self) -> Option<&Finding> {
        let spoils = self.findings.iter().find(|f| f.code.spoils_tie_out());
        match self.tie_out {
            TieOut::Proven => None,
            TieOut::Unproven => spoils,
            TieOut::Broken => spoils.or(self.findings.first()),
        }
    }

    /// Whether it does not tie out although it should.
    pub fn is_open(&self) -> bool {
        self.tie_out == TieOut::Broken || self.open_figure().is_some()
    }
}

/// A statement that came twice.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RepeatedStatement {
    /// Base name of the file it was put aside from.
    pub file: String,
    /// Account.
    pub account: String,
    /// Currency.
    pub currency: Currency,
    /// The sentence that says which one counts.
    pub text: String,
}

/// Items and customers as read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReceivablesSummary {
    /// Items that are open.
    pub open_items: u64,
    /// Items given as closed, kept as evidence.
    pub closed_items: u64,
    /// Items left out because nothing is open.
    pub left_out_zero: u64,
    /// Customers.
    pub customers: u64,
    /// Customers with something open.
    pub customers_with_open_items: u64,
    /// No customer file was given: customers come from the items, payer accounts are unknown.
    pub customers_derived: bool,
}

/// What happened on one account.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccountSummary {
    /// Company.
    pub company: String,
    /// Account.
    pub account: String,
    /// Currency.
    pub currency: Currency,
    /// Statements that count.
    pub statements: u64,
    /// Booked entries of the statements.
    pub entries: u64,
    /// Σ of booked credit entries.
    pub statement_credits: Sum,
    /// Σ of booked debit entries, negative.
    pub statement_debits: Sum,
    /// Entries that became no payment.
    pub left_out: Vec<LeftOutSummary>,
    /// Payments by outcome and reason, ordered.
    pub payments: Vec<ReasonSummary>,
    /// Σ of payments above zero.
    pub payment_credits: Sum,
    /// Σ of payments below zero.
    pub payment_debits: Sum,
}

/// Entries left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LeftOutSummary {
    /// Why.
    pub reason: String,
    /// How many.
    pub count: u64,
    /// Net sum.
    pub amount: Sum,
}

/// Payments of one outcome and reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReasonSummary {
    /// `applied`, `queued`, `reopened`, `not_receivable`.
    #[cfg_attr(feature = "schema", schemars(with = "super::Outcome"))]
    pub outcome: &'static str,
    /// Reason code.
    #[cfg_attr(feature = "schema", schemars(with = "super::ReasonCode"))]
    pub reason: &'static str,
    /// How many.
    pub count: u64,
    /// Net sum.
    pub amount: Sum,
}

/// Where the money of one company and currency went.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CurrencySummary {
    /// Company.
    pub company: String,
    /// Currency.
    pub currency: Currency,
    /// Number of payments.
    pub payments: u64,
    /// Σ of payments.
    pub amount: Sum,
    /// Number of allocations.
    pub allocations: u64,
    /// Cash set against items.
    pub applied: Sum,
    /// Cash discounts granted.
    pub discount: Sum,
    /// Written off.
    pub writeoff: Sum,
    /// Bank charges borne.
    pub charges: Sum,
    /// Exchange differences.
    pub fx_difference: Sum,
    /// Put on customers' accounts.
    pub on_account: Sum,
    /// Coded money that belongs to no item.
    pub other: Sum,
    /// In review.
    pub in_review: Sum,
    /// Not a receivable, or otherwise not applied.
    pub not_applied: Sum,
    /// Σ open before.
    pub items_before: Sum,
    /// Σ open after.
    pub items_after: Sum,
    /// Incoming payments that concern receivables: applied, reopened or queued.
    pub receivable_payments: u64,
    /// Of these, decided without a person.
    pub automatic_payments: u64,
    /// Share of the count, in hundredths of a percent; `None` without any.
    pub automatic_count_hundredths_percent: Option<u64>,
    /// Share of the value, likewise.
    pub automatic_value_hundredths_percent: Option<u64>,
}

/// One equation with both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Equation {
    /// `payments`, `items`, `statements`.
    pub name: &'static str,
    /// Company, or account for `statements`.
    pub scope: String,
    /// Currency.
    pub currency: Currency,
    /// In words.
    pub says: &'static str,
    /// Left side.
    pub left: Sum,
    /// Right side.
    pub right: Sum,
    /// Whether both sides are equal.
    pub holds: bool,
}

/// What the ledger had to do with a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LedgerSummary {
    /// Records before the run.
    pub records_before: u64,
    /// Hash over the content of all records before the run: the same for the same history.
    pub content_before: String,
    /// Files that were known by their bytes and not read again.
    pub known_files: Vec<String>,
    /// Statements that were known by their content.
    pub known_statements: u64,
    /// Payments that were known and left out.
    pub known_payments: u64,
    /// Of these, payments that joined one of a report of the day or a notification.
    pub joined: u64,
    /// Items of which something was taken off that the ERP does not show yet.
    pub subtracted: u64,
    /// Movements that the ERP shows now.
    pub settled: u64,
    /// Items that fit neither, with the three figures.
    pub unclear: Vec<String>,
    /// Closed items that were brought into the book for the payments of the day.
    pub closed_found: u64,
    /// Returns that opened again exactly what a payment of the ledger had closed.
    pub reopened: u64,
    /// Statements that are missing in the accounts of the run, in words.
    pub gaps: Vec<String>,
    /// Facts with a signature.
    pub signed_facts: u64,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}
