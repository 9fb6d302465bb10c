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
pub(super) fn check(rows: &[Row], errors: &mut Vec<Error>) {
    for name in AMOUNTS {
        let figures = || rows.iter().filter_map(|row| figure(row, name).map(|(text, currency)| (row, text, currency)));
        let mut column = ThreeDecimals::default();
        figures().for_each(|(_, text, _)| column.see(text, AmountStyle::PLAIN));
        if column.is_proven() {
            continue;
        }
        for (row, text, currency) in figures() {
            let exact = text.trim_end_matches(['-', '+', ')', ' ']).ends_with(zeros(currency));
            if exact && may_be_thousands(text, AmountStyle::PLAIN, currency.decimals()) {
                let written = row.written(name).unwrap_or(text);
                let found = format!("amount `{written}`, which may have three decimals or grouped thousands");
                let expected = format!("an amount that can be read in one way, with {} decimals", currency.decimals());
                errors.push(Error::new(ErrorCode::Amount, row.place_of(name), found, expected).with_hint(ADVICE));
            }
        }
    }
}

/// The zeros that make three decimals fit a currency.
fn zeros(currency: Currency) -> &'static str {
    "000".get(usize::from(currency.decimals().min(3))..).unwrap_or("")
}

/// The figure of a row whose currency has fewer than three decimals.
fn figure<'a>(row: &'a Row, name: &str) -> Option<(&'a str, Currency)> {
    let currency = Currency::parse(row.get("currency")?).ok().filter(|c| c.decimals() < 3)?;
    row.get(name).map(|text| (text, currency))
}
