//! The queue of a run as files: a run's record in, `exceptions.xlsx` and its twins out, whole or in parts.

use super::{InputFile, RunRecord, VERSION};
use crate::base::content_id;
use crate::error::Error;
use crate::outputs::{CsvDialect, ManifestFile, manifest_json};
use crate::review::{self, Queue, SplitBy};

/// The files of a queue.
#[derive(Debug, Clone)]
pub struct QueueFiles {
    /// Hash of the run and of how the queue was asked for.
    pub queue_id: String,
    /// Rows by part, in the order of the names; one part without a name where the queue is not split.
    pub parts: Vec<(String, usize)>,
    /// Files, the manifest last.
    pub outputs: Vec<InputFile>,
}

/// Writes the queue of a run.
///
/// # Errors
/// A queue that is too large for a spreadsheet.
pub fn queue_files(record: &RunRecord, by: Option<SplitBy>, dialect: CsvDialect) -> Result<QueueFiles, Error> {
    let recorded = &record.recorded;
    let queue = Queue::build(&recorded.payments, &recorded.decisions, &recorded.customers, record.as_of);
    let parts = match by {
        Some(by) => queue.split(by),
        None => vec![(String::new(), queue)],
    };
    let mut outputs = Vec::new();
    for (name, part) in &parts {
        let stem = if by.is_some() { format!("exceptions-{}", file_name(name)) } else { "exceptions".to_owned() };
        let mut add = |ending: &str, bytes: Vec<u8>| {
            outputs.push(InputFile { name: format!("{stem}.{ending}"), bytes });
        };
        #[cfg(feature = "review")]
        add("xlsx", review::exceptions_xlsx(part)?);
        add("csv", review::exceptions_csv(part, dialect).into_bytes());
        #[cfg(feature = "review")]
        add("html", review::exceptions_html(part).into_bytes());
    }
    let by_word = by.map_or("", |b| match b {
        SplitBy::Owner => "owner",
        SplitBy::Segment => "segment",
        SplitBy::Company => "company",
    });
    let queue_id = content_id('q', &[&record.run_id, by_word, dialect.as_str(), VERSION]).0;
    let written: Vec<ManifestFile> = outputs.iter().map(|f| ManifestFile::of(&f.name, &f.bytes)).collect();
    let manifest = manifest_json(&queue_id, VERSION, &[], &written);
    outputs.push(InputFile { name: "manifest.json".to_owned(), bytes: manifest.into_bytes() });
    let parts = parts.into_iter().map(|(name, part)| (name, part.rows.len())).collect();
    Ok(QueueFiles { queue_id, parts, outputs })
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
