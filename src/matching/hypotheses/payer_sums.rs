//! Hypotheses from the payer alone: one item of this amount, a set, the whole account, or just money on account.

use super::difference::{Difference, discount_in_term};
use super::evidence::{amount_evidence, exact_weight};
use super::subset::subsets;
use super::{Basis, Context, Hypothesis, Part, Parts};
use crate::book::{ItemIx, Near};
use crate::matching::candidates::{NamedIn, Naming, PayerEvidence, Strength};
use crate::matching::facts::{Bar, Evidence, Fact};
use crate::matching::reading::Wording;
use crate::matching::score::{centibans, weights};
use crate::model::{EvidenceKind, ReasonCode};
use smallvec::{SmallVec, smallvec};

/// Most payers tried.
const PAYERS_MAX: usize = 4;
/// Most items proposed for an amount alone.
const AMOUNT_ITEMS_MAX: usize = 3;

/// Hypotheses for each customer who may have paid.
pub fn by_payer(context: &Context<'_>, found: &mut Vec<Hypothesis>) {
    for payer in context.payers.iter().take(PAYERS_MAX) {
        let items = context.open_near(payer.customer);
        let start = found.len();
        singles(context, payer, &items, found);
        sums(context, payer, &items, found);
        let capped = found.get(start..).is_some_and(|f| f.iter().any(|h| h.capped));
        found.push(on_account(context, payer, capped));
    }
}

fn base(
    context: &Context<'_>,
    payer: &PayerEvidence,
    basis: Basis,
    difference: Difference,
    parts: Parts,
    share: i32,
) -> Hypothesis {
    let prior = -centibans(u64::from(context.book.customer_count()).max(1), 1);
    let mut lines: SmallVec<[Evidence; 6]> = payer.lines.iter().copied().collect();
    // Weights of payers are posterior log-odds; the prior is shown apart, so that the waterfall adds up.
    if let Some(first) = lines.first_mut() {
        first.weight -= prior;
    }
    let mut amount_weight = 0;
    if basis != Basis::OnAccount {
        let amount = amount_evidence(context, difference, parts.len());
        amount_weight = amount.weight;
        lines.push(amount);
    }
    let fact = match basis {
        Basis::OnAccount => Fact::ShareOnAccount,
        Basis::WholeAccount => Fact::ShareWhole,
        _ => Fact::ShareChoice(u32::try_from(parts.len()).unwrap_or(u32::MAX)),
    };
    lines.push(Evidence { kind: EvidenceKind::Wording, weight: share, fact });
    let refund = if context.reading.says(Wording::Refund) && basis != Basis::OnAccount { weights::REFUND } else { 0 };
    if refund != 0 {
        lines.push(Evidence { kind: EvidenceKind::Wording, weight: refund, fact: Fact::RefundNotDocument });
    }
    // Who writes a number of his account pays that document, and not a set without it.
    let passed_over = (0u32..)
        .zip(context.namings)
        .filter(|(_, n)| n.typed.is_none() && n.named_in != NamedIn::EndToEnd && n.strength != Strength::Other)
        .filter(|_| basis != Basis::OnAccount)
        .find(|(_, n)| {
            n.items.iter().any(|ix| context.book.customer_of(*ix) == Some(payer.customer))
                && !n.items.iter().any(|ix| parts.iter().any(|p| p.item == *ix))
        });
    let other = if passed_over.is_some() { weights::PASSED_OVER } else { 0 };
    if let Some((number, _)) = passed_over {
        let fact = Fact::PassedOver(number);
        lines.push(Evidence { kind: EvidenceKind::DocumentNumber, weight: other, fact });
    }
    let elsewhere = if basis == Basis::OnAccount { None } else { named_elsewhere(context, payer) };
    let another = if elsewhere.is_some() { weights::NAMES_ANOTHER } else { 0 };
    if let Some(number) = elsewhere {
        let fact = Fact::NamesItsAmount(number);
        lines.push(Evidence { kind: EvidenceKind::DocumentNumber, weight: another, fact });
    }
    Hypothesis {
        customer: Some(payer.customer),
        basis,
        difference,
        parts,
        about: SmallVec::new(),
        on_account: 0,
        exactly_named: false,
        fully_named: false,
        by_reference: false,
        payer_fits: true,
        prior,
        score: payer.weight + share + amount_weight + refund + other + another,
        lines,
        gates: SmallVec::new(),
        capped: false,
        notes: Vec::new(),
    }
}

/// A number in full of one document of somebody whom this payer does not pay for, open at exactly the payment's amount: whoever wrote
/// it pays that document, unless both number and amount came about by chance.
fn named_elsewhere(context: &Context<'_>, payer: &PayerEvidence) -> Option<u32> {
    let full = |n: &Naming| n.typed.is_none() && n.named_in != NamedIn::EndToEnd && n.strength.is_exact();
    let elsewhere = |ix: ItemIx| {
        context.payable(ix)
            && context.open_amount(ix) == Some(context.payment.amount)
            && context.book.customer_of(ix).is_some_and(|c| !context.may_pay_for(payer.customer, c))
    };
    let named = (0u32..).zip(context.namings).filter(|(_, n)| full(n));
    let mut of_one = named.filter_map(|(k, n)| matches!(n.items.as_slice(), [ix] if elsewhere(*ix)).then_some(k));
    of_one.next()
}

fn whole(near: &Near) -> Part {
    Part { item: near.item, applied: near.open_amount, ..Part::default() }
}

fn part(context: &Context<'_>, item: ItemIx) -> Option<Part> {
    Some(Part { item, applied: context.open_amount(item)?, ..Part::default() })
}

fn singles(context: &Context<'_>, payer: &PayerEvidence, items: &[Near], found: &mut Vec<Hypothesis>) {
    let share = centibans(weights::SET_SIZE_PERMILLE[0], 1000 * items.len().max(1) as u64);
    let amount = context.payment.amount;
    for near in items {
        let open = near.open_amount;
        // Most are told from here, without a look at the item itself.
        let taken = open.saturating_sub(amount);
        let within = taken > 0 && (near.discount_most == u32::MAX || taken <= i64::from(near.discount_most) + 1);
        if open == amount {
            let parts = smallvec![whole(near)];
            found.push(base(context, payer, Basis::PayerSingle, Difference::Exact, parts, share));
        } else if within
            && let Some(discount) = discount_in_term(context, near.item, Some(payer.customer))
            && discount > 0
            && taken.abs_diff(discount) <= 1
        {
            let p = Part { item: near.item, applied: amount, discount: taken, ..Part::default() };
            found.push(base(context, payer, Basis::PayerSingle, Difference::Discount(taken), smallvec![p], share));
        }
    }
}

fn sums(context: &Context<'_>, payer: &PayerEvidence, items: &[Near], found: &mut Vec<Hypothesis>) {
    if items.len() < 2 {
        return;
    }
    let amounts: SmallVec<[i64; 16]> = items.iter().map(|near| near.open_amount).collect();
    let amount = context.payment.amount;
    let n = items.len() as u64;
    let all: i128 = amounts.iter().map(|a| i128::from(*a)).sum();
    let invoices: i128 = amounts.iter().filter(|a| **a > 0).map(|a| i128::from(*a)).sum();
    if all == i128::from(amount) {
        let share = centibans(weights::WHOLE_ACCOUNT_PERMILLE, 1000);
        let parts = items.iter().map(whole).collect();
        found.push(base(context, payer, Basis::WholeAccount, Difference::Exact, parts, share));
    }
    let searched = subsets(&amounts, amount);
    for set in &searched.sets {
        if set.len() == items.len() {
            continue;
        }
        let share = if invoices == i128::from(amount)
            && set.len() as u64 == amounts.iter().filter(|a| **a > 0).count() as u64
        {
            centibans(weights::WHOLE_ACCOUNT_PERMILLE, 2000)
        } else {
            let size = weights::SET_SIZE_PERMILLE.get(set.len() - 1).copied().unwrap_or(5);
            centibans(size, 1000u64.saturating_mul(choose(n, set.len() as u64)))
        };
        let parts = set.iter().filter_map(|k| items.get(*k)).map(whole).collect();
        let mut h = base(context, payer, Basis::PayerSum, Difference::Exact, parts, share);
        h.capped = searched.capped;
        if searched.capped {
            h.gates.push(Bar { reason: ReasonCode::SearchCap, fact: Fact::NotCounted(n) });
        }
        found.push(h);
    }
    // Policy 11: how many sets of this size or smaller would give the amount by chance, if sums fell evenly up to it. And who
    // paid exactly this amount before may pay it again.
    let paid_before = context.book.by_closed_amount(context.payment.currency, amount);
    let paid_before = paid_before.iter().find(|ix| context.book.customer_of(**ix) == Some(payer.customer)).copied();
    for h in found.iter_mut().filter(|h| h.customer == Some(payer.customer)) {
        if h.basis == Basis::PayerSum {
            let sets =
                (1..=h.parts.len() as u64).fold(0u64, |sum, k| sum.saturating_add(choose(n, k))).saturating_sub(1);
            let expected = u128::from(sets) * 1_000_000 / u128::from(amount.unsigned_abs().max(1));
            if expected > u128::from(context.policy.error_budget_ppm) {
                let fact = Fact::OtherChoices(sets, n, u64::try_from(expected).unwrap_or(u64::MAX));
                h.gates.push(Bar { reason: ReasonCode::NoReference, fact });
            }
        }
        if let Some(paid) = paid_before.filter(|_| matches!(h.basis, Basis::PayerSum | Basis::WholeAccount)) {
            h.gates.push(Bar { reason: ReasonCode::DuplicateSuspect, fact: Fact::PaidSameAmount(paid) });
        }
    }
}

fn on_account(context: &Context<'_>, payer: &PayerEvidence, capped: bool) -> Hypothesis {
    let mut h = base(
        context,
        payer,
        Basis::OnAccount,
        Difference::Exact,
        Parts::new(),
        centibans(weights::ON_ACCOUNT_PERMILLE, 1000),
    );
    h.on_account = context.payment.amount;
    h.capped = capped;
    h
}

/// Items of exactly this amount when no payer is known: proposals, never decisions.
pub fn only_amount(context: &Context<'_>, found: &mut Vec<Hypothesis>) {
    let rows = context.book.by_amount(context.payment.currency, context.payment.amount);
    let items = rows
        .iter()
        .copied()
        .filter(|ix| context.payable(*ix))
        .filter(|ix| context.book.customer_of(*ix).is_none_or(|c| context.payer(c).is_none()))
        .take(AMOUNT_ITEMS_MAX);
    let prior = -centibans(u64::from(context.book.open_count()).max(1), 1);
    let (weight, same) = exact_weight(context);
    // Without any word or payer the amount alone must leave room for what is not in the book.
    let weight = weight.min(150);
    for ix in items {
        let Some(part) = part(context, ix) else { continue };
        found.push(Hypothesis {
            customer: context.book.customer_of(ix),
            basis: Basis::OnlyAmount,
            difference: Difference::Exact,
            parts: smallvec![part],
            about: SmallVec::new(),
            on_account: 0,
            exactly_named: false,
            fully_named: false,
            by_reference: false,
            payer_fits: false,
            prior,
            score: prior + weight,
            lines: smallvec![Evidence { kind: EvidenceKind::Amount, weight, fact: Fact::OnlyAmount(same) }],
            gates: smallvec![Bar { reason: ReasonCode::UnknownPayer, fact: Fact::NothingElse }],
            capped: false,
            notes: Vec::new(),
        });
    }
}

fn choose(n: u64, k: u64) -> u64 {
    let k = k.min(n - k.min(n));
    let mut result: u128 = 1;
    for i in 0..k {
        result = result * u128::from(n - i) / u128::from(i + 1);
        if result > u128::from(u64::MAX) {
            return u64::MAX;
        }
    }
    u64::try_from(result).unwrap_or(u64::MAX)
}
