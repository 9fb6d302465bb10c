//! The program as a user meets it: exit codes, messages, and the run folder that is written whole or not at all.

#![cfg(feature = "cli")]

use assert_cmd::Command;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// One receipt of 1,190.00 that names its document; ties out.
const GOOD: &str = ":20:S\r\n:25:DE89370400440532013000\r\n:28C:5/1\r\n:60F:C260423EUR0,00\r\n\
    :61:2604240424C1190,00NTRFNONREF\r\n:86:166?00GUTSCHRIFT?20RE-2026-00731?32Muster GmbH\r\n:62F:C260424EUR1190,00\r\n-\r\n";
/// The same with a closing balance that is one cent too high.
const BROKEN: &str = ":20:S\r\n:25:DE89370400440532013000\r\n:28C:5/1\r\n:60F:C260423EUR0,00\r\n\
    :61:2604240424C1190,00NTRFNONREF\r\n:86:166?00GUTSCHRIFT?20RE-2026-00731?32Muster GmbH\r\n:62F:C260424EUR1190,01\r\n-\r\n";
/// Cut in the middle of an entry.
const CUT: &str = ":20:S\r\n:25:DE02120300000000202051\r\n:28C:5/1\r\n:60F:C260423EUR0,00\r\n:61:26042404";
/// XML that ends too early.
const TRUNCATED: &str =
    "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt>";
const ITEMS: &str = "item_id,doc_no,customer_id,customer_name,currency,open_amount,doc_date\n\
    I-1,RE-2026-00731,C-1,Muster GmbH,EUR,1190.00,2026-04-01\nI-2,RE-2026-00732,C-2,Beispiel AG,EUR,500.00,2026-04-01\n";

struct Desk {
    dir: TempDir,
}

struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Desk {
    fn new(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Desk { dir }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }

    fn tieout(&self, args: &str) -> Said {
        self.tieout_with(args, "")
    }

    fn tieout_with(&self, args: &str, stdin: &str) -> Said {
        let output = Command::cargo_bin("tieout")
            .unwrap()
            .args(args.split_whitespace())
            .current_dir(self.dir.path())
            .write_stdin(stdin)
            .output()
            .unwrap();
        Said {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.path(folder))
            .unwrap()
            .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

const OUTPUTS: [&str; 6] =
    ["allocations.csv", "decisions.jsonl", "exceptions.csv", "manifest.json", "summary.json", "unapplied.csv"];

#[track_caller]
fn assert_code(said: &Said, code: i32) {
    assert_eq!(said.code, code, "out: {}\nerr: {}", said.out, said.err);
}

#[test]
fn a_good_day_ends_with_0_and_a_whole_folder() {
    let desk = Desk::new(&[("day.sta", GOOD), ("items.csv", ITEMS)]);
    let said = desk.tieout("run day.sta --open-items items.csv --out out");
    assert_code(&said, 0);
    assert_eq!(desk.names("out"), OUTPUTS);
    let decisions = fs::read_to_string(desk.path("out/decisions.jsonl")).unwrap();
    assert_eq!(decisions.lines().count(), 1);
    assert!(decisions.contains("\"outcome\":\"applied\",\"reason\":\"NAMED_ITEM_EXACT\""), "{decisions}");
    for part in ["1 proven", "1190.00", "prior, not measured", "There is no ledger", "No customers file"] {
        assert!(said.out.contains(part), "missing `{part}` in {}", said.out);
    }
    assert!(said.out.lines().all(|l| l.chars().count() <= 100), "{}", said.out);
    assert_eq!(said.err, "");
    assert_eq!(desk.names(".").iter().filter(|n| n.starts_with('.')).count(), 0, "no temporary folder stays");
}

#[test]
fn threads_and_file_order_do_not_change_a_byte() {
    let other =
        GOOD.replace("DE89370400440532013000", "DE02120300000000202051").replace("RE-2026-00731", "RE-2026-00732");
    let desk = Desk::new(&[("a.sta", GOOD), ("b.sta", &other), ("items.csv", ITEMS)]);
    assert_code(&desk.tieout("run a.sta b.sta --open-items items.csv --out one --jobs 1"), 0);
    assert_code(&desk.tieout("run b.sta a.sta --open-items items.csv --out eight --jobs 8"), 0);
    for name in OUTPUTS {
        let read = |folder: &str| fs::read(desk.path(folder).join(name)).unwrap();
        assert_eq!(read("one"), read("eight"), "{name}");
    }
}

#[test]
fn the_same_run_writes_nothing_and_another_one_needs_replace() {
    let desk = Desk::new(&[("day.sta", GOOD), ("items.csv", ITEMS), ("less.csv", &ITEMS.replace("I-2", "I-3"))]);
    assert_code(&desk.tieout("run day.sta --open-items items.csv --out out"), 0);
    let written = fs::metadata(desk.path("out/manifest.json")).unwrap().modified().unwrap();
    let again = desk.tieout("run day.sta --open-items items.csv --out out");
    assert_code(&again, 0);
    assert!(again.err.contains("nothing was written"), "{}", again.err);
    assert_eq!(fs::metadata(desk.path("out/manifest.json")).unwrap().modified().unwrap(), written);

    let other = desk.tieout("run day.sta --open-items less.csv --out out");
    assert_code(&other, 2);
    assert!(other.err.contains("holds another run") && other.err.contains("--replace"), "{}", other.err);
    let before = fs::read(desk.path("out/manifest.json")).unwrap();
    assert_code(&desk.tieout("run day.sta --open-items less.csv --out out --replace"), 0);
    assert_ne!(fs::read(desk.path("out/manifest.json")).unwrap(), before);
    assert_eq!(desk.names("out"), OUTPUTS);
}

#[test]
fn a_folder_with_something_else_is_left_alone() {
    let desk = Desk::new(&[("day.sta", GOOD), ("items.csv", ITEMS), ("out/mine.txt", "mine")]);
    for args in ["", " --replace"] {
        let said = desk.tieout(&format!("run day.sta --open-items items.csv --out out{args}"));
        assert_code(&said, 2);
        assert!(said.err.contains("hint: "), "{}", said.err);
    }
    assert_eq!(desk.names("out"), ["mine.txt"]);
}

#[test]
fn a_dry_run_writes_nothing() {
    let desk = Desk::new(&[("day.sta", GOOD), ("items.csv", ITEMS)]);
    let said = desk.tieout("run day.sta --open-items items.csv --dry-run --out out");
    assert_code(&said, 0);
    assert!(said.out.contains("dry run") && !desk.path("out").exists());
}

#[test]
fn one_bad_statement_among_good_ones_leaves_a_whole_folder_and_3() {
    let desk = Desk::new(&[("bad.sta", CUT), ("worse.xml", TRUNCATED), ("day.sta", GOOD), ("items.csv", ITEMS)]);
    let said = desk.tieout("run bad.sta worse.xml day.sta --open-items items.csv --out out");
    assert_code(&said, 3);
    assert_eq!(desk.names("out"), OUTPUTS);
    assert!(said.err.contains("error: bad.sta:5") && said.err.contains("error: worse.xml:1"), "{}", said.err);
    assert!(said.out.contains("2 rejected"), "{}", said.out);
    let summary: serde_json::Value = serde_json::from_slice(&fs::read(desk.path("out/summary.json")).unwrap()).unwrap();
    let file = &summary["files"][0];
    assert_eq!((file["name"].as_str(), file["error"]["line"].as_u64()), (Some("bad.sta"), Some(5)));
    assert!(fs::read_to_string(desk.path("out/decisions.jsonl")).unwrap().contains("NAMED_ITEM_EXACT"));
}

#[test]
fn a_statement_that_does_not_tie_out_is_queued_and_ends_with_3() {
    let desk = Desk::new(&[("day.sta", BROKEN), ("items.csv", ITEMS)]);
    let said = desk.tieout("run day.sta --open-items items.csv --out out");
    assert_code(&said, 3);
    let decisions = fs::read_to_string(desk.path("out/decisions.jsonl")).unwrap();
    assert!(decisions.contains("\"outcome\":\"queued\",\"reason\":\"STATEMENT_BREAK\""), "{decisions}");
    assert!(said.out.contains("broken: day.sta:7") && said.out.contains("does not tie out"), "{}", said.out);
    let check = desk.tieout("check day.sta");
    assert_code(&check, 3);
    assert!(check.out.contains("broken") && check.out.contains("BALANCE_MISMATCH"), "{}", check.out);
    assert_code(&desk.tieout("parse day.sta"), 3);
}

#[test]
fn a_quiet_command_still_says_which_statement_does_not_tie_out() {
    let desk = Desk::new(&[("day.sta", BROKEN), ("items.csv", ITEMS)]);
    for args in [
        "run day.sta --open-items items.csv --out out -q",
        "parse day.sta --output csv -q",
        "parse day.sta --output json -q",
        "convert day.sta --to csv -q",
    ] {
        let said = desk.tieout(args);
        assert_code(&said, 3);
        assert!(said.err.contains("error: day.sta:7") && said.err.contains("1190.01"), "{args}: {}", said.err);
        assert!(args.starts_with("run") == said.out.is_empty(), "{args}: {}", said.out);
    }
}

#[cfg(unix)]
#[test]
fn what_a_killed_command_left_beside_its_folder_is_cleared_by_the_next() {
    let desk = Desk::new(&[
        ("day.sta", GOOD),
        ("items.csv", ITEMS),
        (".queue.writing-4711/exceptions.csv", "half a file"),
        (".queue.writing-4712/exceptions.csv", "another one is at it"),
        (".queue.writing-notes/mine.txt", "not ours"),
        (".queue.writing-4713", "no folder"),
    ]);
    let held = fs::File::open(desk.path(".queue.writing-4712")).unwrap();
    held.lock().unwrap();
    assert_code(&desk.tieout("run day.sta --open-items items.csv --out day"), 0);
    assert_code(&desk.tieout("queue --run day --out queue"), 0);
    let hidden: Vec<String> = desk.names(".").into_iter().filter(|n| n.starts_with('.')).collect();
    assert_eq!(hidden, [".queue.writing-4712", ".queue.writing-4713", ".queue.writing-notes"]);
    drop(held);
    // Killed between the two renames of --replace: the old folder is back before anything else happens.
    fs::rename(desk.path("queue"), desk.path(".queue.replaced-4712")).unwrap();
    let again = desk.tieout("queue --run day --out queue");
    assert!(again.err.contains("holds this same queue already"), "{}", again.err);
    let hidden: Vec<String> = desk.names(".").into_iter().filter(|n| n.starts_with('.')).collect();
    assert_eq!(hidden, [".queue.writing-4713", ".queue.writing-notes"]);
}

#[test]
fn no_readable_statement_writes_nothing_and_ends_with_3() {
    let desk = Desk::new(&[("empty.xml", ""), ("items.csv", ITEMS), ("folder/.hidden", "x")]);
    for statement in ["empty.xml", "folder"] {
        let said = desk.tieout(&format!("run {statement} --open-items items.csv --out out"));
        assert_code(&said, 3);
        assert!(said.err.starts_with("error: ") && said.err.contains("hint: "), "{}", said.err);
    }
    assert!(!desk.path("out").exists());
}

#[test]
fn faulty_items_write_nothing_name_every_fault_and_end_with_3() {
    let items = "item_id,doc_no,customer_id,currency,open_amount\nI-1,R-1,C-1,EUR,1.005\nI-2,R-2,C-1,EURO,2.00\n";
    let desk = Desk::new(&[("day.sta", GOOD), ("items.csv", items)]);
    let said = desk.tieout("run day.sta --open-items items.csv --out out");
    assert_code(&said, 3);
    assert!(said.err.contains("error: items.csv:2:5") && said.err.contains("error: items.csv:3:4"), "{}", said.err);
    assert!(!desk.path("out").exists());
}

#[test]
fn usage_and_configuration_end_with_2() {
    let config = "[discount]\ngrace_day = 1\n[cap]\n";
    let desk = Desk::new(&[("day.sta", GOOD), ("items.csv", ITEMS), ("tieout.toml", config)]);
    assert_code(&desk.tieout("run day.sta"), 2);
    assert_code(&desk.tieout("run day.sta --open-items items.csv --out out --nonsense"), 2);
    assert_code(&desk.tieout("run missing.sta --open-items items.csv --out out"), 2);
    assert_code(&desk.tieout("run day.sta --open-items items.csv --out out --as-of yesterday"), 2);
    assert_code(&desk.tieout("run day.sta --open-items items.csv --out out --profile no-such"), 2);
    let said = desk.tieout("run day.sta --open-items items.csv --out out --config tieout.toml");
    assert_code(&said, 2);
    assert!(
        said.err.contains("tieout.toml:2:1: discount.grace_day") && said.err.contains("did you mean `grace_days`?")
    );
    assert!(said.err.contains("tieout.toml:3:"), "both faults: {}", said.err);
    assert!(!desk.path("out").exists());
}

#[test]
fn several_companies_need_to_know_whose_the_account_is() {
    let items = "company,item_id,doc_no,customer_id,currency,open_amount\n1000,I-1,RE-2026-00731,C-1,EUR,1190.00\n2000,I-2,RE-2,C-2,EUR,5.00\n";
    let config = "[[account]]\niban = \"DE89 3704 0044 0532 0130 00\"\ncompany = \"1000\"\n";
    let desk = Desk::new(&[("day.sta", GOOD), ("items.csv", items), ("tieout.toml", config)]);
    let said = desk.tieout("run day.sta --open-items items.csv --out out");
    assert_code(&said, 2);
    assert!(said.err.contains("DE89370400440532013000 belongs to no company"), "{}", said.err);
    assert_code(&desk.tieout("run day.sta --open-items items.csv --config tieout.toml --out out"), 0);
}

#[test]
fn fail_on_ends_with_4_and_still_writes() {
    let desk = Desk::new(&[
        ("day.sta", &GOOD.replace("RE-2026-00731", "thanks")),
        ("items.csv", "item_id,doc_no,customer_id,currency,open_amount\nI-1,R-1,C-1,EUR,5.00\n"),
    ]);
    let said = desk.tieout("run day.sta --open-items items.csv --out out --fail-on queued");
    assert_code(&said, 4);
    assert_eq!(desk.names("out"), OUTPUTS);
    assert_code(&desk.tieout("run day.sta --open-items items.csv --out out --fail-on rejected,broken"), 0);
}

#[test]
fn a_control_total_proves_one_statement_or_is_refused() {
    let unproven = "Date,Booking\n";
    let camt054 = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.054.001.08\"><BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>M</MsgId><CreDtTm>2026-04-24T00:00:00</CreDtTm></GrpHdr><Ntfctn><Id>1</Id><CreDtTm>2026-04-24T00:00:00</CreDtTm><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct><Ntry><Amt Ccy=\"EUR\">1190.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-04-24</Dt></BookgDt><BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd><NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>Muster GmbH</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>RE-2026-00731</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>";
    let desk = Desk::new(&[("day.xml", camt054), ("odd.csv", unproven), ("day.sta", GOOD), ("items.csv", ITEMS)]);
    let run = |more: &str| desk.tieout(&format!("run day.xml --open-items items.csv --dry-run --json {more}"));
    let queued = |said: &Said| said.out.contains("\"STATEMENT_UNPROVEN\"");
    let plain = run("");
    assert_code(&plain, 0);
    assert!(queued(&plain), "{}", plain.out);
    let proven = run("--control-total 1190.00");
    assert_code(&proven, 0);
    assert!(!queued(&proven) && proven.out.contains("NAMED_ITEM_EXACT"), "{}", proven.out);
    let wrong = run("--control-total 1190.01");
    assert_code(&wrong, 3);
    assert!(wrong.out.contains("\"STATEMENT_BREAK\"") && !wrong.out.contains("NAMED_ITEM_EXACT"), "{}", wrong.out);
    assert!(wrong.err.contains("1190.01") && wrong.err.contains("day.xml"), "{}", wrong.err);
    // A total that contradicts a proven statement stops it, too.
    let proven = desk.tieout("run day.sta --open-items items.csv --dry-run --json --control-total 1");
    assert_code(&proven, 3);
    assert!(!proven.out.contains("NAMED_ITEM_EXACT"), "{}", proven.out);
    assert_code(&run("--control-total a-lot"), 2);
    let two = Desk::new(&[
        ("a.sta", GOOD),
        ("b.sta", &GOOD.replace("DE89370400440532013000", "DE02120300000000202051")),
        ("items.csv", ITEMS),
    ]);
    assert_code(&two.tieout("run a.sta b.sta --open-items items.csv --dry-run --control-total 1"), 2);
}

#[test]
fn a_folder_leaves_out_the_items_and_names_what_it_does_not_know() {
    let desk = Desk::new(&[
        ("day/a.sta", GOOD),
        ("day/items.csv", ITEMS),
        ("day/picture.bin", "\u{1}\u{2}\u{3}"),
        ("day/sub/b.sta", CUT),
    ]);
    let said = desk.tieout("run day --open-items day/items.csv --out out");
    assert_code(&said, 0);
    assert!(said.out.contains("1 left aside, no statement: picture.bin"), "{}", said.out);
}

#[test]
fn the_same_statement_twice_counts_once_and_is_said() {
    let desk = Desk::new(&[("a.sta", GOOD), ("b.sta", GOOD), ("items.csv", ITEMS)]);
    let said = desk.tieout("run a.sta b.sta --open-items items.csv --out out");
    assert_code(&said, 0);
    assert!(said.out.contains("1 came twice and counts once"), "{}", said.out);
    assert_eq!(fs::read_to_string(desk.path("out/decisions.jsonl")).unwrap().lines().count(), 1);
}

#[test]
fn errors_are_objects_under_json() {
    let desk = Desk::new(&[("bad.sta", CUT)]);
    let said = desk.tieout("check bad.sta --json");
    assert_code(&said, 3);
    let error: serde_json::Value = serde_json::from_str(said.err.trim()).unwrap();
    assert_eq!((error["file"].as_str(), error["line"].as_u64()), (Some("bad.sta"), Some(5)));
    for key in ["code", "column", "path", "found", "expected", "hint"] {
        assert!(error.get(key).is_some(), "{key}");
    }
    assert!(serde_json::from_str::<serde_json::Value>(&said.out).unwrap()["statements"].is_array());
}

#[test]
fn parse_reads_standard_input_and_gives_one_line_per_file() {
    let desk = Desk::new(&[("bad.sta", CUT)]);
    let said = desk.tieout_with("parse - bad.sta", GOOD);
    assert_code(&said, 3);
    let lines: Vec<serde_json::Value> = said.out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["statements"][0]["entries"][0]["amount"], "1190.00");
    assert!(lines[1]["error"]["line"].is_u64());
    let csv = desk.tieout_with("parse - --output csv", GOOD);
    assert_code(&csv, 0);
    assert!(csv.out.lines().nth(1).unwrap().contains(",DE89370400440532013000,2026-04-24,1190.00,EUR,"), "{}", csv.out);
}

#[test]
fn explain_finds_a_payment_by_the_beginning_of_its_id() {
    let other = GOOD.replace("DE89370400440532013000", "DE02120300000000202051");
    let desk = Desk::new(&[("a.sta", GOOD), ("b.sta", &other), ("items.csv", ITEMS)]);
    assert_code(&desk.tieout("run a.sta b.sta --open-items items.csv --out out"), 0);
    let decisions = fs::read_to_string(desk.path("out/decisions.jsonl")).unwrap();
    let first: serde_json::Value = serde_json::from_str(decisions.lines().next().unwrap()).unwrap();
    let id = first["payment"]["payment_id"].as_str().unwrap();
    let said = desk.tieout(&format!("explain {} --run out", &id[..10]));
    assert_code(&said, 0);
    assert!(said.out.starts_with(&format!("Payment {id} of 2026-04-24: 1190.00 EUR")), "{}", said.out);
    let both = desk.tieout("explain p --run out");
    assert_code(&both, 2);
    assert!(both.err.contains(id) && both.err.contains("2 payments begin with p"), "{}", both.err);
    assert_code(&desk.tieout("explain pffffffffffffffffffff --run out"), 2);
    assert_code(&desk.tieout("explain p1 --run nowhere"), 2);
}

#[test]
fn init_writes_a_policy_that_run_accepts_and_never_overwrites() {
    let desk = Desk::new(&[("day.sta", GOOD), ("items.csv", ITEMS)]);
    assert_code(&desk.tieout("init"), 0);
    assert_code(&desk.tieout("run day.sta --open-items items.csv --config tieout.toml --out out"), 0);
    fs::write(desk.path("tieout.toml"), "cap = 1").unwrap();
    assert_code(&desk.tieout("init"), 2);
    assert_eq!(fs::read_to_string(desk.path("tieout.toml")).unwrap(), "cap = 1");
}

#[test]
fn the_spreadsheet_dialect_has_semicolons_and_decimal_commas() {
    let desk = Desk::new(&[("day.sta", GOOD), ("items.csv", ITEMS)]);
    assert_code(&desk.tieout("run day.sta --open-items items.csv --out out --csv-dialect excel-semicolon"), 0);
    let text = fs::read_to_string(desk.path("out/allocations.csv")).unwrap();
    assert!(text.starts_with('\u{feff}') && text.contains(";1190,00;") && text.ends_with("\r\n"), "{text}");
}

#[test]
fn completions_and_manual_come_on_standard_output() {
    let desk = Desk::new(&[]);
    assert!(desk.tieout("completions bash").out.contains("tieout"));
    assert!(desk.tieout("man").out.contains(".TH"));
    assert_code(&desk.tieout("--version"), 0);
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_panic() {
    use std::process::Stdio;
    let desk = Desk::new(&[("day.sta", GOOD)]);
    let program = assert_cmd::cargo::cargo_bin("tieout");
    let mut child = std::process::Command::new(program)
        .args(["man"])
        .current_dir(Path::new(desk.dir.path()))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
    assert_eq!(output.status.code(), Some(0));
}
