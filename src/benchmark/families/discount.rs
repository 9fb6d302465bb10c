//! Cash discount: in term, late, of another rate, on some of several.

use crate::base::next_working_day;
use crate::benchmark::plan::{Answer, Doc, Evidence};
use crate::benchmark::wording::{INVOICE, INVOICES, Wordings, fill, words};
use crate::benchmark::world::{World, percent_of};
use crate::model::ItemKind;
use chrono::Days;

static SAID: Wordings = [
    &["{n} abzgl. {p}% Skonto", "{n} ./. {p} % Skonto", "{n} Skonto"],
    &["{n} less {p}% discount", "{n} cash discount taken"],
    &["{n} min {p}% korting", "{n} betalingskorting"],
    &["{n} escompte {p}%"],
    &["{n} sconto {p}%"],
    &["{n} dto. pronto pago {p}%"],
    &["{n} skonto {p}%"],
    &["{n} kassarabatt {p}%"],
    &["{n} kassa-alennus {p}%"],
];

/// A document with a discount that ends so many days after the booking day.
fn document(w: &mut World, c: usize, days_left: i64) -> (usize, chrono::NaiveDate) {
    w.customers[c].discount = Some((10, 200));
    let amount = w.amount();
    let day = w.r.below(w.days.len());
    let back = 10 - days_left - i64::try_from(day).unwrap_or(0);
    (w.document(c, amount, back, ItemKind::Invoice), w.days[day])
}

fn taken(w: &World, item: usize, off: i64) -> Doc {
    Doc { item, applied: w.open(item) - off, discount: off, ..Doc::default() }
}

fn say(w: &mut World, p: &mut crate::benchmark::plan::Planned, c: usize, item: usize, percent: &str) {
    let language = w.language(c);
    let n = w.items[item].number.full();
    let table = if w.r.chance(65) { &SAID } else { &INVOICE };
    let text = fill(words(&mut w.r, language, table), &[("n", &n), ("p", percent)]);
    w.say(p, text);
}

/// Taken in term, at the rate agreed.
pub(super) fn in_term(w: &mut World) {
    let c = w.customer();
    let left = w.r.between(0, 5);
    let (item, date) = document(w, c, left);
    let off = percent_of(w.open(item), 200);
    let mut p = w.payment("discount_in_term", c, w.open(item) - off);
    p.date = date;
    say(w, &mut p, c, item, "2");
    let truth = Answer { customer: Some(c), docs: vec![taken(w, item, off)], on_account: 0 };
    w.automatic(p, Evidence::NumberWithDifference, truth);
}

/// Taken after its day.
pub(super) fn late(w: &mut World) {
    let c = w.customer();
    let late = w.r.between(4, 25);
    let (item, date) = document(w, c, -late);
    let off = percent_of(w.open(item), 200);
    let mut p = w.payment("discount_late", c, w.open(item) - off);
    p.date = date;
    let until = w.items[item].record.discounts.first().map(|d| next_working_day(d.until, &[]));
    debug_assert!(until.is_none_or(|u| u < date || u + Days::new(4) < date));
    say(w, &mut p, c, item, "2");
    let cash = Doc { item, applied: p.amount, ..Doc::default() };
    let truth = Answer { customer: Some(c), docs: vec![cash], on_account: 0 };
    let granted = Answer { customer: Some(c), docs: vec![taken(w, item, off)], on_account: 0 };
    w.review(p, truth.clone(), vec![truth, granted]);
}

/// More than was agreed.
pub(super) fn wrong_rate(w: &mut World) {
    let c = w.customer();
    let (item, date) = document(w, c, 3);
    let percent = [300, 400, 500][w.r.below(3)];
    let off = percent_of(w.open(item), percent);
    let mut p = w.payment("discount_wrong_rate", c, w.open(item) - off);
    p.date = date;
    say(w, &mut p, c, item, &format!("{}", percent / 100));
    let cash = Doc { item, applied: p.amount, ..Doc::default() };
    let truth = Answer { customer: Some(c), docs: vec![cash], on_account: 0 };
    let granted = Answer { customer: Some(c), docs: vec![taken(w, item, off)], on_account: 0 };
    w.review(p, truth.clone(), vec![truth, granted]);
}

/// Two documents named, discount on the one that is in term.
pub(super) fn on_list(w: &mut World) {
    let c = w.customer();
    let (item, date) = document(w, c, 2);
    let amount = w.odd_amount();
    let back = w.r.between(40, 80);
    let other = w.document(c, amount, back, ItemKind::Invoice);
    let off = percent_of(w.open(item), 200);
    let mut p = w.payment("discount_on_list", c, w.open(item) - off + amount);
    p.date = date;
    let language = w.language(c);
    let n = format!("{}, {}", w.items[item].number.full(), w.items[other].number.full());
    let text = fill(words(&mut w.r, language, &INVOICES), &[("n", &n)]);
    w.say(&mut p, text);
    let docs = vec![taken(w, item, off), Doc { item: other, applied: amount, ..Doc::default() }];
    let truth = Answer { customer: Some(c), docs, on_account: 0 };
    w.automatic(p, Evidence::NumberWithDifference, truth);
}
