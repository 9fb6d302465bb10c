//! `tieout simulate`.

use super::args::{Simulate, SimulateMix};
use super::failure::{DONE, Failure, USAGE};
use super::say::Say;
use std::fs;
use tieout::benchmark::{Mix, SimulateOptions, simulate as make};

/// Writes a simulated week.
pub fn simulate(args: Simulate, say: &Say) -> Result<u8, Failure> {
    let dir = &args.out;
    let taken = dir.exists() && fs::read_dir(dir).map_err(|e| Failure::io(dir, &e))?.next().is_some();
    if taken {
        let place = dir.display().to_string();
        return Err(Failure::usage(&place, "something is there already", "a new or empty folder", ""));
    }
    let mix = match args.mix {
        SimulateMix::Normal => Mix::Normal,
        SimulateMix::Hard => Mix::Hard,
    };
    let options = SimulateOptions { seed: args.seed, payments: args.payments, mix, countries: args.countries };
    let made = make(&options).map_err(|e| Failure { code: USAGE, errors: vec![e] })?;
    for file in &made.files {
        let path = dir.join(&file.name);
        let parent = path.parent().unwrap_or(dir);
        fs::create_dir_all(parent).map_err(|e| Failure::write(parent, &e))?;
        fs::write(&path, &file.bytes).map_err(|e| Failure::write(&path, &e))?;
    }
    for (format, lost) in &made.lost {
        say.note(&format!("{format} could not carry {} details as they were", lost.len()));
        lost.iter().take(5).for_each(|f| say.detail(&f.to_string()));
    }
    if !say.quiet {
        say.out(&format!(
            "{} payments, {} items, {} customers in {}; the auditor lowered {} labels\n",
            made.payments,
            made.items.len(),
            made.customers.len(),
            dir.display(),
            made.lowered
        ))?;
    }
    Ok(DONE)
}
