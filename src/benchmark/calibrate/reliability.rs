//! Expected against observed: by the chance of error claimed, by reason, and what each error budget would do.

use super::trials::{Known, Trial};
use crate::model::{Priors, ReasonCode};
use serde::Serialize;
use std::collections::BTreeMap;

/// Upper ends of the buckets, in a million.
const ENDS_PPM: [u32; 11] = [5, 10, 30, 100, 300, 1_000, 10_000, 50_000, 200_000, 500_000, 1_000_000];
/// Budgets that are tried, in a million.
const BUDGETS_PPM: [u32; 8] = [10, 30, 50, 100, 200, 500, 1_000, 10_000];

/// Answers whose claimed chance of error lies between two figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReliabilityBucket {
    /// Largest claimed chance of error in it, in a million; it begins above that of the bucket before.
    pub up_to_ppm: u32,
    /// Confirmed answers.
    pub confirmed: u64,
    /// How many of them should be wrong by the claims, in millionths.
    pub expected_wrong_millionths: u64,
    /// How many are.
    pub wrong: u64,
    /// The share of wrong ones that these counts allow at most with 95 % confidence, in a million.
    pub at_most_ppm: u32,
}

/// Answers of one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReasonLine {
    /// The reason.
    pub reason: ReasonCode,
    /// Confirmed answers.
    pub confirmed: u64,
    /// As in [`ReliabilityBucket::expected_wrong_millionths`].
    pub expected_wrong_millionths: u64,
    /// How many are wrong.
    pub wrong: u64,
    /// As in [`ReliabilityBucket::at_most_ppm`].
    pub at_most_ppm: u32,
    /// What the priors would add to the log-odds, in centibans.
    pub shift: i32,
}

/// What an error budget would apply: answers that the policy applied, and those that nothing but the budget held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BudgetLine {
    /// The budget, in a million.
    pub budget_ppm: u32,
    /// Answers within it.
    pub automatic: u64,
    /// All answers.
    pub of: u64,
    /// Money of the answers within it, in minor units of whatever currency.
    pub automatic_money: u128,
    /// Money of all.
    pub of_money: u128,
    /// Of the answers within it, known to be wrong.
    pub wrong: u64,
}

pub(super) fn buckets(known: &[Known]) -> Vec<ReliabilityBucket> {
    let mut from = None;
    let mut list = Vec::new();
    for up_to_ppm in ENDS_PPM {
        let own = known.iter().filter(|k| k.error_ppm <= up_to_ppm && from.is_none_or(|f| k.error_ppm > f));
        let (confirmed, expected_wrong_millionths, wrong) = sums(own);
        from = Some(up_to_ppm);
        if confirmed > 0 {
            let at_most_ppm = at_most_ppm(wrong, confirmed);
            list.push(ReliabilityBucket { up_to_ppm, confirmed, expected_wrong_millionths, wrong, at_most_ppm });
        }
    }
    list
}

pub(super) fn reasons(known: &[Known], priors: &Priors) -> Vec<ReasonLine> {
    let mut by_reason: BTreeMap<ReasonCode, Vec<&Known>> = BTreeMap::new();
    for k in known {
        by_reason.entry(k.reason).or_default().push(k);
    }
    let line = |(reason, own): (ReasonCode, Vec<&Known>)| {
        let (confirmed, expected_wrong_millionths, wrong) = sums(own);
        let shift = priors.of(reason).map_or(0, |r| r.shift);
        ReasonLine {
            reason,
            confirmed,
            expected_wrong_millionths,
            wrong,
            at_most_ppm: at_most_ppm(wrong, confirmed),
            shift,
        }
    };
    by_reason.into_iter().map(line).collect()
}

pub(super) fn budgets(trials: &[Trial]) -> Vec<BudgetLine> {
    let of_money = trials.iter().map(|t| t.money).sum();
    let line = |budget_ppm: u32| {
        let within = |t: &&Trial| t.error_ppm <= budget_ppm && (t.applied || t.by_chance && !t.gated);
        BudgetLine {
            budget_ppm,
            automatic: trials.iter().filter(within).count() as u64,
            of: trials.len() as u64,
            automatic_money: trials.iter().filter(within).map(|t| t.money).sum(),
            of_money,
            wrong: trials.iter().filter(within).filter(|t| t.right == Some(false)).count() as u64,
        }
    };
    BUDGETS_PPM.into_iter().map(line).collect()
}

/// How many, how many should be wrong in millionths, and how many are.
pub(super) fn sums<'a>(known: impl IntoIterator<Item = &'a Known>) -> (u64, u64, u64) {
    known.into_iter().fold((0, 0, 0), |(n, expected, wrong), k| {
        (n + 1, expected + u64::from(k.error_ppm), wrong + u64::from(k.wrong))
    })
}

/// The largest share, in a million, that gives so few wrong ones with a chance of 5 % (Poisson).
fn at_most_ppm(wrong: u64, of: u64) -> u32 {
    /// Upper bounds of the mean for 0, 1, 2 … events, in hundredths.
    const UPPER: [u64; 11] = [300, 475, 630, 776, 916, 1_052, 1_185, 1_315, 1_444, 1_571, 1_697];
    let bound = usize::try_from(wrong).ok().and_then(|k| UPPER.get(k)).copied().unwrap_or_else(|| {
        // Beyond the table: the mean, 1.645 deviations, and two for the skew.
        let deviation = wrong.saturating_mul(10_000).isqrt();
        wrong.saturating_mul(100).saturating_add(deviation.saturating_mul(1_645) / 1_000).saturating_add(200)
    });
    u32::try_from(bound.saturating_mul(10_000) / of.max(1)).unwrap_or(u32::MAX).min(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_wrong_of_three_thousand_allows_one_in_a_thousand() {
        assert_eq!(at_most_ppm(0, 3_000), 1_000);
        assert_eq!(at_most_ppm(0, 1), 1_000_000);
        assert!(at_most_ppm(11, 1_000) > at_most_ppm(10, 1_000));
    }
}
