//! Floor 5: from payments and book to outcomes.

use crate::book::OpenItemBook;
use crate::model::{Decision, Disposition, Outcome, Payment, Policy, ReasonCode};

/// Version of evidence, weights and rules. A change that alters any decision raises it and stands in the changelog.
pub const SCORE_VERSION: &str = "1";

/// Decides payments against a book under a policy. Pure: no I/O, no clock, no global state.
#[derive(Debug, Clone)]
pub struct Engine {
    policy: Policy,
}

impl Engine {
    /// An engine with a policy.
    pub fn new(policy: Policy) -> Self {
        Engine { policy }
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Decides all payments together: one decision per payment, in the order given. Uses the calling rayon pool; the result
    /// is the same at any number of threads.
    pub fn decide(&self, book: &OpenItemBook, payments: &[Payment]) -> Vec<Decision> {
        let _ = book;
        payments
            .iter()
            .map(|p| Decision {
                payment_id: p.payment_id.clone(),
                currency: p.currency,
                outcome: Outcome::Queued,
                reason: ReasonCode::NoReference,
                explanation: ReasonCode::NoReference.sentence().to_owned(),
                customer_id: None,
                error_ppm: 1_000_000,
                score: 0,
                margin: None,
                prior: 0,
                gates: Vec::new(),
                allocations: Vec::new(),
                on_account: 0,
                other: Vec::new(),
                unapplied: p.amount,
                disposition: Some(Disposition::InReview),
                would_need: None,
                candidates: Vec::new(),
                candidates_cut: 0,
            })
            .collect()
    }
}
