//! What stands beside a running number in the text, and says that it belongs to another number. In: the place of the running number and the
//! document it may be. Out: whether year, check digit or head as written are another document's.

use crate::book::keys::year_of;
use crate::book::{ItemIx, OpenItemBook};
use crate::matching::reading::{Glue, LABELS, Reading};

/// The running number is written with other digits behind it than the document has, a check digit for one: `344729-3` is not 344729-9.
pub(super) fn ends_otherwise(book: &OpenItemBook, reading: &Reading, at: usize, item: ItemIx) -> bool {
    let tokens = &reading.tokens;
    if !tokens.is_digits(at + 1) || !matches!(tokens.glue(at + 1), Glue::None | Glue::Joined) {
        return false;
    }
    let written = tokens.word(at + 1);
    let behind = book.whole_of(item).rsplit_once(book.tail_of(item)).map_or("", |(_, behind)| behind);
    behind.len() == written.len() && behind != written && behind.bytes().all(|b| b.is_ascii_digit())
}

/// Most tokens on either side of a running number that are looked at for the rest of its number.
const BESIDE_MAX: usize = 4;

/// The running number stands in what looks sign for sign like the document's number, in full or but for its beginning, and has other
/// digits there: `SI/65328/01/2036` is not SI/65328/01/2026, and `202613-75122` is not 202603-75122.
pub(super) fn is_another(book: &OpenItemBook, reading: &Reading, (first, last): (usize, usize), item: ItemIx) -> bool {
    let tokens = &reading.tokens;
    let tight = |k: &usize| *k < tokens.list.len() && matches!(tokens.glue(*k), Glue::None | Glue::Joined);
    let start = (1..=first).rev().take(BESIDE_MAX).take_while(tight).last().map_or(first, |k| k - 1);
    let end = (last + 1..).take(BESIDE_MAX).take_while(tight).last().unwrap_or(last);
    if (start, end) == (first, last) {
        return false;
    }
    let printed = book.item(item).map_or("", |it| it.doc_no.trim());
    let place = |from: usize, to: usize| {
        let at = |k: usize| tokens.list.get(k).map_or(0..0, |t| t.range.clone());
        at(from).start..at(to).end
    };
    let digits = place(first, last);
    let runs = (start..=first).flat_map(|from| (last..=end).rev().map(move |to| place(from, to)));
    // The longest run that looks like the number tells.
    let other = runs.filter(|run| *run != digits).find_map(|run| {
        let (head, own) = printed.split_at_checked(printed.len().checked_sub(run.len())?)?;
        let written = tokens.text.get(run.clone())?;
        let alike = |(a, b): (u8, u8)| a.is_ascii_digit() && b.is_ascii_digit() || a.eq_ignore_ascii_case(&b);
        let same_place = own.get(digits.start - run.start..digits.end - run.start) == tokens.text.get(digits.clone());
        let looks = !head.ends_with(|c: char| c.is_alphanumeric()) && written.bytes().zip(own.bytes()).all(alike);
        (looks && same_place).then(|| !written.eq_ignore_ascii_case(own))
    });
    other.unwrap_or(false)
}

/// The year written right before or behind a running number: `2025-731` is not the document 731 of 2026.
pub(super) fn year_beside(reading: &Reading, i: usize) -> Option<u32> {
    let tokens = &reading.tokens;
    let year_at = |k: usize| {
        let year = tokens.is_digits(k) && tokens.word(k).len() == 4 && reading.typed(k).is_none();
        year.then(|| year_of(tokens.word(k))).flatten()
    };
    // "731 aus 2025", "731 of 2025".
    let of = || LABELS.words.of_year.contains(tokens.word(i + 1));
    let before = i.checked_sub(1).filter(|_| tokens.glue(i) != Glue::Apart).and_then(year_at);
    let behind = || year_at(i + 1).filter(|_| tokens.glue(i + 1) != Glue::Apart);
    before.or_else(behind).or_else(|| year_at(i + 2).filter(|_| of()))
}
