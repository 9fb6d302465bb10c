//! Why a payment got its outcome: one line of `decisions.jsonl` in, plain text out. It needs nothing else.

use super::layout::{Align, columns, paragraph};
use crate::base::Place;
use crate::error::{Error, ErrorCode};
use crate::model::ReasonCode;
use serde::Deserialize;

/// Explains one line.
///
/// # Errors
/// [`ErrorCode::Structure`] if the text is no line of `tieout.decisions/1`.
pub fn explain(line: &str) -> Result<String, Error> {
    let line: Line = serde_json::from_str(line).map_err(|e| {
        let place = Place::line_column(e.line() as u64, e.column() as u64).in_file("decisions.jsonl");
        Error::new(ErrorCode::Structure, place, e.to_string(), "a line of tieout.decisions/1")
            .with_hint("run tieout again to write the folder anew")
    })?;
    let mut out = String::new();
    payment(&mut out, &line);
    outcome(&mut out, &line);
    waterfall(&mut out, &line);
    second(&mut out, &line);
    needed(&mut out, &line);
    Ok(out)
}

#[derive(Deserialize)]
struct Line {
    payment: Payment,
    outcome: String,
    reason: String,
    customer_id: Option<String>,
    error_ppm: u32,
    score: i64,
    margin: Option<i64>,
    prior: i64,
    gates: Vec<Gate>,
    allocations: Vec<Allocation>,
    on_account: String,
    other: Vec<Other>,
    would_need: Option<String>,
    candidates: Vec<Candidate>,
    candidates_cut: u64,
    unapplied: String,
    explanation: String,
}

#[derive(Deserialize)]
struct Payment {
    payment_id: String,
    account: String,
    booking_date: String,
    amount: String,
    currency: String,
    payer_name: Option<String>,
    payer_account: Option<String>,
    ultimate_payer: Option<String>,
    remittance: String,
    end_to_end_id: Option<String>,
    #[serde(default)]
    structured_refs: Vec<String>,
    source: Source,
}

#[derive(Deserialize)]
struct Source {
    file: String,
    line: Option<u64>,
    path: Option<String>,
}

#[derive(Deserialize)]
struct Gate {
    reason: String,
    text: String,
}

#[derive(Deserialize)]
struct Allocation {
    doc_no: String,
    applied: String,
    discount: String,
    writeoff: String,
    charges: String,
    fx_difference: String,
    open_after: String,
}

#[derive(Deserialize)]
struct Other {
    code: String,
    amount: String,
}

#[derive(Deserialize)]
struct Candidate {
    customer_id: Option<String>,
    error_ppm: u32,
    score: i64,
    allocations: Vec<Allocation>,
    on_account: String,
    remainder: Option<Other>,
    #[serde(rename = "for")]
    supports: Vec<Evidence>,
    against: Vec<Evidence>,
}

#[derive(Deserialize)]
struct Evidence {
    kind: String,
    weight: i64,
    text: String,
}

fn payment(out: &mut String, line: &Line) {
    let p = &line.payment;
    let from = p.payer_name.as_deref().filter(|n| !n.is_empty()).unwrap_or("(no name)");
    out.push_str(&paragraph(
        "",
        &format!("Payment {} of {}: {} {}", p.payment_id, p.booking_date, p.amount, p.currency),
    ));
    let account = p.payer_account.as_ref().map(|a| format!(", account {a}")).unwrap_or_default();
    let party = if p.amount.starts_with('-') { "  to       " } else { "  from     " };
    out.push_str(&paragraph(party, &format!("{from}{account}")));
    if let Some(name) = &p.ultimate_payer {
        out.push_str(&paragraph("  for      ", name));
    }
    if !p.remittance.is_empty() {
        out.push_str(&paragraph("  text     ", &p.remittance));
    }
    if !p.structured_refs.is_empty() {
        out.push_str(&paragraph("  ref      ", &p.structured_refs.join(", ")));
    }
    if let Some(id) = &p.end_to_end_id {
        out.push_str(&paragraph("  their id ", id));
    }
    let line_no = p.source.line.map(|l| format!(", line {l}")).unwrap_or_default();
    let path = p.source.path.as_ref().map(|l| format!(", {l}")).unwrap_or_default();
    out.push_str(&paragraph("  read in  ", &format!("{}{line_no}{path}; account {}", p.source.file, p.account)));
}

fn outcome(out: &mut String, line: &Line) {
    let title = match line.outcome.as_str() {
        "applied" => "Applied",
        "queued" => "Queued for review",
        "reopened" => "Reopened",
        "not_receivable" => "No receivable",
        other => other,
    };
    let sentence = ReasonCode::parse(&line.reason).map_or("", ReasonCode::sentence);
    out.push('\n');
    out.push_str(&paragraph("", &format!("{title}: {sentence} [{}]", line.reason)));
    if !line.explanation.is_empty() && line.explanation != sentence {
        out.push_str(&paragraph("  ", &line.explanation));
    }
    if let Some(customer) = &line.customer_id {
        out.push_str(&paragraph("  ", &format!("customer {customer}")));
    }
    let currency = &line.payment.currency;
    for a in &line.allocations {
        out.push_str(&paragraph("  ", &allocation(a, currency, line.outcome == "reopened")));
    }
    if !zero(&line.on_account) {
        out.push_str(&paragraph("  ", &format!("on account: {} {currency}", line.on_account)));
    }
    for other in &line.other {
        out.push_str(&paragraph("  ", &format!("{}: {} {currency}", words(&other.code), other.amount)));
    }
    if !zero(&line.unapplied) {
        out.push_str(&paragraph("  ", &format!("not applied: {} {currency}", line.unapplied)));
    }
    for gate in line.gates.iter().filter(|g| g.text != line.explanation) {
        out.push_str(&paragraph("  stopped by ", &format!("{}: {}", gate.reason, gate.text)));
    }
}

fn allocation(a: &Allocation, currency: &str, came_back: bool) -> String {
    let mut text = format!("{}: {} {currency} cash", a.doc_no, a.applied);
    let parts = [
        (&a.discount, "discount"),
        (&a.writeoff, "written off"),
        (&a.charges, "bank charges"),
        (&a.fx_difference, "exchange difference"),
    ];
    for (amount, what) in parts {
        if !zero(amount) {
            text.push_str(&format!(" + {amount} {what}"));
        }
    }
    if came_back {
        text.push_str(&format!("; {} is open again", a.open_after));
    } else if zero(&a.open_after) {
        text.push_str("; closed");
    } else {
        text.push_str(&format!("; {} stays open", a.open_after));
    }
    text
}

fn waterfall(out: &mut String, line: &Line) {
    let Some(best) = line.candidates.first() else { return };
    out.push('\n');
    let title = if line.outcome == "queued" { "The best proposal" } else { "Why" };
    out.push_str(&paragraph("", &format!("{title}: {}", proposal(best, &line.payment.currency))));
    let mut rows = vec![row("before any evidence", line.prior)];
    let evidence = best.supports.iter().chain(&best.against);
    let mut total = line.prior;
    let mut texts = vec![String::new()];
    for e in evidence {
        // A fact that stops weighs nothing: it stops whatever the sum.
        let stops = e.weight == 0 && e.kind == "warning";
        rows.push(if stops { vec!["stops it".to_owned(), String::new()] } else { row(&words(&e.kind), e.weight) });
        texts.push(e.text.clone());
        total = total.saturating_add(e.weight);
    }
    if total != best.score {
        rows.push(row("not shown", best.score.saturating_sub(total)));
        texts.push(String::new());
    }
    rows.push(row("total", best.score));
    texts.push("each 100 more makes it ten times as likely to be right".to_owned());
    let table = columns(&rows, &[Align::Left, Align::Right], 2);
    for (left, text) in table.lines().zip(texts) {
        out.push_str(&paragraph(&format!("{left}  "), &text));
    }
    let share = format!(
        "estimated chance that something else is paid: {} in a million (an estimate, not yet tested on your data)",
        best.error_ppm
    );
    out.push_str(&paragraph("  ", &share));
    if line.error_ppm != best.error_ppm {
        out.push_str(&paragraph(
            "  ",
            &format!("after all other payments were weighed: {} in a million", line.error_ppm),
        ));
    }
}

fn second(out: &mut String, line: &Line) {
    out.push('\n');
    let Some(second) = line.candidates.get(1) else {
        if !line.candidates.is_empty() {
            out.push_str("Second best: there was no other answer.\n");
        } else if line.score != 0 || line.outcome == "queued" {
            out.push_str("No answer was found in the open items.\n");
        }
        return;
    };
    let currency = &line.payment.currency;
    let behind = line.margin.map(|m| format!(", {m} behind the best")).unwrap_or_default();
    let text = format!("{}; total {}{behind}", proposal(second, currency), second.score);
    out.push_str(&paragraph("Second best: ", &text));
    for e in &second.against {
        let weight = if e.weight == 0 { String::new() } else { format!(" ({:+})", e.weight) };
        out.push_str(&paragraph("  against: ", &format!("{}{weight}", e.text)));
    }
    if second.against.is_empty() {
        let best = line.candidates.first();
        let had = |e: &&Evidence| !second.supports.iter().any(|s| s.kind == e.kind && s.weight >= e.weight);
        for e in best.iter().flat_map(|b| &b.supports).filter(had).take(3) {
            out.push_str(&paragraph("  lacks: ", &format!("{}: {}", words(&e.kind), e.text)));
        }
    }
    let more = (line.candidates.len() as u64).saturating_sub(2) + line.candidates_cut;
    if more > 0 {
        out.push_str(&paragraph("  ", &format!("and {more} more")));
    }
}

fn needed(out: &mut String, line: &Line) {
    if let Some(text) = line.would_need.as_deref().filter(|t| !t.is_empty()) {
        out.push_str(&paragraph("It would have been automatic with: ", text));
    }
}

fn proposal(candidate: &Candidate, currency: &str) -> String {
    let several = candidate.allocations.len() > 1 || !zero(&candidate.on_account);
    let document = |a: &Allocation| if several { format!("{} {}", a.doc_no, a.applied) } else { a.doc_no.clone() };
    let mut parts: Vec<String> = candidate.allocations.iter().map(document).collect();
    if !zero(&candidate.on_account) {
        parts.push(format!("{} {currency} on account", candidate.on_account));
    }
    let mut text = if parts.is_empty() { "no document".to_owned() } else { parts.join(" + ") };
    if let Some(customer) = &candidate.customer_id {
        text.push_str(&format!(" of customer {customer}"));
    }
    if let Some(rest) = candidate.remainder.as_ref().filter(|r| r.code != "on_account") {
        text.push_str(&format!(", {} {}", words(&rest.code), rest.amount));
    }
    text
}

fn row(title: &str, weight: i64) -> Vec<String> {
    vec![title.to_owned(), format!("{weight:+}")]
}

fn words(code: &str) -> String {
    code.replace('_', " ")
}

fn zero(figure: &str) -> bool {
    !figure.chars().any(|c| matches!(c, '1'..='9'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"schema":"tieout.decisions/1","payment":{"payment_id":"p1","account":"DE89","statement_id":null,"entry_ref":null,"end_to_end_id":null,"booking_date":"2026-04-24","value_date":null,"amount":"1166.20","currency":"EUR","payer_name":"Muster GmbH","payer_account":null,"ultimate_payer":null,"remittance":"RE 731 less 2 %","source":{"file":"day.xml","line":14,"path":null}},"outcome":"queued","reason":"DISCOUNT_LATE","customer_id":"C-1","error_ppm":40,"score":300,"margin":312,"score_version":"1","gates":[{"reason":"DISCOUNT_LATE","text":"3 days after 2026-04-21"}],"allocations":[],"on_account":"0.00","other":[],"prior":-310,"would_need":"payment by 2026-04-21","candidates":[{"customer_id":"C-1","error_ppm":40,"score":300,"allocations":[{"item_id":"I","doc_no":"RE-731","applied":"1166.20","discount":"23.80","writeoff":"0.00","writeoff_code":null,"charges":"0.00","fx_difference":"0.00","open_before":"1190.00","open_after":"0.00","customer_id":"C-1"}],"on_account":"0.00","remainder":{"code":"discount","amount":"23.80"},"for":[{"kind":"document_number","weight":610,"text":"names RE-731"}],"against":[],"reason":"DISCOUNT_IN_TERM"},{"customer_id":"C-2","error_ppm":900000,"score":-12,"allocations":[],"on_account":"1166.20","remainder":null,"for":[],"against":[{"kind":"payer_name","weight":-50,"text":"another name"}],"reason":"ON_ACCOUNT"}],"candidates_cut":1,"unapplied":"1166.20","disposition":"in_review","explanation":"3 days late"}"#;

    #[test]
    fn one_line_tells_outcome_waterfall_second_best_and_what_was_missing() {
        let text = explain(LINE).unwrap();
        assert_eq!(
            text,
            "\
Payment p1 of 2026-04-24: 1166.20 EUR
  from     Muster GmbH
  text     RE 731 less 2 %
  read in  day.xml, line 14; account DE89

Queued for review: The discount was taken after its date. [DISCOUNT_LATE]
  3 days late
  customer C-1
  not applied: 1166.20 EUR
  stopped by DISCOUNT_LATE: 3 days after 2026-04-21

The best proposal: RE-731 of customer C-1, discount 23.80
  before any evidence  -310
  document number      +610  names RE-731
  total                +300  each 100 more makes it ten times as likely to be right
  estimated chance that something else is paid: 40 in a million (an estimate, not yet tested on
  your data)

Second best: 1166.20 EUR on account of customer C-2; total -12, 312 behind the best
  against: another name (-50)
  and 1 more
It would have been automatic with: payment by 2026-04-21
"
        );
        assert!(text.lines().all(|l| l.chars().count() <= 100));
    }

    #[test]
    fn a_line_of_something_else_is_an_error_with_its_place() {
        let error = explain("{\"a\":1}").unwrap_err();
        assert_eq!(error.code(), ErrorCode::Structure);
        assert!(error.place().column.is_some());
    }
}
