//! The book: items and customers with inverted indexes, so that no payment ever scans all items.

use super::keys::{DocumentForms, Key, compact, key_of, strip_zeros, year_tail_key};
use super::multimap::MultiMap;
use crate::base::{Currency, Map};
use crate::model::{Customer, ItemStatus, OpenItem};
use crate::names::{PreparedName, skeleton};
use crate::references::{SchemesInUse, reference_keys};
use rayon::prelude::*;

/// Row of an item in [`OpenItemBook::items`].
pub type ItemIx = u32;
/// Row of a customer in [`OpenItemBook::customers`].
pub type CustomerIx = u32;

/// Open items and customers with their indexes; immutable during a run.
///
/// ```
/// use tieout::{OpenItemBook, book::read_items};
/// let csv = "item_id,doc_no,customer_id,customer_name,currency,open_amount\n1,RE-7,K1,Muster GmbH,EUR,119.00\n";
/// let items = read_items(csv.as_bytes(), "items.csv").map_err(|faults| faults[0].clone())?;
/// let book = OpenItemBook::build(items.items, Vec::new());
/// assert_eq!(book.items()[0].open_amount, 11_900);
/// # Ok::<(), tieout::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct OpenItemBook {
    items: Vec<OpenItem>,
    customers: Vec<Customer>,
    customers_derived: bool,
    item_customer: Vec<CustomerIx>,
    customer_items: Vec<Vec<ItemIx>>,
    customer_names: Vec<Vec<PreparedName>>,
    by_whole: MultiMap,
    by_digits: MultiMap,
    by_tail: MultiMap,
    by_year_tail: MultiMap,
    by_reference: MultiMap,
    by_other_number: MultiMap,
    by_mandate: MultiMap,
    by_amount: MultiMap,
    by_closed_amount: MultiMap,
    by_customer_number: MultiMap,
    by_account: MultiMap,
    by_virtual_account: MultiMap,
    by_name_word: MultiMap,
    by_skeleton: MultiMap,
    word_customers: Map<String, u32>,
    word_weights: Map<String, u32>,
    digit_numbers: Map<usize, u32>,
    tail_numbers: Map<usize, u32>,
    open_items: u32,
    rarest: u32,
    schemes: SchemesInUse,
}

impl OpenItemBook {
    /// Builds the indexes. Customers that only the items name are derived from them; with an empty list all are, and payer
    /// accounts are then unknown.
    pub fn build(items: Vec<OpenItem>, customers: Vec<Customer>) -> Self {
        let customers_derived = customers.is_empty();
        let mut book = OpenItemBook { items, customers, customers_derived, ..OpenItemBook::default() };
        book.schemes = SchemesInUse::of(book.items.iter().filter_map(|it| it.payment_reference.as_deref()));
        book.link_customers();
        book.index_items();
        book.index_customers();
        book
    }

    /// All items in the order given.
    pub fn items(&self) -> &[OpenItem] {
        &self.items
    }

    /// All customers: those given, then those that only items name.
    pub fn customers(&self) -> &[Customer] {
        &self.customers
    }

    /// Whether no customers were given, so that payer accounts are unknown.
    pub fn customers_derived(&self) -> bool {
        self.customers_derived
    }

    /// An item by row.
    pub fn item(&self, ix: ItemIx) -> Option<&OpenItem> {
        self.items.get(ix as usize)
    }

    /// A customer by row.
    pub fn customer(&self, ix: CustomerIx) -> Option<&Customer> {
        self.customers.get(ix as usize)
    }

    /// The customer of an item.
    pub fn customer_of(&self, item: ItemIx) -> Option<CustomerIx> {
        self.item_customer.get(item as usize).copied()
    }

    /// The customer with this id in this company.
    pub fn customer_by_id(&self, company: &str, id: &str) -> Option<CustomerIx> {
        let wanted = |ix: &u32| self.customer(*ix).is_some_and(|c| c.customer_id == id && c.company == company);
        self.by_customer_number.get(key_of(&compact(id))).iter().copied().find(wanted)
    }

    /// All items of a customer, closed ones included, in the order given.
    pub fn items_of(&self, customer: CustomerIx) -> &[ItemIx] {
        self.customer_items.get(customer as usize).map_or(&[], Vec::as_slice)
    }

    /// The prepared names of a customer: its name, then its aliases.
    pub fn names_of(&self, customer: CustomerIx) -> &[PreparedName] {
        self.customer_names.get(customer as usize).map_or(&[], Vec::as_slice)
    }

    /// How many items are not closed.
    pub fn open_count(&self) -> u32 {
        self.open_items
    }

    /// How many customers.
    pub fn customer_count(&self) -> u32 {
        u32::try_from(self.customers.len()).unwrap_or(u32::MAX)
    }

    /// Items whose whole number has this key.
    pub fn by_whole(&self, key: Key) -> &[ItemIx] {
        self.by_whole.get(key)
    }

    /// Items by all their digits, leading zeros off.
    pub fn by_digits(&self, digits: &str) -> &[ItemIx] {
        self.by_digits.get(key_of(digits))
    }

    /// Items by their running number alone, leading zeros off.
    pub fn by_tail(&self, tail: &str) -> &[ItemIx] {
        self.by_tail.get(key_of(tail))
    }

    /// Items by year and running number.
    pub fn by_year_tail(&self, year: u32, tail: &str) -> &[ItemIx] {
        self.by_year_tail.get(year_tail_key(year, tail))
    }

    /// Items by the structured reference they carry, by any of its keys ([`reference_keys`]).
    pub fn by_reference(&self, key: &str) -> &[ItemIx] {
        self.by_reference.get(key_of(key))
    }

    /// Whether an item really carries a reference with this key.
    pub fn bears_reference(&self, item: ItemIx, key: &str) -> bool {
        self.item(item).is_some_and(|it| keys_of(it, &self.schemes).iter().any(|k| k == key))
    }

    /// The schemes of structured references that the items carry.
    pub fn schemes_in_use(&self) -> &SchemesInUse {
        &self.schemes
    }

    /// Whether some item bears this number as its reference, by one of the keys given, or as its document number.
    pub fn knows_number(&self, number: &str, keys: &[String]) -> bool {
        let bare = compact(number);
        let whole = || self.by_whole(key_of(&bare)).iter().copied();
        let digits = strip_zeros(&bare);
        keys.iter().any(|k| self.by_reference(k).iter().any(|ix| self.bears_reference(*ix, k)))
            || whole().any(|ix| self.item(ix).is_some_and(|it| compact(&it.doc_no) == bare))
            || self
                .by_digits(digits)
                .iter()
                .any(|ix| self.item(*ix).is_some_and(|it| DocumentForms::of(it).digits == digits))
    }

    /// Items by an order, delivery, contract or reminder number.
    pub fn by_other_number(&self, key: Key) -> &[ItemIx] {
        self.by_other_number.get(key)
    }

    /// Items by mandate.
    pub fn by_mandate(&self, mandate: &str) -> &[ItemIx] {
        self.by_mandate.get(key_of(&compact(mandate)))
    }

    /// Items that are open at exactly this amount of minor units, discounts not looked at.
    pub fn by_amount(&self, currency: Currency, amount: i64) -> &[ItemIx] {
        self.by_amount.get(amount_key(currency, amount))
    }

    /// Closed items of exactly this original amount.
    pub fn by_closed_amount(&self, currency: Currency, amount: i64) -> &[ItemIx] {
        self.by_closed_amount.get(amount_key(currency, amount))
    }

    /// Customers with this number.
    pub fn by_customer_number(&self, number: &str) -> &[CustomerIx] {
        self.by_customer_number.get(key_of(number))
    }

    /// Customers that pay from this account.
    pub fn by_account(&self, account: &str) -> &[CustomerIx] {
        self.by_account.get(key_of(&compact(account)))
    }

    /// Customers to whom this receiving account belongs.
    pub fn by_virtual_account(&self, account: &str) -> &[CustomerIx] {
        self.by_virtual_account.get(key_of(&compact(account)))
    }

    /// Customers with this word in a name.
    pub fn by_name_word(&self, word: &str) -> &[CustomerIx] {
        self.by_name_word.get(key_of(word))
    }

    /// In how many customers' names a word stands; 0 for a word the book does not have.
    pub fn word_count(&self, word: &str) -> u32 {
        self.word_customers.get(word).copied().unwrap_or(0)
    }

    /// Rarity of a name word, in tenths of a decibel-like scale: `100 * log10(10 * customers / customers with the word)`, at
    /// least 10. A word the book does not have is as rare as one that one customer has.
    pub fn word_weight(&self, word: &str) -> u32 {
        self.word_weights.get(word).copied().unwrap_or(self.rarest)
    }

    /// Customers whose names share the rarest of these words; where that is many, those that share several. At most `most`.
    pub fn customers_sharing(&self, words: &[&str], most: usize) -> Vec<CustomerIx> {
        // A word that no customer has may be one of theirs with a typing error.
        let list = |word: &&str| match self.by_name_word(word) {
            [] => self.by_skeleton.get(key_of(&skeleton(word))),
            some => some,
        };
        let mut lists: Vec<&[CustomerIx]> = words.iter().map(list).filter(|l| !l.is_empty()).collect();
        lists.sort_by_key(|l| l.len());
        let Some((first, rest)) = lists.split_first() else { return Vec::new() };
        let mut found: Vec<CustomerIx> = first.to_vec();
        for list in rest {
            if found.len() + list.len() <= most {
                found.extend_from_slice(list);
            } else if found.len() > most {
                // The lists are sorted: what is in both is found by halving.
                let both: Vec<CustomerIx> = found.iter().copied().filter(|c| list.binary_search(c).is_ok()).collect();
                if !both.is_empty() {
                    found = both;
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found.truncate(most);
        found
    }

    /// How many different document numbers have this many digits: the density behind chance hits.
    pub fn numbers_with_digits(&self, digits: usize) -> u32 {
        self.digit_numbers.get(&digits).copied().unwrap_or(0)
    }

    /// How many items have a running number of this many digits.
    pub fn tails_with_digits(&self, digits: usize) -> u32 {
        self.tail_numbers.get(&digits).copied().unwrap_or(0)
    }

    fn link_customers(&mut self) {
        let mut rows: Map<(String, String), CustomerIx> = Map::default();
        for (i, customer) in self.customers.iter().enumerate() {
            let row = u32::try_from(i).unwrap_or(u32::MAX);
            rows.entry((customer.company.clone(), customer.customer_id.clone())).or_insert(row);
        }
        for item in &self.items {
            let key = (item.company.clone(), item.customer_id.clone());
            let next = u32::try_from(self.customers.len()).unwrap_or(u32::MAX);
            let row = *rows.entry(key).or_insert_with(|| {
                self.customers.push(Customer {
                    company: item.company.clone(),
                    customer_id: item.customer_id.clone(),
                    name: item.customer_name.clone(),
                    ..Customer::default()
                });
                next
            });
            self.item_customer.push(row);
        }
        self.customer_items = vec![Vec::new(); self.customers.len()];
        for (item, customer) in self.item_customer.iter().enumerate() {
            if let Some(list) = self.customer_items.get_mut(*customer as usize) {
                list.push(u32::try_from(item).unwrap_or(u32::MAX));
            }
        }
    }

    fn index_items(&mut self) {
        let n = self.items.len();
        let mut whole = Vec::with_capacity(n);
        let mut digits = Vec::with_capacity(n);
        let mut tail = Vec::with_capacity(n);
        let mut year_tail = Vec::with_capacity(n);
        let (mut reference, mut other, mut mandate) = (Vec::new(), Vec::new(), Vec::new());
        let (mut amount, mut closed_amount) = (Vec::with_capacity(n), Vec::new());
        let hashed = |it: &OpenItem| keys_of(it, &self.schemes).iter().map(|k| key_of(k)).collect::<Vec<Key>>();
        let references: Vec<Vec<Key>> = self.items.par_iter().map(hashed).collect();
        for (i, (item, own)) in self.items.iter().zip(&references).enumerate() {
            let row = u32::try_from(i).unwrap_or(u32::MAX);
            let forms = DocumentForms::of(item);
            if !forms.whole.is_empty() {
                whole.push((key_of(&forms.whole), row));
            }
            if !forms.digits.is_empty() {
                digits.push((key_of(&forms.digits), row));
                *self.digit_numbers.entry(forms.digits.len()).or_insert(0) += 1;
            }
            if !forms.tail.is_empty() {
                tail.push((key_of(&forms.tail), row));
                *self.tail_numbers.entry(forms.tail.len()).or_insert(0) += 1;
                if let Some(year) = forms.year {
                    year_tail.push((year_tail_key(year, &forms.tail), row));
                }
            }
            reference.extend(own.iter().map(|k| (*k, row)));
            other.extend(item.refs.iter().map(|r| compact(r)).filter(|r| r.len() >= 4).map(|r| (key_of(&r), row)));
            mandate.extend(item.mandate_id.as_deref().map(|m| (key_of(&compact(m)), row)));
            if item.status == ItemStatus::Closed {
                closed_amount.push((amount_key(item.currency, item.amount), row));
            } else {
                self.open_items += 1;
                amount.push((amount_key(item.currency, item.open_amount), row));
            }
        }
        self.by_whole = MultiMap::build(whole);
        self.by_digits = MultiMap::build(digits);
        self.by_tail = MultiMap::build(tail);
        self.by_year_tail = MultiMap::build(year_tail);
        self.by_reference = MultiMap::build(reference);
        self.by_other_number = MultiMap::build(other);
        self.by_mandate = MultiMap::build(mandate);
        self.by_amount = MultiMap::build(amount);
        self.by_closed_amount = MultiMap::build(closed_amount);
    }

    fn index_customers(&mut self) {
        let (mut number, mut account, mut receiving) = (Vec::new(), Vec::new(), Vec::new());
        let (mut words, mut skeletons) = (Vec::new(), Vec::new());
        for (i, customer) in self.customers.iter().enumerate() {
            let row = u32::try_from(i).unwrap_or(u32::MAX);
            number.push((key_of(&compact(&customer.customer_id)), row));
            account.extend(customer.ibans.iter().map(|a| (key_of(&compact(a)), row)));
            receiving.extend(customer.virtual_ibans.iter().map(|a| (key_of(&compact(a)), row)));
            let names: Vec<PreparedName> =
                std::iter::once(&customer.name).chain(&customer.aliases).map(|n| PreparedName::new(n)).collect();
            let mut own: Vec<&str> = names.iter().flat_map(|n| n.words.iter().map(String::as_str)).collect();
            own.sort_unstable();
            own.dedup();
            for word in own {
                words.push((key_of(word), row));
                let bones = skeleton(word);
                if bones.len() >= 2 {
                    skeletons.push((key_of(&bones), row));
                }
                match self.word_customers.get_mut(word) {
                    Some(count) => *count += 1,
                    None => {
                        self.word_customers.insert(word.to_owned(), 1);
                    }
                }
            }
            self.customer_names.push(names);
        }
        let weight = |n: u32| {
            let ratio = (self.customers.len() as u64).max(1) * 10 / u64::from(n.max(1));
            u32::try_from((libm::log10(ratio.max(1) as f64) * 100.0) as i64).unwrap_or(10).max(10)
        };
        self.word_weights = self.word_customers.iter().map(|(w, n)| (w.clone(), weight(*n))).collect();
        self.rarest = weight(1);
        self.by_customer_number = MultiMap::build(number);
        self.by_account = MultiMap::build(account);
        self.by_virtual_account = MultiMap::build(receiving);
        self.by_name_word = MultiMap::build(words);
        self.by_skeleton = MultiMap::build(skeletons);
    }
}

/// The keys under which a payment may carry an item's reference: of the one stored, else of those that creditors make of the
/// document number, in the schemes in use and in the one of the currency's country.
fn keys_of(item: &OpenItem, schemes: &SchemesInUse) -> Vec<String> {
    match item.payment_reference.as_deref() {
        Some(reference) => reference_keys(reference),
        None => schemes.made_from(item.doc_no.trim(), item.currency.code().get(..2).unwrap_or("")),
    }
}

fn amount_key(currency: Currency, amount: i64) -> Key {
    super::keys::extend(super::keys::extend(super::keys::EMPTY, currency.code().as_bytes()), &amount.to_be_bytes())
}
