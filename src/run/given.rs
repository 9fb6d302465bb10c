//! What a run is given, the policy in it, and why a run gives nothing.

use super::source::LargeFile;
use super::{InputFile, read_policy};
use crate::base::{Currency, sha256_hex};
use crate::error::Error;
use crate::formats::csv::Profile;
use crate::matching::extend::Extensions;
use crate::model::Policy;
use crate::outputs::CsvDialect;
use chrono::NaiveDate;

/// What a run is given.
#[derive(Debug, Clone, Default)]
pub struct RunInputs {
    /// Statement files. Their order does not matter.
    pub statements: Vec<InputFile>,
    /// More of them, each read when its turn comes and let go again.
    pub large: Vec<LargeFile>,
    /// Files of a folder that are no statement, for the summary.
    pub unrecognised: Vec<String>,
    /// Open items, or an ERP's export where `items_map` is given.
    pub items: InputFile,
    /// The open items instead of `items`, read when their turn comes and let go again.
    pub items_later: Option<LargeFile>,
    /// How to read the export.
    pub items_map: Option<InputFile>,
    /// Customers.
    pub customers: Option<InputFile>,
    /// The customers instead of `customers`, read when their turn comes and let go again.
    pub customers_later: Option<LargeFile>,
    /// The policy file.
    pub config: Option<InputFile>,
    /// Who stands for a policy that is another than in the ledger's last run, where that takes two persons.
    pub approved_by: Vec<String>,
    /// The file that the policy names as `[matching] priors`.
    pub priors: Option<InputFile>,
    /// Evidence and gates of others. The program has none; a program around the library may.
    pub extensions: Extensions,
    /// CSV profile to use instead of the detected one.
    pub profile: Option<Profile>,
    /// The reader to use instead of the one that recognises a file; see [`ReadOptions::format`](crate::formats::ReadOptions::format).
    pub format: Option<String>,
    /// The code page of statements that are no UTF-8; see [`ReadOptions::encoding`](crate::formats::ReadOptions::encoding).
    pub encoding: Option<String>,
    /// The currency of CSV files that name none; see [`ReadOptions::currency`](crate::formats::ReadOptions::currency).
    pub currency: Option<Currency>,
    /// The file it came from, for the manifest.
    pub profile_file: Option<InputFile>,
    /// The day that ages are counted to; by default the latest closing date.
    pub as_of: Option<NaiveDate>,
    /// The net of the one statement of the run, as the user knows it.
    pub control_total: Option<String>,
    /// How CSV is written.
    pub csv_dialect: CsvDialect,
}

/// Why a run gives nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunError {
    /// Policy, mapping, profile or options cannot be used.
    Configuration(Vec<Error>),
    /// Items or customers have faults; all of them.
    Receivables(Vec<Error>),
    /// No statement could be read.
    NoStatement(Vec<Error>),
    /// An equation fails: a defect of ours.
    Conservation(Error),
    /// The ledger holds all statements already; the names of their files.
    AllKnown(Vec<String>),
    /// The ledger cannot be read, or says otherwise than the run.
    Ledger(Error),
}

impl RunError {
    /// The errors behind it.
    pub fn errors(&self) -> &[Error] {
        match self {
            RunError::Configuration(e) | RunError::Receivables(e) | RunError::NoStatement(e) => e,
            RunError::Conservation(e) | RunError::Ledger(e) => std::slice::from_ref(e),
            RunError::AllKnown(_) => &[],
        }
    }
}

/// A step that is done, for a progress bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// One more statement file is read.
    FileRead,
    /// So many payments are about to be decided.
    Deciding(usize),
    /// All is decided.
    Decided,
}

/// SHA-256 of a policy by its meaning: comments and the order of keys do not change it.
pub(super) fn policy_hash(policy: &Policy) -> String {
    sha256_hex(serde_json::to_string(policy).unwrap_or_default().as_bytes())
}

/// The policy of a file, the built-in one without.
pub(super) fn policy_of(config: Option<&InputFile>) -> Result<Policy, RunError> {
    let Some(file) = config else { return Ok(Policy::default()) };
    let text =
        std::str::from_utf8(&file.bytes).map_err(|_| RunError::Configuration(vec![super::not_utf8(&file.name)]))?;
    read_policy(text, &file.name).map_err(RunError::Configuration)
}
