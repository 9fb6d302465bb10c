//! A return that takes back a payment of this very run: it reopens what that payment has just closed, net nothing.

use crate::matching::decide::Proposed;
use crate::model::{Allocation, Outcome, Payment, ReasonCode};

/// Links open returns to applied payments of the run. The link must be the only one by end-to-end id, or by account and amount.
pub fn link(payments: &[Payment], proposed: &mut [Proposed]) {
    let returns: Vec<usize> = proposed.iter().enumerate().filter(|(_, p)| p.open_return).map(|(k, _)| k).collect();
    let mut used: Vec<usize> = Vec::new();
    for r in returns {
        let Some(back) = payments.get(r) else { continue };
        let fits: Vec<usize> = payments
            .iter()
            .zip(proposed.iter())
            .enumerate()
            .filter(|(k, (p, d))| {
                let applied = d.decision.outcome == Outcome::Applied && p.amount.checked_neg() == Some(back.amount);
                let same_id = p.end_to_end_id.is_some() && p.end_to_end_id == back.end_to_end_id;
                let same_payer = p.payer_account.is_some() && p.payer_account == back.payer_account;
                applied
                    && p.account == back.account
                    && p.booking_date <= back.booking_date
                    && (same_id || same_payer)
                    && !used.contains(k)
            })
            .map(|(k, _)| k)
            .collect();
        let [one] = fits.as_slice() else { continue };
        let Some(original) = proposed.get(*one).map(|p| p.decision.clone()) else { continue };
        used.push(*one);
        let Some(p) = proposed.get_mut(r) else { continue };
        let negate = |a: &Allocation| Allocation {
            applied: -a.applied,
            discount: -a.discount,
            writeoff: -a.writeoff,
            charges: -a.charges,
            ..a.clone()
        };
        p.claims.clear();
        p.decision.outcome = Outcome::Reopened;
        p.decision.reason = ReasonCode::ReturnReopened;
        p.decision.explanation = format!("takes back payment {} of this run", original.payment_id);
        p.decision.customer_id = original.customer_id;
        p.decision.allocations = original.allocations.iter().map(negate).collect();
        p.decision.on_account = -original.on_account;
        p.decision.unapplied = 0;
        p.decision.disposition = None;
        p.decision.would_need = None;
        p.decision.error_ppm = crate::matching::score::weights::ERROR_FLOOR_PPM;
    }
}
