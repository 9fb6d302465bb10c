//! A whole file: decode, find the header, settle the styles, map the rows, and put the statements together.

use super::cells::Cells;
use super::chain::{self, Link};
use super::control::Control;
use super::map::{self, Defaults, Key};
use super::profile::{BalanceRowKind, Figure, Profile, Role};
use super::rows::{self, Kind};
use super::{ReadOptions, Statements, detect, inspect};
use crate::base::{CsvRow, CsvRows, Currency, DecodeTextError, Money, Place, decode_text, is_encoding, line_column};
use crate::error::{Error, ErrorCode};
use crate::model::{Balance, BalanceKind, Entry, Finding, FindingCode, Format, Statement, StatementKind, TieOut};

/// Reads a file by a profile, or by the built-in one that fits.
pub(super) fn read(bytes: &[u8], options: &ReadOptions) -> Result<Statements, Error> {
    let usual = ["windows-1252".to_owned()];
    let given = options.profile.as_ref();
    let forced = options.encoding.as_slice();
    if let Some(name) = forced.iter().find(|name| !is_encoding(name)) {
        let expected = "an encoding by its usual name, as in utf-8, windows-1250, iso-8859-2";
        return Err(Error::new(
            ErrorCode::Usage,
            Place::default().at("encoding"),
            format!("encoding `{name}`"),
            expected,
        ));
    }
    let allowed =
        |profile: &'_ Profile| if forced.is_empty() { profile.file.encodings.clone() } else { forced.to_vec() };
    let first = given.map_or_else(|| if forced.is_empty() { usual.to_vec() } else { forced.to_vec() }, allowed);
    let decoded = decode_text(bytes, &first).map_err(|e| decode_error(bytes, &e))?;
    let (decoded, profile) = match given {
        Some(profile) => (decoded, profile),
        None => {
            let profile = detect::choose(&decoded.text)?;
            (decode_text(bytes, &allowed(profile)).map_err(|e| decode_error(bytes, &e))?, profile)
        }
    };
    let mut findings = Vec::new();
    if decoded.assumed {
        let text = format!(
            "the text is not UTF-8 and was read as {}, which profile `{}` allows",
            decoded.encoding, profile.id
        );
        findings.push(Finding::new(FindingCode::EncodingGuessed, Place::line(1), text));
    }
    let found = detect::header(&decoded.text, profile)?;
    if profile.evidence.is_empty() {
        // A profile of the user's own: a column it names in vain is probably misspelt. Built-in ones name what comes and goes.
        for absent in inspect::absent(profile, &found) {
            let names: Vec<String> = absent.names.iter().map(|n| format!("`{n}`")).collect();
            let near = absent.nearest.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
            let text = format!(
                "profile `{}` names {} for {}, which the file lacks{near}",
                profile.id,
                names.join(", "),
                absent.role
            );
            findings.push(Finding::new(FindingCode::Dialect, Place::line(found.line.unwrap_or(1)), text));
        }
    }
    let mut cells = Cells::new(profile, &found);
    if cells.is_open() {
        let money = rows::rows(&decoded.text, &cells).map_while(Result::ok);
        let money: Vec<CsvRow<'_>> = money.filter(|r| matches!(rows::kind(r, &cells), Ok(Kind::Money))).collect();
        cells.settle(money.into_iter())?;
    }
    movement_above_header(&cells)?;
    let mut file = File {
        cells,
        options,
        control: Control::default(),
        groups: Vec::new(),
        last: None,
        left_out: Vec::new(),
        findings,
        small_codes: None,
    };
    for (line, row) in &found.preamble {
        file.control.take(&profile.preamble, *line, row);
    }
    file.read_rows(&decoded.text)?;
    file.finish(profile)
}

/// A movement above the header would be lost: rows were exchanged, or two files put together.
fn movement_above_header(cells: &Cells<'_>) -> Result<(), Error> {
    let is_movement = |row: &CsvRow<'_>| {
        row.cells.len() == cells.found.titles.len()
            && matches!(cells.date(row, Role::BookingDate), Ok(Some(_)))
            && matches!(cells.amount(row, Currency::NONE), Ok(Some(_)))
    };
    for (line, texts) in &cells.found.preamble {
        let row = CsvRow { line: *line, cells: texts.iter().map(|t| t.as_str().into()).collect(), unfinished: false };
        if is_movement(&row) {
            let place = Place::line_column(*line, 1);
            return Err(Error::new(
                ErrorCode::Row,
                place,
                "a movement above the header",
                "the header above all movements",
            )
            .with_hint("rows of the file were moved; export it again"));
        }
    }
    Ok(())
}

struct File<'a> {
    cells: Cells<'a>,
    options: &'a ReadOptions,
    control: Control,
    groups: Vec<Group>,
    /// Account and currency as the row before wrote them, and its group.
    last: Option<(String, String, usize)>,
    /// Rows that belong to no account: reason and count.
    left_out: Vec<(String, u64)>,
    findings: Vec<Finding>,
    /// Whether currency codes are in small letters, once a row has one.
    small_codes: Option<bool>,
}

struct Group {
    key: Key,
    entries: Vec<Entry>,
    /// The running balance of each entry.
    balances: Vec<Option<Money>>,
    opening: Option<(Money, Place)>,
    closing: Option<(Money, Place)>,
    left_out: Vec<(String, u64)>,
    findings: Vec<Finding>,
}

impl File<'_> {
    fn read_rows(&mut self, text: &str) -> Result<(), Error> {
        let defaults = map::defaults(&self.cells, &self.control, self.options.currency);
        let mut rest: Option<String> = None;
        let mut rows = CsvRows::new(text, self.cells.found.delimiter, self.cells.profile.quote());
        let mut row = CsvRow { line: 0, cells: Vec::new(), unfinished: false };
        for _ in 0..self.cells.found.rows_before {
            rows.read(&mut row).map_err(rows::quote_error)?;
        }
        while rows.read(&mut row).map_err(rows::quote_error)? {
            self.check_length(&row)?;
            if let Some(reason) = &rest {
                self.control.take(&self.cells.profile.preamble, row.line, &row.cells);
                count(&mut self.left_out, reason);
                continue;
            }
            match rows::kind(&row, &self.cells)? {
                Kind::Blank => count(&mut self.left_out, "blank_row"),
                Kind::RepeatedHeader => count(&mut self.left_out, "repeated_header"),
                Kind::Skip(skip) => {
                    if skip.rest {
                        rest = Some(skip.reason.clone());
                    }
                    if skip.control {
                        self.control.take(&self.cells.profile.preamble, row.line, &row.cells);
                    }
                    if skip.join {
                        self.join(&row);
                    }
                    let group = map::key(&row, &self.cells, &defaults).ok();
                    let group = group.and_then(|key| self.groups.iter_mut().find(|g| g.key == key));
                    count(group.map_or(&mut self.left_out, |g| &mut g.left_out), &skip.reason);
                }
                Kind::Balance(kind) => self.balance(&row, kind, &defaults)?,
                Kind::Money => self.money(&row, &defaults)?,
            }
        }
        if self.groups.is_empty() {
            let key = Key { account: defaults.account, currency: defaults.currency };
            self.group(key);
        }
        Ok(())
    }

    fn money(&mut self, row: &CsvRow<'_>, defaults: &Defaults) -> Result<(), Error> {
        self.check_letters(row)?;
        let at = self.group_of(row, defaults)?;
        let File { cells, groups, .. } = self;
        let Some(group) = groups.get_mut(at) else { return Ok(()) };
        match map::entry(row, cells, &group.key, &mut group.findings)? {
            Some(mapped) => {
                group.entries.push(mapped.entry);
                group.balances.push(mapped.balance);
            }
            None => count(&mut group.left_out, "zero_amount"),
        }
        Ok(())
    }

    /// The group of a row. Most rows have the account and currency of the row before.
    fn group_of(&mut self, row: &CsvRow<'_>, defaults: &Defaults) -> Result<usize, Error> {
        let (account, currency) = (self.cells.of(row, Role::Account), self.cells.of(row, Role::Currency));
        if let Some((last_account, last_currency, at)) = &self.last
            && last_account == account
            && last_currency == currency
        {
            return Ok(*at);
        }
        let key = map::key(row, &self.cells, defaults)?;
        let last = (account.to_owned(), currency.to_owned());
        let at = self.index(key);
        self.last = Some((last.0, last.1, at));
        Ok(at)
    }

    /// A bank writes currency codes in capitals or in small letters. Both in one file: a letter was damaged.
    fn check_letters(&mut self, row: &CsvRow<'_>) -> Result<(), Error> {
        let code = self.cells.of(row, Role::Currency);
        let Some(first) = code.bytes().find(u8::is_ascii_alphabetic) else { return Ok(()) };
        let small = *self.small_codes.get_or_insert(first.is_ascii_lowercase());
        if code.bytes().filter(u8::is_ascii_alphabetic).all(|b| b.is_ascii_lowercase() == small) {
            return Ok(());
        }
        let place = self
            .cells
            .found
            .column(Role::Currency)
            .map_or(Place::line_column(row.line, 1), |c| self.cells.place(row.line, c));
        let expected = if small { "small letters, as in the rows above" } else { "capitals, as in the rows above" };
        Err(Error::new(ErrorCode::Currency, place, format!("currency `{code}`"), expected))
    }

    fn balance(&mut self, row: &CsvRow<'_>, kind: BalanceRowKind, defaults: &Defaults) -> Result<(), Error> {
        let currency = self.cells.of(row, Role::Currency);
        let currency = Currency::parse(currency).unwrap_or(defaults.currency);
        let account = map::compact(self.cells.of(row, Role::Account));
        let account = if account.is_empty() { defaults.account.clone() } else { account };
        let balance = self.cells.figure(row, Role::Balance, currency)?.map(|m| (m, Place::line_column(row.line, 1)));
        let group = self.group(Key { account, currency });
        let (slot, reason) = match kind {
            BalanceRowKind::Opening => (&mut group.opening, "opening_balance"),
            BalanceRowKind::Closing => (&mut group.closing, "closing_balance"),
        };
        if slot.is_none() {
            *slot = balance;
        }
        count(&mut group.left_out, reason);
        Ok(())
    }

    fn group(&mut self, key: Key) -> &mut Group {
        let at = self.index(key);
        &mut self.groups[at]
    }

    fn index(&mut self, key: Key) -> usize {
        self.groups.iter().position(|g| g.key == key).unwrap_or_else(|| {
            self.groups.push(Group {
                key,
                entries: Vec::new(),
                balances: Vec::new(),
                opening: None,
                closing: None,
                left_out: Vec::new(),
                findings: Vec::new(),
            });
            self.groups.len() - 1
        })
    }

    /// Adds the text of a continuation row to the entry above it.
    fn join(&mut self, row: &CsvRow<'_>) {
        let pieces = map::remittance(row, &self.cells);
        let last = self.groups.iter_mut().filter_map(|g| g.entries.last_mut()).max_by_key(|e| e.place.line);
        if let Some(details) = last.and_then(|e| e.details.last_mut()) {
            details.remittance.unstructured.extend(pieces);
        }
    }

    fn check_length(&self, row: &CsvRow<'_>) -> Result<(), Error> {
        let limit = self.options.limits.field_bytes;
        let long = row.cells.iter().enumerate().find(|(_, c)| c.len() > limit);
        long.map_or(Ok(()), |(i, c)| {
            let found = format!("a cell of {} bytes", c.len());
            Err(Error::new(ErrorCode::Limit, self.cells.place(row.line, i), found, format!("at most {limit} bytes")))
        })
    }

    fn finish(self, profile: &Profile) -> Result<Statements, Error> {
        let alone = self.groups.len() == 1;
        let mut statements = Vec::new();
        let mut unplaced = self.left_out;
        for group in self.groups {
            let control = alone.then_some(&self.control);
            let mut statement = statement(group, &self.cells, control, self.options.limits.findings)?;
            // Rows that name no account are counted with the first statement.
            for (reason, n) in unplaced.drain(..) {
                add(&mut statement.left_out, &reason, n);
            }
            statement.findings.extend(no_entry(&statement));
            statement.dialect.clone_from(&profile.id);
            statements.push(statement);
        }
        Ok(Statements { format: Format::Csv, statements, findings: self.findings })
    }
}

/// A statement of one account and currency: the oldest entry first, balances as far as they prove something.
fn statement(group: Group, cells: &Cells<'_>, control: Option<&Control>, limit: usize) -> Result<Statement, Error> {
    let Group { key, mut entries, mut balances, opening, closing, left_out, findings } = group;
    let currency = key.currency;
    let mut s = Statement::new(StatementKind::Statement, Format::Csv, "");
    (s.account, s.currency, s.left_out) = (key.account, currency, left_out);
    s.place = entries.first().map_or(Place::line_column(cells.found.line.unwrap_or(1), 1), |e| e.place.clone());
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

    let link =
        |(e, balance): (&Entry, &Option<Money>)| Link { amount: e.amount, balance: *balance, date: e.booking_date };
    let links: Vec<Link> = entries.iter().zip(&balances).map(link).collect();
    let first = opening.as_ref().map(|(m, _)| *m);
    let chain = chain::follow(&links, first, cells.profile.format.order)
        .map_err(|e| Error::new(ErrorCode::Amount, s.place.clone(), e.to_string(), "balances that can be added up"))?;
    if let Some((row, expected, found)) = chain.first_break {
        let line = entries.get(row).and_then(|e| e.place.line).unwrap_or(0);
        let place = cells.found.column(Role::Balance).map_or(Place::line(line), |c| cells.place(line, c));
        let text = format!(
            "the running balance is {found}; the balance before and the amount of this row give {expected} (first of the rows that differ)"
        );
        s.findings.push(Finding::new(FindingCode::RunningBalanceMismatch, place, text));
        // Breaks that cancel would leave the sum right: the chain itself is the proof.
        s.tie_out = TieOut::Broken;
    }
    if chain.newest_first {
        entries.reverse();
        balances.reverse();
    }
    let dates = || entries.iter().filter_map(|e| e.booking_date);
    s.period = dates().min().zip(dates().max());
    // One balance alone proves nothing: an opening balance worked out from it would always fit.
    let proves = chain.checked > 0 || opening.is_some();
    let oldest = entries.first().map(|e| e.place.clone()).unwrap_or_default();
    let newest = entries.last().map(|e| e.place.clone()).unwrap_or_default();
    let opening = opening.or_else(|| chain.opening.filter(|_| proves).map(|m| (m, oldest)));
    let closing = closing.or_else(|| chain.closing.map(|m| (m, newest)));
    let balance = |kind, date| move |(amount, place)| Balance { kind, amount, date, place };
    if closing.is_none() && balances.iter().any(Option::is_some) {
        let place = entries.last().map(|e| e.place.clone()).unwrap_or_default();
        let text = "other rows have a balance and the newest has none, so nothing proves the end of the file";
        s.findings.push(Finding::new(FindingCode::ClosingMissing, place, text));
    }
    s.opening = opening.map(balance(BalanceKind::OpeningBooked, s.period.map(|p| p.0)));
    s.closing = closing.map(balance(BalanceKind::ClosingBooked, s.period.map(|p| p.1)));
    s.balances = s.opening.iter().chain(&s.closing).cloned().collect();
    s.entries = entries;
    Ok(s)
}

/// A quiet day looks like a file that was cut behind its header: a person must know.
fn no_entry(statement: &Statement) -> Option<Finding> {
    let rows: u64 = statement.left_out.iter().map(|(_, n)| n).sum();
    let text = match rows {
        0 => "the table has a header and no row: a time without movements, or a file that was cut off".to_owned(),
        n => format!("no row is booked money; {n} were left out"),
    };
    let none = statement.entries.is_empty();
    none.then(|| Finding::new(FindingCode::NoEntries, statement.place.clone(), text))
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

fn count(left_out: &mut Vec<(String, u64)>, reason: &str) {
    add(left_out, reason, 1);
}

fn add(left_out: &mut Vec<(String, u64)>, reason: &str, n: u64) {
    match left_out.iter_mut().find(|(r, _)| r == reason) {
        Some((_, count)) => *count += n,
        None => left_out.push((reason.to_owned(), n)),
    }
}

pub(super) fn decode_error(bytes: &[u8], e: &DecodeTextError) -> Error {
    let before = String::from_utf8_lossy(bytes.get(..e.offset()).unwrap_or(bytes));
    let (line, column) = line_column(&before, before.len());
    Error::new(ErrorCode::Encoding, Place::line_column(line, column), e.to_string(), "text in one known encoding")
        .with_hint("export the file again as UTF-8, or name its encoding in the profile: [file] encodings = [\"…\"]")
}
