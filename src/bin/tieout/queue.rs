//! `tieout queue`: the open exceptions of a run as spreadsheet, CSV and page.

use super::args::{Queue, QueueBy};
use super::failure::{DONE, Failure};
use super::say::Say;
use super::{files, folder};
use std::path::Path;
use tieout::outputs::safe_json;
use tieout::review::SplitBy;
use tieout::run::{InputFile, RECORD_FILES, RunRecord, queue_files};

/// Writes the queue.
pub fn queue(args: Queue, say: &Say) -> Result<u8, Failure> {
    folder::check(&args.out, args.replace)?;
    let record = match (&args.run, &args.ledger) {
        (Some(run), _) => record(run)?,
        (None, Some(ledger)) => tieout::run::record_of_ledger(&super::ledger::reader(ledger)?)?,
        (None, None) => return Err(Failure::usage("queue", "neither --run nor --ledger", "one of them", "")),
    };
    let by = args.by.map(|by| match by {
        QueueBy::Owner => SplitBy::Owner,
        QueueBy::Segment => SplitBy::Segment,
        QueueBy::Company => SplitBy::Company,
    });
    let queue = queue_files(&record, by, args.csv_dialect.into()).map_err(|e| Failure::rejected(vec![e]))?;
    if folder::write(&args.out, &queue.queue_id, &folder::whole(&queue.outputs), args.replace)? == folder::Written::Same
    {
        say.note(&format!("{} holds this same queue already: nothing was written", args.out.display()));
    }
    let names = || queue.outputs.iter().map(|f| f.name.as_str()).filter(|n| *n != "manifest.json");
    if say.json {
        let parts: Vec<_> =
            queue.parts.iter().map(|(name, rows)| serde_json::json!({"part": name, "rows": rows})).collect();
        let files: Vec<&str> = names().collect();
        let out = args.out.display().to_string();
        say.done(&format!("{}\n", safe_json(&serde_json::json!({"out": out, "parts": parts, "files": files}))));
    } else if !say.quiet {
        let rows: usize = queue.parts.iter().map(|(_, rows)| rows).sum();
        let mut text = format!("{rows} payments wait for review; written to {}:\n", args.out.display());
        for name in names() {
            text.push_str(&format!("  {name}\n"));
        }
        say.done(&text);
    }
    Ok(DONE)
}

/// What waits in a run folder, proven by its manifest.
fn record(dir: &Path) -> Result<RunRecord, Failure> {
    RunRecord::read_queue(&run_files(dir)?).map_err(|e| {
        let name = e.place().file.clone().unwrap_or_default();
        Failure::rejected(vec![e.in_file(&dir.join(name).display().to_string())])
    })
}

/// The files of a run folder that say what was decided.
pub fn run_files(dir: &Path) -> Result<Vec<InputFile>, Failure> {
    let mut read = Vec::new();
    for name in RECORD_FILES {
        let path = dir.join(name);
        if !path.exists() {
            let hint = "give the folder that `tieout run --out` wrote";
            return Err(Failure::usage(&dir.display().to_string(), format!("no {name}"), "a run folder", hint));
        }
        read.push(files::one(&path)?);
    }
    Ok(read)
}
