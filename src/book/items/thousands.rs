//! Amounts of which nobody can say whether three digits are decimals or thousands. In: rows. Out: an error for each.

use super::super::table::Row;
use crate::base::{AmountStyle, Currency, ThreeDecimals, may_be_thousands};
use crate::error::{Error, ErrorCode};

/// What to do about such an amount.
pub(super) const ADVICE: &str = "write it with two decimals, as 3000.00 or 3.00; if the sign groups thousands, read the file \
    through a mapping that says so: [format] decimal = \",\" and thousands = \".\"";

const AMOUNTS: [&str; 6] =
    ["open_amount", "amount", "discount_amount", "discount_base", "discount_amount_2", "discount_base_2"];

/// Refuses `3.000` in a currency of two decimals, unless the whole column is written with three and shows that it is.
/// Only figures that would otherwise be read are named here: `1.005` is refused as finer than the currency.
pub(super) fn check(rows: &[Row<'_>], errors: &mut Vec<Error>) {
    for name in AMOUNTS {
        let open: Vec<_> = rows.iter().filter_map(|row| open_figure(row, name).map(|found| (row, found))).collect();
        if open.is_empty() || shows_three_decimals(rows, name) {
            continue;
        }
        for (row, (text, currency)) in open {
            let written = row.written(name).unwrap_or(text);
            let found = format!("amount `{written}`, which may have three decimals or grouped thousands");
            let expected = format!("an amount that can be read in one way, with {} decimals", currency.decimals());
            errors.push(Error::new(ErrorCode::Amount, row.place_of(name), found, expected).with_hint(ADVICE));
        }
    }
}

/// A figure that can be read in two ways.
fn open_figure<'a>(row: &'a Row<'_>, name: &str) -> Option<(&'a str, Currency)> {
    // Almost no figure has three digits behind its point: the shape is asked before the currency.
    let text = row.get(name).filter(|t| ends_in_three(t))?;
    let currency = currency(row)?;
    let exact = text.trim_end_matches(AFTER_THE_FIGURE).ends_with(zeros(currency));
    (exact && may_be_thousands(text, AmountStyle::PLAIN, currency.decimals())).then_some((text, currency))
}

const AFTER_THE_FIGURE: [char; 4] = ['-', '+', ')', ' '];

fn ends_in_three(text: &str) -> bool {
    let figure = text.trim_end_matches(AFTER_THE_FIGURE);
    figure.rfind('.').is_some_and(|point| figure.len() - point == 4)
}

fn shows_three_decimals(rows: &[Row<'_>], name: &str) -> bool {
    let mut column = ThreeDecimals::default();
    let figures = rows.iter().filter(|row| currency(row).is_some()).filter_map(|row| row.get(name));
    figures.for_each(|text| column.see(text, AmountStyle::PLAIN));
    column.is_proven()
}

/// The zeros that make three decimals fit a currency.
fn zeros(currency: Currency) -> &'static str {
    "000".get(usize::from(currency.decimals().min(3))..).unwrap_or("")
}

/// The currency of a row, where it has fewer than three decimals.
fn currency(row: &Row<'_>) -> Option<Currency> {
    Currency::parse(row.get("currency")?).ok().filter(|c| c.decimals() < 3)
}
