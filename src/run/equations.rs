//! The equations of a run, checked before anything is written. In go statements, payments, decisions and items, out come
//! control totals and both sides of every equation, or the one that fails.

use crate::base::{Currency, Money, Place};
use crate::error::{Error, ErrorCode};
use crate::model::conservation::{self, ControlTotal};
use crate::model::{Decision, EntryStatus, Equation, OpenItem, Payment, Sum};
use crate::statements::{Day, Payments};
use std::collections::BTreeMap;

/// What the checks found: all equal.
pub(super) struct Checked {
    /// One per account and currency, ordered.
    pub(super) control_totals: Vec<ControlTotal>,
    /// All equations, ordered.
    pub(super) equations: Vec<Equation>,
}

/// Checks every equation of a run.
///
/// # Errors
/// [`ErrorCode::Conservation`] with the first that fails: a defect of tieout.
pub(super) fn check(day: &Day, read: &Payments, decisions: &[Decision], items: &[OpenItem]) -> Result<Checked, Error> {
    conservation::check(&read.payments, decisions, items)?;
    check_allocations(decisions)?;
    let control_totals = control_totals(day, read);
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
    equations.extend(payment_equations(&read.payments, decisions));
    equations.extend(item_equations(decisions, items));
    match equations.iter().find(|e| !e.holds) {
        Some(e) => Err(unequal(e)),
        None => Ok(Checked { control_totals, equations }),
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
    conservation::check(payments, decisions, items)?;
    check_allocations(decisions)?;
    let mut totals: BTreeMap<(&str, Currency), ControlTotal> = BTreeMap::new();
    for p in payments {
        let total = totals.entry((&p.account, p.currency)).or_insert_with(|| empty_total(&p.account, p.currency));
        *(if p.amount < 0 { &mut total.payment_debits } else { &mut total.payment_credits }) += i128::from(p.amount);
    }
    let control_totals = totals.into_values().collect();
    let mut equations = payment_equations(payments, decisions);
    equations.extend(item_equations(decisions, items));
    match equations.iter().find(|e| !e.holds) {
        Some(e) => Err(unequal(e)),
        None => Ok(Checked { control_totals, equations }),
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

fn check_allocations(decisions: &[Decision]) -> Result<(), Error> {
    for a in decisions.iter().flat_map(|d| &d.allocations) {
        if a.cleared().and_then(|cleared| a.open_before.checked_sub(cleared)) != Some(a.open_after) {
            let found = format!("item {}: open before {}, after {}", a.item_id, a.open_before, a.open_after);
            return Err(broken(found));
        }
    }
    Ok(())
}

fn control_totals(day: &Day, read: &Payments) -> Vec<ControlTotal> {
    let mut totals: BTreeMap<(String, Currency), ControlTotal> = BTreeMap::new();
    let mut at = |account: &str, currency: Currency, add: &dyn Fn(&mut ControlTotal)| {
        add(totals.entry((account.to_owned(), currency)).or_insert_with(|| empty_total(account, currency)));
    };
    // What the statements hold less what is told as left out must be the payments, whatever the reasons are.
    let mut told: BTreeMap<(&str, Currency), i128> = BTreeMap::new();
    for statement in day.statements.iter().map(|s| &s.statement) {
        for entry in &statement.entries {
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
    for left_out in &read.left_out {
        *told.entry((&left_out.account, left_out.currency)).or_default() -= left_out.sum;
    }
    for ((account, currency), net) in told {
        // Booked entries that are told as left out come off the side they stand on.
        at(account, currency, &|t| {
            let left_out = t.statement_credits + t.statement_debits - net;
            *(if left_out < 0 { &mut t.statement_debits } else { &mut t.statement_credits }) -= left_out;
        });
    }
    for payment in &read.payments {
        at(&payment.account, payment.currency, &|t| {
            *(if payment.amount < 0 { &mut t.payment_debits } else { &mut t.payment_credits }) +=
                i128::from(payment.amount);
        });
    }
    totals.into_values().collect()
}

/// Minor units; digits beyond them are cut off, as in the sums of what is left out.
fn whole_minor(amount: Money) -> i128 {
    let whole = || amount.to_decimal().trunc_with_scale(u32::from(amount.currency().decimals()));
    amount.minor().map_or_else(|_| whole().mantissa(), i128::from)
}

fn payment_equations(payments: &[Payment], decisions: &[Decision]) -> Vec<Equation> {
    let mut sides: BTreeMap<(&str, Currency), (i128, i128)> = BTreeMap::new();
    for (payment, decision) in payments.iter().zip(decisions) {
        let side = sides.entry((&payment.company, payment.currency)).or_default();
        side.0 += i128::from(payment.amount);
        side.1 += i128::from(decision.on_account) + i128::from(decision.unapplied);
        side.1 += decision.allocations.iter().map(|a| i128::from(a.applied)).sum::<i128>();
        side.1 += decision.other.iter().map(|o| i128::from(o.amount)).sum::<i128>();
    }
    equations(sides, "payments", "payments = applied + on account + other + unapplied")
}

fn item_equations(decisions: &[Decision], items: &[OpenItem]) -> Vec<Equation> {
    let mut sides: BTreeMap<(&str, Currency), (i128, i128)> = BTreeMap::new();
    for item in items {
        let side = sides.entry((&item.company, item.currency)).or_default();
        side.0 += i128::from(item.open_amount);
        side.1 += i128::from(item.open_amount);
    }
    for decision in decisions {
        for a in &decision.allocations {
            let side = sides.entry((&a.company, decision.currency)).or_default();
            side.0 -= i128::from(a.cleared().unwrap_or(0));
            side.1 += i128::from(a.open_after) - i128::from(a.open_before);
        }
    }
    let says = "open before - applied - discount - write-off - charges - exchange difference = open after";
    equations(sides, "items", says)
}

fn equations(sides: BTreeMap<(&str, Currency), (i128, i128)>, name: &'static str, says: &'static str) -> Vec<Equation> {
    let one = |((company, currency), (left, right)): ((&str, Currency), (i128, i128))| Equation {
        name,
        scope: company.to_owned(),
        currency,
        says,
        left: Sum::new(left, currency),
        right: Sum::new(right, currency),
        holds: left == right,
    };
    sides.into_iter().map(one).collect()
}

fn broken(found: String) -> Error {
    Error::new(ErrorCode::Conservation, Place::default(), found, "both sides equal")
        .with_hint("nothing was written; this is a defect of tieout: please report it with the input")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Entry, Format, Statement, StatementKind};
    use crate::statements::{FiledStatement, LeftOut};

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
        let fault = check(&day(vec![entry(100, EntryStatus::Book)]), &Payments::default(), &[], &[]).err().unwrap();
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
        let read =
            Payments { left_out: vec![left_out("pending", 500), left_out("overlap", 100)], ..Payments::default() };
        let day = day(vec![entry(100, EntryStatus::Book), entry(500, EntryStatus::Pdng)]);
        assert!(check(&day, &read, &[], &[]).is_ok());
    }
}
