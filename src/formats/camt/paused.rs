//! What a cursor knows between two pieces of a text: the open elements, how many of each there were, and line and column.

/// How many of each were opened, for the path in places.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Counts {
    pub(super) statements: u32,
    pub(super) entries: u32,
    pub(super) balances: u32,
    pub(super) detail_groups: u32,
    pub(super) details: u32,
}

/// Line and column of an offset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LineColumn {
    pub(super) offset: usize,
    pub(super) line: u64,
    pub(super) column: u64,
}

impl LineColumn {
    /// The first letter of a file.
    pub(super) const START: LineColumn = LineColumn { offset: 0, line: 1, column: 1 };

    /// Goes on behind these bytes.
    pub(super) fn pass(&mut self, bytes: &[u8]) {
        let last = match memchr::memrchr(b'\n', bytes) {
            Some(end) => {
                self.line += memchr::memchr_iter(b'\n', bytes).count() as u64;
                self.column = 1;
                bytes.get(end + 1..).unwrap_or_default()
            }
            None => bytes,
        };
        self.column += last.iter().filter(|b| (**b & 0xC0) != 0x80).count() as u64;
        self.offset += bytes.len();
    }
}

/// Everything that a cursor must know to go on in the next piece of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Paused {
    /// Whole names of the open elements with their numbers.
    pub(super) open: Vec<(String, u32)>,
    pub(super) pending_end: bool,
    pub(super) counts: Counts,
    pub(super) place: LineColumn,
}

impl Default for Paused {
    /// The beginning of a file.
    fn default() -> Self {
        Paused { open: Vec::new(), pending_end: false, counts: Counts::default(), place: LineColumn::START }
    }
}

impl Paused {
    /// Where the next piece begins.
    pub(super) fn line_column(&self) -> (u64, u64) {
        (self.place.line, self.place.column)
    }

    /// Where a cursor should stand behind this text, if that text is nothing but so many entries.
    #[must_use]
    pub(super) fn behind_entries(&self, count: u32, text: &str) -> Self {
        let mut next = self.clone();
        next.counts.entries = next.counts.entries.saturating_add(count);
        next.place.pass(text.as_bytes());
        next.place.offset = 0;
        next
    }

    /// Whether an entry reads the same from either. The numbers that begin anew in it do not count.
    pub(super) fn same_for_entries(&self, other: &Self) -> bool {
        let without = |c: Counts| Counts { detail_groups: 0, details: 0, ..c };
        self.open == other.open
            && (self.pending_end, self.place) == (other.pending_end, other.place)
            && without(self.counts) == without(other.counts)
    }
}
