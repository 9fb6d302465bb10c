//! Evidence and gates of other developers, registered at run time: [`Evidence`] weighs an answer a little, [`Gate`] forbids
//! that it is applied unasked. In: a payment and one possible answer, as values that are read only ([`Case`]). Out: a weight
//! within a bound, or a stop. Nothing here can take a gate away.

mod case;
mod registry;

pub use case::{Answer, Case, Share};
pub use registry::Extensions;

use crate::model::ReasonCode;

/// Most that one registered piece of evidence can weigh for or against an answer, in bans (powers of ten of the odds). A
/// larger weight counts as this one.
pub const EVIDENCE_MOST_BANS: f64 = 1.0;
/// Most that all registered evidence together can weigh for or against an answer, in centibans: with the default policy it
/// takes more than this, beside the evidence of tieout, before anything is automatic.
pub const ALL_EVIDENCE_MOST_CENTIBANS: i32 = 150;

/// A piece of evidence of your own: how much more (or less) likely an answer is than by chance.
///
/// It must be a pure function of what it is given: the same case gives the same weight, in any thread and any order, so no clock,
/// no randomness and no I/O. A change of what it says is a new [`Evidence::version`].
pub trait Evidence: Send + Sync {
    /// A short stable name: small letters, digits, `-`, `_` and `.`, at most 64, a letter first; no two alike in an engine.
    fn id(&self) -> &str;
    /// Raised by every change that may alter a decision. It stands in the score version of every decision.
    fn version(&self) -> u32;
    /// What it says about this answer; `None` where it has nothing to say, which is neutral.
    fn weigh(&self, case: &Case<'_>) -> Option<Weighed>;
}

/// A gate of your own: a fact that forbids automatic application of an answer, whatever its score.
///
/// The rules of [`Evidence`] hold: pure, and a new version with every change.
pub trait Gate: Send + Sync {
    /// A short stable name, as [`Evidence::id`].
    fn id(&self) -> &str;
    /// As [`Evidence::version`].
    fn version(&self) -> u32;
    /// Why this answer must not be applied unasked; `None` to let the other gates and rules decide.
    fn stop(&self, case: &Case<'_>) -> Option<Stop>;
}

/// What a piece of evidence says.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighed {
    /// `log10(m / u)`: how much more often this is seen when the answer is right (m) than by chance (u), in powers of ten of
    /// the odds; negative speaks against. Counted within [`EVIDENCE_MOST_BANS`]. What is no number, or not finite, is refused: it
    /// counts nothing, and the answer goes to a person.
    pub bans: f64,
    /// One sentence for the reviewer, with the figures.
    pub text: String,
}

/// Why an answer must not be applied unasked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The reason code that the payment is queued under. Codes that stand on another outcome than `queued` are taken as
    /// [`ReasonCode::RegisteredGate`].
    pub reason: ReasonCode,
    /// One sentence for the reviewer, with the figures.
    pub text: String,
}

impl Stop {
    /// A stop under `REGISTERED_GATE`, with its sentence.
    pub fn new(text: impl Into<String>) -> Self {
        Stop { reason: ReasonCode::RegisteredGate, text: text.into() }
    }
}
