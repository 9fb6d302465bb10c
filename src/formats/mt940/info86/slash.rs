//! `/KEY/value` layouts: ABN AMRO, ING, Rabobank, Knab, bunq, and the SWIFT narrative codes of cash-management banks.
//!
//! Values contain slashes (`NR.201303-111/11.3.2013`), so the text is cut at known keys only, and the short ones only where a
//! line or a value cannot go on.

use super::joined::Joined;
use super::{Context, Info, compact, dutch_reference, free_pieces, looks_like_bic, looks_like_iban, tidy};
use crate::base::Money;
use crate::formats::mt940::fields::money_text;
use crate::formats::mt940::lines::split_lines;
use crate::model::Party;

/// Keys that no text contains by chance.
const LONG: &[&str] = &[
    "TRTP",
    "RTYP",
    "IBAN",
    "BBAN",
    "BIC",
    "NAME",
    "REMI",
    "EREF",
    "PREF",
    "NRTX",
    "CSID",
    "MARF",
    "PIND",
    "RTRN",
    "ORDP",
    "BENM",
    "ADDR",
    "ISDT",
    "CNTP",
    "PURP",
    "ULTC",
    "ULTD",
    "ULTB",
    "ACCW",
    "CDTRREFTP",
    "CDTRREF",
    "TRCD",
    "OCMT",
    "CHGS",
    "CREF",
    "IREF",
    "TXID",
    "UDTR",
    "UCRD",
    "EXCH",
    "ACNO",
    "UETR",
    "SVCL",
    "RREF",
    "BREF",
];
/// Keys that stand only at the start of a line, or after a short code as value.
const SHORT: &[&str] = &[
    "PT", "PY", "OB", "BO", "BN", "OGB", "OSDR", "ROC", "RFB", "INV", "BNF", "FEES", "CTC", "BAI", "INS", "VAT", "IDC",
    "TXT", "VS", "KS", "SS",
];
/// Keys inside the group of another: (key, groups).
const INNER: &[(&str, &[&str])] = &[
    ("CD", &["CDTRREFTP", "PURP"]),
    ("ISSR", &["CDTRREFTP", "CD"]),
    ("ID", &["ORDP", "BENM", "ULTC", "ULTD", "NAME"]),
];

/// Whether a field begins with a key of these layouts.
pub(super) fn starts(text: &str) -> bool {
    let Some(rest) = text.trim_start().strip_prefix('/') else { return false };
    let name = split_lines(rest).next().unwrap_or("").split('/').next().unwrap_or("");
    LONG.contains(&name) || SHORT.contains(&name) || czech_symbols(text).next().is_some()
}

/// Reads a field.
pub(super) fn read(text: &str, context: Context<'_>) -> Info {
    let joined = Joined::new(split_lines(text));
    let found = cut(&joined);
    let mut state = State { info: Info::default(), group: Group::Other, narrative: false, rest: Vec::new() };
    for (i, part) in found.iter().enumerate() {
        let end = found.get(i + 1).map_or(joined.text.len(), |n| n.start);
        state.take(&joined, part, end, context);
    }
    let State { mut info, narrative, rest, .. } = state;
    if info.remittance.unstructured.is_empty() && info.remittance.structured.is_empty() {
        info.remittance.unstructured = if narrative || found.is_empty() { free_pieces(text) } else { rest };
    }
    info
}

/// Original amount and charges: `/OCMT/EUR12,34//CHGS/EUR1,50/`. They stand in `:86:` or under the `:61:`.
pub(in crate::formats::mt940) fn amounts(text: &str, context: Context<'_>) -> (Option<Money>, Vec<Money>) {
    let after = |key: &str| {
        let (_, rest) = text.split_once(key)?;
        money_text(rest, context.currency).map(|m| m.0)
    };
    (after("/OCMT/"), after("/CHGS/").into_iter().collect())
}

struct Part<'t> {
    key: &'t str,
    /// Offset of the slash before the key.
    start: usize,
    /// Offset of the value.
    value: usize,
}

/// Finds the keys.
fn cut(joined: &Joined) -> Vec<Part<'_>> {
    let text = joined.text.as_str();
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut from = 0;
    for slash in memchr::memchr_iter(b'/', text.as_bytes()) {
        // The slash that ends a key does not begin the next.
        if slash < from {
            continue;
        }
        let rest = text.get(slash + 1..).unwrap_or("");
        let Some(length) = rest.bytes().take(10).position(|b| b == b'/') else { continue };
        let Some(key) = rest.get(..length) else { continue };
        let last = parts.last();
        let long = LONG.contains(&key);
        let short = SHORT.contains(&key) && may_be_short(joined, slash, last);
        let inner = INNER.iter().any(|(k, groups)| *k == key && last.is_some_and(|l| groups.contains(&l.key)));
        if long || short || inner {
            from = slash + length + 2;
            parts.push(Part { key, start: slash, value: from });
        }
    }
    parts
}

/// A short key counts at the start of a line; or when the value before it belongs to a short key and is a mere code. In
/// remittance it never counts.
fn may_be_short(joined: &Joined, slash: usize, last: Option<&Part<'_>>) -> bool {
    let Some(last) = last else { return slash == 0 || joined.begins_piece(slash) };
    if last.key == "REMI" {
        return false;
    }
    let value = joined.range(last.value, slash);
    joined.begins_piece(slash)
        || SHORT.contains(&last.key) && last.key != "TXT" && value.len() <= 35 && !value.contains(' ')
}

#[derive(Clone, Copy, PartialEq)]
enum Group {
    Other,
    Ordering,
    Beneficiary,
    UltimateDebtor,
    UltimateCreditor,
}

struct State {
    info: Info,
    group: Group,
    /// Keys of the narrative kind, whose free words have no place of their own.
    narrative: bool,
    /// Words after a key whose value is a mere code.
    rest: Vec<String>,
}

impl State {
    fn take(&mut self, joined: &Joined, part: &Part<'_>, end: usize, context: Context<'_>) {
        let raw = joined.range(part.value, end);
        // Each ING group ends with a slash.
        let value = raw.trim().trim_end_matches('/').trim_end();
        self.group = match part.key {
            "ORDP" => Group::Ordering,
            "BENM" => Group::Beneficiary,
            "ULTD" => Group::UltimateDebtor,
            "ULTC" | "ULTB" => Group::UltimateCreditor,
            "NAME" | "ID" | "IBAN" | "BBAN" | "BIC" | "ADDR" | "ACNO" => self.group,
            _ => Group::Other,
        };
        let info = &mut self.info;
        match part.key {
            "REMI" => self.remittance(joined, part.value, end),
            "RFB" => info.remittance.unstructured.extend(joined.pieces(part.value, part.value + value.len())),
            "EREF" => set(&mut info.end_to_end_id, tidy(value)),
            "PREF" => set(&mut info.batch_reference, tidy(value)),
            "CREF" | "ROC" => set(&mut info.customer_reference, tidy(value)),
            "MARF" => set(&mut info.mandate_id, tidy(value)),
            "CSID" => set(&mut info.creditor_id, compact(value)),
            "TXID" => set(&mut info.transaction_id, tidy(value)),
            "UETR" => set(&mut info.uetr, compact(value)),
            "BREF" | "IREF" | "RREF" => set(&mut info.bank_reference, tidy(value)),
            "NRTX" => info.batch_count = value.parse().ok(),
            "PURP" => set(&mut info.purpose, compact(value.trim_start_matches("CD/")).filter(|p| p != "OTHR")),
            "CD" if info.purpose.is_none() && value.len() == 4 => info.purpose = Some(value.to_owned()),
            "RTRN" => {
                info.returned = true;
                set(&mut info.return_reason, value.split('/').next().and_then(compact));
            }
            "TRTP" | "RTYP" => {
                info.returned |= part.key == "RTYP";
                set(&mut info.booking_text, tidy(value));
            }
            "TRCD" => set(&mut info.own_code, Some((value.to_owned(), "ING"))),
            "BAI" | "CTC" => {
                self.narrative = true;
                let issuer = if part.key == "BAI" { "BAI" } else { "CTC" };
                set(&mut info.own_code, value.split('/').next().and_then(compact).map(|c| (c, issuer)));
            }
            "OCMT" | "CHGS" => {
                if let Some((money, words)) = money_text(value, context.currency) {
                    match part.key {
                        "OCMT" => set(&mut info.original_amount, Some(money)),
                        _ => info.charges.push(money),
                    }
                    self.rest.extend(tidy(words.trim_start_matches('/')));
                }
            }
            "EXCH" => set(&mut info.exchange_rate, compact(value)),
            "CDTRREF" => {
                if let Some(reference) = compact(value) {
                    info.remittance.structured.push(dutch_reference(reference));
                }
            }
            "CNTP" => counterparty(&mut info.counterparty, raw),
            "ACCW" => {
                let (account, bic) = value.split_once(',').unwrap_or((value, ""));
                set(&mut info.counterparty.account, compact(account));
                set(&mut info.counterparty.agent, compact(bic));
            }
            "ORDP" | "BENM" | "ULTD" | "ULTC" | "ULTB" => self.party_words(value),
            "NAME" => {
                let name = joined.words(part.value, end);
                set(&mut self.party().name, tidy(name.trim_end().trim_end_matches('/')));
            }
            "IBAN" | "BBAN" | "ACNO" => set(&mut self.party().account, compact(value)),
            "BIC" => set(&mut self.party().agent, compact(value)),
            "ID" => set(&mut self.party().id, tidy(value)),
            "ADDR" => {
                let country =
                    value.rsplit(' ').next().filter(|c| c.len() == 2 && c.bytes().all(|b| b.is_ascii_uppercase()));
                set(&mut self.party().country, country.map(str::to_owned));
            }
            "UDTR" => set(&mut info.ultimate_debtor.name, tidy(value)),
            "UCRD" => set(&mut info.ultimate_creditor.name, tidy(value)),
            "PT" | "PY" | "INS" | "BNF" | "INV" | "VAT" | "IDC" | "OB" | "BO" | "BN" | "OGB" | "OSDR" | "FEES"
            | "TXT" | "VS" | "SS" | "KS" => self.narrative = true,
            _ => {}
        }
    }

    /// `/REMI/text`, `/REMI/USTD//text/`, `/REMI/STRD/CUR/8850…/`.
    fn remittance(&mut self, joined: &Joined, from: usize, end: usize) {
        let raw = joined.range(from, end);
        if let Some(structured) = raw.trim_start().strip_prefix("STRD/") {
            let mut words = structured.split('/');
            let (issuer, reference) = (words.next().unwrap_or(""), words.next().and_then(compact));
            if let Some(reference) = reference {
                let mut filled = dutch_reference(reference);
                filled.reference_issuer = compact(issuer);
                self.info.remittance.structured.push(filled);
                return;
            }
        }
        // A group key may be empty: `/REMI//text`.
        let skip = ["USTD//", "USTD/", "/"].into_iter().find(|p| raw.starts_with(p)).map_or(0, str::len);
        let trimmed = raw.trim_end();
        let stop = from + trimmed.strip_suffix('/').unwrap_or(trimmed).len();
        self.info.remittance.unstructured.extend(joined.pieces(from + skip, stop));
    }

    fn party(&mut self) -> &mut Party {
        match self.group {
            Group::Other => &mut self.info.counterparty,
            Group::Ordering => &mut self.info.ordering,
            Group::Beneficiary => &mut self.info.beneficiary,
            Group::UltimateDebtor => &mut self.info.ultimate_debtor,
            Group::UltimateCreditor => &mut self.info.ultimate_creditor,
        }
    }

    /// A party without keys of its own: `/BENM/300000000000133/NAME AND STREET`, `/ORDP/name`, `/ULTD/name/id`.
    fn party_words(&mut self, value: &str) {
        let mut words: Vec<&str> = value.split('/').map(str::trim).filter(|w| !w.is_empty()).collect();
        if words.is_empty() {
            return;
        }
        self.narrative |= matches!(self.group, Group::Ordering | Group::Beneficiary);
        let is_account = |w: &&str| looks_like_iban(w) || w.len() >= 7 && w.bytes().all(|b| b.is_ascii_digit());
        let account = words.first().filter(|w| is_account(w)).and_then(|w| compact(w));
        if account.is_some() {
            words.remove(0);
        }
        let name = name_of(&words);
        let party = self.party();
        set(&mut party.account, account);
        set(&mut party.name, name);
    }
}

/// `/CNTP/account/BIC/name/city//`.
fn counterparty(party: &mut Party, value: &str) {
    let words: Vec<&str> = value.trim().split('/').collect();
    set(&mut party.account, words.first().copied().and_then(compact));
    set(&mut party.agent, words.get(1).copied().filter(|b| looks_like_bic(b)).map(str::to_owned));
    set(&mut party.name, name_of(words.get(2..).unwrap_or_default()));
}

/// The name that a list of words begins with. A slash between one or two letters and at most three belongs to it, as in
/// `NORDISK FILTER A/S`, `J JANSEN H/O DE BRUG`, `X V/D BERG`: what follows elsewhere is an address or an id.
fn name_of(words: &[&str]) -> Option<String> {
    let letters =
        |word: &str, most: usize| word.len() <= most && word.chars().all(char::is_alphabetic) && !word.is_empty();
    let mut name = words.first()?.trim().to_owned();
    for word in words.iter().skip(1) {
        let before = name.rsplit(' ').next().unwrap_or("").rsplit('/').next().unwrap_or("");
        let after = word.split(' ').next().unwrap_or("");
        if word.starts_with(' ') || !letters(before, 2) || !letters(after, 3) {
            break;
        }
        name.push('/');
        name.push_str(word.trim_end());
    }
    tidy(&name)
}

/// Czech and Slovak payment symbols: `/VS1234567890/SS0/KS0308`.
fn czech_symbols(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let symbol = |word: &&str| {
        let digits = word.get(2..).unwrap_or("").trim();
        matches!(word.get(..2), Some("VS" | "SS" | "KS"))
            && digits.len() <= 10
            && digits.bytes().all(|b| b.is_ascii_digit())
    };
    let starts = text.trim_start().starts_with('/');
    text.split('/').skip(1).take_while(symbol).filter(move |_| starts).filter_map(|w| w.split_at_checked(2))
}

fn set<T>(slot: &mut Option<T>, value: Option<T>) {
    if slot.is_none() {
        *slot = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Currency;

    fn info(text: &str) -> Info {
        read(text, Context { currency: Currency::EUR, account: "" })
    }

    #[test]
    fn values_with_slashes_stay_whole() {
        let i =
            info("/EREF/RF/17-22/ORDP//NAME/Bedrijf B.V./REMI/NR.201303-111/11.3.2013\nNR.112/INV/7/ISDT/2013-04-03");
        assert_eq!(i.end_to_end_id.as_deref(), Some("RF/17-22"));
        assert_eq!(i.ordering.name.as_deref(), Some("Bedrijf B.V."));
        assert_eq!(i.remittance.unstructured, ["NR.201303-111/11.3.2013", "NR.112/INV/7"]);
    }

    #[test]
    fn a_slash_inside_a_name_stays() {
        let name = |t: &str| info(t).ordering.name.clone();
        assert_eq!(name("/ORDP/NORDISK FILTER A/S/REMI/INV 7").as_deref(), Some("NORDISK FILTER A/S"));
        assert_eq!(name("/ORDP/NORDISK FILTER A/S/VESTERGADE 1/REMI/INV 7").as_deref(), Some("NORDISK FILTER A/S"));
        assert_eq!(name("/ORDP/MUSTER GMBH/HAUPTSTR. 1/REMI/INV 7").as_deref(), Some("MUSTER GMBH"));
        let i = info("/EREF/E1//CNTP/DK5000400440116243/NDEADKKK/NORDISK FILTER A/S/AARHUS//REMI/USTD//INV 7/");
        assert_eq!(i.counterparty.name.as_deref(), Some("NORDISK FILTER A/S"));
        assert_eq!(info("/ULTD/KUNDE A/S/DK12345678/REMI/x").ultimate_debtor.name.as_deref(), Some("KUNDE A/S"));
    }

    #[test]
    fn a_key_may_be_cut_by_the_line() {
        let i = info("/BENM//NAME/Nespresso Nede\nrland B.V./RE\nMI/674725433");
        assert_eq!(i.beneficiary.name.as_deref(), Some("Nespresso Nederland B.V."));
        assert_eq!(i.remittance.unstructured, ["674725433"]);
    }

    #[test]
    fn a_blank_lost_at_the_end_of_a_line_comes_back_in_a_name() {
        let line = format!("/EREF/{}/NAME/ABC POPPIE", "1".repeat(42));
        assert_eq!(line.len(), 64);
        let i = info(&format!("{line}\nKLAMNAET/REMI/x"));
        assert_eq!(i.counterparty.name.as_deref(), Some("ABC POPPIE KLAMNAET"));
    }

    #[test]
    fn groups_that_end_with_slashes_are_read() {
        let i = info(
            "/EREF/E-1//MARF/M1//CSID/NL53ZZZ34//CNTP/NL91ABNA0417164300/ABNANL2A/RAAMEN NV///REMI/USTD//FACTUUR 05/31/",
        );
        assert_eq!((i.end_to_end_id.as_deref(), i.mandate_id.as_deref()), (Some("E-1"), Some("M1")));
        assert_eq!(i.counterparty.name.as_deref(), Some("RAAMEN NV"));
        assert_eq!(i.counterparty.agent.as_deref(), Some("ABNANL2A"));
        assert_eq!(i.remittance.unstructured, ["FACTUUR 05/31"]);
    }

    #[test]
    fn structured_references_are_read_from_their_fields() {
        let of = |t: &str| info(t).remittance.structured[0].clone();
        let a = of("/REMI/STRD/CUR/8850426741301240/");
        assert_eq!(
            (a.creditor_reference.as_deref(), a.reference_issuer.as_deref()),
            (Some("8850426741301240"), Some("CUR"))
        );
        let b = of("/EREF/1/BENM//NAME/X/REMI//CDTRREFTP//CD/SCOR/ISSR/CUR/CDTRREF/1234567899874563/ISDT/2013-12-27");
        assert_eq!(b.creditor_reference.as_deref(), Some("1234567899874563"));
    }

    #[test]
    fn narrative_codes_keep_their_words() {
        let i = info("/PT/FT/PY/SOMETHING FOO\n  123");
        assert_eq!(i.remittance.unstructured, ["/PT/FT/PY/SOMETHING FOO", "  123"]);
        let i = info("/OCMT/USD2853,12/\nPAYMENT OF INVOICES 204011665");
        assert_eq!(i.original_amount.map(|m| m.to_string()).as_deref(), Some("2853.12 USD"));
        assert_eq!(i.remittance.unstructured, ["PAYMENT OF INVOICES 204011665"]);
        let i = info("/BAI/399/MISCELLANEOUS CREDIT\n/ORDP/wording\n/ACNO/12-3011-0334130-37");
        assert_eq!(i.own_code, Some(("399".into(), "BAI")));
        assert_eq!(i.ordering.account.as_deref(), Some("12-3011-0334130-37"));
    }

    #[test]
    fn symbols_of_czech_banks_are_known() {
        assert!(starts("/VS1234567890/SS/KS0308"));
        assert_eq!(info("/VS1234567890/SS/KS0308").remittance.unstructured, ["/VS1234567890/SS/KS0308"]);
    }
}
