//! Floor 5: from payments and book to outcomes. Each stage hands values to the next:
//! read the text, find candidates, make hypotheses, weigh them, decide one by one, settle all together.

mod assign;
mod candidates;
mod decide;
mod hypotheses;
mod not_receivable;
mod reading;
mod returns;
mod score;

use crate::book::OpenItemBook;
use crate::model::{Decision, Payment, Policy};
use not_receivable::Rules;
use rayon::prelude::*;

/// Version of evidence, weights and rules. A change that alters any decision raises it and stands in the changelog.
pub const SCORE_VERSION: &str = "1";

/// Decides payments against a book under a policy. Pure: no I/O, no clock, no global state.
#[derive(Debug, Clone)]
pub struct Engine {
    policy: Policy,
    rules: Rules,
}

impl Engine {
    /// An engine with a policy.
    pub fn new(policy: Policy) -> Self {
        let rules = Rules::new(&policy);
        Engine { policy, rules }
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Decides all payments together: one decision per payment, in the order given. Uses the calling rayon pool; the result
    /// is the same at any number of threads. Every account that the payments were booked on counts as our own.
    pub fn decide(&self, book: &OpenItemBook, payments: &[Payment]) -> Vec<Decision> {
        let rules = self.rules.clone().with_accounts(payments.iter().map(|p| p.account.as_str()));
        let proposed: Vec<decide::Proposed> =
            payments.par_iter().map(|p| decide::propose(book, &self.policy, &rules, p)).collect();
        assign::settle(book, &self.policy, payments, proposed)
    }

    /// Decides one payment alone, claiming nothing: what [`Engine::decide`] would do if there were no other payment.
    pub fn propose(&self, book: &OpenItemBook, payment: &Payment) -> Decision {
        let rules = self.rules.clone().with_accounts([payment.account.as_str()]);
        decide::propose(book, &self.policy, &rules, payment).decision
    }
}
