//! A complete set: as many equal payments as equal open items of one customer. Then it does not matter which pays which.

use super::{Claimant, Settled};
use crate::base::{Currency, Map, Set};
use crate::book::{CustomerIx, ItemIx, OpenItemBook};
use crate::matching::decide::Standing;
use crate::model::{ItemStatus, Outcome};
use std::collections::BTreeMap;

/// Applies the ties that form a complete set; the others stay queued.
pub fn apply(book: &OpenItemBook, payments: &[Claimant], settled: &mut Settled) {
    let mut groups: BTreeMap<(CustomerIx, i64), Vec<usize>> = BTreeMap::new();
    for (k, p) in settled.standings.iter().enumerate() {
        if let Some(tie) = p.waits.tie {
            groups.entry(tie).or_default().push(k);
        }
    }
    if groups.is_empty() {
        return;
    }
    let taken: Set<ItemIx> =
        settled.standings.iter().flat_map(|p| p.claims().filter(|c| c.1 > 0).map(|c| c.0)).collect();
    // Items that a payment names which waits for a decision: with one of them the set is not complete.
    let mut wanted: Map<ItemIx, Vec<usize>> = Map::default();
    for (k, standing) in settled.standings.iter().enumerate() {
        for want in standing.waits.wants.iter().filter(|w| w.strong) {
            wanted.entry(want.item).or_default().push(k);
        }
    }
    // One more of these payments, of which something else is to be asked: it may pay one of the documents.
    let waits = |(k, standing): (usize, &Standing)| {
        let (customer, payment) = (standing.payer?, payments.get(k)?);
        let waiting = standing.outcome == Outcome::Queued && standing.waits.tie != Some((customer, payment.amount));
        let of_group = waiting && groups.contains_key(&(customer, payment.amount));
        of_group.then_some((customer, payment.amount, payment.currency))
    };
    let one_more: Set<(CustomerIx, i64, Currency)> = settled.standings.iter().enumerate().filter_map(waits).collect();
    for ((customer, amount), mut who) in groups {
        let currency = who.first().and_then(|k| payments.get(*k)).map(|p| p.currency);
        let mut items: Vec<ItemIx> = book
            .items_of(customer)
            .iter()
            .copied()
            .filter(|ix| {
                let open = |it: &crate::model::OpenItem| {
                    it.open_amount == amount && it.status != ItemStatus::Closed && Some(it.currency) == currency
                };
                book.item(*ix).is_some_and(open)
            })
            .collect();
        let blocked = items.iter().any(|ix| book.item(*ix).is_some_and(|it| it.status.blocks()));
        let wanted = |ix: &ItemIx| wanted.get(ix).is_some_and(|by| by.iter().any(|k| !who.contains(k)));
        // Of two equal documents of which another payment takes one, the other is only what is left over: no set.
        let touched = items.iter().any(|ix| taken.contains(ix) || wanted(ix));
        if currency.is_some_and(|currency| one_more.contains(&(customer, amount, currency))) {
            continue;
        }
        if who.len() < 2 || items.len() != who.len() || blocked || touched {
            continue;
        }
        // Oldest document to oldest payment: indifferent for the money, and the same in every run.
        items.sort_by_key(|ix| {
            book.item(*ix).map(|it| (it.due_date, it.doc_date, it.doc_no.clone(), it.item_id.clone()))
        });
        who.sort_by_key(|k| payments.get(*k).map(|p| (p.booking_date, p.id())));
        let count = items.len();
        for (k, ix) in who.into_iter().zip(items) {
            settled.complete_set(k, ix, amount, count);
        }
    }
}
