//! `decisions.jsonl`, `tieout.decisions/1`: one object per booked payment, the whole result. `explain` reads this alone.

use super::json_text::safe_json;
use super::{Decided, figure};
use crate::base::Currency;
use crate::model::{Allocation, Decision, EvidenceLine, Payment, Proposal};
use serde::Serialize;

/// How many proposals stand in files.
pub(super) const SHOWN: usize = 3;

/// The file's text, one line per payment in the order of the payments.
pub fn decisions_jsonl(decided: &Decided<'_>) -> String {
    let mut out = String::new();
    for (payment, decision) in decided.pairs() {
        out.push_str(&safe_json(&line(payment, decision, decided.score_version)));
        out.push('\n');
    }
    out
}

#[derive(Serialize)]
struct Line<'a> {
    schema: &'static str,
    payment: PaymentPart<'a>,
    outcome: &'static str,
    reason: &'static str,
    customer_id: Option<&'a str>,
    error_ppm: u32,
    score: i32,
    margin: Option<i32>,
    score_version: &'a str,
    gates: Vec<GatePart<'a>>,
    allocations: Vec<AllocationPart<'a>>,
    on_account: String,
    other: Vec<OtherPart<'a>>,
    prior: i32,
    would_need: Option<&'a str>,
    candidates: Vec<CandidatePart<'a>>,
    candidates_cut: usize,
    unapplied: String,
    disposition: Option<&'static str>,
    explanation: &'a str,
}

#[derive(Serialize)]
struct PaymentPart<'a> {
    payment_id: &'a str,
    account: &'a str,
    statement_id: Option<&'a str>,
    entry_ref: Option<&'a str>,
    end_to_end_id: Option<&'a str>,
    booking_date: String,
    value_date: Option<String>,
    amount: String,
    currency: &'a str,
    payer_name: Option<&'a str>,
    payer_account: Option<&'a str>,
    ultimate_payer: Option<&'a str>,
    remittance: String,
    source: SourcePart<'a>,
    company: &'a str,
    structured_refs: &'a [String],
}

#[derive(Serialize)]
struct SourcePart<'a> {
    file: &'a str,
    line: Option<u64>,
    path: Option<&'a str>,
}

#[derive(Serialize)]
struct GatePart<'a> {
    reason: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
struct AllocationPart<'a> {
    item_id: &'a str,
    doc_no: &'a str,
    applied: String,
    discount: String,
    writeoff: String,
    writeoff_code: Option<&'a str>,
    charges: String,
    fx_difference: String,
    open_before: String,
    open_after: String,
    customer_id: &'a str,
}

#[derive(Serialize)]
struct OtherPart<'a> {
    code: &'a str,
    amount: String,
}

#[derive(Serialize)]
struct CandidatePart<'a> {
    customer_id: Option<&'a str>,
    error_ppm: u32,
    score: i32,
    allocations: Vec<AllocationPart<'a>>,
    on_account: String,
    remainder: Option<RemainderPart>,
    #[serde(rename = "for")]
    supports: Vec<EvidencePart<'a>>,
    against: Vec<EvidencePart<'a>>,
    reason: &'static str,
}

#[derive(Serialize)]
struct RemainderPart {
    code: &'static str,
    amount: String,
}

#[derive(Serialize)]
struct EvidencePart<'a> {
    kind: &'static str,
    weight: i32,
    text: &'a str,
}

fn line<'a>(payment: &'a Payment, decision: &'a Decision, score_version: &'a str) -> Line<'a> {
    let currency = decision.currency;
    Line {
        schema: "tieout.decisions/1",
        payment: payment_part(payment),
        outcome: decision.outcome.as_str(),
        reason: decision.reason.as_str(),
        customer_id: decision.customer_id.as_deref(),
        error_ppm: decision.error_ppm,
        score: decision.score,
        margin: decision.margin,
        score_version,
        gates: decision.gates.iter().map(|g| GatePart { reason: g.reason.as_str(), text: &g.text }).collect(),
        allocations: allocations(&decision.allocations, currency),
        on_account: figure(decision.on_account, currency),
        other: decision.other.iter().map(|o| OtherPart { code: &o.code, amount: figure(o.amount, currency) }).collect(),
        prior: decision.prior,
        would_need: decision.would_need.as_deref(),
        candidates: decision.candidates.iter().take(SHOWN).map(|p| candidate(p, currency)).collect(),
        candidates_cut: cut(decision),
        unapplied: figure(decision.unapplied, currency),
        disposition: decision.disposition.map(|d| d.as_str()),
        explanation: &decision.explanation,
    }
}

/// Proposals that were dropped by the engine, and those beyond the three shown.
fn cut(decision: &Decision) -> usize {
    decision.candidates.len().saturating_sub(SHOWN).saturating_add(decision.candidates_cut as usize)
}

fn payment_part(payment: &Payment) -> PaymentPart<'_> {
    PaymentPart {
        payment_id: payment.payment_id.as_str(),
        account: &payment.account,
        statement_id: payment.statement_id.as_deref(),
        entry_ref: payment.entry_ref.as_deref(),
        end_to_end_id: payment.end_to_end_id.as_deref(),
        booking_date: payment.booking_date.to_string(),
        value_date: payment.value_date.map(|d| d.to_string()),
        amount: figure(payment.amount, payment.currency),
        currency: payment.currency.code(),
        payer_name: payment.payer_name.as_deref(),
        payer_account: payment.payer_account.as_deref(),
        ultimate_payer: payment.ultimate_payer.as_deref(),
        remittance: payment.remittance_text(),
        source: SourcePart {
            file: &payment.source.file,
            line: payment.source.place.line,
            path: payment.source.place.path.as_deref(),
        },
        company: &payment.company,
        structured_refs: &payment.structured_refs,
    }
}

fn allocations(all: &[Allocation], currency: Currency) -> Vec<AllocationPart<'_>> {
    all.iter()
        .map(|a| AllocationPart {
            item_id: &a.item_id,
            doc_no: &a.doc_no,
            applied: figure(a.applied, currency),
            discount: figure(a.discount, currency),
            writeoff: figure(a.writeoff, currency),
            writeoff_code: a.writeoff_code.as_deref(),
            charges: figure(a.charges, currency),
            fx_difference: figure(a.fx_difference, currency),
            open_before: figure(a.open_before, currency),
            open_after: figure(a.open_after, currency),
            customer_id: &a.customer_id,
        })
        .collect()
}

fn candidate(proposal: &Proposal, currency: Currency) -> CandidatePart<'_> {
    CandidatePart {
        customer_id: proposal.customer_id.as_deref(),
        error_ppm: proposal.error_ppm,
        score: proposal.score,
        allocations: allocations(&proposal.allocations, currency),
        on_account: figure(proposal.on_account, currency),
        remainder: proposal
            .remainder
            .as_ref()
            .map(|r| RemainderPart { code: r.code, amount: figure(r.amount, currency) }),
        supports: evidence(&proposal.supports),
        against: evidence(&proposal.against),
        reason: proposal.reason.as_str(),
    }
}

fn evidence(lines: &[EvidenceLine]) -> Vec<EvidencePart<'_>> {
    lines.iter().map(|l| EvidencePart { kind: l.kind.as_str(), weight: l.weight, text: &l.text }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    #[test]
    fn a_line_has_the_fields_of_the_contract_in_their_order() {
        let sample = samples::discounted();
        let text = super::decisions_jsonl(&sample.decided());
        assert_eq!(text.lines().count(), 1);
        let head = r#"{"schema":"tieout.decisions/1","payment":{"payment_id":"p00000000000000000001","account":"DE89370400440532013000","#;
        assert!(text.starts_with(head), "{text}");
        for part in [
            r#""amount":"1166.20","currency":"EUR""#,
            r#""outcome":"applied","reason":"DISCOUNT_IN_TERM","customer_id":"C-1","error_ppm":40,"score":612,"margin":312,"score_version":"1","gates":[],"allocations":[{"item_id":"I-1","doc_no":"RE-2026-00731","applied":"1166.20","discount":"23.80","writeoff":"0.00","writeoff_code":null,"charges":"0.00","fx_difference":"0.00""#,
            r#""on_account":"0.00","other":[],"prior":-310,"would_need":null,"candidates":[{"customer_id":"C-1","error_ppm":40,"score":612,"allocations":[{"#,
            r#""remainder":{"code":"discount","amount":"23.80"},"for":[{"kind":"document_number","weight":610,"text":"names RE-2026-00731"}],"against":[]"#,
            r#""candidates_cut":0,"unapplied":"0.00","disposition":null"#,
        ] {
            assert!(text.contains(part), "missing {part}\nin {text}");
        }
    }
}
