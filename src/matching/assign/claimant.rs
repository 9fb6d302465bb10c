//! What settling all payments together needs of each: a small part of it, since a run may have a million.

use crate::base::{ContentId, Currency};
use crate::model::Payment;
use chrono::NaiveDate;
use std::hash::BuildHasher;

/// A payment among others. Texts that are only compared are held as hashes of 64 bits.
#[derive(Debug, Clone)]
pub struct Claimant {
    pub payment_id: ContentId,
    pub booking_date: NaiveDate,
    pub amount: i64,
    pub currency: Currency,
    /// The account that it was booked on.
    pub account: u64,
    /// The payer's own id.
    pub end_to_end: Option<u64>,
    /// The payer's account.
    pub payer_account: Option<u64>,
    /// The bank's code says that it comes back.
    pub coded_return: bool,
}

impl Claimant {
    /// What is needed of a payment.
    pub fn of(payment: &Payment) -> Self {
        let hash = |text: &str| foldhash::fast::FixedState::default().hash_one(text);
        Claimant {
            payment_id: payment.payment_id.clone(),
            booking_date: payment.booking_date,
            amount: payment.amount,
            currency: payment.currency,
            account: hash(&payment.account),
            end_to_end: payment.end_to_end_id.as_deref().map(hash),
            payer_account: payment.payer_account.as_deref().map(hash),
            coded_return: payment.return_reason.is_some() || payment.reversal,
        }
    }
}
