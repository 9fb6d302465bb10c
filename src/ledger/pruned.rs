//! Payments and items as JSON without their empty parts, and back. A field that the model gains later is kept by itself.

use crate::model::{OpenItem, Payment};
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
    static TEMPLATE: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(Payment::default()).unwrap_or_default());
    whole(&TEMPLATE, value)
}

/// An item from JSON; says what is wrong.
pub fn item(value: &Value) -> Result<OpenItem, String> {
    static TEMPLATE: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(OpenItem::default()).unwrap_or_default());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{ContentId, Currency};

    #[test]
    fn what_is_pruned_comes_back_whole() {
        let payment_in = Payment {
            payment_id: ContentId("p1".to_owned()),
            currency: Currency::EUR,
            remittance: vec!["RE-1".to_owned(), String::new()],
            amount: -5,
            ..Payment::default()
        };
        let value = of_payment(&payment_in);
        assert!(value.to_string().len() < 250, "{value}");
        assert_eq!(payment(&value), Ok(payment_in));
        let item_in = OpenItem { currency: Currency::EUR, amount: 100, ..OpenItem::default() };
        assert_eq!(item(&of_item(&item_in)), Ok(item_in));
        assert!(payment(&Value::Null).is_err());
    }
}
