//! SEPA keywords in the remittance subfields of the DK structure: `EREF+…`, `MREF+…`, `SVWZ+…`.
//!
//! Order and lengths: DFÜ-Abkommen, annex 3, 8.2.4; SEPA-Belegungsregeln MT940.

use super::joined::Joined;
use super::{Context, Info, compact, tidy};
use crate::formats::mt940::fields::money_text;
use smallvec::SmallVec;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keyword {
    EndToEnd,
    Customer,
    Mandate,
    Creditor,
    Originator,
    Compensation,
    Original,
    Text,
    UltimateDebtor,
    UltimateCreditor,
    Bank,
    Return,
    Iban,
    Bic,
    Purpose,
    Aside,
}

const KEYWORDS: &[(&str, Keyword)] = &[
    ("EREF", Keyword::EndToEnd),
    ("KREF", Keyword::Customer),
    ("MREF", Keyword::Mandate),
    ("CRED", Keyword::Creditor),
    ("DEBT", Keyword::Originator),
    ("COAM", Keyword::Compensation),
    ("OAMT", Keyword::Original),
    ("SVWZ", Keyword::Text),
    ("ABWA", Keyword::UltimateDebtor),
    ("ABWE", Keyword::UltimateCreditor),
    ("BREF", Keyword::Bank),
    ("RREF", Keyword::Return),
    ("IBAN", Keyword::Iban),
    ("BIC", Keyword::Bic),
    ("PURP", Keyword::Purpose),
    ("MDAT", Keyword::Aside),
    ("SQTP", Keyword::Aside),
    ("ORCR", Keyword::Aside),
    ("ORMR", Keyword::Aside),
    ("DDAT", Keyword::Aside),
];

impl Keyword {
    /// Free words, in which a blank and a keyword may be the payer's own text.
    fn is_text(self) -> bool {
        matches!(self, Keyword::Text | Keyword::UltimateDebtor | Keyword::UltimateCreditor)
    }
}

struct Found {
    keyword: Keyword,
    start: usize,
    value: usize,
}

/// Whether a text begins with a keyword and its plus.
pub(super) fn starts(text: &str) -> bool {
    let text = text.trim_start();
    KEYWORDS.iter().take(10).any(|(name, _)| text.strip_prefix(name).is_some_and(|r| r.starts_with('+')))
}

/// Cuts the joined subfields at their keywords and fills the info. Text under no keyword is remittance, but only where no
/// `SVWZ+` says what the remittance is: some banks repeat the name there.
pub(super) fn read(subfields: &Joined, info: &mut Info, context: Context<'_>) {
    let found = find(subfields);
    let end = subfields.text.len();
    let mut unkeyed: SmallVec<[(usize, usize); 8]> = SmallVec::new();
    unkeyed.push((0, found.first().map_or(end, |f| f.start)));
    let mut has_text = false;
    for (i, f) in found.iter().enumerate() {
        let next = found.get(i + 1).map_or(end, |n| n.start);
        let stop = if f.keyword.is_text() { next } else { end_of_id(subfields, f, next) };
        let value = subfields.range(f.value, stop);
        unkeyed.push((stop, next));
        match f.keyword {
            Keyword::Text => {
                has_text = true;
                let pieces = subfields.pieces(f.value, next);
                match info.remittance.unstructured.is_empty() {
                    true => info.remittance.unstructured = pieces,
                    false => info.remittance.unstructured.extend(pieces),
                }
            }
            Keyword::EndToEnd => set(&mut info.end_to_end_id, tidy(value)),
            Keyword::Customer => set(&mut info.customer_reference, tidy(value)),
            Keyword::Mandate => set(&mut info.mandate_id, tidy(value)),
            Keyword::Creditor | Keyword::Originator => set(&mut info.creditor_id, compact(value)),
            Keyword::Compensation => info.charges.extend(money_text(value, context.currency).map(|m| m.0)),
            Keyword::Original => set(&mut info.original_amount, money_text(value, context.currency).map(|m| m.0)),
            Keyword::UltimateDebtor => set(&mut info.ultimate_debtor.name, tidy(value)),
            Keyword::UltimateCreditor => set(&mut info.ultimate_creditor.name, tidy(value)),
            Keyword::Bank => set(&mut info.bank_reference, tidy(value)),
            Keyword::Return => set(&mut info.transaction_id, tidy(value)),
            Keyword::Iban => set(&mut info.counterparty.account, compact(value)),
            Keyword::Bic => set(&mut info.counterparty.agent, compact(value)),
            Keyword::Purpose => set(&mut info.purpose, tidy(value)),
            Keyword::Aside => {}
        }
    }
    if !has_text {
        let pieces =
            unkeyed.into_iter().filter(|(from, to)| from < to).flat_map(|(from, to)| subfields.pieces(from, to));
        info.remittance.unstructured.extend(pieces);
    }
}

fn set<T>(slot: &mut Option<T>, value: Option<T>) {
    if slot.is_none() {
        *slot = value;
    }
}

/// Keywords that are trusted: at the start of a subfield; right after another keyword (`KREF+EREF+`); and, in the layouts
/// that run ids on in one line, after a blank. Inside the remittance text the last is not trusted: payers write keywords.
fn find(subfields: &Joined) -> SmallVec<[Found; 8]> {
    let text = subfields.text.as_str();
    let mut found: SmallVec<[Found; 8]> = SmallVec::new();
    for plus in memchr::memchr_iter(b'+', text.as_bytes()) {
        let before = text.get(..plus).unwrap_or("");
        let Some((name, keyword)) = KEYWORDS.iter().find(|(n, _)| before.ends_with(n)) else { continue };
        let start = plus - name.len();
        let last = found.last();
        let trusted = subfields.begins_piece(start)
            || last.is_some_and(|l| l.value == start)
            || last.is_some_and(|l| !l.keyword.is_text()) && before.get(..start).is_some_and(|b| b.ends_with(' '));
        if trusted {
            found.push(Found { keyword: *keyword, start, value: plus + 1 });
        }
    }
    // `EREF: x` and `EREF x` instead of `EREF+x`: only at the start of a subfield.
    let begins = [0].into_iter().chain(subfields.cuts.iter().copied());
    for start in begins {
        let rest = text.get(start..).unwrap_or("");
        if !matches!(rest.as_bytes(), [_, _, _, b':', ..] | [_, _, _, _, b':', ..]) {
            continue;
        }
        for (name, keyword) in KEYWORDS.iter().take(10) {
            if let Some(colon) = rest.strip_prefix(name).filter(|r| r.starts_with(": ")) {
                found.push(Found { keyword: *keyword, start, value: text.len() - colon.len() + 1 });
            }
        }
    }
    found.sort_by_key(|f| f.start);
    found
}

/// Where an id ends: it goes on into the next subfield only if its own was full (27 characters; two less are allowed for
/// blanks that were trimmed).
fn end_of_id(subfields: &Joined, found: &Found, next: usize) -> usize {
    let mut from = subfields.piece_start(found.start);
    for cut in subfields.cuts_inside(found.value, next) {
        if subfields.range(from, cut).chars().count() < 25 {
            return cut;
        }
        from = cut;
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Currency;

    fn info(pieces: &[&str]) -> Info {
        let mut info = Info::default();
        let context = Context { currency: Currency::EUR, account: "" };
        read(&Joined::new(pieces.iter().copied()), &mut info, context);
        info
    }

    #[test]
    fn a_keyword_inside_the_remittance_is_text() {
        let i = info(&["EREF+E-1", "SVWZ+refund of EREF+77 MREF", "+8 thanks"]);
        assert_eq!(i.end_to_end_id.as_deref(), Some("E-1"));
        assert_eq!(i.mandate_id, None);
        assert_eq!(i.remittance.unstructured.concat(), "refund of EREF+77 MREF+8 thanks");
    }

    #[test]
    fn ids_run_over_full_subfields_only() {
        let i = info(&["EREF+1234567890123456789012", "345 KREF+K 7 MR", "EF+M9 SVWZ+", "text"]);
        assert_eq!(i.end_to_end_id.as_deref(), Some("1234567890123456789012345"));
        assert_eq!(i.customer_reference.as_deref(), Some("K 7"));
        assert_eq!(i.mandate_id.as_deref(), Some("M9"), "a keyword may be cut by the subfield");
        assert_eq!(i.remittance.unstructured, ["text"]);
        let i = info(&["EREF+SHORT", "and then words"]);
        assert_eq!(i.end_to_end_id.as_deref(), Some("SHORT"));
        assert_eq!(i.remittance.unstructured, ["and then words"]);
    }

    #[test]
    fn original_amount_and_interest_of_a_return_are_read() {
        let i = info(&["EREF+E1", "OAMT+98,50", "COAM+0,12", "SVWZ+RETURN/REFUND"]);
        assert_eq!(i.original_amount.map(|m| m.figure()).as_deref(), Some("98.50"));
        assert_eq!(i.charges[0].figure(), "0.12");
    }
}
