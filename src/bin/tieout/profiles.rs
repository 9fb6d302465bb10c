//! `tieout profiles`: CSV layouts of banks.

use super::args::{Profiles, ProfilesCommand, Reading};
use super::failure::{DONE, Failure, REJECTED};
use super::files;
use super::say::Say;
use tieout::error::visible;
use tieout::formats::ReadOptions;
use tieout::formats::csv::{Inspection, Profile};
use tieout::run::check_files;

/// Lists, shows, detects or checks.
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
        ProfilesCommand::Check { file, profile } => return check(&file, profile, say),
        ProfilesCommand::Infer { file } => {
            let file = files::one(&file)?;
            let text = Profile::infer(&file.bytes).map_err(|e| Failure::rejected(vec![e.in_file(&file.name)]))?;
            say.out(&text)?;
        }
        ProfilesCommand::Detect { file } => {
            let file = files::one(&file)?;
            let fits = Profile::detect(&file.bytes);
            let line = |f: &tieout::formats::csv::Fit| {
                format!("{}  {}: {}\n", if f.fits { "fits   " } else { "differs" }, f.id, visible(&f.reason))
            };
            say.out(&fits.iter().map(line).collect::<String>())?;
            if !fits.iter().any(|f| f.fits) {
                match Profile::infer(&file.bytes) {
                    Ok(_) => say.note("no built-in profile fits, but titles and contents tell the columns: `tieout profiles infer FILE` shows as what"),
                    Err(_) => {
                        say.note("no built-in profile fits; write your own after `tieout profiles show ID`");
                        return Ok(REJECTED);
                    }
                }
            }
        }
    }
    Ok(DONE)
}

/// Says what a profile makes of a file, and whether the statement that comes out ties out.
fn check(path: &std::path::Path, profile: Option<String>, say: &Say) -> Result<u8, Failure> {
    let (options, _) = files::options(&Reading { profile, ..Reading::default() })?;
    let file = files::one(path)?;
    let profile = match &options.profile {
        Some(profile) => profile.clone(),
        None => {
            let best = Profile::detect(&file.bytes).into_iter().find(|f| f.fits).and_then(|f| Profile::builtin(&f.id));
            match best {
                Some(profile) => profile,
                None => {
                    let told = Profile::infer(&file.bytes).and_then(|text| Profile::from_toml(&text, "inferred"));
                    told.map_err(|e| {
                        let found = format!("no built-in profile fits, and {}", e.found());
                        let hint =
                            "`tieout profiles detect FILE` shows which come near; give your own with --profile FILE";
                        Failure::usage(&file.name, found, "a profile with --profile", hint)
                    })?
                }
            }
        }
    };
    let told = profile.inspect(&file.bytes).map_err(|e| Failure::rejected(vec![e.in_file(&file.name)]))?;
    let options = ReadOptions { profile: Some(profile), ..options };
    let found = check_files(std::slice::from_ref(&file), &options);
    if say.json {
        let json = serde_json::json!({ "columns": told, "check": found });
        say.out(&format!("{}\n", tieout::outputs::safe_json(&json)))?;
    } else {
        say.out(&columns(&told))?;
        let rejected = found.rejected.len() as u64;
        say.out(&tieout::reports::check_table(&found.statements, &found.repeated, &found.findings, rejected))?;
    }
    for error in &found.rejected {
        say.error(error);
    }
    let open = found.statements.iter().any(|s| s.is_open());
    Ok(if open || !found.rejected.is_empty() { REJECTED } else { DONE })
}

fn columns(told: &Inspection) -> String {
    let header = told.header_line.map_or_else(|| "no header".to_owned(), |l| format!("header in line {l}"));
    let mut out = format!("profile {}: {header}, delimiter {:?}\n\n", told.profile, told.delimiter);
    let width = |of: &dyn Fn(&tieout::formats::csv::ColumnUse) -> usize| told.columns.iter().map(of).max().unwrap_or(0);
    let titles = width(&|c| visible(&c.title).chars().count());
    let roles = width(&|c| c.role.as_deref().unwrap_or("not used").len());
    for column in &told.columns {
        let role = column.role.as_deref().unwrap_or("not used");
        let (title, sample) = (visible(&column.title), visible(&column.sample));
        let line = format!("{:>3}  {title:titles$}  {role:roles$}  {sample}", column.number);
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out.push('\n');
    for absent in &told.absent {
        let near = absent.nearest.as_ref().map(|n| format!("; did you mean `{}`?", visible(n))).unwrap_or_default();
        out.push_str(&format!("missing  {}: no column {}{near}\n", absent.role, visible(&absent.names.join(" or "))));
    }
    for untold in &told.untold {
        out.push_str(&format!("not said {}\n", visible(untold)));
    }
    if !told.absent.is_empty() || !told.untold.is_empty() {
        out.push('\n');
    }
    out
}
