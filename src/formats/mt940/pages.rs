//! Pages of one statement that came as several messages (`:62M:` of one is `:60M:` of the next).

use crate::base::{Currency, Map};
use crate::model::{Balance, BalanceKind, Finding, FindingCode, Statement, TieOut};

/// Merges each page into the one it goes on from: same account, currency and number, and the page before closes with the
/// intermediate balance that this one opens with. What does not fit stays a statement of its own, and is told.
pub(super) fn merge(statements: Vec<Statement>) -> Vec<Statement> {
    type Key = (String, Currency, Option<String>);
    let mut merged: Vec<Statement> = Vec::with_capacity(statements.len());
    let mut unfinished: Map<Key, usize> = Map::default();
    for mut page in statements {
        let (interim_opening, interim_closing) = (is_interim(&page.opening), is_interim(&page.closing));
        if !interim_opening && !interim_closing {
            merged.push(page);
            continue;
        }
        prove_page(&mut page);
        let key = (page.account.clone(), page.currency, page.sequence.clone());
        let before = unfinished.remove(&key).filter(|_| interim_opening);
        let at = match before.and_then(|i| Some((i, merged.get_mut(i)?))) {
            Some((i, whole)) if goes_on(whole, &page) => {
                append(whole, page);
                i
            }
            _ => {
                let contradiction = merged.last().filter(|_| interim_opening).and_then(|b| contradiction(b, &page));
                if let Some(contradiction) = contradiction {
                    page.findings.push(contradiction);
                    page.tie_out = TieOut::Broken;
                }
                merged.push(page);
                merged.len() - 1
            }
        };
        if interim_closing {
            unfinished.insert(key, at);
        }
    }
    merged.iter_mut().for_each(tell_missing_pages);
    merged
}

fn is_interim(balance: &Option<Balance>) -> bool {
    balance.as_ref().is_some_and(|b| b.kind == BalanceKind::Interim)
}

/// What a page says against the one that stands before it in the file and has the number before its own.
fn contradiction(before: &Statement, page: &Statement) -> Option<Finding> {
    let (one, two) = (before.page?.number, page.page?.number);
    let (from, to) = (before.closing.as_ref()?, page.opening.as_ref()?);
    if from.kind != BalanceKind::Interim || one.checked_add(1) != Some(two) {
        return None;
    }
    let (code, place, text) = match (before.account == page.account, from.amount == to.amount) {
        (true, false) => {
            let text =
                format!("page {two} opens with {}, but page {one} before it closes with {}", to.amount, from.amount);
            (FindingCode::BalanceMismatch, to.place.clone(), text)
        }
        (false, true) if !to.amount.is_zero() => {
            let text = format!(
                "page {two} goes on where page {one} before it ends, but that is of account `{}` and this of `{}`",
                before.account, page.account
            );
            (FindingCode::AccountMissing, page.place.clone(), text)
        }
        _ => return None,
    };
    Some(Finding::new(code, place, text))
}

/// Other pages may stand in other files, so a page alone is told and stays as proven as it is.
fn tell_missing_pages(statement: &mut Statement) {
    let ends = [(&statement.opening, "before", "begins"), (&statement.closing, "behind", "ends")];
    let told = ends.into_iter().filter_map(|(balance, side, what)| {
        let balance = balance.as_ref().filter(|b| b.kind == BalanceKind::Interim)?;
        let text =
            format!("the statement {what} with an intermediate balance, and the page {side} it is not in this file");
        Some(Finding::new(FindingCode::Dialect, balance.place.clone(), text))
    });
    let told: Vec<Finding> = told.collect();
    statement.findings.extend(told);
}

/// Proves a page by its own balances, so that faults of two pages cannot cancel. Totals may count all pages and wait for
/// the whole.
fn prove_page(page: &mut Statement) {
    if page.opening.is_none() || page.closing.is_none() {
        return;
    }
    let totals = std::mem::take(&mut page.totals);
    let (before, findings) = (page.tie_out, page.findings.len());
    super::super::tie_out(page);
    if page.tie_out != TieOut::Broken {
        page.tie_out = before;
        page.findings.truncate(findings);
    }
    page.totals = totals;
}

fn goes_on(whole: &Statement, page: &Statement) -> bool {
    let end = whole.closing.as_ref().map(|b| b.amount);
    end.is_some() && end == page.opening.as_ref().map(|b| b.amount) && whole.kind == page.kind
}

fn append(whole: &mut Statement, page: Statement) {
    whole.closing = page.closing;
    whole.balances.extend(page.balances);
    whole.entries.extend(page.entries);
    whole.passed.append(&page.passed);
    whole.findings.extend(page.findings);
    whole.page = page.page;
    if page.tie_out == TieOut::Broken {
        whole.tie_out = TieOut::Broken;
    }
    if let Some(text) = page.narrative {
        match whole.narrative.as_mut() {
            Some(narrative) => {
                narrative.push('\n');
                narrative.push_str(&text);
            }
            None => whole.narrative = Some(text),
        }
    }
    if page.totals != Default::default() {
        whole.totals = page.totals;
    }
}
