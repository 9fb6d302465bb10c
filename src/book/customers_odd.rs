//! Customer data that can be read and cannot be right. In: the rows of a customer file. Out: one finding each, with line and field.

use super::items::list;
use super::table::Row;
use crate::base::{Iban, Map, Set, is_valid_iban};
use crate::model::{Finding, FindingCode};

/// Longest chain of parents that is followed.
const PARENTS_MAX: usize = 64;

/// What is odd, in file order.
pub(super) fn odd(rows: &[Row<'_>], file: &str) -> Vec<Finding> {
    let key = |row: &Row<'_>, id: &str| (row.get("company").unwrap_or_default().to_owned(), id.to_owned());
    let mut parents: Map<(String, String), String> = Map::default();
    let mut owners: Map<(String, String), Vec<&str>> = Map::default();
    for row in rows {
        let Some(id) = row.get("customer_id") else { continue };
        parents.insert(key(row, id), row.get("parent_id").unwrap_or_default().to_owned());
        let accounts: Set<String> = accounts(row).into_iter().collect();
        accounts.into_iter().for_each(|a| owners.entry(key(row, &a)).or_default().push(id));
    }
    let mut found = Vec::new();
    for row in rows {
        let Some(id) = row.get("customer_id") else { continue };
        let mut tell = |code, field: &str, text: String| {
            found.push(Finding::new(code, row.place_of(field).in_file(file), text));
        };
        let known = |other: &str| parents.contains_key(&key(row, other));
        if let Some(parent) = row.get("parent_id") {
            if !known(parent) {
                let text = format!("customer {id}: parent `{parent}` is no customer of this file");
                tell(FindingCode::CustomerRelation, "parent_id", text);
            } else if leads_back(&parents, &key(row, id)) {
                let text = format!("customer {id}: its parents lead back to itself, over `{parent}`");
                tell(FindingCode::CustomerRelation, "parent_id", text);
            }
        }
        for payer in row.get("payer_ids").map(list).unwrap_or_default().iter().filter(|p| !known(p)) {
            let text = format!("customer {id}: payer `{payer}` is no customer of this file");
            tell(FindingCode::CustomerRelation, "payer_ids", text);
        }
        for account in accounts(row) {
            let like_iban = account.len() >= 15 && account.is_ascii() && {
                let (country, rest) = account.split_at(2);
                country.bytes().all(|b| b.is_ascii_alphabetic()) && rest.bytes().take(2).all(|b| b.is_ascii_digit())
            };
            if like_iban && !is_valid_iban(&account.to_ascii_uppercase()) {
                let text =
                    format!("customer {id}: account `{account}` has wrong check digits or a wrong length for an IBAN");
                tell(FindingCode::CustomerAccount, "ibans", text);
            }
            let all = owners.get(&key(row, &account)).map_or(&[][..], Vec::as_slice);
            // Once, at the second of those who have it.
            if all.len() > 1 && all.get(1) == Some(&id) {
                let text = format!(
                    "account `{account}` is of {} customers: {}; it says less who pays",
                    all.len(),
                    all.join(", ")
                );
                tell(FindingCode::CustomerAccount, "ibans", text);
            }
        }
    }
    found
}

/// The accounts of a row as they are looked up.
fn accounts(row: &Row<'_>) -> Vec<String> {
    let compact = |a: String| {
        let iban = Iban::parse(&a).map(|i| i.as_str().to_owned());
        iban.unwrap_or_else(|| a.chars().filter(|c| !c.is_whitespace()).collect())
    };
    row.get("ibans").map(list).unwrap_or_default().into_iter().map(compact).collect()
}

fn leads_back(parents: &Map<(String, String), String>, from: &(String, String)) -> bool {
    let mut at = from.clone();
    for _ in 0..PARENTS_MAX {
        match parents.get(&at).filter(|p| !p.is_empty()) {
            Some(parent) => at = (at.0, parent.clone()),
            None => return false,
        }
        if at == *from {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use crate::book::read_customers;
    use crate::model::FindingCode;

    #[test]
    fn relations_and_accounts_that_cannot_be_right_are_told_with_line_and_field() {
        let text = "customer_id,name,ibans,parent_id\n\
            C1,One,DE89370400440532013000,C2\nC2,Two,DE89370400440532013000,C1\n\
            C3,Three,DE89370400440532013001,C9\nC4,Four,12-345,\nC5,Five,,C1\n";
        let read = read_customers(text.as_bytes(), "c.csv").unwrap();
        let got: Vec<_> = read.findings.iter().map(|f| (f.code, f.place.line, f.place.column)).collect();
        use FindingCode::{CustomerAccount, CustomerRelation};
        let want = [
            (CustomerRelation, Some(2)),
            (CustomerRelation, Some(3)),
            (CustomerAccount, Some(3)),
            (CustomerRelation, Some(4)),
            (CustomerAccount, Some(4)),
        ];
        assert_eq!(got.iter().map(|g| (g.0, g.1)).collect::<Vec<_>>(), want, "{:?}", read.findings);
        assert!(got.iter().all(|g| g.2.is_some()));
    }
}
