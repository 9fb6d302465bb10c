//! The proof that a statement is complete: its own figures in, [`TieOut`] and a finding for each contradiction out.

use crate::base::{Currency, Money, MoneyError, Place};
use crate::model::{
    Charge, ControlTotals, Entry, EntryStatus, Finding, FindingCode, Format, Movement, Statement, StatementKind,
    TieOut, Totals,
};

/// Proves a statement from its own figures and sets [`Statement::tie_out`] with a finding for each contradiction:
/// opening + booked entries = closing; each batch = its details; the bank's counts and sums = the entries.
///
/// Only booked entries count. A statement that is [`TieOut::Broken`] already (by a page of its own, by a running balance) stays so.
/// A batch that does not sum leaves the statement's equation as it is: its entry cannot be split, and that is all.
pub fn tie_out(statement: &mut Statement) {
    let mut findings = Vec::new();
    let mut broken = statement.tie_out == TieOut::Broken;
    let currencies_agree = currencies(statement, &mut findings);
    announced_elsewhere(statement, &mut findings);
    broken |= !currencies_agree;
    let mut proven = false;
    if currencies_agree {
        match equation(statement, &mut findings) {
            Equation::Holds => proven = true,
            Equation::Fails => broken = true,
            Equation::Nothing => {}
        }
        broken |= !totals(statement, &mut findings);
    }
    statement.entries.iter().for_each(|entry| batch(entry, &mut findings));
    for balance in [&statement.opening, &statement.closing].into_iter().flatten() {
        excess_decimals(balance.amount, &balance.place, &mut findings);
    }
    statement.entries.iter().for_each(|entry| decimals_of_entry(entry, &mut findings));
    statement.findings.extend(findings);
    statement.tie_out = match (broken, proven) {
        (true, _) => TieOut::Broken,
        (false, true) => TieOut::Proven,
        (false, false) => TieOut::Unproven,
    };
}

/// What an entry contradicts by itself: its batch, the decimals of its currency. For entries that are let go.
pub(super) fn of_entry(entry: &Entry, findings: &mut Vec<Finding>) {
    batch(entry, findings);
    decimals_of_entry(entry, findings);
}

fn decimals_of_entry(entry: &Entry, findings: &mut Vec<Finding>) {
    let details = entry.details.iter().filter_map(|d| d.amount);
    for amount in std::iter::once(entry.amount).chain(details) {
        excess_decimals(amount, &entry.place, findings);
    }
}

fn booked(statement: &Statement) -> impl Iterator<Item = Movement> {
    statement.movements().filter(|m| m.status == EntryStatus::Book)
}

/// One currency for the account, the balances and the booked entries. An account that names none agrees with all; figures
/// without a currency agree with each other only, since a source either names it on its figures or nowhere.
fn currencies(statement: &Statement, findings: &mut Vec<Finding>) -> bool {
    let account = Some(("the account", statement.currency, &statement.place)).filter(|(_, c, _)| !c.is_none());
    let balances = [("the opening balance", &statement.opening), ("the closing balance", &statement.closing)];
    let balances = balances.into_iter().filter_map(|(w, b)| b.as_ref().map(|b| (w, b.amount.currency(), &b.place)));
    let mut first: Option<(&str, Currency)> = None;
    let named = account.into_iter().chain(balances);
    for (what, currency, place) in named {
        match first {
            None => first = Some((what, currency)),
            Some((before, expected)) if expected != currency => {
                let text = format!("{what} is in {currency}, {before} in {expected}");
                findings.push(Finding::new(FindingCode::CurrencyDiffers, place.clone(), text));
                return false;
            }
            Some(_) => {}
        }
    }
    let Some((before, expected)) =
        first.or_else(|| booked(statement).next().map(|m| ("an entry", m.amount.currency())))
    else {
        return true;
    };
    let other = |m: &Movement| m.status == EntryStatus::Book && m.amount.currency() != expected;
    if statement.entries.is_empty() && statement.passed.runs().iter().all(|r| r.currency == expected) {
        return true;
    }
    let Some(n) = statement.movements().position(|m| other(&m)) else { return true };
    // Of entries that were let go the first of each kind has its place.
    let gone = statement.passed.runs().iter();
    let mut gone = gone.filter(|r| r.status == EntryStatus::Book && r.currency != expected).map(|r| &r.place);
    let kept = statement.entries.get(n).map(|e| &e.place);
    let place = kept.or_else(|| gone.next()).filter(|p| **p != Place::default()).cloned();
    let place = place.unwrap_or_else(|| Place::default().at(format!("entries[{}]", n + 1)));
    let currency = statement.movements().nth(n).map_or(expected, |m| m.amount.currency());
    let text = format!("an entry is in {currency}, {before} in {expected}");
    findings.push(Finding::new(FindingCode::CurrencyDiffers, place, text));
    false
}

/// An entry that is not booked, in another currency than its account: it counts for nothing, and a person should know.
fn announced_elsewhere(statement: &Statement, findings: &mut Vec<Finding>) {
    let (own, book) = (statement.currency, EntryStatus::Book);
    let kept = statement.entries.iter().map(|e| (e.status, e.amount.currency(), &e.place));
    let gone = statement.passed.runs().iter().map(|r| (r.status, r.currency, &r.place));
    let mut other = gone.chain(kept).filter(|(status, currency, _)| *status != book && *currency != own);
    if let Some((_, currency, place)) = other.next().filter(|_| !own.is_none()) {
        let text = format!("an entry that is not booked is in {currency}, the account in {own}: it counts for nothing");
        findings.push(Finding::new(FindingCode::Dialect, place.clone(), text));
    }
}

enum Equation {
    Holds,
    Fails,
    Nothing,
}

/// Exact sum in units of 10^-18 of the currency; nothing where it does not fit, which no bank's figures reach.
fn sum(amounts: impl Iterator<Item = Money>) -> Option<i128> {
    amounts.map(units).try_fold(0i128, |total, m| total.checked_add(m?))
}

/// The sum of the booked entries; of those that were let go it is known already.
fn booked_sum(statement: &Statement) -> Option<i128> {
    let kept = statement.entries.iter().filter(|e| e.status == EntryStatus::Book).map(|e| e.amount);
    let passed = statement.passed.runs().iter().filter(|r| r.status == EntryStatus::Book);
    let units = passed.map(|r| UNITS.get(usize::from(r.decimals))?.checked_mul(r.sum));
    let mut units = units;
    units.try_fold(sum(kept)?, |total, of| total.checked_add(of?))
}

/// 10^18 divided by each power of ten.
const UNITS: [i128; 19] = {
    let mut units = [1; 19];
    let mut decimals = 18;
    while decimals > 0 {
        units[decimals - 1] = units[decimals] * 10;
        decimals -= 1;
    }
    units
};

/// An amount in units of 10^-18, finer than any source writes.
fn units(money: Money) -> Option<i128> {
    if let Ok(minor) = money.minor() {
        return UNITS.get(usize::from(money.currency().decimals()))?.checked_mul(i128::from(minor));
    }
    let decimal = money.to_decimal();
    10i128.checked_pow(18u32.checked_sub(decimal.scale())?)?.checked_mul(decimal.mantissa())
}

fn figure(units: i128, currency: Currency) -> String {
    match Money::from_scaled(units, 18, currency) {
        Ok(money) => money.to_string(),
        Err(_) => format!("{units}e-18 {currency}"),
    }
}

fn equation(statement: &Statement, findings: &mut Vec<Finding>) -> Equation {
    // Reports, notifications and MT942 have no balances by design; CSV, BAI2 and OFX have what the bank puts in.
    let owes_balances =
        statement.kind == StatementKind::Statement && matches!(statement.format, Format::Camt053 | Format::Mt940);
    let (opening, closing) = match (&statement.opening, &statement.closing) {
        (Some(opening), Some(closing)) => (opening, closing),
        (opening, closing) => {
            if owes_balances && opening.is_none() {
                let text = "the statement has no opening balance, so nothing proves that it is complete";
                findings.push(Finding::new(FindingCode::OpeningMissing, statement.place.clone(), text));
            }
            if owes_balances && closing.is_none() {
                let text = "the statement has no closing balance, so nothing proves that it is complete";
                findings.push(Finding::new(FindingCode::ClosingMissing, statement.place.clone(), text));
            }
            // XML shows by its tags that it is whole. An MT940 with one balance of its two was cut, or lost a line.
            if statement.kind == StatementKind::Statement
                && statement.format == Format::Mt940
                && opening.is_some() != closing.is_some()
            {
                return Equation::Fails;
            }
            return Equation::Nothing;
        }
    };
    let currency = opening.amount.currency();
    let total = booked_sum(statement);
    let parts = (units(opening.amount), total, units(closing.amount));
    let (Some(from), Some(total), Some(found)) = parts else {
        let text = "the entries sum to more than can be calculated exactly";
        findings.push(Finding::new(FindingCode::BalanceMismatch, closing.place.clone(), text));
        return Equation::Fails;
    };
    let expected = from.saturating_add(total);
    if expected == found {
        return Equation::Holds;
    }
    let text = format!(
        "opening {} plus booked entries {} is {}, but the closing balance is {}; difference {}",
        opening.amount,
        figure(total, currency),
        figure(expected, currency),
        closing.amount,
        figure(found.saturating_sub(expected), currency)
    );
    if statement.kind == StatementKind::Report {
        // A report during the day may show only what is new since the last one, with the balance of the whole day.
        let text = format!("{text}; a report during the day proves nothing");
        findings.push(Finding::new(FindingCode::Dialect, closing.place.clone(), text));
        return Equation::Nothing;
    }
    findings.push(Finding::new(FindingCode::BalanceMismatch, closing.place.clone(), text));
    Equation::Fails
}

/// The bank's own counts and sums. Some count booked entries, some all of them: either agrees.
fn totals(statement: &Statement, findings: &mut Vec<Finding>) -> bool {
    if statement.totals == ControlTotals::default() {
        return true;
    }
    let all: Vec<Movement> = statement.movements().collect();
    let only_booked: Vec<Movement> = booked(statement).collect();
    let mut ok = true;
    let place = statement.totals.place.as_ref().unwrap_or(&statement.place);
    let mut tell = |text: String| {
        findings.push(Finding::new(FindingCode::SummaryMismatch, place.clone(), text));
        ok = false;
    };
    type Side = fn(&&Movement) -> bool;
    let sides: [(&str, &Totals, Side); 3] = [
        ("", &statement.totals.all, |_| true),
        ("credit ", &statement.totals.credits, |e| !e.amount.is_negative()),
        ("debit ", &statement.totals.debits, |e| e.amount.is_negative()),
    ];
    for (name, stated, side) in sides {
        let count = |of: &[Movement]| of.iter().filter(side).count() as u64;
        // An entry of zero is a credit or a debit as the bank likes.
        let sided = name.is_empty() || all.iter().all(|e| !e.amount.is_zero());
        if let Some(n) = stated.count.filter(|n| sided && *n != count(&all) && *n != count(&only_booked)) {
            tell(format!("the statement says {n} {name}entries, it holds {}", count(&only_booked)));
        }
        let Some(stated) = stated.sum else { continue };
        let of = |entries: &[Movement]| sum(entries.iter().filter(side).map(|e| e.amount.abs()));
        if units(stated) != of(&all) && units(stated) != of(&only_booked) {
            let found = of(&only_booked).map_or_else(|| "too much".to_owned(), |f| figure(f, statement.currency));
            tell(format!("the statement says {name}entries of {stated}, they sum to {found}"));
        }
    }
    if let Some(net) = statement.totals.net {
        let of = |entries: &[Movement]| sum(entries.iter().map(|e| e.amount));
        if units(net) != of(&all) && units(net) != of(&only_booked) {
            let found = of(&only_booked).map_or_else(|| "too much".to_owned(), |f| figure(f, statement.currency));
            tell(format!("the statement says a net of {net}, the entries give {found}"));
        }
    }
    ok
}

/// A batch against its details: their number, and their sum where each of them has an amount.
fn batch(entry: &Entry, findings: &mut Vec<Finding>) {
    if entry.status != EntryStatus::Book || entry.details.len() < 2 && entry.batch.is_none() {
        return;
    }
    let shown = entry.details.len() as u64;
    let stated = entry.batch.as_ref().and_then(|b| b.count);
    if let Some(n) = stated.filter(|n| shown > 0 && *n != shown) {
        let text = format!("the batch names {n} payments and shows {shown}");
        findings.push(Finding::new(FindingCode::BatchCountMismatch, entry.place.clone(), text));
    }
    // A single detail has its entry's amount unless the batch says that there are more.
    if shown < 2 && stated.is_none_or(|n| n == shown) || shown == 0 || details_sum(entry) != Some(false) {
        return;
    }
    let total = sum(entry.details.iter().filter_map(|d| d.amount)).unwrap_or_default();
    let difference = units(entry.amount).unwrap_or_default().saturating_sub(total);
    let charges: &[Charge] = &entry.charges;
    let own = entry.details.iter().flat_map(|d| d.charges.iter());
    let explains = |charges: &mut dyn Iterator<Item = &Charge>| {
        let fees: Vec<Money> = charges
            .filter(|c| c.amount.currency() == entry.amount.currency())
            .map(|c| if c.credit { c.amount } else { c.amount.negated() })
            .collect();
        !fees.is_empty() && sum(fees.into_iter()) == Some(difference)
    };
    if explains(&mut charges.iter()) || explains(&mut own.clone()) || explains(&mut charges.iter().chain(own)) {
        return;
    }
    let currency = entry.amount.currency();
    let text = format!(
        "the {shown} {} of the batch {} to {}, the entry is {}; difference {}: it cannot be split",
        if shown == 1 { "payment" } else { "payments" },
        if shown == 1 { "comes" } else { "sum" },
        figure(total, currency),
        entry.amount,
        figure(difference, currency)
    );
    findings.push(Finding::new(FindingCode::BatchSumMismatch, entry.place.clone(), text));
}

/// Whether the details' amounts sum to the entry; nothing if not every detail has one.
fn details_sum(entry: &Entry) -> Option<bool> {
    let amounts: Option<Vec<Money>> = entry.details.iter().map(|d| d.amount).collect();
    let amounts = amounts.filter(|a| a.iter().all(|m| m.currency() == entry.amount.currency()))?;
    let total = amounts.into_iter().try_fold(Money::zero(entry.amount.currency()), Money::checked_add);
    Some(match total {
        Ok(total) => total == entry.amount,
        Err(MoneyError::CurrencyMismatch(..)) => return None,
        Err(_) => false,
    })
}

fn excess_decimals(amount: Money, place: &Place, findings: &mut Vec<Finding>) {
    if !amount.is_whole() {
        let text = format!("{amount} is finer than the smallest unit of {}, so it cannot be posted", amount.currency());
        findings.push(Finding::new(FindingCode::ExcessDecimals, place.clone(), text));
    }
}
