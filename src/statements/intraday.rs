//! Reports of the day and notifications in; what of them a final statement of the run holds again is put aside, since it is one item.

use super::Day;
use super::content::{account_key, is_final, rank, same_account};
use super::identity::{is_other_party, tells_entry};
use crate::base::{Map, Money, Set};
use crate::model::{Entry, EntryStatus, Party, Remittance};
use chrono::NaiveDate;
use std::collections::BTreeMap;

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
                        let other = day.statements.get(at.0).and_then(|f| f.statement.entries.get(at.1));
                        !used.contains(at)
                            && theirs.is_some_and(|a| same_account(a, &filed.statement.account))
                            && other.is_some_and(|o| agrees(o, entry))
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
    details.extend(only_ones(day, &details));
    for (to, from) in details {
        give_details(day, to, from);
    }
}

/// Places of an entry: statement and entry.
type At = (usize, usize);

/// Entries of one account, amount and day: those of final statements, and the others by format.
type Alike = (Vec<At>, BTreeMap<u8, Vec<At>>);

/// Entries of reports and notifications that are the only one of their day and amount in their format which is not known yet, with the
/// only one in the final statements or, where those have none, in the format that has its details; one of the two has no reference
/// and says nothing else, just less. They are put aside too.
fn only_ones(day: &mut Day, known: &[(At, At)]) -> Vec<(At, At)> {
    let taken: Set<At> = known.iter().map(|(_, from)| *from).collect();
    // It may stand in several reports and notifications, but once in each.
    let has: Set<(At, usize)> = known.iter().map(|(to, from)| (*to, from.0)).collect();
    let mut alike: Map<(String, Money, NaiveDate), Alike> = Map::default();
    for (i, filed) in day.statements.iter().enumerate() {
        let account = account_key(&filed.statement.account);
        for (k, entry) in filed.statement.entries.iter().enumerate() {
            let date = entry.booking_date.filter(|_| !entry.booking_date_derived && entry.status == EntryStatus::Book);
            if let Some(date) = date.filter(|_| !taken.contains(&(i, k))) {
                let (finals, others) = alike.entry((account.clone(), entry.amount, date)).or_default();
                match is_final(&filed.statement) {
                    true => finals.push((i, k)),
                    false => others.entry(rank(filed.statement.format)).or_default().push((i, k)),
                }
            }
        }
    }
    let entry = |at: &At| day.statements.get(at.0).and_then(|f| f.statement.entries.get(at.1));
    let details = |at: &At| entry(at).map_or(0, |e| e.details.len());
    let mut pairs: Vec<(At, At)> = Vec::new();
    for (finals, others) in alike.values() {
        // Several of one format are one only where a final statement has one; never two of one statement.
        let several = others.values().any(|of_format| of_format.len() > 1);
        let one_file = |of: &Vec<At>| of.windows(2).any(|w| matches!(w, [a, b] if a.0 == b.0));
        if finals.len() > 1 || several && (finals.is_empty() || others.values().any(one_file)) {
            continue;
        }
        let mut all: Vec<At> = others.values().flatten().copied().collect();
        all.sort_by_key(|at| std::cmp::Reverse(details(at)));
        let (to, from) = match (finals.as_slice(), all.as_slice()) {
            ([to], from) => (to, from),
            (_, [to, from @ ..]) => (to, from),
            _ => continue,
        };
        for from in from.iter().filter(|from| !has.contains(&(*to, from.0))) {
            let (Some(a), Some(b)) = (entry(to), entry(from)) else { continue };
            if (is_bare(a) || is_bare(b)) && (says_no_other(a, b) || is_whole_of(a, b) || is_whole_of(b, a)) {
                pairs.push((*to, *from));
            }
        }
    }
    pairs.sort_unstable();
    for (_, (i, k)) in &pairs {
        if let Some(marks) = day.marks.get_mut(*i) {
            let at = marks.intraday_repeated.partition_point(|known| known < k);
            marks.intraday_repeated.insert(at, *k);
        }
    }
    pairs
}

/// Whether two entries with the same reference may be one: some banks count references anew each day.
fn agrees(a: &Entry, b: &Entry) -> bool {
    let same = |x: Option<NaiveDate>, y: Option<NaiveDate>| x.is_some() && x == y;
    let one_day = same(a.booking_date, b.booking_date) || same(a.value_date, b.value_date);
    let is_other = |x: &Party, y: &Party| {
        is_other_party((x.name.as_deref(), x.account.as_deref()), (y.name.as_deref(), y.account.as_deref()))
    };
    let others = match (a.details.as_slice(), b.details.as_slice()) {
        ([x], [y]) => is_other(&x.debtor, &y.debtor) || is_other(&x.creditor, &y.creditor),
        _ => false,
    };
    !others && (one_day || says_no_other(a, b))
}

/// Whether no reference tells an entry from others.
fn is_bare(entry: &Entry) -> bool {
    entry.servicer_reference.is_none() && entry.entry_reference.as_ref().is_none_or(|r| !tells_entry(r))
}

/// Whether an entry may be a batch without its details, which another entry has: it names no payer.
fn is_whole_of(whole: &Entry, batch: &Entry) -> bool {
    let parties = |e: &Entry| e.details.iter().any(|d| d.debtor.name.is_some() || d.creditor.name.is_some());
    let of_one = whole.details.iter().any(|d| d.end_to_end_id.is_some()) && whole.batch.is_none();
    whole.details.len() < 2 && batch.details.len() > 1 && !parties(whole) && !of_one
}

/// Whether all that the one of two that says less says stands in the other. The bank's own text counts where nobody else says anything.
fn says_no_other(a: &Entry, b: &Entry) -> bool {
    let spoken = |e: &Entry| e.details.iter().any(|d| d.remittance != Remittance::default());
    let words = |e: &Entry| {
        let narrative = e.narrative.clone().filter(|_| !spoken(a) && !spoken(b));
        let entry_reference = e.entry_reference.clone().filter(|r| tells_entry(r));
        Entry { narrative, entry_reference, ..e.clone() }.words()
    };
    let (a, b) = (words(a), words(b));
    let letters = |text: &str| text.chars().filter(|c| *c != '|').count();
    let (less, more) = if letters(&a) <= letters(&b) { (a, b) } else { (b, a) };
    less.split('|').all(|part| more.contains(part))
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
    let more = source.details.len() > target.details.len();
    let richer = || {
        target.details.len() == 1
            && source.details.len() == 1
            && says_no_other(target, source)
            && source.words().len() > target.words().len()
    };
    if !(more && sums || richer()) {
        return;
    }
    let (details, batch, before) = (source.details.clone(), source.batch.clone(), target.clone());
    if let Some(target) = day.statements.get_mut(to.0).and_then(|f| f.statement.entries.get_mut(to.1)) {
        target.details = details;
        target.batch = batch.or(target.batch.take());
    }
    if let Some(marks) = day.marks.get_mut(to.0)
        && let Err(at) = marks.lent.binary_search_by_key(&to.1, |(k, _)| *k)
    {
        marks.lent.insert(at, (to.1, before));
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
    if is_bare(entry) {
        let text = Entry { entry_reference: None, ..entry.clone() }.words();
        if text.chars().filter(|c| *c != '|').count() >= 8 {
            keys.extend(dates.iter().flatten().take(1).map(|d| format!("t|{amount}|{d}|{text}")));
        }
    }
    keys
}
