//! Floor 6: files out.
