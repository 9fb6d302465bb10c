//! Gaps that a person accepts: which are open in an account, and the records that accept them.

use super::bodies::{AcceptGapBody, Body, Release, StatementBody};
use super::chain;
use super::fold::gap_key;
use super::journal::Ledger;
use super::store::{Set, Store};
use crate::base::{Place, counted};
use crate::error::{Error, ErrorCode};
use chrono::NaiveDate;

/// Which open gaps of an account a person accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gaps {
    /// The one that there is; refused where there are more, so that nobody accepts what he has not looked at.
    TheOnly,
    /// Those in front of the statements that end on this day.
    Before(NaiveDate),
    /// All of them.
    All,
}

impl<S: Store> Ledger<S> {
    /// The records that accept open gaps of an account and currency.
    ///
    /// # Errors
    /// [`ErrorCode::Ledger`] if there is none of them, or more than one where one was meant: they are named then.
    pub fn accept_gaps(
        &self,
        account: &str,
        currency: &str,
        which: Gaps,
        reason: &str,
        by: &str,
    ) -> Result<Vec<Body>, Error> {
        let mut links: Vec<StatementBody> = Vec::new();
        for s in self.statements(account, currency)?.into_iter().filter(|s| s.kind == "statement") {
            if !links.iter().any(|l| l.content == s.content) {
                links.push(s);
            }
        }
        chain::order(&mut links);
        let mut open = Vec::new();
        for b in chain::breaks(&links).into_iter().filter(|b| b.kind.stops()) {
            let (Some(x), Some(y)) = (links.get(b.before), links.get(b.after)) else { continue };
            if self.store().member(Set::Gap, &gap_key(&x.content, &y.content))?.is_some() {
                continue;
            }
            let of = |s: &StatementBody| Release { content: s.content.clone(), sha256: s.sha256.clone() };
            let body = AcceptGapBody {
                account: account.to_owned(),
                currency: currency.to_owned(),
                before: x.content.clone(),
                after: y.content.clone(),
                says: b.says,
                reason: reason.to_owned(),
                by: by.to_owned(),
                release: links.iter().skip(b.after).map(of).collect(),
            };
            open.push((y.last, body));
        }
        let names: Vec<String> = open.iter().map(|(_, gap)| gap.says.clone()).collect();
        match which {
            Gaps::TheOnly if open.len() > 1 => {
                let days: Vec<String> =
                    open.iter().filter_map(|(day, _)| Some(format!("--before {}", (*day)?))).collect();
                let found = format!("{} open gaps: {}", open.len(), names.join("; "));
                return Err(Error::new(ErrorCode::Ledger, at(account), found, "the gap that is meant")
                    .with_hint(format!("{}, or --all", days.join(" or "))));
            }
            Gaps::Before(day) => open.retain(|(of, _)| *of == Some(day)),
            Gaps::TheOnly | Gaps::All => {}
        }
        if open.is_empty() {
            let found = match names.is_empty() {
                true => format!(
                    "no open gap among {} in {currency}",
                    counted(links.len() as u64, "statement", "statements")
                ),
                false => format!("none there; open: {}", names.join("; ")),
            };
            return Err(Error::new(ErrorCode::Ledger, at(account), found, "an account with a gap")
                .with_hint("a run names its gaps with their account"));
        }
        Ok(open.into_iter().map(|(_, gap)| Body::AcceptGap(gap)).collect())
    }
}

fn at(account: &str) -> Place {
    Place::default().in_file("ledger").at(account)
}
