//! The document is named, and the amount is a little or much beside it.

use crate::benchmark::plan::{Answer, Doc, Evidence, Planned};
use crate::benchmark::wording::{INVOICE, fill, words};
use crate::benchmark::world::World;

fn named(
    w: &mut World,
    scenario: &'static str,
    difference: impl Fn(&mut World, i64) -> i64,
) -> (usize, usize, i64, Planned) {
    let c = w.customer();
    let amount = w.odd_amount();
    let item = w.invoice_of(c, amount);
    w.items[item].record.discounts = Box::default();
    let difference = difference(w, amount);
    let mut p = w.payment(scenario, c, amount + difference);
    let language = w.language(c);
    let n = w.items[item].number.full();
    let text = fill(words(&mut w.r, language, &INVOICE), &[("n", &n)]);
    w.say(&mut p, text);
    (c, item, difference, p)
}

/// One to five cents short: written off.
pub(super) fn cents_short(w: &mut World) {
    let (c, item, difference, p) = named(w, "cents_short", |w, _| -w.r.between(1, 5));
    let doc = Doc { item, applied: p.amount, writeoff: -difference, ..Doc::default() };
    let truth = Answer { customer: Some(c), docs: vec![doc], on_account: 0 };
    w.automatic(p, Evidence::NumberWithDifference, truth);
}

/// At most 1.00 too much: the rest on account.
pub(super) fn little_over(w: &mut World) {
    let (c, item, difference, p) = named(w, "over_little", |w, _| w.r.between(1, 100));
    let truth = Answer { on_account: difference, ..w.in_full(c, &[item]) };
    w.automatic(p, Evidence::NumberWithDifference, truth);
}

/// Much too much.
pub(super) fn much_over(w: &mut World) {
    let (c, item, difference, p) = named(w, "over_much", |w, amount| w.r.between(1_100, amount.max(1_101)));
    let truth = Answer { on_account: difference, ..w.in_full(c, &[item]) };
    w.review(p, truth.clone(), vec![truth]);
}

/// Too little, without a word.
pub(super) fn short_silent(w: &mut World) {
    let (c, item, _, p) = named(w, "short_silent", |w, amount| -w.r.between(200, (amount / 2).max(201)));
    let doc = Doc { item, applied: p.amount, ..Doc::default() };
    let truth = Answer { customer: Some(c), docs: vec![doc], on_account: 0 };
    w.review(p, truth.clone(), vec![truth]);
}

/// The bank took its fee on the way and says so.
pub(super) fn charges_stated(w: &mut World) {
    let (c, item, difference, mut p) = named(w, "charges_stated", |w, _| -w.r.between(3, 12) * 100);
    p.charges = -difference;
    p.instructed = Some(w.open(item));
    let doc = Doc { item, applied: p.amount, charges: -difference, ..Doc::default() };
    let truth = Answer { customer: Some(c), docs: vec![doc], on_account: 0 };
    w.automatic(p, Evidence::NumberWithDifference, truth);
}
