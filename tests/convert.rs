//! `tieout convert` as a user meets it: the other format on standard output, what got lost on standard error.

#![cfg(feature = "cli")]

use assert_cmd::Command;
use std::fs;
use tieout::formats::{ReadOptions, read_statements};
use tieout::model::TieOut;

const GOOD: &str = ":20:S\r\n:25:DE89370400440532013000\r\n:28C:5/1\r\n:60F:C260423EUR0,00\r\n\
    :61:2604240424C1190,00NTRFKREF-7\r\n:86:166?00GUTSCHRIFT?20EREF+E-1?21SVWZ+RE-2026-00731?32Muster & \"Sohn\"\r\n\
    :62F:C260424EUR1190,00\r\n-\r\n";

fn convert(input: &str, args: &[&str]) -> (i32, Vec<u8>, String) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("day.sta"), input).unwrap();
    let mut command = Command::cargo_bin("tieout").unwrap();
    let out = command.current_dir(&dir).args(["convert", "day.sta"]).args(args).output().unwrap();
    let written = fs::read(dir.path().join("out.file")).unwrap_or(out.stdout);
    (out.status.code().unwrap(), written, String::from_utf8(out.stderr).unwrap())
}

#[test]
fn every_format_reads_back_proven_with_the_same_money_and_words() {
    for to in ["camt053", "mt940", "csv"] {
        let (code, bytes, _) = convert(GOOD, &["--to", to]);
        assert_eq!(code, 0, "{to}");
        let read = read_statements(&bytes, &ReadOptions::for_file("again")).unwrap();
        let s = &read.statements[0];
        assert_eq!((s.tie_out, s.account.as_str()), (TieOut::Proven, "DE89370400440532013000"), "{to}");
        let d = &s.entries[0].details[0];
        assert_eq!(s.entries[0].amount.to_string(), "1190.00 EUR", "{to}");
        assert_eq!(d.end_to_end_id.as_deref(), Some("E-1"), "{to}");
        assert_eq!(d.debtor.name.as_deref(), Some("Muster & \"Sohn\""), "{to}");
        assert_eq!(d.remittance.unstructured.concat(), "RE-2026-00731", "{to}");
    }
}

#[test]
fn json_is_what_parse_prints_and_a_file_may_be_named() {
    let (code, bytes, err) = convert(GOOD, &["--to", "json", "--out", "out.file"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(json["statements"][0]["account"], "DE89370400440532013000");
}

#[test]
fn what_the_format_cannot_carry_is_named_with_its_line() {
    let (code, _, err) = convert(GOOD, &["--to", "camt053"]);
    assert_eq!(code, 0);
    assert!(err.contains("day.sta:5") && err.contains("`KREF-7`") && err.contains("[NOT_CARRIED]"), "{err}");
    let (_, _, quiet) = convert(GOOD, &["--to", "camt053", "--quiet"]);
    assert_eq!(quiet, "");
}

#[test]
fn broken_and_unreadable_input_ends_with_3() {
    let (code, bytes, _) = convert(&GOOD.replace("1190,00\r\n-", "1190,01\r\n-"), &["--to", "camt053"]);
    assert_eq!(code, 3);
    let read = read_statements(&bytes, &ReadOptions::for_file("again")).unwrap();
    assert_eq!(read.statements[0].tie_out, TieOut::Broken, "what is broken stays broken");
    let (code, bytes, err) = convert(":20:S\r\n:25:X\r\n:60F:C26", &["--to", "csv"]);
    assert_eq!((code, bytes.len()), (3, 0));
    assert!(err.contains("error:"), "{err}");
    let (code, ..) = convert(GOOD, &["--to", "mt940", "--out", "day.sta"]);
    assert_eq!(code, 2, "the input is never overwritten");
}

/// The return of a collection: money out, with the customer still on the debtor's side.
const RETURN: &str = include_str!("../fixtures/runs/morning/2026-04-20_hhb_camt053.xml");

#[test]
fn every_payment_keeps_its_other_side_and_every_text_its_structure() {
    let camt = read_statements(RETURN.as_bytes(), &ReadOptions::for_file("day.xml")).unwrap();
    let sides = |s: &tieout::model::Statement| -> Vec<(String, Option<String>)> {
        let one = |e: &tieout::model::Entry| {
            let other = match e.details.as_slice() {
                [d] => s.counterparty(e, d).name.clone().filter(|n| n.chars().count() <= 54),
                _ => None,
            };
            (e.amount.to_string(), other)
        };
        s.entries.iter().map(one).collect()
    };
    let written = tieout::formats::mt940::write(&camt.statements);
    let text = String::from_utf8(written.bytes.clone()).unwrap();
    for line in text.lines().filter(|l| l.starts_with(":86:")) {
        assert!(line.get(7..10) == Some("?00"), "{line}");
    }
    let again = read_statements(&written.bytes, &ReadOptions::for_file("day.sta")).unwrap();
    let told: Vec<&str> = written.lost.iter().map(|f| f.text.as_str()).collect();
    assert_eq!(sides(&again.statements[0]), sides(&camt.statements[0]), "{told:#?}");
    assert!(!told.iter().any(|t| t.contains("our own name")), "the other side is not us: {told:#?}");
    let csv = tieout::formats::csv::write(&camt.statements);
    let again = read_statements(&csv.bytes, &ReadOptions::for_file("day.csv")).unwrap();
    assert_eq!(sides(&again.statements[0]), sides(&camt.statements[0]));
}

#[test]
fn what_gets_lost_of_many_entries_is_told_in_few_lines() {
    let desk = tempfile::tempdir().unwrap();
    fs::write(desk.path().join("day.xml"), RETURN).unwrap();
    let said = |more: &[&str]| {
        let mut command = Command::cargo_bin("tieout").unwrap();
        let out = command.current_dir(&desk).args(["convert", "day.xml", "--to", "mt940"]).args(more).output().unwrap();
        String::from_utf8(out.stderr).unwrap()
    };
    let (short, long) = (said(&[]), said(&["--verbose"]));
    assert!(short.lines().count() < 15 && long.lines().count() > 38, "{short}");
    assert!(short.contains("38 times: the entry's number"), "{short}");
    assert!(
        short.lines().next().is_some_and(|l| l.contains("payments have no field") || l.contains("left out")),
        "{short}"
    );
    let folder = Command::cargo_bin("tieout")
        .unwrap()
        .current_dir(&desk)
        .args(["convert", ".", "--to", "csv"])
        .output()
        .unwrap();
    assert_eq!(folder.status.code(), Some(2));
    assert!(String::from_utf8(folder.stderr).unwrap().contains("hint:"));
}
