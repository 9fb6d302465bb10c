//! The figures "open before" and "open after" where several payments touch one item, in the order of the payments.

use crate::base::Map;
use crate::model::Decision;

/// Sets the running figures of every allocation.
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
}
