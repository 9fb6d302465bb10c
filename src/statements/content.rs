//! What a statement and an entry say, apart from how the file is called and when it was made: keys to know them again.

use super::FiledStatement;
use crate::base::{ContentId, Currency, Money, Place, content_id};
use crate::model::{Balance, Format, Sketch, Statement, StatementKind};
use chrono::NaiveDate;

/// An account string without blanks, in capitals.
pub(super) fn account_key(account: &str) -> String {
    account.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect()
}

/// Whether two statements stand in one series of an account. Those of one series are neighbours in the order.
pub(super) fn same_series(a: &Statement, b: &Statement) -> bool {
    a.currency == b.currency && account_key(&a.account) == account_key(&b.account)
}

/// Where a finding across statements points: the start of the later one, in its file.
pub(super) fn place_of(filed: &FiledStatement) -> Place {
    filed.statement.place.clone().in_file(filed.file.clone())
}

/// Whether two formats may mean one account: the same string, or an IBAN that ends with the national account number
/// (`37040044/0532013000` is DE89 37040044 0532013000).
pub(super) fn same_account(a: &str, b: &str) -> bool {
    let (a, b) = (account_key(a), account_key(b));
    if a == b {
        return true;
    }
    let fits = |iban: &str, other: &str| {
        let tail = other.rsplit('/').next().unwrap_or(other);
        let tail = tail.trim_end_matches(|c: char| c.is_ascii_alphabetic()).trim_start_matches('0');
        crate::base::is_valid_iban(iban)
            && !crate::base::is_valid_iban(other)
            && tail.len() >= 6
            && tail.bytes().all(|b| b.is_ascii_digit())
            && iban.ends_with(tail)
    };
    fits(&a, &b) || fits(&b, &a)
}

/// A statement's number as a figure, without year or page behind a slash; `0` is none.
pub(super) fn number(statement: &Statement) -> Option<u64> {
    let text = statement.sequence.as_deref()?.trim();
    text.split('/').next()?.parse().ok().filter(|n| *n > 0)
}

/// The same entry in two exports of one format: with its words, by day and amount alone between formats, which word things
/// differently.
pub(super) type EntryKey = (Option<NaiveDate>, Money, Option<[u8; 16]>);

/// Key of an entry, see [`EntryKey`].
pub(super) fn entry_key(entry: &Sketch, with_words: bool) -> EntryKey {
    (entry.booking_date, entry.amount, with_words.then_some(entry.words))
}

/// The statement's content as a hash: account, currency, days, balances and entries with their words. Not: ids of the message,
/// file name, copy mark, time of creation.
pub(super) fn content_hash(statement: &Statement) -> ContentId {
    let mut parts = vec![
        format!("{:?}", statement.kind),
        account_key(&statement.account),
        statement.currency.to_string(),
        day(statement.closing_date()),
        balance(&statement.opening),
        balance(&statement.closing),
    ];
    for e in statement.sketches() {
        let words = u128::from_be_bytes(e.words);
        parts.push(format!("{}|{}|{:?}|{:?}|{words:x}", e.amount, e.status.as_str(), e.booking_date, e.value_date));
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    content_id('s', &parts)
}

/// The figures of a statement that all formats share: currency, closing date, balances, sorted amounts of its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Figures {
    kind: String,
    currency: Currency,
    closing_date: Option<NaiveDate>,
    balances: Option<(Money, Money)>,
    amounts: Vec<String>,
}

/// See [`Figures`].
pub(super) fn figures(statement: &Statement) -> Figures {
    let mut amounts: Vec<String> = statement.movements().map(|m| m.amount.to_string()).collect();
    amounts.sort_unstable();
    Figures {
        kind: format!("{:?}", statement.kind),
        currency: statement.currency,
        closing_date: statement.closing_date(),
        balances: statement.opening.as_ref().zip(statement.closing.as_ref()).map(|(o, c)| (o.amount, c.amount)),
        amounts,
    }
}

impl Figures {
    /// Whether these are the figures of the same statement in another format. One without balances (many CSV exports) can only be
    /// told by its entries, so it needs some.
    pub(super) fn same(&self, other: &Figures) -> bool {
        self.kind == other.kind
            && self.currency == other.currency
            && self.closing_date == other.closing_date
            && self.amounts == other.amounts
            && match (self.balances, other.balances) {
                (Some(a), Some(b)) => a == b,
                _ => !self.amounts.is_empty(),
            }
    }
}

/// Which format is kept where one day came in two.
pub(super) fn rank(format: Format) -> u8 {
    match format {
        Format::Camt053 => 0,
        Format::Mt940 => 1,
        Format::Bai2 => 2,
        Format::Csv => 3,
        Format::Ofx => 4,
        Format::Camt054 => 5,
        Format::Camt052 => 6,
        Format::Mt942 => 7,
    }
}

/// Whether this is a final statement: reports and notifications have no place in a chain of balances.
pub(super) fn is_final(statement: &Statement) -> bool {
    statement.kind == StatementKind::Statement
}

fn balance(balance: &Option<Balance>) -> String {
    balance.as_ref().map(|b| b.amount.to_string()).unwrap_or_default()
}

fn day(date: Option<NaiveDate>) -> String {
    date.map(|d| d.to_string()).unwrap_or_default()
}
