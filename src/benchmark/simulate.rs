//! A seed in, a week of files with their truth out.

use super::countries::COUNTRIES;
use super::families::SCENARIOS;
use super::world::World;
use super::{auditor, statements};
use crate::base::Place;
use crate::book::write_items_csv;
use crate::error::{Error, ErrorCode};
use crate::formats;
use crate::model::InputFile;
use crate::model::{Customer, Finding, OpenItem, Statement};
use crate::outputs::safe_json;

/// How much noise and ambiguity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mix {
    /// As in an orderly company.
    #[default]
    Normal,
    /// More noise, more twins and popular prices, fewer known accounts.
    Hard,
}

/// What to make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SimulateOptions {
    /// Same seed and options, same bytes.
    pub seed: u64,
    /// At least so many payments; the last situation may add a few.
    pub payments: usize,
    /// The mix.
    pub mix: Mix,
    /// ISO codes of countries that customers are in; empty for all.
    pub countries: Vec<String>,
}

/// What was made.
#[derive(Debug, Clone)]
pub struct Simulation {
    /// `items.csv`, `customers.csv`, `truth.jsonl`, and the statements in folders `camt`, `mt940` and `csv`, three times the same week.
    pub files: Vec<InputFile>,
    /// The items.
    pub items: Vec<OpenItem>,
    /// The customers.
    pub customers: Vec<Customer>,
    /// The statements, by account and day.
    pub statements: Vec<Statement>,
    /// Payments with a truth.
    pub payments: usize,
    /// Payments whose label the auditor lowered because a rival fits as well.
    pub lowered: usize,
    /// What a format could not carry, by format.
    pub lost: Vec<(&'static str, Vec<Finding>)>,
}

/// ISO codes of the countries that there are.
pub fn countries() -> Vec<&'static str> {
    COUNTRIES.iter().map(|c| c.code).collect()
}

/// Makes a week.
///
/// # Errors
/// [`ErrorCode::Usage`] for a country that the generator does not know.
pub fn simulate(options: &SimulateOptions) -> Result<Simulation, Error> {
    let hard = options.mix == Mix::Hard;
    let mut chosen = Vec::new();
    for code in &options.countries {
        let known = COUNTRIES.iter().find(|c| c.code.eq_ignore_ascii_case(code.trim()));
        chosen.push(known.ok_or_else(|| {
            let expected = format!("one of {}", countries().join(", "));
            Error::new(ErrorCode::Usage, Place::default().at("--countries"), format!("country `{code}`"), expected)
        })?);
    }
    if chosen.is_empty() {
        chosen = COUNTRIES.iter().collect();
    }
    let mut w = World::new(options.seed, options.payments, hard, chosen);
    let weights: Vec<usize> = SCENARIOS.iter().map(|s| if hard { s.1 } else { s.0 }).collect();
    while w.payments.len() < options.payments {
        let n = w.r.weighted(&weights);
        SCENARIOS[n].2(&mut w);
    }
    w.background();
    let lowered = auditor::audit(&mut w);
    let (by_account, truth) = statements::write(&w);

    let text = |name: &str, text: String| InputFile { name: name.to_owned(), bytes: text.into_bytes() };
    let items: Vec<OpenItem> = w.items.iter().map(|i| i.record.clone()).collect();
    let customers: Vec<Customer> = w.customers.iter().map(|c| c.record.clone()).collect();
    let lines: String = truth.iter().map(|line| safe_json(line) + "\n").collect();
    let mut files = vec![
        text("items.csv", write_items_csv(&items)),
        text("customers.csv", customers_csv(&customers)),
        text("truth.jsonl", lines),
    ];
    let mut lost = [("camt", Vec::new()), ("mt940", Vec::new()), ("csv", Vec::new())];
    for (a, statements) in by_account.iter().enumerate() {
        let account = statements.first().map_or("", |s| s.account.as_str());
        for (day, statement) in statements.iter().enumerate() {
            let written = formats::camt::write(std::slice::from_ref(statement));
            files.push(InputFile { name: format!("camt/{account}-{}.xml", day + 1), bytes: written.bytes });
            lost[0].1.extend(written.lost);
        }
        let written = formats::mt940::write(statements);
        files.push(InputFile { name: format!("mt940/{account}-{a}.sta"), bytes: written.bytes });
        lost[1].1.extend(written.lost);
        let written = formats::csv::write(statements);
        files.push(InputFile { name: format!("csv/{account}-{a}.csv"), bytes: written.bytes });
        lost[2].1.extend(written.lost);
    }
    Ok(Simulation {
        files,
        items,
        customers,
        statements: by_account.into_iter().flatten().collect(),
        payments: truth.len(),
        lowered,
        lost: lost.into_iter().filter(|(_, l)| !l.is_empty()).collect(),
    })
}

fn customers_csv(customers: &[Customer]) -> String {
    let mut out = "customer_id,name,ibans,parent_id,country,on_hold,is_supplier\n".to_owned();
    for c in customers {
        let name = c.name.replace('"', "\"\"");
        let parent = c.parent_id.as_deref().unwrap_or_default();
        let country = c.country.as_deref().unwrap_or_default();
        let (id, ibans) = (&c.customer_id, c.ibans.join("|"));
        out.push_str(&format!("{id},\"{name}\",{ibans},{parent},{country},{},{}\n", c.on_hold, c.is_supplier));
    }
    out
}
