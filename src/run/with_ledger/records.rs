//! A finished run in, the records that the ledger is to remember out.

use super::Session;
use crate::base::{ContentId, Map, Packed};
use crate::error::Error;
use crate::ledger::{
    Body, Decided, DecisionBody, InputBody, Movement, PaymentBody, RunBody, Store,
    keys::{item_key, item_key_of},
};
use crate::model::*;
use crate::outputs::DecisionLines;
use crate::run::day::RunResult;
use crate::statements::Payments;
use rayon::prelude::*;

impl<S: Store> Session<'_, S> {
    /// Keeps what is to be remembered: payments of statements that hold, and the items that they moved.
    pub(super) fn keep_decided(&mut self, read: &Payments, items: &[OpenItem], decisions: &[Decision]) {
        let moved: crate::base::Set<String> =
            decisions.iter().flat_map(|d| &d.allocations).map(|a| item_key(&a.company, &a.item_id)).collect();
        self.items = items
            .iter()
            .map(|i| (item_key_of(&i.company, &i.item_id), i))
            .filter(|(name, _)| moved.contains(name.as_ref()))
            .map(|(name, i)| (name.into_owned(), i.clone()))
            .collect();
        let (again, returns) = (&self.again, &self.returns);
        let (bases, statement_of, items) = (&self.bases, &self.statement_of, &self.items);
        let of = |(payment, decision): (&Payment, &Decision)| -> Option<Body> {
            let id = payment.payment_id.as_str();
            let decided = decided(payment, decision, items, returns.get(id).cloned());
            if again.contains(id) {
                return Some(Body::Decision(DecisionBody {
                    payment_id: id.to_owned(),
                    decided,
                    comment: String::new(),
                    review: None,
                    company: payment.company.clone(),
                    currency: payment.currency,
                    // The policy teaches nothing.
                    payer_account: None,
                    payer_name: None,
                    booking_date: payment.booking_date,
                }));
            }
            let statement = statement_of.get(id)?.clone();
            let base: Option<ContentId> = bases.get(id).cloned();
            Some(Body::Payment(Box::new(PaymentBody { base, statement, payment: payment.clone(), decided })))
        };
        self.kept = read.payments.par_iter().zip(decisions).map(of).collect();
        self.prove_sums();
    }

    /// A statement whose new and known payments do not give its booked entries (an entry without a day, say) cannot be proved
    /// again later; it says so by having no sum.
    fn prove_sums(&mut self) {
        let mut sums: Map<&str, i128> = Map::default();
        for body in self.kept.iter().flatten() {
            if let Body::Payment(p) = body {
                let amount = p.payment.amount;
                *sums.entry(p.statement.as_str()).or_insert(0) += i128::from(amount);
            }
        }
        for read in &mut self.statements {
            let new = sums.get(read.body.content.as_str()).copied().unwrap_or(0);
            read.body.booked = read.body.booked.filter(|booked| *booked - read.known == new);
        }
    }

    pub(super) fn records(&mut self, result: &RunResult) -> Result<Vec<Body>, Error> {
        let decided = result.contents.decided(&result.summary.score_version);
        let lines = DecisionLines::new(&decided);
        let mut rest: Vec<Body> = Vec::new();
        if self.snapshot != Default::default() {
            rest.push(Body::Snapshot(std::mem::take(&mut self.snapshot)));
        }
        for read in self.statements.iter().filter(|r| r.taken) {
            let mut body = read.body.clone();
            body.known = if body.booked.is_some() { read.known } else { 0 };
            rest.push(Body::Statement(body));
        }
        let mut kept = std::mem::take(&mut self.kept);
        kept.par_chunks_mut(Packed::<Payment>::BLOCK).enumerate().for_each(|(n, bodies)| {
            let (payments, decisions) = (decided.payments.block(n), decided.decisions.block(n));
            for ((payment, decision), body) in payments.iter().zip(decisions.iter()).zip(bodies) {
                let kept = match body {
                    Some(Body::Payment(p)) => Some(&mut p.decided),
                    Some(Body::Decision(d)) => Some(&mut d.decided),
                    _ => None,
                };
                // A reviewer reads the line of a queued one.
                if let Some(kept) = kept.filter(|d| d.outcome == Outcome::Queued) {
                    kept.line = Some(lines.line(payment, decision).trim_end().to_owned());
                }
            }
        });
        let order = self.settling_order(decided.payments);
        rest.extend(order.into_iter().filter_map(|k| kept.get_mut(k).and_then(Option::take)));
        rest.extend(self.joins.drain(..).map(Body::Join));
        let run = RunBody {
            run_id: result.run_id.clone(),
            records: rest.len() as u64,
            engine_version: crate::run::VERSION.to_owned(),
            score_version: result.summary.score_version.clone(),
            policy_hash: result.summary.policy_hash.clone(),
            priors_hash: self.priors_hash.take(),
            as_of: result.summary.as_of,
            two_persons: std::mem::take(&mut self.two_persons),
            approved_by: std::mem::take(&mut self.approved_by),
            inputs: self.inputs(result),
        };
        let mut all = vec![Body::Run(run)];
        all.append(&mut rest);
        Ok(all)
    }

    fn inputs(&self, result: &RunResult) -> Vec<InputBody> {
        let taken = |f: &FileSummary| {
            f.role == "statement"
                && f.error.is_none()
                && !self.not_taken.contains(&f.name)
                && self.files.get(&f.name).is_some_and(Option::is_some)
        };
        let of = |f: &FileSummary| InputBody {
            role: f.role.to_owned(),
            name: f.name.clone(),
            sha256: f.sha256.clone(),
            taken: taken(f),
        };
        let (mut statements, others): (Vec<_>, Vec<_>) =
            result.summary.files.iter().map(of).partition(|i| i.role == "statement");
        statements.extend(others);
        statements
    }
}

/// What is remembered of a decision.
fn decided(payment: &Payment, decision: &Decision, items: &Map<String, OpenItem>, returns: Option<String>) -> Decided {
    let movement = |(n, a): (usize, &Allocation)| {
        Movement::of(a, &payment.payment_id, n, items.get(&item_key(&a.company, &a.item_id)))
    };
    Decided {
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
        line: None,
    }
}
