//! Floor 3: names prepared for comparison. Folding serves scoring only; what people see is always the text as written.

mod compare;
mod fold;
mod legal_forms;
mod spoof;

pub use compare::{NameLevel, NameMatch, compare};
pub use fold::{fold_text, fold_words, skeleton};
pub use legal_forms::is_legal_form;
pub use spoof::looks_spoofed;

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
        let all = fold_words(name);
        let kept = legal_forms::strip(&all);
        let words = if kept.is_empty() { all } else { kept };
        PreparedName { joined: words.concat(), words }
    }
}
