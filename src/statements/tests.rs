use super::{Day, FiledStatement, Payments, collect, payments};
use crate::base::{Currency, Money, Place};
use crate::model::{
    Balance, BalanceKind, BankCode, Batch, CopyMark, Entry, EntryStatus, FindingCode, Format, Page, Payment, Statement,
    StatementKind, TieOut, TransactionDetails, Trust,
};
use chrono::{Days, NaiveDate};

const ACCOUNT: &str = "DE89370400440532013000";

fn eur(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR)
}

fn day(n: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 12, 20).unwrap().checked_add_days(Days::new(n)).unwrap()
}

fn entry(minor: i64, n: u64, words: &str) -> Entry {
    let mut details = TransactionDetails { amount: Some(eur(minor)), ..TransactionDetails::default() };
    details.remittance.unstructured.push(words.to_owned());
    details.debtor.name = Some("Muster GmbH".to_owned());
    Entry {
        amount: eur(minor),
        reversal: false,
        status: EntryStatus::Book,
        booking_date: Some(day(n)),
        booking_date_derived: false,
        value_date: Some(day(n)),
        bank_code: BankCode::default().into(),
        servicer_reference: None,
        entry_reference: None,
        owner_reference: None,
        batch: None,
        charges: Vec::new(),
        details: vec![details],
        narrative: None,
        place: Place::line(n),
    }
}

fn balance(kind: BalanceKind, minor: i64, n: u64) -> Option<Balance> {
    Some(Balance { kind, amount: eur(minor), date: Some(day(n)), place: Place::default() })
}

/// The statement of day `n` with a number, the opening balance, and entries that it is the sum of.
fn statement(n: u64, number: Option<u64>, opening: i64, entries: Vec<Entry>) -> FiledStatement {
    let mut s = Statement::new(StatementKind::Statement, Format::Camt053, "camt.053.001.08");
    let total: i64 = entries.iter().map(|e| e.amount.minor().unwrap()).sum();
    s.account = ACCOUNT.to_owned();
    s.currency = Currency::EUR;
    s.sequence = number.map(|n| n.to_string());
    s.opening = balance(BalanceKind::OpeningBooked, opening, n);
    s.closing = balance(BalanceKind::ClosingBooked, opening + total, n);
    s.entries = entries;
    s.tie_out = TieOut::Proven;
    FiledStatement { file: format!("day{n}.xml"), statement: s }
}

/// Thirty days over the year's turn, where numbers restart at 1; every seventh day is empty.
fn chain(restart: bool) -> Vec<FiledStatement> {
    let mut opening = 10_000;
    let mut statements = Vec::new();
    for n in 0..30u64 {
        let entries = if n % 7 == 0 { Vec::new() } else { vec![entry(100 + n as i64, n, "a"), entry(-7, n, "fee")] };
        let number = if restart && n >= 12 { n - 11 } else { n + 240 };
        let filed = statement(n, Some(number), opening, entries);
        opening = filed.statement.closing.as_ref().unwrap().amount.minor().unwrap();
        statements.push(filed);
    }
    statements
}

fn named(file: &str, mut filed: FiledStatement) -> FiledStatement {
    filed.file = file.to_owned();
    filed
}

/// Statements that another one contradicts.
fn conflicts(day: &Day) -> usize {
    let told = |f: &&FiledStatement| f.statement.findings.iter().any(|f| f.code == FindingCode::StatementConflict);
    day.statements.iter().filter(told).count()
}

fn codes(day: &Day) -> Vec<FindingCode> {
    day.findings.iter().map(|f| f.code).collect()
}

fn made(day: &Day) -> Payments {
    payments(day, &|_| String::new())
}

fn one_payment(entry: Entry) -> Payment {
    let filed = statement(1, Some(1), 0, vec![entry]);
    let made = made(&collect(vec![filed]));
    assert_eq!(made.payments.len(), 1);
    made.payments.into_iter().next().unwrap()
}

#[test]
fn a_clean_chain_has_no_finding_in_any_order() {
    for restart in [false, true] {
        let forwards = collect(chain(restart));
        assert!(forwards.findings.is_empty(), "{:?}", forwards.findings);
        for step in [7, 11, 29] {
            let original = chain(restart);
            let shuffled: Vec<_> = (0..30).map(|i| original[i * step % 30].clone()).collect();
            let again = collect(shuffled);
            assert_eq!(again, forwards);
        }
    }
}

#[test]
fn same_day_statements_without_numbers_follow_their_balances() {
    let a = statement(1, None, 500, vec![entry(-100, 1, "a")]);
    let b = statement(1, None, 400, vec![entry(-100, 1, "a")]);
    let c = statement(1, None, 300, vec![entry(900, 1, "c")]);
    for order in [vec![&a, &b, &c], vec![&c, &b, &a], vec![&b, &c, &a]] {
        let day = collect(order.into_iter().cloned().collect());
        assert!(day.findings.is_empty(), "{:?}", day.findings);
        assert_eq!((day.statements.len(), day.repeated.len()), (3, 0));
    }
}

#[test]
fn a_missing_statement_is_a_gap_and_what_follows_is_not_trusted() {
    for drop in [1usize, 5, 12, 28] {
        let mut statements = chain(false);
        statements.remove(drop);
        let day = collect(statements);
        assert_eq!(codes(&day), [FindingCode::StatementGap], "dropped {drop}");
        let trust: Vec<_> = day.marks.iter().map(|m| m.trust).collect();
        assert!(trust[..drop].iter().all(Option::is_none));
        assert!(trust[drop..].iter().all(|t| *t == Some(Trust::Gap)));
    }
    // An empty statement leaves the balances whole; its number is missing all the same.
    let mut statements = chain(false);
    statements.remove(7);
    assert_eq!(codes(&collect(statements)), [FindingCode::StatementGap]);
}

#[test]
fn numbers_that_are_days_of_the_year_do_not_make_gaps() {
    let friday = statement(0, Some(354), 0, vec![entry(5, 0, "a")]);
    let monday = statement(3, Some(357), 5, vec![entry(5, 3, "b")]);
    assert!(collect(vec![monday, friday]).findings.is_empty());
}

#[test]
fn the_same_content_under_another_name_is_put_aside() {
    let mut statements = chain(false);
    statements.push(named("copy.xml", statements[4].clone()));
    statements[30].statement.statement_id = Some("other id".to_owned());
    let day = collect(statements.clone());
    assert_eq!((day.statements.len(), day.repeated.len()), (30, 1));
    assert!(day.findings.is_empty(), "{:?}", day.findings);
    assert_eq!(day.repeated[0].1.code, FindingCode::StatementRepeated);
    statements.reverse();
    assert_eq!(collect(statements), day);
}

#[test]
fn a_marked_copy_goes_when_the_original_is_there_and_stays_without() {
    let original = statement(1, Some(3), 0, vec![entry(5, 1, "as written")]);
    let mut copy = named("a-copy.xml", statement(1, Some(3), 0, vec![entry(5, 1, "AS WRITTEN ON PAPER")]));
    copy.statement.copy = Some(CopyMark::Dupl);
    let day = collect(vec![copy.clone(), original]);
    assert_eq!((day.statements.len(), day.repeated.len(), day.findings.len()), (1, 1, 0));
    assert_eq!(day.statements[0].file, "day1.xml");
    assert_eq!(collect(vec![copy]).statements.len(), 1);
}

#[test]
fn one_day_in_two_formats_counts_once_and_camt_is_kept() {
    let camt = statement(1, Some(3), 0, vec![entry(5, 1, "a"), entry(7, 1, "b")]);
    let mut mt940 = named("a.sta", statement(1, Some(77), 0, vec![entry(7, 1, "B?20"), entry(5, 1, "A?20")]));
    mt940.statement.format = Format::Mt940;
    mt940.statement.account = "37040044/0532013000".to_owned();
    let mut csv = named("a.csv", statement(1, None, 0, vec![entry(5, 1, "x"), entry(7, 1, "y")]));
    csv.statement.format = Format::Csv;
    (csv.statement.opening, csv.statement.closing) = (None, None);
    let day = collect(vec![csv, mt940, camt]);
    assert_eq!(day.statements.len(), 1);
    assert_eq!(day.statements[0].statement.format, Format::Camt053);
    assert_eq!(day.repeated.len(), 2);
}

#[test]
fn one_number_with_two_contents_is_a_conflict_and_neither_is_trusted() {
    let a = statement(1, Some(3), 0, vec![entry(5, 1, "a")]);
    let b = named("b.xml", statement(1, Some(3), 0, vec![entry(6, 1, "a")]));
    let day = collect(vec![a, b]);
    assert_eq!(conflicts(&day), 2);
    assert!(day.statements.iter().all(|f| f.statement.tie_out == TieOut::Broken));
    assert!(made(&day).payments.iter().all(|p| p.trust == Trust::Broken));
}

#[test]
fn overlapping_periods_are_told_and_their_common_entries_not_trusted() {
    let a = statement(2, None, 0, vec![entry(5, 1, "a"), entry(6, 2, "b")]);
    let b = named("b.xml", statement(3, None, 5, vec![entry(6, 2, "b"), entry(7, 3, "c")]));
    let day = collect(vec![b, a]);
    assert_eq!(codes(&day), [FindingCode::StatementOverlap]);
    let trust: Vec<_> = made(&day).payments.iter().map(|p| (p.amount, p.trust)).collect();
    assert_eq!(trust, [(5, Trust::Proven), (6, Trust::Overlap), (6, Trust::Overlap), (7, Trust::Proven)]);
}

#[test]
fn what_follows_a_conflict_or_an_overlap_may_continue_either() {
    // Any day of the chain once more with another amount: one conflict, and no gap behind it.
    for n in [1usize, 5, 13, 29] {
        let mut statements = chain(false);
        let mut fork = named("fork.xml", statements[n].clone());
        fork.statement.entries[0].amount = eur(1);
        fork.statement.closing = balance(BalanceKind::ClosingBooked, 1, n as u64);
        statements.push(fork);
        let day = collect(statements);
        assert_eq!((conflicts(&day), codes(&day)), (2, vec![]), "day {n}");
    }
    // A week's export beside its days: overlaps with each day that has entries, and no gap.
    let mut statements = chain(false);
    let week: Vec<Entry> = statements[1..6].iter().flat_map(|f| f.statement.entries.clone()).collect();
    let mut export = named("week.xml", statement(5, None, 10_000, week));
    export.statement.opening = balance(BalanceKind::OpeningBooked, 10_000, 1);
    statements.push(export);
    let day = collect(statements);
    assert_eq!(codes(&day), [FindingCode::StatementOverlap; 5]);
}

#[test]
fn true_twins_stay_two_with_two_ids() {
    let twins = statement(1, Some(1), 0, vec![entry(5, 1, "same"), entry(5, 1, "same")]);
    let next = statement(1, Some(2), 10, vec![entry(5, 1, "same")]);
    let day = collect(vec![next, twins]);
    assert!(day.findings.is_empty(), "{:?}", day.findings);
    let mut ids: Vec<_> = made(&day).payments.into_iter().map(|p| p.payment_id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[test]
fn pages_in_separate_files_become_one_statement() {
    let page = |number: u32, opening: i64, entries: Vec<Entry>, kinds: (BalanceKind, BalanceKind)| {
        let mut filed = named(&format!("p{number}.xml"), statement(1, Some(9), opening, entries));
        filed.statement.page = Some(Page { number, last: None });
        filed.statement.opening.as_mut().unwrap().kind = kinds.0;
        filed.statement.closing.as_mut().unwrap().kind = kinds.1;
        filed
    };
    use BalanceKind::{ClosingBooked, Interim, OpeningBooked};
    let pages = vec![
        page(3, 12, vec![entry(1, 1, "c")], (Interim, ClosingBooked)),
        page(1, 0, vec![entry(5, 1, "a")], (OpeningBooked, Interim)),
        page(2, 5, vec![entry(7, 1, "b")], (Interim, Interim)),
    ];
    let day = collect(pages);
    assert!(day.findings.is_empty(), "{:?}", day.findings);
    assert_eq!(day.statements.len(), 1);
    assert_eq!(day.statements[0].statement.closing.as_ref().unwrap().amount, eur(13));
    let made = made(&day);
    let places: Vec<_> = made.payments.iter().map(|p| (p.amount, p.source.file.as_str())).collect();
    assert_eq!(places, [(5, "p1.xml"), (7, "p2.xml"), (1, "p3.xml")]);
}

#[test]
fn an_entry_of_a_notification_that_stands_in_the_final_statement_is_one_item() {
    let mut sum = entry(12, 1, "batch");
    sum.servicer_reference = Some("REF-1".to_owned());
    sum.details.clear();
    sum.batch = Some(Box::new(Batch { count: Some(2), ..Batch::default() }));
    let last = statement(1, Some(1), 0, vec![sum.clone(), entry(3, 1, "other")]);
    let mut split = sum.clone();
    split.details = vec![entry(5, 1, "RE-1").details.remove(0), entry(7, 1, "RE-2").details.remove(0)];
    let mut notice = named("n.xml", statement(1, None, 0, vec![split, entry(99, 1, "only here, not there")]));
    notice.statement.kind = StatementKind::Notification;
    notice.statement.format = Format::Camt054;
    (notice.statement.opening, notice.statement.closing) = (None, None);
    notice.statement.tie_out = TieOut::Unproven;
    let day = collect(vec![notice, last]);
    assert!(day.findings.is_empty(), "{:?}", day.findings);
    let made = made(&day);
    let mut amounts: Vec<_> = made.payments.iter().map(|p| (p.amount, p.batch_unsplit, p.trust)).collect();
    amounts.sort();
    assert_eq!(
        amounts,
        [(3, false, Trust::Proven), (5, false, Trust::Proven), (7, false, Trust::Proven), (99, false, Trust::Unproven)]
    );
    assert_eq!(made.left_out.len(), 1);
    assert_eq!((made.left_out[0].reason.as_str(), made.left_out[0].sum), ("intraday_repeated", 12));
}

#[test]
fn only_booked_entries_become_payments_and_the_rest_is_counted() {
    let with = |status, minor| Entry { status, ..entry(minor, 1, "x") };
    let mut filed = statement(1, Some(1), 0, vec![entry(0, 1, "zero")]);
    filed.statement.entries.extend([
        with(EntryStatus::Pdng, 5),
        with(EntryStatus::Pdng, 6),
        with(EntryStatus::Info, 7),
        with(EntryStatus::Futr, 8),
        with(EntryStatus::Other, 9),
    ]);
    let made = made(&collect(vec![filed]));
    assert_eq!(made.payments.iter().map(|p| p.amount).collect::<Vec<_>>(), [0]);
    let left: Vec<_> = made.left_out.iter().map(|l| (l.reason.as_str(), l.count, l.sum)).collect();
    assert_eq!(left, [("future", 1, 8), ("information", 1, 7), ("pending", 2, 11), ("unknown_status", 1, 9)]);
}

#[test]
fn an_amount_finer_than_the_currency_is_left_out_and_said() {
    let mut filed = statement(1, Some(1), 0, Vec::new());
    let fine = Money::from_scaled(100_001, 5, Currency::EUR).unwrap();
    filed.statement.entries.push(Entry { amount: fine, ..entry(1, 1, "x") });
    let mut day = collect(vec![filed]);
    day.break_unpostable();
    let told = &day.statements[0].statement;
    assert_eq!(told.tie_out, TieOut::Broken);
    assert!(told.findings.iter().any(|f| f.code == FindingCode::ExcessDecimals));
    let made = made(&day);
    assert!(made.payments.is_empty());
    assert_eq!(made.left_out[0].reason, "excess_decimals");
}

#[test]
fn a_batch_is_split_only_if_its_details_sum() {
    let batch = |parts: &[i64]| {
        let mut e = entry(12, 1, "x");
        e.details = parts.iter().map(|n| entry(*n, 1, "d").details.remove(0)).collect();
        let made = made(&collect(vec![statement(1, Some(1), 0, vec![e])]));
        made.payments.iter().map(|p| (p.amount, p.batch_unsplit)).collect::<Vec<_>>()
    };
    assert_eq!(batch(&[5, 7]), [(5, false), (7, false)]);
    assert_eq!(batch(&[15, -3]), [(15, false), (-3, false)]);
    assert_eq!(batch(&[5, 6]), [(12, true)]);
}

#[test]
fn the_counterparty_is_who_is_not_the_owner_also_in_a_return() {
    let mut back = entry(-500, 1, "returned");
    let d = &mut back.details[0];
    d.creditor.name = Some("Our Ltd".to_owned());
    d.creditor.account = Some(ACCOUNT.to_owned());
    d.debtor.account = Some("NL91ABNA0417164300".to_owned());
    back.bank_code.sub_family = Some("UPDD".to_owned());
    let p = one_payment(back);
    assert_eq!(p.payer_name.as_deref(), Some("Muster GmbH"));
    assert_eq!(p.return_reason.as_deref(), Some("UNSPECIFIED"));
    let mut ours = entry(-500, 1, "we pay");
    ours.details[0].creditor.name = Some("Supplier".to_owned());
    assert_eq!(one_payment(ours).payer_name.as_deref(), Some("Supplier"));
    let mut virtual_account = entry(500, 1, "in");
    virtual_account.details[0].creditor.account = Some("DE00VIRTUAL".to_owned());
    assert_eq!(one_payment(virtual_account).receiving_account.as_deref(), Some("DE00VIRTUAL"));
}

#[test]
fn text_keys_of_returns_are_reasons_and_sequence_types_are_none() {
    let of = |key: &str| {
        let mut e = entry(-500, 1, "x");
        e.bank_code.text_key = Some(key.to_owned());
        one_payment(e).return_reason
    };
    assert_eq!(of("914").as_deref(), Some("914"));
    for none in ["992", "997", "900", "000", "990"] {
        assert_eq!(of(none), None, "{none}");
    }
}

#[test]
fn ids_do_not_depend_on_file_name_line_or_wrapping() {
    let a = entry(500, 1, "RE-2026 00731");
    let mut b = a.clone();
    b.place = Place::line(99);
    b.details[0].remittance.unstructured = vec!["RE-2026".to_owned(), "00731".to_owned()];
    assert_eq!(one_payment(a.clone()).payment_id, one_payment(b).payment_id);
    assert_ne!(one_payment(a).payment_id, one_payment(entry(501, 1, "RE-2026 00731")).payment_id);
}

#[test]
fn original_amounts_charges_and_last_resort_words_are_kept() {
    let mut e = entry(500, 1, "x");
    let usd = Currency::parse("USD").unwrap();
    e.details[0].amounts.instructed = Some(Money::from_minor(550, usd));
    e.charges.push(crate::model::Charge { amount: eur(20), included: None, credit: false });
    e.details[0].remittance.unstructured.clear();
    e.narrative = Some("booking text\nRE-7".to_owned());
    let p = one_payment(e);
    assert_eq!((p.original_amount, p.original_currency, p.charges), (Some(550), Some(usd), 20));
    assert_eq!(p.remittance, ["booking text", "RE-7"]);
    assert_eq!(p.bank_text.as_deref(), Some("booking text\nRE-7"));
}
