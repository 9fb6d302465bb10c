//! The order is named instead of the document.

use crate::benchmark::plan::Evidence;
use crate::benchmark::wording::{Wordings, fill, words};
use crate::benchmark::world::World;

static ORDER: Wordings = [
    &["Bestellung {n}", "Auftrag {n}", "AB {n}", "Best.-Nr. {n}"],
    &["order {n}", "PO {n}", "our order no {n}"],
    &["bestelling {n}", "order {n}"],
    &["commande {n}", "cde {n}"],
    &["ordine {n}", "ns. ordine {n}"],
    &["pedido {n}"],
    &["zamowienie {n}"],
    &["order {n}", "best.nr {n}"],
    &["tilaus {n}"],
];

/// One document for the order.
pub(super) fn order_number(w: &mut World) {
    let c = w.customer();
    let item = w.invoice(c);
    let order = w.r.digits(8);
    w.items[item].record.refs = Box::new([order.clone().into()]);
    let mut p = w.payment("order_number", c, w.open(item));
    let language = w.language(c);
    let text = fill(words(&mut w.r, language, &ORDER), &[("n", &order)]);
    w.say(&mut p, text);
    let truth = w.in_full(c, &[item]);
    w.automatic(p, Evidence::Number, truth);
}

/// Two part documents of one order and one amount.
pub(super) fn two_parts(w: &mut World) {
    let c = w.fresh();
    let amount = w.amount();
    let order = w.r.digits(8);
    let items = [w.invoice_of(c, amount), w.invoice_of(c, amount)];
    for item in items {
        w.items[item].record.refs = Box::new([order.clone().into()]);
    }
    let mut p = w.payment("order_two_parts", c, amount);
    let language = w.language(c);
    let text = fill(words(&mut w.r, language, &ORDER), &[("n", &order)]);
    w.say(&mut p, text);
    let answers: Vec<_> = items.iter().map(|i| w.in_full(c, &[*i])).collect();
    let truth = w.on_account(c, amount);
    w.review(p, truth, answers);
}
