//! The list of registered evidence and gates: checked when they are added, asked in the order of their ids.

use super::{ALL_EVIDENCE_MOST_CENTIBANS, Case, EVIDENCE_MOST_BANS, Evidence, Gate, Stop, Weighed};
use crate::base::Place;
use crate::error::{Error, ErrorCode, visible};
use crate::model::{Outcome, ReasonCode, reason_table};
use std::fmt;
use std::sync::Arc;

/// What is said where a weight is no number.
const REFUSED: &str = "gave a weight that is no finite number: it counts nothing, and a person decides";

/// Registered evidence and gates. Their order does not matter: they are asked by id.
#[derive(Clone, Default)]
pub struct Extensions {
    evidence: Vec<Arc<dyn Evidence>>,
    gates: Vec<Arc<dyn Gate>>,
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Extensions({})", self.version())
    }
}

/// What registered evidence says about one answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::matching) struct Said {
    /// Weight in centibans and sentence of each.
    pub lines: Vec<(i32, String)>,
    /// Why the answer must not be applied unasked.
    pub stops: Vec<(ReasonCode, String)>,
}

impl Extensions {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a piece of evidence.
    ///
    /// # Errors
    /// An id that is not as [`Evidence::id`] says, or that is there already.
    pub fn evidence(mut self, evidence: impl Evidence + 'static) -> Result<Self, Error> {
        self.check(evidence.id())?;
        let at = self.evidence.partition_point(|e| e.id() < evidence.id());
        self.evidence.insert(at, Arc::new(evidence));
        Ok(self)
    }

    /// Adds a gate.
    ///
    /// # Errors
    /// An id that is not as [`Gate::id`] says, or that is there already.
    pub fn gate(mut self, gate: impl Gate + 'static) -> Result<Self, Error> {
        self.check(gate.id())?;
        let at = self.gates.partition_point(|g| g.id() < gate.id());
        self.gates.insert(at, Arc::new(gate));
        Ok(self)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.evidence.is_empty() && self.gates.is_empty()
    }

    /// What they add to the score version: `+evidence:ID@VERSION` and `+gate:ID@VERSION` of each, by id; empty without any.
    pub fn version(&self) -> String {
        let evidence = self.evidence.iter().map(|e| format!("+evidence:{}@{}", e.id(), e.version()));
        let gates = self.gates.iter().map(|g| format!("+gate:{}@{}", g.id(), g.version()));
        evidence.chain(gates).collect()
    }

    fn check(&self, id: &str) -> Result<(), Error> {
        let place = || Place::default().at("extension");
        let letters = id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b));
        if !letters || id.len() > 64 || !id.bytes().next().is_some_and(|b| b.is_ascii_lowercase()) {
            let expected = "1 to 64 small letters, digits, `-`, `_` or `.`, a letter first";
            return Err(Error::new(ErrorCode::Value, place(), format!("id `{}`", visible(id)), expected));
        }
        if self.evidence.iter().any(|e| e.id() == id) || self.gates.iter().any(|g| g.id() == id) {
            let found = format!("id `{id}` a second time");
            return Err(Error::new(ErrorCode::Duplicate, place(), found, "ids that are unique"));
        }
        Ok(())
    }

    /// Asks all about an answer.
    pub(in crate::matching) fn ask(&self, case: &Case<'_>) -> Said {
        let mut said = Said { lines: Vec::new(), stops: self.stops(case) };
        for evidence in &self.evidence {
            let Some(Weighed { bans, text }) = evidence.weigh(case) else { continue };
            let by = format!("evidence {} version {}", evidence.id(), evidence.version());
            match centibans(bans) {
                Some(weight) => said.lines.push((weight, told(&text, &by))),
                None => said.stops.push((ReasonCode::RegisteredGate, format!("{by} {REFUSED}"))),
            }
        }
        said.bound();
        said
    }

    /// Asks the gates alone, for answers that no evidence is weighed for.
    pub(in crate::matching) fn stops(&self, case: &Case<'_>) -> Vec<(ReasonCode, String)> {
        let stopped = |gate: &Arc<dyn Gate>| {
            let Stop { reason, text } = gate.stop(case)?;
            let queued = reason_table().iter().any(|row| row.code == reason && row.outcome == Outcome::Queued);
            let reason = if queued { reason } else { ReasonCode::RegisteredGate };
            Some((reason, told(&text, &format!("gate {} version {}", gate.id(), gate.version()))))
        };
        self.gates.iter().filter_map(stopped).collect()
    }
}

impl Said {
    /// Keeps the sum within its bound: the weights that go too far are cut back, the last by id first.
    fn bound(&mut self) {
        let sum: i32 = self.lines.iter().map(|l| l.0).sum();
        let mut over = sum - sum.clamp(-ALL_EVIDENCE_MOST_CENTIBANS, ALL_EVIDENCE_MOST_CENTIBANS);
        for (weight, _) in self.lines.iter_mut().rev() {
            let same_side = over.signum() == weight.signum();
            let cut = if same_side { over.abs().min(weight.abs()) * over.signum() } else { 0 };
            *weight -= cut;
            over -= cut;
        }
    }
}

/// A weight in whole centibans within the bound; `None` of what is no finite number.
fn centibans(bans: f64) -> Option<i32> {
    // At most 100 in size, so that the conversion is exact.
    bans.is_finite().then(|| libm::round(bans.clamp(-EVIDENCE_MOST_BANS, EVIDENCE_MOST_BANS) * 100.0) as i32)
}

fn told(text: &str, by: &str) -> String {
    let text = visible(text.trim());
    if text.is_empty() { by.to_owned() } else { format!("{text} ({by})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_stay_within_their_bounds_and_what_is_no_number_is_none() {
        assert_eq!(centibans(0.255), Some(26));
        assert_eq!(centibans(-7.0), Some(-100));
        assert_eq!(centibans(f64::NAN), None);
        assert_eq!(centibans(f64::NEG_INFINITY), None);
    }

    proptest::proptest! {
        #[test]
        fn all_together_stay_within_their_bound_and_none_changes_its_side(weights in proptest::collection::vec(-100i32..=100, 0..8)) {
            let mut said = Said { lines: weights.iter().map(|w| (*w, String::new())).collect(), stops: Vec::new() };
            said.bound();
            let sum: i32 = said.lines.iter().map(|l| l.0).sum();
            let before: i32 = weights.iter().sum();
            proptest::prop_assert_eq!(sum, before.clamp(-ALL_EVIDENCE_MOST_CENTIBANS, ALL_EVIDENCE_MOST_CENTIBANS));
            for ((after, _), before) in said.lines.iter().zip(&weights) {
                proptest::prop_assert!(after.abs() <= before.abs() && after.signum() * before.signum() >= 0);
            }
        }
    }
}
