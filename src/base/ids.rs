use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// An id made from content: one letter for the kind, then 20 hexadecimal digits (80 bits of SHA-256).
///
/// It starts with a letter so that no spreadsheet takes it for a number.
#[derive(Default, Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct ContentId(pub String);

impl ContentId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Makes an id from parts. Each part is hashed with its length before it, so that `["ab","c"]` and `["a","bc"]` differ.
pub fn content_id(kind: char, parts: &[&str]) -> ContentId {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    ContentId(format!("{kind}{}", hex(digest.get(..10).unwrap_or(&digest))))
}

/// SHA-256 in lower-case hexadecimal, as `sha256sum` prints it.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 of bytes that come piece by piece.
///
/// ```
/// use tieout::base::{Sha256Pieces, sha256_hex};
/// let mut pieces = Sha256Pieces::default();
/// pieces.add(b"tie");
/// pieces.add(b"out");
/// assert_eq!(pieces.finish(), (sha256_hex(b"tieout"), 6));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Sha256Pieces {
    hash: Sha256,
    bytes: u64,
}

impl Sha256Pieces {
    /// Takes the next piece.
    pub fn add(&mut self, piece: &[u8]) {
        self.hash.update(piece);
        self.bytes += piece.len() as u64;
    }

    /// The hash in lower-case hexadecimal, and how many bytes there were.
    pub fn finish(self) -> (String, u64) {
        (hex(&self.hash.finalize()), self.bytes)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
