//! The running balance. In: amounts and balances in file order, one by one. Out: which end is the oldest, and what the balances
//! prove.
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
    /// Both are known to have no more decimals than their currency.
    pub whole: bool,
    pub date: NaiveDate,
    /// Line of the row.
    pub line: u64,
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
    /// The oldest row (by its line) whose balance is another than it must be: expected, found.
    pub first_break: Option<Break>,
    breaks: usize,
}

/// Line, what its balance must be, and what it is.
pub(super) type Break = (u64, Money, Money);

/// Rows followed in both directions at once.
#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    /// Oldest first: what the next balance must be but for its own row; before the first balance the sum of the rows.
    running: Option<Money>,
    /// The first balance, its line, and the sum of the rows up to and with it.
    first: Option<(u64, Money, Money)>,
    down: Checked,
    /// Newest first: the last balance, its line, and the sum of the rows from it on.
    last: Option<(u64, Money, Money)>,
    up: Checked,
    /// Balance of the first and of the last row.
    top: Option<Option<Money>>,
    bottom: Option<Money>,
    /// Of the first and the last row.
    dates: Option<(NaiveDate, NaiveDate)>,
    falls: usize,
    rises: usize,
    /// A figure came that is not known to be whole.
    fine: bool,
}

#[derive(Debug, Clone, Default)]
struct Checked {
    checked: usize,
    breaks: usize,
    oldest: Option<Break>,
}

impl Checked {
    #[inline]
    fn see(&mut self, found: Break) -> bool {
        let (_, expected, stands) = found;
        self.checked += 1;
        self.breaks += usize::from(expected != stands);
        expected != stands
    }
}

impl Links {
    /// The next row of the file.
    #[inline]
    pub(super) fn push(&mut self, link: Link) -> Result<(), MoneyError> {
        let Link { amount, balance, whole, date, line } = link;
        self.fine |= !whole;
        let fine = self.fine;
        let add = |a: Money, b: Money| if fine { a.checked_add(b) } else { a.add_whole(b) };
        if let Some((_, before)) = self.dates {
            self.falls += usize::from(before > date);
            self.rises += usize::from(before < date);
        }
        self.dates = Some((self.dates.map_or(date, |d| d.0), date));
        self.top.get_or_insert(balance);
        self.bottom = balance;
        let running = self.running.map_or(Ok(amount), |r| add(r, amount))?;
        self.running = Some(running);
        let Some(balance) = balance else {
            if let Some((.., sum)) = &mut self.last {
                *sum = add(*sum, amount)?;
            }
            return Ok(());
        };
        self.running = Some(balance);
        match self.first {
            None => self.first = Some((line, balance, running)),
            Some(_) => {
                let seen = (line, running, balance);
                if self.down.see(seen) {
                    self.down.oldest.get_or_insert(seen);
                }
            }
        }
        if let Some((newer, stands, sum)) = self.last {
            let seen = (newer, add(balance, sum)?, stands);
            if self.up.see(seen) {
                self.up.oldest = Some(seen);
            }
        }
        self.last = Some((line, balance, amount));
        Ok(())
    }

    /// Amount and balance of the last row, if it has a balance.
    pub(super) fn bottom(&self) -> Option<(Money, Money)> {
        let balance = self.bottom?;
        self.last.map(|(.., amount)| (amount, balance))
    }

    /// The date of the last row.
    pub(super) fn last_date(&self) -> Option<NaiveDate> {
        self.dates.map(|(_, last)| last)
    }

    /// Whether any row has a balance.
    pub(super) fn any_balance(&self) -> bool {
        self.first.is_some()
    }

    /// What all rows say. `stated` is an opening balance that stands elsewhere, which proves the oldest row, too. A bank that never
    /// writes the other way round has its order `fixed`: rows that only fit turned round were moved.
    pub(super) fn finish(self, stated: Option<Money>, order: Order, fixed: bool) -> Result<Chain, MoneyError> {
        let by_dates = self.newest_first_by_dates().unwrap_or(order == Order::NewestFirst);
        let Links { first, last, down, up, top, bottom, .. } = self;
        let end = |end: Option<(u64, Money, Money)>, mut seen: Checked, closing, newest_first| {
            let mut opening = stated;
            if let Some((line, balance, sum)) = end {
                match stated {
                    None => opening = Some(balance.checked_sub(sum)?),
                    Some(stated) => {
                        let oldest = (line, stated.checked_add(sum)?, balance);
                        if seen.see(oldest) {
                            seen.oldest = Some(oldest);
                        }
                    }
                }
            }
            let Checked { checked, breaks, oldest: first_break } = seen;
            Ok(Chain { newest_first, opening, closing, checked, first_break, breaks })
        };
        let oldest = end(first, down, bottom, false)?;
        let newest = end(last, up, top.flatten(), true)?;
        if fixed {
            return Ok(if order == Order::NewestFirst { newest } else { oldest });
        }
        // Where one direction holds and the other does not, arithmetic decides; else the dates.
        Ok(match (oldest.breaks == 0, newest.breaks == 0) {
            (true, false) => oldest,
            (false, true) => newest,
            _ if by_dates => newest,
            _ => oldest,
        })
    }

    /// Whether the dates fall; `None` if they do not tell.
    fn newest_first_by_dates(&self) -> Option<bool> {
        // A date out of place now and then (a late booking) does not turn a file round.
        match (self.falls, self.rises) {
            (0, 0) => None,
            (f, r) if f == r => self.dates.filter(|(a, b)| a != b).map(|(a, b)| a > b),
            (f, r) => Some(f > r),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Currency;

    fn links(rows: &[(i64, Option<i64>, u32)]) -> Vec<Link> {
        let money = |m| Money::from_minor(m, Currency::EUR);
        let date = |d| NaiveDate::from_ymd_opt(2026, 4, d);
        let link = |(i, (a, b, d)): (usize, &(i64, Option<i64>, u32))| Link {
            amount: money(*a),
            balance: b.map(money),
            whole: true,
            date: date(*d).unwrap(),
            line: i as u64,
        };
        rows.iter().enumerate().map(link).collect()
    }

    fn follow(links: &[Link], stated: Option<Money>, order: Order) -> Result<Chain, MoneyError> {
        let mut all = Links::default();
        links.iter().try_for_each(|l| all.push(*l))?;
        all.finish(stated, order, false)
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
    fn rows_turned_round_break_where_the_order_is_fixed() {
        let newest_first = links(&[(-5, Some(120), 3), (25, Some(125), 3)]);
        let breaks = |order, fixed| {
            let mut all = Links::default();
            newest_first.iter().for_each(|l| all.push(*l).unwrap());
            all.finish(None, order, fixed).unwrap().first_break.is_some()
        };
        assert!(breaks(Order::OldestFirst, true));
        assert!(!breaks(Order::OldestFirst, false) && !breaks(Order::NewestFirst, true));
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
