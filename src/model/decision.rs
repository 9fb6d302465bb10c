use super::{ReasonCode, Review};
use crate::base::{ContentId, Currency, Record, content_id};
use serde::{Deserialize, Serialize};

/// What happens to a payment. Each has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Allocated to documents, a rest on account where the policy allows.
    Applied,
    /// A person decides; the money is unapplied until then.
    Queued,
    /// A return took back what an earlier payment had closed.
    Reopened,
    /// Outgoing, fee, transfer …: no allocation, with its reason.
    NotReceivable,
}

impl Outcome {
    /// The text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Applied => "applied",
            Outcome::Queued => "queued",
            Outcome::Reopened => "reopened",
            Outcome::NotReceivable => "not_receivable",
        }
    }
}

/// What an unapplied amount is (`tieout.unapplied/1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// In the exception queue.
    InReview,
    /// Kept as a credit of the customer.
    OnAccount,
    /// The same, for a document to come.
    DownPayment,
    /// Not even the customer is known, as a reviewer said.
    Unidentified,
    /// To be paid back.
    RefundDue,
    /// No customer money.
    NotReceivable,
    /// Sent back.
    Returned,
}

impl Disposition {
    /// The text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Disposition::InReview => "in_review",
            Disposition::OnAccount => "on_account",
            Disposition::DownPayment => "down_payment",
            Disposition::Unidentified => "unidentified",
            Disposition::RefundDue => "refund_due",
            Disposition::NotReceivable => "not_receivable",
            Disposition::Returned => "returned",
        }
    }
}

/// The whole result for one payment (`tieout.decisions/1`). Amounts are minor units of [`Decision::currency`], signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Which payment.
    pub payment_id: ContentId,
    /// Currency of all amounts here.
    pub currency: Currency,
    /// What happens.
    pub outcome: Outcome,
    /// Why.
    pub reason: ReasonCode,
    /// A sentence with this payment's own figures.
    pub explanation: String,
    /// Whose money it is, as far as decided or proposed.
    pub customer_id: Option<String>,
    /// Estimated chance of being wrong, in parts per million.
    pub error_ppm: u32,
    /// Total of the evidence for the best proposal, prior included, in centibans.
    pub score: i32,
    /// Distance to the second best, in centibans; `None` without a second.
    pub margin: Option<i32>,
    /// Log-odds before any evidence, in centibans.
    pub prior: i32,
    /// Facts that forbade automatic application.
    pub gates: Vec<Gate>,
    /// What is set against items. Empty unless applied or reopened.
    pub allocations: Vec<Allocation>,
    /// Rest on the customer's account.
    pub on_account: i64,
    /// Coded money that belongs to no item (reminder fee, return fee).
    pub other: Vec<OtherAmount>,
    /// Amount that is neither: in review, or not a receivable.
    pub unapplied: i64,
    /// What the unapplied amount is; `None` if there is none.
    pub disposition: Option<Disposition>,
    /// What would have made it automatic.
    pub would_need: Option<String>,
    /// The best answers, at most three in files, best first.
    pub candidates: Vec<Proposal>,
    /// How many more were looked at and dropped.
    pub candidates_cut: u32,
    /// What people said about it; `None` as long as only the policy has spoken.
    pub review: Option<Box<Review>>,
}

impl Record for Decision {}

/// One possible answer with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Whose money it would be.
    pub customer_id: Option<String>,
    /// The reason it would be applied with.
    pub reason: ReasonCode,
    /// Estimated chance of being wrong, in parts per million.
    pub error_ppm: u32,
    /// Total of the evidence, prior included, in centibans.
    pub score: i32,
    /// What would be set against items.
    pub allocations: Vec<Allocation>,
    /// What would go on account.
    pub on_account: i64,
    /// Difference between the payment and the documents, coded.
    pub remainder: Option<Remainder>,
    /// Evidence for, strongest first.
    pub supports: Vec<EvidenceLine>,
    /// Evidence against, strongest first.
    pub against: Vec<EvidenceLine>,
}

/// One payment's amount set against one item. All amounts in minor units; signs follow the item: positive lowers a debt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    /// Company of the item.
    pub company: String,
    /// The item.
    pub item_id: String,
    /// Its number.
    pub doc_no: String,
    /// Its customer.
    pub customer_id: String,
    /// Cash. Negative for a credit note that is netted, and for a return.
    pub applied: i64,
    /// Cash discount granted.
    pub discount: i64,
    /// Written off.
    pub writeoff: i64,
    /// Why written off: `rounding` …
    pub writeoff_code: Option<String>,
    /// Bank charges borne by us.
    pub charges: i64,
    /// Exchange difference.
    pub fx_difference: i64,
    /// Open before, signed.
    pub open_before: i64,
    /// Open after, signed.
    pub open_after: i64,
}

impl Allocation {
    /// The id of the `n`-th allocation (from 0) of a payment: a hash of what it says.
    pub fn id(&self, payment_id: &ContentId, n: usize) -> ContentId {
        let figures = [self.applied, self.discount, self.writeoff, self.charges, self.fx_difference];
        let figures = figures.map(|f| f.to_string());
        let mut parts = vec![payment_id.as_str(), &self.company, &self.item_id];
        let n = n.to_string();
        parts.push(&n);
        parts.extend(figures.iter().map(String::as_str));
        content_id('a', &parts)
    }

    /// Everything that reduces the item: cash, discount, write-off, charges and exchange difference. `None` on overflow.
    pub fn cleared(&self) -> Option<i64> {
        self.applied
            .checked_add(self.discount)?
            .checked_add(self.writeoff)?
            .checked_add(self.charges)?
            .checked_add(self.fx_difference)
    }
}

/// Coded money that belongs to no item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherAmount {
    /// `return_fee`, `reminder_fee` …
    pub code: String,
    /// Minor units, signed like the payment.
    pub amount: i64,
}

/// Difference between a payment and the documents of a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remainder {
    /// What it is.
    pub code: RemainderCode,
    /// Minor units, positive.
    pub amount: i64,
}

/// What the difference between a payment and its documents is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RemainderCode {
    /// Cash discount as agreed.
    Discount,
    /// Cash discount after its last day.
    DiscountLate,
    /// Cash discount at another rate than agreed.
    DiscountRate,
    /// A few cents short, written off.
    Writeoff,
    /// Bank charges borne by us.
    Charges,
    /// A credit note that was set off.
    CreditNote,
    /// More than the documents: on the customer's account.
    OnAccount,
    /// Less than the documents: the rest stays open.
    KeepOpen,
    /// The bank's fee for a return.
    ReturnFee,
    /// A code of a newer version.
    Other,
}

impl RemainderCode {
    const ALL: [RemainderCode; 10] = [
        RemainderCode::Discount,
        RemainderCode::DiscountLate,
        RemainderCode::DiscountRate,
        RemainderCode::Writeoff,
        RemainderCode::Charges,
        RemainderCode::CreditNote,
        RemainderCode::OnAccount,
        RemainderCode::KeepOpen,
        RemainderCode::ReturnFee,
        RemainderCode::Other,
    ];

    /// The text form.
    pub fn as_str(self) -> &'static str {
        match self {
            RemainderCode::Discount => "discount",
            RemainderCode::DiscountLate => "discount_late",
            RemainderCode::DiscountRate => "discount_rate",
            RemainderCode::Writeoff => "writeoff",
            RemainderCode::Charges => "charges",
            RemainderCode::CreditNote => "credit_note",
            RemainderCode::OnAccount => "on_account",
            RemainderCode::KeepOpen => "keep_open",
            RemainderCode::ReturnFee => "return_fee",
            RemainderCode::Other => "other",
        }
    }

    /// Reads the text form; anything unknown is [`RemainderCode::Other`].
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|c| c.as_str() == text).unwrap_or(RemainderCode::Other)
    }
}

/// One piece of evidence, as scored and as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceLine {
    /// Which comparison.
    pub kind: EvidenceKind,
    /// Log-odds in centibans; negative speaks against.
    pub weight: i32,
    /// One sentence with the figures.
    pub text: String,
}

/// The comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EvidenceKind {
    /// A document number in the payer's words.
    DocumentNumber,
    /// A structured reference that the item carries.
    StructuredReference,
    /// An order, delivery or reminder number of the item.
    OtherNumber,
    /// The customer's number in the text.
    CustomerNumber,
    /// The payer's account.
    PayerAccount,
    /// The payer's name.
    PayerName,
    /// The mandate of a direct debit.
    Mandate,
    /// The amount.
    Amount,
    /// Dates of payment and document.
    Date,
    /// Words like "part payment" or "discount".
    Wording,
    /// Something a gate stands for.
    Warning,
    /// Evidence that another developer registered.
    Registered,
    /// How often decisions of this reason were right before.
    Record,
}

impl EvidenceKind {
    /// The text form.
    pub fn as_str(self) -> &'static str {
        match self {
            EvidenceKind::DocumentNumber => "document_number",
            EvidenceKind::StructuredReference => "structured_reference",
            EvidenceKind::OtherNumber => "other_number",
            EvidenceKind::CustomerNumber => "customer_number",
            EvidenceKind::PayerAccount => "payer_account",
            EvidenceKind::PayerName => "payer_name",
            EvidenceKind::Mandate => "mandate",
            EvidenceKind::Amount => "amount",
            EvidenceKind::Date => "date",
            EvidenceKind::Wording => "wording",
            EvidenceKind::Warning => "warning",
            EvidenceKind::Registered => "registered",
            EvidenceKind::Record => "record",
        }
    }
}

/// A fact that forbids automatic application whatever the score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// The reason code that the payment is queued under.
    pub reason: ReasonCode,
    /// One sentence with the figures.
    pub text: String,
}
