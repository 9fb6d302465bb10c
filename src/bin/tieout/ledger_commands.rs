//! `tieout verify`, `dump`, `history`, `undo`, `accept-gap`.

use super::args::{AcceptGap, Dump, HistoryArgs, Undo, Verify};
use super::failure::{DONE, Failure, INTERNAL};
use super::ledger::{path, reader, stamp, who, writer};
use super::say::Say;
use std::collections::BTreeSet;
use tieout::base::{Place, counted};
use tieout::error::{Error, ErrorCode, harmless};
use tieout::ledger::{Body, Gaps, from_hex, hex};
use tieout::outputs::safe_json;
use tieout::review::same_person;

/// Proves a ledger from its journal alone.
pub fn verify(args: Verify, say: &Say) -> Result<u8, Failure> {
    let path = path(&args.file)?;
    let ledger = reader(&path)?;
    let mut found = ledger.verify()?;
    if let (Some(head), None) = (&args.head, &found.fault) {
        found.fault = kept_head(&ledger, head)?;
    }
    let head = hex(&found.head.hash);
    if say.json {
        let fault = found.fault.as_ref().map(|f| serde_json::json!({"record": f.record, "says": f.says}));
        say.out(&format!(
            "{}\n",
            serde_json::json!({
                "sound": found.is_sound(), "records": found.records, "payments": found.payments, "items": found.items,
                "statements": found.statements, "head": head, "fault": fault,
            })
        ))?;
    } else if found.is_sound() {
        say.out(&format!(
            "sound: {}, {}, {}, {}\nhead {head}\n",
            counted(found.records, "record", "records"),
            counted(found.payments, "payment", "payments"),
            counted(found.items, "item", "items"),
            counted(found.statements, "statement", "statements"),
        ))?;
    }
    match found.fault {
        None => Ok(DONE),
        Some(fault) => {
            let part = fault.record.map_or_else(|| "derived tables".to_owned(), |r| format!("record {r}"));
            let place = Place::file(path.display().to_string()).at(part);
            let error = Error::new(ErrorCode::Ledger, place, fault.says, "a ledger that only tieout wrote to")
                .with_hint("go back to a copy; nothing before this record is in doubt");
            Err(Failure { code: INTERNAL, errors: vec![error] })
        }
    }
}

/// A head that was noted elsewhere must be one of the chain.
fn kept_head<S: tieout::ledger::Store>(
    ledger: &tieout::ledger::Ledger<S>,
    head: &str,
) -> Result<Option<tieout::ledger::Fault>, Failure> {
    let wanted = from_hex(head).ok_or_else(|| {
        Failure::usage("--head", format!("`{head}`"), "the 64 hexadecimal digits that a run printed", "")
    })?;
    let mut from = 1;
    loop {
        let page = ledger.store().records(from, 4096)?;
        let Some(last) = page.last() else { break };
        if page.iter().any(|r| r.hash == wanted) {
            return Ok(None);
        }
        from = last.seq + 1;
    }
    let says = "no record has the head that was kept elsewhere: the end was cut off or rewritten".to_owned();
    Ok(Some(tieout::ledger::Fault { record: Some(from), says }))
}

/// Prints the whole state.
pub fn dump(args: Dump, say: &Say) -> Result<u8, Failure> {
    let ledger = reader(&path(&args.file)?)?;
    let mut text = String::new();
    let mut stopped = None;
    ledger.dump(&mut |line| {
        text.push_str(line);
        text.push('\n');
        if text.len() > 1 << 20 && stopped.is_none() {
            stopped = say.out(&text).err();
            text.clear();
        }
        Ok(())
    })?;
    match stopped {
        Some(failure) => Err(failure),
        None => say.out(&text).map(|()| DONE),
    }
}

/// Tells the story of one thing.
pub fn history(args: HistoryArgs, say: &Say) -> Result<u8, Failure> {
    let ledger = reader(&path(&args.file)?)?;
    let company = args.company.as_deref().unwrap_or_default();
    let Some(history) = ledger.history(company, &args.target)? else {
        let hint = "give the whole id of a payment, the number of a document, or the id of a customer (with --company)";
        return Err(Failure::usage(&args.target, "the ledger knows nothing of it", "something that it knows", hint));
    };
    if say.json {
        say.out(&format!("{}\n", safe_json(&history)))?;
        return Ok(DONE);
    }
    let mut text = format!("History of {}\n", tieout::error::visible(&history.of));
    for e in &history.events {
        let at = e.at.get(..16).unwrap_or(&e.at).replace('T', " ");
        text.push_str(&format!(
            "\n{at}  record {}, by {}\n  {}\n",
            e.record,
            harmless(e.who.as_str()),
            harmless(e.says.as_str())
        ));
        for m in &e.movements {
            text.push_str(&format!("    {}\n", harmless(m.as_str())));
        }
    }
    say.out(&text)?;
    Ok(DONE)
}

/// Writes reversing records.
pub fn undo(args: Undo, say: &Say) -> Result<u8, Failure> {
    if args.change.reason.trim().is_empty() {
        return Err(Failure::usage("--reason", "no words", "why it is undone", ""));
    }
    let (mut ledger, _held) = writer(&path(&args.change.file)?, args.change.wait, "undo", false, say)?;
    let by = both(who(args.change.by.as_deref()), args.second.as_deref(), ledger.takes_two("undo")?)?;
    let records = ledger.undo(&args.target, &args.change.reason, &by).map_err(not_there)?;
    let payments = records.iter().filter(|r| matches!(r, Body::Undo(u) if !u.payment_id.is_empty())).count();
    let head = ledger.append(&records, &stamp(Some(&by), None), None)?;
    if say.json {
        let done = serde_json::json!({"undone": args.target, "payments": payments, "head": hex(&head.hash)});
        say.done(&format!("{done}\n"));
    } else {
        say.done(&format!(
            "undone: {} again\nhead {}\n",
            counted(payments as u64, "payment waits", "payments wait"),
            hex(&head.hash)
        ));
    }
    Ok(DONE)
}

/// The person who takes something back, and the second one where the policy asks for two.
fn both(by: String, second: Option<&str>, takes_two: bool) -> Result<String, Failure> {
    match second {
        Some(second) if same_person(&by, second) => {
            Err(Failure::usage("--second", format!("{second}, who is {by} again"), "a second person", ""))
        }
        Some(second) => Ok(format!("{by} + {second}")),
        None if takes_two => {
            let found = format!("{by} alone, and the policy of the last run asks for two");
            Err(Failure::usage("--second", found, "the name of a second person", "--by ANNA --second BEN"))
        }
        None => Ok(by),
    }
}

/// Accepts that statements are missing.
pub fn accept_gap(args: AcceptGap, say: &Say) -> Result<u8, Failure> {
    let (mut ledger, _held) = writer(&path(&args.change.file)?, args.change.wait, "accept-gap", false, say)?;
    let by = who(args.change.by.as_deref());
    let account: String = args.account.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect();
    let which = match (args.before, args.all) {
        (Some(day), _) => Gaps::Before(day),
        (None, true) => Gaps::All,
        (None, false) => Gaps::TheOnly,
    };
    let records = ledger.accept_gaps(&account, &args.currency, which, &args.change.reason, &by).map_err(not_there)?;
    let accepted = || records.iter().filter_map(|r| if let Body::AcceptGap(g) = r { Some(g) } else { None });
    let says: Vec<String> = accepted().map(|g| g.says.clone()).collect();
    let behind: BTreeSet<&str> = accepted().flat_map(|g| &g.release).map(|r| r.content.as_str()).collect();
    let statements = ledger.statements(&account, &args.currency)?;
    let files: BTreeSet<&str> =
        statements.iter().filter(|s| behind.contains(s.content.as_str())).map(|s| s.file.as_str()).collect();
    let files: Vec<&str> = files.into_iter().collect();
    let head = ledger.append(&records, &stamp(Some(&by), None), None)?;
    if say.json {
        let done = serde_json::json!({"accepted": says, "give_again": files, "head": hex(&head.hash)});
        say.done(&format!("{done}\n"));
    } else {
        let list: String = says.iter().map(|s| format!("accepted: {}\n", harmless(s.as_str()))).collect();
        let again = harmless(files.join(", "));
        say.done(&format!("{list}give {again} again and what waits for it is decided\nhead {}\n", hex(&head.hash)));
    }
    Ok(DONE)
}

/// What is asked for and is not there is a mistake of the command line, not of the ledger.
pub fn not_there(error: Error) -> Failure {
    let code = if error.code() == ErrorCode::Ledger { super::failure::USAGE } else { INTERNAL };
    Failure { code, errors: vec![error] }
}
