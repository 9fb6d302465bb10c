//! The ledger in a system of your own: [`tieout::ledger::Store`] over an append-only log, two days run over it, and the proof
//! that it holds the same as the store in memory.
//!
//! ```sh
//! cargo run --example own_ledger
//! ```
//!
//! A real system would put the parts of a batch into its tables inside one transaction of its database. Here one line of a text
//! file is one batch: a line is whole or it counts for nothing, which is all that [`Store::commit`] asks for.

use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::Path;
use tieout::base::Place;
use tieout::ledger::{Batch, Head, Kind, Ledger, MemoryStore, Record, Set, Stamp, Store, from_hex, hex};
use tieout::run::{InputFile, RunInputs, run_with_ledger};
use tieout::{Error, ErrorCode};

/// Batches as lines of a file; read back into memory when it is opened.
struct LogStore {
    file: File,
    held: MemoryStore,
    /// The commit that is being made: where it began, and its records.
    coming: (Head, Vec<Record>),
}

impl LogStore {
    fn open(path: &Path) -> Result<LogStore, Error> {
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(path).map_err(io)?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(io)?;
        let mut held = MemoryStore::new();
        // A last line without its end was cut off by a crash: it was never acknowledged.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        for line in text.get(..whole).unwrap_or_default().lines() {
            let (before, records, batch) = read_batch(line).ok_or_else(|| fault("a line that is no batch"))?;
            held.begin(before)?;
            held.add(records)?;
            held.commit(&batch)?;
        }
        file.set_len(whole as u64).and_then(|()| file.seek(std::io::SeekFrom::End(0))).map_err(io)?;
        Ok(LogStore { file, held, coming: Default::default() })
    }

    fn append(&mut self, line: &Value) -> Result<(), Error> {
        self.file.write_all(format!("{line}\n").as_bytes()).and_then(|()| self.file.sync_data()).map_err(io)
    }
}

impl Store for LogStore {
    fn head(&self) -> Result<Head, Error> {
        self.held.head()
    }
    fn records(&self, from: u64, limit: usize) -> Result<Vec<Record>, Error> {
        self.held.records(from, limit)
    }
    fn find(&self, keys: &[u64]) -> Result<Vec<(u64, u64)>, Error> {
        self.held.find(keys)
    }
    fn each_key(&self, each: &mut dyn FnMut(u64, u64)) -> Result<(), Error> {
        self.held.each_key(each)
    }
    fn member(&self, set: Set, key: &str) -> Result<Option<String>, Error> {
        self.held.member(set, key)
    }
    fn members(&self, set: Set) -> Result<Vec<(String, String)>, Error> {
        self.held.members(set)
    }
    fn intent(&self) -> Result<Option<String>, Error> {
        self.held.intent()
    }
    fn begin(&mut self, before: Head) -> Result<(), Error> {
        self.coming = (before, Vec::new());
        self.held.begin(before)
    }
    fn add(&mut self, records: Vec<Record>) -> Result<(), Error> {
        self.coming.1.extend(records.iter().cloned());
        self.held.add(records)
    }
    fn commit(&mut self, batch: &Batch) -> Result<(), Error> {
        let (before, records) = std::mem::take(&mut self.coming);
        self.append(&batch_line(before, &records, batch))?;
        self.held.commit(batch)
    }
    fn give_up(&mut self) -> Result<(), Error> {
        self.coming.1.clear();
        self.held.give_up()
    }
    /// An intent is kept in the log only together with a batch: a program that forgets it after a crash does its work again.
    fn clear_intent(&mut self) -> Result<(), Error> {
        self.held.clear_intent()
    }
}

fn batch_line(before: Head, records: &[Record], batch: &Batch) -> Value {
    let head = |h: &Head| json!([h.seq, hex(&h.content), hex(&h.hash)]);
    let record = |r: &Record| json!([r.seq, r.kind.as_str(), r.body, r.meta, hex(&r.hash)]);
    let change = |(set, key, value): &(Set, String, Option<String>)| json!([set.as_str(), key, value]);
    json!({
        "before": head(&before),
        "after": head(&batch.after),
        "records": records.iter().map(record).collect::<Vec<_>>(),
        "keys": batch.keys,
        "changes": batch.changes.iter().map(change).collect::<Vec<_>>(),
        "intent": batch.intent,
    })
}

fn read_batch(line: &str) -> Option<(Head, Vec<Record>, Batch)> {
    let value: Value = serde_json::from_str(line).ok()?;
    let text = |v: &Value| v.as_str().map(str::to_owned);
    let head = |v: &Value| {
        let (content, hash) = (from_hex(v[1].as_str()?)?, from_hex(v[2].as_str()?)?);
        Some(Head { seq: v[0].as_u64()?, content, hash })
    };
    let record = |v: &Value| {
        let (body, meta, hash) = (text(&v[2])?, text(&v[3])?, from_hex(v[4].as_str()?)?);
        Some(Record { seq: v[0].as_u64()?, kind: Kind::parse(v[1].as_str()?)?, body, meta, hash })
    };
    let change = |v: &Value| Some((Set::parse(v[0].as_str()?)?, text(&v[1])?, text(&v[2])));
    let before = head(&value["before"])?;
    let records = value["records"].as_array()?.iter().map(record).collect::<Option<_>>()?;
    let batch = Batch {
        after: head(&value["after"])?,
        keys: value["keys"]
            .as_array()?
            .iter()
            .map(|k| Some((k[0].as_u64()?, k[1].as_u64()?)))
            .collect::<Option<_>>()?,
        changes: value["changes"].as_array()?.iter().map(change).collect::<Option<_>>()?,
        intent: text(&value["intent"]),
    };
    Some((before, records, batch))
}

fn fault(found: &str) -> Error {
    Error::new(ErrorCode::Ledger, Place::file("ledger.log"), found, "a log that only this program wrote")
}

fn io(error: std::io::Error) -> Error {
    Error::new(ErrorCode::Io, Place::file("ledger.log"), error.to_string(), "a file that can be read and written")
}

const ITEMS: &str = "\
item_id,doc_no,customer_id,customer_name,currency,open_amount,doc_date
1,RE-2026-0731,K1,Elbe Pumpenbau GmbH,EUR,1190.00,2026-04-17
2,RE-2026-0745,K2,Nordsee Handel GmbH,EUR,595.00,2026-04-20
";

/// One line of MT940, one day.
fn statement(number: u32, opening: &str, amount: &str, text: &str, closing: &str) -> InputFile {
    let day = 20 + number;
    let bytes = format!(
        ":20:X\r\n:25:DE89370400440532013000\r\n:28C:{number}/1\r\n:60F:C2604{day}EUR{opening}\r\n\
         :61:2604{day}04{day}CR{amount}NTRFNONREF\r\n:86:166?20SVWZ+{text}\r\n:62F:C2604{day}EUR{closing}\r\n-\r\n"
    );
    InputFile { name: format!("{number}.sta"), bytes: bytes.into_bytes() }
}

/// A day over any store: decided from what the ledger says, then added to it, all or nothing.
fn day<S: Store>(ledger: &mut Ledger<S>, file: InputFile, at: &str) -> Result<(), Box<dyn std::error::Error>> {
    let items = InputFile { name: "items.csv".to_owned(), bytes: ITEMS.as_bytes().to_vec() };
    let inputs = RunInputs { statements: vec![file], items, ..RunInputs::default() };
    let run = run_with_ledger(&inputs, ledger, &|_| {}).map_err(|e| format!("{e:?}"))?;
    // Here the outputs in `run.result` are made safe, then the ledger remembers.
    let stamp = Stamp { at: at.to_owned(), who: "example".to_owned(), ..Stamp::default() };
    ledger.append(&run.records(), &stamp, None)?;
    Ok(())
}

fn dump<S: Store>(ledger: &Ledger<S>) -> Result<String, Error> {
    let mut text = String::new();
    ledger.dump(&mut |line| {
        text.push_str(line);
        text.push('\n');
        Ok(())
    })?;
    Ok(text)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("ledger.log");
    let days = [
        (statement(1, "0,00", "1190,00", "RE 2026-0731", "1190,00"), "2026-04-21T06:00:00Z"),
        // The export of the second day still shows the first invoice open: it is not applied twice.
        (statement(2, "1190,00", "1190,00", "RE 2026-0731", "2380,00"), "2026-04-22T06:00:00Z"),
    ];
    let mut in_memory = Ledger::new(MemoryStore::new());
    for (file, at) in days {
        // Opened anew each day, as after a restart.
        let mut ledger = Ledger::new(LogStore::open(&path)?);
        day(&mut ledger, file.clone(), at)?;
        day(&mut in_memory, file, at)?;
    }
    let ledger = Ledger::new(LogStore::open(&path)?);
    assert!(ledger.verify()?.is_sound());
    assert_eq!(dump(&ledger)?, dump(&in_memory)?);
    for (payment, waiting) in ledger.queue()? {
        println!("{payment} waits: {}", waiting.reason);
    }
    println!("{} records, sound, the same as in memory; head {}", ledger.head()?.seq, hex(&ledger.head()?.hash));
    Ok(())
}
