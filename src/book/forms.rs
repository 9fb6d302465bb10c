//! The numbers of all items in their forms, in one piece of memory, so that a look-up is proven without cutting a number anew.

use super::ItemIx;
use super::keys::{Key, NumberCut, key_of, year_tail_key};
use chrono::NaiveDate;
use rayon::prelude::*;

/// The forms of one number: places in the text of all numbers.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    at: u32,
    whole: u16,
    prefix: u16,
    tail_at: u16,
    tail: u16,
    /// 0 for none.
    year: u16,
    /// Digits without leading zeros.
    digits: u16,
}

/// A form under which numbers are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Capitals and digits.
    Whole,
    /// All digits without leading zeros.
    Digits,
    /// The running number without leading zeros.
    Tail,
    /// Year and running number.
    YearTail,
}

impl Form {
    /// All of them.
    pub const ALL: [Form; 4] = [Form::Whole, Form::Digits, Form::Tail, Form::YearTail];
}

/// The forms of the numbers of all items.
#[derive(Debug, Clone, Default)]
pub(super) struct Forms {
    text: String,
    rows: Vec<Row>,
}

/// Items that one thread cuts at a time.
const CHUNK: usize = 8_192;

impl Forms {
    /// Cuts all numbers, each with the day of its document.
    pub fn of<'a, T: Sync>(items: &'a [T], number: impl Fn(&'a T) -> (&'a str, Option<NaiveDate>) + Sync) -> Self {
        let cut = |chunk: &'a [T]| {
            let mut forms = Forms { text: String::new(), rows: Vec::with_capacity(chunk.len()) };
            for item in chunk {
                let (number, of) = number(item);
                forms.push(number, of);
            }
            forms
        };
        let parts: Vec<Forms> = items.par_chunks(CHUNK).map(cut).collect();
        let mut all = Forms {
            text: String::with_capacity(parts.iter().map(|p| p.text.len()).sum()),
            rows: Vec::with_capacity(items.len()),
        };
        for part in parts {
            let base = u32::try_from(all.text.len()).unwrap_or(u32::MAX);
            all.text.push_str(&part.text);
            all.rows.extend(part.rows.into_iter().map(|r| Row { at: base.saturating_add(r.at), ..r }));
        }
        all
    }

    /// Adds a number at the end.
    pub fn push(&mut self, number: &str, of: Option<NaiveDate>) {
        let at = self.text.len();
        let cut = NumberCut::new(number, of, &mut self.text);
        let small = |n: usize| u16::try_from(n).ok();
        let row = || {
            Some(Row {
                at: u32::try_from(at).ok()?,
                whole: small(cut.whole)?,
                prefix: small(cut.prefix)?,
                tail_at: small(cut.tail.start)?,
                tail: small(cut.tail.len())?,
                year: cut.year.map_or(Some(0), |y| u16::try_from(y).ok())?,
                digits: small(cut.digits)?,
            })
        };
        // A number of more than 65,535 letters names nothing.
        self.rows.push(row().unwrap_or_default());
    }

    /// Puts the last number in the place of another one, or leaves it where it is the last.
    pub fn move_last_to(&mut self, item: ItemIx) {
        if (item as usize) + 1 < self.rows.len() {
            self.rows.swap_remove(item as usize);
        }
    }

    /// Takes a number out; the last one takes its place.
    pub fn swap_remove(&mut self, item: ItemIx) {
        if (item as usize) < self.rows.len() {
            self.rows.swap_remove(item as usize);
        }
    }

    fn row(&self, item: ItemIx) -> Row {
        self.rows.get(item as usize).copied().unwrap_or_default()
    }

    fn part(&self, at: u32, from: u16, len: u16) -> &str {
        let start = at as usize + usize::from(from);
        self.text.get(start..start + usize::from(len)).unwrap_or("")
    }

    /// Capitals and digits.
    pub fn whole(&self, item: ItemIx) -> &str {
        let row = self.row(item);
        self.part(row.at, 0, row.whole)
    }

    /// The letters in front of the first digit.
    pub fn prefix(&self, item: ItemIx) -> &str {
        let row = self.row(item);
        self.part(row.at, 0, row.prefix)
    }

    /// The running number without leading zeros.
    pub fn tail(&self, item: ItemIx) -> &str {
        let row = self.row(item);
        self.part(row.at, row.tail_at, row.tail)
    }

    /// The year, if it shows one.
    pub fn year(&self, item: ItemIx) -> Option<u32> {
        Some(u32::from(self.row(item).year)).filter(|y| *y != 0)
    }

    /// How many digits without leading zeros.
    pub fn digit_count(&self, item: ItemIx) -> usize {
        usize::from(self.row(item).digits)
    }

    /// All digits without leading zeros.
    pub fn digits(&self, item: ItemIx) -> impl Iterator<Item = u8> + Clone + '_ {
        self.whole(item).bytes().filter(u8::is_ascii_digit).skip_while(|b| *b == b'0')
    }

    /// The key of an item in one form; none of an empty one.
    pub fn key(&self, item: ItemIx, form: Form) -> Option<Key> {
        let tail = || Some(self.tail(item)).filter(|t| !t.is_empty());
        match form {
            Form::Whole => Some(self.whole(item)).filter(|w| !w.is_empty()).map(key_of),
            Form::Digits if self.digit_count(item) == 0 => None,
            Form::Digits => Some(self.digits(item).fold(super::keys::EMPTY, |key, b| super::keys::extend(key, &[b]))),
            Form::Tail => tail().map(key_of),
            Form::YearTail => self.year(item).and_then(|y| Some(year_tail_key(y, tail()?))),
        }
    }

    /// The keys of an item in all forms, in the order of [`Form::ALL`].
    pub fn keys(&self, item: ItemIx) -> [Option<Key>; 4] {
        Form::ALL.map(|form| self.key(item, form))
    }

    /// The key of the letters in front of the first digit, and the length of the whole.
    pub fn shape(&self, item: ItemIx) -> (Key, usize) {
        (key_of(self.prefix(item)), usize::from(self.row(item).whole))
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys::{DocumentForms, compact};
    use super::*;

    proptest::proptest! {
        #[test]
        fn the_forms_are_those_of_the_number(day in proptest::option::of(1u32..29), numbers in proptest::collection::vec("[A-Za-zü]{0,3}[-/ .]?[0-9]{0,9}[-/ A-Z]{0,2}[0-9]{0,5}", 1..5)) {
            let of = day.and_then(|d| NaiveDate::from_ymd_opt(2026, 1 + d % 12, d));
            let forms = Forms::of(&numbers, |n| (n.as_str(), of));
            for (ix, number) in (0u32..).zip(&numbers) {
                let want = DocumentForms::dated(number, of);
                proptest::prop_assert_eq!(forms.whole(ix), compact(number));
                proptest::prop_assert_eq!(forms.whole(ix), want.whole.as_str());
                proptest::prop_assert_eq!(forms.prefix(ix), want.prefix.as_str());
                proptest::prop_assert_eq!(forms.tail(ix), want.tail.as_str());
                proptest::prop_assert_eq!(forms.year(ix), want.year);
                proptest::prop_assert_eq!(String::from_utf8(forms.digits(ix).collect()).unwrap(), want.digits.clone());
                proptest::prop_assert_eq!(forms.digit_count(ix), want.digits.len());
                let key = |text: &str| (!text.is_empty()).then(|| key_of(text));
                let year = want.year.filter(|_| !want.tail.is_empty()).map(|y| year_tail_key(y, &want.tail));
                proptest::prop_assert_eq!(forms.keys(ix), [key(&want.whole), key(&want.digits), key(&want.tail), year]);
            }
        }
    }
}
