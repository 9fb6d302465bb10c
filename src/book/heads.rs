//! Which run of digits of a document number is the running number, and which say when the document was made. In: the runs of one
//! number (`202512`, `55439`) and the day of the document. Out: the place of the running number, and the year.
//!
//! ```text
//! 202512-55439   year and month, number        FV/7/12/2025    number, month, year
//! 2512-0439      the same in short             07-26-55439     branch, year, number
//! 20251204/3     day, number of that day       344729-26       number, year
//! ```
//!
//! Where the day of the document is known, it must agree with what is taken for a date; so few numbers are taken for one by chance.

use chrono::{Datelike, NaiveDate};

/// Most runs that are looked at; no number has more that mean something.
const RUNS_MAX: usize = 16;
/// Without the day of the document a month is only believed in front of a number of so many digits.
const NUMBER_LEAST: usize = 3;
/// Largest distance in days between the document and the day in its number.
const DAYS_APART: i64 = 31;

/// The place of the running number among the runs, and the year they show. A single run is the running number.
pub(super) fn running_of(runs: &[&str], of: Option<NaiveDate>) -> (usize, Option<u32>) {
    let runs = runs.get(..RUNS_MAX).unwrap_or(runs);
    // Runs that are no part of a date; at least one stays.
    let mut rest: u16 = runs.iter().enumerate().fold(0, |set, (k, _)| set | 1 << k);
    let mut year = None;
    let mut year_at = None;
    if runs.len() > 1 {
        for shape in SHAPES {
            let left = |k: &usize| rest & (1 << k) != 0;
            let found = (0..runs.len()).filter(left).find_map(|k| Some((k, shape(&Run { runs, k, of, rest })?)));
            if let Some((k, found)) = found.filter(|_| rest.count_ones() > 1 && year.is_none()) {
                rest &= !(1 << k);
                (year, year_at) = (Some(found), Some(k));
            }
        }
        if let Some(month) = year_at.filter(|_| rest.count_ones() > 1).and_then(|at| month_beside(runs, at, rest, of)) {
            rest &= !(1 << month);
        }
    }
    // Of what is left the longest run, the last one if several are.
    let left = runs.iter().enumerate().filter(|(k, _)| rest & (1 << k) != 0);
    (left.max_by_key(|(k, r)| (r.len(), *k)).map_or(0, |(k, _)| k), year)
}

/// The year that a run of digits stands for: `2026`, or `26`.
pub fn year_of(run: &str) -> Option<u32> {
    let value: u32 = run.parse().ok()?;
    match run.len() {
        4 if (1990..=2079).contains(&value) => Some(value),
        2 if (10..=60).contains(&value) => Some(2000 + value),
        _ => None,
    }
}

/// A run in its number.
struct Run<'a> {
    runs: &'a [&'a str],
    k: usize,
    of: Option<NaiveDate>,
    rest: u16,
}

/// What a run may be, the surest first: each gives the year.
const SHAPES: [fn(&Run<'_>) -> Option<u32>; 8] =
    [own_year, day, year_month, own_short_year, short_year_month, short_day, any_year, any_short_year];

impl Run<'_> {
    fn text(&self) -> &str {
        self.runs.get(self.k).copied().unwrap_or("")
    }

    /// Cut in two, where it has so many digits.
    fn halves(&self, head: usize, tail: usize) -> Option<(&str, &str)> {
        self.text().split_at_checked(head).filter(|(_, t)| t.len() == tail)
    }

    /// Whether a month is that of the document, or one beside it.
    fn is_month(&self, year: u32, month: u32) -> bool {
        if !(1..=12).contains(&month) {
            return false;
        }
        match self.of {
            Some(of) => months(of).is_some_and(|m| m.abs_diff(year * 12 + month) <= 1),
            None => self.before_a_number(),
        }
    }

    /// Whether a week is that of the document, or one near it.
    fn is_week(&self, year: u32, week: u32) -> bool {
        self.of.is_some_and(|of| {
            let own = of.iso_week();
            u32::try_from(own.year()).is_ok_and(|y| y == year) && own.week().abs_diff(week) <= 2
        })
    }

    fn before_a_number(&self) -> bool {
        let others = self.runs.iter().enumerate().filter(|(k, _)| *k != self.k && self.rest & (1 << k) != 0);
        others.clone().any(|(k, r)| k > self.k && r.len() >= NUMBER_LEAST)
    }

    fn is_day(&self, year: u32, month: u32, day: u32) -> bool {
        let date = i32::try_from(year).ok().and_then(|y| NaiveDate::from_ymd_opt(y, month, day));
        date.is_some_and(|d| match self.of {
            Some(of) => (of - d).num_days().abs() <= DAYS_APART,
            None => self.before_a_number(),
        })
    }
}

/// Months since the year 0.
fn months(of: NaiveDate) -> Option<u32> {
    Some(u32::try_from(of.year()).ok()? * 12 + of.month())
}

fn number(text: &str) -> u32 {
    text.parse().unwrap_or(0)
}

fn is_own(year: &u32, run: &Run<'_>) -> bool {
    run.of.is_some_and(|of| u32::try_from(of.year()).is_ok_and(|y| y == *year))
}

/// `2026`, the year of the document.
fn own_year(run: &Run<'_>) -> Option<u32> {
    year_of(run.text()).filter(|y| run.text().len() == 4 && is_own(y, run))
}

/// `20260417`, `17042026`.
fn day(run: &Run<'_>) -> Option<u32> {
    let (head, tail) = run.halves(4, 4)?;
    let of = |year: &str, month: &str, day: &str| year_of(year).filter(|y| run.is_day(*y, number(month), number(day)));
    let (month, day) = tail.split_at_checked(2)?;
    let (first, second) = head.split_at_checked(2)?;
    of(head, month, day).or_else(|| of(tail, second, first))
}

/// `202604`, `042026`; or with the week in place of the month.
fn year_month(run: &Run<'_>) -> Option<u32> {
    let of = |year: &str, part: &str| {
        year_of(year).filter(|y| run.is_month(*y, number(part)) || run.is_week(*y, number(part)))
    };
    let forwards = run.halves(4, 2).and_then(|(year, part)| of(year, part));
    forwards.or_else(|| run.halves(2, 4).and_then(|(part, year)| of(year, part)))
}

/// `26`, the year of the document.
fn own_short_year(run: &Run<'_>) -> Option<u32> {
    year_of(run.text()).filter(|y| run.text().len() == 2 && is_own(y, run))
}

/// `2604`, `0426`; or with the week in place of the month.
fn short_year_month(run: &Run<'_>) -> Option<u32> {
    let (head, tail) = run.halves(2, 2)?;
    let of = |year: &str, part: &str| {
        year_of(year).filter(|y| run.is_month(*y, number(part)) || run.is_week(*y, number(part)))
    };
    // A year that is no year of the document may be a month: `2004` of April 2020. Without the day it stays a year.
    let a_year = run.of.is_none() && year_of(run.text()).is_some();
    of(head, tail).or_else(|| of(tail, head).filter(|_| run.of.is_some())).filter(|_| !a_year)
}

/// `260417`.
fn short_day(run: &Run<'_>) -> Option<u32> {
    let (year, rest) = run.halves(2, 4)?;
    let (month, day) = rest.split_at_checked(2)?;
    year_of(year).filter(|y| run.of.is_some() && run.is_day(*y, number(month), number(day)))
}

/// `2026`, whatever the day of the document.
fn any_year(run: &Run<'_>) -> Option<u32> {
    year_of(run.text()).filter(|_| run.text().len() == 4)
}

/// `26`, whatever the day of the document, but not at the end.
fn any_short_year(run: &Run<'_>) -> Option<u32> {
    year_of(run.text()).filter(|_| run.text().len() == 2 && run.k + 1 < run.runs.len())
}

/// The month beside the year: `FV/7/12/2025`, `2025/12/7`.
fn month_beside(runs: &[&str], year: usize, rest: u16, of: Option<NaiveDate>) -> Option<usize> {
    let short = runs.get(year).is_some_and(|r| matches!(r.len(), 2 | 4));
    let is_month = |k: &usize| {
        let Some(run) = runs.get(*k) else { return false };
        let apart = |of: NaiveDate| {
            let apart = number(run).abs_diff(of.month());
            apart <= 1 || apart == 11
        };
        rest & (1 << k) != 0 && run.len() <= 2 && (1..=12).contains(&number(run)) && of.is_none_or(apart)
    };
    // Behind the year or before it; where both may be the month, the one that is exactly the document's.
    let beside = [year.checked_sub(1), Some(year + 1)];
    let found = || beside.into_iter().flatten().filter(|_| short).filter(is_month);
    let exactly = |k: &usize| runs.get(*k).is_some_and(|r| of.is_some_and(|d| d.month() == number(r)));
    found().find(exactly).or_else(|| found().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(number: &str, of: Option<NaiveDate>) -> (String, Option<u32>) {
        let runs: Vec<&str> = number.split(|c: char| !c.is_ascii_digit()).filter(|r| !r.is_empty()).collect();
        let (at, year) = running_of(&runs, of);
        (runs[at].to_owned(), year)
    }

    #[test]
    fn what_says_when_is_told_from_the_running_number_in_every_usual_order() {
        let of = NaiveDate::from_ymd_opt(2025, 12, 4);
        for (number, running, year) in [
            ("202512-55439", "55439", Some(2025)),
            ("202512-439", "439", Some(2025)),
            ("202512-7", "7", Some(2025)),
            ("122025/439", "439", Some(2025)),
            ("2512-439", "439", Some(2025)),
            ("2512-0439", "0439", Some(2025)),
            ("1225/439", "439", Some(2025)),
            ("RE/2512/0439", "0439", Some(2025)),
            ("20251204-3", "3", Some(2025)),
            ("04122025-003", "003", Some(2025)),
            ("251204-03", "03", Some(2025)),
            ("202549-0012", "0012", Some(2025)),
            ("2549/012", "012", Some(2025)),
            ("4711/202512/0439", "0439", Some(2025)),
            ("0815-2512-0439", "0439", Some(2025)),
            ("FV/7/12/2025", "7", Some(2025)),
            ("FV/07/12/2025", "07", Some(2025)),
            ("FV/0113/12/2025", "0113", Some(2025)),
            ("2025/12/7", "7", Some(2025)),
            ("2025.12.00439", "00439", Some(2025)),
            ("12/2025/7", "7", Some(2025)),
            ("F-25-12-00439", "00439", Some(2025)),
            ("12-25-55439", "55439", Some(2025)),
            ("344729-25", "344729", Some(2025)),
            ("731/25", "731", Some(2025)),
            ("2019-2025-00439", "00439", Some(2025)),
            // The month of what was delivered, not of the document.
            ("202511-55439", "55439", Some(2025)),
        ] {
            assert_eq!(cut(number, of), (running.to_owned(), year), "{number}");
        }
    }

    #[test]
    fn a_running_number_that_only_looks_like_a_date_stays_one() {
        let of = NaiveDate::from_ymd_opt(2025, 12, 4);
        for (number, running, year) in [
            // 344729 with a check digit, 202601 with the number of its copy, written in another year.
            ("344729-3", "344729", None),
            ("202306-01", "202306", None),
            ("2306-01", "2306", None),
            ("230614-02", "230614", None),
            ("2512/2025", "2512", Some(2025)),
            ("202512/2025", "202512", Some(2025)),
            ("07/055439", "055439", None),
            ("4711-00012", "00012", None),
        ] {
            assert_eq!(cut(number, of), (running.to_owned(), year), "{number}");
        }
    }

    #[test]
    fn without_the_day_of_the_document_a_month_stands_before_a_number() {
        assert_eq!(cut("202512-55439", None), ("55439".to_owned(), Some(2025)));
        assert_eq!(cut("2512-439", None), ("439".to_owned(), Some(2025)));
        assert_eq!(cut("202512-01", None), ("202512".to_owned(), None));
        assert_eq!(cut("202513-55439", None), ("202513".to_owned(), None));
        assert_eq!(cut("26-0731", None), ("0731".to_owned(), Some(2026)));
        assert_eq!(cut("113/2026", None), ("113".to_owned(), Some(2026)));
        assert_eq!(cut("16010/12/2025", None), ("16010".to_owned(), Some(2025)));
        assert_eq!(running_of(&[], None), (0, None));
        // The year is the last of all runs that are looked at: nothing is beside it.
        let runs: Vec<&str> = ["731"; RUNS_MAX - 1].into_iter().chain(["2026"]).collect();
        assert_eq!(running_of(&runs, None), (RUNS_MAX - 2, Some(2026)));
    }

    proptest::proptest! {
        #[test]
        fn any_runs_have_a_running_number_among_them(runs in proptest::collection::vec("[0-9]{1,9}", 1..24), day in 0u32..20_000) {
            let words: Vec<&str> = runs.iter().map(String::as_str).collect();
            let of = NaiveDate::from_num_days_from_ce_opt(720_000 + i32::try_from(day).unwrap());
            proptest::prop_assert!(running_of(&words, of).0 < words.len());
        }
    }
}
