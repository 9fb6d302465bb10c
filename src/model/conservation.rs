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
    if payments.len() != decisions.len() {
        let found = format!("{} payments and {} decisions", payments.len(), decisions.len());
        return Err(broken(found, "one decision per payment"));
    }
    let mut moved: Map<(&str, &str), (i128, bool)> = Map::default();
    for (payment, decision) in payments.iter().zip(decisions) {
        check_payment(payment, decision)?;
        for allocation in &decision.allocations {
            let cleared = allocation.cleared().ok_or_else(|| broken("an overflow".to_owned(), "64-bit amounts"))?;
            let key = (allocation.company.as_str(), allocation.item_id.as_str());
            let slot = moved.entry(key).or_insert((0, false));
            slot.0 += i128::from(cleared);
            slot.1 |= decision.outcome == super::Outcome::Reopened;
        }
    }
    for item in items {
        let Some((cleared, reopened)) = moved.remove(&(item.company.as_str(), item.item_id.as_str())) else { continue };
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
    if let Some(((_, item_id), _)) = moved.into_iter().min_by(|a, b| a.0.cmp(&b.0)) {
        return Err(broken(format!("an allocation to item {item_id}"), "an item of the book"));
    }
    Ok(())
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
