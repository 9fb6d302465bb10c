//! Continuity: the statements of one account and currency in, in any order; their order and every break between them out.

use super::bodies::StatementBody;
use crate::base::{Currency, sum_figure};
use crate::model::{follow_balances, numbers_run};
use chrono::NaiveDate;

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
    // Those that only repeat what an unbroken line of others holds are no links.
    let mut places: Vec<usize> = (0..all.len()).collect();
    let mut n = 0;
    while let Some(here) = places.get(n).and_then(|i| all.get(*i)) {
        let near = places.iter().filter_map(|i| all.get(*i)).filter(|o| o.content != here.content);
        if is_covered(&near.collect::<Vec<_>>(), here) {
            places.remove(n);
        } else {
            n += 1;
        }
    }
    let links: Vec<StatementBody> = places.iter().filter_map(|i| all.get(*i)).cloned().collect();
    let mut found = breaks_of(&links);
    let place = |i: usize| places.get(i).copied().unwrap_or(i);
    for b in &mut found {
        (b.before, b.after) = (place(b.before), place(b.after));
    }
    found
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

/// Whether the balances prove that what a statement has in common with others, [`StatementBody::known`], is one and the same.
pub fn shares(links: &[StatementBody], here: &StatementBody) -> bool {
    explain(links, here).is_some()
}

/// The statements that prove what one has in common with others: it goes on from one or into another without it, it holds what whole
/// statements between its days hold, or an unbroken line of others holds all of it.
fn explain<'a>(links: &'a [StatementBody], here: &StatementBody) -> Option<Vec<&'a StatementBody>> {
    let (opening, closing) = here.opening.zip(here.closing)?;
    let known = here.known;
    let others = || links.iter().filter(|o| o.content != here.content);
    let meets = |o: &&StatementBody| known != 0 && (goes_on_from(o, here) || runs_into(here, o));
    if let Some(other) = others().find(meets) {
        return Some(vec![other]);
    }
    let (first, last) = days(here)?;
    if i128::from(closing) - i128::from(opening) == known
        && let Some(line) = line_over(&others().collect::<Vec<_>>(), here)
    {
        return Some(line);
    }
    if known == 0 {
        return None;
    }
    // What begins before it ends, and what goes on after it.
    let (mut heads, mut tails, mut inside) = (Vec::new(), Vec::new(), Vec::new());
    for other in others() {
        let Some((from, to)) = days(other) else { continue };
        if first <= from && to <= last {
            inside.push((from, to, other));
        }
        if let Some(end) = other.closing.filter(|_| from <= first && first <= to && to <= last) {
            heads.push((i128::from(end) - i128::from(opening), other));
        }
        if let Some(start) = other.opening.filter(|_| first <= from && from <= last && last <= to) {
            tails.push((i128::from(closing) - i128::from(start), other));
        }
    }
    let fits = |from: (NaiveDate, Option<i64>), to: (NaiveDate, Option<i64>)| {
        (from.0 != first || from.1 == Some(opening)) && (to.0 != last || to.1 == Some(closing))
    };
    for (from, _, a) in &inside {
        for (_, to, b) in &inside {
            let sum = a.opening.zip(b.closing).map(|(from, to)| i128::from(to) - i128::from(from));
            if sum == Some(known) && fits((*from, a.opening), (*to, b.closing)) {
                return Some(inside.iter().map(|i| i.2).collect());
            }
        }
    }
    let both = heads.iter().flat_map(|h| tails.iter().map(move |t| (h, t)));
    let both = both.filter(|((_, a), (_, b))| a.content != b.content);
    both.into_iter().find(|((head, _), (tail, _))| head + tail == known).map(|((_, a), (_, b))| vec![*a, *b])
}

/// First and last day of a statement.
fn days(s: &StatementBody) -> Option<(NaiveDate, NaiveDate)> {
    s.first.or(s.last).zip(s.last)
}

/// An unbroken line of others that holds all days of a statement, and its balances where it begins or ends with them.
fn line_over<'a>(others: &[&'a StatementBody], here: &StatementBody) -> Option<Vec<&'a StatementBody>> {
    let (first, last) = days(here)?;
    for start in others {
        let Some((from, _)) = days(start).filter(|(from, to)| *from <= first && first <= *to) else { continue };
        if from == first && start.opening != here.opening {
            continue;
        }
        let mut line = vec![*start];
        while let Some((end, to)) = line.last().and_then(|o| Some((*o, days(o)?.1))) {
            if to > last || to == last && end.closing == here.closing {
                return Some(line);
            }
            let next = others.iter().find(|o| {
                continues(end, o) == Some(true)
                    && days(o).is_some_and(|(from, until)| to <= from && to <= until)
                    && !line.iter().any(|l| l.content == o.content)
            });
            match next {
                Some(next) => line.push(next),
                None => break,
            }
        }
    }
    None
}

/// Whether an unbroken line of others holds a statement of which nothing was new: it is no link of the chain.
fn is_covered(others: &[&StatementBody], here: &StatementBody) -> bool {
    let (Some(opening), Some(closing), Some(own)) = (here.opening, here.closing, days(here)) else { return false };
    if i128::from(closing) - i128::from(opening) != here.known {
        return false;
    }
    // Another one of the same days is judged beside it.
    let wider: Vec<&StatementBody> = others.iter().copied().filter(|o| days(o) != Some(own)).collect();
    line_over(&wider, here).is_some()
}

/// Whether the balances of a chain run on from one statement to another behind it, `before` and `here` being their places.
pub fn runs_on(links: &[StatementBody], before: usize, here: usize) -> bool {
    let between = links.get(before..=here).unwrap_or_default();
    between.len() > 1 && between.windows(2).all(|w| matches!(w, [a, b] if continues(a, b) == Some(true)))
}

/// Whether two statements have a day in common.
pub fn meet(a: &StatementBody, b: &StatementBody) -> bool {
    matches!((days(a), days(b)), (Some((from, to)), Some((first, last))) if from <= last && first <= to)
}

/// Whether `b` goes on from `a` once what it has in common with others is left out at its beginning.
fn goes_on_from(a: &StatementBody, b: &StatementBody) -> bool {
    a.closing.zip(b.opening).is_some_and(|(closing, opening)| i128::from(opening) + b.known == i128::from(closing))
}

/// Whether `a` goes on into `b` once what it has in common with others is left out at its end.
fn runs_into(a: &StatementBody, b: &StatementBody) -> bool {
    let balances = a.closing.zip(b.opening).filter(|_| a.known != 0);
    balances.is_some_and(|(closing, opening)| i128::from(closing) - a.known == i128::from(opening))
}

/// Whether `b` opens with what `a` closes with; `None` if one of them does not say.
pub fn continues(a: &StatementBody, b: &StatementBody) -> Option<bool> {
    Some(a.closing? == b.opening?)
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
