//! What is no customer payment (POLICY row 12), told by rules that are data.

use super::candidates::{NamedIn, Naming, PayerEvidence, PayerKind, Strength};
use crate::base::Set;
use crate::book::keys::compact;
use crate::model::{NotReceivableRule, Payment, Policy, ReasonCode};
use crate::names::fold_text;
use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    rule: Vec<NotReceivableRule>,
}

// Part of the program; a test proves that it parses, so the fallback is never taken.
static BUILT_IN: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    toml::from_str::<Data>(include_str!("not_receivable.toml"))
        .map(|d| d.rule.iter().filter_map(Rule::of).collect())
        .unwrap_or_default()
});

/// A rule with its words folded.
#[derive(Debug, Clone)]
struct Rule {
    name: String,
    reason: ReasonCode,
    direction: i64,
    payer_any: Vec<String>,
    text_any: Vec<String>,
    code_any: Vec<String>,
    account_any: Vec<String>,
    even_if_named: bool,
    always: bool,
}

impl Rule {
    fn of(rule: &NotReceivableRule) -> Option<Self> {
        // A phrase is compared between blanks, so that it fits whole words only.
        let folded = |list: &[String]| -> Vec<String> {
            let folded = list.iter().map(|w| fold_text(w).split_ascii_whitespace().collect::<Vec<_>>().join(" "));
            folded.filter(|w| !w.is_empty()).map(|w| format!(" {w} ")).collect()
        };
        Some(Rule {
            name: rule.name.clone(),
            reason: ReasonCode::parse(&rule.reason)?,
            direction: match rule.direction.as_str() {
                "in" => 1,
                "out" => -1,
                _ => 0,
            },
            payer_any: folded(&rule.payer_any),
            text_any: folded(&rule.text_any),
            code_any: rule.code_any.clone(),
            account_any: rule.account_any.iter().map(|a| compact(a)).collect(),
            even_if_named: rule.even_if_named,
            always: rule.always,
        })
    }
}

/// The rules of a policy, prepared: its own first, then the built-in ones; and our own accounts.
#[derive(Debug, Clone)]
pub struct Rules {
    own: Vec<Rule>,
    accounts: Set<String>,
}

impl Rules {
    /// Prepares the rules.
    pub fn new(policy: &Policy) -> Self {
        let own = policy.not_receivable.iter().filter_map(Rule::of).collect();
        Rules { own, accounts: policy.account.iter().map(|a| compact(&a.iban)).collect() }
    }

    /// Also counts these accounts as our own: all accounts of a run are.
    pub fn with_accounts<'a>(mut self, accounts: impl IntoIterator<Item = &'a str>) -> Self {
        self.accounts.extend(accounts.into_iter().map(compact).filter(|a| !a.is_empty()));
        self
    }

    /// Why a payment is no receivable, with the sentence; `None` if it may be one. Returns of receipts are told before this.
    pub fn judge(
        &self,
        payment: &Payment,
        namings: &[Naming],
        payers: &[PayerEvidence],
    ) -> Option<(ReasonCode, String)> {
        if payment.amount == 0 {
            return Some((ReasonCode::ZeroAmount, "the entry moves no money".to_owned()));
        }
        let own_account = payment.payer_account.as_deref().is_some_and(|a| self.accounts.contains(&compact(a)));
        if own_account {
            return Some((ReasonCode::OwnTransfer, "the other account is one of ours".to_owned()));
        }
        let words =
            |text: &str| format!(" {} ", fold_text(text).split_ascii_whitespace().collect::<Vec<_>>().join(" "));
        let payer = words(
            &[payment.payer_name.as_deref().unwrap_or(""), payment.ultimate_payer.as_deref().unwrap_or("")].join(" "),
        );
        let text = words(&format!("{} {}", payment.remittance_text(), payment.bank_text.as_deref().unwrap_or("")));
        let codes: Vec<&str> = payment.bank_code.split(['/', '+']).chain(payment.gvc.as_deref()).collect();
        let account = payment.payer_account.as_deref().map(compact);
        let named = namings
            .iter()
            .any(|n| n.strength <= Strength::Short && n.typed.is_none() && n.named_in != NamedIn::EndToEnd);
        let known = payers.iter().any(|p| p.kind <= PayerKind::Mandate && p.weight >= 350)
            || payment.ultimate_payer.is_some() && payers.iter().any(|p| p.weight >= 250);
        for rule in self.own.iter().chain(BUILT_IN.iter()) {
            if rule.direction != 0 && rule.direction != payment.amount.signum() {
                continue;
            }
            let by_payer = rule.payer_any.iter().find(|w| payer.contains(w.as_str()));
            let by_text = rule.text_any.iter().find(|w| text.contains(w.as_str()));
            let by_code = rule.code_any.iter().find(|c| codes.contains(&c.as_str()));
            let by_account = account.as_ref().and_then(|a| rule.account_any.iter().find(|r| *r == a));
            let Some(hit) = by_payer.or(by_text).or(by_code).or(by_account) else { continue };
            let yields = known || named && !rule.even_if_named;
            if !rule.always && payment.amount > 0 && yields {
                continue;
            }
            return Some((rule.reason, format!("rule `{}`: `{}`", rule.name, hit.trim())));
        }
        (payment.amount < 0).then(|| (ReasonCode::Outgoing, "money that we paid".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_file_is_whole() {
        let data: Data = toml::from_str(include_str!("not_receivable.toml")).unwrap();
        assert!(data.rule.iter().all(|r| Rule::of(r).is_some()), "every reason is a reason code");
    }
}
