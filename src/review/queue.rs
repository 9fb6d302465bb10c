//! The review queue as values: payments and decisions in, one row per queued payment out, in working order, with up to three
//! proposals. Every file of the queue is written from these rows.

use super::columns::{COLUMNS, Column, PROPOSALS};
use crate::base::{ContentId, Currency, Map, Packed, Records, content_id, sum_figure};
use crate::model::{
    Allocation, Customer, Decision, Disposition, EvidenceLine, Outcome, Payment, ReasonCode, Remainder, Review,
    ReviewState, exception_id,
};
use chrono::NaiveDate;
use rayon::prelude::*;
use std::cmp::Reverse;

/// The queue of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Queue {
    /// The day that ages are counted to.
    pub as_of: Option<NaiveDate>,
    /// Rows in working order: priority, then the larger amount, then the older payment, then the id.
    pub rows: Vec<QueueRow>,
}

/// One payment that waits for a person. Amounts are minor units of [`QueueRow::currency`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueRow {
    /// Knows the payment again when a decision comes back.
    pub exception_id: ContentId,
    /// Covers payment and proposals.
    pub row_hash: ContentId,
    /// The payment.
    pub payment_id: ContentId,
    /// Whose account it is.
    pub company: String,
    /// The account.
    pub account: String,
    /// The payer's own id.
    pub end_to_end_id: Option<String>,
    /// Structured references, as written.
    pub structured_refs: Vec<String>,
    /// Why it stopped.
    pub reason: ReasonCode,
    /// The same as a sentence with this payment's figures.
    pub reason_text: String,
    /// 1 contradicts or came back, 2 has a proposal, 3 has none, 4 was decided as unidentified.
    pub priority: u8,
    /// Days from booking to [`Queue::as_of`].
    pub age_days: Option<i64>,
    /// Booking date.
    pub booking_date: NaiveDate,
    /// Signed; positive is money in.
    pub amount: i64,
    /// ISO 4217.
    pub currency: Currency,
    /// Who paid.
    pub payer_name: Option<String>,
    /// From which account.
    pub payer_account: Option<String>,
    /// The payer's words.
    pub remittance: String,
    /// Customer that the evidence points to.
    pub customer_id: Option<String>,
    /// Its name.
    pub customer_name: Option<String>,
    /// Its segment.
    pub segment: Option<String>,
    /// The person responsible.
    pub owner: Option<String>,
    /// At most [`PROPOSALS`], best first.
    pub proposals: Vec<Proposal>,
    /// Distance of the first to the second proposal, in centibans.
    pub margin: Option<i32>,
    /// What would have made it automatic.
    pub would_need: Option<String>,
    /// What was said before: deferred, rejected, or signed by one of two.
    pub review: Option<Review>,
}

/// One proposed answer, as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Documents in words: `RE-1; RE-2=120.00`, or `on account of K4711 (Muster GmbH)`.
    pub docs: String,
    /// Whose money it would be.
    pub customer_id: Option<String>,
    /// Its name.
    pub customer_name: Option<String>,
    /// Open amount of the documents; what goes on account where there are none.
    pub total: i128,
    /// Payment less total.
    pub difference: i128,
    /// Estimated chance that it is wrong, in parts per million.
    pub error_ppm: u32,
    /// Sum of evidence and prior, centibans.
    pub score: i32,
    /// Evidence for, strongest first, with weights in centibans.
    pub supports: Vec<EvidenceLine>,
    /// Evidence against.
    pub against: Vec<EvidenceLine>,
    /// What would be set against documents.
    pub allocations: Vec<Allocation>,
    /// What would go on account.
    pub on_account: i64,
    /// The coded difference.
    pub remainder: Option<Remainder>,
    /// The reason it would be applied with.
    pub reason: ReasonCode,
}

/// What a cell of the queue holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellValue {
    /// Nothing.
    Empty,
    /// Text, also from outside.
    Text(String),
    /// Minor units of the row's currency.
    Money(i128),
    /// A day.
    Date(NaiveDate),
    /// A whole number.
    Number(i64),
}

impl CellValue {
    fn text(text: Option<&str>) -> Self {
        match text {
            Some(text) if !text.is_empty() => CellValue::Text(text.to_owned()),
            _ => CellValue::Empty,
        }
    }
}

/// Which payments wait, in working order: enough to make the rows of a large queue a part at a time.
pub struct QueueOrder<'a> {
    payments: Records<'a, Payment>,
    decisions: Records<'a, Decision>,
    customers: Map<(&'a str, &'a str), &'a Customer>,
    as_of: Option<NaiveDate>,
    /// Places of the waiting payments.
    order: Vec<u32>,
    /// For each in the order of the payments: its place, and its number in the order.
    by_place: Vec<(u32, u32)>,
}

impl<'a> QueueOrder<'a> {
    /// The order of payments and their decisions, which are in step. `customers` give names, segments and owners.
    pub fn new(
        payments: impl Into<Records<'a, Payment>>,
        decisions: impl Into<Records<'a, Decision>>,
        customers: &'a [Customer],
        as_of: Option<NaiveDate>,
    ) -> Self {
        let (payments, decisions) = (payments.into(), decisions.into());
        let customers = customers_by_id(customers);
        let keys_of_block = |n: usize| -> Vec<(OrderKey, u32)> {
            let (payments, decisions) = (payments.block(n), decisions.block(n));
            let places = number(n * Packed::<Payment>::BLOCK)..;
            let all = places.zip(payments.iter().zip(decisions.iter()));
            let key = |p: &Payment, d| order_key(priority(d), p.amount, p.currency, p.booking_date, &p.payment_id);
            all.filter(|(_, (_, d))| d.outcome == Outcome::Queued).map(|(place, (p, d))| (key(p, d), place)).collect()
        };
        let mut keys: Vec<(OrderKey, u32)> =
            (0..payments.blocks()).into_par_iter().flat_map_iter(keys_of_block).collect();
        keys.sort_unstable();
        let order: Vec<u32> = keys.into_iter().map(|(_, place)| place).collect();
        let mut by_place: Vec<(u32, u32)> = order.iter().copied().zip(0..).collect();
        by_place.sort_unstable();
        QueueOrder { payments, decisions, customers, as_of, order, by_place }
    }

    /// How many payments wait.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// How many blocks of payments there are, see [`QueueOrder::rows_of_block`].
    pub fn blocks(&self) -> usize {
        self.payments.blocks()
    }

    /// The rows of those payments of a block that wait, each with its number in the order.
    pub fn rows_of_block(&self, n: usize) -> Vec<(usize, QueueRow)> {
        let from = n * Packed::<Payment>::BLOCK;
        let begin = |place: usize| self.by_place.partition_point(|(p, _)| (*p as usize) < place);
        let waiting = begin(from)..begin(from + Packed::<Payment>::BLOCK);
        let waiting = self.by_place.get(waiting).unwrap_or_default();
        if waiting.is_empty() {
            return Vec::new();
        }
        let (payments, decisions) = (self.payments.block(n), self.decisions.block(n));
        let row = |(place, nth): &(u32, u32)| {
            let k = (*place as usize).checked_sub(from)?;
            let (payment, decision) = (payments.get(k)?, decisions.get(k)?);
            Some((*nth as usize, QueueRow::of(payment, decision, &self.customers, self.as_of)))
        };
        waiting.iter().filter_map(row).collect()
    }

    /// All rows in working order.
    pub fn rows(&self) -> Vec<QueueRow> {
        let mut rows: Vec<(usize, QueueRow)> = (0..self.blocks()).flat_map(|n| self.rows_of_block(n)).collect();
        rows.sort_unstable_by_key(|(nth, _)| *nth);
        rows.into_iter().map(|(_, row)| row).collect()
    }
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Working order: priority, the larger amount, the older payment, the id.
type OrderKey = (u8, Reverse<i128>, NaiveDate, ContentId);

fn order_key(priority: u8, amount: i64, currency: Currency, booked: NaiveDate, id: &ContentId) -> OrderKey {
    let size = i128::from(amount.unsigned_abs()) * 10i128.pow(6 - u32::from(currency.decimals().min(6)));
    (priority, Reverse(size), booked, id.clone())
}

impl Queue {
    /// The queue of payments and their decisions, which are in step. `customers` give names, segments and owners.
    pub fn build<'a>(
        payments: impl Into<Records<'a, Payment>>,
        decisions: impl Into<Records<'a, Decision>>,
        customers: &'a [Customer],
        as_of: Option<NaiveDate>,
    ) -> Queue {
        Queue { as_of, rows: QueueOrder::new(payments, decisions, customers, as_of).rows() }
    }

    /// Puts rows in working order.
    pub(super) fn of_rows(mut rows: Vec<QueueRow>, as_of: Option<NaiveDate>) -> Queue {
        rows.sort_by_cached_key(|r| order_key(r.priority, r.amount, r.currency, r.booking_date, &r.payment_id));
        Queue { as_of, rows }
    }

    /// The same queue in parts by responsible person, segment or company, in the order of the names; rows without one come
    /// under the empty name.
    pub fn split(self, by: SplitBy) -> Vec<(String, Queue)> {
        let mut parts: std::collections::BTreeMap<String, Queue> = std::collections::BTreeMap::new();
        for row in self.rows {
            let name = match by {
                SplitBy::Owner => row.owner.clone().unwrap_or_default(),
                SplitBy::Segment => row.segment.clone().unwrap_or_default(),
                SplitBy::Company => row.company.clone(),
            };
            parts.entry(name).or_insert_with(|| Queue { as_of: self.as_of, rows: Vec::new() }).rows.push(row);
        }
        parts.into_iter().collect()
    }

    /// Hash over the ids and hashes of all rows, in order: says which queue a file was written from.
    pub fn hash(&self) -> ContentId {
        let parts: Vec<&str> = self.rows.iter().flat_map(|r| [r.exception_id.as_str(), r.row_hash.as_str()]).collect();
        content_id('q', &parts)
    }
}

/// How a large queue is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitBy {
    /// By the person responsible for the customer.
    Owner,
    /// By customer segment.
    Segment,
    /// By company.
    Company,
}

/// What the drop-down says beside `accept_n`: the documents of the proposal, in one short line.
pub fn choice_label(proposal: &Proposal) -> String {
    crate::error::visible(&proposal.docs.chars().take(80).collect::<String>())
}

/// Customers by company and id.
pub(super) fn customers_by_id(customers: &[Customer]) -> Map<(&str, &str), &Customer> {
    customers.iter().map(|c| ((c.company.as_str(), c.customer_id.as_str()), c)).collect()
}

impl QueueRow {
    pub(super) fn of(
        payment: &Payment,
        decision: &Decision,
        customers: &Map<(&str, &str), &Customer>,
        as_of: Option<NaiveDate>,
    ) -> QueueRow {
        let customer = |id: Option<&str>| customers.get(&(payment.company.as_str(), id?)).copied();
        let own = customer(decision.customer_id.as_deref());
        let named = |c: Option<&Customer>| c.map(|c| c.name.clone()).filter(|n| !n.is_empty());
        let proposals = decision.candidates.iter().take(PROPOSALS);
        QueueRow {
            exception_id: exception_id(&payment.payment_id),
            row_hash: row_hash(payment, decision),
            payment_id: payment.payment_id.clone(),
            company: payment.company.clone(),
            account: payment.account.clone(),
            end_to_end_id: payment.end_to_end_id.clone(),
            structured_refs: payment.structured_refs.clone(),
            reason: decision.reason,
            reason_text: reason_text(decision),
            priority: priority(decision),
            age_days: as_of.map(|day| (day - payment.booking_date).num_days().max(0)),
            booking_date: payment.booking_date,
            amount: payment.amount,
            currency: payment.currency,
            payer_name: payment.payer_name.clone(),
            payer_account: payment.payer_account.clone(),
            remittance: payment.remittance_text(),
            customer_id: decision.customer_id.clone(),
            customer_name: named(own),
            segment: own.and_then(|c| c.segment.clone()),
            owner: own.and_then(|c| c.owner.clone()),
            proposals: proposals
                .map(|p| proposal(payment, decision, p, named(customer(p.customer_id.as_deref()))))
                .collect(),
            margin: decision.margin,
            would_need: decision.would_need.clone(),
            review: decision.review.as_deref().cloned(),
        }
    }

    /// The cell of a column. The decision columns are empty: they are the reviewer's.
    pub fn cell(&self, column: &Column) -> CellValue {
        let text = CellValue::text;
        match column.name {
            "exception_id" => text(Some(self.exception_id.as_str())),
            "row_hash" => text(Some(self.row_hash.as_str())),
            "reason" => text(Some(self.reason.as_str())),
            "reason_text" => text(Some(&self.reason_text)),
            "priority" => CellValue::Number(self.priority.into()),
            "age_days" => self.age_days.map_or(CellValue::Empty, CellValue::Number),
            "booking_date" => CellValue::Date(self.booking_date),
            "amount" => CellValue::Money(self.amount.into()),
            "currency" => text(Some(self.currency.code())),
            "payer_name" => text(self.payer_name.as_deref()),
            "payer_account" => text(self.payer_account.as_deref()),
            "remittance" => text(Some(&self.remittance)),
            "customer_id" => text(self.customer_id.as_deref()),
            "customer_name" => text(self.customer_name.as_deref()),
            "segment" => text(self.segment.as_deref()),
            "owner" => text(self.owner.as_deref()),
            "margin" => self.margin.map_or(CellValue::Empty, |m| CellValue::Number(m.into())),
            "would_need" => text(self.would_need.as_deref()),
            "payment_id" => text(Some(self.payment_id.as_str())),
            "company" => text(Some(&self.company)),
            "account" => text(Some(&self.account)),
            "end_to_end_id" => text(self.end_to_end_id.as_deref()),
            "structured_ref" => text(Some(&self.structured_refs.join(" "))),
            _ => match column.part {
                super::columns::ColumnPart::Proposal(n) => {
                    let name = column.name.split_once('_').map_or("", |(_, name)| name);
                    self.proposals.get(n.wrapping_sub(1)).map_or(CellValue::Empty, |p| p.cell(name))
                }
                _ => CellValue::Empty,
            },
        }
    }

    /// All cells in the order of [`COLUMNS`].
    pub fn cells(&self) -> impl Iterator<Item = CellValue> {
        COLUMNS.iter().map(|c| self.cell(c))
    }
}

impl Proposal {
    fn cell(&self, name: &str) -> CellValue {
        match name {
            "docs" => CellValue::text(Some(&self.docs)),
            "total" => CellValue::Money(self.total),
            "difference" => CellValue::Money(self.difference),
            "error_ppm" => CellValue::Number(self.error_ppm.into()),
            "for" => CellValue::text(Some(&texts(&self.supports))),
            "against" => CellValue::text(Some(&texts(&self.against))),
            _ => CellValue::Empty,
        }
    }
}

fn proposal(
    payment: &Payment,
    decision: &Decision,
    proposal: &crate::model::Proposal,
    customer_name: Option<String>,
) -> Proposal {
    let on_account_alone = proposal.allocations.is_empty();
    let total: i128 = if on_account_alone {
        proposal.on_account.into()
    } else {
        proposal.allocations.iter().map(|a| i128::from(a.open_before)).sum()
    };
    let docs = if on_account_alone && proposal.on_account != 0 {
        on_account_text(decision, proposal, customer_name.as_deref())
    } else {
        documents(&proposal.allocations, payment.currency)
    };
    // A sentence that stands on both sides warns: it belongs to what speaks against.
    let says = |l: &&EvidenceLine| !proposal.against.iter().any(|a| a.text == l.text);
    Proposal {
        docs,
        customer_id: proposal.customer_id.clone(),
        customer_name,
        total,
        // A return moves its documents the other way: what it takes back is what counts.
        difference: if payment.amount < 0 && !on_account_alone {
            let applied: i128 = proposal.allocations.iter().map(|a| i128::from(a.applied)).sum();
            i128::from(payment.amount) - applied
        } else {
            i128::from(payment.amount) - total
        },
        error_ppm: proposal.error_ppm,
        score: proposal.score,
        supports: proposal.supports.iter().filter(says).cloned().collect(),
        against: proposal.against.clone(),
        allocations: proposal.allocations.clone(),
        on_account: proposal.on_account,
        remainder: proposal.remainder.clone(),
        reason: proposal.reason,
    }
}

/// Money without an open document: whose account, and which paid document it looks like.
fn on_account_text(decision: &Decision, proposal: &crate::model::Proposal, name: Option<&str>) -> String {
    let mut out = "on account".to_owned();
    if let Some(id) = &proposal.customer_id {
        out.push_str(&format!(" of {id}"));
    }
    if let Some(name) = name {
        out.push_str(&format!(" ({name})"));
    }
    let paid = |r: ReasonCode| matches!(r, ReasonCode::DuplicateSuspect | ReasonCode::AlreadyPaid);
    if let Some(gate) = decision.gates.iter().find(|g| paid(g.reason))
        && (proposal.against.iter().any(|l| l.text == gate.text))
    {
        out.push_str(&format!("; {}", gate.text));
    }
    out
}

fn priority(decision: &Decision) -> u8 {
    match decision.reason {
        _ if decision.disposition == Some(Disposition::Unidentified) => 4,
        ReasonCode::StatementBreak
        | ReasonCode::StatementOverlap
        | ReasonCode::StatementGap
        | ReasonCode::NameSpoof
        | ReasonCode::ReturnUnmatched
        | ReasonCode::Contradiction
        | ReasonCode::WrongCompany
        | ReasonCode::RefundSuspect
        | ReasonCode::DuplicateSuspect
        | ReasonCode::AlreadyPaid => 1,
        _ if decision.candidates.is_empty() => 3,
        _ => 2,
    }
}

/// The sentence of the reason, and this payment's own figures where they say more.
fn reason_text(decision: &Decision) -> String {
    let sentence = decision.reason.sentence();
    let text = match decision.explanation.trim() {
        "" => sentence.to_owned(),
        own if own == sentence => sentence.to_owned(),
        own if own.starts_with(char::is_lowercase) => format!("{}: {own}", sentence.trim_end_matches('.')),
        own => format!("{sentence} {own}"),
    };
    let Some(review) = &decision.review else { return text };
    let told = match review.state {
        ReviewState::Waiting => format!("waits for a second person: {}", review.told()),
        _ => review.told(),
    };
    if review.comment.is_empty() { format!("{text} [{told}]") } else { format!("{text} [{told}: {}]", review.comment) }
}

/// `RE-1; RE-2=120.00`: the amount stands where the document is not cleared in full, as the reviewer's `documents` wants it.
pub(super) fn documents(allocations: &[Allocation], currency: Currency) -> String {
    let one = |a: &Allocation| match a.open_after {
        0 => a.doc_no.clone(),
        _ => format!("{}={}", a.doc_no, sum_figure(a.applied.into(), currency)),
    };
    allocations.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn texts(lines: &[EvidenceLine]) -> String {
    lines.iter().map(|l| l.text.as_str()).collect::<Vec<_>>().join("; ")
}

/// Covers payment and proposals: a row that was edited or went stale does not fit its hash any more. A decision that left
/// the payment in the queue counts too (rejected, unidentified): who decides next must have seen it.
pub fn row_hash(payment: &Payment, decision: &Decision) -> ContentId {
    let mut parts = vec![
        payment.payment_id.as_str().to_owned(),
        payment.amount.to_string(),
        payment.currency.code().to_owned(),
        payment.booking_date.to_string(),
        payment.payer_name.clone().unwrap_or_default(),
        payment.payer_account.clone().unwrap_or_default(),
        payment.remittance_text(),
        decision.reason.as_str().to_owned(),
        decision.customer_id.clone().unwrap_or_default(),
    ];
    for proposal in decision.candidates.iter().take(PROPOSALS) {
        parts.push("proposal".to_owned());
        parts.push(proposal.customer_id.clone().unwrap_or_default());
        parts.push(proposal.on_account.to_string());
        for a in &proposal.allocations {
            parts.extend([a.company.clone(), a.item_id.clone()]);
            let figures = [a.applied, a.discount, a.writeoff, a.charges, a.fx_difference, a.open_before, a.open_after];
            parts.extend(figures.map(|f| f.to_string()));
        }
    }
    // A decision that was taken back is told here, each time with another record: an old file does not decide it again.
    if decision.reason == ReasonCode::TakenBack {
        parts.push(decision.explanation.clone());
    }
    if let Some(review) = decision.review.as_deref().filter(|r| r.is_verdict_in_queue()) {
        parts.push(format!("said:{}:{}", review.decision.as_str(), review.names()));
    }
    content_id('h', &parts.iter().map(String::as_str).collect::<Vec<_>>())
}
