//! Which documents the payer's words name. One naming is one place in a text and the items that bear the number written there.

use super::beside::{ends_otherwise, is_another, year_beside};
use super::endings::endings_and_ranges;
use super::own_ids::is_nobodys;
use crate::book::keys::{self, Key, is_compact, strip_zeros, year_of};
use crate::book::{ItemIx, OpenItemBook};
use crate::matching::reading::{Glue, LABELS, Label, Reading, Typed};
use crate::matching::score::{centibans, weights};
use crate::model::{ItemKind, Payment};
use crate::references::{reference_key, reference_keys};
use smallvec::SmallVec;

/// The items that one form of a number may stand for; most have one.
pub type Bearers = SmallVec<[ItemIx; 2]>;

/// How exactly a number is written, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// The structured reference that the item carries.
    Reference,
    /// The whole number with its letters.
    Whole,
    /// All its digits, five or more.
    Digits,
    /// Year and running number, or an ending after a number named in full, or inside a range.
    Short,
    /// An order, delivery or reminder number of the item.
    Other,
    /// The running number alone.
    Tail,
}

impl Strength {
    /// Whether a document is thereby "named exactly" (POLICY rows 4 to 6, 16).
    pub fn is_exact(self) -> bool {
        self <= Strength::Digits
    }
}

/// Where a number was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedIn {
    /// The payer's words.
    Text,
    /// A field for documents or references.
    Field,
    /// The end-to-end id: the payer's own, ours only in a collection.
    EndToEnd,
}

/// A number in the text and the items that bear it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    /// The items, in book order; more than one if the form is not unique.
    pub items: Bearers,
    /// How exactly.
    pub strength: Strength,
    /// Where.
    pub named_in: NamedIn,
    /// As written.
    pub quote: String,
    /// The number is part of something else.
    pub typed: Option<Typed>,
    /// The label in front.
    pub label: Option<Label>,
    /// Log-odds against a chance hit, in centibans.
    pub weight: i32,
    /// Expected number of such hits by chance in this text, in hundredths.
    pub chance_hundredths: u32,
    pub(super) first: usize,
    pub(super) last: usize,
}

impl Naming {
    /// Whether a token of the text is part of it.
    pub fn covers(&self, token: usize) -> bool {
        (self.first..=self.last).contains(&token)
    }

    /// Its first and last token.
    pub fn place(&self) -> (usize, usize) {
        (self.first, self.last)
    }

    /// The letters written in front of a bare number, if it has other ones in front than the document that bears it: `R-48735`, where
    /// the document is RE-48735.
    pub fn other_letters<'a>(&self, reading: &'a Reading) -> Option<&'a str> {
        let glued = matches!(reading.tokens.glue(self.first), Glue::None | Glue::Joined);
        let before = self.first.checked_sub(1).filter(|b| glued && !reading.tokens.is_digits(*b))?;
        (self.typed == Some(Typed::OwnId) && self.named_in == NamedIn::Text).then(|| reading.tokens.word(before))
    }
}

/// Most items that one form of a number may stand for; beyond it, it names nothing.
const ITEMS_MAX: usize = 40;
/// Most tokens that one number may be cut into.
const GLUE_MAX: usize = 9;

/// Most numbers of one text that are read as documents; what stands behind them is cut off, and said so.
const NAMINGS_MAX: usize = 400;

/// What the words of a payment name.
#[derive(Debug, Clone, Default)]
pub struct Named {
    /// The namings, in the order of fields, text, end-to-end id.
    pub list: Vec<Naming>,
    /// A text is so long, or names so much, that its end was not read.
    pub cut: bool,
}

/// All namings of a payment.
pub fn namings(book: &OpenItemBook, payment: &Payment, reading: &Reading) -> Named {
    let mut found = Named::default();
    for reference in &payment.structured_refs {
        let before = found.list.len();
        by_field(book, reference, &mut found.list);
        if found.list.len() == before {
            in_text(book, &Reading::of_field(book, reference), NamedIn::Field, &mut found);
        }
    }
    for document in &payment.documents {
        if let Some(number) = &document.number {
            in_text(book, &Reading::with_book(book, [number.as_str()]), NamedIn::Field, &mut found);
        }
    }
    in_text(book, reading, NamedIn::Text, &mut found);
    if let Some(id) = payment.end_to_end_id.as_deref().filter(|id| !is_nobodys(book, id)) {
        in_text(book, &Reading::with_book(book, [id]), NamedIn::EndToEnd, &mut found);
    }
    found
}

/// The namings of an end-to-end id that is read whatever it looks like.
#[cfg(test)]
pub(super) fn namings_of_id(book: &OpenItemBook, id: &str) -> Vec<Naming> {
    let mut found = Named::default();
    in_text(book, &Reading::with_book(book, [id]), NamedIn::EndToEnd, &mut found);
    found.list
}

/// Lengths at which banks and formats cut a text: Bacs 18, MT940 27, older SEPA fields 35, two of them 70, SEPA 140.
const CUTS: [usize; 5] = [18, 27, 35, 70, 140];

/// Whether the payer's words are just as long as banks let them be, so that their last number may go on.
pub fn text_is_cut(payment: &Payment) -> bool {
    let length: usize = payment.remittance.iter().map(|r| r.chars().count()).sum();
    CUTS.iter().any(|cut| length == *cut || length + 1 == *cut)
}

/// The numbers of the namings that the cut of the text may have shortened: the last ones of a list, unless they are whole.
pub fn cut_namings(payment: &Payment, reading: &Reading, namings: &[Naming]) -> SmallVec<[u32; 2]> {
    let end = reading.tokens.list.len();
    let open = end.checked_sub(1).is_some_and(|last| reading.tokens.after(last).is_empty());
    if !open || !text_is_cut(payment) {
        return SmallVec::new();
    }
    let last = |n: &Naming| n.named_in == NamedIn::Text && n.last + 1 == end && n.strength > Strength::Whole;
    (0u32..).zip(namings).filter(|(_, n)| last(n)).map(|(k, _)| k).collect()
}

fn by_field(book: &OpenItemBook, reference: &str, found: &mut Vec<Naming>) {
    let items = by_keys(book, &reference_keys(reference));
    push(found, items, Strength::Reference, NamedIn::Field, reference.to_owned(), None, None, (0, 0), 0);
}

/// The items that carry a reference under one of these keys.
fn by_keys(book: &OpenItemBook, keys: &[String]) -> Bearers {
    let mut items: Bearers = keys.iter().flat_map(|key| by_key(book, key)).collect();
    items.sort_unstable();
    items.dedup();
    items
}

fn by_key(book: &OpenItemBook, key: &str) -> Bearers {
    let rows = book.by_reference(key);
    if rows.len() > ITEMS_MAX {
        return Bearers::new();
    }
    rows.iter().copied().filter(|ix| book.bears_reference(*ix, key)).collect()
}

/// The structured references that a text mentions; returns the tokens of those that items carry. In an end-to-end id such a
/// reference is ours, not the payer's own.
fn mentioned(
    book: &OpenItemBook,
    reading: &Reading,
    named_in: NamedIn,
    found: &mut Vec<Naming>,
) -> Vec<(usize, usize)> {
    let named_in = if named_in == NamedIn::EndToEnd { NamedIn::Field } else { named_in };
    let mut taken = Vec::new();
    for mention in &reading.mentions {
        let items = by_keys(book, &mention.keys);
        let place = (mention.first, mention.last);
        if items.is_empty() {
            continue;
        }
        let typed = (place.0..=place.1).find_map(|k| reading.typed(k));
        let quote = reading.tokens.quote(place.0, place.1);
        push(found, items, Strength::Reference, named_in, quote, typed, None, place, 0);
        taken.push(place);
    }
    taken
}

/// The items whose number really is what the key stands for.
pub(super) fn bearing(rows: &[ItemIx], same: impl Fn(ItemIx) -> bool) -> Bearers {
    if rows.len() > ITEMS_MAX {
        return Bearers::new();
    }
    rows.iter().copied().filter(|ix| same(*ix)).collect()
}

#[allow(clippy::too_many_arguments)]
pub(super) fn push(
    found: &mut Vec<Naming>,
    items: Bearers,
    strength: Strength,
    named_in: NamedIn,
    quote: String,
    typed: Option<Typed>,
    label: Option<Label>,
    (first, last): (usize, usize),
    chance_millionths: u64,
) {
    if items.is_empty() {
        return;
    }
    // The prior already shares out the book's items; what a chance hit on this one number costs is the space of such numbers.
    let digits = quote.bytes().filter(u8::is_ascii_digit).count();
    let space = centibans(9 * 10u64.saturating_pow(u32::try_from(digits.saturating_sub(1)).unwrap_or(15).min(15)), 2);
    let weight = match strength {
        Strength::Reference => weights::REFERENCE,
        Strength::Whole => weights::NUMBER_WHOLE,
        Strength::Digits | Strength::Short | Strength::Other | Strength::Tail => space.min(weights::NUMBER_DIGITS_MAX),
    };
    let labelled = matches!(label, Some(Label::Document | Label::CreditNote)) && strength > Strength::Whole;
    let weight = weight + if labelled { weights::LABEL } else { 0 } - centibans(items.len() as u64, 1);
    let weight = weight + if typed.is_some() { weights::NUMBER_TYPED } else { 0 };
    let chance_hundredths = u32::try_from(chance_millionths / 10_000).unwrap_or(u32::MAX);
    found.push(Naming { items, strength, named_in, quote, typed, label, weight, chance_hundredths, first, last });
}

fn in_text(book: &OpenItemBook, reading: &Reading, named_in: NamedIn, named: &mut Named) {
    let found = &mut named.list;
    let begin = found.len();
    named.cut |= reading.tokens.cut;
    let n = reading.tokens.list.len();
    let numbers = (0..n).filter(|i| reading.tokens.is_digits(*i) && reading.typed(*i).is_none()).count().max(1) as u64;
    let taken = mentioned(book, reading, named_in, found);
    let mut glued = Glued::default();
    let mut i = 0;
    while i < n {
        if found.len() - begin >= NAMINGS_MAX {
            named.cut = true;
            break;
        }
        if let Some((_, last)) = taken.iter().find(|(first, last)| (*first..=*last).contains(&i)) {
            i = last + 1;
            continue;
        }
        i = match longest_at(book, reading, i, numbers, named_in, &mut glued, found) {
            Some(last) => last + 1,
            None => i + 1,
        };
    }
    // An end-to-end id is one number, never a list.
    if named_in != NamedIn::EndToEnd && found.len() > begin {
        named.cut |= endings_and_ranges(book, reading, named_in, begin, found);
    }
}

/// Tokens glued to one number, with the keys of what it is so far.
#[derive(Debug, Default)]
struct Glued {
    text: String,
    /// Key of the whole.
    key: Key,
    /// Key of its digits without leading zeros, while it has only digits.
    digits_key: Key,
    /// Key of the letters in front.
    prefix: Key,
    /// Digits in it.
    digit_count: usize,
    /// Only digits so far.
    digits_only: bool,
}

impl Glued {
    fn clear(&mut self) {
        self.text.clear();
        (self.key, self.digits_key, self.prefix) = (keys::EMPTY, keys::EMPTY, keys::EMPTY);
        (self.digit_count, self.digits_only) = (0, true);
    }

    fn push(&mut self, word: &str, digits: bool) {
        if digits {
            let significant = if self.text.len() == self.digit_count && strip_zeros(&self.text).is_empty() {
                strip_zeros(word)
            } else {
                word
            };
            self.digits_key = keys::extend(self.digits_key, significant.as_bytes());
            self.digit_count += word.len();
        } else {
            self.digits_only = false;
        }
        self.text.push_str(word);
        self.key = keys::extend(self.key, word.as_bytes());
        if self.digit_count == 0 {
            self.prefix = self.key;
        }
    }
}

/// Chance hits of a random number of this many digits, in millionths, over all numbers of the text.
fn chance_of(bearers: u32, digits: usize, numbers: u64) -> u64 {
    let space = 9 * 10u64.saturating_pow(u32::try_from(digits.saturating_sub(1)).unwrap_or(18).min(15));
    (u64::from(bearers) * 1_000_000 * numbers / space).min(1_000_000)
}

/// The best number so far: how exact, its items, its last token, chance hits in millionths.
type Best = (Strength, Bearers, usize, u64);

/// Finds the strongest, then longest, number that begins at a token; returns its last token.
fn longest_at(
    book: &OpenItemBook,
    reading: &Reading,
    i: usize,
    numbers: u64,
    named_in: NamedIn,
    glued: &mut Glued,
    found: &mut Vec<Naming>,
) -> Option<usize> {
    let tokens = &reading.tokens;
    let label = reading.label(i).or_else(|| (i + 1 < tokens.list.len()).then(|| reading.label(i + 1)).flatten());
    let mut best: Option<Best> = None;
    let consider = |best: &mut Option<Best>, strength: Strength, items: Bearers, last: usize, chance: u64| {
        let better = match best {
            None => true,
            Some((s, _, l, _)) => (strength, std::cmp::Reverse(last)) <= (*s, std::cmp::Reverse(*l)),
        };
        if !items.is_empty() && better {
            *best = Some((strength, items, last, chance));
        }
    };
    glued.clear();
    let mut tight = true;
    for j in i..tokens.list.len().min(i + GLUE_MAX) {
        if j > i {
            match tokens.glue(j) {
                Glue::Apart => break,
                Glue::Blank => tight = false,
                _ => {}
            }
        }
        // The number goes on without a sign between: this is not its end.
        let open = tokens.glue(j + 1) == Glue::None
            && j + 1 < tokens.list.len()
            && tokens.is_digits(j)
            && tokens.word(j + 1).len() == 1
            && tokens.is_digits(j + 2)
            && tokens.glue(j + 2) == Glue::None;
        glued.push(tokens.word(j), tokens.is_digits(j));
        let (text, digit_count, digits_only) = (glued.text.as_str(), glued.digit_count, glued.digits_only);
        if text.len() > 35 {
            break;
        }
        if digit_count == 0 || open {
            continue;
        }
        let digits = if digits_only { strip_zeros(text) } else { "" };
        // Most runs of tokens have not even the letters and the length of any number of the book.
        if !digits_only && book.may_bear(glued.prefix, text.len()) {
            if digit_count >= 2 && text.len() >= 3 {
                let rows = book.by_whole(glued.key);
                consider(&mut best, Strength::Whole, bearing(rows, |ix| book.is_whole(ix, text)), j, 0);
            }
            if text.len() >= 4 {
                let items = bearing(book.by_other_number(glued.key), |ix| bears_other(book, ix, text));
                consider(&mut best, Strength::Other, items, j, chance_of(book.open_count(), digit_count, numbers));
            }
        }
        if text.len() >= 5 && book.has_references() {
            // The digits alone, or the letters and digits; an `RF` reference loses the zeros of its body.
            let plain = !text.starts_with("RF");
            let key = match (digits_only, plain) {
                (true, _) => glued.digits_key,
                (false, true) => glued.key,
                (false, false) => reference_key(text).map_or(glued.key, |k| keys::key_of(&k)),
            };
            if (!plain || digits_only || book.may_bear(glued.prefix, text.len()))
                && !book.by_reference_key(key).is_empty()
                && let Some(key) = reference_key(text)
            {
                let chance = if digits_only { chance_of(book.open_count(), key.len(), numbers) } else { 0 };
                consider(&mut best, Strength::Reference, by_key(book, &key), j, chance);
            }
        }
        if digits_only && digit_count >= 4 && book.may_bear(keys::EMPTY, text.len()) {
            let items = bearing(book.by_other_number(glued.key), |ix| bears_other(book, ix, text));
            consider(&mut best, Strength::Other, items, j, chance_of(book.open_count(), digit_count, numbers));
        }
        let together = tight || digit_count >= 8 || year_of(tokens.word(i)).is_some();
        if digits_only && together && digits.len() >= 4 {
            let bearers = book.numbers_with_digits(digits.len());
            if bearers > 0 {
                let strength = if digits.len() >= 5 { Strength::Digits } else { Strength::Tail };
                let items = bearing(book.by_digits_key(glued.digits_key), |ix| book.is_digits(ix, digits));
                consider(&mut best, strength, items, j, chance_of(bearers, digits.len(), numbers));
            }
        }
        if j == i + 1 && digits_only {
            let (a, b) = (tokens.word(i), tokens.word(j));
            for (year, tail) in [(a, b), (b, a)] {
                let (Some(y), tail) = (year_of(year), strip_zeros(tail)) else { continue };
                if tail.is_empty() || year.len() == 2 && tail.len() < 3 {
                    continue;
                }
                let bearers = book.tails_with_digits(tail.len());
                if bearers > 0 {
                    let same = |ix| book.year_of(ix) == Some(y) && book.tail_of(ix) == tail;
                    let items = bearing(book.by_year_tail(y, tail), same);
                    let chance = chance_of(bearers, tail.len() + 1, numbers);
                    if !as_printed(book, reading, i, best.as_ref()) {
                        or_all_of_one(&mut best, Strength::Short, items, j, chance, consider);
                    }
                }
            }
        }
        // Also over the cut of a line (`53¦847`).
        if (j == i || j == i + 1 && tokens.glue(j) == Glue::Break) && digits_only {
            let year_before =
                || year_of(text).is_some() && tokens.is_digits(j + 1) && tokens.glue(j + 1) != Glue::Apart;
            let enough = digits.len() >= 3 || label.is_some() && !digits.is_empty();
            // A running number is not cut out of a longer glued number.
            // Letters glued in front must be a label (`RE731`), not part of somebody else's number (`KX731`).
            let alone = || tokens.glue(i) != Glue::None || i == 0 || reading.label(i).is_some();
            let bearers = book.tails_with_digits(digits.len());
            if enough && bearers > 0 && alone() && !year_before() {
                let year = if i == j { year_beside(reading, i) } else { None };
                let items = bearing(book.by_digits_tail(glued.digits_key), |ix| {
                    let of = book.year_of(ix);
                    book.tail_of(ix) == digits
                        && (year.is_none() || of.is_none() || of == year)
                        && !ends_otherwise(book, reading, j, ix)
                        && !is_another(book, reading, (i, j), ix)
                });
                let chance = chance_of(bearers, digits.len(), numbers);
                or_all_of_one(&mut best, Strength::Tail, items, j, chance, consider);
            }
        }
    }
    let printed = as_printed(book, reading, i, best.as_ref());
    let (strength, items, last, chance) = best?;
    let typed = (i..=last).find_map(|k| reading.typed(k));
    // Letters prove that a number in full is one, whatever its digits look like.
    let typed = match (strength, typed) {
        (Strength::Whole | Strength::Reference, Some(Typed::Date | Typed::Amount | Typed::Phone | Typed::Customer)) => {
            None
        }
        // So do digits that go on behind what looks like a date: `20260112-75696`.
        (Strength::Digits, Some(Typed::Date | Typed::Amount)) if goes_beyond(reading, i, last) => None,
        (_, other) => other,
    };
    let other_document = label == Some(Label::Proforma) || foreign_prefix(book, reading, i, strength, &items);
    let typed = typed.or_else(|| other_document.then_some(Typed::OwnId));
    let items = by_label(book, items, label);
    push(found, items, strength, named_in, tokens.quote(i, last), typed, label, (i, last), chance);
    // Its signs prove it as letters would.
    if let Some(naming) = found.last_mut().filter(|_| printed) {
        naming.weight += (weights::NUMBER_WHOLE - weights::NUMBER_DIGITS_MAX).max(0);
    }
    Some(last)
}

/// Whether a number written without a blank has digits that are part of nothing else.
fn goes_beyond(reading: &Reading, first: usize, last: usize) -> bool {
    let tokens = &reading.tokens;
    let tight = |k: usize| matches!(tokens.glue(k), Glue::None | Glue::Joined | Glue::Break);
    (first + 1..=last).all(tight) && (first..=last).any(|k| tokens.is_digits(k) && reading.typed(k).is_none())
}

/// The number stands in the text sign for sign as one document bears it, signs between its digits and all its zeros: `2026-49545` is
/// that document, and not 2026/049545, for which a payer would have changed the sign and dropped a zero.
fn as_printed(book: &OpenItemBook, reading: &Reading, first: usize, best: Option<&Best>) -> bool {
    let Some((Strength::Digits, items, last, _)) = best else { return false };
    let [item] = items.as_slice() else { return false };
    let start = reading.tokens.list.get(first).map_or(0, |t| t.range.start);
    let end = reading.tokens.list.get(*last).map_or(0, |t| t.range.end);
    let written = reading.tokens.text.get(start..end).unwrap_or("");
    // A blank between the runs parts two numbers as well as one.
    let signs = written.bytes().any(|b| !b.is_ascii_digit() && b != b' ' && b != b'\n');
    let printed = || book.item(*item).map_or("", |it| it.doc_no.trim()).bytes();
    signs && written.bytes().filter(|b| *b != b'\n').eq(printed())
}

/// The same digits may be all of one number and the ending of another: then payer and amount decide.
fn or_all_of_one(
    best: &mut Option<Best>,
    strength: Strength,
    items: Bearers,
    last: usize,
    chance: u64,
    consider: impl Fn(&mut Option<Best>, Strength, Bearers, usize, u64),
) {
    match best.as_mut().filter(|b| b.0 == Strength::Digits && b.2 == last) {
        Some(of_one) if items.iter().any(|ix| !of_one.1.contains(ix)) => {
            of_one.1.extend(items);
            of_one.1.sort_unstable();
            of_one.1.dedup();
            (of_one.0, of_one.3) = (Strength::Short, chance);
        }
        Some(_) => {}
        None => consider(best, strength, items, last, chance),
    }
}

/// A bare number with other letters glued in front than the document bears: `PO2026-00731` is no invoice.
fn foreign_prefix(book: &OpenItemBook, reading: &Reading, i: usize, strength: Strength, items: &[ItemIx]) -> bool {
    if strength <= Strength::Whole || i == 0 || !reading.tokens.is_digits(i) || reading.tokens.is_digits(i - 1) {
        return false;
    }
    if !matches!(reading.tokens.glue(i), Glue::None | Glue::Joined) || strength == Strength::Other {
        return false;
    }
    let letters = reading.tokens.word(i - 1);
    let known = matches!(reading.label(i), Some(Label::Document | Label::CreditNote))
        || letters.len() > 4
        || LABELS.words.front.contains(letters);
    !known && !items.iter().any(|ix| book.prefix_of(*ix).ends_with(letters))
}

/// Whether an order, delivery or other number of the item is this one, in capitals and digits.
fn bears_other(book: &OpenItemBook, item: ItemIx, number: &str) -> bool {
    book.item(item).is_some_and(|it| it.refs.iter().any(|r| is_compact(r, number)))
}

/// "GS 12" means the credit note of that number, "RE 12" the invoice, where both exist.
fn by_label(book: &OpenItemBook, items: Bearers, label: Option<Label>) -> Bearers {
    if !matches!(label, Some(Label::CreditNote | Label::Document)) {
        return items;
    }
    let wanted = |ix: &ItemIx| {
        let credit = book.figures(*ix).is_some_and(|it| it.kind == ItemKind::CreditNote);
        match label {
            Some(Label::CreditNote) => credit,
            Some(Label::Document) => !credit,
            _ => true,
        }
    };
    if items.iter().any(wanted) { items.into_iter().filter(wanted).collect() } else { items }
}
