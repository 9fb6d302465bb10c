//! What `tieout run` says at its end, for a controller: what was read, where the money went, what is not proven, what to do.

use super::layout::{Align, columns, paragraph, told_once};
use crate::base::{Currency, counted};
use crate::model::{CurrencySummary, Finding, FindingCode, ReasonCode, Sum, Summary, TieOut};
use std::collections::BTreeMap;

/// Most findings shown.
const FINDINGS: usize = 5;

/// The report. `folder` is where the outputs are, as the user named it; `None` for a dry run.
pub fn run_screen(summary: &Summary, folder: Option<&str>) -> String {
    let mut out = String::new();
    files(&mut out, summary);
    statements(&mut out, summary);
    for total in &summary.totals {
        if total.payments > 0 {
            money(&mut out, summary, total);
        }
    }
    control_totals(&mut out, summary);
    list(&mut out, "Worth a look", &findings(summary));
    list(&mut out, "Not proven", &summary.not_proven);
    list(&mut out, "What to do next", &next_steps(summary, folder));
    out
}

fn files(out: &mut String, summary: &Summary) {
    let given = summary.files.iter().filter(|f| f.role == "statement").count() as u64;
    let rejected = summary.rejected().count() as u64;
    let as_of = summary.as_of.map(|d| format!(", as of {d}")).unwrap_or_default();
    let text = format!("{} read, {rejected} rejected{as_of}", counted(given - rejected, "file", "files"));
    out.push_str(&paragraph("Files        ", &text));
    for file in summary.rejected() {
        if let Some(error) = &file.error {
            out.push_str(&paragraph("             rejected: ", &error.place().to_string()));
        }
    }
    if !summary.unrecognised.is_empty() {
        let names = summary.unrecognised.join(", ");
        let text = format!("{} left aside, no statement: {names}", summary.unrecognised.len());
        out.push_str(&paragraph("             ", &text));
    }
    let r = &summary.receivables;
    let mut text = format!(
        "{} of {}",
        counted(r.open_items, "open item", "open items"),
        counted(r.customers_with_open_items, "customer", "customers")
    );
    if r.customers > r.customers_with_open_items {
        text.push_str(&format!(" ({} known)", r.customers));
    }
    if r.closed_items > 0 {
        text.push_str(&format!(", {} closed ones as evidence", r.closed_items));
    }
    if r.left_out_zero > 0 {
        text.push_str(&format!(", {} left out with nothing open", r.left_out_zero));
    }
    out.push_str(&paragraph("Receivables  ", &text));
}

fn statements(out: &mut String, summary: &Summary) {
    let of = |t: TieOut| summary.statements.iter().filter(|s| s.tie_out == t).count();
    let mut text = format!(
        "{}: {} proven, {} unproven, {} broken",
        counted(summary.statements.len() as u64, "statement", "statements"),
        of(TieOut::Proven),
        of(TieOut::Unproven),
        of(TieOut::Broken)
    );
    if !summary.repeated.is_empty() {
        let repeated = summary.repeated.len();
        let verbs = if repeated == 1 { "came twice and counts once" } else { "came twice and count once" };
        text.push_str(&format!("; {repeated} {verbs}"));
    }
    out.push_str(&paragraph("Statements   ", &text));
    for repeated in &summary.repeated {
        out.push_str(&paragraph("             twice: ", &format!("{}: {}", repeated.file, repeated.text)));
    }
    let mut last: Option<&Finding> = None;
    for s in summary.statements.iter().filter(|s| s.tie_out == TieOut::Broken) {
        for finding in s.findings.iter().take(3) {
            // Two statements that contradict each other have one finding.
            if last == Some(finding) {
                continue;
            }
            last = Some(finding);
            out.push_str(&paragraph("             broken: ", &finding.to_string()));
        }
    }
}

fn money(out: &mut String, summary: &Summary, total: &CurrencySummary) {
    let of = |company: &str| if company.is_empty() { String::new() } else { format!(", company {company}") };
    let currency = total.currency;
    let mut rows = vec![row(&format!("\nPayments in {currency}{}", of(&total.company)), "count", "amount")];
    let by = outcomes(summary, &total.company, currency);
    for (outcome, title) in [
        ("applied", "applied"),
        ("reopened", "reopened by a return"),
        ("queued", "queued for review"),
        ("not_receivable", "no receivable"),
    ] {
        let reasons = by.get(outcome);
        let (count, minor) = reasons.iter().flat_map(|r| r.values()).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        if count == 0 && outcome == "reopened" {
            continue;
        }
        rows.push(row(&format!("  {title}"), &count.to_string(), &Sum::new(minor, currency).figure()));
        for (reason, (count, minor)) in reasons.into_iter().flatten() {
            let sentence = ReasonCode::parse(reason).map_or("", ReasonCode::sentence);
            let mut line = row(&format!("    {reason}"), &count.to_string(), &Sum::new(*minor, currency).figure());
            line.push(sentence.to_owned());
            rows.push(line);
        }
    }
    rows.push(row("  all", &total.payments.to_string(), &total.amount.figure()));
    out.push_str(&table(&rows));

    let mut rows = vec![row(&format!("\nWhere it went, {currency}"), "", "amount")];
    for (title, sum, always) in [
        ("set against documents", total.applied, true),
        ("on customers' accounts", total.on_account, true),
        ("reminder and return fees", total.other, false),
        ("waits for review", total.in_review, true),
        ("no receivable", total.not_applied, true),
    ] {
        if always || sum.minor != 0 {
            rows.push(row(&format!("  {title}"), "", &sum.figure()));
        }
    }
    rows.push(row("  all payments", "", &total.amount.figure()));
    let decided = |outcome: &str| by.get(outcome).into_iter().flat_map(|r| r.values()).map(|r| r.1).sum::<i128>();
    let (applied, reopened) = (decided("applied"), decided("reopened"));
    for (title, sum) in [
        ("besides: cash discount granted", total.discount),
        ("besides: written off", total.writeoff),
        ("besides: bank charges borne", total.charges),
        ("besides: exchange differences", total.fx_difference),
    ] {
        if sum.minor != 0 {
            rows.push(row(&format!("  {title}"), "", &sum.figure()));
        }
    }
    rows.push(row("  open items before", "", &total.items_before.figure()));
    rows.push(row("  open items after", "", &total.items_after.figure()));
    out.push_str(&table(&rows));
    let sum = |minor: i128| Sum::new(minor, currency).figure();
    let placed = total.applied.minor + total.on_account.minor + total.other.minor;
    if applied + reopened == placed && applied != total.applied.minor {
        // From the payments above to the documents.
        let mut text = format!("applied {}", sum(applied));
        if reopened != 0 {
            text.push_str(&format!(", reopened {}", sum(reopened)));
        }
        text.push_str(&format!(" = documents {}", total.applied.figure()));
        if total.on_account.minor != 0 {
            text.push_str(&format!(" + on account {}", total.on_account.figure()));
        }
        if total.other.minor != 0 {
            text.push_str(&format!(" + fees {}", total.other.figure()));
        }
        out.push_str(&paragraph("  ", &text));
    }
    if let (Some(count), Some(value)) =
        (total.automatic_count_hundredths_percent, total.automatic_value_hundredths_percent)
    {
        let text = format!(
            "{} of {} (applied, reopened, queued) decided without a person: {} %, and {} % of their value",
            total.automatic_payments,
            total.receivable_payments,
            percent(count),
            percent(value)
        );
        out.push_str(&paragraph("  ", &text));
    }
}

type Counts<'a> = BTreeMap<&'a str, BTreeMap<&'a str, (u64, i128)>>;

fn outcomes<'a>(summary: &'a Summary, company: &str, currency: Currency) -> Counts<'a> {
    let mut by: Counts<'a> = BTreeMap::new();
    for account in summary.accounts.iter().filter(|a| a.company == company && a.currency == currency) {
        for r in &account.payments {
            let slot = by.entry(r.outcome).or_default().entry(r.reason).or_default();
            slot.0 += r.count;
            slot.1 += r.amount.minor;
        }
    }
    by
}

fn control_totals(out: &mut String, summary: &Summary) {
    let head = ["\nControl totals", "cur", "credits", "debits", "net of statements", "net of payments", ""];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for a in &summary.accounts {
        let net = Sum::new(a.statement_credits.minor + a.statement_debits.minor, a.currency);
        let payments = Sum::new(a.payment_credits.minor + a.payment_debits.minor, a.currency);
        rows.push(vec![
            format!("  {}", if a.account.is_empty() { "(no account)" } else { &a.account }),
            a.currency.to_string(),
            a.statement_credits.figure(),
            a.statement_debits.figure(),
            net.figure(),
            payments.figure(),
            (if net == payments { "equal" } else { "DIFFERENT" }).to_owned(),
        ]);
    }
    use Align::{Left, Right};
    if rows.len() > 1 {
        out.push_str(&headed(rows, &[Left, Left, Right, Right, Right, Right, Left]));
    }
    if let Some(claim) = &summary.control_total {
        let (same, given) = (if claim.holds { "equal" } else { "DIFFERENT" }, claim.claimed.figure());
        let text = format!("--control-total {given}, booked entries {}: {same}", claim.booked.figure());
        out.push_str(&paragraph("  ", &text));
    }
    for a in &summary.accounts {
        for l in &a.left_out {
            let text = format!(
                "{}: {} left out ({}), {} {}",
                a.account,
                counted(l.count, "entry", "entries"),
                l.reason,
                l.amount.figure(),
                a.currency
            );
            out.push_str(&paragraph("  ", &text));
        }
    }
}

/// Findings across files, then on each as a whole: the first few, and how many more there are. How a bank writes its files comes
/// with every one of them and stands in `summary.json` and in `tieout check`.
fn findings(summary: &Summary) -> Vec<String> {
    let usual = [FindingCode::EncodingGuessed, FindingCode::Namespace, FindingCode::Dialect];
    let of_files = summary.files.iter().flat_map(|f| &f.findings).filter(|f| !usual.contains(&f.code));
    let mut lines = told_once(summary.findings.iter().chain(of_files));
    let more = lines.len().saturating_sub(FINDINGS);
    lines.truncate(FINDINGS);
    if more > 0 {
        lines.push(format!("and {more} more, in summary.json"));
    }
    lines
}

fn next_steps(summary: &Summary, folder: Option<&str>) -> Vec<String> {
    let mut steps = Vec::new();
    if summary.rejected().next().is_some() {
        steps.push("Get the rejected files again or correct them, then run again with all files.".to_owned());
    }
    if summary.statements.iter().any(|s| s.tie_out == TieOut::Broken) {
        steps.push(
            "Ask the bank for the broken statements again: `tieout check FILE` shows where they break.".to_owned(),
        );
    }
    if summary.control_total.as_ref().is_some_and(|c| !c.holds) {
        steps.push("Clear up the control total: nothing of the statement was applied because of it.".to_owned());
    }
    let queued = summary.count_of("queued");
    let Some(folder) = folder else {
        let what = counted(queued, "payment", "payments");
        steps.push(format!("This was a dry run: nothing was written. {what} would wait for review."));
        steps.push("Run again with --out DIR and without --dry-run to get the files.".to_owned());
        return steps;
    };
    let path = |file: &str| format!("{}/{file}", folder.trim_end_matches('/'));
    if queued > 0 {
        let what = counted(queued, "payment", "payments");
        steps.push(format!(
            "Look through {}: {what}, the most urgent first, each with what was found.",
            path("exceptions.csv")
        ));
        steps.push(format!(
            "`tieout explain ID --run {folder}` says why: ID is a payment, an exception or a document number."
        ));
    }
    if queued > 0 && summary.ledger.is_some() {
        steps.push("`tieout queue --out DIR` with the same ledger writes all that waits, of every day.".to_owned());
    }
    if summary.totals.iter().any(|t| t.allocations > 0) {
        let then = match summary.ledger {
            Some(_) => ": the ledger subtracts it from open items that do not show it yet.",
            None => ", and export the open items anew before the next run.",
        };
        steps.push(format!("Post {} in your accounts{then}", path("allocations.csv")));
    }
    steps
}

fn list(out: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    out.push_str(&format!("\n{title}\n"));
    for line in lines {
        out.push_str(&paragraph("  - ", line));
    }
}

fn row(title: &str, count: &str, amount: &str) -> Vec<String> {
    vec![title.to_owned(), count.to_owned(), amount.to_owned()]
}

/// Three columns, and a sentence behind them that breaks where the screen ends.
fn table(rows: &[Vec<String>]) -> String {
    let short: Vec<Vec<String>> = rows.iter().map(|r| r.iter().take(3).cloned().collect()).collect();
    let lines = headed(short, &[Align::Left, Align::Right, Align::Right]);
    // An empty line before the heading is a line of its own.
    let sentences = std::iter::once(None).filter(|_| lines.starts_with('\n')).chain(rows.iter().map(|r| r.get(3)));
    let mut out = String::new();
    for (line, sentence) in lines.lines().zip(sentences) {
        match sentence {
            Some(sentence) => out.push_str(&paragraph(&format!("{line}  "), sentence)),
            None => out.push_str(&format!("{line}\n")),
        }
    }
    out
}

/// A table whose first cell may ask for an empty line before it.
fn headed(mut rows: Vec<Vec<String>>, align: &[Align]) -> String {
    let mut before = "";
    if let Some(cell) = rows.first_mut().and_then(|r| r.first_mut())
        && let Some(rest) = cell.strip_prefix('\n')
    {
        *cell = rest.to_owned();
        before = "\n";
    }
    format!("{before}{}", columns(&rows, align, 0))
}

fn percent(hundredths: u64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
