//! The README is true: every `console` block in it is run with the real program, and what it prints is what the README shows.
//!
//! In a block, a line that starts with `$ ` is a command, a `\` at its end goes on in the next line, and what follows is its output.
//! `$ tieout …` and `$ cargo run … -- …` are run by the built program, one after the other in a folder with a copy of the
//! fixtures; `$ echo $?` prints the exit code of the command before. Other commands are not run.
//! `TIEOUT_BLESS=1 cargo test` rewrites the outputs.

#![cfg(feature = "cli")]

mod common;

use assert_cmd::Command;
use common::{blessing, copy_folder, fixtures, root};
use std::fs;
use std::path::Path;

const PAGES: &[&str] = &["README.md"];

#[test]
fn every_transcript_of_the_readme_is_what_the_program_says() {
    for page in PAGES {
        let path = root().join(page);
        let text = fs::read_to_string(&path).unwrap();
        let desk = tempfile::tempdir().unwrap();
        copy_folder(&fixtures(), &desk.path().join("fixtures"));
        let (told, commands) = rewritten(&text, desk.path());
        assert!(commands > 0, "no command in {page}");
        if told == text {
            continue;
        }
        if blessing() {
            fs::write(&path, told).unwrap();
            continue;
        }
        let line = text.lines().zip(told.lines()).position(|(a, b)| a != b).unwrap_or(0);
        let at = |text: &str| text.lines().nth(line).unwrap_or("(the end)").to_owned();
        panic!(
            "{page}:{}: says `{}`, the program says `{}`; rewrite with TIEOUT_BLESS=1 cargo test",
            line + 1,
            at(&text),
            at(&told)
        );
    }
}

#[test]
fn every_file_that_the_pages_link_to_is_there() {
    let pages = [
        "README.md",
        "CHANGELOG.md",
        "docs/architecture.md",
        "docs/formats.md",
        "docs/review-page.md",
        "fixtures/README.md",
    ];
    for page in pages {
        let path = root().join(page);
        let text = fs::read_to_string(&path).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or("");
            if file.is_empty() || file.contains("://") {
                continue;
            }
            assert!(path.parent().unwrap().join(file).exists(), "{page} links to {link}, which is not there");
        }
    }
}

#[test]
fn every_built_in_profile_stands_on_the_page_of_formats() {
    let page = fs::read_to_string(root().join("docs/formats.md")).unwrap();
    for profile in tieout::formats::csv::Profile::builtins() {
        assert!(page.contains(&format!("| `{}` |", profile.id)), "docs/formats.md does not list {}", profile.id);
    }
}

/// The page with every output as the program gives it now, and how many commands were run.
fn rewritten(text: &str, desk: &Path) -> (String, usize) {
    let mut out = String::new();
    let (mut commands, mut code) = (0, 0);
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if line != "```console" {
            continue;
        }
        while let Some(line) = lines.next_if(|l| *l != "```") {
            let Some(first) = line.strip_prefix("$ ") else { continue };
            out.push_str(line);
            out.push('\n');
            let mut command = first.to_owned();
            while let Some(head) = command.strip_suffix('\\') {
                let next = lines.next().expect("a command goes on after `\\`");
                out.push_str(next);
                out.push('\n');
                command = format!("{head}{next}");
            }
            if command == "echo $?" {
                out.push_str(&format!("{code}\n"));
            } else if let Some(args) = arguments(&command) {
                commands += 1;
                let said = Command::cargo_bin("tieout")
                    .unwrap()
                    .args(args.split_whitespace())
                    .current_dir(desk)
                    .env_remove("TIEOUT_OUT")
                    .output()
                    .unwrap();
                code = said.status.code().unwrap_or(-1);
                out.push_str(std::str::from_utf8(&said.stdout).unwrap());
                out.push_str(std::str::from_utf8(&said.stderr).unwrap());
            }
        }
    }
    (out, commands)
}

/// What stands after the program in a command that runs it.
fn arguments(command: &str) -> Option<&str> {
    if let Some(args) = command.strip_prefix("tieout ") {
        return Some(args);
    }
    command.strip_prefix("cargo run ")?.split_once("-- ").map(|(_, args)| args)
}
