//! The entries of a statement: one by one, or many of them on several threads.
//!
//! Several threads read ahead: the text is cut behind entries, and each part is read from the state in which the cursor *should*
//! stand there. A part counts only if the part before it ended in just that state and it reads without an error to its end. From
//! the first that does not, one thread reads on, so that nothing can come out otherwise than on one thread.

use super::super::Take;
use super::super::tie_out::of_entry;
use super::lexical::local_name;
use super::map::{Notes, derive_date, map_entry};
use super::paused::Paused;
use super::read_entry::entry;
use super::xml::Xml;
use crate::base::Limits;
use crate::error::Error;
use crate::model::{Entry, Finding, Passed, Sketch};
use chrono::NaiveDate;
use memchr::memmem;
use rayon::prelude::*;

/// What becomes of entries that were read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Fate {
    /// They stay.
    Stay,
    /// They go to the caller, and a sketch stays.
    Go,
    /// A sketch stays.
    Vanish,
}

impl Fate {
    /// As somebody takes them, or nobody.
    pub(super) fn of(take: Option<&Take<'_>>) -> Self {
        match take {
            None => Fate::Stay,
            Some(Take::Entries(_)) => Fate::Go,
            Some(Take::Figures) => Fate::Vanish,
        }
    }
}

/// How entries are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct How {
    pub fate: Fate,
    /// The day for an entry without any, where it is known already. By the schema all that it may come from stands before the
    /// entries.
    pub day: Option<NaiveDate>,
    pub limits: Limits,
}

/// What was read of the entries of a statement.
pub(super) struct Entries {
    /// Those that stay, or wait to be taken.
    pub here: Vec<Entry>,
    pub passed: Passed,
    /// What entries that were let go contradict by themselves.
    pub contradictions: Vec<Finding>,
    pub notes: Notes,
}

impl Entries {
    pub(super) fn new(notes: Notes) -> Self {
        Entries { here: Vec::new(), passed: Passed::default(), contradictions: Vec::new(), notes }
    }

    /// Reads the `Ntry` just opened.
    pub(super) fn read(&mut self, x: &mut Xml<'_>, how: &How) -> Result<(), Error> {
        let depth = x.depth();
        let raw = entry(x)?;
        x.skip(depth)?;
        let mut entry = map_entry(raw, &mut self.notes)?;
        if how.fate != Fate::Stay {
            derive_date(&mut entry, how.day, &mut self.notes);
            if self.contradictions.len() < how.limits.findings {
                of_entry(&entry, &mut self.contradictions);
            }
        }
        match how.fate {
            Fate::Stay => self.here.push(entry),
            Fate::Go => {
                self.passed.push_at(&Sketch::of(&entry), || entry.place.clone());
                self.here.push(entry);
            }
            Fate::Vanish => self.passed.push_at(&Sketch::figures_of(&entry), || entry.place.clone()),
        }
        Ok(())
    }

    /// Reads ahead on several threads, behind an entry of the statement whose name is innermost. Gives how many entries one thread
    /// should read before this is worth another try: all that follow where the end is near or the file is odd.
    pub(super) fn read_ahead(&mut self, x: &mut Xml<'_>, how: &How) -> u32 {
        let text = x.rest_of_text();
        let length = how.limits.piece_bytes / PARTS;
        if text.len() < length.saturating_mul(2) {
            // More may come with the next piece.
            return 0;
        }
        let statement = x.open_name();
        let prefix = statement.strip_suffix(local_name(statement)).unwrap_or_default();
        let window = text.as_bytes().get(..how.limits.piece_bytes).unwrap_or(text.as_bytes());
        let ends = memmem::find(window, format!("</{statement}>").as_bytes());
        let window = window.get(..ends.unwrap_or(window.len())).unwrap_or_default();
        let (first, _) = x.pause();
        let parts = parts(text, window, &format!("</{prefix}Ntry>"), length, &first);
        if parts.len() < 2 {
            return if ends.is_none() { ALONE } else { u32::MAX };
        }
        let read: Vec<Option<(Entries, Paused)>> =
            parts.par_iter().map(|part| read_part(part, how, self.notes.apart())).collect();
        let mut reached = first;
        for (part, read) in parts.iter().zip(read) {
            let Some((entries, next)) = read.filter(|_| part.from.same_for_entries(&reached)) else { return u32::MAX };
            self.add(entries);
            x.pass(part.text.len(), &next);
            reached = next;
        }
        if ends.is_none() { 0 } else { u32::MAX }
    }

    fn add(&mut self, mut next: Entries) {
        self.here.append(&mut next.here);
        self.passed.append(&next.passed);
        self.contradictions.append(&mut next.contradictions);
        self.notes.add(next.notes);
    }
}

/// A piece of a file is cut into so many at most.
const PARTS: usize = 16;

/// Where the ends of entries are not found, so many are read before they are looked for again.
const ALONE: u32 = 1_000;

/// Entries that follow each other, and the state in which a cursor should stand before them.
struct Part<'a> {
    text: &'a str,
    from: Paused,
}

/// Cuts the text of a window behind entries, into parts of a length or some more. What follows the last entry is no part.
fn parts<'a>(text: &'a str, window: &[u8], end_tag: &str, length: usize, first: &Paused) -> Vec<Part<'a>> {
    let mut parts = Vec::with_capacity(PARTS);
    let (mut from, mut count, mut last) = (0, 0, 0);
    let mut state = first.clone();
    let mut cut = |from: usize, to: usize, count: u32| {
        let text = text.get(from..to).unwrap_or_default();
        let next = state.behind_entries(count, text);
        parts.push(Part { text, from: std::mem::replace(&mut state, next) });
    };
    for at in memmem::find_iter(window, end_tag.as_bytes()) {
        (count, last) = (count + 1, at + end_tag.len());
        if last - from > length {
            cut(from, last, count);
            (from, count) = (last, 0);
        }
    }
    if last > from {
        cut(from, last, count);
    }
    parts
}

/// Nothing where it is not entries and nothing else, each read without an error.
fn read_part(part: &Part<'_>, how: &How, notes: Notes) -> Option<(Entries, Paused)> {
    let mut x = Xml::resume(part.text, false, &part.from, how.limits);
    let mut entries = Entries::new(notes);
    while !x.rest_of_text().is_empty() {
        match x.next_child() {
            Ok(Some("Ntry")) => entries.read(&mut x, how).ok()?,
            _ => return None,
        }
    }
    Some((entries, x.pause().0))
}

#[cfg(test)]
mod tests {
    use super::super::read::{Documents, read};
    use super::super::xml::Xml;
    use crate::formats::ReadOptions;
    use crate::model::Statement;

    fn file(entry: &str, count: usize) -> String {
        format!(
            "<Document><BkToCstmrStmt><n:Stmt xmlns:n=\"x\"><n:Id>S</n:Id>{}\n</n:Stmt></BkToCstmrStmt></Document>",
            entry.repeat(count)
        )
    }

    fn on_threads<T: Send>(f: impl FnOnce() -> T + Send) -> T {
        rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap().install(f)
    }

    fn options(piece_bytes: usize) -> ReadOptions {
        let mut options = ReadOptions { parallel: true, ..ReadOptions::default() };
        options.limits.piece_bytes = piece_bytes;
        options
    }

    /// Steps that it takes to read a file: with many entries in one it was read ahead.
    fn steps(text: &str, options: &ReadOptions) -> usize {
        on_threads(|| {
            let mut x = Xml::new(text, options.limits);
            let mut documents = Documents::new(options, None);
            let mut steps = 0;
            while documents.step(&mut x).unwrap() {
                steps += 1;
            }
            steps
        })
    }

    const PLAIN: &str = "\n<n:Ntry><n:Amt Ccy=\"EUR\">1.00</n:Amt><n:CdtDbtInd>CRDT</n:CdtDbtInd><n:AddtlNtryInf>\u{fc}</n:AddtlNtryInf></n:Ntry>";

    #[test]
    fn entries_are_read_ahead_and_have_their_places() {
        let text = file(PLAIN, 1_000);
        let options = options(50_000);
        assert!(steps(&text, &options) < 60, "{}", steps(&text, &options));
        let entries = |s: &[Statement]| s.iter().flat_map(|s| s.entries.clone()).collect::<Vec<_>>();
        let several = entries(&on_threads(|| read(&text, &options)).unwrap().statements);
        assert!(several == entries(&read(&text, &ReadOptions::default()).unwrap().statements));
        let last = &several[999].place;
        assert_eq!((last.line, last.path.as_deref()), (Some(1_001), Some("Stmt[1]/Ntry[1000]")));
    }

    #[test]
    fn what_looks_like_the_end_of_an_entry_and_is_none_is_found_out() {
        let hidden = PLAIN.replace("<n:Amt", "<!-- </n:Ntry> --><n:Amt");
        for text in [file(&hidden, 100), file(&PLAIN.replace("</n:Ntry>", "</n:Ntry >"), 100), file(PLAIN, 1)] {
            let options = options(2_000);
            let several = on_threads(|| read(&text, &options)).unwrap().statements;
            assert!(several == read(&text, &ReadOptions::default()).unwrap().statements);
        }
    }
}
