//! What waits in a ledger, as the record of a run: the queue of all runs, and payments that were undone.

use crate::error::Error;
use crate::ledger::{Ledger, PaymentStanding, Store, hex};
use crate::matching::SCORE_VERSION;
use crate::model::{Decision, Disposition, Outcome, ReasonCode};
use crate::outputs::{Decided, decisions_jsonl};
use crate::review::read_decisions;
use crate::run::RunRecord;

/// The payments of a ledger that wait, with the proposals they were queued with.
///
/// # Errors
/// The ledger cannot be read.
pub fn record_of_ledger<S: Store>(ledger: &Ledger<S>) -> Result<RunRecord, Error> {
    let mut text = String::new();
    let mut as_of = None;
    for (id, waiting) in ledger.queue()? {
        let Some(standing) = ledger.payment(&id)? else { continue };
        as_of = as_of.max(Some(standing.payment.booking_date));
        match &standing.line {
            Some(line) if waiting.reason != "UNDONE" => {
                text.push_str(line);
                text.push('\n');
            }
            _ => text.push_str(&undone(&standing)),
        }
    }
    Ok(RunRecord {
        run_id: hex(&ledger.head()?.content),
        as_of,
        policy_hash: String::new(),
        recorded: read_decisions(text.as_bytes(), "ledger")?,
        inputs: Vec::new(),
        summary: serde_json::Value::Null,
    })
}

/// The line of a payment whose decision was taken back: no proposals, the reviewer says what it is.
fn undone(standing: &PaymentStanding) -> String {
    let decision = Decision {
        payment_id: standing.payment.payment_id.clone(),
        currency: standing.payment.currency,
        outcome: Outcome::Queued,
        reason: ReasonCode::ReviewerDecision,
        explanation: "An earlier decision was taken back.".to_owned(),
        customer_id: standing.customer_id.clone(),
        error_ppm: 1_000_000,
        score: 0,
        margin: None,
        prior: 0,
        gates: Vec::new(),
        allocations: Vec::new(),
        on_account: standing.payment.amount.saturating_sub(standing.unapplied),
        other: Vec::new(),
        unapplied: standing.unapplied,
        disposition: Some(Disposition::InReview),
        would_need: None,
        candidates: Vec::new(),
        candidates_cut: 0,
        review: None,
    };
    decisions_jsonl(&Decided {
        payments: std::slice::from_ref(&standing.payment),
        decisions: std::slice::from_ref(&decision),
        items: &[],
        customers: &[],
        score_version: SCORE_VERSION,
        as_of: None,
    })
}
