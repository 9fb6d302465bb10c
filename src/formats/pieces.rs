//! A file in pieces: a source of bytes in, as many as are looked at at once out.

use super::{ReadOptions, check_size, unreadable};
use crate::error::Error;
use std::io::Read;

/// The part of the file that is in memory.
pub(super) struct Piece {
    /// The bytes that are there.
    pub bytes: Vec<u8>,
    /// Bytes read of the file.
    read: u64,
    /// Bytes of the file before these.
    pub dropped: usize,
    /// Nothing follows these.
    pub at_end: bool,
    /// How long it should be. It grows where an entry does not fit.
    wanted: usize,
}

impl Piece {
    /// The first bytes of a file.
    pub(super) fn new(head: Vec<u8>, options: &ReadOptions) -> Self {
        let wanted = options.limits.piece_bytes.max(1);
        Piece { read: head.len() as u64, bytes: head, dropped: 0, at_end: false, wanted }
    }

    /// Reads on, up to the length of a piece; further where what is left fills most of one.
    pub(super) fn fill(&mut self, source: &mut dyn Read, options: &ReadOptions) -> Result<(), Error> {
        // Where most of it is still there, one entry is larger than all of it.
        if self.bytes.len() > self.wanted / 2 {
            self.wanted = self.wanted.saturating_mul(2);
        }
        let more = self.wanted.saturating_sub(self.bytes.len());
        self.bytes.reserve_exact(more);
        let got = Read::take(source, more as u64).read_to_end(&mut self.bytes).map_err(|e| unreadable(&e))?;
        self.at_end = got < more;
        self.read = self.read.saturating_add(got as u64);
        check_size(self.read, options)
    }

    /// Lets go of bytes at the front.
    pub(super) fn drop_front(&mut self, bytes: usize) {
        let bytes = bytes.min(self.bytes.len());
        self.bytes.drain(..bytes);
        self.dropped = self.dropped.saturating_add(bytes);
    }
}
