//! What registered evidence and gates are shown: one payment, one answer, the book. Read only.

use crate::book::OpenItemBook;
use crate::matching::hypotheses::Part;
use crate::model::{Customer, OpenItem, Payment, ReasonCode};

/// One payment and one possible answer.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The payment.
    pub payment: &'a Payment,
    /// What it may pay.
    pub answer: Answer<'a>,
    /// All open items and customers.
    pub book: &'a OpenItemBook,
}

/// A possible answer.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// Whose money it would be; `None` if the documents are several customers', or nobody is known.
    pub customer: Option<&'a Customer>,
    /// The reason it would be applied (or, for a return, reopened) with.
    pub reason: ReasonCode,
    /// What would go on the customer's account, in minor units.
    pub on_account: i64,
    pub(in crate::matching) parts: &'a [Part],
    pub(in crate::matching) book: &'a OpenItemBook,
}

/// What an answer would set against one item, in minor units with the item's sign; negative for a return.
#[derive(Debug, Clone, Copy)]
pub struct Share<'a> {
    /// The item.
    pub item: &'a OpenItem,
    /// Cash.
    pub applied: i64,
    /// Cash discount.
    pub discount: i64,
    /// Written off.
    pub writeoff: i64,
    /// Bank charges borne by us.
    pub charges: i64,
}

impl<'a> Answer<'a> {
    /// What it would set against each item; nothing where it names no open item.
    pub fn shares(&self) -> impl Iterator<Item = Share<'a>> + 'a {
        let (parts, book) = (self.parts, self.book);
        parts.iter().filter_map(move |p| {
            Some(Share {
                item: book.item(p.item)?,
                applied: p.applied,
                discount: p.discount,
                writeoff: p.writeoff,
                charges: p.charges,
            })
        })
    }
}
