//! `tieout profiles`: CSV layouts of banks.

use super::args::{Profiles, ProfilesCommand};
use super::failure::{DONE, Failure, REJECTED};
use super::files;
use super::say::Say;
use tieout::error::visible;
use tieout::formats::csv::Profile;

/// Lists, shows or detects.
pub fn profiles(args: Profiles, say: &Say) -> Result<u8, Failure> {
    match args.command {
        ProfilesCommand::List => {
            let width = Profile::builtins().iter().map(|p| p.id.len()).max().unwrap_or(0);
            let line = |p: &Profile| format!("{:width$}  {}\n", p.id, p.name);
            say.out(&Profile::builtins().iter().map(line).collect::<String>())?;
        }
        ProfilesCommand::Show { id } => {
            let text = Profile::builtin_text(&id).ok_or_else(|| {
                let hint = "`tieout profiles list` shows the ids";
                Failure::usage("profiles show", format!("`{id}`"), "the id of a built-in profile", hint)
            })?;
            say.out(text)?;
        }
        ProfilesCommand::Check { file } => {
            let (profile, _) = files::profile(Some(&file.to_string_lossy()))?;
            let id = profile.map(|p| p.id).unwrap_or_default();
            say.out(&format!(
                "{}: profile `{}` can be used; `tieout check STATEMENT.csv --profile {0}` reads a file with it\n",
                visible(&file.display().to_string()),
                visible(&id)
            ))?;
        }
        ProfilesCommand::Detect { file } => {
            let file = files::one(&file)?;
            let fits = Profile::detect(&file.bytes);
            let line = |f: &tieout::formats::csv::Fit| {
                format!("{}  {}: {}\n", if f.fits { "fits   " } else { "differs" }, f.id, visible(&f.reason))
            };
            say.out(&fits.iter().map(line).collect::<String>())?;
            if !fits.iter().any(|f| f.fits) {
                say.note("no built-in profile fits; write your own after `tieout profiles show ID`");
                return Ok(REJECTED);
            }
        }
    }
    Ok(DONE)
}
