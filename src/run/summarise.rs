//! The summary of a run: in goes all that was read and decided, out goes [`Summary`].

use super::counts::Tally;
use super::equations::Checked;
use super::inputs::Receivables;
use super::scopes::Scopes;
use crate::base::Set;
use crate::model::*;
use crate::statements::{Day, FiledStatement, LeftOut};

/// Everything that a summary tells of.
pub(super) struct Facts<'a> {
    pub(super) run_id: &'a str,
    pub(super) score_version: &'a str,
    /// What the chances of error were measured by; `None` where nothing is said of them.
    pub(super) priors: Option<&'a Priors>,
    pub(super) policy: &'a Policy,
    pub(super) policy_hash: String,
    pub(super) as_of: Option<chrono::NaiveDate>,
    pub(super) control_total: Option<ControlTotalClaim>,
    pub(super) files: Vec<FileSummary>,
    pub(super) unrecognised: Vec<String>,
    pub(super) day: &'a Day,
    pub(super) left_out: &'a [LeftOut],
    pub(super) receivables: &'a Receivables,
    pub(super) items: &'a [OpenItem],
    pub(super) customers: &'a [Customer],
    pub(super) checked: &'a Checked,
    pub(super) company_of: &'a dyn Fn(&str) -> String,
    pub(super) ledger: Option<LedgerSummary>,
}

/// Builds the summary.
pub(super) fn summarise(facts: Facts<'_>) -> Summary {
    let statements: Vec<StatementSummary> = facts.day.statements.iter().map(statement).collect();
    let accounts = accounts(&facts, &statements);
    let totals = totals(&facts.checked.counts.tallies);
    let not_proven = not_proven(&facts, &statements);
    let mut findings = facts.day.findings.clone();
    findings.extend(facts.receivables.findings.iter().cloned());
    let closed = facts.items.iter().filter(|i| i.status == ItemStatus::Closed).count() as u64;
    let segments = facts.policy.segment.keys().map(|name| format!("segment.{name}"));
    let customers = facts.policy.customer.keys().map(|name| format!("customer.{name}"));
    Summary {
        schema: "tieout.summary/1",
        run_id: facts.run_id.to_owned(),
        engine_version: super::VERSION.to_owned(),
        score_version: facts.score_version.to_owned(),
        policy_hash: facts.policy_hash,
        as_of: facts.as_of,
        control_total: facts.control_total,
        files: facts.files,
        unrecognised: facts.unrecognised,
        statements,
        repeated: facts.day.repeated.iter().map(repeated).collect(),
        findings,
        receivables: ReceivablesSummary {
            open_items: facts.items.len() as u64 - closed,
            closed_items: closed,
            left_out_zero: facts.receivables.left_out_zero,
            customers: facts.customers.len() as u64,
            customers_with_open_items: with_open_items(facts.items),
            customers_derived: facts.receivables.customers.is_none(),
        },
        accounts,
        totals,
        equations: facts.checked.equations.clone(),
        overrides: segments.chain(customers).collect(),
        not_proven,
        ledger: facts.ledger,
    }
}

/// How many customers have something open.
fn with_open_items(items: &[OpenItem]) -> u64 {
    let open = items.iter().filter(|i| i.status != ItemStatus::Closed);
    let customers: Set<(&str, &str)> = open.map(|i| (i.company.as_str(), i.customer_id.as_str())).collect();
    customers.len() as u64
}

/// One line of the table of statements.
pub(super) fn statement(filed: &FiledStatement) -> StatementSummary {
    let s = &filed.statement;
    let kept = || s.entries.iter().filter(|e| e.status == EntryStatus::Book);
    let passed = || s.passed.runs().iter().filter(|r| r.status == EntryStatus::Book);
    let of_entries = || kept().next().map(|e| e.amount.currency()).or(passed().next().map(|r| r.currency));
    let currency = if s.currency.is_none() { of_entries().unwrap_or(s.currency) } else { s.currency };
    let net = kept().try_fold(0i128, |sum, e| {
        let same = e.amount.currency() == currency;
        e.amount.minor().ok().filter(|_| same).map(|m| sum + i128::from(m))
    });
    let net = passed().try_fold(net, |sum, r| {
        let same = r.currency == currency && r.decimals == currency.decimals();
        sum.filter(|_| same).map(|sum| Some(sum + r.sum))
    });
    let entries = kept().count() as u64 + passed().map(|r| r.count).sum::<u64>();
    StatementSummary {
        file: filed.file.clone(),
        account: s.account.clone(),
        currency,
        format: s.format.as_str(),
        dialect: s.dialect.clone(),
        sequence: s.sequence.clone(),
        from: s.period.map(|p| p.0),
        to: s.closing_date(),
        opening: s.opening.as_ref().map(|b| b.amount.figure()),
        entries,
        net: net.flatten().map(|minor| Sum::new(minor, currency)),
        closing: s.closing.as_ref().map(|b| b.amount.figure()),
        tie_out: s.tie_out,
        findings: s.findings.clone(),
    }
}

/// One statement that was put aside.
pub(super) fn repeated((filed, finding): &(FiledStatement, Finding)) -> RepeatedStatement {
    RepeatedStatement {
        file: filed.file.clone(),
        account: filed.statement.account.clone(),
        currency: filed.statement.currency,
        text: finding.text.clone(),
    }
}

fn accounts(facts: &Facts<'_>, statements: &[StatementSummary]) -> Vec<AccountSummary> {
    facts
        .checked
        .control_totals
        .iter()
        .map(|t| {
            let sum = |minor| Sum::new(minor, t.currency);
            let here = |s: &&StatementSummary| s.account == t.account && s.currency == t.currency;
            let by_reason = facts.checked.counts.reasons.get(&t.account, t.currency);
            AccountSummary {
                company: (facts.company_of)(&t.account),
                account: t.account.clone(),
                currency: t.currency,
                statements: statements.iter().filter(here).count() as u64,
                entries: statements.iter().filter(here).map(|s| s.entries).sum(),
                statement_credits: sum(t.statement_credits),
                statement_debits: sum(t.statement_debits),
                left_out: facts
                    .left_out
                    .iter()
                    .filter(|l| l.account == t.account && l.currency == t.currency)
                    .map(|l| LeftOutSummary { reason: l.reason.clone(), count: l.count, amount: sum(l.sum) })
                    .collect(),
                payments: by_reason
                    .into_iter()
                    .flatten()
                    .map(|((outcome, reason), (count, minor))| ReasonSummary {
                        outcome: outcome.as_str(),
                        reason: reason.as_str(),
                        count: *count,
                        amount: sum(*minor),
                    })
                    .collect(),
                payment_credits: sum(t.payment_credits),
                payment_debits: sum(t.payment_debits),
            }
        })
        .collect()
}

fn totals(tallies: &Scopes<Tally>) -> Vec<CurrencySummary> {
    let share = |part: u128, whole: u128| (part * 10_000 + whole / 2).checked_div(whole).map(|s| s as u64);
    tallies
        .ordered()
        .into_iter()
        .map(|((company, currency), t)| {
            let company = company.to_owned();
            let sum = |minor| Sum::new(minor, currency);
            let cleared = t.applied + t.discount + t.writeoff + t.charges + t.fx_difference;
            CurrencySummary {
                company,
                currency,
                payments: t.payments,
                amount: sum(t.amount),
                allocations: t.allocations,
                applied: sum(t.applied),
                discount: sum(t.discount),
                writeoff: sum(t.writeoff),
                charges: sum(t.charges),
                fx_difference: sum(t.fx_difference),
                on_account: sum(t.on_account),
                other: sum(t.other),
                in_review: sum(t.in_review),
                not_applied: sum(t.not_applied),
                items_before: sum(t.items_before),
                items_after: sum(t.items_before - cleared),
                receivable_payments: t.receivable.0,
                automatic_payments: t.automatic.0,
                automatic_count_hundredths_percent: share(t.automatic.0.into(), t.receivable.0.into()),
                automatic_value_hundredths_percent: share(t.automatic.1, t.receivable.1),
            }
        })
        .collect()
}

fn not_proven(facts: &Facts<'_>, statements: &[StatementSummary]) -> Vec<String> {
    let mut out = Vec::new();
    for file in facts.files.iter().filter(|f| f.error.is_some()) {
        out.push(format!("{} could not be read: its payments are missing here.", file.name));
    }
    for s in statements {
        let account = if s.account.is_empty() { "(no account)" } else { s.account.as_str() };
        let which = format!("{}, account {account}", s.file);
        if s.currency.is_none() {
            let how = "say it with --currency EUR, or as `currency` in a profile of the bank";
            out.push(format!("{which}: the file names no currency, and nothing is applied across currencies: {how}."));
        }
        match s.tie_out {
            TieOut::Proven => {}
            TieOut::Broken => out.push(format!("{which}: the statement does not tie out. Nothing of it was applied.")),
            TieOut::Unproven if facts.control_total.as_ref().is_some_and(|c| c.holds) => {
                out.push(format!("{which}: proven by the control total that you gave, not by balances of its own."));
            }
            TieOut::Unproven => {
                let then = match facts.policy.statement.unproven {
                    Unproven::Queue => "Nothing of it is applied without a person.",
                    Unproven::Apply => "The policy applies it all the same.",
                };
                out.push(format!("{which}: no balances prove that the statement is complete. {then}"));
            }
        }
    }
    if let Some(claim) = facts.control_total.as_ref().filter(|c| !c.holds) {
        out.push(format!(
            "The control total {} does not hold: the booked entries sum to {}.",
            claim.claimed.figure(),
            claim.booked.figure()
        ));
    }
    if facts.receivables.customers.is_none() {
        out.push(
            "No customers file was given: names come from the open items, and no payer account is known.".to_owned(),
        );
    }
    out.extend(facts.priors.map(|priors| match priors {
        p if p.is_empty() => {
            "The chances of error are estimates (prior, not measured): not yet tested on your own decisions.".to_owned()
        }
        Priors { confirmed, wrong, .. } => {
            format!("The chances of error are calibrated on {confirmed} confirmed decisions, {wrong} of them wrong.")
        }
    }));
    match &facts.ledger {
        None => out.push(
            "There is no ledger: a second run with the same open items would apply the same payments again.".to_owned(),
        ),
        Some(ledger) => {
            out.extend(ledger.gaps.iter().map(|g| format!("{g}. Nothing after it is applied without a person.")));
            out.extend(ledger.unclear.iter().map(|u| format!("{u}. Nothing is applied to it without a person.")));
        }
    }
    out
}
