//! Stage 1: the text is read once, into tokens with a type each. What a number *is* decides whether it can name a document.

mod labels;
mod spans;
mod tokens;

pub use labels::{Label, Wording};
pub use spans::{Marks, Typed, read_marks};
pub use tokens::{Glue, Tokens};

/// A text with its tokens, their types and labels, and what the payer says about the payment.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The tokens.
    pub tokens: Tokens,
    /// Type and label of each token, and the wording.
    pub marks: Marks,
}

impl Reading {
    /// Reads the pieces of a text.
    pub fn of<'a>(pieces: impl IntoIterator<Item = &'a str>) -> Self {
        let tokens = Tokens::of(pieces);
        let marks = read_marks(&tokens);
        Reading { tokens, marks }
    }

    /// Whether the payer uses this wording.
    pub fn says(&self, wording: Wording) -> bool {
        self.marks.wording.contains(&wording)
    }

    /// Type of a token.
    pub fn typed(&self, index: usize) -> Option<Typed> {
        self.marks.typed.get(index).copied().flatten()
    }

    /// Label of a token.
    pub fn label(&self, index: usize) -> Option<Label> {
        self.marks.label.get(index).copied().flatten()
    }
}
