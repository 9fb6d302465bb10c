//! What decides about an item in one small row, and the links between items, customers and companies.

use super::{CustomerIx, ItemIx};
use crate::base::{Currency, Map};
use crate::model::{Customer, ItemKind, ItemStatus, OpenItem};
use chrono::NaiveDate;
use hashbrown::HashTable;
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
    /// The figures of all items.
    pub(super) fn of_all(items: &[OpenItem], customers: &[CustomerIx], links: &Links) -> Vec<Self> {
        items.iter().zip(customers).map(|(it, customer)| Figures::of(it, *customer, links)).collect()
    }

    /// The figures of one item.
    pub(super) fn of(it: &OpenItem, customer: CustomerIx, links: &Links) -> Self {
        Figures {
            open_amount: it.open_amount,
            amount: it.amount,
            customer,
            company: links.company(&it.company).unwrap_or(0),
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

/// Items of each customer, and companies by number.
#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    /// Where each customer's items begin in `items`; one more for the end.
    starts: Vec<u32>,
    items: Vec<ItemIx>,
    companies: Map<String, u32>,
    of_customer: Vec<u32>,
    /// Whether each customer is a plain one, see [`is_plain`].
    plain: Vec<bool>,
    /// The whole list of each customer whose items changed since.
    changed: Map<CustomerIx, Vec<ItemIx>>,
}

impl Links {
    /// The customer of each item, and the customers that only items name, to stand after those given.
    pub fn customers(items: &[OpenItem], customers: &[Customer]) -> (Vec<CustomerIx>, Vec<Customer>) {
        let mut ids = Ids::default();
        for (row, c) in (0u32..).zip(customers) {
            ids.row_or(&c.company, &c.customer_id, || row);
        }
        let elsewhere = OnceCell::new();
        let mut derived = Vec::new();
        let of_item = items.iter().map(|item| {
            ids.row_or(&item.company, &item.customer_id, || {
                let elsewhere = elsewhere.get_or_init(|| Elsewhere::of(customers));
                elsewhere.find(&item.company, &item.customer_id).unwrap_or_else(|| {
                    derived.push(Links::derived(item));
                    number(customers.len() + derived.len() - 1)
                })
            })
        });
        (of_item.collect(), derived)
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

    /// The links of items whose customers are known.
    pub fn of(items: &[OpenItem], customers: &[Customer], of_item: &[CustomerIx]) -> Self {
        let mut starts = vec![0u32; customers.len() + 1];
        for customer in of_item {
            if let Some(count) = starts.get_mut(*customer as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0u32;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut list = vec![0; of_item.len()];
        for (item, customer) in (0u32..).zip(of_item) {
            let Some(at) = next.get_mut(*customer as usize) else { continue };
            if let Some(slot) = list.get_mut(*at as usize) {
                *slot = item;
            }
            *at += 1;
        }
        let mut companies: Map<String, u32> = Map::default();
        let mut last = "";
        for company in items.iter().map(|it| it.company.as_str()).chain(customers.iter().map(|c| c.company.as_str())) {
            if company != last && !company.is_empty() && !companies.contains_key(company) {
                let number = u32::try_from(companies.len() + 1).unwrap_or(u32::MAX);
                companies.insert(company.to_owned(), number);
            }
            last = company;
        }
        let mut links = Links { starts, items: list, companies, ..Links::default() };
        links.of_customer = customers.iter().map(|c| links.company(&c.company).unwrap_or(0)).collect();
        links.plain = customers.iter().map(is_plain).collect();
        links
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
        let at = customer as usize;
        let Some([start, end]) = self.starts.get(at..at + 2) else { return &[] };
        self.items.get(*start as usize..*end as usize).unwrap_or(&[])
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
#[derive(Default)]
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
