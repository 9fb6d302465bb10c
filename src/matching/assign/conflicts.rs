//! Items that several payments claim beyond what is open (POLICY row 10, scenario "two payments race").
//!
//! All conflicts are judged on the claims as they stood before any of them is settled, so that neither the order of payments
//! nor that of items decides.

use super::queue;
use crate::base::Map;
use crate::book::{ItemIx, OpenItemBook};
use crate::matching::decide::Proposed;
use crate::model::{Payment, ReasonCode};

/// Queues the payments that claim more of an item than is open. Of claims by one payer the first (by booking date, then amount,
/// then id) stays, the others may be duplicates; claims of different payers are all queued. A payment that is queued already
/// counts when its first proposal names the item: what a person may give to one payer is not given to another meanwhile.
pub fn resolve(book: &OpenItemBook, payments: &[Payment], proposed: &mut [Proposed]) {
    let mut claims: Map<ItemIx, Vec<Claim>> = Map::default();
    for (k, p) in proposed.iter().enumerate() {
        let automatic = p.claims.iter().map(|c| (c, true));
        for ((item, cleared), automatic) in automatic.chain(p.wants.iter().map(|c| (c, false))) {
            claims.entry(*item).or_default().push(Claim { payment: k, cleared: i128::from(*cleared), automatic });
        }
    }
    let mut losers: Vec<(usize, ReasonCode, String)> = Vec::new();
    for (item, claims) in claims {
        let Some(it) = book.item(item) else { continue };
        let open = i128::from(it.open_amount);
        let paid = i128::from(it.amount) - open;
        // Receipts move the item towards zero, returns back: each may use up only its own side.
        for (limit, sign) in [(open.abs(), open.signum()), (paid.abs(), -paid.signum())] {
            let side: Vec<&Claim> = claims.iter().filter(|c| sign != 0 && c.cleared.signum() == sign).collect();
            losers.extend(over_claimed(payments, proposed, &side, limit, &it.doc_no));
        }
    }
    losers.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
    losers.dedup_by_key(|l| l.0);
    for (k, reason, text) in losers {
        if let (Some(p), Some(payment)) = (proposed.get_mut(k), payments.get(k)) {
            queue(p, payment, reason, text);
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Claim {
    payment: usize,
    cleared: i128,
    automatic: bool,
}

/// The automatic claims of one side of an item that cannot stay.
fn over_claimed(
    payments: &[Payment],
    proposed: &[Proposed],
    side: &[&Claim],
    limit: i128,
    doc_no: &str,
) -> Vec<(usize, ReasonCode, String)> {
    let total: i128 = side.iter().map(|c| c.cleared.abs()).sum();
    if side.len() < 2 || total <= limit || !side.iter().any(|c| c.automatic) {
        return Vec::new();
    }
    let payer = |c: &&Claim| proposed.get(c.payment).and_then(|p| p.payer);
    let first = side.first().and_then(payer);
    let one_payer = first.is_some() && side.iter().all(|c| payer(c) == first);
    let mut order: Vec<&&Claim> = side.iter().filter(|c| c.automatic).collect();
    order.sort_by_key(|c| payments.get(c.payment).map(|p| (p.booking_date, p.amount, p.payment_id.clone())));
    let mut left = limit;
    let mut out = Vec::new();
    for claim in order {
        if one_payer && claim.cleared.abs() <= left {
            left -= claim.cleared.abs();
            continue;
        }
        let verdict = if one_payer {
            let text = format!("another payment of the same payer in this run already pays {doc_no}");
            (claim.payment, ReasonCode::DuplicateSuspect, text)
        } else {
            (claim.payment, ReasonCode::Tie, format!("{} payments in this run claim {doc_no}", side.len()))
        };
        out.push(verdict);
    }
    out
}
