//! Rows to entries. In: a money row. Out: its figures with account, currency and running balance; where it is wanted, the [`Entry`].

use super::cells::Cells;
use super::control::Control;
use super::forms::Form;
use super::labels;
use super::profile::{Figure, Role, Zero};
use crate::base::{CsvRow, Currency, Money, Place, bare_amount, currency_in_title, is_hidden};
use crate::error::{Error, ErrorCode};
use crate::model::{
    BankCode, Charge, Entry, EntryStatus, Finding, FindingCode, Party, Rare, ReturnInfo, Sketch, StructuredRemittance,
    TransactionDetails, is_no_reference,
};
use chrono::NaiveDate;

/// The figures and dates of a row that is money.
pub(super) struct Head {
    pub amount: Money,
    pub booking_date: NaiveDate,
    pub balance: Option<Money>,
    /// Neither has more decimals than the currency.
    pub whole: bool,
    /// How the amount is written.
    pub form: Form,
    value_date: Option<NaiveDate>,
    fee: Option<Money>,
    instructed: Option<Money>,
}

/// Which account and currency a row belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub account: String,
    pub currency: Currency,
}

/// What rows inherit when they do not say it themselves.
pub(super) struct Defaults {
    pub account: String,
    pub currency: Currency,
}

/// Account and currency of the file: from the profile, its preamble, the title of the amount column, or the options.
pub(super) fn defaults(cells: &Cells<'_>, control: &Control, option: Option<Currency>) -> Defaults {
    let format = &cells.profile.format;
    let account = format.account.as_deref().or(control.text(Figure::Account)).map(compact).unwrap_or_default();
    let titled = || {
        let columns = [Role::Amount, Role::Credit, Role::Debit].into_iter().filter_map(|r| cells.found.column(r));
        columns.filter_map(|c| cells.found.titles.get(c)).find_map(|t| currency_in_title(&t.raw))
    };
    let currency = format.currency.as_deref().and_then(|c| Currency::parse(c).ok());
    let currency = currency.or_else(|| control.text(Figure::Currency).and_then(|c| Currency::parse(c).ok()));
    // `10 000,00 PLN` above the table says it, too.
    let beside = |figure| control.text(figure).and_then(|t| bare_amount(t).1);
    let currency = currency.or_else(|| beside(Figure::Opening)).or_else(|| beside(Figure::Closing));
    let currency = currency.or_else(|| format.currency_in_header.then(titled).flatten()).or(option);
    Defaults { account, currency: currency.unwrap_or(Currency::NONE) }
}

/// Account and currency of a row.
///
/// # Errors
/// When the currency cell holds no code, or none although no other source gives one.
pub(super) fn key(row: &CsvRow<'_>, cells: &Cells<'_>, defaults: &Defaults) -> Result<Key, Error> {
    let written = cells.of(row, Role::Account);
    let stray = has_stray_quote(written).then_some("a quote or `=`");
    let stray = stray.or_else(|| written.contains(is_lost).then_some("a character that does not show"));
    if let Some((stray, column)) = stray.zip(cells.found.column(Role::Account)) {
        let found = format!("account `{written}`");
        let expected = format!("an account without {stray} in it");
        return Err(Error::new(ErrorCode::Value, cells.place(row.line, column), found, expected));
    }
    let account = compact(written);
    let account = if account.is_empty() { defaults.account.clone() } else { account };
    let Some(column) = cells.found.column(Role::Currency) else {
        return Ok(Key { account, currency: defaults.currency });
    };
    let text = cells.text(row, column);
    if text.is_empty() && !defaults.currency.is_none() {
        return Ok(Key { account, currency: defaults.currency });
    }
    let currency = Currency::parse(text).map_err(|_| {
        let found = format!("currency `{text}`");
        Error::new(ErrorCode::Currency, cells.place(row.line, column), found, "three letters (ISO 4217)")
    })?;
    Ok(Key { account, currency })
}

/// Reads the figures of a money row, whose booking date was read. `None` for a notice of amount zero that the profile leaves out.
///
/// # Errors
/// With line, column number and column name, when a date or an amount is missing or cannot be read.
#[inline]
pub(super) fn head(
    row: &CsvRow<'_>,
    cells: &Cells<'_>,
    key: &Key,
    booking_date: Option<NaiveDate>,
    findings: &mut Vec<Finding>,
) -> Result<Option<Head>, Error> {
    let missing = |role: Role, what: &str| {
        let place = cells.found.column(role).map_or(Place::line(row.line), |c| cells.place(row.line, c));
        Error::new(ErrorCode::Missing, place, format!("no {what}"), format!("the {what} of a movement"))
            .with_hint("if such rows are no movements, add a [[skip]] rule with a reason to the profile")
    };
    let amount_role = if cells.found.column(Role::Amount).is_some() { Role::Amount } else { Role::Credit };
    let amount = cells.amount(row, key.currency)?.ok_or_else(|| missing(amount_role, "amount"))?;
    if amount.is_zero() && cells.profile.format.zero == Zero::Skip {
        return Ok(None);
    }
    let booking_date = booking_date.ok_or_else(|| missing(Role::BookingDate, "booking date"))?;
    let balance = cells.balance(row, key.currency)?;
    for (money, role) in [(Some(amount), amount_role), (balance, Role::Balance)] {
        if let Some(money) = money.filter(|m| !m.is_whole()) {
            let place = cells.found.column(role).map_or(Place::line(row.line), |c| cells.place(row.line, c));
            let text = format!("{} has more decimals than {}", money.figure(), key.currency);
            findings.push(Finding::new(FindingCode::ExcessDecimals, place, text));
        }
    }
    let value_date = cells.date(row, Role::ValueDate)?;
    let fee = cells.figure(row, Role::Charges, key.currency)?.filter(|f| !f.is_zero());
    let mut instructed = None;
    if cells.found.column(Role::OriginalAmount).is_some() {
        let original_currency = Currency::parse(cells.of(row, Role::OriginalCurrency)).unwrap_or(amount.currency());
        instructed = cells.figure(row, Role::OriginalAmount, original_currency)?.map(Money::abs);
    }
    let form = cells.form(row, amount);
    let whole = amount.is_whole() && balance.is_none_or(Money::is_whole);
    Ok(Some(Head { amount, booking_date, balance, whole, form, value_date, fee, instructed }))
}

impl Head {
    /// Of a row that has these figures, whole ones, and no others.
    pub(super) fn of_figures(
        amount: Money,
        booking_date: NaiveDate,
        balance: Option<Money>,
        form: Form,
        value_date: Option<NaiveDate>,
    ) -> Self {
        Head { amount, booking_date, balance, whole: true, form, value_date, fee: None, instructed: None }
    }

    /// The value date.
    pub(super) fn value_date(&self) -> Option<NaiveDate> {
        self.value_date
    }

    /// The figures alone.
    pub(super) fn sketch(&self) -> Sketch {
        Sketch {
            amount: self.amount,
            booking_date: Some(self.booking_date),
            value_date: self.value_date,
            status: EntryStatus::Book,
            words: [0; 16],
        }
    }
}

/// Maps a money row as a whole.
pub(super) fn entry(head: &Head, row: &CsvRow<'_>, cells: &Cells<'_>) -> Entry {
    let text = |role| Some(cells.of(row, role)).filter(|t| !t.is_empty()).map(str::to_owned);
    let bank_code = match (text(Role::BankCode), text(Role::BankText)) {
        (None, None) => Rare::default(),
        (proprietary, text) => BankCode { proprietary, text, ..BankCode::default() }.into(),
    };
    let narrative: Vec<&str> =
        cells.found.columns(Role::Narrative).iter().map(|c| cells.text(row, *c)).filter(|t| !t.is_empty()).collect();
    let fee = head.fee.map(|f| Charge { amount: f.abs(), included: Some(true), credit: false });
    Entry {
        amount: head.amount,
        reversal: matches!(cells.of(row, Role::Reversal), "true" | "1" | "yes" | "TRUE"),
        status: EntryStatus::Book,
        booking_date: Some(head.booking_date),
        booking_date_derived: cells.of(row, Role::BookingDate).is_empty(),
        value_date: head.value_date,
        bank_code,
        servicer_reference: None,
        entry_reference: text(Role::BankId),
        owner_reference: None,
        batch: None,
        charges: fee.into_iter().collect(),
        details: vec![details(row, cells, head)],
        narrative: Some(narrative.join("\n")).filter(|n| !n.is_empty()),
        place: Place::line_column(row.line, 1),
    }
}

/// The pieces of the text columns of a row.
pub(super) fn remittance(row: &CsvRow<'_>, cells: &Cells<'_>) -> Vec<String> {
    let columns = cells.found.columns(Role::Remittance).iter();
    let mut pieces = Vec::with_capacity(columns.len());
    pieces.extend(
        columns.flat_map(|c| cells.text(row, *c).lines()).map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned),
    );
    pieces
}

/// Quotes stand around an account, if at all. One inside is a character that was lost.
fn has_stray_quote(account: &str) -> bool {
    account.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=')).contains(['"', '='])
}

/// A character that does not show: it stands for one that was lost, or makes an account that only looks like another.
fn is_lost(c: char) -> bool {
    is_hidden(c) && !c.is_whitespace()
}

/// An account without blanks and stray quotes, as the model wants it.
pub(super) fn compact(account: &str) -> String {
    account.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '=')).collect()
}

fn details(row: &CsvRow<'_>, cells: &Cells<'_>, head: &Head) -> TransactionDetails {
    let amount = head.amount;
    let mut fields: Vec<(Role, String)> = Vec::new();
    let pieces = remittance(row, cells);
    let mut words: Vec<String> = Vec::new();
    if cells.profile.labels.is_empty() {
        words = pieces;
    } else {
        for (role, piece) in labels::split(&pieces.join(" "), &cells.profile.labels) {
            if role == Role::Remittance { words.push(piece) } else { fields.push((role, piece)) }
        }
    }
    // A column of its own is better than a field inside a text.
    let text = |role: Role| {
        let own = cells.of(row, role);
        let labelled = || fields.iter().find(|(r, _)| *r == role).map(|(_, t)| t.as_str());
        Some(own).filter(|t| !t.is_empty()).or_else(labelled).map(str::to_owned)
    };
    let reference = |role| text(role).filter(|t| !is_no_reference(t));
    let credit = !amount.is_negative();
    let name = text(Role::CounterpartyName).or_else(|| text(if credit { Role::PayerName } else { Role::PayeeName }));
    let account = text(Role::CounterpartyIban).or_else(|| text(if credit { Role::PayerIban } else { Role::PayeeIban }));
    let other = Party {
        name,
        account: account.map(|a| compact(&a)).filter(|a| !a.is_empty()),
        agent: text(Role::CounterpartyBic),
        ..Party::default()
    };
    let ultimate = match text(Role::UltimateName) {
        None => Rare::default(),
        name => Party { name, ..Party::default() }.into(),
    };
    let mut details = TransactionDetails {
        amount: Some(amount),
        end_to_end_id: reference(Role::E2eId),
        mandate_id: reference(Role::MandateId),
        creditor_id: reference(Role::CreditorId),
        payment_info_id: reference(Role::BatchId),
        returned: text(Role::ReturnReason).map(|r| ReturnInfo { reason: Some(r), text: Vec::new() }),
        ..TransactionDetails::default()
    };
    if credit {
        (details.debtor, details.ultimate_debtor) = (other.into(), ultimate);
    } else {
        (details.creditor, details.ultimate_creditor) = (other.into(), ultimate);
    }
    details.remittance.unstructured = words;
    if let Some(creditor_reference) = reference(Role::StructuredRef) {
        let structured =
            StructuredRemittance { creditor_reference: Some(creditor_reference), ..StructuredRemittance::default() };
        details.remittance.structured.push(structured);
    }
    if head.instructed.is_some() {
        details.amounts.instructed = head.instructed;
    }
    details
}
