//! What is no customer payment (POLICY row 12), told by rules that are data.

use super::candidates::{NamedIn, Naming, PayerEvidence, PayerKind, Strength};
use crate::base::{Map, Set};
use crate::book::keys::compact;
use crate::model::{NotReceivableRule, Payment, Policy, ReasonCode};
use crate::names::fold_text;
use serde::Deserialize;
use smallvec::SmallVec;
use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

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
        let folded = |list: &[String]| -> Vec<String> {
            let folded = list.iter().map(|w| fold_text(w).split_ascii_whitespace().collect::<Vec<_>>().join(" "));
            folded.filter(|w| !w.is_empty()).collect()
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

/// The phrases of all rules by their first word, so that a text is read once whatever the number of rules.
#[derive(Debug, Clone, Default)]
struct Phrases(Map<String, Vec<Phrase>>);

#[derive(Debug, Clone)]
struct Phrase {
    /// The words after the first.
    rest: Vec<String>,
    rule: u32,
    nth: u32,
}

impl Phrases {
    fn of(rules: &[Rule], list: impl Fn(&Rule) -> &[String]) -> Self {
        let mut map: Map<String, Vec<Phrase>> = Map::default();
        for (rule, r) in (0u32..).zip(rules) {
            for (nth, phrase) in (0u32..).zip(list(r)) {
                let mut words = phrase.split(' ').map(str::to_owned);
                if let Some(first) = words.next() {
                    map.entry(first).or_default().push(Phrase { rest: words.collect(), rule, nth });
                }
            }
        }
        Phrases(map)
    }

    /// Notes for each rule the first of its phrases that stands in folded words, as whole words.
    fn find<'a>(&self, mut words: impl Iterator<Item = &'a str> + Clone, hits: &mut Hits) {
        while let Some(word) = words.next() {
            for phrase in self.0.get(word).into_iter().flatten() {
                let mut ahead = words.clone();
                if phrase.rest.iter().all(|w| ahead.next() == Some(w.as_str())) {
                    match hits.iter_mut().find(|(rule, _)| *rule == phrase.rule) {
                        Some((_, nth)) => *nth = phrase.nth.min(*nth),
                        None => hits.push((phrase.rule, phrase.nth)),
                    }
                }
            }
        }
    }
}

/// Rules and the numbers of their phrases that were found.
type Hits = SmallVec<[(u32, u32); 4]>;

/// The rules of a policy, prepared: its own first, then the built-in ones; and our own accounts.
#[derive(Debug, Clone)]
pub struct Rules {
    prepared: Arc<Prepared>,
    accounts: Set<String>,
}

#[derive(Debug)]
struct Prepared {
    rules: Vec<Rule>,
    by_payer: Phrases,
    by_text: Phrases,
    /// The codes of all rules.
    codes: Set<String>,
}

/// Why a payment is no receivable.
#[derive(Debug, Clone, Copy)]
pub enum Hit<'a> {
    /// It moves no money.
    Zero,
    /// The other account is ours.
    OwnAccount,
    /// A rule: its name, its reason, what it found.
    Rule(&'a str, ReasonCode, &'a str),
    /// Money that we paid.
    Outgoing,
}

impl Hit<'_> {
    /// The reason and its sentence.
    pub fn told(&self) -> (ReasonCode, String) {
        match self {
            Hit::Zero => (ReasonCode::ZeroAmount, "the entry moves no money".to_owned()),
            Hit::OwnAccount => (ReasonCode::OwnTransfer, "the other account is one of ours".to_owned()),
            Hit::Rule(name, reason, hit) => (*reason, format!("rule `{name}`: `{}`", hit.trim())),
            Hit::Outgoing => (ReasonCode::Outgoing, "money that we paid".to_owned()),
        }
    }
}

impl Rules {
    /// Prepares the rules.
    pub fn new(policy: &Policy) -> Self {
        let mut rules: Vec<Rule> = policy.not_receivable.iter().filter_map(Rule::of).collect();
        rules.extend(BUILT_IN.iter().cloned());
        let prepared = Prepared {
            by_payer: Phrases::of(&rules, |r| &r.payer_any),
            by_text: Phrases::of(&rules, |r| &r.text_any),
            codes: rules.iter().flat_map(|r| r.code_any.iter().cloned()).collect(),
            rules,
        };
        Rules { prepared: Arc::new(prepared), accounts: policy.account.iter().map(|a| compact(&a.iban)).collect() }
    }

    /// Also counts these accounts as our own: all accounts of a run are.
    pub fn with_accounts<'a>(mut self, accounts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut last = "";
        for account in accounts {
            if account != last {
                last = account;
                let account = compact(account);
                if !account.is_empty() && !self.accounts.contains(&account) {
                    self.accounts.insert(account);
                }
            }
        }
        self
    }

    /// Why a payment is no receivable; `None` if it may be one. Returns of receipts are told before this.
    pub fn judge(&self, payment: &Payment, namings: &[Naming], payers: &[PayerEvidence]) -> Option<Hit<'_>> {
        if payment.amount == 0 {
            return Some(Hit::Zero);
        }
        let account = payment.payer_account.as_deref().map(compact);
        if account.as_ref().is_some_and(|a| self.accounts.contains(a)) {
            return Some(Hit::OwnAccount);
        }
        let (mut by_payer, mut by_text) = (Hits::new(), Hits::new());
        let fold = |text: Option<&str>| text.filter(|t| !t.is_empty()).map(fold_text).unwrap_or_default();
        let find = |phrases: &Phrases, first: Option<&str>, second: Option<&str>, hits: &mut Hits| {
            let (first, second) = (fold(first), fold(second));
            phrases.find(first.split_ascii_whitespace().chain(second.split_ascii_whitespace()), hits);
        };
        let text = match payment.remittance.as_slice() {
            [one] => Cow::Borrowed(one.as_str()),
            _ => Cow::Owned(payment.remittance_text()),
        };
        find(&self.prepared.by_payer, payment.payer_name.as_deref(), payment.ultimate_payer.as_deref(), &mut by_payer);
        find(&self.prepared.by_text, Some(&text), payment.bank_text.as_deref(), &mut by_text);
        let codes = || payment.bank_code.split(['/', '+']).chain(payment.gvc.as_deref());
        let has_code = |code: &String| codes().any(|c| c == code);
        // Most payments have no code of any rule.
        let coded = codes().any(|c| self.prepared.codes.contains(c));
        let yields = |rule: &Rule| {
            let named = || {
                namings
                    .iter()
                    .any(|n| n.strength <= Strength::Short && n.typed.is_none() && n.named_in != NamedIn::EndToEnd)
            };
            payers.iter().any(|p| p.kind <= PayerKind::Mandate && p.weight >= 350)
                || payment.ultimate_payer.is_some() && payers.iter().any(|p| p.weight >= 250)
                || !rule.even_if_named && named()
        };
        for (k, rule) in (0u32..).zip(&self.prepared.rules) {
            if rule.direction != 0 && rule.direction != payment.amount.signum() {
                continue;
            }
            let nth = |hits: &Hits| hits.iter().find(|(rule, _)| *rule == k).map(|(_, nth)| *nth as usize);
            let by_payer = nth(&by_payer).and_then(|n| rule.payer_any.get(n));
            let by_text = || nth(&by_text).and_then(|n| rule.text_any.get(n));
            let by_code = || rule.code_any.iter().find(|c| coded && has_code(c));
            let by_account = || account.as_ref().and_then(|a| rule.account_any.iter().find(|r| *r == a));
            let Some(hit) = by_payer.or_else(by_text).or_else(by_code).or_else(by_account) else { continue };
            if !rule.always && payment.amount > 0 && yields(rule) {
                continue;
            }
            return Some(Hit::Rule(&rule.name, rule.reason, hit));
        }
        (payment.amount < 0).then_some(Hit::Outgoing)
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
