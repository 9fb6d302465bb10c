//! A profile for a table of no known bank. In: bytes. Out: the profile as TOML, told from the words of the titles and the contents of the
//! columns, or the reason why none can be told.
//!
//! Nothing is guessed that counts: a running balance proves sign and columns; without one, the amounts must show by signs, words or two
//! columns which way the money went. What is left open (a date that may be read twice) is an error when the file is read.

use super::super::{ReadOptions, Take, tie_out};
use super::detect;
use super::infer_rules::{preamble, rules};
use super::profile::{Profile, column_number};
use super::read::{File, settled};
use super::table::{Column, Table};
use super::words::{self, Meaning, is_one};
use crate::base::{CsvRows, fold_name};
use crate::error::{Error, ErrorCode};
use crate::model::TieOut;

/// The id of such a profile.
pub(super) const ID: &str = "inferred";

/// How a table may write what came in and what went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Money {
    /// One column; its signs are the other way round if `negate`.
    Signed {
        amount: usize,
        negate: bool,
    },
    Pair {
        credit: usize,
        debit: usize,
    },
    Directed {
        amount: usize,
        direction: usize,
    },
    /// A word behind each amount, `1,250.00 CR`.
    Suffixed {
        amount: usize,
    },
}

impl Money {
    pub(super) fn columns(self) -> Vec<usize> {
        match self {
            Money::Signed { amount, .. } | Money::Directed { amount, .. } | Money::Suffixed { amount } => vec![amount],
            Money::Pair { credit, debit } => vec![credit, debit],
        }
    }
}

/// One reading of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    pub money: Money,
    pub balance: Option<usize>,
    pub layout: Layout,
}

/// What a table may do besides, which only a running balance that holds makes believable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Usual,
    /// The balance stands in a row of its own behind the movements of a day.
    DayBalances,
    /// The date stands on the first row of a day only.
    DatesOnce,
}

/// A profile as TOML for the table in some bytes.
///
/// # Errors
/// [`ErrorCode::Header`] with the reason, where the titles and contents do not say enough.
pub(super) fn infer(bytes: &[u8], forced: &[String]) -> Result<(String, Profile), String> {
    let table = Table::of(bytes, forced).ok_or("no row has titles for a date and an amount")?;
    let booking = booking_date(&table).ok_or("no column with a title for a date holds dates")?;
    let readings = readings(&table);
    let write = |r: &Reading| Profile::from_toml(&toml(&table, booking, r, true), ID).ok();
    let with_balance = || readings.iter().filter(|r| r.balance.is_some()).copied();
    let laid_out = |layout| with_balance().map(move |r| Reading { layout, ..r });
    let mut all = with_balance().chain(laid_out(Layout::DayBalances)).chain(laid_out(Layout::DatesOnce));
    let proven = all.find(|r| write(r).is_some_and(|p| proves(&table, &p, r)));
    // Without titles two columns are two sides, but only a balance tells which is which.
    let told = |r: &&Reading| table.has_header() || !matches!(r.money, Money::Pair { .. });
    let shown = || readings.iter().filter(told).find(|r| shows_direction(&table, r));
    let reading = match proven {
        Some(reading) => reading,
        None => {
            let reading = shown().ok_or_else(|| no_direction(&table))?;
            unclear_status(&table)?;
            if !table.has_header() && table.meaning(Meaning::Balance).next().is_some() {
                return Err(
                    "there is no header, and of several columns of amounts no running balance tells which is which"
                        .to_owned(),
                );
            }
            *reading
        }
    };
    let text = toml(&table, booking, &reading, false);
    let profile = Profile::from_toml(&text, ID).map_err(|e| e.to_string())?;
    Ok((text, profile))
}

/// A column of statuses in which a word is unknown: what it says of its rows may be that they are not booked.
fn unclear_status(table: &Table) -> Result<(), String> {
    let known = words::cells();
    let clear = |t: &&String| [&known.booked, &known.pending, &known.refused].into_iter().any(|of| is_one(t, of));
    for column in table.meaning(Meaning::Status).filter_map(|i| table.columns.get(i)) {
        let texts = &column.holds.texts;
        let words = texts.iter().all(|t| t.chars().any(char::is_alphabetic) && !t.chars().any(|c| c.is_ascii_digit()));
        if let Some(unknown) = texts.iter().find(|t| !clear(t)).filter(|_| words && (2..=8).contains(&texts.len())) {
            return Err(format!(
                "the column `{}` says `{unknown}` of some rows, and nothing tells whether these are booked",
                column.title
            ));
        }
    }
    Ok(())
}

/// What keeps the amounts from being read, for a person.
fn no_direction(table: &Table) -> String {
    let named = |m| table.meaning(m).next().and_then(|i| table.columns.get(i)).map(|c| c.title.as_str());
    match named(Meaning::Amount) {
        Some(title) => format!(
            "nothing says which amounts of `{title}` came in and which went out: none has a sign, and no running balance tells"
        ),
        None => "the columns for money in and out hold no amounts".to_owned(),
    }
}

/// The column of the booking date: by its title, if its cells are dates.
fn booking_date(table: &Table) -> Option<usize> {
    let ranks = [Meaning::BookingDate, Meaning::Date, Meaning::TransactionDate, Meaning::ValueDate];
    let dated = |i: &usize| table.columns.get(*i).is_some_and(|c| !c.holds.dates.is_empty() || (c.holds.rows == 0));
    ranks.iter().find_map(|m| table.meaning(*m).find(dated))
}

/// All readings that titles and contents allow, the likeliest first.
fn readings(table: &Table) -> Vec<Reading> {
    let empty = table.columns.iter().all(|c| c.holds.rows == 0);
    let amounts = |m| {
        table
            .meaning(m)
            .filter(|i| empty || table.columns.get(*i).is_some_and(|c| c.holds.is_amounts()))
            .collect::<Vec<_>>()
    };
    let one = |m: Meaning| {
        // One side of a short file may be empty.
        let filled = amounts(m);
        filled
            .first()
            .copied()
            .or_else(|| table.meaning(m).find(|i| table.columns.get(*i).is_some_and(|c| c.holds.filled == 0)))
    };
    let signed = amounts(Meaning::Amount);
    let mut money: Vec<Money> = Vec::new();
    let suffixed =
        |i: &usize| table.columns.get(*i).is_some_and(|c| c.holds.suffixed == c.holds.filled && c.holds.filled > 0);
    money.extend(signed.iter().copied().filter(suffixed).map(|amount| Money::Suffixed { amount }));
    let is_signed = |i: &usize| table.columns.get(*i).is_some_and(|c| c.holds.signed);
    if let Some(direction) = direction(table) {
        let unsigned = signed.iter().filter(|i| !is_signed(i));
        money.extend(unsigned.map(|i| Money::Directed { amount: *i, direction }));
    }
    money.extend(signed.iter().filter(|i| is_signed(i)).map(|i| Money::Signed { amount: *i, negate: false }));
    if let (Some(credit), Some(debit)) = (one(Meaning::Credit), one(Meaning::Debit))
        && credit != debit
    {
        money.push(Money::Pair { credit, debit });
        if !table.has_header() {
            money.push(Money::Pair { credit: debit, debit: credit });
        }
    }
    money.extend(signed.iter().filter(|i| !is_signed(i)).map(|i| Money::Signed { amount: *i, negate: false }));
    money.extend(signed.iter().map(|i| Money::Signed { amount: *i, negate: true }));
    // A column that says the same in every row is a balance of today, not one that runs.
    let runs = |i: &usize| table.columns.get(*i).is_some_and(|c| empty || c.holds.rows < 2 || !c.holds.is_constant());
    let balances: Vec<usize> = amounts(Meaning::Balance).into_iter().filter(runs).collect();
    let with = |m: &Money| {
        balances
            .iter()
            .map(|b| Some(*b))
            .chain([None])
            .map(|balance| Reading { money: *m, balance, layout: Layout::Usual })
            .collect::<Vec<_>>()
    };
    money.iter().flat_map(with).collect()
}

/// The column that says for each row whether money came in.
fn direction(table: &Table) -> Option<usize> {
    let told = |i: &usize| table.columns.get(*i).is_some_and(|c| c.holds.directs);
    let titled = table.meaning(Meaning::Direction).find(told);
    titled.or_else(|| [Meaning::BankText, Meaning::Remittance].into_iter().find_map(|m| table.meaning(m).find(told)))
}

/// Whether signs, words or two columns show which way the money went. A file without rows has nothing to show.
fn shows_direction(table: &Table, reading: &Reading) -> bool {
    let column = |i: usize| table.columns.get(i);
    match reading.money {
        Money::Directed { .. } | Money::Pair { .. } | Money::Suffixed { .. } => true,
        Money::Signed { amount, negate } => {
            !negate && column(amount).is_some_and(|c| c.holds.signed || c.holds.rows == 0)
        }
    }
}

/// Whether the running balance of the sample agrees with every amount. Turned signs need two rows that agree: one may do so by chance.
fn proves(table: &Table, profile: &Profile, reading: &Reading) -> bool {
    let rows = match reading.money {
        Money::Signed { negate: true, .. } => 3,
        _ => 2,
    };
    let read = || -> Result<bool, Error> {
        let options = ReadOptions::default();
        let found = detect::header(&table.text, profile)?;
        let cells = settled(&table.text, profile, &found)?;
        let mut figures = Take::Figures;
        let mut file = File::new(cells, &options, Some(&mut figures))?;
        let mut rows_of = CsvRows::new(&table.text, table.delimiter, Some('"'));
        file.rows(&mut rows_of, found.rows_before, table.whole)?;
        let mut read = file.finish()?;
        read.statements.iter_mut().for_each(tie_out);
        let entries = read.statements.iter().map(|s| s.movements().count()).max().unwrap_or(0);
        Ok(entries >= rows && read.statements.iter().all(|s| s.tie_out == TieOut::Proven))
    };
    read().unwrap_or(false)
}

/// The profile. With `one_date` a single date pattern, as a trial needs it.
fn toml(table: &Table, booking: usize, reading: &Reading, one_date: bool) -> String {
    let roles = roles(table, booking, reading);
    let name = |i: usize| text(&column_name(table, i));
    let mut out = format!(
        "# Told from the titles and contents of one file: look through it, then keep it with a name of its own.\nid = \"{ID}\"\nname = \"A table of no known bank\"\nversion = 1\n"
    );
    let money = reading.money.columns();
    let mut required = vec![booking];
    required.extend(&money);
    required.extend(reading.balance);
    let required: Vec<String> =
        required.into_iter().filter(|i| column_number(&column_name(table, *i)).is_none()).map(name).collect();
    if table.has_header() {
        out.push_str(&format!("\n[detect]\nrequire = [{}]\n", required.join(", ")));
    }
    out.push_str(&format!("\n[file]\ndelimiter = {}\n", text(&table.delimiter.to_string())));
    if !table.has_header() {
        out.push_str(&format!("header = false\nwidth = {}\n", table.columns.len()));
    }
    if let Some(encoding) = table.encoding {
        out.push_str(&format!("encodings = [\"utf-8\", {}]\n", text(&encoding.to_lowercase())));
    }
    out.push_str("\n[columns]\n");
    for (role, columns) in &roles {
        let names: Vec<String> = columns.iter().map(|i| name(*i)).collect();
        let names = if *role == "remittance" { format!("[{}]", names.join(", ")) } else { names.join("") };
        out.push_str(&format!("{role} = {names}\n"));
    }
    out.push_str(&format(table, booking, reading, one_date));
    out.push_str(&preamble(table, booking, reading));
    out.push_str(&rules(table, booking, reading));
    out
}

/// Role and columns, each column once.
fn roles(table: &Table, booking: usize, reading: &Reading) -> Vec<(&'static str, Vec<usize>)> {
    let mut roles = vec![("booking_date", vec![booking])];
    match reading.money {
        Money::Signed { amount, .. } | Money::Suffixed { amount } => roles.push(("amount", vec![amount])),
        Money::Pair { credit, debit } => roles.extend([("credit", vec![credit]), ("debit", vec![debit])]),
        Money::Directed { amount, direction } => {
            roles.extend([("amount", vec![amount]), ("direction", vec![direction])])
        }
    }
    roles.extend(reading.balance.map(|b| ("balance", vec![b])));
    let used = |roles: &[(&str, Vec<usize>)], i: usize| roles.iter().any(|(_, columns)| columns.contains(&i));
    let first =
        |m: Meaning, fits: &dyn Fn(&Column) -> bool| table.meaning(m).find(|i| table.columns.get(*i).is_some_and(fits));
    let whole = |n: usize, c: &Column| c.holds.filled > 0 && n == c.holds.filled;
    if let Some(i) =
        first(Meaning::ValueDate, &|c| !c.holds.dates.is_empty() && c.holds.all_dates).filter(|i| *i != booking)
    {
        roles.push(("value_date", vec![i]));
    }
    let full = |c: &Column| c.holds.filled == c.holds.rows;
    roles.extend(first(Meaning::Currency, &|c| whole(c.holds.codes, c) && full(c)).map(|i| ("currency", vec![i])));
    let own = own_account(table);
    roles.extend(own.map(|i| ("account", vec![i])));
    let other = first(Meaning::OtherAccount, &|c| c.holds.filled > 0);
    let bare = || {
        table
            .meaning(Meaning::Account)
            .find(|i| Some(*i) != own && table.columns.get(*i).is_some_and(|c| c.holds.accounts > 0))
    };
    roles.extend(other.or_else(bare).map(|i| ("counterparty_iban", vec![i])));
    for (meaning, role) in [
        (Meaning::OtherBic, "counterparty_bic"),
        (Meaning::OtherName, "counterparty_name"),
        (Meaning::E2eId, "e2e_id"),
        (Meaning::MandateId, "mandate_id"),
        (Meaning::CreditorId, "creditor_id"),
    ] {
        // One that is the same in every row, beside one that is not, is the own side.
        let changes = first(meaning, &|c| c.holds.filled > 0 && !c.holds.is_constant());
        let column = changes.or_else(|| first(meaning, &|c| c.holds.filled > 0));
        roles.extend(column.map(|i| (role, vec![i])));
    }
    // A number of the bank's own is another one in each row.
    let numbers = first(Meaning::BankId, &|c| full(c) && (c.holds.many || c.holds.texts.len() == c.holds.filled));
    roles.extend(numbers.map(|i| ("bank_id", vec![i])));
    let kind = first(Meaning::BankText, &|c| c.holds.filled > 0).filter(|i| !used(&roles, *i));
    roles.extend(kind.map(|i| ("bank_text", vec![i])));
    let mut texts: Vec<usize> = table.meaning(Meaning::Remittance).filter(|i| !used(&roles, *i)).collect();
    if texts.is_empty() {
        // No title says where the words of the payer stand: whatever holds words and has no title that we know.
        let words = |(_, c): &(usize, &Column)| c.meaning.is_none() && c.holds.is_text();
        texts.extend(table.columns.iter().enumerate().filter(words).map(|(i, _)| i));
    }
    if !texts.is_empty() {
        roles.push(("remittance", texts));
    }
    roles
}

/// The column with the own account. One that says the same in every row, or one beside the other side's.
pub(super) fn own_account(table: &Table) -> Option<usize> {
    let beside = table.meaning(Meaning::OtherAccount).next().is_some();
    let alone = table.meaning(Meaning::OtherName).next().is_none();
    // Several own accounts in one file: each has more rows than one, and they stand before the date. The other side's stand behind it.
    let booking = booking_date(table);
    let several = |i: usize, c: &Column| Some(i) < booking && !c.holds.many && c.holds.texts.len() * 2 <= c.holds.rows;
    let candidates: Vec<(usize, &Column)> = table
        .meaning(Meaning::Account)
        .filter_map(|i| Some((i, table.columns.get(i)?)))
        .filter(|(_, c)| c.holds.filled > 0 && c.holds.accounts == c.holds.filled && c.holds.filled == c.holds.rows)
        .filter(|(i, c)| beside || several(*i, c) || (c.holds.is_constant() && (c.holds.rows > 1 || alone)))
        .collect();
    let iban = candidates.iter().find(|(_, c)| c.holds.ibans == c.holds.filled);
    iban.or(candidates.first()).map(|(i, _)| *i)
}

fn format(table: &Table, booking: usize, reading: &Reading, one_date: bool) -> String {
    let mut out = "\n[format]\ndecimal = \"auto\"\n".to_owned();
    let columns = || reading.money.columns().into_iter().filter_map(|i| table.columns.get(i));
    if let Some(sign) = columns().find_map(|c| c.holds.grouped_by) {
        out.push_str(&format!("thousands = {}\n", text(&sign.to_string())));
    }
    let dates = dates(table, booking);
    let dates: Vec<String> = dates.iter().take(if one_date { 1 } else { usize::MAX }).map(|d| text(d)).collect();
    out.push_str(&format!("date = [{}]\n", dates.join(", ")));
    let known = words::cells();
    let list = |words: &[String]| words.iter().map(|w| text(w)).collect::<Vec<_>>().join(", ");
    out.push_str(&match reading.money {
        Money::Signed { negate: false, .. } => "amount = \"signed\"\n".to_owned(),
        Money::Signed { .. } => "amount = \"signed\"\nnegate = true\n".to_owned(),
        Money::Pair { .. } => "amount = \"pair\"\ndebit_sign = \"either\"\n".to_owned(),
        Money::Directed { .. } => "amount = \"direction\"\n".to_owned(),
        Money::Suffixed { .. } => "amount = \"suffix\"\n".to_owned(),
    });
    let said_beside = reading.balance.and_then(|i| table.columns.get(i)).is_some_and(|c| c.holds.suffixed > 0);
    if said_beside || matches!(reading.money, Money::Directed { .. } | Money::Suffixed { .. }) {
        out.push_str(&format!("credit = [{}]\ndebit = [{}]\n", list(&known.credit), list(&known.debit)));
    }
    let small = |t: &String| t.bytes().any(|b| b.is_ascii_lowercase());
    if table.meaning(Meaning::Currency).filter_map(|i| table.columns.get(i)).any(|c| c.holds.texts.iter().all(small)) {
        out.push_str("small_codes = true\n");
    }
    if reading.layout == Layout::DatesOnce {
        out.push_str("dates_once = true\n");
    }
    let signs = columns().find_map(|c| c.holds.currency);
    if table.titled_currency(&reading.money.columns()) {
        out.push_str("currency_in_header = true\n");
    } else if let Some(currency) = signs {
        out.push_str(&format!("currency = \"{currency}\"\n"));
    }
    out
}

/// The patterns that read the booking dates. Month first is only written in English.
fn dates(table: &Table, booking: usize) -> Vec<&'static str> {
    const ENGLISH: [&str; 9] =
        ["amount", "withdrawal", "deposit", "paidin", "paidout", "money", "description", "balance", "transaction"];
    let english = table.columns.iter().map(|c| fold_name(&c.title)).any(|t| ENGLISH.iter().any(|w| t.contains(w)));
    let all = table.columns.get(booking).map(|c| c.holds.dates.clone()).unwrap_or_default();
    let month_first = |p: &str| p.starts_with("%m") && !p.contains("%b");
    let some: Vec<&'static str> = all.iter().copied().filter(|p| english || !month_first(p)).collect();
    match (some.is_empty(), all.is_empty()) {
        (false, _) => some,
        (true, false) => all,
        (true, true) => vec!["%Y-%m-%d"],
    }
}

/// How a profile names a column: by its title, or by its number where that says it better.
pub(super) fn column_name(table: &Table, i: usize) -> String {
    let title = table.columns.get(i).map_or("", |c| c.title.as_str());
    let folded = fold_name(title);
    let same = table.columns.iter().filter(|c| fold_name(&c.title) == folded).count();
    let plain = !folded.is_empty() && same == 1 && column_number(title).is_none() && !title.starts_with('*');
    if plain { title.to_owned() } else { format!("#{}", i + 1) }
}

/// A TOML string.
pub(super) fn text(raw: &str) -> String {
    let mut out = String::from("\"");
    for c in raw.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

impl Profile {
    /// A profile as TOML for a file of no known bank, told from its titles and contents, to look through and keep.
    ///
    /// # Errors
    /// [`ErrorCode::Header`] with the reason, where they do not say enough.
    pub fn infer(bytes: &[u8]) -> Result<String, Error> {
        infer(bytes, &[]).map(|(text, _)| text).map_err(|reason| {
            let place = crate::base::Place::line_column(1, 1);
            Error::new(ErrorCode::Header, place, reason, "a table whose titles and contents tell its columns")
        })
    }
}
