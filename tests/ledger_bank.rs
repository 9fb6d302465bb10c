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
    let args = ["run", file, "--open-items", "items.csv", "--ledger", "l.db", "--out", &out, "--replace", "-q"];
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
    assert!(office.ask(&["verify"]).starts_with("sound: 4 records, 2 payments, 1 item, "));
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
fn equal_payments_of_one_day_in_three_statements_are_three_although_the_second_comes_last() {
    let office = office();
    let one: [Entry; 1] = [("260402", "CR", "50,00", "NTRF166", "A", "Rate RE-2026-00731")];
    let day = |n: &str, from: &str, to: &str| statement(&format!("{n}/1"), ("260402", from), &one, ("260402", to));
    let first = day("1", "5000,00", "5050,00");
    let (second, third) = (day("2", "5050,00", "5100,00"), day("3", "5100,00", "5150,00"));
    run(&office, "d1.sta", &first);
    let summary = run(&office, "d3.sta", &third);
    // A statement is missing, so nothing proves that it is the same payment: it waits and is not left out.
    assert_eq!(summary["ledger"]["known_payments"], 0, "{}", summary["ledger"]);
    assert_eq!(office.text("out-d3.sta/exceptions.csv").matches("STATEMENT_GAP").count(), 1);
    run(&office, "d2.sta", &second);
    let again = run(&office, "d3.sta", &third);
    assert_eq!(again["ledger"]["known_payments"], 0, "{}", again["ledger"]);
    assert!(!office.text("out-d3.sta/exceptions.csv").contains("STATEMENT_"), "decided now that nothing is missing");
    let verified = office.ask(&["verify"]);
    assert!(verified.contains("3 payments") && verified.starts_with("sound"), "{verified}");
    // The same in one run, with the second missing for good.
    let office = self::office();
    fs::write(office.path("d1.sta"), &first).expect("a statement");
    fs::write(office.path("d3.sta"), &third).expect("a statement");
    let args = ["run", "d1.sta", "d3.sta", "--open-items", "items.csv", "--ledger", "l.db", "--out", "out", "-q"];
    assert_eq!(office.tieout("2026-04-02T17:00:00Z", &args).status.code(), Some(0));
    assert!(office.ask(&["verify"]).contains("2 payments"), "{}", office.ask(&["verify"]));
}

#[test]
fn exports_that_overlap_bring_what_is_new_and_no_gap() {
    let entries: [Entry; 4] = [
        ("260401", "CR", "10,00", "NTRF166", "A", "Danke"),
        ("260402", "CR", "1190,00", "NTRF166", "B", "RE-2026-00731"),
        ("260402", "DR", "7,00", "NTRF177", "C", "Abfuhr"),
        ("260403", "CR", "500,00", "NTRF166", "D", "RE-2026-00732"),
    ];
    let days = |range: std::ops::Range<usize>, opening: (&str, &str), closing: (&str, &str)| {
        statement("", opening, &entries[range], closing)
    };
    let (wednesday, thursday) = (
        days(0..3, ("260331", "100,00"), ("260402", "1293,00")),
        days(1..4, ("260401", "110,00"), ("260403", "1793,00")),
    );
    for (first, second, known) in [(&wednesday, &thursday, 2), (&thursday, &wednesday, 2)] {
        let office = office();
        run(&office, "one.sta", first);
        let summary = run(&office, "two.sta", second);
        assert_eq!(summary["ledger"]["known_payments"], known, "{}", summary["ledger"]);
        assert_eq!(summary["ledger"]["gaps"], serde_json::json!([]));
        let queue = ["out-one.sta", "out-two.sta"].map(|o| office.text(&format!("{o}/exceptions.csv"))).concat();
        assert!(!queue.contains("STATEMENT_"), "{queue}");
        // A day out of the middle brings nothing, and the next one goes on.
        let inside = run(&office, "inside.sta", &days(1..3, ("260401", "110,00"), ("260402", "1293,00")));
        assert_eq!(
            (&inside["ledger"]["known_payments"], &inside["ledger"]["gaps"]),
            (&2.into(), &serde_json::json!([]))
        );
        let next: [Entry; 1] = [("260407", "CR", "3,00", "NTRF166", "E", "Rest")];
        let next = run(&office, "next.sta", &statement("", ("260403", "1793,00"), &next, ("260407", "1796,00")));
        assert_eq!((&next["ledger"]["known_payments"], &next["ledger"]["gaps"]), (&0.into(), &serde_json::json!([])));
        assert!(office.ask(&["verify"]).contains("5 payments, 2 items"), "{}", office.ask(&["verify"]));
    }
}

#[test]
fn what_is_proposed_for_a_return_adds_up_to_it_also_where_a_part_came_back() {
    for (amount, after, proposed) in
        [("400,00", "4790,00", "RE-2026-00731=-400.00"), ("1290,00", "3900,00", "RE-2026-00731=-1190.00")]
    {
        let office = office();
        let paid: [Entry; 1] = [("260402", "CR", "1190,00", "NTRF166", "E1", "RE-2026-00731")];
        run(&office, "d1.sta", &statement("1/1", ("260402", "4000,00"), &paid, ("260402", "5190,00")));
        let back: [Entry; 1] = [("260402", "DR", amount, "NRTI109", "E1", "RUECKGABE RE-2026-00731")];
        run(&office, "d2.sta", &statement("2/1", ("260402", "5190,00"), &back, ("260402", after)));
        let queue = office.text("out-d2.sta/exceptions.csv");
        assert!(queue.contains(proposed), "{queue}");
    }
}

#[test]
fn a_document_that_the_erp_shows_open_again_waits_and_stops_nothing_else() {
    let office = office();
    let pays = |id, words| [("260402", "CR", "1190,00", "NTRF166", id, words)];
    let day = |n: &str, from, entries: &[Entry], to| statement(n, ("260402", from), entries, ("260402", to));
    run(&office, "d1.sta", &day("1/1", "0,00", &pays("A", "RE-2026-00731"), "1190,00"));
    fs::write(office.path("items.csv"), ITEMS.replacen("1190.00", "0.00", 1)).expect("items");
    run(&office, "d2.sta", &day("2/1", "1190,00", &[("260402", "CR", "1,00", "NTRF166", "B", "Danke")], "1191,00"));
    fs::write(office.path("items.csv"), ITEMS).expect("items");
    let both =
        [&pays("C", "RE-2026-00731")[..], &[("260402", "CR", "500,00", "NTRF166", "D", "RE-2026-00732")]].concat();
    let summary = run(&office, "d3.sta", &day("3/1", "1191,00", &both, "2881,00"));
    let unclear = summary["ledger"]["unclear"][0].as_str().unwrap_or_default();
    assert_eq!(
        unclear,
        "RE-2026-00731: the ERP shows 1190.00 open, although of its 1190.00 we applied 1190.00 and it had shown that"
    );
    assert!(office.text("out-d3.sta/allocations.csv").contains("RE-2026-00732"));
    assert!(office.text("out-d3.sta/exceptions.csv").contains("BLOCKED_ITEM"));
    assert!(office.ask(&["verify"]).starts_with("sound"));
}

#[test]
fn a_run_is_undone_once_and_never_what_a_later_one_decided() {
    let office = office();
    let day: [Entry; 1] = [("260402", "CR", "500,00", "NTRF166", "C", "RE-2026-00732")];
    let day = statement("1/1", ("260402", "0,00"), &day, ("260402", "500,00"));
    let first = run(&office, "d1.sta", &day)["run_id"].as_str().expect("an id").to_owned();
    let undo = |id: &str| office.tieout("", &["undo", id, "--reason", "wrong", "--ledger", "l.db"]);
    assert_eq!(undo(&first).status.code(), Some(0));
    assert_eq!(undo(&first).status.code(), Some(2), "nothing of it stands");
    let second = run(&office, "d1.sta", &day)["run_id"].as_str().expect("an id").to_owned();
    assert_ne!(first, second);
    let refused = undo(&first);
    assert_eq!(refused.status.code(), Some(2));
    assert!(said(&refused).contains("nothing of the run stands any more"), "{}", said(&refused));
    assert_eq!(undo(&second).status.code(), Some(0));
}

/// An entry of camt: amount, the bank's reference (`#` for a mere number in the file, `!` for words of the bank instead), and its details
/// (amount, text).
type Booked<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// A statement (053) with balances, or a notification (054) without.
fn camt(kind: &str, entries: &[Booked<'_>], closing: &str) -> String {
    let (message, part) = if kind == "053" { ("BkToCstmrStmt", "Stmt") } else { ("BkToCstmrDbtCdtNtfctn", "Ntfctn") };
    let day = "<Dt><Dt>2026-04-02</Dt></Dt>";
    let balance = |code: &str, amount: &str| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>{day}</Bal>"
        )
    };
    let balances = if kind == "053" { balance("OPBD", "0.00") + &balance("CLBD", closing) } else { String::new() };
    let mut text = format!(
        "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.08\"><{message}><GrpHdr><MsgId>M</MsgId>\
         <CreDtTm>2026-04-02T18:00:00</CreDtTm></GrpHdr><{part}><Id>S</Id><CreDtTm>2026-04-02T18:00:00</CreDtTm>\
         <Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}"
    );
    for (amount, reference, details) in entries {
        let money = |amount: &str| format!("<Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>");
        let (mut number, mut word, mut own) = (String::new(), String::new(), String::new());
        match (reference.strip_prefix('#'), reference.strip_prefix('!')) {
            (Some(n), _) => number = format!("<NtryRef>{n}</NtryRef>"),
            (_, Some(words)) => word = format!("<AddtlNtryInf>{words}</AddtlNtryInf>"),
            _ if reference.is_empty() => {}
            _ => own = format!("<AcctSvcrRef>{reference}</AcctSvcrRef>"),
        }
        text.push_str(&format!(
            "<Ntry>{number}{}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-04-02</Dt></BookgDt>{own}<BkTxCd><Prtry><Cd>166</Cd></Prtry></BkTxCd>",
            money(amount)
        ));
        let details = details.iter().map(|(amount, words)| {
            let (payer, words) = words.strip_prefix('~').map_or(("Elbe Pumpenbau", *words), |payer| (payer, ""));
            let words =
                if words.is_empty() { String::new() } else { format!("<RmtInf><Ustrd>{words}</Ustrd></RmtInf>") };
            format!(
                "<TxDtls>{}<RltdPties><Dbtr><Pty><Nm>{payer}</Nm></Pty></Dbtr></RltdPties>{words}</TxDtls>",
                money(amount)
            )
        });
        let details: String = details.collect();
        text.push_str(&if details.is_empty() {
            format!("{word}</Ntry>")
        } else {
            format!("<NtryDtls>{details}</NtryDtls>{word}</Ntry>")
        });
    }
    format!("{text}</{part}></{message}></Document>")
}

#[test]
fn a_notification_and_the_statement_of_the_same_money_are_one_in_either_order_whoever_has_the_details() {
    let whole: [Booked<'_>; 1] = [("1690.00", "REF9", &[])];
    let details: [Booked<'_>; 1] = [("1690.00", "REF9", &[("1190.00", "RE-2026-00731"), ("500.00", "RE-2026-00732")])];
    let said: [Booked<'_>; 2] =
        [("1190.00", "", &[("1190.00", "RE-2026-00731")]), ("500.00", "", &[("500.00", "RE-2026-00732")])];
    let silent: [Booked<'_>; 2] = [("1190.00", "", &[("1190.00", "")]), ("500.00", "", &[("500.00", "")])];
    let two: &[(&str, &str)] = &[("1190.00", "RE-2026-00731"), ("500.00", "RE-2026-00732")];
    let batch = |reference| [("1690.00", reference, two)];
    let sum = |reference| -> [Booked<'_>; 1] { [("1690.00", reference, &[])] };
    let one: [Booked<'_>; 2] =
        [("1190.00", "!Gutschrift", &[("1190.00", "")]), ("500.00", "!Gutschrift", &[("500.00", "")])];
    for (what, notified, stated) in [
        ("details without any reference, then the sum", &batch("")[..], &sum("")[..]),
        ("the sum, then details without any reference", &sum("")[..], &batch("")[..]),
        ("details, then the sum with words of the bank", &batch("")[..], &sum("!Sammelgutschrift")[..]),
        ("details with words of the bank, then the sum", &batch("!SEPA")[..], &sum("")[..]),
        ("details with a reference, then the sum without", &batch("REF9")[..], &sum("")[..]),
        ("the sum with a reference, then details without", &sum("REF9")[..], &batch("")[..]),
        ("numbered in each file", &batch("#1")[..], &sum("#7")[..]),
        ("a word of the bank where the other has the payer's", &one[..], &said[..]),
        ("details with the bank's reference, then the sum", &details[..], &whole[..]),
        ("the sum, then details with the bank's reference", &whole[..], &details[..]),
        ("details in both", &details[..], &details[..]),
        ("words in the notification alone", &said[..], &silent[..]),
        ("words in the statement alone", &silent[..], &said[..]),
    ] {
        let notification = ("n.xml", camt("054", notified, ""));
        let statement = ("s.xml", camt("053", stated, "1690.00"));
        let office = office();
        fs::write(office.path("n.xml"), &notification.1).expect("a notification");
        fs::write(office.path("s.xml"), &statement.1).expect("a statement");
        let args = ["run", "n.xml", "s.xml", "--open-items", "items.csv", "--ledger", "l.db", "--out", "out", "-q"];
        office.tieout("2026-04-02T17:00:00Z", &args);
        let applied = office.text("out/allocations.csv");
        assert_eq!(applied.matches(",policy,").count(), 2, "{what}, in one run: {applied}");
        assert_eq!(office.text("out/decisions.jsonl").lines().count(), 2, "{what}, in one run");
        for days in [[&notification, &statement], [&statement, &notification]] {
            let office = self::office();
            for (file, text) in days {
                run(&office, file, text);
            }
            let applied = days.map(|(file, _)| office.text(&format!("out-{file}/allocations.csv"))).concat();
            assert_eq!(applied.matches(",policy,").count(), 2, "{what}, {} first: {applied}", days[0].0);
            let queue = office.tieout("", &["queue", "--ledger", "l.db", "--out", "q"]);
            assert!(self::said(&queue).starts_with("0 payments wait"), "{what}: {}", self::said(&queue));
            let verified = office.ask(&["verify"]);
            assert!(verified.starts_with("sound") && verified.contains("2 items"), "{what}: {verified}");
        }
    }
}

#[test]
fn words_from_a_notification_of_the_same_run_are_no_second_money_when_the_statement_comes_again_without_them() {
    let silent: [Booked<'_>; 2] = [("1190.00", "REF9", &[]), ("500.00", "", &[("500.00", "")])];
    let said: [Booked<'_>; 2] = [
        ("1190.00", "REF9", &[("1000.00", "RE-2026-00731"), ("190.00", "RE-2026-00731 Rest")]),
        ("500.00", "", &[("500.00", "RE-2026-00732")]),
    ];
    let office = office();
    fs::write(office.path("n.xml"), camt("054", &said, "")).expect("a notification");
    fs::write(office.path("s.xml"), camt("053", &silent, "1690.00")).expect("a statement");
    let args = ["run", "n.xml", "s.xml", "--open-items", "items.csv", "--ledger", "l.db", "--out", "out", "-q"];
    let done = office.tieout("2026-04-02T17:00:00Z", &args);
    assert_eq!(done.status.code(), Some(0), "{}", crate::said(&done));
    assert_eq!(office.text("out/decisions.jsonl").lines().count(), 3, "two details and one with its words");
    // An export of two days begins with that day, as the bank wrote it.
    let both: [Booked<'_>; 3] = [silent[0], silent[1], ("7.00", "", &[("7.00", "Danke")])];
    let summary = run(&office, "both.xml", &camt("053", &both, "1697.00"));
    assert_eq!(office.text("out-both.xml/decisions.jsonl").lines().count(), 1, "{}", summary["ledger"]);
    assert!(office.ask(&["verify"]).contains("4 payments"), "{}", office.ask(&["verify"]));
}

#[test]
fn a_table_without_an_account_beside_the_statement_of_that_account_pays_nothing_a_second_time() {
    let day: [Entry; 1] = [("260402", "CR", "300,00", "NTRF166", "E1", "Teilzahlung RE-2026-00731")];
    let day = statement("1/1", ("260402", "0,00"), &day, ("260402", "300,00"));
    let table = "Datum;Betrag;Saldo;Verwendungszweck;Auftraggeber;IBAN Auftraggeber;Waehrung\n\
        02.04.2026;300,00;300,00;Teilzahlung RE-2026-00731;Elbe Pumpenbau;DE75512108001245126199;EUR\n\
        03.04.2026;-5,00;295,00;Gebuehr;Bank;;EUR\n";
    for together in [true, false] {
        let office = office();
        fs::write(office.path("day.sta"), &day).expect("a statement");
        fs::write(office.path("day.csv"), table).expect("a table");
        let runs: &[&[&str]] = if together { &[&["day.sta", "day.csv"]] } else { &[&["day.sta"], &["day.csv"]] };
        let mut decisions = String::new();
        for (n, files) in runs.iter().enumerate() {
            let out = format!("out{n}");
            let rest = ["--open-items", "items.csv", "--ledger", "l.db", "--out", &out, "-q"];
            let done = office.tieout("2026-04-03T17:00:00Z", &[&["run"], *files, &rest].concat());
            assert_eq!(done.status.code(), Some(0), "{}", crate::said(&done));
            decisions.push_str(&office.text(&format!("{out}/decisions.jsonl")));
        }
        assert_eq!(decisions.matches("\"outcome\":\"applied\"").count(), 1, "{decisions}");
        assert!(decisions.contains("STATEMENT_OVERLAP"), "{decisions}");
    }
}

#[test]
fn a_reference_that_a_bank_counts_anew_does_not_make_two_payments_one() {
    let office = office();
    let of = |kind: &str, day: &str, number: u32, payer: &str, words: &str| {
        let entries: [Booked<'_>; 1] = [("500.00", "1", &[("500.00", words)])];
        let text = camt(kind, &entries, "500.00").replace("2026-04-02", day).replace("Elbe Pumpenbau", payer);
        text.replace("<Id>S</Id>", &format!("<Id>S{number}</Id>"))
    };
    run(&office, "n.xml", &of("054", "2026-04-02", 1, "Elbe Pumpenbau", "RE-2026-00732"));
    let later = run(&office, "later.xml", &of("053", "2026-04-09", 2, "Gamma Metall", "Anzahlung"));
    assert_eq!(later["ledger"]["joined"], 0, "another day, payer and text: {}", later["ledger"]);
    run(&office, "own.xml", &of("053", "2026-04-02", 3, "Elbe Pumpenbau", "RE-2026-00732"));
    assert!(office.text("out-own.xml/decisions.jsonl").contains("RE-2026-00732"), "it is the notified one");
    assert!(office.ask(&["verify"]).contains("2 payments"));
}

#[test]
fn a_document_that_the_erp_lists_under_a_new_id_is_the_same_document() {
    let office = office();
    let pays = |amount, words| [("260402", "CR", amount, "NTRF166", "A", words)];
    run(
        &office,
        "d1.sta",
        &statement("1/1", ("260402", "0,00"), &pays("1190,00", "RE-2026-00731"), ("260402", "1190,00")),
    );
    fs::write(office.path("items.csv"), ITEMS.replacen("O1,", "NEW1,", 1)).expect("items");
    let summary = run(
        &office,
        "d2.sta",
        &statement("2/1", ("260402", "1190,00"), &pays("1190,00", "RE-2026-00731 Mahnung"), ("260402", "2380,00")),
    );
    assert_eq!(office.text("out-d2.sta/allocations.csv").lines().count(), 1, "only the header");
    let unclear = summary["ledger"]["unclear"].to_string();
    assert!(
        unclear.contains("RE-2026-00731: the ERP shows it open with id NEW1, and we applied 1190.00 of it with id O1"),
        "{unclear}"
    );
}

#[test]
fn a_notification_is_not_the_same_money_where_the_payer_or_the_text_says_another_or_two_would_fit() {
    for (notified, stated) in [
        (
            &[("500.00", "", &[("500.00", "for the garden")][..])][..],
            &[("500.00", "", &[("500.00", "RE-2026-00732")][..])][..],
        ),
        (
            &[("500.00", "", &[("500.00", "")][..])][..],
            &[("500.00", "", &[("500.00", "RE-2026-00732")][..]), ("500.00", "", &[("500.00", "more")][..])][..],
        ),
    ] {
        let office = office();
        run(&office, "n.xml", &camt("054", notified, ""));
        let closing = if stated.len() == 1 { "500.00" } else { "1000.00" };
        let summary = run(&office, "s.xml", &camt("053", stated, closing));
        assert_eq!(summary["ledger"]["joined"], 0, "{}", summary["ledger"]);
    }
}

#[test]
fn a_batch_is_no_other_entry_of_its_amount_where_two_would_fit_or_the_reference_or_payer_is_another() {
    let two: &[(&str, &str)] = &[("1190.00", "RE-2026-00731"), ("500.00", "RE-2026-00732")];
    let batch: [Booked<'_>; 1] = [("1690.00", "", two)];
    let referred: [Booked<'_>; 1] = [("1690.00", "REF-A1", two)];
    for (what, batch, stated) in [
        ("two sums", &batch[..], &[("1690.00", "", &[][..]), ("1690.00", "", &[][..])][..]),
        ("two batches", &[batch[0], batch[0]][..], &[("1690.00", "", &[][..])][..]),
        ("other references", &referred[..], &[("1690.00", "REF-B2", &[][..])][..]),
        ("another payer", &batch[..], &[("1690.00", "", &[("1690.00", "~Rhein Stahl")][..])][..]),
    ] {
        for turned in [false, true] {
            let office = office();
            let (notified, stated) = if turned { (stated, batch) } else { (batch, stated) };
            run(&office, "n.xml", &camt("054", notified, ""));
            let closing = if stated.len() == 1 { "1690.00" } else { "3380.00" };
            let summary = run(&office, "s.xml", &camt("053", stated, closing));
            assert_eq!(summary["ledger"]["joined"], 0, "{what}, turned {turned}: {}", summary["ledger"]);
        }
    }
}

#[test]
fn a_batch_that_gave_way_to_its_details_is_not_undone_apart_from_them() {
    let office = office();
    run(&office, "n.xml", &camt("054", &[("1690.00", "REF9", &[])], ""));
    let whole: serde_json::Value =
        serde_json::from_str(office.text("out-n.xml/decisions.jsonl").lines().next().expect("a line")).expect("json");
    let whole = whole["payment"]["payment_id"].as_str().expect("an id").to_owned();
    let details: [Booked<'_>; 1] = [("1690.00", "REF9", &[("1190.00", "RE-2026-00731"), ("500.00", "RE-2026-00732")])];
    let id = run(&office, "s.xml", &camt("053", &details, "1690.00"))["run_id"].as_str().expect("an id").to_owned();
    let undo = |id: &str| office.tieout("", &["undo", id, "--reason", "wrong", "--by", "ben", "--ledger", "l.db"]);
    assert!(said(&undo(&whole)).contains("the details of the entry stand for it"));
    assert!(said(&undo(&id)).starts_with("undone: 2 payments wait again"));
    assert!(office.ask(&["verify"]).starts_with("sound"));
    // Given again, they are decided again, and the whole stays what it is.
    run(&office, "s.xml", &camt("053", &details, "1690.00"));
    assert_eq!(office.text("out-s.xml/allocations.csv").matches("NAMED_ITEM_EXACT").count(), 2);
    let queue = office.tieout("", &["queue", "--ledger", "l.db", "--out", "q"]);
    assert!(said(&queue).starts_with("0 payments wait"), "{}", said(&queue));
}

#[test]
fn a_ledger_that_is_lost_or_emptied_is_not_begun_anew_by_itself() {
    let office = office();
    run(&office, "d1.sta", &small_day("1/1", "260401", "0,00", "500,00"));
    run(&office, "d2.sta", &small_day("2/1", "260402", "500,00", "1000,00"));
    let again = || {
        let args = ["run", "d1.sta", "--open-items", "items.csv", "--ledger", "l.db", "--out", "again", "-q"];
        office.tieout("2026-04-03T17:00:00Z", &args)
    };
    let kept = fs::read(office.path("l.db")).expect("a ledger");
    for lost in [true, false] {
        if lost {
            fs::remove_file(office.path("l.db")).expect("removed");
        } else {
            fs::write(office.path("l.db"), b"").expect("emptied");
        }
        let refused = again();
        assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
        assert!(said(&refused).contains("with 3 records when it was last written to"), "{}", said(&refused));
        assert!(!office.path("again").exists());
    }
    fs::write(office.path("l.db"), kept).expect("brought back");
    assert_eq!(again().status.code(), Some(5), "known");
    fs::remove_file(office.path("l.db")).and_then(|()| fs::remove_file(office.path("l.db.lock"))).expect("removed");
    assert_eq!(again().status.code(), Some(0), "begun anew on purpose");
}

/// A day with one small payment.
fn small_day(number: &str, day: &'static str, opening: &str, closing: &str) -> String {
    let entry: [Entry; 1] = [(day, "CR", "500,00", "NTRF166", "C", "RE-2026-00732")];
    statement(number, (day, opening), &entry, (day, closing))
}

#[test]
fn of_several_gaps_a_person_accepts_the_one_that_he_names() {
    let office = office();
    for (file, number, day, opening, closing) in [
        ("d1.sta", "1/1", "260401", "0,00", "500,00"),
        ("d3.sta", "3/1", "260403", "700,00", "1200,00"),
        ("d5.sta", "5/1", "260407", "1900,00", "2400,00"),
    ] {
        run(&office, file, &small_day(number, day, opening, closing));
    }
    let accept = |more: &[&str]| {
        let args = ["accept-gap", "DE02120300000000202051", "--reason", "lost", "--by", "anna", "--ledger", "l.db"];
        office.tieout("2026-04-08T17:00:00Z", &[&args, more].concat())
    };
    let both = accept(&[]);
    assert_eq!(both.status.code(), Some(2), "{}", said(&both));
    for words in
        ["2 open gaps", "between statement 1 of 2026-04-01", "--before 2026-04-03 or --before 2026-04-07, or --all"]
    {
        assert!(said(&both).contains(words), "{}", said(&both));
    }
    assert_eq!(accept(&["--before", "2026-04-02"]).status.code(), Some(2), "no statement ends on that day");
    let one = accept(&["--before", "2026-04-07"]);
    assert_eq!(one.status.code(), Some(0), "{}", said(&one));
    assert!(said(&one).contains("accepted: account") && said(&one).contains("give d5.sta again"), "{}", said(&one));
    let other = accept(&[]);
    assert!(said(&other).contains("between statement 1 of"), "the only one that is left: {}", said(&other));
    assert!(said(&accept(&["--all"])).contains("no open gap among 3 statements"));
    assert!(office.ask(&["verify"]).starts_with("sound"));
}

#[test]
fn a_configuration_names_the_ledger_for_every_command() {
    let office = office();
    run(&office, "d1.sta", &small_day("1/1", "260401", "0,00", "500,00"));
    fs::create_dir(office.path("etc")).expect("a folder");
    fs::write(office.path("etc/tieout.toml"), "ledger = \"../l.db\"\n").expect("a configuration");
    for (args, words) in [
        (&["verify"][..], "sound"),
        (&["dump"], "\"seq\":1"),
        (&["history", "RE-2026-00732"], "document RE-2026-00732"),
        (&["facts", "list"], "no such facts"),
        (&["queue", "--out", "q"], "wait for review"),
        (&["undo", "RE-1", "--reason", "wrong"], "no such payment"),
        (&["accept-gap", "DE1", "--reason", "lost"], "no open gap among 0 statements"),
    ] {
        let done = office.tieout("2026-04-08T17:00:00Z", &[args, &["--config", "etc/tieout.toml"]].concat());
        assert!(said(&done).contains(words), "{args:?}: {}", said(&done));
        let without = office.tieout("2026-04-08T17:00:00Z", args);
        assert_eq!(without.status.code(), Some(2));
        assert!(said(&without).contains("--ledger FILE"), "{args:?}: {}", said(&without));
    }
}

#[test]
fn what_another_hand_put_into_the_file_is_named() {
    let office = office();
    run(&office, "d1.sta", &small_day("1/1", "260401", "0,00", "500,00"));
    for (sql, words) in [
        ("CREATE TRIGGER t AFTER INSERT ON idx BEGIN DELETE FROM idx; END", "a trigger `t`"),
        ("INSERT INTO sets VALUES('holiday', 'x', 'y')", "a set `holiday`"),
        ("INSERT INTO sets VALUES('gap', 'zz', '')", "the set gap does not fit the journal, first at `zz`"),
    ] {
        fs::copy(office.path("l.db"), office.path("x.db")).expect("a copy");
        rusqlite::Connection::open(office.path("x.db")).expect("a file").execute_batch(sql).expect("sql");
        let done = office.tieout("", &["verify", "--ledger", "x.db"]);
        assert!(!done.status.success() && said(&done).contains(words), "{}", said(&done));
    }
}

#[test]
fn a_payment_that_was_undone_waits_with_who_why_and_what_it_had_paid() {
    let office = office();
    run(&office, "d1.sta", &small_day("1/1", "260401", "0,00", "500,00"));
    let decisions = office.text("out-d1.sta/decisions.jsonl");
    let first: serde_json::Value = serde_json::from_str(decisions.lines().next().expect("a line")).expect("json");
    let id = first["payment"]["payment_id"].as_str().expect("an id");
    let undone = office.tieout("", &["undo", id, "--reason", "the wrong document.", "--by", "ben", "--ledger", "l.db"]);
    assert!(said(&undone).starts_with("undone: 1 payment waits again"), "{}", said(&undone));
    office.ask(&["queue", "--out", "q"]);
    let queue = office.text("q/exceptions.csv");
    let told = "An earlier decision was taken back: by ben in record 4, because: the wrong document. It had paid RE-2026-00732 of K1 with 500.00.";
    assert!(queue.contains("TAKEN_BACK") && queue.contains(told), "{queue}");
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

#[test]
fn the_story_of_a_document_names_what_waits_for_it_although_nothing_was_moved_yet() {
    let office = office();
    run(&office, "s.xml", &camt("053", &[("77.00", "R1", &[("77.00", "RE-2026-00732")])], "77.00"));
    let story = office.ask(&["history", "RE-2026-00732"]);
    assert!(story.starts_with("History of document RE-2026-00732") && story.contains("Queued by policy"), "{story}");
    let other = office.tieout("", &["history", "RE-2026-00731", "--ledger", "l.db"]);
    assert!(said(&other).contains("knows nothing of it"), "nobody proposed that one: {}", said(&other));
}

#[test]
fn details_that_their_statement_proved_are_decided_again_when_their_run_was_undone() {
    let office = office();
    let details: [Booked<'_>; 1] = [("1690.00", "", &[("1190.00", "RE-2026-00731"), ("500.00", "RE-2026-00732")])];
    run(&office, "s.xml", &camt("053", &[("1690.00", "", &[])], "1690.00"));
    let id = run(&office, "n.xml", &camt("054", &details, ""))["run_id"].as_str().expect("an id").to_owned();
    let undone = office.tieout("", &["undo", &id, "--reason", "wrong", "--by", "ben", "--ledger", "l.db"]);
    assert!(said(&undone).starts_with("undone: 2 payments wait again"), "{}", said(&undone));
    run(&office, "n.xml", &camt("054", &details, ""));
    assert_eq!(office.text("out-n.xml/allocations.csv").matches("NAMED_ITEM_EXACT").count(), 2);
}
