//! Evidence and gates of others: a gate queues and cannot be lifted, evidence stands among the reasons and in the score
//! version, its weight is bounded, and what is no number is refused.

use chrono::NaiveDate;
use tieout::base::{ContentId, Currency};
use tieout::book::read_items;
use tieout::matching::SCORE_VERSION;
use tieout::matching::extend::{Case, Evidence, Extensions, Gate, Stop, Weighed};
use tieout::model::{EvidenceKind, ReasonCode, Source, Trust};
use tieout::{Decision, Engine, OpenItemBook, Outcome, Payment, Policy};

const ITEMS: &str = "item_id,doc_no,customer_id,customer_name,currency,open_amount,doc_date,status\n\
    1,RE-2026-00731,K1,Mueller Metallbau GmbH,EUR,1190.00,2026-04-01,open\n\
    2,RE-2026-00732,K1,Mueller Metallbau GmbH,EUR,595.00,2026-04-01,disputed\n\
    3,RE-2026-00733,K1,Mueller Metallbau GmbH,EUR,595.00,2026-04-01,open\n";

fn book() -> OpenItemBook {
    OpenItemBook::build(read_items(ITEMS.as_bytes(), "items.csv").unwrap().items, Vec::new())
}

fn payment(text: &str, amount: i64) -> Payment {
    Payment {
        payment_id: ContentId(format!("p-{text}-{amount}")),
        company: String::new(),
        account: "DE89370400440532013000".into(),
        statement_id: None,
        entry_ref: None,
        booking_date: NaiveDate::from_ymd_opt(2026, 4, 24).unwrap(),
        value_date: None,
        amount,
        currency: Currency::EUR,
        payer_name: Some("Mueller Metallbau GmbH".into()),
        payer_account: None,
        payer_bic: None,
        ultimate_payer: None,
        receiving_account: None,
        remittance: vec![text.to_owned()],
        bank_text: None,
        structured_refs: Vec::new(),
        documents: Vec::new(),
        end_to_end_id: None,
        mandate_id: None,
        batch_id: None,
        bank_code: "PMNT/RCDT/ESCT".into(),
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

/// Stops everything above an amount, under a reason.
struct Above(i64, ReasonCode);

impl Gate for Above {
    fn id(&self) -> &str {
        "above"
    }
    fn version(&self) -> u32 {
        3
    }
    fn stop(&self, case: &Case<'_>) -> Option<Stop> {
        let money: i64 = case.answer.shares().map(|s| s.applied).sum();
        (money > self.0).then(|| Stop { reason: self.1, ..Stop::new(format!("{money} is above {}", self.0)) })
    }
}

/// Weighs every answer with a document by the same.
struct Says(&'static str, f64);

impl Evidence for Says {
    fn id(&self) -> &str {
        self.0
    }
    fn version(&self) -> u32 {
        2
    }
    fn weigh(&self, case: &Case<'_>) -> Option<Weighed> {
        let first = case.answer.shares().next()?;
        Some(Weighed { bans: self.1, text: format!("{} says so of {}", self.0, first.item.doc_no) })
    }
}

fn with(extensions: Extensions, payment: &Payment) -> Decision {
    Engine::new(Policy::default()).with_extensions(extensions).propose(&book(), payment)
}

fn plain(payment: &Payment) -> Decision {
    with(Extensions::new(), payment)
}

#[test]
fn a_registered_gate_queues_what_was_automatic_and_says_why() {
    let paid = payment("RE-2026-00731", 119_000);
    assert_eq!(plain(&paid).outcome, Outcome::Applied);
    let stopped = with(Extensions::new().gate(Above(100_000, ReasonCode::RegisteredGate)).unwrap(), &paid);
    assert_eq!((stopped.outcome, stopped.reason), (Outcome::Queued, ReasonCode::RegisteredGate));
    assert_eq!(stopped.explanation, "119000 is above 100000 (gate above version 3)");
    assert_eq!(stopped.gates.len(), 1);
    // The proposal is the same as before: only the permission differs.
    assert_eq!(stopped.candidates[0].allocations, plain(&paid).allocations);
    let let_through = with(Extensions::new().gate(Above(200_000, ReasonCode::RegisteredGate)).unwrap(), &paid);
    assert_eq!(let_through, plain(&paid));
}

#[test]
fn a_gate_may_take_a_reason_of_the_queue_and_no_other() {
    let paid = payment("RE-2026-00731", 119_000);
    let reason = |code| with(Extensions::new().gate(Above(0, code)).unwrap(), &paid).reason;
    assert_eq!(reason(ReasonCode::CustomerHold), ReasonCode::CustomerHold);
    assert_eq!(reason(ReasonCode::NamedItemExact), ReasonCode::RegisteredGate);
}

#[test]
fn a_registered_gate_stops_a_return_too() {
    let items =
        "item_id,doc_no,customer_id,currency,open_amount,amount,status\n1,RE-2026-00731,K1,EUR,0,1190.00,closed\n";
    let book = OpenItemBook::build(read_items(items.as_bytes(), "items.csv").unwrap().items, Vec::new());
    let back =
        Payment { return_reason: Some("AC04".into()), amount: -119_000, ..payment("RETOURE RE-2026-00731", -119_000) };
    struct Never;
    impl Gate for Never {
        fn id(&self) -> &str {
            "never"
        }
        fn version(&self) -> u32 {
            1
        }
        fn stop(&self, _: &Case<'_>) -> Option<Stop> {
            Some(Stop::new("nothing goes back unasked"))
        }
    }
    let engine = Engine::new(Policy::default());
    assert_eq!(engine.propose(&book, &back).outcome, Outcome::Reopened);
    let stopped = engine.with_extensions(Extensions::new().gate(Never).unwrap()).propose(&book, &back);
    assert_eq!((stopped.outcome, stopped.reason), (Outcome::Queued, ReasonCode::RegisteredGate));
    assert!(stopped.allocations.is_empty());
}

#[test]
fn evidence_stands_among_the_reasons_and_in_the_score() {
    let paid = payment("RE-2026-00731", 119_000);
    let before = plain(&paid);
    let after = with(Extensions::new().evidence(Says("seasonal", 0.42)).unwrap(), &paid);
    assert_eq!(after.score, before.score + 42);
    let line = after.candidates[0].supports.iter().find(|l| l.kind == EvidenceKind::Registered).unwrap();
    assert_eq!(
        (line.weight, line.text.as_str()),
        (42, "seasonal says so of RE-2026-00731 (evidence seasonal version 2)")
    );
    let against = with(Extensions::new().evidence(Says("doubt", -0.3)).unwrap(), &paid);
    assert!(against.candidates[0].against.iter().any(|l| l.kind == EvidenceKind::Registered && l.weight == -30));
}

#[test]
fn evidence_and_gates_enter_the_score_version_by_id() {
    let engine = |e: Extensions| Engine::new(Policy::default()).with_extensions(e).score_version();
    assert_eq!(engine(Extensions::new()), SCORE_VERSION);
    let (a, b, gate) = (Says("a", 0.1), Says("b", 0.1), Above(0, ReasonCode::RegisteredGate));
    let one = Extensions::new().evidence(b).unwrap().gate(gate).unwrap().evidence(a).unwrap();
    assert_eq!(engine(one), format!("{SCORE_VERSION}+evidence:a@2+evidence:b@2+gate:above@3"));
}

#[test]
fn the_order_of_registration_changes_nothing() {
    let paid = payment("RE-2026-00731", 119_000);
    let all = |order: [usize; 3]| {
        let mut e = Extensions::new();
        for k in order {
            e = e.evidence([Says("a", 0.9), Says("b", 0.9), Says("c", -0.2)].into_iter().nth(k).unwrap()).unwrap();
        }
        with(e, &paid)
    };
    assert_eq!(all([0, 1, 2]), all([2, 1, 0]));
}

#[test]
fn weights_are_bounded_each_and_together() {
    let paid = payment("RE-2026-00731", 119_000);
    let before = plain(&paid).score;
    assert_eq!(with(Extensions::new().evidence(Says("loud", 1e300)).unwrap(), &paid).score, before + 100);
    let three = Extensions::new().evidence(Says("a", 1.0)).unwrap().evidence(Says("b", 1.0)).unwrap();
    let three = three.evidence(Says("c", 1.0)).unwrap();
    assert_eq!(with(three, &paid).score, before + 150);
}

#[test]
fn a_weight_that_is_no_number_counts_nothing_and_a_person_decides() {
    let paid = payment("RE-2026-00731", 119_000);
    for nonsense in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let decision = with(Extensions::new().evidence(Says("broken", nonsense)).unwrap(), &paid);
        assert_eq!((decision.outcome, decision.reason), (Outcome::Queued, ReasonCode::RegisteredGate));
        assert_eq!(decision.score, plain(&paid).score);
        assert!(decision.explanation.contains("evidence broken version 2 gave a weight that is no finite number"));
    }
}

#[test]
fn no_evidence_lifts_a_gate() {
    let louder = || {
        let e = Extensions::new().evidence(Says("a", 1e9)).unwrap().evidence(Says("b", 1e9)).unwrap();
        e.evidence(Says("c", 1e9)).unwrap()
    };
    let disputed = payment("RE-2026-00732", 59_500);
    let unproven = Payment { trust: Trust::Unproven, ..payment("RE-2026-00731", 119_000) };
    let spoofed = Payment { payer_name: Some("Mu\u{200b}eller".into()), ..payment("RE-2026-00731", 119_000) };
    for p in [disputed, unproven, spoofed] {
        let (before, after) = (plain(&p), with(louder(), &p));
        assert_eq!((before.outcome, after.outcome), (Outcome::Queued, Outcome::Queued));
        assert_eq!((&before.reason, &before.gates), (&after.reason, &after.gates));
    }
}

#[test]
fn ids_are_short_words_and_unique() {
    for id in ["", "Big", "has blank", "1st", "äöü"] {
        assert!(Extensions::new().evidence(Says(id, 0.1)).is_err(), "{id}");
    }
    let twice = Extensions::new().evidence(Says("above", 0.1)).unwrap();
    let error = twice.gate(Above(0, ReasonCode::RegisteredGate)).unwrap_err();
    assert!(error.to_string().contains("id `above` a second time"), "{error}");
}

#[test]
fn a_customer_without_a_company_brings_its_account_to_the_companys_items() {
    let items = "company,item_id,doc_no,customer_id,currency,open_amount\nA,1,RE-2026-00731,K1,EUR,119.00\nA,2,RE-2026-00732,K2,EUR,119.00\n";
    let customers = "customer_id,name,ibans\nK1,Mueller,DE62370400440532013001\nK2,Kraus,\n";
    let items = read_items(items.as_bytes(), "items.csv").unwrap().items;
    let customers = tieout::book::read_customers(customers.as_bytes(), "customers.csv").unwrap().customers;
    let book = OpenItemBook::build(items, customers);
    let silent = Payment {
        company: "A".into(),
        payer_account: Some("DE62370400440532013001".into()),
        payer_name: None,
        remittance: Vec::new(),
        ..payment("", 11_900)
    };
    let decision = Engine::new(Policy::default()).propose(&book, &silent);
    assert_eq!((decision.outcome, decision.reason), (Outcome::Applied, ReasonCode::PayerAmountUnique));
    assert_eq!(decision.allocations[0].item_id, "1");
}
