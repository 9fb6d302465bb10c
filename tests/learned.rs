//! What decisions of people teach, through the program: a payer confirmed by a person becomes a fact with a count, the next queue says
//! which rows its signature would have decided, a signed fact decides, and a decision that is taken back teaches nothing. And what
//! takes two persons.

#![cfg(all(feature = "ledger", feature = "review", feature = "cli"))]

#[path = "common/office.rs"]
mod office;

use office::{Office, Queue, said};

/// A payer that nobody knows, in the morning's queue.
const PAYER: (&str, &str) = ("DE04201200991771003456", "Ostsee Handels UG");

/// The payment of the unknown payer goes on account of K4129.
fn taught(queue: &Queue) -> Queue {
    on_account(queue, "K4129")
}

/// The first payment of the payer goes on account of a customer.
fn on_account(queue: &Queue, customer: &str) -> Queue {
    let mut queue = queue.clone();
    let payer = queue.at("payer_name");
    let row = queue.rows.iter().position(|r| r[payer] == PAYER.1).expect("the payment");
    for (name, text) in [("decision", "on_account"), ("decision_customer", customer), ("decided_by", "Anna")] {
        let at = queue.at(name);
        queue.rows[row][at] = text.to_owned();
    }
    queue
}

fn ids(listed: &str) -> Vec<String> {
    listed.lines().map(|l| l.split_whitespace().next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_confirmed_payer_is_proposed_shown_with_what_it_would_decide_and_decides_once_signed() {
    let office = Office::open(None);
    let queue = office.queue("queue");
    assert_eq!(office.ask(&["facts", "list"]), "");
    taught(&queue).write(&office.path("anna.csv"));
    let done = office.decide("2026-04-21T09:00:00Z", "anna.csv", "a", &[]);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    let proposed = office.ask(&["facts", "propose"]);
    for says in
        ["account DE04201200991771003456 pays for K4129, as people decided once", "name Ostsee Handels UG pays for"]
    {
        assert!(proposed.contains(says), "{proposed}");
    }
    // A payment of a known account teaches nothing: the fact is known.
    assert_eq!(proposed.lines().count(), 2, "{proposed}");

    // The next payment of this payer waits, and its row says what a signature would do.
    assert_eq!(office.next_day(1, "1904,00", "Rechnung", PAYER).status.code(), Some(0));
    let next = office.queue("queue 1");
    let row = next.rows.iter().find(|r| r[next.at("amount")] == "1904.00").expect("it waits");
    let would = &row[next.at("would_need")];
    assert!(
        would.starts_with("a signature under") && would.contains("pays for K4129, as people decided once"),
        "{would}"
    );
    assert!(row[next.at("reason_text")].contains("Learned: account DE04201200991771003456"), "{row:?}");

    for id in ids(&proposed) {
        office.ask(&["facts", "sign", &id, "--by", "Ben"]);
    }
    assert!(office.ask(&["facts", "list"]).contains("signed by Ben"));
    assert_eq!(office.next_day(2, "773,50", "Rechnung", PAYER).status.code(), Some(0));
    assert!(office.text("day 2/allocations.csv").contains("RE-2026-00690"), "{}", office.text("day 2/decisions.jsonl"));
    // What waited before the signature is told about it.
    let after = office.queue("queue 2");
    let row = after.rows.iter().find(|r| r[after.at("amount")] == "1904.00").expect("it waits");
    assert!(row[after.at("reason_text")].contains("Learned"), "{row:?}");
    assert!(office.ask(&["verify"]).starts_with("sound: "));
}

#[test]
fn a_signed_fact_rests_when_a_person_decides_otherwise_until_that_is_refused() {
    let office = Office::open(None);
    taught(&office.queue("queue")).write(&office.path("anna.csv"));
    office.decide("2026-04-21T09:00:00Z", "anna.csv", "a", &[]);
    assert_eq!(office.next_day(1, "1904,00", "Rechnung", PAYER).status.code(), Some(0));
    for id in ids(&office.ask(&["facts", "propose"])) {
        office.ask(&["facts", "sign", &id, "--by", "Ben"]);
    }

    // The payment that waited since then turns out to be another customer's.
    on_account(&office.queue("queue 1"), "K4101").write(&office.path("carla.csv"));
    let customers = ["--customers", "customers.csv"];
    let done = office.decide("2026-04-21T19:00:00Z", "carla.csv", "b", &customers);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    let listed = office.ask(&["facts", "list"]);
    assert!(listed.contains("signed by Ben, rests until the other is signed or refused"), "{listed}");
    assert_eq!(office.ask(&["facts", "propose"]), "");

    assert_eq!(office.next_day(2, "773,50", "Rechnung", PAYER).status.code(), Some(0));
    assert!(
        !office.text("day 2/allocations.csv").contains("RE-2026-00690"),
        "{}",
        office.text("day 2/allocations.csv")
    );
    let next = office.queue("queue 2");
    let row = next.rows.iter().find(|r| r[next.at("amount")] == "773.50").expect("it waits");
    assert!(row[next.at("reason_text")].contains("but it rests: people also decided for K4101"), "{row:?}");

    for id in ids(&office
        .ask(&["facts", "list"])
        .lines()
        .filter(|l| l.contains("pays for K4101"))
        .collect::<Vec<_>>()
        .join("\n"))
    {
        office.ask(&["facts", "revoke", &id, "--by", "Ben", "--reason", "a slip"]);
    }
    assert_eq!(office.next_day(3, "773,50", "Rechnung", PAYER).status.code(), Some(0));
    assert!(office.text("day 3/allocations.csv").contains("RE-2026-00690"), "{}", office.text("day 3/decisions.jsonl"));
    assert!(office.ask(&["verify"]).starts_with("sound: "));
}

#[test]
fn a_decision_that_is_taken_back_teaches_nothing() {
    let office = Office::open(None);
    taught(&office.queue("queue")).write(&office.path("anna.csv"));
    office.decide("", "anna.csv", "a", &[]);
    let listed = office.ask(&["facts", "list"]);
    assert_eq!(listed.lines().count(), 2, "{listed}");
    let unapplied = office.text("a/decisions.jsonl");
    let line = unapplied.lines().find(|l| l.contains(PAYER.1)).expect("the payment");
    let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
    let payment = line["payment"]["payment_id"].as_str().expect("an id");
    office.ask(&["undo", payment, "--reason", "a mistake"]);
    assert_eq!(office.ask(&["facts", "list"]), "");
    assert!(office.ask(&["verify"]).starts_with("sound: "));
}

#[test]
fn what_the_policy_gives_to_two_persons_takes_two() {
    let policy = "[reviewers]\ntwo_persons = [\"facts\", \"policy\", \"undo\"]\n";
    let office = Office::open(Some(policy));
    taught(&office.queue("queue")).write(&office.path("anna.csv"));
    let done = office.decide("", "anna.csv", "a", &["--config", "tieout.toml"]);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));

    let fact = ids(&office.ask(&["facts", "list"])).remove(0);
    let sign = |by: &str| office.tieout("", &["facts", "sign", &fact, "--by", by, "--ledger", "l.db"]);
    assert!(said(&sign("Anna")).contains("signed, waits for a second person"));
    assert!(office.ask(&["facts", "list"]).contains("signed by Anna, waits for a second person"));
    assert_eq!(sign("anna ").status.code(), Some(2), "the same person is no second one");
    assert_eq!(sign("Ben").status.code(), Some(0));
    assert!(office.ask(&["facts", "list"]).contains("signed by Anna + Ben"));

    let line = office.text("a/decisions.jsonl").lines().find(|l| l.contains(PAYER.1)).expect("the payment").to_owned();
    let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    let payment = line["payment"]["payment_id"].as_str().expect("an id");
    let undo = ["undo", payment, "--reason", "a mistake", "--by", "Anna", "--ledger", "l.db"];
    let undo = |more: &[&str]| office.tieout("", &[&undo[..], more].concat());
    let alone = undo(&[]);
    assert_eq!(alone.status.code(), Some(2));
    assert!(said(&alone).contains("asks for two"), "{}", said(&alone));
    assert_eq!(undo(&["--second", "Anna"]).status.code(), Some(2));
    assert_eq!(undo(&["--second", "Ben"]).status.code(), Some(0));
    assert!(office.ask(&["history", payment]).contains("Anna + Ben undid payment"));

    // A run under another policy names two persons who stand for it; under the same one it need not.
    let lax = office.next_day(1, "1904,00", "Rechnung", PAYER);
    assert_eq!(lax.status.code(), Some(2));
    assert!(said(&lax).contains("--approved-by"), "{}", said(&lax));
    let run = ["run", "1.sta", "--open-items", "items.csv", "--ledger", "l.db", "--out", "day 1"];
    let two = office.tieout("", &[&run[..], &["--approved-by", "Anna", "--approved-by", "Ben"]].concat());
    assert_eq!(two.status.code(), Some(0), "{}", said(&two));
    assert!(office.ask(&["dump"]).contains("\"approved_by\":[\"Anna\",\"Ben\"]"));
}
