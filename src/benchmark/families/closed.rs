//! Documents that are paid already, or paid twice.

use crate::benchmark::plan::{Evidence, Payer};
use crate::benchmark::wording::{INVOICE, fill, words};
use crate::benchmark::world::World;

/// Names a document that was closed before.
pub(super) fn duplicate(w: &mut World) {
    let c = w.customer();
    let amount = w.amount();
    let item = w.closed(c, amount);
    if w.r.chance(40) {
        // The next document has the same amount, and is not what is paid.
        w.invoice_of(c, amount);
    }
    let mut p = w.payment("duplicate_of_closed", c, amount);
    let language = w.language(c);
    let n = w.whole(item);
    let text = fill(words(&mut w.r, language, &INVOICE), &[("n", &n)]);
    w.say(&mut p, text);
    let truth = w.on_account(c, amount);
    w.review(p, truth.clone(), vec![truth]);
}

/// The same payer pays the same document on two days: the first pays it, the second is a question.
pub(super) fn twice_in_run(w: &mut World) {
    let c = w.fresh();
    w.know(c);
    let item = w.invoice(c);
    let amount = w.open(item);
    let n = w.items[item].number.full();
    let language = w.language(c);
    let text = fill(words(&mut w.r, language, &INVOICE), &[("n", &n)]);
    let mut first = w.payment("duplicate_in_run", c, amount);
    first.date = w.days[0];
    let mut second = w.payment("duplicate_in_run", c, amount);
    second.date = w.days[1 + w.r.below(w.days.len() - 1)];
    w.say(&mut first, text.clone());
    w.say(&mut second, text);
    let truth = w.in_full(c, &[item]);
    w.automatic(first, Evidence::Fixed, truth);
    let rest = w.on_account(c, amount);
    w.review(second, rest, Vec::new());
}

/// Two different payers pay the same document on one day.
pub(super) fn race(w: &mut World) {
    let c = w.fresh();
    w.know(c);
    let item = w.invoice(c);
    let amount = w.open(item);
    let n = w.items[item].number.full();
    let day = w.day();
    for other in [false, true] {
        let mut p = w.payment("race", c, amount);
        p.date = day;
        if other {
            let country = w.customers[c].country;
            p.name = Some(w.company_name(country));
            p.iban = Some(country.iban(&mut w.r));
            p.payer = Payer::Other;
        }
        let language = w.language(c);
        let text = fill(words(&mut w.r, language, &INVOICE), &[("n", &n)]);
        w.say(&mut p, text);
        let truth = w.in_full(c, &[item]);
        w.review(p, truth.clone(), vec![truth]);
    }
}
