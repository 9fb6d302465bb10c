use super::*;

const HEAD: &str = "item_id,doc_no,customer_id,currency,open_amount";

fn read(extra: &str, rows: &[&str]) -> Result<ItemsRead, Vec<Error>> {
    let text = format!("{HEAD}{extra}\n{}\n", rows.join("\n"));
    read_items(text.as_bytes(), "items.csv")
}

fn codes(result: Result<ItemsRead, Vec<Error>>) -> Vec<(ErrorCode, Option<u64>, Option<u64>)> {
    result.unwrap_err().iter().map(|e| (e.code(), e.place().line, e.place().column)).collect()
}

#[test]
fn an_item_reads_whole() {
    let extra = ",company,doc_type,customer_name,amount,doc_date,due_date,payment_reference,refs,payer_id,expected_by,mandate_id,\
                 collection_id,status,gl_account,version,x_note,open_amount_base,base_currency";
    let row = "1,RE-1,C1,USD,100.5,ACME,credit_note,Muster GmbH,-300.00,2026-04-01,2026-05-01,RF18,PO 1| PO 2 ,C2,direct_debit,M1,B1,\
               disputed,1400,7,hi,99.00,EUR";
    let got = read(extra, &[&row.replace("100.5", "-100.5")]).unwrap();
    let item = got.items.first().unwrap();
    assert_eq!((item.open_amount, item.amount, item.kind), (-10050, -30000, ItemKind::CreditNote));
    assert_eq!(*item.refs, ["PO 1", "PO 2"]);
    assert_eq!((item.status, item.expected_by), (ItemStatus::Disputed, Some(ExpectedBy::DirectDebit)));
    assert_eq!(item.more.extra.get("x_note").map(String::as_str), Some("hi"));
    assert_eq!(item.more.extra.get("open_amount_base").map(String::as_str), Some("99.00"));
    assert_eq!(item.line, 2);
    let e = read(extra, &[row]).unwrap_err();
    assert!(e.iter().any(|e| e.hint().is_some_and(|h| h.contains("by_type"))), "a credit note above zero");
}

#[test]
fn a_key_given_twice_is_told_beside_another_fault_of_its_row() {
    let text = "item_id,doc_no,customer_id,currency,open_amount\n1,RE-1,C1,EUR,1.00\n1,RE-2,C1,EUR,x\n";
    let errors = read_items(text.as_bytes(), "items.csv").unwrap_err();
    let codes: Vec<_> = errors.iter().map(|e| (e.code(), e.place().line)).collect();
    assert_eq!(codes, [(ErrorCode::Duplicate, Some(3)), (ErrorCode::Amount, Some(3))], "{errors:?}");
}

#[test]
fn a_row_of_wrong_length_does_not_hide_the_faults_of_others() {
    let text = "item_id,doc_no,customer_id,currency,open_amount\n1,RE-1,C1,EUR,x\n2,RE-2,C1\n3,RE-3,C1,XXQ,1.00\n";
    let errors = read_items(text.as_bytes(), "items.csv").unwrap_err();
    let lines: Vec<_> = errors.iter().map(|e| e.place().line).collect();
    assert_eq!(lines, [Some(2), Some(3), Some(4)], "{errors:?}");
}

#[test]
fn all_faults_come_at_once_in_file_order() {
    let got = read(
        ",due_date,status",
        &[
            "1,A,C1,EUR,1.005,,",
            "2,B,C1,EU,1.00,,",
            "3,C,,EUR,1.00,2026-2-1,",
            "4,D,C1,EUR,\"1,00\",,",
            "5,E,C1,EUR,1.00,,opn",
            "1,F,C1,EUR,1.00,,",
        ],
    );
    let want = [
        (ErrorCode::Amount, Some(2), Some(5)),
        (ErrorCode::Currency, Some(3), Some(4)),
        (ErrorCode::Missing, Some(4), Some(3)),
        (ErrorCode::Date, Some(4), Some(6)),
        (ErrorCode::Amount, Some(5), Some(5)),
        (ErrorCode::Value, Some(6), Some(7)),
        (ErrorCode::Duplicate, Some(7), Some(1)),
    ];
    assert_eq!(codes(got), want);
    assert_eq!(codes(read("", &["1,A,C1,EUR,1.00", "1,B,C1,EUR,2.00"])), [(ErrorCode::Duplicate, Some(3), Some(1))]);
}

#[test]
fn trailing_zeros_are_fine_and_decimals_follow_the_currency() {
    let items = read("", &["1,A,C1,EUR,1.0000", "2,B,C1,JPY,1200", "3,C,C1,KWD,1.234"]).unwrap().items;
    assert_eq!(items.iter().map(|i| i.open_amount).collect::<Vec<_>>(), [100, 1200, 1234]);
    assert_eq!(codes(read("", &["1,A,C1,JPY,1.5"])), [(ErrorCode::Amount, Some(2), Some(5))]);
}

#[test]
fn three_digits_behind_the_sign_are_refused_unless_the_column_shows_what_they_are() {
    assert_eq!(codes(read("", &["1,A,C1,EUR,3.000"])), [(ErrorCode::Amount, Some(2), Some(5))]);
    // Beside two decimals it may still be a slip of one row.
    assert_eq!(codes(read("", &["1,A,C1,EUR,3.00", "2,B,C1,EUR,1.190"])), [(ErrorCode::Amount, Some(3), Some(5))]);
    assert_eq!(
        codes(read(",amount", &["1,A,C1,EUR,3.00,-3.000"])).first(),
        Some(&(ErrorCode::Amount, Some(2), Some(6)))
    );
    assert_eq!(codes(read("", &["1,A,C1,JPY,1.000"])), [(ErrorCode::Amount, Some(2), Some(5))]);
    let errors = read("", &["1,A,C1,EUR,1.005"]).unwrap_err();
    assert_eq!(errors.len(), 1, "finer than the currency, said once");
    assert!(errors[0].hint().is_some_and(|h| h.contains("thousands")));
    let items = read("", &["1,A,C1,EUR,3.000", "2,B,C1,EUR,1190.000"]).unwrap().items;
    assert_eq!(items.iter().map(|i| i.open_amount).collect::<Vec<_>>(), [300, 119_000]);
}

#[test]
fn an_open_amount_far_from_its_document_is_a_finding() {
    let got = read(",amount", &["1,A,C1,EUR,3.00,3000.00", "2,B,C1,EUR,120.00,100.00", "3,C,C1,EUR,40.00,100.00"]);
    let findings = got.unwrap().findings;
    let lines: Vec<_> = findings.iter().map(|f| (f.code, f.place.line)).collect();
    assert_eq!(lines, [(FindingCode::AmountUnlikely, Some(2)), (FindingCode::AmountUnlikely, Some(3))]);
}

#[test]
fn a_row_that_looks_like_a_total_and_a_file_in_the_wrong_place_say_so() {
    let errors = read("", &[",,,,28264.67"]).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert!(errors[0].found().starts_with("no item_id, no doc_no") && errors[0].hint().unwrap().contains("total"));
    let errors = read_items(b"customer_id,name,ibans\nC1,A,\n", "c.csv").unwrap_err();
    assert_eq!((errors.len(), errors[0].hint()), (1, Some("customers are given with --customers")));
    let errors = read_items(b"PK\x03\x04\x14\0\x06\0[Content_Types].xml", "op.xlsx").unwrap_err();
    assert!(errors[0].found().contains("Excel") && errors[0].hint().unwrap().contains("CSV"));
}

#[test]
fn closed_and_zero_items_are_kept_or_counted() {
    let got = read(",status", &["1,A,C1,EUR,0.00,closed", "2,B,C1,EUR,0,", "3,C,C1,EUR,-0.00,"]).unwrap();
    assert_eq!((got.items.len(), got.left_out_zero), (1, 2));
    assert_eq!(codes(read(",status", &["1,A,C1,EUR,1.00,closed"])), [(ErrorCode::Value, Some(2), Some(5))]);
}

#[test]
fn shared_numbers_and_early_due_dates_are_findings() {
    let got = read(
        ",doc_date,due_date",
        &["1,A,C1,EUR,1,,", "2,A,C2,EUR,1,,", "3,A,C3,EUR,1,2026-04-02,2026-04-01", "4,B,C1,EUR,1,,", "5,B,C1,EUR,1,,"],
    );
    let codes: Vec<_> = got.unwrap().findings.iter().map(|f| f.code).collect();
    assert_eq!(codes, [FindingCode::DocumentNumberShared, FindingCode::DueBeforeDocument]);
}

#[test]
fn discounts_are_resolved_rounded_and_sorted() {
    let extra = ",amount,discount_until,discount_percent,discount_base,discount_until_2,discount_amount_2";
    let got = read(
        extra,
        &[
            "1,A,C1,EUR,50.00,101.25,2026-04-20,2,,2026-04-10,5.00",
            "2,B,C1,EUR,99.95,,2026-04-20,3 %,,,",
            "3,C,C1,EUR,119,,2026-04-20,2.5,100.00,,",
        ],
    );
    let items = got.unwrap().items;
    let tiers: Vec<Vec<i64>> = items.iter().map(|i| i.discounts.iter().map(|d| d.amount).collect()).collect();
    assert_eq!(tiers, [vec![500, 203], vec![300], vec![250]]);
    assert_eq!(codes(read(",discount_until", &["1,A,C1,EUR,1,2026-04-20"])), [(ErrorCode::Missing, Some(2), Some(6))]);
    assert_eq!(codes(read(",discount_percent", &["1,A,C1,EUR,1,2"])), [(ErrorCode::Missing, Some(2), None)]);
    assert_eq!(
        codes(read(",discount_percent,discount_until", &["1,A,C1,EUR,1,2.125,2026-04-20"])),
        [(ErrorCode::Value, Some(2), Some(6))]
    );
}

#[test]
fn json_lines_read_as_csv_does() {
    let json = "{\"item_id\":\"1\",\"doc_no\":\"A\",\"customer_id\":\"C1\",\"currency\":\"EUR\",\"open_amount\":\"1190.00\",\"refs\":[\"P1\",\"P2\"]}\n";
    let got = read_items(json.as_bytes(), "items.jsonl").unwrap();
    let item = got.items.first().unwrap();
    assert_eq!((item.open_amount, item.refs.len()), (119_000, 2));
}
