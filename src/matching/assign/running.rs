//! The figures "open before" and "open after" where several payments touch one item, in the order of the payments (a return never
//! before the payment that it takes back), and what the sentence of an applied payment says of them.

use super::number;
use crate::base::{Map, Money, Set};
use crate::book::{ItemIx, OpenItemBook};
use crate::matching::decide::Standing;
use crate::model::{Allocation, Decision, EvidenceKind, EvidenceLine, Outcome};
use std::hash::BuildHasher;
use std::sync::OnceLock;

/// What is open of the items when all payments of the run are done.
#[derive(Debug, Clone, Default)]
pub struct Left {
    /// Every item that a payment touched, some more than once.
    touched: Vec<ItemIx>,
    /// What is open in the end, by item.
    open: Vec<i64>,
    /// The items that were touched, by a hash of company and id, once somebody asked for one.
    by_name: OnceLock<Map<u64, ItemIx>>,
}

impl Left {
    /// What is left of an item that a payment touched.
    fn of(&self, book: &OpenItemBook, company: &str, item_id: &str) -> Option<i64> {
        let hashed = |ix: ItemIx| book.item(ix).map(|it| (name(&it.company, &it.item_id), ix));
        let by_name = self.by_name.get_or_init(|| self.touched.iter().filter_map(|ix| hashed(*ix)).collect());
        let ix = *by_name.get(&name(company, item_id))?;
        book.item(ix).filter(|it| it.company == company && it.item_id == item_id)?;
        self.open.get(ix as usize).copied()
    }
}

/// What is open before the nth allocation of a payment, where it is not what the book says; and what is left in the end of every
/// item that a payment touched.
pub fn balances(
    book: &OpenItemBook,
    standings: &[Standing],
    taken_back: &[(usize, usize)],
) -> (Map<(u32, u32), i64>, Left) {
    let mut left = Left { open: book.open_amounts().collect(), ..Left::default() };
    let mut before = Map::default();
    for k in settling_order(standings.len(), taken_back) {
        let Some(standing) = standings.get(k) else { continue };
        for (nth, (item, cleared)) in (0u32..).zip(standing.claims()) {
            let Some(open) = left.open.get_mut(item as usize) else { continue };
            if book.figures(item).is_some_and(|f| f.open_amount != *open) {
                before.insert((number(k), nth), *open);
            }
            *open = open.saturating_sub(cleared);
            left.touched.push(item);
        }
    }
    (before, left)
}

/// The order in which so many payments settle: their own, but that a return which stands before the payment that it takes back
/// comes right after it. Takes pairs of return and payment.
pub fn settling_order(payments: usize, taken_back: &[(usize, usize)]) -> Vec<usize> {
    let mut early: Vec<(usize, usize)> =
        taken_back.iter().filter(|(back, of)| back < of && *of < payments).map(|(back, of)| (*of, *back)).collect();
    if early.is_empty() {
        return (0..payments).collect();
    }
    early.sort_unstable();
    let late: Set<usize> = early.iter().map(|(_, back)| *back).collect();
    let mut order = Vec::with_capacity(payments);
    let mut rest = early.into_iter().peekable();
    for k in (0..payments).filter(|k| !late.contains(k)) {
        order.push(k);
        while let Some((_, back)) = rest.next_if(|(of, _)| *of == k) {
            order.push(back);
        }
    }
    order
}

fn name(company: &str, item_id: &str) -> u64 {
    foldhash::fast::FixedState::default().hash_one((company, item_id))
}

/// Proposals of a queued payment were made before the run settled: says where other payments took what one of them needs.
pub fn say_what_is_gone(book: &OpenItemBook, left: &Left, decision: &mut Decision) {
    if decision.outcome != Outcome::Queued || left.touched.is_empty() {
        return;
    }
    for (nth, proposal) in decision.candidates.iter_mut().enumerate() {
        let gone = |a: &Allocation| {
            let rest = left.of(book, &a.company, &a.item_id)?;
            let cleared = a.cleared()?;
            let lacks = if cleared < 0 { rest > cleared } else { rest < cleared };
            lacks.then(|| {
                let rest = Money::from_minor(rest, decision.currency);
                format!("other payments of this run leave {rest} open of {}", a.doc_no)
            })
        };
        let texts: Vec<String> = proposal.allocations.iter().filter_map(gone).collect();
        if texts.is_empty() {
            continue;
        }
        proposal.error_ppm = proposal.error_ppm.max(NEARLY_SURELY_WRONG);
        if nth == 0 {
            decision.error_ppm = decision.error_ppm.max(NEARLY_SURELY_WRONG);
        }
        let line = |text| EvidenceLine { kind: EvidenceKind::Warning, weight: 0, text };
        proposal.against.extend(texts.into_iter().map(line));
    }
}

/// What is taken cannot be right as it stands; a person may still find that the other payment is the wrong one.
const NEARLY_SURELY_WRONG: u32 = 999_999;

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

#[cfg(test)]
mod tests {
    use super::settling_order;

    #[test]
    fn a_return_settles_after_the_payment_that_it_takes_back() {
        assert_eq!(settling_order(4, &[(3, 0)]), [0, 1, 2, 3], "in order already");
        assert_eq!(settling_order(5, &[(0, 3), (1, 2), (4, 2)]), [2, 1, 3, 0, 4]);
        assert_eq!(settling_order(2, &[(0, 7)]), [0, 1], "no such payment");
    }
}
