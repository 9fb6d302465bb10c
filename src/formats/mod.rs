//! Floor 3: bytes to statements. One folder per format, each `read` (the record as the bank wrote it) and `map` (to the model).
//!
//! A new format is one folder and one line in [`READERS`].

#[cfg(feature = "archives")]
pub mod archive;
pub mod bai2;
pub mod camt;
pub mod csv;
pub mod mt940;
pub mod ofx;
pub mod payments;
mod pieces;
mod tie_out;
mod written;

pub use tie_out::tie_out;
pub use written::Written;

use crate::base::{Currency, Foreign, Limits, Place, stray_in_iban};
use crate::error::{Error, ErrorCode};
use crate::model::{Balance, Entry, Finding, FindingCode, Format, Passed, Sketch, Statement, TieOut};
use std::collections::HashMap;
use std::io::Read;

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

    /// Whether [`Reader::read_from`] takes a file in pieces, as far as its content allows.
    fn reads_in_pieces(&self) -> bool {
        false
    }

    /// Reads all statements of a file from its first bytes and a source of the rest. Entries may be taken as they come, or
    /// stay in their statements; a format that cannot be read in pieces is read whole.
    ///
    /// # Errors
    /// As [`Reader::read`]; a source that fails.
    fn read_from(
        &self,
        source: &mut dyn Read,
        head: Vec<u8>,
        options: &ReadOptions,
        take: &mut Take<'_>,
    ) -> Result<Statements, Error> {
        let _ = take;
        self.read(&read_rest(source, head, options)?, options)
    }
}

/// What becomes of entries that are not kept.
pub enum Take<'a> {
    /// Each goes to the caller, and a sketch with its words stays.
    Entries(&'a mut dyn FnMut(Entry)),
    /// Figures are all that is wanted: texts need not be read, and sketches have no words.
    Figures,
}

impl Take<'_> {
    /// Hands an entry on and leaves its sketch.
    fn entry(&mut self, entry: Entry, passed: &mut Passed) {
        match self {
            Take::Entries(each) => {
                passed.push_at(&Sketch::of(&entry), || entry.place.clone());
                each(entry);
            }
            Take::Figures => passed.push_at(&Sketch::figures_of(&entry), || entry.place.clone()),
        }
    }
}

/// The readers, asked in this order. OFX comes before camt, which claims any XML, and CSV last, since any text can be CSV.
pub const READERS: &[&dyn Reader] = &[
    &ofx::OfxReader,
    &camt::CamtReader,
    &mt940::Mt940Reader,
    &bai2::Bai2Reader,
    &payments::PaymentsReader,
    &csv::CsvReader,
];

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
    /// Read one file on all threads of the calling rayon pool, where its format allows it (camt). What is read is the same to the
    /// last byte. Not by default: whoever reads many files reads each on a thread of its own.
    pub parallel: bool,
    /// Limits against resource bombs.
    pub limits: Limits,
}

impl ReadOptions {
    /// Options for a named file with defaults otherwise.
    pub fn for_file(file: impl Into<String>) -> Self {
        ReadOptions { file: file.into(), ..ReadOptions::default() }
    }
}

impl ReadOptions {
    /// Whether they ask for something that exists, before any file is opened.
    ///
    /// # Errors
    /// [`ErrorCode::Usage`] for a format or an encoding of no known name.
    pub fn check(&self) -> Result<(), Error> {
        reader_for(&[], self)?;
        let Some(name) = &self.encoding else { return Ok(()) };
        if crate::base::is_encoding(name) || mt940::is_encoding(name) {
            return Ok(());
        }
        let expected = "an encoding by its usual name, as in utf-8, windows-1252, iso-8859-15, cp852";
        let place = Place::default().at("encoding");
        Err(Error::new(ErrorCode::Usage, place, format!("encoding `{name}`"), expected))
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
        check_size(bytes.len() as u64, options)?;
        #[cfg(feature = "archives")]
        if archive::is_archive(bytes) {
            return read_archive(bytes, options);
        }
        let mut read = reader_of(bytes, options)?.read(bytes, options)?;
        read.statements.iter_mut().for_each(prove);
        tell_repeated(&mut read.statements);
        name_findings(&mut read, &options.file);
        Ok(read)
    };
    read().map_err(|e: Error| {
        let e = explained(e, bytes);
        if options.file.is_empty() { e } else { e.in_file(&options.file) }
    })
}

/// An error that says what the file is instead, where that can be told.
fn explained(error: Error, bytes: &[u8]) -> Error {
    let foreign = Foreign::of(bytes);
    if let Some(page @ Foreign::WebPage) = foreign {
        let found = format!("this looks like {}", page.words());
        return Error::new(error.code(), Place::line_column(1, 1), found, "a bank statement").with_hint(page.advice());
    }
    if matches!(error.code(), ErrorCode::UnknownFormat | ErrorCode::Header)
        && let Some(foreign) = foreign
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

/// The one statement file in an archive.
#[cfg(feature = "archives")]
fn read_archive(bytes: &[u8], options: &ReadOptions) -> Result<Statements, Error> {
    let files = archive::unpack(bytes, &options.file, &options.limits)?;
    match files.as_slice() {
        [only] => read_statements(&only.bytes, options),
        several => {
            let found = format!("an archive of {} files", several.len());
            Err(Error::new(ErrorCode::UnknownFormat, Place::line_column(1, 1), found, "one statement file")
                .with_hint("unpack it and give the files in it"))
        }
    }
}

/// Reads every statement of a source and gives its entries to the caller as they come, for files larger than memory should hold.
/// The statements come back tied out, with a sketch of each entry in place of it ([`Statement::passed`]).
///
/// camt, MT940 and CSV are read in pieces of a mebibyte, where one encoding and one reading of dates and amounts hold from the
/// first piece on; other files are read whole before the first entry is given. What an entry contradicts by itself is told at the
/// end of its statement. Entries of a CSV come in the order of the file, which may be the newest first.
///
/// ```
/// let mut mt940 = &b":20:1\r\n:25:DE89370400440532013000\r\n:28C:5/1\r\n:60F:C260424EUR0,\r\n\
///     :61:2604240424C1190,NTRFNONREF\r\n:62F:C260424EUR1190,\r\n-\r\n"[..];
/// let mut sum = 0;
/// let options = tieout::formats::ReadOptions::for_file("day.sta");
/// let read = tieout::formats::read_statements_from(&mut mt940, &options, &mut |e| sum += e.amount.minor().unwrap())?;
/// assert_eq!((sum, read.statements[0].tie_out), (119_000, tieout::model::TieOut::Proven));
/// # Ok::<(), tieout::Error>(())
/// ```
///
/// # Errors
/// As [`read_statements`]; a source that fails is an [`ErrorCode::Io`].
pub fn read_statements_from(
    source: &mut dyn Read,
    options: &ReadOptions,
    each: &mut dyn FnMut(Entry),
) -> Result<Statements, Error> {
    take_from(source, options, &mut Take::Entries(each))
}

/// Reads and proves every statement of a source and keeps nothing but figures: the fastest way to know whether a file of any size
/// ties out. As [`read_statements_from`], but texts need not be read and the sketches have no words.
///
/// # Errors
/// As [`read_statements_from`].
pub fn read_figures_from(source: &mut dyn Read, options: &ReadOptions) -> Result<Statements, Error> {
    take_from(source, options, &mut Take::Figures)
}

/// Whether a file that begins so is read in pieces by [`read_figures_from`] and [`read_statements_from`]; give some ten thousand
/// bytes of it.
pub fn reads_in_pieces(head: &[u8], options: &ReadOptions) -> bool {
    reader_of(head, options).is_ok_and(Reader::reads_in_pieces)
}

fn take_from(source: &mut dyn Read, options: &ReadOptions, take: &mut Take<'_>) -> Result<Statements, Error> {
    let mut read = || {
        let first = HEAD.min(options.limits.piece_bytes.max(512));
        let mut head = Vec::with_capacity(first);
        Read::take(&mut *source, first as u64).read_to_end(&mut head).map_err(|e| unreadable(&e))?;
        if head.len() == first && head.iter().all(u8::is_ascii_whitespace) {
            head = read_rest(source, head, options)?;
        }
        let reader = reader_of(&head, options)?;
        let mut read = reader.read_from(source, head, options, take)?;
        for statement in &mut read.statements {
            prove(statement);
            let Statement { entries, passed, .. } = statement;
            entries.drain(..).for_each(|entry| take.entry(entry, passed));
        }
        tell_repeated(&mut read.statements);
        name_findings(&mut read, &options.file);
        Ok(read)
    };
    read().map_err(|e: Error| if options.file.is_empty() { e } else { e.in_file(&options.file) })
}

/// So many bytes tell the format.
const HEAD: usize = 1 << 16;

fn reader_of(bytes: &[u8], options: &ReadOptions) -> Result<&'static dyn Reader, Error> {
    if bytes.iter().all(|b| b.is_ascii_whitespace()) {
        return Err(Error::new(ErrorCode::EmptyInput, Place::line_column(1, 1), "no content", "a bank statement")
            .with_hint("download the file again; the bank or the transfer delivered nothing"));
    }
    reader_for(bytes, options)?.ok_or_else(|| {
        Error::new(
            ErrorCode::UnknownFormat,
            Place::line_column(1, 1),
            "bytes of no known format",
            "camt.052/053/054 XML, MT940/MT942 text, BAI2, OFX, or a CSV with the header of a known profile",
        )
        .with_hint("for a bank's own CSV write a profile and give it with --profile FILE")
    })
}

/// The whole of a source behind its first bytes.
fn read_rest(source: &mut dyn Read, head: Vec<u8>, options: &ReadOptions) -> Result<Vec<u8>, Error> {
    let mut bytes = head;
    let room = options.limits.file_bytes.saturating_sub(bytes.len() as u64).saturating_add(1);
    Read::take(source, room).read_to_end(&mut bytes).map_err(|e| unreadable(&e))?;
    check_size(bytes.len() as u64, options)?;
    Ok(bytes)
}

fn check_size(bytes: u64, options: &ReadOptions) -> Result<(), Error> {
    let limit = options.limits.file_bytes;
    if bytes <= limit {
        return Ok(());
    }
    Err(Error::new(ErrorCode::Limit, Place::default(), format!("{bytes} bytes"), format!("at most {limit} bytes")))
}

fn unreadable(error: &std::io::Error) -> Error {
    Error::new(ErrorCode::Io, Place::default(), error.to_string(), "a file that can be read to its end")
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

/// Ties a statement out. One whose account was damaged on the way is nobody's, whatever its figures say.
fn prove(statement: &mut Statement) {
    if let Some(stray) = stray_in_iban(&statement.account) {
        let text = format!(
            "the account `{}` is as long as an IBAN but has a `{stray}`, which none has there",
            statement.account
        );
        statement.findings.push(Finding::new(FindingCode::AccountMissing, statement.place.clone(), text));
        statement.tie_out = TieOut::Broken;
    }
    tie_out(statement);
}

/// A statement that a file holds twice: which of the two counts, the file does not say.
fn tell_repeated(statements: &mut [Statement]) {
    let mut seen: HashMap<_, Vec<usize>> = HashMap::new();
    for at in 0..statements.len() {
        let (before, rest) = statements.split_at_mut(at);
        let Some(s) = rest.first_mut() else { continue };
        let key = (s.account.clone(), s.statement_id.clone(), s.sequence.clone(), s.period);
        let named = s.statement_id.is_some() || s.sequence.is_some();
        let alike = seen.entry(key).or_default();
        let same = |b: &&Statement| {
            let amount = |b: &Option<Balance>| b.as_ref().map(|b| b.amount);
            (b.kind, b.currency, b.page) == (s.kind, s.currency, s.page)
                && (amount(&b.opening), amount(&b.closing)) == (amount(&s.opening), amount(&s.closing))
                && b.movements().eq(s.movements())
        };
        let first = alike.iter().filter_map(|i| before.get(*i)).find(same).filter(|_| named).map(|b| b.place.clone());
        if let Some(first) = first {
            let text = format!("this statement is the same as the one at {first}, which stands in the file before it");
            s.findings.push(Finding::new(FindingCode::StatementRepeated, s.place.clone(), text));
        }
        alike.push(at);
    }
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
