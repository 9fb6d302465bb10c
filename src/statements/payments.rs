//! The statements of a day in, its payments out, with a count of everything that became none.

use super::identity::{Batch, Origin, occurrence_id};
use super::payment::{Parts, make};
use super::{Day, FiledStatement, LeftOut, Marks, Payments};
use crate::base::{ContentId, Map, Money, Packed, Records, in_order};
use crate::model::{Entry, EntryStatus, Finding, FindingCode, Movement, Payment, TieOut, TransactionDetails, Trust};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// Makes the payments of a day. `company_of` maps an account to its company.
///
/// Entries read = entries that became payments + entries left out. An amount finer than the smallest unit of its currency cannot
/// be posted: such an entry is left out as `excess_decimals`; see [`Day::break_unpostable`].
pub fn payments(day: &Day, company_of: &dyn Fn(&str) -> String) -> Payments {
    let mut made = Payments::default();
    made.left_out = each_payment(day, company_of, &mut |payment, origin| {
        made.payments.push(payment);
        made.origins.push(origin);
    });
    made
}

/// The same, one payment after the other with what it was made of; what became none comes back.
pub fn each_payment(
    day: &Day,
    company_of: &dyn Fn(&str) -> String,
    each: &mut dyn FnMut(Payment, Origin),
) -> Vec<LeftOut> {
    let mut left: BTreeMap<(String, String, &'static str), LeftOut> = BTreeMap::new();
    let mut seen: Map<ContentId, u32> = Map::default();
    for (index, filed) in day.statements.iter().enumerate() {
        let none = Marks::default();
        let marks = day.marks.get(index).unwrap_or(&none);
        let company = company_of(&filed.statement.account);
        let mut take = |made: Vec<Made>| {
            for made in made {
                match made {
                    Made::LeftOut(amount, reason) => leave_out(&mut left, filed, amount, reason),
                    Made::Payments { payments, whole, batch } => payments.into_iter().for_each(|payment| {
                        let (base, amount) = (payment.payment_id.clone(), payment.amount);
                        let (whole, batch) = (whole.clone(), batch.map(Box::new));
                        each(numbered(payment, &mut seen), Origin { statement: index, base, amount, whole, batch });
                    }),
                }
            }
            Ok::<(), Infallible>(())
        };
        // Made on all cores, numbered in order.
        let mut first = 0;
        for entries in [Records::from(&filed.statement.packed), Records::from(&filed.statement.entries)] {
            let of_block = |n: usize| -> Vec<Made> {
                let from = first + n * Packed::<Entry>::BLOCK;
                let block = entries.block(n);
                (from..).zip(block.iter()).map(|(k, entry)| made_of(filed, marks, &company, k, entry)).collect()
            };
            let Ok(()) = in_order(entries.blocks(), of_block, &mut take);
            first += entries.len();
        }
    }
    left.into_values().collect()
}

/// What becomes of an entry.
enum Made {
    /// Nothing, for this reason.
    LeftOut(Money, &'static str),
    Payments {
        payments: Vec<Payment>,
        /// The entry and the id that it has as it stands in its own file, where its details came from another one.
        whole: Option<Box<(usize, ContentId)>>,
        /// The entry of which they are the details, where there are several.
        batch: Option<Batch>,
    },
}

/// What becomes of the `k`-th entry of a statement. Ids lack their occurrence number.
fn made_of(filed: &FiledStatement, marks: &Marks, company: &str, k: usize, entry: &Entry) -> Made {
    let reason = match entry.status {
        _ if marks.intraday_repeated.binary_search(&k).is_ok() => Some("intraday_repeated"),
        EntryStatus::Pdng => Some("pending"),
        EntryStatus::Info => Some("information"),
        EntryStatus::Futr => Some("future"),
        EntryStatus::Other => Some("unknown_status"),
        EntryStatus::Book if entry.amount.minor().is_err() => Some("excess_decimals"),
        EntryStatus::Book if booking_date(filed, entry).is_none() => Some("no_date"),
        EntryStatus::Book => None,
    };
    if let Some(reason) = reason {
        return Made::LeftOut(entry.amount, reason);
    }
    let trust = trust(filed, marks, k);
    let payments_of = |entry: &Entry| -> Vec<Payment> {
        let payment = |(details, amount, unsplit): (_, Money, bool)| {
            let date = booking_date(filed, entry)?;
            let minor = amount.minor().ok()?;
            Some(make(&Parts { filed, entry, details, minor, date, unsplit, trust, company }))
        };
        split(entry).into_iter().filter_map(payment).collect()
    };
    let lent = marks.lent.binary_search_by_key(&k, |(k, _)| *k).ok().and_then(|at| marks.lent.get(at));
    let whole = lent.and_then(|(k, before)| match <[Payment; 1]>::try_from(payments_of(before)) {
        Ok([one]) => Some(Box::new((*k, one.payment_id))),
        Err(_) => None,
    });
    let payments = payments_of(entry);
    let batch = entry.amount.minor().ok().filter(|_| payments.len() > 1).map(|sum| Batch { entry: k, sum });
    Made::Payments { payments, whole, batch }
}

impl Day {
    /// Breaks statements with a booked entry whose amount is finer than the smallest unit of its currency, with a finding for
    /// each: it cannot be posted in full, so nothing of its statement may be applied.
    pub fn break_unpostable(&mut self) {
        for (filed, marks) in self.statements.iter_mut().zip(&self.marks) {
            let counts =
                |k: usize, status| status == EntryStatus::Book && marks.intraday_repeated.binary_search(&k).is_err();
            let fits = |(k, m): (usize, Movement)| !counts(k, m.status) || m.amount.minor().is_ok();
            if filed.statement.movements().enumerate().all(fits) {
                continue;
            }
            let entries = filed.statement.entries_anyhow().enumerate().filter(|(k, e)| counts(*k, e.status));
            let fine = entries.filter(|(_, e)| e.amount.minor().is_err());
            let findings: Vec<Finding> = fine.map(|(_, e)| too_fine(filed, &e)).collect();
            if !findings.is_empty() {
                filed.statement.tie_out = TieOut::Broken;
                filed.statement.findings.extend(findings);
            }
        }
    }
}

/// The movements of an entry: one per detail where their signed amounts sum exactly to it, else one for the whole.
fn split(entry: &Entry) -> Vec<(Option<&TransactionDetails>, Money, bool)> {
    let stated = entry.batch.as_ref().map(|b| b.count);
    match entry.details.as_slice() {
        // A batch that shows nothing is one movement that stands for several, unless it says that it is of one.
        [] => vec![(None, entry.amount, stated.is_some_and(|count| count != Some(1)))],
        // One detail for a batch of many is its sum and not a payment.
        [only] => vec![(Some(only), entry.amount, stated.flatten().is_some_and(|n| n > 1))],
        several => {
            let amounts: Option<Vec<Money>> = several.iter().map(|d| d.amount.filter(|a| a.is_whole())).collect();
            let total = amounts.as_ref().and_then(|amounts| {
                amounts.iter().try_fold(Money::zero(entry.amount.currency()), |sum, a| sum.checked_add(*a).ok())
            });
            match amounts.filter(|_| total == Some(entry.amount)) {
                Some(amounts) => several.iter().zip(amounts).map(|(d, amount)| (Some(d), amount, false)).collect(),
                None => vec![(None, entry.amount, true)],
            }
        }
    }
}

fn booking_date(filed: &FiledStatement, entry: &Entry) -> Option<chrono::NaiveDate> {
    entry.booking_date.or(entry.value_date).or_else(|| filed.statement.closing_date())
}

fn trust(filed: &FiledStatement, marks: &Marks, entry: usize) -> Trust {
    let own = match filed.statement.tie_out {
        TieOut::Proven => Trust::Proven,
        TieOut::Unproven => Trust::Unproven,
        TieOut::Broken => Trust::Broken,
    };
    let stands = |list: &[usize]| list.binary_search(&entry).is_ok();
    let overlap = if stands(&marks.overlapping) || stands(&marks.elsewhere) { Trust::Overlap } else { Trust::Proven };
    own.max(overlap).max(marks.trust.unwrap_or(Trust::Proven))
}

fn leave_out(
    left: &mut BTreeMap<(String, String, &'static str), LeftOut>,
    filed: &FiledStatement,
    amount: Money,
    reason: &'static str,
) {
    let account = filed.statement.account.clone();
    let currency = amount.currency();
    let row = left.entry((account.clone(), currency.to_string(), reason)).or_insert_with(|| LeftOut {
        account,
        currency,
        reason: reason.to_owned(),
        count: 0,
        sum: 0,
    });
    row.count += 1;
    let minor = amount.minor().map(i128::from).unwrap_or_else(|_| {
        let cut = amount.to_decimal().trunc_with_scale(u32::from(currency.decimals()));
        cut.mantissa()
    });
    row.sum = row.sum.saturating_add(minor);
}

fn too_fine(filed: &FiledStatement, entry: &Entry) -> Finding {
    let text = format!(
        "the entry of {} is finer than the smallest unit of {}, so the statement cannot be posted",
        entry.amount,
        entry.amount.currency()
    );
    let mut place = entry.place.clone();
    place.file.get_or_insert_with(|| filed.file.clone());
    Finding::new(FindingCode::ExcessDecimals, place, text)
}

/// Gives a payment its final id: equal ones of a day are numbered, so that true twins stay two.
fn numbered(mut payment: Payment, seen: &mut Map<ContentId, u32>) -> Payment {
    let count = seen.entry(payment.payment_id.clone()).or_insert(0);
    *count += 1;
    payment.payment_id = occurrence_id(&payment.payment_id, *count);
    payment
}
