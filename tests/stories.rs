//! Whole days under `fixtures/runs/`: what tieout decides against what a careful clerk decided before any program ran
//! (`expected/clerk.tsv`, columns in `fixtures/README.md`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tieout::run::{InputFile, RunInputs, run};

fn story(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/runs").join(name)
}

fn file(path: &Path) -> InputFile {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    InputFile { name, bytes: std::fs::read(path).unwrap() }
}

fn inputs(folder: &Path, statements: &[&str]) -> RunInputs {
    RunInputs {
        statements: statements.iter().map(|s| file(&folder.join(s))).collect(),
        items: file(&folder.join("items.csv")),
        customers: Some(file(&folder.join("customers.csv"))),
        ..RunInputs::default()
    }
}

/// One decision, as the expectation writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    amount: String,
    payer: String,
    text: String,
    outcome: String,
    reason: String,
    documents: String,
    top: String,
    on_account: String,
    other: String,
    explanation: String,
}

fn documents(list: &serde_json::Value) -> String {
    let mut out: Vec<String> = Vec::new();
    for a in list.as_array().unwrap() {
        let mut text = format!("{}={}", a["doc_no"].as_str().unwrap(), a["applied"].as_str().unwrap());
        for kind in ["discount", "writeoff", "charges"] {
            let value = a[kind].as_str().unwrap();
            if !value.trim_matches(['0', '.']).is_empty() {
                text.push_str(&format!(" {kind} {value}"));
            }
        }
        out.push(text);
    }
    out.sort();
    out.join("; ")
}

fn decided(result: &tieout::run::RunResult) -> BTreeMap<String, Vec<Told>> {
    let jsonl = result.outputs().into_iter().find(|o| o.name == "decisions.jsonl").unwrap();
    let mut by_file: BTreeMap<String, Vec<Told>> = BTreeMap::new();
    for line in std::str::from_utf8(&jsonl.bytes).unwrap().lines() {
        let d: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |v: &serde_json::Value| v.as_str().unwrap_or("").to_owned();
        let top = d["candidates"].get(0).map_or(String::new(), |c| {
            let docs = documents(&c["allocations"]);
            if docs.is_empty() { "on account".to_owned() } else { docs }
        });
        let others: Vec<String> = d["other"]
            .as_array()
            .unwrap()
            .iter()
            .map(|o| format!("{}={}", o["code"].as_str().unwrap(), o["amount"].as_str().unwrap()))
            .collect();
        by_file.entry(text(&d["payment"]["source"]["file"])).or_default().push(Told {
            amount: text(&d["payment"]["amount"]),
            payer: text(&d["payment"]["payer_name"]),
            text: text(&d["payment"]["remittance"]),
            outcome: text(&d["outcome"]),
            reason: text(&d["reason"]),
            documents: documents(&d["allocations"]),
            top,
            on_account: text(&d["on_account"]),
            other: others.join("; "),
            explanation: text(&d["explanation"]),
        });
    }
    by_file
}

fn normal(documents: &str) -> String {
    let mut parts: Vec<&str> = documents.split("; ").map(str::trim).filter(|p| !p.is_empty() && *p != "-").collect();
    parts.sort_unstable();
    parts.join("; ")
}

/// Compares a run with the clerk's decisions; every difference is one line.
fn differences(folder: &Path, statements: &[&str]) -> Vec<String> {
    let result = run(&inputs(folder, statements)).unwrap_or_else(|e| panic!("{e:?}"));
    let told = decided(&result);
    let expected = std::fs::read_to_string(folder.join("expected/clerk.tsv")).unwrap();
    let mut wrong = Vec::new();
    for statement in statements {
        let rows: Vec<Vec<&str>> = expected
            .lines()
            .skip(1)
            .map(|l| l.split('\t').collect::<Vec<_>>())
            .filter(|c| c[0] == *statement || c[0] == "*")
            .collect();
        let empty = Vec::new();
        let told = told.get(*statement).unwrap_or(&empty);
        if rows.len() != told.len() {
            wrong.push(format!("{statement}: {} payments, expected {}", told.len(), rows.len()));
        }
        for (row, got) in rows.iter().zip(told) {
            let place = format!("{statement} entry {} {} `{}` [{}]", row[1], row[5], row[6], row[12]);
            if row[3] != got.amount {
                wrong.push(format!("{place}: amount {}, expected {}", got.amount, row[3]));
                continue;
            }
            let outcome = match got.outcome.as_str() {
                "applied" => "A",
                "queued" => "R",
                "not_receivable" => "X",
                other => other,
            };
            let outcome_ok = row[7].split('|').any(|o| o == outcome);
            let want: Vec<String> = row[8].split(" | ").map(normal).collect();
            let documents_ok = match outcome {
                "A" | "reopened" => want.contains(&normal(&got.documents)) && row[9] == got.on_account,
                "R" => want.contains(&normal(&got.top)) || want.iter().all(String::is_empty),
                _ => true,
            };
            let other_ok = outcome != "reopened" || row[10].trim_matches('-') == got.other || row[10] == got.other;
            if !outcome_ok || !documents_ok || !other_ok {
                wrong.push(format!(
                    "{place}: {outcome} {} [{}] top [{}] on account {} other {} ({}), expected {} [{}] on account {} other {}",
                    got.reason, got.documents, got.top, got.on_account, got.other, got.explanation, row[7], row[8], row[9], row[10]
                ));
            }
        }
    }
    wrong
}

fn assert_clerk(name: &str, statements: &[&str]) {
    let wrong = differences(&story(name), statements);
    assert!(wrong.is_empty(), "{} of the clerk's decisions differ:\n{}", wrong.len(), wrong.join("\n"));
}

const MORNING: [&str; 3] = ["2026-04-20_hhb_camt053.xml", "2026-04-20_sparkasse.sta", "2026-04-20_rabobank.csv"];

#[test]
fn the_morning_is_decided_as_a_careful_clerk_would() {
    assert_clerk("morning", &MORNING);
}

#[test]
fn each_equation_has_its_worked_case() {
    assert_clerk("equations", &["statement.camt053.xml"]);
}

#[test]
fn one_day_in_three_formats_gives_the_same_decisions() {
    for statement in ["statement.camt053.xml", "statement.mt940.sta", "statement.rabobank.csv"] {
        assert_clerk("three-formats", &[statement]);
    }
}

#[test]
fn threads_and_file_order_do_not_change_a_byte() {
    let folder = story("morning");
    let mut orders: Vec<Vec<&str>> = vec![MORNING.to_vec()];
    orders.push(vec![MORNING[2], MORNING[0], MORNING[1]]);
    let mut outputs = Vec::new();
    for (threads, order) in [1usize, 2, 8].iter().zip([0usize, 1, 0]) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(*threads).build().unwrap();
        outputs.push(pool.install(|| run(&inputs(&folder, &orders[order])).unwrap().outputs()));
    }
    assert!(outputs.windows(2).all(|w| w[0] == w[1]));
}
