//! How the spreadsheet shows money.

use crate::base::Currency;

/// `#,##0.00 [$EUR]` with the decimals of the currency, and a gap to what stands right of it.
pub(super) fn money_format(currency: Currency) -> String {
    let decimals = usize::from(currency.decimals());
    let point = if decimals == 0 { String::new() } else { format!(".{}", "0".repeat(decimals)) };
    let code = currency.code();
    format!("#,##0{point} [${code}]_-;[Red]-#,##0{point} [${code}]_-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_the_decimals_of_its_currency() {
        let format = |code: &str| money_format(Currency::parse(code).unwrap());
        assert_eq!(format("EUR"), "#,##0.00 [$EUR]_-;[Red]-#,##0.00 [$EUR]_-");
        assert_eq!(format("JPY"), "#,##0 [$JPY]_-;[Red]-#,##0 [$JPY]_-");
    }
}
