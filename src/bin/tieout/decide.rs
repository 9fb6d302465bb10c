//! `tieout decide`: what reviewers decided, carried out into a new run folder, and into the ledger where there is one.

use super::args::Decide;
use super::failure::{DONE, Failure, REJECTED};
use super::ledger::{from_env, named_by, reader, writer};
use super::queue::run_files;
use super::run_ledger::{New, commit};
use super::say::Say;
use super::{files, folder};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use tieout::outputs::safe_json;
use tieout::review::DecisionFile;
use tieout::run::{DecideInputs, DecideResult, LedgerDecision, RunRecord, decide as carry_out, decide_with_ledger};

/// Carries out decisions. Ends with 3 where some were refused.
pub fn decide(args: Decide, say: &Say) -> Result<u8, Failure> {
    if let Some(dir) = &args.out {
        folder::check(dir, args.replace)?;
    }
    let inputs = DecideInputs {
        run: args.run.as_deref().map_or(Ok(Vec::new()), run_files)?,
        files: args.files.iter().map(|path| decision_file(path)).collect::<Result<_, _>>()?,
        open_items: files::maybe(args.open_items.as_ref())?,
        items_map: files::maybe(args.items_map.as_ref())?,
        customers: files::maybe(args.customers.as_ref())?,
        config: files::maybe(args.config.as_ref())?,
        csv_dialect: args.csv_dialect.into(),
    };
    let Done { result, out, head } = match ledger(&args, &inputs)? {
        Some(path) => over_ledger(&path, &inputs, &args, say)?,
        None => over_folder(&inputs, &args, say)?,
    };
    let out = out.as_deref();
    if say.json {
        say.done(&json(&result, out, head.as_deref()));
    } else {
        // Refusals are errors: they are said even where the rest is quiet.
        for refusal in &result.refused {
            say.refused(refusal);
        }
        if !say.quiet {
            say.done(&screen(&result, out, args.dry_run));
            if let Some(head) = &head {
                say.done(&format!("Ledger head   {head}\n"));
            }
        }
    }
    Ok(if result.refused.is_empty() { DONE } else { REJECTED })
}

/// What came of it: the folder that was written, and the ledger's head where it was written to.
struct Done {
    result: DecideResult,
    out: Option<PathBuf>,
    head: Option<String>,
}

/// The ledger as given; else, but for a run that had none, as the environment or the configuration names it.
fn ledger(args: &Decide, inputs: &DecideInputs) -> Result<Option<PathBuf>, Failure> {
    if args.ledger.is_some() {
        return Ok(args.ledger.clone());
    }
    let named = named_by(args.config.as_deref(), inputs.config.as_ref());
    let had_one = || RunRecord::read(&inputs.run).is_ok_and(|r| r.ledger_before.is_some());
    match from_env().or(named) {
        Some(named) if inputs.run.is_empty() || had_one() => Ok(Some(named)),
        _ if inputs.run.is_empty() => {
            let hint = "give the folder of the run that the queue was written from, or the ledger";
            Err(Failure::usage("decide", "neither --run nor --ledger", "one of them", hint))
        }
        _ => Ok(None),
    }
}

fn over_folder(inputs: &DecideInputs, args: &Decide, say: &Say) -> Result<Done, Failure> {
    let result = carry_out(inputs)?;
    let out = args.out.as_ref().filter(|_| !args.dry_run && !result.outputs.is_empty());
    if let Some(dir) = out
        && folder::write(dir, &result.run_id, &folder::whole(&result.outputs), args.replace)? == folder::Written::Same
    {
        say.note(&format!("{} holds this same result already: nothing was written", dir.display()));
    }
    Ok(Done { out: out.cloned(), result, head: None })
}

/// The folder and the records of the ledger, all or nothing, as in a run.
fn over_ledger(path: &Path, inputs: &DecideInputs, args: &Decide, say: &Say) -> Result<Done, Failure> {
    let Some(dir) = args.out.as_ref().filter(|_| !args.dry_run) else {
        let result = decide_with_ledger(inputs, &reader(path)?)?.result;
        return Ok(Done { result, out: None, head: None });
    };
    let (mut ledger, _held) = writer(path, args.wait, "decide", false, say)?;
    let LedgerDecision { result, records, .. } = decide_with_ledger(inputs, &ledger)?;
    if records.is_empty() {
        return Ok(Done { result, out: None, head: None });
    }
    let head = {
        let files = folder::whole(&result.outputs);
        let new = New { run_id: &result.run_id, files: &files, records: &records };
        commit(&mut ledger, &new, dir, args.replace, say)?
    };
    Ok(Done { result, out: Some(dir.clone()), head: Some(head) })
}

fn decision_file(path: &Path) -> Result<DecisionFile, Failure> {
    let file = files::one(path)?;
    let mut beside = OsString::from(path);
    beside.push(".sig");
    let beside = PathBuf::from(beside);
    let signature = if beside.is_file() { Some(files::one(&beside)?.bytes) } else { None };
    Ok(DecisionFile { name: file.name, bytes: file.bytes, signature, verified_as: None })
}

fn screen(result: &DecideResult, out: Option<&Path>, dry_run: bool) -> String {
    let mut text = String::new();
    for settled in &result.decided {
        let documents = if settled.documents.is_empty() { String::new() } else { format!("  {}", settled.documents) };
        let customer = settled.customer_id.as_deref().map(|c| format!("  {c}")).unwrap_or_default();
        let line = format!(
            "{}  {:<14}  {}{customer}{documents}",
            settled.payment_id,
            settled.decision.as_str(),
            settled.decided_by
        );
        text.push_str(&format!("{}\n", tieout::error::visible(&line)));
    }
    for settled in &result.waiting {
        let why = settled.waits_for.as_deref().unwrap_or_default();
        let line = format!("{}  waits for a second person after {}: {why}", settled.payment_id, settled.decided_by);
        text.push_str(&format!("{}\n", tieout::error::visible(&line)));
    }
    let would = if dry_run { "would be " } else { "" };
    text.push_str(&format!(
        "{} {would}decided, {} wait for a second person, {} refused, {} said again, {} rows still empty; {} payments {}in the queue\n",
        result.decided.len(),
        result.waiting.len(),
        result.refused.len(),
        result.repeated,
        result.empty,
        result.queued,
        if dry_run { "would stay " } else { "" },
    ));
    match out {
        Some(dir) => text.push_str(&format!("written to {}\n", dir.display())),
        None if dry_run => {}
        None if result.repeated > 0 && result.refused.is_empty() => {
            text.push_str("all of it is decided already: nothing was written\n");
        }
        None => text.push_str("nothing was written\n"),
    }
    text
}

fn json(result: &DecideResult, out: Option<&Path>, head: Option<&str>) -> String {
    let value = serde_json::json!({
        "run_id": result.run_id,
        "out": out.map(|d| d.display().to_string()),
        "decided": result.decided,
        "waiting": result.waiting,
        "refused": result.refused,
        "repeated": result.repeated,
        "empty": result.empty,
        "queued": result.queued,
        "head": head,
    });
    format!("{}\n", safe_json(&value))
}
