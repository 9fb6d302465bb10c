//! Elements to our model. The amount has its sign; the balance is one of the closing only, and often that of the download: a
//! statement is proven where an opening balance stands with it, and unproven else.

use super::tree::Node;
use crate::base::{Currency, Money, Place, parse_date};
use crate::error::{Error, ErrorCode};
use crate::model::{
    Balance, BalanceKind, BankCode, Entry, EntryStatus, Finding, FindingCode, Format, Statement, StatementKind, TieOut,
    TransactionDetails,
};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Elements that hold one statement: of a bank account, a credit card, an investment account.
const STATEMENTS: &[&str] = &["STMTRS", "CCSTMTRS", "INVSTMTRS"];

/// All statements of a file.
///
/// # Errors
/// No statement, with what the bank said instead; an amount, date or currency that cannot be read exactly.
pub(super) fn statements(root: &Node) -> Result<Vec<Statement>, Error> {
    let found = root.all(STATEMENTS);
    if found.is_empty() {
        return Err(no_statement(root));
    }
    found.into_iter().map(statement).collect()
}

/// What a file without a statement says: mostly an error of the bank.
fn no_statement(root: &Node) -> Error {
    let failed = root.all(&["STATUS"]).into_iter().find(|s| s.text("SEVERITY") == Some("ERROR"));
    match failed {
        Some(status) => {
            let message = status.text("MESSAGE").unwrap_or("without a message");
            let found =
                format!("an error of the bank instead of a statement: {} {message}", status.text("CODE").unwrap_or(""));
            Error::new(ErrorCode::Structure, status.place(), found, "a statement (STMTRS, CCSTMTRS or INVSTMTRS)")
                .with_hint("the download failed at the bank; download the statement again")
        }
        None => Error::new(
            ErrorCode::Structure,
            root.place(),
            "no statement in the file",
            "a statement (STMTRS, CCSTMTRS or INVSTMTRS)",
        )
        .with_hint("the file holds only a sign-on or a list of accounts; download the statement of an account"),
    }
}

fn statement(node: &Node) -> Result<Statement, Error> {
    let mut s = Statement::new(StatementKind::Statement, Format::Ofx, "ofx");
    s.place = node.place();
    let from = ["BANKACCTFROM", "CCACCTFROM", "INVACCTFROM"].iter().find_map(|n| node.child(n));
    let text = |name: &str| from.and_then(|f| f.text(name));
    s.account = text("ACCTID").unwrap_or_default().chars().filter(|c| !c.is_whitespace()).collect();
    s.servicer = text("BANKID").or_else(|| text("BROKERID")).map(str::to_owned);
    if s.account.is_empty() {
        s.findings.push(Finding::new(FindingCode::AccountMissing, s.place.clone(), "the statement names no account"));
        s.tie_out = TieOut::Broken;
    }
    let list = ["BANKTRANLIST", "INVTRANLIST"].iter().find_map(|n| node.child(n));
    let movements = list.map(|l| l.all(&["STMTTRN"])).unwrap_or_default();
    s.currency = match node.child("CURDEF").filter(|c| !c.value.is_empty()) {
        Some(code) => currency(code)?,
        // Some banks leave it empty and name it on every movement.
        None => movements.iter().find_map(|m| own_currency(m)).map(currency).transpose()?.unwrap_or(Currency::NONE),
    };
    let days = (list.and_then(|l| day(l, "DTSTART").transpose()), list.and_then(|l| day(l, "DTEND").transpose()));
    s.period = days.0.transpose()?.zip(days.1.transpose()?);
    balances(node, &mut s)?;
    let last = s.closing.as_ref().and_then(|b| b.date).or(s.period.map(|p| p.1));
    let mut derived: Option<(Place, u64)> = None;
    for movement in &movements {
        let (entry, guessed) = entry(movement, s.currency, last)?;
        if guessed {
            derived.get_or_insert_with(|| (movement.place(), 0)).1 += 1;
        }
        s.entries.push(entry);
    }
    if let Some((place, count)) = derived {
        let text = format!("{count} entries without DTPOSTED; the date of the user or of the statement was taken");
        s.findings.push(Finding::new(FindingCode::DateDerived, place, text));
    }
    let pending = node.all(&["STMTTRNP"]).len() as u64;
    if pending > 0 {
        s.left_out.push(("pending".to_owned(), pending));
    }
    let securities = list.filter(|l| l.name == "INVTRANLIST").map_or(0, |l| {
        l.children.iter().filter(|c| !matches!(c.name.as_str(), "DTSTART" | "DTEND" | "INVBANKTRAN")).count() as u64
    });
    if securities > 0 {
        s.left_out.push(("investment".to_owned(), securities));
        let text = format!("{securities} trades of securities were left out: only movements of cash are read");
        s.findings.push(Finding::new(FindingCode::LeftOut, s.place.clone(), text));
    }
    repeated_ids(&mut s);
    Ok(s)
}

/// `LEDGERBAL` closes; `BALLIST` may hold one that opens.
fn balances(node: &Node, s: &mut Statement) -> Result<(), Error> {
    for (name, kind) in [("LEDGERBAL", BalanceKind::ClosingBooked), ("AVAILBAL", BalanceKind::Available)] {
        let Some(balance) = node.child(name) else { continue };
        let Some(written) = balance.child("BALAMT").filter(|b| !b.value.is_empty()) else {
            let text = format!("{name} holds no amount and was left aside");
            s.findings.push(Finding::new(FindingCode::UnknownField, balance.place(), text));
            continue;
        };
        let amount = amount(written, s.currency)?;
        let balance = Balance { kind, amount, date: day(balance, "DTASOF")?, place: balance.place() };
        if kind == BalanceKind::ClosingBooked {
            s.closing = Some(balance.clone());
        }
        s.balances.push(balance);
    }
    let opens = |b: &&Node| {
        let name = format!("{} {}", b.text("NAME").unwrap_or(""), b.text("DESC").unwrap_or("")).to_lowercase();
        let money = b.text("BALTYPE").is_none_or(|t| t.eq_ignore_ascii_case("DOLLAR"));
        money && ["opening balance", "beginning balance", "previous balance"].iter().any(|n| name.contains(n))
    };
    let list = node.child("BALLIST").map(|l| l.all(&["BAL"])).unwrap_or_default();
    if let Some(balance) = list.into_iter().find(opens)
        && let Some(written) = balance.child("VALUE").filter(|v| !v.value.is_empty())
    {
        let amount = amount(written, s.currency)?;
        let date = day(balance, "DTASOF")?;
        let opening = Balance { kind: BalanceKind::OpeningBooked, amount, date, place: balance.place() };
        s.balances.push(opening.clone());
        s.opening = Some(opening);
    }
    Ok(())
}

/// One movement, and whether its date had to be taken from elsewhere.
fn entry(node: &Node, account: Currency, last: Option<NaiveDate>) -> Result<(Entry, bool), Error> {
    // `CURRENCY` says in which currency the amount is; with `ORIGCURRENCY` it is the account's already.
    let own = own_currency(node).map(currency).transpose()?.unwrap_or(account);
    let written = node.child("TRNAMT").filter(|a| !a.value.is_empty());
    let Some(written) = written else {
        return Err(Error::new(ErrorCode::Missing, node.place(), "an entry without `TRNAMT`", "its amount"));
    };
    let amount = amount(written, own)?;
    let posted = day(node, "DTPOSTED")?;
    let date = posted.or(day(node, "DTUSER")?).or(last);
    let text = |name: &str| node.text(name).map(str::to_owned);
    let payee = node.child("PAYEE");
    let name = text("NAME").or_else(|| payee.and_then(|p| p.text("NAME")).map(str::to_owned)).or_else(|| text("PAYEE"));
    let memo = text("MEMO");
    let long_name = text("EXTDNAME").filter(|n| Some(n) != name.as_ref());
    let kind = node.text("TRNTYPE").unwrap_or("");
    let mut details = TransactionDetails {
        amount: Some(amount),
        transaction_id: text("SRVRTID").or_else(|| text("REFNUM")),
        cheque_number: text("CHECKNUM"),
        ..TransactionDetails::default()
    };
    details.remittance.unstructured.extend(memo.clone().or_else(|| name.clone()));
    let party = if amount.is_negative() { &mut details.creditor } else { &mut details.debtor };
    party.name = long_name.clone().or_else(|| name.clone());
    let to = ["BANKACCTTO", "CCACCTTO"].iter().find_map(|n| node.child(n));
    party.account = to.and_then(|t| t.text("ACCTID")).map(|a| a.chars().filter(|c| !c.is_whitespace()).collect());
    party.agent = to.and_then(|t| t.text("BANKID")).map(str::to_owned);
    party.country = payee.and_then(|p| p.text("COUNTRY")).map(str::to_owned);
    let words: Vec<String> = [name, long_name, memo].into_iter().flatten().collect();
    let entry = Entry {
        amount,
        reversal: false,
        status: EntryStatus::Book,
        booking_date: date,
        booking_date_derived: posted.is_none(),
        value_date: day(node, "DTAVAIL")?,
        bank_code: BankCode {
            proprietary: Some(kind.to_owned()).filter(|k| !k.is_empty()),
            issuer: (!kind.is_empty()).then(|| "OFX".to_owned()),
            ..BankCode::default()
        }
        .into(),
        servicer_reference: text("FITID"),
        entry_reference: None,
        owner_reference: None,
        batch: None,
        charges: Vec::new(),
        details: vec![details],
        narrative: (!words.is_empty()).then(|| words.join("\n")),
        place: node.place(),
    };
    Ok((entry, posted.is_none()))
}

fn own_currency(node: &Node) -> Option<&Node> {
    node.child("CURRENCY").and_then(|c| c.child("CURSYM")).filter(|c| !c.value.is_empty())
}

/// The bank's id of a movement is its own in an account: one that comes again is the same movement twice in one file.
fn repeated_ids(s: &mut Statement) {
    let mut seen: BTreeMap<(&str, String), u64> = BTreeMap::new();
    for entry in &s.entries {
        if let Some(id) = entry.servicer_reference.as_deref() {
            *seen.entry((id, entry.amount.to_string())).or_default() += 1;
        }
    }
    let repeated = seen.into_iter().find(|(_, n)| *n > 1).map(|((id, amount), n)| (id.to_owned(), amount, n));
    if let Some((id, amount, n)) = repeated {
        let text = format!("{n} entries of {amount} with the bank's id `{id}`, which should be of one: they are kept");
        s.findings.push(Finding::new(FindingCode::Dialect, s.place.clone(), text));
    }
}

fn currency(node: &Node) -> Result<Currency, Error> {
    Currency::parse(&node.value.to_ascii_uppercase()).map_err(|e| {
        let found = format!("currency `{}`: {e}", node.value);
        Error::new(ErrorCode::Currency, node.place(), found, "a currency code of three letters, as in USD")
    })
}

/// `YYYYMMDD` with or without time and zone behind it; the bank's own day counts. `None` where it is missing or empty.
fn day(node: &Node, name: &str) -> Result<Option<NaiveDate>, Error> {
    let Some(child) = node.child(name).filter(|c| !c.value.is_empty()) else { return Ok(None) };
    let (head, tail) = child.value.split_at_checked(8).unwrap_or((child.value.as_str(), ""));
    let fits =
        tail.is_empty() || tail.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '[' | ':' | ' ' | 'T'));
    parse_date(head, "%Y%m%d").filter(|_| fits).map(Some).ok_or_else(|| {
        Error::new(
            ErrorCode::Date,
            child.place(),
            format!("date `{}`", child.value),
            "a date as YYYYMMDD, a time may follow",
        )
    })
}

/// A signed figure with a point or a comma as decimal sign, and no other sign.
fn amount(node: &Node, currency: Currency) -> Result<Money, Error> {
    let text = node.value.as_str();
    let wrong = || {
        Error::new(
            ErrorCode::Amount,
            node.place(),
            format!("amount `{text}`"),
            "a figure as in -1234.56, without thousands signs",
        )
        .with_hint("OFX allows one decimal sign and a minus; the file may be made by a converter")
    };
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, decimals) = body.split_once(['.', ',']).unwrap_or((body, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || whole.is_empty() && decimals.is_empty() {
        return Err(wrong());
    }
    // Three digits behind a comma may be thousands: that cannot be told.
    if body.contains(',') && decimals.len() == 3 && currency.decimals() < 3 {
        return Err(wrong());
    }
    let figure: String = [whole, decimals].concat();
    let units: i128 = if figure.len() <= 36 { figure.parse().map_err(|_| wrong())? } else { return Err(wrong()) };
    let units = if text.starts_with('-') { -units } else { units };
    let scale = u8::try_from(decimals.len()).map_err(|_| wrong())?;
    Money::from_scaled(units, scale, currency)
        .map_err(|e| Error::new(ErrorCode::Amount, node.place(), e.to_string(), "at most 18 digits"))
}
