//! The bank's record in, our model out: signs, inheritance, which balance opens and which closes, derived dates, oddities.

use super::record::{RawBalance, RawEntry, RawHeader, RawStatement, RawTotal, Stated};
use crate::base::{CreditDebit, Currency, Money, Place};
use crate::error::{Error, ErrorCode};
use crate::model::{
    Balance, BalanceKind, BankCode, Batch, Entry, EntryStatus, Finding, FindingCode, Format, Page, Passed, Rare,
    Statement, StatementKind, TieOut, Totals, TransactionDetails,
};
use chrono::NaiveDate;

/// Findings of one statement: single ones, and kinds that may stand on every entry and are told once with their count.
pub(super) struct Notes {
    limit: usize,
    notification: bool,
    broken: bool,
    findings: Vec<Finding>,
    counted: Vec<(FindingCode, String, Place, u64)>,
}

impl Notes {
    pub(super) fn new(limit: usize, kind: StatementKind) -> Self {
        Notes {
            limit,
            notification: kind == StatementKind::Notification,
            broken: false,
            findings: Vec::new(),
            counted: Vec::new(),
        }
    }

    /// For entries that are read apart, to be added by [`Notes::add`].
    pub(super) fn apart(&self) -> Self {
        let notification = self.notification;
        Notes { limit: usize::MAX, notification, broken: false, findings: Vec::new(), counted: Vec::new() }
    }

    /// Adds what was said of the entries that follow.
    pub(super) fn add(&mut self, next: Notes) {
        self.broken |= next.broken;
        let room = self.limit.saturating_sub(self.findings.len());
        self.findings.extend(next.findings.into_iter().take(room));
        for (code, what, place, n) in next.counted {
            self.count(code, &place, &what, n);
        }
    }

    fn tell(&mut self, code: FindingCode, place: Place, text: impl AsRef<str>) {
        if self.findings.len() < self.limit {
            self.findings.push(Finding::new(code, place, text));
        }
    }

    /// More of a kind; `what` follows "N entries".
    fn count(&mut self, code: FindingCode, place: &Place, what: &str, more: u64) {
        if let Some((.., n)) = self.counted.iter_mut().find(|(c, w, ..)| *c == code && w == what) {
            *n += more;
        } else if self.counted.len() < self.limit {
            self.counted.push((code, what.to_owned(), place.clone(), more));
        }
    }

    fn finish(mut self) -> Vec<Finding> {
        for (code, what, place, n) in std::mem::take(&mut self.counted) {
            let text =
                if n == 1 { format!("1 entry {what}") } else { format!("{n} entries {what}; this is the first") };
            self.findings.push(Finding::new(code, place, text));
        }
        self.findings
    }
}

/// Maps one entry.
///
/// # Errors
/// Without an amount or a direction nothing can be said of an entry.
pub(super) fn map_entry(raw: RawEntry, notes: &mut Notes) -> Result<Entry, Error> {
    let place = raw.place;
    let Some(unsigned) = raw.amount else {
        return Err(Error::new(ErrorCode::Missing, place, "an entry without `Amt`", "its amount"));
    };
    // A notification has no balances that a wrong side could hide behind: with the element there and empty it is read, told,
    // and marked as broken, so that nothing of it is applied.
    if raw.direction_empty && notes.notification {
        notes.count(FindingCode::DirectionMissing, &place, "with an empty CdtDbtInd, read as a credit", 1);
        notes.broken = true;
    }
    let assumed = Some(CreditDebit::Credit).filter(|_| raw.direction_empty && notes.notification);
    let Some(direction) = raw.direction.or(assumed) else {
        return Err(Error::new(ErrorCode::Direction, place, "an entry without `CdtDbtInd`", "CRDT or DBIT")
            .with_hint("without its direction the entry could be money in or out; ask the bank for a correct file"));
    };
    let status = match raw.status.as_deref() {
        Some("BOOK") => EntryStatus::Book,
        Some("PDNG") => EntryStatus::Pdng,
        Some("INFO") => EntryStatus::Info,
        Some("FUTR") => EntryStatus::Futr,
        None => {
            notes.count(FindingCode::StatusMissing, &place, "without a status (Sts), read as booked", 1);
            EntryStatus::Book
        }
        Some(other) => {
            let what = format!("with the status `{other}`, which is not booked money");
            notes.count(FindingCode::StatusUnknown, &place, &what, 1);
            EntryStatus::Other
        }
    };
    let amount = signed(unsigned, direction);
    let batch = raw
        .batch
        .map(|b| Batch { total: b.batch.total.map(|t| signed(t, b.direction.unwrap_or(direction))), ..b.batch })
        .map(Box::new);
    let only = raw.details.len() == 1;
    let mut details = raw.details;
    for (d, stated) in details.iter_mut().zip(raw.stated) {
        map_details(d, stated, amount, direction, only);
    }
    // Before version 3 banks state amounts on the entry that belong to its only payment.
    if let [only] = details.as_mut_slice()
        && !raw.amounts.is_absent()
    {
        let (a, of_entry) = (&mut only.amounts, raw.amounts.into_inner());
        a.instructed = a.instructed.or(of_entry.instructed);
        a.transaction = a.transaction.or(of_entry.transaction);
        a.counter_value = a.counter_value.or(of_entry.counter_value);
        a.exchange_rate = a.exchange_rate.take().or(of_entry.exchange_rate);
    }
    let mut bank_code = raw.bank_code;
    with_parts(&mut bank_code);
    Ok(Entry {
        amount,
        reversal: raw.reversal,
        status,
        booking_date: raw.booking_date,
        booking_date_derived: false,
        value_date: raw.value_date,
        bank_code,
        servicer_reference: raw.servicer_reference,
        entry_reference: raw.reference,
        owner_reference: None,
        batch,
        charges: raw.charges,
        details,
        narrative: raw.narrative,
        place,
    })
}

/// The amount of a detail in the account's currency: `Amt`, else the transaction, the counter value, the instructed amount,
/// and for the only detail of an entry the entry's own. A figure in another currency is none of these.
fn map_details(details: &mut TransactionDetails, stated: Stated, entry: Money, direction: CreditDebit, only: bool) {
    let amounts = &details.amounts;
    let own = [stated.amount, amounts.transaction, amounts.counter_value, amounts.instructed]
        .into_iter()
        .flatten()
        .find(|m| m.currency() == entry.currency());
    details.amount = match own {
        Some(amount) => Some(signed(amount, stated.direction.unwrap_or(direction))),
        None if only => Some(entry),
        None => None,
    };
    // An amount in another currency is what the payer ordered, where nothing else says so.
    if let Some(foreign) = stated.amount.filter(|a| a.currency() != entry.currency() && !a.is_zero()) {
        details.amounts.instructed = details.amounts.instructed.or(Some(foreign));
    }
    with_parts(&mut details.bank_code);
}

/// Takes a German proprietary code apart: `NTRF+166+9310+997` is SWIFT type, GVC, journal number, text key addition.
fn with_parts(code: &mut Rare<BankCode>) {
    let Some(text) = &code.proprietary else { return };
    let is_swift = |t: &str| {
        t.len() == 4
            && t.starts_with(['N', 'F', 'S'])
            && t.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    let three_digits = |t: &&str| t.len() == 3 && t.bytes().all(|b| b.is_ascii_digit());
    let mut parts = text.split('+').map(str::trim);
    let (first, second, _journal, fourth) = (parts.next(), parts.next(), parts.next(), parts.next());
    let german = matches!(code.issuer.as_deref(), Some("DK" | "ZKA"));
    let owned = |t: Option<&str>| t.map(str::to_owned);
    let swift = first.filter(|t| is_swift(t));
    if let Some(gvc) = second.filter(three_digits).filter(|_| german || swift.is_some()) {
        let (swift, gvc, text_key) = (owned(swift), owned(Some(gvc)), owned(fourth.filter(three_digits)));
        (code.swift, code.gvc, code.text_key) = (swift, gvc, text_key);
    } else if second.is_none() && german {
        let (swift, gvc) = (owned(swift), owned(first.filter(three_digits)));
        (code.swift, code.gvc) = (swift, gvc);
    } else if second.is_none() && code.issuer.as_deref() == Some("SWIFT") {
        code.swift = owned(swift);
    }
}

fn signed(amount: Money, direction: CreditDebit) -> Money {
    match direction {
        CreditDebit::Credit => amount,
        CreditDebit::Debit => amount.negated(),
    }
}

/// Puts a statement together when its end was read.
///
/// # Errors
/// A balance without an amount; sums beyond 18 digits.
pub(super) fn map_statement(
    raw: RawStatement,
    (entries, passed): (Vec<Entry>, Passed),
    mut notes: Notes,
    kind: StatementKind,
    format: Format,
    dialect: &str,
    header: &RawHeader,
) -> Result<Statement, Error> {
    let mut s = Statement::new(kind, format, dialect);
    let mut codes = Vec::with_capacity(raw.balances.len());
    for balance in raw.balances {
        codes.push(role_of(&balance));
        s.balances.push(map_balance(balance, &mut notes)?);
    }
    let amount = entries.first().map(|e| e.amount).or(passed.iter().next().map(|s| s.amount));
    let entry_currency = amount.map(Money::currency);
    s.opening = choose(&s.balances, &codes, true, raw.currency.or(entry_currency));
    let closes_in = raw.currency.or(s.opening.as_ref().map(|b| b.amount.currency())).or(entry_currency);
    s.closing = choose(&s.balances, &codes, false, closes_in);
    s.currency = raw
        .currency
        .or(s.opening.as_ref().map(|b| b.amount.currency()))
        .or(s.closing.as_ref().map(|b| b.amount.currency()))
        .or(entry_currency)
        .unwrap_or(Currency::NONE);
    if !s.currency.is_none() && !s.currency.is_listed() {
        let text = format!("ISO 4217 does not list the currency {}; it was read with two decimals", s.currency);
        notes.tell(FindingCode::CurrencyUnknown, raw.place.clone(), text);
    }
    let total = |t: RawTotal, place: &Place| {
        Ok(Totals { count: t.count, sum: t.sum.map(|sum| of_sum(sum, s.currency, place)).transpose()? })
    };
    s.totals.all = total(raw.totals.all, &raw.place)?;
    s.totals.credits = total(raw.totals.credits, &raw.place)?;
    s.totals.debits = total(raw.totals.debits, &raw.place)?;
    s.totals.net = match raw.totals.net {
        // Without a direction the net says nothing, but zero has none.
        Some(net) => {
            let net = of_sum(net, s.currency, &raw.place)?;
            raw.totals.net_direction.map(|d| signed(net, d)).or(Some(net).filter(|n| n.is_zero()))
        }
        None => None,
    };
    s.statement_id = raw.id;
    s.account = raw.account.unwrap_or_default();
    if s.account.is_empty() {
        notes.tell(FindingCode::AccountMissing, raw.place.clone(), "the statement names no account");
        notes.broken = true;
    }
    s.owner = raw.owner.or(raw.account_name);
    s.servicer = raw.servicer;
    s.sequence = raw.electronic_sequence.or(raw.legal_sequence);
    s.page = raw.page;
    s.copy = raw.copy;
    s.period = raw.from.zip(raw.to);
    s.narrative = (!raw.narrative.is_empty()).then(|| raw.narrative.join("\n"));
    (s.entries, s.passed) = (entries, passed);
    let day = s.closing.as_ref().and_then(|b| b.date).or(raw.to).or(raw.created).or(header.created);
    derive_dates(&mut s.entries, day, &mut notes);
    if let Some(mark) = s.copy {
        let text = format!("the bank marks this message as a copy or duplicate ({mark:?})");
        notes.tell(FindingCode::CopyMarked, raw.place.clone(), text);
    }
    s.place = raw.place;
    if notes.broken {
        s.tie_out = TieOut::Broken;
    }
    s.findings = notes.finish();
    Ok(s)
}

fn of_sum((units, scale): (i128, u8), currency: Currency, place: &Place) -> Result<Money, Error> {
    Money::from_scaled(units, scale, currency)
        .map_err(|e| Error::new(ErrorCode::Amount, place.clone().at("TxsSummry"), e.to_string(), "at most 18 digits"))
}

fn map_balance(raw: RawBalance, notes: &mut Notes) -> Result<Balance, Error> {
    let (kind, _) = role_of(&raw);
    let Some(amount) = raw.amount else {
        return Err(Error::new(ErrorCode::Missing, raw.place, "a balance without `Amt`", "its amount"));
    };
    let direction = raw.direction.unwrap_or_else(|| {
        let code = raw.code.as_deref().unwrap_or("without a type");
        let text = format!("the balance {code} of {amount} has no CdtDbtInd and was read as a credit balance");
        notes.tell(FindingCode::DirectionMissing, raw.place.clone(), text);
        CreditDebit::Credit
    });
    Ok(Balance { kind, amount: signed(amount, direction), date: raw.date, place: raw.place })
}

/// How well a balance serves: rank as opening and rank as closing, 0 for not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Role {
    opening: u8,
    closing: u8,
}

fn role_of(raw: &RawBalance) -> (BalanceKind, Role) {
    let interim = raw.sub_code.as_deref() == Some("INTM");
    let (kind, opening, closing) = match raw.code.as_deref() {
        Some("OPBD") if interim => (BalanceKind::Interim, 4, 0),
        Some("CLBD") if interim => (BalanceKind::Interim, 0, 4),
        Some("OPBD") => (BalanceKind::OpeningBooked, 4, 0),
        Some("PRCD") => (BalanceKind::PreviouslyClosed, 3, 0),
        Some("CLBD") => (BalanceKind::ClosingBooked, 0, 4),
        Some("ITBD") => (BalanceKind::Interim, 1, 1),
        Some("CLAV" | "OPAV" | "ITAV") => (BalanceKind::Available, 0, 0),
        Some("FWAV") => (BalanceKind::ForwardAvailable, 0, 0),
        _ => (BalanceKind::Other, 0, 0),
    };
    (kind, Role { opening, closing })
}

/// The balance that opens or closes the statement: of the best type, of the wanted currency where there is one, of the
/// earliest or latest day where a statement of several days repeats them.
fn choose(
    balances: &[Balance],
    roles: &[(BalanceKind, Role)],
    opening: bool,
    currency: Option<Currency>,
) -> Option<Balance> {
    let rank = |r: &Role| if opening { r.opening } else { r.closing };
    // An interim balance alone tells where the account stands now. It opens only if a second one, or a closing one, follows.
    let interims = roles.iter().filter(|(_, r)| r.opening == 1).count();
    let closes = roles.iter().any(|(_, r)| r.closing == 4);
    let serves = |r: &Role| rank(r) > 0 && !(opening && r.opening == 1 && interims < 2 && !closes);
    let candidates = || balances.iter().zip(roles).filter(move |(_, (_, r))| serves(r));
    let best = candidates().map(|(_, (_, r))| rank(r)).max()?;
    let candidates = || candidates().filter(move |(_, (_, r))| rank(r) == best).map(|(b, _)| b);
    let currency = currency.filter(|c| candidates().any(|b| b.amount.currency() == *c));
    let fitting = candidates().filter(|b| currency.is_none_or(|c| b.amount.currency() == c));
    let chosen = if opening {
        // `min_by_key` takes the first of equal ones, `max_by_key` the last.
        fitting.min_by_key(|b| b.date.unwrap_or(NaiveDate::MIN))
    } else {
        fitting.max_by_key(|b| b.date.unwrap_or(NaiveDate::MIN))
    };
    chosen.cloned()
}

fn derive_dates(entries: &mut [Entry], day: Option<NaiveDate>, notes: &mut Notes) {
    entries.iter_mut().for_each(|entry| derive_date(entry, day, notes));
}

/// Gives an entry without a booking date its value date, else the day of its statement.
pub(super) fn derive_date(entry: &mut Entry, day: Option<NaiveDate>, notes: &mut Notes) {
    if entry.booking_date.is_some() {
        return;
    }
    let (date, what) = match (entry.value_date, day) {
        (Some(value), _) => (value, "without a booking date, which was taken from the value date"),
        (None, Some(day)) => (day, "without a booking date, which was taken from the day of the statement"),
        (None, None) => return,
    };
    entry.booking_date = Some(date);
    entry.booking_date_derived = true;
    notes.count(FindingCode::DateDerived, &entry.place, what, 1);
}

/// Puts the pages of one statement together that follow each other in a file.
///
/// A page is continued by the next statement of the same kind, account, currency and number (or id) with the next page number
/// that opens with the balance the page closes with. Each page with both balances is proven by itself first.
pub(super) fn merge_pages(statements: Vec<Statement>) -> Vec<Statement> {
    let mut merged: Vec<Statement> = Vec::with_capacity(statements.len());
    for mut next in statements {
        let is_page = next.page.is_some_and(|p| p.number > 1 || p.last == Some(false));
        if is_page && next.opening.is_some() && next.closing.is_some() {
            super::super::tie_out(&mut next);
        }
        match merged.last_mut().filter(|page| page.continues_in(&next)) {
            Some(page) => page.append_page(next),
            None => merged.push(next),
        }
    }
    for statement in &mut merged {
        if let Some(Page { number, last: None }) = statement.page
            && number == 1
        {
            statement.page = Some(Page { number, last: Some(true) });
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn german_codes_come_apart_and_others_stay_whole() {
        let of = |text: &str, issuer: Option<&str>| {
            let mut code = Rare::from(BankCode {
                proprietary: Some(text.to_owned()),
                issuer: issuer.map(str::to_owned),
                ..BankCode::default()
            });
            with_parts(&mut code);
            code
        };
        let code = of("NTRF+166+9310+997", Some("DK"));
        assert_eq!((code.swift.as_deref(), code.gvc.as_deref()), (Some("NTRF"), Some("166")));
        assert_eq!(code.text_key.as_deref(), Some("997"));
        assert_eq!(of("NDDT+109+00930+", Some("ZKA")).gvc.as_deref(), Some("109"));
        assert_eq!(of("166", Some("DK")).gvc.as_deref(), Some("166"));
        assert_eq!(of("544", Some("INGGroup")).gvc, None);
        assert_eq!(of("AB+123", None).gvc, None);
    }
}
