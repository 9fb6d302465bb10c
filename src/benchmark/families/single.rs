//! One document, named: in full, shortened, cut.

use crate::benchmark::plan::Evidence;
use crate::benchmark::wording::{INVOICE, fill, plain, words};
use crate::benchmark::world::World;

/// The whole number in some writing, exact amount.
pub(super) fn whole_number(w: &mut World) {
    let c = w.customer();
    let item = w.invoice(c);
    let amount = w.open(item);
    let mut p = w.payment("number_whole", c, amount);
    let language = w.language(c);
    let number = w.whole(item);
    let text = fill(words(&mut w.r, language, &INVOICE), &[("n", &number)]);
    let text = w.dressed(c, item, text);
    w.say(&mut p, text);
    let truth = w.in_full(c, &[item]);
    w.automatic(p, Evidence::Number, truth);
}

/// Prefix, zeros or year dropped; payer and amount carry it.
pub(super) fn shortened_number(w: &mut World) {
    let c = w.customer();
    let item = w.invoice(c);
    let amount = w.open(item);
    let mut p = w.payment("number_shortened", c, amount);
    let language = w.language(c);
    let number = w.items[item].number.shortened(&mut w.r);
    let text = fill(words(&mut w.r, language, &INVOICE), &[("n", &number.text)]);
    let text = w.dressed(c, item, text);
    w.say(&mut p, text);
    let truth = w.in_full(c, &[item]);
    w.automatic(p, if number.weak { Evidence::Weak } else { Evidence::Number }, truth);
}

/// The bank cuts the line in the middle of the number, or the whole text after 18 characters.
pub(super) fn cut_number(w: &mut World) {
    let c = w.customer();
    let item = w.invoice(c);
    let amount = w.open(item);
    let mut p = w.payment("number_cut", c, amount);
    let language = w.language(c);
    let number = w.items[item].number.full();
    let filler = fill(words(&mut w.r, language, &INVOICE), &[("n", "")]).trim().to_owned();
    let at = 1 + w.r.below(number.len().saturating_sub(1).max(1));
    let (head, tail) = number.split_at_checked(at).unwrap_or((&number, ""));
    let lead = format!("{filler} {head}").trim().to_owned();
    p.text = [lead, tail.to_owned()].into_iter().filter(|t| !t.is_empty()).collect();
    let truth = w.in_full(c, &[item]);
    w.automatic(p, Evidence::Number, truth);
}

/// The bank passes on 18 or 27 characters, and the number stands at their end: whole, or with its last digits gone. What is left of
/// it then names nothing for certain, so payer and amount must carry it.
pub(super) fn cut_text(w: &mut World) {
    let c = w.customer();
    let item = w.invoice(c);
    let amount = w.open(item);
    let mut p = w.payment("text_cut", c, amount);
    let language = w.language(c);
    let number = w.items[item].number.full();
    let text = plain(&fill(words(&mut w.r, language, &INVOICE), &[("n", &number)])).to_uppercase();
    let width = [18, 27][w.r.below(2)];
    // Letters in front, until the number is at the edge.
    let lost = w.r.below(4);
    let reach = text.rfind(|c: char| c.is_ascii_digit()).map_or(text.len(), |at| at + 1);
    let pad = (width + lost).saturating_sub(reach);
    let filler: String = "ZAHLUNGSAVIS PAYMENT ADVICE ".chars().cycle().take(pad.saturating_sub(1)).collect();
    let whole = if pad > 1 { format!("{filler} {text}") } else { text };
    let cut: String = whole.chars().take(width).collect();
    let names_it = cut.contains(&number.to_uppercase());
    p.text = vec![cut.trim().to_owned()];
    let truth = w.in_full(c, &[item]);
    let running = cut.contains(&w.items[item].number.running());
    let evidence = match (names_it, running) {
        (true, _) => Evidence::Number,
        (false, true) => Evidence::Weak,
        (false, false) => Evidence::Cut,
    };
    w.automatic(p, evidence, truth);
}
