//! Evidence and a gate of your own, registered with the engine.
//!
//! ```sh
//! cargo run --example own_evidence
//! ```
//!
//! The evidence knows in which month a customer usually pays a document of this size; the gate lets nobody but a person touch
//! what a customer pays who is in a merger. Both are pure functions of what they are shown. They stand in the score version of every
//! decision, and in its reasons.

use tieout::base::Money;
use tieout::matching::extend::{Case, Evidence, Extensions, Gate, Stop, Weighed};
use tieout::{Engine, Error, OpenItemBook, Policy, book, formats, statements};

const ITEMS: &str = "\
item_id,doc_no,customer_id,customer_name,currency,open_amount,doc_date,due_date
1001,RE-2026-00731,K4711,Müller & Söhne Metallbau GmbH,EUR,1190.00,2026-04-01,2026-05-01
1002,RE-2026-00745,K4801,Nordsee Handel GmbH,EUR,595.00,2026-03-24,2026-04-24
";
const STATEMENT: &str = "\
:20:STARTUMS
:25:DE89370400440532013000
:28C:81/1
:60F:C260423EUR1000,00
:61:2604240424C1190,00NTRFNONREF
:86:166?20SVWZ+RE-2026-00731?32MUELLER U. SOEHNE METALLBA
:61:2604240424C595,00NTRFNONREF
:86:166?20SVWZ+Rechnung RE-2026-00745?32NORDSEE HANDEL GMBH
:62F:C260424EUR2785,00
-
";

/// Whoever pays on the very day that a document is due means that document a little more often than chance would have it.
struct DueToday;

impl Evidence for DueToday {
    fn id(&self) -> &str {
        "due-today"
    }
    fn version(&self) -> u32 {
        1
    }
    fn weigh(&self, case: &Case<'_>) -> Option<Weighed> {
        let due = case.answer.shares().filter(|s| s.item.due_date == Some(case.payment.booking_date)).count();
        // Three times as often as by chance: log10(3), in bans.
        (due > 0).then(|| Weighed { bans: 0.48, text: format!("documents due on the day of payment: {due}") })
    }
}

/// Customers in a merger: their accounts are being moved, so a person looks.
struct InMerger(&'static [&'static str]);

impl Gate for InMerger {
    fn id(&self) -> &str {
        "in-merger"
    }
    fn version(&self) -> u32 {
        2
    }
    fn stop(&self, case: &Case<'_>) -> Option<Stop> {
        let found = case.answer.shares().find(|s| self.0.contains(&s.item.customer_id.as_str()))?;
        Some(Stop::new(format!("customer {} is in a merger", found.item.customer_id)))
    }
}

fn main() -> Result<(), Error> {
    let first = |mut faults: Vec<Error>| faults.swap_remove(0);
    let items = book::read_items(ITEMS.as_bytes(), "items.csv").map_err(first)?.items;
    let book = OpenItemBook::build(items, Vec::new());
    let read = tieout::read_statements(STATEMENT.as_bytes(), &formats::ReadOptions::for_file("day.sta"))?;
    let filed = |statement| statements::FiledStatement { file: "day.sta".to_owned(), statement };
    let day = statements::collect(read.statements.into_iter().map(filed).collect());
    let payments = statements::payments(&day, &|_account| String::new()).payments;

    let extensions = Extensions::new().evidence(DueToday)?.gate(InMerger(&["K4711"]))?;
    let engine = Engine::new(Policy::default()).with_extensions(extensions);
    println!("score version {}", engine.score_version());
    for (payment, decision) in payments.iter().zip(engine.decide(&book, &payments)) {
        println!("{}  {}", Money::from_minor(payment.amount, payment.currency), payment.remittance_text());
        println!("  {} {}: {}", decision.outcome.as_str(), decision.reason.as_str(), decision.explanation);
        for line in decision.candidates.iter().flat_map(|c| &c.supports) {
            println!("  {:>5}  {}", line.weight, line.text);
        }
    }
    Ok(())
}
