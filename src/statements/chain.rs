//! Continuity of one account's statements: the order within a day, unbroken balances, and gaps.

use super::content::{is_final, number, place_of, same_series};
use super::{Day, FiledStatement};
use crate::model::{Finding, FindingCode, Statement, Trust, follow_balances, numbers_run};
use chrono::NaiveDate;

/// Statements of one account and day without numbers are put in the order that their balances give.
pub(super) fn order_within_days(statements: &mut [FiledStatement]) {
    let mut start = 0;
    while let Some(first) = statements.get(start).map(|f| &f.statement) {
        let same =
            |f: &FiledStatement| same_series(&f.statement, first) && f.statement.closing_date() == first.closing_date();
        let len = statements.iter().skip(start).take_while(|f| same(f)).count().max(1);
        let before = start.checked_sub(1).and_then(|i| statements.get(i)).filter(|f| same_series(&f.statement, first));
        let before = before.and_then(|f| f.statement.closing.as_ref().map(|c| c.amount));
        if let Some(run) = statements.get_mut(start..start + len)
            && len > 1
            && run
                .iter()
                .all(|f| is_final(&f.statement) && f.statement.opening.is_some() && f.statement.closing.is_some())
            && run.iter().any(|f| number(&f.statement).is_none())
        {
            let opening = |f: &FiledStatement| f.statement.opening.as_ref().map(|b| b.amount);
            let closing = |f: &FiledStatement| f.statement.closing.as_ref().map(|b| b.amount);
            follow_balances(run, before, opening, closing);
        }
        start += len;
    }
}

/// Whether each statement of a slice opens with the balance that the one before closes with.
pub(super) fn unbroken(statements: &[FiledStatement]) -> bool {
    statements.len() > 1
        && statements.windows(2).all(|pair| match pair {
            [a, b] => same_series(&a.statement, &b.statement) && fits(&a.statement, &b.statement) == Some(true),
            _ => false,
        })
}

fn fits(a: &Statement, b: &Statement) -> Option<bool> {
    let (closing, opening) = (a.closing.as_ref()?, b.opening.as_ref()?);
    Some(closing.amount == opening.amount)
}

/// Finds statements missing between two of one account, by balance and by number, and marks what comes after.
///
/// `beside` holds pairs that conflict or overlap: what follows may continue either of them.
pub(super) fn gaps(day: &mut Day, beside: &[(usize, usize)]) {
    let mut before: Vec<usize> = Vec::new();
    let mut after_gap = false;
    for i in 0..day.statements.len() {
        let Some(here) = day.statements.get(i).filter(|f| is_final(&f.statement)) else { continue };
        let at = |j: &usize| day.statements.get(*j).filter(|f| same_series(&f.statement, &here.statement));
        if before.iter().all(|j| at(j).is_none()) {
            before.clear();
            after_gap = false;
        }
        if before.iter().any(|j| beside.contains(&(*j, i))) {
            before.push(i);
        } else {
            let reasons: Option<Vec<String>> =
                before.iter().filter_map(at).map(|f| gap_between(&f.statement, &here.statement)).collect();
            // A gap only if it is one behind each of them; the last says it best.
            if let (Some(why), Some(previous)) = (reasons.and_then(|mut r| r.pop()), before.last().and_then(at)) {
                let text = format!(
                    "between {} and {} a statement of account {} is missing: {why}",
                    previous.file, here.file, here.statement.account
                );
                let place = place_of(here);
                day.findings.push(Finding::new(FindingCode::StatementGap, place, text));
                after_gap = true;
            }
            before = vec![i];
        }
        if after_gap && let Some(marks) = day.marks.get_mut(i) {
            marks.trust = marks.trust.max(Some(Trust::Gap));
        }
    }
}

/// Why a statement seems to be missing between two.
fn gap_between(a: &Statement, b: &Statement) -> Option<String> {
    if fits(a, b) == Some(false) {
        let (closing, opening) = (a.closing.as_ref()?, b.opening.as_ref()?);
        return Some(format!(
            "{} closes with {} on {}, {} opens with {}",
            name(a),
            closing.amount,
            date(closing.date),
            name(b),
            opening.amount
        ));
    }
    let (before, after) = (number(a)?, number(b)?);
    let runs = after > before && numbers_run((before, a.closing_date()), (after, b.closing_date()));
    (runs && after - before > 1).then(|| format!("{} is followed by {}", name(a), name(b)))
}

fn name(statement: &Statement) -> String {
    match &statement.sequence {
        Some(number) => format!("statement {number}"),
        None => format!("the statement of {}", date(statement.closing_date())),
    }
}

fn date(date: Option<NaiveDate>) -> String {
    date.map_or_else(|| "an unknown day".to_owned(), |d| d.to_string())
}
