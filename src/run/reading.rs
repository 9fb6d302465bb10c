//! Statement files in, what each holds out, read in parallel. One bad file does not stop the others.

use super::InputFile;
use crate::error::Error;
use crate::formats::{ReadOptions, Statements, csv::Profile, read_statements};
use crate::model::Finding;
use rayon::prelude::*;

/// Reads files, in the order given. `watch` is told after each.
pub(super) fn read_files(
    files: &[&InputFile],
    profile: Option<&Profile>,
    watch: &(dyn Fn() + Sync),
) -> Vec<Result<Statements, Error>> {
    let read = |file: &&InputFile| {
        let options = ReadOptions { profile: profile.cloned(), ..ReadOptions::for_file(&file.name) };
        let read = read_statements(&file.bytes, &options).map(|read| placed(read, &file.name));
        watch();
        read
    };
    files.par_iter().map(read).collect()
}

/// Over several files a finding must name its own.
fn placed(mut read: Statements, file: &str) -> Statements {
    let name = |finding: &mut Finding| {
        finding.place.file.get_or_insert_with(|| file.to_owned());
    };
    read.findings.iter_mut().for_each(name);
    for statement in &mut read.statements {
        statement.findings.iter_mut().for_each(name);
    }
    read
}
