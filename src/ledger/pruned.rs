//! Payments and items as records hold them: as JSON without their empty parts. The names of the fields here are those of the
//! file, whatever the model calls them later; a field that the model gains has to be given its name here.

use crate::base::{ContentId, Currency, Text};
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
#[serde(default)]
struct ItemText {
    #[serde(skip_serializing_if = "text_is_empty")]
    company: Text,
    item_id: Text,
    doc_no: Text,
    kind: ItemKind,
    #[serde(skip_serializing_if = "text_is_empty")]
    customer_id: Text,
    #[serde(skip_serializing_if = "text_is_empty")]
    customer_name: Text,
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
    payment_reference: Option<Text>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    refs: Box<[Text]>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    discounts: Box<[DiscountTier]>,
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
}

fn text_is_empty(text: &Text) -> bool {
    text.is_empty()
}

impl From<OpenItem> for ItemText {
    fn from(item: OpenItem) -> Self {
        let ItemMore { payer_id, mandate_id, collection_id, gl_account, version, extra } = item.more.into_inner();
        ItemText {
            company: item.company,
            item_id: item.item_id,
            doc_no: item.doc_no,
            kind: item.kind,
            customer_id: item.customer_id,
            customer_name: item.customer_name,
            currency: item.currency,
            open_amount: item.open_amount,
            amount: item.amount,
            doc_date: item.doc_date,
            due_date: item.due_date,
            payment_reference: item.payment_reference,
            refs: item.refs,
            discounts: item.discounts,
            payer_id,
            expected_by: item.expected_by,
            mandate_id,
            collection_id,
            status: item.status,
            gl_account,
            version,
            extra,
        }
    }
}

impl From<ItemText> for OpenItem {
    fn from(text: ItemText) -> Self {
        let ItemText { payer_id, mandate_id, collection_id, gl_account, version, extra, .. } = text;
        OpenItem {
            company: text.company,
            item_id: text.item_id,
            doc_no: text.doc_no,
            kind: text.kind,
            customer_id: text.customer_id,
            customer_name: text.customer_name,
            currency: text.currency,
            open_amount: text.open_amount,
            amount: text.amount,
            doc_date: text.doc_date,
            due_date: text.due_date,
            payment_reference: text.payment_reference,
            refs: text.refs,
            discounts: text.discounts,
            expected_by: text.expected_by,
            status: text.status,
            more: ItemMore { payer_id, mandate_id, collection_id, gl_account, version, extra }.into(),
            line: 0,
        }
    }
}

/// An item that may be missing, for `serde(with)`.
pub(super) mod item {
    use super::{Deserialize, Deserializer, ItemText, OpenItem, Serialize, Serializer};

    pub fn serialize<S: Serializer>(item: &Option<Box<OpenItem>>, s: S) -> Result<S::Ok, S::Error> {
        item.as_deref().map(|item| ItemText::from(item.clone())).serialize(s)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Box<OpenItem>>, D::Error> {
        Ok(Option::<ItemText>::deserialize(d)?.map(|text| Box::new(text.into())))
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
