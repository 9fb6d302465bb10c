//! A ledger of every version of the file that was released opens with today's program: it is sound, says what it said then, and takes
//! the next day. `fixtures/ledger/vN.db` was written by the first program of version N, from the first four of the five days of
//! `fixtures/runs/five-days`, with an undo; it is never written anew once that version is released (`TIEOUT_BLESS=1` writes it where
//! it is missing).

#![cfg(all(feature = "ledger", feature = "review", feature = "cli"))]

mod common {
    pub mod office;
}

use common::office::{Office, said};
use std::fs;
use std::path::{Path, PathBuf};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

fn day(office: &Office, file: &str, items: &str, out: &str) -> Option<i32> {
    let (file, items) = (fixture("runs/five-days").join(file), fixture("runs/five-days").join(items));
    let customers = fixture("runs/five-days/customers.csv");
    let text = |p: &PathBuf| p.display().to_string();
    let args = ["run", &text(&file), "--open-items", &text(&items), "--customers", &text(&customers)];
    let done = office.tieout("2026-01-05T17:00:00Z", &[&args[..], &["--ledger", "l.db", "--out", out, "-q"]].concat());
    assert!(done.status.success(), "{}", said(&done));
    done.status.code()
}

/// Writes the fixture of this version.
fn write(db: &Path, dump: &Path) {
    let office = Office::empty();
    let days = [
        ("1_2025-12-29.sta", "items-1.csv"),
        ("2_2025-12-30.sta", "items-stale.csv"),
        ("3_2025-12-30_to_31.sta", "items-3.csv"),
        ("4_2026-01-02.sta", "items-4.csv"),
    ];
    for (n, (file, items)) in days.into_iter().enumerate() {
        day(&office, file, items, &format!("out{n}"));
    }
    let decisions = office.text("out1/decisions.jsonl");
    let line = decisions.lines().find(|l| l.contains("\"amount\":\"357.00\"")).expect("the payment of 357.00");
    let decision: serde_json::Value = serde_json::from_str(line).expect("a decision");
    let id = decision["payment"]["payment_id"].as_str().expect("an id").to_owned();
    office.ask(&["undo", &id, "--reason", "posted to the wrong year"]);
    fs::create_dir_all(db.parent().expect("a folder")).expect("a folder");
    fs::copy(office.path("l.db"), db).expect("a copy");
    // What was cleared, as intents with their folders, leaves bytes in free pages.
    rusqlite::Connection::open(db).expect("a database").execute_batch("VACUUM").expect("smaller");
    fs::write(dump, office.ask(&["dump"])).expect("written");
}

#[test]
fn a_ledger_of_version_1_opens_says_the_same_and_goes_on() {
    let (db, dump) = (fixture("ledger/v1.db"), fixture("ledger/v1.dump.jsonl"));
    if std::env::var_os("TIEOUT_BLESS").is_some() && !db.exists() {
        write(&db, &dump);
    }
    assert!(fs::metadata(&db).expect("the fixture").len() < 200_000);
    let office = Office::empty();
    fs::copy(&db, office.path("l.db")).expect("a copy");
    let verified = office.ask(&["verify"]);
    assert!(verified.starts_with("sound: 19 records, 8 payments, 5 items, 4 statements"), "{verified}");
    assert_eq!(office.ask(&["dump"]), fs::read_to_string(&dump).expect("the dump"));
    assert!(office.ask(&["history", "RE-2025-0103"]).contains("RETURN_REOPENED"));
    assert_eq!(day(&office, "5_2026-01-05.sta", "items-5.csv", "next"), Some(0));
    assert!(office.ask(&["verify"]).starts_with("sound: 24 records"), "goes on");
}

#[test]
fn a_newer_file_is_refused_with_the_version_that_wrote_it_and_stays_as_it_is() {
    let office = Office::empty();
    fs::copy(fixture("ledger/v1.db"), office.path("l.db")).expect("a copy");
    let raw = rusqlite::Connection::open(office.path("l.db")).expect("a database");
    raw.execute_batch("UPDATE info SET value = '7.3.0' WHERE name = 'written_by'; PRAGMA user_version = 99")
        .expect("raised");
    drop(raw);
    let before = fs::read(office.path("l.db")).expect("a file");
    for args in [&["verify"][..], &["undo", "p1", "--reason", "x"], &["facts", "list"], &["queue", "--out", "q"]] {
        let done = office.tieout("2026-01-05T17:00:00Z", &[args, &["--ledger", "l.db"]].concat());
        assert_eq!(done.status.code(), Some(1), "{args:?}: {}", said(&done));
        let says = said(&done);
        assert!(says.contains("written by tieout 7.3.0") && says.contains("use tieout 7.3.0 or newer"), "{says}");
    }
    assert_eq!(fs::read(office.path("l.db")).expect("a file"), before);
}
