//! Gates: facts that forbid automatic application whatever the score.

use crate::book::ItemIx;
use crate::matching::candidates::{NamedIn, PayerKind, Strength};
use crate::matching::hypotheses::{Basis, Context, Difference, Hypothesis};
use crate::matching::reading::{Label, Reading, Wording};
use crate::model::{Gate, ItemStatus, Payment, Policy, ReasonCode, Trust, Unproven};
use crate::names::looks_spoofed;

/// Gates of the statement (POLICY row 14). The proposals are the same as for a proven one; only the permission differs.
pub fn of_statement(policy: &Policy, payment: &Payment) -> Vec<Gate> {
    let gate = |reason, text: &str| vec![Gate { reason, text: text.to_owned() }];
    match payment.trust {
        Trust::Proven => Vec::new(),
        Trust::Unproven if policy.statement.unproven == Unproven::Apply => Vec::new(),
        Trust::Unproven => gate(ReasonCode::StatementUnproven, "the statement has no balances that prove it complete"),
        Trust::Broken => gate(ReasonCode::StatementBreak, "the statement does not tie out"),
        Trust::Gap => gate(ReasonCode::StatementGap, "a statement is missing before this one"),
        Trust::Overlap => gate(ReasonCode::StatementOverlap, "part of this statement also stands in another one"),
    }
}

/// Gates of the payment itself.
pub fn of_payment(context: &Context<'_>) -> Vec<Gate> {
    let payment = context.payment;
    let mut gates = Vec::new();
    let names = [payment.payer_name.as_deref(), payment.ultimate_payer.as_deref()];
    if names.into_iter().flatten().any(looks_spoofed) {
        let text = "the payer's name mixes scripts or holds invisible characters".to_owned();
        gates.push(Gate { reason: ReasonCode::NameSpoof, text });
    }
    if payment.batch_unsplit {
        let text = "a batch without details, or whose details do not sum to it".to_owned();
        gates.push(Gate { reason: ReasonCode::BatchUnsplit, text });
    }
    let bad_field = |r: &String| Reading::of_field(context.book, r).has_bad_reference();
    if context.reading.has_bad_reference() || payment.structured_refs.iter().any(bad_field) {
        let bad = payment.structured_refs.iter().find(|r| bad_field(r));
        let which = bad.map(|r| format!(" `{r}`")).unwrap_or_default();
        let text = format!("the structured reference{which} fails its check digits");
        gates.push(Gate { reason: ReasonCode::CheckDigit, text });
    }
    let decimals = u32::from(payment.currency.decimals());
    let in_minor = |whole: u64| i64::try_from(whole.saturating_mul(10u64.saturating_pow(decimals))).unwrap_or(i64::MAX);
    if context.policy.cap.is_some_and(|cap| payment.amount > in_minor(cap)) {
        let text = "the amount is above the policy's cap for automatic application".to_owned();
        gates.push(Gate { reason: ReasonCode::PolicyLimit, text });
    }
    gates
}

/// Adds the gates of an answer to those it already has.
pub fn add(context: &Context<'_>, h: &mut Hypothesis) {
    let mut gates = of_payment(context);
    gates.append(&mut h.gates);
    items(context, h, &mut gates);
    customers(context, h, &mut gates);
    if h.basis != Basis::Named && h.basis != Basis::Duplicate {
        contradictions(context, h, &mut gates);
    }
    wording(context, h, &mut gates);
    h.gates = gates;
}

fn items(context: &Context<'_>, h: &Hypothesis, gates: &mut Vec<Gate>) {
    for part in &h.parts {
        let Some(item) = context.book.item(part.item) else { continue };
        if item.status.blocks() {
            let text = format!("{} is {}", item.doc_no, item.status.as_str().replace('_', " "));
            gates.push(Gate { reason: ReasonCode::BlockedItem, text });
        }
        if let Some(written) = context.slip_of_reference(part.item).filter(|_| !h.by_reference) {
            let text = format!("`{written}` is the reference of {} with a slip: its check digits fail", item.doc_no);
            gates.push(Gate { reason: ReasonCode::CheckDigit, text });
        }
        let exact = h.fully_named && h.difference == Difference::Exact;
        if !exact && item.doc_date.is_some_and(|d| context.payment.booking_date < d) {
            let text = format!("the payment is older than {}, which it does not name in full", item.doc_no);
            gates.push(Gate { reason: ReasonCode::OlderThanDocument, text });
        }
    }
}

fn customers(context: &Context<'_>, h: &Hypothesis, gates: &mut Vec<Gate>) {
    let mut rows: Vec<_> = h.parts.iter().filter_map(|p| context.book.customer_of(p.item)).chain(h.customer).collect();
    rows.sort_unstable();
    rows.dedup();
    for customer in rows.into_iter().filter_map(|c| context.book.customer(c)) {
        let policy = context.policy;
        let segment = customer.segment.as_ref().and_then(|s| policy.segment.get(s));
        let own = policy.customer.get(&customer.customer_id);
        let auto = own.and_then(|o| o.auto_apply).or(customer.auto_apply).or(segment.and_then(|s| s.auto_apply));
        if customer.on_hold || auto == Some(false) {
            let text = format!("nothing is automatic for {}", customer.name);
            gates.push(Gate { reason: ReasonCode::CustomerHold, text });
        }
        let cap = own.and_then(|o| o.cap).or(segment.and_then(|s| s.cap));
        let decimals = u32::from(context.payment.currency.decimals());
        let limit = cap.map(|c| i64::try_from(c.saturating_mul(10u64.saturating_pow(decimals))).unwrap_or(i64::MAX));
        if limit.is_some_and(|l| context.payment.amount > l) {
            let text = format!("the amount is above the cap for {}", customer.name);
            gates.push(Gate { reason: ReasonCode::PolicyLimit, text });
        }
        if customer.is_supplier && context.reading.says(Wording::Refund) {
            let text = format!("{} is also a supplier, and the text speaks of a refund", customer.name);
            gates.push(Gate { reason: ReasonCode::RefundSuspect, text });
        }
    }
}

/// What the text names although the answer does not use it.
fn contradictions(context: &Context<'_>, h: &Hypothesis, gates: &mut Vec<Gate>) {
    let used = |ix: &ItemIx| h.parts.iter().any(|p| p.item == *ix);
    let strong = context.namings.iter().filter(|n| {
        let labelled = matches!(n.label, Some(Label::Document | Label::CreditNote));
        // Where only the name says who pays, any number of another customer may be what tells two namesakes apart.
        let by_name = h.customer.and_then(|c| context.payer(c)).is_some_and(|p| p.kind > PayerKind::Number);
        let digits = n.quote.bytes().filter(u8::is_ascii_digit).count();
        let bare = n.strength == Strength::Tail && (labelled || by_name && digits >= 4);
        let means_it = n.strength <= Strength::Short || bare;
        means_it && n.typed.is_none() && n.named_in != NamedIn::EndToEnd
    });
    for naming in strong {
        if naming.items.iter().any(used) {
            continue;
        }
        let closed: Vec<&str> = naming
            .items
            .iter()
            .filter_map(|ix| context.book.item(*ix))
            .filter(|it| it.status == ItemStatus::Closed)
            .map(|it| it.doc_no.as_str())
            .collect();
        let gate = match closed.first() {
            Some(doc_no) => Gate {
                reason: ReasonCode::AlreadyPaid,
                text: format!("the text names {doc_no}, which is already paid"),
            },
            None => Gate {
                reason: ReasonCode::Contradiction,
                text: format!("the text names `{}`, which is another document", naming.quote),
            },
        };
        gates.push(gate);
    }
    if let Some(unresolved) = context.unresolved.first() {
        let slip = h.parts.len() == 1
            && h.parts.iter().all(|p| context.slip_of(p.item).is_some())
            && context.unresolved.len() == 1;
        if !slip {
            let text = format!("the text names document `{}`, which is not among the items", unresolved.quote);
            gates.push(Gate { reason: ReasonCode::Contradiction, text });
        }
    }
    if h.basis != Basis::OnAccount && (context.reading.says(Wording::Partial) || context.reading.says(Wording::Final)) {
        let text = "the text announces a part payment without naming the document".to_owned();
        gates.push(Gate { reason: ReasonCode::PartialSilent, text });
    }
}

fn wording(context: &Context<'_>, h: &Hypothesis, gates: &mut Vec<Gate>) {
    let reading = context.reading;
    if reading.marks.proforma || reading.says(Wording::Prepayment) && !h.fully_named {
        let text = "the text speaks of a prepayment".to_owned();
        gates.push(Gate { reason: ReasonCode::Prepayment, text });
    }
    if reading.says(Wording::Collection) {
        let text = "a collection agency pays: its commission and share are in its own list".to_owned();
        gates.push(Gate { reason: ReasonCode::Settlement, text });
    }
    if reading.says(Wording::Retention) && h.difference != Difference::Exact {
        gates.push(Gate { reason: ReasonCode::AmountShort, text: "the text speaks of a retention".to_owned() });
    }
    if reading.says(Wording::Refund)
        && h.basis != Basis::Named
        && !gates.iter().any(|g| g.reason == ReasonCode::RefundSuspect)
    {
        gates.push(Gate { reason: ReasonCode::RefundSuspect, text: "the text speaks of a refund".to_owned() });
    }
}
