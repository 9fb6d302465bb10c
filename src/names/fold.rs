//! Folding to capital ASCII. Banks write `ue`, `oe`, `aa` for `ü`, `ö`, `å`, or drop the marks: both sides are folded to the
//! bare vowel, so that Müller, Mueller and MULLER are one word.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Folds a text to capital ASCII letters, digits and blanks; every other character becomes a blank. Transliterates other
/// scripts. Vowel pairs of transliteration (`AE OE UE AA`) fold to their first letter.
pub fn fold_text(text: &str) -> String {
    if text.is_ascii() {
        let mut out = String::with_capacity(text.len());
        let mut last = b' ';
        for b in text.bytes() {
            let b = if b.is_ascii_alphanumeric() { b.to_ascii_uppercase() } else { b' ' };
            let pair = matches!((last, b), (b'A' | b'O' | b'U', b'E') | (b'A', b'A'));
            if !pair {
                out.push(char::from(b));
            }
            last = if pair { b' ' } else { b };
        }
        return out;
    }
    let mut plain = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            c if c.is_ascii() => plain.push(c.to_ascii_uppercase()),
            'ß' | 'ẞ' => plain.push_str("SS"),
            c if c.is_alphanumeric() => plain.push_str(&deunicode::deunicode_char(c).unwrap_or(" ").to_uppercase()),
            _ => plain.push(' '),
        }
    }
    let mut out = String::with_capacity(plain.len());
    let mut last = ' ';
    for c in plain.chars() {
        let c = if c.is_ascii_alphanumeric() { c } else { ' ' };
        let pair = matches!((last, c), ('A' | 'O' | 'U', 'E') | ('A', 'A'));
        if !pair {
            out.push(c);
        }
        last = if pair { ' ' } else { c };
    }
    out
}

/// The folded words of a text. Single letters that stand dotted together are one word: `G.m.b.H.` is `GMBH`, `B.V.` is `BV`.
pub fn fold_words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut letters = String::new();
    if text.is_ascii() && !text.contains('.') {
        for word in fold_text(text).split_ascii_whitespace() {
            add(word, &mut letters, &mut words);
        }
        flush(&mut letters, &mut words);
        return words;
    }
    // Dots inside abbreviations vanish; elsewhere they part words.
    let undotted: String = text.split('.').map(|part| part.trim_start_matches(' ')).collect::<Vec<_>>().join(".");
    for chunk in undotted.split(' ') {
        let mut parts = chunk.split('.').filter(|p| !p.is_empty());
        // "& Co. KG" and "u. Co. KG" are the same words without their dots.
        let dotted = chunk.contains('.') && parts.all(|p| p.chars().count() <= 3 && !p.eq_ignore_ascii_case("co"));
        let chunk = if dotted { chunk.replace('.', "") } else { chunk.to_owned() };
        for word in fold_text(&chunk).split_ascii_whitespace() {
            add(word, &mut letters, &mut words);
        }
    }
    flush(&mut letters, &mut words);
    words
}

fn add(word: &str, letters: &mut String, words: &mut Vec<String>) {
    if word.len() == 1 && word.bytes().all(|b| b.is_ascii_alphabetic()) {
        letters.push_str(word);
        return;
    }
    flush(letters, words);
    words.push(word.to_owned());
}

/// What is left of a folded word when vowels after the first letter and doubled letters go: `MULLER` and `MULER` are `MLR`. Words
/// that differ by a vowel or a doubled letter, as typing errors do, share it. Empty for words under five letters.
pub fn skeleton(word: &str) -> String {
    let mut out = String::new();
    if word.len() < 5 || !word.bytes().all(|b| b.is_ascii_alphabetic()) {
        return out;
    }
    for (i, c) in word.chars().enumerate() {
        if (i == 0 || !matches!(c, 'A' | 'E' | 'I' | 'O' | 'U' | 'Y')) && !out.ends_with(c) {
            out.push(c);
        }
    }
    out
}

fn flush(letters: &mut String, words: &mut Vec<String>) {
    if !letters.is_empty() {
        words.push(std::mem::take(letters));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_transliterations_give_one_word() {
        for name in ["Müller & Söhne", "Mueller + Soehne", "MULLER SOHNE", "mu\u{308}ller, so\u{308}hne"] {
            assert_eq!(
                fold_words(name).iter().filter(|w| w.len() > 1).collect::<Vec<_>>(),
                ["MULLER", "SOHNE"],
                "{name}"
            );
        }
        assert_eq!(fold_words("Ærø Ångström Łódź"), ["ARO", "ANGSTROM", "LODZ"]);
        assert_eq!(fold_words("Weiß"), ["WEISS"]);
    }

    #[test]
    fn dotted_abbreviations_are_one_word() {
        assert_eq!(fold_words("Muster G.m.b.H."), ["MUSTER", "GMBH"]);
        assert_eq!(fold_words("De Vries B.V."), ["DE", "VRIES", "BV"]);
        for name in ["Noll GmbH & Co. KG", "NOLL GMBH & CO KG", "Noll G.m.b.H. & Co.KG"] {
            assert_eq!(fold_words(name), ["NOLL", "GMBH", "CO", "KG"], "{name}");
        }
        assert_eq!(fold_words("Rossi S. p. A."), ["ROSSI", "SPA"]);
        assert_eq!(fold_words("Nowak Sp. z o.o."), ["NOWAK", "SPZ", "OO"]);
    }
}
