//! `tieout facts`: what decisions of people taught, and who stands for it.

use super::args::{FactChange, Facts, FactsCommand};
use super::failure::{DONE, Failure};
use super::ledger::{path, reader, stamp, who, writer};
use super::say::Say;
use tieout::error::harmless;
use tieout::ledger::{Body, FactBody, LearnedFact, hex};
use tieout::outputs::safe_json;
use tieout::review::same_person;

/// Lists, proposes, signs or revokes.
pub fn facts(args: Facts, say: &Say) -> Result<u8, Failure> {
    match args.command {
        FactsCommand::List { file } => list(&reader(&path(&file)?)?.facts()?, |_| true, say),
        FactsCommand::Propose { file } => {
            let all = reader(&path(&file)?)?.facts()?;
            // One that contradicts another is not proposed.
            list(&all, |f| f.is_open() && f.against(&all).is_empty(), say)
        }
        FactsCommand::Sign(change) => act("sign", change, say),
        FactsCommand::Revoke(change) => act("revoke", change, say),
    }
}

fn list(all: &[LearnedFact], listed: impl Fn(&LearnedFact) -> bool, say: &Say) -> Result<u8, Failure> {
    let conflicts = |f: &LearnedFact| -> Vec<String> {
        f.against(all).into_iter().map(|other| other.customer_id.clone()).collect()
    };
    let mut text = String::new();
    for f in all.iter().filter(|f| listed(f)) {
        if say.json {
            let mut value = serde_json::to_value(f).unwrap_or_default();
            if let Some(map) = value.as_object_mut() {
                map.insert("conflicts".to_owned(), conflicts(f).into());
            }
            text.push_str(&format!("{}\n", safe_json(&value)));
            continue;
        }
        let state = match (&f.signed_by, &f.first_signed_by, &f.revoked_by) {
            (Some(by), _, _) if f.decides(all) => format!("signed by {by}"),
            (Some(by), _, _) => format!("signed by {by}, rests until the other is signed or refused"),
            (None, Some(by), _) => format!("signed by {by}, waits for a second person"),
            (None, None, Some(by)) => format!("revoked by {by}"),
            (None, None, None) => "unsigned".to_owned(),
        };
        let against = conflicts(f);
        let against =
            if against.is_empty() { String::new() } else { format!("; also decided for {}", against.join(", ")) };
        text.push_str(&harmless(format!("{}  {}, {} to {}; {state}{against}", f.fact_id, f.says(), f.first, f.last)));
        text.push('\n');
    }
    if text.is_empty() && !say.json {
        say.note("no such facts");
    }
    say.out(&text)?;
    Ok(DONE)
}

fn act(action: &str, change: FactChange, say: &Say) -> Result<u8, Failure> {
    let FactChange { fact_id, file, by, reason, wait } = change;
    let (mut ledger, _held) = writer(&path(&file)?, wait, "facts", false, say)?;
    let all = ledger.facts()?;
    let Some(fact) = all.iter().find(|f| f.fact_id == fact_id) else {
        return Err(Failure::usage(&fact_id, "no such fact", "an id that `tieout facts list` shows", ""));
    };
    let own = who(by.as_deref());
    let (mut action, mut by) = (action, own.clone());
    if action == "sign" && ledger.takes_two("facts")? {
        match &fact.first_signed_by {
            None => action = "first_signature",
            Some(first) if same_person(first, &own) => {
                let found = format!("{own}, who signed first");
                let hint = "the policy of the last run asks for two";
                return Err(Failure::usage("--by", found, "a second person", hint));
            }
            Some(first) => by = format!("{first} + {own}"),
        }
    }
    let body = FactBody { fact_id: fact_id.clone(), action: action.to_owned(), by, reason: reason.unwrap_or_default() };
    let head = ledger.append(&[Body::Fact(body)], &stamp(Some(&own), None), None)?;
    if say.json {
        say.done(&format!("{}\n", serde_json::json!({"fact_id": fact_id, "action": action, "head": hex(&head.hash)})));
    } else {
        let told = match action {
            "first_signature" => "signed, waits for a second person",
            "sign" if fact.is_contradicted(&all) => {
                "signed; it rests until what people decided for another customer is signed or refused (`tieout facts list`)"
            }
            done => done,
        };
        say.done(&format!("{fact_id}: {told}\nhead {}\n", hex(&head.hash)));
    }
    Ok(DONE)
}
