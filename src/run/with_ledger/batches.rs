//! A batch that came whole in one file and in its details in another, without a reference that says so: the only one of its day and
//! amount on either side is one money. Details and what the ledger has of that day in, the payments of the ledger that they are out.

use super::likeness::{contradicts, figures_of};
use crate::base::Map;
use crate::ledger::PaymentBody;
use crate::model::Payment;
use crate::statements::{Origin, tells_entry};
use std::collections::BTreeMap;

/// Index of a statement, and of an entry in it.
type At = (usize, usize);

/// The entries of a run that came in details.
#[derive(Default)]
pub struct Batches {
    /// By account, day, currency and sum.
    of: Map<(String, String), BTreeMap<At, Reference>>,
    /// The payment of the ledger that each is, said once for all of its details.
    said: Map<At, Option<String>>,
}

/// What the details of an entry say of its reference.
#[derive(Clone, PartialEq, Eq)]
enum Reference {
    /// The same everywhere: that of the entry, or none.
    OfEntry(Option<String>),
    /// Each its own.
    OfDetails,
}

impl Reference {
    fn of(payment: &Payment) -> Reference {
        Reference::OfEntry(payment.entry_ref.clone().filter(|r| tells_entry(r)))
    }

    fn and(&mut self, other: Reference) {
        if *self != other {
            *self = Reference::OfDetails;
        }
    }

    /// Whether an entry with this reference is surely another.
    fn is_other(&self, whole: &Payment) -> bool {
        match (self, whole.entry_ref.as_ref().filter(|r| tells_entry(r))) {
            (Reference::OfEntry(Some(own)), Some(whole)) => own != whole,
            _ => false,
        }
    }
}

impl Batches {
    pub fn add(&mut self, payment: &Payment, origin: &Origin) {
        let Some(batch) = &origin.batch else { return };
        let all = self.of.entry((payment.account.clone(), figures_of(payment, batch.sum))).or_default();
        let own = Reference::of(payment);
        all.entry((origin.statement, batch.entry)).and_modify(|r| r.and(own.clone())).or_insert(own);
    }

    /// Whether an entry of this account, day and amount came in details.
    pub fn has(&self, account: &str, figures: &str) -> bool {
        self.of.contains_key(&(account.to_owned(), figures.to_owned()))
    }

    /// The payment of the ledger that came whole, of which this is one of the details: the only one of `wholes`, if the run has no
    /// other entry like it.
    pub fn whole_of(&mut self, detail: &Payment, origin: &Origin, wholes: &[&PaymentBody]) -> Option<String> {
        let batch = origin.batch.as_ref()?;
        let at = (origin.statement, batch.entry);
        if let Some(said) = self.said.get(&at) {
            return said.clone();
        }
        let all = self.of.get(&(detail.account.clone(), figures_of(detail, batch.sum)))?;
        let reference = all.get(&at)?;
        let whole = match wholes {
            [only] if all.len() == 1 && may_be_whole(&only.payment, detail, reference) => {
                Some(only.payment_id().to_owned())
            }
            _ => None,
        };
        self.said.insert(at, whole.clone());
        whole
    }
}

/// The payments of the ledger that are the details of an entry which comes whole: the only ones among `all` that sum to it.
pub fn details_of(whole: &Payment, all: &[&PaymentBody]) -> Option<Vec<String>> {
    let mut entries: BTreeMap<_, Vec<&PaymentBody>> = BTreeMap::new();
    for part in all.iter().filter(|p| p.batch == Some(whole.amount)) {
        let source = &part.payment.source;
        let place = (source.place.line, source.place.path.as_deref());
        entries.entry((part.statement.as_str(), source.file.as_str(), place)).or_default().push(part);
    }
    let sums = |parts: &[&PaymentBody]| {
        parts.iter().try_fold(0i64, |sum, p| sum.checked_add(p.payment.amount)) == Some(whole.amount)
    };
    let mut entries = entries.into_values();
    let (Some(parts), None) = (entries.next(), entries.next()) else { return None };
    let mut reference = Reference::of(&parts.first()?.payment);
    parts.iter().for_each(|p| reference.and(Reference::of(&p.payment)));
    let fits = sums(&parts) && parts.iter().all(|p| may_be_whole(whole, &p.payment, &reference));
    fits.then(|| parts.iter().map(|p| p.payment_id().to_owned()).collect())
}

/// Whether nothing that the whole says is another's: its payer, its id from end to end, its reference.
fn may_be_whole(whole: &Payment, detail: &Payment, reference: &Reference) -> bool {
    let one_id = whole.end_to_end_id.is_none() || whole.end_to_end_id == detail.end_to_end_id;
    (whole.batch_unsplit || one_id) && !contradicts(whole, detail) && !reference.is_other(whole)
}
