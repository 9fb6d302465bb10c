//! What decides about an item in one small row, and the links between items, customers and companies.

use super::{CustomerIx, ItemIx};
use crate::base::{Currency, Map};
use crate::model::{Customer, ItemKind, ItemStatus, OpenItem};
use chrono::NaiveDate;
use std::cell::OnceCell;

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
    /// The whole list of each customer whose items changed since.
    changed: Map<CustomerIx, Vec<ItemIx>>,
}

impl Links {
    /// The customer of each item, and the customers that only items name, to stand after those given.
    pub fn customers(items: &[OpenItem], customers: &[Customer]) -> (Vec<CustomerIx>, Vec<Customer>) {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let mut rows: Map<(&str, &str), CustomerIx> = Map::default();
        rows.reserve(customers.len());
        for (i, c) in customers.iter().enumerate() {
            rows.entry((&c.company, &c.customer_id)).or_insert(number(i));
        }
        let elsewhere = OnceCell::new();
        let mut derived = Vec::new();
        let of_item = items.iter().map(|item| {
            *rows.entry((&item.company, &item.customer_id)).or_insert_with(|| {
                if let Some(known) =
                    elsewhere.get_or_init(|| Elsewhere::of(customers)).find(&item.company, &item.customer_id)
                {
                    return known;
                }
                derived.push(Links::derived(item));
                number(customers.len() + derived.len() - 1)
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
    }

    /// The number of a company: 0 for none, `None` for an unknown one.
    pub fn company(&self, company: &str) -> Option<u32> {
        if company.is_empty() { Some(0) } else { self.companies.get(company).copied() }
    }

    /// The number of a customer's company.
    pub fn company_of_customer(&self, customer: CustomerIx) -> u32 {
        self.of_customer.get(customer as usize).copied().unwrap_or(0)
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
