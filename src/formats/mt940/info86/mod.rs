//! Field `:86:`. Comes in: the texts of the `:86:` of one entry. Goes out: [`Info`], what they say of the payment.
//!
//! SWIFT leaves the content open, and every country filled it in its own way. The dialect is told from each field's own
//! first characters, never from the file: banks mix them. A dialect is one file here and one arm in [`read`].

mod joined;
mod keywords;
mod labelled;
mod slash;
mod subfields;

use super::lines::split_lines;
use crate::base::{Currency, Money};
use crate::model::{DocumentRef, Party, Rare, Remittance, StructuredRemittance};

pub(super) use slash::amounts as slash_amounts;

/// What the reader of a field must know of the statement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    /// Currency of the account, for amounts without one.
    pub currency: Currency,
    /// Our own account, which some layouts repeat where others put the counterparty's.
    pub account: &'a str,
}

/// How a field is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// German DK structure: code, then `?nn`.
    Dk,
    /// The same idea with another separator and other meanings (Poland, Czechia, Hungary, Triodos).
    Keyed(char),
    /// `/CODE/value`.
    Slash,
    /// Free text, perhaps with labels such as `IBAN:`.
    Free,
}

impl Dialect {
    /// Short name for [`crate::model::Statement::dialect`].
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Dialect::Dk => "dk",
            Dialect::Keyed(_) => "keyed",
            Dialect::Slash => "slash",
            Dialect::Free => "free",
        }
    }
}

/// What the information fields of one entry say. Texts are as written, trimmed; references that only say "none" are absent.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Info {
    pub gvc: Option<String>,
    pub booking_text: Option<String>,
    pub text_key: Option<String>,
    pub own_code: Option<(String, &'static str)>,
    /// The other side, where the layout does not say who pays whom.
    pub counterparty: Rare<Party>,
    /// Who ordered the payment, where the layout says so.
    pub ordering: Rare<Party>,
    /// Who gets the payment, where the layout says so.
    pub beneficiary: Rare<Party>,
    pub ultimate_debtor: Rare<Party>,
    pub ultimate_creditor: Rare<Party>,
    pub remittance: Remittance,
    pub end_to_end_id: Option<String>,
    pub mandate_id: Option<String>,
    pub creditor_id: Option<String>,
    pub customer_reference: Option<String>,
    pub batch_reference: Option<String>,
    pub bank_reference: Option<String>,
    pub transaction_id: Option<String>,
    pub uetr: Option<String>,
    pub purpose: Option<String>,
    /// The payment came back, and why, as far as said.
    pub returned: bool,
    pub return_reason: Option<String>,
    pub original_amount: Option<Money>,
    pub exchange_rate: Option<String>,
    pub charges: Vec<Money>,
    pub batch_count: Option<u64>,
}

/// Business transaction codes of returned payments (GVC): returned transfer and debit, re-credit and reversal of a debit.
const RETURN_CODES: &[&str] = &["009", "059", "108", "109", "159", "181", "184", "193"];

/// Reads the fields of one entry. A second field goes on where the first stopped, unless it is a whole record of its own.
pub(super) fn read(texts: &[&str], context: Context<'_>) -> (Info, Dialect) {
    let Some((first, more)) = texts.split_first() else { return (Info::default(), Dialect::Free) };
    let dialect = detect(first);
    let all_continue = more.iter().all(|t| detect(t) == Dialect::Free);
    let mut info = if more.is_empty() {
        one(first, dialect, context)
    } else if all_continue {
        one(&texts.join("\n"), dialect, context)
    } else {
        let mut info = one(first, dialect, context);
        for text in more {
            info.add(one(text, detect(text), context));
        }
        info
    };
    finish(&mut info);
    (info, dialect)
}

/// Tells the dialect of a field from its first characters.
pub(super) fn detect(text: &str) -> Dialect {
    if let Some(separator) = subfields::separator(text) {
        return if separator == '?' { Dialect::Dk } else { Dialect::Keyed(separator) };
    }
    if slash::starts(text) { Dialect::Slash } else { Dialect::Free }
}

fn one(text: &str, dialect: Dialect, context: Context<'_>) -> Info {
    match dialect {
        Dialect::Dk => subfields::dk(text, context),
        Dialect::Keyed(separator) => subfields::keyed(text, separator, context),
        Dialect::Slash => slash::read(text, context),
        Dialect::Free => labelled::read(text, context),
    }
}

/// What holds for every dialect: returns by their code, references inside the text, and "none" said in many words.
fn finish(info: &mut Info) {
    if info.gvc.as_deref().is_some_and(|g| RETURN_CODES.contains(&g)) {
        info.returned = true;
    }
    // 901-989 is a return reason; 990-999 only tells first from recurring debits.
    if let Some(key) = info.text_key.as_deref().filter(|k| k.len() == 3 && ("901"..="989").contains(k)) {
        info.returned = true;
        info.return_reason.get_or_insert_with(|| key.to_owned());
    }
    // All that is looked for below has a slash or a colon; most text has none.
    if info.remittance.unstructured.iter().any(|p| p.contains('/') || p.contains(':')) {
        let joined: String = info.remittance.unstructured.concat();
        info.returned |= joined.starts_with("RETURN/REFUND");
        if info.remittance.structured.is_empty() {
            info.remittance.structured.extend(reference_in_text(&joined));
        }
    }
    for reference in [
        &mut info.end_to_end_id,
        &mut info.mandate_id,
        &mut info.creditor_id,
        &mut info.customer_reference,
        &mut info.batch_reference,
        &mut info.bank_reference,
        &mut info.transaction_id,
    ] {
        if reference.as_deref().is_some_and(says_none) {
            *reference = None;
        }
    }
}

pub(super) use crate::model::is_no_reference as says_none;

/// Structured references that stand inside free text: Dutch payment references (`SCOR/CUR/…`, `ISSUER: CUR REF: …`) and the
/// invoice of a Polish split payment (`/VAT/23,00/IDC/…/INV/PM1253/2018/TXT/…`).
fn reference_in_text(text: &str) -> Option<StructuredRemittance> {
    let leading_digits = |t: &str| t.chars().take_while(char::is_ascii_digit).collect::<String>();
    let dutch = text
        .split_once("SCOR/CUR/")
        .map(|(_, rest)| leading_digits(rest))
        .or_else(|| {
            let (_, rest) = text.split_once("ISSUER: CUR")?;
            Some(leading_digits(rest.trim_start().strip_prefix("REF:")?.trim_start()))
        })
        .filter(|r| r.len() >= 4);
    if let Some(reference) = dutch {
        return Some(dutch_reference(reference));
    }
    let rest = text.strip_prefix("/VAT/")?.split_once("/INV/")?.1;
    let number = rest.split("/TXT/").next().unwrap_or(rest).trim_end_matches('/').trim();
    let document = DocumentRef { number: Some(number.to_owned()), ..DocumentRef::default() };
    (!number.is_empty()).then(|| StructuredRemittance { documents: vec![document], ..StructuredRemittance::default() })
}

/// A Dutch payment reference (betalingskenmerk).
fn dutch_reference(reference: String) -> StructuredRemittance {
    StructuredRemittance {
        creditor_reference: Some(reference),
        reference_type: Some("SCOR".into()),
        reference_issuer: Some("CUR".into()),
        ..StructuredRemittance::default()
    }
}

impl Info {
    /// Takes over from a further field what this one does not say; its remittance follows unless it is the same again.
    fn add(&mut self, other: Info) {
        fn fill<T>(mine: &mut Option<T>, other: Option<T>) {
            if mine.is_none() {
                *mine = other;
            }
        }
        fn party(mine: &mut Rare<Party>, other: Rare<Party>) {
            if mine.is_empty() {
                *mine = other;
            }
        }
        fill(&mut self.gvc, other.gvc);
        fill(&mut self.booking_text, other.booking_text);
        fill(&mut self.text_key, other.text_key);
        fill(&mut self.own_code, other.own_code);
        party(&mut self.counterparty, other.counterparty);
        party(&mut self.ordering, other.ordering);
        party(&mut self.beneficiary, other.beneficiary);
        party(&mut self.ultimate_debtor, other.ultimate_debtor);
        party(&mut self.ultimate_creditor, other.ultimate_creditor);
        if self.remittance != other.remittance {
            self.remittance.unstructured.extend(other.remittance.unstructured);
            self.remittance.structured.extend(other.remittance.structured);
        }
        fill(&mut self.end_to_end_id, other.end_to_end_id);
        fill(&mut self.mandate_id, other.mandate_id);
        fill(&mut self.creditor_id, other.creditor_id);
        fill(&mut self.customer_reference, other.customer_reference);
        fill(&mut self.batch_reference, other.batch_reference);
        fill(&mut self.bank_reference, other.bank_reference);
        fill(&mut self.transaction_id, other.transaction_id);
        fill(&mut self.uetr, other.uetr);
        fill(&mut self.purpose, other.purpose);
        fill(&mut self.return_reason, other.return_reason);
        fill(&mut self.original_amount, other.original_amount);
        fill(&mut self.exchange_rate, other.exchange_rate);
        fill(&mut self.batch_count, other.batch_count);
        self.returned |= other.returned;
        self.charges.extend(other.charges);
    }
}

/// Lines of free text as pieces: a full line (65 characters) keeps its end, since a word may go on in the next; on a
/// shorter one blanks at the end mean nothing.
fn free_pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = split_lines(text)
        .map(|line| if line.chars().count() >= 65 { line } else { line.trim_end() })
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    if let Some(first) = pieces.first_mut() {
        *first = first.trim_start().to_owned();
    }
    // Such a line is as long as a full subfield of the German structure, which goes on without a blank; a line is not full.
    let last = pieces.len().saturating_sub(1);
    for piece in pieces.iter_mut().take(last).filter(|p| matches!(p.chars().count(), 22 | 27)) {
        piece.push(' ');
    }
    pieces
}

/// Trimmed, with runs of blanks made one; `None` if nothing is left.
fn tidy(text: &str) -> Option<String> {
    let text = text.trim();
    if !text.bytes().zip(text.bytes().skip(1)).any(is_untidy) {
        return (!text.is_empty()).then(|| text.to_owned());
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    (!out.is_empty()).then_some(out)
}

/// Two blanks, or what may be a blank of another kind: a tab, or the first byte of those beyond ASCII.
fn is_untidy((a, b): (u8, u8)) -> bool {
    a == b' ' && b == b' ' || b < b' ' || matches!(b, 0xC2 | 0xE1..=0xE3)
}

/// Without any blank; `None` if nothing is left.
fn compact(text: &str) -> Option<String> {
    let text = text.trim();
    let out = match text.contains(char::is_whitespace) {
        true => text.chars().filter(|c| !c.is_whitespace()).collect(),
        false => text.to_owned(),
    };
    (!out.is_empty()).then_some(out)
}

/// Two capital letters, two digits, then 11 to 30 letters or digits: an account number in IBAN form. Check digits are not
/// asked for, since banks mask accounts.
pub(super) fn looks_like_iban(text: &str) -> bool {
    let b = text.as_bytes();
    (15..=34).contains(&b.len())
        && b.iter().take(2).all(u8::is_ascii_uppercase)
        && b.iter().skip(2).take(2).all(u8::is_ascii_digit)
        && b.iter().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
}

/// 8 or 11 characters in the form of a BIC.
fn looks_like_bic(text: &str) -> bool {
    let b = text.as_bytes();
    matches!(b.len(), 8 | 11)
        && b.iter().take(6).all(u8::is_ascii_uppercase)
        && b.iter().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXT: Context<'static> = Context { currency: Currency::EUR, account: "DE02120300000000202051" };

    fn info(text: &str) -> Info {
        read(&[text], CONTEXT).0
    }

    #[test]
    fn the_dialect_is_told_per_field() {
        assert_eq!(detect("166?00GUTSCHRIFT?20EREF+1"), Dialect::Dk);
        assert_eq!(detect("?20EREF+1"), Dialect::Dk);
        assert_eq!(detect("020<00Przelew<20FV 1"), Dialect::Keyed('<'));
        assert_eq!(detect("000>10123\n>20text"), Dialect::Keyed('>'));
        assert_eq!(detect("/TRTP/SEPA OVERBOEKING/IBAN/X"), Dialect::Slash);
        assert_eq!(detect("/REMI/USTD//text/"), Dialect::Slash);
        assert_eq!(detect("INVOICE 1/2 WHY?20 EUR"), Dialect::Free);
        assert_eq!(detect("/ABC/DEF/MISC"), Dialect::Free);
    }

    #[test]
    fn sequence_types_are_no_returns_and_reasons_are() {
        assert!(!info("105?20SVWZ+x?34991").returned);
        let back = info("109?20EREF+E1?22SVWZ+ORG 98,50?34912");
        assert!(back.returned);
        assert_eq!(back.return_reason.as_deref(), Some("912"));
        assert!(info("/RTYP/SEPA Incasso Terugboeking/MARF/M1/RTRN/AC01/IBAN/NL91ABNA0417164300").returned);
    }

    #[test]
    fn structured_references_inside_text_are_found() {
        let of = |t: &str| info(t).remittance.structured.first().and_then(|s| s.creditor_reference.clone());
        assert_eq!(of("NL91ABNA0417164300 ABNANL2A SCOR/CUR/8850426741301240").as_deref(), Some("8850426741301240"));
        assert_eq!(
            of("/TRTP/X/REMI/ISSUER: CUR     REF: 4420043232693268/EREF/NOTPROVIDED").as_deref(),
            Some("4420043232693268")
        );
        let split = info("/VAT/23,00/IDC/5231242681/INV/PM1253/2018/TXT/faktura");
        assert_eq!(split.remittance.structured[0].documents[0].number.as_deref(), Some("PM1253/2018"));
    }

    #[test]
    fn a_second_field_goes_on_or_adds() {
        let (a, _) = read(&["PAYMENT FOR", "INVOICE 7"], CONTEXT);
        assert_eq!(a.remittance.unstructured, ["PAYMENT FOR", "INVOICE 7"]);
        let twice = ["166?20SVWZ+RE 7?32MUSTER", "166?20SVWZ+RE 7?32MUSTER"];
        assert_eq!(read(&twice, CONTEXT).0.remittance.unstructured, ["RE 7"]);
    }
}
