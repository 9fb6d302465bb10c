//! Digits in the text that are the number of another customer's document, and mean something else.

use crate::benchmark::plan::{Answer, Evidence};
use crate::benchmark::wording::{INVOICE, SILENT, fill, words};
use crate::benchmark::world::World;

/// Another customer's open document with digits of our choice as its number.
fn decoy(w: &mut World, number: &str, amount: i64) {
    let other = w.customer();
    let item = w.invoice_of(other, amount);
    w.items[item].record.doc_no = number.into();
}

/// A date in the text is another document's number.
pub(super) fn date(w: &mut World) {
    let c = w.customer();
    let item = w.invoice(c);
    let amount = w.open(item);
    let mut p = w.payment("trap_date", c, amount);
    let date = w.items[item].record.doc_date.unwrap_or_default();
    let compact = date.format("%Y%m%d").to_string();
    let of_decoy = if w.r.chance(30) { amount } else { amount + 777 };
    decoy(w, &compact, of_decoy);
    let language = w.language(c);
    let n = w.items[item].number.full();
    let written = [compact, date.format("%d%m%Y").to_string(), date.format("%Y-%m-%d").to_string()];
    let written = &written[w.r.below(3)];
    let text = format!("{} {written}", fill(words(&mut w.r, language, &INVOICE), &[("n", &n)]));
    w.say(&mut p, text);
    let truth = w.in_full(c, &[item]);
    w.automatic(p, Evidence::Number, truth);
}

/// An account number in the text holds another document's number; nothing else is named.
pub(super) fn account_in_text(w: &mut World) {
    let c = w.fresh();
    let country = w.customers[c].country;
    let iban = country.iban(&mut w.r);
    let amount = w.amount();
    let digits: String = iban.chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect();
    decoy(w, &digits, amount);
    let mut p = w.payment("trap_account", c, amount);
    let language = w.language(c);
    let text = format!("{} {iban}", words(&mut w.r, language, &SILENT)).trim().to_owned();
    w.say(&mut p, text);
    w.review(p, Answer { customer: Some(c), on_account: amount, ..Answer::default() }, Vec::new());
}

/// A telephone number behind the right number.
pub(super) fn phone(w: &mut World) {
    let c = w.customer();
    let item = w.invoice(c);
    let amount = w.open(item);
    let number = w.r.digits(6);
    decoy(w, &number, amount);
    let mut p = w.payment("trap_phone", c, amount);
    let language = w.language(c);
    let n = w.items[item].number.full();
    let area = w.r.digits(4);
    let word = w.r.pick(&["Tel.", "Tel", "phone", "Fax", "Rueckfragen Tel."]);
    let text = format!("{} {word} 0{area}/{number}", fill(words(&mut w.r, language, &INVOICE), &[("n", &n)]));
    w.say(&mut p, text);
    let truth = w.in_full(c, &[item]);
    w.automatic(p, Evidence::Number, truth);
}

/// The payer's own id is another document's number.
pub(super) fn own_id(w: &mut World) {
    let c = w.customer();
    let item = w.invoice(c);
    let amount = w.open(item);
    let id = w.r.digits(8);
    decoy(w, &id, amount);
    let mut p = w.payment("trap_own_id", c, amount);
    p.end_to_end = Some(id);
    let language = w.language(c);
    let n = w.items[item].number.full();
    let text = fill(words(&mut w.r, language, &INVOICE), &[("n", &n)]);
    w.say(&mut p, text);
    let truth = w.in_full(c, &[item]);
    w.automatic(p, Evidence::Number, truth);
}
