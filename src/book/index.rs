//! The book: items and customers with inverted indexes, so that no payment ever scans all items.

use super::delta::other_numbers;
use super::figures::{Figures, Links, Near};
use super::forms::{Form, Forms};
use super::keys::{Key, compact, compact_key, key_of, strip_zeros, year_tail_key};
use super::multimap::{Builder, MultiMap};
use super::name_table::NameTable;
use super::shapes::Shapes;
use crate::base::Currency;
use crate::model::{Customer, ItemStatus, OpenItem};
use crate::names::{NameView, skeleton};
use crate::references::{SchemesInUse, reference_key, reference_keys};
use rayon::prelude::*;

/// Row of an item in [`OpenItemBook::items`].
pub type ItemIx = u32;
/// Row of a customer in [`OpenItemBook::customers`].
pub type CustomerIx = u32;

/// Items that one thread indexes at a time.
const CHUNK: usize = 8_192;

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
    pub(super) items: Vec<OpenItem>,
    pub(super) customers: Vec<Customer>,
    pub(super) customers_derived: bool,
    pub(super) figures: Vec<Figures>,
    pub(super) links: Links,
    pub(super) forms: Forms,
    pub(super) names: NameTable,
    pub(super) by_whole: MultiMap,
    pub(super) by_digits: MultiMap,
    pub(super) by_tail: MultiMap,
    pub(super) by_year_tail: MultiMap,
    pub(super) by_reference: MultiMap,
    pub(super) by_other_number: MultiMap,
    pub(super) by_mandate: MultiMap,
    pub(super) by_amount: MultiMap,
    pub(super) by_closed_amount: MultiMap,
    pub(super) by_customer_number: MultiMap,
    pub(super) by_account: MultiMap,
    pub(super) by_virtual_account: MultiMap,
    pub(super) by_name_word: MultiMap,
    pub(super) by_skeleton: MultiMap,
    pub(super) digit_numbers: Vec<u32>,
    pub(super) tail_numbers: Vec<u32>,
    pub(super) shapes: Shapes,
    pub(super) open_items: u32,
    pub(super) schemes: SchemesInUse,
    /// Customers that were given; those behind them are derived from the items.
    pub(super) given: usize,
    /// Items by company and id, once the book is changed.
    pub(super) by_id: Option<MultiMap>,
}

impl OpenItemBook {
    /// Builds the indexes. Customers that only the items name are derived from them; with an empty list all are, and payer
    /// accounts are then unknown.
    pub fn build(items: Vec<OpenItem>, customers: Vec<Customer>) -> Self {
        let customers_derived = customers.is_empty();
        let given = customers.len();
        let mut book = OpenItemBook { items, customers, customers_derived, given, ..OpenItemBook::default() };
        let (links, figures, derived) = Links::of(&book.items, &book.customers);
        book.customers.extend(derived);
        (book.links, book.figures) = (links, figures);
        book.schemes = SchemesInUse::of(book.items.iter().filter_map(|it| it.payment_reference.as_deref()));
        book.forms = Forms::of(&book.items, |it| (it.doc_no.as_str(), it.doc_date));
        book.names = NameTable::of(&book.customers);
        book.index_items();
        book.index_customers();
        book
    }

    /// Items and customers, derived ones included, without the indexes.
    pub fn into_parts(self) -> (Vec<OpenItem>, Vec<Customer>) {
        (self.items, self.customers)
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
        self.figures(item).map(|f| f.customer)
    }

    /// What decides about an item, in one small row.
    pub(crate) fn figures(&self, item: ItemIx) -> Option<&Figures> {
        self.figures.get(item as usize)
    }

    /// What is open of every item, by row.
    pub(crate) fn open_amounts(&self) -> impl Iterator<Item = i64> + '_ {
        self.figures.iter().map(|f| f.open_amount)
    }

    /// The number of a company in [`Figures`]: 0 for none, `None` for one that no item or customer has.
    pub(crate) fn company_number(&self, company: &str) -> Option<u32> {
        self.links.company(company)
    }

    /// The number of a customer's company, see [`OpenItemBook::company_number`].
    pub(crate) fn company_of_customer(&self, customer: CustomerIx) -> u32 {
        self.links.company_of_customer(customer)
    }

    /// Whether a customer has no relation, segment or switch of its own, told without touching it.
    pub(crate) fn is_plain(&self, customer: CustomerIx) -> bool {
        self.links.is_plain(customer)
    }

    /// The customer with this id in this company. A customer that was given without a company is every company's, and to an item
    /// without a company belongs the only customer given with its id.
    pub fn customer_by_id(&self, company: &str, id: &str) -> Option<CustomerIx> {
        let rows = self.by_customer_number.get(compact_key(id)).iter().copied();
        let with_id = rows.filter(|ix| self.customer(*ix).is_some_and(|c| c.customer_id == id));
        let of = |ix: u32, company: &str| self.customer(ix).is_some_and(|c| c.company == company);
        with_id.clone().find(|ix| of(*ix, company)).or_else(|| {
            let mut given = with_id.filter(|ix| (*ix as usize) < self.given);
            if company.is_empty() {
                return given.next().filter(|_| given.next().is_none());
            }
            given.find(|ix| of(*ix, ""))
        })
    }

    /// All items of a customer, closed ones included, in the order given.
    pub fn items_of(&self, customer: CustomerIx) -> &[ItemIx] {
        self.links.items_of(customer)
    }

    /// What decides about each item of a customer, closed ones included, in the order given.
    pub(crate) fn near_items_of(&self, customer: CustomerIx) -> std::borrow::Cow<'_, [Near]> {
        self.links.near(customer, &self.figures)
    }

    /// Reads what payments from these accounts and of these amounts will be asked for first, all at once: waits for far memory then overlap,
    /// which they cannot where one payment is decided behind the other. The sum means nothing.
    pub(crate) fn read_ahead<'a>(&self, payments: impl Iterator<Item = (Option<&'a str>, Currency, i64)>) -> u64 {
        let mut sum = 0u64;
        let mut customers: smallvec::SmallVec<[CustomerIx; 16]> = smallvec::SmallVec::new();
        for (account, currency, amount) in payments {
            customers.extend(account.and_then(|a| self.by_account(a).first().copied()));
            sum = sum.wrapping_add(self.by_amount(currency, amount).len() as u64);
        }
        // Each step waits for the one before it: all of them take it together.
        for customer in &customers {
            sum = sum.wrapping_add(u64::from(self.links.begins(*customer)));
            sum = sum.wrapping_add(u64::from(self.names.begins(*customer)));
        }
        for customer in &customers {
            sum = sum.wrapping_add(self.links.first_near(*customer));
            sum = sum.wrapping_add(self.names.first_byte(*customer));
        }
        sum
    }

    /// The prepared names of a customer: its name, then its aliases.
    pub(crate) fn names_of(&self, customer: CustomerIx) -> impl Iterator<Item = NameView<'_>> {
        self.names.of_customer(customer)
    }

    /// Whether the number of an item is this one, in capitals and digits.
    pub(crate) fn is_whole(&self, item: ItemIx, whole: &str) -> bool {
        self.forms.whole(item) == whole
    }

    /// Whether the digits of an item's number are these, leading zeros off.
    pub(crate) fn is_digits(&self, item: ItemIx, digits: &str) -> bool {
        self.forms.digit_count(item) == digits.len() && self.forms.digits(item).eq(digits.bytes())
    }

    /// Whether the digits of a number as written are all the digits of some item's number, leading zeros off.
    pub(crate) fn bears_digits(&self, written: &str) -> bool {
        let digits: String = written.chars().filter(char::is_ascii_digit).collect();
        let digits = strip_zeros(&digits);
        self.by_digits(digits).iter().any(|ix| self.is_digits(*ix, digits))
    }

    /// The number of an item in capitals and digits.
    pub(crate) fn whole_of(&self, item: ItemIx) -> &str {
        self.forms.whole(item)
    }

    /// The digits of an item's number, leading zeros off.
    pub(crate) fn digits_of(&self, item: ItemIx) -> impl Iterator<Item = u8> + Clone + '_ {
        self.forms.digits(item)
    }

    /// The running number of an item, leading zeros off.
    pub(crate) fn tail_of(&self, item: ItemIx) -> &str {
        self.forms.tail(item)
    }

    /// The year in the number of an item.
    pub(crate) fn year_of(&self, item: ItemIx) -> Option<u32> {
        self.forms.year(item)
    }

    /// The letters in front of the number of an item.
    pub(crate) fn prefix_of(&self, item: ItemIx) -> &str {
        self.forms.prefix(item)
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

    /// Items by the hash of a key of their reference, not proven.
    pub(crate) fn by_reference_key(&self, key: Key) -> &[ItemIx] {
        self.by_reference.get(key)
    }

    /// Items by the hash of all their digits, not proven.
    pub(crate) fn by_digits_key(&self, key: Key) -> &[ItemIx] {
        self.by_digits.get(key)
    }

    /// Items by the hash of their running number, not proven.
    pub(crate) fn by_digits_tail(&self, key: Key) -> &[ItemIx] {
        self.by_tail.get(key)
    }

    /// Whether any item carries a reference, or a number that creditors make one of.
    pub(crate) fn has_references(&self) -> bool {
        !self.by_reference.is_empty()
    }

    /// Whether any number, reference or order number of the book may begin with these letters (their key) and have this length:
    /// `false` is certain.
    pub(crate) fn may_bear(&self, prefix: Key, length: usize) -> bool {
        self.shapes.may_have(prefix, length)
    }

    /// Whether an item really carries a reference with this key.
    pub fn bears_reference(&self, item: ItemIx, key: &str) -> bool {
        // Most are written as they are stored.
        let plain = |it: &OpenItem| it.payment_reference.as_deref().and_then(reference_key).is_some_and(|k| k == key);
        self.item(item).is_some_and(|it| plain(it) || keys_of(it, &self.schemes).iter().any(|k| k == key))
    }

    /// The schemes of structured references that the items carry.
    pub fn schemes_in_use(&self) -> &SchemesInUse {
        &self.schemes
    }

    /// Whether some item bears this number as its reference, by one of the keys given, or as its document number.
    pub fn knows_number(&self, number: &str, keys: &[String]) -> bool {
        let bare = compact(number);
        let whole = || self.by_whole(key_of(&bare)).iter();
        let digits = strip_zeros(&bare);
        keys.iter().any(|k| self.by_reference(k).iter().any(|ix| self.bears_reference(*ix, k)))
            || whole().any(|ix| self.is_whole(*ix, &bare))
            || self.by_digits(digits).iter().any(|ix| self.is_digits(*ix, digits))
    }

    /// Items by an order, delivery, contract or reminder number.
    pub fn by_other_number(&self, key: Key) -> &[ItemIx] {
        self.by_other_number.get(key)
    }

    /// Items by mandate.
    pub fn by_mandate(&self, mandate: &str) -> &[ItemIx] {
        self.by_mandate.get(compact_key(mandate))
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
        self.by_account.get(compact_key(account))
    }

    /// Customers to whom this receiving account belongs.
    pub fn by_virtual_account(&self, account: &str) -> &[CustomerIx] {
        self.by_virtual_account.get(compact_key(account))
    }

    /// Customers with this word in a name.
    pub fn by_name_word(&self, word: &str) -> &[CustomerIx] {
        self.by_name_word.get(key_of(word))
    }

    /// In how many customers' names a word stands; 0 for a word the book does not have.
    pub fn word_count(&self, word: &str) -> u32 {
        u32::try_from(self.by_name_word(word).len()).unwrap_or(u32::MAX)
    }

    /// Rarity of a name word, in tenths of a decibel-like scale: `100 * log10(10 * customers / customers with the word)`, at
    /// least 10. A word the book does not have is as rare as one that one customer has.
    pub fn word_weight(&self, word: &str) -> u32 {
        self.names.weight(self.word_count(word))
    }

    /// Customers whose names share the rarest of these words; where that is many, those that share several. At most `most`.
    pub fn customers_sharing(&self, words: &[&str], most: usize) -> Vec<CustomerIx> {
        // A word that no customer has may be one of theirs with a typing error.
        let list = |word: &&str| match self.by_name_word(word) {
            [] => self.by_skeleton.get(key_of(&skeleton(word))),
            some => some,
        };
        let mut lists: smallvec::SmallVec<[&[CustomerIx]; 8]> =
            words.iter().map(list).filter(|l| !l.is_empty()).collect();
        lists.sort_by_key(|l| l.len());
        let Some((first, rest)) = lists.split_first() else { return Vec::new() };
        // The rarest list is not copied before it is known to be short.
        let mut found: std::borrow::Cow<'_, [CustomerIx]> = std::borrow::Cow::Borrowed(first);
        for list in rest {
            if found.len() + list.len() <= most {
                found.to_mut().extend_from_slice(list);
            } else if found.len() > most {
                let both = shared(&found, list);
                if !both.is_empty() {
                    found = std::borrow::Cow::Owned(both);
                }
            }
        }
        let mut found = found.into_owned();
        found.sort_unstable();
        found.dedup();
        found.truncate(most);
        found
    }

    /// How many different document numbers have this many digits: the density behind chance hits.
    pub fn numbers_with_digits(&self, digits: usize) -> u32 {
        self.digit_numbers.get(digits).copied().unwrap_or(0)
    }

    /// How many items have a running number of this many digits.
    pub fn tails_with_digits(&self, digits: usize) -> u32 {
        self.tail_numbers.get(digits).copied().unwrap_or(0)
    }

    fn index_items(&mut self) {
        for (row, figures) in (0u32..).zip(&self.figures) {
            self.open_items += u32::from(figures.status != ItemStatus::Closed);
            count_digits(&mut self.digit_numbers, self.forms.digit_count(row), true);
            count_digits(&mut self.tail_numbers, self.forms.tail(row).len(), true);
        }
        let (items, all_figures, forms, schemes) = (&self.items, &self.figures, &self.forms, &self.schemes);
        let rows = || (0u32..).zip(items);
        let count = items.len();
        // Fresh memory is the dearest part of a map: those of one branch are made in the same.
        let by_form = |maps: &mut Builder, form: Form| {
            maps.build(count, rows().filter_map(|(row, _)| Some((forms.key(row, form)?, row))))
        };
        let by_numbers = || {
            let mut maps = Builder::default();
            (by_form(&mut maps, Form::Whole), by_form(&mut maps, Form::Digits))
        };
        let by_running_numbers = || {
            let mut maps = Builder::default();
            (by_form(&mut maps, Form::Tail), by_form(&mut maps, Form::YearTail))
        };
        let by_others = || {
            let (mut maps, mut shapes) = (Builder::default(), Shapes::default());
            let others = rows().flat_map(|(row, it)| other_numbers(it).map(move |number| (number, row)));
            let other = maps.build(
                count,
                others.map(|(number, row)| {
                    shapes.add(number);
                    (compact_key(number), row)
                }),
            );
            for (row, _) in rows() {
                let (prefix, length) = forms.shape(row);
                shapes.add_shape(prefix, length);
            }
            let mandate = |(row, it): (u32, &OpenItem)| Some((compact_key(it.more.mandate_id.as_deref()?), row));
            (other, maps.build(0, rows().filter_map(mandate)), shapes)
        };
        let by_amounts = || {
            let mut maps = Builder::default();
            let figures = || (0u32..).zip(all_figures);
            let (open, closed) = (
                |f: &Figures| (f.status != ItemStatus::Closed).then_some(f.open_amount),
                |f: &Figures| (f.status == ItemStatus::Closed).then_some(f.amount),
            );
            let amount =
                maps.build(count, figures().filter_map(|(row, f)| Some((amount_key(f.currency, open(f)?), row))));
            let closed =
                maps.build(0, figures().filter_map(|(row, f)| Some((amount_key(f.currency, closed(f)?), row))));
            (amount, closed)
        };
        let (((whole, digits), (tail, year_tail)), ((other, mandate, own), ((reference, mut shapes), amounts))) =
            rayon::join(
                || rayon::join(by_numbers, by_running_numbers),
                || rayon::join(by_others, || rayon::join(|| references(items, schemes), by_amounts)),
            );
        (self.by_whole, self.by_digits, self.by_tail, self.by_year_tail) = (whole, digits, tail, year_tail);
        (self.by_reference, self.by_other_number, self.by_mandate) = (reference, other, mandate);
        (self.by_amount, self.by_closed_amount) = amounts;
        shapes.join(&own);
        self.shapes = shapes;
    }

    /// Indexes the references of all items anew, after other schemes came in use.
    pub(super) fn index_references(&mut self) {
        let (map, shapes) = references(&self.items, &self.schemes);
        self.by_reference = map;
        self.shapes.join(&shapes);
    }

    pub(super) fn index_customers(&mut self) {
        let rows = || (0u32..).zip(&self.customers);
        let count = self.customers.len();
        let mut maps = Builder::default();
        let words = || {
            rows().flat_map(|(row, _)| self.names.of_customer(row).flat_map(move |n| n.words().map(move |w| (w, row))))
        };
        let by_word = maps.build(count * 4, words().map(|(word, row)| (key_of(word), row)));
        let bones = |(word, row): (&str, u32)| Some((key_of(&Some(skeleton(word)).filter(|b| b.len() >= 2)?), row));
        let by_skeleton = maps.build(0, words().filter_map(bones));
        let number = maps.build(0, rows().map(|(row, c)| (compact_key(&c.customer_id), row)));
        let mut accounts = |list: fn(&Customer) -> &[String]| {
            maps.build(0, rows().flat_map(|(row, c)| list(c).iter().map(move |a| (compact_key(a), row))))
        };
        let (account, receiving) = (accounts(|c| &c.ibans), accounts(|c| &c.virtual_ibans));
        (self.by_customer_number, self.by_account, self.by_virtual_account) = (number, account, receiving);
        (self.by_name_word, self.by_skeleton) = (by_word, by_skeleton);
        self.weigh_names();
    }

    /// How rare each word of a name is.
    pub(super) fn weigh_names(&mut self) {
        let by_word = &self.by_name_word;
        self.names.weigh(|word| u32::try_from(by_word.get(key_of(word)).len()).unwrap_or(u32::MAX));
    }
}

/// All items by the keys of their references, and the shapes of those.
fn references(items: &[OpenItem], schemes: &SchemesInUse) -> (MultiMap, Shapes) {
    let of_chunk = |(chunk, items): (usize, &[OpenItem])| {
        let (mut pairs, mut shapes) = (Vec::new(), Shapes::default());
        for (row, it) in (chunk * CHUNK..).zip(items) {
            for key in keys_of(it, schemes) {
                shapes.add(&key);
                pairs.push((key_of(&key), u32::try_from(row).unwrap_or(u32::MAX)));
            }
        }
        (pairs, shapes)
    };
    let parts: Vec<(Vec<(Key, u32)>, Shapes)> = items.par_chunks(CHUNK).enumerate().map(of_chunk).collect();
    let mut shapes = Shapes::default();
    let mut pairs = Vec::with_capacity(parts.iter().map(|p| p.0.len()).sum());
    for (part, own) in parts {
        pairs.extend(part);
        shapes.join(&own);
    }
    (Builder::default().build(0, pairs), shapes)
}

/// Counts a number of so many digits in or out.
pub(super) fn count_digits(list: &mut Vec<u32>, digits: usize, more: bool) {
    if digits == 0 {
        return;
    }
    if list.len() <= digits {
        list.resize(digits + 1, 0);
    }
    if let Some(count) = list.get_mut(digits) {
        *count = if more { *count + 1 } else { count.saturating_sub(1) };
    }
}

/// What two sorted lists share.
fn shared(short: &[CustomerIx], long: &[CustomerIx]) -> Vec<CustomerIx> {
    if long.len() / 16 > short.len() {
        return short.iter().copied().filter(|c| long.binary_search(c).is_ok()).collect();
    }
    let mut both = Vec::new();
    let (mut a, mut b) = (short, long);
    // Eight with eight at once, without a branch on what is in them: nobody could foretell it.
    while let (Some((x, behind_x)), Some((y, behind_y))) = (a.split_first_chunk::<8>(), b.split_first_chunk::<8>()) {
        let any = x.iter().fold(false, |any, c| any | y.iter().fold(false, |any, d| any | (c == d)));
        if any {
            both.extend(x.iter().filter(|c| y.contains(c)));
        }
        let ([.., x_last], [.., y_last]) = (x, y);
        if x_last <= y_last {
            a = behind_x;
        }
        if y_last <= x_last {
            b = behind_y;
        }
    }
    let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    both.extend(few.iter().filter(|c| many.binary_search(c).is_ok()));
    both
}

/// The keys under which a payment may carry an item's reference: of the one stored, else of those that creditors make of the
/// document number, in the schemes in use and in the one of the currency's country.
pub(super) fn keys_of(item: &OpenItem, schemes: &SchemesInUse) -> Vec<String> {
    match item.payment_reference.as_deref() {
        Some(reference) => reference_keys(reference),
        None => schemes.made_from(item.doc_no.trim(), item.currency.code().get(..2).unwrap_or("")),
    }
}

pub(super) fn amount_key(currency: Currency, amount: i64) -> Key {
    super::keys::extend(super::keys::extend(super::keys::EMPTY, currency.code().as_bytes()), &amount.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::shared;

    proptest::proptest! {
        #[test]
        fn what_two_lists_share_is_found_in_order(
            a in proptest::collection::btree_set(0u32..200, 0..90),
            b in proptest::collection::btree_set(0u32..200, 0..90),
        ) {
            let list = |set: &std::collections::BTreeSet<u32>| set.iter().copied().collect::<Vec<_>>();
            let both: Vec<u32> = a.intersection(&b).copied().collect();
            proptest::prop_assert_eq!(shared(&list(&a), &list(&b)), both);
        }
    }
}
