//! How an ERP's export becomes open items, as data. In: TOML. Out: a checked [`ItemsMap`]; `mapping_convert` applies it.

use super::items::KNOWN;
use crate::base::{Place, is_encoding, nearest_name};
use crate::error::{Error, ErrorCode};
use crate::model::{ItemKind, ItemStatus};
use serde::Deserialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;

/// A mapping from the columns of an ERP's export to `tieout.open-items/1`.
///
/// `[columns]` names for each field of ours the column of the export, or a list of columns whose values are joined with
/// `join` (`refs` with `|`). Examples stand in `fixtures/maps`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemsMap {
    /// Its id, for people.
    pub id: String,
    #[serde(default)]
    pub(super) file: Layout,
    pub(super) columns: BTreeMap<String, Many>,
    /// Fields with one value for all rows.
    #[serde(default)]
    pub(super) constants: BTreeMap<String, String>,
    pub(super) format: Format,
    /// Document types of the export, and ours.
    #[serde(default)]
    pub(super) types: BTreeMap<String, String>,
    /// States of the export, and ours.
    #[serde(default)]
    pub(super) status: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) skip: Vec<Skip>,
    /// The field of ours (`doc_no` or `item_id`) by which rows are one item: exports with a row per invoice line. All mapped
    /// cells must then be the same in all rows of an item.
    #[serde(default)]
    pub(super) collapse: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub(super) struct Layout {
    pub delimiter: Many,
    pub quote: String,
    pub encodings: Vec<String>,
    /// Between the parts of a joined key.
    pub join: String,
}

impl Default for Layout {
    fn default() -> Self {
        let delimiter = Many([";", ",", "\t"].map(str::to_owned).to_vec());
        Layout {
            delimiter,
            quote: "\"".into(),
            encodings: vec!["utf-8".into(), "windows-1252".into()],
            join: "-".into(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct Format {
    pub decimal: String,
    #[serde(default)]
    pub thousands: String,
    pub date: Vec<String>,
    #[serde(default)]
    pub sign: Sign,
}

/// How the export signs its amounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum Sign {
    /// As we do: + the customer owes us.
    #[default]
    AsIs,
    /// The other way round.
    Negate,
    /// Without: credit notes and on-account credits become negative.
    ByType,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct Skip {
    /// A title of the export, or `#1` for the first cell.
    pub column: String,
    #[serde(rename = "in", default)]
    pub one_of: Option<Many>,
    #[serde(default)]
    pub not_in: Option<Many>,
    #[serde(default)]
    pub starts_with: Option<Many>,
    #[serde(default)]
    pub empty: Option<bool>,
    pub reason: String,
    /// All rows after it are left out, too.
    #[serde(default)]
    pub rest: bool,
}

/// One text or several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Many(pub Vec<String>);

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Many {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Many".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }]
        })
    }
}

impl<'de> Deserialize<'de> for Many {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = Many;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Many, E> {
                Ok(Many(vec![text.to_owned()]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Many, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = seq.next_element()? {
                    texts.push(text);
                }
                Ok(Many(texts))
            }
        }
        d.deserialize_any(Texts)
    }
}

impl ItemsMap {
    /// Reads a mapping from TOML. `file` is its name for messages.
    ///
    /// # Errors
    /// [`ErrorCode::Config`] with the line: no TOML, an unknown key or field (with the nearest known one), a value outside its
    /// range, or a required field that neither a column nor a constant gives.
    pub fn from_toml(text: &str, file: &str) -> Result<Self, Error> {
        let map: ItemsMap =
            toml::from_str(text).map_err(|e| Error::of_toml(&e, text, file, "a mapping as in the documentation"))?;
        match map.fault() {
            None => Ok(map),
            Some((key, found, expected)) => {
                let line = text.lines().position(|l| l.contains(&key)).map_or(1, |i| i as u64 + 1);
                let error = Error::new(ErrorCode::Config, Place::line(line).at(&key).in_file(file), found, expected);
                Err(match nearest_name(&key, KNOWN.iter().copied()).filter(|n| *n != key) {
                    Some(name) => error.with_hint(format!("did you mean `{name}`?")),
                    None => error,
                })
            }
        }
    }

    fn fault(&self) -> Option<(String, String, String)> {
        let fault =
            |key: &str, found: &str, expected: &str| Some((key.to_owned(), found.to_owned(), expected.to_owned()));
        let fields = || self.columns.keys().chain(self.constants.keys());
        if let Some(wrong) = fields().find(|f| !KNOWN.contains(&f.as_str()) && !f.starts_with("x_")) {
            return fault(
                wrong,
                &format!("the field `{wrong}`"),
                "a field of tieout.open-items/1, or one that starts with `x_`",
            );
        }
        for needed in ["item_id", "doc_no", "customer_id", "currency", "open_amount"] {
            if !fields().any(|f| f == needed) {
                return fault("columns", &format!("no `{needed}`"), "it as a column or a constant");
            }
        }
        let f = &self.format;
        if !matches!(f.decimal.as_str(), "," | ".") {
            return fault("decimal", &format!("the decimal sign `{}`", f.decimal), "`,` or `.`");
        }
        if f.thousands.chars().count() > 1 || f.thousands == f.decimal {
            return fault(
                "thousands",
                &format!("the thousands sign `{}`", f.thousands),
                "one sign, other than the decimal one",
            );
        }
        if f.date.is_empty() {
            return fault("date", "no date pattern", "at least one, as in `%d.%m.%Y`");
        }
        if let Some((key, to)) = self.types.iter().find(|(_, to)| !ItemKind::ALL.iter().any(|(t, _)| t == to)) {
            return fault(key, &format!("the document type `{to}`"), &names(ItemKind::ALL.map(|(t, _)| t)));
        }
        if let Some((key, to)) = self.status.iter().find(|(_, to)| !ItemStatus::ALL.iter().any(|(t, _)| t == to)) {
            return fault(key, &format!("the status `{to}`"), &names(ItemStatus::ALL.map(|(t, _)| t)));
        }
        let one_ascii = |t: &String| t.len() == 1 && t.is_ascii();
        if self.file.delimiter.0.is_empty() || !self.file.delimiter.0.iter().all(one_ascii) {
            return fault("delimiter", "a delimiter that is not one ASCII sign", "`;`, `,` or a tab");
        }
        if !self.file.encodings.iter().all(|e| is_encoding(e)) {
            return fault("encodings", "an unknown encoding", "names as in `utf-8`, `windows-1252`");
        }
        let idle = |s: &&Skip| s.one_of.is_none() && s.not_in.is_none() && s.starts_with.is_none() && s.empty.is_none();
        if self.skip.iter().any(|s| idle(&s)) {
            return fault("skip", "a rule without a condition", "`in`, `not_in`, `starts_with` or `empty`");
        }
        if let Some(by) = self.collapse.as_ref().filter(|b| !matches!(b.as_str(), "doc_no" | "item_id")) {
            return fault("collapse", &format!("collapse by `{by}`"), "`doc_no` or `item_id`");
        }
        None
    }
}

fn names<const N: usize>(all: [&str; N]) -> String {
    format!("one of {}", all.join(", "))
}
