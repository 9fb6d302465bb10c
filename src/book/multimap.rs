//! A compact read-only map from a key to several rows.

use super::keys::Key;
use crate::base::Map;

/// Key to row numbers, built once. Rows of one key are in ascending order.
#[derive(Debug, Clone, Default)]
pub(super) struct MultiMap {
    ranges: Map<Key, (u32, u32)>,
    rows: Vec<u32>,
}

impl MultiMap {
    /// Builds from pairs in any order; equal pairs count once.
    pub fn build(mut pairs: Vec<(Key, u32)>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let mut ranges = Map::with_capacity_and_hasher(pairs.len(), Default::default());
        let mut rows = Vec::with_capacity(pairs.len());
        for chunk in pairs.chunk_by(|a, b| a.0 == b.0) {
            let start = rows.len();
            rows.extend(chunk.iter().map(|(_, row)| *row));
            if let (Some((key, _)), Ok(start), Ok(len)) =
                (chunk.first(), u32::try_from(start), u32::try_from(chunk.len()))
            {
                ranges.insert(*key, (start, len));
            }
        }
        MultiMap { ranges, rows }
    }

    /// The rows of a key.
    pub fn get(&self, key: Key) -> &[u32] {
        let Some((start, len)) = self.ranges.get(&key) else { return &[] };
        let (start, len) = (*start as usize, *len as usize);
        self.rows.get(start..start + len).unwrap_or(&[])
    }
}
