//! Returns: the payment that came back is looked up, and exactly what it had closed is opened again, the bank's fee apart.

use super::closed::keys_of;
use super::session::Session;
use crate::base::{Map, Money, Packed, Records};
use crate::error::Error;
use crate::ledger::keys::item_key;
use crate::ledger::{Body, Movement, PaymentStanding, Store};
use crate::matching::{RETURN_FEE_MAX, settling_order};
use crate::model::*;
use crate::run::memory::Decidable;
use crate::statements::may_be_same_account;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// How surely an earlier payment is the one that came back, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sure {
    /// The same id, mandate or document.
    ById,
    /// The same account and amount.
    ByAccount,
}

impl<S: Store> Session<'_, S> {
    pub(super) fn settle_returns(
        &mut self,
        given: &Decidable<'_>,
        decisions: &mut Packed<Decision>,
    ) -> Result<(), Error> {
        let Decidable { policy, items, payments, linked } = *given;
        let id = |k: usize| self.seen.get(k).map(|seen| seen.id.0.clone());
        for (back, of) in linked {
            if let Some((back, of)) = id(*back).zip(id(*of)) {
                self.taken_back.insert(of.clone());
                self.returns.insert(back, of);
            }
        }
        self.linked = linked.to_vec();
        if self.fresh || !policy.returns.reopen {
            return Ok(());
        }
        let mut new: Vec<(usize, Decision)> = Vec::new();
        // What returns of this run have opened again, by item.
        let mut given_back: Map<String, i64> = Map::default();
        for (k, payment, decision) in &came_back(payments, (&*decisions).into(), linked) {
            let Some((original, fee)) = self.original(payment)? else { continue };
            if let Some(decided) = reopened(payment, decision, &original, fee, items, &given_back) {
                for a in &decided.allocations {
                    let sum = given_back.entry(item_key(&a.company, &a.item_id)).or_insert(0);
                    *sum = sum.saturating_sub(a.cleared().unwrap_or(0));
                }
                self.taken_back.insert(original.payment.payment_id.0.clone());
                self.returns.insert(payment.payment_id.0.clone(), original.payment.payment_id.0.clone());
                self.summary.reopened += 1;
                new.push((*k, decided));
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        let mut all: Vec<Decision> = decisions.iter().collect();
        self.put_in_place(new, items, &mut all);
        *decisions = Packed::of(&all);
        Ok(())
    }

    /// Sets decisions on returns among the others of the run, and what is open before and after each.
    fn put_in_place(&mut self, new: Vec<(usize, Decision)>, items: &[OpenItem], decisions: &mut [Decision]) {
        let mut old: Vec<(usize, Decision)> = Vec::with_capacity(new.len());
        for (k, decided) in new {
            if let Some(slot) = decisions.get_mut(k) {
                old.push((k, std::mem::replace(slot, decided)));
            }
        }
        let order = self.settling_order();
        running(items, decisions, &order);
        // Together with what the run itself opened or closed it may be too much for a document: then a person looks at it.
        let beyond = beyond(items, decisions);
        for (k, before) in old.into_iter().filter(|_| !beyond.is_empty()) {
            let Some(slot) = decisions.get_mut(k) else { continue };
            if slot.allocations.iter().any(|a| beyond.contains(&item_key(&a.company, &a.item_id))) {
                if let Some(original) = self.returns.remove(before.payment_id.as_str()) {
                    self.taken_back.remove(&original);
                }
                self.summary.reopened = self.summary.reopened.saturating_sub(1);
                *slot = before;
            }
        }
        if !beyond.is_empty() {
            running(items, decisions, &order);
        }
    }

    /// The order in which the payments of the run settle: a return after the payment that it takes back.
    pub(super) fn settling_order(&self) -> Vec<usize> {
        settling_order(self.seen.len(), &self.linked)
    }

    /// The one earlier payment that came back, and the fee on top of it.
    fn original(&self, back: &Payment) -> Result<Option<(PaymentStanding, i64)>, Error> {
        let Some(gross) = back.amount.checked_neg() else { return Ok(None) };
        let mut found: BTreeMap<String, ()> = BTreeMap::new();
        let mut keys = keys_of(back);
        keys.sort_unstable();
        keys.dedup();
        for bodies in self.ledger.bodies(&keys)?.into_values() {
            for (_, body) in bodies {
                let id = match body {
                    Body::Payment(p) => p.payment_id().to_owned(),
                    Body::Decision(d) => d.payment_id,
                    _ => continue,
                };
                found.insert(id, ());
            }
        }
        let mut fits: Vec<(Sure, PaymentStanding, i64)> = Vec::new();
        for id in found.into_keys() {
            let Some(standing) = self.ledger.payment(&id)? else { continue };
            let p = &standing.payment;
            let stands = standing.outcome == Outcome::Applied
                && standing.unapplied == 0
                && standing.returned_by.is_none()
                && !self.taken_back.contains(&id)
                && p.amount > 0
                && p.currency == back.currency
                && p.booking_date <= back.booking_date
                && may_be_same_account(&p.account, &back.account);
            if !stands {
                continue;
            }
            let fee = gross.saturating_sub(p.amount);
            let sure = sure(back, &standing);
            let stated = back.original_amount == Some(p.amount) || fee == back.charges;
            let fee_fits = fee == 0 || fee > 0 && (stated || fee <= RETURN_FEE_MAX && sure == Some(Sure::ById));
            if let Some(sure) = sure.filter(|_| fee_fits) {
                fits.push((sure, standing, fee));
            }
        }
        fits.sort_by_key(|f| (f.0, f.2, f.1.seq));
        let best = fits.first().map(|f| (f.0, f.2));
        let mut alike = fits.into_iter().filter(|f| Some((f.0, f.2)) == best);
        let first = alike.next();
        // Two that fit as well are for a person.
        if alike.next().is_some() { Ok(None) } else { Ok(first.map(|(_, s, fee)| (s, fee))) }
    }
}

/// The payments that take back one of before this run, with their places and decisions.
fn came_back(
    payments: Records<'_, Payment>,
    decisions: Records<'_, Decision>,
    linked: &[(usize, usize)],
) -> Vec<(usize, Payment, Decision)> {
    let of_block = |n: usize| {
        let (payments, decisions) = (payments.block(n), decisions.block(n));
        let all = (n * Packed::<Payment>::BLOCK..).zip(payments.iter().zip(decisions.iter()));
        let back = all.filter(|(k, (payment, decision))| {
            let by_engine = matches!(decision.reason, ReasonCode::ReturnReopened | ReasonCode::ReturnUnmatched);
            payment.amount < 0
                && payment.trust == Trust::Proven
                && (by_engine || payment.return_reason.is_some() || payment.reversal)
                && linked.binary_search_by_key(k, |(back, _)| *back).is_err()
        });
        back.map(|(k, (payment, decision))| (k, payment.clone(), decision.clone())).collect::<Vec<_>>()
    };
    (0..payments.blocks()).into_par_iter().flat_map_iter(of_block).collect()
}

/// Items that would be open at more than they are, or across zero.
fn beyond(items: &[OpenItem], decisions: &[Decision]) -> crate::base::Set<String> {
    let amounts = touched(items, decisions, |i| i.amount);
    let mut found = crate::base::Set::default();
    for a in decisions.iter().flat_map(|d| &d.allocations) {
        let Some(amount) = amounts.get(&(a.company.as_str(), a.item_id.as_str())) else { continue };
        let crosses = i128::from(a.open_after) * i128::from(amount.signum()) < 0;
        if crosses || a.open_after.unsigned_abs() > amount.unsigned_abs() {
            found.insert(item_key(&a.company, &a.item_id));
        }
    }
    found
}

fn sure(back: &Payment, standing: &PaymentStanding) -> Option<Sure> {
    let p = &standing.payment;
    let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
    let named = || {
        let text: String = back.remittance_text().chars().filter(|c| c.is_alphanumeric()).collect();
        let bare = |n: &str| n.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        standing.movements.iter().any(|m| bare(&m.doc_no).len() > 3 && text.contains(&bare(&m.doc_no)))
    };
    let own_id = same(&p.end_to_end_id, &back.end_to_end_id);
    if own_id || same(&p.mandate_id, &back.mandate_id) || named() {
        return Some(Sure::ById);
    }
    same(&p.payer_account, &back.payer_account).then_some(Sure::ByAccount)
}

/// The decision that takes an earlier payment back whole.
fn reopened(
    back: &Payment,
    before: &Decision,
    original: &PaymentStanding,
    fee: i64,
    items: &[OpenItem],
    given_back: &Map<String, i64>,
) -> Option<Decision> {
    let mut allocations = Vec::new();
    for m in original.movements.iter().rev() {
        let name = item_key(&m.company, &m.item_id);
        // Few returns a day: looked for one by one.
        let item = items.iter().find(|i| i.item_id == m.item_id && i.company == m.company)?;
        let back = m.reversed(item.open_amount)?;
        // Opened again before, by a person or another return: more than the document is never open. A person looks at it.
        let in_all = back.after.checked_add(given_back.get(&name).copied().unwrap_or(0))?;
        if in_all.unsigned_abs() > item.amount.unsigned_abs() {
            return None;
        }
        allocations.push(allocation(&back));
    }
    let turned = |o: &OtherAmount| Some(OtherAmount { code: o.code.clone(), amount: o.amount.checked_neg()? });
    let mut other: Vec<OtherAmount> = original.other.iter().map(turned).collect::<Option<_>>()?;
    if fee != 0 {
        other.push(OtherAmount { code: "return_fee".to_owned(), amount: fee.checked_neg()? });
    }
    let shown = |minor: i64| Money::from_minor(minor, back.currency).figure();
    let p = &original.payment;
    let fee_text = if fee == 0 { String::new() } else { format!("; {} of it is the fee", shown(fee)) };
    Some(Decision {
        outcome: Outcome::Reopened,
        reason: ReasonCode::ReturnReopened,
        explanation: format!(
            "takes back payment {} of {} over {}{fee_text}",
            p.payment_id,
            p.booking_date,
            shown(p.amount)
        ),
        customer_id: original.customer_id.clone(),
        error_ppm: before.error_ppm.min(40),
        gates: Vec::new(),
        allocations,
        on_account: original.on_account.checked_neg()?,
        other,
        unapplied: 0,
        disposition: None,
        would_need: None,
        ..before.clone()
    })
}

fn allocation(m: &Movement) -> Allocation {
    Allocation {
        company: m.company.clone(),
        item_id: m.item_id.clone(),
        doc_no: m.doc_no.clone(),
        customer_id: m.customer_id.clone(),
        applied: m.applied,
        discount: m.discount,
        writeoff: m.writeoff,
        writeoff_code: m.writeoff_code.clone(),
        charges: m.charges,
        fx_difference: m.fx_difference,
        open_before: m.before,
        open_after: m.after,
    }
}

/// Something of every item that a decision touches, by company and id.
fn touched<'a>(
    items: &'a [OpenItem],
    decisions: &[Decision],
    of: impl Fn(&OpenItem) -> i64,
) -> Map<(&'a str, &'a str), i64> {
    let named = |a: &Allocation| (a.company.clone(), a.item_id.clone());
    let wanted: Map<String, crate::base::Set<String>> =
        decisions.iter().flat_map(|d| &d.allocations).map(named).fold(Map::default(), |mut all, (company, item)| {
            all.entry(company).or_default().insert(item);
            all
        });
    let wants = |i: &&OpenItem| wanted.get(i.company.as_str()).is_some_and(|of| of.contains(i.item_id.as_str()));
    items.iter().filter(wants).map(|i| ((i.company.as_str(), i.item_id.as_str()), of(i))).collect()
}

/// Sets "open before" and "open after" where several payments touch one item, in the order in which they settle.
fn running(items: &[OpenItem], decisions: &mut [Decision], order: &[usize]) {
    let start = touched(items, decisions, |i| i.open_amount);
    let mut open: Map<(String, String), i64> = Map::default();
    for k in order {
        for a in decisions.get_mut(*k).into_iter().flat_map(|d| d.allocations.iter_mut()) {
            let key = (a.company.clone(), a.item_id.clone());
            let listed = start.get(&(a.company.as_str(), a.item_id.as_str())).copied().unwrap_or(a.open_before);
            let before = open.get(&key).copied().unwrap_or(listed);
            a.open_before = before;
            a.open_after = before.saturating_sub(a.cleared().unwrap_or(0));
            open.insert(key, a.open_after);
        }
    }
}
