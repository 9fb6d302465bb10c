//! What would have made a queued payment automatic: with the figure, the key of the policy, and the rival.

use tieout::base::{ContentId, Currency};
use tieout::book::{read_customers, read_items};
use tieout::model::ReasonCode;
use tieout::{Decision, Engine, OpenItemBook, Outcome, Payment, Policy};

const ITEMS: &str = "item_id,doc_no,customer_id,customer_name,currency,open_amount,amount,doc_date,status\n\
    1,RE-2026-00731,K1,Mueller Metallbau GmbH,EUR,1190.00,1190.00,2026-04-01,open\n\
    2,RE-2026-00745,K1,Mueller Metallbau GmbH,EUR,595.00,595.00,2026-04-01,open\n\
    3,RE-2026-00746,K1,Mueller Metallbau GmbH,EUR,595.00,595.00,2026-04-01,open\n\
    4,RE-2026-00812,K2,Kraus Kabel AG,EUR,310.40,310.40,2026-04-01,open\n\
    5,RE-2026-00813,K2,Kraus Kabel AG,EUR,0.00,77.70,2026-04-01,closed\n";
const CUSTOMERS: &str =
    "customer_id,name,ibans,segment\nK1,Mueller Metallbau GmbH,DE62370400440532013001,industry\nK2,Kraus Kabel AG,,\n";

fn book() -> OpenItemBook {
    let customers = read_customers(CUSTOMERS.as_bytes(), "customers.csv").unwrap().customers;
    OpenItemBook::build(read_items(ITEMS.as_bytes(), "items.csv").unwrap().items, customers)
}

fn payment(id: &str, text: &str, amount: i64) -> Payment {
    Payment {
        payment_id: ContentId(id.to_owned()),
        account: "DE89370400440532013000".into(),
        booking_date: chrono::NaiveDate::from_ymd_opt(2026, 4, 24).unwrap(),
        amount,
        currency: Currency::EUR,
        payer_name: Some("Mueller Metallbau GmbH".into()),
        payer_account: Some("DE62370400440532013001".into()),
        remittance: vec![text.to_owned()],
        bank_code: "PMNT/RCDT/ESCT".into(),
        trust: tieout::model::Trust::Proven,
        ..Payment::default()
    }
}

fn decide(policy: &str, payments: &[Payment]) -> Vec<Decision> {
    let policy: Policy = toml::from_str(policy).unwrap();
    Engine::new(policy).decide(&book(), payments)
}

fn needed(decision: &Decision) -> &str {
    assert_eq!(decision.outcome, Outcome::Queued);
    decision.would_need.as_deref().unwrap_or("")
}

#[test]
fn a_limit_is_named_with_its_key_and_figures() {
    let one = decide("cap = 1000", &[payment("p1", "RE-2026-00731", 119_000)]);
    assert_eq!(one[0].reason, ReasonCode::PolicyLimit);
    assert_eq!(needed(&one[0]), "an amount of at most 1000 EUR, which is `cap` in the policy; this one is 1190.00 EUR");
    let one = decide("[segment.industry]\ncap = 500", &[payment("p1", "RE-2026-00731", 119_000)]);
    assert!(needed(&one[0]).contains("at most 500 EUR, which is `segment.industry.cap`"), "{}", needed(&one[0]));
    let one = decide("[customer.K1]\ncap = 600", &[payment("p1", "RE-2026-00731", 119_000)]);
    assert!(needed(&one[0]).contains("at most 600 EUR, which is `customer.K1.cap`"), "{}", needed(&one[0]));
    let one = decide("[tolerance]\ndaily_cap_minor_units = 1", &[payment("p1", "RE-2026-00731", 118_998)]);
    assert_eq!(one[0].reason, ReasonCode::PolicyLimit);
    let text = "at most 0.01 EUR written off on one day, which is `tolerance.daily_cap_minor_units` in the policy; here it is 0.02 EUR";
    assert_eq!(needed(&one[0]), text);
}

#[test]
fn the_error_budget_is_named_with_the_chance_and_what_would_have_lowered_it() {
    let stranger = Payment {
        payer_name: Some("Ostsee Handels UG".into()),
        payer_account: None,
        ..payment("p1", "RE-2026-00812", 31_040)
    };
    let one = decide("error_budget_ppm = 1", &[stranger]);
    assert_eq!(one[0].reason, ReasonCode::PolicyLimit);
    let text = needed(&one[0]);
    assert!(text.contains("at most 1 in a million, which is `error_budget_ppm` in the policy; here it is "), "{text}");
    assert!(text.ends_with("for one, the payer's account or name with Kraus Kabel AG"), "{text}");
}

#[test]
fn two_answers_that_fit_are_named_both() {
    let one = decide("", &[payment("p1", "Zahlung", 59_500)]);
    assert_eq!(one[0].reason, ReasonCode::Ambiguous);
    let text = "a number in the text that tells them apart: RE-2026-00745 for the one, RE-2026-00746 for the other";
    assert_eq!(needed(&one[0]), text);
    let one = decide("", &[payment("p1", "Zahlung", 119_000)]);
    let text = needed(&one[0]);
    assert!(text.contains("RE-2026-00731 for the one") && text.contains("RE-2026-00745 + RE-2026-00746"), "{text}");
}

#[test]
fn payments_that_claim_one_document_are_named_with_what_each_would_need() {
    let other = Payment {
        payer_name: Some("Ostsee Handels UG".into()),
        payer_account: None,
        ..payment("p2", "RE-2026-00731", 119_000)
    };
    let both = decide("", &[payment("p1", "RE-2026-00731", 119_000), other]);
    assert_eq!((both[0].reason, both[1].reason), (ReasonCode::Tie, ReasonCode::Tie));
    assert_eq!(
        needed(&both[0]),
        "nothing in this text: it names RE-2026-00731, and so does p2, which would have to name another document"
    );
}

#[test]
fn a_return_told_by_payer_and_amount_is_not_said_to_name_a_number() {
    let back = Payment {
        payer_name: Some("Kraus Kabel AG".into()),
        payer_account: None,
        return_reason: Some("AC04".into()),
        ..payment("p1", "Retoure", -7_770)
    };
    let one = decide("", &[back]);
    assert_eq!(one[0].candidates[0].supports[0].kind.as_str(), "amount", "{:?}", one[0].candidates);
}
