//! One `:61:` with its `:86:` to an [`Entry`] of the model.

use super::fields::{self, StatementLine};
use super::info86::{self, Context, Info};
use super::lines::{Field, split_lines};
use super::notes::{Notes, fault};
use crate::base::{CreditDebit, Currency, Money};
use crate::error::{Error, ErrorCode};
use crate::model::{
    AmountDetails, BankCode, Batch, Charge, Entry, EntryStatus, FindingCode, Party, Rare, ReturnInfo, Sketch,
    TransactionDetails,
};
use chrono::NaiveDate;
use std::borrow::Cow;

/// A `:61:` with what its figures and dates mean.
pub(super) struct Head<'t> {
    read: StatementLine<'t>,
    amount: Money,
    booking_date: NaiveDate,
    booking_date_derived: bool,
}

impl<'t> Head<'t> {
    /// Reads the `:61:`. Findings go to the notes of its statement; the texts of an entry add none.
    ///
    /// # Errors
    /// When it breaks the grammar or its amount has more than 18 digits.
    pub(super) fn read(line: Field<'t>, currency: Currency, notes: &mut Notes) -> Result<Self, Error> {
        let read = fields::statement_line(line.text).map_err(|f| fault(line, f))?;
        let amount = read.amount.money(read.mark.direction, currency).ok_or_else(|| too_long(line, &read))?;
        notes.amount(line, read.amount_offset, read.amount, amount);
        let (booking_date, booking_date_derived) = booking_date(line, &read, notes);
        if read.value_date.clamped {
            let text = format!("no calendar has the value date; it was read as {}", read.value_date.date);
            notes.add(FindingCode::ImpossibleDate, line.place(0), text);
        }
        Ok(Head { read, amount, booking_date, booking_date_derived })
    }

    /// Whether the amount has no more decimals than its currency.
    pub(super) fn is_whole(&self) -> bool {
        self.amount.is_whole()
    }

    fn status(&self) -> EntryStatus {
        if self.read.mark.expected { EntryStatus::Pdng } else { EntryStatus::Book }
    }

    /// Its figures alone.
    pub(super) fn sketch(&self) -> Sketch {
        Sketch {
            amount: self.amount,
            booking_date: Some(self.booking_date),
            value_date: Some(self.read.value_date.date),
            status: self.status(),
            words: [0; 16],
        }
    }

    /// The whole entry, with the texts of its `:86:` and `:NS:`.
    pub(super) fn entry(
        self,
        line: Field<'_>,
        (texts, extensions): (&[&str], &[&str]),
        context: Context<'_>,
        house: Option<&str>,
    ) -> Entry {
        let status = self.status();
        let Head { read, amount, booking_date, booking_date_derived } = self;
        let direction = read.mark.direction;
        let mut info = info86::read(texts, context).0;
        let (supplementary, under_line) = supplementary(&read, context, house, &mut info);
        if texts.is_empty() {
            // Some banks put the words under the `:61:` and send no `:86:`.
            let words = supplementary.iter().map(|s| &**s).chain(extensions.iter().copied()).flat_map(split_lines);
            info.remittance.unstructured.extend(words.map(|w| w.trim_end().to_owned()).filter(|w| !w.is_empty()));
        }
        let mut owner_reference = reference(&read.owner_reference);
        if let Some((account, name)) = counterparty_in_reference(&read.owner_reference) {
            owner_reference = None;
            info.counterparty.account.get_or_insert(account);
            if info.counterparty.name.is_none() {
                info.counterparty.name = name;
            }
        }
        // `EREF`, `PREF`, `MARF`, `KREF+` in the `:61:` only say where in `:86:` the reference stands.
        match read.owner_reference.trim_end_matches('+') {
            "EREF" => owner_reference = info.end_to_end_id.clone(),
            "PREF" => owner_reference = info.batch_reference.clone(),
            "MARF" | "MREF" => owner_reference = info.mandate_id.clone(),
            "KREF" => owner_reference = info.customer_reference.clone(),
            _ => {}
        }
        let returned = info.returned || read.type_code.as_deref().is_some_and(|t| t.ends_with("RTI"));
        let narrative = (!texts.is_empty()).then(|| narrative(texts)).filter(|n| !n.is_empty());
        let (own_code, issuer) = info.own_code.take().map_or((None, None), |(c, i)| (Some(c), Some(i.to_owned())));
        let batch_id = info.batch_reference.take().or(info.customer_reference.take());
        let of_count = |count| Batch { payment_info_id: batch_id.clone(), count: Some(count), ..Batch::default() };
        let batch = info.batch_count.map(of_count).map(Box::new);

        let mut charges: Vec<Charge> = Vec::new();
        for money in info.charges.drain(..).chain(under_line.1) {
            let charge = Charge { amount: money.abs(), included: None, credit: false };
            if !charges.contains(&charge) {
                charges.push(charge);
            }
        }
        let mut details = TransactionDetails {
            amount: Some(amount),
            end_to_end_id: info.end_to_end_id.take(),
            transaction_id: info.transaction_id.take(),
            payment_info_id: batch_id,
            mandate_id: info.mandate_id.take(),
            creditor_id: info.creditor_id.take(),
            uetr: info.uetr.take(),
            servicer_reference: info.bank_reference.take(),
            remittance: std::mem::take(&mut info.remittance),
            returned: returned.then(|| ReturnInfo { reason: info.return_reason.take(), text: Vec::new() }),
            charges,
            purpose: info.purpose.take(),
            narrative: supplementary.filter(|_| !texts.is_empty()),
            ..TransactionDetails::default()
        };
        let amounts = AmountDetails {
            instructed: info.original_amount.or(under_line.0),
            exchange_rate: info.exchange_rate.take(),
            ..AmountDetails::default()
        };
        details.amounts = amounts.into();
        let bank_code = BankCode {
            proprietary: own_code,
            issuer,
            swift: read.type_code.map(Cow::into_owned),
            gvc: info.gvc.take(),
            text_key: info.text_key.take(),
            text: info.booking_text.take(),
            ..BankCode::default()
        };
        set_parties(&mut details, &mut info, direction);
        Entry {
            amount,
            reversal: read.mark.reversal,
            status,
            booking_date: Some(booking_date),
            booking_date_derived,
            value_date: Some(read.value_date.date),
            bank_code: bank_code.into(),
            servicer_reference: reference(&read.bank_reference),
            entry_reference: None,
            owner_reference,
            batch,
            charges: Vec::new(),
            details: vec![details],
            narrative,
            place: line.place(0),
        }
    }
}

/// The counterparty pays on a credit and is paid on a debit. Where the layout names only one side, that is the other one,
/// also on a return; where it names both, it says itself who is who.
fn set_parties(details: &mut TransactionDetails, info: &mut Info, direction: CreditDebit) {
    let take = std::mem::take::<Rare<Party>>;
    let (mut ordering, mut beneficiary) = (take(&mut info.ordering), take(&mut info.beneficiary));
    let mut other = take(&mut info.counterparty);
    match (ordering.is_empty(), beneficiary.is_empty(), direction) {
        (false, true, _) => fill(&mut other, take(&mut ordering)),
        (true, false, _) => fill(&mut other, take(&mut beneficiary)),
        (false, false, CreditDebit::Credit) => fill(&mut other, take(&mut ordering)),
        (false, false, CreditDebit::Debit) => fill(&mut other, take(&mut beneficiary)),
        (true, true, _) => {}
    }
    match direction {
        CreditDebit::Credit => (details.debtor, details.creditor) = (other, beneficiary),
        CreditDebit::Debit => (details.debtor, details.creditor) = (ordering, other),
    }
    details.ultimate_debtor = take(&mut info.ultimate_debtor);
    details.ultimate_creditor = take(&mut info.ultimate_creditor);
}

fn fill(party: &mut Rare<Party>, from: Rare<Party>) {
    if party.is_absent() || from.is_absent() {
        *party = if from.is_absent() { std::mem::take(party) } else { from };
        return;
    }
    let from = from.into_inner();
    party.name = party.name.take().or(from.name);
    party.account = party.account.take().or(from.account);
    party.agent = party.agent.take().or(from.agent);
    party.id = party.id.take().or(from.id);
    party.country = party.country.take().or(from.country);
}

/// The entry date with its year; without one the value date, marked as derived.
fn booking_date(line: Field<'_>, read: &StatementLine<'_>, notes: &mut Notes) -> (chrono::NaiveDate, bool) {
    let value = read.value_date.date;
    match read.entry_date.and_then(|md| fields::entry_year(value, md)) {
        Some(entry) => {
            if entry.clamped {
                let text = format!("no calendar has the entry date; it was read as {}", entry.date);
                notes.add(FindingCode::ImpossibleDate, line.place(6), text);
            }
            (entry.date, false)
        }
        None => {
            notes.derived_date(line);
            (value, true)
        }
    }
}

/// What stands under the `:61:`: the counterparty's account (Rabobank), ING's code, amounts; else words.
/// Gives the words, and the original amount with charges.
#[allow(clippy::type_complexity)]
fn supplementary(
    read: &StatementLine<'_>,
    context: Context<'_>,
    house: Option<&str>,
    info: &mut Info,
) -> (Option<String>, (Option<Money>, Vec<Money>)) {
    let Some(text) = read.supplementary.as_deref() else { return (None, (None, Vec::new())) };
    let amounts = info86::slash_amounts(text, context);
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let old_account =
        house == Some("nl-rabobank") && compact.len() <= 12 && compact.bytes().all(|b| b.is_ascii_digit());
    if info86::looks_like_iban(&compact) || old_account {
        if compact.bytes().any(|b| b != b'0') {
            info.counterparty.account.get_or_insert(compact);
        }
        return (None, amounts);
    }
    if let Some(code) = text.strip_prefix("/TRCD/").and_then(|t| t.split('/').next()) {
        info.own_code.get_or_insert((code.to_owned(), "ING"));
        return (None, amounts);
    }
    if text.starts_with("/OCMT/") || text.starts_with("/CHGS/") {
        return (None, amounts);
    }
    (Some(text.to_owned()), amounts)
}

/// ASN and old Rabobank files put the counterparty's account and name where the reference should be: an IBAN, or ten digits
/// padded to 16 characters, then the name.
fn counterparty_in_reference(text: &str) -> Option<(String, Option<String>)> {
    let (account, name) = match text.split_once(char::is_whitespace) {
        Some((account, name)) => (account, name.trim()),
        None => (text, ""),
    };
    let padded = text.len() > 16
        && (7..=10).contains(&account.len())
        && account.bytes().all(|b| b.is_ascii_digit())
        && text.get(account.len()..16).is_some_and(|pad| pad.trim().is_empty());
    let name = Some(name.to_owned()).filter(|n| !n.is_empty());
    (padded || crate::base::is_valid_iban(account) || text.len() > 16 && info86::looks_like_iban(account))
        .then(|| (account.to_owned(), name))
}

fn reference(text: &str) -> Option<String> {
    (!info86::says_none(text)).then(|| text.to_owned())
}

fn narrative(texts: &[&str]) -> String {
    let mut out = String::with_capacity(texts.iter().map(|t| t.len() + 1).sum());
    for line in texts.iter().flat_map(|t| split_lines(t)) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(line.trim_end());
    }
    out.truncate(out.trim_end().len());
    out
}

fn too_long(line: Field<'_>, read: &StatementLine<'_>) -> Error {
    let place = line.place(read.amount_offset);
    Error::new(ErrorCode::Amount, place, "an amount of more than 18 digits", "at most 18 digits, decimals included")
        .with_hint("no account holds this; the file is damaged")
}
