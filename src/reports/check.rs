//! The table of `tieout check`: does each statement tie out, and if not, where is the first break.

use super::layout::{Align, columns, paragraph, told_once};
use crate::base::counted;
use crate::model::{Finding, FindingCode, RepeatedStatement, StatementSummary, TieOut};
use std::collections::BTreeSet;

/// Most notes shown.
const NOTES: usize = 50;

/// The whole report. Files that were rejected are told as errors elsewhere and only counted here.
pub fn check_table(
    statements: &[StatementSummary],
    repeated: &[RepeatedStatement],
    findings: &[Finding],
    rejected: u64,
) -> String {
    let mut out = String::new();
    if !statements.is_empty() {
        let head = ["file", "account", "cur", "period", "opening", "entries", "net", "closing", "tie-out"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows.extend(statements.iter().map(row));
        use Align::{Left, Right};
        out.push_str(&columns(&rows, &[Left, Left, Left, Left, Right, Right, Right, Right, Left], 0));
    }
    // Two statements that contradict each other have one finding.
    let mut last: Option<&Finding> = None;
    for s in statements.iter().filter(|s| s.is_open()) {
        let found = if s.tie_out == TieOut::Broken { first_break(&s.findings) } else { s.open_figure() };
        if let Some(finding) = found.filter(|f| last != Some(*f)) {
            last = Some(finding);
            out.push('\n');
            out.push_str(&paragraph("break  ", &finding.to_string()));
        }
    }
    for s in statements.iter().filter(|s| s.tie_out == TieOut::Unproven && !s.is_open()) {
        out.push('\n');
        let text = match s.findings.iter().find(|f| f.code == FindingCode::NoEntries) {
            Some(none) => none.to_string(),
            None => format!("{}: {} no balances to prove it by.", s.file, account(s)),
        };
        out.push_str(&paragraph("note   ", &text));
    }
    // Whoever reads a table that nobody described should see once what its columns were taken for.
    let told = |s: &'_ &StatementSummary| s.dialect == "inferred";
    for finding in statements.iter().filter(told).flat_map(|s| &s.findings).filter(|f| f.code == FindingCode::Dialect) {
        out.push('\n');
        out.push_str(&paragraph("note   ", &finding.to_string()));
    }
    for r in repeated {
        out.push('\n');
        out.push_str(&paragraph("twice  ", &format!("{}: {}", r.file, r.text)));
    }
    let told = told_once(findings);
    for text in told.iter().take(NOTES) {
        out.push('\n');
        out.push_str(&paragraph("note   ", text));
    }
    if told.len() > NOTES {
        out.push('\n');
        out.push_str(&paragraph("note   ", &format!("and {} more notes; `--json` shows all", told.len() - NOTES)));
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str(&verdict(statements, repeated, rejected));
    out
}

fn row(s: &StatementSummary) -> Vec<String> {
    let day = |d: Option<chrono::NaiveDate>| d.map(|d| d.to_string()).unwrap_or_default();
    let period = match (s.from, s.to) {
        (Some(from), Some(to)) if from != to => format!("{from} to {to}"),
        (from, to) => day(to.or(from)),
    };
    let none = || "-".to_owned();
    vec![
        shortened(&s.file),
        account(s),
        Some(s.currency).filter(|c| !c.is_none()).map_or_else(none, |c| c.to_string()),
        period,
        s.opening.clone().unwrap_or_else(none),
        s.entries.to_string(),
        s.net.map_or_else(none, |n| n.figure()),
        s.closing.clone().unwrap_or_else(none),
        s.tie_out.as_str().to_owned(),
    ]
}

/// Long names give way to the figures; beginning and end tell files apart.
fn shortened(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    match (letters.get(..14), letters.len().checked_sub(13).and_then(|from| letters.get(from..))) {
        (Some(head), Some(tail)) if letters.len() > 28 => head.iter().chain(&['…']).chain(tail).collect(),
        _ => name.to_owned(),
    }
}

fn account(s: &StatementSummary) -> String {
    if s.account.is_empty() { "(no account)".to_owned() } else { s.account.clone() }
}

/// The finding that contradicts a figure, else the first of all.
fn first_break(findings: &[Finding]) -> Option<&Finding> {
    let contradicts = |f: &&Finding| {
        matches!(
            f.code,
            FindingCode::BalanceMismatch
                | FindingCode::BatchSumMismatch
                | FindingCode::BatchCountMismatch
                | FindingCode::SummaryMismatch
                | FindingCode::RunningBalanceMismatch
                | FindingCode::CurrencyDiffers
        )
    };
    findings.iter().find(contradicts).or(findings.first())
}

fn verdict(statements: &[StatementSummary], repeated: &[RepeatedStatement], rejected: u64) -> String {
    let of = |t: TieOut| statements.iter().filter(|s| s.tie_out == t).count();
    let accounts: BTreeSet<_> = statements.iter().map(|s| (&s.account, s.currency)).collect();
    let mut text = format!(
        "{} on {}: {} proven, {} unproven, {} broken.",
        counted(statements.len() as u64, "statement", "statements"),
        counted(accounts.len() as u64, "account", "accounts"),
        of(TieOut::Proven),
        of(TieOut::Unproven),
        of(TieOut::Broken)
    );
    if !repeated.is_empty() {
        text.push_str(&format!(" {} came twice.", repeated.len()));
    }
    if rejected > 0 {
        text.push_str(&format!(" {} rejected.", counted(rejected, "file", "files")));
    }
    paragraph("", &text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Currency, Place};
    use crate::model::Sum;

    fn statement(tie_out: TieOut) -> StatementSummary {
        StatementSummary {
            file: "day.sta".to_owned(),
            account: "DE89370400440532013000".to_owned(),
            currency: Currency::EUR,
            format: "mt940",
            dialect: String::new(),
            sequence: None,
            from: None,
            to: chrono::NaiveDate::from_ymd_opt(2026, 4, 24),
            opening: Some("0.00".to_owned()),
            entries: 1,
            net: Some(Sum::new(119_000, Currency::EUR)),
            closing: Some("1190.00".to_owned()),
            tie_out,
            findings: vec![],
        }
    }

    #[test]
    fn a_proven_statement_is_one_line() {
        let text = check_table(&[statement(TieOut::Proven)], &[], &[], 0);
        let line = "day.sta  DE89370400440532013000  EUR  2026-04-24     0.00        1  1190.00  1190.00  proven";
        assert_eq!(text.lines().nth(1), Some(line));
        assert!(text.ends_with("1 statement on 1 account: 1 proven, 0 unproven, 0 broken.\n"));
    }

    #[test]
    fn a_balance_that_is_owed_and_missing_is_said() {
        let mut s = statement(TieOut::Unproven);
        s.closing = None;
        let place = Place::line(1).in_file("day.sta");
        s.findings.push(Finding::new(FindingCode::ClosingMissing, place, "the statement has no closing balance"));
        let text = check_table(&[s], &[], &[], 0);
        assert!(text.contains("break  day.sta:1: the statement has no closing balance [CLOSING_MISSING]"), "{text}");
        assert!(!text.contains("no balances to prove it by"), "{text}");
    }

    #[test]
    fn a_broken_one_says_where() {
        let mut s = statement(TieOut::Broken);
        let place = Place::line(7).at(":62F:").in_file("day.sta");
        s.findings.push(Finding::new(FindingCode::UnknownField, Place::line(2), "odd"));
        s.findings.push(Finding::new(
            FindingCode::BalanceMismatch,
            place,
            "closing is 1.00 more than the entries give",
        ));
        let text = check_table(&[s], &[], &[], 0);
        assert!(
            text.contains("break  day.sta:7: :62F:: closing is 1.00 more than the entries give [BALANCE_MISMATCH]")
        );
    }

    #[test]
    fn what_is_said_of_many_files_alike_is_said_once_with_their_number() {
        let of = |file: &str| {
            Finding::new(FindingCode::EncodingGuessed, Place::line(1).in_file(file), "the text was read as cp852")
        };
        let text = check_table(&[statement(TieOut::Proven)], &[], &[of("a.sta"), of("b.sta"), of("c.sta")], 0);
        let note = "note   a.sta:1: the text was read as cp852 [ENCODING_GUESSED], and the same in 2 more places";
        assert!(text.contains(note), "{text}");
    }
}
