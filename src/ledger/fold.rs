//! What a record means for the index and the sets. In goes one record and the sets before it, out come its keys and the sets
//! after it. Keys need the record alone, so that those of many records can be made at once; sets go on from one to the next. The journal alone decides: whoever folds it again gets the same.

use super::bodies::*;
use super::facts;
use super::keys::{self, KeyKind, item_key, key};
use super::sets::Sets;
use super::store::Set;
use crate::base::ContentId;
use crate::error::Error;
use crate::model::{Disposition, Outcome, ReasonCode, exception_id};
use serde::{Deserialize, Serialize};

/// An item with movements that no snapshot of the ERP has shown yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flight {
    /// Open amount in the ERP when the first of them was made.
    pub was: i64,
    /// What each took off since, in order.
    pub shifts: Vec<i64>,
    /// A snapshot showed neither the amount before nor one after.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub unclear: bool,
}

impl Flight {
    /// What the shifts take off together.
    pub fn taken(&self) -> i64 {
        self.shifts.iter().fold(0, |sum, s| sum.saturating_add(*s))
    }
}

/// A payment that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The record of the payment.
    pub seq: u64,
    /// What is unapplied, in minor units.
    pub unapplied: i64,
    /// ISO 4217.
    pub currency: String,
    /// Why it waits: a reason code, or `UNDONE`.
    pub reason: String,
    /// Only the statement stood against it: given again with a better one, it is decided again.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub again: bool,
}

/// The keys of one record, sorted, without repeats: under what it is found. They depend on nothing else.
pub(super) fn keys_of(body: &Body) -> Vec<u64> {
    let mut keys = Vec::new();
    let decided = |d: &Decided, company: &str, keys: &mut Vec<u64>| {
        d.movements.iter().for_each(|m| keys::of_movement(m, keys));
        keys.extend(d.returns.as_ref().map(|original| key(KeyKind::Payment, original)));
        keys.extend(d.customer_id.as_ref().map(|c| key(KeyKind::Customer, &item_key(company, c))));
    };
    match body {
        Body::Run(run) => {
            keys.push(key(KeyKind::Run, &run.run_id));
            keys.push(key(KeyKind::Run, ""));
        }
        Body::Statement(s) => {
            keys.push(key(KeyKind::Chain, &keys::chain(&s.account, &s.currency)));
            keys.push(key(KeyKind::Content, &s.content));
            keys.push(key(KeyKind::StatementFigures, &s.figures));
        }
        Body::Payment(p) => {
            keys::of_payment(&p.payment, p.base.as_ref().map(|b| b.as_str()), &mut keys);
            let whole = p.batch.map(|sum| keys::figures(p.payment.booking_date, p.payment.currency, sum));
            keys.extend(whole.map(|figures| key(KeyKind::Figures, &figures)));
            decided(&p.decided, &p.payment.company, &mut keys);
            if waits(&p.decided) {
                keys.push(exception_key(p.payment_id()));
            }
        }
        Body::Decision(d) => {
            keys.push(key(KeyKind::Payment, &d.payment_id));
            decided(&d.decided, &d.company, &mut keys);
        }
        Body::Undo(u) if !u.payment_id.is_empty() => {
            keys.push(key(KeyKind::Payment, &u.payment_id));
            keys.push(exception_key(&u.payment_id));
            u.movements.iter().for_each(|m| keys::of_movement(m, &mut keys));
            keys.extend(u.returns.as_ref().map(|original| key(KeyKind::Payment, original)));
        }
        Body::Join(j) => {
            keys.extend(j.payments.iter().map(|p| key(KeyKind::Payment, p)));
            keys.push(key(KeyKind::Payment, &j.came_as));
        }
        Body::Snapshot(s) => keys.extend(s.unclear.iter().map(|u| key(KeyKind::Item, &u.item))),
        Body::AcceptGap(g) => keys.push(key(KeyKind::Chain, &keys::chain(&g.account, &g.currency))),
        Body::Undo(_) | Body::Fact(_) => {}
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Changes the sets as one record says.
pub(super) fn fold(seq: u64, body: &Body, sets: &mut dyn Sets) -> Result<(), Error> {
    match body {
        Body::Run(run) => {
            for input in run.inputs.iter().filter(|i| i.taken) {
                sets.put(Set::Input, &input.sha256, Some(seq.to_string()));
            }
        }
        Body::Statement(s) => {
            if sets.get(Set::Released, &s.content)?.is_some() {
                sets.put(Set::Released, &s.content, None);
            }
        }
        Body::Payment(p) => {
            movements(&p.decided.movements, sets)?;
            // A payment is new: only one that waits changes the queue.
            if waits(&p.decided) {
                wait(sets, p.payment_id(), seq, &p.decided, p.payment.currency.code());
            }
        }
        Body::Decision(d) => {
            movements(&d.decided.movements, sets)?;
            wait(sets, &d.payment_id, seq, &d.decided, d.currency.code());
            facts::learn(d, sets)?;
        }
        Body::Undo(u) => {
            if !u.payment_id.is_empty() {
                movements(&u.movements, sets)?;
                let before = waiting(sets, &u.payment_id)?;
                let row = Waiting {
                    seq,
                    unapplied: before.as_ref().map_or(0, |w| w.unapplied).saturating_add(u.unapplied),
                    currency: u.currency.clone(),
                    reason: "UNDONE".to_owned(),
                    again: u.target.starts_with('r'),
                };
                put_waiting(sets, &u.payment_id, Some(&row));
            }
            facts::unlearn(&u.unlearn, sets)?;
            released(&u.release, sets);
        }
        Body::Join(_) => {}
        Body::Snapshot(s) => snapshot(s, sets)?,
        Body::AcceptGap(g) => {
            sets.put(Set::Gap, &gap_key(&g.before, &g.after), Some(seq.to_string()));
            released(&g.release, sets);
        }
        Body::Fact(f) => facts::act(f, sets)?,
    }
    Ok(())
}

/// The key of an accepted gap: the statements on both sides of it.
pub fn gap_key(before: &str, after: &str) -> String {
    format!("{before}|{after}")
}

/// Whether only the statement stands against a decision.
fn again(decided: &Decided) -> bool {
    let of_statement = |r: &ReasonCode| {
        matches!(r, ReasonCode::StatementGap | ReasonCode::StatementUnproven | ReasonCode::StatementOverlap)
    };
    of_statement(&decided.reason) || decided.gates.iter().any(of_statement)
}

fn waits(decided: &Decided) -> bool {
    decided.outcome == Outcome::Queued || decided.disposition == Some(Disposition::InReview)
}

/// A reviewer's file names the row of the queue, not the payment.
fn exception_key(payment_id: &str) -> u64 {
    key(KeyKind::Exception, exception_id(&ContentId(payment_id.to_owned())).as_str())
}

fn wait(sets: &mut dyn Sets, payment_id: &str, seq: u64, decided: &Decided, currency: &str) {
    let row = Waiting {
        seq,
        unapplied: decided.unapplied,
        currency: currency.to_owned(),
        reason: decided.reason.as_str().to_owned(),
        again: again(decided),
    };
    put_waiting(sets, payment_id, waits(decided).then_some(&row));
}

fn waiting(sets: &dyn Sets, payment_id: &str) -> Result<Option<Waiting>, Error> {
    Ok(sets.get(Set::Queue, payment_id)?.and_then(|t| serde_json::from_str(&t).ok()))
}

fn put_waiting(sets: &mut dyn Sets, payment_id: &str, row: Option<&Waiting>) {
    sets.put(Set::Queue, payment_id, row.and_then(|r| serde_json::to_string(r).ok()));
}

fn movements(list: &[Movement], sets: &mut dyn Sets) -> Result<(), Error> {
    for m in list {
        let item = item_key(&m.company, &m.item_id);
        let mut flight =
            flight(sets, &item)?.unwrap_or_else(|| Flight { was: m.before, shifts: Vec::new(), unclear: false });
        flight.shifts.push(m.cleared().unwrap_or(0));
        put_flight(sets, &item, Some(&flight));
    }
    Ok(())
}

fn flight(sets: &dyn Sets, item: &str) -> Result<Option<Flight>, Error> {
    Ok(sets.get(Set::Flight, item)?.and_then(|t| serde_json::from_str(&t).ok()))
}

fn put_flight(sets: &mut dyn Sets, item: &str, flight: Option<&Flight>) {
    sets.put(Set::Flight, item, flight.and_then(|f| serde_json::to_string(f).ok()));
}

fn snapshot(s: &SnapshotBody, sets: &mut dyn Sets) -> Result<(), Error> {
    for settled in &s.settled {
        if let Some(mut flight) = flight(sets, &settled.item)? {
            flight.shifts.drain(..settled.movements.min(flight.shifts.len()));
            flight.was = settled.open;
            flight.unclear = false;
            put_flight(sets, &settled.item, (!flight.shifts.is_empty()).then_some(&flight));
        }
    }
    for unclear in &s.unclear {
        if let Some(mut flight) = flight(sets, &unclear.item)? {
            flight.was = unclear.open;
            flight.unclear = true;
            put_flight(sets, &unclear.item, Some(&flight));
        }
    }
    released(&s.release, sets);
    Ok(())
}

fn released(list: &[Release], sets: &mut dyn Sets) {
    for release in list {
        sets.put(Set::Released, &release.content, Some(String::new()));
        sets.put(Set::Input, &release.sha256, None);
    }
}
