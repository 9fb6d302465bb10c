//! What a statement has in common with others of its account, and whether balances prove that it is one and the same.

use super::bodies::StatementBody;
use chrono::NaiveDate;

/// Whether the balances prove that what a statement has in common with others, [`StatementBody::known`], is one and the same.
pub fn shares(links: &[StatementBody], here: &StatementBody) -> bool {
    explain(links, here).is_some()
}

/// The statements that prove what one has in common with others: it goes on from one or into another without it, it holds what whole
/// statements between its days hold, or an unbroken line of others holds all of it.
pub(super) fn explain<'a>(links: &'a [StatementBody], here: &StatementBody) -> Option<Vec<&'a StatementBody>> {
    here.opening.zip(here.closing)?;
    let others = || links.iter().filter(|o| o.content != here.content);
    let line = || line_over(&others().collect::<Vec<_>>(), here);
    let meets = |o: &&StatementBody| goes_on_from(o, here) || runs_into(here, o);
    let known = here.known != 0;
    let line = if nothing_new(here) { line() } else { None };
    line.or_else(|| if known { parts_of(links, here) } else { None })
        .or_else(|| others().find(|o| known && meets(o)).map(|o| vec![o]))
        .or_else(|| if known { pieces(links, here) } else { None })
}

/// The statements within the days of one, where a line of them moved what it has in common with others.
pub(super) fn parts_of<'a>(links: &'a [StatementBody], here: &StatementBody) -> Option<Vec<&'a StatementBody>> {
    let (first, last) = days(here)?;
    let inside: Vec<&StatementBody> =
        links.iter().filter(|o| o.content != here.content && is_within(o, here)).collect();
    let begins = |o: &StatementBody| o.first.or(o.last) != Some(first) || o.opening == here.opening;
    let ends = |o: &StatementBody| o.last != Some(last) || o.closing == here.closing;
    let moved = |a: &StatementBody, b: &StatementBody| Some(i128::from(b.closing?) - i128::from(a.opening?));
    let line = |a: &StatementBody| inside.iter().any(|b| ends(b) && moved(a, b) == Some(here.known));
    inside.iter().any(|a| begins(a) && line(a)).then_some(inside)
}

/// Statements that hold what one has in common with others, piece by piece. Those that share days or go on from each other are one
/// piece, which moved what lies between its first and its last balance, as far as its days are here.
pub(super) fn pieces<'a>(links: &'a [StatementBody], here: &StatementBody) -> Option<Vec<&'a StatementBody>> {
    let ((first, last), (opening, closing)) = (days(here)?, here.opening.zip(here.closing)?);
    let goes_on = |a: &StatementBody, b: &StatementBody| continues(a, b) == Some(true);
    let near: Vec<&StatementBody> = links.iter().filter(|o| o.content != here.content && meet(o, here)).collect();
    // What shares its first or last day must share its balance there, or go on from another that does.
    let fits = |o: &StatementBody| {
        let begins = || o.opening == here.opening || near.iter().any(|x| goes_on(x, o));
        let ends = || o.closing == here.closing || near.iter().any(|x| goes_on(o, x));
        days(o).is_some_and(|(from, to)| (from != first || begins()) && (to != last || ends()))
    };
    let mut all: Vec<&StatementBody> = near.iter().copied().filter(|o| fits(o)).collect();
    all.sort_by_key(|o| days(o));
    let mut rest = all.iter().copied().peekable();
    let mut sum = 0i128;
    while let Some(begin) = rest.next() {
        let mut end = begin;
        while let Some(next) =
            rest.next_if(|o| goes_on(end, o) || days(o).zip(days(end)).is_some_and(|(o, e)| o.0 <= e.1))
        {
            if days(next).map(|d| d.1) >= days(end).map(|d| d.1) {
                end = next;
            }
        }
        let from = if days(begin)?.0 <= first { opening } else { begin.opening? };
        let to = if days(end)?.1 >= last { closing } else { end.closing? };
        sum += i128::from(to) - i128::from(from);
    }
    (sum == here.known && !all.is_empty()).then_some(all)
}

/// First and last day of a statement.
pub(super) fn days(s: &StatementBody) -> Option<(NaiveDate, NaiveDate)> {
    s.first.or(s.last).zip(s.last)
}

/// An unbroken line of others that holds all days of a statement, and its balances where it begins or ends with them.
pub(super) fn line_over<'a>(others: &[&'a StatementBody], here: &StatementBody) -> Option<Vec<&'a StatementBody>> {
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

/// Whether all that a statement moved was known when it came.
pub(super) fn nothing_new(s: &StatementBody) -> bool {
    s.opening.zip(s.closing).is_some_and(|(opening, closing)| i128::from(closing) - i128::from(opening) == s.known)
}

/// Whether the days of one lie within those of another.
fn is_within(inner: &StatementBody, outer: &StatementBody) -> bool {
    matches!((days(inner), days(outer)), (Some((from, to)), Some((first, last))) if first <= from && to <= last)
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
pub(super) fn runs_into(a: &StatementBody, b: &StatementBody) -> bool {
    let balances = a.closing.zip(b.opening).filter(|_| a.known != 0);
    balances.is_some_and(|(closing, opening)| i128::from(closing) - a.known == i128::from(opening))
}

/// Whether `b` opens with what `a` closes with; `None` if one of them does not say.
pub fn continues(a: &StatementBody, b: &StatementBody) -> Option<bool> {
    Some(a.closing? == b.opening?)
}
