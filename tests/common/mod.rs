//! What the tests over files share: the fixtures, and the one switch that rewrites what is expected.

// Each test file is a program of its own and uses its own part of this.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the package.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of the fixtures.
pub fn fixtures() -> PathBuf {
    root().join("fixtures")
}

/// `TIEOUT_BLESS=1 cargo test` rewrites every expectation; read the difference before it is kept.
pub fn blessing() -> bool {
    std::env::var_os("TIEOUT_BLESS").is_some_and(|v| v == "1")
}

/// Every file below a folder, sorted.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// The folders directly below a folder, sorted.
pub fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    found.sort();
    found
}

/// A path below the fixtures, with `/` on every system.
pub fn name_of(path: &Path) -> String {
    let below = path.strip_prefix(fixtures()).unwrap_or(path);
    below.iter().map(|p| p.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Copies a folder with all below it.
pub fn copy_folder(from: &Path, to: &Path) {
    for file in files_below(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&file, target).unwrap();
    }
}

/// Compares a text with the file of what is expected, or rewrites the file. Gives the first difference.
pub fn differs(expected: &Path, actual: &str) -> Option<String> {
    let before = fs::read_to_string(expected).ok();
    if before.as_deref() == Some(actual) {
        return None;
    }
    if blessing() {
        fs::create_dir_all(expected.parent().unwrap()).unwrap();
        fs::write(expected, actual).unwrap();
        return None;
    }
    let Some(before) = before else {
        return Some(format!("{}: missing; write it with TIEOUT_BLESS=1 cargo test, and read it", name_of(expected)));
    };
    let line = before.lines().zip(actual.lines()).position(|(b, a)| b != a);
    let line = line.unwrap_or_else(|| before.lines().count().min(actual.lines().count()));
    let at = |text: &str| text.lines().nth(line).unwrap_or("(the end)").to_owned();
    Some(format!("{}:{}:\n  expected {}\n  now      {}", name_of(expected), line + 1, at(&before), at(actual)))
}

/// Fails with all faults at once.
#[track_caller]
pub fn none_of(faults: &[String], what: &str) {
    assert!(
        faults.is_empty(),
        "{} {what} (rewrite with TIEOUT_BLESS=1 cargo test, then read the difference):\n{}",
        faults.len(),
        faults.join("\n")
    );
}
