//! The run folder after decisions of people: the same files as after a run, the record of who decided what, and what the
//! decisions teach.

use super::Settled;
use crate::base::{CsvCell, CsvTable, sha256_hex};
use crate::model::{Customer, Decision, EvidenceKind, OpenItem, Outcome, Payment, ReviewState};
use crate::outputs::{self, CsvDialect, Decided, ManifestFile, safe_json};
use crate::review::{self, DecisionFile, Queue, Refusal};
use crate::run::{InputFile, RunRecord, VERSION};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How often, the last booking date, by whom.
type Confirmed<'a> = (u64, chrono::NaiveDate, Vec<&'a str>);

/// All that the folder is written from.
pub(super) struct Written<'a> {
    pub(super) run_id: &'a str,
    pub(super) record: &'a RunRecord,
    pub(super) payments: &'a [Payment],
    pub(super) decisions: &'a [Decision],
    pub(super) items: &'a [OpenItem],
    pub(super) customers: &'a [Customer],
    pub(super) decided: &'a [Settled],
    pub(super) waiting: &'a [Settled],
    pub(super) refused: &'a [Refusal],
    pub(super) files: &'a [DecisionFile],
    /// For the manifest.
    pub(super) inputs: Vec<ManifestFile>,
    /// The text of `summary.json`.
    pub(super) summary: String,
    /// Hash of the ledger's content before, where there is a ledger.
    pub(super) ledger_before: Option<&'a str>,
    pub(super) dialect: CsvDialect,
}

/// The files, the manifest last.
pub(super) fn write(w: &Written<'_>) -> Vec<InputFile> {
    let decided = Decided {
        payments: w.payments.into(),
        decisions: w.decisions.into(),
        items: w.items,
        customers: w.customers,
        score_version: &w.record.recorded.score_version,
        as_of: w.record.as_of,
    };
    let queue = Queue::build(w.payments, w.decisions, w.customers, w.record.as_of);
    let text = |name: &str, text: String| InputFile { name: name.to_owned(), bytes: text.into_bytes() };
    let mut files = vec![
        text("decisions.jsonl", outputs::decisions_jsonl(&decided)),
        text("allocations.csv", outputs::allocations_csv(&decided, w.dialect)),
        text("unapplied.csv", outputs::unapplied_csv(&decided, w.dialect)),
        text("exceptions.csv", review::exceptions_csv(&queue, w.dialect)),
        text("review.jsonl", review_jsonl(w)),
        text("facts.csv", facts_csv(w)),
        text("summary.json", w.summary.clone()),
    ];
    let written: Vec<ManifestFile> = files.iter().map(|f| ManifestFile::of(&f.name, &f.bytes)).collect();
    let manifest = outputs::manifest_json_after(w.run_id, VERSION, &w.inputs, &written, w.ledger_before);
    files.push(text("manifest.json", manifest));
    files
}

/// One line per decision and refusal of this round.
fn review_jsonl(w: &Written<'_>) -> String {
    let mut out = String::new();
    let mut line = |value: Value| {
        out.push_str(&safe_json(&value));
        out.push('\n');
    };
    let head = |kind: &str| json!({"schema": "tieout.review/1", "run_id": w.run_id, "from_run": w.record.run_id, "kind": kind});
    for file in w.files {
        let mut value = head("file");
        value["name"] = json!(file.name);
        value["sha256"] = json!(sha256_hex(&file.bytes));
        line(value);
    }
    for (kind, list) in [("decided", w.decided), ("waiting", w.waiting)] {
        for settled in list {
            let mut value = head(kind);
            value["decision"] = json!(settled);
            line(value);
        }
    }
    for refusal in w.refused {
        let mut value = head("refused");
        value["refusal"] = json!(refusal);
        line(value);
    }
    out
}

/// What reviewers confirmed: payers of customers that no evidence of the payer's account spoke for. Proposals, for a person to
/// sign: nothing reads this file unasked.
fn facts_csv(w: &Written<'_>) -> String {
    let mut seen: BTreeMap<(&str, &str, &str, String), Confirmed<'_>> = BTreeMap::new();
    for (payment, decision) in w.payments.iter().zip(w.decisions) {
        let done = decision.review.as_deref().filter(|r| r.state == ReviewState::Done);
        let (Some(review), Some(customer)) = (done, decision.customer_id.as_deref()) else { continue };
        if decision.outcome != Outcome::Applied || payment.amount <= 0 {
            continue;
        }
        let known = |kind: EvidenceKind| {
            let own = decision.candidates.iter().filter(|c| c.customer_id.as_deref() == Some(customer));
            own.flat_map(|c| &c.supports).any(|l| l.kind == kind)
        };
        let pairs = [
            ("payer_account", payment.payer_account.as_deref(), known(EvidenceKind::PayerAccount)),
            ("payer_name", payment.payer_name.as_deref(), known(EvidenceKind::PayerName)),
        ];
        for (kind, value, known) in pairs {
            let Some(value) = value.filter(|v| !v.is_empty() && !known) else { continue };
            let key = (payment.company.as_str(), customer, kind, value.to_owned());
            let slot = seen.entry(key).or_insert((0, payment.booking_date, Vec::new()));
            slot.0 += 1;
            slot.1 = slot.1.max(payment.booking_date);
            for signer in &review.signers {
                if !slot.2.contains(&signer.name.as_str()) {
                    slot.2.push(&signer.name);
                }
            }
        }
    }
    let header = ["company", "customer_id", "fact", "value", "confirmed", "last_booking_date", "confirmed_by"];
    let mut table = CsvTable::new(w.dialect, &header);
    for ((company, customer, kind, value), (count, last, names)) in seen {
        table.row([
            CsvCell::text(company),
            CsvCell::text(customer),
            CsvCell::text(kind),
            CsvCell::text(value),
            CsvCell::text(count.to_string()),
            CsvCell::text(last.to_string()),
            CsvCell::text(names.join(" + ")),
        ]);
    }
    table.finish()
}
