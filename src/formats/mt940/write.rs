//! Statements in, MT940 messages out: balances and statement lines. The `:86:` is in [`super::write_info`].

use super::fields::entry_year;
use super::write_info;
use super::write_parts::{figure, is_unsafe};
use crate::base::{Currency, is_valid_iban};
use crate::formats::Written;
use crate::formats::written::Lost;
use crate::model::{Balance, BalanceKind, Entry, EntryStatus, Statement, StatementKind, is_no_reference};
use chrono::{Datelike, NaiveDate};

/// Writes statements as MT940 messages, one each, with the German `?nn` structure in `:86:` (DFÜ-Abkommen, annex 3, chapter 8).
///
/// Lines end in CR LF and have at most 65 characters; those of `:86:` break before a subfield only, so that no line begins with
/// text, and there may be more than six of them. Letters outside the SWIFT set stay, as UTF-8; braces, control characters and
/// whatever would be read as a tag or key are made safe. Only booked entries are written, since MT940 knows no others. A batch is
/// one entry without its payments.
pub fn write(statements: &[Statement]) -> Written {
    let mut lost = Lost::new("MT940");
    let mut out = String::new();
    for (number, s) in statements.iter().enumerate() {
        statement(&mut out, s, number, &mut lost);
    }
    Written { bytes: out.into_bytes(), lost: lost.finish() }
}

fn statement(out: &mut String, s: &Statement, number: usize, lost: &mut Lost) {
    lost.of_statement(s, number);
    if s.kind != StatementKind::Statement {
        lost.tell("a report or notification was written as a statement");
    }
    lost.no_field("our name", s.owner.as_deref());
    lost.no_field("our bank", s.servicer.as_deref());
    if let Some(copy) = s.copy {
        lost.tell(format!("the mark of a copy ({copy:?}) has no field in MT940"));
    }
    if s.totals != crate::model::ControlTotals::default() {
        lost.tell("the bank's counts and sums have no field in MT940");
    }
    let id = reference("the statement id", s.statement_id.as_deref(), lost);
    line(out, "20", id.as_deref().unwrap_or("NONREF"));
    line(out, "25", &account(s, lost));
    if let Some(text) = sequence(s, lost) {
        line(out, "28C", &text);
    }
    match &s.opening {
        Some(b) => balance(out, if b.kind == BalanceKind::Interim { "60M" } else { "60F" }, b, lost),
        None => lost.tell("the statement has no opening balance, which MT940 requires"),
    }
    for (i, e) in s.entries.iter().enumerate() {
        lost.at(&e.place, number, Some(i));
        if e.status != EntryStatus::Book {
            lost.tell(format!("the entry of {} is not booked ({}) and was left out", e.amount, e.status.as_str()));
        } else if e.amount.currency() != s.currency {
            lost.tell(format!("the entry of {} is not in the currency of the statement and was left out", e.amount));
        } else if let Some(text) = statement_line(e, s, lost) {
            line(out, "61", &text);
            write_info::write(out, e, s, lost);
        }
    }
    lost.at(&s.place, number, None);
    match &s.closing {
        Some(b) => balance(out, if b.kind == BalanceKind::Interim { "62M" } else { "62F" }, b, lost),
        None => lost.tell("the statement has no closing balance, which MT940 requires"),
    }
    let mut further = 0;
    let chosen =
        |b: &Balance| [&s.opening, &s.closing].into_iter().flatten().any(|c| c.amount == b.amount && c.kind == b.kind);
    for b in &s.balances {
        match b.kind {
            BalanceKind::Available => balance(out, "64", b, lost),
            BalanceKind::ForwardAvailable => balance(out, "65", b, lost),
            _ if chosen(b) => {}
            _ => further += 1,
        }
    }
    if further > 0 {
        lost.tell(format!("{further} further balances have no field in MT940"));
    }
    narrative(out, s, lost);
    out.push_str("-\r\n");
}

fn line(out: &mut String, tag: &str, text: &str) {
    out.push_str(&format!(":{tag}:{text}\r\n"));
}

/// The account. Letters at its end that a reader would take for a currency get the currency behind them; so does an account
/// without balances, from which the currency could be known.
fn account(s: &Statement, lost: &mut Lost) -> String {
    let id = lost.account("our account", Some(&s.account), 35).unwrap_or_default();
    let clean: String = id.chars().filter(|c| *c == ' ' || !is_unsafe(*c)).collect();
    let clean = clean.trim_start_matches('/').to_owned();
    if clean != s.account {
        lost.tell(format!("our account `{}` cannot stand in MT940 as it is", s.account));
    }
    let tail = clean.len().checked_sub(3).and_then(|at| clean.get(at..));
    let ends_in_currency =
        tail.is_some_and(|t| Currency::parse(t).is_ok_and(|c| c.code() == t)) && !is_valid_iban(&clean);
    let unbalanced = s.opening.is_none() && s.closing.is_none();
    if !ends_in_currency && !unbalanced || s.currency.is_none() {
        return clean;
    }
    if clean.len() < 4 || clean.ends_with('/') || !s.currency.is_listed() {
        lost.tell("the currency of the account has no field in MT940 where there are no balances");
        return clean;
    }
    format!("{clean}/{}", s.currency)
}

/// `:28C:` number and page; five digits each by the standard.
fn sequence(s: &Statement, lost: &mut Lost) -> Option<String> {
    let text = s.sequence.as_deref()?;
    let fits = (1..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !fits {
        lost.tell(format!("the statement number `{text}` is no number of five digits and was left out"));
        return None;
    }
    Some(match s.page.filter(|p| (1..=99_999).contains(&p.number)) {
        Some(page) => format!("{text}/{}", page.number),
        None => text.to_owned(),
    })
}

fn balance(out: &mut String, tag: &str, b: &Balance, lost: &mut Lost) {
    let mark = if b.amount.is_negative() { 'D' } else { 'C' };
    let date = match b.date.map(short_date) {
        Some(Some(date)) => date,
        None => "000000".to_owned(),
        Some(None) => {
            lost.tell(format!("the date of the balance {} has a year that MT940 cannot say", b.amount));
            "000000".to_owned()
        }
    };
    line(out, tag, &format!("{mark}{date}{}{}", b.amount.currency(), figure(b.amount, lost)));
}

/// `YYMMDD`; two digits of a year stand for 1980 to 2079.
fn short_date(date: NaiveDate) -> Option<String> {
    (1980..=2079).contains(&date.year()).then(|| date.format("%y%m%d").to_string())
}

fn statement_line(e: &Entry, s: &Statement, lost: &mut Lost) -> Option<String> {
    let value = e.value_date.or(e.booking_date).or_else(|| s.closing_date());
    let Some(value) = value else {
        lost.tell(format!("the entry of {} has no date, which MT940 requires, and was left out", e.amount));
        return None;
    };
    if e.value_date.is_none() {
        lost.tell(format!("the entry has no value date; {value} was written"));
    }
    let Some(short) = short_date(value) else {
        lost.tell(format!("the entry of {} has a year that MT940 cannot say, and was left out", e.amount));
        return None;
    };
    let mut text = short;
    let derived = e.booking_date_derived && e.booking_date == Some(value);
    if let Some(booking) = e.booking_date.filter(|_| !derived) {
        let again = entry_year(value, (booking.month(), booking.day()));
        if again.is_none_or(|d| d.date != booking) {
            lost.tell(format!("the booking date {booking} is too far from the value date {value} for MT940"));
        }
        text.push_str(&booking.format("%m%d").to_string());
    }
    text.push_str(match (e.amount.is_negative(), e.reversal) {
        (false, false) => "C",
        (true, false) => "D",
        (true, true) => "RC",
        (false, true) => "RD",
    });
    text.push_str(&figure(e.amount, lost));
    text.push_str(&type_code(e, lost));
    text.push_str(&owner_reference(e, lost));
    if let Some(bank) = reference("the bank's id", e.servicer_reference.as_deref(), lost) {
        text.push_str("//");
        text.push_str(&bank);
    }
    lost.no_field("the entry's number", e.entry_reference.as_deref());
    if let Some(supplementary) = supplementary(e, lost) {
        text.push_str("\r\n");
        text.push_str(&supplementary);
    }
    Some(text)
}

/// SWIFT's type, else the nearest one to the ISO family. A return that no code of the `:86:` says is said here.
fn type_code(e: &Entry, lost: &mut Lost) -> String {
    let is_code = |c: &&str| {
        c.len() == 4
            && c.starts_with(|f: char| f.is_ascii_uppercase())
            && c.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    let own = e.bank_code.swift.as_deref().filter(is_code);
    let returned = e.details.len() == 1 && e.details.iter().any(|d| d.returned.is_some());
    if returned && !write_info::says_return(e) && !own.is_some_and(|c| c.ends_with("RTI")) {
        lost.no_field("beside the return, the SWIFT type", own);
        return "NRTI".to_owned();
    }
    if own.is_none() {
        lost.no_field("the odd SWIFT type", e.bank_code.swift.as_deref());
    }
    let family = e.bank_code.family.as_deref();
    let derived = match family {
        Some("RCDT" | "ICDT" | "RRCT" | "IRCT") => "NTRF",
        Some("RDDT" | "IDDT") => "NDDT",
        Some("RCHQ" | "ICHQ") => "NCHK",
        _ if e.bank_code.sub_family.as_deref() == Some("CHRG") => "NCHG",
        _ => "NMSC",
    };
    own.unwrap_or(derived).to_owned()
}

/// Our own reference, 16 characters. Words that only point into the `:86:` and accounts would be read as what they say.
fn owner_reference(e: &Entry, lost: &mut Lost) -> String {
    let Some(own) = e.owner_reference.as_deref() else { return "NONREF".to_owned() };
    let is_end_to_end = e.details.len() == 1 && e.details.iter().any(|d| d.end_to_end_id.as_deref() == Some(own));
    let points = matches!(own.trim_end_matches('+'), "EREF" | "PREF" | "MARF" | "MREF" | "KREF");
    let is_account = own.split_whitespace().next().is_some_and(is_valid_iban);
    if is_end_to_end && !fits_reference(own) {
        return "EREF".to_owned();
    }
    if points || is_account {
        lost.tell(format!("our reference `{own}` would be read as something else and was left out"));
        return "NONREF".to_owned();
    }
    reference("our reference", Some(own), lost).unwrap_or_else(|| "NONREF".to_owned())
}

fn fits_reference(text: &str) -> bool {
    (1..=16).contains(&text.chars().count())
        && !text.contains("//")
        && !text.starts_with(['/', ':', '-'])
        && !text.ends_with('/')
        && text.trim() == text
        && !text.chars().any(is_unsafe)
        && !is_no_reference(text)
}

/// A reference of 16 characters; one that does not fit is left out, since a changed one would be another one.
fn reference(what: &str, value: Option<&str>, lost: &mut Lost) -> Option<String> {
    let value = value?;
    if fits_reference(value) {
        return Some(value.to_owned());
    }
    lost.tell(format!("{what} `{value}` does not fit into the 16 characters of MT940 and was left out"));
    None
}

/// The payment's own text under the line, 34 characters, if nothing takes it for something else.
fn supplementary(e: &Entry, lost: &mut Lost) -> Option<String> {
    let [only] = e.details.as_slice() else { return None };
    let text = only.narrative.as_deref()?;
    let plain = text.chars().count() <= 34
        && text.trim() == text
        && !text.is_empty()
        && !text.chars().any(|c| is_unsafe(c) || c == '/')
        && !text.starts_with([':', '-', '\u{ad}'])
        && !text.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase() || c == ' ');
    if plain {
        return Some(text.to_owned());
    }
    lost.no_field("the payment's text", Some(text));
    None
}

/// Text after the closing balance, in lines of 65 characters of which none looks like a tag or an end.
fn narrative(out: &mut String, s: &Statement, lost: &mut Lost) {
    let Some(text) = s.narrative.as_deref() else { return };
    let text = write_info::safe("the statement's text", text, true, lost);
    let lines = text
        .lines()
        .flat_map(|l| crate::formats::written::pieces(l, 63))
        .map(|l| if l.trim_start().starts_with([':', '-', '\u{ad}']) { format!(". {l}") } else { l });
    let text = lines.collect::<Vec<_>>().join("\r\n");
    if text.is_empty() {
        return;
    }
    // A field that begins so would be taken for counts and sums.
    let figures = text.starts_with("/SUM/")
        || text.starts_with('D') && text.contains('C') && text.contains(|c: char| c.is_ascii_digit());
    line(out, "86", &format!("{}{text}", if figures { ". " } else { "" }));
}
