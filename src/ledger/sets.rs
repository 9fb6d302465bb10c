//! The sets beside the journal, as a record that changes them sees them.

use super::store::Set;
use crate::error::Error;

/// The sets as a fold sees them.
pub(super) trait Sets {
    fn get(&self, set: Set, key: &str) -> Result<Option<String>, Error>;
    fn put(&mut self, set: Set, key: &str, value: Option<String>);
}
