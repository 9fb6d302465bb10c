//! Payments and decisions for the tests of this folder.

use super::Decided;
use crate::base::{ContentId, Currency, Place};
use crate::model::*;
use chrono::NaiveDate;

pub(super) struct Sample {
    pub(super) payments: Vec<Payment>,
    pub(super) decisions: Vec<Decision>,
    pub(super) items: Vec<OpenItem>,
    pub(super) customers: Vec<Customer>,
}

impl Sample {
    pub(super) fn decided(&self) -> Decided<'_> {
        Decided {
            payments: (&self.payments).into(),
            decisions: (&self.decisions).into(),
            items: &self.items,
            customers: &self.customers,
            score_version: "1",
            as_of: day(2026, 4, 26),
        }
    }
}

pub(super) fn day(y: i32, m: u32, d: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(y, m, d)
}

/// A document of 1,190.00 paid with 2 % discount.
pub(super) fn discounted() -> Sample {
    let allocation = Allocation {
        company: String::new(),
        item_id: "I-1".to_owned(),
        doc_no: "RE-2026-00731".to_owned(),
        customer_id: "C-1".to_owned(),
        applied: 116_620,
        discount: 2_380,
        writeoff: 0,
        writeoff_code: None,
        charges: 0,
        fx_difference: 0,
        open_before: 119_000,
        open_after: 0,
    };
    let proposal = Proposal {
        customer_id: Some("C-1".to_owned()),
        reason: ReasonCode::DiscountInTerm,
        error_ppm: 40,
        score: 612,
        allocations: vec![allocation.clone()],
        on_account: 0,
        remainder: Some(Remainder { code: RemainderCode::Discount, amount: 2_380 }),
        supports: vec![EvidenceLine {
            kind: EvidenceKind::DocumentNumber,
            weight: 610,
            text: "names RE-2026-00731".to_owned(),
        }],
        against: vec![],
    };
    let payment = Payment {
        payment_id: ContentId("p00000000000000000001".to_owned()),
        company: String::new(),
        account: "DE89370400440532013000".to_owned(),
        statement_id: Some("S1".to_owned()),
        entry_ref: None,
        booking_date: day(2026, 4, 24).unwrap(),
        value_date: day(2026, 4, 24),
        amount: 116_620,
        currency: Currency::EUR,
        payer_name: Some("=cmd|x".to_owned()),
        payer_account: None,
        payer_bic: None,
        ultimate_payer: None,
        receiving_account: None,
        remittance: vec!["RE-2026-".to_owned(), "00731".to_owned()],
        bank_text: None,
        structured_refs: vec![],
        documents: vec![],
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
        source: Source { format: Some(Format::Camt053), file: "day.xml".to_owned(), place: Place::line(14) },
    };
    let decision = Decision {
        payment_id: payment.payment_id.clone(),
        currency: Currency::EUR,
        outcome: Outcome::Applied,
        reason: ReasonCode::DiscountInTerm,
        explanation: "RE-2026-00731 less 2 % discount".to_owned(),
        customer_id: Some("C-1".to_owned()),
        error_ppm: 40,
        score: 612,
        margin: Some(312),
        prior: -310,
        gates: vec![],
        allocations: vec![allocation],
        on_account: 0,
        other: vec![],
        unapplied: 0,
        disposition: None,
        would_need: None,
        candidates: vec![proposal],
        candidates_cut: 0,
        review: None,
    };
    let item = OpenItem {
        company: Default::default(),
        item_id: "I-1".into(),
        doc_no: "RE-2026-00731".into(),
        kind: ItemKind::Invoice,
        customer_id: "C-1".into(),
        customer_name: "Muster GmbH".into(),
        currency: Currency::EUR,
        open_amount: 119_000,
        amount: 119_000,
        doc_date: None,
        due_date: None,
        payment_reference: None,
        refs: Box::default(),
        discounts: Box::default(),
        expected_by: None,
        status: ItemStatus::Open,
        more: ItemMore { version: Some("v7".to_owned()), ..ItemMore::default() }.into(),
        line: 0,
    };
    let customer = Customer {
        customer_id: "C-1".to_owned(),
        name: "Muster GmbH".to_owned(),
        segment: Some("key".to_owned()),
        ..Customer::default()
    };
    Sample { payments: vec![payment], decisions: vec![decision], items: vec![item], customers: vec![customer] }
}

/// The same payment, queued with its proposal.
pub(super) fn queued() -> Sample {
    let mut sample = discounted();
    let decision = &mut sample.decisions[0];
    decision.outcome = Outcome::Queued;
    decision.reason = ReasonCode::DiscountLate;
    decision.allocations.clear();
    decision.unapplied = 116_620;
    decision.disposition = Some(Disposition::InReview);
    decision.would_need = Some("payment by 2026-04-20".to_owned());
    decision.explanation = "3 days late".to_owned();
    sample
}
