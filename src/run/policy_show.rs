//! The policy in force, key by key, and where each value comes from. In: a policy file or none. Out: keys in alphabetical order.

use super::{InputFile, not_utf8, read_policy};
use crate::base::line_column;
use crate::error::Error;
use crate::model::Policy;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use toml::de::{DeTable, DeValue};

/// One key of the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyKey {
    /// Its path, `discount.grace_days`; rules of a list are counted from 1, `not_receivable[1].reason`.
    pub key: String,
    /// Its value as the policy file writes it; `none` where there is none.
    pub value: String,
    /// The line of the policy file that sets it; `None` for a default.
    pub line: Option<u64>,
}

/// Every key of the policy that `config` gives over the defaults.
///
/// # Errors
/// As [`read_policy`].
pub fn show_policy(config: Option<&InputFile>) -> Result<Vec<PolicyKey>, Vec<Error>> {
    let text = match config {
        Some(file) => std::str::from_utf8(&file.bytes).map_err(|_| vec![not_utf8(&file.name)])?,
        None => "",
    };
    let policy = match config {
        Some(file) => read_policy(text, &file.name)?,
        None => Policy::default(),
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = BTreeMap::new();
    if let Ok(table) = DeTable::parse(text) {
        set_in(text, "", table.get_ref(), &mut lines);
    }
    let mut keys = Vec::new();
    flatten("", &serde_json::to_value(&policy).unwrap_or_default(), &lines, &mut keys);
    keys.sort_by(|a: &PolicyKey, b| a.key.cmp(&b.key));
    Ok(keys)
}

/// The lines of all keys of a file.
fn set_in(text: &str, path: &str, table: &DeTable<'_>, lines: &mut BTreeMap<String, u64>) {
    for (key, value) in table.iter() {
        let full = joined(path, key.get_ref());
        let line = line_column(text, key.span().start).0;
        lines.insert(full.clone(), line);
        match value.get_ref() {
            DeValue::Table(inner) => set_in(text, &full, inner, lines),
            DeValue::Array(all) => {
                for (n, one) in all.iter().enumerate() {
                    if let DeValue::Table(inner) = one.get_ref() {
                        set_in(text, &format!("{full}[{}]", n + 1), inner, lines);
                    }
                }
            }
            _ => {}
        }
    }
}

fn flatten(path: &str, value: &Value, lines: &BTreeMap<String, u64>, keys: &mut Vec<PolicyKey>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().for_each(|(name, value)| flatten(&joined(path, name), value, lines, keys));
        }
        Value::Array(all) if all.iter().any(Value::is_object) => {
            for (n, value) in all.iter().enumerate() {
                flatten(&format!("{path}[{}]", n + 1), value, lines, keys);
            }
        }
        value => {
            let text = if value.is_null() { "none".to_owned() } else { value.to_string() };
            keys.push(PolicyKey { key: path.to_owned(), value: text, line: lines.get(path).copied() });
        }
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_told_with_its_value_and_the_line_that_sets_it() {
        let text = "[discount]\ngrace_days = 3\n[[account]]\niban = \"DE89370400440532013000\"\n";
        let file = InputFile { name: "p.toml".into(), bytes: text.into() };
        let keys = show_policy(Some(&file)).unwrap();
        let of = |name: &str| keys.iter().find(|k| k.key == name).map(|k| (k.value.as_str(), k.line));
        assert_eq!(of("discount.grace_days"), Some(("3", Some(2))));
        assert_eq!(of("account[1].iban"), Some(("\"DE89370400440532013000\"", Some(4))));
        assert_eq!(of("tolerance.minor_units"), Some(("5", None)));
        assert_eq!(of("cap"), Some(("none", None)));
        assert!(show_policy(None).unwrap().iter().all(|k| k.line.is_none()));
        let wrong = InputFile { name: "p.toml".into(), bytes: b"[discont]".to_vec() };
        assert!(show_policy(Some(&wrong)).is_err());
    }
}
