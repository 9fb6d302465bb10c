//! What was cut at the end of a line, read once more in one piece: `garantibe¦lopp`, `2026040¦7`, `BI¦S`. In: the tokens of a text and
//! what they are apart. Out: the same, with what they are together laid over it where they were nothing.

use super::spans::{Marks, Typed, read_marks};
use super::tokens::Tokens;
use std::ops::Range;

/// Reads a text over its cuts. Words and types that only the whole has are added; what was read apart stays.
pub fn read_over_cuts(tokens: &Tokens, marks: &mut Marks) {
    if !tokens.text.contains('\n') {
        return;
    }
    let (joined, parts) = joined(tokens);
    let whole = read_marks(&joined);
    for wording in whole.wording {
        if !marks.wording.contains(&wording) {
            marks.wording.push(wording);
        }
    }
    marks.percents.extend(whole.percents.iter().filter(|p| !marks.percents.contains(p)).copied().collect::<Vec<_>>());
    marks.amounts.extend(whole.amounts.iter().filter(|a| !marks.amounts.contains(a)).copied().collect::<Vec<_>>());
    marks.proforma |= whole.proforma;
    if marks.on_behalf.is_none() {
        marks.on_behalf = whole.on_behalf.and_then(|k| parts.get(k)).map(|p| p.start);
    }
    // A type holds for what was cut and for the run that it stands in; labels for all numbers behind a word that was cut.
    let mut after_word = false;
    let mut at = 0;
    while at < parts.len() {
        let typed = whole.typed.get(at).copied().flatten();
        let mut end = at + 1;
        while typed.is_some() && end < parts.len() && whole.typed.get(end).copied().flatten() == typed {
            end += 1;
        }
        let run = parts.get(at..end).unwrap_or(&[]);
        after_word |= run.iter().enumerate().any(|(k, p)| p.len() > 1 && !joined.is_digits(at + k));
        let inner = run.first().map_or(0, |p| p.start + 1)..run.last().map_or(0, |p| p.end);
        let cut = inner.into_iter().any(|k| tokens.before(k).contains('\n'));
        for (k, part) in run.iter().enumerate() {
            for token in part.clone() {
                if let Some(slot) = marks.typed.get_mut(token).filter(|_| cut || after_word) {
                    add_type(slot, typed);
                }
                let label = whole.label.get(at + k).copied().flatten();
                if let (Some(slot), Some(label), true) = (marks.label.get_mut(token), label, after_word) {
                    slot.get_or_insert(label);
                }
            }
        }
        at = end;
    }
}

fn add_type(slot: &mut Option<Typed>, typed: Option<Typed>) {
    if slot.is_none() {
        *slot = typed;
    }
}

/// The text without its cuts, and for each token the tokens that it was.
fn joined(tokens: &Tokens) -> (Tokens, Vec<Range<usize>>) {
    let mut text = String::with_capacity(tokens.text.len());
    let mut rest = tokens.text.chars().peekable();
    while let Some(c) = rest.next() {
        // A blank at the cut parts as it always does.
        let parts = text.ends_with(' ') || rest.peek() == Some(&' ');
        match c {
            '\n' if parts => text.push(' '),
            '\n' => {}
            c => text.push(c),
        }
    }
    let whole = Tokens::of_folded(text);
    // Both cut the same characters, so the letters and digits of a token tell which tokens it was.
    let mut parts = Vec::with_capacity(whole.list.len());
    let mut next = 0;
    for token in &whole.list {
        let start = next;
        let mut left = token.range.len();
        while left > 0 && next < tokens.list.len() {
            left = left.saturating_sub(tokens.list.get(next).map_or(0, |t| t.range.len()));
            next += 1;
        }
        parts.push(start..next);
    }
    (whole, parts)
}

#[cfg(test)]
mod tests {
    use super::super::{Label, Reading, Typed, Wording};

    #[test]
    fn words_and_dates_are_read_over_the_cut_of_a_line() {
        let read = Reading::of(["2026-33168 avdrag garantibe", "lopp 5%"]);
        assert!(read.says(Wording::Retention));
        let read = Reading::of(["faktura 2026-58211 2026040", "7"]);
        assert_eq!((read.typed(2), read.typed(3), read.typed(4)), (None, Some(Typed::Date), Some(Typed::Date)));
        let read = Reading::of(["Zahlung Rech", "nung 4711"]);
        assert_eq!(read.label(3), Some(Label::Document));
        let read = Reading::of(["Rechnung 4711 vom 11.", "01.2026"]);
        assert_eq!(read.typed(3), Some(Typed::Date));
    }

    #[test]
    fn what_was_read_apart_stays() {
        let read = Reading::of(["Rechnung RE-2026-0", "0731"]);
        assert_eq!((read.typed(2), read.typed(3), read.typed(4)), (None, None, None));
        let read = Reading::of(["Tel 02131/20", "2674"]);
        assert_eq!(read.typed(3), Some(Typed::Phone));
    }
}
