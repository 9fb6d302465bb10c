//! Customers. In: a `tieout.customers/1` file. Out: checked [`Customer`]s, or every fault of the file at once.

use super::customers_odd::odd;
use super::items::list;
use super::table::{Columns, Row, read_table};
use crate::base::{AmountStyle, Foreign, Iban, Map, parse_scaled};
use crate::error::{Error, ErrorCode};
use crate::model::{Customer, Finding};

/// What a file of customers held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomersRead {
    /// The customers in file order.
    pub customers: Vec<Customer>,
    /// Oddities that did not stop the read, in file order.
    pub findings: Vec<Finding>,
}

/// The columns of `tieout.customers/1`, in the order of the documentation.
pub(crate) const KNOWN: &[&str] = &[
    "company",
    "customer_id",
    "name",
    "aliases",
    "ibans",
    "virtual_ibans",
    "parent_id",
    "payer_ids",
    "country",
    "vat_no",
    "segment",
    "owner",
    "on_hold",
    "is_supplier",
    "auto_apply",
    "tolerance",
    "discount_grace_days",
];

const COLUMNS: Columns = Columns {
    known: KNOWN,
    required: &["customer_id"],
    schema: "tieout.customers/1",
    advice: "rename the columns in the first line; a mapping is only for open items",
    own: Foreign::Customers,
};

/// Reads customers from CSV or JSON. `file` is the name for messages. `tolerance` is in minor units (POLICY row 2) and has no
/// currency; a payer account that is no IBAN is kept as it stands without blanks.
///
/// # Errors
/// Every fault of the file with line and column; then no customer is given.
pub fn read_customers(bytes: &[u8], file: &str) -> Result<CustomersRead, Vec<Error>> {
    read_table(bytes, file, &COLUMNS, |rows| from_rows(rows, file))
}

fn from_rows(rows: &[Row<'_>], file: &str) -> Result<CustomersRead, Vec<Error>> {
    let mut errors = Vec::new();
    let mut customers: Vec<Customer> = rows.iter().filter_map(|row| customer(row, &mut errors)).collect();
    customers.shrink_to_fit();
    let mut seen: Map<(&str, &str), u64> = Map::default();
    for row in rows {
        let Some(id) = row.get("customer_id") else { continue };
        let key = (row.get("company").unwrap_or_default(), id);
        match seen.get(&key) {
            None => _ = seen.insert(key, row.place.line.unwrap_or(0)),
            Some(first) => {
                let found = format!("customer_id `{id}`, which line {first} has already");
                errors.push(Error::new(
                    ErrorCode::Duplicate,
                    row.place_of("customer_id"),
                    found,
                    "a key that is unique",
                ));
            }
        }
    }
    if errors.is_empty() {
        return Ok(CustomersRead { customers, findings: odd(rows, file) });
    }
    errors.sort_by_key(|e| (e.place().line, e.place().column));
    Err(errors.into_iter().map(|e| e.in_file(file)).collect())
}

fn customer(row: &Row<'_>, errors: &mut Vec<Error>) -> Option<Customer> {
    let text = |name: &str| row.get(name).map(str::to_owned);
    let lists = |name: &str| row.get(name).map(list).unwrap_or_default();
    let accounts = |name: &str| {
        let compact = |a: String| {
            let iban = Iban::parse(&a).map(|i| i.as_str().to_owned());
            iban.unwrap_or_else(|| a.chars().filter(|c| !c.is_whitespace()).collect())
        };
        lists(name).into_iter().map(compact).collect()
    };
    let on_hold = flag(row, "on_hold", errors).unwrap_or(false);
    let is_supplier = flag(row, "is_supplier", errors).unwrap_or(false);
    let auto_apply = flag(row, "auto_apply", errors);
    let tolerance = whole(row, "tolerance", "minor units, as in 5", errors);
    let grace = whole(row, "discount_grace_days", "a number of days", errors);
    let Some(customer_id) = text("customer_id") else {
        let place = row.place_of("customer_id");
        errors.push(Error::new(ErrorCode::Missing, place, "no customer_id", "a customer_id in every row"));
        return None;
    };
    Some(Customer {
        company: text("company").unwrap_or_default(),
        customer_id,
        name: text("name").unwrap_or_default(),
        aliases: lists("aliases"),
        ibans: accounts("ibans"),
        virtual_ibans: accounts("virtual_ibans"),
        parent_id: text("parent_id"),
        payer_ids: lists("payer_ids"),
        country: text("country"),
        vat_no: text("vat_no"),
        segment: text("segment"),
        owner: text("owner"),
        on_hold,
        is_supplier,
        auto_apply,
        tolerance,
        discount_grace_days: grace.and_then(|g| u32::try_from(g).ok()),
    })
}

fn flag(row: &Row<'_>, name: &str, errors: &mut Vec<Error>) -> Option<bool> {
    let text = row.get(name)?;
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => {
            errors.push(Error::new(ErrorCode::Value, row.place_of(name), format!("{name} `{text}`"), "true or false"));
            None
        }
    }
}

fn whole(row: &Row<'_>, name: &str, expected: &str, errors: &mut Vec<Error>) -> Option<i64> {
    let text = row.get(name)?;
    let value =
        parse_scaled(text, AmountStyle::PLAIN).ok().filter(|(v, scale)| *scale == 0 && (0..=1_000_000).contains(v));
    if value.is_none() {
        errors.push(Error::new(ErrorCode::Value, row.place_of(name), format!("{name} `{text}`"), expected));
    }
    value.and_then(|(v, _)| i64::try_from(v).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customers_read_with_lists_and_switches() {
        let text = "customer_id;name;aliases;ibans;on_hold;auto_apply;tolerance;discount_grace_days\n\
            C1;Muster GmbH;Muster|M. GmbH;DE89 3704 0044 0532 0130 00|12-345 6;yes;false;5;3\n";
        let read = read_customers(text.as_bytes(), "c.csv").unwrap();
        let c = read.customers.first().unwrap();
        assert_eq!(c.ibans, ["DE89370400440532013000", "12-3456"]);
        assert_eq!(
            (c.on_hold, c.auto_apply, c.tolerance, c.discount_grace_days),
            (true, Some(false), Some(5), Some(3))
        );
        assert_eq!(c.aliases, ["Muster", "M. GmbH"]);
    }

    #[test]
    fn all_faults_come_at_once() {
        let text = "customer_id,on_hold,tolerance\nC1,maybe,-1\n,no,1\nC1,no,0.05\n";
        let errors = read_customers(text.as_bytes(), "c.csv").unwrap_err();
        let got: Vec<_> = errors.iter().map(|e| (e.code(), e.place().line)).collect();
        let want = [
            (ErrorCode::Value, Some(2)),
            (ErrorCode::Value, Some(2)),
            (ErrorCode::Missing, Some(3)),
            (ErrorCode::Duplicate, Some(4)),
            (ErrorCode::Value, Some(4)),
        ];
        assert_eq!(got, want);
    }
}
