//! End-to-end ids that are the payer's own at first sight: some letters and digits, as most are. In: the book and an id. Out: whether it
//! surely names nothing in the book, so that it need not be read.

use crate::book::OpenItemBook;
use crate::book::keys::{EMPTY, key_of, strip_zeros};
use crate::matching::reading::LABELS;

/// Longest number that is looked for.
const LENGTH_MAX: usize = 35;

/// Whether an id is some letters that are no label and digits behind them, or digits alone, and surely no number of the book.
pub fn is_nobodys(book: &OpenItemBook, id: &str) -> bool {
    let letters = id.bytes().take_while(u8::is_ascii_alphabetic).count();
    let Some((letters, digits)) = id.split_at_checked(letters) else { return false };
    // Where the book has references, every id is read for them.
    let read = book.has_references() || id.len() > LENGTH_MAX;
    if read || digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let significant = strip_zeros(digits);
    let all_of_one = book.numbers_with_digits(significant.len()) > 0 && !book.by_digits(significant).is_empty();
    let capitals = letters.to_ascii_uppercase();
    let with_letters = if letters.is_empty() {
        book.tails_with_digits(significant.len()) > 0
    } else {
        LABELS.labels.begins(&crate::names::fold_text(&capitals)) || book.may_bear(key_of(&capitals), id.len())
    };
    !all_of_one && !with_letters && !book.may_bear(EMPTY, digits.len())
}

#[cfg(test)]
mod tests {
    use super::super::namings::{NamedIn, namings_of_id};
    use super::*;
    use crate::model::OpenItem;

    proptest::proptest! {
        #[test]
        fn what_is_nobodys_at_first_sight_names_nothing_when_read(
            numbers in proptest::collection::vec("(RE|E|AB)?[-/]?(2026)?[-/]?[0-9]{1,7}", 1..6),
            others in proptest::collection::vec("[A-Z]{0,2}[0-9]{3,8}", 0..3),
            ids in proptest::collection::vec("(RE|re|E|AB|X|RECHNUNG|KD)?0{0,3}(2026)?[0-9]{1,8}", 1..20),
            same in 0usize..6,
        ) {
            let item = |(k, number): (usize, &String)| OpenItem {
                item_id: k.to_string().into(),
                doc_no: number.as_str().into(),
                customer_id: "K1".into(),
                open_amount: 100,
                amount: 100,
                refs: others.iter().map(|o| o.as_str().into()).collect(),
                ..OpenItem::default()
            };
            let book = OpenItemBook::build(numbers.iter().enumerate().map(item).collect(), Vec::new());
            let bare: Option<String> = numbers.get(same).map(|n| n.chars().filter(|c| c.is_alphanumeric()).collect());
            for id in ids.iter().chain(&bare).chain(&others) {
                let found = namings_of_id(&book, id);
                proptest::prop_assert!(found.is_empty() || !is_nobodys(&book, id), "{id} names {found:?}");
                proptest::prop_assert!(found.iter().all(|n| n.named_in != NamedIn::Text));
            }
        }
    }
}
