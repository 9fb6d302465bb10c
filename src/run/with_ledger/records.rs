//! A finished run in, the records that the ledger is to remember out, made as they are asked for.

use super::session::{Read, Remembered, Seen, Session};
use crate::base::{Map, Packed, Set};
use crate::ledger::{
    Body, Decided as Kept, DecisionBody, Head, InputBody, Movement, NewRecords, PaymentBody, RunBody, SnapshotBody,
    StatementBody, Store,
};
use crate::model::*;
use crate::outputs::{Decided, DecisionLines};
use crate::run::folder::RunResult;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What is to be remembered of a run beside its outputs.
#[derive(Debug, Clone)]
pub(super) struct ToRemember {
    statements: Vec<Read>,
    snapshot: SnapshotBody,
    /// Payments that came again, and entries that gave way to their details.
    last: Vec<Body>,
    /// In step with the payments of the run.
    seen: Vec<Seen>,
    /// The payments that are remembered, by place, in the order in which they settle.
    order: Vec<usize>,
    /// Returns with the payments that they take back, by id.
    returns: Map<String, String>,
    /// Names of the statement files that are in the ledger wholly from now on.
    files: Set<String>,
    priors_hash: Option<String>,
    two_persons: Vec<String>,
    approved_by: Vec<String>,
}

impl<S: Store> Session<'_, S> {
    pub(super) fn into_remembered(self) -> ToRemember {
        let mut order = self.settling_order();
        order.retain(|k| self.seen.get(*k).is_some_and(|s| !matches!(s.of, Remembered::Nothing)));
        let mut files: Set<String> =
            self.files.into_iter().filter(|(_, sha)| sha.is_some()).map(|(name, _)| name).collect();
        self.not_taken.iter().for_each(|name| {
            files.remove(name);
        });
        let joins = self.joins.into_iter().map(Body::Join);
        let gave_way = self.gave_way.into_values().map(Body::Decision);
        ToRemember {
            statements: self.statements,
            snapshot: self.snapshot,
            last: joins.chain(gave_way).collect(),
            seen: self.seen,
            order,
            returns: self.returns,
            files,
            priors_hash: self.priors_hash,
            two_persons: self.two_persons,
            approved_by: self.approved_by,
        }
    }
}

/// A finished run over a ledger: nothing is written yet. Write the outputs, then add the records.
#[derive(Debug, Clone)]
pub struct LedgerRun {
    /// The outputs.
    pub result: RunResult,
    /// The head that all of it was decided from.
    pub before: Head,
    pub(super) to_remember: ToRemember,
}

impl LedgerRun {
    /// What the ledger is to remember, in order: for [`crate::ledger::Ledger::append`].
    pub fn records(&self) -> RunRecords<'_> {
        let run = &self.to_remember;
        let decided = self.result.contents.decided(&self.result.summary.score_version);
        let taken = run.statements.iter().filter(|r| r.taken);
        let statement = |r: &Read| {
            let known = if r.body.booked.is_some() { r.known } else { 0 };
            Body::Statement(StatementBody { known, ..r.body.clone() })
        };
        let snapshot = Some(&run.snapshot).filter(|s| **s != SnapshotBody::default());
        let mut first: Vec<Body> =
            snapshot.into_iter().cloned().map(Body::Snapshot).chain(taken.map(statement)).collect();
        let records = (first.len() + run.order.len() + run.last.len()) as u64;
        first.insert(0, Body::Run(self.body(records)));
        RunRecords { first, run, decided, lines: DecisionLines::new(&decided) }
    }

    fn body(&self, records: u64) -> RunBody {
        let (run, summary) = (&self.to_remember, &self.result.summary);
        let input = |f: &FileSummary| InputBody {
            role: f.role.to_owned(),
            name: f.name.clone(),
            sha256: f.sha256.clone(),
            taken: f.role == "statement" && f.error.is_none() && run.files.contains(&f.name),
        };
        let (mut inputs, others): (Vec<_>, Vec<_>) =
            summary.files.iter().map(input).partition(|i| i.role == "statement");
        inputs.extend(others);
        RunBody {
            run_id: self.result.run_id.clone(),
            records,
            engine_version: crate::run::VERSION.to_owned(),
            score_version: summary.score_version.clone(),
            policy_hash: summary.policy_hash.clone(),
            priors_hash: run.priors_hash.clone(),
            as_of: summary.as_of,
            two_persons: run.two_persons.clone(),
            approved_by: run.approved_by.clone(),
            inputs,
        }
    }
}

/// What the ledger is to remember of a run: the run, what the open items said, its statements, its payments with their decisions
/// in the order in which they settle, and payments that came again.
pub struct RunRecords<'a> {
    first: Vec<Body>,
    run: &'a ToRemember,
    decided: Decided<'a>,
    lines: DecisionLines<'a>,
}

impl NewRecords for RunRecords<'_> {
    fn blocks(&self) -> usize {
        self.run.order.len().div_ceil(Packed::<Payment>::BLOCK) + 2
    }

    fn block(&self, nth: usize) -> Cow<'_, [Body]> {
        let Some(nth) = nth.checked_sub(1) else { return Cow::Borrowed(&self.first) };
        match self.run.order.chunks(Packed::<Payment>::BLOCK).nth(nth) {
            Some(places) => Cow::Owned(self.of_payments(places)),
            None if nth + 2 == self.blocks() => Cow::Borrowed(&self.run.last),
            None => Cow::Borrowed(&[]),
        }
    }
}

impl RunRecords<'_> {
    fn of_payments(&self, places: &[usize]) -> Vec<Body> {
        // Mostly one block, or two; a return may stand far from where it settles.
        let mut blocks = BTreeMap::new();
        let mut bodies = Vec::with_capacity(places.len());
        for place in places {
            let (block, at) = (place / Packed::<Payment>::BLOCK, place % Packed::<Payment>::BLOCK);
            let (payments, decisions) = blocks
                .entry(block)
                .or_insert_with(|| (self.decided.payments.block(block), self.decided.decisions.block(block)));
            if let (Some(p), Some(d), Some(seen)) = (payments.get(at), decisions.get(at), self.run.seen.get(*place)) {
                bodies.extend(self.of_payment(p, d, seen));
            }
        }
        bodies
    }

    fn of_payment(&self, payment: &Payment, decision: &Decision, seen: &Seen) -> Option<Body> {
        let returns = self.run.returns.get(payment.payment_id.as_str()).cloned();
        let decided = || decided(payment, decision, &self.lines, returns);
        match seen.of {
            Remembered::Nothing => None,
            Remembered::Again => Some(Body::Decision(DecisionBody {
                payment_id: payment.payment_id.0.clone(),
                decided: decided(),
                comment: String::new(),
                review: None,
                company: payment.company.clone(),
                currency: payment.currency,
                // The policy teaches nothing.
                payer_account: None,
                payer_name: None,
                booking_date: payment.booking_date,
            })),
            Remembered::New(statement) => Some(Body::Payment(Box::new(PaymentBody {
                base: seen.base.clone(),
                batch: seen.batch,
                statement: self.run.statements.get(statement)?.body.content.clone(),
                payment: payment.clone(),
                decided: decided(),
            }))),
        }
    }
}

/// What is remembered of a decision.
fn decided(payment: &Payment, decision: &Decision, lines: &DecisionLines<'_>, returns: Option<String>) -> Kept {
    let movement =
        |(n, a): (usize, &Allocation)| Movement::of(a, &payment.payment_id, n, lines.item(&a.company, &a.item_id));
    // A reviewer reads the line of a queued one.
    let line = (decision.outcome == Outcome::Queued).then(|| lines.line(payment, decision).trim_end().to_owned());
    Kept {
        outcome: decision.outcome,
        reason: decision.reason,
        explanation: decision.explanation.clone(),
        customer_id: decision.customer_id.clone(),
        error_ppm: decision.error_ppm,
        score: decision.score,
        margin: decision.margin,
        gates: decision.gates.iter().map(|g| g.reason).collect(),
        movements: decision.allocations.iter().enumerate().map(movement).collect(),
        on_account: decision.on_account,
        other: decision.other.clone(),
        unapplied: decision.unapplied,
        disposition: decision.disposition,
        by: "policy".to_owned(),
        returns,
        line,
    }
}
