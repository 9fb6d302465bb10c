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

/// The same, sorted: what begins with a word stands behind it.
static SORTED: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut forms: Vec<&'static str> = FORMS.iter().copied().collect();
    forms.sort_unstable();
    forms
});

/// Whether a word is the beginning of a legal form: what is left of one that a bank cut.
pub(super) fn begins_one(word: &str) -> bool {
    let after = SORTED.partition_point(|form| *form <= word);
    SORTED.get(after).is_some_and(|form| form.starts_with(word))
}
