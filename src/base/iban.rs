//! International Bank Account Numbers (ISO 13616).

use super::mod97;
use std::fmt;

/// An IBAN that passed length and check digits, in capitals without blanks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Iban(String);

impl Iban {
    /// Reads an IBAN in print or electronic form, upper or lower case. `None` if country length or check digits fail.
    /// An account that is no IBAN is still an account: nothing may be dropped because this says `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        is_valid_iban(&compact).then_some(Iban(compact))
    }

    /// The electronic form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a text in electronic form (capitals, no blanks) has its country's length and passes MOD 97-10.
pub fn is_valid_iban(compact: &str) -> bool {
    let Some((head, body)) = compact.split_at_checked(4) else { return false };
    let Some(country) = head.as_bytes().first_chunk::<2>() else { return false };
    let known = LENGTHS.binary_search_by_key(&country, |(c, _)| c).ok().and_then(|i| LENGTHS.get(i));
    known.is_some_and(|(_, length)| compact.len() == *length)
        && compact.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        && mod97(&format!("{body}{head}")) == Some(1)
}

/// A character that an IBAN cannot have where it stands, in an account that begins as one and is as long as its country's are: a
/// sign, or a letter in a country whose account numbers are digits. Check digits are not looked at: accounts in examples are made up.
pub fn stray_in_iban(account: &str) -> Option<char> {
    let (head, body) = account.split_at_checked(4)?;
    let country = head.as_bytes().first_chunk::<2>()?;
    let known = LENGTHS.binary_search_by_key(&country, |(c, _)| c).ok().and_then(|i| LENGTHS.get(i))?;
    if known.1 != account.chars().count() || !head.bytes().skip(2).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits = DIGITS_ONLY.contains(&country);
    body.chars().find(|c| !if digits { c.is_ascii_digit() } else { c.is_ascii_alphanumeric() })
}

/// Countries whose account numbers within an IBAN are digits, by the same registry.
#[rustfmt::skip]
const DIGITS_ONLY: &[&[u8; 2]] = &[
    b"AE", b"AT", b"BA", b"BE", b"BI", b"CR", b"CZ", b"DE", b"DJ", b"DK", b"EE", b"EG", b"ES", b"FI", b"FO", b"GL", b"HR", b"HU", b"IL",
    b"IS", b"LT", b"LY", b"ME", b"MN", b"MR", b"NO", b"PL", b"PT", b"RS", b"SD", b"SE", b"SI", b"SK", b"SO", b"ST", b"TL", b"TN", b"VA",
    b"XK",
];

/// Length by country, SWIFT IBAN registry v101. Sorted by country.
const LENGTHS: &[(&[u8; 2], usize)] = &[
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HN", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_character_of_an_iban_is_seen_without_its_check_digits() {
        for (account, stray) in [
            ("DE00769(96470881142009", Some('(')),
            ("DE0076989647O881142009", Some('O')),
            ("NL91ABNA04171\u{e4}4300", Some('\u{e4}')),
            ("NL62INGB0001234567", None),
            ("DE00769896470881142009", None),
            ("DE00769(9647088114200", None),
            ("BG08UNCR70001XYZXYZXYZ", None),
            ("20090500/0006853030", None),
            ("", None),
        ] {
            assert_eq!(stray_in_iban(account), stray, "{account}");
        }
        assert!(DIGITS_ONLY.iter().all(|c| LENGTHS.iter().any(|(known, _)| known == c)));
    }

    #[test]
    fn known_answers() {
        for good in ["DE89370400440532013000", "NL91ABNA0417164300", "gb29 NWBK 6016 1331 9268 19", "NO9386011117947"] {
            assert!(Iban::parse(good).is_some(), "{good}");
        }
        for bad in ["DE89370410440532013000", "NL91ABNA0147164300", "GB29NWBK6016131926819", "XX00", "", "Ä"] {
            assert!(Iban::parse(bad).is_none(), "{bad}");
        }
        assert!(LENGTHS.windows(2).all(|w| w[0].0 < w[1].0));
    }
}
