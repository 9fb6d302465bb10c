//! `tieout score`.

use super::args::Score;
use super::failure::{DONE, Failure};
use super::files;
use super::say::Say;
use tieout::benchmark::{score as measure, score_text};

/// Prints the figures, or with `--json` all of them with the faults.
pub fn score(args: Score, say: &Say) -> Result<u8, Failure> {
    let (truth, decisions) = (files::one(&args.truth)?, files::one(&args.decisions)?);
    let score = measure(&truth.bytes, &decisions.bytes).map_err(Failure::rejected)?;
    if say.json {
        say.out(&(tieout::outputs::safe_json(&score) + "\n"))?;
    } else {
        say.out(&score_text(&score))?;
    }
    Ok(DONE)
}
