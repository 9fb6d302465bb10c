//! Endings of the payer's own documents: `Rechnung 58201` for BILL251258201, where year, month or branch are glued to the running
//! number and no index knows where it begins. In: the namings of a text and who may pay. Out: the same, with those endings.

use super::beside::is_another;
use super::namings::{Bearers, NamedIn, Naming, Strength, push};
use super::payers::PayerEvidence;
use crate::book::keys::year_of;
use crate::book::{CustomerIx, OpenItemBook};
use crate::matching::reading::{Label, Reading};

/// Least weight of a payer whose account is looked at.
const PAYER_LEAST: i32 = 250;
/// Most payers that are looked at.
const PAYERS_MAX: usize = 3;
/// Most documents of one account that are looked at.
const ITEMS_MAX: usize = 200;
/// Most numbers of one text that are looked for.
const NUMBERS_MAX: usize = 12;
/// Fewest digits behind the label of a document, and without one.
const DIGITS_LEAST: (usize, usize) = (3, 5);

/// Adds the documents of the payer that end with a number as written, where the number names nothing of the payer yet.
pub fn own_endings(book: &OpenItemBook, reading: &Reading, payers: &[PayerEvidence], found: &mut Vec<Naming>) {
    let accounts = || payers.iter().filter(|p| p.weight >= PAYER_LEAST).take(PAYERS_MAX).map(|p| p.customer);
    if accounts().next().is_none() {
        return;
    }
    let tokens = &reading.tokens;
    let mut left = NUMBERS_MAX;
    for k in (0..tokens.list.len()).filter(|k| is_number(reading, *k)) {
        let covering = found.iter().position(|n| n.named_in == NamedIn::Text && n.covers(k));
        let naming = covering.and_then(|at| found.get(at));
        // A number with its letters, or of several parts but a year, is what it is.
        let fixed = |n: &Naming| {
            let (first, last) = n.place();
            let other = |t: usize| t != k && !(tokens.is_digits(t) && year_of(tokens.word(t)).is_some());
            let in_full = n.strength <= Strength::Whole || n.strength == Strength::Digits && first != last;
            n.typed.is_some() || in_full || n.strength == Strength::Other || (first..=last).any(other)
        };
        let own = |c: Option<CustomerIx>| accounts().any(|a| c == Some(a));
        let is_own = |n: &Naming| n.items.iter().any(|ix| own(book.customer_of(*ix)));
        if naming.is_some_and(|n| fixed(n) || is_own(n)) {
            continue;
        }
        if left == 0 {
            break;
        }
        left -= 1;
        let word = tokens.word(k);
        let ends = |ix: &u32| {
            let is_ending = book.whole_of(*ix).strip_suffix(word).is_some_and(|head| !head.is_empty());
            is_ending && !is_another(book, reading, (k, k), *ix)
        };
        let items: Bearers =
            accounts().flat_map(|c| book.items_of(c).iter().take(ITEMS_MAX)).copied().filter(ends).collect();
        if items.is_empty() {
            continue;
        }
        match covering.and_then(|at| found.get_mut(at)) {
            // The same digits are all of one number and the ending of another: payer and amount decide.
            Some(naming) => {
                naming.items.extend(items);
                naming.items.sort_unstable();
                naming.items.dedup();
                naming.strength = naming.strength.max(Strength::Short);
            }
            None => {
                let label = reading.label(k);
                push(found, items, Strength::Tail, NamedIn::Text, word.to_owned(), None, label, (k, k), 1_000);
            }
        }
    }
}

/// Whether a token may be the ending of a document number.
fn is_number(reading: &Reading, k: usize) -> bool {
    let word = reading.tokens.word(k);
    let label = reading.label(k);
    let least = match label {
        Some(Label::Document | Label::CreditNote) => DIGITS_LEAST.0,
        Some(_) => return false,
        None => DIGITS_LEAST.1,
    };
    reading.tokens.is_digits(k) && word.len() >= least && reading.typed(k).is_none() && year_of(word).is_none()
}
