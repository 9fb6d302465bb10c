//! XML events in, statements out: the envelope, the message, its statements. Entries are mapped one by one as they end.

use super::super::{ReadOptions, Take};
use super::entries::{Entries, Fate, How};
use super::lexical::is_statement;
use super::map::{Notes, map_statement};
use super::paused::Paused;
use super::read_entry::code_choice;
use super::record::{RawBalance, RawHeader, RawStatement, RawTotal, RawTotals};
use super::xml::{Event, Xml};
use crate::base::{Limits, Place, line_column};
use crate::error::{Error, ErrorCode};
use crate::model::{CopyMark, Finding, FindingCode, Format, Page, Statement, StatementKind};

/// What a file held, before pages are merged.
pub(super) struct File {
    pub format: Format,
    pub statements: Vec<Statement>,
    pub findings: Vec<Finding>,
}

/// Reads all documents of a text.
pub(super) fn read(text: &str, options: &ReadOptions) -> Result<File, Error> {
    let (text, damage) = sound(text, (1, 1), 0);
    let start = Paused::default();
    let mut x = Xml::resume(text, damage.is_none(), &start, options.limits);
    let mut documents = Documents::new(options, None);
    loop {
        match documents.step(&mut x) {
            Ok(true) => {}
            Ok(false) => return documents.finish(&mut x),
            Err(e) => return Err(damage.filter(|_| x.is_starved()).unwrap_or(e)),
        }
    }
}

/// The documents of a file while it is read. Envelopes, messages and statements stay open over many steps; what stands inside a
/// statement is read whole in one.
pub(super) struct Documents<'s, 't> {
    limits: Limits,
    /// Whether several threads read.
    parallel: bool,
    /// Takes the entries; without one they stay in their statements.
    take: Option<&'s mut Take<'t>>,
    /// The elements that are open around a message, each with the version it declares or inherits.
    envelopes: Vec<Version>,
    message: Option<Message>,
    statement: Option<Box<Open>>,
    format: Option<Format>,
    statements: Vec<Statement>,
    findings: Vec<Finding>,
    /// Name of the root element that is open, and how many messages it held so far.
    root: String,
    messages: usize,
    /// Roots before it.
    roots: usize,
}

struct Message {
    kind: StatementKind,
    format: Format,
    dialect: String,
    header: RawHeader,
    /// Statements that stood before it in the file.
    first: usize,
}

/// A statement that is being read.
struct Open {
    raw: RawStatement,
    entries: Entries,
    /// So many entries are read before several threads read ahead.
    alone: u32,
}

impl<'s, 't> Documents<'s, 't> {
    /// No document yet. Entries are taken, if somebody does.
    pub(super) fn new(options: &ReadOptions, take: Option<&'s mut Take<'t>>) -> Self {
        Documents {
            limits: options.limits,
            parallel: options.parallel && rayon::current_num_threads() > 1,
            take,
            envelopes: Vec::new(),
            message: None,
            statement: None,
            format: None,
            statements: Vec::new(),
            findings: Vec::new(),
            root: String::new(),
            messages: 0,
            roots: 0,
        }
    }

    /// One step: a tag of an envelope, message or statement, or a whole child of a statement. `false` at the end of the file. A
    /// step that fails for want of text may be done again from its beginning.
    pub(super) fn step(&mut self, x: &mut Xml<'_>) -> Result<bool, Error> {
        let Some(message) = &mut self.message else { return self.outside(x) };
        let Some(open) = &mut self.statement else {
            match x.next_child()? {
                None => self.end_of_message(),
                Some("GrpHdr") => {
                    let depth = x.depth();
                    group_header(x, &mut message.header)?;
                    x.skip(depth)?;
                }
                Some(name) if is_statement(name) => {
                    self.statement = Some(Box::new(Open {
                        raw: RawStatement { place: x.place(), ..RawStatement::default() },
                        entries: Entries::new(Notes::new(self.limits.findings, message.kind)),
                        alone: 0,
                    }));
                }
                Some(_) => x.skip(x.depth())?,
            }
            return Ok(true);
        };
        let Some(name) = x.next_child()? else { return self.end_of_statement().map(|()| true) };
        let depth = x.depth();
        if name == "Ntry" {
            let fate = Fate::of(self.take.as_deref());
            let how = How { fate, day: open.raw.day(&message.header), limits: self.limits };
            open.entries.read(x, &how)?;
            match (self.parallel, open.alone) {
                (true, 0) => open.alone = open.entries.read_ahead(x, &how),
                _ => open.alone = open.alone.saturating_sub(1),
            }
            if let Some(Take::Entries(each)) = self.take.as_deref_mut() {
                open.entries.here.drain(..).for_each(each);
            }
        } else {
            statement_child(x, name, &mut open.raw)?;
            x.skip(depth)?;
        }
        Ok(true)
    }

    /// What the file held, after its last step.
    pub(super) fn finish(self, x: &mut Xml<'_>) -> Result<File, Error> {
        match self.format {
            Some(_) if self.statements.is_empty() => {
                let expected = "at least one Stmt, Rpt or Ntfctn, as the schema asks for";
                Err(x
                    .error(ErrorCode::Structure, "a camt document without any statement", expected)
                    .with_hint("the file may be damaged; download it again"))
            }
            Some(format) => Ok(File { format, statements: self.statements, findings: self.findings }),
            None => Err(x.error(ErrorCode::Xml, "no element", "a camt document")),
        }
    }

    /// Looks for messages, whatever envelopes are around them.
    fn outside(&mut self, x: &mut Xml<'_>) -> Result<bool, Error> {
        match x.next()? {
            Event::Start(name) => {
                let version = match self.envelopes.last() {
                    Some(around) => around.inner(x),
                    None => {
                        (self.root, self.messages) = (name.to_owned(), 0);
                        Version::default().inner(x)
                    }
                };
                match message_kind(name) {
                    Some((kind, format, child_version)) => {
                        self.begin_message(x, name, kind, format, child_version, &version);
                        // It closes with its message.
                        self.messages += 1;
                    }
                    None => self.envelopes.push(version),
                }
            }
            Event::End => {
                self.envelopes.pop();
                self.end_of_envelope(x)?;
            }
            // Headers of envelopes hold text that is nobody's business here.
            Event::Text(_) | Event::Char(_) if !self.envelopes.is_empty() => {}
            Event::Text(t) if t.trim_matches('\u{feff}').trim().is_empty() => {}
            Event::Text(t) => {
                let found = format!("text `{}` outside the document", t.trim());
                return Err(x.error(ErrorCode::Xml, found, "nothing after the closing tag"));
            }
            Event::Char(_) => return Err(x.error(ErrorCode::Xml, "text outside the document", "elements")),
            Event::Eof => return Ok(false),
        }
        Ok(true)
    }

    fn end_of_envelope(&mut self, x: &mut Xml<'_>) -> Result<(), Error> {
        if !self.envelopes.is_empty() {
            return Ok(());
        }
        if self.messages == 0 {
            let root = std::mem::take(&mut self.root);
            return Err(no_statement(x, &root, self.roots));
        }
        self.roots += 1;
        Ok(())
    }

    fn begin_message(
        &mut self,
        x: &mut Xml<'_>,
        name: &str,
        kind: StatementKind,
        format: Format,
        child_version: &str,
        version: &Version,
    ) {
        let place = x.place();
        let expected = dialect_prefix(format);
        let dialect = match &version.name {
            Some(name) if name.starts_with(expected) => name.clone(),
            _ if child_version == "V01" => format!("{expected}.001.01"),
            _ => expected.to_owned(),
        };
        let says = match &version.name {
            None => Some("names no namespace".to_owned()),
            Some(other) if !other.starts_with(expected) => Some(format!("has the namespace of `{other}`")),
            Some(_) if !version.usual => Some("has a namespace that is not the usual one".to_owned()),
            Some(_) => None,
        };
        if let Some(says) = says {
            let text = format!("the document {says}; it was read as {expected} by its element `{name}`");
            self.findings.push(Finding::new(FindingCode::Namespace, place.clone(), text));
        }
        if child_version == "V01" || dialect.ends_with(".001.01") {
            let text = format!(
                "{dialect} is the first version, which nearly no bank sends; it was read by the rules of the later ones"
            );
            self.findings.push(Finding::new(FindingCode::Dialect, place, text));
        }
        // One file may hold several messages; the first says what it is.
        self.format.get_or_insert(format);
        let first = self.statements.len();
        self.message = Some(Message { kind, format, dialect, header: RawHeader::default(), first });
    }

    fn end_of_message(&mut self) {
        let Some(message) = self.message.take() else { return };
        // Before version 3 a statement had no page number of its own: then the message's counts, if it holds one statement.
        if let (Some(page), [only]) =
            (message.header.page, self.statements.get_mut(message.first..).unwrap_or_default())
            && only.page.is_none()
        {
            only.page = Some(page);
        }
        if self.envelopes.is_empty() {
            self.roots += 1;
        }
    }

    fn end_of_statement(&mut self) -> Result<(), Error> {
        let (Some(open), Some(m)) = (self.statement.take(), &self.message) else { return Ok(()) };
        let Open { raw, entries: Entries { here, passed, mut contradictions, notes }, .. } = *open;
        let mut statement = map_statement(raw, (here, passed), notes, m.kind, m.format, &m.dialect, &m.header)?;
        contradictions.truncate(self.limits.findings);
        statement.findings.extend(contradictions);
        self.statements.push(statement);
        Ok(())
    }
}

fn group_header(x: &mut Xml<'_>, header: &mut RawHeader) -> Result<(), Error> {
    x.children(|x, name| {
        match name {
            "CreDtTm" => header.created = x.date()?,
            "MsgPgntn" => header.page = page(x)?,
            _ => {}
        }
        Ok(())
    })
}

/// The text up to the first character that XML 1.0 does not allow (production 2), and the error that this one is, to be told when
/// all before it was read. Such characters have no place in a message either. `from` is the line and column of the first
/// character, `offset` what stands before it.
pub(super) fn sound(text: &str, from: (u64, u64), offset: usize) -> (&str, Option<Error>) {
    let is_control = |b: u8| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r');
    // Without a branch per byte, so that the compiler can take many at once; nearly every file has none.
    let chunk = text.as_bytes().chunks(4096).position(|c| c.iter().fold(false, |any, b| any | is_control(*b)));
    let Some(from_chunk) = chunk.map(|c| c * 4096) else { return (text, None) };
    let bad = text.bytes().enumerate().skip(from_chunk).find(|(_, b)| is_control(*b));
    let Some((at, value)) = bad else { return (text, None) };
    let (line, column) = line_column(text, at);
    let place = Place::line_column(from.0 + line - 1, if line == 1 { from.1 + column - 1 } else { column });
    let found = format!("a control character 0x{value:02X} at offset {}", at.saturating_add(offset));
    let error = Error::new(ErrorCode::Xml, place, found, "text without control characters")
        .with_hint("the file was damaged on its way; download it again");
    (text.get(..at).unwrap_or_default(), Some(error))
}

fn no_statement(x: &mut Xml<'_>, root: &str, before: usize) -> Error {
    if before > 0 {
        return x.error(
            ErrorCode::Structure,
            format!("a second root element `{root}` that is no camt document"),
            "one document, or several whole ones after each other",
        );
    }
    let hint = match root {
        "Document" => "payment orders (pain) and other messages are no statements; ask the bank for camt.053",
        _ => "ask the bank for camt.053 statements",
    };
    x.error(
        ErrorCode::Structure,
        format!("XML with the root element `{root}` and no account statement in it"),
        "a Document with BkToCstmrStmt, BkToCstmrAcctRpt or BkToCstmrDbtCdtNtfctn",
    )
    .with_hint(hint)
}

/// The message name of the nearest namespace: `camt.053.001.08`.
#[derive(Debug, Clone, Default)]
struct Version {
    name: Option<String>,
    usual: bool,
}

impl Version {
    /// The namespace that the element just opened declares, else this one.
    fn inner(&self, x: &Xml<'_>) -> Version {
        let mut version = self.clone();
        for (key, value) in x.attributes() {
            if (key == "xmlns" || key.starts_with("xmlns:"))
                && let Some(at) = value.find("camt.05")
                && let Some(name) = value.get(at..)
            {
                let prefix = value.get(..at).unwrap_or_default();
                version = Version {
                    name: Some(name.trim().chars().take(32).collect()),
                    usual: prefix == "urn:iso:std:iso:20022:tech:xsd:",
                };
            }
        }
        version
    }
}

fn message_kind(name: &str) -> Option<(StatementKind, Format, &str)> {
    let of = |prefix: &str| name.strip_prefix(prefix).filter(|v| v.is_empty() || v.starts_with('V'));
    if let Some(v) = of("BkToCstmrStmt") {
        Some((StatementKind::Statement, Format::Camt053, v))
    } else if let Some(v) = of("BkToCstmrAcctRpt") {
        Some((StatementKind::Report, Format::Camt052, v))
    } else {
        of("BkToCstmrDbtCdtNtfctn").map(|v| (StatementKind::Notification, Format::Camt054, v))
    }
}

fn dialect_prefix(format: Format) -> &'static str {
    match format {
        Format::Camt052 => "camt.052",
        Format::Camt054 => "camt.054",
        _ => "camt.053",
    }
}

/// A child of a statement, apart from its entries. Read again from its beginning it gives the same.
fn statement_child(x: &mut Xml<'_>, name: &str, raw: &mut RawStatement) -> Result<(), Error> {
    match name {
        "Id" => x.maybe_once(&mut raw.id, Xml::reference)?,
        "ElctrncSeqNb" => x.maybe_once(&mut raw.electronic_sequence, Xml::string)?,
        "LglSeqNb" => x.maybe_once(&mut raw.legal_sequence, Xml::string)?,
        "CreDtTm" => raw.created = x.date()?,
        "FrToDt" => {
            let (mut from, mut to) = (None, None);
            x.children(|x, name| {
                match name {
                    "FrDtTm" | "FrDt" => x.maybe_once(&mut from, Xml::date)?,
                    "ToDtTm" | "ToDt" => x.maybe_once(&mut to, Xml::date)?,
                    _ => {}
                }
                Ok(())
            })?;
            (raw.from, raw.to) = (from, to);
        }
        "CpyDplctInd" => {
            let text = x.text()?;
            raw.copy = match &*text {
                "COPY" => Some(CopyMark::Copy),
                "DUPL" => Some(CopyMark::Dupl),
                "CODU" => Some(CopyMark::Codu),
                "" => None,
                _ => return Err(x.error(ErrorCode::Value, format!("CpyDplctInd `{text}`"), "COPY, DUPL or CODU")),
            };
        }
        "StmtPgntn" | "RptPgntn" | "NtfctnPgntn" => raw.page = page(x)?,
        "Acct" => account(x, raw)?,
        "Bal" => {
            let balance = balance(x)?;
            raw.balances.push(balance);
        }
        "TxsSummry" => raw.totals = totals(x)?,
        "AddtlStmtInf" | "AddtlRptInf" | "AddtlNtfctnInf" => raw.narrative.extend(x.lines()?),
        _ => {}
    }
    Ok(())
}

fn page(x: &mut Xml<'_>) -> Result<Option<Page>, Error> {
    let (mut number, mut last) = (None, None);
    x.children(|x, name| {
        match name {
            "PgNb" => number = x.count()?,
            "LastPgInd" => last = x.boolean()?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(number.and_then(|n| u32::try_from(n).ok()).map(|number| Page { number, last }))
}

fn account(x: &mut Xml<'_>, raw: &mut RawStatement) -> Result<(), Error> {
    let mut currency = None;
    x.children(|x, name| {
        match name {
            "Id" => raw.account = account_id(x)?.or(raw.account.take()),
            "Prxy" => {
                let proxy = proxy(x)?;
                raw.account = raw.account.take().or(proxy);
            }
            "Ccy" => {
                let text = x.text()?;
                if !text.is_empty() {
                    x.only(currency.is_some())?;
                    let code = crate::base::Currency::parse(&text)
                        .map_err(|e| x.error(ErrorCode::Currency, e.to_string(), "a code as EUR"))?;
                    currency = Some(code);
                }
            }
            "Nm" => raw.account_name = x.string()?,
            "Ownr" => x.children(|x, name| {
                match name {
                    "Nm" => raw.owner = x.string()?,
                    "Pty" => x.children(|x, name| {
                        if name == "Nm" {
                            raw.owner = x.string()?;
                        }
                        Ok(())
                    })?,
                    _ => {}
                }
                Ok(())
            })?,
            "Svcr" => x.children(|x, name| {
                if name == "FinInstnId" {
                    let (bic, name) = super::read_entry::institution(x)?;
                    raw.servicer = bic.or(name);
                }
                Ok(())
            })?,
            _ => {}
        }
        Ok(())
    })?;
    raw.currency = currency.or(raw.currency);
    Ok(())
}

/// `Id` of an account: `IBAN`, `Othr/Id`; version 1 has `BBAN`, `UPIC`, `PrtryAcct/Id`.
pub(super) fn account_id(x: &mut Xml<'_>) -> Result<Option<String>, Error> {
    let (mut iban, mut other) = (None, None);
    x.children(|x, name| {
        match name {
            "IBAN" => x.maybe_once(&mut iban, Xml::account)?,
            "BBAN" | "UPIC" => other = x.account()?,
            "Othr" | "PrtryAcct" => x.children(|x, name| {
                if name == "Id" {
                    other = x.account()?;
                }
                Ok(())
            })?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(iban.or(other))
}

/// `Prxy/Id`: what stands for an account that is not named.
pub(super) fn proxy(x: &mut Xml<'_>) -> Result<Option<String>, Error> {
    let mut id = None;
    x.children(|x, name| {
        if name == "Id" {
            id = x.account()?;
        }
        Ok(())
    })?;
    Ok(id)
}

fn balance(x: &mut Xml<'_>) -> Result<RawBalance, Error> {
    let mut raw = RawBalance { place: x.place(), ..RawBalance::default() };
    x.children(|x, name| {
        match name {
            "Tp" => x.children(|x, name| {
                match name {
                    "CdOrPrtry" => x.maybe_once(&mut raw.code, code_choice)?,
                    "Cd" | "Prtry" => x.maybe_once(&mut raw.code, Xml::string)?,
                    "SubTp" => raw.sub_code = code_choice(x)?,
                    _ => {}
                }
                Ok(())
            })?,
            "Amt" => x.once(&mut raw.amount, Xml::money)?,
            "CdtDbtInd" => x.maybe_once(&mut raw.direction, Xml::direction)?,
            "Dt" => x.maybe_once(&mut raw.date, Xml::date_choice)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(raw)
}

fn totals(x: &mut Xml<'_>) -> Result<RawTotals, Error> {
    let mut totals = RawTotals::default();
    x.children(|x, name| {
        match name {
            "TtlNtries" => {
                let (net, direction) = (&mut totals.net, &mut totals.net_direction);
                total(x, &mut totals.all, |x, name| {
                    match name {
                        "TtlNetNtryAmt" => x.once(net, Xml::scaled)?,
                        "CdtDbtInd" => x.maybe_once(direction, Xml::direction)?,
                        "TtlNetNtry" => x.children(|x, name| {
                            match name {
                                "Amt" => x.once(net, Xml::scaled)?,
                                "CdtDbtInd" => x.maybe_once(direction, Xml::direction)?,
                                _ => {}
                            }
                            Ok(())
                        })?,
                        _ => {}
                    }
                    Ok(())
                })?;
            }
            "TtlCdtNtries" => total(x, &mut totals.credits, |_, _| Ok(()))?,
            "TtlDbtNtries" => total(x, &mut totals.debits, |_, _| Ok(()))?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(totals)
}

fn total(
    x: &mut Xml<'_>,
    into: &mut RawTotal,
    mut more: impl FnMut(&mut Xml<'_>, &str) -> Result<(), Error>,
) -> Result<(), Error> {
    x.children(|x, name| {
        match name {
            "NbOfNtries" => x.maybe_once(&mut into.count, Xml::count)?,
            "Sum" => x.once(&mut into.sum, Xml::scaled)?,
            other => more(x, other)?,
        }
        Ok(())
    })
}
