//! Weights of the evidence that hypotheses share: numbers in the text and how the amount fits.

use super::Context;
use super::difference::Difference;
use crate::matching::candidates::{Naming, Strength};
use crate::matching::facts::{Evidence, Fact};
use crate::matching::score::{centibans, weights};
use crate::model::EvidenceKind;

/// Kind of evidence that a naming is.
pub(super) fn kind_of(naming: &Naming) -> EvidenceKind {
    match naming.strength {
        Strength::Reference => EvidenceKind::StructuredReference,
        Strength::Other => EvidenceKind::OtherNumber,
        _ => EvidenceKind::DocumentNumber,
    }
}

/// How the amount fits.
pub(super) fn amount_evidence(context: &Context<'_>, difference: Difference, documents: usize) -> Evidence {
    let (weight, same) = match difference {
        Difference::Exact => exact_weight(context),
        Difference::Discount(_) | Difference::CreditNote(_) => (weights::AMOUNT_DISCOUNT, 0),
        Difference::CentsShort(_) | Difference::CentsOver(_) => (weights::AMOUNT_CENTS, 0),
        Difference::Charges(_) => (weights::AMOUNT_CHARGES, 0),
        Difference::OverSmall(_) | Difference::DiscountLate(..) | Difference::DiscountRate(_) => {
            (weights::AMOUNT_OVER, 0)
        }
        Difference::Over(_) | Difference::Short(_) => (weights::AMOUNT_OTHER, 0),
        Difference::Partial(_) => (0, 0),
    };
    let documents = u32::try_from(documents).unwrap_or(u32::MAX);
    Evidence { kind: EvidenceKind::Amount, weight, fact: Fact::Amount(difference, documents, same) }
}

/// Weight of an exact amount: less where the price is popular in this book. The same for all answers that are exact, since it
/// speaks for each of them against "none of these" and not for one against another. Also how many open items have the amount.
pub(super) fn exact_weight(context: &Context<'_>) -> (i32, u32) {
    let same = *context.same_amount.get_or_init(|| {
        let items = context.book.by_amount(context.payment.currency, context.payment.amount);
        u32::try_from(items.len()).unwrap_or(u32::MAX)
    });
    let rarity = || centibans(u64::from(context.book.open_count()), u64::from(same));
    let weight = if same <= 1 {
        weights::AMOUNT_EXACT
    } else {
        (rarity() + 60).clamp(weights::AMOUNT_POPULAR, weights::AMOUNT_EXACT)
    };
    (weight, same)
}

/// Scales the payer's lines so that they sum to what the payer really added.
pub(super) fn scale(lines: &mut [Evidence], gain: i32) {
    let sum: i32 = lines.iter().map(|l| l.weight).sum();
    if let Some(first) = lines.first_mut() {
        first.weight += gain - sum;
    }
}
