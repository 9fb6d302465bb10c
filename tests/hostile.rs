//! Names and texts that come from strangers: in everything that tieout writes they are harmless, and none of them is lost.
//!
//! Each payload carries a mark of its own. It goes in as payer name, remittance and document number, and is looked for in every
//! output: CSV under any separator, JSON, the page, the terminal.

use std::collections::BTreeSet;
use tieout::base::hides;
use tieout::formats::{ReadOptions, csv::Profile};
use tieout::model::TieOut;
use tieout::outputs::{CsvDialect, escape_hidden, parsed_json, unescape};
use tieout::run::{InputFile, RunInputs, RunResult, check_files, run};

/// What a payer may write. `#` becomes the mark.
const PAYLOADS: &[&str] = &[
    // What a spreadsheet evaluates, also behind what does not show and in full width.
    "=1+1#",
    "+1+1#",
    "-1+1#",
    "@SUM(1)#",
    " =1+1#",
    "\t=1+1#",
    "\u{a0}=1+1#",
    "\u{3000}=1+1#",
    "\u{200b}=1+1#",
    "\u{ff1d}1+1#",
    "\u{ff0b}1#",
    "\u{2212}1#",
    "\"=1+1#",
    "'=1+1#",
    "=cmd|'/c calc'!A1 #",
    "=HYPERLINK(\"x\",\"#\")",
    // What is split into a formula elsewhere.
    "x;=1+1#;y",
    "x,=1+1#",
    "x\t=1+1#",
    "x|=1+1#",
    "x\",=1+1#,\"",
    "x\n=1+1#",
    "x\r\n=1+1#",
    // Markup.
    "<script>#</script>",
    "</script><script>#</script>",
    "<img src=x onerror=#>",
    "\"><svg onload=#>",
    "' onmouseover='#",
    "<!--#",
    "-->#",
    "a\u{fdd0}#",
    "]]>#",
    "&lt;b&gt;#",
    "&#60;b&#62;#",
    "{{#}}",
    "${#}",
    "</title><b>#</b>",
    "<a href=\"javascript:#\">x</a>",
    // Direction, controls, what does not show.
    "INV-1\u{202e}2-VNI #",
    "\u{2066}#\u{2069}",
    "\u{200f}#",
    "A\u{200b}C\u{ad}ME #",
    "\u{1b}[31m#\u{1b}[0m",
    "\u{1b}]0;#\u{7}",
    "\u{8}\u{8}#",
    "\u{7f}#",
    "\u{85}#",
    "\u{2028}#",
    "\u{e0041}#",
    "a\u{fe0f}\u{34f}#",
    "\u{115f}#",
    // Paths, shells, formats, and sheer length.
    "../../../../tmp/#",
    "C:\\#",
    "con #",
    "%s%n#",
    "'; DROP TABLE x; --#",
    "`id`#",
    "$(id)#",
    "| id #",
    "\\u{41}#",
    "_x0041_#",
    "#WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
];

const PROFILE: &str = "id = \"hostile\"\nversion = 1\n[columns]\naccount = \"account\"\ncurrency = \"currency\"\nbooking_date = \"date\"\n\
    amount = \"amount\"\nbalance = \"balance\"\ncounterparty_name = \"name\"\nremittance = \"text\"\n\
    [detect]\nrequire = [\"account\", \"name\"]\n[file]\ndelimiter = \";\"\n[format]\ndecimal = \".\"\ndate = [\"%Y-%m-%d\"]\namount = \"signed\"\n";

fn mark(n: usize) -> String {
    format!("QX{n:04}")
}

fn payloads() -> Vec<String> {
    PAYLOADS.iter().enumerate().map(|(n, p)| p.replace('#', &mark(n))).collect()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn statement() -> InputFile {
    let mut text = "account;currency;date;amount;balance;name;text\n".to_owned();
    for (n, p) in payloads().iter().enumerate() {
        let p = quoted(p);
        text.push_str(&format!(
            "DE89370400440532013000;EUR;2026-01-05;{}.00;{};{p};{p}\n",
            n + 1,
            (n + 1) * (n + 2) / 2
        ));
    }
    InputFile { name: "hostile.csv".to_owned(), bytes: text.into_bytes() }
}

fn items() -> InputFile {
    let mut text = String::new();
    for (n, p) in payloads().iter().enumerate() {
        let item = serde_json::json!({"item_id": p, "doc_no": p, "customer_id": format!("C{n}"), "customer_name": p, "currency": "EUR",
            "open_amount": format!("{}.00", n + 1), "due_date": "2026-01-01"});
        text.push_str(&format!("{item}\n"));
    }
    InputFile { name: "items.jsonl".to_owned(), bytes: text.into_bytes() }
}

/// A day of all payloads: decided as they are, or all left to a person.
fn day(dialect: CsvDialect, all_queued: bool) -> RunResult {
    run(&RunInputs {
        statements: vec![statement()],
        items: items(),
        profile: Some(Profile::from_toml(PROFILE, "hostile.toml").unwrap()),
        config: all_queued.then(|| InputFile { name: "policy.toml".to_owned(), bytes: b"cap = 0\n".to_vec() }),
        csv_dialect: dialect,
        ..RunInputs::default()
    })
    .unwrap()
}

fn options() -> ReadOptions {
    let profile = Some(Profile::from_toml(PROFILE, "hostile.toml").unwrap());
    ReadOptions { profile, ..ReadOptions::for_file("hostile.csv") }
}

fn text_of(result: &RunResult, name: &str) -> String {
    String::from_utf8(result.outputs().into_iter().find(|o| o.name == name).unwrap().bytes.clone()).unwrap()
}

/// The marks that stand in a text.
fn marks(text: &str) -> BTreeSet<String> {
    (0..PAYLOADS.len()).map(mark).filter(|m| text.contains(m)).collect()
}

fn all_marks() -> BTreeSet<String> {
    (0..PAYLOADS.len()).map(mark).collect()
}

#[track_caller]
fn nothing_hides(text: &str, what: &str) {
    let hidden = text.char_indices().find(|(_, c)| hides(*c) && *c != '\n');
    assert!(hidden.is_none(), "{what}: {hidden:?}");
}

/// Whether some spreadsheet evaluates a cell.
fn starts_formula(cell: &str) -> bool {
    let cell = cell.trim_start_matches(|c: char| c.is_whitespace() || hides(c) || c == '"');
    let figure = cell
        .strip_prefix('-')
        .is_some_and(|c| !c.is_empty() && c.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',')));
    !figure && cell.starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\u{2212}'])
}

fn rows(text: &str, separator: u8) -> Vec<Vec<String>> {
    let mut reader =
        ::csv::ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(text.as_bytes());
    reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn no_cell_of_csv_is_evaluated_split_or_hidden_and_all_texts_read_back() {
    for (dialect, own, all_queued) in [
        (CsvDialect::Plain, b',', false),
        (CsvDialect::Plain, b',', true),
        (CsvDialect::ExcelSemicolon, b';', false),
        (CsvDialect::ExcelSemicolon, b';', true),
    ] {
        let result = day(dialect, all_queued);
        let mut found = BTreeSet::new();
        let mut exact = BTreeSet::new();
        for name in ["allocations.csv", "unapplied.csv", "exceptions.csv"] {
            let text = text_of(&result, name);
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            nothing_hides(&text.replace("\r\n", "\n"), name);
            found.extend(marks(text));
            let table = rows(text, own);
            let width = table[0].len();
            for row in &table {
                assert_eq!(row.len(), width, "{name}: {row:?}");
                for cell in row {
                    assert!(!starts_formula(cell), "{name}: {cell:?}");
                    exact.insert(unescape(cell));
                }
            }
            for separator in [b',', b';', b'\t', b'|'].into_iter().filter(|s| *s != own) {
                for cell in rows(text, separator).iter().flat_map(|row| row.iter().skip(1)) {
                    assert!(!starts_formula(cell) || marks(cell).is_empty(), "{name} split elsewhere: {cell:?}");
                }
            }
        }
        assert_eq!(found, all_marks(), "texts are lost");
        // A statement's own reader trims the outer blanks of a cell; everything else comes back as it went in.
        for p in payloads() {
            assert!(exact.contains(p.trim()) || exact.contains(&p), "{p:?} does not read back");
        }
    }
}

#[test]
fn json_hides_nothing_and_gives_the_texts_back() {
    let result = day(CsvDialect::Plain, false);
    let text = text_of(&result, "decisions.jsonl");
    nothing_hides(&text, "decisions.jsonl");
    assert_eq!(text.lines().count(), PAYLOADS.len(), "a text made lines");
    assert_eq!(marks(&text), all_marks());
    let names: BTreeSet<String> = text
        .lines()
        .map(|l| {
            serde_json::from_str::<serde_json::Value>(l).unwrap()["payment"]["payer_name"].as_str().unwrap().to_owned()
        })
        .collect();
    for p in payloads() {
        assert!(names.contains(p.trim()) || names.contains(&p), "{p:?}");
    }
    for name in ["summary.json", "manifest.json"] {
        nothing_hides(&text_of(&result, name), name);
    }
    let options = options();
    let read = tieout::read_statements(&statement().bytes, &options);
    assert_eq!(read.as_ref().unwrap().statements[0].tie_out, TieOut::Proven);
    let parsed = escape_hidden(parsed_json("hostile.csv", &read));
    nothing_hides(&parsed, "parse");
    assert_eq!(marks(&parsed), all_marks());
}

#[test]
fn the_terminal_gets_no_control_character_and_every_text() {
    let result = day(CsvDialect::Plain, false);
    let mut told = String::new();
    for line in text_of(&result, "decisions.jsonl").lines() {
        told.push_str(&tieout::reports::explain(line).unwrap());
    }
    nothing_hides(&told, "explain");
    // Long lines are wrapped, never cut.
    assert_eq!(marks(&told.split_whitespace().collect::<String>()), all_marks());
    nothing_hides(&tieout::reports::run_screen(&result.summary, Some("out")), "run");
    let found = check_files(&[statement()], &options());
    nothing_hides(&tieout::reports::check_table(&found.statements, &found.repeated, &found.findings, 0), "check");
}

#[test]
fn items_that_no_reader_takes_are_told_without_a_control_character() {
    for p in payloads() {
        let text = format!(
            "{{\"item_id\":\"1\",\"doc_no\":\"1\",\"customer_id\":\"1\",\"currency\":{0},\"open_amount\":{0},{0}:1}}",
            serde_json::json!(p)
        );
        for error in tieout::book::read_items(text.as_bytes(), "items.jsonl").unwrap_err() {
            nothing_hides(&error.to_string(), "an error");
            nothing_hides(&tieout::outputs::safe_json(&error), "an error as an object");
            nothing_hides(error.hint().unwrap_or(""), "a hint");
        }
    }
}

#[cfg(feature = "review")]
#[test]
fn the_page_holds_every_text_as_data_and_none_as_markup() {
    use tieout::review::{Queue, exceptions_html, read_decisions};
    let result = day(CsvDialect::Plain, true);
    let recorded = read_decisions(text_of(&result, "decisions.jsonl").as_bytes(), "decisions.jsonl").unwrap();
    let queue = Queue::build(&recorded.payments, &recorded.decisions, &recorded.customers, result.summary.as_of);
    let page = exceptions_html(&queue);
    nothing_hides(&page, "the page");
    let (frame, rest) = page.split_once("<script type=\"application/json\" id=\"queue\">").unwrap();
    let (data, code) = rest.split_once("</script>").unwrap();
    assert!(marks(frame).is_empty() && marks(code).is_empty(), "a text outside the data");
    assert!(!data.contains(['<', '>', '&']));
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    let shown: BTreeSet<&str> = data["rows"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|r| r["cells"].as_array().unwrap())
        .filter_map(|c| c.as_str())
        .collect();
    for row in &queue.rows {
        for text in [row.payer_name.as_deref().unwrap_or(""), &row.remittance] {
            assert!(shown.contains(text), "{text:?} is lost");
        }
    }
    assert_eq!(queue.rows.len(), PAYLOADS.len());
}
