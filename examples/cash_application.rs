//! Where an AR system's developer would start: own structures in, decisions out, no file and no statement involved.
//!
//! ```sh
//! cargo run --example cash_application
//! ```
//!
//! Items, customers and payments are plain structs that you fill from your own tables; here they are read from text to keep
//! the example short. The engine claims nothing in your system: you post what it applied, and queue what it queued.

use tieout::base::Money;
use tieout::model::Outcome;
use tieout::{Engine, Error, OpenItemBook, Policy, book, formats, statements};

const ITEMS: &str = "\
item_id,doc_no,doc_type,customer_id,customer_name,currency,open_amount,doc_date,due_date
1001,RE-2026-00731,invoice,K4711,Müller & Söhne Metallbau GmbH,EUR,1190.00,2026-04-17,2026-05-17
1002,RE-2026-00745,invoice,K4711,Müller & Söhne Metallbau GmbH,EUR,595.00,2026-04-20,2026-05-20
1003,GS-2026-0012,credit_note,K4711,Müller & Söhne Metallbau GmbH,EUR,-119.00,2026-04-21,2026-04-21
1004,RE-2026-00746,invoice,K4801,Nordsee Handel GmbH,EUR,595.00,2026-04-20,2026-05-20
";
const CUSTOMERS: &str = "\
customer_id,name,ibans
K4711,Müller & Söhne Metallbau GmbH,DE62370400440532013001
K4801,Nordsee Handel GmbH,
";
/// A bank's export; any camt, MT940 or CSV is read by the same call.
const STATEMENT: &str = "\
:20:STARTUMS
:25:DE89370400440532013000
:28C:81/1
:60F:C260423EUR1000,00
:61:2604240424C1666,00NTRFNONREF
:86:166?20SVWZ+RE 731, 745 - GS 12?31DE62370400440532013001?32MUELLER U. SOEHNE METALLBA
:61:2604240424C595,00NTRFNONREF
:86:166?20SVWZ+Zahlung lt. Rechnung?32Hafen Spedition GmbH
:62F:C260424EUR3261,00
-
";

fn main() -> Result<(), Error> {
    let first = |mut faults: Vec<Error>| faults.swap_remove(0);
    let items = book::read_items(ITEMS.as_bytes(), "items.csv").map_err(first)?.items;
    let customers = book::read_customers(CUSTOMERS.as_bytes(), "customers.csv").map_err(first)?.customers;
    let book = OpenItemBook::build(items, customers);

    let read = tieout::read_statements(STATEMENT.as_bytes(), &formats::ReadOptions::for_file("day.sta"))?;
    let filed = |statement| statements::FiledStatement { file: "day.sta".to_owned(), statement };
    let day = statements::collect(read.statements.into_iter().map(filed).collect());
    let payments = statements::payments(&day, &|_account| String::new()).payments;

    let engine = Engine::new(Policy::default());
    for (payment, decision) in payments.iter().zip(engine.decide(&book, &payments)) {
        let amount = Money::from_minor(payment.amount, payment.currency);
        println!("{amount}  {}", payment.remittance_text());
        match decision.outcome {
            Outcome::Applied | Outcome::Reopened => {
                for a in &decision.allocations {
                    let applied = Money::from_minor(a.applied, decision.currency);
                    println!("  post {applied} to item {} ({})", a.item_id, a.doc_no);
                }
            }
            Outcome::Queued => {
                println!("  ask a person: {}", decision.explanation);
                for proposal in decision.candidates.iter().take(3) {
                    let documents: Vec<&str> = proposal.allocations.iter().map(|a| a.doc_no.as_str()).collect();
                    println!("    perhaps {documents:?}, chance of error {} in a million", proposal.error_ppm);
                }
            }
            Outcome::NotReceivable => println!("  no receivable: {}", decision.explanation),
        }
    }
    Ok(())
}
