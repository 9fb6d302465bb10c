//! Stage 3: what a payment may pay. A hypothesis is a set of items with a coded difference, and the evidence for it.

mod difference;
mod evidence;
mod named;
mod payer_sums;
mod relations;
mod subset;
mod unresolved;

pub use difference::Difference;
pub use named::named;
pub use payer_sums::{by_payer, only_amount};
pub use unresolved::{Unresolved, unresolved, unresolved_field};

use super::candidates::{Naming, PayerEvidence};
use super::reading::Reading;
use crate::book::{CustomerIx, ItemIx, OpenItemBook};
use crate::model::{EvidenceLine, Gate, OpenItem, Payment, Policy};

/// Everything known about one payment when hypotheses are made.
pub struct Context<'a> {
    /// The book.
    pub book: &'a OpenItemBook,
    /// The policy.
    pub policy: &'a Policy,
    /// The payment; its amount is positive.
    pub payment: &'a Payment,
    /// Its text.
    pub reading: &'a Reading,
    /// What the text names.
    pub namings: &'a [Naming],
    /// Who may have paid.
    pub payers: &'a [PayerEvidence],
    /// Document numbers in the text that no item bears.
    pub unresolved: &'a [Unresolved],
}

impl Context<'_> {
    /// Evidence that this customer paid.
    pub fn payer(&self, customer: CustomerIx) -> Option<&PayerEvidence> {
        self.payers.iter().find(|p| p.customer == customer)
    }

    /// Whether an item can be paid by this payment at all: right company, right currency, not closed.
    pub fn payable(&self, item: &OpenItem) -> bool {
        self.right_company(item)
            && item.currency == self.payment.currency
            && item.status != crate::model::ItemStatus::Closed
    }

    /// Whether the item is of the payment's company.
    pub fn right_company(&self, item: &OpenItem) -> bool {
        item.company == self.payment.company || item.company.is_empty() || self.payment.company.is_empty()
    }

    /// The payable items of a customer, in book order.
    pub fn open_items_of(&self, customer: CustomerIx) -> Vec<ItemIx> {
        let items = self.book.items_of(customer).iter().copied();
        items.filter(|ix| self.book.item(*ix).is_some_and(|it| self.payable(it))).collect()
    }
}

/// By what the items were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// The text names them.
    Named,
    /// The only item of the payer with this amount.
    PayerSingle,
    /// A set of the payer's items.
    PayerSum,
    /// Everything the payer has open.
    WholeAccount,
    /// Nothing but the amount.
    OnlyAmount,
    /// The payer is known, the items are not.
    OnAccount,
    /// A closed item is named or fits: perhaps paid twice.
    Duplicate,
}

/// One item's share of a hypothesis, in minor units with the item's sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Part {
    /// The item.
    pub item: ItemIx,
    /// Cash.
    pub applied: i64,
    /// Cash discount.
    pub discount: i64,
    /// Written off.
    pub writeoff: i64,
    /// Bank charges.
    pub charges: i64,
}

impl Part {
    /// What leaves the item; saturates, since conservation is checked again with checked sums.
    pub fn cleared(&self) -> i64 {
        self.applied.saturating_add(self.discount).saturating_add(self.writeoff).saturating_add(self.charges)
    }
}

/// A possible answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hypothesis {
    /// Whose money; `None` if items of several customers stand in one set.
    pub customer: Option<CustomerIx>,
    /// By what.
    pub basis: Basis,
    /// How amount and items differ.
    pub difference: Difference,
    /// The items.
    pub parts: Vec<Part>,
    /// Rest on the customer's account.
    pub on_account: i64,
    /// Every item is named exactly, or by a shorter form that is unique for a payer who is its customer.
    pub exactly_named: bool,
    /// Every item is named in full.
    pub fully_named: bool,
    /// A structured reference named it.
    pub by_reference: bool,
    /// The payer is (one of) the items' customers, as far as evidence goes.
    pub payer_fits: bool,
    /// Log-odds before the evidence.
    pub prior: i32,
    /// Total of prior and evidence.
    pub score: i32,
    /// The evidence; what speaks against has negative weight.
    pub lines: Vec<EvidenceLine>,
    /// Facts that forbid automatic application of this answer.
    pub gates: Vec<Gate>,
    /// More answers than could be counted.
    pub capped: bool,
}

impl Hypothesis {
    /// The items, sorted, as the identity of the answer.
    pub fn item_set(&self) -> Vec<ItemIx> {
        let mut set: Vec<ItemIx> = self.parts.iter().map(|p| p.item).collect();
        set.sort_unstable();
        set
    }
}
