//! `tieout convert`: a statement file in another format, and what that format could not carry.

use super::args::{Convert, Target};
use super::failure::{DONE, Failure, REJECTED};
use super::files;
use super::say::Say;
use std::fs;
use tieout::formats::{ReadOptions, Written, camt, csv, mt940, read_statements};
use tieout::model::TieOut;
use tieout::outputs::{escape_hidden, parsed_json};

/// Reads one file and writes its statements. A file that cannot be read gives nothing but its error.
pub fn convert(args: Convert, say: &Say) -> Result<u8, Failure> {
    if let Some(out) = args.out.as_deref().filter(|o| same_file(o, &args.file)) {
        let place = out.display().to_string();
        return Err(Failure::usage(&place, "this is the file to convert", "another file to write", ""));
    }
    let (options, _) = files::options(&args.read)?;
    let file = files::one(&args.file)?;
    let options = ReadOptions { file: file.name.clone(), ..options };
    let read = read_statements(&file.bytes, &options);
    let statements = match &read {
        Ok(read) => &read.statements,
        Err(error) => return Err(Failure::rejected(vec![error.clone()])),
    };
    let written = match args.to {
        Target::Camt053 => camt::write(statements),
        Target::Mt940 => mt940::write(statements),
        Target::Csv => csv::write(statements),
        Target::Json => {
            let line = format!("{}\n", escape_hidden(&parsed_json(&file.name, &read)));
            Written { bytes: line.into_bytes(), lost: Vec::new() }
        }
    };
    match &args.out {
        Some(path) => fs::write(path, &written.bytes).map_err(|e| Failure::write(path, &e))?,
        None => say.out(&String::from_utf8_lossy(&written.bytes))?,
    }
    for mut finding in written.lost {
        finding.place.file = Some(file.name.clone());
        say.note(&finding.to_string());
    }
    let mut broken = false;
    for statement in statements.iter().filter(|s| s.tie_out == TieOut::Broken) {
        broken = true;
        for finding in &statement.findings {
            say.note(&finding.to_string());
        }
    }
    Ok(if broken { REJECTED } else { DONE })
}

fn same_file(a: &std::path::Path, b: &std::path::Path) -> bool {
    fs::canonicalize(a).ok().is_some_and(|a| fs::canonicalize(b).ok() == Some(a))
}
