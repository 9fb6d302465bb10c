//! Columns and line breaks of reports.

use crate::base::counted;
use crate::error::visible;
use crate::model::Finding;
use std::collections::HashMap;

/// Widest line.
pub(super) const WIDTH: usize = 100;

/// How a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// Rows in columns two blanks apart, each as wide as its widest cell. Lines keep no blank at their end.
pub(super) fn columns(rows: &[Vec<String>], align: &[Align], indent: usize) -> String {
    let rows: Vec<Vec<String>> = rows.iter().map(|r| r.iter().map(|c| visible(c)).collect()).collect();
    let width = |n: usize| rows.iter().filter_map(|r| r.get(n)).map(|c| c.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..align.len()).map(width).collect();
    let mut out = String::new();
    for row in &rows {
        let mut line = " ".repeat(indent);
        for ((cell, width), align) in row.iter().zip(&widths).zip(align) {
            match align {
                Align::Left => line.push_str(&format!("{cell:<width$}  ")),
                Align::Right => line.push_str(&format!("{cell:>width$}  ")),
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Findings as sentences; of those that say the same the first, with how many more there are.
pub(super) fn told_once<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<String> {
    let mut told: Vec<(&Finding, u64)> = Vec::new();
    let mut known = HashMap::new();
    for finding in findings {
        let at = *known.entry((finding.code, &finding.text)).or_insert(told.len());
        match told.get_mut(at) {
            Some((_, more)) => *more += 1,
            None => told.push((finding, 0)),
        }
    }
    let text = |(finding, more): (&Finding, u64)| match more {
        0 => finding.to_string(),
        n => format!("{finding}, and the same in {}", counted(n, "more place", "more places")),
    };
    told.into_iter().map(text).collect()
}

/// A paragraph broken at blanks to the width of the screen. The first line starts with `first`, the others are indented as far.
pub(super) fn paragraph(first: &str, text: &str) -> String {
    let indent = first.chars().count();
    let mut out = String::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in shown(text).split_whitespace() {
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(line.trim_end());
            out.push('\n');
            line = " ".repeat(indent);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    out.push_str(line.trim_end());
    out.push('\n');
    out
}

/// Longer than [`visible`] lets through, for whole remittance texts.
fn shown(text: &str) -> String {
    text.split_whitespace().map(visible).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_breaks_at_blanks_and_hangs() {
        let text = paragraph("  - ", &"word ".repeat(40));
        assert!(text.lines().all(|l| l.chars().count() <= WIDTH));
        assert!(text.lines().nth(1).unwrap().starts_with("    word"));
    }

    #[test]
    fn hostile_text_cannot_speak_to_a_terminal() {
        assert!(!paragraph("", "a\u{1b}[31mb").contains('\u{1b}'));
        assert!(!columns(&[vec!["a\u{202e}b".to_owned()]], &[Align::Left], 0).contains('\u{202e}'));
    }
}
