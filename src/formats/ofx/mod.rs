//! OFX and QFX, as banks and finance programs exchange them: SGML (version 1, tags without an end) and XML (version 2).
//!
//! `tree` turns both into one tree of elements, `map` gives the model: bank and credit card statements, and the cash movements of
//! investment accounts.

mod map;
mod tree;

#[cfg(test)]
mod tests;

use super::{ReadOptions, Reader, Statements};
use crate::base::{Place, decode_text, line_column};
use crate::error::{Error, ErrorCode};
use crate::model::Format;

/// The OFX reader.
pub struct OfxReader;

impl Reader for OfxReader {
    fn name(&self) -> &'static str {
        "OFX"
    }

    /// The header of either version, or the root element, near the start.
    fn recognises(&self, bytes: &[u8], _options: &ReadOptions) -> bool {
        let head = bytes.get(..2048).unwrap_or(bytes).to_ascii_uppercase();
        let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&head).trim_ascii_start();
        let holds = |what: &[u8]| memchr::memmem::find(head, what).is_some();
        head.starts_with(b"OFXHEADER")
            || head.starts_with(b"<OFX>")
            || head.starts_with(b"<?") && holds(b"<OFX>") && !holds(b"<DOCUMENT")
    }

    fn read(&self, bytes: &[u8], options: &ReadOptions) -> Result<Statements, Error> {
        let encodings = [charset(bytes)];
        let decoded = decode_text(bytes, &encodings).map_err(|e| {
            let before = String::from_utf8_lossy(bytes.get(..e.offset()).unwrap_or_default()).into_owned();
            let (line, column) = line_column(&before, before.len());
            Error::new(
                ErrorCode::Encoding,
                Place::line_column(line, column),
                e.to_string(),
                "text in UTF-8 or as the header says",
            )
        })?;
        let root = tree::read(&decoded.text, options)?;
        let statements = map::statements(&root)?;
        Ok(Statements { format: Format::Ofx, statements, findings: Vec::new() })
    }
}

/// The code page that the header of version 1 names (`CHARSET:1252`), or the declaration of version 2; windows-1252 else.
fn charset(bytes: &[u8]) -> String {
    let head: String = bytes.get(..512).unwrap_or(bytes).iter().map(|b| char::from(*b).to_ascii_lowercase()).collect();
    let value = |key: &str| {
        let (_, rest) = head.split_once(key)?;
        let end =
            rest.trim_start_matches(['"', '\'']).split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).next()?;
        Some(end.to_owned())
    };
    match value("charset:").or_else(|| value("encoding=")).as_deref() {
        Some("8859-1" | "iso-8859-1" | "1252" | "none") | None => "windows-1252".to_owned(),
        Some(page) if page.bytes().all(|b| b.is_ascii_digit()) => format!("windows-{page}"),
        Some(name) => name.to_owned(),
    }
}
