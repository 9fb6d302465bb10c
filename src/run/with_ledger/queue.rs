//! What waits in a ledger, as the record of a run: the queue of all runs, and payments that were undone.

use super::learned::{speaks_of, tell};
use crate::base::sum_figure;
use crate::error::Error;
use crate::ledger::{Ledger, Movement, PaymentStanding, Store, hex};
use crate::matching::SCORE_VERSION;
use crate::model::{Decision, Disposition, Outcome, Payment, ReasonCode};
use crate::outputs::{Decided, decisions_jsonl};
use crate::review::read_decisions;
use crate::run::RunRecord;
use serde_json::{Value, json};

/// The payments of a ledger that wait, with the proposals they were queued with.
///
/// # Errors
/// The ledger cannot be read.
pub fn record_of_ledger<S: Store>(ledger: &Ledger<S>) -> Result<RunRecord, Error> {
    let mut record = waiting_in(ledger)?.0;
    let facts = ledger.facts()?;
    let recorded = &mut record.recorded;
    for (payment, decision) in recorded.payments.iter().zip(&mut recorded.decisions) {
        // What people decided on others since. The sentence of a decision that was taken back is covered by the row's hash.
        if decision.reason == ReasonCode::TakenBack {
            continue;
        }
        for fact in facts.iter().filter(|f| f.revoked_by.is_none() && speaks_of(f, payment)) {
            if !decision.explanation.contains(&fact.fact_id) {
                tell(fact, &facts, &mut decision.explanation);
            }
        }
    }
    Ok(record)
}

/// The same, with the record that holds what is shown of each payment, in step with the payments.
pub(in crate::run) fn waiting_in<S: Store>(ledger: &Ledger<S>) -> Result<(RunRecord, Vec<u64>), Error> {
    let mut standings: Vec<(bool, PaymentStanding)> = Vec::new();
    for (id, waiting) in ledger.queue()? {
        standings.extend(ledger.payment(&id)?.map(|s| (waiting.reason == "UNDONE", s)));
    }
    standings.sort_by(|(_, a), (_, b)| {
        let key = |s: &PaymentStanding| (s.payment.currency, s.payment.booking_date, s.seq);
        a.payment.account.cmp(&b.payment.account).then_with(|| key(a).cmp(&key(b)))
    });
    let mut text = String::new();
    let mut as_of = None;
    let mut seqs = Vec::with_capacity(standings.len());
    for (undone, standing) in &standings {
        as_of = as_of.max(Some(standing.payment.booking_date));
        seqs.push(standing.line_seq);
        match (&standing.line, undone) {
            (Some(line), false) => text.push_str(line),
            (Some(line), true) if standing.unapplied == standing.payment.amount => {
                text.push_str(&as_undone(line, standing));
            }
            _ => text.push_str(shell(standing).trim_end()),
        }
        text.push('\n');
    }
    let last = ledger.last_run()?;
    let as_of = as_of.max(last.as_ref().and_then(|r| r.as_of));
    let content = hex(&ledger.head()?.content);
    let record = RunRecord {
        run_id: content.clone(),
        ledger_before: Some(content),
        as_of,
        policy_hash: last.as_ref().map(|r| r.policy_hash.clone()).unwrap_or_default(),
        priors_hash: last.and_then(|r| r.priors_hash),
        recorded: read_decisions(text.as_bytes(), "ledger")?,
        inputs: Vec::new(),
        summary: Value::Null,
    };
    Ok((record, seqs))
}

/// Why a payment waits again.
fn taken_back(standing: &PaymentStanding) -> String {
    let mut text = match &standing.undone {
        Some(undone) => {
            let reason = undone.reason.trim_end_matches('.');
            format!("by {} in record {}, because: {reason}.", undone.by, undone.record)
        }
        None => String::new(),
    };
    let was: Vec<String> = standing.undone.iter().flat_map(|u| &u.movements).map(|m| was(m, standing)).collect();
    if !was.is_empty() {
        text.push_str(&format!(" It had paid {}.", was.join(", ")));
    }
    if standing.unapplied != standing.payment.amount {
        let shown = |minor: i64| sum_figure(minor.into(), standing.payment.currency);
        text.push_str(&format!(
            " The payment was {}; what is not shown here stands as it was decided.",
            shown(standing.payment.amount)
        ));
    }
    text
}

/// What was taken back, as a reviewer names it.
fn was(m: &Movement, standing: &PaymentStanding) -> String {
    let amount = sum_figure(m.applied.into(), standing.payment.currency);
    format!("{} of {} with {amount}", m.doc_no, m.customer_id)
}

/// The line that a payment was queued with before, without what people said then.
fn as_undone(line: &str, standing: &PaymentStanding) -> String {
    let mut value: Value = serde_json::from_str(line).unwrap_or_default();
    value["reason"] = json!(ReasonCode::TakenBack.as_str());
    value["explanation"] = json!(taken_back(standing));
    value["disposition"] = json!(Disposition::InReview.as_str());
    if let Some(map) = value.as_object_mut() {
        map.remove("review");
    }
    value.to_string()
}

/// The line of a payment without proposals: what is unapplied of it, and the reviewer says what it is.
fn shell(standing: &PaymentStanding) -> String {
    let payment = Payment { amount: standing.unapplied, ..standing.payment.clone() };
    let decision = Decision {
        payment_id: payment.payment_id.clone(),
        currency: payment.currency,
        outcome: Outcome::Queued,
        reason: ReasonCode::TakenBack,
        explanation: taken_back(standing),
        customer_id: standing.customer_id.clone(),
        error_ppm: 1_000_000,
        score: 0,
        margin: None,
        prior: 0,
        gates: Vec::new(),
        allocations: Vec::new(),
        on_account: 0,
        other: Vec::new(),
        unapplied: payment.amount,
        disposition: Some(Disposition::InReview),
        would_need: None,
        candidates: Vec::new(),
        candidates_cut: 0,
        review: None,
    };
    decisions_jsonl(&Decided {
        payments: std::slice::from_ref(&payment).into(),
        decisions: std::slice::from_ref(&decision).into(),
        items: &[],
        customers: &[],
        score_version: SCORE_VERSION,
        as_of: None,
    })
}
