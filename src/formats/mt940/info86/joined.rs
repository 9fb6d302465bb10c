//! Text put together from pieces that were cut at fixed columns, with the cuts remembered.

use smallvec::SmallVec;

/// Text with the offsets at which its pieces began.
#[derive(Debug)]
pub(super) struct Joined {
    /// The pieces without anything between them.
    pub text: String,
    /// Offset of each piece but the first, ascending.
    pub cuts: SmallVec<[usize; 14]>,
    /// Those of the cuts at which a blank was trimmed: the line before is one short of the 65 columns.
    lost_blanks: Vec<usize>,
}

impl Joined {
    /// Joins pieces.
    pub(super) fn new<'p>(pieces: impl IntoIterator<Item = &'p str>) -> Self {
        let mut joined = Joined { text: String::with_capacity(256), cuts: SmallVec::new(), lost_blanks: Vec::new() };
        let mut one_short = false;
        for piece in pieces {
            if !joined.text.is_empty() {
                joined.cuts.push(joined.text.len());
                if one_short {
                    joined.lost_blanks.push(joined.text.len());
                }
            }
            joined.text.push_str(piece);
            one_short = piece.len() >= 64 && piece.chars().count() == 64;
        }
        joined
    }

    /// The text of a range.
    pub(super) fn range(&self, from: usize, to: usize) -> &str {
        self.text.get(from..to).unwrap_or("")
    }

    /// The text of a range with the blanks that were lost at the ends of lines; for names, which nobody compares by letter.
    pub(super) fn words(&self, from: usize, to: usize) -> String {
        let mut out = String::with_capacity(to.saturating_sub(from) + 1);
        let mut start = from;
        for cut in inside(&self.lost_blanks, from, to) {
            out.push_str(self.range(start, cut));
            out.push(' ');
            start = cut;
        }
        out.push_str(self.range(start, to));
        out
    }

    /// The pieces of a range, as the cuts give them; blanks at both ends of the range are dropped.
    pub(super) fn pieces(&self, from: usize, to: usize) -> Vec<String> {
        let mut cut: SmallVec<[&str; 14]> = SmallVec::new();
        let mut start = from;
        for end in self.cuts_inside(from, to).chain([to]) {
            cut.extend(Some(self.range(start, end)).filter(|p| !p.is_empty()));
            start = end;
        }
        if let Some(first) = cut.first_mut() {
            *first = first.trim_start();
        }
        if let Some(last) = cut.last_mut() {
            *last = last.trim_end();
        }
        cut.into_iter().filter(|p| !p.is_empty()).map(str::to_owned).collect()
    }

    /// The cuts between two offsets.
    pub(super) fn cuts_inside(&self, from: usize, to: usize) -> impl Iterator<Item = usize> {
        inside(&self.cuts, from, to)
    }

    /// Where the piece of an offset begins.
    pub(super) fn piece_start(&self, offset: usize) -> usize {
        let next = self.cuts.partition_point(|c| *c <= offset);
        next.checked_sub(1).and_then(|i| self.cuts.get(i)).copied().unwrap_or(0)
    }

    /// Whether a piece begins at an offset.
    pub(super) fn begins_piece(&self, offset: usize) -> bool {
        offset == 0 || self.cuts.binary_search(&offset).is_ok()
    }
}

/// By bisection: a field with a thousand keys may not look at a thousand cuts for each.
fn inside(sorted: &[usize], from: usize, to: usize) -> impl Iterator<Item = usize> {
    let first = sorted.partition_point(|c| *c <= from);
    sorted.iter().skip(first).copied().take_while(move |c| *c < to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_a_range_follow_the_cuts() {
        let j = Joined::new(["SVWZ+RE-2026-0", "0731 ", "Muster"]);
        assert_eq!(j.text, "SVWZ+RE-2026-00731 Muster");
        assert_eq!(j.pieces(5, j.text.len()), ["RE-2026-0", "0731 ", "Muster"]);
        assert!(j.begins_piece(14) && !j.begins_piece(15));
    }
}
