//! One round of decisions: what waits, the open items and the votes in; each vote checked against its row, the votes of one row
//! agreed, rival claims on one document refused, and the rest carried out.

use super::reviewers;
use super::settle::{Case, Effect, Items};
use super::{Known, Settled};
use crate::base::{Map, Set};
use crate::error::visible;
use crate::model::{Customer, Decision, Payment, Policy, Review, ReviewState, Signer, Trust, Verdict};
use crate::review::{Decisions, Queue, QueueRow, Refusal, RefusalCode, Vote, exception_id, same_person};
use crate::run::RunRecord;

/// A row that got votes.
struct Ballot {
    /// Index of payment and decision.
    at: usize,
    /// Indexes of votes, the first one first.
    votes: Vec<usize>,
}

/// A decision that may be carried out.
struct Ready {
    at: usize,
    vote: usize,
    effect: Effect,
    review: Review,
    waits_for: Option<String>,
}

/// A payment that does not wait here, and who decided it.
#[derive(Default)]
pub(super) struct Elsewhere {
    /// What people said, where it was people.
    pub(super) review: Option<Review>,
    /// Who decided what and when, as a sentence.
    pub(super) says: String,
}

/// The work on one round of decisions.
pub(super) struct Round<'a> {
    policy: &'a Policy,
    read: &'a Decisions,
    pub(super) payments: Vec<Payment>,
    pub(super) decisions: Vec<Decision>,
    pub(super) customers: Vec<Customer>,
    /// Payments that do not wait, by the id of their row.
    elsewhere: Map<String, Elsewhere>,
    /// What an id is searched in, for the sentence where it is not found.
    among: &'static str,
    customer_ids: Set<(String, String)>,
    pub(super) items: Items,
    rows: Map<String, QueueRow>,
    /// Hashes of all rows.
    hashes: Set<String>,
    order: Map<String, usize>,
    by_exception: Map<String, usize>,
    ballots: Vec<Ballot>,
    ready: Vec<Ready>,
    /// Indexes of decisions that changed, in the order in which they were carried out.
    pub(super) changed: Vec<usize>,
    pub(super) decided: Vec<Settled>,
    pub(super) waiting: Vec<Settled>,
    pub(super) refused: Vec<Refusal>,
    pub(super) repeated: u64,
}

impl<'a> Round<'a> {
    /// Takes payments and decisions out of the record: they are the most of it, and the round is where they change.
    pub(super) fn new(record: &mut RunRecord, policy: &'a Policy, read: &'a Decisions, known: Known) -> Self {
        let recorded = &mut record.recorded;
        let queue = Queue::build(&recorded.payments, &recorded.decisions, &recorded.customers, record.as_of);
        let order = queue.rows.iter().enumerate().map(|(n, r)| (r.exception_id.0.clone(), n)).collect();
        let ids = |(n, p): (usize, &Payment)| (exception_id(&p.payment_id).0, n);
        Round {
            policy,
            read,
            items: Items::new(known.items, &recorded.decisions, known.whole).with_doubts(known.doubts),
            elsewhere: known.elsewhere,
            among: known.among,
            customer_ids: known.customers.iter().map(|c| (c.company.clone(), c.customer_id.clone())).collect(),
            customers: known.customers,
            by_exception: recorded.payments.iter().enumerate().map(ids).collect(),
            payments: std::mem::take(&mut recorded.payments),
            decisions: std::mem::take(&mut recorded.decisions),
            hashes: queue.rows.iter().map(|r| r.row_hash.0.clone()).collect(),
            rows: queue.rows.into_iter().map(|r| (r.exception_id.0.clone(), r)).collect(),
            order,
            ballots: Vec::new(),
            ready: Vec::new(),
            changed: Vec::new(),
            decided: Vec::new(),
            waiting: Vec::new(),
            refused: Vec::new(),
            repeated: 0,
        }
    }

    /// Does all of it.
    pub(super) fn hold(&mut self) {
        self.collect();
        self.weigh();
        self.refuse_rival_claims();
        self.carry_out();
    }

    /// Checks every vote against its row, and puts the votes of one row together.
    fn collect(&mut self) {
        let mut ballots: Map<usize, Vec<usize>> = Map::default();
        for (n, vote) in self.read.votes.iter().enumerate() {
            match self.check(vote) {
                Ok(Some(at)) => ballots.entry(at).or_default().push(n),
                Ok(None) => self.repeated += 1,
                Err(refusal) => self.refused.push(refusal),
            }
        }
        let place = |at: &usize| {
            let id = self.payments.get(*at).map(|p| exception_id(&p.payment_id).0).unwrap_or_default();
            self.order.get(&id).copied().unwrap_or(usize::MAX)
        };
        let mut all: Vec<Ballot> = ballots.into_iter().map(|(at, votes)| Ballot { at, votes }).collect();
        all.sort_by_cached_key(|b| (place(&b.at), b.at));
        self.ballots = all;
    }

    /// The payment of a vote; `None` where it says again what is decided.
    fn check(&self, vote: &Vote) -> Result<Option<usize>, Refusal> {
        let refuse = |column: &str, code, text: String| Err(self.read.refuse(vote, column, code, text));
        let Some(at) = self.by_exception.get(&vote.exception_id).copied() else {
            return match self.elsewhere.get(&vote.exception_id) {
                Some(other) if other.review.as_ref().is_some_and(|r| self.says_again(vote, r)) => Ok(None),
                Some(other) => {
                    refuse("decision", RefusalCode::Decided, format!("this payment is decided: {}", other.says))
                }
                None => {
                    let text = format!("`{}` is the id of no payment of {}", visible(&vote.exception_id), self.among);
                    refuse("exception_id", RefusalCode::UnknownId, text)
                }
            };
        };
        let Some(decision) = self.decisions.get(at) else { return Ok(None) };
        let Some(row) = self.rows.get(&vote.exception_id) else {
            return match &decision.review {
                Some(review) if self.says_again(vote, review) => Ok(None),
                Some(review) => {
                    refuse("decision", RefusalCode::Decided, format!("this payment is decided: {}", review.told()))
                }
                None => {
                    let text = format!(
                        "this payment does not wait for review: the policy decided it ({})",
                        decision.reason.as_str()
                    );
                    refuse("decision", RefusalCode::Decided, text)
                }
            };
        };
        if vote.row_hash != row.row_hash.0 {
            if self.hashes.contains(&vote.row_hash) {
                let text =
                    "id and hash belong to two different rows: the row was edited, or its columns were sorted apart";
                return refuse("row_hash", RefusalCode::Edited, text.to_owned());
            }
            if let Some(review) = decision.review.as_deref().filter(|r| r.is_verdict_in_queue()) {
                if self.says_again(vote, review) {
                    return Ok(None);
                }
                let text = format!("since this file was written, {}; decide on a new queue", review.told());
                return refuse("decision", RefusalCode::Stale, text);
            }
            let text = "the payment or its proposals have changed since this file was written, or the row was edited: decide on a new queue";
            return refuse("row_hash", RefusalCode::Stale, text.to_owned());
        }
        // Deferred, or signed by the first of two: the row is as it was, and so may be the file.
        if decision.review.as_deref().is_some_and(|r| r.state != ReviewState::Done && self.says_again(vote, r)) {
            return Ok(None);
        }
        if !self.read.is_as_written(vote) {
            let text = "this row was not in the queue that the spreadsheet was written with: its id was edited";
            return refuse("exception_id", RefusalCode::Edited, text.to_owned());
        }
        if let Some(refusal) = self.read.edited(vote, row) {
            return Err(refusal);
        }
        if let Some(text) = reviewers::forbids(&self.policy.reviewers, vote) {
            return refuse("decided_by", RefusalCode::Reviewer, text);
        }
        let moves = !matches!(vote.decision, Verdict::Reject | Verdict::Defer);
        if moves && self.payments.get(at).is_some_and(|p| p.trust == Trust::Broken) {
            let text = "the statement behind this payment does not tie out: nothing of it is applied, by nobody";
            return refuse("decision", RefusalCode::Statement, text.to_owned());
        }
        Ok(Some(at))
    }

    /// Whether a vote says what one of the persons behind a decision has said: the same cell of the same file, or the same words.
    fn says_again(&self, vote: &Vote, review: &Review) -> bool {
        let file = self.read.file_sha256(vote);
        let cell = self.read.address(vote, "decision");
        let cell = cell.rsplit_once(':').map_or("", |(_, cell)| cell);
        let own = |s: &&Signer| same_person(&s.name, &vote.name);
        let Some(signer) = review.signers.iter().find(own) else { return false };
        if file.is_some() && signer.file_sha256.as_deref() == file && signer.cell() == cell {
            return true;
        }
        vote.decision == review.decision
            && vote.difference_code == review.difference_code
            && vote.category == review.category
            && review.comment.contains(&vote.comment)
            && (vote.decision != Verdict::Apply || same_documents(&vote.documents, &review.documents))
    }

    /// Agrees on one decision per row, and finds what it does and whether it takes two.
    fn weigh(&mut self) {
        let unreadable: Map<&str, &str> =
            self.read.refusals.iter().filter_map(|r| Some((r.exception_id.as_deref()?, r.at.as_str()))).collect();
        for ballot in std::mem::take(&mut self.ballots) {
            let votes: Vec<&Vote> = ballot.votes.iter().filter_map(|n| self.read.votes.get(*n)).collect();
            let Some(first) = votes.first().copied() else { continue };
            if let Some(at) = unreadable.get(first.exception_id.as_str()) {
                let text = format!("another decision on this payment cannot be read ({at}): it may say something else");
                self.refused
                    .extend(votes.iter().map(|v| self.read.refuse(v, "decision", RefusalCode::Contradiction, &text)));
                continue;
            }
            if let Some(other) = votes.iter().find(|v| !v.agrees(first)) {
                let says = |v: &Vote| {
                    format!("{} says {} ({})", v.name, v.decision.as_str(), self.read.address(v, "decision"))
                };
                let text =
                    format!("two answers for one payment: {}, {}; agree, and hand in one", says(first), says(other));
                self.refused
                    .extend(votes.iter().map(|v| self.read.refuse(v, "decision", RefusalCode::Contradiction, &text)));
                continue;
            }
            match self.ready(&ballot, &votes, first) {
                Ok(ready) => self.ready.push(ready),
                Err(refusals) => self.refused.extend(refusals),
            }
        }
    }

    fn ready(&self, ballot: &Ballot, votes: &[&Vote], first: &Vote) -> Result<Ready, Vec<Refusal>> {
        let (Some(payment), Some(decision)) = (self.payments.get(ballot.at), self.decisions.get(ballot.at)) else {
            return Err(Vec::new());
        };
        let is_customer = |company: &str, id: &str| self.customer_ids.contains(&(company.to_owned(), id.to_owned()));
        let case = Case {
            decisions: self.read,
            vote: first,
            payment,
            decision,
            items: &self.items,
            is_customer: &is_customer,
        };
        let effect = case.effect().map_err(|refusal| {
            let same = |v: &&Vote| self.read.refuse(v, "decision", refusal.code, &refusal.text);
            let mut all = vec![refusal.clone()];
            all.extend(votes.iter().skip(1).map(same));
            all
        })?;
        let mut signers: Vec<Signer> = Vec::new();
        // A first signature that waits from an earlier round.
        if let Some(before) = decision.review.as_deref().filter(|r| r.state == ReviewState::Waiting) {
            let agrees = before.decision == first.decision
                && before.documents == effect.documents
                && before.difference_code == first.difference_code
                && before.category == first.category
                && before.customer_id == effect.customer_id;
            let others = before.signers.iter().any(|s| !votes.iter().any(|v| same_person(&v.name, &s.name)));
            if agrees {
                signers.extend(before.signers.iter().cloned());
            } else if others {
                let text = format!("{}, which waits for a second person; this says something else", before.told());
                let refuse = |v: &&Vote| self.read.refuse(v, "decision", RefusalCode::Contradiction, &text);
                return Err(votes.iter().map(refuse).collect());
            }
        }
        for vote in votes {
            if !signers.iter().any(|s| same_person(&s.name, &vote.name)) {
                signers.push(Signer {
                    name: vote.name.clone(),
                    identity: vote.identity,
                    at: vote.at.clone(),
                    source: self.read.address(vote, "decision"),
                    file_sha256: self.read.file_sha256(vote).map(str::to_owned),
                });
            }
        }
        // Where one of several may decide alone, one is enough.
        let alone = |vote: &&Vote| reviewers::needs_two(&self.policy.reviewers, vote, payment, decision, &effect);
        let waits_for = match signers.len() {
            0 | 1 => votes.iter().map(alone).min().flatten(),
            _ => None,
        };
        let noted = matches!(first.decision, Verdict::Reject | Verdict::Defer | Verdict::Unidentified);
        let state = match (&waits_for, noted) {
            (Some(_), _) => ReviewState::Waiting,
            (None, true) => ReviewState::Noted,
            (None, false) => ReviewState::Done,
        };
        let comments: Vec<&str> = votes.iter().map(|v| v.comment.as_str()).filter(|c| !c.is_empty()).collect();
        let review = Review {
            state,
            decision: first.decision,
            documents: effect.documents.clone(),
            customer_id: effect.customer_id.clone(),
            difference_code: first.difference_code,
            category: first.category,
            comment: comments.join(" / "),
            signers,
        };
        let vote = ballot.votes.first().copied().unwrap_or(0);
        Ok(Ready { at: ballot.at, vote, effect, review, waits_for })
    }

    /// Decisions that together take more from a document than is open are all refused: nobody is first.
    fn refuse_rival_claims(&mut self) {
        let mut claims: Map<(String, String), (i128, Vec<usize>)> = Map::default();
        for (n, ready) in self.ready.iter().enumerate() {
            // A decision that waits claims too: else the second signature would find the document gone.
            for a in &ready.effect.allocations {
                let slot = claims.entry((a.company.clone(), a.item_id.clone())).or_default();
                slot.0 += i128::from(a.cleared().unwrap_or(0));
                slot.1.push(n);
            }
        }
        let mut out: Map<usize, String> = Map::default();
        let mut all: Vec<_> = claims.into_iter().collect();
        all.sort();
        for ((company, item_id), (cleared, who)) in all {
            let open = i128::from(self.items.open_of(&company, &item_id).unwrap_or(0));
            let after = open - cleared;
            let crosses = if open >= 0 { after < 0 } else { after > 0 };
            if who.len() < 2 || !crosses {
                continue;
            }
            let doc = self.items.index_of(&company, &item_id).and_then(|ix| self.items.all().get(ix));
            let doc = doc.map_or(item_id.as_str(), |i| i.doc_no.as_str());
            let places: Vec<String> = who
                .iter()
                .filter_map(|n| self.read.votes.get(self.ready.get(*n)?.vote))
                .map(|v| format!("{} ({})", v.name, self.read.address(v, "decision")))
                .collect();
            let text =
                format!("{doc} would be paid {} times: {}; more than is open on it", who.len(), places.join(", "));
            for n in who {
                out.entry(n).or_insert_with(|| text.clone());
            }
        }
        let ready = std::mem::take(&mut self.ready);
        for (n, one) in ready.into_iter().enumerate() {
            match (out.get(&n), self.read.votes.get(one.vote)) {
                (Some(text), Some(vote)) => {
                    self.refused.push(self.read.refuse(vote, "decision", RefusalCode::Contradiction, text));
                }
                _ => self.ready.push(one),
            }
        }
    }

    fn carry_out(&mut self) {
        for mut ready in std::mem::take(&mut self.ready) {
            let Some(vote) = self.read.votes.get(ready.vote) else { continue };
            let (Some(payment), Some(decision)) = (self.payments.get(ready.at), self.decisions.get_mut(ready.at))
            else {
                continue;
            };
            let settled = Settled {
                exception_id: vote.exception_id.clone(),
                payment_id: payment.payment_id.0.clone(),
                decision: vote.decision,
                decided_by: ready.review.names(),
                customer_id: ready.effect.customer_id.clone(),
                documents: ready.effect.documents.clone(),
                at: self.read.address(vote, "decision"),
                waits_for: ready.waits_for.clone(),
            };
            self.changed.push(ready.at);
            if ready.review.state == ReviewState::Waiting {
                decision.review = Some(Box::new(ready.review));
                self.waiting.push(settled);
                continue;
            }
            if self.items.settle(&mut ready.effect.allocations).is_none() {
                self.changed.pop();
                let text = "a document of this decision is not among the items";
                self.refused.push(self.read.refuse(vote, "decision", RefusalCode::Document, text));
                continue;
            }
            let effect = ready.effect;
            if ready.review.state == ReviewState::Done {
                decision.explanation = explanation(&ready.review);
            }
            decision.outcome = effect.outcome;
            decision.reason = effect.reason;
            decision.allocations = effect.allocations;
            decision.on_account = effect.on_account;
            decision.other = effect.other;
            decision.unapplied = effect.unapplied;
            decision.disposition = effect.disposition;
            decision.customer_id = effect.customer_id;
            decision.review = Some(Box::new(ready.review));
            self.decided.push(settled);
        }
    }
}

/// What was done, for the files that say why.
fn explanation(review: &Review) -> String {
    let mut out = review.told();
    if !review.documents.is_empty() {
        out.push_str(&format!(": {}", review.documents));
    }
    if let Some(code) = review.difference_code {
        out.push_str(&format!(", difference {}", code.as_str()));
    }
    if !review.comment.is_empty() {
        out.push_str(&format!("; {}", review.comment));
    }
    out
}

/// Whether documents as typed are those of a decision, `INV-7=120.00; INV-9=80.00`: the same names in the same order, and where an
/// amount was typed, the same one.
fn same_documents(typed: &str, done: &str) -> bool {
    let pieces = |text: &str| -> Vec<String> {
        let list = text.split([';', '\n']).map(|p| p.chars().filter(|c| !c.is_whitespace()).collect::<String>());
        list.filter(|p| !p.is_empty()).collect()
    };
    let (typed, done) = (pieces(typed), pieces(done));
    let fits =
        |(typed, done): (&String, &String)| typed == done || done.rsplit_once('=').is_some_and(|(n, _)| n == typed);
    typed.len() == done.len() && typed.iter().zip(&done).all(fits)
}
