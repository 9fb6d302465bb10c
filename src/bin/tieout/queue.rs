//! `tieout queue`: the open exceptions of a run as spreadsheet, CSV and page.

use super::args::{Queue, QueueBy};
use super::failure::{DONE, Failure};
use super::say::Say;
use super::{files, folder, ledger};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use tieout::Error;
use tieout::outputs::safe_json;
use tieout::review::{Queue as Rows, SplitBy};
use tieout::run::{InputFile, QueueRecord, RECORD_FILES, queue_files, queue_files_of};

/// Writes the queue.
pub fn queue(args: Queue, say: &Say) -> Result<u8, Failure> {
    folder::check(&args.out, args.replace)?;
    let by = args.by.map(|by| match by {
        QueueBy::Owner => SplitBy::Owner,
        QueueBy::Segment => SplitBy::Segment,
        QueueBy::Company => SplitBy::Company,
    });
    let dialect = args.csv_dialect.into();
    let queue = match &args.run {
        Some(run) => {
            let (queue, run_id) = waiting(run)?;
            queue_files_of(queue, &run_id, by, dialect)
        }
        None => queue_files(&tieout::run::record_of_ledger(&ledger::reader(&of_ledger(&args)?)?)?, by, dialect),
    };
    let queue = queue.map_err(|e| Failure::rejected(vec![e]))?;
    let files = |put: &mut folder::Put<'_>| queue.write(put, io::Error::other);
    if folder::write(&args.out, &queue.queue_id, &files, args.replace)? == folder::Written::Same {
        say.note(&format!("{} holds this same queue already: nothing was written", args.out.display()));
    }
    if say.json {
        let parts: Vec<_> = queue.parts().map(|(name, rows)| serde_json::json!({"part": name, "rows": rows})).collect();
        let files: Vec<String> = queue.names().collect();
        let out = args.out.display().to_string();
        say.done(&format!("{}\n", safe_json(&serde_json::json!({"out": out, "parts": parts, "files": files}))));
    } else if !say.quiet {
        let rows: usize = queue.parts().map(|(_, rows)| rows).sum();
        let mut text = format!("{rows} payments wait for review; written to {}:\n", args.out.display());
        for name in queue.names() {
            text.push_str(&format!("  {name}\n"));
        }
        say.done(&text);
    }
    Ok(DONE)
}

/// The ledger whose queue is asked for.
fn of_ledger(args: &Queue) -> Result<PathBuf, Failure> {
    if let Some(ledger) = args.ledger.clone().or_else(ledger::from_env) {
        return Ok(ledger);
    }
    let config = files::maybe(args.config.as_ref())?;
    ledger::named_by(args.config.as_deref(), config.as_ref()).ok_or_else(|| {
        let hint = "--run DIR for the queue of one run, --ledger FILE for all that waits";
        Failure::usage("queue", "neither a run folder nor a ledger", "one of them", hint)
    })
}

/// What waits in a run folder, proven by its manifest, and the run's id. The largest file is never in memory whole.
fn waiting(dir: &Path) -> Result<(Rows, String), Failure> {
    let rejected = |e: Error| {
        let name = e.place().file.clone().unwrap_or_default();
        Failure::rejected(vec![e.in_file(&dir.join(name).display().to_string())])
    };
    let small = |name| files::one(&run_file(dir, name)?);
    let mut record = QueueRecord::new(&small("manifest.json")?, &small("summary.json")?).map_err(rejected)?;
    let path = run_file(dir, "decisions.jsonl")?;
    let mut file = File::open(&path).map_err(|e| Failure::io(&path, &e))?;
    let mut piece = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut piece).map_err(|e| Failure::io(&path, &e))?;
        match piece.get(..read) {
            Some([]) | None => break,
            Some(bytes) => record.add(bytes).map_err(rejected)?,
        }
    }
    let run_id = record.run_id.clone();
    Ok((record.finish().map_err(rejected)?, run_id))
}

fn run_file(dir: &Path, name: &str) -> Result<PathBuf, Failure> {
    let path = dir.join(name);
    if path.exists() {
        return Ok(path);
    }
    let hint = "give the folder that `tieout run --out` wrote";
    Err(Failure::usage(&dir.display().to_string(), format!("no {name}"), "a run folder", hint))
}

/// The files of a run folder that say what was decided.
pub fn run_files(dir: &Path) -> Result<Vec<InputFile>, Failure> {
    RECORD_FILES.iter().map(|name| files::one(&run_file(dir, name)?)).collect()
}
