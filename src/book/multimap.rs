//! A compact read-only map from a key to several rows.

use super::keys::Key;
use crate::base::Map;

/// Key to row numbers, built once. Rows of one key are in ascending order.
///
/// Pairs stand sorted in buckets by the high bits of a mixed key; about one bucket per pair, so a look-up reads one place of
/// the directory and, where anything stands there, one of the keys.
#[derive(Debug, Clone, Default)]
pub(super) struct MultiMap {
    shift: u32,
    /// Where each bucket begins; one more for the end.
    starts: Vec<u32>,
    keys: Vec<Key>,
    rows: Vec<u32>,
    /// The whole list of each key that was changed since.
    changed: Map<Key, Vec<u32>>,
    /// Pairs that it holds.
    pairs: usize,
}

fn bucket(key: Key, shift: u32) -> usize {
    // Keys are FNV-1a, whose high bits say little of short texts.
    usize::try_from((key ^ (key >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> shift).unwrap_or(0)
}

impl MultiMap {
    /// Builds from pairs in any order; equal pairs count once. At most 2^32 - 1 pairs; more are cut off.
    pub fn build(pairs: Vec<(Key, u32)>) -> Self {
        if pairs.is_empty() {
            return MultiMap::default();
        }
        let bits = (usize::BITS - pairs.len().leading_zeros()).clamp(1, 31);
        let shift = 64 - bits;
        let mut starts = vec![0u32; (1 << bits) + 1];
        for (key, _) in &pairs {
            if let Some(count) = starts.get_mut(bucket(*key, shift) + 1) {
                *count += 1;
            }
        }
        let mut sum = 0u32;
        for start in &mut starts {
            sum = sum.saturating_add(*start);
            *start = sum;
        }
        let mut next = starts.clone();
        let mut sorted: Vec<(Key, u32)> = vec![(0, 0); pairs.len()];
        for pair in &pairs {
            let Some(at) = next.get_mut(bucket(pair.0, shift)) else { continue };
            if let Some(slot) = sorted.get_mut(*at as usize) {
                *slot = *pair;
            }
            *at += 1;
        }
        drop((next, pairs));
        let (mut keys, mut rows) = (Vec::with_capacity(sorted.len()), Vec::with_capacity(sorted.len()));
        let mut begin = 0usize;
        for start in starts.iter_mut().skip(1) {
            let end = *start as usize;
            if let Some(bucket) = sorted.get_mut(begin..end) {
                if bucket.len() > 1 {
                    bucket.sort_unstable();
                }
                let mut last = None;
                for pair in bucket.iter() {
                    if last != Some(*pair) {
                        last = Some(*pair);
                        keys.push(pair.0);
                        rows.push(pair.1);
                    }
                }
            }
            begin = end;
            *start = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        }
        let pairs = rows.len();
        MultiMap { shift, starts, keys, rows, changed: Map::default(), pairs }
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.pairs == 0
    }

    /// Adds a pair; one that is there already counts once.
    pub fn insert(&mut self, key: Key, row: u32) {
        let list = self.list_of(key);
        if let Err(at) = list.binary_search(&row) {
            list.insert(at, row);
            self.pairs += 1;
        }
    }

    /// Takes a pair out, if it is there.
    pub fn remove(&mut self, key: Key, row: u32) {
        let list = self.list_of(key);
        if let Ok(at) = list.binary_search(&row) {
            list.remove(at);
            self.pairs -= 1;
        }
    }

    /// The list of a key, to be changed.
    fn list_of(&mut self, key: Key) -> &mut Vec<u32> {
        if !self.changed.contains_key(&key) {
            let built = self.built(key).to_vec();
            self.changed.insert(key, built);
        }
        self.changed.entry(key).or_default()
    }

    /// The rows of a key.
    pub fn get(&self, key: Key) -> &[u32] {
        if !self.changed.is_empty()
            && let Some(list) = self.changed.get(&key)
        {
            return list;
        }
        self.built(key)
    }

    fn built(&self, key: Key) -> &[u32] {
        let at = bucket(key, self.shift.min(63));
        let Some([start, end]) = self.starts.get(at..at + 2) else { return &[] };
        let (start, end) = (*start as usize, *end as usize);
        if start == end {
            return &[];
        }
        let Some(keys) = self.keys.get(start..end) else { return &[] };
        // Most buckets hold one key; that of a popular one is long, and a search in it far from what is in the caches.
        if keys.first() == Some(&key) && keys.last() == Some(&key) {
            return self.rows.get(start..end).unwrap_or(&[]);
        }
        let first = keys.partition_point(|k| *k < key);
        let len = keys.get(first..).map_or(0, |k| k.partition_point(|k| *k == key));
        self.rows.get(start + first..start + first + len).unwrap_or(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_sorted_and_once() {
        let map = MultiMap::build(vec![(7, 3), (9, 1), (7, 2), (7, 3), (u64::MAX, 5), (0, 0)]);
        assert_eq!(map.get(7), [2, 3]);
        assert_eq!(map.get(9), [1]);
        assert_eq!(map.get(u64::MAX), [5]);
        assert_eq!(map.get(0), [0]);
        assert!(map.get(8).is_empty());
        assert!(MultiMap::build(Vec::new()).get(7).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn a_changed_map_is_the_map_of_what_is_left(
            before in proptest::collection::vec((0u64..6, 0u32..9), 0..30),
            changes in proptest::collection::vec((0u64..6, 0u32..9, proptest::bool::ANY), 0..30),
        ) {
            let mut map = MultiMap::build(before.clone());
            let mut left: std::collections::BTreeSet<(u64, u32)> = before.into_iter().collect();
            for (key, row, add) in changes {
                if add {
                    map.insert(key, row);
                    left.insert((key, row));
                } else {
                    map.remove(key, row);
                    left.remove(&(key, row));
                }
            }
            for key in 0..6 {
                let rows: Vec<u32> = left.iter().filter(|p| p.0 == key).map(|p| p.1).collect();
                proptest::prop_assert_eq!(map.get(key), rows);
            }
            proptest::prop_assert_eq!(map.is_empty(), left.is_empty());
        }
    }

    #[test]
    fn many_rows_of_one_key_stay_together() {
        let pairs = (0..5_000u32).map(|row| (if row % 2 == 0 { 42 } else { u64::from(row) << 20 }, row)).collect();
        let map = MultiMap::build(pairs);
        assert_eq!(map.get(42).len(), 2_500);
        assert!(map.get(42).is_sorted());
        assert_eq!(map.get(4_999 << 20), [4_999]);
    }
}
