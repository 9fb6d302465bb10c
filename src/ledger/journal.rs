//! The ledger over a store: looks things up by key, and lets nothing in that does not conserve money.

use super::bodies::*;
use super::checks::Checks;
use super::facts::{self, LearnedFact};
use super::fold::{Flight, Sets, Waiting, fold, keys_of};
use super::keys::{self, KeyKind, item_key, key};
use super::new_records::NewRecords;
use super::record::{Head, Kind, Record, Stamp, body_hash};
use super::standing::{ItemStanding, PaymentStanding};
use super::store::{Batch, Set, Store};
use crate::base::{Map, in_order};
use crate::error::Error;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Memory of what was read and applied, over a [`Store`].
///
/// ```
/// use tieout::ledger::{Ledger, MemoryStore};
/// let ledger = Ledger::new(MemoryStore::new());
/// assert_eq!(ledger.head()?.seq, 0);
/// assert!(ledger.verify()?.is_sound());
/// # Ok::<(), tieout::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Ledger<S> {
    store: S,
}

impl<S: Store> Ledger<S> {
    /// A ledger over a store.
    pub fn new(store: S) -> Self {
        Ledger { store }
    }

    /// The store.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// The store, to write around the ledger: for tests and for what the ledger does not know (intents).
    pub fn store_mut(&mut self) -> &mut S {
        &mut self.store
    }

    /// The end of the journal.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn head(&self) -> Result<Head, Error> {
        self.store.head()
    }

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
        self.store.begin(before)?;
        let after = self.write(before, bodies, stamp, intent);
        if after.is_err() {
            // The first error is the one to tell.
            let _ = self.store.give_up();
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
            let mut sets = Overlay { store: &self.store, fresh, changes: &mut changes };
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
            self.store.add(records)
        })?;
        batch.keys.par_sort_unstable();
        batch.changes = changes.into_iter().map(|((set, key), value)| (set, key, value)).collect();
        batch.changes.par_sort_unstable();
        self.store.commit(&batch)?;
        Ok(batch.after)
    }

    /// The records under each of these keys, parsed, with their positions; the keys may be of many kinds.
    ///
    /// # Errors
    /// The store cannot be read, or a record is damaged.
    pub fn bodies(&self, keys: &[u64]) -> Result<BTreeMap<u64, Vec<(u64, Body)>>, Error> {
        let found = self.store.find(keys)?;
        // How often each record is asked for: the last one who asks takes it, the others a copy.
        let mut wanted: BTreeMap<u64, usize> = BTreeMap::new();
        found.iter().for_each(|(_, seq)| *wanted.entry(*seq).or_default() += 1);
        let seqs: Vec<u64> = wanted.keys().copied().collect();
        let records = self.store.records_at(&seqs)?;
        let parse = |r: &Record| Ok((r.seq, Body::parse(r.seq, r.kind, &r.body)?));
        let mut parsed: BTreeMap<u64, Body> = records.par_iter().map(parse).collect::<Result<_, Error>>()?;
        let mut out: BTreeMap<u64, Vec<(u64, Body)>> = BTreeMap::new();
        for (key, seq) in found {
            let left = wanted.entry(seq).or_default();
            *left = left.saturating_sub(1);
            let body = if *left == 0 { parsed.remove(&seq) } else { parsed.get(&seq).cloned() };
            if let Some(body) = body {
                out.entry(key).or_default().push((seq, body));
            }
        }
        Ok(out)
    }

    /// The records under one key.
    ///
    /// # Errors
    /// As [`Ledger::bodies`].
    pub fn under(&self, kind: KeyKind, value: &str) -> Result<Vec<(u64, Body)>, Error> {
        let key = key(kind, value);
        Ok(self.bodies(&[key])?.remove(&key).unwrap_or_default())
    }

    /// Where a payment stands; `None` if it is not here.
    ///
    /// # Errors
    /// The store cannot be read, or a record is damaged.
    pub fn payment(&self, payment_id: &str) -> Result<Option<PaymentStanding>, Error> {
        PaymentStanding::of(payment_id, &self.under(KeyKind::Payment, payment_id)?)
    }

    /// Where an item stands; `None` if the ledger never moved it.
    ///
    /// # Errors
    /// The store cannot be read, or a record is damaged.
    pub fn item(&self, company: &str, item_id: &str) -> Result<Option<ItemStanding>, Error> {
        let name = item_key(company, item_id);
        Ok(ItemStanding::of(&name, &self.under(KeyKind::Item, &name)?))
    }

    /// The statements of an account and currency, as they came.
    ///
    /// # Errors
    /// The store cannot be read, or a record is damaged.
    pub fn statements(&self, account: &str, currency: &str) -> Result<Vec<StatementBody>, Error> {
        let all = self.under(KeyKind::Chain, &keys::chain(account, currency))?;
        let of_account = all.into_iter().filter_map(|(_, body)| match body {
            Body::Statement(s) if s.account == account && s.currency == currency => Some(s),
            _ => None,
        });
        Ok(of_account.collect())
    }

    /// All payments that wait for a person, by id.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn queue(&self) -> Result<Vec<(String, Waiting)>, Error> {
        let rows = self.store.members(Set::Queue)?;
        Ok(rows.into_iter().filter_map(|(id, text)| Some((id, serde_json::from_str(&text).ok()?))).collect())
    }

    /// All items with movements that the ERP has not shown yet.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn in_flight(&self) -> Result<Vec<(String, Flight)>, Error> {
        let rows = self.store.members(Set::Flight)?;
        Ok(rows.into_iter().filter_map(|(key, text)| Some((key, serde_json::from_str(&text).ok()?))).collect())
    }

    /// All learned facts.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn facts(&self) -> Result<Vec<LearnedFact>, Error> {
        Ok(self.store.members(Set::Fact)?.iter().filter_map(|(_, text)| facts::parse(text)).collect())
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
