//! What banks and disks do to a ledger: days that come out even, returns that stand before their payments, paths where no ledger can be.

#![cfg(all(feature = "ledger", feature = "review", feature = "cli"))]

mod common {
    pub mod office;
}

use common::office::{Office, said};
use std::fs;

const ITEMS: &str = "item_id,doc_no,customer_id,customer_name,currency,open_amount,amount,doc_date\n\
    O1,RE-2026-00731,K1,Elbe Pumpenbau,EUR,1190.00,1190.00,2026-03-01\n\
    O2,RE-2026-00732,K1,Elbe Pumpenbau,EUR,500.00,500.00,2026-03-01\n";

/// An entry: day, mark, amount, kind with business code, the payer's own id, text.
type Entry = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

fn statement(number: &str, opening: (&str, &str), entries: &[Entry], closing: (&str, &str)) -> String {
    let number = if number.is_empty() { String::new() } else { format!(":28C:{number}\n") };
    let mut text = format!(":20:X\n:25:DE02120300000000202051\n{number}:60F:C{}EUR{}\n", opening.0, opening.1);
    for (day, mark, amount, kind, id, words) in entries {
        let (kind, gvc) = kind.split_at(4);
        text.push_str(&format!(
            ":61:{day}{mark}{amount}{kind}NONREF\n:86:{gvc}?20EREF+{id}?21SVWZ+{words}?31DE75512108001245126199?32Elbe Pumpenbau\n"
        ));
    }
    text.push_str(&format!(":62F:C{}EUR{}\n-\n", closing.0, closing.1));
    text.replace('\n', "\r\n")
}

fn office() -> Office {
    let office = Office::empty();
    fs::write(office.path("items.csv"), ITEMS).expect("items");
    office
}

fn run(office: &Office, file: &str, text: &str) -> serde_json::Value {
    fs::write(office.path(file), text).expect("a statement");
    let out = format!("out-{file}");
    let args = ["run", file, "--open-items", "items.csv", "--ledger", "l.db", "--out", &out, "-q"];
    let done = office.tieout("2026-04-02T17:00:00Z", &args);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    serde_json::from_str(&office.text(&format!("{out}/summary.json"))).expect("a summary")
}

#[test]
fn a_return_that_stands_before_its_payment_in_one_file_settles_after_it() {
    let office = office();
    let entries: [Entry; 2] = [
        ("260402", "DR", "1190,00", "NRTI109", "E1", "RUECKGABE"),
        ("260402", "CR", "1190,00", "NTRF166", "E1", "RE-2026-00731"),
    ];
    run(&office, "d1.sta", &statement("1/1", ("260401", "5000,00"), &entries, ("260402", "5000,00")));
    let allocations = office.text("out-d1.sta/allocations.csv");
    let mut reader = csv::Reader::from_reader(allocations.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let at = |name: &str| header.iter().position(|h| h == name).expect("a column");
    let columns = ["reason", "item_open_before", "item_open_after"].map(at);
    let rows: Vec<String> = reader
        .records()
        .map(|r| {
            let row = r.expect("a row");
            columns.map(|c| row.get(c).unwrap_or("").to_owned()).join(" ")
        })
        .collect();
    assert_eq!(rows, ["RETURN_REOPENED 0.00 1190.00", "NAMED_ITEM_EXACT 1190.00 0.00"], "in the order of the file");
    assert!(office.ask(&["verify"]).starts_with("sound: 4 records, 2 payments, 1 items"));
    let story = office.ask(&["history", "RE-2026-00731"]);
    let (paid, back) = (story.find("NAMED_ITEM_EXACT"), story.find("RETURN_REOPENED"));
    assert!(paid.is_some() && paid < back, "{story}");
}

#[test]
fn an_overlapping_export_after_a_day_that_came_out_even_brings_only_what_is_new() {
    let office = office();
    let even: [Entry; 2] =
        [("260402", "CR", "50,00", "NTRF166", "A", "Danke"), ("260402", "DR", "50,00", "NTRF177", "B", "Abfuhr")];
    run(&office, "d1.sta", &statement("", ("260401", "5000,00"), &even, ("260402", "5000,00")));
    // The next export begins with that day anew, and opens with what it closes with.
    let longer = [&even[..], &[("260403", "CR", "500,00", "NTRF166", "C", "RE-2026-00732")]].concat();
    let summary = run(&office, "d2.sta", &statement("", ("260402", "5000,00"), &longer, ("260403", "5500,00")));
    assert_eq!(summary["ledger"]["known_payments"], 2, "{}", summary["ledger"]);
    assert!(office.ask(&["verify"]).starts_with("sound: 7 records, 3 payments"), "{}", office.ask(&["verify"]));
    // Two statements of one day by their numbers are two: equal payments in them are true twins.
    let office = self::office();
    run(&office, "d1.sta", &statement("1/1", ("260401", "5000,00"), &even, ("260402", "5000,00")));
    let twins = [&even[..], &[("260402", "CR", "500,00", "NTRF166", "C", "RE-2026-00732")]].concat();
    let summary = run(&office, "d2.sta", &statement("2/1", ("260402", "5000,00"), &twins, ("260402", "5500,00")));
    assert_eq!(summary["ledger"]["known_payments"], 0, "{}", summary["ledger"]);
}

#[test]
fn a_path_where_no_ledger_can_be_is_refused_by_name_and_nothing_is_made_beside_it() {
    let office = office();
    let day: [Entry; 1] = [("260402", "CR", "500,00", "NTRF166", "C", "RE-2026-00732")];
    fs::write(office.path("d1.sta"), statement("1/1", ("260401", "5000,00"), &day, ("260402", "5500,00")))
        .expect("a day");
    fs::create_dir(office.path("folder")).expect("a folder");
    fs::write(office.path("text.db"), "no database at all, and long enough for a header of one").expect("a file");
    let other = rusqlite::Connection::open(office.path("other.db")).expect("a database");
    other.execute_batch("CREATE TABLE x(y)").expect("a table");
    drop(other);
    let names = || {
        let mut all: Vec<_> =
            fs::read_dir(office.folder.path()).expect("a folder").map(|e| e.expect("one").file_name()).collect();
        all.sort();
        all
    };
    let before = names();
    let run = ["run", "d1.sta", "--open-items", "items.csv", "--out", "out", "-q"];
    for (path, says) in [
        ("missing/l.db", "missing/l.db: there is no such folder"),
        ("folder", "folder: a folder"),
        ("text.db", "text.db: something else than a ledger"),
        ("other.db", "other.db: something else than a ledger"),
    ] {
        let done = office.tieout("2026-04-02T17:00:00Z", &[&run[..], &["--ledger", path]].concat());
        assert_eq!(done.status.code(), Some(2), "{}", said(&done));
        assert!(said(&done).contains(says), "{}", said(&done));
        let undo = office.tieout("", &["undo", "p1", "--reason", "x", "--ledger", path]);
        assert_eq!(undo.status.code(), Some(2), "{}", said(&undo));
        assert_eq!(names(), before);
    }
    for args in [&["verify"][..], &["dump"], &["history", "K1"], &["undo", "p1", "--reason", "x"], &["facts", "list"]] {
        let done = office.tieout("", &[args, &["--ledger", "nothing.db"]].concat());
        assert_eq!(done.status.code(), Some(2), "{args:?}: {}", said(&done));
        assert!(said(&done).contains("nothing.db: there is no such file"), "{}", said(&done));
        assert_eq!(names(), before);
    }
    // `init` leaves no configuration behind that names a ledger which cannot be.
    let init = office.tieout("", &["init", "tieout.toml", "--ledger", "missing/l.db"]);
    assert_eq!(init.status.code(), Some(2), "{}", said(&init));
    assert_eq!(names(), before);
    // An empty file, as some tools make it, becomes one.
    fs::write(office.path("empty.db"), "").expect("a file");
    assert_eq!(office.tieout("", &[&run[..], &["--ledger", "empty.db"]].concat()).status.code(), Some(0));
}
