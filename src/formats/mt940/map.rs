//! One message to a [`Statement`] of the model.

use super::super::Take;
use super::super::tie_out::of_entry;
use super::entry::Head;
use super::fields;
use super::info86::{self, Context, Dialect};
use super::lines::{Field, Message, MessageType, Tag, split_lines, tag_pattern};
use super::notes::{Notes, fault};
use crate::base::{CreditDebit, Currency, Limits, Place, is_valid_iban};
use crate::error::{Error, ErrorCode};
use crate::model::{
    Balance, BalanceKind, ControlTotals, Finding, FindingCode, Format, Page, Statement, StatementKind, TieOut, Totals,
};
use smallvec::SmallVec;

/// Reads a message.
///
/// # Errors
/// When a `:60:`, `:61:` or `:62:` breaks the grammar, or a field is longer than the limit.
pub(super) fn statement(message: &Message<'_>, limits: &Limits) -> Result<Statement, Error> {
    let mut reading = Reading::begin(message, limits, false);
    reading.statement.entries.reserve_exact(message.fields.iter().filter(|f| f.tag == Tag::Line).count());
    reading.fields(&message.fields, limits, None)?;
    Ok(reading.finish())
}

/// A statement that is being read.
pub(super) struct Reading {
    /// As far as it was read.
    pub statement: Statement,
    notes: Notes,
    house: Option<&'static str>,
    dialect: Option<Dialect>,
    message_type: MessageType,
    /// A `:NS:` was told.
    extended: bool,
    /// Entries become sketches of their figures at once.
    only_figures: bool,
}

impl Reading {
    /// The head of a message: at least its account and its opening balance, if it has them.
    pub(super) fn begin(message: &Message<'_>, limits: &Limits, only_figures: bool) -> Self {
        let fields = &message.fields;
        let interim = is_interim(message);
        let (kind, format) =
            if interim { (StatementKind::Report, Format::Mt942) } else { (StatementKind::Statement, Format::Mt940) };
        let mut s = Statement::new(kind, format, "");
        s.place = Place::line_column(message.line, 1);
        s.servicer = message.header.bic.map(|bic| bic.as_str().to_owned());

        let account_field = fields.iter().find(|f| matches!(f.tag, Tag::Account | Tag::AccountWithBic));
        let (account, account_currency) = account_field.map(|f| account_of(f, &mut s.servicer)).unwrap_or_default();
        let no_account = no_account(account_field, &account);
        s.account = account;
        s.currency = currency_of(fields).or(account_currency).unwrap_or(Currency::NONE);

        let mut notes = Notes::new(limits.findings);
        if let Some(text) = &no_account {
            let place = account_field.map_or_else(|| s.place.clone(), |f| f.place(0));
            notes.add(FindingCode::AccountMissing, place, text);
            s.tie_out = TieOut::Broken;
        }
        if !s.currency.is_listed() && !s.currency.is_none() {
            let text = format!("ISO 4217 does not list the currency {}", s.currency);
            notes.add(FindingCode::CurrencyUnknown, s.place.clone(), text);
        }
        let (house, message_type) = (message.header.house, message.header.message_type);
        Reading { statement: s, notes, house, dialect: None, message_type, extended: false, only_figures }
    }

    /// Fields in file order. More may follow, from a `:61:` on.
    ///
    /// # Errors
    /// As [`statement`].
    pub(super) fn fields(
        &mut self,
        fields: &[Field<'_>],
        limits: &Limits,
        handed: Option<Handed<'_, '_>>,
    ) -> Result<(), Error> {
        let mut reader = MessageReader { reading: self, pending: None, handed };
        for field in fields {
            if field.text.len() > limits.field_bytes {
                let found = format!("a field of {} bytes", field.text.len());
                let expected = format!("at most {} bytes", limits.field_bytes);
                return Err(Error::new(ErrorCode::Limit, field.place(0), found, expected));
            }
            reader.field(*field)?;
        }
        reader.finish_entry()
    }

    fn has_entries(&self) -> bool {
        !self.statement.entries.is_empty() || !self.statement.passed.is_empty()
    }

    /// The statement behind its last field.
    pub(super) fn finish(self) -> Statement {
        let Reading { statement: mut s, notes, house, dialect, message_type, .. } = self;
        s.findings = notes.finish();
        s.dialect = match message_type {
            MessageType::Mt941 => "mt941",
            MessageType::Mt950 => "mt950",
            _ => house.or(dialect.map(Dialect::as_str)).unwrap_or("swift"),
        }
        .to_owned();
        if message_type == MessageType::Mt941 {
            // A balance report counts entries that it does not show: nothing of it can be proven by entries.
            s.kind = StatementKind::Report;
            s.totals = ControlTotals::default();
            (s.opening, s.closing) = (None, None);
        }
        s
    }
}

/// Who takes entries as soon as they are read, instead of keeping them in the statement.
pub(super) struct Handed<'r, 't> {
    /// Takes them.
    pub take: &'r mut Take<'t>,
    /// What they contradict by themselves, at most `limit`.
    pub contradictions: &'r mut Vec<Finding>,
    /// How many contradictions are told.
    pub limit: usize,
}

struct MessageReader<'r, 't, 'h> {
    reading: &'r mut Reading,
    pending: Option<Pending<'t>>,
    handed: Option<Handed<'r, 'h>>,
}

/// A `:61:` whose texts are still coming.
struct Pending<'t> {
    line: Field<'t>,
    /// Of its `:86:`.
    infos: SmallVec<[&'t str; 2]>,
    /// Of its `:NS:`, where Sberbank in Hungary puts what others put into `:86:`.
    extensions: Vec<&'t str>,
}

impl<'t> MessageReader<'_, 't, '_> {
    fn field(&mut self, field: Field<'t>) -> Result<(), Error> {
        match field.tag {
            Tag::Info => match self.pending.as_mut() {
                Some(pending) => pending.infos.push(field.text),
                None => self.statement_text(field),
            },
            Tag::Line => {
                self.finish_entry()?;
                if self.reading.statement.closing.is_some() {
                    self.disorder(field, "an entry behind the closing balance");
                }
                self.pending = Some(Pending { line: field, infos: SmallVec::new(), extensions: Vec::new() });
            }
            Tag::Extension => {
                let text = match self.pending.as_mut() {
                    Some(pending) => {
                        pending.extensions.push(field.text);
                        "`:NS:` is no SWIFT field; its text was taken where an entry has no `:86:`"
                    }
                    None => "`:NS:` is no SWIFT field and was left aside",
                };
                if !std::mem::replace(&mut self.reading.extended, true) {
                    self.reading.notes.add(FindingCode::UnknownField, field.place(0), text);
                }
            }
            _ => {
                self.finish_entry()?;
                self.statement_field(field)?;
            }
        }
        Ok(())
    }

    fn finish_entry(&mut self) -> Result<(), Error> {
        let Some(Pending { line, infos, extensions }) = self.pending.take() else { return Ok(()) };
        let Reading { statement: s, notes, house, dialect, only_figures, .. } = &mut *self.reading;
        let unsure = dialect.is_none_or(|d| d == Dialect::Free);
        if let Some(first) = infos.first().filter(|_| unsure) {
            *dialect = Some(info86::detect(first));
        }
        let head = Head::read(line, s.currency, notes)?;
        // One with more decimals than its currency has is told when it is taken.
        match *only_figures && head.is_whole() {
            true => s.passed.push(&head.sketch()),
            false => {
                let context = Context { currency: s.currency, account: &s.account };
                let entry = head.entry(line, (&infos, &extensions), context, *house);
                match &mut self.handed {
                    None => s.entries.push(entry),
                    Some(Handed { take, contradictions, limit }) => {
                        if contradictions.len() < *limit {
                            of_entry(&entry, contradictions);
                        }
                        take.entry(entry, &mut s.passed);
                    }
                }
            }
        }
        Ok(())
    }

    fn statement_field(&mut self, field: Field<'t>) -> Result<(), Error> {
        let s = &mut self.reading.statement;
        match field.tag {
            Tag::Reference => s.statement_id = Some(field.first_line().to_owned()).filter(|t| !t.is_empty()),
            Tag::Number => (s.sequence, s.page) = number(field.first_line()),
            Tag::Opening | Tag::OpeningPage => {
                let kind = if field.tag == Tag::Opening { BalanceKind::OpeningBooked } else { BalanceKind::Interim };
                let balance = self.balance(field, kind)?;
                if self.reading.has_entries() || self.reading.statement.closing.is_some() {
                    self.disorder(field, "an opening balance behind entries or the closing balance");
                }
                self.reading.statement.opening = Some(balance);
            }
            Tag::Closing | Tag::ClosingPage => {
                let kind = if field.tag == Tag::Closing { BalanceKind::ClosingBooked } else { BalanceKind::Interim };
                let balance = self.balance(field, kind)?;
                if self.reading.statement.closing.as_ref().is_some_and(|c| c.amount != balance.amount) {
                    self.disorder(field, "a second closing balance that is not the first");
                }
                let s = &mut self.reading.statement;
                if let Some(page) = s.page.as_mut() {
                    page.last = Some(field.tag == Tag::Closing);
                }
                s.closing = Some(balance);
            }
            Tag::Available | Tag::Forward => {
                let kind =
                    if field.tag == Tag::Available { BalanceKind::Available } else { BalanceKind::ForwardAvailable };
                // Not part of the proof: one that cannot be read is told and left aside.
                if let Err(e) = self.balance(field, kind) {
                    let text = format!("the balance was left aside: {}, expected {}", e.found(), e.expected());
                    self.reading.notes.add(FindingCode::UnknownField, e.place().clone(), text);
                }
            }
            Tag::DebitTotal | Tag::CreditTotal => match fields::total(field.text) {
                Some((count, currency, figure)) => {
                    let totals =
                        if field.tag == Tag::DebitTotal { &mut s.totals.debits } else { &mut s.totals.credits };
                    *totals = Totals { count, sum: figure.money(CreditDebit::Credit, currency) };
                    s.totals.place.get_or_insert_with(|| field.place(0));
                }
                None => self.reading.notes.add(
                    FindingCode::UnknownField,
                    field.place(0),
                    "the total was left aside: no count, currency and sum",
                ),
            },
            Tag::Stamp => s.period = fields::stamp_date(field.text).map(|d| (d, d)),
            Tag::Related | Tag::Account | Tag::AccountWithBic | Tag::Floor => {}
            Tag::Line | Tag::Info | Tag::Extension => {}
        }
        Ok(())
    }

    /// Balances frame the entries. Where they do not, lines were lost or exchanged, and a sum that fits proves nothing.
    fn disorder(&mut self, field: Field<'t>, what: &str) {
        self.reading.notes.add(
            FindingCode::FieldOrder,
            field.place(0),
            format!("{what}: lines are missing or out of order"),
        );
        self.reading.statement.tie_out = TieOut::Broken;
    }

    fn balance(&mut self, field: Field<'t>, kind: BalanceKind) -> Result<Balance, Error> {
        let read = fields::balance(field.text).map_err(|f| fault(field, f))?;
        let amount_at = field.text.find(read.currency.code()).map_or(0, |i| i + 3);
        let Some(amount) = read.amount.money(read.direction, read.currency) else {
            let place = field.place(amount_at);
            return Err(Error::new(ErrorCode::Amount, place, "more than 18 digits", "at most 18 digits"));
        };
        self.reading.notes.amount(field, amount_at, read.amount, amount);
        if read.date.is_some_and(|d| d.clamped) {
            self.reading.notes.add(
                FindingCode::ImpossibleDate,
                field.place(1),
                "no calendar has the date; the month's last day was taken",
            );
        }
        let balance = Balance { kind, amount, date: read.date.map(|d| d.date), place: field.place(0) };
        self.reading.statement.balances.push(balance.clone());
        Ok(balance)
    }

    /// `:86:` outside any entry: text on the statement, or ING's counts and sums.
    fn statement_text(&mut self, field: Field<'t>) {
        let has_entries = self.reading.has_entries();
        let s = &mut self.reading.statement;
        if let Some(totals) = control_totals(field.text, s.currency) {
            s.totals = ControlTotals { place: Some(field.place(0)), ..totals };
        } else if s.closing.is_none() && !has_entries && s.totals == ControlTotals::default() {
            let text = "`:86:` before any `:61:` was read as text on the statement";
            self.reading.notes.add(FindingCode::FieldOrder, field.place(0), text);
        }
        let text: Vec<&str> = split_lines(field.text).map(str::trim_end).collect();
        let text = text.join("\n");
        match s.narrative.as_mut() {
            Some(narrative) => {
                narrative.push('\n');
                narrative.push_str(&text);
            }
            None => s.narrative = Some(text),
        }
    }
}

/// MT942 by its header; without one by fields that only MT942 has, where no balance is given.
fn is_interim(message: &Message<'_>) -> bool {
    let has = |tags: &[Tag]| message.fields.iter().any(|f| tags.contains(&f.tag));
    let balanced = has(&[Tag::Opening, Tag::OpeningPage, Tag::Closing, Tag::ClosingPage]);
    match message.header.message_type {
        MessageType::Mt942 => true,
        MessageType::Mt941 | MessageType::Mt950 => false,
        MessageType::Mt940 | MessageType::Unsaid => {
            !balanced && has(&[Tag::Floor, Tag::Stamp, Tag::DebitTotal, Tag::CreditTotal])
        }
    }
}

/// The currency of the account: of the opening balance, else the closing one, else the floor limit or the totals.
fn currency_of(fields: &[Field<'_>]) -> Option<Currency> {
    let by = |wanted: &[Tag], read: fn(&str) -> Option<Currency>| {
        fields.iter().filter(|f| wanted.contains(&f.tag)).find_map(|f| read(f.text))
    };
    let of_balance = |t: &str| fields::balance(t).ok().map(|b| b.currency);
    by(&[Tag::Opening, Tag::OpeningPage], of_balance)
        .or_else(|| by(&[Tag::Closing, Tag::ClosingPage], of_balance))
        .or_else(|| by(&[Tag::Floor], fields::floor_currency))
        .or_else(|| by(&[Tag::DebitTotal, Tag::CreditTotal], |t| fields::total(t).map(|t| t.1)))
}

/// The account without blanks, leading slash and currency (`NL54INGB0001234500EUR`, `NL10BUNQ2290325473 EUR`), and that
/// currency. The second line of `:25P:` is the bank's BIC.
fn account_of(field: &Field<'_>, servicer: &mut Option<String>) -> (String, Option<Currency>) {
    let second = field.lines().nth(1).map(str::trim).filter(|b| matches!(b.len(), 8 | 11));
    if let Some(bic) = second.filter(|_| field.tag == Tag::AccountWithBic) {
        *servicer = Some(bic.to_owned());
    }
    let compact: String = field.first_line().chars().filter(|c| !c.is_whitespace()).collect();
    let account = compact.trim_start_matches('/');
    let split = account.len().checked_sub(3).and_then(|at| account.split_at_checked(at));
    if let Some((head, tail)) = split.filter(|_| !is_valid_iban(account)) {
        let currency = Currency::parse(tail).ok().filter(|c| c.code() == tail && c.is_listed());
        // Letters before it would make the three a part of a word.
        let apart = head.ends_with(|c: char| c.is_ascii_digit() || c == '/');
        if let Some(currency) = currency.filter(|_| apart && head.len() >= 5) {
            return (head.trim_end_matches('/').to_owned(), Some(currency));
        }
    }
    (account.to_owned(), None)
}

/// What is wrong with the account, which every message must name (field 25, mandatory): nothing there, more than one line, a
/// character that no account number has.
fn no_account(field: Option<&Field<'_>>, account: &str) -> Option<String> {
    let Some(field) = field.filter(|_| !account.is_empty()) else {
        return Some("the statement names no account".to_owned());
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || " /-.,+_*#'()".contains(c);
    if let Some(strange) = account.chars().find(|c| !fits(*c)) {
        return Some(format!("the account `{account}` has a `{strange}`, which no account has"));
    }
    let more = field.lines().nth(1).map(str::trim).filter(|l| !l.is_empty() && tag_pattern(l).is_none());
    let more = more.filter(|_| field.tag == Tag::Account);
    more.map(|line| format!("the account `{account}` is followed by `{line}` on a line of its own"))
}

/// `00219/001`: number and page. Other shapes (`036/2009/BPL`) are a number as a whole.
fn number(text: &str) -> (Option<String>, Option<Page>) {
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if let Some((number, page)) = text.split_once('/').filter(|(_, page)| digits(page) && page.len() <= 5) {
        let page = page.parse().ok().filter(|p| *p > 0).map(|number| Page { number, last: None });
        return (Some(number.to_owned()).filter(|n| !n.is_empty()), page);
    }
    (Some(text.to_owned()).filter(|t| !t.is_empty()), None)
}

/// ING: `/SUM/18/1/4445,32/9998,43/` and older `D000004C000002D25,24C28,71`: counts and sums of debits and credits.
fn control_totals(text: &str, currency: Currency) -> Option<ControlTotals> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let parts: Vec<&str> = match text.strip_prefix("/SUM/") {
        Some(rest) => rest.trim_end_matches('/').split('/').collect(),
        None => {
            let (count_debits, rest) = text.strip_prefix('D')?.split_once('C')?;
            let (count_credits, rest) = rest.split_once('D')?;
            let (sum_debits, sum_credits) = rest.split_once('C')?;
            vec![count_debits, count_credits, sum_debits, sum_credits]
        }
    };
    let [count_debits, count_credits, sum_debits, sum_credits] = parts.try_into().ok()?;
    let totals = |count: &str, sum: &str| {
        let (sum, rest) = fields::money_text(sum, currency)?;
        Some(Totals { count: Some(count.parse().ok()?), sum: Some(sum).filter(|_| rest.is_empty()) })
    };
    Some(ControlTotals {
        debits: totals(count_debits, sum_debits)?,
        credits: totals(count_credits, sum_credits)?,
        ..ControlTotals::default()
    })
}
