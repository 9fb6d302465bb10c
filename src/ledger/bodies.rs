//! What records say, as types. Amounts are minor units. Empty parts are left out of the text, so that records stay small.

use super::pruned;
use super::record::{Kind, damaged};
use crate::base::{ContentId, Currency};
use crate::error::Error;
use crate::model::*;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

fn zero(minor: &i64) -> bool {
    *minor == 0
}

fn zero_sum(minor: &i128) -> bool {
    *minor == 0
}

/// One record's body.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Body {
    Run(RunBody),
    Statement(StatementBody),
    Payment(Box<PaymentBody>),
    Decision(DecisionBody),
    Undo(UndoBody),
    Join(JoinBody),
    Snapshot(SnapshotBody),
    AcceptGap(AcceptGapBody),
    Fact(FactBody),
}

/// A run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunBody {
    /// Id of the run.
    pub run_id: String,
    /// How many records after this one belong to it.
    pub records: u64,
    /// Version of tieout.
    pub engine_version: String,
    /// Version of evidence, weights and rules.
    pub score_version: String,
    /// SHA-256 of the policy in force.
    pub policy_hash: String,
    /// SHA-256 of the priors that it names, where it names any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub priors_hash: Option<String>,
    /// The day that ages were counted to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub as_of: Option<NaiveDate>,
    /// What takes two persons from now on, as the policy of the run says: `facts`, `undo`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub two_persons: Vec<String>,
    /// Who stands for its policy, where that takes two.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub approved_by: Vec<String>,
    /// All inputs, statements first.
    pub inputs: Vec<InputBody>,
}

/// One input of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputBody {
    /// `statement`, `open_items` …
    pub role: String,
    /// Base name.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Whether all of it is in the ledger, so that the same bytes need not be read again.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub taken: bool,
}

/// A statement that was read and is remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementBody {
    /// Account as its key: no blanks, capitals.
    pub account: String,
    /// ISO 4217.
    pub currency: String,
    /// `statement`, `report` or `notification`.
    pub kind: String,
    /// Format it was read from.
    pub format: String,
    /// Running number as a figure.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub number: Option<u64>,
    /// First day.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub first: Option<NaiveDate>,
    /// Closing day.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last: Option<NaiveDate>,
    /// Opening balance.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub opening: Option<i64>,
    /// Closing balance.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub closing: Option<i64>,
    /// Number of its entries.
    pub entries: u64,
    /// Sum of its booked entries; `None` where they are in several currencies.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub booked: Option<i128>,
    /// What of that sum was in the ledger before.
    #[serde(skip_serializing_if = "zero_sum", default)]
    pub known: i128,
    /// Hash of its content, whatever the file is called.
    pub content: String,
    /// Hash of the figures that every format of it shares.
    pub figures: String,
    /// Base name of its file.
    pub file: String,
    /// SHA-256 of its file.
    pub sha256: String,
    /// `proven` or `unproven`.
    pub tie_out: String,
}

/// A payment, read and decided in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentBody {
    /// The id without its occurrence number, where that is above 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub base: Option<ContentId>,
    /// Amount of the entry of which it is one of several details, in minor units.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub batch: Option<i64>,
    /// Content hash of its statement.
    pub statement: String,
    /// The payment.
    #[serde(with = "pruned::PaymentText")]
    pub payment: Payment,
    /// What was decided.
    pub decided: Decided,
}

impl PaymentBody {
    /// Its id.
    pub fn payment_id(&self) -> &str {
        self.payment.payment_id.as_str()
    }
}

/// What was decided on a payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// What happens.
    pub outcome: Outcome,
    /// Why.
    pub reason: ReasonCode,
    /// With this payment's own figures.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub explanation: String,
    /// Whose money.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub customer_id: Option<String>,
    /// Estimated chance of error in parts per million.
    #[serde(skip_serializing_if = "no_ppm", default)]
    pub error_ppm: u32,
    /// Evidence in centibans.
    #[serde(skip_serializing_if = "no_score", default)]
    pub score: i32,
    /// Distance to the second best.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub margin: Option<i32>,
    /// What forbade automatic application.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub gates: Vec<ReasonCode>,
    /// What was set against items.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub movements: Vec<Movement>,
    /// Put on the customer's account.
    #[serde(skip_serializing_if = "zero", default)]
    pub on_account: i64,
    /// Coded money that belongs to no item.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub other: Vec<OtherAmount>,
    /// What is left.
    #[serde(skip_serializing_if = "zero", default)]
    pub unapplied: i64,
    /// What that is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub disposition: Option<Disposition>,
    /// `policy`, or the name of a person.
    pub by: String,
    /// Of a return: the payment that came back, whose movements are reversed here.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub returns: Option<String>,
    /// Of a queued one: its line of `decisions.jsonl`, for the reviewer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<String>,
}

fn no_ppm(n: &u32) -> bool {
    *n == 0
}

fn no_score(n: &i32) -> bool {
    *n == 0
}

/// One payment's amount set against one item: an allocation, or its reversal with all signs turned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Movement {
    /// Id of the allocation, as in `allocations.csv`.
    pub id: String,
    /// Company of the item.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub company: String,
    /// The item.
    pub item_id: String,
    /// Its number.
    pub doc_no: String,
    /// Its customer.
    pub customer_id: String,
    /// Cash.
    pub applied: i64,
    /// Discount granted.
    #[serde(skip_serializing_if = "zero", default)]
    pub discount: i64,
    /// Written off.
    #[serde(skip_serializing_if = "zero", default)]
    pub writeoff: i64,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub writeoff_code: Option<String>,
    /// Bank charges.
    #[serde(skip_serializing_if = "zero", default)]
    pub charges: i64,
    /// Exchange difference.
    #[serde(skip_serializing_if = "zero", default)]
    pub fx_difference: i64,
    /// Open before.
    pub before: i64,
    /// Open after.
    pub after: i64,
    /// The item as it was before the movement, but for where it stood in the input.
    #[serde(with = "pruned::item", skip_serializing_if = "Option::is_none", default)]
    pub item: Option<Box<OpenItem>>,
}

impl Movement {
    /// Everything that reduces the item. `None` on overflow.
    pub fn cleared(&self) -> Option<i64> {
        let parts = [self.discount, self.writeoff, self.charges, self.fx_difference];
        parts.into_iter().try_fold(self.applied, i64::checked_add)
    }

    /// The amount of the item as it was first; what was open before, where the record does not hold it.
    pub fn original(&self) -> i64 {
        self.item.as_ref().map(|i| i.amount).filter(|a| *a != 0).unwrap_or(self.before)
    }

    /// The movement that takes this one back, at an item that is open at `before`. `None` on overflow.
    pub fn reversed(&self, before: i64) -> Option<Movement> {
        Some(Movement {
            applied: self.applied.checked_neg()?,
            discount: self.discount.checked_neg()?,
            writeoff: self.writeoff.checked_neg()?,
            charges: self.charges.checked_neg()?,
            fx_difference: self.fx_difference.checked_neg()?,
            before,
            after: before.checked_add(self.cleared()?)?,
            ..self.clone()
        })
    }

    /// The movement of an allocation, the `n`-th of its payment.
    pub fn of(allocation: &Allocation, payment_id: &ContentId, n: usize, item: Option<&OpenItem>) -> Movement {
        Movement {
            id: allocation.id(payment_id, n).0,
            company: allocation.company.clone(),
            item_id: allocation.item_id.clone(),
            doc_no: allocation.doc_no.clone(),
            customer_id: allocation.customer_id.clone(),
            applied: allocation.applied,
            discount: allocation.discount,
            writeoff: allocation.writeoff,
            writeoff_code: allocation.writeoff_code.clone(),
            charges: allocation.charges,
            fx_difference: allocation.fx_difference,
            before: allocation.open_before,
            after: allocation.open_after,
            item: item.map(|i| Box::new(OpenItem { line: 0, ..i.clone() })),
        }
    }
}

/// A later decision on what is still unapplied of a payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionBody {
    /// Which payment.
    pub payment_id: String,
    /// What was decided on the unapplied amount.
    pub decided: Decided,
    /// Why, in the words of who decided.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub comment: String,
    /// Of a decision from a file of reviewers: who signed, claimed or verified, in which file and cell.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub review: Option<Box<Review>>,
    /// Company of the payment, for learning.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub company: String,
    /// Currency of the amounts.
    pub currency: Currency,
    /// Account that paid, for learning: only where nothing knew it for the customer's.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub payer_account: Option<String>,
    /// Name of the payer, likewise.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub payer_name: Option<String>,
    /// Booking date, for learning.
    pub booking_date: NaiveDate,
}

/// A reversing record.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UndoBody {
    /// The payment that goes back to the queue.
    pub payment_id: String,
    /// What was asked to be undone: a run, an allocation or a payment, by its id.
    pub target: String,
    /// Movements with all signs turned.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub movements: Vec<Movement>,
    /// What comes off the customer's account, with its sign turned.
    #[serde(skip_serializing_if = "zero", default)]
    pub on_account: i64,
    /// Coded money, with its sign turned.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub other: Vec<OtherAmount>,
    /// What becomes unapplied again.
    #[serde(skip_serializing_if = "zero", default)]
    pub unapplied: i64,
    /// Of a return that is taken back: the payment that it had returned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub returns: Option<String>,
    /// Facts that the decision had counted for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unlearn: Vec<String>,
    /// Statements that may be given again, in the last record of an undone run.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub release: Vec<Release>,
    /// Currency of the amounts.
    pub currency: String,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
}

/// A statement whose payments may be decided again when it is given again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Content hash of the statement.
    pub content: String,
    /// SHA-256 of its file.
    pub sha256: String,
}

/// A payment that came again, from a later statement or in another form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinBody {
    /// The payments that we know; several where one batch entry came for its details.
    pub payments: Vec<String>,
    /// The id that it came with now.
    pub came_as: String,
    /// Content hash of the statement that it came in.
    pub statement: String,
    /// Base name of the file.
    pub file: String,
}

/// What the ERP's open items say about what we applied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotBody {
    /// Items that show what we applied, wholly or in part.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub settled: Vec<Settled>,
    /// Items that fit neither.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unclear: Vec<Unclear>,
    /// Statements whose payments may be decided again, since a gap before them is filled.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub release: Vec<Release>,
}

/// An item whose open amount in the ERP shows what we applied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// Company and item as [`super::keys::item_key`].
    pub item: String,
    /// How many movements, from the first, it shows.
    pub movements: usize,
    /// Open amount there.
    pub open: i64,
}

/// An item whose open amount in the ERP is neither that before nor that after what we applied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unclear {
    /// Company and item.
    pub item: String,
    /// Open amount in the ERP when we applied.
    pub was: i64,
    /// What we took off since.
    pub applied: i64,
    /// Open amount in the ERP now.
    pub open: i64,
}

/// A person accepted a gap.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptGapBody {
    /// Account key.
    pub account: String,
    /// ISO 4217.
    pub currency: String,
    /// Content hash of the statement before the gap.
    pub before: String,
    /// Content hash of the one after it.
    pub after: String,
    /// The gap in words.
    pub says: String,
    /// Why it is accepted.
    pub reason: String,
    /// Who.
    pub by: String,
    /// Statements whose payments may be decided again.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub release: Vec<Release>,
}

/// A learned fact was signed or revoked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactBody {
    /// Id of the fact.
    pub fact_id: String,
    /// `sign`, `revoke`, or `first_signature` where the policy asks for two and the second is missing.
    pub action: String,
    /// Who.
    pub by: String,
    /// Why.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub reason: String,
}

impl Body {
    /// What it sets against items, or takes back.
    pub fn movements(&self) -> &[Movement] {
        match self {
            Body::Payment(p) => &p.decided.movements,
            Body::Decision(d) => &d.decided.movements,
            Body::Undo(u) => &u.movements,
            _ => &[],
        }
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Body::Run(_) => Kind::Run,
            Body::Statement(_) => Kind::Statement,
            Body::Payment(_) => Kind::Payment,
            Body::Decision(_) => Kind::Decision,
            Body::Undo(_) => Kind::Undo,
            Body::Join(_) => Kind::Join,
            Body::Snapshot(_) => Kind::Snapshot,
            Body::AcceptGap(_) => Kind::AcceptGap,
            Body::Fact(_) => Kind::Fact,
        }
    }

    /// Its text: the same value gives the same text.
    pub fn to_text(&self) -> String {
        let text = match self {
            Body::Run(b) => serde_json::to_string(b),
            Body::Statement(b) => serde_json::to_string(b),
            Body::Payment(b) => serde_json::to_string(b),
            Body::Decision(b) => serde_json::to_string(b),
            Body::Undo(b) => serde_json::to_string(b),
            Body::Join(b) => serde_json::to_string(b),
            Body::Snapshot(b) => serde_json::to_string(b),
            Body::AcceptGap(b) => serde_json::to_string(b),
            Body::Fact(b) => serde_json::to_string(b),
        };
        // These types have text keys only and cannot fail.
        text.unwrap_or_default()
    }

    /// Reads a record's text.
    ///
    /// # Errors
    /// The text is not of its kind.
    pub fn parse(seq: u64, kind: Kind, text: &str) -> Result<Body, Error> {
        let read = match kind {
            Kind::Run => serde_json::from_str(text).map(Body::Run),
            Kind::Statement => serde_json::from_str(text).map(Body::Statement),
            Kind::Payment => serde_json::from_str(text).map(Body::Payment),
            Kind::Decision => serde_json::from_str(text).map(Body::Decision),
            Kind::Undo => serde_json::from_str(text).map(Body::Undo),
            Kind::Join => serde_json::from_str(text).map(Body::Join),
            Kind::Snapshot => serde_json::from_str(text).map(Body::Snapshot),
            Kind::AcceptGap => serde_json::from_str(text).map(Body::AcceptGap),
            Kind::Fact => serde_json::from_str(text).map(Body::Fact),
        };
        read.map_err(|e| damaged(seq, format!("a body that cannot be read ({e})"), kind.as_str()))
    }
}
