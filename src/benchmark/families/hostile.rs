//! Texts that harm a careless program, and money of people whom nobody knows.

use crate::benchmark::plan::Answer;
use crate::benchmark::wording::{INVOICE, fill, words};
use crate::benchmark::world::World;

pub(super) fn hostile(w: &mut World) {
    let amount = w.amount();
    let mut p = w.stranger("hostile_text", amount);
    let text = match w.r.below(6) {
        0 => "9".repeat(140),
        1 => "=cmd|' /C calc'!A0".to_owned(),
        2 => "RE\u{202e}13700-6202".to_owned(),
        3 => "12 ".repeat(46).trim().to_owned(),
        4 => "<script>alert(1)</script> ; DROP TABLE".to_owned(),
        _ => "1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16-17-18-19-20-21-22-23-24-25".to_owned(),
    };
    p.text = vec![text];
    w.review(p, Answer::default(), Vec::new());
}

pub(super) fn unknown(w: &mut World) {
    let amount = w.amount();
    let mut p = w.stranger("unknown_payer", amount);
    let text =
        w.r.pick(&["", "Spende", "siehe Anlage", "per email", "Vertrag {n}", "ref {n}", "{n}", "Kunde {n}", "diverse"]);
    let n = w.r.digits(5);
    let text = text.replace("{n}", &n);
    w.say(&mut p, text);
    w.review(p, Answer::default(), Vec::new());
}

/// Somebody writes a customer's name with letters of another script, or with signs that nobody sees, and names its document in full.
pub(super) fn spoofed(w: &mut World) {
    let c = w.customer();
    let item = w.invoice(c);
    let mut p = w.payment("name_spoofed", c, w.open(item));
    let name = w.customers[c].record.name.clone();
    let like = |c: char| match c {
        'a' => '\u{430}',
        'e' => '\u{435}',
        'o' => '\u{43e}',
        'A' => '\u{410}',
        'B' => '\u{412}',
        'H' => '\u{41d}',
        other => other,
    };
    let mixed: String = name.chars().map(like).collect();
    p.name = Some(if mixed == name || w.r.chance(30) {
        let mut name = name;
        let at = name.char_indices().nth(2).map_or(0, |(at, _)| at);
        name.insert(at, '\u{200b}');
        name
    } else {
        mixed
    });
    let country = w.customers[c].country;
    p.iban = Some(country.iban(&mut w.r));
    let language = w.language(c);
    let n = w.items[item].number.full();
    let text = fill(words(&mut w.r, language, &INVOICE), &[("n", &n)]);
    w.say(&mut p, text);
    let truth = w.in_full(c, &[item]);
    w.review(p, truth.clone(), vec![truth]);
}
