//! Learned facts in a run: signed ones count as accounts and names of their customers; unsigned ones are shown, with the payments that
//! they would have decided, and never decide.

use super::Session;
use crate::error::Error;
use crate::ledger::{FactKind, LearnedFact, Store};
use crate::model::{Customer, Decision, Outcome, Payment};

impl<S: Store> Session<'_, S> {
    pub(super) fn signed_facts(&mut self, customers: &mut Vec<Customer>) -> Result<(), Error> {
        for fact in self.ledger.facts()?.into_iter().filter(LearnedFact::is_signed) {
            self.summary.signed_facts += 1;
            add(fact, customers);
        }
        Ok(())
    }

    /// Facts that nobody signed are shown and never decide.
    pub(super) fn show_unsigned_facts(
        &mut self,
        payments: &[Payment],
        decisions: &mut [Decision],
    ) -> Result<(), Error> {
        if self.fresh {
            return Ok(());
        }
        let unsigned = self.unsigned()?;
        for (payment, decision) in payments.iter().zip(decisions).filter(|(_, d)| d.outcome == Outcome::Queued) {
            for fact in unsigned.iter().filter(|f| speaks_of(f, payment)) {
                decision.explanation.push_str(&learned_text(fact));
            }
        }
        Ok(())
    }

    pub(super) fn with_unsigned(
        &self,
        customers: &[Customer],
        payments: &[Payment],
        decisions: &[Decision],
    ) -> Result<Option<Vec<Customer>>, Error> {
        if self.fresh {
            return Ok(None);
        }
        let mut unsigned = self.unsigned()?;
        unsigned.retain(|fact| {
            payments.iter().zip(decisions).any(|(p, d)| d.outcome == Outcome::Queued && speaks_of(fact, p))
        });
        if unsigned.is_empty() {
            return Ok(None);
        }
        let mut customers = customers.to_vec();
        unsigned.into_iter().for_each(|fact| add(fact, &mut customers));
        Ok(Some(customers))
    }

    pub(super) fn say_what_would(
        &self,
        payments: &[Payment],
        decisions: &mut [Decision],
        would: &[Decision],
    ) -> Result<(), Error> {
        let unsigned = self.unsigned()?;
        for ((payment, decision), would) in payments.iter().zip(decisions).zip(would) {
            if decision.outcome != Outcome::Queued || would.outcome != Outcome::Applied {
                continue;
            }
            let of = |f: &&LearnedFact| speaks_of(f, payment) && would.customer_id.as_ref() == Some(&f.customer_id);
            let facts: Vec<String> =
                unsigned.iter().filter(of).map(|f| format!("{} ({})", f.fact_id, f.says())).collect();
            if !facts.is_empty() {
                let word = if facts.len() == 1 { "this learned fact" } else { "one of these learned facts" };
                decision.would_need = Some(format!("a signature under {word}: {}", facts.join("; ")));
            }
        }
        Ok(())
    }

    fn unsigned(&self) -> Result<Vec<LearnedFact>, Error> {
        let mut facts = self.ledger.facts()?;
        facts.retain(LearnedFact::is_open);
        Ok(facts)
    }
}

/// What people decided of a payer, for the sentence of a payment in the queue.
pub(super) fn learned_text(fact: &LearnedFact) -> String {
    let state = match &fact.signed_by {
        Some(by) => format!("signed by {by} since"),
        None => "unsigned".to_owned(),
    };
    format!(" Learned: {} ({}, {state}).", fact.says(), fact.fact_id)
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
