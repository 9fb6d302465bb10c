//! From paths to bytes: files, folders and standard input in, named bytes out.

use super::args::Reading;
use super::failure::Failure;
use super::say::Say;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tieout::base::{Currency, Foreign, Place};
use tieout::error::{Error, ErrorCode};
use tieout::formats::archive::{Unpacked, is_archive, unpack};
use tieout::formats::{READERS, ReadOptions, csv::Profile};
use tieout::run::{InputFile, LargeFile};

/// Statement files as given.
#[derive(Default)]
pub struct Given {
    pub files: Vec<InputFile>,
    /// Those that are read when their turn comes, where that was asked for.
    pub large: Vec<LargeFile>,
    /// From this size on a file is not kept.
    keep_below: Option<usize>,
    /// Files of folders that are no statement, by name.
    pub unrecognised: Vec<String>,
    /// What those look like, where it can be told: for the user.
    pub notes: Vec<String>,
}

impl Given {
    fn count(&self) -> usize {
        self.files.len() + self.large.len() + self.unrecognised.len()
    }

    /// Names what was left aside.
    pub fn tell(&self, say: &Say) {
        for name in &self.unrecognised {
            match self.notes.iter().find(|n| n.strip_prefix(name.as_str()).is_some_and(|r| r.starts_with(" looks"))) {
                Some(note) => say.note(note),
                None => say.note(&format!("{name} is no statement and was left aside")),
            }
        }
    }
}

/// As [`statements`], but files of a mebibyte and more are only looked at, to be read when their turn comes.
pub fn statements_in_turn(paths: &[PathBuf], leave_out: &[&Path], options: &ReadOptions) -> Result<Given, Failure> {
    gather(paths, leave_out, options, Given { keep_below: Some(1 << 20), ..Given::default() })
}

/// Reads every file and folder given. Folders are not searched further down and their hidden files are skipped; `leave_out`
/// stays out everywhere.
pub fn statements(paths: &[PathBuf], leave_out: &[&Path], options: &ReadOptions) -> Result<Given, Failure> {
    gather(paths, leave_out, options, Given::default())
}

fn gather(paths: &[PathBuf], leave_out: &[&Path], options: &ReadOptions, mut given: Given) -> Result<Given, Failure> {
    let left_out: Vec<PathBuf> = leave_out.iter().filter_map(|p| fs::canonicalize(p).ok()).collect();
    let mut taken = Vec::new();
    for path in paths {
        if fs::canonicalize(path).is_ok_and(|p| left_out.contains(&p)) {
            // A pattern of the shell also finds the items and customers.
            taken.push(base_name(path));
            continue;
        }
        if path.as_os_str() != "-" && path.is_dir() {
            folder(path, &left_out, options, &mut given)?;
        } else if let Some(found) = pattern(path)? {
            for path in
                found.iter().filter(|p| p.is_file() && !fs::canonicalize(p).is_ok_and(|p| left_out.contains(&p)))
            {
                take(path, options, false, &mut given)?;
            }
        } else {
            take(path, options, false, &mut given)?;
        }
    }
    if given.files.is_empty() && given.large.is_empty() {
        let names = given.unrecognised.join(", ");
        let found = match (names.is_empty(), taken.is_empty()) {
            (false, _) => format!("no statement among {names}"),
            (true, false) => format!("{}, which is given for something else already", taken.join(", ")),
            (true, true) => "no file".to_owned(),
        };
        let hint = match given.notes.first() {
            _ if !taken.is_empty() => {
                "the file given with --open-items, --customers, --config or --profile is no statement; \
                 give the bank's file or its folder as STATEMENT"
            }
            Some(note) => note.as_str(),
            None => "folders are not searched further down; give the folder that holds the files themselves",
        };
        let places = paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ");
        let error = Error::new(ErrorCode::EmptyInput, Place::file(places), found, "at least one bank statement")
            .with_hint(hint);
        return Err(Failure::rejected(vec![error]));
    }
    Ok(given)
}

/// From this size on a file is read in pieces where its format can be.
const LARGE: u64 = 8 << 20;

/// Takes the paths apart of large files that can be read in pieces: those, and all others.
pub fn large(
    paths: &[PathBuf],
    leave_out: &[&Path],
    options: &ReadOptions,
) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Failure> {
    let left_out: Vec<PathBuf> = leave_out.iter().filter_map(|p| fs::canonicalize(p).ok()).collect();
    let (mut large, mut others) = (Vec::new(), Vec::new());
    for path in paths {
        let size = fs::metadata(path).ok().filter(fs::Metadata::is_file).map_or(0, |m| m.len());
        let asked_out = || fs::canonicalize(path).is_ok_and(|p| left_out.contains(&p));
        if size >= LARGE && !asked_out() && in_pieces(path, options)? {
            large.push(path.clone());
        } else {
            others.push(path.clone());
        }
    }
    Ok((large, others))
}

fn in_pieces(path: &Path, options: &ReadOptions) -> Result<bool, Failure> {
    let file = fs::File::open(path).map_err(|e| Failure::io(path, &e))?;
    let mut head = Vec::new();
    file.take(1 << 16).read_to_end(&mut head).map_err(|e| Failure::io(path, &e))?;
    Ok(tieout::formats::reads_in_pieces(&head, options))
}

fn folder(path: &Path, left_out: &[PathBuf], options: &ReadOptions, given: &mut Given) -> Result<(), Failure> {
    let entries = fs::read_dir(path).map_err(|e| Failure::io(path, &e))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|e| Failure::io(path, &e))?.path());
    }
    paths.sort();
    let before = given.count();
    for path in paths {
        let hidden = path.file_name().is_none_or(|n| n.to_string_lossy().starts_with('.'));
        let asked_out = fs::canonicalize(&path).is_ok_and(|p| left_out.contains(&p));
        if hidden || asked_out || !path.is_file() {
            continue;
        }
        take(&path, options, true, given)?;
    }
    if given.count() == before {
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

/// Takes a file, or the files in it if it is an archive. Of a folder and of an archive only statements are taken, the others named.
fn take(path: &Path, options: &ReadOptions, of_folder: bool, given: &mut Given) -> Result<(), Failure> {
    let file = one(path)?;
    if !is_archive(&file.bytes) {
        if let Some(file) = wanted(file, options, of_folder, given) {
            match given.keep_below.is_some_and(|size| file.bytes.len() >= size) && path.is_file() {
                true => given.large.push(later(path)),
                false => given.files.push(file),
            }
        }
        return Ok(());
    }
    match unpack(&file.bytes, &file.name, &options.limits) {
        Ok(inner) => {
            for Unpacked { name, bytes } in inner {
                let name = format!("{}:{name}", file.name);
                let file = wanted(InputFile { name, bytes }, options, true, given);
                given.files.extend(file);
            }
        }
        // One bad archive does not stop the others: whoever reads it says what is wrong with it.
        Err(_) => given.files.push(file),
    }
    Ok(())
}

/// The file, if it is to be read; else its name is kept.
fn wanted(file: InputFile, options: &ReadOptions, choose: bool, given: &mut Given) -> Option<InputFile> {
    // An empty file is a failed delivery and must be said; anything else of no known format is merely named.
    let empty = file.bytes.iter().all(u8::is_ascii_whitespace);
    let known = || empty || options.format.is_some() || READERS.iter().any(|r| r.recognises(&file.bytes, options));
    // A list of ours would pass as CSV.
    let foreign = Foreign::of(&file.bytes).filter(|_| choose);
    if let Some(foreign) = foreign {
        let note = format!("{} looks like {} and was left aside; {}", file.name, foreign.words(), foreign.advice());
        given.notes.push(note);
        given.unrecognised.push(file.name);
        None
    } else if !choose || known() {
        Some(file)
    } else {
        given.unrecognised.push(file.name);
        None
    }
}

/// The files that a pattern such as `*.xml` means, sorted, for shells that do not expand it. `None` for a plain path, also for
/// one that exists with such a sign in its name.
fn pattern(path: &Path) -> Result<Option<Vec<PathBuf>>, Failure> {
    let text = path.to_string_lossy();
    if !text.contains(['*', '?', '[']) || path.exists() {
        return Ok(None);
    }
    let place = text.as_ref();
    let paths = glob::glob(place).map_err(|e| Failure::usage(place, e.to_string(), "a pattern as in *.xml", ""))?;
    let mut found: Vec<PathBuf> = paths.filter_map(Result::ok).collect();
    found.sort();
    if found.is_empty() {
        return Err(Failure::usage(place, "no file fits the pattern", "files that exist", ""));
    }
    Ok(Some(found))
}

/// One file, or standard input for `-`.
pub fn one(path: &Path) -> Result<InputFile, Failure> {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(|e| Failure::io("standard input", &e))?;
        return Ok(InputFile { name: "stdin".to_owned(), bytes });
    }
    if path.is_dir() {
        let place = path.display().to_string();
        return Err(Failure::usage(&place, "this is a folder", "one file", "give the file in it"));
    }
    let bytes = fs::read(path).map_err(|e| Failure::io(path, &e))?;
    Ok(InputFile { name: base_name(path), bytes })
}

/// One file, or, where it is a mebibyte and more, an empty one and what reads it when its turn comes.
pub fn one_in_turn(path: &Path) -> Result<(InputFile, Option<LargeFile>), Failure> {
    let large = fs::metadata(path).is_ok_and(|m| m.is_file() && m.len() >= 1 << 20);
    if !large || path.as_os_str() == "-" {
        return Ok((one(path)?, None));
    }
    // What cannot be opened is told before anything else is read.
    fs::File::open(path).map_err(|e| Failure::io(path, &e))?;
    Ok((InputFile::default(), Some(later(path))))
}

/// A file that is opened when its turn comes.
pub fn later(path: &Path) -> LargeFile {
    let (name, path) = (base_name(path), path.to_owned());
    LargeFile { name, open: Arc::new(move || Ok(Box::new(fs::File::open(&path)?))) }
}

/// One file, if given.
pub fn maybe(path: Option<&PathBuf>) -> Result<Option<InputFile>, Failure> {
    path.map(|p| one(p)).transpose()
}

/// How statements are read: as asked for. With it comes the file of the profile, if it was one.
pub fn options(given: &Reading) -> Result<(ReadOptions, Option<InputFile>), Failure> {
    let (profile, file) = profile(given.profile.as_deref())?;
    let currency = given.currency.as_deref().map(|code| {
        let listed = Currency::parse(code).ok().filter(|c| c.is_listed() && !c.is_none());
        listed.ok_or_else(|| Failure::usage("--currency", format!("`{code}`"), "three letters of ISO 4217, as EUR", ""))
    });
    let options = ReadOptions {
        currency: currency.transpose()?,
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
    if let (Err(e), Some(encoding)) = (options.check(), &options.encoding) {
        return Err(Failure::usage("--encoding", format!("`{encoding}`"), e.expected(), ""));
    }
    Ok((options, file))
}

/// A profile by id or file. A built-in id wins over a file of that name.
pub fn profile(given: Option<&str>) -> Result<(Option<Profile>, Option<InputFile>), Failure> {
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

/// The last part of a path.
pub fn base_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}
