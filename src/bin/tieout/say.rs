//! Data to standard output, talk to standard error.

use super::args::Global;
use super::failure::Failure;
use std::io::{self, IsTerminal, Write};
use tieout::error::Error;
use tieout::outputs::safe_json;

/// How to talk.
pub struct Say {
    pub json: bool,
    pub quiet: bool,
    pub verbose: bool,
    colour: bool,
}

impl Say {
    /// As the user asked, and as the terminal allows.
    pub fn new(global: &Global) -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|v| v == "dumb");
        Say {
            json: global.json,
            quiet: global.quiet,
            verbose: global.verbose,
            colour: io::stderr().is_terminal() && !plain && !dumb,
        }
    }

    /// Before the arguments could be read: errors as objects.
    pub fn plain_json() -> Self {
        Say { json: true, quiet: false, verbose: false, colour: false }
    }

    /// Data on standard output.
    pub fn out(&self, text: &str) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Err(Failure::closed_pipe()),
            Err(e) => Err(Failure::write("standard output", &e)),
        }
    }

    /// An error as `file:line:col: found, expected` and its hint, or as an object.
    pub fn error(&self, error: &Error) {
        let (red, end) = if self.colour { ("\u{1b}[31m", "\u{1b}[0m") } else { ("", "") };
        let text = if self.json {
            format!("{}\n", safe_json(error))
        } else {
            let hint = error.hint().map(|h| format!("  hint: {h}\n")).unwrap_or_default();
            format!("{red}error:{end} {error}\n{hint}")
        };
        self.err(&text);
    }

    /// Something worth knowing; silent with `--quiet`.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.err(&format!("note: {}\n", tieout::error::visible(text)));
        }
    }

    /// Only with `--verbose`.
    pub fn detail(&self, text: &str) {
        if self.verbose {
            self.err(&format!("{}\n", tieout::error::visible(text)));
        }
    }

    fn err(&self, text: &str) {
        // If nobody listens there is nobody to tell.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}
