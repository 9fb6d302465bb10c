//! `tieout calibrate`.

use super::args::Calibrate;
use super::failure::{DONE, Failure};
use super::files;
use super::say::Say;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use tieout::benchmark::{CalibrateInputs, calibrate as measure, calibration_text};
use tieout::run::{InputFile, priors_toml};

/// Prints the figures, or with `--json` all of them, and writes the priors where asked.
pub fn calibrate(args: Calibrate, say: &Say) -> Result<u8, Failure> {
    let inputs = CalibrateInputs {
        decisions: args.decisions.iter().map(|p| decisions(p)).collect::<Result<_, _>>()?,
        verdicts: files::maybe(args.verdicts.as_ref())?,
        truth: files::maybe(args.truth.as_ref())?,
    };
    let found = measure(&inputs).map_err(Failure::rejected)?;
    if let Some(out) = &args.out {
        write_new(out, &priors_toml(&found.priors))?;
    }
    if say.json {
        say.out(&(tieout::outputs::safe_json(&found) + "\n"))?;
    } else {
        say.out(&calibration_text(&found))?;
    }
    if let Some(out) = &args.out {
        let file = out.display();
        say.note(&format!("written to {file}; it counts once a policy says [matching] priors = \"{file}\""));
    }
    Ok(DONE)
}

/// A file of decisions, or that of a run folder.
fn decisions(path: &Path) -> Result<InputFile, Failure> {
    if path.is_dir() {
        let file = files::one(&path.join("decisions.jsonl"))?;
        return Ok(InputFile { name: path.join(&file.name).display().to_string(), ..file });
    }
    let file = files::one(path)?;
    Ok(InputFile { name: path.display().to_string(), ..file })
}

fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
            let place = path.display().to_string();
            return Err(Failure::usage(&place, "something is there already", "a name that is free", ""));
        }
        other => other.map_err(|e| Failure::write(path, &e))?,
    };
    file.write_all(text.as_bytes()).map_err(|e| Failure::write(path, &e))
}
