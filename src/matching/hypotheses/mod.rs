//! Stage 3: what a payment may pay. A hypothesis is a set of items with a coded difference, and the evidence for it.

mod difference;
mod evidence;
mod named;
mod payer_sums;
mod relations;
mod sentence;
mod subset;
mod unresolved;

pub use difference::{Difference, is_credit_note_as_well};
pub use named::named;
pub use payer_sums::{by_payer, only_amount};
pub use sentence::sentence;
pub use unresolved::{Unresolved, unresolved, unresolved_field};

use super::candidates::{Naming, PayerEvidence};
use super::facts::{Bar, Evidence};
use super::reading::Reading;
use crate::book::{CustomerIx, ItemIx, Near, OpenItemBook};
use crate::matching::extend::Extensions;
use crate::model::{ItemStatus, Payment, Policy, Priors};
use smallvec::SmallVec;
use std::cell::OnceCell;

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
    /// The text says more than was read.
    pub cut: bool,
    /// Who may have paid.
    pub payers: &'a [PayerEvidence],
    /// Document numbers in the text that no item bears.
    pub unresolved: &'a [Unresolved],
    /// The payment's company by its number in the book: 0 for none, `None` for one that the book does not know.
    pub company: Option<u32>,
    /// Evidence and gates of others.
    pub extensions: &'a Extensions,
    /// What confirmed decisions taught.
    pub priors: &'a Priors,
    /// How many open items have the payment's amount, once somebody asked.
    pub same_amount: OnceCell<u32>,
}

impl Context<'_> {
    /// Evidence that this customer paid.
    pub fn payer(&self, customer: CustomerIx) -> Option<&PayerEvidence> {
        self.payers.iter().find(|p| p.customer == customer)
    }

    /// A naming by its number.
    pub fn naming(&self, number: u32) -> Option<&Naming> {
        self.namings.get(number as usize)
    }

    /// Whether an item can be paid by this payment at all: right company, right currency, not closed.
    pub fn payable(&self, item: ItemIx) -> bool {
        self.book.figures(item).is_some_and(|f| {
            f.currency == self.payment.currency && f.status != ItemStatus::Closed && self.right_company(f.company)
        })
    }

    /// Whether a company, by its number in the book, is the payment's, or one of both has none.
    pub fn right_company(&self, company: u32) -> bool {
        company == 0 || self.company.is_some_and(|own| own == 0 || own == company)
    }

    /// What is open of an item.
    pub fn open_amount(&self, item: ItemIx) -> Option<i64> {
        self.book.figures(item).map(|f| f.open_amount)
    }

    /// The payable items of a customer, in book order.
    pub fn open_items_of(&self, customer: CustomerIx) -> impl Iterator<Item = ItemIx> + '_ {
        let all = self.book.near_items_of(customer);
        (0..all.len()).filter_map(move |k| all.get(k).filter(|n| self.is_payable(n)).map(|n| n.item))
    }

    /// The payable items of a customer with their figures, in book order.
    pub fn open_near(&self, customer: CustomerIx) -> SmallVec<[Near; 16]> {
        let all = self.book.near_items_of(customer);
        all.iter().copied().filter(|n| self.is_payable(n)).collect()
    }

    fn is_payable(&self, near: &Near) -> bool {
        near.currency == self.payment.currency && !near.closed && self.right_company(near.company)
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

/// The items of an answer; most have one.
pub type Parts = SmallVec<[Part; 1]>;

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
    pub parts: Parts,
    /// The closed or foreign items that it speaks of, where it has no parts.
    pub about: SmallVec<[ItemIx; 2]>,
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
    pub lines: SmallVec<[Evidence; 6]>,
    /// Facts that forbid automatic application of this answer.
    pub gates: SmallVec<[Bar; 2]>,
    /// More answers than could be counted.
    pub capped: bool,
    /// What registered evidence and gates say, word by word; see [`crate::matching::facts::Fact::Registered`].
    pub notes: Vec<String>,
}

impl Hypothesis {
    /// A number that two answers with the same items share, whatever their order.
    pub fn item_mark(&self) -> u64 {
        self.parts.iter().fold(0, |sum, p| {
            let mixed = (u64::from(p.item) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            sum.wrapping_add(mixed ^ (mixed >> 29))
        })
    }

    /// Whether two answers are about the same items.
    pub fn same_items(&self, other: &Hypothesis) -> bool {
        if self.parts.len() != other.parts.len() {
            return false;
        }
        if let ([a], [b]) = (self.parts.as_slice(), other.parts.as_slice()) {
            return a.item == b.item;
        }
        let set = |h: &Hypothesis| {
            let mut set: SmallVec<[ItemIx; 8]> = h.parts.iter().map(|p| p.item).collect();
            set.sort_unstable();
            set
        };
        self.item_mark() == other.item_mark() && set(self) == set(other)
    }
}
