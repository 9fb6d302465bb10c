//! Taking back: a run, an allocation or a payment in, the reversing records out. Nothing is deleted; the payment goes back to the
//! queue.

use super::bodies::*;
use super::journal::Ledger;
use super::keys::{KeyKind, item_key};
use super::standing::PaymentStanding;
use super::store::{Set, Store};
use crate::base::{Map, Place};
use crate::error::{Error, ErrorCode};
use crate::model::{Disposition, OtherAmount, ReasonCode};

impl<S: Store> Ledger<S> {
    /// The records that undo a run, an allocation or a payment, by its id or the beginning of it that only one has.
    ///
    /// # Errors
    /// [`ErrorCode::Ledger`] if there is no such thing, nothing of it stands, or something later builds on it.
    pub fn undo(&self, target: &str, reason: &str, by: &str) -> Result<Vec<Body>, Error> {
        let mut opens: Map<String, i64> = Map::default();
        match target.chars().next() {
            Some('r') => self.undo_run(target, reason, by, &mut opens),
            Some('a') => {
                let standing = self.holder_of(target)?;
                let kept: Vec<&Movement> = standing.movements.iter().filter(|m| m.id == target).collect();
                if kept.is_empty() {
                    return Err(none(target, "the allocation does not stand any more"));
                }
                let mut body = shell(&standing, target, reason, by);
                for m in kept.into_iter().cloned().collect::<Vec<_>>() {
                    body.unapplied = body.unapplied.saturating_add(m.applied);
                    body.movements.push(self.reverse(&m, &mut opens)?);
                }
                refuse_returned(&standing)?;
                Ok(vec![Body::Undo(body)])
            }
            _ => {
                let standing = self.payment(target)?.ok_or_else(|| none(target, "no such payment"))?;
                if standing.reason == ReasonCode::InDetails {
                    return Err(none(target, "the details of the entry stand for it: undo those"));
                }
                if standing.waits && standing.movements.is_empty() {
                    return Err(none(target, "the payment waits for a decision: there is nothing to undo"));
                }
                Ok(vec![Body::Undo(self.undo_payment(&standing, target, reason, by, &mut opens)?)])
            }
        }
    }

    fn undo_run(&self, run: &str, reason: &str, by: &str, opens: &mut Map<String, i64>) -> Result<Vec<Body>, Error> {
        let mut at = None;
        for (seq, body) in self.under(KeyKind::Run, run)? {
            if let Body::Run(found) = body
                && found.run_id == run
            {
                at = Some((seq, found.records));
            }
        }
        let (seq, records) = at.ok_or_else(|| none(run, "no such run"))?;
        let mut ids: Vec<String> = Vec::new();
        let mut release = Vec::new();
        let mut from = seq.saturating_add(1);
        let end = seq.saturating_add(records);
        while from <= end {
            let page = self.store().records(from, 4_096)?;
            let Some(last) = page.last() else { break };
            from = last.seq.saturating_add(1);
            for record in page.iter().filter(|r| r.seq <= end) {
                match Body::parse(record.seq, record.kind, &record.body)? {
                    Body::Payment(p) => ids.push(p.payment_id().to_owned()),
                    Body::Decision(d) => ids.push(d.payment_id),
                    Body::Statement(s) => release.push(Release { content: s.content, sha256: s.sha256 }),
                    _ => {}
                }
            }
        }
        ids.sort();
        ids.dedup();
        let mut standings = Vec::new();
        // What a later run or a person decided anew is none of this run's any more.
        let mut decided_later = false;
        for id in &ids {
            let records = self.under(KeyKind::Payment, id)?;
            let decides = |(seq, body): &(u64, Body)| match body {
                Body::Payment(p) if p.payment_id() == id => Some(*seq),
                Body::Decision(d) if d.payment_id == *id => Some(*seq),
                _ => None,
            };
            let since_undone =
                |(seq, body): &&(u64, Body)| *seq > end && matches!(body, Body::Undo(u) if u.payment_id == *id);
            let undone = records.iter().find(since_undone).map(|(seq, _)| *seq);
            if undone.is_some_and(|undone| records.iter().filter_map(decides).any(|seq| seq > undone)) {
                decided_later = true;
                continue;
            }
            standings.extend(PaymentStanding::of(id, &records)?);
        }
        let own = |id: &Option<String>| id.as_ref().is_none_or(|id| ids.binary_search(id).is_ok());
        if let Some(later) = standings.iter().find(|s| !own(&s.returned_by)) {
            refuse_returned(later)?;
        }
        // Later ones first, so that a return is taken back before what it had taken back.
        standings.sort_by_key(|s| std::cmp::Reverse(s.seq));
        let mut bodies = Vec::new();
        for standing in standings.into_iter().filter(|s| !(s.waits && s.movements.is_empty())) {
            // Its details stand for it, undone or not.
            if standing.reason == ReasonCode::InDetails {
                continue;
            }
            let mut free = standing;
            free.returned_by = None;
            bodies.push(Body::Undo(self.undo_payment(&free, run, reason, by, opens)?));
        }
        let mut released = true;
        for statement in &release {
            released &= self.store().member(Set::Released, &statement.content)?.is_some();
        }
        if bodies.is_empty() && (decided_later || released) {
            return Err(none(run, "nothing of the run stands any more"));
        }
        let last = UndoBody {
            target: run.to_owned(),
            release,
            reason: reason.to_owned(),
            by: by.to_owned(),
            ..UndoBody::default()
        };
        bodies.push(Body::Undo(last));
        Ok(bodies)
    }

    fn undo_payment(
        &self,
        standing: &PaymentStanding,
        target: &str,
        reason: &str,
        by: &str,
        opens: &mut Map<String, i64>,
    ) -> Result<UndoBody, Error> {
        refuse_returned(standing)?;
        let mut body = shell(standing, target, reason, by);
        for m in standing.movements.iter().rev() {
            body.movements.push(self.reverse(m, opens)?);
        }
        body.on_account = standing.on_account.saturating_neg();
        let turn = |o: &OtherAmount| OtherAmount { code: o.code.clone(), amount: o.amount.saturating_neg() };
        body.other = standing.other.iter().map(turn).collect();
        let applied = standing.movements.iter().fold(0i64, |sum, m| sum.saturating_add(m.applied));
        let others = standing.other.iter().fold(0i64, |sum, o| sum.saturating_add(o.amount));
        body.unapplied = applied.saturating_add(standing.on_account).saturating_add(others);
        body.returns.clone_from(&standing.returns);
        body.unlearn.clone_from(&standing.taught);
        Ok(body)
    }

    /// The movement that takes one back, where the item stands now.
    fn reverse(&self, m: &Movement, opens: &mut Map<String, i64>) -> Result<Movement, Error> {
        let name = item_key(&m.company, &m.item_id);
        let before = match opens.get(&name) {
            Some(open) => *open,
            None => self.open_now(&m.company, &m.item_id, m.after)?,
        };
        let back = m.reversed(before).ok_or_else(|| none(&m.item_id, "an amount that does not fit 64 bits"))?;
        // A return that is taken back, of a document that was paid again since.
        let first = self.item(&m.company, &m.item_id)?.map_or(0, |s| s.item.amount);
        let original = if first == 0 { m.original() } else { first };
        let beyond = back.after.unsigned_abs() > original.unsigned_abs();
        if beyond || i128::from(back.after) * i128::from(original.signum()) < 0 {
            let shown = |minor: i64| self.figure(m, minor);
            let text = format!(
                "{} would be open at {} of {}: something later builds on it, undo that first",
                m.doc_no,
                shown(back.after),
                shown(original)
            );
            return Err(none(&m.item_id, &text));
        }
        opens.insert(name, back.after);
        Ok(back)
    }

    /// An amount of a movement in the decimals of its item's currency.
    fn figure(&self, m: &Movement, minor: i64) -> String {
        let currency = m.item.as_ref().map(|i| i.currency).unwrap_or_default();
        crate::base::sum_figure(minor.into(), currency)
    }

    /// What is open of an item as far as the ledger knows: the ERP's last figure less what it has not shown.
    fn open_now(&self, company: &str, item_id: &str, otherwise: i64) -> Result<i64, Error> {
        let name = item_key(company, item_id);
        let flight = self.store().member(super::store::Set::Flight, &name)?;
        let flight: Option<super::fold::Flight> = flight.and_then(|t| serde_json::from_str(&t).ok());
        if let Some(flight) = flight {
            return Ok(flight.open_beyond(flight.was, 0));
        }
        Ok(self.item(company, item_id)?.map_or(otherwise, |s| s.open))
    }

    fn holder_of(&self, allocation: &str) -> Result<PaymentStanding, Error> {
        for (_, body) in self.under(KeyKind::Allocation, allocation)? {
            let (id, movements) = match &body {
                Body::Payment(p) => (p.payment_id(), &p.decided.movements),
                Body::Decision(d) => (d.payment_id.as_str(), &d.decided.movements),
                _ => continue,
            };
            if movements.iter().any(|m| m.id == allocation)
                && let Some(standing) = self.payment(id)?
            {
                return Ok(standing);
            }
        }
        Err(none(allocation, "no such allocation"))
    }
}

fn shell(standing: &PaymentStanding, target: &str, reason: &str, by: &str) -> UndoBody {
    // What was told as not a receivable, refund and so on is unapplied already and only waits again.
    debug_assert!(standing.disposition != Some(Disposition::InReview) || standing.waits);
    UndoBody {
        payment_id: standing.payment.payment_id.0.clone(),
        target: target.to_owned(),
        currency: standing.payment.currency.to_string(),
        reason: reason.to_owned(),
        by: by.to_owned(),
        ..UndoBody::default()
    }
}

fn refuse_returned(standing: &PaymentStanding) -> Result<(), Error> {
    match &standing.returned_by {
        None => Ok(()),
        Some(by) => Err(none(
            standing.payment.payment_id.as_str(),
            &format!("the payment came back with {by}, which stands: undo that first"),
        )),
    }
}

fn none(target: &str, found: &str) -> Error {
    let place = Place::default().in_file("ledger").at(target);
    Error::new(ErrorCode::Ledger, place, found, "the id of a run, allocation or payment that stands")
        .with_hint("`tieout history` shows what stands")
}
