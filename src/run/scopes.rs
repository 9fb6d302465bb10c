//! One value for each account or company and currency, kept while millions of payments and items pass.

use crate::base::{Currency, Map};
use std::collections::BTreeMap;

/// Values by scope (an account or a company) and currency. A scope is owned once, not once for everything that passes.
#[derive(Debug, Clone)]
pub(super) struct Scopes<T>(Map<Currency, Map<String, T>>);

impl<T> Default for Scopes<T> {
    fn default() -> Self {
        Scopes(Map::default())
    }
}

impl<T: Default> Scopes<T> {
    /// The value of a scope, made when it is first met.
    pub(super) fn of(&mut self, scope: &str, currency: Currency) -> &mut T {
        self.0.entry(currency).or_default().entry_ref(scope).or_default()
    }

    /// The value of a scope that was met.
    pub(super) fn get(&self, scope: &str, currency: Currency) -> Option<&T> {
        self.0.get(&currency)?.get(scope)
    }

    /// All of them, in order of scope and currency.
    pub(super) fn ordered(&self) -> BTreeMap<(&str, Currency), &T> {
        let mut all = BTreeMap::new();
        for (currency, scopes) in &self.0 {
            all.extend(scopes.iter().map(|(scope, value)| ((scope.as_str(), *currency), value)));
        }
        all
    }
}
