//! Imports point strictly down (docs/architecture.md). Reads every `use` and path under `src/` and names file and line of
//! each that points up or sideways between folders.

use std::fs;
use std::path::{Path, PathBuf};

/// Floor of each folder or file directly below `src/`.
const FLOORS: &[(&str, u8)] = &[
    ("base", 0),
    ("error", 1),
    ("model", 2),
    ("formats", 3),
    ("references", 3),
    ("names", 3),
    ("statements", 3),
    ("book", 4),
    ("matching", 5),
    ("ledger", 6),
    ("outputs", 6),
    ("reports", 6),
    ("review", 6),
    ("run", 7),
    ("benchmark", 7),
    ("schema", 8),
];

/// What a folder may not use although it lies below: matching works on payments whatever format they came from, and what goes
/// out is written from the nouns alone.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("book", &["formats", "statements"]),
    ("matching", &["formats", "statements"]),
    ("ledger", &["formats", "references", "names", "statements", "book", "matching"]),
    ("outputs", &["formats", "references", "names", "statements", "book", "matching"]),
    ("reports", &["formats", "references", "names", "statements", "book", "matching"]),
    ("review", &["formats", "references", "names", "statements", "book", "matching"]),
];

/// Named exceptions with their reason.
const ALLOWED: &[(&str, &str, &str)] = &[(
    "outputs/parsed.rs",
    "formats",
    "prints what a reader gave, errors of whole files included, before anything is decided",
)];

#[test]
fn imports_point_strictly_down() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut faults = Vec::new();
    for path in rust_files(&src) {
        let relative = path.strip_prefix(&src).expect("below src").to_string_lossy().replace('\\', "/");
        if relative == "lib.rs" || relative.starts_with("bin/") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a source file");
        check(&relative, &text, &mut faults);
    }
    assert!(faults.is_empty(), "imports that point up or sideways:\n{}", faults.join("\n"));
}

#[test]
fn every_folder_has_a_floor() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(src).expect("src") {
        let name = entry.expect("an entry").file_name().to_string_lossy().replace(".rs", "");
        let known = ["lib", "bin"].contains(&name.as_str()) || floor(&name).is_some();
        assert!(known, "src/{name} has no floor: add it to FLOORS");
    }
}

#[test]
fn the_check_finds_what_it_is_for() {
    let found = |file: &str, text: &str| {
        let mut faults = Vec::new();
        check(file, text, &mut faults);
        faults
    };
    assert_eq!(found("base/money.rs", "\nuse crate::model::Payment;\n").len(), 1, "up");
    assert!(found("base/money.rs", "\nuse crate::model::Payment;\n")[0].starts_with("src/base/money.rs:2: "));
    assert_eq!(found("names/a.rs", "use crate::formats::x;").len(), 1, "sideways");
    assert_eq!(found("model/mod.rs", "use super::book::x;").len(), 1, "up through super");
    assert_eq!(found("model/a/b.rs", "use super::super::super::book::x;").len(), 1, "up through three supers");
    assert_eq!(found("matching/a.rs", "let x = crate::formats::y();").len(), 1, "a path without use");
    assert_eq!(found("base/a.rs", "use crate::{error::Error, base::Place};").len(), 1, "in braces");
    assert_eq!(found("outputs/a.rs", "use crate::book::x;").len(), 1, "outputs use nouns alone");
    assert!(found("book/a.rs", "use super::index;\nuse crate::{base, names};\n// use crate::run::x;").is_empty());
    assert!(found("model/a.rs", "mod tests {\n    use super::*;\n}").is_empty());
}

fn check(relative: &str, text: &str, faults: &mut Vec<String>) {
    let own = top(relative);
    let Some(own_floor) = floor(own) else {
        faults.push(format!("src/{relative}: no floor"));
        return;
    };
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or("");
        for target in targets(relative, code) {
            let Some(target_floor) = floor(&target) else { continue };
            let forbidden = FORBIDDEN.iter().any(|(f, list)| *f == own && list.contains(&target.as_str()));
            let allowed = ALLOWED.iter().any(|(file, folder, _)| *file == relative && *folder == target);
            if target != own && (target_floor >= own_floor || forbidden) && !allowed {
                faults.push(format!("src/{relative}:{}: {own} uses {target}: {}", number + 1, line.trim()));
            }
        }
    }
}

/// First path segments below the crate that a line of code names.
fn targets(relative: &str, code: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        out.extend(first_segments(&code[at + "crate::".len()..]));
    }
    // `super` reaches the crate's root when repeated as often as the file is deep.
    let depth = relative.matches('/').count() + usize::from(!relative.ends_with("/mod.rs"));
    let root = "super::".repeat(depth);
    for (at, _) in code.match_indices(&root) {
        let inside = code[..at].ends_with("super::") || code[at + root.len()..].starts_with("super::");
        let word = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
        if !inside && !word {
            out.extend(first_segments(&code[at + root.len()..]));
        }
    }
    out
}

fn first_segments(rest: &str) -> Vec<String> {
    let word = |s: &str| s.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    match rest.strip_prefix('{') {
        None => vec![word(rest)],
        Some(list) => {
            // Only commas outside inner braces part segments.
            let mut depth = 0;
            let mut parts = vec![String::new()];
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => parts.push(String::new()),
                    _ => {}
                }
                if depth == 0 && c != ',' {
                    parts.last_mut().expect("one part").push(c);
                }
            }
            parts.iter().map(|p| word(p)).collect()
        }
    }
}

fn top(relative: &str) -> &str {
    relative.split('/').next().unwrap_or(relative).trim_end_matches(".rs")
}

fn floor(name: &str) -> Option<u8> {
    FLOORS.iter().find(|(n, _)| *n == name).map(|(_, f)| *f)
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            out.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
    out.sort();
    out
}
