//! Reading without deciding: what `check` shows and what `parse --output jsonl|csv` writes.

use super::reading::{Kept, read_files};
use super::source::Source;
use super::summarise::{repeated, statement};
use super::{InputFile, LargeFile};
use crate::base::Place;
use crate::error::{Error, ErrorCode};
use crate::formats::{ReadOptions, Statements, read_figures_from, read_statements, read_statements_from};
use crate::model::{Finding, Payment, RepeatedStatement, StatementKind, StatementSummary};
use crate::statements::{self, Day, FiledStatement};
use serde::Serialize;
use std::io::Read;

/// What reading and proving some files showed.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Checkup {
    /// Statements that count, in the order of account, currency, closing date, sequence.
    pub statements: Vec<StatementSummary>,
    /// Statements put aside because they came twice.
    pub repeated: Vec<RepeatedStatement>,
    /// Findings on files as a whole (their encoding, what was left aside), then those across statements: gaps, overlaps. A conflict
    /// stands at both statements.
    pub findings: Vec<Finding>,
    /// Files that could not be read.
    pub rejected: Vec<Error>,
}

/// Reads and proves files, all with these options (whose file name does not matter). Uses the calling rayon pool.
pub fn check_files(files: &[InputFile], options: &ReadOptions) -> Checkup {
    check_large_files(files, &[], options)
}

/// As [`check_files`], with files that are read in pieces and of which only figures stay in memory.
pub fn check_large_files(files: &[InputFile], large: &[LargeFile], options: &ReadOptions) -> Checkup {
    let mut all = read_all(files, options);
    let read = |keep: Keep| {
        let mut sketched = Files::default();
        for file in large {
            sketched.add(&file.name, read_large(file, options, keep));
        }
        sketched
    };
    let mut sketched = read(Keep::Figures);
    // Entries of reports are found again by their references, which a sketch does not have: then all is read whole. Statements
    // are compared by the words of their entries: these are read where there is more than one.
    let is_report = |f: &FiledStatement| f.statement.kind != StatementKind::Statement;
    if !sketched.filed.is_empty() && all.filed.iter().chain(&sketched.filed).any(is_report) {
        sketched = read(Keep::Entries);
    } else if !sketched.filed.is_empty() && all.filed.len() + sketched.filed.len() > 1 {
        sketched = read(Keep::Sketches);
    }
    all.filed.append(&mut sketched.filed);
    all.findings.append(&mut sketched.findings);
    all.rejected.append(&mut sketched.rejected);
    let Files { filed, findings, rejected } = all;
    checkup(statements::collect(filed), findings, rejected)
}

/// What stays in memory of the entries of a large file.
#[derive(Clone, Copy)]
enum Keep {
    Figures,
    Sketches,
    Entries,
}

fn read_large(file: &LargeFile, options: &ReadOptions, keep: Keep) -> Result<Statements, Error> {
    let options = ReadOptions { file: file.name.clone(), parallel: true, ..options.clone() };
    let failed = |e: std::io::Error| Error::new(ErrorCode::Io, Place::file(&file.name), e.to_string(), "");
    let mut source = (file.open)().map_err(failed)?;
    match keep {
        Keep::Figures => return read_figures_from(&mut source, &options),
        Keep::Sketches => return read_statements_from(&mut source, &options, &mut |_| {}),
        Keep::Entries => {}
    }
    let mut bytes = Vec::new();
    source.read_to_end(&mut bytes).map_err(failed)?;
    read_statements(&bytes, &options)
}

/// The payments of files, with what [`check_files`] says of them.
pub fn payments_of(files: &[InputFile], options: &ReadOptions) -> (Vec<Payment>, Checkup) {
    let Files { filed, findings, rejected } = read_all(files, options);
    let day = statements::collect(filed);
    let payments = statements::payments(&day, &|_| String::new()).payments;
    (payments, checkup(day, findings, rejected))
}

fn checkup(mut day: Day, mut findings: Vec<Finding>, rejected: Vec<Error>) -> Checkup {
    day.break_unpostable();
    findings.append(&mut day.findings);
    Checkup {
        statements: day.statements.iter().map(statement).collect(),
        repeated: day.repeated.iter().map(repeated).collect(),
        findings,
        rejected,
    }
}

/// What files held.
#[derive(Default)]
struct Files {
    filed: Vec<FiledStatement>,
    /// On files as a whole.
    findings: Vec<Finding>,
    rejected: Vec<Error>,
}

impl Files {
    fn add(&mut self, file: &str, read: Result<Statements, Error>) {
        match read {
            Ok(read) => {
                let statements = read.statements.into_iter();
                self.filed.extend(statements.map(|statement| FiledStatement { file: file.to_owned(), statement }));
                self.findings.extend(read.findings);
            }
            Err(error) => self.rejected.push(error),
        }
    }
}

fn read_all(files: &[InputFile], options: &ReadOptions) -> Files {
    let sources: Vec<Source<'_>> = files.iter().map(Source::held).collect();
    let results = read_files(&sources, options, Kept::Whole, &|| {});
    let mut all = Files::default();
    files.iter().zip(results).for_each(|(file, result)| all.add(&file.name, result));
    all
}
