//! A pull cursor over XML text: events in, element by element out, with the place of each. No tree is built.
//!
//! The scanner is our own and small: statements need elements, text, the five entities and character references, CDATA, comments
//! and processing instructions. Everything else is refused: document types, other entities, ends that do not fit or are missing,
//! text outside elements.
//!
//! A text may come in pieces, see [`Xml::resume`]: where one ends inside an element, the caller goes back to where that element
//! began ([`Xml::mark`], [`Xml::rewind`]) and reads it again from a longer piece.

use super::lexical::{end_of_tag, is_statement, local_name, only_attribute, push_number, resolve};
use super::paused::{Counts, LineColumn, Paused};
use crate::base::{Limits, Place};
use crate::error::{Error, ErrorCode, visible};
use quick_xml::events::attributes::Attributes;
use std::borrow::Cow;

/// What comes next.
pub(super) enum Event<'a> {
    /// An element opens; its local name.
    Start(&'a str),
    /// The innermost open element closes.
    End,
    /// A piece of text; more may follow.
    Text(&'a str),
    /// A character written as a reference.
    Char(char),
    /// The end of the input.
    Eof,
}

#[derive(Clone, Copy)]
struct Frame<'a> {
    /// The name with its prefix, as the end must repeat it.
    whole: &'a str,
    name: &'a str,
    /// Number among its like, 0 where it is not shown.
    ordinal: u32,
}

/// The cursor.
pub(super) struct Xml<'a> {
    text: &'a str,
    pub(super) limits: Limits,
    stack: Vec<Frame<'a>>,
    pending_end: bool,
    /// Offset of what comes next.
    next: usize,
    /// Offset of the current event.
    at: usize,
    /// What stands between `<` and `>` of the last element opened.
    tag: &'a str,
    /// How much of `tag` is its name.
    name_len: usize,
    /// Line and column of the beginning of the text.
    base: LineColumn,
    known: LineColumn,
    counts: Counts,
    /// Whether the text goes on to the end of the input.
    last: bool,
    starved: bool,
}

/// Where a cursor stood, to go back to.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    next: usize,
    depth: usize,
    pending_end: bool,
    counts: Counts,
    known: LineColumn,
}

impl<'a> Xml<'a> {
    /// A cursor at the beginning of a text.
    pub(super) fn new(text: &'a str, limits: Limits) -> Self {
        Xml {
            text,
            limits,
            stack: Vec::with_capacity(16),
            pending_end: false,
            next: 0,
            at: 0,
            tag: "",
            name_len: 0,
            base: LineColumn::START,
            known: LineColumn::START,
            counts: Counts::default(),
            last: true,
            starved: false,
        }
    }

    /// A cursor at the next piece of a text, which goes on where another one paused.
    pub fn resume(text: &'a str, last: bool, from: &'a Paused, limits: Limits) -> Self {
        let mut x = Xml::new(text, limits);
        let frame = |(whole, ordinal): &'a (String, u32)| Frame { whole, name: local_name(whole), ordinal: *ordinal };
        x.stack.extend(from.open.iter().map(frame));
        (x.pending_end, x.counts, x.last) = (from.pending_end, from.counts, last);
        (x.base, x.known) = (from.place, from.place);
        x
    }

    /// What the next piece needs to go on, and how many bytes of this one were read.
    pub fn pause(&mut self) -> (Paused, usize) {
        let (line, column) = self.line_column_of(self.next);
        let paused = Paused {
            open: self.stack.iter().map(|f| (f.whole.to_owned(), f.ordinal)).collect(),
            pending_end: self.pending_end,
            counts: self.counts,
            place: LineColumn { offset: 0, line, column },
        };
        (paused, self.next)
    }

    /// The text that was not read yet.
    pub fn rest_of_text(&self) -> &'a str {
        self.text.get(self.next..).unwrap_or_default()
    }

    /// Whole name of the innermost open element.
    pub fn open_name(&self) -> &'a str {
        self.stack.last().map_or("", |f| f.whole)
    }

    /// Passes over so many bytes, which another cursor has read and paused behind, with the same elements open.
    pub fn pass(&mut self, bytes: usize, paused: &Paused) {
        self.next += bytes;
        self.at = self.next;
        self.counts = paused.counts;
        self.known = LineColumn { offset: self.next, ..paused.place };
    }

    /// Where the cursor stands between two events.
    pub fn mark(&self) -> Mark {
        Mark {
            next: self.next,
            depth: self.stack.len(),
            pending_end: self.pending_end,
            counts: self.counts,
            known: self.known,
        }
    }

    /// Whether the last error came of the end of a piece that is not the last: there is more to read.
    pub fn is_starved(&self) -> bool {
        self.starved
    }

    /// Goes back to a mark, inside no element that was open then and has closed since.
    pub fn rewind(&mut self, mark: Mark) {
        self.stack.truncate(mark.depth);
        (self.next, self.pending_end, self.starved) = (mark.next, mark.pending_end, false);
        (self.counts, self.known) = (mark.counts, mark.known);
    }

    /// Number of open elements.
    pub fn depth(&self) -> usize {
        self.stack.len()
    }

    /// Where the cursor stands: line, column, and the path of open elements from the statement on.
    pub fn place(&mut self) -> Place {
        let (line, column) = self.line_column_of(self.at);
        let from = self.stack.iter().position(|f| is_statement(f.name)).unwrap_or(0);
        let mut path = String::with_capacity(32);
        for frame in self.stack.iter().skip(from) {
            if !path.is_empty() {
                path.push('/');
            }
            // Names come from outside, and paths go to terminals.
            if frame.name.bytes().all(|b| b.is_ascii_graphic()) {
                path.push_str(frame.name)
            } else {
                path.push_str(&visible(frame.name))
            }
            if frame.ordinal > 0 {
                path.push('[');
                push_number(&mut path, frame.ordinal);
                path.push(']');
            }
        }
        let place = Place::line_column(line, column);
        if path.is_empty() { place } else { place.at(path) }
    }

    /// An error where the cursor stands.
    pub fn error(&mut self, code: ErrorCode, found: impl AsRef<str>, expected: impl Into<String>) -> Error {
        Error::new(code, self.place(), found, expected)
    }

    /// The next event.
    pub fn next(&mut self) -> Result<Event<'a>, Error> {
        if self.pending_end {
            self.pending_end = false;
            self.stack.pop();
            return Ok(Event::End);
        }
        loop {
            self.at = self.next;
            match self.rest() {
                [] if self.stack.is_empty() && self.last => return Ok(Event::Eof),
                [] => return Err(self.truncated()),
                [b'<', b'/', ..] => return self.close(),
                [b'<', b'!', ..] => {
                    if let Some(text) = self.declaration()? {
                        return Ok(Event::Text(text));
                    }
                }
                [b'<', b'?', ..] => self.instruction()?,
                [b'<', ..] => return self.open(),
                [b'&', ..] => return self.character(),
                rest => {
                    let length = memchr::memchr2(b'<', b'&', rest);
                    if length.is_none() && !self.last {
                        return Err(self.truncated());
                    }
                    return Ok(Event::Text(self.take(length.unwrap_or(rest.len()))));
                }
            }
        }
    }

    /// Calls `f` for every child of the element just opened, up to its end. What `f` does not read is skipped.
    pub fn children(&mut self, mut f: impl FnMut(&mut Self, &'a str) -> Result<(), Error>) -> Result<(), Error> {
        while let Some(name) = self.next_child()? {
            let depth = self.stack.len();
            f(self, name)?;
            if self.stack.len() >= depth {
                self.skip(depth)?;
            }
        }
        Ok(())
    }

    /// The next child of the innermost open element; nothing at its end. Text between elements is an error.
    pub fn next_child(&mut self) -> Result<Option<&'a str>, Error> {
        loop {
            // Most of what stands between elements is the end of a line and some blanks.
            if !self.pending_end {
                self.next += self.rest().iter().take_while(|b| b.is_ascii_whitespace()).count();
            }
            match self.next()? {
                Event::Start(name) => return Ok(Some(name)),
                Event::End => return Ok(None),
                Event::Text(t) if t.trim_ascii().is_empty() => {}
                Event::Text(t) => {
                    let found = format!("text `{}` between elements", t.trim());
                    return Err(self.error(ErrorCode::Structure, found, "elements only"));
                }
                Event::Char(_) => {
                    return Err(self.error(ErrorCode::Structure, "text between elements", "elements only"));
                }
                Event::Eof => return Err(self.truncated()),
            }
        }
    }

    /// Reads on until the element at `depth` has closed.
    pub fn skip(&mut self, depth: usize) -> Result<(), Error> {
        while self.stack.len() >= depth {
            if let Event::Eof = self.next()? {
                return Err(self.truncated());
            }
        }
        Ok(())
    }

    /// The text of the element just opened, ends trimmed; empty text may come back.
    pub fn text(&mut self) -> Result<Cow<'a, str>, Error> {
        let (start, name) = (self.at, self.tag_name());
        if let Some(plain) = self.plain_text(name) {
            return Ok(Cow::Borrowed(plain));
        }
        let mut all: Cow<'a, str> = Cow::Borrowed("");
        loop {
            match self.next()? {
                Event::Text(t) if all.is_empty() => all = Cow::Borrowed(t),
                Event::Text(t) => all.to_mut().push_str(t),
                Event::Char(c) => all.to_mut().push(c),
                Event::End => break,
                Event::Start(child) => {
                    let found = format!("element `{child}` inside `{name}`");
                    return Err(self.error(ErrorCode::Structure, found, "text only"));
                }
                Event::Eof => return Err(self.truncated()),
            }
            if all.len() > self.limits.field_bytes {
                let expected = format!("at most {} bytes in one element", self.limits.field_bytes);
                return Err(self.error(ErrorCode::Limit, "a longer text", expected));
            }
        }
        // The place of a value is that of its element, also after its end.
        self.at = start;
        Ok(match all {
            Cow::Borrowed(t) => Cow::Borrowed(t.trim()),
            Cow::Owned(t) if t.trim().len() == t.len() => Cow::Owned(t),
            Cow::Owned(t) => Cow::Owned(t.trim().to_owned()),
        })
    }

    /// The text of a leaf written as `<a>text</a>`, as nearly all are: one step instead of three.
    fn plain_text(&mut self, name: &str) -> Option<&'a str> {
        let rest = self.rest();
        let length = memchr::memchr2(b'<', b'&', rest).filter(|n| *n <= self.limits.field_bytes)?;
        let behind = rest.get(length..)?.strip_prefix(b"</")?.strip_prefix(name.as_bytes())?;
        if self.pending_end || behind.first() != Some(&b'>') {
            return None;
        }
        let text = self.take(length);
        self.next += name.len() + 3;
        self.stack.pop();
        Some(text.trim())
    }

    /// An attribute of the element just opened, by local name, as written.
    pub fn attribute(&self, local: &str) -> Option<&'a str> {
        if let Some((key, value)) = only_attribute(self.tag.get(self.name_len..)?) {
            return (local_name(key) == local).then_some(value);
        }
        self.attributes().find(|(key, _)| key.rsplit(':').next() == Some(local)).map(|(_, value)| value)
    }

    /// The attributes of the element just opened, as written.
    pub fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        // Doubles were looked for when the element was opened.
        let mut attributes = Attributes::new(self.tag, self.tag_name().len());
        attributes.with_checks(false);
        attributes.flatten().filter_map(|a| {
            let value = if let Cow::Borrowed(v) = a.value { v } else { return None };
            Some((a.key.0, value))
        })
    }

    /// The whole name of the element just opened.
    pub(super) fn tag_name(&self) -> &'a str {
        self.tag.get(..self.name_len).unwrap_or(self.tag)
    }

    /// What was not read yet.
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.next..).unwrap_or_default()
    }

    /// The next so many bytes, which are read with it.
    fn take(&mut self, length: usize) -> &'a str {
        let end = self.next + length;
        let taken = self.text.get(self.next..end).unwrap_or_default();
        self.next = end;
        taken
    }

    /// `</name>`.
    fn close(&mut self) -> Result<Event<'a>, Error> {
        let rest = self.rest().get(2..).unwrap_or_default();
        let expected = self.stack.last().map(|f| f.whole);
        if let Some(name) = expected
            && rest.get(name.len()) == Some(&b'>')
            && rest.starts_with(name.as_bytes())
        {
            self.next += name.len() + 3;
            self.stack.pop();
            return Ok(Event::End);
        }
        let Some(end) = memchr::memchr(b'>', rest) else { return Err(self.unfinished("an end tag")) };
        let found = self.text.get(self.next + 2..self.next + 2 + end).unwrap_or_default();
        match expected {
            // A blank may stand behind the name.
            Some(name) if found.trim_ascii_end() == name => {
                self.next += end + 3;
                self.stack.pop();
                Ok(Event::End)
            }
            Some(name) => {
                let expected = format!("`</{}>`", visible(name));
                Err(self.malformed(&format!("the end tag `</{found}>`"), &expected))
            }
            None => Err(self.malformed(&format!("the end tag `</{found}>`"), "no end of what is not open")),
        }
    }

    /// `<name …>`.
    fn open(&mut self) -> Result<Event<'a>, Error> {
        let body = self.rest().get(1..).unwrap_or_default();
        let ends_name = |b: &u8| matches!(b, b'>' | b'/') || b.is_ascii_whitespace();
        let Some(name_len) = body.iter().position(ends_name) else { return Err(self.unfinished("a tag")) };
        let length = match body.get(name_len) {
            Some(b'>') => Some(name_len),
            _ => end_of_tag(body, name_len),
        };
        let Some(length) = length else { return Err(self.unfinished("a tag")) };
        let from = self.next + 1;
        let inside = self.text.get(from..from + length).unwrap_or_default();
        let empty = inside.strip_suffix('/');
        self.tag = empty.unwrap_or(inside);
        self.name_len = name_len;
        let whole = self.tag_name();
        if whole.is_empty() || whole.bytes().any(|b| matches!(b, b'<' | b'&' | b'"' | b'\'' | b'=')) {
            return Err(self.malformed(&format!("the tag `<{inside}>`"), "a name behind `<`"));
        }
        self.next = from + length + 1;
        self.pending_end = empty.is_some();
        let name = local_name(whole);
        let ordinal = self.ordinal(name);
        self.stack.push(Frame { whole, name, ordinal });
        if self.stack.len() > self.limits.xml_depth {
            let expected = format!("at most {} levels", self.limits.xml_depth);
            return Err(self.error(ErrorCode::Limit, "elements nested deeper", expected));
        }
        if name_len < self.tag.len() {
            self.check_attributes()?;
        }
        Ok(Event::Start(name))
    }

    fn check_attributes(&mut self) -> Result<(), Error> {
        let rest = self.tag.get(self.name_len..).unwrap_or_default();
        if self.limits.xml_attributes > 0 && only_attribute(rest).is_some() {
            return Ok(());
        }
        let mut count = 0;
        // One attribute has no double; looking for doubles costs memory each time.
        let several = memchr::memchr_iter(b'=', rest.as_bytes()).nth(1).is_some();
        let mut attributes = Attributes::new(self.tag, self.name_len);
        for attribute in attributes.with_checks(several) {
            if let Err(e) = attribute {
                let found = format!("an attribute that is no XML ({e})");
                return Err(self.error(ErrorCode::Xml, found, "name=\"value\""));
            }
            count += 1;
            if count > self.limits.xml_attributes {
                let expected = format!("at most {} attributes", self.limits.xml_attributes);
                return Err(self.error(ErrorCode::Limit, "more attributes on one element", expected));
            }
        }
        Ok(())
    }

    /// A comment is passed over, a CDATA section is text; a document type is refused.
    fn declaration(&mut self) -> Result<Option<&'a str>, Error> {
        let rest = self.rest();
        if let Some(comment) = rest.strip_prefix(b"<!--") {
            let Some(end) = memchr::memmem::find(comment, b"-->") else { return Err(self.unfinished("a comment")) };
            self.next += end + 7;
            return Ok(None);
        }
        if let Some(section) = rest.strip_prefix(b"<![CDATA[") {
            let end = memchr::memmem::find(section, b"]]>");
            let Some(end) = end else { return Err(self.unfinished("a CDATA section")) };
            self.next += 9;
            let text = self.take(end);
            self.next += 3;
            return Ok(Some(text));
        }
        if rest.get(..9).is_some_and(|head| head.eq_ignore_ascii_case(b"<!DOCTYPE")) {
            let error = self.error(ErrorCode::Doctype, "a document type declaration", "none in a bank statement");
            return Err(error.with_hint("document types can name other files and blow up the text, so they are never read; ask the sender for the statement without it"));
        }
        if rest.len() < 9 && !self.last {
            return Err(self.unfinished("a tag"));
        }
        Err(self.malformed("`<!`", "a comment or a CDATA section behind `<!`"))
    }

    /// `<?…?>`. An XML declaration stands before an element, never inside.
    fn instruction(&mut self) -> Result<(), Error> {
        let rest = self.rest();
        let end = memchr::memmem::find(rest.get(2..).unwrap_or_default(), b"?>");
        let Some(end) = end else { return Err(self.unfinished("a processing instruction")) };
        let behind = rest.strip_prefix(b"<?xml").and_then(<[u8]>::first);
        if behind.is_some_and(|b| b.is_ascii_whitespace() || *b == b'?') && !self.stack.is_empty() {
            return Err(self.error(ErrorCode::Xml, "an XML declaration inside an element", "it at the beginning only"));
        }
        self.next += end + 4;
        Ok(())
    }

    /// `&amp;`, `&#228;`.
    fn character(&mut self) -> Result<Event<'a>, Error> {
        let rest = self.rest().get(1..).unwrap_or_default();
        let length = match memchr::memchr3(b';', b'&', b'<', rest) {
            Some(end) if rest.get(end) == Some(&b';') => end,
            Some(_) => return Err(self.malformed("`&` without `;`", "`&amp;` for the character itself")),
            None => return Err(self.unfinished("an entity")),
        };
        let name = self.text.get(self.next + 1..self.next + 1 + length).unwrap_or_default();
        let Some(c) = resolve(name) else {
            let expected = "one of the five of XML, or a character reference";
            let error = self.error(ErrorCode::Xml, format!("entity `&{name};`"), expected);
            return Err(error.with_hint("entities of a document type are never read; ask the sender for plain text"));
        };
        self.next += length + 2;
        Ok(Event::Char(c))
    }

    fn ordinal(&mut self, name: &str) -> u32 {
        let counts = &mut self.counts;
        let counter = match name {
            "Ntry" => {
                (counts.detail_groups, counts.details) = (0, 0);
                &mut counts.entries
            }
            "NtryDtls" => {
                counts.details = 0;
                &mut counts.detail_groups
            }
            "TxDtls" => &mut counts.details,
            "Bal" => &mut counts.balances,
            _ if is_statement(name) => {
                (counts.entries, counts.balances) = (0, 0);
                &mut counts.statements
            }
            _ => return 0,
        };
        *counter = counter.saturating_add(1);
        *counter
    }

    /// Lines and characters are counted onwards from the last place asked for, since places come in file order.
    fn line_column_of(&mut self, at: usize) -> (u64, u64) {
        if at < self.known.offset {
            self.known = self.base;
        }
        self.known.pass(self.text.as_bytes().get(self.known.offset..at).unwrap_or_default());
        (self.known.line, self.known.column)
    }

    /// The end of the input inside an element.
    pub(super) fn truncated(&mut self) -> Error {
        self.starved = !self.last;
        let open = self.stack.last().map(|f| f.name).unwrap_or_default();
        self.error(ErrorCode::Xml, "the end of the file", format!("`</{}>`", visible(open)))
            .with_hint("the file is cut off; download it again")
    }

    /// The end of the input inside markup.
    fn unfinished(&mut self, what: &str) -> Error {
        self.starved = !self.last;
        self.error(ErrorCode::Xml, format!("the end of the file inside {what}"), "well-formed XML")
            .with_hint("the file is cut off; download it again")
    }

    fn malformed(&mut self, found: &str, expected: &str) -> Error {
        self.error(ErrorCode::Xml, format!("no well-formed XML: {found}"), expected)
    }
}
