//! Which payments of a day the ledger has already: by their identity and number, or as the entry of a report of the day that a
//! statement brings again. In go all of them, out come those that are to be decided, and what is to be remembered of each.

use super::Session;
use crate::base::{ContentId, Currency, Map, Packed, Packer, Records, in_order};
use crate::error::Error;
use crate::ledger::chain;
use crate::ledger::keys::{self, KeyKind, key};
use crate::ledger::{Body, JoinBody, PaymentStanding, Set, Store, Waiting};
use crate::model::*;
use crate::statements::{Day, LeftOut, Origin, may_be_same_account, occurrence_id};
use std::collections::{BTreeMap, BTreeSet};

/// What the records need to know of a payment that is decided.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// Its id.
    pub id: ContentId,
    /// The id without occurrence number where it differs.
    pub base: Option<ContentId>,
    /// What is to be remembered.
    pub of: Remembered,
}

/// What is to be remembered of a payment.
#[derive(Debug, Clone, Copy)]
pub(super) enum Remembered {
    /// It is new, from this statement of the run.
    New(usize),
    /// The ledger has it; it is decided again.
    Again,
    /// Nothing: its statement does not hold.
    Nothing,
}

/// The payments of a run as they were made.
pub(in crate::run) struct Made<'a> {
    /// All of them.
    pub payments: &'a Packed<Payment>,
    /// In step: what each was made of.
    pub origins: &'a [Origin],
    /// What a control total makes of one.
    pub trust: &'a dyn Fn(&mut Payment),
}

/// The payments of a run as a memory leaves them.
pub(in crate::run) struct Left {
    /// Those that are to be decided.
    pub payments: Packed<Payment>,
    /// Those that are known.
    pub left_out: Vec<LeftOut>,
}

impl<S: Store> Session<'_, S> {
    pub(super) fn known_payments(&mut self, day: &mut Day, made: &Made<'_>) -> Result<Left, Error> {
        let Made { payments, origins, trust } = *made;
        let payments = Records::from(payments);
        let stored = self.stored(origins)?;
        let intraday = self.intraday(payments);
        self.in_common(origins, &stored);
        self.gaps(day)?;
        let mut have = how_many(&stored);
        // What was there before the statement began: its own entries never know each other.
        let mut have_before: Map<&ContentId, u32> = Map::default();
        let mut counts: Map<&ContentId, u32> = Map::default();
        let mut current = usize::MAX;
        let mut left: BTreeMap<(String, String), (Currency, u64, i128)> = BTreeMap::new();
        let mut used: BTreeSet<String> = BTreeSet::new();
        let mut all = origins.iter();
        let mut packer = Packer::default();
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
            let known = (is_known && !doubtful).then(|| known_id(origin, nth, again, &stored));
            let (ids, joins) = match known {
                Some(id) => (vec![id], false),
                None if self.fresh => (Vec::new(), true),
                None => (intraday.find(&payment, &used, self.ledger)?, true),
            };
            let mut of = Remembered::Nothing;
            let mut base = None;
            if !ids.is_empty() {
                let mut again = false;
                for id in &ids {
                    used.insert(id.clone());
                    again |= payment.trust == Trust::Proven && self.waits_again(id)?;
                }
                if joins {
                    self.summary.joined += 1;
                    self.joins.push(JoinBody {
                        payments: ids.clone(),
                        came_as: payment.payment_id.0.clone(),
                        statement: self.statements.get(at).map(|s| s.body.content.clone()).unwrap_or_default(),
                        file: payment.source.file.clone(),
                    });
                }
                if let Some(r) = self.statements.get_mut(at) {
                    r.known += i128::from(payment.amount);
                }
                let (true, [only]) = (again, ids.as_slice()) else {
                    self.summary.known_payments += 1;
                    let account = (payment.account.clone(), payment.currency.to_string());
                    let slot = left.entry(account).or_insert((payment.currency, 0, 0));
                    slot.1 += 1;
                    slot.2 += i128::from(payment.amount);
                    return Ok(());
                };
                payment.payment_id = ContentId(only.clone());
                of = Remembered::Again;
            } else if taken {
                let n = have.entry(&origin.base).or_insert(0);
                *n += 1;
                payment.payment_id = occurrence_id(&origin.base, *n);
                base = (*n > 1).then(|| origin.base.clone());
                if payment.trust < Trust::Overlap && (is_known || !disjoint && self.in_other_format(&payment)?) {
                    payment.trust = Trust::Overlap;
                }
                of = Remembered::New(at);
                if let Some(r) = self.statements.get_mut(at) {
                    r.new += i128::from(payment.amount);
                }
            }
            self.seen.push(Seen { id: payment.payment_id.clone(), base, of });
            trust(&mut payment);
            packer.push(payment);
            Ok(())
        };
        let block = |n: usize| payments.block(n).into_owned();
        in_order(payments.blocks(), block, &mut |block: Vec<Payment>| block.into_iter().try_for_each(&mut one))?;
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
                if have.get(&origin.base).is_some_and(|had| *nth <= *had) {
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

    /// The stored payments, by their id without occurrence number.
    fn stored(&self, origins: &[Origin]) -> Result<Stored, Error> {
        let mut stored = Stored::default();
        if self.fresh {
            return Ok(stored);
        }
        let by_key: Map<u64, &ContentId> =
            origins.iter().map(|o| (key(KeyKind::Payment, o.base.as_str()), &o.base)).collect();
        let mut keys: Vec<u64> = by_key.keys().copied().collect();
        keys.sort_unstable();
        for (key, bodies) in self.ledger.bodies(&keys)? {
            let Some(base) = by_key.get(&key) else { continue };
            for (_, body) in bodies {
                let Body::Payment(p) = body else { continue };
                if p.base.as_ref().map_or_else(|| p.payment_id(), |b| b.as_str()) == base.as_str() {
                    stored.entry((*base).clone()).or_default().push((p.payment_id().to_owned(), p.statement));
                }
            }
        }
        Ok(stored)
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

    /// Whether another format brought an entry with these figures: words differ between formats, so a person looks at it.
    fn in_other_format(&self, payment: &Payment) -> Result<bool, Error> {
        if self.fresh {
            return Ok(false);
        }
        let figures = keys::figures(payment.booking_date, payment.currency, payment.amount);
        for (_, body) in self.ledger.under(KeyKind::Figures, &figures)? {
            let Body::Payment(p) = body else { continue };
            let other = &p.payment;
            let same = other.amount == payment.amount
                && other.booking_date == payment.booking_date
                && other.currency == payment.currency
                && may_be_same_account(&other.account, &payment.account);
            if same && other.source.format != payment.source.format {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn intraday(&self, payments: Records<'_, Payment>) -> Intraday {
        let mut sums: Map<(String, String), (i64, usize)> = Map::default();
        if self.fresh {
            return Intraday { sums };
        }
        for n in 0..payments.blocks() {
            for p in payments.block(n).iter() {
                if let Some(reference) = &p.entry_ref {
                    let slot = sums.entry((p.account.clone(), reference.clone())).or_insert((0, 0));
                    slot.0 = slot.0.saturating_add(p.amount);
                    slot.1 += 1;
                }
            }
        }
        Intraday { sums }
    }
}

/// Knows entries again that came in a report of the day or a notification before, or come in one afterwards.
struct Intraday {
    /// Sum and count of the payments of the run by account and the bank's reference.
    sums: Map<(String, String), (i64, usize)>,
}

impl Intraday {
    /// The stored payments that this one is; several where a batch entry came for its details.
    fn find<S: Store>(
        &self,
        payment: &Payment,
        used: &BTreeSet<String>,
        ledger: &crate::ledger::Ledger<S>,
    ) -> Result<Vec<String>, Error> {
        let is_intraday = |f: Option<Format>| matches!(f, Some(Format::Camt052 | Format::Camt054 | Format::Mt942));
        let own = is_intraday(payment.source.format);
        let mut found: BTreeMap<u64, Payment> = BTreeMap::new();
        let mut look = |kind: KeyKind, value: &str| -> Result<(), Error> {
            for (seq, body) in ledger.under(kind, value)? {
                let Body::Payment(p) = body else { continue };
                let other = p.payment;
                let other_kind = is_intraday(other.source.format);
                // Final statements among themselves are told by balances and identity alone.
                if (own || other_kind)
                    && other.currency == payment.currency
                    && may_be_same_account(&other.account, &payment.account)
                {
                    found.insert(seq, other);
                }
            }
            Ok(())
        };
        if let Some(reference) = &payment.entry_ref {
            look(KeyKind::Reference, reference)?;
        }
        look(KeyKind::Figures, &keys::figures(payment.booking_date, payment.currency, payment.amount))?;
        let free = |p: &Payment| -> Result<bool, Error> {
            if used.contains(p.payment_id.as_str()) {
                return Ok(false);
            }
            let standing: Option<PaymentStanding> = ledger.payment(p.payment_id.as_str())?;
            Ok(standing.is_some_and(|s| s.came_as.is_empty()))
        };
        let same_reference = |p: &Payment| p.entry_ref.is_some() && p.entry_ref == payment.entry_ref;
        for other in found.values() {
            let same_words = other.entry_ref.is_none() && payment.entry_ref.is_none() && words(other) == words(payment);
            if other.amount == payment.amount && (same_reference(other) || same_words) && free(other)? {
                return Ok(vec![other.payment_id.0.clone()]);
            }
        }
        // One entry here, its details there.
        let mut parts = Vec::new();
        let mut sum = 0i64;
        for other in found.values() {
            if same_reference(other) && other.amount != payment.amount && free(other)? {
                sum = sum.saturating_add(other.amount);
                parts.push(other.payment_id.0.clone());
            }
        }
        if parts.len() > 1 && sum == payment.amount {
            return Ok(parts);
        }
        // Details here, the entry there.
        let details = payment.entry_ref.as_ref().and_then(|r| self.sums.get(&(payment.account.clone(), r.clone())));
        if let Some((total, count)) = details.filter(|(_, count)| *count > 1) {
            let whole = found.values().find(|o| same_reference(o) && o.amount == *total && *count > 1);
            if let Some(other) = whole {
                return Ok(vec![other.payment_id.0.clone()]);
            }
        }
        Ok(Vec::new())
    }
}

/// Letters and digits of what a payment says, and who pays.
fn words(p: &Payment) -> String {
    let all = format!("{}{}", p.remittance_text(), p.payer_name.as_deref().unwrap_or_default());
    all.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Stored payments with the content of their statements, by their id without occurrence number.
type Stored = Map<ContentId, Vec<(String, String)>>;

fn how_many(stored: &Stored) -> Map<&ContentId, u32> {
    stored.iter().map(|(base, list)| (base, u32::try_from(list.len()).unwrap_or(u32::MAX))).collect()
}

/// The id of the nth payment of a statement that has equal ones before it. Of a statement that the ledger has, `again`, its own
/// come first.
fn known_id(origin: &Origin, nth: u32, again: Option<&str>, stored: &Stored) -> String {
    let of = again.and_then(|_| stored.get(&origin.base)).map(Vec::as_slice).unwrap_or_default();
    let own: Vec<&str> = of.iter().filter(|(_, s)| again == Some(s)).map(|(id, _)| id.as_str()).collect();
    let nth = usize::try_from(nth).unwrap_or(usize::MAX).saturating_sub(1);
    if let Some(id) = own.get(nth) {
        return (*id).to_owned();
    }
    let mut others = (1..=u32::MAX).map(|n| occurrence_id(&origin.base, n).0).filter(|id| !own.contains(&id.as_str()));
    others.nth(nth - own.len()).unwrap_or_default()
}
