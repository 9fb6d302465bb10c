//! `exceptions.csv`: the review queue, one row per queued payment in working order, with up to three proposals and empty
//! columns for the reviewer's decision.

use super::csv_text::{Cell, CsvDialect, Table};
use super::decisions::SHOWN;
use super::{Decided, figure};
use crate::base::content_id;
use crate::model::{Allocation, Decision, EvidenceLine, Outcome, Payment, Proposal, ReasonCode};
use std::cmp::Reverse;

const HEADER: [&str; 47] = [
    "exception_id",
    "row_hash",
    "reason",
    "reason_text",
    "priority",
    "age_days",
    "booking_date",
    "amount",
    "currency",
    "payer_name",
    "payer_account",
    "remittance",
    "customer_id",
    "customer_name",
    "segment",
    "owner",
    "p1_docs",
    "p1_total",
    "p1_difference",
    "p1_error_ppm",
    "p1_for",
    "p1_against",
    "p2_docs",
    "p2_total",
    "p2_difference",
    "p2_error_ppm",
    "p2_for",
    "p2_against",
    "p3_docs",
    "p3_total",
    "p3_difference",
    "p3_error_ppm",
    "p3_for",
    "p3_against",
    "margin",
    "would_need",
    "decision",
    "documents",
    "decision_customer",
    "difference_code",
    "category",
    "comment",
    "decided_by",
    "payment_id",
    "company",
    "account",
    "end_to_end_id",
];

/// The file's text. Order: priority, then the larger amount, then the payment id.
///
/// Priority 1 contradicts or came back, 2 has a proposal to confirm or refuse, 3 has none.
pub fn exceptions_csv(decided: &Decided<'_>, dialect: CsvDialect) -> String {
    let customers = decided.customers_by_id();
    let mut queue: Vec<_> = decided.pairs().filter(|(_, d)| d.outcome == Outcome::Queued).collect();
    queue.sort_by_key(|(p, d)| (priority(d), Reverse(p.amount.unsigned_abs()), p.payment_id.as_str()));
    let mut table = Table::new(dialect, &HEADER);
    for (payment, decision) in queue {
        let customer_id = decision.customer_id.as_deref().unwrap_or("");
        let customer = customers.get(&(payment.company.as_str(), customer_id));
        let age = decided.as_of.map(|day| (day - payment.booking_date).num_days().max(0));
        let mut row = vec![
            Cell::text(content_id('x', &[payment.payment_id.as_str()]).0),
            Cell::text(row_hash(payment, decision)),
            Cell::text(decision.reason.as_str()),
            Cell::text(reason_text(decision)),
            Cell::text(priority(decision).to_string()),
            Cell::maybe(age),
            Cell::text(payment.booking_date.to_string()),
            Cell::Figure(figure(payment.amount, payment.currency)),
            Cell::text(payment.currency.code()),
            Cell::maybe(payment.payer_name.as_deref()),
            Cell::maybe(payment.payer_account.as_deref()),
            Cell::text(payment.remittance_text()),
            Cell::text(customer_id),
            Cell::maybe(customer.map(|c| c.name.as_str())),
            Cell::maybe(customer.and_then(|c| c.segment.as_deref())),
            Cell::maybe(customer.and_then(|c| c.owner.as_deref())),
        ];
        for n in 0..SHOWN {
            match decision.candidates.get(n) {
                Some(proposal) => row.extend(proposal_cells(payment, proposal)),
                None => row.extend(std::iter::repeat_n(Cell::text(""), 6)),
            }
        }
        row.push(Cell::maybe(decision.margin));
        row.push(Cell::maybe(decision.would_need.as_deref()));
        row.extend(std::iter::repeat_n(Cell::text(""), 7));
        row.push(Cell::text(payment.payment_id.as_str()));
        row.push(Cell::text(&payment.company));
        row.push(Cell::text(&payment.account));
        row.push(Cell::maybe(payment.end_to_end_id.as_deref()));
        table.row(row);
    }
    table.finish()
}

fn priority(decision: &Decision) -> u8 {
    match decision.reason {
        ReasonCode::StatementBreak
        | ReasonCode::StatementOverlap
        | ReasonCode::StatementGap
        | ReasonCode::NameSpoof
        | ReasonCode::ReturnUnmatched
        | ReasonCode::Contradiction
        | ReasonCode::WrongCompany
        | ReasonCode::RefundSuspect
        | ReasonCode::DuplicateSuspect
        | ReasonCode::AlreadyPaid => 1,
        _ if decision.candidates.is_empty() => 3,
        _ => 2,
    }
}

/// The sentence of the reason, and this payment's own figures where they say more.
fn reason_text(decision: &Decision) -> String {
    let sentence = decision.reason.sentence();
    match decision.explanation.trim() {
        "" => sentence.to_owned(),
        own if own == sentence => sentence.to_owned(),
        own if own.starts_with(char::is_lowercase) => format!("{}: {own}", sentence.trim_end_matches('.')),
        own => format!("{sentence} {own}"),
    }
}

fn proposal_cells(payment: &Payment, proposal: &Proposal) -> [Cell; 6] {
    let total: i128 = proposal.allocations.iter().map(|a| i128::from(a.open_before)).sum();
    let difference = i128::from(payment.amount) - total;
    let money = |minor: i128| Cell::Figure(crate::base::sum_figure(minor, payment.currency));
    [
        Cell::text(documents(&proposal.allocations, payment)),
        money(total),
        money(difference),
        Cell::text(proposal.error_ppm.to_string()),
        Cell::text(texts(&proposal.supports)),
        Cell::text(texts(&proposal.against)),
    ]
}

/// `RE-1; RE-2=120.00`: the amount stands where the document is not cleared in full, as the reviewer's `documents` wants it.
fn documents(allocations: &[Allocation], payment: &Payment) -> String {
    let one = |a: &Allocation| match a.open_after {
        0 => a.doc_no.clone(),
        _ => format!("{}={}", a.doc_no, figure(a.applied, payment.currency)),
    };
    allocations.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn texts(lines: &[EvidenceLine]) -> String {
    lines.iter().map(|l| l.text.as_str()).collect::<Vec<_>>().join("; ")
}

/// Covers payment and proposals: a row that was edited or went stale does not fit its hash any more.
fn row_hash(payment: &Payment, decision: &Decision) -> String {
    let mut parts = vec![
        payment.payment_id.as_str().to_owned(),
        payment.amount.to_string(),
        payment.currency.code().to_owned(),
        payment.booking_date.to_string(),
        payment.payer_name.clone().unwrap_or_default(),
        payment.payer_account.clone().unwrap_or_default(),
        payment.remittance_text(),
        decision.reason.as_str().to_owned(),
        decision.customer_id.clone().unwrap_or_default(),
    ];
    for proposal in decision.candidates.iter().take(SHOWN) {
        parts.push("proposal".to_owned());
        parts.push(proposal.customer_id.clone().unwrap_or_default());
        parts.push(proposal.on_account.to_string());
        for a in &proposal.allocations {
            parts.extend([a.company.clone(), a.item_id.clone()]);
            let figures = [a.applied, a.discount, a.writeoff, a.charges, a.fx_difference, a.open_before, a.open_after];
            parts.extend(figures.map(|f| f.to_string()));
        }
    }
    content_id('h', &parts.iter().map(String::as_str).collect::<Vec<_>>()).0
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn a_queued_payment_is_one_row_with_its_proposal_and_room_for_a_decision() {
        let text = exceptions_csv(&samples::queued().decided(), CsvDialect::Plain);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 1);
        let cell = |name: &str| &rows[0][HEADER.iter().position(|h| *h == name).unwrap()];
        assert_eq!(cell("reason"), "DISCOUNT_LATE");
        assert_eq!(cell("reason_text"), "The discount was taken after its date. 3 days late");
        assert_eq!((cell("priority"), cell("age_days")), ("2", "2"));
        assert_eq!((cell("p1_docs"), cell("p1_total"), cell("p1_difference")), ("RE-2026-00731", "1190.00", "-23.80"));
        assert_eq!(cell("p2_docs"), "");
        assert_eq!((cell("payer_name"), cell("customer_name"), cell("segment")), ("'=cmd|x", "Muster GmbH", "key"));
        assert_eq!(cell("decision"), "");
    }

    #[test]
    fn an_applied_payment_is_no_exception() {
        assert_eq!(exceptions_csv(&samples::discounted().decided(), CsvDialect::Plain).lines().count(), 1);
    }

    #[test]
    fn the_row_hash_changes_with_the_open_amount_of_a_proposed_document() {
        let before = samples::queued();
        let mut after = samples::queued();
        after.decisions[0].candidates[0].allocations[0].open_before -= 1;
        let hash = |s: &samples::Sample| row_hash(&s.payments[0], &s.decisions[0]);
        assert_ne!(hash(&before), hash(&after));
    }
}
