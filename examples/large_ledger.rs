//! Makes a ledger of many past days, and the next day to run on it: how long does a day take when the past is long?
//!
//! ```sh
//! cargo run --release --example large_ledger -- FOLDER 5000000 500000 2000
//! tieout run FOLDER/day --open-items FOLDER/items.csv --customers FOLDER/customers.csv --ledger FOLDER/ledger.db --out FOLDER/out
//! ```
//!
//! The figures are past payments, open items, and payments of the next day. The past is written through [`Ledger::append`], as every
//! run does; each day settles what the day before had applied. The next day pays open documents by their number; one in
//! twenty pays a document that was closed long ago, one in fifty is a returned payment of the past.

use chrono::{Days, NaiveDate};
use std::fmt::Write as _;
use std::path::Path;
use tieout::base::{ContentId, Currency};
use tieout::ledger::*;
use tieout::model::{Format, OpenItem, Outcome, Payment, ReasonCode, Source, Trust};

const ACCOUNTS: [&str; 5] = [
    "DE02120300000000202051",
    "DE02500105170137075030",
    "DE02100500000054540402",
    "DE02300209000106531065",
    "DE02200505501015871393",
];
/// Payments of a past day.
const A_DAY: u64 = 2_000;
/// Days in one append, so that the index is not written over and over.
const DAYS_AT_ONCE: u64 = 200;
const CUSTOMERS: u64 = 60_000;

/// A number that looks random and is the same each time (SplitMix64).
fn mixed(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Document `n`: its number, customer and amount.
fn document(n: u64) -> (String, u64, i64) {
    (format!("RE{:08}", 10_000_000 + n), mixed(n) % CUSTOMERS, 1_000 + (mixed(n ^ 0x55) % 900_000) as i64)
}

/// A German account with its check digits.
fn iban(customer: u64) -> String {
    let bank = format!("{:08}{:010}", 50_010_517, customer + 1);
    let rest = format!("{bank}131400").bytes().fold(0u64, |n, b| (n * 10 + u64::from(b - b'0')) % 97);
    format!("DE{:02}{bank}", 98 - rest)
}

fn day_of(n: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2016, 1, 1).unwrap_or_default() + Days::new(n)
}

fn item(n: u64) -> OpenItem {
    let (doc_no, customer, amount) = document(n);
    OpenItem {
        item_id: n.to_string().into(),
        doc_no: doc_no.into(),
        customer_id: format!("K{customer}").into(),
        currency: Currency::EUR,
        open_amount: amount,
        amount,
        doc_date: Some(day_of((n / A_DAY).saturating_sub(30))),
        ..OpenItem::default()
    }
}

/// Payment `n` of the past: it paid document `n`.
fn paid(n: u64, statement: &str, date: NaiveDate) -> Body {
    let item = item(n);
    let payment = Payment {
        payment_id: ContentId(format!("p{n:020x}")),
        account: ACCOUNTS[(n % 5) as usize].to_owned(),
        booking_date: date,
        amount: item.amount,
        currency: Currency::EUR,
        payer_name: Some(format!("Kunde {}", item.customer_id)),
        payer_account: Some(iban(mixed(n) % CUSTOMERS)),
        remittance: vec![format!("Rechnung {}", item.doc_no)],
        end_to_end_id: Some(format!("E{n}")),
        bank_code: "NTRF+166".to_owned(),
        trust: Trust::Proven,
        source: Source { format: Some(Format::Mt940), file: "day.sta".to_owned(), ..Source::default() },
        ..Payment::default()
    };
    let movement = Movement {
        id: format!("a{n:020x}"),
        company: String::new(),
        item_id: item.item_id.to_string(),
        doc_no: item.doc_no.to_string(),
        customer_id: item.customer_id.to_string(),
        applied: item.amount,
        discount: 0,
        writeoff: 0,
        writeoff_code: None,
        charges: 0,
        fx_difference: 0,
        before: item.amount,
        after: 0,
        item: Some(Box::new(item)),
    };
    let decided = Decided {
        outcome: Outcome::Applied,
        reason: ReasonCode::NamedItemExact,
        explanation: movement.doc_no.clone(),
        customer_id: Some(movement.customer_id.clone()),
        error_ppm: 5,
        score: 900,
        margin: Some(600),
        gates: Vec::new(),
        movements: vec![movement],
        on_account: 0,
        other: Vec::new(),
        unapplied: 0,
        disposition: None,
        by: "policy".to_owned(),
        returns: None,
        line: None,
    };
    Body::Payment(Box::new(PaymentBody { base: None, batch: None, statement: statement.to_owned(), payment, decided }))
}

/// The records of past day `d`; the balances go on.
fn past_day(d: u64, balances: &mut [i64; 5], bodies: &mut Vec<Body>) {
    let (first, date) = (d * A_DAY, day_of(d));
    let at = bodies.len();
    if let Some(before) = first.checked_sub(A_DAY) {
        let settled = (before..first).map(|n| Settled { item: n.to_string(), movements: 1, open: 0 }).collect();
        bodies.push(Body::Snapshot(SnapshotBody { settled, ..SnapshotBody::default() }));
    }
    let content = |account: usize| format!("s{d}-{account}");
    for (k, (account, balance)) in ACCOUNTS.iter().zip(balances).enumerate() {
        let own = (first..first + A_DAY).filter(|n| (*n % 5) as usize == k);
        let booked: i64 = own.map(|n| document(n).2).sum();
        let opening = *balance;
        *balance += booked;
        bodies.push(Body::Statement(StatementBody {
            account: (*account).to_owned(),
            currency: "EUR".to_owned(),
            kind: "statement".to_owned(),
            format: "mt940".to_owned(),
            first: Some(date),
            last: Some(date),
            opening: Some(opening),
            closing: Some(*balance),
            entries: A_DAY / 5,
            booked: Some(booked.into()),
            content: content(k),
            figures: format!("f{d}-{k}"),
            file: "day.sta".to_owned(),
            sha256: format!("{:064x}", mixed(d * 5 + k as u64)),
            tie_out: "proven".to_owned(),
            ..StatementBody::default()
        }));
    }
    bodies.extend((first..first + A_DAY).map(|n| paid(n, &content((n % 5) as usize), date)));
    let records = (bodies.len() - at) as u64;
    let input = InputBody {
        role: "statement".to_owned(),
        name: "day.sta".to_owned(),
        sha256: format!("{:064x}", mixed(d)),
        taken: true,
    };
    let run = RunBody {
        run_id: format!("r{d:020x}"),
        records,
        engine_version: env!("CARGO_PKG_VERSION").to_owned(),
        score_version: "1".to_owned(),
        as_of: Some(date),
        inputs: vec![input],
        ..RunBody::default()
    };
    bodies.insert(at, Body::Run(run));
}

fn figure(minor: i64, point: char) -> String {
    format!("{}{point}{:02}", minor.abs() / 100, minor.abs() % 100)
}

/// The statement of the next day of account `k`: so many payments.
fn statement(k: usize, past: u64, open: u64, payments: u64, opening: i64) -> String {
    let date = day_of(past / A_DAY);
    let (day, mut balance) = (date.format("%y%m%d"), opening);
    let mut text = format!(":20:X\r\n:25:{}\r\n:60F:C{day}EUR{}\r\n", ACCOUNTS[k], figure(opening, ','));
    for i in (0..payments).filter(|i| (*i % 5) as usize == k) {
        let far = mixed(i ^ 0xabc) % past.max(1);
        let (n, back) = match i / 5 % 100 {
            0..=4 => (far, false),
            // Of the same account, since that is where it came in.
            5 | 6 => (far / 5 * 5 + k as u64, true),
            _ => (past + mixed(i) % open, false),
        };
        let (doc_no, customer, amount) = document(n);
        let (mark, kind, gvc) = if back { ("DR", "NRTI", 109) } else { ("CR", "NTRF", 166) };
        balance += if back { -amount } else { amount };
        let id = if back { n } else { past * 2 + i };
        let _ = write!(
            text,
            ":61:{day}{mark}{}{kind}NONREF\r\n:86:{gvc}?00X?20EREF+E{id}?21SVWZ+Rechnung {doc_no}?31{}?32Kunde K{customer}\r\n",
            figure(amount, ','),
            iban(customer)
        );
    }
    let _ = write!(text, ":62F:C{day}EUR{}\r\n-\r\n", figure(balance, ','));
    text
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, otherwise| args.get(at).map_or(Ok(otherwise), |a| a.parse::<u64>());
    let folder = Path::new(args.first().ok_or("usage: large_ledger FOLDER [PAST [OPEN [PAYMENTS]]]")?);
    let (past, open, payments) = (number(1, 5_000_000)? / A_DAY * A_DAY, number(2, 500_000)?, number(3, 2_000)?);
    std::fs::create_dir_all(folder.join("day"))?;

    let mut items = "item_id,doc_no,customer_id,currency,open_amount,doc_date\n".to_owned();
    for it in (past..past + open).map(item) {
        let date = it.doc_date.unwrap_or_default();
        let amount = figure(it.open_amount, '.');
        let _ = writeln!(items, "{},{},{},EUR,{amount},{date}", it.item_id, it.doc_no, it.customer_id);
    }
    std::fs::write(folder.join("items.csv"), items)?;
    let mut customers = "customer_id,name,ibans\n".to_owned();
    for c in 0..CUSTOMERS {
        let _ = writeln!(customers, "K{c},Kunde K{c},{}", iban(c));
    }
    std::fs::write(folder.join("customers.csv"), customers)?;

    let mut ledger = Ledger::new(SqliteStore::open(&folder.join("ledger.db"), true, env!("CARGO_PKG_VERSION"))?);
    let (mut balances, mut day) = ([1_000_000_000i64; 5], 0);
    while day < past / A_DAY {
        let until = (day + DAYS_AT_ONCE).min(past / A_DAY);
        let mut bodies = Vec::new();
        (day..until).for_each(|d| past_day(d, &mut balances, &mut bodies));
        ledger.append(&bodies, &Stamp { at: "2026-01-01T00:00:00Z".into(), ..Stamp::default() }, None)?;
        println!("{} payments", until * A_DAY);
        day = until;
    }
    for (k, opening) in balances.into_iter().enumerate() {
        std::fs::write(folder.join(format!("day/{}.sta", ACCOUNTS[k])), statement(k, past, open, payments, opening))?;
    }
    Ok(())
}
