//! The whole ledger as text, the same for the same history: without times and hashes of the chain.

use super::journal::Ledger;
use super::store::{Set, Store};
use crate::error::Error;

impl<S: Store> Ledger<S> {
    /// Gives every record and every member of the sets as one JSON line each, in order.
    ///
    /// # Errors
    /// The store cannot be read, or `each` fails.
    pub fn dump(&self, each: &mut dyn FnMut(&str) -> Result<(), Error>) -> Result<(), Error> {
        let end = self.head()?.seq;
        let mut from = 1;
        while from <= end {
            let page = self.store().records(from, 1_024)?;
            let Some(last) = page.last() else { break };
            from = last.seq.saturating_add(1);
            for r in page.iter().filter(|r| r.seq <= end) {
                each(&format!("{{\"seq\":{},\"kind\":\"{}\",\"body\":{}}}", r.seq, r.kind.as_str(), r.body))?;
            }
        }
        for (name, set) in Set::ALL {
            for (key, value) in self.store().members(set)? {
                let text = |t: &str| serde_json::Value::from(t).to_string();
                each(&format!("{{\"set\":\"{name}\",\"key\":{},\"value\":{}}}", text(&key), text(&value)))?;
            }
        }
        Ok(())
    }
}
