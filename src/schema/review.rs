//! The files of the review round as types, for their schemas.

use crate::base::Whole;
use crate::review::Refusal;
use crate::run::Settled;
use chrono::NaiveDate;
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

// Nothing here is ever built: the fields are read by the derive alone.

/// What happened in a round of decisions: a file that was read, a decision that counts or waits for a second person, a refusal.
#[derive(JsonSchema)]
#[allow(dead_code)]
pub(super) struct ReviewLine {
    /// Always `tieout.review/1`.
    #[schemars(extend("const" = "tieout.review/1"))]
    schema: String,
    /// The round, as a run.
    run_id: String,
    /// The run that it was decided on.
    from_run: String,
    #[schemars(flatten)]
    what: What,
}

#[derive(JsonSchema)]
#[schemars(tag = "kind", rename_all = "snake_case")]
#[allow(dead_code)]
enum What {
    /// A file that was handed in.
    File {
        /// Base name.
        name: String,
        /// SHA-256 of its bytes.
        sha256: String,
    },
    /// A decision that was carried out or noted.
    Decided { decision: Settled },
    /// A decision that waits for a second person.
    Waiting { decision: Settled },
    /// A decision that was refused: its payment waits.
    Refused { refusal: Refusal },
}

/// A payer that people confirmed for a customer who was not known by that account or name. A proposal: nothing reads it unasked.
#[derive(JsonSchema)]
#[allow(dead_code)]
pub(super) struct FactRow {
    /// Legal entity; empty when there is only one.
    company: Option<String>,
    /// Whose payer it is.
    customer_id: String,
    /// What is known of the payer.
    fact: FactKind,
    /// The account or name.
    value: String,
    /// How often people decided so.
    confirmed: Whole,
    /// The last day of such a payment.
    last_booking_date: NaiveDate,
    /// Their names.
    confirmed_by: String,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
#[allow(dead_code)]
enum FactKind {
    PayerAccount,
    PayerName,
}

/// Whether a payment that was applied unasked was applied rightly, as somebody checked.
#[derive(JsonSchema)]
#[allow(dead_code)]
pub(super) struct VerdictRow {
    /// The payment.
    payment_id: String,
    /// What the check found.
    verdict: Checked,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
#[allow(dead_code)]
enum Checked {
    Right,
    Wrong,
}

/// Decisions as JSON: a row of the queue for each, of which id, hash and the reviewer's own columns are enough.
pub(super) fn reviews(row: Schema) -> Schema {
    let mut row = row.to_value();
    let mut take = |key: &str| row.as_object_mut().and_then(|o| o.remove(key));
    let (draft, parts) = (take("$schema"), take("$defs"));
    take("title");
    row["required"] = json!(["exception_id", "row_hash"]);
    row["additionalProperties"] = Value::Bool(false);
    let mut whole = json!({
        "description": "The list alone is taken too.",
        "type": "object",
        "required": ["schema", "decisions"],
        "additionalProperties": false,
        "properties": {
            "schema": {"type": "string", "const": crate::review::REVIEWS_SCHEMA},
            "decisions": {"description": "One for each payment that is decided.", "type": "array", "items": row},
        },
    });
    for (key, value) in [("$schema", draft), ("$defs", parts)] {
        if let (Some(object), Some(value)) = (whole.as_object_mut(), value) {
            object.insert(key.to_owned(), value);
        }
    }
    Schema::try_from(whole).unwrap_or_default()
}
