//! A CSV piece by piece, for files that are larger than memory should hold. In: a source of bytes. Out: statements without their
//! entries, which go to the caller as they are read.
//!
//! The first piece settles the profile, the encoding and the style of amounts and dates; all that follows must agree. Where it
//! cannot settle them the file is read whole.

use super::super::pieces::Piece;
use super::super::{ReadOptions, Statements, Take, read_rest};
use super::cells::Cells;
use super::detect;
use super::read::{self, Encodings, File, settled};
use crate::base::{CsvRows, DecodeTextError, DecodedText, decode_text, is_single_byte};
use crate::error::Error;
use std::borrow::Cow;
use std::io::Read;

/// Reads a file from its first bytes and what follows them.
pub(super) fn read(
    source: &mut dyn Read,
    head: Vec<u8>,
    options: &ReadOptions,
    take: &mut Take<'_>,
) -> Result<Statements, Error> {
    let wide = head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]);
    let mut piece = Piece::new(head, options);
    piece.fill(source, options)?;
    let whole = |source: &mut dyn Read, piece: Piece| read::read(&read_rest(source, piece.bytes, options)?, options);
    if wide || piece.at_end || !piece.bytes.contains(&b'\n') {
        return whole(source, piece);
    }
    let mark = piece.bytes.starts_with(b"\xEF\xBB\xBF");
    let encodings = Encodings::of(options)?;
    let given = options.profile.as_ref();
    let first = lines(&piece);
    let text = decode_text(first, &encodings.before(given)).map_err(|e| read::decode_error(first, &e))?;
    // What does not settle here may yet do so over the whole file.
    let chosen = match given {
        Some(profile) => Ok(Cow::Borrowed(profile)),
        None => detect::choose(first, &text.text, encodings.0),
    };
    let found = chosen.and_then(|profile| Ok((detect::header(&text.text, &profile)?, profile)));
    let settled = found.as_ref().ok().and_then(|(found, profile)| settled(&text.text, profile, found).ok());
    let (Ok((found, profile)), Some(cells)) = (&found, settled.filter(Cells::has_one_style)) else {
        drop(text);
        return whole(source, piece);
    };
    drop(text);
    let allowed = if mark { Vec::new() } else { encodings.allowed(profile) };
    let is_utf8 = |name: &str| name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("utf8");
    if !allowed.iter().all(|name| is_utf8(name) || is_single_byte(name)) {
        return whole(source, piece);
    }
    let mut decoder = Decoder { allowed, assumed: None, beyond_ascii: false };
    let mut file = File::new(cells, options, Some(take))?;
    let (mut line, mut skip) = (1, found.rows_before);
    if mark {
        piece.drop_front(3);
    }
    loop {
        let bytes = if piece.at_end { piece.bytes.as_slice() } else { lines(&piece) };
        let at_line = |e| read::decode_error(bytes, &e).moved_down(line - 1);
        let decoded = decoder.decode(bytes).map_err(at_line)?;
        let mut rows = CsvRows::of_piece(&decoded.text, line, found.delimiter, profile.quote());
        let (used, next) = file.rows(&mut rows, skip, piece.at_end)?;
        if piece.at_end {
            break;
        }
        // Every encoding that is allowed here has one byte a character, or is UTF-8 as the text is.
        let used = match decoded.text.len() == bytes.len() {
            true => used,
            false => decoded.text.get(..used).map_or(0, |t| t.chars().count()),
        };
        if used > 0 {
            skip = 0;
        }
        line = next;
        piece.drop_front(used);
        piece.fill(source, options)?;
    }
    if let Some(encoding) = decoder.assumed {
        file.assumed(encoding);
    }
    file.finish()
}

/// A piece up to the end of its last line, so that no character is cut.
fn lines(piece: &Piece) -> &[u8] {
    let end = memchr::memrchr(b'\n', &piece.bytes).map_or(0, |end| end + 1);
    piece.bytes.get(..end).unwrap_or_default()
}

/// The first piece with more than ASCII decides on the encoding of all.
struct Decoder {
    allowed: Vec<String>,
    assumed: Option<&'static str>,
    beyond_ascii: bool,
}

impl Decoder {
    fn decode<'b>(&mut self, bytes: &'b [u8]) -> Result<DecodedText<'b>, DecodeTextError> {
        let decoded = decode_text(bytes, &self.allowed)?;
        if bytes.is_ascii() {
            return Ok(decoded);
        }
        let now = decoded.assumed.then_some(decoded.encoding);
        if self.beyond_ascii && now != self.assumed {
            let at = bytes.iter().position(|b| !b.is_ascii()).unwrap_or(0);
            return Err(DecodeTextError::Mixed { byte: bytes.get(at).copied().unwrap_or(0), offset: at });
        }
        (self.beyond_ascii, self.assumed) = (true, now);
        Ok(decoded)
    }
}

#[cfg(test)]
mod tests {
    use super::super::profile::Profile;
    use super::*;
    use crate::formats::{read_figures_from, read_statements, read_statements_from};
    use crate::model::{Entry, Statement, TieOut};

    const PROFILE: &str = "id = \"own\"\nversion = 1\nevidence = \"T\"\n[detect]\nrequire = [\"Date\", \"Text\", \"Amount\"]\n[columns]\n\
        booking_date = \"Date\"\nremittance = \"Text\"\namount = \"Amount\"\nbalance = \"Balance\"\naccount = \"Account\"\n\
        [file]\nencodings = [\"utf-8\", \"windows-1252\"]\n\
        [format]\ndecimal = \"auto\"\ndate = [\"%d.%m.%Y\", \"%Y-%m-%d\"]\namount = \"signed\"\ncurrency = \"EUR\"\n\
        [[skip]]\nwhen = { column = \"Amount\", empty = true }\njoin = true\nreason = \"text\"\n";

    /// Rows of two accounts; each text runs over two lines, and some go on in a row of their own.
    fn file(rows: usize, name: &[u8], newest_first: bool) -> Vec<u8> {
        let mut lines: Vec<Vec<u8>> = Vec::new();
        let mut balances = [0, 0];
        for i in 0..rows {
            let account = i / 3 % 2;
            balances[account] += 125;
            let balance = format!("{},{:02}", balances[account] / 100, balances[account] % 100);
            let mut line = format!("24.04.2026;\"RE {i}\r\n\"\"x\"\" ").into_bytes();
            line.extend_from_slice(name);
            line.extend_from_slice(format!("\";1,25;{balance};DE{account}\r\n").as_bytes());
            if i % 5 == 0 {
                line.extend_from_slice(b";more;;;\r\n");
            }
            lines.push(line);
        }
        if newest_first {
            lines.reverse();
        }
        [b"Date;Text;Amount;Balance;Account\r\n".to_vec(), lines.concat()].concat()
    }

    #[test]
    fn a_file_in_pieces_reads_as_the_whole_one() {
        let profile = Profile::from_toml(PROFILE, "own.toml").unwrap();
        let options = ReadOptions { profile: Some(profile), ..ReadOptions::default() };
        let names: [&[u8]; 3] = [b"Muster", "M\u{fc}ller \u{141}".as_bytes(), b"M\xFCller"];
        for name in names {
            for (rows, newest_first) in [(3, false), (30_000, false), (30_000, true)] {
                let bytes = file(rows, name, newest_first);
                let whole = read_statements(&bytes, &options).unwrap();
                let mut taken: Vec<Entry> = Vec::new();
                let pieces = read_statements_from(&mut bytes.as_slice(), &options, &mut |e| taken.push(e)).unwrap();
                let bare = |s: &Statement| Statement { entries: vec![], passed: Default::default(), ..s.clone() };
                let all = |s: &Statements| s.statements.iter().map(bare).collect::<Vec<_>>();
                assert_eq!(all(&pieces), all(&whole));
                assert_eq!(pieces.findings, whole.findings);
                let mut kept: Vec<Entry> = whole.statements.iter().flat_map(|s| s.entries.clone()).collect();
                kept.sort_by_key(|e| e.place.line);
                taken.sort_by_key(|e| e.place.line);
                assert!(taken == kept);
                let figures = read_figures_from(&mut bytes.as_slice(), &options).unwrap();
                assert_eq!(all(&figures), all(&whole));
                assert!(figures.statements.iter().all(|s| s.tie_out == TieOut::Proven));
                let sum = |s: &Statements| s.statements.iter().map(|s| s.movements().count()).collect::<Vec<_>>();
                assert_eq!(sum(&figures), sum(&whole));
            }
        }
    }

    #[test]
    fn damage_far_behind_is_told_with_its_line() {
        let profile = Profile::from_toml(PROFILE, "own.toml").unwrap();
        let options = ReadOptions { profile: Some(profile), ..ReadOptions::default() };
        let good = file(30_000, "M\u{fc}ller".as_bytes(), false);
        let said = |bytes: &[u8]| {
            let whole = read_statements(bytes, &options).map(|_| ()).unwrap_err();
            let pieces = read_figures_from(&mut &*bytes, &options).map(|_| ()).unwrap_err();
            (whole.code(), whole.place().clone(), pieces.code(), pieces.place().clone())
        };
        for tail in ["24.04.2026;\"open;1,25;9;DE0\r\n", "24.04.2026;x;1,2x;9,00;DE0\r\n", "24.04.2026;x;1,25"] {
            let (a, place_a, b, place_b) = said(&[&good, tail.as_bytes()].concat());
            assert_eq!((a, place_a), (b, place_b), "{tail}");
        }
        let (a, _, b, place) = said(&[good.as_slice(), b"24.04.2026;M\xFCller;1,25;9,00;DE0\r\n"].concat());
        assert_eq!(
            (a, b, place.line),
            (crate::error::ErrorCode::Encoding, crate::error::ErrorCode::Encoding, Some(66_002))
        );
    }
}
