//! The label words, read once from data.

use crate::base::{Map, Set};
use serde::Deserialize;
use std::sync::LazyLock;

/// What a label says about the number after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Label {
    /// A document of ours.
    Document,
    /// A credit note of ours.
    CreditNote,
    /// The customer's number with us.
    Customer,
    /// Order, delivery, contract, reminder.
    Order,
    /// The payer's or the bank's own number.
    OwnId,
    /// A telephone number.
    Phone,
    /// A tax or register number.
    Tax,
    /// A bank account.
    BankAccount,
    /// A pro forma invoice: no document yet.
    Proforma,
    /// "to", between the first and the last number of a range.
    RangeWord,
}

/// What the payer says about the payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wording {
    /// A part of a document.
    Partial,
    /// The last part.
    Final,
    /// A discount was taken.
    Discount,
    /// Something was held back.
    Retention,
    /// Before the document.
    Prepayment,
    /// Everything that is open.
    WholeAccount,
    /// A reminder fee or interest is paid with it.
    ReminderFee,
    /// Money that we paid comes back.
    Refund,
    /// A collection agency pays.
    Collection,
    /// Something is denied, cancelled or said to be paid already.
    Denial,
    /// A payment came back.
    Returned,
    /// Paid on behalf of whoever is named next.
    OnBehalf,
    /// Money that settles no invoice: a loan, a donation, damages, a security, a bonus.
    OtherPurpose,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    document: Vec<String>,
    credit_note: Vec<String>,
    customer: Vec<String>,
    order: Vec<String>,
    own_id: Vec<String>,
    phone: Vec<String>,
    tax: Vec<String>,
    bank_account: Vec<String>,
    proforma: Vec<String>,
    range_word: Vec<String>,
    unit: Vec<String>,
    street: Vec<String>,
    word: WordData,
    wording: WordingData,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordData {
    joining: Vec<String>,
    range: Vec<String>,
    of_year: Vec<String>,
    number: Vec<String>,
    front: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordingData {
    partial: Vec<String>,
    #[serde(rename = "final")]
    last: Vec<String>,
    discount: Vec<String>,
    retention: Vec<String>,
    prepayment: Vec<String>,
    whole_account: Vec<String>,
    reminder_fee: Vec<String>,
    refund: Vec<String>,
    collection: Vec<String>,
    denial: Vec<String>,
    returned: Vec<String>,
    on_behalf: Vec<String>,
    other_purpose: Vec<String>,
}

/// Phrases by their first word; a phrase is its further words.
pub struct Phrases<T>(Map<String, Vec<(Vec<String>, T)>>);

impl<T: Copy> Phrases<T> {
    fn build(lists: Vec<(Vec<String>, T)>) -> Self {
        let mut map: Map<String, Vec<(Vec<String>, T)>> = Map::default();
        for (phrases, value) in lists {
            for phrase in phrases {
                // Folded as texts are, so that the data file may be written naturally.
                let words = crate::names::fold_text(&phrase);
                let mut words = words.split_ascii_whitespace().map(str::to_owned);
                if let Some(first) = words.next() {
                    map.entry(first).or_default().push((words.collect(), value));
                }
            }
        }
        for list in map.values_mut() {
            list.sort_by_key(|(rest, _)| std::cmp::Reverse(rest.len()));
        }
        Phrases(map)
    }

    /// Whether any phrase begins with this word.
    pub fn begins(&self, first: &str) -> bool {
        self.0.contains_key(first)
    }

    /// The longest phrase that begins with `first`; `word(k)` gives the k-th word after it. Also says how many words it has.
    pub fn longest<'a>(&self, first: &str, word: impl Fn(usize) -> Option<&'a str>) -> Option<(T, usize)> {
        let list = self.0.get(first)?;
        list.iter()
            .find(|(rest, _)| rest.iter().enumerate().all(|(k, w)| word(k) == Some(w.as_str())))
            .map(|(rest, value)| (*value, rest.len() + 1))
    }
}

/// All label and wording phrases.
pub struct Labels {
    /// Labels of numbers.
    pub labels: Phrases<Label>,
    /// Wording of payments.
    pub wording: Phrases<Wording>,
    /// Units behind a quantity, folded.
    pub units: Vec<String>,
    /// Endings of street names, folded.
    pub streets: Vec<String>,
    /// Single words around numbers.
    pub words: Words,
}

/// Single words around numbers, folded.
#[derive(Default)]
pub struct Words {
    /// Between the numbers of a list.
    pub joining: Set<String>,
    /// Between the first and the last number of a range.
    pub range: Set<String>,
    /// Between a number and its year.
    pub of_year: Set<String>,
    /// Between a label and its number.
    pub number: Set<String>,
    /// In front of a number, part of nobody's number.
    pub front: Set<String>,
}

impl Words {
    fn of(data: WordData) -> Self {
        let set = |words: Vec<String>| words.into_iter().collect();
        Words {
            joining: set(data.joining),
            range: set(data.range),
            of_year: set(data.of_year),
            number: set(data.number),
            front: set(data.front),
        }
    }
}

/// The built-in phrases.
pub static LABELS: LazyLock<Labels> = LazyLock::new(|| {
    // The file is part of the program; a test proves that it parses, so the fallback is never taken.
    toml::from_str::<Data>(include_str!("labels.toml")).map_or_else(
        |_| Labels {
            labels: Phrases::build(Vec::new()),
            wording: Phrases::build(Vec::new()),
            units: Vec::new(),
            streets: Vec::new(),
            words: Words::default(),
        },
        |d| Labels {
            units: d.unit,
            streets: d.street,
            words: Words::of(d.word),
            labels: Phrases::build(vec![
                (d.document, Label::Document),
                (d.credit_note, Label::CreditNote),
                (d.customer, Label::Customer),
                (d.order, Label::Order),
                (d.own_id, Label::OwnId),
                (d.phone, Label::Phone),
                (d.tax, Label::Tax),
                (d.bank_account, Label::BankAccount),
                (d.proforma, Label::Proforma),
                (d.range_word, Label::RangeWord),
            ]),
            wording: Phrases::build(vec![
                (d.wording.last, Wording::Final),
                (d.wording.partial, Wording::Partial),
                (d.wording.discount, Wording::Discount),
                (d.wording.retention, Wording::Retention),
                (d.wording.prepayment, Wording::Prepayment),
                (d.wording.whole_account, Wording::WholeAccount),
                (d.wording.reminder_fee, Wording::ReminderFee),
                (d.wording.refund, Wording::Refund),
                (d.wording.collection, Wording::Collection),
                (d.wording.denial, Wording::Denial),
                (d.wording.returned, Wording::Returned),
                (d.wording.on_behalf, Wording::OnBehalf),
                (d.wording.other_purpose, Wording::OtherPurpose),
            ]),
        },
    )
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_file_is_whole() {
        assert!(toml::from_str::<Data>(include_str!("labels.toml")).is_ok());
        let none = |_| None;
        assert_eq!(LABELS.labels.longest("RECHNUNG", none), Some((Label::Document, 1)));
        let words = ["TO", "END"];
        assert_eq!(LABELS.labels.longest("END", |k| words.get(k).copied()), Some((Label::OwnId, 3)));
    }
}
