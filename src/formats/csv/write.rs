//! Statements in, one CSV out, in the layout of the built-in profile `tieout-statement`.

use crate::base::{Money, is_hidden};
use crate::formats::Written;
use crate::formats::written::Lost;
use crate::model::{Entry, EntryStatus, Statement, StatementKind, TransactionDetails, is_no_reference};

const TITLES: [&str; 26] = [
    "row",
    "account",
    "currency",
    "booking_date",
    "value_date",
    "amount",
    "running_balance",
    "counterparty_name",
    "counterparty_account",
    "counterparty_bank",
    "ultimate_name",
    "end_to_end_id",
    "mandate_id",
    "creditor_id",
    "batch_id",
    "structured_reference",
    "remittance",
    "bank_code",
    "bank_text",
    "return_reason",
    "original_amount",
    "original_currency",
    "charges",
    "reversal",
    "bank_id",
    "entry_text",
];

/// No text of a cell may be longer: more than any bank sends, and what a spreadsheet takes.
const LONGEST: usize = 32_000;

/// Writes statements as one CSV in UTF-8 with the header of the built-in profile `tieout-statement`: comma, decimal point, ISO
/// dates, texts in quotes where they need them. An `opening` and a `closing` row stand around the entries of each statement,
/// and each entry has the balance after it, so that the file proves itself.
///
/// Only booked entries have rows. A text that a spreadsheet would take for a formula is put between two apostrophes, which the
/// reader takes off. Statements of one account and currency read back as one, since rows do not say where one ends.
pub fn write(statements: &[Statement]) -> Written {
    let mut lost = Lost::new("CSV");
    let mut text = format!("{}\r\n", TITLES.join(","));
    let same_account = |a: &Statement, b: &Statement| a.account == b.account && a.currency == b.currency;
    for (number, s) in statements.iter().enumerate() {
        let follows = statements.iter().take(number).any(|before| same_account(before, s));
        let goes_on = statements.iter().skip(number + 1).any(|after| same_account(after, s));
        lost.of_statement(s, number);
        if follows {
            lost.tell("the statement follows another of its account and reads as one with it");
        }
        statement(&mut text, s, number, (follows, goes_on), &mut lost);
    }
    Written { bytes: text.into_bytes(), lost: lost.finish() }
}

fn statement(text: &mut String, s: &Statement, number: usize, (follows, goes_on): (bool, bool), lost: &mut Lost) {
    if s.kind != StatementKind::Statement {
        lost.tell("a report or notification was written as a statement");
    }
    lost.no_field("the statement number", s.sequence.as_deref());
    lost.no_field("the statement id", s.statement_id.as_deref());
    lost.no_field("our name", s.owner.as_deref());
    lost.no_field("our bank", s.servicer.as_deref());
    lost.no_field("the statement's text", s.narrative.as_deref());
    if s.totals != crate::model::ControlTotals::default() {
        lost.tell("the bank's counts and sums have no field in CSV");
    }
    let dates = || s.entries.iter().filter(|e| e.status == EntryStatus::Book).filter_map(|e| e.booking_date);
    let ends = [("opening", &s.opening, dates().min()), ("closing", &s.closing, dates().max())];
    for (what, balance, day) in ends {
        if let Some(date) = balance.as_ref().and_then(|b| b.date).filter(|d| Some(*d) != day) {
            lost.tell(format!("the date {date} of the {what} balance has no field in CSV"));
        }
    }
    let further = s.balances.len().saturating_sub(usize::from(s.opening.is_some()) + usize::from(s.closing.is_some()));
    if further > 0 {
        lost.tell(format!("{further} further balances have no field in CSV"));
    }
    let account = lost.account("our account", Some(&s.account), LONGEST).unwrap_or_default();
    let account: String = account.chars().filter(|c| !is_hidden(*c) && !matches!(c, '"' | '\'' | '=')).collect();
    if account != s.account {
        lost.tell(format!("our account `{}` cannot stand in CSV as it is", s.account));
    }
    let balance_row = |kind: &str, money: Option<Money>| {
        let mut row = Row::new(kind, &account, s.currency.code());
        row.set("running_balance", money.map(Money::figure));
        row
    };
    let mut running = s.opening.as_ref().map(|b| b.amount);
    if let Some(other) = running.filter(|m| m.currency() != s.currency) {
        lost.tell(format!("the balance {other} is not in the currency of its statement"));
    }
    if !follows {
        balance_row("opening", running).end(text);
    }
    for (i, e) in s.entries.iter().enumerate() {
        lost.at(&e.place, number, Some(i));
        if e.status != EntryStatus::Book {
            lost.tell(format!("the entry of {} is not booked ({}) and was left out", e.amount, e.status.as_str()));
            continue;
        }
        if e.amount.currency() != s.currency {
            lost.tell(format!("the entry of {} is not in the currency of its statement", e.amount));
        }
        running = running.and_then(|r| r.checked_add(e.amount).ok());
        let mut row = Row::new("entry", &account, e.amount.currency().code());
        row.set("running_balance", running.map(Money::figure));
        entry(&mut row, e, s, lost);
        row.end(text);
    }
    if let Some(closing) = s.closing.as_ref().filter(|_| !goes_on) {
        balance_row("closing", Some(closing.amount)).end(text);
    }
}

fn entry(row: &mut Row, e: &Entry, s: &Statement, lost: &mut Lost) {
    let booking = e.booking_date.or(e.value_date).or_else(|| s.closing_date());
    match booking {
        None => lost.tell("the entry has no date, which CSV requires; the file cannot be read"),
        Some(date) if e.booking_date.is_none() => {
            lost.tell(format!("the entry has no booking date, {date} was written"))
        }
        Some(_) => {}
    }
    row.set("booking_date", booking.map(|d| d.to_string()));
    row.set("value_date", e.value_date.map(|d| d.to_string()));
    row.set("amount", Some(e.amount.figure()));
    row.set("reversal", Some("true".to_owned()).filter(|_| e.reversal));
    let number = e.entry_reference.as_deref().or(e.servicer_reference.as_deref());
    row.set("bank_id", lost.text("the bank's id", number, LONGEST).map(armoured));
    lost.no_field("our reference", e.owner_reference.as_deref());
    if e.entry_reference.is_some() {
        lost.no_field("beside the entry's number, the bank's id", e.servicer_reference.as_deref());
    }
    let mut code = e.bank_code.clone();
    code.text = None;
    row.set("bank_code", lost.text("the bank's code", Some(&code.label()), LONGEST).map(armoured));
    row.set("bank_text", lost.text("the booking text", e.bank_code.text.as_deref(), LONGEST).map(armoured));
    row.set("entry_text", lost.lines("the entry's text", e.narrative.as_deref(), LONGEST).map(armoured));
    let batch_id = e.batch.as_ref().and_then(|b| b.payment_info_id.as_deref());
    match e.details.as_slice() {
        [] => row.set("batch_id", lost.id("the batch's id", batch_id, LONGEST).map(armoured)),
        [only] => details(row, e, s, only, lost),
        several => {
            let text =
                format!("the entry's {} payments have no field in CSV; the entry stands for them", several.len());
            lost.tell(text);
            row.set("batch_id", lost.id("the batch's id", batch_id, LONGEST).map(armoured));
        }
    }
}

fn details(row: &mut Row, e: &Entry, s: &Statement, d: &TransactionDetails, lost: &mut Lost) {
    let credit = !e.amount.is_negative();
    // In a return the sign points the other way round: the roles know who the other side is.
    let other = s.counterparty(e, d);
    let own = if std::ptr::eq(other, &*d.debtor) { &d.creditor } else { &d.debtor };
    let (ultimate, own_ultimate) =
        if credit { (&d.ultimate_debtor, &d.ultimate_creditor) } else { (&d.ultimate_creditor, &d.ultimate_debtor) };
    let name = lost.text("the counterparty's name", other.name.as_deref(), LONGEST);
    row.set("counterparty_name", name.map(armoured));
    let account = lost.account("the counterparty's account", other.account.as_deref(), LONGEST);
    if account.as_deref().is_some_and(|a| a.contains(['"', '\'', '='])) {
        lost.tell("the counterparty's account has quotes, which are left out on reading");
    }
    row.set("counterparty_account", account.map(armoured));
    row.set("counterparty_bank", lost.text("the counterparty's bank", other.agent.as_deref(), LONGEST).map(armoured));
    row.set("ultimate_name", lost.text("the ultimate party's name", ultimate.name.as_deref(), LONGEST).map(armoured));
    lost.no_field("the counterparty's id", other.id.as_deref());
    lost.no_field("the counterparty's country", other.country.as_deref());
    lost.own_side(own, s);
    lost.no_field("our own ultimate party", own_ultimate.name.as_deref());
    let batch = d.payment_info_id.as_deref().or(e.batch.as_ref().and_then(|b| b.payment_info_id.as_deref()));
    for (column, what, value) in [
        ("end_to_end_id", "the end-to-end id", d.end_to_end_id.as_deref()),
        ("mandate_id", "the mandate", d.mandate_id.as_deref()),
        ("creditor_id", "the creditor identifier", d.creditor_id.as_deref()),
        ("batch_id", "the payment information id", batch),
    ] {
        row.set(column, lost.id(what, value, LONGEST).map(armoured));
    }
    for (what, value) in [
        ("the instruction id", &d.instruction_id),
        ("the transaction id", &d.transaction_id),
        ("the message id", &d.message_id),
        ("the UETR", &d.uetr),
        ("the bank's id of the payment", &d.servicer_reference),
        ("the cheque number", &d.cheque_number),
        ("the purpose", &d.purpose),
        ("the payment's text", &d.narrative),
    ] {
        lost.no_field(what, value.as_deref());
    }
    remittance(row, d, lost);
    if let Some(returned) = &d.returned {
        let reason = returned.reason.as_deref().unwrap_or("unknown");
        if returned.reason.is_none() {
            lost.tell("the return has no reason; `unknown` was written");
        }
        row.set("return_reason", lost.text("the return reason", Some(reason), LONGEST).map(armoured));
        for text in &returned.text {
            lost.no_field("the text of the return", Some(text));
        }
    }
    if let Some(instructed) = d.amounts.instructed {
        row.set("original_amount", Some(instructed.figure()));
        row.set("original_currency", Some(instructed.currency().code().to_owned()));
    }
    lost.no_field("the exchange rate", d.amounts.exchange_rate.as_deref());
    match e.charges.iter().chain(&d.charges).collect::<Vec<_>>().as_slice() {
        [] => {}
        [only] if only.amount.currency() == e.amount.currency() => {
            row.set("charges", Some(only.amount.abs().figure()));
        }
        several => lost.tell(format!("{} charges have no field in CSV", several.len())),
    }
}

fn remittance(row: &mut Row, d: &TransactionDetails, lost: &mut Lost) {
    let mut references = d.remittance.structured.iter().filter_map(|s| s.creditor_reference.as_deref());
    let first = references.next().filter(|r| !is_no_reference(r));
    row.set("structured_reference", lost.id("the structured reference", first, LONGEST).map(armoured));
    for further in references {
        lost.no_field("a further structured reference", Some(further));
    }
    for s in &d.remittance.structured {
        for document in &s.documents {
            lost.no_field("the document", Some(document.number.as_deref().unwrap_or("without number")));
        }
        for text in &s.additional {
            lost.no_field("the additional text", Some(text));
        }
    }
    let pieces = d.remittance.unstructured.iter().map(|p| lost.legible("the remittance text", p, true));
    let text = pieces.filter(|p| !p.is_empty()).collect::<Vec<_>>().join("\n");
    row.set("remittance", Some(text).filter(|t| !t.is_empty()).map(armoured));
}

/// A text that nothing takes for a formula and nobody takes apart: between apostrophes, where it needs them. A line of it that
/// looks like a field of MT940 gets a blank before it, which readers trim.
fn armoured(text: String) -> String {
    let text = text.replace("\n:", "\n :").replace("\n{", "\n {");
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula || text != crate::base::unarmour(&text) { format!("'{text}'") } else { text }
}

/// One row of the table.
struct Row([String; TITLES.len()]);

impl Row {
    fn new(kind: &str, account: &str, currency: &str) -> Self {
        let mut row = Row(Default::default());
        row.set("row", Some(kind.to_owned()));
        row.set("account", Some(armoured(account.to_owned())));
        row.set("currency", Some(currency.to_owned()));
        row
    }

    fn set(&mut self, title: &str, value: Option<String>) {
        let cell = TITLES.iter().zip(&mut self.0).find(|(t, _)| **t == title);
        if let Some((_, cell)) = cell {
            *cell = value.unwrap_or_default();
        }
    }

    fn end(self, text: &mut String) {
        for (i, cell) in self.0.iter().enumerate() {
            if i > 0 {
                text.push(',');
            }
            if cell.contains([',', ';', '\t', '|', '"', '\n', '\r']) {
                text.push('"');
                text.push_str(&cell.replace('"', "\"\""));
                text.push('"');
            } else {
                text.push_str(cell);
            }
        }
        text.push_str("\r\n");
    }
}
