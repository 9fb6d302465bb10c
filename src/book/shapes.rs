//! Which shapes the numbers of a book have: letters in front and length. A text is full of things that look like no number of
//! ours; they are told from here without a look-up.

use super::keys::{EMPTY, Key, extend};

const WORDS: usize = 512;

/// A set of shapes that may hold more than was put in, never less.
#[derive(Debug, Clone)]
pub(super) struct Shapes(Box<[u64; WORDS]>);

impl Default for Shapes {
    fn default() -> Self {
        Shapes(Box::new([0; WORDS]))
    }
}

fn place(prefix: Key, length: usize) -> (usize, u64) {
    let mixed = (prefix ^ (length as u64)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let word = usize::try_from(mixed >> 55).unwrap_or(0) % WORDS;
    (word, 1 << ((mixed >> 40) & 63))
}

impl Shapes {
    /// Adds the shape of the capitals and digits of a number.
    pub fn add(&mut self, number: &str) {
        let mut prefix = EMPTY;
        let mut length = 0;
        let mut letters = true;
        for b in number.bytes().filter(u8::is_ascii_alphanumeric) {
            letters &= !b.is_ascii_digit();
            if letters {
                prefix = extend(prefix, &[b.to_ascii_uppercase()]);
            }
            length += 1;
        }
        self.add_shape(prefix, length);
    }

    /// Adds a shape: letters in front (their key) and length.
    pub fn add_shape(&mut self, prefix: Key, length: usize) {
        let (word, bit) = place(prefix, length);
        if let Some(slot) = self.0.get_mut(word) {
            *slot |= bit;
        }
    }

    /// Adds all shapes of another set.
    pub fn join(&mut self, other: &Shapes) {
        for (own, other) in self.0.iter_mut().zip(other.0.iter()) {
            *own |= other;
        }
    }

    /// Whether a number with these letters in front (their key) and this length may be there.
    pub fn may_have(&self, prefix: Key, length: usize) -> bool {
        let (word, bit) = place(prefix, length);
        self.0.get(word).is_some_and(|w| w & bit != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::keys::key_of;

    #[test]
    fn a_shape_that_is_there_is_always_found() {
        let mut shapes = Shapes::default();
        shapes.add("Re-2026/00731");
        shapes.add("4711");
        assert!(shapes.may_have(key_of("RE"), 11));
        assert!(shapes.may_have(EMPTY, 4));
        assert!(!shapes.may_have(key_of("RECHNUNGRE"), 19));
        assert!(!shapes.may_have(EMPTY, 5));
    }
}
