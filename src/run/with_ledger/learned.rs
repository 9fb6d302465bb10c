//! Learned facts in a run: signed ones count as accounts and names of their customers; unsigned ones are shown, with the payments that
//! they would have decided, and never decide.

use super::session::Session;
use crate::base::{Packed, Records};
use crate::error::Error;
use crate::ledger::{FactKind, LearnedFact, Store};
use crate::model::{Customer, Decision, Outcome, Payment};
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};

impl<S: Store> Session<'_, S> {
    pub(super) fn signed_facts(&mut self, customers: &mut Vec<Customer>) -> Result<(), Error> {
        let all = self.ledger.facts()?;
        for fact in all.iter().filter(|f| f.is_signed()) {
            if fact.decides(&all) {
                self.summary.signed_facts += 1;
                add(fact.clone(), customers);
            } else {
                let (id, says) = (&fact.fact_id, fact.says());
                self.summary.notes.push(format!("the signed fact {id} ({says}) rests: {}", resting(fact, &all)));
            }
        }
        Ok(())
    }

    /// Facts that nobody signed are shown and never decide; so are signed ones that rest.
    pub(super) fn show_unsigned_facts(
        &mut self,
        payments: Records<'_, Payment>,
        decisions: &mut Packed<Decision>,
    ) -> Result<(), Error> {
        if self.fresh {
            return Ok(());
        }
        let all = self.ledger.facts()?;
        let shown: Vec<&LearnedFact> =
            all.iter().filter(|f| f.is_open() || (f.is_signed() && !f.decides(&all))).collect();
        if shown.is_empty() {
            return Ok(());
        }
        decisions.change(|n, decisions| {
            let mut changed = false;
            for (payment, decision) in payments.block(n).iter().zip(decisions).filter(|(_, d)| is_queued(d)) {
                for fact in shown.iter().filter(|f| speaks_of(f, payment)) {
                    tell(fact, &all, &mut decision.explanation);
                    changed = true;
                }
            }
            changed
        });
        Ok(())
    }

    pub(super) fn with_unsigned(
        &self,
        customers: &[Customer],
        payments: Records<'_, Payment>,
        decisions: Records<'_, Decision>,
    ) -> Result<Option<Vec<Customer>>, Error> {
        if self.fresh {
            return Ok(None);
        }
        let mut unsigned = self.unsigned()?;
        let spoken_of: Vec<AtomicBool> = unsigned.iter().map(|_| AtomicBool::new(false)).collect();
        if !unsigned.is_empty() {
            (0..payments.blocks()).into_par_iter().for_each(|n| {
                let (payments, decisions) = (payments.block(n), decisions.block(n));
                for (payment, _) in payments.iter().zip(decisions.iter()).filter(|(_, d)| is_queued(d)) {
                    let of_it = unsigned.iter().zip(&spoken_of).filter(|(fact, _)| speaks_of(fact, payment));
                    of_it.for_each(|(_, spoken_of)| spoken_of.store(true, Ordering::Relaxed));
                }
            });
        }
        let mut spoken_of = spoken_of.into_iter().map(AtomicBool::into_inner);
        unsigned.retain(|_| spoken_of.next().unwrap_or(false));
        if unsigned.is_empty() {
            return Ok(None);
        }
        let mut customers = customers.to_vec();
        unsigned.into_iter().for_each(|fact| add(fact, &mut customers));
        Ok(Some(customers))
    }

    pub(super) fn say_what_would(
        &self,
        payments: Records<'_, Payment>,
        decisions: &mut Packed<Decision>,
        would: Records<'_, Decision>,
    ) -> Result<(), Error> {
        let unsigned = self.unsigned()?;
        decisions.change(|n, decisions| {
            let mut changed = false;
            for ((payment, decision), would) in payments.block(n).iter().zip(decisions).zip(would.block(n).iter()) {
                if !is_queued(decision) || would.outcome != Outcome::Applied {
                    continue;
                }
                let of = |f: &&LearnedFact| speaks_of(f, payment) && would.customer_id.as_ref() == Some(&f.customer_id);
                let facts: Vec<String> =
                    unsigned.iter().filter(of).map(|f| format!("{} ({})", f.fact_id, f.says())).collect();
                if !facts.is_empty() {
                    let word = if facts.len() == 1 { "this learned fact" } else { "one of these learned facts" };
                    decision.would_need = Some(format!("a signature under {word}: {}", facts.join("; ")));
                    changed = true;
                }
            }
            changed
        });
        Ok(())
    }

    fn unsigned(&self) -> Result<Vec<LearnedFact>, Error> {
        let mut facts = self.ledger.facts()?;
        facts.retain(LearnedFact::is_open);
        Ok(facts)
    }
}

fn is_queued(decision: &Decision) -> bool {
    decision.outcome == Outcome::Queued
}

/// Adds to a payment in the queue what people decided of its payer.
pub(super) fn tell(fact: &LearnedFact, all: &[LearnedFact], explanation: &mut String) {
    let state = match &fact.signed_by {
        Some(by) if fact.decides(all) => format!("signed by {by} since"),
        Some(by) => format!("signed by {by}, but it rests: {}", resting(fact, all)),
        None => "unsigned".to_owned(),
    };
    let stop = if explanation.is_empty() || explanation.ends_with('.') { "" } else { "." };
    explanation.push_str(&format!("{stop} Learned: {} ({}, {state}).", fact.says(), fact.fact_id));
}

fn resting(fact: &LearnedFact, all: &[LearnedFact]) -> String {
    let against = fact.against(all);
    let told = against.iter().filter(|o| !o.is_signed());
    let told: Vec<String> = told.map(|o| format!("{} ({})", o.customer_id, o.fact_id)).collect();
    format!("people also decided for {}, which nobody signed or refused", told.join(", "))
}

/// Whether a payment comes from the payer of a fact.
pub(super) fn speaks_of(fact: &LearnedFact, payment: &Payment) -> bool {
    fact.speaks_of(&payment.company, payment.payer_account.as_deref(), payment.payer_name.as_deref())
}

/// Gives a customer the account or name of a fact.
fn add(fact: LearnedFact, customers: &mut Vec<Customer>) {
    let own = customers.iter().position(|c| c.company == fact.company && c.customer_id == fact.customer_id);
    let at = own.unwrap_or_else(|| {
        let (company, customer_id) = (fact.company.clone(), fact.customer_id.clone());
        customers.push(Customer { company, customer_id, ..Customer::default() });
        customers.len() - 1
    });
    let Some(customer) = customers.get_mut(at) else { return };
    let list = match fact.fact {
        FactKind::PayerName => &mut customer.aliases,
        _ => &mut customer.ibans,
    };
    if !list.contains(&fact.value) {
        list.push(fact.value);
    }
}
