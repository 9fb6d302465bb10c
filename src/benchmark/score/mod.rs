//! Decisions against truth. In: both files as bytes. Out: exact counts, overall and per scenario, and the faults themselves.

mod decisions;
mod first;
mod judge;
mod pair;
mod report;

pub(super) use first::first_answers;
pub use judge::{Counts, Fault, Score};
pub(super) use report::percent;
pub use report::score_text;

use super::truth::read_truth;
use crate::error::Error;

/// Scores `decisions.jsonl` against `truth.jsonl`.
///
/// # Errors
/// Every line of either file that cannot be read, with its number.
pub fn score(truth: &[u8], decisions: &[u8]) -> Result<Score, Vec<Error>> {
    match (read_truth(truth, "truth"), decisions::read(decisions, "decisions")) {
        (Ok(truth), Ok(decisions)) => Ok(judge::judge(&truth, &decisions)),
        (truth, decisions) => Err(truth.err().into_iter().chain(decisions.err()).flatten().collect()),
    }
}
