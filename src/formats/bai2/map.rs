//! What a file says to our model: directions from type codes, balances, and the bank's control totals checked.

use super::read::{Account, Detail, File, Group, Text, Trailer};
use super::types::{self, Kind};
use crate::base::{Currency, Money, Place, parse_compact_date};
use crate::error::{Error, ErrorCode};
use crate::formats::ReadOptions;
use crate::model::{
    Balance, BalanceKind, BankCode, Entry, EntryStatus, Finding, FindingCode, Format, Statement, StatementKind, TieOut,
    Totals, TransactionDetails,
};
use chrono::NaiveDate;

/// The statements of a file, with findings on the file itself.
///
/// # Errors
/// An amount, date, currency or type code that cannot be read exactly.
pub(super) fn statements(file: File<'_>, options: &ReadOptions) -> Result<(Vec<Statement>, Vec<Finding>), Error> {
    let mut statements: Vec<Statement> = Vec::new();
    let mut findings = Vec::new();
    // Totals of trailers have no decimals of their own and may add several currencies: they are sums of digits.
    let mut file_total = Some(0i128);
    for group in &file.groups {
        let first = statements.len();
        let mut group_total = Some(0i128);
        for account in &group.accounts {
            let mut s = statement(group, account, options)?;
            let sum = digits_of(account)?;
            let found = Counts { what: "account", total: sum, counts: &[account.records] };
            check(&account.place, account.trailer.as_ref(), found, std::slice::from_mut(&mut s))?;
            group_total = add(group_total, stated(account.trailer.as_ref(), sum)?);
            statements.push(s);
        }
        let accounts = group.accounts.len() as u64;
        let of_group = statements.get_mut(first..).unwrap_or_default();
        let found = Counts { what: "group", total: group_total, counts: &[accounts, group.records] };
        check(&group.place, group.trailer.as_ref(), found, of_group)?;
        file_total = add(file_total, stated(group.trailer.as_ref(), group_total)?);
        if matches!(group.status, "2" | "4") {
            let what = if group.status == "2" { "deletion" } else { "test" };
            let text = format!("a group marked as a {what}: its {accounts} accounts were left out");
            findings.push(Finding::new(FindingCode::LeftOut, group.place.clone(), text));
            statements.truncate(first);
        }
    }
    let found = Counts { what: "file", total: file_total, counts: &[file.groups.len() as u64, file.records] };
    check(&file.place, file.trailer.as_ref(), found, &mut statements)?;
    if statements.is_empty() && findings.is_empty() {
        return Err(Error::new(
            ErrorCode::Structure,
            file.place,
            "no account (03) in the file",
            "at least one account",
        )
        .with_hint("the file may be cut off; ask the bank for it again"));
    }
    Ok((statements, findings))
}

fn statement(group: &Group<'_>, account: &Account<'_>, options: &ReadOptions) -> Result<Statement, Error> {
    // 1 and 3 are not final: what they show comes again.
    let kind = if group.modifier == "3" { StatementKind::Report } else { StatementKind::Statement };
    let mut s = Statement::new(kind, Format::Bai2, "bai2");
    s.place = account.place.clone();
    s.account = account.account.chars().filter(|c| !c.is_whitespace()).collect();
    if s.account.is_empty() {
        s.findings.push(Finding::new(FindingCode::AccountMissing, s.place.clone(), "the statement names no account"));
        s.tie_out = TieOut::Broken;
    }
    s.servicer = Some(group.originator.to_owned()).filter(|o| !o.is_empty());
    s.currency = currency(account, group, options)?;
    let (text, place) = &group.date;
    let day = date(text, place)?;
    s.period = Some((day, day));
    for summary in &account.summaries {
        let kind = types::kind(summary.code).ok_or_else(|| unknown_type(summary.code, &summary.place))?;
        let Some(written) = &summary.amount else { continue };
        let amount = money(written, s.currency)?;
        match kind {
            Kind::Status => balance(&mut s, summary.code, amount, day, &written.1),
            Kind::Summary if matches!(summary.code, "100" | "400") => {
                let count = if summary.count.is_empty() { None } else { summary.count.parse().ok() };
                let totals = if summary.code == "100" { &mut s.totals.credits } else { &mut s.totals.debits };
                *totals = Totals { count, sum: Some(amount.abs()) };
            }
            _ => {}
        }
    }
    let mut left_out = 0u64;
    for detail in &account.details {
        match entry(detail, s.currency, day)? {
            Some(entry) => s.entries.push(entry),
            None => left_out += 1,
        }
    }
    if left_out > 0 {
        s.left_out.push(("information".to_owned(), left_out));
    }
    incomplete(&mut s);
    available(&mut s, account);
    Ok(s)
}

/// Ledger balances open and close; available ones, averages and float never stand in the equation.
fn balance(s: &mut Statement, code: &str, amount: Money, day: NaiveDate, place: &Place) {
    let kind = match code {
        "010" => BalanceKind::OpeningBooked,
        "015" => BalanceKind::ClosingBooked,
        "030" => BalanceKind::Interim,
        "040" | "045" | "060" => BalanceKind::Available,
        "072" | "074" | "075" => BalanceKind::ForwardAvailable,
        _ => BalanceKind::Other,
    };
    let balance = Balance { kind, amount, date: Some(day), place: place.clone() };
    match kind {
        BalanceKind::OpeningBooked => s.opening = Some(balance.clone()),
        BalanceKind::ClosingBooked => s.closing = Some(balance.clone()),
        _ => {}
    }
    s.balances.push(balance);
}

/// Where the bank gives no ledger balance at all, the available ones prove a statement if they fit to the cent; where they do not,
/// float and holds may be the reason, and nothing is said.
fn available(s: &mut Statement, account: &Account<'_>) {
    let written = |code: &str| account.summaries.iter().find(|b| b.code == code)?.amount.as_ref();
    if s.opening.is_some() || s.closing.is_some() || written("010").or(written("015")).is_some() {
        return;
    }
    let balance = |code: &str| {
        let place = &written(code)?.1;
        s.balances.iter().find(|b| b.place == *place).cloned()
    };
    let (Some(opening), Some(closing)) = (balance("040"), balance("045")) else { return };
    let sum = s.entries.iter().try_fold(opening.amount, |sum, e| sum.checked_add(e.amount).ok());
    if sum == Some(closing.amount) && !s.entries.is_empty() {
        let text = "no ledger balances; the available ones open and close the statement";
        s.findings.push(Finding::new(FindingCode::Dialect, s.place.clone(), text));
        (s.opening, s.closing) = (Some(opening), Some(closing));
    }
}

/// Banks may show the totals without all the movements behind them. Where fewer are shown than the totals count, the sums
/// prove nothing against the movements, and neither do balances where no movement is shown at all.
fn incomplete(s: &mut Statement) {
    let count = |credit: bool| s.entries.iter().filter(|e| e.amount.is_negative() != credit).count() as u64;
    let (credits, debits) = (count(true), count(false));
    let hides = |t: &Totals, shown: u64| {
        t.count.is_some_and(|n| n > shown) || t.count.is_none() && shown == 0 && t.sum.is_some_and(|sum| !sum.is_zero())
    };
    let hidden = hides(&s.totals.credits, credits) || hides(&s.totals.debits, debits);
    // A sum without a count may or may not be of what is shown: it is compared only where a count says so.
    for (totals, shown) in [(&mut s.totals.credits, credits), (&mut s.totals.debits, debits)] {
        if totals.count.is_none_or(|n| n > shown) {
            *totals = Totals::default();
        }
    }
    if hidden {
        let text =
            "the bank's totals count more movements than the report shows: it is not complete, and nothing proves it";
        s.findings.push(Finding::new(FindingCode::Dialect, s.place.clone(), text));
        (s.opening, s.closing) = (None, None);
    }
}

/// One movement; `None` for a record that moves nothing.
fn entry(detail: &Detail<'_>, currency: Currency, day: NaiveDate) -> Result<Option<Entry>, Error> {
    let kind = types::kind(detail.code).ok_or_else(|| unknown_type(detail.code, &detail.place))?;
    let debit = match kind {
        Kind::Information => return Ok(None),
        Kind::Status => {
            let found = format!("type code {} in a movement", detail.code);
            return Err(Error::new(ErrorCode::Value, detail.place.clone(), found, "a code of a credit or a debit"));
        }
        Kind::Credit => false,
        Kind::Debit => true,
        Kind::Summary => detail.code.parse::<u16>().is_ok_and(|n| matches!(n, 400..=699 | 760..=799 | 960..=999)),
    };
    let unsigned = match &detail.amount {
        Some(written) => money(written, currency)?,
        None => Money::zero(currency),
    };
    if unsigned.is_negative() {
        let place = detail.amount.as_ref().map_or(&detail.place, |a| &a.1).clone();
        let found = format!("the amount {unsigned} with a sign");
        return Err(Error::new(
            ErrorCode::Amount,
            place,
            found,
            "an amount without a sign: the type code gives the direction",
        ));
    }
    let value_date = detail.value_date.as_ref().map(|(text, place)| date(text, place)).transpose()?;
    let text = |t: &str| Some(t.to_owned()).filter(|t| !t.is_empty());
    let amount = if debit { unsigned.negated() } else { unsigned };
    let mut details = TransactionDetails { amount: Some(amount), ..TransactionDetails::default() };
    details.remittance.unstructured = detail.text.iter().map(|t| (*t).to_owned()).collect();
    let number = detail.code.parse::<u16>().unwrap_or(0);
    if matches!(number, 474 | 475 | 395) {
        details.cheque_number = text(detail.customer_reference);
    }
    // Returned items and reversals: a payment that came back.
    let returned = matches!(number, 252 | 255 | 257 | 258 | 266 | 552 | 555 | 557 | 558 | 566);
    if returned {
        details.returned = Some(Default::default());
    }
    Ok(Some(Entry {
        amount,
        reversal: returned,
        status: EntryStatus::Book,
        booking_date: Some(day),
        booking_date_derived: false,
        value_date,
        bank_code: BankCode {
            proprietary: Some(detail.code.to_owned()),
            issuer: Some("BAI".to_owned()),
            text: types::name(detail.code).map(str::to_owned),
            ..BankCode::default()
        }
        .into(),
        servicer_reference: text(detail.bank_reference),
        entry_reference: None,
        owner_reference: text(detail.customer_reference),
        batch: None,
        charges: Vec::new(),
        details: vec![details],
        narrative: (!detail.text.is_empty()).then(|| detail.text.join("\n")),
        place: detail.place.clone(),
    }))
}

/// Of the account, else of its group, else as asked for; the standard says US dollars where nobody does.
fn currency(account: &Account<'_>, group: &Group<'_>, options: &ReadOptions) -> Result<Currency, Error> {
    let (own, place) = &account.currency;
    let code = if own.is_empty() { group.currency } else { own };
    if code.is_empty() {
        return Ok(options.currency.unwrap_or(Currency::parse("USD").unwrap_or(Currency::NONE)));
    }
    Currency::parse(code).map_err(|e| {
        let found = format!("currency `{code}`: {e}");
        Error::new(ErrorCode::Currency, place.clone(), found, "a currency code of three letters, as in USD")
    })
}

fn unknown_type(code: &str, place: &Place) -> Error {
    Error::new(ErrorCode::Value, place.clone(), format!("type code `{code}`"), "a type code of BAI2, as in 165 or 475")
        .with_hint("a comma may be missing or too many before it")
}

/// An amount in the smallest unit of its currency, with or without a sign.
fn money((text, place): &Text<'_>, currency: Currency) -> Result<Money, Error> {
    let value = digits(text).ok_or_else(|| {
        let found = format!("amount `{text}`");
        Error::new(ErrorCode::Amount, place.clone(), found, "digits in the smallest unit, as in 10250 for 102.50")
            .with_hint("BAI2 has no decimal sign; the line may be shifted or made by a converter")
    })?;
    Money::from_scaled(value, currency.decimals(), currency)
        .map_err(|e| Error::new(ErrorCode::Amount, place.clone(), e.to_string(), "at most 18 digits"))
}

fn digits(text: &str) -> Option<i128> {
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let valid = (1..=36).contains(&body.len()) && body.bytes().all(|b| b.is_ascii_digit());
    let value: i128 = body.parse().ok().filter(|_| valid)?;
    Some(if text.starts_with('-') { -value } else { value })
}

fn date(text: &str, place: &Place) -> Result<NaiveDate, Error> {
    let parsed = if text.len() == 8 { crate::base::parse_date(text, "%Y%m%d") } else { parse_compact_date(text) };
    parsed.ok_or_else(|| Error::new(ErrorCode::Date, place.clone(), format!("date `{text}`"), "a date as YYMMDD"))
}

fn add(a: Option<i128>, b: Option<i128>) -> Option<i128> {
    a?.checked_add(b?)
}

/// The sum of all amounts of an account as they stand there: of 03, 16 and their continuations.
fn digits_of(account: &Account<'_>) -> Result<Option<i128>, Error> {
    let amounts = account.summaries.iter().filter_map(|s| s.amount.as_ref());
    let amounts = amounts.chain(account.details.iter().filter_map(|d| d.amount.as_ref()));
    Ok(amounts.map(|(text, _)| digits(text)).try_fold(0i128, |sum, d| sum.checked_add(d?)))
}

/// What a trailer states, else what was found: a missing trailer is told once and does not break those above it.
fn stated(trailer: Option<&Trailer<'_>>, found: Option<i128>) -> Result<Option<i128>, Error> {
    let Some((text, place)) = trailer.and_then(|t| t.total.as_ref()) else { return Ok(found) };
    let expected = "the control total, digits with or without a sign";
    digits(text)
        .map(Some)
        .ok_or_else(|| Error::new(ErrorCode::Amount, place.clone(), format!("control total `{text}`"), expected))
}

/// What was found in a part of the file, for its trailer to be compared with.
struct Counts<'a> {
    what: &'static str,
    total: Option<i128>,
    counts: &'a [u64],
}

/// Compares a trailer with what stands before it. Where they differ, or it is missing, every statement it covers is broken.
fn check(
    place: &Place,
    trailer: Option<&Trailer<'_>>,
    found: Counts<'_>,
    covered: &mut [Statement],
) -> Result<(), Error> {
    let what = found.what;
    let mut faults: Vec<(Place, String)> = Vec::new();
    match trailer {
        None => faults.push((place.clone(), format!("the {what} has no trailer: the end of it is missing"))),
        Some(trailer) => {
            let stated = stated(Some(trailer), None)?;
            if let Some(stated) = stated.filter(|s| Some(*s) != found.total) {
                let sum = found.total.map_or_else(|| "too much".to_owned(), |t| t.to_string());
                let text = format!("the control total of the {what} is {stated}, its amounts sum to {sum}");
                faults.push((trailer.place.clone(), text));
            }
            let names: &[&str] = match what {
                "account" => &["records"],
                "group" => &["accounts", "records"],
                _ => &["groups", "records"],
            };
            for ((text, place), (name, held)) in trailer.counts.iter().zip(names.iter().zip(found.counts)) {
                if text.parse::<u64>().ok() != Some(*held) {
                    let text = format!("the {what} says `{text}` {name}, it holds {held}");
                    faults.push((place.clone(), text));
                }
            }
        }
    }
    for statement in covered {
        for (place, text) in &faults {
            statement.findings.push(Finding::new(FindingCode::SummaryMismatch, place.clone(), text));
            statement.tie_out = TieOut::Broken;
        }
    }
    Ok(())
}
