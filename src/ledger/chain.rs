//! Continuity: the statements of one account and currency in, in any order; their order and every break between them out.

use super::bodies::StatementBody;
use super::common_entries::{days, explain, line_over, nothing_new, parts_of, pieces, runs_into};
use crate::base::{Currency, sum_figure};
use crate::model::{follow_balances, numbers_run};
use std::collections::BTreeSet;

pub use super::common_entries::{continues, meet, shares};

/// What is wrong between two statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum BreakKind {
    /// The balances do not continue: a statement is missing between them, or one was changed.
    Gap,
    /// The balances continue and the numbers do not: a day without bookings is missing.
    MissingDay,
    /// The later one begins before the earlier one ends.
    Overlap,
    /// The same number and opening balance with other content.
    Fork,
    /// The same statement twice.
    Repeat,
    /// The numbers go back although balances and days go on.
    Order,
}

impl BreakKind {
    /// The text form.
    pub fn as_str(self) -> &'static str {
        match self {
            BreakKind::Gap => "gap",
            BreakKind::MissingDay => "missing_day",
            BreakKind::Overlap => "overlap",
            BreakKind::Fork => "fork",
            BreakKind::Repeat => "repeat",
            BreakKind::Order => "order",
        }
    }

    /// Whether nothing after it is applied without a person.
    pub fn stops(self) -> bool {
        matches!(self, BreakKind::Gap | BreakKind::MissingDay)
    }
}

/// A break between two statements of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainBreak {
    /// What is wrong.
    pub kind: BreakKind,
    /// Index of the one before it.
    pub before: usize,
    /// Index of the one after it.
    pub after: usize,
    /// One sentence.
    pub says: String,
}

/// Puts the statements of a chain in order: by day, number and, within a day, by balances. The same for any order of the input.
pub fn order(links: &mut [StatementBody]) {
    links.sort_by(|a, b| {
        let key = |s: &StatementBody| (s.last, s.first, s.number, s.opening, s.closing);
        key(a).cmp(&key(b)).then_with(|| a.content.cmp(&b.content))
    });
    let mut start = 0;
    while let Some(first) = links.get(start) {
        let day = first.last;
        let len = links.iter().skip(start).take_while(|l| l.last == day).count().max(1);
        let before = start.checked_sub(1).and_then(|i| links.get(i)).and_then(|l| l.closing);
        if let Some(run) = links.get_mut(start..start + len)
            && len > 1
            && run.iter().any(|l| l.number.is_none())
        {
            follow_balances(run, before, |l| l.opening, |l| l.closing);
        }
        start += len;
    }
}

/// Every break of a chain in [`order`].
pub fn breaks(all: &[StatementBody]) -> Vec<ChainBreak> {
    let mut links = not_covered(all);
    let mut places: Vec<usize> = (0..all.len()).collect();
    // What a longer one had in common with those within it shows that they are parts of it.
    let within = |whole: &StatementBody| -> Vec<String> {
        let parts = if whole.known == 0 { None } else { parts_of(&links, whole) };
        parts.into_iter().flatten().filter(|p| days(p) != days(whole)).map(|p| p.content.clone()).collect()
    };
    let parts: BTreeSet<String> = links.iter().flat_map(within).collect();
    links.retain(|l| !parts.contains(&l.content));
    if links.len() < all.len() {
        // Without them others of a day may follow each other.
        order(&mut links);
        let place_of = |l: &StatementBody| {
            let at = places.iter().position(|i| all.get(*i).is_some_and(|s| s.content == l.content))?;
            Some(places.remove(at))
        };
        places = links.iter().filter_map(place_of).collect();
    }
    let mut found = breaks_of(&links);
    let place = |i: usize| places.get(i).copied().unwrap_or(i);
    for b in &mut found {
        (b.before, b.after) = (place(b.before), place(b.after));
    }
    if found.iter().any(|b| b.kind == BreakKind::Gap) {
        // Nothing is missing between two that others join, each of which has something in common with the next, or where another one
        // holds the days from the first to the second.
        let joined = joined(all);
        let holds =
            |b: &ChainBreak| all.iter().enumerate().any(|(n, w)| n != b.before && n != b.after && spans(all, b, w));
        found.retain(|b| b.kind != BreakKind::Gap || joined.get(b.before) != joined.get(b.after) && !holds(b));
    }
    found
}

/// Whether a statement begins within the one before a break or goes on from it, and ends within the one after it or goes on into it.
fn spans(all: &[StatementBody], found: &ChainBreak, whole: &StatementBody) -> bool {
    let (Some(before), Some(after)) = (all.get(found.before), all.get(found.after)) else { return false };
    let (Some((_, end)), Some((begin, _)), Some((first, last))) = (days(before), days(after), days(whole)) else {
        return false;
    };
    end < begin
        && (first <= end || continues(before, whole) == Some(true))
        && (begin <= last || continues(whole, after) == Some(true))
        && (first <= end || begin <= last)
}

/// A number for each statement, the same for those that follow each other or are proven to have entries in common.
fn joined(all: &[StatementBody]) -> Vec<usize> {
    let mut group: Vec<usize> = (0..all.len()).collect();
    let mut join = |a: usize, b: usize| {
        if let (Some(x), Some(y)) = (group.get(a).copied(), group.get(b).copied()) {
            group.iter_mut().filter(|g| **g == y).for_each(|g| *g = x);
        }
    };
    for (n, pair) in all.windows(2).enumerate() {
        if matches!(pair, [a, b] if continues(a, b) == Some(true)) {
            join(n, n + 1);
        }
    }
    for (n, here) in all.iter().enumerate().filter(|(_, s)| s.known != 0) {
        let proofs = [explain(all, here), pieces(all, here)];
        for other in proofs.into_iter().flatten().flatten() {
            all.iter().position(|s| s.content == other.content).into_iter().for_each(|at| join(n, at));
        }
    }
    group
}

/// Those that do more than repeat what an unbroken line of others holds.
fn not_covered(all: &[StatementBody]) -> Vec<StatementBody> {
    let mut links = all.to_vec();
    let mut n = 0;
    while let Some(here) = links.get(n) {
        // Another one of the same days is judged beside it.
        let others = || links.iter().filter(|o| o.content != here.content && days(o) != days(here)).collect::<Vec<_>>();
        if nothing_new(here) && line_over(&others(), here).is_some() {
            links.remove(n);
        } else {
            n += 1;
        }
    }
    links
}

fn breaks_of(links: &[StatementBody]) -> Vec<ChainBreak> {
    let mut found = Vec::new();
    // Those that the next one may continue: more than one after a fork, repeat or overlap.
    let mut before: Vec<usize> = Vec::new();
    for (i, here) in links.iter().enumerate() {
        let at = |j: &usize| links.get(*j);
        if before.is_empty() {
            before.push(i);
            continue;
        }
        let beside = before.iter().find_map(|j| at(j).and_then(|o| beside(o, here)).map(|kind| (*j, kind)));
        if let Some((j, kind)) = beside {
            found.push(ChainBreak { kind, before: j, after: i, says: says(kind, links.get(j), here) });
            before.push(i);
            continue;
        }
        let fits = before.iter().rev().find(|j| at(j).is_some_and(|o| continues(o, here) == Some(true)));
        if let Some(j) = fits.copied() {
            let numbers = at(&j).and_then(|o| numbers(o, here));
            if let Some(kind) = numbers {
                found.push(ChainBreak { kind, before: j, after: i, says: says(kind, links.get(j), here) });
            }
            before = vec![i];
            continue;
        }
        let Some(last) = before.last().copied() else { continue };
        let known = before.iter().any(|j| at(j).is_some_and(|o| continues(o, here).is_some()));
        let has = |list: Option<Vec<&StatementBody>>, o: &StatementBody| {
            list.is_some_and(|l| l.iter().any(|s| s.content == o.content))
        };
        let meets = |o: &StatementBody| runs_into(o, here) || has(explain(links, o), here);
        let shared = || shares(links, here) || before.iter().filter_map(at).any(meets);
        let kind = match (known, at(&last).and_then(|o| numbers(o, here))) {
            (true, _) if overlaps(links, last, i) || shared() => Some(BreakKind::Overlap),
            (true, _) => Some(BreakKind::Gap),
            // Without balances only numbers can tell.
            (false, numbers) => numbers,
        };
        if let Some(kind) = kind {
            found.push(ChainBreak { kind, before: last, after: i, says: says(kind, links.get(last), here) });
        }
        if kind == Some(BreakKind::Overlap) { before.push(i) } else { before = vec![i] }
    }
    found
}

/// Whether the balances of a chain run on from one statement to another behind it, `before` and `here` being their places.
pub fn runs_on(links: &[StatementBody], before: usize, here: usize) -> bool {
    let between = links.get(before..=here).unwrap_or_default();
    between.len() > 1 && between.windows(2).all(|w| matches!(w, [a, b] if continues(a, b) == Some(true)))
}

/// Same number, opening balance and days: with the same content a repeat, else a fork.
pub fn beside(a: &StatementBody, b: &StatementBody) -> Option<BreakKind> {
    if a.content == b.content {
        return Some(BreakKind::Repeat);
    }
    let same = a.number.is_some()
        && a.number == b.number
        && a.opening.is_some()
        && a.opening == b.opening
        && (a.last == b.last || a.first.is_some() && a.first == b.first);
    same.then_some(BreakKind::Fork)
}

/// Whether a statement begins where an earlier one did, or before the last one ends, on the same line of balances.
fn overlaps(links: &[StatementBody], before: usize, here: usize) -> bool {
    let (Some(a), Some(b)) = (links.get(before), links.get(here)) else { return false };
    let earlier = links.iter().take(before + 1);
    let on_line = earlier.into_iter().any(|e| e.opening == b.opening || e.closing == b.opening);
    on_line && matches!((b.first, a.last), (Some(first), Some(last)) if first <= last)
}

/// What the running numbers say of two that otherwise fit.
fn numbers(a: &StatementBody, b: &StatementBody) -> Option<BreakKind> {
    let (before, after) = (a.number?, b.number?);
    if !numbers_run((before, a.last), (after, b.last)) {
        return None;
    }
    match after.checked_sub(before) {
        None => Some(BreakKind::Order),
        Some(0 | 1) => None,
        Some(_) => Some(BreakKind::MissingDay),
    }
}

fn says(kind: BreakKind, before: Option<&StatementBody>, after: &StatementBody) -> String {
    let Some(a) = before else { return String::new() };
    let figure = |minor: Option<i64>| match (minor, Currency::parse(&after.currency)) {
        (Some(minor), Ok(currency)) => sum_figure(minor.into(), currency),
        _ => "an unknown balance".to_owned(),
    };
    let (x, y, account) = (name(a), name(after), &after.account);
    match kind {
        BreakKind::Gap => format!(
            "account {account}: a statement is missing between {x} and {y}: the first closes with {}, the second opens with {}",
            figure(a.closing),
            figure(after.opening)
        ),
        BreakKind::MissingDay => {
            format!("account {account}: a statement is missing between {x} and {y}, although the balances continue")
        }
        BreakKind::Overlap => format!("account {account}: {y} begins before {x} ends"),
        BreakKind::Fork => format!(
            "account {account}: {y} in {} has the number and opening balance of {x} in {} and another content: closing {} and {}, {} and {} entries",
            after.file,
            a.file,
            figure(after.closing),
            figure(a.closing),
            after.entries,
            a.entries
        ),
        BreakKind::Repeat => format!("account {account}: {y} in {} is the same as in {}", after.file, a.file),
        BreakKind::Order => format!("account {account}: after {x} comes {y}, although the balances continue"),
    }
}

/// A statement in words.
pub fn name(s: &StatementBody) -> String {
    let day = s.last.map_or_else(|| "an unknown day".to_owned(), |d| d.to_string());
    match s.number {
        Some(number) => format!("statement {number} of {day}"),
        None => format!("the statement of {day}"),
    }
}
