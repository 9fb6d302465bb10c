//! Which statements of a day the ledger has already, and how the new ones continue them. Known by content, never by name.

use super::session::{Read, Session};
use crate::base::{Map, Place, counted};
use crate::error::Error;
use crate::ledger::chain::{self, BreakKind};
use crate::ledger::keys::KeyKind;
use crate::ledger::{Body, Release, Set, StatementBody, Store, gap_key};
use crate::model::*;
use crate::statements::{Day, FiledStatement, may_be_same_account};
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
            let again = stored.iter().any(|s| s.content == body.content);
            let (disjoint, numbered, doubtful) = (false, false, false);
            self.statements.push(Read { body, index, disjoint, numbered, taken, again, doubtful, known: 0, new: 0 });
            day.statements.push(filed);
            day.marks.push(mark);
        }
        for (of, stored) in chains {
            self.place(of, stored);
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
            entries: s.movements().count() as u64,
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

    /// Puts the new statements of an account into its chain.
    fn place(&mut self, of: (String, String), stored: Vec<StatementBody>) {
        let mut old: Vec<StatementBody> = Vec::new();
        for s in stored.into_iter().filter(is_final) {
            if !old.iter().any(|o| o.content == s.content) {
                old.push(s);
            }
        }
        chain::order(&mut old);
        let all = self.with_new(&of, &old);
        let known: BTreeSet<&str> = old.iter().map(|s| s.content.as_str()).collect();
        let new = self.new_of(&of);
        for (i, link) in all.iter().enumerate().filter(|(_, link)| !known.contains(link.content.as_str())) {
            let before = i.checked_sub(1).and_then(|j| all.get(j));
            let after = all.get(i + 1);
            let disjoint = match before {
                Some(b) => chain::continues(b, link) == Some(true) && begins_after(b, link),
                None => after.is_some_and(|a| chain::continues(link, a) == Some(true) && begins_after(link, a)),
            };
            let fits_after = after.is_none_or(|a| chain::continues(link, a) != Some(false));
            // One that has days in common with it must stand in one line with it, else they may hold the same entries.
            let beside = |(j, o): (usize, &StatementBody)| {
                j != i && chain::meet(o, link) && !chain::runs_on(&all, i.min(j), i.max(j))
            };
            let disjoint = disjoint && !all.iter().enumerate().any(beside);
            if let Some(read) = new.get(&link.content).and_then(|k| self.statements.get_mut(*k)) {
                read.disjoint = disjoint && fits_after;
                read.numbered = before.is_some_and(|b| follows(b, link));
            }
        }
        self.chains.insert(of, old);
    }

    /// The new final statements of an account, by content.
    fn new_of(&self, of: &(String, String)) -> Map<String, usize> {
        let all = self.statements.iter().enumerate();
        let own =
            all.filter(|(_, r)| r.taken && is_final(&r.body) && r.body.account == of.0 && r.body.currency == of.1);
        own.map(|(k, r)| (r.body.content.clone(), k)).collect()
    }

    /// A chain with the new statements in it.
    pub(super) fn with_new(&self, of: &(String, String), old: &[StatementBody]) -> Vec<StatementBody> {
        let mut all = old.to_vec();
        for k in self.new_of(of).values() {
            if let Some(r) = self.statements.get(*k).filter(|r| !old.iter().any(|o| o.content == r.body.content)) {
                all.push(r.body.clone());
            }
        }
        chain::order(&mut all);
        all
    }

    /// Says what is missing before or behind the new statements.
    pub(super) fn gaps(&mut self, day: &mut Day) -> Result<(), Error> {
        for (of, old) in std::mem::take(&mut self.chains) {
            self.gaps_of(day, &of, &old)?;
        }
        Ok(())
    }

    fn gaps_of(&mut self, day: &mut Day, of: &(String, String), old: &[StatementBody]) -> Result<(), Error> {
        let (all, new) = (self.with_new(of, old), self.new_of(of));
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
        let (before, now) = (stops(old)?, stops(&all)?);
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
}

fn is_final(s: &StatementBody) -> bool {
    s.kind == "statement"
}

/// Whether a statement has the next number.
fn follows(before: &StatementBody, after: &StatementBody) -> bool {
    matches!((before.number, after.number), (Some(a), Some(b)) if b.checked_sub(1) == Some(a))
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
