//! The running balance. In: amounts and balances in file order. Out: which end is the oldest, and what the balances prove.
//!
//! A balance column proves each row but the oldest: `balance = balance before + amount`. Banks write it oldest first or newest
//! first, and some only on the last row of a day.

use super::profile::Order;
use crate::base::{Money, MoneyError};
use chrono::NaiveDate;

/// One row for the chain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    pub amount: Money,
    pub balance: Option<Money>,
    pub date: Option<NaiveDate>,
}

/// What the chain says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chain {
    /// The file is newest first.
    pub newest_first: bool,
    /// Balance before the oldest row, where one can be told.
    pub opening: Option<Money>,
    /// Balance after the newest row, where that row has one.
    pub closing: Option<Money>,
    /// Balances that were checked against one before.
    pub checked: usize,
    /// The first row (index in file order) whose balance is another than it must be: expected, found.
    pub first_break: Option<(usize, Money, Money)>,
    breaks: usize,
}

/// Follows the chain. `opening` is a balance stated elsewhere, which proves the oldest row, too.
pub(super) fn follow(links: &[Link], opening: Option<Money>, order: Order) -> Result<Chain, MoneyError> {
    let oldest = walk(links.iter().enumerate(), opening, false)?;
    let newest = walk(links.iter().enumerate().rev(), opening, true)?;
    let by_dates = newest_first_by_dates(links).unwrap_or(order == Order::NewestFirst);
    // Where one direction holds and the other does not, arithmetic decides; else the dates.
    Ok(match (oldest.breaks == 0, newest.breaks == 0) {
        (true, false) => oldest,
        (false, true) => newest,
        _ if by_dates => newest,
        _ => oldest,
    })
}

/// Whether the dates fall; `None` if they do not tell.
fn newest_first_by_dates(links: &[Link]) -> Option<bool> {
    let dates: Vec<NaiveDate> = links.iter().filter_map(|l| l.date).collect();
    let pairs = || dates.iter().zip(dates.iter().skip(1));
    let falls = pairs().filter(|(a, b)| a > b).count();
    let rises = pairs().filter(|(a, b)| a < b).count();
    // A date out of place now and then (a late booking) does not turn a file round.
    match (falls, rises) {
        (0, 0) => None,
        (f, r) if f == r => dates.first().zip(dates.last()).filter(|(a, b)| a != b).map(|(a, b)| a > b),
        (f, r) => Some(f > r),
    }
}

fn walk<'a>(
    links: impl Iterator<Item = (usize, &'a Link)>,
    stated: Option<Money>,
    newest_first: bool,
) -> Result<Chain, MoneyError> {
    let mut chain = Chain { newest_first, opening: stated, closing: None, checked: 0, first_break: None, breaks: 0 };
    let mut running = stated;
    let mut before: Option<Money> = None; // sum of the rows before the first balance
    for (i, link) in links {
        chain.closing = link.balance;
        let Some(at) = running else {
            let sum = before.map_or(Ok(link.amount), |b| b.checked_add(link.amount))?;
            before = Some(sum);
            if let Some(balance) = link.balance {
                chain.opening = Some(balance.checked_sub(sum)?);
                running = Some(balance);
            }
            continue;
        };
        let expected = at.checked_add(link.amount)?;
        running = Some(expected);
        if let Some(balance) = link.balance {
            chain.checked += 1;
            if balance != expected {
                chain.breaks += 1;
                chain.first_break.get_or_insert((i, expected, balance));
            }
            running = Some(balance);
        }
    }
    Ok(chain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Currency;

    fn links(rows: &[(i64, Option<i64>, u32)]) -> Vec<Link> {
        let money = |m| Money::from_minor(m, Currency::EUR);
        let date = |d| NaiveDate::from_ymd_opt(2026, 4, d);
        rows.iter().map(|(a, b, d)| Link { amount: money(*a), balance: b.map(money), date: date(*d) }).collect()
    }

    fn minor(m: Option<Money>) -> Option<i64> {
        m.and_then(|m| m.minor().ok())
    }

    #[test]
    fn the_direction_is_found_by_arithmetic_even_against_the_dates() {
        let down = links(&[(10, Some(130), 3), (-5, Some(120), 3), (25, Some(125), 3)]);
        let chain = follow(&down, None, Order::OldestFirst).unwrap();
        assert!(chain.newest_first && chain.first_break.is_none());
        assert_eq!((minor(chain.opening), minor(chain.closing), chain.checked), (Some(100), Some(130), 2));
    }

    #[test]
    fn balances_on_the_last_row_of_a_day_are_enough() {
        let days = links(&[(10, None, 1), (20, Some(130), 1), (5, None, 2), (-10, Some(125), 2)]);
        let chain = follow(&days, None, Order::OldestFirst).unwrap();
        assert_eq!((minor(chain.opening), minor(chain.closing), chain.checked), (Some(100), Some(125), 1));
    }

    #[test]
    fn the_first_bad_row_is_named() {
        let bad = links(&[(10, Some(110), 1), (20, Some(131), 2), (5, Some(136), 3)]);
        let (row, expected, found) = follow(&bad, None, Order::OldestFirst).unwrap().first_break.unwrap();
        assert_eq!((row, minor(Some(expected)), minor(Some(found))), (1, Some(130), Some(131)));
    }

    #[test]
    fn a_stated_opening_balance_proves_the_oldest_row() {
        let one = links(&[(10, Some(110), 1)]);
        let stated = Some(Money::from_minor(90, Currency::EUR));
        assert!(follow(&one, stated, Order::OldestFirst).unwrap().first_break.is_some());
    }
}
