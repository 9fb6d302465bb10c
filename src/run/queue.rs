//! The queue of a run as files: a run's record in, `exceptions.xlsx` and its twins out, whole or in parts.

use super::folder::{FilePiece, Written};
use super::{RunRecord, VERSION};
use crate::base::content_id;
use crate::error::Error;
use crate::outputs::{CsvDialect, manifest_json};
use crate::review::{self, Queue, SplitBy};

/// The files of a queue, made when they are written: on a large queue nobody needs them all in memory at once.
#[derive(Debug, Clone)]
pub struct QueueFiles {
    /// Hash of the run and of how the queue was asked for.
    pub queue_id: String,
    parts: Vec<Part>,
    dialect: CsvDialect,
}

#[derive(Debug, Clone)]
struct Part {
    name: String,
    /// The beginning of its files' names.
    stem: String,
    queue: Queue,
}

/// Endings of the files that a part is written as.
const ENDINGS: &[&str] = if cfg!(feature = "review") { &["xlsx", "csv", "html"] } else { &["csv"] };

/// The queue of a run, or of a ledger, as files.
///
/// # Errors
/// A queue that is too large for a spreadsheet.
pub fn queue_files(record: &RunRecord, by: Option<SplitBy>, dialect: CsvDialect) -> Result<QueueFiles, Error> {
    let recorded = &record.recorded;
    let queue = Queue::build(&recorded.payments, &recorded.decisions, &recorded.customers, record.as_of);
    queue_files_of(queue, &record.run_id, by, dialect)
}

/// The same for rows that are there already, as [`super::QueueRecord`] has them.
///
/// # Errors
/// As [`queue_files`].
pub fn queue_files_of(
    queue: Queue,
    run_id: &str,
    by: Option<SplitBy>,
    dialect: CsvDialect,
) -> Result<QueueFiles, Error> {
    let split = match by {
        Some(by) => queue.split(by),
        None => vec![(String::new(), queue)],
    };
    let mut parts = Vec::with_capacity(split.len());
    for (name, queue) in split {
        #[cfg(feature = "review")]
        review::fits_spreadsheet(&queue)?;
        let stem = if by.is_some() { format!("exceptions-{}", file_name(&name)) } else { "exceptions".to_owned() };
        parts.push(Part { name, stem, queue });
    }
    let by_word = by.map_or("", |b| match b {
        SplitBy::Owner => "owner",
        SplitBy::Segment => "segment",
        SplitBy::Company => "company",
    });
    let queue_id = content_id('q', &[run_id, by_word, dialect.as_str(), VERSION]).0;
    Ok(QueueFiles { queue_id, parts, dialect })
}

impl QueueFiles {
    /// Parts in the order of their names, with their rows; one part without a name where the queue is not split.
    pub fn parts(&self) -> impl Iterator<Item = (&str, usize)> {
        self.parts.iter().map(|p| (p.name.as_str(), p.queue.rows.len()))
    }

    /// Names of the files for people, in the order in which they are written.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.parts.iter().flat_map(|p| ENDINGS.iter().map(|e| format!("{}.{e}", p.stem)))
    }

    /// Makes the files one after another, the manifest last, and hands on name and piece. `fault` makes an error of the caller's
    /// kind from a queue that does not fit into a spreadsheet.
    ///
    /// # Errors
    /// Those of `each`, at once.
    pub fn write<E>(&self, each: &mut FilePiece<'_, E>, fault: fn(Error) -> E) -> Result<(), E> {
        let mut written = Written { each, files: Vec::new() };
        for Part { stem, queue, .. } in &self.parts {
            #[cfg(feature = "review")]
            written.file(&format!("{stem}.xlsx"), |put| put(&review::exceptions_xlsx(queue).map_err(fault)?))?;
            written.file(&format!("{stem}.csv"), |put| {
                review::exceptions_csv_pieces(queue, self.dialect, &mut |piece| put(piece.as_bytes()))
            })?;
            #[cfg(feature = "review")]
            written.file(&format!("{stem}.html"), |put| {
                review::exceptions_html_pieces(queue, &mut |piece| put(piece.as_bytes()))
            })?;
        }
        #[cfg(not(feature = "review"))]
        let _ = fault;
        let manifest = manifest_json(&self.queue_id, VERSION, &[], &written.files);
        (written.each)("manifest.json", manifest.as_bytes())
    }
}

/// A name from outside as part of a file's name: letters and digits of it, and a hash where something was lost.
fn file_name(name: &str) -> String {
    if name.is_empty() {
        return "nobody".to_owned();
    }
    let kept: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).take(40).collect();
    if kept == name || kept.replace('_', ".") == name {
        return kept;
    }
    let hash = content_id('n', &[name]).0;
    format!("{kept}-{}", hash.get(..7).unwrap_or(&hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_outside_never_leaves_the_folder() {
        assert_eq!(file_name("m.lange"), "m_lange");
        assert!(file_name("../../etc/passwd").starts_with("______etc_passwd-n"));
        assert_ne!(file_name("Müller"), file_name("Möller"));
        assert_eq!(file_name(""), "nobody");
    }
}
