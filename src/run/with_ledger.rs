//! A run with a ledger: what is known is not done twice, what is in flight is not claimed twice, what came back reopens what it
//! had closed. In go the inputs and a ledger to read, out come the outputs and the records to be added. Writes nothing.

mod batches;
mod closed;
mod intraday;
mod known;
mod learned;
mod likeness;
mod one_payment;
mod payments;
mod queue;
mod records;
mod returns;
mod session;
mod snapshot;
mod stored;

pub use queue::record_of_ledger;
pub(super) use queue::waiting_in;
pub use records::{LedgerRun, RunRecords};

use super::day::run_in;
use super::given::{RunError, RunInputs, Step, policy_hash};
use super::memory::{Decidable, Left, Made, Memory};
use super::source::Source;
use crate::base::{Packed, Place, Records};
use crate::error::{Error, ErrorCode};
use crate::ledger::{Ledger, RunBody, Set, Store, hex};
use crate::model::*;
use crate::statements::Day;
use session::Session;

/// Runs a day over a ledger. The ledger is only read: [`LedgerRun::records`] go into [`Ledger::append`] once the outputs are safe.
///
/// # Errors
/// As [`super::run`]; [`RunError::AllKnown`] if the ledger holds all statements already, [`RunError::Ledger`] if it cannot be read.
pub fn run_with_ledger<S: Store>(
    inputs: &RunInputs,
    ledger: &Ledger<S>,
    watch: &(dyn Fn(Step) + Sync),
) -> Result<LedgerRun, RunError> {
    let before = ledger.head().map_err(RunError::Ledger)?;
    let mut session = Session::new(ledger, before);
    let result = run_in(inputs, watch, Some(&mut session))?;
    Ok(LedgerRun { result, before, to_remember: session.into_remembered() })
}

impl<S: Store> Memory for Session<'_, S> {
    fn policy(&mut self, policy: &Policy, priors: &Priors, approved_by: &[String]) -> Result<(), RunError> {
        self.two_persons.clone_from(&policy.reviewers.two_persons);
        let last = if self.fresh { None } else { self.ledger.last_run().map_err(RunError::Ledger)? };
        let hash = policy_hash(policy);
        self.priors_hash = super::priors_file::hash(priors);
        let is_other = |l: &RunBody| l.policy_hash != hash || l.priors_hash != self.priors_hash;
        let Some(last) = last.filter(|l| is_other(l) && l.two_persons.iter().any(|t| t == "policy")) else {
            return Ok(());
        };
        if let [first, others @ ..] = approved_by
            && others.iter().any(|o| !crate::review::same_person(first, o))
        {
            self.approved_by = approved_by.to_vec();
            return Ok(());
        }
        let place = Place::default().at("--config");
        let what = if last.policy_hash == hash { "other priors under the policy" } else { "another policy" };
        let found = format!("{what} than in run {}, which says that a new one takes two persons", last.run_id);
        let error = Error::new(ErrorCode::Config, place, found, "the names of two")
            .with_hint("once both have read it: --approved-by ANNA --approved-by BEN");
        Err(RunError::Configuration(vec![error]))
    }

    fn files<'f>(&mut self, files: Vec<Source<'f>>) -> Result<Vec<Source<'f>>, RunError> {
        let mut new = Vec::with_capacity(files.len());
        for file in files {
            let known = || self.ledger.store().member(Set::Input, &file.sha256).map_err(RunError::Ledger);
            if !self.fresh && known()?.is_some() {
                self.summary.known_files.push(file.name.to_owned());
                continue;
            }
            let sha256 = file.sha256.clone();
            self.files.entry(file.name.to_owned()).and_modify(|s| *s = None).or_insert(Some(sha256));
            new.push(file);
        }
        if new.is_empty() && !self.summary.known_files.is_empty() {
            return Err(RunError::AllKnown(self.summary.known_files.clone()));
        }
        Ok(new)
    }

    fn day(&mut self, day: &mut Day) -> Result<(), Error> {
        self.known_statements(day)
    }

    fn payments(&mut self, day: &mut Day, made: &Made<'_>) -> Result<Left, Error> {
        self.known_payments(day, made)
    }

    fn receivables(
        &mut self,
        items: &mut Vec<OpenItem>,
        customers: &mut Vec<Customer>,
        payments: Records<'_, Payment>,
    ) -> Result<(), Error> {
        if self.fresh {
            return Ok(());
        }
        self.reconcile(items)?;
        self.bring_closed(items, payments)?;
        self.signed_facts(customers)
    }

    fn open_again(&mut self, items: &[OpenItem], decisions: Records<'_, Decision>) -> Result<Vec<OpenItem>, Error> {
        Session::open_again(self, items, decisions)
    }

    fn decided(&mut self, given: &Decidable<'_>, decisions: &mut Packed<Decision>) -> Result<(), Error> {
        self.settle_returns(given, decisions)?;
        self.show_unsigned_facts(given.payments, decisions)
    }

    fn untried(
        &self,
        customers: &[Customer],
        payments: Records<'_, Payment>,
        decisions: Records<'_, Decision>,
    ) -> Result<Option<Vec<Customer>>, Error> {
        self.with_unsigned(customers, payments, decisions)
    }

    fn tried(
        &self,
        payments: Records<'_, Payment>,
        decisions: &mut Packed<Decision>,
        would: Records<'_, Decision>,
    ) -> Result<(), Error> {
        self.say_what_would(payments, decisions, would)
    }

    fn summary(&self) -> LedgerSummary {
        self.summary.clone()
    }

    fn content(&self) -> String {
        hex(&self.before.content)
    }
}
