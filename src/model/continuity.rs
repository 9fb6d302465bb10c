//! What follows what on one account: the rules that a run and the ledger share. In: opening and closing balances, numbers and
//! closing days. Out: an order, and whether two running numbers say anything about each other.

use chrono::{Datelike, NaiveDate};

/// Puts statements of one day so that each opens with what the one before closes with. `before` is the closing balance that the
/// first should open with; without one, the statement that continues none of the others comes first. What fits nowhere stays in
/// the order given.
pub fn follow_balances<T, B: PartialEq + Copy>(
    run: &mut [T],
    before: Option<B>,
    opening: impl Fn(&T) -> Option<B>,
    closing: impl Fn(&T) -> Option<B>,
) {
    let mut at = before;
    for i in 0..run.len() {
        let rest = run.get(i..).unwrap_or_default();
        let next = rest.iter().position(|s| at.is_some() && opening(s) == at).or_else(|| {
            rest.iter()
                .enumerate()
                .position(|(k, s)| !rest.iter().enumerate().any(|(m, other)| m != k && closing(other) == opening(s)))
        });
        if let Some(next) = next
            && let Some(part) = run.get_mut(i..).and_then(|r| r.get_mut(..=next))
        {
            part.rotate_right(1);
        }
        at = run.get(i).and_then(&closing);
    }
}

/// Whether the numbers of two statements of one account run on, so that one may be missing between them. Numbers restart with the
/// year, and some banks write the date or the day of the year instead.
pub fn numbers_run(before: (u64, Option<NaiveDate>), after: (u64, Option<NaiveDate>)) -> bool {
    let dated = |(number, day): (u64, Option<NaiveDate>)| day.is_some_and(|d| u64::from(d.ordinal()) == number % 1000);
    let same_year = match (before.1, after.1) {
        (Some(x), Some(y)) => x.year() == y.year(),
        _ => true,
    };
    same_year && before.0 < 100_000 && !(dated(before) && dated(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_of_a_day_follow_their_balances() {
        let ordered = |before: Option<i64>| {
            let mut run = [(30, 40), (10, 20), (20, 30)];
            follow_balances(&mut run, before, |s| Some(s.0), |s| Some(s.1));
            run
        };
        assert_eq!(ordered(None), [(10, 20), (20, 30), (30, 40)]);
        assert_eq!(ordered(Some(10)), [(10, 20), (20, 30), (30, 40)]);
        assert_eq!(ordered(Some(30)), [(30, 40), (10, 20), (20, 30)]);
    }

    #[test]
    fn numbers_that_are_days_or_of_another_year_do_not_run() {
        let on = |y, m, d| NaiveDate::from_ymd_opt(y, m, d);
        assert!(numbers_run((5, on(2026, 4, 20)), (7, on(2026, 4, 22))));
        assert!(!numbers_run((250, on(2025, 12, 31)), (1, on(2026, 1, 2))));
        assert!(!numbers_run((110, on(2026, 4, 20)), (112, on(2026, 4, 22))));
        assert!(!numbers_run((26_110_000, on(2026, 4, 20)), (26_112_000, on(2026, 4, 22))));
    }
}
