//! The typed reading of a text for others: what each run of letters or digits is taken for, with its place.

use super::{Reading, Typed};
use crate::book::OpenItemBook;
use std::ops::Range;

/// A text as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextRead {
    /// The text folded to capital letters without accents, its pieces parted by line feeds.
    pub text: String,
    /// Its runs of letters and of digits in order; they do not overlap.
    pub spans: Vec<TextSpan>,
    /// The text was longer than is read.
    pub cut: bool,
}

/// A run of letters or of digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextSpan {
    /// Where in [`TextRead::text`], in bytes.
    pub range: Range<usize>,
    /// What it is taken for.
    pub kind: SpanKind,
}

/// What a run is taken for. Everything but [`SpanKind::Number`], [`SpanKind::Word`] and [`SpanKind::Reference`] names a document only
/// where nothing else explains the payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SpanKind {
    /// Letters.
    Word,
    /// Digits that may be part of a document number.
    Number,
    /// Part of a structured reference whose check digits hold, or that an item bears as it is written.
    Reference,
    /// Part of a structured reference whose check digits are wrong.
    BadReference,
    /// A date.
    Date,
    /// An amount.
    Amount,
    /// A percentage.
    Percent,
    /// A bank account.
    Account,
    /// A telephone number.
    Phone,
    /// A tax or register number.
    Tax,
    /// The payer's or the bank's own id, a quantity, a house number.
    OwnId,
    /// The customer's number.
    Customer,
}

/// Reads the pieces of a text, as matching does; the book says which reference schemes are in use and which customer numbers there
/// are.
///
/// ```
/// use tieout::{OpenItemBook, matching::{SpanKind, read_text}};
/// let read = read_text(&OpenItemBook::default(), ["Rechnung 4711 vom 17.04.2026"]);
/// let kind_of = |word: &str| read.spans.iter().find(|s| &read.text[s.range.clone()] == word).map(|s| s.kind);
/// assert_eq!(kind_of("4711"), Some(SpanKind::Number));
/// assert_eq!(kind_of("17"), Some(SpanKind::Date));
/// ```
pub fn read_text<'a>(book: &OpenItemBook, pieces: impl IntoIterator<Item = &'a str>) -> TextRead {
    let reading = Reading::with_book(book, pieces);
    let referenced = |k: usize| reading.mentions.iter().any(|m| (m.first..=m.last).contains(&k));
    let kind = |k: usize, digits: bool| match reading.typed(k) {
        Some(Typed::Date) => SpanKind::Date,
        Some(Typed::Amount) => SpanKind::Amount,
        Some(Typed::Percent) => SpanKind::Percent,
        Some(Typed::Account) => SpanKind::Account,
        Some(Typed::Phone) => SpanKind::Phone,
        Some(Typed::Tax) => SpanKind::Tax,
        Some(Typed::OwnId) => SpanKind::OwnId,
        Some(Typed::Customer) => SpanKind::Customer,
        Some(Typed::BadReference) => SpanKind::BadReference,
        None if referenced(k) => SpanKind::Reference,
        None if digits => SpanKind::Number,
        None => SpanKind::Word,
    };
    let tokens = reading.tokens.list.iter().enumerate();
    let spans = tokens.map(|(k, t)| TextSpan { range: t.range.clone(), kind: kind(k, t.digits) }).collect();
    TextRead { text: reading.tokens.text, spans, cut: reading.tokens.cut }
}
