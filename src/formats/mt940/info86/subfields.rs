//! Layouts of a code and two-digit keys: `166?00GUTSCHRIFT?20EREF+…` (DK), `020<00Przelew<20…` (Poland and others).
//!
//! The key meanings differ by country, so the separator chooses the table: `?` is the German one.

use super::joined::Joined;
use super::{Context, Info, compact, free_pieces, keywords, looks_like_bic, looks_like_iban, tidy};
use crate::formats::mt940::lines::split_lines;
use crate::model::Party;
use smallvec::SmallVec;

const SEPARATORS: &[u8] = b"?<>~^@#|+";

/// The separator of a field in this layout: `?`, or one of `< > ~ ^ @ # | +`.
pub(super) fn separator(text: &str) -> Option<char> {
    let text = text.trim_start();
    let broken = matches!(text.as_bytes().get(3), Some(b'\r' | b'\n'));
    if let Some((head, rest)) = text.split_once(['\r', '\n']).filter(|(head, _)| broken && head.len() == 3) {
        // The line may break right after the code.
        return separator(&format!("{head}{}", rest.trim_start().lines().next().unwrap_or("")));
    }
    let at = text.bytes().take(4).position(|b| SEPARATORS.contains(&b))?;
    let (code, rest) = text.split_at_checked(at)?;
    let separator = rest.chars().next()?;
    let key = key_after(rest.get(1..)?)?;
    let digits = code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit());
    let letters = code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase());
    let more = || {
        text.match_indices(separator).filter(|(i, _)| text.get(i + 1..).is_some_and(|r| key_after(r).is_some())).count()
            > 1
    };
    let sure = match separator {
        // A plus and two digits is how telephone numbers begin.
        '+' => (digits || letters) && key == 0 && more(),
        '?' => digits || code.is_empty() || letters && key == 0,
        _ => digits || (code.is_empty() || letters && key == 0) && more(),
    };
    sure.then_some(separator)
}

/// Reads the German structure.
pub(super) fn dk(text: &str, context: Context<'_>) -> Info {
    let record = Record::read(text, '?');
    let mut info = record.base();
    let subfields = Joined::new(record.values(|k| matches!(k, 20..=29 | 60..=63)));
    keywords::read(&subfields, &mut info, context);
    let other: &mut Party = &mut info.counterparty;
    other.agent = record.first(30).and_then(compact).or(other.agent.take());
    other.account = record.first(31).and_then(compact).or(other.account.take());
    other.name = record.name(32, 33);
    info.text_key = record.first(34).and_then(compact);
    info
}

/// Reads the other tables. In BPH's and its like, 26 is the counterparty's account and 27 to 29 its name; elsewhere these
/// are remittance, so the content of 26 decides. Triodos puts its own customer's account into 31 and the other into 10 or 21.
pub(super) fn keyed(text: &str, separator: char, context: Context<'_>) -> Info {
    let record = Record::read(text, separator);
    let mut info = record.base();
    let account_at_26 = record.first(26).and_then(compact).filter(|a| is_account(a));
    let own = |a: &String| !a.is_empty() && context.account.ends_with(a.trim_start_matches('0'));
    let triodos = record.first(31).and_then(compact).is_some_and(|a| own(&a)) && record.first(32).is_none();

    let mut text_keys: Vec<u8> = (20..=29).chain(60..=63).collect();
    let other: &mut Party = &mut info.counterparty;
    if triodos {
        let iban = record.first(21).and_then(compact).filter(|a| looks_like_iban(a));
        let bic = record.first(20).and_then(compact).filter(|b| iban.is_some() && looks_like_bic(b));
        text_keys.retain(|k| !(*k == 21 && iban.is_some() || *k == 20 && bic.is_some()));
        let old = record.first(10).and_then(compact).filter(|a| a.bytes().any(|b| b != b'0'));
        other.account = iban.or(old);
        other.agent = bic;
    } else {
        if account_at_26.is_some() {
            text_keys.retain(|k| !(26..=29).contains(k));
        }
        // From 60 on the address goes on, as in Poland, unless the text has filled its own keys before.
        if account_at_26.is_some() || record.first(29).is_none() {
            text_keys.retain(|k| *k < 60);
        }
        let iban = record.first(38).and_then(compact).filter(|a| is_account(a));
        other.account = iban.or(record.first(31).and_then(compact)).or(account_at_26.clone());
        other.agent = record.first(30).and_then(compact);
        other.name = record.name(32, 33);
        if other.name.is_none() && account_at_26.is_some() {
            other.name = record.name(27, 28);
        }
    }
    info.text_key = record.first(34).and_then(compact).filter(|k| k.len() == 3);
    if separator == '+' {
        // A plus also stands inside words here, so nothing may be cut away.
        info.remittance.unstructured = free_pieces(text);
    } else {
        let subfields = Joined::new(record.values(|k| text_keys.contains(&k)));
        keywords::read(&subfields, &mut info, context);
    }
    info
}

/// A whole field: its code and its keys with values, in file order.
struct Record {
    /// The text without its line breaks: they fall anywhere, also inside a key, and mean nothing.
    text: String,
    /// Where the first separator stands.
    code: usize,
    /// Key, start and end of its value.
    subfields: SmallVec<[(u8, usize, usize); 16]>,
}

impl Record {
    fn read(text: &str, separator: char) -> Record {
        let mut joined = String::with_capacity(text.len());
        split_lines(text).for_each(|line| joined.push_str(line));
        let mut record = Record { code: joined.len(), text: joined, subfields: SmallVec::new() };
        // Every separator is ASCII. One that no key follows is a sign of its own inside a value.
        let sign = u8::try_from(separator).unwrap_or(b'?');
        for at in memchr::memchr_iter(sign, record.text.as_bytes()) {
            let Some(key) = record.text.get(at + 1..).and_then(key_after) else { continue };
            match record.subfields.last_mut() {
                Some((.., end)) => *end = at,
                None => record.code = at,
            }
            record.subfields.push((key, at + 3, record.text.len()));
        }
        record
    }

    /// What every table has: code and booking text.
    fn base(&self) -> Info {
        let code = self.text.get(..self.code).unwrap_or("").trim();
        Info {
            gvc: (code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit())).then(|| code.to_owned()),
            booking_text: self.first(0).and_then(tidy),
            ..Info::default()
        }
    }

    fn value(&self, (_, start, end): &(u8, usize, usize)) -> &str {
        self.text.get(*start..*end).unwrap_or("")
    }

    fn first(&self, key: u8) -> Option<&str> {
        let found = self.subfields.iter().find(|(k, ..)| *k == key)?;
        Some(self.value(found)).filter(|v| !v.trim().is_empty())
    }

    /// Values of the wanted keys, in the order of the keys: banks write 24 before 23.
    fn values(&self, wanted: impl Fn(u8) -> bool) -> impl Iterator<Item = &str> {
        let mut found: SmallVec<[_; 16]> = self.subfields.iter().filter(|(k, ..)| wanted(*k)).collect();
        found.sort_by_key(|(k, ..)| *k);
        found.into_iter().map(|s| self.value(s))
    }

    /// A name over two subfields: glued where the first is full (27 characters), else with a blank.
    fn name(&self, first: u8, second: u8) -> Option<String> {
        let (a, b) = (self.first(first).unwrap_or(""), self.first(second).unwrap_or(""));
        if b.is_empty() {
            return tidy(a);
        }
        let glue = if a.chars().count() >= 27 { "" } else { " " };
        tidy(&format!("{a}{glue}{b}"))
    }
}

fn key_after(text: &str) -> Option<u8> {
    text.get(..2).filter(|k| k.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()
}

fn is_account(text: &str) -> bool {
    looks_like_iban(text) || (16..=28).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Currency;

    const CONTEXT: Context<'static> = Context { currency: Currency::EUR, account: "TRIODOSBANK/0390123456" };

    #[test]
    fn the_german_structure_is_read_over_line_breaks() {
        let text = "166?00SEPA GUTSCHRIFT?109310?20EREF+E2E-1?21SVWZ+RE-2026-0?2\r\n20731 Fa. Muster?30BANKDEFFXXX?31DE0212030\r\n0000000202051?32MUSTER HANDEL UND TECHNIK GM?33BH?34011";
        let i = dk(text, CONTEXT);
        assert_eq!((i.gvc.as_deref(), i.booking_text.as_deref()), (Some("166"), Some("SEPA GUTSCHRIFT")));
        assert_eq!(i.end_to_end_id.as_deref(), Some("E2E-1"));
        assert_eq!(i.remittance.unstructured, ["RE-2026-0", "0731 Fa. Muster"]);
        assert_eq!(i.counterparty.account.as_deref(), Some("DE02120300000000202051"));
        assert_eq!(i.counterparty.name.as_deref(), Some("MUSTER HANDEL UND TECHNIK GMBH"));
        assert_eq!((i.counterparty.agent.as_deref(), i.text_key.as_deref()), (Some("BANKDEFFXXX"), Some("011")));
    }

    #[test]
    fn subfields_are_joined_in_the_order_of_their_keys() {
        let i = dk("008?20Miete ?22April?21im ?60 2026?99?32MUELLER", CONTEXT);
        assert_eq!(i.remittance.unstructured.concat(), "Miete im April 2026");
    }

    #[test]
    fn other_separators_have_other_tables() {
        let i = keyed(
            "020<00Przelew<10404<20FV 25/2026<2645106000760000321000095503<27ELEKTRO SP. Z O.O.<30106",
            '<',
            CONTEXT,
        );
        assert_eq!(i.remittance.unstructured, ["FV 25/2026"]);
        assert_eq!(i.counterparty.account.as_deref(), Some("45106000760000321000095503"));
        assert_eq!(i.counterparty.name.as_deref(), Some("ELEKTRO SP. Z O.O."));
        let i = keyed("020<00Przelew<20FV 25/2026<21<32ELEKTRO SP. Z O.O.<60UL. DLUGA 7<6130-300 KRAKOW", '<', CONTEXT);
        assert_eq!(i.remittance.unstructured, ["FV 25/2026"], "an address is no remittance");
        assert_eq!(i.counterparty.name.as_deref(), Some("ELEKTRO SP. Z O.O."));
        let i = keyed("000>100000000000\n>20TRIONL2U\n>21NL91ABNA0417164300\n>22rent>310390123456", '>', CONTEXT);
        assert_eq!(i.counterparty.account.as_deref(), Some("NL91ABNA0417164300"));
        assert_eq!(i.remittance.unstructured, ["rent"]);
    }

    #[test]
    fn a_code_of_letters_or_a_lone_sign_is_told_apart() {
        assert_eq!(separator("XXX?00TEXT?20EREF+1"), Some('?'));
        assert_eq!(separator("166\r\n?00TEXT"), Some('?'));
        assert_eq!(separator("WHY?20 EUR"), None);
        assert_eq!(separator("TBB+00TRANSFER+31X"), Some('+'));
        assert_eq!(separator("999+49 30 1234"), None);
        assert_eq!(separator("~00VE02~20FV 1"), Some('~'));
    }
}
