//! A table of no known bank, as it stands. In: bytes. Out: the row that is its header, what the titles say, and what the columns hold.

use super::cells::figure_and_word;
use super::header::Head;
use super::words::{self, Meaning};
use crate::base::{
    AmountStyle, CsvRow, CsvRows, Currency, Iban, bare_amount, currency_in_title, decode_text, parse_date,
    parse_scaled, unarmour,
};

/// So much of a file says what its columns are. All of it would make no difference but the time.
const SAMPLE: usize = 1 << 17;

/// Code pages that are tried, the usual one first: the titles tell which one makes words of them.
pub(super) const PAGES: [&str; 10] = [
    "windows-1252",
    "windows-1250",
    "windows-1257",
    "windows-1254",
    "windows-1251",
    "windows-1253",
    "windows-1255",
    "shift_jis",
    "gb18030",
    "euc-kr",
];

/// Date patterns, month first only where a title is English.
const DATES: [&str; 25] = [
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y.%m.%d.",
    "%Y. %m. %d.",
    "%d.%m.%Y.",
    "%Y%m%d",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d-%m-%y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d %b %y",
    "%d-%b-%y",
    "%d/%b/%Y",
    "%b %d, %Y",
    "%b %d %Y",
    "%d. %b %Y",
    "%d %m %Y",
];

/// A table with its header.
pub(super) struct Table {
    pub text: String,
    /// The encoding, if it is neither UTF-8 nor marked.
    pub encoding: Option<&'static str>,
    pub delimiter: char,
    /// Rows above the header.
    pub above: Vec<Vec<String>>,
    /// The header is so many rows from the top, itself included.
    pub rows_before: usize,
    pub columns: Vec<Column>,
    /// The text is the whole file.
    pub whole: bool,
}

/// A column.
pub(super) struct Column {
    pub title: String,
    pub meaning: Option<Meaning>,
    pub holds: Content,
}

/// What the cells of a column hold.
#[derive(Default)]
pub(super) struct Content {
    /// Rows of the table.
    pub rows: usize,
    pub filled: usize,
    /// Patterns that read as many cells as any, if that is half of them.
    pub dates: Vec<&'static str>,
    /// Every filled cell is a date.
    pub all_dates: bool,
    pub amounts: usize,
    /// An amount has a minus, or each has a plus.
    pub signed: bool,
    /// `'` or a blank stands between digits.
    pub grouped_by: Option<char>,
    /// The one currency whose sign stands at amounts.
    pub currency: Option<Currency>,
    pub codes: usize,
    /// Cells that may be account numbers.
    pub accounts: usize,
    pub ibans: usize,
    /// Amounts with a word for in or out behind them: `1,250.00 CR`.
    pub suffixed: usize,
    /// Every filled cell is a word for money in or for money out.
    pub directs: bool,
    pub texts: Vec<String>,
    /// No more than so many different texts are kept.
    pub many: bool,
}

impl Content {
    /// Whether at least half of what stands there are amounts.
    pub(super) fn is_amounts(&self) -> bool {
        self.amounts > 0 && self.amounts * 2 >= self.filled
    }
    /// What the column is after all: what its title says, unless its cells say otherwise.
    fn agreed(&self, titled: Option<Meaning>) -> Option<Meaning> {
        let some = self.filled > 0;
        if titled.is_none() && self.directs && self.filled == self.rows {
            return Some(Meaning::Direction);
        }
        match titled? {
            Meaning::Direction if !self.directs && self.is_amounts() => Some(Meaning::Amount),
            Meaning::Amount if self.directs => Some(Meaning::Direction),
            Meaning::Amount if self.all_dates && some => Some(Meaning::ValueDate),
            Meaning::Amount if self.amounts == 0 && some => Some(Meaning::Remittance),
            Meaning::ValueDate if some && self.codes == self.filled => Some(Meaning::Currency),
            Meaning::ValueDate if self.dates.is_empty() && self.is_amounts() => Some(Meaning::Amount),
            // A number of the bank's has no blanks; a text may stand under any title with "reference" in it.
            Meaning::BankId if self.texts.iter().any(|t| t.contains(' ')) => Some(Meaning::Remittance),
            Meaning::OtherName if self.accounts == self.filled && some => Some(Meaning::OtherAccount),
            titled => Some(titled),
        }
    }

    /// What a column without a title can only be.
    fn meaning(&self) -> Option<Meaning> {
        let all = |n: usize| n == self.filled;
        if self.filled == 0 {
            return None;
        }
        if self.all_dates && all(self.rows) {
            return Some(Meaning::Date);
        }
        if all(self.codes) {
            return Some(Meaning::Currency);
        }
        if all(self.ibans) {
            return Some(if self.is_constant() { Meaning::Account } else { Meaning::OtherAccount });
        }
        if all(self.amounts) && all(self.rows) && self.texts.iter().all(|t| t.contains([',', '.'])) {
            return Some(Meaning::Amount);
        }
        let words = |t: &String| t.chars().filter(|c| c.is_alphabetic()).count() >= 3;
        (self.dates.is_empty() && self.texts.iter().any(words)).then_some(Meaning::Remittance)
    }

    /// Whether the cells are words or numbers of every sort, as texts of payers are.
    pub(super) fn is_text(&self) -> bool {
        let letters = |t: &String| t.chars().any(char::is_alphabetic);
        self.filled > 0
            && self.dates.is_empty()
            && !self.is_amounts()
            && !self.is_constant()
            && self.texts.iter().any(letters)
    }

    pub(super) fn is_constant(&self) -> bool {
        self.texts.len() == 1 && self.filled == self.rows
    }
}

impl Table {
    /// The table in some bytes. `forced` are the encodings that may be tried, if the user said so.
    pub(super) fn of(bytes: &[u8], forced: &[String]) -> Option<Self> {
        let wide = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
        let (sample, whole) = match bytes.get(..SAMPLE) {
            Some(head) if !wide => {
                let end = memchr::memrchr(b'\n', head)? + 1;
                (head.get(..end)?, end == bytes.len())
            }
            _ => (bytes, true),
        };
        let mut pages = vec![PAGES.first().map(|p| (*p).to_owned())?];
        if !forced.is_empty() {
            pages = forced.to_vec();
        } else if decode_text(sample, &PAGES).is_ok_and(|d| d.assumed) {
            pages = PAGES.iter().map(|p| (*p).to_owned()).collect();
        }
        let mut best: Option<(usize, Self)> = None;
        for page in &pages {
            let Ok(decoded) = decode_text(sample, std::slice::from_ref(page)) else { continue };
            let Some((score, delimiter, row)) = header(&decoded.text) else { continue };
            if best.as_ref().is_none_or(|(most, _)| score > *most) {
                let encoding = decoded.assumed.then_some(decoded.encoding);
                best = Some((score, Self::below(decoded.text.into_owned(), delimiter, row, encoding, whole)?));
            }
        }
        best.map(|(_, table)| table).or_else(|| {
            let decoded = decode_text(sample, pages.get(..1)?).ok()?;
            let delimiter = without_header(&decoded.text)?;
            let encoding = decoded.assumed.then_some(decoded.encoding);
            Self::bare(decoded.text.into_owned(), delimiter, encoding, whole)
        })
    }

    /// A table without a header: what its columns hold says what they are.
    fn bare(text: String, delimiter: char, encoding: Option<&'static str>, whole: bool) -> Option<Self> {
        let rows: Vec<CsvRow<'_>> =
            CsvRows::new(&text, delimiter, Some('"')).map_while(Result::ok).filter(|r| !r.is_blank()).collect();
        let width = rows.first()?.cells.len();
        let holds = |i: usize| content(rows.iter().map(|r| r.cells.get(i).map_or("", |c| unarmour(c))));
        let mut columns: Vec<Column> =
            (0..width).map(|i| Column { title: format!("#{}", i + 1), meaning: None, holds: holds(i) }).collect();
        for column in &mut columns {
            column.meaning = column.holds.meaning();
        }
        // Two columns of which each row fills one are the two sides.
        let partial = |c: &Column| {
            c.meaning.is_none()
                && c.holds.filled > 0
                && c.holds.filled < c.holds.rows
                && c.holds.amounts == c.holds.filled
        };
        let sides: Vec<usize> = columns.iter().enumerate().filter(|(_, c)| partial(c)).map(|(i, _)| i).collect();
        if let [first, second] = sides.as_slice()
            && rows.iter().all(|r| {
                [first, second].iter().filter(|i| r.cells.get(***i).is_some_and(|c| !c.trim().is_empty())).count() == 1
            })
        {
            for column in columns.iter_mut().filter(|c| c.meaning == Some(Meaning::Amount)) {
                column.meaning = Some(Meaning::Balance);
            }
            for (i, meaning) in [(*first, Meaning::Debit), (*second, Meaning::Credit)] {
                columns.get_mut(i)?.meaning = Some(meaning);
            }
        }
        // Of several columns of dates the first is the booking; of several of amounts those behind it may be balances.
        for (first, later) in [(Meaning::Date, Meaning::ValueDate), (Meaning::Amount, Meaning::Balance)] {
            for column in columns.iter_mut().filter(|c| c.meaning == Some(first)).skip(1) {
                column.meaning = Some(later);
            }
        }
        let has = |m| columns.iter().any(|c| c.meaning == Some(m));
        let is_table = has(Meaning::Date) && (has(Meaning::Amount) || has(Meaning::Debit)) && has(Meaning::Remittance);
        is_table.then_some(Table { columns, text, encoding, delimiter, above: vec![], rows_before: 0, whole })
    }

    /// Whether the table has titles.
    pub(super) fn has_header(&self) -> bool {
        self.rows_before > 0
    }

    fn below(text: String, delimiter: char, at: usize, encoding: Option<&'static str>, whole: bool) -> Option<Self> {
        let mut rows = CsvRows::new(&text, delimiter, Some('"')).map_while(Result::ok);
        let above = rows.by_ref().take(at).map(|r| r.cells.iter().map(|c| c.to_string()).collect()).collect();
        let titles: Vec<String> = rows.next()?.cells.iter().map(|c| unarmour(c).to_owned()).collect();
        let meanings: Vec<Option<Meaning>> = titles.iter().map(|t| words::meaning(t)).collect();
        let rows: Vec<CsvRow<'_>> = rows.filter(|r| !r.is_blank()).collect();
        let column = |(i, title): (usize, String)| {
            let cells = rows.iter().map(|r| r.cells.get(i).map_or("", |c| unarmour(c)));
            let holds = content(cells);
            Column { meaning: holds.agreed(meanings.get(i).copied().flatten()), holds, title }
        };
        let columns = titles.into_iter().enumerate().map(column).collect();
        Some(Table { columns, text, encoding, delimiter, above, rows_before: at + 1, whole })
    }

    /// Columns of a meaning.
    pub(super) fn meaning(&self, wanted: Meaning) -> impl Iterator<Item = usize> + '_ {
        self.columns.iter().enumerate().filter(move |(_, c)| c.meaning == Some(wanted)).map(|(i, _)| i)
    }

    /// The rows below the header.
    pub(super) fn rows(&self) -> impl Iterator<Item = CsvRow<'_>> {
        CsvRows::new(&self.text, self.delimiter, Some('"')).map_while(Result::ok).skip(self.rows_before)
    }

    /// The currency that the titles of the amounts name.
    pub(super) fn titled_currency(&self, columns: &[usize]) -> bool {
        columns.iter().filter_map(|c| self.columns.get(*c)).any(|c| currency_in_title(&c.title).is_some())
    }
}

/// The row with most titles of a meaning, among them a date and an amount: how many, the delimiter, and its index.
pub(super) fn header(text: &str) -> Option<(usize, char, usize)> {
    let head = Head::new(text);
    let mut best: Option<(usize, char, usize)> = None;
    for (delimiter, rows) in head.tables() {
        for (i, cells) in rows.enumerate() {
            // A row of values is no header, whatever words are in it.
            if cells.len() < 2 || cells.iter().any(|c| is_value(c)) {
                continue;
            }
            let told: Vec<Meaning> = cells.iter().filter_map(|t| words::meaning(t)).collect();
            let has = |m: &[Meaning]| m.iter().any(|m| told.contains(m));
            use Meaning::{Amount, BookingDate, Credit, Date, Debit, TransactionDate, ValueDate};
            let dated = has(&[BookingDate, Date, TransactionDate, ValueDate]);
            let money =
                has(&[Amount]) || cells.iter().any(|t| words::may_be_amount(t)) || (has(&[Credit]) && has(&[Debit]));
            if dated && money && best.is_none_or(|(most, ..)| told.len() > most) {
                best = Some((told.len(), delimiter, i));
            }
        }
    }
    best
}

/// The delimiter of a table without a header: its first rows are alike in width and each begins as a movement, with a date and an amount.
pub(super) fn without_header(text: &str) -> Option<char> {
    let head = Head::new(text);
    let is_amount = |c: &String| c.contains([',', '.']) && is_amount(&bare_amount(c).0);
    let is_date = |c: &String| DATES.iter().any(|p| *p != "%Y%m%d" && parse_date(unarmour(c), p).is_some());
    let fits = |rows: Vec<&[String]>| {
        let width = rows.first().map_or(0, |r| r.len());
        let row = |r: &&[String]| r.len() == width && r.iter().any(is_date) && r.iter().any(is_amount);
        width >= 3 && rows.iter().all(row)
    };
    head.tables()
        .map(|(delimiter, rows)| (delimiter, rows.take(10).collect::<Vec<_>>()))
        .find(|(_, rows)| fits(rows.clone()))
        .map(|(d, _)| d)
}

fn is_value(cell: &str) -> bool {
    let cell = unarmour(cell);
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    digits * 2 > cell.len().max(1) || DATES.iter().any(|p| parse_date(cell, p).is_some())
}

fn content<'c>(cells: impl Iterator<Item = &'c str>) -> Content {
    let mut holds = Content::default();
    let mut dates = [0usize; DATES.len()];
    let mut currencies: Vec<Option<Currency>> = Vec::new();
    let (mut minus, mut plus) = (false, 0);
    for cell in cells {
        holds.rows += 1;
        if cell.is_empty() {
            continue;
        }
        holds.filled += 1;
        for (n, pattern) in dates.iter_mut().zip(DATES) {
            *n += usize::from(parse_date(cell, pattern).is_some());
        }
        let known = words::cells();
        let (unsuffixed, word) = figure_and_word(cell);
        let suffixed = words::is_one(word, &known.credit) || words::is_one(word, &known.debit);
        let (figure, currency) = bare_amount(if suffixed { unsuffixed } else { cell });
        if is_amount(&figure) {
            holds.suffixed += usize::from(suffixed);
            holds.amounts += 1;
            minus |= figure.contains(['-', '(', '\u{2212}']);
            plus += usize::from(figure.contains('+'));
            holds.grouped_by = holds.grouped_by.or(grouping(&figure));
            if !currencies.contains(&currency) {
                currencies.push(currency);
            }
        }
        holds.codes += usize::from(cell.len() == 3 && Currency::parse(cell).is_ok_and(|c| c.is_listed()));
        let compact: String = cell.trim_start_matches('\'').chars().filter(|c| !c.is_whitespace()).collect();
        let digits = compact.bytes().filter(u8::is_ascii_digit).count();
        let plain = compact.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '.'));
        holds.accounts += usize::from(plain && digits >= 5 && compact.len() <= 40);
        holds.ibans += usize::from(Iban::parse(cell).is_some());
        if !holds.many && !holds.texts.iter().any(|t| t == cell) {
            holds.texts.push(cell.to_owned());
            holds.many = holds.texts.len() > 50;
        }
    }
    let most = dates.iter().copied().max().unwrap_or(0);
    if most > 0 && most * 2 >= holds.filled {
        holds.dates = dates.iter().zip(DATES).filter(|(n, _)| **n == most).map(|(_, p)| p).collect();
        holds.all_dates = most == holds.filled;
    }
    let known = words::cells();
    let directs = |t: &String| words::is_one(t, &known.credit) || words::is_one(t, &known.debit);
    holds.directs = holds.filled > 0 && holds.texts.len() < 10 && holds.texts.iter().all(directs);
    // A plus here and there makes the others no money in.
    holds.signed = minus || (plus > 0 && plus == holds.amounts);
    if let [only] = currencies.as_slice() {
        holds.currency = *only;
    }
    holds
}

fn is_amount(figure: &str) -> bool {
    let other = grouping(figure);
    let reads = |decimal, thousands| parse_scaled(figure, AmountStyle { decimal, thousands: Some(thousands) }).is_ok();
    reads(',', other.unwrap_or('.')) || reads('.', other.unwrap_or(','))
}

/// A sign between digits that groups them and is neither a point nor a comma.
fn grouping(figure: &str) -> Option<char> {
    let signs: Vec<char> = figure.chars().collect();
    let between = |of: &[char]| {
        signs.windows(3).any(|w| matches!(w, [a, b, c] if a.is_ascii_digit() && c.is_ascii_digit() && of.contains(b)))
    };
    let quote = between(&['\'', '\u{2019}']).then_some('\'');
    quote.or_else(|| between(&[' ', '\u{a0}', '\u{202f}', '\u{2009}']).then_some(' '))
}
