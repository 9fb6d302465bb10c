//! Learned facts: which account pays for which customer, as people decided it. A fact counts for nothing until a person signs it.

use super::bodies::{DecisionBody, FactBody};
use super::fold::Sets;
use super::store::Set;
use crate::base::content_id;
use crate::error::Error;
use crate::model::Outcome;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A payer account that people decided to be a customer's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearnedFact {
    /// Id: a hash of account, company and customer.
    pub fact_id: String,
    /// The account that paid.
    pub account: String,
    /// Company of the customer.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub company: String,
    /// The customer.
    pub customer_id: String,
    /// How many decisions of people say so.
    pub count: u64,
    /// Booking date of the first of them.
    pub first: NaiveDate,
    /// Booking date of the last.
    pub last: NaiveDate,
    /// Who signed it; without a signature it never decides.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signed_by: Option<String>,
    /// Who took the signature back.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub revoked_by: Option<String>,
}

impl LearnedFact {
    /// Whether it may decide.
    pub fn is_signed(&self) -> bool {
        self.signed_by.is_some()
    }
}

/// A decision of a person on a payment with a known account teaches whose account it is.
pub(super) fn learn(_seq: u64, d: &DecisionBody, sets: &mut dyn Sets) -> Result<(), Error> {
    let by_person = d.decided.by != "policy" && d.decided.outcome == Outcome::Applied;
    let (Some(account), Some(customer)) = (&d.payer_account, &d.decided.customer_id) else { return Ok(()) };
    if !by_person {
        return Ok(());
    }
    let company = d.company.clone();
    let id = content_id('f', &[account, &company, customer]).0;
    let known = read(sets, &id)?;
    let mut fact = known.unwrap_or_else(|| LearnedFact {
        fact_id: id.clone(),
        account: account.clone(),
        company,
        customer_id: customer.clone(),
        count: 0,
        first: d.booking_date,
        last: d.booking_date,
        signed_by: None,
        revoked_by: None,
    });
    fact.count = fact.count.saturating_add(1);
    fact.first = fact.first.min(d.booking_date);
    fact.last = fact.last.max(d.booking_date);
    write(sets, &fact);
    Ok(())
}

/// A signature, or its revocation.
pub(super) fn act(_seq: u64, f: &FactBody, sets: &mut dyn Sets) -> Result<(), Error> {
    let Some(mut fact) = read(sets, &f.fact_id)? else { return Ok(()) };
    if f.action == "sign" {
        fact.signed_by = Some(f.by.clone());
        fact.revoked_by = None;
    } else {
        fact.signed_by = None;
        fact.revoked_by = Some(f.by.clone());
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
