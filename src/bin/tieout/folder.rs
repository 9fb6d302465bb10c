//! The run folder: written whole or not at all. Everything goes to a hidden sibling first, is synced, and is renamed.

use super::failure::Failure;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tieout::base::{Sha256Pieces, sha256_hex};
use tieout::outputs::MANIFEST_SCHEMA;
use tieout::run::{FilePiece, InputFile};

/// What a folder holds before a run is written.
pub enum Found {
    /// Nothing: it is not there, or empty.
    Free,
    /// A whole run, unchanged since it was written.
    Run(String),
    /// A run, and this speaks against it: a changed, missing or foreign file.
    Changed(String),
    /// Something else.
    Foreign,
}

/// What happened to it.
#[derive(Debug, PartialEq, Eq)]
pub enum Written {
    /// The run was written.
    New,
    /// It was there already; nothing was written.
    Same,
}

/// Refuses early what can never be written to.
pub fn check(dir: &Path, replace: bool) -> Result<(), Failure> {
    match look(dir)? {
        Found::Foreign => Err(foreign(dir)),
        Found::Changed(what) if replace => Err(changed(dir, &what)),
        _ => Ok(()),
    }
}

/// Hands on the files of a folder: name and next piece, the manifest last.
pub type Files<'a> = &'a dyn Fn(&mut Put<'_>) -> io::Result<()>;

/// Takes the next piece of a file.
pub type Put<'a> = FilePiece<'a, io::Error>;

/// Files that are in memory.
pub fn whole(files: &[InputFile]) -> impl Fn(&mut Put<'_>) -> io::Result<()> {
    move |put| files.iter().try_for_each(|f| put(&f.name, &f.bytes))
}

/// Writes a run.
pub fn write(dir: &Path, run_id: &str, files: Files<'_>, replace: bool) -> Result<Written, Failure> {
    match prepare(dir, run_id, files, replace, &format!("{}", std::process::id()))? {
        None => Ok(Written::Same),
        Some(prepared) => {
            prepared.put()?;
            Ok(Written::New)
        }
    }
}

/// A run that lies complete and synced beside its folder, under a hidden name.
pub struct Prepared {
    temporary: PathBuf,
    dir: PathBuf,
    aside: PathBuf,
    replaces: bool,
    manifest_sha256: String,
    /// Held as long as the files are being written and put in place: what nobody holds was left by somebody who was killed.
    _held: Option<File>,
}

/// Writes a run beside its folder; `None` if the folder holds it already. `mark` tells the hidden name from others.
pub fn prepare(
    dir: &Path,
    run_id: &str,
    files: Files<'_>,
    replace: bool,
    mark: &str,
) -> Result<Option<Prepared>, Failure> {
    clear_up(dir);
    let found = look(dir)?;
    let replaces = match &found {
        Found::Free => false,
        Found::Run(id) if id == run_id => return Ok(None),
        Found::Run(_) if replace => true,
        Found::Run(id) => {
            let text = format!("the folder holds another run ({id})");
            let hint = "give another folder, or --replace to put this run in its place";
            return Err(usage(dir, text, "a new or empty folder", hint));
        }
        Found::Changed(what) => return Err(changed(dir, what)),
        Found::Foreign => return Err(foreign(dir)),
    };
    let dir = std::path::absolute(dir).map_err(|e| Failure::write(dir, &e))?;
    let parent = parent(&dir);
    if dir.file_name().is_none() {
        return Err(usage(&dir, "no folder name", "the name of a folder", ""));
    }
    make_folders(&parent).map_err(|e| Failure::write(&parent, &e))?;
    let (temporary, aside) = (sibling(&dir, "writing", mark), sibling(&dir, "replaced", mark));
    if temporary.exists() {
        // Left by a run of the same inputs that was killed.
        fs::remove_dir_all(&temporary).map_err(|e| Failure::write(&temporary, &e))?;
    }
    let (manifest_sha256, held) = fill(&temporary, files).map_err(|(path, e)| {
        // Nothing of ours stays behind; the first error is the one to tell.
        let _ = fs::remove_dir_all(&temporary);
        Failure::write(path, &e)
    })?;
    sync_folder(&parent).map_err(|e| Failure::write(&parent, &e))?;
    Ok(Some(Prepared { temporary, dir, aside, replaces, manifest_sha256, _held: held }))
}

impl Prepared {
    /// Puts it in place. After an error the folder is as it was, or the run lies under its hidden name.
    pub fn put(&self) -> Result<(), Failure> {
        let parent = parent(&self.dir);
        if let Err((path, e)) = put_in_place(&self.temporary, &self.dir, &self.aside, self.replaces) {
            let _ = fs::remove_dir_all(&self.temporary);
            return Err(Failure::write(path, &e));
        }
        self.settle(&parent)
    }

    /// The same for a run that a ledger already knows: the hidden folder stays where it cannot be put in place.
    pub fn put_later(&self) -> Result<(), Failure> {
        let parent = parent(&self.dir);
        put_in_place(&self.temporary, &self.dir, &self.aside, self.replaces)
            .map_err(|(path, e)| Failure::write(path, &e))?;
        self.settle(&parent)
    }

    fn settle(&self, parent: &Path) -> Result<(), Failure> {
        sync_folder(parent).map_err(|e| Failure::write(parent, &e))?;
        // Some file systems keep what is in a renamed folder only when it is synced itself.
        sync_folder(&self.dir).map_err(|e| Failure::write(&self.dir, &e))?;
        if self.aside.exists() {
            fs::remove_dir_all(&self.aside).map_err(|e| Failure::write(&self.aside, &e))?;
        }
        Ok(())
    }

    /// SHA-256 of its manifest.
    pub fn manifest_sha256(&self) -> &str {
        &self.manifest_sha256
    }

    /// What a ledger keeps to finish this after a crash.
    pub fn to_intent(&self, run_id: &str) -> String {
        let path = |p: &Path| p.to_string_lossy().into_owned();
        serde_json::json!({
            "run_id": run_id,
            "manifest_sha256": self.manifest_sha256,
            "temporary": path(&self.temporary),
            "folder": path(&self.dir),
            "aside": path(&self.aside),
            "replaces": self.replaces,
        })
        .to_string()
    }
}

/// Finishes what an intent says; gives the sentence to tell.
pub fn finish(intent: &str) -> Result<String, Failure> {
    let value: serde_json::Value = serde_json::from_str(intent).unwrap_or_default();
    let text = |key: &str| value.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let path = |key: &str| PathBuf::from(text(key));
    let prepared = Prepared {
        temporary: path("temporary"),
        dir: path("folder"),
        aside: path("aside"),
        replaces: value.get("replaces").and_then(serde_json::Value::as_bool).unwrap_or(false),
        manifest_sha256: text("manifest_sha256"),
        _held: None,
    };
    let (run, shown) = (text("run_id"), prepared.dir.display().to_string());
    let is_run = |dir: &Path| manifest_sha256(dir) == prepared.manifest_sha256;
    if is_run(&prepared.dir) {
        if prepared.temporary.exists() {
            fs::remove_dir_all(&prepared.temporary).map_err(|e| Failure::write(&prepared.temporary, &e))?;
        }
        prepared.settle(&parent(&prepared.dir))?;
        return Ok(format!("run {run} was interrupted at its very end; it is complete in {shown}"));
    }
    if !is_run(&prepared.temporary) {
        return Ok(format!("run {run} was interrupted and is in the ledger; its folder {shown} is gone"));
    }
    if prepared.dir.exists() && !prepared.replaces && !matches!(look(&prepared.dir)?, Found::Free) {
        let hidden = prepared.temporary.display();
        return Ok(format!(
            "run {run} was interrupted and is in the ledger; {shown} is taken, its files are in {hidden}"
        ));
    }
    let replaces = prepared.replaces && prepared.dir.exists();
    Prepared { replaces, ..prepared }.put_later()?;
    Ok(format!("run {run} was interrupted after it was recorded; its folder {shown} is in place now"))
}

/// Removes what killed runs left beside a folder before anything of them was recorded.
pub fn sweep(dir: &Path) {
    let Ok(dir) = std::path::absolute(dir) else { return };
    let start = sibling(&dir, "writing", "r");
    let Some(start) = start.file_name().map(|n| n.to_string_lossy().into_owned()) else { return };
    let Ok(entries) = fs::read_dir(parent(&dir)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let mark = name.strip_prefix(start.as_str());
        if mark.is_some_and(|m| m.len() == 20 && m.bytes().all(|b| b.is_ascii_hexdigit())) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// SHA-256 of the manifest of a folder, empty where there is none.
pub fn manifest_sha256(dir: &Path) -> String {
    fs::read(dir.join(MANIFEST)).map(|b| sha256_hex(&b)).unwrap_or_default()
}

fn parent(dir: &Path) -> PathBuf {
    match dir.parent() {
        Some(p) if !p.as_os_str().is_empty() => p.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn sibling(dir: &Path, what: &str, mark: &str) -> PathBuf {
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(dir.file_name().unwrap_or_default());
    hidden.push(format!(".{what}-{mark}"));
    parent(dir).join(hidden)
}

/// Makes a folder and those above it, each synced into the one that holds it.
fn make_folders(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    if let Some(above) = dir.parent().filter(|p| !p.as_os_str().is_empty()) {
        make_folders(above)?;
        fs::create_dir(dir).or_else(|e| if e.kind() == io::ErrorKind::AlreadyExists { Ok(()) } else { Err(e) })?;
        return sync_folder(above);
    }
    fs::create_dir_all(dir)
}

/// Removes what a killed command left beside a folder, and puts back the folder that it was about to replace. What another
/// command still holds stays, and so does everything that is not by our names.
fn clear_up(dir: &Path) {
    let Ok(dir) = std::path::absolute(dir) else { return };
    let Ok(entries) = fs::read_dir(parent(&dir)) else { return };
    let names: Vec<String> = entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    let left = |what: &str| -> Vec<(PathBuf, String)> {
        let start = sibling(&dir, what, "");
        let start = start.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let marks = names.iter().filter_map(|n| n.strip_prefix(start.as_str()));
        let own = marks.filter(|m| !m.is_empty() && m.bytes().all(|b| b.is_ascii_digit()));
        own.map(|m| (sibling(&dir, what, m), m.to_owned())).collect()
    };
    for (aside, mark) in left("replaced") {
        let writing = sibling(&dir, "writing", &mark);
        let busy = if writing.exists() { is_held(&writing) } else { dir.exists() && is_held(&dir) };
        if busy || !matches!(look(&aside), Ok(Found::Run(_))) {
            continue;
        }
        let _ = if dir.exists() { fs::remove_dir_all(&aside) } else { fs::rename(&aside, &dir) };
    }
    for (writing, _) in left("writing") {
        if !is_held(&writing) {
            let _ = fs::remove_dir_all(&writing);
        }
    }
}

/// Whether another command writes to a folder; also where that cannot be told.
fn is_held(dir: &Path) -> bool {
    let is_folder = fs::symlink_metadata(dir).is_ok_and(|m| m.is_dir());
    !is_folder || !File::open(dir).is_ok_and(|f| f.try_lock().is_ok())
}

type Step<T> = Result<T, (PathBuf, io::Error)>;

const MANIFEST: &str = "manifest.json";

/// Writes and syncs the files; gives the hash of the manifest, and the folder held.
fn fill(temporary: &Path, files: Files<'_>) -> Step<(String, Option<File>)> {
    fs::create_dir(temporary).map_err(|e| (temporary.to_owned(), e))?;
    let held = File::open(temporary).ok().filter(|f| f.try_lock().is_ok());
    let mut open: Option<(PathBuf, File)> = None;
    let mut manifest = Sha256Pieces::default();
    let filled = files(&mut |name, piece| {
        let path = temporary.join(name);
        if open.as_ref().is_none_or(|(p, _)| *p != path) {
            if let Some((_, file)) = &open {
                file.sync_all()?;
            }
            let file = File::create_new(&path)?;
            open = Some((path, file));
        }
        if name == MANIFEST {
            manifest.add(piece);
        }
        open.as_mut().map_or(Ok(()), |(_, file)| file.write_all(piece))
    });
    let synced = filled.and_then(|()| open.as_ref().map_or(Ok(()), |(_, file)| file.sync_all()));
    synced.map_err(|e| (open.map_or_else(|| temporary.to_owned(), |(path, _)| path), e))?;
    sync_folder(temporary).map_err(|e| (temporary.to_owned(), e))?;
    Ok((manifest.finish().0, held))
}

fn put_in_place(temporary: &Path, dir: &Path, aside: &Path, replaces: bool) -> Step<()> {
    let at = |e| (dir.to_owned(), e);
    if replaces {
        fs::rename(dir, aside).map_err(at)?;
        return fs::rename(temporary, dir).map_err(|e| {
            // Back to what was there.
            let _ = fs::rename(aside, dir);
            at(e)
        });
    }
    if dir.exists() {
        // Empty, or this fails and nothing is lost.
        fs::remove_dir(dir).map_err(at)?;
    }
    fs::rename(temporary, dir).map_err(at)
}

/// What the folder holds. Symbolic links are not followed.
fn look(dir: &Path) -> Result<Found, Failure> {
    let meta = match fs::symlink_metadata(dir) {
        Ok(meta) => meta,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Found::Free),
        Err(e) => return Err(Failure::io(dir, &e)),
    };
    if !meta.is_dir() {
        return Ok(Found::Foreign);
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).map_err(|e| Failure::io(dir, &e))? {
        names.push(entry.map_err(|e| Failure::io(dir, &e))?.file_name().to_string_lossy().into_owned());
    }
    if names.is_empty() {
        return Ok(Found::Free);
    }
    let Some(manifest) = manifest(dir) else { return Ok(Found::Foreign) };
    names.sort();
    for name in names.iter().filter(|n| *n != "manifest.json") {
        if !manifest.outputs.iter().any(|(known, _)| known == name) {
            return Ok(Found::Changed(format!("{name} is not of this run")));
        }
    }
    for (name, sha256) in &manifest.outputs {
        match fs::read(dir.join(name)) {
            Ok(bytes) if sha256_hex(&bytes) == *sha256 => {}
            Ok(_) => return Ok(Found::Changed(format!("{name} was changed after it was written"))),
            Err(_) => return Ok(Found::Changed(format!("{name} is missing"))),
        }
    }
    Ok(Found::Run(manifest.run_id))
}

struct Manifest {
    run_id: String,
    outputs: Vec<(String, String)>,
}

fn manifest(dir: &Path) -> Option<Manifest> {
    let bytes = fs::read(dir.join("manifest.json")).ok()?;
    let value: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
    let text = |v: &serde_json::Value, key: &str| Some(v.get(key)?.as_str()?.to_owned());
    if text(&value, "schema")? != MANIFEST_SCHEMA {
        return None;
    }
    let outputs = value.get("outputs")?.as_array()?.iter().map(|o| Some((text(o, "name")?, text(o, "sha256")?)));
    let outputs: Vec<(String, String)> = outputs.collect::<Option<_>>()?;
    // Names in a manifest are plain names; anything else is not of our making.
    if outputs.iter().any(|(name, _)| name.contains(['/', '\\']) || name.starts_with('.')) {
        return None;
    }
    Some(Manifest { run_id: text(&value, "run_id")?, outputs })
}

fn foreign(dir: &Path) -> Failure {
    let hint = "tieout never writes into a folder that holds anything else, not even with --replace";
    usage(dir, "something is there that is no run of tieout", "a new or empty folder", hint)
}

fn changed(dir: &Path, what: &str) -> Failure {
    let hint = "give another folder, or put back or move away what was changed";
    usage(dir, format!("the folder holds a run, but {what}"), "a new or empty folder, or an unchanged run", hint)
}

fn usage(dir: &Path, found: impl AsRef<str>, expected: &str, hint: &str) -> Failure {
    Failure::usage(&dir.display().to_string(), found, expected, hint)
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tieout::outputs::{ManifestFile, manifest_json};

    fn files(run_id: &str) -> Vec<InputFile> {
        let data = InputFile { name: "a.csv".to_owned(), bytes: run_id.as_bytes().to_vec() };
        let manifest = manifest_json(run_id, "1", &[], &[ManifestFile::of("a.csv", &data.bytes)]);
        vec![data, InputFile { name: "manifest.json".to_owned(), bytes: manifest.into_bytes() }]
    }

    fn write_run(dir: &Path, run_id: &str, replace: bool) -> Result<Written, u8> {
        write(dir, run_id, &whole(&files(run_id)), replace).map_err(|f| f.code)
    }

    #[test]
    fn a_new_or_empty_folder_is_written_and_the_same_run_is_left_alone() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("deep/out");
        assert_eq!(write_run(&dir, "r1", false), Ok(Written::New));
        assert_eq!(write_run(&dir, "r1", false), Ok(Written::Same));
        let empty = parent.path().join("empty");
        fs::create_dir(&empty).unwrap();
        assert_eq!(write_run(&empty, "r1", false), Ok(Written::New));
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 2, "no temporary folder stays");
    }

    #[test]
    fn another_run_is_only_replaced_when_asked_and_then_whole() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("out");
        write_run(&dir, "r1", false).unwrap();
        assert_eq!(write_run(&dir, "r2", false), Err(2));
        assert_eq!(fs::read(dir.join("a.csv")).unwrap(), b"r1");
        assert_eq!(write_run(&dir, "r2", true), Ok(Written::New));
        assert_eq!(fs::read(dir.join("a.csv")).unwrap(), b"r2");
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_with_anything_else_is_refused_even_with_replace() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("out");
        fs::create_dir(&dir).unwrap();
        fs::write(dir.join("thesis.txt"), "mine").unwrap();
        assert_eq!(write_run(&dir, "r1", true), Err(2));
        assert_eq!(fs::read(dir.join("thesis.txt")).unwrap(), b"mine");
    }

    #[test]
    fn a_run_that_was_changed_is_refused_even_with_replace() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("out");
        write_run(&dir, "r1", false).unwrap();
        fs::write(dir.join("a.csv"), "edited").unwrap();
        assert_eq!(write_run(&dir, "r1", false), Err(2));
        assert_eq!(write_run(&dir, "r2", true), Err(2));
        assert_eq!(fs::read(dir.join("a.csv")).unwrap(), b"edited");
    }
}
