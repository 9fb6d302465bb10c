//! Which documents the payer's words name. One naming is one place in a text and the items that bear the number written there.

use crate::book::keys::{self, DocumentForms, compact, strip_zeros, year_of};
use crate::book::{ItemIx, OpenItemBook};
use crate::matching::reading::{Glue, Label, Reading, Typed};
use crate::matching::score::{centibans, weights};
use crate::model::{ItemKind, Payment};
use crate::references::{reference_key, reference_keys};

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
    pub items: Vec<ItemIx>,
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
    first: usize,
    last: usize,
}

/// Most items that one form of a number may stand for; beyond it, it names nothing.
const ITEMS_MAX: usize = 40;
/// Most tokens that one number may be cut into.
const GLUE_MAX: usize = 9;
/// Longest range that is filled in.
const RANGE_MAX: u64 = 60;

/// All namings of a payment, in the order of fields, text, end-to-end id.
pub fn namings(book: &OpenItemBook, payment: &Payment, reading: &Reading) -> Vec<Naming> {
    let mut found = Vec::new();
    for reference in &payment.structured_refs {
        let before = found.len();
        by_field(book, reference, &mut found);
        if found.len() == before {
            in_text(book, &Reading::of_field(book, reference), NamedIn::Field, &mut found);
        }
    }
    for document in &payment.documents {
        if let Some(number) = &document.number {
            in_text(book, &Reading::with_book(book, [number.as_str()]), NamedIn::Field, &mut found);
        }
    }
    in_text(book, reading, NamedIn::Text, &mut found);
    if let Some(id) = &payment.end_to_end_id {
        in_text(book, &Reading::with_book(book, [id.as_str()]), NamedIn::EndToEnd, &mut found);
    }
    found
}

/// Lengths at which banks and formats cut a text: Bacs 18, MT940 27, older SEPA fields 35, two of them 70, SEPA 140.
const CUTS: [usize; 5] = [18, 27, 35, 70, 140];

/// Whether the payer's words are just as long as banks let them be, so that their last number may go on.
pub fn text_is_cut(payment: &Payment) -> bool {
    let length: usize = payment.remittance.iter().map(|r| r.chars().count()).sum();
    CUTS.iter().any(|cut| length == *cut || length + 1 == *cut)
}

/// The number of the naming that the cut of the text may have shortened: the last one of a list, unless it is whole.
pub fn cut_naming(payment: &Payment, reading: &Reading, namings: &[Naming]) -> Option<u32> {
    let end = reading.tokens.list.len();
    if !text_is_cut(payment) || !reading.tokens.after(end.checked_sub(1)?).is_empty() {
        return None;
    }
    let last = |n: &Naming| n.named_in == NamedIn::Text && n.last + 1 == end && n.strength > Strength::Whole;
    (0u32..).zip(namings).find(|(_, n)| last(n)).map(|(k, _)| k)
}

fn by_field(book: &OpenItemBook, reference: &str, found: &mut Vec<Naming>) {
    let items = by_keys(book, &reference_keys(reference));
    push(found, items, Strength::Reference, NamedIn::Field, reference.to_owned(), None, None, (0, 0), 0);
}

/// The items that carry a reference under one of these keys.
fn by_keys(book: &OpenItemBook, keys: &[String]) -> Vec<ItemIx> {
    let mut items: Vec<ItemIx> = keys.iter().flat_map(|key| by_key(book, key)).collect();
    items.sort_unstable();
    items.dedup();
    items
}

fn by_key(book: &OpenItemBook, key: &str) -> Vec<ItemIx> {
    let rows = book.by_reference(key);
    if rows.len() > ITEMS_MAX {
        return Vec::new();
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
fn bearing(book: &OpenItemBook, rows: &[ItemIx], same: impl Fn(&crate::model::OpenItem) -> bool) -> Vec<ItemIx> {
    if rows.len() > ITEMS_MAX {
        return Vec::new();
    }
    rows.iter().copied().filter(|ix| book.item(*ix).is_some_and(&same)).collect()
}

#[allow(clippy::too_many_arguments)]
fn push(
    found: &mut Vec<Naming>,
    items: Vec<ItemIx>,
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

fn in_text(book: &OpenItemBook, reading: &Reading, named_in: NamedIn, found: &mut Vec<Naming>) {
    let begin = found.len();
    let n = reading.tokens.list.len();
    let numbers = (0..n).filter(|i| reading.tokens.is_digits(*i) && reading.typed(*i).is_none()).count().max(1) as u64;
    let taken = mentioned(book, reading, named_in, found);
    let mut i = 0;
    while i < n {
        if let Some((_, last)) = taken.iter().find(|(first, last)| (*first..=*last).contains(&i)) {
            i = last + 1;
            continue;
        }
        i = match longest_at(book, reading, i, numbers, named_in, found) {
            Some(last) => last + 1,
            None => i + 1,
        };
    }
    // An end-to-end id is one number, never a list.
    if named_in != NamedIn::EndToEnd {
        endings_and_ranges(book, reading, named_in, begin, found);
    }
}

/// Chance hits of a random number of this many digits, in millionths, over all numbers of the text.
fn chance_of(bearers: u32, digits: usize, numbers: u64) -> u64 {
    let space = 9 * 10u64.saturating_pow(u32::try_from(digits.saturating_sub(1)).unwrap_or(18).min(15));
    (u64::from(bearers) * 1_000_000 * numbers / space).min(1_000_000)
}

/// The best number so far: how exact, its items, its last token, chance hits in millionths.
type Best = (Strength, Vec<ItemIx>, usize, u64);

/// Finds the strongest, then longest, number that begins at a token; returns its last token.
fn longest_at(
    book: &OpenItemBook,
    reading: &Reading,
    i: usize,
    numbers: u64,
    named_in: NamedIn,
    found: &mut Vec<Naming>,
) -> Option<usize> {
    let tokens = &reading.tokens;
    let label = reading.label(i).or_else(|| (i + 1 < tokens.list.len()).then(|| reading.label(i + 1)).flatten());
    let mut glued = String::new();
    let mut best: Option<Best> = None;
    let consider = |best: &mut Option<Best>, strength: Strength, items: Vec<ItemIx>, last: usize, chance: u64| {
        let better = match best {
            None => true,
            Some((s, _, l, _)) => (strength, std::cmp::Reverse(last)) <= (*s, std::cmp::Reverse(*l)),
        };
        if !items.is_empty() && better {
            *best = Some((strength, items, last, chance));
        }
    };
    let starts_with_digits = tokens.is_digits(i);
    let mut digits_only = starts_with_digits;
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
        digits_only &= tokens.is_digits(j);
        glued.push_str(tokens.word(j));
        if glued.len() > 35 {
            break;
        }
        let digit_count = glued.bytes().filter(u8::is_ascii_digit).count();
        if digit_count == 0 || open {
            continue;
        }
        if !digits_only && digit_count >= 2 && glued.len() >= 3 {
            let rows = book.by_whole(keys::key_of(&glued));
            consider(&mut best, Strength::Whole, bearing(book, rows, |it| compact(&it.doc_no) == glued), j, 0);
        }
        if let Some(key) = Some(&glued).filter(|g| g.len() >= 5).and_then(|g| reference_key(g)) {
            let chance = if digits_only { chance_of(book.open_count(), key.len(), numbers) } else { 0 };
            consider(&mut best, Strength::Reference, by_key(book, &key), j, chance);
        }
        if glued.len() >= 4 && (!digits_only || digit_count >= 4) {
            let rows = book.by_other_number(keys::key_of(&glued));
            let items = bearing(book, rows, |it| it.refs.iter().any(|r| compact(r) == glued));
            consider(&mut best, Strength::Other, items, j, chance_of(book.open_count(), digit_count, numbers));
        }
        let together = tight || year_of(tokens.word(i)).is_some() || digit_count >= 8;
        if digits_only && together {
            let digits = strip_zeros(&glued);
            if digits.len() >= 4 {
                let strength = if digits.len() >= 5 { Strength::Digits } else { Strength::Tail };
                let items = bearing(book, book.by_digits(digits), |it| DocumentForms::of(it).digits == digits);
                consider(
                    &mut best,
                    strength,
                    items,
                    j,
                    chance_of(book.numbers_with_digits(digits.len()), digits.len(), numbers),
                );
            }
        }
        if j == i + 1 && digits_only {
            let (a, b) = (tokens.word(i), tokens.word(j));
            for (year, tail) in [(a, b), (b, a)] {
                let (Some(y), tail) = (year_of(year), strip_zeros(tail)) else { continue };
                if tail.is_empty() || year.len() == 2 && tail.len() < 3 {
                    continue;
                }
                let items = bearing(book, book.by_year_tail(y, tail), |it| {
                    let f = DocumentForms::of(it);
                    f.year == Some(y) && f.tail == tail
                });
                let chance = chance_of(book.tails_with_digits(tail.len()), tail.len() + 1, numbers);
                consider(&mut best, Strength::Short, items, j, chance);
            }
        }
        if j == i && digits_only {
            let tail = strip_zeros(&glued);
            let year_before = year_of(&glued).is_some() && tokens.is_digits(i + 1) && tokens.glue(i + 1) != Glue::Apart;
            let enough = (tail.len() >= 3 || label.is_some() && !tail.is_empty()) && !year_before;
            // A running number is not cut out of a longer glued number.
            // Letters glued in front must be a label (`RE731`), not part of somebody else's number (`KX731`).
            let alone = tokens.glue(i) != Glue::None || i == 0 || reading.label(i).is_some();
            if enough && alone {
                let year = year_beside(reading, i);
                let items = bearing(book, book.by_tail(tail), |it| {
                    let forms = DocumentForms::of(it);
                    forms.tail == tail && (year.is_none() || forms.year.is_none() || forms.year == year)
                });
                let chance = chance_of(book.tails_with_digits(tail.len()), tail.len(), numbers);
                // The same digits may be all of one number and the running number of another: payer and amount decide.
                let all_of_one = best.as_ref().filter(|b| b.0 == Strength::Digits && b.2 == i).map(|b| b.1.clone());
                match all_of_one {
                    Some(others) if items.iter().any(|ix| !others.contains(ix)) => {
                        let mut items = [items, others].concat();
                        items.sort_unstable();
                        items.dedup();
                        best = Some((Strength::Short, items, i, chance));
                    }
                    Some(_) => {}
                    None => consider(&mut best, Strength::Tail, items, j, chance),
                }
            }
        }
    }
    let (strength, items, last, chance) = best?;
    let typed = (i..=last).find_map(|k| reading.typed(k));
    // Letters prove that a number in full is one, whatever its digits look like.
    let typed = match (strength, typed) {
        (Strength::Whole | Strength::Reference, Some(Typed::Date | Typed::Amount | Typed::Phone | Typed::Customer)) => {
            None
        }
        (_, other) => other,
    };
    let other_document = label == Some(Label::Proforma) || foreign_prefix(book, reading, i, strength, &items);
    let typed = typed.or_else(|| other_document.then_some(Typed::OwnId));
    let items = by_label(book, items, label);
    push(found, items, strength, named_in, tokens.quote(i, last), typed, label, (i, last), chance);
    Some(last)
}

/// The year written right before or behind a running number: `2025-731` is not the document 731 of 2026.
fn year_beside(reading: &Reading, i: usize) -> Option<u32> {
    let tokens = &reading.tokens;
    let year_at = |k: usize| {
        let year = tokens.is_digits(k) && tokens.word(k).len() == 4 && reading.typed(k).is_none();
        year.then(|| year_of(tokens.word(k))).flatten()
    };
    let before = i.checked_sub(1).filter(|_| tokens.glue(i) != Glue::Apart).and_then(year_at);
    // "731 aus 2025", "731 of 2025".
    let of = matches!(
        tokens.word(i + 1),
        "AUS" | "VON" | "OF" | "FROM" | "UIT" | "VAN" | "DE" | "DEL" | "Z" | "ZE" | "FRA" | "FRAN"
    );
    let behind = year_at(i + 1).filter(|_| tokens.glue(i + 1) != Glue::Apart);
    before.or(behind).or_else(|| year_at(i + 2).filter(|_| of))
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
        || matches!(letters, "NR" | "NO" | "N" | "NUM" | "SVWZ" | "REMI" | "INV" | "ZU" | "KE" | "VOM");
    let own = items.iter().any(|ix| book.item(*ix).is_some_and(|it| DocumentForms::of(it).prefix.ends_with(letters)));
    !known && !own
}

/// "GS 12" means the credit note of that number, "RE 12" the invoice, where both exist.
fn by_label(book: &OpenItemBook, items: Vec<ItemIx>, label: Option<Label>) -> Vec<ItemIx> {
    let wanted = |ix: &ItemIx| {
        let credit = book.item(*ix).is_some_and(|it| it.kind == ItemKind::CreditNote);
        match label {
            Some(Label::CreditNote) => credit,
            Some(Label::Document) => !credit,
            _ => true,
        }
    };
    if items.iter().any(wanted) { items.into_iter().filter(wanted).collect() } else { items }
}

/// `RE2026-00123, 127, 131` and `1001-1004`: numbers after one that is named, shortened or as the end of a range.
fn endings_and_ranges(
    book: &OpenItemBook,
    reading: &Reading,
    named_in: NamedIn,
    begin: usize,
    found: &mut Vec<Naming>,
) {
    let mut extra = Vec::new();
    let mut drop = Vec::new();
    let own: Vec<Naming> = found.get(begin..).unwrap_or(&[]).to_vec();
    for (k, naming) in own.iter().enumerate() {
        let ([item], true) = (naming.items.as_slice(), naming.typed.is_none()) else { continue };
        if naming.strength == Strength::Other || naming.strength == Strength::Tail && naming.label.is_none() {
            continue;
        }
        let Some(forms) = book.item(*item).map(|it| DocumentForms::of(it)) else { continue };
        let mut at = naming.last + 1;
        // Words like "und" and "bis" may stand between; a range word is remembered.
        let mut range = false;
        while at < reading.tokens.list.len() {
            let word = reading.tokens.word(at);
            if !reading.tokens.is_digits(at) {
                let joining = matches!(
                    word,
                    "UND" | "U" | "AND" | "EN" | "ET" | "E" | "Y" | "I" | "SOWIE" | "PLUS" | "OG" | "OCH" | "JA"
                );
                let to = matches!(
                    word,
                    "BIS"
                        | "TO"
                        | "T"
                        | "M"
                        | "TM"
                        | "TOT"
                        | "AU"
                        | "AL"
                        | "ATE"
                        | "DO"
                        | "TILL"
                        | "TIL"
                        | "A"
                        | "THRU"
                );
                let label_or_prefix = word == forms.prefix || reading.label(at + 1).is_some() && word.len() <= 4;
                if !(joining || to || label_or_prefix) {
                    break;
                }
                range |= to;
                at += 1;
                continue;
            }
            if reading.typed(at).is_some() {
                break;
            }
            let gap = reading.tokens.before(naming.last + 1).trim();
            let hyphen = gap == "-" && (at == naming.last + 1 || reading.tokens.word(naming.last + 1) == forms.prefix);
            // One or two digits after a blank are a count or a date, no ending.
            let list_sign =
                reading.tokens.glue(at) == Glue::Apart || reading.tokens.before(at).contains(['/', '+', ',', '-']);
            if word.len() < 2 || word.len() < 3 && !list_sign {
                break;
            }
            let resolved = own.iter().position(|o| o.first <= at && at <= o.last && o.strength < Strength::Short);
            let target = match resolved {
                Some(r) => own.get(r).and_then(|o| o.items.first().copied()),
                None => ending(book, &forms, word).or_else(|| same_account(book, word, *item)),
            };
            let Some(target) = target else { break };
            if (range || hyphen) && resolved != Some(k) {
                let between = range_items(book, &forms, *item, target);
                let quote = reading.tokens.quote(naming.first, at);
                for ix in between {
                    push(
                        &mut extra,
                        vec![ix],
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
            if resolved.is_none() {
                drop.extend(
                    own.iter().enumerate().filter(|(_, o)| o.first <= at && at <= o.last).map(|(d, _)| begin + d),
                );
                let quote = reading.tokens.quote(at, at);
                push(&mut extra, vec![target], Strength::Short, named_in, quote, None, naming.label, (at, at), 1_000);
            }
            // A number of another series in the list does not end it.
            at = resolved.and_then(|r| own.get(r)).map_or(at, |o| o.last.max(at)) + 1;
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
}

/// The item whose number is the named one with its last digits replaced.
fn ending(book: &OpenItemBook, named: &DocumentForms, digits: &str) -> Option<ItemIx> {
    let keep = named.whole.len().checked_sub(digits.len())?;
    let head = named.whole.get(..keep)?;
    // Only digits may be replaced, and not all of them.
    let replaced = named.whole.get(keep..)?;
    if digits.len() > 6
        || !replaced.bytes().all(|b| b.is_ascii_digit())
        || !head.ends_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    let whole = format!("{head}{digits}");
    let items = bearing(book, book.by_whole(keys::key_of(&whole)), |it| compact(&it.doc_no) == whole);
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
    let items = bearing(book, book.by_tail(tail), |it| DocumentForms::of(it).tail == tail);
    let mut own = items.into_iter().filter(|ix| book.customer_of(*ix) == customer);
    match (own.next(), own.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

/// The items of the same series and customer between two, both left out.
fn range_items(book: &OpenItemBook, named: &DocumentForms, from: ItemIx, to: ItemIx) -> Vec<ItemIx> {
    let number = |t: &str| t.parse::<u64>().ok();
    let other = book.item(to).map(|it| DocumentForms::of(it));
    let (Some(a), Some(b)) = (number(&named.tail), other.as_ref().and_then(|o| number(&o.tail))) else {
        return Vec::new();
    };
    if b <= a || b - a > RANGE_MAX || book.customer_of(from) != book.customer_of(to) {
        return Vec::new();
    }
    // The running number may stand anywhere in the number, so the account tells the series apart.
    (a + 1..b).filter_map(|n| same_account(book, &n.to_string(), from)).collect()
}
