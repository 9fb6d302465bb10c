//! `tieout init`: the default policy as a commented file.

use super::args::Init;
use super::failure::{DONE, Failure};
use super::say::Say;
use std::fs::File;
use std::io::{ErrorKind, Write};

/// Writes the file, never over another.
pub fn init(args: Init, say: &Say) -> Result<u8, Failure> {
    if let Some(ledger) = &args.ledger {
        super::ledger::check(ledger, true)?;
    }
    let mut file = File::create_new(&args.file).map_err(|e| match e.kind() {
        ErrorKind::AlreadyExists => {
            let place = args.file.display().to_string();
            Failure::usage(&place, "the file is there already", "a new file", "move it away, or give another name")
        }
        _ => Failure::write(&args.file, &e),
    })?;
    let mut text = tieout::run::default_toml().to_owned();
    if let Some(ledger) = &args.ledger {
        super::ledger::writer(ledger, false, "init", true, say)?;
        let name = std::path::absolute(ledger).map_err(|e| Failure::write(ledger, &e))?;
        let folder = std::path::absolute(&args.file).map_err(|e| Failure::write(&args.file, &e))?;
        let name = folder.parent().and_then(|f| name.strip_prefix(f).ok()).unwrap_or(&name).display().to_string();
        let named = toml_text(&name);
        text = format!("# Memory of what was read and applied; relative to this file.\nledger = {named}\n\n{text}");
    }
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|e| Failure::write(&args.file, &e))?;
    say.note(&format!("{} written; use it with `tieout run … --config {0}`", args.file.display()));
    Ok(DONE)
}

/// A TOML string.
fn toml_text(text: &str) -> String {
    let escaped: String =
        text.chars().flat_map(|c| if c == '"' || c == '\\' { vec!['\\', c] } else { vec![c] }).collect();
    format!("\"{escaped}\"")
}
