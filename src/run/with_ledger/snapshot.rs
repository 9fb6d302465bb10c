//! The open items as the ERP exported them in; what is truly open out: less what we applied and it does not show yet.

use super::session::Session;
use crate::base::{Map, Money, Records};
use crate::error::Error;
use crate::ledger::keys::{KeyKind, compact, item_key, item_key_of, key};
use crate::ledger::{Flight, ItemStanding, Settled, Shown, Store, Unclear};
use crate::model::{Decision, ItemStatus, OpenItem};
use std::collections::BTreeSet;

impl<S: Store> Session<'_, S> {
    /// Compares the snapshot with every item in flight.
    pub(super) fn reconcile(&mut self, items: &mut Vec<OpenItem>) -> Result<(), Error> {
        let flights = self.ledger.in_flight()?;
        let rows: Map<&str, usize> = flights.iter().enumerate().map(|(k, (name, _))| (name.as_str(), k)).collect();
        let mut seen = vec![false; flights.len()];
        for item in items.iter_mut() {
            let name = item_key_of(&item.company, &item.item_id);
            let Some(k) = rows.get(name.as_ref()) else { continue };
            let name = name.into_owned();
            if let (Some((_, flight)), Some(seen)) = (flights.get(*k), seen.get_mut(*k)) {
                *seen = true;
                self.one(&name, flight, item);
            }
        }
        for ((name, flight), _) in flights.iter().zip(&seen).filter(|(_, seen)| !**seen) {
            // No longer listed: the ERP holds it closed.
            let Some(standing) = self.standing(name)? else { continue };
            let mut item = OpenItem { open_amount: 0, status: ItemStatus::Closed, ..standing.item };
            if let Shown::Neither = flight.shown(0) {
                let unclear = Unclear { item: name.clone(), was: flight.was, applied: flight.taken(), open: 0 };
                self.say_unclear(&unclear, &item, flight.unclear);
                // Nothing of it is left to be claimed.
                self.settled(name, flight.shifts.len(), 0);
                continue;
            }
            self.one(name, flight, &mut item);
            if item.open_amount != 0 {
                items.push(item);
            }
        }
        Ok(())
    }

    /// Items of which the decisions would take off more than they ever were, over all runs: the ERP shows open again what we had
    /// applied and it had shown. They come back on hold, with the three figures said of each.
    pub(super) fn open_again(
        &mut self,
        items: &[OpenItem],
        decisions: Records<'_, Decision>,
    ) -> Result<Vec<OpenItem>, Error> {
        let mut taken: Map<String, i128> = Map::default();
        if self.fresh {
            return Ok(Vec::new());
        }
        for n in 0..decisions.blocks() {
            for a in decisions.block(n).iter().flat_map(|d| &d.allocations) {
                *taken.entry(item_key(&a.company, &a.item_id)).or_default() += i128::from(a.cleared().unwrap_or(0));
            }
        }
        let names: Map<u64, &String> = taken.keys().map(|name| (key(KeyKind::Item, name), name)).collect();
        let keys: Vec<u64> = names.keys().copied().collect();
        let mut before: Map<&str, ItemStanding> = Map::default();
        for (key, records) in self.ledger.bodies(&keys)? {
            let Some(name) = names.get(&key) else { continue };
            let Some(standing) = ItemStanding::of(name, &records) else { continue };
            if standing.is_beyond(taken.get(*name).copied().unwrap_or(0)) {
                before.insert(name.as_str(), standing);
            }
        }
        let mut held = Vec::new();
        for item in items.iter().filter(|_| !before.is_empty()) {
            let Some(standing) = before.get(item_key_of(&item.company, &item.item_id).as_ref()) else { continue };
            let shown = |minor: i64| Money::from_minor(minor, item.currency).figure();
            self.summary.unclear.push(format!(
                "{}: the ERP shows {} open, although of its {} we applied {} and it had shown that",
                item.doc_no,
                shown(item.open_amount),
                shown(standing.item.amount),
                shown(standing.cleared)
            ));
            held.push(OpenItem { status: ItemStatus::PaymentHold, ..item.clone() });
        }
        held.extend(self.under_new_ids(items, &taken)?);
        Ok(held)
    }

    /// Items that the ERP lists under another id than the one that we applied to: the same document, customer, amount and days. They
    /// are one document, so what was taken off under the old id counts.
    fn under_new_ids(&mut self, items: &[OpenItem], taken: &Map<String, i128>) -> Result<Vec<OpenItem>, Error> {
        let touched = |i: &&OpenItem| taken.contains_key(item_key_of(&i.company, &i.item_id).as_ref());
        let touched: Vec<&OpenItem> = items.iter().filter(touched).filter(|i| i.status == ItemStatus::Open).collect();
        let keys: Vec<u64> = touched.iter().map(|i| key(KeyKind::Number, &compact(&i.doc_no))).collect();
        let found = self.ledger.bodies(&keys)?;
        let mut held = Vec::new();
        for (item, key) in touched.into_iter().zip(keys) {
            let records = found.get(&key).map(Vec::as_slice).unwrap_or_default();
            let movements = records.iter().flat_map(|(_, body)| body.movements());
            let others: BTreeSet<String> = movements
                .filter(|m| m.doc_no == item.doc_no.as_str() && m.company == item.company.as_str())
                .filter(|m| m.item_id != item.item_id.as_str())
                .map(|m| item_key(&m.company, &m.item_id))
                .collect();
            let name = item_key(&item.company, &item.item_id);
            let more = taken.get(&name).copied().unwrap_or(0);
            let is_it = |s: &ItemStanding| {
                let (a, b) = (&s.item, item);
                (&a.customer_id, a.amount, a.doc_date, a.due_date) == (&b.customer_id, b.amount, b.doc_date, b.due_date)
            };
            let old = others.iter().filter_map(|name| ItemStanding::of(name, records)).find(is_it);
            if let Some(old) = old.filter(|old| old.is_beyond(more)) {
                let shown = Money::from_minor(old.cleared, item.currency).figure();
                self.summary.unclear.push(format!(
                    "{}: the ERP shows it open with id {}, and we applied {shown} of it with id {}",
                    item.doc_no, item.item_id, old.item.item_id
                ));
                held.push(OpenItem { status: ItemStatus::PaymentHold, ..item.clone() });
            }
        }
        Ok(held)
    }

    fn one(&mut self, name: &str, flight: &Flight, item: &mut OpenItem) {
        let shown_open = item.open_amount;
        match flight.shown(shown_open) {
            Shown::Movements(shown) => {
                if shown > 0 {
                    self.settled(name, shown, shown_open);
                }
                let open = flight.open_beyond(shown_open, shown);
                if open != shown_open {
                    self.summary.subtracted += 1;
                }
                set_open(item, open);
            }
            Shown::Neither => {
                let unclear =
                    Unclear { item: name.to_owned(), was: flight.was, applied: flight.taken(), open: shown_open };
                self.say_unclear(&unclear, item, flight.unclear);
                if !flight.unclear || flight.was != shown_open {
                    self.snapshot.unclear.push(unclear);
                }
                let open = flight.open_beyond(shown_open, 0);
                if open.signum() == shown_open.signum() && open.unsigned_abs() <= item.amount.unsigned_abs() {
                    item.open_amount = open;
                }
                item.status = ItemStatus::PaymentHold;
            }
        }
    }

    fn settled(&mut self, name: &str, movements: usize, open: i64) {
        self.summary.settled += movements as u64;
        self.snapshot.settled.push(Settled { item: name.to_owned(), movements, open });
    }

    /// The three figures. `again`: the figure before is itself one that an earlier snapshot showed and nobody could explain.
    fn say_unclear(&mut self, u: &Unclear, item: &OpenItem, again: bool) {
        let shown = |minor: i64| Money::from_minor(minor, item.currency).figure();
        let (doc, open, applied, was) = (&item.doc_no, shown(u.open), shown(u.applied), shown(u.was));
        self.summary.unclear.push(if again {
            format!("{doc}: the ERP shows {open} open, and {was} in the export before; we applied {applied}, which explains neither")
        } else {
            format!("{doc}: the ERP shows {open} open; before we applied {applied} it showed {was}")
        });
    }

    pub(super) fn standing(&self, name: &str) -> Result<Option<ItemStanding>, Error> {
        Ok(ItemStanding::of(name, &self.ledger.under(KeyKind::Item, name)?))
    }
}

/// Sets what is open; an item with nothing open is closed, and a closed one with something open is open.
pub(super) fn set_open(item: &mut OpenItem, open: i64) {
    item.open_amount = open;
    if open == 0 {
        item.status = ItemStatus::Closed;
    } else if item.status == ItemStatus::Closed {
        item.status = ItemStatus::Open;
    }
}
