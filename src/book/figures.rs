//! What decides about an item in one small row, and the links between items, customers and companies.

use super::{CustomerIx, ItemIx};
use crate::base::{Currency, Map};
use crate::model::{Customer, ItemKind, ItemStatus, OpenItem};
use chrono::NaiveDate;
use hashbrown::HashTable;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::hash::BuildHasher;

/// The figures of an item that candidates are sorted out by, so that its texts are only touched when it is named or paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Figures {
    /// As in [`OpenItem::open_amount`].
    pub open_amount: i64,
    /// As in [`OpenItem::amount`].
    pub amount: i64,
    /// Its customer.
    pub customer: CustomerIx,
    /// Its company's number; 0 for none.
    pub company: u32,
    /// As in [`OpenItem::doc_date`].
    pub doc_date: Option<NaiveDate>,
    /// As in [`OpenItem::currency`].
    pub currency: Currency,
    /// As in [`OpenItem::status`].
    pub status: ItemStatus,
    /// As in [`OpenItem::kind`].
    pub kind: ItemKind,
    /// Whether it has a cash discount.
    pub discounts: bool,
    /// Its largest cash discount in minor units, without sign; the largest number there is for all above it.
    pub discount_most: u32,
}

impl Figures {
    /// The figures of one item.
    pub(super) fn of(it: &OpenItem, customer: CustomerIx, links: &Links) -> Self {
        Figures::with(it, customer, links.company(&it.company).unwrap_or(0))
    }

    fn with(it: &OpenItem, customer: CustomerIx, company: u32) -> Self {
        Figures {
            open_amount: it.open_amount,
            amount: it.amount,
            customer,
            company,
            doc_date: it.doc_date,
            currency: it.currency,
            status: it.status,
            kind: it.kind,
            discounts: !it.discounts.is_empty(),
            discount_most: it
                .discounts
                .iter()
                .map(|d| u32::try_from(d.amount.unsigned_abs()).unwrap_or(u32::MAX))
                .max()
                .unwrap_or(0),
        }
    }
}

/// What candidates of one customer are sorted out by: it stands beside that of the customer's other items.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Near {
    /// As in [`Figures::open_amount`].
    pub open_amount: i64,
    /// The item.
    pub item: ItemIx,
    /// As in [`Figures::company`].
    pub company: u32,
    /// As in [`Figures::discount_most`].
    pub discount_most: u32,
    /// As in [`Figures::currency`].
    pub currency: Currency,
    /// It is closed.
    pub closed: bool,
}

impl Near {
    fn of(item: ItemIx, f: &Figures) -> Self {
        Near {
            open_amount: f.open_amount,
            item,
            company: f.company,
            discount_most: f.discount_most,
            currency: f.currency,
            closed: f.status == ItemStatus::Closed,
        }
    }
}

/// Items of each customer, and companies by number.
#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    /// Where each customer's items begin in `items`; one more for the end.
    starts: Vec<u32>,
    items: Vec<ItemIx>,
    /// The figures of `items`, in their order.
    near: Vec<Near>,
    companies: Map<String, u32>,
    of_customer: Vec<u32>,
    /// Whether each customer is a plain one, see [`is_plain`].
    plain: Vec<bool>,
    /// The whole list of each customer whose items changed since.
    changed: Map<CustomerIx, Vec<ItemIx>>,
}

impl Links {
    /// The links of items and customers, the figures of all items, and the customers that only items name, to stand after those given.
    /// Each item is looked at once.
    pub fn of(items: &[OpenItem], customers: &[Customer]) -> (Self, Vec<Figures>, Vec<Customer>) {
        let mut links = Links::default();
        let mut ids = Ids::with_room(customers.len());
        for (row, c) in (0u32..).zip(customers) {
            ids.row_or(&c.company, &c.customer_id, || row);
        }
        let elsewhere = OnceCell::new();
        let mut derived = Vec::new();
        let mut figures = Vec::with_capacity(items.len());
        let mut last = ("", 0);
        for item in items {
            let customer = ids.row_or(&item.company, &item.customer_id, || {
                let elsewhere = elsewhere.get_or_init(|| Elsewhere::of(customers));
                elsewhere.find(&item.company, &item.customer_id).unwrap_or_else(|| {
                    derived.push(Links::derived(item));
                    number(customers.len() + derived.len() - 1)
                })
            });
            if item.company.as_str() != last.0 {
                links.add_company(&item.company);
                last = (item.company.as_str(), links.company(&item.company).unwrap_or(0));
            }
            figures.push(Figures::with(item, customer, last.1));
        }
        let all = || customers.iter().chain(&derived);
        let mut last = "";
        for company in all().map(|c| c.company.as_str()) {
            if company != last {
                links.add_company(company);
            }
            last = company;
        }
        links.lay_out(&figures, customers.len() + derived.len());
        links.of_customer = all().map(|c| links.company(&c.company).unwrap_or(0)).collect();
        links.plain = all().map(is_plain).collect();
        (links, figures, derived)
    }

    /// Lays the items of each customer side by side, with their figures.
    fn lay_out(&mut self, figures: &[Figures], customers: usize) {
        let mut starts = vec![0u32; customers + 1];
        for f in figures {
            if let Some(count) = starts.get_mut(f.customer as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0u32;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        (self.items, self.near) = (vec![0; figures.len()], vec![Near::default(); figures.len()]);
        for (item, f) in (0u32..).zip(figures) {
            let Some(at) = next.get_mut(f.customer as usize) else { continue };
            if let (Some(slot), Some(near)) = (self.items.get_mut(*at as usize), self.near.get_mut(*at as usize)) {
                (*slot, *near) = (item, Near::of(item, f));
            }
            *at += 1;
        }
        self.starts = starts;
    }

    /// The customer that an item names, where no list of customers does.
    pub fn derived(item: &OpenItem) -> Customer {
        Customer {
            company: item.company.to_string(),
            customer_id: item.customer_id.to_string(),
            name: item.customer_name.to_string(),
            ..Customer::default()
        }
    }

    /// The figures of a customer's items in the order given.
    pub fn near(&self, customer: CustomerIx, figures: &[Figures]) -> Cow<'_, [Near]> {
        if !self.changed.is_empty()
            && let Some(list) = self.changed.get(&customer)
        {
            let near = |item: &ItemIx| Some(Near::of(*item, figures.get(*item as usize)?));
            return list.iter().filter_map(near).collect();
        }
        Cow::Borrowed(self.range(customer).and_then(|range| self.near.get(range)).unwrap_or(&[]))
    }

    /// Where the items of a customer begin.
    pub fn begins(&self, customer: CustomerIx) -> u32 {
        self.starts.get(customer as usize).copied().unwrap_or(0)
    }

    /// Something of a customer's first items, see [`super::OpenItemBook::read_ahead`].
    pub fn first_near(&self, customer: CustomerIx) -> u64 {
        let at = self.begins(customer) as usize;
        // Five in two lines of the cache, as many as most have.
        let near = |at: usize| self.near.get(at).map_or(0, |n| u64::from(n.item));
        near(at).wrapping_add(near(at + 3))
    }

    /// The items of a customer in the order given.
    pub fn items_of(&self, customer: CustomerIx) -> &[ItemIx] {
        if !self.changed.is_empty()
            && let Some(list) = self.changed.get(&customer)
        {
            return list;
        }
        self.built(customer)
    }

    fn built(&self, customer: CustomerIx) -> &[ItemIx] {
        self.range(customer).and_then(|range| self.items.get(range)).unwrap_or(&[])
    }

    /// Where the items of a customer stand, as built.
    fn range(&self, customer: CustomerIx) -> Option<std::ops::Range<usize>> {
        let at = customer as usize;
        let Some([start, end]) = self.starts.get(at..at + 2) else { return None };
        Some(*start as usize..*end as usize)
    }

    /// Adds an item to a customer's.
    pub fn insert(&mut self, customer: CustomerIx, item: ItemIx) {
        let list = self.list_of(customer);
        if let Err(at) = list.binary_search(&item) {
            list.insert(at, item);
        }
    }

    /// Takes an item from a customer's.
    pub fn remove(&mut self, customer: CustomerIx, item: ItemIx) {
        let list = self.list_of(customer);
        if let Ok(at) = list.binary_search(&item) {
            list.remove(at);
        }
    }

    fn list_of(&mut self, customer: CustomerIx) -> &mut Vec<ItemIx> {
        if !self.changed.contains_key(&customer) {
            let built = self.built(customer).to_vec();
            self.changed.insert(customer, built);
        }
        self.changed.entry(customer).or_default()
    }

    /// Gives a company a number, if it has none.
    pub fn add_company(&mut self, company: &str) {
        if !company.is_empty() && !self.companies.contains_key(company) {
            let number = u32::try_from(self.companies.len() + 1).unwrap_or(u32::MAX);
            self.companies.insert(company.to_owned(), number);
        }
    }

    /// Adds a customer at the end, without items.
    pub fn push_customer(&mut self, company: &str) {
        self.add_company(company);
        self.of_customer.push(self.company(company).unwrap_or(0));
        self.plain.push(true);
    }

    /// The number of a company: 0 for none, `None` for an unknown one.
    pub fn company(&self, company: &str) -> Option<u32> {
        if company.is_empty() { Some(0) } else { self.companies.get(company).copied() }
    }

    /// The number of a customer's company.
    pub fn company_of_customer(&self, customer: CustomerIx) -> u32 {
        if self.companies.is_empty() { 0 } else { self.of_customer.get(customer as usize).copied().unwrap_or(0) }
    }

    /// Whether a customer is a plain one: then nothing but its name and numbers need be looked at.
    pub fn is_plain(&self, customer: CustomerIx) -> bool {
        self.plain.get(customer as usize).copied().unwrap_or(false)
    }
}

/// Whether a customer has no relation, segment or switch of its own.
fn is_plain(c: &Customer) -> bool {
    let bare = c.parent_id.is_none() && c.payer_ids.is_empty() && c.segment.is_none();
    bare && !c.on_hold && !c.is_supplier && c.auto_apply.is_none()
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Customers by company and id. The ids stand in one text, small enough for the caches, so that no customer is touched to find one.
struct Ids {
    text: String,
    known: Vec<Known>,
    /// Rows of `known` by the hash of company and id.
    table: HashTable<u32>,
}

/// Company and id of a customer: where the company begins and ends in the text, and where the id behind it ends.
struct Known {
    from: u32,
    company_to: u32,
    id_to: u32,
    row: CustomerIx,
}

impl Ids {
    fn with_room(customers: usize) -> Self {
        Ids { text: String::new(), known: Vec::with_capacity(customers), table: HashTable::with_capacity(customers) }
    }

    /// The customer with this id in this company; where none is known, the one that `new` gives from now on.
    fn row_or(&mut self, company: &str, id: &str, new: impl FnOnce() -> CustomerIx) -> CustomerIx {
        let Ids { text, known, table } = self;
        let is = |at: &u32| {
            known.get(*at as usize).is_some_and(|k| {
                text.get(k.company_to as usize..k.id_to as usize) == Some(id)
                    && text.get(k.from as usize..k.company_to as usize) == Some(company)
            })
        };
        let hasher = foldhash::fast::FixedState::default();
        let hash = |company: &str, id: &str| hasher.hash_one((id, company));
        let hashed = hash(company, id);
        if let Some(k) = table.find(hashed, is).and_then(|at| known.get(*at as usize)) {
            return k.row;
        }
        let from = number(text.len());
        text.push_str(company);
        let company_to = number(text.len());
        text.push_str(id);
        let row = new();
        known.push(Known { from, company_to, id_to: number(text.len()), row });
        let part = |from: u32, to: u32| text.get(from as usize..to as usize).unwrap_or("");
        table.insert_unique(hashed, number(known.len() - 1), |at| {
            known.get(*at as usize).map_or(0, |k| hash(part(k.from, k.company_to), part(k.company_to, k.id_to)))
        });
        row
    }
}

/// Customers that fit an item of another company: where a list of customers has no companies, or the items have none.
struct Elsewhere<'a> {
    /// The first customer without a company, by id.
    without: Map<&'a str, CustomerIx>,
    /// The only customer with this id, whatever its company; `None` of several.
    only: Map<&'a str, Option<CustomerIx>>,
}

impl<'a> Elsewhere<'a> {
    fn of(customers: &'a [Customer]) -> Self {
        let (mut without, mut only) = (Map::default(), Map::default());
        for (row, c) in (0u32..).zip(customers) {
            if c.company.is_empty() {
                without.entry(c.customer_id.as_str()).or_insert(row);
            }
            only.entry(c.customer_id.as_str()).and_modify(|o| *o = None).or_insert(Some(row));
        }
        Elsewhere { without, only }
    }

    fn find(&self, company: &str, id: &str) -> Option<CustomerIx> {
        if company.is_empty() { self.only.get(id).copied().flatten() } else { self.without.get(id).copied() }
    }
}
