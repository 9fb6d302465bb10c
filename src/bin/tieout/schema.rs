//! `tieout schema`: the JSON Schemas of all files.

use super::args::Schema;
use super::failure::{DONE, Failure};
use super::say::Say;
use tieout::schema::{find, schemas};

/// Prints one schema, or the list of them.
pub fn schema(args: Schema, say: &Say) -> Result<u8, Failure> {
    let Some(name) = args.name else {
        let width = schemas().iter().map(|e| e.name.len()).max().unwrap_or(0);
        let line = |e: &tieout::schema::SchemaEntry| match say.json {
            true => format!("{}\n", tieout::outputs::safe_json(&[e.name, e.title, e.says])),
            false => format!("{:width$}  {}\n", e.name, e.says),
        };
        say.out(&schemas().iter().map(line).collect::<String>())?;
        return Ok(DONE);
    };
    let found = find(name.trim()).ok_or_else(|| {
        let near = tieout::base::nearest_name(&name, schemas().iter().map(|e| e.name));
        let hint = near.map_or("`tieout schema` lists the names".to_owned(), |n| format!("did you mean `{n}`?"));
        Failure::usage("schema", format!("`{name}`"), "the name of a schema", &hint)
    })?;
    say.out(&found.text())?;
    Ok(DONE)
}
