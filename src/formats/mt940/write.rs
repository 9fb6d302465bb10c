//! stub
use crate::formats::Written;
use crate::model::Statement;

/// Writes statements.
pub fn write(_statements: &[Statement]) -> Written {
    Written::default()
}
