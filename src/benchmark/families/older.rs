//! Paid before the document was made.

use crate::benchmark::plan::Evidence;
use crate::benchmark::wording::{INVOICE, SILENT, fill, words};
use crate::benchmark::world::World;
use crate::model::ItemKind;

/// The whole number and the exact amount: applied.
pub(super) fn named(w: &mut World) {
    let c = w.customer();
    let amount = w.odd_amount();
    let item = w.document(c, amount, -7, ItemKind::Invoice);
    let mut p = w.payment("older_named", c, amount);
    let language = w.language(c);
    let n = w.items[item].number.full();
    let text = fill(words(&mut w.r, language, &INVOICE), &[("n", &n)]);
    w.say(&mut p, text);
    let truth = w.in_full(c, &[item]);
    w.automatic(p, Evidence::Number, truth);
}

/// The amount alone: a question.
pub(super) fn weak(w: &mut World) {
    let c = w.fresh();
    let amount = w.odd_amount();
    let item = w.document(c, amount, -7, ItemKind::Invoice);
    let mut p = w.payment("older_silent", c, amount);
    let language = w.language(c);
    let text = words(&mut w.r, language, &SILENT).to_owned();
    w.say(&mut p, text);
    let truth = w.in_full(c, &[item]);
    w.review(p, truth, Vec::new());
}
