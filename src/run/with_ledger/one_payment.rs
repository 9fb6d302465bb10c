//! One payment of a day: what it is to the ledger, what is remembered of it, and which payments of the ledger are decided again with it.

use super::intraday::{Came, Intraday};
use super::likeness::{contradicts, words};
use super::session::{Remembered, Seen, Session};
use super::stored::{Stored, known_ids};
use crate::base::{ContentId, Currency, Map, Set};
use crate::error::Error;
use crate::ledger::keys::{self, KeyKind};
use crate::ledger::{Body, Decided, DecisionBody, JoinBody, PaymentStanding, Store, Waiting};
use crate::model::*;
use crate::statements::{Origin, may_be_same_account, occurrence_id};
use std::collections::{BTreeMap, BTreeSet};

/// What is counted while the payments of a day are gone through in order.
#[derive(Default)]
pub(super) struct Sorting<'o> {
    /// How many the ledger has of each, with those of the day so far.
    have: Map<&'o ContentId, u32>,
    /// The statement whose payments come.
    statement: Option<usize>,
    /// What was there before it began: its own entries never know each other.
    before: Map<&'o ContentId, u32>,
    /// How many of each it brought.
    counts: Map<&'o ContentId, u32>,
    /// Payments of the ledger that one of the run is.
    pub used: BTreeSet<String>,
    /// Those that are decided again in this run.
    again: Set<ContentId>,
    /// By account and currency: number and sum of what the ledger has.
    pub left: BTreeMap<(String, String), (Currency, u64, i128)>,
    /// Entries with words from a notification, so that they are known again without them.
    pub lent: BTreeMap<(usize, usize), (ContentId, String, Vec<String>)>,
}

/// The how manyth of equal payments of its statement one is.
pub(super) struct Nth {
    pub n: u32,
    /// Whether so many were there before the statement began.
    pub was_there: bool,
}

impl<'o> Sorting<'o> {
    /// Begins with how many the ledger has of each.
    pub fn over(have: Map<&'o ContentId, u32>) -> Self {
        Sorting { have, ..Sorting::default() }
    }

    /// Counts a payment. Of a statement that is `disjoint` none was there before.
    pub fn nth(&mut self, origin: &'o Origin, disjoint: bool) -> Nth {
        if self.statement != Some(origin.statement) {
            self.statement = Some(origin.statement);
            self.before.clear();
            self.counts.clear();
        }
        let have = self.have.get(&origin.base).copied().unwrap_or(0);
        let had = *self.before.entry(&origin.base).or_insert(have);
        let n = self.counts.entry(&origin.base).or_insert(0);
        *n += 1;
        Nth { n: *n, was_there: !disjoint && *n <= had }
    }
}

impl<S: Store> Session<'_, S> {
    /// What a payment of the run is to the ledger.
    pub(super) fn came(
        &self,
        payment: &Payment,
        origin: &Origin,
        nth: &Nth,
        stored: &Stored,
        intraday: &mut Intraday,
        used: &BTreeSet<String>,
    ) -> Result<Came, Error> {
        let statement = self.statements.get(origin.statement);
        let (disjoint, doubtful) = statement.map_or((false, false), |s| (s.disjoint, s.doubtful));
        if nth.was_there && !doubtful {
            let again = statement.filter(|s| s.again).map(|s| s.body.content.as_str());
            return Ok(Came::Again(known_ids(origin, nth.n, again, stored)));
        }
        let whole = origin.whole.as_ref().filter(|_| !disjoint && !doubtful).and_then(|w| stored.get(&w.1)?.first());
        match whole.and_then(|w| w.ids.first()) {
            Some(whole) => Ok(Came::DetailOf(whole.clone())),
            None if self.fresh => Ok(Came::New),
            None => intraday.find(payment, origin, used, self.ledger),
        }
    }

    /// Remembers that a payment came again; the payments of the ledger that are to be decided again come back.
    pub(super) fn known_one(
        &mut self,
        came: &Came,
        payment: &Payment,
        origin: &Origin,
        sorting: &mut Sorting<'_>,
    ) -> Result<Vec<Payment>, Error> {
        let at = origin.statement;
        sorting.used.extend(came.ids().iter().cloned());
        if !matches!(came, Came::Again(_)) {
            self.summary.joined += 1;
            self.joins.push(JoinBody {
                payments: came.ids().to_vec(),
                came_as: origin.base.0.clone(),
                statement: self.statements.get(at).map(|s| s.body.content.clone()).unwrap_or_default(),
                file: payment.source.file.clone(),
            });
        }
        if let Some(r) = self.statements.get_mut(at) {
            r.known += i128::from(payment.amount);
        }
        let mut decide = Vec::new();
        for (known, again) in self.as_known(came, payment)? {
            // Two files of the run may bring it.
            if again && sorting.again.insert(known.payment_id.clone()) {
                let id = known.payment_id.clone();
                self.seen.push(Seen { id, base: None, batch: None, of: Remembered::Again });
                decide.push(known);
                continue;
            }
            self.summary.known_payments += 1;
            let account = (payment.account.clone(), payment.currency.to_string());
            let slot = sorting.left.entry(account).or_insert((payment.currency, 0, 0));
            slot.1 += 1;
            slot.2 += i128::from(known.amount);
        }
        Ok(decide)
    }

    /// Numbers a payment that is new, remembers it if its statement holds, and doubts it where it may have come before.
    pub(super) fn new_one<'o>(
        &mut self,
        mut payment: Payment,
        origin: &'o Origin,
        was_there: bool,
        gave_way: bool,
        sorting: &mut Sorting<'o>,
    ) -> Result<Payment, Error> {
        let at = origin.statement;
        let mut of = Remembered::Nothing;
        let mut base = None;
        let disjoint = self.statements.get(at).is_some_and(|s| s.disjoint);
        if self.statements.get(at).is_some_and(|s| s.taken) {
            let n = sorting.have.entry(&origin.base).or_insert(0);
            *n += 1;
            payment.payment_id = occurrence_id(&origin.base, *n);
            base = (*n > 1).then(|| origin.base.clone());
            let sure = gave_way || payment.trust >= Trust::Overlap;
            if !sure && (was_there || !disjoint && self.in_other_format(&payment, origin)?) {
                payment.trust = Trust::Overlap;
            }
            of = Remembered::New(at);
            if let Some(r) = self.statements.get_mut(at) {
                r.new += i128::from(payment.amount);
            }
            if let Some(whole) = &origin.whole {
                let slot = sorting
                    .lent
                    .entry((at, whole.0))
                    .or_insert_with(|| (whole.1.clone(), payment.source.file.clone(), Vec::new()));
                slot.2.push(payment.payment_id.0.clone());
            }
        }
        let batch = origin.batch.as_ref().map(|b| b.sum);
        self.seen.push(Seen { id: payment.payment_id.clone(), base, batch, of });
        Ok(payment)
    }

    /// The payments of the ledger that one is, with the words of the file that says more and the better proof of the two; and whether
    /// each is to be decided again: it waited for a proven statement alone, or less was known of it.
    fn as_known(&self, came: &Came, payment: &Payment) -> Result<Vec<(Payment, bool)>, Error> {
        let (ids, joined) = (came.ids(), matches!(came, Came::Same(_)));
        let with_id = |id: &String| Payment { payment_id: ContentId(id.clone()), ..payment.clone() };
        if let (Came::Again(_), [id]) = (came, ids)
            && (payment.trust > Trust::Unproven || !self.waits_again(id)?)
        {
            return Ok(vec![(with_id(id), false)]);
        }
        let mut all = Vec::with_capacity(ids.len());
        for id in ids {
            let standing = self.ledger.payment(id)?;
            let is_part = ids.len() > 1;
            let Some(standing) = standing.filter(|s| is_part || s.payment.amount == payment.amount) else {
                all.push((with_id(id), false));
                continue;
            };
            // A notification proves nothing itself; what it brought may have been proven by its statement.
            let shared = joined || payment.trust == Trust::Unproven;
            let trust = if shared { payment.trust.min(standing.payment.trust) } else { payment.trust };
            let (before, now) = (words(&standing.payment).len(), words(payment).len());
            let told_more = joined && !is_part && now > before && untouched(&standing);
            let again = trust == Trust::Proven && (told_more || self.waits_again(id)?);
            let known = if is_part || before > now {
                Payment {
                    company: payment.company.clone(),
                    statement_id: payment.statement_id.clone(),
                    source: payment.source.clone(),
                    trust,
                    ..standing.payment
                }
            } else {
                Payment { trust, ..with_id(id) }
            };
            all.push((known, again));
        }
        Ok(all)
    }

    /// How an entry is proven that came whole and gives way to its details; `None` if somebody has decided anything of it.
    pub(super) fn gives_way(&mut self, whole: &str, detail: &Payment) -> Result<Option<Trust>, Error> {
        let Some(standing) = self.ledger.payment(whole)?.filter(untouched) else { return Ok(None) };
        let trust = standing.payment.trust;
        if self.gave_way.contains_key(whole) {
            return Ok(Some(trust));
        }
        let decided = Decided {
            outcome: Outcome::NotReceivable,
            reason: ReasonCode::InDetails,
            explanation: format!("they came in {}", detail.source.file),
            customer_id: None,
            error_ppm: 0,
            score: 0,
            margin: None,
            gates: Vec::new(),
            movements: Vec::new(),
            on_account: 0,
            other: Vec::new(),
            unapplied: standing.unapplied,
            disposition: Some(Disposition::NotReceivable),
            by: "policy".to_owned(),
            returns: None,
            line: None,
        };
        let decision = DecisionBody {
            payment_id: whole.to_owned(),
            decided,
            comment: String::new(),
            review: None,
            company: standing.payment.company,
            currency: standing.payment.currency,
            payer_account: None,
            payer_name: None,
            booking_date: standing.payment.booking_date,
        };
        self.summary.joined += 1;
        self.gave_way.insert(whole.to_owned(), decision);
        Ok(Some(trust))
    }

    /// Whether a stored payment waits only for a better statement.
    fn waits_again(&self, id: &str) -> Result<bool, Error> {
        if self.fresh {
            return Ok(false);
        }
        let row = self.ledger.store().member(crate::ledger::Set::Queue, id)?;
        let row: Option<Waiting> = row.and_then(|t| serde_json::from_str(&t).ok());
        Ok(row.is_some_and(|r| r.again))
    }

    /// Whether another format brought an entry with these figures, or its details: words differ between formats, so a person looks at it.
    fn in_other_format(&self, payment: &Payment, origin: &Origin) -> Result<bool, Error> {
        if self.fresh {
            return Ok(false);
        }
        let sum = origin.batch.as_ref().map(|b| b.sum);
        for amount in std::iter::once(payment.amount).chain(sum) {
            let figures = keys::figures(payment.booking_date, payment.currency, amount);
            for (_, body) in self.ledger.under(KeyKind::Figures, &figures)? {
                let Body::Payment(p) = body else { continue };
                let other = &p.payment;
                // An account that nobody names may be any of them.
                let one_account = may_be_same_account(&other.account, &payment.account)
                    || other.account.is_empty()
                    || payment.account.is_empty();
                let same = [Some(other.amount), p.batch].contains(&Some(amount))
                    && other.booking_date == payment.booking_date
                    && other.currency == payment.currency
                    && one_account
                    && !contradicts(other, payment);
                if same && other.source.format != payment.source.format {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

/// Whether nobody has decided or signed anything of a payment that waits.
fn untouched(standing: &PaymentStanding) -> bool {
    standing.waits && standing.unapplied == standing.payment.amount && standing.review.is_none()
}
