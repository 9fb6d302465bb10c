//! The columns of the queue as data: name, what it means, what sort of cell it is. CSV, spreadsheet and page are written
//! from this one table, in this order.

/// Version of the queue's files.
pub const QUEUE_SCHEMA: &str = "tieout.exceptions/1";
/// Proposals that a row shows.
pub const PROPOSALS: usize = 3;

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// An id made from content: starts with a letter, never a number.
    Id,
    /// One of a fixed list of words.
    Code,
    /// Text, also from outside: always written as text, whatever it looks like.
    Text,
    /// An amount in the row's currency.
    Money,
    /// A calendar day.
    Date,
    /// A whole number.
    Number,
}

/// Who fills a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnPart {
    /// Knows the row again; never edited.
    Identity,
    /// The payment and why it stopped.
    Payment,
    /// A proposal, counted from 1.
    Proposal(usize),
    /// The reviewer's own.
    Decision,
    /// More of the payment, for looking up.
    Extra,
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Name in the header of every file; stable.
    pub name: &'static str,
    /// Who fills it.
    pub part: ColumnPart,
    /// What it holds.
    pub kind: ColumnKind,
    /// What it means, one sentence for the reviewer.
    pub meaning: &'static str,
}

const fn column(name: &'static str, part: ColumnPart, kind: ColumnKind, meaning: &'static str) -> Column {
    Column { name, part, kind, meaning }
}

use ColumnKind::{Code, Date, Id, Money, Number, Text};
use ColumnPart::{Decision, Extra, Identity, Payment, Proposal};

/// All columns in their order.
pub const COLUMNS: &[Column] = &[
    column("exception_id", Identity, Id, "Knows the payment again when the file comes back. Leave it as it is."),
    column(
        "row_hash",
        Identity,
        Id,
        "Covers the payment and its proposals: a row that was edited or is out of date is refused. Leave it as it is.",
    ),
    column("reason", Payment, Code, "Why the payment stopped, as a short word; the sheet of reasons explains each."),
    column("reason_text", Payment, Text, "The same as a sentence with this payment's own figures."),
    column(
        "priority",
        Payment,
        Number,
        "1 contradicts or came back, 2 has a proposal to confirm, 3 has none, 4 was decided as unidentified.",
    ),
    column("age_days", Payment, Number, "Days from the booking date to the day of the run."),
    column("booking_date", Payment, Date, "The day on which the bank booked the money."),
    column("amount", Payment, Money, "The payment; positive is money in."),
    column("currency", Payment, Code, "Its currency, ISO 4217."),
    column("payer_name", Payment, Text, "Who paid, as the bank says."),
    column("payer_account", Payment, Text, "The account it was paid from."),
    column("remittance", Payment, Text, "The payer's words."),
    column("customer_id", Payment, Text, "The customer that the evidence points to."),
    column("customer_name", Payment, Text, "Its name in the books."),
    column("segment", Payment, Text, "Its segment."),
    column("owner", Payment, Text, "The person responsible for it."),
    column(
        "p1_docs",
        Proposal(1),
        Text,
        "First proposal: its documents; NUMBER=AMOUNT where a document is not cleared in full.",
    ),
    column(
        "p1_total",
        Proposal(1),
        Money,
        "Open amount of these documents, or what would go on account where there is none.",
    ),
    column("p1_difference", Proposal(1), Money, "Payment less that total: negative is short, positive is too much."),
    column("p1_error_ppm", Proposal(1), Number, "Estimated chance that it is wrong, in parts per million."),
    column("p1_for", Proposal(1), Text, "What speaks for it, strongest first."),
    column("p1_against", Proposal(1), Text, "What speaks against it."),
    column("p2_docs", Proposal(2), Text, "Second proposal: its documents."),
    column("p2_total", Proposal(2), Money, "As p1_total."),
    column("p2_difference", Proposal(2), Money, "As p1_difference."),
    column("p2_error_ppm", Proposal(2), Number, "As p1_error_ppm."),
    column("p2_for", Proposal(2), Text, "What speaks for it."),
    column("p2_against", Proposal(2), Text, "What speaks against it."),
    column("p3_docs", Proposal(3), Text, "Third proposal: its documents."),
    column("p3_total", Proposal(3), Money, "As p1_total."),
    column("p3_difference", Proposal(3), Money, "As p1_difference."),
    column("p3_error_ppm", Proposal(3), Number, "As p1_error_ppm."),
    column("p3_for", Proposal(3), Text, "What speaks for it."),
    column("p3_against", Proposal(3), Text, "What speaks against it."),
    column(
        "margin",
        Payment,
        Number,
        "Distance of the first proposal to the second, in hundredths of a ban; small is a close call.",
    ),
    column(
        "would_need",
        Payment,
        Text,
        "What would have made it automatic; also a learned fact that waits for a signature, with its id.",
    ),
    column(
        "decision",
        Decision,
        Code,
        "Your decision: accept_1, accept_2, accept_3, apply, on_account, unidentified, not_receivable, refund, reject or defer. Empty: still open.",
    ),
    column(
        "documents",
        Decision,
        Text,
        "For apply: INV-7, or with amounts INV-7=120.00; INV-9. Any customer's documents.",
    ),
    column(
        "decision_customer",
        Decision,
        Text,
        "Customer for on_account, or to tell apart documents of the same number.",
    ),
    column(
        "difference_code",
        Decision,
        Code,
        "What becomes of a difference: keep_open, discount, writeoff, charges, or on_account for what is too much.",
    ),
    column("category", Decision, Code, "For not_receivable: what it is, as FEE, INTEREST, OWN_TRANSFER."),
    column("comment", Decision, Text, "Your own words; kept with the decision."),
    column("decided_by", Decision, Text, "Who decides: your name as the policy lists it."),
    column(
        "decided_at",
        Decision,
        Text,
        "When, if you want it on record; otherwise the time at which the spreadsheet was saved.",
    ),
    column("payment_id", Extra, Id, "The payment's id in all other files."),
    column("company", Extra, Text, "The company whose account it is."),
    column("account", Extra, Text, "The account it came to."),
    column("end_to_end_id", Extra, Text, "The payer's own id."),
    column("structured_ref", Extra, Text, "Structured reference of the payment, as written."),
];

/// A column by name.
pub fn column_of(name: &str) -> Option<(usize, &'static Column)> {
    COLUMNS.iter().enumerate().find(|(_, c)| c.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_name_of_its_own_and_a_sentence() {
        for (i, column) in COLUMNS.iter().enumerate() {
            assert_eq!(column_of(column.name).map(|(n, _)| n), Some(i));
            assert!(column.meaning.ends_with('.'), "{}", column.name);
        }
    }
}
