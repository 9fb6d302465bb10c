//! A record of the journal: its kind, its body as JSON text, and the two chains of hashes that hold it in its place.

use crate::base::Place;
use crate::error::{Error, ErrorCode};
use sha2::{Digest, Sha256};

/// A SHA-256.
pub type Hash = [u8; 32];

/// What a record tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// A run: inputs, versions, policy. The records that follow it belong to it.
    Run,
    /// A statement that was read.
    Statement,
    /// A payment with what was decided on it.
    Payment,
    /// A later decision on a payment that was queued.
    Decision,
    /// A decision, or one allocation of it, was taken back.
    Undo,
    /// A payment came again from a later statement.
    Join,
    /// What the ERP's open items say about what we applied.
    Snapshot,
    /// A person accepted that a statement is missing.
    AcceptGap,
    /// A learned fact was signed or revoked.
    Fact,
}

impl Kind {
    /// All kinds with their text form.
    pub const ALL: [(&'static str, Kind); 9] = [
        ("run", Kind::Run),
        ("statement", Kind::Statement),
        ("payment", Kind::Payment),
        ("decision", Kind::Decision),
        ("undo", Kind::Undo),
        ("join", Kind::Join),
        ("snapshot", Kind::Snapshot),
        ("accept_gap", Kind::AcceptGap),
        ("fact", Kind::Fact),
    ];

    /// The text form.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, k)| *k == self).map_or("", |(t, _)| t)
    }

    /// Reads the text form.
    pub fn parse(text: &str) -> Option<Kind> {
        Self::ALL.iter().find(|(t, _)| *t == text).map(|(_, k)| *k)
    }
}

/// One record as it is kept. Records are never changed and never deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Position, from 1 without gaps.
    pub seq: u64,
    /// What it tells of.
    pub kind: Kind,
    /// What it says, as JSON with a fixed order of keys.
    pub body: String,
    /// When and by whom it was written, as JSON: `at`, `who`, and of a run the hash of its manifest. Not part of the content.
    pub meta: String,
    /// Hash over the record before, the content and `meta`.
    pub hash: Hash,
}

impl Record {
    /// When it was written, as the writer said.
    pub fn at(&self) -> String {
        let meta: serde_json::Value = serde_json::from_str(&self.meta).unwrap_or_default();
        meta.get("at").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    }
}

/// The end of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// Position of the last record; 0 for none.
    pub seq: u64,
    /// Chain over kinds and bodies alone: two ledgers with the same history have the same one, whenever they were written.
    pub content: Hash,
    /// Chain over everything. Who keeps it elsewhere can prove later that nothing before it was changed or cut off.
    pub hash: Hash,
}

impl Head {
    /// The head after one more record, which gets `seq + 1`.
    #[must_use]
    pub fn after(&self, kind: Kind, body: &str, meta: &str) -> Head {
        self.after_body(kind, &body_hash(body), meta)
    }

    /// The same from the hash of the body, so that the bodies of many records can be hashed at once.
    #[must_use]
    pub(super) fn after_body(&self, kind: Kind, body: &Hash, meta: &str) -> Head {
        let seq = self.seq.saturating_add(1);
        let mut content = Sha256::new();
        content.update(self.content);
        content.update(seq.to_be_bytes());
        content.update(kind.as_str());
        content.update([0]);
        content.update(body);
        let content: Hash = content.finalize().into();
        let mut hash = Sha256::new();
        hash.update(self.hash);
        hash.update(content);
        hash.update(meta);
        Head { seq, content, hash: hash.finalize().into() }
    }
}

/// SHA-256 of a body.
pub(super) fn body_hash(body: &str) -> Hash {
    Sha256::digest(body).into()
}

/// Lower-case hexadecimal.
pub fn hex(hash: &Hash) -> String {
    hash.iter().map(|b| format!("{b:02x}")).collect()
}

/// Reads [`hex`] back.
pub fn from_hex(text: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    let bytes = text.as_bytes();
    if bytes.len() != 64 {
        return None;
    }
    for (slot, pair) in hash.iter_mut().zip(bytes.chunks(2)) {
        *slot = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(hash)
}

/// When and by whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stamp {
    /// The time as the caller knows it, in UTC: `2026-04-24T06:00:00Z`. The library asks no clock.
    pub at: String,
    /// Who started it.
    pub who: String,
    /// Of a run with outputs: SHA-256 of its manifest.
    pub manifest_sha256: Option<String>,
}

impl Stamp {
    /// The text for [`Record::meta`].
    pub fn to_meta(&self) -> String {
        let mut meta = serde_json::Map::new();
        meta.insert("at".to_owned(), self.at.as_str().into());
        if let Some(sha256) = &self.manifest_sha256 {
            meta.insert("manifest_sha256".to_owned(), sha256.as_str().into());
        }
        meta.insert("who".to_owned(), self.who.as_str().into());
        serde_json::Value::Object(meta).to_string()
    }
}

/// An error about a record that does not fit.
pub(super) fn damaged(seq: u64, found: impl AsRef<str>, expected: &str) -> Error {
    let place = Place::default().in_file("ledger").at(format!("record {seq}"));
    Error::new(ErrorCode::Ledger, place, found, expected)
        .with_hint("the ledger was changed by something else than tieout, or the disk is at fault: go back to a copy")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_changes_the_hash_and_not_the_content() {
        let start = Head::default();
        let a = start.after(Kind::Run, "{}", "{\"at\":\"1\"}");
        let b = start.after(Kind::Run, "{}", "{\"at\":\"2\"}");
        assert_eq!((a.seq, a.content), (1, b.content));
        assert_ne!(a.hash, b.hash);
        assert_ne!(a.content, start.after(Kind::Undo, "{}", "").content);
        assert_eq!(from_hex(&hex(&a.hash)), Some(a.hash));
    }
}
