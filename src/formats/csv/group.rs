//! The rows of one account and currency. In: rows one by one. Out: a statement, the oldest entry first, with balances as far as
//! they prove something.

use super::super::Take;
use super::super::tie_out::of_entry;
use super::cells::Cells;
use super::chain::{Link, Links};
use super::control::Control;
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
            contradictions: Vec::new(),
            ends: None,
            days: None,
        }
    }

    /// Adds a movement.
    ///
    /// # Errors
    /// When the balances go beyond 18 digits.
    pub(super) fn add(
        &mut self,
        head: &Head,
        row: &CsvRow<'_>,
        cells: &Cells<'_>,
        take: Option<&mut Take<'_>>,
        limit: usize,
    ) -> Result<(), Error> {
        let (line, date) = (row.line, head.booking_date);
        let link = Link { amount: head.amount, balance: head.balance, date, line };
        self.chain.push(link).map_err(|e| no_sum(&Place::line_column(line, 1), e))?;
        self.ends = Some((self.ends.map_or(line, |e| e.0), line));
        self.days = Some(self.days.map_or((date, date), |(a, b)| (a.min(date), b.max(date))));
        // One with more decimals than its currency has is told when it is taken.
        if matches!(take, Some(Take::Figures)) && head.amount.is_whole() {
            self.passed.push_at(&head.sketch(), || Place::line_column(line, 1));
            return Ok(());
        }
        self.let_go(take, limit);
        self.entries.push(map::entry(head, row, cells));
        Ok(())
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
