//! What two payments say in words, payers and figures: whether they may be the same money.

use crate::ledger::keys;
use crate::model::Payment;
use crate::statements::is_other_party;

/// Day and currency of a payment, with an amount of its entry.
pub fn figures_of(p: &Payment, amount: i64) -> String {
    keys::figures(p.booking_date, p.currency, amount)
}

/// Letters and digits of what a payment says, and who pays.
pub fn words(p: &Payment) -> String {
    format!("{}{}", letters(&p.remittance_text()), letters(p.payer_name.as_deref().unwrap_or_default()))
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether two payments name payers that are not the same.
pub fn contradicts(a: &Payment, b: &Payment) -> bool {
    let (x, y) = (a.payer_name.as_deref(), b.payer_name.as_deref());
    is_other_party((x, a.payer_account.as_deref()), (y, b.payer_account.as_deref()))
}

/// Whether two texts, payers and accounts are the same as far as both have them: a bank often says less in one of two files.
pub fn says_no_other(a: &Payment, b: &Payment) -> bool {
    let within = |a: &str, b: &str| a.contains(b) || b.contains(a);
    let name = |p: &Payment| letters(p.payer_name.as_deref().unwrap_or_default());
    let accounts = a.payer_account.as_ref().zip(b.payer_account.as_ref());
    let ids = a.end_to_end_id.as_ref().zip(b.end_to_end_id.as_ref());
    // The bank's own text stands for the payer's where there is nothing else.
    let (said_by_a, said_by_b) = (spoken(a), spoken(b));
    let said = |p: &Payment, own: bool| {
        if own || !said_by_a && !said_by_b { letters(&p.remittance_text()) } else { String::new() }
    };
    within(&said(a, said_by_a), &said(b, said_by_b))
        && within(&name(a), &name(b))
        && accounts.is_none_or(|(a, b)| a == b)
        && ids.is_none_or(|(a, b)| a == b)
}

/// Whether the payer says anything that is not the bank's own text.
fn spoken(p: &Payment) -> bool {
    let text = letters(&p.remittance_text());
    !text.is_empty() && p.bank_text.as_ref().is_none_or(|bank| !letters(bank).contains(&text))
}
