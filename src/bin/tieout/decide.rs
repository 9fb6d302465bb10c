//! `tieout decide`: what reviewers decided, carried out into a new run folder.

use super::args::Decide;
use super::failure::{DONE, Failure, REJECTED};
use super::queue::run_files;
use super::say::Say;
use super::{files, folder};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use tieout::outputs::safe_json;
use tieout::review::DecisionFile;
use tieout::run::{DecideInputs, DecideResult, decide as carry_out};

/// Carries out decisions. Ends with 3 where some were refused.
pub fn decide(args: Decide, say: &Say) -> Result<u8, Failure> {
    if let Some(dir) = &args.out {
        folder::check(dir, args.replace)?;
    }
    if !args.dry_run {
        without_ledger(&args.run)?;
    }
    let inputs = DecideInputs {
        run: run_files(&args.run)?,
        files: args.files.iter().map(|path| decision_file(path)).collect::<Result<_, _>>()?,
        open_items: files::maybe(args.open_items.as_ref())?,
        items_map: files::maybe(args.items_map.as_ref())?,
        customers: files::maybe(args.customers.as_ref())?,
        config: files::maybe(args.config.as_ref())?,
        csv_dialect: args.csv_dialect.into(),
    };
    let result = carry_out(&inputs)?;
    let out = args.out.as_ref().filter(|_| !args.dry_run && !result.outputs.is_empty());
    if let Some(dir) = out
        && folder::write(dir, &result.run_id, &result.outputs, args.replace)? == folder::Written::Same
    {
        say.note(&format!("{} holds this same result already: nothing was written", dir.display()));
    }
    if say.json {
        say.out(&json(&result, out))?;
    } else {
        // Refusals are errors: they are said even where the rest is quiet.
        for refusal in &result.refused {
            say.refused(refusal);
        }
        if !say.quiet {
            say.out(&screen(&result, out.map(PathBuf::as_path), args.dry_run))?;
        }
    }
    Ok(if result.refused.is_empty() { DONE } else { REJECTED })
}

/// A run with a ledger is not decided here yet: the ledger would not know of it, and the next run could apply the same document
/// again.
fn without_ledger(run: &Path) -> Result<(), Failure> {
    let path = run.join("manifest.json");
    let manifest = files::one(&path)?;
    let manifest: serde_json::Value = serde_json::from_slice(&manifest.bytes).unwrap_or_default();
    if manifest.get("ledger_before").is_none_or(serde_json::Value::is_null) {
        return Ok(());
    }
    Err(Failure::usage(
        &path.display().to_string(),
        "a run with a ledger",
        "a run without one",
        "`tieout decide` cannot tell the ledger yet: post these decisions in your accounts, and give the ledger the new open items",
    ))
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
        None if !dry_run => text.push_str("nothing was written\n"),
        None => {}
    }
    text
}

fn json(result: &DecideResult, out: Option<&PathBuf>) -> String {
    let value = serde_json::json!({
        "run_id": result.run_id,
        "out": out.map(|d| d.display().to_string()),
        "decided": result.decided,
        "waiting": result.waiting,
        "refused": result.refused,
        "repeated": result.repeated,
        "empty": result.empty,
        "queued": result.queued,
    });
    format!("{}\n", safe_json(&value))
}
