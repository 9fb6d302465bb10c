//! What a statement and a payment are known by, for a memory that outlives the run.

use super::FiledStatement;
use super::content::{account_key, content_hash, figures, is_final, number, same_account};
use crate::base::{ContentId, content_id};
use crate::model::{EntryStatus, Statement};
use chrono::NaiveDate;

/// What a statement is known by: never its file name, `:20:` or statement id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementIdentity {
    /// Account without blanks, in capitals.
    pub account: String,
    /// Hash of account, days, balances and entries with their words.
    pub content: ContentId,
    /// Hash of the figures that every format of the same statement shares: currency, day, balances, amounts.
    pub figures: ContentId,
    /// Running number without year or page.
    pub number: Option<u64>,
    /// First day: of the period, else the first booking date.
    pub first: Option<NaiveDate>,
    /// Closing day.
    pub last: Option<NaiveDate>,
    /// Opening booked balance in minor units.
    pub opening: Option<i64>,
    /// Closing booked balance in minor units.
    pub closing: Option<i64>,
    /// Sum of booked entries in minor units; `None` if they are of another currency than the account, or too fine.
    pub booked: Option<i128>,
    /// A statement proper, no report or notification.
    pub is_final: bool,
}

/// See [`StatementIdentity`].
pub fn identity(statement: &Statement) -> StatementIdentity {
    let booked = || statement.movements().filter(|e| e.status == EntryStatus::Book);
    let first_booked = booked().filter_map(|e| e.booking_date).min();
    let sum = booked().try_fold(0i128, |sum, e| {
        let own = e.amount.currency() == statement.currency;
        e.amount.minor().ok().filter(|_| own).map(|m| sum + i128::from(m))
    });
    let shared = format!("{:?}", figures(statement));
    StatementIdentity {
        account: account_key(&statement.account),
        content: content_hash(statement),
        figures: content_id('g', &[&shared]),
        number: number(statement),
        first: statement.period.map(|p| p.0).or(first_booked),
        last: statement.closing_date(),
        opening: statement.opening.as_ref().and_then(|b| b.amount.minor().ok()),
        closing: statement.closing.as_ref().and_then(|b| b.amount.minor().ok()),
        booked: sum,
        is_final: is_final(statement),
    }
}

/// Whether two account strings may mean one account: the same, or an IBAN that ends with the national number.
pub fn may_be_same_account(a: &str, b: &str) -> bool {
    same_account(a, b)
}

/// Whether two parties, each by name and account, are surely not the same: other names, cut short or not, and not one account. Formats
/// write accounts in other ways, so that accounts alone tell nothing apart.
pub fn is_other_party(a: (Option<&str>, Option<&str>), b: (Option<&str>, Option<&str>)) -> bool {
    let letters = |name: Option<&str>| -> String {
        name.unwrap_or_default().chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let (x, y) = (letters(a.0), letters(b.0));
    !x.contains(&y) && !y.contains(&x) && a.1.zip(b.1).is_none_or(|(a, b)| !same_account(a, b))
}

/// The id of the `n`-th (from 1) of equal payments of a day.
pub fn occurrence_id(base: &ContentId, n: u32) -> ContentId {
    if n <= 1 { base.clone() } else { content_id('p', &[base.as_str(), &n.to_string()]) }
}

impl FiledStatement {
    /// What it is known by.
    pub fn identity(&self) -> StatementIdentity {
        identity(&self.statement)
    }
}

/// Whether a bank's reference may tell one entry from another: a small number only counts the entries of a file.
pub fn tells_entry(reference: &str) -> bool {
    reference.len() > 5 || reference.bytes().any(|b| !b.is_ascii_digit())
}

/// What a payment was made of, in step with [`super::Payments::payments`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Index of its statement in [`super::Day::statements`].
    pub statement: usize,
    /// Its id without occurrence number.
    pub base: ContentId,
    /// Its amount in minor units.
    pub amount: i64,
    /// Where its words came from a notification: index and id of its entry as that stands in its own file.
    pub whole: Option<Box<(usize, ContentId)>>,
    /// Where it is one of several details of an entry.
    pub batch: Option<Box<Batch>>,
}

/// The entry of which payments are the details.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Batch {
    /// Its index in its statement.
    pub entry: usize,
    /// Its amount in minor units: what its details sum to.
    pub sum: i64,
}
