//! What one run over a ledger knows so far.

use crate::base::{ContentId, Map};
use crate::ledger::{DecisionBody, Head, JoinBody, Ledger, Release, SnapshotBody, StatementBody, Store, hex};
use crate::model::*;
use std::collections::BTreeMap;

/// One statement of the run as the ledger will know it.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub body: StatementBody,
    /// Index in [`Day::statements`] after leaving out.
    pub index: usize,
    /// Its balances prove that no entry of it was there before.
    pub disjoint: bool,
    /// Its number follows on that of the statement before it.
    pub numbered: bool,
    /// It is to be remembered.
    pub taken: bool,
    /// The ledger has it; it may be given again.
    pub again: bool,
    /// It has entries that stand elsewhere too, and no balance proves that they are the same.
    pub doubtful: bool,
    /// Sum of its payments that were known.
    pub known: i128,
    /// Sum of its payments that are new.
    pub new: i128,
}

pub struct Session<'a, S> {
    pub ledger: &'a Ledger<S>,
    pub before: Head,
    /// Nothing is in the ledger: no need to look anything up.
    pub fresh: bool,
    pub summary: LedgerSummary,
    /// SHA-256 of each statement file by name; `None` where two files share a name.
    pub files: Map<String, Option<String>>,
    /// Names of files of which some statement is not remembered.
    pub not_taken: Vec<String>,
    pub statements: Vec<Read>,
    /// The final statements that the ledger has of each account and currency of the run.
    pub chains: BTreeMap<(String, String), Vec<StatementBody>>,
    pub joins: Vec<JoinBody>,
    /// Entries that gave way to their details, by id.
    pub gave_way: BTreeMap<String, DecisionBody>,
    /// The payments of the run.
    pub seen: Vec<Seen>,
    pub snapshot: SnapshotBody,
    /// Payments that returns of this run take back: return to original.
    pub returns: Map<String, String>,
    /// The payments that they take back.
    pub taken_back: crate::base::Set<String>,
    /// Returns of the run with the payments of the run that they take back, by their places.
    pub linked: Vec<(usize, usize)>,
    /// Of the priors that the policy names.
    pub priors_hash: Option<String>,
    /// What takes two persons, as the policy says.
    pub two_persons: Vec<String>,
    /// Who stands for a policy that is another than in the last run.
    pub approved_by: Vec<String>,
}

impl<'a, S: Store> Session<'a, S> {
    pub fn new(ledger: &'a Ledger<S>, before: Head) -> Self {
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
    pub fn release(&mut self, list: Vec<Release>) {
        for release in list {
            if !self.snapshot.release.contains(&release) {
                self.snapshot.release.push(release);
            }
        }
    }
}

/// What the records need to know of a payment that is decided.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its id.
    pub id: ContentId,
    /// The id without occurrence number where it differs.
    pub base: Option<ContentId>,
    /// Amount of the entry of which it is one of several details, in minor units.
    pub batch: Option<i64>,
    /// What is to be remembered.
    pub of: Remembered,
}

/// What is to be remembered of a payment.
#[derive(Debug, Clone, Copy)]
pub enum Remembered {
    /// It is new, from this statement of the run.
    New(usize),
    /// The ledger has it; it is decided again.
    Again,
    /// Nothing: its statement does not hold.
    Nothing,
}
