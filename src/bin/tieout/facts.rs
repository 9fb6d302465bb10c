//! `tieout facts`: what decisions of people taught, and who stands for it.

use super::args::{FactChange, Facts, FactsCommand};
use super::failure::{DONE, Failure};
use super::ledger::{hold, reader, stamp, who, writer};
use super::say::Say;
use tieout::error::harmless;
use tieout::ledger::{Body, FactBody, LearnedFact, hex};
use tieout::outputs::safe_json;

/// Lists, proposes, signs or revokes.
pub fn facts(args: Facts, say: &Say) -> Result<u8, Failure> {
    match args.command {
        FactsCommand::List { ledger } => list(reader(&ledger)?.facts()?, say),
        FactsCommand::Propose { ledger } => {
            let all = reader(&ledger)?.facts()?;
            // One that contradicts another is not proposed.
            let lone = |f: &&LearnedFact| all.iter().filter(|o| o.account == f.account).count() == 1;
            let open = |f: &&LearnedFact| !f.is_signed() && f.revoked_by.is_none();
            list(all.iter().filter(open).filter(lone).cloned().collect(), say)
        }
        FactsCommand::Sign(change) => act("sign", change, say),
        FactsCommand::Revoke(change) => act("revoke", change, say),
    }
}

fn list(facts: Vec<LearnedFact>, say: &Say) -> Result<u8, Failure> {
    let conflicts = |f: &LearnedFact| -> Vec<String> {
        let others = facts.iter().filter(|o| o.account == f.account && o.fact_id != f.fact_id);
        others.map(|o| o.customer_id.clone()).collect()
    };
    let mut text = String::new();
    for f in &facts {
        if say.json {
            let mut value = serde_json::to_value(f).unwrap_or_default();
            if let Some(map) = value.as_object_mut() {
                map.insert("conflicts".to_owned(), conflicts(f).into());
            }
            text.push_str(&format!("{}\n", safe_json(&value)));
            continue;
        }
        let state = match (&f.signed_by, &f.revoked_by) {
            (Some(by), _) => format!("signed by {by}"),
            (None, Some(by)) => format!("revoked by {by}"),
            (None, None) => "unsigned".to_owned(),
        };
        let against = conflicts(f);
        let against =
            if against.is_empty() { String::new() } else { format!("; also decided for {}", against.join(", ")) };
        text.push_str(&harmless(format!(
            "{}  account {} pays for {}: decided {} times, {} to {}; {state}{against}",
            f.fact_id, f.account, f.customer_id, f.count, f.first, f.last
        )));
        text.push('\n');
    }
    say.out(&text)?;
    Ok(DONE)
}

fn act(action: &str, change: FactChange, say: &Say) -> Result<u8, Failure> {
    let FactChange { fact_id, ledger, by, reason } = change;
    let _held = hold(&ledger, false, "facts")?;
    let mut ledger = writer(&ledger, false, say)?;
    if !ledger.facts()?.iter().any(|f| f.fact_id == fact_id) {
        return Err(Failure::usage(&fact_id, "no such fact", "an id that `tieout facts list` shows", ""));
    }
    let by = who(by.as_deref());
    let body = FactBody {
        fact_id: fact_id.clone(),
        action: action.to_owned(),
        by: by.clone(),
        reason: reason.unwrap_or_default(),
    };
    let head = ledger.append(&[Body::Fact(body)], &stamp(Some(&by), None), None)?;
    if say.json {
        say.out(&format!("{}\n", serde_json::json!({"fact_id": fact_id, "action": action, "head": hex(&head.hash)})))?;
    } else {
        say.out(&format!("{fact_id}: {action}\nhead {}\n", hex(&head.hash)))?;
    }
    Ok(DONE)
}
