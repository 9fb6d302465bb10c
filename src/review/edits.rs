//! Whether a cell that is not the reviewer's still says what the queue said. A spreadsheet changes how values look (dates,
//! decimal signs, leading zeros, long numbers); that is no edit. Rows that were sorted apart from their ids are.

use super::queue::CellValue;
use crate::base::{AmountStyle, Currency, bare_amount, parse_amount};
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

/// Columns that are compared. Any of them betrays a row that was edited, or sorted apart from its id.
pub(super) const COMPARED: &[&str] = &[
    "reason",
    "booking_date",
    "amount",
    "currency",
    "payer_name",
    "remittance",
    "customer_id",
    "p1_docs",
    "p1_total",
    "p2_docs",
    "p2_total",
    "p3_docs",
    "p3_total",
    "payment_id",
];

/// Whether the cell found is the value written.
pub(super) fn same(written: &CellValue, found: &str, currency: Currency) -> bool {
    let found = found.trim();
    match written {
        CellValue::Empty => found.is_empty(),
        CellValue::Money(minor) => same_money(*minor, found, currency),
        CellValue::Date(day) => same_date(*day, found),
        CellValue::Number(number) => found.replace(',', ".").parse::<f64>().is_ok_and(|f| f == *number as f64),
        CellValue::Text(text) => same_text(text, found),
    }
}

fn same_money(minor: i128, found: &str, currency: Currency) -> bool {
    let (figure, _) = bare_amount(found);
    let read = amounts(&figure, currency).into_iter().any(|m| i128::from(m) == minor);
    // A sheet may show a large figure in scientific notation; the value behind it has 15 digits.
    let shown = || {
        let value = Decimal::from_scientific(&figure.replace(',', ".")).ok()?;
        let own = Decimal::try_from_i128_with_scale(minor, currency.decimals().into()).ok()?;
        let apart = value.checked_sub(own)?.abs().checked_mul(Decimal::from(100_000))?;
        Some(apart <= own.abs())
    };
    read || figure.contains(['e', 'E']) && shown() == Some(true)
}

/// Every amount that a figure may mean: with a decimal point or a comma, grouped or not.
pub(super) fn amounts(figure: &str, currency: Currency) -> Vec<i64> {
    let styles = [('.', None), (',', None), ('.', Some(',')), (',', Some('.')), ('.', Some('\'')), (',', Some(' '))];
    let mut read: Vec<i64> = styles
        .into_iter()
        .filter_map(|(decimal, thousands)| parse_amount(figure, AmountStyle { decimal, thousands }, currency).ok())
        .filter_map(|m| m.minor().ok())
        .collect();
    read.sort_unstable();
    read.dedup();
    read
}

fn same_date(day: NaiveDate, found: &str) -> bool {
    if found.starts_with(&day.to_string()) {
        return true;
    }
    // A serial number of the spreadsheet.
    let zero = NaiveDate::from_ymd_opt(1899, 12, 30);
    if zero.is_some_and(|zero| found == (day - zero).num_days().to_string()) {
        return true;
    }
    let numbers: Vec<u32> =
        found.split(|c: char| !c.is_ascii_digit()).filter(|d| !d.is_empty()).filter_map(|d| d.parse().ok()).collect();
    let has = |n: u32| numbers.contains(&n);
    let year = u32::try_from(day.year()).unwrap_or(0);
    let month = has(day.month()) || found.chars().any(char::is_alphabetic);
    numbers.len() >= 2 && has(day.day()) && month && (has(year) || has(year % 100))
}

fn same_text(written: &str, found: &str) -> bool {
    if written == found || bones(written) == bones(found) {
        return true;
    }
    // Cut by the limit of a cell.
    if let Some((kept, _)) = found.rsplit_once(" … ")
        && found.ends_with("more characters in decisions.jsonl")
    {
        return bones(written).starts_with(&bones(kept));
    }
    long_number(written.trim(), found)
}

/// Letters and digits of ASCII in lower case, leading zeros of every number off: what neither quotes, encodings nor number
/// formats change.
fn bones(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_number = false;
    for c in text.chars().filter(char::is_ascii_alphanumeric) {
        if c == '0' && !in_number {
            continue;
        }
        in_number = c.is_ascii_digit();
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// A long digit string that a spreadsheet took for a number: 15 digits stay, or it is shown as `1.23457E+17`.
fn long_number(written: &str, found: &str) -> bool {
    let digits = written.trim_start_matches('0');
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    if found.bytes().all(|b| b.is_ascii_digit()) {
        return found.len() == digits.len() && digits.len() > 15 && found.get(..15) == digits.get(..15);
    }
    let Some((mantissa, exponent)) = found.split_once(['E', 'e']) else { return false };
    let exponent: Option<usize> = exponent.trim_start_matches('+').parse().ok();
    let shown: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    // The last digit shown is rounded.
    let sure = shown.trim_end_matches('0');
    let sure = sure.get(..sure.len().saturating_sub(1)).unwrap_or("");
    exponent == Some(digits.len() - 1) && digits.starts_with(sure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_does_to_a_value_is_no_edit() {
        let same = |w: CellValue, f: &str| same(&w, f, Currency::EUR);
        let day = NaiveDate::from_ymd_opt(2026, 4, 7).unwrap();
        for shown in ["2026-04-07", "07.04.2026", "4/7/2026", "7-Apr-26", "46119", "2026-04-07 00:00:00"] {
            assert!(same(CellValue::Date(day), shown), "{shown}");
        }
        for shown in ["1190.00", "1190", "1.190,00", "1,190.00", "1190,0", "1.190,00 €", "EUR 1190.00"] {
            assert!(same(CellValue::Money(119_000), shown), "{shown}");
        }
        let text = |t: &str| CellValue::Text(t.to_owned());
        assert!(same(text("00012"), "12") && same(text("Müller „A“"), "MÃ¼ller \"A\""));
        assert!(
            same(text("123456789012345678"), "1.23457E+17") && same(text("123456789012345678"), "123456789012345000")
        );
    }

    #[test]
    fn another_value_is_an_edit() {
        let same = |w: CellValue, f: &str| same(&w, f, Currency::EUR);
        let day = NaiveDate::from_ymd_opt(2026, 4, 7).unwrap();
        assert!(!same(CellValue::Date(day), "2026-04-08") && !same(CellValue::Date(day), ""));
        assert!(!same(CellValue::Money(119_000), "1190.01") && !same(CellValue::Money(119_000), "11.90"));
        assert!(!same(CellValue::Text("RE-1".into()), "RE-2") && !same(CellValue::Empty, "RE-2"));
        assert!(!same(CellValue::Text("12345".into()), "1.23E+07"));
    }
}
