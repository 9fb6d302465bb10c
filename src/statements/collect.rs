//! The statements of a run in any order in; in: one order out, each content once, with what they say about each other.

use super::content::{
    EntryKey, account_key, content_hash, entry_key, figures, is_final, number, rank, same_account,
};
use super::{Day, FiledStatement, Marks, chain, intraday};
use crate::base::{ContentId, Currency, Map, Place};
use crate::model::{CopyMark, Finding, FindingCode, Statement, Trust};
use chrono::NaiveDate;

/// Puts the statements of a run in order, merges pages that came in separate files, puts repeated ones aside, and finds
/// conflicts, overlaps, gaps, and entries of reports that a final statement holds again. The result does not depend on the order
/// of the input.
pub fn collect(statements: Vec<FiledStatement>) -> Day {
    let mut day = Day::default();
    let sorted = in_order(statements);
    let sorted = put_aside_repeated(sorted, &mut day);
    let sorted = in_order(merge_pages(sorted));
    // Only whole statements can be told to be the same day in another format.
    let mut sorted = put_aside_repeated(sorted, &mut day);
    chain::order_within_days(&mut sorted);
    day.marks = vec![Marks::default(); sorted.len()];
    day.statements = sorted;
    conflicts(&mut day);
    let overlaps = overlaps(&mut day);
    chain::gaps(&mut day, &overlaps);
    intraday::put_aside(&mut day);
    day
}

/// Key of the order: account, currency, closing date, sequence, opening date, format, content, file.
type OrderKey = (String, Currency, Option<NaiveDate>, Option<u64>, Option<NaiveDate>, u8, ContentId, bool, String);

fn in_order(statements: Vec<FiledStatement>) -> Vec<FiledStatement> {
    let key = |f: &FiledStatement| -> OrderKey {
        let s = &f.statement;
        (
            account_key(&s.account),
            s.currency,
            s.closing_date(),
            number(s),
            s.opening.as_ref().and_then(|b| b.date),
            rank(s.format),
            content_hash(s),
            s.copy.is_some(),
            f.file.clone(),
        )
    };
    let mut keyed: Vec<(OrderKey, FiledStatement)> = statements.into_iter().map(|f| (key(&f), f)).collect();
    keyed.sort_by(|a, b| a.0.cmp(&b.0));
    keyed.into_iter().map(|(_, f)| f).collect()
}

/// Pages of one statement that came in separate files. A page is tried behind every statement that it may continue, in order of
/// page numbers, so that the order of files does not matter.
fn merge_pages(statements: Vec<FiledStatement>) -> Vec<FiledStatement> {
    let mut whole: Vec<FiledStatement> = Vec::with_capacity(statements.len());
    let mut pages: Vec<FiledStatement> = Vec::new();
    for filed in statements {
        let s = &filed.statement;
        let is_next_page = s.page.is_some_and(|p| p.number > 1)
            || (s.page.is_none() && s.opening.as_ref().is_some_and(|b| b.kind == crate::model::BalanceKind::Interim));
        if is_next_page { pages.push(filed) } else { whole.push(filed) }
    }
    pages.sort_by_key(|f| f.statement.page.map(|p| p.number));
    // Each round puts at least one page in its place, or is the last.
    loop {
        let mut left = Vec::new();
        let before = pages.len();
        for mut page in pages {
            match whole.iter_mut().find(|f| f.statement.continues_in(&page.statement)) {
                Some(first) => {
                    if first.file != page.file {
                        for entry in &mut page.statement.entries {
                            entry.place.file = Some(page.file.clone());
                        }
                    }
                    first.statement.append_page(page.statement);
                }
                None => left.push(page),
            }
        }
        pages = left;
        if pages.is_empty() || pages.len() == before {
            break;
        }
    }
    whole.extend(pages);
    whole
}

fn put_aside_repeated(sorted: Vec<FiledStatement>, day: &mut Day) -> Vec<FiledStatement> {
    let mut kept: Vec<FiledStatement> = Vec::with_capacity(sorted.len());
    // By currency and day; the statements of one day are few.
    let mut by_day: Map<(Currency, Option<NaiveDate>), Vec<usize>> = Map::default();
    let mut order: Vec<(u8, bool, usize)> =
        sorted.iter().enumerate().map(|(i, f)| (rank(f.statement.format), f.statement.copy.is_some(), i)).collect();
    // The preferred format and the original before its copies decide who stays.
    order.sort_unstable();
    let mut slots: Vec<Option<FiledStatement>> = sorted.into_iter().map(Some).collect();
    let mut stays: Vec<usize> = Vec::new();
    let mut hashes: Map<usize, ContentId> = Map::default();
    for (_, _, i) in order {
        let Some(filed) = slots.get(i).and_then(Option::as_ref) else { continue };
        let hash = content_hash(&filed.statement);
        let key = (filed.statement.currency, filed.statement.closing_date());
        let earlier = by_day.get(&key).into_iter().flatten().find_map(|j| {
            let other = slots.get(*j).and_then(Option::as_ref)?;
            let why = repeats(&filed.statement, &hash, &other.statement, hashes.get(j)?)?;
            Some((other.file.clone(), why))
        });
        if let Some((other, why)) = earlier {
            let text = format!(
                "the statement of account {} for {} is {why} the one in {other} and was counted once",
                filed.statement.account,
                filed.statement.closing_date().map_or_else(|| "an unknown day".to_owned(), |d| d.to_string()),
            );
            let place = filed.statement.place.clone().in_file(filed.file.clone());
            if let Some(filed) = slots.get_mut(i).and_then(Option::take) {
                day.repeated.push((filed, Finding::new(FindingCode::StatementRepeated, place, text)));
            }
        } else {
            by_day.entry(key).or_default().push(i);
            hashes.insert(i, hash);
            stays.push(i);
        }
    }
    stays.sort_unstable();
    kept.extend(stays.into_iter().filter_map(|i| slots.get_mut(i).and_then(Option::take)));
    kept
}

/// How `a` repeats `b`, if it does.
fn repeats(a: &Statement, a_hash: &ContentId, b: &Statement, b_hash: &ContentId) -> Option<&'static str> {
    let other_number = matches!((number(a), number(b)), (Some(x), Some(y)) if x != y);
    let other_page = matches!((a.page, b.page), (Some(x), Some(y)) if x.number != y.number);
    if a.format == b.format {
        if a_hash == b_hash && !other_number && !other_page {
            return Some("the same as");
        }
        let marked = matches!(a.copy, Some(CopyMark::Dupl | CopyMark::Copy | CopyMark::Codu)) && b.copy.is_none();
        let same = account_key(&a.account) == account_key(&b.account) && figures(a).same(&figures(b));
        return (marked && same && !other_number && !other_page).then_some("marked by the bank as a copy of");
    }
    // Numbers of two formats need not agree, but the figures of the whole day do.
    (is_final(a) && is_final(b) && same_account(&a.account, &b.account) && figures(a).same(&figures(b)))
        .then_some("in another format")
}

/// Same account, currency, number, period and opening balance, other content.
fn conflicts(day: &mut Day) {
    let mut found = Vec::new();
    for (i, a) in day.statements.iter().enumerate() {
        for (j, b) in day.statements.iter().enumerate().skip(i + 1) {
            if !same_series(&a.statement, &b.statement) {
                break;
            }
            if contradicts(&a.statement, &b.statement) {
                found.push((i, j));
            }
        }
    }
    for (i, j) in found {
        let (Some(a), Some(b)) = (day.statements.get(i), day.statements.get(j)) else { continue };
        let text = format!(
            "statement {} of account {} stands in {} and in {} with the same opening balance and different content: {} and {} entries, closing {} and {}",
            a.statement.sequence.as_deref().unwrap_or("without number"),
            a.statement.account,
            a.file,
            b.file,
            a.statement.entries.len(),
            b.statement.entries.len(),
            closing(&a.statement),
            closing(&b.statement),
        );
        day.findings.push(Finding::new(FindingCode::StatementConflict, place_of(b), text));
        for index in [i, j] {
            if let Some(marks) = day.marks.get_mut(index) {
                marks.trust = Some(Trust::Broken);
            }
        }
    }
}

fn contradicts(a: &Statement, b: &Statement) -> bool {
    let opening = |s: &Statement| s.opening.as_ref().map(|o| (o.amount, o.date));
    let same_time = match (a.period, b.period) {
        (Some(x), Some(y)) => x == y,
        _ => a.closing_date() == b.closing_date() || opening(a).and_then(|o| o.1).is_some_and(|d| opening(b).is_some_and(|o| o.1 == Some(d))),
    };
    let other_page = matches!((a.page, b.page), (Some(x), Some(y)) if x.number != y.number);
    is_final(a)
        && is_final(b)
        && number(a).is_some()
        && number(a) == number(b)
        && !other_page
        && opening(a).is_some()
        && opening(a).map(|o| o.0) == opening(b).map(|o| o.0)
        && same_time
}

fn closing(statement: &Statement) -> String {
    statement.closing.as_ref().map_or_else(|| "unknown".to_owned(), |c| c.amount.to_string())
}

/// Whether two statements stand in one series of an account. Those of one series are neighbours in the order.
pub(super) fn same_series(a: &Statement, b: &Statement) -> bool {
    a.currency == b.currency && account_key(&a.account) == account_key(&b.account)
}

/// Where a finding across statements points: the start of the later one, in its file.
pub(super) fn place_of(filed: &FiledStatement) -> Place {
    filed.statement.place.clone().in_file(filed.file.clone())
}

/// Entries that stand in two final statements of an account. Gives the pairs of statements.
fn overlaps(day: &mut Day) -> Vec<(usize, usize)> {
    // The plain key (day and amount) finds the pairs; whether they are the same entry is then asked with or without words.
    let mut seen: Map<EntryKey, Vec<(usize, usize)>> = Map::default();
    let mut common: Vec<(usize, usize, usize, usize)> = Vec::new();
    for (j, filed) in day.statements.iter().enumerate().filter(|(_, f)| is_final(&f.statement)) {
        let mut used: Vec<(usize, usize)> = Vec::new();
        for (l, entry) in filed.statement.entries.iter().enumerate() {
            let key = entry_key(entry, false);
            let others = seen.get(&key).into_iter().flatten();
            for (i, k) in others.copied().filter(|(i, _)| *i != j) {
                let Some(other) = day.statements.get(i) else { continue };
                let Some(theirs) = other.statement.entries.get(k) else { continue };
                let one_format = other.statement.format == filed.statement.format;
                let same = same_account(&other.statement.account, &filed.statement.account)
                    && (!one_format || entry_key(theirs, true) == entry_key(entry, true));
                // True twins: each entry has at most one counterpart in another statement.
                if same && !used.contains(&(i, k)) && !common.iter().any(|(a, _, b, m)| (*a, *b, *m) == (i, j, l)) {
                    used.push((i, k));
                    common.push((i, k, j, l));
                }
            }
            seen.entry(key).or_default().push((j, l));
        }
    }
    let mut pairs: Vec<(usize, usize)> = common.iter().map(|(i, _, j, _)| (*i, *j)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    // Balances that follow each other without a break prove that equal entries are two.
    pairs.retain(|(i, j)| !chain::unbroken(day.statements.get(*i..=*j).unwrap_or_default()));
    for (i, j) in &pairs {
        let mut count = 0;
        for (_, k, _, l) in common.iter().filter(|(a, _, b, _)| a == i && b == j) {
            count += 1;
            for (statement, entry) in [(*i, *k), (*j, *l)] {
                if let Some(marks) = day.marks.get_mut(statement)
                    && !marks.overlapping.contains(&entry)
                {
                    marks.overlapping.push(entry);
                }
            }
        }
        let (Some(a), Some(b)) = (day.statements.get(*i), day.statements.get(*j)) else { continue };
        let text = format!(
            "{count} entries of account {} stand both in {} and in {}; they are not applied without a person",
            b.statement.account, a.file, b.file
        );
        day.findings.push(Finding::new(FindingCode::StatementOverlap, place_of(b), text));
    }
    day.marks.iter_mut().for_each(|m| m.overlapping.sort_unstable());
    pairs
}
