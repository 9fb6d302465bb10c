//! Floor 4: open items and customers, read, checked and indexed; immutable during a run.

mod customers;
mod customers_odd;
mod delta;
mod discount;
mod figures;
mod forms;
mod heads;
mod index;
mod items;
mod items_csv;
pub mod keys;
mod mapping;
mod mapping_convert;
mod multimap;
mod name_table;
mod shapes;
mod table;

#[cfg(all(test, feature = "schema"))]
pub(crate) use customers::KNOWN as CUSTOMER_COLUMNS;
pub use customers::{CustomersRead, read_customers};
pub use delta::{DeltaDone, ItemChange};
pub(crate) use figures::{Figures, Near};
pub use index::{CustomerIx, ItemIx, OpenItemBook};
#[cfg(all(test, feature = "schema"))]
pub(crate) use items::KNOWN as ITEM_COLUMNS;
pub use items::{ItemsRead, read_items};
pub use items_csv::write_items_csv;
pub use mapping::ItemsMap;
