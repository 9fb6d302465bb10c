//! What one decision of a person would do to a payment and its documents: a vote and the open items in, the effect out, or a
//! refusal with its cell. Nothing is changed here.

use crate::base::{Currency, Map, Money, Set};
use crate::model::{
    Allocation, Decision, DifferenceCode, Disposition, OpenItem, OtherAmount, Outcome, Payment, ReasonCode,
    RemainderCode, Verdict,
};
use crate::review::{Decisions, Refusal, RefusalCode, Vote};

/// Items that decisions may name, with what is open on them now.
pub(super) struct Items {
    pub(super) items: Vec<OpenItem>,
    pub(super) open: Vec<i64>,
    by_id: Map<(String, String), usize>,
    by_text: Map<(String, String), Vec<usize>>,
    customers: Set<(String, String)>,
    /// Items of which nobody can say what is open, and why.
    doubts: Map<usize, String>,
    /// All items of the run are known, not only those that its decisions name.
    pub(super) whole: bool,
}

/// What a decision does.
#[derive(Debug, Clone)]
pub(super) struct Effect {
    pub(super) outcome: Outcome,
    pub(super) reason: ReasonCode,
    pub(super) allocations: Vec<Allocation>,
    pub(super) on_account: i64,
    pub(super) other: Vec<OtherAmount>,
    pub(super) unapplied: i64,
    pub(super) disposition: Option<Disposition>,
    pub(super) customer_id: Option<String>,
    pub(super) documents: String,
}

impl Effect {
    /// What one person may not grant beyond a limit: write-offs with charges and fees, and discounts, in minor units.
    pub(super) fn granted(&self) -> (u64, u64) {
        let sum = |of: fn(&Allocation) -> i64| {
            self.allocations.iter().map(|a| of(a).unsigned_abs()).fold(0, u64::saturating_add)
        };
        let fees = self.other.iter().map(|o| o.amount.unsigned_abs()).fold(0, u64::saturating_add);
        (sum(|a| a.writeoff).saturating_add(sum(|a| a.charges)).saturating_add(fees), sum(|a| a.discount))
    }
}

impl Items {
    /// Items with their open amounts after all decisions so far.
    pub(super) fn new(items: Vec<OpenItem>, decisions: &[Decision], whole: bool) -> Items {
        let mut open: Vec<i64> = items.iter().map(|i| i.open_amount).collect();
        let mut by_id: Map<(String, String), usize> = Map::default();
        let mut by_text: Map<(String, String), Vec<usize>> = Map::default();
        for (ix, item) in items.iter().enumerate() {
            by_id.insert((item.company.as_str().to_owned(), item.item_id.as_str().to_owned()), ix);
            for text in [&item.doc_no, &item.item_id] {
                for key in [text.as_str().to_owned(), folded(text)] {
                    let list = by_text.entry((item.company.as_str().to_owned(), key)).or_default();
                    if list.last() != Some(&ix) {
                        list.push(ix);
                    }
                }
            }
        }
        for allocation in decisions.iter().flat_map(|d| &d.allocations) {
            let key = (allocation.company.clone(), allocation.item_id.clone());
            if let Some(slot) = by_id.get(&key).and_then(|ix| open.get_mut(*ix)) {
                *slot = slot.saturating_sub(allocation.cleared().unwrap_or(0));
            }
        }
        let customers =
            items.iter().map(|i| (i.company.as_str().to_owned(), i.customer_id.as_str().to_owned())).collect();
        Items { items, open, by_id, by_text, customers, doubts: Map::default(), whole }
    }

    /// Notes items of which nobody can say what is open, by company and id, with the reason.
    pub(super) fn with_doubts(mut self, doubts: Map<(String, String), String>) -> Items {
        let at = |(key, why)| Some((*self.by_id.get(&key)?, why));
        self.doubts = doubts.into_iter().filter_map(at).collect();
        self
    }

    /// Why nobody can say what is open of an item.
    pub(super) fn doubt(&self, index: usize) -> Option<&str> {
        self.doubts.get(&index).map(String::as_str)
    }

    /// All items, as they were before the run.
    pub(super) fn all(&self) -> &[OpenItem] {
        &self.items
    }

    /// What is open on an item now.
    pub(super) fn open_of(&self, company: &str, item_id: &str) -> Option<i64> {
        self.open.get(*self.by_id.get(&(company.to_owned(), item_id.to_owned()))?).copied()
    }

    /// Where an item stands in the list.
    pub(super) fn index_of(&self, company: &str, item_id: &str) -> Option<usize> {
        self.by_id.get(&(company.to_owned(), item_id.to_owned())).copied()
    }

    /// Sets a decision's allocations against the items, in sequence.
    pub(super) fn settle(&mut self, allocations: &mut [Allocation]) -> Option<()> {
        for a in allocations {
            let ix = *self.by_id.get(&(a.company.clone(), a.item_id.clone()))?;
            let open = self.open.get_mut(ix)?;
            a.open_before = *open;
            a.open_after = open.checked_sub(a.cleared()?)?;
            *open = a.open_after;
        }
        Some(())
    }

    pub(super) fn find(&self, company: &str, text: &str) -> Vec<usize> {
        let at = |key: String| self.by_text.get(&(company.to_owned(), key)).cloned().unwrap_or_default();
        let exact = at(text.to_owned());
        if exact.is_empty() { at(folded(text)) } else { exact }
    }

    fn is_customer(&self, company: &str, id: &str) -> bool {
        self.customers.contains(&(company.to_owned(), id.to_owned()))
    }
}

/// A number without case, blanks, and the leading zeros that a spreadsheet takes off a whole number.
fn folded(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    let digits = plain.bytes().all(|b| b.is_ascii_digit());
    if digits { plain.trim_start_matches('0').to_owned() } else { plain }
}

/// One vote with all that it is judged by.
pub(super) struct Case<'a> {
    pub(super) decisions: &'a Decisions,
    pub(super) vote: &'a Vote,
    pub(super) payment: &'a Payment,
    pub(super) decision: &'a Decision,
    pub(super) items: &'a Items,
    /// Customers that are known beside those of the items.
    pub(super) is_customer: &'a dyn Fn(&str, &str) -> bool,
}

pub(super) type Refused<T> = Result<T, Refusal>;

/// A document of a vote with the cash set against it.
pub(super) struct Part {
    pub(super) item: usize,
    pub(super) cash: Option<i64>,
}

impl Case<'_> {
    /// What the vote does.
    pub(super) fn effect(&self) -> Refused<Effect> {
        match self.vote.decision {
            Verdict::Accept1 | Verdict::Accept2 | Verdict::Accept3 => self.accept(),
            Verdict::Apply => self.apply(&self.parts(&self.vote.documents)?),
            Verdict::OnAccount => self.on_account(),
            Verdict::NotReceivable => match self.vote.category {
                Some(category) => Ok(self.kept(Outcome::NotReceivable, category, Disposition::NotReceivable)),
                None => Err(self.refuse(
                    "category",
                    RefusalCode::Incomplete,
                    "no category: say what it is, as FEE or OTHER_INCOME",
                )),
            },
            Verdict::Refund => {
                if self.payment.amount <= 0 {
                    return Err(self.refuse("decision", RefusalCode::Value, "money that we paid cannot be paid back"));
                }
                Ok(self.kept(Outcome::NotReceivable, ReasonCode::ReviewerDecision, Disposition::RefundDue))
            }
            Verdict::Unidentified => Ok(self.kept(Outcome::Queued, self.decision.reason, Disposition::Unidentified)),
            Verdict::Reject | Verdict::Defer => Ok(self.kept(
                Outcome::Queued,
                self.decision.reason,
                self.decision.disposition.unwrap_or(Disposition::InReview),
            )),
        }
    }

    pub(super) fn refuse(&self, column: &str, code: RefusalCode, text: impl AsRef<str>) -> Refusal {
        self.decisions.refuse(self.vote, column, code, text)
    }

    pub(super) fn money(&self, minor: i64) -> String {
        format!("{} {}", Money::from_minor(minor, self.payment.currency).figure(), self.payment.currency)
    }

    /// The money stays whole, and something is said about it.
    fn kept(&self, outcome: Outcome, reason: ReasonCode, disposition: Disposition) -> Effect {
        Effect {
            outcome,
            reason,
            allocations: Vec::new(),
            on_account: 0,
            other: Vec::new(),
            unapplied: self.payment.amount,
            disposition: Some(disposition),
            customer_id: self.decision.customer_id.clone(),
            documents: String::new(),
        }
    }

    /// The customer that the reviewer chose, checked; else the one proposed.
    pub(super) fn customer(&self) -> Refused<Option<String>> {
        let typed = self.vote.customer.as_str();
        if typed.is_empty() {
            return Ok(self.decision.customer_id.clone());
        }
        let company = &self.payment.company;
        if self.items.is_customer(company, typed) || (self.is_customer)(company, typed) {
            return Ok(Some(typed.to_owned()));
        }
        let hint = if self.items.whole {
            ""
        } else {
            "; give --open-items or --customers to choose others than the proposals name"
        };
        let text = format!("`{}` is no known customer{hint}", crate::error::visible(typed));
        Err(self.refuse("decision_customer", RefusalCode::Document, text))
    }

    fn on_account(&self) -> Refused<Effect> {
        if self.payment.amount <= 0 {
            return Err(self.refuse("decision", RefusalCode::Value, "only money that came in can go on account"));
        }
        let Some(customer) = self.customer()? else {
            let text = "no customer is known for this payment: write one into decision_customer";
            return Err(self.refuse("decision_customer", RefusalCode::Incomplete, text));
        };
        Ok(Effect {
            outcome: Outcome::Applied,
            on_account: self.payment.amount,
            unapplied: 0,
            disposition: Some(Disposition::OnAccount),
            customer_id: Some(customer),
            ..self.kept(Outcome::Applied, ReasonCode::ReviewerDecision, Disposition::OnAccount)
        })
    }

    fn accept(&self) -> Refused<Effect> {
        let n = self.vote.decision.proposal().unwrap_or(0);
        let Some(proposal) = self.decision.candidates.get(n.wrapping_sub(1)) else {
            let text = format!("this row has no proposal {n}");
            return Err(self.refuse("decision", RefusalCode::Value, text));
        };
        for a in &proposal.allocations {
            if let Some(why) = self.items.index_of(&a.company, &a.item_id).and_then(|ix| self.items.doubt(ix)) {
                return Err(self.refuse("decision", RefusalCode::Stale, why));
            }
            let now = self.items.open_of(&a.company, &a.item_id);
            if now != Some(a.open_before) {
                let now = now.map_or_else(|| "not known".to_owned(), |open| self.money(open));
                let text = format!(
                    "{} was open at {} when it was proposed, and is {now} now: another payment was set against it",
                    a.doc_no,
                    self.money(a.open_before)
                );
                return Err(self.refuse("decision", RefusalCode::Stale, text));
            }
        }
        let coded = self.vote.difference_code;
        let plain = coded.is_none() || coded == Some(DifferenceCode::KeepOpen);
        if plain || proposal.allocations.is_empty() {
            if coded.is_some() && proposal.allocations.is_empty() {
                let text = "this proposal has no documents, so there is no difference";
                return Err(self.refuse("difference_code", RefusalCode::Value, text));
            }
            let applied: i64 = proposal.allocations.iter().fold(0, |sum, a| sum.saturating_add(a.applied));
            let rest = self.payment.amount.saturating_sub(applied).saturating_sub(proposal.on_account);
            let mut other = Vec::new();
            if rest != 0 {
                let fee =
                    proposal.remainder.as_ref().filter(|r| r.code == RemainderCode::ReturnFee && rest == -r.amount);
                if fee.is_none() {
                    let text = format!(
                        "proposal {n} leaves {} of the payment without a use: apply the documents yourself",
                        self.money(rest)
                    );
                    return Err(self.refuse("decision", RefusalCode::Amount, text));
                }
                other.push(OtherAmount { code: "return_fee".to_owned(), amount: rest });
            }
            return self.done(proposal.allocations.clone(), proposal.on_account, other, proposal.customer_id.clone());
        }
        let parts: Option<Vec<Part>> = proposal
            .allocations
            .iter()
            .map(|a| {
                let item = self.items.index_of(&a.company, &a.item_id)?;
                Some(Part { item, cash: None })
            })
            .collect();
        self.apply(&parts.unwrap_or_default())
    }

    pub(super) fn done(
        &self,
        allocations: Vec<Allocation>,
        on_account: i64,
        other: Vec<OtherAmount>,
        customer_id: Option<String>,
    ) -> Refused<Effect> {
        if on_account != 0 && customer_id.is_none() {
            let text = "no customer is known for what goes on account: write one into decision_customer";
            return Err(self.refuse("decision_customer", RefusalCode::Incomplete, text));
        }
        let documents = documents(&allocations, self.payment.currency);
        Ok(Effect {
            outcome: if self.payment.amount < 0 { Outcome::Reopened } else { Outcome::Applied },
            reason: ReasonCode::ReviewerDecision,
            allocations,
            on_account,
            other,
            unapplied: 0,
            disposition: (on_account != 0).then_some(Disposition::OnAccount),
            customer_id,
            documents,
        })
    }
}

/// `INV-7=120.00; INV-9=80.00`.
fn documents(allocations: &[Allocation], currency: Currency) -> String {
    let one = |a: &Allocation| format!("{}={}", a.doc_no, Money::from_minor(a.applied, currency).figure());
    allocations.iter().map(one).collect::<Vec<_>>().join("; ")
}
