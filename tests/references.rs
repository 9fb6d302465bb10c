//! Structured payment references through the whole engine: each scheme's reference in the writings of banks and payers is applied
//! as such; with one wrong digit it stops the payment, wherever the scheme is framed, labelled or in a field.

use chrono::NaiveDate;
use tieout::base::{Currency, content_id};
use tieout::model::{ItemKind, ItemMore, ItemStatus, OpenItem, ReasonCode, Source, Trust};
use tieout::{Decision, Engine, OpenItemBook, Outcome, Payment, Policy};

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

fn item(doc_no: &str, reference: Option<&str>, customer: &str, currency: &str, amount: i64) -> OpenItem {
    OpenItem {
        company: Default::default(),
        item_id: format!("OP-{doc_no}").into(),
        doc_no: doc_no.into(),
        kind: ItemKind::Invoice,
        customer_id: format!("K-{customer}").into(),
        customer_name: customer.into(),
        currency: Currency::parse(currency).unwrap(),
        open_amount: amount,
        amount,
        doc_date: Some(day(3, 2)),
        due_date: Some(day(4, 2)),
        payment_reference: reference.map(Into::into),
        refs: Box::default(),
        discounts: Box::default(),
        expected_by: None,
        status: ItemStatus::Open,
        more: ItemMore::default().into(),
        line: 0,
    }
}

const AMOUNT: i64 = 119_000;

/// The item under test among others of the same and of another customer.
fn book(doc_no: &str, reference: Option<&str>, currency: &str) -> OpenItemBook {
    let mut items = vec![item(doc_no, reference, "Havnegade Motorer", currency, AMOUNT)];
    for k in 0..6 {
        items.push(item(&format!("X{}", 55_310 + 37 * k), None, "Havnegade Motorer", currency, 20_000 + 1_113 * k));
        items.push(item(&format!("X{}", 66_410 + 37 * k), None, "Brunnen & Sohn", currency, 30_000 + 1_117 * k));
    }
    items.push(item("X77001", None, "Brunnen & Sohn", currency, AMOUNT));
    OpenItemBook::build(items, Vec::new())
}

fn payment(currency: &str) -> Payment {
    Payment {
        payment_id: content_id('p', &["1"]),
        company: Default::default(),
        account: "OURS".to_owned(),
        statement_id: None,
        entry_ref: None,
        booking_date: day(4, 17),
        value_date: None,
        amount: AMOUNT,
        currency: Currency::parse(currency).unwrap(),
        payer_name: Some("Havnegade Motorer".to_owned()),
        payer_account: None,
        payer_bic: None,
        ultimate_payer: None,
        receiving_account: None,
        remittance: Vec::new(),
        bank_text: None,
        structured_refs: Vec::new(),
        documents: Vec::new(),
        end_to_end_id: None,
        mandate_id: None,
        batch_id: None,
        bank_code: "PMNT/RCDT/ESCT".to_owned(),
        gvc: None,
        original_amount: None,
        original_currency: None,
        charges: 0,
        reversal: false,
        return_reason: None,
        batch_unsplit: false,
        trust: Trust::Proven,
        source: Source::default(),
    }
}

/// How a reference arrives.
#[derive(Debug, Clone, Copy)]
enum By<'a> {
    /// In the payer's words; `|` is a cut between two pieces.
    Text(&'a str),
    /// In the field for creditor references.
    Field(&'a str),
    /// In the end-to-end id.
    EndToEnd(&'a str),
}
use By::{EndToEnd, Field, Text};

fn decide(book: &OpenItemBook, currency: &str, by: By<'_>) -> Decision {
    let mut payment = payment(currency);
    match by {
        Text(text) => payment.remittance = text.split('|').map(str::to_owned).collect(),
        Field(text) => payment.structured_refs.push(text.to_owned()),
        EndToEnd(text) => payment.end_to_end_id = Some(text.to_owned()),
    }
    Engine::new(Policy::default()).decide(book, &[payment]).remove(0)
}

/// One creditor: `good` writings are applied by reference, `bad` ones stop with the reason for check digits.
fn assert_scheme(currency: &str, reference: &str, good: &[By<'_>], bad: &[By<'_>]) {
    let book = book("F88017", Some(reference), currency);
    let mut wrong = Vec::new();
    for by in good {
        let d = decide(&book, currency, *by);
        let documents: Vec<&str> = d.allocations.iter().map(|a| a.doc_no.as_str()).collect();
        if d.outcome != Outcome::Applied || d.reason != ReasonCode::ReferenceExact || documents != ["F88017"] {
            wrong.push(format!("{by:?}: {:?} {:?} {documents:?} ({})", d.outcome, d.reason, d.explanation));
        }
    }
    for by in bad {
        let d = decide(&book, currency, *by);
        if d.outcome != Outcome::Queued || d.reason != ReasonCode::CheckDigit || !d.allocations.is_empty() {
            wrong.push(format!("{by:?}: {:?} {:?} ({}), expected a stop", d.outcome, d.reason, d.explanation));
        }
    }
    assert!(wrong.is_empty(), "{reference}:\n{}", wrong.join("\n"));
}

#[test]
fn iso_11649() {
    let good = [
        Text("RF75INV2026000731"),
        Text("RF75 INV2 0260 0073 1"),
        Text("rf75 inv2 0260 0073 1 danke"),
        Text("Zahlung RF75INV202|6000731"),
        Field("RF75INV2026000731"),
        Field("RF75 INV2 0260 0073 1"),
    ];
    let bad = [
        Text("RF74INV2026000731"),
        Text("RF75 INV2 0260 0078 1"),
        Text("rf75inv2026000713"),
        Field("RF75INV2026000732"),
    ];
    assert_scheme("EUR", "RF75INV2026000731", &good, &bad);
    let good = [Text("RF34 42"), Text("RF3442"), Text("RF34000000000000000000042"), Field("RF340042")];
    assert_scheme("EUR", "RF34 0000 0000 0000 0000 0004 2", &good, &[Text("RF34000000000000000000043")]);
}

#[test]
fn belgium() {
    let good = [
        Text("+++002/0260/41727+++"),
        Text("***002/0260/41727***"),
        Text("002026041727"),
        Text("FACT. +++002/0260/|41727+++ MERCI"),
        Field("002026041727"),
        Field("+++002/0260/41727+++"),
    ];
    let bad = [
        Text("+++002/0260/41728+++"),
        Text("***002/0620/41727***"),
        Field("002026041728"),
        Text("+++002/0260/4172+++"),
    ];
    assert_scheme("EUR", "+++002/0260/41727+++", &good, &bad);
    assert_scheme("EUR", "002026041727", &good, &bad);
}

#[test]
fn the_netherlands() {
    let good = [
        Text("0000020260417003"),
        Text("Betalingskenmerk 0000.0202.6041.7003"),
        Text("betalingskenmerk: 0000 0202 6041 7003 dank"),
        Text("20260417003"),
        Field("0000020260417003"),
        Field("20260417003"),
    ];
    let bad = [
        Text("Betalingskenmerk 0000.0202.6041.7004"),
        Text("Betalingskenmerk 0000020260417030"),
        Field("0000020260417008"),
        Field("20260417008"),
    ];
    assert_scheme("EUR", "0000020260417003", &good, &bad);
}

#[test]
fn switzerland() {
    let good = [
        Text("00 00000 00000 00202 60417 00813"),
        Text("000000000000002026041700813"),
        Text("Zahlung 00 00000 00000 00202 60417 00813 Besten Dank"),
        Field("000000000000002026041700813"),
        Field("2026041700813"),
    ];
    let bad = [
        Text("00 00000 00000 00202 60417 00818"),
        Text("000000000000002026041700831"),
        Field("000000000000002026041700812"),
        Field("2026041700812"),
    ];
    assert_scheme("CHF", "000000000000002026041700813", &good, &bad);
    assert_scheme("CHF", "00 00000 00000 00202 60417 00813", &good, &bad);
}

#[test]
fn finland_in_both_forms() {
    let good = [
        Text("20260040"),
        Text("2026 0040"),
        Text("00000000000020260040"),
        Text("RF4520260040"),
        Text("RF45 2026 0040"),
        Text("Viite: 20260 040"),
        Field("00000000000020260040"),
        Field("RF4520260040"),
    ];
    let bad = [Text("Viitenumero 20260041"), Text("RF4520260041"), Field("20260041"), Field("RF4620260040")];
    assert_scheme("EUR", "20260040", &good, &bad);
    let bad = [Text("RF4520260041"), Field("RF4620260040")];
    assert_scheme("EUR", "RF4520260040", &good, &bad);
}

#[test]
fn estonia() {
    let good = [Text("Viitenumber 20260040"), Text("Viitenr 2026 0040"), Field("20260040")];
    assert_scheme("EUR", "20260040", &good, &[Text("Viitenumber 20260041"), Field("20260042")]);
}

#[test]
fn sweden() {
    let good = [Text("20260048"), Text("OCR 20260048"), Text("OCR-nummer: 2026 0048"), Field("20260048")];
    assert_scheme("SEK", "20260048", &good, &[Text("OCR 20260049"), Field("20260084")]);
    let good = [Text("2026004206"), Field("2026004206")];
    assert_scheme("SEK", "2026004206", &good, &[Field("2026004207"), Text("OCR: 2026004260")]);
}

#[test]
fn a_swedish_document_number_is_known_as_the_ocr_made_of_it() {
    let book = book("2026004", None, "SEK");
    for text in ["20260048", "202600490"] {
        let d = decide(&book, "SEK", Text(text));
        assert_eq!((d.outcome, d.reason), (Outcome::Applied, ReasonCode::ReferenceExact), "{text}: {}", d.explanation);
    }
}

#[test]
fn norway() {
    let good = [
        Text("000123400202604173"),
        Text("KID 000123400202604173"),
        Text("123400202604173"),
        Field("000123400202604173"),
        Field("123400202604173"),
    ];
    let bad = [Text("KID: 000123400202604174"), Field("000123400202604137"), Field("123400202604174")];
    assert_scheme("NOK", "000123400202604173", &good, &bad);
    let good = [Text("KID 0001234002026417-"), Text("0001234002026417-"), Field("0001234002026417-")];
    let bad = [Text("KID 0001234002026418-"), Field("0001234002026471-")];
    assert_scheme("NOK", "0001234002026417-", &good, &bad);
}

#[test]
fn denmark() {
    let good = [
        Text("+71<000000202604179+80123456<"),
        Text("71 000000202604179"),
        Text("BETALING +71<000000202604179 +80123456<"),
        Text("000000202604179"),
        Field("+71<000000202604179+80123456<"),
        Field("71000000202604179"),
        Field("000000202604179"),
    ];
    let bad = [
        Text("+71<000000202604178+80123456<"),
        Text("+71<000000206204179+80123456<"),
        Field("+71<000000202604178+80123456<"),
        Field("71000000202604178"),
    ];
    assert_scheme("DKK", "+71<000000202604179+80123456<", &good, &bad);
    assert_scheme("DKK", "000000202604179", &good, &bad);
    let good = [Text("+75<0000001234567897+80123456<"), Text("+75<1234567897"), Field("0000001234567897")];
    assert_scheme("DKK", "+75<0000001234567897", &good, &[Text("+75<0000001234567898+80123456<")]);
    assert_scheme(
        "DKK",
        "+04<0000000000000422",
        &[Text("+04<0000000000000422+1234567<")],
        &[Text("+04<0000000000000423")],
    );
}

#[test]
fn the_danish_creditor_number_names_nothing() {
    let mut items = vec![item("80123456", None, "Brunnen & Sohn", "DKK", AMOUNT)];
    items.push(item("F88017", Some("+71<000000202604179+80123456<"), "Havnegade Motorer", "DKK", AMOUNT));
    let book = OpenItemBook::build(items, Vec::new());
    let d = decide(&book, "DKK", Text("+71<000000202604179+80123456<"));
    let documents: Vec<&str> = d.allocations.iter().map(|a| a.doc_no.as_str()).collect();
    assert_eq!((d.outcome, documents), (Outcome::Applied, vec!["F88017"]), "{}", d.explanation);
}

#[test]
fn slovenia_and_croatia() {
    let good = [
        Text("HR01 2026-0731-4710"),
        Text("HR01202607314710"),
        Text("poziv na broj 2026-0731-4710"),
        Field("HR012026-0731-4710"),
    ];
    let bad = [Text("HR01 2026-0731-4711"), Field("HR01 2026-0371-4710")];
    assert_scheme("EUR", "HR01 2026-0731-4710", &good, &bad);
    let good =
        [Text("SI12 2026073147119"), Text("SI122026073147119"), Text("2026073147119"), Field("SI122026073147119")];
    let bad = [Text("SI12 2026073147118"), Text("SI122026073174119"), Field("SI122026073147110")];
    assert_scheme("EUR", "SI122026073147119", &good, &bad);
}

#[test]
fn portugal() {
    let good = [Text("MB 21345 202 604 173"), Text("Ref 202604173"), Text("21345 202604173"), Field("202604173")];
    assert_scheme("EUR", "21345 202 604 173", &good, &[]);
}

#[test]
fn czechia_and_slovakia() {
    let good = [
        EndToEnd("/VS0123/SS/KS0308"),
        EndToEnd("/VS123/SS/KS"),
        Text("/VS/0000000123/SS/77/KS/0308"),
        Text("VS: 123"),
        Field("123"),
    ];
    assert_scheme("CZK", "0123", &good, &[]);
    assert_scheme("EUR", "123", &good, &[]);
}

#[test]
fn italy() {
    let notice = "301234567890123416";
    let good = [Text("/RFB/01234567890123416/1190.00/TXT/PAGAMENTO"), Text(notice), Field(notice)];
    assert_scheme("EUR", notice, &[good[1], good[2]], &[Field("301234567890123417")]);
    assert_scheme("EUR", "01234567890123416", &[good[0]], &[]);
    let good = [Text("/RFS/RF75INV2026000731/1190.00/TXT/A")];
    assert_scheme("EUR", "RF75INV2026000731", &good, &[Text("/RFS/RF75INV2026000732/1190.00")]);
}

#[test]
fn the_document_of_a_polish_split_payment_is_named() {
    let book = book("FV 731/2026", None, "PLN");
    let d = decide(&book, "PLN", Text("/VAT/222,52/IDC/5231242681/INV/FV 731/2026/TXT/zaplata"));
    assert_eq!((d.outcome, d.reason), (Outcome::Applied, ReasonCode::NamedItemExact), "{}", d.explanation);
    assert_eq!(d.allocations.len(), 1);
}

#[test]
fn the_documents_of_an_820_are_named_and_its_amounts_are_not() {
    let mut items = vec![item("RE-2026-00731", None, "Havnegade Motorer", "USD", AMOUNT)];
    // A document whose number is the amount: it must not be taken for it.
    items.push(item("1190", None, "Havnegade Motorer", "USD", 5_000));
    items.push(item("119000", None, "Havnegade Motorer", "USD", 6_000));
    let book = OpenItemBook::build(items, Vec::new());
    for text in [
        "RMR*IV*RE-2026-00731**1190.00*1190.00*0~",
        "705RMR*IV*RE-2026-|00731**1190*1190\\",
        "RMR*IV*RE-2026-00731**1190~",
    ] {
        let d = decide(&book, "USD", Text(text));
        let documents: Vec<&str> = d.allocations.iter().map(|a| a.doc_no.as_str()).collect();
        assert_eq!((d.outcome, documents), (Outcome::Applied, vec!["RE-2026-00731"]), "{text}: {}", d.explanation);
    }
}

#[test]
fn a_scheme_that_no_item_uses_stops_nothing() {
    // Document numbers in the field for references, none of which passes any check on purpose.
    let items = (0..40).map(|k| item(&format!("{}", 4_411_020 + 13 * k), None, "Havnegade Motorer", "EUR", 90_000 + k));
    let mut items: Vec<OpenItem> = items.collect();
    items.push(item("RF2026000731", None, "Havnegade Motorer", "EUR", AMOUNT));
    let book = OpenItemBook::build(items, Vec::new());
    for by in [Text("RF2026000731"), Field("RF2026000731"), Text("+++002/0260/41728+++ RF2026000731")] {
        let d = decide(&book, "EUR", by);
        assert_eq!(d.outcome, Outcome::Applied, "{by:?}: {:?} {}", d.reason, d.explanation);
    }
}

#[test]
fn a_right_reference_that_no_item_bears_is_not_guessed_from_the_amount() {
    let book = book("F88017", Some("+++002/0260/41727+++"), "EUR");
    for by in [Text("+++010/8068/17183+++"), Field("010806817183")] {
        let d = decide(&book, "EUR", by);
        assert_eq!(d.outcome, Outcome::Queued, "{by:?}: {}", d.explanation);
    }
}

#[test]
fn no_text_of_signs_and_digits_panics_or_applies_a_wrong_document() {
    let references = ["+++002/0260/41727+++", "0000020260417003", "000000000000002026041700813", "20260040", "0123"];
    let pieces = [
        "+++",
        "***",
        "/VS",
        "/SS",
        "RF",
        "RF75",
        "+71<",
        "<",
        "+",
        "SI12",
        "HR01",
        "/RFB/",
        "RMR*IV*",
        "~",
        "*",
        "KID ",
        "-",
        "\u{e9}",
        "\n",
        " ",
        "0",
        "12",
        "20260040",
        "002/0260/41727",
        "/VAT/",
        "/IDC/",
        "/INV/",
        "999999999999999999999999999",
    ];
    let books: Vec<OpenItemBook> = references.iter().map(|r| book("F88017", Some(r), "EUR")).collect();
    let mut state = 7u64;
    for round in 0..4_000 {
        let mut text = String::new();
        for _ in 0..(round % 9) + 1 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
        }
        for book in &books {
            for by in [Text(&text), Field(&text), EndToEnd(&text)] {
                let d = decide(book, "EUR", by);
                assert!(d.allocations.iter().all(|a| a.doc_no == "F88017"), "{by:?}");
            }
        }
    }
}
