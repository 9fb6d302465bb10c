//! Closed items that the payments of the day may speak of: brought into the book by keyed look-up, never by loading the past.

use super::session::Session;
use super::snapshot::set_open;
use crate::base::{Records, Set};
use crate::error::Error;
use crate::ledger::keys::{KeyKind, item_key, item_key_of, key, numbers_in, with_amount};
use crate::ledger::{Body, Store};
use crate::model::{OpenItem, Payment};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Most records that one key brings, the latest: a rent that is paid every month from one account.
const PER_KEY: usize = 12;

impl<S: Store> Session<'_, S> {
    pub(super) fn bring_closed(
        &mut self,
        items: &mut Vec<OpenItem>,
        payments: Records<'_, Payment>,
    ) -> Result<(), Error> {
        let of_block = |n: usize| payments.block(n).iter().flat_map(keys_of).collect::<Vec<u64>>();
        let mut keys: Vec<u64> = (0..payments.blocks()).into_par_iter().flat_map_iter(of_block).collect();
        keys.sort_unstable();
        keys.dedup();
        let found = self.ledger.store().find(&keys)?;
        // The latest records of each key.
        let mut per_key: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for (key, seq) in found {
            per_key.entry(key).or_default().push(seq);
        }
        let seqs: BTreeSet<u64> = per_key.values().flat_map(|s| s.iter().rev().take(PER_KEY)).copied().collect();
        let mut wanted: Set<String> = Set::default();
        let seqs: Vec<u64> = seqs.into_iter().collect();
        for record in self.ledger.store().records_at(&seqs)? {
            let movements = match Body::parse(record.seq, record.kind, &record.body)? {
                Body::Payment(p) => p.decided.movements,
                Body::Decision(d) => d.decided.movements,
                _ => continue,
            };
            wanted.extend(movements.iter().map(|m| item_key(&m.company, &m.item_id)));
        }
        for item in items.iter() {
            wanted.remove(item_key_of(&item.company, &item.item_id).as_ref());
        }
        // In their order, whatever the hashes are.
        let wanted: BTreeSet<String> = wanted.into_iter().collect();
        for name in wanted {
            let Some(standing) = self.standing(&name)? else { continue };
            let mut item = standing.item;
            // Not listed by the ERP, so nothing is open, whatever was left when we last saw it.
            set_open(&mut item, 0);
            self.summary.closed_found += 1;
            items.push(item);
        }
        Ok(())
    }
}

/// What a payment may be connected to the past by.
pub(super) fn keys_of(payment: &Payment) -> Vec<u64> {
    let mut pieces: Vec<&str> = payment.remittance.iter().map(String::as_str).collect();
    pieces.extend(payment.structured_refs.iter().map(String::as_str));
    pieces.extend(payment.documents.iter().filter_map(|d| d.number.as_deref()));
    pieces.extend(payment.end_to_end_id.as_deref());
    let mut keys: Vec<u64> = numbers_in(&pieces).iter().map(|n| key(KeyKind::Number, n)).collect();
    if let Some(id) = payment.end_to_end_id.as_deref().filter(|id| id.len() > 3) {
        keys.push(key(KeyKind::EndToEnd, id));
    }
    // The amount of what came back: with the bank's fee, without it, as ordered.
    let mut amounts = vec![payment.amount, payment.amount.saturating_add(payment.charges)];
    amounts.extend(payment.original_amount);
    amounts.sort_unstable();
    amounts.dedup();
    for amount in amounts {
        if let Some(mandate) = &payment.mandate_id {
            keys.push(key(KeyKind::Mandate, &with_amount(mandate, amount)));
        }
        if let Some(account) = &payment.payer_account {
            keys.push(key(KeyKind::Payer, &with_amount(account, amount)));
        }
    }
    keys
}
