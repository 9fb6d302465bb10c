//! What the user wrote for the commands that measure: simulate, score, calibrate, replay.

use super::Reading;
use clap::{Args as ClapArgs, ValueEnum};
use std::path::PathBuf;

#[derive(ClapArgs)]
pub struct Simulate {
    /// The same seed gives the same files.
    #[arg(long, value_name = "S")]
    pub seed: u64,
    /// At least so many payments.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub payments: usize,
    /// The folder to write: new or empty.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// How much noise and ambiguity.
    #[arg(long, value_name = "MIX", default_value = "normal")]
    pub mix: SimulateMix,
    /// Countries that customers are in, as DE,NL. Default: all there are.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub countries: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SimulateMix {
    /// As in an orderly company.
    Normal,
    /// More noise, twins and popular prices, fewer known accounts.
    Hard,
}

#[derive(ClapArgs)]
pub struct Score {
    /// What is right, tieout.truth/1.
    #[arg(value_name = "TRUTH")]
    pub truth: PathBuf,
    /// decisions.jsonl of a run.
    #[arg(value_name = "DECISIONS")]
    pub decisions: PathBuf,
}

#[derive(ClapArgs)]
pub struct Calibrate {
    /// decisions.jsonl of runs, or run folders; those of `tieout decide` carry what reviewers said.
    #[arg(required = true, value_name = "DECISIONS")]
    pub decisions: Vec<PathBuf>,
    /// CSV with payment_id and verdict, which is right or wrong and speaks of the first answer of a payment.
    #[arg(long, value_name = "FILE")]
    pub verdicts: Option<PathBuf>,
    /// What is right, tieout.truth/1.
    #[arg(long, value_name = "FILE")]
    pub truth: Option<PathBuf>,
    /// The file of priors to write, never overwritten. Nothing changes until a policy names it: [matching] priors.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(ClapArgs)]
pub struct Replay {
    /// The folder of the run; may be given more than once.
    #[arg(long, value_name = "DIR", required = true, num_args = 1..)]
    pub run: Vec<PathBuf>,
    /// The new policy. Default: the built-in one.
    #[arg(long, value_name = "FILE", env = "TIEOUT_CONFIG", hide_env_values = true)]
    pub config: Option<PathBuf>,
    /// Files and folders that hold what went into the runs, found by content whatever their names. Folders are not searched
    /// further down. Default: the folders beside the run folders, and the current one.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub read: Reading,
}
