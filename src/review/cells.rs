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

/// The text that [`to_sheet`] was given, from a cell as read. `_x000D_` and its like are undone by the reader of the format.
pub fn from_sheet(cell: &str) -> String {
    unescape(cell)
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
    }

    #[test]
    fn a_text_beyond_the_limit_says_that_it_goes_on() {
        let cell = to_sheet(&"x".repeat(40_000));
        assert!(cell.len() < 32_767 && cell.ends_with("8000 more characters in decisions.jsonl"), "{}", cell.len());
    }
}
