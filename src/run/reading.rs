//! Statement files in, what each holds out, read in parallel. One bad file does not stop the others.

use super::InputFile;
use crate::error::Error;
use crate::formats::{ReadOptions, Statements, read_statements};
use rayon::prelude::*;

/// Reads files, in the order given, each with these options. `watch` is told after each.
pub(super) fn read_files(
    files: &[&InputFile],
    options: &ReadOptions,
    watch: &(dyn Fn() + Sync),
) -> Vec<Result<Statements, Error>> {
    let read = |file: &&InputFile| {
        let options = ReadOptions { file: file.name.clone(), ..options.clone() };
        let read = read_statements(&file.bytes, &options);
        watch();
        read
    };
    files.par_iter().map(read).collect()
}
