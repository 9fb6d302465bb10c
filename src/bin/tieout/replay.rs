//! `tieout replay`.

use super::args::Replay;
use super::failure::{DONE, Failure};
use super::queue::run_files;
use super::say::Say;
use super::{files, run};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use tieout::formats::ReadOptions;
use tieout::formats::archive::{is_archive, unpack};
use tieout::run::{InputFile, ReplayInputs, RunRecord, replay as again, replay_text};

/// Runs each old run under the new policy and prints what would change.
pub fn replay(args: Replay, say: &Say) -> Result<u8, Failure> {
    let config = files::maybe(args.config.as_ref())?;
    let priors = run::named_priors(args.config.as_deref(), config.as_ref())?;
    let (options, _) = files::options(&args.read)?;
    for (n, dir) in args.run.iter().enumerate() {
        let folder = run_files(dir)?;
        let record =
            RunRecord::read(&folder).map_err(|e| Failure::rejected(vec![e.in_file(&dir.display().to_string())]))?;
        let sizes: BTreeSet<u64> = record.inputs.iter().map(|i| i.bytes).collect();
        let inputs = ReplayInputs {
            run: folder,
            given: given(&places(&args.inputs, dir), &sizes, &options)?,
            config: config.clone(),
            priors: priors.clone(),
            profile: options.profile.clone(),
            format: options.format.clone(),
            encoding: options.encoding.clone(),
            currency: options.currency,
            extensions: Default::default(),
        };
        let found = again(&inputs)?;
        if say.json {
            say.out(&(tieout::outputs::safe_json(&found) + "\n"))?;
        } else {
            let gap = if n > 0 { "\n" } else { "" };
            say.out(&format!("{gap}{}", replay_text(&found)))?;
        }
    }
    Ok(DONE)
}

/// Where inputs are looked for: as given, else beside the run folder with the folders there, and here.
fn places(given: &[PathBuf], run: &Path) -> Vec<PathBuf> {
    if !given.is_empty() {
        return given.to_vec();
    }
    let here = PathBuf::from(".");
    let beside = match run.parent() {
        Some(parent) if parent.as_os_str().is_empty() => here.clone(),
        Some(parent) => parent.to_owned(),
        None => here.clone(),
    };
    let folders = fs::read_dir(&beside).into_iter().flatten().flatten().map(|e| e.path()).filter(|p| p.is_dir());
    let mut places: Vec<PathBuf> = folders.collect();
    places.push(beside);
    places.push(here);
    places.sort();
    places.dedup();
    places
}

/// The files at these places whose size is one of those asked for, and those in archives.
fn given(places: &[PathBuf], sizes: &BTreeSet<u64>, options: &ReadOptions) -> Result<Vec<InputFile>, Failure> {
    let mut paths = Vec::new();
    for place in places {
        if place.is_dir() {
            let entries = fs::read_dir(place).map_err(|e| Failure::io(place, &e))?;
            paths.extend(entries.flatten().map(|e| e.path()).filter(|p| p.is_file()));
        } else {
            paths.push(place.clone());
        }
    }
    paths.sort();
    paths.dedup();
    let mut found = Vec::new();
    for path in paths {
        let size = fs::metadata(&path).map_err(|e| Failure::io(&path, &e))?.len();
        let archive = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("zip") || e.eq_ignore_ascii_case("gz"));
        if !sizes.contains(&size) && !archive {
            continue;
        }
        let file = files::one(&path)?;
        if is_archive(&file.bytes)
            && let Ok(inner) = unpack(&file.bytes, &file.name, &options.limits)
        {
            found.extend(inner.into_iter().map(|u| InputFile { name: u.name, bytes: u.bytes }));
        }
        found.push(file);
    }
    Ok(found)
}
