//! Subset sums, all of them: a sum without references is evidence only if it is the only one.

use crate::base::Map;

/// The subsets found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subsets {
    /// Each as positions in the list, ascending; in a fixed order.
    pub sets: Vec<Vec<usize>>,
    /// There may be more: the list is too long to try all sizes, or too many were found.
    pub capped: bool,
}

/// Lists up to this length are searched completely, by meeting in the middle.
const COMPLETE_MAX: usize = 26;
/// Longer lists, up to this length, are searched for pairs and triples.
const TRIPLES_MAX: usize = 400;
/// Most sets returned.
const SETS_MAX: usize = 12;

/// All sets of two or more amounts that give the target.
pub fn subsets(amounts: &[i64], target: i64) -> Subsets {
    let mut found = Subsets::default();
    match amounts.len() {
        0 | 1 => {}
        n if n <= COMPLETE_MAX => complete(amounts, target, &mut found),
        n if n <= TRIPLES_MAX => {
            pairs_and_triples(amounts, target, &mut found);
            found.capped = true;
        }
        _ => found.capped = true,
    }
    found.sets.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    found
}

fn complete(amounts: &[i64], target: i64, found: &mut Subsets) {
    let (left, right) = amounts.split_at(amounts.len() / 2);
    let sums = |list: &[i64]| -> Vec<i64> {
        let mut all = vec![0i64];
        for a in list {
            let with: Vec<i64> = all.iter().map(|s| s.saturating_add(*a)).collect();
            all.extend(with);
        }
        all
    };
    // Index of a sum is its bit mask, since each amount doubles the list.
    let mut by_sum: Map<i64, Vec<u32>> = Map::default();
    for (mask, sum) in sums(left).into_iter().enumerate() {
        by_sum.entry(sum).or_default().push(u32::try_from(mask).unwrap_or(0));
    }
    for (mask, sum) in sums(right).into_iter().enumerate() {
        let Some(masks) = by_sum.get(&target.saturating_sub(sum)) else { continue };
        for other in masks {
            let mask = u32::try_from(mask).unwrap_or(0);
            if other.count_ones() + mask.count_ones() < 2 {
                continue;
            }
            if found.sets.len() >= SETS_MAX {
                found.capped = true;
                return;
            }
            let set = (0..left.len()).filter(|i| other >> i & 1 == 1);
            let set = set.chain((0..right.len()).filter(|i| mask >> i & 1 == 1).map(|i| i + left.len()));
            found.sets.push(set.collect());
        }
    }
}

fn pairs_and_triples(amounts: &[i64], target: i64, found: &mut Subsets) {
    let mut first: Map<i64, Vec<usize>> = Map::default();
    for (i, a) in amounts.iter().enumerate() {
        first.entry(*a).or_default().push(i);
    }
    let mut add = |set: Vec<usize>| {
        if found.sets.len() < SETS_MAX {
            found.sets.push(set);
            true
        } else {
            false
        }
    };
    for (i, a) in amounts.iter().enumerate() {
        for k in first.get(&target.saturating_sub(*a)).into_iter().flatten().filter(|k| **k > i) {
            if !add(vec![i, *k]) {
                return;
            }
        }
    }
    // Triples are quadratic; for long lists they are left to the cap.
    if amounts.len() > 120 {
        return;
    }
    for (i, a) in amounts.iter().enumerate() {
        for (j, b) in amounts.iter().enumerate().skip(i + 1) {
            let rest = target.saturating_sub(*a).saturating_sub(*b);
            for k in first.get(&rest).into_iter().flatten().filter(|k| **k > j) {
                if !add(vec![i, j, *k]) {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_sets_are_found_and_single_amounts_are_not_sets() {
        let found = subsets(&[1190, 595, 595, -119], 1190);
        assert_eq!(found, Subsets { sets: vec![vec![1, 2]], capped: false });
        let found = subsets(&[100, 200, 300, 400], 500);
        assert_eq!(found.sets, [vec![0, 3], vec![1, 2]]);
        assert!(subsets(&[500], 500).sets.is_empty());
    }

    #[test]
    fn long_lists_say_that_they_were_cut() {
        let many = vec![595i64; 5000];
        assert!(subsets(&many, 1190).capped);
        let some: Vec<i64> = (0..100).map(|i| 1000 + i * 7).collect();
        let found = subsets(&some, 1000 + 1007);
        assert!(found.capped && found.sets == [vec![0, 1]]);
    }

    proptest::proptest! {
        #[test]
        fn every_set_gives_the_target(amounts in proptest::collection::vec(-50i64..500, 2..14), target in 0i64..900) {
            for set in subsets(&amounts, target).sets {
                proptest::prop_assert_eq!(set.iter().map(|i| amounts[*i]).sum::<i64>(), target);
            }
        }
    }
}
