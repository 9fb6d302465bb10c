//! Free text, with labels where a bank writes some: `IBAN: … BIC: … NAAM: … OMSCHRIJVING: …` (ABN AMRO, Knab),
//! `AUFTRAGGEBER: … MITTEILUNGEN: …` (PostFinance), `OD: …; TYT.: …; TNR: …` (mBank).
//!
//! The whole text stays remittance: labels only add what they name.

use super::joined::Joined;
use super::{Context, Info, compact, free_pieces, keywords, looks_like_bic, looks_like_iban, tidy};
use crate::formats::mt940::lines::split_lines;

#[derive(Clone, Copy, PartialEq)]
enum Label {
    Account,
    Bic,
    Name,
    EndToEnd,
    Mandate,
    CreditorId,
    Transaction,
    Text,
}

const LABELS: &[(&str, Label)] = &[
    ("IBAN:", Label::Account),
    ("REK:", Label::Account),
    ("REKENING:", Label::Account),
    ("Z RACH.:", Label::Account),
    ("NA RACH.:", Label::Account),
    ("BIC:", Label::Bic),
    ("NAAM:", Label::Name),
    ("AUFTRAGGEBER:", Label::Name),
    ("OD:", Label::Name),
    ("DLA:", Label::Name),
    ("KENMERK:", Label::EndToEnd),
    ("MACHTIGING:", Label::Mandate),
    ("INCASSANT:", Label::CreditorId),
    ("TNR:", Label::Transaction),
    ("OMSCHRIJVING:", Label::Text),
    ("BETALINGSKENM.:", Label::Text),
    ("MITTEILUNGEN:", Label::Text),
    ("TYT.:", Label::Text),
];

/// Reads free text.
pub(super) fn read(text: &str, context: Context<'_>) -> Info {
    let mut info = Info::default();
    if keywords::starts(text) {
        keywords::read(&Joined::new(split_lines(text)), &mut info, context);
        return info;
    }
    info.remittance.unstructured = free_pieces(text);
    let line: String = split_lines(text).collect::<Vec<_>>().join(" ");
    if line.contains(':') {
        labels(&line, &mut info);
    }
    // `IBAN BIC NAME text`: where the name ends is not told.
    let mut words = line.split_whitespace();
    if let Some(account) = words.next().filter(|w| looks_like_iban(w)) {
        info.counterparty.account.get_or_insert_with(|| account.to_owned());
        if let Some(bic) = words.next().filter(|w| looks_like_bic(w)) {
            info.counterparty.agent.get_or_insert_with(|| bic.to_owned());
        }
    }
    if info.counterparty.account.is_none() && is_dutch(context) {
        old_dutch(text, &mut info);
    }
    info
}

/// Our own account is a Dutch one: an IBAN of the country, or a number of at most ten digits as before SEPA.
fn is_dutch(context: Context<'_>) -> bool {
    let account = context.account;
    let number = (7..=10).contains(&account.len()) && account.bytes().all(|b| b.is_ascii_digit());
    context.currency.code() == "EUR" && (account.starts_with("NL") || number)
}

/// Layouts before SEPA: the counterparty's account and name stand without labels on the first line, as ten digits
/// (`0123456789 J JANSEN`, ING, SNS) or in groups (`54.49.42.108 JANSEN BV`, ABN AMRO).
fn old_dutch(text: &str, info: &mut Info) {
    let mut lines = split_lines(text);
    let first = lines.next().unwrap_or("");
    let Some((account, name)) = first.split_once(' ') else { return };
    let digits: String = account.chars().filter(char::is_ascii_digit).collect();
    let grouped = account.split('.').map(str::len).eq([2, 2, 2, 3]) && digits.len() == 9;
    if !(grouped || account.len() == 10 && digits.len() == 10) || digits.bytes().all(|b| b == b'0') {
        return;
    }
    // Where the text goes on in the same line, nothing tells where the name ends.
    let alone = grouped || lines.any(|l| !l.trim().is_empty());
    info.counterparty.account = Some(digits);
    info.counterparty.name = info.counterparty.name.take().or_else(|| {
        let name = tidy(name.split("  ").next().unwrap_or(name))?;
        (alone && name.len() <= 35 && name.contains(char::is_alphabetic)).then_some(name)
    });
}

fn labels(line: &str, info: &mut Info) {
    let mut found: Vec<(usize, usize, Label)> = Vec::new();
    for (name, label) in LABELS {
        for (at, _) in line.match_indices(name) {
            // A label is a word of its own: after a blank, a slash or a semicolon, never inside another word.
            let free = line.get(..at).is_some_and(|b| b.is_empty() || b.ends_with([' ', '/', ';']));
            if free {
                found.push((at, at + name.len(), *label));
            }
        }
    }
    found.sort_by_key(|(at, ..)| *at);
    let mut seen = Vec::new();
    for (i, (_, value, label)) in found.iter().enumerate() {
        // The first of a kind counts: what follows may be the payer's own words.
        if *label != Label::Text && seen.contains(label) {
            continue;
        }
        seen.push(*label);
        let end = found.get(i + 1).map_or(line.len(), |(at, ..)| *at);
        let value = line.get(*value..end).unwrap_or("").trim().trim_end_matches(['/', ';']);
        let party = &mut info.counterparty;
        match label {
            Label::Account => {
                let first = compact(value.split("  ").next().and_then(|v| v.split(';').next()).unwrap_or(""));
                set(&mut party.account, first.filter(|a| a.bytes().any(|b| b.is_ascii_digit())));
            }
            Label::Bic => {
                set(&mut party.agent, value.split_whitespace().next().filter(|b| looks_like_bic(b)).map(str::to_owned))
            }
            Label::Name => set(&mut party.name, value.split(';').next().and_then(tidy)),
            Label::EndToEnd => set(&mut info.end_to_end_id, tidy(value)),
            Label::Mandate => set(&mut info.mandate_id, tidy(value)),
            Label::CreditorId => set(&mut info.creditor_id, compact(value)),
            Label::Transaction => set(&mut info.transaction_id, value.split_whitespace().next().map(str::to_owned)),
            Label::Text => {}
        }
    }
}

fn set<T>(slot: &mut Option<T>, value: Option<T>) {
    if slot.is_none() {
        *slot = value;
    }
}

#[cfg(test)]
mod tests {
    use crate::base::Currency;

    fn read(text: &str) -> super::Info {
        super::read(text, super::Context { currency: Currency::EUR, account: "" })
    }

    #[test]
    fn keywords_without_the_structure_around_them_are_cut_too() {
        let i = read("EREF+E-1 MREF+M1 SVWZ+RE 7\nand 8");
        assert_eq!((i.end_to_end_id.as_deref(), i.mandate_id.as_deref()), (Some("E-1"), Some("M1")));
        assert_eq!(i.remittance.unstructured, ["RE 7", "and 8"]);
    }

    #[test]
    fn labels_add_what_they_name_and_the_text_stays_whole() {
        let text = "SEPA OVERBOEKING                 IBAN: NL91ABNA0417164300\nBIC: ABNANL2A                    NAAM: A DE MAN\nOMSCHRIJVING: FACT 2026-1\nKENMERK: 7541410";
        let i = read(text);
        assert_eq!(i.counterparty.account.as_deref(), Some("NL91ABNA0417164300"));
        assert_eq!(i.counterparty.name.as_deref(), Some("A DE MAN"));
        assert_eq!(i.end_to_end_id.as_deref(), Some("7541410"));
        assert_eq!(i.remittance.unstructured.len(), 4);
        let i = read("REK: NL91ABNA0417164300/NAAM: BEDRIJF VOF");
        assert_eq!(i.counterparty.account.as_deref(), Some("NL91ABNA0417164300"));
        let i = read("911 COLLECT; Z RACH.: 5611; OD: JAN NOWAK; TYT.: PRZELEW; TNR: 17917.01");
        assert_eq!(i.counterparty.account.as_deref(), Some("5611"));
        assert_eq!(
            (i.counterparty.name.as_deref(), i.transaction_id.as_deref()),
            (Some("JAN NOWAK"), Some("17917.01"))
        );
    }

    #[test]
    fn account_and_name_of_old_dutch_layouts_stand_on_the_first_line() {
        let of = |account: &str, text: &str| {
            let party = super::read(text, super::Context { currency: Currency::EUR, account }).counterparty;
            (party.account.clone(), party.name.clone())
        };
        let found = (Some("0987654321".to_owned()), Some("J JANSEN".to_owned()));
        assert_eq!(of("0123456789", "0987654321 J JANSEN\nfactuur 2026-7"), found);
        let grouped = (Some("544942108".to_owned()), Some("JANSEN BV".to_owned()));
        assert_eq!(of("NL91ABNA0417164300", "54.49.42.108 JANSEN BV"), grouped);
        assert_eq!(of("0123456789", "0987654321 JANSEN FACTUUR 7 VAN MEI"), (Some("0987654321".to_owned()), None));
        assert_eq!(of("DE02120300000000202051", "0987654321 J JANSEN\nx"), (None, None), "elsewhere it is a number");
        assert_eq!(of("0123456789", "54.49 JANSEN"), (None, None));
    }

    #[test]
    fn a_word_that_ends_like_a_label_is_none() {
        assert_eq!(read("WERKNAAM: X").counterparty.name, None);
    }
}
