//! camt.053, .052 and .054, versions 02 to 14 (and 01, which nearly nobody sends): XML bytes in, statements out.
//!
//! Elements are known by local name, so that one reader serves all versions and every prefix.

mod decode;
mod entries;
mod lexical;
mod map;
mod paused;
mod read;
mod read_entry;
mod record;
mod stream;
mod values;
mod write;
mod write_entry;
mod write_parts;
mod write_remittance;
mod write_xml;
mod xml;

#[cfg(test)]
mod tests;

pub use write::write;

use super::{ReadOptions, Reader, Statements, Take};
use crate::error::Error;
use std::io::Read;

/// The camt reader.
pub struct CamtReader;

impl Reader for CamtReader {
    fn name(&self) -> &'static str {
        "camt"
    }

    /// Any XML is claimed: no other reader reads it, and this one can say what the document is instead of a statement.
    fn recognises(&self, bytes: &[u8], _options: &ReadOptions) -> bool {
        let head = decode::head(bytes);
        head.strip_prefix('<')
            .and_then(|rest| rest.chars().next())
            .is_some_and(|c| matches!(c, '?' | '!' | '_') || c.is_ascii_alphabetic())
    }

    fn read(&self, bytes: &[u8], options: &ReadOptions) -> Result<Statements, Error> {
        let (text, guessed) = decode::decode(bytes)?;
        let file = read::read(text.trim_start_matches('\u{feff}').trim_ascii_start(), options)?;
        let mut findings: Vec<_> = guessed.into_iter().collect();
        findings.extend(file.findings);
        Ok(Statements { format: file.format, statements: map::merge_pages(file.statements), findings })
    }

    fn reads_in_pieces(&self) -> bool {
        true
    }

    fn read_from(
        &self,
        source: &mut dyn Read,
        head: Vec<u8>,
        options: &ReadOptions,
        take: &mut Take<'_>,
    ) -> Result<Statements, Error> {
        stream::read(source, head, options, take)
    }
}
