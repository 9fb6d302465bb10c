//! One movement of an entry in, one [`Payment`] out.

use super::FiledStatement;
use super::content::account_key;
use super::returns::return_reason;
use crate::base::{ContentId, Money, content_id, fold_letters};
use crate::model::{Charge, DocumentRef, Entry, Party, Payment, Source, TransactionDetails, Trust};
use chrono::NaiveDate;

/// What a payment is made of.
pub(super) struct Parts<'a> {
    pub filed: &'a FiledStatement,
    pub entry: &'a Entry,
    pub details: Option<&'a TransactionDetails>,
    pub minor: i64,
    pub date: NaiveDate,
    pub unsplit: bool,
    pub trust: Trust,
    pub company: &'a str,
}

/// How many details of a batch that cannot be split lend it their words.
const WORDS_OF_BATCH: usize = 10;

/// Makes a payment; its id still lacks the occurrence number.
pub(super) fn make(p: &Parts<'_>) -> Payment {
    let (statement, entry) = (&p.filed.statement, p.entry);
    let none = TransactionDetails::default();
    let d = p.details.unwrap_or(&none);
    let party: &Party = statement.counterparty(entry, d);
    let is_debtor = statement.debtor_is_other(entry, d);
    let ultimate = if is_debtor { &d.ultimate_debtor } else { &d.ultimate_creditor };
    let return_reason = return_reason(entry, p.details);
    let currency = entry.amount.currency();
    let instructed = d.amounts.instructed.filter(|m| return_reason.is_some() || m.currency() != currency);
    let instructed = instructed.and_then(|m| m.abs().minor().ok().map(|minor| (minor, m.currency())));
    let receiving = d.creditor.account.as_ref().filter(|a| is_debtor && p.minor > 0 && !same(a, &statement.account));
    let charges = if !d.charges.is_empty() {
        charges(&d.charges, entry.amount)
    } else if entry.details.len() <= 1 {
        charges(&entry.charges, entry.amount)
    } else {
        0
    };
    let batch = entry.batch.as_ref();
    let batch_id = d
        .payment_info_id
        .clone()
        .or_else(|| batch.and_then(|b| b.payment_info_id.clone().or_else(|| b.message_id.clone())));
    let label = d.bank_code.label();
    let mut place = entry.place.clone();
    let file = place.file.take().unwrap_or_else(|| p.filed.file.clone());
    let mut payment = Payment {
        payment_id: content_id('p', &[]),
        company: p.company.to_owned(),
        account: statement.account.clone(),
        statement_id: statement.statement_id.clone(),
        entry_ref: entry
            .servicer_reference
            .clone()
            .or_else(|| d.servicer_reference.clone())
            .or_else(|| entry.entry_reference.clone()),
        booking_date: p.date,
        value_date: entry.value_date,
        amount: p.minor,
        currency,
        payer_name: party.name.clone(),
        payer_account: party.account.clone(),
        payer_bic: party.agent.clone(),
        ultimate_payer: ultimate.name.clone(),
        receiving_account: receiving.cloned(),
        remittance: remittance(p),
        bank_text: bank_text(entry, d),
        structured_refs: structured_refs(d),
        documents: documents(d),
        end_to_end_id: d.end_to_end_id.clone(),
        mandate_id: d.mandate_id.clone(),
        batch_id,
        bank_code: if label.is_empty() { entry.bank_code.label() } else { label },
        gvc: d.bank_code.gvc.clone().or_else(|| entry.bank_code.gvc.clone()),
        original_amount: instructed.map(|i| i.0),
        original_currency: instructed.map(|i| i.1),
        charges,
        reversal: entry.reversal,
        return_reason,
        batch_unsplit: p.unsplit,
        trust: p.trust,
        source: Source { format: Some(statement.format), file, place },
    };
    payment.payment_id = id(&payment, p, d);
    payment
}

/// The id of the content: what the words say, whatever pieces they came in. The bank's reference of the detail, else of the entry.
fn id(payment: &Payment, p: &Parts<'_>, d: &TransactionDetails) -> crate::base::ContentId {
    let mut text = Vec::with_capacity(256);
    payment.remittance.iter().chain(&payment.structured_refs).for_each(|t| fold_letters(t, &mut text));
    text.push(b'|');
    fold_letters(payment.payer_name.as_deref().unwrap_or_default(), &mut text);
    let reference = d.servicer_reference.as_deref().or(p.entry.servicer_reference.as_deref());
    base_id(payment, std::str::from_utf8(&text).unwrap_or_default(), reference.unwrap_or_default())
}

/// The payer's words: free text and the text inside structures; the bank's text only where there is nothing else at all.
fn remittance(p: &Parts<'_>) -> Vec<String> {
    let of = |d: &TransactionDetails| {
        let mut words = d.remittance.unstructured.clone();
        words.extend(d.remittance.structured.iter().flat_map(|s| s.additional.iter().cloned()));
        words
    };
    let words: Vec<String> = match p.details {
        Some(d) => of(d),
        None => p.entry.details.iter().take(WORDS_OF_BATCH).flat_map(of).collect(),
    };
    let in_fields = p.details.is_some_and(|d| !structured_refs(d).is_empty() || !documents(d).is_empty());
    if !words.is_empty() || in_fields {
        return words;
    }
    let narrative = p.details.and_then(|d| d.narrative.as_ref()).or(p.entry.narrative.as_ref());
    narrative.map(|n| n.lines().map(str::to_owned).collect()).unwrap_or_default()
}

fn bank_text(entry: &Entry, d: &TransactionDetails) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in [&entry.bank_code.text, &d.bank_code.text, &entry.narrative, &d.narrative].into_iter().flatten() {
        if !parts.contains(&part.as_str()) {
            parts.push(part);
        }
    }
    (!parts.is_empty()).then(|| parts.join("\n"))
}

fn structured_refs(d: &TransactionDetails) -> Vec<String> {
    d.remittance.structured.iter().filter_map(|s| s.creditor_reference.clone()).collect()
}

fn documents(d: &TransactionDetails) -> Vec<DocumentRef> {
    d.remittance.structured.iter().flat_map(|s| s.documents.iter().cloned()).collect()
}

/// Fees in the payment's currency, in minor units. Fees in another currency explain nothing here.
fn charges(charges: &[Charge], amount: Money) -> i64 {
    let own = charges.iter().filter(|c| c.amount.currency() == amount.currency());
    let total = own
        .filter_map(|c| c.amount.minor().ok().map(|m| if c.credit { -m } else { m }))
        .try_fold(0i64, i64::checked_add);
    total.unwrap_or(0).max(0)
}

fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// The id of a payment before its occurrence number is known.
fn base_id(payment: &Payment, text: &str, bank_reference: &str) -> ContentId {
    content_id(
        'p',
        &[
            &account_key(&payment.account),
            payment.currency.code(),
            &payment.booking_date.to_string(),
            &payment.amount.to_string(),
            text,
            payment.end_to_end_id.as_deref().unwrap_or_default(),
            bank_reference,
        ],
    )
}
