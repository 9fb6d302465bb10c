//! Our own accounts: those of the policy and those of the run, and whose they are.

use crate::base::{Map, Place};
use crate::error::{Error, ErrorCode};
use crate::model::{OpenItem, OwnAccount, Policy};
use crate::statements::Day;
use std::collections::BTreeSet;

/// Which company owns which account.
pub(super) struct Companies {
    by_account: Map<String, String>,
    only: Option<String>,
}

impl Companies {
    /// The company of an account; empty when there is only one without a name.
    pub(super) fn of(&self, account: &str) -> String {
        let mapped = self.by_account.get(&folded(account)).filter(|c| !c.is_empty());
        mapped.or(self.only.as_ref()).cloned().unwrap_or_default()
    }
}

/// The companies that items are of, in order.
pub(super) fn companies_of(items: &[OpenItem]) -> BTreeSet<&str> {
    // Neighbours are mostly of one company: what repeats is told before the set is asked.
    items.chunk_by(|a, b| a.company == b.company).filter_map(<[_]>::first).map(|i| i.company.as_str()).collect()
}

/// Finds the company of every account of the run.
///
/// # Errors
/// One per account that the policy maps to no company while the items are of several.
pub(super) fn companies(policy: &Policy, items: &[OpenItem], day: &Day) -> Result<Companies, Vec<Error>> {
    let of_items = companies_of(items);
    if of_items.len() <= 1 {
        let only = of_items.first().copied().unwrap_or("").to_owned();
        // Items that name no company belong to the only one: then neither do accounts.
        let by_account = if only.is_empty() { Map::default() } else { mapped(policy) };
        return Ok(Companies { by_account, only: Some(only) });
    }
    let by_account = mapped(policy);
    let accounts: BTreeSet<&str> = day.statements.iter().map(|s| s.statement.account.as_str()).collect();
    let list = of_items.iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(", ");
    let faults: Vec<Error> = accounts
        .into_iter()
        .filter(|a| by_account.get(&folded(a)).is_none_or(String::is_empty))
        .map(|account| {
            let found = format!("account {account} belongs to no company, while the items are of {list}");
            Error::new(ErrorCode::Config, Place::default().at("account"), found, "an [[account]] with iban and company")
                .with_hint(format!(
                    "add to the file given with --config: [[account]] iban = \"{account}\", company = \"…\""
                ))
        })
        .collect();
    if faults.is_empty() { Ok(Companies { by_account, only: None }) } else { Err(faults) }
}

fn mapped(policy: &Policy) -> Map<String, String> {
    policy.account.iter().map(|a| (folded(&a.iban), a.company.clone())).collect()
}

/// The policy as the engine wants it: every account of the run is ours, and so are the names of their owners.
pub(super) fn with_own_accounts(policy: &Policy, companies: &Companies, day: &Day) -> Policy {
    let mut policy = policy.clone();
    let known: BTreeSet<String> = policy.account.iter().map(|a| folded(&a.iban)).collect();
    let run: BTreeSet<&str> = day.statements.iter().map(|s| s.statement.account.as_str()).collect();
    for account in run.into_iter().filter(|a| !a.is_empty() && !known.contains(&folded(a))) {
        policy.account.push(OwnAccount { iban: account.to_owned(), company: companies.of(account), gl_account: None });
    }
    let owners: BTreeSet<&str> =
        day.statements.iter().filter_map(|s| s.statement.owner.as_deref()).map(str::trim).collect();
    for owner in owners {
        if !owner.is_empty() && !policy.own_names.iter().any(|n| n == owner) {
            policy.own_names.push(owner.to_owned());
        }
    }
    policy
}

/// Blanks do not matter, nor does case.
fn folded(account: &str) -> String {
    account.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
}
