//! Floor 5: from payments and book to outcomes. Each stage hands values to the next:
//! read the text, find candidates, make hypotheses, weigh them, decide one by one, settle all together.

mod assign;
mod candidates;
mod decide;
pub mod extend;
mod facts;
mod hypotheses;
mod not_receivable;
mod reading;
mod returns;
mod score;

use crate::base::{Packed, Records, sha256_hex};
use crate::book::OpenItemBook;
use crate::model::{Decision, Outcome, Payment, Policy, Priors};
pub(crate) use assign::settling_order;
pub use decide::CHANCE_SAYS;
use decide::Desk;
use extend::Extensions;
use not_receivable::Rules;
use rayon::prelude::*;
pub use reading::{SpanKind, TextRead, TextSpan, read_text};
pub(crate) use returns::RETURN_FEE_MAX;
use std::collections::BTreeSet;

/// Version of evidence, weights and rules. A change that alters any decision raises it and stands in the changelog.
pub const SCORE_VERSION: &str = "4";

/// Blocks of payments that are decided before what they claim is put together.
const AT_ONCE: usize = 256;

/// Decides payments against a book under a policy. Pure: no I/O, no clock, no global state.
#[derive(Debug, Clone)]
pub struct Engine {
    policy: Policy,
    rules: Rules,
    extensions: Extensions,
    priors: Priors,
}

/// All payments settled together, without words, see [`Engine::settle`].
#[derive(Debug, Clone)]
pub struct Settled {
    settled: assign::Settled,
    rules: Rules,
}

/// What one payment does alone, see [`Engine::stand`].
#[derive(Debug, Clone)]
pub struct Stand(decide::Standing);

impl Stand {
    /// What happens to the payment, if no other one interferes.
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }
}

impl Settled {
    /// What happens to the nth payment.
    pub fn outcome(&self, nth: usize) -> Option<Outcome> {
        self.settled.outcome(nth)
    }
}

impl Engine {
    /// An engine with a policy.
    pub fn new(policy: Policy) -> Self {
        let rules = Rules::new(&policy);
        Engine { policy, rules, extensions: Extensions::new(), priors: Priors::default() }
    }

    /// The same engine with evidence and gates of others, instead of those it had.
    pub fn with_extensions(self, extensions: Extensions) -> Self {
        Engine { extensions, ..self }
    }

    /// The same engine with what confirmed decisions taught. A shift beyond [`Priors::SHIFT_MOST`] counts as that.
    pub fn with_priors(self, mut priors: Priors) -> Self {
        for record in priors.reason.values_mut() {
            record.shift = record.shift.clamp(-Priors::SHIFT_MOST, Priors::SHIFT_MOST);
        }
        Engine { priors, ..self }
    }

    /// Version of all that makes a score: [`SCORE_VERSION`], then evidence and gates that were registered, then what was
    /// learned. Two engines with the same version and the same policy decide alike.
    pub fn score_version(&self) -> String {
        let learned = if self.priors.is_empty() {
            String::new()
        } else {
            let text = serde_json::to_string(&self.priors).unwrap_or_default();
            format!("+priors:{}", sha256_hex(text.as_bytes()).get(..12).unwrap_or(""))
        };
        format!("{SCORE_VERSION}{}{learned}", self.extensions.version())
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Decides all payments together: one decision per payment, in the order given. Uses the calling rayon pool; the result
    /// is the same at any number of threads. Every account that the payments were booked on counts as our own.
    pub fn decide(&self, book: &OpenItemBook, payments: &[Payment]) -> Vec<Decision> {
        let rules = self.rules_of(payments);
        let proposed = |(k, p)| {
            read_ahead(book, payments, k);
            let proposed = decide::propose(&self.desk(book, &rules), p, true);
            (proposed.standing, proposed.decision)
        };
        let (standings, decisions): (Vec<_>, Vec<_>) = payments.par_iter().enumerate().map(proposed).unzip();
        let settled = assign::settle(book, &self.policy, claimants(payments), standings);
        let finished = decisions.into_par_iter().enumerate().filter_map(|(k, decision)| {
            let mut decision = decision?;
            settled.finish(book, k, &mut decision);
            Some(decision)
        });
        finished.collect()
    }

    /// Decides all payments together as [`Engine::decide`] does, from packed payments to packed decisions: for a run of a million.
    pub fn decide_packed(&self, book: &OpenItemBook, payments: &Packed<Payment>) -> Packed<Decision> {
        self.decide_linked(book, payments).0
    }

    /// The same, and the returns among the payments with the payments that they take back, where both stand in the run.
    pub(crate) fn decide_linked(
        &self,
        book: &OpenItemBook,
        payments: &Packed<Payment>,
    ) -> (Packed<Decision>, Vec<(usize, usize)>) {
        let payments = Records::from(payments);
        let blocks = || (0..payments.blocks()).into_par_iter();
        let accounts: Vec<BTreeSet<String>> =
            blocks().map(|n| payments.block(n).iter().map(|p| p.account.clone()).collect()).collect();
        let rules = self.rules.clone().with_accounts(accounts.iter().flatten().map(String::as_str));
        let proposed = |n: usize| {
            let (payments, desk) = (payments.block(n), self.desk(book, &rules));
            let proposed = payments.iter().enumerate().map(|(k, p)| {
                read_ahead(book, &payments, k);
                decide::propose(&desk, p, true)
            });
            let (standings, decisions): (Vec<_>, Vec<_>) = proposed.map(|p| (p.standing, p.decision)).unzip();
            let decisions = Packed::of(&decisions.into_iter().flatten().collect::<Vec<_>>());
            (claimants(&payments), standings, decisions)
        };
        let (mut all, mut standings) = (Vec::with_capacity(payments.len()), Vec::with_capacity(payments.len()));
        let mut decisions = Vec::with_capacity(payments.blocks());
        // Not all blocks at once: what settling needs of them would stand in memory twice.
        for from in (0..payments.blocks()).step_by(AT_ONCE) {
            let some = from..payments.blocks().min(from + AT_ONCE);
            for (of_block, stand, decided) in some.into_par_iter().map(proposed).collect::<Vec<_>>() {
                all.extend(of_block);
                standings.extend(stand);
                decisions.push(decided);
            }
        }
        let settled = assign::settle(book, &self.policy, all, standings);
        let finished = decisions.into_par_iter().enumerate().map(|(n, block)| {
            let mut decisions: Vec<Decision> = block.iter().collect();
            for (k, decision) in (n * Packed::<Decision>::BLOCK..).zip(&mut decisions) {
                settled.finish(book, k, decision);
            }
            Packed::of(&decisions)
        });
        (finished.collect::<Vec<_>>().into_iter().collect(), settled.taken_back())
    }

    /// Decides all payments together as [`Engine::decide`] does, but without words: what each does, in numbers. The words of one
    /// decision come from [`Engine::explain`], so that a run need not hold those of a million.
    pub fn settle(&self, book: &OpenItemBook, payments: &[Payment]) -> Settled {
        let rules = self.rules_of(payments);
        let standing = |(k, p)| {
            read_ahead(book, payments, k);
            decide::propose(&self.desk(book, &rules), p, false).standing
        };
        let standings: Vec<_> = payments.par_iter().enumerate().map(standing).collect();
        Settled { settled: assign::settle(book, &self.policy, claimants(payments), standings), rules }
    }

    /// What one payment does alone, in numbers and claiming nothing: for [`Engine::settle_all`]. Our own accounts are those of the
    /// policy and the one that it was booked on.
    pub fn stand(&self, book: &OpenItemBook, payment: &Payment) -> Stand {
        let rules = self.rules_of(std::slice::from_ref(payment));
        Stand(decide::propose(&self.desk(book, &rules), payment, false).standing)
    }

    /// Settles payments that were looked at one by one: the same as [`Engine::settle`] of all of them, where the policy names
    /// every account that they were booked on. `stands` are in the order of `payments`, from this book as it is now.
    pub fn settle_all(&self, book: &OpenItemBook, payments: &[Payment], stands: Vec<Stand>) -> Settled {
        let standings = stands.into_iter().map(|s| s.0).collect();
        let settled = assign::settle(book, &self.policy, claimants(payments), standings);
        Settled { settled, rules: self.rules_of(payments) }
    }

    /// The decision of the nth payment with its words, by the same code that settled it. `book` and `payments` are those that
    /// were settled; `None` beyond the last payment.
    pub fn explain(
        &self,
        book: &OpenItemBook,
        payments: &[Payment],
        settled: &Settled,
        nth: usize,
    ) -> Option<Decision> {
        let mut decision = decide::decision(&self.desk(book, &settled.rules), payments.get(nth)?);
        settled.settled.finish(book, nth, &mut decision);
        Some(decision)
    }

    /// Decides one payment alone, claiming nothing: what [`Engine::decide`] would do if there were no other payment.
    pub fn propose(&self, book: &OpenItemBook, payment: &Payment) -> Decision {
        let rules = self.rules_of(std::slice::from_ref(payment));
        decide::decision(&self.desk(book, &rules), payment)
    }

    fn desk<'a>(&'a self, book: &'a OpenItemBook, rules: &'a Rules) -> Desk<'a> {
        Desk { book, policy: &self.policy, rules, extensions: &self.extensions, priors: &self.priors }
    }

    fn rules_of(&self, payments: &[Payment]) -> Rules {
        self.rules.clone().with_accounts(payments.iter().map(|p| p.account.as_str()))
    }
}

/// Smaller books stand in the caches.
const READ_AHEAD_FROM: u32 = 50_000;
/// Payments that are read ahead at once.
const AHEAD: usize = 16;

/// Before the first of every few payments: what all of these will ask the book for is read. It changes nothing.
fn read_ahead(book: &OpenItemBook, payments: &[Payment], k: usize) {
    if k.is_multiple_of(AHEAD) && book.open_count() > READ_AHEAD_FROM {
        let some = payments.iter().skip(k).take(AHEAD);
        let asked = some.map(|p| (p.payer_account.as_deref(), p.currency, p.amount));
        std::hint::black_box(book.read_ahead(asked));
    }
}

fn claimants(payments: &[Payment]) -> Vec<assign::Claimant> {
    payments.iter().map(assign::Claimant::of).collect()
}
