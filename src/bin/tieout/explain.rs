//! `tieout explain`: lines of `decisions.jsonl`, found by the beginning of an id (payment, exception, allocation) or by a
//! document number.

use super::args::Explain;
use super::failure::{DONE, Failure, USAGE};
use super::say::Say;
use serde_json::Value;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use tieout::base::content_id;
use tieout::error::visible;

/// Most payments listed when several fit.
const LISTED: usize = 20;

/// Prints why.
pub fn explain(args: Explain, say: &Say) -> Result<u8, Failure> {
    let id = args.id.trim();
    if id.is_empty() {
        let expected = "an id as it stands in the files of the run, its beginning, or a document number";
        return Err(Failure::usage("ID", "nothing", expected, ""));
    }
    let path = args.run.join("decisions.jsonl");
    let (count, lines) = search(&path, |line| payment_id(line).is_some_and(|own| own.starts_with(id)))?;
    // The whole id beats every longer one.
    if let Some(whole) = lines.iter().find(|l| payment_id(l) == Some(id)) {
        return one(whole, say);
    }
    match lines.as_slice() {
        [] => {}
        [line] => return one(line, say),
        several => {
            let ids: Vec<&str> = several.iter().filter_map(|l| payment_id(l)).collect();
            let more = if count > ids.len() { format!(" and {} more", count - ids.len()) } else { String::new() };
            let found = format!("{count} payments begin with {id}");
            let hint = format!("one of {}{more}", ids.join(", "));
            return Err(Failure::usage("ID", found, "more letters of the id", &hint));
        }
    }
    let of_allocation = allocation_payment(&args.run, id);
    let exception = |line: &str| payment_id(line).is_some_and(|p| content_id('x', &[p]).as_str().starts_with(id));
    let (count, lines) = search(&path, |line| {
        let by_id = id.starts_with('x') && exception(line)
            || of_allocation.as_deref().is_some_and(|p| payment_id(line) == Some(p));
        by_id || touches(line, id)
    })?;
    match lines.as_slice() {
        [] => {
            let found = format!("no payment, exception, allocation or document `{id}`");
            let hint = "the ids stand in exceptions.csv, allocations.csv and unapplied.csv; a document number is found as the open \
                items write it, if some payment paid it or might pay it";
            Err(Failure::usage(&path.display().to_string(), found, "an id or document number of this run", hint))
        }
        [line] => one(line, say),
        lines if say.json => {
            say.out(&lines.iter().map(|l| format!("{l}\n")).collect::<String>())?;
            Ok(DONE)
        }
        lines => {
            let mut text = format!("{count} payments paid {0} or might have:\n", visible(id));
            text.extend(lines.iter().map(|line| short(line, id)));
            if count > lines.len() {
                text.push_str(&format!("  and {} more\n", count - lines.len()));
            }
            text.push_str("Each of these ids can be explained in turn.\n");
            say.out(&text)?;
            Ok(DONE)
        }
    }
}

fn one(line: &str, say: &Say) -> Result<u8, Failure> {
    let text = if say.json {
        format!("{line}\n")
    } else {
        tieout::reports::explain(line).map_err(|e| Failure { code: USAGE, errors: vec![e] })?
    };
    say.out(&text)?;
    Ok(DONE)
}

/// The lines that fit, at most [`LISTED`] of them, and how many there are.
fn search(path: &Path, fits: impl Fn(&str) -> bool) -> Result<(usize, Vec<String>), Failure> {
    let file = File::open(path).map_err(|e| Failure::io(path, &e))?;
    let (mut count, mut found) = (0usize, Vec::new());
    for line in BufReader::new(file).lines() {
        let line = line.map_err(|e| Failure::io(path, &e))?;
        if fits(&line) {
            count += 1;
            if found.len() < LISTED {
                found.push(line);
            }
        }
    }
    Ok((count, found))
}

/// The id in a line. A quote inside a JSON string is escaped, so the key cannot stand in a text.
fn payment_id(line: &str) -> Option<&str> {
    line.split_once("\"payment_id\":\"")?.1.split_once('"').map(|(id, _)| id)
}

/// The payment of an allocation whose id begins so, from `allocations.csv`; the only one, else none.
fn allocation_payment(run: &Path, id: &str) -> Option<String> {
    if !id.starts_with('a') || !id.chars().all(|c| c.is_ascii_alphanumeric()) || id.len() < 4 {
        return None;
    }
    // Ids are plain words, so the cells need no unquoting; whichever dialect was written.
    let text = fs::read_to_string(run.join("allocations.csv")).ok()?;
    let mut payments = text
        .lines()
        .filter(|l| l.trim_start_matches(['\u{feff}', '"']).starts_with(id))
        .filter_map(|l| l.split([',', ';', '"']).find(|c| c.len() == 21 && c.starts_with('p')).map(str::to_owned));
    let first = payments.next()?;
    payments.all(|p| p == first).then_some(first)
}

/// Whether a payment is set against a document of that number, or some proposal is. Blanks and case do not matter.
fn touches(line: &str, number: &str) -> bool {
    let wanted = folded(number);
    let Ok(value) = serde_json::from_str::<Value>(line) else { return false };
    let own = documents(value.get("allocations"));
    let proposed = value.get("candidates").and_then(Value::as_array).into_iter().flatten();
    own.chain(proposed.flat_map(|c| documents(c.get("allocations")))).any(|a| {
        ["doc_no", "item_id"].iter().any(|key| a.get(key).and_then(Value::as_str).is_some_and(|n| folded(n) == wanted))
    })
}

fn documents(allocations: Option<&Value>) -> impl Iterator<Item = &Value> {
    allocations.and_then(Value::as_array).into_iter().flatten()
}

fn folded(number: &str) -> String {
    number.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// One payment of several in a line: what became of it, and what it has to do with the document.
fn short(line: &str, number: &str) -> String {
    let value: Value = serde_json::from_str(line).unwrap_or_default();
    let text = |path: &str| visible(value.pointer(path).and_then(Value::as_str).unwrap_or_default());
    let wanted = folded(number);
    let set = documents(value.get("allocations")).find(|a| {
        ["doc_no", "item_id"].iter().any(|key| a.get(key).and_then(Value::as_str).is_some_and(|n| folded(n) == wanted))
    });
    let applied = set.and_then(|a| a.get("applied")).and_then(Value::as_str);
    let what = applied.map_or_else(|| "a proposal only".to_owned(), |a| format!("{} set against it", visible(a)));
    format!(
        "  {}  {}  {:>12} {}  {} {}: {what}\n",
        text("/payment/payment_id"),
        text("/payment/booking_date"),
        text("/payment/amount"),
        text("/payment/currency"),
        text("/outcome"),
        text("/reason")
    )
}
