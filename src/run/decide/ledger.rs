//! Decisions over a ledger: what waits in it is the basis, what it says now is what counts, and the records that keep the
//! decisions come out beside the new folder. Writes nothing.

use super::round::{Elsewhere, Round};
use super::{DecideInputs, DecideResult, Known, finish, open_now, read, read_known, run_id, same_policy, summary};
use crate::base::{ContentId, Map, Place};
use crate::error::{Error, ErrorCode};
use crate::ledger::keys::KeyKind;
use crate::ledger::{Body, Head, InputBody, Ledger, PersonDecision, RunBody, Store, hex};
use crate::matching::SCORE_VERSION;
use crate::model::conservation;
use crate::model::{LedgerSummary, Outcome, Policy, exception_id};
use crate::outputs::{Decided, decisions_jsonl};
use crate::review::Decisions;
use crate::run::given::{policy_hash, policy_of};
use crate::run::with_ledger::waiting_in;
use crate::run::{RunError, RunRecord, VERSION};

/// Decisions over a ledger that were carried out: nothing is written yet. Write the outputs, then add the records.
#[derive(Debug, Clone)]
pub struct LedgerDecision {
    /// The outputs, and what was refused.
    pub result: DecideResult,
    /// What the ledger is to remember, in order; empty where nothing changed.
    pub records: Vec<Body>,
    /// The head that all of it was decided from.
    pub before: Head,
}

/// Carries out decisions of people on what waits in a ledger, whichever runs it came from. The ledger is only read:
/// [`LedgerDecision::records`] go into [`Ledger::append`] once the outputs are safe.
///
/// The policy must be that of the last run. The same file again gives no records. A first signature that waits for a second
/// person is a record too, and counts when the second file comes.
///
/// ```
/// use tieout::ledger::{Ledger, MemoryStore, Stamp};
/// use tieout::model::InputFile;
/// use tieout::review::DecisionFile;
/// use tieout::run::{DecideInputs, RunInputs, decide_with_ledger, run_with_ledger};
///
/// let file = |name: &str, text: &str| InputFile { name: name.into(), bytes: text.into() };
/// let mut ledger = Ledger::new(MemoryStore::new());
/// let inputs = RunInputs {
///     statements: vec![file("day.sta", concat!(
///         ":20:1\r\n:25:DE02120300000000202051\r\n:28C:1/1\r\n:60F:C260420EUR0,00\r\n",
///         ":61:260420CR119,00NTRFNONREF\r\n:86:166?00X?20Danke?32Elbe Pumpenbau\r\n",
///         ":62F:C260420EUR119,00\r\n-\r\n"))],
///     items: file("items.csv", "item_id,doc_no,customer_id,customer_name,currency,open_amount\nI7,RE-7,K1,Weser Werke,EUR,119.00\n"),
///     ..RunInputs::default()
/// };
/// let day = run_with_ledger(&inputs, &ledger, &|_| {}).unwrap();
/// ledger.append(&day.records(), &Stamp::default(), None)?;
///
/// // A person decides the one row of the queue.
/// let queue = tieout::run::record_of_ledger(&ledger)?;
/// let rows = tieout::review::Queue::build(&queue.recorded.payments, &queue.recorded.decisions, &[], None).rows;
/// let said = format!("exception_id,row_hash,decision,documents,decided_by\n{},{},apply,RE-7,Anna\n",
///     rows[0].exception_id, rows[0].row_hash);
/// let inputs = DecideInputs {
///     files: vec![DecisionFile { name: "anna.csv".into(), bytes: said.into(), ..DecisionFile::default() }],
///     open_items: Some(inputs.items),
///     ..DecideInputs::default()
/// };
/// let done = decide_with_ledger(&inputs, &ledger).unwrap();
/// assert_eq!(done.result.decided[0].documents, "RE-7=119.00");
/// ledger.append(&done.records, &Stamp::default(), None)?;
/// assert!(ledger.queue()?.is_empty() && ledger.verify()?.is_sound());
/// assert!(decide_with_ledger(&inputs, &ledger).unwrap().records.is_empty());
/// # Ok::<(), tieout::Error>(())
/// ```
///
/// # Errors
/// As [`super::decide`]; [`RunError::Ledger`] if the ledger cannot be read.
pub fn decide_with_ledger<S: Store>(given: &DecideInputs, ledger: &Ledger<S>) -> Result<LedgerDecision, RunError> {
    let before = ledger.head().map_err(RunError::Ledger)?;
    let (mut record, seqs) = waiting_in(ledger).map_err(RunError::Ledger)?;
    let policy = policy_of(given.config.as_ref())?;
    if record.policy_hash.is_empty() {
        // No run yet: nothing waits, and no policy was in force.
        record.policy_hash = policy_hash(&policy);
    }
    same_policy(&record, &policy).map_err(|e| RunError::Configuration(vec![e]))?;
    of_this_ledger(given, ledger)?;
    let (files, read) = read(given, &policy);
    let mut known = Known {
        items: record.recorded.items.clone(),
        customers: record.recorded.customers.clone(),
        among: "this ledger, which keeps nothing of statements that do not tie out",
        ..Known::default()
    };
    read_known(given, &mut known)?;
    let subtracted = open_now::bring(ledger, &mut known, &record.recorded, &seqs).map_err(RunError::Ledger)?;
    open_now::bring_named(ledger, &mut known, &read).map_err(RunError::Ledger)?;
    known.elsewhere = decided_before(ledger, &record, &read).map_err(RunError::Ledger)?;
    let unclear: Vec<String> = known.doubts.values().cloned().collect();
    let mut round = Round::new(&mut record, &policy, &read, known);
    round.hold();
    conservation::check(&round.payments, &round.decisions, round.items.all()).map_err(RunError::Conservation)?;
    let others = [&given.open_items, &given.items_map, &given.customers];
    let others: Vec<String> = others.into_iter().flatten().map(|f| crate::base::sha256_hex(&f.bytes)).collect();
    let run_id = run_id(&record, &files, given, &others);
    let bodies = bodies(ledger, &round, &record).map_err(RunError::Ledger)?;
    let content = hex(&before.content);
    let told = LedgerSummary {
        records_before: before.seq,
        content_before: content.clone(),
        subtracted,
        unclear,
        ..LedgerSummary::default()
    };
    let summary = |round: &Round<'_>| summary::of_ledger(round, &record, &policy, &run_id, &files, given, told);
    let result = finish(round, &read, &record, &files, given, &run_id, Some(&content), summary)?;
    let records = if bodies.is_empty() { Vec::new() } else { with_run(bodies, &record, &policy, &run_id, given) };
    Ok(LedgerDecision { result, records, before })
}

/// A run folder that is given beside the ledger must be of one of its runs.
fn of_this_ledger<S: Store>(given: &DecideInputs, ledger: &Ledger<S>) -> Result<(), RunError> {
    if given.run.is_empty() {
        return Ok(());
    }
    let run = RunRecord::read(&given.run).map_err(|e| RunError::Configuration(vec![e]))?;
    let known = ledger.under(KeyKind::Run, &run.run_id).map_err(RunError::Ledger)?;
    if known.iter().any(|(_, body)| matches!(body, Body::Run(r) if r.run_id == run.run_id)) {
        return Ok(());
    }
    let found = format!("run {}, which this ledger does not know", run.run_id);
    let error = Error::new(ErrorCode::Config, Place::file("manifest.json"), found, "a run of the ledger")
        .with_hint("give the ledger that the run was given, or leave out --run: what waits in the ledger is enough");
    Err(RunError::Configuration(vec![error]))
}

/// Payments that votes speak of and that do not wait: who decided them.
fn decided_before<S: Store>(
    ledger: &Ledger<S>,
    record: &RunRecord,
    read: &Decisions,
) -> Result<Map<String, Elsewhere>, Error> {
    let waiting: crate::base::Set<String> =
        record.recorded.payments.iter().map(|p| exception_id(&p.payment_id).0).collect();
    let mut found: Map<String, Elsewhere> = Map::default();
    for vote in &read.votes {
        let id = vote.exception_id.as_str();
        if waiting.contains(id) || found.contains_key(id) {
            continue;
        }
        let mut standing = ledger.exception(id)?;
        if standing.is_none() {
            // Decided by the policy and never queued: the row says which payment it is, and its id proves it.
            let payment = ContentId(read.payment_id(vote).to_owned());
            if exception_id(&payment).as_str() == id {
                standing = ledger.payment(payment.as_str())?;
            }
        }
        let Some(standing) = standing else { continue };
        let says = ledger.last_word(standing.payment.payment_id.as_str())?.unwrap_or_default();
        found.insert(id.to_owned(), Elsewhere { review: standing.review, says });
    }
    Ok(found)
}

/// The records of the decisions that changed, in the order in which they were carried out.
fn bodies<S: Store>(ledger: &Ledger<S>, round: &Round<'_>, record: &RunRecord) -> Result<Vec<Body>, Error> {
    let mut people = Vec::with_capacity(round.changed.len());
    for decision in round.changed.iter().filter_map(|at| round.decisions.get(*at)) {
        let Some(review) = decision.review.as_deref() else { continue };
        let (by, comment) = (review.names(), review.comment.clone());
        people.push(PersonDecision { decision: decision.clone(), by, comment });
    }
    let mut bodies = ledger.decide(&people, round.items.all())?;
    // What stays in the queue is shown to the next reviewer with what was said.
    let queued = |at: &&usize| round.decisions.get(**at).is_some_and(|d| d.outcome == Outcome::Queued);
    let stays: Vec<usize> = round.changed.iter().filter(queued).copied().collect();
    let payments: Vec<_> = stays.iter().filter_map(|at| round.payments.get(*at).cloned()).collect();
    let decisions: Vec<_> = stays.iter().filter_map(|at| round.decisions.get(*at).cloned()).collect();
    let text = decisions_jsonl(&Decided {
        payments: (&payments).into(),
        decisions: (&decisions).into(),
        items: round.items.all(),
        customers: &round.customers,
        score_version: &record.recorded.score_version,
        as_of: None,
    });
    let mut lines = text.lines();
    for body in &mut bodies {
        if let Body::Decision(d) = body
            && d.decided.outcome == Outcome::Queued
        {
            d.decided.line = lines.next().map(str::to_owned);
        }
    }
    Ok(bodies)
}

/// The round as a run of its own, which can be undone as one.
fn with_run(bodies: Vec<Body>, record: &RunRecord, policy: &Policy, run_id: &str, given: &DecideInputs) -> Vec<Body> {
    let input = |role: &str, name: &str, bytes: &[u8]| InputBody {
        role: role.to_owned(),
        name: name.to_owned(),
        sha256: crate::base::sha256_hex(bytes),
        taken: false,
    };
    let mut inputs: Vec<InputBody> = given.files.iter().map(|f| input("decisions", &f.name, &f.bytes)).collect();
    inputs.sort_by(|a, b| (&a.name, &a.sha256).cmp(&(&b.name, &b.sha256)));
    let others = [
        ("open_items", &given.open_items),
        ("items_map", &given.items_map),
        ("customers", &given.customers),
        ("config", &given.config),
    ];
    inputs.extend(others.into_iter().filter_map(|(role, f)| f.as_ref().map(|f| input(role, &f.name, &f.bytes))));
    let run = RunBody {
        run_id: run_id.to_owned(),
        records: bodies.len() as u64,
        engine_version: VERSION.to_owned(),
        score_version: SCORE_VERSION.to_owned(),
        policy_hash: record.policy_hash.clone(),
        priors_hash: record.priors_hash.clone(),
        as_of: record.as_of,
        two_persons: policy.reviewers.two_persons.clone(),
        approved_by: Vec::new(),
        inputs,
    };
    let mut all = vec![Body::Run(run)];
    all.extend(bodies);
    all
}
