//! What of a day the ledger has already: files, statements, entries. Known by content, never by name.

use super::{Read, Session};
use crate::base::{ContentId, Map, Place, counted};
use crate::error::Error;
use crate::ledger::chain::{self, BreakKind};
use crate::ledger::keys::{self, KeyKind, key};
use crate::ledger::{Body, JoinBody, PaymentStanding, Release, Set, StatementBody, Store, Waiting, gap_key};
use crate::model::*;
use crate::statements::{Day, FiledStatement, LeftOut, Payments, may_be_same_account, occurrence_id};
use std::collections::{BTreeMap, BTreeSet};

impl<S: Store> Session<'_, S> {
    pub(super) fn known_statements(&mut self, day: &mut Day) -> Result<(), Error> {
        // The run alone cannot tell gaps and overlaps: the ledger holds what is between.
        day.findings.retain(|f| !matches!(f.code, FindingCode::StatementGap | FindingCode::StatementOverlap));
        for marks in &mut day.marks {
            marks.overlapping.clear();
            marks.trust = marks.trust.filter(|t| *t != Trust::Gap);
        }
        let statements = std::mem::take(&mut day.statements);
        let marks = std::mem::take(&mut day.marks);
        let mut chains: BTreeMap<(String, String), Vec<StatementBody>> = BTreeMap::new();
        for (mut filed, mut mark) in statements.into_iter().zip(marks) {
            let body = self.body_of(&filed);
            let chain = (body.account.clone(), body.currency.clone());
            if !chains.contains_key(&chain) {
                let stored = if self.fresh { Vec::new() } else { self.ledger.statements(&chain.0, &chain.1)? };
                chains.insert(chain.clone(), stored);
            }
            let stored = chains.get(&chain).map_or(&[] as &[StatementBody], Vec::as_slice);
            if let Some(text) = self.known_statement(&filed, &body, stored)? {
                let finding = Finding::new(FindingCode::StatementRepeated, at(&filed), text);
                self.summary.known_statements += 1;
                day.repeated.push((filed, finding));
                continue;
            }
            let refused = stored.iter().find(|s| {
                s.kind == "statement" && body.kind == "statement" && chain::beside(s, &body) == Some(BreakKind::Fork)
            });
            if let Some(other) = refused {
                let text = format!(
                    "{} of account {} is in the ledger from {} with the same number, days and opening balance and other content: closing {} there ({}), {} here ({}); refused",
                    chain::name(&body),
                    filed.statement.account,
                    other.file,
                    shown(other.closing, filed.statement.currency),
                    counted(other.entries, "entry", "entries"),
                    shown(body.closing, filed.statement.currency),
                    counted(body.entries, "entry", "entries"),
                );
                let finding = Finding::new(FindingCode::StatementConflict, at(&filed), text);
                filed.statement.findings.push(finding.clone());
                filed.statement.tie_out = TieOut::Broken;
                mark.trust = Some(Trust::Broken);
                day.findings.push(finding);
            }
            let taken = filed.statement.tie_out != TieOut::Broken && mark.trust != Some(Trust::Broken);
            if !taken {
                self.not_taken.push(filed.file.clone());
                let text = format!("{} of {} is not remembered", chain::name(&body), filed.file);
                self.summary.notes.push(format!("{text}: give it again once it is right"));
            }
            let index = day.statements.len();
            self.statements.push(Read { body, index, disjoint: false, numbered: false, taken, known: 0 });
            day.statements.push(filed);
            day.marks.push(mark);
        }
        for (of, stored) in chains {
            self.continuity(day, &of, stored)?;
        }
        Ok(())
    }

    fn body_of(&self, filed: &FiledStatement) -> StatementBody {
        let id = filed.identity();
        let s = &filed.statement;
        let kind = match s.kind {
            StatementKind::Report => "report",
            StatementKind::Notification => "notification",
            _ => "statement",
        };
        StatementBody {
            account: id.account,
            currency: s.currency.to_string(),
            kind: kind.to_owned(),
            format: s.format.as_str().to_owned(),
            number: id.number,
            first: id.first,
            last: id.last,
            opening: id.opening,
            closing: id.closing,
            entries: s.entries.len() as u64,
            booked: id.booked.filter(|_| id.is_final),
            known: 0,
            content: id.content.0,
            figures: id.figures.0,
            file: filed.file.clone(),
            sha256: self.files.get(&filed.file).cloned().flatten().unwrap_or_default(),
            tie_out: if s.tie_out == TieOut::Proven { "proven" } else { "unproven" }.to_owned(),
        }
    }

    /// The sentence that says where a statement is known from.
    fn known_statement(
        &self,
        filed: &FiledStatement,
        body: &StatementBody,
        stored: &[StatementBody],
    ) -> Result<Option<String>, Error> {
        if self.fresh {
            return Ok(None);
        }
        let says = |how: &str, other: &StatementBody| {
            Some(format!(
                "{} of account {} is {how} in the ledger already, from {}: nothing of it is done again",
                chain::name(body),
                filed.statement.account,
                other.file
            ))
        };
        if let Some(same) = stored.iter().find(|s| s.content == body.content) {
            let released = self.ledger.store().member(Set::Released, &body.content)?.is_some();
            return Ok(if released { None } else { says("as it stands", same) });
        }
        if body.entries == 0 && (body.opening.is_none() || body.closing.is_none()) {
            return Ok(None);
        }
        let marked = filed.statement.copy.is_some();
        for (_, other) in self.ledger.under(KeyKind::StatementFigures, &body.figures)? {
            let Body::Statement(other) = other else { continue };
            let same = other.figures == body.figures && may_be_same_account(&other.account, &body.account);
            let other_number = matches!((other.number, body.number), (Some(a), Some(b)) if a != b);
            if same && other.format != body.format && other.kind == body.kind {
                return Ok(says("in another format", &other));
            }
            if same && marked && !other_number && other.format == body.format {
                return Ok(says("as the original of this copy", &other));
            }
        }
        Ok(None)
    }

    /// Puts the new statements of an account into its chain, and says what is missing.
    fn continuity(&mut self, day: &mut Day, of: &(String, String), stored: Vec<StatementBody>) -> Result<(), Error> {
        let is_final = |s: &StatementBody| s.kind == "statement";
        let new: Map<String, usize> = self
            .statements
            .iter()
            .enumerate()
            .filter(|(_, r)| r.taken && is_final(&r.body) && r.body.account == of.0 && r.body.currency == of.1)
            .map(|(k, r)| (r.body.content.clone(), k))
            .collect();
        let mut old: Vec<StatementBody> = Vec::new();
        for s in stored.into_iter().filter(is_final) {
            if !old.iter().any(|o| o.content == s.content) {
                old.push(s);
            }
        }
        let known: BTreeSet<String> = old.iter().map(|s| s.content.clone()).collect();
        let mut all = old.clone();
        for k in new.values() {
            if let Some(r) = self.statements.get(*k).filter(|r| !known.contains(&r.body.content)) {
                all.push(r.body.clone());
            }
        }
        chain::order(&mut all);
        chain::order(&mut old);
        for (i, link) in all.iter().enumerate() {
            if known.contains(&link.content) {
                continue;
            }
            let before = i.checked_sub(1).and_then(|j| all.get(j));
            let after = all.get(i + 1);
            let disjoint = match before {
                Some(b) => chain::continues(b, link) == Some(true) && begins_after(b, link),
                None => after.is_some_and(|a| chain::continues(link, a) == Some(true) && begins_after(link, a)),
            };
            let fits_after = after.is_none_or(|a| chain::continues(link, a) != Some(false));
            if let Some(read) = new.get(&link.content).and_then(|k| self.statements.get_mut(*k)) {
                read.disjoint = disjoint && fits_after;
                read.numbered = before.is_some_and(|b| follows(b, link));
            }
        }
        let stops = |list: &[StatementBody]| -> Result<Vec<(usize, usize, String)>, Error> {
            let mut open = Vec::new();
            for b in chain::breaks(list).into_iter().filter(|b| b.kind.stops()) {
                let (Some(x), Some(y)) = (list.get(b.before), list.get(b.after)) else { continue };
                let gap = gap_key(&x.content, &y.content);
                if self.fresh || self.ledger.store().member(Set::Gap, &gap)?.is_none() {
                    open.push((b.before, b.after, b.says));
                }
            }
            Ok(open)
        };
        let (before, now) = (stops(&old)?, stops(&all)?);
        for b in chain::breaks(&all).into_iter().filter(|b| !b.kind.stops()) {
            let Some(after) = all.get(b.after).filter(|s| new.contains_key(&s.content)) else { continue };
            if b.kind != BreakKind::Repeat {
                let place = Place::default().in_file(after.file.clone());
                day.findings.push(Finding::new(FindingCode::StatementOverlap, place, b.says));
            }
        }
        let first_stop = now.iter().map(|(_, after, _)| *after).min();
        for (b, a, says) in &now {
            let fresh = [b, a].iter().any(|i| all.get(**i).is_some_and(|s| new.contains_key(&s.content)));
            self.summary.gaps.push(says.clone());
            if fresh && let Some(after) = all.get(*a) {
                let place = Place::default().in_file(after.file.clone());
                day.findings.push(Finding::new(FindingCode::StatementGap, place, says));
            }
        }
        if let Some(stop) = first_stop {
            for link in all.iter().skip(stop) {
                let index = new.get(&link.content).and_then(|k| self.statements.get(*k)).map(|r| r.index);
                if let Some(marks) = index.and_then(|i| day.marks.get_mut(i)) {
                    marks.trust = marks.trust.max(Some(Trust::Gap));
                }
            }
        }
        // What stood behind a gap that is filled now may be given again.
        if let Some(was) = before.iter().map(|(_, after, _)| *after).min() {
            let free = |s: &&StatementBody| {
                all.iter().position(|x| x.content == s.content).is_some_and(|p| first_stop.is_none_or(|stop| p < stop))
            };
            let list: Vec<Release> = old
                .iter()
                .skip(was)
                .filter(free)
                .map(|s| Release { content: s.content.clone(), sha256: s.sha256.clone() })
                .collect();
            if let Some(first) = old.get(was).filter(|_| !list.is_empty()) {
                let names: BTreeSet<&str> = old.iter().skip(was).filter(free).map(|s| s.file.as_str()).collect();
                let names = names.into_iter().collect::<Vec<_>>().join(", ");
                self.summary.notes.push(format!(
                    "account {}: the gap before {} is filled; give {names} again and what waits for it is decided",
                    of.0,
                    chain::name(first)
                ));
            }
            self.release(list);
        }
        Ok(())
    }

    pub(super) fn known_payments(&mut self, day: &Day, read: &mut Payments) -> Result<(), Error> {
        let mut stored = self.stored(read)?;
        let intraday = self.intraday(read)?;
        let mut counts: Map<(usize, ContentId), u32> = Map::default();
        // What was there before each statement began: its own entries never know each other.
        let mut have: Map<ContentId, u32> =
            stored.iter().map(|(base, list)| (base.clone(), u32::try_from(list.len()).unwrap_or(u32::MAX))).collect();
        let mut have_before: Map<ContentId, u32> = Map::default();
        let mut current = usize::MAX;
        let mut keep = vec![true; read.payments.len()];
        let mut left: BTreeMap<(String, String), (crate::base::Currency, u64, i128)> = BTreeMap::new();
        let mut used: BTreeSet<String> = BTreeSet::new();
        for k in 0..read.payments.len() {
            let Some(origin) = read.origins.get(k).cloned() else { break };
            // Every statement of the day has its row here, in the same order.
            let at = origin.statement;
            let Some(statement) = self.statements.get(at) else { continue };
            let (disjoint, numbered) = (statement.disjoint, statement.numbered);
            let (taken, content) = (statement.taken, statement.body.content.clone());
            if origin.statement != current {
                current = origin.statement;
                have_before.clear();
                if disjoint
                    && !numbered
                    && begins_anew(read, k, &have)
                    && let Some(statement) = self.statements.get_mut(at)
                {
                    statement.disjoint = false;
                }
            }
            let disjoint = self.statements.get(at).is_some_and(|s| s.disjoint);
            let Some(payment) = read.payments.get_mut(k) else { break };
            let had =
                *have_before.entry(origin.base.clone()).or_insert_with(|| have.get(&origin.base).copied().unwrap_or(0));
            let nth = counts.entry((origin.statement, origin.base.clone())).or_insert(0);
            *nth += 1;
            let nth = *nth;
            let known = (!disjoint && nth <= had).then(|| occurrence_id(&origin.base, nth).0);
            let joined =
                if known.is_none() && !self.fresh { intraday.find(payment, &used, self.ledger)? } else { Vec::new() };
            let (ids, joins) = match known {
                Some(id) => (vec![id], false),
                None => (joined, true),
            };
            if !ids.is_empty() {
                let mut again = false;
                for id in &ids {
                    used.insert(id.clone());
                    again |= payment.trust == Trust::Proven && self.waits_again(id)?;
                }
                if let Some(r) = self.statements.get_mut(at) {
                    r.known += i128::from(payment.amount);
                }
                if joins {
                    self.summary.joined += 1;
                    self.joins.push(JoinBody {
                        payments: ids.clone(),
                        came_as: payment.payment_id.0.clone(),
                        statement: content,
                        file: payment.source.file.clone(),
                    });
                }
                if let (true, [only]) = (again, ids.as_slice()) {
                    payment.payment_id = ContentId(only.clone());
                    self.again.insert(only.clone());
                    continue;
                }
                self.summary.known_payments += 1;
                if let Some(slot) = keep.get_mut(k) {
                    *slot = false;
                }
                let slot = left.entry((payment.account.clone(), payment.currency.to_string())).or_insert((
                    payment.currency,
                    0,
                    0,
                ));
                slot.1 += 1;
                slot.2 += i128::from(payment.amount);
                continue;
            }
            if !taken {
                continue;
            }
            let n = have.entry(origin.base.clone()).or_insert(0);
            *n += 1;
            payment.payment_id = occurrence_id(&origin.base, *n);
            if *n > 1 {
                self.bases.insert(payment.payment_id.0.clone(), origin.base.clone());
            }
            stored.entry(origin.base.clone()).or_default();
            if !disjoint && payment.trust < Trust::Overlap && self.in_other_format(payment)? {
                payment.trust = Trust::Overlap;
            }
            self.statement_of.insert(payment.payment_id.0.clone(), content);
        }
        read.retain(&|k| keep.get(k).copied().unwrap_or(true));
        for ((account, _), (currency, count, sum)) in left {
            read.left_out.push(LeftOut { account, currency, reason: "in_ledger".to_owned(), count, sum });
        }
        let _ = day;
        Ok(())
    }

    /// Ids of the stored payments by their id without occurrence number.
    fn stored(&self, read: &Payments) -> Result<Map<ContentId, Vec<String>>, Error> {
        let mut stored: Map<ContentId, Vec<String>> = Map::default();
        if self.fresh {
            return Ok(stored);
        }
        let by_key: Map<u64, ContentId> =
            read.origins.iter().map(|o| (key(KeyKind::Payment, o.base.as_str()), o.base.clone())).collect();
        let mut keys: Vec<u64> = by_key.keys().copied().collect();
        keys.sort_unstable();
        for (key, bodies) in self.ledger.bodies(&keys)? {
            let Some(base) = by_key.get(&key) else { continue };
            for (_, body) in bodies {
                let Body::Payment(p) = body else { continue };
                if p.base.as_ref().map_or_else(|| p.payment_id(), |b| b.as_str()) == base.as_str() {
                    stored.entry(base.clone()).or_default().push(p.payment_id().to_owned());
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

    fn intraday(&self, read: &Payments) -> Result<Intraday, Error> {
        let mut sums: Map<(String, String), (i64, usize)> = Map::default();
        for p in &read.payments {
            if let Some(reference) = &p.entry_ref {
                let slot = sums.entry((p.account.clone(), reference.clone())).or_insert((0, 0));
                slot.0 = slot.0.saturating_add(p.amount);
                slot.1 += 1;
            }
        }
        Ok(Intraday { sums })
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

/// Whether a statement has the next number.
fn follows(before: &StatementBody, after: &StatementBody) -> bool {
    matches!((before.number, after.number), (Some(a), Some(b)) if b.checked_sub(1) == Some(a))
}

/// Whether the statement whose payments begin at `from` starts again within what came before it, although it opens with what
/// that closes with: then what they have in common came out even. Equal payments of a statement that goes on do not.
fn begins_anew(read: &Payments, from: usize, have: &Map<ContentId, u32>) -> bool {
    let Some(statement) = read.origins.get(from).map(|o| o.statement) else { return false };
    let mut counts: Map<&ContentId, u32> = Map::default();
    let (mut known, mut sum) = (false, 0i128);
    let own = read.origins.iter().zip(&read.payments).skip(from).take_while(|(o, _)| o.statement == statement);
    for (origin, payment) in own {
        let nth = counts.entry(&origin.base).or_insert(0);
        *nth += 1;
        if have.get(&origin.base).is_some_and(|had| *nth <= *had) {
            known = true;
            sum += i128::from(payment.amount);
        }
    }
    known && sum == 0
}

fn begins_after(before: &StatementBody, after: &StatementBody) -> bool {
    follows(before, after)
        || match (after.first.or(after.last), before.last) {
            (Some(first), Some(last)) => first >= last,
            _ => false,
        }
}

fn at(filed: &FiledStatement) -> Place {
    filed.statement.place.clone().in_file(filed.file.clone())
}

fn shown(minor: Option<i64>, currency: crate::base::Currency) -> String {
    minor.map_or_else(|| "unknown".to_owned(), |m| crate::base::Money::from_minor(m, currency).to_string())
}
