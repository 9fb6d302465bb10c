//! Recognising a return from what the statement marks, never from free words.

use crate::model::{BankCode, Entry, TransactionDetails};

/// What stands where the statement marks a return and gives no reason.
const UNSPECIFIED: &str = "UNSPECIFIED";

/// The reason of a return, if the statement marks the movement as one: return information, German text keys 901-989, ISO
/// sub-families, German transaction codes, SWIFT type NRTI, reversal marks.
pub(super) fn return_reason(entry: &Entry, details: Option<&TransactionDetails>) -> Option<String> {
    if let Some(returned) = details.and_then(|d| d.returned.as_ref()) {
        let reason = returned.reason.clone().or_else(|| returned.text.first().cloned());
        return Some(reason.filter(|r| !r.trim().is_empty()).unwrap_or_else(|| UNSPECIFIED.to_owned()));
    }
    let codes = || details.map(|d| &*d.bank_code).into_iter().chain([&*entry.bank_code]);
    // 990 to 999 are sequence types of direct debits.
    let in_range = |key: &&String| key.parse::<u16>().is_ok_and(|n| (901..=989).contains(&n));
    if let Some(key) = codes().filter_map(|c| c.text_key.as_ref()).find(in_range) {
        return Some(key.clone());
    }
    (entry.reversal || codes().any(marks_return)).then(|| UNSPECIFIED.to_owned())
}

fn marks_return(code: &BankCode) -> bool {
    let sub_family = code.sub_family.as_deref().is_some_and(|s| {
        matches!(s, "UPDD" | "PRDD" | "RCDD" | "RRTN" | "RPCR" | "UPCQ" | "CQRV" | "UPCT" | "ARET" | "AREV")
    });
    let gvc =
        code.gvc.as_deref().is_some_and(|g| matches!(g, "108" | "109" | "159" | "181" | "184" | "193" | "059" | "009"));
    sub_family || gvc || code.swift.as_deref() == Some("NRTI")
}
