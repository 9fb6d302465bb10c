//! How references are written: digits with printing signs between them, and numbers behind a label. In: text. Out: digits, places.

/// Most digits that a run is read for.
const RUN_MAX: usize = 40;

/// Capitals and digits alone.
pub(super) fn compact(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// The digits of a number that is printed in groups; `None` if anything but digits and printing signs stands in it, or no digit.
pub(super) fn printed_digits(text: &str) -> Option<String> {
    let mut digits = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '0'..='9' => digits.push(c),
            ' ' | '.' | '/' | '-' | '\n' | '\u{a0}' | '\'' => {}
            _ => return None,
        }
    }
    (!digits.is_empty()).then_some(digits)
}

/// Without leading zeros; a number of zeros keeps none.
pub(super) fn strip_zeros(digits: &str) -> &str {
    digits.trim_start_matches('0')
}

/// Parts off the last digit: payload and check digit.
pub(super) fn last_digit(digits: &str) -> Option<(&str, u32)> {
    let (head, last) = digits.split_at_checked(digits.len().checked_sub(1)?)?;
    Some((head, last.parse().ok()?))
}

/// The pairs of neighbouring bytes that a text has; it may claim more, never less. Most texts have nothing of most schemes, and
/// are told from here without a search.
#[derive(Debug, Clone)]
pub(super) struct Pairs([u64; 16]);

impl Pairs {
    /// Reads a text.
    pub fn of(text: &str) -> Self {
        let mut pairs = Pairs([0; 16]);
        let mut last = 0u8;
        for b in text.bytes() {
            let (word, bit) = Pairs::place(last, b);
            if let Some(slot) = pairs.0.get_mut(word) {
                *slot |= bit;
            }
            last = b;
        }
        pairs
    }

    fn place(a: u8, b: u8) -> (usize, u64) {
        let mixed = (u32::from(a) << 8 | u32::from(b)).wrapping_mul(0x9e37_79b1);
        ((mixed >> 28) as usize, 1 << ((mixed >> 20) & 63))
    }

    /// Whether a piece of two bytes or more may stand in the text.
    pub fn may_have(&self, piece: &str) -> bool {
        match piece.as_bytes() {
            [a, b, ..] => {
                let (word, bit) = Pairs::place(*a, *b);
                self.0.get(word).is_some_and(|w| w & bit != 0)
            }
            _ => true,
        }
    }
}

/// Whether a place in a text is the begin of a word: nothing alphanumeric before it.
pub(super) fn begins_word(text: &str, at: usize) -> bool {
    !text.get(..at).and_then(|t| t.chars().next_back()).is_some_and(|c| c.is_ascii_alphanumeric())
}

/// Ends of the digit groups from a place on, with one printing sign between two groups. Empty if no digit stands there.
pub(super) fn group_ends(text: &str, start: usize) -> Vec<usize> {
    let bytes = text.as_bytes();
    let (mut ends, mut at, mut digits) = (Vec::new(), start, 0);
    loop {
        let from = at;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        digits += at - from;
        if at == from || digits > RUN_MAX {
            return ends;
        }
        ends.push(at);
        if !bytes.get(at).is_some_and(|b| matches!(b, b' ' | b'.' | b'/' | b'-' | b'\n' | b'\'')) {
            return ends;
        }
        at += 1;
    }
}

/// Where the digits begin that stand behind one of these label words. Labels are capitals; a word for "number" may follow.
pub(super) fn behind_labels(text: &str, pairs: &Pairs, labels: &[&str]) -> Vec<usize> {
    let mut found = Vec::new();
    for label in labels.iter().filter(|l| pairs.may_have(l)) {
        for (at, _) in text.match_indices(label) {
            if !begins_word(text, at) {
                continue;
            }
            let mut at = at + label.len();
            for _ in 0..2 {
                at = skip_signs(text, at);
                let rest = text.get(at..).unwrap_or("");
                let word: &str = rest.split(|c: char| !c.is_ascii_uppercase()).next().unwrap_or("");
                if matches!(word, "NR" | "NO" | "N" | "NUMMER" | "NUMBER" | "NUM" | "NRO" | "NUMERO" | "REF") {
                    at += word.len();
                }
            }
            if text.as_bytes().get(at).is_some_and(u8::is_ascii_digit) {
                found.push(at);
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn skip_signs(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or("");
    at + rest
        .bytes()
        .take(4)
        .take_while(|b| matches!(b, b' ' | b'.' | b':' | b'#' | b'-' | b'/' | b'\n' | b'='))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_that_is_there_is_never_denied() {
        let pairs = Pairs::of("/VAT/1 RF18 VIITE");
        assert!(["/VAT/", "RF", "VIITE", "1"].iter().all(|p| pairs.may_have(p)));
        assert!(!pairs.may_have("KS"));
    }

    #[test]
    fn groups_and_labels_are_found() {
        assert_eq!(printed_digits("0000.0202 6041-7003").as_deref(), Some("0000020260417003"));
        assert_eq!(printed_digits("12A"), None);
        let text = "VIITE NRO: 2026 0040 KIITOS";
        assert_eq!(behind_labels(text, &Pairs::of(text), &["VIITE"]), [11]);
        assert_eq!(group_ends(text, 11), [15, 20]);
        assert!(behind_labels("OVIITE 12", &Pairs::of("OVIITE 12"), &["VIITE"]).is_empty());
    }
}
