//! Statement files of a run: those in memory, and those that are read when their turn comes. In go both, out come names, hashes
//! and bytes.

use super::InputFile;
use crate::base::{Place, Sha256Pieces, sha256_hex};
use crate::error::{Error, ErrorCode};
use crate::formats::{ReadOptions, reads_in_pieces};
use std::borrow::Cow;
use std::fmt;
use std::io::Read;
use std::sync::Arc;

/// Opens a file at its beginning.
pub type Open = Arc<dyn Fn() -> std::io::Result<Box<dyn Read>> + Send + Sync>;

/// A file that is larger than memory should hold: opened when its turn comes.
#[derive(Clone)]
pub struct LargeFile {
    /// Base name of the file.
    pub name: String,
    /// Opens it at its beginning. Each time the same bytes must come.
    pub open: Open,
}

impl LargeFile {
    /// All of it.
    ///
    /// # Errors
    /// [`ErrorCode::Io`].
    pub(super) fn read(&self) -> Result<InputFile, Error> {
        let mut bytes = Vec::new();
        let read = (self.open)().and_then(|mut source| source.read_to_end(&mut bytes));
        read.map_err(|e| unreadable(&self.name, &e))?;
        Ok(InputFile { name: self.name.clone(), bytes })
    }
}

impl fmt::Debug for LargeFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LargeFile").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A statement file with its hash.
#[derive(Debug, Clone)]
pub(super) struct Source<'a> {
    pub(super) name: &'a str,
    pub(super) sha256: String,
    pub(super) bytes: u64,
    content: Content<'a>,
}

#[derive(Debug, Clone)]
enum Content<'a> {
    Held(&'a [u8]),
    Later(&'a LargeFile),
    Failed(Error),
}

impl<'a> Source<'a> {
    /// A file in memory.
    pub(super) fn held(file: &'a InputFile) -> Self {
        let content = Content::Held(&file.bytes);
        Source { name: &file.name, sha256: sha256_hex(&file.bytes), bytes: file.bytes.len() as u64, content }
    }

    /// A file that is read once for its hash, and again for its statements. One that fails now is told when it is read.
    pub(super) fn later(file: &'a LargeFile) -> Self {
        let hashed = (file.open)().and_then(|source| Hashed::new(source).finish());
        let ((sha256, bytes), content) = match hashed {
            Ok(hash) => (hash, Content::Later(file)),
            Err(e) => (Sha256Pieces::default().finish(), Content::Failed(unreadable(&file.name, &e))),
        };
        Source { name: &file.name, sha256, bytes, content }
    }

    /// The file as it comes, where it is not in memory and its format is read in pieces.
    pub(super) fn pieces(&self, options: &ReadOptions) -> Option<Hashed> {
        let Content::Later(file) = &self.content else { return None };
        let mut head = Vec::new();
        (file.open)().ok()?.take(1 << 16).read_to_end(&mut head).ok()?;
        reads_in_pieces(&head, options).then_some(())?;
        (file.open)().ok().map(Hashed::new)
    }

    /// The bytes.
    ///
    /// # Errors
    /// [`ErrorCode::Io`] if the file cannot be read, or is another than at first.
    pub(super) fn content(&self) -> Result<Cow<'a, [u8]>, Error> {
        let file = match &self.content {
            Content::Held(bytes) => return Ok(Cow::Borrowed(bytes)),
            Content::Failed(error) => return Err(error.clone()),
            Content::Later(file) => file,
        };
        let mut bytes = Vec::with_capacity(usize::try_from(self.bytes).unwrap_or(0));
        let read = (file.open)().and_then(|source| source.take(self.bytes.saturating_add(1)).read_to_end(&mut bytes));
        read.map_err(|e| unreadable(&file.name, &e))?;
        if sha256_hex(&bytes) != self.sha256 {
            let found = "other bytes than a moment ago";
            return Err(Error::new(ErrorCode::Io, Place::file(&file.name), found, "a file that nobody writes to")
                .with_hint("run again once the transfer is done"));
        }
        Ok(Cow::Owned(bytes))
    }
}

/// A source that hashes what is read of it.
pub(super) struct Hashed {
    source: Box<dyn Read>,
    pieces: Sha256Pieces,
}

impl Read for Hashed {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let read = self.source.read(to)?;
        self.pieces.add(to.get(..read).unwrap_or_default());
        Ok(read)
    }
}

impl Hashed {
    fn new(source: Box<dyn Read>) -> Self {
        Hashed { source, pieces: Sha256Pieces::default() }
    }

    /// Hash and size of all of it, what was read already and what was not.
    fn finish(mut self) -> std::io::Result<(String, u64)> {
        std::io::copy(&mut self, &mut std::io::sink())?;
        Ok(self.pieces.finish())
    }

    /// Whether all of it was what was hashed at first.
    pub(super) fn unchanged_since(self, file: &Source<'_>) -> bool {
        self.finish().is_ok_and(|(sha256, _)| sha256 == file.sha256)
    }
}

fn unreadable(file: &str, error: &std::io::Error) -> Error {
    Error::new(ErrorCode::Io, Place::file(file), error.to_string(), "a file that can be read to its end")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU8, Ordering};

    #[test]
    fn a_file_that_is_written_to_meanwhile_is_refused() {
        let turn = AtomicU8::new(0);
        let open: Open = Arc::new(move || {
            let growing: &[u8] = if turn.fetch_add(1, Ordering::SeqCst) == 0 { b":20:1" } else { b":20:12" };
            Ok(Box::new(growing))
        });
        let file = LargeFile { name: "day.sta".to_owned(), open };
        let source = Source::later(&file);
        assert_eq!(source.bytes, 5);
        let error = source.content().unwrap_err();
        assert_eq!((error.code(), error.place().file.as_deref()), (ErrorCode::Io, Some("day.sta")));
    }
}
