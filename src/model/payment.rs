use super::{DocumentRef, Format};
use crate::base::{ContentId, Currency, Place, Record};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// One booked movement to be dealt with, made from an entry or one of its details (`tieout.payments/1`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    /// Hash of account, currency, booking date, signed amount, folded text with ids, and the occurrence number among equal
    /// ones that day: stable over file name, file order and re-export, not over formats.
    pub payment_id: ContentId,
    /// The company that owns the account; empty when there is only one.
    pub company: String,
    /// The account as the bank names it.
    pub account: String,
    /// The bank's id of the statement, for people.
    pub statement_id: Option<String>,
    /// The bank's id of the entry.
    pub entry_ref: Option<String>,
    /// The day it is on the books.
    pub booking_date: NaiveDate,
    /// The day from which it counts.
    pub value_date: Option<NaiveDate>,
    /// Signed, in minor units of [`Payment::currency`]; positive is money in.
    pub amount: i64,
    /// ISO 4217.
    pub currency: Currency,
    /// Who pays (of an incoming payment or its return); whom we paid (of an outgoing one).
    pub payer_name: Option<String>,
    /// Account of that party, blanks removed.
    pub payer_account: Option<String>,
    /// Bank of that party.
    pub payer_bic: Option<String>,
    /// On whose behalf.
    pub ultimate_payer: Option<String>,
    /// The receiving account where it is another than the statement's: a virtual IBAN.
    pub receiving_account: Option<String>,
    /// The payer's words, in the pieces that the format gave.
    pub remittance: Vec<String>,
    /// The bank's own text (booking text, additional information): evidence of kind, not the payer's words.
    pub bank_text: Option<String>,
    /// Structured creditor references, as written.
    pub structured_refs: Vec<String>,
    /// Documents named in fields.
    pub documents: Vec<DocumentRef>,
    /// The payer's own id.
    pub end_to_end_id: Option<String>,
    /// Direct-debit mandate.
    pub mandate_id: Option<String>,
    /// Payment information id or batch id.
    pub batch_id: Option<String>,
    /// What sort of movement, as one label: `PMNT/RCDT/ESCT`, `NTRF+166`.
    pub bank_code: String,
    /// German business transaction code, three digits.
    pub gvc: Option<String>,
    /// Amount as ordered or, for a return, as first booked; in minor units of `original_currency`, unsigned.
    pub original_amount: Option<i64>,
    /// Its currency.
    pub original_currency: Option<Currency>,
    /// Fees that the statement states on this payment, in minor units, unsigned.
    pub charges: i64,
    /// The entry takes back an earlier one.
    pub reversal: bool,
    /// Return reason code (`AC04` …) or the bank's own; present on every return that the statement marks as one.
    pub return_reason: Option<String>,
    /// The movement is one side of a batch whose details do not sum: it stands for the whole entry.
    pub batch_unsplit: bool,
    /// What the statement's figures prove.
    pub trust: Trust,
    /// Where it was read.
    pub source: Source,
}

impl Record for Payment {}

impl Payment {
    /// The payer's words as one text, as a reader wants it; see [`super::joined_words`].
    pub fn remittance_text(&self) -> String {
        super::joined_words(&self.remittance, self.source.format)
    }
}

/// How far the statement behind a payment is proven (POLICY row 14).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// It ties out, or a control total or the profile vouches for it.
    Proven,
    /// There is nothing to prove it by.
    #[default]
    Unproven,
    /// Part of its entries also stand in another statement of the run.
    Overlap,
    /// A statement is missing before it.
    Gap,
    /// Its figures contradict each other.
    Broken,
}

/// Where a payment was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Format of the statement.
    pub format: Option<Format>,
    /// Base name of the file.
    pub file: String,
    /// Line, element path or tag.
    pub place: Place,
}
