//! What would have made a queued payment automatic: by its reason, and where figures, keys of the policy or rivals decide, with them.

use super::rules::{Stop, Why};
use crate::base::Money;
use crate::book::CustomerIx;
use crate::matching::candidates::PayerKind;
use crate::matching::facts::Fact;
use crate::matching::hypotheses::{Context, Hypothesis};
use crate::model::ReasonCode;

/// Most numbers that stand in one sentence.
const NUMBERS_MAX: usize = 4;

/// What the best answer would have needed, for what stopped it.
pub fn needed(context: &Context<'_>, all: &[Hypothesis], stop: &Stop) -> String {
    let general = || would_need(stop.reason).to_owned();
    let Some(best) = all.first() else { return general() };
    match stop.why {
        Why::Gate(Fact::Retention | Fact::Withheld) => "nothing: a share held back is always looked at".to_owned(),
        Why::Gate(Fact::AboveCap) => within_cap(context, context.policy.cap, "cap"),
        Why::Gate(Fact::AboveCustomerCap(customer)) => {
            let (cap, key) = cap_of(context, customer);
            within_cap(context, cap, &key)
        }
        Why::Gate(Fact::Namesake(customer, item)) => {
            let own = first_number(context, best);
            let rival = context.book.item(item).map_or("", |it| it.doc_no.as_str());
            let names = [best.customer, Some(customer)].map(|c| name_of(context, c));
            format!("{own} or {rival} in full in the text, or the account with {} or {}", names[0], names[1])
        }
        Why::Second => match all.get(1) {
            Some(second) => told_apart(context, best, second).unwrap_or_else(general),
            None => general(),
        },
        Why::Chance(ppm) => within_budget(context, best, ppm),
        _ => general(),
    }
}

/// What an unknown payer without any proposal would have needed.
pub fn needed_for_anything(context: &Context<'_>, reason: ReasonCode) -> String {
    match context.unresolved.first() {
        Some(u) if reason == ReasonCode::NoReference => {
            format!("`{}` among the items; or else {}", u.quote, would_need(reason))
        }
        _ => would_need(reason).to_owned(),
    }
}

fn name_of<'a>(context: &'a Context<'_>, customer: Option<CustomerIx>) -> &'a str {
    customer.and_then(|c| context.book.customer(c)).map_or("the customer", |c| c.name.as_str())
}

fn first_number<'a>(context: &'a Context<'_>, h: &Hypothesis) -> &'a str {
    h.parts.first().and_then(|p| context.book.item(p.item)).map_or("the document", |it| it.doc_no.as_str())
}

fn within_cap(context: &Context<'_>, cap: Option<u64>, key: &str) -> String {
    let (payment, cap) = (context.payment, cap.map_or_else(String::new, |c| c.to_string()));
    let amount = Money::from_minor(payment.amount, payment.currency);
    format!("an amount of at most {cap} {}, which is `{key}` in the policy; this one is {amount}", payment.currency)
}

/// The cap that holds for a customer, and its key in the policy.
fn cap_of(context: &Context<'_>, customer: CustomerIx) -> (Option<u64>, String) {
    let Some(customer) = context.book.customer(customer) else { return (None, "cap".to_owned()) };
    let id = &customer.customer_id;
    if let Some(cap) = context.policy.customer.get(id).and_then(|o| o.cap) {
        return (Some(cap), format!("customer.{id}.cap"));
    }
    let segment = customer.segment.as_deref().unwrap_or("");
    (context.policy.segment.get(segment).and_then(|s| s.cap), format!("segment.{segment}.cap"))
}

/// The estimated chance of error within the budget, and what would have brought it there.
fn within_budget(context: &Context<'_>, best: &Hypothesis, ppm: u32) -> String {
    let budget = context.policy.error_budget_ppm;
    let payer = best.customer.and_then(|c| context.payer(c));
    let name = name_of(context, best.customer);
    let mut ways: Vec<String> = Vec::new();
    match payer {
        None if best.customer.is_some() => ways.push(format!("the payer's account or name with {name}")),
        Some(p) if p.kind > PayerKind::Number => ways.push(format!("the payer's account with {name}")),
        _ => {}
    }
    if !best.fully_named && !best.parts.is_empty() {
        ways.push(format!("{} in full in the text", numbers(context, best, None)));
    }
    let ways = if ways.is_empty() { String::new() } else { format!("; for one, {}", ways.join(", or ")) };
    format!(
        "an estimated chance of error of at most {budget} in a million, which is `error_budget_ppm` in the policy; \
         here it is {ppm}{ways}"
    )
}

/// What in the text would have told two answers apart.
fn told_apart(context: &Context<'_>, best: &Hypothesis, second: &Hypothesis) -> Option<String> {
    let (own, rival) = (numbers(context, best, Some(second)), numbers(context, second, Some(best)));
    if own.is_empty() && rival.is_empty() || own == rival {
        let (a, b) = (name_of(context, best.customer), name_of(context, second.customer));
        return (best.customer != second.customer && a != b)
            .then(|| format!("the payer's account or customer number: {a} for the one answer, {b} for the other"));
    }
    Some(match (own.is_empty(), rival.is_empty()) {
        (false, false) => {
            format!("a number in the text that tells them apart: {own} for the one, {rival} for the other")
        }
        (true, _) => format!("a text that names all that is paid: {rival} is paid in one answer only"),
        (_, true) => format!("a text that names all that is paid: {own} is paid in one answer only"),
    })
}

/// The numbers of an answer that another one does not have.
fn numbers(context: &Context<'_>, of: &Hypothesis, but: Option<&Hypothesis>) -> String {
    let in_both = |item: u32| but.is_some_and(|b| b.parts.iter().any(|p| p.item == item));
    let own: Vec<&str> = of
        .parts
        .iter()
        .filter(|p| !in_both(p.item))
        .filter_map(|p| context.book.item(p.item))
        .map(|it| it.doc_no.as_str())
        .collect();
    let more = own.len().saturating_sub(NUMBERS_MAX);
    let list = own.get(..NUMBERS_MAX.min(own.len())).unwrap_or(&[]).join(" + ");
    if more > 0 { format!("{list} and {more} more") } else { list }
}

/// What would have made a queued payment automatic.
pub fn would_need(reason: ReasonCode) -> &'static str {
    match reason {
        ReasonCode::NoReference => {
            "a document number in the text, or an amount that only one document of a certain payer has"
        }
        ReasonCode::UnknownPayer => {
            "the payer's account or name with the customer, or a document number in full with the exact sum"
        }
        ReasonCode::Ambiguous | ReasonCode::Tie => "a document number that tells the answers apart",
        ReasonCode::AmountShort | ReasonCode::PartialSilent => {
            "the exact amount, or words that announce a part payment of a document named exactly"
        }
        ReasonCode::AmountOver => "the exact amount, or the numbers of all documents paid",
        ReasonCode::Contradiction => "number, payer and amount that agree",
        ReasonCode::ThirdPayer => "the payer as parent or usual payer of the document's customer",
        ReasonCode::DiscountLate => "payment by the discount date, or days of grace in the policy",
        ReasonCode::DiscountRate => "the discount as agreed on the document",
        ReasonCode::DuplicateSuspect | ReasonCode::AlreadyPaid => "an open document with the number named",
        ReasonCode::BlockedItem => "a document that is open without dispute or block",
        ReasonCode::CustomerHold => "a customer that is not on hold",
        ReasonCode::CurrencyDiffers => "a document in the currency of the payment",
        ReasonCode::CheckDigit => "a reference with the right check digits",
        ReasonCode::NameSpoof => "a name in one script without invisible characters",
        ReasonCode::ReturnUnmatched => "a certain link: the paid document's number and its amount",
        ReasonCode::BatchUnsplit => "details that sum to the entry (camt.054, or the batch's own list)",
        ReasonCode::WrongCompany => "an account of the company that the document belongs to",
        ReasonCode::Prepayment => "an open document named in full",
        ReasonCode::PolicyLimit => "a payment within the policy's limits",
        ReasonCode::StatementBreak => "a statement that ties out",
        ReasonCode::StatementUnproven => {
            "balances, a control total (--control-total), or statement.unproven = \"apply\" in the policy"
        }
        ReasonCode::StatementGap => "the missing statement in this run",
        ReasonCode::StatementOverlap => "statements that do not overlap",
        ReasonCode::SearchCap => "a document number in the text",
        ReasonCode::RefundSuspect => "a document number in full with the exact amount",
        ReasonCode::Settlement => "the provider's or agency's own list",
        ReasonCode::MistypedNumber => "the number as it stands on the document",
        ReasonCode::OlderThanDocument => "the document's number in full and its exact amount",
        ReasonCode::RegisteredGate => "a case that the registered gate lets pass",
        _ => "a reviewer's decision",
    }
}
