//! Payments and decisions one by one in, what a summary counts of them out.

use super::scopes::Scopes;
use crate::model::{Decision, OpenItem, Outcome, Payment, ReasonCode};
use std::collections::BTreeMap;

/// Count and sum.
pub(super) type ByReason = BTreeMap<(Outcome, ReasonCode), (u64, i128)>;

/// What a summary counts of payments and decisions.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts {
    /// Of accounts.
    pub(super) reasons: Scopes<ByReason>,
    /// Of companies.
    pub(super) tallies: Scopes<Tally>,
}

impl Counts {
    /// Nothing yet but the items.
    pub(super) fn new(items: &[OpenItem]) -> Self {
        let mut counts = Counts::default();
        for item in items {
            counts.tallies.of(&item.company, item.currency).items_before += i128::from(item.open_amount);
        }
        counts
    }

    /// One payment with its decision.
    pub(super) fn add(&mut self, payment: &Payment, decision: &Decision) {
        let reasons = self.reasons.of(&payment.account, payment.currency);
        let slot = reasons.entry((decision.outcome, decision.reason)).or_default();
        slot.0 += 1;
        slot.1 += i128::from(payment.amount);
        self.tallies.of(&payment.company, payment.currency).add(payment, decision);
    }
}

/// What a summary says of the money of a company.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    pub(super) payments: u64,
    pub(super) amount: i128,
    pub(super) allocations: u64,
    pub(super) applied: i128,
    pub(super) discount: i128,
    pub(super) writeoff: i128,
    pub(super) charges: i128,
    pub(super) fx_difference: i128,
    pub(super) on_account: i128,
    pub(super) other: i128,
    pub(super) in_review: i128,
    pub(super) not_applied: i128,
    pub(super) items_before: i128,
    pub(super) receivable: (u64, u128),
    pub(super) automatic: (u64, u128),
}

impl Tally {
    fn add(&mut self, payment: &Payment, decision: &Decision) {
        self.payments += 1;
        self.amount += i128::from(payment.amount);
        for a in &decision.allocations {
            self.allocations += 1;
            self.applied += i128::from(a.applied);
            self.discount += i128::from(a.discount);
            self.writeoff += i128::from(a.writeoff);
            self.charges += i128::from(a.charges);
            self.fx_difference += i128::from(a.fx_difference);
        }
        self.on_account += i128::from(decision.on_account);
        self.other += decision.other.iter().map(|o| i128::from(o.amount)).sum::<i128>();
        if decision.outcome == Outcome::NotReceivable {
            self.not_applied += i128::from(decision.unapplied);
            return;
        }
        self.in_review += i128::from(decision.unapplied);
        let value = u128::from(payment.amount.unsigned_abs());
        self.receivable = (self.receivable.0 + 1, self.receivable.1 + value);
        if decision.outcome != Outcome::Queued && decision.review.is_none() {
            self.automatic = (self.automatic.0 + 1, self.automatic.1 + value);
        }
    }
}
