//! `tieout convert`: a statement file in another format, and what that format could not carry.

use super::args::{Convert, Target};
use super::failure::{DONE, Failure, REJECTED, does_not_tie_out};
use super::files;
use super::say::Say;
use std::fs;
use tieout::formats::{ReadOptions, Written, camt, csv, mt940, read_statements};
use tieout::model::{Finding, TieOut};
use tieout::outputs::{escape_hidden, parsed_json};

/// Reads one file and writes its statements. A file that cannot be read gives nothing but its error.
pub fn convert(args: Convert, say: &Say) -> Result<u8, Failure> {
    if let Some(out) = args.out.as_deref().filter(|o| same_file(o, &args.file)) {
        let place = out.display().to_string();
        return Err(Failure::usage(&place, "this is the file to convert", "another file to write", ""));
    }
    let (options, _) = files::options(&args.read)?;
    let file = files::one(&args.file)?;
    let options = ReadOptions { file: file.name.clone(), parallel: true, ..options };
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
            let line = format!("{}\n", escape_hidden(parsed_json(&file.name, &read)));
            Written { bytes: line.into_bytes(), lost: Vec::new() }
        }
    };
    match &args.out {
        Some(path) => fs::write(path, &written.bytes).map_err(|e| Failure::write(path, &e))?,
        None => say.out(&String::from_utf8_lossy(&written.bytes))?,
    }
    for note in lost(&written.lost, &file.name, say.verbose) {
        say.note(&note);
    }
    let mut broken = false;
    for statement in statements.iter().filter(|s| s.tie_out == TieOut::Broken) {
        broken = true;
        for finding in &statement.findings {
            say.note(&finding.to_string());
        }
        if say.quiet {
            let text = statement.findings.first().map_or("its figures contradict each other", |f| &f.text);
            let place = statement.findings.first().map_or(&statement.place, |f| &f.place);
            say.error(&does_not_tie_out(place.clone().in_file(&file.name), text));
        }
    }
    Ok(if broken { REJECTED } else { DONE })
}

/// What got lost, as lines: things of one kind together with their count, what matters most first. One by one with `--verbose`.
fn lost(findings: &[Finding], file: &str, each: bool) -> Vec<String> {
    let placed = |f: &Finding| Finding { place: f.place.clone().in_file(file), ..f.clone() }.to_string();
    let mut kinds: Vec<(String, Vec<&Finding>)> = Vec::new();
    for finding in findings {
        let kind = kind(&finding.text);
        match kinds.iter_mut().find(|(k, _)| *k == kind) {
            Some((_, all)) if !each => all.push(finding),
            _ => kinds.push((kind, vec![finding])),
        }
    }
    kinds.sort_by_key(|(kind, _)| rank(kind));
    let mut lines: Vec<String> = kinds
        .iter()
        .filter_map(|(kind, all)| match all.as_slice() {
            [] => None,
            [one] => Some(placed(one)),
            [first, ..] => {
                let line = first.place.line.map(|l| format!(", the first in line {l}")).unwrap_or_default();
                Some(format!("{file}: {} times: {kind}{line} [{}]", all.len(), first.code.as_str()))
            }
        })
        .collect();
    if lines.len() < findings.len() {
        lines.push("--verbose names each of them with its line".to_owned());
    }
    lines
}

/// A finding's sentence without what stands in backticks and without figures.
fn kind(text: &str) -> String {
    let outside: Vec<&str> = text.split('`').step_by(2).collect();
    let bare = outside.join("…").replace("MT940", "MT\u{0}").replace("camt.053", "camt\u{0}");
    let words = bare.split(' ').map(|w| if w.starts_with(|c: char| c.is_ascii_digit()) { "…" } else { w });
    words.collect::<Vec<_>>().join(" ").replace("MT\u{0}", "MT940").replace("camt\u{0}", "camt.053")
}

/// Money and payments before words, words before what every file of the kind lacks.
fn rank(kind: &str) -> u8 {
    let has = |words: &[&str]| words.iter().any(|w| kind.contains(w));
    if has(&["payments have no field", "was left out", "were left out", "cannot be read", "requires", "the amount"]) {
        0
    } else if has(&[
        "number … has no field",
        "our own",
        "our name",
        "our bank",
        "counts and sums",
        "bank's id … has no field",
    ]) {
        2
    } else {
        1
    }
}

fn same_file(a: &std::path::Path, b: &std::path::Path) -> bool {
    fs::canonicalize(a).ok().is_some_and(|a| fs::canonicalize(b).ok() == Some(a))
}
