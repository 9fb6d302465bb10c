//! Calibration: decisions whose right answer is known in, out how far the estimated chances of error hold, what each error budget
//! would do, and priors with the counts behind them. Nothing here changes a decision; a policy that names the priors does.

mod learn;
mod reliability;
mod report;
mod trials;

pub use reliability::{BudgetLine, ReasonLine, ReliabilityBucket};
pub use report::calibration_text;

use crate::error::Error;
use crate::model::{InputFile, Priors};
use serde::Serialize;

/// What calibration is given.
#[derive(Debug, Clone, Default)]
pub struct CalibrateInputs {
    /// Files of `tieout.decisions/1`; those of a review round carry the verdicts of the reviewers. A payment may stand in several:
    /// the first line that only the policy decided tells how, any that a person decided tells what is right.
    pub decisions: Vec<InputFile>,
    /// CSV with `payment_id` and `verdict`, which is `right` or `wrong` and speaks of the first answer of the line.
    pub verdicts: Option<InputFile>,
    /// A truth file, `tieout.truth/1`.
    pub truth: Option<InputFile>,
}

/// What calibration found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Calibration {
    /// Always `tieout.calibration/1`.
    #[cfg_attr(feature = "schema", schemars(extend("const" = "tieout.calibration/1")))]
    pub schema: &'static str,
    /// Score versions of the decisions; of more than one the figures are a mixture.
    pub score_versions: Vec<String>,
    /// Payments with a first answer that names documents or an account.
    pub decisions: u64,
    /// Of these, whose right answer is known.
    pub confirmed: u64,
    /// Of these, whose first answer is not the right one.
    pub wrong: u64,
    /// By the chance of error claimed: all answers without a gate.
    pub buckets: Vec<ReliabilityBucket>,
    /// By the reason that the answer was or would be applied with: the same answers.
    pub reasons: Vec<ReasonLine>,
    /// What each error budget would apply.
    pub budgets: Vec<BudgetLine>,
    /// What may be learned from it.
    pub priors: Priors,
}

/// Calibrates.
///
/// # Errors
/// Every line of a file that cannot be read, with its number.
pub fn calibrate(inputs: &CalibrateInputs) -> Result<Calibration, Vec<Error>> {
    let read = trials::read(inputs)?;
    let confirmed = || read.trials.iter().filter(|t| t.right.is_some());
    let free: Vec<trials::Known> = confirmed().filter(|t| !t.gated).filter_map(trials::Trial::known).collect();
    let priors = learn::priors(&free, &read.score_versions);
    Ok(Calibration {
        schema: "tieout.calibration/1",
        decisions: read.trials.len() as u64,
        confirmed: confirmed().count() as u64,
        wrong: confirmed().filter(|t| t.right == Some(false)).count() as u64,
        buckets: reliability::buckets(&free),
        reasons: reliability::reasons(&free, &priors),
        budgets: reliability::budgets(&read.trials),
        priors,
        score_versions: read.score_versions,
    })
}
