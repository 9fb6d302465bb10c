//! Normalised payments, `tieout.payments/1`, as `tieout parse --output csv|jsonl` writes them. No decision in them.

use super::figure;
use super::json_text::safe_json;
use crate::base::{CsvCell as Cell, CsvDialect, CsvTable as Table};
use crate::model::Payment;

const FIELDS: [&str; 23] = [
    "payment_id",
    "account",
    "booking_date",
    "amount",
    "currency",
    "value_date",
    "payer_name",
    "payer_account",
    "payer_bic",
    "ultimate_payer",
    "remittance",
    "structured_ref",
    "end_to_end_id",
    "mandate_id",
    "bank_code",
    "batch_id",
    "original_amount",
    "original_currency",
    "charges",
    "reversal",
    "return_reason",
    "status",
    "source_file",
];

/// One row per payment.
pub fn payments_csv(payments: &[Payment], dialect: CsvDialect) -> String {
    let mut table = Table::new(dialect, &FIELDS);
    for payment in payments {
        table.row(FIELDS.iter().zip(values(payment)).map(|(name, value)| match (*name, value) {
            ("amount" | "original_amount" | "charges", Some(figure)) => Cell::Figure(figure),
            (_, value) => Cell::maybe(value),
        }));
    }
    table.finish()
}

/// One JSON object per line, amounts as strings, fields in the order of the contract.
pub fn payments_jsonl(payments: &[Payment]) -> String {
    let mut out = String::new();
    for payment in payments {
        out.push('{');
        for (i, (name, value)) in FIELDS.iter().zip(values(payment)).enumerate() {
            let comma = if i > 0 { "," } else { "" };
            let value = match *name {
                "reversal" => safe_json(&payment.reversal),
                _ => safe_json(&value),
            };
            out.push_str(&format!("{comma}\"{name}\":{value}"));
        }
        out.push_str("}\n");
    }
    out
}

fn values(p: &Payment) -> [Option<String>; 23] {
    let joined = (!p.structured_refs.is_empty()).then(|| p.structured_refs.join("|"));
    [
        Some(p.payment_id.0.clone()),
        Some(p.account.clone()),
        Some(p.booking_date.to_string()),
        Some(figure(p.amount, p.currency)),
        Some(p.currency.code().to_owned()),
        p.value_date.map(|d| d.to_string()),
        p.payer_name.clone(),
        p.payer_account.clone(),
        p.payer_bic.clone(),
        p.ultimate_payer.clone(),
        Some(p.remittance_text()),
        joined,
        p.end_to_end_id.clone(),
        p.mandate_id.clone(),
        Some(p.bank_code.clone()),
        p.batch_id.clone(),
        p.original_amount.map(|a| figure(a, p.original_currency.unwrap_or(p.currency))),
        p.original_currency.map(|c| c.code().to_owned()),
        Some(figure(p.charges, p.currency)),
        Some(p.reversal.to_string()),
        p.return_reason.clone(),
        Some("BOOK".to_owned()),
        Some(p.source.file.clone()),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn csv_and_jsonl_hold_the_same_payment() {
        let sample = samples::discounted();
        let csv = payments_csv(&sample.payments, CsvDialect::Plain);
        assert!(csv.lines().nth(1).unwrap().contains(",2026-04-24,1166.20,EUR,2026-04-24,\"'=cmd|x\","), "{csv}");
        let json: serde_json::Value = serde_json::from_str(payments_jsonl(&sample.payments).trim()).unwrap();
        assert_eq!(json["amount"], "1166.20");
        assert_eq!(json["payer_name"], "=cmd|x");
        assert_eq!(json["reversal"], false);
        assert!(json["value_date"].is_string() && json["payer_bic"].is_null());
    }
}
