//! A return that takes back a payment of this very run: it reopens what that payment has just closed, net nothing.

use super::{Claimant, Settled};
use crate::base::{Map, Set};
use crate::model::Outcome;

/// Links open returns to applied payments of the run. The link must be the only one by end-to-end id, or by account and amount.
pub fn link(payments: &[Claimant], settled: &mut Settled) {
    let standings = &settled.standings;
    let returns: Vec<usize> =
        (0..standings.len()).filter(|k| standings.get(*k).is_some_and(|s| s.waits.open_return.is_some())).collect();
    if returns.is_empty() {
        return;
    }
    // Applied payments by account and amount, so that no return looks at all of them.
    let wanted: Set<(u64, i64)> =
        returns.iter().filter_map(|r| payments.get(*r)).map(|p| (p.account, p.amount)).collect();
    let mut applied: Map<(u64, i64), Vec<usize>> = Map::default();
    for (k, (payment, standing)) in payments.iter().zip(standings).enumerate() {
        let Some(back) = payment.amount.checked_neg().filter(|_| standing.outcome == Outcome::Applied) else {
            continue;
        };
        let key = (payment.account, back);
        if wanted.contains(&key) {
            applied.entry(key).or_default().push(k);
        }
    }
    let mut used: Vec<usize> = Vec::new();
    let mut links: Vec<(usize, usize)> = Vec::new();
    for r in returns {
        let Some(back) = payments.get(r) else { continue };
        let named = standings.get(r).and_then(|s| s.waits.open_return.clone()).unwrap_or_default();
        let pays_named = |k: &usize| {
            standings.get(*k).is_some_and(|s| named.is_empty() || s.parts.iter().any(|p| named.contains(&p.item)))
        };
        // A word of return alone, without the bank's code, proves nothing by account and amount.
        let coded = back.coded_return || !named.is_empty();
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
        let mut fitting = applied.get(&(back.account, back.amount)).into_iter().flatten().copied().filter(|k| fits(k));
        let (Some(one), None) = (fitting.next(), fitting.next()) else { continue };
        used.push(one);
        links.push((r, one));
    }
    for (r, original) in links {
        settled.take_back(r, original);
    }
}
