//! `summary.json`, `tieout.summary/1`: what was read, what happened, and the equations with both sides.

use super::json_text::safe_json_pretty;
use crate::model::Summary;

/// The file's text. Field order is that of [`Summary`].
pub fn summary_json(summary: &Summary) -> String {
    let mut text = safe_json_pretty(summary);
    text.push('\n');
    text
}
