//! Decisions, proposals and allocations as values with their words.

use super::rules;
use super::standing::{Proposed, Standing};
use super::wording;
use crate::book::OpenItemBook;
use crate::matching::facts::{Bar, Evidence};
use crate::matching::hypotheses::{Context, Hypothesis, Part, sentence};
use crate::matching::score::weights;
use crate::model::{
    Allocation, Decision, Disposition, EvidenceKind, EvidenceLine, Gate, Outcome, Payment, Proposal, ReasonCode,
};

/// A decision without proposals.
pub fn plain(
    payment: &Payment,
    outcome: Outcome,
    disposition: Disposition,
    words: bool,
    told: impl FnOnce() -> (ReasonCode, String),
) -> Proposed {
    let decision = words.then(|| bare(payment, outcome, disposition, told()));
    Proposed { standing: Standing::nothing(outcome), decision }
}

/// The same with its words.
pub fn bare(
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

/// The sentence of a gate of statement or payment: it has no figures.
pub fn fixed(gate: &Bar) -> String {
    gate.fact.fixed().unwrap_or_default().to_owned()
}

/// An answer with its evidence, its gates among what speaks against it.
pub fn proposal(context: &Context<'_>, h: &Hypothesis, gates: Vec<Gate>, error: u32) -> Proposal {
    let allocations: Vec<Allocation> = h.parts.iter().filter_map(|p| allocation(context.book, p)).collect();
    let line = |l: &Evidence| EvidenceLine { kind: l.kind, weight: l.weight, text: sentence(context, h, &l.fact) };
    let mut supports: Vec<EvidenceLine> =
        h.lines.iter().filter(|l| !speaks_against(l)).map(line).filter(|l| !l.text.is_empty()).collect();
    let mut against: Vec<EvidenceLine> = h.lines.iter().filter(|l| speaks_against(l)).map(line).collect();
    for gate in gates {
        if !against.iter().any(|l| l.text == gate.text) {
            let kind = EvidenceKind::Warning;
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

fn speaks_against(line: &Evidence) -> bool {
    line.weight < 0 || line.weight == 0 && line.kind == EvidenceKind::Warning
}

/// An allocation with the item's figures before any other payment of the run; settling sets them in sequence.
pub fn allocation(book: &OpenItemBook, part: &Part) -> Option<Allocation> {
    let item = book.item(part.item)?;
    Some(Allocation {
        company: item.company.as_str().to_owned(),
        item_id: item.item_id.as_str().to_owned(),
        doc_no: item.doc_no.as_str().to_owned(),
        customer_id: item.customer_id.as_str().to_owned(),
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
