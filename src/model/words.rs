//! The pieces of a text as one text for a reader. Matching has its own way: it tries them joined and apart.

use super::Format;

/// The pieces as one text: with a blank between two, but none where the format cut the text at its column limit, where a blank
/// stands at the cut already, or where the next piece begins in the middle of a word.
///
/// Limits: MT940 cuts at 27 (subfields, the first of which holds `SVWZ+` as well) and at 65 (lines), camt at 35 and 140.
/// In between a shorter piece ends with a word, whose blank the format dropped.
pub fn joined_words<S: AsRef<str>>(pieces: &[S], format: Option<Format>) -> String {
    let limits: &[usize] = match format {
        Some(Format::Mt940 | Format::Mt942) => &[27, 65],
        Some(Format::Camt052 | Format::Camt053 | Format::Camt054) => &[35, 140],
        _ => &[],
    };
    let length = |i: usize| pieces.get(i).map_or(0, |p| p.as_ref().chars().count());
    let last = pieces.len().saturating_sub(1);
    let longest = (0..last).map(length).max().unwrap_or(0);
    let limit = limits.iter().copied().find(|l| longest <= *l).unwrap_or(0);
    let is_full = |i: usize| {
        let length = length(i);
        // The first piece may begin behind a keyword.
        let behind = i == 0 && (limit == 27 && length == 22 || limit == 65 && longest == 65);
        length > 0 && (length == limit || behind)
    };
    let mut out = String::with_capacity(pieces.iter().map(|p| p.as_ref().len() + 1).sum());
    for (i, piece) in pieces.iter().enumerate() {
        let piece = piece.as_ref();
        let before = i.checked_sub(1);
        let cut = before.is_some_and(is_full) || !limits.is_empty() && inside_word(&out, piece);
        let blank = out.is_empty() || out.ends_with(char::is_whitespace) || piece.starts_with(char::is_whitespace);
        if !blank && !cut {
            out.push(' ');
        }
        out.push_str(piece);
    }
    out
}

/// `20` + `.02.2026`, `RE-2026-` + `00731`: no word begins with a point or comma, and none ends with a hyphen or slash.
fn inside_word(before: &str, piece: &str) -> bool {
    let mut end = before.chars().rev();
    let mut start = piece.chars();
    let (last, one_before) = (end.next(), end.next());
    let (first, second) = (start.next(), start.next());
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    matches!(first, Some('.' | ',' | '-' | '/')) && word(last) && digit(second)
        || matches!(last, Some('-' | '/')) && word(one_before) && digit(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MT940: Option<Format> = Some(Format::Mt940);

    #[test]
    fn a_word_cut_at_the_column_limit_is_whole_again() {
        let pieces = ["Rechnung 4711/26 v. 20", ".02.2026 Skonto 2% abgezoge", "n"];
        assert_eq!((pieces[0].len(), pieces[1].len()), (22, 27));
        assert_eq!(joined_words(&pieces, MT940), "Rechnung 4711/26 v. 20.02.2026 Skonto 2% abgezogen");
        let line = "X".repeat(65);
        assert_eq!(joined_words(&[line.clone(), "Y".to_owned()], MT940), format!("{line}Y"));
        assert_eq!(
            joined_words(&["A".repeat(140), "B".into()], Some(Format::Camt053)),
            format!("{}B", "A".repeat(140))
        );
    }

    #[test]
    fn a_shorter_piece_ends_with_its_word() {
        assert_eq!(joined_words(&["Miete", "April"], MT940), "Miete April");
        assert_eq!(joined_words(&["Miete ", "April"], MT940), "Miete April");
        assert_eq!(
            joined_words(&["Entgelt fuer die Pruefung d", "er Anlage im", "April"], MT940),
            "Entgelt fuer die Pruefung der Anlage im April"
        );
        assert_eq!(joined_words(&["RE-2026-", "00731 netto"], MT940), "RE-2026-00731 netto");
        let name = ["a text of twenty-two ch", "b"];
        assert_eq!(joined_words(&name, Some(Format::Csv)), "a text of twenty-two ch b");
        assert_eq!(joined_words::<&str>(&[], None), "");
    }
}
