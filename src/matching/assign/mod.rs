//! Stage 5: all payments together. No item is claimed by two payments beyond its open amount, and where the answers tie, nobody
//! gets the item. The result does not depend on the order of the payments: ties go to nobody, equal things to complete sets.

mod complete_set;
mod conflicts;
mod daily_cap;
mod in_run_returns;
mod running;

use super::decide::Proposed;
use crate::book::OpenItemBook;
use crate::model::{Decision, Disposition, Gate, Outcome, Payment, Policy, ReasonCode};

/// Settles single decisions into the decisions of the run, in the order of the payments.
pub fn settle(
    book: &OpenItemBook,
    policy: &Policy,
    payments: &[Payment],
    mut proposed: Vec<Proposed>,
) -> Vec<Decision> {
    conflicts::resolve(book, payments, &mut proposed);
    if policy.ties.complete_set {
        complete_set::apply(book, payments, &mut proposed);
    }
    daily_cap::hold(policy, payments, &mut proposed);
    in_run_returns::link(payments, &mut proposed);
    let mut decisions: Vec<Decision> = proposed.into_iter().map(|p| p.decision).collect();
    running::balances(&mut decisions);
    decisions
}

/// Takes an automatic decision back into the queue; its answer stays the first proposal.
fn queue(proposed: &mut Proposed, payment: &Payment, reason: ReasonCode, text: String) {
    let decision = &mut proposed.decision;
    decision.outcome = Outcome::Queued;
    decision.reason = reason;
    decision.explanation = text.clone();
    decision.gates.push(Gate { reason, text });
    decision.allocations.clear();
    decision.other.clear();
    decision.on_account = 0;
    decision.unapplied = payment.amount;
    decision.disposition = Some(Disposition::InReview);
    decision.would_need = Some(super::decide::would_need(reason).to_owned());
    proposed.claims.clear();
}
