//! What confirmed decisions taught: the log-odds of answers of a reason are moved by what its record shows.

use super::rules;
use crate::matching::facts::{Evidence, Fact};
use crate::matching::hypotheses::{Context, Hypothesis};
use crate::model::EvidenceKind;

/// Moves the answers whose reason has a record. An answer is moved as one piece of evidence, so that a reviewer sees it.
pub fn weigh(context: &Context<'_>, all: &mut [Hypothesis]) {
    if context.priors.is_empty() {
        return;
    }
    for h in all {
        let Some(learned) = context.priors.of(rules::reason_if_applied(h)).filter(|l| l.shift != 0) else { continue };
        h.score = h.score.saturating_add(learned.shift);
        let fact = Fact::Calibrated(learned.confirmed, learned.wrong);
        h.lines.push(Evidence { kind: EvidenceKind::Record, weight: learned.shift, fact });
    }
}
