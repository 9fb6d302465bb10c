//! What settling all payments together needs of each: a small part of it, since a run may have a million.

use crate::base::{ContentId, Currency};
use crate::model::Payment;
use chrono::NaiveDate;
use std::hash::BuildHasher;
use std::num::NonZeroU64;

/// A payment among others. Texts that are only compared are held as hashes of 64 bits.
#[derive(Debug, Clone)]
pub struct Claimant {
    id: Id,
    pub amount: i64,
    /// The account that it was booked on.
    pub account: u64,
    /// The payer's own id.
    pub end_to_end: Option<NonZeroU64>,
    /// The payer's account.
    pub payer_account: Option<NonZeroU64>,
    pub booking_date: NaiveDate,
    pub currency: Currency,
    /// The bank's code says that it comes back.
    pub coded_return: bool,
}

/// An id of a payment: one of ours in its eleven bytes, or any other as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Id {
    Ours { kind: u8, digits: [u8; 10] },
    Other(Box<str>),
}

impl Id {
    fn of(id: &ContentId) -> Self {
        let ours = || {
            let (kind, hex) = id.as_str().split_at_checked(1)?;
            let mut digits = [0; 10];
            let figure = |b: u8| match b {
                b'0'..=b'9' => Some(b - b'0'),
                b'a'..=b'f' => Some(b - b'a' + 10),
                _ => None,
            };
            let mut pairs = hex.as_bytes().chunks_exact(2);
            for (to, pair) in digits.iter_mut().zip(&mut pairs) {
                let [high, low] = pair else { return None };
                *to = figure(*high)? << 4 | figure(*low)?;
            }
            (hex.len() == 20).then_some(Id::Ours { kind: *kind.as_bytes().first()?, digits })
        };
        ours().unwrap_or_else(|| Id::Other(id.as_str().into()))
    }
}

impl Claimant {
    /// What is needed of a payment.
    pub fn of(payment: &Payment) -> Self {
        let hash = |text: &str| foldhash::fast::FixedState::default().hash_one(text);
        // Two texts whose hashes meet are one text here either way.
        let some = |text: &str| NonZeroU64::MIN.saturating_add(hash(text) >> 1);
        Claimant {
            id: Id::of(&payment.payment_id),
            amount: payment.amount,
            account: hash(&payment.account),
            end_to_end: payment.end_to_end_id.as_deref().map(some),
            payer_account: payment.payer_account.as_deref().map(some),
            booking_date: payment.booking_date,
            currency: payment.currency,
            coded_return: payment.return_reason.is_some() || payment.reversal,
        }
    }

    /// Its id.
    pub fn id(&self) -> String {
        match &self.id {
            Id::Ours { kind, digits } => {
                let figure = |n: u8| char::from_digit(u32::from(n), 16).unwrap_or('0');
                let hex = digits.iter().flat_map(|b| [figure(b >> 4), figure(b & 15)]);
                std::iter::once(char::from(*kind)).chain(hex).collect()
            }
            Id::Other(text) => text.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_comes_back_as_it_was() {
        let one = crate::base::content_id('p', &["a"]).0;
        let odd = ["", "p", "p1", "ü0123456789abcdef0123", "p0123456789ABCDEF0123", "p0123456789abcdef01234", "p 123"];
        for text in odd.iter().copied().chain([one.as_str(), "p0123456789abcdef0123", "x00000000000000000000"]) {
            let payment = Payment { payment_id: ContentId(text.to_owned()), ..Payment::default() };
            assert_eq!(Claimant::of(&payment).id(), text);
        }
        assert!(size_of::<Claimant>() <= 72);
    }
}
