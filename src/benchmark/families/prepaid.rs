//! Money before the document, and round sums.

use crate::benchmark::wording::{SILENT, Wordings, fill, words};
use crate::benchmark::world::World;

static BEFORE: Wordings = [
    &["Vorkasse Auftrag {n}", "Anzahlung 30% AB {n}", "Vorauszahlung {n}"],
    &["prepayment order {n}", "deposit for order {n}", "proforma {n}"],
    &["vooruitbetaling order {n}", "aanbetaling {n}"],
    &["acompte a la commande {n}", "proforma {n}"],
    &["anticipo ordine {n}"],
    &["anticipo pedido {n}"],
    &["przedplata zam. {n}"],
    &["forskott order {n}"],
    &["ennakkomaksu tilaus {n}"],
];

/// For an order that has no document yet.
pub(super) fn prepayment(w: &mut World) {
    let c = w.customer();
    let amount = w.amount();
    if w.r.chance(40) {
        // An old document of the same amount is not what is paid.
        w.invoice_of(c, amount);
    }
    let mut p = w.payment("prepayment", c, amount);
    let language = w.language(c);
    let n = w.r.digits(6);
    let text = fill(words(&mut w.r, language, &BEFORE), &[("n", &n)]);
    w.say(&mut p, text);
    let truth = w.on_account(c, amount);
    w.review(p, truth.clone(), vec![truth]);
}

/// A round sum of a customer whose documents it does not fit.
pub(super) fn round_sum(w: &mut World) {
    let c = w.fresh();
    let amount = w.odd_amount() * 10;
    w.invoice_of(c, amount + 17);
    let paid = (amount / 3 / 10_000 + 1) * 10_000;
    let mut p = w.payment("round_sum", c, paid);
    p.name = Some(w.customers[c].record.name.clone());
    let language = w.language(c);
    let text = words(&mut w.r, language, &SILENT).to_owned();
    w.say(&mut p, text);
    let truth = w.on_account(c, paid);
    let proposals = if w.known(c) { vec![truth.clone()] } else { Vec::new() };
    w.review(p, truth, proposals);
}
