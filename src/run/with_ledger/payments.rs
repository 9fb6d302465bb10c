//! Which payments of a day the ledger has already: by their identity and number, or as the entry of a report of the day that a
//! statement brings again. In go all of them, out come those that are to be decided, and what is to be remembered of each.

use super::intraday::{Came, Intraday, contradicts, words};
use super::session::{Remembered, Seen, Session};
use crate::base::{ContentId, Currency, Map, Packer, Records, in_order};
use crate::error::Error;
use crate::ledger::chain;
use crate::ledger::keys::{self, KeyKind, key};
use crate::ledger::{Body, Decided, DecisionBody, JoinBody, PaymentStanding, Set, Store, Waiting};
use crate::model::*;
use crate::run::memory::{Left, Made};
use crate::statements::{Day, LeftOut, Origin, may_be_same_account, occurrence_id};
use std::collections::{BTreeMap, BTreeSet};

impl<S: Store> Session<'_, S> {
    pub(super) fn known_payments(&mut self, day: &mut Day, made: &Made<'_>) -> Result<Left, Error> {
        let Made { payments, origins, trust } = *made;
        let payments = Records::from(payments);
        let stored = self.stored(origins)?;
        let mut intraday = Intraday::of(payments, origins, self.fresh);
        self.in_common(origins, &stored);
        self.gaps(day)?;
        let mut have = how_many(&stored);
        // What was there before the statement began: its own entries never know each other.
        let mut have_before: Map<&ContentId, u32> = Map::default();
        let mut counts: Map<&ContentId, u32> = Map::default();
        let mut current = usize::MAX;
        let mut left: BTreeMap<(String, String), (Currency, u64, i128)> = BTreeMap::new();
        let mut used: BTreeSet<String> = BTreeSet::new();
        // Entries with words from a notification, so that they are known again without them.
        let mut lent: BTreeMap<(usize, usize), (ContentId, String, Vec<String>)> = BTreeMap::new();
        let mut all = origins.iter();
        let mut packer = Packer::default();
        let with_trust = |mut payment: Payment| {
            trust(&mut payment);
            payment
        };
        let mut one = |mut payment: Payment| -> Result<(), Error> {
            let Some(origin) = all.next() else { return Ok(()) };
            // Every statement of the day has its row here, in the same order.
            let at = origin.statement;
            if at != current {
                current = at;
                have_before.clear();
                counts.clear();
            }
            let statement = self.statements.get(at);
            let (disjoint, taken) = statement.map_or((false, false), |s| (s.disjoint, s.taken));
            let doubtful = statement.is_some_and(|s| s.doubtful);
            let missing = day.marks.get(at).and_then(|m| m.trust).filter(|t| *t == Trust::Gap);
            payment.trust = payment.trust.max(missing.unwrap_or(Trust::Proven));
            let had = *have_before.entry(&origin.base).or_insert_with(|| have.get(&origin.base).copied().unwrap_or(0));
            let nth = counts.entry(&origin.base).or_insert(0);
            *nth += 1;
            let nth = *nth;
            let again = statement.filter(|s| s.again).map(|s| s.body.content.as_str());
            let is_known = !disjoint && nth <= had;
            let known = (is_known && !doubtful).then(|| known_ids(origin, nth, again, &stored));
            let whole =
                origin.whole.as_ref().filter(|_| !disjoint && !doubtful).and_then(|w| stored.get(&w.1)?.first());
            let mut came = match (known, whole.and_then(|w| w.ids.first())) {
                (Some(ids), _) => Came::Again(ids),
                (None, Some(whole)) => Came::DetailOf(whole.clone()),
                (None, None) if self.fresh => Came::New,
                (None, None) => intraday.find(&payment, origin, &used, self.ledger)?,
            };
            let mut is_detail = false;
            if let Came::DetailOf(whole) = &came
                && taken
                && let Some(trust) = self.gives_way(whole, &payment)?
            {
                payment.trust = payment.trust.min(trust);
                came = Came::New;
                is_detail = true;
            }
            let mut of = Remembered::Nothing;
            let mut base = None;
            if came != Came::New {
                used.extend(came.ids().iter().cloned());
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
                for (known, again) in self.as_known(&came, &payment)? {
                    if again {
                        self.seen.push(Seen {
                            id: known.payment_id.clone(),
                            base: None,
                            batch: None,
                            of: Remembered::Again,
                        });
                        packer.push(with_trust(known));
                        continue;
                    }
                    self.summary.known_payments += 1;
                    let account = (payment.account.clone(), payment.currency.to_string());
                    let slot = left.entry(account).or_insert((payment.currency, 0, 0));
                    slot.1 += 1;
                    slot.2 += i128::from(known.amount);
                }
                return Ok(());
            }
            if taken {
                let n = have.entry(&origin.base).or_insert(0);
                *n += 1;
                payment.payment_id = occurrence_id(&origin.base, *n);
                base = (*n > 1).then(|| origin.base.clone());
                if !is_detail
                    && payment.trust < Trust::Overlap
                    && (is_known || !disjoint && self.in_other_format(&payment, origin)?)
                {
                    payment.trust = Trust::Overlap;
                }
                of = Remembered::New(at);
                if let Some(r) = self.statements.get_mut(at) {
                    r.new += i128::from(payment.amount);
                }
                if let Some(whole) = &origin.whole {
                    let slot = lent
                        .entry((at, whole.0))
                        .or_insert_with(|| (whole.1.clone(), payment.source.file.clone(), Vec::new()));
                    slot.2.push(payment.payment_id.0.clone());
                }
            }
            let batch = origin.batch.as_ref().map(|b| b.sum);
            self.seen.push(Seen { id: payment.payment_id.clone(), base, batch, of });
            packer.push(with_trust(payment));
            Ok(())
        };
        let block = |n: usize| payments.block(n).into_owned();
        in_order(payments.blocks(), block, &mut |block: Vec<Payment>| block.into_iter().try_for_each(&mut one))?;
        for ((at, _), (whole, file, payments)) in lent {
            let statement = self.statements.get(at).map(|s| s.body.content.clone()).unwrap_or_default();
            self.joins.push(JoinBody { payments, came_as: whole.0, statement, file });
        }
        self.prove_sums();
        let known = |((account, _), (currency, count, sum))| {
            let reason = "in_ledger".to_owned();
            LeftOut { account, currency, reason, count, sum }
        };
        Ok(Left { payments: packer.finish(), left_out: left.into_iter().map(known).collect() })
    }

    /// A statement whose new and known payments do not give its booked entries (an entry without a day, say) cannot be proved
    /// again later; it says so by having no sum.
    fn prove_sums(&mut self) {
        for read in &mut self.statements {
            read.body.booked = read.body.booked.filter(|booked| *booked - read.known == read.new);
        }
    }

    /// What each statement of the run has in common with what came before it, and whether its balances prove it.
    fn in_common(&mut self, origins: &[Origin], stored: &Stored) {
        let mut have = how_many(stored);
        for own in origins.chunk_by(|a, b| a.statement == b.statement) {
            let Some(at) = own.first().map(|o| o.statement) else { continue };
            let mut counts: Map<&ContentId, u32> = Map::default();
            let (mut known, mut sum) = (0usize, 0i128);
            for origin in own {
                let nth = counts.entry(&origin.base).or_insert(0);
                *nth += 1;
                let by_whole = origin.whole.as_ref().is_some_and(|w| stored.contains_key(&w.1));
                if by_whole || have.get(&origin.base).is_some_and(|had| *nth <= *had) {
                    known += 1;
                    sum += i128::from(origin.amount);
                }
            }
            let Some(read) = self.statements.get_mut(at) else { continue };
            // It opens with what another closes with, and starts again within what came before: what they have in common came out
            // even. Equal payments of a statement that goes on do not.
            read.disjoint &= read.numbered || known == 0 || sum != 0;
            let figures = read.body.opening.is_some() && read.body.closing.is_some();
            if known > 0 && !read.disjoint && !read.again && read.taken && figures && read.body.kind == "statement" {
                read.body.known = sum;
                let (body, of) = (read.body.clone(), (read.body.account.clone(), read.body.currency.clone()));
                let all = self.chains.get(&of).map(|old| self.with_new(&of, old)).unwrap_or_default();
                let even = sum == 0 && all.iter().any(|o| chain::continues(o, &body) == Some(true));
                let doubtful = !even && !chain::shares(&all, &body);
                if let Some(read) = self.statements.get_mut(at) {
                    read.doubtful = doubtful;
                    read.body.known = if doubtful { 0 } else { sum };
                }
            }
            let Some(read) = self.statements.get(at).filter(|r| r.taken) else { continue };
            for (base, n) in counts {
                let had = have.entry(base).or_insert(0);
                *had = if read.disjoint || read.doubtful { *had + n } else { n.max(*had) };
            }
        }
    }

    /// What is stored, by its id without occurrence number: payments, and what came as the same money as one.
    fn stored(&self, origins: &[Origin]) -> Result<Stored, Error> {
        let mut stored = Stored::default();
        if self.fresh {
            return Ok(stored);
        }
        let ids = origins.iter().flat_map(|o| std::iter::once(&o.base).chain(o.whole.as_ref().map(|w| &w.1)));
        let by_key: Map<u64, &ContentId> = ids.map(|id| (key(KeyKind::Payment, id.as_str()), id)).collect();
        let mut keys: Vec<u64> = by_key.keys().copied().collect();
        keys.sort_unstable();
        for (key, bodies) in self.ledger.bodies(&keys)? {
            let Some(base) = by_key.get(&key) else { continue };
            for (_, body) in bodies {
                let known = match body {
                    Body::Payment(p)
                        if p.base.as_ref().map_or_else(|| p.payment_id(), |b| b.as_str()) == base.as_str() =>
                    {
                        Known { ids: vec![p.payment_id().to_owned()], statement: p.statement, joined: false }
                    }
                    Body::Join(j) if j.came_as == base.as_str() => {
                        Known { ids: j.payments, statement: j.statement, joined: true }
                    }
                    _ => continue,
                };
                let all = stored.entry((*base).clone()).or_default();
                // One that joined a payment with its own words stands there as that.
                if !(known.joined && all.iter().any(|k| !k.joined && k.ids == known.ids)) {
                    all.push(known);
                }
            }
        }
        Ok(stored)
    }

    /// The payments of the ledger that one is, with the words of the file that says more and the better proof of the two; and whether
    /// each is to be decided again: it waited for a proven statement alone, or less was known of it.
    fn as_known(&self, came: &Came, payment: &Payment) -> Result<Vec<(Payment, bool)>, Error> {
        let (ids, joined) = (came.ids(), matches!(came, Came::Same(_)));
        let with_id = |id: &String| Payment { payment_id: ContentId(id.clone()), ..payment.clone() };
        if let (Came::Again(_), [id]) = (came, ids)
            && (payment.trust != Trust::Proven || !self.waits_again(id)?)
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
            let trust = if joined { payment.trust.min(standing.payment.trust) } else { payment.trust };
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
    fn gives_way(&mut self, whole: &str, detail: &Payment) -> Result<Option<Trust>, Error> {
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
        let row = self.ledger.store().member(Set::Queue, id)?;
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

/// What the ledger has of an entry.
struct Known {
    /// Its payments; several where details came for a sum.
    ids: Vec<String>,
    /// Content of the statement that brought it.
    statement: String,
    /// Whether it joined what came before from another file.
    joined: bool,
}

/// What is stored, by its id without occurrence number.
type Stored = Map<ContentId, Vec<Known>>;

fn how_many(stored: &Stored) -> Map<&ContentId, u32> {
    stored.iter().map(|(base, list)| (base, u32::try_from(list.len()).unwrap_or(u32::MAX))).collect()
}

/// The payments that the nth one of a statement is, which has equal ones before it. Of a statement that the ledger has, `again`, its own
/// come first.
fn known_ids(origin: &Origin, nth: u32, again: Option<&str>, stored: &Stored) -> Vec<String> {
    let all = stored.get(&origin.base).map(Vec::as_slice).unwrap_or_default();
    let (own, others): (Vec<_>, Vec<_>) = all.iter().partition(|k| again == Some(k.statement.as_str()));
    let at = usize::try_from(nth).unwrap_or(usize::MAX).saturating_sub(1);
    let known = own.into_iter().chain(others).nth(at).map(|k| k.ids.clone());
    // One that an earlier statement of this run brought.
    known.unwrap_or_else(|| vec![occurrence_id(&origin.base, nth).0])
}
