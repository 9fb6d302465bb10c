//! The one public error: what was found, where, what was expected, what to do.

pub use crate::base::is_hidden;
use crate::base::{Place, hides, line_column, suggestion_in};
use serde::{Serialize, Serializer};
use std::fmt;

/// Which kind of error. The text form is stable and stands in every JSON error as `code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorCode {
    /// The input has no bytes, or nothing but blanks.
    EmptyInput,
    /// No reader knows these bytes.
    UnknownFormat,
    /// Bytes that are no text in the encoding.
    Encoding,
    /// XML that is not well-formed or ends too early.
    Xml,
    /// A document type declaration, which is never accepted.
    Doctype,
    /// The document is well-formed but lacks what every statement has.
    Structure,
    /// An amount that cannot be read exactly.
    Amount,
    /// A date that cannot be read.
    Date,
    /// A currency code that is none, or two that contradict each other.
    Currency,
    /// A direction (credit or debit) that is missing or unknown.
    Direction,
    /// A field or tag of MT940 that breaks the grammar.
    Field,
    /// A CSV header that does not fit the profile, or fits none.
    Header,
    /// A CSV row that does not fit its header.
    Row,
    /// A value outside what a column allows.
    Value,
    /// A required value or column is missing.
    Missing,
    /// Two rows with one key.
    Duplicate,
    /// A configuration, profile or mapping file that cannot be used.
    Config,
    /// Larger, deeper or longer than the limits allow.
    Limit,
    /// A file or folder that cannot be read or written.
    Io,
    /// A command line that asks for something that cannot be done.
    Usage,
    /// A statement whose own figures contradict each other or are not all there.
    TieOut,
    /// A result that does not conserve money. A defect of ours: nothing is written.
    Conservation,
    /// A ledger that is damaged, of another version, or says otherwise than what was asked of it.
    Ledger,
    /// The ledger is held by another run.
    Locked,
}

impl ErrorCode {
    /// The stable text form.
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorCode::EmptyInput => "EMPTY_INPUT",
            ErrorCode::UnknownFormat => "UNKNOWN_FORMAT",
            ErrorCode::Encoding => "ENCODING",
            ErrorCode::Xml => "XML",
            ErrorCode::Doctype => "DOCTYPE",
            ErrorCode::Structure => "STRUCTURE",
            ErrorCode::Amount => "AMOUNT",
            ErrorCode::Date => "DATE",
            ErrorCode::Currency => "CURRENCY",
            ErrorCode::Direction => "DIRECTION",
            ErrorCode::Field => "FIELD",
            ErrorCode::Header => "HEADER",
            ErrorCode::Row => "ROW",
            ErrorCode::Value => "VALUE",
            ErrorCode::Missing => "MISSING",
            ErrorCode::Duplicate => "DUPLICATE",
            ErrorCode::Config => "CONFIG",
            ErrorCode::Limit => "LIMIT",
            ErrorCode::Io => "IO",
            ErrorCode::Usage => "USAGE",
            ErrorCode::TieOut => "TIE_OUT",
            ErrorCode::Conservation => "CONSERVATION",
            ErrorCode::Ledger => "LEDGER",
            ErrorCode::Locked => "LOCKED",
        }
    }
}

/// Anything that stopped tieout from reading or deciding something.
///
/// Displays as `file:line:column: path: found, expected …`; the [`Error::hint`] is printed on a line of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    code: ErrorCode,
    place: Place,
    found: String,
    expected: String,
    hint: Option<String>,
}

impl Error {
    /// An error at a place: what was found there, and what was expected instead. Control characters are made visible, so
    /// that hostile input cannot speak to a terminal.
    pub fn new(code: ErrorCode, place: Place, found: impl AsRef<str>, expected: impl Into<String>) -> Self {
        let found = visible(found.as_ref());
        Error(Box::new(Inner { code, place, found, expected: harmless(expected.into()), hint: None }))
    }

    /// A TOML file that cannot be used: the place of the fault, what the parser says, and the nearest known name as advice.
    /// `expected` says what the file should be.
    pub fn of_toml(fault: &toml::de::Error, text: &str, file: &str, expected: &str) -> Self {
        let (line, column) = line_column(text, fault.span().map_or(0, |s| s.start));
        let place = Place::line_column(line, column).in_file(file);
        // The parser's own sentence may say what it expected: once is enough.
        let error = match fault.message().split_once(", expected ") {
            Some((found, known)) => Error::new(ErrorCode::Config, place, found, known),
            None => Error::new(ErrorCode::Config, place, fault.message(), expected),
        };
        match suggestion_in(fault.message()) {
            Some(name) => error.with_hint(format!("did you mean `{name}`?")),
            None => error,
        }
    }

    /// The same error with advice on what to do.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(harmless(hint.into()));
        self
    }

    /// The same error, placed in a named file.
    #[must_use]
    pub fn in_file(mut self, file: &str) -> Self {
        self.0.place.file = Some(file.to_owned());
        self
    }

    /// The same error of a text before which so many lines stand.
    pub(crate) fn moved_down(mut self, lines: u64) -> Self {
        self.0.place.line = self.0.place.line.map(|line| line.saturating_add(lines));
        self
    }

    /// Which kind.
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// Where.
    pub fn place(&self) -> &Place {
        &self.0.place
    }

    /// What was there.
    pub fn found(&self) -> &str {
        &self.0.found
    }

    /// What should have been there.
    pub fn expected(&self) -> &str {
        &self.0.expected
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.place, self.0.found)?;
        if !self.0.expected.is_empty() {
            write!(f, ", expected {}", self.0.expected)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// What stopped tieout from reading or deciding something, as `--json` prints it.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Error"))]
struct Wire<'a> {
    /// Which kind; stable.
    code: &'a str,
    /// Base name of the file.
    file: Option<&'a str>,
    /// Counted from 1.
    line: Option<u64>,
    /// Column in characters or CSV field number, counted from 1.
    column: Option<u64>,
    /// Element path, tag, column name or cell.
    path: Option<&'a str>,
    /// What was there.
    found: &'a str,
    /// What should have been there.
    expected: &'a str,
    /// What to do about it.
    hint: Option<&'a str>,
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Error {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Wire::schema_name()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Wire::json_schema(generator)
    }
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let place = self.place();
        Wire {
            code: self.code().as_str(),
            file: place.file.as_deref(),
            line: place.line,
            column: place.column,
            path: place.path.as_deref(),
            found: self.found(),
            expected: self.expected(),
            hint: self.hint(),
        }
        .serialize(s)
    }
}

/// A sentence of ours that may quote a text from outside: the same as [`visible`], uncut.
pub fn harmless(text: impl Into<String>) -> String {
    let text = text.into();
    if !text.chars().any(hides) {
        return text;
    }
    let one = |c: char| if hides(c) { c.escape_unicode().to_string() } else { c.to_string() };
    text.chars().map(one).collect()
}

/// Text from outside, fit for a message: control, bidirectional and invisible characters as `\u{…}`, at most 200 characters.
pub fn visible(text: &str) -> String {
    visible_within(text, 200)
}

/// The same, cut after so many characters.
pub(crate) fn visible_within(text: &str, limit: usize) -> String {
    let mut out = String::with_capacity(text.len().min(limit + 20));
    for (i, c) in text.chars().enumerate() {
        if i == limit {
            out.push('…');
            break;
        }
        if hides(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reads_as_file_line_column_found_expected() {
        let e = Error::new(
            ErrorCode::Amount,
            Place::line_column(14, 11).at(":61:").in_file("statement.sta"),
            "amount `12\u{1b}[31m`",
            "a comma before the decimals, as in 12,50",
        );
        assert_eq!(
            e.to_string(),
            "statement.sta:14:11: :61:: amount `12\\u{1b}[31m`, expected a comma before the decimals, as in 12,50"
        );
    }
}
