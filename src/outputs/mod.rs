//! Floor 6: files out.

pub mod parsed;
