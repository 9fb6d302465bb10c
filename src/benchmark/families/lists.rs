//! Several documents in one payment.

use crate::benchmark::plan::Evidence;
use crate::benchmark::wording::{INVOICES, fill, words};
use crate::benchmark::world::World;
use crate::model::ItemKind;

fn invoices(w: &mut World, c: usize, count: usize) -> Vec<usize> {
    (0..count).map(|_| w.invoice(c)).collect()
}

fn sum(w: &World, items: &[usize]) -> i64 {
    items.iter().map(|i| w.open(*i)).sum()
}

fn say_list(w: &mut World, p: &mut crate::benchmark::plan::Planned, c: usize, list: &str) {
    let language = w.language(c);
    let text = fill(words(&mut w.r, language, &INVOICES), &[("n", list)]);
    w.say(p, text);
}

/// Every number in full.
pub(super) fn named(w: &mut World) {
    let c = w.customer();
    let count = 2 + w.r.below(w.mix(3, 6));
    let items = invoices(w, c, count);
    let mut p = w.payment("list_named", c, sum(w, &items));
    let between = w.r.pick(&[", ", " + ", " ", "; ", " / ", " u. ", " & "]);
    let list = items.iter().map(|i| w.items[*i].number.full()).collect::<Vec<_>>().join(between);
    say_list(w, &mut p, c, &list);
    let truth = w.in_full(c, &items);
    w.automatic(p, Evidence::Number, truth);
}

/// The first in full, then endings.
pub(super) fn shortened(w: &mut World) {
    let c = w.customer();
    let count = 2 + w.r.below(3);
    // Endings only make sense behind a number of the same series.
    let mut items = vec![w.invoice(c)];
    let series = w.last_series();
    for _ in 0..count * 4 {
        let item = w.invoice(c);
        if w.last_series() == series {
            items.push(item);
        }
        if items.len() == count {
            break;
        }
    }
    let mut p = w.payment("list_shortened", c, sum(w, &items));
    let between = w.r.pick(&[", ", "/", " + ", "; ", " "]);
    let full_ending = w.r.chance(50);
    let list = items
        .iter()
        .enumerate()
        .map(|(n, i)| {
            let number = &w.items[*i].number;
            if n == 0 {
                number.full()
            } else if full_ending {
                number.running()
            } else {
                number.short()
            }
        })
        .collect::<Vec<_>>()
        .join(between);
    say_list(w, &mut p, c, &list);
    let truth = w.in_full(c, &items);
    w.automatic(p, Evidence::Weak, truth);
}

/// From one number to another: all open documents of the customer between them, made one after the other on one day.
pub(super) fn range(w: &mut World) {
    let c = w.fresh();
    w.know(c);
    let Some(items) = w.run_of_invoices(c, 3) else { return };
    let mut p = w.payment("range", c, sum(w, &items));
    let (first, last) = (items[0], items[items.len() - 1]);
    let word = w.r.pick(&[" - ", "-", " bis ", " to ", " t/m "]);
    let list = match w.r.below(2) {
        0 => format!("{}{word}{}", w.items[first].number.full(), w.items[last].number.full()),
        _ => format!("{}{word}{}", w.items[first].number.full(), w.items[last].number.running()),
    };
    say_list(w, &mut p, c, &list);
    let truth = w.in_full(c, &items);
    w.automatic(p, Evidence::Fixed, truth);
}

/// The bank cuts the text at its width, inside the last number or just before it; the sum must prove the rest.
pub(super) fn cut(w: &mut World) {
    let c = w.customer();
    w.know(c);
    let width = [18, 27, 35, 70, 140][w.r.below(5)];
    let mut items = Vec::new();
    let mut list = String::new();
    while list.len() <= width {
        let amount = w.odd_amount();
        let back = w.r.between(4, 60);
        let item = w.document(c, amount, back, ItemKind::Invoice);
        list.push_str(if items.is_empty() { "" } else { "," });
        list.push_str(&w.items[item].number.full());
        items.push(item);
    }
    let mut p = w.payment("list_cut", c, sum(w, &items));
    p.text = vec![list.get(..width).unwrap_or(&list).to_owned()];
    let truth = w.in_full(c, &items);
    w.automatic(p, Evidence::Cut, truth);
}

/// All named, but the sum does not fit.
pub(super) fn wrong_sum(w: &mut World) {
    let c = w.customer();
    let count = 2 + w.r.below(2);
    let items = invoices(w, c, count);
    let total = sum(w, &items);
    let short = w.r.between(700, (total / 5).max(701));
    let mut p = w.payment("list_wrong_sum", c, total - short);
    let list = items.iter().map(|i| w.items[*i].number.full()).collect::<Vec<_>>().join(", ");
    say_list(w, &mut p, c, &list);
    let truth = w.on_account(c, total - short);
    w.review(p, truth, Vec::new());
}
