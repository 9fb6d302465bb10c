//! Structured references and the fields of structured texts, laid over the types and labels of tokens. In: tokens, their marks,
//! the schemes in use. Out: the references that the text mentions; wrong ones are marked.

use super::labels::Label;
use super::spans::{Marks, Typed};
use super::tokens::Tokens;
use crate::references::{SchemesInUse, Spot, TextPart, text_parts};
use std::ops::Range;

/// A structured reference in a text, with right check digits or borne by an item as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Its first token.
    pub first: usize,
    /// Its last token.
    pub last: usize,
    /// The keys to look it up by.
    pub keys: Vec<String>,
}

/// Marks a text. `known` says whether some item bears the reference just as it is written, whatever its check digits; `is_list` whether
/// the tokens from one to another are a list of documents.
pub fn mark_references(
    tokens: &Tokens,
    marks: &mut Marks,
    schemes: &SchemesInUse,
    known: impl Fn(&Spot) -> bool,
    is_list: impl Fn(usize, usize) -> bool,
) -> Vec<Mention> {
    for (range, part) in text_parts(&tokens.text) {
        if let Some((first, last)) = tokens_in(tokens, &range) {
            mark_part(tokens, marks, first, last, part);
        }
    }
    let mut mentions = Vec::new();
    for spot in schemes.spots(&tokens.text) {
        let Some((first, last)) = tokens_in(tokens, &spot.range) else { continue };
        if spot.valid || known(&spot) {
            announce(tokens, marks, first, last, Label::Document);
            mentions.push(Mention { first, last, keys: spot.keys });
        } else if !is_list(first, last) {
            overwrite(marks, first, last, Some(Typed::BadReference));
        }
    }
    mentions
}

/// First and last token of a place.
fn tokens_in(tokens: &Tokens, range: &Range<usize>) -> Option<(usize, usize)> {
    let inside = |t: &super::tokens::Token| t.range.start >= range.start && t.range.end <= range.end;
    let first = tokens.list.iter().position(inside)?;
    let last = tokens.list.iter().rposition(inside)?;
    Some((first, last))
}

fn mark_part(tokens: &Tokens, marks: &mut Marks, first: usize, last: usize, part: TextPart) {
    let typed = match part {
        TextPart::Document => return announce(tokens, marks, first, last, Label::Document),
        TextPart::CreditNote => return announce(tokens, marks, first, last, Label::CreditNote),
        TextPart::Amount => Typed::Amount,
        TextPart::TaxNumber => Typed::Tax,
        TextPart::Account => Typed::Account,
        TextPart::Code => Typed::OwnId,
    };
    overwrite(marks, first, last, Some(typed));
    for slot in marks.label.iter_mut().take(last + 1).skip(first) {
        *slot = None;
    }
}

/// The tokens name a document of ours, whatever their digits look like; what the payer calls his own stays his.
fn announce(tokens: &Tokens, marks: &mut Marks, first: usize, last: usize, label: Label) {
    for k in first..=last {
        let slot = marks.typed.get_mut(k);
        if let Some(slot) = slot.filter(|s| !matches!(s, Some(Typed::OwnId | Typed::Customer))) {
            *slot = None;
        }
        if let Some(slot) = marks.label.get_mut(k).filter(|_| tokens.is_digits(k)) {
            slot.get_or_insert(label);
        }
    }
}

/// Sets the type of tokens, whatever it was.
pub fn overwrite(marks: &mut Marks, first: usize, last: usize, typed: Option<Typed>) {
    for slot in marks.typed.iter_mut().take(last + 1).skip(first) {
        *slot = typed;
    }
}
