//! Statement files in, what each holds out, read in parallel. One bad file does not stop the others.

use super::source::Source;
use crate::base::{Packed, Packer};
use crate::error::Error;
use crate::formats::{ReadOptions, Statements, read_statements, read_statements_from};
use crate::model::{Entry, Passed, Sketch, Statement};
use rayon::prelude::*;

/// How the entries of a statement stay in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// As they are.
    Whole,
    /// Packed, for a run of a million.
    Packed,
}

/// Reads files, in the order given, each with these options. `watch` is told after each.
pub(super) fn read_files(
    files: &[Source<'_>],
    options: &ReadOptions,
    kept: Kept,
    watch: &(dyn Fn() + Sync),
) -> Vec<Result<Statements, Error>> {
    // With a file for each thread, one thread reads each.
    let parallel = files.len() < rayon::current_num_threads();
    let read = |file: &Source<'_>| {
        let options = ReadOptions { file: file.name.to_owned(), parallel, ..options.clone() };
        if kept == Kept::Packed
            && let Some(read) = in_pieces(file, &options)
        {
            return Ok(read);
        }
        let mut read = read_statements(&file.content()?, &options)?;
        if kept == Kept::Packed {
            read.statements.iter_mut().for_each(Statement::pack);
        }
        Ok(read)
    };
    let watched = |file: &Source<'_>| {
        let read = read(file);
        watch();
        read
    };
    files.par_iter().map(watched).collect()
}

/// Reads a file that is not in memory in pieces, so that it never is. `None` where the whole is needed: to say what is wrong
/// with it, or to know which entry is whose.
fn in_pieces(file: &Source<'_>, options: &ReadOptions) -> Option<Statements> {
    let mut source = file.pieces(options)?;
    let (mut entries, mut figures) = (Packer::default(), Passed::default());
    let read = read_statements_from(&mut source, options, &mut |entry| {
        figures.push(&Sketch::figures_of(&entry));
        entries.push(entry);
    });
    let mut read = read.ok().filter(|_| source.unchanged_since(file))?;
    let of_statements = read.statements.iter().flat_map(|s| s.passed.iter());
    let of_statements = of_statements.map(|s| Sketch { words: [0; 16], ..s });
    if !of_statements.eq(figures.iter()) {
        return None;
    }
    share(entries.finish(), &mut read.statements);
    Some(read)
}

/// Gives every statement the entries that are its own: as many as it let go, in their order.
fn share(entries: Packed<Entry>, statements: &mut [Statement]) {
    if let [only] = statements {
        only.packed = entries;
        return;
    }
    let mut entries = entries.iter();
    for statement in statements {
        let mut own = Packer::default();
        entries.by_ref().take(statement.passed.len()).for_each(|entry| own.push(entry));
        statement.packed = own.finish();
    }
}
