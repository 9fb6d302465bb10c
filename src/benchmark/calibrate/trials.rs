//! From files to trials: for each payment its first answer, the chance of error that was claimed for it, and whether it was right.

use super::CalibrateInputs;
use crate::base::Place;
use crate::benchmark::score::first_answers;
use crate::error::{Error, ErrorCode};
use crate::matching::CHANCE_SAYS;
use crate::model::{Allocation, Decision, InputFile, Outcome, ReasonCode, Review, ReviewState, Verdict, reason_table};
use crate::review::read_decisions;
use std::collections::{BTreeMap, BTreeSet};

/// One payment with a first answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trial {
    /// The reason that the answer was or would be applied with.
    pub reason: ReasonCode,
    /// The chance of error claimed for it, in a million.
    pub error_ppm: u32,
    /// A gate stood against it.
    pub gated: bool,
    /// The policy applied it.
    pub applied: bool,
    /// Nothing but the error budget kept it from being applied.
    pub by_chance: bool,
    /// Minor units of whatever currency, without sign.
    pub money: u128,
    /// Whether it is right, where somebody said so.
    pub right: Option<bool>,
}

/// A trial whose right answer is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    pub reason: ReasonCode,
    pub error_ppm: u32,
    pub wrong: bool,
}

impl Trial {
    pub fn known(&self) -> Option<Known> {
        Some(Known { reason: self.reason, error_ppm: self.error_ppm, wrong: !self.right? })
    }
}

/// All trials of the files, in the order of their payments' ids.
pub(super) struct Read {
    pub trials: Vec<Trial>,
    pub score_versions: Vec<String>,
}

pub(super) fn read(inputs: &CalibrateInputs) -> Result<Read, Vec<Error>> {
    let mut errors = Vec::new();
    let mut trials: BTreeMap<String, (bool, Trial)> = BTreeMap::new();
    let mut said: BTreeMap<String, bool> = BTreeMap::new();
    let mut versions = BTreeSet::new();
    for file in &inputs.decisions {
        let recorded = match read_decisions(&file.bytes, &file.name) {
            Ok(recorded) => recorded,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        for decision in &recorded.decisions {
            let id = decision.payment_id.as_str();
            if let Some(right) = decision.review.as_deref().and_then(|r| verdict(decision, r)) {
                said.insert(id.to_owned(), right);
            }
            let Some(trial) = trial(decision) else { continue };
            // What the policy said alone stands before what a person made of it.
            let by_person = decision.review.is_some();
            match trials.get(id) {
                Some((false, _)) => {}
                Some((true, _)) if by_person => {}
                _ => {
                    trials.insert(id.to_owned(), (by_person, trial));
                }
            }
        }
        if !recorded.score_version.is_empty() {
            versions.insert(recorded.score_version);
        }
        if let Some(truth) = &inputs.truth {
            match first_answers(truth, file) {
                Ok(right) => said.extend(right),
                Err(faults) => errors.extend(faults),
            }
        }
    }
    if let Some(file) = &inputs.verdicts {
        match verdicts(file) {
            Ok(list) => said.extend(list),
            Err(faults) => errors.extend(faults),
        }
    }
    if !errors.is_empty() {
        errors.dedup();
        return Err(errors);
    }
    let known = trials.into_iter().map(|(id, (_, trial))| Trial { right: said.get(&id).copied(), ..trial });
    Ok(Read { trials: known.collect(), score_versions: versions.into_iter().collect() })
}

/// The trial of a decision; `None` where no answer names a document or an account, and where settling the whole run decided.
fn trial(decision: &Decision) -> Option<Trial> {
    let first = decision.candidates.first()?;
    let usual = reason_table().iter().any(|row| row.code == first.reason && row.outcome == Outcome::Applied);
    if !usual || decision.reason == ReasonCode::CompleteSet || decision.outcome == Outcome::Reopened {
        return None;
    }
    let by_policy = decision.review.is_none();
    let amount =
        decision.unapplied.unsigned_abs().max(first.allocations.iter().map(|a| a.applied.unsigned_abs()).sum());
    Some(Trial {
        reason: first.reason,
        error_ppm: first.error_ppm,
        gated: !decision.gates.is_empty(),
        applied: by_policy && decision.outcome == Outcome::Applied,
        by_chance: by_policy && decision.outcome == Outcome::Queued && decision.explanation.starts_with(CHANCE_SAYS),
        money: amount.into(),
        right: None,
    })
}

/// What a reviewer's decision says about the first answer; `None` where it says nothing.
fn verdict(decision: &Decision, review: &Review) -> Option<bool> {
    let first = decision.candidates.first()?;
    match (review.state, review.decision) {
        (_, Verdict::Reject) => Some(false),
        (ReviewState::Done, Verdict::Accept1) => Some(true),
        (ReviewState::Done, Verdict::Accept2 | Verdict::Accept3 | Verdict::NotReceivable | Verdict::Refund) => {
            Some(false)
        }
        (ReviewState::Done, Verdict::Apply) => Some(documents(&decision.allocations) == documents(&first.allocations)),
        (ReviewState::Done, Verdict::OnAccount) => {
            Some(first.allocations.is_empty() && first.customer_id == decision.customer_id)
        }
        _ => None,
    }
}

/// Items with the cash set against them.
fn documents(allocations: &[Allocation]) -> BTreeMap<(&str, &str), i64> {
    allocations.iter().map(|a| ((a.company.as_str(), a.item_id.as_str()), a.applied)).collect()
}

/// A file of verdicts: CSV with the columns `payment_id` and `verdict`; others are left aside.
fn verdicts(file: &InputFile) -> Result<BTreeMap<String, bool>, Vec<Error>> {
    let place = |line: u64, column: &str| Place { line: Some(line), ..Place::file(&file.name) }.at(column.to_owned());
    let fault = |line: u64, column: &str, found: String, expected: &str| {
        Error::new(ErrorCode::Value, place(line, column), found, expected)
    };
    let bytes = file.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&file.bytes);
    let first = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let separator = if first.contains(&b';') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(bytes);
    let header = reader.headers().map_err(|e| vec![fault(1, "header", e.to_string(), "a header in UTF-8")])?.clone();
    let at = |name: &str| {
        let missing = || vec![fault(1, name, format!("no column `{name}`"), "the columns payment_id and verdict")];
        header.iter().position(|h| h.trim() == name).ok_or_else(missing)
    };
    let (id, verdict) = (at("payment_id")?, at("verdict")?);
    let (mut list, mut errors) = (BTreeMap::new(), Vec::new());
    for row in reader.records() {
        let row = match row {
            Ok(row) => row,
            Err(e) => {
                errors.push(fault(e.position().map_or(0, csv::Position::line), "row", e.to_string(), "a row of CSV"));
                continue;
            }
        };
        let line = row.position().map_or(0, csv::Position::line);
        match (row.get(id).map(str::trim), row.get(verdict).map(str::trim)) {
            (Some(id), Some("right")) => drop(list.insert(id.to_owned(), true)),
            (Some(id), Some("wrong")) => drop(list.insert(id.to_owned(), false)),
            (_, other) => {
                let found = format!("`{}`", other.unwrap_or_default());
                errors.push(fault(line, "verdict", found, "right or wrong"));
            }
        }
    }
    if errors.is_empty() { Ok(list) } else { Err(errors) }
}
