//! The statements of a run in any order in; in: one order out, each content once, with what they say about each other.

use super::content::{
    EntryKey, account_key, content_hash, entry_key, figures, is_final, number, place_of, rank, same_account,
    same_series,
};
use super::{Day, FiledStatement, Marks, chain, intraday};
use crate::base::{ContentId, Currency, Map, counted};
use crate::model::{Balance, CopyMark, Finding, FindingCode, Statement, TieOut, Trust};
use chrono::NaiveDate;
use std::cell::OnceCell;

/// Puts the statements of a run in order, merges pages that came in separate files, puts repeated ones aside, and finds
/// conflicts, overlaps, gaps, and entries of reports that a final statement holds again. The result does not depend on the order
/// of the input.
pub fn collect(statements: Vec<FiledStatement>) -> Day {
    let mut day = Day::default();
    let sorted = put_aside_repeated(in_order(statements), &mut day);
    // Only whole statements can be told to be the same day in another format.
    let mut sorted = put_aside_repeated(in_order(merge_pages(sorted)), &mut day);
    chain::order_within_days(&mut sorted);
    day.marks = vec![Marks::default(); sorted.len()];
    day.statements = sorted;
    // Those that conflict or overlap stand beside each other in the chain.
    let mut beside = conflicts(&mut day);
    beside.extend(overlaps(&mut day, &beside));
    chain::gaps(&mut day, &beside);
    intraday::put_aside(&mut day);
    day
}

/// A statement with the hash of its content, which is only computed where two are alike in all else.
struct Item {
    filed: FiledStatement,
    hash: OnceCell<ContentId>,
}

impl Item {
    fn hash(&self) -> &ContentId {
        self.hash.get_or_init(|| content_hash(&self.filed.statement))
    }
}

/// Key of the order: account, currency, closing date, sequence, opening date, format; after it content, copy mark and file.
type OrderKey = (String, Currency, Option<NaiveDate>, Option<u64>, Option<NaiveDate>, u8);

fn in_order(statements: Vec<FiledStatement>) -> Vec<Item> {
    let key = |s: &Statement| -> OrderKey {
        let opened = s.opening.as_ref().and_then(|b| b.date);
        (account_key(&s.account), s.currency, s.closing_date(), number(s), opened, rank(s.format))
    };
    let mut keyed: Vec<(OrderKey, Item)> =
        statements.into_iter().map(|filed| (key(&filed.statement), Item { filed, hash: OnceCell::new() })).collect();
    keyed.sort_by(|(a_key, a), (b_key, b)| {
        a_key
            .cmp(b_key)
            .then_with(|| a.hash().cmp(b.hash()))
            .then_with(|| a.filed.statement.copy.is_some().cmp(&b.filed.statement.copy.is_some()))
            .then_with(|| a.filed.file.cmp(&b.filed.file))
    });
    keyed.into_iter().map(|(_, item)| item).collect()
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
    for mut page in pages {
        let before = whole.iter_mut().find(|f| f.statement.is_page_before(&page.statement));
        if let Some(before) = before {
            break_pages(before, &mut page);
        }
        whole.push(page);
    }
    whole
}

/// Two pages of one statement of which the second does not open with what the first closes with.
fn break_pages(before: &mut FiledStatement, page: &mut FiledStatement) {
    let money = |b: &Option<Balance>| b.as_ref().map_or_else(|| "nothing".to_owned(), |b| b.amount.to_string());
    let text = format!(
        "a page of statement {} of account {} closes with {} and the next page opens with {}",
        page.statement.sequence.as_deref().unwrap_or("without number"),
        page.statement.account,
        money(&before.statement.closing),
        money(&page.statement.opening),
    );
    let finding = Finding::new(FindingCode::BalanceMismatch, place_of(page), text);
    for filed in [before, page] {
        filed.statement.tie_out = TieOut::Broken;
        filed.statement.findings.push(finding.clone());
    }
}

fn put_aside_repeated(sorted: Vec<Item>, day: &mut Day) -> Vec<FiledStatement> {
    // The preferred format, and the original before its copies, decide who stays.
    let mut order: Vec<(u8, bool, usize)> = sorted
        .iter()
        .enumerate()
        .map(|(i, item)| (rank(item.filed.statement.format), item.filed.statement.copy.is_some(), i))
        .collect();
    order.sort_unstable();
    // By currency and day; the statements of one day are few.
    let mut by_day: Map<(Currency, Option<NaiveDate>), Vec<usize>> = Map::default();
    let mut repeated: Map<usize, Finding> = Map::default();
    for (_, _, i) in order {
        let Some(item) = sorted.get(i) else { continue };
        let statement = &item.filed.statement;
        let same_day = by_day.entry((statement.currency, statement.closing_date())).or_default();
        let earlier = same_day.iter().filter_map(|j| sorted.get(*j)).find_map(|o| Some((o, repeats(item, o)?)));
        let Some((other, why)) = earlier else {
            same_day.push(i);
            continue;
        };
        let date = statement.closing_date().map_or_else(|| "an unknown day".to_owned(), |d| d.to_string());
        let text = format!(
            "the statement of account {} for {date} is {why} the one in {} and was counted once",
            statement.account, other.filed.file
        );
        repeated.insert(i, Finding::new(FindingCode::StatementRepeated, place_of(&item.filed), text));
    }
    let mut kept = Vec::with_capacity(sorted.len());
    for (i, item) in sorted.into_iter().enumerate() {
        match repeated.remove(&i) {
            Some(finding) => day.repeated.push((item.filed, finding)),
            None => kept.push(item.filed),
        }
    }
    kept
}

/// How `a` repeats `b`, if it does.
fn repeats(item: &Item, other: &Item) -> Option<&'static str> {
    let (a, b) = (&item.filed.statement, &other.filed.statement);
    let other_number = matches!((number(a), number(b)), (Some(x), Some(y)) if x != y);
    let other_page = matches!((a.page, b.page), (Some(x), Some(y)) if x.number != y.number);
    if a.format == b.format {
        if !other_number && !other_page && item.hash() == other.hash() {
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

/// Same account, currency, number, period and opening balance, other content. Gives the pairs of statements.
fn conflicts(day: &mut Day) -> Vec<(usize, usize)> {
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
    for (i, j) in found.iter().copied() {
        let (Some(a), Some(b)) = (day.statements.get(i), day.statements.get(j)) else { continue };
        let text = format!(
            "statement {} of account {} stands in {} and in {} with the same opening balance and different content: {} and {} entries, closing {} and {}",
            a.statement.sequence.as_deref().unwrap_or("without number"),
            a.statement.account,
            a.file,
            b.file,
            a.statement.movements().count(),
            b.statement.movements().count(),
            closing(&a.statement),
            closing(&b.statement),
        );
        let finding = Finding::new(FindingCode::StatementConflict, place_of(b), text);
        for index in [i, j] {
            if let Some(filed) = day.statements.get_mut(index) {
                filed.statement.tie_out = TieOut::Broken;
                filed.statement.findings.push(finding.clone());
            }
            if let Some(marks) = day.marks.get_mut(index) {
                marks.trust = Some(Trust::Broken);
            }
        }
    }
    found
}

fn contradicts(a: &Statement, b: &Statement) -> bool {
    let opening = |s: &Statement| s.opening.as_ref().map(|o| (o.amount, o.date));
    let same_time = match (a.period, b.period) {
        (Some(x), Some(y)) => x == y,
        _ => {
            a.closing_date() == b.closing_date()
                || opening(a).and_then(|o| o.1).is_some_and(|d| opening(b).is_some_and(|o| o.1 == Some(d)))
        }
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

/// Marks entries of statements that name no account and stand, by day and amount, in another one that does: it may be that account.
fn without_account(day: &mut Day) {
    let finals = || day.statements.iter().enumerate().filter(|(_, f)| is_final(&f.statement));
    if !finals().any(|(_, f)| f.statement.account.is_empty()) {
        return;
    }
    let named = finals().filter(|(_, f)| !f.statement.account.is_empty());
    let known: Map<EntryKey, usize> = named
        .flat_map(|(i, f)| f.statement.sketches().map(move |e| (entry_key(&e, false), i)).collect::<Vec<_>>())
        .collect();
    let mut found: Vec<(usize, Vec<usize>, usize)> = Vec::new();
    for (j, filed) in finals().filter(|(_, f)| f.statement.account.is_empty()) {
        let mut other = None;
        let stands = |(k, e): (usize, crate::model::Sketch)| {
            let at = known.get(&entry_key(&e, false))?;
            other = Some(*at);
            Some(k)
        };
        let entries: Vec<usize> = filed.statement.sketches().enumerate().filter_map(stands).collect();
        found.extend(other.map(|i| (j, entries, i)));
    }
    for (j, entries, i) in found {
        let (Some(a), Some(b)) = (day.statements.get(j), day.statements.get(i)) else { continue };
        let text = format!(
            "{} of {}, which names no account, stand with day and amount in {} too: they are not applied without a person",
            counted(entries.len() as u64, "entry", "entries"),
            a.file,
            b.file
        );
        let finding = Finding::new(FindingCode::StatementOverlap, place_of(a), text);
        day.findings.push(finding);
        if let Some(marks) = day.marks.get_mut(j) {
            marks.elsewhere = entries;
        }
    }
}

/// Entries that stand in two final statements of an account, those in `conflicts` apart. Gives the pairs of statements.
fn overlaps(day: &mut Day, conflicts: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let finals = || day.statements.iter().enumerate().filter(|(_, f)| is_final(&f.statement));
    if finals().count() < 2 {
        return Vec::new();
    }
    // Equal entries of one statement are numbered, so that true twins find their counterparts one by one.
    let mut known: Map<(EntryKey, u32), Vec<(usize, usize)>> = Map::default();
    let mut common: Vec<(usize, usize, usize, usize)> = Vec::new();
    for (j, filed) in finals() {
        let mut equal: Map<EntryKey, u32> = Map::default();
        for (l, entry) in filed.statement.sketches().enumerate() {
            for with_text in [true, false] {
                let key = entry_key(&entry, with_text);
                let twin = equal.entry(key).and_modify(|n| *n += 1).or_insert(0);
                let others = known.entry((key, *twin)).or_default();
                for (i, k) in others.iter().copied() {
                    let Some(other) = day.statements.get(i) else { continue };
                    // Within one format the words must agree; two formats never word things alike.
                    let one_format = other.statement.format == filed.statement.format;
                    if one_format == with_text && same_account(&other.statement.account, &filed.statement.account) {
                        common.push((i, k, j, l));
                    }
                }
                others.push((j, l));
            }
        }
    }
    let mut pairs: Vec<(usize, usize)> = common.iter().map(|(i, _, j, _)| (*i, *j)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    // Balances that follow each other without a break prove that equal entries are two.
    pairs.retain(|(i, j)| {
        !conflicts.contains(&(*i, *j)) && !chain::unbroken(day.statements.get(*i..=*j).unwrap_or_default())
    });
    let mut counts: Map<(usize, usize), usize> = Map::default();
    for (i, k, j, l) in common.into_iter().filter(|(i, _, j, _)| pairs.binary_search(&(*i, *j)).is_ok()) {
        *counts.entry((i, j)).or_insert(0) += 1;
        for (statement, entry) in [(i, k), (j, l)] {
            if let Some(marks) = day.marks.get_mut(statement) {
                marks.overlapping.push(entry);
            }
        }
    }
    for (i, j) in &pairs {
        let count = counts.get(&(*i, *j)).copied().unwrap_or_default();
        let (Some(a), Some(b)) = (day.statements.get(*i), day.statements.get(*j)) else { continue };
        let text = format!(
            "{count} entries of account {} stand both in {} and in {}; they are not applied without a person",
            b.statement.account, a.file, b.file
        );
        day.findings.push(Finding::new(FindingCode::StatementOverlap, place_of(b), text));
    }
    without_account(day);
    for marks in &mut day.marks {
        marks.overlapping.sort_unstable();
        marks.overlapping.dedup();
    }
    pairs
}
