//! The same amount several times.

use crate::benchmark::plan::Evidence;
use crate::benchmark::wording::{SILENT, words};
use crate::benchmark::world::World;

/// As many equal payments as equal documents: it does not matter which pays which.
pub(super) fn complete(w: &mut World) {
    let c = w.fresh();
    w.know(c);
    let amount = w.amount();
    let count = 2 + w.r.below(2);
    let items: Vec<usize> = (0..count).map(|_| w.invoice_of(c, amount)).collect();
    for item in &items {
        let mut p = w.payment("complete_set", c, amount);
        let language = w.language(c);
        let text = words(&mut w.r, language, &SILENT).to_owned();
        w.say(&mut p, text);
        let truth = w.in_full(c, &[*item]);
        // Any of the documents is right.
        let answers: Vec<_> = items.iter().map(|i| w.in_full(c, &[*i])).collect();
        w.automatic(p, Evidence::Fixed, truth);
        if let Some(p) = w.payments.last_mut() {
            p.proposals = answers;
        }
    }
}

/// One payment, two documents of its amount, and no number.
pub(super) fn one_of_two(w: &mut World) {
    let c = w.fresh();
    let amount = w.amount();
    let items: Vec<usize> = (0..2 + w.r.below(2)).map(|_| w.invoice_of(c, amount)).collect();
    let mut p = w.payment("tie", c, amount);
    let language = w.language(c);
    let text = words(&mut w.r, language, &SILENT).to_owned();
    w.say(&mut p, text);
    let answers: Vec<_> = items.iter().map(|i| w.in_full(c, &[*i])).collect();
    let truth = w.on_account(c, amount);
    w.review(p, truth, answers);
}
