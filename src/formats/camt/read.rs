//! XML events in, statements out: the envelope, the message, its statements. Entries are mapped one by one as they end.

use super::map::{Notes, map_entry, map_statement};
use super::read_entry::{code_choice, entry};
use super::record::{RawBalance, RawHeader, RawStatement, RawTotal};
use super::xml::{Event, Xml, is_statement};
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
pub(super) fn read(text: &str, limits: Limits) -> Result<File, Error> {
    if let Some(error) = control_character(text) {
        return Err(error);
    }
    let mut x = Xml::new(text, limits);
    let mut found = Found { limits, format: None, statements: Vec::new(), findings: Vec::new() };
    let mut roots = 0usize;
    loop {
        match x.next()? {
            Event::Start(root) => {
                let messages = found.messages(&mut x, root, &Version::default())?;
                if messages == 0 {
                    return Err(no_statement(&mut x, root, roots));
                }
                roots += 1;
            }
            Event::Text(t) if t.trim_matches('\u{feff}').trim().is_empty() => {}
            Event::Text(t) => {
                let found = format!("text `{}` outside the document", t.trim());
                return Err(x.error(ErrorCode::Xml, found, "nothing after the closing tag"));
            }
            Event::Char(_) => return Err(x.error(ErrorCode::Xml, "text outside the document", "elements")),
            Event::End => {}
            Event::Eof => break,
        }
    }
    match found.format {
        Some(_) if found.statements.is_empty() => {
            let expected = "at least one Stmt, Rpt or Ntfctn, as the schema asks for";
            Err(x
                .error(ErrorCode::Structure, "a camt document without any statement", expected)
                .with_hint("the file may be damaged; download it again"))
        }
        Some(format) => Ok(File { format, statements: found.statements, findings: found.findings }),
        None => Err(x.error(ErrorCode::Xml, "no element", "a camt document")),
    }
}

/// An error where a character stands that XML 1.0 does not allow (production 2). Its text has no place in a message either.
fn control_character(text: &str) -> Option<Error> {
    let is_control = |b: u8| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r');
    // Without a branch per byte, so that the compiler can take many at once; nearly every file has none.
    let chunk = text.as_bytes().chunks(4096).position(|c| c.iter().fold(false, |any, b| any | is_control(*b)))?;
    let from = chunk * 4096;
    let at = from + text.as_bytes().get(from..)?.iter().position(|b| is_control(*b))?;
    let value = text.as_bytes().get(at).copied().unwrap_or_default();
    let (line, column) = line_column(text, at);
    let found = format!("a control character 0x{value:02X} at offset {at}");
    Some(
        Error::new(ErrorCode::Xml, Place::line_column(line, column), found, "text without control characters")
            .with_hint("the file was damaged on its way; download it again"),
    )
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

struct Found {
    limits: Limits,
    format: Option<Format>,
    statements: Vec<Statement>,
    findings: Vec<Finding>,
}

impl Found {
    /// Looks for messages in the element just opened, whatever envelopes are around them. Gives their number.
    fn messages(&mut self, x: &mut Xml<'_>, name: &str, version: &Version) -> Result<usize, Error> {
        let version = version.inner(x);
        if let Some((kind, format, child_version)) = message_kind(name) {
            self.message(x, name, kind, format, child_version, &version)?;
            return Ok(1);
        }
        let mut count = 0;
        loop {
            match x.next()? {
                Event::Start(child) => count += self.messages(x, child, &version)?,
                Event::End | Event::Eof => return Ok(count),
                // Headers of envelopes hold text that is nobody's business here.
                Event::Text(_) | Event::Char(_) => {}
            }
        }
    }

    fn message(
        &mut self,
        x: &mut Xml<'_>,
        name: &str,
        kind: StatementKind,
        format: Format,
        child_version: &str,
        version: &Version,
    ) -> Result<(), Error> {
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
        let mut header = RawHeader::default();
        let first = self.statements.len();
        let limits = self.limits;
        let statements = &mut self.statements;
        x.children(|x, name| match name {
            "GrpHdr" => x.children(|x, name| {
                match name {
                    "CreDtTm" => header.created = x.date()?,
                    "MsgPgntn" => header.page = page(x)?,
                    _ => {}
                }
                Ok(())
            }),
            _ if is_statement(name) => {
                statements.push(statement(x, kind, format, &dialect, &header, limits)?);
                Ok(())
            }
            _ => Ok(()),
        })?;
        // Before version 3 a statement had no page number of its own: then the message's counts, if it holds one statement.
        if let (Some(page), [only]) = (header.page, self.statements.get_mut(first..).unwrap_or_default())
            && only.page.is_none()
        {
            only.page = Some(page);
        }
        Ok(())
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

fn statement(
    x: &mut Xml<'_>,
    kind: StatementKind,
    format: Format,
    dialect: &str,
    header: &RawHeader,
    limits: Limits,
) -> Result<Statement, Error> {
    let mut raw = RawStatement { place: x.place(), ..RawStatement::default() };
    let mut entries = Vec::new();
    let mut notes = Notes::new(limits.findings, kind);
    x.children(|x, name| {
        match name {
            "Id" => raw.id = x.reference()?,
            "ElctrncSeqNb" => raw.electronic_sequence = x.string()?,
            "LglSeqNb" => raw.legal_sequence = x.string()?,
            "CreDtTm" => raw.created = x.date()?,
            "FrToDt" => x.children(|x, name| {
                match name {
                    "FrDtTm" | "FrDt" => raw.from = x.date()?,
                    "ToDtTm" | "ToDt" => raw.to = x.date()?,
                    _ => {}
                }
                Ok(())
            })?,
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
            "Acct" => account(x, &mut raw)?,
            "Bal" => {
                let balance = balance(x)?;
                raw.balances.push(balance);
            }
            "TxsSummry" => totals(x, &mut raw)?,
            "Ntry" => {
                let entry = entry(x)?;
                entries.push(map_entry(entry, &mut notes)?);
            }
            "AddtlStmtInf" | "AddtlRptInf" | "AddtlNtfctnInf" => raw.narrative.extend(x.lines()?),
            _ => {}
        }
        Ok(())
    })?;
    map_statement(raw, entries, notes, kind, format, dialect, header)
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
                    let currency = crate::base::Currency::parse(&text)
                        .map_err(|e| x.error(ErrorCode::Currency, e.to_string(), "a code as EUR"))?;
                    raw.currency = Some(currency);
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
    })
}

/// `Id` of an account: `IBAN`, `Othr/Id`; version 1 has `BBAN`, `UPIC`, `PrtryAcct/Id`.
pub(super) fn account_id(x: &mut Xml<'_>) -> Result<Option<String>, Error> {
    let (mut iban, mut other) = (None, None);
    x.children(|x, name| {
        match name {
            "IBAN" => iban = x.account()?,
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
                    "CdOrPrtry" => raw.code = code_choice(x)?,
                    "Cd" | "Prtry" => raw.code = x.string()?,
                    "SubTp" => raw.sub_code = code_choice(x)?,
                    _ => {}
                }
                Ok(())
            })?,
            "Amt" => raw.amount = Some(x.money()?),
            "CdtDbtInd" => raw.direction = x.direction()?,
            "Dt" => raw.date = x.date_choice()?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(raw)
}

fn totals(x: &mut Xml<'_>, raw: &mut RawStatement) -> Result<(), Error> {
    let totals = &mut raw.totals;
    x.children(|x, name| {
        match name {
            "TtlNtries" => {
                let (net, direction) = (&mut totals.net, &mut totals.net_direction);
                total(x, &mut totals.all, |x, name| {
                    match name {
                        "TtlNetNtryAmt" => *net = Some(x.scaled()?),
                        "CdtDbtInd" => *direction = x.direction()?,
                        "TtlNetNtry" => x.children(|x, name| {
                            match name {
                                "Amt" => *net = Some(x.scaled()?),
                                "CdtDbtInd" => *direction = x.direction()?,
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
    })
}

fn total(
    x: &mut Xml<'_>,
    into: &mut RawTotal,
    mut more: impl FnMut(&mut Xml<'_>, &str) -> Result<(), Error>,
) -> Result<(), Error> {
    x.children(|x, name| {
        match name {
            "NbOfNtries" => into.count = x.count()?,
            "Sum" => into.sum = Some(x.scaled()?),
            other => more(x, other)?,
        }
        Ok(())
    })
}
