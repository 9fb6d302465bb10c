//! Stages 4 and 6 for one payment: weigh the hypotheses, look at the gates, decide or queue, and say why.

mod gates;
mod rules;
mod wording;

pub use wording::would_need;

use super::candidates::{Naming, PayerEvidence, namings, payers};
use super::hypotheses::{self, Basis, Context, Hypothesis};
use super::not_receivable::Rules;
use super::reading::Reading;
use super::returns::{self, ReturnLink};
use super::score::{error_ppm, weights};
use crate::book::{CustomerIx, ItemIx, OpenItemBook};
use crate::model::{
    Allocation, Decision, Disposition, EvidenceLine, Gate, OtherAmount, Outcome, Payment, Policy, Proposal, ReasonCode,
    Remainder,
};

/// A decision for one payment alone, and what settling all payments together needs to know.
#[derive(Debug, Clone)]
pub struct Proposed {
    /// The decision as if there were no other payment.
    pub decision: Decision,
    /// What it takes from items, if applied: item and cleared amount.
    pub claims: Vec<(ItemIx, i64)>,
    /// What its first proposal would take, if it is queued and names its items.
    pub wants: Vec<(ItemIx, i64)>,
    /// The payer's customer as the evidence has it, for "the same payer twice".
    pub payer: Option<CustomerIx>,
    /// Several items of one customer with exactly this amount fit equally well: a tie that a complete set may solve.
    pub tie: Option<(CustomerIx, i64)>,
    /// A return that found no closed item: perhaps it takes back a payment of this run.
    pub open_return: bool,
}

/// Most proposals kept; more are counted.
const PROPOSALS_MAX: usize = 5;

/// Decides one payment against the book, claiming nothing.
pub fn propose(book: &OpenItemBook, policy: &Policy, rules: &Rules, payment: &Payment) -> Proposed {
    let reading = Reading::with_book(book, payment.remittance.iter().map(String::as_str));
    let namings = namings(book, payment, &reading);
    let payers = payers(book, payment, &reading);
    if let Some(proposed) = return_or_refund(book, policy, payment, &reading, &namings, &payers) {
        return proposed;
    }
    if let Some((reason, text)) = rules.judge(payment, &namings, &payers) {
        return plain(payment, Outcome::NotReceivable, reason, text, Disposition::NotReceivable);
    }
    let mut unresolved = hypotheses::unresolved(&reading, &namings);
    unresolved.extend(payment.structured_refs.iter().filter_map(|r| hypotheses::unresolved_field(book, r)));
    let context = Context {
        book,
        policy,
        payment,
        reading: &reading,
        namings: &namings,
        payers: &payers,
        unresolved: &unresolved,
    };
    let all = ranked(&context);
    decide(&context, all)
}

/// A decision without proposals.
fn plain(
    payment: &Payment,
    outcome: Outcome,
    reason: ReasonCode,
    explanation: String,
    disposition: Disposition,
) -> Proposed {
    Proposed {
        decision: Decision {
            payment_id: payment.payment_id.clone(),
            currency: payment.currency,
            outcome,
            reason,
            explanation,
            customer_id: None,
            error_ppm: if outcome == Outcome::Queued { 1_000_000 } else { weights::ERROR_FLOOR_PPM },
            score: 0,
            margin: None,
            prior: 0,
            gates: Vec::new(),
            allocations: Vec::new(),
            on_account: 0,
            other: Vec::new(),
            unapplied: payment.amount,
            disposition: Some(disposition),
            would_need: None,
            candidates: Vec::new(),
            candidates_cut: 0,
            review: None,
        },
        claims: Vec::new(),
        wants: Vec::new(),
        payer: None,
        tie: None,
        open_return: false,
    }
}

fn return_or_refund(
    book: &OpenItemBook,
    policy: &Policy,
    payment: &Payment,
    reading: &Reading,
    namings: &[Naming],
    payers: &[PayerEvidence],
) -> Option<Proposed> {
    if payment.amount > 0 {
        // Money of ours that came back. A re-credited collection (GVC 181, 184) is a receipt again: a person decides.
        let marked = payment.return_reason.is_some() || payment.reversal;
        if matches!(payment.gvc.as_deref(), Some("181" | "184")) {
            let text = "a return was itself taken back: the document may be paid again".to_owned();
            return Some(plain(payment, Outcome::Queued, ReasonCode::ReturnUnmatched, text, Disposition::InReview));
        }
        let text = format!("{} {}", payment.remittance_text(), payment.bank_text.as_deref().unwrap_or(""));
        let by_words = namings.is_empty()
            && !payers.iter().any(PayerEvidence::is_certain)
            && returns::is_return(&Payment { amount: -1, remittance: vec![text], bank_text: None, ..payment.clone() });
        if marked || by_words {
            let text = "a payment of ours came back".to_owned();
            return Some(plain(
                payment,
                Outcome::NotReceivable,
                ReasonCode::SupplierRefund,
                text,
                Disposition::NotReceivable,
            ));
        }
        return None;
    }
    if payment.amount == 0 || !returns::is_return(payment) {
        return None;
    }
    let link = returns::link(book, payment, reading, namings, payers);
    let gates = gates::of_statement(policy, payment);
    let Some(link) = link else {
        let text = "a payment came back, but no paid document fits it".to_owned();
        let mut proposed = plain(payment, Outcome::Queued, ReasonCode::ReturnUnmatched, text, Disposition::InReview);
        proposed.open_return = true;
        proposed.decision.would_need =
            Some("the document as `closed` in the open items, or the payment it takes back in this run".to_owned());
        return Some(proposed);
    };
    Some(reopened(book, policy, payment, &link, gates))
}

fn reopened(book: &OpenItemBook, policy: &Policy, payment: &Payment, link: &ReturnLink, gates: Vec<Gate>) -> Proposed {
    let allocations: Vec<Allocation> = link
        .items
        .iter()
        .filter_map(|(ix, amount)| {
            let part = hypotheses::Part { item: *ix, applied: amount.checked_neg()?, ..Default::default() };
            allocation(book, &part)
        })
        .collect();
    let customer = link.items.first().and_then(|(ix, _)| book.item(*ix)).map(|it| it.customer_id.clone());
    let line = EvidenceLine {
        kind: crate::model::EvidenceKind::DocumentNumber,
        weight: weights::NUMBER_WHOLE,
        text: link.text.clone(),
    };
    let proposal = Proposal {
        customer_id: customer.clone(),
        reason: ReasonCode::ReturnReopened,
        error_ppm: if link.certain { weights::ERROR_FLOOR_PPM } else { 200_000 },
        score: weights::NUMBER_WHOLE,
        allocations: allocations.clone(),
        on_account: 0,
        remainder: (link.fee != 0).then_some(Remainder { code: "return_fee", amount: link.fee }),
        supports: vec![line],
        against: Vec::new(),
    };
    let automatic = link.certain && policy.returns.reopen && gates.is_empty();
    let reason = match gates.first() {
        Some(gate) => gate.reason,
        None if automatic => ReasonCode::ReturnReopened,
        None => ReasonCode::ReturnUnmatched,
    };
    let mut proposed = plain(payment, Outcome::Queued, reason, link.text.clone(), Disposition::InReview);
    let decision = &mut proposed.decision;
    decision.customer_id = customer;
    decision.error_ppm = proposal.error_ppm;
    decision.score = proposal.score;
    decision.gates = gates;
    if automatic {
        decision.outcome = Outcome::Reopened;
        decision.allocations = allocations;
        decision.unapplied = 0;
        decision.disposition = None;
        if link.fee != 0 {
            decision.other.push(OtherAmount { code: "return_fee".to_owned(), amount: -link.fee });
        }
        proposed.claims = link.items.iter().map(|(ix, amount)| (*ix, -amount)).collect();
    } else {
        decision.would_need = Some("a certain link: the document's number and its amount".to_owned());
    }
    decision.candidates = vec![proposal];
    proposed
}

/// All hypotheses, best first; of several for one set of items the best stays.
fn ranked(context: &Context<'_>) -> Vec<Hypothesis> {
    let mut all = hypotheses::named(context);
    all.extend(hypotheses::by_payer(context));
    if !all.iter().any(|h| !h.parts.is_empty()) {
        all.extend(hypotheses::only_amount(context));
    }
    // Ties are broken by the items' own ids, so that the order of the book does not show.
    let ids = |h: &Hypothesis| -> Vec<&str> {
        let mut ids: Vec<&str> =
            h.parts.iter().filter_map(|p| context.book.item(p.item)).map(|it| it.item_id.as_str()).collect();
        ids.sort_unstable();
        ids
    };
    let customer = |h: &Hypothesis| h.customer.and_then(|c| context.book.customer(c)).map(|c| c.customer_id.as_str());
    all.sort_by(|a, b| {
        let by_score = b.score.cmp(&a.score).then(a.basis.cmp(&b.basis));
        by_score.then_with(|| ids(a).cmp(&ids(b))).then_with(|| customer(a).cmp(&customer(b)))
    });
    // Named with its items beats the same items found by amount, whatever the score: it is the fuller reason.
    let mut kept: Vec<Hypothesis> = Vec::new();
    for h in all {
        let same = |k: &Hypothesis| !h.parts.is_empty() && k.item_set() == h.item_set();
        match kept.iter_mut().find(|k| same(k)) {
            Some(k) if h.basis == Basis::Named && k.basis != Basis::Named => {
                let score = k.score.max(h.score);
                *k = Hypothesis { score, ..h };
            }
            Some(_) => {}
            None => kept.push(h),
        }
    }
    kept
}

fn decide(context: &Context<'_>, mut all: Vec<Hypothesis>) -> Proposed {
    let payment = context.payment;
    let scores: Vec<i32> = all.iter().map(|h| h.score).collect();
    let error_of = |k: usize| {
        let own = scores.get(k).copied().unwrap_or(0);
        let rivals = scores.iter().enumerate().filter(|(i, _)| *i != k).map(|(_, s)| *s);
        error_ppm(own, rivals, weights::ERROR_FLOOR_PPM)
    };
    let errors: Vec<u32> = (0..all.len()).map(error_of).collect();
    let margin = match scores.as_slice() {
        [first, second, ..] => Some(first - second),
        _ => None,
    };
    for h in &mut all {
        gates::add(context, h);
    }
    let Some(best) = all.first() else {
        let (reason, text) = wording::nothing_found(context);
        let mut proposed = plain(payment, Outcome::Queued, reason, text, Disposition::InReview);
        proposed.decision.would_need = Some(wording::would_need(reason).to_owned());
        proposed.decision.gates = gates::of_payment(context);
        if let Some(gate) = proposed.decision.gates.first() {
            proposed.decision.reason = gate.reason;
            proposed.decision.explanation = gate.text.clone();
        }
        return proposed;
    };
    let error = errors.first().copied().unwrap_or(1_000_000);
    let verdict = rules::judge(context, best, error, margin);
    let statement = gates::of_statement(context.policy, payment);
    let (outcome, reason, explanation) = match (&verdict, statement.first()) {
        (Ok(reason), None) => (Outcome::Applied, *reason, wording::applied(context, best, *reason)),
        (Ok(reason), Some(gate)) => (
            Outcome::Queued,
            gate.reason,
            format!("{}; otherwise: {}", gate.text, wording::applied(context, best, *reason)),
        ),
        (Err((reason, text)), _) => (Outcome::Queued, *reason, text.clone()),
    };
    let mut all_gates = best.gates.clone();
    all_gates.extend(statement);
    let tie = tie_of(context, &all, margin);
    let proposals: Vec<Proposal> =
        all.iter().zip(&errors).take(PROPOSALS_MAX).map(|(h, error)| proposal(context, h, *error)).collect();
    let top = proposals.first();
    let applied = outcome == Outcome::Applied;
    let decision = Decision {
        payment_id: payment.payment_id.clone(),
        currency: payment.currency,
        outcome,
        reason,
        explanation,
        customer_id: top.and_then(|p| p.customer_id.clone()),
        error_ppm: error,
        score: best.score,
        margin,
        prior: best.prior,
        gates: all_gates,
        allocations: if applied { top.map(|p| p.allocations.clone()).unwrap_or_default() } else { Vec::new() },
        on_account: if applied { best.on_account } else { 0 },
        other: Vec::new(),
        unapplied: if applied { 0 } else { payment.amount },
        disposition: match (applied, best.on_account) {
            (true, 0) => None,
            (true, _) => Some(Disposition::OnAccount),
            (false, _) => Some(Disposition::InReview),
        },
        would_need: (!applied).then(|| wording::would_need(reason).to_owned()),
        candidates_cut: u32::try_from(all.len().saturating_sub(PROPOSALS_MAX)).unwrap_or(u32::MAX),
        review: None,
        candidates: proposals,
    };
    let parts: Vec<(ItemIx, i64)> = best.parts.iter().map(|p| (p.item, p.cleared())).collect();
    let (claims, wants) = match (applied, best.basis) {
        (true, _) => (parts, Vec::new()),
        (false, Basis::Named) => {
            let named = |ix: &ItemIx| context.namings.iter().any(|n| n.items.contains(ix));
            (Vec::new(), parts.into_iter().filter(|(ix, _)| named(ix)).collect())
        }
        (false, _) => (Vec::new(), Vec::new()),
    };
    let payer = context.payers.first().map(|p| p.customer);
    Proposed { decision, claims, wants, payer, tie, open_return: false }
}

/// Several single items of one customer, all open at exactly the payment's amount, and nothing that tells them apart.
fn tie_of(context: &Context<'_>, all: &[Hypothesis], margin: Option<i32>) -> Option<(CustomerIx, i64)> {
    let best = all.first()?;
    let exact = |h: &Hypothesis| h.basis == Basis::PayerSingle && h.difference == hypotheses::Difference::Exact;
    let customer = best.customer?;
    let sure = rules::payer_is_sure(context, customer);
    let statement_ok = gates::of_statement(context.policy, context.payment).is_empty();
    let near: Vec<&Hypothesis> =
        all.iter().filter(|h| best.score - h.score < context.policy.margin_centibans).collect();
    let alike = near.iter().all(|h| exact(h) && h.customer == Some(customer) && h.gates.is_empty());
    (exact(best) && sure && statement_ok && alike && near.len() > 1 && margin.is_some())
        .then_some((customer, context.payment.amount))
}

fn proposal(context: &Context<'_>, h: &Hypothesis, error: u32) -> Proposal {
    let allocations: Vec<Allocation> = h.parts.iter().filter_map(|p| allocation(context.book, p)).collect();
    let mut supports: Vec<EvidenceLine> =
        h.lines.iter().filter(|l| l.weight >= 0 && !l.text.is_empty()).cloned().collect();
    let mut against: Vec<EvidenceLine> = h.lines.iter().filter(|l| l.weight < 0).cloned().collect();
    for gate in &h.gates {
        if !against.iter().any(|l| l.text == gate.text) {
            against.push(EvidenceLine {
                kind: crate::model::EvidenceKind::Warning,
                weight: 0,
                text: gate.text.clone(),
            });
        }
    }
    supports.sort_by_key(|l| -l.weight);
    against.sort_by_key(|l| l.weight);
    let customer = h.customer.and_then(|c| context.book.customer(c)).map(|c| c.customer_id.clone());
    Proposal {
        customer_id: customer.or_else(|| allocations.first().map(|a| a.customer_id.clone())),
        reason: rules::reason_if_applied(h),
        error_ppm: error,
        score: h.score,
        allocations,
        on_account: h.on_account,
        remainder: wording::remainder(&h.difference),
        supports,
        against,
    }
}

/// An allocation with the item's figures before any other payment of the run; settling sets them in sequence.
pub fn allocation(book: &OpenItemBook, part: &hypotheses::Part) -> Option<Allocation> {
    let item = book.item(part.item)?;
    Some(Allocation {
        company: item.company.clone(),
        item_id: item.item_id.clone(),
        doc_no: item.doc_no.clone(),
        customer_id: item.customer_id.clone(),
        applied: part.applied,
        discount: part.discount,
        writeoff: part.writeoff,
        writeoff_code: (part.writeoff != 0).then(|| "rounding".to_owned()),
        charges: part.charges,
        fx_difference: 0,
        open_before: item.open_amount,
        open_after: item.open_amount.checked_sub(part.cleared())?,
    })
}
