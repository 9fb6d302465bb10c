//! `manifest.json`, written last: every input and output with its size and SHA-256, so that `sha256sum` can prove a folder.

use super::json_text::safe_json_pretty;
use serde::Serialize;

/// The schema's name, by which a run folder is known.
pub const MANIFEST_SCHEMA: &str = "tieout.manifest/1";

/// One file of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ManifestFile {
    /// Base name.
    pub name: String,
    /// SHA-256 of its bytes in hexadecimal.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
}

impl ManifestFile {
    /// The entry for a file's content.
    pub fn of(name: &str, bytes: &[u8]) -> Self {
        ManifestFile { name: name.to_owned(), sha256: crate::base::sha256_hex(bytes), bytes: bytes.len() as u64 }
    }
}

/// The whole file.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Manifest<'a> {
    /// Always `tieout.manifest/1`.
    #[cfg_attr(feature = "schema", schemars(extend("const" = "tieout.manifest/1")))]
    schema: &'static str,
    /// Hash of inputs, policy, options and version.
    run_id: &'a str,
    /// Version of tieout.
    engine_version: &'a str,
    /// Hash over the content of the ledger before the run; not there without a ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger_before: Option<&'a str>,
    /// The files read.
    inputs: &'a [ManifestFile],
    /// The files written beside this one.
    outputs: &'a [ManifestFile],
}

/// The schema of the file.
#[cfg(feature = "schema")]
pub(crate) fn manifest_schema(generator: schemars::SchemaGenerator) -> schemars::Schema {
    generator.into_root_schema_for::<Manifest<'_>>()
}

/// The file's text of a run without a ledger.
pub fn manifest_json(run_id: &str, engine_version: &str, inputs: &[ManifestFile], outputs: &[ManifestFile]) -> String {
    manifest_json_after(run_id, engine_version, inputs, outputs, None)
}

/// The file's text. `ledger_before` is the hash of the content of the ledger before the run.
pub fn manifest_json_after(
    run_id: &str,
    engine_version: &str,
    inputs: &[ManifestFile],
    outputs: &[ManifestFile],
    ledger_before: Option<&str>,
) -> String {
    let manifest = Manifest { schema: MANIFEST_SCHEMA, run_id, engine_version, ledger_before, inputs, outputs };
    let mut text = safe_json_pretty(&manifest);
    text.push('\n');
    text
}
