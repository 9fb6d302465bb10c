//! A ledger in memory, for tests and for programs that keep nothing.

use super::record::{Head, Record};
use super::store::{Batch, Set, Store};
use crate::base::Place;
use crate::error::{Error, ErrorCode};
use std::collections::{BTreeMap, BTreeSet};

/// Keeps everything in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    head: Head,
    records: Vec<Record>,
    keys: BTreeSet<(u64, u64)>,
    sets: BTreeMap<(Set, String), String>,
    intent: Option<String>,
    /// Records of a commit that has not ended.
    coming: Vec<Record>,
}

impl MemoryStore {
    /// An empty one.
    pub fn new() -> Self {
        MemoryStore::default()
    }

    /// A store with these records whatever they say, for trials of damage.
    #[cfg(test)]
    pub(super) fn records_mut(&mut self) -> &mut Vec<Record> {
        &mut self.records
    }
}

impl Store for MemoryStore {
    fn head(&self) -> Result<Head, Error> {
        Ok(self.head)
    }

    fn records(&self, from: u64, limit: usize) -> Result<Vec<Record>, Error> {
        let start = self.records.partition_point(|r| r.seq < from);
        Ok(self.records.iter().skip(start).take(limit).cloned().collect())
    }

    fn find(&self, keys: &[u64]) -> Result<Vec<(u64, u64)>, Error> {
        let mut found: Vec<(u64, u64)> =
            keys.iter().flat_map(|k| self.keys.range((*k, 0)..=(*k, u64::MAX)).copied()).collect();
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    fn each_key(&self, each: &mut dyn FnMut(u64, u64)) -> Result<(), Error> {
        self.keys.iter().for_each(|(k, s)| each(*k, *s));
        Ok(())
    }

    fn member(&self, set: Set, key: &str) -> Result<Option<String>, Error> {
        Ok(self.sets.get(&(set, key.to_owned())).cloned())
    }

    fn members(&self, set: Set) -> Result<Vec<(String, String)>, Error> {
        let of_set = self.sets.iter().filter(|((s, _), _)| *s == set);
        Ok(of_set.map(|((_, k), v)| (k.clone(), v.clone())).collect())
    }

    fn intent(&self) -> Result<Option<String>, Error> {
        Ok(self.intent.clone())
    }

    fn begin(&mut self, before: Head) -> Result<(), Error> {
        self.coming.clear();
        if self.head == before { Ok(()) } else { Err(moved(self.head.seq, before.seq)) }
    }

    fn add(&mut self, records: Vec<Record>) -> Result<(), Error> {
        self.coming.extend(records);
        Ok(())
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), Error> {
        self.records.append(&mut self.coming);
        self.keys.extend(batch.keys.iter().copied());
        for (set, key, value) in &batch.changes {
            match value {
                Some(value) => self.sets.insert((*set, key.clone()), value.clone()),
                None => self.sets.remove(&(*set, key.clone())),
            };
        }
        self.head = batch.after;
        if batch.intent.is_some() {
            self.intent.clone_from(&batch.intent);
        }
        Ok(())
    }

    fn give_up(&mut self) -> Result<(), Error> {
        self.coming.clear();
        Ok(())
    }

    fn clear_intent(&mut self) -> Result<(), Error> {
        self.intent = None;
        Ok(())
    }
}

/// The error of a store whose head is not the expected one.
pub(super) fn moved(found: u64, expected: u64) -> Error {
    let place = Place::default().in_file("ledger");
    let found = format!("the journal ends with record {found}");
    Error::new(ErrorCode::Ledger, place, found, format!("record {expected}, as when the work began"))
        .with_hint("another program wrote to the ledger meanwhile: run again")
}
