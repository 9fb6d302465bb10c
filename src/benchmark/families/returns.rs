//! Payments and collections that came back.

use crate::benchmark::plan::{Answer, Doc, Evidence, Kind, Label, Planned};
use crate::benchmark::wording::{Wordings, fill, words};
use crate::benchmark::world::World;
use crate::model::ExpectedBy;

static RETURN: Wordings = [
    &["Rücklastschrift {n}", "RETOURE SEPA LASTSCHRIFT {n}", "Rueckgabe {n} mangels Deckung"],
    &["RETURNED DIRECT DEBIT {n}", "unpaid {n}"],
    &["Stornering incasso {n}", "terugboeking {n}"],
    &["REJET PRELEVEMENT {n}", "impaye {n}"],
    &["insoluto {n}"],
    &["devolucion recibo {n}"],
    &["zwrot {n}"],
    &["retur autogiro {n}"],
    &["palautus {n}"],
];
const CODES: &[&str] = &["AC04", "AM04", "MD06", "MS03", "AC01"];

fn returned(w: &mut World, c: usize, item: usize) -> Planned {
    let full = w.items[item].record.amount;
    let fee = if w.r.chance(40) { w.r.between(2, 9) * 50 } else { 0 };
    let mut p = w.payment("return", c, -(full + fee));
    p.kind = Kind::Return;
    p.return_reason = Some(w.r.pick(CODES));
    p.instructed = Some(full);
    p.charges = fee;
    p.label = Label::Reopen;
    p.evidence = Evidence::Fixed;
    let doc = Doc { item, applied: -full, ..Doc::default() };
    p.truth = Answer { customer: Some(c), docs: vec![doc], on_account: 0 };
    p.proposals = vec![p.truth.clone()];
    p
}

/// With our own end-to-end id or the number in the text.
pub(super) fn by_number(w: &mut World) {
    let c = w.customer();
    let amount = w.odd_amount();
    let item = w.closed(c, amount);
    w.items[item].record.expected_by = Some(ExpectedBy::DirectDebit);
    let mut p = returned(w, c, item);
    p.scenario = "return_named";
    let n = w.items[item].number.full();
    let language = w.language(c);
    if w.r.chance(50) {
        p.end_to_end = Some(n);
        let text = fill(words(&mut w.r, language, &RETURN), &[("n", "")]).trim().to_owned();
        w.say(&mut p, text);
    } else {
        let text = fill(words(&mut w.r, language, &RETURN), &[("n", &n)]);
        w.say(&mut p, text);
    }
    w.payments.push(p);
}

/// A collection and its return in the same week: both are done, net nothing.
pub(super) fn in_run(w: &mut World) {
    let c = w.fresh();
    w.know(c);
    let item = w.invoice(c);
    let amount = w.open(item);
    let n = w.items[item].number.full();
    let id = format!("{n}-{}", w.r.digits(3));
    let mut first = w.payment("return_in_run", c, amount);
    first.kind = Kind::Collection;
    first.date = w.days[0];
    first.end_to_end = Some(id.clone());
    w.say(&mut first, n.clone());
    let truth = w.in_full(c, &[item]);
    w.automatic(first, Evidence::Fixed, truth);
    let mut back = w.payment("return_in_run", c, -amount);
    back.kind = Kind::Return;
    back.return_reason = Some(w.r.pick(CODES));
    back.instructed = Some(amount);
    back.end_to_end = Some(id);
    back.date = w.days[2];
    back.label = Label::Reopen;
    w.say(&mut back, n);
    let doc = Doc { item, applied: -amount, ..Doc::default() };
    back.truth = Answer { customer: Some(c), docs: vec![doc], on_account: 0 };
    back.proposals = vec![back.truth.clone()];
    w.payments.push(back);
}

/// Two closed documents of one amount, no number: which one came back is not certain.
pub(super) fn unlinked(w: &mut World) {
    let c = w.fresh();
    let amount = w.odd_amount();
    let items = [w.closed(c, amount), w.closed(c, amount)];
    let mut p = returned(w, c, items[0]);
    p.scenario = "return_unlinked";
    p.label = Label::Review;
    let language = w.language(c);
    let text = fill(words(&mut w.r, language, &RETURN), &[("n", "")]).trim().to_owned();
    w.say(&mut p, text);
    p.proposals = Vec::new();
    w.payments.push(p);
}
