//! Structured references that the document bears.

use crate::base::mod97;
use crate::benchmark::plan::Evidence;
use crate::benchmark::wording::{SILENT, words};
use crate::benchmark::world::World;

/// ISO 11649 from a running body.
fn rf(w: &mut World) -> String {
    let body = format!("{}{}", w.r.digits(3), w.r.digits(9));
    let check = 98 - mod97(&format!("{body}RF00")).unwrap_or(0);
    format!("RF{check:02}{body}")
}

/// Belgian structured communication: ten digits and their remainder of 97.
fn belgian(w: &mut World) -> String {
    let body = w.r.digits(10);
    let rest = body.parse::<u64>().unwrap_or(0) % 97;
    format!("{body}{:02}", if rest == 0 { 97 } else { rest })
}

fn reference(w: &mut World, c: usize) -> String {
    match w.customers[c].country.code {
        "BE" => belgian(w),
        "CH" => {
            let body = w.r.digits(26);
            let check = crate::base::mod10_recursive(&body).unwrap_or(0);
            format!("{body}{check}")
        }
        "FI" => {
            let body = w.r.digits(8);
            let check = crate::base::weights_731(&body).unwrap_or(0);
            format!("{body}{check}")
        }
        _ => rf(w),
    }
}

/// In its own field.
pub(super) fn structured(w: &mut World) {
    let c = w.customer();
    let item = w.invoice(c);
    let amount = w.open(item);
    let mut p = w.payment("reference_structured", c, amount);
    let reference = reference(w, c);
    w.items[item].record.payment_reference = Some(reference.clone().into());
    p.reference = Some(reference);
    let truth = w.in_full(c, &[item]);
    w.automatic(p, Evidence::Number, truth);
}

/// In the words, in groups or in one.
pub(super) fn in_text(w: &mut World) {
    let c = w.customer();
    let item = w.invoice(c);
    let amount = w.open(item);
    let mut p = w.payment("reference_in_text", c, amount);
    let belgian_form = w.customers[c].country.code == "BE";
    let reference = if belgian_form { belgian(w) } else { rf(w) };
    w.items[item].record.payment_reference = Some(reference.clone().into());
    let grouped = if belgian_form {
        format!("+++{}/{}/{}+++", &reference[..3], &reference[3..7], &reference[7..])
    } else {
        reference.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c).into_owned()).collect::<Vec<_>>().join(" ")
    };
    let text = match w.r.below(3) {
        0 if !belgian_form => reference.to_lowercase(),
        1 => reference,
        _ => grouped,
    };
    w.say(&mut p, text);
    let truth = w.in_full(c, &[item]);
    w.automatic(p, Evidence::Number, truth);
}

/// One digit wrong: the check digits say so, nothing may happen unasked.
pub(super) fn bad_check_digit(w: &mut World) {
    let c = w.customer();
    let item = w.invoice(c);
    let amount = w.open(item);
    let mut p = w.payment("reference_bad_check", c, amount);
    let right = rf(w);
    w.items[item].record.payment_reference = Some(right.clone().into());
    let at = 6 + w.r.below(8);
    let wrong: String =
        right
            .chars()
            .enumerate()
            .map(|(n, ch)| {
                if n == at { char::from_digit((ch.to_digit(10).unwrap_or(0) + 1) % 10, 10).unwrap_or('0') } else { ch }
            })
            .collect();
    if w.r.chance(50) {
        p.reference = Some(wrong);
    } else {
        let language = w.language(c);
        let text = format!("{} {wrong}", words(&mut w.r, language, &SILENT));
        w.say(&mut p, text.trim().to_owned());
    }
    let truth = w.in_full(c, &[item]);
    w.review(p, truth.clone(), vec![truth]);
}
