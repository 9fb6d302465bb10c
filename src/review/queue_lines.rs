//! The queue straight from `decisions.jsonl`: its bytes in, piece by piece, rows out. Nothing but the rows is kept, so a file of any
//! size costs what waits in it.

use super::queue::{Queue, QueueRow, customers_by_id};
use super::recorded::read_waiting_line;
use crate::base::{Place, Sha256Pieces};
use crate::error::{Error, ErrorCode};
use chrono::NaiveDate;

/// Most bytes of one line.
const LINE_MAX: usize = 1 << 28;

/// Rows in the making.
#[derive(Debug)]
pub struct QueueLines {
    file: String,
    as_of: Option<NaiveDate>,
    hash: Sha256Pieces,
    lines: u64,
    /// The beginning of a line whose end is still to come.
    begun: Vec<u8>,
    rows: Vec<QueueRow>,
}

impl QueueLines {
    /// No rows yet. `file` is what errors call it; ages are counted to `as_of`.
    pub fn new(file: &str, as_of: Option<NaiveDate>) -> Self {
        QueueLines {
            file: file.to_owned(),
            as_of,
            hash: Sha256Pieces::default(),
            lines: 0,
            begun: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Takes the next bytes of the file, wherever they were cut.
    ///
    /// # Errors
    /// [`ErrorCode::Structure`] with the line that is no decision; [`ErrorCode::Limit`] for one that does not end.
    pub fn add(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.hash.add(piece);
        let mut rest = piece;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (line, more) = rest.split_at_checked(end).unwrap_or((rest, b""));
            if self.begun.is_empty() {
                self.line(line)?;
            } else {
                let mut whole = std::mem::take(&mut self.begun);
                whole.extend_from_slice(line);
                self.line(&whole)?;
                whole.clear();
                self.begun = whole;
            }
            rest = more.get(1..).unwrap_or_default();
        }
        if self.begun.len().saturating_add(rest.len()) > LINE_MAX {
            let found = format!("a line of more than {LINE_MAX} bytes");
            let place = Place::line(self.lines + 1).in_file(&self.file);
            return Err(Error::new(ErrorCode::Limit, place, found, "a line of decisions.jsonl"));
        }
        self.begun.extend_from_slice(rest);
        Ok(())
    }

    /// The queue, and the SHA-256 of all that was read.
    ///
    /// # Errors
    /// As [`QueueLines::add`], for a last line without an end.
    pub fn finish(mut self) -> Result<(Queue, String), Error> {
        let last = std::mem::take(&mut self.begun);
        self.line(&last)?;
        Ok((Queue::of_rows(self.rows, self.as_of), self.hash.finish().0))
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Error> {
        self.lines += 1;
        if let Some((payment, decision, customers)) = read_waiting_line(line, self.lines, &self.file)? {
            self.rows.push(QueueRow::of(&payment, &decision, &customers_by_id(&customers), self.as_of));
        }
        Ok(())
    }
}
