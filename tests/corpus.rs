//! Reads the sample statements of many banks, where there are any, and compares with what independent parsers found.
//!
//! The folder is named by `TIEOUT_CORPUS`: `camt053/NAME` beside `camt053/NAME.expected.json`, and so on. Without it the test says
//! that it did nothing. The files belong to their owners and are not part of this repository.

use rust_decimal::Decimal;
use serde_json::Value;
use std::path::{Path, PathBuf};
use tieout::formats::ReadOptions;
use tieout::outputs::parsed::parsed_json;

#[test]
fn every_camt_file_reads_as_expected() {
    compare(&["camt053", "camt052", "camt054"]);
}

#[test]
fn every_mt94x_file_reads_as_expected() {
    compare(&["mt940", "mt942"]);
}

fn compare(folders: &[&str]) {
    let Some(corpus) = std::env::var_os("TIEOUT_CORPUS").map(PathBuf::from) else {
        println!("skipped: TIEOUT_CORPUS names no folder");
        return;
    };
    let mut files = 0;
    let mut faults = Vec::new();
    for folder in folders {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(corpus.join(folder)).unwrap().map(|e| e.unwrap().path()).collect();
        paths.sort();
        for expected in paths.iter().filter(|p| p.to_string_lossy().ends_with(".expected.json")) {
            files += 1;
            let name = expected.to_string_lossy().trim_end_matches(".expected.json").to_owned();
            faults.extend(differences(Path::new(&name), expected).into_iter().map(|f| format!("{name}: {f}")));
        }
    }
    assert!(files > 0, "no expected results in {}", corpus.display());
    assert!(faults.is_empty(), "{} differences in {files} files:\n{}", faults.len(), faults.join("\n"));
}

/// What differs between what tieout reads and what is expected: counts, signed amounts, dates, balances, cross-checked words.
fn differences(file: &Path, expected: &Path) -> Vec<String> {
    let expected: Value = serde_json::from_slice(&std::fs::read(expected).unwrap()).unwrap();
    let bytes = std::fs::read(file).unwrap();
    let read = tieout::read_statements(&bytes, &ReadOptions::for_file("file"));
    let got: Value = serde_json::from_str(&parsed_json("file", &read)).unwrap();
    if let Some(error) = got.get("error") {
        let tolerated = expected["source_warnings"].as_array().is_some_and(|w| !w.is_empty());
        return if tolerated { Vec::new() } else { vec![format!("error {error}")] };
    }
    let mut faults = Vec::new();
    let (ours, theirs) = (entries(&got), entries(&expected));
    if ours.len() != theirs.len() {
        return vec![format!("{} entries, expected {}", ours.len(), theirs.len())];
    }
    for (i, (g, e)) in ours.iter().zip(&theirs).enumerate() {
        let amount = signed(e);
        if amount.is_some() && e["ambiguous_sign"] != true && amount != decimal(&g["amount"]) {
            faults.push(format!("#{i} amount {} instead of {amount:?}", g["amount"]));
        }
        if let Some(date) = e["value_date"].as_str().filter(|d| g["value_date"].as_str() != Some(d)) {
            faults.push(format!("#{i} value date {} instead of {date}", g["value_date"]));
        }
        let absent_fits = g["booking_date"].is_null() && e["entry_date_present"] == false;
        if let Some(date) = e["booking_date"].as_str().filter(|d| g["booking_date"].as_str() != Some(d) && !absent_fits)
        {
            faults.push(format!("#{i} booking date {} instead of {date}", g["booking_date"]));
        }
        if g["reversal"] != e["reversal"] && !(e["reversal"].is_null() && g["reversal"] == false) {
            faults.push(format!("#{i} reversal"));
        }
        let words = [
            ("remittance", "remittance_text"),
            ("counterparty_name", "counterparty_name"),
            ("counterparty_account", "counterparty_iban"),
            ("end_to_end_id", "end_to_end_id"),
        ];
        for (mine, theirs) in words {
            let (Some(got), Some(want)) = (g.get(mine), e[theirs].as_str()) else { continue };
            let (got, want) = (squeezed(got.as_str().unwrap_or_default()), squeezed(want));
            let alternatives =
                ["remittance_raw", "remittance_all"].map(|k| squeezed(e[k].as_str().unwrap_or_default()));
            let other = mine == "remittance" && alternatives.contains(&got);
            if got != want && !other && expected["confidence"][theirs] == "cross-checked" {
                faults.push(format!("#{i} {mine} `{got}` instead of `{want}`"));
            }
        }
    }
    let (ours, theirs) = (&got["statements"], &expected["statements"]);
    let (ours, theirs) = (ours.as_array().unwrap(), theirs.as_array().unwrap());
    // Merged pages: only the outer balances can be compared, and only where the accounts are one.
    let pairs: Vec<(&Value, &Value)> =
        if ours.len() == theirs.len() { ours.iter().zip(theirs).collect() } else { Vec::new() };
    for (g, e) in pairs {
        for key in ["opening_balance", "closing_balance"] {
            let wanted = decimal(&e[key]);
            if wanted.is_some() && wanted != decimal(&g[key]) {
                faults.push(format!("{key} {} instead of {wanted:?}", g[key]));
            }
        }
    }
    if ours.len() != theirs.len() && ours.len() == 1 {
        let ends = [("opening_balance", theirs.first()), ("closing_balance", theirs.last())];
        for (key, wanted) in ends {
            let wanted = wanted.and_then(|s| decimal(&s[key]));
            if wanted.is_some() && wanted != ours.first().and_then(|s| decimal(&s[key])) {
                faults.push(format!("{key} of the merged statement is not {wanted:?}"));
            }
        }
    }
    faults
}

fn entries(file: &Value) -> Vec<Value> {
    let statements = file["statements"].as_array().cloned().unwrap_or_default();
    statements.iter().flat_map(|s| s["entries"].as_array().cloned().unwrap_or_default()).collect()
}

fn signed(entry: &Value) -> Option<Decimal> {
    if let Some(amount) = decimal(&entry["signed_amount"]) {
        return Some(amount);
    }
    let amount = decimal(&entry["amount"])?;
    Some(match entry["credit_debit"].as_str() {
        Some("DBIT" | "D") => -amount.abs(),
        Some("CRDT" | "C") => amount.abs(),
        _ => amount,
    })
}

fn decimal(value: &Value) -> Option<Decimal> {
    let value = if value.is_object() { &value["amount"] } else { value };
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}
