//! What stands around the movements of a table of no known bank: figures above it, rows that are none, a footer. In: the table and its
//! reading. Out: the parts of the profile as TOML, written only where the file has such rows or where its end was not looked at.

use super::control::value;
use super::infer::{Layout, Money, Reading, column_name, own_account, text};
use super::table::Table;
use super::words::{self, Meaning, beginning, begins, is_one};
use crate::base::{CsvRow, Currency, parse_date, unarmour};

/// Figures above the table, as far as they are there.
pub(super) fn preamble(table: &Table, booking: usize, reading: &Reading) -> String {
    let known = words::cells();
    let found = |words: &[String], tail: &str, fits: &dyn Fn(&str) -> bool| -> Vec<String> {
        let stands = |w: &&String| {
            let values = table.above.iter().filter_map(|row| value(&format!("{w}{tail}"), row));
            values.into_iter().any(|(text, _)| fits(&text))
        };
        words.iter().filter(stands).map(|w| text(&format!("{w}{tail}"))).collect()
    };
    let digits = |t: &str| t.bytes().filter(u8::is_ascii_digit).count();
    let mut account = vec![text("*iban*")];
    account.extend(found(&known.account, "", &|t| digits(t) >= 5 && digits(t) * 2 > t.len()));
    let mut out = String::new();
    if !table.above.is_empty() && own_account(table).is_none() {
        out.push_str(&format!("account = [{}]\n", account.join(", ")));
    }
    let currency = found(&known.currency, "", &|t| Currency::parse(t).is_ok_and(|c| c.is_listed()));
    if !currency.is_empty() && table.meaning(Meaning::Currency).next().is_none() {
        out.push_str(&format!("currency = [{}]\n", currency.join(", ")));
    }
    for (figure, words) in [("opening", &known.opening), ("closing", &known.closing)] {
        let mut names = found(words, "*", &|t| digits(t) > 0);
        if named_rows(table, booking, reading, words) && !beside_debits(table, booking, reading, words) {
            names.extend(
                words.iter().map(|w| text(&format!("{w}*"))).filter(|n| !names.contains(n)).collect::<Vec<_>>(),
            );
        }
        if !names.is_empty() {
            out.push_str(&format!("{figure} = [{}]\n", names.join(", ")));
        }
    }
    if out.is_empty() { out } else { format!("\n[preamble]\n{out}") }
}

/// Whether a balance stands in a row of its own that has its name where others have the date, and its figure in a column other than that
/// of balances.
fn named_rows(table: &Table, booking: usize, reading: &Reading, words: &[String]) -> bool {
    let figure = |c: &str| c.chars().any(|c| c.is_ascii_digit());
    rows_named(table, booking, words)
        .filter(|r| reading.balance.is_none_or(|b| cell(r, b).is_empty()))
        .any(|r| (0..r.cells.len()).any(|i| i != booking && figure(cell(&r, i))))
}

/// Whether the figure stands in the column for money out: a balance there is overdrawn, which its figure may not say.
fn beside_debits(table: &Table, booking: usize, reading: &Reading, words: &[String]) -> bool {
    match reading.money {
        Money::Pair { debit, .. } => rows_named(table, booking, words).any(|r| !cell(&r, debit).is_empty()),
        Money::Directed { .. } | Money::Suffixed { .. } => true,
        Money::Signed { negate, .. } => negate,
    }
}

fn rows_named<'t>(table: &'t Table, column: usize, words: &'t [String]) -> impl Iterator<Item = CsvRow<'t>> {
    let named = beginning(words);
    table.rows().filter(move |r| named(cell(r, column)))
}

fn cell<'r>(row: &'r CsvRow<'_>, column: usize) -> &'r str {
    row.cells.get(column).map_or("", |c| c.trim())
}

/// Rows that are no movements, as far as the file has such rows.
pub(super) fn rules(table: &Table, booking: usize, reading: &Reading) -> String {
    let known = words::cells();
    let mut out = String::new();
    let date = text(&column_name(table, booking));
    let said = |i: usize, of: &[String]| -> Vec<String> {
        let texts = table.columns.get(i).map(|c| c.holds.texts.as_slice()).unwrap_or_default();
        texts.iter().filter(|t| is_one(t, of)).map(|t| text(t)).collect()
    };
    let pending = said(booking, &known.pending);
    if !pending.is_empty() {
        out.push_str(&format!(
            "\n[[skip]]\nwhen = {{ column = {date}, in = [{}] }}\nreason = \"pending\"\n",
            pending.join(", ")
        ));
    }
    if let Some((i, booked)) = status(table) {
        let words: Vec<String> = booked.iter().map(|w| text(w)).collect();
        let column = text(&column_name(table, i));
        out.push_str(&format!(
            "\n[[skip]]\nwhen = {{ column = {column}, not_in = [{}] }}\nreason = \"not_booked\"\n",
            words.join(", ")
        ));
    }
    // No amount: the conditions that follow.
    let money = reading.money.columns();
    let without = |mut more: String, columns: &[usize]| {
        for i in columns {
            let column = text(&column_name(table, *i));
            more = format!(", and = {{ column = {column}, empty = true{more} }}");
        }
        more
    };
    let no_money = without(String::new(), &money);
    let all: Vec<usize> = money.iter().copied().chain(reading.balance).collect();
    let nothing = without(String::new(), &all);
    let list = |of: &[String]| of.iter().map(|w| text(w)).collect::<Vec<_>>().join(", ");
    for of in [&known.opening, &known.closing] {
        if named_rows(table, booking, reading, of) || (!table.whole && reading.balance.is_none()) {
            let when = format!("{{ column = {date}, starts_with = [{}] }}", list(of));
            out.push_str(&format!("\n[[skip]]\nwhen = {when}\ncontrol = true\nreason = \"balance\"\n"));
        }
    }
    // Some write a balance as if it were a movement, and nothing but these words beside it.
    for i in table.meaning(Meaning::Remittance).filter(|_| matches!(reading.money, Money::Directed { .. })) {
        let words = [&known.opening, &known.closing, &known.turnover].map(|of| said(i, of)).concat();
        if !words.is_empty() {
            let column = text(&column_name(table, i));
            let when = format!("{{ column = {column}, in = [{}] }}", words.join(", "));
            out.push_str(&format!("\n[[skip]]\nwhen = {when}\nreason = \"balance\"\n"));
        }
    }
    if let Some(balance) = reading.balance {
        // The name of the balance may stand in any column, also in that of the amounts.
        let row = |i: usize, of: &[String]| {
            rows_named(table, i, of)
                .any(|r| money.iter().all(|m| *m == i || cell(&r, *m).is_empty()) && !cell(&r, balance).is_empty())
        };
        let others = |i: usize| without(String::new(), &money.iter().copied().filter(|m| *m != i).collect::<Vec<_>>());
        for (kind, of) in [("opening", &known.opening), ("closing", &known.closing)] {
            for i in (0..table.columns.len()).filter(|i| *i != balance && row(*i, of)) {
                let column = text(&column_name(table, i));
                let when = format!("{{ column = {column}, starts_with = [{}]{} }}", list(of), others(i));
                out.push_str(&format!("\n[[balance_row]]\nwhen = {when}\nkind = \"{kind}\"\n"));
            }
        }
        // A balance of the day in a row of its own.
        let counts = |i: &usize| *i == booking || all.contains(i);
        for i in (0..table.columns.len()).filter(|i| !counts(i) && row(*i, &known.balance)) {
            let column = text(&column_name(table, i));
            let is_stated = |t: &str| begins(t, &known.opening) || begins(t, &known.closing);
            let named: Vec<String> = rows_named(table, i, &known.balance).map(|r| cell(&r, i).to_owned()).collect();
            let mut stated: Vec<String> = named.iter().filter(|t| is_stated(t)).map(|t| text(t)).collect();
            stated.dedup();
            if stated.len() < named.len() {
                let but = if stated.is_empty() { String::new() } else { format!(", not_in = [{}]", stated.join(", ")) };
                let when = format!("{{ column = {column}, starts_with = [{}]{but}{no_money} }}", list(&known.balance));
                out.push_str(&match reading.layout {
                    Layout::DayBalances => format!("\n[[balance_row]]\nwhen = {when}\nkind = \"day\"\n"),
                    _ => format!("\n[[skip]]\nwhen = {when}\nreason = \"balance\"\n"),
                });
            }
        }
    }
    // Where the end of the file was not looked at, a total may stand there.
    let totals = list(&known.total);
    if !table.whole || rows_named(table, booking, &known.total).next().is_some() {
        out.push_str(&format!(
            "\n[[skip]]\nwhen = {{ column = {date}, starts_with = [{totals}] }}\nreason = \"total\"\n"
        ));
    }
    for i in (0..table.columns.len()).filter(|i| *i != booking && !all.contains(i)) {
        let dateless = rows_named(table, i, &known.total).any(|r| cell(&r, booking).is_empty());
        if dateless || (!table.whole && table.meaning(Meaning::Remittance).any(|r| r == i)) {
            let column = text(&column_name(table, i));
            let when =
                format!("{{ column = {column}, starts_with = [{totals}], and = {{ column = {date}, empty = true }} }}");
            out.push_str(&format!("\n[[skip]]\nwhen = {when}\nreason = \"total\"\n"));
        }
    }
    out.push_str(&footer_below(table, booking, &no_money, &all));
    let continues = table.rows().any(|r| {
        let is_empty = |i: &usize| r.cells.get(*i).is_none_or(|c| c.trim().is_empty());
        !r.is_blank() && is_empty(&booking) && all.iter().all(is_empty)
    });
    if continues {
        out.push_str(&format!(
            "\n[[skip]]\nwhen = {{ column = {date}, empty = true{nothing} }}\njoin = true\nreason = \"continuation\"\n"
        ));
    }
    out
}

/// Words below the last movement, in a row with nothing in the columns that count: what follows is no table any more.
fn footer_below(table: &Table, booking: usize, no_money: &str, counts: &[usize]) -> String {
    let patterns = table.columns.get(booking).map(|c| c.holds.dates.as_slice()).unwrap_or_default();
    let dated = |r: &CsvRow<'_>| patterns.iter().any(|p| parse_date(unarmour(cell(r, booking)), p).is_some());
    let rows: Vec<CsvRow<'_>> = table.rows().filter(|r| !r.is_blank()).collect();
    let last = rows.iter().rposition(dated);
    let Some(first) = last.and_then(|last| rows.get(last + 1)) else { return String::new() };
    let said = cell(first, booking);
    let words = said.chars().next().is_some_and(|c| !c.is_ascii_digit())
        && said.chars().filter(|c| c.is_alphabetic()).count() >= 4;
    if !words || !table.whole || counts.iter().any(|i| !cell(first, *i).is_empty()) {
        return String::new();
    }
    let date = text(&column_name(table, booking));
    format!(
        "\n[[skip]]\nwhen = {{ column = {date}, in = [{}]{no_money} }}\nrest = true\nreason = \"footer\"\n",
        text(said)
    )
}

/// The column that says what is booked, and the words for it: only if every word in it is known.
fn status(table: &Table) -> Option<(usize, Vec<String>)> {
    let known = words::cells();
    let told = |i: usize| {
        let holds = &table.columns.get(i)?.holds;
        let clear = |t: &String| [&known.booked, &known.pending, &known.refused].into_iter().any(|of| is_one(t, of));
        let booked: Vec<String> = holds.texts.iter().filter(|t| is_one(t, &known.booked)).cloned().collect();
        (!holds.many && holds.filled == holds.rows && !booked.is_empty() && holds.texts.iter().all(clear))
            .then_some((i, booked))
    };
    [Meaning::Status, Meaning::Remittance, Meaning::BankText].into_iter().find_map(|m| table.meaning(m).find_map(told))
}
