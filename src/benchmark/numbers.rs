//! Document numbers: the style of a series, the number of a document, and the ways in which payers write it.

use super::random::Random;
use crate::base::luhn;
use chrono::{Datelike, NaiveDate};

/// How a series numbers its documents.
#[derive(Debug, Clone)]
pub(super) struct Style {
    pattern: &'static str,
    prefix: &'static str,
    width: usize,
    base: u64,
    branch: String,
    suffix: &'static str,
}

/// `P` prefix, `Y` year, `y` year in two digits, `m` month, `B` branch, `S` running number, `C` its check digit, `L` letters behind;
/// everything else stands for itself.
const PATTERNS: &[(&str, usize)] = &[
    ("P-Y-S", 5),
    ("PS", 6),
    ("Y-S", 5),
    ("S", 7),
    ("P y/S", 4),
    ("PY.S", 5),
    ("P/S/m/Y", 4),
    ("ym-S", 4),
    ("S", 8),
    ("PyS", 5),
    ("P S", 6),
    ("Y/S", 6),
    ("P-S", 5),
    ("ymS", 5),
    ("Ym-S", 5),
    ("B-y-S", 5),
    ("PBS", 6),
    ("S-C", 6),
    ("PSC", 6),
    ("S-L", 6),
    ("P-S/L", 5),
    ("S/Y", 5),
    ("S-y", 6),
    ("B/S", 6),
    ("Y.m.S", 5),
    ("P-y-m-S", 5),
];
const PREFIXES: &[&str] =
    &["RE", "INV", "F", "FV", "R", "FA", "RG", "SI", "AR", "VF", "RNG", "BILL", "X", "KR", "FAK", "DOC"];
const SUFFIXES: &[&str] = &["A", "DE", "01", "N", "EXP"];

impl Style {
    pub(super) fn random(r: &mut Random) -> Self {
        let (pattern, width) = PATTERNS[r.below(PATTERNS.len())];
        let start = 10u64.pow(u32::try_from(width).unwrap_or(1) - 1);
        Style {
            pattern,
            prefix: r.pick(PREFIXES),
            width,
            base: if pattern.starts_with('S') { start * (1 + r.below(8) as u64) } else { r.below(500) as u64 },
            branch: format!("{:02}", 1 + r.below(40)),
            suffix: SUFFIXES[r.below(SUFFIXES.len())],
        }
    }

    /// The number of a document: `running` must be unique in the series.
    pub(super) fn number(&self, date: NaiveDate, running: u64) -> Number {
        let seq = format!("{:0w$}", self.base + running, w = self.width);
        let year = date.year();
        let mut parts = Vec::new();
        for c in self.pattern.chars() {
            parts.push(match c {
                'P' => Part::Prefix(self.prefix.to_owned()),
                'Y' => Part::Year(year.to_string()),
                'y' => Part::Year(format!("{:02}", year % 100)),
                'm' => Part::Fixed(format!("{:02}", date.month())),
                'B' => Part::Fixed(self.branch.clone()),
                'L' => Part::Fixed(self.suffix.to_owned()),
                'C' => Part::Fixed(luhn(&seq).unwrap_or(0).to_string()),
                'S' => Part::Running(seq.clone()),
                other => Part::Separator(other),
            });
        }
        Number { parts }
    }
}

#[derive(Debug, Clone)]
enum Part {
    Prefix(String),
    Year(String),
    /// Month, branch, check digit, suffix.
    Fixed(String),
    Running(String),
    Separator(char),
}

/// One document number in its parts.
#[derive(Debug, Clone)]
pub(super) struct Number {
    parts: Vec<Part>,
}

/// A number as a payer writes it.
pub(super) struct Written {
    pub(super) text: String,
    /// Only an ending of the number is left: right only together with payer and amount.
    pub(super) weak: bool,
}

impl Number {
    /// As printed on the document.
    pub(super) fn full(&self) -> String {
        self.joined(|c| c.to_string())
    }

    /// The running number alone, with its zeros.
    pub(super) fn running(&self) -> String {
        let running = self.parts.iter().find_map(|p| if let Part::Running(r) = p { Some(r.clone()) } else { None });
        running.unwrap_or_default()
    }

    /// The running number without leading zeros.
    pub(super) fn short(&self) -> String {
        let running = self.running();
        let short = running.trim_start_matches('0');
        if short.is_empty() { running } else { short.to_owned() }
    }

    fn joined(&self, separator: impl Fn(char) -> String) -> String {
        self.parts
            .iter()
            .map(|p| match p {
                Part::Prefix(t) | Part::Year(t) | Part::Fixed(t) | Part::Running(t) => t.clone(),
                Part::Separator(c) => separator(*c),
            })
            .collect()
    }

    /// A writing that keeps the whole number.
    pub(super) fn whole(&self, r: &mut Random) -> Written {
        let text = match r.weighted(&[50, 14, 18, 8, 6, 4]) {
            0 => self.full(),
            1 => self.joined(|_| String::new()),
            2 => {
                let other = *[" ", "/", ".", "-", "_", " - "].get(r.below(6)).unwrap_or(&" ");
                self.joined(|_| other.to_owned())
            }
            3 => self.full().to_lowercase(),
            4 => {
                let prefix = r.pick(&["#", "Nr.", "no. ", "Nr "]);
                format!("{prefix}{}", self.full())
            }
            _ => self.joined(|c| if c == ' ' { "-".to_owned() } else { format!("{c} ") }),
        };
        Written { text, weak: false }
    }

    /// A writing that drops something: prefix, zeros, year.
    pub(super) fn shortened(&self, r: &mut Random) -> Written {
        let year = self.parts.iter().find_map(|p| if let Part::Year(y) = p { Some(y.clone()) } else { None });
        let text = match (r.below(4), year) {
            (0, Some(year)) => format!("{}/{year}", self.short()),
            (1, Some(year)) => format!("{year} {}", self.short()),
            (2, _) => self.running(),
            _ => self.short(),
        };
        Written { weak: text.len() < self.full().len(), text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_in_full_and_short() {
        let style = Style { pattern: "P-Y-S", prefix: "RE", width: 5, base: 0, branch: "01".to_owned(), suffix: "A" };
        let number = style.number(NaiveDate::from_ymd_opt(2026, 4, 17).unwrap(), 731);
        assert_eq!(
            (number.full().as_str(), number.short().as_str(), number.running().as_str()),
            ("RE-2026-00731", "731", "00731")
        );
    }
}
