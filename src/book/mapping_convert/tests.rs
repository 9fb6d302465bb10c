use super::super::{read_items, write_items_csv};
use super::*;
use crate::model::{ItemKind, ItemStatus};

const GERMAN: &str = include_str!("../../../fixtures/maps/german-list.toml");
const GERMAN_CSV: &[u8] = include_bytes!("../../../fixtures/maps/german-list.csv");
const LINES_MAP: &str = include_str!("../../../fixtures/maps/invoice-lines.toml");
const LINES_CSV: &str = include_str!("../../../fixtures/maps/invoice-lines.csv");

fn map(text: &str) -> ItemsMap {
    ItemsMap::from_toml(text, "map.toml").unwrap_or_else(|e| panic!("{e} {:?}", e.hint()))
}

#[test]
fn a_german_list_converts_and_reads_back() {
    let read = map(GERMAN).read(GERMAN_CSV, "op.csv").unwrap_or_else(|e| panic!("{}", e[0]));
    assert_eq!(read.left_out, [("total".to_owned(), 2)]);
    let [invoice, credit, third] = read.items.as_slice() else { panic!("three items") };
    assert_eq!((invoice.item_id.as_str(), invoice.doc_no.as_str()), ("1000-1800000001-2026", "RE-2026-731"));
    assert_eq!((invoice.customer_id.as_str(), invoice.customer_name.as_str()), ("0004711", "Müller & Söhne"));
    assert_eq!((invoice.open_amount, invoice.discounts.first().unwrap().amount), (119_000, 2_380));
    assert_eq!(*invoice.refs, ["PO-1", "LS-9"]);
    assert_eq!((credit.kind, credit.open_amount, credit.status), (ItemKind::CreditNote, -11_900, ItemStatus::Disputed));
    assert_eq!((third.open_amount, third.amount), (50, 200_000));
    let again = read_items(write_items_csv(&read.items).as_bytes(), "items.csv").unwrap().items;
    assert_eq!(
        again.iter().map(|i| (&i.item_id, i.open_amount)).collect::<Vec<_>>(),
        read.items.iter().map(|i| (&i.item_id, i.open_amount)).collect::<Vec<_>>()
    );
}

#[test]
fn rows_per_invoice_line_become_one_item_or_an_error() {
    let read = map(LINES_MAP).read(LINES_CSV.as_bytes(), "x.csv").unwrap_or_else(|e| panic!("{}", e[0]));
    let got: Vec<_> = read.items.iter().map(|i| (i.doc_no.as_str(), i.open_amount)).collect();
    assert_eq!(got, [("INV-0041", 119_000), ("CN-0003", -5_000)]);
    assert_eq!(read.left_out, [("further_row_of_item".to_owned(), 1), ("not_final".to_owned(), 1)]);
    let bad = LINES_CSV.replacen("\"1,190.00\",Freight", "\"1,180.00\",Freight", 1);
    let errors = map(LINES_MAP).read(bad.as_bytes(), "x.csv").unwrap_err();
    let place = errors.first().unwrap().place();
    assert_eq!((errors.len(), place.line, place.path.as_deref()), (1, Some(3), Some("InvoiceAmountDue")));
}

#[test]
fn faults_carry_the_titles_of_the_export() {
    let bad = LINES_CSV
        .replace("05/04/2026,05/04/2026,50.00", "2026-04-05,05/04/2026,50,00")
        .replace("50,00,50.00", "5x.00,50.00");
    let errors = map(LINES_MAP).read(bad.as_bytes(), "x.csv").unwrap_err();
    let got: Vec<_> = errors.iter().map(|e| (e.code(), e.place().line, e.place().path.as_deref())).collect();
    assert_eq!(got, [(ErrorCode::Date, Some(4), Some("InvoiceDate")), (ErrorCode::Amount, Some(4), Some("Total"))]);
    let e = map(LINES_MAP).read(b"a,b\n1,2\n", "x.csv").unwrap_err();
    assert_eq!(e.first().unwrap().code(), ErrorCode::Header);
    let e = map(LINES_MAP).read(LINES_CSV.replace("InvoiceAmountDue", "Due").as_bytes(), "x.csv").unwrap_err();
    assert!(e.first().unwrap().expected().ends_with("missing: InvoiceAmountDue"), "{}", e[0]);
}

#[test]
fn a_mapping_with_faults_is_refused_with_line_and_suggestion() {
    let fails = |from: &str, to: &str| ItemsMap::from_toml(&LINES_MAP.replace(from, to), "m").unwrap_err();
    let e = fails("open_amount =", "opn_amount =");
    assert_eq!((e.place().line.is_some(), e.hint()), (true, Some("did you mean `open_amount`?")));
    assert_eq!(fails("thousands =", "thousand =").hint(), Some("did you mean `thousands`?"));
    assert_eq!(fails("currency = \"Currency\"\n", "").code(), ErrorCode::Config);
    assert_eq!(fails("\"credit_note\"", "\"credit\"").code(), ErrorCode::Config);
}

#[test]
fn a_thousands_sign_that_the_mapping_does_not_know_is_not_read_as_decimals() {
    let text = |decimal: &str, thousands: &str| {
        format!(
            "id = \"n\"\n[columns]\nitem_id = \"n\"\ndoc_no = \"n\"\ncustomer_id = \"c\"\nopen_amount = \"a\"\n[constants]\n\
             currency = \"EUR\"\n[format]\ndecimal = \"{decimal}\"\nthousands = \"{thousands}\"\ndate = [\"%Y-%m-%d\"]\n"
        )
    };
    let read = |decimal: &str, thousands: &str, rows: &str| {
        map(&text(decimal, thousands)).convert(format!("n;c;a\n{rows}").as_bytes(), "f")
    };
    for (decimal, thousands, rows) in [(".", "", "1;x;3.000\n"), (",", ".", "1;x;1,190\n2;x;1190,00\n")] {
        let errors = read(decimal, thousands, rows).unwrap_err();
        let place = errors[0].place();
        assert_eq!((errors.len(), place.line, place.column, place.path.as_deref()), (1, Some(2), Some(3), Some("a")));
        assert!(
            errors[0].found().contains(rows.split([';', '\n']).nth(2).unwrap()),
            "as the export writes it: {}",
            errors[0]
        );
    }
    assert_eq!(read(",", ".", "1;x;3.000\n").unwrap()[0].open_amount, 300_000);
    let errors = read(",", ".", "1;x;1,190.00\n").unwrap_err();
    assert!(errors[0].hint().unwrap().contains("swapped"));
    let errors = read(",", ".", "Summe;;28.264,67\n").unwrap_err();
    assert!(errors[0].hint().unwrap().contains("[[skip]]") && errors[0].place().column == Some(2), "{}", errors[0]);
}

#[test]
fn negate_and_constants() {
    let text = "id = \"n\"\n[columns]\nitem_id = \"n\"\ndoc_no = \"n\"\ncustomer_id = \"c\"\nopen_amount = \"a\"\n[constants]\n\
        currency = \"EUR\"\n[format]\ndecimal = \",\"\ndate = [\"%Y-%m-%d\"]\nsign = \"negate\"\n";
    let items = map(text).convert(b"n;c;a\n1;x;-12,50\n", "f").unwrap();
    assert_eq!(items.first().unwrap().open_amount, 1250);
    let errors = map(text).convert(b"n;c;a\n1;x;USD 12,50\n", "f").unwrap_err();
    assert_eq!((errors.len(), errors.first().unwrap().code()), (1, ErrorCode::Currency));
}
