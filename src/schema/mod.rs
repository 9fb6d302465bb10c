//! JSON Schemas (draft 2020-12) of every file that tieout reads or writes, generated from the types. In goes a name, out comes a
//! schema.
//!
//! Where a file is CSV, the schema is that of one row as an object: the columns are its properties, cells are texts, and an empty
//! cell is null. The schemas are kept in `schemas/`; tests hold them against the types, and every output of the fixtures against them.

mod review;
mod rows;

use crate::benchmark::{Calibration, Score, TruthLine};
use crate::book::ItemsMap;
use crate::formats::csv::Profile;
use crate::model::{Policy, Priors, Summary};
use crate::run::{Checkup, Replay};
use crate::{Error, outputs};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

/// A file or line that has a schema.
#[derive(Debug, Clone, Copy)]
pub struct SchemaEntry {
    /// The name that `tieout schema` takes, `open-items`.
    pub name: &'static str,
    /// What the schema is called in files, `tieout.open-items/1`.
    pub title: &'static str,
    /// What it describes, in one sentence.
    pub says: &'static str,
    make: fn() -> Schema,
}

const ALL: &[SchemaEntry] = &[
    entry(
        "open-items",
        "tieout.open-items/1",
        "Open items that are read: a row of CSV, or an object of JSON.",
        open_items,
    ),
    entry("customers", "tieout.customers/1", "Customers that are read: a row of CSV, or an object of JSON.", || {
        closed(read::<rows::Customer>())
    }),
    entry(
        "items-map",
        "tieout.items-map/1",
        "A mapping from an ERP's export to open items, as TOML.",
        read::<ItemsMap>,
    ),
    entry("profile", "tieout.profile/1", "A bank's CSV layout, as TOML.", read::<Profile>),
    entry("policy", "tieout.policy/1", "The policy, `tieout.toml`.", read::<Policy>),
    entry("decisions", "tieout.decisions/1", "A line of decisions.jsonl; also what explain --json prints.", || {
        outputs::decisions_schema(writing())
    }),
    entry("allocations", "tieout.allocations/1", "A row of allocations.csv.", written::<rows::Allocation>),
    entry("unapplied", "tieout.unapplied/1", "A row of unapplied.csv.", written::<rows::Unapplied>),
    entry("exceptions", "tieout.exceptions/1", "A row of the review queue, and of a file of decisions.", exceptions),
    entry("reviews", "tieout.reviews/1", "Decisions that are read as JSON, instead of a spreadsheet or CSV.", || {
        review::reviews(exceptions())
    }),
    entry("review", "tieout.review/1", "A line of review.jsonl, which decide writes.", written::<review::ReviewLine>),
    entry("facts", "tieout.facts/1", "A row of facts.csv, which decide writes.", written::<review::FactRow>),
    entry("verdicts", "tieout.verdicts/1", "A row of the verdicts that calibrate reads.", read::<review::VerdictRow>),
    entry("summary", "tieout.summary/1", "summary.json; also what run --json prints.", written::<Summary>),
    entry("manifest", "tieout.manifest/1", "manifest.json.", || outputs::manifest_schema(writing())),
    entry("payments", "tieout.payments/1", "A line or row of parse --output jsonl and csv.", written::<rows::Payment>),
    entry("parsed", "tieout.parsed/1", "A line of parse --output json.", || outputs::parsed_schema(writing())),
    entry("check", "tieout.check/1", "What check --json prints.", written::<Checkup>),
    entry("error", "tieout.error/1", "A line on standard error under --json.", written::<Error>),
    entry("truth", "tieout.truth/1", "A line of truth.jsonl, which score reads.", read::<TruthLine>),
    entry("score", "tieout.score/1", "What score --json prints.", written::<Score>),
    entry("calibration", "tieout.calibration/1", "What calibrate --json prints.", written::<Calibration>),
    entry("priors", "tieout.priors/1", "What calibrate --out writes as TOML, and a policy may name.", read::<Priors>),
    entry("replay", "tieout.replay/1", "What replay --json prints, a line for each run.", written::<Replay>),
];

const fn entry(name: &'static str, title: &'static str, says: &'static str, make: fn() -> Schema) -> SchemaEntry {
    SchemaEntry { name, title, says, make }
}

/// All schemas, in the order of the documentation.
pub fn schemas() -> &'static [SchemaEntry] {
    ALL
}

/// The schema of a name. `tieout.decisions/1` is taken for `decisions`.
pub fn find(name: &str) -> Option<&'static SchemaEntry> {
    ALL.iter().find(|e| e.name == name || e.title == name)
}

impl SchemaEntry {
    /// The schema as a JSON value.
    pub fn value(&self) -> Value {
        let mut schema = (self.make)();
        schema.insert("title".to_owned(), self.title.into());
        schema.insert("$id".to_owned(), format!("urn:{}", self.title.replace(['.', '/'], ":")).into());
        let says = match schema.get("description").and_then(Value::as_str) {
            Some(more) if more != self.says => format!("{} {more}", self.says),
            _ => self.says.to_owned(),
        };
        schema.insert("description".to_owned(), says.into());
        schema.to_value()
    }

    /// The schema as text, indented, with a line end.
    pub fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(&self.value()).unwrap_or_default();
        text.push('\n');
        text
    }
}

fn writing() -> SchemaGenerator {
    SchemaSettings::draft2020_12().for_serialize().into_generator()
}

fn written<T: JsonSchema>() -> Schema {
    writing().into_root_schema_for::<T>()
}

fn read<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_deserialize().into_generator().into_root_schema_for::<T>()
}

/// The queue's own table of columns says what each means.
fn exceptions() -> Schema {
    let mut schema = written::<rows::Exception>();
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for column in crate::review::COLUMNS {
            if let Some(Value::Object(property)) = properties.get_mut(column.name) {
                property.insert("description".to_owned(), column.meaning.into());
            }
        }
    }
    schema
}

/// Own columns that start with `x_` are carried through.
fn open_items() -> Schema {
    let mut schema = closed(read::<rows::OpenItem>());
    let carried = serde_json::json!({ "^x_": {} });
    schema.insert("patternProperties".to_owned(), carried);
    schema
}

/// An unknown column is an error, not ignored.
fn closed(mut schema: Schema) -> Schema {
    schema.insert("additionalProperties".to_owned(), Value::Bool(false));
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_every_schema_has_a_title() {
        let names: BTreeSet<_> = schemas().iter().map(|e| e.name).collect();
        assert_eq!(names.len(), schemas().len());
        assert_eq!(find("tieout.decisions/1").map(|e| e.name), Some("decisions"));
    }

    #[test]
    fn the_schemas_of_tables_name_their_columns() {
        let queue: Vec<&str> = crate::review::COLUMNS.iter().map(|c| c.name).collect();
        for (name, columns) in [
            ("open-items", crate::book::ITEM_COLUMNS),
            ("customers", crate::book::CUSTOMER_COLUMNS),
            ("exceptions", queue.as_slice()),
        ] {
            let schema = find(name).unwrap().value();
            let named: BTreeSet<_> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(named, columns.iter().copied().collect(), "{name}");
        }
    }
}
