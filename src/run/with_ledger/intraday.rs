//! Reports of the day and notifications beside the statement that brings the same entries again: a payment of the run in, what it is
//! to the ledger out.

use super::batches::{Batches, details_of};
use super::likeness::{contradicts, figures_of, says_no_other, words};
use crate::base::{Map, Records};
use crate::error::Error;
use crate::ledger::keys::KeyKind;
use crate::ledger::{Body, Ledger, PaymentBody, StatementBody, Store};
use crate::model::*;
use crate::statements::{Origin, may_be_same_account, tells_entry};
use std::collections::{BTreeMap, BTreeSet};

/// What a payment of the run is to the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    /// Not there yet.
    New,
    /// The same entry of the same statement, or of one that it overlaps.
    Again(Vec<String>),
    /// The same money as came in a report or notification; several payments where a batch entry came for its details.
    Same(Vec<String>),
    /// One of the details of an entry that came whole.
    DetailOf(String),
}

impl Came {
    /// The payments of the ledger.
    pub fn ids(&self) -> &[String] {
        match self {
            Came::New => &[],
            Came::Again(ids) | Came::Same(ids) => ids,
            Came::DetailOf(id) => std::slice::from_ref(id),
        }
    }
}

/// Knows entries again that came in a report of the day or a notification before, or come in one afterwards.
pub struct Intraday {
    /// Sum and count of the payments of the run by account and the bank's reference.
    sums: Map<(String, String), (i64, usize)>,
    /// How many payments of the run have the same day, amount and currency.
    alike: Map<String, usize>,
    /// Those that are details of one entry.
    batches: Batches,
}

impl Intraday {
    pub fn of(payments: Records<'_, Payment>, origins: &[Origin], fresh: bool) -> Intraday {
        let mut own = Intraday { sums: Map::default(), alike: Map::default(), batches: Batches::default() };
        let mut origins = origins.iter();
        let blocks = if fresh { 0 } else { payments.blocks() };
        for n in 0..blocks {
            for p in payments.block(n).iter() {
                *own.alike.entry(figures_of(p, p.amount)).or_default() += 1;
                if let Some(origin) = origins.next() {
                    own.batches.add(p, origin);
                }
                if let Some(reference) = &p.entry_ref {
                    let slot = own.sums.entry((p.account.clone(), reference.clone())).or_insert((0, 0));
                    slot.0 = slot.0.saturating_add(p.amount);
                    slot.1 += 1;
                }
            }
        }
        own
    }

    /// What a payment of the run is to the ledger.
    pub fn find<S: Store>(
        &mut self,
        payment: &Payment,
        origin: &Origin,
        used: &BTreeSet<String>,
        ledger: &Ledger<S>,
    ) -> Result<Came, Error> {
        let is_intraday = |f: Option<Format>| f.is_some_and(Format::is_intraday);
        let own = is_intraday(payment.source.format);
        let mut found: BTreeMap<u64, PaymentBody> = BTreeMap::new();
        let mut look = |kind: KeyKind, value: &str| -> Result<(), Error> {
            for (seq, body) in ledger.under(kind, value)? {
                let Body::Payment(p) = body else { continue };
                let other = &p.payment;
                let other_kind = is_intraday(other.source.format);
                // Final statements among themselves are told by balances and identity alone.
                if (own || other_kind)
                    && other.currency == payment.currency
                    && may_be_same_account(&other.account, &payment.account)
                {
                    found.insert(seq, *p);
                }
            }
            Ok(())
        };
        if let Some(reference) = &payment.entry_ref {
            look(KeyKind::Reference, reference)?;
        }
        let figures = figures_of(payment, payment.amount);
        look(KeyKind::Figures, &figures)?;
        let sum = origin.batch.as_ref().map(|b| figures_of(payment, b.sum));
        if let Some(sum) = &sum {
            look(KeyKind::Figures, sum)?;
        }
        let joined = |p: &Payment| joined_from(ledger, p.payment_id.as_str(), payment.source.format);
        // What gave way to its details is told by them.
        let gave_way = |p: &Payment| {
            let standing = ledger.payment(p.payment_id.as_str())?;
            Ok::<bool, Error>(standing.is_some_and(|s| s.reason == ReasonCode::InDetails))
        };
        let free =
            |p: &Payment| Ok::<bool, Error>(!used.contains(p.payment_id.as_str()) && !joined(p)? && !gave_way(p)?);
        // Some banks count references anew each day, or within a file: day and payer must not say otherwise.
        let same_reference = |p: &Payment| {
            p.entry_ref.is_some()
                && p.entry_ref == payment.entry_ref
                && !contradicts(p, payment)
                && (p.booking_date == payment.booking_date || says_no_other(p, payment))
        };
        let bare = |p: &Payment| p.entry_ref.as_ref().is_none_or(|r| !tells_entry(r));
        for other in found.values().map(|b| &b.payment) {
            let same_words = bare(other) && bare(payment) && words(other) == words(payment);
            if other.amount == payment.amount && (same_reference(other) || same_words) && free(other)? {
                return Ok(Came::Same(vec![other.payment_id.0.clone()]));
            }
        }
        // The only one of that day and amount on either side.
        let mut equal = Vec::new();
        let mut parts = Vec::new();
        let mut wholes = Vec::new();
        for body in found.values() {
            let other = &body.payment;
            if other.booking_date != payment.booking_date {
                continue;
            }
            let is_detail = body.batch.is_some();
            if other.amount == payment.amount
                && is_detail == origin.batch.is_some()
                && own != is_intraday(other.source.format)
                && free(other)?
            {
                equal.push(other);
            }
            if body.batch == Some(payment.amount) && free(other)? {
                parts.push(body);
            }
            if !is_detail && origin.batch.as_ref().is_some_and(|b| b.sum == other.amount) && !joined(other)? {
                wholes.push(body);
            }
        }
        let alone = self.alike.get(&figures) == Some(&1);
        if let ([only], true) = (equal.as_slice(), alone)
            && (bare(only) || bare(payment))
            && says_no_other(only, payment)
        {
            return Ok(Came::Same(vec![only.payment_id.0.clone()]));
        }
        if let Some(sum) = &sum {
            wholes.retain(|_| !self.alike.contains_key(sum));
            if let Some(whole) = self.batches.whole_of(payment, origin, &wholes) {
                return Ok(Came::DetailOf(whole));
            }
        } else if alone
            && !self.batches.has(&payment.account, &figures)
            && let Some(parts) = details_of(payment, &parts)
        {
            return Ok(Came::Same(parts));
        }
        // One entry here, its details there.
        let mut parts = Vec::new();
        let mut sum = 0i64;
        for other in found.values().map(|b| &b.payment) {
            if same_reference(other) && other.amount != payment.amount && free(other)? {
                sum = sum.saturating_add(other.amount);
                parts.push(other.payment_id.0.clone());
            }
        }
        if parts.len() > 1 && sum == payment.amount {
            return Ok(Came::Same(parts));
        }
        // Details here, the entry there.
        let details = payment.entry_ref.as_ref().and_then(|r| self.sums.get(&(payment.account.clone(), r.clone())));
        if let Some((total, _)) = details.filter(|(_, count)| *count > 1) {
            let whole = found.values().map(|b| &b.payment).find(|o| same_reference(o) && o.amount == *total);
            if let Some(other) = whole {
                return Ok(Came::DetailOf(other.payment_id.0.clone()));
            }
        }
        Ok(Came::New)
    }
}

/// Whether a payment was joined from a statement of this format before: it stands there as another entry then.
fn joined_from<S: Store>(ledger: &Ledger<S>, id: &str, format: Option<Format>) -> Result<bool, Error> {
    for (_, body) in ledger.under(KeyKind::Payment, id)? {
        let Body::Join(j) = body else { continue };
        if !j.payments.iter().any(|p| p == id) {
            continue;
        }
        let of_format = |s: &StatementBody| s.content == j.statement && format.is_none_or(|f| s.format == f.as_str());
        let by = ledger.under(KeyKind::Content, &j.statement)?;
        if by.iter().any(|(_, body)| matches!(body, Body::Statement(s) if of_format(s))) {
            return Ok(true);
        }
    }
    Ok(false)
}
