//! The auditor: asks of every payment labelled automatic whether a rival fits as well, in the ledger as it finally is, and lowers the
//! label to review if so. In: the planned week. Out: the same with honest labels.

use super::plan::{Answer, Evidence, Label, Payer, Planned};
use super::world::World;
use crate::base::{Map, Set, next_working_day};
use crate::model::ItemStatus;
use crate::names::PreparedName;

/// Explanations of one amount that are looked at.
const RIVALS: usize = 10;
/// The chance that a sum fits by accident which the default policy still allows, per million.
const BUDGET_PPM: i64 = 100;

struct Indices {
    numbers: Map<String, Vec<usize>>,
    digits: Map<String, Vec<usize>>,
    words: Map<String, Vec<usize>>,
    names: Vec<Vec<String>>,
}

/// Lowers labels where a rival fits; says how many.
pub(super) fn audit(w: &mut World) -> usize {
    let indices = index(w);
    let mut payments = std::mem::take(&mut w.payments);
    payments.iter_mut().for_each(|p| settle_payer(w, p));
    let complete = complete_sets(w, &indices, &payments);
    let mut lowered = 0;
    for (n, p) in payments.iter_mut().enumerate().filter(|(_, p)| p.label == Label::Automatic) {
        let Some(more) = doubt(w, &indices, p) else { continue };
        for answer in more {
            if !p.proposals.contains(&answer) {
                p.proposals.push(answer);
            }
        }
        // As many equal payments as equal documents: any of them is right (policy 10).
        if complete.contains(&n) {
            continue;
        }
        p.label = Label::Review;
        lowered += 1;
    }
    w.payments = payments;
    lowered
}

/// How sure the payer is once the customer file is finished: an account may have become known, and the text may name the customer.
fn settle_payer(w: &World, p: &mut Planned) {
    let Some(customer) = p.truth.customer.map(|c| &w.customers[c].record) else { return };
    if p.payer != Payer::Name {
        return;
    }
    // We were given the mandate by the customer, and the document is collected under it.
    let mandated =
        p.mandate.is_some() && p.docs().all(|i| w.items[i].record.more.mandate_id.as_deref() == p.mandate.as_deref());
    let known = p.iban.as_ref().is_some_and(|iban| customer.ibans.contains(iban));
    let text = p.text.concat();
    let said =
        text.split_ascii_whitespace().any(|word| word.trim_matches(',').eq_ignore_ascii_case(&customer.customer_id));
    if known || said || mandated {
        p.payer = Payer::Account;
    }
}

/// Payments that form complete sets: two or more of one customer and amount that name nothing, as many as there are open documents of
/// this amount, and none of these documents is anybody else's business.
fn complete_sets(w: &World, indices: &Indices, payments: &[Planned]) -> Set<usize> {
    let mut groups: Map<(usize, i64), Vec<usize>> = Map::default();
    let mut touched: Map<usize, usize> = Map::default();
    for (n, p) in payments.iter().enumerate() {
        let silent = p.label == Label::Automatic && p.evidence == Evidence::Amount && p.slip.is_none();
        match p.truth.customer.filter(|_| silent && p.truth.docs.len() == 1) {
            Some(c) => groups.entry((c, p.amount)).or_default().push(n),
            None => {
                let all = p.docs().chain(p.proposals.iter().flat_map(|a| a.docs.iter().map(|d| d.item)));
                all.for_each(|item| *touched.entry(item).or_insert(0) += 1);
            }
        }
    }
    let mut complete = Set::default();
    for ((c, amount), who) in groups.into_iter().filter(|(_, who)| who.len() > 1) {
        let Some(first) = who.first().map(|n| &payments[*n]) else { continue };
        let sets = explanations(w, c, amount, first, 4);
        let singles = sets.iter().all(|s| matches!(s.as_slice(), [one] if w.open(*one) == amount));
        let free = sets.iter().flatten().all(|item| !touched.contains_key(item));
        let certain = who.iter().all(|n| certain(indices, &payments[*n]));
        let one_account = who.iter().all(|n| payments[*n].account == first.account);
        if singles && free && certain && one_account && sets.len() == who.len() {
            complete.extend(who);
        }
    }
    complete
}

fn certain(indices: &Indices, p: &Planned) -> bool {
    match p.payer {
        Payer::Account => true,
        Payer::Name => namesakes(indices, p.name.as_deref().unwrap_or_default(), p.truth.customer).is_empty(),
        Payer::Other => false,
    }
}

fn compact(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A number as it is read: an O among digits is a zero.
fn zeros_read(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let is_digit = |k: Option<usize>| k.and_then(|k| chars.get(k)).is_some_and(char::is_ascii_digit);
    let read = |(k, c): (usize, &char)| match c {
        'O' if is_digit(k.checked_sub(1)) || is_digit(k.checked_add(1)) => '0',
        c => *c,
    };
    chars.iter().enumerate().map(read).collect()
}

/// Whether the words hold a number sign for sign, signs between its digits included.
fn copies(p: &Planned, number: &str) -> bool {
    number.contains(|c: char| !c.is_alphanumeric()) && p.text.concat().contains(number)
}

/// Whether a payment gives a structured reference, in its field or in its words.
fn says_reference(p: &Planned, reference: &str) -> bool {
    let reference = compact(reference);
    p.reference.as_deref().is_some_and(|r| compact(r) == reference) || compact(&p.text.concat()).contains(&reference)
}

fn index(w: &World) -> Indices {
    let mut indices =
        Indices { numbers: Map::default(), digits: Map::default(), words: Map::default(), names: Vec::new() };
    for (n, item) in w.items.iter().enumerate() {
        let record = &item.record;
        let all = record.refs.iter().map(crate::base::Text::as_str);
        let all = all.chain(record.payment_reference.as_deref()).chain([record.doc_no.as_str()]);
        for number in all {
            indices.numbers.entry(compact(number)).or_default().push(n);
        }
        indices.digits.entry(digits(&record.doc_no)).or_default().push(n);
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

/// Customers other than `c` whom a name fits as well: all words of the one stand in the other, the payer's last word perhaps cut, and the
/// rarest word of the payer is among them.
fn namesakes(indices: &Indices, name: &str, c: Option<usize>) -> Vec<usize> {
    let written = PreparedName::new(name).words;
    let Some((last, whole)) = written.split_last() else { return Vec::new() };
    let has = |words: &[String], word: &String| words.contains(word);
    let bearers = |word: &String| indices.words.get(word).map_or(0, Vec::len);
    let rarest = written.iter().min_by_key(|w| (bearers(w).max(1), bearers(w) == 0)).cloned().unwrap_or_default();
    let mut found = Vec::new();
    for list in written.iter().filter_map(|word| indices.words.get(word)).filter(|l| l.len() < 300) {
        for other in list.iter().copied().filter(|o| Some(*o) != c) {
            let words = &indices.names[other];
            let inside = whole.iter().all(|x| has(words, x)) && words.iter().any(|x| x.starts_with(last.as_str()));
            let around = words.iter().all(|x| has(&written, x)) && words.iter().any(|x| x.starts_with(&rarest));
            if inside || around {
                found.push(other);
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// How well a name fits a customer's: 0 word by word, 1 the same words, 2 its beginning or all of it with more behind, 3 otherwise.
fn fit(indices: &Indices, name: &str, c: usize) -> u8 {
    let (written, words) = (PreparedName::new(name).words, &indices.names[c]);
    let sorted = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort_unstable();
        list
    };
    match (written.concat(), words.concat()) {
        (a, b) if a == b => 0,
        _ if sorted(&written) == sorted(words) => 1,
        (a, b) if b.starts_with(&a) || a.starts_with(&b) => 2,
        _ => 3,
    }
}

/// Why the label cannot stand: the answers that fit as well, perhaps none; `None` if it stands.
fn doubt(w: &World, indices: &Indices, p: &Planned) -> Option<Vec<Answer>> {
    let none = || Some(Vec::new());
    if p.evidence == Evidence::Fixed {
        return None;
    }
    let name = p.name.as_deref().unwrap_or_default();
    let certain = certain(indices, p);
    // Of namesakes those whom the name fits at least as well as its own customer (or better).
    let rivals_by_name = |better: bool| -> Vec<usize> {
        let own = p.truth.customer.map_or(3, |c| fit(indices, name, c));
        let mut all = namesakes(indices, name, p.truth.customer);
        all.retain(|o| fit(indices, name, *o) < own + u8::from(!better));
        all
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
                let record = &w.items[*claim].record;
                // A reference of ours is written to be nobody else's: it is what is named, and not the document's number.
                let named = record.payment_reference.as_deref().filter(|r| says_reference(p, r));
                let mut rivals = doubles(named.unwrap_or(record.doc_no.as_str()));
                // Who copies the signs between the digits, too, names the document that bears them, and not one with the same digits
                // and other signs.
                let copied = copies(p, &record.doc_no);
                rivals.retain(|i| !copied || w.items[*i].record.doc_no == record.doc_no);
                let same_amount = rivals.iter().any(|i| w.items[*i].record.amount == w.items[*claim].record.amount);
                if !rivals.is_empty() && (!certain || same_amount) {
                    return none();
                }
            }
            // The name is another customer's, and better than the document's own: name and number contradict each other.
            if p.payer == Payer::Name && p.scenario != "parent_pays" && !rivals_by_name(true).is_empty() {
                return none();
            }
            if p.evidence == Evidence::NumberWithDifference {
                let c = p.truth.customer?;
                // Names one document and pays another to the cent (policy 7), unless it says that it pays a part.
                let other = |set: &Vec<usize>| set.len() == 1 && *set != claims && w.open(set[0]) == p.amount;
                let exact = p.scenario != "partial_announced" && explanations(w, c, p.amount, p, 1).iter().any(other);
                if p.payer == Payer::Other || exact {
                    return none();
                }
            } else if p.payer == Payer::Other
                && p.ultimate.is_none()
                && p.scenario != "parent_pays"
                && !namesakes(indices, name, p.truth.customer).is_empty()
            {
                // Somebody who may be a customer that the books do know, and who has nothing to do with it.
                return none();
            }
            None
        }
        Evidence::Weak => {
            let c = p.truth.customer?;
            let amounts: Vec<i64> = claims.iter().map(|i| w.items[*i].record.amount).collect();
            let owes_it = |other: &usize| open_items(w, *other, p).iter().any(|(_, open)| amounts.contains(open));
            // Of namesakes the ending says which, unless the name is more another one's, or of one who owes the same amount.
            let in_full = claims.first().is_some_and(|i| claims.len() > 1 && named_in_full(w, p, *i));
            let owed = || !in_full && rivals_by_name(false).iter().any(owes_it);
            if p.payer == Payer::Other || p.payer == Payer::Name && (!rivals_by_name(true).is_empty() || owed()) {
                return none();
            }
            // What is named in full is no ending of anything else.
            for claim in claims.iter().filter(|i| claims.len() == 1 || !named_in_full(w, p, **i)) {
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
        Evidence::Cut if claims.len() > 1 => {
            // The documents named in full are certain; only what is behind the cut is proven by the sum.
            let c = p.truth.customer?;
            let rest: Vec<usize> = claims.iter().copied().filter(|i| !named_in_full(w, p, *i)).collect();
            let amount = rest.iter().map(|i| w.open(*i)).sum();
            let named = |set: &Vec<usize>| set.iter().any(|i| claims.contains(i) && !rest.contains(i));
            let mut sets = explanations(w, c, amount, p, rest.len().max(1));
            sets.retain(|set| !named(set));
            (!rest.is_empty() && (sets.len() > 1 || rest.len() > 1) || p.payer != Payer::Account).then(Vec::new)
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
            // The number as written is a document's, or its digits are: whoever wrote it may mean that one (policy 19).
            let of_another = |of: Option<&Vec<usize>>| of.is_some_and(|all| all.iter().any(|i| !claims.contains(i)));
            let is_own = |s: &str| claims.iter().any(|i| compact(&w.items[*i].record.doc_no) == compact(s));
            let is_number = |s: &String| {
                let read = zeros_read(s);
                of_another(indices.numbers.get(&compact(s)))
                    || !is_own(&read) && of_another(indices.digits.get(&digits(&read)))
            };
            if p.slip.as_ref().is_some_and(is_number) {
                return none();
            }
            // One document of a certain payer with exactly this amount is a fact (policy 11), and so is the whole account; a sum of some
            // may come about by accident.
            let whole = claims.len() == open_items(w, c, p).len();
            let of_several = p.evidence == Evidence::Amount && claims.len() > 1 && !whole;
            (of_several && chance_ppm(w, c, p, claims.len()) > BUDGET_PPM).then(Vec::new)
        }
    }
}

/// Whether the words of a payment hold a document's whole number.
fn named_in_full(w: &World, p: &Planned, item: usize) -> bool {
    compact(&p.text.concat()).contains(&compact(&w.items[item].number.full()))
}

/// The documents of a customer that the payment may pay, with what is open of each.
fn open_items(w: &World, c: usize, p: &Planned) -> Vec<(usize, i64)> {
    let currency = w.own[p.account].currency;
    let open =
        |i: &&usize| w.items[**i].record.status != ItemStatus::Closed && w.items[**i].record.currency == currency;
    w.customers[c].items.iter().filter(open).map(|i| (*i, w.open(*i))).collect()
}

/// The sets of a customer's open documents that give an amount, each sorted, at most [`RIVALS`]. A single document less its discount
/// in term counts as one.
fn explanations(w: &World, c: usize, amount: i64, p: &Planned, size: usize) -> Vec<Vec<usize>> {
    let open = open_items(w, c, p);
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
fn chance_ppm(w: &World, c: usize, p: &Planned, size: usize) -> i64 {
    let n = i64::try_from(open_items(w, c, p).len()).unwrap_or(i64::MAX / 4);
    let mut sets = 0i64;
    let mut of_size = 1i64;
    for k in 1..=i64::try_from(size.max(2)).unwrap_or(2) {
        of_size = of_size.saturating_mul(n - k + 1) / k;
        sets = sets.saturating_add(of_size.max(0));
    }
    // The true set itself is no accident.
    let sets = sets - 1;
    sets.saturating_mul(1_000_000) / p.amount.max(1)
}
