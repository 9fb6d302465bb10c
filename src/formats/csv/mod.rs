//! Banks' CSV exports, by profile. In: bytes and, if the user gives one, a profile. Out: a statement per account and currency.
//!
//! All knowledge of a bank is data (`profiles/*.toml`); the code knows mechanisms only:
//! `detect` (which profile) and `header` (where the table begins), for banks without a profile `table`, `words` and `infer` (what titles
//! and contents say), `rows` (what is money), `cells` (exact values), `map` (row to
//! entry), `chain` (what the running balance proves), `read` (all of it for a file).

mod builtin;
mod cells;
mod chain;
mod control;
mod detect;
mod forms;
mod group;
mod header;
mod infer;
mod infer_rules;
mod inspect;
mod labels;
mod map;
mod plain;
mod profile;
mod read;
mod rows;
mod stream;
mod table;
mod words;
mod write;

pub use detect::Fit;
pub use inspect::{AbsentColumn, ColumnUse, Inspection};
pub use profile::Profile;
pub use write::write;

use super::{ReadOptions, Reader, Statements, Take};
use crate::base::decode_text;
use crate::error::Error;
use std::io::Read;

/// The CSV reader.
pub struct CsvReader;

impl Profile {
    /// The TOML of a built-in profile with its comments, to start one's own from.
    pub fn builtin_text(id: &str) -> Option<&'static str> {
        builtin::text(id)
    }
}

impl Reader for CsvReader {
    fn name(&self) -> &'static str {
        "CSV"
    }

    /// A profile was given, a built-in one fits, or the text is plainly a table (which then gets a helpful error).
    fn recognises(&self, bytes: &[u8], options: &ReadOptions) -> bool {
        // The head is enough, cut at a line so that no character is split.
        let head = bytes.get(..1 << 16).map_or(bytes, |h| h.rsplitn(2, |b| *b == b'\n').last().unwrap_or(h));
        options.profile.is_some() || decode_text(head, &table::PAGES).is_ok_and(|d| detect::looks_like_csv(&d.text))
    }

    fn read(&self, bytes: &[u8], options: &ReadOptions) -> Result<Statements, Error> {
        read::read(bytes, options)
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

#[cfg(test)]
mod plain_tests;
#[cfg(test)]
mod tests;
