//! `decisions.jsonl`, `tieout.decisions/1`: one object per booked payment, the whole result. `explain` reads this alone.

use super::json_text::safe_json;
use super::{Decided, Piece, figure};
#[cfg(feature = "schema")]
use crate::base::Figure;
use crate::base::{Currency, Map};
#[cfg(feature = "schema")]
use crate::model::Outcome;
use crate::model::{Allocation, Customer, Decision, EvidenceLine, OpenItem, Payment, Proposal, Review, Trust};
use serde::Serialize;
use std::convert::Infallible;

/// How many proposals stand in files.
pub(super) const SHOWN: usize = 3;

/// The file's text, one line per payment in the order of the payments.
pub fn decisions_jsonl(decided: &Decided<'_>) -> String {
    let mut out = String::new();
    let done: Result<(), Infallible> = decisions_pieces(decided, &mut |piece| {
        out.push_str(piece);
        Ok(())
    });
    match done {
        Ok(()) => out,
    }
}

/// The same in pieces of whole lines, made on the calling rayon pool.
///
/// # Errors
/// Those of `each`, at once.
pub fn decisions_pieces<E>(decided: &Decided<'_>, each: &mut Piece<'_, E>) -> Result<(), E> {
    let lines = DecisionLines::new(decided);
    let made = |payments: &[Payment], decisions: &[Decision]| {
        payments.iter().zip(decisions).map(|(p, d)| lines.line(p, d)).collect()
    };
    decided.pieces(made, each)
}

/// The lines of the file, for those who need some of them.
pub struct DecisionLines<'a> {
    known: Known<'a>,
}

impl<'a> DecisionLines<'a> {
    /// Lines of what was decided.
    pub fn new(decided: &Decided<'a>) -> Self {
        let known = Known {
            items: decided.items_by_id(),
            customers: decided.customers_by_id(),
            score_version: decided.score_version,
        };
        DecisionLines { known }
    }

    /// An item that a decision may touch.
    pub fn item(&self, company: &str, item_id: &str) -> Option<&'a OpenItem> {
        self.known.items.get(&(company, item_id)).copied()
    }

    /// The line of a payment, with its line end.
    pub fn line(&self, payment: &Payment, decision: &Decision) -> String {
        let mut text = safe_json(&line(payment, decision, &self.known));
        text.push('\n');
        text
    }
}

/// What stands beside payments and decisions: a line carries enough of it to be the whole result.
struct Known<'a> {
    items: Map<(&'a str, &'a str), &'a OpenItem>,
    customers: Map<(&'a str, &'a str), &'a Customer>,
    score_version: &'a str,
}

impl<'a> Known<'a> {
    fn customer(&self, payment: &Payment, id: Option<&str>) -> Option<&'a Customer> {
        self.customers.get(&(payment.company.as_str(), id?)).copied()
    }
}

/// One booked payment with its outcome, evidence and proposals.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Decision"))]
struct Line<'a> {
    /// Always `tieout.decisions/1`.
    #[cfg_attr(feature = "schema", schemars(extend("const" = "tieout.decisions/1")))]
    schema: &'static str,
    /// What was booked.
    payment: PaymentPart<'a>,
    /// What happens to it.
    #[cfg_attr(feature = "schema", schemars(with = "Outcome"))]
    outcome: &'static str,
    /// Why.
    #[cfg_attr(feature = "schema", schemars(with = "crate::model::ReasonCode"))]
    reason: &'static str,
    /// Whose money it is, as far as decided or proposed.
    customer_id: Option<&'a str>,
    /// Estimated chance of being wrong, in parts per million.
    error_ppm: u32,
    /// Total of the evidence for the best proposal, prior included, in centibans.
    score: i32,
    /// Distance to the second best, in centibans.
    margin: Option<i32>,
    /// Version of evidence, weights and rules.
    score_version: &'a str,
    /// Facts that forbade automatic application.
    gates: Vec<GatePart<'a>>,
    /// What is set against items.
    allocations: Vec<AllocationPart<'a>>,
    /// Rest on the customer's account.
    #[cfg_attr(feature = "schema", schemars(with = "Figure"))]
    on_account: String,
    /// Coded money that belongs to no item.
    other: Vec<OtherPart<'a>>,
    /// Log-odds before any evidence, in centibans.
    prior: i32,
    /// What would have made it automatic.
    would_need: Option<&'a str>,
    /// The best answers, best first, at most three.
    candidates: Vec<CandidatePart<'a>>,
    /// How many more were looked at.
    candidates_cut: usize,
    /// Amount in review or not a receivable.
    #[cfg_attr(feature = "schema", schemars(with = "Figure"))]
    unapplied: String,
    /// What the unapplied amount is.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::model::Disposition>"))]
    disposition: Option<&'static str>,
    /// A sentence with this payment's own figures.
    explanation: &'a str,
    /// Name of the customer in the books.
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_name: Option<&'a str>,
    /// Its segment.
    #[serde(skip_serializing_if = "Option::is_none")]
    segment: Option<&'a str>,
    /// The person responsible for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    /// What people decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    review: Option<&'a Review>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Payment"))]
struct PaymentPart<'a> {
    /// Hash of what identifies it; stable over file names and re-export, not over formats.
    payment_id: &'a str,
    /// The account as the bank names it.
    account: &'a str,
    /// The bank's id of the statement.
    statement_id: Option<&'a str>,
    /// The bank's id of the entry.
    entry_ref: Option<&'a str>,
    /// The payer's own id.
    end_to_end_id: Option<&'a str>,
    /// The day it is on the books.
    #[cfg_attr(feature = "schema", schemars(with = "chrono::NaiveDate"))]
    booking_date: String,
    /// The day from which it counts.
    #[cfg_attr(feature = "schema", schemars(with = "Option<chrono::NaiveDate>"))]
    value_date: Option<String>,
    /// Signed; positive is money in.
    #[cfg_attr(feature = "schema", schemars(with = "Figure"))]
    amount: String,
    #[cfg_attr(feature = "schema", schemars(with = "Currency"))]
    currency: &'a str,
    /// Who pays, or whom we paid.
    payer_name: Option<&'a str>,
    /// Account of that party.
    payer_account: Option<&'a str>,
    /// On whose behalf.
    ultimate_payer: Option<&'a str>,
    /// The payer's words.
    remittance: String,
    source: SourcePart<'a>,
    /// The company that owns the account; empty when there is only one.
    company: &'a str,
    /// Structured creditor references, as written.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    structured_refs: &'a [String],
    /// Only where the statement is not proven.
    #[serde(skip_serializing_if = "Option::is_none")]
    trust: Option<Trust>,
}

/// Where it was read.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Source"))]
struct SourcePart<'a> {
    /// Base name of the file.
    file: &'a str,
    /// Counted from 1.
    line: Option<u64>,
    /// Element path or tag.
    path: Option<&'a str>,
}

/// A fact that forbids automatic application.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Gate"))]
struct GatePart<'a> {
    #[cfg_attr(feature = "schema", schemars(with = "crate::model::ReasonCode"))]
    reason: &'static str,
    /// One sentence with the figures.
    text: &'a str,
}

/// What is set against one item. Signs follow the item: positive lowers a debt.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Allocation"))]
struct AllocationPart<'a> {
    /// The key that the ERP posts against.
    item_id: &'a str,
    /// The number that the customer sees.
    doc_no: &'a str,
    /// Cash; negative for a netted credit note and for a return.
    #[cfg_attr(feature = "schema", schemars(with = "Figure"))]
    applied: String,
    /// Cash discount granted.
    #[cfg_attr(feature = "schema", schemars(with = "Figure"))]
    discount: String,
    /// Written off.
    #[cfg_attr(feature = "schema", schemars(with = "Figure"))]
    writeoff: String,
    /// Why written off.
    writeoff_code: Option<&'a str>,
    /// Bank charges borne by us.
    #[cfg_attr(feature = "schema", schemars(with = "Figure"))]
    charges: String,
    /// Exchange difference.
    #[cfg_attr(feature = "schema", schemars(with = "Figure"))]
    fx_difference: String,
    /// Open before.
    #[cfg_attr(feature = "schema", schemars(with = "Figure"))]
    open_before: String,
    /// Open after.
    #[cfg_attr(feature = "schema", schemars(with = "Figure"))]
    open_after: String,
    /// Whose item it is.
    customer_id: &'a str,
    /// Company of the item; not there when there is only one.
    #[serde(skip_serializing_if = "str::is_empty")]
    company: &'a str,
    /// Kind of document.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::model::ItemKind>"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    doc_type: Option<&'static str>,
    /// Version of the item, as it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    item_version: Option<&'a str>,
}

/// Coded money that belongs to no item.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Other"))]
struct OtherPart<'a> {
    /// `return_fee`, `reminder_fee` …
    code: &'a str,
    /// Signed like the payment.
    #[cfg_attr(feature = "schema", schemars(with = "Figure"))]
    amount: String,
}

/// One possible answer with its evidence.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Proposal"))]
struct CandidatePart<'a> {
    /// Whose money it would be.
    customer_id: Option<&'a str>,
    /// Estimated chance of being wrong, in parts per million.
    error_ppm: u32,
    /// Total of the evidence, prior included, in centibans.
    score: i32,
    /// What would be set against items.
    allocations: Vec<AllocationPart<'a>>,
    /// What would go on account.
    #[cfg_attr(feature = "schema", schemars(with = "Figure"))]
    on_account: String,
    /// Difference between the payment and the documents.
    remainder: Option<RemainderPart>,
    /// Evidence for, strongest first.
    #[serde(rename = "for")]
    supports: Vec<EvidencePart<'a>>,
    /// Evidence against, strongest first.
    against: Vec<EvidencePart<'a>>,
    /// The reason it would be applied with.
    #[cfg_attr(feature = "schema", schemars(with = "crate::model::ReasonCode"))]
    reason: &'static str,
    /// Name of that customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_name: Option<&'a str>,
}

/// Difference between a payment and the documents, coded.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Remainder"))]
struct RemainderPart {
    /// `discount`, `writeoff`, `charges`, `short` (stays open), `over` (on account).
    code: &'static str,
    /// Never negative.
    #[cfg_attr(feature = "schema", schemars(with = "Figure"))]
    amount: String,
}

/// One comparison and its result.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Evidence"))]
struct EvidencePart<'a> {
    #[cfg_attr(feature = "schema", schemars(with = "crate::model::EvidenceKind"))]
    kind: &'static str,
    /// Log-odds in centibans; negative speaks against.
    weight: i32,
    /// One sentence with the figures.
    text: &'a str,
}

/// The schema of a line.
#[cfg(feature = "schema")]
pub(crate) fn decisions_schema(generator: schemars::SchemaGenerator) -> schemars::Schema {
    generator.into_root_schema_for::<Line<'_>>()
}

fn line<'a>(payment: &'a Payment, decision: &'a Decision, known: &Known<'a>) -> Line<'a> {
    let currency = decision.currency;
    let customer = known.customer(payment, decision.customer_id.as_deref());
    let name = |c: &'a Customer| Some(c.name.as_str()).filter(|n| !n.is_empty());
    Line {
        schema: "tieout.decisions/1",
        payment: payment_part(payment),
        outcome: decision.outcome.as_str(),
        reason: decision.reason.as_str(),
        customer_id: decision.customer_id.as_deref(),
        error_ppm: decision.error_ppm,
        score: decision.score,
        margin: decision.margin,
        score_version: known.score_version,
        gates: decision.gates.iter().map(|g| GatePart { reason: g.reason.as_str(), text: &g.text }).collect(),
        allocations: allocations(&decision.allocations, currency, known),
        on_account: figure(decision.on_account, currency),
        other: decision.other.iter().map(|o| OtherPart { code: &o.code, amount: figure(o.amount, currency) }).collect(),
        prior: decision.prior,
        would_need: decision.would_need.as_deref(),
        candidates: decision.candidates.iter().take(SHOWN).map(|p| candidate(payment, p, known)).collect(),
        candidates_cut: cut(decision),
        unapplied: figure(decision.unapplied, currency),
        disposition: decision.disposition.map(|d| d.as_str()),
        explanation: &decision.explanation,
        customer_name: customer.and_then(name),
        segment: customer.and_then(|c| c.segment.as_deref()),
        owner: customer.and_then(|c| c.owner.as_deref()),
        review: decision.review.as_deref(),
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
        trust: Some(payment.trust).filter(|t| *t != Trust::Proven),
    }
}

fn allocations<'a>(all: &'a [Allocation], currency: Currency, known: &Known<'a>) -> Vec<AllocationPart<'a>> {
    let item = |a: &Allocation| known.items.get(&(a.company.as_str(), a.item_id.as_str())).copied();
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
            company: &a.company,
            doc_type: item(a).map(|i| i.kind.as_str()),
            item_version: item(a).and_then(|i| i.more.version.as_deref()),
        })
        .collect()
}

fn candidate<'a>(payment: &Payment, proposal: &'a Proposal, known: &Known<'a>) -> CandidatePart<'a> {
    let currency = payment.currency;
    CandidatePart {
        customer_id: proposal.customer_id.as_deref(),
        error_ppm: proposal.error_ppm,
        score: proposal.score,
        allocations: allocations(&proposal.allocations, currency, known),
        on_account: figure(proposal.on_account, currency),
        remainder: proposal
            .remainder
            .as_ref()
            .map(|r| RemainderPart { code: r.code.as_str(), amount: figure(r.amount, currency) }),
        supports: evidence(&proposal.supports),
        against: evidence(&proposal.against),
        reason: proposal.reason.as_str(),
        customer_name: known
            .customer(payment, proposal.customer_id.as_deref())
            .map(|c| c.name.as_str())
            .filter(|n| !n.is_empty()),
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
