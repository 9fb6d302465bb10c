//! What must hold for any words of a payer: the fuzz target and the test on random texts ask the same questions.

use std::sync::LazyLock;
use tieout::base::{ContentId, Currency};
use tieout::book::{read_customers, read_items};
use tieout::matching::{SpanKind, read_text};
use tieout::model::{Source, Trust};
use tieout::{Engine, OpenItemBook, Payment, Policy};

const ITEMS: &str = "item_id,doc_no,customer_id,customer_name,currency,open_amount,doc_date,payment_reference,refs\n\
    1,RE-2026-00731,K4711,Mueller Metallbau GmbH,EUR,1190.00,2026-04-01,,AB123456\n\
    2,RE-2026-00745,K4711,Mueller Metallbau GmbH,EUR,595.00,2026-04-02,RF18539007547034,\n\
    3,20260412,K4801,Nordsee Handel GmbH,EUR,595.00,2026-04-03,+++090/9337/55493+++,\n\
    4,1234,K4801,Nordsee Handel GmbH,EUR,1190.00,2026-04-03,123456782,\n";
const CUSTOMERS: &str = "customer_id,name,ibans\nK4711,Mueller Metallbau GmbH,DE62370400440532013001\n";

static BOOK: LazyLock<OpenItemBook> = LazyLock::new(|| {
    let items = read_items(ITEMS.as_bytes(), "items.csv").expect("items").items;
    OpenItemBook::build(items, read_customers(CUSTOMERS.as_bytes(), "customers.csv").expect("customers").customers)
});

/// Reads a text whose lines are the pieces of a remittance, and decides a payment with it.
pub fn read_checked(text: &str) {
    let pieces: Vec<&str> = text.split('\n').collect();
    let read = read_text(&BOOK, pieces.iter().copied());
    assert_eq!(read, read_text(&BOOK, pieces.iter().copied()), "the same text is read the same twice");
    let mut end = 0;
    for span in &read.spans {
        assert!(span.range.start >= end && span.range.start < span.range.end, "in order and not empty: {span:?}");
        let word = read.text.get(span.range.clone()).expect("inside the text, on the borders of characters");
        assert!(word.bytes().all(|b| b.is_ascii_digit()) || word.bytes().all(|b| b.is_ascii_uppercase()), "{word}");
        let digits = word.bytes().all(|b| b.is_ascii_digit());
        assert!(span.kind != SpanKind::Number || digits, "a number of letters: {word}");
        assert!(span.kind != SpanKind::Word || !digits, "a word of digits: {word}");
        end = span.range.end;
    }
    // Nothing between the spans is a letter or a digit: what is not in a span was not read.
    let outside = read.spans.iter().fold(read.text.clone(), |mut text, span| {
        text.replace_range(span.range.clone(), &" ".repeat(span.range.len()));
        text
    });
    assert!(!outside.bytes().any(|b| b.is_ascii_alphanumeric()), "left out: {outside:?}");
    let payment = payment(&pieces);
    let engine = Engine::new(Policy::default());
    let decision = engine.propose(&BOOK, &payment);
    let applied: i64 = decision.allocations.iter().map(|a| a.applied).sum();
    let other: i64 = decision.other.iter().map(|o| o.amount).sum();
    assert_eq!(applied + other + decision.on_account + decision.unapplied, payment.amount, "money is conserved");
    assert_eq!(decision, engine.propose(&BOOK, &payment));
}

fn payment(pieces: &[&str]) -> Payment {
    Payment {
        payment_id: ContentId("p0".into()),
        company: String::new(),
        account: "DE89370400440532013000".into(),
        statement_id: None,
        entry_ref: None,
        booking_date: "2026-04-24".parse().expect("a date"),
        value_date: None,
        amount: 119_000,
        currency: Currency::EUR,
        payer_name: Some("Mueller Metallbau".into()),
        payer_account: None,
        payer_bic: None,
        ultimate_payer: None,
        receiving_account: None,
        remittance: pieces.iter().map(|p| (*p).to_owned()).collect(),
        bank_text: None,
        structured_refs: Vec::new(),
        documents: Vec::new(),
        end_to_end_id: None,
        mandate_id: None,
        batch_id: None,
        bank_code: String::new(),
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
