//! Numbers that claim to be documents of ours and that no item bears: a typing error, a document of last year, another company's.

use super::Context;
use crate::book::{ItemIx, OpenItemBook};
use crate::matching::candidates::{NamedIn, Naming, Strength};
use crate::matching::reading::{Glue, Label, Reading};
use std::cell::OnceCell;

/// A number with a document label, or in the shape of our numbers, that no item bears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved {
    /// As written.
    pub quote: String,
    /// Letters and digits glued.
    pub glued: String,
}

/// Most tokens that the head of a number is cut into.
const HEAD_MAX: usize = 4;
/// Shortest number, letters and digits, that one slip away from it says something by itself.
const SLIP_LEAST: usize = 6;

/// Most unresolved numbers kept: one alone forbids automatic application, and a slip is only believed where it is the only one.
const UNRESOLVED_MAX: usize = 20;

/// The unresolved document numbers of a text.
pub fn unresolved(book: &OpenItemBook, reading: &Reading, namings: &[Naming]) -> Vec<Unresolved> {
    let known: OnceCell<Vec<(&str, String)>> = OnceCell::new();
    let known = || {
        known.get_or_init(|| {
            let documents = namings.iter().filter(|n| n.strength != Strength::Other);
            documents.map(|n| (n.quote.as_str(), digits_of(&n.quote))).collect()
        })
    };
    let tokens = &reading.tokens;
    let mut list = Vec::new();
    let mut i = 0;
    while i < tokens.list.len() {
        let labelled = matches!(reading.label(i), Some(Label::Document | Label::CreditNote));
        if !tokens.is_digits(i) || !labelled || reading.typed(i).is_some() {
            i += 1;
            continue;
        }
        let start = i;
        let mut glued = tokens.word(i).to_owned();
        while i + 1 < tokens.list.len()
            && matches!(tokens.glue(i + 1), Glue::None | Glue::Joined | Glue::Break)
            && reading.typed(i + 1).is_none()
            && (tokens.is_digits(i + 1) || tokens.word(i + 1).len() <= 3 && tokens.is_digits(i + 2))
        {
            i += 1;
            glued.push_str(tokens.word(i));
        }
        let year = crate::book::keys::year_of(&glued).is_some();
        let digits = glued.bytes().filter(u8::is_ascii_digit).count();
        // One or two digits are a number only where ours are as short.
        let counts = !year && (digits >= 3 || digits > 0 && book.numbers_with_digits(digits) > 0);
        if counts {
            let quote = tokens.quote(start, i);
            // A number is resolved if any item bears it, or a part of it of three digits or more.
            let digits = digits_of(&quote);
            let overlaps = |(other, of_other): &(&str, String)| {
                other.contains(&quote)
                    || quote.contains(other)
                    || !digits.is_empty()
                        && !of_other.is_empty()
                        && (of_other.contains(&digits) || digits.contains(of_other))
            };
            if !known().iter().any(overlaps) {
                list.push(Unresolved { quote, glued });
            }
            if list.len() >= UNRESOLVED_MAX {
                break;
            }
        }
        i += 1;
    }
    list
}

/// A reference field with good check digits of a scheme in use that no item bears: paid before, or another creditor's.
pub fn unresolved_field(book: &OpenItemBook, reference: &str) -> Option<Unresolved> {
    let good = book.schemes_in_use().field(reference) == Some(true);
    let missing = good && !book.knows_number(reference, &crate::references::reference_keys(reference));
    missing.then(|| Unresolved { quote: reference.to_owned(), glued: crate::book::keys::compact(reference) })
}

fn digits_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Whether the number as written is an item's number with one slip: a digit wrong, missing or doubled, two neighbours swapped,
/// or O for 0, I or L for 1, S for 5, B for 8.
pub fn is_one_slip(book: &OpenItemBook, written: &Unresolved, item: ItemIx) -> bool {
    let number: String = book.digits_of(item).map(char::from).collect();
    let glued: String = written
        .glued
        .chars()
        .map(|c| match c {
            'O' => '0',
            'I' | 'L' => '1',
            'S' => '5',
            'B' => '8',
            c => c,
        })
        .filter(char::is_ascii_digit)
        .collect();
    let glued = glued.trim_start_matches('0');
    [number.as_str(), book.tail_of(item)].iter().any(|d| d.len() >= 3 && !glued.is_empty() && one_edit(glued, d))
}

fn one_edit(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (ra, rb) = (a.get(head..).unwrap_or(&[]), b.get(head..).unwrap_or(&[]));
    let tail = ra.iter().rev().zip(rb.iter().rev()).take_while(|(x, y)| x == y).count();
    let (ra, rb) = (ra.get(..ra.len() - tail).unwrap_or(&[]), rb.get(..rb.len() - tail).unwrap_or(&[]));
    match (ra, rb) {
        ([], []) | ([_], [_]) | ([], [_]) | ([_], []) => true,
        ([x1, x2], [y1, y2]) => x1 == y2 && x2 == y1,
        _ => false,
    }
}

impl Context<'_> {
    /// A number in the text that is the item's structured reference but for one slip: its check digits would not hold, and a bank
    /// that lets it pass proves nothing.
    pub fn slip_of_reference(&self, item: ItemIx) -> Option<&str> {
        let tokens = &self.reading.tokens;
        let numbers = || (0..tokens.list.len()).filter(|i| tokens.is_digits(*i)).map(|i| tokens.word(i));
        // Most texts have no number that is long enough; then no item is looked at.
        let mut long = numbers().filter(|word| word.trim_start_matches('0').len() >= 8).peekable();
        long.peek()?;
        let reference: String =
            self.book.item(item)?.payment_reference.as_deref()?.chars().filter(char::is_ascii_digit).collect();
        let reference = reference.trim_start_matches('0');
        if reference.len() < 8 {
            return None;
        }
        long.find(|word| {
            let written = word.trim_start_matches('0');
            written != reference && one_edit(written, reference)
        })
    }

    /// A number that ends like other documents and stands in the text with the head of this item's number in front, letters or
    /// digits: as written nobody bears it, and it is the item's number with one slip. `INV050902` for INV050908, though 23/050902 is
    /// another document. Not where it is one slip away from those others, too, or where some document has all these digits, whatever
    /// its letters.
    pub fn is_slip_with_its_head(&self, naming: &Naming, item: ItemIx) -> bool {
        let tokens = &self.reading.tokens;
        let (first, last) = naming.place();
        let joined = |k: &usize| matches!(tokens.glue(*k), Glue::None | Glue::Joined);
        let start = (1..=first).rev().take(HEAD_MAX).take_while(joined).last().map_or(first, |k| k - 1);
        let of = |from: usize, to: usize| (from..=to).map(|k| tokens.word(k)).collect::<String>();
        if start == first || naming.named_in != NamedIn::Text || naming.strength <= Strength::Whole {
            return false;
        }
        let (whole, written, head) = (self.book.whole_of(item), of(start, last), of(start, first - 1));
        let bears = |ix: &ItemIx| {
            let other = self.book.whole_of(*ix);
            other.starts_with(&head) || one_edit(&written, other)
        };
        whole.starts_with(&head)
            && one_edit(&written, whole)
            && !naming.items.iter().any(bears)
            && !self.book.bears_digits(&written)
    }

    /// Whether a number at a token, with what is joined before it, is the item's number with one slip.
    pub fn is_slip_at(&self, token: usize, item: ItemIx) -> bool {
        let tokens = &self.reading.tokens;
        let joined = |k: &usize| matches!(tokens.glue(*k), Glue::None | Glue::Joined);
        let start = (1..=token).rev().take(HEAD_MAX).take_while(joined).last().map_or(token, |k| k - 1);
        let end = (token + 1..tokens.list.len()).take_while(joined).last().unwrap_or(token);
        let written: String = (start..=end).map(|k| tokens.word(k)).collect();
        let whole = self.book.whole_of(item);
        whole.len() >= SLIP_LEAST && one_edit(&written, whole) && !self.book.bears_digits(&written)
    }

    /// Whether any unresolved number is one slip away from an item's number.
    pub fn slip_of(&self, item: ItemIx) -> Option<&Unresolved> {
        self.unresolved.iter().find(|u| is_one_slip(self.book, u, item))
    }
}

#[cfg(test)]
mod tests {
    use super::one_edit;

    #[test]
    fn one_slip_is_one_digit_or_one_swap() {
        assert!(one_edit("202600713", "202600731"));
        assert!(one_edit("202600781", "202600731"));
        assert!(one_edit("20260731", "202600731"));
        assert!(!one_edit("202600999", "202600731"));
        assert!(!one_edit("12", "731"));
    }
}
