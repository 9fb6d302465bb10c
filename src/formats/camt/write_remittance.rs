//! What a payment is for, as `RmtInf`: free text in pieces of at most 140 characters, documents and references in fields.

use super::write_parts::check;
use super::write_xml::Out;
use crate::base::Money;
use crate::formats::written::{Lost, pieces};
use crate::model::{DocumentRef, Remittance, StructuredRemittance};

/// Reference types that are codes of ISO 20022; others are the bank's own.
const REFERENCE_TYPES: &[&str] = &["DISP", "FXDR", "PUOR", "RADM", "RPIN", "SCOR"];

/// Writes the remittance, if there is any.
pub(super) fn remittance(out: &mut Out, r: &Remittance, lost: &mut Lost) {
    out.optional("RmtInf", |out| {
        for piece in &r.unstructured {
            let text = lost.legible("the remittance text", piece, false);
            for piece in pieces(&text, 140) {
                out.leaf("Ustrd", Some(piece));
            }
        }
        for s in &r.structured {
            structured(out, s, lost);
        }
    });
}

/// One `Strd` has one set of amounts: documents with amounts of their own stand in a `Strd` each.
fn structured(out: &mut Out, s: &StructuredRemittance, lost: &mut Lost) {
    let (mut additional, further): (Vec<_>, Vec<_>) = s
        .additional
        .iter()
        .flat_map(|a| pieces(&lost.legible("the additional text", a, false), 140))
        .enumerate()
        .partition(|(i, _)| *i < 3);
    let mut additional: Vec<String> = additional.drain(..).map(|(_, a)| a).collect();
    let further: Vec<String> = further.into_iter().map(|(_, a)| a).collect();
    let amounts = s.documents.iter().filter(|d| has_amounts(d)).count();
    let apart = s.documents.len() > 1 && amounts > 0 && !totals_stand_last(&s.documents);
    let first = s.documents.len().min(if apart { 1 } else { usize::MAX });
    let (head, rest) = s.documents.split_at_checked(first).unwrap_or((&s.documents, &[]));
    out.optional("Strd", |out| {
        documents(out, head, lost);
        out.optional("CdtrRefInf", |out| {
            let code = lost.text("the type of the reference", s.reference_type.as_deref(), 35);
            let issuer = lost.text("the issuer of the reference", s.reference_issuer.as_deref(), 35);
            out.optional("Tp", |out| {
                let known = code.as_deref().is_some_and(|c| REFERENCE_TYPES.contains(&c));
                out.optional("CdOrPrtry", |out| out.leaf(if known { "Cd" } else { "Prtry" }, code));
                out.leaf("Issr", issuer);
            });
            out.leaf("Ref", lost.id("the structured reference", s.creditor_reference.as_deref(), 35));
        });
        for text in additional.drain(..) {
            out.leaf("AddtlRmtInf", Some(text));
        }
    });
    for document in rest.chunks(1) {
        out.optional("Strd", |out| documents(out, document, lost));
    }
    for three in further.chunks(3) {
        out.within("Strd", |out| three.iter().for_each(|text| out.leaf("AddtlRmtInf", Some(text))));
    }
}

/// Several documents, then amounts of all together: the shape in which a reader keeps them.
fn totals_stand_last(documents: &[DocumentRef]) -> bool {
    match documents.split_last() {
        Some((last, named)) => {
            named.len() > 1 && !has_identity(last) && named.iter().all(|d| has_identity(d) && !has_amounts(d))
        }
        None => false,
    }
}

fn has_identity(d: &DocumentRef) -> bool {
    d.kind.is_some() || d.number.is_some() || d.date.is_some()
}

fn has_amounts(d: &DocumentRef) -> bool {
    let all = [d.due_payable, d.discount_applied, d.credit_note_amount, d.tax, d.remitted];
    !d.adjustments.is_empty() || all.iter().any(Option::is_some)
}

fn documents(out: &mut Out, documents: &[DocumentRef], lost: &mut Lost) {
    for d in documents.iter().filter(|d| has_identity(d)) {
        out.within("RfrdDocInf", |out| {
            let kind = lost.text("the type of the document", d.kind.as_deref(), 35);
            if kind.is_some() {
                let is_code =
                    kind.as_deref().is_some_and(|k| k.len() == 4 && k.bytes().all(|b| b.is_ascii_uppercase()));
                out.within("Tp", |out| {
                    out.within("CdOrPrtry", |out| out.leaf(if is_code { "Cd" } else { "Prtry" }, kind));
                });
            }
            out.leaf("Nb", lost.id("the document number", d.number.as_deref(), 35));
            out.leaf("RltdDt", d.date.map(|d| d.to_string()));
        });
    }
    if let Some(d) = documents.iter().find(|d| has_amounts(d)) {
        amounts(out, d, lost);
    }
}

fn amounts(out: &mut Out, d: &DocumentRef, lost: &mut Lost) {
    out.within("RfrdDocAmt", |out| {
        let mut unsigned = |money: Option<Money>| {
            if let Some(money) = money {
                check(money, lost);
                if money.is_negative() {
                    lost.tell(format!("the sign of the document's amount {money} has no field in camt.053"));
                }
            }
            money
        };
        out.amount("DuePyblAmt", unsigned(d.due_payable));
        let discount = unsigned(d.discount_applied);
        out.optional("DscntApldAmt", |out| out.amount("Amt", discount));
        out.amount("CdtNoteAmt", unsigned(d.credit_note_amount));
        let tax = unsigned(d.tax);
        out.optional("TaxAmt", |out| out.amount("Amt", tax));
        let remitted = unsigned(d.remitted);
        for (amount, reason) in &d.adjustments {
            check(*amount, lost);
            out.within("AdjstmntAmtAndRsn", |out| {
                out.amount("Amt", Some(*amount));
                out.leaf("CdtDbtInd", Some(if amount.is_negative() { "CRDT" } else { "DBIT" }));
                let short = reason.as_deref().is_some_and(|r| r.len() <= 4);
                let reason = lost.text("the reason of an adjustment", reason.as_deref(), 140);
                out.leaf(if short { "Rsn" } else { "AddtlInf" }, reason);
            });
        }
        out.amount("RmtdAmt", remitted);
    });
}
