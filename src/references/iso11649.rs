//! ISO 11649: `RF`, two check digits, 1 to 21 letters or digits; printed in groups of four; any case.
//! Check: the head moved to the end, A=10 … Z=35, modulo 97 is 1. Zeros in front of the body change nothing.

use super::writing::{begins_word, compact, strip_zeros};
use super::{Framed, Scheme, reference_key};
use crate::base::mod97;

/// The creditor reference of ISO 11649.
pub struct Iso11649;

/// Shortest text that begins like a reference and counts as a wrong one: anything shorter is rather somebody's number.
const CLAIM_MIN: usize = 9;
const LONGEST: usize = 25;

impl Scheme for Iso11649 {
    fn countries(&self) -> &'static [&'static str] {
        &[]
    }

    fn canonical(&self, text: &str) -> Option<String> {
        let compact = compact(text);
        let signs = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '.' | '/' | '\n'));
        let (head, body) = compact.split_at_checked(4)?;
        let shape = head.strip_prefix("RF")?.bytes().all(|b| b.is_ascii_digit());
        if !(signs && shape && (5..=LONGEST).contains(&compact.len())) {
            return None;
        }
        let short = strip_zeros(body);
        Some(if short.is_empty() { format!("{head}0") } else { format!("{head}{short}") })
    }

    fn is_valid(&self, canonical: &str) -> bool {
        let Some((head, body)) = canonical.split_at_checked(4) else { return false };
        // 98 minus a remainder is never 00, 01 or 99.
        !matches!(head, "RF00" | "RF01" | "RF99") && mod97(&format!("{body}{head}")) == Some(1)
    }

    fn is_always_read(&self) -> bool {
        true
    }

    fn frame_marks(&self) -> &'static [&'static str] {
        &["RF"]
    }

    fn framed(&self, text: &str) -> Vec<Framed> {
        let bytes = text.as_bytes();
        let alnum = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
        let mut found = Vec::new();
        for (start, _) in text.match_indices("RF") {
            let digits = [2, 3].iter().all(|k| bytes.get(start + k).is_some_and(u8::is_ascii_digit));
            if !(digits && begins_word(text, start)) {
                continue;
            }
            let (mut at, mut length, mut ends) = (start, 0, Vec::new());
            let mut in_fours = false;
            loop {
                let from = at;
                while alnum(at) {
                    at += 1;
                }
                let group = at - from;
                length += group;
                if length > LONGEST || group == 0 || in_fours && group > 4 {
                    break;
                }
                if from == start {
                    in_fours = group == 4;
                }
                ends.push(at);
                // The format may cut anywhere; a blank parts only groups of four.
                let goes_on = bytes.get(at) == Some(&b'\n') || in_fours && group == 4 && bytes.get(at) == Some(&b' ');
                if !goes_on {
                    break;
                }
                at += 1;
            }
            let long = |end: usize| text.get(start..end).is_some_and(|t| compact(t).len() >= CLAIM_MIN);
            if ends.last().is_some_and(|end| long(*end)) {
                found.push(Framed { start, ends });
            }
        }
        found
    }
}

/// The `RF` form of a reference of digits without leading zeros.
pub(super) fn rf_of(digits: &str) -> Option<String> {
    let rest = mod97(&format!("{digits}RF00"))?;
    reference_key(&format!("RF{:02}{digits}", 98u32.checked_sub(rest)?))
}

#[cfg(test)]
mod tests {
    use super::super::testing::assert_vectors;
    use super::*;

    #[test]
    fn vectors() {
        let valid = [
            "RF18539007547034",
            "RF741",
            "RF98INV2026000123",
            "RF20ABC123XYZ",
            "RF34000000000000000000042",
            "RF12999999999999999999999",
            "RF18 5390 0754 7034",
            "rf18539007547034",
            "RF3442",
        ];
        assert_vectors(&Iso11649, &valid, &["RF18539007247034", "RF471", "RF98INV202600123", "RF", "RF18+1"]);
    }

    #[test]
    fn the_frame_is_seen_in_groups_of_four_and_over_a_cut() {
        let ends = |t: &str| Iso11649.framed(t).into_iter().next().map(|f| f.ends);
        assert_eq!(ends("RF18 5390 0754 7034 DANKE"), Some(vec![4, 9, 14, 19]));
        assert_eq!(ends("RF98INV202\n6000123"), Some(vec![10, 18]));
        assert_eq!(ends("RF12 A"), None);
        assert_eq!(ends("SURF18539007547034"), None);
    }
}
