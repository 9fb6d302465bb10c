//! What a decision for one payment does, in numbers: what settling all payments together needs of it.

use crate::book::{CustomerIx, ItemIx};
use crate::matching::candidates::{Naming, Strength};
use crate::matching::hypotheses::{Context, Part, Parts};
use crate::model::{Decision, Empty, Outcome, Rare};

/// A decision for one payment alone: what settling all payments together needs of it, and the words, if somebody reads them.
#[derive(Debug, Clone)]
pub struct Proposed {
    /// What it does.
    pub standing: Standing,
    /// The whole decision as if there were no other payment, where it was asked for.
    pub decision: Option<Decision>,
}

/// What a decision does, in numbers.
#[derive(Debug, Clone)]
pub struct Standing {
    /// What happens.
    pub outcome: Outcome,
    /// Total of the evidence for the best answer.
    pub score: i32,
    /// What it takes from items, if applied, or gives back, if reopened.
    pub parts: Parts,
    /// Rest on account, if applied.
    pub on_account: i64,
    /// What it takes is named in the text, and not found by payer and amount alone.
    pub named: bool,
    /// It sets off a credit note that nobody named.
    pub set_off: bool,
    /// The payer's customer as the evidence has it, for "the same payer twice".
    pub payer: Option<CustomerIx>,
    /// Whose money it is, as far as decided or proposed.
    pub customer: Option<CustomerIx>,
    /// What it waits for; most payments do not.
    pub waits: Rare<Waits>,
}

/// A return that no paid document explains.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenReturn {
    /// The documents that it names; if none, account and amount must tell.
    pub named: Vec<ItemIx>,
    /// What it was first booked as, without the bank's fee, if the statement says so.
    pub first_booked: Option<i64>,
}

/// What a payment that is not applied wants, and what others may still change about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waits {
    /// What its first proposal would take, if it is queued and names its items.
    pub wants: Vec<Want>,
    /// Several items of one customer with exactly this amount fit equally well: a tie that a complete set may solve.
    pub tie: Option<(CustomerIx, i64)>,
    /// A return that found no closed item: perhaps it takes back a payment of this run.
    pub open_return: Option<OpenReturn>,
}

impl Empty for Waits {
    fn empty() -> &'static Self {
        static EMPTY: Waits = Waits { wants: Vec::new(), tie: None, open_return: None };
        &EMPTY
    }
}

impl Standing {
    /// Nothing is taken.
    pub fn nothing(outcome: Outcome) -> Self {
        Standing {
            outcome,
            score: 0,
            parts: Parts::new(),
            on_account: 0,
            named: true,
            set_off: false,
            payer: None,
            customer: None,
            waits: Rare::default(),
        }
    }

    /// What it takes from items: item and cleared amount.
    pub fn claims(&self) -> impl Iterator<Item = (ItemIx, i64)> + '_ {
        self.parts.iter().map(|p| (p.item, p.cleared()))
    }
}

/// What a queued payment's first proposal would take from an item that its text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Want {
    /// The item.
    pub item: ItemIx,
    /// What it would clear, in minor units with the item's sign.
    pub cleared: i64,
    /// Named in full, or by an ending with a label or in a list, and not by a number that may be something else.
    pub strong: bool,
}

/// What a part of a proposal wants, if the text names its item.
pub fn want(context: &Context<'_>, part: &Part) -> Option<Want> {
    let mut by = context.namings.iter().filter(|n| n.items.contains(&part.item)).peekable();
    by.peek()?;
    let labelled = |n: &Naming| n.label.is_some() && n.strength == Strength::Tail;
    let strong = by.any(|n| n.typed.is_none() && (n.strength <= Strength::Short || labelled(n)));
    Some(Want { item: part.item, cleared: part.cleared(), strong })
}
