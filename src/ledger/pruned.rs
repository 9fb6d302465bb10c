//! Payments and items as JSON without their empty parts, and back. A field that the model gains later is kept by itself.

use crate::base::{ContentId, Currency, Place};
use crate::model::{ItemKind, ItemStatus, OpenItem, Payment, Source, Trust};
use chrono::NaiveDate;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::LazyLock;

/// A payment as JSON.
pub fn of_payment(payment: &Payment) -> Value {
    pruned(payment)
}

/// An item as JSON. Where it stood in the input is left out.
pub fn of_item(item: &OpenItem) -> Value {
    let mut value = pruned(item);
    if let Some(map) = value.as_object_mut() {
        map.remove("place");
    }
    value
}

/// A payment from JSON; says what is wrong.
pub fn payment(value: &Value) -> Result<Payment, String> {
    static TEMPLATE: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(empty_payment()).unwrap_or_default());
    whole(&TEMPLATE, value)
}

/// An item from JSON; says what is wrong.
pub fn item(value: &Value) -> Result<OpenItem, String> {
    static TEMPLATE: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(empty_item()).unwrap_or_default());
    whole(&TEMPLATE, value)
}

fn pruned<T: Serialize>(of: &T) -> Value {
    let mut value = serde_json::to_value(of).unwrap_or_default();
    if let Value::Object(map) = &mut value {
        map.retain(|_, v| !is_empty(v));
    }
    value
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Number(n) => n.as_i64() == Some(0),
        Value::Bool(true) => false,
    }
}

fn whole<T: DeserializeOwned>(template: &Value, value: &Value) -> Result<T, String> {
    let (Value::Object(mut map), Some(given)) = (template.clone(), value.as_object()) else {
        return Err("no object".to_owned());
    };
    for (name, part) in given {
        map.insert(name.clone(), part.clone());
    }
    serde_json::from_value(Value::Object(map)).map_err(|e| e.to_string())
}

fn empty_payment() -> Payment {
    Payment {
        payment_id: ContentId(String::new()),
        company: String::new(),
        account: String::new(),
        statement_id: None,
        entry_ref: None,
        booking_date: NaiveDate::default(),
        value_date: None,
        amount: 0,
        currency: Currency::NONE,
        payer_name: None,
        payer_account: None,
        payer_bic: None,
        ultimate_payer: None,
        receiving_account: None,
        remittance: Vec::new(),
        bank_text: None,
        structured_refs: Vec::new(),
        documents: Vec::new(),
        end_to_end_id: None,
        mandate_id: None,
        batch_id: None,
        bank_code: String::new(),
        gvc: None,
        original_amount: None,
        original_currency: None,
        charges: 0,
        reversal: false,
        return_reason: None,
        batch_unsplit: false,
        trust: Trust::Proven,
        source: Source::default(),
    }
}

fn empty_item() -> OpenItem {
    OpenItem {
        company: String::new(),
        item_id: String::new(),
        doc_no: String::new(),
        kind: ItemKind::Invoice,
        customer_id: String::new(),
        customer_name: String::new(),
        currency: Currency::NONE,
        open_amount: 0,
        amount: 0,
        doc_date: None,
        due_date: None,
        payment_reference: None,
        refs: Vec::new(),
        discounts: Vec::new(),
        payer_id: None,
        expected_by: None,
        mandate_id: None,
        collection_id: None,
        status: ItemStatus::Open,
        gl_account: None,
        version: None,
        extra: Default::default(),
        place: Place::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pruned_comes_back_whole() {
        let mut payment_in = empty_payment();
        payment_in.payment_id = ContentId("p1".to_owned());
        payment_in.currency = Currency::EUR;
        payment_in.remittance = vec!["RE-1".to_owned(), String::new()];
        payment_in.amount = -5;
        let value = of_payment(&payment_in);
        assert!(value.to_string().len() < 250, "{value}");
        assert_eq!(payment(&value), Ok(payment_in));
        let mut item_in = empty_item();
        item_in.currency = Currency::EUR;
        item_in.amount = 100;
        assert_eq!(item(&of_item(&item_in)), Ok(item_in));
        assert!(payment(&Value::Null).is_err());
    }
}
