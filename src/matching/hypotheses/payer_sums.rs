//! Hypotheses from the payer alone: one item of this amount, a set, the whole account, or just money on account.

use super::difference::{Difference, discount_in_term};
use super::evidence::{amount_evidence, exact_weight};
use super::subset::subsets;
use super::{Basis, Context, Hypothesis, Part};
use crate::book::ItemIx;
use crate::matching::candidates::{NamedIn, PayerEvidence, Strength};
use crate::matching::reading::Wording;
use crate::matching::score::{centibans, weights};
use crate::model::{EvidenceKind, EvidenceLine, Gate, ReasonCode};

/// Most payers tried.
const PAYERS_MAX: usize = 4;
/// Most items proposed for an amount alone.
const AMOUNT_ITEMS_MAX: usize = 3;

/// Hypotheses for each customer who may have paid.
pub fn by_payer(context: &Context<'_>) -> Vec<Hypothesis> {
    let mut found = Vec::new();
    for payer in context.payers.iter().take(PAYERS_MAX) {
        let items = context.open_items_of(payer.customer);
        let start = found.len();
        singles(context, payer, &items, &mut found);
        sums(context, payer, &items, &mut found);
        let capped = found.get(start..).is_some_and(|f| f.iter().any(|h| h.capped));
        found.push(on_account(context, payer, capped));
    }
    found
}

fn base(
    context: &Context<'_>,
    payer: &PayerEvidence,
    basis: Basis,
    difference: Difference,
    parts: Vec<Part>,
    share: i32,
) -> Hypothesis {
    let prior = -centibans(u64::from(context.book.customer_count()).max(1), 1);
    let mut lines = payer.lines.clone();
    // Weights of payers are posterior log-odds; the prior is shown apart, so that the waterfall adds up.
    if let Some(first) = lines.first_mut() {
        first.weight -= prior;
    }
    let documents = parts.len();
    let (amount_weight, text) = match basis {
        Basis::OnAccount => (0, String::new()),
        _ => amount_evidence(context, &difference, documents),
    };
    if basis != Basis::OnAccount {
        lines.push(EvidenceLine { kind: EvidenceKind::Amount, weight: amount_weight, text });
    }
    let text = match basis {
        Basis::OnAccount => "share of payments that fit no document of a known payer".to_owned(),
        Basis::WholeAccount => "share of payments without a number that clear a whole account".to_owned(),
        _ => format!("share of payments without a number that pay just this choice of {documents}"),
    };
    lines.push(EvidenceLine { kind: EvidenceKind::Wording, weight: share, text });
    let refund = if context.reading.says(Wording::Refund) && basis != Basis::OnAccount { weights::REFUND } else { 0 };
    if refund != 0 {
        let text = "the text speaks of a refund: money back, not money for a document".to_owned();
        lines.push(EvidenceLine { kind: EvidenceKind::Wording, weight: refund, text });
    }
    // Who writes a number of his account pays that document, and not a set without it.
    let passed_over = context
        .namings
        .iter()
        .filter(|n| n.typed.is_none() && n.named_in != NamedIn::EndToEnd && n.strength != Strength::Other)
        .find(|n| {
            n.items.iter().any(|ix| context.book.customer_of(*ix) == Some(payer.customer))
                && !n.items.iter().any(|ix| parts.iter().any(|p| p.item == *ix))
        })
        .filter(|_| basis != Basis::OnAccount);
    let other = if passed_over.is_some() { weights::PASSED_OVER } else { 0 };
    if let Some(naming) = passed_over {
        let text = format!("the text has `{}`, which is another document of this account", naming.quote);
        lines.push(EvidenceLine { kind: EvidenceKind::DocumentNumber, weight: other, text });
    }
    Hypothesis {
        customer: Some(payer.customer),
        basis,
        difference,
        parts,
        on_account: 0,
        exactly_named: false,
        fully_named: false,
        by_reference: false,
        payer_fits: true,
        prior,
        score: payer.weight + share + amount_weight + refund + other,
        lines,
        gates: Vec::new(),
        capped: false,
    }
}

fn part(context: &Context<'_>, item: ItemIx) -> Option<Part> {
    Some(Part { item, applied: context.book.item(item)?.open_amount, ..Part::default() })
}

fn singles(context: &Context<'_>, payer: &PayerEvidence, items: &[ItemIx], found: &mut Vec<Hypothesis>) {
    let share = centibans(weights::SET_SIZE_PERMILLE[0], 1000 * items.len().max(1) as u64);
    let amount = context.payment.amount;
    for ix in items {
        let Some(item) = context.book.item(*ix) else { continue };
        if item.open_amount == amount {
            found.extend(
                part(context, *ix).map(|p| base(context, payer, Basis::PayerSingle, Difference::Exact, vec![p], share)),
            );
        } else if let Some(discount) = discount_in_term(context, item, Some(payer.customer)) {
            let taken = item.open_amount.saturating_sub(amount);
            if discount > 0 && taken.abs_diff(discount) <= 1 {
                let p = Part { item: *ix, applied: amount, discount: taken, ..Part::default() };
                found.push(base(context, payer, Basis::PayerSingle, Difference::Discount(taken), vec![p], share));
            }
        }
    }
}

fn sums(context: &Context<'_>, payer: &PayerEvidence, items: &[ItemIx], found: &mut Vec<Hypothesis>) {
    if items.len() < 2 {
        return;
    }
    let amounts: Vec<i64> = items.iter().filter_map(|ix| context.book.item(*ix)).map(|it| it.open_amount).collect();
    let amount = context.payment.amount;
    let n = items.len() as u64;
    let all: i128 = amounts.iter().map(|a| i128::from(*a)).sum();
    let invoices: i128 = amounts.iter().filter(|a| **a > 0).map(|a| i128::from(*a)).sum();
    if all == i128::from(amount) {
        let share = centibans(weights::WHOLE_ACCOUNT_PERMILLE, 1000);
        let parts = items.iter().filter_map(|ix| part(context, *ix)).collect();
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
        let parts = set.iter().filter_map(|k| items.get(*k)).filter_map(|ix| part(context, *ix)).collect();
        let mut h = base(context, payer, Basis::PayerSum, Difference::Exact, parts, share);
        h.capped = searched.capped;
        if searched.capped {
            let text = format!("{n} open items: not all combinations could be counted");
            h.gates.push(Gate { reason: ReasonCode::SearchCap, text });
        }
        found.push(h);
    }
    // Chance sums: how many sets of up to six of these items would hit any given amount.
    let spread = amounts.iter().map(|a| u128::from(a.unsigned_abs())).sum::<u128>().max(1);
    let sets: u128 = (2..=n.min(6)).map(|k| u128::from(choose(n, k))).sum();
    let expected_ppm = u64::try_from(sets.saturating_mul(1_000_000) / spread).unwrap_or(u64::MAX);
    for h in found.iter_mut().filter(|h| h.basis == Basis::PayerSum && h.customer == Some(payer.customer)) {
        if expected_ppm > u64::from(context.policy.error_budget_ppm) * 10 {
            let text = format!(
                "{sets} combinations of {n} items: {}.{:04} chance sums expected",
                expected_ppm / 1_000_000,
                expected_ppm % 1_000_000 / 100
            );
            h.gates.push(Gate { reason: ReasonCode::NoReference, text });
        }
    }
}

fn on_account(context: &Context<'_>, payer: &PayerEvidence, capped: bool) -> Hypothesis {
    let mut h = base(
        context,
        payer,
        Basis::OnAccount,
        Difference::Exact,
        Vec::new(),
        centibans(weights::ON_ACCOUNT_PERMILLE, 1000),
    );
    h.on_account = context.payment.amount;
    h.capped = capped;
    h
}

/// Items of exactly this amount when no payer is known: proposals, never decisions.
pub fn only_amount(context: &Context<'_>) -> Vec<Hypothesis> {
    let rows = context.book.by_amount(context.payment.currency, context.payment.amount);
    let items: Vec<ItemIx> = rows
        .iter()
        .copied()
        .filter(|ix| context.book.item(*ix).is_some_and(|it| context.payable(it)))
        .filter(|ix| context.book.customer_of(*ix).is_none_or(|c| context.payer(c).is_none()))
        .take(AMOUNT_ITEMS_MAX)
        .collect();
    let prior = -centibans(u64::from(context.book.open_count()).max(1), 1);
    let (weight, same) = exact_weight(context);
    // Without any word or payer the amount alone must leave room for what is not in the book.
    let weight = weight.min(150);
    items
        .into_iter()
        .filter_map(|ix| {
            let text = format!("the amount is exactly this document's; open items with it: {same}");
            Some(Hypothesis {
                customer: context.book.customer_of(ix),
                basis: Basis::OnlyAmount,
                difference: Difference::Exact,
                parts: vec![part(context, ix)?],
                on_account: 0,
                exactly_named: false,
                fully_named: false,
                by_reference: false,
                payer_fits: false,
                prior,
                score: prior + weight,
                lines: vec![EvidenceLine { kind: EvidenceKind::Amount, weight, text }],
                gates: vec![Gate {
                    reason: ReasonCode::UnknownPayer,
                    text: "neither a number nor the payer points to this document".to_owned(),
                }],
                capped: false,
            })
        })
        .collect()
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
