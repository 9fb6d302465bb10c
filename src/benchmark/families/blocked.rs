//! The data decides, and the policy still says no: another currency, a blocked document, a customer on hold.

use crate::base::Currency;
use crate::benchmark::wording::{INVOICE, fill, words};
use crate::benchmark::world::World;
use crate::model::ItemStatus;

fn named(w: &mut World, scenario: &'static str, c: usize, change: impl Fn(&mut World, usize)) {
    let item = w.invoice(c);
    change(w, item);
    let mut p = w.payment(scenario, c, w.open(item));
    let language = w.language(c);
    let n = w.items[item].number.full();
    let text = fill(words(&mut w.r, language, &INVOICE), &[("n", &n)]);
    w.say(&mut p, text);
    let truth = w.in_full(c, &[item]);
    let answers = if scenario == "currency_differs" { Vec::new() } else { vec![truth.clone()] };
    w.review(p, truth, answers);
}

pub(super) fn currency(w: &mut World) {
    let c = w.customer();
    named(w, "currency_differs", c, |w, item| {
        w.items[item].record.currency = Currency::parse("USD").unwrap_or(Currency::NONE)
    });
}

pub(super) fn item(w: &mut World) {
    let c = w.customer();
    named(w, "item_blocked", c, |w, item| {
        let status = [
            ItemStatus::Disputed,
            ItemStatus::PaymentHold,
            ItemStatus::Assigned,
            ItemStatus::Insolvent,
            ItemStatus::InCollection,
            ItemStatus::WrittenDown,
        ];
        w.items[item].record.status = status[w.r.below(status.len())];
    });
}

pub(super) fn customer(w: &mut World) {
    let c = w.fresh();
    w.customers[c].record.on_hold = true;
    named(w, "customer_on_hold", c, |_, _| {});
}
