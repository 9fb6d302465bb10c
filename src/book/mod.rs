//! Floor 4: open items and customers, read, checked and indexed; immutable during a run.

mod index;

pub use index::OpenItemBook;
