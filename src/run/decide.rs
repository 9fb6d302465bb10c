//! Decisions of people on the queue of a run: the run's record and the files that came back in, a new run folder out. All
//! files are checked first; what is valid is carried out through the same equations as automatic decisions, and what is
//! refused stays queued with the address of its cell. The old folder is never changed.

use super::settle::{Case, Effect, Items};
use super::{InputFile, RunError, RunRecord, VERSION, day, decided_files, inputs, reviewers};
use crate::base::{Map, Place, Set, content_id, sha256_hex};
use crate::error::{Error, ErrorCode};
use crate::model::conservation;
use crate::model::{
    Customer, Decision, OpenItem, Outcome, Payment, Policy, Review, ReviewState, Signer, Trust, Verdict,
};
use crate::outputs::CsvDialect;
use crate::review::{DecisionFile, Decisions, Queue, QueueRow, Refusal, RefusalCode, Vote, exception_id, same_person};
use serde::Serialize;

/// What deciding is given.
#[derive(Debug, Clone, Default)]
pub struct DecideInputs {
    /// `decisions.jsonl`, `summary.json` and `manifest.json` of the run, see [`super::RECORD_FILES`].
    pub run: Vec<InputFile>,
    /// What reviewers handed back, in any order.
    pub files: Vec<DecisionFile>,
    /// The open items as given to the run: needed to apply documents that no proposal names. The same bytes.
    pub open_items: Option<InputFile>,
    /// The mapping that they were read with.
    pub items_map: Option<InputFile>,
    /// The customers as given to the run.
    pub customers: Option<InputFile>,
    /// The policy of the run: the same meaning.
    pub config: Option<InputFile>,
    /// How CSV is written.
    pub csv_dialect: CsvDialect,
}

/// What came of it: nothing is written yet.
#[derive(Debug, Clone)]
pub struct DecideResult {
    /// Id of the new run.
    pub run_id: String,
    /// Decisions that were carried out or noted, in the order of the queue.
    pub decided: Vec<Settled>,
    /// Decisions that wait for a second person.
    pub waiting: Vec<Settled>,
    /// What was refused.
    pub refused: Vec<Refusal>,
    /// Rows that say again what is decided already.
    pub repeated: u64,
    /// Rows without a decision.
    pub empty: u64,
    /// Payments that still wait.
    pub queued: u64,
    /// The files of the new run folder, the manifest last; empty where nothing changed.
    pub outputs: Vec<InputFile>,
}

/// One decision that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Settled {
    /// The row.
    pub exception_id: String,
    /// The payment.
    pub payment_id: String,
    /// The decision.
    pub decision: Verdict,
    /// Names of those who decided.
    pub decided_by: String,
    /// The customer.
    pub customer_id: Option<String>,
    /// Documents with the cash set against them.
    pub documents: String,
    /// File and cell.
    pub at: String,
    /// Why it waits for a second person.
    pub waits_for: Option<String>,
}

/// Carries out decisions of people.
///
/// # Errors
/// [`RunError::Configuration`] for a run folder, policy or items file that does not fit; [`RunError::Receivables`] for items
/// that cannot be read; [`RunError::Conservation`] for a defect of ours. A decision that cannot be carried out is no error:
/// it stands in [`DecideResult::refused`].
pub fn decide(given: &DecideInputs) -> Result<DecideResult, RunError> {
    let configuration = |e: Error| RunError::Configuration(vec![e]);
    let record = RunRecord::read(&given.run).map_err(configuration)?;
    let policy = day::policy(given.config.as_ref())?;
    same_policy(&record, &policy).map_err(configuration)?;
    let known = receivables(&record, given)?;
    let keys: Vec<(&str, &str)> = policy
        .reviewers
        .person
        .iter()
        .flat_map(|(name, r)| r.keys.iter().map(move |k| (name.as_str(), k.as_str())))
        .collect();
    let mut files = given.files.clone();
    files.sort_by_cached_key(|f| (f.name.clone(), sha256_hex(&f.bytes)));
    let read = Decisions::read(&files, &keys);
    let mut round = Round::new(&record, &policy, &read, known);
    round.collect();
    round.weigh();
    round.refuse_rival_claims();
    round.carry_out();
    conservation::check(&round.payments, &round.decisions, round.items.all()).map_err(RunError::Conservation)?;

    let mut parts = vec![record.run_id.clone(), record.policy_hash.clone(), VERSION.to_owned()];
    parts.extend(files.iter().map(|f| format!("{}:{:?}", sha256_hex(&f.bytes), f.verified_as)));
    parts.push(given.csv_dialect.as_str().to_owned());
    let run_id = content_id('r', &parts.iter().map(String::as_str).collect::<Vec<_>>()).0;
    let mut refused = std::mem::take(&mut round.refused);
    refused.extend(read.refusals.iter().cloned());
    refused.sort_by_cached_key(|r| natural(&r.at));
    let queued = round.decisions.iter().filter(|d| d.outcome == Outcome::Queued).count() as u64;
    let (decided, waiting) = (round.decided, round.waiting);
    let outputs = if decided.is_empty() && waiting.is_empty() {
        Vec::new()
    } else {
        decided_files::write(&decided_files::Written {
            run_id: &run_id,
            record: &record,
            payments: &round.payments,
            decisions: &round.decisions,
            items: round.items.all(),
            customers: &round.customers,
            decided: &decided,
            waiting: &waiting,
            refused: &refused,
            files: &files,
            dialect: given.csv_dialect,
        })
    };
    Ok(DecideResult { run_id, decided, waiting, refused, repeated: round.repeated, empty: read.empty, queued, outputs })
}

/// `L9` before `L14`.
fn natural(at: &str) -> (String, u64, String) {
    let head = at.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = at.get(head.len()..).and_then(|n| n.parse().ok()).unwrap_or(0);
    let file = head.trim_end_matches(|c: char| c.is_ascii_uppercase());
    (file.to_owned(), number, head.to_owned())
}

fn same_policy(record: &RunRecord, policy: &Policy) -> Result<(), Error> {
    if day::policy_hash(policy) == record.policy_hash {
        return Ok(());
    }
    let found = "another policy than the one of the run: limits and reviewers would not be the ones in force";
    Err(Error::new(ErrorCode::Config, Place::default().at("--config"), found, "the policy of the run")
        .with_hint("give the file that the run was given with --config; to change the policy, run again with it: decisions fit as long as payments and proposals are the same"))
}

/// Items and customers: all of the run where its files are given again, else those that its decisions name.
struct Known {
    items: Vec<OpenItem>,
    customers: Vec<Customer>,
    whole: bool,
}

fn receivables(record: &RunRecord, given: &DecideInputs) -> Result<Known, RunError> {
    for (role, flag, file) in [
        ("open_items", "--open-items", &given.open_items),
        ("items_map", "--items-map", &given.items_map),
        ("customers", "--customers", &given.customers),
    ] {
        let Some(file) = file else { continue };
        let sha256 = sha256_hex(&file.bytes);
        if !record.inputs.iter().any(|i| i.role == role && i.sha256 == sha256) {
            let place = Place::file(&file.name).at(flag);
            let error = Error::new(ErrorCode::Config, place, "another file than the run was given", "the same bytes")
                .with_hint("what is open now is reckoned from the items of the run; for newer items, run again");
            return Err(RunError::Configuration(vec![error]));
        }
    }
    let mut known =
        Known { items: record.recorded.items.clone(), customers: record.recorded.customers.clone(), whole: false };
    let add = |known: &mut Known, more: Vec<Customer>| {
        let ids: Set<(String, String)> = more.iter().map(|c| (c.company.clone(), c.customer_id.clone())).collect();
        known.customers.retain(|c| !ids.contains(&(c.company.clone(), c.customer_id.clone())));
        known.customers.extend(more);
    };
    if let Some(file) = &given.open_items {
        let map = match &given.items_map {
            Some(map) => Some(inputs::read_items_map(map).map_err(RunError::Configuration)?),
            None => None,
        };
        let read =
            inputs::read_receivables(file, map.as_ref(), given.customers.as_ref()).map_err(RunError::Receivables)?;
        known.items = read.items;
        known.whole = true;
        add(&mut known, read.customers.unwrap_or_default());
    } else if let Some(file) = &given.customers {
        let read = crate::book::read_customers(&file.bytes, &file.name).map_err(RunError::Receivables)?;
        add(&mut known, read.customers);
    }
    Ok(known)
}

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

/// The work on one round of decisions.
struct Round<'a> {
    policy: &'a Policy,
    read: &'a Decisions,
    payments: Vec<Payment>,
    decisions: Vec<Decision>,
    customers: Vec<Customer>,
    customer_ids: Set<(String, String)>,
    items: Items,
    rows: Map<String, QueueRow>,
    order: Map<String, usize>,
    by_exception: Map<String, usize>,
    ballots: Vec<Ballot>,
    ready: Vec<Ready>,
    decided: Vec<Settled>,
    waiting: Vec<Settled>,
    refused: Vec<Refusal>,
    repeated: u64,
}

impl<'a> Round<'a> {
    fn new(record: &RunRecord, policy: &'a Policy, read: &'a Decisions, known: Known) -> Self {
        let recorded = &record.recorded;
        let queue = Queue::build(&recorded.payments, &recorded.decisions, &recorded.customers, record.as_of);
        let order = queue.rows.iter().enumerate().map(|(n, r)| (r.exception_id.0.clone(), n)).collect();
        let ids = |(n, p): (usize, &Payment)| (exception_id(&p.payment_id).0, n);
        Round {
            policy,
            read,
            items: Items::new(known.items, &recorded.decisions, known.whole),
            customer_ids: known.customers.iter().map(|c| (c.company.clone(), c.customer_id.clone())).collect(),
            customers: known.customers,
            payments: recorded.payments.clone(),
            decisions: recorded.decisions.clone(),
            by_exception: recorded.payments.iter().enumerate().map(ids).collect(),
            rows: queue.rows.into_iter().map(|r| (r.exception_id.0.clone(), r)).collect(),
            order,
            ballots: Vec::new(),
            ready: Vec::new(),
            decided: Vec::new(),
            waiting: Vec::new(),
            refused: Vec::new(),
            repeated: 0,
        }
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
            let text = format!("`{}` is the id of no payment of this run", crate::error::visible(&vote.exception_id));
            return refuse("exception_id", RefusalCode::UnknownId, text);
        };
        let Some(decision) = self.decisions.get(at) else { return Ok(None) };
        let Some(row) = self.rows.get(&vote.exception_id) else {
            return match &decision.review {
                Some(review) if says_again(vote, review) => Ok(None),
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
            let elsewhere = self.rows.values().any(|r| r.row_hash.0 == vote.row_hash);
            if elsewhere {
                let text =
                    "id and hash belong to two different rows: the row was edited, or its columns were sorted apart";
                return refuse("row_hash", RefusalCode::Edited, text.to_owned());
            }
            if let Some(review) = decision.review.as_deref().filter(|r| r.is_verdict_in_queue()) {
                if says_again(vote, review) {
                    return Ok(None);
                }
                let text = format!("since this file was written, {}; decide on a new queue", review.told());
                return refuse("decision", RefusalCode::Stale, text);
            }
            let text = "the payment or its proposals have changed since this file was written, or the row was edited: decide on a new queue";
            return refuse("row_hash", RefusalCode::Stale, text.to_owned());
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
            let doc = self.items.all().iter().find(|i| i.company == company && i.item_id == item_id);
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
            if ready.review.state == ReviewState::Waiting {
                decision.review = Some(Box::new(ready.review));
                self.waiting.push(settled);
                continue;
            }
            if self.items.settle(&mut ready.effect.allocations).is_none() {
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

fn says_again(vote: &Vote, review: &Review) -> bool {
    let squeezed = |t: &str| t.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    vote.decision == review.decision
        && vote.difference_code == review.difference_code
        && vote.category == review.category
        && review.signers.iter().any(|s| same_person(&s.name, &vote.name))
        && (vote.decision != Verdict::Apply
            || squeezed(&review.documents).starts_with(&squeezed(vote.documents.split('=').next().unwrap_or(""))))
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
