//! Completions and the manual page.

use super::args::{Args, Completions};
use super::failure::{DONE, Failure};
use super::say::Say;
use clap::CommandFactory;

/// Prints completions for a shell.
pub fn completions(args: Completions, say: &Say) -> Result<u8, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "tieout", &mut text);
    say.out(&String::from_utf8_lossy(&text))?;
    Ok(DONE)
}

/// Prints the manual page.
pub fn man(say: &Say) -> Result<u8, Failure> {
    let mut text = Vec::new();
    clap_mangen::Man::new(Args::command()).render(&mut text).map_err(|e| Failure::write("standard output", &e))?;
    say.out(&String::from_utf8_lossy(&text))?;
    Ok(DONE)
}
