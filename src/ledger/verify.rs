//! The whole journal read again and proved: the chain of hashes, money conserved in every payment, item and statement, and the
//! index and sets that were derived from it. In goes a store, out come the figures and the first thing that does not fit.

use super::bodies::*;
use super::fold::{Sets, fold, keys_of};
use super::journal::Ledger;
use super::keys::item_key;
use super::record::{Hash, Head, Record, body_hash};
use super::store::{Set, Store};
use crate::base::Map;
use crate::error::Error;
use crate::model::{OtherAmount, Outcome};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// How many records are read at a time.
const PAGE: usize = 8_192;

/// What verifying found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Records that were proved.
    pub records: u64,
    /// Payments among them.
    pub payments: u64,
    /// Items that were moved.
    pub items: u64,
    /// Statements whose balances were proved again from their payments.
    pub statements: u64,
    /// The head that the records give.
    pub head: Head,
    /// The first thing that does not fit, with its record; `None` if all does.
    pub fault: Option<Fault>,
}

impl Verified {
    /// Whether all fits.
    pub fn is_sound(&self) -> bool {
        self.fault.is_none()
    }
}

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The first bad record; `None` where the journal is sound and something derived from it is not.
    pub record: Option<u64>,
    /// One sentence.
    pub says: String,
}

impl<S: Store> Ledger<S> {
    /// Proves the ledger from its journal alone.
    ///
    /// # Errors
    /// The store cannot be read at all. What is wrong inside it is in [`Verified::fault`].
    pub fn verify(&self) -> Result<Verified, Error> {
        let mut proof = Proof::default();
        let mut from = 1;
        loop {
            let page = match self.store().records(from, PAGE) {
                Ok(page) => page,
                Err(e) if e.code() == crate::ErrorCode::Ledger => {
                    // One by one, to name the record that cannot be read.
                    return Ok(self.first_unreadable(proof, from, &e));
                }
                Err(e) => return Err(e),
            };
            let Some(last) = page.last() else { break };
            from = last.seq.saturating_add(1);
            let read: Vec<Read> = page.par_iter().map(Read::of).collect();
            for (record, read) in page.iter().zip(read) {
                if let Err(fault) = proof.record(record, read) {
                    proof.result.fault = Some(fault);
                    return Ok(proof.result);
                }
            }
        }
        let head = self.head()?;
        proof.result.fault = proof.finish(&head).or(self.derived(&proof)?);
        Ok(proof.result)
    }

    fn first_unreadable(&self, mut proof: Proof, from: u64, error: &Error) -> Verified {
        let mut at = from;
        proof.result.fault = Some(loop {
            match self.store().record(at) {
                Ok(Some(record)) => {
                    if let Err(fault) = proof.record(&record, Read::of(&record)) {
                        break fault;
                    }
                    at = at.saturating_add(1);
                }
                Ok(None) => break fault(at, "the record is missing"),
                Err(e) => break Fault { record: Some(at), says: e.found().to_owned() },
            }
            if at > from.saturating_add(PAGE as u64) {
                break Fault { record: None, says: error.found().to_owned() };
            }
        });
        proof.result
    }

    /// Compares the index and the sets with what the journal gives.
    fn derived(&self, proof: &Proof) -> Result<Option<Fault>, Error> {
        let mut digest = Digest::default();
        self.store().each_key(&mut |key, seq| digest.add(key, seq))?;
        if digest != proof.keys {
            let says = "the index does not fit the journal".to_owned();
            return Ok(Some(Fault { record: None, says }));
        }
        for (name, set) in Set::ALL {
            let kept = self.store().members(set)?;
            let own: Vec<(String, String)> = proof
                .sets
                .0
                .range((set, String::new())..)
                .take_while(|((s, _), _)| *s == set)
                .map(|((_, k), v)| (k.clone(), v.clone()))
                .collect();
            if kept != own {
                let same = kept.iter().zip(&own).take_while(|(a, b)| a == b).count();
                // What stands first of the two that differ: one too many, one too few, or one that says something else.
                let odd = kept.get(same).into_iter().chain(own.get(same)).map(|(key, _)| key.as_str()).min();
                let says = format!("the set {name} does not fit the journal, first at `{}`", odd.unwrap_or_default());
                return Ok(Some(Fault { record: None, says }));
            }
        }
        Ok(self.store().foreign()?.map(|says| Fault { record: None, says }))
    }
}

/// What of a record can be told without the ones before it.
struct Read {
    hash: Hash,
    body: Result<(Body, Vec<u64>), Error>,
}

impl Read {
    fn of(record: &Record) -> Read {
        let body = Body::parse(record.seq, record.kind, &record.body).map(|body| {
            let keys = keys_of(&body);
            (body, keys)
        });
        Read { hash: body_hash(&record.body), body }
    }
}

#[derive(Default)]
struct Proof {
    result: Verified,
    sets: PlainSets,
    keys: Digest,
    /// Unapplied amount of each payment.
    payments: Map<String, i64>,
    /// Taken off each item over all runs, and its original amount.
    items: Map<String, (i128, i128)>,
    /// Statements of the run that is read: record, expected sum of new payments, sum so far.
    run: Map<String, (u64, i128, i128)>,
    run_ends: u64,
}

impl Proof {
    fn record(&mut self, record: &Record, read: Read) -> Result<(), Fault> {
        let seq = self.result.head.seq.saturating_add(1);
        if record.seq != seq {
            return Err(fault(seq, "the record is missing"));
        }
        let head = self.result.head.after_body(record.kind, &read.hash, &record.meta);
        if head.hash != record.hash {
            return Err(fault(seq, "its hash does not fit what it says and what stands before it"));
        }
        self.result.head = head;
        let (body, keys) = read.body.map_err(|e| fault(seq, e.found()))?;
        fold(seq, &body, &mut self.sets).map_err(|e| fault(seq, e.found()))?;
        keys.iter().for_each(|k| self.keys.add(*k, seq));
        self.money(seq, &body)?;
        self.result.records += 1;
        if self.run_ends == seq {
            self.end_of_run()?;
        }
        Ok(())
    }

    fn money(&mut self, seq: u64, body: &Body) -> Result<(), Fault> {
        match body {
            Body::Run(run) => {
                self.end_of_run()?;
                self.run_ends = seq.saturating_add(run.records);
            }
            Body::Statement(s) => {
                if let Some(booked) = s.booked {
                    if s.tie_out == "proven"
                        && let (Some(opening), Some(closing)) = (s.opening, s.closing)
                        && i128::from(opening) + booked != i128::from(closing)
                    {
                        return Err(fault(seq, "opening balance and booked entries are not the closing balance"));
                    }
                    self.run.insert(s.content.clone(), (seq, booked - s.known, 0));
                    self.result.statements += 1;
                }
            }
            Body::Payment(p) => {
                let amount = p.payment.amount;
                if let Some(statement) = self.run.get_mut(&p.statement) {
                    statement.2 += i128::from(amount);
                }
                let before = self.payments.insert(p.payment_id().to_owned(), p.decided.unapplied);
                if before.is_some() {
                    return Err(fault(seq, "the payment stands in the journal twice"));
                }
                self.result.payments += 1;
                self.decided(seq, amount, &p.decided)?;
            }
            Body::Decision(d) => {
                let Some(before) = self.payments.insert(d.payment_id.clone(), d.decided.unapplied) else {
                    return Err(fault(seq, "a decision on a payment that is not in the journal"));
                };
                self.decided(seq, before, &d.decided)?;
            }
            Body::Undo(u) if !u.payment_id.is_empty() => {
                let Some(unapplied) = self.payments.get_mut(&u.payment_id) else {
                    return Err(fault(seq, "an undo of a payment that is not in the journal"));
                };
                *unapplied = unapplied.saturating_add(u.unapplied);
                let applied: i128 = u.movements.iter().map(|m| i128::from(m.applied)).sum();
                if applied + i128::from(u.on_account) + others(&u.other) + i128::from(u.unapplied) != 0 {
                    return Err(fault(seq, "the undo does not put back what it takes away"));
                }
                u.movements.iter().try_for_each(|m| self.movement(seq, m, true))?;
            }
            _ => {}
        }
        Ok(())
    }

    fn decided(&mut self, seq: u64, amount: i64, d: &Decided) -> Result<(), Fault> {
        let applied: i128 = d.movements.iter().map(|m| i128::from(m.applied)).sum();
        if i128::from(amount) != applied + i128::from(d.on_account) + others(&d.other) + i128::from(d.unapplied) {
            return Err(fault(seq, "the payment is not applied + on account + other + unapplied"));
        }
        d.movements.iter().try_for_each(|m| self.movement(seq, m, d.outcome == Outcome::Reopened))
    }

    fn movement(&mut self, seq: u64, m: &Movement, back: bool) -> Result<(), Fault> {
        let cleared = m.cleared().ok_or_else(|| fault(seq, "an amount that does not fit 64 bits"))?;
        if m.before.checked_sub(cleared) != Some(m.after) {
            return Err(fault(
                seq,
                &format!("item {}: open before less what was cleared is not open after", m.item_id),
            ));
        }
        let amount = m.original();
        let slot = self.items.entry(item_key(&m.company, &m.item_id)).or_insert((0, amount.into()));
        slot.0 += i128::from(cleared);
        let towards_zero =
            if m.before >= 0 { (0..=m.before).contains(&m.after) } else { (m.before..=0).contains(&m.after) };
        let within = i128::from(m.after).abs() <= slot.1.abs() && i128::from(m.after) * slot.1.signum() >= 0;
        if !(towards_zero || back && within) || slot.0 * slot.1.signum() > slot.1.abs() {
            return Err(fault(seq, &format!("item {}: more was taken off than it was", m.item_id)));
        }
        Ok(())
    }

    fn end_of_run(&mut self) -> Result<(), Fault> {
        let mut odd: Vec<u64> =
            self.run.drain().filter(|(_, (_, expected, sum))| expected != sum).map(|(_, (seq, ..))| seq).collect();
        odd.sort_unstable();
        match odd.first() {
            Some(seq) => Err(fault(*seq, "its payments do not sum to its booked entries")),
            None => Ok(()),
        }
    }

    fn finish(&mut self, head: &Head) -> Option<Fault> {
        self.result.items = self.items.len() as u64;
        if let Err(fault) = self.end_of_run() {
            return Some(fault);
        }
        let own = &self.result.head;
        if head.seq > own.seq {
            return Some(fault(own.seq.saturating_add(1), "the record is missing: the journal was cut off"));
        }
        (head != own).then(|| fault(own.seq, "the head that the ledger keeps is not that of its journal"))
    }
}

/// Sum over rows that does not depend on their order.
#[derive(Debug, Default, PartialEq, Eq)]
struct Digest {
    rows: u64,
    sum: u64,
}

impl Digest {
    fn add(&mut self, key: u64, seq: u64) {
        // Finaliser of SplitMix64 over both halves: rows that are swapped or changed do not cancel out.
        let mut x = key ^ seq.rotate_left(32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        self.rows = self.rows.wrapping_add(1);
        self.sum = self.sum.wrapping_add(x ^ (x >> 31));
    }
}

#[derive(Default)]
struct PlainSets(BTreeMap<(Set, String), String>);

impl Sets for PlainSets {
    fn get(&self, set: Set, key: &str) -> Result<Option<String>, Error> {
        Ok(self.0.get(&(set, key.to_owned())).cloned())
    }

    fn put(&mut self, set: Set, key: &str, value: Option<String>) {
        match value {
            Some(value) => self.0.insert((set, key.to_owned()), value),
            None => self.0.remove(&(set, key.to_owned())),
        };
    }
}

fn others(other: &[OtherAmount]) -> i128 {
    other.iter().map(|o| i128::from(o.amount)).sum()
}

fn fault(seq: u64, says: &str) -> Fault {
    Fault { record: Some(seq), says: says.to_owned() }
}
