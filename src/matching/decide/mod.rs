//! Stages 4 and 6 for one payment: weigh the hypotheses, look at the gates, decide or queue, and say why.

mod back;
mod gates;
mod learned;
mod needed;
mod rank;
mod registered;
mod rules;
mod standing;
mod told;
mod wording;

pub use needed::would_need;
pub use rules::CHANCE_SAYS;
pub use standing::{Proposed, Standing};
pub use told::allocation;

use super::candidates::{Named, PayerKind, namings, own_endings, payers, text_is_cut};
use super::extend::Extensions;
use super::facts::Bar;
use super::hypotheses::{self, Basis, Context, Hypothesis, Parts, sentence};
use super::not_receivable::Rules;
use super::reading::{Label, Reading};
use super::score::{error_ppm, weights};
use crate::book::keys::compact;
use crate::book::{CustomerIx, OpenItemBook};
use crate::model::{Decision, Disposition, Gate, Outcome, Payment, Policy, Priors, Proposal, Rare, ReasonCode};
use standing::{Waits, Want, want};
use std::cell::OnceCell;
use told::{bare, fixed, plain, proposal};

/// What every payment of a run is decided with.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// Items and customers.
    pub book: &'a OpenItemBook,
    /// What is allowed.
    pub policy: &'a Policy,
    /// What is no receivable.
    pub rules: &'a Rules,
    /// Evidence and gates of others.
    pub extensions: &'a Extensions,
    /// What confirmed decisions taught.
    pub priors: &'a Priors,
}

/// Most proposals kept, as many as stand in files; more are counted.
const PROPOSALS_MAX: usize = 3;

/// Decides one payment against the book, claiming nothing. Words are made only if asked for: they change no decision.
pub fn propose(desk: &Desk<'_>, payment: &Payment, words: bool) -> Proposed {
    let Desk { book, policy, rules, extensions, priors } = *desk;
    let reading = Reading::with_book(book, payment.remittance.iter().map(String::as_str));
    let Named { list: mut namings, cut } = namings(book, payment, &reading);
    let payers = payers(book, payment, &reading);
    own_endings(book, &reading, &payers, &mut namings);
    if let Some(proposed) = back::return_or_refund(desk, payment, &reading, &namings, &payers, words) {
        return proposed;
    }
    if let Some(hit) = rules.judge(payment, &namings, &payers) {
        return plain(payment, Outcome::NotReceivable, Disposition::NotReceivable, words, || hit.told());
    }
    let mut unresolved = hypotheses::unresolved(book, &reading, &namings);
    unresolved.extend(payment.structured_refs.iter().filter_map(|r| hypotheses::unresolved_field(book, r)));
    let context = Context {
        book,
        policy,
        payment,
        reading: &reading,
        namings: &namings,
        cut,
        payers: &payers,
        unresolved: &unresolved,
        company: book.company_number(&payment.company),
        extensions,
        priors,
        same_amount: OnceCell::new(),
    };
    let all = rank::ranked(&context);
    decide(&context, &all, words)
}

/// The decision for one payment alone, with its words.
pub fn decision(desk: &Desk<'_>, payment: &Payment) -> Decision {
    let nothing = || (ReasonCode::NoReference, String::new());
    // With words there is always a decision; the other arm keeps the types honest.
    propose(desk, payment, true)
        .decision
        .unwrap_or_else(|| bare(payment, Outcome::Queued, Disposition::InReview, nothing()))
}

fn decide(context: &Context<'_>, all: &[Hypothesis], words: bool) -> Proposed {
    let payment = context.payment;
    let of_payment = gates::of_payment(context);
    let Some(best) = all.first() else { return nothing_found(context, &of_payment, words) };
    let error_of = |k: usize, own: i32| {
        let rivals = all.iter().enumerate().filter(|(i, _)| *i != k).map(|(_, h)| h.score);
        error_ppm(own, rivals, weights::ERROR_FLOOR_PPM)
    };
    let error = error_of(0, best.score);
    let margin = all.get(1).map(|second| best.score - second.score);
    let mut best_gates = gates::all(context, &of_payment, best);
    best_gates.extend(gates::namesake(context, all));
    let verdict = rules::judge(context, best, &best_gates, error, margin);
    let statement = gates::of_statement(context.policy, payment);
    let applied = verdict.is_ok() && statement.is_none();
    let standing = Standing {
        outcome: if applied { Outcome::Applied } else { Outcome::Queued },
        score: best.score,
        parts: if applied { best.parts.clone() } else { Parts::new() },
        on_account: if applied { best.on_account } else { 0 },
        named: best.basis == Basis::Named,
        set_off: matches!(best.difference, hypotheses::Difference::CreditNote(_)),
        payer: context.payers.first().filter(|p| p.kind <= PayerKind::Name).map(|p| p.customer),
        customer: best.customer.or_else(|| best.parts.first().and_then(|p| context.book.customer_of(p.item))),
        waits: Rare::from(Waits {
            wants: if applied { Vec::new() } else { wants(context, all) },
            tie: tie_of(context, all, margin, &of_payment),
            open_return: None,
        }),
    };
    if !words {
        return Proposed { standing, decision: None };
    }
    let told = |gates: &[Bar], h: &Hypothesis| -> Vec<Gate> {
        gates.iter().map(|g| Gate { reason: g.reason, text: sentence(context, h, &g.fact) }).collect()
    };
    let (reason, explanation) = match (&verdict, statement) {
        (Ok(reason), None) => (*reason, wording::applied(context, best, *reason)),
        (Ok(reason), Some(gate)) => {
            let otherwise = wording::applied(context, best, *reason);
            (gate.reason, format!("{}; otherwise: {otherwise}", fixed(&gate)))
        }
        (Err(stop), _) if stop.why == rules::Why::Second => (stop.reason, wording::both_fit(context, best, all.get(1))),
        (Err(stop), _) => (stop.reason, rules::stop_text(context, best, &stop.why)),
    };
    let would_need = match &verdict {
        Err(stop) => needed::needed(context, all, stop),
        Ok(_) => would_need(reason).to_owned(),
    };
    let mut all_gates = told(&best_gates, best);
    all_gates.extend(statement.iter().map(|g| Gate { reason: g.reason, text: fixed(g) }));
    let proposals: Vec<Proposal> = all
        .iter()
        .take(PROPOSALS_MAX)
        .enumerate()
        .map(|(k, h)| {
            let gates = if k == 0 { told(&best_gates, h) } else { told(&gates::all(context, &of_payment, h), h) };
            proposal(context, h, gates, error_of(k, h.score))
        })
        .collect();
    let top = proposals.first();
    let decision = Decision {
        payment_id: payment.payment_id.clone(),
        currency: payment.currency,
        outcome: standing.outcome,
        reason,
        explanation,
        customer_id: top.and_then(|p| p.customer_id.clone()),
        error_ppm: error,
        score: best.score,
        margin,
        prior: best.prior,
        gates: all_gates,
        allocations: if applied { top.map(|p| p.allocations.clone()).unwrap_or_default() } else { Vec::new() },
        on_account: standing.on_account,
        other: Vec::new(),
        unapplied: if applied { 0 } else { payment.amount },
        disposition: match (applied, best.on_account) {
            (true, 0) => None,
            (true, _) => Some(Disposition::OnAccount),
            (false, _) => Some(Disposition::InReview),
        },
        would_need: (!applied).then_some(would_need),
        candidates_cut: u32::try_from(all.len().saturating_sub(PROPOSALS_MAX)).unwrap_or(u32::MAX),
        candidates: proposals,
        review: None,
    };
    Proposed { standing, decision: Some(decision) }
}

/// What a queued payment's first proposal would take, if the text names it; or else what is named in full with the exact amount,
/// whatever stands first.
fn wants(context: &Context<'_>, all: &[Hypothesis]) -> Vec<Want> {
    let exact =
        |h: &&Hypothesis| h.basis == Basis::Named && h.fully_named && h.difference == hypotheses::Difference::Exact;
    let first = all.first().filter(|h| h.basis == Basis::Named).or_else(|| all.iter().find(exact));
    first.into_iter().flat_map(|h| &h.parts).filter_map(|p| want(context, p)).collect()
}

fn nothing_found(context: &Context<'_>, of_payment: &[Bar], words: bool) -> Proposed {
    let told = || wording::nothing_found(context);
    let mut proposed = plain(context.payment, Outcome::Queued, Disposition::InReview, words, told);
    if let Some(decision) = &mut proposed.decision {
        // Money that may stand here twice is the first thing to say of a payment that nobody knows.
        let twice = gates::of_statement(context.policy, context.payment);
        let twice = twice.filter(|g| g.reason == ReasonCode::StatementOverlap);
        let all = twice.iter().chain(of_payment);
        decision.gates = all.map(|g| Gate { reason: g.reason, text: fixed(g) }).collect();
        if let Some(gate) = decision.gates.first() {
            decision.reason = gate.reason;
            decision.explanation = gate.text.clone();
        }
        decision.would_need = Some(needed::needed_for_anything(context, decision.reason));
    }
    proposed
}

/// Several single items of one customer, all open at exactly the payment's amount, and nothing that tells them apart.
fn tie_of(
    context: &Context<'_>,
    all: &[Hypothesis],
    margin: Option<i32>,
    of_payment: &[Bar],
) -> Option<(CustomerIx, i64)> {
    let best = all.first()?;
    let exact = |h: &Hypothesis| h.basis == Basis::PayerSingle && h.difference == hypotheses::Difference::Exact;
    let customer = best.customer?;
    if !exact(best) || margin.is_none_or(|m| m >= context.policy.margin_centibans) {
        return None;
    }
    // Sorted by score, but a fuller reason may have taken the place of a better score: all are looked at.
    let near = || all.iter().filter(|h| best.score - h.score < context.policy.margin_centibans);
    let alike = near().all(|h| exact(h) && h.customer == Some(customer));
    let sure = rules::payer_is_sure(context, customer);
    let statement_ok = gates::of_statement(context.policy, context.payment).is_none();
    let free = || near().all(|h| gates::all(context, of_payment, h).is_empty());
    // A number of an order of theirs, however short, may tell them apart: then it matters which payment pays which.
    let order = |k: usize| context.reading.label(k) == Some(Label::Order) && context.reading.typed(k).is_none();
    let numbers =
        || (0..context.reading.tokens.list.len()).filter(|k| order(*k)).map(|k| context.reading.tokens.word(k));
    let of_order = |it: &crate::model::OpenItem| it.refs.iter().any(|r| numbers().any(|n| compact(r).ends_with(n)));
    let told_apart = || near().flat_map(|h| &h.parts).filter_map(|p| context.book.item(p.item)).any(of_order);
    // What the bank left of a number tells, too, and so does the label whose number it cut off.
    let tokens = &context.reading.tokens;
    let labelled = |k: usize| matches!(context.reading.label(k), Some(Label::Document | Label::CreditNote));
    let cut = text_is_cut(context.payment)
        && ((0..tokens.list.len()).any(|k| tokens.is_digits(k)) || context.reading.ends_in_label());
    // A number that was written for one document, and that nobody could read, says that it matters which pays which.
    let unread = |k: usize| {
        tokens.is_digits(k) && tokens.word(k).len() >= 3 && labelled(k) && context.reading.typed(k).is_none()
    };
    let unread = (0..tokens.list.len()).any(unread);
    (alike && sure && statement_ok && !cut && !unread && free() && !told_apart())
        .then_some((customer, context.payment.amount))
}
