//! `tieout init`: the default policy as a commented file.

use super::args::Init;
use super::failure::{DONE, Failure};
use super::say::Say;
use std::fs::File;
use std::io::{ErrorKind, Write};

/// Writes the file, never over another.
pub fn init(args: Init, say: &Say) -> Result<u8, Failure> {
    let mut file = File::create_new(&args.file).map_err(|e| match e.kind() {
        ErrorKind::AlreadyExists => {
            let place = args.file.display().to_string();
            Failure::usage(&place, "the file is there already", "a new file", "move it away, or give another name")
        }
        _ => Failure::write(&args.file, &e),
    })?;
    file.write_all(tieout::run::default_toml().as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|e| Failure::write(&args.file, &e))?;
    say.note(&format!("{} written; use it with `tieout run … --config {0}`", args.file.display()));
    Ok(DONE)
}
