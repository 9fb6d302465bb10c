//! Priors from confirmed answers: by reason, how far the claimed chances of error are off, shrunk towards "not at all" so that a few
//! observations move nothing much.
//!
//! ```text
//! shift = -100 log10((wrong + 2) / (expected wrong + 2)), within ±100
//! ```
//!
//! The two pseudo-errors on both sides are the shrinkage: three right answers of a sure reason expect next to none wrong and shift by 0, one
//! wrong among them shifts by -18, fifty wrong where five were expected by -87. More wrong ones never raise a shift.

use super::reliability::sums;
use super::trials::Known;
use crate::model::{Priors, ReasonCode, ReasonRecord};
use std::collections::BTreeMap;

/// Errors that are added to what was seen and to what was expected.
const PSEUDO_MILLIONTHS: u64 = 2_000_000;

/// What may be learned from confirmed answers without a gate.
pub(super) fn priors(known: &[Known], score_versions: &[String]) -> Priors {
    let (confirmed, _, wrong) = sums(known);
    let mut by_reason: BTreeMap<ReasonCode, Vec<&Known>> = BTreeMap::new();
    for k in known {
        by_reason.entry(k.reason).or_default().push(k);
    }
    let record = |own: Vec<&Known>| {
        let (confirmed, expected_wrong_millionths, wrong) = sums(own);
        ReasonRecord { confirmed, wrong, expected_wrong_millionths, shift: shift(wrong, expected_wrong_millionths) }
    };
    Priors {
        schema: Priors::SCHEMA.to_owned(),
        score_version: score_versions.join(", "),
        confirmed,
        wrong,
        reason: by_reason.into_iter().map(|(reason, own)| (reason, record(own))).collect(),
    }
}

fn shift(wrong: u64, expected_millionths: u64) -> i32 {
    let seen = wrong.saturating_mul(1_000_000).saturating_add(PSEUDO_MILLIONTHS);
    let expected = expected_millionths.saturating_add(PSEUDO_MILLIONTHS);
    // Portable: `libm`, and far from any tie by the resolution of the counts.
    let centibans = -100.0 * (libm::log10(seen as f64) - libm::log10(expected as f64));
    let most = Priors::SHIFT_MOST;
    (libm::round(centibans) as i32).clamp(-most, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_observations_move_little() {
        assert_eq!(shift(0, 15), 0);
        assert_eq!(shift(1, 15), -18);
        assert_eq!(shift(50, 5_000_000), -87);
        assert_eq!(shift(100_000, 0), -100);
    }

    proptest::proptest! {
        #[test]
        fn more_wrong_never_raises_and_more_expected_never_lowers(wrong in 0u64..10_000, expected in 0u64..10_000_000_000, more in 0u64..1_000_000) {
            proptest::prop_assert!(shift(wrong + more, expected) <= shift(wrong, expected));
            proptest::prop_assert!(shift(wrong, expected + more) >= shift(wrong, expected));
        }
    }
}
