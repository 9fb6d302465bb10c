//! Conservation over all runs (payment = applied + on account + other + unapplied; an item is never paid twice), checked on
//! every batch before it is written. In go the records to be added, out comes nothing, or the first that does not fit.

use super::bodies::*;
use super::journal::Ledger;
use super::keys::{KeyKind, item_key, key};
use super::standing::{ItemStanding, PaymentStanding};
use super::store::Store;
use crate::base::{Map, Place, Set};
use crate::error::{Error, ErrorCode};
use crate::model::{OtherAmount, Outcome};

pub(super) struct Checks {
    fresh: bool,
    /// Items moved in this batch or before it: open after the last movement of the batch, what was taken off in all, original.
    items: Map<String, Moved>,
    /// Payments read in this batch.
    new: Set<String>,
    /// Payments touched in this batch as they stand.
    standing: Map<String, PaymentStanding>,
    /// Payments returned in this batch.
    returned: Set<String>,
}

#[derive(Default, Clone, Copy)]
struct Moved {
    open: Option<i64>,
    cleared: i128,
    original: i128,
}

impl Checks {
    /// Of a batch; `fresh` if there is nothing before it.
    pub(super) fn new(fresh: bool) -> Self {
        Checks { fresh, items: Map::default(), new: Set::default(), standing: Map::default(), returned: Set::default() }
    }

    /// Checks the next records of the batch.
    pub(super) fn check<S: Store>(&mut self, ledger: &Ledger<S>, bodies: &[Body]) -> Result<(), Error> {
        if !self.fresh {
            self.load(ledger, bodies)?;
        }
        for body in bodies {
            match body {
                Body::Payment(p) => self.payment(p)?,
                Body::Decision(d) => self.decision(d)?,
                Body::Undo(u) => self.undo(u)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// What the ledger says of the items and payments of these records, all looked up at once; what the batch has moved already
    /// stands as it is.
    fn load<S: Store>(&mut self, ledger: &Ledger<S>, bodies: &[Body]) -> Result<(), Error> {
        let mut items: Map<u64, String> = Map::default();
        let mut payments: Map<u64, String> = Map::default();
        let mut note = |id: &str, decided: Option<&Decided>, movements: &[Movement]| {
            for id in std::iter::once(id).chain(decided.and_then(|d| d.returns.as_deref())) {
                if !self.standing.contains_key(id) {
                    payments.insert(key(KeyKind::Payment, id), id.to_owned());
                }
            }
            for m in movements {
                let name = item_key(&m.company, &m.item_id);
                if !self.items.contains_key(&name) {
                    items.insert(key(KeyKind::Item, &name), name);
                }
            }
        };
        for body in bodies {
            match body {
                Body::Payment(p) => note(p.payment_id(), Some(&p.decided), &p.decided.movements),
                Body::Decision(d) => note(&d.payment_id, Some(&d.decided), &d.decided.movements),
                Body::Undo(u) => note(&u.payment_id, None, &u.movements),
                _ => {}
            }
        }
        let keys: Vec<u64> = items.keys().chain(payments.keys()).copied().collect();
        for (key, records) in ledger.bodies(&keys)? {
            if let Some(name) = items.get(&key)
                && let Some(s) = ItemStanding::of(name, &records)
            {
                let moved = Moved { open: None, cleared: s.cleared.into(), original: s.item.amount.into() };
                self.items.insert(name.clone(), moved);
            }
            if let Some(id) = payments.get(&key)
                && let Some(s) = PaymentStanding::of(id, &records)?
            {
                self.standing.insert(id.clone(), s);
            }
        }
        Ok(())
    }

    fn payment(&mut self, p: &PaymentBody) -> Result<(), Error> {
        let id = p.payment_id();
        if self.standing.contains_key(id) || !self.new.insert(id.to_owned()) {
            return Err(twice(format!("payment {id} is in the ledger already"), "a payment that is new"));
        }
        let amount = p.payment.amount;
        self.decided(id, amount, &p.decided)
    }

    fn decision(&mut self, d: &DecisionBody) -> Result<(), Error> {
        let id = &d.payment_id;
        let Some(standing) = self.standing.get(id) else {
            return Err(twice(format!("payment {id} is not in the ledger"), "a payment that waits"));
        };
        if !standing.waits {
            let found = format!("payment {id} is decided: {} by {}", standing.outcome.as_str(), standing.by);
            return Err(twice(found, "a payment that waits").with_hint("`tieout undo` takes a decision back"));
        }
        let unapplied = standing.unapplied;
        self.decided(id, unapplied, &d.decided)?;
        if let Some(standing) = self.standing.get_mut(id) {
            // The same payment may stand in a batch once more only if it still waits.
            standing.waits = d.decided.outcome == Outcome::Queued;
            standing.unapplied = d.decided.unapplied;
        }
        Ok(())
    }

    fn decided(&mut self, id: &str, amount: i64, d: &Decided) -> Result<(), Error> {
        let applied: i128 = d.movements.iter().map(|m| i128::from(m.applied)).sum();
        let right = applied + i128::from(d.on_account) + others(&d.other) + i128::from(d.unapplied);
        if i128::from(amount) != right {
            let found = format!("payment {id}: {amount} on one side, {right} on the other");
            return Err(broken(found, "amount = applied + on account + other + unapplied"));
        }
        if let Some(original) = &d.returns {
            let before = self.standing.get(original).is_some_and(|s| s.returned_by.is_some());
            if before || !self.returned.insert(original.clone()) {
                return Err(twice(format!("payment {original} came back already"), "a payment that stands"));
            }
        }
        let back = d.outcome == Outcome::Reopened;
        d.movements.iter().try_for_each(|m| self.movement(m, back))
    }

    fn undo(&mut self, u: &UndoBody) -> Result<(), Error> {
        if u.payment_id.is_empty() {
            return Ok(());
        }
        let applied: i128 = u.movements.iter().map(|m| i128::from(m.applied)).sum();
        let right = applied + i128::from(u.on_account) + others(&u.other) + i128::from(u.unapplied);
        if right != 0 {
            return Err(broken(format!("the undo of {} moves {right} in all", u.payment_id), "0"));
        }
        u.movements.iter().try_for_each(|m| self.movement(m, true))
    }

    fn movement(&mut self, m: &Movement, back: bool) -> Result<(), Error> {
        let name = item_key(&m.company, &m.item_id);
        let says = || format!("item {}: open {} before and {} after", m.item_id, m.before, m.after);
        let cleared = m.cleared().ok_or_else(|| broken(says(), "amounts that fit 64 bits"))?;
        if m.before.checked_sub(cleared) != Some(m.after) {
            return Err(broken(says(), "before - cleared = after"));
        }
        let moved = self.items.entry(name).or_default();
        if moved.original == 0 {
            let amount = m.original();
            moved.original = amount.into();
        }
        if moved.open.is_some_and(|open| open != m.before) {
            return Err(twice(says(), "what the payment before it left open"));
        }
        moved.open = Some(m.after);
        moved.cleared += i128::from(cleared);
        let towards_zero =
            if m.before >= 0 { (0..=m.before).contains(&m.after) } else { (m.before..=0).contains(&m.after) };
        let sign = moved.original.signum();
        let within = i128::from(m.after) * sign >= 0 && i128::from(m.after).abs() <= moved.original.abs();
        if !(towards_zero || back && within) {
            return Err(broken(says(), "towards zero and never across; a return at most to the original amount"));
        }
        // Over all runs: never more than the document.
        if moved.cleared * sign > moved.original.abs() {
            let found = format!("item {}: {} taken off in all runs", m.item_id, moved.cleared);
            return Err(twice(found, "at most its amount"));
        }
        Ok(())
    }
}

fn others(other: &[OtherAmount]) -> i128 {
    other.iter().map(|o| i128::from(o.amount)).sum()
}

pub(super) fn broken(found: String, expected: &str) -> Error {
    Error::new(ErrorCode::Conservation, Place::default().in_file("ledger"), found, expected)
        .with_hint("nothing was written")
}

fn twice(found: String, expected: &str) -> Error {
    Error::new(ErrorCode::Ledger, Place::default().in_file("ledger"), found, expected)
        .with_hint("the ledger knows more than what this was decided from: nothing was written")
}
