//! BAI2 cash management reports (US and Canada): bytes in, one statement per account and day out.
//!
//! `lines` cuts the file into logical records (continuations 88 put to what they continue), `read` takes the records apart,
//! `map` gives the model. What each type code means is data in `types.tsv`.

mod lines;
mod map;
mod read;
mod types;

#[cfg(test)]
mod tests;

use super::{ReadOptions, Reader, Statements};
use crate::base::{Place, decode_text, line_column};
use crate::error::{Error, ErrorCode};
use crate::model::Format;

/// The BAI2 reader.
pub struct Bai2Reader;

impl Reader for Bai2Reader {
    fn name(&self) -> &'static str {
        "BAI2"
    }

    /// A file header record on the first line, and a group header or a continuation on the next.
    fn recognises(&self, bytes: &[u8], _options: &ReadOptions) -> bool {
        let head = bytes.get(..2048).unwrap_or(bytes);
        let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
        let mut lines = head.split(|b| matches!(b, b'\n' | b'\r')).map(<[u8]>::trim_ascii).filter(|l| !l.is_empty());
        let first = lines.next().unwrap_or_default();
        let second = lines.next().unwrap_or_default();
        first.starts_with(b"01,")
            && first.iter().filter(|b| **b == b',').count() >= 5
            && [b"02,", b"88,", b"99,"].iter().any(|code| second.starts_with(*code))
    }

    fn read(&self, bytes: &[u8], options: &ReadOptions) -> Result<Statements, Error> {
        let decoded = decode_text(bytes, &["windows-1252"]).map_err(|e| {
            let before = String::from_utf8_lossy(bytes.get(..e.offset()).unwrap_or_default()).into_owned();
            let (line, column) = line_column(&before, before.len());
            Error::new(ErrorCode::Encoding, Place::line_column(line, column), e.to_string(), "text of BAI2")
        })?;
        let file = read::read(&decoded.text, options)?;
        let (statements, findings) = map::statements(file, options)?;
        Ok(Statements { format: Format::Bai2, statements, findings })
    }
}
