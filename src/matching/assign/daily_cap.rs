//! The cap on cents written off per booking day and currency (POLICY row 2).

use super::queue;
use crate::base::Currency;
use crate::matching::decide::Proposed;
use crate::model::{Outcome, Payment, Policy, ReasonCode};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Queues every write-off of a day whose sum is above the cap: which of them to sign is for a person to say.
pub fn hold(policy: &Policy, payments: &[Payment], proposed: &mut [Proposed]) {
    let mut sums: BTreeMap<(NaiveDate, Currency), i128> = BTreeMap::new();
    let written_off = |p: &Proposed| -> i128 { p.decision.allocations.iter().map(|a| i128::from(a.writeoff)).sum() };
    for (payment, p) in payments.iter().zip(proposed.iter()) {
        *sums.entry((payment.booking_date, payment.currency)).or_insert(0) += written_off(p);
    }
    for (payment, p) in payments.iter().zip(proposed.iter_mut()) {
        let sum = sums.get(&(payment.booking_date, payment.currency)).copied().unwrap_or(0);
        let over = sum > i128::from(policy.tolerance.daily_cap_minor_units);
        if over && p.decision.outcome == Outcome::Applied && written_off(p) != 0 {
            let text = format!("the cents written off on {} are above the day's cap", payment.booking_date);
            queue(p, payment, ReasonCode::PolicyLimit, text);
        }
    }
}
