//! What the ledger has of the entries of a day, by their ids.

use super::session::Session;
use crate::base::{ContentId, Map};
use crate::error::Error;
use crate::ledger::keys::{KeyKind, key};
use crate::ledger::{Body, Store};
use crate::statements::{Origin, occurrence_id};

/// What the ledger has of an entry.
pub(super) struct Known {
    /// Its payments; several where details came for a sum.
    pub ids: Vec<String>,
    /// Content of the statement that brought it.
    pub statement: String,
    /// Whether it joined what came before from another file.
    pub joined: bool,
}

/// What is stored, by its id without occurrence number.
pub(super) type Stored = Map<ContentId, Vec<Known>>;

pub(super) fn how_many(stored: &Stored) -> Map<&ContentId, u32> {
    stored.iter().map(|(base, list)| (base, u32::try_from(list.len()).unwrap_or(u32::MAX))).collect()
}

/// The payments that the nth one of a statement is, which has equal ones before it. Of a statement that the ledger has, `again`, its own
/// come first.
pub(super) fn known_ids(origin: &Origin, nth: u32, again: Option<&str>, stored: &Stored) -> Vec<String> {
    let all = stored.get(&origin.base).map(Vec::as_slice).unwrap_or_default();
    let (own, others): (Vec<_>, Vec<_>) = all.iter().partition(|k| again == Some(k.statement.as_str()));
    let at = usize::try_from(nth).unwrap_or(usize::MAX).saturating_sub(1);
    let known = own.into_iter().chain(others).nth(at).map(|k| k.ids.clone());
    // One that an earlier statement of this run brought.
    known.unwrap_or_else(|| vec![occurrence_id(&origin.base, nth).0])
}

impl<S: Store> Session<'_, S> {
    /// What is stored, by its id without occurrence number: payments, and what came as the same money as one.
    pub(super) fn stored(&self, origins: &[Origin]) -> Result<Stored, Error> {
        let mut stored = Stored::default();
        if self.fresh {
            return Ok(stored);
        }
        let ids = origins.iter().flat_map(|o| std::iter::once(&o.base).chain(o.whole.as_ref().map(|w| &w.1)));
        let by_key: Map<u64, &ContentId> = ids.map(|id| (key(KeyKind::Payment, id.as_str()), id)).collect();
        let mut keys: Vec<u64> = by_key.keys().copied().collect();
        keys.sort_unstable();
        for (key, bodies) in self.ledger.bodies(&keys)? {
            let Some(base) = by_key.get(&key) else { continue };
            for (_, body) in bodies {
                let known = match body {
                    Body::Payment(p)
                        if p.base.as_ref().map_or_else(|| p.payment_id(), |b| b.as_str()) == base.as_str() =>
                    {
                        Known { ids: vec![p.payment_id().to_owned()], statement: p.statement, joined: false }
                    }
                    Body::Join(j) if j.came_as == base.as_str() => {
                        Known { ids: j.payments, statement: j.statement, joined: true }
                    }
                    _ => continue,
                };
                let all = stored.entry((*base).clone()).or_default();
                // One that joined a payment with its own words stands there as that.
                if !(known.joined && all.iter().any(|k| !k.joined && k.ids == known.ids)) {
                    all.push(known);
                }
            }
        }
        Ok(stored)
    }
}
