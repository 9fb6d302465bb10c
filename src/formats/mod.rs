//! Floor 3: bytes to statements. One folder per format, each `read` (the record as the bank wrote it) and `map` (to the model).
//!
//! A new format is one folder and one line in [`READERS`].

pub mod camt;
pub mod csv;
pub mod mt940;
mod tie_out;
mod written;

pub use tie_out::tie_out;
pub use written::Written;

use crate::base::{Currency, Foreign, Limits, Place};
use crate::error::{Error, ErrorCode};
use crate::model::{Finding, Format, Statement};

/// Reads one family of formats.
pub trait Reader: Sync {
    /// Name of the family for messages: `camt`, `MT940`, `CSV`.
    fn name(&self) -> &'static str;

    /// Whether the bytes look like this family. Decided from the bytes alone, never from a file name.
    fn recognises(&self, bytes: &[u8], options: &ReadOptions) -> bool;

    /// Reads all statements of a file.
    ///
    /// # Errors
    /// The first thing that keeps the file from being read exactly, with its place. A figure that does not tie out is no
    /// error: the statement is read whole and a finding says so.
    fn read(&self, bytes: &[u8], options: &ReadOptions) -> Result<Statements, Error>;
}

/// The readers, asked in this order. CSV comes last, since any text can be CSV.
pub const READERS: &[&dyn Reader] = &[&camt::CamtReader, &mt940::Mt940Reader, &csv::CsvReader];

/// How to read a file.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// Base name of the file, for places and messages.
    pub file: String,
    /// The CSV profile to use instead of the detected one.
    pub profile: Option<csv::Profile>,
    /// Currency of a CSV that names none.
    pub currency: Option<Currency>,
    /// Limits against resource bombs.
    pub limits: Limits,
}

impl ReadOptions {
    /// Options for a named file with defaults otherwise.
    pub fn for_file(file: impl Into<String>) -> Self {
        ReadOptions { file: file.into(), ..ReadOptions::default() }
    }
}

/// What a file held.
#[derive(Debug, Clone, PartialEq)]
pub struct Statements {
    /// Format of the file.
    pub format: Format,
    /// Its statements in file order, pages merged, each with its tie-out.
    pub statements: Vec<Statement>,
    /// Findings on the file as a whole.
    pub findings: Vec<Finding>,
}

/// Reads every statement of a file: finds the format from the bytes, reads, and ties out.
///
/// ```
/// let mt940 = b":20:1\r\n:25:DE89370400440532013000\r\n:28C:5/1\r\n:60F:C260424EUR0,\r\n\
///     :61:2604240424C1190,NTRFNONREF\r\n:86:166?20SVWZ+RE-2026-00731?32Muster GmbH\r\n:62F:C260424EUR1190,\r\n-\r\n";
/// let read = tieout::read_statements(mt940, &tieout::formats::ReadOptions::for_file("day.sta"))?;
/// assert_eq!(read.statements[0].tie_out, tieout::model::TieOut::Proven);
/// # Ok::<(), tieout::Error>(())
/// ```
///
/// # Errors
/// With the place in the file, what was found and what was expected, when the bytes are empty, of no known format, or hold
/// something that cannot be read exactly.
pub fn read_statements(bytes: &[u8], options: &ReadOptions) -> Result<Statements, Error> {
    let read = || {
        if bytes.iter().all(|b| b.is_ascii_whitespace()) {
            return Err(Error::new(ErrorCode::EmptyInput, Place::line_column(1, 1), "no content", "a bank statement")
                .with_hint("download the file again; the bank or the transfer delivered nothing"));
        }
        if bytes.len() as u64 > options.limits.file_bytes {
            let found = format!("{} bytes", bytes.len());
            let expected = format!("at most {} bytes", options.limits.file_bytes);
            return Err(Error::new(ErrorCode::Limit, Place::default(), found, expected));
        }
        let reader = READERS.iter().find(|r| r.recognises(bytes, options)).ok_or_else(|| {
            Error::new(
                ErrorCode::UnknownFormat,
                Place::line_column(1, 1),
                "bytes of no known format",
                "camt.052/053/054 XML, MT940/MT942 text, or a CSV with the header of a known profile",
            )
            .with_hint("for a bank's own CSV write a profile and give it with --profile FILE")
        })?;
        let mut read = reader.read(bytes, options)?;
        for statement in &mut read.statements {
            tie_out(statement);
        }
        Ok(read)
    };
    read().map_err(|e: Error| {
        let e = explained(e, bytes);
        if options.file.is_empty() { e } else { e.in_file(&options.file) }
    })
}

/// An error that says what the file is instead, where that can be told.
fn explained(error: Error, bytes: &[u8]) -> Error {
    if matches!(error.code(), ErrorCode::UnknownFormat | ErrorCode::Header)
        && let Some(foreign) = Foreign::of(bytes)
    {
        let found = format!("this looks like {}", foreign.words());
        return Error::new(error.code(), Place::line_column(1, 1), found, "a bank statement")
            .with_hint(foreign.advice());
    }
    let end = bytes.trim_ascii_end();
    if error.code() == ErrorCode::Xml && error.hint().is_none() && !end.ends_with(b">") {
        return error.with_hint("the file ends in the middle: it was cut off; download it again");
    }
    error
}
