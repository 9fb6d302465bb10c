//! Belgium, OGM/VCS: 12 digits, printed `+++nnn/nnnn/nnnnn+++` or with asterisks; the last two are the first ten modulo 97,
//! with 97 for 0.

use super::writing::{group_ends, printed_digits};
use super::{Framed, Scheme};

/// The structured communication of Belgian creditors.
pub struct BelgianOgm;

impl Scheme for BelgianOgm {
    fn countries(&self) -> &'static [&'static str] {
        &["BE"]
    }

    fn canonical(&self, text: &str) -> Option<String> {
        printed_digits(text.trim().trim_matches(['+', '*'])).filter(|d| d.len() == 12)
    }

    fn is_valid(&self, canonical: &str) -> bool {
        let parts = canonical.split_at_checked(10).map(|(head, check)| (head.parse::<u64>(), check.parse::<u64>()));
        matches!(parts, Some((Ok(head), Ok(check))) if check == match head % 97 { 0 => 97, rest => rest })
    }

    fn labels(&self) -> &'static [&'static str] {
        &["OGM", "VCS", "GESTRUCTUREERDE MEDEDELING", "COMMUNICATION STRUCTUREE"]
    }

    fn frame_marks(&self) -> &'static [&'static str] {
        &["++", "**"]
    }

    fn framed(&self, text: &str) -> Vec<Framed> {
        let mut found = Vec::new();
        for sign in ["+++", "***"] {
            for (at, _) in text.match_indices(sign) {
                let start = at + sign.len();
                let start = start + usize::from(text.as_bytes().get(start) == Some(&b' '));
                let Some(end) = group_ends(text, start).last().copied() else { continue };
                let closed = text.get(end..).is_some_and(|t| t.trim_start_matches([' ', '\n']).starts_with(sign));
                let digits = text.get(start..end).and_then(printed_digits).map_or(0, |d| d.len());
                if closed && (10..=14).contains(&digits) {
                    found.push(Framed::one(start..end));
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::assert_vectors;
    use super::*;

    #[test]
    fn vectors() {
        let valid = [
            "010806817183",
            "000000009797",
            "202600012320",
            "000000000101",
            "999999999948",
            "123456789002",
            "+++010/8068/17183+++",
            "***010/8068/17183***",
        ];
        assert_vectors(&BelgianOgm, &valid, &["013806817183", "000000009977", "20260012320", "+++"]);
    }

    #[test]
    fn the_signs_are_a_frame_only_if_they_close() {
        assert_eq!(BelgianOgm.framed("A +++010/8068/17183+++ B"), [Framed::one(5..19)]);
        assert!(BelgianOgm.framed("A +++010/8068/17183 B").is_empty());
    }
}
