//! Whether the first answer of a decision is the right one, for calibration.

use super::decisions::{self, DecisionLine};
use super::judge::is_answer;
use super::pair::pair;
use crate::benchmark::plan::Label;
use crate::benchmark::truth::{TruthAnswer, TruthLine, read_truth};
use crate::error::Error;
use crate::model::InputFile;
use std::collections::BTreeMap;

/// For every payment with a truth and an answer, by id: whether the first answer is right.
pub(in crate::benchmark) fn first_answers(
    truth: &InputFile,
    decisions: &InputFile,
) -> Result<BTreeMap<String, bool>, Vec<Error>> {
    let lines = read_truth(&truth.bytes, &truth.name)?;
    let decisions = decisions::read(&decisions.bytes, &decisions.name)?;
    let (pairs, _) = pair(&lines, &decisions);
    let of = |(line, d): (&TruthLine, Option<usize>)| {
        let decision = decisions.get(d?)?;
        Some((decision.payment.payment_id.clone(), is_right(line, decision)?))
    };
    Ok(lines.iter().zip(pairs).filter_map(of).collect())
}

fn is_right(line: &TruthLine, d: &DecisionLine) -> Option<bool> {
    let first = d.candidates.first()?;
    if line.label == Label::NotReceivable {
        return Some(false);
    }
    let truth = TruthAnswer {
        customer: line.customer.clone(),
        documents: line.documents.clone(),
        on_account: line.on_account.clone(),
    };
    let is = |answer: &TruthAnswer| is_answer(&first.allocations, &first.on_account, answer, line.currency);
    Some(is(&truth) || line.proposal.iter().any(is))
}
