//! The one way into the ledger: records in, checked against all that is there and kept all or nothing.

use super::checks::Checks;
use super::fold::{fold, keys_of};
use super::journal::Ledger;
use super::new_records::NewRecords;
use super::record::{Head, Kind, Record, Stamp, body_hash};
use super::sets::Sets;
use super::store::{Batch, Set, Store};
use crate::base::{Map, in_order};
use crate::error::Error;
use rayon::prelude::*;

impl<S: Store> Ledger<S> {
    /// Adds records: the one way into the ledger. Every amount is checked against all that is there.
    ///
    /// # Errors
    /// [`crate::ErrorCode::Conservation`] for money that would be lost, doubled or applied twice; [`crate::ErrorCode::Ledger`]
    /// if the ledger says otherwise than the records suppose. Nothing is written then.
    pub fn append<B: NewRecords + ?Sized>(
        &mut self,
        bodies: &B,
        stamp: &Stamp,
        intent: Option<String>,
    ) -> Result<Head, Error> {
        let before = self.head()?;
        self.store_mut().begin(before)?;
        let after = self.write(before, bodies, stamp, intent);
        if after.is_err() {
            // The first error is the one to tell.
            let _ = self.store_mut().give_up();
        }
        after
    }

    fn write<B: NewRecords + ?Sized>(
        &mut self,
        before: Head,
        bodies: &B,
        stamp: &Stamp,
        intent: Option<String>,
    ) -> Result<Head, Error> {
        let made = |n: usize| {
            let block = bodies.block(n);
            let texts = block.iter().map(|body| {
                let text = body.to_text();
                let hash = body_hash(&text);
                (text, hash, keys_of(body))
            });
            let texts: Vec<_> = texts.collect();
            (block, texts)
        };
        // The hash of the manifest stands in the record of the run alone.
        let with_manifest = stamp.to_meta();
        let plain = Stamp { manifest_sha256: None, ..stamp.clone() }.to_meta();
        let fresh = before.seq == 0;
        let mut checks = Checks::new(fresh);
        let mut changes = Map::default();
        let mut batch = Batch { after: before, intent, ..Batch::default() };
        in_order(bodies.blocks(), made, &mut |(block, texts)| {
            checks.check(self, &block)?;
            let mut sets = Overlay { store: self.store(), fresh, changes: &mut changes };
            let mut records = Vec::with_capacity(texts.len());
            for (body, (text, hash, keys)) in block.iter().zip(texts) {
                let kind = body.kind();
                let meta = if kind == Kind::Run { &with_manifest } else { &plain };
                batch.after = batch.after.after_body(kind, &hash, meta);
                let seq = batch.after.seq;
                fold(seq, body, &mut sets)?;
                batch.keys.extend(keys.into_iter().map(|k| (k, seq)));
                records.push(Record { seq, kind, body: text, meta: meta.clone(), hash: batch.after.hash });
            }
            self.store_mut().add(records)
        })?;
        batch.keys.par_sort_unstable();
        batch.changes = changes.into_iter().map(|((set, key), value)| (set, key, value)).collect();
        batch.changes.par_sort_unstable();
        self.store_mut().commit(&batch)?;
        Ok(batch.after)
    }
}

/// The sets of a store with the changes of a batch over them.
struct Overlay<'a, S> {
    store: &'a S,
    fresh: bool,
    changes: &'a mut Map<(Set, String), Option<String>>,
}

impl<S: Store> Sets for Overlay<'_, S> {
    fn get(&self, set: Set, key: &str) -> Result<Option<String>, Error> {
        if let Some(value) = self.changes.get(&(set, key.to_owned())) {
            return Ok(value.clone());
        }
        if self.fresh { Ok(None) } else { self.store.member(set, key) }
    }

    fn put(&mut self, set: Set, key: &str, value: Option<String>) {
        self.changes.insert((set, key.to_owned()), value);
    }
}
