//! What confirmed decisions taught about the score, with the counts behind it (`tieout.priors/1`).

use super::ReasonCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The record of confirmed decisions by reason. A policy names the file; without it nothing changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Priors {
    /// Always `tieout.priors/1`.
    #[cfg_attr(feature = "schema", schemars(extend("const" = "tieout.priors/1")))]
    pub schema: String,
    /// Version of evidence, weights and rules that the decisions were made with.
    pub score_version: String,
    /// Confirmed decisions that were counted.
    pub confirmed: u64,
    /// Of these, whose first answer was not the right one.
    pub wrong: u64,
    /// By the reason that the first answer would be applied with.
    #[serde(default)]
    pub reason: BTreeMap<ReasonCode, ReasonRecord>,
}

/// The record of one reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReasonRecord {
    /// Confirmed decisions without a gate.
    pub confirmed: u64,
    /// Of these wrong.
    pub wrong: u64,
    /// How many the estimates expected to be wrong, in millionths of a decision.
    pub expected_wrong_millionths: u64,
    /// What is added to the log-odds of such answers, in centibans; at most [`Priors::SHIFT_MOST`] either way.
    #[cfg_attr(feature = "schema", schemars(range(min = -100, max = 100)))]
    pub shift: i32,
}

impl Priors {
    /// Largest shift, in centibans.
    pub const SHIFT_MOST: i32 = 100;
    /// The name of the form.
    pub const SCHEMA: &'static str = "tieout.priors/1";

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.reason.is_empty()
    }

    /// The record of a reason.
    pub fn of(&self, reason: ReasonCode) -> Option<&ReasonRecord> {
        self.reason.get(&reason)
    }
}
