//! Text in the cells of a spreadsheet, which are strings and never evaluated. In goes any text, out goes one without
//! characters that hide or that XML cannot carry, by the same escape as in CSV; [`from_sheet`] undoes it.

use crate::base::{escape, unescape};

/// Most characters of a cell in the format, less room for the note that something was cut.
const CELL_MAX: usize = 32_000;

/// The text of a cell. A plain text stands as it is, also one that starts like a formula: in a string cell it is harmless.
pub fn to_sheet(text: &str) -> String {
    let escaped = escape(text);
    // Only a leading sign was guarded: that is of no use here, and reviewers read the text as the bank wrote it.
    let plain = escaped.strip_prefix('\'').is_some_and(|body| body == text) && !text.starts_with('\'');
    let cell = if plain || escaped == text { text.to_owned() } else { escaped };
    if cell.encode_utf16().count() <= CELL_MAX {
        return cell;
    }
    let mut units = 0;
    let kept: String = cell
        .chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= CELL_MAX
        })
        .collect();
    let more = cell.chars().count().saturating_sub(kept.chars().count());
    format!("{kept} … {more} more characters in decisions.jsonl")
}

/// The text that [`to_sheet`] was given, from a cell as read; `_xHHHH_` of the format is undone first.
pub fn from_sheet(cell: &str) -> String {
    if cell.contains("_x") { unescape(&undo_x(cell)) } else { unescape(cell) }
}

/// `_x000D_` and its like, by which the format writes what XML cannot carry (ECMA-376, ST_Xstring).
fn undo_x(cell: &str) -> String {
    let mut out = String::with_capacity(cell.len());
    let mut rest = cell;
    while let Some((before, after)) = rest.split_once("_x") {
        out.push_str(before);
        let code = after
            .split_at_checked(5)
            .filter(|(hex, _)| hex.ends_with('_') && hex.bytes().take(4).all(|b| b.is_ascii_hexdigit()));
        let decoded = code.and_then(|(hex, tail)| {
            let code = u32::from_str_radix(hex.get(..4)?, 16).ok()?;
            Some((char::from_u32(code)?, tail))
        });
        match decoded {
            Some((c, tail)) => {
                out.push(c);
                rest = tail;
            }
            None => {
                out.push_str("_x");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_shown_and_what_only_looks_like_a_formula_stays() {
        assert_eq!(to_sheet("=1+1"), "=1+1");
        assert_eq!(to_sheet("00123"), "00123");
        assert_eq!(to_sheet("a\u{202e}b"), "'a\\u{202e}b");
        for text in ["=1", "'=1", "a\u{202e}b", "_x0041_", "two\nlines", "C:\\x", "-1;=2", ""] {
            assert_eq!(from_sheet(&to_sheet(text)), text, "{text:?}");
        }
        assert_eq!(from_sheet("_x005F_x0041_"), "_x0041_");
    }

    #[test]
    fn a_text_beyond_the_limit_says_that_it_goes_on() {
        let cell = to_sheet(&"x".repeat(40_000));
        assert!(cell.len() < 32_767 && cell.ends_with("8000 more characters in decisions.jsonl"), "{}", cell.len());
    }
}
