//! A ledger in one SQLite file, which any tool can open. `journal` is the truth; `idx` and `sets` are derived from it in the
//! same transaction, and `tieout verify` proves that they fit.

use super::memory::moved;
use super::record::{Hash, Head, Kind, Record, damaged, from_hex, hex};
use super::store::{Batch, Set, Store};
use crate::base::Place;
use crate::error::{Error, ErrorCode};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use std::path::Path;
use std::time::Duration;

/// Version of the tables. A change raises it and brings a step in `MIGRATIONS`.
pub const SCHEMA: i64 = 1;
/// `tieo`: marks the file as ours.
const APPLICATION: i64 = 0x7469_656f;
/// Steps from each version to the next; the first makes an empty file a ledger. A step that was released is never changed: a file of
/// each released version lies in `fixtures/ledger`, and `tests/ledger_versions.rs` opens it.
const MIGRATIONS: [&str; SCHEMA as usize] = ["
    CREATE TABLE info(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE journal(seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, meta TEXT NOT NULL, hash BLOB NOT NULL);
    CREATE TABLE idx(key INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(key, seq)) WITHOUT ROWID;
    CREATE TABLE sets(name TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(name, key)) WITHOUT ROWID;
    INSERT INTO info VALUES('head_seq', '0'), ('head_content', ''), ('head_hash', '');
"];
/// How long to wait for a reader or writer to finish its moment.
const PATIENCE: Duration = Duration::from_secs(120);

/// A ledger in an SQLite file.
///
/// Every commit is synced to the disk, the folder of the file too, before it returns. A sync that fails fails the commit and is
/// never tried again.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
    name: String,
}

impl SqliteStore {
    /// Whether a file that begins with these bytes, at least 100 of them, may be a ledger.
    pub fn may_be_ledger(first: &[u8]) -> bool {
        let application = first.get(68..72).and_then(|b| <[u8; 4]>::try_from(b).ok()).map(i32::from_be_bytes);
        first.starts_with(b"SQLite format 3\0") && application.map(i64::from) == Some(APPLICATION)
    }

    /// Opens a ledger, or makes one if `create` and there is none. `version` is that of the program, to be named to an older one.
    ///
    /// # Errors
    /// No such file, no ledger, a ledger of a newer version, or a file that cannot be read.
    pub fn open(path: &Path, create: bool, version: &str) -> Result<Self, Error> {
        let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        if create {
            flags |= OpenFlags::SQLITE_OPEN_CREATE;
        } else if !path.exists() {
            let found = "there is no such file";
            return Err(Error::new(
                ErrorCode::Io,
                Place::file(name),
                found,
                "a ledger, as `tieout run --ledger` makes it",
            ));
        }
        let fault = |e: rusqlite::Error| failed(&name, &e);
        let connection = Connection::open_with_flags(path, flags).map_err(fault)?;
        connection.busy_timeout(PATIENCE).map_err(fault)?;
        // A journal that is deleted, and everything synced: slower than others and safe on any disk.
        let settings = "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; PRAGMA mmap_size = 0; \
                        PRAGMA cache_size = -131072; PRAGMA temp_store = MEMORY;";
        connection.execute_batch(settings).map_err(fault)?;
        let mut store = SqliteStore { connection, name };
        store.migrate(create, version)?;
        Ok(store)
    }

    fn migrate(&mut self, create: bool, version: &str) -> Result<(), Error> {
        let name = self.name.clone();
        let fault = |e: rusqlite::Error| failed(&name, &e);
        let pragma = |c: &Connection, p: &str| c.pragma_query_value(None, p, |r| r.get::<_, i64>(0)).map_err(fault);
        let (application, schema) =
            (pragma(&self.connection, "application_id")?, pragma(&self.connection, "user_version")?);
        let tables: i64 =
            self.connection.query_row("SELECT count(*) FROM sqlite_master", [], |r| r.get(0)).map_err(fault)?;
        if application != APPLICATION && (tables > 0 || !create) {
            let found = if tables > 0 { "a database that is no ledger of tieout" } else { "an empty file" };
            return Err(Error::new(ErrorCode::Ledger, Place::file(name), found, "a ledger of tieout")
                .with_hint("`tieout run --ledger` makes one where there is no file yet"));
        }
        if schema > SCHEMA {
            let by: String = self
                .connection
                .query_row("SELECT value FROM info WHERE name = 'written_by'", [], |r| r.get(0))
                .unwrap_or_default();
            let found = format!("a ledger of schema {schema}, written by tieout {by}");
            return Err(Error::new(ErrorCode::Ledger, Place::file(name), found, format!("schema {SCHEMA} or older"))
                .with_hint(format!("use tieout {by} or newer")));
        }
        if schema == SCHEMA {
            return Ok(());
        }
        climb(&mut self.connection, &MIGRATIONS, schema, version).map_err(fault)
    }

    /// Reads a row of the journal.
    fn read_record(&self, row: &rusqlite::Row<'_>) -> Result<Record, Error> {
        let seq: i64 = row.get(0).map_err(self.fault())?;
        let seq = u64::try_from(seq).unwrap_or(0);
        let broken = || damaged(seq, "a row that is no record", "a record");
        let text = |at: usize| row.get_ref(at).ok().and_then(|v| v.as_str().ok()).ok_or_else(broken);
        let kind = text(1)?;
        let kind = Kind::parse(kind).ok_or_else(|| damaged(seq, format!("kind `{kind}`"), "a kind of record"))?;
        let hash = row.get_ref(4).ok().and_then(|v| v.as_blob().ok()).ok_or_else(broken)?;
        let hash = Hash::try_from(hash).map_err(|_| damaged(seq, "a hash cut short", "32 bytes"))?;
        Ok(Record { seq, kind, body: text(2)?.to_owned(), meta: text(3)?.to_owned(), hash })
    }

    /// Many reads as one: the file is locked and looked at once, not for each.
    fn at_once<T>(&self, reads: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        if !self.connection.is_autocommit() {
            // Within a commit it is.
            return reads();
        }
        let one = self.connection.unchecked_transaction().map_err(self.fault())?;
        let read = reads()?;
        one.finish().map_err(self.fault())?;
        Ok(read)
    }

    /// Puts all but the records into the tables.
    fn put(&self, batch: &Batch) -> Result<(), rusqlite::Error> {
        // In the order of the table, which is that of signed numbers, so that a large batch fills pages one after the other.
        let (low, high) = batch.keys.split_at(batch.keys.partition_point(|(key, _)| key.cast_signed() >= 0));
        let mut add = self.connection.prepare("INSERT OR IGNORE INTO idx VALUES(?1, ?2)")?;
        for (key, seq) in high.iter().chain(low) {
            add.execute([key.cast_signed(), i64::try_from(*seq).unwrap_or(i64::MAX)])?;
        }
        let mut put = self.connection.prepare("INSERT OR REPLACE INTO sets VALUES(?1, ?2, ?3)")?;
        let mut remove = self.connection.prepare("DELETE FROM sets WHERE name = ?1 AND key = ?2")?;
        for (set, key, value) in &batch.changes {
            match value {
                Some(value) => put.execute(params![set.as_str(), key, value])?,
                None => remove.execute(params![set.as_str(), key])?,
            };
        }
        let mut info = self.connection.prepare("INSERT OR REPLACE INTO info VALUES(?1, ?2)")?;
        info.execute(["head_seq", &batch.after.seq.to_string()])?;
        info.execute(["head_content", &hex(&batch.after.content)])?;
        info.execute(["head_hash", &hex(&batch.after.hash)])?;
        if let Some(intent) = &batch.intent {
            info.execute(["intent", intent])?;
        }
        Ok(())
    }

    fn fault(&self) -> impl Fn(rusqlite::Error) -> Error + '_ {
        |e| failed(&self.name, &e)
    }
}

impl Store for SqliteStore {
    fn head(&self) -> Result<Head, Error> {
        read_head(&self.connection).map_err(self.fault())?.ok_or_else(|| {
            Error::new(ErrorCode::Ledger, Place::file(&self.name), "no head in table info", "the last record's hashes")
        })
    }

    fn records(&self, from: u64, limit: usize) -> Result<Vec<Record>, Error> {
        let sql = "SELECT seq, kind, body, meta, hash FROM journal WHERE seq >= ?1 ORDER BY seq LIMIT ?2";
        let mut statement = self.connection.prepare_cached(sql).map_err(self.fault())?;
        let from = i64::try_from(from).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![from, limit as i64]).map_err(self.fault())?;
        let mut records = Vec::new();
        while let Some(row) = rows.next().map_err(self.fault())? {
            records.push(self.read_record(row)?);
        }
        Ok(records)
    }

    fn records_at(&self, seqs: &[u64]) -> Result<Vec<Record>, Error> {
        let mut sorted = seqs.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        self.at_once(|| {
            let sql = "SELECT seq, kind, body, meta, hash FROM journal WHERE seq = ?1";
            let mut statement = self.connection.prepare_cached(sql).map_err(self.fault())?;
            let mut records = Vec::with_capacity(sorted.len());
            for seq in sorted {
                let mut rows = statement.query([i64::try_from(seq).unwrap_or(i64::MAX)]).map_err(self.fault())?;
                if let Some(row) = rows.next().map_err(self.fault())? {
                    records.push(self.read_record(row)?);
                }
            }
            Ok(records)
        })
    }

    fn find(&self, keys: &[u64]) -> Result<Vec<(u64, u64)>, Error> {
        let mut sorted = keys.to_vec();
        sorted.sort_unstable_by_key(|k| k.cast_signed());
        sorted.dedup();
        self.at_once(|| {
            let sql = "SELECT seq FROM idx WHERE key = ?1 ORDER BY seq";
            let mut statement = self.connection.prepare_cached(sql).map_err(self.fault())?;
            let mut found = Vec::new();
            for key in sorted {
                let rows = statement.query_map([key.cast_signed()], |r| r.get::<_, i64>(0)).map_err(self.fault())?;
                for seq in rows {
                    found.push((key, u64::try_from(seq.map_err(self.fault())?).unwrap_or(0)));
                }
            }
            found.sort_unstable();
            Ok(found)
        })
    }

    fn each_key(&self, each: &mut dyn FnMut(u64, u64)) -> Result<(), Error> {
        let mut statement = self.connection.prepare("SELECT key, seq FROM idx").map_err(self.fault())?;
        let mut rows = statement.query([]).map_err(self.fault())?;
        while let Some(row) = rows.next().map_err(self.fault())? {
            let (key, seq): (i64, i64) = (row.get(0).map_err(self.fault())?, row.get(1).map_err(self.fault())?);
            each(key.cast_unsigned(), u64::try_from(seq).unwrap_or(0));
        }
        Ok(())
    }

    fn member(&self, set: Set, key: &str) -> Result<Option<String>, Error> {
        let sql = "SELECT value FROM sets WHERE name = ?1 AND key = ?2";
        let mut statement = self.connection.prepare_cached(sql).map_err(self.fault())?;
        statement.query_row(params![set.as_str(), key], |r| r.get(0)).optional().map_err(self.fault())
    }

    fn members(&self, set: Set) -> Result<Vec<(String, String)>, Error> {
        let sql = "SELECT key, value FROM sets WHERE name = ?1 ORDER BY key";
        let mut statement = self.connection.prepare_cached(sql).map_err(self.fault())?;
        let rows = statement.query_map([set.as_str()], |r| Ok((r.get(0)?, r.get(1)?))).map_err(self.fault())?;
        rows.collect::<Result<_, _>>().map_err(self.fault())
    }

    fn foreign(&self) -> Result<Option<String>, Error> {
        let first = |sql: &str| -> Result<Option<String>, Error> {
            self.connection.query_row(sql, [], |r| r.get(0)).optional().map_err(self.fault())
        };
        let trigger = "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name LIMIT 1";
        if let Some(name) = first(trigger)? {
            return Ok(Some(format!("the file has a trigger `{name}`, which could change what is written")));
        }
        let known: Vec<String> = Set::ALL.iter().map(|(name, _)| format!("'{name}'")).collect();
        let set = format!("SELECT name FROM sets WHERE name NOT IN ({}) ORDER BY name LIMIT 1", known.join(", "));
        Ok(first(&set)?.map(|name| format!("the file has a set `{name}`, which is none of a ledger")))
    }

    fn intent(&self) -> Result<Option<String>, Error> {
        let sql = "SELECT value FROM info WHERE name = 'intent'";
        self.connection.query_row(sql, [], |r| r.get(0)).optional().map_err(self.fault())
    }

    fn begin(&mut self, before: Head) -> Result<(), Error> {
        self.give_up()?;
        // The right to write is taken now, so that the head cannot move before the commit.
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(self.fault())?;
        let head = self.head()?;
        if head != before {
            self.give_up()?;
            return Err(moved(head.seq, before.seq));
        }
        Ok(())
    }

    fn add(&mut self, records: Vec<Record>) -> Result<(), Error> {
        let sql = "INSERT INTO journal VALUES(?1, ?2, ?3, ?4, ?5)";
        let mut add = self.connection.prepare_cached(sql).map_err(self.fault())?;
        for r in &records {
            let seq = i64::try_from(r.seq).unwrap_or(i64::MAX);
            add.execute(params![seq, r.kind.as_str(), r.body, r.meta, r.hash.as_slice()]).map_err(self.fault())?;
        }
        Ok(())
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), Error> {
        self.put(batch).and_then(|()| self.connection.execute_batch("COMMIT")).map_err(self.fault())
    }

    fn give_up(&mut self) -> Result<(), Error> {
        if self.connection.is_autocommit() {
            return Ok(());
        }
        self.connection.execute_batch("ROLLBACK").map_err(self.fault())
    }

    fn clear_intent(&mut self) -> Result<(), Error> {
        let name = self.name.clone();
        let fault = |e: rusqlite::Error| failed(&name, &e);
        self.connection.execute("DELETE FROM info WHERE name = 'intent'", []).map_err(fault)?;
        Ok(())
    }
}

/// Takes a file from its version to that of the last step, all of it or nothing. There is no way back.
fn climb(connection: &mut Connection, steps: &[&str], from: i64, version: &str) -> Result<(), rusqlite::Error> {
    let tx = connection.transaction()?;
    for step in steps.iter().skip(usize::try_from(from).unwrap_or(0)) {
        tx.execute_batch(step)?;
    }
    tx.execute("INSERT OR REPLACE INTO info VALUES('written_by', ?1)", [version])?;
    tx.execute_batch(&format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {};", steps.len()))?;
    tx.commit()
}

fn read_head(connection: &Connection) -> Result<Option<Head>, rusqlite::Error> {
    let mut statement = connection.prepare_cached("SELECT value FROM info WHERE name = ?1")?;
    let mut get = |name: &str| statement.query_row([name], |r| r.get::<_, String>(0)).optional();
    let (seq, content, hash) = (get("head_seq")?, get("head_content")?, get("head_hash")?);
    let hash_of = |text: Option<String>| match text.as_deref() {
        Some("") => Some(Hash::default()),
        Some(text) => from_hex(text),
        None => None,
    };
    let seq = seq.and_then(|s| s.parse().ok());
    Ok(seq.zip(hash_of(content)).zip(hash_of(hash)).map(|((seq, content), hash)| Head { seq, content, hash }))
}

fn failed(name: &str, error: &rusqlite::Error) -> Error {
    let code = match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => ErrorCode::Locked,
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => ErrorCode::Ledger,
        _ => ErrorCode::Io,
    };
    Error::new(code, Place::file(name), error.to_string(), "a ledger that can be read and written")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(c: &Connection) -> i64 {
        c.pragma_query_value(None, "user_version", |r| r.get(0)).unwrap()
    }

    #[test]
    fn a_file_climbs_every_step_from_where_it_is_and_a_step_that_fails_leaves_it_there() {
        let mut c = Connection::open_in_memory().unwrap();
        climb(&mut c, &MIGRATIONS, 0, "0.1.0").unwrap();
        assert_eq!(version(&c), SCHEMA);
        c.execute_batch("INSERT INTO journal VALUES(1, 'run', '{}', '{}', x'00')").unwrap();
        let steps: Vec<&str> =
            MIGRATIONS.into_iter().chain(["CREATE TABLE more(x); INSERT INTO more VALUES(7)"]).collect();
        let bad: Vec<&str> =
            steps.iter().copied().chain(["CREATE TABLE later(y); INSERT INTO nowhere VALUES(1)"]).collect();
        assert!(climb(&mut c, &bad, SCHEMA, "0.3.0").is_err());
        let tables = |c: &Connection| -> i64 {
            c.query_row("SELECT count(*) FROM sqlite_master WHERE name IN ('more', 'later')", [], |r| r.get(0)).unwrap()
        };
        assert_eq!((version(&c), tables(&c)), (SCHEMA, 0), "all or nothing");
        climb(&mut c, &steps, SCHEMA, "0.2.0").unwrap();
        let seven: i64 = c.query_row("SELECT x FROM more, journal WHERE seq = 1", [], |r| r.get(0)).unwrap();
        let by: String = c.query_row("SELECT value FROM info WHERE name = 'written_by'", [], |r| r.get(0)).unwrap();
        assert_eq!((version(&c), seven, by.as_str()), (SCHEMA + 1, 7, "0.2.0"));
    }
}
