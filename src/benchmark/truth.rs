//! `truth.jsonl`, `tieout.truth/1`: what is right, one line per payment, so that truth made elsewhere can be scored too.
//!
//! A line is tied to a decision by account, booking date, amount, currency and `reference` (letters and digits of the payer's words,
//! without their structured reference; capitals), then by `payer` where it is given, then by `occurrence` among equal ones.

use super::plan::Label;
use crate::base::{AmountStyle, Currency, Place, parse_amount};
use crate::error::{Error, ErrorCode};
use serde::{Deserialize, Serialize};

/// The schema's name.
pub const TRUTH_SCHEMA: &str = "tieout.truth/1";

/// One line of `truth.jsonl`. Amounts are decimal figures, signed like the payment or the item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TruthLine {
    /// `tieout.truth/1`.
    pub schema: String,
    /// Account of ours.
    pub account: String,
    /// `YYYY-MM-DD`.
    pub booking_date: String,
    /// Of the payment.
    pub amount: String,
    /// ISO 4217.
    pub currency: Currency,
    /// Folded words of the payer, see above.
    pub reference: String,
    /// Name of the payer as on the statement; empty if there is none.
    #[serde(default)]
    pub payer: String,
    /// Which of several with the same key, counted from 1 in file order.
    pub occurrence: u32,
    /// The situation; figures are given per scenario.
    pub scenario: String,
    /// What a careful clerk does.
    pub label: Label,
    /// Whose money it is, if anybody's.
    pub customer: Option<String>,
    /// What is truly paid.
    #[serde(default)]
    pub documents: Vec<TruthDocument>,
    /// What is truly put on account.
    #[serde(default)]
    pub on_account: String,
    /// Answers of which one should be among the first three of the queue; empty where there is none.
    #[serde(default)]
    pub proposal: Vec<TruthAnswer>,
}

/// What is set against one item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TruthDocument {
    /// The item.
    pub item_id: String,
    /// Its number, for people.
    #[serde(default)]
    pub doc_no: String,
    /// Cash.
    pub applied: String,
    /// Cash discount.
    #[serde(default)]
    pub discount: String,
    /// Written off.
    #[serde(default)]
    pub writeoff: String,
    /// Bank charges.
    #[serde(default)]
    pub charges: String,
}

/// One acceptable answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TruthAnswer {
    /// Whose money it would be.
    pub customer: Option<String>,
    /// Documents.
    #[serde(default)]
    pub documents: Vec<TruthDocument>,
    /// On account.
    #[serde(default)]
    pub on_account: String,
}

/// Reads a truth file.
///
/// # Errors
/// Every line that is no truth line, with its number.
pub fn read_truth(bytes: &[u8], file: &str) -> Result<Vec<TruthLine>, Vec<Error>> {
    let mut lines = Vec::new();
    let mut errors = Vec::new();
    for (n, line) in bytes.split(|b| *b == b'\n').enumerate().filter(|(_, l)| !l.trim_ascii().is_empty()) {
        let place = || Place { line: Some(n as u64 + 1), ..Place::file(file) };
        match serde_json::from_slice::<TruthLine>(line) {
            Ok(read) if read.schema == TRUTH_SCHEMA => lines.push(read),
            Ok(read) => errors.push(Error::new(
                ErrorCode::Structure,
                place(),
                format!("schema `{}`", read.schema),
                TRUTH_SCHEMA,
            )),
            Err(e) => errors.push(Error::new(ErrorCode::Structure, place(), e.to_string(), "a line of tieout.truth/1")),
        }
    }
    if errors.is_empty() { Ok(lines) } else { Err(errors) }
}

/// Letters and digits only, capitals: the same whatever pieces and blanks a format made of the words.
pub fn fold_reference(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// Minor units of a figure; 0 for an empty one, `None` if it is none.
pub(super) fn minor(figure: &str, currency: Currency) -> Option<i64> {
    if figure.is_empty() {
        return Some(0);
    }
    parse_amount(figure, AmountStyle::PLAIN, currency).ok().and_then(|m| m.minor().ok())
}
