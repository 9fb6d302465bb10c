//! The rows of one account and currency. In: rows one by one. Out: a statement, the oldest entry first, with balances as far as
//! they prove something.

use super::super::Take;
use super::super::tie_out::of_entry;
use super::cells::Cells;
use super::chain::{Link, Links};
use super::control::Control;
use super::forms::Forms;
use super::map::{self, Head, Key};
use super::profile::{Figure, Role};
use crate::base::{CsvRow, Money, MoneyError, Place};
use crate::error::{Error, ErrorCode};
use crate::model::{
    Balance, BalanceKind, Entry, Finding, FindingCode, Format, Passed, Statement, StatementKind, TieOut,
};
use chrono::NaiveDate;

/// What is known of an account and currency.
pub(super) struct Group {
    pub key: Key,
    pub opening: Option<(Money, Place)>,
    pub closing: Option<(Money, Place)>,
    pub left_out: Vec<(String, u64)>,
    pub findings: Vec<Finding>,
    entries: Vec<Entry>,
    passed: Passed,
    chain: Links,
    forms: Forms,
    /// Lines on which the first row goes on with, or the last row is gone on with by, the balance of another account or currency.
    joined: Joined,
    /// What entries that were let go contradict by themselves.
    contradictions: Vec<Finding>,
    /// Lines of the first and the last row.
    ends: Option<(u64, u64)>,
    days: Option<(NaiveDate, NaiveDate)>,
}

impl Group {
    pub(super) fn new(key: Key) -> Self {
        Group {
            key,
            opening: None,
            closing: None,
            left_out: Vec::new(),
            findings: Vec::new(),
            entries: Vec::new(),
            passed: Passed::default(),
            chain: Links::default(),
            forms: Forms::default(),
            joined: Joined::default(),
            contradictions: Vec::new(),
            ends: None,
            days: None,
        }
    }

    /// Adds a movement.
    ///
    /// # Errors
    /// When the balances go beyond 18 digits.
    #[inline]
    pub(super) fn add(
        &mut self,
        head: &Head,
        row: &CsvRow<'_>,
        cells: &Cells<'_>,
        take: Option<&mut Take<'_>>,
        limit: usize,
    ) -> Result<(), Error> {
        let (line, date) = (row.line, head.booking_date);
        let link = Link { amount: head.amount, balance: head.balance, whole: head.whole, date, line };
        self.chain.push(link).map_err(|e| no_sum(&Place::line_column(line, 1), e))?;
        self.forms.push(head.form);
        self.joined.above_last = None;
        self.ends = Some((self.ends.map_or(line, |e| e.0), line));
        self.days = Some(self.days.map_or((date, date), |(a, b)| (a.min(date), b.max(date))));
        // One with more decimals than its currency has is told when it is taken.
        if matches!(take, Some(Take::Figures)) && (head.whole || head.amount.is_whole()) {
            self.passed.push_at(&head.sketch(), || Place::line_column(line, 1));
            return Ok(());
        }
        self.let_go(take, limit);
        self.entries.push(map::entry(head, row, cells));
        Ok(())
    }

    /// Takes the balance behind the row above, which stands in a row of its own.
    ///
    /// # Errors
    /// As [`Group::add`].
    pub(super) fn day_balance(&mut self, balance: Money, date: Option<NaiveDate>, line: u64) -> Result<(), Error> {
        let Some(date) = date.or(self.chain.last_date()) else { return Ok(()) };
        let link = Link { amount: Money::zero(balance.currency()), balance: Some(balance), whole: false, date, line };
        self.chain.push(link).map_err(|e| no_sum(&Place::line_column(line, 1), e))
    }

    /// Told when a row of another account or currency follows in the file, before it is added there: where the running balance goes on
    /// across the two, one of them is damaged.
    pub(super) fn followed_by(&mut self, head: &Head, line: u64, other: &mut Group) {
        if !alike(&self.key, &other.key) {
            return;
        }
        let (Some((amount_before, balance_before)), Some(balance)) = (self.chain.bottom(), head.balance) else {
            return;
        };
        if other.ends.is_none() && goes_on(balance_before, head.amount, balance) {
            other.joined.below_first = Some((line, self.key.clone()));
        }
        if goes_on(balance, amount_before, balance_before) {
            self.joined.above_last = self.ends.map(|(_, last)| (last, other.key.clone()));
        }
    }

    /// Makes room once for the entries that a text of some length is likely to give, having given these in its first `read` bytes.
    /// A list that doubles would copy itself again and again.
    pub(super) fn expect(&mut self, read: usize, length: usize) {
        let so_far = self.entries.len();
        if so_far < self.entries.capacity() || so_far < 256 || read == 0 {
            return;
        }
        let all = (so_far as u64).saturating_mul(length as u64) / read as u64;
        let more = usize::try_from(all.saturating_sub(so_far as u64)).unwrap_or(0);
        self.entries.reserve_exact(more.saturating_add(more / 16).saturating_add(16));
    }

    /// The entry to which a row may still add text.
    pub(super) fn last_entry(&mut self) -> Option<&mut Entry> {
        self.entries.last_mut()
    }

    /// Hands on what waited for such a row, if somebody takes it.
    fn let_go(&mut self, take: Option<&mut Take<'_>>, limit: usize) {
        let Some(take) = take else { return };
        for entry in self.entries.drain(..) {
            if self.contradictions.len() < limit {
                of_entry(&entry, &mut self.contradictions);
            }
            take.entry(entry, &mut self.passed);
        }
    }

    /// A statement of one account and currency: the oldest entry first, balances as far as they prove something.
    ///
    /// # Errors
    /// When a figure beside the table cannot be read, or balances cannot be added up.
    pub(super) fn statement(
        mut self,
        cells: &Cells<'_>,
        control: Option<&Control>,
        take: Option<&mut Take<'_>>,
        limit: usize,
    ) -> Result<Statement, Error> {
        self.let_go(take, limit);
        let Group {
            key,
            mut entries,
            passed,
            chain,
            opening,
            closing,
            left_out,
            findings,
            contradictions,
            ends,
            days,
            forms,
            joined,
            ..
        } = self;
        let currency = key.currency;
        let mut s = Statement::new(StatementKind::Statement, Format::Csv, "");
        (s.account, s.currency, s.left_out) = (key.account, currency, left_out);
        let row = |line| Place::line_column(line, 1);
        s.place = row(ends.map_or(cells.found.line.unwrap_or(1), |e| e.0));
        s.findings = cut(findings, limit);
        if !currency.is_listed() && !currency.is_none() {
            let text = format!("{currency} is no currency that ISO 4217 lists");
            s.findings.push(Finding::new(FindingCode::CurrencyUnknown, s.place.clone(), text));
        }
        let stated = |figure, row: Option<(Money, Place)>| match (row, control) {
            (Some(row), _) => Ok(Some(row)),
            (None, Some(control)) => control.money(figure, cells, currency),
            (None, None) => Ok(None),
        };
        let opening = stated(Figure::Opening, opening)?;
        let closing = stated(Figure::Closing, closing)?;
        if let Some(control) = control {
            s.owner = control.text(Figure::Owner).map(str::to_owned);
            s.totals.all.count = control.count()?;
            s.totals.credits.sum = control.money(Figure::Credits, cells, currency)?.map(|(m, _)| m.abs());
            s.totals.debits.sum = control.money(Figure::Debits, cells, currency)?.map(|(m, _)| m.abs());
        }

        let first = opening.as_ref().map(|(m, _)| *m);
        let any_balance = chain.any_balance();
        let chain = chain
            .finish(first, cells.profile.format.order, cells.profile.format.order_is_fixed)
            .map_err(|e| no_sum(&s.place, e))?;
        if let Some((line, expected, found)) = chain.first_break {
            let place = cells.found.column(Role::Balance).map_or(Place::line(line), |c| cells.place(line, c));
            let text = format!(
                "the running balance is {found}; the balance before and the amount of this row give {expected} (first of the rows that differ)"
            );
            s.findings.push(Finding::new(FindingCode::RunningBalanceMismatch, place, text));
            // Breaks that cancel would leave the sum right: the chain itself is the proof.
            s.tie_out = TieOut::Broken;
        }
        // What no balance proves must at least look as the rest does.
        if chain.checked > 0
            && opening.is_none()
            && let Some(odd) = forms.odd(chain.newest_first, currency.decimals())
        {
            let oldest = ends.map_or(1, |(top, bottom)| if chain.newest_first { bottom } else { top });
            let text = format!("no balance proves the oldest amount, and it is written unlike the others: {odd}");
            let column = [Role::Amount, Role::Credit, Role::Debit].into_iter().find_map(|r| cells.found.column(r));
            let place = column.map_or(Place::line(oldest), |c| cells.place(oldest, c));
            s.findings.push(Finding::new(FindingCode::FigureForm, place, text));
            s.tie_out = TieOut::Broken;
        }
        if opening.is_none()
            && let Some((line, other)) = joined.of(chain.newest_first, ends)
        {
            s.findings.push(damaged_key(line, &s, &other));
            s.tie_out = TieOut::Broken;
        }
        // Nothing can be booked that is finer than the currency: a figure was damaged, or the currency is another one.
        if s.findings.iter().any(|f| f.code == FindingCode::ExcessDecimals) {
            s.tie_out = TieOut::Broken;
        }
        if chain.newest_first {
            entries.reverse();
        }
        s.period = days;
        // One balance alone proves nothing: an opening balance worked out from it would always fit.
        let proves = chain.checked > 0 || opening.is_some();
        let (top, bottom) = ends.map_or_else(Default::default, |(top, bottom)| (row(top), row(bottom)));
        let (oldest, newest) = if chain.newest_first { (bottom, top) } else { (top, bottom) };
        let opening = opening.or_else(|| chain.opening.filter(|_| proves).map(|m| (m, oldest)));
        let closing = closing.or_else(|| chain.closing.map(|m| (m, newest.clone())));
        let balance = |kind, date| move |(amount, place)| Balance { kind, amount, date, place };
        if closing.is_none() && any_balance {
            let text = "other rows have a balance and the newest has none, so nothing proves the end of the file";
            s.findings.push(Finding::new(FindingCode::ClosingMissing, newest, text));
        }
        let rows = entries.len() + passed.len();
        if let Some(column) =
            cells.found.column(Role::Balance).filter(|_| !any_balance && closing.is_none() && rows > 0)
        {
            let place = cells.place(cells.found.line.unwrap_or(1), column);
            let text = "the column of the balance is empty in every row, so nothing proves that the file is complete";
            s.findings.push(Finding::new(FindingCode::ClosingMissing, place, text));
        }
        s.opening = opening.map(balance(BalanceKind::OpeningBooked, s.period.map(|p| p.0)));
        s.closing = closing.map(balance(BalanceKind::ClosingBooked, s.period.map(|p| p.1)));
        s.balances = s.opening.iter().chain(&s.closing).cloned().collect();
        s.findings.extend(contradictions);
        (s.entries, s.passed) = (entries, passed);
        Ok(s)
    }
}

/// Where rows of another account or currency are gone on with by these.
#[derive(Debug, Default)]
struct Joined {
    below_first: Option<(u64, Key)>,
    above_last: Option<(u64, Key)>,
}

impl Joined {
    /// The join at the oldest row, which no balance of its own statement proves. One row alone has no order.
    fn of(self, newest_first: bool, ends: Option<(u64, u64)>) -> Option<(u64, Key)> {
        let alone = ends.is_some_and(|(top, bottom)| top == bottom);
        match (newest_first, alone) {
            (_, true) => self.below_first.or(self.above_last),
            (false, _) => self.below_first,
            (true, _) => self.above_last,
        }
    }
}

/// Whether two accounts differ so little that one may be the other with a letter damaged; or two currencies of one account.
fn alike(a: &Key, b: &Key) -> bool {
    match a.currency == b.currency {
        true => a.account != b.account && strsim::damerau_levenshtein(&a.account, &b.account) <= 2,
        // Rows in no currency are told as such.
        false => a.account == b.account && !a.currency.is_none() && !b.currency.is_none(),
    }
}

/// Whether a balance other than zero and an amount give another balance, whatever the currencies.
fn goes_on(before: Money, amount: Money, balance: Money) -> bool {
    let units = |m: Money| {
        let (units, scale) = m.parts();
        10i128.checked_pow(18u32.saturating_sub(scale.into())).and_then(|p| p.checked_mul(units.into()))
    };
    let sum = units(before).zip(units(amount)).and_then(|(a, b)| a.checked_add(b));
    !before.is_zero() && sum.is_some() && sum == units(balance)
}

fn damaged_key(line: u64, s: &Statement, other: &Key) -> Finding {
    let (code, what, found) = match s.account == other.account {
        true => (FindingCode::CurrencyDiffers, "currency", other.currency.code()),
        false => (FindingCode::AccountMissing, "account", other.account.as_str()),
    };
    let text = format!(
        "the balance goes on from row to row although the {what} changes from or to {found} here: a letter of the {what} was damaged"
    );
    Finding::new(code, Place::line_column(line, 1), text)
}

fn no_sum(place: &Place, e: MoneyError) -> Error {
    Error::new(ErrorCode::Amount, place.clone(), e.to_string(), "balances that can be added up")
}

fn cut(mut findings: Vec<Finding>, limit: usize) -> Vec<Finding> {
    let more = findings.len().saturating_sub(limit);
    if more > 0 {
        findings.truncate(limit);
        let text = format!("{more} more findings were counted and left out");
        findings.push(Finding::new(FindingCode::FindingsCut, Place::default(), text));
    }
    findings
}

/// Counts one more of a reason.
pub(super) fn count(left_out: &mut Vec<(String, u64)>, reason: &str) {
    add(left_out, reason, 1);
}

/// Counts several more of a reason.
pub(super) fn add(left_out: &mut Vec<(String, u64)>, reason: &str, n: u64) {
    match left_out.iter_mut().find(|(r, _)| r == reason) {
        Some((_, count)) => *count += n,
        None => left_out.push((reason.to_owned(), n)),
    }
}
