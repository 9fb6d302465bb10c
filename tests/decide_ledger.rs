//! The review round with a ledger, through the program: a day is run, the queue goes out, people decide in files, the decisions are
//! kept, and the next day knows them. What was decided is decided once, whoever hands in what afterwards.

#![cfg(all(feature = "ledger", feature = "review", feature = "cli"))]

#[path = "common/office.rs"]
mod office;

use office::{Office, Queue, said};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

fn anna(queue: &Queue) -> Queue {
    let mut anna = queue.clone();
    let late = [("decision", "accept_1"), ("comment", "agreed by phone"), ("decided_at", "2026-04-21 09:14")];
    anna.set("DISCOUNT_LATE", "Anna", &late);
    anna.set("NO_REFERENCE", "Anna", &[("decision", "on_account")]);
    anna.set("DUPLICATE_SUSPECT", "Anna", &[("decision", "refund")]);
    anna.set("CURRENCY", "Anna", &[("decision", "not_receivable"), ("category", "OTHER_INCOME")]);
    anna.set("THIRD_PAYER", "Anna", &[("decision", "defer")]);
    anna.set("AMOUNT_SHORT", "Anna", &[("decision", "reject"), ("comment", "ask the customer")]);
    anna.set("AMOUNT_OVER", "Anna", &[("decision", "unidentified")]);
    anna
}

#[test]
fn what_a_person_decided_is_kept_told_and_not_done_again() {
    let office = Office::open(None);
    let queue = office.queue("queue");
    let first = anna(&queue);
    first.write(&office.path("anna.csv"));
    let late = queue.get("DISCOUNT_LATE", "payment_id");

    let before = fs::read(office.path("l.db")).expect("the ledger");
    let dry = office.tieout("", &["decide", "anna.csv", "--ledger", "l.db", "--dry-run"]);
    assert!(said(&dry).contains("7 would be decided"), "{}", said(&dry));
    assert_eq!(fs::read(office.path("l.db")).expect("the ledger"), before, "a dry run writes nothing");

    let done = office.decide("2026-04-21T09:30:00Z", "anna.csv", "decided", &[]);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    let allocations = office.text("decided/allocations.csv");
    assert_eq!(allocations.lines().count(), 2, "only what was decided now is to be posted now: {allocations}");
    assert!(allocations.contains("1632.68") && allocations.contains(",Anna,"), "{allocations}");
    let manifest: serde_json::Value = serde_json::from_str(&office.text("decided/manifest.json")).expect("JSON");
    assert!(manifest["ledger_before"].is_string() && manifest["inputs"][0]["name"] == "anna.csv");
    let summary: serde_json::Value = serde_json::from_str(&office.text("decided/summary.json")).expect("JSON");
    assert!(summary["equations"].as_array().expect("equations").iter().all(|e| e["holds"] == true));
    let unapplied = office.text("decided/unapplied.csv");
    for word in ["refund_due", "not_receivable", "unidentified", "on_account"] {
        assert!(unapplied.contains(word), "{word}: {unapplied}");
    }

    // The story names the person, the file with its hash, the cell and the words.
    for target in ["RE-2026-00663", "K4112", late.as_str()] {
        let story = office.ask(&["history", target]);
        let parts = ["Anna (claimed) said accept_1 on 2026-04-21 09:14 in anna.csv:AK", ", sha256 ", "agreed by phone"];
        assert!(parts.iter().all(|p| story.contains(p)) && story.contains("2026-04-21 09:30"), "{story}");
    }
    assert!(office.ask(&["history", "K4129"]).contains("on account"));
    assert!(office.ask(&["verify"]).starts_with("sound: "));

    // The same file again, also under another name, does nothing and says so.
    let dump = office.ask(&["dump"]);
    fs::copy(office.path("anna.csv"), office.path("copy of anna.csv")).expect("a copy");
    for file in ["anna.csv", "copy of anna.csv"] {
        let again = office.decide("2026-04-21T09:40:00Z", file, "again", &[]);
        assert_eq!(again.status.code(), Some(0), "{}", said(&again));
        assert!(said(&again).contains("all of it is decided already: nothing was written"), "{}", said(&again));
        assert!(!office.path("again").exists() && office.ask(&["dump"]) == dump);
    }

    // The next day's run, with open items that do not show the decision yet, leaves the document alone.
    let payer = ("DE98370400440036844619", "Apparatebau Ritter GmbH");
    let next = office.next_day(1, "1632,68", "RE-2026-00663", payer);
    assert_eq!(next.status.code(), Some(0), "{}", said(&next));
    assert_eq!(office.text("day 1/allocations.csv").lines().count(), 1, "only the header");
    assert!(office.text("day 1/decisions.jsonl").contains("\"outcome\":\"queued\""));
    assert!(office.ask(&["verify"]).starts_with("sound: "));

    // Taken back, it waits again, and the old file does not decide it a second time.
    office.ask(&["undo", &late, "--reason", "the wrong customer", "--by", "ben"]);
    let queue = office.queue("queue after undo");
    let row = queue.rows.iter().find(|r| r[queue.at("payment_id")] == late).expect("the payment waits");
    assert!(row[queue.at("reason_text")].contains("An earlier decision was taken back: by ben in record"), "{row:?}");
    assert!(!row[queue.at("p1_docs")].is_empty(), "its proposals are shown again");
    let old = office.decide("2026-04-22T09:00:00Z", "anna.csv", "old", &[]);
    assert_eq!(old.status.code(), Some(3), "{}", said(&old));
    assert!(said(&old).contains("have changed since this file was written"), "{}", said(&old));
    let mut second = queue.clone();
    let at = second.rows.iter().position(|r| r[second.at("payment_id")] == late).expect("the payment");
    let cells = [("decision", "accept_1"), ("decided_by", "Ben")];
    for (name, text) in cells {
        let column = second.at(name);
        second.rows[at][column] = text.to_owned();
    }
    second.write(&office.path("ben.csv"));
    assert_eq!(office.decide("2026-04-22T09:10:00Z", "ben.csv", "ben", &[]).status.code(), Some(0));
    assert!(office.ask(&["verify"]).starts_with("sound: "));
}

#[test]
fn a_second_reviewer_is_told_who_decided_what_and_when() {
    let office = Office::open(None);
    let queue = office.queue("queue");
    anna(&queue).write(&office.path("anna.csv"));
    let mut ben = queue.clone();
    ben.set("DISCOUNT_LATE", "Ben", &[("decision", "on_account")]);
    ben.set("CHECK_DIGIT", "Ben", &[("decision", "defer")]);
    ben.write_xlsx(&office.path("ben.xlsx"));
    assert_eq!(office.decide("2026-04-21T09:30:00Z", "anna.csv", "a", &[]).status.code(), Some(0));
    let late = office.decide("2026-04-22T08:00:00Z", "ben.xlsx", "b", &[]);
    let text = said(&late);
    assert_eq!(late.status.code(), Some(3), "what is valid is carried out, the other refused: {text}");
    let told = "Anna decided accept_1 on 2026-04-21 09:14 (anna.csv:AK";
    assert!(text.contains(told) && text.contains("recorded on 2026-04-21 09:30 (record "), "{text}");
    assert!(text.contains("ben.xlsx:Exceptions!C"), "{text}");
    assert_eq!(office.text("b/allocations.csv").lines().count(), 1);
    // In one round neither counts, and nothing is written.
    let other = Office::open(None);
    anna(&queue).write(&other.path("anna.csv"));
    ben.write_xlsx(&other.path("ben.xlsx"));
    let both = other.tieout("", &["decide", "anna.csv", "ben.xlsx", "--ledger", "l.db", "--out", "both"]);
    assert!(said(&both).contains("two answers for one payment: Anna says accept_1"), "{}", said(&both));
}

#[test]
fn documents_of_newer_items_are_applied_less_what_is_in_flight() {
    let office = Office::open(None);
    let queue = office.queue("queue");
    let mut first = queue.clone();
    first.set("DISCOUNT_LATE", "Anna", &[("decision", "accept_1")]);
    first.write(&office.path("anna.csv"));
    assert_eq!(office.decide("2026-04-21T09:30:00Z", "anna.csv", "a", &[]).status.code(), Some(0));
    let mut ben = queue.clone();
    // 33.32 of RE-2026-00663 are left, though the items still show 1666.00.
    let cells = [
        ("decision", "apply"),
        ("documents", "RE-2026-00435; RE-2026-00663"),
        ("difference_code", "on_account"),
        ("decision_customer", "K4101"),
    ];
    ben.set("AMOUNT_OVER", "Ben", &cells);
    let cells = [("decision", "apply"), ("documents", "RE-2026-00101=435.49; RE-2026-00663=100.00")];
    ben.set("AMOUNT_SHORT", "Ben", &cells);
    ben.write(&office.path("ben.csv"));
    let without = office.decide("", "ben.csv", "b", &["--dry-run"]);
    assert!(
        said(&without).contains("no proposal names a document `RE-2026-00435`; give --open-items"),
        "{}",
        said(&without)
    );
    let done = office.decide("", "ben.csv", "b", &["--open-items", "items.csv", "--customers", "customers.csv"]);
    let text = said(&done);
    assert_eq!(done.status.code(), Some(3), "{text}");
    assert!(text.contains("RE-2026-00663 is open at 33.32 EUR, and 100.00 EUR would be set against it"), "{text}");
    assert!(text.contains("RE-2026-00435=132.60; RE-2026-00663=33.32"), "{text}");
    assert!(office.ask(&["verify"]).starts_with("sound: "));
    assert!(office.ask(&["history", "RE-2026-00663"]).contains("open 33.32 before, 0.00 after"));
}

#[test]
fn the_first_of_two_signatures_waits_in_the_ledger_for_the_second() {
    let policy = "[reviewers]\nlimit = 1000\n[reviewers.person.Anna]\n[reviewers.person.Ben]\n";
    let office = Office::open(Some(policy));
    let queue = office.queue("queue");
    let sheet = |queue: &Queue, name: &str, decision: &str| {
        let mut table = queue.clone();
        table.set("DISCOUNT_LATE", name, &[("decision", decision)]);
        table.write(&office.path(&format!("{name}.csv")));
    };
    let config = ["--config", "tieout.toml"];
    sheet(&queue, "Anna", "accept_1");
    let lax = office.decide("2026-04-21T09:00:00Z", "Anna.csv", "a", &[]);
    assert_eq!(lax.status.code(), Some(2), "without its policy nobody decides: {}", said(&lax));
    let first = office.decide("2026-04-21T09:00:00Z", "Anna.csv", "a", &config);
    assert!(said(&first).contains("waits for a second person after Anna"), "{}", said(&first));
    assert_eq!(office.text("a/allocations.csv").lines().count(), 1);
    let alone = office.decide("2026-04-22T09:00:00Z", "Anna.csv", "again", &config);
    assert!(said(&alone).contains("nothing was written"), "{}", said(&alone));
    // The next queue says for whom it waits; another answer is refused, the same one counts.
    let next = office.queue("queue of the next day");
    assert!(next.get("DISCOUNT_LATE", "reason_text").contains("waits for a second person: Anna decided accept_1"));
    sheet(&next, "Ben", "on_account");
    let other = office.decide("2026-04-22T09:30:00Z", "Ben.csv", "b", &config);
    assert!(said(&other).contains("which waits for a second person; this says something else"), "{}", said(&other));
    sheet(&queue, "Ben", "accept_1");
    let second = office.decide("2026-04-22T10:00:00Z", "Ben.csv", "b", &config);
    assert_eq!(second.status.code(), Some(0), "{}", said(&second));
    assert!(office.text("b/allocations.csv").contains(",Anna + Ben,"));
    let story = office.ask(&["history", "RE-2026-00663"]);
    assert!(story.contains("Anna (claimed)") && story.contains("Ben (claimed) said accept_1 in Ben.csv:AK"), "{story}");
    assert!(office.ask(&["verify"]).starts_with("sound: "));
}

#[test]
fn a_run_with_a_ledger_is_decided_with_its_own_ledger_only() {
    let office = Office::open(None);
    anna(&office.queue("queue")).write(&office.path("anna.csv"));
    let without = office.tieout("", &["decide", "anna.csv", "--run", "day", "--out", "out"]);
    assert_eq!(without.status.code(), Some(2));
    assert!(said(&without).contains("--ledger FILE beside --run"), "{}", said(&without));
    let neither = office.tieout("", &["decide", "anna.csv", "--out", "out"]);
    assert_eq!(neither.status.code(), Some(2), "{}", said(&neither));
    let other = Office::open(Some("[reviewers]\nlimit = 5\n"));
    let day = other.path("day").display().to_string();
    let foreign = office.decide("", "anna.csv", "out", &["--run", &day]);
    assert!(said(&foreign).contains("which this ledger does not know"), "{}", said(&foreign));
    let both = office.decide("", "anna.csv", "out", &["--run", "day"]);
    assert_eq!(both.status.code(), Some(0), "{}", said(&both));
    // While somebody else writes, it names the holder; the folder of the round can be queued like any other.
    let lock = fs::File::open(office.path("l.db.lock")).expect("the lock");
    lock.lock().expect("held");
    let held = office.decide("", "anna.csv", "out2", &[]);
    assert_eq!(held.status.code(), Some(6), "{}", said(&held));
    lock.unlock().expect("free again");
    let queued = office.tieout("", &["queue", "--run", "out", "--out", "q2"]);
    assert!(said(&queued).contains("23 payments wait for review"), "{}", said(&queued));
}

#[test]
fn a_return_that_a_person_links_opens_the_document_and_holds_its_payment() {
    let office = Office::empty();
    let items =
        "item_id,doc_no,customer_id,customer_name,currency,open_amount\nI7,RE-2026-0707,K1,Weser Werke,EUR,119.00\n";
    fs::write(office.path("items.csv"), items).expect("items");
    fs::write(office.path("customers.csv"), "customer_id,name\nK1,Weser Werke\n").expect("customers");
    let payer = ("DE98370400440036844619", "Weser Werke");
    assert_eq!(office.next_day(1, "119,00", "RE-2026-0707", payer).status.code(), Some(0));
    assert!(office.text("day 1/allocations.csv").contains("RE-2026-0707"));
    let paid = office
        .text("day 1/allocations.csv")
        .lines()
        .nth(1)
        .expect("a row")
        .split(',')
        .nth(2)
        .expect("an id")
        .to_owned();
    // It comes back in words that lead nowhere.
    let back = ":20:X\r\n:25:DE02120300000000202051\r\n:28C:2/1\r\n:60F:C260421EUR0,00\r\n\
        :61:2604220422DR122,00NRTINONREF\r\n:86:109?00RUECKLASTSCHRIFT?20SVWZ+Widerspruch\r\n:62F:D260422EUR122,00\r\n-\r\n";
    fs::write(office.path("back.sta"), back).expect("a statement");
    let run = ["run", "back.sta", "--open-items", "items.csv", "--ledger", "l.db", "--out", "back"];
    assert_eq!(office.tieout("", &run).status.code(), Some(0));
    let mut queue = office.queue("queue");
    let amount = queue.at("amount");
    let row = queue.rows.iter().position(|r| r[amount] == "-122.00").expect("it waits");
    for (name, text) in [("decision", "apply"), ("documents", "RE-2026-0707"), ("decided_by", "Anna")] {
        let at = queue.at(name);
        queue.rows[row][at] = text.to_owned();
    }
    queue.write(&office.path("anna.csv"));
    let more = office.decide("", "anna.csv", "more", &[]);
    assert!(said(&more).contains("it cannot be open at 122.00"), "the fee is no part of the document: {}", said(&more));
    let at = queue.at("difference_code");
    queue.rows[row][at] = "charges".to_owned();
    queue.write(&office.path("anna.csv"));
    let done = office.decide("", "anna.csv", "done", &[]);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    let story = office.ask(&["history", "RE-2026-0707"]);
    assert!(story.contains("open 0.00 before, 119.00 after") && story.contains("-3.00 return fee"), "{story}");
    let undo = office.tieout("", &["undo", &paid, "--reason", "twice", "--ledger", "l.db"]);
    assert!(said(&undo).contains("the payment came back with"), "{}", said(&undo));
    assert!(office.ask(&["verify"]).starts_with("sound: "));
}

#[test]
fn a_round_of_decisions_is_undone_as_one() {
    let office = Office::open(None);
    let queue = office.queue("queue");
    anna(&queue).write(&office.path("anna.csv"));
    assert_eq!(office.decide("", "anna.csv", "a", &[]).status.code(), Some(0));
    let manifest: serde_json::Value = serde_json::from_str(&office.text("a/manifest.json")).expect("JSON");
    let run = manifest["run_id"].as_str().expect("an id").to_owned();
    office.ask(&["undo", &run, "--reason", "the wrong file"]);
    assert!(office.ask(&["verify"]).starts_with("sound: "));
    assert_eq!(office.queue("after").rows.len(), queue.rows.len(), "all of them wait again");
}

#[test]
fn a_kill_at_any_moment_leaves_nothing_or_all() {
    let office = Office::open(None);
    anna(&office.queue("queue")).write(&office.path("anna.csv"));
    let before = fs::read(office.path("l.db")).expect("the ledger");
    let start = std::time::Instant::now();
    assert_eq!(office.decide("2026-04-21T09:30:00Z", "anna.csv", "out", &[]).status.code(), Some(0));
    let whole = start.elapsed();
    let files = |dir: &Path| -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(dir).expect("a folder").map(|e| e.expect("an entry").path());
        entries
            .map(|p| (p.file_name().expect("a name").to_string_lossy().into_owned(), fs::read(&p).expect("a file")))
            .collect()
    };
    let (dump, right) = (office.ask(&["dump"]), files(&office.path("out")));
    for step in 0..16u32 {
        fs::remove_dir_all(office.path("out")).expect("removed");
        fs::write(office.path("l.db"), &before).expect("the ledger as before");
        let args = ["decide", "anna.csv", "--ledger", "l.db", "--out", "out", "-q"];
        let mut child = office.command("2026-04-21T09:30:00Z", &args).spawn().expect("tieout runs");
        std::thread::sleep(Duration::from_micros(whole.as_micros() as u64 / 16 * u64::from(step + 1)));
        let _ = child.kill();
        let _ = child.wait();
        let again = office.decide("2026-04-21T09:30:00Z", "anna.csv", "out", &[]);
        assert_eq!(again.status.code(), Some(0), "step {step}: {}", said(&again));
        assert!(office.ask(&["dump"]) == dump, "step {step}: another ledger");
        assert!(files(&office.path("out")) == right, "step {step}: another folder");
    }
}
