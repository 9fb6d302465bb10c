use super::Currency;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An exact signed amount of one currency.
///
/// Inside: an integer count of `10^-scale` units. The scale is the currency's own number of decimals (so the count is
/// minor units) unless the source wrote more digits that matter; camt allows five. Trailing zeros beyond the minor unit
/// are dropped, so equal amounts are equal values. There is no floating point and no wrap: arithmetic is checked.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    units: i64,
    scale: u8,
    currency: Currency,
}

/// What can go wrong with money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// More than 18 digits, or a sum beyond 64 bits.
    #[error("the amount does not fit into 18 digits")]
    Overflow,
    /// Two currencies in one calculation.
    #[error("amounts in {0} and {1} cannot be calculated with each other")]
    CurrencyMismatch(Currency, Currency),
    /// Digits finer than the currency's smallest unit.
    #[error("the amount is finer than the smallest unit of {0}")]
    TooFine(Currency),
}

const POWERS: [i64; 19] = {
    let mut p = [1i64; 19];
    let mut i = 1;
    while i < 19 {
        p[i] = p[i - 1] * 10;
        i += 1;
    }
    p
};

impl Money {
    /// An amount from minor units: `Money::from_minor(11990, EUR)` is 119.90 EUR.
    pub fn from_minor(minor: i64, currency: Currency) -> Self {
        Money { units: minor, scale: currency.decimals(), currency }
    }

    /// Zero of a currency.
    pub fn zero(currency: Currency) -> Self {
        Money::from_minor(0, currency)
    }

    /// An amount from an integer and its number of decimals, as [`super::parse_scaled`] gives them.
    ///
    /// Errors with [`MoneyError::Overflow`] beyond 18 digits.
    pub fn from_scaled(mut units: i128, mut scale: u8, currency: Currency) -> Result<Self, MoneyError> {
        let own = currency.decimals();
        // Nearly every amount is written with its currency's decimals.
        if scale == own
            && let Ok(units) = i64::try_from(units)
            && units.unsigned_abs() <= 999_999_999_999_999_999
        {
            return Ok(Money { units, scale, currency });
        }
        while scale > own && units % 10 == 0 {
            units /= 10;
            scale -= 1;
        }
        while scale < own {
            units = units.checked_mul(10).ok_or(MoneyError::Overflow)?;
            scale += 1;
        }
        let units = i64::try_from(units).map_err(|_| MoneyError::Overflow)?;
        if units.unsigned_abs() > 999_999_999_999_999_999 || usize::from(scale) >= POWERS.len() {
            return Err(MoneyError::Overflow);
        }
        Ok(Money { units, scale, currency })
    }

    /// As [`Money::from_scaled`], of at most 18 digits.
    #[inline]
    pub(crate) fn from_digits(units: i64, scale: u8, currency: Currency) -> Result<Self, MoneyError> {
        // Nearly every amount is written with its currency's decimals.
        match scale == currency.decimals() {
            true => Ok(Money { units, scale, currency }),
            false => Money::from_scaled(i128::from(units), scale, currency),
        }
    }

    /// As many units as this amount has decimals: an amount of the same kind. At most 18 digits.
    #[inline]
    pub(crate) fn with_units(self, units: i64) -> Self {
        Money { units, ..self }
    }

    /// As [`Money::checked_add`], of two that are known to be whole: nothing is looked up.
    #[inline]
    pub(crate) fn add_whole(self, other: Money) -> Result<Money, MoneyError> {
        match self.units.checked_add(other.units) {
            Some(units)
                if self.scale == other.scale
                    && self.currency == other.currency
                    && units.unsigned_abs() <= 999_999_999_999_999_999 =>
            {
                Ok(Money { units, ..self })
            }
            _ => self.checked_add(other),
        }
    }

    /// An amount from a [`Decimal`], for callers at the border. Errors as [`Money::from_scaled`].
    pub fn from_decimal(value: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let scale = u8::try_from(value.scale()).map_err(|_| MoneyError::Overflow)?;
        Money::from_scaled(value.mantissa(), scale, currency)
    }

    /// The amount as a [`Decimal`], exact.
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.units, u32::from(self.scale))
    }

    /// The integer and its number of decimals, as [`Money::from_scaled`] takes them.
    #[inline]
    pub(crate) fn parts(self) -> (i64, u8) {
        (self.units, self.scale)
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// Count of minor units. Errors with [`MoneyError::TooFine`] where the source was more exact than the currency.
    pub fn minor(self) -> Result<i64, MoneyError> {
        if self.scale == self.currency.decimals() { Ok(self.units) } else { Err(MoneyError::TooFine(self.currency)) }
    }

    /// Whether the amount is a whole number of minor units, as an item or an allocation must be.
    #[inline]
    pub fn is_whole(self) -> bool {
        self.scale == self.currency.decimals()
    }

    /// Below zero.
    pub fn is_negative(self) -> bool {
        self.units < 0
    }

    /// Zero.
    pub fn is_zero(self) -> bool {
        self.units == 0
    }

    /// Without its sign.
    pub fn abs(self) -> Self {
        Money { units: self.units.abs(), ..self }
    }

    /// With the other sign.
    pub fn negated(self) -> Self {
        Money { units: -self.units, ..self }
    }

    /// Sum of two amounts of one currency. Errors on two currencies or beyond 18 digits.
    #[inline]
    pub fn checked_add(self, other: Money) -> Result<Money, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch(self.currency, other.currency));
        }
        if self.scale == other.scale
            && self.is_whole()
            && let Some(units) = self.units.checked_add(other.units)
            && units.unsigned_abs() <= 999_999_999_999_999_999
        {
            return Ok(Money { units, ..self });
        }
        let scale = self.scale.max(other.scale);
        let lift = |m: Money| i128::from(m.units) * i128::from(POWERS[usize::from(scale - m.scale)]);
        Money::from_scaled(lift(self) + lift(other), scale, self.currency)
    }

    /// Difference of two amounts of one currency. Errors as [`Money::checked_add`].
    pub fn checked_sub(self, other: Money) -> Result<Money, MoneyError> {
        self.checked_add(other.negated())
    }

    /// The same figure in another currency's name, for formats that name the currency after the amount.
    pub fn with_currency(self, currency: Currency) -> Result<Money, MoneyError> {
        Money::from_scaled(i128::from(self.units), self.scale, currency)
    }

    /// The figure alone, `-1190.00`, with at least the currency's decimals.
    pub fn figure(self) -> String {
        scaled_figure(i128::from(self.units), self.scale)
    }
}

/// A sum of minor units as a figure with the currency's decimals, for sums that may be wider than [`Money`].
pub fn sum_figure(minor: i128, currency: Currency) -> String {
    scaled_figure(minor, currency.decimals())
}

fn scaled_figure(units: i128, scale: u8) -> String {
    let digits = units.unsigned_abs().to_string();
    let scale = usize::from(scale);
    let sign = if units < 0 { "-" } else { "" };
    if scale == 0 {
        return format!("{sign}{digits}");
    }
    let padded = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = padded.split_at(padded.len() - scale);
    format!("{sign}{whole}.{fraction}")
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.figure(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An amount of one currency.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Money"))]
struct Wire {
    #[cfg_attr(feature = "schema", schemars(with = "super::Figure"))]
    amount: String,
    currency: Currency,
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Money {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Wire::schema_name()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Wire::json_schema(generator)
    }
}

impl Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        Wire { amount: self.figure(), currency: self.currency }.serialize(s)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(d)?;
        let (units, scale) =
            super::parse_scaled(&wire.amount, super::AmountStyle::PLAIN).map_err(serde::de::Error::custom)?;
        Money::from_scaled(units, scale, wire.currency).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing_zeros_beyond_the_minor_unit_do_not_matter() {
        let a = Money::from_scaled(2_705_000, 5, Currency::EUR).unwrap();
        assert_eq!(a, Money::from_minor(2705, Currency::EUR));
        let b = Money::from_scaled(2_705_001, 5, Currency::EUR).unwrap();
        assert_eq!(b.figure(), "27.05001");
        assert!(b.minor().is_err());
        assert_eq!(a.checked_sub(b).unwrap().figure(), "-0.00001");
    }

    #[test]
    fn nothing_wraps() {
        let big = Money::from_minor(999_999_999_999_999_999, Currency::EUR);
        assert_eq!(big.checked_add(Money::from_minor(1, Currency::EUR)), Err(MoneyError::Overflow));
        assert_eq!(Money::from_scaled(i128::MAX, 0, Currency::EUR), Err(MoneyError::Overflow));
        let usd = Money::zero(Currency::parse("USD").unwrap());
        assert!(matches!(big.checked_add(usd), Err(MoneyError::CurrencyMismatch(..))));
    }

    #[test]
    fn figures_keep_the_currency_decimals() {
        let of = |minor, c: &str| Money::from_minor(minor, Currency::parse(c).unwrap()).figure();
        assert_eq!(of(5, "EUR"), "0.05");
        assert_eq!(of(-5, "EUR"), "-0.05");
        assert_eq!(of(1190, "JPY"), "1190");
        assert_eq!(of(1, "KWD"), "0.001");
    }
}
