//! `tieout run`.

use super::args::{Condition, Run};
use super::failure::{CONDITION, DONE, Failure, REJECTED, open_statement};
use super::ledger::named_by;
use super::progress::Progress;
use super::say::Say;
use super::{files, folder, run_ledger};
use std::path::{Path, PathBuf};
use std::time::Instant;
use tieout::base::Place;
use tieout::error::{Error, ErrorCode};
use tieout::model::{StatementSummary, Sum, Summary, TieOut};
use tieout::run::{InputFile, RunInputs, run_watched};

/// Runs a day and writes its folder.
pub fn run(args: Run, say: &Say) -> Result<u8, Failure> {
    let start = Instant::now();
    let as_of = args.as_of.as_deref().map(date).transpose()?;
    if let Some(dir) = &args.out {
        folder::check(dir, args.replace)?;
    }
    if args.config.is_none() && Path::new("tieout.toml").exists() {
        say.note("tieout.toml in this folder is not used; give it with --config tieout.toml");
    }
    let (options, profile_file) = files::options(&args.read)?;
    let others: [Option<&PathBuf>; 4] =
        [Some(&args.open_items), args.items_map.as_ref(), args.customers.as_ref(), args.config.as_ref()];
    let mut leave_out: Vec<&Path> = others.into_iter().flatten().map(PathBuf::as_path).collect();
    if profile_file.is_some() {
        leave_out.extend(args.read.profile.as_deref().map(Path::new));
    }
    let given = files::statements_in_turn(&args.statements, &leave_out, &options)?;
    given.notes.iter().for_each(|n| say.note(n));
    let config = files::maybe(args.config.as_ref())?;
    let (items, items_later) = files::one_in_turn(&args.open_items)?;
    let customers = args.customers.as_ref().map(|path| files::one_in_turn(path)).transpose()?;
    let customers_later = customers.as_ref().and_then(|(_, later)| later.clone());
    let inputs = RunInputs {
        statements: given.files,
        large: given.large,
        unrecognised: given.unrecognised,
        items,
        items_later,
        items_map: files::maybe(args.items_map.as_ref())?,
        customers: customers.map(|(now, _)| now).filter(|_| customers_later.is_none()),
        customers_later,
        priors: named_priors(args.config.as_deref(), config.as_ref())?,
        config,
        extensions: Default::default(),
        profile: options.profile,
        format: options.format,
        encoding: options.encoding,
        currency: options.currency,
        approved_by: args.approved_by.clone(),
        profile_file,
        as_of,
        control_total: args.control_total.clone(),
        csv_dialect: args.csv_dialect.into(),
    };
    let ledger = match ledger(&args, inputs.config.as_ref())? {
        Some(path) => Some(run_ledger::open(&path, &args, say)?),
        None => None,
    };
    let progress = Progress::new(&inputs, say);
    let with_ledger = ledger.is_some();
    let mut head = None;
    let result = match ledger {
        None => run_watched(&inputs, &|step| progress.step(step))?,
        Some(open) => match run_ledger::run(&inputs, open, &args, &|step| progress.step(step), say)? {
            run_ledger::Came::Run(result, now) => {
                head = now;
                *result
            }
            run_ledger::Came::Known(code) => return Ok(code),
        },
    };
    drop(progress);

    let out = args.out.as_ref().filter(|_| !args.dry_run);
    if let (Some(dir), false) = (out, with_ledger) {
        match folder::write(dir, &result.run_id, &|put| result.write(put), args.replace)? {
            folder::Written::New => say.detail(&format!("run {} written to {}", result.run_id, dir.display())),
            folder::Written::Same => {
                say.note(&format!("{} holds this same run already: nothing was written", dir.display()));
            }
        }
    }
    for error in result.summary.rejected().filter_map(|f| f.error.as_ref()) {
        say.error(error);
    }
    if let Some(error) = contradiction(&result.summary) {
        say.error(&error);
    }
    if say.quiet && !say.json {
        // The screen tells it; where there is none, the exit code does not stand alone.
        let vouched = |s: &&StatementSummary| result.summary.control_total.is_some() && s.tie_out == TieOut::Unproven;
        let open = result.summary.statements.iter().filter(|s| !vouched(s));
        say.errors(&open.filter_map(open_statement).collect::<Vec<_>>());
    }
    let show = |text: &str| match out {
        Some(_) => {
            say.done(text);
            Ok(())
        }
        None => say.out(text),
    };
    if say.json {
        show(&tieout::outputs::summary_json(&result.summary))?;
    } else if !say.quiet {
        let shown = out.map(|d| d.display().to_string());
        show(&tieout::reports::run_screen(&result.summary, shown.as_deref()))?;
    }
    if let Some(head) = head.filter(|_| !say.quiet && !say.json) {
        show(&format!("Ledger head   {head}\n"))?;
    }
    say.detail(&format!("done in {} ms", start.elapsed().as_millis()));
    Ok(exit_code(&result.summary, &args.fail_on))
}

/// The ledger as given, else as the configuration names it, from where that stands.
fn ledger(args: &Run, config: Option<&InputFile>) -> Result<Option<PathBuf>, Failure> {
    if args.ledger.is_some() {
        return Ok(args.ledger.clone());
    }
    let named = named_by(args.config.as_deref(), config);
    if named.is_none() && (args.if_new || args.wait) {
        return Err(Failure::usage("--if-new", "no ledger", "--ledger, or `ledger` in the configuration", ""));
    }
    Ok(named)
}

/// The priors that the configuration names, from where that stands.
pub fn named_priors(path: Option<&Path>, config: Option<&InputFile>) -> Result<Option<InputFile>, Failure> {
    let named = config.and_then(|c| std::str::from_utf8(&c.bytes).ok()).and_then(tieout::run::priors_of);
    let folder = path.and_then(Path::parent).unwrap_or(Path::new(""));
    named.map(|name| files::one(&folder.join(name))).transpose()
}

/// Rejected input weighs more than a condition that the user asked for: both are not zero.
fn exit_code(summary: &Summary, conditions: &[Condition]) -> u8 {
    if summary.has_bad_input() {
        return REJECTED;
    }
    let tie_out = |t: TieOut| summary.statements.iter().any(|s| s.tie_out == t);
    let holds = |condition: &Condition| match condition {
        Condition::Queued => summary.count_of("queued") > 0,
        Condition::Rejected => summary.rejected().next().is_some(),
        Condition::Unproven => tie_out(TieOut::Unproven),
        Condition::Broken => tie_out(TieOut::Broken),
        Condition::Unrecognised => !summary.unrecognised.is_empty(),
    };
    if conditions.iter().any(holds) { CONDITION } else { DONE }
}

/// A control total that the statement does not have.
fn contradiction(summary: &Summary) -> Option<Error> {
    let claim = summary.control_total.as_ref().filter(|c| !c.holds)?;
    let difference = Sum::new((claim.booked.minor - claim.claimed.minor).abs(), claim.booked.currency);
    let found = format!(
        "the booked entries sum to {} {} (difference {})",
        claim.booked.figure(),
        claim.booked.currency,
        difference.figure()
    );
    let expected = format!("{}, as given", claim.claimed.figure());
    let file = summary.statements.first().map_or("", |s| s.file.as_str());
    let place = Place::file(file).at("--control-total");
    Some(
        Error::new(ErrorCode::TieOut, place, found, expected).with_hint(
            "nothing of this statement was applied; correct the total, or ask the bank for the whole statement",
        ),
    )
}

fn date(text: &str) -> Result<chrono::NaiveDate, Failure> {
    tieout::base::parse_iso_date(text)
        .filter(|_| text.len() == 10)
        .ok_or_else(|| Failure::usage("--as-of", format!("`{text}`"), "a date as in 2026-04-24", ""))
}
