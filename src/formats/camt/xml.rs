//! A pull cursor over XML text: events in, element by element out, with the place of each. No tree is built.
//!
//! What `quick-xml` leaves to its caller is done here: refusing document types and unknown entities, limits, ends that are
//! missing, text outside elements, and putting text together that comes in pieces (it splits at every entity and comment).

use crate::base::{AmountStyle, CreditDebit, Currency, Limits, Money, Place, parse_iso_date, parse_scaled};
use crate::error::{Error, ErrorCode, visible};
use crate::model::is_no_reference;
use chrono::NaiveDate;
use quick_xml::Reader;
use quick_xml::events::{Event as Raw, attributes::Attributes};
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

struct Frame<'a> {
    name: &'a str,
    /// Number among its like, 0 where it is not shown.
    ordinal: u32,
}

/// The cursor.
pub(super) struct Xml<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    limits: Limits,
    stack: Vec<Frame<'a>>,
    pending_end: bool,
    /// Offset of the current event.
    at: usize,
    /// What stands between `<` and `>` of the last element opened.
    tag: &'a str,
    /// How much of `tag` is its name.
    name_len: usize,
    line: u64,
    column: u64,
    line_at: usize,
    statements: u32,
    entries: u32,
    balances: u32,
    detail_groups: u32,
    details: u32,
}

impl<'a> Xml<'a> {
    /// A cursor at the beginning of a text.
    pub fn new(text: &'a str, limits: Limits) -> Self {
        Xml {
            text,
            reader: Reader::from_str(text),
            limits,
            stack: Vec::with_capacity(16),
            pending_end: false,
            at: 0,
            tag: "",
            name_len: 0,
            line: 1,
            column: 1,
            line_at: 0,
            statements: 0,
            entries: 0,
            balances: 0,
            detail_groups: 0,
            details: 0,
        }
    }

    /// Number of open elements.
    pub fn depth(&self) -> usize {
        self.stack.len()
    }

    /// Where the cursor stands: line, column, and the path of open elements from the statement on.
    pub fn place(&mut self) -> Place {
        let (line, column) = self.line_column_of(self.at);
        let from = self.stack.iter().position(|f| is_statement(f.name)).unwrap_or(0);
        let mut path = String::new();
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
                path.push_str(&frame.ordinal.to_string());
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
            let before = self.position();
            let event = self.reader.read_event();
            let after = self.position();
            self.at = before;
            match event {
                Ok(Raw::Start(e)) => {
                    let name = e.name().0.len();
                    return self.open(before + 1, after.saturating_sub(1), name, false);
                }
                Ok(Raw::Empty(e)) => {
                    let name = e.name().0.len();
                    return self.open(before + 1, after.saturating_sub(2), name, true);
                }
                Ok(Raw::End(_)) => {
                    self.stack.pop();
                    return Ok(Event::End);
                }
                Ok(Raw::Text(_)) => return Ok(Event::Text(self.text.get(before..after).unwrap_or_default())),
                Ok(Raw::CData(_)) => {
                    return Ok(Event::Text(self.text.get(before + 9..after.saturating_sub(3)).unwrap_or_default()));
                }
                Ok(Raw::GeneralRef(_)) => {
                    let name = self.text.get(before + 1..after.saturating_sub(1)).unwrap_or_default();
                    return match resolve(name) {
                        Some(c) => Ok(Event::Char(c)),
                        None => Err(self
                            .error(
                                ErrorCode::Xml,
                                format!("entity `&{name};`"),
                                "one of the five of XML, or a character reference",
                            )
                            .with_hint("entities of a document type are never read; ask the sender for plain text")),
                    };
                }
                Ok(Raw::Decl(_)) if !self.stack.is_empty() => {
                    return Err(self.error(
                        ErrorCode::Xml,
                        "an XML declaration inside an element",
                        "it at the beginning only",
                    ));
                }
                Ok(Raw::Comment(_) | Raw::PI(_) | Raw::Decl(_)) => {}
                Ok(Raw::DocType(_)) => return Err(self.doctype()),
                Ok(Raw::Eof) => {
                    self.at = self.text.len();
                    return if self.stack.is_empty() { Ok(Event::Eof) } else { Err(self.truncated()) };
                }
                Err(e) => return Err(self.malformed(&e)),
            }
        }
    }

    /// Calls `f` for every child of the element just opened, up to its end. What `f` does not read is skipped.
    pub fn children(&mut self, mut f: impl FnMut(&mut Self, &'a str) -> Result<(), Error>) -> Result<(), Error> {
        loop {
            match self.next()? {
                Event::Start(name) => {
                    let depth = self.stack.len();
                    f(self, name)?;
                    if self.stack.len() >= depth {
                        self.skip(depth)?;
                    }
                }
                Event::End => return Ok(()),
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

    /// The text of the element in one line; nothing if it is empty.
    pub fn string(&mut self) -> Result<Option<String>, Error> {
        let text = self.text()?;
        if text.is_empty() {
            return Ok(None);
        }
        Ok(Some(if text.bytes().any(|b| matches!(b, b'\n' | b'\r' | b'\t')) {
            text.split(['\n', '\r', '\t']).map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join(" ")
        } else {
            text.into_owned()
        }))
    }

    /// The text of the element, its lines trimmed and kept apart.
    pub fn lines(&mut self) -> Result<Option<String>, Error> {
        let text = self.text()?;
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
        Ok((!lines.is_empty()).then(|| lines.join("\n")))
    }

    /// A reference; `NOTPROVIDED` and the like are nothing.
    pub fn reference(&mut self) -> Result<Option<String>, Error> {
        Ok(self.string()?.filter(|t| !is_no_reference(t)))
    }

    /// An account, blanks removed.
    pub fn account(&mut self) -> Result<Option<String>, Error> {
        let text = self.text()?;
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        Ok(Some(compact).filter(|a| !is_no_reference(a)))
    }

    /// An amount without sign, with its currency from the attribute `Ccy`.
    pub fn money(&mut self) -> Result<Money, Error> {
        let currency = self.attribute("Ccy");
        let name = self.tag_name();
        let (units, scale) = self.scaled()?;
        let Some(code) = currency else {
            let found = format!("`{name}` without `Ccy`");
            return Err(self.error(ErrorCode::Currency, found, "a currency code of three letters").with_element(name));
        };
        let currency = Currency::parse(code.trim())
            .map_err(|e| self.error(ErrorCode::Currency, e.to_string(), "a code as EUR").with_element(name))?;
        Money::from_scaled(units, scale, currency)
            .map_err(|e| self.error(ErrorCode::Amount, e.to_string(), "at most 18 digits").with_element(name))
    }

    /// A figure without sign and currency: units and number of decimals.
    pub fn scaled(&mut self) -> Result<(i128, u8), Error> {
        const EXPECTED: &str = "digits with a point before the decimals, as in 1190.00";
        let name = self.tag_name();
        let text = self.text()?;
        let mut fail =
            |what: &str| self.error(ErrorCode::Amount, format!("amount `{text}` {what}"), EXPECTED).with_element(name);
        if text.bytes().any(|b| !b.is_ascii_digit() && !matches!(b, b'.' | b'+' | b'-')) || text.ends_with(['+', '-']) {
            return Err(fail("has a character that does not belong there"));
        }
        let (mut units, mut scale) = match parse_scaled(&text, AmountStyle::PLAIN) {
            Ok(read) => read,
            Err(e) => return Err(fail(&e.to_string())),
        };
        if units < 0 {
            let e = fail("is negative");
            return Err(e.with_hint("camt amounts have no sign; the direction stands in CdtDbtInd"));
        }
        while scale > 5 && units % 10 == 0 {
            units /= 10;
            scale -= 1;
        }
        if scale > 5 {
            return Err(fail("has more than 5 decimals"));
        }
        Ok((units, scale))
    }

    /// A date, or the date of a date with time.
    pub fn date(&mut self) -> Result<Option<NaiveDate>, Error> {
        let name = self.tag_name();
        let text = self.text()?;
        if text.is_empty() {
            return Ok(None);
        }
        match parse_iso_date(&text) {
            Some(date) => Ok(Some(date)),
            None => Err(self.error(ErrorCode::Date, format!("date `{text}`"), "YYYY-MM-DD").with_element(name)),
        }
    }

    /// The date in `Dt` or `DtTm` below the element just opened, or in its own text (camt before version 12 has both).
    pub fn date_choice(&mut self) -> Result<Option<NaiveDate>, Error> {
        let name = self.tag_name();
        let mut date = None;
        let mut own = String::new();
        loop {
            match self.next()? {
                Event::Start("Dt" | "DtTm") => date = self.date()?.or(date),
                Event::Start(_) => self.skip(self.stack.len())?,
                Event::Text(t) => own.push_str(t),
                Event::Char(c) => own.push(c),
                Event::End => break,
                Event::Eof => return Err(self.truncated()),
            }
        }
        let own = own.trim();
        if date.is_none() && !own.is_empty() {
            date = parse_iso_date(own);
            if date.is_none() {
                return Err(self.error(ErrorCode::Date, format!("date `{own}`"), "YYYY-MM-DD").with_element(name));
            }
        }
        Ok(date)
    }

    /// `CRDT` or `DBIT`; nothing if the element is empty.
    pub fn direction(&mut self) -> Result<Option<CreditDebit>, Error> {
        let name = self.tag_name();
        let text = self.text()?;
        match &*text {
            "CRDT" => Ok(Some(CreditDebit::Credit)),
            "DBIT" => Ok(Some(CreditDebit::Debit)),
            "" => Ok(None),
            _ => {
                Err(self.error(ErrorCode::Direction, format!("direction `{text}`"), "CRDT or DBIT").with_element(name))
            }
        }
    }

    /// `true`, `false`, `1` or `0`; nothing if the element is empty.
    pub fn boolean(&mut self) -> Result<Option<bool>, Error> {
        let name = self.tag_name();
        let text = self.text()?;
        match &*text {
            "true" | "1" => Ok(Some(true)),
            "false" | "0" => Ok(Some(false)),
            "" => Ok(None),
            _ => Err(self.error(ErrorCode::Value, format!("`{text}`"), "true or false").with_element(name)),
        }
    }

    /// A count; nothing if the element is empty.
    pub fn count(&mut self) -> Result<Option<u64>, Error> {
        let name = self.tag_name();
        let text = self.text()?;
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse() {
            Ok(n) if text.bytes().all(|b| b.is_ascii_digit()) => Ok(Some(n)),
            _ => Err(self.error(ErrorCode::Value, format!("count `{text}`"), "a whole number").with_element(name)),
        }
    }

    /// An attribute of the element just opened, by local name, as written.
    pub fn attribute(&self, local: &str) -> Option<&'a str> {
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
    fn tag_name(&self) -> &'a str {
        self.tag.get(..self.name_len).unwrap_or(self.tag)
    }

    fn open(&mut self, from: usize, to: usize, name_len: usize, empty: bool) -> Result<Event<'a>, Error> {
        self.tag = self.text.get(from..to).unwrap_or_default();
        self.name_len = name_len;
        let whole = self.tag_name();
        let name = whole.split_once(':').map_or(whole, |(_, local)| local);
        let ordinal = self.ordinal(name);
        self.stack.push(Frame { name, ordinal });
        if self.stack.len() > self.limits.xml_depth {
            let expected = format!("at most {} levels", self.limits.xml_depth);
            return Err(self.error(ErrorCode::Limit, "elements nested deeper", expected));
        }
        if whole.len() < self.tag.len() {
            let mut count = 0;
            // One attribute has no double; looking for doubles costs memory each time.
            let rest = self.tag.get(whole.len()..).unwrap_or_default().as_bytes();
            let several = memchr::memchr_iter(b'=', rest).nth(1).is_some();
            let mut attributes = Attributes::new(self.tag, whole.len());
            for attribute in attributes.with_checks(several) {
                if let Err(e) = attribute {
                    return Err(self.error(
                        ErrorCode::Xml,
                        format!("an attribute that is no XML ({e})"),
                        "name=\"value\"",
                    ));
                }
                count += 1;
                if count > self.limits.xml_attributes {
                    let expected = format!("at most {} attributes", self.limits.xml_attributes);
                    return Err(self.error(ErrorCode::Limit, "more attributes on one element", expected));
                }
            }
        }
        self.pending_end = empty;
        Ok(Event::Start(name))
    }

    fn ordinal(&mut self, name: &str) -> u32 {
        let counter = match name {
            "Ntry" => {
                self.detail_groups = 0;
                self.details = 0;
                &mut self.entries
            }
            "NtryDtls" => {
                self.details = 0;
                &mut self.detail_groups
            }
            "TxDtls" => &mut self.details,
            "Bal" => &mut self.balances,
            _ if is_statement(name) => {
                self.entries = 0;
                self.balances = 0;
                &mut self.statements
            }
            _ => return 0,
        };
        *counter = counter.saturating_add(1);
        *counter
    }

    fn position(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }

    /// Lines and characters are counted onwards from the last place asked for, since places come in file order.
    fn line_column_of(&mut self, at: usize) -> (u64, u64) {
        if at < self.line_at {
            (self.line, self.column, self.line_at) = (1, 1, 0);
        }
        let between = self.text.as_bytes().get(self.line_at..at).unwrap_or_default();
        let ends = memchr::memchr_iter(b'\n', between).count() as u64;
        let last = match memchr::memrchr(b'\n', between) {
            Some(end) => {
                self.column = 1;
                between.get(end + 1..).unwrap_or_default()
            }
            None => between,
        };
        self.line += ends;
        self.column += last.iter().filter(|b| (**b & 0xC0) != 0x80).count() as u64;
        self.line_at = at;
        (self.line, self.column)
    }

    fn truncated(&mut self) -> Error {
        let open = self.stack.last().map(|f| f.name).unwrap_or_default();
        self.error(ErrorCode::Xml, "the end of the file", format!("`</{}>`", visible(open)))
            .with_hint("the file is cut off; download it again")
    }

    fn doctype(&mut self) -> Error {
        self.error(ErrorCode::Doctype, "a document type declaration", "none in a bank statement")
            .with_hint("document types can name other files and blow up the text, so they are never read; ask the sender for the statement without it")
    }

    fn malformed(&mut self, error: &quick_xml::Error) -> Error {
        self.at = usize::try_from(self.reader.error_position()).unwrap_or(self.at);
        let rest = self.text.get(self.at..).unwrap_or_default().as_bytes();
        if rest.get(..9).is_some_and(|head| head.eq_ignore_ascii_case(b"<!DOCTYPE")) {
            return self.doctype();
        }
        self.error(ErrorCode::Xml, format!("no well-formed XML ({error})"), "well-formed XML")
    }
}

/// `Stmt`, `Rpt`, `Ntfctn`.
pub(super) fn is_statement(name: &str) -> bool {
    matches!(name, "Stmt" | "Rpt" | "Ntfctn")
}

fn resolve(name: &str) -> Option<char> {
    let code = match name {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        _ => name.strip_prefix('#')?,
    };
    let value = match code.strip_prefix('x') {
        Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16).ok()?,
        None if code.bytes().all(|b| b.is_ascii_digit()) => code.parse().ok()?,
        _ => return None,
    };
    // XML 1.0, production 2: no control characters but tab and line ends, no surrogates, no U+FFFE, U+FFFF.
    char::from_u32(value)
        .filter(|c| matches!(c, '\t' | '\n' | '\r') || (*c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}')))
}

/// Puts the name of the element that was just read at the end of the place: the cursor has left it already.
trait WithElement {
    fn with_element(self, name: &str) -> Self;
}

impl WithElement for Error {
    fn with_element(self, name: &str) -> Self {
        let local = name.rsplit(':').next().unwrap_or(name);
        let mut place = self.place().clone();
        place.path = Some(match place.path {
            Some(path) => format!("{path}/{local}"),
            None => local.to_owned(),
        });
        let again = Error::new(self.code(), place, self.found(), self.expected());
        match self.hint() {
            Some(hint) => again.with_hint(hint),
            None => again,
        }
    }
}
