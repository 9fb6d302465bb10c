//! Five business days over one ledger, over the year's turn: a file that is delivered again, a stale export of open items, an export
//! that overlaps, a returned collection, an undo. `fixtures/runs/five-days/expected/story.txt` is what an auditor reads;
//! `TIEOUT_BLESS=1` writes it anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/runs/five-days")
}

struct Office {
    folder: tempfile::TempDir,
    story: String,
}

impl Office {
    fn tieout(&self, now: &str, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_tieout"))
            .args(args)
            .current_dir(self.folder.path())
            .env("TIEOUT_NOW", now)
            .env("TIEOUT_BY", "anna")
            .env_remove("TIEOUT_LEDGER")
            .output()
            .expect("tieout runs")
    }

    fn day(&mut self, now: &str, out: &str, files: &[&str], items: &str) {
        let mut args = vec!["run"];
        args.extend(files);
        args.extend(["--open-items", items, "--customers", "customers.csv", "--ledger", "l.db", "--out", out, "-q"]);
        let done = self.tieout(now, &args);
        let notes = String::from_utf8_lossy(&done.stderr).into_owned();
        let mut line = format!("{now}  {} with {items}: exit {}", files.join(", "), done.status.code().unwrap_or(-1));
        if let Ok(text) = fs::read_to_string(self.folder.path().join(out).join("summary.json")) {
            let summary: serde_json::Value = serde_json::from_str(&text).expect("a summary");
            let ledger = &summary["ledger"];
            let counts = ["known_payments", "subtracted", "settled", "closed_found", "reopened"];
            line.push_str(&format!("; known files {}", ledger["known_files"]));
            counts.iter().for_each(|c| line.push_str(&format!(", {c} {}", ledger[c])));
            let decisions =
                fs::read_to_string(self.folder.path().join(out).join("decisions.jsonl")).expect("decisions");
            for text in decisions.lines() {
                let d: serde_json::Value = serde_json::from_str(text).expect("a decision");
                line.push_str(&format!(
                    "\n    {} {} {}",
                    d["payment"]["amount"].as_str().unwrap_or(""),
                    d["outcome"].as_str().unwrap_or(""),
                    d["reason"].as_str().unwrap_or("")
                ));
            }
        }
        self.story.push_str(&format!("{line}\n{notes}"));
    }

    fn ask(&mut self, now: &str, args: &[&str]) -> String {
        let mut all = args.to_vec();
        all.extend(["--ledger", "l.db"]);
        let done = self.tieout(now, &all);
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
        let text = String::from_utf8(done.stdout).expect("text");
        // Heads cover versions and policy, which change more often than the story.
        let shown: String = text.lines().filter(|l| !l.starts_with("head ")).map(|l| format!("{l}\n")).collect();
        self.story.push_str(&format!("\n$ tieout {}\n{shown}", args.join(" ")));
        text
    }
}

#[test]
fn five_days_read_like_an_auditors_file() {
    let mut office = Office { folder: tempfile::tempdir().expect("a folder"), story: String::new() };
    for entry in fs::read_dir(fixture()).expect("the fixture") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            fs::copy(&path, office.folder.path().join(path.file_name().expect("a name"))).expect("a copy");
        }
    }
    let again = office.folder.path().join("redelivered.sta");
    fs::copy(office.folder.path().join("1_2025-12-29.sta"), again).expect("a copy");

    office.day("2025-12-29T17:00:00Z", "out1", &["1_2025-12-29.sta"], "items-1.csv");
    office.day("2025-12-29T17:05:00Z", "out1b", &["redelivered.sta"], "items-1.csv");
    office.day("2025-12-30T17:00:00Z", "out2", &["redelivered.sta", "2_2025-12-30.sta"], "items-stale.csv");
    office.day("2025-12-31T17:00:00Z", "out3", &["3_2025-12-30_to_31.sta"], "items-3.csv");
    office.day("2026-01-02T17:00:00Z", "out4", &["4_2026-01-02.sta"], "items-4.csv");
    let decisions = fs::read_to_string(office.folder.path().join("out2/decisions.jsonl")).expect("decisions");
    let line = decisions.lines().find(|l| l.contains("\"amount\":\"357.00\"")).expect("the payment of 357.00");
    let decision: serde_json::Value = serde_json::from_str(line).expect("a decision");
    let id = decision["payment"]["payment_id"].as_str().expect("an id").to_owned();
    office.ask("2026-01-02T17:30:00Z", &["undo", &id, "--reason", "posted to the wrong year"]);
    office.story.push('\n');
    office.day("2026-01-05T17:00:00Z", "out5", &["5_2026-01-05.sta"], "items-5.csv");
    for target in ["RE-2025-0101", "RE-2025-0103", "K4"] {
        office.ask("", &["history", target]);
    }
    let verified = office.ask("", &["verify"]);
    assert!(verified.starts_with("sound: "), "{verified}");

    let path = fixture().join("expected/story.txt");
    if std::env::var_os("TIEOUT_BLESS").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, &office.story).expect("written");
    }
    let expected = fs::read_to_string(&path).expect("expected/story.txt");
    assert_eq!(office.story, expected, "read the difference; TIEOUT_BLESS=1 writes it anew");
}

#[test]
fn a_second_run_names_the_holder_and_a_lock_without_a_holder_blocks_nobody() {
    let office = Office { folder: tempfile::tempdir().expect("a folder"), story: String::new() };
    for name in ["1_2025-12-29.sta", "items-1.csv"] {
        fs::copy(fixture().join(name), office.folder.path().join(name)).expect("a copy");
    }
    let run = ["run", "1_2025-12-29.sta", "--open-items", "items-1.csv", "--ledger", "l.db", "--out", "out", "-q"];
    let path = office.folder.path().join("l.db.lock");
    fs::write(&path, "process 1 (run)\n").expect("a lock of a killed run");
    let held = fs::File::open(&path).expect("the lock");
    held.lock().expect("held");
    let refused = office.tieout("", &run);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(6), "{said}");
    assert!(said.contains("held by process 1 (run)"), "{said}");
    // Not only dropped: a child that another test is just making may still have the file open.
    held.unlock().expect("free again");
    assert_eq!(office.tieout("", &run).status.code(), Some(0));
    assert_eq!(office.tieout("", &run).status.code(), Some(5), "all of it is known");
}
