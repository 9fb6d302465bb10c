//! A run's folder, read back: `decisions.jsonl`, `summary.json` and `manifest.json` as bytes in, what was decided and what it
//! was decided from out. The folder must be as it was written: the manifest proves it.

use super::InputFile;
use crate::base::{Place, parse_iso_date, sha256_hex};
use crate::error::{Error, ErrorCode};
use crate::outputs::MANIFEST_SCHEMA;
use crate::review::{Queue, QueueLines, Recorded, read_decisions};
use chrono::NaiveDate;
use serde::Deserialize;

/// Files of a run folder that [`RunRecord::read`] needs.
pub const RECORD_FILES: [&str; 3] = ["decisions.jsonl", "summary.json", "manifest.json"];

/// What a run decided, and from what.
#[derive(Debug, Clone)]
pub struct RunRecord {
    /// Id of the run.
    pub run_id: String,
    /// Hash of the content of the ledger before the run; `None` for a run without one.
    pub ledger_before: Option<String>,
    /// The day that ages are counted to.
    pub as_of: Option<NaiveDate>,
    /// SHA-256 of the policy in force.
    pub policy_hash: String,
    /// SHA-256 of the priors of a ledger's last run, where its policy named any; a run's folder lists them among its inputs.
    pub priors_hash: Option<String>,
    /// Payments, decisions, and what they name.
    pub recorded: Recorded,
    /// Role and SHA-256 of every file that went in.
    pub inputs: Vec<RecordedInput>,
    /// `summary.json`, as it was.
    pub summary: serde_json::Value,
}

/// A file that went into a run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RecordedInput {
    /// `statement`, `open_items`, `customers`, `config`, `profile`, `items_map`.
    pub role: String,
    /// Base name.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

#[derive(Debug, Deserialize)]
struct Manifest {
    schema: String,
    run_id: String,
    #[serde(default)]
    ledger_before: Option<String>,
    outputs: Vec<ManifestOutput>,
}

#[derive(Debug, Deserialize)]
struct ManifestOutput {
    name: String,
    sha256: String,
}

impl RunRecord {
    /// Reads the files named in [`RECORD_FILES`], in any order.
    ///
    /// # Errors
    /// A file that is missing, changed after it was written, or not of a run.
    pub fn read(files: &[InputFile]) -> Result<RunRecord, Error> {
        let file = |name: &str| {
            files.iter().find(|f| f.name == name).ok_or_else(|| fault(name, "nothing", "a file of a run folder"))
        };
        let manifest = Manifest::read(file("manifest.json")?)?;
        let decisions = file("decisions.jsonl")?;
        manifest.proves(&decisions.name, &sha256_hex(&decisions.bytes))?;
        let summary = manifest.summary(file("summary.json")?)?;
        let text = |key: &str| summary.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
        let inputs = summary.get("files").cloned().unwrap_or_default();
        let inputs: Vec<RecordedInput> = serde_json::from_value(inputs)
            .map_err(|e| fault("summary.json", &e.to_string(), "files with role and sha256"))?;
        Ok(RunRecord {
            run_id: manifest.run_id,
            ledger_before: manifest.ledger_before,
            as_of: parse_iso_date(&text("as_of")),
            policy_hash: text("policy_hash"),
            priors_hash: None,
            recorded: read_decisions(&decisions.bytes, &decisions.name)?,
            inputs,
            summary,
        })
    }
}

impl Manifest {
    fn read(file: &InputFile) -> Result<Manifest, Error> {
        let manifest: Manifest = serde_json::from_slice(&file.bytes)
            .map_err(|e| fault("manifest.json", &e.to_string(), "the manifest of a run"))?;
        if manifest.schema != MANIFEST_SCHEMA {
            return Err(fault("manifest.json", &format!("schema `{}`", manifest.schema), MANIFEST_SCHEMA));
        }
        Ok(manifest)
    }

    fn proves(&self, name: &str, sha256: &str) -> Result<(), Error> {
        let written = self.outputs.iter().find(|o| o.name == name);
        if written.is_some_and(|o| o.sha256 == sha256) {
            return Ok(());
        }
        let error = fault(name, "a file that was changed after the run", "the file as the run wrote it");
        Err(error.with_hint("run again, or put the file back"))
    }

    fn summary(&self, file: &InputFile) -> Result<serde_json::Value, Error> {
        self.proves("summary.json", &sha256_hex(&file.bytes))?;
        let summary: serde_json::Value = serde_json::from_slice(&file.bytes)
            .map_err(|e| fault("summary.json", &e.to_string(), "the summary of a run"))?;
        if summary.is_object() { Ok(summary) } else { Err(fault("summary.json", "no object", "the summary of a run")) }
    }
}

/// What waits for a person in a run's folder, read piece by piece: all that a queue needs, of a day of any size.
#[derive(Debug)]
pub struct QueueRecord {
    /// Id of the run.
    pub run_id: String,
    manifest: Manifest,
    lines: QueueLines,
}

impl QueueRecord {
    /// Begins with the two small files; the pieces of `decisions.jsonl` follow with [`QueueRecord::add`].
    ///
    /// # Errors
    /// A file that is changed after it was written, or not of a run.
    pub fn new(manifest: &InputFile, summary: &InputFile) -> Result<QueueRecord, Error> {
        let manifest = Manifest::read(manifest)?;
        let summary = manifest.summary(summary)?;
        let as_of = summary.get("as_of").and_then(|v| v.as_str()).and_then(parse_iso_date);
        let lines = QueueLines::new("decisions.jsonl", as_of);
        Ok(QueueRecord { run_id: manifest.run_id.clone(), manifest, lines })
    }

    /// Takes the next bytes of `decisions.jsonl`.
    ///
    /// # Errors
    /// A line that is no decision.
    pub fn add(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.lines.add(piece)
    }

    /// The queue, once the file is proven to be as the run wrote it.
    ///
    /// # Errors
    /// A file that was changed.
    pub fn finish(self) -> Result<Queue, Error> {
        let (queue, sha256) = self.lines.finish()?;
        self.manifest.proves("decisions.jsonl", &sha256)?;
        Ok(queue)
    }
}

fn fault(file: &str, found: &str, expected: &str) -> Error {
    Error::new(ErrorCode::Structure, Place::file(file), found, expected)
}
