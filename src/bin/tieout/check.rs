//! `tieout check`: read and tie out, without deciding anything.

use super::args::Check;
use super::failure::{DONE, Failure, REJECTED};
use super::files;
use super::say::Say;
use tieout::run::check_large_files;

/// Prints the table, or the same as JSON.
pub fn check(args: Check, say: &Say) -> Result<u8, Failure> {
    let (options, profile_file) = files::options(&args.read)?;
    let leave_out = profile_file.as_ref().and(args.read.profile.as_deref()).map(std::path::Path::new);
    let (large, others) = files::large(&args.files, leave_out.as_slice(), &options)?;
    // With large files alone the others are none, which is else an error.
    let given = match others.is_empty() && !large.is_empty() {
        true => files::Given::default(),
        false => files::statements(&others, leave_out.as_slice(), &options)?,
    };
    given.tell(say);
    let large: Vec<_> = large.iter().map(|path| files::later(path)).collect();
    let found = check_large_files(&given.files, &large, &options);
    if say.json {
        say.out(&format!("{}\n", tieout::outputs::safe_json(&found)))?;
    } else {
        let rejected = found.rejected.len() as u64;
        let text = tieout::reports::check_table(&found.statements, &found.repeated, &found.findings, rejected);
        say.out(&text)?;
    }
    for error in &found.rejected {
        say.error(error);
    }
    let broken = found.statements.iter().any(|s| s.is_open());
    Ok(if broken || !found.rejected.is_empty() { REJECTED } else { DONE })
}
