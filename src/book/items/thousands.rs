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
#[derive(Default)]
pub(super) struct Thousands {
    /// For each column of amounts: what it shows, and the errors if it shows nothing.
    columns: [(ThreeDecimals, Vec<Error>); AMOUNTS.len()],
}

impl Thousands {
    /// Looks at a row.
    pub(super) fn see(&mut self, row: &Row<'_>) {
        let Some(currency) = currency(row) else { return };
        for (name, (column, open)) in AMOUNTS.iter().zip(&mut self.columns) {
            let Some(text) = row.get(name) else { continue };
            column.see(text, AmountStyle::PLAIN);
            if is_open(text, currency) {
                let written = row.written(name).unwrap_or(text);
                let found = format!("amount `{written}`, which may have three decimals or grouped thousands");
                let expected = format!("an amount that can be read in one way, with {} decimals", currency.decimals());
                open.push(Error::new(ErrorCode::Amount, row.place_of(name), found, expected).with_hint(ADVICE));
            }
        }
    }

    /// The errors, now that all rows were seen.
    pub(super) fn errors(self) -> impl Iterator<Item = Error> {
        self.columns.into_iter().filter(|(column, _)| !column.is_proven()).flat_map(|(_, open)| open)
    }
}

/// Whether a figure can be read in two ways.
fn is_open(text: &str, currency: Currency) -> bool {
    let exact = || text.trim_end_matches(AFTER_THE_FIGURE).ends_with(zeros(currency));
    ends_in_three(text) && exact() && may_be_thousands(text, AmountStyle::PLAIN, currency.decimals())
}

const AFTER_THE_FIGURE: [char; 4] = ['-', '+', ')', ' '];

fn ends_in_three(text: &str) -> bool {
    let figure = text.trim_end_matches(AFTER_THE_FIGURE);
    figure.rfind('.').is_some_and(|point| figure.len() - point == 4)
}

/// The zeros that make three decimals fit a currency.
fn zeros(currency: Currency) -> &'static str {
    "000".get(usize::from(currency.decimals().min(3))..).unwrap_or("")
}

/// The currency of a row, where it has fewer than three decimals.
fn currency(row: &Row<'_>) -> Option<Currency> {
    Currency::parse(row.get("currency")?).ok().filter(|c| c.decimals() < 3)
}
