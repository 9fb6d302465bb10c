//! Hypotheses from what the text names: one document, a list, a range, with whatever difference; or documents that are closed.

use super::difference::{Difference, explain};
use super::evidence::{amount_evidence, kind_of, scale};
use super::relations::{fits, other_customer, related};
use super::sentence::sentence;
use super::{Basis, Context, Hypothesis, Part, Parts};
use crate::book::{CustomerIx, ItemIx};
use crate::matching::candidates::{NamedIn, Naming, PayerEvidence, PayerKind, Strength, cut_namings, text_is_cut};
use crate::matching::facts::{Bar, Evidence, Fact};
use crate::matching::reading::{Label, Typed};
use crate::matching::score::{centibans, weights};
use crate::model::{EvidenceKind, ItemStatus, Payment, ReasonCode};
use smallvec::{SmallVec, smallvec};

/// A closed document older than this is not paid twice by mistake, but named by a standing order.
const STANDING_ORDER_DAYS: i64 = 150;

/// Most customers that an ambiguous number is tried for.
const FOCUS_MAX: usize = 6;

/// All hypotheses in which the items are named.
pub fn named(context: &Context<'_>) -> Vec<Hypothesis> {
    let mut found: Vec<Hypothesis> = Vec::new();
    let (tiers, competing) = tiers(context);
    let cut = cut_namings(context.payment, context.reading, context.namings);
    for (k, tier) in tiers.iter().enumerate() {
        let mut answers: SmallVec<[Hypothesis; 4]> = SmallVec::new();
        for focus in foci(context, tier) {
            answers.extend(resolve(context, tier, focus));
        }
        if competing && k == 1 {
            // Leaving a number aside must be worth it: the sum fits without it, and without one that nobody named.
            let guessed = |h: &Hypothesis| h.lines.iter().any(|l| matches!(l.fact, Fact::OneMissing(..)));
            answers.retain(|h| matches!(h.difference, Difference::Exact | Difference::Discount(_)) && !guessed(h));
            answers.iter_mut().for_each(|h| left_aside(context, tiers.first(), h));
        }
        // The last number of a cut list goes on where nobody sees it: without it, if the sum then proves the list.
        let without: Tier = tier.iter().copied().filter(|n| !cut.contains(n)).collect();
        if without.len() < tier.len() && !without.is_empty() {
            for focus in foci(context, &without) {
                let proven = |h: &Hypothesis| h.lines.iter().any(|l| matches!(l.fact, Fact::ListCut(_)));
                answers.extend(resolve(context, &without, focus).into_iter().filter(proven));
            }
        }
        for hypothesis in answers {
            let known = |h: &Hypothesis| {
                h.basis == hypothesis.basis && h.same_items(&hypothesis) && same_gates(context, h, &hypothesis)
            };
            match found.iter_mut().find(|h| known(h)) {
                Some(same) if same.score < hypothesis.score => *same = hypothesis,
                Some(_) => {}
                None => found.push(hypothesis),
            }
        }
        // A lower tier explains a payment only if nothing better names an item; all numbers and the strong ones alone compete.
        if !(competing && k == 0) && found.iter().any(|h| !h.parts.is_empty() || h.basis == Basis::Duplicate) {
            break;
        }
    }
    found
}

/// Whether two answers have the same gates, as people read them.
fn same_gates(context: &Context<'_>, a: &Hypothesis, b: &Hypothesis) -> bool {
    let same = |x: &Bar, y: &Bar| {
        x.reason == y.reason
            && (x == y && a.about == b.about || sentence(context, a, &x.fact) == sentence(context, b, &y.fact))
    };
    a.gates.len() == b.gates.len() && a.gates.iter().zip(&b.gates).all(|(x, y)| same(x, y))
}

/// Money that we collected: then the end-to-end id is our own.
pub fn is_collection(payment: &Payment) -> bool {
    payment.bank_code.contains("IDDT") || matches!(payment.gvc.as_deref(), Some("171" | "174" | "192" | "196"))
}

/// Numbers of namings that count together.
type Tier = SmallVec<[u32; 8]>;

/// The namings that count together, best explanation first: documents; documents without the weak ones; orders; the end-to-end
/// id; numbers that look like something else. Also whether the first two compete, as readings of the same numbers.
fn tiers(context: &Context<'_>) -> (SmallVec<[Tier; 4]>, bool) {
    let collection = is_collection(context.payment);
    let payers_own = |n: &Naming| {
        n.items
            .iter()
            .any(|ix| context.book.customer_of(*ix).and_then(|c| context.payer(c)).is_some_and(|p| p.weight >= 150))
    };
    let words = |n: &Naming| n.named_in != NamedIn::EndToEnd || collection;
    let plain = |n: &Naming| n.typed.is_none() || n.typed == Some(Typed::BadReference);
    let document = |n: &Naming| {
        n.strength <= Strength::Short
            || n.strength == Strength::Tail && n.label != Some(Label::Order) && (n.label.is_some() || payers_own(n))
    };
    let pick = |f: &dyn Fn(&Naming) -> bool| -> Tier {
        let numbered = (0u32..).zip(context.namings);
        numbered.filter(|(_, n)| f(n)).map(|(k, _)| k).collect()
    };
    let all = pick(&|n| words(n) && plain(n) && document(n));
    let strong = pick(&|n| words(n) && plain(n) && n.strength <= Strength::Short);
    let mut list: SmallVec<[Tier; 4]> = SmallVec::new();
    let both = !strong.is_empty() && strong.len() < all.len();
    list.push(all);
    if both {
        // The sum decides.
        list.push(strong);
    }
    list.push(pick(&|n| n.strength == Strength::Other && n.named_in != NamedIn::EndToEnd && n.typed.is_none()));
    if !collection {
        list.push(pick(&|n| n.named_in == NamedIn::EndToEnd && n.strength <= Strength::Short));
    }
    let bare = |n: &Naming| n.strength == Strength::Tail && n.label != Some(Label::Order);
    list.push(pick(&|n| n.named_in != NamedIn::EndToEnd && (n.typed.is_some() || bare(n))));
    list.retain(|tier| !tier.is_empty());
    (list, both)
}

/// A number that the answer leaves aside, though it may be a document of the same customer: a person looks.
fn left_aside(context: &Context<'_>, all: Option<&Tier>, h: &mut Hypothesis) {
    let same = |ix: &ItemIx| context.book.customer_of(*ix) == h.customer && context.payable(*ix);
    let left = all.into_iter().flatten().find(|k| {
        context.naming(**k).is_some_and(|n| {
            n.items.iter().any(same) && !n.items.iter().any(|ix| h.parts.iter().any(|p| p.item == *ix))
        })
    });
    if let Some(k) = left {
        h.gates.push(Bar { reason: ReasonCode::Contradiction, fact: Fact::LeftAside(*k) });
    }
}

/// The customers for whom ambiguous numbers are read; `None` alone if no number is ambiguous.
fn foci(context: &Context<'_>, tier: &[u32]) -> SmallVec<[Option<CustomerIx>; 4]> {
    let mut customers: SmallVec<[CustomerIx; 8]> = tier
        .iter()
        .filter_map(|k| context.naming(*k))
        .filter(|n| n.items.len() > 1)
        .flat_map(|n| n.items.iter().filter_map(|ix| context.book.customer_of(*ix)))
        .collect();
    customers.sort_unstable();
    customers.dedup();
    customers.sort_by_key(|c| -context.payer(*c).map_or(0, |p| p.weight));
    customers.truncate(FOCUS_MAX);
    if customers.is_empty() { smallvec![None] } else { customers.into_iter().map(Some).collect() }
}

#[derive(Clone, Copy)]
struct Resolved<'a> {
    number: u32,
    naming: &'a Naming,
    item: ItemIx,
    unique: bool,
}

fn resolve(context: &Context<'_>, tier: &[u32], focus: Option<CustomerIx>) -> SmallVec<[Hypothesis; 2]> {
    let mut resolved: SmallVec<[Resolved<'_>; 4]> = SmallVec::new();
    for (number, naming) in tier.iter().filter_map(|k| Some((*k, context.naming(*k)?))) {
        let bearing = naming.items.as_slice();
        let pool: SmallVec<[ItemIx; 4]> = match bearing {
            [_] => bearing.into(),
            many => {
                many.iter().copied().filter(|ix| focus.is_none() || context.book.customer_of(*ix) == focus).collect()
            }
        };
        let open: SmallVec<[ItemIx; 4]> = pool.iter().copied().filter(|ix| context.payable(*ix)).collect();
        let item = match (open.as_slice(), pool.as_slice()) {
            ([one], _) | ([], [one]) => Some(*one),
            // Several open items of one customer bear this short form: the one of this amount, if only one is.
            (many, _) => {
                let fits: SmallVec<[ItemIx; 4]> = many
                    .iter()
                    .copied()
                    .filter(|ix| context.open_amount(*ix) == Some(context.payment.amount))
                    .collect();
                match fits.as_slice() {
                    [one] => Some(*one),
                    _ => None,
                }
            }
        };
        if let Some(item) = item {
            match resolved.iter_mut().find(|r| r.item == item) {
                Some(r) if naming.strength < r.naming.strength => {
                    *r = Resolved { number, naming, item, unique: bearing.len() == 1 }
                }
                Some(_) => {}
                None => resolved.push(Resolved { number, naming, item, unique: bearing.len() == 1 }),
            }
        }
    }
    let mut out: SmallVec<[Hypothesis; 2]> = SmallVec::new();
    let mut open: SmallVec<[Resolved<'_>; 4]> = SmallVec::new();
    let mut closed: SmallVec<[Resolved<'_>; 4]> = SmallVec::new();
    let mut elsewhere: SmallVec<[Resolved<'_>; 2]> = SmallVec::new();
    for r in resolved {
        let Some(item) = context.book.figures(r.item) else { continue };
        match (context.payable(r.item), item.status == ItemStatus::Closed) {
            (true, _) => open.push(r),
            (false, true) if context.right_company(item.company) => closed.push(r),
            (false, true) => {}
            (false, false) => elsewhere.push(r),
        }
    }
    if open.is_empty() {
        out.extend(closed.first().map(|_| duplicate(context, &closed)));
        out.extend(elsewhere.first().map(|r| foreign(context, r)));
        return out;
    }
    let full = set(context, &open, &elsewhere, true);
    // Only money that is left over asks for one more document.
    let over = full.as_ref().is_some_and(|h| matches!(h.difference, Difference::Over(_)));
    out.extend(full);
    out.extend(over.then(|| with_missing_document(context, &open)).flatten());
    out
}

fn set(
    context: &Context<'_>,
    open: &[Resolved<'_>],
    elsewhere: &[Resolved<'_>],
    with_gates: bool,
) -> Option<Hypothesis> {
    let items: SmallVec<[ItemIx; 4]> = open.iter().map(|r| r.item).collect();
    let mut customers: SmallVec<[CustomerIx; 4]> =
        items.iter().filter_map(|ix| context.book.customer_of(*ix)).collect();
    customers.sort_unstable();
    customers.dedup();
    let customer = match customers.as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    let explained = explain(context, &items, customer)?;
    let mut lines: SmallVec<[Evidence; 6]> = SmallVec::new();

    let payer_fits = customers.iter().all(|c| fits(context, *c, &items));
    let certain_other = other_customer(context, &customers);
    let prior = -centibans(u64::from(context.book.open_count()).max(1), 1);
    let mut score = prior;
    let account = account_of(context, &customers, &items);
    if let Some((payer, bearers)) = account {
        // The payer narrows the search from the book to some accounts; it can only help.
        let gain = (payer.weight - centibans(bearers, 1) - prior).max(0);
        lines.extend(payer.lines.iter().copied());
        scale(&mut lines, gain);
        score += gain;
    }
    let mut number_weight = 0;
    for (k, r) in open.iter().enumerate() {
        let own = within_account(context, r, account.map(|(_, bearers)| bearers));
        let full = if k == 0 { own } else { own.min(weights::FURTHER_NUMBER) };
        let weight = full.min(weights::NUMBERS_MAX - number_weight);
        number_weight += weight;
        lines.push(Evidence { kind: kind_of(r.naming), weight, fact: Fact::Named(r.number, r.item) });
    }
    score += number_weight;
    let amount = amount_evidence(context, explained.difference, items.len());
    score += amount.weight;
    lines.push(amount);
    for item in items.iter().filter(|ix| !explained.parts.iter().any(|p| p.item == **ix)) {
        lines.push(Evidence { kind: EvidenceKind::Warning, weight: 0, fact: Fact::NothingLeft(*item) });
    }

    let collection = is_collection(context.payment);
    let fully_named = open.iter().all(|r| r.unique && in_full(context, r, collection));
    let exactly_named = open.iter().all(|r| {
        let short = payer_fits && account.is_some() && r.naming.strength != Strength::Other;
        r.naming.typed.is_none() && (r.naming.strength.is_exact() && r.unique || short)
    });
    let mut gates: SmallVec<[Bar; 2]> = SmallVec::new();
    if let Some((other, kind)) = certain_other {
        let by_account = kind <= PayerKind::Mandate;
        let fact = Fact::OtherCustomer(other, kind);
        score += weights::OTHER_CUSTOMER;
        lines.push(Evidence { kind: EvidenceKind::Warning, weight: weights::OTHER_CUSTOMER, fact });
        gates.push(Bar { reason: if by_account { ReasonCode::ThirdPayer } else { ReasonCode::Contradiction }, fact });
    }
    let may_be = |c: &CustomerIx| context.payer(*c).is_some_and(PayerEvidence::may_be_on_behalf);
    let behalf = context
        .payers
        .iter()
        .filter(|p| p.is_on_behalf() && !customers.iter().any(may_be))
        .find(|p| !customers.iter().any(|c| related(context, p.customer, *c, items.iter().copied())));
    if let Some(other) = behalf {
        gates.push(Bar { reason: ReasonCode::Contradiction, fact: Fact::OnBehalf(other.customer) });
    }
    if with_gates {
        if let Some(bad) = open.iter().find(|r| r.naming.typed == Some(Typed::BadReference)) {
            gates.push(Bar { reason: ReasonCode::CheckDigit, fact: Fact::BadReference(bad.number) });
        }
        // Where what is named in full explains the payment, an ending that is as well a document elsewhere says nothing.
        let explained = exactly_named && matches!(explained.difference, Difference::Exact | Difference::Discount(_));
        let means_it = |r: &&Resolved<'_>| !explained || r.naming.strength < Strength::Short;
        gates.extend(elsewhere.iter().find(means_it).map(|r| foreign_bar(context, r.item)));
    }
    Some(Hypothesis {
        customer,
        basis: Basis::Named,
        difference: explained.difference,
        parts: explained.parts,
        about: SmallVec::new(),
        on_account: explained.on_account,
        exactly_named,
        fully_named,
        by_reference: open.iter().any(|r| r.naming.strength == Strength::Reference),
        payer_fits,
        prior,
        score,
        lines,
        gates,
        capped: false,
        notes: Vec::new(),
    })
}

/// The rest of the payment is exactly one more document of the customer: somebody forgot to name it. Never automatic.
fn with_missing_document(context: &Context<'_>, open: &[Resolved<'_>]) -> Option<Hypothesis> {
    let base = set(context, open, &[], false)?;
    let Difference::Over(rest) = base.difference else { return None };
    let customer = base.customer?;
    let mut fits: SmallVec<[ItemIx; 4]> = context
        .open_items_of(customer)
        .filter(|ix| context.open_amount(*ix) == Some(rest) && !base.parts.iter().any(|p| p.item == *ix))
        .collect();
    // By the items' own ids, so that the order of the book does not show.
    fits.sort_by_key(|ix| context.book.item(*ix).map(|it| it.item_id.as_str()));
    let (first, second) = (*fits.first()?, fits.get(1));
    let item = context.book.item(first)?;
    let cut = second.is_none() && base.exactly_named && {
        let named = base.parts.iter().filter_map(|p| context.book.item(p.item)).map(|it| it.doc_no.as_str());
        text_is_cut_at(context, &item.doc_no, &named.collect::<Vec<&str>>())
    };
    let mut h = base;
    h.parts.push(Part { item: first, applied: rest, ..Part::default() });
    h.on_account = 0;
    h.difference = Difference::Exact;
    h.fully_named = false;
    if cut {
        // The bank cut the list in the middle of this number, and the sum proves it (scenario 84).
        let weight = weights::AMOUNT_EXACT - weights::AMOUNT_OTHER;
        h.score += weight;
        h.lines.push(Evidence { kind: EvidenceKind::Amount, weight, fact: Fact::ListCut(first) });
        return Some(h);
    }
    h.exactly_named = false;
    h.score += 120;
    let fact = Fact::OneMissing(first, second.is_some());
    h.lines.push(Evidence { kind: EvidenceKind::Amount, weight: 120, fact });
    h.gates.push(Bar { reason: ReasonCode::AmountOver, fact });
    Some(h)
}

/// Whether the text ends where banks cut: with the beginning of this number, or just after another one or a separator.
fn text_is_cut_at(context: &Context<'_>, doc_no: &str, named: &[&str]) -> bool {
    if !text_is_cut(context.payment) {
        return false;
    }
    let text = context.payment.remittance.concat();
    let whole = crate::book::keys::compact(doc_no);
    // Numbers may have blanks in them, and lists may have nothing else between them.
    let lists: [&[char]; 2] = [&[',', ';', '+', '&'], &[',', ';', '+', '&', ' ']];
    lists.iter().any(|signs| {
        let last = crate::book::keys::compact(text.rsplit(*signs).next().unwrap_or(""));
        let between = named.iter().any(|n| crate::book::keys::compact(n) == last);
        between || last.len() < whole.len() && whole.starts_with(&last)
    })
}

fn duplicate(context: &Context<'_>, closed: &[Resolved<'_>]) -> Hypothesis {
    let items = || closed.iter().filter_map(|r| context.book.item(r.item));
    let total = items().fold(0i64, |s, it| s.saturating_add(it.amount));
    let same = total == context.payment.amount;
    let reason = if same { ReasonCode::DuplicateSuspect } else { ReasonCode::AlreadyPaid };
    let fact = Fact::PaidBefore(same);
    let customer = closed.first().and_then(|r| context.book.customer_of(r.item));
    // A number that is paid long ago and comes back every month is a standing order whose text nobody changed.
    let recent = items().any(|it| {
        it.doc_date.or(it.due_date).is_none_or(|d| (context.payment.booking_date - d).num_days() <= STANDING_ORDER_DAYS)
    });
    let prior = -centibans(u64::from(context.book.open_count()).max(1), 1);
    let payer = customer.and_then(|c| context.payer(c)).map_or(0, |p| (p.weight - prior).max(0));
    let number = closed.iter().map(|r| r.naming.weight).max().unwrap_or(0);
    let amount = if same { weights::AMOUNT_EXACT } else { 0 };
    let weight = if recent { number + amount + payer } else { number };
    Hypothesis {
        customer,
        basis: Basis::Duplicate,
        difference: Difference::Exact,
        parts: Parts::new(),
        about: closed.iter().map(|r| r.item).collect(),
        on_account: context.payment.amount,
        exactly_named: false,
        fully_named: false,
        by_reference: false,
        payer_fits: customer.is_some_and(|c| context.payer(c).is_some()),
        prior,
        score: prior + weight,
        lines: smallvec![Evidence { kind: EvidenceKind::DocumentNumber, weight, fact }],
        gates: smallvec![Bar { reason, fact }],
        capped: false,
        notes: Vec::new(),
    }
}

/// Why a named item of another company or in another currency cannot be paid.
fn foreign_bar(context: &Context<'_>, ix: ItemIx) -> Bar {
    match context.book.figures(ix) {
        Some(it) if !context.right_company(it.company) => {
            Bar { reason: ReasonCode::WrongCompany, fact: Fact::ForeignCompany(ix) }
        }
        Some(_) => Bar { reason: ReasonCode::CurrencyDiffers, fact: Fact::ForeignCurrency(ix) },
        None => Bar { reason: ReasonCode::NoReference, fact: Fact::ForeignUnknown },
    }
}

/// A named item of another company or in another currency.
fn foreign(context: &Context<'_>, r: &Resolved<'_>) -> Hypothesis {
    let gate = foreign_bar(context, r.item);
    let prior = -centibans(u64::from(context.book.open_count()).max(1), 1);
    let weight = r.naming.weight;
    Hypothesis {
        customer: context.book.customer_of(r.item),
        basis: Basis::Duplicate,
        difference: Difference::Exact,
        parts: Parts::new(),
        about: smallvec![r.item],
        on_account: context.payment.amount,
        exactly_named: false,
        fully_named: false,
        by_reference: false,
        payer_fits: false,
        prior,
        score: prior + weight,
        lines: smallvec![Evidence { kind: EvidenceKind::DocumentNumber, weight, fact: gate.fact }],
        gates: smallvec![gate],
        capped: false,
        notes: Vec::new(),
    }
}

/// Whether a number alone proves which document is meant, whoever pays: written with its letters, as a structured reference, or
/// as all its digits, if they are many or a label says what they are; never the payer's own end-to-end id, unless we collected
/// the money. Few digits of a number that has letters are only an ending of it.
fn in_full(context: &Context<'_>, r: &Resolved<'_>, collection: bool) -> bool {
    let naming = r.naming;
    let labelled =
        matches!(naming.label, Some(Label::Document | Label::CreditNote)) || naming.named_in == NamedIn::Field;
    let letters = context.book.whole_of(r.item).bytes().any(|b| b.is_ascii_alphabetic());
    let digits = naming.quote.bytes().filter(u8::is_ascii_digit).count();
    let enough = match (letters, labelled) {
        (true, true) | (false, false) => 7,
        (true, false) => 10,
        (false, true) => 5,
    };
    naming.typed.is_none()
        && (naming.named_in != NamedIn::EndToEnd || collection)
        && (naming.strength <= Strength::Whole || naming.strength == Strength::Digits && digits >= enough)
}

/// The payer whose account the documents may be on, and how many open documents that is: their one customer, or somebody who
/// pays for all their customers.
fn account_of<'a>(
    context: &'a Context<'_>,
    customers: &[CustomerIx],
    items: &[ItemIx],
) -> Option<(&'a PayerEvidence, u64)> {
    let bearers = || customers.iter().map(|c| context.open_items_of(*c).count() as u64).sum::<u64>().max(1);
    let own = match customers {
        [one] => context.payer(*one),
        _ => None,
    };
    let pays_for_all =
        |p: &&PayerEvidence| customers.iter().all(|c| related(context, p.customer, *c, items.iter().copied()));
    own.or_else(|| context.payers.iter().filter(|p| p.weight >= 250).find(pays_for_all)).map(|p| (p, bearers()))
}

/// Weight of a bare number when the payer is known: then it could only hit one of these documents by chance. Leading zeros count
/// where they are written as the document has them.
fn within_account(context: &Context<'_>, r: &Resolved<'_>, bearers: Option<u64>) -> i32 {
    let (Some(bearers), true) = (bearers, r.naming.strength > Strength::Whole) else { return r.naming.weight };
    let written = || r.naming.quote.bytes().filter(u8::is_ascii_digit);
    let mut number = context.book.whole_of(r.item).bytes().rev();
    let padded = written().rev().all(|b| number.next() == Some(b));
    let digits = if padded { written().count() } else { written().skip_while(|b| *b == b'0').count() };
    let space = 9 * 10u64.saturating_pow(u32::try_from(digits.saturating_sub(1)).unwrap_or(15).min(15));
    let label = if matches!(r.naming.label, Some(Label::Document | Label::CreditNote)) { weights::LABEL } else { 0 };
    let typed = if r.naming.typed.is_some() { weights::NUMBER_TYPED } else { 0 };
    let weight = centibans(space, bearers).min(weights::NUMBER_DIGITS_MAX) + label + typed;
    weight.max(r.naming.weight)
}
