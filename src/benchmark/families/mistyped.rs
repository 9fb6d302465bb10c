//! A number with one slip: two digits swapped, one digit wrong, O for 0.

use crate::benchmark::plan::Evidence;
use crate::benchmark::wording::{INVOICE, fill, words};
use crate::benchmark::world::World;

/// Payer and exact amount decide alone; the auditor asks whether the number as written exists.
pub(super) fn mistyped(w: &mut World) {
    let c = w.customer();
    let amount = w.odd_amount();
    let item = w.invoice_of(c, amount);
    let full = w.items[item].number.full();
    let mut chars: Vec<char> = full.chars().collect();
    let digits: Vec<usize> = (0..chars.len()).filter(|i| chars[*i].is_ascii_digit()).collect();
    let last = digits.len() - 1;
    let scenario = match w.r.below(3) {
        0 if chars[digits[last]] != chars[digits[last - 1]] => {
            chars.swap(digits[last], digits[last - 1]);
            "mistyped_swap"
        }
        1 if chars[digits[last - 1]] == '0' => {
            chars[digits[last - 1]] = 'O';
            "mistyped_letter"
        }
        _ => {
            let at = digits[last - w.r.below(2)];
            let digit = chars[at].to_digit(10).unwrap_or(0);
            chars[at] = char::from_digit((digit + 1 + w.r.below(8) as u32) % 10, 10).unwrap_or('0');
            "mistyped_digit"
        }
    };
    let written: String = chars.into_iter().collect();
    let mut p = w.payment(scenario, c, amount);
    let language = w.language(c);
    let text = fill(words(&mut w.r, language, &INVOICE), &[("n", &written)]);
    p.text = vec![text];
    let truth = w.in_full(c, &[item]);
    // A slip in a check digit or a suffix leaves the running number whole.
    let whole = written.contains(&w.items[item].number.running()) && scenario == "mistyped_letter";
    p.slip = Some(written);
    w.automatic(p, if whole { Evidence::Weak } else { Evidence::Amount }, truth);
}
