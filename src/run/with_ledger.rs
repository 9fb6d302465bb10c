//! A run with a ledger: what is known is not done twice, what is in flight is not claimed twice, what came back reopens what it
//! had closed. In go the inputs and a ledger to read, out come the outputs and the records to be added. Writes nothing.

mod closed;
mod intraday;
mod known;
mod learned;
mod payments;
mod queue;
mod records;
mod returns;
mod snapshot;

pub(super) use payments::{Left, Made};
pub use queue::record_of_ledger;
pub(super) use queue::waiting_in;
pub use records::RunRecords;

use super::day::{RunError, RunInputs, RunResult, Step, run_in};
use super::source::Source;
use crate::base::{Map, Packed, Place, Records};
use crate::error::{Error, ErrorCode};
use crate::ledger::{
    DecisionBody, Head, JoinBody, Ledger, Release, RunBody, Set, SnapshotBody, StatementBody, Store, hex,
};
use crate::model::*;
use crate::statements::Day;
use payments::Seen;
use records::ToRemember;
use std::collections::BTreeMap;

/// A finished run over a ledger: nothing is written yet. Write the outputs, then add the records.
#[derive(Debug, Clone)]
pub struct LedgerRun {
    /// The outputs.
    pub result: RunResult,
    /// The head that all of it was decided from.
    pub before: Head,
    to_remember: ToRemember,
}

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

/// What the engine decided from.
pub(super) struct Decidable<'a> {
    /// The policy in force.
    pub policy: &'a Policy,
    /// Items of the book.
    pub items: &'a [OpenItem],
    /// Payments of the run.
    pub payments: Records<'a, Payment>,
    /// Returns with the payments that they take back, where both stand in the run; by their places.
    pub linked: &'a [(usize, usize)],
}

/// What a memory does in a run, in this order.
pub(super) trait Memory {
    /// Refuses another policy, or other priors under it, than that of the last run where it takes two persons and fewer stand for it.
    fn policy(&mut self, policy: &Policy, priors: &Priors, approved_by: &[String]) -> Result<(), RunError>;
    /// Leaves out files that are known wholly.
    fn files<'f>(&mut self, files: Vec<Source<'f>>) -> Result<Vec<Source<'f>>, RunError>;
    /// Leaves out known statements and refuses contradicting ones.
    fn day(&mut self, day: &mut Day) -> Result<(), Error>;
    /// Leaves out known payments and says where statements are missing; the other payments get the ids that they are known by, and
    /// what a control total makes of them.
    fn payments(&mut self, day: &mut Day, made: &Made<'_>) -> Result<Left, Error>;
    /// Brings items to what is truly open, and closed ones back that the payments may speak of.
    fn receivables(
        &mut self,
        items: &mut Vec<OpenItem>,
        customers: &mut Vec<Customer>,
        payments: Records<'_, Payment>,
    ) -> Result<(), Error>;
    /// Items that are to be on hold, since the decisions would take off more than they ever were.
    fn open_again(&mut self, items: &[OpenItem], decisions: Records<'_, Decision>) -> Result<Vec<OpenItem>, Error>;
    /// Returns reopen exactly what they had closed.
    fn decided(&mut self, given: &Decidable<'_>, decisions: &mut Packed<Decision>) -> Result<(), Error>;
    /// Customers as they would be with the learned facts that nobody signed, where one speaks of a payment in the queue.
    fn untried(
        &self,
        customers: &[Customer],
        payments: Records<'_, Payment>,
        decisions: Records<'_, Decision>,
    ) -> Result<Option<Vec<Customer>>, Error>;
    /// Says on each payment in the queue that a learned fact would have decided which one it is; `would` is in step.
    fn tried(
        &self,
        payments: Records<'_, Payment>,
        decisions: &mut Packed<Decision>,
        would: Records<'_, Decision>,
    ) -> Result<(), Error>;
    /// What the summary says of it.
    fn summary(&self) -> LedgerSummary;
    /// Hash of the ledger's content before the run.
    fn content(&self) -> String;
}

/// One statement of the run as the ledger will know it.
#[derive(Debug, Clone)]
struct Read {
    body: StatementBody,
    /// Index in [`Day::statements`] after leaving out.
    index: usize,
    /// Its balances prove that no entry of it was there before.
    disjoint: bool,
    /// Its number follows on that of the statement before it.
    numbered: bool,
    /// It is to be remembered.
    taken: bool,
    /// The ledger has it; it may be given again.
    again: bool,
    /// It has entries that stand elsewhere too, and no balance proves that they are the same.
    doubtful: bool,
    /// Sum of its payments that were known.
    known: i128,
    /// Sum of its payments that are new.
    new: i128,
}

struct Session<'a, S> {
    ledger: &'a Ledger<S>,
    before: Head,
    /// Nothing is in the ledger: no need to look anything up.
    fresh: bool,
    summary: LedgerSummary,
    /// SHA-256 of each statement file by name; `None` where two files share a name.
    files: Map<String, Option<String>>,
    /// Names of files of which some statement is not remembered.
    not_taken: Vec<String>,
    statements: Vec<Read>,
    /// The final statements that the ledger has of each account and currency of the run.
    chains: BTreeMap<(String, String), Vec<StatementBody>>,
    joins: Vec<JoinBody>,
    /// Entries that gave way to their details, by id.
    gave_way: BTreeMap<String, DecisionBody>,
    /// The payments of the run.
    seen: Vec<Seen>,
    snapshot: SnapshotBody,
    /// Payments that returns of this run take back: return to original.
    returns: Map<String, String>,
    /// The payments that they take back.
    taken_back: crate::base::Set<String>,
    /// Returns of the run with the payments of the run that they take back, by their places.
    linked: Vec<(usize, usize)>,
    /// Of the priors that the policy names.
    priors_hash: Option<String>,
    /// What takes two persons, as the policy says.
    two_persons: Vec<String>,
    /// Who stands for a policy that is another than in the last run.
    approved_by: Vec<String>,
}

impl<'a, S: Store> Session<'a, S> {
    fn new(ledger: &'a Ledger<S>, before: Head) -> Self {
        Session {
            ledger,
            before,
            fresh: before.seq == 0,
            summary: LedgerSummary {
                records_before: before.seq,
                content_before: hex(&before.content),
                ..LedgerSummary::default()
            },
            files: Map::default(),
            not_taken: Vec::new(),
            statements: Vec::new(),
            chains: BTreeMap::new(),
            joins: Vec::new(),
            gave_way: BTreeMap::new(),
            seen: Vec::new(),
            snapshot: SnapshotBody::default(),
            returns: Map::default(),
            taken_back: crate::base::Set::default(),
            linked: Vec::new(),
            priors_hash: None,
            two_persons: Vec::new(),
            approved_by: Vec::new(),
        }
    }

    /// Statements of the ledger that stood after a gap which is filled now.
    fn release(&mut self, list: Vec<Release>) {
        for release in list {
            if !self.snapshot.release.contains(&release) {
                self.snapshot.release.push(release);
            }
        }
    }
}

impl<S: Store> Memory for Session<'_, S> {
    fn policy(&mut self, policy: &Policy, priors: &Priors, approved_by: &[String]) -> Result<(), RunError> {
        self.two_persons.clone_from(&policy.reviewers.two_persons);
        let last = if self.fresh { None } else { self.ledger.last_run().map_err(RunError::Ledger)? };
        let hash = super::day::policy_hash(policy);
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
