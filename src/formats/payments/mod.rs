//! `tieout.payments/1` as JSON: lines of objects or one array, as `tieout parse --output jsonl` writes them. Comes in: bytes. Goes
//! out: what the CSV reader makes of the same rows under the profile `tieout-payments`, with the lines of the JSON.

use super::csv::{CsvReader, Profile};
use super::{ReadOptions, Reader, Statements};
use crate::base::{Place, decode_text};
use crate::error::{Error, ErrorCode, visible};
use crate::model::Statement;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The reader of payments as JSON.
pub struct PaymentsReader;

/// Columns without which no row can be read.
const REQUIRED: &[&str] = &["account", "booking_date", "amount", "currency"];

impl Reader for PaymentsReader {
    fn name(&self) -> &'static str {
        "payments"
    }

    /// An object, or an array of them, the first of which has what every payment needs.
    fn recognises(&self, bytes: &[u8], _options: &ReadOptions) -> bool {
        let head = bytes.get(..16 * 1024).unwrap_or(bytes);
        let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
        let first = head.strip_prefix(b"[").unwrap_or(head);
        // Other JSON of ours holds payments too, but inside other objects.
        let mut objects = serde_json::Deserializer::from_slice(first).into_iter::<BTreeMap<String, IgnoredAny>>();
        let first = objects.next().and_then(Result::ok);
        first.is_some_and(|members| REQUIRED.iter().all(|name| members.contains_key(*name)))
    }

    fn read(&self, bytes: &[u8], options: &ReadOptions) -> Result<Statements, Error> {
        let decoded = decode_text::<&str>(bytes, &[])
            .map_err(|e| Error::new(ErrorCode::Encoding, Place::line(1), e.to_string(), "JSON in UTF-8"))?;
        let rows = rows(&decoded.text)?;
        let table = Table::of(&rows)?;
        let profile = options.profile.clone().or_else(|| Profile::builtin("tieout-payments"));
        let options = ReadOptions { profile, encoding: None, ..options.clone() };
        let mut read = CsvReader.read(table.text.as_bytes(), &options).map_err(|e| table.error(&e))?;
        read.findings.iter_mut().for_each(|f| table.place(&mut f.place));
        read.statements.iter_mut().for_each(|s| table.statement(s));
        Ok(read)
    }
}

/// One object: its line, and its members with their texts. Numbers keep their digits.
struct Row {
    line: u64,
    cells: BTreeMap<String, String>,
}

fn rows(text: &str) -> Result<Vec<Row>, Error> {
    let fault = |base: u64, e: &serde_json::Error| {
        let place = Place::line_column(base + e.line() as u64, e.column() as u64);
        let message = e.to_string();
        let found = message.split(" at line ").next().unwrap_or_default().to_owned();
        Error::new(ErrorCode::Structure, place, found, "objects of tieout.payments/1, one per line or in one array")
    };
    let objects: Vec<&RawValue> = if text.trim_start().starts_with('[') {
        serde_json::from_str(text).map_err(|e| fault(0, &e))?
    } else {
        let stream = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
        stream.collect::<Result<_, _>>().map_err(|e| fault(0, &e))?
    };
    let (mut at, mut line) = (0usize, 1u64);
    let mut rows = Vec::with_capacity(objects.len());
    for object in objects {
        let raw = object.get();
        // They are slices of the text, in its order.
        let start = (raw.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        line += text.get(at..start).map_or(0, |t| t.bytes().filter(|b| *b == b'\n').count()) as u64;
        at = start.max(at);
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(raw).map_err(|e| fault(line - 1, &e))?;
        let mut cells = BTreeMap::new();
        for (name, value) in members {
            if let Some(cell) = cell(value.get()).map_err(|found| {
                let place = Place::line(line).at(visible(&name));
                Error::new(ErrorCode::Value, place, found, "a text, a number, true, false, null or a list of texts")
            })? {
                cells.insert(name, cell);
            }
        }
        rows.push(Row { line, cells });
    }
    Ok(rows)
}

/// A value as the text of a cell; a list is joined as in CSV.
fn cell(raw: &str) -> Result<Option<String>, String> {
    let text = |raw: &str| serde_json::from_str::<String>(raw).map_err(|_| format!("`{}`", visible(raw)));
    match raw.as_bytes().first() {
        Some(b'n') => Ok(None),
        Some(b'"') => text(raw).map(Some),
        Some(b'{') => Err(format!("`{}`", visible(raw))),
        Some(b'[') => {
            let parts: Vec<&RawValue> = serde_json::from_str(raw).map_err(|_| format!("`{}`", visible(raw)))?;
            let parts: Vec<String> = parts.iter().map(|p| text(p.get())).collect::<Result<_, _>>()?;
            Ok(Some(parts.join("|")))
        }
        _ => Ok(Some(raw.to_owned())),
    }
}

/// The rows as CSV, and for each of its lines the line of the object.
struct Table {
    text: String,
    lines: Vec<(u64, u64)>,
}

impl Table {
    fn of(rows: &[Row]) -> Result<Table, Error> {
        let Some(first) = rows.first() else {
            return Err(Error::new(ErrorCode::EmptyInput, Place::line(1), "no payment", "at least one object"));
        };
        for row in rows {
            if let Some(name) = REQUIRED.iter().find(|n| !row.cells.contains_key(**n)) {
                let place = Place::line(row.line).at(*name);
                return Err(Error::new(
                    ErrorCode::Missing,
                    place,
                    format!("no `{name}`"),
                    format!("`{name}` in every payment"),
                ));
            }
        }
        // The id tells this table from a bank's; it is made anew from the content.
        let mut names: Vec<&str> = ["payment_id"].iter().chain(REQUIRED).copied().collect();
        for name in rows.iter().flat_map(|r| r.cells.keys()) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        let mut table = Table { text: String::new(), lines: vec![(1, first.line)] };
        let mut line = 1;
        let mut write = |text: &mut String, cells: &mut dyn Iterator<Item = &str>| {
            for (i, cell) in cells.enumerate() {
                if i > 0 {
                    text.push(',');
                }
                text.push('"');
                text.push_str(&cell.replace('"', "\"\""));
                text.push('"');
                line += cell.bytes().filter(|b| *b == b'\n').count() as u64;
            }
            text.push('\n');
            line += 1;
            line
        };
        let mut next = write(&mut table.text, &mut names.iter().copied());
        for row in rows {
            table.lines.push((next, row.line));
            let mut cells = names.iter().map(|n| row.cells.get(*n).map_or("", String::as_str));
            next = write(&mut table.text, &mut cells);
        }
        Ok(table)
    }

    fn place(&self, place: &mut Place) {
        let Some(line) = place.line else { return };
        let at = self.lines.partition_point(|(csv, _)| *csv <= line).checked_sub(1);
        place.line = at.and_then(|i| self.lines.get(i)).map(|(_, json)| *json);
        // A column of ours says nothing about the object; its name does.
        place.column = None;
    }

    fn error(&self, error: &Error) -> Error {
        let mut place = error.place().clone();
        self.place(&mut place);
        let placed = Error::new(error.code(), place, error.found(), error.expected());
        match error.hint() {
            Some(hint) => placed.with_hint(hint),
            None => placed,
        }
    }

    fn statement(&self, s: &mut Statement) {
        self.place(&mut s.place);
        s.findings.iter_mut().for_each(|f| self.place(&mut f.place));
        s.entries.iter_mut().for_each(|e| self.place(&mut e.place));
        let balances = s.balances.iter_mut().chain(s.opening.iter_mut()).chain(s.closing.iter_mut());
        balances.for_each(|b| self.place(&mut b.place));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::read_statements;

    fn read(text: &str) -> Result<Statements, Error> {
        read_statements(text.as_bytes(), &ReadOptions::for_file("payments.jsonl"))
    }

    const ONE: &str = r#"{"account":"DE89370400440532013000","booking_date":"2026-04-24","amount":"1190.00","currency":"EUR","payer_name":"Muster, \"M\" GmbH","remittance":"RE-1\nand RE-2"}"#;

    #[test]
    fn lines_and_an_array_give_the_same_as_rows_of_csv() {
        let two = ONE.replace("1190.00\"", "-2.50\"").replace("\"-2.50\"", "-2.50");
        let lines = read(&format!("{ONE}\n\n{two}\n")).unwrap();
        let array = read(&format!("[\n{ONE},\n{two}]")).unwrap();
        for r in [&lines, &array] {
            let s = &r.statements[0];
            let amounts: Vec<String> = s.entries.iter().map(|e| e.amount.figure()).collect();
            assert_eq!(
                (s.account.as_str(), amounts),
                ("DE89370400440532013000", vec!["1190.00".into(), "-2.50".into()])
            );
            assert_eq!(s.entries[0].details[0].debtor.name.as_deref(), Some("Muster, \"M\" GmbH"));
        }
        assert_eq!(lines.statements[0].entries[1].place.line, Some(3), "the line of the object");
        assert_eq!(array.statements[0].entries[1].place.line, Some(3));
    }

    #[test]
    fn only_payments_themselves_are_recognised() {
        let is = |text: &str| PaymentsReader.recognises(text.as_bytes(), &ReadOptions::default());
        assert!(is(ONE) && is(&format!(" [\n{ONE},\n")));
        assert!(!is(&format!("{{\"schema\":\"tieout.decisions/1\",\"payment\":{ONE}}}")));
        assert!(!is(&format!("{{\"statements\":[{ONE}]}}")) && !is("[]") && !is("{"));
    }

    #[test]
    fn a_fault_has_the_line_of_its_object() {
        let at = |text: &str| read(text).map(|_| ()).unwrap_err();
        let e = at(&format!("{ONE}\n{}", ONE.replace("1190.00", "1.190,00")));
        assert_eq!((e.code(), e.place().line), (ErrorCode::Amount, Some(2)));
        let e = at(&format!("{ONE}\n{}", ONE.replace("\"currency\":\"EUR\",", "")));
        assert_eq!(
            (e.code(), e.place().line, e.place().path.as_deref()),
            (ErrorCode::Missing, Some(2), Some("currency"))
        );
        assert_eq!(at(&format!("{ONE}\n{{\"account\":")).place().line, Some(2));
        assert_eq!(at(&ONE.replace("\"1190.00\"", "{}")).code(), ErrorCode::Value);
    }
}
