//! The figures "open before" and "open after" where several payments touch one item, in the order of the payments, and what
//! the sentence of an applied payment says of them.

use super::number;
use crate::base::{Map, Money};
use crate::book::{ItemIx, OpenItemBook};
use crate::matching::decide::Standing;
use crate::model::{Decision, Outcome};

/// What is open before the nth allocation of a payment, where it is not what the book says.
pub fn balances(book: &OpenItemBook, standings: &[Standing]) -> Map<(u32, u32), i64> {
    let mut open: Map<ItemIx, i64> = Map::default();
    let mut before = Map::default();
    for (k, standing) in standings.iter().enumerate() {
        for (nth, (item, cleared)) in (0u32..).zip(standing.claims()) {
            let at = open.entry(item).or_insert_with(|| book.item(item).map_or(0, |it| it.open_amount));
            if book.item(item).is_some_and(|it| it.open_amount != *at) {
                before.insert((number(k), nth), *at);
            }
            *at = at.saturating_sub(cleared);
        }
    }
    before
}

/// Says what stays open of a document paid in part, after this payment and those before it.
pub fn say_what_stays_open(decision: &mut Decision) {
    if decision.outcome != Outcome::Applied {
        return;
    }
    let several = decision.allocations.len() > 1;
    for a in decision.allocations.iter().filter(|a| a.open_after != 0) {
        let of = if several { format!(" of {}", a.doc_no) } else { String::new() };
        let rest = Money::from_minor(a.open_after, decision.currency).figure();
        decision.explanation.push_str(&format!(", {rest}{of} stays open"));
    }
}
