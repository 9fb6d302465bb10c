//! Findings of one statement while it is read: the same oddity on every line is told once.

use super::fields::{Fault, Figure};
use super::lines::Field;
use crate::base::{Money, Place, counted};
use crate::error::Error;
use crate::model::{Finding, FindingCode};

/// Collects findings up to a limit.
#[derive(Debug)]
pub(super) struct Notes {
    findings: Vec<Finding>,
    limit: usize,
    cut: u64,
    derived: Option<(Place, u64)>,
    points: Option<(Place, u64)>,
}

impl Notes {
    /// At most `limit` findings; the rest are counted.
    pub(super) fn new(limit: usize) -> Self {
        Notes { findings: Vec::new(), limit, cut: 0, derived: None, points: None }
    }

    /// One finding.
    pub(super) fn add(&mut self, code: FindingCode, place: Place, text: impl AsRef<str>) {
        if self.findings.len() < self.limit {
            self.findings.push(Finding::new(code, place, text));
        } else {
            self.cut += 1;
        }
    }

    /// An entry without entry date, booked at its value date.
    pub(super) fn derived_date(&mut self, line: Field<'_>) {
        self.derived.get_or_insert_with(|| (line.place(6), 0)).1 += 1;
    }

    /// What is odd about an amount: no decimal sign, a point, more decimals than the currency has.
    pub(super) fn amount(&mut self, field: Field<'_>, offset: usize, figure: Figure, money: Money) {
        match figure.separator {
            Some('.') => self.points.get_or_insert_with(|| (field.place(offset), 0)).1 += 1,
            None => {
                let text = format!("the amount has no decimal sign and was read as {money}");
                self.add(FindingCode::Dialect, field.place(offset), text);
            }
            _ => {}
        }
        if !money.is_whole() {
            let text = format!("{money} has more decimals than its currency");
            self.add(FindingCode::ExcessDecimals, field.place(offset), text);
        }
    }

    /// All findings: those told once come last.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        if let Some((place, count)) = self.derived.take() {
            let text = format!("{} no entry date; the value date was taken as booking date", entries(count));
            self.findings.push(Finding::new(FindingCode::DateDerived, place, text));
        }
        if let Some((place, count)) = self.points.take() {
            let text = format!("{count} amounts have a point as decimal sign, read like a comma");
            self.findings.push(Finding::new(FindingCode::Dialect, place, text));
        }
        if self.cut > 0 {
            let text = format!("{} more findings are not shown", self.cut);
            self.findings.push(Finding::new(FindingCode::FindingsCut, Place::default(), text));
        }
        self.findings
    }
}

fn entries(count: u64) -> String {
    counted(count, "entry has", "entries have")
}

/// A fault of the grammar as the public error, placed in the file.
pub(super) fn fault(field: Field<'_>, fault: Fault) -> Error {
    Error::new(fault.code, field.place(fault.offset), fault.found, fault.expected).with_hint(fault.hint)
}
