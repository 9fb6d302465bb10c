//! Decisions of people on a queue: the run's record or a ledger, and the files that came back in, a new run folder out. All files
//! are checked first; what is valid is carried out through the same equations as automatic decisions, and what is refused stays
//! queued with the address of its cell. The old folder is never changed.
//!
//! | file | what |
//! |---|---|
//! | `mod.rs` | a run folder as the basis |
//! | `ledger.rs`, `open_now.rs` | a ledger as the basis: what waits in it, what is open now, the records to be added |
//! | `round.rs` | votes against rows, agreement, rival claims, carrying out |
//! | `settle.rs`, `documents.rs`, `apply.rs` | what one decision does to a payment and its documents |
//! | `reviewers.rs` | who may decide, and when it takes two |
//! | `files.rs`, `summary.rs` | the new folder |

mod apply;
mod documents;
mod files;
mod ledger;
mod open_now;
mod reviewers;
mod round;
mod settle;
mod summary;

pub use ledger::{LedgerDecision, decide_with_ledger};

use self::round::{Elsewhere, Round};
use super::given::{policy_hash, policy_of};
use super::{InputFile, RunError, RunRecord, VERSION, inputs};
use crate::base::{Map, Place, Set, content_id, sha256_hex};
use crate::error::{Error, ErrorCode};
use crate::model::conservation;
use crate::model::{Customer, OpenItem, Outcome, Policy, Verdict};
use crate::outputs::{CsvDialect, ManifestFile};
use crate::review::{DecisionFile, Decisions, Refusal};
use serde::Serialize;

/// What deciding is given.
#[derive(Debug, Clone, Default)]
pub struct DecideInputs {
    /// `decisions.jsonl`, `summary.json` and `manifest.json` of the run, see [`super::RECORD_FILES`]. With a ledger they may be
    /// left out; given, they must be of one of its runs.
    pub run: Vec<InputFile>,
    /// What reviewers handed back, in any order.
    pub files: Vec<DecisionFile>,
    /// The open items: needed to apply documents that no proposal names. Without a ledger the same bytes as in the run; with one
    /// the newest there are, from which what it applied since is subtracted.
    pub open_items: Option<InputFile>,
    /// The mapping that they were read with.
    pub items_map: Option<InputFile>,
    /// The customers; without a ledger as given to the run.
    pub customers: Option<InputFile>,
    /// The policy of the run, with a ledger of its last one: the same meaning.
    pub config: Option<InputFile>,
    /// How CSV is written.
    pub csv_dialect: CsvDialect,
}

/// What came of it: nothing is written yet.
#[derive(Debug, Clone)]
pub struct DecideResult {
    /// Id of the new run.
    pub run_id: String,
    /// Decisions that were carried out or noted, in the order of the queue.
    pub decided: Vec<Settled>,
    /// Decisions that wait for a second person.
    pub waiting: Vec<Settled>,
    /// What was refused.
    pub refused: Vec<Refusal>,
    /// Rows that say again what is decided already.
    pub repeated: u64,
    /// Rows without a decision.
    pub empty: u64,
    /// Payments that still wait.
    pub queued: u64,
    /// The files of the new run folder, the manifest last; empty where nothing changed.
    pub outputs: Vec<InputFile>,
}

/// One decision that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Settled {
    /// The row.
    pub exception_id: String,
    /// The payment.
    pub payment_id: String,
    /// The decision.
    pub decision: Verdict,
    /// Names of those who decided.
    pub decided_by: String,
    /// The customer.
    pub customer_id: Option<String>,
    /// Documents with the cash set against them.
    pub documents: String,
    /// File and cell.
    pub at: String,
    /// Why it waits for a second person.
    pub waits_for: Option<String>,
}

/// Carries out decisions of people.
///
/// # Errors
/// [`RunError::Configuration`] for a run folder, policy or items file that does not fit; [`RunError::Receivables`] for items
/// that cannot be read; [`RunError::Conservation`] for a defect of ours. A decision that cannot be carried out is no error:
/// it stands in [`DecideResult::refused`].
pub fn decide(given: &DecideInputs) -> Result<DecideResult, RunError> {
    let configuration = |e: Error| RunError::Configuration(vec![e]);
    let mut record = RunRecord::read(&given.run).map_err(configuration)?;
    let policy = policy_of(given.config.as_ref())?;
    same_policy(&record, &policy).map_err(configuration)?;
    without_ledger(&record).map_err(configuration)?;
    let known = receivables(&record, given)?;
    let (files, read) = read(given, &policy);
    let mut round = Round::new(&mut record, &policy, &read, known);
    round.hold();
    conservation::check(&round.payments, &round.decisions, round.items.all()).map_err(RunError::Conservation)?;
    let run_id = run_id(&record, &files, given, &[]);
    let summary = |round: &Round<'_>| Ok(summary::moved(&record, &run_id, &round.payments, &round.decisions));
    finish(round, &read, &record, &files, given, &run_id, None, summary)
}

/// The files in an order that does not depend on how they were given, and what they say.
fn read(given: &DecideInputs, policy: &Policy) -> (Vec<DecisionFile>, Decisions) {
    let people = policy.reviewers.person.iter();
    let keys: Vec<(&str, &str)> =
        people.flat_map(|(name, r)| r.keys.iter().map(move |k| (name.as_str(), k.as_str()))).collect();
    let mut files = given.files.clone();
    files.sort_by_cached_key(|f| (f.name.clone(), sha256_hex(&f.bytes)));
    let read = Decisions::read(&files, &keys);
    (files, read)
}

fn run_id(record: &RunRecord, files: &[DecisionFile], given: &DecideInputs, more: &[String]) -> String {
    let mut parts = vec![record.run_id.clone(), record.policy_hash.clone(), VERSION.to_owned()];
    parts.extend(files.iter().map(|f| format!("{}:{:?}", sha256_hex(&f.bytes), f.verified_as)));
    parts.push(given.csv_dialect.as_str().to_owned());
    parts.extend(more.iter().cloned());
    content_id('r', &parts.iter().map(String::as_str).collect::<Vec<_>>()).0
}

/// The result of a round that was held. The summary is only made where something is to be written.
#[allow(clippy::too_many_arguments)]
fn finish(
    mut round: Round<'_>,
    read: &Decisions,
    record: &RunRecord,
    files: &[DecisionFile],
    given: &DecideInputs,
    run_id: &str,
    ledger_before: Option<&str>,
    summary: impl FnOnce(&Round<'_>) -> Result<String, RunError>,
) -> Result<DecideResult, RunError> {
    let mut refused = std::mem::take(&mut round.refused);
    refused.extend(read.refusals.iter().cloned());
    refused.sort_by_cached_key(|r| natural(&r.at));
    let queued = round.decisions.iter().filter(|d| d.outcome == Outcome::Queued).count() as u64;
    let outputs = if round.changed.is_empty() {
        Vec::new()
    } else {
        let mut inputs: Vec<ManifestFile> = files.iter().map(|f| ManifestFile::of(&f.name, &f.bytes)).collect();
        if ledger_before.is_some() {
            let others = [&given.open_items, &given.items_map, &given.customers, &given.config];
            inputs.extend(others.into_iter().flatten().map(|f| ManifestFile::of(&f.name, &f.bytes)));
        }
        files::write(&files::Written {
            run_id,
            record,
            payments: &round.payments,
            decisions: &round.decisions,
            items: round.items.all(),
            customers: &round.customers,
            decided: &round.decided,
            waiting: &round.waiting,
            refused: &refused,
            files,
            inputs,
            summary: summary(&round)?,
            ledger_before,
            dialect: given.csv_dialect,
        })
    };
    let (decided, waiting) = (round.decided, round.waiting);
    let (repeated, empty, run_id) = (round.repeated, read.empty, run_id.to_owned());
    Ok(DecideResult { run_id, decided, waiting, refused, repeated, empty, queued, outputs })
}

/// A run with a ledger is decided with it: else the next run would apply the same documents again.
fn without_ledger(record: &RunRecord) -> Result<(), Error> {
    if record.ledger_before.is_none() {
        return Ok(());
    }
    let found = "a run with a ledger, which would not know of these decisions";
    Err(Error::new(ErrorCode::Config, Place::file("manifest.json"), found, "--ledger FILE beside --run")
        .with_hint("give the ledger that the run was given, as in --ledger tieout.db"))
}

/// `L9` before `L14`.
fn natural(at: &str) -> (String, u64, String) {
    let head = at.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = at.get(head.len()..).and_then(|n| n.parse().ok()).unwrap_or(0);
    let file = head.trim_end_matches(|c: char| c.is_ascii_uppercase());
    (file.to_owned(), number, head.to_owned())
}

fn same_policy(record: &RunRecord, policy: &Policy) -> Result<(), Error> {
    if policy_hash(policy) == record.policy_hash {
        return Ok(());
    }
    let found = "another policy than the one of the run: limits and reviewers would not be the ones in force";
    Err(Error::new(ErrorCode::Config, Place::default().at("--config"), found, "the policy of the run")
        .with_hint("give the file that the run was given with --config; to change the policy, run again with it: decisions fit as long as payments and proposals are the same"))
}

/// What decisions may name: all items and customers where their files are given, else those that the proposals name.
#[derive(Default)]
struct Known {
    items: Vec<OpenItem>,
    customers: Vec<Customer>,
    /// The files of items and customers are given.
    whole: bool,
    /// Items of which nobody can say what is open, by company and id, with the reason.
    doubts: Map<(String, String), String>,
    /// Payments that do not wait, by the id of their row.
    elsewhere: Map<String, Elsewhere>,
    /// What ids are searched in: `this run`.
    among: &'static str,
}

fn receivables(record: &RunRecord, given: &DecideInputs) -> Result<Known, RunError> {
    for (role, flag, file) in [
        ("open_items", "--open-items", &given.open_items),
        ("items_map", "--items-map", &given.items_map),
        ("customers", "--customers", &given.customers),
    ] {
        let Some(file) = file else { continue };
        let sha256 = sha256_hex(&file.bytes);
        if !record.inputs.iter().any(|i| i.role == role && i.sha256 == sha256) {
            let place = Place::file(&file.name).at(flag);
            let error = Error::new(ErrorCode::Config, place, "another file than the run was given", "the same bytes")
                .with_hint("what is open now is reckoned from the items of the run; for newer items, run again");
            return Err(RunError::Configuration(vec![error]));
        }
    }
    let mut known = Known {
        items: record.recorded.items.clone(),
        customers: record.recorded.customers.clone(),
        among: "this run",
        ..Known::default()
    };
    read_known(given, &mut known)?;
    Ok(known)
}

/// Puts the items and customers of the files that are given in place of those that the proposals name.
fn read_known(given: &DecideInputs, known: &mut Known) -> Result<(), RunError> {
    let add = |known: &mut Known, more: Vec<Customer>| {
        let ids: Set<(String, String)> = more.iter().map(|c| (c.company.clone(), c.customer_id.clone())).collect();
        known.customers.retain(|c| !ids.contains(&(c.company.clone(), c.customer_id.clone())));
        known.customers.extend(more);
    };
    if let Some(file) = &given.open_items {
        let map = match &given.items_map {
            Some(map) => Some(inputs::read_items_map(map).map_err(RunError::Configuration)?),
            None => None,
        };
        let read =
            inputs::read_receivables(file, map.as_ref(), given.customers.as_ref()).map_err(RunError::Receivables)?;
        known.items = read.items;
        known.whole = true;
        add(known, read.customers.unwrap_or_default());
    } else if let Some(file) = &given.customers {
        let read = crate::book::read_customers(&file.bytes, &file.name).map_err(RunError::Receivables)?;
        add(known, read.customers);
    }
    Ok(())
}
