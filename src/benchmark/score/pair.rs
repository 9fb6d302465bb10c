//! Which decision belongs to which line of truth: by the whole key, then without the words where a format changed them.

use super::decisions::DecisionLine;
use crate::base::Map;
use crate::benchmark::truth::{TruthLine, fold_reference};

/// For every line of truth its decision, if there is one; and how many decisions are left over.
pub(super) fn pair(truth: &[TruthLine], decisions: &[DecisionLine]) -> (Vec<Option<usize>>, usize) {
    let mut of_truth: Vec<Option<usize>> = vec![None; truth.len()];
    let mut used = vec![false; decisions.len()];
    let place = |account: &str, date: &str, amount: &str| format!("{account}|{date}|{amount}");
    for with_words in [true, false] {
        let mut open: Map<(String, String), Vec<usize>> = Map::default();
        for (n, d) in decisions.iter().enumerate().filter(|(n, _)| !used[*n]) {
            let p = &d.payment;
            let words = if with_words { fold_reference(&p.remittance) } else { String::new() };
            open.entry((place(&p.account, &p.booking_date, &p.amount), words)).or_default().push(n);
        }
        for by_payer in [true, false] {
            for (t, line) in truth.iter().enumerate() {
                if of_truth[t].is_some() {
                    continue;
                }
                let words = if with_words { fold_reference(&line.reference) } else { String::new() };
                let Some(list) = open.get_mut(&(place(&line.account, &line.booking_date, &line.amount), words)) else {
                    continue;
                };
                let payer = fold_reference(&line.payer);
                let fits = |n: &usize| {
                    let other = decisions
                        .get(*n)
                        .and_then(|d| d.payment.payer_name.as_deref())
                        .map(fold_reference)
                        .unwrap_or_default();
                    // A format may cut the name.
                    !by_payer || other == payer || !other.is_empty() && payer.starts_with(&other)
                };
                let Some(at) = list.iter().position(fits) else { continue };
                let n = list.remove(at);
                of_truth[t] = Some(n);
                if let Some(u) = used.get_mut(n) {
                    *u = true;
                }
            }
        }
    }
    let left = used.iter().filter(|u| !**u).count();
    (of_truth, left)
}
