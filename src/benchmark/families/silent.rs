//! No document is named: payer and amount must do.

use crate::benchmark::plan::{Evidence, Payer};
use crate::benchmark::wording::{SILENT, Wordings, fill, words};
use crate::benchmark::world::World;

static CUSTOMER: Wordings = [
    &["Kd-Nr {c}", "Kundennummer {c}", "Kunde {c} Danke"],
    &["customer no {c}", "account {c}"],
    &["klantnummer {c}", "debiteurnr. {c}"],
    &["client no {c}"],
    &["codice cliente {c}"],
    &["cliente num. {c}"],
    &["nr klienta {c}"],
    &["kundnummer {c}"],
    &["asiakasnumero {c}"],
];

/// One document, by its amount alone.
pub(super) fn amount_only(w: &mut World) {
    let c = w.customer();
    let item = w.invoice(c);
    let amount = w.open(item);
    let mut p = w.payment("amount_only", c, amount);
    let language = w.language(c);
    let text = words(&mut w.r, language, &SILENT).to_owned();
    w.say(&mut p, text);
    let truth = w.in_full(c, &[item]);
    w.automatic(p, Evidence::Amount, truth);
}

/// Two or three documents, by their sum alone.
pub(super) fn sum_only(w: &mut World) {
    let c = w.customer();
    let items: Vec<usize> = (0..2 + w.r.below(2))
        .map(|_| {
            let amount = w.odd_amount();
            w.invoice_of(c, amount)
        })
        .collect();
    let amount = items.iter().map(|i| w.open(*i)).sum();
    let mut p = w.payment("sum_only", c, amount);
    let language = w.language(c);
    let text = words(&mut w.r, language, &SILENT).to_owned();
    w.say(&mut p, text);
    let truth = w.in_full(c, &items);
    w.automatic(p, Evidence::Amount, truth);
}

/// The customer number makes the payer certain, the amount must find the document.
pub(super) fn customer_number(w: &mut World) {
    let c = w.customer();
    let item = w.invoice(c);
    let amount = w.open(item);
    let mut p = w.payment("customer_number", c, amount);
    let language = w.language(c);
    let id = w.customers[c].record.customer_id.clone();
    let text = fill(words(&mut w.r, language, &CUSTOMER), &[("c", &id)]);
    w.say(&mut p, text);
    // The number makes the payer certain; the name agrees with it.
    p.payer = Payer::Account;
    let truth = w.in_full(c, &[item]);
    w.automatic(p, Evidence::Amount, truth);
}

static ACCOUNT: Wordings = [
    &["Ausgleich Konto", "alle offenen Posten", "Kontoausgleich", ""],
    &["account settlement", "all open invoices", ""],
    &["saldo openstaande posten", "alle openstaande facturen"],
    &["solde du compte", "solde de tout compte"],
    &["saldo conto", "saldo partite aperte"],
    &["saldo de cuenta"],
    &["wyrownanie salda"],
    &["hela saldot"],
    &["koko saldo"],
];

/// Everything that is open, a credit note included in half of the cases.
pub(super) fn whole_account(w: &mut World) {
    let c = w.fresh();
    w.know(c);
    let mut items: Vec<usize> = (0..3 + w.r.below(4))
        .map(|_| {
            let amount = w.odd_amount();
            w.invoice_of(c, amount)
        })
        .collect();
    if w.r.chance(50) {
        let low = items.iter().map(|i| w.open(*i)).min().unwrap_or(2_000);
        let amount = w.r.between(500, low.max(501));
        items.push(w.credit_note(c, amount));
    }
    let amount = items.iter().map(|i| w.open(*i)).sum();
    let mut p = w.payment("whole_account", c, amount);
    let language = w.language(c);
    let text = words(&mut w.r, language, &ACCOUNT).to_owned();
    w.say(&mut p, text);
    let truth = w.in_full(c, &items);
    w.automatic(p, Evidence::Fixed, truth);
}
