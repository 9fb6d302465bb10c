//! MT940 and MT942.

use super::{ReadOptions, Reader, Statements};
use crate::base::Place;
use crate::error::{Error, ErrorCode};

/// The MT940 reader.
pub struct Mt940Reader;

impl Reader for Mt940Reader {
    fn name(&self) -> &'static str {
        "MT940"
    }
    fn recognises(&self, _bytes: &[u8], _options: &ReadOptions) -> bool {
        false
    }
    fn read(&self, _bytes: &[u8], _options: &ReadOptions) -> Result<Statements, Error> {
        Err(Error::new(ErrorCode::Field, Place::default(), "not yet", ""))
    }
}
