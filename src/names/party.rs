//! Whether a name alone says who pays: for amounts that name no document, a name that fits is not enough. In: two names as
//! written. Out: whether they are one party, and whether a name could be somebody else's as well.

use super::{fold_words, is_legal_form};

/// A name in its words, with the legal form kept and where it stands.
struct Parts {
    words: Vec<String>,
    form: String,
    /// Words before the legal form, if there is one.
    before_form: Option<usize>,
}

/// Joining words that stand in lists of legal forms, but say nothing about the form.
const FILLER: [&str; 8] = ["AND", "UND", "U", "CO", "FA", "FIRMA", "THE", "C"];

fn parts(name: &str) -> Parts {
    let mut parts = Parts { words: Vec::new(), form: String::new(), before_form: None };
    for word in fold_words(name) {
        if !is_legal_form(&word) {
            parts.words.push(word);
        } else if !FILLER.contains(&word.as_str()) {
            if !parts.words.is_empty() {
                parts.before_form.get_or_insert(parts.words.len());
            }
            parts.form.push_str(&word);
        }
    }
    parts
}

/// Whether the payer's name is wholly the customer's: the same words, or the beginning of them where a bank cut the name, or all of
/// them with an address behind; and no other legal form. `Nordlicht Elektro Sued AG` is not `Nordlicht Elektro AG`, and an AG is
/// no GmbH.
pub fn same_party(payer: &str, customer: &str) -> bool {
    let (p, c) = (parts(payer), parts(customer));
    let (a, b) = (p.form.as_str(), c.form.as_str());
    // A form may be left out, or cut off by the bank.
    if !a.is_empty() && !b.is_empty() && !b.starts_with(a) && !a.starts_with(b) {
        return false;
    }
    let (pw, cw) = (p.words.concat(), c.words.concat());
    if pw.is_empty() || cw.is_empty() {
        return false;
    }
    if pw == cw {
        return true;
    }
    if cw.starts_with(&pw) {
        return true;
    }
    // An address stands behind the legal form, or has a house number.
    let behind = |extra: &[String]| {
        p.before_form == Some(c.words.len()) || extra.iter().any(|w| w.bytes().any(|b| b.is_ascii_digit()))
    };
    if pw.starts_with(&cw) {
        return p.words.get(c.words.len()..).is_some_and(behind);
    }
    let sorted = |words: &[String]| {
        let mut words = words.to_vec();
        words.sort_unstable();
        words
    };
    sorted(&p.words) == sorted(&c.words)
}

/// Whether all words of the payer's name stand in another name too, in any order, the last perhaps cut: then it may be that party.
pub fn could_be(payer: &str, other: &str) -> bool {
    let (p, o) = (parts(payer), parts(other));
    let Some((last, whole)) = p.words.split_last() else { return false };
    whole.iter().all(|w| o.words.contains(w)) && o.words.iter().any(|w| w.starts_with(last.as_str()))
        || !o.words.is_empty() && o.words.iter().all(|w| p.words.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_party_only_wholly_and_in_its_legal_form() {
        for (payer, customer) in [
            ("Nordlicht Elektro AG", "Nordlicht Elektro AG"),
            ("NORDLICHT ELEKTRO", "Nordlicht Elektro AG"),
            ("Nordlicht Elektro AG Hafenstr. 4 Kiel", "Nordlicht Elektro AG"),
            ("MUELLER U. SOEHNE METALLBA", "Müller & Söhne Metallbau GmbH"),
            ("Karin Eicher Hauptstr. 4", "Karin Eicher"),
            ("Metallbau Müller GmbH", "Müller Metallbau GmbH"),
        ] {
            assert!(same_party(payer, customer), "{payer} is {customer}");
        }
        for (payer, customer) in [
            ("Nordlicht Elektro Süd AG", "Nordlicht Elektro AG"),
            ("Nordlicht Elektro GmbH", "Nordlicht Elektro AG"),
            ("ABC Trading LLC", "ABC Trading Ltd"),
            ("Schneider Logistik Berlin GmbH", "Schneider Logistik GmbH"),
            ("Stadtwerke Kiel Netz GmbH", "Stadtwerke Kiel AG"),
            ("Peter Nordhoff Linz", "Peter Nordhoff"),
            ("GmbH", "Nordlicht GmbH"),
        ] {
            assert!(!same_party(payer, customer), "{payer} is not {customer}");
        }
        assert!(could_be("Mueller Metallbau", "Müller & Söhne Metallbau GmbH"));
        assert!(could_be("Hans Meyer", "Dr. Hans Meyer"));
        assert!(!could_be("Nordlicht Elektro AG", "Nordlicht Bau AG"));
    }
}
