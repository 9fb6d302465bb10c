//! Bytes to text, exactly or not at all. In: bytes and the encodings that a source may use. Out: text, and which one it was.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// Text with the encoding it was in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodedText<'a> {
    /// The text, without a byte order mark.
    pub text: Cow<'a, str>,
    /// Name of the encoding (WHATWG): `UTF-8`, `windows-1252`.
    pub encoding: &'static str,
    /// Neither a byte order mark nor UTF-8 itself decided: the first fitting encoding of the list was taken.
    pub assumed: bool,
}

/// Why bytes are no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeTextError {
    /// A byte that no allowed encoding explains.
    #[error("byte 0x{byte:02x} at offset {offset} is no text in {encodings}")]
    Undecodable {
        /// The byte.
        byte: u8,
        /// Bytes before it.
        offset: usize,
        /// What was tried.
        encodings: String,
    },
    /// UTF-8 in most places and something else in one: any choice would change names.
    #[error("byte 0x{byte:02x} at offset {offset} is not UTF-8, as the rest of the text is")]
    Mixed {
        /// The byte.
        byte: u8,
        /// Bytes before it.
        offset: usize,
    },
    /// A NUL, which no text has.
    #[error("a NUL byte at offset {offset}")]
    Nul {
        /// Bytes of decoded text before it.
        offset: usize,
    },
}

impl DecodeTextError {
    /// Bytes before the bad one.
    pub fn offset(&self) -> usize {
        match self {
            DecodeTextError::Undecodable { offset, .. }
            | DecodeTextError::Mixed { offset, .. }
            | DecodeTextError::Nul { offset } => *offset,
        }
    }
}

/// Decodes a text: by its byte order mark, else as UTF-8, else by the first encoding of the list that explains every byte.
/// Nothing is ever replaced. Unknown names in the list are passed over, see [`is_encoding`].
pub fn decode_text<'a, S: AsRef<str>>(bytes: &'a [u8], encodings: &[S]) -> Result<DecodedText<'a>, DecodeTextError> {
    let decoded = decode(bytes, encodings)?;
    match memchr::memchr(0, decoded.text.as_bytes()) {
        Some(offset) => Err(DecodeTextError::Nul { offset }),
        None => Ok(decoded),
    }
}

/// Whether the name is that of an encoding (WHATWG labels: `utf-8`, `windows-1252`, `iso-8859-15` …).
pub fn is_encoding(name: &str) -> bool {
    Encoding::for_label(name.as_bytes()).is_some()
}

/// Whether every character of an encoding is one byte; UTF-8 is none of these.
pub(crate) fn is_single_byte(name: &str) -> bool {
    Encoding::for_label(name.as_bytes()).is_some_and(Encoding::is_single_byte)
}

fn decode<'a, S: AsRef<str>>(bytes: &'a [u8], encodings: &[S]) -> Result<DecodedText<'a>, DecodeTextError> {
    let done = |text, encoding: &'static Encoding, assumed| DecodedText { text, encoding: encoding.name(), assumed };
    let mut allowed: Vec<&'static Encoding> =
        encodings.iter().filter_map(|e| Encoding::for_label(e.as_ref().as_bytes())).collect();
    let mut body = bytes;
    if let Some((marked, length)) = Encoding::for_bom(bytes) {
        body = bytes.get(length..).unwrap_or_default();
        if marked == UTF_16LE || marked == UTF_16BE {
            return match marked.decode_without_bom_handling_and_without_replacement(body) {
                Some(text) => Ok(done(text, marked, false)),
                None => Err(undecodable(bytes, 0, &[marked])),
            };
        }
        allowed = vec![UTF_8];
    }
    let utf8 = match std::str::from_utf8(body) {
        Ok(text) => return Ok(done(Cow::Borrowed(text), UTF_8, false)),
        Err(e) => e,
    };
    let offset = utf8.valid_up_to() + (bytes.len() - body.len());
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in body.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    if good > 0 && good >= bad {
        return Err(DecodeTextError::Mixed { byte: bytes.get(offset).copied().unwrap_or(0), offset });
    }
    for encoding in allowed.iter().copied().filter(|e| *e != UTF_8) {
        if body.iter().any(|b| is_hole(encoding, *b)) {
            continue;
        }
        if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(body) {
            return Ok(done(text, encoding, true));
        }
    }
    let first = body.iter().position(|b| allowed.iter().any(|e| is_hole(e, *b)));
    Err(undecodable(bytes, first.filter(|_| allowed.len() > 1).unwrap_or(offset), &allowed))
}

/// Bytes that windows-1252 leaves undefined; the WHATWG table turns them into controls.
fn is_hole(encoding: &'static Encoding, byte: u8) -> bool {
    encoding == encoding_rs::WINDOWS_1252 && matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d)
}

fn undecodable(bytes: &[u8], offset: usize, tried: &[&'static Encoding]) -> DecodeTextError {
    let encodings = tried.iter().map(|e| e.name()).collect::<Vec<_>>().join(", ");
    let encodings = if encodings.is_empty() { UTF_8.name().to_owned() } else { encodings };
    DecodeTextError::Undecodable { byte: bytes.get(offset).copied().unwrap_or(0), offset, encodings }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: [&str; 2] = ["utf-8", "windows-1252"];

    #[test]
    fn marks_utf8_and_the_code_page_are_told_apart() {
        let name = |b| decode_text(b, &USUAL).map(|d| (d.text.into_owned(), d.encoding, d.assumed)).unwrap();
        assert_eq!(name(b"\xef\xbb\xbfM\xc3\xbcller"), ("Müller".into(), "UTF-8", false));
        assert_eq!(name(b"M\xfcller"), ("Müller".into(), "windows-1252", true));
        assert_eq!(name(b"\xff\xfeM\0\xfc\0"), ("Mü".into(), "UTF-16LE", false));
    }

    #[test]
    fn what_no_encoding_explains_is_refused_with_its_offset() {
        assert_eq!(decode_text(b"abc\x81", &USUAL).unwrap_err().offset(), 3);
        assert_eq!(decode_text(b"M\xfcller", &["utf-8"]).unwrap_err().offset(), 1);
        assert_eq!(
            decode_text(b"\xc3\xbc und \xfc", &USUAL).unwrap_err(),
            DecodeTextError::Mixed { byte: 0xfc, offset: 7 }
        );
        assert_eq!(decode_text(b"a\0b", &USUAL).unwrap_err(), DecodeTextError::Nul { offset: 1 });
        assert!(decode_text(b"\xef\xbb\xbfM\xfcller", &USUAL).is_err(), "a UTF-8 mark is a promise");
    }
}
