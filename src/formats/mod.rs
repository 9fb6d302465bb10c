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

use crate::base::{Currency, Limits, Place};
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
    /// The reader to use instead of the one that recognises the bytes, by its [`Reader::name`] in small letters: `mt940`.
    pub format: Option<String>,
    /// The code page of MT940 and CSV that are no UTF-8, instead of the one that explains the bytes best: `cp852`.
    pub encoding: Option<String>,
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
        let reader = reader_for(bytes, options)?.ok_or_else(|| {
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
        name_findings(&mut read, &options.file);
        Ok(read)
    };
    read().map_err(|e: Error| if options.file.is_empty() { e } else { e.in_file(&options.file) })
}

/// The reader that was asked for, else the first that recognises the bytes.
fn reader_for(bytes: &[u8], options: &ReadOptions) -> Result<Option<&'static dyn Reader>, Error> {
    let Some(wanted) = &options.format else {
        return Ok(READERS.iter().find(|r| r.recognises(bytes, options)).copied());
    };
    let unknown = || {
        let names: Vec<String> = READERS.iter().map(|r| r.name().to_lowercase()).collect();
        let place = Place::default().at("format");
        Error::new(ErrorCode::Usage, place, format!("format `{wanted}`"), names.join(", "))
    };
    READERS.iter().find(|r| r.name().eq_ignore_ascii_case(wanted)).copied().map(Some).ok_or_else(unknown)
}

/// Over several files a finding must name its own.
fn name_findings(read: &mut Statements, file: &str) {
    if file.is_empty() {
        return;
    }
    let of_statements = read.statements.iter_mut().flat_map(|s| &mut s.findings);
    for finding in read.findings.iter_mut().chain(of_statements) {
        finding.place.file.get_or_insert_with(|| file.to_owned());
    }
}
