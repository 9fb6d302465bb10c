//! Bytes to text. Comes in: the file as it is. Goes out: text without control characters, and what was done to get it.

use super::code_page::{self, CodePage};
use crate::base::Place;
use crate::error::{Error, ErrorCode};
use crate::model::{Finding, FindingCode};
use std::borrow::Cow;

/// A decoded file with the findings on its characters.
pub(super) struct Decoded<'b> {
    /// The text: no byte order mark, no control characters but tab and line ends.
    pub text: Cow<'b, str>,
    /// What was guessed or left out.
    pub findings: Vec<Finding>,
    /// It is a FinTS server's answer as it came, with `@@` for line ends.
    pub fints: bool,
}

/// Decodes a file: by its byte order mark, else as UTF-8, else in the page asked for, else in the one that explains it best.
///
/// SWIFT allows ASCII only; banks send umlauts in 8-bit pages, NUL and other control bytes, and the `@@` that old FinTS
/// servers put for a line end. None of that may keep a statement from being read.
pub(super) fn decode(bytes: &[u8], page: Option<CodePage>) -> Decoded<'_> {
    let mut findings = Vec::new();
    let text = decode_characters(bytes, page, &mut findings);
    let text = without_controls(text, &mut findings);
    let fints = text.trim_start().starts_with("@@:");
    let text = match fints {
        true => {
            findings.push(file(FindingCode::Dialect, "lines end in `@@`, as old FinTS servers write them"));
            Cow::Owned(text.replace("@@", "\n"))
        }
        false => text,
    };
    Decoded { text, findings, fints }
}

/// Whether a file that begins so can be decoded piece by piece.
pub(super) fn in_pieces(head: &[u8]) -> bool {
    utf16(head).is_none() && !head.trim_ascii_start().starts_with(b"@@:")
}

/// Decodes a file in pieces that end with a line. As long as all is ASCII nothing is decided; the first piece with more decides
/// for all that follow.
pub(super) struct Pieces {
    page: Option<CodePage>,
    told: bool,
    utf8: bool,
    /// The page by which bytes were read that are no UTF-8.
    chosen: Option<CodePage>,
}

impl Pieces {
    /// With the page that was asked for.
    pub(super) fn new(page: Option<CodePage>) -> Self {
        Pieces { page, told: false, utf8: false, chosen: None }
    }

    /// The text of a piece, before which stand so many lines.
    ///
    /// # Errors
    /// When it is no UTF-8 although text before it was: which of the two is wrong nobody can say before all is read.
    pub(super) fn decode<'b>(
        &mut self,
        bytes: &'b [u8],
        lines: u64,
        findings: &mut Vec<Finding>,
    ) -> Result<Cow<'b, str>, Error> {
        let mut found = Vec::new();
        let text = match (std::str::from_utf8(bytes), self.chosen) {
            (Ok(text), None) => {
                self.utf8 |= !text.is_ascii();
                Cow::Borrowed(text)
            }
            (Ok(text), Some(_)) if text.is_ascii() => Cow::Borrowed(text),
            (_, Some(chosen)) => Cow::Owned(chosen.decode(bytes)),
            (Err(wrong), None) => {
                let line = lines + line_behind(bytes, wrong.valid_up_to());
                if self.utf8 {
                    let found = "a byte that is no UTF-8, as the text before it is";
                    let hint = "two files were put together, or the file was damaged; download it again";
                    return Err(
                        Error::new(ErrorCode::Encoding, Place::line(line), found, "one encoding").with_hint(hint)
                    );
                }
                let text = decode_characters(bytes, self.page, &mut found);
                found.iter_mut().for_each(|f| f.place = Place::line(line));
                self.chosen = Some(self.page.unwrap_or_else(|| code_page::choose(bytes)));
                text
            }
        };
        let mut cleaned = Vec::new();
        let text = without_controls(text, &mut cleaned);
        if !self.told {
            self.told = !cleaned.is_empty();
            cleaned.iter_mut().for_each(|f| f.place.line = f.place.line.map(|l| l + lines));
            found.append(&mut cleaned);
        }
        findings.append(&mut found);
        Ok(text)
    }
}

fn decode_characters<'b>(bytes: &'b [u8], page: Option<CodePage>, findings: &mut Vec<Finding>) -> Cow<'b, str> {
    if let Some((encoding, rest)) = utf16(bytes) {
        let (text, broken) = encoding.decode_without_bom_handling(rest);
        if rest.len() == bytes.len() {
            let text = format!("the file has no byte order mark and was read as {}", encoding.name());
            findings.push(file(FindingCode::EncodingGuessed, &text));
        }
        if broken {
            findings.push(file(FindingCode::EncodingGuessed, "some characters of the UTF-16 text cannot be read"));
        }
        return text;
    }
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(body) {
        Ok(text) => Cow::Borrowed(text),
        Err(wrong) => {
            let line = line_behind(body, wrong.valid_up_to());
            let chosen = page.unwrap_or_else(|| code_page::choose(body));
            if page.is_none() {
                let text = format!(
                    "the bytes are no UTF-8 and were read as {}, which explains them best; `--encoding` forces another page",
                    chosen.name
                );
                findings.push(Finding::new(FindingCode::EncodingGuessed, Place::line(line), text));
            }
            Cow::Owned(chosen.decode(body))
        }
    }
}

/// UTF-16 by its byte order mark, or by a NUL beside each of the first characters, with the bytes behind the mark.
fn utf16(bytes: &[u8]) -> Option<(&'static encoding_rs::Encoding, &[u8])> {
    match bytes {
        [0xFF, 0xFE, rest @ ..] => Some((encoding_rs::UTF_16LE, rest)),
        [0xFE, 0xFF, rest @ ..] => Some((encoding_rs::UTF_16BE, rest)),
        [a, 0, b, 0, c, 0, ..] if ![a, b, c].contains(&&0) => Some((encoding_rs::UTF_16LE, bytes)),
        [0, a, 0, b, 0, c, ..] if ![a, b, c].contains(&&0) => Some((encoding_rs::UTF_16BE, bytes)),
        _ => None,
    }
}

/// How fields within a message begin.
const INNER: [&str; 5] = [":61:", ":86:", ":60", ":62", ":64:"];

fn without_controls<'b>(text: Cow<'b, str>, findings: &mut Vec<Finding>) -> Cow<'b, str> {
    let is_control = |b: u8| (b < 0x20 && b != b'\n' && b != b'\r' && b != b'\t') || b == 0x7F;
    // Without a branch per byte, so that the compiler can take many at once; nearly every file has none.
    let any = text.as_bytes().chunks(4096).any(|c| c.iter().fold(false, |any, b| any | is_control(*b)));
    if !any {
        return text;
    }
    let first = text.as_bytes().iter().position(|b| is_control(*b)).unwrap_or(0);
    let line = line_behind(text.as_bytes(), first);
    findings.push(Finding::new(
        FindingCode::Dialect,
        Place::line(line),
        "control characters were left out, the first here",
    ));
    let mut clean = String::with_capacity(text.len());
    for line in text.split_inclusive(['\n', '\r']) {
        // In front of a field one stands where the end of a line was lost, or is a sign too much: who can say? The line stays text of the
        // field above, and the balances tell. What frames a whole message (SOH, STX) may stand in front of its first field.
        let body = line.trim_start_matches(|c: char| u8::try_from(c).is_ok_and(is_control));
        if body.len() < line.len() && INNER.iter().any(|tag| body.starts_with(tag)) {
            clean.push(' ');
        }
        // In an account or a balance one stands for a character that is lost. It stays, so that the field cannot be read.
        let counts = [":25", ":60", ":62"].iter().any(|tag| line.starts_with(tag));
        let until = if counts { line.trim_end_matches(|c: char| c.is_control()).len() } else { 0 };
        let kept = |(i, c): &(usize, char)| *i < until || !u8::try_from(*c).is_ok_and(is_control);
        clean.extend(line.char_indices().filter(kept).map(|(_, c)| c));
    }
    Cow::Owned(clean)
}

/// Number of the line behind so many bytes, counted as the fields count theirs: LF, CR LF and CR alone end one.
fn line_behind(bytes: &[u8], count: usize) -> u64 {
    let before = bytes.get(..count).unwrap_or(bytes);
    let second = |at: &usize| before.get(at.wrapping_sub(1)..=*at) == Some(b"\r\n");
    memchr::memchr2_iter(b'\n', b'\r', before).filter(|at| !second(at)).count() as u64 + 1
}

fn file(code: FindingCode, text: &str) -> Finding {
    Finding::new(code, Place::line(1), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> (String, Vec<FindingCode>) {
        let d = decode(bytes, None);
        (d.text.into_owned(), d.findings.iter().map(|f| f.code).collect())
    }

    #[test]
    fn every_encoding_a_bank_sends_is_text() {
        assert_eq!(text("Müller".as_bytes()), ("Müller".into(), vec![]));
        assert_eq!(text(b"\xEF\xBB\xBF:20:"), (":20:".into(), vec![]));
        assert_eq!(text(b"M\xFCller"), ("Müller".into(), vec![FindingCode::EncodingGuessed]));
        assert_eq!(text(b"\xFF\xFE:\x002\x000\x00"), (":20".into(), vec![]));
        assert_eq!(text(b"\xFE\xFF\x00:\x002"), (":2".into(), vec![]));
        let unmarked = (":20".into(), vec![FindingCode::EncodingGuessed]);
        assert_eq!(text(b":\x002\x000\x00"), unmarked);
        assert_eq!(text(b"\x00:\x002\x000"), unmarked);
    }

    #[test]
    fn control_bytes_are_left_out_and_told() {
        assert_eq!(text(b"\x01\r\n:20:A\0B\x1a"), ("\r\n:20:AB".into(), vec![FindingCode::Dialect]));
        assert_eq!(text(b"@@:20:A@@:25:B"), ("\n:20:A\n:25:B".into(), vec![FindingCode::Dialect]));
        let line = |bytes: &[u8]| decode(bytes, None).findings[0].place.line;
        assert_eq!(line(b":20:A\r\n:21:B\r:86:A\0"), Some(3), "CR alone ends a line, as it does for fields");
        assert_eq!(text(b":25:A\0B\0\n:86:A\0B").0, ":25:A\0B\n:86:AB", "an account with a hole stays unreadable");
        assert_eq!(text(b"\x01:20:A\r\x1a:61:B").0, ":20:A\r :61:B", "nobody can say whether that is a field");
    }
}
