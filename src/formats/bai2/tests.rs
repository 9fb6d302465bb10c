use crate::error::{Error, ErrorCode};
use crate::formats::{ReadOptions, Statements, read_statements};
use crate::model::{BalanceKind, FindingCode, Format, StatementKind, TieOut};

fn read(text: &str) -> Result<Statements, Error> {
    read_statements(text.as_bytes(), &ReadOptions::for_file("day.bai"))
}

/// One account with these records between 03 and its trailer; totals and counts of the trailers are right.
fn file(account: &str, details: &[&str]) -> String {
    let total = |line: &str| -> i128 {
        let cells: Vec<&str> = line.split(['/', ',']).collect();
        let number = |at: usize| cells.get(at).and_then(|c| c.parse::<i128>().ok()).unwrap_or(0);
        match cells[0] {
            "16" => number(2),
            // Four cells a type: code, amount, count, funds type.
            "03" => (4..cells.len()).step_by(4).map(number).sum(),
            _ => 0,
        }
    };
    let sum: i128 = total(account) + details.iter().map(|d| total(d)).sum::<i128>();
    let lines = details.iter().map(|d| d.lines().count()).sum::<usize>() + account.lines().count() + 1;
    let body: String = details.iter().map(|d| format!("{d}\n")).collect();
    format!(
        "01,121000358,9998,260424,0600,1,80,,2/\n02,9998,121000358,1,260423,2359,USD,2/\n{account}\n{body}49,{sum},{lines}/\n98,{sum},1,{}/\n99,{sum},1,{}/\n",
        lines + 2,
        lines + 4
    )
}

const ACCOUNT: &str = "03,1020304,USD,010,100000,,,015,219000,,/";
const CREDIT: &str = "16,165,120000,V,260424,,BANKREF,CUSTREF,ACME CORP PMT INV 1/2, PO 77/";
const DEBIT: &str = "16,475,1000,,,4711/";

#[test]
fn an_account_with_both_ledger_balances_ties_out() {
    let s = read(&file(ACCOUNT, &[CREDIT, DEBIT])).unwrap();
    assert_eq!(s.format, Format::Bai2);
    let s = &s.statements[0];
    assert_eq!(
        (s.tie_out, s.account.as_str(), s.servicer.as_deref()),
        (TieOut::Proven, "1020304", Some("121000358")),
        "{:?}",
        s.findings
    );
    assert_eq!(s.opening.as_ref().map(|b| b.amount.figure()).as_deref(), Some("1000.00"));
    let [credit, debit] = s.entries.as_slice() else { panic!("{:?}", s.entries) };
    assert_eq!((credit.amount.figure(), debit.amount.figure()), ("1200.00".into(), "-10.00".into()));
    assert_eq!(credit.details[0].remittance.unstructured, ["ACME CORP PMT INV 1/2, PO 77"]);
    assert_eq!(
        (credit.servicer_reference.as_deref(), credit.owner_reference.as_deref()),
        (Some("BANKREF"), Some("CUSTREF"))
    );
    assert_eq!(credit.value_date.map(|d| d.to_string()).as_deref(), Some("2026-04-24"));
    assert_eq!(credit.booking_date.map(|d| d.to_string()).as_deref(), Some("2026-04-23"));
    assert_eq!(credit.bank_code.text.as_deref(), Some("Preauthorized ACH Credit"));
    assert_eq!(debit.details[0].cheque_number.as_deref(), Some("4711"));
}

#[test]
fn a_closing_balance_that_differs_is_broken() {
    let s = read(&file(&ACCOUNT.replace("219000", "219001"), &[CREDIT, DEBIT])).unwrap().statements.remove(0);
    assert_eq!(s.tie_out, TieOut::Broken);
    assert!(s.findings.iter().any(|f| f.code == FindingCode::BalanceMismatch));
}

#[test]
fn control_totals_and_counts_of_every_level_are_checked() {
    let good = file(ACCOUNT, &[CREDIT, DEBIT]);
    for (from, to) in [
        ("49,440000,4/", "49,440001,4/"),
        ("49,440000,4/", "49,440000,5/"),
        ("98,440000,1,6/", "98,1,1,6/"),
        ("99,440000,1,8/", "99,440000,2,8/"),
        ("99,440000,1,8/\n", ""),
    ] {
        assert!(good.contains(from), "{good}");
        let s = read(&good.replace(from, to)).unwrap().statements.remove(0);
        assert_eq!(s.tie_out, TieOut::Broken, "{from} as {to}");
        assert!(s.findings.iter().any(|f| f.code == FindingCode::SummaryMismatch), "{from} as {to}");
    }
}

#[test]
fn without_a_closing_ledger_balance_nothing_is_proven_and_nothing_is_owed() {
    let s = read(&file("03,1020304,USD,010,100000,,,045,219000,,/", &[CREDIT])).unwrap().statements.remove(0);
    assert_eq!(s.tie_out, TieOut::Unproven);
    assert!(!s.findings.iter().any(|f| f.code.spoils_tie_out()), "{:?}", s.findings);
    assert_eq!(s.balances[1].kind, BalanceKind::Available);
}

#[test]
fn available_balances_prove_where_they_fit_and_say_nothing_where_they_do_not() {
    let with = |closing: &str| {
        let account = format!("03,1020304,USD,040,100000,,,045,{closing},,/");
        read(&file(&account, &[CREDIT])).unwrap().statements.remove(0)
    };
    assert_eq!(with("220000").tie_out, TieOut::Proven);
    let s = with("219000");
    assert_eq!((s.tie_out, s.opening, s.closing), (TieOut::Unproven, None, None));
}

#[test]
fn a_report_that_counts_more_than_it_shows_is_unproven() {
    let s =
        read(&file("03,1020304,USD,010,100000,,,015,500000,,,100,400000,3,/", &[CREDIT])).unwrap().statements.remove(0);
    assert_eq!(s.tie_out, TieOut::Unproven, "{:?}", s.findings);
    // Where the count agrees, so must the sum.
    let s = read(&file("03,1020304,USD,010,100000,,,100,400000,1,/", &[CREDIT])).unwrap().statements.remove(0);
    assert_eq!(s.tie_out, TieOut::Broken);
}

#[test]
fn funds_types_and_continuations_are_read_past() {
    let immediate = "16,115,450000,S,100000,200000,150000,,,/";
    let spread = "16,195,120000,D,2,0,20000,1,100000,REF,CUST,WIRE IN\n88,FROM ACME, INC. INV 9/";
    let s = read(&file("03,1020304,,/", &[immediate, spread])).unwrap().statements.remove(0);
    assert_eq!(s.entries[1].details[0].remittance.unstructured, ["WIRE IN", "FROM ACME, INC. INV 9"]);
    assert_eq!(s.entries[1].servicer_reference.as_deref(), Some("REF"));
    assert_eq!(s.currency.code(), "USD", "the group's currency");
}

#[test]
fn an_interim_report_of_the_day_is_no_statement_and_a_deletion_is_left_out() {
    let good = file(ACCOUNT, &[CREDIT, DEBIT]);
    let s = read(&good.replace("USD,2/\n03", "USD,3/\n03")).unwrap().statements.remove(0);
    assert_eq!(s.kind, StatementKind::Report);
    let read = read(&good.replace(",1,260423", ",2,260423")).unwrap();
    assert!(read.statements.is_empty());
    assert_eq!(read.findings[0].code, FindingCode::LeftOut);
}

#[test]
fn what_cannot_be_read_exactly_is_an_error_with_its_place() {
    let fails = |from: &str, to: &str| {
        let text = file(ACCOUNT, &[CREDIT, DEBIT]);
        assert!(text.contains(from), "{text}");
        read(&text.replace(from, to)).unwrap_err()
    };
    let e = fails("16,475,1000,", "16,475,10.00,");
    assert_eq!((e.code(), e.place().line, e.place().column), (ErrorCode::Amount, Some(5), Some(8)));
    assert_eq!(fails("16,475,1000,", "16,475,-1000,").code(), ErrorCode::Amount);
    assert_eq!(fails("16,475,", "16,860,").code(), ErrorCode::Value);
    assert_eq!(fails("16,165,120000,V", "16,165,120000,Q").code(), ErrorCode::Value);
    assert_eq!(fails("V,260424", "V,261324").code(), ErrorCode::Date);
    assert_eq!(fails("1020304,USD", "1020304,US").code(), ErrorCode::Currency);
    assert_eq!(fails("16,475,", "17,475,").code(), ErrorCode::Structure);
    assert_eq!(fails(&format!("{ACCOUNT}\n"), "").code(), ErrorCode::Structure);
    assert_eq!(fails("010,100000", "010,1234567890123456789").code(), ErrorCode::Amount);
}
