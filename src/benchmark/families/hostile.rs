//! Texts that harm a careless program, and money of people whom nobody knows.

use crate::benchmark::plan::Answer;
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
