//! Three digits behind a sign: decimals, or thousands? `3.000` is three euros or three thousand, and nothing in it says which.
//! What can be told from figures alone stands here; readers refuse what stays open, since a wrong guess is a factor of 1000.

use super::AmountStyle;

/// Whether a figure that was read with decimals could as well be a whole number with grouped thousands, in a currency of so
/// many decimals: one to three digits without a leading zero, the decimal sign, three digits, nothing else (`3.000`, `-1,190`).
/// In a currency of three or more decimals such a figure is nothing odd.
pub fn may_be_thousands(text: &str, style: AmountStyle, decimals: u8) -> bool {
    decimals < 3
        && parts(text, style)
            .is_some_and(|(whole, fraction)| fraction == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0'))
}

/// What a column of figures says about three digits behind the decimal sign. Feed it every figure of the column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ThreeDecimals {
    proof: bool,
    others: bool,
}

impl ThreeDecimals {
    /// Takes one figure into account.
    pub fn see(&mut self, text: &str, style: AmountStyle) {
        if let Some((whole, fraction)) = parts(text, style) {
            match fraction {
                3 => self.proof |= whole.len() > 3 || whole.starts_with('0'),
                _ => self.others = true,
            }
        }
    }

    /// Whether the column is written with three decimals throughout, and one figure could be nothing else (`1190.000`, `0.500`).
    pub fn is_proven(self) -> bool {
        self.proof && !self.others
    }
}

/// The digits before the decimal sign without grouping, and how many stand behind it. `None` without a decimal sign or with
/// anything that is no figure.
fn parts(text: &str, style: AmountStyle) -> Option<(String, usize)> {
    let bare = text.trim().trim_matches(['-', '+', '\u{2212}', '(', ')']).trim();
    let (whole, fraction) = bare.split_once(style.decimal)?;
    let whole: String = whole.chars().filter(|c| Some(*c) != style.thousands && !c.is_whitespace()).collect();
    let digits = |t: &str| t.chars().all(|c| c.is_ascii_digit());
    (digits(&whole) && digits(fraction)).then_some((whole, fraction.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DE: AmountStyle = AmountStyle { decimal: ',', thousands: Some('.') };

    #[test]
    fn only_what_can_be_read_both_ways_is_open() {
        for text in ["3.000", "-1.190", "238.000", "(12.500)", "1.005", "3.000-"] {
            assert!(may_be_thousands(text, AmountStyle::PLAIN, 2), "{text}");
        }
        for text in ["3.00", "3.0000", "0.500", "1190.000", "3000", ".500", "3.0.0"] {
            assert!(!may_be_thousands(text, AmountStyle::PLAIN, 2), "{text}");
        }
        assert!(may_be_thousands("1,190", DE, 2) && !may_be_thousands("1.190,000", DE, 2));
        assert!(may_be_thousands("1.200", AmountStyle::PLAIN, 0), "yen have no decimals at all");
        assert!(!may_be_thousands("1.200", AmountStyle::PLAIN, 3), "dinars have three");
    }

    #[test]
    fn a_column_proves_three_decimals_only_where_all_agree_and_one_can_be_nothing_else() {
        let of = |texts: &[&str]| {
            let mut seen = ThreeDecimals::default();
            texts.iter().for_each(|t| seen.see(t, AmountStyle::PLAIN));
            seen.is_proven()
        };
        assert!(of(&["3.000", "1190.000", "7"]) && of(&["3.000", "0.500"]));
        assert!(!of(&["3.000", "1.190"]), "all of them may be thousands");
        assert!(!of(&["3.000", "1190.000", "595.00"]), "not written alike");
    }
}
