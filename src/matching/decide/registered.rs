//! Registered evidence and gates, asked about every answer before the answers are ranked.

use super::{Desk, rules};
use crate::book::CustomerIx;
use crate::matching::extend::{Answer, Case};
use crate::matching::facts::{Bar, Evidence, Fact};
use crate::matching::hypotheses::{Context, Hypothesis, Part};
use crate::model::{EvidenceKind, Gate, Payment, ReasonCode};

/// Weighs what registered evidence says, and notes the gates.
pub fn weigh(context: &Context<'_>, all: &mut [Hypothesis]) {
    if context.extensions.is_empty() {
        return;
    }
    for h in all {
        let answer = Answer {
            customer: h.customer.and_then(|c| context.book.customer(c)),
            reason: rules::reason_if_applied(h),
            on_account: h.on_account,
            parts: &h.parts,
            book: context.book,
        };
        let said = context.extensions.ask(&Case { payment: context.payment, answer, book: context.book });
        for (weight, text) in said.lines {
            let fact = note(h, text);
            h.score = h.score.saturating_add(weight);
            h.lines.push(Evidence { kind: EvidenceKind::Registered, weight, fact });
        }
        for (reason, text) in said.stops {
            let fact = note(h, text);
            h.gates.push(Bar { reason, fact });
        }
    }
}

fn note(h: &mut Hypothesis, text: String) -> Fact {
    h.notes.push(text);
    Fact::Registered(u32::try_from(h.notes.len() - 1).unwrap_or(u32::MAX))
}

/// The registered gates of a return that would reopen these items.
pub fn stops_of_return(desk: &Desk<'_>, payment: &Payment, parts: &[Part], customer: Option<CustomerIx>) -> Vec<Gate> {
    let book = desk.book;
    let customer = customer.and_then(|c| book.customer(c));
    let answer = Answer { customer, reason: ReasonCode::ReturnReopened, on_account: 0, parts, book };
    let stops = desk.extensions.stops(&Case { payment, answer, book });
    stops.into_iter().map(|(reason, text)| Gate { reason, text }).collect()
}
