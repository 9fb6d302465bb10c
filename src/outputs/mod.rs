//! Floor 6: what leaves a run, one file per output. Every function is pure and gives text; nothing here opens a file.

mod allocations;
mod decisions;
mod json_text;
mod manifest;
pub mod parsed;
mod payments;
#[cfg(test)]
mod samples;
mod summary;
mod unapplied;

pub use crate::base::{CsvDialect, escape, unescape};
pub use allocations::{allocations_csv, allocations_pieces};
#[cfg(feature = "schema")]
pub(crate) use decisions::decisions_schema;
pub use decisions::{DecisionLines, decisions_jsonl, decisions_pieces};
pub use json_text::{escape_hidden, safe_json};
#[cfg(feature = "schema")]
pub(crate) use manifest::manifest_schema;
pub use manifest::{MANIFEST_SCHEMA, ManifestFile, manifest_json, manifest_json_after};
pub use parsed::parsed_json;
#[cfg(feature = "schema")]
pub(crate) use parsed::parsed_schema;
pub use payments::{payments_csv, payments_jsonl};
pub use summary::summary_json;
pub use unapplied::{unapplied_csv, unapplied_pieces};

use crate::base::{CsvTable, Map, Records, in_order, sum_figure};
use crate::model::{Customer, Decision, OpenItem, Payment};
use chrono::NaiveDate;

/// Takes the next piece of a text.
pub type Piece<'a, E> = dyn FnMut(&str) -> Result<(), E> + 'a;

/// All that the outputs are written from. Payments and decisions are in step.
#[derive(Debug, Clone, Copy)]
pub struct Decided<'a> {
    /// The payments in their order.
    pub payments: Records<'a, Payment>,
    /// One decision per payment, in the same order.
    pub decisions: Records<'a, Decision>,
    /// The items as given.
    pub items: &'a [OpenItem],
    /// The customers, derived ones included.
    pub customers: &'a [Customer],
    /// Version of evidence, weights and rules.
    pub score_version: &'a str,
    /// The day that ages are counted to.
    pub as_of: Option<NaiveDate>,
}

impl<'a> Decided<'a> {
    /// A table: its header, and the rows that `add` makes of each payment and its decision, in pieces as below.
    fn table<E>(
        &self,
        dialect: CsvDialect,
        header: &[&str],
        add: impl Fn(&mut CsvTable, &Payment, &Decision) + Sync,
        each: &mut Piece<'_, E>,
    ) -> Result<(), E> {
        each(&CsvTable::new(dialect, header).finish())?;
        let made = |payments: &[Payment], decisions: &[Decision]| {
            let mut table = CsvTable::rows_only(dialect);
            payments.iter().zip(decisions).for_each(|(payment, decision)| add(&mut table, payment, decision));
            table.finish()
        };
        self.pieces(made, each)
    }

    /// The text that is made of each payment and its decision, in pieces of whole blocks, made on the calling rayon pool.
    fn pieces<E>(
        &self,
        make: impl Fn(&[Payment], &[Decision]) -> String + Sync,
        each: &mut Piece<'_, E>,
    ) -> Result<(), E> {
        let made = |n: usize| make(&self.payments.block(n), &self.decisions.block(n));
        in_order(self.payments.blocks(), made, &mut |text: String| each(&text))
    }

    /// Items by company and id.
    fn items_by_id(&self) -> Map<(&'a str, &'a str), &'a OpenItem> {
        self.items.iter().map(|i| ((i.company.as_str(), i.item_id.as_str()), i)).collect()
    }

    /// Customers by company and id.
    fn customers_by_id(&self) -> Map<(&'a str, &'a str), &'a Customer> {
        self.customers.iter().map(|c| ((c.company.as_str(), c.customer_id.as_str()), c)).collect()
    }
}

/// Minor units as a decimal text in the currency of a decision or payment.
fn figure(minor: i64, currency: crate::base::Currency) -> String {
    sum_figure(i128::from(minor), currency)
}
