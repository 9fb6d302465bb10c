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
    // Without credit notes no amount above the target is part of any set; what is left may not even reach it.
    let all_positive = amounts.iter().all(|a| *a > 0);
    let fits = |a: &i64| !all_positive || *a <= target;
    if all_positive {
        let (mut reach, mut smallest, mut count) = (0i64, i64::MAX, 0usize);
        for a in amounts.iter().filter(|a| fits(a)) {
            reach = reach.saturating_add(*a);
            smallest = smallest.min(*a);
            count += 1;
        }
        if count < 2 || reach < target || smallest.saturating_mul(2) > target {
            return;
        }
    }
    let (left, right) = (ordered_sums(left, fits), ordered_sums(right, fits));
    // One pass from both ends says which sums of the right half meet any of the left.
    let mut meeting: Vec<(u32, i64)> = Vec::new();
    let mut at = left.len();
    for (sum, mask) in &right {
        let wanted = target.saturating_sub(*sum);
        while at > 0 && left.get(at - 1).is_some_and(|(s, _)| *s > wanted) {
            at -= 1;
        }
        if at > 0 && left.get(at - 1).is_some_and(|(s, _)| *s == wanted) {
            meeting.push((*mask, wanted));
        }
    }
    // In the order of the positions, so that a cap always keeps the same sets.
    meeting.sort_unstable();
    for (mask, wanted) in meeting {
        let begin = left.partition_point(|(s, _)| *s < wanted);
        for (_, other) in left.iter().skip(begin).take_while(|(s, _)| *s == wanted) {
            if other.count_ones() + mask.count_ones() < 2 {
                continue;
            }
            if found.sets.len() >= SETS_MAX {
                found.capped = true;
                return;
            }
            let half = amounts.len() / 2;
            let set = (0..half).filter(|i| other >> i & 1 == 1);
            let set = set.chain((0..amounts.len() - half).filter(|i| mask >> i & 1 == 1).map(|i| i + half));
            found.sets.push(set.collect());
        }
    }
}

/// The sums of all sets of a list with the sets as bit masks, ascending; built by merging, since each amount doubles the list.
fn ordered_sums(list: &[i64], fits: impl Fn(&i64) -> bool) -> Vec<(i64, u32)> {
    let mut all: Vec<(i64, u32)> = vec![(0, 0)];
    let mut next: Vec<(i64, u32)> = Vec::new();
    for (i, a) in list.iter().enumerate().filter(|(_, a)| fits(a)) {
        next.clear();
        next.reserve(all.len() * 2);
        let mut with = all.iter().map(|(s, m)| (s.saturating_add(*a), m | 1 << i)).peekable();
        for old in &all {
            while let Some(new) = with.next_if(|new| new < old) {
                next.push(new);
            }
            next.push(*old);
        }
        next.extend(with);
        std::mem::swap(&mut all, &mut next);
    }
    all
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

    /// All sets by trying each, in the order that a cap cuts.
    fn tried(amounts: &[i64], target: i64) -> Subsets {
        let half = amounts.len() / 2;
        let mut found = Subsets::default();
        for right in 0u32..1 << (amounts.len() - half) {
            for left in 0u32..1 << half {
                let mask = right << half | left;
                let set: Vec<usize> = (0..amounts.len()).filter(|i| mask >> i & 1 == 1).collect();
                if set.len() >= 2 && set.iter().map(|i| amounts[*i]).sum::<i64>() == target {
                    if found.sets.len() >= SETS_MAX {
                        found.capped = true;
                        found.sets.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
                        return found;
                    }
                    found.sets.push(set);
                }
            }
        }
        found.sets.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
        found
    }

    proptest::proptest! {
        #[test]
        fn meeting_in_the_middle_finds_what_trying_all_finds(amounts in proptest::collection::vec(-5i64..40, 2..11), target in -20i64..90) {
            proptest::prop_assert_eq!(subsets(&amounts, target), tried(&amounts, target));
        }

        #[test]
        fn every_set_gives_the_target(amounts in proptest::collection::vec(-50i64..500, 2..14), target in 0i64..900) {
            for set in subsets(&amounts, target).sets {
                proptest::prop_assert_eq!(set.iter().map(|i| amounts[*i]).sum::<i64>(), target);
            }
        }
    }
}
