//! An old run under a new policy. In: the run's folder, the files that went in, the new policy. Out: which decisions would change, by
//! count and money. Both policies are run by this version, so that the policy alone is compared.

use super::InputFile;
use super::day;
use super::given::{RunError, RunInputs};
use super::record::RunRecord;
use crate::base::{Currency, sha256_hex};
use crate::error::{Error, ErrorCode};
use crate::formats::csv::Profile;
use crate::matching::extend::Extensions;
use crate::model::{Decision, Outcome, Payment, ReasonCode, Sum};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a replay is given.
#[derive(Debug, Clone, Default)]
pub struct ReplayInputs {
    /// The files of the run folder that [`super::RECORD_FILES`] names.
    pub run: Vec<InputFile>,
    /// Files among which those that went in are found by their hashes; others do not matter.
    pub given: Vec<InputFile>,
    /// The new policy; `None` for the default one.
    pub config: Option<InputFile>,
    /// The priors that the new policy names.
    pub priors: Option<InputFile>,
    /// The built-in CSV profile that the run was given, since its folder does not say it.
    pub profile: Option<Profile>,
    /// Likewise the format.
    pub format: Option<String>,
    /// Likewise the encoding.
    pub encoding: Option<String>,
    /// Likewise the currency of CSV files that name none.
    pub currency: Option<Currency>,
    /// Evidence and gates of others, for both runs.
    pub extensions: Extensions,
}

/// What a new policy would change about one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Replay {
    /// Always `tieout.replay/1`.
    #[cfg_attr(feature = "schema", schemars(extend("const" = "tieout.replay/1")))]
    pub schema: &'static str,
    /// The run as its folder has it.
    pub run_id: String,
    /// SHA-256 of the policy that was in force.
    pub policy_hash_before: String,
    /// SHA-256 of the new policy.
    pub policy_hash_after: String,
    /// Payments of the run.
    pub payments: u64,
    /// Automatic before (applied or reopened).
    pub automatic_before: u64,
    /// Automatic after.
    pub automatic_after: u64,
    /// Changes of one kind together, those of the most money first.
    pub groups: Vec<ReplayGroup>,
    /// Every change, in the order of the payments.
    pub changes: Vec<ReplayChange>,
    /// What stands in the way of an exact comparison.
    pub notes: Vec<String>,
}

/// Changes from one outcome and reason to another, in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReplayGroup {
    /// Outcome and reason before.
    pub before: ReplayVerdict,
    /// Outcome and reason after; the same as before where only documents or amounts change.
    pub after: ReplayVerdict,
    /// Currency of the money.
    pub currency: Currency,
    /// How many payments.
    pub count: u64,
    /// Their amounts without sign.
    pub money: Sum,
}

/// Outcome and reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReplayVerdict {
    /// What happens.
    pub outcome: Outcome,
    /// Why.
    pub reason: ReasonCode,
}

/// One payment that would be decided otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReplayChange {
    /// The payment.
    pub payment_id: String,
    /// The day it is on the books.
    pub booking_date: chrono::NaiveDate,
    /// Signed.
    pub amount: Sum,
    /// Currency of the amount.
    pub currency: Currency,
    /// Who paid.
    pub payer_name: Option<String>,
    /// Outcome and reason before.
    pub before: ReplayVerdict,
    /// Documents with their cash before, `RE-7=119.00`.
    pub documents_before: Vec<String>,
    /// Outcome and reason after.
    pub after: ReplayVerdict,
    /// Documents with their cash after.
    pub documents_after: Vec<String>,
    /// The sentence of the new decision.
    pub explanation: String,
}

/// Replays a run.
///
/// # Errors
/// [`RunError::Configuration`] for a folder that is no run or was changed, a policy that cannot be used, and every input that is
/// not among the files given; otherwise as [`super::run`].
pub fn replay(inputs: &ReplayInputs) -> Result<Replay, RunError> {
    let record = RunRecord::read(&inputs.run).map_err(|e| RunError::Configuration(vec![e]))?;
    let old = old_inputs(&record, inputs)?;
    let new = RunInputs { config: inputs.config.clone(), priors: inputs.priors.clone(), ..old.clone() };
    let before = day::run(&old)?;
    let after = day::run(&new)?;
    let (was, is): (Vec<Decision>, Vec<Decision>) = (before.decisions().collect(), after.decisions().collect());
    let payments: Vec<Payment> = before.payments().collect();
    let mut notes = Vec::new();
    if record.summary.get("ledger").is_some_and(|l| !l.is_null()) {
        notes.push(
            "the run had a ledger, whose memory is not replayed: what it knew is missing on both sides".to_owned(),
        );
    }
    let recorded = &record.recorded;
    let differ = differences(&recorded.payments, &recorded.decisions, &was).count();
    if before.run_id != record.run_id && differ > 0 {
        notes.push(format!(
            "{differ} decisions of the folder differ from those that this version makes with the old policy: people decided, \
             the version is another one, or the run had options that its folder does not tell"
        ));
    }
    let changes: Vec<ReplayChange> =
        differences(&payments, &was, &is).map(|(payment, was, is)| change(payment, was, is)).collect();
    let automatic = |list: &[Decision]| {
        list.iter().filter(|d| matches!(d.outcome, Outcome::Applied | Outcome::Reopened)).count() as u64
    };
    Ok(Replay {
        schema: "tieout.replay/1",
        run_id: record.run_id,
        policy_hash_before: before.summary.policy_hash.clone(),
        policy_hash_after: after.summary.policy_hash.clone(),
        payments: payments.len() as u64,
        automatic_before: automatic(&was),
        automatic_after: automatic(&is),
        groups: groups(&changes),
        changes,
        notes,
    })
}

/// The inputs of the old run, found by their hashes.
fn old_inputs(record: &RunRecord, inputs: &ReplayInputs) -> Result<RunInputs, RunError> {
    let by_hash: BTreeMap<String, &InputFile> = inputs.given.iter().map(|f| (sha256_hex(&f.bytes), f)).collect();
    let mut old = RunInputs {
        profile: inputs.profile.clone(),
        format: inputs.format.clone(),
        encoding: inputs.encoding.clone(),
        currency: inputs.currency,
        extensions: inputs.extensions.clone(),
        as_of: record.as_of,
        control_total: record.summary.pointer("/control_total/claimed").and_then(|v| v.as_str()).map(str::to_owned),
        ..RunInputs::default()
    };
    let mut faults = Vec::new();
    for input in &record.inputs {
        let Some(found) = by_hash.get(&input.sha256) else {
            let place = crate::base::Place::file(&input.name);
            let found = format!("no file with SHA-256 {}…", input.sha256.get(..16).unwrap_or(&input.sha256));
            let expected = format!("the {} of run {}", input.role.replace('_', " "), record.run_id);
            let fault = Error::new(ErrorCode::Missing, place, found, expected);
            faults
                .push(fault.with_hint("give the folder or file that holds it with --inputs; its name does not matter"));
            continue;
        };
        let file = InputFile { name: input.name.clone(), bytes: found.bytes.clone() };
        match input.role.as_str() {
            "open_items" => old.items = file,
            "items_map" => old.items_map = Some(file),
            "customers" => old.customers = Some(file),
            "config" => old.config = Some(file),
            "priors" => old.priors = Some(file),
            "profile" => {
                let text = std::str::from_utf8(&file.bytes).unwrap_or_default();
                match Profile::from_toml(text, &file.name) {
                    Ok(profile) => old.profile = Some(profile),
                    Err(error) => faults.push(error),
                }
                old.profile_file = Some(file);
            }
            _ => old.statements.push(file),
        }
    }
    if faults.is_empty() { Ok(old) } else { Err(RunError::Configuration(faults)) }
}

/// Payments that two lists decide otherwise, in the order of the first.
fn differences<'a>(
    payments: &'a [Payment],
    was: &'a [Decision],
    is: &'a [Decision],
) -> impl Iterator<Item = (&'a Payment, &'a Decision, &'a Decision)> {
    let by_id: BTreeMap<&str, &Decision> = is.iter().map(|d| (d.payment_id.as_str(), d)).collect();
    payments.iter().zip(was).filter_map(move |(payment, was)| {
        let is = by_id.get(was.payment_id.as_str()).copied()?;
        let same = was.outcome == is.outcome
            && was.reason == is.reason
            && was.allocations == is.allocations
            && was.on_account == is.on_account
            && was.other == is.other;
        (!same).then_some((payment, was, is))
    })
}

fn change(payment: &Payment, was: &Decision, is: &Decision) -> ReplayChange {
    let documents = |d: &Decision| -> Vec<String> {
        let one =
            |a: &crate::model::Allocation| format!("{}={}", a.doc_no, Sum::new(a.applied.into(), d.currency).figure());
        d.allocations.iter().map(one).collect()
    };
    ReplayChange {
        payment_id: payment.payment_id.as_str().to_owned(),
        booking_date: payment.booking_date,
        amount: Sum::new(payment.amount.into(), payment.currency),
        currency: payment.currency,
        payer_name: payment.payer_name.clone(),
        before: ReplayVerdict { outcome: was.outcome, reason: was.reason },
        documents_before: documents(was),
        after: ReplayVerdict { outcome: is.outcome, reason: is.reason },
        documents_after: documents(is),
        explanation: is.explanation.clone(),
    }
}

fn groups(changes: &[ReplayChange]) -> Vec<ReplayGroup> {
    let mut sums: BTreeMap<(ReplayVerdict, ReplayVerdict, Currency), (u64, i128)> = BTreeMap::new();
    for c in changes {
        let slot = sums.entry((c.before, c.after, c.currency)).or_default();
        *slot = (slot.0 + 1, slot.1.saturating_add(c.amount.minor.abs()));
    }
    let group = |((before, after, currency), (count, minor))| ReplayGroup {
        before,
        after,
        currency,
        count,
        money: Sum::new(minor, currency),
    };
    let mut groups: Vec<ReplayGroup> = sums.into_iter().map(group).collect();
    groups.sort_by_key(|g| std::cmp::Reverse(g.money.minor));
    groups
}

/// The replay as a page of text: the groups as a table, then the first changes that become automatic or no longer are.
pub fn replay_text(replay: &Replay) -> String {
    let mut out = format!(
        "run {}: {} payments, {} would be decided otherwise; automatic {} before, {} after\n",
        replay.run_id,
        replay.payments,
        replay.changes.len(),
        replay.automatic_before,
        replay.automatic_after
    );
    for note in &replay.notes {
        out.push_str(&format!("note: {note}\n"));
    }
    if replay.groups.is_empty() {
        return out;
    }
    out.push_str(&format!("\n{:<38}{:<38}{:>8}{:>20}\n", "before", "after", "count", "money"));
    let told = |v: &ReplayVerdict| format!("{} {}", v.outcome.as_str(), v.reason.as_str());
    for g in &replay.groups {
        let money = format!("{} {}", g.money.figure(), g.currency);
        out.push_str(&format!("{:<38}{:<38}{:>8}{money:>20}\n", told(&g.before), told(&g.after), g.count));
    }
    let automatic = |o: Outcome| matches!(o, Outcome::Applied | Outcome::Reopened);
    let turned = replay.changes.iter().filter(|c| automatic(c.before.outcome) != automatic(c.after.outcome));
    let mut shown = turned.take(10).peekable();
    if shown.peek().is_some() {
        out.push_str("\nfirst of those that become automatic or no longer are (all with --json):\n");
    }
    for c in shown {
        let line = format!(
            "{}  {}  {} {}  {} -> {}  {}: {}",
            c.payment_id,
            c.booking_date,
            c.amount.figure(),
            c.currency,
            c.before.outcome.as_str(),
            c.after.outcome.as_str(),
            c.after.reason.as_str(),
            c.explanation
        );
        out.push_str(&crate::error::visible(&line));
        out.push('\n');
    }
    out
}
