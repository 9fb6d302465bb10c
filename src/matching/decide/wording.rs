//! Sentences for people.

use crate::base::{Money, next_working_day};
use crate::matching::hypotheses::{Context, Difference, Hypothesis};
use crate::model::{ReasonCode, Remainder, RemainderCode};

/// Reason and sentence when there is no proposal at all.
pub fn nothing_found(context: &Context<'_>) -> (ReasonCode, String) {
    match context.unresolved.first() {
        Some(u) => (
            ReasonCode::NoReference,
            format!("the text names document `{}`, which is not among the items, and the payer is not known", u.quote),
        ),
        None => (
            ReasonCode::UnknownPayer,
            "no document is named, the payer is not known, and no document has this amount".to_owned(),
        ),
    }
}

/// What an applied payment did, with its figures.
pub fn applied(context: &Context<'_>, h: &Hypothesis, reason: ReasonCode) -> String {
    let money = |minor: i64| Money::from_minor(minor, context.payment.currency).figure();
    let numbers: Vec<&str> =
        h.parts.iter().filter_map(|p| context.book.item(p.item)).map(|it| it.doc_no.as_str()).take(12).collect();
    let more = h.parts.len().saturating_sub(numbers.len());
    let list = if more > 0 { format!("{} and {more} more", numbers.join(", ")) } else { numbers.join(", ") };
    let rest = match h.difference {
        Difference::Discount(d) => format!(", discount {}{}", money(d), moved(context, h)),
        Difference::CentsShort(d) => format!(", {} written off", money(d)),
        Difference::Charges(d) => format!(", charges {}", money(d)),
        Difference::CreditNote(d) => format!(", credit note {} set off", money(d)),
        Difference::CentsOver(d) | Difference::OverSmall(d) | Difference::Over(d) => {
            format!(", {} on account", money(d))
        }
        // What stays open is known when all payments of the run are settled, see `assign::running`.
        Difference::Partial(_)
        | Difference::Short(_)
        | Difference::Exact
        | Difference::DiscountLate(..)
        | Difference::DiscountRate(_) => String::new(),
    };
    let slip =
        h.parts.first().filter(|_| reason == ReasonCode::PayerAmountUnique || reason == ReasonCode::NameAmountUnique);
    let slip = slip
        .and_then(|p| context.slip_of(p.item))
        .map(|u| format!("; `{}` is one slip away", u.quote))
        .unwrap_or_default();
    if list.is_empty() {
        return format!("{} on account", money(h.on_account));
    }
    format!("{list}{rest}{slip}")
}

/// Which two answers fit about as well.
pub fn both_fit(context: &Context<'_>, best: &Hypothesis, second: Option<&Hypothesis>) -> String {
    let told = |h: &Hypothesis| {
        let items = h.parts.iter().filter_map(|p| context.book.item(p.item));
        let numbers: Vec<&str> = items.map(|it| it.doc_no.as_str()).take(6).collect();
        let more = if h.parts.len() > numbers.len() { " and more" } else { "" };
        match (numbers.is_empty(), h.customer.and_then(|c| context.book.customer(c))) {
            (false, _) => format!("{}{more}", numbers.join(" + ")),
            (true, Some(customer)) => format!("on account of {}", customer.name),
            (true, None) => "on account".to_owned(),
        }
    };
    match second {
        Some(second) => format!("either {}, or {}", told(best), told(second)),
        None => "a second answer fits about as well".to_owned(),
    }
}

/// Says that a discount is in term only since its last day is no working day.
fn moved(context: &Context<'_>, h: &Hypothesis) -> String {
    let paid = context.payment.booking_date;
    let taken = h.parts.iter().filter(|p| p.discount != 0).filter_map(|p| context.book.item(p.item));
    let mut tiers = taken.flat_map(|it| &it.discounts).map(|tier| tier.until);
    let late = tiers.find(|until| *until < paid && paid <= next_working_day(*until, &context.policy.discount.calendar));
    late.map(|until| format!(" (its last day {until} is no working day and moves to the next one)")).unwrap_or_default()
}

/// The difference of a proposal, coded.
pub fn remainder(difference: &Difference) -> Option<Remainder> {
    let (code, amount) = match *difference {
        Difference::Exact => return None,
        Difference::Discount(d) => (RemainderCode::Discount, d),
        Difference::DiscountLate(d, _) => (RemainderCode::DiscountLate, d),
        Difference::DiscountRate(d) => (RemainderCode::DiscountRate, d),
        Difference::CentsShort(d) => (RemainderCode::Writeoff, d),
        Difference::Charges(d) => (RemainderCode::Charges, d),
        Difference::CreditNote(d) => (RemainderCode::CreditNote, d),
        Difference::CentsOver(d) | Difference::OverSmall(d) | Difference::Over(d) => (RemainderCode::OnAccount, d),
        Difference::Partial(d) | Difference::Short(d) => (RemainderCode::KeepOpen, d),
    };
    Some(Remainder { code, amount })
}
