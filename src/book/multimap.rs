//! A compact read-only map from a key to several rows.

use super::keys::Key;
use crate::base::Map;

/// Key to row numbers, built once. Rows of one key are in ascending order.
///
/// A table of keys by a mixed key, each where it belongs or in the next free place: a look-up reads one place of memory. Most keys have
/// one row, which stands there; the rows of the others stand in a list.
///
/// ```text
/// keys    .  7:1 row 3  .  .  9:2 from 0  .       mixed key × places / 2^64
/// lists   4 8
/// ```
#[derive(Debug, Clone, Default)]
pub(super) struct MultiMap {
    places: Vec<Place>,
    /// How many places keys belong to; behind them stand those that found no free one.
    homes: usize,
    lists: Vec<u32>,
    /// The whole list of each key that was changed since.
    changed: Map<Key, Vec<u32>>,
    /// Pairs that it holds.
    pairs: usize,
}

/// A key with its rows.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    key: Key,
    /// The row, or where the list begins.
    at: u32,
    /// How many rows; 0 for a free place.
    rows: u32,
}

fn mixed(key: Key) -> u64 {
    // Keys are FNV-1a, whose high bits say little of short texts.
    (key ^ (key >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Where a mixed key belongs among so many places: in the order of the mixed keys.
fn home(mixed: u64, places: usize) -> usize {
    usize::try_from((u128::from(mixed) * places as u128) >> 64).unwrap_or(0)
}

/// Free places behind the homes of all keys, for those of the last homes that find theirs taken.
const SPARE: usize = 32;

/// Makes maps, one after another, in the same memory.
#[derive(Debug, Default)]
pub(super) struct Builder {
    pairs: Vec<(Key, u32)>,
    room: Vec<(Key, u32)>,
}

impl Builder {
    /// Builds a map from pairs in any order, of which `about` so many are expected; equal pairs count once. At most 2^32 - 1 pairs; more
    /// are cut off.
    pub fn build(&mut self, about: usize, pairs: impl IntoIterator<Item = (Key, u32)>) -> MultiMap {
        self.pairs.clear();
        self.pairs.reserve(about);
        self.pairs.extend(pairs);
        if self.pairs.is_empty() {
            return MultiMap::default();
        }
        if self.room.len() < self.pairs.len() {
            self.room = vec![(0, 0); self.pairs.capacity()];
        }
        let room = self.room.get_mut(..self.pairs.len()).unwrap_or_default();
        let keys = sort(&mut self.pairs, room);
        MultiMap::of_sorted(&self.pairs, keys)
    }
}

impl MultiMap {
    /// The map of pairs by mixed key, then by row, with so many keys.
    fn of_sorted(sorted: &[(Key, u32)], keys: usize) -> Self {
        // Two places of three are taken: then a key is found within a line of the cache.
        let homes = keys + keys / 2 + 1;
        let mut map = MultiMap { places: vec![Place::default(); homes + SPARE], homes, ..MultiMap::default() };
        let mut free = 0;
        for list in sorted.chunk_by(|a, b| a.0 == b.0) {
            let Some((key, first)) = list.first().copied() else { continue };
            let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let mut rows = 1;
            let mut at = first;
            if list.last().is_some_and(|(_, last)| *last != first) {
                let begin = map.lists.len();
                at = number(begin);
                for pair in list {
                    if map.lists.get(begin..).and_then(<[u32]>::last) != Some(&pair.1) {
                        map.lists.push(pair.1);
                    }
                }
                rows = number(map.lists.len() - begin);
            }
            map.pairs += rows as usize;
            // Keys come in the order of their homes: the next free place is behind the last one that was taken.
            free = free.max(home(mixed(key), homes));
            let place = Place { key, at, rows };
            match map.places.get_mut(free) {
                Some(slot) => *slot = place,
                None => map.places.push(place),
            }
            free += 1;
        }
        map.lists.shrink_to_fit();
        map
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
        let behind = self.places.get(home(mixed(key), self.homes)..).unwrap_or_default();
        match behind.iter().find(|p| p.key == key || p.rows == 0) {
            Some(Place { at, rows: 1, .. }) => std::slice::from_ref(at),
            Some(Place { at, rows, .. }) => {
                self.lists.get(*at as usize..(*at as usize).saturating_add(*rows as usize)).unwrap_or(&[])
            }
            None => &[],
        }
    }
}

/// Pairs that are sorted at a time: they and their counts stay in the nearest caches.
const PART: usize = 1 << 11;

/// Sorts pairs by mixed key, then by row, with as much room beside them; says how many keys there are.
fn sort(pairs: &mut [(Key, u32)], parts: &mut [(Key, u32)]) -> usize {
    // By their first bits into parts, each part by the next bits into about one place per pair, and there by comparing.
    let first = pairs.len().div_ceil(PART).next_power_of_two().trailing_zeros();
    let (mut begin, mut keys) = (0, 0);
    for end in spread(pairs, parts, 0, first) {
        if let (Some(part), Some(room)) = (parts.get(begin..end), pairs.get_mut(begin..end)) {
            let bits = (usize::BITS - part.len().leading_zeros()).min(PART.trailing_zeros() + 2);
            let mut from = 0;
            for to in spread(part, room, first, bits) {
                match room.get_mut(from..to) {
                    Some([]) | None => {}
                    Some([_]) => keys += 1,
                    Some(few) => {
                        few.sort_unstable_by_key(|(key, row)| (mixed(*key), *row));
                        keys += few.chunk_by(|a, b| a.0 == b.0).count();
                    }
                }
                from = to;
            }
        }
        begin = end;
    }
    keys
}

/// Puts pairs in the order of some bits of their mixed keys, those behind the first `skip`; says where each value of the bits ends.
fn spread(pairs: &[(Key, u32)], to: &mut [(Key, u32)], skip: u32, bits: u32) -> impl Iterator<Item = usize> + use<> {
    let value = |key: Key| {
        let behind = mixed(key).checked_shl(skip).unwrap_or(0);
        behind.checked_shr(u64::BITS - bits).and_then(|v| usize::try_from(v).ok()).unwrap_or(0)
    };
    // Where the next pair of each value goes: when all are in place, where the value ends.
    let mut next = vec![0u32; (1 << bits) + 1];
    for (key, _) in pairs {
        if let Some(count) = next.get_mut(value(*key) + 1) {
            *count += 1;
        }
    }
    let mut sum = 0u32;
    for start in &mut next {
        sum = sum.saturating_add(*start);
        *start = sum;
    }
    for pair in pairs {
        let Some(at) = next.get_mut(value(pair.0)) else { continue };
        if let Some(slot) = to.get_mut(*at as usize) {
            *slot = *pair;
        }
        *at += 1;
    }
    next.pop();
    next.into_iter().map(|end| end as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(pairs: Vec<(Key, u32)>) -> MultiMap {
        Builder::default().build(0, pairs)
    }

    #[test]
    fn rows_come_back_sorted_and_once() {
        let map = build(vec![(7, 3), (9, 1), (7, 2), (7, 3), (u64::MAX, 5), (0, 0)]);
        assert_eq!(map.get(7), [2, 3]);
        assert_eq!(map.get(9), [1]);
        assert_eq!(map.get(u64::MAX), [5]);
        assert_eq!(map.get(0), [0]);
        assert!(map.get(8).is_empty());
        assert!(build(Vec::new()).get(7).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn a_changed_map_is_the_map_of_what_is_left(
            before in proptest::collection::vec((0u64..6, 0u32..9), 0..30),
            changes in proptest::collection::vec((0u64..6, 0u32..9, proptest::bool::ANY), 0..30),
        ) {
            let mut map = build(before.clone());
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
        // More than are sorted at a time.
        let pairs = (0..5_000u32).map(|row| (if row % 2 == 0 { 42 } else { u64::from(row) << 20 }, row)).collect();
        let map = build(pairs);
        assert!((1..5_000u32).step_by(2).all(|row| map.get(u64::from(row) << 20) == [row]));
        assert_eq!(map.get(42).len(), 2_500);
        assert!(map.get(42).is_sorted());
        assert_eq!(map.get(4_999 << 20), [4_999]);
    }
}
