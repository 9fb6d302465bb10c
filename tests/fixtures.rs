//! Every file under `fixtures/` is read by a test, and what tieout makes of it stands beside it.
//!
//! `TIEOUT_BLESS=1 cargo test` rewrites what is expected. A file that no test claims fails.

mod common;

use common::{differs, files_below, fixtures, folders_in, name_of, none_of, root};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use tieout::formats::ReadOptions;
use tieout::outputs::{escape_hidden, parsed_json};
use tieout::run::{InputFile, RunInputs, RunResult, run};

/// A whole day: folder below `fixtures/runs`, folder below its `expected`, and the statements.
struct Story {
    folder: &'static str,
    expected: &'static str,
    statements: &'static [&'static str],
}

const STORIES: &[Story] = &[
    Story {
        folder: "morning",
        expected: "",
        statements: &["2026-04-20_hhb_camt053.xml", "2026-04-20_sparkasse.sta", "2026-04-20_rabobank.csv"],
    },
    Story { folder: "equations", expected: "", statements: &["statement.camt053.xml"] },
    Story { folder: "three-formats", expected: "camt053", statements: &["statement.camt053.xml"] },
    Story { folder: "three-formats", expected: "mt940", statements: &["statement.mt940.sta"] },
    Story { folder: "three-formats", expected: "csv", statements: &["statement.rabobank.csv"] },
];

/// What a story writes, apart from the manifest, which is the hashes of these.
const OUTPUTS: &[&str] = &["decisions.jsonl", "allocations.csv", "unapplied.csv", "exceptions.csv", "summary.json"];

#[test]
fn every_statement_is_read_as_the_file_beside_it_says() {
    let mut faults = Vec::new();
    for source in statements() {
        let bytes = fs::read(&source).unwrap();
        let name = source.file_name().unwrap().to_string_lossy().into_owned();
        let line = escape_hidden(parsed_json(&name, &tieout::read_statements(&bytes, &ReadOptions::for_file(&name))));
        faults.extend(differs(&beside(&source), &pretty(&line)));
    }
    none_of(&faults, "statements are read differently");
}

#[test]
fn every_story_gives_the_files_that_stand_with_it() {
    let mut faults = Vec::new();
    for story in STORIES {
        let result = story.run();
        let folder = story.path().join("expected").join(story.expected);
        for name in OUTPUTS {
            faults.extend(differs(&folder.join(name), &output(&result, name)));
        }
    }
    none_of(&faults, "outputs of stories differ");
}

#[test]
fn one_day_in_three_formats_gives_the_same_payments_outcomes_and_allocations() {
    let told: Vec<(&str, Vec<String>)> = STORIES
        .iter()
        .filter(|s| s.folder == "three-formats")
        .map(|s| (s.expected, essentials(&output(&s.run(), "decisions.jsonl"))))
        .collect();
    let (first, rest) = told.split_first().unwrap();
    assert!(!first.1.is_empty());
    for (format, lines) in rest {
        assert_eq!(&first.1, lines, "{} and {format}", first.0);
    }
}

#[test]
fn every_mapping_converts_its_export() {
    let mut faults = Vec::new();
    for map in mappings() {
        let export = map.with_extension("csv");
        let file = |path: &Path| InputFile {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            bytes: fs::read(path).unwrap(),
        };
        let mut text = match tieout::run::convert_items(&file(&map), &file(&export)) {
            Ok((items, findings)) => findings.iter().map(|f| format!("note: {f}\n")).collect::<String>() + &items,
            Err(errors) => errors.iter().map(|e| format!("error: {e}\n")).collect(),
        };
        if !text.ends_with('\n') {
            text.push('\n');
        }
        faults.extend(differs(&export.with_extension("items.csv"), &text));
    }
    none_of(&faults, "exports are converted differently");
}

#[test]
fn every_fixture_is_claimed_by_a_test_and_listed_in_the_readme() {
    let readme = fs::read_to_string(fixtures().join("README.md")).unwrap();
    let mut claimed: BTreeSet<String> = BTreeSet::new();
    for source in statements() {
        claimed.extend([name_of(&source), name_of(&beside(&source))]);
    }
    for story in STORIES {
        let folder = story.path();
        let inputs = ["items.csv", "customers.csv", "expected/clerk.tsv"];
        claimed.extend(inputs.iter().chain(story.statements).map(|n| name_of(&folder.join(n))));
        claimed.extend(OUTPUTS.iter().map(|n| name_of(&folder.join("expected").join(story.expected).join(n))));
    }
    // tests/ledger_story.rs works on a copy of the whole folder.
    claimed.extend(files_below(&fixtures().join("runs/five-days")).iter().map(|f| name_of(f)));
    // tests/ledger_versions.rs opens a ledger of each version of the file.
    claimed.extend(["ledger/v1.db", "ledger/v1.dump.jsonl"].map(str::to_owned));
    for folder in folders_in(&fixtures().join("errors")) {
        // tests/errors.rs runs every folder; a file in it is used if the command names it or its folder.
        let cmd = fs::read_to_string(folder.join("cmd")).unwrap_or_else(|_| panic!("{} has no cmd", folder.display()));
        claimed.extend(["cmd", "expected.txt"].map(|n| name_of(&folder.join(n))));
        for file in files_below(&folder) {
            let below = file.strip_prefix(&folder).unwrap();
            let first = below.iter().next().unwrap().to_string_lossy();
            if cmd.split_whitespace().any(|word| word == first || Path::new(word) == below) {
                claimed.insert(name_of(&file));
            }
        }
    }
    for map in mappings() {
        claimed.extend(["toml", "csv", "items.csv"].map(|e| name_of(&map.with_extension(e))));
    }
    claimed.insert("README.md".to_owned());
    let mut faults = Vec::new();
    for file in files_below(&fixtures()) {
        let name = name_of(&file);
        if !claimed.contains(&name) {
            faults.push(format!("{name}: no test reads it"));
        }
    }
    for source in statements() {
        if !readme.contains(&format!("`{}`", name_of(&source))) {
            faults.push(format!("{}: not in fixtures/README.md", name_of(&source)));
        }
    }
    for folder in folders_in(&fixtures().join("errors")).iter().chain(&folders_in(&fixtures().join("runs"))) {
        if !readme.contains(&format!("`{}`", name_of(folder))) {
            faults.push(format!("{}: not in fixtures/README.md", name_of(folder)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_expectation_holds_a_path_of_a_machine() {
    let place = root().to_string_lossy().into_owned();
    for file in files_below(&fixtures()) {
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        for path in [place.as_str(), "/home/", "/tmp/", "C:\\"] {
            assert!(!text.contains(path), "{} holds {path}", name_of(&file));
        }
    }
}

impl Story {
    fn path(&self) -> PathBuf {
        fixtures().join("runs").join(self.folder)
    }

    fn run(&self) -> RunResult {
        let file = |name: &str| InputFile { name: name.to_owned(), bytes: fs::read(self.path().join(name)).unwrap() };
        run(&RunInputs {
            statements: self.statements.iter().map(|s| file(s)).collect(),
            items: file("items.csv"),
            customers: Some(file("customers.csv")),
            ..RunInputs::default()
        })
        .unwrap_or_else(|e| panic!("{}: {e:?}", self.folder))
    }
}

fn statements() -> Vec<PathBuf> {
    let all = files_below(&fixtures().join("statements"));
    all.into_iter().filter(|p| p.extension().is_none_or(|e| e != "json")).collect()
}

fn mappings() -> Vec<PathBuf> {
    let all = files_below(&fixtures().join("maps"));
    all.into_iter().filter(|p| p.extension().is_some_and(|e| e == "toml")).collect()
}

fn beside(source: &Path) -> PathBuf {
    let mut name = source.file_name().unwrap().to_owned();
    name.push(".json");
    source.with_file_name(name)
}

fn output(result: &RunResult, name: &str) -> String {
    let file = result.outputs().into_iter().find(|o| o.name == name).unwrap_or_else(|| panic!("no {name}"));
    String::from_utf8(file.bytes.clone()).unwrap()
}

/// Date, amount, outcome and allocations of each decision, sorted: what must not depend on the format.
fn essentials(decisions: &str) -> Vec<String> {
    let mut lines: Vec<String> = decisions
        .lines()
        .map(|line| {
            let d: serde_json::Value = serde_json::from_str(line).unwrap();
            let p = &d["payment"];
            format!(
                "{} {} {} {} {} on account {}",
                p["booking_date"], p["amount"], p["currency"], d["outcome"], d["allocations"], d["on_account"]
            )
        })
        .collect();
    lines.sort();
    lines
}

/// JSON with line ends and indentation, its keys in the order they came.
fn pretty(json: &str) -> String {
    let (mut out, mut depth, mut in_text, mut escaped) = (String::new(), 0usize, false, false);
    let mut chars = json.chars().peekable();
    let indent = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    while let Some(c) = chars.next() {
        if in_text {
            out.push(c);
            in_text = c != '"' || escaped;
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            '"' => {
                in_text = true;
                out.push(c);
            }
            '{' | '[' => {
                out.push(c);
                if let Some(end) = chars.next_if(|n| matches!(n, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    indent(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth -= 1;
                indent(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                indent(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c => out.push(c),
        }
    }
    out.push('\n');
    out
}
