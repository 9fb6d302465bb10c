//! The pages under `docs/` tell of everything: each column of the files of a run, each reason code, each key of the files that a
//! user writes. `TIEOUT_BLESS=1 cargo test` rewrites the table of reasons.

mod common;

use common::{blessing, fixtures, root};
use std::fs;
use tieout::model::reason_table;

const PAGE: &str = "docs/outputs.md";

fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

#[test]
fn the_page_of_outputs_has_the_table_of_reasons_as_the_code_has_it() {
    let text = page(PAGE);
    let (begin, end) = ("with TIEOUT_BLESS=1 -->\n", "<!-- end of reasons -->");
    let (head, rest) = text.split_once(begin).expect("the mark before the table");
    let (_, tail) = rest.split_once(end).expect("the mark behind the table");
    let row = |r: &tieout::model::ReasonRow| {
        let policy = if r.policy_row == 0 { String::new() } else { r.policy_row.to_string() };
        format!("| `{}` | {} | {policy} | {} |\n", r.code.as_str(), r.outcome.as_str(), r.sentence)
    };
    let table: String = reason_table().iter().map(row).collect();
    let told =
        format!("{head}{begin}| code | outcome | policy row | in words |\n|---|---|---|---|\n{table}{end}{tail}");
    if told != text && blessing() {
        fs::write(root().join(PAGE), told).unwrap();
        return;
    }
    assert_eq!(told, text, "{PAGE} is not as the code; rewrite with TIEOUT_BLESS=1 cargo test");
}

#[test]
fn every_column_of_the_csv_files_of_a_run_is_told() {
    let text = page(PAGE);
    for file in ["exceptions.csv", "allocations.csv", "unapplied.csv"] {
        let (_, section) = text.split_once(&format!("## `{file}`")).unwrap_or_else(|| panic!("no section on {file}"));
        let section = section.split("\n## ").next().unwrap();
        let csv = fs::read_to_string(fixtures().join("runs/morning/expected").join(file)).unwrap();
        for column in csv.lines().next().unwrap().split(',') {
            assert!(section.contains(&format!("`{column}`")), "{PAGE} does not tell of `{column}` in {file}");
        }
    }
}

#[test]
fn every_key_of_the_built_in_profiles_and_sample_mappings_is_told() {
    let text = page("docs/own-files.md");
    let mut files: Vec<_> = Vec::new();
    for folder in [root().join("src/formats/csv/profiles"), fixtures().join("maps")] {
        let found = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
        files.extend(found.filter(|p| p.extension().is_some_and(|x| x == "toml")));
    }
    assert!(files.len() > 20);
    for file in files {
        let mut section = String::new();
        for line in fs::read_to_string(&file).unwrap().lines().filter(|l| !l.trim_start().starts_with('#')) {
            if let Some(name) = line.strip_prefix('[') {
                section = name.trim_matches(['[', ']']).to_owned();
                assert!(text.contains(&format!("[{section}]")), "[{section}] in {} is not told", file.display());
            } else if let Some((key, _)) = line.split_once(" = ")
                && !["types", "status", "labels"].contains(&section.as_str())
                && !key.starts_with("x_")
            {
                let told =
                    [format!("`{key}`"), format!("] {key}`"), format!("{key} = ")].iter().any(|w| text.contains(w));
                assert!(told, "`{key}` of [{section}] in {} is not told", file.display());
            }
        }
    }
}
