use super::{Entry, EntryStatus};
use crate::base::{Money, fold_letters};
use chrono::NaiveDate;
use sha2::{Digest, Sha256};

/// What is remembered of an entry that was read and let go: enough to prove its statement and to know it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sketch {
    /// As [`Entry::amount`].
    pub amount: Money,
    /// As [`Entry::booking_date`].
    pub booking_date: Option<NaiveDate>,
    /// As [`Entry::value_date`].
    pub value_date: Option<NaiveDate>,
    /// As [`Entry::status`].
    pub status: EntryStatus,
    /// Hash of [`Entry::words`]: the first half of its SHA-256. Zeros where the words were not read.
    pub words: [u8; 16],
}

impl Sketch {
    /// The sketch of an entry.
    pub fn of(entry: &Entry) -> Self {
        let mut words = [0; 16];
        let digest = Sha256::digest(entry.folded());
        words.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Sketch { words, ..Sketch::figures_of(entry) }
    }

    /// The sketch of an entry without its words.
    pub fn figures_of(entry: &Entry) -> Self {
        Sketch {
            amount: entry.amount,
            booking_date: entry.booking_date,
            value_date: entry.value_date,
            status: entry.status,
            words: [0; 16],
        }
    }
}

impl Entry {
    /// Everything that the entry says in words and references, folded to letters and digits in lower case: what two exports of
    /// it have in common. Parts are kept apart by `|`.
    pub fn words(&self) -> String {
        String::from_utf8(self.folded()).unwrap_or_default()
    }

    /// The words as bytes, for their hash.
    fn folded(&self) -> Vec<u8> {
        let mut text = Vec::with_capacity(512);
        let mut add = |part: Option<&str>| {
            text.push(b'|');
            if let Some(part) = part {
                fold_letters(part, &mut text);
            }
        };
        add(self.servicer_reference.as_deref());
        add(self.entry_reference.as_deref());
        add(self.owner_reference.as_deref());
        add(self.narrative.as_deref());
        let several = self.details.len() > 1;
        for d in &self.details {
            add(d.amount.filter(|_| several).map(|a| a.to_string()).as_deref());
            for part in [&d.end_to_end_id, &d.transaction_id, &d.servicer_reference, &d.mandate_id, &d.narrative] {
                add(part.as_deref());
            }
            for party in [&d.debtor, &d.creditor] {
                add(party.name.as_deref());
                add(party.account.as_deref());
            }
            d.remittance.unstructured.iter().for_each(|t| add(Some(t)));
            for s in &d.remittance.structured {
                add(s.creditor_reference.as_deref());
                s.documents.iter().for_each(|doc| add(doc.number.as_deref()));
                s.additional.iter().for_each(|t| add(Some(t)));
            }
        }
        text
    }
}
