//! Every folder below `fixtures/errors` is the smallest input for one error; its `cmd` is run with the real program in a copy of
//! the folder, and what it says, with the exit code, stands in `expected.txt`.
//!
//! `TIEOUT_BLESS=1 cargo test` rewrites what is expected.

#![cfg(feature = "cli")]

mod common;

use assert_cmd::Command;
use common::{copy_folder, differs, fixtures, folders_in, name_of, none_of};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Codes without a fixture, and why.
const WITHOUT_FIXTURE: &[(&str, &str)] = &[
    ("LEDGER", "a ledger that is damaged or newer: src/ledger/tests.rs"),
    ("LOCKED", "another run must hold the ledger at that moment: tests/ledger_story.rs"),
    ("CONSERVATION", "a defect of ours; src/run/equations.rs tests that each equation is checked"),
    ("FIELD", "no reader uses it: a field that breaks the grammar is told by what is wrong in it"),
    ("IO", "the words are those of the operating system; tests/cli.rs provokes it"),
    ("LIMIT", "the smallest input that is too large is too large to keep; src/formats and src/book test their limits"),
];

struct Said {
    code: i32,
    out: String,
    err: String,
    folder: Option<Vec<String>>,
}

fn tieout(fixture: &Path, cmd: &str) -> Said {
    let desk = tempfile::tempdir().unwrap();
    copy_folder(fixture, desk.path());
    let output = Command::cargo_bin("tieout")
        .unwrap()
        .args(cmd.split_whitespace())
        .current_dir(desk.path())
        .env_clear()
        .output()
        .unwrap();
    let folder = fs::read_dir(desk.path().join("out")).ok().map(|entries| {
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    });
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        folder,
    }
}

/// The command, the exit code, what is in `out/`, then standard error and standard output.
fn transcript(cmd: &str, said: &Said) -> String {
    let mut text = format!("$ tieout {cmd}\nexit {}\n", said.code);
    if cmd.split_whitespace().any(|word| word == "--out") {
        match &said.folder {
            Some(names) => text.push_str(&format!("out/ holds {}\n", names.join(", "))),
            None => text.push_str("out/ was not written\n"),
        }
    }
    for (name, stream) in [("standard error", &said.err), ("standard output", &said.out)] {
        if !stream.is_empty() {
            text.push_str(&format!("--- {name}\n{stream}"));
        }
    }
    text
}

fn cmd(fixture: &Path) -> String {
    fs::read_to_string(fixture.join("cmd")).unwrap().trim().to_owned()
}

#[test]
fn every_error_has_its_text_and_exit_code() {
    let mut faults = Vec::new();
    for fixture in folders_in(&fixtures().join("errors")) {
        let cmd = cmd(&fixture);
        let said = tieout(&fixture, &cmd);
        if said.code == 0 {
            faults.push(format!("{}: ends with 0, which is no error:\n{}", name_of(&fixture), said.out));
        }
        if matches!(said.code, 1 | 2) && said.folder.is_some() && !cmd.contains("replace") {
            let before = fixture.join("out").exists();
            if !before {
                faults.push(format!("{}: ends with {} and wrote out/", name_of(&fixture), said.code));
            }
        }
        faults.extend(differs(&fixture.join("expected.txt"), &transcript(&cmd, &said)));
    }
    none_of(&faults, "errors are told differently");
}

#[test]
fn every_error_says_place_and_what_was_found_and_expected_also_as_an_object() {
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    for fixture in folders_in(&fixtures().join("errors")) {
        let said = tieout(&fixture, &format!("{} --json", cmd(&fixture)));
        for line in said.err.lines().filter(|l| l.starts_with('{')) {
            let error: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = |key: &str| error[key].as_str().unwrap_or("").to_owned();
            seen.insert(text("code"));
            for key in ["code", "file", "found", "expected"] {
                // The sentence of a broken statement says what it should have been.
                let said = key == "expected" && text("code") == "TIE_OUT";
                if text(key).is_empty() && !said {
                    faults.push(format!("{}: no {key} in {line}", name_of(&fixture)));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let source = fs::read_to_string(common::root().join("src/error.rs")).unwrap();
    let codes = source.lines().filter(|l| l.trim().starts_with("ErrorCode::") && l.contains("=> \""));
    let codes: Vec<&str> = codes.filter_map(|l| l.split('"').nth(1)).collect();
    assert!(codes.len() > 15, "the codes stand elsewhere now: {codes:?}");
    let without: Vec<&str> = WITHOUT_FIXTURE.iter().map(|(code, _)| *code).collect();
    let missing: Vec<&&str> = codes.iter().filter(|c| !seen.contains(**c) && !without.contains(c)).collect();
    assert!(missing.is_empty(), "no fixture provokes {missing:?}");
}
