//! The review round over files: a run's folder in, the queue out, decisions of people back in.

mod common;

use common::fixtures;
use std::fs;
use tieout::model::Outcome;
use tieout::outputs::{CsvDialect, Decided, decisions_jsonl};
use tieout::review::{COLUMNS, Queue, exceptions_csv, read_decisions};
use tieout::run::{InputFile, RunInputs, RunResult, run};

fn input(folder: &str, name: &str) -> InputFile {
    InputFile { name: name.to_owned(), bytes: fs::read(fixtures().join("runs").join(folder).join(name)).unwrap() }
}

fn morning() -> RunResult {
    let statements = ["2026-04-20_hhb_camt053.xml", "2026-04-20_sparkasse.sta", "2026-04-20_rabobank.csv"];
    run(&RunInputs {
        statements: statements.iter().map(|s| input("morning", s)).collect(),
        items: input("morning", "items.csv"),
        customers: Some(input("morning", "customers.csv")),
        ..RunInputs::default()
    })
    .unwrap()
}

fn output(result: &RunResult, name: &str) -> String {
    let file = result.outputs.iter().find(|f| f.name == name).unwrap();
    String::from_utf8(file.bytes.clone()).unwrap()
}

#[test]
fn decisions_read_back_are_written_again_byte_for_byte() {
    let text = output(&morning(), "decisions.jsonl");
    let recorded = read_decisions(text.as_bytes(), "decisions.jsonl").unwrap();
    assert_eq!(recorded.payments.len(), text.lines().count());
    let decided = Decided {
        payments: &recorded.payments,
        decisions: &recorded.decisions,
        items: &recorded.items,
        customers: &recorded.customers,
        score_version: &recorded.score_version,
        as_of: None,
    };
    assert_eq!(decisions_jsonl(&decided), text);
}

#[test]
fn the_queue_of_the_file_is_the_queue_of_the_run() {
    let result = morning();
    let recorded = read_decisions(output(&result, "decisions.jsonl").as_bytes(), "decisions.jsonl").unwrap();
    let queue = Queue::build(&recorded.payments, &recorded.decisions, &recorded.customers, result.summary.as_of);
    assert_eq!(exceptions_csv(&queue, CsvDialect::Plain), output(&result, "exceptions.csv"));
    let queued = recorded.decisions.iter().filter(|d| d.outcome == Outcome::Queued).count();
    assert_eq!(queue.rows.len(), queued);
}

#[test]
fn every_row_of_the_csv_has_all_columns_and_room_for_a_decision() {
    let text = output(&morning(), "exceptions.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(header, COLUMNS.iter().map(|c| c.name.to_owned()).collect::<Vec<_>>());
    let at = |name: &str| header.iter().position(|h| h == name).unwrap();
    for row in reader.records().map(Result::unwrap) {
        assert_eq!(&row[at("decision")], "");
        assert!(row[at("exception_id")].starts_with('x') && row[at("row_hash")].starts_with('h'));
        for p in ["p1", "p2", "p3"] {
            // A proposal always says what it would do, also when no document is open.
            assert_eq!(row[at(&format!("{p}_docs"))].is_empty(), row[at(&format!("{p}_total"))].is_empty());
            let (for_it, against) = (&row[at(&format!("{p}_for"))], &row[at(&format!("{p}_against"))]);
            assert!(against.is_empty() || !for_it.contains(against), "{for_it} | {against}");
        }
    }
    let duplicate = text.lines().find(|l| l.contains("DUPLICATE_SUSPECT")).unwrap();
    assert!(
        duplicate.contains("on account of K4146 (Druckguss Achim GmbH); RE-2026-00541 is already paid"),
        "{duplicate}"
    );
}
