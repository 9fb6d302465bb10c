//! Open items back to a file. In: items. Out: CSV of `tieout.open-items/1` that [`super::read_items`] reads to the same items.

use super::items::KNOWN;
use crate::base::{Money, Text};
use crate::model::{ExpectedBy, OpenItem};
use std::collections::BTreeSet;

/// Writes items as CSV: all columns of the schema that any item fills, the required ones always, and then those that start
/// with `x_` in alphabetical order. Lines end with LF.
pub fn write_items_csv(items: &[OpenItem]) -> String {
    let extra: BTreeSet<&str> =
        items.iter().flat_map(|i| i.more.extra.keys()).map(String::as_str).filter(|k| k.starts_with("x_")).collect();
    let always = ["item_id", "doc_no", "customer_id", "currency", "open_amount"];
    let used = |c: &&str| always.contains(c) || items.iter().any(|i| !cell(i, c).is_empty());
    let columns: Vec<&str> = KNOWN.iter().copied().filter(used).chain(extra).collect();
    let mut out = columns.join(",");
    out.push('\n');
    for item in items {
        let line: Vec<String> = columns.iter().map(|c| quoted(&cell(item, c))).collect();
        out.push_str(&line.join(","));
        out.push('\n');
    }
    out
}

fn cell(item: &OpenItem, column: &str) -> String {
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let date = |d: Option<chrono::NaiveDate>| d.map(|d| d.to_string()).unwrap_or_default();
    let money = |minor: i64| Money::from_minor(minor, item.currency).figure();
    let tier = |n: usize| item.discounts.get(n);
    let percent = |h: u32| format!("{}.{:02}", h / 100, h % 100);
    match column {
        "company" => item.company.to_string(),
        "item_id" => item.item_id.to_string(),
        "doc_no" => item.doc_no.to_string(),
        "doc_type" => item.kind.as_str().to_owned(),
        "customer_id" => item.customer_id.to_string(),
        "customer_name" => item.customer_name.to_string(),
        "currency" => item.currency.code().to_owned(),
        "open_amount" => money(item.open_amount),
        "amount" => money(item.amount),
        "doc_date" => date(item.doc_date),
        "due_date" => date(item.due_date),
        "payment_reference" => item.payment_reference.as_deref().unwrap_or_default().to_owned(),
        "refs" => item.refs.iter().map(Text::as_str).collect::<Vec<_>>().join("|"),
        "discount_until" => date(tier(0).map(|t| t.until)),
        "discount_amount" => tier(0).map(|t| money(t.amount)).unwrap_or_default(),
        "discount_percent" => tier(0).and_then(|t| t.percent_hundredths).map(percent).unwrap_or_default(),
        "discount_until_2" => date(tier(1).map(|t| t.until)),
        "discount_amount_2" => tier(1).map(|t| money(t.amount)).unwrap_or_default(),
        "discount_percent_2" => tier(1).and_then(|t| t.percent_hundredths).map(percent).unwrap_or_default(),
        "payer_id" => text(&item.more.payer_id),
        "expected_by" => {
            let name = ExpectedBy::ALL.iter().find(|(_, e)| Some(*e) == item.expected_by).map(|(t, _)| *t);
            name.unwrap_or_default().to_owned()
        }
        "mandate_id" => text(&item.more.mandate_id),
        "collection_id" => text(&item.more.collection_id),
        "status" => item.status.as_str().to_owned(),
        "gl_account" => text(&item.more.gl_account),
        "version" => text(&item.more.version),
        other => item.more.extra.get(other).cloned().unwrap_or_default(),
    }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', ';', '\t', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::read_items;
    use super::*;

    #[test]
    fn what_was_written_reads_back_the_same() {
        let text = "item_id,doc_no,customer_id,currency,open_amount,amount,doc_type,discount_until,discount_percent,refs,status,x_b,x_a,\
            open_amount_base,base_currency\n\
            1,\"RE;\"\"1\"\"\",C1,EUR,119.00,238.00,,2026-04-20,2.5,P1|P2,,b,\"a\nb\",100.00,USD\n\
            2,G,C2,JPY,-500,,credit_note,,,,disputed,,,,\n3,R,C3,EUR,0.00,10.00,,,,,closed,,,,\n";
        let items = read_items(text.as_bytes(), "f").unwrap().items;
        let again = read_items(write_items_csv(&items).as_bytes(), "f").unwrap().items;
        let bare = |items: Vec<OpenItem>| items.into_iter().map(|i| OpenItem { line: 0, ..i }).collect::<Vec<_>>();
        assert_eq!(bare(again), bare(items));
    }
}
