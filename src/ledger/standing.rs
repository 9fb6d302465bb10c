//! Where one payment or one item stands: the few records about it in, folded in order; its present state out.

use super::bodies::*;
use super::keys::item_key;
use super::record::damaged;
use crate::error::Error;
use crate::model::{Disposition, OpenItem, OtherAmount, Outcome, Payment, ReasonCode, Review};

/// Where a payment stands.
#[derive(Debug, Clone, PartialEq)]
pub struct PaymentStanding {
    /// The payment as it was read.
    pub payment: Payment,
    /// Its id without occurrence number.
    pub base: String,
    /// Record of the payment.
    pub seq: u64,
    /// Content hash of its statement.
    pub statement: String,
    /// Last outcome.
    pub outcome: Outcome,
    /// Last reason.
    pub reason: ReasonCode,
    /// Who decided last.
    pub by: String,
    /// Customer as last decided.
    pub customer_id: Option<String>,
    /// What is set against items now.
    pub movements: Vec<Movement>,
    /// What is on the customer's account now.
    pub on_account: i64,
    /// Coded money now.
    pub other: Vec<OtherAmount>,
    /// What is unapplied now.
    pub unapplied: i64,
    /// What that is.
    pub disposition: Option<Disposition>,
    /// Whether it waits for a person.
    pub waits: bool,
    /// The payment that came back with this return, as far as it stands.
    pub returns: Option<String>,
    /// The return that took this payment back.
    pub returned_by: Option<String>,
    /// The line for the reviewer.
    pub line: Option<String>,
    /// The record that holds the line.
    pub line_seq: u64,
    /// What people said of it last.
    pub review: Option<Review>,
    /// Facts that the decisions that stand count for.
    pub taught: Vec<String>,
    /// What was taken back last.
    pub undone: Option<Undone>,
    /// Ids that the payment came with again.
    pub came_as: Vec<String>,
}

/// A decision that was taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct Undone {
    /// The record that did it.
    pub record: u64,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// What had been set against items.
    pub movements: Vec<Movement>,
}

impl PaymentStanding {
    /// Folds the records about a payment, in order; `None` if none of them is its own.
    ///
    /// # Errors
    /// A record does not hold what its kind promises.
    pub fn of(payment_id: &str, records: &[(u64, Body)]) -> Result<Option<PaymentStanding>, Error> {
        let mut standing: Option<PaymentStanding> = None;
        for (seq, body) in records {
            match body {
                Body::Payment(p) if p.payment_id() == payment_id => standing = Some(Self::new(*seq, p)?),
                Body::Payment(p) if p.decided.returns.as_deref() == Some(payment_id) => {
                    if let Some(s) = &mut standing {
                        s.returned_by = Some(p.payment_id().to_owned());
                    }
                }
                Body::Decision(d) if d.payment_id == payment_id => {
                    if let Some(s) = &mut standing {
                        s.decide(*seq, &d.decided);
                        s.review = d.review.as_deref().cloned();
                        s.taught.extend(super::facts::taught(d));
                    }
                }
                Body::Decision(d) if d.decided.returns.as_deref() == Some(payment_id) => {
                    if let Some(s) = &mut standing {
                        s.returned_by = Some(d.payment_id.clone());
                    }
                }
                Body::Undo(u) if u.payment_id == payment_id => {
                    if let Some(s) = &mut standing {
                        s.undo(*seq, u)?;
                    }
                }
                Body::Undo(u) if u.returns.as_deref() == Some(payment_id) => {
                    if let Some(s) = &mut standing {
                        s.returned_by = None;
                    }
                }
                Body::Join(j) if j.payments.iter().any(|p| p == payment_id) => {
                    if let Some(s) = &mut standing {
                        s.came_as.push(j.came_as.clone());
                    }
                }
                _ => {}
            }
        }
        Ok(standing)
    }

    fn new(seq: u64, p: &PaymentBody) -> Result<Self, Error> {
        let payment = p.payment.clone();
        let base = p.base.as_ref().unwrap_or(&payment.payment_id).0.clone();
        let mut standing = PaymentStanding {
            base,
            seq,
            statement: p.statement.clone(),
            outcome: p.decided.outcome,
            reason: p.decided.reason,
            by: String::new(),
            customer_id: None,
            movements: Vec::new(),
            on_account: 0,
            other: Vec::new(),
            unapplied: payment.amount,
            disposition: None,
            waits: true,
            returns: None,
            returned_by: None,
            line: None,
            line_seq: 0,
            review: None,
            taught: Vec::new(),
            undone: None,
            came_as: Vec::new(),
            payment,
        };
        standing.decide(seq, &p.decided);
        Ok(standing)
    }

    fn decide(&mut self, seq: u64, d: &Decided) {
        self.outcome = d.outcome;
        self.reason = d.reason;
        self.by.clone_from(&d.by);
        self.customer_id = d.customer_id.clone().or(self.customer_id.take());
        self.movements.extend(d.movements.iter().cloned());
        self.on_account = self.on_account.saturating_add(d.on_account);
        self.other.extend(d.other.iter().cloned());
        self.unapplied = d.unapplied;
        self.disposition = d.disposition;
        self.waits = d.outcome == Outcome::Queued || d.disposition == Some(Disposition::InReview);
        self.returns = d.returns.clone().or(self.returns.take());
        if d.line.is_some() {
            self.line.clone_from(&d.line);
            self.line_seq = seq;
        }
    }

    fn undo(&mut self, seq: u64, u: &UndoBody) -> Result<(), Error> {
        let mut taken_back = Vec::new();
        for m in &u.movements {
            let Some(at) = self.movements.iter().position(|own| own.id == m.id) else {
                return Err(damaged(seq, format!("an undo of allocation {}", m.id), "an allocation that stands"));
            };
            taken_back.push(self.movements.remove(at));
        }
        self.on_account = self.on_account.saturating_add(u.on_account);
        for other in &u.other {
            match self.other.iter().position(|o| o.code == other.code && Some(o.amount) == other.amount.checked_neg()) {
                Some(at) => drop(self.other.remove(at)),
                None => self.other.push(other.clone()),
            }
        }
        self.unapplied = self.unapplied.saturating_add(u.unapplied);
        self.taught.retain(|id| !u.unlearn.contains(id));
        self.undone = Some(Undone { record: seq, by: u.by.clone(), reason: u.reason.clone(), movements: taken_back });
        self.review = None;
        self.disposition = Some(Disposition::InReview);
        self.outcome = Outcome::Queued;
        self.waits = true;
        if u.returns.is_some() {
            self.returns = None;
        }
        Ok(())
    }
}

/// Where an item stands, as far as the ledger moved it.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemStanding {
    /// The item as it was before the first movement that holds it.
    pub item: OpenItem,
    /// Open after the last movement.
    pub open: i64,
    /// What all movements took off together.
    pub cleared: i64,
    /// Every movement: record, payment, movement.
    pub movements: Vec<(u64, String, Movement)>,
}

impl ItemStanding {
    /// Whether taking off so much more, in minor units, would be more over all runs than the item ever was.
    pub fn is_beyond(&self, more: i128) -> bool {
        let amount = i128::from(self.item.amount);
        (i128::from(self.cleared) + more) * amount.signum() > amount.abs()
    }

    /// Folds the records about an item, in order; `None` if none moved it.
    pub fn of(key: &str, records: &[(u64, Body)]) -> Option<ItemStanding> {
        let mut movements: Vec<(u64, String, Movement)> = Vec::new();
        for (seq, body) in records {
            let (payment, list) = match body {
                Body::Payment(p) => (p.payment_id(), &p.decided.movements),
                Body::Decision(d) => (d.payment_id.as_str(), &d.decided.movements),
                Body::Undo(u) => (u.payment_id.as_str(), &u.movements),
                _ => continue,
            };
            let of_item = list.iter().filter(|m| item_key(&m.company, &m.item_id) == key);
            movements.extend(of_item.map(|m| (*seq, payment.to_owned(), m.clone())));
        }
        let item = movements.iter().find_map(|(_, _, m)| m.item.as_deref().cloned())?;
        let open = movements.last().map(|(_, _, m)| m.after)?;
        let cleared = movements.iter().fold(0i64, |sum, (_, _, m)| sum.saturating_add(m.cleared().unwrap_or(0)));
        Some(ItemStanding { item, open, cleared, movements })
    }
}
