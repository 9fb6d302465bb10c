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
use crate::base::{Currency, Money};
use crate::error::Error;
use crate::model::{Finding, FindingCode, Statement, TieOut};
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
        Ok(whole(guessed, file))
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

/// What was read, behind a finding on how it is encoded.
fn whole(guessed: Option<Finding>, file: read::File) -> Statements {
    let mut statements = map::merge_pages(file.statements);
    if guessed.is_some() {
        break_where_one_is_missing(&mut statements);
    }
    let findings = guessed.into_iter().chain(file.findings).collect();
    Statements { format: file.format, statements, findings }
}

/// A statement that does not go on where the one before it ends may be all that a bank was asked for. In a file that some program
/// saved anew it was lost, or statements were moved.
fn break_where_one_is_missing(statements: &mut [Statement]) {
    let mut before: Option<(String, Currency, Money)> = None;
    for s in statements {
        let goes_on = match (&before, &s.opening) {
            (Some((account, currency, closing)), Some(opening)) => {
                *account != s.account || *currency != s.currency || *closing == opening.amount
            }
            _ => true,
        };
        if let Some((.., closing)) = before.as_ref().filter(|_| !goes_on) {
            let text = format!(
                "the statement before this one closes with {closing}, and the file was saved anew after the bank wrote it: a statement is \
                 missing, or they were moved"
            );
            s.findings.push(Finding::new(FindingCode::StatementGap, s.place.clone(), text));
            s.tie_out = TieOut::Broken;
        }
        before = s.closing.as_ref().map(|c| (s.account.clone(), s.currency, c.amount));
    }
}
