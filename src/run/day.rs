//! One run, from bytes to bytes: read the statements in parallel, prove them, make payments, decide, check the equations,
//! and keep what the files are made from. Opens no file and asks no clock.

use super::folder::{Contents, RunResult};
use super::given::{RunError, RunInputs, Step, policy_hash, policy_of};
use super::inputs::{self, Receivables};
use super::memory::{Decidable, Made, Memory};
use super::priors_file;
use super::reading::{Kept, read_files};
use super::source::{LargeFile, Source};
use super::summarise::{Facts, summarise};
use super::{InputFile, VERSION, accounts, equations};
use crate::base::{AmountStyle, Currency, Packed, Packer, Place, Records, content_id, parse_amount, sha256_hex};
use crate::book::{ItemChange, ItemsMap, OpenItemBook};
use crate::error::{Error, ErrorCode};
use crate::formats::ReadOptions;
use crate::matching::Engine;
use crate::model::*;
use crate::statements::{self, Day, FiledStatement};
use rayon::prelude::*;

/// Runs a day. Uses the calling rayon pool; the result is the same at any number of threads and in any file order.
///
/// # Errors
/// See [`RunError`]. A statement file that cannot be read does not stop the others: it stands in the summary with its error.
pub fn run(inputs: &RunInputs) -> Result<RunResult, RunError> {
    run_watched(inputs, &|_| {})
}

/// The same as [`run`], telling each step.
///
/// # Errors
/// As [`run`].
pub fn run_watched(inputs: &RunInputs, watch: &(dyn Fn(Step) + Sync)) -> Result<RunResult, RunError> {
    run_in(inputs, watch, None)
}

/// A run with or without a memory.
pub(super) fn run_in(
    inputs: &RunInputs,
    watch: &(dyn Fn(Step) + Sync),
    mut memory: Option<&mut dyn Memory>,
) -> Result<RunResult, RunError> {
    let policy = policy_of(inputs.config.as_ref())?;
    let priors = priors_file::of_policy(&policy, inputs.priors.as_ref()).map_err(RunError::Configuration)?;
    if let Some(memory) = &mut memory {
        memory.policy(&policy, &priors, &inputs.approved_by)?;
    }
    let map = match &inputs.items_map {
        Some(file) => Some(inputs::read_items_map(file).map_err(RunError::Configuration)?),
        None => None,
    };
    let (mut receivables, receivables_files) = receivables(inputs, map.as_ref()).map_err(RunError::Receivables)?;

    let mut files: Vec<Source<'_>> = inputs.statements.par_iter().map(Source::held).collect();
    files.extend(inputs.large.par_iter().map(Source::later).collect::<Vec<_>>());
    files.sort_by(|a, b| (a.name, &a.sha256).cmp(&(b.name, &b.sha256)));
    if let Some(memory) = &mut memory {
        files = memory.files(files)?;
    }
    let (mut day, mut file_summaries) = read_day(&files, inputs, watch)?;
    if let Some(memory) = &mut memory {
        memory.day(&mut day).map_err(RunError::Ledger)?;
        if day.statements.is_empty() {
            return Err(RunError::AllKnown(files.iter().map(|f| f.name.to_owned()).collect()));
        }
    }

    let companies = accounts::companies(&policy, &receivables.items, &day).map_err(RunError::Configuration)?;
    let company_of = |account: &str| companies.of(account);
    day.break_unpostable();
    let control_total = control_total(inputs, &day)?;
    let trust = |payment: &mut Payment| match control_total.as_ref().map(|c| c.holds) {
        Some(true) if payment.trust == Trust::Unproven => payment.trust = Trust::Proven,
        // Whoever is right, the user or the file: money that somebody doubts is not applied.
        Some(false) => payment.trust = Trust::Broken,
        _ => {}
    };
    let engine = Engine::new(accounts::with_own_accounts(&policy, &companies, &day))
        .with_extensions(inputs.extensions.clone())
        .with_priors(priors.clone());
    let score_version = engine.score_version();
    let mut items = std::mem::take(&mut receivables.items);
    let mut customers = receivables.customers.as_mut().map(std::mem::take).unwrap_or_default();
    let contradicted = control_total.as_ref().is_some_and(|c| !c.holds);
    let (mut packer, mut origins) = (Packer::default(), Vec::new());
    let with_memory = memory.is_some();
    let mut left_out = statements::each_payment(&day, &company_of, &mut |mut payment, origin| {
        match with_memory {
            true => origins.push(origin),
            false => trust(&mut payment),
        }
        packer.push(payment);
    });
    let mut payments = packer.finish();
    if let Some(memory) = &mut memory {
        let left = memory
            .payments(&mut day, &Made { payments: &payments, origins: &origins, trust: &trust })
            .map_err(RunError::Ledger)?;
        payments = left.payments;
        left_out.extend(left.left_out);
    }
    drop(origins);
    forget_words(&mut day);
    if let Some(memory) = &mut memory {
        let payments = Records::from(&payments);
        memory.receivables(&mut items, &mut customers, payments).map_err(RunError::Ledger)?;
    }
    let mut book = OpenItemBook::build(items, customers);
    watch(Step::Deciding(payments.len()));
    let (mut decisions, mut linked) = engine.decide_linked(&book, &payments);
    if let Some(memory) = &mut memory {
        // What is held is not applied: a second time only where another item is taken instead.
        for _ in 0..4 {
            let held = memory.open_again(book.items(), (&decisions).into()).map_err(RunError::Ledger)?;
            if held.is_empty() {
                break;
            }
            book.apply_delta(held.into_iter().map(|item| ItemChange::Put(Box::new(item))));
            (decisions, linked) = engine.decide_linked(&book, &payments);
        }
    }
    if contradicted {
        decisions.change(|_, block| say_contradicted(block));
    }
    if let Some(memory) = &mut memory {
        remember(&mut **memory, &engine, &book, &payments, &linked, &mut decisions).map_err(RunError::Ledger)?;
    }
    watch(Step::Decided);
    let checked = equations::check(&day, (&payments).into(), &left_out, (&decisions).into(), book.items())
        .map_err(RunError::Conservation)?;

    file_summaries.extend(receivables_files);
    file_summaries.extend(other_files(inputs).into_iter().map(hashed));
    file_summaries.sort_by_key(|f| ROLES.iter().position(|role| *role == f.role));
    let policy_hash = policy_hash(&policy);
    let head = memory.as_ref().map(|m| m.content());
    let run_id = run_id(inputs, &policy_hash, &score_version, &file_summaries, head.as_deref());
    let as_of = inputs.as_of.or_else(|| day.statements.iter().filter_map(|s| s.statement.closing_date()).max());
    let summary = summarise(Facts {
        run_id: &run_id,
        score_version: &score_version,
        priors: Some(&priors),
        policy: &policy,
        policy_hash,
        as_of,
        control_total,
        files: file_summaries,
        unrecognised: inputs.unrecognised.clone(),
        day: &day,
        left_out: &left_out,
        receivables: &receivables,
        items: book.items(),
        customers: book.customers(),
        checked: &checked,
        company_of: &company_of,
        ledger: memory.as_ref().map(|m| m.summary()),
    });
    let (items, customers) = book.into_parts();
    let contents = Contents { payments, decisions, items, customers, as_of, dialect: inputs.csv_dialect, head };
    Ok(RunResult { run_id, summary, contents })
}

/// What the past says to the decisions.
fn remember(
    memory: &mut dyn Memory,
    engine: &Engine,
    book: &OpenItemBook,
    payments: &Packed<Payment>,
    linked: &[(usize, usize)],
    decisions: &mut Packed<Decision>,
) -> Result<(), Error> {
    let given = Decidable { policy: engine.policy(), items: book.items(), payments: payments.into(), linked };
    memory.decided(&given, decisions)?;
    if let Some(customers) = memory.untried(book.customers(), payments.into(), (&*decisions).into())? {
        let with = OpenItemBook::build(book.items().to_vec(), customers);
        let would = engine.decide_packed(&with, payments);
        memory.tried(payments.into(), decisions, (&would).into())?;
    }
    Ok(())
}

fn read_day(
    files: &[Source<'_>],
    inputs: &RunInputs,
    watch: &(dyn Fn(Step) + Sync),
) -> Result<(Day, Vec<FileSummary>), RunError> {
    let options = ReadOptions {
        profile: inputs.profile.clone(),
        format: inputs.format.clone(),
        encoding: inputs.encoding.clone(),
        currency: inputs.currency,
        ..ReadOptions::default()
    };
    let results = read_files(files, &options, Kept::Packed, &|| watch(Step::FileRead));
    let mut filed = Vec::new();
    let mut summaries = Vec::new();
    let mut rejected = Vec::new();
    for (file, result) in files.iter().zip(results) {
        let mut summary = file_summary("statement", file.name, &file.sha256, file.bytes);
        match result {
            Ok(read) => {
                summary.format = Some(read.format.as_str());
                summary.statements = read.statements.len() as u64;
                summary.entries = read.statements.iter().map(|s| s.movements().count() as u64).sum();
                summary.findings = read.findings;
                let statements = read.statements.into_iter();
                filed.extend(statements.map(|statement| FiledStatement { file: file.name.to_owned(), statement }));
            }
            Err(error) => {
                rejected.push(error.clone());
                summary.error = Some(error);
            }
        }
        summaries.push(summary);
    }
    if filed.is_empty() {
        if rejected.is_empty() {
            rejected.push(
                Error::new(ErrorCode::EmptyInput, Place::default(), "no statement", "at least one bank statement")
                    .with_hint("give statement files, or a folder that holds some"),
            );
        }
        return Err(RunError::NoStatement(rejected));
    }
    if filed.iter().any(|f| is_looked_into(&f.statement)) {
        filed.iter_mut().for_each(|f| f.statement.unpack());
    }
    Ok((statements::collect(filed), summaries))
}

/// Whether the entries of a statement matter to others of the day: those of reports are found again by their references, and
/// pages are put together.
fn is_looked_into(statement: &Statement) -> bool {
    let interim = statement.opening.as_ref().is_some_and(|b| b.kind == BalanceKind::Interim);
    statement.kind != StatementKind::Statement || statement.page.is_some_and(|p| p.number > 1) || interim
}

/// The words of the entries are in the payments now. Only figures are still needed, and the words are most of the memory.
fn forget_words(day: &mut Day) {
    day.statements.iter_mut().for_each(|s| s.statement.packed = Packed::default());
    for entry in day.statements.iter_mut().flat_map(|s| &mut s.statement.entries) {
        entry.details = Vec::new();
        entry.charges = Vec::new();
        (entry.batch, entry.narrative) = (None, None);
        (entry.servicer_reference, entry.entry_reference, entry.owner_reference) = (None, None, None);
        entry.bank_code = Default::default();
    }
}

fn control_total(inputs: &RunInputs, day: &Day) -> Result<Option<ControlTotalClaim>, RunError> {
    let Some(text) = &inputs.control_total else { return Ok(None) };
    let usage = |found: String, expected: &str| {
        let place = Place::default().at("--control-total");
        RunError::Configuration(vec![Error::new(ErrorCode::Value, place, found, expected)])
    };
    let [only] = day.statements.as_slice() else {
        let found = format!("{} statements in this run", day.statements.len());
        return Err(usage(found, "exactly one, since the total vouches for one"));
    };
    let shown = super::summarise::statement(only);
    let currency: Currency = shown.currency;
    let claimed = parse_amount(text, AmountStyle::PLAIN, currency)
        .ok()
        .and_then(|m| m.minor().ok())
        .ok_or_else(|| usage(format!("`{text}`"), "an amount with a decimal point, as in 1190.00 or -25.50"))?;
    let booked = shown.net.ok_or_else(|| usage("entries in several currencies".to_owned(), "one currency"))?;
    let holds = booked.minor == i128::from(claimed);
    Ok(Some(ControlTotalClaim { claimed: Sum::new(claimed.into(), currency), booked, holds }))
}

/// The statement itself may be in order: what stops its payments is the total that the user gave.
fn say_contradicted(decisions: &mut [Decision]) -> bool {
    let text = "the control total that was given is not the sum of the booked entries";
    for decision in &mut *decisions {
        let gates = decision.gates.iter_mut().filter(|g| g.reason == ReasonCode::StatementBreak);
        gates.for_each(|g| g.text = text.to_owned());
        if decision.reason == ReasonCode::StatementBreak {
            decision.explanation = text.to_owned();
        }
    }
    true
}

/// The order in which the summary names the files; those of one role are in order already.
const ROLES: [&str; 7] = ["statement", "open_items", "items_map", "customers", "config", "priors", "profile"];

/// Items and customers, and what the summary says of their files. Files that are read when their turn comes are let go here.
fn receivables(inputs: &RunInputs, map: Option<&ItemsMap>) -> Result<(Receivables, Vec<FileSummary>), Vec<Error>> {
    let now = |file: &LargeFile| file.read().map_err(|error| vec![error]);
    let items = inputs.items_later.as_ref().map(now).transpose()?;
    let customers = inputs.customers_later.as_ref().map(now).transpose()?;
    let items = items.as_ref().unwrap_or(&inputs.items);
    let customers = customers.as_ref().or(inputs.customers.as_ref());
    let read = inputs::read_receivables(items, map, customers)?;
    let files = [("open_items", Some(items)), ("customers", customers)];
    Ok((read, files.into_iter().filter_map(|(role, file)| Some(hashed((role, file?)))).collect()))
}

fn hashed((role, file): (&'static str, &InputFile)) -> FileSummary {
    file_summary(role, &file.name, &sha256_hex(&file.bytes), file.bytes.len() as u64)
}

fn other_files(inputs: &RunInputs) -> Vec<(&'static str, &InputFile)> {
    let files = [
        ("items_map", inputs.items_map.as_ref()),
        ("config", inputs.config.as_ref()),
        ("priors", inputs.priors.as_ref()),
        ("profile", inputs.profile_file.as_ref()),
    ];
    files.into_iter().filter_map(|(role, file)| file.map(|f| (role, f))).collect()
}

fn file_summary(role: &'static str, name: &str, sha256: &str, bytes: u64) -> FileSummary {
    FileSummary {
        name: name.to_owned(),
        role,
        sha256: sha256.to_owned(),
        bytes,
        format: None,
        statements: 0,
        entries: 0,
        findings: Vec::new(),
        error: None,
    }
}

/// Names of files do not count: the same bytes under another name are the same run.
fn run_id(
    inputs: &RunInputs,
    policy_hash: &str,
    score_version: &str,
    files: &[FileSummary],
    head: Option<&str>,
) -> String {
    let mut parts: Vec<String> = files.iter().map(|f| format!("{}:{}", f.role, f.sha256)).collect();
    // The policy counts by its meaning: comments in the file do not change a run.
    parts.retain(|p| !p.starts_with("config:"));
    parts.sort();
    parts.push(format!("policy:{policy_hash}"));
    parts.push(format!("version:{VERSION}:{score_version}"));
    parts.push(format!("profile:{}", inputs.profile.as_ref().map_or("", |p| p.id.as_str())));
    let forced = [("format", &inputs.format), ("encoding", &inputs.encoding)];
    parts.extend(forced.iter().filter_map(|(what, value)| value.as_ref().map(|v| format!("{what}:{v}"))));
    parts.extend(inputs.currency.map(|c| format!("currency:{c}")));
    parts.push(format!("as_of:{:?}", inputs.as_of));
    parts.push(format!("control_total:{:?}", inputs.control_total));
    parts.push(format!("csv:{}", inputs.csv_dialect.as_str()));
    parts.extend(head.map(|h| format!("ledger:{h}")));
    content_id('r', &parts.iter().map(String::as_str).collect::<Vec<_>>()).0
}
