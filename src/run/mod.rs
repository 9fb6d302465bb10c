//! Floor 7: the order of work.
