//! Type codes of BAI2: which are balances, totals, credits and debits. Named ones stand in `types.tsv`; a bank's own follow
//! from their range.

/// What an amount under a type code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A balance or another status, signed.
    Status,
    /// A sum of credits or debits, told with a count of items.
    Summary,
    /// Money in.
    Credit,
    /// Money out.
    Debit,
    /// Says something and moves nothing (890).
    Information,
}

/// The kind of a code, or `None` for one that the standard does not have.
pub(super) fn kind(code: &str) -> Option<Kind> {
    let number: u16 = code.parse().ok().filter(|_| (1..=3).contains(&code.len()))?;
    let named = name_and_mark(code).map(|(_, mark)| mark);
    Some(match (number, named) {
        (890, _) => Kind::Information,
        (_, Some("S")) => Kind::Summary,
        (1..=99 | 700..=719 | 900..=919, _) => Kind::Status,
        (100..=399 | 720..=759 | 920..=959, _) => Kind::Credit,
        (400..=699 | 760..=799 | 960..=999, _) => Kind::Debit,
        _ => return None,
    })
}

/// What the standard calls a code.
pub(super) fn name(code: &str) -> Option<&'static str> {
    name_and_mark(code).map(|(name, _)| name)
}

/// Rows of code, mark and name: `B` status, `S` summary of several, `D` detail.
fn name_and_mark(code: &str) -> Option<(&'static str, &'static str)> {
    let wanted = format!("{code:0>3}");
    include_str!("types.tsv").lines().filter(|l| !l.starts_with('#')).find_map(|line| {
        let mut cells = line.split('\t');
        let (code, mark, name) = (cells.next()?, cells.next()?, cells.next()?);
        (code == wanted).then_some((name, mark))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_names_agree() {
        assert_eq!(kind("010"), Some(Kind::Status));
        assert_eq!(kind("100"), Some(Kind::Summary));
        assert_eq!(kind("400"), Some(Kind::Summary));
        assert_eq!((kind("165"), kind("455"), kind("475")), (Some(Kind::Credit), Some(Kind::Debit), Some(Kind::Debit)));
        assert_eq!(
            (kind("890"), kind("925"), kind("981")),
            (Some(Kind::Information), Some(Kind::Credit), Some(Kind::Debit))
        );
        assert_eq!((kind("850"), kind("abc"), kind("1000"), kind("000")), (None, None, None, None));
        assert_eq!(name("195"), Some("Incoming Money Transfer"));
    }

    #[test]
    fn every_row_of_the_table_is_whole_and_in_its_range() {
        let mut last = 0;
        for line in include_str!("types.tsv").lines().filter(|l| !l.starts_with('#')) {
            let cells: Vec<&str> = line.split('\t').collect();
            assert_eq!(cells.len(), 3, "{line}");
            let code: u16 = cells[0].parse().unwrap();
            assert!(code > last, "{line}");
            last = code;
            assert!(matches!(cells[1], "B" | "S" | "D"), "{line}");
            let status = matches!(code, 1..=99 | 700..=719 | 900..=919);
            assert_eq!(cells[1] == "B", status, "{line}");
        }
        assert!(last > 700);
    }
}
