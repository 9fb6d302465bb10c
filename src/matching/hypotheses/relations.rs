//! Who pays for whom: whether the payer that the evidence shows fits a document's customer, or speaks against it.

use super::Context;
use crate::book::{CustomerIx, ItemIx};
use crate::matching::candidates::PayerKind;
use crate::names::NameLevel;

/// Whether the evidence on the payer fits a document's customer: itself, its parent, or somebody who usually pays for it.
pub(super) fn fits(context: &Context<'_>, customer: CustomerIx, items: &[ItemIx]) -> bool {
    if context.payer(customer).is_some_and(|p| p.weight >= 150) {
        return true;
    }
    context
        .payers
        .iter()
        .filter(|p| p.weight >= 250)
        .any(|p| related(context, p.customer, customer, items.iter().copied()))
}

impl Context<'_> {
    /// Whether the books let one customer pay for another.
    pub fn may_pay_for(&self, payer: CustomerIx, customer: CustomerIx) -> bool {
        related(self, payer, customer, std::iter::empty())
    }
}

/// Whether one customer may pay for another, by the books.
pub(super) fn related(
    context: &Context<'_>,
    payer: CustomerIx,
    customer: CustomerIx,
    items: impl Iterator<Item = ItemIx>,
) -> bool {
    if payer == customer {
        return true;
    }
    let mut paid_by = items.filter_map(|ix| context.book.item(ix)?.more.payer_id.as_deref()).peekable();
    if paid_by.peek().is_none() && context.book.is_plain(payer) && context.book.is_plain(customer) {
        return false;
    }
    let (Some(p), Some(c)) = (context.book.customer(payer), context.book.customer(customer)) else { return false };
    let is = |id: &str| id == p.customer_id && p.company == c.company;
    c.parent_id.as_deref().is_some_and(is)
        || c.payer_ids.iter().any(|id| is(id))
        || p.parent_id.as_deref() == Some(c.customer_id.as_str())
        || p.parent_id.is_some() && p.parent_id == c.parent_id
        || paid_by.any(is)
}

/// A customer whom the evidence names as payer and who has nothing to do with the documents' customers.
pub(super) fn other_customer(context: &Context<'_>, customers: &[CustomerIx]) -> Option<(CustomerIx, PayerKind)> {
    let own = customers
        .iter()
        .filter_map(|c| context.payer(*c))
        .map(|p| (p.kind, p.name, p.weight))
        .min_by_key(|p| (p.0, p.1));
    context
        .payers
        .iter()
        .filter(|p| {
            let strange = |c: &CustomerIx| !context.may_pay_for(p.customer, *c);
            // Whose account pays is strange already where one of the documents is of a customer that it has nothing to do with.
            let knows_itself = |c: &CustomerIx| context.payer(*c).is_some_and(|own| own.kind <= PayerKind::Number);
            let one_is_strange = || customers.iter().any(|c| strange(c) && !knows_itself(c));
            customers.iter().all(strange) || p.kind <= PayerKind::Mandate && p.weight >= 350 && one_is_strange()
        })
        .find(|p| {
            if customers.contains(&p.customer) {
                return true;
            }
            let by_account = p.kind <= PayerKind::Mandate && p.weight >= 350;
            // A name speaks against the document only if it is wholly another customer's, and better than the document's own.
            let by_name = p.kind == PayerKind::Name
                && p.weight >= 300
                && match own {
                    None => true,
                    Some((kind, name, _)) => {
                        kind > PayerKind::Number && name.is_none_or(|n| p.name.is_some_and(|o| o < n))
                    }
                };
            // So does another customer's number in the text, unless the payer is known, or has the name of the document's customer.
            let by_number = p.kind == PayerKind::Number
                && p.weight >= 300
                && own.is_none_or(|(kind, name, _)| {
                    kind > PayerKind::Number
                        && name.is_none_or(|n| n > NameLevel::SameWords || p.name.is_some_and(|o| o < n))
                });
            let own_account = own.is_some_and(|(kind, _, _)| kind <= PayerKind::Number);
            by_account && !own_account || by_name || by_number
        })
        .map(|p| (p.customer, p.kind))
}
