//! Amounts and dates of cells, by the profile's style and nothing else. In: rows. Out: exact values, or an error with line,
//! column number and column name.

use super::forms::Form;
use super::header::Found;
use super::profile::{AmountModel, BalanceRow, DebitSign, Names, Profile, Role, Skip, When};
use crate::base::{
    AmountStyle, AmountTextError, CreditDebit, CsvRow, Currency, Money, Place, bare_amount, first_folded, fold_name,
    may_be_thousands, parse_date, parse_scaled, plain_figure, unarmour,
};
use crate::error::{Error, ErrorCode, visible};
use chrono::NaiveDate;
use std::cell::LazyCell;

/// Reads the cells of one file.
pub(super) struct Cells<'a> {
    pub profile: &'a Profile,
    pub found: &'a Found,
    amounts: Vec<AmountStyle>,
    dates: Vec<&'a str>,
    /// The column of each condition of the profile's rules, those within it behind it.
    skips: Vec<Rule<'a, Skip>>,
    balances: Vec<Rule<'a, BalanceRow>>,
}

/// A rule of the profile: a row meets it that meets all its conditions.
struct Rule<'a, T> {
    rule: &'a T,
    conditions: Vec<Condition<'a>>,
}

/// A condition with the column that it looks at, its words folded once.
pub(super) struct Condition<'a> {
    pub column: Option<usize>,
    pub when: &'a When,
    one_of: Option<Vec<(&'a str, String)>>,
    not_in: Option<Vec<(&'a str, String)>>,
    starts_with: Option<Vec<String>>,
}

impl<'a> Condition<'a> {
    fn new(when: &'a When, found: &Found) -> Self {
        let words = |names: &'a Names| names.flat().map(|n| (n, fold_name(n))).collect();
        let starts = |names: &'a Names| names.flat().map(fold_name).filter(|n| !n.is_empty()).collect();
        Condition {
            column: found.named(&when.column),
            when,
            one_of: when.one_of.as_ref().map(words),
            not_in: when.not_in.as_ref().map(words),
            starts_with: when.starts_with.as_ref().map(starts),
        }
    }

    /// Whether a cell, without armour, meets it.
    pub(super) fn is_met(&self, cell: &str) -> bool {
        if self.when.empty.is_some_and(|e| cell.is_empty() != e) {
            return false;
        }
        let folded = LazyCell::new(|| fold_name(cell));
        let among = |names: &Vec<(&str, String)>| {
            names.iter().any(|(plain, n)| *plain == cell || (!folded.is_empty() && *n == *folded))
        };
        let starts = |names: &Vec<String>| {
            // Most cells begin with another letter.
            let first = first_folded(cell);
            let may = first.is_none_or(|f| names.iter().any(|n| n.as_bytes().first() == Some(&f)));
            may && names.iter().any(|n| folded.starts_with(n.as_str()))
        };
        self.one_of.as_ref().is_none_or(among)
            && self.not_in.as_ref().is_none_or(|names| !among(names))
            && self.starts_with.as_ref().is_none_or(starts)
    }
}

impl<'a, T> Rule<'a, T> {
    fn new(rule: &'a T, when: &'a When, found: &Found) -> Self {
        let conditions = std::iter::successors(Some(when), |w| w.and.as_deref());
        Rule { rule, conditions: conditions.map(|w| Condition::new(w, found)).collect() }
    }
}

impl<'a> Cells<'a> {
    /// With all styles that the profile allows; [`Cells::settle`] then narrows them.
    pub(super) fn new(profile: &'a Profile, found: &'a Found) -> Self {
        let f = &profile.format;
        let own = f.thousands.chars().next();
        let amounts = match f.decimal.chars().next() {
            Some(decimal @ (',' | '.')) if f.decimal.len() == 1 => vec![AmountStyle { decimal, thousands: own }],
            _ => vec![
                AmountStyle { decimal: ',', thousands: own.or(Some('.')) },
                AmountStyle { decimal: '.', thousands: own.or(Some(',')) },
            ],
        };
        let dates = f.date.iter().map(String::as_str).collect();
        let skips = profile.skip.iter().map(|s| Rule::new(s, &s.when, found)).collect();
        let balances = profile.balance_row.iter().map(|b| Rule::new(b, &b.when, found)).collect();
        Cells { profile, found, amounts, dates, skips, balances }
    }

    /// Whether the file as a whole must be looked at before one cell can be read.
    pub(super) fn is_open(&self) -> bool {
        self.amounts.len() > 1 || self.dates.len() > 1
    }

    /// Whether one reading of amounts is left. Several readings of dates are compared cell by cell.
    pub(super) fn has_one_style(&self) -> bool {
        self.amounts.len() == 1
    }

    /// Decides between styles by all money rows of the file.
    ///
    /// # Errors
    /// When two styles read every cell, and one cell differently: `1.234` alone does not say what it is.
    pub(super) fn settle<'r>(&mut self, rows: impl Iterator<Item = CsvRow<'r>>) -> Result<(), Error> {
        let mut amounts = Survivors::new(self.amounts.len());
        let mut dates = Survivors::new(self.dates.len());
        for row in rows {
            for role in [Role::Amount, Role::Credit, Role::Debit, Role::Balance] {
                let Some(column) = self.found.column(role) else { continue };
                let text = self.amount_text(&row, column);
                if !text.is_empty() {
                    let read = |s: &AmountStyle| parse_scaled(&text, *s).ok().map(normal);
                    amounts.see(self.amounts.iter().map(read).collect(), || self.place(row.line, column), &text);
                }
            }
            for role in [Role::BookingDate, Role::ValueDate] {
                let Some(column) = self.found.column(role) else { continue };
                let text = self.text(&row, column);
                if !text.is_empty() {
                    let read = |p: &&str| parse_date(text, p);
                    dates.see(self.dates.iter().map(read).collect(), || self.place(row.line, column), text);
                }
            }
        }
        let left = amounts.decide().map_err(|(place, text)| {
            Error::new(
                ErrorCode::Amount,
                place,
                format!("amount `{text}`"),
                "amounts that show which sign is the decimal one",
            )
            .with_hint("give a profile with `decimal = \",\"` or `decimal = \".\"`")
        })?;
        keep(&mut self.amounts, &left);
        let left = dates.decide().map_err(|(place, text)| {
            Error::new(ErrorCode::Date, place, format!("date `{text}`"), "dates that show which part is the day")
                .with_hint("give a profile with the one date pattern of this file, as in date = [\"%d/%m/%Y\"]")
        })?;
        keep(&mut self.dates, &left);
        Ok(())
    }

    /// The cell as text, without armour.
    #[inline]
    pub(super) fn text<'r>(&self, row: &'r CsvRow<'_>, column: usize) -> &'r str {
        row.cells.get(column).map_or("", |c| unarmour(c))
    }

    /// The cell of a role as text; empty where there is none.
    #[inline]
    pub(super) fn of<'r>(&self, row: &'r CsvRow<'_>, role: Role) -> &'r str {
        self.found.column(role).map_or("", |column| self.text(row, column))
    }

    /// Line, column number and column name.
    pub(super) fn place(&self, line: u64, column: usize) -> Place {
        let place = Place::line_column(line, column as u64 + 1);
        match self.found.titles.get(column) {
            Some(title) => place.at(visible(&title.raw)),
            None => place,
        }
    }

    /// The date of a role, `None` where the cell is empty or there is no such column.
    pub(super) fn date(&self, row: &CsvRow<'_>, role: Role) -> Result<Option<NaiveDate>, Error> {
        let Some(column) = self.found.column(role) else { return Ok(None) };
        let text = self.text(row, column);
        if text.is_empty() {
            return Ok(None);
        }
        if let Some(date) = self.date_of(text) {
            return Ok(Some(date));
        }
        let expected = format!("a date as {}", self.dates.iter().map(|p| example(p)).collect::<Vec<_>>().join(" or "));
        Err(Error::new(ErrorCode::Date, self.place(row.line, column), format!("date `{text}`"), expected))
    }

    /// The date that a text is, read the same way by all patterns that read it.
    pub(super) fn date_of(&self, text: &str) -> Option<NaiveDate> {
        let mut read = self.dates.iter().filter_map(|p| parse_date(text, p));
        let first = read.next()?;
        read.all(|d| d == first).then_some(first)
    }

    /// How amounts are written, where that is settled.
    pub(super) fn style(&self) -> Option<AmountStyle> {
        self.amounts.first().copied().filter(|_| self.has_one_style())
    }

    /// The signed amount of a row by the profile's model; `None` where all its cells are empty.
    pub(super) fn amount(&self, row: &CsvRow<'_>, currency: Currency) -> Result<Option<Money>, Error> {
        let amount = match self.profile.format.amount {
            AmountModel::Signed => match self.figure(row, Role::Amount, currency)? {
                None => self.pair(row, currency)?,
                some => some,
            },
            AmountModel::Pair => self.pair(row, currency)?,
            AmountModel::Direction => {
                let word = self.of(row, Role::Direction);
                let figure = self.figure(row, Role::Amount, currency)?;
                figure.map(|f| self.directed(row, f, word, Role::Direction)).transpose()?
            }
            AmountModel::Suffix => self.suffixed(row, currency)?,
        };
        Ok(if self.profile.format.negate { amount.map(Money::negated) } else { amount })
    }

    /// How the amount of a row is written.
    pub(super) fn form(&self, row: &CsvRow<'_>, amount: Money) -> Form {
        let decimal = self.amounts.first().map_or('.', |s| s.decimal);
        let cells = [Role::Amount, Role::Credit, Role::Debit].map(|role| self.of(row, role));
        let cell = cells.into_iter().find(|c| !c.is_empty()).unwrap_or_default();
        Form::of(cell, decimal, !amount.is_negative() && !amount.is_zero())
    }

    /// The figure of a role with the sign that it has; `None` where the cell is empty.
    #[inline]
    pub(super) fn figure(&self, row: &CsvRow<'_>, role: Role, currency: Currency) -> Result<Option<Money>, Error> {
        let Some(column) = self.found.column(role) else { return Ok(None) };
        let cell = self.text(row, column);
        match self.plain(cell, currency) {
            Some(money) => Ok(Some(money)),
            None => self.money(cell, currency, || self.place(row.line, column)),
        }
    }

    /// The most usual cell has nothing around its digits. Three decimals may be thousands and are looked at more closely.
    #[inline]
    fn plain(&self, cell: &str, currency: Currency) -> Option<Money> {
        let style = self.amounts.first()?;
        let (units, scale) = plain_figure(cell, style.decimal).filter(|(_, scale)| *scale != 3)?;
        Money::from_digits(units, scale, currency).ok()
    }

    /// A figure of a currency in any cell; `None` where it is empty.
    pub(super) fn money(
        &self,
        cell: &str,
        currency: Currency,
        place: impl Fn() -> Place,
    ) -> Result<Option<Money>, Error> {
        if cell.is_empty() {
            return Ok(None);
        }
        if let Some(money) = self.plain(cell, currency) {
            return Ok(Some(money));
        }
        let style = self.amounts.first().copied().unwrap_or(AmountStyle::PLAIN);
        let (figure, named) = bare_amount(cell);
        if let Some(named) = named.filter(|n| *n != currency && !currency.is_none()) {
            return Err(Error::new(
                ErrorCode::Currency,
                place(),
                format!("an amount in {named}"),
                format!("{currency}"),
            ));
        }
        if !currency.is_none() && may_be_thousands(&figure, style, currency.decimals()) {
            let found = format!("amount `{cell}`, which may be a whole number with thousands");
            let expected = format!("an amount as {}", amount_example(style));
            return Err(Error::new(ErrorCode::Amount, place(), found, expected).with_hint(
                "if the sign before the last three digits groups thousands, say so in a profile: [format] thousands",
            ));
        }
        let money = parse_scaled(&figure, style).and_then(|(units, scale)| {
            Money::from_scaled(units, scale, currency).map_err(|_| AmountTextError::TooLong)
        });
        money.map(Some).map_err(|e| {
            let expected = format!("an amount as {}", amount_example(style));
            let error = Error::new(ErrorCode::Amount, place(), format!("amount `{cell}`, which {e}"), expected);
            if figure.contains(['e', 'E']) && figure.chars().any(|c| c.is_ascii_digit()) {
                error.with_hint("a spreadsheet has rewritten this file; export it again and do not open it in between")
            } else {
                error
            }
        })
    }

    fn pair(&self, row: &CsvRow<'_>, currency: Currency) -> Result<Option<Money>, Error> {
        let credit = self.figure(row, Role::Credit, currency)?.filter(|m| !m.is_zero());
        let debit = self.figure(row, Role::Debit, currency)?;
        let zero = self.figure(row, Role::Credit, currency)?.or(debit).map(|_| Money::zero(currency));
        let debit = debit.filter(|m| !m.is_zero());
        let wrong = |role, found: &str, expected: &str| {
            let column = self.found.column(role).unwrap_or(0);
            Err(Error::new(ErrorCode::Amount, self.place(row.line, column), found, expected))
        };
        match (credit, debit) {
            (Some(_), Some(_)) => wrong(Role::Debit, "an amount in and an amount out in one row", "one of them"),
            (Some(credit), None) if credit.is_negative() => {
                wrong(Role::Credit, "a negative amount in the column for money in", "a positive one")
            }
            (Some(credit), None) => Ok(Some(credit)),
            (None, Some(debit)) => match (self.profile.format.debit_sign, debit.is_negative()) {
                (DebitSign::Positive, true) => wrong(
                    Role::Debit,
                    "a negative amount in the column for money out",
                    "a positive one, as the profile says",
                ),
                (DebitSign::Negative, false) => wrong(
                    Role::Debit,
                    "a positive amount in the column for money out",
                    "a negative one, as the profile says",
                ),
                _ => Ok(Some(debit.abs().negated())),
            },
            (None, None) => Ok(zero),
        }
    }

    fn suffixed(&self, row: &CsvRow<'_>, currency: Currency) -> Result<Option<Money>, Error> {
        let Some(column) = self.found.column(Role::Amount) else { return Ok(None) };
        let cell = self.text(row, column);
        let at = cell.rfind(|c: char| c.is_ascii_digit()).map_or(0, |i| i + 1);
        let (figure, word) = cell.split_at_checked(at).unwrap_or((cell, ""));
        let figure = self.money(figure, currency, || self.place(row.line, column))?;
        figure.map(|f| self.directed(row, f, word, Role::Amount)).transpose()
    }

    fn directed(&self, row: &CsvRow<'_>, figure: Money, word: &str, role: Role) -> Result<Money, Error> {
        if figure.is_negative() {
            let column = self.found.column(Role::Amount).unwrap_or(0);
            let found = format!("amount {} beside a direction", figure.figure());
            return Err(Error::new(ErrorCode::Amount, self.place(row.line, column), found, "an amount without sign"));
        }
        match self.way(word) {
            Some(CreditDebit::Credit) => Ok(figure),
            Some(CreditDebit::Debit) => Ok(figure.negated()),
            None => {
                let f = &self.profile.format;
                let words: Vec<&str> = f.credit.flat().chain(f.debit.flat()).collect();
                let column = self.found.column(role).unwrap_or(0);
                let expected = format!("one of {}", words.join(", "));
                Err(Error::new(
                    ErrorCode::Direction,
                    self.place(row.line, column),
                    format!("direction `{word}`"),
                    expected,
                ))
            }
        }
    }

    fn amount_text(&self, row: &CsvRow<'_>, column: usize) -> String {
        let cell = self.text(row, column);
        let (figure, word) = figure_and_word(cell);
        bare_amount(if self.way(word).is_some() { figure } else { cell }).0
    }

    /// Whether a word says that money came in, or that it went out.
    fn way(&self, word: &str) -> Option<CreditDebit> {
        if word.is_empty() {
            return None;
        }
        let f = &self.profile.format;
        let is = |names: &Names| {
            names
                .flat()
                .any(|n| n.trim() == word.trim() || (!fold_name(n).is_empty() && fold_name(n) == fold_name(word)))
        };
        if is(&f.credit) {
            return Some(CreditDebit::Credit);
        }
        is(&f.debit).then_some(CreditDebit::Debit)
    }

    /// The running balance of a row. A word behind it says on which side of zero it is: `1,250.00 CR`.
    #[inline]
    pub(super) fn balance(&self, row: &CsvRow<'_>, currency: Currency) -> Result<Option<Money>, Error> {
        let Some(column) = self.found.column(Role::Balance) else { return Ok(None) };
        let cell = self.text(row, column);
        if let Some(money) = self.plain(cell, currency) {
            return Ok(Some(money));
        }
        let (figure, word) = figure_and_word(cell);
        let place = || self.place(row.line, column);
        match self.way(word) {
            Some(way) => {
                let money = self.money(figure, currency, place)?;
                Ok(money.map(|m| if way == CreditDebit::Debit { m.negated() } else { m }))
            }
            None => self.money(cell, currency, place),
        }
    }
}

/// A cell up to its last digit, and the word behind it.
pub(super) fn figure_and_word(cell: &str) -> (&str, &str) {
    let at = cell.rfind(|c: char| c.is_ascii_digit()).map_or(0, |i| i + 1);
    let (figure, word) = cell.split_at_checked(at).unwrap_or((cell, ""));
    let letters = word.trim().trim_end_matches('.');
    if letters.chars().all(char::is_alphabetic) { (figure, letters) } else { (cell, "") }
}

impl<'a> Cells<'a> {
    /// The first rule by which a row is no money.
    pub(super) fn skip(&self, row: &CsvRow<'_>) -> Option<&'a Skip> {
        self.skips.iter().find(|r| self.meets(row, &r.conditions)).map(|r| r.rule)
    }

    /// The first rule by which a row states a balance.
    pub(super) fn balance_row(&self, row: &CsvRow<'_>) -> Option<&'a BalanceRow> {
        self.balances.iter().find(|r| self.meets(row, &r.conditions)).map(|r| r.rule)
    }

    fn meets(&self, row: &CsvRow<'_>, conditions: &[Condition<'_>]) -> bool {
        conditions.iter().all(|c| c.is_met(c.column.map_or("", |column| self.text(row, column))))
    }

    /// The conditions of each rule by which a row is no movement.
    pub(super) fn rules(&self) -> impl Iterator<Item = &[Condition<'a>]> {
        let skips = self.skips.iter().map(|r| r.conditions.as_slice());
        skips.chain(self.balances.iter().map(|r| r.conditions.as_slice()))
    }

    /// One of them.
    pub(super) fn condition(&self, rule: usize, condition: usize) -> Option<&Condition<'a>> {
        self.rules().nth(rule)?.get(condition)
    }
}

/// Which of several readings is right: those that read every cell, unless two of them read a cell differently.
struct Survivors {
    alive: Vec<bool>,
    /// First cell that readings i and j saw differently, at `i * n + j`.
    clash: Vec<Option<(Place, String)>>,
}

impl Survivors {
    fn new(n: usize) -> Self {
        Survivors { alive: vec![true; n], clash: vec![None; n * n] }
    }

    fn see<T: PartialEq>(&mut self, values: Vec<Option<T>>, place: impl Fn() -> Place, text: &str) {
        let n = self.alive.len();
        for (i, value) in values.iter().enumerate() {
            if value.is_none()
                && let Some(alive) = self.alive.get_mut(i)
            {
                *alive = false;
            }
            for (j, other) in values.iter().enumerate().skip(i + 1) {
                if let (Some(a), Some(b)) = (value, other)
                    && a != b
                    && let Some(slot @ None) = self.clash.get_mut(i * n + j)
                {
                    *slot = Some((place(), text.to_owned()));
                }
            }
        }
    }

    /// Indexes of the readings to keep; all of them when none reads every cell (each cell then decides for itself or fails).
    fn decide(self) -> Result<Vec<usize>, (Place, String)> {
        let n = self.alive.len();
        let alive: Vec<usize> = (0..n).filter(|i| self.alive.get(*i) == Some(&true)).collect();
        if alive.is_empty() {
            return Ok((0..n).collect());
        }
        for (k, i) in alive.iter().enumerate() {
            for j in alive.iter().skip(k + 1) {
                if let Some(Some(clash)) = self.clash.get(i * n + j) {
                    return Err(clash.clone());
                }
            }
        }
        Ok(alive)
    }
}

fn keep<T: Clone>(all: &mut Vec<T>, indexes: &[usize]) {
    *all = indexes.iter().filter_map(|i| all.get(*i).cloned()).collect();
}

/// `12,50` and `12,5` are one amount.
fn normal((mut units, mut scale): (i128, u8)) -> (i128, u8) {
    while scale > 0 && units % 10 == 0 {
        units /= 10;
        scale -= 1;
    }
    (units, scale)
}

fn example(pattern: &str) -> String {
    pattern.replace("%Y", "2026").replace("%y", "26").replace("%m", "04").replace("%d", "24").replace("%b", "Apr")
}

fn amount_example(style: AmountStyle) -> String {
    let thousands = style.thousands.map(String::from).unwrap_or_default();
    format!("1{thousands}190{}00", style.decimal)
}
