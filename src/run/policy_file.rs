//! `tieout.toml`: TOML text in, the policy over its defaults out, key by key. All faults are collected and given together,
//! each with its line; an unknown key comes with the nearest known one.

use crate::base::{Currency, Place, parse_iso_date};
use crate::error::{Error, ErrorCode};
use crate::model::{Outcome, Policy, ReasonCode, reason_table};
use toml::de::{DeTable, DeValue};

/// What a key may hold.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Bool,
    /// A whole number from 0 to this.
    Whole(i64),
    Text,
    Texts,
    Dates,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A reason code of what is no receivable.
    Reason,
    /// A list of these words.
    Choices(&'static [&'static str]),
    /// Reason codes of the queue.
    QueueReasons,
    /// Whole numbers by currency code.
    ByCurrency,
    /// A table of these keys.
    Table(&'static [(&'static str, Kind)]),
    /// `[[name]]`: several tables of these keys; the first key is required.
    Tables(&'static [(&'static str, Kind)]),
    /// `[name.ANY]`: tables of these keys by any name.
    Named(&'static [(&'static str, Kind)]),
}

const MINOR: Kind = Kind::Whole(1_000_000_000);
const DAYS: Kind = Kind::Whole(366);
const UNITS: Kind = Kind::Whole(1_000_000_000_000);

const OVERRIDE: &[(&str, Kind)] = &[
    ("cap", UNITS),
    ("tolerance_minor_units", MINOR),
    ("discount_grace_days", DAYS),
    ("auto_apply", Kind::Bool),
    ("apply_cash", Kind::Bool),
];

/// Every key of the file. A test holds this against the fields of [`Policy`].
const KEYS: &[(&str, Kind)] = &[
    ("ledger", Kind::Text),
    ("error_budget_ppm", Kind::Whole(1_000_000)),
    ("margin_centibans", Kind::Whole(10_000)),
    ("cap", UNITS),
    ("own_names", Kind::Texts),
    ("discount", Kind::Table(&[("grace_days", DAYS), ("calendar", Kind::Dates)])),
    (
        "tolerance",
        Kind::Table(&[
            ("minor_units", MINOR),
            ("by_currency", Kind::ByCurrency),
            ("daily_cap_minor_units", Kind::Whole(1_000_000_000_000)),
        ]),
    ),
    ("charges", Kind::Table(&[("stated", Kind::Bool)])),
    ("partial", Kind::Table(&[("announced", Kind::Bool)])),
    ("short", Kind::Table(&[("apply_cash", Kind::Bool)])),
    (
        "over",
        Kind::Table(&[
            ("amount_minor_units", MINOR),
            ("percent_hundredths", Kind::Whole(10_000)),
            ("at_most_minor_units", MINOR),
        ]),
    ),
    ("third_party", Kind::Table(&[("exact", Kind::Bool)])),
    ("on_account", Kind::Table(&[("auto", Kind::Bool)])),
    ("ties", Kind::Table(&[("complete_set", Kind::Bool)])),
    ("returns", Kind::Table(&[("reopen", Kind::Bool)])),
    ("statement", Kind::Table(&[("unproven", Kind::Choice(&["queue", "apply"]))])),
    ("credit_note", Kind::Table(&[("only_one", Kind::Bool)])),
    ("matching", Kind::Table(&[("priors", Kind::Text)])),
    ("account", Kind::Tables(&[("iban", Kind::Text), ("company", Kind::Text), ("gl_account", Kind::Text)])),
    (
        "not_receivable",
        Kind::Tables(&[
            ("reason", Kind::Reason),
            ("name", Kind::Text),
            ("direction", Kind::Choice(&["in", "out", ""])),
            ("payer_any", Kind::Texts),
            ("text_any", Kind::Texts),
            ("code_any", Kind::Texts),
            ("account_any", Kind::Texts),
            ("even_if_named", Kind::Bool),
            ("always", Kind::Bool),
        ]),
    ),
    (
        "reviewers",
        Kind::Table(&[
            ("require", Kind::Choice(&["claimed", "verified"])),
            ("limit", UNITS),
            ("writeoff_minor_units", MINOR),
            ("discount_minor_units", MINOR),
            ("two_for", Kind::QueueReasons),
            ("two_persons", Kind::Choices(&["facts", "policy", "undo"])),
            (
                "person",
                Kind::Named(&[
                    ("limit", UNITS),
                    ("writeoff_minor_units", MINOR),
                    ("discount_minor_units", MINOR),
                    ("two_for", Kind::QueueReasons),
                    ("keys", Kind::Texts),
                ]),
            ),
        ]),
    ),
    ("segment", Kind::Named(OVERRIDE)),
    ("customer", Kind::Named(OVERRIDE)),
];

/// Reads a policy file over the defaults.
///
/// # Errors
/// All faults with their lines: TOML that does not parse (then only that one), unknown keys, values outside what a key allows.
pub fn read_policy(text: &str, file: &str) -> Result<Policy, Vec<Error>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let config = |offset: Option<usize>, found: String, expected: String| {
        Error::new(ErrorCode::Config, place(text, offset, file), found, expected)
    };
    let toml_fault = |e: toml::de::Error| {
        let message = e.message().lines().next().unwrap_or("");
        let (found, expected) =
            message.split_once(", expected ").unwrap_or((message, "TOML as `tieout init` writes it"));
        config(e.span().map(|s| s.start), found.to_owned(), expected.to_owned())
    };
    let table = DeTable::parse(text).map_err(|e| vec![toml_fault(e)])?;
    let mut faults = Vec::new();
    let mut walk = Walk { text, file, faults: &mut faults };
    walk.table("", table.get_ref(), KEYS);
    faults.sort_by_key(|e| (e.place().line, e.place().column));
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut table: toml::Table = toml::from_str(text).map_err(|e| vec![toml_fault(e)])?;
    // Where the ledger lies decides nothing.
    table.remove("ledger");
    table.try_into::<Policy>().map_err(|e| vec![toml_fault(e)])
}

/// The ledger that a policy file names, as written there.
pub fn ledger_of(text: &str) -> Option<String> {
    let table: toml::Table = toml::from_str(text.strip_prefix('\u{feff}').unwrap_or(text)).ok()?;
    table.get("ledger")?.as_str().map(str::to_owned)
}

struct Walk<'a> {
    text: &'a str,
    file: &'a str,
    faults: &'a mut Vec<Error>,
}

impl Walk<'_> {
    fn table(&mut self, path: &str, table: &DeTable<'_>, keys: &'static [(&'static str, Kind)]) {
        for (key, value) in table.iter() {
            let full = if path.is_empty() { key.get_ref().to_string() } else { format!("{path}.{}", key.get_ref()) };
            match keys.iter().find(|(name, _)| name == key.get_ref()) {
                Some((_, kind)) => self.value(&full, value.get_ref(), value.span().start, *kind),
                None => self.unknown(&full, key.get_ref(), key.span().start, keys),
            }
        }
    }

    fn unknown(&mut self, full: &str, key: &str, at: usize, keys: &[(&'static str, Kind)]) {
        let nearest = keys
            .iter()
            .map(|(name, _)| (strsim::damerau_levenshtein(name, key), *name))
            .min()
            .filter(|(distance, name)| *distance <= name.len().max(key.len()).div_ceil(2).min(4));
        let known = keys.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let place = place(self.text, Some(at), self.file).at(full);
        let error = Error::new(ErrorCode::Config, place, format!("unknown key `{key}`"), format!("one of {known}"));
        self.faults.push(match nearest {
            Some((_, name)) => error.with_hint(format!("did you mean `{name}`?")),
            None => error.with_hint("`tieout init` writes a file with every key"),
        });
    }

    fn bad(&mut self, full: &str, at: usize, found: String, expected: impl Into<String>) {
        let place = place(self.text, Some(at), self.file).at(full);
        self.faults.push(Error::new(ErrorCode::Config, place, found, expected));
    }

    fn value(&mut self, full: &str, value: &DeValue<'_>, at: usize, kind: Kind) {
        match (kind, value) {
            (Kind::Bool, DeValue::Boolean(_)) | (Kind::Text, DeValue::String(_)) => {
                if let (DeValue::String(text), true) = (value, full.ends_with(".iban"))
                    && text.trim().is_empty()
                {
                    self.bad(full, at, "an empty account".to_owned(), "an IBAN or account number");
                }
            }
            (Kind::Whole(most), DeValue::Integer(number)) => {
                let value = i64::from_str_radix(number.as_str(), number.radix()).ok();
                if !value.is_some_and(|v| (0..=most).contains(&v)) {
                    self.bad(full, at, number.as_str().to_owned(), format!("a whole number from 0 to {most}"));
                }
            }
            (Kind::Choice(words), DeValue::String(text)) if words.contains(&text.as_ref()) => {}
            (Kind::Choice(words), _) => {
                let words = words.iter().map(|w| format!("\"{w}\"")).collect::<Vec<_>>().join(" or ");
                self.bad(full, at, show(value), words);
            }
            (Kind::Reason, DeValue::String(text))
                if ReasonCode::parse(text).is_some_and(|c| {
                    reason_table().iter().any(|r| r.code == c && r.outcome == Outcome::NotReceivable)
                }) => {}
            (Kind::Reason, _) => {
                let rows = reason_table().iter().filter(|r| r.outcome == Outcome::NotReceivable);
                let codes = rows.map(|r| r.code.as_str()).collect::<Vec<_>>().join(", ");
                self.bad(full, at, show(value), format!("one of {codes}"));
            }
            (Kind::Texts, DeValue::Array(values)) => {
                for v in values.iter() {
                    if !matches!(v.get_ref(), DeValue::String(_)) {
                        self.bad(full, v.span().start, show(v.get_ref()), "a text in quotes");
                    }
                }
            }
            (Kind::Choices(words), DeValue::Array(values)) => {
                for v in values.iter() {
                    if !matches!(v.get_ref(), DeValue::String(t) if words.contains(&t.as_ref())) {
                        self.bad(
                            full,
                            v.span().start,
                            show(v.get_ref()),
                            format!("one of \"{}\"", words.join("\", \"")),
                        );
                    }
                }
            }
            (Kind::QueueReasons, DeValue::Array(values)) => {
                for v in values.iter() {
                    let known =
                        |t: &str| reason_table().iter().any(|r| r.code.as_str() == t && r.outcome == Outcome::Queued);
                    if !matches!(v.get_ref(), DeValue::String(t) if known(t)) {
                        self.bad(
                            full,
                            v.span().start,
                            show(v.get_ref()),
                            "a reason code of the queue, as \"DUPLICATE_SUSPECT\"",
                        );
                    }
                }
            }
            (Kind::Dates, DeValue::Array(values)) => {
                for v in values.iter() {
                    if !matches!(v.get_ref(), DeValue::String(t) if parse_iso_date(t).is_some()) {
                        self.bad(full, v.span().start, show(v.get_ref()), "a date in quotes, as in \"2026-12-25\"");
                    }
                }
            }
            (Kind::ByCurrency, DeValue::Table(table)) => {
                for (key, v) in table.iter() {
                    if !Currency::parse(key.get_ref()).is_ok_and(|c| c.is_listed()) {
                        let expected = "a currency code of ISO 4217, as in JPY";
                        self.bad(full, key.span().start, format!("`{}`", key.get_ref()), expected);
                    }
                    self.value(&format!("{full}.{}", key.get_ref()), v.get_ref(), v.span().start, MINOR);
                }
            }
            (Kind::Table(keys), DeValue::Table(table)) => self.table(full, table, keys),
            (Kind::Tables(keys), DeValue::Array(tables)) => {
                for (n, v) in tables.iter().enumerate() {
                    let one = format!("{full}[{}]", n + 1);
                    let DeValue::Table(table) = v.get_ref() else {
                        self.bad(&one, v.span().start, show(v.get_ref()), format!("a table, as [[{full}]]"));
                        continue;
                    };
                    if let Some((required, _)) = keys.first()
                        && !table.iter().any(|(k, _)| k.get_ref() == required)
                    {
                        self.bad(&one, v.span().start, format!("no `{required}`"), format!("`{required} = …`"));
                    }
                    self.table(&one, table, keys);
                }
            }
            (Kind::Named(keys), DeValue::Table(tables)) => {
                for (name, v) in tables.iter() {
                    let one = format!("{full}.{}", name.get_ref());
                    match v.get_ref() {
                        DeValue::Table(table) => self.table(&one, table, keys),
                        other => self.bad(&one, v.span().start, show(other), format!("a table, as [{full}.NAME]")),
                    }
                }
            }
            (kind, other) => self.bad(full, at, show(other), expected(kind, full)),
        }
    }
}

fn expected(kind: Kind, full: &str) -> String {
    match kind {
        Kind::Bool => "true or false".to_owned(),
        Kind::Whole(most) => format!("a whole number from 0 to {most}, without quotes"),
        Kind::Text => "a text in quotes".to_owned(),
        Kind::Texts => "a list of texts, as in [\"one\", \"two\"]".to_owned(),
        Kind::Choices(words) => format!("a list of words, as in [\"{}\"]", words.join("\", \"")),
        Kind::QueueReasons => "a list of reason codes, as in [\"DUPLICATE_SUSPECT\"]".to_owned(),
        Kind::Dates => "a list of dates, as in [\"2026-12-25\"]".to_owned(),
        Kind::ByCurrency => "a table of numbers by currency, as in { JPY = 5 }".to_owned(),
        Kind::Table(_) => format!("a table, as [{full}]"),
        Kind::Tables(_) => format!("tables, as [[{full}]]"),
        Kind::Named(_) => format!("tables by name, as [{full}.NAME]"),
        Kind::Choice(_) | Kind::Reason => "one of the words allowed".to_owned(),
    }
}

fn show(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("\"{text}\""),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(b) => b.to_string(),
        DeValue::Datetime(d) => format!("{d} without quotes"),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

fn place(text: &str, offset: Option<usize>, file: &str) -> Place {
    let Some(before) = offset.and_then(|o| text.get(..o)) else { return Place::file(file) };
    let line = before.bytes().filter(|b| *b == b'\n').count() as u64 + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() as u64 + 1;
    Place::line_column(line, column).in_file(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{NotReceivableRule, OwnAccount};
    use crate::run::default_toml;
    use serde_json::Value;

    #[test]
    fn the_commented_default_file_reads_back_as_the_default_policy() {
        assert_eq!(read_policy(default_toml(), "tieout.toml"), Ok(Policy::default()));
        assert_eq!(read_policy("", "tieout.toml"), Ok(Policy::default()));
    }

    #[test]
    fn every_field_of_the_lists_is_a_key_too() {
        let rule = NotReceivableRule { name: "x".into(), reason: "FEE".into(), ..NotReceivableRule::default() };
        let account =
            OwnAccount { iban: "DE89370400440532013000".into(), company: "A".into(), gl_account: Some("1200".into()) };
        let policy = Policy { not_receivable: vec![rule], account: vec![account], ..Policy::default() };
        let written = toml::to_string(&policy).unwrap();
        assert_eq!(read_policy(&written, "tieout.toml"), Ok(policy));
    }

    #[test]
    fn every_field_of_the_policy_is_a_key_and_stands_in_the_default_file() {
        // Reviewers are left out while nothing of them is set.
        let mut set = Policy::default();
        set.reviewers.two_for.push("TIE".to_owned());
        set.matching.priors = Some("priors.toml".to_owned());
        let policy = serde_json::to_value(set).unwrap();
        let names = |v: &Value| v.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let sorted = |keys: &[(&str, Kind)]| {
            let mut k: Vec<String> = keys.iter().map(|(k, _)| (*k).to_owned()).collect();
            k.sort();
            k
        };
        let of_policy: Vec<(&str, Kind)> = KEYS.iter().filter(|(k, _)| *k != "ledger").copied().collect();
        assert_eq!(names(&policy), sorted(&of_policy));
        for (key, kind) in &of_policy {
            assert!(default_toml().contains(key), "{key} is missing in the default file");
            if let Kind::Table(keys) = kind {
                assert_eq!(names(&policy[key]), sorted(keys), "{key}");
            }
        }
        assert_eq!(names(&serde_json::to_value(crate::model::SegmentOverride::default()).unwrap()), sorted(OVERRIDE));
    }

    #[test]
    fn one_key_changes_one_thing() {
        let policy = read_policy("[discount]\ngrace_days = 3\n[tolerance.by_currency]\nJPY = 5\n", "p.toml").unwrap();
        assert_eq!(policy.discount.grace_days, 3);
        assert_eq!(policy.tolerance.minor_units, 5);
        assert_eq!(policy.tolerance.by_currency.len(), 1);
    }

    #[test]
    fn all_faults_come_together_with_line_and_suggestion() {
        let text = "error_budget_pmm = 5\n[discount]\ngrace_days = -1\ncalendar = [\"2026-02-30\"]\n\
            [statement]\nunproven = \"maybe\"\n[[not_receivable]]\nreason = \"APPLIED\"\n[[account]]\ncompany = \"A\"\n";
        let faults = read_policy(text, "p.toml").unwrap_err();
        let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 6, "{said:#?}");
        assert!(said[0].starts_with("p.toml:1:1: error_budget_pmm: unknown key `error_budget_pmm`"), "{}", said[0]);
        assert_eq!(faults[0].hint(), Some("did you mean `error_budget_ppm`?"));
        assert!(said[1].starts_with("p.toml:3:14: discount.grace_days: -1, expected a whole number from 0 to 366"));
        assert!(said[2].contains("\"2026-02-30\", expected a date in quotes"));
        assert!(said[3].starts_with("p.toml:6:12: statement.unproven: \"maybe\", expected \"queue\" or \"apply\""));
        assert!(said[4].starts_with("p.toml:8:10: not_receivable[1].reason: \"APPLIED\", expected one of OUTGOING"));
        assert!(said[5].starts_with("p.toml:9:1: account[1]: no `iban`"), "{}", said[5]);
    }

    #[test]
    fn broken_toml_says_where() {
        let faults = read_policy("[discount\ngrace_days = 1", "p.toml").unwrap_err();
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].place().line, Some(1));
    }
}
