//! An office for tests of the program: a folder with a ledger, the morning's statements run, and queues that can be filled.

// Each test file is a program of its own and uses its own part of this.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/runs/morning").join(name)
}

/// A folder with a ledger in it.
pub struct Office {
    pub folder: tempfile::TempDir,
}

pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

impl Office {
    /// Nothing is there yet.
    pub fn empty() -> Office {
        Office { folder: tempfile::tempdir().expect("a folder") }
    }

    /// The morning's statements are run.
    pub fn open(config: Option<&str>) -> Office {
        let office = Office { folder: tempfile::tempdir().expect("a folder") };
        for name in ["items.csv", "customers.csv"] {
            fs::copy(fixture(name), office.path(name)).expect("a copy");
        }
        let mut args = vec!["run"];
        let files: Vec<String> = ["2026-04-20_hhb_camt053.xml", "2026-04-20_sparkasse.sta", "2026-04-20_rabobank.csv"]
            .iter()
            .map(|f| fixture(f).display().to_string())
            .collect();
        args.extend(files.iter().map(String::as_str));
        args.extend(["--open-items", "items.csv", "--customers", "customers.csv", "--ledger", "l.db", "--out", "day"]);
        if let Some(text) = config {
            fs::write(office.path("tieout.toml"), text).expect("a policy");
            args.extend(["--config", "tieout.toml"]);
        }
        assert_eq!(office.tieout("2026-04-20T17:00:00Z", &args).status.code(), Some(0));
        office
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, now: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tieout"));
        command.args(args).current_dir(self.folder.path());
        command.env("TIEOUT_NOW", now).env("TIEOUT_BY", "office");
        for name in ["TIEOUT_LEDGER", "TIEOUT_CONFIG", "TIEOUT_OUT"] {
            command.env_remove(name);
        }
        command
    }

    pub fn tieout(&self, now: &str, args: &[&str]) -> Output {
        self.command(now, args).output().expect("tieout runs")
    }

    pub fn ask(&self, args: &[&str]) -> String {
        let mut all = args.to_vec();
        all.extend(["--ledger", "l.db"]);
        let done = self.tieout("2026-05-01T08:00:00Z", &all);
        assert_eq!(done.status.code(), Some(0), "{args:?}: {}", said(&done));
        String::from_utf8(done.stdout).expect("text")
    }

    pub fn decide(&self, now: &str, file: &str, out: &str, more: &[&str]) -> Output {
        let mut args = vec!["decide", file, "--ledger", "l.db", "--out", out];
        args.extend(more);
        self.tieout(now, &args)
    }

    /// A statement of another account with one payment of this amount and text, by `number`, and the run of it.
    pub fn next_day(&self, number: u32, amount: &str, text: &str, payer: (&str, &str)) -> Output {
        let (account, name) = payer;
        let (day, opening) = (20 + number, "0,00");
        let statement = format!(
            ":20:X\r\n:25:DE02120300000000202051\r\n:28C:{number}/1\r\n:60F:C2604{day}EUR{opening}\r\n\
             :61:2604{day}04{day}CR{amount}NTRFNONREF\r\n:86:166?00GUTSCHRIFT?20SVWZ+{text}?31{account}?32{name}\r\n\
             :61:2604{day}04{day}DR{amount}NTRFNONREF\r\n:86:177?00UEBERTRAG?20SVWZ+Abfuhr\r\n\
             :62F:C2604{day}EUR{opening}\r\n-\r\n"
        );
        let (file, out) = (format!("{number}.sta"), format!("day {number}"));
        fs::write(self.path(&file), statement).expect("a statement");
        let now = format!("2026-04-{day}T17:00:00Z");
        let run = ["run", &file, "--open-items", "items.csv", "--customers", "customers.csv", "--ledger", "l.db"];
        self.tieout(&now, &[&run[..], &["--out", &out]].concat())
    }

    /// The queue of the ledger as rows by reason, the first of each.
    pub fn queue(&self, out: &str) -> Queue {
        self.ask(&["queue", "--out", out]);
        Queue::read(&self.path(out).join("exceptions.csv"))
    }

    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file")
    }
}

/// A queue that can be filled.
#[derive(Clone)]
pub struct Queue {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Queue {
    pub fn read(path: &Path) -> Queue {
        let mut reader = csv::Reader::from_path(path).expect("a queue");
        let header = reader.headers().expect("a header").iter().map(str::to_owned).collect();
        let rows = reader.records().map(|r| r.expect("a row").iter().map(str::to_owned).collect()).collect();
        Queue { header, rows }
    }

    pub fn at(&self, name: &str) -> usize {
        self.header.iter().position(|h| h == name).expect("a column")
    }

    pub fn row_of(&self, reason: &str) -> usize {
        self.rows.iter().position(|r| r[self.at("reason")] == reason).unwrap_or_else(|| panic!("a row of {reason}"))
    }

    pub fn get(&self, reason: &str, name: &str) -> String {
        self.rows[self.row_of(reason)][self.at(name)].clone()
    }

    pub fn set(&mut self, reason: &str, who: &str, cells: &[(&str, &str)]) {
        let row = self.row_of(reason);
        let by = [("decided_by", who)];
        for (name, text) in cells.iter().chain(&by) {
            let at = self.at(name);
            self.rows[row][at] = (*text).to_owned();
        }
    }

    pub fn write(&self, path: &Path) {
        let mut writer = csv::Writer::from_path(path).expect("a file");
        writer.write_record(&self.header).expect("written");
        self.rows.iter().for_each(|r| writer.write_record(r).expect("written"));
        writer.flush().expect("written");
    }

    /// The same decisions in a spreadsheet with the columns that are needed.
    pub fn write_xlsx(&self, path: &Path) {
        let names =
            ["exception_id", "row_hash", "decision", "documents", "difference_code", "decided_by", "decided_at"];
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet().set_name("Exceptions").expect("a sheet");
        for (column, name) in (0u16..).zip(names) {
            sheet.write_string(0, column, name).expect("a cell");
            for (row, cells) in (1u32..).zip(&self.rows) {
                sheet.write_string(row, column, &cells[self.at(name)]).expect("a cell");
            }
        }
        book.save(path).expect("a spreadsheet");
    }
}
