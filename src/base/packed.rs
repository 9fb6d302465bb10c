//! Records kept small: in go records, out come the same records in the same order. A run of a million payments holds its
//! records this way between its stages, since only one block at a time is being looked at.

use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;

/// What can be packed: a type that writes every part of it in a binary form, and so comes back equal. A field that is left out
/// when it is empty must be written where the form is not made for people (`is_human_readable`). Builds
/// with debug assertions, and so all tests, compare each block with what went in.
pub trait Record: Serialize + DeserializeOwned + PartialEq + Clone + Send + Sync {}

impl Record for String {}
impl Record for u32 {}

/// Records in blocks, each written in binary form (postcard) and compressed (LZ4).
///
/// ```
/// use tieout::base::Packed;
/// let names: Vec<String> = (0..1000).map(|n| format!("name {n}")).collect();
/// let packed = Packed::of(&names);
/// assert_eq!((packed.len(), packed.iter().collect::<Vec<_>>()), (1000, names));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Packed<T> {
    blocks: Vec<Block<T>>,
    len: usize,
}

#[derive(Debug, Clone, PartialEq)]
enum Block<T> {
    Small(Box<[u8]>),
    Plain(Vec<T>),
}

impl<T> Default for Packed<T> {
    fn default() -> Self {
        Packed { blocks: Vec::new(), len: 0 }
    }
}

impl<T> Packed<T> {
    /// Records in one block; only the last may have less. More share more of their words, and take longer to look into.
    pub const BLOCK: usize = 256;

    /// How many records.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<T: Record> Packed<T> {
    /// Packs records, on the calling rayon pool.
    pub fn of(records: &[T]) -> Self {
        let blocks = records.par_chunks(Self::BLOCK).map(Block::of).collect();
        Packed { blocks, len: records.len() }
    }

    /// Puts all records of another behind these. Cheap where these end with a full block.
    pub fn append(&mut self, other: Packed<T>) {
        if self.len.is_multiple_of(Self::BLOCK) {
            self.blocks.extend(other.blocks);
            self.len += other.len;
            return;
        }
        let mut tail = self.blocks.pop().map(Block::into_records).unwrap_or_default();
        self.len -= tail.len();
        tail.extend(other.iter());
        self.blocks.extend(tail.chunks(Self::BLOCK).map(Block::of));
        self.len += tail.len();
    }

    /// Lets `change` look at the records of each block, counted from 0, and packs those anew where it says that it changed some.
    /// On the calling rayon pool.
    pub fn change(&mut self, change: impl Fn(usize, &mut [T]) -> bool + Sync) {
        self.blocks.par_iter_mut().enumerate().for_each(|(n, block)| {
            let mut records = block.records();
            if change(n, &mut records) {
                *block = Block::of(&records);
            }
        });
    }

    /// All records in order, unpacked block by block.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.blocks.iter().flat_map(Block::records)
    }
}

impl<T: Record> FromIterator<Packed<T>> for Packed<T> {
    fn from_iter<I: IntoIterator<Item = Packed<T>>>(parts: I) -> Self {
        let mut all = Packed::default();
        parts.into_iter().for_each(|part| all.append(part));
        all
    }
}

/// Packs records as they come.
#[derive(Debug)]
pub struct Packer<T> {
    full: Packed<T>,
    open: Vec<T>,
}

impl<T> Default for Packer<T> {
    fn default() -> Self {
        Packer { full: Packed::default(), open: Vec::new() }
    }
}

impl<T: Record> Packer<T> {
    /// So many are packed at once, on all cores.
    const AT_ONCE: usize = 8 * Packed::<T>::BLOCK;

    /// Takes the next record.
    pub fn push(&mut self, record: T) {
        self.open.push(record);
        if self.open.len() == Self::AT_ONCE {
            self.full.append(Packed::of(&self.open));
            self.open.clear();
        }
    }

    /// All of them.
    pub fn finish(mut self) -> Packed<T> {
        self.full.append(Packed::of(&self.open));
        self.full
    }
}

/// Records to be read in order, however they are held.
#[derive(Debug)]
pub enum Records<'a, T> {
    /// As they are.
    Slice(&'a [T]),
    /// Packed.
    Packed(&'a Packed<T>),
}

impl<T> Clone for Records<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Records<'_, T> {}

impl<'a, T> From<&'a [T]> for Records<'a, T> {
    fn from(records: &'a [T]) -> Self {
        Records::Slice(records)
    }
}

impl<'a, T> From<&'a Vec<T>> for Records<'a, T> {
    fn from(records: &'a Vec<T>) -> Self {
        Records::Slice(records)
    }
}

impl<'a, T> From<&'a Packed<T>> for Records<'a, T> {
    fn from(records: &'a Packed<T>) -> Self {
        Records::Packed(records)
    }
}

impl<'a, T: Record> Records<'a, T> {
    /// How many.
    pub fn len(self) -> usize {
        match self {
            Records::Slice(records) => records.len(),
            Records::Packed(records) => records.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The records of one block of [`Packed::BLOCK`], counted from 0; none beyond the last.
    pub fn block(self, nth: usize) -> Cow<'a, [T]> {
        match self {
            Records::Slice(records) => Cow::Borrowed(records.chunks(Packed::<T>::BLOCK).nth(nth).unwrap_or_default()),
            Records::Packed(records) => Cow::Owned(records.blocks.get(nth).map(Block::records).unwrap_or_default()),
        }
    }

    /// How many blocks.
    pub fn blocks(self) -> usize {
        self.len().div_ceil(Packed::<T>::BLOCK)
    }
}

impl<T: Record> Block<T> {
    fn of(records: &[T]) -> Self {
        let Ok(bytes) = postcard::to_allocvec(records) else { return Block::Plain(records.to_vec()) };
        let small = Block::Small(lz4_flex::compress_prepend_size(&bytes).into_boxed_slice());
        debug_assert!(small.records() == records, "a record that leaves parts of it out");
        small
    }

    fn into_records(self) -> Vec<T> {
        match self {
            Block::Plain(records) => records,
            Block::Small(_) => self.records(),
        }
    }

    fn records(&self) -> Vec<T> {
        match self {
            Block::Plain(records) => records.clone(),
            Block::Small(bytes) => lz4_flex::decompress_size_prepended(bytes)
                .ok()
                .and_then(|bytes| postcard::from_bytes(&bytes).ok())
                .unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn every_block_but_the_last_is_full_however_they_were_put_together() {
        let numbers: Vec<u32> = (0..1000).collect();
        for cut in [0, 1, 255, 256, 300, 512, 999, 1000] {
            let mut packer = Packer::default();
            numbers[..cut].iter().for_each(|n| packer.push(*n));
            assert_eq!(packer.finish(), Packed::of(&numbers[..cut]));
            let packed: Packed<u32> = [&numbers[..cut], &numbers[cut..]].map(Packed::of).into_iter().collect();
            let records = Records::from(&packed);
            assert_eq!((records.len(), records.blocks()), (1000, 4));
            assert_eq!(records.block(0).len(), 256);
            assert_eq!((0..4).flat_map(|n| records.block(n).into_owned()).collect::<Vec<_>>(), numbers);
            let plain = Records::from(&numbers);
            assert!((0..4).all(|n| records.block(n) == plain.block(n)));
        }
        let mut packed = Packed::of(&numbers);
        packed.change(|n, block| {
            block.iter_mut().for_each(|number| *number += 1);
            n == 2
        });
        let added = |n: &u32| if (512..768).contains(n) { n + 1 } else { *n };
        assert_eq!(packed, Packed::of(&numbers.iter().map(added).collect::<Vec<_>>()));
        assert!(Records::from(&Packed::of(&numbers)).block(4).is_empty() && Packed::<u32>::of(&[]).is_empty());
    }
}
