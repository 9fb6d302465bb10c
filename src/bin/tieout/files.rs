//! From paths to bytes: files, folders and standard input in, named bytes out.

use super::args::Reading;
use super::failure::Failure;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use tieout::base::Place;
use tieout::error::{Error, ErrorCode};
use tieout::formats::{READERS, ReadOptions, csv::Profile};
use tieout::run::InputFile;

/// Statement files as given.
#[derive(Default)]
pub struct Given {
    pub files: Vec<InputFile>,
    /// Files of folders that are no statement, by name.
    pub unrecognised: Vec<String>,
}

/// Reads every file and folder given. Folders are not searched further down and their hidden files are skipped; `leave_out`
/// stays out everywhere.
pub fn statements(paths: &[PathBuf], leave_out: &[&Path], options: &ReadOptions) -> Result<Given, Failure> {
    let left_out: Vec<PathBuf> = leave_out.iter().filter_map(|p| fs::canonicalize(p).ok()).collect();
    let mut given = Given::default();
    for path in paths {
        if fs::canonicalize(path).is_ok_and(|p| left_out.contains(&p)) {
            // A pattern of the shell also finds the items and customers.
            continue;
        }
        if path.as_os_str() != "-" && path.is_dir() {
            folder(path, &left_out, options, &mut given)?;
        } else {
            given.files.push(one(path)?);
        }
    }
    if given.files.is_empty() {
        let names = given.unrecognised.join(", ");
        let found = if names.is_empty() { "no file".to_owned() } else { format!("no statement among {names}") };
        let places = paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ");
        let error = Error::new(ErrorCode::EmptyInput, Place::file(places), found, "at least one bank statement")
            .with_hint("folders are not searched further down; give the folder that holds the files themselves");
        return Err(Failure::rejected(vec![error]));
    }
    Ok(given)
}

fn folder(path: &Path, left_out: &[PathBuf], options: &ReadOptions, given: &mut Given) -> Result<(), Failure> {
    let entries = fs::read_dir(path).map_err(|e| Failure::io(path, &e))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|e| Failure::io(path, &e))?.path());
    }
    paths.sort();
    let before = given.files.len() + given.unrecognised.len();
    for path in paths {
        let hidden = path.file_name().is_none_or(|n| n.to_string_lossy().starts_with('.'));
        let asked_out = fs::canonicalize(&path).is_ok_and(|p| left_out.contains(&p));
        if hidden || asked_out || !path.is_file() {
            continue;
        }
        let file = one(&path)?;
        // An empty file is a failed delivery and must be said; anything else of no known format is merely named.
        let empty = file.bytes.iter().all(u8::is_ascii_whitespace);
        if empty || options.format.is_some() || READERS.iter().any(|r| r.recognises(&file.bytes, options)) {
            given.files.push(file);
        } else {
            given.unrecognised.push(file.name);
        }
    }
    if given.files.len() + given.unrecognised.len() == before {
        let error = Error::new(
            ErrorCode::EmptyInput,
            Place::file(path.display().to_string()),
            "an empty folder",
            "bank statements in it",
        )
        .with_hint("folders are not searched further down, and hidden files are skipped");
        return Err(Failure::rejected(vec![error]));
    }
    Ok(())
}

/// One file, or standard input for `-`.
pub fn one(path: &Path) -> Result<InputFile, Failure> {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(|e| Failure::io("standard input", &e))?;
        return Ok(InputFile { name: "stdin".to_owned(), bytes });
    }
    let bytes = fs::read(path).map_err(|e| Failure::io(path, &e))?;
    Ok(InputFile { name: base_name(path), bytes })
}

/// One file, if given.
pub fn maybe(path: Option<&PathBuf>) -> Result<Option<InputFile>, Failure> {
    path.map(|p| one(p)).transpose()
}

/// How statements are read: as asked for. With it comes the file of the profile, if it was one.
pub fn options(given: &Reading) -> Result<(ReadOptions, Option<InputFile>), Failure> {
    let (profile, file) = profile(given.profile.as_deref())?;
    let options = ReadOptions {
        profile,
        format: given.format.clone(),
        encoding: given.encoding.clone(),
        ..ReadOptions::default()
    };
    if let Some(format) = given.format.as_deref().filter(|f| !READERS.iter().any(|r| r.name().eq_ignore_ascii_case(f)))
    {
        let names: Vec<String> = READERS.iter().map(|r| r.name().to_lowercase()).collect();
        return Err(Failure::usage("--format", format!("`{format}`"), &names.join(", "), ""));
    }
    Ok((options, file))
}

/// A profile by id or file. A built-in id wins over a file of that name.
fn profile(given: Option<&str>) -> Result<(Option<Profile>, Option<InputFile>), Failure> {
    let Some(given) = given else { return Ok((None, None)) };
    if let Some(profile) = Profile::builtin(given) {
        return Ok((Some(profile), None));
    }
    if !Path::new(given).exists() {
        let expected = "the id of a built-in profile, or a file that exists";
        return Err(Failure::usage(
            "--profile",
            format!("`{given}`"),
            expected,
            "`tieout profiles list` shows the ids",
        ));
    }
    let file = one(Path::new(given))?;
    let text = std::str::from_utf8(&file.bytes)
        .map_err(|_| Failure::usage(given, "bytes that are no UTF-8", "a profile in UTF-8", ""))?;
    let profile =
        Profile::from_toml(text, &file.name).map_err(|e| Failure { code: super::failure::USAGE, errors: vec![e] })?;
    Ok((Some(profile), Some(file)))
}

fn base_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}
