//! `decisions.jsonl` read back: lines of `tieout.decisions/1` in, payments and decisions out, with the items and customers
//! that they name. What is not in the file (addresses of the bank, batch ids) is empty.

use crate::base::{AmountStyle, ContentId, Currency, Map, Place, parse_amount};
use crate::error::{Error, ErrorCode};
use crate::model::{
    Allocation, Customer, Decision, Disposition, EvidenceKind, EvidenceLine, Gate, ItemKind, ItemMore, OpenItem,
    OtherAmount, Outcome, Payment, Proposal, ReasonCode, Remainder, RemainderCode, Review, Source, Trust,
};
use chrono::NaiveDate;
use serde::Deserialize;

/// What a run decided, as its folder has it. Payments and decisions are in step.
#[derive(Debug, Clone, Default)]
pub struct Recorded {
    /// In the order of the file.
    pub payments: Vec<Payment>,
    /// One per payment.
    pub decisions: Vec<Decision>,
    /// Items that some decision or proposal names, as they were before the run, ordered by company and id.
    pub items: Vec<OpenItem>,
    /// Customers that some decision or proposal names, ordered likewise.
    pub customers: Vec<Customer>,
    /// Version of evidence, weights and rules.
    pub score_version: String,
}

/// Reads the file.
///
/// # Errors
/// [`ErrorCode::Structure`] with the line that is no decision.
pub fn read_decisions(bytes: &[u8], file: &str) -> Result<Recorded, Error> {
    read_where(bytes, file)
}

/// A line of the file and the customers that it names. `None` for a blank line, and for one that does not wait for a person.
pub(super) fn read_waiting_line(
    line: &[u8],
    number: u64,
    file: &str,
) -> Result<Option<(Payment, Decision, Vec<Customer>)>, Error> {
    if line.iter().all(u8::is_ascii_whitespace) || is_passed_over(line) {
        return Ok(None);
    }
    let read = line_of(line).map_err(|found| fault(file, number, found))?;
    let mut named = Named { without_items: true, ..Named::default() };
    let (payment, decision) = read.into_model(&mut named).map_err(|found| fault(file, number, found))?;
    Ok(Some((payment, decision, named.finish().1)))
}

/// Whether a line is surely of a payment that does not wait, seen without reading it whole: inside a text a quote has a backslash
/// before it, so the first of these words stands for itself.
fn is_passed_over(line: &[u8]) -> bool {
    const OUTCOME: &[u8] = b"\"outcome\":\"";
    let found = memchr::memmem::find(line, OUTCOME).and_then(|at| line.get(at + OUTCOME.len()..));
    found.is_some_and(|outcome| !outcome.starts_with(b"queued\""))
}

fn read_where(bytes: &[u8], file: &str) -> Result<Recorded, Error> {
    let mut recorded = Recorded::default();
    let mut named = Named::default();
    for (line, number) in bytes.split(|b| *b == b'\n').zip(1u64..) {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let read = line_of(line).map_err(|found| fault(file, number, found))?;
        let score_version = read.score_version.clone();
        let (payment, decision) = read.into_model(&mut named).map_err(|found| fault(file, number, found))?;
        recorded.score_version = score_version;
        recorded.payments.push(payment);
        recorded.decisions.push(decision);
    }
    (recorded.items, recorded.customers) = named.finish();
    Ok(recorded)
}

fn line_of(line: &[u8]) -> Result<Line, String> {
    let read: Line = serde_json::from_slice(line).map_err(|e| e.to_string())?;
    if read.schema == "tieout.decisions/1" { Ok(read) } else { Err(format!("schema `{}`", read.schema)) }
}

fn fault(file: &str, line: u64, found: String) -> Error {
    Error::new(ErrorCode::Structure, Place::line(line).in_file(file), found, "a line of decisions.jsonl")
}

#[derive(Deserialize)]
struct Line {
    schema: String,
    payment: PaymentPart,
    outcome: Outcome,
    reason: ReasonCode,
    customer_id: Option<String>,
    error_ppm: u32,
    score: i32,
    margin: Option<i32>,
    score_version: String,
    gates: Vec<GatePart>,
    allocations: Vec<AllocationPart>,
    on_account: String,
    other: Vec<OtherPart>,
    prior: i32,
    would_need: Option<String>,
    candidates: Vec<CandidatePart>,
    candidates_cut: u32,
    unapplied: String,
    disposition: Option<Disposition>,
    explanation: String,
    customer_name: Option<String>,
    segment: Option<String>,
    owner: Option<String>,
    review: Option<Box<Review>>,
}

#[derive(Deserialize)]
struct PaymentPart {
    payment_id: String,
    account: String,
    statement_id: Option<String>,
    entry_ref: Option<String>,
    end_to_end_id: Option<String>,
    booking_date: NaiveDate,
    value_date: Option<NaiveDate>,
    amount: String,
    currency: Currency,
    payer_name: Option<String>,
    payer_account: Option<String>,
    ultimate_payer: Option<String>,
    remittance: String,
    source: SourcePart,
    company: String,
    #[serde(default)]
    structured_refs: Vec<String>,
    trust: Option<Trust>,
}

#[derive(Deserialize)]
struct SourcePart {
    file: String,
    line: Option<u64>,
    path: Option<String>,
}

#[derive(Deserialize)]
struct GatePart {
    reason: ReasonCode,
    text: String,
}

#[derive(Deserialize)]
struct OtherPart {
    code: String,
    amount: String,
}

#[derive(Deserialize)]
struct AllocationPart {
    item_id: String,
    doc_no: String,
    applied: String,
    discount: String,
    writeoff: String,
    writeoff_code: Option<String>,
    charges: String,
    fx_difference: String,
    open_before: String,
    open_after: String,
    customer_id: String,
    #[serde(default)]
    company: String,
    doc_type: Option<ItemKind>,
    item_version: Option<String>,
}

#[derive(Deserialize)]
struct CandidatePart {
    customer_id: Option<String>,
    error_ppm: u32,
    score: i32,
    allocations: Vec<AllocationPart>,
    on_account: String,
    remainder: Option<RemainderPart>,
    #[serde(rename = "for")]
    supports: Vec<EvidencePart>,
    against: Vec<EvidencePart>,
    reason: ReasonCode,
    customer_name: Option<String>,
}

#[derive(Deserialize)]
struct RemainderPart {
    code: String,
    amount: String,
}

#[derive(Deserialize)]
struct EvidencePart {
    kind: EvidenceKind,
    weight: i32,
    text: String,
}

impl Line {
    fn into_model(self, named: &mut Named) -> Result<(Payment, Decision), String> {
        let currency = self.payment.currency;
        let company = self.payment.company.clone();
        let payment = self.payment.into_model()?;
        named.customer(&company, self.customer_id.as_deref(), self.customer_name, self.segment, self.owner);
        let allocations = allocations(self.allocations, currency, named, true)?;
        let mut candidates = Vec::with_capacity(self.candidates.len());
        for c in self.candidates {
            named.customer(&company, c.customer_id.as_deref(), c.customer_name.clone(), None, None);
            candidates.push(c.into_model(currency, named)?);
        }
        let mut other = Vec::with_capacity(self.other.len());
        for o in self.other {
            other.push(OtherAmount { amount: minor(&o.amount, currency)?, code: o.code });
        }
        let decision = Decision {
            payment_id: payment.payment_id.clone(),
            currency,
            outcome: self.outcome,
            reason: self.reason,
            explanation: self.explanation,
            customer_id: self.customer_id,
            error_ppm: self.error_ppm,
            score: self.score,
            margin: self.margin,
            prior: self.prior,
            gates: self.gates.into_iter().map(|g| Gate { reason: g.reason, text: g.text }).collect(),
            allocations,
            on_account: minor(&self.on_account, currency)?,
            other,
            unapplied: minor(&self.unapplied, currency)?,
            disposition: self.disposition,
            would_need: self.would_need,
            candidates,
            candidates_cut: self.candidates_cut,
            review: self.review,
        };
        Ok((payment, decision))
    }
}

impl PaymentPart {
    fn into_model(self) -> Result<Payment, String> {
        Ok(Payment {
            payment_id: ContentId(self.payment_id),
            company: self.company,
            account: self.account,
            statement_id: self.statement_id,
            entry_ref: self.entry_ref,
            booking_date: self.booking_date,
            value_date: self.value_date,
            amount: minor(&self.amount, self.currency)?,
            currency: self.currency,
            payer_name: self.payer_name,
            payer_account: self.payer_account,
            payer_bic: None,
            ultimate_payer: self.ultimate_payer,
            receiving_account: None,
            remittance: if self.remittance.is_empty() { Vec::new() } else { vec![self.remittance] },
            bank_text: None,
            structured_refs: self.structured_refs,
            documents: Vec::new(),
            end_to_end_id: self.end_to_end_id,
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
            trust: self.trust.unwrap_or(Trust::Proven),
            source: Source {
                format: None,
                file: self.source.file,
                place: Place { line: self.source.line, path: self.source.path.map(Into::into), ..Place::default() },
            },
        })
    }
}

impl CandidatePart {
    fn into_model(self, currency: Currency, named: &mut Named) -> Result<Proposal, String> {
        let evidence = |lines: Vec<EvidencePart>| {
            lines.into_iter().map(|l| EvidenceLine { kind: l.kind, weight: l.weight, text: l.text }).collect()
        };
        let remainder = match self.remainder {
            Some(r) => Some(Remainder { code: RemainderCode::parse(&r.code), amount: minor(&r.amount, currency)? }),
            None => None,
        };
        Ok(Proposal {
            customer_id: self.customer_id,
            reason: self.reason,
            error_ppm: self.error_ppm,
            score: self.score,
            allocations: allocations(self.allocations, currency, named, false)?,
            on_account: minor(&self.on_account, currency)?,
            remainder,
            supports: evidence(self.supports),
            against: evidence(self.against),
        })
    }
}

fn allocations(
    parts: Vec<AllocationPart>,
    currency: Currency,
    named: &mut Named,
    done: bool,
) -> Result<Vec<Allocation>, String> {
    let mut out = Vec::with_capacity(parts.len());
    for p in parts {
        let allocation = Allocation {
            company: p.company,
            item_id: p.item_id,
            doc_no: p.doc_no,
            customer_id: p.customer_id,
            applied: minor(&p.applied, currency)?,
            discount: minor(&p.discount, currency)?,
            writeoff: minor(&p.writeoff, currency)?,
            writeoff_code: p.writeoff_code,
            charges: minor(&p.charges, currency)?,
            fx_difference: minor(&p.fx_difference, currency)?,
            open_before: minor(&p.open_before, currency)?,
            open_after: minor(&p.open_after, currency)?,
        };
        named.item(&allocation, currency, p.doc_type, p.item_version, done);
        out.push(allocation);
    }
    Ok(out)
}

fn minor(text: &str, currency: Currency) -> Result<i64, String> {
    let money = parse_amount(text, AmountStyle::PLAIN, currency).ok();
    money.and_then(|m| m.minor().ok()).ok_or_else(|| format!("amount `{text}`"))
}

/// Items and customers on the way.
#[derive(Default)]
struct Named {
    /// A queue does not need them.
    without_items: bool,
    items: Map<(String, String), Seen>,
    customers: Map<(String, String), Customer>,
}

struct Seen {
    item: OpenItem,
    /// Open amounts before and after, of what was carried out.
    steps: Vec<(i64, i64)>,
    /// Open before the run, as a proposal has it.
    proposed: Option<i64>,
}

impl Named {
    fn customer(
        &mut self,
        company: &str,
        id: Option<&str>,
        name: Option<String>,
        segment: Option<String>,
        owner: Option<String>,
    ) {
        let Some(id) = id else { return };
        let known = self.customers.entry((company.to_owned(), id.to_owned())).or_insert_with(|| Customer {
            company: company.to_owned(),
            customer_id: id.to_owned(),
            ..Customer::default()
        });
        if let Some(name) = name {
            known.name = name;
        }
        known.segment = known.segment.take().or(segment);
        known.owner = known.owner.take().or(owner);
    }

    fn item(
        &mut self,
        a: &Allocation,
        currency: Currency,
        kind: Option<ItemKind>,
        version: Option<String>,
        done: bool,
    ) {
        if self.without_items {
            return;
        }
        let seen = self.items.entry((a.company.clone(), a.item_id.clone())).or_insert_with(|| Seen {
            item: OpenItem {
                company: a.company.clone().into(),
                item_id: a.item_id.clone().into(),
                doc_no: a.doc_no.clone().into(),
                kind: kind.unwrap_or_default(),
                customer_id: a.customer_id.clone().into(),
                currency,
                open_amount: a.open_before,
                more: ItemMore { version, ..ItemMore::default() }.into(),
                ..OpenItem::default()
            },
            steps: Vec::new(),
            proposed: None,
        });
        for open in [a.open_before, a.open_after] {
            if open.unsigned_abs() > seen.item.amount.unsigned_abs() {
                seen.item.amount = open;
            }
        }
        if done {
            seen.steps.push((a.open_before, a.open_after));
        } else {
            seen.proposed.get_or_insert(a.open_before);
        }
    }

    fn finish(self) -> (Vec<OpenItem>, Vec<Customer>) {
        let mut items: Vec<OpenItem> = self.items.into_values().map(Seen::finish).collect();
        items.sort_by(|a, b| (&a.company, &a.item_id).cmp(&(&b.company, &b.item_id)));
        let mut customers: Vec<Customer> = self.customers.into_values().collect();
        customers.sort_by(|a, b| (&a.company, &a.customer_id).cmp(&(&b.company, &b.customer_id)));
        (items, customers)
    }
}

impl Seen {
    /// The open amount before the run: the one step that no other step led to. Payments stand in the order of statements,
    /// which need not be the order in which they were set against the item.
    fn finish(mut self) -> OpenItem {
        let mut led_to: Vec<i64> = self.steps.iter().map(|(_, after)| *after).collect();
        let mut first = None;
        for (before, _) in &self.steps {
            match led_to.iter().position(|after| after == before) {
                Some(at) => {
                    led_to.swap_remove(at);
                }
                None => first = first.or(Some(*before)),
            }
        }
        let first = first.or(self.proposed).or_else(|| self.steps.first().map(|(before, _)| *before));
        self.item.open_amount = first.unwrap_or(self.item.open_amount);
        self.item
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_no_decision_is_named() {
        let fault = read_decisions(b"\n{\"schema\":\"x\"}\n", "decisions.jsonl").err().unwrap();
        assert!(fault.to_string().starts_with("decisions.jsonl:2: "), "{fault}");
        assert!(read_decisions(b"", "decisions.jsonl").unwrap().payments.is_empty());
    }
}
