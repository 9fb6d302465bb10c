//! Floor 7, beside `run`: the public benchmark. [`simulate`] makes a week of statements, the ledger behind them and the truth;
//! [`score()`] compares decisions with a truth file; [`calibrate()`] holds claimed chances of error against what came true. Pure: a seed or bytes in, bytes or figures out.

mod auditor;
mod calibrate;
mod countries;
mod families;
mod numbers;
mod plan;
mod random;
mod score;
mod simulate;
mod statements;
mod truth;
mod wording;
mod world;

pub use calibrate::{
    BudgetLine, CalibrateInputs, Calibration, ReasonLine, ReliabilityBucket, calibrate, calibration_text,
};
pub use plan::Label;
pub use score::{Counts, Fault, Score, score, score_text};
pub use simulate::{Mix, SimulateOptions, Simulation, countries, simulate};
pub use truth::{TRUTH_SCHEMA, TruthAnswer, TruthDocument, TruthLine, fold_reference, read_truth};
