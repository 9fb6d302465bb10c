//! `tieout items convert`: an ERP's export as open items.

use super::args::{Items, ItemsCommand};
use super::failure::{DONE, Failure, REJECTED, USAGE};
use super::files;
use super::say::Say;
use tieout::error::{Error, ErrorCode};

/// Prints the items as CSV.
pub fn items(args: Items, say: &Say) -> Result<u8, Failure> {
    let ItemsCommand::Convert { map, export } = args.command;
    let (map, export) = (files::one(&map)?, files::one(&export)?);
    let (text, findings) = tieout::run::convert_items(&map, &export).map_err(failure)?;
    for finding in findings {
        say.note(&finding.to_string());
    }
    say.out(&text)?;
    Ok(DONE)
}

/// A mapping that cannot be used is configuration; a fault in the export is rejected input.
fn failure(errors: Vec<Error>) -> Failure {
    let mapping = errors.iter().all(|e| e.code() == ErrorCode::Config);
    Failure { code: if mapping { USAGE } else { REJECTED }, errors }
}
