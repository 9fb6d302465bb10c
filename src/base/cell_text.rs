//! What stands around the value in a cell: Excel's armour, currency signs, and the many spellings of a column's name.

use super::Currency;
use unicode_normalization::UnicodeNormalization;

/// A cell without Excel's armour: `="0123"`, `'0123'`, outer blanks of every kind.
#[inline]
pub fn unarmour(cell: &str) -> &str {
    // Nearly every cell begins and ends with a sign of its own.
    if let [first, .., last] | [first @ last] = cell.as_bytes()
        && first.is_ascii_graphic()
        && last.is_ascii_graphic()
        && !matches!(first, b'=' | b'\'')
    {
        return cell;
    }
    let blank = |c: char| c.is_whitespace() || c == '\u{feff}';
    let cell = cell.trim_matches(blank);
    let inner = cell.strip_prefix("=\"").and_then(|c| c.strip_suffix('"'));
    let inner = inner.or_else(|| cell.strip_prefix('\'').and_then(|c| c.strip_suffix('\'')));
    inner.unwrap_or(cell).trim_matches(blank)
}

/// The figure of an amount cell without armour and currency, and the currency if the cell names one: `"EUR -12,50"`,
/// `"1.190,00 €"`, `"-£67.40"`. The figure itself is left to [`super::parse_scaled`]. A leading en dash becomes a minus.
pub fn bare_amount(cell: &str) -> (String, Option<Currency>) {
    let mut named = None;
    let mut text: String = unarmour(cell).to_owned();
    if let Some(rest) = text.strip_prefix('\u{2013}') {
        text = format!("-{rest}");
    }
    if let Some(sign) = text.chars().find(|c| is_currency_sign(*c)) {
        named = currency_of_sign(sign);
        text = text.replacen(sign, "", 1);
    }
    let trimmed = text.trim();
    let (sign, body) = match trimmed.strip_prefix(['-', '+']) {
        Some(body) => (trimmed.get(..1).unwrap_or_default(), body.trim_start()),
        None => ("", trimmed),
    };
    if let Some((code, rest)) = body.split_at_checked(3)
        && let Some(currency) = listed(code)
    {
        return (format!("{sign}{}", rest.trim()), Some(currency));
    }
    if let Some((rest, code)) = body.len().checked_sub(3).and_then(|at| body.split_at_checked(at))
        && let Some(currency) = listed(code)
    {
        return (format!("{sign}{}", rest.trim()), Some(currency));
    }
    (format!("{sign}{body}"), named)
}

/// The currency that a column's title names: `Betrag (€)`, `Amount (EUR)`, `Gutschrift in CHF`.
pub fn currency_in_title(title: &str) -> Option<Currency> {
    let word = title.split(|c: char| !c.is_alphanumeric()).find_map(listed);
    word.or_else(|| title.chars().find_map(currency_of_sign))
}

/// Adds the letters and digits of a text in lower case: what re-wrapped text has in common.
pub fn fold_letters(text: &str, into: &mut Vec<u8>) {
    // Each byte is written and counts only if it is a letter or digit: no branch on what the text holds.
    let mut rest = text.as_bytes();
    while let Some((piece, tail)) = rest.split_at_checked(rest.len().min(64)).filter(|(piece, _)| !piece.is_empty()) {
        if !piece.is_ascii() {
            return fold_beyond_ascii(text.get(text.len() - rest.len()..).unwrap_or_default(), into);
        }
        let (mut folded, mut len) = ([0u8; 64], 0usize);
        for byte in piece {
            let letter = FOLDED.get(usize::from(*byte)).copied().unwrap_or_default();
            // Never further than the piece is long.
            if let Some(slot) = folded.get_mut(len & 63) {
                *slot = letter;
            }
            len += usize::from(letter != 0);
        }
        into.extend_from_slice(folded.get(..len).unwrap_or_default());
        rest = tail;
    }
}

/// What each byte is folded to; 0 for what is left out.
const FOLDED: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0u8;
    while byte < 128 {
        if byte.is_ascii_alphanumeric() {
            table[byte as usize] = byte.to_ascii_lowercase();
        }
        byte += 1;
    }
    table
};

fn fold_beyond_ascii(text: &str, into: &mut Vec<u8>) {
    let mut buffer = [0; 4];
    for c in text.chars() {
        match c.is_ascii() {
            true if c.is_ascii_alphanumeric() => into.push(FOLDED.get(c as usize).copied().unwrap_or_default()),
            false if c.is_alphanumeric() => {
                c.to_lowercase().for_each(|c| into.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes()));
            }
            _ => {}
        }
    }
}

/// A column's name for comparison: without case, marks, blanks and signs; `ae`, `oe`, `ue`, `ss` as one letter.
pub fn fold_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    if name.is_ascii() {
        for c in name.bytes().filter(u8::is_ascii_alphanumeric).map(|b| char::from(b.to_ascii_lowercase())) {
            match c {
                'e' if out.ends_with(['a', 'o', 'u']) => {}
                's' if out.ends_with('s') => {}
                c => out.push(c),
            }
        }
        return out;
    }
    for c in name.nfkd().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase) {
        match c {
            'ß' => out.push('s'),
            'ø' => out.push('o'),
            'æ' => out.push('a'),
            'ł' => out.push('l'),
            'đ' => out.push('d'),
            'ı' => out.push('i'),
            'ς' => out.push('σ'),
            'e' if out.ends_with(['a', 'o', 'u']) => {}
            's' if out.ends_with('s') => {}
            c => out.push(c),
        }
    }
    out
}

/// What [`fold_name`] of a text begins with, where that is plain to see: most texts that are compared begin otherwise.
pub(crate) fn first_folded(text: &str) -> Option<u8> {
    let first = text.bytes().find(|b| b.is_ascii_alphanumeric() || !b.is_ascii())?;
    first.is_ascii().then_some(first.to_ascii_lowercase())
}

/// Whether a title found is the name wanted: equal after [`fold_name`], or equal but for letters beyond ASCII that a wrong
/// encoding has turned into something else (`initi\u{fffd}rende`, `WÃ¤hrung`).
pub fn same_name(wanted: &str, found: &str) -> bool {
    fold_name(wanted) == fold_name(found) || bones(wanted).is_some_and(|w| bones(found).is_some_and(|f| f == w))
}

/// What is left of a name without its letters beyond ASCII; `None` where there are none to lose.
pub fn bones(name: &str) -> Option<String> {
    if name.is_ascii() {
        return None;
    }
    let bones: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    (bones.len() >= 3).then_some(bones)
}

/// The known name that a wrong one was probably meant to be.
pub fn nearest_name<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = fold_name(wrong);
    let (name, distance) = known
        .into_iter()
        .map(|name| (name, strsim::damerau_levenshtein(&wrong, &fold_name(name))))
        .min_by_key(|(_, distance)| *distance)?;
    (distance <= (wrong.chars().count() / 3).max(1)).then_some(name)
}

/// The nearest known name for serde's "unknown field `x`, expected one of `a`, `b`".
pub fn suggestion_in(message: &str) -> Option<String> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let wrong = quoted.next().filter(|_| message.starts_with("unknown "))?;
    nearest_name(wrong, quoted.filter(|n| !fold_name(n).is_empty())).map(str::to_owned)
}

/// Line and column (in characters), counted from 1, of a byte offset.
pub fn line_column(text: &str, offset: usize) -> (u64, u64) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.bytes().filter(|b| *b == b'\n').count() as u64 + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u64 + 1;
    (line, column)
}

fn listed(code: &str) -> Option<Currency> {
    let capitals = code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase());
    capitals.then(|| Currency::parse(code).ok()).flatten().filter(Currency::is_listed)
}

fn is_currency_sign(c: char) -> bool {
    matches!(c, '$' | '¢'..='¥' | '\u{20a0}'..='\u{20c0}')
}

/// Signs that mean one currency; `$` and `¥` mean several.
fn currency_of_sign(c: char) -> Option<Currency> {
    let code = match c {
        '€' => "EUR",
        '£' => "GBP",
        '₹' => "INR",
        '₺' => "TRY",
        '₽' => "RUB",
        '₩' => "KRW",
        '₪' => "ILS",
        '₴' => "UAH",
        _ => return None,
    };
    Currency::parse(code).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn armour_and_currency_come_off_and_the_figure_stays() {
        let of = |t| {
            let (figure, currency) = bare_amount(t);
            (figure, currency.map(|c| c.code().to_owned()).unwrap_or_default())
        };
        assert_eq!(of("=\"-1.190,00\""), ("-1.190,00".into(), String::new()));
        assert_eq!(of("\u{a0}1.190,00\u{a0}€"), ("1.190,00".into(), "EUR".into()));
        assert_eq!(of("-£67.40"), ("-67.40".into(), "GBP".into()));
        assert_eq!(of("EUR -12,50"), ("-12,50".into(), "EUR".into()));
        assert_eq!(of("12,50- CHF"), ("12,50-".into(), "CHF".into()));
        assert_eq!(of("1,23E+05"), ("1,23E+05".into(), String::new()), "an exponent is not taken for a currency");
        assert_eq!(of("abc"), ("abc".into(), String::new()));
        assert_eq!(unarmour("'DE89'"), "DE89");
    }

    #[test]
    fn names_are_equal_whatever_the_bank_did_to_their_letters() {
        assert!(same_name("Gläubiger ID", "Glaeubiger-ID"));
        assert!(same_name("Naam initiërende partij", "Naam initi\u{fffd}rende partij"));
        assert!(same_name("Naam initiërende partij", "Naam initiÎrende partij"));
        assert!(same_name("Währung", "WÃ¤hrung"));
        assert!(!same_name("Betrag", "Beträge"));
        assert!(!same_name("Soll", "Haben"));
        assert_eq!(nearest_name("opn_amount", ["open_amount", "amount", "doc_no"]), Some("open_amount"));
        assert_eq!(nearest_name("zzz", ["open_amount"]), None);
    }

    #[test]
    fn letters_are_folded_alike_in_texts_of_any_length_and_alphabet() {
        let plain = |text: &str| -> String {
            text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        };
        for text in [
            "",
            "RE-2026/00731",
            &"Ab. ".repeat(50),
            "M\u{dc}LLER & S\u{d6}HNE \u{130}",
            &format!("{}\u{e9}{}", "Ab. ".repeat(40), "x Y ".repeat(40)),
            "\u{682a}\u{5f0f} GmbH \u{2460}",
        ] {
            let mut folded = Vec::new();
            fold_letters(text, &mut folded);
            assert_eq!(String::from_utf8(folded).unwrap(), plain(text));
        }
    }

    #[test]
    fn a_title_names_its_currency() {
        let of = |t| currency_in_title(t).map(|c| c.code().to_owned());
        assert_eq!(of("Betrag (€)"), Some("EUR".into()));
        assert_eq!(of("Gutschrift in CHF"), Some("CHF".into()));
        assert_eq!(of("Betrag"), None);
        assert_eq!(of("Soll"), None);
    }
}
