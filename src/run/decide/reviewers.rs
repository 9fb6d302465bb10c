//! Who may decide, and when it takes two: the policy's `[reviewers]` and a decision's effect in, a sentence out where one
//! person is not enough.

use super::settle::Effect;
use crate::base::Money;
use crate::model::Identity;
use crate::model::{Decision, Payment, RequiredIdentity, Reviewer, ReviewersPolicy, Verdict};
use crate::review::{Vote, same_person};

/// The policy's entry for a name.
fn listed<'a>(policy: &'a ReviewersPolicy, name: &str) -> Option<&'a Reviewer> {
    policy.person.iter().find(|(n, _)| same_person(n, name)).map(|(_, r)| r)
}

/// Why this person may not decide at all.
pub(super) fn forbids(policy: &ReviewersPolicy, vote: &Vote) -> Option<String> {
    if !policy.person.is_empty() && listed(policy, &vote.name).is_none() {
        let names = policy.person.keys().cloned().collect::<Vec<_>>().join(", ");
        return Some(format!("{} is no reviewer of the policy, which lists {names}", vote.name));
    }
    if policy.require == RequiredIdentity::Verified && vote.identity == Identity::Claimed {
        return Some(format!(
            "{} is a typed name, and the policy wants a signature: sign the file with ssh-keygen -Y sign -n tieout",
            vote.name
        ));
    }
    None
}

/// Why one person is not enough for this decision.
pub(super) fn needs_two(
    policy: &ReviewersPolicy,
    vote: &Vote,
    payment: &Payment,
    decision: &Decision,
    effect: &Effect,
) -> Option<String> {
    if matches!(vote.decision, Verdict::Reject | Verdict::Defer | Verdict::Unidentified) {
        return None;
    }
    let own = listed(policy, &vote.name);
    let currency = payment.currency;
    let money = |minor: i128| format!("{} {currency}", crate::base::sum_figure(minor, currency));
    let reason = decision.reason.as_str();
    if policy.two_for.iter().chain(own.iter().flat_map(|o| &o.two_for)).any(|r| r == reason) {
        return Some(format!("{reason} always needs two persons"));
    }
    if let Some(limit) = own.and_then(|o| o.limit).or(policy.limit) {
        let units = 10i128.pow(currency.decimals().into());
        let limit = i128::from(limit).saturating_mul(units);
        if i128::from(payment.amount.unsigned_abs()) > limit {
            return Some(format!(
                "{} is above the limit of {} for {}",
                money(payment.amount.into()),
                money(limit),
                vote.name
            ));
        }
    }
    let (writeoff, discount) = effect.granted();
    let limit = own.and_then(|o| o.writeoff_minor_units).unwrap_or(policy.writeoff_minor_units);
    if writeoff > limit.unsigned_abs() {
        let limit = Money::from_minor(limit, currency).figure();
        return Some(format!(
            "a write-off of {} is above the limit of {limit} for {}",
            money(writeoff.into()),
            vote.name
        ));
    }
    let limit = own.and_then(|o| o.discount_minor_units).or(policy.discount_minor_units);
    if let Some(limit) = limit.filter(|l| discount > l.unsigned_abs()) {
        let limit = Money::from_minor(limit, currency).figure();
        return Some(format!(
            "a discount of {} is above the limit of {limit} for {}",
            money(discount.into()),
            vote.name
        ));
    }
    None
}
