//! What a ledger needs of a database. Implement [`Store`] to keep the ledger inside a system of your own.

use super::record::{Head, Record};
use crate::error::Error;

/// Small sets of what is true now, kept beside the journal and derived from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Set {
    /// Files that are wholly in the ledger, by SHA-256.
    Input,
    /// Payments that wait for a person, by id.
    Queue,
    /// Items with movements that no snapshot of the ERP has shown yet, by company and id.
    Flight,
    /// Statements that may be given again, by content hash.
    Released,
    /// Gaps that a person accepted.
    Gap,
    /// Learned facts by id.
    Fact,
}

impl Set {
    /// All sets with their text form.
    pub const ALL: [(&'static str, Set); 6] = [
        ("input", Set::Input),
        ("queue", Set::Queue),
        ("flight", Set::Flight),
        ("released", Set::Released),
        ("gap", Set::Gap),
        ("fact", Set::Fact),
    ];

    /// The text form.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, s)| *s == self).map_or("", |(t, _)| t)
    }

    /// Reads the text form.
    pub fn parse(text: &str) -> Option<Set> {
        Self::ALL.iter().find(|(t, _)| *t == text).map(|(_, s)| *s)
    }
}

/// The end of a commit: what it adds beside its records.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// The head after its records.
    pub after: Head,
    /// New rows of the index: key and record, sorted, without repeats.
    pub keys: Vec<(u64, u64)>,
    /// Changed members of sets, sorted; `None` removes one.
    pub changes: Vec<(Set, String, Option<String>)>,
    /// An intent to be kept with it: what has to be done after the commit.
    pub intent: Option<String>,
}

/// A place to keep a ledger: an append-only journal, an index from keys to records, a few sets, and one intent.
///
/// A store knows nothing of money. It must be able to
/// - keep the records from [`Store::begin`] on and the [`Batch`] that ends them **all or nothing**, durably when
///   [`Store::commit`] returns;
/// - refuse to begin from what is not its head, so that two writers can never both win;
/// - answer while a commit is being made as if it had not begun: [`super::Ledger`] asks in between for what stands under keys and in
///   sets;
/// - give back exactly what it was given.
///
/// Keys are 64-bit hashes; two things may share one, so readers look again at the record. [`super::MemoryStore`] is the smallest
/// example.
pub trait Store {
    /// The end of the journal.
    ///
    /// # Errors
    /// The store cannot be read.
    fn head(&self) -> Result<Head, Error>;

    /// Records from one position on, at most so many, rising. Fewer than asked for means that the end is reached.
    ///
    /// # Errors
    /// The store cannot be read.
    fn records(&self, from: u64, limit: usize) -> Result<Vec<Record>, Error>;

    /// One record.
    ///
    /// # Errors
    /// The store cannot be read.
    fn record(&self, seq: u64) -> Result<Option<Record>, Error> {
        Ok(self.records(seq, 1)?.into_iter().find(|r| r.seq == seq))
    }

    /// The records at these positions, rising; those that are not there are left out. Override it where many records can be read
    /// at once.
    ///
    /// # Errors
    /// The store cannot be read.
    fn records_at(&self, seqs: &[u64]) -> Result<Vec<Record>, Error> {
        let mut sorted = seqs.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let mut records = Vec::with_capacity(sorted.len());
        for seq in sorted {
            records.extend(self.record(seq)?);
        }
        Ok(records)
    }

    /// Records under each of these keys: pairs of key and position, sorted by both.
    ///
    /// # Errors
    /// The store cannot be read.
    fn find(&self, keys: &[u64]) -> Result<Vec<(u64, u64)>, Error>;

    /// All rows of the index in any order, for verifying.
    ///
    /// # Errors
    /// The store cannot be read, or `each` fails.
    fn each_key(&self, each: &mut dyn FnMut(u64, u64)) -> Result<(), Error>;

    /// One member of a set.
    ///
    /// # Errors
    /// The store cannot be read.
    fn member(&self, set: Set, key: &str) -> Result<Option<String>, Error>;

    /// All members of a set, by key.
    ///
    /// # Errors
    /// The store cannot be read.
    fn members(&self, set: Set) -> Result<Vec<(String, String)>, Error>;

    /// Something in the store that no [`Batch`] put there and that could change what it keeps, in words; for verifying.
    ///
    /// # Errors
    /// The store cannot be read.
    fn foreign(&self) -> Result<Option<String>, Error> {
        Ok(None)
    }

    /// What has to be done before the next commit.
    ///
    /// # Errors
    /// The store cannot be read.
    fn intent(&self) -> Result<Option<String>, Error>;

    /// Begins a commit, and gives up one that was begun and not ended. No other writer may begin before it ends.
    ///
    /// # Errors
    /// The head is another than `before`, or the store cannot be written.
    fn begin(&mut self, before: Head) -> Result<(), Error>;

    /// Takes the next records of the commit, rising without gaps from the head that it began at. They come as they are made, so that
    /// those of a million payments need not stand in memory at once.
    ///
    /// # Errors
    /// The store cannot be written. Nothing of the commit is kept then.
    fn add(&mut self, records: Vec<Record>) -> Result<(), Error>;

    /// Keeps the records since [`Store::begin`] and what is told here, all or nothing.
    ///
    /// # Errors
    /// The store cannot be written. Nothing of the commit is kept then.
    fn commit(&mut self, batch: &Batch) -> Result<(), Error>;

    /// Gives up a commit that was begun, if there is one. One that is dropped with its store is given up too.
    ///
    /// # Errors
    /// The store cannot be written.
    fn give_up(&mut self) -> Result<(), Error>;

    /// Forgets the intent.
    ///
    /// # Errors
    /// The store cannot be written.
    fn clear_intent(&mut self) -> Result<(), Error>;
}
