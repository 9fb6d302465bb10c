//! How statement files come: archives, patterns, standard input, a forced format and code page; what a profile makes of a file.

#![cfg(feature = "cli")]

mod common;

use assert_cmd::Command;
use common::fixtures;
use std::fs;
use std::io::Write;
use std::path::Path;

struct Said {
    code: i32,
    out: String,
    err: String,
}

fn tieout(desk: &Path, args: &[&str], input: &[u8]) -> Said {
    let mut command = Command::cargo_bin("tieout").unwrap();
    let output = command.args(args).current_dir(desk).env_clear().write_stdin(input).output().unwrap();
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn statement(name: &str) -> Vec<u8> {
    fs::read(fixtures().join("statements").join(name)).unwrap()
}

const BAI2: &str = "bai2/us/previous-day.bai";
const MT940: &str = "mt940/german/structured.sta";

#[test]
fn archives_give_their_statements_and_name_the_rest() {
    let desk = tempfile::tempdir().unwrap();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(&statement(BAI2)).unwrap();
    fs::write(desk.path().join("day.bai.gz"), gz.finish().unwrap()).unwrap();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in [("../../up/day.sta", statement(MT940)), ("readme.txt", b"nothing of a bank".to_vec())] {
        zip.start_file(name, options).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    fs::write(desk.path().join("all.zip"), zip.finish().unwrap().into_inner()).unwrap();
    let said = tieout(desk.path(), &["check", "day.bai.gz", "all.zip", "--json"], b"");
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("day.bai.gz:day.bai") && said.out.contains("all.zip:day.sta"), "{}", said.out);
    assert!(said.err.contains("all.zip:readme.txt is no statement"), "{}", said.err);
    assert_eq!(fs::read_dir(desk.path()).unwrap().count(), 2, "nothing is unpacked");
}

#[test]
fn one_bad_archive_does_not_stop_the_others() {
    let desk = tempfile::tempdir().unwrap();
    fs::write(desk.path().join("bad.zip"), b"PK\x03\x04 and nothing").unwrap();
    fs::write(desk.path().join("day.sta"), statement(MT940)).unwrap();
    let said = tieout(desk.path(), &["check", "."], b"");
    assert_eq!(said.code, 3);
    assert!(said.err.contains("bad.zip") && said.err.contains("cannot be read"), "{}", said.err);
    assert!(said.out.contains("1 proven") && said.out.contains("1 file rejected"), "{}", said.out);
}

#[test]
fn patterns_and_standard_input_are_read() {
    let desk = tempfile::tempdir().unwrap();
    for name in ["a.sta", "b.sta"] {
        fs::write(desk.path().join(name), statement(MT940)).unwrap();
    }
    fs::write(desk.path().join("c.txt"), b"none").unwrap();
    let said = tieout(desk.path(), &["parse", "*.sta"], b"");
    assert_eq!((said.code, said.out.lines().count()), (0, 2), "{}", said.err);
    let said = tieout(desk.path(), &["parse", "*.xml"], b"");
    assert_eq!(said.code, 2);
    assert!(said.err.contains("no file fits the pattern"), "{}", said.err);
    let said = tieout(desk.path(), &["check", "-"], &statement(BAI2));
    assert_eq!(said.code, 0, "{}", said.err);
}

#[test]
fn format_and_code_page_can_be_forced() {
    let desk = tempfile::tempdir().unwrap();
    fs::write(desk.path().join("x.sta"), statement("mt940/polish/windows-1250.sta")).unwrap();
    let said = tieout(desk.path(), &["parse", "x.sta", "--encoding", "cp437"], b"");
    assert!(said.code == 0 && !said.out.contains("ŁÓŻEK") && !said.out.contains("ENCODING_GUESSED"), "{}", said.out);
    let said = tieout(desk.path(), &["parse", "x.sta", "--format", "camt"], b"");
    assert_eq!(said.code, 3);
    for command in ["parse", "check"] {
        let said = tieout(desk.path(), &[command, "x.sta", "--encoding", "klingon"], b"");
        assert_eq!(said.code, 2, "{}", said.err);
    }
}

#[test]
fn the_currency_of_a_csv_that_names_none_can_be_said() {
    let desk = tempfile::tempdir().unwrap();
    let day = "Datum;Betrag;Verwendungszweck;Auftraggeber\n22.04.2026;-5,00;Gebuehr;Bank\n22.04.2026;55,00;RE-2026-0002;Beispiel AG\n";
    let items =
        "item_id,doc_no,customer_id,customer_name,currency,open_amount\n2,RE-2026-0002,K2,Beispiel AG,EUR,55.00\n";
    fs::write(desk.path().join("day.csv"), day).unwrap();
    fs::write(desk.path().join("items.csv"), items).unwrap();
    let run = ["run", "day.csv", "--open-items", "items.csv", "--dry-run"];
    let without = tieout(desk.path(), &run, b"");
    let words: Vec<&str> = without.out.split_whitespace().collect();
    assert!(
        words.join(" ").contains("the file names no currency") && without.out.contains("--currency EUR"),
        "{}",
        without.out
    );
    let with = tieout(desk.path(), &[&run[..], &["--currency", "EUR"]].concat(), b"");
    assert!(with.out.contains("STATEMENT_UNPROVEN") && !with.out.contains("XXX"), "{}", with.out);
    let wrong = tieout(desk.path(), &[&run[..], &["--currency", "EURO"]].concat(), b"");
    assert!(wrong.code == 2 && wrong.err.contains("--currency: `EURO`"), "{}", wrong.err);
}

#[test]
fn a_profile_says_what_each_column_became() {
    let desk = tempfile::tempdir().unwrap();
    let file = "Datum;Betrag;Verwendungszweck\n24.04.2026;1190,00;RE-1\n";
    fs::write(desk.path().join("x.csv"), file).unwrap();
    let profile = "id = 'own'\nversion = 1\n[detect]\nrequire = ['Datum', 'Betrag']\n[columns]\nbooking_date = 'Datum'\namount = 'Betrag'\nremittance = ['Verwendungszwek']\n[format]\ndecimal = ','\ndate = ['%d.%m.%Y']\namount = 'signed'\ncurrency = 'EUR'\naccount = 'X1'\n";
    fs::write(desk.path().join("own.toml"), profile).unwrap();
    let said = tieout(desk.path(), &["profiles", "check", "x.csv", "--profile", "own.toml"], b"");
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("  2  Betrag            amount        1190,00"), "{}", said.out);
    assert!(said.out.contains("not used"), "{}", said.out);
    assert!(said.out.contains("did you mean `Verwendungszweck`?"), "{}", said.out);
}
