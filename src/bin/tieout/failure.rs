//! Why a command stops, with its exit code (INTERFACES 4).

use std::path::Path;
use tieout::base::Place;
use tieout::error::{Error, ErrorCode};
use tieout::model::StatementSummary;
use tieout::run::RunError;

/// All is done.
pub const DONE: u8 = 0;
/// Internal or I/O error, nothing written.
pub const INTERNAL: u8 = 1;
/// Usage or configuration.
pub const USAGE: u8 = 2;
/// Some input was rejected or does not tie out.
pub const REJECTED: u8 = 3;
/// Done, but a `--fail-on` condition held.
pub const CONDITION: u8 = 4;

/// All inputs are processed already.
pub const NOTHING_NEW: u8 = 5;
/// The ledger is held by another run.
pub const HELD: u8 = 6;

/// An exit code with what to say.
#[derive(Debug)]
pub struct Failure {
    pub code: u8,
    pub errors: Vec<Error>,
}

impl Failure {
    /// Something with the files of this machine.
    pub fn io(what: impl AsRef<Path>, error: &std::io::Error) -> Self {
        let what = what.as_ref().display().to_string();
        if error.kind() == std::io::ErrorKind::NotFound {
            return Failure::usage(&what, "there is no such file", "a file or folder that exists", "");
        }
        let (code, found) = (INTERNAL, error.to_string());
        Failure { code, errors: vec![Error::new(ErrorCode::Io, Place::file(visible(&what)), found, "")] }
    }

    /// The same with exit 1 whatever the kind: for writing.
    pub fn write(what: impl AsRef<Path>, error: &std::io::Error) -> Self {
        Failure { code: INTERNAL, ..Failure::io(what, error) }
    }

    /// Something with the command line.
    pub fn usage(place: &str, found: impl AsRef<str>, expected: &str, hint: &str) -> Self {
        let error = Error::new(ErrorCode::Usage, Place::file(visible(place)), found, expected);
        let error = if hint.is_empty() { error } else { error.with_hint(hint) };
        Failure { code: USAGE, errors: vec![error] }
    }

    /// Input that nothing can be made of.
    pub fn rejected(errors: Vec<Error>) -> Self {
        Failure { code: REJECTED, errors }
    }

    /// Nobody reads standard output any more: not worth a word.
    pub fn closed_pipe() -> Self {
        Failure { code: DONE, errors: Vec::new() }
    }
}

impl From<Error> for Failure {
    /// From the ledger: held by another, of no use as it is, or a fault of the disk.
    fn from(error: Error) -> Self {
        let code = match error.code() {
            ErrorCode::Locked => HELD,
            ErrorCode::Usage => USAGE,
            _ => INTERNAL,
        };
        Failure { code, errors: vec![error] }
    }
}

/// A mistake in the arguments as one sentence: what the parser says, without its frame, and its tip as the hint.
pub fn of_arguments(error: &clap::Error) -> Error {
    let text = error.render().to_string();
    let mut lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
    let found = lines.next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let mut details: Vec<&str> = Vec::new();
    let (mut hint, mut usage) = (None, "");
    for line in lines {
        match (line.strip_prefix("tip: "), line.strip_prefix("Usage: ")) {
            (Some(tip), _) => hint = Some(tip.to_owned()),
            (_, Some(form)) => usage = form,
            _ if line.starts_with("For more information") => {}
            _ => details.push(line),
        }
    }
    let found = [found.as_str()].into_iter().chain(details).collect::<Vec<_>>().join(" ");
    let expected =
        if usage.is_empty() { "arguments as `tieout --help` shows them".to_owned() } else { usage.to_owned() };
    let error = Error::new(ErrorCode::Usage, Place::file("arguments"), found, expected);
    match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        let code = match &error {
            RunError::Configuration(_) => USAGE,
            RunError::Receivables(_) | RunError::NoStatement(_) => REJECTED,
            RunError::AllKnown(_) => NOTHING_NEW,
            RunError::Ledger(e) if e.code() == ErrorCode::Locked => HELD,
            _ => INTERNAL,
        };
        Failure { code, errors: error.errors().to_vec() }
    }
}

/// Names come from outside too.
fn visible(text: &str) -> String {
    tieout::error::visible(text)
}

/// Why a statement does not tie out, as an error; `None` where it owes no proof or has it.
pub fn open_statement(statement: &StatementSummary) -> Option<Error> {
    let finding = statement.open_figure();
    if finding.is_none() && !statement.is_open() {
        return None;
    }
    let place = finding.map_or_else(Place::default, |f| f.place.clone()).in_file(&statement.file);
    Some(does_not_tie_out(place, finding.map_or("its figures contradict each other", |f| &f.text)))
}

/// The error of a statement that does not tie out.
pub fn does_not_tie_out(place: Place, text: &str) -> Error {
    let hint = "nothing of a statement that does not tie out is applied; ask the bank for the file again";
    Error::new(ErrorCode::TieOut, place, text, "").with_hint(hint)
}
