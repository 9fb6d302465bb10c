//! A remittance text cut into runs of letters and of digits.

use std::ops::Range;

/// What stands between a token and the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glue {
    /// Nothing, but the change from letters to digits.
    None,
    /// A joining sign without blanks: `-` `/` `.` `_` `:` `#`.
    Joined,
    /// The cut that the format made: may be nothing, may be a blank.
    Break,
    /// Blanks, perhaps with a joining sign.
    Blank,
    /// Anything else: `,` `;` `+` `&` `(` …
    Apart,
}

/// A run of letters or of digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Where in [`Tokens::text`].
    pub range: Range<usize>,
    /// Digits, else letters.
    pub digits: bool,
    /// Relation to the token before.
    pub glue: Glue,
}

/// A text and its tokens. The text is folded to capital ASCII; pieces are parted by a line feed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tokens {
    /// The folded text.
    pub text: String,
    /// The tokens in order.
    pub list: Vec<Token>,
    /// The text was longer than is read.
    pub cut: bool,
}

/// Longest text that is read, in bytes: remittance is at most some thousand characters, anything more is an attack.
const TEXT_MAX: usize = 12_000;

impl Tokens {
    /// Folds and cuts the pieces of a text.
    pub fn of<'a>(pieces: impl IntoIterator<Item = &'a str>) -> Self {
        let mut text = String::new();
        let mut too_long = false;
        for piece in pieces {
            if !text.is_empty() {
                text.push('\n');
            }
            text.reserve(piece.len().min(TEXT_MAX));
            for c in piece.chars() {
                if text.len() > TEXT_MAX {
                    too_long = true;
                    break;
                }
                push_folded(&mut text, c);
            }
        }
        Tokens { cut: too_long, ..Self::of_folded(text) }
    }

    /// The tokens of a text that is folded already.
    pub(super) fn of_folded(text: String) -> Self {
        let list = cut(&text);
        Tokens { text, list, cut: false }
    }

    /// The characters of a token.
    pub fn word(&self, index: usize) -> &str {
        self.list.get(index).and_then(|t| self.text.get(t.range.clone())).unwrap_or("")
    }

    /// What stands between the token and the one before it.
    pub fn before(&self, index: usize) -> &str {
        let start = index.checked_sub(1).and_then(|i| self.list.get(i)).map_or(0, |t| t.range.end);
        let end = self.list.get(index).map_or(self.text.len(), |t| t.range.start);
        self.text.get(start..end).unwrap_or("")
    }

    /// What stands directly after the token, up to the next one.
    pub fn after(&self, index: usize) -> &str {
        let start = self.list.get(index).map_or(self.text.len(), |t| t.range.end);
        let end = self.list.get(index + 1).map_or(self.text.len(), |t| t.range.start);
        self.text.get(start..end).unwrap_or("")
    }

    /// The text from one token to another, both included, for quoting.
    pub fn quote(&self, first: usize, last: usize) -> String {
        let start = self.list.get(first).map_or(0, |t| t.range.start);
        let end = self.list.get(last).map_or(start, |t| t.range.end);
        self.text.get(start..end).unwrap_or("").replace('\n', "¦")
    }

    /// Whether a token is a run of digits.
    pub fn is_digits(&self, index: usize) -> bool {
        self.list.get(index).is_some_and(|t| t.digits)
    }

    /// Relation of a token to the one before it.
    pub fn glue(&self, index: usize) -> Glue {
        self.list.get(index).map_or(Glue::Apart, |t| t.glue)
    }
}

fn push_folded(text: &mut String, c: char) {
    if c.is_ascii() {
        text.push(if c.is_ascii_control() { ' ' } else { c.to_ascii_uppercase() });
    } else if c.is_alphanumeric() {
        match c {
            'ä' | 'Ä' => text.push('A'),
            'ö' | 'Ö' => text.push('O'),
            'ü' | 'Ü' => text.push('U'),
            _ => text.extend(deunicode::deunicode_char(c).unwrap_or(" ").chars().map(|c| c.to_ascii_uppercase())),
        }
    } else if c == '\u{2013}' || c == '\u{2014}' || c == '\u{2212}' || c == '\u{2010}' || c == '\u{2011}' {
        text.push('-');
    } else if c == '\u{20ac}' {
        text.push_str("EUR");
    } else {
        text.push(' ');
    }
}

fn cut(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut list: Vec<Token> = Vec::with_capacity(text.len() / 5 + 4);
    let mut i = 0;
    let mut gap_start = 0;
    while let Some(b) = bytes.get(i) {
        if !b.is_ascii_alphanumeric() {
            i += 1;
            continue;
        }
        let digits = b.is_ascii_digit();
        let start = i;
        while bytes.get(i).is_some_and(|b| b.is_ascii_alphanumeric() && b.is_ascii_digit() == digits) {
            i += 1;
        }
        let glue = match list.last() {
            None => Glue::Apart,
            Some(before) => {
                let gap = text.get(gap_start..start).unwrap_or("");
                // A sign between digits joins them at the cut of a line as it does within one.
                if digits && before.digits && sign_at_cut(gap) { Glue::Joined } else { glue_of(gap) }
            }
        };
        list.push(Token { range: start..i, digits, glue });
        gap_start = i;
    }
    list
}

/// One joining sign right before or behind the cut of a line.
fn sign_at_cut(gap: &str) -> bool {
    matches!(gap.as_bytes(), [b'-' | b'/' | b'.' | b'_', b'\n'] | [b'\n', b'-' | b'/' | b'.' | b'_'])
}

fn glue_of(gap: &str) -> Glue {
    if gap.is_empty() {
        return Glue::None;
    }
    if gap == "\n" {
        return Glue::Break;
    }
    let joins = gap.bytes().all(|b| matches!(b, b'-' | b'/' | b'.' | b'_' | b':' | b'#' | b' ' | b'\n' | b'*'));
    let blank = gap.bytes().any(|b| b == b' ' || b == b'\n');
    match (joins, blank) {
        (true, false) => Glue::Joined,
        (true, true) if gap.len() <= 4 => Glue::Blank,
        _ => Glue::Apart,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_digits_part_and_the_cut_is_known() {
        let t = Tokens::of(["Rechnung RE-2026-0", "0731, Fä 5"]);
        let words: Vec<&str> = (0..t.list.len()).map(|i| t.word(i)).collect();
        assert_eq!(words, ["RECHNUNG", "RE", "2026", "0", "0731", "FA", "5"]);
        let glue: Vec<Glue> = t.list.iter().map(|t| t.glue).collect();
        use Glue::*;
        assert_eq!(glue, [Apart, Blank, Joined, Joined, Break, Apart, Blank]);
        assert_eq!(t.quote(1, 4), "RE-2026-0¦0731");
    }
}
