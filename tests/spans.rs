//! The reading of a payer's words on any text, as the fuzz target `spans` asks it (`cargo fuzz run spans`).

#[path = "support/spans.rs"]
mod spans;

use proptest::prelude::*;

/// Texts with what payers write, what banks make of it, and what nobody should.
fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => "[A-Za-z]{1,8}",
        4 => "[0-9]{1,12}",
        2 => "[-/ .,;:+*#&()%<>=\n\t]{1,3}",
        1 => prop::sample::select(vec![
            "RE-2026-00731", "RE 2026 0", "0731", "RF18539007547034", "+++090/9337/55493+++", "17.04.2026", "1.190,00",
            "DE62 3704 0044 0532 0130 01", "Kd.-Nr. K4", "¦", "Rechnung", "bis", "2 % Skonto", "Tel.", "\u{202e}", "\u{200b}",
            "ß", "Ǆ", "ﬁ", "Ⅷ", "٣", "三", "½", "\u{301}", "€", "–", "NO93 8601 1117 947", "/INV/1 2 3/TXT/", "123456782",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_read_stands_in_the_text_and_a_payment_with_it_is_decided(text in text()) {
        spans::read_checked(&text);
    }

    #[test]
    fn any_characters_are_read(text in any::<String>()) {
        spans::read_checked(&text);
    }
}

#[test]
fn long_texts_are_read_up_to_their_limit() {
    for text in ["9".repeat(20_000), "2026-".repeat(3_000), "Ä\n".repeat(7_000), "RE-2026-00731, ".repeat(900)] {
        spans::read_checked(&text);
    }
}
