//! Scenario tables under `tests/scenarios/`: what a careful clerk decides, as text that a finance person can check.
//! The language is described in `tests/scenarios/README.md`. A table that no test reads fails.

#[path = "scenarios/language.rs"]
mod language;
#[path = "scenarios/play.rs"]
mod play;

use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

/// Plays a table; every difference is one line. Known differences are printed, not asserted.
fn table(name: &str) {
    let mut cases = language::read(&folder(), name);
    if name.starts_with("6-") {
        // What never happens must not happen in a small book either.
        let small: Vec<language::Case> = cases.iter().map(language::Case::without_filler).collect();
        cases.extend(small);
    }
    let played = play::all(&cases);
    for line in &played.known {
        println!("known: {name}:{line}");
    }
    for line in &played.now_right {
        println!("known, but right now: {name}:{line}");
    }
    println!("{name}: {} decisions checked, {} known to differ", played.checked, played.known.len());
    assert!(played.checked > 0, "{name} checks nothing");
    assert!(
        played.wrong.is_empty(),
        "{} of {} decisions in {name} differ:\n{}",
        played.wrong.len(),
        played.checked,
        played.wrong.join("\n")
    );
}

macro_rules! tables {
    ($($test:ident = $file:literal;)*) => {
        const TABLES: &[&str] = &[$($file),*];
        $(#[test] fn $test() { table($file); })*
    };
}

tables! {
    credit_transfers_in_germany_and_austria = "1-transfers.txt";
    documents_are_numbered_in_many_ways = "10-numbering.txt";
    wordings_that_no_other_table_has = "11-wordings.txt";
    direct_debits_returns_batches_and_providers = "2-debits.txt";
    structured_references_by_country = "3-references.txt";
    habits_of_other_countries = "4-countries.txt";
    money_effects = "5-money.txt";
    never_automatic_whatever_the_score = "6-never.txt";
    rivals_are_told_apart_or_left_to_a_person = "7-rivals.txt";
    the_same_in_thirteen_languages = "8-languages.txt";
    gambles_are_left_to_a_person = "9-gambles.txt";
}

#[test]
fn every_table_is_read() {
    let mut found: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|n| n.ends_with(".txt") && !n.starts_with("ledger-"))
        .collect();
    found.sort();
    assert_eq!(found, TABLES);
}

#[test]
fn a_wrong_expectation_is_reported() {
    let case = "case 0 the harness can fail\nitem INV-7 100.00 EUR customer ACME\neach 100.00 EUR on 2026-01-30 by 'Acme'\n  \
                | INV-7\nexpect applied INV-7 99.00\n";
    let played = play::all(&language::parse(&folder(), "inline", case));
    assert_eq!((played.checked, played.wrong.len()), (1, 1));
}
