//! How well a payer's name fits a customer's.

use super::{PreparedName, jaro_winkler};
use smallvec::{SmallVec, smallvec};

/// How two names agree, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameLevel {
    /// The same words in the same order.
    Same,
    /// The same words in another order.
    SameWords,
    /// The payer's name is the customer's, cut off or with an address behind it.
    Truncated,
    /// The same but for typing errors or abbreviations.
    Close,
    /// Some rare words in common.
    Partial,
    /// Nothing that counts.
    Different,
}

/// The comparison of two names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameMatch {
    /// Kind of agreement.
    pub level: NameLevel,
    /// Agreement in thousandths: share of the weight of both names' words that is matched.
    pub permille: u16,
}

/// Fewest letters of a name that say that it is the beginning of another one.
const CUT_LEAST: usize = 10;

const DIFFERENT: NameMatch = NameMatch { level: NameLevel::Different, permille: 0 };

/// A word of a name that stands in one text with its other words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WordSpan {
    /// Where it begins in the text of all words.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// How rare it is; larger is rarer.
    pub weight: u32,
}

impl WordSpan {
    /// The word.
    pub fn of<'a>(&self, joined: &'a str) -> &'a str {
        joined.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// A prepared name in the memory of somebody else: all words glued, and where each stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameView<'a> {
    /// All words glued.
    pub joined: &'a str,
    /// The words in order.
    pub spans: &'a [WordSpan],
}

impl<'a> NameView<'a> {
    /// The words in order.
    pub fn words(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let joined = self.joined;
        self.spans.iter().map(move |w| w.of(joined))
    }
}

/// Compares a payer's name with a customer's. `weight` gives each word's rarity in the book (larger is rarer).
///
/// Words agree if equal, if one is the other's beginning (four letters or more, or the cut last word of the payer's name),
/// or if Jaro-Winkler ([`super::jaro_winkler`]) is at least 0.93 for words of five letters or more.
pub fn compare(payer: &PreparedName, customer: &PreparedName, weight: &dyn Fn(&str) -> u32) -> NameMatch {
    let spans = |name: &PreparedName| -> Vec<WordSpan> { name.spans(weight).collect() };
    let (payers, customers) = (spans(payer), spans(customer));
    compare_views(
        NameView { joined: &payer.joined, spans: &payers },
        NameView { joined: &customer.joined, spans: &customers },
    )
}

/// The same as [`compare`] on names whose words are weighed.
pub fn compare_views(payer: NameView<'_>, customer: NameView<'_>) -> NameMatch {
    if payer.spans.is_empty() || customer.spans.is_empty() {
        return DIFFERENT;
    }
    if payer.joined == customer.joined {
        return NameMatch { level: NameLevel::Same, permille: 1000 };
    }
    if is_cut_off(payer, customer) {
        return NameMatch { level: NameLevel::Truncated, permille: 960 };
    }
    let mut used: SmallVec<[bool; 16]> = smallvec![false; customer.spans.len()];
    let (mut matched, mut total, mut exact) = (0u64, 0u64, true);
    for (i, span) in payer.spans.iter().enumerate() {
        let word = span.of(payer.joined);
        let w = u64::from(span.weight.max(1));
        total += w;
        let last = i + 1 == payer.spans.len();
        let mut best: Option<(u16, usize)> = None;
        for (j, (other, used)) in customer.spans.iter().zip(&used).enumerate() {
            if *used {
                continue;
            }
            let agreed = agreement(word, other.of(customer.joined), last);
            if agreed > best.map_or(0, |b| b.0) {
                best = Some((agreed, j));
                if agreed == 1000 {
                    break;
                }
            }
        }
        match best {
            Some((agreed, j)) => {
                if let Some(slot) = used.get_mut(j) {
                    *slot = true;
                }
                exact &= agreed == 1000;
                matched += w * u64::from(agreed) / 1000;
            }
            None => exact = false,
        }
    }
    let mut customer_total = 0u64;
    let mut customer_matched = 0u64;
    for (span, used) in customer.spans.iter().zip(&used) {
        let w = u64::from(span.weight.max(1));
        customer_total += w;
        customer_matched += if *used { w } else { 0 };
    }
    if matched == 0 {
        return DIFFERENT;
    }
    let all_used = used.iter().all(|u| *u);
    if exact && all_used && payer.spans.len() == customer.spans.len() {
        return NameMatch { level: NameLevel::SameWords, permille: 990 };
    }
    // The same where the words are parted otherwise.
    if customer.joined.starts_with(payer.joined) && payer.joined.len() >= CUT_LEAST && payer.spans.len() >= 2 {
        return NameMatch { level: NameLevel::Truncated, permille: 960 };
    }
    // Some banks glue the address behind the name.
    if payer.joined.starts_with(customer.joined) && customer.joined.len() >= CUT_LEAST && customer.spans.len() >= 2 {
        return NameMatch { level: NameLevel::Truncated, permille: 950 };
    }
    let share = |m: u64, t: u64| u16::try_from(m * 1000 / t.max(1)).unwrap_or(1000).min(1000);
    let (forward, back) = (share(matched, total), share(customer_matched, customer_total));
    let permille = forward.min(back).max((forward + back) / 2 - (forward.abs_diff(back)) / 3);
    let level = if forward >= 930 && back >= 930 {
        NameLevel::Close
    } else if permille >= 450 {
        NameLevel::Partial
    } else {
        NameLevel::Different
    };
    NameMatch { level, permille }
}

/// Whether a payer's name is the beginning of the customer's, word for word: a bank cuts at 18, 27, 35 or 70 characters.
fn is_cut_off(payer: NameView<'_>, customer: NameView<'_>) -> bool {
    let Some(([last], whole)) = payer.spans.split_last_chunk::<1>().map(|(a, b)| (b, a)) else { return false };
    let same = |(a, b): (&WordSpan, &WordSpan)| (a.start, a.end) == (b.start, b.end);
    !whole.is_empty()
        && payer.joined.len() >= CUT_LEAST
        && customer.joined.starts_with(payer.joined)
        && whole.iter().zip(customer.spans).all(same)
        && customer.spans.get(whole.len()).is_some_and(|other| other.start == last.start && other.end >= last.end)
}

/// Agreement of two words in thousandths; 0 if they do not agree.
fn agreement(a: &str, b: &str, payer_last: bool) -> u16 {
    if a == b {
        return 1000;
    }
    let shorter = a.len().min(b.len());
    if payer_last && b.starts_with(a) && a.len() >= 3 {
        return 980;
    }
    if shorter >= 4 && (a.starts_with(b) || b.starts_with(a)) {
        return 940;
    }
    // An initial for a word.
    if shorter == 1 && (a.starts_with(b) || b.starts_with(a)) {
        return 700;
    }
    // Another first letter and a different length do not reach the threshold in words of common length.
    let near = a.len().abs_diff(b.len()) <= 3 && (shorter >= 9 || a.as_bytes().first() == b.as_bytes().first());
    if shorter >= 5 && near {
        let similarity = jaro_winkler(a, b);
        if similarity >= 0.93 {
            // Exact in every IEEE implementation: one multiplication and a truncation.
            return (similarity * 1000.0) as u16;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(a: &str, b: &str) -> NameLevel {
        compare(&PreparedName::new(a), &PreparedName::new(b), &|_| 10).level
    }

    #[test]
    fn what_banks_do_to_names_is_told_from_other_names() {
        let customer = "Müller & Söhne Metallbau GmbH";
        assert_eq!(level("MUELLER UND SOEHNE METALLBAU", customer), NameLevel::Same);
        assert_eq!(level("MUELLER U. SOEHNE METALLBA", customer), NameLevel::Truncated);
        assert_eq!(level("Mueller Metallbau Soehne", customer), NameLevel::SameWords);
        assert_eq!(level("Mueler & Soehne Metallbau", customer), NameLevel::Close);
        assert_eq!(level("Hans Müller", customer), NameLevel::Different);
        assert_eq!(level("Schmidt KG", customer), NameLevel::Different);
        assert_eq!(level("GmbH", customer), NameLevel::Different);
    }
}
