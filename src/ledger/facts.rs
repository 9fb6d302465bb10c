//! Learned facts: which account or name pays for which customer, as people decided it. A fact counts for nothing until a person
//! signs it, and rests when people decide otherwise; a decision that is taken back takes its count with it.

use super::bodies::{DecisionBody, FactBody};
use super::sets::Sets;
use super::store::Set;
use crate::base::content_id;
use crate::error::Error;
use crate::model::Outcome;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What a payer is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FactKind {
    /// The account that paid.
    PayerAccount,
    /// The name of the payer, as the bank gave it.
    PayerName,
}

impl FactKind {
    /// The text form.
    pub fn as_str(self) -> &'static str {
        match self {
            FactKind::PayerAccount => "payer_account",
            FactKind::PayerName => "payer_name",
        }
    }

    /// As in `account DE… pays for K-1`.
    pub fn word(self) -> &'static str {
        match self {
            FactKind::PayerAccount => "account",
            FactKind::PayerName => "name",
        }
    }
}

/// A payer that people decided to pay for a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearnedFact {
    /// Id: a hash of kind, value, company and customer.
    pub fact_id: String,
    /// What the payer is known by.
    pub fact: FactKind,
    /// The account or name.
    pub value: String,
    /// Company of the customer.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub company: String,
    /// The customer.
    pub customer_id: String,
    /// How many decisions of people say so, less those that were taken back.
    pub count: u64,
    /// Booking date of the first of them.
    pub first: NaiveDate,
    /// Booking date of the last.
    pub last: NaiveDate,
    /// Who signed first, where the policy asks for two and the second is missing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub first_signed_by: Option<String>,
    /// Who signed it; without a signature it never decides.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signed_by: Option<String>,
    /// Who took the signature back.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub revoked_by: Option<String>,
}

impl LearnedFact {
    /// Whether a person stands for it.
    pub fn is_signed(&self) -> bool {
        self.signed_by.is_some()
    }

    /// Whether it waits for a signature.
    pub fn is_open(&self) -> bool {
        self.signed_by.is_none() && self.revoked_by.is_none()
    }

    /// The facts that speak against it: people decided payments of the same payer for another customer, and nobody refused that.
    pub fn against<'a>(&self, all: &'a [LearnedFact]) -> Vec<&'a LearnedFact> {
        let same_payer = |o: &&LearnedFact| o.fact == self.fact && o.value == self.value && o.company == self.company;
        let counts = |o: &&LearnedFact| o.customer_id != self.customer_id && o.count > 0 && o.revoked_by.is_none();
        all.iter().filter(same_payer).filter(counts).collect()
    }

    /// Whether it decides: it is signed, and what speaks against it was signed too, by a person who knows that this payer pays for
    /// several. Otherwise it rests until the other is signed or refused.
    pub fn decides(&self, all: &[LearnedFact]) -> bool {
        self.is_signed() && !self.is_contradicted(all)
    }

    /// Whether something speaks against it that nobody signed.
    pub fn is_contradicted(&self, all: &[LearnedFact]) -> bool {
        self.against(all).iter().any(|o| !o.is_signed())
    }

    /// Whether a payment of this company comes from the account or name of this fact.
    pub fn speaks_of(&self, company: &str, account: Option<&str>, name: Option<&str>) -> bool {
        let value = match self.fact {
            FactKind::PayerAccount => account,
            FactKind::PayerName => name,
        };
        self.company == company && value == Some(self.value.as_str())
    }

    /// `account DE89… pays for K-1, as people decided twice`.
    pub fn says(&self) -> String {
        let times = match self.count {
            1 => "once".to_owned(),
            2 => "twice".to_owned(),
            n => format!("{n} times"),
        };
        format!("{} {} pays for {}, as people decided {times}", self.fact.word(), self.value, self.customer_id)
    }
}

/// What a decision teaches: the payer of documents or money on account of one customer, where a person decided it.
fn lessons(d: &DecisionBody) -> Vec<(FactKind, &str, &str)> {
    let Some(customer) = d.decided.customer_id.as_deref() else { return Vec::new() };
    let by_person = d.decided.by != "policy" && d.decided.outcome == Outcome::Applied;
    // Who pays for several customers at once is an adviser or a parent: a person may say so elsewhere.
    if !by_person || d.decided.movements.iter().any(|m| m.customer_id != customer) {
        return Vec::new();
    }
    let all = [(FactKind::PayerAccount, d.payer_account.as_deref()), (FactKind::PayerName, d.payer_name.as_deref())];
    all.into_iter().filter_map(|(kind, value)| Some((kind, value?, customer))).collect()
}

fn id_of(kind: FactKind, value: &str, company: &str, customer: &str) -> String {
    content_id('f', &[kind.as_str(), value, company, customer]).0
}

/// Ids of the facts that a decision counts for.
pub(super) fn taught(d: &DecisionBody) -> Vec<String> {
    lessons(d).into_iter().map(|(kind, value, customer)| id_of(kind, value, &d.company, customer)).collect()
}

/// A decision of a person teaches who pays for whom.
pub(super) fn learn(d: &DecisionBody, sets: &mut dyn Sets) -> Result<(), Error> {
    for (kind, value, customer) in lessons(d) {
        let id = id_of(kind, value, &d.company, customer);
        let known = read(sets, &id)?;
        let mut fact = known.unwrap_or_else(|| LearnedFact {
            fact_id: id.clone(),
            fact: kind,
            value: value.to_owned(),
            company: d.company.clone(),
            customer_id: customer.to_owned(),
            count: 0,
            first: d.booking_date,
            last: d.booking_date,
            first_signed_by: None,
            signed_by: None,
            revoked_by: None,
        });
        fact.count = fact.count.saturating_add(1);
        fact.first = fact.first.min(d.booking_date);
        fact.last = fact.last.max(d.booking_date);
        write(sets, &fact);
    }
    Ok(())
}

/// A decision was taken back: it counts no more. A fact that nothing speaks for and nobody acted on is forgotten.
pub(super) fn unlearn(ids: &[String], sets: &mut dyn Sets) -> Result<(), Error> {
    for id in ids {
        let Some(mut fact) = read(sets, id)? else { continue };
        fact.count = fact.count.saturating_sub(1);
        if fact.count == 0 && fact.is_open() && fact.first_signed_by.is_none() {
            sets.put(Set::Fact, id, None);
        } else {
            write(sets, &fact);
        }
    }
    Ok(())
}

/// A signature, or its revocation.
pub(super) fn act(f: &FactBody, sets: &mut dyn Sets) -> Result<(), Error> {
    let Some(mut fact) = read(sets, &f.fact_id)? else { return Ok(()) };
    fact.first_signed_by = None;
    match f.action.as_str() {
        "sign" => {
            fact.signed_by = Some(f.by.clone());
            fact.revoked_by = None;
        }
        "first_signature" => fact.first_signed_by = Some(f.by.clone()),
        _ => {
            fact.signed_by = None;
            fact.revoked_by = Some(f.by.clone());
        }
    }
    write(sets, &fact);
    Ok(())
}

/// A fact from its text in the set.
pub(super) fn parse(text: &str) -> Option<LearnedFact> {
    serde_json::from_str(text).ok()
}

fn read(sets: &dyn Sets, id: &str) -> Result<Option<LearnedFact>, Error> {
    Ok(sets.get(Set::Fact, id)?.as_deref().and_then(parse))
}

fn write(sets: &mut dyn Sets, fact: &LearnedFact) {
    sets.put(Set::Fact, &fact.fact_id, serde_json::to_string(fact).ok());
}
