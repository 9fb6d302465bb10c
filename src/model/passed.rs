use super::{EntryStatus, Sketch};
use crate::base::{Currency, Money, Place};
use chrono::NaiveDate;

/// Sketches of entries that were let go, in the order in which they came. A sketch with its words takes about twenty bytes, one
/// without them about five: a file of a gigabyte has millions.
///
/// ```
/// use tieout::base::{Currency, Money};
/// use tieout::model::{EntryStatus, Passed, Sketch};
/// let amount = Money::from_minor(-119_000, Currency::EUR);
/// let sketch = Sketch { amount, booking_date: None, value_date: None, status: EntryStatus::Book, words: [7; 16] };
/// let mut passed = Passed::default();
/// passed.push(&sketch);
/// assert_eq!(passed.iter().collect::<Vec<_>>(), [sketch]);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Passed {
    /// Of each entry: a byte that says what follows, the amount without its sign (seven bits a byte, the lowest first), the words.
    bytes: Vec<u8>,
    /// Currency, decimals and status, wherever they change, with the figures from there on.
    kinds: Vec<Run>,
    /// Booking and value date, wherever they change.
    days: Vec<Days>,
    count: usize,
}

/// Entries that follow each other with one currency, number of decimals and status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    /// Of the first of them; empty where nobody said it.
    pub place: Place,
    pub currency: Currency,
    pub decimals: u8,
    pub status: EntryStatus,
    /// Of the amounts, in units of these decimals.
    pub sum: i128,
    pub count: u64,
}

impl Run {
    fn kind(&self) -> Kind {
        (self.currency, self.decimals, self.status)
    }
}

type Kind = (Currency, u8, EntryStatus);
type Days = (Option<NaiveDate>, Option<NaiveDate>);

const NEW_KIND: u8 = 1;
const NEW_DAYS: u8 = 2;
const NEGATIVE: u8 = 4;
const WORDS: u8 = 8;

impl Passed {
    /// Adds one.
    pub fn push(&mut self, sketch: &Sketch) {
        self.push_at(sketch, Place::default);
    }

    /// Adds one that stands at a place.
    pub(crate) fn push_at(&mut self, sketch: &Sketch, place: impl FnOnce() -> Place) {
        let (units, scale) = sketch.amount.parts();
        let kind = (sketch.amount.currency(), scale, sketch.status);
        let days = (sketch.booking_date, sketch.value_date);
        let mut what = 0;
        match self.kinds.last_mut() {
            Some(run) if run.kind() == kind => {
                run.sum += i128::from(units);
                run.count += 1;
            }
            _ => {
                let (currency, decimals, status) = kind;
                let place = place();
                self.kinds.push(Run { place, currency, decimals, status, sum: i128::from(units), count: 1 });
                what |= NEW_KIND;
            }
        }
        if self.days.last() != Some(&days) {
            self.days.push(days);
            what |= NEW_DAYS;
        }
        if units < 0 {
            what |= NEGATIVE;
        }
        if sketch.words != [0; 16] {
            what |= WORDS;
        }
        self.bytes.push(what);
        let mut rest = units.unsigned_abs();
        while rest >= 0x80 {
            self.bytes.push(rest.to_le_bytes()[0] | 0x80);
            rest >>= 7;
        }
        self.bytes.push(rest.to_le_bytes()[0]);
        if what & WORDS != 0 {
            self.bytes.extend_from_slice(&sketch.words);
        }
        self.count += 1;
    }

    /// Adds all of another after these.
    pub fn append(&mut self, other: &Passed) {
        match self.count {
            0 => self.clone_from(other),
            _ => {
                let mut sketches = other.iter();
                for run in &other.kinds {
                    let count = usize::try_from(run.count).unwrap_or(usize::MAX);
                    sketches.by_ref().take(count).for_each(|s| self.push_at(&s, || run.place.clone()));
                }
            }
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether none were let go.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// What is known of all of them without looking at each.
    pub(crate) fn runs(&self) -> &[Run] {
        &self.kinds
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = Sketch> + Clone + '_ {
        Sketches { bytes: &self.bytes, kinds: self.kinds.iter(), days: self.days.iter(), kind: None, day: (None, None) }
    }
}

#[derive(Clone)]
struct Sketches<'a> {
    bytes: &'a [u8],
    kinds: std::slice::Iter<'a, Run>,
    days: std::slice::Iter<'a, Days>,
    kind: Option<Kind>,
    day: Days,
}

impl Iterator for Sketches<'_> {
    type Item = Sketch;

    fn next(&mut self) -> Option<Sketch> {
        let (&what, mut rest) = self.bytes.split_first()?;
        if what & NEW_KIND != 0 {
            self.kind = self.kinds.next().map(Run::kind);
        }
        if what & NEW_DAYS != 0 {
            self.day = *self.days.next()?;
        }
        let (mut units, mut shift) = (0u64, 0);
        loop {
            let (&byte, tail) = rest.split_first()?;
            rest = tail;
            units |= u64::from(byte & 0x7F).checked_shl(shift)?;
            shift += 7;
            if byte < 0x80 {
                break;
            }
        }
        let mut words = [0; 16];
        if what & WORDS != 0 {
            let (these, tail) = rest.split_at_checked(16)?;
            words.copy_from_slice(these);
            rest = tail;
        }
        self.bytes = rest;
        let units = if what & NEGATIVE != 0 { -i128::from(units) } else { i128::from(units) };
        let (currency, scale, status) = self.kind?;
        let amount = Money::from_scaled(units, scale, currency).ok()?;
        Some(Sketch { amount, booking_date: self.day.0, value_date: self.day.1, status, words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sketch_comes_back_as_it_went_in() {
        let dates = [None, NaiveDate::from_ymd_opt(2026, 4, 24), NaiveDate::from_ymd_opt(1999, 12, 31)];
        let mut all = Vec::new();
        for (i, units) in [0i64, 1, -1, 127, 128, -16_384, 999_999_999_999_999_999, -999_999_999_999_999_999]
            .into_iter()
            .cycle()
            .take(200)
            .enumerate()
        {
            let currency = Currency::parse(["EUR", "JPY", "KWD"][i / 7 % 3]).unwrap();
            let status = [EntryStatus::Book, EntryStatus::Pdng][i / 5 % 2];
            let amount = match i % 11 {
                10 => Money::from_scaled(12_345, 4, currency).unwrap(),
                _ => Money::from_minor(units, currency),
            };
            let words = if i % 3 == 0 { [0; 16] } else { [i as u8; 16] };
            all.push(Sketch { amount, booking_date: dates[i / 4 % 3], value_date: dates[i / 9 % 3], status, words });
        }
        let mut passed = Passed::default();
        all.iter().for_each(|s| passed.push(s));
        assert_eq!((passed.iter().collect::<Vec<_>>(), passed.len()), (all.clone(), all.len()));
        let mut twice = passed.clone();
        twice.append(&passed);
        assert_eq!(twice.iter().skip(all.len()).collect::<Vec<_>>(), all);
        let sum = |of: &dyn Fn(&Sketch) -> bool| {
            all.iter().filter(|s| of(s)).map(|s| i128::from(s.amount.parts().0)).sum::<i128>()
        };
        for scale in [0, 2, 3, 4] {
            let kept = passed.runs().iter().filter(|r| r.decimals == scale).map(|r| r.sum).sum::<i128>();
            assert_eq!(kept, sum(&|s| s.amount.parts().1 == scale));
        }
    }
}
