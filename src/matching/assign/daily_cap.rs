//! The cap on cents written off per booking day and currency (POLICY row 2).

use super::{Back, Claimant, Settled};
use crate::base::{Currency, Money};
use crate::matching::decide::Standing;
use crate::model::{Outcome, Policy, ReasonCode};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Queues every write-off of a day whose sum is above the cap: which of them to sign is for a person to say.
pub fn hold(policy: &Policy, payments: &[Claimant], settled: &mut Settled) {
    let written_off = |s: &Standing| -> i128 { s.parts.iter().map(|p| i128::from(p.writeoff)).sum() };
    let mut sums: BTreeMap<(NaiveDate, Currency), i128> = BTreeMap::new();
    let mut with: Vec<usize> = Vec::new();
    for (k, (payment, standing)) in payments.iter().zip(&settled.standings).enumerate() {
        let sum = written_off(standing);
        if standing.parts.iter().any(|p| p.writeoff != 0) {
            *sums.entry((payment.booking_date, payment.currency)).or_insert(0) += sum;
        }
        if sum != 0 && standing.outcome == Outcome::Applied {
            with.push(k);
        }
    }
    for k in with {
        let Some(payment) = payments.get(k) else { continue };
        let sum = sums.get(&(payment.booking_date, payment.currency)).copied().unwrap_or(0);
        if sum > i128::from(policy.tolerance.daily_cap_minor_units) {
            let text = format!("the cents written off on {} are above the day's cap", payment.booking_date);
            let of = |minor: i64| Money::from_minor(minor, payment.currency);
            let needed = format!(
                "at most {} written off on one day, which is `tolerance.daily_cap_minor_units` in the policy; here it is {}",
                of(policy.tolerance.daily_cap_minor_units),
                of(i64::try_from(sum).unwrap_or(i64::MAX))
            );
            settled.queue(k, Back { reason: ReasonCode::PolicyLimit, text, needed: Some(needed) });
        }
    }
}
