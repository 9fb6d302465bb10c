//! Items that several payments claim beyond what is open (POLICY row 10, scenario "two payments race").
//!
//! All conflicts are judged on the claims as they stood before any of them is settled, so that neither the order of payments
//! nor that of items decides.

use super::{Settled, number};
use crate::book::{ItemIx, OpenItemBook};
use crate::matching::decide::Standing;
use crate::model::{Payment, ReasonCode};

/// Queues the payments that claim more of an item than is open. Of claims by one payer the first (by booking date, then amount,
/// then id) stays, the others may be duplicates; claims of different payers are all queued. A payment that is queued already
/// counts when its first proposal names the item: what a person may give to one payer is not given to another meanwhile.
pub fn resolve(book: &OpenItemBook, payments: &[Payment], settled: &mut Settled) {
    let mut claims: Vec<Claim> = Vec::with_capacity(settled.standings.len());
    for (k, s) in settled.standings.iter().enumerate() {
        let automatic = s.claims().map(|c| (c, true));
        for ((item, cleared), automatic) in automatic.chain(s.wants.iter().map(|c| (*c, false))) {
            claims.push(Claim { item, payment: number(k), cleared, automatic });
        }
    }
    claims.sort_unstable_by_key(|c| (c.item, c.payment));
    let mut losers: Vec<(usize, ReasonCode, String)> = Vec::new();
    for claims in claims.chunk_by(|a, b| a.item == b.item).filter(|c| c.len() > 1) {
        let Some(it) = claims.first().and_then(|c| book.item(c.item)) else { continue };
        let open = i128::from(it.open_amount);
        let paid = i128::from(it.amount) - open;
        // Receipts move the item towards zero, returns back: each may use up only its own side.
        for (limit, sign) in [(open.abs(), open.signum()), (paid.abs(), -paid.signum())] {
            let of_side = |c: &&Claim| sign != 0 && i128::from(c.cleared).signum() == sign;
            let side: Vec<&Claim> = claims.iter().filter(of_side).collect();
            losers.extend(over_claimed(payments, &settled.standings, &side, limit, &it.doc_no));
        }
    }
    losers.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
    losers.dedup_by_key(|l| l.0);
    for (k, reason, text) in losers {
        settled.queue(k, reason, text);
    }
}

#[derive(Debug, Clone, Copy)]
struct Claim {
    item: ItemIx,
    payment: u32,
    cleared: i64,
    automatic: bool,
}

/// The automatic claims of one side of an item that cannot stay.
fn over_claimed(
    payments: &[Payment],
    standings: &[Standing],
    side: &[&Claim],
    limit: i128,
    doc_no: &str,
) -> Vec<(usize, ReasonCode, String)> {
    let size = |c: &Claim| i128::from(c.cleared).abs();
    let total: i128 = side.iter().map(|c| size(c)).sum();
    if side.len() < 2 || total <= limit || !side.iter().any(|c| c.automatic) {
        return Vec::new();
    }
    let payer = |c: &&Claim| standings.get(c.payment as usize).and_then(|p| p.payer);
    let first = side.first().and_then(payer);
    let one_payer = first.is_some() && side.iter().all(|c| payer(c) == first);
    let mut order: Vec<&&Claim> = side.iter().filter(|c| c.automatic).collect();
    order.sort_by_key(|c| payments.get(c.payment as usize).map(|p| (p.booking_date, p.amount, p.payment_id.as_str())));
    let mut left = limit;
    let mut out = Vec::new();
    for claim in order {
        if one_payer && size(claim) <= left {
            left -= size(claim);
            continue;
        }
        let verdict = if one_payer {
            let text = format!("another payment of the same payer in this run already pays {doc_no}");
            (claim.payment as usize, ReasonCode::DuplicateSuspect, text)
        } else {
            (claim.payment as usize, ReasonCode::Tie, format!("{} payments in this run claim {doc_no}", side.len()))
        };
        out.push(verdict);
    }
    out
}
