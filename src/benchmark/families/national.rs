//! National payment references that the document bears: KID, OCR and FIK, in their field or in the words, and with a digit wrong.

use crate::base::{luhn, mod11_weights_2_to_7};
use crate::benchmark::plan::Evidence;
use crate::benchmark::wording::{SILENT, words};
use crate::benchmark::world::World;

/// A reference as it is printed on the document, and as payers and banks write it in a text.
fn printed(w: &mut World, code: &str) -> (String, Vec<String>) {
    let with_luhn = |body: &str| format!("{body}{}", luhn(body).unwrap_or(0));
    match code {
        "NO" => {
            let body = format!("{}{}", w.r.digits(5), w.r.digits(8));
            let kid = match mod11_weights_2_to_7(&body).filter(|_| w.r.chance(20)) {
                Some(check @ 0..=9) => format!("{body}{check}"),
                _ => with_luhn(&body),
            };
            let written = vec![format!("KID {kid}"), format!("KID: {kid}"), format!("KID-nr {kid}")];
            (kid, written)
        }
        "SE" => {
            let body = w.r.digits(7);
            let ocr = with_luhn(&format!("{body}{}", (body.len() + 2) % 10));
            let written = vec![format!("OCR {ocr}"), format!("OCR: {ocr}"), format!("OCR-nummer {ocr}")];
            (ocr, written)
        }
        _ => {
            let number = with_luhn(&format!("{}{}", w.r.digits(7), w.r.digits(7)));
            let creditor = w.r.digits(8);
            let line = format!("+71<{number}+{creditor}<");
            let written = vec![line.clone(), format!("+71<{number}"), format!("FIK 71 {number}")];
            (line, written)
        }
    }
}

/// One digit of a reference made another one, neither the first nor a kind in front of a `<`.
fn damaged(w: &mut World, right: &str) -> String {
    let digits: Vec<usize> = right.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(n, _)| n).collect();
    let at = digits.get(4 + w.r.below(4)).copied().unwrap_or(0);
    let other = |c: char| char::from_digit((c.to_digit(10).unwrap_or(0) + 1) % 10, 10).unwrap_or('0');
    right.char_indices().map(|(n, c)| if n == at { other(c) } else { c }).collect()
}

fn planned(w: &mut World, scenario: &'static str, wrong: bool) {
    let Some(c) = w.customer_in(&["NO", "SE", "DK"]) else { return };
    let item = w.invoice(c);
    let code = w.customers[c].country.code;
    let (reference, written) = printed(w, code);
    w.items[item].record.payment_reference = Some(reference.clone().into());
    let mut p = w.payment(scenario, c, w.open(item));
    let in_field = w.r.chance(60);
    let shown = if in_field { reference } else { written[w.r.below(written.len())].clone() };
    let shown = if wrong { damaged(w, &shown) } else { shown };
    if in_field {
        p.reference = Some(shown);
    } else {
        let language = w.language(c);
        let before = if w.r.chance(30) { words(&mut w.r, language, &SILENT) } else { "" };
        p.text = vec![format!("{before} {shown}").trim().to_owned()];
    }
    let truth = w.in_full(c, &[item]);
    if wrong {
        w.review(p, truth.clone(), vec![truth]);
    } else {
        w.automatic(p, Evidence::Number, truth);
    }
}

/// As printed.
pub(super) fn reference(w: &mut World) {
    planned(w, "reference_national", false);
}

/// One digit wrong: nothing may happen unasked.
pub(super) fn bad_check_digit(w: &mut World) {
    planned(w, "reference_national_bad", true);
}
