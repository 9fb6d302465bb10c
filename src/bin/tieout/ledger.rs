//! The ledger as the program uses it: one writer at a time, what a killed run left is finished first, and the time is asked here.

use super::args::LedgerFile;
use super::failure::{Failure, HELD};
use super::say::Say;
use super::{files, folder};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use tieout::base::Place;
use tieout::error::{Error, ErrorCode};
use tieout::ledger::{Ledger, SqliteStore, Stamp, Store};
use tieout::run::{InputFile, VERSION};

/// The right to write: held while this lives. The system gives it back when the process ends, however it ends; the file stays.
pub struct Held {
    _file: File,
}

/// The ledger that a configuration names, from where that stands.
pub fn named_by(config: Option<&Path>, file: Option<&InputFile>) -> Option<PathBuf> {
    let named = file.and_then(|c| std::str::from_utf8(&c.bytes).ok()).and_then(tieout::run::ledger_of)?;
    Some(config.and_then(Path::parent).unwrap_or(Path::new("")).join(named))
}

/// The ledger that the environment names, for commands that may also work on a run folder.
pub fn from_env() -> Option<PathBuf> {
    std::env::var_os("TIEOUT_LEDGER").filter(|l| !l.is_empty()).map(PathBuf::from)
}

/// The ledger of a command that works on one.
pub fn path(given: &LedgerFile) -> Result<PathBuf, Failure> {
    if let Some(ledger) = &given.ledger {
        return Ok(ledger.clone());
    }
    let config = files::maybe(given.config.as_ref())?;
    named_by(given.config.as_deref(), config.as_ref()).ok_or_else(|| {
        let hint = "--ledger FILE, TIEOUT_LEDGER, or --config with a file that names one";
        Failure::usage("--ledger", "no ledger", "the ledger to work on", hint)
    })
}

/// Refuses a path at which no ledger can be, before anything is made there or beside it.
pub fn check(ledger: &Path, create: bool) -> Result<(), Failure> {
    let usage = |found: &str, hint: &str| {
        let expected = if create { "a ledger, or the name of a new file" } else { "a ledger of tieout" };
        Err(Failure::usage(&ledger.display().to_string(), found, expected, hint))
    };
    let makes = "`tieout run --ledger FILE` makes one where there is no file yet";
    let meta = match std::fs::metadata(ledger) {
        Ok(meta) => meta,
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Failure::io(ledger, &e)),
        Err(_) if !create => return usage("there is no such file", makes),
        Err(_) => {
            let folder = ledger.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            return if folder.is_dir() { Ok(()) } else { usage("there is no such folder", "make the folder first") };
        }
    };
    if meta.is_dir() {
        return usage("a folder", "name a file in it");
    }
    if meta.len() == 0 {
        return if create { Ok(()) } else { usage("an empty file", makes) };
    }
    let mut journal = ledger.as_os_str().to_owned();
    journal.push("-journal");
    let mut first = Vec::new();
    let file = File::open(ledger).map_err(|e| Failure::io(ledger, &e))?;
    file.take(100).read_to_end(&mut first).map_err(|e| Failure::io(ledger, &e))?;
    // What a killed run left half written, its journal puts right.
    if SqliteStore::may_be_ledger(&first) || Path::new(&journal).exists() {
        return Ok(());
    }
    usage("something else than a ledger", makes)
}

/// Opens a ledger to write, once nobody else does, and finishes what a killed run left. Another holder is waited for or named. `create`
/// where there may be none yet.
pub fn writer(
    path: &Path,
    wait: bool,
    what: &str,
    create: bool,
    say: &Say,
) -> Result<(Ledger<SqliteStore>, Held), Failure> {
    check(path, create)?;
    let mut file = hold(path, wait)?;
    let mut said = String::new();
    let _ = file.rewind().and_then(|()| file.read_to_string(&mut said));
    let records_before = said.lines().find_map(|l| l.strip_prefix("records ")?.parse::<u64>().ok()).unwrap_or(0);
    let is_gone = std::fs::metadata(path).map_or(true, |m| m.len() == 0);
    if is_gone && records_before > 0 {
        let found =
            format!("no ledger, although there was one with {records_before} records when it was last written to");
        let hint = format!("bring it back from a copy; to begin anew, delete {}", lock_of(path).display());
        return Err(Failure::usage(&path.display().to_string(), found, "the ledger", &hint));
    }
    let mut store = SqliteStore::open(path, create, VERSION)?;
    if let Some(intent) = store.intent()? {
        let text = folder::finish(&intent)?;
        store.clear_intent()?;
        say.note(&text);
    }
    // The holder for people, the records against a ledger that is lost: a hint that no run depends on.
    let text = format!("process {} ({what})\nrecords {}\n", std::process::id(), store.head()?.seq);
    let _ = file.rewind().and_then(|()| file.set_len(0)).and_then(|()| file.write_all(text.as_bytes()));
    Ok((Ledger::new(store), Held { _file: file }))
}

fn lock_of(ledger: &Path) -> PathBuf {
    let mut name = ledger.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// Takes the right to write to a ledger.
fn hold(ledger: &Path, wait: bool) -> Result<File, Failure> {
    let path = lock_of(ledger);
    let open = || OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path);
    let mut file = open().map_err(|e| Failure::write(&path, &e))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) if wait => file.lock().map_err(|e| Failure::write(&path, &e))?,
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            let holder = holder.lines().next().filter(|h| !h.is_empty()).unwrap_or("another run").to_owned();
            let place = Place::file(ledger.display().to_string());
            let error =
                Error::new(ErrorCode::Locked, place, format!("the ledger is held by {holder}"), "a free ledger")
                    .with_hint("wait until it is done, or give --wait");
            return Err(Failure { code: HELD, errors: vec![error] });
        }
        Err(TryLockError::Error(e)) => return Err(Failure::write(&path, &e)),
    }
    Ok(file)
}

/// Opens a ledger to read. Readers take no lock.
pub fn reader(path: &Path) -> Result<Ledger<SqliteStore>, Failure> {
    check(path, false)?;
    Ok(Ledger::new(SqliteStore::open(path, false, VERSION)?))
}

/// Now and who, for the journal. `TIEOUT_NOW` fixes the time, for tests.
pub fn stamp(by: Option<&str>, manifest_sha256: Option<String>) -> Stamp {
    let clock = || {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
        let now = i64::try_from(now).ok().and_then(|s| chrono::DateTime::from_timestamp(s, 0)).unwrap_or_default();
        now.format("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    let at = std::env::var("TIEOUT_NOW").ok().filter(|t| !t.is_empty()).unwrap_or_else(clock);
    Stamp { at, who: who(by), manifest_sha256 }
}

/// Who: as given, else the user of the system.
pub fn who(by: Option<&str>) -> String {
    let user = || ["TIEOUT_BY", "USER", "LOGNAME"].iter().find_map(|v| std::env::var(v).ok().filter(|u| !u.is_empty()));
    by.map(str::to_owned).or_else(user).unwrap_or_else(|| "unknown".to_owned())
}
