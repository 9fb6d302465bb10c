//! What one decision of a person would do to a payment and its documents: a vote and the open items in, the effect out, or a
//! refusal with its cell. Nothing is changed here.

use crate::base::{Currency, Map, Money, Set};
use crate::model::{
    Allocation, Decision, DifferenceCode, Disposition, OpenItem, OtherAmount, Outcome, Payment, ReasonCode, Verdict,
};
use crate::review::{Decisions, Refusal, RefusalCode, Vote, amounts_of};

/// Items that decisions may name, with what is open on them now.
pub(super) struct Items {
    items: Vec<OpenItem>,
    open: Vec<i64>,
    by_id: Map<(String, String), usize>,
    by_text: Map<(String, String), Vec<usize>>,
    customers: Set<(String, String)>,
    /// All items of the run are known, not only those that its decisions name.
    whole: bool,
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
    /// What one person may not grant beyond a limit: write-offs with charges, and discounts, in minor units.
    pub(super) fn granted(&self) -> (u64, u64) {
        let sum = |of: fn(&Allocation) -> i64| {
            self.allocations.iter().map(|a| of(a).unsigned_abs()).fold(0, u64::saturating_add)
        };
        (sum(|a| a.writeoff).saturating_add(sum(|a| a.charges)), sum(|a| a.discount))
    }
}

impl Items {
    /// Items with their open amounts after all decisions so far.
    pub(super) fn new(items: Vec<OpenItem>, decisions: &[Decision], whole: bool) -> Items {
        let mut open: Vec<i64> = items.iter().map(|i| i.open_amount).collect();
        let mut by_id: Map<(String, String), usize> = Map::default();
        let mut by_text: Map<(String, String), Vec<usize>> = Map::default();
        for (ix, item) in items.iter().enumerate() {
            by_id.insert((item.company.clone(), item.item_id.clone()), ix);
            for text in [&item.doc_no, &item.item_id] {
                for key in [text.clone(), folded(text)] {
                    let list = by_text.entry((item.company.clone(), key)).or_default();
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
        let customers = items.iter().map(|i| (i.company.clone(), i.customer_id.clone())).collect();
        Items { items, open, by_id, by_text, customers, whole }
    }

    /// All items, as they were before the run.
    pub(super) fn all(&self) -> &[OpenItem] {
        &self.items
    }

    /// What is open on an item now.
    pub(super) fn open_of(&self, company: &str, item_id: &str) -> Option<i64> {
        self.open.get(*self.by_id.get(&(company.to_owned(), item_id.to_owned()))?).copied()
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

    fn find(&self, company: &str, text: &str) -> Vec<usize> {
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

type Refused<T> = Result<T, Refusal>;

/// A document of a vote with the cash set against it.
struct Part {
    item: usize,
    cash: Option<i64>,
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

    fn refuse(&self, column: &str, code: RefusalCode, text: impl AsRef<str>) -> Refusal {
        self.decisions.refuse(self.vote, column, code, text)
    }

    fn money(&self, minor: i64) -> String {
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
    fn customer(&self) -> Refused<Option<String>> {
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
            "; give --open-items or --customers as in the run to choose others than this run names"
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
                let fee = proposal.remainder.as_ref().filter(|r| r.code == "return_fee" && rest == -r.amount);
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
                let item = *self.items.by_id.get(&(a.company.clone(), a.item_id.clone()))?;
                Some(Part { item, cash: None })
            })
            .collect();
        self.apply(&parts.unwrap_or_default())
    }

    /// Reads `INV-7=120.00; INV-9`.
    fn parts(&self, text: &str) -> Refused<Vec<Part>> {
        let refuse = |code, text: String| Err(self.refuse("documents", code, text));
        if text.is_empty() {
            return refuse(RefusalCode::Incomplete, "apply needs documents: INV-7, or INV-7=120.00; INV-9".to_owned());
        }
        let mut pieces: Vec<&str> = text.split([';', '\n']).map(str::trim).filter(|p| !p.is_empty()).collect();
        // A list by commas is understood where every piece is a document: a comma may also be a decimal sign.
        if let [one] = pieces.as_slice()
            && one.contains(',')
            && self.items.find(&self.payment.company, one).is_empty()
        {
            let split: Vec<&str> = one.split(',').map(str::trim).collect();
            if split.iter().all(|p| !self.items.find(&self.payment.company, p).is_empty()) {
                pieces = split;
            }
        }
        let mut parts: Vec<Part> = Vec::new();
        for piece in pieces {
            let whole = self.items.find(&self.payment.company, piece);
            let (name, cash) = match piece.rsplit_once('=') {
                Some((name, figure)) if whole.is_empty() => {
                    let (name, figure) = (name.trim(), figure.trim());
                    let shown = crate::error::visible(figure);
                    match amounts_of(figure, self.payment.currency).as_slice() {
                        [] => {
                            return refuse(
                                RefusalCode::Value,
                                format!("`{shown}` is no amount, expected one as 120.00"),
                            );
                        }
                        [0] => {
                            return refuse(
                                RefusalCode::Value,
                                format!("{} gets nothing: leave it out", crate::error::visible(name)),
                            );
                        }
                        [minor] => (name, Some(*minor)),
                        _ => {
                            let text =
                                format!("`{shown}` can be read in two ways: write it with its decimals, as 1190.00");
                            return refuse(RefusalCode::Value, text);
                        }
                    }
                }
                _ => (piece, None),
            };
            let item = self.document(name)?;
            if parts.iter().any(|p| p.item == item) {
                return refuse(RefusalCode::Document, format!("{} stands twice", crate::error::visible(name)));
            }
            parts.push(Part { item, cash });
        }
        Ok(parts)
    }

    /// The one item that a text names.
    fn document(&self, text: &str) -> Refused<usize> {
        let shown = crate::error::visible(text);
        let refuse = |code, text: String| Err(self.refuse("documents", code, text));
        let found = self.items.find(&self.payment.company, text);
        if found.is_empty() {
            if let Some(other) = self.items.items.iter().find(|i| i.doc_no == text || i.item_id == text) {
                return refuse(RefusalCode::Document, format!("{shown} belongs to company {}", other.company));
            }
            let hint =
                if self.items.whole { "there is no document" } else { "no proposal of this run names a document" };
            let more = if self.items.whole { "" } else { "; give --open-items as in the run to apply any other" };
            return refuse(RefusalCode::Document, format!("{hint} `{shown}`{more}"));
        }
        let get = |ix: &usize| self.items.items.get(*ix);
        let own: Vec<usize> =
            found.iter().copied().filter(|ix| get(ix).is_some_and(|i| i.currency == self.payment.currency)).collect();
        if own.is_empty() {
            let currency = found.first().and_then(get).map_or(self.payment.currency, |i| i.currency);
            let text = format!("{shown} is in {currency}, the payment in {}", self.payment.currency);
            return refuse(RefusalCode::Currency, text);
        }
        let narrowed = |keep: &dyn Fn(&OpenItem, i64) -> bool, list: &[usize]| -> Vec<usize> {
            let open = |ix: &usize| self.items.open.get(*ix).copied().unwrap_or(0);
            list.iter().copied().filter(|ix| get(ix).is_some_and(|i| keep(i, open(ix)))).collect()
        };
        let chosen = self.vote.customer.as_str();
        let mut list = own;
        if !chosen.is_empty() && list.len() > 1 {
            list = narrowed(&|i, _| i.customer_id == chosen, &list);
        }
        if list.len() > 1 && self.payment.amount > 0 {
            list = narrowed(&|_, open| open != 0, &list);
        }
        match list.as_slice() {
            [one] => Ok(*one),
            [] => refuse(RefusalCode::Document, format!("none of the documents {shown} is open for that customer")),
            several => {
                let customers: Vec<&str> = several.iter().filter_map(get).map(|i| i.customer_id.as_str()).collect();
                let text = format!(
                    "{shown} exists more than once (customers {}): name one in decision_customer, or give the item's id",
                    customers.join(", ")
                );
                refuse(RefusalCode::Document, text)
            }
        }
    }

    /// Cash of every part, and what becomes of the difference.
    fn apply(&self, parts: &[Part]) -> Refused<Effect> {
        if self.payment.amount < 0 {
            return self.reopen(parts);
        }
        let amount = i128::from(self.payment.amount);
        let open = |p: &Part| self.items.open.get(p.item).copied().unwrap_or(0);
        let name = |p: &Part| self.items.items.get(p.item).map_or("", |i| i.doc_no.as_str());
        let refuse = |code, text: String| Err(self.refuse("documents", code, text));
        let say = |minor: i128| {
            format!("{} {}", crate::base::sum_figure(minor, self.payment.currency), self.payment.currency)
        };
        for part in parts {
            let left = open(part);
            if left == 0 {
                return refuse(RefusalCode::Document, format!("{} is not open any more", name(part)));
            }
            if let Some(cash) = part.cash
                && (cash.signum() != left.signum() || cash.unsigned_abs() > left.unsigned_abs())
            {
                let text = format!(
                    "{} is open at {}, and {} would be set against it",
                    name(part),
                    self.money(left),
                    self.money(cash)
                );
                return refuse(RefusalCode::Amount, text);
            }
        }
        let code = self.vote.difference_code;
        let fixed: i128 = parts.iter().filter_map(|p| p.cash).map(i128::from).sum();
        let free: Vec<&Part> = parts.iter().filter(|p| p.cash.is_none()).collect();
        let wanted: i128 = free.iter().map(|p| i128::from(open(p))).sum();
        let over = amount - fixed - wanted;
        let mut on_account = 0;
        if over > 0 {
            if code != Some(DifferenceCode::OnAccount) {
                let text = format!(
                    "the documents take {} of {}: {} is left; put it on_account in difference_code, or name more documents",
                    say(fixed + wanted),
                    say(amount),
                    say(over)
                );
                return Err(self.refuse("difference_code", RefusalCode::Amount, text));
            }
            on_account = i64::try_from(over).unwrap_or(i64::MAX);
        }
        let mut short = u64::try_from((-over).max(0)).unwrap_or(u64::MAX);
        if short > 0 && free.is_empty() {
            let text = format!("the amounts sum to {}, the payment is {}", say(fixed), say(amount));
            return refuse(RefusalCode::Amount, text);
        }
        let reduces =
            matches!(code, Some(DifferenceCode::Discount | DifferenceCode::Writeoff | DifferenceCode::Charges));
        if short > 0 && !reduces && code != Some(DifferenceCode::KeepOpen) {
            let text = format!(
                "the documents ask for {}, the payment is {}: say in difference_code what becomes of {} (keep_open, discount, writeoff or charges)",
                say(fixed + wanted),
                say(amount),
                say(-over)
            );
            return Err(self.refuse("difference_code", RefusalCode::Amount, text));
        }
        // What is missing comes off the documents without an amount of their own: a discount off each by its size, anything
        // else off the largest.
        let debts: Vec<&&Part> = free.iter().filter(|p| open(p) > 0).collect();
        let debt: i128 = debts.iter().map(|p| i128::from(open(p))).sum();
        let mut missing: Map<usize, i64> = Map::default();
        if short > 0 {
            if i128::from(short) >= debt {
                return refuse(
                    RefusalCode::Amount,
                    format!("{} is missing, but only {} is open on these documents", say(-over), say(debt)),
                );
            }
            if code == Some(DifferenceCode::KeepOpen) && debts.len() > 1 {
                let text = "several documents and less money: write the amount of each, as INV-7=120.00; INV-9=80.00"
                    .to_owned();
                return refuse(RefusalCode::Amount, text);
            }
            let total = i128::from(short);
            if code == Some(DifferenceCode::Discount) {
                for p in &debts {
                    let share = i64::try_from(total * i128::from(open(p)) / debt.max(1)).unwrap_or(0);
                    missing.insert(p.item, share);
                    short -= u64::try_from(share).unwrap_or(0);
                }
            }
            let largest = debts.iter().max_by_key(|p| (open(p), std::cmp::Reverse(p.item)));
            if let Some(p) = largest {
                *missing.entry(p.item).or_insert(0) += i64::try_from(short).unwrap_or(0);
                if missing.get(&p.item).copied().unwrap_or(0) > open(p) {
                    let text =
                        "the difference is larger than the largest document: write the amount of each".to_owned();
                    return refuse(RefusalCode::Amount, text);
                }
            }
        }
        let mut allocations = Vec::with_capacity(parts.len());
        for part in parts {
            let Some(item) = self.items.items.get(part.item) else { continue };
            let left = open(part);
            let cash = part.cash.unwrap_or_else(|| left - missing.get(&part.item).copied().unwrap_or(0));
            let rest = left - cash;
            let by = |c: DifferenceCode| if reduces && code == Some(c) { rest } else { 0 };
            let writeoff = by(DifferenceCode::Writeoff);
            let mut a = Allocation {
                company: item.company.clone(),
                item_id: item.item_id.clone(),
                doc_no: item.doc_no.clone(),
                customer_id: item.customer_id.clone(),
                applied: cash,
                discount: by(DifferenceCode::Discount),
                writeoff,
                writeoff_code: (writeoff != 0).then(|| "reviewer".to_owned()),
                charges: by(DifferenceCode::Charges),
                fx_difference: 0,
                open_before: left,
                open_after: 0,
            };
            a.open_after = a.cleared().and_then(|c| left.checked_sub(c)).unwrap_or(0);
            allocations.push(a);
        }
        if reduces && allocations.iter().all(|a| a.discount == 0 && a.writeoff == 0 && a.charges == 0) {
            let text = "there is no difference: leave difference_code empty";
            return Err(self.refuse("difference_code", RefusalCode::Value, text));
        }
        let customer = match on_account {
            0 => allocations.first().map(|a| a.customer_id.clone()),
            _ if self.vote.customer.is_empty() => {
                let first = allocations.first().map(|a| a.customer_id.clone());
                if allocations.iter().any(|a| Some(&a.customer_id) != first.as_ref()) {
                    let text =
                        "documents of several customers: say in decision_customer on whose account the rest goes";
                    return Err(self.refuse("decision_customer", RefusalCode::Incomplete, text));
                }
                first
            }
            _ => self.customer()?,
        };
        self.done(allocations, on_account, Vec::new(), customer)
    }

    /// A returned payment: its documents are open again.
    fn reopen(&self, parts: &[Part]) -> Refused<Effect> {
        let refuse = |code, text: String| Err(self.refuse("documents", code, text));
        let mut rest = i128::from(self.payment.amount);
        let given: i128 = parts.iter().filter_map(|p| p.cash).map(|c| i128::from(c.unsigned_abs())).sum();
        rest += given;
        let free = parts.iter().filter(|p| p.cash.is_none()).count();
        if free > 1 || (free == 0) != (rest == 0) || rest > 0 {
            let text = format!(
                "a return of {}: write the amount that each document gets back",
                self.money(self.payment.amount)
            );
            return refuse(RefusalCode::Amount, text);
        }
        let mut allocations = Vec::with_capacity(parts.len());
        for part in parts {
            let Some(item) = self.items.items.get(part.item) else { continue };
            let before = self.items.open.get(part.item).copied().unwrap_or(0);
            let back = part.cash.map_or(rest, |c| -i128::from(c.unsigned_abs()));
            let applied = i64::try_from(back).unwrap_or(i64::MIN + 1);
            let after = i128::from(before) - back;
            if after > i128::from(item.amount) {
                let text = format!(
                    "{} was {} in all: it cannot be open at {}",
                    item.doc_no,
                    self.money(item.amount),
                    crate::base::sum_figure(after, self.payment.currency)
                );
                return refuse(RefusalCode::Amount, text);
            }
            allocations.push(Allocation {
                company: item.company.clone(),
                item_id: item.item_id.clone(),
                doc_no: item.doc_no.clone(),
                customer_id: item.customer_id.clone(),
                applied,
                discount: 0,
                writeoff: 0,
                writeoff_code: None,
                charges: 0,
                fx_difference: 0,
                open_before: before,
                open_after: i64::try_from(after).unwrap_or(0),
            });
        }
        let customer = allocations.first().map(|a| a.customer_id.clone());
        self.done(allocations, 0, Vec::new(), customer)
    }

    fn done(
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
