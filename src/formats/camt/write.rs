//! Statements in, a camt.053.001.08 document out: account, balances, totals. Entries are in [`super::write_entry`].

use super::write_entry::entry;
use super::write_parts::{account_id, check, institution};
use super::write_xml::Out;
use crate::formats::Written;
use crate::formats::written::Lost;
use crate::model::{Balance, BalanceKind, CopyMark, Statement, StatementKind, Totals};
use chrono::NaiveDate;

/// Writes statements as one camt.053 document of version 08 (ISO 20022 `BankToCustomerStatementV08`).
///
/// The document has no clock: its creation date is the day on which the last statement closes. Ids and accounts that are longer
/// than the schema allows are left out, longer texts are cut, and both are named in [`Written::lost`]. An amount is always
/// written with all its digits.
///
/// ```
/// use tieout::formats::{ReadOptions, camt};
///
/// let mt940 = b":20:1\r\n:25:DE89370400440532013000\r\n:28C:5/1\r\n:60F:C260424EUR0,\r\n\
///     :61:2604240424C1190,NTRFNONREF\r\n:86:166?20SVWZ+RE-2026-00731?32Muster & Co\r\n:62F:C260424EUR1190,\r\n-\r\n";
/// let read = tieout::read_statements(mt940, &ReadOptions::for_file("day.sta"))?;
/// let written = camt::write(&read.statements);
/// assert!(String::from_utf8_lossy(&written.bytes).contains("<Nm>Muster &amp; Co</Nm>"));
///
/// let again = tieout::read_statements(&written.bytes, &ReadOptions::for_file("day.xml"))?;
/// assert_eq!(again.statements[0].entries[0].amount, read.statements[0].entries[0].amount);
/// assert_eq!(again.statements[0].tie_out, tieout::model::TieOut::Proven);
/// # Ok::<(), tieout::Error>(())
/// ```
pub fn write(statements: &[Statement]) -> Written {
    let mut lost = Lost::new("camt.053");
    let mut out = Out::new();
    let created = statements.iter().filter_map(day).max();
    out.within_ns("Document", Some("urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"), |out| {
        out.within("BkToCstmrStmt", |out| {
            out.within("GrpHdr", |out| {
                let id = statements.first().and_then(|s| s.statement_id.as_deref());
                let id: Option<String> = id.map(|id| id.chars().filter(|c| *c > ' ').take(35).collect());
                let id = id.filter(|i| i.chars().all(|c| c.is_ascii_graphic()) && !i.is_empty());
                out.leaf("MsgId", Some(id.as_deref().unwrap_or("NOTPROVIDED")));
                out.leaf("CreDtTm", created.map(|d| format!("{d}T00:00:00")));
            });
            for (number, s) in statements.iter().enumerate() {
                statement(out, s, number, &mut lost);
            }
        });
    });
    Written { bytes: out.finish(), lost: lost.finish() }
}

/// The day of a statement; also of an entry without any date when it is read again.
fn day(s: &Statement) -> Option<NaiveDate> {
    s.closing_date()
        .or_else(|| s.balances.iter().filter_map(|b| b.date).max())
        .or_else(|| s.entries.iter().filter_map(|e| e.value_date).max())
}

fn statement(out: &mut Out, s: &Statement, number: usize, lost: &mut Lost) {
    lost.of_statement(s, number);
    match s.kind {
        StatementKind::Statement => {}
        StatementKind::Report => lost.tell("a report during the day was written as a statement"),
        StatementKind::Notification => lost.tell("a notification was written as a statement"),
    }
    let created = day(s);
    if created.is_none() {
        lost.tell("the statement names no day, which camt.053 requires");
    }
    out.within("Stmt", |out| {
        let id = lost.id("the statement id", s.statement_id.as_deref(), 35);
        out.leaf("Id", Some(id.as_deref().unwrap_or("NOTPROVIDED")));
        if let Some(page) = s.page {
            out.within("StmtPgntn", |out| {
                out.leaf("PgNb", Some(page.number.to_string()));
                // The schema wants it. A reader that is not told takes a first page for a whole statement.
                out.leaf("LastPgInd", Some(if page.last.unwrap_or(true) { "true" } else { "false" }));
            });
        }
        let is_number = |t: &&str| (1..=18).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
        let sequence = s.sequence.as_deref().filter(is_number);
        if sequence.is_none() {
            lost.no_field("the statement number that is no number", s.sequence.as_deref());
        }
        out.leaf("ElctrncSeqNb", sequence);
        out.leaf("CreDtTm", created.map(|d| format!("{d}T00:00:00")));
        if let Some((from, to)) = s.period {
            out.within("FrToDt", |out| {
                out.leaf("FrDtTm", Some(format!("{from}T00:00:00")));
                out.leaf("ToDtTm", Some(format!("{to}T23:59:59")));
            });
        }
        out.leaf(
            "CpyDplctInd",
            s.copy.map(|c| match c {
                CopyMark::Copy => "COPY",
                CopyMark::Dupl => "DUPL",
                CopyMark::Codu => "CODU",
            }),
        );
        account(out, s, lost);
        balances(out, s, lost);
        totals(out, s);
        for (i, e) in s.entries.iter().enumerate() {
            lost.at(&e.place, number, Some(i));
            entry(out, e, s.closing.as_ref().and_then(|b| b.date), lost);
        }
        lost.at(&s.place, number, None);
        out.leaf("AddtlStmtInf", lost.lines("the statement's text", s.narrative.as_deref(), 500));
    });
}

fn account(out: &mut Out, s: &Statement, lost: &mut Lost) {
    out.within("Acct", |out| {
        let account = lost.account("our account", Some(&s.account), 34);
        account_id(out, Some(account.as_deref().unwrap_or("NOTPROVIDED")));
        out.leaf("Ccy", Some(s.currency.code()).filter(|_| !s.currency.is_none()));
        out.optional("Ownr", |out| out.leaf("Nm", lost.text("our name", s.owner.as_deref(), 140)));
        out.optional("Svcr", |out| institution(out, "our bank", s.servicer.as_deref(), lost));
    });
}

/// All balances, such that a reader finds the same one opening and the same one closing.
fn balances(out: &mut Out, s: &Statement, lost: &mut Lost) {
    if s.opening.is_none() && s.closing.is_none() && s.balances.is_empty() {
        lost.tell("the statement has no balances, which camt.053 requires");
    }
    if let Some(opening) = &s.opening {
        let (code, interim) = match opening.kind {
            BalanceKind::PreviouslyClosed => ("PRCD", false),
            kind => ("OPBD", kind == BalanceKind::Interim),
        };
        balance(out, code, interim, opening, lost);
    }
    let (mut opening_seen, mut closing_seen) = (false, false);
    for b in &s.balances {
        let same = |of: &Option<Balance>| {
            of.as_ref().is_some_and(|o| (o.kind, o.amount, o.date) == (b.kind, b.amount, b.date))
        };
        if !opening_seen && same(&s.opening) && !matches!(b.kind, BalanceKind::ClosingBooked) {
            opening_seen = true;
            continue;
        }
        if !closing_seen && same(&s.closing) {
            closing_seen = true;
            continue;
        }
        let code = match b.kind {
            BalanceKind::OpeningBooked if !opens_before(b, s) => "OPBD",
            BalanceKind::PreviouslyClosed if !opens_before(b, s) => "PRCD",
            BalanceKind::ClosingBooked if !closes_after(b, s) => "CLBD",
            BalanceKind::OpeningBooked | BalanceKind::PreviouslyClosed | BalanceKind::ClosingBooked => {
                lost.tell(format!("the further balance {} was written as an interim one", b.amount));
                "ITBD"
            }
            BalanceKind::Interim => "ITBD",
            BalanceKind::Available => "CLAV",
            BalanceKind::ForwardAvailable => "FWAV",
            BalanceKind::Other => "INFO",
        };
        balance(out, code, false, b, lost);
    }
    if let Some(closing) = &s.closing {
        balance(out, "CLBD", closing.kind == BalanceKind::Interim, closing, lost);
    }
}

/// Whether a reader would take this balance for the opening one instead.
fn opens_before(b: &Balance, s: &Statement) -> bool {
    let rank = |b: &Balance| u8::from(b.kind != BalanceKind::PreviouslyClosed);
    s.opening.as_ref().is_none_or(|o| rank(b) > rank(o) || rank(b) == rank(o) && b.date < o.date)
}

/// Whether a reader would take this balance for the closing one instead.
fn closes_after(b: &Balance, s: &Statement) -> bool {
    s.closing.as_ref().is_none_or(|c| b.date > c.date)
}

fn balance(out: &mut Out, code: &str, interim: bool, b: &Balance, lost: &mut Lost) {
    out.within("Bal", |out| {
        out.within("Tp", |out| {
            out.within("CdOrPrtry", |out| out.leaf("Cd", Some(code)));
            if interim {
                out.within("SubTp", |out| out.leaf("Cd", Some("INTM")));
            }
        });
        check(b.amount, lost);
        out.amount("Amt", Some(b.amount));
        out.direction(b.amount);
        match b.date {
            Some(date) => out.within("Dt", |out| out.leaf("Dt", Some(date.to_string()))),
            None => lost.tell(format!("the balance {} has no date, which camt.053 requires", b.amount)),
        }
    });
}

fn totals(out: &mut Out, s: &Statement) {
    let t = &s.totals;
    let side = |out: &mut Out, totals: &Totals| {
        out.leaf("NbOfNtries", totals.count.map(|n| n.to_string()));
        out.leaf("Sum", totals.sum.map(|m| m.abs().figure()));
    };
    out.optional("TxsSummry", |out| {
        out.optional("TtlNtries", |out| {
            side(out, &t.all);
            if let Some(net) = t.net {
                out.within("TtlNetNtry", |out| {
                    out.leaf("Amt", Some(net.abs().figure()));
                    out.direction(net);
                });
            }
        });
        out.optional("TtlCdtNtries", |out| side(out, &t.credits));
        out.optional("TtlDbtNtries", |out| side(out, &t.debits));
    });
}
