//! Legal forms of companies, as data.

use crate::base::Set;
use std::sync::LazyLock;

const DATA: &str = include_str!("legal_forms.txt");

static FORMS: LazyLock<Set<&'static str>> = LazyLock::new(|| {
    let lines = DATA.lines().filter(|l| !l.starts_with('#'));
    lines.filter_map(|l| l.split_once(':')).flat_map(|(_, forms)| forms.split_ascii_whitespace()).collect()
});

/// Whether a folded word is a legal form or filler, and no part of the name itself.
pub fn is_legal_form(word: &str) -> bool {
    FORMS.contains(word)
}

/// Whether a word is the beginning of a legal form: what is left of one that a bank cut.
pub(super) fn begins_one(word: &str) -> bool {
    FORMS.iter().any(|form| form.len() > word.len() && form.starts_with(word))
}

/// The words without legal forms. Words in front that are also names (`AS Roma`) stay if nothing else would be left.
pub(super) fn strip(words: &[String]) -> Vec<String> {
    words.iter().filter(|w| !is_legal_form(w)).cloned().collect()
}
