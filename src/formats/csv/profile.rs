//! A profile: a bank's CSV layout as data. In: TOML, built in or the user's own. Out: a checked [`Profile`].
//!
//! `docs` show the keys by example; unknown keys are errors with a suggestion, because a misspelt one would be ignored.

use crate::base::{Currency, Place, is_encoding};
use crate::error::{Error, ErrorCode};
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize as Derive, de};
use std::collections::BTreeMap;
use std::fmt;

/// A bank's CSV layout.
#[derive(Debug, Clone, PartialEq, Eq, Derive)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its id, `nl-rabobank`.
    pub id: String,
    /// The bank and its product, for people.
    #[serde(default)]
    pub name: String,
    /// Version of the profile.
    pub version: u32,
    /// How well the layout is known: `S` sample files seen, `T` headers in several sources, `C` column roles only, `U` one
    /// source; empty for a user's own.
    #[serde(default)]
    pub evidence: String,
    #[serde(default)]
    pub(super) detect: Detect,
    #[serde(default)]
    pub(super) file: Layout,
    pub(super) columns: BTreeMap<Role, Names>,
    pub(super) format: Format,
    #[serde(default)]
    pub(super) preamble: BTreeMap<Figure, Names>,
    #[serde(default)]
    pub(super) skip: Vec<Skip>,
    #[serde(default)]
    pub(super) balance_row: Vec<BalanceRow>,
    #[serde(default)]
    pub(super) labels: BTreeMap<String, Role>,
}

/// How the header is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Derive)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub(super) struct Detect {
    /// Columns that must all be there; each a name or a list of alternatives.
    pub require: Names,
    /// Columns that must not be there.
    pub forbid: Names,
    /// Never detected, only used where it is asked for.
    pub by_name: bool,
}

/// How the file is written.
#[derive(Debug, Clone, PartialEq, Eq, Derive)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub(super) struct Layout {
    pub delimiter: Names,
    pub quote: String,
    pub encodings: Vec<String>,
    /// `false` for files without a header: columns are then `#1`, `#2` …
    pub header: bool,
    /// Number of columns of a file without a header.
    pub width: Option<usize>,
}

impl Default for Layout {
    fn default() -> Self {
        Layout {
            delimiter: Names::of(&[";", ",", "\t"]),
            quote: "\"".into(),
            encodings: vec!["utf-8".into(), "windows-1252".into()],
            header: true,
            width: None,
        }
    }
}

/// What a column means to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Derive)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum Role {
    Account,
    Owner,
    Currency,
    BankId,
    BookingDate,
    ValueDate,
    Amount,
    Credit,
    Debit,
    Direction,
    Balance,
    Charges,
    CounterpartyName,
    PayerName,
    PayeeName,
    CounterpartyIban,
    PayerIban,
    PayeeIban,
    CounterpartyBic,
    UltimateName,
    E2eId,
    StructuredRef,
    MandateId,
    CreditorId,
    BatchId,
    ReturnReason,
    BankCode,
    BankText,
    Remittance,
    Narrative,
    OriginalAmount,
    OriginalCurrency,
    Reversal,
    /// Read and left aside; only labels use it.
    Ignore,
}

impl Role {
    pub(super) const COUNT: usize = Role::Ignore as usize + 1;
}

/// How values are written.
#[derive(Debug, Clone, PartialEq, Eq, Derive)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct Format {
    /// `,`, `.` or `auto` (decided over the whole file; refused when it cannot be).
    pub decimal: String,
    #[serde(default)]
    pub thousands: String,
    /// Patterns of `%Y %y %m %d %b`; several are told apart over the whole column.
    pub date: Vec<String>,
    pub amount: AmountModel,
    #[serde(default)]
    pub debit_sign: DebitSign,
    /// Words of the direction column, or suffixes of the amount, for money in and out.
    #[serde(default)]
    pub credit: Names,
    #[serde(default)]
    pub debit: Names,
    /// The file writes money out as positive (cards).
    #[serde(default)]
    pub negate: bool,
    /// The currency of every row.
    #[serde(default)]
    pub currency: Option<String>,
    /// The title of the amount column names the currency.
    #[serde(default)]
    pub currency_in_header: bool,
    /// Currency codes may stand in small letters, as `eur`. Else these are a damaged code.
    #[serde(default)]
    pub small_codes: bool,
    /// A row without a booking date has that of the row above.
    #[serde(default)]
    pub dates_once: bool,
    /// The own account, where neither a column nor the preamble names it.
    #[serde(default)]
    pub account: Option<String>,
    #[serde(default)]
    pub zero: Zero,
    /// Order of the rows where neither dates nor balances tell.
    #[serde(default)]
    pub order: Order,
    /// The bank never writes the other way round: rows whose balances only fit turned round were moved, and the statement is broken.
    #[serde(default)]
    pub order_is_fixed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Derive)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum AmountModel {
    /// One column with its sign; where it is empty, the credit and debit columns if there are any.
    Signed,
    /// An unsigned amount and a column for the direction.
    Direction,
    /// A column for money in and one for money out.
    Pair,
    /// An unsigned amount with a word behind it: `12.50 CR`.
    Suffix,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Derive)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum DebitSign {
    /// Money out stands as a positive figure in its column.
    #[default]
    Positive,
    /// It stands with its minus.
    Negative,
    /// Both occur, and both mean money out.
    Either,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Derive)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum Zero {
    /// A row of amount zero is an entry.
    #[default]
    Entry,
    /// It is a notice, left out and counted.
    Skip,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Derive)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum Order {
    #[default]
    OldestFirst,
    NewestFirst,
}

/// A figure above the header or in a control row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Derive)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum Figure {
    Account,
    Owner,
    Currency,
    Opening,
    Closing,
    Count,
    Credits,
    Debits,
}

/// Rows that are no money.
#[derive(Debug, Clone, PartialEq, Eq, Derive)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct Skip {
    pub when: When,
    pub reason: String,
    /// All rows after it are left out, too.
    #[serde(default)]
    pub rest: bool,
    /// Its cells are searched for the figures of `[preamble]`.
    #[serde(default)]
    pub control: bool,
    /// Its text belongs to the row above.
    #[serde(default)]
    pub join: bool,
}

/// Rows that state a balance and no movement.
#[derive(Debug, Clone, PartialEq, Eq, Derive)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct BalanceRow {
    pub when: When,
    pub kind: BalanceRowKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Derive)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum BalanceRowKind {
    Opening,
    Closing,
    /// The running balance behind the row above.
    Day,
}

/// A condition on one cell. All that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Derive)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct When {
    /// Name (or alternatives), or `#2` for the second cell whatever the header says.
    pub column: Names,
    #[serde(rename = "in")]
    pub one_of: Option<Names>,
    pub not_in: Option<Names>,
    pub starts_with: Option<Names>,
    pub empty: Option<bool>,
    /// A further condition on the same row.
    pub and: Option<Box<When>>,
}

/// One name or several. `"a"`, `["a", "b"]`, and for lists of lists `["a", ["b1", "b2"]]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Names(pub Vec<Vec<String>>);

impl Names {
    pub(super) fn of(names: &[&str]) -> Self {
        Names(names.iter().map(|n| vec![(*n).to_owned()]).collect())
    }
    /// All names, lists in lists laid flat.
    pub(super) fn flat(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flatten().map(String::as_str)
    }
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Names {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Names".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let text = schemars::json_schema!({ "type": "string" });
        let texts = schemars::json_schema!({ "type": "array", "items": text });
        let either = schemars::json_schema!({ "anyOf": [text, texts] });
        schemars::json_schema!({ "anyOf": [text, { "type": "array", "items": either }] })
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Outer;
        impl<'de> Visitor<'de> for Outer {
            type Value = Names;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Names, E> {
                Ok(Names(vec![vec![text.to_owned()]]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some(inner) = seq.next_element::<Names>()? {
                    names.push(inner.flat().map(str::to_owned).collect());
                }
                Ok(Names(names))
            }
        }
        d.deserialize_any(Outer)
    }
}

impl Profile {
    /// Reads a profile from TOML. `file` is its name for messages.
    ///
    /// # Errors
    /// [`ErrorCode::Config`] with line and column: no TOML, an unknown key (with the nearest known one), a value outside its
    /// range, or columns that the amount model needs and the profile does not name.
    pub fn from_toml(text: &str, file: &str) -> Result<Self, Error> {
        let profile: Profile = toml::from_str(text)
            .map_err(|e| Error::of_toml(&e, text, file, "a profile as `tieout profiles show ID` prints it"))?;
        match profile.fault() {
            None => Ok(profile),
            Some((key, found, expected)) => {
                let starts =
                    |l: &str| l.trim_start().strip_prefix(key).is_some_and(|r| r.trim_start().starts_with(['=', ']']));
                let at = text.lines().position(|l| starts(l) || l.trim() == key);
                let line = at.or_else(|| text.lines().position(|l| l.contains(key))).map_or(1, |i| i as u64 + 1);
                Err(Error::new(ErrorCode::Config, Place::line(line).at(key).in_file(file), found, expected))
            }
        }
    }

    pub(super) fn quote(&self) -> Option<char> {
        self.file.quote.chars().next()
    }

    pub(super) fn delimiters(&self) -> impl Iterator<Item = char> + '_ {
        self.file.delimiter.flat().filter_map(|d| d.chars().next())
    }

    /// The first thing that is wrong with a profile that parsed: key, what was found, what is expected.
    fn fault(&self) -> Option<(&'static str, String, &'static str)> {
        let has = |role| self.columns.contains_key(&role);
        let f = &self.format;
        let bad_date = f.date.iter().find(|p| {
            let year = p.contains("%Y") || p.contains("%y");
            let month = p.contains("%m") || p.contains("%b");
            let known = p.split('%').skip(1).all(|s| s.starts_with(['Y', 'y', 'm', 'd', 'b']));
            !(year && month && p.contains("%d") && known)
        });
        let one_ascii = |t: &str| t.len() == 1 && t.is_ascii();
        let numbered = self.columns.values().flat_map(Names::flat).all(|n| column_number(n).is_some());
        let idle = |w: &When| {
            w.one_of.is_none() && w.not_in.is_none() && w.starts_with.is_none() && w.empty.is_none() && w.and.is_none()
        };
        let mut rules = self.skip.iter().map(|s| &s.when).chain(self.balance_row.iter().map(|b| &b.when));
        if rules.any(idle) {
            Some(("when", "a rule without a condition".into(), "`in`, `not_in`, `starts_with` or `empty`"))
        } else if self.id.is_empty() {
            Some(("id", "an empty id".into(), "a short name in small letters, as in `nl-rabobank`"))
        } else if !has(Role::BookingDate) {
            Some(("[columns]", "no `booking_date`".into(), "the name of the column with the booking date"))
        } else if f.date.is_empty() {
            Some(("date", "no date pattern".into(), "at least one, as in `%d.%m.%Y`"))
        } else if let Some(p) = bad_date {
            Some(("date", format!("the date pattern `{p}`"), "a pattern of %Y or %y, %m or %b, and %d"))
        } else if !matches!(f.decimal.as_str(), "," | "." | "auto") {
            Some(("decimal", format!("the decimal sign `{}`", f.decimal), "`,`, `.` or `auto`"))
        } else if f.thousands.chars().count() > 1 || f.thousands == f.decimal {
            Some(("thousands", format!("the thousands sign `{}`", f.thousands), "one sign, other than the decimal one"))
        } else if matches!(f.amount, AmountModel::Signed | AmountModel::Direction | AmountModel::Suffix)
            && !has(Role::Amount)
        {
            Some(("[columns]", "no `amount`".into(), "the name of the column with the amount"))
        } else if f.amount == AmountModel::Pair && !(has(Role::Credit) && has(Role::Debit)) {
            Some(("[columns]", "no `credit` and `debit`".into(), "the columns for money in and money out"))
        } else if f.amount == AmountModel::Direction && !has(Role::Direction) {
            Some(("[columns]", "no `direction`".into(), "the column that says whether money came in or went out"))
        } else if matches!(f.amount, AmountModel::Direction | AmountModel::Suffix)
            && (f.credit.is_empty() || f.debit.is_empty())
        {
            Some((
                "[format]",
                "no words for `credit` and `debit`".into(),
                "the words of the file, as in credit = \"Bij\"",
            ))
        } else if f.currency.as_ref().is_some_and(|c| Currency::parse(c).is_err()) {
            Some(("currency", "a currency that is none".into(), "three letters (ISO 4217)"))
        } else if self.file.delimiter.is_empty() || !self.file.delimiter.flat().all(one_ascii) {
            Some(("delimiter", "a delimiter that is not one ASCII sign".into(), "`;`, `,` or a tab"))
        } else if !(self.file.quote.is_empty() || one_ascii(&self.file.quote)) {
            Some(("quote", "a quote that is not one ASCII sign".into(), "`\"`, or nothing for none"))
        } else if !self.file.encodings.iter().all(|e| is_encoding(e)) {
            Some(("encodings", "an unknown encoding".into(), "names as in `utf-8`, `windows-1252`, `iso-8859-15`"))
        } else if self.file.header && self.detect.require.is_empty() {
            Some(("[detect]", "no `require`".into(), "the columns by which the header is known"))
        } else if !self.file.header && (self.file.width.is_none() || !numbered) {
            Some(("[file]", "no header and not all columns by number".into(), "`width`, and columns as `#1`, `#2` …"))
        } else {
            None
        }
    }
}

/// `#3` names the third cell: gives 2.
pub(super) fn column_number(name: &str) -> Option<usize> {
    name.strip_prefix('#')?.parse::<usize>().ok()?.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "id = \"x\"\nversion = 1\n[detect]\nrequire = [\"Date\", [\"Amount\", \"Betrag\"]]\n\
        [columns]\nbooking_date = \"Date\"\namount = [\"Amount\", \"Betrag\"]\nremittance = [\"A\", [\"B\", \"C\"]]\n\
        [format]\ndecimal = \",\"\ndate = [\"%d.%m.%Y\"]\namount = \"signed\"\n";

    #[test]
    fn a_profile_reads_with_alternatives() {
        let p = Profile::from_toml(SMALL, "x.toml").unwrap();
        assert_eq!(p.columns.get(&Role::Remittance).unwrap().0, [vec!["A"], vec!["B", "C"]]);
        assert_eq!(p.delimiters().collect::<String>(), ";,\t");
    }

    #[test]
    fn a_misspelt_key_is_an_error_with_line_and_suggestion() {
        let e = Profile::from_toml(
            &SMALL.replace("amount = \"signed\"", "amount = \"signed\"\nthousand = \".\""),
            "x.toml",
        );
        let e = e.unwrap_err();
        assert_eq!((e.code(), e.place().line), (ErrorCode::Config, Some(13)));
        assert_eq!(e.hint(), Some("did you mean `thousands`?"));
        let e = Profile::from_toml(&SMALL.replace("remittance =", "remitance ="), "x.toml").unwrap_err();
        assert_eq!((e.place().line, e.hint()), (Some(8), Some("did you mean `remittance`?")));
    }

    #[test]
    fn values_out_of_range_are_named_with_their_line() {
        for (from, to, line) in [
            ("decimal = \",\"", "decimal = \";\"", 10),
            ("%d.%m.%Y", "%d.%m", 11),
            ("amount = \"signed\"", "amount = \"pair\"", 5),
            ("version = 1", "version = 1\nfile.encodings = [\"utf-9\"]", 3),
        ] {
            let e = Profile::from_toml(&SMALL.replace(from, to), "x.toml").unwrap_err();
            assert_eq!((e.code(), e.place().line), (ErrorCode::Config, Some(line)), "{e}");
        }
    }
}
