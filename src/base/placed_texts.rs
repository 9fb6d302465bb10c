//! Texts that come in any order and leave in another one: each with its place in, one text after the other out. They wait
//! compressed, in groups of neighbours, so that a million of them take little room and each is packed and unpacked once.

/// Texts with their places, each place once.
///
/// ```
/// use tieout::base::PlacedTexts;
/// let mut texts = PlacedTexts::new(3);
/// [(2, "c"), (0, "a"), (1, "b")].into_iter().for_each(|(place, text)| texts.push(place, text));
/// let mut all = String::new();
/// let done: Result<(), ()> = texts.pieces(&mut |piece| Ok(all.push_str(piece)));
/// assert_eq!((done, all.as_str()), (Ok(()), "abc"));
/// ```
#[derive(Debug, Clone)]
pub struct PlacedTexts {
    groups: Vec<Group>,
}

/// Places of one group: some megabytes of rows.
const GROUP: usize = 2_048;
/// A group's texts are compressed from this size on.
const FULL: usize = 1 << 14;

#[derive(Debug, Clone, Default)]
struct Group {
    /// Place in the group and length of each text, in the order in which they came.
    texts: Vec<(u32, u32)>,
    open: String,
    packed: Vec<Box<[u8]>>,
}

impl PlacedTexts {
    /// Room for so many.
    pub fn new(places: usize) -> Self {
        PlacedTexts { groups: vec![Group::default(); places.div_ceil(GROUP)] }
    }

    /// Takes a text. A place beyond the last is left out.
    pub fn push(&mut self, place: usize, text: &str) {
        let Some(group) = self.groups.get_mut(place / GROUP) else { return };
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        group.texts.push((number(place % GROUP), number(text.len())));
        group.open.push_str(text);
        if group.open.len() >= FULL {
            group.packed.push(lz4_flex::compress_prepend_size(group.open.as_bytes()).into_boxed_slice());
            group.open.clear();
        }
    }

    /// Hands all of them on in the order of their places, some at a time.
    ///
    /// # Errors
    /// Those of `each`, at once.
    pub fn pieces<E>(self, each: &mut dyn FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        self.groups.into_iter().try_for_each(|group| each(&group.text()))
    }
}

impl Group {
    fn text(self) -> String {
        let unpacked = |block: &[u8]| lz4_flex::decompress_size_prepended(block).ok();
        let parts = self.packed.iter().map(|block| unpacked(block).and_then(|b| String::from_utf8(b).ok()));
        let mut all: String = parts.map(Option::unwrap_or_default).collect();
        all.push_str(&self.open);
        let mut rest = all.as_str();
        let mut texts: Vec<(u32, &str)> = Vec::with_capacity(self.texts.len());
        for (place, len) in self.texts {
            let Some((text, behind)) = rest.split_at_checked(len as usize) else { break };
            texts.push((place, text));
            rest = behind;
        }
        texts.sort_unstable();
        texts.into_iter().map(|(_, text)| text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_texts_of_any_length_leave_in_the_order_of_their_places() {
        let count = 3 * GROUP + 17;
        let text = |n: usize| format!("{n};{}\n", "ä".repeat(n % 37));
        let mut texts = PlacedTexts::new(count);
        (0..count).map(|k| k * 1_009 % count).for_each(|place| texts.push(place, &text(place)));
        let mut out = String::new();
        let done: Result<(), ()> = texts.pieces(&mut |piece| {
            out.push_str(piece);
            Ok(())
        });
        assert_eq!(done, Ok(()));
        assert!(out == (0..count).map(text).collect::<String>());
    }
}
