//! What is open now as far as a ledger knows: the items that proposals, files and reviewers name in; the same with their open
//! amounts out, and those of which nobody can say it.

use super::Known;
use crate::base::{Map, Money};
use crate::error::Error;
use crate::ledger::keys::{KeyKind, item_key, number_forms};
use crate::ledger::{Flight, ItemStanding, Ledger, Shown, Store};
use crate::model::{ItemStatus, OpenItem};
use crate::review::{Decisions, Recorded};

/// Items in flight by company and id.
type Flights = Map<String, Flight>;

/// Brings items to what is open now. `listed` says that they come from a file of open items; `seqs` are the records that hold
/// what is shown of each payment.
pub(super) fn bring<S: Store>(
    ledger: &Ledger<S>,
    known: &mut Known,
    recorded: &Recorded,
    seqs: &[u64],
) -> Result<u64, Error> {
    let flights: Flights = ledger.in_flight()?.into_iter().collect();
    let mut subtracted = 0;
    if known.whole {
        let listed: crate::base::Set<String> = known.items.iter().map(name).collect();
        for item in &mut known.items {
            let Some(flight) = flights.get(&name(item)) else { continue };
            match flight.shown(item.open_amount) {
                Shown::Movements(shown) => {
                    let open = flight.open_beyond(item.open_amount, shown);
                    subtracted += u64::from(open != item.open_amount);
                    set_open(item, open);
                }
                Shown::Neither => {
                    let why = unclear(item, flight, Some(item.open_amount));
                    known.doubts.insert(company_and_id(item), why);
                }
            }
        }
        // Shown, and open again since.
        let proposed: crate::base::Set<String> = recorded.items.iter().map(name).collect();
        for item in known.items.iter().filter(|i| i.open_amount != 0 && proposed.contains(&name(i))) {
            let key = name(item);
            if flights.contains_key(&key) {
                continue;
            }
            let Some(standing) = ItemStanding::of(&key, &ledger.under(KeyKind::Item, &key)?) else { continue };
            if standing.is_beyond(item.open_amount.into()) {
                let shown = |minor: i64| Money::from_minor(minor, item.currency).figure();
                let why = format!(
                    "what is open of {} is not clear: the open items show {}, although of its {} the ledger applied {} and they had shown that; nobody applies to it until they agree",
                    item.doc_no,
                    shown(item.open_amount),
                    shown(standing.item.amount),
                    shown(standing.cleared)
                );
                known.doubts.insert(company_and_id(item), why);
            }
        }
        // What a proposal names and the file does not list is closed there.
        for item in recorded.items.iter().filter(|i| !listed.contains(&name(i))) {
            let mut item = item.clone();
            let open = match flights.get(&name(&item)).map(|f| (f, f.shown(0))) {
                Some((flight, Shown::Movements(shown))) => flight.open_beyond(0, shown),
                _ => 0,
            };
            set_open(&mut item, open);
            known.items.push(item);
        }
        return Ok(subtracted);
    }
    let proposed = last_proposed(recorded, seqs);
    for item in &mut known.items {
        let key = name(item);
        if let Some(flight) = flights.get(&key) {
            if flight.unclear {
                let why = unclear(item, flight, None);
                known.doubts.insert(company_and_id(item), why);
            }
            let open = flight.open_beyond(flight.was, 0);
            subtracted += u64::from(open != item.open_amount);
            set_open(item, open);
        } else if let Some(standing) = ItemStanding::of(&key, &ledger.under(KeyKind::Item, &key)?) {
            // Moved, and the ERP has shown it since.
            item.amount = standing.item.amount;
            set_open(item, standing.open);
        } else if let Some((_, open)) = proposed.get(&key) {
            set_open(item, *open);
        }
    }
    Ok(subtracted)
}

/// Documents that reviewers name and no proposal does: those that the ledger knows what is open of.
pub(super) fn bring_named<S: Store>(ledger: &Ledger<S>, known: &mut Known, read: &Decisions) -> Result<(), Error> {
    let mut listed: crate::base::Set<String> = known.items.iter().map(name).collect();
    for vote in &read.votes {
        for piece in vote.documents.split([';', ',', '\n']) {
            let text = piece.split('=').next().unwrap_or_default().trim();
            for form in number_forms(text) {
                for key in named(ledger, &form, text)? {
                    if !listed.insert(key.clone()) {
                        continue;
                    }
                    let Some(standing) = ItemStanding::of(&key, &ledger.under(KeyKind::Item, &key)?) else { continue };
                    let flight = ledger.store().member(crate::ledger::Set::Flight, &key)?;
                    let flight: Option<Flight> = flight.and_then(|t| serde_json::from_str(&t).ok());
                    let mut item = standing.item;
                    let open = match (&flight, known.whole) {
                        (Some(flight), false) => flight.open_beyond(flight.was, 0),
                        (Some(flight), true) => match flight.shown(0) {
                            Shown::Movements(shown) => flight.open_beyond(0, shown),
                            Shown::Neither => 0,
                        },
                        (None, true) => 0,
                        (None, false) => standing.open,
                    };
                    if let Some(flight) = flight.filter(|f| f.unclear) {
                        let why = unclear(&item, &flight, None);
                        known.doubts.insert(company_and_id(&item), why);
                    }
                    set_open(&mut item, open);
                    known.items.push(item);
                }
            }
        }
    }
    Ok(())
}

/// Keys of items whose number or id is this text.
fn named<S: Store>(ledger: &Ledger<S>, form: &str, text: &str) -> Result<Vec<String>, Error> {
    let mut keys = Vec::new();
    for (_, body) in ledger.under(KeyKind::Number, form)? {
        let fits = body.movements().iter().filter(|m| m.doc_no == text || m.item_id == text);
        keys.extend(fits.map(|m| item_key(&m.company, &m.item_id)));
    }
    keys.sort();
    keys.dedup();
    Ok(keys)
}

/// Open amounts as the latest proposals have them, with their records.
fn last_proposed(recorded: &Recorded, seqs: &[u64]) -> Map<String, (u64, i64)> {
    let mut last: Map<String, (u64, i64)> = Map::default();
    for (decision, seq) in recorded.decisions.iter().zip(seqs) {
        for a in decision.candidates.iter().flat_map(|c| &c.allocations) {
            let slot = last.entry(item_key(&a.company, &a.item_id)).or_insert((*seq, a.open_before));
            if *seq > slot.0 {
                *slot = (*seq, a.open_before);
            }
        }
    }
    last
}

fn unclear(item: &OpenItem, flight: &Flight, now: Option<i64>) -> String {
    let shown = |minor: i64| Money::from_minor(minor, item.currency).figure();
    format!(
        "what is open of {} is not clear: the open items show {}, and before {} was applied they showed {}; nobody applies to it until they agree",
        item.doc_no,
        now.map_or_else(|| shown(flight.was), shown),
        shown(flight.taken()),
        shown(flight.was)
    )
}

fn company_and_id(item: &OpenItem) -> (String, String) {
    (item.company.as_str().to_owned(), item.item_id.as_str().to_owned())
}

fn name(item: &OpenItem) -> String {
    item_key(&item.company, &item.item_id)
}

fn set_open(item: &mut OpenItem, open: i64) {
    item.open_amount = open;
    if open.unsigned_abs() > item.amount.unsigned_abs() {
        item.amount = open;
    }
    if open == 0 {
        item.status = ItemStatus::Closed;
    } else if item.status == ItemStatus::Closed {
        item.status = ItemStatus::Open;
    }
}
