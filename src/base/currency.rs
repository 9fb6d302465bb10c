use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// An ISO 4217 currency code: three capital letters.
///
/// `XXX` (ISO 4217: "no currency involved") stands for "the statement names none".
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// A text that is no currency code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a currency code of three letters (ISO 4217)")]
pub struct CurrencyError(pub String);

impl Default for Currency {
    /// [`Currency::NONE`].
    fn default() -> Self {
        Currency::NONE
    }
}

impl Currency {
    /// The euro.
    pub const EUR: Currency = Currency(*b"EUR");
    /// "No currency": the source names none.
    pub const NONE: Currency = Currency(*b"XXX");

    /// Reads a code; lower case is accepted, since some exports write it so.
    ///
    /// Errors when the text is not three ASCII letters. A code that ISO 4217 does not list is read, see [`Currency::is_listed`].
    pub fn parse(text: &str) -> Result<Self, CurrencyError> {
        match text.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(|x| x.is_ascii_alphabetic()) => {
                Ok(Currency([a.to_ascii_uppercase(), b.to_ascii_uppercase(), c.to_ascii_uppercase()]))
            }
            _ => Err(CurrencyError(text.chars().take(20).collect())),
        }
    }

    /// The three letters.
    pub fn code(&self) -> &str {
        // The bytes are ASCII letters by construction; the fallback is never taken.
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Whether ISO 4217 lists the code (withdrawn national codes included).
    pub fn is_listed(&self) -> bool {
        iso_currency::Currency::from_code(self.code()).is_some()
    }

    /// Whether this is [`Currency::NONE`].
    #[inline]
    pub fn is_none(&self) -> bool {
        *self == Currency::NONE
    }

    /// Number of decimals of the minor unit (ISO 4217): 2 for EUR, 0 for JPY, 3 for KWD. 2 where the list has none.
    #[inline]
    pub fn decimals(&self) -> u8 {
        match &self.0 {
            // The list is slow to ask; these are nearly all that is ever asked for.
            b"EUR" | b"USD" | b"GBP" | b"CHF" | b"XXX" | b"PLN" | b"CZK" | b"SEK" | b"NOK" | b"DKK" | b"HUF"
            | b"RON" | b"TRY" | b"CAD" | b"AUD" | b"CNY" | b"INR" | b"BRL" | b"MXN" | b"ZAR" | b"SGD" | b"HKD" => 2,
            b"JPY" => 0,
            _ => self.listed_decimals(),
        }
    }

    fn listed_decimals(self) -> u8 {
        let listed = iso_currency::Currency::from_code(self.code());
        listed.and_then(|c| c.exponent()).and_then(|e| u8::try_from(e).ok()).unwrap_or(2)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Currency::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_follow_iso_4217() {
        let of = |c: &str| Currency::parse(c).unwrap().decimals();
        assert_eq!((of("EUR"), of("JPY"), of("KWD"), of("HUF"), of("CLF")), (2, 0, 3, 2, 4));
        assert_eq!(of("XAU"), 2, "no exponent in the list");
        for code in ["EUR", "PLN", "CZK", "SEK", "NOK", "DKK", "HUF", "RON", "TRY", "INR", "BRL", "HKD", "JPY", "KWD"] {
            let currency = Currency::parse(code).unwrap();
            assert_eq!(currency.decimals(), currency.listed_decimals(), "{code}");
        }
    }

    #[test]
    fn only_three_letters_are_a_code() {
        assert!(Currency::parse("EU").is_err());
        assert!(Currency::parse("E1R").is_err());
        assert!(Currency::parse("€").is_err());
        assert_eq!(Currency::parse("eur").unwrap(), Currency::EUR);
    }
}
