//! A whole file: decode, find the header, settle the styles, and sort the rows into the groups that become statements.

use super::cells::Cells;
use super::control::Control;
use super::group::{Group, add, count};
use super::header::Found;
use super::map::{self, Defaults, Key};
use super::plain::Plain;
use super::profile::{BalanceRowKind, Profile, Role};
use super::rows::{self, Kind};
use super::table::PAGES;
use super::{ReadOptions, Statements, Take, detect, infer, inspect};
use crate::base::{
    CsvRow, CsvRows, CsvRowsError, Currency, DecodeTextError, Place, decode_text, is_encoding, is_hidden, line_column,
};
use crate::error::{Error, ErrorCode};
use crate::model::{Finding, FindingCode, Format, Statement, TieOut};
use chrono::NaiveDate;

/// Reads a file by a profile, or by the built-in one that fits.
pub(super) fn read(bytes: &[u8], options: &ReadOptions) -> Result<Statements, Error> {
    read_by(bytes, options, true)
}

/// As [`read`]; each row in full if `plain` is not set, which makes no difference but the time.
pub(super) fn read_by(bytes: &[u8], options: &ReadOptions, plain: bool) -> Result<Statements, Error> {
    let encodings = Encodings::of(options)?;
    let given = options.profile.as_ref();
    let chosen;
    let decoded = decode_text(bytes, &encodings.before(given)).map_err(|e| decode_error(bytes, &e))?;
    let (decoded, profile) = match given {
        Some(profile) => (decoded, profile),
        None => {
            chosen = detect::choose(bytes, &decoded.text, encodings.0)?;
            (decode_text(bytes, &encodings.allowed(&chosen)).map_err(|e| decode_error(bytes, &e))?, &*chosen)
        }
    };
    let assumed = decoded.assumed.then_some(decoded.encoding);
    let found = detect::header(&decoded.text, profile)?;
    let cells = settled(&decoded.text, profile, &found)?;
    let mut file = File::new(cells, options, None)?;
    file.plain.take_if(|_| !plain);
    if let Some(encoding) = assumed {
        file.assumed(encoding);
    }
    let mut rows = CsvRows::new(&decoded.text, found.delimiter, profile.quote());
    file.rows(&mut rows, found.rows_before, true)?;
    file.finish()
}

/// The encodings that may be tried: what the user says, else what the profile allows.
pub(super) struct Encodings<'a>(pub &'a [String]);

impl<'a> Encodings<'a> {
    /// # Errors
    /// [`ErrorCode::Usage`] for a name that is none.
    pub(super) fn of(options: &'a ReadOptions) -> Result<Self, Error> {
        let forced = options.encoding.as_slice();
        let Some(name) = forced.iter().find(|name| !is_encoding(name)) else { return Ok(Encodings(forced)) };
        let expected = "an encoding by its usual name, as in utf-8, windows-1250, iso-8859-2";
        Err(Error::new(ErrorCode::Usage, Place::default().at("encoding"), format!("encoding `{name}`"), expected))
    }

    /// Those of a profile.
    pub(super) fn allowed(&self, profile: &Profile) -> Vec<String> {
        if self.0.is_empty() { profile.file.encodings.clone() } else { self.0.to_vec() }
    }

    /// Before the profile is known, if none is given.
    pub(super) fn before(&self, given: Option<&Profile>) -> Vec<String> {
        match given {
            Some(profile) => self.allowed(profile),
            None if self.0.is_empty() => PAGES.iter().map(|p| (*p).to_owned()).collect(),
            None => self.0.to_vec(),
        }
    }
}

/// The cells with the one style that the rows of a text leave.
pub(super) fn settled<'a>(text: &str, profile: &'a Profile, found: &'a Found) -> Result<Cells<'a>, Error> {
    let mut cells = Cells::new(profile, found);
    if cells.is_open() {
        let ends = |r: &CsvRow<'_>| matches!(rows::kind(r, &cells), Ok(Kind::Skip(skip)) if skip.rest);
        let money = rows::rows(text, &cells).map_while(Result::ok).take_while(|r| !ends(r));
        let money: Vec<CsvRow<'_>> = money.filter(|r| matches!(rows::kind(r, &cells), Ok(Kind::Money))).collect();
        cells.settle(money.into_iter())?;
    }
    Ok(cells)
}

/// A column that a profile of the user's own names in vain is probably misspelt. Built-in ones name what comes and goes.
fn misspelt(cells: &Cells<'_>) -> Vec<Finding> {
    let (profile, found) = (cells.profile, cells.found);
    let absent = if profile.evidence.is_empty() { inspect::absent(profile, found) } else { Vec::new() };
    let finding = |absent: inspect::AbsentColumn| {
        let names: Vec<String> = absent.names.iter().map(|n| format!("`{n}`")).collect();
        let near = absent.nearest.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
        let text = format!(
            "profile `{}` names {} for {}, which the file lacks{near}",
            profile.id,
            names.join(", "),
            absent.role
        );
        Finding::new(FindingCode::Dialect, Place::line(found.line.unwrap_or(1)), text)
    };
    absent.into_iter().map(finding).collect()
}

/// Titles are compared without marks that do not show. No bank writes them: the file went through other hands.
fn marked(cells: &Cells<'_>) -> Option<Finding> {
    let found = cells.found;
    let (column, title) = found.titles.iter().enumerate().find(|(_, t)| t.raw.contains(is_hidden))?;
    let text = format!("the title `{}` has a character that does not show, which was left out", title.raw);
    Some(Finding::new(FindingCode::Dialect, Place::line_column(found.line.unwrap_or(1), column as u64 + 1), text))
}

/// Nobody wrote a profile for this table: a person should see once what its columns were taken for. All of them: a finding has
/// room for a few.
fn inferred(cells: &Cells<'_>) -> Vec<Finding> {
    let (profile, found) = (cells.profile, cells.found);
    let title = |c: &usize| found.titles.get(*c).map_or("", |t| t.raw.as_str());
    let told = |role: &Role| {
        let titles: Vec<&str> = found.columns(*role).iter().map(title).collect();
        format!("{} `{}`", inspect::role_name(*role), titles.join("`, `"))
    };
    let roles: Vec<String> = profile.columns.keys().map(told).collect();
    let hint = "no profile knows this header (`tieout profiles infer FILE` writes one)".to_owned();
    let mut texts = vec![hint];
    for role in roles {
        match texts.last_mut().filter(|t| t.starts_with("read") && t.len() + role.len() < 480) {
            Some(text) => text.push_str(&format!(", {role}")),
            None => texts.push(format!("read by titles and contents: {role}")),
        }
    }
    let place = Place::line(found.line.unwrap_or(1));
    texts.into_iter().map(|text| Finding::new(FindingCode::Dialect, place.clone(), text)).collect()
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

/// A file that is being read.
pub(super) struct File<'a, 't> {
    cells: Cells<'a>,
    options: &'a ReadOptions,
    /// Takes the entries; without one they stay.
    take: Option<&'a mut Take<'t>>,
    control: Control,
    defaults: Defaults,
    groups: Vec<Group>,
    /// Account and currency as the row before wrote them, and its group.
    last: Option<(String, String, usize)>,
    /// The group of the movement above.
    above: Option<usize>,
    /// What was learned of rows that are all alike.
    plain: Option<Plain>,
    /// The booking date of the row before, as it was written and as it was read.
    day: (String, Option<NaiveDate>),
    /// It was told that rows have no date of their own.
    dates_told: bool,
    /// Reason for which all further rows are left out.
    rest: Option<String>,
    /// Rows that belong to no account: reason and count.
    left_out: Vec<(String, u64)>,
    findings: Vec<Finding>,
    /// Whether currency codes are in small letters, once a row has one.
    small_codes: Option<bool>,
}

impl<'a, 't> File<'a, 't> {
    /// No row yet.
    ///
    /// # Errors
    /// When a movement stands above the header.
    pub(super) fn new(
        cells: Cells<'a>,
        options: &'a ReadOptions,
        take: Option<&'a mut Take<'t>>,
    ) -> Result<Self, Error> {
        movement_above_header(&cells)?;
        let mut findings = misspelt(&cells);
        findings.extend(marked(&cells));
        let mut control = Control::default();
        for (line, row) in &cells.found.preamble {
            control.take(&cells.profile.preamble, *line, row);
        }
        let defaults = map::defaults(&cells, &control, options.currency);
        let plain = Plain::new(&cells, !matches!(take, Some(Take::Figures)));
        Ok(File {
            cells,
            options,
            take,
            control,
            defaults,
            groups: Vec::new(),
            last: None,
            above: None,
            plain,
            day: (String::new(), None),
            dates_told: false,
            rest: None,
            left_out: Vec::new(),
            findings,
            small_codes: None,
        })
    }

    /// The text is no UTF-8.
    pub(super) fn assumed(&mut self, encoding: &str) {
        let id = &self.cells.profile.id;
        let text = format!("the text is not UTF-8 and was read as {encoding}, which profile `{id}` allows");
        self.findings.insert(0, Finding::new(FindingCode::EncodingGuessed, Place::line(1), text));
    }

    /// Reads rows, after leaving some out, as far as they are whole. Gives where the next one begins, and its line.
    ///
    /// # Errors
    /// The first row that cannot be read exactly.
    pub(super) fn rows(&mut self, rows: &mut CsvRows<'_>, skip: usize, at_end: bool) -> Result<(usize, u64), Error> {
        let mut row = CsvRow { line: 0, cells: Vec::new(), unfinished: false };
        for _ in 0..skip {
            rows.read(&mut row).map_err(rows::quote_error)?;
        }
        let length = rows.length();
        loop {
            let position = rows.reached();
            if let Some(group) = self.groups.last_mut().filter(|_| self.take.is_none()) {
                group.expect(position.0, length);
            }
            if self.plain_row(rows, &mut row)? {
                continue;
            }
            match rows.read(&mut row) {
                Ok(true) if at_end || !row.unfinished => {
                    let text = rows.text_from(position.0);
                    let text = text.get(..rows.reached().0 - position.0).unwrap_or_default();
                    if text.len() > self.options.limits.field_bytes {
                        self.check_length(&row)?;
                    }
                    self.row(&row, text)?;
                }
                Ok(_) => return Ok(if at_end { rows.reached() } else { position }),
                // The closing quote may stand in the next piece.
                Err(CsvRowsError::Unterminated { .. }) if !at_end => return Ok(position),
                Err(e) => return Err(rows::quote_error(e)),
            }
        }
    }

    /// Reads the next row if it is plainly like the one above.
    #[inline]
    fn plain_row<'r>(&mut self, rows: &mut CsvRows<'r>, row: &mut CsvRow<'r>) -> Result<bool, Error> {
        let (at, line) = rows.reached();
        let File { cells, groups, take, options, above, rest, plain: Some(plain), .. } = self else { return Ok(false) };
        let text = rows.text_from(at);
        let Some(read) = plain.read(text, cells).filter(|_| rest.is_none()) else { return Ok(false) };
        // All that a change of the group says is said by the whole reading.
        if *above != Some(read.group) || read.length > options.limits.field_bytes {
            return Ok(false);
        }
        let Some(group) = groups.get_mut(read.group) else { return Ok(false) };
        rows.pass(read.length);
        row.line = line;
        plain.cells(text, row);
        group.add(&read.head, row, cells, take.as_deref_mut(), options.limits.findings)?;
        Ok(true)
    }

    fn row(&mut self, row: &CsvRow<'_>, text: &str) -> Result<(), Error> {
        if let Some(reason) = &self.rest {
            self.control.take(&self.cells.profile.preamble, row.line, &row.cells);
            count(&mut self.left_out, reason);
            return Ok(());
        }
        match rows::kind(row, &self.cells)? {
            Kind::Blank => count(&mut self.left_out, "blank_row"),
            Kind::RepeatedHeader => count(&mut self.left_out, "repeated_header"),
            Kind::Skip(skip) => {
                if skip.rest {
                    self.rest = Some(skip.reason.clone());
                }
                if skip.control {
                    self.control.take(&self.cells.profile.preamble, row.line, &row.cells);
                }
                if skip.join {
                    self.join(row);
                }
                let group = map::key(row, &self.cells, &self.defaults).ok();
                let group = group.and_then(|key| self.groups.iter_mut().find(|g| g.key == key));
                count(group.map_or(&mut self.left_out, |g| &mut g.left_out), &skip.reason);
            }
            Kind::Balance(kind) => self.balance(row, kind)?,
            Kind::Money => self.money(row, text)?,
        }
        Ok(())
    }

    fn money(&mut self, row: &CsvRow<'_>, text: &str) -> Result<(), Error> {
        let at = self.group_of(row)?;
        let booking_date = self.booking_date(row)?;
        let File { cells, groups, take, options, above, plain, .. } = self;
        let Some(group) = groups.get_mut(at) else { return Ok(()) };
        match map::head(row, cells, &group.key, booking_date, &mut group.findings)? {
            Some(head) => {
                if let Some(plain) = plain {
                    plain.learn(text, cells, &head, at);
                }
                let above = above.replace(at).filter(|above| *above != at);
                if let Some(Ok([above, group])) = above.map(|above| groups.get_disjoint_mut([above, at])) {
                    above.followed_by(&head, row.line, group);
                }
                let Some(group) = groups.get_mut(at) else { return Ok(()) };
                group.add(&head, row, cells, take.as_deref_mut(), options.limits.findings)
            }
            None => {
                count(&mut group.left_out, "zero_amount");
                Ok(())
            }
        }
    }

    /// The group of a row. Most rows have the account and currency of the row before.
    fn group_of(&mut self, row: &CsvRow<'_>) -> Result<usize, Error> {
        let (account, currency) = (self.cells.of(row, Role::Account), self.cells.of(row, Role::Currency));
        if let Some((last_account, last_currency, at)) = &self.last
            && last_account == account
            && last_currency == currency
        {
            return Ok(*at);
        }
        let last = (account.to_owned(), currency.to_owned());
        self.check_letters(row)?;
        let key = map::key(row, &self.cells, &self.defaults)?;
        let at = self.index(key);
        self.last = Some((last.0, last.1, at));
        Ok(at)
    }

    /// The booking date of a row. Most rows have that of the row before.
    fn booking_date(&mut self, row: &CsvRow<'_>) -> Result<Option<NaiveDate>, Error> {
        let text = self.cells.of(row, Role::BookingDate);
        let (last, date) = &mut self.day;
        if text.is_empty() && date.is_some() && self.cells.profile.format.dates_once {
            if !self.dates_told {
                let text = "rows without a date have that of the row above, the first here";
                self.findings.push(Finding::new(FindingCode::DateDerived, Place::line(row.line), text));
            }
            self.dates_told = true;
            return Ok(*date);
        }
        if date.is_none() || last != text {
            *date = self.cells.date(row, Role::BookingDate)?;
            last.clear();
            last.push_str(text);
        }
        Ok(*date)
    }

    /// A bank writes currency codes in capitals, or in small letters if its profile says so. Both in one file: a letter was damaged.
    fn check_letters(&mut self, row: &CsvRow<'_>) -> Result<(), Error> {
        let code = self.cells.of(row, Role::Currency);
        let Some(first) = code.bytes().find(u8::is_ascii_alphabetic) else { return Ok(()) };
        let may_be_small = self.cells.profile.format.small_codes;
        let small = *self.small_codes.get_or_insert(may_be_small && first.is_ascii_lowercase());
        if code.bytes().filter(u8::is_ascii_alphabetic).all(|b| b.is_ascii_lowercase() == small) {
            return Ok(());
        }
        let place = self
            .cells
            .found
            .column(Role::Currency)
            .map_or(Place::line_column(row.line, 1), |c| self.cells.place(row.line, c));
        let expected = if small { "small letters, as in the rows above" } else { "capitals" };
        let error = Error::new(ErrorCode::Currency, place, format!("currency `{code}`"), expected);
        Err(if may_be_small {
            error
        } else {
            error.with_hint("if the bank writes small letters, say so in a profile: [format] small_codes = true")
        })
    }

    fn balance(&mut self, row: &CsvRow<'_>, kind: BalanceRowKind) -> Result<(), Error> {
        let defaults = &self.defaults;
        let currency = self.cells.of(row, Role::Currency);
        let currency = Currency::parse(currency).unwrap_or(defaults.currency);
        let account = map::compact(self.cells.of(row, Role::Account));
        let account = if account.is_empty() { defaults.account.clone() } else { account };
        let balance = self.cells.balance(row, currency)?.map(|m| (m, Place::line_column(row.line, 1)));
        let date = self.cells.date(row, Role::BookingDate);
        let group = self.group(Key { account, currency });
        let (slot, reason) = match kind {
            BalanceRowKind::Day => {
                if let Some((balance, _)) = balance {
                    group.day_balance(balance, date?, row.line)?;
                }
                count(&mut group.left_out, "day_balance");
                return Ok(());
            }
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
            self.groups.push(Group::new(key));
            self.groups.len() - 1
        })
    }

    /// Adds the text of a continuation row to the entry above it.
    fn join(&mut self, row: &CsvRow<'_>) {
        let pieces = map::remittance(row, &self.cells);
        let last = self.groups.iter_mut().filter_map(Group::last_entry).max_by_key(|e| e.place.line);
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

    /// The statements behind the last row.
    pub(super) fn finish(mut self) -> Result<Statements, Error> {
        if self.groups.is_empty() {
            let key = Key { account: self.defaults.account.clone(), currency: self.defaults.currency };
            self.group(key);
        }
        let alone = self.groups.len() == 1;
        let named =
            self.cells.found.column(Role::Account).is_some() && self.groups.iter().any(|g| !g.key.account.is_empty());
        let keys = self.groups.iter().map(|g| &g.key).filter(|k| !k.currency.is_none());
        let in_a_currency: Vec<String> = keys.map(|k| k.account.clone()).collect();
        let mut statements = Vec::new();
        let mut unplaced = self.left_out;
        for group in self.groups {
            let control = alone.then_some(&self.control);
            let mut statement =
                group.statement(&self.cells, control, self.take.as_deref_mut(), self.options.limits.findings)?;
            // Rows that name no account are counted with the first statement.
            for (reason, n) in unplaced.drain(..) {
                add(&mut statement.left_out, &reason, n);
            }
            if named && statement.account.is_empty() {
                statement.findings.push(account_lost(&statement));
                statement.tie_out = TieOut::Broken;
            }
            if statement.currency.is_none() && in_a_currency.contains(&statement.account) {
                statement.findings.push(currency_lost(&statement));
                statement.tie_out = TieOut::Broken;
            }
            statement.findings.extend(no_entry(&statement));
            if self.cells.profile.id == infer::ID && statements.is_empty() {
                statement.findings.extend(inferred(&self.cells));
                statement.findings.extend(untold(&statement));
            }
            statement.dialect.clone_from(&self.cells.profile.id);
            statements.push(statement);
        }
        Ok(Statements { format: Format::Csv, statements, findings: self.findings })
    }
}

/// What a table of no known bank leaves open, and how to say it.
fn untold(statement: &Statement) -> Option<Finding> {
    let account = statement.account.is_empty().then_some("account");
    let currency = statement.currency.is_none().then_some("currency");
    let untold: Vec<&str> = account.into_iter().chain(currency).collect();
    let keys: Vec<String> = untold.iter().map(|key| format!("`[format] {key}`")).collect();
    let given = if currency.is_some() { "; --currency says the currency of one run" } else { "" };
    let text = format!(
        "nothing in the file says the {}; keep the profile that `tieout profiles infer FILE` writes and add {}{given}",
        untold.join(" or the "),
        keys.join(" and ")
    );
    (!untold.is_empty()).then(|| Finding::new(FindingCode::Dialect, statement.place.clone(), text))
}

/// Other rows have an account in the same column.
fn account_lost(statement: &Statement) -> Finding {
    let text = "rows name no account although others of the file do: a cell was lost, or the rows belong to no account";
    Finding::new(FindingCode::AccountMissing, statement.place.clone(), text)
}

/// Other rows of the account have a currency in the same column.
fn currency_lost(statement: &Statement) -> Finding {
    let text = "rows are in no currency although others of their account are in one: a code was damaged";
    Finding::new(FindingCode::CurrencyDiffers, statement.place.clone(), text)
}

/// A quiet day looks like a file that was cut behind its header: a person must know.
fn no_entry(statement: &Statement) -> Option<Finding> {
    let rows: u64 = statement.left_out.iter().map(|(_, n)| n).sum();
    let text = match rows {
        0 => "the table has a header and no row: a time without movements, or a file that was cut off".to_owned(),
        n => format!("no row is booked money; {n} were left out"),
    };
    let none = statement.entries.is_empty() && statement.passed.is_empty();
    none.then(|| Finding::new(FindingCode::NoEntries, statement.place.clone(), text))
}

pub(super) fn decode_error(bytes: &[u8], e: &DecodeTextError) -> Error {
    let before = String::from_utf8_lossy(bytes.get(..e.offset()).unwrap_or(bytes));
    let (line, column) = line_column(&before, before.len());
    Error::new(ErrorCode::Encoding, Place::line_column(line, column), e.to_string(), "text in one known encoding")
        .with_hint("export the file again as UTF-8, or name its encoding in the profile: [file] encodings = [\"…\"]")
}
