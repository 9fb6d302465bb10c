//! Decisions of people in, the records that keep them out. They go the same way as those of a run: through [`Ledger::append`].

use super::bodies::*;
use super::fold::Flight;
use super::journal::Ledger;
use super::keys::item_key;
use super::store::{Set, Store};
use crate::base::{Map, Place};
use crate::error::{Error, ErrorCode};
use crate::model::{Decision, OpenItem};

/// A decision of a person on what is unapplied of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonDecision {
    /// What is decided. Its amounts are of the unapplied part, which is the whole payment if nothing of it stands.
    pub decision: Decision,
    /// Who decided.
    pub by: String,
    /// Why, in their words.
    pub comment: String,
}

impl<S: Store> Ledger<S> {
    /// The records of decisions of people. `items` are the items that they name, as they were shown.
    ///
    /// # Errors
    /// [`ErrorCode::Ledger`] for a payment that is not here or does not wait, and for an item that moved since it was shown.
    pub fn decide(&self, decisions: &[PersonDecision], items: &[OpenItem]) -> Result<Vec<Body>, Error> {
        let by_key: Map<String, &OpenItem> = items.iter().map(|i| (item_key(&i.company, &i.item_id), i)).collect();
        let mut open: Map<String, i64> = Map::default();
        let mut bodies = Vec::with_capacity(decisions.len());
        for d in decisions {
            let id = d.decision.payment_id.as_str();
            let standing = self.payment(id)?.filter(|s| s.waits);
            let standing = standing.ok_or_else(|| stale(id, "the payment does not wait in the ledger"))?;
            let mut movements = Vec::new();
            for (n, a) in d.decision.allocations.iter().enumerate() {
                let name = item_key(&a.company, &a.item_id);
                let known = match open.get(&name) {
                    Some(open) => Some(*open),
                    None => self.known_open(&name)?,
                };
                if known.is_some_and(|known| known != a.open_before) {
                    return Err(stale(id, &format!("{} moved since it was shown", a.doc_no)));
                }
                open.insert(name.clone(), a.open_after);
                let item = by_key.get(&name).copied();
                movements.push(Movement::of(a, &d.decision.payment_id, n, item));
            }
            let decided = Decided {
                outcome: d.decision.outcome,
                reason: d.decision.reason,
                explanation: d.decision.explanation.clone(),
                customer_id: d.decision.customer_id.clone(),
                error_ppm: d.decision.error_ppm,
                score: d.decision.score,
                margin: d.decision.margin,
                gates: d.decision.gates.iter().map(|g| g.reason).collect(),
                movements,
                on_account: d.decision.on_account,
                other: d.decision.other.clone(),
                unapplied: d.decision.unapplied,
                disposition: d.decision.disposition,
                by: d.by.clone(),
                returns: None,
                line: None,
            };
            bodies.push(Body::Decision(DecisionBody {
                payment_id: id.to_owned(),
                decided,
                comment: d.comment.clone(),
                currency: standing.payment.currency,
                payer_account: standing.payment.payer_account.clone(),
                booking_date: standing.payment.booking_date,
            }));
        }
        Ok(bodies)
    }

    /// What is open of an item, where the ledger moved it and the ERP has not shown that yet.
    fn known_open(&self, name: &str) -> Result<Option<i64>, Error> {
        let text = self.store().member(Set::Flight, name)?;
        let flight: Option<Flight> = text.and_then(|t| serde_json::from_str(&t).ok());
        Ok(flight.filter(|f| !f.unclear).map(|f| f.open_beyond(f.was, 0)))
    }
}

fn stale(payment_id: &str, found: &str) -> Error {
    let place = Place::default().in_file("ledger").at(payment_id);
    Error::new(ErrorCode::Ledger, place, found, "what was decided on to be as it was shown")
        .with_hint("write the queue anew and decide again")
}
