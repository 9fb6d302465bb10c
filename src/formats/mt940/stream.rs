//! An MT940 file piece by piece, for files that are larger than memory should hold. In: a source of bytes. Out: its statements
//! without their entries, which go to the caller as they are read.
//!
//! A message is left at its last `:61:` and gone on with in the next piece, once its account and opening balance are known: all that
//! the reading of an entry depends on.

use super::super::pieces::Piece;
use super::super::{ReadOptions, Reader, Statements, Take, read_rest};
use super::encoding::{self, Pieces};
use super::lines::{self, Carried, Message, Split, Tag};
use super::map::{Handed, Reading};
use super::{Mt940Reader, behead, cut_off, ends_in_a_tag, left_aside, no_statement, page_of, pages};
use crate::error::Error;
use crate::model::{Finding, Format, Statement};
use std::io::Read;

/// Reads a file from its first bytes and what follows them.
pub(super) fn read(
    source: &mut dyn Read,
    head: Vec<u8>,
    options: &ReadOptions,
    take: &mut Take<'_>,
) -> Result<Statements, Error> {
    if !encoding::in_pieces(&head) {
        return Mt940Reader.read(&read_rest(source, head, options)?, options);
    }
    let mut pieces = Pieces::new(options.encoding.as_deref().map(page_of).transpose()?.flatten());
    let mark = if head.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let mut piece = Piece::new(head, options);
    piece.drop_front(mark);
    let mut file = File {
        options,
        take,
        open: None,
        first: true,
        statements: Vec::new(),
        findings: Vec::new(),
        aside: Vec::new(),
    };
    let mut decoding = Vec::new();
    let mut carried = Carried::default();
    loop {
        piece.fill(source, options)?;
        // Up to the end of a line, so that no character and no tag is cut.
        let whole = memchr::memrchr(b'\n', &piece.bytes).map_or(0, |end| end + 1);
        let bytes = piece.bytes.get(..whole).filter(|_| !piece.at_end).unwrap_or(&piece.bytes);
        let text = pieces.decode(bytes, carried.lines, &mut decoding)?;
        let split = lines::split(&text, carried, piece.at_end, options.limits.findings);
        let (used, next) = split.rest;
        // Where characters were decoded or left out the text has other offsets than the file, but the same lines.
        let used = match text.len() == bytes.len() {
            true => used,
            false => offset_of_line(bytes, next.lines.saturating_sub(carried.lines)),
        };
        file.piece(split, piece.at_end)?;
        if piece.at_end {
            if let Some(last) = file.statements.last_mut().filter(|_| ends_in_a_tag(&text)) {
                cut_off(last, next.lines);
            }
            break;
        }
        piece.drop_front(used);
        carried = next;
    }
    let File { statements, mut findings, aside, .. } = file;
    findings.splice(0..0, decoding);
    let room = options.limits.findings.saturating_sub(findings.len());
    findings.extend(aside.into_iter().take(room));
    if statements.is_empty() {
        return Err(no_statement());
    }
    let format = statements.first().map_or(Format::Mt940, |s| s.format);
    Ok(Statements { format, statements: pages::merge(statements), findings })
}

/// Where a line begins, lines counted from 0, as [`lines::split`] counts them.
fn offset_of_line(bytes: &[u8], line: u64) -> usize {
    let mut start = 0;
    for _ in 0..line {
        let rest = bytes.get(start..).unwrap_or_default();
        let Some(end) = memchr::memchr2(b'\n', b'\r', rest) else { return bytes.len() };
        start += end + if rest.get(end..end + 2) == Some(b"\r\n") { 2 } else { 1 };
    }
    start.min(bytes.len())
}

struct File<'a, 't> {
    options: &'a ReadOptions,
    take: &'a mut Take<'t>,
    /// The statement that goes on in the next piece, and what its entries contradict by themselves.
    open: Option<(Reading, Vec<Finding>)>,
    /// No message was seen yet.
    first: bool,
    statements: Vec<Statement>,
    findings: Vec<Finding>,
    /// On messages that hold nothing.
    aside: Vec<Finding>,
}

impl File<'_, '_> {
    fn piece(&mut self, split: Split<'_>, at_end: bool) -> Result<(), Error> {
        let last = split.messages.len().checked_sub(1).filter(|_| at_end);
        for (i, message) in split.messages.iter().enumerate() {
            self.message(message, Some(i) == last)?;
        }
        if let Some(message) = &split.open {
            let beheaded = self.fields(message)?;
            self.first = false;
            if let Some((reading, _)) = self.open.as_mut().filter(|_| beheaded) {
                behead(&mut reading.statement);
            }
        }
        self.findings.extend(split.findings);
        Ok(())
    }

    fn message(&mut self, message: &Message<'_>, last: bool) -> Result<(), Error> {
        if self.open.is_none() && !message.says_something() && !last {
            if self.aside.len() < self.options.limits.findings {
                self.aside.push(left_aside(message));
            }
            self.first = false;
            return Ok(());
        }
        let beheaded = self.fields(message)?;
        self.first = false;
        let Some((reading, contradictions)) = self.open.take() else { return Ok(()) };
        let mut statement = reading.finish();
        if beheaded {
            behead(&mut statement);
        }
        statement.findings.extend(contradictions);
        self.statements.push(statement);
        Ok(())
    }

    /// Reads on in the open statement, or begins one. Gives whether the beginning of the file is missing.
    fn fields(&mut self, message: &Message<'_>) -> Result<bool, Error> {
        let limits = &self.options.limits;
        let beheaded = self.first && message.fields.iter().all(|f| f.tag != Tag::Reference);
        let only_figures = matches!(self.take, Take::Figures);
        let (reading, contradictions) =
            self.open.get_or_insert_with(|| (Reading::begin(message, limits, only_figures), Vec::new()));
        let handed = Handed { take: &mut *self.take, contradictions, limit: limits.findings };
        reading.fields(&message.fields, limits, Some(handed))?;
        Ok(beheaded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{read_figures_from, read_statements, read_statements_from};
    use crate::model::{Entry, TieOut};

    /// Gives a few bytes at a time.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let n = self.0.len().min(into.len()).min(self.1);
            let (now, later) = self.0.split_at(n);
            into[..n].copy_from_slice(now);
            self.0 = later;
            Ok(n)
        }
    }

    fn file(entries: usize, name: &[u8], filler: usize) -> Vec<u8> {
        let mut bytes =
            b"ABNANL2A\r\n940\r\nABNANL2A\r\n:20:A\r\n:25:DE89370400440532013000\r\n:28C:5/1\r\n:60F:C260424EUR0,\r\n"
                .to_vec();
        for i in 0..entries {
            bytes.extend_from_slice(
                format!(":61:2604240424C1,00NTRFE2E-{i}//R{i}\r\n:86:166?00GUT?20SVWZ+RE {i}\r\n?21").as_bytes(),
            );
            bytes.extend(std::iter::repeat_n(b'x', filler));
            bytes.extend_from_slice(b"?32");
            bytes.extend_from_slice(name);
            bytes.extend_from_slice(b"\r\n:99X:odd\r\n");
        }
        bytes.extend_from_slice(format!(":62F:C260424EUR{entries},\r\n-\r\n:20:B\r\n:20:C\r\n:25:X\r\n").as_bytes());
        bytes
    }

    fn in_pieces(source: &mut dyn Read) -> (Statements, Vec<Entry>) {
        let mut entries = Vec::new();
        let read = read_statements_from(source, &ReadOptions::default(), &mut |e| entries.push(e)).unwrap();
        (read, entries)
    }

    #[test]
    fn a_file_in_pieces_reads_as_the_whole_one() {
        let names: [&[u8]; 4] = [b"MUSTER", "M\u{fc}ller \u{141}".as_bytes(), b"M\xFCller", b"A\x01B"];
        for (n, name) in names.into_iter().enumerate() {
            for (entries, filler) in [(1, 0), (15_000, 10), (4, 600_000)] {
                let bytes = file(entries, name, filler);
                let whole = read_statements(&bytes, &ReadOptions::default()).unwrap();
                let (pieces, taken) = in_pieces(&mut Drops(&bytes, 100_000));
                let kept: Vec<Entry> = whole.statements.iter().flat_map(|s| s.entries.clone()).collect();
                assert_eq!(taken.len(), kept.len(), "{n}");
                assert!(taken == kept, "{n}: {entries}");
                let bare = |s: &Statement| Statement { entries: vec![], passed: Default::default(), ..s.clone() };
                let all = |s: &Statements| s.statements.iter().map(bare).collect::<Vec<_>>();
                assert!(all(&pieces) == all(&whole), "{n}: {entries}");
                assert!(pieces.findings == whole.findings, "{n}: {entries}");
                let figures = read_figures_from(&mut Drops(&bytes, 999), &ReadOptions::default()).unwrap();
                assert!(all(&figures) == all(&whole), "{n}: {entries}");
                assert_eq!(figures.statements[0].movements().count(), entries);
                assert_eq!(figures.statements[0].tie_out, TieOut::Proven);
            }
        }
    }

    #[test]
    fn every_cut_of_the_text_gives_the_same_fields() {
        let bytes = file(4, b"MUSTER", 3);
        let text = std::str::from_utf8(&bytes).unwrap();
        let whole = lines::messages(text, 99);
        let ends: Vec<usize> = text.match_indices('\n').map(|(i, _)| i + 1).collect();
        for size in 1..ends.len() {
            let (mut from, mut carried, mut upto) = (0, Carried::default(), size);
            let (mut fields, mut findings) = (Vec::new(), Vec::new());
            loop {
                let end = ends.get(upto).copied().unwrap_or(text.len());
                let split = lines::split(&text[from..end], carried, end == text.len(), 99);
                let parts = split.messages.iter().chain(&split.open);
                fields.extend(parts.flat_map(|m| m.fields.iter().map(|f| (f.tag, f.line, f.column, f.text))));
                findings.extend(split.findings);
                (from, carried) = (from + split.rest.0, split.rest.1);
                upto += size;
                if end == text.len() {
                    break;
                }
            }
            let all: Vec<_> =
                whole.0.iter().flat_map(|m| &m.fields).map(|f| (f.tag, f.line, f.column, f.text)).collect();
            assert_eq!(fields, all, "{size} lines");
            assert_eq!(findings, whole.1, "{size} lines");
        }
    }
}
