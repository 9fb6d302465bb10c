//! Part payments.

use crate::benchmark::plan::{Answer, Doc, Evidence};
use crate::benchmark::wording::{Wordings, fill, words};
use crate::benchmark::world::World;

static PART: Wordings = [
    &["Teilzahlung {n}", "1. Rate {n}", "{n} Abschlag 1", "{n} Teilbetrag", "Anteilig {n} Rate 2"],
    &["part payment {n}", "{n} instalment 1", "{n} partial payment"],
    &["deelbetaling {n}", "{n} 1e termijn"],
    &["acompte {n}", "{n} paiement partiel"],
    &["acconto {n}", "{n} prima rata"],
    &["pago parcial {n}", "{n} primer plazo"],
    &["czesciowa zaplata {n}", "{n} rata 1"],
    &["delbetalning {n}"],
    &["osamaksu {n}"],
];
static LAST: Wordings = [
    &["letzte Rate {n}", "Restzahlung {n}", "{n} Schlussrate"],
    &["final instalment {n}", "{n} balance"],
    &["laatste termijn {n}", "restbetaling {n}"],
    &["solde {n}"],
    &["saldo {n} ultima rata"],
    &["ultimo plazo {n}"],
    &["ostatnia rata {n}"],
    &["slutbetalning {n}"],
    &["loppumaksu {n}"],
];

/// Announced, the document named.
pub(super) fn announced(w: &mut World) {
    let c = w.customer();
    let amount = w.odd_amount();
    let item = w.invoice_of(c, amount);
    let paid = if w.r.chance(60) {
        (amount / w.r.between(2, 4) / 1000).max(1) * 1000
    } else {
        w.r.between(500, amount * 3 / 4)
    };
    let mut p = w.payment("partial_announced", c, paid.min(amount - 1_000).max(400));
    let language = w.language(c);
    let n = w.items[item].number.full();
    let text = fill(words(&mut w.r, language, &PART), &[("n", &n)]);
    w.say(&mut p, text);
    let doc = Doc { item, applied: p.amount, ..Doc::default() };
    let truth = Answer { customer: Some(c), docs: vec![doc], on_account: 0 };
    w.automatic(p, Evidence::NumberWithDifference, truth);
}

/// The rest of a document that was paid in part before.
pub(super) fn last_rate(w: &mut World) {
    let c = w.customer();
    let amount = w.odd_amount();
    let item = w.invoice_of(c, amount);
    let rest = w.r.between(300, amount / 2);
    w.items[item].record.open_amount = rest;
    w.items[item].record.discounts = Box::default();
    let mut p = w.payment("partial_last", c, rest);
    let language = w.language(c);
    let n = w.items[item].number.full();
    let text = fill(words(&mut w.r, language, &LAST), &[("n", &n)]);
    w.say(&mut p, text);
    let truth = w.in_full(c, &[item]);
    w.automatic(p, Evidence::Number, truth);
}

/// Announced, and no document named.
pub(super) fn announced_without_number(w: &mut World) {
    let c = w.customer();
    let amount = w.odd_amount();
    let item = w.invoice_of(c, amount);
    let mut p = w.payment("partial_unnamed", c, (amount / 3).max(300));
    let language = w.language(c);
    let text = fill(words(&mut w.r, language, &PART), &[("n", "")]).trim().to_owned();
    w.say(&mut p, text);
    let doc = Doc { item, applied: p.amount, ..Doc::default() };
    let truth = Answer { customer: Some(c), docs: vec![doc], on_account: 0 };
    w.review(p, truth, Vec::new());
}
