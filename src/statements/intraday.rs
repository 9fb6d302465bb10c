//! Reports of the day and notifications in; what of them a final statement of the run holds again is put aside, since it is one item.

use super::Day;
use super::content::{is_final, rank, same_account};
use crate::base::{Map, Money, Set};
use crate::model::Entry;

/// Marks entries of reports and notifications that stand again in a final statement, or in an earlier report of the same run. A
/// batch of a final statement that shows no details takes them from the notification if they sum to it.
pub(super) fn put_aside(day: &mut Day) {
    if day.statements.iter().all(|f| is_final(&f.statement)) {
        return;
    }
    let mut order: Vec<usize> = (0..day.statements.len()).collect();
    order.sort_by_key(|i| day.statements.get(*i).map(|f| (!is_final(&f.statement), rank(f.statement.format), *i)));
    let mut index: Map<String, Vec<(usize, usize)>> = Map::default();
    let mut details: Vec<((usize, usize), (usize, usize))> = Vec::new();
    for i in order {
        let Some(filed) = day.statements.get(i) else { continue };
        let last = is_final(&filed.statement);
        // One entry stands for at most one of the same other statement: true twins stay two.
        let mut used: Set<(usize, usize)> = Set::default();
        let mut repeated = Vec::new();
        let mut own: Vec<(Vec<String>, usize)> = Vec::new();
        for (k, entry) in filed.statement.entries.iter().enumerate() {
            let keys = keys(entry);
            let known = if last {
                None
            } else {
                keys.iter().find_map(|key| {
                    index.get(key).into_iter().flatten().copied().find(|at| {
                        let theirs = day.statements.get(at.0).map(|f| f.statement.account.as_str());
                        !used.contains(at) && theirs.is_some_and(|a| same_account(a, &filed.statement.account))
                    })
                })
            };
            match known {
                Some(at) => {
                    used.insert(at);
                    repeated.push(k);
                    details.push((at, (i, k)));
                }
                None => own.push((keys, k)),
            }
        }
        for (keys, k) in own {
            for key in keys {
                index.entry(key).or_default().push((i, k));
            }
        }
        if let Some(marks) = day.marks.get_mut(i) {
            marks.intraday_repeated = repeated;
        }
    }
    for (to, from) in details {
        give_details(day, to, from);
    }
}

fn give_details(day: &mut Day, to: (usize, usize), from: (usize, usize)) {
    let entry = |at: (usize, usize)| day.statements.get(at.0).and_then(|f| f.statement.entries.get(at.1));
    let (Some(target), Some(source)) = (entry(to), entry(from)) else { return };
    let sums = source
        .details
        .iter()
        .map(|d| d.amount)
        .try_fold(Money::zero(target.amount.currency()), |sum, amount| sum.checked_add(amount?).ok())
        == Some(target.amount);
    if target.details.len() >= source.details.len() || !sums {
        return;
    }
    let (details, batch) = (source.details.clone(), source.batch.clone());
    if let Some(target) = day.statements.get_mut(to.0).and_then(|f| f.statement.entries.get_mut(to.1)) {
        target.details = details;
        target.batch = batch.or(target.batch.take());
    }
}

/// What an entry can be known again by, strongest first.
fn keys(entry: &Entry) -> Vec<String> {
    let mut keys = Vec::with_capacity(3);
    let amount = entry.amount;
    let of_detail = match entry.details.as_slice() {
        [only] => only.servicer_reference.as_ref(),
        _ => None,
    };
    for reference in [entry.servicer_reference.as_ref(), of_detail].into_iter().flatten() {
        keys.push(format!("s|{amount}|{reference}"));
    }
    keys.dedup();
    let dates = [entry.booking_date.filter(|_| !entry.booking_date_derived), entry.value_date];
    if let Some(reference) = &entry.entry_reference {
        keys.extend(dates.iter().flatten().map(|d| format!("e|{amount}|{reference}|{d}")));
    }
    // Without any reference the words must be the same, and there must be some.
    if entry.servicer_reference.is_none() && entry.entry_reference.is_none() {
        let text = entry.words();
        if text.chars().filter(|c| *c != '|').count() >= 8 {
            keys.extend(dates.iter().flatten().take(1).map(|d| format!("t|{amount}|{d}|{text}")));
        }
    }
    keys
}
