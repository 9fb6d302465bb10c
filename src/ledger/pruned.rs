//! Payments and items as records hold them: as JSON without their empty parts. The names of the fields here are those of the
//! file, whatever the model calls them later; a field that the model gains has to be given its name here.

use crate::base::{ContentId, Currency, Place};
use crate::model::*;
use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

fn zero(n: &i64) -> bool {
    *n == 0
}

fn no(b: &bool) -> bool {
    !*b
}

/// A payment: all of it but what is empty.
#[derive(Default, Serialize, Deserialize)]
#[serde(remote = "Payment", default)]
pub(super) struct PaymentText {
    payment_id: ContentId,
    #[serde(skip_serializing_if = "String::is_empty")]
    company: String,
    account: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry_ref: Option<String>,
    booking_date: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_date: Option<NaiveDate>,
    amount: i64,
    currency: Currency,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer_account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer_bic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ultimate_payer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receiving_account: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remittance: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_text: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    structured_refs: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    documents: Vec<DocumentRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_to_end_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mandate_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    batch_id: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    bank_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    gvc: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_amount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_currency: Option<Currency>,
    #[serde(skip_serializing_if = "zero")]
    charges: i64,
    #[serde(skip_serializing_if = "no")]
    reversal: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    return_reason: Option<String>,
    #[serde(skip_serializing_if = "no")]
    batch_unsplit: bool,
    trust: Trust,
    source: Source,
}

/// An item: all of it but what is empty, and where it stood in the input.
#[derive(Default, Serialize, Deserialize)]
#[serde(remote = "OpenItem", default)]
struct ItemText {
    #[serde(skip_serializing_if = "String::is_empty")]
    company: String,
    item_id: String,
    doc_no: String,
    kind: ItemKind,
    #[serde(skip_serializing_if = "String::is_empty")]
    customer_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    customer_name: String,
    currency: Currency,
    #[serde(skip_serializing_if = "zero")]
    open_amount: i64,
    #[serde(skip_serializing_if = "zero")]
    amount: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    doc_date: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_date: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_reference: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refs: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    discounts: Vec<DiscountTier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_by: Option<ExpectedBy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mandate_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collection_id: Option<String>,
    status: ItemStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    gl_account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extra: BTreeMap<String, String>,
    #[serde(skip)]
    place: Place,
}

/// An item that may be missing, for `serde(with)`.
pub(super) mod item {
    use super::{Deserialize, Deserializer, ItemText, OpenItem, Serialize, Serializer};

    struct Borrowed<'a>(&'a OpenItem);

    impl Serialize for Borrowed<'_> {
        fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
            ItemText::serialize(self.0, s)
        }
    }

    struct Owned(OpenItem);

    impl<'de> Deserialize<'de> for Owned {
        fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
            ItemText::deserialize(d).map(Owned)
        }
    }

    pub fn serialize<S: Serializer>(item: &Option<Box<OpenItem>>, s: S) -> Result<S::Ok, S::Error> {
        item.as_deref().map(Borrowed).serialize(s)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Box<OpenItem>>, D::Error> {
        Ok(Option::<Owned>::deserialize(d)?.map(|o| Box::new(o.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Both {
        #[serde(with = "PaymentText")]
        payment: Payment,
        #[serde(with = "super::item", skip_serializing_if = "Option::is_none", default)]
        item: Option<Box<OpenItem>>,
    }

    #[test]
    fn what_is_pruned_comes_back_whole() {
        let payment = Payment {
            payment_id: ContentId("p1".to_owned()),
            currency: Currency::EUR,
            remittance: vec!["RE-1".to_owned(), String::new()],
            amount: -5,
            ..Payment::default()
        };
        let item = OpenItem { currency: Currency::EUR, amount: 100, ..OpenItem::default() };
        let both = Both { payment: payment.clone(), item: Some(Box::new(item)) };
        let text = serde_json::to_string(&both).unwrap();
        assert!(text.len() < 330, "{text}");
        assert_eq!(serde_json::from_str::<Both>(&text).unwrap(), both);
        let none = Both { payment, item: None };
        assert_eq!(serde_json::from_str::<Both>(&serde_json::to_string(&none).unwrap()).unwrap(), none);
        assert!(serde_json::from_str::<Both>("{\"payment\":null}").is_err());
    }
}
