//! The summary after decisions of people: that of the run with the figures that decisions move, or a new one of what waited in a
//! ledger.

use super::DecideInputs;
use super::round::Round;
use crate::base::{Currency, sha256_hex, sum_figure};
use crate::matching::SCORE_VERSION;
use crate::model::{Decision, FileSummary, LedgerSummary, Outcome, Payment, Policy, Priors};
use crate::outputs;
use crate::review::DecisionFile;
use crate::run::inputs::Receivables;
use crate::run::summarise::{Facts, summarise};
use crate::run::{RunError, RunRecord, equations};
use crate::statements::Day;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Count and sum by outcome and reason.
type Counts<'a> = BTreeMap<(Outcome, &'a str), (u64, i128)>;
/// Sums by company and currency, by the name of the figure.
type Sums<'a> = BTreeMap<(&'a str, Currency), BTreeMap<&'a str, i128>>;

/// The summary of what waited in a ledger and what people decided of it.
///
/// # Errors
/// [`RunError::Conservation`]: an equation fails, a defect of ours.
pub(super) fn of_ledger(
    round: &Round<'_>,
    record: &RunRecord,
    policy: &Policy,
    run_id: &str,
    files: &[DecisionFile],
    given: &DecideInputs,
    ledger: LedgerSummary,
) -> Result<String, RunError> {
    let checked = equations::check_decided(&round.payments, &round.decisions, round.items.all());
    let checked = checked.map_err(RunError::Conservation)?;
    let file = |role: &'static str, name: &str, bytes: &[u8]| FileSummary {
        name: name.to_owned(),
        role,
        sha256: sha256_hex(bytes),
        bytes: bytes.len() as u64,
        format: None,
        statements: 0,
        entries: 0,
        findings: Vec::new(),
        error: None,
    };
    let mut all: Vec<FileSummary> = files.iter().map(|f| file("decisions", &f.name, &f.bytes)).collect();
    let others = [
        ("open_items", &given.open_items),
        ("items_map", &given.items_map),
        ("customers", &given.customers),
        ("config", &given.config),
    ];
    all.extend(others.into_iter().filter_map(|(role, f)| f.as_ref().map(|f| file(role, &f.name, &f.bytes))));
    let companies: BTreeMap<&str, &str> =
        round.payments.iter().map(|p| (p.account.as_str(), p.company.as_str())).collect();
    let recorded = record.recorded.score_version.as_str();
    let none = Priors::default();
    let summary = summarise(Facts {
        run_id,
        score_version: if recorded.is_empty() { SCORE_VERSION } else { recorded },
        // The priors of the run are not at hand: where it had some, their counts are told in its own summary.
        priors: record.priors_hash.is_none().then_some(&none),
        policy,
        policy_hash: record.policy_hash.clone(),
        as_of: record.as_of,
        control_total: None,
        files: all,
        unrecognised: Vec::new(),
        day: &Day::default(),
        left_out: &[],
        receivables: &Receivables { customers: Some(Vec::new()), ..Receivables::default() },
        items: round.items.all(),
        customers: &round.customers,
        checked: &checked,
        company_of: &|account| companies.get(account).copied().unwrap_or_default().to_owned(),
        ledger: Some(ledger),
    });
    Ok(outputs::summary_json(&summary))
}

/// The run's summary with the new id, and the figures that decisions move. What was read stays as it was.
pub(super) fn moved(record: &RunRecord, run_id: &str, payments: &[Payment], decisions: &[Decision]) -> String {
    let mut summary = record.summary.clone();
    summary["run_id"] = json!(run_id);
    let mut by_account: BTreeMap<(&str, &str, Currency), Counts<'_>> = BTreeMap::new();
    let mut totals: Sums<'_> = BTreeMap::new();
    for (payment, decision) in payments.iter().zip(decisions) {
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
