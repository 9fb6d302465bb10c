//! The figures "open before" and "open after" where several payments touch one item, in the order of the payments, and what
//! the sentence of an applied payment says of them.

use crate::base::{Map, Money};
use crate::model::{Decision, Outcome};

/// Sets the running figures of every allocation, and says what stays open of a document paid in part.
pub fn balances(decisions: &mut [Decision]) {
    let mut open: Map<(String, String), i64> = Map::default();
    for allocation in decisions.iter_mut().flat_map(|d| d.allocations.iter_mut()) {
        let key = (allocation.company.clone(), allocation.item_id.clone());
        let before = open.get(&key).copied().unwrap_or(allocation.open_before);
        let after = before.saturating_sub(allocation.cleared().unwrap_or(0));
        allocation.open_before = before;
        allocation.open_after = after;
        open.insert(key, after);
    }
    for decision in decisions.iter_mut().filter(|d| d.outcome == Outcome::Applied) {
        let several = decision.allocations.len() > 1;
        for a in decision.allocations.iter().filter(|a| a.open_after != 0) {
            let of = if several { format!(" of {}", a.doc_no) } else { String::new() };
            let rest = Money::from_minor(a.open_after, decision.currency).figure();
            decision.explanation.push_str(&format!(", {rest}{of} stays open"));
        }
    }
}
