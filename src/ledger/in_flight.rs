//! Open items against what we applied: an ERP's export can be older than that. In go the movements that it has not shown yet and
//! its figure now, out comes what is truly open.

use super::fold::Flight;

/// What a snapshot says about an item in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// So many of the movements, from the first; the rest is still in flight. With 0 nothing is shown yet.
    Movements(usize),
    /// Neither the amount before nor one after.
    Neither,
}

impl Flight {
    /// Compares with the open amount that the ERP shows now; an item that it no longer lists is open at 0.
    pub fn shown(&self, open: i64) -> Shown {
        if self.unclear {
            // Only all of it together can clear this up.
            let all = self.taken() != 0 && self.was.checked_sub(self.taken()) == Some(open);
            return if all { Shown::Movements(self.shifts.len()) } else { Shown::Neither };
        }
        let mut left = Some(self.was);
        let mut longest = (open == self.was).then_some(0);
        for (n, shift) in self.shifts.iter().enumerate() {
            left = left.and_then(|l| l.checked_sub(*shift));
            if left == Some(open) {
                longest = Some(n + 1);
            }
        }
        longest.map_or(Shown::Neither, Shown::Movements)
    }

    /// What is truly open, when the ERP shows `open` and so many of the movements are in it.
    pub fn open_beyond(&self, open: i64, shown: usize) -> i64 {
        self.shifts.iter().skip(shown).fold(open, |left, s| left.saturating_sub(*s))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_shows_nothing_a_part_or_all_or_something_else() {
        let flight = Flight { was: 100, shifts: vec![60, 40], unclear: false };
        assert_eq!((flight.shown(100), flight.open_beyond(100, 0)), (Shown::Movements(0), 0));
        assert_eq!((flight.shown(40), flight.open_beyond(40, 1)), (Shown::Movements(1), 0));
        assert_eq!(flight.shown(0), Shown::Movements(2));
        assert_eq!(flight.shown(70), Shown::Neither);
        let unclear = Flight { was: 70, shifts: vec![60], unclear: true };
        assert_eq!((unclear.shown(70), unclear.shown(10)), (Shown::Neither, Shown::Movements(1)));
    }

    #[test]
    fn what_was_applied_and_came_back_is_open_whether_shown_or_not() {
        let flight = Flight { was: 100, shifts: vec![100, -100], unclear: false };
        assert_eq!((flight.shown(0), flight.open_beyond(0, 1)), (Shown::Movements(1), 100));
        assert_eq!((flight.shown(100), flight.open_beyond(100, 2)), (Shown::Movements(2), 100));
    }
}
