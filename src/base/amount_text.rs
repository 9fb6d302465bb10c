//! Amounts as text. The grammar is our own: `rust_decimal` rounds silently, accepts `1e5` and `1_000`.

use super::{Currency, Money};

/// How a source writes amounts. Given by the format or the profile, never guessed from one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmountStyle {
    /// The decimal sign.
    pub decimal: char,
    /// The grouping sign, if the source groups thousands. A blank stands for every kind of blank, `'` also for `’`.
    pub thousands: Option<char>,
}

impl AmountStyle {
    /// `1190.00`: point, no grouping (our own files, camt).
    pub const PLAIN: AmountStyle = AmountStyle { decimal: '.', thousands: None };
}

/// Why a text is no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AmountTextError {
    /// Nothing there.
    #[error("is empty")]
    Empty,
    /// A sign that does not belong into a number of this style.
    #[error("has `{0}`, which does not belong into an amount here")]
    BadCharacter(char),
    /// No digit at all.
    #[error("has no digit")]
    NoDigit,
    /// Two decimal signs.
    #[error("has two decimal signs")]
    TwoDecimalSigns,
    /// Groups that are not of three digits, as in `1.23.456,00`.
    #[error("has thousands groups that are not of three digits")]
    BadGrouping,
    /// More than 18 digits.
    #[error("has more than 18 digits")]
    TooLong,
}

/// Reads a signed amount into an integer and its number of decimals: `"-1.190,5"` gives `(-11905, 1)`.
///
/// Accepted around the digits: one leading or trailing sign (`-`, `+`, U+2212), or parentheses for negative. Groups must
/// be of three digits (two in the Indian manner). At most 18 significant digits. No exponent, no letters: the caller takes
/// currency signs and Excel's armour off first.
pub fn parse_scaled(text: &str, style: AmountStyle) -> Result<(i128, u8), AmountTextError> {
    if let Some((units, scale)) = plain_figure(text, style.decimal) {
        return Ok((i128::from(units), scale));
    }
    let mut body = text.trim();
    if body.is_empty() {
        return Err(AmountTextError::Empty);
    }
    let mut negative = false;
    if let Some(inner) = body.strip_prefix('(').and_then(|b| b.strip_suffix(')')) {
        negative = true;
        body = inner.trim();
    } else if let Some(rest) = body.strip_prefix(['-', '\u{2212}']) {
        negative = true;
        body = rest.trim_start();
    } else if let Some(rest) = body.strip_prefix('+') {
        body = rest.trim_start();
    } else if let Some(rest) = body.strip_suffix(['-', '\u{2212}']) {
        negative = true;
        body = rest.trim_end();
    } else if let Some(rest) = body.strip_suffix('+') {
        body = rest.trim_end();
    }

    let mut value: i128 = 0;
    let mut significant = 0u8;
    let mut digits = 0usize;
    let mut scale: Option<u8> = None;
    let mut group: Option<usize> = None; // digits since the last grouping sign
    let mut first_group = 0usize;
    let mut groups_ok = true;
    for c in body.chars() {
        if let Some(d) = c.to_digit(10).filter(|_| c.is_ascii_digit()) {
            if significant > 0 || d > 0 {
                significant += 1;
            }
            if significant > 18 {
                return Err(AmountTextError::TooLong);
            }
            value = value * 10 + i128::from(d);
            digits += 1;
            // Zeros in front fill a column; no column is so wide.
            if digits > 30 {
                return Err(AmountTextError::TooLong);
            }
            if let Some(s) = scale.as_mut() {
                *s = s.checked_add(1).filter(|s| *s <= 18).ok_or(AmountTextError::TooLong)?;
            } else if let Some(g) = group.as_mut() {
                *g += 1;
            }
        } else if c == style.decimal {
            if scale.is_some() {
                return Err(AmountTextError::TwoDecimalSigns);
            }
            scale = Some(0);
        } else if is_grouping(c, style.thousands) && scale.is_none() {
            match group {
                None => first_group = digits,
                Some(2 | 3) => groups_ok &= true,
                Some(_) => groups_ok = false,
            }
            group = Some(0);
        } else {
            return Err(AmountTextError::BadCharacter(c));
        }
    }
    if digits == 0 {
        return Err(AmountTextError::NoDigit);
    }
    if group.is_some_and(|last| last != 3 || first_group == 0 || first_group > 3) || !groups_ok {
        return Err(AmountTextError::BadGrouping);
    }
    Ok((if negative { -value } else { value }, scale.unwrap_or(0)))
}

/// The most usual form in one step: an optional minus, at most 18 digits, at most one decimal sign. Anything else is left to
/// the whole grammar, which reads this form alike.
#[inline]
pub(crate) fn plain_figure(text: &str, decimal: char) -> Option<(i64, u8)> {
    let decimal = u8::try_from(decimal).ok().filter(u8::is_ascii)?;
    let (negative, body) = match text.as_bytes() {
        [b'-', body @ ..] => (true, body),
        body => (false, body),
    };
    if body.len() > 18 {
        return None;
    }
    let (mut value, mut point) = (0i64, None);
    for (i, byte) in body.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            // Eighteen digits always fit.
            value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
        } else if *byte == decimal && point.is_none() {
            point = Some(i);
        } else {
            return None;
        }
    }
    let digits = body.len() - usize::from(point.is_some());
    let scale = point.map_or(0, |at| body.len() - at - 1);
    (digits > 0).then_some((if negative { -value } else { value }, u8::try_from(scale).ok()?))
}

/// As [`plain_figure`], also with thousands in groups of three behind a first of one to three digits, where a sign for them is known.
#[inline]
pub(crate) fn plain_grouped(text: &[u8], decimal: u8, thousands: Option<u8>) -> Option<(i64, u8)> {
    // No byte of a figure ends it here.
    let (units, scale, length) = plain_grouped_until(text, decimal, thousands, b'\n')?;
    (length == text.len()).then_some((units, scale))
}

/// As [`plain_grouped`], of a figure that ends where a byte stands or the text ends, with its length.
#[inline]
pub(crate) fn plain_grouped_until(
    text: &[u8],
    decimal: u8,
    thousands: Option<u8>,
    end: u8,
) -> Option<(i64, u8, usize)> {
    let negative = text.first() == Some(&b'-');
    let from = usize::from(negative);
    // Digits since the last sign, and whether that was one for thousands.
    let (mut value, mut digits, mut grouped, mut scale) = (0i64, 0usize, false, None);
    let mut length = text.len();
    for (i, byte) in text.iter().enumerate().skip(from) {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
            digits += 1;
        } else if *byte == end {
            length = i;
            break;
        } else if scale.is_some() || grouped && digits != 3 {
            return None;
        } else if *byte == decimal {
            (scale, digits) = (Some(digits > 0), 0);
        } else if Some(*byte) == thousands && (1..=3).contains(&digits) {
            (grouped, digits) = (true, 0);
        } else {
            return None;
        }
    }
    let scale = match scale {
        Some(whole) if whole || digits > 0 => u8::try_from(digits).ok()?,
        None if digits > 0 && (!grouped || digits == 3) => 0,
        _ => return None,
    };
    // Eighteen digits always fit.
    (length - from <= 18).then_some((if negative { -value } else { value }, scale, length))
}

/// Reads an amount of a known currency, see [`parse_scaled`]. Too many digits for the currency is [`AmountTextError::TooLong`].
pub fn parse_amount(text: &str, style: AmountStyle, currency: Currency) -> Result<Money, AmountTextError> {
    let (units, scale) = parse_scaled(text, style)?;
    Money::from_scaled(units, scale, currency).map_err(|_| AmountTextError::TooLong)
}

fn is_grouping(c: char, thousands: Option<char>) -> bool {
    match thousands {
        None => false,
        Some(' ') => matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}'),
        Some('\'') => matches!(c, '\'' | '\u{2019}'),
        Some(t) => c == t,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DE: AmountStyle = AmountStyle { decimal: ',', thousands: Some('.') };

    #[test]
    fn styles_are_read_and_others_refused() {
        assert_eq!(parse_scaled("1.234,56", DE), Ok((123_456, 2)));
        assert_eq!(parse_scaled("1.234,56-", DE), Ok((-123_456, 2)));
        assert_eq!(parse_scaled("(12,5)", DE), Ok((-125, 1)));
        assert_eq!(parse_scaled("+2500,00", DE), Ok((250_000, 2)));
        assert_eq!(parse_scaled("1234.56", AmountStyle::PLAIN), Ok((123_456, 2)));
        assert_eq!(parse_scaled("1'190.00", AmountStyle { decimal: '.', thousands: Some('\'') }), Ok((119_000, 2)));
        assert_eq!(
            parse_scaled("12,34,567.89", AmountStyle { decimal: '.', thousands: Some(',') }),
            Ok((123_456_789, 2))
        );
        assert_eq!(parse_scaled("1.23,45", DE), Err(AmountTextError::BadGrouping));
        assert_eq!(parse_scaled("1,234.56", DE), Err(AmountTextError::BadCharacter('.')));
        assert_eq!(parse_scaled("1e5", AmountStyle::PLAIN), Err(AmountTextError::BadCharacter('e')));
        assert_eq!(parse_scaled("1_000", AmountStyle::PLAIN), Err(AmountTextError::BadCharacter('_')));
        assert_eq!(parse_scaled("1,2,3", DE), Err(AmountTextError::TwoDecimalSigns));
        assert_eq!(parse_scaled("-", DE), Err(AmountTextError::NoDigit));
        assert_eq!(parse_scaled(" ", DE), Err(AmountTextError::Empty));
    }

    proptest::proptest! {
        #[test]
        fn the_short_way_reads_as_the_whole_grammar(text in "-?[0-9.,' -]{0,20}", style in 0usize..3) {
            let style = [DE, AmountStyle::PLAIN, AmountStyle { decimal: '.', thousands: Some(',') }][style];
            let byte = |c: char| c as u8;
            if let Some((units, scale)) = plain_grouped(text.as_bytes(), byte(style.decimal), style.thousands.map(byte)) {
                proptest::prop_assert_eq!(parse_scaled(&text, style), Ok((i128::from(units), scale)));
            } else if let Some(read) = plain_figure(&text, style.decimal) {
                proptest::prop_assert!(false, "{text}: {read:?}");
            }
        }
    }

    #[test]
    fn eighteen_digits_are_exact_and_more_is_an_error() {
        assert_eq!(parse_scaled("9999999999999999.99", AmountStyle::PLAIN), Ok((999_999_999_999_999_999, 2)));
        assert_eq!(parse_scaled("1234567890123456789012345678", AmountStyle::PLAIN), Err(AmountTextError::TooLong));
        assert_eq!(parse_scaled("000000000000000000000127.50", AmountStyle::PLAIN), Ok((12_750, 2)));
    }
}
