//! Items that several payments claim beyond what is open (POLICY row 10, scenario "two payments race").

use super::queue;
use crate::base::Map;
use crate::book::{ItemIx, OpenItemBook};
use crate::matching::decide::Proposed;
use crate::model::{Payment, ReasonCode};

/// Queues the payments that claim more of an item than is open. Of equal claims by one payer the first (by booking date, then
/// amount, then id) stays, the others may be duplicates; claims of different payers are all queued.
pub fn resolve(book: &OpenItemBook, payments: &[Payment], proposed: &mut [Proposed]) {
    let mut claims: Map<ItemIx, Vec<usize>> = Map::default();
    for (k, p) in proposed.iter().enumerate() {
        for (item, cleared) in &p.claims {
            if *cleared > 0 {
                claims.entry(*item).or_default().push(k);
            }
        }
    }
    let mut contested: Vec<(ItemIx, Vec<usize>)> = claims.into_iter().filter(|(_, who)| who.len() > 1).collect();
    contested.sort_unstable();
    // Queuing one payment may free items that others claim with it; the loop ends, since each round only ever queues.
    for (item, who) in contested {
        let open = book.item(item).map_or(0, |it| i128::from(it.open_amount));
        let claim = |proposed: &[Proposed], k: usize| -> i128 {
            let claims = proposed.get(k).map_or(&[][..], |p| p.claims.as_slice());
            claims.iter().filter(|(ix, _)| *ix == item).map(|(_, c)| i128::from(*c)).sum()
        };
        let live: Vec<usize> = who.into_iter().filter(|k| claim(proposed, *k) != 0).collect();
        let total: i128 = live.iter().map(|k| claim(proposed, *k)).sum();
        if live.len() < 2 || total <= open {
            continue;
        }
        let payer = |k: &usize| proposed.get(*k).and_then(|p| p.payer);
        let one_payer = live.first().and_then(payer).is_some()
            && live.windows(2).all(|w| w.first().and_then(payer) == w.get(1).and_then(payer));
        let mut order = live.clone();
        order.sort_by_key(|k| payments.get(*k).map(|p| (p.booking_date, p.amount, p.payment_id.clone())));
        let mut left = open;
        for k in order {
            let own = claim(proposed, k);
            let keep = one_payer && own <= left;
            if keep {
                left -= own;
                continue;
            }
            let doc_no = book.item(item).map_or("", |it| it.doc_no.as_str());
            let (reason, text) = if one_payer {
                (
                    ReasonCode::DuplicateSuspect,
                    format!("another payment of the same payer in this run already pays {doc_no}"),
                )
            } else {
                (ReasonCode::Tie, format!("{} payments in this run claim {doc_no}", live.len()))
            };
            if let (Some(p), Some(payment)) = (proposed.get_mut(k), payments.get(k)) {
                queue(p, payment, reason, text);
            }
        }
    }
}
