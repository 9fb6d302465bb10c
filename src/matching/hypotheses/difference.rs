//! How the amount of a payment and a set of items differ, and what explains it (POLICY rows 1 to 5, 18).

use super::{Context, Part, Parts};
use crate::base::next_working_day;
use crate::book::{CustomerIx, Figures, ItemIx};
use crate::matching::reading::Wording;
use crate::model::ItemKind;
use chrono::{Days, NaiveDate};
use smallvec::SmallVec;

/// The difference between payment and items. Amounts are positive minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// None.
    Exact,
    /// The cash discount agreed, in time.
    Discount(i64),
    /// A discount taken this many days late.
    DiscountLate(i64, i64),
    /// A discount of another rate or base than agreed.
    DiscountRate(i64),
    /// Short by a few cents: written off.
    CentsShort(i64),
    /// Over by a few cents: on account.
    CentsOver(i64),
    /// Short by the charges that the statement states.
    Charges(i64),
    /// The customer's only credit note, unnamed, was set off.
    CreditNote(i64),
    /// Over by little: on account.
    OverSmall(i64),
    /// Over by more.
    Over(i64),
    /// A part payment that the text announces; the rest that stays open.
    Partial(i64),
    /// Short without a word.
    Short(i64),
}

/// Items with their rows.
type Rows<'a> = SmallVec<[(ItemIx, &'a Figures); 4]>;

/// A set of items set against a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// What explains the difference.
    pub difference: Difference,
    /// Each item's share.
    pub parts: Parts,
    /// Rest on account.
    pub on_account: i64,
}

/// The discount of an item that is in term on a day: not after a part payment, the deadline moved over weekends and holidays
/// and by the grace of policy or customer (POLICY row 1).
pub fn discount_in_term(context: &Context<'_>, ix: ItemIx, customer: Option<CustomerIx>) -> Option<i64> {
    let figures = context.book.figures(ix)?;
    if figures.open_amount != figures.amount || !figures.discounts {
        return None;
    }
    let item = context.book.item(ix)?;
    let day = context.payment.booking_date;
    item.discounts.iter().find(|tier| day <= deadline(context, tier.until, customer)).map(|tier| tier.amount)
}

fn deadline(context: &Context<'_>, until: NaiveDate, customer: Option<CustomerIx>) -> NaiveDate {
    let policy = context.policy;
    let customer = customer.and_then(|c| context.book.customer(c));
    let of_segment = customer
        .and_then(|c| c.segment.as_ref())
        .and_then(|s| policy.segment.get(s))
        .and_then(|s| s.discount_grace_days);
    let own = customer.and_then(|c| policy.customer.get(&c.customer_id)).and_then(|c| c.discount_grace_days);
    let grace =
        own.or(customer.and_then(|c| c.discount_grace_days)).or(of_segment).unwrap_or(policy.discount.grace_days);
    let moved = next_working_day(until, &policy.discount.calendar);
    moved.checked_add_days(Days::new(u64::from(grace))).unwrap_or(moved)
}

/// Cent tolerance for a customer in the payment's currency (POLICY row 2).
pub fn tolerance(context: &Context<'_>, customer: Option<CustomerIx>) -> i64 {
    let policy = context.policy;
    let currency = context.payment.currency;
    let customer = customer.and_then(|c| context.book.customer(c));
    let of_segment = customer
        .and_then(|c| c.segment.as_ref())
        .and_then(|s| policy.segment.get(s))
        .and_then(|s| s.tolerance_minor_units);
    let own = customer.and_then(|c| policy.customer.get(&c.customer_id)).and_then(|c| c.tolerance_minor_units);
    let general = match policy.tolerance.by_currency.get(&currency) {
        Some(t) => *t,
        None if currency.decimals() == 2 => policy.tolerance.minor_units,
        None => 0,
    };
    own.or(customer.and_then(|c| c.tolerance)).or(of_segment).unwrap_or(general).max(0)
}

/// Sets items against the payment. `named` says that the payer named them: only then do discounts on some, cents, charges and
/// credit notes explain a difference; a sum without references must be exact.
pub fn explain(context: &Context<'_>, items: &[ItemIx], customer: Option<CustomerIx>) -> Option<Explained> {
    let rows: Rows<'_> = items.iter().filter_map(|ix| Some((*ix, context.book.figures(*ix)?))).collect();
    let total = rows.iter().try_fold(0i64, |sum, (_, it)| sum.checked_add(it.open_amount))?;
    let amount = context.payment.amount;
    let gap = total.checked_sub(amount)?;
    let full: Parts =
        rows.iter().map(|(ix, it)| Part { item: *ix, applied: it.open_amount, ..Part::default() }).collect();
    if full.is_empty() {
        return None;
    }
    if gap == 0 {
        return Some(Explained { difference: Difference::Exact, parts: full, on_account: 0 });
    }
    let over = -gap;
    if gap < 0 {
        let policy = &context.policy.over;
        let percent = i128::from(total.max(0)) * i128::from(policy.percent_hundredths) / 10_000;
        let allowed = if context.payment.currency.decimals() == 2 {
            policy.amount_minor_units.max(i64::try_from(percent).unwrap_or(0).min(policy.at_most_minor_units))
        } else {
            // The limits are amounts with two decimals; 100 yen are not one euro.
            0
        };
        let difference = if over <= tolerance(context, customer) {
            Difference::CentsOver(over)
        } else if over <= allowed {
            Difference::OverSmall(over)
        } else {
            Difference::Over(over)
        };
        return Some(Explained { difference, parts: full, on_account: over });
    }
    // Who announces a part and speaks of no discount pays a part, whatever discount or few cents the rest would equal.
    let says = |wording| context.reading.says(wording);
    let part = says(Wording::Partial);
    if (!part || says(Wording::Discount))
        && let Some(parts) = discounted(context, &rows, gap, customer)
    {
        return Some(Explained { difference: Difference::Discount(gap), parts, on_account: 0 });
    }
    if gap <= tolerance(context, customer) && (!part || says(Wording::Final)) {
        let parts = on_largest(full, gap, |part, x| part.writeoff = x);
        return Some(Explained { difference: Difference::CentsShort(gap), parts, on_account: 0 });
    }
    if context.payment.charges > 0 && gap == context.payment.charges {
        let parts = on_largest(full, gap, |part, x| part.charges = x);
        return Some(Explained { difference: Difference::Charges(gap), parts, on_account: 0 });
    }
    if let Some(parts) = with_only_credit_note(context, items, &full, gap, customer) {
        return Some(Explained { difference: Difference::CreditNote(gap), parts, on_account: 0 });
    }
    let difference = shortfall(context, &rows, gap, customer);
    let parts = spread_cash(&rows, amount);
    Some(Explained { difference, parts, on_account: 0 })
}

/// All or some of the discounts in term give the gap, within one minor unit per document discounted.
fn discounted(
    context: &Context<'_>,
    rows: &[(ItemIx, &Figures)],
    gap: i64,
    customer: Option<CustomerIx>,
) -> Option<Parts> {
    let offers: SmallVec<[Option<i64>; 4]> = rows
        .iter()
        .map(|(ix, _)| {
            discount_in_term(context, *ix, customer.or_else(|| context.book.customer_of(*ix))).filter(|d| *d != 0)
        })
        .collect();
    let eligible: SmallVec<[usize; 4]> =
        offers.iter().enumerate().filter(|(_, o)| o.is_some()).map(|(i, _)| i).collect();
    if eligible.is_empty() {
        return None;
    }
    let value = |set: &mut dyn Iterator<Item = usize>| {
        set.filter_map(|i| offers.get(i).copied().flatten()).try_fold(0i64, i64::checked_add)
    };
    let near = |size: usize, value: Option<i64>| {
        let slack = i64::try_from(size).unwrap_or(0);
        value.is_some_and(|v| v.abs_diff(gap) <= slack.unsigned_abs() && v > 0)
    };
    let chosen: SmallVec<[usize; 4]> = if near(eligible.len(), value(&mut eligible.iter().copied())) {
        eligible
    } else if eligible.len() <= 12 {
        // Some of the documents only: the smallest set that fits, and only if it is the only one of its size.
        let mut smallest: Option<(u32, u32)> = None;
        let mut alone = true;
        for mask in 1u32..1 << eligible.len() {
            let chosen = || eligible.iter().enumerate().filter(|(b, _)| mask >> b & 1 == 1).map(|(_, i)| *i);
            let size = mask.count_ones();
            if smallest.is_some_and(|(s, _)| size > s) || !near(size as usize, value(&mut chosen())) {
                continue;
            }
            alone = smallest.is_none_or(|(s, _)| size < s);
            smallest = Some((size, mask));
        }
        match smallest {
            Some((_, mask)) if alone => {
                eligible.iter().enumerate().filter(|(b, _)| mask >> b & 1 == 1).map(|(_, i)| *i).collect()
            }
            _ => return None,
        }
    } else {
        return None;
    };
    // The cent between the discount agreed and taken goes to the last document: what was paid is what was paid.
    let agreed = value(&mut chosen.iter().copied())?;
    let mut parts = Parts::with_capacity(rows.len());
    for (i, (ix, it)) in rows.iter().enumerate() {
        let mut discount = if chosen.contains(&i) { offers.get(i).copied().flatten().unwrap_or(0) } else { 0 };
        if Some(&i) == chosen.last() {
            discount = discount.checked_add(gap.checked_sub(agreed)?)?;
        }
        parts.push(Part { item: *ix, applied: it.open_amount.checked_sub(discount)?, discount, ..Part::default() });
    }
    Some(parts)
}

fn on_largest(mut parts: Parts, gap: i64, set: impl Fn(&mut Part, i64)) -> Parts {
    let largest = parts.iter().enumerate().max_by_key(|(i, p)| (p.applied, std::cmp::Reverse(*i))).map(|(i, _)| i);
    if let Some(part) = largest.and_then(|i| parts.get_mut(i)) {
        part.applied = part.applied.saturating_sub(gap);
        set(part, gap);
    }
    parts
}

fn with_only_credit_note(
    context: &Context<'_>,
    items: &[ItemIx],
    full: &[Part],
    gap: i64,
    customer: Option<CustomerIx>,
) -> Option<Parts> {
    if !context.policy.credit_note.only_one {
        return None;
    }
    let credit_note =
        |ix: &ItemIx| context.book.item(*ix).is_some_and(|it| it.open_amount < 0 && it.kind == ItemKind::CreditNote);
    let mut credits = context.open_items_of(customer?).filter(credit_note);
    let (only, none) = (credits.next()?, credits.next());
    let value = context.open_amount(only)?;
    if none.is_some() || items.contains(&only) || value.checked_neg()? != gap {
        return None;
    }
    let mut parts = Parts::from_slice(full);
    parts.push(Part { item: only, applied: value, ..Part::default() });
    Some(parts)
}

/// Whether a discount taken without a word is as well the customer's only credit note set off (POLICY rows 1, 18).
pub fn is_credit_note_as_well(
    context: &Context<'_>,
    difference: Difference,
    items: &[ItemIx],
    customer: CustomerIx,
) -> bool {
    let Difference::Discount(gap) = difference else { return false };
    !context.reading.says(Wording::Discount)
        && with_only_credit_note(context, items, &[], gap, Some(customer)).is_some()
}

/// Names a shortfall that nothing allowed explains.
fn shortfall(context: &Context<'_>, rows: &[(ItemIx, &Figures)], gap: i64, customer: Option<CustomerIx>) -> Difference {
    let reading = context.reading;
    // A discount that was agreed, but is late: the very amount of a tier (or of all of them).
    let discounted = || rows.iter().filter(|(_, f)| f.discounts).filter_map(|(ix, _)| context.book.item(*ix));
    let tiers: SmallVec<[(i64, NaiveDate); 4]> =
        discounted().flat_map(|it| it.discounts.iter().map(|t| (t.amount, t.until))).collect();
    let all: i64 = discounted().filter_map(|it| it.discounts.first()).fold(0i64, |s, t| s.saturating_add(t.amount));
    let slack = u64::try_from(rows.len()).unwrap_or(1);
    let late = tiers.iter().find(|(a, _)| a.abs_diff(gap) <= 1).or(if all.abs_diff(gap) <= slack {
        tiers.first()
    } else {
        None
    });
    if let Some((_, until)) = late {
        let last = deadline(context, *until, customer);
        let days = (context.payment.booking_date - last).num_days();
        if days > 0 {
            return Difference::DiscountLate(gap, days);
        }
    }
    // Who pays the rest says that nothing stays open: a gap contradicts that.
    if reading.says(Wording::Partial) && !reading.says(Wording::Final) {
        return Difference::Partial(gap);
    }
    let total: i64 = rows.iter().fold(0i64, |s, (_, it)| s.saturating_add(it.open_amount));
    let percent = reading.marks.percents.iter().any(|p| {
        let cut = i128::from(total) * i128::from(*p) / 10_000;
        cut.abs_diff(i128::from(gap)) <= 2
    });
    if (reading.says(Wording::Discount) || percent)
        && !reading.says(Wording::Retention)
        && gap.saturating_mul(10) <= total
    {
        return Difference::DiscountRate(gap);
    }
    Difference::Short(gap)
}

/// Cash in the order named, credit notes first (they add to what can be paid), the last document in part.
fn spread_cash(rows: &[(ItemIx, &Figures)], amount: i64) -> Parts {
    let credit: i64 =
        rows.iter().filter(|(_, it)| it.open_amount < 0).fold(0i64, |s, (_, it)| s.saturating_add(it.open_amount));
    let mut left = amount.saturating_sub(credit);
    let mut parts = Parts::with_capacity(rows.len());
    for (ix, it) in rows {
        let applied = if it.open_amount < 0 || it.kind == ItemKind::CreditNote {
            it.open_amount
        } else {
            it.open_amount.min(left)
        };
        if it.open_amount >= 0 {
            left = left.saturating_sub(applied);
        }
        if applied != 0 {
            parts.push(Part { item: *ix, applied, ..Part::default() });
        }
    }
    parts
}
