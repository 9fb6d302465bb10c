//! One payment's decision against its truth, and the sums.

use super::decisions::{AllocationPart, CandidatePart, DecisionLine};
use super::pair::pair;
use crate::base::{Currency, Map};
use crate::benchmark::plan::Label;
use crate::benchmark::truth::{TruthAnswer, TruthDocument, TruthLine, minor};
use serde::Serialize;
use std::collections::BTreeMap;

/// Counts of payments and sums of money (minor units of whatever currency, without sign).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Counts {
    /// Payments with a truth and a decision.
    pub payments: u64,
    /// Of these, with a customer in the truth.
    pub with_customer: u64,
    /// Decided, or first proposed, for that customer.
    pub customer_hit: u64,
    /// With documents in the truth that the data shows: all but those of a review without a proposal.
    pub with_documents: u64,
    /// Decided, or first proposed, for exactly these documents.
    pub document_hit: u64,
    /// And with exactly these amounts.
    pub envelope_exact: u64,
    /// Truth says automatic or reopen.
    pub automatic_truth: u64,
    /// Decided so, and exactly right.
    pub recalled: u64,
    /// Applied or reopened by the program.
    pub automatic: u64,
    /// Their money.
    pub automatic_money: u128,
    /// Automatic and wrong, all gambles and receipts put aside as no receivable included.
    pub wrong: u64,
    /// Their money.
    pub wrong_money: u128,
    /// Automatic where the truth says review, since the data does not decide: part of `wrong`, whatever came of it.
    pub gambles: u64,
    /// Of these, exactly a proposal of the truth: a guess that was right.
    pub bold: u64,
    /// A customer's payment called no receivable: part of `wrong`.
    pub put_aside: u64,
    /// No receivable, and applied: part of `wrong`.
    pub no_receivable_applied: u64,
    /// No receivable, and queued: not wrong, but work.
    pub no_receivable_queued: u64,
    /// Queued, and the truth has a proposal.
    pub queued_with_proposal: u64,
    /// Of these, the proposal stands first.
    pub top_1: u64,
    /// Of these, it is among the first three.
    pub top_3: u64,
    /// Automatic by truth and queued, by reason.
    pub missed: BTreeMap<String, u64>,
}

/// One decision that is not what the truth says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fault {
    /// Scenario.
    pub scenario: String,
    /// `wrong`, `gamble`, `bold`, `put_aside`, `missed`.
    pub kind: &'static str,
    /// The decision's payment id.
    pub payment_id: String,
    /// Payment.
    pub amount: String,
    /// Currency.
    pub currency: Currency,
    /// Payer as on the statement.
    pub payer: String,
    /// Words.
    pub remittance: String,
    /// Reason code of the decision.
    pub reason: String,
    /// What was decided, or first proposed.
    pub decided: String,
    /// What is right.
    pub right: String,
    /// The decision's sentence.
    pub explanation: String,
}

/// The whole score.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Score {
    /// All payments.
    pub total: Counts,
    /// By scenario.
    pub scenarios: BTreeMap<String, Counts>,
    /// Lines of truth without a decision.
    pub unaccounted: u64,
    /// The same by scenario.
    pub unaccounted_by_scenario: BTreeMap<String, u64>,
    /// Decisions without a line of truth.
    pub surplus: u64,
    /// Payments or items whose figures do not sum, and items cleared beyond what was open.
    pub conservation_faults: u64,
    /// All that went wrong, and up to three misses per scenario and reason.
    pub faults: Vec<Fault>,
}

type Docs = BTreeMap<String, [i64; 4]>;

pub(super) fn judge(truth: &[TruthLine], decisions: &[DecisionLine]) -> Score {
    let mut score = Score::default();
    let (pairs, surplus) = pair(truth, decisions);
    score.surplus = surplus as u64;
    score.conservation_faults = conservation(decisions);
    for (line, decision) in truth.iter().zip(pairs) {
        let Some(decision) = decision.and_then(|d| decisions.get(d)) else {
            score.unaccounted += 1;
            *score.unaccounted_by_scenario.entry(line.scenario.clone()).or_insert(0) += 1;
            continue;
        };
        let counts = score.scenarios.entry(line.scenario.clone()).or_default();
        let kind = one(line, decision, counts);
        let seen = counts.missed.get(&decision.reason).copied().unwrap_or(0);
        if let Some(kind) = kind.filter(|k| *k != "missed" || seen <= 3) {
            score.faults.push(fault(line, decision, kind));
        }
    }
    for counts in score.scenarios.values() {
        score.total.add(counts);
    }
    score
}

/// Counts one payment; what kind of fault it is, if any.
fn one(line: &TruthLine, d: &DecisionLine, counts: &mut Counts) -> Option<&'static str> {
    let currency = line.currency;
    let truth = TruthAnswer {
        customer: line.customer.clone(),
        documents: line.documents.clone(),
        on_account: line.on_account.clone(),
    };
    let money = minor(&line.amount, currency).unwrap_or(0).unsigned_abs();
    let applied = matches!(d.outcome.as_str(), "applied" | "reopened");
    let allocated = allocated(&d.allocations, currency);
    let on_account = minor(&d.on_account, currency).unwrap_or(0);
    let is = |answer: &TruthAnswer| {
        allocated == documents(&answer.documents, currency)
            && on_account == minor(&answer.on_account, currency).unwrap_or(0)
    };
    let first = d.candidates.first();
    let (shown, shown_on_account, shown_customer) = match first.filter(|_| !applied) {
        Some(c) => {
            (self::allocated(&c.allocations, currency), minor(&c.on_account, currency).unwrap_or(0), &c.customer_id)
        }
        None => (allocated.clone(), on_account, &d.customer_id),
    };
    counts.payments += 1;
    if line.customer.is_some() {
        counts.with_customer += 1;
        counts.customer_hit += u64::from(*shown_customer == line.customer);
    }
    // Where the data does not show the documents, nobody can find them.
    let visible = line.label != Label::Review || !line.proposal.is_empty();
    if !line.documents.is_empty() && visible {
        let right = documents(&line.documents, currency);
        counts.with_documents += 1;
        counts.document_hit += u64::from(shown.keys().eq(right.keys()));
        let exact = shown == right && shown_on_account == minor(&line.on_account, currency).unwrap_or(0);
        counts.envelope_exact += u64::from(exact);
    }
    if applied {
        counts.automatic += 1;
        counts.automatic_money += u128::from(money);
    }
    if d.outcome == "queued" && !line.proposal.is_empty() {
        counts.queued_with_proposal += 1;
        let at = d.candidates.iter().position(|c| line.proposal.iter().any(|p| proposes(c, p, currency)));
        counts.top_1 += u64::from(at == Some(0));
        counts.top_3 += u64::from(at.is_some_and(|n| n < 3));
    }
    let expects = matches!(line.label, Label::Automatic | Label::Reopen);
    counts.automatic_truth += u64::from(expects);
    let wrong = |counts: &mut Counts, kind: &'static str| {
        counts.wrong += 1;
        counts.wrong_money += u128::from(money);
        Some(kind)
    };
    match (line.label, d.outcome.as_str()) {
        (Label::Automatic, "applied") | (Label::Reopen, "reopened") => {
            if is(&truth) || line.proposal.iter().any(is) {
                counts.recalled += 1;
                return None;
            }
            wrong(counts, "wrong")
        }
        (Label::Automatic | Label::Reopen, "queued") => {
            *counts.missed.entry(d.reason.clone()).or_insert(0) += 1;
            Some("missed")
        }
        (Label::Review, "applied" | "reopened") => {
            counts.gambles += 1;
            let right = line.proposal.iter().any(is) || !line.documents.is_empty() && is(&truth);
            counts.bold += u64::from(right);
            wrong(counts, if right { "bold" } else { "gamble" })
        }
        (Label::NotReceivable, "applied" | "reopened") => {
            counts.no_receivable_applied += 1;
            wrong(counts, "wrong")
        }
        (Label::NotReceivable, "queued") => {
            counts.no_receivable_queued += 1;
            None
        }
        (Label::Automatic | Label::Reopen | Label::Review, "not_receivable") if line.customer.is_some() => {
            counts.put_aside += 1;
            wrong(counts, "put_aside")
        }
        (Label::Automatic | Label::Reopen, _) => wrong(counts, "wrong"),
        _ => None,
    }
}

/// Whether documents and a rest on account are an answer, to the cent.
pub(super) fn is_answer(list: &[AllocationPart], on_account: &str, answer: &TruthAnswer, currency: Currency) -> bool {
    let m = |f: &str| minor(f, currency).unwrap_or(0);
    allocated(list, currency) == documents(&answer.documents, currency) && m(on_account) == m(&answer.on_account)
}

/// Item to cash, discount, write-off and charges.
fn documents(list: &[TruthDocument], currency: Currency) -> Docs {
    let m = |f: &str| minor(f, currency).unwrap_or(0);
    list.iter().map(|d| (d.item_id.clone(), [m(&d.applied), m(&d.discount), m(&d.writeoff), m(&d.charges)])).collect()
}

fn allocated(list: &[AllocationPart], currency: Currency) -> Docs {
    let m = |f: &str| minor(f, currency).unwrap_or(0);
    list.iter().map(|a| (a.item_id.clone(), [m(&a.applied), m(&a.discount), m(&a.writeoff), m(&a.charges)])).collect()
}

/// Whether a proposal of the queue is an answer: the same documents with the same cash, or the same customer's account.
fn proposes(candidate: &CandidatePart, answer: &TruthAnswer, currency: Currency) -> bool {
    let cash = |docs: Docs| docs.into_iter().map(|(id, amounts)| (id, amounts[0])).collect::<BTreeMap<_, _>>();
    let same = cash(allocated(&candidate.allocations, currency)) == cash(documents(&answer.documents, currency));
    same && (!answer.documents.is_empty() || candidate.customer_id == answer.customer)
}

/// Payments whose parts do not sum to them, and items that do not move towards zero.
fn conservation(decisions: &[DecisionLine]) -> u64 {
    let mut faults = 0;
    let mut items: Map<(&str, &str), i64> = Map::default();
    for d in decisions {
        let m = |f: &str| minor(f, d.payment.currency).map(i128::from);
        let parts = d.allocations.iter().map(|a| m(&a.applied)).chain(d.other.iter().map(|o| m(&o.amount)));
        let sum: Option<i128> = parts.chain([m(&d.on_account), m(&d.unapplied)]).sum();
        faults += u64::from(sum.is_none() || sum != m(&d.payment.amount));
        for a in &d.allocations {
            let v = |f: &str| minor(f, d.payment.currency).unwrap_or(0);
            let (before, after) = (v(&a.open_before), v(&a.open_after));
            let cleared = v(&a.applied) + v(&a.discount) + v(&a.writeoff) + v(&a.charges) + v(&a.fx_difference);
            let known = items.insert((&d.payment.company, &a.item_id), after);
            let goes_on = known.is_none_or(|k| k == before);
            let crosses =
                d.outcome == "applied" && (before.signum() * after.signum() < 0 || after.abs() > before.abs());
            faults += u64::from(before - cleared != after || !goes_on || crosses);
        }
    }
    faults
}

fn fault(line: &TruthLine, d: &DecisionLine, kind: &'static str) -> Fault {
    let list = |docs: Vec<(&str, &str)>| docs.iter().map(|(no, a)| format!("{no}={a}")).collect::<Vec<_>>().join(" + ");
    let shown =
        |list_of: &[AllocationPart]| list(list_of.iter().map(|a| (a.doc_no.as_str(), a.applied.as_str())).collect());
    let decided = if d.allocations.is_empty() {
        let proposals: Vec<String> = d
            .candidates
            .iter()
            .map(|c| {
                format!(
                    "{} [{}] on account {}",
                    c.customer_id.as_deref().unwrap_or("-"),
                    shown(&c.allocations),
                    c.on_account
                )
            })
            .collect();
        format!("{}: proposes {}", d.outcome, proposals.join(" | "))
    } else {
        format!(
            "{}: {} [{}] on account {}",
            d.outcome,
            d.customer_id.as_deref().unwrap_or("-"),
            shown(&d.allocations),
            d.on_account
        )
    };
    let right = list(line.documents.iter().map(|x| (x.doc_no.as_str(), x.applied.as_str())).collect());
    Fault {
        scenario: line.scenario.clone(),
        kind,
        payment_id: d.payment.payment_id.clone(),
        amount: line.amount.clone(),
        currency: line.currency,
        payer: d.payment.payer_name.clone().unwrap_or_default(),
        remittance: d.payment.remittance.clone(),
        reason: d.reason.clone(),
        decided,
        right: format!(
            "{}: {} [{right}] on account {}",
            line.label.as_str(),
            line.customer.as_deref().unwrap_or("-"),
            line.on_account
        ),
        explanation: d.explanation.clone(),
    }
}

impl Counts {
    fn add(&mut self, o: &Counts) {
        self.payments += o.payments;
        self.with_customer += o.with_customer;
        self.customer_hit += o.customer_hit;
        self.with_documents += o.with_documents;
        self.document_hit += o.document_hit;
        self.envelope_exact += o.envelope_exact;
        self.automatic_truth += o.automatic_truth;
        self.recalled += o.recalled;
        self.automatic += o.automatic;
        self.automatic_money += o.automatic_money;
        self.wrong += o.wrong;
        self.wrong_money += o.wrong_money;
        self.gambles += o.gambles;
        self.bold += o.bold;
        self.put_aside += o.put_aside;
        self.no_receivable_applied += o.no_receivable_applied;
        self.no_receivable_queued += o.no_receivable_queued;
        self.queued_with_proposal += o.queued_with_proposal;
        self.top_1 += o.top_1;
        self.top_3 += o.top_3;
        for (reason, n) in &o.missed {
            *self.missed.entry(reason.clone()).or_insert(0) += n;
        }
    }
}
