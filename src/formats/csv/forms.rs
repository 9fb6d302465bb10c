//! How amounts are written. In: the amount cells of an account's rows, one by one. Out: what the oldest has that no other has.
//!
//! A running balance proves each row but the oldest. A bank writes all its amounts in one way: where only the oldest has a plus, or
//! lacks its decimals, it was changed, and nothing else in the file would tell.

/// How one amount is written, or several are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Form(u16);

const PLUS: u16 = 1 << 8;
const BARE: u16 = 1 << 9;
const DECIMALS: u16 = 0xFF;

impl Form {
    /// That of a cell which was read as an amount, by its decimal sign.
    pub(super) fn of(cell: &str, decimal: char, positive: bool) -> Self {
        let behind = cell.rsplit_once(decimal).map_or("", |(_, behind)| behind);
        let decimals = Form::plain(behind.bytes().filter(u8::is_ascii_digit).count(), false);
        match (cell.contains('+'), positive) {
            (true, _) => decimals.and(Form(PLUS)),
            (false, true) => decimals.and(Form(BARE)),
            (false, false) => decimals,
        }
    }

    /// That of digits with so many decimals and nothing but a minus.
    #[inline]
    pub(super) fn plain(decimals: usize, positive: bool) -> Self {
        Form(1 << decimals.min(7) | if positive { BARE } else { 0 })
    }

    #[inline]
    fn and(self, other: Form) -> Form {
        Form(self.0 | other.0)
    }
}

/// All amounts of an account.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Forms {
    first: Form,
    last: Form,
    but_first: Form,
    but_last: Form,
    rows: usize,
}

impl Forms {
    /// Among so many others nobody leaves out zeros by chance.
    const MANY: usize = 8;

    /// The next row's.
    #[inline]
    pub(super) fn push(&mut self, form: Form) {
        match self.rows {
            0 => self.first = form,
            _ => {
                self.but_first = self.but_first.and(form);
                self.but_last = self.but_last.and(self.last);
            }
        }
        self.last = form;
        self.rows += 1;
    }

    /// What is odd about the oldest, if something is. `decimals` are those of the currency.
    pub(super) fn odd(&self, newest_first: bool, decimals: u8) -> Option<&'static str> {
        let (Form(own), Form(others)) =
            if newest_first { (self.last, self.but_last) } else { (self.first, self.but_first) };
        if own & PLUS != 0 && others & PLUS == 0 && others & BARE != 0 {
            return Some("it has a plus, and no other has one");
        }
        if own & BARE != 0 && others & BARE == 0 && others & PLUS != 0 {
            return Some("it has no plus, and all others have one");
        }
        let usual = 1 << decimals.min(7);
        let fewer = own & DECIMALS < usual && others & DECIMALS == usual && self.rows > Self::MANY;
        fewer.then_some("it has fewer decimals than all others")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn odd(cells: &[&str], newest_first: bool) -> Option<&'static str> {
        let mut forms = Forms::default();
        cells.iter().for_each(|c| forms.push(Form::of(c, ',', !c.starts_with('-'))));
        forms.odd(newest_first, 2)
    }

    #[test]
    fn only_the_oldest_counts_and_only_against_all_others() {
        assert!(odd(&["+5", "1,00", "-2,00"], false).is_some());
        assert!(odd(&["1,00", "2,00", "+5"], true).is_some() && odd(&["1,00", "2,00", "+5"], false).is_none());
        assert!(odd(&["5", "+1,00", "-2,00"], false).is_some());
        assert!(odd(&["+5", "-1,00", "-2,00"], false).is_none(), "no other comes in");
        assert!(odd(&["+5", "+1,00", "2,00"], false).is_none(), "the bank writes both");
    }

    #[test]
    fn fewer_decimals_are_odd_beside_many_that_have_all() {
        let mut cells = vec!["3421012"];
        cells.extend(["1,00"; 8]);
        assert!(odd(&cells, false).is_some());
        assert!(odd(&cells[..8], false).is_none(), "a bank that leaves zeros out may have none");
        cells[4] = "12,5";
        assert!(odd(&cells, false).is_none());
    }
}
