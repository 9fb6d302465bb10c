//! Stage 5: all payments together. No item is claimed by two payments beyond its open amount, and where the answers tie, nobody
//! gets the item. The result does not depend on the order of the payments: ties go to nobody, equal things to complete sets.

mod claimant;
mod complete_set;
mod conflicts;
mod daily_cap;
mod in_run_returns;
mod running;

pub use claimant::Claimant;
pub use running::settling_order;

use super::decide::{Standing, allocation, would_need};
use super::hypotheses::{Part, Parts};
use super::score::{error_ppm, weights};
use crate::base::{Map, Money};
use crate::book::{CustomerIx, ItemIx, OpenItemBook};
use crate::model::{Allocation, Decision, Disposition, Gate, OtherAmount, Outcome, Policy, ReasonCode};

/// What settling all payments together changed about one of them.
#[derive(Debug, Clone)]
enum Ruling {
    /// Back into the queue.
    Queue(Back),
    /// Part of a complete set of so many.
    CompleteSet(usize),
    /// A return that takes back this payment.
    TakesBack(u32),
}

/// Why an automatic decision goes back into the queue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Back {
    reason: ReasonCode,
    text: String,
    /// What would have made it automatic, where the reason alone does not say it.
    needed: Option<String>,
}

/// All payments settled together, in numbers; the words of a decision are made when somebody asks for it.
#[derive(Debug, Clone)]
pub struct Settled {
    payments: Vec<Claimant>,
    standings: Vec<Standing>,
    rulings: Map<u32, Ruling>,
    /// Open amount before the nth allocation of a payment, where an earlier payment of the run touched the item.
    before: Map<(u32, u32), i64>,
    left: running::Left,
}

/// Settles single decisions into those of the run. Payments and standings are in step.
pub fn settle(book: &OpenItemBook, policy: &Policy, payments: Vec<Claimant>, standings: Vec<Standing>) -> Settled {
    let (before, left) = Default::default();
    let mut settled = Settled { payments: Vec::new(), standings, rulings: Map::default(), before, left };
    conflicts::resolve(book, &payments, &mut settled);
    if policy.ties.complete_set {
        complete_set::apply(book, &payments, &mut settled);
    }
    daily_cap::hold(policy, &payments, &mut settled);
    if policy.returns.reopen {
        in_run_returns::link(&payments, &mut settled);
    }
    let taken_back = settled.taken_back();
    (settled.before, settled.left) = running::balances(book, &settled.standings, &taken_back);
    Settled { payments, ..settled }
}

impl Settled {
    /// What happens to a payment in the end.
    pub fn outcome(&self, payment: usize) -> Option<Outcome> {
        self.standings.get(payment).map(|s| s.outcome)
    }

    /// Returns of the run with the payments of the run that they take back, in the order of the returns.
    pub fn taken_back(&self) -> Vec<(usize, usize)> {
        let pair = |(k, ruling): (&u32, &Ruling)| match ruling {
            Ruling::TakesBack(original) => Some((*k as usize, *original as usize)),
            _ => None,
        };
        let mut pairs: Vec<(usize, usize)> = self.rulings.iter().filter_map(pair).collect();
        pairs.sort_unstable();
        pairs
    }

    /// Takes an automatic decision back into the queue; its answer stays the first proposal.
    fn queue(&mut self, payment: usize, back: Back) {
        if let Some(standing) = self.standings.get_mut(payment) {
            standing.outcome = Outcome::Queued;
            standing.parts.clear();
            standing.on_account = 0;
            self.rulings.insert(number(payment), Ruling::Queue(back));
        }
    }

    fn complete_set(&mut self, payment: usize, item: ItemIx, amount: i64, count: usize) {
        if let Some(standing) = self.standings.get_mut(payment) {
            standing.outcome = Outcome::Applied;
            standing.parts = Parts::from_elem(Part { item, applied: amount, ..Part::default() }, 1);
            self.rulings.insert(number(payment), Ruling::CompleteSet(count));
        }
    }

    fn take_back(&mut self, payment: usize, original: usize) {
        let Some((parts, on_account, customer)) =
            self.standings.get(original).map(|o| (o.parts.clone(), o.on_account, o.customer))
        else {
            return;
        };
        if let Some(standing) = self.standings.get_mut(payment) {
            let negate = |p: Part| Part {
                item: p.item,
                applied: -p.applied,
                discount: -p.discount,
                writeoff: -p.writeoff,
                charges: -p.charges,
            };
            standing.outcome = Outcome::Reopened;
            standing.parts = parts.into_iter().map(negate).collect();
            standing.on_account = -on_account;
            standing.customer = customer;
            self.rulings.insert(number(payment), Ruling::TakesBack(number(original)));
        }
    }

    /// Makes the decision that was right for a payment alone the one of the run.
    pub fn finish(&self, book: &OpenItemBook, k: usize, decision: &mut Decision) {
        let Some(standing) = self.standings.get(k) else { return };
        let allocations = || -> Vec<Allocation> { standing.parts.iter().filter_map(|p| allocation(book, p)).collect() };
        match self.rulings.get(&number(k)) {
            None => {}
            Some(Ruling::Queue(Back { reason, text, needed })) => {
                decision.outcome = Outcome::Queued;
                decision.reason = *reason;
                decision.explanation = text.clone();
                decision.gates.push(Gate { reason: *reason, text: text.clone() });
                decision.allocations.clear();
                decision.other.clear();
                decision.on_account = 0;
                decision.unapplied = self.payments.get(k).map_or(0, |p| p.amount);
                decision.disposition = Some(Disposition::InReview);
                decision.would_need = Some(needed.clone().unwrap_or_else(|| would_need(*reason).to_owned()));
                // Of those who claim it at most one is right.
                if *reason == ReasonCode::Tie {
                    decision.error_ppm = decision.error_ppm.max(500_000);
                    if let Some(first) = decision.candidates.first_mut() {
                        first.error_ppm = first.error_ppm.max(500_000);
                    }
                }
            }
            Some(Ruling::CompleteSet(count)) => {
                decision.outcome = Outcome::Applied;
                decision.reason = ReasonCode::CompleteSet;
                decision.allocations = allocations();
                // What is posted stands first among the proposals.
                let posted = decision.allocations.first().map(|a| a.item_id.clone());
                decision.candidates.sort_by_key(|c| c.allocations.first().map(|a| &a.item_id) != posted.as_ref());
                let doc_no = decision.allocations.first().map_or("", |a| a.doc_no.as_str());
                decision.explanation =
                    format!("{doc_no}: {count} equal payments for {count} equal documents of this customer");
                decision.unapplied = 0;
                decision.disposition = None;
                decision.would_need = None;
                // The tie was the only doubt.
                decision.error_ppm = error_ppm(decision.score, [], weights::ERROR_FLOOR_PPM);
            }
            Some(Ruling::TakesBack(original)) => {
                let paid = self.payments.get(*original as usize);
                let id = paid.map_or_else(String::new, Claimant::id);
                // Negative, as the return is: what it takes beyond the payment.
                let fee = self.payments.get(k).zip(paid).and_then(|(back, paid)| back.amount.checked_add(paid.amount));
                decision.outcome = Outcome::Reopened;
                decision.reason = ReasonCode::ReturnReopened;
                decision.explanation = format!("takes back payment {id} of this run");
                if let Some(fee) = fee.filter(|f| *f < 0) {
                    let shown = Money::from_minor(fee.saturating_neg(), decision.currency).figure();
                    decision.explanation.push_str(&format!("; {shown} of it is the fee"));
                    decision.other.push(OtherAmount { code: "return_fee".to_owned(), amount: fee });
                }
                let customer = standing.customer.and_then(|c: CustomerIx| book.customer(c));
                decision.customer_id = customer.map(|c| c.customer_id.clone());
                decision.allocations = allocations();
                decision.on_account = standing.on_account;
                decision.unapplied = 0;
                decision.disposition = None;
                decision.would_need = None;
                decision.error_ppm = weights::ERROR_FLOOR_PPM;
            }
        }
        for (nth, allocation) in (0u32..).zip(&mut decision.allocations) {
            if let Some(before) = self.before.get(&(number(k), nth)) {
                allocation.open_before = *before;
                allocation.open_after = before.saturating_sub(allocation.cleared().unwrap_or(0));
            }
        }
        running::say_what_stays_open(decision);
        running::say_what_is_gone(book, &self.left, decision);
    }
}

/// The number of a payment, as the tables hold it.
fn number(payment: usize) -> u32 {
    u32::try_from(payment).unwrap_or(u32::MAX)
}
