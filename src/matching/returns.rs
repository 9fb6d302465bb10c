//! Returns: a payment came back, and what it had closed is open again (POLICY row 13). A return never closes anything.

use super::candidates::{NamedIn, Naming, PayerEvidence, Strength};
use super::hypotheses::unresolved;
use super::reading::{Reading, Typed, Wording, says};
use crate::base::Money;
use crate::book::{ItemIx, OpenItemBook};
use crate::model::{EvidenceKind, ItemStatus, Payment};
use smallvec::SmallVec;

/// What a return takes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnLink {
    /// The items, each with what is opened again, in positive minor units.
    pub items: Vec<(ItemIx, i64)>,
    /// Bank's fee inside the amount, positive.
    pub fee: i64,
    /// Whether the link is certain.
    pub certain: bool,
    /// What it was told by: a number, or payer and amount.
    pub kind: EvidenceKind,
    /// The sentence.
    pub text: String,
}

/// Largest fee that is believed without being stated, in minor units.
pub const RETURN_FEE_MAX: i64 = 5_000;

/// Whether a payment says that an earlier one came back.
pub fn is_return(payment: &Payment) -> bool {
    if payment.return_reason.is_some() || payment.reversal {
        return true;
    }
    if payment.amount > 0 {
        return false;
    }
    says_return(payment)
}

/// Whether the texts of a payment have a word of a return, whatever its direction.
pub fn says_return(payment: &Payment) -> bool {
    let pieces = payment.remittance.iter().chain(&payment.bank_text).map(String::as_str);
    says(pieces, Wording::Returned)
}

/// What a return was first booked as, where the statement says it or the fee in its amount.
pub fn first_booked(payment: &Payment) -> Option<i64> {
    let gross = payment.amount.checked_neg().filter(|g| *g > 0)?;
    let stated = payment.original_amount.filter(|_| payment.original_currency == Some(payment.currency));
    let less_fee = || gross.checked_sub(payment.charges).filter(|_| payment.charges > 0);
    stated.or_else(less_fee).filter(|original| (1..=gross).contains(original))
}

/// Finds what a returned receipt had closed. The amount of the line may be the original and the bank's fee.
pub fn link(
    book: &OpenItemBook,
    payment: &Payment,
    reading: &Reading,
    namings: &[Naming],
    payers: &[PayerEvidence],
) -> Option<ReturnLink> {
    let gross = payment.amount.checked_neg().filter(|g| *g > 0)?;
    let stated = payment.original_amount.filter(|_| {
        payment.original_currency == Some(payment.currency) && payment.original_amount.is_some_and(|o| o <= gross)
    });
    let fee_for = |original: i64| -> Option<i64> {
        let fee = gross.checked_sub(original)?;
        let believable = fee == 0
            || fee == payment.charges
            || stated == Some(original)
            || reading.marks.amounts.contains(&fee)
            || (0..=RETURN_FEE_MAX).contains(&fee) && reading.marks.amounts.contains(&original);
        (fee >= 0 && believable).then_some(fee)
    };
    // By number: in the text or as our end-to-end id.
    let mut named: Vec<ItemIx> = namings
        .iter()
        .filter(|n| is_ours(n))
        .filter_map(|n| match n.items.as_slice() {
            [one] => Some(*one),
            _ => None,
        })
        .filter(|ix| book.item(*ix).is_some_and(|it| was_paid(it, payment)))
        .collect();
    named.sort_unstable();
    named.dedup();
    if !named.is_empty() {
        let total = named.iter().filter_map(|ix| book.item(*ix)).try_fold(0i64, |s, it| s.checked_add(paid(it)))?;
        let numbers: Vec<&str> = named.iter().filter_map(|ix| book.item(*ix)).map(|it| it.doc_no.as_str()).collect();
        let fee = fee_for(total);
        let shown = |m: i64| Money::from_minor(m, payment.currency).figure();
        let text = match fee {
            Some(0) => format!("the return names {} and has its amount", numbers.join(", ")),
            Some(fee) => format!("the return names {}; {} of the amount is the fee", numbers.join(", "), shown(fee)),
            None => format!(
                "the return names {}, but {} is not its amount {}",
                numbers.join(", "),
                shown(gross),
                shown(total)
            ),
        };
        // Who gives back what another customer had paid is not believed without a look.
        let owners = |c| named.iter().any(|ix| book.customer_of(*ix) == Some(c));
        let strange = payers.iter().any(PayerEvidence::is_certain)
            && !payers.iter().any(|p| p.is_certain() && owners(p.customer));
        let items = match named.as_slice() {
            // A part of it came back, as far as anybody can tell.
            [one] if gross < total => vec![(*one, gross)],
            all => all.iter().filter_map(|ix| Some((*ix, paid(book.item(*ix)?)))).collect(),
        };
        // What is proposed adds up, also where nobody would believe it without a look.
        let proposed = fee.unwrap_or_else(|| gross.saturating_sub(total).max(0));
        let kind = EvidenceKind::DocumentNumber;
        return Some(ReturnLink { items, fee: proposed, certain: fee.is_some() && !strange, kind, text });
    }
    // A document that is named and not paid is what came back before it was applied: nothing else may be reopened for it.
    if names_something(book, reading, namings) {
        return None;
    }
    // By mandate or account, and amount.
    let mut fits: Vec<(ItemIx, i64, i64)> = Vec::new();
    for payer in payers.iter().filter(|p| p.weight >= 300).take(3) {
        for ix in book.items_of(payer.customer) {
            let Some(item) = book.item(*ix).filter(|it| was_paid(it, payment)) else { continue };
            if let Some(fee) = fee_for(paid(item)) {
                fits.push((*ix, paid(item), fee));
            }
        }
    }
    fits.sort_unstable();
    fits.dedup();
    // A word of return alone, without the bank's code, proves no link by account and amount.
    let certain_payer =
        payers.iter().any(PayerEvidence::is_certain) && (payment.return_reason.is_some() || payment.reversal);
    match fits.as_slice() {
        [(item, amount, fee)] => {
            let doc_no = book.item(*item).map_or("", |it| it.doc_no.as_str());
            let text = format!("the only paid document of this customer with the returned amount is {doc_no}");
            let items = vec![(*item, *amount)];
            Some(ReturnLink { items, fee: *fee, certain: certain_payer, kind: EvidenceKind::Amount, text })
        }
        [] => None,
        [(item, amount, fee), ..] => {
            let text = format!("{} paid documents of this customer have the returned amount", fits.len());
            let items = vec![(*item, *amount)];
            Some(ReturnLink { items, fee: *fee, certain: false, kind: EvidenceKind::Amount, text })
        }
    }
}

/// Whether a naming in a return is a document of ours: also as the end-to-end id that the bank repeats in the text (`EREF+RE-7`).
fn is_ours(n: &Naming) -> bool {
    n.strength <= Strength::Short && (n.typed.is_none() || n.named_in == NamedIn::EndToEnd)
        || n.strength <= Strength::Whole && n.typed == Some(Typed::OwnId)
}

/// The documents that a return names.
pub fn named_items(namings: &[Naming]) -> SmallVec<[ItemIx; 2]> {
    namings.iter().filter(|n| is_ours(n)).flat_map(|n| n.items.iter().copied()).collect()
}

/// Whether a return names a document, known or not.
pub fn names_something(book: &OpenItemBook, reading: &Reading, namings: &[Naming]) -> bool {
    namings.iter().any(|n| is_ours(n) && n.items.len() == 1) || !unresolved(book, reading, namings).is_empty()
}

/// A closed item, or one in part paid, of the right company and currency.
fn was_paid(item: &crate::model::OpenItem, payment: &Payment) -> bool {
    let company = item.company == payment.company || item.company.is_empty() || payment.company.is_empty();
    company
        && item.currency == payment.currency
        && item.amount > 0
        && (item.status == ItemStatus::Closed || item.open_amount < item.amount)
}

/// What of an item was paid and can be opened again.
fn paid(item: &crate::model::OpenItem) -> i64 {
    item.amount.saturating_sub(item.open_amount)
}
