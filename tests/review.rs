//! The review round over files: a run's folder in, the queue out, decisions of people back in.

mod common;

use common::fixtures;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use tieout::model::Outcome;
use tieout::outputs::{CsvDialect, Decided, decisions_jsonl, unescape};
#[cfg(feature = "review")]
use tieout::review::from_sheet;
use tieout::review::{COLUMNS, DecisionFile, Queue, QueueRow, exceptions_csv, read_decisions};
use tieout::run::{DecideInputs, DecideResult, InputFile, RECORD_FILES, RunInputs, RunResult, decide, run};

fn input(folder: &str, name: &str) -> InputFile {
    InputFile { name: name.to_owned(), bytes: fs::read(fixtures().join("runs").join(folder).join(name)).unwrap() }
}

fn morning() -> RunResult {
    let statements = ["2026-04-20_hhb_camt053.xml", "2026-04-20_sparkasse.sta", "2026-04-20_rabobank.csv"];
    run(&RunInputs {
        statements: statements.iter().map(|s| input("morning", s)).collect(),
        items: input("morning", "items.csv"),
        customers: Some(input("morning", "customers.csv")),
        ..RunInputs::default()
    })
    .unwrap()
}

fn output(result: &RunResult, name: &str) -> String {
    let file = result.outputs().into_iter().find(|f| f.name == name).unwrap();
    String::from_utf8(file.bytes.clone()).unwrap()
}

#[test]
fn decisions_read_back_are_written_again_byte_for_byte() {
    let text = output(&morning(), "decisions.jsonl");
    let recorded = read_decisions(text.as_bytes(), "decisions.jsonl").unwrap();
    assert_eq!(recorded.payments.len(), text.lines().count());
    let decided = Decided {
        payments: (&recorded.payments).into(),
        decisions: (&recorded.decisions).into(),
        items: &recorded.items,
        customers: &recorded.customers,
        score_version: &recorded.score_version,
        as_of: None,
    };
    assert_eq!(decisions_jsonl(&decided), text);
}

#[test]
fn the_queue_of_the_file_is_the_queue_of_the_run() {
    let result = morning();
    let recorded = read_decisions(output(&result, "decisions.jsonl").as_bytes(), "decisions.jsonl").unwrap();
    let queue = Queue::build(&recorded.payments, &recorded.decisions, &recorded.customers, result.summary.as_of);
    assert_eq!(exceptions_csv(&queue, CsvDialect::Plain), output(&result, "exceptions.csv"));
    let queued = recorded.decisions.iter().filter(|d| d.outcome == Outcome::Queued).count();
    assert_eq!(queue.rows.len(), queued);
}

#[test]
fn every_row_of_the_csv_has_all_columns_and_room_for_a_decision() {
    let text = output(&morning(), "exceptions.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(header, COLUMNS.iter().map(|c| c.name.to_owned()).collect::<Vec<_>>());
    let at = |name: &str| header.iter().position(|h| h == name).unwrap();
    for row in reader.records().map(Result::unwrap) {
        assert_eq!(&row[at("decision")], "");
        assert!(row[at("exception_id")].starts_with('x') && row[at("row_hash")].starts_with('h'));
        for p in ["p1", "p2", "p3"] {
            // A proposal always says what it would do, also when no document is open.
            assert_eq!(row[at(&format!("{p}_docs"))].is_empty(), row[at(&format!("{p}_total"))].is_empty());
            let (for_it, against) = (&row[at(&format!("{p}_for"))], &row[at(&format!("{p}_against"))]);
            assert!(against.is_empty() || !for_it.contains(against), "{for_it} | {against}");
        }
    }
    let duplicate = text.lines().find(|l| l.contains("DUPLICATE_SUSPECT")).unwrap();
    assert!(
        duplicate.contains("on account of K4146 (Druckguss Achim GmbH); RE-2026-00541 is already paid"),
        "{duplicate}"
    );
}

// --- decisions of people -------------------------------------------------------------------------------------------

/// A run's folder as `decide` takes it.
fn folder(result: &RunResult) -> Vec<InputFile> {
    result.outputs().iter().filter(|f| RECORD_FILES.contains(&f.name.as_str())).cloned().collect()
}

fn handed(name: &str, bytes: impl Into<Vec<u8>>) -> DecisionFile {
    DecisionFile { name: name.to_owned(), bytes: bytes.into(), ..DecisionFile::default() }
}

fn round(run: &[InputFile], files: Vec<DecisionFile>) -> DecideResult {
    round_with(run, files, None)
}

fn round_with(run: &[InputFile], files: Vec<DecisionFile>, config: Option<&str>) -> DecideResult {
    let config = config.map(|text| InputFile { name: "tieout.toml".into(), bytes: text.as_bytes().to_vec() });
    decide(&DecideInputs {
        run: run.to_vec(),
        files,
        open_items: Some(input("morning", "items.csv")),
        customers: Some(input("morning", "customers.csv")),
        config,
        ..DecideInputs::default()
    })
    .unwrap()
}

/// The queue as a table of cells that can be filled.
#[derive(Clone)]
struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn of(result: &RunResult) -> Table {
        let text = output(result, "exceptions.csv");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
        Table { header, rows }
    }

    fn at(&self, name: &str) -> usize {
        self.header.iter().position(|h| h == name).unwrap()
    }

    fn get(&self, row: usize, name: &str) -> &str {
        &self.rows[row][self.at(name)]
    }

    fn set(&mut self, row: usize, cells: &[(&str, &str)]) {
        for (name, text) in cells {
            let at = self.at(name);
            self.rows[row][at] = (*text).to_owned();
        }
    }

    fn row_of(&self, reason: &str) -> usize {
        (0..self.rows.len()).find(|r| self.get(*r, "reason") == reason).unwrap()
    }

    fn accept_all(&mut self, name: &str) {
        for row in 0..self.rows.len() {
            let word = if self.get(row, "p1_docs").is_empty() { "unidentified" } else { "accept_1" };
            self.set(row, &[("decision", word), ("decided_by", name)]);
        }
    }

    fn csv(&self) -> Vec<u8> {
        self.written(b',')
    }

    fn written(&self, separator: u8) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
        writer.write_record(&self.header).unwrap();
        self.rows.iter().for_each(|r| writer.write_record(r).unwrap());
        writer.into_inner().unwrap()
    }
}

fn file_of<'a>(result: &'a DecideResult, name: &str) -> &'a str {
    std::str::from_utf8(&result.outputs.iter().find(|f| f.name == name).unwrap().bytes).unwrap()
}

#[test]
fn every_decision_ends_in_the_new_folder_with_the_name_of_who_decided() {
    let day = morning();
    let mut table = Table::of(&day);
    table.accept_all("Anna");
    let done = round(&folder(&day), vec![handed("anna.csv", table.csv())]);
    // Two payments claim one document: accepting both is refused for both.
    let ties: Vec<usize> = (0..table.rows.len()).filter(|r| table.get(*r, "reason") == "TIE").collect();
    let refused: Vec<&str> = done.refused.iter().map(|r| r.at.as_str()).collect();
    let cell = |row: usize| format!("anna.csv:AK{}", row + 2);
    for row in &ties {
        assert!(refused.contains(&cell(*row).as_str()), "{refused:?}");
    }
    assert_eq!(done.decided.len() + done.refused.len(), table.rows.len());
    let allocations = file_of(&done, "allocations.csv");
    for settled in done.decided.iter().filter(|s| s.documents.contains('=')) {
        let mut rows = allocations.lines().filter(|l| l.contains(&settled.payment_id));
        assert!(rows.next().is_some_and(|l| l.contains(",Anna,")), "{settled:?}");
    }
    assert!(allocations.contains(",policy,"), "what the policy decided stays");
    // The new folder is a run folder: its queue can be decided on, and the same file again changes nothing.
    let again = round(&done.outputs, vec![handed("anna.csv", table.csv())]);
    assert!(again.decided.is_empty() && again.outputs.is_empty());
    assert!(again.repeated as usize >= done.decided.len());
}

#[test]
fn who_decides_what_somebody_has_decided_before_is_told_by_whom() {
    let day = morning();
    let mut anna = Table::of(&day);
    let row = anna.row_of("DISCOUNT_LATE");
    let mut ben = anna.clone();
    anna.set(row, &[("decision", "accept_1"), ("decided_by", "Anna"), ("decided_at", "2026-04-21 09:14")]);
    ben.set(row, &[("decision", "reject"), ("decided_by", "Ben")]);
    let done = round(&folder(&day), vec![handed("anna.csv", anna.csv())]);
    assert_eq!(done.decided.len(), 1);
    let late = round(&done.outputs, vec![handed("ben.csv", ben.csv())]);
    let said = late.refused[0].to_string();
    assert!(said.contains("Anna decided accept_1 on 2026-04-21 09:14 (anna.csv:AK"), "{said}");
    // In one round neither counts.
    let both = round(&folder(&day), vec![handed("anna.csv", anna.csv()), handed("ben.csv", ben.csv())]);
    assert_eq!((both.decided.len(), both.refused.len()), (0, 2));
    assert!(both.refused[0].text.contains("Anna says accept_1") && both.refused[0].text.contains("Ben says reject"));
}

#[test]
fn documents_with_amounts_differences_and_other_customers_are_applied_to_the_cent() {
    let day = morning();
    let short = |code: &str, documents: &str| {
        let mut table = Table::of(&day);
        let row = table.row_of("DISCOUNT_LATE");
        let cells =
            [("decision", "apply"), ("documents", documents), ("difference_code", code), ("decided_by", "Anna")];
        table.set(row, &cells);
        round(&folder(&day), vec![handed("a.csv", table.csv())])
    };
    // 1,632.68 for a document of 1,666.00.
    let refused = short("", "RE-2026-00663");
    assert!(
        refused.refused[0].text.contains("33.32 EUR (keep_open, discount, writeoff or charges)"),
        "{:?}",
        refused.refused
    );
    for (code, column) in
        [("discount", "33.32,0.00,,0.00,"), ("writeoff", "0.00,33.32,reviewer,0.00,"), ("charges", "0.00,0.00,,33.32,")]
    {
        let done = short(code, "RE-2026-00663");
        assert!(done.refused.is_empty(), "{:?}", done.refused);
        let allocations = file_of(&done, "allocations.csv");
        assert!(allocations.contains(&format!(",1632.68,{column}0.00,1666.00,0.00,")), "{code}: {allocations}");
    }
    assert_eq!(short("keep_open", "RE-2026-00663").decided[0].documents, "RE-2026-00663=1632.68");
    // A document of another customer, and the rest of this one stays open.
    let split = short("", "RE-2026-00663=1000,00; RE-2026-00624=632,68");
    assert!(split.refused.is_empty(), "{:?}", split.refused);
    assert_eq!(split.decided[0].documents, "RE-2026-00663=1000.00; RE-2026-00624=632.68");
    for (documents, says) in [
        ("RE-2026-00663=1.190", "two ways"),
        ("RE-2026-00663=2000.00", "is open at 1666.00 EUR"),
        ("RE-2026-00663=1000.00", "sum to 1000.00 EUR"),
        ("RE-9999-1", "there is no document"),
        ("RE-2026-00636", "USD"),
        ("RE-2026-00541", "not open any more"),
    ] {
        let refused = short("", documents);
        assert!(refused.decided.is_empty() && refused.refused.len() == 1);
        let found = refused.refused[0].text.contains(says)
            || says.starts_with("sum") && refused.refused[0].text.contains("is left");
        assert!(found, "{documents}: {}", refused.refused[0]);
    }
}

#[test]
fn what_programs_do_to_a_csv_changes_no_decision() {
    let day = morning();
    let mut table = Table::of(&day);
    table.accept_all("Anna");
    let plain = round(&folder(&day), vec![handed("a.csv", table.csv())]);
    let key =
        |r: &DecideResult| r.decided.iter().map(|s| (s.payment_id.clone(), s.documents.clone())).collect::<Vec<_>>();
    let text = String::from_utf8(table.csv()).unwrap();
    let mut shapes: Vec<(&str, Vec<u8>)> = vec![
        ("semicolons", table.written(b';')),
        ("tabs", table.written(b'\t')),
        ("a byte-order mark and CR LF", format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes()),
        ("a line for the separator", [b"sep=,\r\n".to_vec(), table.csv()].concat()),
        (
            "UTF-16",
            text.encode_utf16().fold(vec![0xff, 0xfe], |mut out, u| {
                out.extend(u.to_le_bytes());
                out
            }),
        ),
    ];
    let mut german = table.clone();
    for row in 0..german.rows.len() {
        for name in ["amount", "p1_total", "p1_difference", "p2_total", "p2_difference", "p3_total", "p3_difference"] {
            let comma = german.get(row, name).replace('.', ",");
            german.set(row, &[(name, &comma)]);
        }
        german.set(
            row,
            &[
                ("booking_date", "20.04.2026"),
                ("decision", &format!("\u{201e}{}\u{201c}", german.get(row, "decision").to_uppercase())),
            ],
        );
    }
    shapes.push(("German figures, dates and quotes", german.written(b';')));
    let mut wide = table.clone();
    wide.header.extend(["my notes".to_owned(), String::new()]);
    wide.rows.iter_mut().for_each(|r| r.extend(["x".to_owned(), String::new()]));
    wide.rows.reverse();
    shapes.push(("columns of one's own, sorted the other way", wide.csv()));
    let names = ["exception_id", "row_hash", "decision", "decided_by"];
    let narrow = Table {
        header: names.iter().map(|n| (*n).to_owned()).collect(),
        rows: (0..table.rows.len()).map(|r| names.iter().map(|n| table.get(r, n).to_owned()).collect()).collect(),
    };
    shapes.push(("only what is needed", narrow.csv()));
    for (what, bytes) in shapes {
        let done = round(&folder(&day), vec![handed("a.csv", bytes)]);
        assert_eq!(key(&done), key(&plain), "{what}: {:?}", done.refused);
    }
}

#[test]
fn above_a_limit_a_second_and_different_person_signs_now_or_later() {
    let policy = "[reviewers]\nlimit = 1000\n[reviewers.person.Anna]\n[reviewers.person.Ben]\nlimit = 100000\n[reviewers.person.Cleo]\n";
    let statements = ["2026-04-20_hhb_camt053.xml", "2026-04-20_sparkasse.sta", "2026-04-20_rabobank.csv"];
    let day = run(&RunInputs {
        statements: statements.iter().map(|s| input("morning", s)).collect(),
        items: input("morning", "items.csv"),
        customers: Some(input("morning", "customers.csv")),
        config: Some(InputFile { name: "tieout.toml".into(), bytes: policy.as_bytes().to_vec() }),
        ..RunInputs::default()
    })
    .unwrap();
    let sheet = |name: &str| {
        let mut table = Table::of(&day);
        let row = table.row_of("DISCOUNT_LATE");
        table.set(row, &[("decision", "accept_1"), ("decided_by", name)]);
        handed(&format!("{name}.csv"), table.csv())
    };
    let decide =
        |run: &[InputFile], names: &[&str]| round_with(run, names.iter().map(|n| sheet(n)).collect(), Some(policy));
    let run = folder(&day);
    let alone = decide(&run, &["Anna"]);
    assert_eq!((alone.decided.len(), alone.waiting.len(), alone.refused.len()), (0, 1, 0));
    assert_eq!(decide(&run, &["Ben"]).decided.len(), 1, "within his own limit");
    assert_eq!(decide(&run, &["Anna", "Cleo"]).decided[0].decided_by, "Anna + Cleo");
    assert_eq!(decide(&run, &["Anna", "anna "]).waiting.len(), 1, "the same person twice is one");
    assert_eq!(decide(&alone.outputs, &["Cleo"]).decided[0].decided_by, "Anna + Cleo", "the second one later");
    assert_eq!(decide(&alone.outputs, &["Anna"]).decided.len(), 0);
    let stranger = decide(&run, &["Mallory"]);
    assert!(stranger.refused[0].text.contains("is no reviewer"), "{:?}", stranger.refused);
}

/// A small generator with a seed, so that a failure can be run again.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % n.max(1)
    }
}

/// `TIEOUT_REVIEW_FILES=1000` for the whole figure.
#[test]
fn stale_edited_doubled_reordered_and_half_filled_files_lose_and_misapply_nothing() {
    let count: u64 = std::env::var("TIEOUT_REVIEW_FILES").ok().and_then(|v| v.parse().ok()).unwrap_or(60);
    let day = morning();
    let run = folder(&day);
    let mut base = Table::of(&day);
    base.accept_all("Anna");
    // Both payments of the tie claim one document: with one of them spoilt the other would be right.
    for row in (0..base.rows.len()).filter(|r| base.get(*r, "reason") == "TIE").collect::<Vec<_>>() {
        base.set(row, &[("decision", "defer")]);
    }
    let full = round(&run, vec![handed("a.csv", base.csv())]);
    let right: BTreeMap<&str, &str> =
        full.decided.iter().map(|s| (s.exception_id.as_str(), s.documents.as_str())).collect();
    for seed in 0..count {
        let mut random = Random(seed);
        let mut table = base.clone();
        // Rows that must not be carried out, by id.
        let mut spoilt: Vec<String> = Vec::new();
        for _ in 0..=random.below(6) {
            let row = random.below(table.rows.len());
            let id = table.get(row, "exception_id").to_owned();
            let other = random.below(table.rows.len());
            match random.below(9) {
                0 => table.set(row, &[("row_hash", "h00000000000000000000")]),
                1 => table.set(row, &[("exception_id", "x00000000000000000000")]),
                2 => table.set(row, &[("amount", "1.00")]),
                3 => table.set(row, &[("payer_name", "Somebody Else AG")]),
                4 => table.set(row, &[("decision", "acept_1")]),
                5 => table.set(row, &[("decided_by", "")]),
                6 => {
                    if table.get(row, "decision").is_empty() {
                        continue;
                    }
                    table.set(row, &[("decision", "")]);
                    spoilt.push(id);
                    continue;
                }
                7 => {
                    let again = table.rows[row].clone();
                    table.rows.insert(other, again);
                    continue;
                }
                _ => {
                    // The ids of two rows change places, as when a part of the columns is sorted.
                    let (a, b) = (table.rows[row].clone(), table.rows[other].clone());
                    if a[..2] == b[..2] || a[2..] == b[2..] {
                        continue;
                    }
                    spoilt.push(table.get(other, "exception_id").to_owned());
                    table.rows[row][..2].clone_from_slice(&b[..2]);
                    table.rows[other][..2].clone_from_slice(&a[..2]);
                }
            }
            spoilt.push(id);
        }
        for at in (1..table.rows.len()).rev() {
            table.rows.swap(at, random.below(at + 1));
        }
        let done = round(&run, vec![handed("a.csv", table.csv())]);
        for settled in &done.decided {
            let id = settled.exception_id.as_str();
            assert_eq!(right.get(id), Some(&settled.documents.as_str()), "seed {seed}: {settled:?}");
        }
        let decided: BTreeSet<&str> = done.decided.iter().map(|s| s.exception_id.as_str()).collect();
        for id in right.keys().filter(|id| !spoilt.iter().any(|s| s == *id)) {
            assert!(decided.contains(id), "seed {seed}: {id} is lost: {:?}", done.refused);
        }
        let rows = table.rows.len() as u64;
        let told = done.decided.len() as u64 + done.refused.len() as u64 + done.empty + done.repeated;
        // A row that was emptied may have been edited again.
        assert!(told <= rows && told + 12 >= rows, "seed {seed}: {told} of {rows} rows told");
        assert!(
            done.refused.iter().all(|r| r.at.starts_with("a.csv:") && r.at.len() > 7),
            "seed {seed}: {:?}",
            done.refused
        );
    }
}

/// `TIEOUT_REVIEW_STRINGS=100000` for the whole figure.
#[test]
fn random_strings_come_back_from_csv_and_spreadsheet_unchanged() {
    let count: usize = std::env::var("TIEOUT_REVIEW_STRINGS").ok().and_then(|v| v.parse().ok()).unwrap_or(2_000);
    let day = morning();
    let recorded = read_decisions(output(&day, "decisions.jsonl").as_bytes(), "decisions.jsonl").unwrap();
    let mut queue = Queue::build(&recorded.payments, &recorded.decisions, &recorded.customers, day.summary.as_of);
    let row = queue.rows.remove(0);
    let mut random = Random(7);
    let pieces = [
        "=", "+", "-", "@", "'", "\\", "\\u{41}", "\t", "\r\n", ";", ",", "\"", " ", "\u{200b}", "\u{202e}", "_x0041_",
        "0", "007", "1E5", "é", "\u{ffff}", "&lt;", "<", "]]>",
    ];
    let strings: Vec<String> = (0..count)
        .map(|_| {
            (0..random.below(12))
                .map(|_| match random.below(3) {
                    0 => char::from_u32(random.below(0x11_0000) as u32).unwrap_or('x').to_string(),
                    1 => char::from(random.below(128) as u8).to_string(),
                    _ => pieces[random.below(pieces.len())].to_owned(),
                })
                .collect()
        })
        .collect();
    queue.rows = strings.iter().map(|s| QueueRow { remittance: s.clone(), ..row.clone() }).collect();
    let text = exceptions_csv(&queue, CsvDialect::ExcelSemicolon);
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b';').from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let at = reader.headers().unwrap().iter().position(|h| h == "remittance").unwrap();
    for (record, written) in reader.records().zip(&strings) {
        assert_eq!(&unescape(&record.unwrap()[at]), written);
    }
    #[cfg(feature = "review")]
    {
        use calamine::Reader;
        let bytes = tieout::review::exceptions_xlsx(&queue).unwrap();
        assert_eq!(bytes, tieout::review::exceptions_xlsx(&queue).unwrap(), "the same queue, the same bytes");
        let mut book: calamine::Xlsx<_> = calamine::Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range("Exceptions").unwrap();
        let mut rows = range.rows();
        let at = rows.next().unwrap().iter().position(|c| *c == "remittance").unwrap();
        let mut read = 0;
        for (cells, written) in rows.zip(&strings) {
            assert_eq!(&from_sheet(&cells[at].to_string()), written, "{:?}", cells[at]);
            read += 1;
        }
        assert_eq!(read, strings.len());
        assert!(book.worksheet_formula("Exceptions").is_ok_and(|f| f.is_empty()), "no cell is a formula");
    }
}

/// The spreadsheet as a program reads it: header and rows of texts.
#[cfg(feature = "review")]
fn sheet_of(queue: &Queue) -> Vec<Vec<String>> {
    use calamine::Reader;
    let bytes = tieout::review::exceptions_xlsx(queue).unwrap();
    let mut book: calamine::Xlsx<_> = calamine::Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let range = book.worksheet_range("Exceptions").unwrap();
    range.rows().map(|cells| cells.iter().map(|c| from_sheet(&c.to_string())).collect()).collect()
}

#[cfg(feature = "review")]
#[test]
fn sixty_documents_any_script_and_texts_beyond_a_cell_survive_the_spreadsheet() {
    let day = morning();
    let recorded = read_decisions(output(&day, "decisions.jsonl").as_bytes(), "decisions.jsonl").unwrap();
    let mut queue = Queue::build(&recorded.payments, &recorded.decisions, &recorded.customers, day.summary.as_of);
    let names =
        ["\u{1f984} Einhorn & <Söhne>", "\u{5e9}\u{5dc}\u{5d5}\u{5dd} Ltd", "=HYPERLINK(\"x\")", "+49 \u{202e}abc"];
    queue.rows.truncate(names.len());
    for (row, name) in queue.rows.iter_mut().zip(names) {
        row.payer_name = Some(name.to_owned());
        row.remittance = "Rechnung \u{1f984} ".repeat(4_000);
        let documents: Vec<String> = (0..60).map(|n| format!("RE-2026-{n:05}=12345.67")).collect();
        row.proposals[0].docs = documents.join("; ");
    }
    let rows = sheet_of(&queue);
    let at = |name: &str| rows[0].iter().position(|c| c == name).unwrap();
    let compared = ["exception_id", "row_hash", "payer_name", "remittance", "p1_docs", "customer_id", "payment_id"];
    let mut given = Vec::new();
    for row in &rows[1..] {
        let cells = compared.iter().map(|n| ((*n).to_owned(), serde_json::json!(row[at(n)])));
        let mut one: serde_json::Map<String, serde_json::Value> = cells.collect();
        // As picked from the drop-down.
        one.insert("decision".to_owned(), serde_json::json!(row[at("choice_1")]));
        one.insert("decided_by".to_owned(), serde_json::json!("Anna"));
        given.push(serde_json::Value::Object(one));
        assert!(row.iter().all(|c| c.encode_utf16().count() <= 32_767));
        assert!(row[at("choice_1")].chars().count() < 120, "a line of a drop-down");
        let quotes = row[at("remittance")].ends_with("more characters in decisions.jsonl");
        assert!(quotes && row[at("p1_docs")].ends_with("RE-2026-00059=12345.67"));
    }
    assert_eq!(rows.len(), names.len() + 1);
    let bytes = serde_json::to_vec(&given).unwrap();
    let read = tieout::review::Decisions::read(&[handed("a.json", bytes)], &[]);
    assert!(read.refusals.is_empty() && read.votes.len() == names.len(), "{:?}", read.refusals);
    for (vote, row) in read.votes.iter().zip(&queue.rows) {
        assert_eq!(read.edited(vote, row), None);
    }
    let other = QueueRow { payer_name: Some("\u{1f984} Einhorn & Töchter".to_owned()), ..queue.rows[0].clone() };
    assert!(read.edited(&read.votes[0], &other).is_some());
}

#[cfg(feature = "review")]
#[test]
fn a_spreadsheet_without_rows_is_whole_and_one_with_rows_can_be_sorted() {
    use std::io::Read;
    assert_eq!(sheet_of(&Queue::default()).len(), 1);
    let day = morning();
    let recorded = read_decisions(output(&day, "decisions.jsonl").as_bytes(), "decisions.jsonl").unwrap();
    let queue = Queue::build(&recorded.payments, &recorded.decisions, &recorded.customers, day.summary.as_of);
    let bytes = tieout::review::exceptions_xlsx(&queue).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut part = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    // A spreadsheet sorts a guarded sheet only where no cell of the rows is locked: what keeps hands off is a rule.
    let (sheet, styles) = (part("xl/worksheets/sheet1.xml"), part("xl/styles.xml"));
    let formats = styles.split_once("<cellXfs").unwrap().1.split_once("</cellXfs>").unwrap().0;
    let formats: Vec<&str> = formats.split("<xf ").skip(1).collect();
    let (_, rows) = sheet.split_once("<row r=\"2\"").unwrap();
    for cell in rows.split("<c ").skip(1) {
        let style: usize = cell.split_once("s=\"").unwrap().1.split('"').next().unwrap().parse().unwrap();
        assert!(formats[style].contains("locked=\"0\""), "{}", cell.split('>').next().unwrap());
    }
    let (cells, guard) = (rows.matches("<c ").count(), sheet.matches("<formula1>FALSE</formula1>").count());
    assert!(cells >= queue.rows.len() * COLUMNS.len() && guard == 2, "{cells} cells, {guard} rules");
    assert!(sheet.contains("<sheetProtection sheet=\"1\"") && sheet.contains("sort=\"0\" autoFilter=\"0\""));
}
