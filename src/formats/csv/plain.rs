//! Rows that are like the row above, as nearly all are. In: the text from the beginning of a row, and what the last row that was read
//! in full has taught. Out: the figures of the row, or nothing where anything about it is out of the ordinary.
//!
//! Nothing is decided here: what is not plainly like the row above is left to the whole reading (`rows`, `cells`, `map`), which reads these
//! rows alike. What makes it fast: only the columns that count are looked at, cells that stand as in the row above are compared and
//! not read, and no rule is asked again whose cell has not changed.

use super::cells::Cells;
use super::forms::Form;
use super::map::Head;
use super::profile::{AmountModel, Role};
use crate::base::{CsvRow, Money, plain_grouped, plain_grouped_until, unarmour};
use chrono::NaiveDate;
use memchr::{memchr, memchr2};

/// What was learned of the rows of a file.
pub(super) struct Plain {
    signs: Signs,
    looks: Vec<Look>,
    /// Cells that stood so in the last row.
    same: Vec<Same>,
    /// Index of the group that these rows belong to; `None` until one was read in full.
    group: Option<usize>,
    /// In the currency of the rows.
    money: Money,
    /// Booking and value date.
    days: (Option<NaiveDate>, Option<NaiveDate>),
    negate: bool,
    /// Rows in a row that taught without use.
    misses: u32,
    /// Where each cell of the row begins and ends, if its texts are wanted.
    cells: Option<Vec<(usize, usize)>>,
}

#[derive(Clone, Copy)]
struct Signs {
    delimiter: u8,
    quote: Option<u8>,
    decimal: u8,
    thousands: Option<u8>,
}

/// What is to be done with a cell.
#[derive(Clone, Copy, PartialEq)]
enum Look {
    /// Nothing.
    Text,
    /// To be as before: index into the cells that stood so.
    Same(usize),
    Amount,
    Balance,
    /// To be empty.
    Empty,
}

struct Same {
    raw: Vec<u8>,
    what: What,
    /// Conditions of rules, none of which this cell meets: the rule, and which of its conditions.
    unmet: Vec<(usize, usize)>,
}

#[derive(Clone, Copy, PartialEq)]
enum What {
    /// Only rules look at it.
    Rules,
    /// It decides to which account or currency the row belongs.
    Key,
    Booked(NaiveDate),
    Value(Option<NaiveDate>),
}

/// Digits as an integer, and how many of them are decimals.
type Figure = (i64, u8);

/// What follows a cell behind the delimiter; nothing behind the last.
type Rest<'t> = Option<&'t [u8]>;

/// A row that was read.
pub(super) struct Read {
    pub head: Head,
    pub group: usize,
    /// Bytes of the row with the end of its line.
    pub length: usize,
}

impl Plain {
    /// So many rows of which no next one was alike: this file's are not.
    const ENOUGH: u32 = 64;

    /// For the rows of a file, if its profile is plain enough: one column of signed amounts in one style. `texts` tells whether the cells
    /// are wanted, too.
    pub(super) fn new(cells: &Cells<'_>, texts: bool) -> Option<Self> {
        let (profile, found) = (cells.profile, cells.found);
        let style = cells.style()?;
        let ascii = |c: char| u8::try_from(c).ok().filter(u8::is_ascii);
        let quote = profile.quote().map(|q| ascii(q).ok_or(())).transpose().ok()?;
        let signs = Signs {
            delimiter: ascii(found.delimiter)?,
            quote,
            decimal: ascii(style.decimal)?,
            thousands: style.thousands.and_then(ascii).filter(u8::is_ascii_punctuation),
        };
        let amount = found.column(Role::Amount)?;
        let width = found.titles.len();
        let is_figure = |t: &str| plain_grouped(t.as_bytes(), signs.decimal, signs.thousands).is_some();
        let plain = profile.format.amount == AmountModel::Signed
            && !profile.format.dates_once
            && width > 1
            && amount < width
            && found.titles.get(amount).is_none_or(|t| !is_figure(&t.raw));
        plain.then(|| Plain {
            signs,
            looks: vec![Look::Text; width],
            same: Vec::new(),
            group: None,
            money: Money::zero(crate::base::Currency::NONE),
            days: (None, None),
            negate: profile.format.negate,
            misses: 0,
            cells: texts.then(Vec::new),
        })
    }

    /// Learns from a row of money that was read in full.
    pub(super) fn learn(&mut self, row: &str, cells: &Cells<'_>, read: &Head, group: usize) {
        self.group = None;
        if self.misses >= Self::ENOUGH {
            return;
        }
        self.misses += 1;
        self.same.clear();
        self.looks.fill(Look::Text);
        self.money = Money::zero(read.amount.currency());
        self.days = (Some(read.booking_date), read.value_date());
        if self.teach(row, cells, read).is_some() {
            self.group = Some(group);
        }
    }

    fn teach(&mut self, row: &str, cells: &Cells<'_>, read: &Head) -> Option<()> {
        let row = row.strip_suffix('\n')?;
        let row = row.strip_suffix('\r').unwrap_or(row);
        let mut raw: Vec<&[u8]> = Vec::new();
        let mut rest = Some(row.as_bytes());
        while let Some(now) = rest {
            let (cell, next) = self.signs.cut(now)?;
            raw.push(cell);
            rest = next;
        }
        if raw.len() != self.looks.len() {
            return None;
        }
        let column = |role| cells.found.column(role);
        *self.looks.get_mut(column(Role::Amount)?)? = Look::Amount;
        if let Some(balance) = column(Role::Balance) {
            self.look(balance, Look::Balance)?;
        }
        for role in [Role::Charges, Role::OriginalAmount] {
            if let Some(column) = column(role) {
                self.look(column, Look::Empty)?;
            }
        }
        self.keep(column(Role::BookingDate)?, What::Booked(read.booking_date), &raw)?;
        for role in [Role::Account, Role::Currency] {
            if let Some(column) = column(role) {
                self.keep(column, What::Key, &raw)?;
            }
        }
        if let Some(column) = column(Role::ValueDate) {
            self.keep(column, What::Value(read.value_date()), &raw)?;
        }
        // Of each rule one condition that this row does not meet; the best is one on a cell that seldom changes.
        for (rule, conditions) in cells.rules().enumerate() {
            let mut best: Option<(u8, usize, Option<usize>)> = None;
            for (i, condition) in conditions.iter().enumerate() {
                let cell = condition.column.and_then(|c| raw.get(c)).map_or(&b""[..], |cell| self.signs.bare(cell));
                if condition.is_met(unarmour(std::str::from_utf8(cell).ok()?)) {
                    continue;
                }
                let cost = match condition.column.and_then(|c| self.looks.get(c)) {
                    None => 0,
                    Some(Look::Amount) if condition.when.empty == Some(true) => 0,
                    Some(Look::Same(_)) => 1,
                    Some(Look::Text) => 2,
                    Some(_) => continue,
                };
                if best.is_none_or(|(least, ..)| cost < least) {
                    best = Some((cost, i, condition.column));
                }
            }
            let (cost, i, column) = best?;
            if let Some(column) = column.filter(|_| cost > 0) {
                let slot = self.slot(column, What::Rules, &raw)?;
                self.same.get_mut(slot)?.unmet.push((rule, i));
            }
        }
        Some(())
    }

    fn look(&mut self, column: usize, look: Look) -> Option<()> {
        let at = self.looks.get_mut(column)?;
        (*at == Look::Text).then(|| *at = look)
    }

    /// A cell that says something new where it changes. Nothing where two roles share it.
    fn keep(&mut self, column: usize, what: What, raw: &[&[u8]]) -> Option<()> {
        (*self.looks.get(column)? == Look::Text).then_some(())?;
        self.slot(column, what, raw).map(|_| ())
    }

    fn slot(&mut self, column: usize, what: What, raw: &[&[u8]]) -> Option<usize> {
        if let Some(Look::Same(slot)) = self.looks.get(column) {
            return Some(*slot);
        }
        let slot = self.same.len();
        self.look(column, Look::Same(slot))?;
        self.same.push(Same { raw: raw.get(column)?.to_vec(), what, unmet: Vec::new() });
        Some(slot)
    }

    /// Reads the row at the beginning of a text.
    #[inline]
    pub(super) fn read(&mut self, text: &str, cells: &Cells<'_>) -> Option<Read> {
        let group = self.group?;
        let bytes = text.as_bytes();
        let end = memchr2(b'\n', b'\r', bytes)?;
        let length = match bytes.get(end..)? {
            [b'\n', ..] => end + 1,
            [b'\r', b'\n', ..] => end + 2,
            _ => return None,
        };
        let row = bytes.get(..end)?;
        let (mut amount, mut balance, mut decimals) = (self.money, None, 0);
        if let Some(bounds) = &mut self.cells {
            bounds.clear();
        }
        let (signs, kind) = (self.signs, self.money);
        let money = |(units, scale): Figure| match scale == kind.parts().1 {
            true => Some(kind.with_units(units)),
            false => Money::from_digits(units, scale, kind.currency()).ok().filter(|m| m.is_whole()),
        };
        let mut rest = row;
        let last = self.looks.len() - 1;
        for (column, look) in self.looks.iter().enumerate() {
            let from = row.len() - rest.len();
            let (cell, next) = match look {
                Look::Text => signs.cut(rest)?,
                Look::Same(slot) => {
                    let same = self.same.get_mut(*slot)?;
                    match rest.strip_prefix(same.raw.as_slice()) {
                        Some([]) => (rest, None),
                        Some([b, next @ ..]) if *b == signs.delimiter => (same.raw.as_slice(), Some(next)),
                        _ => {
                            let (cell, next) = signs.cut(rest)?;
                            match same.change(cell, signs.bare(cell), cells)? {
                                What::Booked(date) => self.days.0 = Some(date),
                                What::Value(date) => self.days.1 = date,
                                What::Rules | What::Key => {}
                            }
                            (cell, next)
                        }
                    }
                }
                Look::Amount => {
                    let (figure, cell, next) = signs.figure(rest)?;
                    amount = money(figure)?;
                    decimals = figure.1;
                    (cell, next)
                }
                Look::Balance => match signs.figure(rest) {
                    Some((figure, cell, next)) => {
                        balance = Some(money(figure)?);
                        (cell, next)
                    }
                    None => signs.cut(rest).filter(|(cell, _)| signs.bare(cell).is_empty())?,
                },
                Look::Empty => signs.cut(rest).filter(|(cell, _)| signs.bare(cell).is_empty())?,
            };
            if let Some(bounds) = &mut self.cells {
                let quotes = usize::from(self.signs.bare(cell).len() < cell.len());
                bounds.push((from + quotes, from + cell.len() - quotes));
            }
            match (next, column == last) {
                (Some(next), false) => rest = next,
                (None, true) => {}
                _ => return None,
            }
        }
        if amount.is_zero() {
            return None;
        }
        if self.negate {
            amount = amount.negated();
        }
        let form = Form::plain(decimals.into(), !amount.is_negative());
        self.misses = 0;
        Some(Read { head: Head::of_figures(amount, self.days.0?, balance, form, self.days.1), group, length })
    }

    /// The cells of the row that was read last.
    pub(super) fn cells<'t>(&self, text: &'t str, row: &mut CsvRow<'t>) {
        row.cells.clear();
        row.unfinished = false;
        let cell = |(from, to): &(usize, usize)| text.get(*from..*to).unwrap_or_default().into();
        row.cells.extend(self.cells.iter().flatten().map(cell));
    }
}

impl Same {
    /// Takes another cell for the one before, if it says nothing that a row must be read in full for.
    fn change(&mut self, raw: &[u8], bare: &[u8], cells: &Cells<'_>) -> Option<What> {
        let text = unarmour(std::str::from_utf8(bare).ok()?);
        let what = match self.what {
            What::Key => return None,
            What::Rules => What::Rules,
            What::Booked(_) => What::Booked(cells.date_of(text)?),
            What::Value(_) if text.is_empty() => What::Value(None),
            What::Value(_) => What::Value(Some(cells.date_of(text)?)),
        };
        if self.unmet.iter().any(|(rule, i)| cells.condition(*rule, *i).is_none_or(|c| c.is_met(text))) {
            return None;
        }
        self.what = what;
        self.raw.clear();
        self.raw.extend_from_slice(raw);
        Some(what)
    }
}

impl Signs {
    /// The first cell of what is left of a row, with its quotes, and what follows behind the delimiter. A quote within is out of the
    /// ordinary.
    #[inline]
    fn cut<'t>(&self, rest: &'t [u8]) -> Option<(&'t [u8], Rest<'t>)> {
        let end = match (self.quote, rest.first()) {
            (Some(quote), Some(first)) if *first == quote => {
                let end = memchr(quote, rest.get(1..)?)? + 2;
                (rest.get(end).is_none_or(|b| *b == self.delimiter)).then_some(end)?
            }
            _ => memchr(self.delimiter, rest).unwrap_or(rest.len()),
        };
        Some((rest.get(..end)?, rest.get(end + 1..)))
    }

    /// As [`Signs::cut`], of a cell with a figure, which comes first.
    #[inline]
    fn figure<'t>(&self, rest: &'t [u8]) -> Option<(Figure, &'t [u8], Rest<'t>)> {
        if self.quote.is_some() && self.quote.as_ref() == rest.first() {
            let (cell, next) = self.cut(rest)?;
            let figure = plain_grouped(self.bare(cell), self.decimal, self.thousands)?;
            return Some((figure, cell, next)).filter(|((_, scale), ..)| *scale != 3);
        }
        let (units, scale, length) = plain_grouped_until(rest, self.decimal, self.thousands, self.delimiter)?;
        // Three decimals may be thousands, which is looked at more closely elsewhere.
        (scale != 3).then_some(((units, scale), rest.get(..length)?, rest.get(length + 1..)))
    }

    /// A cell without its quotes.
    #[inline]
    fn bare<'t>(&self, cell: &'t [u8]) -> &'t [u8] {
        match (self.quote, cell) {
            (Some(quote), [first, bare @ .., _]) if *first == quote => bare,
            _ => cell,
        }
    }
}
