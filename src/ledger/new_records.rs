//! Records that are to be added, block by block: those of a million payments never stand in memory at once.

use super::bodies::Body;
use std::borrow::Cow;

/// Records to be added, in their order. A slice or a list of bodies is one; that of a run makes them as they are asked for.
pub trait NewRecords: Sync {
    /// How many blocks.
    fn blocks(&self) -> usize;

    /// The records of one block, counted from 0; none beyond the last. The same each time, from any thread.
    fn block(&self, nth: usize) -> Cow<'_, [Body]>;
}

/// Records of a list in one block.
const BLOCK: usize = 256;

impl<T: AsRef<[Body]> + Sync + ?Sized> NewRecords for T {
    fn blocks(&self) -> usize {
        self.as_ref().len().div_ceil(BLOCK)
    }

    fn block(&self, nth: usize) -> Cow<'_, [Body]> {
        Cow::Borrowed(self.as_ref().chunks(BLOCK).nth(nth).unwrap_or_default())
    }
}
