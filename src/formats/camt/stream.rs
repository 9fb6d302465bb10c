//! A camt file piece by piece, for files that are larger than memory should hold. In: a source of bytes. Out: its statements
//! without their entries, which go to the caller one by one as they are read.
//!
//! Only UTF-8 is read so, which nearly all camt is; other encodings are read whole.

use super::super::pieces::Piece;
use super::super::{ReadOptions, Reader, Statements, Take, read_rest};
use super::paused::Paused;
use super::read::{Documents, sound};
use super::xml::Xml;
use super::{CamtReader, decode, whole};
use crate::error::Error;
use std::io::Read;

/// Reads a file from its first bytes and what follows them.
pub(super) fn read(
    source: &mut dyn Read,
    head: Vec<u8>,
    options: &ReadOptions,
    take: &mut Take<'_>,
) -> Result<Statements, Error> {
    let Some((skip, guessed)) = decode::utf8_head(&head) else {
        return CamtReader.read(&read_rest(source, head, options)?, options);
    };
    let mut piece = Piece::new(head, options);
    piece.drop_front(skip);
    let mut documents = Documents::new(options, Some(take));
    let mut paused = Paused::default();
    let file = loop {
        piece.fill(source, options)?;
        let from = paused.line_column();
        let text = decode::whole_characters(&piece.bytes, piece.at_end, from, piece.dropped)?;
        let (text, damage) = sound(text, from, piece.dropped.saturating_sub(skip));
        let mut x = Xml::resume(text, piece.at_end && damage.is_none(), &paused, options.limits);
        if read_piece(&mut documents, &mut x)? {
            break documents.finish(&mut x)?;
        }
        if let Some(damage) = damage {
            return Err(damage);
        }
        let (next, used) = x.pause();
        paused = next;
        piece.drop_front(used);
    };
    Ok(whole(guessed, file))
}

/// Reads as much of a piece as is whole. `true` at the end of the file.
fn read_piece(documents: &mut Documents<'_, '_>, x: &mut Xml<'_>) -> Result<bool, Error> {
    loop {
        let mark = x.mark();
        match documents.step(x) {
            Ok(true) => {}
            Ok(false) => return Ok(true),
            Err(_) if x.is_starved() => {
                x.rewind(mark);
                return Ok(false);
            }
            Err(e) => return Err(e),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{read_statements, read_statements_from};
    use crate::model::{Entry, Statement};

    /// Gives a few bytes at a time, so that every element is cut somewhere.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let n = self.0.len().min(into.len()).min(7);
            let (now, later) = self.0.split_at(n);
            into[..n].copy_from_slice(now);
            self.0 = later;
            Ok(n)
        }
    }

    fn file(entries: usize, filler: usize) -> Vec<u8> {
        let entry = |i: usize| {
            format!(
                "<n:Ntry><n:NtryRef>{i}</n:NtryRef><n:Amt Ccy=\"EUR\">1.00</n:Amt><n:CdtDbtInd>CRDT</n:CdtDbtInd><n:Sts>BOOK</n:Sts>\n\
                 <n:NtryDtls><n:TxDtls><n:RmtInf><n:Ustrd>M\u{fc}ller &amp; <![CDATA[</n:Ntry>]]>{}</n:Ustrd></n:RmtInf></n:TxDtls></n:NtryDtls>\
                 <!-- </n:Ntry> --></n:Ntry>\n",
                "x".repeat(filler)
            )
        };
        let balance = |code: &str, amount: usize| {
            format!(
                "<n:Bal><n:Tp><n:CdOrPrtry><n:Cd>{code}</n:Cd></n:CdOrPrtry></n:Tp><n:Amt Ccy=\"EUR\">{amount}.00</n:Amt>\
                 <n:CdtDbtInd>CRDT</n:CdtDbtInd><n:Dt><n:Dt>2026-04-24</n:Dt></n:Dt></n:Bal>\n"
            )
        };
        let mut text = format!(
            "\u{feff}<?xml version=\"1.0\"?>\n<n:Document xmlns:n=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><n:BkToCstmrStmt>\
             <n:GrpHdr><n:MsgId>M</n:MsgId></n:GrpHdr><n:Stmt><n:Id>S</n:Id><n:Acct><n:Id><n:IBAN>DE89370400440532013000</n:IBAN></n:Id></n:Acct>{}{}",
            balance("OPBD", 0),
            balance("CLBD", entries)
        );
        (0..entries).for_each(|i| text.push_str(&entry(i)));
        text.push_str("</n:Stmt></n:BkToCstmrStmt></n:Document>\n");
        text.into_bytes()
    }

    fn in_pieces(source: &mut dyn Read) -> (Statements, Vec<Entry>) {
        let mut entries = Vec::new();
        let read = read_statements_from(source, &ReadOptions::default(), &mut |e| entries.push(e)).unwrap();
        (read, entries)
    }

    #[test]
    fn a_file_in_pieces_reads_as_the_whole_one() {
        for (entries, filler) in [(1, 0), (3_000, 10), (40, 300_000)] {
            let bytes = file(entries, filler);
            let whole = read_statements(&bytes, &ReadOptions::default()).unwrap();
            let (pieces, taken) = in_pieces(&mut bytes.as_slice());
            assert_eq!(taken, whole.statements[0].entries);
            assert_eq!(pieces.statements[0].passed.len(), entries);
            let bare = |s: &Statement| Statement { entries: vec![], passed: Default::default(), ..s.clone() };
            assert_eq!(bare(&pieces.statements[0]), bare(&whole.statements[0]));
            assert_eq!(pieces.statements[0].tie_out, crate::model::TieOut::Proven);
        }
    }

    #[test]
    fn every_cut_is_a_cut_inside_something() {
        let bytes = file(2, 0);
        let (whole, _) = in_pieces(&mut bytes.as_slice());
        assert_eq!(in_pieces(&mut Drops(&bytes)).0, whole);
        for end in 1..bytes.len() - "</n:Document>\n".len() {
            let cut = bytes.get(..end).unwrap();
            let options = ReadOptions::default();
            let (a, b) = (read_statements(cut, &options), read_statements_from(&mut &*cut, &options, &mut |_| {}));
            assert_eq!(a.err().map(|e| e.to_string()), b.err().map(|e| e.to_string()), "cut at {end}");
        }
    }

    #[test]
    fn small_pieces_give_the_same_events() {
        let bytes = file(3, 5);
        let text = String::from_utf8(bytes).unwrap();
        let text = text.trim_start_matches('\u{feff}');
        let whole = super::super::read::read(text, &ReadOptions::default()).unwrap().statements;
        for size in 1..200 {
            let mut documents = Documents::new(&ReadOptions::default(), None);
            let (mut paused, mut from, mut length) = (Paused::default(), 0, size);
            let file = loop {
                let mut end = (from + length).min(text.len());
                while !text.is_char_boundary(end) {
                    end += 1;
                }
                let mut x = Xml::resume(&text[from..end], end == text.len(), &paused, Default::default());
                if read_piece(&mut documents, &mut x).unwrap() {
                    break documents.finish(&mut x).unwrap();
                }
                let (next, used) = x.pause();
                length = if used == 0 { length + size } else { size };
                (paused, from) = (next, from + used);
            };
            assert_eq!(file.statements, whole, "pieces of {size}");
        }
    }
}
