//! Receivables of a run: bytes of the items and customers files in, checked items and customers out, or every fault at once.

use super::InputFile;
use super::accounts::companies_of;
use crate::base::Place;
use crate::book::{ItemsMap, read_customers, read_items, write_items_csv};
use crate::error::Error;
use crate::model::{Customer, Finding, FindingCode, OpenItem};
use std::collections::BTreeMap;

/// Items and customers as read.
#[derive(Debug, Default)]
pub(super) struct Receivables {
    pub(super) items: Vec<OpenItem>,
    pub(super) customers: Option<Vec<Customer>>,
    pub(super) findings: Vec<Finding>,
    pub(super) left_out_zero: u64,
}

/// Reads the items (through a mapping where one is given) and the customers. Faults of both files come together.
pub(super) fn read_receivables(
    items: &InputFile,
    map: Option<&ItemsMap>,
    customers: Option<&InputFile>,
) -> Result<Receivables, Vec<Error>> {
    let mut read = Receivables::default();
    let mut faults = Vec::new();
    let items = match map {
        Some(map) => map.read(&items.bytes, &items.name),
        None => read_items(&items.bytes, &items.name),
    };
    match items {
        Ok(items) => {
            read.items = items.items;
            read.findings.extend(items.findings);
            read.left_out_zero = items.left_out_zero;
        }
        Err(errors) => faults.extend(errors),
    }
    match customers.map(|file| read_customers(&file.bytes, &file.name)) {
        Some(Ok(customers)) => {
            read.customers = Some(customers.customers);
            read.findings.extend(customers.findings);
        }
        Some(Err(errors)) => faults.extend(errors),
        None => {}
    }
    if let (Some(file), Some(list)) = (customers, &read.customers) {
        read.findings.extend(odd_companies(&read.items, list, &file.name));
    }
    if faults.is_empty() { Ok(read) } else { Err(faults) }
}

/// Customers whose company is missing where the items are of several, and those whose company no item has: what is known of them may
/// count too widely, or not at all.
fn odd_companies(items: &[OpenItem], customers: &[Customer], file: &str) -> Vec<Finding> {
    let of_items = companies_of(items);
    let finding = |text: String| Finding::new(FindingCode::CustomerCompany, Place::file(file), text);
    let mut list = Vec::new();
    let without = customers.iter().filter(|c| c.company.is_empty()).count();
    if without > 0 && of_items.len() > 1 && !of_items.contains("") {
        list.push(finding(format!(
            "{without} customers have no company while the items are of {}: each counts for every company that has an item with its number",
            of_items.len()
        )));
    }
    let mut strange: BTreeMap<&str, usize> = BTreeMap::new();
    for c in customers.iter().filter(|c| !c.company.is_empty() && !of_items.contains(c.company.as_str())) {
        *strange.entry(&c.company).or_default() += 1;
    }
    if !of_items.contains("") && !items.is_empty() {
        list.extend(strange.iter().map(|(company, count)| {
            finding(format!(
                "no item is of company `{company}`, which {count} customers have: what is known of them says nothing"
            ))
        }));
    }
    list
}

/// Reads a mapping file.
pub(super) fn read_items_map(file: &InputFile) -> Result<ItemsMap, Vec<Error>> {
    let text = std::str::from_utf8(&file.bytes).map_err(|_| vec![super::not_utf8(&file.name)])?;
    ItemsMap::from_toml(text, &file.name).map_err(|e| vec![e])
}

/// Converts an ERP export to `tieout.open-items/1` as CSV, with the findings.
///
/// # Errors
/// Every fault of the mapping file, or else of the export.
pub fn convert_items(map: &InputFile, export: &InputFile) -> Result<(String, Vec<Finding>), Vec<Error>> {
    let read = read_items_map(map)?.read(&export.bytes, &export.name)?;
    Ok((write_items_csv(&read.items), read.findings))
}
