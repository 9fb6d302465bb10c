//! The story of one payment, document or customer: every record about it, in order, in words.

use super::bodies::*;
use super::journal::Ledger;
use super::keys::{KeyKind, item_key, number_forms};
use super::record::Record;
use super::store::Store;
use crate::base::{Currency, sum_figure};
use crate::error::Error;
use crate::model::{Disposition, Review, ReviewState, Signer};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One line of a story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Record of the journal.
    pub record: u64,
    /// When it was written, as the writer said.
    pub at: String,
    /// Who had it written.
    pub who: String,
    /// What happened, one sentence.
    pub says: String,
    /// Amounts set against items, one sentence each.
    pub movements: Vec<String>,
}

/// A story, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct History {
    /// `payment p…`, `document RE-7`, `customer C-1`.
    pub of: String,
    /// In the order of the journal.
    pub events: Vec<Event>,
}

impl<S: Store> Ledger<S> {
    /// The story of a payment by its id, else of a document by its number or item id, else of a customer by its id. A document is that
    /// of the company, or of every company if that is empty; a customer that of the company.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn history(&self, company: &str, target: &str) -> Result<Option<History>, Error> {
        if self.payment(target)?.is_some() {
            let seqs = self.about_payments(&BTreeSet::from([target.to_owned()]))?;
            return self.told(format!("payment {target}"), seqs, &|_| true).map(Some);
        }
        let is_item =
            |m: &Movement| (company.is_empty() || m.company == company) && (m.doc_no == target || m.item_id == target);
        let mut payments = BTreeSet::new();
        let mut keys: Vec<(KeyKind, String)> = number_forms(target).into_iter().map(|f| (KeyKind::Number, f)).collect();
        keys.push((KeyKind::Item, item_key(company, target)));
        for (kind, value) in keys {
            for (_, body) in self.under(kind, &value)? {
                if body.movements().iter().any(is_item) {
                    payments.extend(payment_of(&body).map(str::to_owned));
                }
            }
        }
        payments.extend(self.proposed_for(company, target)?);
        if !payments.is_empty() {
            let seqs = self.about_payments(&payments)?;
            return self.told(format!("document {target}"), seqs, &is_item).map(Some);
        }
        for (_, body) in self.under(KeyKind::Customer, &item_key(company, target))? {
            payments.extend(payment_of(&body).map(str::to_owned));
        }
        if payments.is_empty() {
            return Ok(None);
        }
        let seqs = self.about_payments(&payments)?;
        self.told(format!("customer {target}"), seqs, &|_| true).map(Some)
    }

    /// Payments that wait with a proposal to pay this document.
    fn proposed_for(&self, company: &str, target: &str) -> Result<Vec<String>, Error> {
        let is_target = |a: &Value| ["doc_no", "item_id"].iter().any(|k| a.get(k).is_some_and(|v| v == target));
        let list = |v: &Value, key: &str| v.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        let mut payments = Vec::new();
        for (id, row) in self.queue()? {
            let Some(record) = self.store().record(row.seq)? else { continue };
            if !record.body.contains(target) {
                continue;
            }
            let body = Body::parse(record.seq, record.kind, &record.body)?;
            let (decided, own) = match &body {
                Body::Payment(p) => (&p.decided, &p.payment.company),
                Body::Decision(d) => (&d.decided, &d.company),
                _ => continue,
            };
            let line: Option<Value> = decided.line.as_deref().and_then(|l| serde_json::from_str(l).ok());
            let proposed = line.iter().flat_map(|l| list(l, "candidates")).flat_map(|c| list(&c, "allocations"));
            if (company.is_empty() || own == company) && proposed.into_iter().any(|a| is_target(&a)) {
                payments.push(id);
            }
        }
        Ok(payments)
    }

    /// Every record about these payments, and about the returns that took them back.
    fn about_payments(&self, ids: &BTreeSet<String>) -> Result<BTreeMap<u64, Body>, Error> {
        let mut all = BTreeMap::new();
        for id in ids {
            for (seq, body) in self.under(KeyKind::Payment, id)? {
                let own = payment_of(&body) == Some(id);
                let returned = returns_of(&body) == Some(id);
                let joined = matches!(&body, Body::Join(j) if j.payments.contains(id));
                if own || returned || joined {
                    all.insert(seq, body);
                }
            }
        }
        Ok(all)
    }

    fn told(
        &self,
        of: String,
        seqs: BTreeMap<u64, Body>,
        relevant: &dyn Fn(&Movement) -> bool,
    ) -> Result<History, Error> {
        let mut events = Vec::new();
        for (seq, body) in seqs {
            let Some(record) = self.store().record(seq)? else { continue };
            events.push(event(&record, &body, relevant));
        }
        Ok(History { of, events })
    }
}

fn payment_of(body: &Body) -> Option<&str> {
    match body {
        Body::Payment(p) => Some(p.payment_id()),
        Body::Decision(d) => Some(&d.payment_id),
        Body::Undo(u) => Some(&u.payment_id),
        _ => None,
    }
}

fn returns_of(body: &Body) -> Option<&str> {
    match body {
        Body::Payment(p) => p.decided.returns.as_deref(),
        Body::Decision(d) => d.decided.returns.as_deref(),
        Body::Undo(u) => u.returns.as_deref(),
        _ => None,
    }
}

fn event(record: &Record, body: &Body, relevant: &dyn Fn(&Movement) -> bool) -> Event {
    let meta: Value = serde_json::from_str(&record.meta).unwrap_or_default();
    let text = |key: &str| meta.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (says, currency) = says(body);
    let shown = |minor: i64| sum_figure(minor.into(), currency);
    let movement = |m: &Movement| {
        let mut parts = vec![format!("{} {}", shown(m.applied), currency.code())];
        for (amount, word) in [
            (m.discount, "discount"),
            (m.writeoff, "written off"),
            (m.charges, "charges"),
            (m.fx_difference, "exchange difference"),
        ] {
            if amount != 0 {
                parts.push(format!("{} {word}", shown(amount)));
            }
        }
        let name = if m.doc_no == m.item_id { m.doc_no.clone() } else { format!("{} ({})", m.doc_no, m.item_id) };
        let company = if m.company.is_empty() { String::new() } else { format!(" in {}", m.company) };
        format!(
            "{name} of {}{company}: {}; open {} before, {} after [{}]",
            m.customer_id,
            parts.join(", "),
            shown(m.before),
            shown(m.after),
            m.id
        )
    };
    let movements = body.movements().iter().filter(|m| relevant(m)).map(movement).collect();
    Event { record: record.seq, at: text("at"), who: text("who"), says, movements }
}

fn says(body: &Body) -> (String, Currency) {
    let code = |c: &str| Currency::parse(c).unwrap_or(Currency::NONE);
    match body {
        Body::Payment(p) => {
            let payment = &p.payment;
            let from = payment.payer_name.as_deref().unwrap_or("an unnamed party");
            let way = if payment.amount < 0 { "to" } else { "from" };
            let amount = sum_figure(payment.amount.into(), payment.currency);
            let head = format!(
                "payment {} of {}: {amount} {} {way} {from}, in {}",
                payment.payment_id,
                payment.booking_date,
                payment.currency.code(),
                payment.source.file
            );
            let rest = decided(&p.decided, payment.currency);
            (format!("{head}. {rest}"), payment.currency)
        }
        Body::Decision(d) => {
            let why = if d.comment.is_empty() { String::new() } else { format!(" Why: {}", d.comment) };
            let text = match d.review.as_deref() {
                Some(review) => format!("payment {}: {}", d.payment_id, reviewed(review, &d.decided, d.currency)),
                None => format!("decision on payment {}. {}", d.payment_id, decided(&d.decided, d.currency)),
            };
            (format!("{text}{why}"), d.currency)
        }
        Body::Undo(u) => {
            let currency = code(&u.currency);
            let back = sum_figure(u.unapplied.into(), currency);
            let what = if u.target == u.payment_id { String::new() } else { format!(" (asked for {})", u.target) };
            let text = format!(
                "{} undid payment {}{what}: {back} {} waits again. Why: {}",
                u.by,
                u.payment_id,
                currency.code(),
                u.reason
            );
            (text, currency)
        }
        Body::Join(j) => {
            let text = format!("came again in {} as {}: the same money, nothing done", j.file, j.came_as);
            (text, Currency::NONE)
        }
        _ => (body.kind().as_str().to_owned(), Currency::NONE),
    }
}

/// What people signed, each with the file and cell, and what came of it.
fn reviewed(review: &Review, d: &Decided, currency: Currency) -> String {
    let signer = |s: &Signer| {
        let at = s.at.as_deref().map(|at| format!(" on {at}")).unwrap_or_default();
        let hash = s.file_sha256.as_deref().and_then(|h| h.get(..12));
        let hash = hash.map(|h| format!(", sha256 {h}…")).unwrap_or_default();
        format!("{} ({}) said {}{at} in {}{hash}", s.name, s.identity.as_str(), review.decision.as_str(), s.source)
    };
    let mut text = review.signers.iter().map(signer).collect::<Vec<_>>().join("; ");
    match review.state {
        ReviewState::Waiting => text.push_str("; it waits for a second person"),
        ReviewState::Noted => text.push_str("; it stays in the queue"),
        ReviewState::Done => {
            text.push_str(&format!(". {}: {}", capital(d.outcome.as_str()), d.reason.as_str()));
            text.push_str(&amounts(d, currency));
            if !review.documents.is_empty() {
                text.push_str(&format!("; documents {}", review.documents));
            }
            if let Some(code) = review.difference_code {
                text.push_str(&format!("; difference {}", code.as_str()));
            }
            if d.disposition == Some(Disposition::RefundDue) {
                text.push_str("; to be paid back");
            }
        }
    }
    text.push('.');
    text
}

fn decided(d: &Decided, currency: Currency) -> String {
    let mut text = format!("{} by {}: {}", capital(d.outcome.as_str()), d.by, d.reason.as_str());
    if !d.explanation.is_empty() {
        text.push_str(&format!(" ({})", d.explanation.trim_end_matches('.')));
    }
    text.push_str(&amounts(d, currency));
    if let Some(original) = &d.returns {
        text.push_str(&format!("; takes back {original}"));
    }
    text.push('.');
    text
}

fn amounts(d: &Decided, currency: Currency) -> String {
    let mut text = String::new();
    for (amount, word) in [(d.on_account, "on account"), (d.unapplied, "unapplied")] {
        if amount != 0 {
            text.push_str(&format!("; {} {word}", sum_figure(amount.into(), currency)));
        }
    }
    for other in &d.other {
        text.push_str(&format!("; {} {}", sum_figure(other.amount.into(), currency), other.code.replace('_', " ")));
    }
    text
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect::<String>().replace('_', " ")
}
