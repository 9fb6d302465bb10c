//! The files of a run's folder, made when they are written: on a large day they are the most of it, and nobody needs them all in
//! memory at once.

use super::{InputFile, VERSION};
use crate::base::{Packed, Sha256Pieces};
use crate::model::{Customer, Decision, FileSummary, OpenItem, Payment, Summary};
use crate::outputs::{self, CsvDialect, Decided, ManifestFile, Piece};
use crate::review;
use chrono::NaiveDate;
use std::convert::Infallible;

/// What the files are made from.
#[derive(Debug, Clone)]
pub(super) struct Contents {
    pub(super) payments: Packed<Payment>,
    pub(super) decisions: Packed<Decision>,
    pub(super) items: Vec<OpenItem>,
    pub(super) customers: Vec<Customer>,
    pub(super) as_of: Option<NaiveDate>,
    pub(super) dialect: CsvDialect,
    /// Hash of the content of the ledger before the run.
    pub(super) head: Option<String>,
}

impl Contents {
    pub(super) fn decided<'a>(&'a self, score_version: &'a str) -> Decided<'a> {
        Decided {
            payments: (&self.payments).into(),
            decisions: (&self.decisions).into(),
            items: &self.items,
            customers: &self.customers,
            score_version,
            as_of: self.as_of,
        }
    }
}

/// Takes the next piece of a file, by the file's name.
pub type FilePiece<'a, E> = dyn FnMut(&str, &[u8]) -> Result<(), E> + 'a;

/// Hands files on and keeps what the manifest says of them.
pub(super) struct Written<'a, 'b, E> {
    pub(super) each: &'a mut FilePiece<'b, E>,
    pub(super) files: Vec<ManifestFile>,
}

impl<E> Written<'_, '_, E> {
    fn text(&mut self, name: &str, make: impl FnOnce(&mut Piece<'_, E>) -> Result<(), E>) -> Result<(), E> {
        self.file(name, |put| make(&mut |piece| put(piece.as_bytes())))
    }

    pub(super) fn file(
        &mut self,
        name: &str,
        make: impl FnOnce(&mut dyn FnMut(&[u8]) -> Result<(), E>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut hash = Sha256Pieces::default();
        (self.each)(name, b"")?;
        make(&mut |piece| {
            hash.add(piece);
            (self.each)(name, piece)
        })?;
        let (sha256, bytes) = hash.finish();
        self.files.push(ManifestFile { name: name.to_owned(), sha256, bytes });
        Ok(())
    }
}

/// A finished run: nothing is written yet.
#[derive(Debug, Clone)]
pub struct RunResult {
    /// Hash of inputs, policy, options and version.
    pub run_id: String,
    /// What happened.
    pub summary: Summary,
    pub(super) contents: Contents,
}

impl RunResult {
    /// The payments in their order. They are held packed, and unpacked as they are asked for.
    pub fn payments(&self) -> impl Iterator<Item = Payment> + '_ {
        self.contents.payments.iter()
    }

    /// One decision per payment, in the same order, packed as they are.
    pub fn decisions(&self) -> impl Iterator<Item = Decision> + '_ {
        self.contents.decisions.iter()
    }

    /// Makes the files of the run folder one after another, the manifest last, and hands on name and piece: the pieces of a
    /// file follow each other, and every file has at least one. The same bytes each time.
    ///
    /// # Errors
    /// Those of `each`, at once.
    pub fn write<E>(&self, each: &mut FilePiece<'_, E>) -> Result<(), E> {
        let decided = self.contents.decided(&self.summary.score_version);
        let dialect = self.contents.dialect;
        let mut written = Written { each, files: Vec::new() };
        written.text("decisions.jsonl", |put| outputs::decisions_pieces(&decided, put))?;
        written.text("allocations.csv", |put| outputs::allocations_pieces(&decided, dialect, put))?;
        written.text("unapplied.csv", |put| outputs::unapplied_pieces(&decided, dialect, put))?;
        written.text("exceptions.csv", |put| {
            let order = review::QueueOrder::new(decided.payments, decided.decisions, decided.customers, decided.as_of);
            review::exceptions_pieces(&order, dialect, put)
        })?;
        written.text("summary.json", |put| put(&outputs::summary_json(&self.summary)))?;
        let read = |f: &FileSummary| ManifestFile { name: f.name.clone(), sha256: f.sha256.clone(), bytes: f.bytes };
        let inputs: Vec<ManifestFile> = self.summary.files.iter().map(read).collect();
        let head = self.contents.head.as_deref();
        let manifest = outputs::manifest_json_after(&self.run_id, VERSION, &inputs, &written.files, head);
        (written.each)("manifest.json", manifest.as_bytes())
    }

    /// The files whole, in memory, in the order in which they are written.
    pub fn outputs(&self) -> Vec<InputFile> {
        let mut files: Vec<InputFile> = Vec::new();
        let done: Result<(), Infallible> = self.write(&mut |name, piece| {
            match files.last_mut().filter(|f| f.name == name) {
                Some(file) => file.bytes.extend_from_slice(piece),
                None => files.push(InputFile { name: name.to_owned(), bytes: piece.to_vec() }),
            }
            Ok(())
        });
        match done {
            Ok(()) => files,
        }
    }
}
