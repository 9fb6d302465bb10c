//! Numbers after one that is named: shortened, or as the end of a range. In: the namings of a text so far. Out: those of the
//! numbers that only the one before explains.

use super::namings::{NamedIn, Naming, Strength, bearing, push};
use crate::base::Set;
use crate::book::keys::{self, strip_zeros};
use crate::book::{CustomerIx, ItemIx, OpenItemBook};
use crate::matching::reading::{Glue, LABELS, Reading};
use smallvec::smallvec;

/// Most shortened numbers of one text that are looked for.
const STEPS_MAX: usize = 100_000;
/// Most documents that the ranges of one text are filled with.
const FILLED_MAX: usize = 600;
/// Fewest digits of an ending of a number whose parts are glued, and most documents of the account that is searched for it.
const GLUED_LEAST: usize = 4;
const ACCOUNT_MAX: usize = 200;
/// Longest range that is filled in.
const RANGE_MAX: u64 = 60;

/// `RE2026-00123, 127, 131` and `1001-1004`: numbers after one that is named, shortened or as the end of a range. Says whether
/// ranges were left unfilled.
pub(super) fn endings_and_ranges(
    book: &OpenItemBook,
    reading: &Reading,
    named_in: NamedIn,
    begin: usize,
    found: &mut Vec<Naming>,
) -> bool {
    let (mut left, mut steps) = (FILLED_MAX, STEPS_MAX);
    let mut extra = Vec::new();
    // Items that `extra` names, and tokens whose namings are dropped already.
    let mut named: Set<ItemIx> = Set::default();
    let mut dropped: Set<usize> = Set::default();
    let mut drop = Vec::new();
    let own: &[Naming] = found.get(begin..).unwrap_or(&[]);
    // For each token the first naming in full that it is part of.
    let mut full: Vec<Option<usize>> = vec![None; reading.tokens.list.len()];
    for (k, naming) in own.iter().enumerate().filter(|(_, o)| o.strength < Strength::Short) {
        for slot in full.iter_mut().take(naming.last + 1).skip(naming.first) {
            slot.get_or_insert(k);
        }
    }
    for (k, naming) in own.iter().enumerate() {
        let ([item], true) = (naming.items.as_slice(), naming.typed.is_none()) else { continue };
        if naming.strength == Strength::Other || naming.strength == Strength::Tail && naming.label.is_none() {
            continue;
        }
        let prefix = book.prefix_of(*item);
        let mut at = naming.last + 1;
        // Words like "und" and "bis" may stand between; a range word is remembered.
        let mut range = false;
        while at < reading.tokens.list.len() {
            let word = reading.tokens.word(at);
            // The same word over the cut of a line, if there is one.
            let digits = reading.tokens.is_digits(at);
            let goes_on = reading.tokens.glue(at + 1) == Glue::Break && reading.tokens.is_digits(at + 1) == digits;
            let over_cut = goes_on.then(|| format!("{word}{}", reading.tokens.word(at + 1)));
            if !digits {
                let over_cut = over_cut.filter(|w| LABELS.words.range.contains(w) || LABELS.words.joining.contains(w));
                let last = at + usize::from(over_cut.is_some());
                let word = over_cut.as_deref().unwrap_or(word);
                let joining = LABELS.words.joining.contains(word);
                let to = LABELS.words.range.contains(word);
                let label_or_prefix = word == prefix || reading.label(at + 1).is_some() && word.len() <= 4;
                if !(joining || to || label_or_prefix) {
                    break;
                }
                range |= to;
                at = last + 1;
                continue;
            }
            if reading.typed(at).is_some() {
                break;
            }
            let gap = reading.tokens.before(naming.last + 1).trim();
            let hyphen = gap == "-" && (at == naming.last + 1 || reading.tokens.word(naming.last + 1) == prefix);
            // One or two digits after a blank are a count or a date, no ending.
            let list_sign =
                reading.tokens.glue(at) == Glue::Apart || reading.tokens.before(at).contains(['/', '+', ',', '-']);
            let resolved = full.get(at).copied().flatten();
            // The head of the next number, whose end was cut off or mistyped, is no ending of this one: `…, 2026-649`, `…,24/0706`, `…,37-`.
            let next = || match reading.tokens.after(at) {
                "-" | "." | "_" if reading.tokens.is_digits(at + 1) => true,
                "/" if reading.tokens.is_digits(at + 1) => reading.tokens.word(at + 1).len() > word.len(),
                sign => matches!(sign, "-" | "/" | "_") && at + 1 == reading.tokens.list.len(),
            };
            if resolved.is_none() && next() {
                break;
            }
            let find = |word: &str| meant(book, word, *item);
            let whole = over_cut.filter(|w| resolved.is_none() && steps > 0 && w.len() >= 3);
            let whole = whole.and_then(|w| Some((find(&w)?, at + 1)));
            if resolved.is_none() && whole.is_none() && (word.len() < 2 || word.len() < 3 && !list_sign) {
                break;
            }
            let target = match resolved {
                Some(r) => own.get(r).and_then(|o| {
                    let same = |ix: &&ItemIx| book.customer_of(**ix) == book.customer_of(*item);
                    o.items.iter().find(same).or(o.items.first()).copied()
                }),
                None if steps == 0 => None,
                None => whole.map(|w| w.0).or_else(|| find(word)),
            };
            let last = whole.map_or(at, |w| w.1);
            steps = steps.saturating_sub(usize::from(resolved.is_none()));
            let Some(target) = target else { break };
            if (range || hyphen) && resolved != Some(k) {
                let may = left > 0 && steps > 0;
                let between = if may { range_items(book, *item, target) } else { None };
                steps = steps.saturating_sub(if between.is_some() { 60 } else { 0 });
                let between = between.unwrap_or_default();
                left = left.saturating_sub(between.len());
                let quote = reading.tokens.quote(naming.first, at);
                for ix in between.into_iter().filter(|ix| named.insert(*ix)) {
                    push(
                        &mut extra,
                        smallvec![ix],
                        Strength::Short,
                        named_in,
                        quote.clone(),
                        None,
                        naming.label,
                        (at, at),
                        100,
                    );
                }
            }
            if resolved.is_none() && dropped.insert(at) {
                drop.extend(
                    own.iter().enumerate().filter(|(_, o)| o.first <= last && at <= o.last).map(|(d, _)| begin + d),
                );
            }
            if resolved.is_none() && named.insert(target) {
                let quote = reading.tokens.quote(at, last);
                push(
                    &mut extra,
                    smallvec![target],
                    Strength::Short,
                    named_in,
                    quote,
                    None,
                    naming.label,
                    (at, last),
                    1_000,
                );
            }
            // A number of another series in the list does not end it.
            at = resolved.and_then(|r| own.get(r)).map_or(last, |o| o.last.max(last)) + 1;
            range = false;
        }
    }
    drop.sort_unstable();
    drop.dedup();
    for d in drop.into_iter().rev() {
        found.remove(d);
    }
    for naming in extra {
        let known = found.iter().skip(begin).any(|f| f.items == naming.items && f.strength <= naming.strength);
        if !known {
            found.push(naming);
        }
    }
    left == 0 || steps == 0
}

/// The item that digits behind a named one mean: the named number with its last digits replaced, if that is the same customer's;
/// else the one of that customer with this running number, be it of another month; else whoever's.
fn meant(book: &OpenItemBook, digits: &str, of: ItemIx) -> Option<ItemIx> {
    let replaced = ending(book, book.whole_of(of), digits);
    let own = |ix: &ItemIx| book.customer_of(*ix) == book.customer_of(of);
    replaced.filter(own).or_else(|| same_account(book, digits, of)).or(replaced)
}

/// The item whose number is the named one with its last digits replaced.
fn ending(book: &OpenItemBook, named: &str, digits: &str) -> Option<ItemIx> {
    let keep = named.len().checked_sub(digits.len())?;
    let head = named.get(..keep)?;
    // Only digits may be replaced, and not all of them.
    let replaced = named.get(keep..)?;
    if digits.len() > 6
        || !replaced.bytes().all(|b| b.is_ascii_digit())
        || !head.ends_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    let whole = format!("{head}{digits}");
    let items = bearing(book.by_whole(keys::key_of(&whole)), |ix| book.is_whole(ix, &whole));
    match items.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

/// The one item of the same customer with this running number, of at least three digits.
fn same_account(book: &OpenItemBook, digits: &str, of: ItemIx) -> Option<ItemIx> {
    let tail = strip_zeros(digits);
    let customer = book.customer_of(of);
    if tail.len() < 3 {
        return None;
    }
    let items = bearing(book.by_tail(tail), |ix| book.tail_of(ix) == tail);
    let mut own = items.into_iter().filter(|ix| book.customer_of(*ix) == customer);
    match (own.next(), own.next()) {
        (Some(one), None) => Some(one),
        (None, _) => customer.and_then(|c| glued_ending(book, digits, c)),
        _ => None,
    }
}

/// The one document of a customer that ends with these digits as written, where its running number is glued to something else.
fn glued_ending(book: &OpenItemBook, digits: &str, customer: CustomerIx) -> Option<ItemIx> {
    let items = book.items_of(customer);
    let long = digits.len() >= GLUED_LEAST && items.len() <= ACCOUNT_MAX;
    let mut ends = items.iter().filter(|ix| long && book.whole_of(**ix).ends_with(digits));
    match (ends.next(), ends.next()) {
        (Some(one), None) => Some(*one),
        _ => None,
    }
}

/// The items of the same series and customer between two, both left out; `None` if the two are no range.
fn range_items(book: &OpenItemBook, from: ItemIx, to: ItemIx) -> Option<Vec<ItemIx>> {
    let number = |ix: ItemIx| book.tail_of(ix).parse::<u64>().ok();
    let (a, b) = (number(from)?, number(to)?);
    if b <= a || b - a > RANGE_MAX || book.customer_of(from) != book.customer_of(to) {
        return None;
    }
    // The running number may stand anywhere in the number, so the account tells the series apart.
    Some((a + 1..b).filter_map(|n| same_account(book, &n.to_string(), from)).collect())
}
