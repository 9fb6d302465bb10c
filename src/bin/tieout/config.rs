//! `tieout config show`: the policy in force.

use super::args::{Config, ConfigCommand};
use super::failure::{DONE, Failure, USAGE};
use super::files;
use super::say::Say;
use tieout::error::visible;
use tieout::outputs::safe_json;
use tieout::run::show_policy;

/// Prints every key, with `--origin` also where its value comes from.
pub fn config(args: Config, say: &Say) -> Result<u8, Failure> {
    let ConfigCommand::Show { config, origin } = args.command;
    let file = files::maybe(config.as_ref())?;
    let keys = show_policy(file.as_ref()).map_err(|errors| Failure { code: USAGE, errors })?;
    if say.json {
        say.out(&format!("{}\n", safe_json(&keys)))?;
        return Ok(DONE);
    }
    let name = file.as_ref().map_or("", |f| f.name.as_str());
    let lines = keys.iter().map(|k| {
        let from = match k.line {
            Some(line) if origin => format!("  # {name}:{line}"),
            None if origin => "  # default".to_owned(),
            _ => String::new(),
        };
        format!("{}\n", visible(&format!("{} = {}{from}", k.key, k.value)))
    });
    say.out(&lines.collect::<String>())?;
    Ok(DONE)
}
