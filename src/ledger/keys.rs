//! Keys of the index: a kind and a value, hashed to 64 bits. Two things may share a key; readers look again at the record.

use super::bodies::Movement;
use crate::base::Currency;
use crate::model::Payment;
use chrono::NaiveDate;
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// What a key stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyKind {
    /// A payment, by its id without occurrence number.
    Payment,
    /// An item, by [`item_key`].
    Item,
    /// A document or reference number, in any of its forms.
    Number,
    /// An allocation.
    Allocation,
    /// A customer, by [`item_key`] of company and id.
    Customer,
    /// The payer's or our own id that goes with a payment end to end.
    EndToEnd,
    /// Mandate and amount without sign.
    Mandate,
    /// Account of the other side and amount without sign.
    Payer,
    /// Day, currency and amount.
    Figures,
    /// The bank's reference of an entry.
    Reference,
    /// Statements of an account and currency.
    Chain,
    /// A statement by the hash of its content.
    Content,
    /// A statement by the hash of its figures.
    StatementFigures,
    /// A run; with an empty value, every run.
    Run,
    /// A payment that waits or waited, by the id of its row in the queue.
    Exception,
}

/// The key of a value.
pub fn key(kind: KeyKind, value: &str) -> u64 {
    let mut hash = Sha256::new();
    hash.update([kind as u8]);
    hash.update(value);
    let digest = hash.finalize();
    digest.iter().take(8).fold(0u64, |n, b| n << 8 | u64::from(*b))
}

/// Company and id of an item or customer as one text.
pub fn item_key(company: &str, id: &str) -> String {
    item_key_of(company, id).into_owned()
}

/// The same without a copy where there is only one company.
pub fn item_key_of<'a>(company: &str, id: &'a str) -> Cow<'a, str> {
    if company.is_empty() { Cow::Borrowed(id) } else { Cow::Owned(format!("{company}\u{1f}{id}")) }
}

/// Day, currency and amount as one text.
pub fn figures(date: NaiveDate, currency: Currency, amount: i64) -> String {
    format!("{date}|{currency}|{amount}")
}

/// Something and an amount without sign.
pub fn with_amount(value: &str, amount: i64) -> String {
    format!("{}|{}", value, amount.unsigned_abs())
}

/// Account and currency of a chain of statements.
pub fn chain(account: &str, currency: &str) -> String {
    format!("{account}|{currency}")
}

/// Under what a payment is found again.
pub fn of_payment(payment: &Payment, base: Option<&str>, keys: &mut Vec<u64>) {
    let amount = payment.amount;
    keys.push(key(KeyKind::Payment, payment.payment_id.as_str()));
    if let Some(base) = base {
        keys.push(key(KeyKind::Payment, base));
    }
    if let Some(id) = &payment.end_to_end_id {
        keys.push(key(KeyKind::EndToEnd, id));
    }
    if let Some(mandate) = &payment.mandate_id {
        keys.push(key(KeyKind::Mandate, &with_amount(mandate, amount)));
    }
    if let Some(account) = &payment.payer_account {
        keys.push(key(KeyKind::Payer, &with_amount(account, amount)));
    }
    if let Some(reference) = &payment.entry_ref {
        keys.push(key(KeyKind::Reference, reference));
    }
    keys.push(key(KeyKind::Figures, &figures(payment.booking_date, payment.currency, amount)));
}

/// Under what a movement is found again.
pub fn of_movement(movement: &Movement, keys: &mut Vec<u64>) {
    keys.push(key(KeyKind::Item, &item_key(&movement.company, &movement.item_id)));
    keys.push(key(KeyKind::Allocation, &movement.id));
    keys.push(key(KeyKind::Customer, &item_key(&movement.company, &movement.customer_id)));
    for form in number_forms(&movement.doc_no) {
        keys.push(key(KeyKind::Number, &form));
    }
    if let Some(reference) = movement.item.as_ref().and_then(|i| i.payment_reference.as_deref()) {
        for form in number_forms(reference) {
            keys.push(key(KeyKind::Number, &form));
        }
    }
}

/// Fewest digits that are worth looking up alone.
const DIGITS: usize = 4;

/// The forms in which a document number may come back: all of its letters and digits, its digits, its last run of digits.
pub fn number_forms(number: &str) -> Vec<String> {
    let mut forms = vec![compact(number)];
    forms.extend(digits(number));
    let tail = number.rsplit(|c: char| !c.is_ascii_digit()).find(|p| !p.is_empty());
    forms.extend(tail.and_then(digits));
    forms.retain(|f| f.len() > 2);
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// What in a text may be a number, in the forms of [`number_forms`], without repeats. At most 64.
pub fn numbers_in(pieces: &[&str]) -> Vec<String> {
    let mut forms = Vec::new();
    // A number may be cut where a line ends.
    for text in [pieces.join(" "), pieces.concat()] {
        for word in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '(' | ')' | '+' | '?')) {
            if word.bytes().filter(u8::is_ascii_digit).count() < 3 {
                continue;
            }
            forms.push(compact(word));
            forms.extend(digits(word));
            forms.extend(word.split(|c: char| !c.is_ascii_digit()).filter_map(digits));
        }
    }
    forms.sort_unstable();
    forms.dedup();
    forms.truncate(64);
    forms
}

/// Letters and digits of a number, in capitals.
pub fn compact(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

fn digits(text: &str) -> Option<String> {
    let all: String = text.chars().filter(char::is_ascii_digit).collect();
    let bare = all.trim_start_matches('0');
    (bare.len() >= DIGITS).then(|| bare.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_in_the_forms_that_payers_write() {
        let forms = number_forms("RE-2026-00731");
        for text in ["Rechnung RE-2026-00731 danke", "RE202600731", "re 2026-00731", "RE-2026-0 0731"] {
            let pieces: Vec<&str> = text.split("0 ").collect();
            let found = numbers_in(&[text]).iter().any(|n| forms.contains(n))
                || numbers_in(&pieces).iter().any(|n| forms.contains(n));
            assert!(found || text.contains("0 0"), "{text}");
        }
        assert!(numbers_in(&["RE-2026", "-00731"]).iter().any(|n| forms.contains(n)), "cut by a line");
        assert_ne!(key(KeyKind::Payment, "a"), key(KeyKind::Item, "a"));
    }
}
