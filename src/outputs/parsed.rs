//! What `parse --output json` prints: the statements of one file as one JSON object on one line.

use crate::base::Money;
#[cfg(feature = "schema")]
use crate::base::{Currency, Figure};
use crate::error::Error;
use crate::formats::Statements;
use crate::model::{
    Balance, Charge, DocumentRef, Entry, Finding, Format, Party, Statement, TransactionDetails, joined_words,
};
use serde::Serialize;

/// One line of JSON for a file: `{"file","format","statements":[…]}`, or `{"file","error":{…}}` where it could not be read.
/// Amounts are signed decimal strings; there is no line end.
pub fn parsed_json(file: &str, read: &Result<Statements, Error>) -> String {
    let line = match read {
        Ok(read) => ParsedLine::Read(ReadFile {
            file,
            format: read.format,
            statements: read.statements.iter().map(ParsedStatement::of).collect(),
            findings: &read.findings,
        }),
        Err(error) => ParsedLine::Failed(FailedFile { file, error }),
    };
    // Strings, numbers and lists alone cannot fail to become JSON; an empty object keeps the line count if they ever do.
    serde_json::to_string(&line).unwrap_or_else(|_| "{}".to_owned())
}

/// A line of `parse --output json`: a file that was read, or why not.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Parsed"))]
#[serde(untagged)]
enum ParsedLine<'a> {
    Read(ReadFile<'a>),
    Failed(FailedFile<'a>),
}

/// The schema of a line.
#[cfg(feature = "schema")]
pub(crate) fn parsed_schema(generator: schemars::SchemaGenerator) -> schemars::Schema {
    generator.into_root_schema_for::<ParsedLine<'_>>()
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct FailedFile<'a> {
    file: &'a str,
    error: &'a Error,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct ReadFile<'a> {
    file: &'a str,
    format: Format,
    statements: Vec<ParsedStatement<'a>>,
    findings: &'a [Finding],
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct ParsedStatement<'a> {
    account: &'a str,
    #[cfg_attr(feature = "schema", schemars(with = "Currency"))]
    currency: String,
    statement_id: Option<&'a str>,
    sequence: Option<&'a str>,
    dialect: &'a str,
    #[cfg_attr(feature = "schema", schemars(with = "Option<Figure>"))]
    opening_balance: Option<String>,
    #[cfg_attr(feature = "schema", schemars(with = "Option<chrono::NaiveDate>"))]
    opening_date: Option<String>,
    #[cfg_attr(feature = "schema", schemars(with = "Option<Figure>"))]
    closing_balance: Option<String>,
    #[cfg_attr(feature = "schema", schemars(with = "Option<chrono::NaiveDate>"))]
    closing_date: Option<String>,
    #[cfg_attr(feature = "schema", schemars(with = "crate::model::TieOut"))]
    tie_out: &'static str,
    findings: &'a [Finding],
    entries: Vec<ParsedEntry<'a>>,
}

impl<'a> ParsedStatement<'a> {
    fn of(s: &'a Statement) -> Self {
        let figure = |b: &Option<Balance>| b.as_ref().map(|b| b.amount.figure());
        let day = |b: &Option<Balance>| b.as_ref().and_then(|b| b.date).map(|d| d.to_string());
        ParsedStatement {
            account: &s.account,
            currency: s.currency.to_string(),
            statement_id: s.statement_id.as_deref(),
            sequence: s.sequence.as_deref(),
            dialect: &s.dialect,
            opening_balance: figure(&s.opening),
            opening_date: day(&s.opening),
            closing_balance: figure(&s.closing),
            closing_date: day(&s.closing),
            tie_out: s.tie_out.as_str(),
            findings: &s.findings,
            entries: s.entries.iter().map(|e| ParsedEntry::of(e, s)).collect(),
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct ParsedEntry<'a> {
    #[cfg_attr(feature = "schema", schemars(with = "Option<chrono::NaiveDate>"))]
    booking_date: Option<String>,
    #[cfg_attr(feature = "schema", schemars(with = "Option<chrono::NaiveDate>"))]
    value_date: Option<String>,
    /// Signed; positive is money in.
    #[cfg_attr(feature = "schema", schemars(with = "Figure"))]
    amount: String,
    #[cfg_attr(feature = "schema", schemars(with = "Currency"))]
    currency: String,
    reversal: bool,
    #[cfg_attr(feature = "schema", schemars(with = "crate::model::EntryStatus"))]
    status: &'static str,
    bank_code: String,
    entry_reference: Option<&'a str>,
    servicer_reference: Option<&'a str>,
    /// The words of the only payment in the entry; of several, each stands in `details`.
    #[serde(flatten)]
    payment: Option<ParsedPayment<'a>>,
    narrative: Option<&'a str>,
    #[serde(skip_serializing_if = "<[Charge]>::is_empty")]
    charges: &'a [Charge],
    details: Vec<ParsedDetails<'a>>,
}

impl<'a> ParsedEntry<'a> {
    fn of(e: &'a Entry, s: &'a Statement) -> Self {
        let payment = match e.details.as_slice() {
            [only] => Some(ParsedPayment::of(only, e, s)),
            _ => None,
        };
        ParsedEntry {
            booking_date: e.booking_date.map(|d| d.to_string()),
            value_date: e.value_date.map(|d| d.to_string()),
            amount: e.amount.figure(),
            currency: e.amount.currency().to_string(),
            reversal: e.reversal,
            status: e.status.as_str(),
            bank_code: e.bank_code.label(),
            entry_reference: e.entry_reference.as_deref(),
            servicer_reference: e.servicer_reference.as_deref(),
            payment,
            narrative: e.narrative.as_deref(),
            charges: &e.charges,
            details: e.details.iter().map(|d| ParsedDetails::of(d, e, s)).collect(),
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct ParsedPayment<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    end_to_end_id: Option<&'a str>,
    remittance: Option<String>,
    /// The pieces of `remittance` where it is more than one: a number may be cut between two.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remittance_pieces: Vec<&'a str>,
    structured_refs: Vec<&'a str>,
    /// Documents named in fields, with their amounts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    documents: Vec<&'a DocumentRef>,
    /// Free text inside structured remittance.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    additional_remittance: Vec<&'a str>,
    counterparty_name: Option<&'a str>,
    counterparty_account: Option<&'a str>,
    /// On whose behalf, or for whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    ultimate_name: Option<&'a str>,
}

impl<'a> ParsedPayment<'a> {
    fn of(d: &'a TransactionDetails, e: &'a Entry, s: &'a Statement) -> Self {
        let party: &Party = s.counterparty(e, d);
        let words = joined_words(&d.remittance.unstructured, Some(s.format));
        let pieces: Vec<&str> = d.remittance.unstructured.iter().map(String::as_str).collect();
        let ultimate = if e.amount.is_negative() { &d.ultimate_creditor } else { &d.ultimate_debtor };
        ParsedPayment {
            end_to_end_id: d.end_to_end_id.as_deref(),
            remittance: (!words.is_empty()).then_some(words),
            remittance_pieces: if pieces.len() > 1 { pieces } else { Vec::new() },
            structured_refs: d.remittance.structured.iter().filter_map(|r| r.creditor_reference.as_deref()).collect(),
            documents: d.remittance.structured.iter().flat_map(|r| &r.documents).collect(),
            additional_remittance: d
                .remittance
                .structured
                .iter()
                .flat_map(|r| r.additional.iter().map(String::as_str))
                .collect(),
            counterparty_name: party.name.as_deref(),
            counterparty_account: party.account.as_deref(),
            ultimate_name: ultimate.name.as_deref(),
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct ParsedDetails<'a> {
    #[cfg_attr(feature = "schema", schemars(with = "Option<Figure>"))]
    amount: Option<String>,
    instructed_amount: Option<Money>,
    mandate_id: Option<&'a str>,
    return_reason: Option<&'a str>,
    #[serde(skip_serializing_if = "<[Charge]>::is_empty")]
    charges: &'a [Charge],
    #[serde(flatten)]
    payment: ParsedPayment<'a>,
}

impl<'a> ParsedDetails<'a> {
    fn of(d: &'a TransactionDetails, e: &'a Entry, s: &'a Statement) -> Self {
        ParsedDetails {
            amount: d.amount.map(Money::figure),
            instructed_amount: d.amounts.instructed,
            mandate_id: d.mandate_id.as_deref(),
            return_reason: d.returned.as_ref().and_then(|r| r.reason.as_deref()),
            charges: &d.charges,
            payment: ParsedPayment::of(d, e, s),
        }
    }
}
