//! Types and labels of tokens: dates, amounts, IBANs, percentages, and what label words announce.

use super::labels::{LABELS, Label, Wording};
use super::tokens::{Glue, Tokens};
use crate::base::is_valid_iban;
use crate::names::fold_text;
use chrono::NaiveDate;
use smallvec::SmallVec;
use std::borrow::Cow;

/// What a token is part of, beside a possible document number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
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
    /// The payer's or the bank's own id.
    OwnId,
    /// The customer's number.
    Customer,
    /// A structured reference whose check digits are wrong.
    BadReference,
}

/// Types and labels per token, and the wording of the text.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    /// Type of each token.
    pub typed: Vec<Option<Typed>>,
    /// Label that applies to each token.
    pub label: Vec<Option<Label>>,
    /// What the payer says, each once, in order.
    pub wording: Vec<Wording>,
    /// Percentages written, in hundredths of a percent.
    pub percents: Vec<u32>,
    /// Amounts written, in hundredths.
    pub amounts: Vec<i64>,
    /// A pro forma invoice is named.
    pub proforma: bool,
    /// The token at which the name begins on whose behalf is paid.
    pub on_behalf: Option<usize>,
}

/// Reads the marks of a text.
pub fn read_marks(tokens: &Tokens) -> Marks {
    let n = tokens.list.len();
    let mut marks = Marks { typed: vec![None; n], label: vec![None; n], ..Marks::default() };
    mark_ibans(tokens, &mut marks);
    mark_dates(tokens, &mut marks);
    mark_amounts(tokens, &mut marks);
    mark_labels(tokens, &mut marks);
    mark_counts(tokens, &mut marks);
    marks
}

/// Quantities (`731 Stk`) and house numbers (`Musterstr. 731`) are no documents.
fn mark_counts(tokens: &Tokens, marks: &mut Marks) {
    for k in (0..tokens.list.len()).filter(|k| tokens.is_digits(*k)) {
        let word =
            |k: usize, near: bool| (near && !tokens.is_digits(k)).then(|| tokens.word(k)).filter(|w| !w.is_empty());
        let unit = word(k + 1, tokens.glue(k + 1) == Glue::Blank || tokens.glue(k + 1) == Glue::None)
            .is_some_and(|w| LABELS.units.iter().any(|u| u == w));
        let street = k.checked_sub(1).and_then(|b| word(b, tokens.glue(k) == Glue::Blank)).is_some_and(|w| {
            tokens.word(k).len() <= 4 && LABELS.streets.iter().any(|s| w.len() > s.len() + 2 && w.ends_with(s.as_str()))
        });
        if unit || street {
            set(marks, k, k, Typed::OwnId);
        }
    }
}

/// The word folded as names and labels are.
fn folded(word: &str) -> Cow<'_, str> {
    let pair = word.as_bytes().windows(2).any(|w| matches!(w, [b'A' | b'O' | b'U', b'E'] | [b'A', b'A']));
    if pair { Cow::Owned(fold_text(word)) } else { Cow::Borrowed(word) }
}

fn set(marks: &mut Marks, first: usize, last: usize, typed: Typed) {
    for slot in marks.typed.iter_mut().take(last + 1).skip(first) {
        slot.get_or_insert(typed);
    }
}

fn mark_ibans(tokens: &Tokens, marks: &mut Marks) {
    let mut i = 0;
    while i < tokens.list.len() {
        let starts = !tokens.is_digits(i)
            && tokens.word(i).len() == 2
            && tokens.is_digits(i + 1)
            && tokens.glue(i + 1) == Glue::None;
        let head = starts && tokens.glue(i) != Glue::None && tokens.word(i + 1).len() >= 2;
        let mut next = i + 1;
        if head {
            let mut compact = tokens.word(i).to_owned();
            let mut j = i + 1;
            while j < tokens.list.len() && compact.len() < 34 {
                let before = tokens.before(j);
                if j > i + 1 && !(before.is_empty() || before == " " || before == "\n") {
                    break;
                }
                compact.push_str(tokens.word(j));
                if compact.len() >= 15 && is_valid_iban(&compact) {
                    set(marks, i, j, Typed::Account);
                    next = j + 1;
                    break;
                }
                j += 1;
            }
            // Two letters and many digits in one go are an account even when its check digits were damaged.
            if next == i + 1 && tokens.word(i + 1).len() >= 16 {
                set(marks, i, i + 1, Typed::Account);
            }
        }
        i = next;
    }
}

fn number(word: &str) -> Option<u32> {
    if word.len() <= 8 { word.parse().ok() } else { None }
}

fn is_date(y: u32, m: u32, d: u32) -> bool {
    let y = if y < 100 { 2000 + y } else { y };
    i32::try_from(y).is_ok_and(|y| (1990..=2079).contains(&y) && NaiveDate::from_ymd_opt(y, m, d).is_some())
}

fn mark_dates(tokens: &Tokens, marks: &mut Marks) {
    for i in 0..tokens.list.len() {
        if !tokens.is_digits(i) {
            continue;
        }
        let word = tokens.word(i);
        let (a, b, c) = (number(word), digits_at(tokens, i + 1), digits_at(tokens, i + 2));
        let sep = |k: usize| tokens.before(k);
        let dated = |s: &str| matches!(s, "." | "-" | "/" | ". ");
        if let (Some(a), Some(b), Some(c)) = (a, b, c) {
            let seps = (sep(i + 1), sep(i + 2));
            let same = dated(seps.0) && seps.0.trim_end() == seps.1.trim_end();
            // A number glued to letters or to more digits before it is no day.
            let free =
                i == 0 || !(tokens.glue(i) == Glue::None || tokens.glue(i) == Glue::Joined && tokens.is_digits(i - 1));
            let lens = (word.len(), tokens.word(i + 1).len(), tokens.word(i + 2).len());
            let day_first = lens.0 <= 2 && lens.1 <= 2 && (lens.2 == 4 || lens.2 == 2 && seps.0.starts_with('.'));
            let ok = day_first && (is_date(c, b, a) || is_date(c, a, b))
                || lens.0 == 4 && lens.1 <= 2 && lens.2 <= 2 && is_date(a, b, c);
            let open_end = tokens.glue(i + 3) != Glue::None
                && !(tokens.is_digits(i + 3) && tokens.glue(i + 3) == Glue::Joined && sep(i + 3) == seps.0);
            if same && free && ok && open_end {
                set(marks, i, i + 2, Typed::Date);
                continue;
            }
        }
        if word.len() == 8 && (tokens.glue(i) != Glue::None) {
            let part = |r: std::ops::Range<usize>| word.get(r).and_then(number).unwrap_or(0);
            if is_date(part(0..4), part(4..6), part(6..8)) || is_date(part(4..8), part(2..4), part(0..2)) {
                set(marks, i, i, Typed::Date);
            }
        }
        // Day and month with a final point, as in "17.04.".
        if let (Some(a), Some(b)) = (a, b) {
            let after = tokens.after(i + 1);
            // One digit behind a point is no amount either: "17.4", but not "17.4 %" or "17.4-12".
            let bare = tokens.word(i + 1).len() == 1
                && matches!(tokens.glue(i), Glue::Blank | Glue::Break | Glue::Apart)
                && (after.is_empty() && i + 2 == tokens.list.len() || after.starts_with([' ', ',', ';', '\n']))
                && !after.trim_start().starts_with('%');
            let shape = word.len() <= 2
                && sep(i + 1) == "."
                && (tokens.word(i + 1).len() == 2 && after.starts_with('.') || bare);
            if shape && is_date(2024, b, a) && marks.typed.get(i).copied().flatten().is_none() {
                set(marks, i, i + 1, Typed::Date);
            }
        }
    }
}

fn digits_at(tokens: &Tokens, i: usize) -> Option<u32> {
    if tokens.is_digits(i) { number(tokens.word(i)) } else { None }
}

fn is_currency(word: &str) -> bool {
    matches!(
        word,
        "EUR" | "USD" | "GBP" | "CHF" | "PLN" | "CZK" | "SEK" | "NOK" | "DKK" | "HUF" | "EURO" | "RON" | "JPY"
    )
}

fn mark_amounts(tokens: &Tokens, marks: &mut Marks) {
    let n = tokens.list.len();
    let mut i = 0;
    while i < n {
        if !tokens.is_digits(i) || marks.typed.get(i).copied().flatten().is_some() {
            i += 1;
            continue;
        }
        // Groups of three, then a decimal part of two (one for percentages).
        let mut j = i;
        let mut digits: SmallVec<[u8; 32]> = SmallVec::from_slice(tokens.word(i).as_bytes());
        if tokens.word(i).len() <= 3 {
            while tokens.is_digits(j + 1)
                && tokens.word(j + 1).len() == 3
                && matches!(tokens.before(j + 1), "." | "," | "'")
            {
                digits.extend_from_slice(tokens.word(j + 1).as_bytes());
                j += 1;
            }
        }
        let decimal =
            tokens.is_digits(j + 1) && matches!(tokens.before(j + 1), "," | ".") && tokens.word(j + 1).len() <= 2;
        let mut last = j;
        let mut decimals = 0usize;
        if decimal && tokens.glue(j + 2) != Glue::None {
            digits.extend_from_slice(tokens.word(j + 1).as_bytes());
            decimals = tokens.word(j + 1).len();
            last = j + 1;
        }
        let after = tokens.after(last);
        let percent = after.trim_start().starts_with('%') || matches!(tokens.word(last + 1), "PROZENT" | "PCT" | "VH");
        let money_near =
            is_currency(tokens.word(last + 1)) && after.len() <= 1 && !announces(tokens, last + 1, decimals)
                || i > 0 && is_currency(tokens.word(i - 1)) && tokens.before(i).len() <= 1;
        let value: Option<i64> =
            (digits.len() <= 15).then(|| digits.iter().fold(0, |value, b| value * 10 + i64::from(b - b'0')));
        if percent && digits.len() <= 4 {
            set(marks, i, last, Typed::Percent);
            let scale = match decimals {
                0 => 100,
                1 => 10,
                _ => 1,
            };
            marks.percents.extend(value.and_then(|v| u32::try_from(v * scale).ok()));
        } else if decimals == 2 && (before_is_comma(tokens, last) || money_near || tokens.before(last) == ".")
            || money_near && digits.len() <= 9
        {
            // "12.05" may be a day: only with a currency beside it, or when it is none.
            let day = before_is_point(tokens, last) && last == i + 1 && !money_near && {
                let (a, b) = (digits_at(tokens, i).unwrap_or(99), digits_at(tokens, last).unwrap_or(99));
                is_date(2024, b, a)
            };
            // "2026-78204,20", "INV047427,23/070638": the number of a document and the next one of a list, not an amount.
            let goes_on = (i > 0
                && tokens.is_digits(i - 1)
                && matches!(tokens.before(i), "-" | "/" | "_")
                && !behind_its_number(tokens, i, last)
                || behind_a_point(tokens, marks, i)
                || tokens.word(i).len() > 1 && tokens.word(i).starts_with('0')
                || number_goes_on(tokens, last)
                || in_tight_list(tokens, i))
                && !money_near;
            if !day && !goes_on {
                set(marks, i, last, Typed::Amount);
                let scale = match decimals {
                    0 => 100,
                    1 => 10,
                    _ => 1,
                };
                marks.amounts.extend(value.and_then(|v| v.checked_mul(scale)));
            }
        }
        i = last + 1;
    }
}

/// Whether an amount stands behind its document and a stroke: `RE-2026-00802/119,00`. Not where it may be the next number of a list,
/// and a third one that the bank cut: `2026-78204,20`, `802/745,20`.
fn behind_its_number(tokens: &Tokens, first: usize, last: usize) -> bool {
    let round = tokens.word(last) == "00";
    let ends = last + 1 == tokens.list.len() && tokens.after(last).is_empty();
    tokens.before(first) == "/"
        && tokens.before(last) == ","
        && tokens.word(last).len() == 2
        && tokens.word(first).len() <= 3
        && !tokens.word(first).starts_with('0')
        && (round || !ends)
}

/// Whether a point parts a run from digits before it that are no date, and it is no group of three: the end of `2026.06.61046`.
fn behind_a_point(tokens: &Tokens, marks: &Marks, i: usize) -> bool {
    let Some(before) = i.checked_sub(1) else { return false };
    let joined = tokens.is_digits(before) && tokens.before(i) == "." && tokens.word(i).len() != 3;
    joined && marks.typed.get(before).copied().flatten().is_none()
}

/// Whether a number stands in a list without blanks and is long: `1048556,1068070,24`, where the bank cut the last number short.
fn in_tight_list(tokens: &Tokens, i: usize) -> bool {
    i > 0 && tokens.is_digits(i - 1) && tokens.before(i) == "," && tokens.word(i).len() >= 6
}

/// Whether more digits are joined to a run, four or more with its own, which are no amount themselves: `23/070638`, `12-25-55439`.
fn number_goes_on(tokens: &Tokens, run: usize) -> bool {
    let mut digits = tokens.word(run).len();
    let mut last = run;
    while tokens.is_digits(last + 1) && matches!(tokens.before(last + 1), "-" | "/" | "_" | ".") {
        last += 1;
        digits += tokens.word(last).len();
    }
    // `119,00-238,00`; but not in `1058064,24/075387,24/057806`, nor behind another point, as in `2026.06.61046,20`.
    let an_amount = tokens.is_digits(last + 1)
        && tokens.before(run + 1) != "."
        && tokens.word(last + 1).len() == 2
        && matches!(tokens.before(last + 1), "," | ".")
        && !tokens.word(last).starts_with('0')
        && !(tokens.is_digits(last + 2) && matches!(tokens.before(last + 2), "-" | "/" | "_"))
        && last == run + 1;
    // Where the bank cut the next number short, the length of this one tells.
    let long = run.checked_sub(1).is_some_and(|whole| tokens.word(whole).len() >= 6);
    last > run && (digits > 4 || long) && !an_amount
}

/// Whether the currency stands in front of an amount of its own: `2026/041705 EUR 2048,67`. Then what stands before it has none.
fn announces(tokens: &Tokens, currency: usize, decimals: usize) -> bool {
    let mut last = currency + 1;
    while tokens.is_digits(last + 1)
        && tokens.word(last + 1).len() == 3
        && matches!(tokens.before(last + 1), "." | "," | "'")
    {
        last += 1;
    }
    decimals == 0
        && tokens.is_digits(currency + 1)
        && tokens.before(currency + 1).len() <= 1
        && tokens.is_digits(last + 1)
        && tokens.word(last + 1).len() == 2
        && matches!(tokens.before(last + 1), "," | ".")
}

fn before_is_comma(tokens: &Tokens, i: usize) -> bool {
    tokens.before(i) == ","
}

fn before_is_point(tokens: &Tokens, i: usize) -> bool {
    tokens.before(i) == "."
}

fn mark_labels(tokens: &Tokens, marks: &mut Marks) {
    let n = tokens.list.len();
    let mut i = 0;
    while i < n {
        if tokens.is_digits(i) || marks.typed.get(i).copied().flatten() == Some(Typed::Account) {
            i += 1;
            continue;
        }
        let first = folded(tokens.word(i));
        if !LABELS.labels.begins(&first) && !LABELS.wording.begins(&first) {
            i += 1;
            continue;
        }
        // Phrases may run over blanks and points, not over other signs. Words are cut anew for each try; texts are short.
        let words: SmallVec<[Cow<'_, str>; 3]> = (i + 1..n)
            .take(3)
            .take_while(|k| tokens.glue(*k) != Glue::Apart && !tokens.is_digits(*k))
            .map(|k| folded(tokens.word(k)))
            .collect();
        let word = |k: usize| words.get(k).map(|w| &**w);
        let mut phrase = 1;
        if let Some((wording, len)) = LABELS.wording.longest(&first, word) {
            phrase = len;
            if wording == Wording::OnBehalf {
                marks.on_behalf.get_or_insert(i + len);
            }
            if !marks.wording.contains(&wording) {
                marks.wording.push(wording);
            }
        }
        let Some((label, len)) = LABELS.labels.longest(&first, word) else {
            // "A cuenta" is a part payment, and no account.
            i += phrase;
            continue;
        };
        let after = i + len;
        // "RE-745 až RE-747": the word between two whole numbers is "to", whatever else it stands for.
        let between = i > 0
            && tokens.is_digits(i - 1)
            && LABELS.words.range.contains(&*first)
            && !tokens.is_digits(after)
            && tokens.word(after).len() <= 4
            && tokens.is_digits(after + 1)
            && matches!(tokens.glue(after + 1), Glue::None | Glue::Joined);
        if between {
            i = after;
            continue;
        }
        match label {
            Label::Proforma => {
                if tokens.is_digits(after) || len > 1 || first.len() > 2 {
                    marks.proforma = true;
                    mark_run(tokens, marks, after, label, 1);
                }
            }
            // "RE, 731" and "RE 731, 745 + 12": the label holds for all numbers up to the next word.
            Label::Document | Label::CreditNote | Label::Order => mark_run(tokens, marks, after, label, usize::MAX),
            Label::Customer => mark_typed(tokens, marks, after, Typed::Customer, 1),
            Label::OwnId => mark_typed(tokens, marks, after, Typed::OwnId, 1),
            Label::Phone => mark_typed(tokens, marks, after, Typed::Phone, 6),
            Label::Tax => mark_typed(tokens, marks, after, Typed::Tax, 4),
            Label::BankAccount => mark_typed(tokens, marks, after, Typed::Account, 1),
            Label::RangeWord => {}
        }
        i = after;
    }
}

/// "Nr", "No", "Nummer" between label and number.
fn is_number_word(word: &str) -> bool {
    LABELS.words.number.contains(word)
}

fn mark_run(tokens: &Tokens, marks: &mut Marks, from: usize, label: Label, most: usize) {
    let mut seen = 0;
    for k in from..tokens.list.len() {
        if tokens.is_digits(k) {
            if let Some(slot) = marks.label.get_mut(k) {
                slot.get_or_insert(label);
            }
            seen += 1;
            if seen >= most {
                break;
            }
        } else {
            // Letters that are part of a number ("RE2026R12", "INV-A-12") or a joining word go on; another word ends the run.
            let word = tokens.word(k);
            let part = word.len() <= 4
                && (tokens.glue(k) == Glue::None
                    || tokens.glue(k) == Glue::Joined
                    || tokens.is_digits(k + 1) && matches!(tokens.glue(k + 1), Glue::None | Glue::Joined));
            if !(is_number_word(&folded(word)) || part) {
                break;
            }
        }
    }
}

fn mark_typed(tokens: &Tokens, marks: &mut Marks, from: usize, typed: Typed, groups: usize) {
    let mut k = from;
    while k < tokens.list.len() && !tokens.is_digits(k) && is_number_word(tokens.word(k)) {
        k += 1;
    }
    let mut seen = 0;
    let mut any = false;
    while k < tokens.list.len() {
        let joined = any && matches!(tokens.glue(k), Glue::None | Glue::Joined);
        let digits = tokens.is_digits(k);
        let leading = !digits
            && tokens.is_digits(k + 1)
            && matches!(tokens.glue(k + 1), Glue::None | Glue::Joined)
            && seen < groups
            && !any;
        if joined && (digits || tokens.word(k).len() <= 6) {
            set(marks, k, k, typed);
        } else if (digits || leading) && seen < groups && tokens.before(k).len() <= 4 {
            set(marks, k, k, typed);
            seen += 1;
            any = true;
        } else {
            break;
        }
        k += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::Reading;
    use super::*;

    fn typed(text: &str) -> Vec<(String, Option<Typed>, Option<Label>)> {
        let r = Reading::of([text]);
        (0..r.tokens.list.len())
            .filter(|i| r.tokens.is_digits(*i))
            .map(|i| (r.tokens.word(i).to_owned(), r.typed(i), r.label(i)))
            .collect()
    }

    #[test]
    fn numbers_are_told_from_dates_amounts_and_accounts() {
        let of = |t: &str| typed(t).into_iter().map(|x| x.1).collect::<Vec<_>>();
        assert_eq!(of("Rechnung vom 17.04.2026"), [Some(Typed::Date); 3]);
        assert_eq!(of("20260417"), [Some(Typed::Date)]);
        assert_eq!(of("17042026"), [Some(Typed::Date)]);
        assert_eq!(of("RE 731 vom 17.04."), [None, Some(Typed::Date), Some(Typed::Date)]);
        assert_eq!(of("731 ./. 2 % SK 23,80"), [None, Some(Typed::Percent), Some(Typed::Amount), Some(Typed::Amount)]);
        assert_eq!(of("1.190,00 EUR"), [Some(Typed::Amount); 3]);
        assert_eq!(of("EUR 1190"), [Some(Typed::Amount)]);
        assert_eq!(of("2026/041705 EUR 2048,67"), [None, None, Some(Typed::Amount), Some(Typed::Amount)]);
        assert_eq!(of("731 EUR 1.190,00"), [None, Some(Typed::Amount), Some(Typed::Amount), Some(Typed::Amount)]);
        assert_eq!(of("119 EUR 731"), [Some(Typed::Amount); 2]);
        assert_eq!(of("INV047427,23/070638"), [None; 3]);
        assert_eq!(of("1047427,12-25-55439"), [None; 4]);
        assert_eq!(of("1058064,24/075387,24/057806"), [None; 5]);
        assert_eq!(of("1050264,37-26"), [None; 3]);
        assert_eq!(of("1048556,1068070,24"), [None; 3]);
        assert_eq!(of("731, 1068070,24")[1..], [Some(Typed::Amount); 2]);
        assert_eq!(of("37.26.67534 Betrag 2683,33")[..3], [None; 3]);
        assert_eq!(of("2026.06.61046,20"), [None; 4]);
        assert_eq!(of("802/119,00")[1..], [Some(Typed::Amount); 2]);
        assert_eq!(of("RE 802/745,20"), [None; 3]);
        assert_eq!(of("06.61046,20"), [None; 3]);
        assert_eq!(of("17.04.2026 1.190,00 61046.20")[3..], [Some(Typed::Amount); 5]);
        assert_eq!(of("731 119,00-238,00")[..3], [None, Some(Typed::Amount), Some(Typed::Amount)]);
        assert_eq!(of("DE15370400442026041700 x"), [Some(Typed::Account)]);
        assert_eq!(of("von DE89 3704 0044 0532 0130 00"), [Some(Typed::Account); 6]);
        assert_eq!(of("RE 731 Rueckfragen Tel 02131/202674"), [None, Some(Typed::Phone), Some(Typed::Phone)]);
        assert_eq!(of("StNr 125/5731/0745"), [Some(Typed::Tax); 3]);
        assert_eq!(of("KD 4711 Danke"), [Some(Typed::Customer)]);
        assert_eq!(of("Unsere Nr 5100731"), [Some(Typed::OwnId)]);
        assert_eq!(of("EREF+2026000745 SVWZ+RE-2026-00731"), [Some(Typed::OwnId), None, None]);
        assert_eq!(of("RE-2026-00731"), [None, None]);
        assert_eq!(of("Rechnungen 26-0731"), [None, None]);
    }

    #[test]
    fn a_document_label_holds_for_the_whole_list() {
        let labels: Vec<_> = typed("Rg.-Nr. 731, 745 und 746 Danke 12").into_iter().map(|x| x.2).collect();
        assert_eq!(labels, [Some(Label::Document), Some(Label::Document), Some(Label::Document), None]);
        let labels: Vec<_> = typed("RE 731 - GS 12").into_iter().map(|x| x.2).collect();
        assert_eq!(labels, [Some(Label::Document), Some(Label::CreditNote)]);
    }

    #[test]
    fn the_payers_wording_is_noticed() {
        assert!(Reading::of(["1. Rate RE 731"]).says(Wording::Partial));
        assert!(Reading::of(["abzgl. 2% Skonto"]).says(Wording::Discount));
        assert_eq!(Reading::of(["abzgl. 2,5 % Skonto"]).marks.percents, [250]);
        assert!(Reading::of(["Vorkasse Auftrag 998877"]).says(Wording::Prepayment));
        assert!(Reading::of(["incl. Mahngeb. 5,00"]).says(Wording::ReminderFee));
    }

    #[test]
    fn a_wrong_check_digit_is_seen() {
        let r = Reading::of(["RF74INV2026000731"]);
        assert_eq!(r.typed(0), Some(Typed::BadReference));
        assert_eq!(Reading::of(["RF98INV2026000123"]).typed(0), None);
    }
}
