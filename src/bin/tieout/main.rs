//! The program around the library: what the user wrote in, files and messages out, one exit code.

mod args;
mod calibrate;
mod check;
mod config;
mod convert;
mod decide;
mod explain;
mod facts;
mod failure;
mod files;
mod folder;
mod init;
mod items;
mod ledger;
mod ledger_commands;
mod parse;
mod profiles;
mod progress;
mod queue;
mod replay;
mod run;
mod run_ledger;
mod say;
mod schema;
mod score;
mod shell;
mod simulate;

use args::{Args, Command};
use clap::Parser;
use say::Say;
use std::process::ExitCode;

// A run makes and frees millions of short texts; the system's allocator takes twice the time for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version go to standard output with 0, mistakes to standard error with 2.
            if error.use_stderr() && std::env::args_os().any(|a| a == "--json") {
                Say::plain_json().error(&failure::of_arguments(&error));
            } else {
                let _ = error.print();
            }
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let say = Say::new(&args.global);
    let done = with_threads(args.global.jobs, || match args.command {
        Command::Run(command) => run::run(command, &say),
        Command::Parse(command) => parse::parse(command, &say),
        Command::Convert(command) => convert::convert(command, &say),
        Command::Check(command) => check::check(command, &say),
        Command::Explain(command) => explain::explain(command, &say),
        Command::Decide(command) => decide::decide(command, &say),
        Command::Queue(command) => queue::queue(command, &say),
        Command::Items(command) => items::items(command, &say),
        Command::Profiles(command) => profiles::profiles(command, &say),
        Command::Config(command) => config::config(command, &say),
        Command::Init(command) => init::init(command, &say),
        Command::Simulate(command) => simulate::simulate(command, &say),
        Command::Score(command) => score::score(command, &say),
        Command::Calibrate(command) => calibrate::calibrate(command, &say),
        Command::Replay(command) => replay::replay(command, &say),
        Command::Undo(command) => ledger_commands::undo(command, &say),
        Command::Verify(command) => ledger_commands::verify(command, &say),
        Command::Dump(command) => ledger_commands::dump(command, &say),
        Command::History(command) => ledger_commands::history(command, &say),
        Command::AcceptGap(command) => ledger_commands::accept_gap(command, &say),
        Command::Facts(command) => facts::facts(command, &say),
        Command::Schema(command) => schema::schema(command, &say),
        Command::Completions(command) => shell::completions(command, &say),
        Command::Man => shell::man(&say),
    });
    match done {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            say.errors(&failure.errors);
            ExitCode::from(failure.code)
        }
    }
}

/// Runs in a pool of so many threads; 0 and nothing mean one per processor.
fn with_threads<T: Send>(
    jobs: Option<u16>,
    work: impl FnOnce() -> Result<T, failure::Failure> + Send,
) -> Result<T, failure::Failure> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(jobs.map_or(0, usize::from))
        .build()
        .map_err(|e| failure::Failure::io("threads", &std::io::Error::other(e.to_string())))?;
    pool.install(work)
}
