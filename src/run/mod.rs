//! Floor 7: the order of work of a day, and the policy file. Pure: files come in as bytes and go out as bytes.

mod accounts;
mod check;
mod counts;
mod day;
mod decide;
mod equations;
mod folder;
mod given;
mod inputs;
mod memory;
mod policy_file;
mod policy_show;
mod policy_template;
mod priors_file;
mod queue;
mod reading;
mod record;
mod replay;
mod scopes;
mod source;
mod summarise;
mod with_ledger;

pub use check::{Checkup, check_files, check_large_files, payments_of};
pub use day::{run, run_watched};
pub use decide::{DecideInputs, DecideResult, LedgerDecision, Settled, decide, decide_with_ledger};
pub use folder::{FilePiece, RunResult};
pub use given::{RunError, RunInputs, Step};
pub use inputs::convert_items;
pub use policy_file::{ledger_of, read_policy};
pub use policy_show::{PolicyKey, show_policy};
pub use policy_template::default_toml;
pub use priors_file::{priors_of, priors_toml, read_priors};
pub use queue::{QueueFiles, queue_files, queue_files_of};
pub use record::{QueueRecord, RECORD_FILES, RecordedInput, RunRecord};
pub use replay::{Replay, ReplayChange, ReplayGroup, ReplayInputs, ReplayVerdict, replay, replay_text};
pub use source::{LargeFile, Open};
pub use with_ledger::{LedgerRun, RunRecords, record_of_ledger, run_with_ledger};

pub use crate::model::InputFile;

use crate::base::Place;
use crate::error::{Error, ErrorCode};

/// Version of tieout, as it stands in every output.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

fn not_utf8(file: &str) -> Error {
    Error::new(ErrorCode::Encoding, Place::file(file), "bytes that are no UTF-8", "text in UTF-8")
        .with_hint("save the file again with encoding UTF-8")
}
