//! Changes of a book without a rebuild: new, changed and closed items in, the same book out that building it anew would give.
//!
//! ```text
//! items   0 1 2 3 4      remove 1      0 4 2 3         a gap is filled by the last item, so rows stay dense
//! keys    ... 1: [1, 4]      ->        ... 1: [1]      only the lists of keys that the two items have are touched
//! ```

use super::figures::{Figures, Links};
use super::forms::Forms;
use super::index::{CustomerIx, ItemIx, OpenItemBook, amount_key, count_digits, keys_of};
use super::keys::{self, Key, compact_key, key_of};
use super::multimap::{Builder, MultiMap};
use super::name_table::NameTable;
use crate::base::Text;
use crate::model::{Customer, ItemStatus, OpenItem};
use crate::names::skeleton;
use crate::references::SchemesInUse;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// One change of an open item.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ItemChange {
    /// The item as it is now: a new one, or in place of the one with its company and id. One with nothing open that is not marked
    /// closed is removed, as a file of items leaves such out.
    Put(Box<OpenItem>),
    /// The item is gone: neither open nor kept as closed.
    Remove {
        /// Company, as in [`OpenItem::company`].
        company: String,
        /// Id, as in [`OpenItem::item_id`].
        item_id: String,
    },
}

/// What a delta did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeltaDone {
    /// Items that the book did not have.
    pub added: u64,
    /// Items that are now otherwise.
    pub changed: u64,
    /// Items that are gone.
    pub removed: u64,
    /// Items that were given as they are already, and removals of items that the book does not have.
    pub without_effect: u64,
}

impl OpenItemBook {
    /// Applies changes in their order, without building the book anew. Afterwards every decision is the one that a book built from
    /// [`OpenItemBook::items`] gives. Row numbers of items change.
    ///
    /// A change takes some microseconds. Three things are looked at as a whole once per call: all references where a reference came
    /// or went; all name weights where a customer came that no file gave; all customers where such a one went or changed its name.
    /// The first call on a book also indexes the ids of all its items.
    ///
    /// ```
    /// use tieout::{OpenItemBook, book::{ItemChange, read_items}};
    /// let csv = "item_id,doc_no,customer_id,currency,open_amount\n1,RE-7,K1,EUR,119.00\n2,RE-8,K1,EUR,50.00\n";
    /// let mut book = OpenItemBook::build(read_items(csv.as_bytes(), "items.csv").map_err(|f| f[0].clone())?.items, Vec::new());
    /// let mut paid = book.items()[0].clone();
    /// paid.open_amount = 2_000;
    /// let gone = ItemChange::Remove { company: String::new(), item_id: "2".to_owned() };
    /// let done = book.apply_delta([ItemChange::Put(Box::new(paid)), gone]);
    /// assert_eq!((done.changed, done.removed, book.items().len()), (1, 1, 1));
    /// # Ok::<(), tieout::Error>(())
    /// ```
    pub fn apply_delta(&mut self, changes: impl IntoIterator<Item = ItemChange>) -> DeltaDone {
        if self.by_id.is_none() {
            let keys = (0u32..).zip(&self.items).map(|(row, it)| (id_key(&it.company, &it.item_id), row));
            self.by_id = Some(Builder::default().build(self.items.len(), keys));
        }
        let mut done = DeltaDone::default();
        let mut touched = Touched::default();
        for change in changes {
            let count = match change {
                ItemChange::Put(item) if item.open_amount == 0 && item.status != ItemStatus::Closed => {
                    self.remove_item(&item.company, &item.item_id, &mut touched).map(|()| &mut done.removed)
                }
                ItemChange::Put(item) => match self.row_of(&item.company, &item.item_id) {
                    Some(row) if self.item(row) == Some(&*item) => None,
                    Some(row) => {
                        self.unindex(row, &mut touched);
                        self.put(row, *item, &mut touched);
                        Some(&mut done.changed)
                    }
                    None => {
                        let row = u32::try_from(self.items.len()).unwrap_or(u32::MAX);
                        self.put(row, *item, &mut touched);
                        Some(&mut done.added)
                    }
                },
                ItemChange::Remove { company, item_id } => {
                    self.remove_item(&company, &item_id, &mut touched).map(|()| &mut done.removed)
                }
            };
            *count.unwrap_or(&mut done.without_effect) += 1;
        }
        self.settle_references(&touched);
        self.settle_customers(&touched);
        done
    }

    fn row_of(&self, company: &str, item_id: &str) -> Option<ItemIx> {
        let rows = self.by_id.as_ref()?.get(id_key(company, item_id));
        let is = |ix: &&u32| self.item(**ix).is_some_and(|it| it.item_id == item_id && it.company == company);
        rows.iter().find(is).copied()
    }

    fn remove_item(&mut self, company: &str, item_id: &str, touched: &mut Touched) -> Option<()> {
        let row = self.row_of(company, item_id)?;
        let last = u32::try_from(self.items.len()).ok()?.checked_sub(1)?;
        self.unindex(row, touched);
        if row != last {
            self.unindex(last, touched);
        }
        self.items.swap_remove(row as usize);
        self.figures.swap_remove(row as usize);
        self.forms.swap_remove(row);
        if row != last {
            self.index(row, touched);
        }
        Some(())
    }

    /// Sets an item at a row that stands in no index, or at the end.
    fn put(&mut self, row: ItemIx, item: OpenItem, touched: &mut Touched) {
        self.forms.set(row, &item.doc_no, item.doc_date);
        match self.items.get_mut(row as usize) {
            Some(slot) => *slot = item,
            None => self.items.push(item),
        }
        self.index(row, touched);
    }

    /// Takes an item out of all indexes.
    fn unindex(&mut self, row: ItemIx, touched: &mut Touched) {
        let Some(figures) = self.figures.get(row as usize).copied() else { return };
        self.links.remove(figures.customer, row);
        touched.customers.insert(figures.customer);
        self.each_key(row, touched, |map, key| map.remove(key, row));
        self.count(row, figures.status, false);
    }

    /// Puts an item into all indexes.
    fn index(&mut self, row: ItemIx, touched: &mut Touched) {
        let Some(item) = self.items.get(row as usize) else { return };
        self.links.add_company(&item.company);
        let customer = match self.customer_by_id(&item.company, &item.customer_id) {
            Some(known) => known,
            None => self.derive(Links::derived(item), touched),
        };
        let Some(item) = self.items.get(row as usize) else { return };
        let figures = Figures::of(item, customer, &self.links);
        match self.figures.get_mut(row as usize) {
            Some(slot) => *slot = figures,
            None => self.figures.push(figures),
        }
        self.links.insert(customer, row);
        touched.customers.insert(customer);
        self.each_key(row, touched, |map, key| map.insert(key, row));
        self.count(row, figures.status, true);
        let refs = self.items.get(row as usize).map(|it| other_numbers(it).cloned().collect::<Vec<_>>());
        refs.iter().flatten().for_each(|r| self.shapes.add(r));
        self.shapes.add(self.forms.whole(row));
    }

    /// Every index that an item stands in, with its key there.
    fn each_key(&mut self, row: ItemIx, touched: &mut Touched, mut each: impl FnMut(&mut MultiMap, Key)) {
        let Some(item) = self.items.get(row as usize) else { return };
        touched.references |= item.payment_reference.is_some();
        let [whole, digits, tail, year_tail] = self.forms.keys(row);
        let forms = [
            (&mut self.by_whole, whole),
            (&mut self.by_digits, digits),
            (&mut self.by_tail, tail),
            (&mut self.by_year_tail, year_tail),
            (&mut self.by_mandate, item.more.mandate_id.as_deref().map(compact_key)),
        ];
        for (map, key) in forms {
            key.into_iter().for_each(|key| each(map, key));
        }
        let (amounts, amount) = match item.status {
            ItemStatus::Closed => (&mut self.by_closed_amount, item.amount),
            _ => (&mut self.by_amount, item.open_amount),
        };
        each(amounts, amount_key(item.currency, amount));
        let references: BTreeSet<String> = keys_of(item, &self.schemes).into_iter().collect();
        for key in references {
            self.shapes.add(&key);
            each(&mut self.by_reference, key_of(&key));
        }
        let others: BTreeSet<Key> = other_numbers(item).map(|r| compact_key(r)).collect();
        others.into_iter().for_each(|key| each(&mut self.by_other_number, key));
        if let Some(ids) = &mut self.by_id {
            each(ids, id_key(&item.company, &item.item_id));
        }
    }

    fn count(&mut self, row: ItemIx, status: ItemStatus, more: bool) {
        count_digits(&mut self.digit_numbers, self.forms.digit_count(row), more);
        count_digits(&mut self.tail_numbers, self.forms.tail(row).len(), more);
        if status != ItemStatus::Closed {
            self.open_items = if more { self.open_items + 1 } else { self.open_items.saturating_sub(1) };
        }
    }

    /// A customer that only an item names.
    fn derive(&mut self, customer: Customer, touched: &mut Touched) -> CustomerIx {
        let row = self.customer_count();
        self.links.push_customer(&customer.company);
        self.by_customer_number.insert(compact_key(&customer.customer_id), row);
        self.names.push_customer(&customer);
        let words: BTreeSet<String> =
            self.names.of_customer(row).flat_map(|n| n.words().map(str::to_owned).collect::<Vec<_>>()).collect();
        for word in words {
            self.by_name_word.insert(key_of(&word), row);
            let bones = skeleton(&word);
            if bones.len() >= 2 {
                self.by_skeleton.insert(key_of(&bones), row);
            }
        }
        self.customers.push(customer);
        touched.came = true;
        row
    }

    /// Where references came or went, other schemes may be in use, and with them other keys of every item.
    fn settle_references(&mut self, touched: &Touched) {
        if !touched.references {
            return;
        }
        let schemes = SchemesInUse::of(self.items.iter().filter_map(|it| it.payment_reference.as_deref()));
        if schemes != self.schemes {
            self.schemes = schemes;
            self.index_references();
        }
    }

    /// Customers that only items name, and that no item names any more or names otherwise, are derived anew.
    fn settle_customers(&mut self, touched: &Touched) {
        let stale = |row: &CustomerIx| {
            let Some(customer) = self.customer(*row).filter(|_| *row as usize >= self.given) else { return false };
            let first = self.items_of(*row).first().and_then(|ix| self.item(*ix));
            first.is_none_or(|it| it.customer_name != customer.name)
        };
        if touched.customers.iter().any(stale) {
            self.customers.truncate(self.given);
            let (links, figures, derived) = Links::of(&self.items, &self.customers);
            self.customers.extend(derived);
            (self.links, self.figures) = (links, figures);
            self.names = NameTable::of(&self.customers);
            self.index_customers();
        } else if touched.came {
            self.weigh_names();
        }
    }
}

/// What a delta touched that is settled at its end.
#[derive(Debug, Default)]
struct Touched {
    /// An item with a reference came, changed or went.
    references: bool,
    /// A customer came that only an item names.
    came: bool,
    /// Customers whose items changed.
    customers: BTreeSet<CustomerIx>,
}

fn id_key(company: &str, item_id: &str) -> Key {
    keys::extend(keys::extend(key_of(company), b"\0"), item_id.as_bytes())
}

/// Order, delivery and other numbers of an item that are long enough to name it.
pub(super) fn other_numbers(item: &OpenItem) -> impl Iterator<Item = &Text> {
    item.refs.iter().filter(|r| r.bytes().filter(u8::is_ascii_alphanumeric).count() >= 4)
}

impl Forms {
    /// Sets the number of an item, or adds one at the end. The old text stays where it was, unused.
    fn set(&mut self, item: ItemIx, number: &str, of: Option<NaiveDate>) {
        self.push(number, of);
        self.move_last_to(item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Currency;
    use crate::model::{ItemKind, ItemMore};
    use proptest::prelude::*;

    fn item(id: u8, doc: u16, customer: u8, name: u8, amount: i64, reference: u8, closed: bool) -> OpenItem {
        OpenItem {
            company: if id.is_multiple_of(3) { "A".into() } else { Default::default() },
            item_id: format!("i{id}").into(),
            doc_no: if doc.is_multiple_of(5) {
                format!("{}", 20_260_000 + u32::from(doc)).into()
            } else {
                format!("RE-2026-{doc:04}").into()
            },
            kind: ItemKind::Invoice,
            customer_id: format!("K{customer}").into(),
            customer_name: ["Muster GmbH", "Muster Bau AG", "Kraus & Partner", ""][usize::from(name % 4)].into(),
            currency: Currency::EUR,
            open_amount: if closed { 0 } else { amount },
            amount,
            doc_date: chrono::NaiveDate::from_ymd_opt(2026, 1, 1 + u32::from(id % 28)),
            due_date: None,
            payment_reference: match reference % 5 {
                0 => Some("RF18539007547034".into()),
                1 => Some(format!("0000002026{doc:05}3").into()),
                _ => None,
            },
            refs: if doc.is_multiple_of(2) {
                [format!("AB{doc:05}").into(), "AB".into()].into()
            } else {
                Box::default()
            },
            discounts: Box::default(),
            expected_by: None,
            status: if closed { ItemStatus::Closed } else { ItemStatus::Open },
            more: ItemMore { mandate_id: doc.is_multiple_of(7).then(|| format!("M{doc}")), ..ItemMore::default() }
                .into(),
            line: 0,
        }
    }

    prop_compose! {
        fn any_item()(id in 0u8..12, doc in 0u16..30, customer in 0u8..6, name in 0u8..8, amount in 1i64..4, reference in 0u8..10, closed in prop::bool::weighted(0.2)) -> OpenItem {
            item(id, doc, customer, name, amount * 100, reference, closed)
        }
    }

    fn given() -> Vec<Customer> {
        (0..2)
            .map(|k| Customer { customer_id: format!("K{k}"), name: "Kraus GmbH".into(), ..Customer::default() })
            .collect()
    }

    /// Everything that can be looked up, as text.
    fn told(book: &OpenItemBook) -> String {
        let mut out = format!("{:?} {:?} {:?}\n", book.items, book.open_count(), book.schemes);
        let who = |ix: CustomerIx| book.customer(ix).map(|c| format!("{}|{}|{}", c.company, c.customer_id, c.name));
        for row in 0..u32::try_from(book.items.len()).unwrap() {
            let it = book.item(row).unwrap();
            let figures = book.figures(row).unwrap();
            let whole = book.whole_of(row).to_owned();
            out.push_str(&format!(
                "{row} {:?} {:?} {:?} {:?} ",
                who(figures.customer),
                figures.open_amount,
                whole,
                book.year_of(row)
            ));
            for key in book.forms.keys(row).into_iter().flatten() {
                out.push_str(&format!(
                    "{:?}{:?}{:?}{:?}",
                    book.by_whole.get(key),
                    book.by_digits.get(key),
                    book.by_tail.get(key),
                    book.by_year_tail.get(key)
                ));
            }
            for key in keys_of(it, &book.schemes) {
                out.push_str(&format!("{:?}", book.by_reference(&key)));
            }
            for r in &it.refs {
                out.push_str(&format!("{:?}", book.by_other_number(compact_key(r))));
            }
            out.push_str(&format!("{:?}", it.more.mandate_id.as_deref().map(|m| book.by_mandate(m))));
            out.push_str(&format!("{:?}\n", book.items_of(figures.customer)));
            let near = book.near_items_of(figures.customer);
            let of_items = book.items_of(figures.customer).iter().filter_map(|ix| book.figures(*ix));
            assert!(near.iter().map(|n| n.open_amount).eq(of_items.map(|f| f.open_amount)), "figures side by side");
        }
        for amount in [100, 200, 300] {
            out.push_str(&format!(
                "{:?}{:?}\n",
                book.by_amount(Currency::EUR, amount),
                book.by_closed_amount(Currency::EUR, amount)
            ));
        }
        for digits in 0..12 {
            out.push_str(&format!("{} {} ", book.numbers_with_digits(digits), book.tails_with_digits(digits)));
        }
        let mut customers: Vec<String> = (0..book.customer_count())
            .map(|c| {
                let names: Vec<String> = book.names_of(c).map(|n| format!("{} {:?}", n.joined, n.spans)).collect();
                format!("{:?} {names:?}", who(c))
            })
            .collect();
        customers.sort();
        for word in ["MUSTER", "BAU", "KRAUS", "PARTNER"] {
            let mut who: Vec<_> = book.by_name_word(word).iter().map(|c| who(*c)).collect();
            who.sort();
            customers.push(format!("{word} {} {who:?}", book.word_weight(word)));
        }
        out.push_str(&customers.join("\n"));
        out
    }

    proptest! {
        #[test]
        fn a_book_after_changes_is_the_book_built_anew(
            before in prop::collection::vec(any_item(), 0..14),
            changes in prop::collection::vec((any_item(), prop::bool::weighted(0.3)), 1..20),
            with_customers in any::<bool>(),
        ) {
            let mut seen = BTreeSet::new();
            let before: Vec<OpenItem> = before.into_iter().filter(|it| seen.insert((it.company.clone(), it.item_id.clone()))).collect();
            let customers = if with_customers { given() } else { Vec::new() };
            let mut book = OpenItemBook::build(before, customers.clone());
            for chunk in changes.chunks(3) {
                let changes = chunk.iter().map(|(it, remove)| match remove {
                    true => ItemChange::Remove { company: it.company.to_string(), item_id: it.item_id.to_string() },
                    false => ItemChange::Put(Box::new(it.clone())),
                });
                book.apply_delta(changes);
                let anew = OpenItemBook::build(book.items.clone(), customers.clone());
                prop_assert_eq!(told(&book), told(&anew));
            }
        }
    }

    #[test]
    fn what_has_no_effect_is_counted_and_an_item_with_nothing_open_goes() {
        let mut book = OpenItemBook::build(vec![item(1, 1, 0, 0, 100, 4, false)], Vec::new());
        let same = ItemChange::Put(Box::new(book.items[0].clone()));
        let unknown = ItemChange::Remove { company: String::new(), item_id: "none".into() };
        let done = book.apply_delta([same, unknown]);
        assert_eq!(done, DeltaDone { without_effect: 2, ..DeltaDone::default() });
        let nothing_left = OpenItem { open_amount: 0, ..book.items[0].clone() };
        let done = book.apply_delta([ItemChange::Put(Box::new(nothing_left))]);
        assert_eq!((done.removed, book.items.len(), book.customers.len()), (1, 0, 0));
    }
}
