//! The equations of a run, in signed integers of minor units: checked after deciding, before anything is written.
//!
//! - payment: amount = Σ applied + on account + other + unapplied
//! - item: open before − Σ (applied + discount + write-off + charges + exchange difference) = open after, towards zero and
//!   never across; a return moves it back, at most to the original amount
//! - run: per account and currency, the payments equal the booked entries of the statements

use super::{Decision, OpenItem, Payment};
use crate::base::{Currency, Map, Place};
use crate::error::{Error, ErrorCode};

/// Checks the payment and item equations of a run. `items` are the items as given, before the run.
///
/// # Errors
/// [`ErrorCode::Conservation`] with the payment or item that fails. This is a defect of tieout, never of the input.
pub fn check(payments: &[Payment], decisions: &[Decision], items: &[OpenItem]) -> Result<(), Error> {
    let mut check = Check::new(items);
    payments.iter().zip(decisions).try_for_each(|(payment, decision)| check.add(payment, decision))?;
    check.finish(payments.len(), decisions.len())
}

/// The same check for payments that come one by one.
#[derive(Debug)]
pub struct Check<'a> {
    items: &'a [OpenItem],
    by_id: Map<(&'a str, &'a str), usize>,
    /// What was cleared of an item, and whether something came back.
    moved: Map<usize, (i128, bool)>,
    added: usize,
}

impl<'a> Check<'a> {
    /// A check over these items as they were before the run.
    pub fn new(items: &'a [OpenItem]) -> Self {
        let key = |(k, i): (usize, &'a OpenItem)| ((i.company.as_str(), i.item_id.as_str()), k);
        let by_id = items.iter().enumerate().map(key).collect();
        Check { items, by_id, moved: Map::default(), added: 0 }
    }

    /// Checks the equation of a payment, and adds what it takes from items.
    ///
    /// # Errors
    /// As [`check`].
    pub fn add(&mut self, payment: &Payment, decision: &Decision) -> Result<(), Error> {
        check_payment(payment, decision)?;
        self.added += 1;
        for allocation in &decision.allocations {
            let cleared = allocation.cleared().ok_or_else(|| broken("an overflow".to_owned(), "64-bit amounts"))?;
            let Some(item) = self.by_id.get(&(allocation.company.as_str(), allocation.item_id.as_str())) else {
                let found = format!("an allocation to item {}", allocation.item_id);
                return Err(broken(found, "an item of the book"));
            };
            let slot = self.moved.entry(*item).or_insert((0, false));
            slot.0 += i128::from(cleared);
            slot.1 |= decision.outcome == super::Outcome::Reopened;
        }
        Ok(())
    }

    /// Checks the items, and that there was one decision for each of so many payments.
    ///
    /// # Errors
    /// As [`check`].
    pub fn finish(self, payments: usize, decisions: usize) -> Result<(), Error> {
        if payments != decisions || self.added != payments {
            let found = format!("{payments} payments and {decisions} decisions");
            return Err(broken(found, "one decision per payment"));
        }
        for (k, item) in self.items.iter().enumerate() {
            let Some((cleared, reopened)) = self.moved.get(&k).copied() else { continue };
            let before = i128::from(item.open_amount);
            let after = before - cleared;
            let towards_zero = if before >= 0 { (0..=before).contains(&after) } else { (before..=0).contains(&after) };
            let original = i128::from(item.amount);
            let back = after.unsigned_abs() <= original.unsigned_abs() && after.signum() * original.signum() >= 0;
            if !(towards_zero || reopened && back) {
                let found = format!("item {}: open {before}, cleared {cleared}, after {after}", item.item_id);
                return Err(broken(found, "an open amount that moves towards zero and never across"));
            }
        }
        Ok(())
    }
}

fn check_payment(payment: &Payment, decision: &Decision) -> Result<(), Error> {
    let applied: i128 = decision.allocations.iter().map(|a| i128::from(a.applied)).sum();
    let other: i128 = decision.other.iter().map(|o| i128::from(o.amount)).sum();
    let right = applied + i128::from(decision.on_account) + other + i128::from(decision.unapplied);
    if payment.payment_id != decision.payment_id || i128::from(payment.amount) != right {
        let found = format!(
            "payment {}: amount {}, applied {applied} + on account {} + other {other} + unapplied {}",
            payment.payment_id, payment.amount, decision.on_account, decision.unapplied
        );
        return Err(broken(found, "both sides equal"));
    }
    Ok(())
}

/// Both sides of the run equation for one account and currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlTotal {
    /// Account.
    pub account: String,
    /// Currency.
    pub currency: Currency,
    /// Σ of booked credit entries of the statements, minor units.
    pub statement_credits: i128,
    /// Σ of booked debit entries, minor units, negative.
    pub statement_debits: i128,
    /// Σ of payments above zero.
    pub payment_credits: i128,
    /// Σ of payments below zero.
    pub payment_debits: i128,
}

impl ControlTotal {
    /// Whether the net of both sides agrees. Credits and debits alone may differ where a batch nets receipts and returns.
    pub fn holds(&self) -> bool {
        self.statement_credits + self.statement_debits == self.payment_credits + self.payment_debits
    }
}

fn broken(found: String, expected: &str) -> Error {
    Error::new(ErrorCode::Conservation, Place::default(), found, expected)
        .with_hint("nothing was written; this is a defect of tieout: please report it with the input")
}
