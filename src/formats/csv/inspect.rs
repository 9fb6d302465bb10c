//! What a profile makes of a file, for a person who writes one: each column with its role, and what the profile names in vain.

use super::detect;
use super::header::Found;
use super::profile::{Figure, Profile, Role};
use crate::base::{CsvRows, decode_text, nearest_name, unarmour};
use crate::error::Error;
use serde::Serialize;

/// What a profile makes of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// Id of the profile.
    pub profile: String,
    /// Line of the header; `None` for a file without one.
    pub header_line: Option<u64>,
    /// The delimiter.
    pub delimiter: char,
    /// The columns of the file in their order.
    pub columns: Vec<ColumnUse>,
    /// Roles of the profile for which the file has no column.
    pub absent: Vec<AbsentColumn>,
    /// What neither a column nor the profile says, each with what follows from it.
    pub untold: Vec<String>,
}

/// One column of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnUse {
    /// Counted from 1.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// What it became: `amount`, `remittance` …; `None` if it is not used.
    pub role: Option<String>,
    /// The first value that is not empty.
    pub sample: String,
}

/// A column that the profile names and the file lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AbsentColumn {
    /// What it would have become.
    pub role: String,
    /// The names that were looked for.
    pub names: Vec<String>,
    /// An unused title that is nearly one of them.
    pub nearest: Option<String>,
}

impl Profile {
    /// Says what each column of a file became, and which columns the profile names in vain.
    ///
    /// # Errors
    /// The bytes are no text, or the header lacks required columns; see [`super::CsvReader`].
    pub fn inspect(&self, bytes: &[u8]) -> Result<Inspection, Error> {
        let decoded = decode_text(bytes, &self.file.encodings).map_err(|e| super::read::decode_error(bytes, &e))?;
        let found = detect::header(&decoded.text, self)?;
        let rows = CsvRows::new(&decoded.text, found.delimiter, self.file.quote.chars().next());
        let rows: Vec<_> = rows.map_while(Result::ok).skip(found.rows_before).take(50).collect();
        let column = |(i, title): (usize, &super::header::Title)| {
            let texts = rows.iter().filter_map(|r| r.cells.get(i)).map(|c| unarmour(c));
            let sample = texts.into_iter().find(|c| !c.is_empty()).unwrap_or_default();
            ColumnUse {
                number: i as u64 + 1,
                title: title.raw.clone(),
                role: role_of(self, &found, i),
                sample: sample.chars().take(40).collect(),
            }
        };
        Ok(Inspection {
            profile: self.id.clone(),
            header_line: found.line,
            delimiter: found.delimiter,
            columns: found.titles.iter().enumerate().map(column).collect(),
            absent: absent(self, &found),
            untold: self.untold(&found),
        })
    }

    /// What a reader of payments would want and this profile does not give.
    fn untold(&self, found: &Found) -> Vec<String> {
        let has = |roles: &[Role]| roles.iter().any(|r| !found.columns(*r).is_empty());
        let above = |figure| self.preamble.contains_key(&figure);
        let f = &self.format;
        let account = has(&[Role::Account]) || above(Figure::Account) || f.account.is_some();
        let currency =
            has(&[Role::Currency]) || above(Figure::Currency) || f.currency.is_some() || f.currency_in_header;
        let names = has(&[Role::CounterpartyName, Role::PayerName, Role::PayeeName]) || !self.labels.is_empty();
        let texts = has(&[Role::Remittance, Role::Narrative]);
        let balances = has(&[Role::Balance]) || above(Figure::Opening) && above(Figure::Closing);
        [
            (account, "account: no column has it; say it with `[format] account`"),
            (currency, "currency: no column has it; say it with `[format] currency`"),
            (
                balances,
                "balance: no running balance, nor opening and closing ones, so that nothing proves the statement",
            ),
            (names, "counterparty_name: no column has the name of the other side"),
            (texts, "remittance: no column has the words of the payer"),
        ]
        .into_iter()
        .filter(|(told, _)| !told)
        .map(|(_, text)| text.to_owned())
        .collect()
    }
}

fn role_of(profile: &Profile, found: &Found, index: usize) -> Option<String> {
    let roles: Vec<String> =
        profile.columns.keys().filter(|role| found.columns(**role).contains(&index)).map(|r| role_name(*r)).collect();
    (!roles.is_empty()).then(|| roles.join(" and "))
}

/// The columns that a profile names and a file lacks. Alternatives of which one is there are not absent.
pub(super) fn absent(profile: &Profile, found: &Found) -> Vec<AbsentColumn> {
    let used = |i: usize| profile.columns.keys().any(|role| found.columns(*role).contains(&i));
    let unused: Vec<&str> =
        found.titles.iter().enumerate().filter(|(i, _)| !used(*i)).map(|(_, t)| t.raw.as_str()).collect();
    let vain = |(role, names): (&Role, &super::profile::Names)| {
        let none = |alternatives: &&Vec<String>| !alternatives.iter().any(|n| found.is_title(n));
        let several = matches!(role, Role::Remittance | Role::Narrative);
        let missing: Vec<String> = if several {
            names.0.iter().filter(none).flatten().cloned().collect()
        } else if found.columns(*role).is_empty() {
            names.flat().map(str::to_owned).collect()
        } else {
            Vec::new()
        };
        let nearest = missing.iter().find_map(|n| nearest_name(n, unused.iter().copied())).map(str::to_owned);
        (!missing.is_empty()).then(|| AbsentColumn { role: role_name(*role), names: missing, nearest })
    };
    profile.columns.iter().filter_map(vain).collect()
}

/// As the profile writes it: `counterparty_name`.
pub(super) fn role_name(role: Role) -> String {
    let mut out = String::new();
    for c in format!("{role:?}").chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{ReadOptions, read_statements};
    use crate::model::FindingCode;

    const OWN: &str = "id = 'own'\nversion = 1\n[detect]\nrequire = ['Datum', 'Betrag']\n[columns]\nbooking_date = 'Datum'\namount = 'Betrag'\nremittance = ['Verwendungszwek']\ncounterparty_name = ['Name', 'Partner']\n[format]\ndecimal = ','\ndate = ['%d.%m.%Y']\namount = 'signed'\ncurrency = 'EUR'\naccount = 'DE89370400440532013000'\n";
    const FILE: &[u8] = b"Datum;Betrag;Verwendungszweck;Partner\n24.04.2026;1190,00;RE-1;Muster\n";

    #[test]
    fn every_column_says_what_it_became_and_what_is_named_in_vain() {
        let profile = Profile::from_toml(OWN, "own.toml").unwrap();
        let told = profile.inspect(FILE).unwrap();
        let roles: Vec<Option<&str>> = told.columns.iter().map(|c| c.role.as_deref()).collect();
        assert_eq!(roles, [Some("booking_date"), Some("amount"), None, Some("counterparty_name")]);
        assert_eq!((told.columns[2].sample.as_str(), told.header_line), ("RE-1", Some(1)));
        let [absent] = told.absent.as_slice() else { panic!("{:?}", told.absent) };
        assert_eq!((absent.role.as_str(), absent.nearest.as_deref()), ("remittance", Some("Verwendungszweck")));
    }

    #[test]
    fn a_misspelt_column_is_a_finding_on_reading() {
        let profile = Profile::from_toml(OWN, "own.toml").unwrap();
        let read = |profile| {
            let options = ReadOptions { profile: Some(profile), ..ReadOptions::for_file("x.csv") };
            read_statements(FILE, &options).unwrap().findings
        };
        let findings = read(profile);
        assert!(
            findings.iter().any(|f| f.code == FindingCode::Dialect && f.text.contains("`Verwendungszweck`")),
            "{findings:?}"
        );
        let right = OWN.replace("Verwendungszwek", "Verwendungszweck");
        assert!(read(Profile::from_toml(&right, "own.toml").unwrap()).is_empty());
    }
}
