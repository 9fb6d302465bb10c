//! Decisions of people in, the records that keep them out. They go the same way as those of a run: through [`Ledger::append`].

use super::bodies::*;
use super::fold::Flight;
use super::journal::Ledger;
use super::keys::{KeyKind, item_key, key};
use super::standing::PaymentStanding;
use super::store::{Set, Store};
use crate::base::{ContentId, Map, Place};
use crate::error::{Error, ErrorCode};
use crate::model::{Decision, EvidenceKind, OpenItem, Outcome, Review};

/// A decision of a person on what is unapplied of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonDecision {
    /// What is decided. Its amounts are of the unapplied part, which is the whole payment if nothing of it stands. Its review,
    /// where there is one, is journaled: who signed, claimed or verified, in which file and cell.
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
                returns: self.returned(&d.decision, &movements)?,
                movements,
                on_account: d.decision.on_account,
                other: d.decision.other.clone(),
                unapplied: d.decision.unapplied,
                disposition: d.decision.disposition,
                by: d.by.clone(),
                line: None,
            };
            bodies.push(Body::Decision(DecisionBody {
                payment_id: id.to_owned(),
                decided,
                comment: d.comment.clone(),
                review: d.decision.review.clone(),
                company: standing.payment.company.clone(),
                currency: standing.payment.currency,
                payer_account: news(&d.decision, &standing.payment.payer_account, EvidenceKind::PayerAccount),
                payer_name: news(&d.decision, &standing.payment.payer_name, EvidenceKind::PayerName),
                booking_date: standing.payment.booking_date,
            }));
        }
        Ok(bodies)
    }

    /// The one payment that stands and that these movements take back whole, as a person decided on a return.
    fn returned(&self, decision: &Decision, movements: &[Movement]) -> Result<Option<String>, Error> {
        let (Outcome::Reopened, Some(first)) = (decision.outcome, movements.first()) else { return Ok(None) };
        let name = item_key(&first.company, &first.item_id);
        let mut ids: Vec<String> = Vec::new();
        for (_, body) in self.under(KeyKind::Item, &name)? {
            match &body {
                Body::Payment(p) => ids.push(p.payment_id().to_owned()),
                Body::Decision(d) => ids.push(d.payment_id.clone()),
                _ => {}
            }
        }
        ids.sort();
        ids.dedup();
        let mut fits = Vec::new();
        for id in ids {
            let Some(standing) = self.payment(&id)? else { continue };
            let back = |m: &Movement| {
                movements.iter().any(|b| {
                    b.company == m.company
                        && b.item_id == m.item_id
                        && b.cleared().and_then(i64::checked_neg) == m.cleared()
                })
            };
            let whole = standing.movements.len() == movements.len() && standing.movements.iter().all(back);
            let stands = standing.returned_by.is_none() && standing.payment.amount > 0 && standing.on_account == 0;
            if whole && stands {
                fits.push(id);
            }
        }
        Ok(if fits.len() == 1 { fits.pop() } else { None })
    }

    /// The payment that bears this id in a queue, as it stands; `None` if it never waited here.
    ///
    /// # Errors
    /// The store cannot be read, or a record is damaged.
    pub fn exception(&self, exception_id: &str) -> Result<Option<PaymentStanding>, Error> {
        for (_, body) in self.under(KeyKind::Exception, exception_id)? {
            let id = match &body {
                Body::Payment(p) => p.payment_id(),
                Body::Undo(u) => u.payment_id.as_str(),
                _ => continue,
            };
            if crate::model::exception_id(&ContentId(id.to_owned())).as_str() == exception_id {
                return self.payment(id);
            }
        }
        Ok(None)
    }

    /// Who said the last word on a payment, what, and when, as one sentence; `None` if the payment is not here.
    ///
    /// # Errors
    /// The store cannot be read, or a record is damaged.
    pub fn last_word(&self, payment_id: &str) -> Result<Option<String>, Error> {
        let mut last = None;
        for (seq, body) in self.under(KeyKind::Payment, payment_id)? {
            let told = match &body {
                Body::Payment(p) if p.payment_id() == payment_id => told(&p.decided, None),
                Body::Decision(d) if d.payment_id == payment_id => told(&d.decided, d.review.as_deref()),
                Body::Undo(u) if u.payment_id == payment_id => format!("{} took a decision back: {}", u.by, u.reason),
                _ => continue,
            };
            last = Some((seq, told));
        }
        let Some((seq, told)) = last else { return Ok(None) };
        let at = self.store().record(seq)?.map(|r| r.at()).unwrap_or_default();
        let at = at.get(..16).unwrap_or(&at).replace('T', " ");
        let when = if at.is_empty() { String::new() } else { format!(" on {at}") };
        Ok(Some(format!("{told}; recorded{when} (record {seq})")))
    }

    /// The last run that the ledger knows of, decisions of people included; `None` for none.
    ///
    /// # Errors
    /// The store cannot be read, or a record is damaged.
    pub fn last_run(&self) -> Result<Option<RunBody>, Error> {
        let all = self.store().find(&[key(KeyKind::Run, "")])?;
        for (_, seq) in all.iter().rev() {
            let Some(record) = self.store().record(*seq)? else { continue };
            if let Body::Run(run) = Body::parse(*seq, record.kind, &record.body)? {
                return Ok(Some(run));
            }
        }
        Ok(None)
    }

    /// Whether something takes two persons: `facts`, `policy` or `undo`, as the policy of the last run says. What depends on it
    /// (`tieout undo`, `tieout facts sign`) asks for both names; [`crate::run::run_with_ledger`] does it for a policy.
    ///
    /// # Errors
    /// The store cannot be read, or a record is damaged.
    pub fn takes_two(&self, what: &str) -> Result<bool, Error> {
        Ok(self.last_run()?.is_some_and(|run| run.two_persons.iter().any(|t| t == what)))
    }

    /// What is open of an item, where the ledger moved it and the ERP has not shown that yet.
    fn known_open(&self, name: &str) -> Result<Option<i64>, Error> {
        let text = self.store().member(Set::Flight, name)?;
        let flight: Option<Flight> = text.and_then(|t| serde_json::from_str(&t).ok());
        Ok(flight.filter(|f| !f.unclear).map(|f| f.open_beyond(f.was, 0)))
    }
}

/// The payer's account or name, where nothing knew it for that of the customer.
fn news(decision: &Decision, value: &Option<String>, kind: EvidenceKind) -> Option<String> {
    let value = value.as_ref().filter(|v| !v.is_empty())?;
    let own = decision.candidates.iter().filter(|c| c.customer_id == decision.customer_id);
    let known = own.flat_map(|c| &c.supports).any(|l| l.kind == kind);
    (!known).then(|| value.clone())
}

fn told(decided: &Decided, review: Option<&Review>) -> String {
    match review {
        Some(review) => review.told(),
        None => format!("{} decided {} ({})", decided.by, decided.outcome.as_str(), decided.reason.as_str()),
    }
}

fn stale(payment_id: &str, found: &str) -> Error {
    let place = Place::default().in_file("ledger").at(payment_id);
    Error::new(ErrorCode::Ledger, place, found, "what was decided on to be as it was shown")
        .with_hint("write the queue anew and decide again")
}
