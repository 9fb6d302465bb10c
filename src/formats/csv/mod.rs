//! Banks' CSV exports, by profile.

use super::{ReadOptions, Reader, Statements};
use crate::base::Place;
use crate::error::{Error, ErrorCode};

/// The CSV reader.
pub struct CsvReader;

/// A bank's CSV layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its id.
    pub id: String,
}

impl Profile {
    /// Reads a profile from TOML.
    ///
    /// # Errors
    /// With the line of the key that is wrong.
    pub fn from_toml(_text: &str, _file: &str) -> Result<Self, Error> {
        Err(Error::new(ErrorCode::Config, Place::default(), "not yet", ""))
    }

    /// The built-in profile of an id.
    pub fn builtin(_id: &str) -> Option<Self> {
        None
    }
}

impl Reader for CsvReader {
    fn name(&self) -> &'static str {
        "CSV"
    }
    fn recognises(&self, _bytes: &[u8], _options: &ReadOptions) -> bool {
        false
    }
    fn read(&self, _bytes: &[u8], _options: &ReadOptions) -> Result<Statements, Error> {
        Err(Error::new(ErrorCode::Header, Place::default(), "not yet", ""))
    }
}
