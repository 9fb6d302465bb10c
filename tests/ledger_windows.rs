//! A bank's week as exports of any days, in any order, one or several a run: whatever of it came before, every movement is in the ledger
//! once, and nothing is said to be missing once everything is there.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use tieout::ledger::{Body, Ledger, MemoryStore, Stamp, Store};
use tieout::model::InputFile;
use tieout::run::{RunError, RunInputs, run_with_ledger};

/// Amounts of each day, in cents.
type Week = Vec<Vec<i64>>;

/// First and last day of an export.
type Window = (usize, usize);

fn figure(minor: i64) -> String {
    format!("{},{:02}", minor / 100, minor % 100)
}

fn day(n: usize) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 4, 13).expect("a day") + Days::new(n as u64)
}

fn opening(week: &Week, n: usize) -> i64 {
    100_000 + week.iter().take(n).flatten().sum::<i64>()
}

fn camt(week: &Week, (from, to): Window) -> InputFile {
    let money =
        |minor: i64| format!("<Amt Ccy=\"EUR\">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd>", figure(minor).replace(',', "."));
    let balance = |code: &str, minor: i64, at: NaiveDate| {
        format!("<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{}<Dt><Dt>{at}</Dt></Dt></Bal>", money(minor))
    };
    let entry = |n: usize, k: usize, minor: i64| {
        format!(
            "<Ntry>{}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{}</Dt></BookgDt><BkTxCd/><NtryDtls><TxDtls><RmtInf><Ustrd>Teilzahlung {n}/{k}</Ustrd>\
             </RmtInf></TxDtls></NtryDtls></Ntry>",
            money(minor),
            day(n)
        )
    };
    let entries: String = (from..=to)
        .flat_map(|n| week[n].iter().enumerate().map(move |(k, minor)| (n, k, *minor)))
        .map(|(n, k, minor)| entry(n, k, minor))
        .collect();
    let text = format!(
        "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId>\
         <CreDtTm>2026-04-30T18:00:00</CreDtTm></GrpHdr><Stmt><Id>{from}-{to}</Id><CreDtTm>2026-04-30T18:00:00</CreDtTm><FrToDt><FrDtTm>{}T00:00:00</FrDtTm>\
         <ToDtTm>{}T23:59:59</ToDtTm></FrToDt><Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>{}{}{entries}</Stmt></BkToCstmrStmt></Document>",
        day(from),
        day(to),
        balance("OPBD", opening(week, from), day(from)),
        balance("CLBD", opening(week, to + 1), day(to)),
    );
    InputFile { name: format!("{from}-{to}.xml"), bytes: text.into_bytes() }
}

fn mt940(week: &Week, (from, to): Window) -> InputFile {
    let short = |n: usize| day(n).format("%y%m%d").to_string();
    let before = (day(from) - Days::new(1)).format("%y%m%d").to_string();
    let mut text = format!(
        ":20:X\r\n:25:DE02120300000000202051\r\n:28C:0\r\n:60F:C{before}EUR{}\r\n",
        figure(opening(week, from))
    );
    for (n, moved) in week.iter().enumerate().take(to + 1).skip(from) {
        for (k, minor) in moved.iter().enumerate() {
            text.push_str(&format!(
                ":61:{}C{}NTRFNONREF\r\n:86:166?00X?20Teilzahlung {n}/{k}\r\n",
                short(n),
                figure(*minor)
            ));
        }
    }
    text.push_str(&format!(":62F:C{}EUR{}\r\n-\r\n", short(to), figure(opening(week, to + 1))));
    InputFile { name: format!("{from}-{to}.sta"), bytes: text.into_bytes() }
}

/// What the ledger has of the account, in cents, and the last run's gaps.
fn play(week: &Week, runs: &[Vec<Window>], as_camt: bool) -> Result<(), TestCaseError> {
    let mut ledger = Ledger::new(MemoryStore::default());
    let items = "item_id,doc_no,customer_id,customer_name,currency,open_amount,amount,doc_date\nO1,RE-1,K1,Elbe,EUR,900000.00,900000.00,2026-01-01\n";
    let items = InputFile { name: "items.csv".to_owned(), bytes: items.as_bytes().to_vec() };
    let mut brought = vec![false; week.len()];
    for windows in runs {
        let file = |w: &Window| if as_camt { camt(week, *w) } else { mt940(week, *w) };
        let statements = windows.iter().map(file).collect();
        windows.iter().for_each(|w| brought[w.0..=w.1].fill(true));
        let inputs = RunInputs { statements, items: items.clone(), ..RunInputs::default() };
        let gaps = match run_with_ledger(&inputs, &ledger, &|_| {}) {
            Ok(run) => {
                ledger.append(&run.records(), &Stamp::default(), None).expect("records that conserve money");
                run.result.summary.ledger.map(|l| l.gaps).unwrap_or_default()
            }
            Err(RunError::AllKnown(_)) => Vec::new(),
            Err(e) => panic!("{e:?}"),
        };
        let total: i64 = (0..week.len()).filter(|n| brought[*n]).flat_map(|n| &week[n]).sum();
        let records = ledger.store().records(1, 10_000).expect("records");
        let bodies = records.iter().map(|r| Body::parse(r.seq, r.kind, &r.body).expect("a body"));
        let has: i64 =
            bodies.filter_map(|b| if let Body::Payment(p) = b { Some(p.payment.amount) } else { None }).sum();
        prop_assert_eq!(has, total, "after {:?} of {:?} in {:?}", windows, runs, week);
        let whole = brought.iter().skip_while(|b| !**b).skip_while(|b| **b).all(|b| !b);
        prop_assert!(!whole || gaps.is_empty(), "{:?} after {:?} of {:?} in {:?}", gaps, windows, runs, week);
    }
    Ok(())
}

fn weeks() -> impl Strategy<Value = (Week, Vec<Vec<Window>>)> {
    // Every day moves something: days without are told by numbers, which other tests have.
    let week = prop::collection::vec(
        prop::collection::vec(prop::sample::select(vec![5_000, 10_000, 15_000, 7_777]), 1..3),
        3..7,
    );
    week.prop_flat_map(|week| {
        let days = week.len();
        let window = (0..days, 0..days).prop_map(|(a, b)| (a.min(b), a.max(b)));
        // The files of one run have no day in common, as a bank delivers them; those of several runs as they come.
        let apart = |mut windows: Vec<Window>| {
            windows.sort_unstable();
            windows.dedup_by(|b, a| b.0 <= a.1);
            windows
        };
        let runs = prop::collection::vec(prop::collection::vec(window, 1..4).prop_map(apart), 1..5);
        (Just(week), runs)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn exports_of_any_days_in_any_order_bring_every_movement_once((week, runs) in weeks(), as_camt in any::<bool>()) {
        play(&week, &runs, as_camt)?;
    }
}
