//! 8-bit code pages: which one explains the bytes of a text that is no UTF-8. Comes in: bytes. Goes out: text and the page.
//!
//! windows-1252, windows-1250 and ISO 8859-2 share the German letters, so that a German text reads alike in all three. What
//! tells them apart is signs and controls in the middle of words (`Ma³gorzata` is `Małgorzata` in windows-1250) and, for Czech
//! and Slovak, letters that no Western language writes together. windows-1252 is left only for a page that explains more.

use encoding_rs::{Encoding, ISO_8859_2, WINDOWS_1250, WINDOWS_1252};

/// A code page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CodePage {
    /// How it is named in findings and by `--encoding`.
    pub name: &'static str,
    table: Table,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    Known(&'static Encoding),
    /// The characters of the bytes from 0x80 on.
    Dos(&'static str),
}

/// The pages in the order of preference: of two that explain a text equally well the first is taken.
const PAGES: &[CodePage] = &[
    CodePage { name: "windows-1252", table: Table::Known(WINDOWS_1252) },
    CodePage { name: "windows-1250", table: Table::Known(WINDOWS_1250) },
    CodePage { name: "iso-8859-2", table: Table::Known(ISO_8859_2) },
    CodePage { name: "cp850", table: Table::Dos(CP850) },
    CodePage { name: "cp852", table: Table::Dos(CP852) },
    CodePage { name: "cp437", table: Table::Dos(CP437) },
];

const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
    └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
    └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";
const CP852: &str = "ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐\
    └┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝţ´\u{ad}˝˛ˇ˘§÷¸°¨˙űŘř■\u{a0}";

impl CodePage {
    /// The page of a name, whatever its case and signs: `cp852`, `IBM852`, `windows-1250`, `latin2`.
    pub(super) fn of_name(name: &str) -> Option<CodePage> {
        let folded: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        let dos = folded.strip_prefix("ibm").or(folded.strip_prefix("cp")).unwrap_or(&folded);
        let by_name = |p: &&CodePage| p.name.strip_prefix("cp") == Some(dos);
        let label = || Encoding::for_label(name.trim().as_bytes());
        let by_label = |p: &&CodePage| matches!(p.table, Table::Known(known) if label() == Some(known));
        PAGES.iter().find(by_name).or_else(|| PAGES.iter().find(by_label)).copied()
    }

    /// The names of all pages, for messages.
    pub(super) fn names() -> String {
        PAGES.iter().map(|p| p.name).collect::<Vec<_>>().join(", ")
    }

    /// All bytes as text. Every byte has a character; undefined ones become controls.
    pub(super) fn decode(self, bytes: &[u8]) -> String {
        match self.table {
            Table::Known(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
            Table::Dos(_) => bytes.iter().map(|b| self.character(*b)).collect(),
        }
    }

    fn character(self, byte: u8) -> char {
        if byte.is_ascii() {
            return char::from(byte);
        }
        match self.table {
            Table::Known(encoding) => {
                let text = encoding.decode_without_bom_handling(std::slice::from_ref(&byte)).0;
                text.chars().next().unwrap_or('\u{fffd}')
            }
            Table::Dos(table) => table.chars().nth(usize::from(byte) - 128).unwrap_or('\u{fffd}'),
        }
    }
}

/// How many characters beyond ASCII are looked at: more tell nothing new.
const ENOUGH: usize = 20_000;

/// The page that explains a text best. Windows-1252 stays unless another has strictly less that no word holds.
pub(super) fn choose(bytes: &[u8]) -> CodePage {
    let usual = PAGES.first().copied().unwrap_or(CodePage { name: "windows-1252", table: Table::Known(WINDOWS_1252) });
    PAGES.iter().copied().min_by_key(|page| oddness(*page, bytes)).unwrap_or(usual)
}

/// What stands in the text under this page that words do not hold: controls, frames, signs between letters, capitals behind
/// small letters, and Czech words in Western letters.
fn oddness(page: CodePage, bytes: &[u8]) -> u64 {
    let table: Vec<char> = (128u8..=255).map(|b| page.character(b)).collect();
    let character = |at: Option<usize>| -> Option<char> {
        let byte = *bytes.get(at?)?;
        if byte.is_ascii() { Some(char::from(byte)) } else { table.get(usize::from(byte) - 128).copied() }
    };
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    let high = bytes.iter().enumerate().filter(|(_, b)| !b.is_ascii()).map(|(at, _)| at).take(ENOUGH);
    // `ą` in a text with `ř`, `ě` or `ů` and without `ł` is the `š` of ISO 8859-2.
    let has = |wanted: &[u8]| bytes.iter().any(|b| wanted.contains(b));
    let slavic = page.table == Table::Known(WINDOWS_1250) && has(&[0xB9]) && has(&[0xF8, 0xEC, 0xF9]) && !has(&[0xB3]);
    let mut odd = u64::from(slavic);
    for at in high {
        let Some(c) = character(Some(at)) else { continue };
        let (before, after) = (character(at.checked_sub(1)), character(at.checked_add(1)));
        let framed = matches!(c, '\u{2500}'..='\u{259f}');
        odd += if c.is_control() || framed || c == '\u{fffd}' {
            3
        } else if !c.is_alphabetic() {
            // At the end of a word a sign may stand (`m³`, `Firma®`); the pages of DOS are told from each other by it.
            let dos = matches!(page.table, Table::Dos(_));
            2 * u64::from(is_letter(before) && is_letter(after))
                + u64::from(dos && (is_letter(before) || is_letter(after)))
        } else {
            let risen = c.is_uppercase() && before.is_some_and(char::is_lowercase);
            let sunk = c.is_lowercase()
                && c != 'ß'
                && before.is_some_and(|b| b.is_uppercase())
                && after.is_some_and(|a| a.is_uppercase());
            u64::from(risen || sunk)
                + u64::from(page.table == Table::Known(WINDOWS_1252) && czech(c, &table, bytes, at))
        };
    }
    odd
}

/// Whether a word in windows-1252 is a Czech or Slovak one in windows-1250: `pøíkaz`, `mìsto`, `Dvoøák`. No Western language
/// writes `ø` or `ì` with these in one word; words with `å`, `æ` or `ð` are Nordic.
fn czech(c: char, table: &[char], bytes: &[u8], at: usize) -> bool {
    if !matches!(c, 'ø' | 'ì' | 'Ø' | 'Ì' | 'è' | 'È' | 'ù') {
        return false;
    }
    let letter = |b: &u8| if b.is_ascii() { Some(char::from(*b)) } else { table.get(usize::from(*b) - 128).copied() };
    let in_word = |b: &&u8| letter(b).is_some_and(char::is_alphabetic);
    let start = bytes.get(..at).unwrap_or_default().iter().rev().take(40).take_while(in_word);
    let end = bytes.get(at + 1..).unwrap_or_default().iter().take(40).take_while(in_word);
    let others: Vec<char> = start.chain(end).filter_map(letter).filter(|c| !c.is_ascii()).collect();
    let nordic = others.iter().any(|c| matches!(c, 'å' | 'æ' | 'ð' | 'Å' | 'Æ' | 'Ð'));
    let strong = matches!(c, 'ø' | 'ì' | 'Ø' | 'Ì');
    let with = |c: &char| match strong {
        true => matches!(c, 'í' | 'ý' | 'á' | 'š' | 'ž' | 'Í' | 'Ý' | 'Á' | 'Š' | 'Ž' | 'è' | 'ù' | 'È'),
        // French has `è` and `ù` beside `é`, `â` and others, but never beside these.
        false => matches!(c, 'ý' | 'š' | 'ž' | 'Ý' | 'Š' | 'Ž' | 'ø' | 'ì'),
    };
    !nordic && others.iter().any(with)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of a text in a page.
    fn bytes(name: &str, text: &str) -> Vec<u8> {
        let page = CodePage::of_name(name).unwrap();
        text.chars()
            .map(|c| if c.is_ascii() { c as u8 } else { (128..=255u8).find(|b| page.character(*b) == c).unwrap() })
            .collect()
    }

    #[test]
    fn german_texts_are_never_taken_for_another_page() {
        for text in [
            "Müller & Söhne, Straße 5, Größe XXL, Übertrag",
            "STRAßE GRÜN ÄRGER 5 m³ à 3 €",
            "Überweisung “Miete” für März – Bürgschaft",
            "GROßMÄRKTE Düsseldorf §12 50°",
        ] {
            let b = bytes("windows-1252", text);
            let page = choose(&b);
            assert_eq!(page.decode(&b), text, "{}", page.name);
        }
    }

    #[test]
    fn western_texts_stay_western() {
        for text in [
            "Société Générale à l'élève, où",
            "Señor Muñoz Nº5 ¿Qué?",
            "Sørensen Ærø Århus",
            "lunedì però perché",
            "ações São João",
            "100 £ 5 ¥ ½",
        ] {
            assert_eq!(choose(&bytes("windows-1252", text)).name, "windows-1252", "{text}");
        }
    }

    #[test]
    fn central_european_texts_are_read_in_their_page() {
        let polish = "Małgorzata Wąs, zapłata za fakturę, Łódź ul. Żółkiewskiego";
        let czech = "Příkaz k úhradě, město Plzeň, Tomáš Dvořák";
        for (name, text) in [
            ("windows-1250", polish),
            ("iso-8859-2", polish),
            ("cp852", polish),
            ("windows-1250", czech),
            ("iso-8859-2", czech),
        ] {
            let b = bytes(name, text);
            let page = choose(&b);
            assert_eq!((page.name, page.decode(&b).as_str()), (name, text));
        }
        let dos = bytes("cp850", "Müller Köln Geschäft Straße");
        assert_eq!(choose(&dos).decode(&dos), "Müller Köln Geschäft Straße");
    }

    #[test]
    fn pages_are_known_by_their_usual_names() {
        let of = |n| CodePage::of_name(n).map(|p| p.name);
        assert_eq!((of("IBM852"), of("CP-850"), of("latin2")), (Some("cp852"), Some("cp850"), Some("iso-8859-2")));
        assert_eq!(
            (of("ISO-8859-1"), of("windows-1250"), of("klingon")),
            (Some("windows-1252"), Some("windows-1250"), None)
        );
    }
}
