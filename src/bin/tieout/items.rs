//! `tieout items convert`: an ERP's export as open items.

use super::args::{Items, ItemsCommand};
use super::failure::{DONE, Failure};
use super::files;
use super::say::Say;

/// Prints the items as CSV.
pub fn items(args: Items, say: &Say) -> Result<u8, Failure> {
    let ItemsCommand::Convert { map, export } = args.command;
    let (map, export) = (files::one(&map)?, files::one(&export)?);
    let (text, findings) = tieout::run::convert_items(&map, &export).map_err(Failure::rejected)?;
    for finding in findings {
        say.note(&finding.to_string());
    }
    say.out(&text)?;
    Ok(DONE)
}
