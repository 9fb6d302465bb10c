//! MT940 customer statements and MT942 interim reports; MT941 and MT950 where they use the same fields.
//!
//! Comes in: bytes as a bank, a terminal program or a converter wrote them. Goes out: one [`crate::model::Statement`] per
//! message, pages merged. The way: `encoding` bytes to text, `lines` text to fields, `fields` the grammar of a field,
//! `info86` the dialects of `:86:`, `entry` and `map` to the model, `pages` messages to statements.

mod bic;
mod code_page;
mod encoding;
mod entry;
mod fields;
mod info86;
mod lines;
mod map;
mod notes;
mod pages;
mod stream;
mod write;
mod write_info;
mod write_parts;

pub use write::write;

use super::{ReadOptions, Reader, Statements, Take};
use crate::base::Place;
use crate::error::{Error, ErrorCode};
use crate::model::{Finding, FindingCode, Format, Statement, TieOut};
use std::io::Read;

/// The MT940 reader.
pub struct Mt940Reader;

impl Reader for Mt940Reader {
    fn name(&self) -> &'static str {
        "MT940"
    }

    /// A field line or a SWIFT envelope near the start; text before it is allowed, XML is not.
    fn recognises(&self, bytes: &[u8], _options: &ReadOptions) -> bool {
        let head = bytes.get(..NEAR).unwrap_or(bytes);
        let decoded = encoding::decode(head, None);
        let text = decoded.text.trim_start();
        if text.starts_with('<') {
            return false;
        }
        let Some(first) = lines::split_lines(text).take(200).position(is_ours) else { return false };
        // A cell of a table may hold a line that looks like a field.
        !is_table(lines::split_lines(text).take(first))
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

    fn read(&self, bytes: &[u8], options: &ReadOptions) -> Result<Statements, Error> {
        let page = options.encoding.as_deref().map(page_of).transpose()?.flatten();
        let decoded = encoding::decode(bytes, page);
        let (messages, mut findings) = lines::messages(&decoded.text, options.limits.findings);
        let beheaded = messages.first().is_some_and(|m| m.fields.iter().all(|f| f.tag != lines::Tag::Reference));
        findings.splice(0..0, decoded.findings);
        // The last one may be cut off and is kept, to be told as a statement without balances.
        let last = messages.last().map(|m| m.line);
        let (messages, empty): (Vec<_>, Vec<_>) =
            messages.into_iter().partition(|m| m.says_something() || Some(m.line) == last);
        for message in empty.iter().take(options.limits.findings.saturating_sub(findings.len())) {
            findings.push(left_aside(message));
        }
        if messages.is_empty() {
            return Err(no_statement());
        }
        let mut statements: Vec<Statement> =
            messages.iter().map(|m| map::statement(m, &options.limits)).collect::<Result<_, _>>()?;
        if decoded.fints {
            statements.iter_mut().filter(|s| s.format == Format::Mt942).for_each(leave_out_noted);
        }
        // Later messages may share a `:20:`, the first one can only have lost it.
        if let Some(first) = statements.first_mut().filter(|_| beheaded) {
            behead(first);
        }
        if let Some(last) = statements.last_mut().filter(|_| ends_in_a_tag(&decoded.text)) {
            cut_off(last, lines::split_lines(&decoded.text).count() as u64);
        }
        let format = statements.first().map_or(Format::Mt940, |s| s.format);
        Ok(Statements { format, statements: pages::merge(statements), findings })
    }
}

/// The MT942 of a FinTS answer is its list of noted turnover (HIKAZ, "nicht gebuchte Umsätze"): nothing of it is on the books, and what
/// gets there comes again in the MT940.
fn leave_out_noted(statement: &mut Statement) {
    let count = std::mem::take(&mut statement.entries).len() as u64;
    if count == 0 {
        return;
    }
    statement.totals = Default::default();
    statement.left_out.push(("pending".to_owned(), count));
    let text = format!("noted and not booked yet, as FinTS lists it in an MT942: {count} left out");
    statement.findings.push(Finding::new(FindingCode::LeftOut, statement.place.clone(), text));
}

fn left_aside(message: &lines::Message<'_>) -> Finding {
    let text = "a message with a reference and nothing else was left aside";
    Finding::new(FindingCode::UnknownField, Place::line_column(message.line, 1), text)
}

fn no_statement() -> Error {
    let expected = "fields that begin with a tag, as in `:20:`";
    Error::new(ErrorCode::Structure, Place::line_column(1, 1), "no statement of MT940", expected)
        .with_hint("download the file again; it may be cut off before its first field")
}

fn behead(first: &mut Statement) {
    first.tie_out = TieOut::Broken;
    let text = "no `:20:` before the first statement; the beginning of the file is missing";
    first.findings.insert(0, Finding::new(FindingCode::FieldOrder, first.place.clone(), text));
}

fn cut_off(last: &mut Statement, line: u64) {
    last.tie_out = TieOut::Broken;
    let text = "the file ends inside a tag: it was cut off there, and what followed is missing";
    last.findings.insert(0, Finding::new(FindingCode::FieldOrder, Place::line_column(line, 1), text));
}

/// Whether the text ends inside a tag, as in `:6`: it was cut off there.
fn ends_in_a_tag(text: &str) -> bool {
    let last = text.rsplit(['\n', '\r']).next().unwrap_or("");
    match last.as_bytes() {
        [b':', rest @ ..] if rest.len() <= 3 => {
            let (digits, suffix) = rest.split_at(rest.len().min(2));
            digits.iter().all(u8::is_ascii_digit) && suffix.iter().all(u8::is_ascii_uppercase)
        }
        _ => false,
    }
}

/// The page that a user asks for. UTF-8 is always tried first, so that asking for it forces nothing.
fn page_of(name: &str) -> Result<Option<code_page::CodePage>, Error> {
    if name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("utf8") {
        return Ok(None);
    }
    let unknown = || {
        let expected = format!("utf-8, {}", code_page::CodePage::names());
        Error::new(ErrorCode::Usage, Place::default().at("encoding"), format!("encoding `{name}`"), expected)
    };
    code_page::CodePage::of_name(name).map(Some).ok_or_else(unknown)
}

/// Whether MT940 can be read in an encoding of this name.
pub(super) fn is_encoding(name: &str) -> bool {
    page_of(name).is_ok()
}

/// How far from the start the first field may stand: some files begin with a covering text.
const NEAR: usize = 16 * 1024;

/// Whether lines are rows: two of them with the same number, at least two, of a delimiter.
fn is_table<'t>(mut lines: impl Iterator<Item = &'t str>) -> bool {
    let count = |line: &str, delimiter: u8| line.bytes().filter(|b| *b == delimiter).count();
    let Some(head) = lines.find(|l| !l.trim().is_empty()) else { return false };
    let delimiter = b";\t|,".iter().copied().max_by_key(|d| count(head, *d)).unwrap_or(b';');
    let width = count(head, delimiter);
    // A row that a cell breaks into lines has fewer on its first.
    width >= 2 && lines.next().is_some_and(|second| count(second, delimiter) >= width.div_ceil(2))
}

fn is_ours(line: &str) -> bool {
    let envelope = ["{1:F", "{2:I94", "{2:O94", "{2:I950", "{2:O950", "{4:", ":940:"];
    let tag = lines::tag_pattern(line).map(|(name, _)| name);
    envelope.iter().any(|e| line.starts_with(e))
        || matches!(
            tag,
            Some("20" | "25" | "25P" | "28" | "28C" | "60F" | "60M" | "61" | "62F" | "62M" | "34F" | "13D")
        )
}

#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod tests;
