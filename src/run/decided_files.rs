//! The run folder after decisions of people: the same files as after a run, the record of who decided what, and what the
//! decisions teach.

use super::decide::Settled;
use super::{InputFile, RunRecord, VERSION};
use crate::base::{CsvCell, CsvTable, Currency, sha256_hex, sum_figure};
use crate::model::{Customer, Decision, EvidenceKind, OpenItem, Outcome, Payment, ReviewState};
use crate::outputs::{self, CsvDialect, Decided, ManifestFile, safe_json};
use crate::review::{self, DecisionFile, Queue, Refusal};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Count and sum by outcome and reason.
type Counts<'a> = BTreeMap<(Outcome, &'a str), (u64, i128)>;
/// Sums by company and currency, by the name of the figure.
type Sums<'a> = BTreeMap<(&'a str, Currency), BTreeMap<&'a str, i128>>;

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
    pub(super) dialect: CsvDialect,
}

/// The files, the manifest last.
pub(super) fn write(w: &Written<'_>) -> Vec<InputFile> {
    let decided = Decided {
        payments: w.payments,
        decisions: w.decisions,
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
        text("summary.json", summary_json(w)),
    ];
    let inputs: Vec<ManifestFile> = w.files.iter().map(|f| ManifestFile::of(&f.name, &f.bytes)).collect();
    let written: Vec<ManifestFile> = files.iter().map(|f| ManifestFile::of(&f.name, &f.bytes)).collect();
    files.push(text("manifest.json", outputs::manifest_json(w.run_id, VERSION, &inputs, &written)));
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

/// The run's summary with the new id, and the figures that decisions move. What was read stays as it was.
fn summary_json(w: &Written<'_>) -> String {
    let mut summary = w.record.summary.clone();
    summary["run_id"] = json!(w.run_id);
    let mut by_account: BTreeMap<(&str, &str, Currency), Counts<'_>> = BTreeMap::new();
    let mut totals: Sums<'_> = BTreeMap::new();
    for (payment, decision) in w.payments.iter().zip(w.decisions) {
        let key = (payment.company.as_str(), payment.account.as_str(), payment.currency);
        let slot = by_account.entry(key).or_default().entry((decision.outcome, decision.reason.as_str())).or_default();
        slot.0 += 1;
        slot.1 += i128::from(payment.amount);
        let total = totals.entry((&payment.company, payment.currency)).or_default();
        let mut add = |key: &'static str, minor: i64| *total.entry(key).or_default() += i128::from(minor);
        for a in &decision.allocations {
            add("allocations", 1);
            add("applied", a.applied);
            add("discount", a.discount);
            add("writeoff", a.writeoff);
            add("charges", a.charges);
            add("fx_difference", a.fx_difference);
        }
        add("on_account", decision.on_account);
        decision.other.iter().for_each(|o| add("other", o.amount));
        let kept = if decision.outcome == Outcome::NotReceivable { "not_applied" } else { "in_review" };
        add(kept, decision.unapplied);
    }
    let text = |v: &Value, key: &str| v.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    for account in
        summary.get_mut("accounts").and_then(Value::as_array_mut).into_iter().flatten().filter(|v| v.is_object())
    {
        let Ok(currency) = Currency::parse(&text(account, "currency")) else { continue };
        let (company, name) = (text(account, "company"), text(account, "account"));
        let rows = by_account.get(&(company.as_str(), name.as_str(), currency));
        let rows = rows.into_iter().flatten().map(|((outcome, reason), (count, sum))| {
            json!({"outcome": outcome.as_str(), "reason": reason, "count": count, "amount": sum_figure(*sum, currency)})
        });
        account["payments"] = rows.collect();
    }
    for total in summary.get_mut("totals").and_then(Value::as_array_mut).into_iter().flatten().filter(|v| v.is_object())
    {
        let Ok(currency) = Currency::parse(&text(total, "currency")) else { continue };
        let company = text(total, "company");
        let Some(sums) = totals.get(&(company.as_str(), currency)) else { continue };
        let of = |key: &str| sums.get(key).copied().unwrap_or(0);
        total["allocations"] = json!(u64::try_from(of("allocations")).unwrap_or(0));
        let money = [
            "applied",
            "discount",
            "writeoff",
            "charges",
            "fx_difference",
            "on_account",
            "other",
            "in_review",
            "not_applied",
        ];
        for key in money {
            total[key] = json!(sum_figure(of(key), currency));
        }
        let before = crate::base::parse_amount(&text(total, "items_before"), crate::base::AmountStyle::PLAIN, currency);
        if let Some(before) = before.ok().and_then(|m| m.minor().ok()) {
            let cleared = of("applied") + of("discount") + of("writeoff") + of("charges") + of("fx_difference");
            let after = i128::from(before) - cleared;
            total["items_after"] = json!(sum_figure(after, currency));
        }
    }
    equations(&mut summary, &totals);
    let mut out = outputs::escape_hidden(serde_json::to_string_pretty(&summary).unwrap_or_default());
    out.push('\n');
    out
}

/// Payments: the left side stays, the right one is what the decisions sum to. Items: both sides move with what was cleared.
fn equations(summary: &mut Value, totals: &Sums<'_>) {
    let after: BTreeMap<(String, String), Value> = summary
        .get("totals")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|t| {
            let text = |key: &str| t.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            ((text("company"), text("currency")), t.get("items_after").cloned().unwrap_or_default())
        })
        .collect();
    for equation in
        summary.get_mut("equations").and_then(Value::as_array_mut).into_iter().flatten().filter(|v| v.is_object())
    {
        let text = |key: &str| equation.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (name, scope, currency) = (text("name"), text("scope"), text("currency"));
        let Ok(parsed) = Currency::parse(&currency) else { continue };
        if name == "payments"
            && let Some(sums) = totals.get(&(scope.as_str(), parsed))
        {
            let keys = ["applied", "on_account", "other", "in_review", "not_applied"];
            let right: i128 = keys.iter().filter_map(|k| sums.get(k)).sum();
            let right = sum_figure(right, parsed);
            equation["holds"] = json!(equation.get("left").and_then(Value::as_str) == Some(right.as_str()));
            equation["right"] = json!(right);
        }
        if name == "items"
            && let Some(figure) = after.get(&(scope, currency))
        {
            equation["left"] = figure.clone();
            equation["right"] = figure.clone();
        }
    }
}
