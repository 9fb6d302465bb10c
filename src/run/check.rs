//! Reading without deciding: what `check` shows and what `parse --output jsonl|csv` writes.

use super::InputFile;
use super::reading::read_files;
use super::summarise::{repeated, statement};
use crate::error::Error;
use crate::formats::ReadOptions;
use crate::model::{Finding, Payment, RepeatedStatement, StatementSummary};
use crate::statements::{self, Day, FiledStatement};
use serde::Serialize;

/// What reading and proving some files showed.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Checkup {
    /// Statements that count, in the order of account, currency, closing date, sequence.
    pub statements: Vec<StatementSummary>,
    /// Statements put aside because they came twice.
    pub repeated: Vec<RepeatedStatement>,
    /// Findings across statements: gaps, overlaps, conflicts.
    pub findings: Vec<Finding>,
    /// Files that could not be read.
    pub rejected: Vec<Error>,
}

/// Reads and proves files, all with these options (whose file name does not matter). Uses the calling rayon pool.
pub fn check_files(files: &[InputFile], options: &ReadOptions) -> Checkup {
    let (day, rejected) = collect(files, options);
    checkup(day, rejected)
}

/// The payments of files, with what [`check_files`] says of them.
pub fn payments_of(files: &[InputFile], options: &ReadOptions) -> (Vec<Payment>, Checkup) {
    let (day, rejected) = collect(files, options);
    let payments = statements::payments(&day, &|_| String::new()).payments;
    (payments, checkup(day, rejected))
}

fn checkup(day: Day, rejected: Vec<Error>) -> Checkup {
    Checkup {
        statements: day.statements.iter().map(statement).collect(),
        repeated: day.repeated.iter().map(repeated).collect(),
        findings: day.findings,
        rejected,
    }
}

fn collect(files: &[InputFile], options: &ReadOptions) -> (Day, Vec<Error>) {
    let results = read_files(&files.iter().collect::<Vec<_>>(), options, &|| {});
    let mut filed = Vec::new();
    let mut rejected = Vec::new();
    for (file, result) in files.iter().zip(results) {
        match result {
            Ok(read) => filed.extend(
                read.statements.into_iter().map(|statement| FiledStatement { file: file.name.clone(), statement }),
            ),
            Err(error) => rejected.push(error),
        }
    }
    (statements::collect(filed), rejected)
}
