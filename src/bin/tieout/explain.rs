//! `tieout explain`: one line of `decisions.jsonl`, found by the beginning of the payment's id.

use super::args::Explain;
use super::failure::{DONE, Failure, USAGE};
use super::say::Say;
use std::fs::File;
use std::io::{BufRead, BufReader};

/// Most ids listed when the beginning fits several.
const LISTED: usize = 20;

/// Prints why.
pub fn explain(args: Explain, say: &Say) -> Result<u8, Failure> {
    let id = args.payment_id.trim();
    if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric()) {
        let expected = "the id of a payment as in decisions.jsonl, or its beginning";
        return Err(Failure::usage("PAYMENT_ID", format!("`{id}`"), expected, ""));
    }
    let path = args.run.join("decisions.jsonl");
    let file = File::open(&path).map_err(|e| Failure::io(&path, &e))?;
    let mut found: Vec<String> = Vec::new();
    let mut count = 0usize;
    for line in BufReader::new(file).lines() {
        let line = line.map_err(|e| Failure::io(&path, &e))?;
        let Some(own) = payment_id(&line) else { continue };
        if own == id {
            // The whole id beats every longer one.
            (found, count) = (vec![line], 1);
            break;
        }
        if own.starts_with(id) {
            count += 1;
            if found.len() < LISTED {
                found.push(line);
            }
        }
    }
    match found.as_slice() {
        [] => {
            let place = path.display().to_string();
            let hint = "the ids stand in decisions.jsonl, allocations.csv, unapplied.csv and exceptions.csv";
            Err(Failure::usage(&place, format!("no payment whose id begins with {id}"), "an id of this run", hint))
        }
        [line] => {
            let text = if say.json {
                format!("{line}\n")
            } else {
                tieout::reports::explain(line).map_err(|e| Failure { code: USAGE, errors: vec![e] })?
            };
            say.out(&text)?;
            Ok(DONE)
        }
        several => {
            let ids: Vec<&str> = several.iter().filter_map(|l| payment_id(l)).collect();
            let more = if count > ids.len() { format!(" and {} more", count - ids.len()) } else { String::new() };
            let found = format!("{count} payments begin with {id}");
            let hint = format!("one of {}{more}", ids.join(", "));
            Err(Failure::usage("PAYMENT_ID", found, "more letters of the id", &hint))
        }
    }
}

/// The id in a line. A quote inside a JSON string is escaped, so the key cannot stand in a text.
fn payment_id(line: &str) -> Option<&str> {
    line.split_once("\"payment_id\":\"")?.1.split_once('"').map(|(id, _)| id)
}
