//! `tieout run --ledger`: the run, its folder and its records, all or nothing. `tieout decide --ledger` goes the same way.
//!
//! ```text
//!  lock -> finish what a killed run left -> decide -> files beside the folder, synced -> one transaction: records and intent
//!       -> rename -> sync -> forget the intent -> say so
//! ```
//! Killed before the transaction, nothing has happened; killed after it, the next run puts the folder in place.

use super::args::Run;
use super::failure::{DONE, Failure, NOTHING_NEW};
use super::folder;
use super::ledger::{Held, reader, stamp, writer};
use super::say::Say;
use std::path::Path;
use tieout::ledger::{Ledger, MemoryStore, NewRecords, SqliteStore, hex};
use tieout::run::{RunError, RunInputs, RunResult, Step, run_with_ledger};

/// A ledger that is open, and the right to write to it.
pub enum Open {
    /// To write.
    Write(Box<Ledger<SqliteStore>>, Held),
    /// For a dry run.
    Read(Box<Ledger<SqliteStore>>),
    /// For a dry run where there is none yet.
    Empty(Ledger<MemoryStore>),
}

/// What came of it.
pub enum Came {
    /// A run, written unless it was a dry one.
    Run(Box<RunResult>, Option<String>),
    /// All was known.
    Known(u8),
}

/// Opens the ledger of a run.
pub fn open(path: &Path, args: &Run, say: &Say) -> Result<Open, Failure> {
    if args.dry_run {
        return Ok(if path.exists() {
            Open::Read(Box::new(reader(path)?))
        } else {
            Open::Empty(Ledger::new(MemoryStore::new()))
        });
    }
    let (ledger, held) = writer(path, args.wait, "run", true, say)?;
    Ok(Open::Write(Box::new(ledger), held))
}

/// Decides and writes.
pub fn run(
    inputs: &RunInputs,
    open: Open,
    args: &Run,
    watch: &(dyn Fn(Step) + Sync),
    say: &Say,
) -> Result<Came, Failure> {
    let decided = match &open {
        Open::Write(ledger, _) => run_with_ledger(inputs, ledger, watch),
        Open::Read(ledger) => run_with_ledger(inputs, ledger, watch),
        Open::Empty(ledger) => run_with_ledger(inputs, ledger, watch),
    };
    let decided = match decided {
        Ok(run) => run,
        Err(RunError::AllKnown(names)) => {
            say.note(&format!("the ledger holds all of it already ({}): nothing was done", names.join(", ")));
            if say.json {
                say.out(&format!("{}\n", serde_json::json!({"known_files": names})))?;
            }
            return Ok(Came::Known(if args.if_new { DONE } else { NOTHING_NEW }));
        }
        Err(error) => return Err(error.into()),
    };
    let (Open::Write(mut ledger, _held), Some(dir)) = (open, args.out.as_ref()) else {
        return Ok(Came::Run(Box::new(decided.result), None));
    };
    let head = {
        let files = |put: &mut folder::Put<'_>| decided.result.write(put);
        let new = New { run_id: &decided.result.run_id, files: &files, records: &decided.records() };
        commit(&mut ledger, &new, dir, args.replace, say)?
    };
    Ok(Came::Run(Box::new(decided.result), Some(head)))
}

/// A run that is to be written: its folder and its records.
pub struct New<'a> {
    pub run_id: &'a str,
    pub files: folder::Files<'a>,
    pub records: &'a dyn NewRecords,
}

/// Writes a folder and its records, all or nothing; gives the head.
pub fn commit(
    ledger: &mut Ledger<SqliteStore>,
    new: &New<'_>,
    dir: &Path,
    replace: bool,
    say: &Say,
) -> Result<String, Failure> {
    folder::sweep(dir);
    let prepared = folder::prepare(dir, new.run_id, new.files, replace, new.run_id)?;
    let intent = prepared.as_ref().map(|p| p.to_intent(new.run_id));
    let manifest = prepared.as_ref().map_or_else(|| folder::manifest_sha256(dir), |p| p.manifest_sha256().to_owned());
    // After an error, whether the transaction is in the file is for the next run to see: what lies beside the folder may be needed.
    let head = ledger.append(new.records, &stamp(None, Some(manifest)), intent)?;
    if let Some(prepared) = prepared {
        prepared.put_later()?;
        tieout::ledger::Store::clear_intent(ledger.store_mut())?;
    } else {
        say.note(&format!("{} holds this same run already: nothing was written there", dir.display()));
    }
    Ok(hex(&head.hash))
}
