//! A return that takes back a payment of this very run: it reopens what that payment has just closed, net nothing.

use super::{Claimant, Settled};
use crate::base::{Map, Set};
use crate::matching::decide::Standing;
use crate::matching::returns::RETURN_FEE_MAX;
use crate::model::Outcome;
use std::num::NonZeroU64;

/// Links open returns to applied payments of the run. The link must be the only one by end-to-end id, or by account and amount; the
/// bank's fee may stand in the amount of the return, stated or, where the id is the same, small.
pub fn link(payments: &[Claimant], settled: &mut Settled) {
    let standings = &settled.standings;
    let open = |k: usize| standings.get(k).and_then(|s| s.waits.open_return.as_ref());
    let returns: Vec<usize> = (0..standings.len()).filter(|k| open(*k).is_some()).collect();
    if returns.is_empty() {
        return;
    }
    // Applied payments by account and amount, or account and id, so that no return looks at all of them.
    let amounts = |r: usize| {
        let gross = payments.get(r).and_then(|p| p.amount.checked_neg());
        [gross, open(r).and_then(|o| o.first_booked)].into_iter().flatten()
    };
    let of = |r: usize| payments.get(r).map(|p| (r, p));
    let wanted: Set<(u64, i64)> =
        returns.iter().filter_map(|r| of(*r)).flat_map(|(r, p)| amounts(r).map(|a| (p.account, a))).collect();
    let ids: Set<(u64, NonZeroU64)> =
        returns.iter().filter_map(|r| of(*r)).filter_map(|(_, p)| Some((p.account, p.end_to_end?))).collect();
    let mut by_amount: Map<(u64, i64), Vec<usize>> = Map::default();
    let mut by_id: Map<(u64, NonZeroU64), Vec<usize>> = Map::default();
    for (k, (payment, _)) in
        payments.iter().zip(standings).enumerate().filter(|(_, (p, s))| p.amount > 0 && s.outcome == Outcome::Applied)
    {
        let key = (payment.account, payment.amount);
        if wanted.contains(&key) {
            by_amount.entry(key).or_default().push(k);
        }
        if let Some(key) = payment.end_to_end.map(|id| (payment.account, id)).filter(|key| ids.contains(key)) {
            by_id.entry(key).or_default().push(k);
        }
    }
    let mut used: Vec<usize> = Vec::new();
    let mut links: Vec<(usize, usize)> = Vec::new();
    for r in returns {
        let (Some(back), Some(open)) = (payments.get(r), open(r)) else { continue };
        let pays_named = |k: &usize| {
            let paid = |s: &Standing| open.named.is_empty() || s.parts.iter().any(|p| open.named.contains(&p.item));
            standings.get(*k).is_some_and(paid)
        };
        // A word of return alone, without the bank's code, proves nothing by account and amount.
        let coded = back.coded_return || !open.named.is_empty();
        let fits = |k: &usize| {
            pays_named(k)
                && payments.get(*k).is_some_and(|p| {
                    let same_id = p.end_to_end.is_some() && p.end_to_end == back.end_to_end;
                    // By account and amount alone, a payment of the same day may be another one: they paid again.
                    let same_payer = coded
                        && p.booking_date < back.booking_date
                        && p.payer_account.is_some()
                        && p.payer_account == back.payer_account;
                    p.booking_date <= back.booking_date && (same_id || same_payer) && !used.contains(k)
                })
        };
        let with_fee = |k: &usize| {
            let fee = payments.get(*k).and_then(|p| back.amount.checked_add(p.amount)?.checked_neg());
            fee.is_some_and(|fee| (1..=RETURN_FEE_MAX).contains(&fee))
        };
        let of_amount =
            |amount| by_amount.get(&(back.account, amount)).into_iter().flatten().copied().filter(|k| fits(k));
        let of_id = back.end_to_end.and_then(|id| by_id.get(&(back.account, id)));
        let of_id = of_id.into_iter().flatten().copied().filter(|k| fits(k) && with_fee(k));
        // The whole amount before one less the fee, and a stated fee before one that nobody states.
        let mut ways: Vec<Vec<usize>> = amounts(r).map(|amount| of_amount(amount).collect()).collect();
        ways.push(of_id.collect());
        let best = ways.iter().find(|way| !way.is_empty());
        let Some([one]) = best.map(Vec::as_slice) else { continue };
        used.push(*one);
        links.push((r, *one));
    }
    for (r, original) in links {
        settled.take_back(r, original);
    }
}
