//! The auditor: asks of every payment labelled automatic whether a rival fits as well, in the ledger as it finally is, and lowers the
//! label to review if so. In: the planned week. Out: the same with honest labels.

use super::plan::{Answer, Evidence, Label, Payer, Planned};
use super::world::World;
use crate::base::{Map, next_working_day};
use crate::model::ItemStatus;
use crate::names::PreparedName;

/// Explanations of one amount that are looked at.
const RIVALS: usize = 10;
/// The chance that a sum fits by accident which the default policy still allows, per million.
const BUDGET_PPM: i64 = 100;

struct Indices {
    numbers: Map<String, Vec<usize>>,
    words: Map<String, Vec<usize>>,
    names: Vec<Vec<String>>,
}

/// Lowers labels where a rival fits; says how many.
pub(super) fn audit(w: &mut World) -> usize {
    let indices = index(w);
    let mut payments = std::mem::take(&mut w.payments);
    let mut lowered = 0;
    for p in payments.iter_mut().filter(|p| p.label == Label::Automatic) {
        if let Some(more) = doubt(w, &indices, p) {
            p.label = Label::Review;
            for answer in more {
                if !p.proposals.contains(&answer) {
                    p.proposals.push(answer);
                }
            }
            lowered += 1;
        }
    }
    w.payments = payments;
    lowered
}

fn compact(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

fn index(w: &World) -> Indices {
    let mut indices = Indices { numbers: Map::default(), words: Map::default(), names: Vec::new() };
    for (n, item) in w.items.iter().enumerate() {
        let record = &item.record;
        let all = record.refs.iter().chain(&record.payment_reference).chain([&record.doc_no]);
        for number in all {
            indices.numbers.entry(compact(number)).or_default().push(n);
        }
    }
    for (c, customer) in w.customers.iter().enumerate() {
        let words = PreparedName::new(&customer.record.name).words;
        for word in &words {
            indices.words.entry(word.clone()).or_default().push(c);
        }
        indices.names.push(words);
    }
    indices
}

/// Customers other than `c` whom a name fits as well.
fn namesakes(indices: &Indices, name: &str, c: Option<usize>) -> Vec<usize> {
    let written = PreparedName::new(name).words;
    let Some((last, whole)) = written.split_last() else { return Vec::new() };
    let has = |words: &[String], word: &String| words.contains(word);
    let mut found = Vec::new();
    for list in written.iter().filter_map(|word| indices.words.get(word)).filter(|l| l.len() < 300) {
        for other in list.iter().copied().filter(|o| Some(*o) != c) {
            let words = &indices.names[other];
            let inside = whole.iter().all(|x| has(words, x)) && words.iter().any(|x| x.starts_with(last.as_str()));
            let around = words.iter().all(|x| has(&written, x));
            if inside || around {
                found.push(other);
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Why the label cannot stand: the answers that fit as well, perhaps none; `None` if it stands.
fn doubt(w: &World, indices: &Indices, p: &Planned) -> Option<Vec<Answer>> {
    let none = || Some(Vec::new());
    if p.evidence == Evidence::Fixed {
        return None;
    }
    let name = p.name.as_deref().unwrap_or_default();
    let certain = match p.payer {
        Payer::Account => true,
        Payer::Name => namesakes(indices, name, p.truth.customer).is_empty(),
        Payer::Other => false,
    };
    let claims: Vec<usize> = p.docs().collect();
    // Another customer's document that bears a number of these.
    let doubles = |text: &str| -> Vec<usize> {
        let all = indices.numbers.get(&compact(text)).cloned().unwrap_or_default();
        all.into_iter().filter(|i| !claims.contains(i)).collect()
    };
    match p.evidence {
        Evidence::Fixed => None,
        Evidence::Number | Evidence::NumberWithDifference => {
            for claim in &claims {
                let rivals = doubles(&w.items[*claim].record.doc_no);
                let same_amount = rivals.iter().any(|i| w.items[*i].record.amount == w.items[*claim].record.amount);
                if !rivals.is_empty() && (!certain || same_amount) {
                    return none();
                }
            }
            if p.evidence == Evidence::NumberWithDifference {
                let c = p.truth.customer?;
                let equal = explanations(w, c, p.amount, p, 1).into_iter().any(|set| set != claims);
                // Of namesakes the number says which.
                if p.payer == Payer::Other || equal {
                    return none();
                }
            } else if p.payer == Payer::Other
                && p.ultimate.is_none()
                && p.scenario != "parent_pays"
                && !namesakes(indices, name, p.truth.customer).is_empty()
            {
                // Somebody whom the books do know, and who has nothing to do with it.
                return none();
            }
            None
        }
        Evidence::Weak => {
            let c = p.truth.customer?;
            let amounts: Vec<i64> = claims.iter().map(|i| w.items[*i].record.amount).collect();
            let owes_it =
                |other: &usize| w.customers[*other].items.iter().any(|i| amounts.contains(&w.items[*i].record.amount));
            // Of namesakes the ending says which, unless another one owes the same amount.
            if !certain && (p.payer != Payer::Name || namesakes(indices, name, Some(c)).iter().any(owes_it)) {
                return none();
            }
            for claim in &claims {
                let number = &w.items[*claim].number;
                let own = w.customers[c].items.iter().filter(|i| !claims.contains(i));
                if own.into_iter().any(|i| w.items[*i].number.short() == number.short()) {
                    return none();
                }
                let others = [number.short(), number.running()].iter().flat_map(|n| doubles(n)).collect::<Vec<_>>();
                if others.iter().any(|i| w.items[*i].record.amount == w.items[*claim].record.amount) {
                    return none();
                }
            }
            None
        }
        Evidence::Amount | Evidence::Cut => {
            let c = p.truth.customer?;
            let mut sorted = claims.clone();
            sorted.sort_unstable();
            let sets = explanations(w, c, p.amount, p, 4);
            let rivals: Vec<Answer> = sets.iter().filter(|s| **s != sorted).map(|s| w.in_full(c, s)).collect();
            if !rivals.is_empty() {
                return Some(rivals);
            }
            let by_account = p.payer == Payer::Account;
            if !certain || claims.len() > 1 && !by_account {
                return none();
            }
            if p.slip.as_ref().is_some_and(|s| indices.numbers.contains_key(&compact(s))) {
                return none();
            }
            // One document of a certain payer with exactly this amount is a fact (policy 11); a sum of several may come about by accident.
            let of_several = p.evidence == Evidence::Amount && claims.len() > 1;
            (of_several && chance_ppm(w, c, p.amount, claims.len()) > BUDGET_PPM).then(Vec::new)
        }
    }
}

/// The sets of a customer's open documents that give an amount, each sorted, at most [`RIVALS`]. A single document less its discount
/// in term counts as one.
fn explanations(w: &World, c: usize, amount: i64, p: &Planned, size: usize) -> Vec<Vec<usize>> {
    let currency = w.own[p.account].currency;
    let open: Vec<(usize, i64)> = w.customers[c]
        .items
        .iter()
        .filter(|i| w.items[**i].record.status != ItemStatus::Closed && w.items[**i].record.currency == currency)
        .map(|i| (*i, w.open(*i)))
        .collect();
    let size = if open.len() > 30 { size.min(2) } else { size };
    let mut found = Vec::new();
    search(&open, amount, size, &mut Vec::new(), &mut found);
    for (item, full) in &open {
        let in_term =
            |d: &crate::model::DiscountTier| next_working_day(d.until, &[]) >= p.date && full - d.amount == amount;
        if w.items[*item].record.discounts.iter().any(in_term) {
            found.push(vec![*item]);
        }
    }
    found.iter_mut().for_each(|s| s.sort_unstable());
    found.sort();
    found.dedup();
    found.truncate(RIVALS);
    found
}

fn search(open: &[(usize, i64)], left: i64, size: usize, chosen: &mut Vec<usize>, found: &mut Vec<Vec<usize>>) {
    for (n, (item, amount)) in open.iter().enumerate() {
        if found.len() > RIVALS * 2 {
            return;
        }
        chosen.push(*item);
        if *amount == left {
            found.push(chosen.clone());
        }
        if size > 1 {
            search(&open[n + 1..], left - amount, size - 1, chosen, found);
        }
        chosen.pop();
    }
}

/// How many sets of that size would give an amount by accident, per million: sets over amounts up to this one.
fn chance_ppm(w: &World, c: usize, amount: i64, size: usize) -> i64 {
    let open = w.customers[c].items.iter().filter(|i| w.items[**i].record.status != ItemStatus::Closed);
    let n = i64::try_from(open.count()).unwrap_or(i64::MAX / 4);
    let mut sets = 0i64;
    let mut of_size = 1i64;
    for k in 1..=i64::try_from(size.max(2)).unwrap_or(2) {
        of_size = of_size.saturating_mul(n - k + 1) / k;
        sets = sets.saturating_add(of_size.max(0));
    }
    // The true set itself is no accident.
    let sets = sets - 1;
    sets.saturating_mul(1_000_000) / amount.max(1)
}
