//! `unapplied.csv`, `tieout.unapplied/1`: one row per amount of a payment that is set against no item, and what it is.

use super::{Decided, Piece, figure};
use crate::base::{CsvCell as Cell, CsvDialect, CsvTable as Table};
use crate::model::{Decision, Disposition, Outcome, Payment};
use std::convert::Infallible;

const HEADER: [&str; 17] = [
    "payment_id",
    "company",
    "account",
    "statement_id",
    "entry_ref",
    "booking_date",
    "value_date",
    "payer_name",
    "payer_account",
    "remittance",
    "currency",
    "payment_amount",
    "unapplied_amount",
    "disposition",
    "customer_id",
    "reason",
    "explanation",
];

/// The file's text. Money on account is listed too: it waits for a document.
pub fn unapplied_csv(decided: &Decided<'_>, dialect: CsvDialect) -> String {
    let mut out = String::new();
    let done: Result<(), Infallible> = unapplied_pieces(decided, dialect, &mut |piece| {
        out.push_str(piece);
        Ok(())
    });
    match done {
        Ok(()) => out,
    }
}

/// The same in pieces of whole rows.
///
/// # Errors
/// Those of `each`, at once.
pub fn unapplied_pieces<E>(decided: &Decided<'_>, dialect: CsvDialect, each: &mut Piece<'_, E>) -> Result<(), E> {
    decided.table(dialect, &HEADER, rows, each)
}

fn rows(table: &mut Table, payment: &Payment, decision: &Decision) {
    let rest = decision.disposition.unwrap_or(match decision.outcome {
        Outcome::NotReceivable => Disposition::NotReceivable,
        _ => Disposition::InReview,
    });
    for (amount, disposition) in [(decision.on_account, Disposition::OnAccount), (decision.unapplied, rest)] {
        if amount == 0 {
            continue;
        }
        table.row([
            Cell::text(payment.payment_id.as_str()),
            Cell::text(&payment.company),
            Cell::text(&payment.account),
            Cell::maybe(payment.statement_id.as_deref()),
            Cell::maybe(payment.entry_ref.as_deref()),
            Cell::text(payment.booking_date.to_string()),
            Cell::maybe(payment.value_date),
            Cell::maybe(payment.payer_name.as_deref()),
            Cell::maybe(payment.payer_account.as_deref()),
            Cell::text(payment.remittance_text()),
            Cell::text(payment.currency.code()),
            Cell::Figure(figure(payment.amount, payment.currency)),
            Cell::Figure(figure(amount, decision.currency)),
            Cell::text(disposition.as_str()),
            Cell::maybe(decision.customer_id.as_deref()),
            Cell::text(decision.reason.as_str()),
            Cell::text(&decision.explanation),
        ]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn queued_money_and_money_on_account_are_listed_apart() {
        let mut sample = samples::queued();
        sample.decisions[0].on_account = 620;
        sample.decisions[0].unapplied = 116_000;
        let text = unapplied_csv(&sample.decided(), CsvDialect::Plain);
        assert_eq!(text.lines().count(), 3);
        assert!(text.contains(",1166.20,6.20,on_account,C-1,DISCOUNT_LATE,"));
        assert!(text.contains(",1166.20,1160.00,in_review,C-1,DISCOUNT_LATE,"));
    }
}
