//! All answers of a payment in their order, each set of items once.

use super::{learned, registered};
use crate::base::Map;
use crate::matching::candidates::{Naming, Strength};
use crate::matching::facts::Fact;
use crate::matching::hypotheses::{self, Basis, Context, Hypothesis, Part};
use crate::matching::reading::Label;
use smallvec::SmallVec;

/// All hypotheses, best first; of several for one set of items the best stays.
pub fn ranked(context: &Context<'_>) -> Vec<Hypothesis> {
    let mut all = hypotheses::named(context);
    hypotheses::by_payer(context, &mut all);
    if !all.iter().any(|h| !h.parts.is_empty()) {
        hypotheses::only_amount(context, &mut all);
    }
    learned::weigh(context, &mut all);
    registered::weigh(context, &mut all);
    // Ties are broken by the items' own ids, so that the order of the book does not show.
    let id = |part: &Part| context.book.item(part.item).map(|it| it.item_id.as_str());
    let by_ids = |a: &Hypothesis, b: &Hypothesis| {
        if let ([a], [b]) = (a.parts.as_slice(), b.parts.as_slice()) {
            return id(a).cmp(&id(b));
        }
        let ids = |h: &Hypothesis| {
            let mut ids: SmallVec<[&str; 8]> = h.parts.iter().filter_map(id).collect();
            ids.sort_unstable();
            ids
        };
        ids(a).cmp(&ids(b))
    };
    let customer = |h: &Hypothesis| h.customer.and_then(|c| context.book.customer(c)).map(|c| c.customer_id.as_str());
    let mut order: SmallVec<[u32; 16]> = (0u32..).zip(&all).map(|(k, _)| k).collect();
    let at = |k: u32| all.get(k as usize);
    order.sort_by(|a, b| match (at(*a), at(*b)) {
        (Some(a), Some(b)) => {
            let by_score = b.score.cmp(&a.score).then(a.basis.cmp(&b.basis));
            by_score.then_with(|| by_ids(a, b)).then_with(|| customer(a).cmp(&customer(b)))
        }
        _ => a.cmp(b),
    });
    let mut all: Vec<Option<Hypothesis>> = all.into_iter().map(Some).collect();
    // Named with its items beats the same items found by amount, whatever the score: it is the fuller reason.
    let mut kept: Vec<Hypothesis> = Vec::with_capacity(all.len());
    let mut by_mark: Map<u64, SmallVec<[u32; 1]>> = Map::default();
    let many = all.len() > 24;
    for k in order {
        let Some(h) = all.get_mut(k as usize).and_then(Option::take) else { continue };
        if h.parts.is_empty() {
            // The same money on the same account is one answer, whatever led to it.
            let same = |o: &Hypothesis| o.parts.is_empty() && (o.customer, o.on_account) == (h.customer, h.on_account);
            if h.customer.is_some() && kept.iter().any(same) {
                continue;
            }
            kept.push(h);
            continue;
        }
        let same = if many {
            let marked = by_mark.entry(h.item_mark()).or_default();
            let same = marked.iter().copied().find(|k| kept.get(*k as usize).is_some_and(|o| o.same_items(&h)));
            if same.is_none() {
                marked.push(u32::try_from(kept.len()).unwrap_or(u32::MAX));
            }
            same.map(|k| k as usize)
        } else {
            kept.iter().position(|o| o.same_items(&h))
        };
        match same.and_then(|k| kept.get_mut(k)) {
            Some(k) if h.basis == Basis::Named && k.basis != Basis::Named && names_documents(context, &h) => {
                let score = k.score.max(h.score);
                *k = Hypothesis { score, ..h };
            }
            Some(_) => {}
            None => kept.push(h),
        }
    }
    kept
}

/// Whether the numbers that name an answer stand for documents, and not behind the label of an order or a quotation: then payer and
/// amount decided, and the reason says so.
fn names_documents(context: &Context<'_>, h: &Hypothesis) -> bool {
    let whole = |n: &Naming| n.strength <= Strength::Whole || n.strength == Strength::Other;
    let document = |naming: u32| {
        let naming = context.naming(naming);
        naming.is_some_and(|n| n.typed.is_none() && (n.label != Some(Label::Order) || whole(n)))
    };
    h.lines.iter().any(|l| matches!(l.fact, Fact::Named(naming, _) if document(naming)))
}
