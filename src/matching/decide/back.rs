//! Money that came back: returns of what was paid to us, and our own payments.

use super::registered;
use super::standing::{OpenReturn, Proposed};
use super::told::{allocation, fixed, plain};
use super::{Desk, gates};
use crate::matching::candidates::{Naming, PayerEvidence};
use crate::matching::facts::Bar;
use crate::matching::hypotheses::{Part, Parts};
use crate::matching::reading::Reading;
use crate::matching::returns::{self, ReturnLink};
use crate::matching::score::weights;
use crate::model::{
    Allocation, Disposition, EvidenceLine, Gate, OtherAmount, Outcome, Payment, Proposal, ReasonCode, Remainder,
    RemainderCode,
};

/// The decision for a return or a refund; `None` for a payment that is neither.
pub fn return_or_refund(
    desk: &Desk<'_>,
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
    let (book, policy) = (desk.book, desk.policy);
    let link = returns::link(book, payment, reading, namings, payers);
    let gate = gates::of_statement(policy, payment);
    let Some(link) = link else {
        let told = || {
            let text = "a payment came back, but no paid document fits it";
            (ReasonCode::ReturnUnmatched, text.to_owned())
        };
        let mut proposed = plain(payment, Outcome::Queued, Disposition::InReview, words, told);
        let named = returns::named_items(namings);
        let known = !named.is_empty() || !returns::names_something(book, reading, namings);
        let stops = registered::stops_of_return(desk, payment, &[], None);
        if known && gate.is_none() && stops.is_empty() {
            let open = OpenReturn { named: named.to_vec(), first_booked: returns::first_booked(payment) };
            proposed.standing.waits.open_return = Some(open);
        }
        if let Some(decision) = &mut proposed.decision {
            decision.would_need =
                Some("the document as `closed` in the open items, or the payment it takes back in this run".to_owned());
        }
        return Some(proposed);
    };
    Some(reopened(desk, payment, &link, gate, words))
}

fn reopened(desk: &Desk<'_>, payment: &Payment, link: &ReturnLink, gate: Option<Bar>, words: bool) -> Proposed {
    let (book, policy) = (desk.book, desk.policy);
    let parts: Parts = link
        .items
        .iter()
        .filter_map(|(ix, amount)| Some(Part { item: *ix, applied: amount.checked_neg()?, ..Part::default() }))
        .collect();
    let customer = link.items.first().and_then(|(ix, _)| book.customer_of(*ix));
    let stops = registered::stops_of_return(desk, payment, &parts, customer);
    let automatic = link.certain && policy.returns.reopen && gate.is_none() && stops.is_empty();
    let reason = match (gate, stops.first()) {
        (Some(gate), _) => gate.reason,
        (None, Some(stop)) => stop.reason,
        _ if automatic => ReasonCode::ReturnReopened,
        _ => ReasonCode::ReturnUnmatched,
    };
    let mut proposed = plain(payment, Outcome::Queued, Disposition::InReview, words, || (reason, link.text.clone()));
    if let Some(decision) = &mut proposed.decision {
        let allocations: Vec<Allocation> = parts.iter().filter_map(|p| allocation(book, p)).collect();
        let customer =
            link.items.first().and_then(|(ix, _)| book.item(*ix)).map(|it| it.customer_id.as_str().to_owned());
        let line = EvidenceLine { kind: link.kind, weight: weights::NUMBER_WHOLE, text: link.text.clone() };
        let proposal = Proposal {
            customer_id: customer.clone(),
            reason: ReasonCode::ReturnReopened,
            error_ppm: if link.certain { weights::ERROR_FLOOR_PPM } else { 200_000 },
            score: weights::NUMBER_WHOLE,
            allocations: allocations.clone(),
            on_account: 0,
            remainder: (link.fee != 0).then_some(Remainder { code: RemainderCode::ReturnFee, amount: link.fee }),
            supports: vec![line],
            against: Vec::new(),
        };
        decision.customer_id = customer;
        decision.error_ppm = proposal.error_ppm;
        decision.score = proposal.score;
        decision.gates = gate.iter().map(|g| Gate { reason: g.reason, text: fixed(g) }).chain(stops).collect();
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
