//! Floor 4: open items and customers, read, checked and indexed; immutable during a run.

mod index;
pub mod keys;
mod multimap;

pub use index::{CustomerIx, ItemIx, OpenItemBook};
