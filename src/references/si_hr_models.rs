//! Slovenia and Croatia: country, two digits of the model, then up to 22 characters, parts P1-P2-P3 joined by `-`. The model says
//! which parts end in a check digit: weights 2, 3, 4 … from the right, 11 minus the rest modulo 11, 10 and 11 become 0.
//! Models with another rule are not read.

use super::writing::begins_word;
use super::{Framed, Scheme, reference_key};
use crate::base::is_valid_iban;

/// Slovenian references `SInn …`.
pub struct SlovenianModel;
/// Croatian references `HRnn …`.
pub struct CroatianModel;

/// The parts (from, to; 1 to 3) that end in one check digit each.
type Rule = &'static [(usize, usize)];

/// The rule of a model; `None` where it is not known. Models 18 to 58 of Slovenia share at least the check digit of P1.
fn rule(country: &str, model: &str) -> Option<Rule> {
    Some(match model {
        "00" | "99" => &[],
        "01" => &[(1, 3)],
        "02" => &[(2, 2), (3, 3)],
        "03" => &[(1, 1), (2, 2), (3, 3)],
        "04" => &[(1, 1), (3, 3)],
        "05" => &[(1, 1)],
        "06" => &[(2, 3)],
        "07" => &[(2, 2)],
        "08" => &[(1, 2), (3, 3)],
        "09" => &[(1, 2)],
        "10" => &[(1, 1), (2, 3)],
        "11" => &[(1, 1), (2, 2)],
        "12" | "18" | "19" | "28" | "38" | "40" | "41" | "48" | "49" | "51" | "55" | "58" if country == "SI" => {
            &[(1, 1)]
        }
        _ => return None,
    })
}

fn canonical(country: &str, text: &str) -> Option<String> {
    let compact: String =
        text.chars().filter(|c| !matches!(c, ' ' | '\n' | '.')).map(|c| c.to_ascii_uppercase()).collect();
    let model = compact.strip_prefix(country)?.get(..2)?;
    let body = compact.get(4..)?.trim_matches('-');
    rule(country, model)?;
    let digits = body.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let parts = body.split('-').all(|p| !p.is_empty()) && body.split('-').count() <= 3;
    (digits && parts && (2..=22).contains(&body.len())).then(|| format!("{country}{model}{body}"))
}

fn is_valid(country: &str, canonical: &str) -> bool {
    let Some((head, body)) = canonical.split_at_checked(4) else { return false };
    let Some(rule) = head.get(2..).and_then(|model| rule(country, model)) else { return false };
    let parts: Vec<&str> = body.split('-').collect();
    rule.iter().all(|(from, to)| {
        let joined: String = parts.iter().skip(from - 1).take(to + 1 - from).copied().collect();
        joined.is_empty() || holds(&joined)
    })
}

fn holds(digits: &str) -> bool {
    let values: Vec<u32> = digits.chars().filter_map(|c| c.to_digit(10)).collect();
    let Some((check, payload)) = values.split_last() else { return false };
    let sum: u32 = payload.iter().rev().zip(2u32..).map(|(d, w)| d * w).sum();
    !payload.is_empty() && *check == Some(11 - sum % 11).filter(|k| *k < 10).unwrap_or(0)
}

/// With the model, without it, and as it is printed in two fields.
fn forms(canonical: &str) -> Vec<String> {
    let whole = reference_key(canonical);
    let bare = canonical.get(4..).and_then(reference_key).filter(|k| k.len() >= 4);
    whole.into_iter().chain(bare).collect()
}

fn has_check(country: &str, canonical: &str) -> bool {
    canonical.get(2..4).and_then(|model| rule(country, model)).is_some_and(|r| !r.is_empty())
}

fn framed(country: &str, text: &str) -> Vec<Framed> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices(country) {
        let model = text.get(start + 2..start + 4).and_then(|m| rule(country, m));
        if model.is_none_or(<[_]>::is_empty) || !begins_word(text, start) || is_account(text.get(start..).unwrap_or(""))
        {
            continue;
        }
        let rest = text.get(start + 4..).unwrap_or("");
        let lead = rest.bytes().take(2).take_while(|b| matches!(b, b' ' | b'-' | b'\n')).count();
        let body = rest.get(lead..).unwrap_or("");
        let length = body.bytes().take_while(|b| b.is_ascii_digit() || *b == b'-').count();
        let length = body.get(..length).map_or(0, |b| b.trim_end_matches('-').len());
        let end = start + 4 + lead + length;
        if text.get(start..end).and_then(|t| canonical(country, t)).is_some() {
            found.push(Framed { start, ends: vec![end] });
        }
    }
    found
}

/// An account of the country, perhaps printed in fours, begins with the same letters.
fn is_account(text: &str) -> bool {
    let compact: String = text.chars().take(30).filter(char::is_ascii_alphanumeric).collect();
    [19, 21].iter().any(|n| compact.get(..*n).is_some_and(is_valid_iban))
}

impl Scheme for SlovenianModel {
    fn countries(&self) -> &'static [&'static str] {
        &["SI"]
    }

    fn canonical(&self, text: &str) -> Option<String> {
        canonical("SI", text)
    }

    fn is_valid(&self, canonical: &str) -> bool {
        is_valid("SI", canonical)
    }

    fn forms(&self, canonical: &str) -> Vec<String> {
        forms(canonical)
    }

    fn has_check(&self, canonical: &str) -> bool {
        has_check("SI", canonical)
    }

    fn frame_marks(&self) -> &'static [&'static str] {
        &["SI"]
    }

    fn framed(&self, text: &str) -> Vec<Framed> {
        framed("SI", text)
    }
}

impl Scheme for CroatianModel {
    fn countries(&self) -> &'static [&'static str] {
        &["HR"]
    }

    fn canonical(&self, text: &str) -> Option<String> {
        canonical("HR", text)
    }

    fn is_valid(&self, canonical: &str) -> bool {
        is_valid("HR", canonical)
    }

    fn forms(&self, canonical: &str) -> Vec<String> {
        forms(canonical)
    }

    fn has_check(&self, canonical: &str) -> bool {
        has_check("HR", canonical)
    }

    fn frame_marks(&self) -> &'static [&'static str] {
        &["HR"]
    }

    fn framed(&self, text: &str) -> Vec<Framed> {
        framed("HR", text)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::assert_vectors;
    use super::*;

    #[test]
    fn vectors_of_model_12() {
        let valid = ["SI121234567890120", "SI1220260001236", "SI12426", "SI120000000000019", "SI129999999999994"];
        assert_vectors(&SlovenianModel, &valid, &["SI121234567895120", "SI2120260001236", "SI1226"]);
    }

    #[test]
    fn vectors_of_model_01() {
        let valid = ["SI0126-1234-52", "SI012026-0001236", "SI01426", "SI01123-456-7890", "SI019999990"];
        assert_vectors(&SlovenianModel, &valid, &["SI0126-1234-58", "SI012026-0001263", "SI0126"]);
        let valid = ["HR0126-1234-52", "HR012026-0001236", "HR01426", "HR01123-456-7890", "HR019999990", "HR01 426"];
        assert_vectors(&CroatianModel, &valid, &["HR5126-1234-52", "HR102026-0001236", "HR0126"]);
    }

    #[test]
    fn an_account_of_the_country_is_no_reference() {
        assert_eq!(CroatianModel.framed("HR01 2026-0001236 HVALA"), [Framed::one(0..17)]);
        assert!(SlovenianModel.framed("SI56 2633 0001 2039 086").is_empty());
        assert!(SlovenianModel.framed("SI99").is_empty());
    }
}
