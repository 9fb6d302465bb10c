//! Money against documents: the cash of each, what becomes of the difference, and a return that opens documents again.

use super::settle::{Case, Effect, Part, Refused};
use crate::base::Map;
use crate::model::{Allocation, DifferenceCode, OtherAmount};
use crate::review::RefusalCode;

impl Case<'_> {
    /// Cash of every part, and what becomes of the difference.
    pub(super) fn apply(&self, parts: &[Part]) -> Refused<Effect> {
        if self.payment.amount < 0 {
            return self.reopen(parts);
        }
        let amount = i128::from(self.payment.amount);
        let open = |p: &Part| self.items.open.get(p.item).copied().unwrap_or(0);
        let name = |p: &Part| self.items.items.get(p.item).map_or("", |i| i.doc_no.as_str());
        let refuse = |code, text: String| Err(self.refuse("documents", code, text));
        let say = |minor: i128| {
            format!("{} {}", crate::base::sum_figure(minor, self.payment.currency), self.payment.currency)
        };
        for part in parts {
            let left = open(part);
            if left == 0 {
                return refuse(RefusalCode::Document, format!("{} is not open any more", name(part)));
            }
            if let Some(cash) = part.cash
                && (cash.signum() != left.signum() || cash.unsigned_abs() > left.unsigned_abs())
            {
                let text = format!(
                    "{} is open at {}, and {} would be set against it",
                    name(part),
                    self.money(left),
                    self.money(cash)
                );
                return refuse(RefusalCode::Amount, text);
            }
        }
        let code = self.vote.difference_code;
        let fixed: i128 = parts.iter().filter_map(|p| p.cash).map(i128::from).sum();
        let free: Vec<&Part> = parts.iter().filter(|p| p.cash.is_none()).collect();
        let wanted: i128 = free.iter().map(|p| i128::from(open(p))).sum();
        let over = amount - fixed - wanted;
        let mut on_account = 0;
        if over > 0 {
            if code != Some(DifferenceCode::OnAccount) {
                let text = format!(
                    "the documents take {} of {}: {} is left; put it on_account in difference_code, or name more documents",
                    say(fixed + wanted),
                    say(amount),
                    say(over)
                );
                return Err(self.refuse("difference_code", RefusalCode::Amount, text));
            }
            on_account = i64::try_from(over).unwrap_or(i64::MAX);
        }
        let mut short = u64::try_from((-over).max(0)).unwrap_or(u64::MAX);
        if short > 0 && free.is_empty() {
            let text = format!("the amounts sum to {}, the payment is {}", say(fixed), say(amount));
            return refuse(RefusalCode::Amount, text);
        }
        let reduces =
            matches!(code, Some(DifferenceCode::Discount | DifferenceCode::Writeoff | DifferenceCode::Charges));
        if short > 0 && !reduces && code != Some(DifferenceCode::KeepOpen) {
            let text = format!(
                "the documents ask for {}, the payment is {}: say in difference_code what becomes of {} (keep_open, discount, writeoff or charges)",
                say(fixed + wanted),
                say(amount),
                say(-over)
            );
            return Err(self.refuse("difference_code", RefusalCode::Amount, text));
        }
        // What is missing comes off the documents without an amount of their own: a discount off each by its size, anything
        // else off the largest.
        let debts: Vec<&&Part> = free.iter().filter(|p| open(p) > 0).collect();
        let debt: i128 = debts.iter().map(|p| i128::from(open(p))).sum();
        let mut missing: Map<usize, i64> = Map::default();
        if short > 0 {
            if i128::from(short) >= debt {
                return refuse(
                    RefusalCode::Amount,
                    format!("{} is missing, but only {} is open on these documents", say(-over), say(debt)),
                );
            }
            if code == Some(DifferenceCode::KeepOpen) && debts.len() > 1 {
                let text = "several documents and less money: write the amount of each, as INV-7=120.00; INV-9=80.00"
                    .to_owned();
                return refuse(RefusalCode::Amount, text);
            }
            let total = i128::from(short);
            if code == Some(DifferenceCode::Discount) {
                for p in &debts {
                    let share = i64::try_from(total * i128::from(open(p)) / debt.max(1)).unwrap_or(0);
                    missing.insert(p.item, share);
                    short -= u64::try_from(share).unwrap_or(0);
                }
            }
            let largest = debts.iter().max_by_key(|p| (open(p), std::cmp::Reverse(p.item)));
            if let Some(p) = largest {
                *missing.entry(p.item).or_insert(0) += i64::try_from(short).unwrap_or(0);
                if missing.get(&p.item).copied().unwrap_or(0) > open(p) {
                    let text =
                        "the difference is larger than the largest document: write the amount of each".to_owned();
                    return refuse(RefusalCode::Amount, text);
                }
            }
        }
        let mut allocations = Vec::with_capacity(parts.len());
        for part in parts {
            let Some(item) = self.items.items.get(part.item) else { continue };
            let left = open(part);
            let cash = part.cash.unwrap_or_else(|| left - missing.get(&part.item).copied().unwrap_or(0));
            let rest = left - cash;
            let by = |c: DifferenceCode| if reduces && code == Some(c) { rest } else { 0 };
            let writeoff = by(DifferenceCode::Writeoff);
            let mut a = Allocation {
                company: item.company.as_str().to_owned(),
                item_id: item.item_id.as_str().to_owned(),
                doc_no: item.doc_no.as_str().to_owned(),
                customer_id: item.customer_id.as_str().to_owned(),
                applied: cash,
                discount: by(DifferenceCode::Discount),
                writeoff,
                writeoff_code: (writeoff != 0).then(|| "reviewer".to_owned()),
                charges: by(DifferenceCode::Charges),
                fx_difference: 0,
                open_before: left,
                open_after: 0,
            };
            a.open_after = a.cleared().and_then(|c| left.checked_sub(c)).unwrap_or(0);
            allocations.push(a);
        }
        if reduces && allocations.iter().all(|a| a.discount == 0 && a.writeoff == 0 && a.charges == 0) {
            let text = "there is no difference: leave difference_code empty";
            return Err(self.refuse("difference_code", RefusalCode::Value, text));
        }
        let customer = match on_account {
            0 => allocations.first().map(|a| a.customer_id.clone()),
            _ if self.vote.customer.is_empty() => {
                let first = allocations.first().map(|a| a.customer_id.clone());
                if allocations.iter().any(|a| Some(&a.customer_id) != first.as_ref()) {
                    let text =
                        "documents of several customers: say in decision_customer on whose account the rest goes";
                    return Err(self.refuse("decision_customer", RefusalCode::Incomplete, text));
                }
                first
            }
            _ => self.customer()?,
        };
        self.done(allocations, on_account, Vec::new(), customer)
    }

    /// A returned payment: its documents are open again. With `charges` a document without an amount gets back all that was taken
    /// off it, and the rest is the bank's fee.
    fn reopen(&self, parts: &[Part]) -> Refused<Effect> {
        let refuse = |code, text: String| Err(self.refuse("documents", code, text));
        let with_fee = self.vote.difference_code == Some(DifferenceCode::Charges);
        if self.vote.difference_code.is_some() && !with_fee {
            let text = "a return knows charges only: what the bank took beside what came back";
            return Err(self.refuse("difference_code", RefusalCode::Value, text));
        }
        let taken = |p: &Part| {
            let amount = self.items.items.get(p.item).map_or(0, |i| i.amount);
            i128::from(amount) - i128::from(self.items.open.get(p.item).copied().unwrap_or(0))
        };
        let mut rest = i128::from(self.payment.amount);
        let given: i128 = parts.iter().filter_map(|p| p.cash).map(|c| i128::from(c.unsigned_abs())).sum();
        rest += given;
        let free = parts.iter().filter(|p| p.cash.is_none()).count();
        let mut other = Vec::new();
        if with_fee {
            let fee = rest + parts.iter().filter(|p| p.cash.is_none()).map(taken).sum::<i128>();
            let fee = i64::try_from(fee).unwrap_or(0);
            if fee >= 0 {
                let text = "there are no charges: leave difference_code empty, or write the amount of each document";
                return Err(self.refuse("difference_code", RefusalCode::Amount, text));
            }
            other.push(OtherAmount { code: "return_fee".to_owned(), amount: fee });
        } else if free > 1 || (free == 0) != (rest == 0) || rest > 0 {
            let text = format!(
                "a return of {}: write the amount that each document gets back; a fee on top is charges in difference_code",
                self.money(self.payment.amount)
            );
            return refuse(RefusalCode::Amount, text);
        }
        let mut allocations = Vec::with_capacity(parts.len());
        for part in parts {
            let Some(item) = self.items.items.get(part.item) else { continue };
            let before = self.items.open.get(part.item).copied().unwrap_or(0);
            let whole = if with_fee { -taken(part) } else { rest };
            let back = part.cash.map_or(whole, |c| -i128::from(c.unsigned_abs()));
            let applied = i64::try_from(back).unwrap_or(i64::MIN + 1);
            let after = i128::from(before) - back;
            if after > i128::from(item.amount) {
                let text = format!(
                    "{} was {} in all: it cannot be open at {}",
                    item.doc_no,
                    self.money(item.amount),
                    crate::base::sum_figure(after, self.payment.currency)
                );
                return refuse(RefusalCode::Amount, text);
            }
            allocations.push(Allocation {
                company: item.company.as_str().to_owned(),
                item_id: item.item_id.as_str().to_owned(),
                doc_no: item.doc_no.as_str().to_owned(),
                customer_id: item.customer_id.as_str().to_owned(),
                applied,
                discount: 0,
                writeoff: 0,
                writeoff_code: None,
                charges: 0,
                fx_difference: 0,
                open_before: before,
                open_after: i64::try_from(after).unwrap_or(0),
            });
        }
        let customer = allocations.first().map(|a| a.customer_id.clone());
        self.done(allocations, 0, other, customer)
    }
}
