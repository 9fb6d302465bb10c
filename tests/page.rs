//! The page of the review queue, as far as it can be told without a browser. `tests/tools/page.py` drives a real one.

#![cfg(feature = "review")]

mod common;

use common::root;
use std::fs;
use std::path::PathBuf;
use tieout::base::content_id;
use tieout::benchmark::{SimulateOptions, simulate};
use tieout::review::{Queue, exceptions_html, read_decisions};
use tieout::run::{RunInputs, run};

/// A queue of so many rows from a made-up week.
fn queue(rows: usize) -> Queue {
    let made = simulate(&SimulateOptions { seed: 11, payments: 1500, ..Default::default() }).unwrap();
    let named = |name: &str| made.files.iter().find(|f| f.name == name).unwrap().clone();
    let result = run(&RunInputs {
        statements: made.files.iter().filter(|f| f.name.starts_with("camt/")).cloned().collect(),
        items: named("items.csv"),
        customers: Some(named("customers.csv")),
        ..RunInputs::default()
    })
    .unwrap();
    let decisions = result.outputs().into_iter().find(|o| o.name == "decisions.jsonl").unwrap();
    let recorded = read_decisions(&decisions.bytes, "decisions.jsonl").unwrap();
    let mut queue = Queue::build(&recorded.payments, &recorded.decisions, &recorded.customers, result.summary.as_of);
    let whole = queue.rows.len();
    assert!(whole > 20, "only {whole} rows");
    for n in whole..rows {
        let mut row = queue.rows[n % whole].clone();
        row.exception_id = content_id('x', &[&n.to_string()]);
        queue.rows.push(row);
    }
    queue.rows.truncate(rows);
    queue
}

/// `TIEOUT_PAGES=DIR` writes pages of several sizes to look at and to drive.
#[test]
fn a_page_of_any_size_holds_its_rows_as_data() {
    let folder = std::env::var_os("TIEOUT_PAGES").map(PathBuf::from);
    let sizes: &[usize] = if folder.is_some() { &[0, 5, 500, 20_000] } else { &[0, 5, 500] };
    for size in sizes {
        let queue = queue(*size);
        let page = exceptions_html(&queue);
        let data = data(&page);
        assert_eq!(data["rows"].as_array().unwrap().len(), *size);
        for (row, shown) in queue.rows.iter().zip(data["rows"].as_array().unwrap()) {
            assert_eq!(shown["cells"][0], row.exception_id.as_str());
            assert_eq!(shown["proposals"].as_array().unwrap().len(), row.proposals.len());
        }
        if let Some(folder) = &folder {
            fs::create_dir_all(folder).unwrap();
            fs::write(folder.join(format!("page-{size}.html")), page).unwrap();
        }
    }
}

#[test]
fn the_parts_of_the_page_are_small_enough_to_read() {
    for (name, most) in [("page.js", 500), ("model.js", 250), ("page.css", 200), ("page.html", 100), ("mod.rs", 300)] {
        let lines = fs::read_to_string(root().join("src/review/page").join(name)).unwrap().lines().count();
        assert!(lines <= most, "{name} has {lines} lines");
    }
}

/// The data of a page, as a browser would read it.
fn data(page: &str) -> serde_json::Value {
    let (_, rest) = page.split_once("<script type=\"application/json\" id=\"queue\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}
