//! Data to standard output, talk to standard error.

use super::args::Global;
use super::failure::Failure;
use std::io::{self, IsTerminal, Write};
use tieout::error::Error;
use tieout::outputs::safe_json;

/// Most errors of one kind on a screen.
const MOST: usize = 10;

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

    /// Data on standard output about work that is on disk already: a screen that cannot be written to does not undo it.
    pub fn done(&self, text: &str) {
        if self.out(text).is_err() {
            self.err("note: all is written, but standard output could not be: the exit code tells how it went\n");
        }
    }

    /// An error as `file:line:col: found, expected` and its hint, or as an object.
    pub fn error(&self, error: &Error) {
        let text = if self.json {
            format!("{}\n", safe_json(error))
        } else {
            let hint = error.hint().map(|h| format!("  hint: {h}\n")).unwrap_or_default();
            format!("{}{hint}", self.line(error))
        };
        self.err(&text);
    }

    /// Several errors: of one kind at most [`MOST`], the rest counted, and advice that repeats said once. All of them as objects.
    pub fn errors(&self, errors: &[Error]) {
        let kind = |e: &Error| (e.code(), e.place().file.clone(), e.hint().map(str::to_owned));
        let mut seen: Vec<(_, usize)> = Vec::new();
        let mut cut = 0usize;
        for error in errors {
            let kind = kind(error);
            let at = seen.iter().position(|(k, _)| *k == kind).unwrap_or_else(|| {
                seen.push((kind, 0));
                seen.len() - 1
            });
            let Some((_, count)) = seen.get_mut(at) else { continue };
            *count += 1;
            match *count {
                _ if self.json => self.error(error),
                1 => self.error(error),
                n if n <= MOST => self.err(&self.line(error)),
                _ => cut += 1,
            }
        }
        if cut > 0 {
            let all = errors.len();
            self.err(&format!("{cut} more of the same kinds, {all} faults in all; --json names every one\n"));
        }
    }

    fn line(&self, error: &Error) -> String {
        let (red, end) = if self.colour { ("\u{1b}[31m", "\u{1b}[0m") } else { ("", "") };
        format!("{red}error:{end} {error}\n")
    }

    /// A decision that is not carried out.
    pub fn refused(&self, refusal: &tieout::review::Refusal) {
        let (red, end) = if self.colour { ("\u{1b}[31m", "\u{1b}[0m") } else { ("", "") };
        self.err(&format!("{red}refused:{end} {refusal}\n"));
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
