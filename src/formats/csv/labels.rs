//! Fields inside a text: `EREF+…MREF+…SVWZ+…`, `Naam: … IBAN: …`, `/NAME/…/REMI/…`. In: a text and the profile's labels.
//! Out: the pieces by role.

use super::profile::Role;
use std::collections::BTreeMap;

/// Cuts a text at its labels. What stands before the first label is remittance. Labels that end with a letter or a colon only
/// count at the start of a word.
pub(super) fn split(text: &str, labels: &BTreeMap<String, Role>) -> Vec<(Role, String)> {
    let mut pieces = Vec::new();
    let (mut role, mut start, mut at) = (Role::Remittance, 0, 0);
    while let Some(rest) = text.get(at..) {
        let word_start = text.get(..at).and_then(|t| t.chars().next_back()).is_none_or(char::is_whitespace);
        let hit = labels
            .iter()
            .filter(|(label, _)| rest.starts_with(label.as_str()) && (word_start || label.ends_with(['+', '/'])))
            .max_by_key(|(label, _)| label.len());
        match (hit, rest.chars().next()) {
            (Some((label, next)), _) if !label.is_empty() => {
                push(&mut pieces, role, text.get(start..at));
                at += label.len();
                (role, start) = (*next, at);
            }
            (_, Some(c)) => at += c.len_utf8(),
            (_, None) => break,
        }
    }
    push(&mut pieces, role, text.get(start..));
    pieces
}

fn push(pieces: &mut Vec<(Role, String)>, role: Role, piece: Option<&str>) {
    let piece = piece.unwrap_or_default().trim();
    if !piece.is_empty() && role != Role::Ignore {
        pieces.push((role, piece.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(of: &[(&str, Role)]) -> BTreeMap<String, Role> {
        of.iter().map(|(l, r)| ((*l).to_owned(), *r)).collect()
    }

    #[test]
    fn fields_without_blanks_between_them_are_cut() {
        let l = labels(&[("EREF+", Role::E2eId), ("MREF+", Role::MandateId), ("SVWZ+", Role::Remittance)]);
        let got = split("EREF+E-1MREF+M 2SVWZ+RE 4711 vom 1.4.", &l);
        let want = [(Role::E2eId, "E-1"), (Role::MandateId, "M 2"), (Role::Remittance, "RE 4711 vom 1.4.")];
        assert_eq!(got, want.map(|(r, t)| (r, t.to_owned())));
        assert_eq!(split("no label", &l), [(Role::Remittance, "no label".to_owned())]);
    }

    #[test]
    fn words_with_a_colon_count_only_at_the_start_of_a_word() {
        let l =
            labels(&[("IBAN:", Role::CounterpartyIban), ("Naam:", Role::CounterpartyName), ("Datum:", Role::Ignore)]);
        let got = split("Naam: Bakker ValutaDatum: x IBAN: NL1 Datum: 1-4", &l);
        let want = [(Role::CounterpartyName, "Bakker ValutaDatum: x"), (Role::CounterpartyIban, "NL1")];
        assert_eq!(got, want.map(|(r, t)| (r, t.to_owned())));
    }
}
