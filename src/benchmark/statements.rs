//! From the planned week to statements, one per own account and day, and the truth in the order of the statements.

use super::plan::{Answer, Doc, Kind, Planned};
use super::truth::{TRUTH_SCHEMA, TruthAnswer, TruthDocument, TruthLine, fold_reference};
use super::world::World;
use crate::base::{Map, Money};
use crate::model::{
    Balance, BalanceKind, BankCode, Batch, Charge, Entry, EntryStatus, Format, Party, Remittance, ReturnInfo,
    Statement, StatementKind, StructuredRemittance, TransactionDetails,
};

/// Statements by account, each list by day, and the truth of every payment in them.
pub(super) fn write(w: &World) -> (Vec<Vec<Statement>>, Vec<TruthLine>) {
    let mut truth = Vec::new();
    let mut seen: Map<(String, String, String, String), u32> = Map::default();
    let mut by_place: Map<(usize, chrono::NaiveDate), Vec<usize>> = Map::default();
    for (n, p) in w.payments.iter().enumerate() {
        by_place.entry((p.account, p.date)).or_default().push(n);
    }
    let mut all = Vec::new();
    for (a, own) in w.own.iter().enumerate() {
        let mut balance = own.opening;
        let mut of_account = Vec::new();
        for (d, day) in w.days.iter().enumerate() {
            let empty = Vec::new();
            let here = by_place.get(&(a, *day)).unwrap_or(&empty);
            let mut statement = Statement::new(StatementKind::Statement, Format::Camt053, "");
            statement.account.clone_from(&own.iban);
            statement.owner = Some(w.own_name.clone());
            statement.currency = own.currency;
            statement.sequence = Some(format!("{}", 41 + d));
            statement.statement_id = Some(format!("S{}{:02}", day.format("%Y%m%d"), a));
            statement.period = Some((*day, *day));
            let money = |minor: i64| Money::from_minor(minor, own.currency);
            let at = |kind, minor| Balance { kind, amount: money(minor), date: Some(*day), place: Default::default() };
            statement.opening = Some(at(BalanceKind::OpeningBooked, balance));
            let mut batches: Map<usize, usize> = Map::default();
            for n in here {
                let p = &w.payments[*n];
                balance += p.amount;
                let line = truth_line(w, p);
                if let Some(entry) = p.batch.and_then(|b| batches.get(&b)).and_then(|e| statement.entries.get_mut(*e)) {
                    add_to_batch(w, entry, p);
                } else {
                    if let Some(b) = p.batch {
                        batches.insert(b, statement.entries.len());
                    }
                    statement.entries.push(entry(w, p, d, statement.entries.len()));
                }
                truth.push(line);
            }
            statement.closing = Some(at(BalanceKind::ClosingBooked, balance));
            statement.balances = statement.opening.iter().chain(&statement.closing).cloned().collect();
            of_account.push(statement);
        }
        all.push(of_account);
    }
    for line in &mut truth {
        let key = (
            format!("{}{}", line.account, line.booking_date),
            line.amount.clone(),
            line.reference.clone(),
            line.payer.clone(),
        );
        let count = seen.entry(key).or_insert(0);
        *count += 1;
        line.occurrence = *count;
    }
    (all, truth)
}

fn entry(w: &World, p: &Planned, day: usize, n: usize) -> Entry {
    let currency = w.own[p.account].currency;
    let money = |minor: i64| Money::from_minor(minor, currency);
    let batch = match (p.batch, p.unsplit) {
        (Some(b), _) => Some(Batch {
            payment_info_id: Some(format!("COLL{b}")),
            count: Some(1),
            total: Some(money(p.amount)),
            ..Batch::default()
        }),
        (None, Some(count)) => Some(Batch {
            payment_info_id: Some(format!("COLL{n}")),
            count: Some(count),
            total: Some(money(p.amount)),
            ..Batch::default()
        }),
        _ => None,
    };
    let batch = batch.map(Box::new);
    Entry {
        amount: money(p.amount),
        reversal: false,
        status: EntryStatus::Book,
        booking_date: Some(p.date),
        booking_date_derived: false,
        value_date: Some(p.date),
        bank_code: bank_code(p).into(),
        servicer_reference: Some(format!("{:02}{day}{n:07}", p.account)),
        entry_reference: None,
        owner_reference: None,
        batch,
        charges: Vec::new(),
        details: if p.unsplit.is_some() { Vec::new() } else { vec![details(w, p)] },
        narrative: None,
        place: Default::default(),
    }
}

fn add_to_batch(w: &World, entry: &mut Entry, p: &Planned) {
    let added = Money::from_minor(p.amount, w.own[p.account].currency);
    // Sums of a week's batch stay far below the limit.
    entry.amount = entry.amount.checked_add(added).unwrap_or(entry.amount);
    entry.details.push(details(w, p));
    if let Some(batch) = &mut entry.batch {
        batch.total = Some(entry.amount);
        batch.count = Some(entry.details.len() as u64);
    }
}

fn details(w: &World, p: &Planned) -> TransactionDetails {
    let own = &w.own[p.account];
    let money = |minor: i64| Money::from_minor(minor, own.currency);
    let them = Party { name: p.name.clone(), account: p.iban.clone(), ..Party::default() };
    let us = Party { name: Some(w.own_name.clone()), account: Some(own.iban.clone()), ..Party::default() };
    // A return keeps the parties of the payment that came back.
    let they_pay = p.amount > 0 || p.kind == Kind::Return;
    let bank_itself = them.is_empty();
    let (debtor, creditor) = match (bank_itself, they_pay) {
        (true, _) => (Party::default(), Party::default()),
        (_, true) => (them, us),
        (_, false) => (us, them),
    };
    let structured = p.reference.iter().map(|r| StructuredRemittance {
        creditor_reference: Some(r.clone()),
        reference_type: Some("SCOR".to_owned()).filter(|_| r.starts_with("RF")),
        ..StructuredRemittance::default()
    });
    let mut details = TransactionDetails {
        amount: Some(money(p.amount)),
        end_to_end_id: p.end_to_end.clone(),
        mandate_id: p.mandate.clone(),
        debtor: debtor.into(),
        creditor: creditor.into(),
        ultimate_debtor: Party { name: p.ultimate.clone(), ..Party::default() }.into(),
        remittance: Remittance { unstructured: p.text.clone(), structured: structured.collect() },
        returned: p.return_reason.map(|code| ReturnInfo { reason: Some(code.to_owned()), text: Vec::new() }),
        ..TransactionDetails::default()
    };
    if let Some(instructed) = p.instructed {
        details.amounts.instructed = Some(money(instructed));
    }
    if p.charges > 0 {
        details.charges = vec![Charge { amount: money(p.charges), included: Some(true), credit: false }];
    }
    details
}

fn bank_code(p: &Planned) -> BankCode {
    let (domain, family, sub, swift, gvc) = match p.kind {
        Kind::Transfer => ("PMNT", "RCDT", "ESCT", "NTRF", "166"),
        Kind::Collection => ("PMNT", "IDDT", "ESDD", "NDDT", "171"),
        Kind::Outgoing => ("PMNT", "ICDT", "ESCT", "NTRF", "116"),
        Kind::Fee => ("ACMT", "MDOP", "CHRG", "NCHG", "808"),
        Kind::Interest => ("ACMT", "MDOP", "INTR", "NINT", "814"),
        Kind::Cash => ("PMNT", "CNTR", "CDPT", "NMSC", "082"),
        Kind::Return => ("PMNT", "IDDT", "UPDD", "NRTI", "109"),
    };
    let text = |t: &str| Some(t.to_owned());
    BankCode {
        domain: text(domain),
        family: text(family),
        sub_family: text(sub),
        swift: text(swift),
        gvc: text(gvc),
        ..BankCode::default()
    }
}

fn truth_line(w: &World, p: &Planned) -> TruthLine {
    let currency = w.own[p.account].currency;
    let figure = |minor: i64| Money::from_minor(minor, currency).figure();
    let unless_zero = |minor: i64| if minor == 0 { String::new() } else { figure(minor) };
    let document = |d: &Doc| TruthDocument {
        item_id: w.items[d.item].record.item_id.to_string(),
        doc_no: w.items[d.item].record.doc_no.to_string(),
        applied: figure(d.applied),
        discount: unless_zero(d.discount),
        writeoff: unless_zero(d.writeoff),
        charges: unless_zero(d.charges),
    };
    let id = |c: Option<usize>| c.map(|c| w.customers[c].record.customer_id.clone());
    let answer = |a: &Answer| TruthAnswer {
        customer: id(a.customer),
        documents: a.docs.iter().map(document).collect(),
        on_account: unless_zero(a.on_account),
    };
    TruthLine {
        schema: TRUTH_SCHEMA.to_owned(),
        account: w.own[p.account].iban.clone(),
        booking_date: p.date.to_string(),
        amount: figure(p.amount),
        currency,
        reference: fold_reference(&p.text.concat()),
        payer: p.name.clone().filter(|_| p.unsplit.is_none()).unwrap_or_default(),
        occurrence: 1,
        scenario: p.scenario.to_owned(),
        label: p.label,
        customer: id(p.truth.customer),
        documents: p.truth.docs.iter().map(document).collect(),
        on_account: unless_zero(p.truth.on_account),
        proposal: p.proposals.iter().map(answer).collect(),
    }
}
