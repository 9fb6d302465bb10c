//! Plays cases: builds the book, lets the engine decide, compares with what is right, and checks that money is conserved.

use crate::language::{Case, Document, Expect};
use tieout::model::{Allocation, Decision, Outcome, conservation};
use tieout::{Engine, OpenItemBook};

/// What came of a table.
#[derive(Debug, Default)]
pub struct Played {
    pub checked: usize,
    pub wrong: Vec<String>,
    pub known: Vec<String>,
    pub now_right: Vec<String>,
}

pub fn all(cases: &[Case]) -> Played {
    let mut played = Played::default();
    for case in cases {
        let book = OpenItemBook::build(case.items.clone(), case.customers.clone());
        let engine = Engine::new(case.policy.clone());
        for group in &case.groups {
            let decisions = engine.decide(&book, &group.payments);
            let place = format!("{} [case {}: {}]", group.place, case.place, case.title);
            if let Err(e) = conservation::check(&group.payments, &decisions, book.items()) {
                played.wrong.push(format!("{place}: {e}"));
            }
            for (row, known, expected) in &group.expected {
                played.checked += 1;
                let (payment, decision) = (&group.payments[*row], &decisions[*row]);
                let right = expected.iter().any(|e| fits(e, decision));
                let line = || {
                    format!(
                        "{place} {} {} by {}: {}\n      right: {expected:?}",
                        payment.payment_id,
                        tieout::base::Money::from_minor(payment.amount, payment.currency),
                        payment.payer_name.as_deref().unwrap_or("-"),
                        told(decision)
                    )
                };
                match (right, known) {
                    (true, false) => {}
                    (true, true) => played.now_right.push(line()),
                    (false, true) => played.known.push(line()),
                    (false, false) => played.wrong.push(line()),
                }
            }
        }
    }
    played
}

/// What the engine decided, in one line.
fn told(d: &Decision) -> String {
    let list = |allocations: &[Allocation]| -> String {
        let one = |a: &Allocation| format!("{} {}-{}-{}-{}", a.doc_no, a.applied, a.discount, a.writeoff, a.charges);
        allocations.iter().map(one).collect::<Vec<_>>().join("; ")
    };
    let top = d.candidates.first().map_or("nothing".to_owned(), |c| list(&c.allocations));
    let second = d.candidates.get(1).map_or(String::new(), |c| format!(" then [{}]", list(&c.allocations)));
    format!(
        "{} {} [{}] on account {} top [{top}]{second} {}ppm ({})",
        d.outcome.as_str(),
        d.reason.as_str(),
        list(&d.allocations),
        d.on_account,
        d.error_ppm,
        d.explanation
    )
}

fn fits(expect: &Expect, d: &Decision) -> bool {
    let automatic = matches!(d.outcome, Outcome::Applied | Outcome::Reopened);
    match expect {
        Expect::NotAutomatic => !automatic,
        Expect::Never(doc_no) => !d.allocations.iter().any(|a| a.doc_no == *doc_no),
        Expect::NotFirst(doc_no) => {
            let top = d.candidates.first();
            !automatic && !top.is_some_and(|c| c.allocations.iter().any(|a| a.doc_no == *doc_no))
        }
        Expect::Answer { outcome, reason, documents, on_account, fee } => {
            let top = d.candidates.first();
            let queued = d.outcome == Outcome::Queued;
            let (got, got_on_account) = if queued {
                (top.map_or(&[][..], |c| c.allocations.as_slice()), top.map_or(0, |c| c.on_account))
            } else {
                (d.allocations.as_slice(), d.on_account)
            };
            let mut got: Vec<Allocation> = got.to_vec();
            got.sort_by(|a, b| a.doc_no.cmp(&b.doc_no));
            let got_fee: i64 = d.other.iter().map(|o| -o.amount).sum();
            *outcome == d.outcome
                && reason.is_none_or(|r| r == d.reason)
                && documents.as_ref().is_none_or(|want| same_documents(want, &got))
                && on_account.is_none_or(|o| o == got_on_account)
                && (queued || *fee == got_fee)
        }
    }
}

fn same_documents(want: &[Document], got: &[Allocation]) -> bool {
    want.len() == got.len()
        && want.iter().zip(got).all(|(w, g)| {
            let figures = (w.discount, w.writeoff, w.charges) == (g.discount, g.writeoff, g.charges);
            w.doc_no == g.doc_no && w.applied.is_none_or(|a| a == g.applied && figures)
        })
}
