//! A compact read-only map from a key to several rows.

use super::keys::Key;

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
        MultiMap { shift, starts, keys, rows }
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows of a key.
    pub fn get(&self, key: Key) -> &[u32] {
        let at = bucket(key, self.shift.min(63));
        let Some([start, end]) = self.starts.get(at..at + 2) else { return &[] };
        let (start, end) = (*start as usize, *end as usize);
        if start == end {
            return &[];
        }
        let Some(keys) = self.keys.get(start..end) else { return &[] };
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

    #[test]
    fn many_rows_of_one_key_stay_together() {
        let pairs = (0..5_000u32).map(|row| (if row % 2 == 0 { 42 } else { u64::from(row) << 20 }, row)).collect();
        let map = MultiMap::build(pairs);
        assert_eq!(map.get(42).len(), 2_500);
        assert!(map.get(42).is_sorted());
        assert_eq!(map.get(4_999 << 20), [4_999]);
    }
}
