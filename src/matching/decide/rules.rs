//! Which answers may be applied unasked (POLICY rows 1 to 11, 18 to 20), and under which reason.

use crate::book::CustomerIx;
use crate::matching::candidates::PayerKind;
use crate::matching::hypotheses::{Basis, Context, Difference, Hypothesis};
use crate::model::ReasonCode;
use crate::names::NameLevel;

/// The reason an answer is applied with, or the reason and sentence it is queued with.
pub type Verdict = Result<ReasonCode, (ReasonCode, String)>;

/// Judges the best answer.
pub fn judge(context: &Context<'_>, h: &Hypothesis, error_ppm: u32, margin: Option<i32>) -> Verdict {
    if let Some(gate) = h.gates.first() {
        return Err((gate.reason, gate.text.clone()));
    }
    allowed(context, h)?;
    let policy = context.policy;
    if margin.is_some_and(|m| m < policy.margin_centibans) {
        let text = "a second answer fits about as well".to_owned();
        return Err((ReasonCode::Ambiguous, text));
    }
    if error_ppm > policy.error_budget_ppm {
        let text = format!(
            "the estimated chance of error is {error_ppm} in a million, the policy allows {}",
            policy.error_budget_ppm
        );
        let reason = if h.basis == Basis::Named { ReasonCode::PolicyLimit } else { ReasonCode::NoReference };
        return Err((reason, text));
    }
    Ok(reason_if_applied(h))
}

/// Whether the policy lets this kind of answer be applied, its error aside.
fn allowed(context: &Context<'_>, h: &Hypothesis) -> Result<(), (ReasonCode, String)> {
    let money = |minor: i64| crate::base::Money::from_minor(minor, context.payment.currency).to_string();
    let stop = |reason: ReasonCode, text: String| Err((reason, text));
    match h.basis {
        Basis::Named => {}
        Basis::PayerSingle | Basis::PayerSum | Basis::WholeAccount => {
            let sure = h.customer.is_some_and(|c| payer_is_sure(context, c));
            if !sure {
                return stop(ReasonCode::NoReference, "no document is named, and the payer is not certain".to_owned());
            }
            // Several documents without a number need an account, not a name (row 11).
            let by_account = h.customer.and_then(|c| context.payer(c)).is_some_and(|p| p.kind <= PayerKind::Mandate);
            if h.basis == Basis::PayerSum && !by_account {
                return stop(
                    ReasonCode::NoReference,
                    "a sum without a number, and the payer's account is not known".to_owned(),
                );
            }
        }
        Basis::OnAccount
            if context.policy.on_account.auto
                && h.customer.and_then(|c| context.payer(c)).is_some_and(|p| p.is_certain()) =>
        {
            return Ok(());
        }
        Basis::OnAccount => {
            return stop(
                ReasonCode::NoReference,
                "the payer is known, but no open document fits the amount".to_owned(),
            );
        }
        Basis::OnlyAmount => {
            return stop(ReasonCode::UnknownPayer, "only the amount points to this document".to_owned());
        }
        Basis::Duplicate => return stop(ReasonCode::AlreadyPaid, "the document named is already paid".to_owned()),
    }
    let policy = context.policy;
    let known_well = h.payer_fits || h.basis != Basis::Named;
    match h.difference {
        Difference::Exact => {
            let as_third_party = h.fully_named && policy.third_party.exact;
            if !known_well && !as_third_party {
                return stop(
                    ReasonCode::UnknownPayer,
                    "the payer is unknown, and the documents are not named in full".to_owned(),
                );
            }
            Ok(())
        }
        Difference::Discount(_) if known_well => Ok(()),
        Difference::CentsShort(_) | Difference::CentsOver(_) if h.exactly_named && known_well => Ok(()),
        Difference::Charges(_) if policy.charges.stated && h.exactly_named && (known_well || h.fully_named) => Ok(()),
        Difference::CreditNote(_) if h.exactly_named && known_well => Ok(()),
        Difference::OverSmall(_) if h.exactly_named && known_well => Ok(()),
        Difference::Partial(_) if policy.partial.announced && h.exactly_named && known_well && h.parts.len() == 1 => {
            Ok(())
        }
        Difference::Short(_) if apply_cash(context, h) && h.exactly_named && h.parts.len() == 1 => Ok(()),
        Difference::Discount(d)
        | Difference::CentsShort(d)
        | Difference::CentsOver(d)
        | Difference::Charges(d)
        | Difference::CreditNote(d)
        | Difference::OverSmall(d) => stop(
            ReasonCode::UnknownPayer,
            format!("a difference of {}, and the payer is not known as this customer", money(d)),
        ),
        Difference::Over(d) => stop(ReasonCode::AmountOver, format!("{} more than the documents named", money(d))),
        Difference::Partial(d) => stop(
            ReasonCode::AmountShort,
            format!("a part payment is announced, but not of one document named exactly; {} would stay open", money(d)),
        ),
        Difference::DiscountLate(d, days) => {
            stop(ReasonCode::DiscountLate, format!("a discount of {} was taken {days} days late", money(d)))
        }
        Difference::DiscountRate(d) => {
            stop(ReasonCode::DiscountRate, format!("{} was taken off, which is not the discount agreed", money(d)))
        }
        Difference::Short(d) if h.parts.len() == 1 => {
            stop(ReasonCode::PartialSilent, format!("{} less than the document asks for, without a word", money(d)))
        }
        Difference::Short(d) => stop(ReasonCode::AmountShort, format!("{} less than the documents ask for", money(d))),
    }
}

fn apply_cash(context: &Context<'_>, h: &Hypothesis) -> bool {
    let customer = h.customer.and_then(|c| context.book.customer(c));
    let certain = h.customer.and_then(|c| context.payer(c)).is_some_and(|p| p.is_certain());
    let of_segment = customer
        .and_then(|c| c.segment.as_ref())
        .and_then(|s| context.policy.segment.get(s))
        .and_then(|s| s.apply_cash);
    let own = customer.and_then(|c| context.policy.customer.get(&c.customer_id)).and_then(|c| c.apply_cash);
    certain && own.or(of_segment).unwrap_or(context.policy.short.apply_cash)
}

/// Whether the payer is certain enough for an amount without a number: by account, mandate or customer number, or by a name
/// that is the customer's own and nobody else's.
pub fn payer_is_sure(context: &Context<'_>, customer: CustomerIx) -> bool {
    let Some(payer) = context.payer(customer) else { return false };
    match payer.kind {
        PayerKind::VirtualAccount | PayerKind::Account | PayerKind::Mandate => payer.weight >= 350,
        PayerKind::Number => payer.weight >= 300,
        PayerKind::Name => payer.weight >= 290 && payer.name.is_some_and(|n| n <= NameLevel::Truncated),
        PayerKind::SimilarName => false,
    }
}

/// The reason an answer would be applied with.
pub fn reason_if_applied(h: &Hypothesis) -> ReasonCode {
    match (h.basis, h.difference) {
        (_, Difference::Discount(_) | Difference::DiscountLate(..) | Difference::DiscountRate(_)) => {
            ReasonCode::DiscountInTerm
        }
        (_, Difference::CentsShort(_)) => ReasonCode::RoundingWrittenOff,
        (_, Difference::Charges(_)) => ReasonCode::ChargesStated,
        (_, Difference::CreditNote(_)) => ReasonCode::CreditNoteNetted,
        (_, Difference::OverSmall(_) | Difference::CentsOver(_) | Difference::Over(_)) => ReasonCode::OverpaidOnAccount,
        (_, Difference::Partial(_) | Difference::Short(_)) => ReasonCode::PartialAnnounced,
        (Basis::Named, Difference::Exact) if h.by_reference => ReasonCode::ReferenceExact,
        (Basis::Named, Difference::Exact) if !h.payer_fits => ReasonCode::ThirdPartyExact,
        (Basis::Named, Difference::Exact) if h.parts.len() == 1 => ReasonCode::NamedItemExact,
        (Basis::Named, Difference::Exact) => ReasonCode::NamedSetExact,
        (Basis::PayerSingle | Basis::OnlyAmount, Difference::Exact) => {
            if h.lines.iter().any(|l| {
                matches!(
                    l.kind,
                    crate::model::EvidenceKind::PayerAccount
                        | crate::model::EvidenceKind::Mandate
                        | crate::model::EvidenceKind::CustomerNumber
                )
            }) {
                ReasonCode::PayerAmountUnique
            } else {
                ReasonCode::NameAmountUnique
            }
        }
        (Basis::PayerSum, Difference::Exact) => ReasonCode::SumUnique,
        (Basis::WholeAccount, Difference::Exact) => ReasonCode::WholeAccount,
        (Basis::OnAccount | Basis::Duplicate, Difference::Exact) => ReasonCode::OnAccount,
    }
}
