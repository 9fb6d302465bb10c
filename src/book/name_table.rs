//! The prepared names of all customers in one piece of memory.

use super::CustomerIx;
use crate::model::Customer;
use crate::names::{NameView, PreparedName, WordSpan};
use rayon::prelude::*;

/// Names with their words and how rare these are.
#[derive(Debug, Clone, Default)]
pub(super) struct NameTable {
    text: String,
    words: Vec<WordSpan>,
    names: Vec<Name>,
    /// Where each customer's names begin; one more for the end.
    starts: Vec<u32>,
    /// Weight of a word by the number of customers that have it, for small numbers.
    weights: Vec<u32>,
    customers: u64,
}

#[derive(Debug, Clone, Copy)]
struct Name {
    text_end: u32,
    words_end: u32,
}

/// Customers whose names one thread prepares at a time.
const CHUNK: usize = 4_096;
/// Counts whose weight is kept.
const COUNTS: u32 = 4_096;

impl NameTable {
    /// Prepares the names of all customers; their words weigh nothing yet.
    pub fn of(customers: &[Customer]) -> Self {
        let prepare = |chunk: &[Customer]| -> Vec<Vec<PreparedName>> {
            let names = |c: &Customer| -> Vec<PreparedName> {
                std::iter::once(&c.name).chain(&c.aliases).map(|n| PreparedName::new(n)).collect()
            };
            chunk.iter().map(names).collect()
        };
        let mut table = NameTable { customers: customers.len() as u64, ..NameTable::default() };
        table.starts.reserve(customers.len() + 1);
        table.starts.push(0);
        for chunk in customers.par_chunks(CHUNK).map(prepare).collect::<Vec<_>>() {
            for names in chunk {
                for name in &names {
                    table.push(name);
                }
                table.starts.push(number(table.names.len()));
            }
        }
        table
    }

    /// Adds a customer at the end; all words are to be weighed anew, see [`NameTable::weigh`].
    pub fn push_customer(&mut self, customer: &Customer) {
        for name in std::iter::once(&customer.name).chain(&customer.aliases) {
            self.push(&PreparedName::new(name));
        }
        self.starts.push(number(self.names.len()));
        self.customers += 1;
    }

    fn push(&mut self, name: &PreparedName) {
        self.text.push_str(&name.joined);
        self.words.extend(name.spans(|_| 0));
        self.names.push(Name { text_end: number(self.text.len()), words_end: number(self.words.len()) });
    }

    /// Sets the weight of all words, from the number of customers that have each.
    pub fn weigh(&mut self, count: impl Fn(&str) -> u32) {
        self.weights = (0..COUNTS).map(|n| weight(self.customers, n)).collect();
        let mut text_at = 0usize;
        let mut words_at = 0usize;
        for name in &self.names {
            let text = self.text.get(text_at..name.text_end as usize).unwrap_or("");
            for word in self.words.get_mut(words_at..name.words_end as usize).into_iter().flatten() {
                let n = count(word.of(text));
                word.weight = self.weights.get(n as usize).copied().unwrap_or_else(|| weight(self.customers, n));
            }
            (text_at, words_at) = (name.text_end as usize, name.words_end as usize);
        }
    }

    /// Weight of a word that so many customers have.
    pub fn weight(&self, count: u32) -> u32 {
        self.weights.get(count as usize).copied().unwrap_or_else(|| weight(self.customers, count))
    }

    /// Where the names of a customer begin.
    pub fn begins(&self, customer: CustomerIx) -> u32 {
        self.starts.get(customer as usize).copied().unwrap_or(0)
    }

    /// Something of a customer's first name, see [`super::OpenItemBook::read_ahead`].
    pub fn first_byte(&self, customer: CustomerIx) -> u64 {
        let before = (self.begins(customer) as usize).checked_sub(1).and_then(|k| self.names.get(k));
        let (text, words) = before.map_or((0, 0), |n| (n.text_end as usize, n.words_end as usize));
        let byte = self.text.as_bytes().get(text).map_or(0, |b| u64::from(*b));
        byte.wrapping_add(self.words.get(words).map_or(0, |w| u64::from(w.start)))
    }

    /// The names of a customer.
    pub fn of_customer(&self, customer: CustomerIx) -> impl Iterator<Item = NameView<'_>> {
        let at = customer as usize;
        let range = match self.starts.get(at..at + 2) {
            Some([start, end]) => *start as usize..*end as usize,
            _ => 0..0,
        };
        range.filter_map(|k| {
            let (text_at, words_at) = match k.checked_sub(1).and_then(|k| self.names.get(k)) {
                Some(before) => (before.text_end as usize, before.words_end as usize),
                None => (0, 0),
            };
            let name = self.names.get(k)?;
            Some(NameView {
                joined: self.text.get(text_at..name.text_end as usize)?,
                spans: self.words.get(words_at..name.words_end as usize)?,
            })
        })
    }
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A word that no customer has is as rare as one that one has.
fn weight(customers: u64, count: u32) -> u32 {
    let ratio = customers.max(1) * 10 / u64::from(count.max(1));
    u32::try_from((libm::log10(ratio.max(1) as f64) * 100.0) as i64).unwrap_or(10).max(10)
}
