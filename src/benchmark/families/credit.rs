//! Credit notes taken off.

use crate::benchmark::plan::Evidence;
use crate::benchmark::wording::{INVOICE, Wordings, fill, words};
use crate::benchmark::world::World;

static LESS: Wordings = [
    &["{n} abzgl. Gutschrift {m}", "{n} - GS {m}", "{n} minus Gutschrift {m}", "{n} ./. {m}"],
    &["{n} less credit note {m}", "{n} minus CN {m}"],
    &["{n} min creditnota {m}", "{n} -/- creditfactuur {m}"],
    &["{n} moins avoir {m}"],
    &["{n} meno nota di credito {m}"],
    &["{n} menos abono {m}"],
    &["{n} minus korekta {m}"],
    &["{n} minus kreditfaktura {m}"],
    &["{n} miinus hyvityslasku {m}"],
];

/// Both named.
pub(super) fn named(w: &mut World) {
    let c = w.customer();
    let invoice = w.invoice(c);
    let part = w.r.between(300, (w.open(invoice) / 2).max(301));
    let credit = w.credit_note(c, part);
    let mut p = w.payment("credit_note_named", c, w.open(invoice) - part);
    let language = w.language(c);
    let (n, m) = (w.items[invoice].number.full(), w.items[credit].number.full());
    let text = fill(words(&mut w.r, language, &LESS), &[("n", &n), ("m", &m)]);
    w.say(&mut p, text);
    let truth = w.in_full(c, &[invoice, credit]);
    w.automatic(p, Evidence::Number, truth);
}

/// Only the invoice is named; the customer has one credit note, and it makes the sum exact.
pub(super) fn only_one(w: &mut World) {
    let c = w.fresh();
    w.know(c);
    let amount = w.odd_amount();
    let invoice = w.invoice_of(c, amount);
    let part = w.r.between(300, (amount / 2).max(301));
    let credit = w.credit_note(c, part);
    let mut p = w.payment("credit_note_only_one", c, amount - part);
    let language = w.language(c);
    let n = w.items[invoice].number.full();
    let text = fill(words(&mut w.r, language, &INVOICE), &[("n", &n)]);
    w.say(&mut p, text);
    let truth = w.in_full(c, &[invoice, credit]);
    w.automatic(p, Evidence::Fixed, truth);
}
