//! Payers that are not the customer, or hardly.

use crate::benchmark::plan::{Answer, Doc, Evidence, Payer};
use crate::benchmark::wording::{INVOICE, INVOICES, fill, words};
use crate::benchmark::world::World;

/// Somebody whom the books do not know pays a document that he names in full.
pub(super) fn stranger_pays(w: &mut World) {
    let c = w.customer();
    let item = w.invoice(c);
    let mut p = w.payment("third_party_named", c, w.open(item));
    let country = w.customers[c].country;
    p.name = Some(w.company_name(country));
    p.iban = Some(country.iban(&mut w.r));
    p.payer = Payer::Other;
    let language = w.language(c);
    let n = w.items[item].number.full();
    let text = fill(words(&mut w.r, language, &INVOICE), &[("n", &n)]);
    let text = w.dressed(c, item, text);
    w.say(&mut p, text);
    let truth = w.in_full(c, &[item]);
    w.automatic(p, Evidence::Number, truth);
}

/// The same with an ending of the number only.
pub(super) fn stranger_pays_weakly(w: &mut World) {
    let c = w.customer();
    let item = w.invoice(c);
    let mut p = w.payment("third_party_weak", c, w.open(item));
    let country = w.customers[c].country;
    p.name = Some(w.company_name(country));
    p.iban = Some(country.iban(&mut w.r));
    p.payer = Payer::Other;
    let language = w.language(c);
    let mut n = w.items[item].number.short();
    // All its digits would name it: an ending is what is left of glued ones.
    if n.len() >= 7 && n != w.items[item].number.full() {
        n = n.split_off(n.len() - 5);
    }
    let text = fill(words(&mut w.r, language, &INVOICE), &[("n", &n)]);
    w.say(&mut p, text);
    let truth = w.in_full(c, &[item]);
    if n == w.items[item].number.full() {
        w.automatic(p, Evidence::Number, truth);
    } else {
        w.review(p, truth, Vec::new());
    }
}

/// A parent pays documents of two or three subsidiaries, all named, sum exact.
pub(super) fn parent_pays(w: &mut World) {
    let parent = w.customer();
    let country = w.customers[parent].country;
    let count = 2 + w.r.below(2);
    let mut items = Vec::new();
    for _ in 0..count {
        let name = w.twin_name(parent);
        let child = w.add_customer(name, country, false);
        w.customers[child].record.parent_id = Some(w.customers[parent].record.customer_id.clone());
        items.push(w.invoice(child));
    }
    let amount = items.iter().map(|i| w.open(*i)).sum();
    let mut p = w.payment("parent_pays", parent, amount);
    let language = w.language(parent);
    let list = items.iter().map(|i| w.items[*i].number.full()).collect::<Vec<_>>().join("; ");
    let text = fill(words(&mut w.r, language, &INVOICES), &[("n", &list)]);
    w.say(&mut p, text);
    p.payer = Payer::Other;
    let docs = items.iter().map(|i| Doc { item: *i, applied: w.open(*i), ..Doc::default() }).collect();
    w.automatic(p, Evidence::Number, Answer { customer: None, docs, on_account: 0 });
}

/// A known customer pays the document of another one that he has nothing to do with.
pub(super) fn other_customer_pays(w: &mut World) {
    let payer = w.fresh();
    w.know(payer);
    w.invoice(payer);
    let country = w.customers[payer].country;
    let name = w.company_name(country);
    let c = w.add_customer(name, country, false);
    let item = w.invoice(c);
    let mut p = w.payment("other_customer_pays", payer, w.open(item));
    let language = w.language(payer);
    let n = w.items[item].number.full();
    let text = fill(words(&mut w.r, language, &INVOICE), &[("n", &n)]);
    w.say(&mut p, text);
    let truth = w.in_full(c, &[item]);
    w.review(p, truth.clone(), vec![truth]);
}

/// The name is that of a near twin, the account is unknown, and the number is an ending: two customers fit in part.
pub(super) fn twin_pays(w: &mut World) {
    let c = w.fresh();
    let country = w.customers[c].country;
    let name = w.twin_name(c);
    let twin = w.add_customer(name.clone(), country, true);
    let item = w.invoice(c);
    let amount = w.open(item);
    // The twin has a document of the same amount: name says one, number says the other.
    w.invoice_of(twin, amount);
    w.customers[twin].record.ibans.clear();
    let mut p = w.payment("twin_pays", twin, amount);
    p.name = Some(name);
    p.iban = Some(country.iban(&mut w.r));
    p.truth.customer = Some(c);
    let language = w.language(c);
    let n = w.items[item].number.short();
    let text = fill(words(&mut w.r, language, &INVOICE), &[("n", &n)]);
    w.say(&mut p, text);
    let truth = w.in_full(c, &[item]);
    w.review(p, truth, Vec::new());
}

/// An agent pays on behalf of the customer, who is named as ultimate debtor.
pub(super) fn ultimate_debtor(w: &mut World) {
    let c = w.customer();
    let item = w.invoice(c);
    let mut p = w.payment("ultimate_debtor", c, w.open(item));
    let country = w.customers[c].country;
    p.ultimate = Some(w.customers[c].record.name.clone());
    p.name = Some(w.company_name(country));
    p.iban = Some(country.iban(&mut w.r));
    p.payer = Payer::Other;
    let language = w.language(c);
    let n = w.whole(item);
    let text = fill(words(&mut w.r, language, &INVOICE), &[("n", &n)]);
    w.say(&mut p, text);
    let truth = w.in_full(c, &[item]);
    w.automatic(p, Evidence::Number, truth);
}
