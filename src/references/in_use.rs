//! Which schemes the creditor uses, learnt from the references that its items carry, and what a text shows of them.
//! Any number of digits passes some national check one time in ten; so only a scheme in use is checked.

use super::writing::{Pairs, behind_labels, group_ends, printed_digits, strip_zeros};
use super::{Framed, SCHEMES, Scheme, reference_keys};
use std::ops::Range;

/// References of one length that the schemes with one check digit are learnt from; the share does not move after that.
const LEARN_MAX: u32 = 10_000;

/// The schemes that the references of a book satisfy, with the lengths in use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SchemesInUse {
    /// One per scheme, in the order of [`SCHEMES`]; short or empty means none.
    uses: Vec<Use>,
}

/// How one scheme is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Use {
    on: bool,
    /// Bit n: canonical references of n characters are in use.
    lengths: u64,
    /// The same without their leading zeros.
    short_lengths: u64,
}

/// A reference that a text shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// Where.
    pub range: Range<usize>,
    /// As written, without label.
    pub text: String,
    /// The keys to look it up by.
    pub keys: Vec<String>,
    /// Whether its check digits hold, as far as it has any.
    pub valid: bool,
}

impl SchemesInUse {
    /// Learns from the references of all items. A scheme with one check digit and nothing else to tell it by is in use at a
    /// length only if at least half of the references of that length satisfy it.
    pub fn of<'a>(references: impl IntoIterator<Item = &'a str>) -> Self {
        let mut uses = vec![Use::default(); SCHEMES.len()];
        let mut passed = vec![[(0u32, 0u32); 64]; SCHEMES.len()];
        let mut seen = [0u32; 64];
        for reference in references {
            let of_scheme = |scheme: &&dyn Scheme| {
                scheme.canonical(reference).filter(|c| scheme.has_check(c) && scheme.is_valid(c))
            };
            let mut told = false;
            for (scheme, used) in SCHEMES.iter().zip(&mut uses).filter(|(s, _)| s.is_telling(reference)) {
                if let Some(canonical) = of_scheme(scheme) {
                    used.add(&canonical);
                    told = true;
                }
            }
            let Some(length) = printed_length(reference).filter(|_| !told) else { continue };
            let Some(count) = seen.get_mut(length) else { continue };
            if *count >= LEARN_MAX {
                continue;
            }
            *count += 1;
            for (scheme, tally) in SCHEMES.iter().zip(&mut passed).filter(|(s, _)| !s.is_telling(reference)) {
                let valid = of_scheme(scheme);
                if let (Some(canonical), Some(slot)) = (valid, tally.get_mut(length)) {
                    let lengths = Use::default().with(&canonical);
                    *slot = (slot.0 + 1, slot.1 | bits_low(lengths.short_lengths));
                }
            }
        }
        for ((used, tally), scheme) in uses.iter_mut().zip(&passed).zip(SCHEMES) {
            for (length, ((count, short), all)) in tally.iter().zip(seen).enumerate() {
                if *count > 0 && count.saturating_mul(2) >= all {
                    used.on = true;
                    used.lengths |= 1 << length.min(63);
                    used.short_lengths |= u64::from(*short);
                }
            }
            used.on |= scheme.is_always_read();
        }
        SchemesInUse { uses }
    }

    /// Whether no item carries a reference that any scheme with check digits accepts.
    pub fn is_empty(&self) -> bool {
        self.in_use().all(|(scheme, used)| scheme.is_always_read() && used.lengths == 0)
    }

    /// The keys of the references that creditors make of a document number: in the schemes in use, and in those of a country.
    /// Empty unless the number is all digits, four or more.
    pub fn made_from(&self, document: &str, country: &str) -> Vec<String> {
        if document.len() < 4 || !document.bytes().all(|b| b.is_ascii_digit()) {
            return Vec::new();
        }
        let used = |k: usize| self.uses.get(k).is_some_and(|u| u.lengths != 0);
        let schemes = SCHEMES.iter().enumerate().filter(|(k, s)| used(*k) || s.countries().contains(&country));
        schemes.flat_map(|(_, scheme)| scheme.made_from(document)).collect()
    }

    fn in_use(&self) -> impl Iterator<Item = (&'static dyn Scheme, Use)> + '_ {
        SCHEMES.iter().enumerate().filter_map(|(k, scheme)| {
            let used = self.uses.get(k).copied().unwrap_or_default();
            (used.on || scheme.is_always_read()).then_some((*scheme, used))
        })
    }

    /// The references that a text in capitals shows: in a frame of their own, or behind the label of a scheme. Sorted by place;
    /// of two at one place the valid one stays.
    pub fn spots(&self, text: &str) -> Vec<Spot> {
        let mut spots: Vec<Spot> = Vec::new();
        let pairs = Pairs::of(text);
        for (scheme, used) in self.in_use() {
            let marks = scheme.frame_marks();
            if marks.is_empty() || marks.iter().any(|m| pairs.may_have(m)) {
                spots.extend(scheme.framed(text).iter().filter_map(|f| judge(scheme, text, f)));
            }
            if used.lengths == 0 {
                continue;
            }
            for start in behind_labels(text, &pairs, scheme.labels()) {
                spots.extend(self.labelled(text, start, scheme.labels()));
            }
        }
        if spots.is_empty() {
            return spots;
        }
        spots.sort_by(|a, b| {
            b.valid.cmp(&a.valid).then(a.range.start.cmp(&b.range.start)).then(b.range.end.cmp(&a.range.end))
        });
        let mut kept: Vec<Spot> = Vec::new();
        for spot in spots {
            if !kept.iter().any(|k| k.range.start < spot.range.end && spot.range.start < k.range.end) {
                kept.push(spot);
            }
        }
        kept.sort_by_key(|s| s.range.start);
        kept
    }

    /// A number behind a label: valid if any scheme with this label accepts it up to the end of some group; wrong if it has a
    /// length in use and none does.
    fn labelled(&self, text: &str, start: usize, labels: &[&str]) -> Option<Spot> {
        let mut ends = group_ends(text, start);
        // A check digit of modulo 11 may be a minus sign.
        ends.extend(ends.last().copied().filter(|e| text.as_bytes().get(*e) == Some(&b'-')).map(|e| e + 1));
        let schemes = || self.in_use().filter(|(s, _)| s.labels().iter().any(|l| labels.contains(l)));
        let mut wrong = None;
        for end in ends.iter().copied() {
            let written = text.get(start..end)?;
            if schemes().any(|(s, used)| used.claims(written) && used.accepts(s, written)) {
                return Some(spot(text, start..end, true));
            }
            let claimed = schemes().any(|(s, used)| as_one_number(s, written) && used.claims(written));
            wrong = claimed.then_some(end).or(wrong);
        }
        wrong.map(|end| spot(text, start..end, false))
    }

    /// A field that holds nothing but a reference: `Some(false)` if it has the shape and length of schemes in use and the check
    /// digits of none of them hold; `None` if it is of no scheme in use.
    pub fn field(&self, text: &str) -> Option<bool> {
        let upper = text.trim().to_ascii_uppercase();
        let framed = self.in_use().find_map(|(scheme, _)| {
            let f = scheme.framed(&upper).into_iter().find(|f| upper.get(..f.start).is_none_or(|b| b.len() <= 3))?;
            let checked = |end: &usize| {
                let canonical = upper.get(f.start..*end).and_then(|t| scheme.canonical(t));
                canonical.is_none_or(|c| scheme.has_check(&c))
            };
            f.ends.iter().any(checked).then(|| judge(scheme, &upper, &f).is_some_and(|s| s.valid))
        });
        if framed.is_some() {
            return framed;
        }
        let mut claimed = None;
        for (scheme, used) in self.in_use().filter(|(_, used)| used.claims(&upper)) {
            claimed = Some(claimed == Some(true) || used.accepts(scheme, &upper));
        }
        claimed
    }
}

/// Digits of a printed number, and one more for a minus sign at its end, which is a check digit.
fn printed_length(text: &str) -> Option<usize> {
    printed_digits(text).map(|d| d.len() + usize::from(text.trim_end().ends_with('-')))
}

/// Whether groups of digits look like one printed number, and not like a number and a date: even groups of 3 to 6, the first and
/// the last perhaps shorter.
fn printed_as_one(text: &str) -> bool {
    let widths: Vec<usize> = text.split(|c: char| !c.is_ascii_digit()).map(str::len).filter(|w| *w > 0).collect();
    match widths.as_slice() {
        [] | [_] => true,
        [a, b] => (3..=6).contains(a) && (3..=6).contains(b),
        [first, middle @ .., last] => {
            let even = middle.first().copied().unwrap_or(0);
            (3..=6).contains(&even) && middle.iter().all(|w| *w == even) && *first <= even && *last <= even
        }
    }
}

/// The same, or behind one of the kinds that a scheme puts in front: `71 000000202604179`.
fn as_one_number(scheme: &dyn Scheme, text: &str) -> bool {
    let behind = |kind: &&str| text.strip_prefix(kind).filter(|rest| rest.starts_with([' ', '\n']));
    printed_as_one(text) || scheme.kinds().iter().filter_map(behind).any(printed_as_one)
}

/// The low half of a set of lengths: no reference of digits is longer than 31.
fn bits_low(bits: u64) -> u32 {
    u32::try_from(bits & u64::from(u32::MAX)).unwrap_or(0)
}

fn bit(length: usize) -> u64 {
    if length < 64 { 1 << length } else { 0 }
}

impl Use {
    fn add(&mut self, canonical: &str) {
        self.on = true;
        self.lengths |= bit(canonical.len());
        if canonical.bytes().all(|b| b.is_ascii_digit()) {
            self.short_lengths |= bit(strip_zeros(canonical).len());
        }
    }

    fn with(mut self, canonical: &str) -> Self {
        self.add(canonical);
        self
    }

    /// Whether a number has a length in use, leading zeros counted or not.
    fn claims(self, text: &str) -> bool {
        let (Some(length), Some(digits)) = (printed_length(text), printed_digits(text)) else { return false };
        (self.lengths & bit(length) | self.short_lengths & bit(strip_zeros(&digits).len())) != 0
    }

    /// Whether the number is valid as written or with leading zeros up to a length in use.
    fn accepts(self, scheme: &dyn Scheme, text: &str) -> bool {
        let valid = |t: &str| scheme.canonical(t).is_some_and(|c| scheme.has_check(&c) && scheme.is_valid(&c));
        if valid(text) {
            return true;
        }
        let digits = printed_digits(text).unwrap_or_default();
        (digits.len() + 1..64)
            .filter(|n| self.lengths & bit(*n) != 0)
            .any(|n| valid(&format!("{}{digits}", "0".repeat(n - digits.len()))))
    }
}

fn spot(text: &str, range: Range<usize>, valid: bool) -> Spot {
    let written = text.get(range.clone()).unwrap_or("").to_owned();
    Spot { range, keys: reference_keys(&written), text: written, valid }
}

/// What stands in a frame: valid up to the nearest end where it is, else wrong up to the last.
fn judge(scheme: &dyn Scheme, text: &str, framed: &Framed) -> Option<Spot> {
    let valid = |end: &usize| {
        let canonical = text.get(framed.start..*end).and_then(|t| scheme.canonical(t));
        canonical.is_some_and(|c| scheme.is_valid(&c))
    };
    match framed.ends.iter().copied().find(|end| valid(end)) {
        Some(end) => Some(spot(text, framed.start..end, true)),
        None => framed.ends.last().map(|end| spot(text, framed.start..*end, false)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(references: &[&str], text: &str) -> Vec<(String, bool)> {
        SchemesInUse::of(references.iter().copied()).spots(text).into_iter().map(|s| (s.text, s.valid)).collect()
    }

    #[test]
    fn a_frame_is_checked_only_if_the_scheme_is_in_use() {
        let text = "REF +++010/8068/17184+++";
        assert_eq!(told(&["+++010/8068/17183+++"], text), [("010/8068/17184".to_owned(), false)]);
        assert!(told(&["4711"], text).is_empty());
        assert_eq!(told(&[], "RF18 5390 0754 7034 DANKE"), [("RF18 5390 0754 7034".to_owned(), true)]);
        assert_eq!(told(&[], "RF18 5390 0754 7035 DANKE").first().map(|s| s.1), Some(false));
    }

    #[test]
    fn a_label_is_read_at_the_lengths_in_use() {
        let kid = ["00123455"];
        assert_eq!(told(&kid, "KID: 00123455 TAKK"), [("00123455".to_owned(), true)]);
        assert_eq!(told(&kid, "KID 00123456"), [("00123456".to_owned(), false)]);
        assert_eq!(told(&kid, "KID 123455"), [("123455".to_owned(), true)]);
        assert!(told(&kid, "KID 123456789").is_empty());
        assert!(told(&kid, "00123456").is_empty());
        assert!(told(&["1234561"], "VIITE 1234 12.4.2026").is_empty());
        assert_eq!(told(&["1009-"], "KID 1009-"), [("1009-".to_owned(), true)]);
    }

    #[test]
    fn a_field_is_judged_as_a_whole() {
        let dutch = SchemesInUse::of(["0500005678901230", "5000056789012345"]);
        assert_eq!(dutch.field("5000056789012345"), Some(true));
        assert_eq!(dutch.field("5000056789012343"), Some(false));
        assert_eq!(dutch.field("50000567890"), None);
        let swiss = SchemesInUse::of(["000000000000000202600012349"]);
        assert_eq!(swiss.field("202600012349"), Some(true));
        assert_eq!(swiss.field("202600012348"), Some(false));
        assert_eq!(swiss.field("RF18539007547035"), Some(false));
        assert_eq!(swiss.field("RE-2026-731"), None);
    }

    #[test]
    fn references_of_no_scheme_switch_none_on() {
        let numbers: Vec<String> = (10_000_000..10_000_200).map(|n| n.to_string()).collect();
        assert!(SchemesInUse::of(numbers.iter().map(String::as_str)).is_empty());
        assert_eq!(SchemesInUse::of(numbers.iter().map(String::as_str)).field("10000500"), None);
    }
}
