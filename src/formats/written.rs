//! What a writer gives, and how it tells what its format could not carry.

use crate::base::Place;
use crate::model::{Finding, FindingCode, Statement, is_no_reference};

/// Statements written in a format.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Written {
    /// The file.
    pub bytes: Vec<u8>,
    /// What the format could not carry as it was, each with the place of its entry: at most 1,000, the rest counted in a last one.
    pub lost: Vec<Finding>,
}

/// Most findings of one file.
const MOST: usize = 1000;

/// Collects what gets lost, at the place of the entry that is being written.
pub(super) struct Lost {
    format: &'static str,
    place: Place,
    findings: Vec<Finding>,
    more: u64,
}

impl Lost {
    pub(super) fn new(format: &'static str) -> Self {
        Lost { format, place: Place::default(), findings: Vec::new(), more: 0 }
    }

    /// From now on, things are lost at this place; where it says nothing, at the number of statement and entry, from 0.
    pub(super) fn at(&mut self, place: &Place, statement: usize, entry: Option<usize>) {
        self.place = place.clone();
        if place.line.is_none() && place.path.is_none() {
            let entry = entry.map(|i| format!("/entries[{}]", i + 1)).unwrap_or_default();
            self.place.path = Some(format!("statements[{}]{entry}", statement + 1).into());
        }
    }

    /// What got lost and why, as one sentence that begins with the thing.
    pub(super) fn tell(&mut self, text: impl AsRef<str>) {
        if self.findings.len() < MOST {
            self.findings.push(Finding::new(FindingCode::NotCarried, self.place.clone(), text));
        } else {
            self.more += 1;
        }
    }

    /// A thing for which the format has no field.
    pub(super) fn no_field(&mut self, what: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.tell(format!("{what} `{value}` has no field in {}", self.format));
        }
    }

    /// Free text in one line of at most `max` characters; longer text is cut.
    pub(super) fn text(&mut self, what: &str, value: Option<&str>, max: usize) -> Option<String> {
        let value = value?;
        let line = self.legible(what, value, false);
        let kept: String = line.chars().take(max).collect();
        let kept = kept.trim_end().to_owned();
        if kept.len() < line.len() {
            self.tell(format!("{what} is longer than {max} characters and was cut: `{value}`"));
        } else if kept != value {
            self.blanks(what, value);
        }
        (!kept.is_empty()).then_some(kept)
    }

    /// A reference or number of at most `max` characters; a longer one is left out, since a cut one would be another one.
    pub(super) fn id(&mut self, what: &str, value: Option<&str>, max: usize) -> Option<String> {
        let value = value?;
        let line = self.legible(what, value, false);
        if line.chars().count() > max {
            self.tell(format!("{what} `{value}` is longer than {max} characters and was left out"));
            return None;
        }
        if is_no_reference(&line) {
            self.tell(format!("{what} `{value}` reads as none and was left out"));
            return None;
        }
        if line != value {
            self.blanks(what, value);
        }
        Some(line)
    }

    /// An account number: an id without blanks.
    pub(super) fn account(&mut self, what: &str, value: Option<&str>, max: usize) -> Option<String> {
        let compact: String = value?.chars().filter(|c| !c.is_whitespace()).collect();
        if compact.is_empty() {
            return None;
        }
        self.id(what, Some(&compact), max)
    }

    /// Lines of text of at most `max` characters in all, kept apart by `\n`.
    pub(super) fn lines(&mut self, what: &str, value: Option<&str>, max: usize) -> Option<String> {
        let value = value?;
        let text = self.legible(what, value, true);
        let kept: String = text.chars().take(max).collect();
        if kept.len() < text.len() {
            self.tell(format!("{what} is longer than {max} characters and was cut"));
        }
        let kept = kept.trim_end().to_owned();
        (!kept.is_empty()).then_some(kept)
    }

    /// Text whose forbidden characters were replaced, trimmed; its lines joined with a blank, or kept.
    pub(super) fn legible(&mut self, what: &str, value: &str, keep_lines: bool) -> String {
        let mut replaced = false;
        let clean: String = value
            .chars()
            .map(|c| match c {
                '\n' | '\r' | '\t' => c,
                c if c < ' ' || matches!(c, '\u{7f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') => {
                    replaced = true;
                    '?'
                }
                c => c,
            })
            .collect();
        if replaced {
            self.tell(format!("{what} has control characters, which stand as `?`: `{value}`"));
        }
        let lines = clean.trim().split(['\n', '\r', '\t']).map(str::trim).filter(|l| !l.is_empty());
        lines.collect::<Vec<_>>().join(if keep_lines { "\n" } else { " " })
    }

    fn blanks(&mut self, what: &str, value: &str) {
        if !value.chars().any(|c| c < ' ' && !matches!(c, '\n' | '\r' | '\t')) {
            self.tell(format!("{what} lost blanks or line ends at its edges: `{value}`"));
        }
    }

    /// What every format loses of a statement, and at which place.
    pub(super) fn of_statement(&mut self, statement: &Statement, number: usize) {
        self.at(&statement.place, number, None);
        for (reason, count) in &statement.left_out {
            self.tell(format!("{count} rows that were left out on reading ({reason}) are not in the file"));
        }
    }

    pub(super) fn finish(mut self) -> Vec<Finding> {
        if self.more > 0 {
            let text = format!("{} more findings of this kind were not kept", self.more);
            self.findings.push(Finding::new(FindingCode::FindingsCut, Place::default(), text));
        }
        self.findings
    }
}

/// Text in pieces of at most `max` characters. A cut never falls on a blank where it can be helped, since readers trim pieces.
pub(super) fn pieces(text: &str, max: usize) -> Vec<String> {
    let mut rest: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    while rest.len() > max {
        let inner = |at: &usize| {
            let blank = |i: usize| rest.get(i).is_none_or(|c| c.is_whitespace());
            !blank(*at) && !blank(at.saturating_sub(1))
        };
        let cut = (1..=max).rev().find(inner).unwrap_or(max).max(1);
        let tail = rest.split_off(cut);
        out.push(rest.into_iter().collect());
        rest = tail;
    }
    if !rest.is_empty() {
        out.push(rest.into_iter().collect());
    }
    out
}
