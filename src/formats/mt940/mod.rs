//! MT940 customer statements and MT942 interim reports; MT941 and MT950 where they use the same fields.
//!
//! Comes in: bytes as a bank, a terminal program or a converter wrote them. Goes out: one [`crate::model::Statement`] per
//! message, pages merged. The way: `encoding` bytes to text, `lines` text to fields, `fields` the grammar of a field,
//! `info86` the dialects of `:86:`, `entry` and `map` to the model, `pages` messages to statements.

mod encoding;
mod entry;
mod fields;
mod info86;
mod lines;
mod map;
mod notes;
mod pages;
mod write;
mod write_info;

pub use write::write;

use super::{ReadOptions, Reader, Statements};
use crate::base::Place;
use crate::error::{Error, ErrorCode};
use crate::model::{Format, Statement};

/// The MT940 reader.
pub struct Mt940Reader;

impl Reader for Mt940Reader {
    fn name(&self) -> &'static str {
        "MT940"
    }

    /// A field line or a SWIFT envelope near the start; text before it is allowed, XML is not.
    fn recognises(&self, bytes: &[u8], _options: &ReadOptions) -> bool {
        let head = bytes.get(..NEAR).unwrap_or(bytes);
        let decoded = encoding::decode(head);
        let text = decoded.text.trim_start();
        !text.starts_with('<') && lines::split_lines(text).take(200).any(is_ours)
    }

    fn read(&self, bytes: &[u8], options: &ReadOptions) -> Result<Statements, Error> {
        let decoded = encoding::decode(bytes);
        let (messages, mut findings) = lines::messages(&decoded.text, options.limits.findings);
        findings.splice(0..0, decoded.findings);
        if messages.is_empty() {
            let expected = "fields that begin with a tag, as in `:20:`";
            return Err(Error::new(ErrorCode::Structure, Place::line(1), "no field of MT940", expected)
                .with_hint("download the file again; it may be cut off before its first field"));
        }
        let statements: Vec<Statement> =
            messages.iter().map(|m| map::statement(m, &options.limits)).collect::<Result<_, _>>()?;
        let format = statements.first().map_or(Format::Mt940, |s| s.format);
        Ok(Statements { format, statements: pages::merge(statements), findings })
    }
}

/// How far from the start the first field may stand: some files begin with a covering text.
const NEAR: usize = 16 * 1024;

fn is_ours(line: &str) -> bool {
    let envelope = ["{1:F", "{2:I94", "{2:O94", "{2:I950", "{2:O950", "{4:", ":940:"];
    let tag = lines::tag_pattern(line).map(|(name, _)| name);
    envelope.iter().any(|e| line.starts_with(e))
        || matches!(
            tag,
            Some("20" | "25" | "25P" | "28" | "28C" | "60F" | "60M" | "61" | "62F" | "62M" | "34F" | "13D")
        )
}

#[cfg(test)]
mod tests;
