use crate::model::{Customer, OpenItem};

/// Open items and customers with their indexes.
#[derive(Debug, Clone, Default)]
pub struct OpenItemBook {
    items: Vec<OpenItem>,
    customers: Vec<Customer>,
}

impl OpenItemBook {
    /// Builds the indexes. Without customers they are derived from the items.
    pub fn build(items: Vec<OpenItem>, customers: Vec<Customer>) -> Self {
        OpenItemBook { items, customers }
    }

    /// All items in the order given.
    pub fn items(&self) -> &[OpenItem] {
        &self.items
    }

    /// All customers, derived ones included.
    pub fn customers(&self) -> &[Customer] {
        &self.customers
    }
}
