//! The schemas in `schemas/` are those of the types, and everything that the fixtures' runs read and write fits them.
//!
//! `TIEOUT_BLESS=1 cargo test --test schema` rewrites `schemas/`. A property that a schema does not name is a fault here, although the
//! schemas themselves leave room for fields to come.

#![cfg(feature = "schema")]

mod common;

use common::{differs, files_below, fixtures, folders_in, name_of, none_of, root};
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use tieout::formats::ReadOptions;
use tieout::outputs::{parsed_json, payments_csv, payments_jsonl, safe_json, unescape};
use tieout::run::{InputFile, RunInputs, RunResult, check_files, payments_of, run};
use tieout::schema::{find, schemas};

#[test]
fn the_schemas_kept_are_those_of_the_types() {
    let mut faults = Vec::new();
    let mut names = BTreeSet::new();
    for entry in schemas() {
        let name = format!("{}.schema.json", entry.name);
        faults.extend(differs(&root().join("schemas").join(&name), &entry.text()));
        names.insert(name);
    }
    none_of(&faults, "schemas differ from the types");
    for file in files_below(&root().join("schemas")) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        assert!(names.contains(&name), "schemas/{name} belongs to no schema");
    }
}

#[cfg(feature = "cli")]
#[test]
fn the_program_lists_the_schemas_and_prints_each() {
    let tieout = |args: &[&str]| {
        let said = assert_cmd::Command::cargo_bin("tieout").unwrap().args(args).output().unwrap();
        (said.status.code(), String::from_utf8(said.stdout).unwrap(), String::from_utf8(said.stderr).unwrap())
    };
    let (code, list, _) = tieout(&["schema"]);
    assert_eq!((code, list.lines().count()), (Some(0), schemas().len()));
    let (code, text, _) = tieout(&["schema", "tieout.decisions/1"]);
    assert_eq!((code, text), (Some(0), find("decisions").unwrap().text()));
    let (code, _, said) = tieout(&["schema", "decision"]);
    assert!(code == Some(2) && said.contains("did you mean `decisions`?"), "{said}");
}

#[test]
fn every_output_of_the_fixtures_fits_its_schema() {
    let check = Checker::new();
    let mut faults = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut fits = |name: &'static str, what: &str, value: &Value| {
        *seen.entry(name).or_default() += 1;
        faults.extend(check.faults(name, value).map(|f| format!("{what}: {name}: {f}")));
    };
    for folder in day_folders() {
        let what = name_of(&folder);
        let statements = statements_of(&folder);
        let result = run_of(&folder, &statements);
        for output in &result.outputs() {
            let text = std::str::from_utf8(&output.bytes).unwrap();
            match output.name.as_str() {
                "decisions.jsonl" => lines(text).iter().for_each(|v| fits("decisions", &what, v)),
                "summary.json" => fits("summary", &what, &parse(text)),
                "manifest.json" => fits("manifest", &what, &parse(text)),
                "allocations.csv" => rows(text).iter().for_each(|v| fits("allocations", &what, v)),
                "unapplied.csv" => rows(text).iter().for_each(|v| fits("unapplied", &what, v)),
                "exceptions.csv" => rows(text).iter().for_each(|v| fits("exceptions", &what, v)),
                other => panic!("{other} has no schema that is checked"),
            }
        }
        let (payments, checkup) = payments_of(&statements, &ReadOptions::default());
        rows(&payments_csv(&payments, Default::default())).iter().for_each(|v| fits("payments", &what, v));
        lines(&payments_jsonl(&payments)).iter().for_each(|v| fits("payments", &what, v));
        fits("check", &what, &parse(&safe_json(&checkup)));
    }
    for path in files_below(&fixtures().join("statements")).into_iter().chain(files_below(&fixtures().join("errors"))) {
        let file = input(&path);
        let read = tieout::read_statements(&file.bytes, &ReadOptions::for_file(&file.name));
        fits("parsed", &name_of(&path), &parse(&parsed_json(&file.name, &read)));
        if let Err(error) = &read {
            fits("error", &name_of(&path), &parse(&safe_json(error)));
        }
        fits("check", &name_of(&path), &parse(&safe_json(&check_files(&[file], &ReadOptions::default()))));
    }
    let made = simulated();
    let truth = made["truth.jsonl"].bytes.as_slice();
    let result = run(&RunInputs {
        statements: made.iter().filter(|(n, _)| n.starts_with("camt/")).map(|(_, f)| f.clone()).collect(),
        items: made["items.csv"].clone(),
        customers: Some(made["customers.csv"].clone()),
        ..RunInputs::default()
    })
    .unwrap();
    let decisions = &result.outputs().into_iter().find(|o| o.name == "decisions.jsonl").unwrap().bytes;
    let score = tieout::benchmark::score(truth, decisions).unwrap();
    fits("score", "simulated", &parse(&safe_json(&score)));
    let named = |name: &str, bytes: &[u8]| InputFile { name: name.to_owned(), bytes: bytes.to_vec() };
    let calibration = tieout::benchmark::calibrate(&tieout::benchmark::CalibrateInputs {
        decisions: vec![named("decisions.jsonl", decisions)],
        verdicts: None,
        truth: Some(named("truth.jsonl", truth)),
    })
    .unwrap();
    fits("calibration", "simulated", &parse(&safe_json(&calibration)));
    let priors: toml::Value = toml::from_str(&tieout::run::priors_toml(&calibration.priors)).unwrap();
    fits("priors", "simulated", &serde_json::to_value(priors).unwrap());
    let replay = tieout::run::replay(&tieout::run::ReplayInputs {
        run: result.outputs(),
        given: made.values().cloned().collect(),
        config: Some(named("new.toml", b"cap = 100\n")),
        ..Default::default()
    })
    .unwrap();
    assert!(!replay.changes.is_empty());
    fits("replay", "simulated", &parse(&safe_json(&replay)));
    for (name, value) in a_round_of_decisions(&made, &result) {
        fits(name, "a round of decisions", &value);
    }
    none_of(&faults, "outputs do not fit");
    let inputs = INPUTS.iter().map(|(name, _)| *name);
    let unseen: Vec<&str> =
        schemas().iter().map(|e| e.name).filter(|n| !seen.contains_key(n) && inputs.clone().all(|i| i != *n)).collect();
    assert!(unseen.is_empty(), "nothing was held against {unseen:?}");
}

/// The files that a round of decisions reads and writes: given as JSON, some wait, some are refused, some teach.
fn a_round_of_decisions(made: &BTreeMap<String, InputFile>, result: &RunResult) -> Vec<(&'static str, Value)> {
    let run = result.outputs();
    let text = |name: &str| String::from_utf8(run.iter().find(|f| f.name == name).unwrap().bytes.clone()).unwrap();
    let mut decisions: Vec<Value> = Vec::new();
    for (n, row) in rows(&text("exceptions.csv")).into_iter().enumerate() {
        let mut one = json!({"exception_id": row["exception_id"], "row_hash": row["row_hash"], "decided_by": "Anna"});
        one["decision"] = if row["p1_docs"].is_null() { json!("unidentified") } else { json!("accept_1") };
        if n == 0 {
            one["row_hash"] = json!("h0");
        }
        decisions.push(one);
    }
    let given = json!({"schema": "tieout.reviews/1", "decisions": decisions});
    let done = tieout::run::decide(&tieout::run::DecideInputs {
        run,
        files: vec![tieout::review::DecisionFile {
            name: "reviews.json".to_owned(),
            bytes: given.to_string().into_bytes(),
            ..Default::default()
        }],
        open_items: Some(made["items.csv"].clone()),
        customers: Some(made["customers.csv"].clone()),
        ..Default::default()
    })
    .unwrap();
    assert!(done.refused.iter().any(|r| r.at == "reviews.json:decisions[0].row_hash"), "{:?}", done.refused);
    assert!(done.decided.len() > 5);
    let mut seen = vec![("reviews", given)];
    for output in &done.outputs {
        let text = std::str::from_utf8(&output.bytes).unwrap();
        let (name, values) = match output.name.as_str() {
            "decisions.jsonl" => ("decisions", lines(text)),
            "review.jsonl" => ("review", lines(text)),
            "facts.csv" => ("facts", rows(text)),
            "summary.json" => ("summary", vec![parse(text)]),
            "manifest.json" => ("manifest", vec![parse(text)]),
            "allocations.csv" => ("allocations", rows(text)),
            "unapplied.csv" => ("unapplied", rows(text)),
            "exceptions.csv" => ("exceptions", rows(text)),
            other => panic!("{other} has no schema that is checked"),
        };
        seen.extend(values.into_iter().map(|v| (name, v)));
    }
    seen
}

/// Examples with their names.
type Examples = fn() -> Vec<(String, Value)>;

/// What is read, and where examples of it come from.
const INPUTS: &[(&str, Examples)] = &[
    ("open-items", || tables("items.csv")),
    ("customers", || tables("customers.csv")),
    ("items-map", || {
        let maps = files_below(&fixtures().join("maps"));
        maps.iter().filter(|p| p.extension().is_some_and(|e| e == "toml")).map(|p| (name_of(p), toml_of(p))).collect()
    }),
    ("profile", || {
        let of = |p: &tieout::formats::csv::Profile| {
            let text = tieout::formats::csv::Profile::builtin_text(&p.id).unwrap();
            (p.id.clone(), toml_value(text))
        };
        tieout::formats::csv::Profile::builtins().iter().map(of).collect()
    }),
    ("verdicts", || {
        let text = "payment_id,verdict\np1,right\np2,wrong\n";
        let read = tieout::benchmark::calibrate(&tieout::benchmark::CalibrateInputs {
            decisions: Vec::new(),
            verdicts: Some(InputFile { name: "verdicts.csv".to_owned(), bytes: text.into() }),
            truth: None,
        });
        let about =
            |errors: &Vec<tieout::Error>| errors.iter().any(|e| e.place().file.as_deref() == Some("verdicts.csv"));
        assert!(!read.as_ref().is_err_and(about), "{read:?}");
        rows(text).into_iter().map(|v| ("verdicts.csv".to_owned(), v)).collect()
    }),
    ("policy", || vec![("the default".to_owned(), toml_value(tieout::run::default_toml()))]),
    ("truth", || {
        let text = String::from_utf8(simulated()["truth.jsonl"].bytes.clone()).unwrap();
        lines(&text).into_iter().map(|v| ("simulated".to_owned(), v)).collect()
    }),
];

#[test]
fn every_input_of_the_fixtures_fits_its_schema() {
    let check = Checker::new();
    let mut faults = Vec::new();
    for (name, examples) in INPUTS {
        let examples = examples();
        assert!(!examples.is_empty(), "no example of {name}");
        for (what, value) in examples {
            faults.extend(check.faults(name, &value).map(|f| format!("{what}: {name}: {f}")));
        }
    }
    none_of(&faults, "inputs do not fit");
}

#[test]
fn the_check_refuses_what_does_not_fit() {
    let check = Checker::new();
    let refused = |name: &str, value: Value| check.faults(name, &value).next().is_some();
    let item = json!({"item_id": "1", "doc_no": "RE-1", "customer_id": "C", "currency": "EUR", "open_amount": "1.00"});
    let with = |key: &str, value: Value| {
        let mut item = item.clone();
        item[key] = value;
        item
    };
    assert!(!refused("open-items", item.clone()));
    assert!(!refused("open-items", with("x_own", json!("kept"))));
    assert!(!refused("open-items", with("amount", json!(12.5))));
    for (key, value) in [
        ("open_amount", json!("1,00")),
        ("open_amount", json!("1e3")),
        ("opn_amount", json!("1.00")),
        ("currency", json!("euro")),
        ("due_date", json!("31.01.2026")),
        ("due_date", json!("2026-02-30")),
        ("doc_type", json!("bill")),
    ] {
        assert!(refused("open-items", with(key, value.clone())), "{key} {value}");
    }
    assert!(refused("policy", json!({"error_budget_pmm": 5})));
    assert!(refused("manifest", json!({"schema": "tieout.manifest/1"})));
    let folder = fixtures().join("runs/morning");
    let result = run_of(&folder, &statements_of(&folder));
    let text = String::from_utf8(result.outputs()[0].bytes.clone()).unwrap();
    let line = lines(&text).remove(0);
    let broken = |path: &str, value: Value| {
        let mut line = line.clone();
        *line.pointer_mut(path).unwrap() = value;
        line
    };
    assert!(!refused("decisions", line.clone()));
    assert!(refused("decisions", broken("/payment/amount", json!(12.5))), "a number for an amount");
    assert!(refused("decisions", broken("/outcome", json!("posted"))));
    assert!(refused("decisions", broken("/reason", json!("WHY_NOT"))));
    let mut more = line.clone();
    more["payment"]["extra"] = json!(1);
    assert!(refused("decisions", more), "a field that no schema names");
}

/// All schemas, closed: a property that none names is a fault.
struct Checker(BTreeMap<&'static str, Validator>);

impl Checker {
    fn new() -> Self {
        let of = |name: &str| {
            let mut schema = find(name).unwrap().value();
            close(&mut schema, true);
            jsonschema::options().should_validate_formats(true).build(&schema).unwrap_or_else(|e| panic!("{name}: {e}"))
        };
        Checker(schemas().iter().map(|e| (e.name, of(e.name))).collect())
    }

    fn faults<'a>(&'a self, name: &str, value: &'a Value) -> impl Iterator<Item = String> + 'a {
        self.0[name].iter_errors(value).map(|e| format!("{}: {e}", e.instance_path()))
    }
}

/// Parts that are flattened into another object must stay open: only where an object ends are its properties all known.
fn close(schema: &mut Value, whole: bool) {
    match schema {
        Value::Object(map) => {
            let is_object = map.get("type").is_some_and(|t| t == "object") || map.contains_key("properties");
            let flattened = ["anyOf", "allOf", "oneOf", "$ref"].iter().any(|k| map.contains_key(*k));
            if whole && is_object && !map.contains_key("additionalProperties") {
                map.insert("unevaluatedProperties".to_owned(), Value::Bool(false));
            }
            for (key, value) in map.iter_mut() {
                let part = is_object && flattened && matches!(key.as_str(), "anyOf" | "allOf" | "oneOf");
                match key.as_str() {
                    "properties" | "$defs" | "patternProperties" => {
                        value.as_object_mut().unwrap().values_mut().for_each(|v| close(v, true));
                    }
                    "const" | "enum" | "default" | "examples" => {}
                    _ => close(value, !part),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|v| close(v, whole)),
        _ => {}
    }
}

fn statements_of(folder: &Path) -> Vec<InputFile> {
    let files = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_file());
    let mut files: Vec<InputFile> =
        files.map(|p| input(&p)).filter(|f| !["items.csv", "customers.csv"].contains(&f.name.as_str())).collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

fn run_of(folder: &Path, statements: &[InputFile]) -> RunResult {
    run(&RunInputs {
        statements: statements.to_vec(),
        items: input(&folder.join("items.csv")),
        customers: Some(input(&folder.join("customers.csv"))),
        ..RunInputs::default()
    })
    .unwrap_or_else(|e| panic!("{}: {e:?}", folder.display()))
}

fn simulated() -> BTreeMap<String, InputFile> {
    let options = tieout::benchmark::SimulateOptions { seed: 7, payments: 200, ..Default::default() };
    let made = tieout::benchmark::simulate(&options).unwrap();
    made.files.into_iter().map(|f| (f.name.clone(), f)).collect()
}

fn input(path: &Path) -> InputFile {
    InputFile { name: path.file_name().unwrap().to_string_lossy().into_owned(), bytes: fs::read(path).unwrap() }
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(parse).collect()
}

/// Rows of CSV as the schemas see them: empty cells are null.
fn rows(text: &str) -> Vec<Value> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let cell = |text: &str| if text.is_empty() { Value::Null } else { Value::String(unescape(text)) };
    reader
        .records()
        .map(|row| {
            Value::Object(header.iter().map(str::to_owned).zip(row.unwrap().iter().map(cell)).collect::<Map<_, _>>())
        })
        .collect()
}

fn tables(name: &str) -> Vec<(String, Value)> {
    let found = day_folders().into_iter().map(|f| f.join(name));
    let mut all: Vec<(String, Value)> = Vec::new();
    for path in found {
        let text = fs::read_to_string(&path).unwrap();
        // Empty cells are absent cells for the reader.
        all.extend(rows(&text).into_iter().map(|mut row| {
            row.as_object_mut().unwrap().retain(|_, v| !v.is_null());
            (name_of(&path), row)
        }));
    }
    all.extend(rows(std::str::from_utf8(&simulated()[name].bytes).unwrap()).into_iter().map(|mut row| {
        row.as_object_mut().unwrap().retain(|_, v| !v.is_null());
        ("simulated".to_owned(), row)
    }));
    all
}

fn toml_of(path: &Path) -> Value {
    toml_value(&fs::read_to_string(path).unwrap())
}

fn toml_value(text: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap()
}

/// The folders of single days; a story over several days holds its files by day.
fn day_folders() -> Vec<PathBuf> {
    folders_in(&fixtures().join("runs")).into_iter().filter(|f| f.join("items.csv").exists()).collect()
}
