//! Legal forms of companies, as data.

use crate::base::Set;
use std::sync::LazyLock;

const DATA: &str = include_str!("legal_forms.txt");

static FORMS: LazyLock<Set<&'static str>> = LazyLock::new(|| words_of(|_| true));
static FILLER: LazyLock<Set<&'static str>> = LazyLock::new(|| words_of(|group| group == "FILLER"));

fn words_of(wanted: impl Fn(&str) -> bool) -> Set<&'static str> {
    let lines = DATA.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once(':'));
    lines.filter(|(group, _)| wanted(group)).flat_map(|(_, words)| words.split_ascii_whitespace()).collect()
}

/// Whether a folded word is a legal form or filler, and no part of the name itself.
pub fn is_legal_form(word: &str) -> bool {
    FORMS.contains(word)
}

/// Whether the word of a name at a place is a legal form there: `ASA` in front of other words is Åsa, who has a family name.
pub(super) fn is_form_at(words: &[String], at: usize) -> bool {
    let Some(word) = words.get(at) else { return false };
    is_legal_form(word) && !(at == 0 && word == "ASA" && words.len() > 1)
}

/// The same, sorted: what begins with a word stands behind it.
static SORTED: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut forms: Vec<&'static str> = FORMS.iter().copied().collect();
    forms.sort_unstable();
    forms
});

/// Whether a folded word only joins or addresses: it says nothing about the legal form.
pub(super) fn is_filler(word: &str) -> bool {
    FILLER.contains(word)
}

/// Whether a word is the beginning of a legal form: what is left of one that a bank cut.
pub(super) fn begins_one(word: &str) -> bool {
    let after = SORTED.partition_point(|form| *form <= word);
    SORTED.get(after).is_some_and(|form| form.starts_with(word))
}
