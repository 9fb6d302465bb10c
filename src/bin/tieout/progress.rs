//! A progress bar on long work, only where standard error is a terminal.

use super::say::Say;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use tieout::run::{RunInputs, Step};

/// Work below this is done before a bar could be read.
const LONG_BYTES: usize = 8 << 20;
const LONG_FILES: usize = 50;

/// A bar, or nothing.
pub struct Progress(Option<ProgressBar>);

impl Progress {
    /// A bar over the files of a run if it is long.
    pub fn new(inputs: &RunInputs, say: &Say) -> Self {
        let files = inputs.statements.len() + inputs.large.len();
        let bytes: usize = inputs.statements.iter().map(|f| f.bytes.len()).sum();
        let long = bytes > LONG_BYTES || files > LONG_FILES || !inputs.large.is_empty();
        if !long || say.quiet || say.json || !std::io::stderr().is_terminal() {
            return Progress(None);
        }
        let bar = ProgressBar::new(files as u64);
        if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message("reading statements");
        Progress(Some(bar))
    }

    /// One step is done.
    pub fn step(&self, step: Step) {
        let Some(bar) = &self.0 else { return };
        match step {
            Step::FileRead => bar.inc(1),
            Step::Deciding(count) => bar.set_message(format!("deciding {count} payments")),
            _ => bar.finish_and_clear(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
