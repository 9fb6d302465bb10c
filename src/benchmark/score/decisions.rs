//! The parts of `decisions.jsonl` that are scored.

use crate::base::{Currency, Place};
use crate::error::{Error, ErrorCode};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct DecisionLine {
    pub(super) payment: PaymentPart,
    pub(super) outcome: String,
    pub(super) reason: String,
    pub(super) customer_id: Option<String>,
    pub(super) allocations: Vec<AllocationPart>,
    pub(super) on_account: String,
    pub(super) other: Vec<OtherPart>,
    pub(super) unapplied: String,
    pub(super) candidates: Vec<CandidatePart>,
    #[serde(default)]
    pub(super) explanation: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct PaymentPart {
    #[serde(default)]
    pub(super) payment_id: String,
    pub(super) account: String,
    pub(super) booking_date: String,
    pub(super) amount: String,
    pub(super) currency: Currency,
    pub(super) payer_name: Option<String>,
    pub(super) remittance: String,
    #[serde(default)]
    pub(super) company: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct AllocationPart {
    pub(super) item_id: String,
    #[serde(default)]
    pub(super) doc_no: String,
    pub(super) applied: String,
    pub(super) discount: String,
    pub(super) writeoff: String,
    pub(super) charges: String,
    #[serde(default)]
    pub(super) fx_difference: String,
    pub(super) open_before: String,
    pub(super) open_after: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct OtherPart {
    pub(super) amount: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct CandidatePart {
    pub(super) customer_id: Option<String>,
    pub(super) allocations: Vec<AllocationPart>,
    pub(super) on_account: String,
}

pub(super) fn read(bytes: &[u8], file: &str) -> Result<Vec<DecisionLine>, Vec<Error>> {
    let mut lines = Vec::new();
    let mut errors = Vec::new();
    for (n, line) in bytes.split(|b| *b == b'\n').enumerate().filter(|(_, l)| !l.trim_ascii().is_empty()) {
        match serde_json::from_slice(line) {
            Ok(read) => lines.push(read),
            Err(e) => {
                let place = Place { line: Some(n as u64 + 1), ..Place::file(file) };
                errors.push(Error::new(ErrorCode::Structure, place, e.to_string(), "a line of tieout.decisions/1"));
            }
        }
    }
    if errors.is_empty() { Ok(lines) } else { Err(errors) }
}
