//! Items that several payments claim beyond what is open (POLICY row 10, scenario "two payments race").
//!
//! All conflicts are judged on the claims as they stood before any of them is settled, so that neither the order of payments
//! nor that of items decides.

use super::{Back, Claimant, Settled, number};
use crate::book::{ItemIx, OpenItemBook};
use crate::matching::decide::Standing;
use crate::model::ReasonCode;

/// Queues the payments that claim more of an item than is open. Of claims by one payer the first (by booking date, then amount,
/// then id) stays, the others may be duplicates; claims of different payers are all queued. A payment that is queued already
/// counts when its first proposal names the item: what a person may give to one payer is not given to another meanwhile.
pub fn resolve(book: &OpenItemBook, payments: &[Claimant], settled: &mut Settled) {
    let mut claims: Vec<Claim> = Vec::with_capacity(settled.standings.len());
    for (k, s) in settled.standings.iter().enumerate() {
        let payment = number(k);
        claims.extend(s.claims().map(|(item, cleared)| {
            let named = s.named && !(s.set_off && cleared < 0);
            Claim { item, payment, cleared, automatic: true, named }
        }));
        claims.extend(s.waits.wants.iter().map(|w| Claim {
            item: w.item,
            payment,
            cleared: w.cleared,
            automatic: false,
            named: w.strong,
        }));
    }
    claims.sort_unstable_by_key(|c| (c.item, c.payment));
    let mut losers: Vec<(usize, Back)> = Vec::new();
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
    losers.sort();
    losers.dedup_by_key(|l| l.0);
    for (k, back) in losers {
        settled.queue(k, back);
    }
}

#[derive(Debug, Clone, Copy)]
struct Claim {
    item: ItemIx,
    payment: u32,
    cleared: i64,
    automatic: bool,
    /// By a number in the text, and not by payer and amount alone.
    named: bool,
}

impl Claim {
    fn size(&self) -> i128 {
        i128::from(self.cleared).abs()
    }
}

/// The automatic claims of one side of an item that cannot stay.
fn over_claimed(
    payments: &[Claimant],
    standings: &[Standing],
    side: &[&Claim],
    limit: i128,
    doc_no: &str,
) -> Vec<(usize, Back)> {
    let total: i128 = side.iter().map(|c| c.size()).sum();
    if side.len() < 2 || total <= limit || !side.iter().any(|c| c.automatic) {
        return Vec::new();
    }
    let payer = |c: &&Claim| standings.get(c.payment as usize).and_then(|p| p.payer);
    let payment = |c: &Claim| payments.get(c.payment as usize);
    let id = |c: &Claim| payment(c).map_or_else(String::new, Claimant::id);
    let first = side.first().and_then(payer);
    let one_payer = first.is_some() && side.iter().all(|c| payer(c) == first);
    let mut order: Vec<&Claim> = side.to_vec();
    order.sort_by_cached_key(|c| payment(c).map(|p| (p.booking_date, p.amount, p.id())));
    let waiting: Vec<&Claim> = order.iter().copied().filter(|c| !c.automatic && c.named).collect();
    let named_by_waiting: i128 = waiting.iter().map(|c| c.size()).sum();
    let mut left = limit;
    let mut out = Vec::new();
    for claim in order.iter().copied().filter(|c| c.automatic) {
        // A credit note that nobody named belongs to none of those who would need it.
        let set_off = claim.cleared < 0 && !claim.named;
        // What a waiting payment names is not given to one that names nothing.
        let free = if claim.named { left } else { left - named_by_waiting };
        if one_payer && !set_off && claim.size() <= free {
            left -= claim.size();
            continue;
        }
        let rivals = || order.iter().filter(|c| c.payment != claim.payment);
        let others = rivals().map(|c| id(c)).take(3).collect::<Vec<String>>().join(", ");
        out.push((claim.payment as usize, if !one_payer || set_off {
            let text = format!("{} payments in this run claim {doc_no}: this one and {others}", side.len());
            let needed = if set_off {
                format!("{doc_no}, the credit note, named in the text of the payment that it was taken off")
            } else {
                match (claim.named, rivals().any(|c| c.named)) {
                    (false, true) => format!("a number in this text: {others} names {doc_no}, this payment only fits it"),
                    (false, false) => format!("{doc_no}, or the document that is meant, named in this text or in that of {others}"),
                    (true, true) => format!("nothing in this text: it names {doc_no}, and so does {others}, which would have to name another document"),
                    (true, false) => format!("a number in the text of {others}, which only fits {doc_no}, while this one names it"),
                }
            };
            Back { reason: ReasonCode::Tie, text, needed: Some(needed) }
        } else if claim.size() <= left {
            let by = waiting.first().map_or_else(String::new, |c| id(c));
            let text = format!("payment {by} waits for a decision and names {doc_no}; this one names nothing");
            let needed = format!("a number in this text, or a decision on {by} that leaves {doc_no} open");
            Back { reason: ReasonCode::Tie, text, needed: Some(needed) }
        } else {
            let text = format!("another payment of the same payer in this run already pays {doc_no}: {others}");
            Back { reason: ReasonCode::DuplicateSuspect, text, needed: None }
        }));
    }
    out
}
