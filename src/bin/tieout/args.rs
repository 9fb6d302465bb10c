//! What the user wrote. Nothing is opened or checked here beyond the grammar.

mod measure;

pub use measure::{Calibrate, Replay, Score, Simulate, SimulateMix};

use chrono::NaiveDate;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Bank statements and open items in, allocations and a review queue out.
#[derive(Parser)]
#[command(name = "tieout", version, about, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 done, 1 internal or I/O error (nothing written), 2 usage or configuration, \
    3 some input was rejected or does not tie out, 4 a --fail-on condition held, \
    5 the ledger holds all of it already, 6 the ledger is held by another run.")]
pub struct Args {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(ClapArgs)]
pub struct Global {
    /// Machine-readable output, and errors as objects.
    #[arg(long, global = true)]
    pub json: bool,
    /// Only data and errors.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// More about what is done.
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Number of threads, 1 to 256; the result is the same for any. Default: one per processor.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
}

#[derive(Subcommand)]
pub enum Command {
    /// A day's statements against the open items: allocations and a review queue.
    Run(Run),
    /// Any statement as JSON, or as normalised payments.
    Parse(Parse),
    /// A statement file in another format.
    Convert(Convert),
    /// Read and tie out: where does a statement break?
    Check(Check),
    /// Why a payment was decided as it was.
    Explain(Explain),
    /// The open exceptions of a run for reviewers: a spreadsheet and its twins.
    Queue(Queue),
    /// Carry out what reviewers decided: their files in, a new run folder out.
    Decide(Decide),
    /// Work on files of open items.
    Items(Items),
    /// CSV layouts of banks.
    Profiles(Profiles),
    /// The policy in force.
    Config(Config),
    /// Write a commented tieout.toml with the whole default policy.
    Init(Init),
    /// Make a week of statements, a ledger and the truth, to measure with.
    Simulate(Simulate),
    /// Measure decisions against a truth.
    Score(Score),
    /// Hold the claimed chances of error against confirmed decisions, and write what may be learned.
    Calibrate(Calibrate),
    /// An old run under a new policy: which decisions would change, by count and money.
    Replay(Replay),
    /// Take back a run, an allocation or a payment: reversing records, and the payments wait again.
    Undo(Undo),
    /// Prove a ledger from its journal alone.
    Verify(Verify),
    /// The whole ledger as text, the same for the same history.
    Dump(Dump),
    /// The story of one payment, document or customer.
    History(HistoryArgs),
    /// What decisions of people taught.
    Facts(Facts),
    /// Accept that statements of an account are missing.
    AcceptGap(AcceptGap),
    /// The JSON Schema of a file that tieout reads or writes; without a name, the list of them.
    Schema(Schema),
    /// Completions for a shell, on standard output.
    Completions(Completions),
    /// The manual page, on standard output.
    Man,
}

/// How statement files are read, where their bytes do not say it or say it wrongly.
#[derive(ClapArgs, Default)]
pub struct Reading {
    /// CSV layout of the bank: the id of a built-in profile, or a file.
    #[arg(long, value_name = "ID|FILE")]
    pub profile: Option<String>,
    /// The format, if the bytes are taken for another one: camt, mt940, csv, bai2, ofx, payments.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// The code page of MT940 and CSV files that are no UTF-8, as cp852 or windows-1250.
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
    /// The currency of CSV files that name none, as EUR.
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
}

#[derive(ClapArgs)]
pub struct Run {
    /// Statement files, archives (gzip, zip), patterns or folders (not searched further down); `-` is standard input.
    #[arg(required = true, value_name = "STATEMENT")]
    pub statements: Vec<PathBuf>,
    /// Open items, CSV or JSON.
    #[arg(long, value_name = "FILE", env = "TIEOUT_OPEN_ITEMS", hide_env_values = true)]
    pub open_items: PathBuf,
    /// A mapping, if the open items are an ERP's own export.
    #[arg(long, value_name = "FILE", env = "TIEOUT_ITEMS_MAP", hide_env_values = true)]
    pub items_map: Option<PathBuf>,
    /// Customers, CSV or JSON.
    #[arg(long, value_name = "FILE", env = "TIEOUT_CUSTOMERS", hide_env_values = true)]
    pub customers: Option<PathBuf>,
    /// The policy; see `tieout init`.
    #[arg(long, value_name = "FILE", env = "TIEOUT_CONFIG", hide_env_values = true)]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub read: Reading,
    /// The ledger: what was read and applied before, so that nothing is done twice. Made where there is none. Also `ledger`
    /// in the file given with --config.
    #[arg(long, value_name = "FILE", env = "TIEOUT_LEDGER", hide_env_values = true)]
    pub ledger: Option<PathBuf>,
    /// Who stands for a new policy, where the policy of the last run asks for two; given twice.
    #[arg(long, value_name = "NAME")]
    pub approved_by: Vec<String>,
    /// End with 0 if the ledger holds all of it already.
    #[arg(long)]
    pub if_new: bool,
    /// Wait while another run holds the ledger.
    #[arg(long)]
    pub wait: bool,
    /// The run folder to write: new, empty, or holding this same run.
    #[arg(long, value_name = "DIR", env = "TIEOUT_OUT", hide_env_values = true, required_unless_present = "dry_run")]
    pub out: Option<PathBuf>,
    /// Replace the run that the folder holds.
    #[arg(long)]
    pub replace: bool,
    /// Write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// The day that ages are counted to. Default: the latest closing date.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// The net of the one statement given, as you know it from elsewhere: proves a statement without balances.
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    pub control_total: Option<String>,
    /// How CSV is written.
    #[arg(long, value_name = "DIALECT", default_value = "plain")]
    pub csv_dialect: Dialect,
    /// End with 4 if this holds; may be given more than once.
    #[arg(long, value_name = "COND", value_delimiter = ',')]
    pub fail_on: Vec<Condition>,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Dialect {
    /// Comma, decimal point.
    Plain,
    /// Byte-order mark, semicolon, decimal comma: for spreadsheets of most of Europe.
    ExcelSemicolon,
}

impl From<Dialect> for tieout::outputs::CsvDialect {
    fn from(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Plain => tieout::outputs::CsvDialect::Plain,
            Dialect::ExcelSemicolon => tieout::outputs::CsvDialect::ExcelSemicolon,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Condition {
    /// A payment waits for review.
    Queued,
    /// A file could not be read.
    Rejected,
    /// A statement has nothing to prove it by.
    Unproven,
    /// A statement does not tie out.
    Broken,
    /// A file of a folder is no statement.
    Unrecognised,
}

#[derive(ClapArgs)]
pub struct Parse {
    /// Statement files, archives (gzip, zip), patterns or folders; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// json: one line per file with its statements; jsonl, csv: payments.
    #[arg(long, value_name = "FORM", default_value = "json")]
    pub output: ParseOutput,
    #[command(flatten)]
    pub read: Reading,
    /// How CSV is written.
    #[arg(long, value_name = "DIALECT", default_value = "plain")]
    pub csv_dialect: Dialect,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ParseOutput {
    Json,
    Jsonl,
    Csv,
}

#[derive(ClapArgs)]
pub struct Convert {
    /// The statement file; `-` is standard input.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The format to write. What it cannot carry is named on standard error.
    #[arg(long, value_name = "FORMAT")]
    pub to: Target,
    /// The file to write instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub read: Reading,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// ISO 20022 camt.053, version 08.
    Camt053,
    /// SWIFT MT940 with the German structure.
    Mt940,
    /// Rows with running balances, profile tieout-statement.
    Csv,
    /// As tieout parse.
    Json,
}

#[derive(ClapArgs)]
pub struct Check {
    /// Statement files, archives (gzip, zip), patterns or folders; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub read: Reading,
}

#[derive(ClapArgs)]
pub struct Explain {
    /// The id of a payment, an exception or an allocation, or its beginning; or a document number.
    #[arg(value_name = "ID")]
    pub id: String,
    /// The run folder.
    #[arg(long, value_name = "DIR", env = "TIEOUT_OUT", hide_env_values = true)]
    pub run: PathBuf,
}

#[derive(ClapArgs)]
pub struct Queue {
    /// The run folder.
    #[arg(long, value_name = "DIR", conflicts_with = "ledger")]
    pub run: Option<PathBuf>,
    /// Everything that waits in a ledger instead. Also TIEOUT_LEDGER, or `ledger` in the file given with --config.
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// The configuration that names the ledger.
    #[arg(long, value_name = "FILE", env = "TIEOUT_CONFIG", hide_env_values = true)]
    pub config: Option<PathBuf>,
    /// The folder to write: new, empty, or holding this same queue.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// One set of files for each person responsible, segment or company.
    #[arg(long, value_name = "WHAT")]
    pub by: Option<QueueBy>,
    /// Replace the queue that the folder holds.
    #[arg(long)]
    pub replace: bool,
    /// How CSV is written.
    #[arg(long, value_name = "DIALECT", default_value = "plain")]
    pub csv_dialect: Dialect,
}

#[derive(ClapArgs)]
pub struct Decide {
    /// Files of decisions: the spreadsheet, CSV, or what the page saved; FILE.sig beside one is its signature.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The run folder that the queue was written from. With a ledger it may be left out.
    #[arg(long, value_name = "DIR")]
    pub run: Option<PathBuf>,
    /// The ledger that the queue's runs were given: decisions are judged by what it says now, and kept in it. Also `ledger` in
    /// the configuration.
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// The new run folder: new, empty, or holding this same result. The old one stays as it is.
    #[arg(long, value_name = "DIR", required_unless_present = "dry_run")]
    pub out: Option<PathBuf>,
    /// Say what would happen, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Replace the run that the folder holds.
    #[arg(long)]
    pub replace: bool,
    /// The open items, to apply documents that no proposal names: those of the run, with a ledger the newest.
    #[arg(long, value_name = "FILE")]
    pub open_items: Option<PathBuf>,
    /// The mapping that they were read with.
    #[arg(long, value_name = "FILE", requires = "open_items")]
    pub items_map: Option<PathBuf>,
    /// The customers of the run.
    #[arg(long, value_name = "FILE")]
    pub customers: Option<PathBuf>,
    /// The policy of the run, with a ledger of its last run.
    #[arg(long, value_name = "FILE", env = "TIEOUT_CONFIG", hide_env_values = true)]
    pub config: Option<PathBuf>,
    /// Wait while another run holds the ledger.
    #[arg(long)]
    pub wait: bool,
    /// How CSV is written.
    #[arg(long, value_name = "DIALECT", default_value = "plain")]
    pub csv_dialect: Dialect,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum QueueBy {
    /// The person responsible for the customer.
    Owner,
    /// The customer's segment.
    Segment,
    /// The company.
    Company,
}

#[derive(ClapArgs)]
pub struct Items {
    #[command(subcommand)]
    pub command: ItemsCommand,
}

#[derive(Subcommand)]
pub enum ItemsCommand {
    /// An ERP's export as open items, on standard output.
    Convert {
        /// The mapping.
        #[arg(long, value_name = "FILE.toml", env = "TIEOUT_ITEMS_MAP", hide_env_values = true)]
        map: PathBuf,
        /// The export; `-` is standard input.
        #[arg(value_name = "EXPORT")]
        export: PathBuf,
    },
}

#[derive(ClapArgs)]
pub struct Profiles {
    #[command(subcommand)]
    pub command: ProfilesCommand,
}

#[derive(Subcommand)]
pub enum ProfilesCommand {
    /// The built-in profiles.
    List,
    /// A built-in profile as TOML, to start your own from.
    Show {
        /// Its id.
        id: String,
    },
    /// What a profile makes of a file: what each column became, what is missing, and whether it ties out.
    Check {
        /// The CSV file; `-` is standard input.
        file: PathBuf,
        /// The profile: an id or a file. Default: the one that fits.
        #[arg(long, value_name = "ID|FILE")]
        profile: Option<String>,
    },
    /// A profile as TOML for a file of no known bank, told from its titles and contents: look through it and keep it.
    Infer {
        /// The CSV file.
        file: PathBuf,
    },
    /// Which profiles fit a file, the best first.
    Detect {
        /// The CSV file; `-` is standard input.
        file: PathBuf,
    },
}

#[derive(ClapArgs)]
pub struct Config {
    #[command(subcommand)]
    pub command: ConfigCommand,
}

#[derive(Subcommand)]
pub enum ConfigCommand {
    /// Every key of the policy with its value.
    Show {
        /// The policy; without it, the defaults.
        #[arg(long, value_name = "FILE", env = "TIEOUT_CONFIG", hide_env_values = true)]
        config: Option<PathBuf>,
        /// Also where each value comes from: a line of the file, or the default.
        #[arg(long)]
        origin: bool,
    },
}

#[derive(ClapArgs)]
pub struct Init {
    /// The file to write; never overwritten.
    #[arg(value_name = "FILE", default_value = "tieout.toml")]
    pub file: PathBuf,
    /// A ledger to make with it and to name in it.
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
}

/// The ledger that a command works on.
#[derive(ClapArgs)]
pub struct LedgerFile {
    /// The ledger. Also `ledger` in the file given with --config.
    #[arg(long, value_name = "FILE", env = "TIEOUT_LEDGER", hide_env_values = true)]
    pub ledger: Option<PathBuf>,
    /// The configuration that names the ledger.
    #[arg(long, value_name = "FILE", env = "TIEOUT_CONFIG", hide_env_values = true)]
    pub config: Option<PathBuf>,
}

/// A change of the ledger by a person.
#[derive(ClapArgs)]
pub struct Change {
    #[command(flatten)]
    pub file: LedgerFile,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Who. Default: the user of the system.
    #[arg(long, value_name = "NAME", env = "TIEOUT_BY", hide_env_values = true)]
    pub by: Option<String>,
    /// Wait while another run holds the ledger.
    #[arg(long)]
    pub wait: bool,
}

#[derive(ClapArgs)]
pub struct Undo {
    /// The whole id of a run (r…), allocation (a…) or payment (p…).
    #[arg(value_name = "RUN|ALLOCATION|PAYMENT")]
    pub target: String,
    #[command(flatten)]
    pub change: Change,
    /// The second person, where the policy asks for two.
    #[arg(long, value_name = "NAME")]
    pub second: Option<String>,
}

#[derive(ClapArgs)]
pub struct Verify {
    #[command(flatten)]
    pub file: LedgerFile,
    /// A head that was noted elsewhere: it must be part of the chain.
    #[arg(long, value_name = "HASH")]
    pub head: Option<String>,
}

#[derive(ClapArgs)]
pub struct Dump {
    #[command(flatten)]
    pub file: LedgerFile,
}

#[derive(ClapArgs)]
pub struct HistoryArgs {
    /// The whole id of a payment, the number of a document, or the id of a customer.
    #[arg(value_name = "PAYMENT|DOCUMENT|CUSTOMER")]
    pub target: String,
    #[command(flatten)]
    pub file: LedgerFile,
    /// Company of the document or customer, where there are several.
    #[arg(long, value_name = "ID")]
    pub company: Option<String>,
}

#[derive(ClapArgs)]
pub struct AcceptGap {
    /// The account whose gap is accepted.
    #[arg(value_name = "ACCOUNT")]
    pub account: String,
    /// The gap in front of the statement of this day, as 2026-04-24. Needed where several are open.
    #[arg(long, value_name = "DAY", conflicts_with = "all")]
    pub before: Option<NaiveDate>,
    /// Every gap of the account that is open.
    #[arg(long)]
    pub all: bool,
    /// Its currency.
    #[arg(long, value_name = "CODE", default_value = "EUR")]
    pub currency: String,
    #[command(flatten)]
    pub change: Change,
}

#[derive(ClapArgs)]
pub struct Facts {
    #[command(subcommand)]
    pub command: FactsCommand,
}

/// A change of one fact by a person.
#[derive(ClapArgs)]
pub struct FactChange {
    /// Its id.
    pub fact_id: String,
    #[command(flatten)]
    pub file: LedgerFile,
    /// Who. Default: the user of the system.
    #[arg(long, value_name = "NAME", env = "TIEOUT_BY", hide_env_values = true)]
    pub by: Option<String>,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Wait while another run holds the ledger.
    #[arg(long)]
    pub wait: bool,
}

#[derive(Subcommand)]
pub enum FactsCommand {
    /// All of them, with counts, dates, conflicts and signatures.
    List {
        #[command(flatten)]
        file: LedgerFile,
    },
    /// Those that wait for a signature and that nothing contradicts.
    Propose {
        #[command(flatten)]
        file: LedgerFile,
    },
    /// Stand for one: from now on it decides. Where the policy asks for two, once the second person has signed too.
    Sign(FactChange),
    /// Take a signature back, or refuse one for good.
    Revoke(FactChange),
}

#[derive(ClapArgs)]
pub struct Schema {
    /// Its name, as `decisions` or `tieout.decisions/1`.
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

#[derive(ClapArgs)]
pub struct Completions {
    /// Which shell.
    pub shell: clap_complete::Shell,
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        <super::Args as clap::CommandFactory>::command().debug_assert();
    }
}
