//! Floor 3: names prepared for comparison. Folding serves scoring only; what people see is always the text as written.

mod compare;
mod fold;
mod jaro;
mod legal_forms;
mod party;
mod spoof;

pub use compare::{NameLevel, NameMatch, NameView, WordSpan, compare, compare_views};
pub use fold::{fold_text, fold_words, skeleton};
pub use jaro::jaro_winkler;
pub use legal_forms::is_legal_form;
pub use party::Party;
pub use spoof::looks_spoofed;

use smallvec::SmallVec;

/// A name folded and cut into words, without legal forms and filler.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PreparedName {
    /// Words in the order written, capitals, ASCII.
    pub words: Vec<String>,
    /// All words glued, for names that a bank cut or wrote in one.
    pub joined: String,
}

impl PreparedName {
    /// Prepares a name: folds, cuts into words, drops legal forms (`GmbH`, `B.V.`), filler (`c/o`, `Fa.`, `and`) and titles.
    /// If nothing would be left, the words stay as they are.
    pub fn new(name: &str) -> Self {
        PreparedName::of_words(words_of(name))
    }

    /// Prepares a payer's name, which the bank may have cut inside its legal form (`… Gmb`): such a last piece is dropped.
    pub fn of_payer(name: &str) -> Self {
        let mut words = words_of(name);
        let cut = |w: &String| w.len() <= 4 && legal_forms::begins_one(w);
        if words.len() >= 3 && words.last().is_some_and(cut) {
            words.pop();
        }
        PreparedName::of_words(words)
    }

    /// The places of its words in [`PreparedName::joined`], each with the weight given.
    pub fn spans<'a>(&'a self, weight: impl Fn(&str) -> u32 + 'a) -> impl Iterator<Item = WordSpan> + 'a {
        let mut end = 0u32;
        self.words.iter().map(move |word| {
            let start = end;
            end = end.saturating_add(u32::try_from(word.len()).unwrap_or(u32::MAX));
            WordSpan { start, end, weight: weight(word) }
        })
    }

    fn of_words(words: Vec<String>) -> Self {
        PreparedName { joined: words.concat(), words }
    }
}

/// The folded words of a name without legal forms and filler; all of them if nothing else would be left.
fn words_of(name: &str) -> Vec<String> {
    let mut words = fold_words(name);
    let forms: SmallVec<[bool; 12]> = (0..words.len()).map(|at| legal_forms::is_form_at(&words, at)).collect();
    if !forms.iter().all(|is_form| *is_form) {
        let mut of_word = forms.iter();
        words.retain(|_| of_word.next() != Some(&true));
    }
    words
}
