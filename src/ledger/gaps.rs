//! Gaps that a person accepts: which are open in an account, and the records that accept them.

use super::bodies::{AcceptGapBody, Body, Release, StatementBody};
use super::chain;
use super::fold::gap_key;
use super::journal::Ledger;
use super::store::{Set, Store};
use crate::base::Place;
use crate::error::{Error, ErrorCode};

impl<S: Store> Ledger<S> {
    /// The records that accept every open gap of an account and currency.
    ///
    /// # Errors
    /// [`ErrorCode::Ledger`] if there is none.
    pub fn accept_gaps(&self, account: &str, currency: &str, reason: &str, by: &str) -> Result<Vec<Body>, Error> {
        let mut links: Vec<StatementBody> = Vec::new();
        for s in self.statements(account, currency)?.into_iter().filter(|s| s.kind == "statement") {
            if !links.iter().any(|l| l.content == s.content) {
                links.push(s);
            }
        }
        chain::order(&mut links);
        let mut bodies = Vec::new();
        for b in chain::breaks(&links).into_iter().filter(|b| b.kind.stops()) {
            let (Some(x), Some(y)) = (links.get(b.before), links.get(b.after)) else { continue };
            if self.store().member(Set::Gap, &gap_key(&x.content, &y.content))?.is_some() {
                continue;
            }
            let of = |s: &StatementBody| Release { content: s.content.clone(), sha256: s.sha256.clone() };
            bodies.push(Body::AcceptGap(AcceptGapBody {
                account: account.to_owned(),
                currency: currency.to_owned(),
                before: x.content.clone(),
                after: y.content.clone(),
                says: b.says,
                reason: reason.to_owned(),
                by: by.to_owned(),
                release: links.iter().skip(b.after).map(of).collect(),
            }));
        }
        if bodies.is_empty() {
            let place = Place::default().in_file("ledger").at(account);
            let found = format!("no open gap among {} statements in {currency}", links.len());
            return Err(Error::new(ErrorCode::Ledger, place, found, "an account with a gap")
                .with_hint("a run names its gaps with their account"));
        }
        Ok(bodies)
    }
}
