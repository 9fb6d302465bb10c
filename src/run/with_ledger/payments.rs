//! Which payments of a day the ledger has already: by their identity and number, or as the entry of a report of the day that a
//! statement brings again. In go all of them, out come those that are to be decided, and what is to be remembered of each.

use super::intraday::{Came, Intraday};
use super::one_payment::Sorting;
use super::session::Session;
use super::stored::{Stored, how_many};
use crate::base::{ContentId, Map, Packer, Records, in_order};
use crate::error::Error;
use crate::ledger::chain;
use crate::ledger::{JoinBody, Store};
use crate::model::*;
use crate::run::memory::{Left, Made};
use crate::statements::{Day, LeftOut, Origin};

impl<S: Store> Session<'_, S> {
    pub(super) fn known_payments(&mut self, day: &mut Day, made: &Made<'_>) -> Result<Left, Error> {
        let Made { payments, origins, trust } = *made;
        let payments = Records::from(payments);
        let stored = self.stored(origins)?;
        let mut intraday = Intraday::of(payments, origins, self.fresh);
        self.in_common(origins, &stored);
        self.gaps(day)?;
        let mut sorting = Sorting::over(how_many(&stored));
        let mut all = origins.iter();
        let mut packer = Packer::default();
        let mut one = |mut payment: Payment| -> Result<(), Error> {
            let Some(origin) = all.next() else { return Ok(()) };
            // Every statement of the day has its row here, in the same order.
            let missing = day.marks.get(origin.statement).and_then(|m| m.trust).filter(|t| *t == Trust::Gap);
            payment.trust = payment.trust.max(missing.unwrap_or(Trust::Proven));
            let disjoint = self.statements.get(origin.statement).is_some_and(|s| s.disjoint);
            let nth = sorting.nth(origin, disjoint);
            let mut came = self.came(&payment, origin, &nth, &stored, &mut intraday, &sorting.used)?;
            let mut gave_way = false;
            if let Came::DetailOf(whole) = &came
                && self.statements.get(origin.statement).is_some_and(|s| s.taken)
                && let Some(trust) = self.gives_way(whole, &payment)?
            {
                payment.trust = payment.trust.min(trust);
                came = Came::New;
                gave_way = true;
            }
            let mut decide = |mut payment: Payment| {
                trust(&mut payment);
                packer.push(payment);
            };
            match came {
                Came::New => decide(self.new_one(payment, origin, nth.was_there, gave_way, &mut sorting)?),
                came => self.known_one(&came, &payment, origin, &mut sorting)?.into_iter().for_each(decide),
            }
            Ok(())
        };
        let block = |n: usize| payments.block(n).into_owned();
        in_order(payments.blocks(), block, &mut |block: Vec<Payment>| block.into_iter().try_for_each(&mut one))?;
        for ((at, _), (whole, file, payments)) in sorting.lent {
            let statement = self.statements.get(at).map(|s| s.body.content.clone()).unwrap_or_default();
            self.joins.push(JoinBody { payments, came_as: whole.0, statement, file });
        }
        self.prove_sums();
        let known = |((account, _), (currency, count, sum))| {
            let reason = "in_ledger".to_owned();
            LeftOut { account, currency, reason, count, sum }
        };
        Ok(Left { payments: packer.finish(), left_out: sorting.left.into_iter().map(known).collect() })
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
}
