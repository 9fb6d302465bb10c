//! Open items. In: a `tieout.open-items/1` file. Out: checked [`OpenItem`]s, or every fault of the file at once.

use super::discount::percent_of;
use super::table::{Columns, Row, read_rows};
use crate::base::{
    AmountStyle, Currency, Foreign, Map, Money, MoneyError, Place, Text, may_be_thousands, nearest_name, parse_amount,
    parse_iso_date, parse_scaled,
};
use crate::error::{Error, ErrorCode};
use crate::model::{DiscountTier, ExpectedBy, Finding, FindingCode, ItemKind, ItemMore, ItemStatus, OpenItem};
use chrono::NaiveDate;
use hashbrown::hash_map::Entry;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use thousands::Thousands;

/// What a file of open items held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemsRead {
    /// The items in file order.
    pub items: Vec<OpenItem>,
    /// Oddities that did not stop the read, in file order.
    pub findings: Vec<Finding>,
    /// Items with nothing open that are not marked `closed`: left out.
    pub left_out_zero: u64,
    /// Rows of an export that a mapping leaves out, by its reason.
    pub left_out: Vec<(String, u64)>,
}

/// The columns of `tieout.open-items/1`, in the order of the documentation.
pub(crate) const KNOWN: &[&str] = &[
    "company",
    "item_id",
    "doc_no",
    "doc_type",
    "customer_id",
    "customer_name",
    "currency",
    "open_amount",
    "amount",
    "doc_date",
    "due_date",
    "payment_reference",
    "refs",
    "discount_until",
    "discount_amount",
    "discount_percent",
    "discount_base",
    "discount_until_2",
    "discount_amount_2",
    "discount_percent_2",
    "discount_base_2",
    "payer_id",
    "expected_by",
    "mandate_id",
    "collection_id",
    "status",
    "gl_account",
    "open_amount_base",
    "base_currency",
    "version",
];

const COLUMNS: Columns = Columns {
    known: KNOWN,
    required: &["item_id", "doc_no", "customer_id", "currency", "open_amount"],
    schema: "tieout.open-items/1",
    advice: "for a file with other names write a mapping (docs/own-files.md) and give it with --items-map FILE",
    own: Foreign::OpenItems,
};

/// Reads open items from CSV or JSON. `file` is the name for messages.
///
/// # Errors
/// Every fault of the file with line and column; then no item is given. Two items with one `company` and `item_id`, an amount
/// finer than its currency, a `closed` item with money open, and a credit note above zero are faults; a number at two customers
/// and a due date before the document are findings.
pub fn read_items(bytes: &[u8], file: &str) -> Result<ItemsRead, Vec<Error>> {
    let mut items = FromRows::new(file);
    let faults = read_rows(bytes, file, &COLUMNS, &mut |rows| items.take(rows));
    items.finish(faults.err().unwrap_or_default())
}

/// Items from rows of our own names, one row after the other.
pub(super) struct FromRows<'f> {
    file: &'f str,
    read: ItemsRead,
    errors: Vec<Error>,
    thousands: Thousands,
    /// The line of every company and item, by their hash.
    keys: Map<[u8; 10], u64>,
}

impl<'f> FromRows<'f> {
    /// No rows yet. `file` is the name for messages.
    pub(super) fn new(file: &'f str) -> Self {
        let (read, errors, thousands, keys) = Default::default();
        FromRows { file, read, errors, thousands, keys }
    }

    /// Takes the next rows: each is read on its own, on all cores, and then compared with the others in order.
    pub(super) fn take(&mut self, rows: &[Row<'_>]) {
        let read = |row: &Row<'_>| {
            let mut errors = Vec::new();
            let item = item(row, &mut errors);
            (item, errors, row.get("item_id").map(|id| key(row.get("company").unwrap_or_default(), id)))
        };
        let all = || rows.par_iter().map(read).collect::<Vec<_>>();
        let (all, ()) = rayon::join(all, || rows.iter().for_each(|row| self.thousands.see(row)));
        for (row, (item, errors, key)) in rows.iter().zip(all) {
            self.read.items.extend(item);
            self.errors.extend(errors);
            // No two rows of one company and item, also where something else is wrong with one of them.
            let Some(key) = key else { continue };
            match self.keys.entry(key) {
                Entry::Vacant(free) => _ = free.insert(row.place.line.unwrap_or(0)),
                Entry::Occupied(first) => {
                    let item_id = row.get("item_id").unwrap_or_default();
                    let found = format!("item_id `{item_id}`, which line {} has already", first.get());
                    let place = row.place_of("item_id");
                    let error = Error::new(ErrorCode::Duplicate, place, found, "a key that is unique");
                    let hint = "if the export has one row per invoice line, collapse it with a mapping";
                    self.errors.push(error.with_hint(hint));
                }
            }
        }
    }

    /// The items, or all faults with those found before.
    pub(super) fn finish(self, faults: Vec<Error>) -> Result<ItemsRead, Vec<Error>> {
        let FromRows { file, mut read, mut errors, thousands, keys } = self;
        drop(keys);
        errors.splice(0..0, thousands.errors());
        check(&mut read);
        if !errors.is_empty() || !faults.is_empty() {
            errors.extend(faults);
            let mut errors: Vec<Error> = errors.into_iter().map(|e| e.in_file(file)).collect();
            errors.sort_by_key(|e| (e.place().line, e.place().column));
            return Err(errors);
        }
        for finding in &mut read.findings {
            finding.place.file = Some(file.to_owned());
        }
        read.items.shrink_to_fit();
        Ok(read)
    }
}

/// 80 bits of SHA-256, as in our ids: two keys do not meet by chance.
fn key(company: &str, item_id: &str) -> [u8; 10] {
    let mut hash = Sha256::new_with_prefix((company.len() as u64).to_be_bytes());
    hash.update(company);
    hash.update(item_id);
    let mut key = [0; 10];
    key.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
    key
}

/// Checks over all items: numbers at several customers, dates, and items with nothing open.
fn check(read: &mut ItemsRead) {
    let mut numbers: Map<(&str, &str), (&str, u32, bool)> = Map::default();
    for item in &read.items {
        let (line, place) = (item.line, Place::line(item.line.into()));
        let known = numbers.entry((&item.company, &item.doc_no)).or_insert((&item.customer_id, line, false));
        if known.0 != item.customer_id && !known.2 {
            known.2 = true;
            let text = format!(
                "doc_no `{}` is at customer `{}` (line {}) and at `{}`: the number alone proves nothing",
                item.doc_no, known.0, known.1, item.customer_id
            );
            read.findings.push(Finding::new(FindingCode::DocumentNumberShared, place.clone(), text));
        }
        if let (Some(doc), Some(due)) = (item.doc_date, item.due_date)
            && due < doc
        {
            let text = format!("item `{}` is due on {due}, before its date {doc}", item.item_id);
            read.findings.push(Finding::new(FindingCode::DueBeforeDocument, place.clone(), text));
        }
        read.findings.extend(unlikely(item));
        if item.open_amount == 0 && item.status != ItemStatus::Closed {
            let text = format!("item `{}` has nothing open and is not marked closed: left out", item.item_id);
            read.findings.push(Finding::new(FindingCode::ZeroItem, place, text));
            read.left_out_zero += 1;
        }
    }
    drop(numbers);
    read.items.retain(|i| i.open_amount != 0 || i.status == ItemStatus::Closed);
}

/// An open amount that its own original amount makes unlikely: more than the document, or exactly a hundredth or a thousandth
/// of it, as a decimal sign taken for a thousands sign gives.
fn unlikely(item: &OpenItem) -> Option<Finding> {
    let (open, amount) = (item.open_amount.unsigned_abs(), item.amount.unsigned_abs());
    let times = |n: u64| open != 0 && open.checked_mul(n) == Some(amount);
    let figure = |minor: i64| Money::from_minor(minor, item.currency).figure();
    let why = if open > amount {
        "more is open than the document was for"
    } else if times(1000) || times(100) {
        "a decimal or thousands sign may have been misread"
    } else {
        return None;
    };
    let (open, amount) = (figure(item.open_amount), figure(item.amount));
    let text = format!("item `{}` has open_amount {open} and amount {amount}: {why}", item.item_id);
    Some(Finding::new(FindingCode::AmountUnlikely, Place::line(item.line.into()), text))
}

/// One item; `None` when a cell that it cannot do without has a fault. All faults of the row are noted.
fn item(row: &Row<'_>, errors: &mut Vec<Error>) -> Option<OpenItem> {
    let before = errors.len();
    let text = |name: &str| row.get(name).map(str::to_owned);
    let short = |name: &str| row.get(name).map(Text::from);
    let mut missing: Vec<String> = Vec::new();
    let mut required = |name: &str| {
        row.get(name).map(Text::from).or_else(|| {
            missing.push(name.to_owned());
            None
        })
    };
    let item_id = required("item_id");
    let doc_no = required("doc_no");
    let customer_id = required("customer_id");
    let open_text = required("open_amount");
    let currency = required("currency");
    if let Some(first) = missing.first() {
        let one = missing.len() == 1;
        let expected = if one { format!("{first} in every row") } else { "them in every row".to_owned() };
        let error =
            Error::new(ErrorCode::Missing, row.place_of(first), format!("no {}", missing.join(", no ")), expected);
        errors.push(match (row.titles.mapped, one) {
            (true, _) => {
                error.with_hint("is this a total or a footer? A [[skip]] rule in the mapping leaves such rows out")
            }
            (false, false) => {
                error.with_hint("is this a total or a footer? Rows that are no items do not belong into the file")
            }
            (false, true) => error,
        });
    }
    let currency = currency.and_then(|c| match Currency::parse(&c) {
        Ok(currency) if currency.is_listed() => Some(currency),
        _ => {
            let found = format!("currency `{c}`");
            errors.push(Error::new(
                ErrorCode::Currency,
                row.place_of("currency"),
                found,
                "a code of ISO 4217, as in EUR",
            ));
            None
        }
    });
    let kind = choice(row, "doc_type", &ItemKind::ALL, errors).unwrap_or_default();
    let status = choice(row, "status", &ItemStatus::ALL, errors).unwrap_or_default();
    let expected_by = choice(row, "expected_by", &ExpectedBy::ALL, errors);
    let doc_date = date(row, "doc_date", errors);
    let due_date = date(row, "due_date", errors);
    let currency = currency?;
    let open_amount = open_text.and_then(|_| minor(row, "open_amount", currency, errors));
    let amount = minor(row, "amount", currency, errors).or(open_amount);
    if let (Some(open), Some(amount)) = (open_amount, amount) {
        signs(row, kind, status, open, amount, errors);
    }
    let mut discounts: Vec<DiscountTier> =
        ["", "_2"].iter().filter_map(|tier| discount(row, tier, amount, currency, errors)).collect();
    discounts.sort_by_key(|d| d.until);
    let mut extra: BTreeMap<String, String> =
        row.with_prefix("x_").map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    for name in ["open_amount_base", "base_currency"] {
        extra.extend(text(name).map(|t| (name.to_owned(), t)));
    }
    let refs = text("refs").map(|r| list(&r)).unwrap_or_default();
    if errors.len() > before {
        return None;
    }
    Some(OpenItem {
        company: short("company").unwrap_or_default(),
        item_id: item_id?,
        doc_no: doc_no?,
        kind,
        customer_id: customer_id?,
        customer_name: short("customer_name").unwrap_or_default(),
        currency,
        open_amount: open_amount?,
        amount: amount?,
        doc_date,
        due_date,
        payment_reference: short("payment_reference"),
        refs: refs.into_iter().map(Text::from).collect(),
        discounts: discounts.into(),
        expected_by,
        status,
        more: ItemMore {
            payer_id: text("payer_id"),
            mandate_id: text("mandate_id"),
            collection_id: text("collection_id"),
            gl_account: text("gl_account"),
            version: text("version"),
            extra,
        }
        .into(),
        line: row.place.line.and_then(|line| u32::try_from(line).ok()).unwrap_or(0),
    })
}

fn signs(row: &Row<'_>, kind: ItemKind, status: ItemStatus, open: i64, amount: i64, errors: &mut Vec<Error>) {
    let mut fault = |name: &str, found: String, expected: &str, hint: &str| {
        errors.push(Error::new(ErrorCode::Value, row.place_of(name), found, expected).with_hint(hint));
    };
    if status == ItemStatus::Closed && open != 0 {
        let hint = "an item that is still open has status `open` or none";
        fault("open_amount", "a closed item with money open".into(), "open_amount 0", hint);
    }
    if kind == ItemKind::CreditNote && open > 0 {
        let hint =
            "amounts are signed: + the customer owes us; `sign = \"by_type\"` in a mapping turns credit notes round";
        fault("open_amount", "a credit note above zero".into(), "a negative open_amount", hint);
    }
    if (open > 0 && amount < 0) || (open < 0 && amount > 0) {
        let hint = "both are signed in the same way: + the customer owes us";
        fault("amount", "amount and open_amount with different signs".into(), "the same sign", hint);
    }
}

fn discount(
    row: &Row<'_>,
    tier: &str,
    amount: Option<i64>,
    currency: Currency,
    errors: &mut Vec<Error>,
) -> Option<DiscountTier> {
    let name = |n: &str| format!("discount_{n}{tier}");
    let before = errors.len();
    let until = date(row, &name("until"), errors);
    let fixed = minor(row, &name("amount"), currency, errors);
    // The base belongs to the document: a second tier without its own takes the first one's.
    let base = minor(row, &name("base"), currency, errors)
        .or_else(|| if tier.is_empty() { None } else { minor(row, "discount_base", currency, &mut Vec::new()) });
    let percent = row.get(&name("percent")).and_then(|text| {
        let percent = parse_scaled(text.trim_end_matches('%'), AmountStyle::PLAIN).ok().and_then(|(units, scale)| {
            // Hundredths of a percent: finer terms do not occur, and rounding one would change the money.
            let (mut units, mut scale) = (units, scale);
            while scale > 2 && units % 10 == 0 {
                (units, scale) = (units / 10, scale - 1);
            }
            let hundredths = units.checked_mul(10i128.checked_pow(u32::from(2u8.checked_sub(scale)?))?)?;
            u32::try_from(hundredths).ok().filter(|h| *h <= 10_000)
        });
        if percent.is_none() {
            let found = format!("percent `{text}`");
            errors.push(Error::new(
                ErrorCode::Value,
                row.place_of(&name("percent")),
                found,
                "0 to 100 with at most two decimals",
            ));
        }
        percent
    });
    if errors.len() > before || (until.is_none() && fixed.is_none() && percent.is_none()) {
        return None;
    }
    let Some(until) = until else {
        let place = row.place_of(&name("until"));
        errors.push(Error::new(ErrorCode::Missing, place, "a discount without its last day", name("until")));
        return None;
    };
    let amount = match (fixed, percent) {
        // Same sign as the item, whichever way the source writes it.
        (Some(fixed), _) => Some(if amount.is_some_and(|a| a < 0) { -fixed.abs() } else { fixed }),
        (None, Some(percent)) => base.or(amount).and_then(|b| percent_of(b, percent)),
        (None, None) => {
            let place = row.place_of(&name("until"));
            let expected = format!("{} or {}", name("amount"), name("percent"));
            errors.push(Error::new(ErrorCode::Missing, place, "a discount date without a discount", expected));
            return None;
        }
    }?;
    Some(DiscountTier { until, amount, percent_hundredths: percent })
}

/// A cell that names one of some choices; absent is `None`.
fn choice<T: Copy>(row: &Row<'_>, name: &str, all: &[(&'static str, T)], errors: &mut Vec<Error>) -> Option<T> {
    let text = row.get(name)?;
    let found = all.iter().find(|(t, _)| *t == text).map(|(_, v)| *v);
    if found.is_none() {
        let names: Vec<&str> = all.iter().map(|(t, _)| *t).collect();
        let error = Error::new(
            ErrorCode::Value,
            row.place_of(name),
            format!("{name} `{text}`"),
            format!("one of {}", names.join(", ")),
        );
        errors.push(match nearest_name(text, names) {
            Some(near) => error.with_hint(format!("did you mean `{near}`?")),
            None => error,
        });
    }
    found
}

fn date(row: &Row<'_>, name: &str, errors: &mut Vec<Error>) -> Option<NaiveDate> {
    let text = row.get(name)?;
    let date = parse_iso_date(text);
    if date.is_none() {
        let error = Error::new(ErrorCode::Date, row.place_of(name), format!("date `{text}`"), "a date as 2026-04-24");
        // 2026-02-30 is written rightly and no date all the same.
        let iso = text.get(4..5) == Some("-");
        errors.push(if iso {
            error
        } else {
            error.with_hint(
                "write dates as year-month-day, or read the file through a mapping: [format] date = [\"%d.%m.%Y\"]",
            )
        });
    }
    date
}

fn minor(row: &Row<'_>, name: &str, currency: Currency, errors: &mut Vec<Error>) -> Option<i64> {
    let text = row.get(name)?;
    let mut fault = |found: String| {
        let expected = format!("an amount as 1190.00 with at most {} decimals", currency.decimals());
        let error = Error::new(ErrorCode::Amount, row.place_of(name), found, expected);
        errors.push(if text.contains(',') {
            error.with_hint(
                "a file with decimal commas is read through a mapping: --items-map FILE, with [format] decimal = \",\"",
            )
        } else if may_be_thousands(text, AmountStyle::PLAIN, currency.decimals()) {
            error.with_hint(thousands::ADVICE)
        } else {
            error
        });
        None
    };
    match parse_amount(text, AmountStyle::PLAIN, currency) {
        Err(e) => fault(format!("amount `{text}`, which {e}")),
        Ok(money) => match money.minor() {
            Ok(minor) => Some(minor),
            Err(MoneyError::TooFine(_)) => {
                fault(format!("amount `{}`, which is finer than {currency}", row.written(name).unwrap_or(text)))
            }
            Err(e) => fault(format!("amount `{text}`: {e}")),
        },
    }
}

/// A list in a cell, separated by `|`; blanks and empty parts fall away.
pub(super) fn list(text: &str) -> Vec<String> {
    text.split('|').map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned).collect()
}

mod thousands;

#[cfg(test)]
mod tests;
