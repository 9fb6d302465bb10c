//! A run's folder, read back: `decisions.jsonl`, `summary.json` and `manifest.json` as bytes in, what was decided and what it
//! was decided from out. The folder must be as it was written: the manifest proves it.

use super::InputFile;
use crate::base::{Place, parse_iso_date, sha256_hex};
use crate::error::{Error, ErrorCode};
use crate::outputs::MANIFEST_SCHEMA;
use crate::review::{Recorded, read_decisions, read_waiting};
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

#[derive(Deserialize)]
struct Manifest {
    schema: String,
    run_id: String,
    #[serde(default)]
    ledger_before: Option<String>,
    outputs: Vec<ManifestOutput>,
}

#[derive(Deserialize)]
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
        Self::read_with(files, read_decisions)
    }

    /// The same with the payments that wait for a person alone, which is all that a queue needs.
    ///
    /// # Errors
    /// As [`RunRecord::read`].
    pub fn read_queue(files: &[InputFile]) -> Result<RunRecord, Error> {
        Self::read_with(files, read_waiting)
    }

    fn read_with(files: &[InputFile], read: fn(&[u8], &str) -> Result<Recorded, Error>) -> Result<RunRecord, Error> {
        let file = |name: &str| {
            files.iter().find(|f| f.name == name).ok_or_else(|| fault(name, "nothing", "a file of a run folder"))
        };
        let manifest = file("manifest.json")?;
        let manifest: Manifest = serde_json::from_slice(&manifest.bytes)
            .map_err(|e| fault("manifest.json", &e.to_string(), "the manifest of a run"))?;
        if manifest.schema != MANIFEST_SCHEMA {
            return Err(fault("manifest.json", &format!("schema `{}`", manifest.schema), MANIFEST_SCHEMA));
        }
        let proven = |name: &str| -> Result<&InputFile, Error> {
            let given = file(name)?;
            let written = manifest.outputs.iter().find(|o| o.name == name);
            if written.is_some_and(|o| o.sha256 == sha256_hex(&given.bytes)) {
                return Ok(given);
            }
            let error = fault(name, "a file that was changed after the run", "the file as the run wrote it");
            Err(error.with_hint("run again, or put the file back"))
        };
        let decisions = proven("decisions.jsonl")?;
        let summary: serde_json::Value = serde_json::from_slice(&proven("summary.json")?.bytes)
            .map_err(|e| fault("summary.json", &e.to_string(), "the summary of a run"))?;
        if !summary.is_object() {
            return Err(fault("summary.json", "no object", "the summary of a run"));
        }
        let text = |key: &str| summary.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
        let inputs = summary.get("files").cloned().unwrap_or_default();
        let inputs: Vec<RecordedInput> = serde_json::from_value(inputs)
            .map_err(|e| fault("summary.json", &e.to_string(), "files with role and sha256"))?;
        Ok(RunRecord {
            run_id: manifest.run_id,
            ledger_before: manifest.ledger_before,
            as_of: parse_iso_date(&text("as_of")),
            policy_hash: text("policy_hash"),
            recorded: read(&decisions.bytes, &decisions.name)?,
            inputs,
            summary,
        })
    }
}

fn fault(file: &str, found: &str, expected: &str) -> Error {
    Error::new(ErrorCode::Structure, Place::file(file), found, expected)
}
