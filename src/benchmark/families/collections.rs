//! Our own direct-debit collections, booked as one entry.

use crate::benchmark::plan::{Answer, Evidence, Kind};
use crate::benchmark::world::World;
use crate::model::ExpectedBy;

/// One entry, one detail per document with our end-to-end id and mandate.
pub(super) fn with_details(w: &mut World) {
    let first = w.customer();
    let code = w.customers[first].country.code;
    let batch = w.payments.len() + 1;
    let day = w.day();
    let mut account = None;
    for _ in 0..3 + w.r.below(6) {
        let c = w.customer();
        if w.customers[c].country.code != code {
            continue;
        }
        let item = w.invoice(c);
        let amount = w.open(item);
        let mut p = w.payment("collection_detail", c, amount);
        p.kind = Kind::Collection;
        p.batch = Some(batch);
        p.date = day;
        p.account = *account.get_or_insert(p.account);
        let mandate = format!("M{}", w.customers[c].record.customer_id);
        w.items[item].record.more.mandate_id = Some(mandate.clone());
        w.items[item].record.expected_by = Some(ExpectedBy::DirectDebit);
        p.mandate = Some(mandate);
        let n = w.items[item].number.full();
        p.end_to_end = Some(n.clone());
        p.text = vec![n];
        let truth = w.in_full(c, &[item]);
        w.automatic(p, Evidence::Number, truth);
    }
}

/// One entry, and nothing inside.
pub(super) fn without_details(w: &mut World) {
    let amount = w.odd_amount() * 7;
    let mut p = w.stranger("collection_unsplit", amount);
    p.kind = Kind::Collection;
    p.name = None;
    p.iban = None;
    p.unsplit = Some(2 + w.r.below(30) as u64);
    w.review(p, Answer::default(), Vec::new());
}
