//! `allocations.csv`, `tieout.allocations/1`: one row per payment and item that were set against each other.

use super::{Decided, Piece, figure};
use crate::base::{CsvCell as Cell, CsvDialect, CsvTable as Table, Map};
use crate::model::{Decision, OpenItem, Payment};
use std::convert::Infallible;

const HEADER: [&str; 29] = [
    "allocation_id",
    "company",
    "payment_id",
    "account",
    "statement_id",
    "entry_ref",
    "booking_date",
    "value_date",
    "payer_name",
    "payer_account",
    "customer_id",
    "item_id",
    "doc_no",
    "doc_type",
    "currency",
    "applied",
    "discount",
    "writeoff",
    "writeoff_code",
    "charges",
    "fx_difference",
    "item_open_before",
    "item_open_after",
    "payment_amount",
    "reason",
    "error_ppm",
    "decided_by",
    "explanation",
    "item_version",
];

/// The file's text. `decided_by` is `policy`, or the names of those who decided.
pub fn allocations_csv(decided: &Decided<'_>, dialect: CsvDialect) -> String {
    let mut out = String::new();
    let done: Result<(), Infallible> = allocations_pieces(decided, dialect, &mut |piece| {
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
pub fn allocations_pieces<E>(decided: &Decided<'_>, dialect: CsvDialect, each: &mut Piece<'_, E>) -> Result<(), E> {
    let items = decided.items_by_id();
    let add = |table: &mut Table, payment: &Payment, decision: &Decision| rows(table, &items, payment, decision);
    decided.table(dialect, &HEADER, add, each)
}

/// Items by company and id.
type Items<'a> = Map<(&'a str, &'a str), &'a OpenItem>;

fn rows(table: &mut Table, items: &Items<'_>, payment: &Payment, decision: &Decision) {
    for (n, a) in decision.allocations.iter().enumerate() {
        let item = items.get(&(a.company.as_str(), a.item_id.as_str()));
        let money = |minor: i64| Cell::Figure(figure(minor, decision.currency));
        table.row([
            Cell::text(a.id(&payment.payment_id, n).0),
            Cell::text(&a.company),
            Cell::text(payment.payment_id.as_str()),
            Cell::text(&payment.account),
            Cell::maybe(payment.statement_id.as_deref()),
            Cell::maybe(payment.entry_ref.as_deref()),
            Cell::text(payment.booking_date.to_string()),
            Cell::maybe(payment.value_date),
            Cell::maybe(payment.payer_name.as_deref()),
            Cell::maybe(payment.payer_account.as_deref()),
            Cell::text(&a.customer_id),
            Cell::text(&a.item_id),
            Cell::text(&a.doc_no),
            Cell::text(item.map_or("", |i| i.kind.as_str())),
            Cell::text(decision.currency.code()),
            money(a.applied),
            money(a.discount),
            money(a.writeoff),
            Cell::maybe(a.writeoff_code.as_deref()),
            money(a.charges),
            money(a.fx_difference),
            money(a.open_before),
            money(a.open_after),
            Cell::Figure(figure(payment.amount, payment.currency)),
            Cell::text(decision.reason.as_str()),
            Cell::text(decision.error_ppm.to_string()),
            Cell::text(decision.review.as_ref().map_or_else(|| "policy".to_owned(), |r| r.names())),
            Cell::text(&decision.explanation),
            Cell::maybe(item.and_then(|i| i.more.version.as_deref())),
        ]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn a_row_carries_payment_item_and_money() {
        let text = allocations_csv(&samples::discounted().decided(), CsvDialect::Plain);
        let row = text.lines().nth(1).unwrap();
        assert!(row.starts_with('a'));
        assert!(row.contains(",\"'=cmd|x\",,C-1,I-1,RE-2026-00731,invoice,EUR,1166.20,23.80,0.00,,0.00,0.00,1190.00,0.00,1166.20,DISCOUNT_IN_TERM,40,policy,"), "{row}");
        assert!(row.ends_with(",v7"));
        let excel = allocations_csv(&samples::discounted().decided(), CsvDialect::ExcelSemicolon);
        assert!(excel.starts_with("\u{feff}allocation_id;company;"));
        assert!(excel.contains(";1166,20;23,80;") && excel.ends_with("\r\n"), "{excel}");
    }
}
