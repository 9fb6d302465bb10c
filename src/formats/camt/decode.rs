//! Bytes in, text out: byte order mark, else the XML declaration, else UTF-8. The whole buffer is decoded before any parsing.

use crate::base::Place;
use crate::error::{Error, ErrorCode};
use crate::model::{Finding, FindingCode};
use encoding_rs::Encoding;
use std::borrow::Cow;

/// The text of a file, without its byte order mark, and a finding where the encoding was not what the file says.
///
/// # Errors
/// [`ErrorCode::Encoding`] with the byte offset of the first byte that is no text in the encoding; an encoding nobody knows.
pub(super) fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Option<Finding>), Error> {
    if let Some((encoding, bom)) = Encoding::for_bom(bytes) {
        let body = bytes.get(bom..).unwrap_or_default();
        return if encoding == encoding_rs::UTF_8 {
            utf8(body, bom).map(|text| (text, None))
        } else {
            with_encoding(encoding, body, bom).map(|text| {
                let finding = false_declaration(encoding, &text);
                (text, finding)
            })
        };
    }
    match bytes {
        [b'<', 0, ..] => return unmarked(encoding_rs::UTF_16LE, bytes),
        [0, b'<', ..] => return unmarked(encoding_rs::UTF_16BE, bytes),
        _ => {}
    }
    let Some(label) = declared(bytes) else { return utf8(bytes, 0).map(|text| (text, None)) };
    let Some(encoding) = Encoding::for_label(label) else {
        let found = format!("encoding `{}`", String::from_utf8_lossy(label));
        return Err(Error::new(
            ErrorCode::Encoding,
            Place::line_column(1, 1),
            found,
            "UTF-8, UTF-16, ISO-8859-1, windows-1252 or another encoding of the WHATWG list",
        ));
    };
    if encoding == encoding_rs::UTF_8 {
        utf8(bytes, 0).map(|text| (text, None))
    } else if encoding == encoding_rs::UTF_16LE || encoding == encoding_rs::UTF_16BE {
        // The declaration itself could be read as single bytes, so it cannot be UTF-16.
        utf8(bytes, 0).map(|t| (t, Some(false_utf16())))
    } else {
        with_encoding(encoding, bytes, 0).map(|text| (text, None))
    }
}

/// For a file that is read in pieces: how many bytes stand before its text, and a finding as [`decode`] gives it. Nothing where it
/// is not UTF-8.
pub(super) fn utf8_head(head: &[u8]) -> Option<(usize, Option<Finding>)> {
    let marked = head.starts_with(b"\xEF\xBB\xBF");
    let declared = declared(head).map(Encoding::for_label);
    let (wide, single) =
        (Encoding::for_bom(head).is_some() || matches!(head, [b'<', 0, ..] | [0, ..]), declared.flatten());
    let guessed = match single {
        _ if marked => None,
        _ if wide => return None,
        None if declared.is_some() => return None,
        None => None,
        Some(e) if e == encoding_rs::UTF_8 => None,
        Some(e) if e == encoding_rs::UTF_16LE || e == encoding_rs::UTF_16BE => Some(false_utf16()),
        Some(_) => return None,
    };
    let body = head.get(if marked { 3 } else { 0 }..).unwrap_or_default();
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    Some((head.len() - body.trim_ascii_start().len(), guessed))
}

/// The text of a piece as far as its last character is whole. `from` is the line and column of its first, `offset` that of its
/// first byte in the file.
pub(super) fn whole_characters(bytes: &[u8], at_end: bool, from: (u64, u64), offset: usize) -> Result<&str, Error> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(e) if e.error_len().is_none() && !at_end => {
            let whole = bytes.get(..e.valid_up_to()).unwrap_or_default();
            Ok(std::str::from_utf8(whole).unwrap_or_default())
        }
        Err(e) => {
            let error = undecodable("UTF-8", bytes, e.valid_up_to(), offset);
            let mut place = error.place().clone();
            if place.line == Some(1) {
                place.column = place.column.map(|c| c + from.1 - 1);
            }
            place.line = place.line.map(|l| l + from.0 - 1);
            let again = Error::new(error.code(), place, error.found(), error.expected());
            Err(match error.hint() {
                Some(hint) => again.with_hint(hint),
                None => again,
            })
        }
    }
}

/// UTF-16 that has no mark and is told by its first sign.
fn unmarked<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> Result<(Cow<'b, str>, Option<Finding>), Error> {
    with_encoding(encoding, bytes, 0).map(|text| {
        let finding = false_declaration(encoding, &text);
        (text, finding)
    })
}

/// UTF-16 behind a declaration that says something else: some program saved the file anew.
fn false_declaration(marked: &'static Encoding, text: &str) -> Option<Finding> {
    let said = declared(text.as_bytes())?;
    let agrees = Encoding::for_label(said)
        .is_some_and(|e| e == marked || (e == encoding_rs::UTF_16LE && marked == encoding_rs::UTF_16BE));
    let said = String::from_utf8_lossy(said);
    let text = format!(
        "the file declares {said} but is written in {}, so it was saved anew after the bank wrote it",
        marked.name()
    );
    (!agrees).then(|| Finding::new(FindingCode::EncodingGuessed, Place::line(1), text))
}

fn false_utf16() -> Finding {
    let text = "the file declares UTF-16 but is written in single bytes; it was read as UTF-8";
    Finding::new(FindingCode::EncodingGuessed, Place::line(1), text)
}

/// The first bytes as text that is good enough to look for element names in.
pub(super) fn head(bytes: &[u8]) -> String {
    let head = bytes.get(..4096).unwrap_or(bytes);
    let text: String =
        head.iter().filter(|b| **b != 0).map(|b| if b.is_ascii() { char::from(*b) } else { '?' }).collect();
    text.trim_start_matches(|c: char| c.is_whitespace() || c == '?').to_owned()
}

fn utf8(bytes: &[u8], skipped: usize) -> Result<Cow<'_, str>, Error> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|e| undecodable("UTF-8", bytes, e.valid_up_to(), skipped))
}

fn with_encoding<'a>(encoding: &'static Encoding, bytes: &'a [u8], skipped: usize) -> Result<Cow<'a, str>, Error> {
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        return Ok(text);
    }
    // Only now, on the way to an error, is the exact offset looked for.
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut out = String::with_capacity(bytes.len().saturating_mul(3).saturating_add(16));
    let (_, read) = decoder.decode_to_string_without_replacement(bytes, &mut out, true);
    Err(undecodable(encoding.name(), bytes, read.saturating_sub(1), skipped))
}

fn undecodable(encoding: &str, bytes: &[u8], offset: usize, skipped: usize) -> Error {
    let before = bytes.get(..offset).unwrap_or(bytes);
    let line = 1 + memchr::memchr_iter(b'\n', before).count() as u64;
    let column = 1 + before.iter().rev().take_while(|b| **b != b'\n').filter(|b| (**b & 0xC0) != 0x80).count() as u64;
    let value = bytes.get(offset).copied().unwrap_or(0);
    let found = format!("byte 0x{value:02X} at offset {} that is no {encoding} text", offset + skipped);
    Error::new(
        ErrorCode::Encoding,
        Place::line_column(line, column),
        found,
        format!("text in {encoding}, as the file declares"),
    )
    .with_hint("save the file again in the encoding that its first line names, or correct that line")
}

/// The encoding named in `<?xml … encoding="…"?>`.
fn declared(bytes: &[u8]) -> Option<&[u8]> {
    let head = bytes.get(..256).unwrap_or(bytes).trim_ascii_start();
    let declaration = head.strip_prefix(b"<?xml")?;
    let end = memchr::memmem::find(declaration, b"?>")?;
    let declaration = declaration.get(..end)?;
    let after = declaration.get(memchr::memmem::find(declaration, b"encoding")? + 8..)?.trim_ascii_start();
    let value = after.strip_prefix(b"=")?.trim_ascii_start();
    let (quote, value) = value.split_first()?;
    let end = memchr::memchr(*quote, value).filter(|_| matches!(quote, b'"' | b'\''))?;
    value.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        decode(bytes).unwrap().0.into_owned()
    }

    #[test]
    fn boms_and_declarations_decide() {
        assert_eq!(text("\u{feff}<a>Ä</a>".as_bytes()), "<a>Ä</a>");
        assert!(text(b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xc4</a>").ends_with("<a>Ä</a>"));
        assert!(text(b"<?xml version=\"1.0\" encoding = \"windows-1252\"?><a>\x80</a>").ends_with("<a>€</a>"));
        let utf16: Vec<u8> = "\u{feff}<a>Ä</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&utf16), "<a>Ä</a>");
        let utf16: Vec<u8> = "\u{feff}<a>Ä</a>".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(text(&utf16), "<a>Ä</a>");
    }

    #[test]
    fn a_false_utf16_declaration_is_said() {
        for (said, told) in [("UTF-8", true), ("utf-16", false), ("UTF-16BE", false)] {
            let text = format!("\u{feff}<?xml version='1.0' encoding='{said}'?><a/>");
            let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            assert_eq!(decode(&bytes).unwrap().1.is_some(), told, "{said}");
        }
        let (_, finding) = decode(b"<?xml version=\"1.0\" encoding=\"utf-16\"?><a/>").unwrap();
        assert_eq!(finding.unwrap().code, FindingCode::EncodingGuessed);
    }

    #[test]
    fn bytes_that_are_no_text_are_an_error_with_offset() {
        let e = decode(b"<a>\n\xc4</a>").unwrap_err();
        assert_eq!((e.code(), e.place().line), (ErrorCode::Encoding, Some(2)));
        assert!(e.found().contains("0xC4 at offset 4"), "{e}");
        let mut utf16: Vec<u8> = "\u{feff}<a></a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        utf16.push(7);
        assert_eq!(decode(&utf16).unwrap_err().code(), ErrorCode::Encoding);
        assert_eq!(decode(b"<?xml encoding='klingon'?><a/>").unwrap_err().code(), ErrorCode::Encoding);
    }
}
