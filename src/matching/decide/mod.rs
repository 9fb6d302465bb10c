//! Stages 4 and 6 for one payment: weigh the hypotheses, look at the gates, decide or queue, and say why.

mod gates;
mod rules;
mod wording;

pub use wording::would_need;

use super::candidates::{Named, Naming, PayerEvidence, Strength, namings, payers};
use super::facts::{Bar, Evidence};
use super::hypotheses::{self, Basis, Context, Hypothesis, Part, Parts, sentence};
use super::not_receivable::Rules;
use super::reading::Reading;
use super::returns::{self, ReturnLink};
use super::score::{error_ppm, weights};
use crate::base::Map;
use crate::book::{CustomerIx, ItemIx, OpenItemBook};
use crate::model::{
    Allocation, Decision, Disposition, EvidenceLine, Gate, OtherAmount, Outcome, Payment, Policy, Proposal, ReasonCode,
    Remainder,
};
use smallvec::SmallVec;
use std::cell::OnceCell;

/// A decision for one payment alone: what settling all payments together needs of it, and the words, if somebody reads them.
#[derive(Debug, Clone)]
pub struct Proposed {
    /// What it does.
    pub standing: Standing,
    /// The whole decision as if there were no other payment, where it was asked for.
    pub decision: Option<Decision>,
}

/// What a decision does, in numbers.
#[derive(Debug, Clone)]
pub struct Standing {
    /// What happens.
    pub outcome: Outcome,
    /// Total of the evidence for the best answer.
    pub score: i32,
    /// What it takes from items, if applied, or gives back, if reopened.
    pub parts: Parts,
    /// Rest on account, if applied.
    pub on_account: i64,
    /// What its first proposal would take, if it is queued and names its items.
    pub wants: SmallVec<[Want; 1]>,
    /// What it takes is named in the text, and not found by payer and amount alone.
    pub named: bool,
    /// It sets off a credit note that nobody named.
    pub set_off: bool,
    /// The payer's customer as the evidence has it, for "the same payer twice".
    pub payer: Option<CustomerIx>,
    /// Whose money it is, as far as decided or proposed.
    pub customer: Option<CustomerIx>,
    /// Several items of one customer with exactly this amount fit equally well: a tie that a complete set may solve.
    pub tie: Option<(CustomerIx, i64)>,
    /// A return that found no closed item: perhaps it takes back a payment of this run.
    /// The documents that it names, none if it names nothing; then account and amount must tell.
    pub open_return: Option<SmallVec<[ItemIx; 2]>>,
}

impl Standing {
    fn nothing(outcome: Outcome) -> Self {
        Standing {
            outcome,
            score: 0,
            parts: Parts::new(),
            on_account: 0,
            wants: SmallVec::new(),
            named: true,
            set_off: false,
            payer: None,
            customer: None,
            tie: None,
            open_return: None,
        }
    }

    /// What it takes from items: item and cleared amount.
    pub fn claims(&self) -> impl Iterator<Item = (ItemIx, i64)> + '_ {
        self.parts.iter().map(|p| (p.item, p.cleared()))
    }
}

/// What a queued payment's first proposal would take from an item that its text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Want {
    /// The item.
    pub item: ItemIx,
    /// What it would clear, in minor units with the item's sign.
    pub cleared: i64,
    /// Named in full, or by an ending with a label or in a list, and not by a number that may be something else.
    pub strong: bool,
}

fn want(context: &Context<'_>, part: &Part) -> Option<Want> {
    let mut by = context.namings.iter().filter(|n| n.items.contains(&part.item)).peekable();
    by.peek()?;
    let labelled = |n: &Naming| n.label.is_some() && n.strength == Strength::Tail;
    let strong = by.any(|n| n.typed.is_none() && (n.strength <= Strength::Short || labelled(n)));
    Some(Want { item: part.item, cleared: part.cleared(), strong })
}

/// Most proposals kept, as many as stand in files; more are counted.
const PROPOSALS_MAX: usize = 3;

/// Decides one payment against the book, claiming nothing. Words are made only if asked for: they change no decision.
pub fn propose(book: &OpenItemBook, policy: &Policy, rules: &Rules, payment: &Payment, words: bool) -> Proposed {
    let reading = Reading::with_book(book, payment.remittance.iter().map(String::as_str));
    let Named { list: namings, cut } = namings(book, payment, &reading);
    let payers = payers(book, payment, &reading);
    if let Some(proposed) = return_or_refund(book, policy, payment, &reading, &namings, &payers, words) {
        return proposed;
    }
    if let Some(hit) = rules.judge(payment, &namings, &payers) {
        return plain(payment, Outcome::NotReceivable, Disposition::NotReceivable, words, || hit.told());
    }
    let mut unresolved = hypotheses::unresolved(&reading, &namings);
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
        same_amount: OnceCell::new(),
    };
    let all = ranked(&context);
    decide(&context, &all, words)
}

/// The decision for one payment alone, with its words.
pub fn decision(book: &OpenItemBook, policy: &Policy, rules: &Rules, payment: &Payment) -> Decision {
    let nothing = || (ReasonCode::NoReference, String::new());
    // With words there is always a decision; the other arm keeps the types honest.
    propose(book, policy, rules, payment, true)
        .decision
        .unwrap_or_else(|| bare(payment, Outcome::Queued, Disposition::InReview, nothing()))
}

/// A decision without proposals.
fn plain(
    payment: &Payment,
    outcome: Outcome,
    disposition: Disposition,
    words: bool,
    told: impl FnOnce() -> (ReasonCode, String),
) -> Proposed {
    let decision = words.then(|| bare(payment, outcome, disposition, told()));
    Proposed { standing: Standing::nothing(outcome), decision }
}

fn bare(
    payment: &Payment,
    outcome: Outcome,
    disposition: Disposition,
    (reason, explanation): (ReasonCode, String),
) -> Decision {
    Decision {
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
    }
}

fn return_or_refund(
    book: &OpenItemBook,
    policy: &Policy,
    payment: &Payment,
    reading: &Reading,
    namings: &[Naming],
    payers: &[PayerEvidence],
    words: bool,
) -> Option<Proposed> {
    if payment.amount > 0 {
        // Money of ours that came back. A re-credited collection (GVC 181, 184) is a receipt again: a person decides.
        let marked = payment.return_reason.is_some() || payment.reversal;
        if matches!(payment.gvc.as_deref(), Some("181" | "184")) {
            let told = || {
                let text = "a return was itself taken back: the document may be paid again";
                (ReasonCode::ReturnUnmatched, text.to_owned())
            };
            return Some(plain(payment, Outcome::Queued, Disposition::InReview, words, told));
        }
        let by_words =
            || namings.is_empty() && !payers.iter().any(PayerEvidence::is_certain) && returns::says_return(payment);
        if marked || by_words() {
            let told = || (ReasonCode::SupplierRefund, "a payment of ours came back".to_owned());
            return Some(plain(payment, Outcome::NotReceivable, Disposition::NotReceivable, words, told));
        }
        return None;
    }
    if payment.amount == 0 || !returns::is_return(payment) {
        return None;
    }
    let link = returns::link(book, payment, reading, namings, payers);
    let gate = gates::of_statement(policy, payment);
    let Some(link) = link else {
        let told = || {
            let text = "a payment came back, but no paid document fits it";
            (ReasonCode::ReturnUnmatched, text.to_owned())
        };
        let mut proposed = plain(payment, Outcome::Queued, Disposition::InReview, words, told);
        let named = returns::named_items(namings);
        let known = !named.is_empty() || !returns::names_something(reading, namings);
        proposed.standing.open_return = (known && gate.is_none()).then_some(named);
        if let Some(decision) = &mut proposed.decision {
            decision.would_need =
                Some("the document as `closed` in the open items, or the payment it takes back in this run".to_owned());
        }
        return Some(proposed);
    };
    Some(reopened(book, policy, payment, &link, gate, words))
}

fn reopened(
    book: &OpenItemBook,
    policy: &Policy,
    payment: &Payment,
    link: &ReturnLink,
    gate: Option<Bar>,
    words: bool,
) -> Proposed {
    let parts: Parts = link
        .items
        .iter()
        .filter_map(|(ix, amount)| Some(Part { item: *ix, applied: amount.checked_neg()?, ..Part::default() }))
        .collect();
    let automatic = link.certain && policy.returns.reopen && gate.is_none();
    let reason = match gate {
        Some(gate) => gate.reason,
        None if automatic => ReasonCode::ReturnReopened,
        None => ReasonCode::ReturnUnmatched,
    };
    let customer = link.items.first().and_then(|(ix, _)| book.customer_of(*ix));
    let mut proposed = plain(payment, Outcome::Queued, Disposition::InReview, words, || (reason, link.text.clone()));
    if let Some(decision) = &mut proposed.decision {
        let allocations: Vec<Allocation> = parts.iter().filter_map(|p| allocation(book, p)).collect();
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
        decision.customer_id = customer;
        decision.error_ppm = proposal.error_ppm;
        decision.score = proposal.score;
        decision.gates = gate.iter().map(|g| Gate { reason: g.reason, text: fixed(g) }).collect();
        if automatic {
            decision.outcome = Outcome::Reopened;
            decision.allocations = allocations;
            decision.unapplied = 0;
            decision.disposition = None;
            if link.fee != 0 {
                decision.other.push(OtherAmount { code: "return_fee".to_owned(), amount: -link.fee });
            }
        } else {
            decision.would_need = Some("a certain link: the document's number and its amount".to_owned());
        }
        decision.candidates = vec![proposal];
    }
    let standing = &mut proposed.standing;
    standing.score = weights::NUMBER_WHOLE;
    standing.customer = customer;
    if automatic {
        standing.outcome = Outcome::Reopened;
        standing.parts = parts;
    }
    proposed
}

/// All hypotheses, best first; of several for one set of items the best stays.
fn ranked(context: &Context<'_>) -> Vec<Hypothesis> {
    let mut all = hypotheses::named(context);
    hypotheses::by_payer(context, &mut all);
    if !all.iter().any(|h| !h.parts.is_empty()) {
        hypotheses::only_amount(context, &mut all);
    }
    // Ties are broken by the items' own ids, so that the order of the book does not show.
    let id = |part: &Part| context.book.item(part.item).map(|it| it.item_id.as_str());
    let by_ids = |a: &Hypothesis, b: &Hypothesis| {
        if let ([a], [b]) = (a.parts.as_slice(), b.parts.as_slice()) {
            return id(a).cmp(&id(b));
        }
        let ids = |h: &Hypothesis| {
            let mut ids: SmallVec<[&str; 8]> = h.parts.iter().filter_map(id).collect();
            ids.sort_unstable();
            ids
        };
        ids(a).cmp(&ids(b))
    };
    let customer = |h: &Hypothesis| h.customer.and_then(|c| context.book.customer(c)).map(|c| c.customer_id.as_str());
    let mut order: SmallVec<[u32; 16]> = (0u32..).zip(&all).map(|(k, _)| k).collect();
    let at = |k: u32| all.get(k as usize);
    order.sort_by(|a, b| match (at(*a), at(*b)) {
        (Some(a), Some(b)) => {
            let by_score = b.score.cmp(&a.score).then(a.basis.cmp(&b.basis));
            by_score.then_with(|| by_ids(a, b)).then_with(|| customer(a).cmp(&customer(b)))
        }
        _ => a.cmp(b),
    });
    let mut all: Vec<Option<Hypothesis>> = all.into_iter().map(Some).collect();
    // Named with its items beats the same items found by amount, whatever the score: it is the fuller reason.
    let mut kept: Vec<Hypothesis> = Vec::with_capacity(all.len());
    let mut by_mark: Map<u64, SmallVec<[u32; 1]>> = Map::default();
    let many = all.len() > 24;
    for k in order {
        let Some(h) = all.get_mut(k as usize).and_then(Option::take) else { continue };
        if h.parts.is_empty() {
            kept.push(h);
            continue;
        }
        let same = if many {
            let marked = by_mark.entry(h.item_mark()).or_default();
            let same = marked.iter().copied().find(|k| kept.get(*k as usize).is_some_and(|o| o.same_items(&h)));
            if same.is_none() {
                marked.push(u32::try_from(kept.len()).unwrap_or(u32::MAX));
            }
            same.map(|k| k as usize)
        } else {
            kept.iter().position(|o| o.same_items(&h))
        };
        match same.and_then(|k| kept.get_mut(k)) {
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
        wants: if !applied && best.basis == Basis::Named {
            best.parts.iter().filter_map(|p| want(context, p)).collect()
        } else {
            SmallVec::new()
        },
        named: best.basis == Basis::Named,
        set_off: matches!(best.difference, hypotheses::Difference::CreditNote(_)),
        payer: context.payers.first().map(|p| p.customer),
        customer: best.customer.or_else(|| best.parts.first().and_then(|p| context.book.customer_of(p.item))),
        tie: tie_of(context, all, margin, &of_payment),
        open_return: None,
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
        (Err(stop), _) => (stop.reason, rules::stop_text(context, best, &stop.why)),
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
        would_need: (!applied).then(|| wording::would_need(reason).to_owned()),
        candidates_cut: u32::try_from(all.len().saturating_sub(PROPOSALS_MAX)).unwrap_or(u32::MAX),
        candidates: proposals,
        review: None,
    };
    Proposed { standing, decision: Some(decision) }
}

/// The sentence of a gate of statement or payment: it has no figures.
fn fixed(gate: &Bar) -> String {
    gate.fact.fixed().unwrap_or_default().to_owned()
}

fn nothing_found(context: &Context<'_>, of_payment: &[Bar], words: bool) -> Proposed {
    let told = || wording::nothing_found(context);
    let mut proposed = plain(context.payment, Outcome::Queued, Disposition::InReview, words, told);
    if let Some(decision) = &mut proposed.decision {
        decision.would_need = Some(wording::would_need(decision.reason).to_owned());
        decision.gates = of_payment.iter().map(|g| Gate { reason: g.reason, text: fixed(g) }).collect();
        if let Some(gate) = decision.gates.first() {
            decision.reason = gate.reason;
            decision.explanation = gate.text.clone();
        }
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
    (alike && sure && statement_ok && free()).then_some((customer, context.payment.amount))
}

fn proposal(context: &Context<'_>, h: &Hypothesis, gates: Vec<Gate>, error: u32) -> Proposal {
    let allocations: Vec<Allocation> = h.parts.iter().filter_map(|p| allocation(context.book, p)).collect();
    let line = |l: &Evidence| EvidenceLine { kind: l.kind, weight: l.weight, text: sentence(context, h, &l.fact) };
    let mut supports: Vec<EvidenceLine> =
        h.lines.iter().filter(|l| l.weight >= 0).map(line).filter(|l| !l.text.is_empty()).collect();
    let mut against: Vec<EvidenceLine> = h.lines.iter().filter(|l| l.weight < 0).map(line).collect();
    for gate in gates {
        if !against.iter().any(|l| l.text == gate.text) {
            let kind = crate::model::EvidenceKind::Warning;
            against.push(EvidenceLine { kind, weight: 0, text: gate.text });
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
pub fn allocation(book: &OpenItemBook, part: &Part) -> Option<Allocation> {
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
