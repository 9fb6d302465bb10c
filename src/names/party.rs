//! Whether a name alone says who pays: for amounts that name no document, a name that fits is not enough. In: two names as
//! written. Out: whether they are one party, and whether a name could be somebody else's as well.

use super::{fold_words, legal_forms};

/// A name in its words, with the legal form kept and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    words: Vec<String>,
    form: String,
    /// Words before the legal form, if there is one.
    before_form: Option<usize>,
}

impl Party {
    /// Takes a name apart.
    pub fn new(name: &str) -> Self {
        let mut party = Party { words: Vec::new(), form: String::new(), before_form: None };
        let words = fold_words(name);
        let forms: Vec<bool> = (0..words.len()).map(|at| legal_forms::is_form_at(&words, at)).collect();
        for (word, is_form) in words.into_iter().zip(forms) {
            if !is_form {
                party.words.push(word);
            } else if !legal_forms::is_filler(&word) {
                if !party.words.is_empty() {
                    party.before_form.get_or_insert(party.words.len());
                }
                party.form.push_str(&word);
            }
        }
        party
    }

    /// Whether a payer is wholly this customer: the same words, or the beginning of them where a bank cut the name, or all of them
    /// with an address behind; and no other legal form. `Nordlicht Elektro Sued AG` is not `Nordlicht Elektro AG`, and an AG is
    /// no GmbH.
    pub fn is(&self, customer: &Party) -> bool {
        let (a, b) = (self.form.as_str(), customer.form.as_str());
        // A form may be left out, or cut off by the bank.
        if !a.is_empty() && !b.is_empty() && !b.starts_with(a) && !a.starts_with(b) {
            return false;
        }
        let (own, other) = (self.words.concat(), customer.words.concat());
        if own.is_empty() || other.is_empty() {
            return false;
        }
        if other.starts_with(&own) {
            return true;
        }
        // An address stands behind the legal form, or has a house number.
        let behind = |extra: &[String]| {
            self.before_form == Some(customer.words.len())
                || extra.iter().any(|w| w.bytes().any(|b| b.is_ascii_digit()))
        };
        if own.starts_with(&other) {
            return self.words.get(customer.words.len()..).is_some_and(behind);
        }
        let sorted = |words: &[String]| {
            let mut words = words.to_vec();
            words.sort_unstable();
            words
        };
        sorted(&self.words) == sorted(&customer.words)
    }

    /// Whether a payer may be this party too: all its words stand in the name in any order, the last perhaps cut; or the other way
    /// round.
    pub fn could_be(&self, other: &Party) -> bool {
        let Some((last, whole)) = self.words.split_last() else { return false };
        whole.iter().all(|w| other.words.contains(w)) && other.words.iter().any(|w| w.starts_with(last.as_str()))
            || !other.words.is_empty() && other.words.iter().all(|w| self.words.contains(w))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same_party(payer: &str, customer: &str) -> bool {
        Party::new(payer).is(&Party::new(customer))
    }

    fn could_be(payer: &str, other: &str) -> bool {
        Party::new(payer).could_be(&Party::new(other))
    }

    #[test]
    fn a_name_is_one_party_only_wholly_and_in_its_legal_form() {
        for (payer, customer) in [
            ("Nordlicht Elektro AG", "Nordlicht Elektro AG"),
            ("NORDLICHT ELEKTRO", "Nordlicht Elektro AG"),
            ("Nordlicht Elektro AG Hafenstr. 4 Kiel", "Nordlicht Elektro AG"),
            ("MUELLER U. SOEHNE METALLBA", "Müller & Söhne Metallbau GmbH"),
            ("Karin Eicher Hauptstr. 4", "Karin Eicher"),
            ("Metallbau Müller GmbH", "Müller Metallbau GmbH"),
            ("Tischlerei Noll GmbH u. Co. KG", "Tischlerei Noll GmbH & Co KG"),
            ("TISCHLEREI NOLL GMBH + CO.KG", "Tischlerei Noll GmbH & Co. KG"),
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
            // A given name, not the Norwegian legal form.
            ("Åsa Nordhoff", "Nordhoff ASA"),
            ("Peter Nordhoff", "Åsa Nordhoff"),
            ("GmbH", "Nordlicht GmbH"),
        ] {
            assert!(!same_party(payer, customer), "{payer} is not {customer}");
        }
        assert!(could_be("Mueller Metallbau", "Müller & Söhne Metallbau GmbH"));
        assert!(could_be("Hans Meyer", "Dr. Hans Meyer"));
        assert!(!could_be("Nordlicht Elektro AG", "Nordlicht Bau AG"));
        assert!(!could_be("Peter Nordhoff", "Åsa Nordhoff") && !could_be("Nordhoff & Bergström ApS", "Åsa Nordhoff"));
    }
}
