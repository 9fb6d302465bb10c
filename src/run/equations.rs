//! The equations of a run, checked before anything is written. In go statements, payments, decisions and items, out come
//! control totals and both sides of every equation, or the one that fails.

use super::counts::Counts;
use super::scopes::Scopes;
use crate::base::{Currency, Money, Place, Records, in_order};
use crate::error::{Error, ErrorCode};
use crate::model::conservation::{self, ControlTotal};
use crate::model::{Decision, EntryStatus, Equation, OpenItem, Payment, Sum};
use crate::statements::{Day, LeftOut};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What the checks found: all equal.
pub(super) struct Checked {
    /// One per account and currency, ordered.
    pub(super) control_totals: Vec<ControlTotal>,
    /// All equations, ordered.
    pub(super) equations: Vec<Equation>,
    /// What the summary tells of payments and decisions, counted on the way.
    pub(super) counts: Counts,
}

/// Checks every equation of a run.
///
/// # Errors
/// [`ErrorCode::Conservation`] with the first that fails: a defect of tieout.
pub(super) fn check(
    day: &Day,
    payments: Records<'_, Payment>,
    left_out: &[LeftOut],
    decisions: Records<'_, Decision>,
    items: &[OpenItem],
) -> Result<Checked, Error> {
    let Sums { equations: of_decisions, counts, accounts } = sums(payments, decisions, items)?;
    let control_totals = control_totals(day, &accounts, left_out);
    let mut equations: Vec<Equation> = control_totals
        .iter()
        .map(|t| Equation {
            name: "statements",
            scope: t.account.clone(),
            currency: t.currency,
            says: "booked entries of the statements = payments",
            left: Sum::new(t.statement_credits + t.statement_debits, t.currency),
            right: Sum::new(t.payment_credits + t.payment_debits, t.currency),
            holds: t.holds(),
        })
        .collect();
    equations.extend(of_decisions);
    match equations.iter().find(|e| !e.holds) {
        Some(e) => Err(unequal(e)),
        None => Ok(Checked { control_totals, equations, counts }),
    }
}

/// The same for decisions on payments that were read and proved before: there is no statement beside them.
///
/// # Errors
/// As [`check`].
pub(super) fn check_decided(
    payments: &[Payment],
    decisions: &[Decision],
    items: &[OpenItem],
) -> Result<Checked, Error> {
    let Sums { equations, counts, accounts } = sums(payments.into(), decisions.into(), items)?;
    let total = |((account, currency), sums): ((&str, Currency), &(i128, i128))| ControlTotal {
        payment_credits: sums.0,
        payment_debits: sums.1,
        ..empty_total(account, currency)
    };
    let control_totals = accounts.ordered().into_iter().map(total).collect();
    match equations.iter().find(|e| !e.holds) {
        Some(e) => Err(unequal(e)),
        None => Ok(Checked { control_totals, equations, counts }),
    }
}

fn empty_total(account: &str, currency: Currency) -> ControlTotal {
    ControlTotal {
        account: account.to_owned(),
        currency,
        statement_credits: 0,
        statement_debits: 0,
        payment_credits: 0,
        payment_debits: 0,
    }
}

fn unequal(e: &Equation) -> Error {
    let scope = if e.scope.is_empty() { "the company" } else { &e.scope };
    let (left, right) = (e.left.figure(), e.right.figure());
    broken(format!("{} of {scope} in {}: {left} on one side, {right} on the other", e.name, e.currency))
}

fn control_totals(day: &Day, accounts: &Sides, left_out: &[LeftOut]) -> Vec<ControlTotal> {
    let mut totals: BTreeMap<(String, Currency), ControlTotal> = BTreeMap::new();
    let mut at = |account: &str, currency: Currency, add: &dyn Fn(&mut ControlTotal)| {
        add(totals.entry((account.to_owned(), currency)).or_insert_with(|| empty_total(account, currency)));
    };
    // What the statements hold less what is told as left out must be the payments, whatever the reasons are.
    let mut told: BTreeMap<(&str, Currency), i128> = BTreeMap::new();
    for statement in day.statements.iter().map(|s| &s.statement) {
        for entry in statement.movements() {
            let currency = entry.amount.currency();
            let minor = whole_minor(entry.amount);
            *told.entry((&statement.account, currency)).or_default() += minor;
            if entry.status == EntryStatus::Book {
                at(&statement.account, currency, &|t| {
                    *(if minor < 0 { &mut t.statement_debits } else { &mut t.statement_credits }) += minor;
                });
            }
        }
    }
    for left_out in left_out {
        *told.entry((&left_out.account, left_out.currency)).or_default() -= left_out.sum;
    }
    for ((account, currency), net) in told {
        // Booked entries that are told as left out come off the side they stand on.
        at(account, currency, &|t| {
            let left_out = t.statement_credits + t.statement_debits - net;
            *(if left_out < 0 { &mut t.statement_debits } else { &mut t.statement_credits }) -= left_out;
        });
    }
    for ((account, currency), sums) in accounts.ordered() {
        at(account, currency, &|t| (t.payment_credits, t.payment_debits) = *sums);
    }
    totals.into_values().collect()
}

/// Minor units; digits beyond them are cut off, as in the sums of what is left out.
fn whole_minor(amount: Money) -> i128 {
    let whole = || amount.to_decimal().trunc_with_scale(u32::from(amount.currency().decimals()));
    amount.minor().map_or_else(|_| whole().mantissa(), i128::from)
}

/// Two sums, by company or account and by currency.
type Sides = Scopes<(i128, i128)>;

/// What is summed over payments and decisions.
struct Sums {
    /// The equations of payments and items.
    equations: Vec<Equation>,
    counts: Counts,
    /// Credits and debits by account.
    accounts: Sides,
}

/// Sums everything in one pass, since decisions may be packed.
fn sums(payments: Records<'_, Payment>, decisions: Records<'_, Decision>, items: &[OpenItem]) -> Result<Sums, Error> {
    let (mut of_payments, mut of_items, mut accounts) = (Sides::default(), Sides::default(), Sides::default());
    for item in items {
        let side = of_items.of(&item.company, item.currency);
        side.0 += i128::from(item.open_amount);
        side.1 += i128::from(item.open_amount);
    }
    let mut conserved = conservation::Check::new(items);
    let mut counts = Counts::new(items);
    let mut add = |payment: &Payment, decision: &Decision| -> Result<(), Error> {
        conserved.add(payment, decision)?;
        counts.add(payment, decision);
        let account = accounts.of(&payment.account, payment.currency);
        *(if payment.amount < 0 { &mut account.1 } else { &mut account.0 }) += i128::from(payment.amount);
        let side = of_payments.of(&payment.company, payment.currency);
        side.0 += i128::from(payment.amount);
        side.1 += i128::from(decision.on_account) + i128::from(decision.unapplied);
        side.1 += decision.allocations.iter().map(|a| i128::from(a.applied)).sum::<i128>();
        side.1 += decision.other.iter().map(|o| i128::from(o.amount)).sum::<i128>();
        for a in &decision.allocations {
            if a.cleared().and_then(|cleared| a.open_before.checked_sub(cleared)) != Some(a.open_after) {
                let found = format!("item {}: open before {}, after {}", a.item_id, a.open_before, a.open_after);
                return Err(broken(found));
            }
            let side = of_items.of(&a.company, decision.currency);
            side.0 -= i128::from(a.cleared().unwrap_or(0));
            side.1 += i128::from(a.open_after) - i128::from(a.open_before);
        }
        Ok(())
    };
    // Unpacked on all cores, summed in order.
    in_order(payments.blocks(), |n| (payments.block(n), decisions.block(n)), &mut |(payments, decisions): Beside<
        '_,
    >| {
        payments.iter().zip(decisions.iter()).try_for_each(|(payment, decision)| add(payment, decision))
    })?;
    conserved.finish(payments.len(), decisions.len())?;
    let mut list = equations(&of_payments, "payments", "payments = applied + on account + other + unapplied");
    let says = "open before - applied - discount - write-off - charges - exchange difference = open after";
    list.extend(equations(&of_items, "items", says));
    Ok(Sums { equations: list, counts, accounts })
}

/// A block of payments and the decisions on them.
type Beside<'a> = (Cow<'a, [Payment]>, Cow<'a, [Decision]>);

fn equations(sides: &Sides, name: &'static str, says: &'static str) -> Vec<Equation> {
    let one = |((company, currency), (left, right)): ((&str, Currency), &(i128, i128))| Equation {
        name,
        scope: company.to_owned(),
        currency,
        says,
        left: Sum::new(*left, currency),
        right: Sum::new(*right, currency),
        holds: left == right,
    };
    sides.ordered().into_iter().map(one).collect()
}

fn broken(found: String) -> Error {
    Error::new(ErrorCode::Conservation, Place::default(), found, "both sides equal")
        .with_hint("nothing was written; this is a defect of tieout: please report it with the input")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Entry, Format, Statement, StatementKind};
    use crate::statements::FiledStatement;

    fn entry(minor: i64, status: EntryStatus) -> Entry {
        Entry {
            amount: Money::from_minor(minor, Currency::EUR),
            reversal: false,
            status,
            booking_date: None,
            booking_date_derived: false,
            value_date: None,
            bank_code: Default::default(),
            servicer_reference: None,
            entry_reference: None,
            owner_reference: None,
            batch: None,
            charges: Vec::new(),
            details: Vec::new(),
            narrative: None,
            place: Place::default(),
        }
    }

    fn day(entries: Vec<Entry>) -> Day {
        let mut statement = Statement::new(StatementKind::Statement, Format::Mt940, "");
        statement.account = "A".to_owned();
        statement.entries = entries;
        Day { statements: vec![FiledStatement { file: "f".to_owned(), statement }], ..Day::default() }
    }

    #[test]
    fn a_lost_entry_fails_the_run_equation() {
        let fault =
            check(&day(vec![entry(100, EntryStatus::Book)]), Records::Slice(&[]), &[], Records::Slice(&[]), &[])
                .err()
                .unwrap();
        assert_eq!(fault.code(), ErrorCode::Conservation);
        assert!(fault.to_string().contains("statements of A in EUR: 1.00 on one side, 0.00 on the other"), "{fault}");
    }

    #[test]
    fn pending_entries_and_told_ones_do_not_fail_it() {
        let left_out = |reason: &str, sum| LeftOut {
            account: "A".to_owned(),
            currency: Currency::EUR,
            reason: reason.to_owned(),
            count: 1,
            sum,
        };
        let left_out = [left_out("pending", 500), left_out("overlap", 100)];
        let day = day(vec![entry(100, EntryStatus::Book), entry(500, EntryStatus::Pdng)]);
        assert!(check(&day, Records::Slice(&[]), &left_out, Records::Slice(&[]), &[]).is_ok());
    }
}
