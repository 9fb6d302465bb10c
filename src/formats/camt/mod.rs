//! camt.053, .052 and .054, versions 02 to 14.

use super::{ReadOptions, Reader, Statements};
use crate::base::Place;
use crate::error::{Error, ErrorCode};

/// The camt reader.
pub struct CamtReader;

impl Reader for CamtReader {
    fn name(&self) -> &'static str {
        "camt"
    }
    fn recognises(&self, _bytes: &[u8], _options: &ReadOptions) -> bool {
        false
    }
    fn read(&self, _bytes: &[u8], _options: &ReadOptions) -> Result<Statements, Error> {
        Err(Error::new(ErrorCode::Xml, Place::default(), "not yet", ""))
    }
}
