//! Stage 1: the text is read once, into tokens with a type each. What a number *is* decides whether it can name a document.

mod labels;
mod over_cuts;
mod public;
mod references;
mod spans;
mod tokens;

pub use labels::{LABELS, Label, Wording};
pub use public::{SpanKind, TextRead, TextSpan, read_text};
pub use references::Mention;
pub use spans::{Marks, Typed, read_marks};
pub use tokens::{Glue, Tokens};

use crate::book::OpenItemBook;
use crate::book::keys::{compact, key_of};
#[cfg(test)]
use crate::references::SchemesInUse;
use crate::references::reference_keys;

/// A text with its tokens, their types and labels, and what the payer says about the payment.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The tokens.
    pub tokens: Tokens,
    /// Type and label of each token, and the wording.
    pub marks: Marks,
    /// The structured references in it whose check digits hold, in the order of the text.
    pub mentions: Vec<Mention>,
}

impl Reading {
    /// Reads the pieces of a text without a book: no national scheme is in use.
    #[cfg(test)]
    pub fn of<'a>(pieces: impl IntoIterator<Item = &'a str>) -> Self {
        let tokens = Tokens::of(pieces);
        let mut marks = read_marks(&tokens);
        over_cuts::read_over_cuts(&tokens, &mut marks);
        let none = SchemesInUse::default();
        let mentions = references::mark_references(&tokens, &mut marks, &none, |_| false, |_, _| false);
        Reading { tokens, marks, mentions }
    }

    /// Reads the pieces of a text; structured references of the schemes that the book's items carry are checked.
    pub fn with_book<'a>(book: &OpenItemBook, pieces: impl IntoIterator<Item = &'a str>) -> Self {
        let tokens = Tokens::of(pieces);
        let mut marks = read_marks(&tokens);
        over_cuts::read_over_cuts(&tokens, &mut marks);
        customer_numbers_cut(book, &tokens, &mut marks);
        let known = |spot: &crate::references::Spot| book.knows_number(&spot.text, &spot.keys);
        let list = |first, last| is_list_of_documents(book, &tokens, first, last);
        let mentions = references::mark_references(&tokens, &mut marks, book.schemes_in_use(), known, list);
        Reading { tokens, marks, mentions }
    }

    /// Reads a field that holds nothing but a reference: it is judged as a whole, without label or frame.
    pub fn of_field(book: &OpenItemBook, reference: &str) -> Self {
        let mut reading = Self::with_book(book, [reference]);
        let last = reading.tokens.list.len();
        match book.schemes_in_use().field(reference) {
            Some(false) if !book.knows_number(reference, &reference_keys(reference)) => {
                references::overwrite(&mut reading.marks, 0, last, Some(Typed::BadReference));
                reading.mentions.clear();
            }
            Some(true) => references::overwrite(&mut reading.marks, 0, last, None),
            _ => {}
        }
        reading
    }

    /// Whether a structured reference in it fails its check digits.
    pub fn has_bad_reference(&self) -> bool {
        self.marks.typed.contains(&Some(Typed::BadReference))
    }

    /// Whether the payer uses this wording.
    pub fn says(&self, wording: Wording) -> bool {
        self.marks.wording.contains(&wording)
    }

    /// Whether the text ends with the label of a document, whose number is not there any more.
    pub fn ends_in_label(&self) -> bool {
        let tokens = &self.tokens;
        let is_number_word = |k: &usize| LABELS.words.number.contains(tokens.word(*k));
        let end = tokens.list.len() - (0..tokens.list.len()).rev().take_while(is_number_word).count();
        (end.saturating_sub(3)..end).any(|k| {
            let word = |n: usize| Some(tokens.word(k + 1 + n)).filter(|_| k + 1 + n < end);
            let found = LABELS.labels.longest(&crate::names::fold_text(tokens.word(k)), word);
            found.is_some_and(|(label, len)| matches!(label, Label::Document | Label::CreditNote) && k + len == end)
        })
    }

    /// Type of a token.
    pub fn typed(&self, index: usize) -> Option<Typed> {
        self.marks.typed.get(index).copied().flatten()
    }

    /// Label of a token.
    pub fn label(&self, index: usize) -> Option<Label> {
        self.marks.label.get(index).copied().flatten()
    }
}

/// Whether a text has words of a kind, without a book.
pub fn says<'a>(pieces: impl IntoIterator<Item = &'a str>, wording: Wording) -> bool {
    read_marks(&Tokens::of(pieces)).wording.contains(&wording)
}

/// Whether a place is nothing but two or more whole document numbers of the book, one behind the other: what looks like a reference
/// with wrong check digits is a list.
fn is_list_of_documents(book: &OpenItemBook, tokens: &Tokens, first: usize, last: usize) -> bool {
    // The last token of the longest document number that begins at a token.
    let document = |at: usize| {
        let mut glued = String::new();
        let ends = (at..tokens.list.len()).take(6).filter(|k| {
            glued.push_str(tokens.word(*k));
            glued.len() >= 5 && book.by_whole(key_of(&glued)).iter().any(|ix| book.is_whole(*ix, &glued))
        });
        ends.last()
    };
    // The first number may begin with letters, before what looks like the reference.
    let mut next = (first.saturating_sub(3)..=first).find_map(|at| document(at).filter(|end| *end >= first));
    let mut documents = 0;
    while let Some(end) = next {
        documents += 1;
        if end >= last {
            return documents >= 2;
        }
        // Letters between are the beginning of the next one.
        next = document(end + 1);
    }
    false
}

/// A customer number that the format cut (`K4¦711`): its second part is no document, if the two together are a customer's number.
fn customer_numbers_cut(book: &OpenItemBook, tokens: &Tokens, marks: &mut Marks) {
    let customer = |marks: &Marks, k: usize| marks.typed.get(k).copied().flatten() == Some(Typed::Customer);
    for k in 1..tokens.list.len() {
        let second = tokens.glue(k) == Glue::Break && tokens.is_digits(k) && !customer(marks, k);
        if !second || !customer(marks, k - 1) {
            continue;
        }
        let first = (0..k).rev().take_while(|j| customer(marks, *j)).last().unwrap_or(k - 1);
        let number = compact(&tokens.quote(first, k));
        if !book.by_customer_number(&number).is_empty()
            && let Some(slot) = marks.typed.get_mut(k)
        {
            *slot = Some(Typed::Customer);
        }
    }
}
