//! A share is withheld, and a supplier that is a customer, too, gives money back: a person looks at both.

use crate::benchmark::plan::{Answer, Doc};
use crate::benchmark::wording::{Wordings, fill, words};
use crate::benchmark::world::World;

static RETENTION: Wordings = [
    &["{n} abz. 5% Einbehalt", "{n} ./. Sicherheitseinbehalt", "{n} abzgl. Gewährleistung"],
    &["{n} less 5% retention", "{n} net of withholding tax", "INV {n} LESS TDS"],
    &["{n} min inhouding garantie", "{n} retentie 5%"],
    &["{n} moins retenue de garantie 5%"],
    &["{n} netto ritenuta d'acconto"],
    &["{n} menos retencion garantia"],
    &["{n} minus kaucja gwarancyjna 5%"],
    &["{n} avdrag garantibelopp 5%"],
    &["{n} vakuuspidatys 5%"],
];

static REFUND: Wordings = [
    &["Erstattung Überzahlung {n}", "Rückzahlung Gutschrift {n}", "Rückerstattung Retoure {n}"],
    &["refund credit note {n}", "refund of overpayment {n}"],
    &["terugbetaling creditnota {n}"],
    &["remboursement avoir {n}"],
    &["rimborso nota credito {n}"],
    &["reembolso abono {n}"],
    &["zwrot nadplaty {n}"],
    &["återbetalning kreditnota {n}"],
    &["palautus hyvityslasku {n}"],
];

/// The document is named, and five or ten percent stay with the payer until later.
pub(super) fn retention(w: &mut World) {
    let c = w.customer();
    let amount = w.odd_amount();
    let item = w.invoice_of(c, amount);
    w.items[item].record.discounts = Box::default();
    let paid = amount - amount * [5, 10, 2][w.r.below(3)] / 100;
    let mut p = w.payment("retention", c, paid);
    let language = w.language(c);
    let n = w.items[item].number.full();
    let text = fill(words(&mut w.r, language, &RETENTION), &[("n", &n)]);
    w.say(&mut p, text);
    let doc = Doc { item, applied: paid, ..Doc::default() };
    let truth = Answer { customer: Some(c), docs: vec![doc], on_account: 0 };
    w.review(p, truth.clone(), vec![truth]);
}

/// A customer that also sells to us pays back what we had paid too much; often one of its own documents has just that amount.
pub(super) fn supplier_refund(w: &mut World) {
    let c = w.fresh();
    w.customers[c].record.is_supplier = true;
    if w.r.chance(50) {
        w.know(c);
    }
    let amount = w.amount();
    let open = if w.r.chance(60) { amount } else { amount + 1_900 };
    w.invoice_of(c, open);
    let mut p = w.payment("supplier_refund", c, amount);
    let language = w.language(c);
    let theirs = format!("GS{}", w.r.digits(6));
    let text = fill(words(&mut w.r, language, &REFUND), &[("n", &theirs)]);
    w.say(&mut p, text);
    w.review(p, Answer::default(), Vec::new());
}
