//! Weights and sentences of the evidence that hypotheses share: numbers in the text and how the amount fits.

use super::Context;
use super::difference::Difference;
use crate::matching::candidates::{NamedIn, Naming, Strength};
use crate::matching::reading::Typed;
use crate::matching::score::{centibans, weights};
use crate::model::{EvidenceKind, EvidenceLine};

/// Kind of evidence that a naming is.
pub(super) fn kind_of(naming: &Naming) -> EvidenceKind {
    match naming.strength {
        Strength::Reference => EvidenceKind::StructuredReference,
        Strength::Other => EvidenceKind::OtherNumber,
        _ => EvidenceKind::DocumentNumber,
    }
}

/// The sentence for a naming.
pub(super) fn naming_text(naming: &Naming, doc_no: &str) -> String {
    let chance = format!("{}.{:02}", naming.chance_hundredths / 100, naming.chance_hundredths % 100);
    let quote = &naming.quote;
    let place = match naming.named_in {
        NamedIn::Text => "the text",
        NamedIn::Field => "the reference field",
        NamedIn::EndToEnd => "the end-to-end id",
    };
    let what = match naming.strength {
        Strength::Reference => format!("{place} has the payment reference of {doc_no}"),
        Strength::Whole => format!("{place} names {doc_no} in full"),
        Strength::Digits => format!("{place} names {doc_no} by its digits `{quote}`"),
        Strength::Short => format!("{place} names {doc_no} as `{quote}`"),
        Strength::Other => format!("{place} names `{quote}`, an order or other number of {doc_no}"),
        Strength::Tail => format!("{place} has `{quote}`, the running number of {doc_no}"),
    };
    let several =
        if naming.items.len() > 1 { format!(" ({} items bear it)", naming.items.len()) } else { String::new() };
    let typed = match naming.typed {
        None => String::new(),
        Some(Typed::BadReference) => ", inside a reference with wrong check digits".to_owned(),
        Some(typed) => format!(", but it reads as {}", typed_name(typed)),
    };
    format!("{what}{several}{typed}; {chance} such hits expected by chance")
}

fn typed_name(typed: Typed) -> &'static str {
    match typed {
        Typed::Date => "a date",
        Typed::Amount => "an amount",
        Typed::Percent => "a percentage",
        Typed::Account => "a bank account",
        Typed::Phone => "a telephone number",
        Typed::Tax => "a tax number",
        Typed::OwnId => "somebody else's id",
        Typed::Customer => "a customer number",
        Typed::BadReference => "a wrong reference",
    }
}

/// Weight and sentence for how the amount fits.
pub(super) fn amount_evidence(context: &Context<'_>, difference: &Difference, documents: usize) -> (i32, String) {
    let money = |minor: i64| crate::base::Money::from_minor(minor, context.payment.currency).figure();
    let amount = money(context.payment.amount);
    let sum = if documents > 1 { format!("sum of {documents} documents") } else { "open amount".to_owned() };
    match *difference {
        Difference::Exact => {
            let (weight, same) = exact_weight(context);
            let also = if same > 1 && documents == 1 {
                format!("; {same} open items have this amount")
            } else {
                String::new()
            };
            (weight, format!("{amount} is exactly the {sum}{also}"))
        }
        Difference::Discount(d) => {
            (weights::AMOUNT_DISCOUNT, format!("{amount} is the {sum} less the discount of {} in term", money(d)))
        }
        Difference::CentsShort(d) => (weights::AMOUNT_CENTS, format!("{amount} is {} short of the {sum}", money(d))),
        Difference::CentsOver(d) => (weights::AMOUNT_CENTS, format!("{amount} is {} over the {sum}", money(d))),
        Difference::Charges(d) => (
            weights::AMOUNT_CHARGES,
            format!("{amount} is the {sum} less the charges of {} that the statement states", money(d)),
        ),
        Difference::CreditNote(d) => (
            weights::AMOUNT_DISCOUNT,
            format!("{amount} is the {sum} less the customer's only credit note of {}", money(d)),
        ),
        Difference::OverSmall(d) => (weights::AMOUNT_OVER, format!("{amount} is {} over the {sum}", money(d))),
        Difference::Over(d) => (weights::AMOUNT_OTHER, format!("{amount} is {} over the {sum}", money(d))),
        Difference::Partial(d) => (0, format!("{amount} is announced as a part of the {sum}, {} less", money(d))),
        Difference::DiscountLate(d, days) => (
            weights::AMOUNT_OVER,
            format!("{amount} is the {sum} less a discount of {} that was due {days} days before", money(d)),
        ),
        Difference::DiscountRate(d) => {
            (weights::AMOUNT_OVER, format!("{amount} is the {sum} less {}, which is not the discount agreed", money(d)))
        }
        Difference::Short(d) => (weights::AMOUNT_OTHER, format!("{amount} is {} short of the {sum}", money(d))),
    }
}

/// Weight of an exact amount: less where the price is popular in this book. The same for all answers that are exact, since it
/// speaks for each of them against "none of these" and not for one against another. Also how many open items have the amount.
pub(super) fn exact_weight(context: &Context<'_>) -> (i32, usize) {
    let same = context.book.by_amount(context.payment.currency, context.payment.amount).len();
    let rarity = centibans(u64::from(context.book.open_count()), same as u64);
    let weight = if same <= 1 {
        weights::AMOUNT_EXACT
    } else {
        (rarity + 60).clamp(weights::AMOUNT_POPULAR, weights::AMOUNT_EXACT)
    };
    (weight, same)
}

/// Scales the payer's lines so that they sum to what the payer really added.
pub(super) fn scale(lines: &mut [EvidenceLine], gain: i32) {
    let sum: i32 = lines.iter().map(|l| l.weight).sum();
    if let Some(first) = lines.first_mut() {
        first.weight += gain - sum;
    }
}
