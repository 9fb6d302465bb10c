//! What a run may be told of earlier ones: the questions that it asks a memory, in their order. `with_ledger` is the one that answers.

use super::given::RunError;
use super::source::Source;
use crate::base::{Packed, Records};
use crate::error::Error;
use crate::model::*;
use crate::statements::{Day, LeftOut, Origin};

/// What the engine decided from.
pub(super) struct Decidable<'a> {
    /// The policy in force.
    pub policy: &'a Policy,
    /// Items of the book.
    pub items: &'a [OpenItem],
    /// Payments of the run.
    pub payments: Records<'a, Payment>,
    /// Returns with the payments that they take back, where both stand in the run; by their places.
    pub linked: &'a [(usize, usize)],
}

/// What a memory does in a run, in this order.
pub(super) trait Memory {
    /// Refuses another policy, or other priors under it, than that of the last run where it takes two persons and fewer stand for it.
    fn policy(&mut self, policy: &Policy, priors: &Priors, approved_by: &[String]) -> Result<(), RunError>;
    /// Leaves out files that are known wholly.
    fn files<'f>(&mut self, files: Vec<Source<'f>>) -> Result<Vec<Source<'f>>, RunError>;
    /// Leaves out known statements and refuses contradicting ones.
    fn day(&mut self, day: &mut Day) -> Result<(), Error>;
    /// Leaves out known payments and says where statements are missing; the other payments get the ids that they are known by, and
    /// what a control total makes of them.
    fn payments(&mut self, day: &mut Day, made: &Made<'_>) -> Result<Left, Error>;
    /// Brings items to what is truly open, and closed ones back that the payments may speak of.
    fn receivables(
        &mut self,
        items: &mut Vec<OpenItem>,
        customers: &mut Vec<Customer>,
        payments: Records<'_, Payment>,
    ) -> Result<(), Error>;
    /// Items that are to be on hold, since the decisions would take off more than they ever were.
    fn open_again(&mut self, items: &[OpenItem], decisions: Records<'_, Decision>) -> Result<Vec<OpenItem>, Error>;
    /// Returns reopen exactly what they had closed.
    fn decided(&mut self, given: &Decidable<'_>, decisions: &mut Packed<Decision>) -> Result<(), Error>;
    /// Customers as they would be with the learned facts that nobody signed, where one speaks of a payment in the queue.
    fn untried(
        &self,
        customers: &[Customer],
        payments: Records<'_, Payment>,
        decisions: Records<'_, Decision>,
    ) -> Result<Option<Vec<Customer>>, Error>;
    /// Says on each payment in the queue that a learned fact would have decided which one it is; `would` is in step.
    fn tried(
        &self,
        payments: Records<'_, Payment>,
        decisions: &mut Packed<Decision>,
        would: Records<'_, Decision>,
    ) -> Result<(), Error>;
    /// What the summary says of it.
    fn summary(&self) -> LedgerSummary;
    /// Hash of the ledger's content before the run.
    fn content(&self) -> String;
}

/// The payments of a run as they were made.
pub(super) struct Made<'a> {
    /// All of them.
    pub payments: &'a Packed<Payment>,
    /// In step: what each was made of.
    pub origins: &'a [Origin],
    /// What a control total makes of one.
    pub trust: &'a dyn Fn(&mut Payment),
}

/// The payments of a run as a memory leaves them.
pub(super) struct Left {
    /// Those that are to be decided.
    pub payments: Packed<Payment>,
    /// Those that are known.
    pub left_out: Vec<LeftOut>,
}
