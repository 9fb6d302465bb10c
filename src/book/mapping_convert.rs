//! Applies a mapping. In: an ERP's export. Out: open items, or every fault with the line and column of the export.

use super::items::{FromRows, ItemsRead};
use super::mapping::{ItemsMap, Many, Sign, Skip};
use super::table::{Cell, MappedCell, Row, Titles};
use crate::base::{
    AmountStyle, CsvRow, CsvRows, Foreign, Place, bare_amount, decode_text, fold_name, line_column, parse_date,
    parse_scaled, same_name, unarmour,
};
use crate::error::{Error, ErrorCode};
use crate::model::OpenItem;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The header is looked for within so many lines.
const LINES: u64 = 40;

/// Fields of ours that are amounts, whose sign follows the mapping.
const SIGNED: [&str; 5] = ["open_amount", "amount", "open_amount_base", "discount_base", "discount_base_2"];
const UNSIGNED: [&str; 2] = ["discount_amount", "discount_amount_2"];
const PERCENT: [&str; 2] = ["discount_percent", "discount_percent_2"];
const DATES: [&str; 4] = ["doc_date", "due_date", "discount_until", "discount_until_2"];

impl ItemsMap {
    /// Converts an export to open items. `file` is its name for messages.
    ///
    /// # Errors
    /// As [`ItemsMap::read`].
    pub fn convert(&self, bytes: &[u8], file: &str) -> Result<Vec<OpenItem>, Vec<Error>> {
        self.read(bytes, file).map(|read| read.items)
    }

    /// Converts an export to open items, with the findings and the count of rows left out.
    ///
    /// # Errors
    /// Every fault of the export with line, column and its own title: no header with the mapped columns, cells that cannot be
    /// read, rows of one item that contradict each other, and all that [`super::read_items`] checks.
    pub fn read(&self, bytes: &[u8], file: &str) -> Result<ItemsRead, Vec<Error>> {
        self.rows(bytes).map_err(|e| e.into_iter().map(|e| e.in_file(file)).collect::<Vec<_>>()).and_then(
            |(rows, faults, left_out)| {
                let mut items = FromRows::new(file);
                items.take(&rows);
                let mut read = items.finish(faults)?;
                read.left_out = left_out;
                Ok(read)
            },
        )
    }

    #[allow(clippy::type_complexity)]
    fn rows(&self, bytes: &[u8]) -> Result<(Vec<Row<'static>>, Vec<Error>, Vec<(String, u64)>), Vec<Error>> {
        if let Some(foreign) =
            Foreign::of(bytes).filter(|f| matches!(f, Foreign::Workbook | Foreign::Pdf | Foreign::Archive))
        {
            let found = format!("this looks like {}", foreign.words());
            let error = Error::new(ErrorCode::Header, Place::line(1), found, "an export as CSV text");
            return Err(vec![error.with_hint(foreign.advice())]);
        }
        let decoded = decode_text(bytes, &self.file.encodings).map_err(|e| {
            let before = String::from_utf8_lossy(bytes.get(..e.offset()).unwrap_or(bytes)).into_owned();
            let (line, column) = line_column(&before, before.len());
            let error = Error::new(
                ErrorCode::Encoding,
                Place::line_column(line, column),
                e.to_string(),
                "text in one known encoding",
            );
            vec![error.with_hint("name the encoding in the mapping: [file] encodings = [\"…\"]")]
        })?;
        let text = decoded.text.as_ref();
        let header = self.header(text).map_err(|e| vec![e])?;
        let titles = Arc::new(self.titles(&header));
        let mut rows: Vec<Row<'static>> = Vec::new();
        let mut by_key: BTreeMap<String, usize> = BTreeMap::new();
        let (mut errors, mut left_out) = (Vec::new(), Vec::new());
        let mut rest: Option<&str> = None;
        for row in CsvRows::new(text, header.delimiter, self.file.quote.chars().next()).skip(header.rows) {
            let row = match row {
                Ok(row) => row,
                Err(e) => {
                    let (line, column) = e.line_column();
                    let expected = "a closing quote before the next delimiter";
                    errors.push(Error::new(ErrorCode::Row, Place::line_column(line, column), e.to_string(), expected));
                    break;
                }
            };
            if row.is_blank() {
                continue;
            }
            if let Some(reason) = rest {
                count(&mut left_out, reason);
                continue;
            }
            if let Some(skip) = self.skip.iter().find(|s| meets(s, &row, &header)) {
                rest = skip.rest.then_some(skip.reason.as_str());
                count(&mut left_out, &skip.reason);
                continue;
            }
            let Some(mapped) = self.map(&row, &header, &titles, &mut errors) else { continue };
            match &self.collapse {
                None => rows.push(mapped),
                Some(by) => {
                    let key = mapped.get(by).unwrap_or_default().to_owned();
                    match by_key.get(&key).and_then(|at| rows.get(*at)) {
                        None => {
                            by_key.insert(key, rows.len());
                            rows.push(mapped);
                        }
                        Some(first) => {
                            errors.extend(contradiction(first, &mapped));
                            count(&mut left_out, "further_row_of_item");
                        }
                    }
                }
            }
        }
        Ok((rows, errors, left_out))
    }

    /// The first row that has all columns of the mapping.
    fn header(&self, text: &str) -> Result<Header, Error> {
        let rules = self.skip.iter().map(|s| &s.column).filter(|c| !c.starts_with('#'));
        let wanted: Vec<&String> = self.columns.values().flat_map(|m| &m.0).chain(rules).collect();
        let mut nearest: (usize, u64, Vec<&str>, Vec<String>) =
            (0, 1, wanted.iter().map(|w| w.as_str()).collect(), Vec::new());
        for delimiter in self.file.delimiter.0.iter().filter_map(|d| d.chars().next()) {
            let rows = CsvRows::new(text, delimiter, self.file.quote.chars().next()).map_while(Result::ok);
            for (i, row) in rows.take_while(|r| r.line <= LINES).enumerate() {
                let titles: Vec<String> = row.cells.iter().map(|c| unarmour(c).to_owned()).collect();
                let header = Header { delimiter, rows: i + 1, titles };
                let missing: Vec<&str> =
                    wanted.iter().map(|w| w.as_str()).filter(|w| header.position(w).is_none()).collect();
                if missing.is_empty() {
                    return Ok(header);
                }
                let found = wanted.len() - missing.len();
                if found > nearest.0 {
                    nearest = (found, row.line, missing, header.titles);
                }
            }
        }
        let (_, line, missing, titles) = nearest;
        let found = if titles.is_empty() {
            "no row with these columns".to_owned()
        } else {
            format!("columns {}", titles.join(", "))
        };
        let expected = format!("the columns of mapping `{}`; missing: {}", self.id, missing.join(", "));
        Err(Error::new(ErrorCode::Header, Place::line(line), found, expected))
    }

    /// Where each field of ours has its first column.
    fn titles(&self, header: &Header) -> Titles {
        let column = |(field, columns): (&String, &Many)| {
            let at = columns.0.iter().find_map(|c| header.position(c))?;
            Some((field.as_str().into(), (at as u64 + 1, header.titles.get(at).cloned())))
        };
        Titles { by_name: self.columns.iter().filter_map(column).collect(), mapped: true }
    }

    /// A row in our own names and spellings. `None` for a row that does not fit the header (noted).
    fn map(
        &self,
        row: &CsvRow<'_>,
        header: &Header,
        titles: &Arc<Titles>,
        errors: &mut Vec<Error>,
    ) -> Option<Row<'static>> {
        let width = header.titles.len();
        let surplus = row.cells.iter().enumerate().skip(width).find(|(_, c)| !c.trim().is_empty());
        if surplus.is_some() || row.cells.len() < width {
            let column = surplus.map_or(row.cells.len(), |(i, _)| i) as u64 + 1;
            let found = format!("a row of {} cells", row.cells.len());
            let error = Error::new(
                ErrorCode::Row,
                Place::line_column(row.line, column),
                found,
                format!("{width}, as the header has"),
            );
            errors.push(error.with_hint("leave footers out with a [[skip]] rule"));
            return None;
        }
        let mut cells: Vec<(Arc<str>, Cell<'static>)> = Vec::new();
        for (field, columns) in &self.columns {
            let parts: Vec<usize> = columns.0.iter().filter_map(|c| header.position(c)).collect();
            let texts = parts.iter().filter_map(|c| row.cells.get(*c)).map(|c| unarmour(c));
            let separator = if field == "refs" { "|" } else { &self.file.join };
            let joined = if field == "refs" || parts.len() > 1 && field != "item_id" && field != "doc_no" {
                texts.filter(|t| !t.is_empty()).collect::<Vec<_>>().join(separator)
            } else {
                texts.collect::<Vec<_>>().join(separator)
            };
            let first = parts.first().copied();
            let title = first.and_then(|c| header.titles.get(c).cloned());
            let cell = Cell {
                text: joined.into(),
                column: first.and_then(|c| u32::try_from(c + 1).ok()),
                mapped: Some(Box::new(MappedCell { title, written: None })),
            };
            if !cell.text.is_empty() {
                cells.push((field.as_str().into(), cell));
            }
        }
        for (field, value) in &self.constants {
            if !cells.iter().any(|(name, _)| name.as_ref() == field) {
                cells.push((field.as_str().into(), Cell { text: value.clone().into(), ..Cell::default() }));
            }
        }
        let mut mapped = Row { place: Place::line(row.line), cells, titles: titles.clone() };
        self.spell(&mut mapped, errors);
        Some(mapped)
    }

    /// Turns types, states, dates and amounts into our spelling.
    fn spell(&self, row: &mut Row<'static>, errors: &mut Vec<Error>) {
        for (field, words) in [("doc_type", &self.types), ("status", &self.status)] {
            let ours = row.get(field).and_then(|t| words.iter().find(|(k, _)| *k == t || fold_name(k) == fold_name(t)));
            if let (Some((_, ours)), Some(cell)) = (ours, row.cell_mut(field)) {
                cell.text = ours.clone().into();
            }
        }
        let lowers = matches!(row.get("doc_type"), Some("credit_note" | "on_account"));
        for field in DATES {
            let Some(text) = row.get(field) else { continue };
            let mut read = self.format.date.iter().filter_map(|p| parse_date(text, p));
            let first = read.next();
            match first.filter(|_| read.all(|d| Some(d) == first)) {
                Some(date) => set(row, field, date.to_string()),
                None => {
                    let expected = format!("a date by {}", self.format.date.join(" or "));
                    let error = Error::new(ErrorCode::Date, row.place_of(field), format!("date `{text}`"), expected);
                    errors.push(error.with_hint("the patterns stand in the mapping: [format] date = [\"%d.%m.%Y\"]"));
                    row.cells.retain(|(name, _)| name.as_ref() != field);
                }
            }
        }
        let decimal = self.format.decimal.chars().next().unwrap_or('.');
        let style = AmountStyle { decimal, thousands: self.format.thousands.chars().next() };
        for field in SIGNED.into_iter().chain(UNSIGNED).chain(PERCENT) {
            let Some(text) = row.get(field) else { continue };
            let bare = if PERCENT.contains(&field) {
                (text.trim_end_matches('%').trim().to_owned(), None)
            } else {
                bare_amount(text)
            };
            let mut fault = None;
            if let (Some(named), Some(currency)) = (bare.1, row.get("currency"))
                && named.code() != currency
                && field != "open_amount_base"
            {
                fault = Some(Error::new(
                    ErrorCode::Currency,
                    row.place_of(field),
                    format!("an amount in {named}"),
                    currency,
                ));
            }
            match parse_scaled(&bare.0, style) {
                Ok((units, scale)) if fault.is_none() => {
                    let units = match self.format.sign {
                        Sign::Negate if SIGNED.contains(&field) => -units,
                        Sign::ByType if SIGNED.contains(&field) && lowers => -units.abs(),
                        _ => units,
                    };
                    set(row, field, plain(units, scale));
                }
                read => {
                    errors.extend(fault.or_else(|| {
                        let e = read.err()?;
                        let expected = format!("an amount with `{decimal}` before the decimals");
                        let found = format!("amount `{text}`, which {e}");
                        let error = Error::new(ErrorCode::Amount, row.place_of(field), found, expected);
                        let other = if decimal == ',' { '.' } else { ',' };
                        let swapped = AmountStyle { decimal: other, thousands: Some(decimal) };
                        Some(match parse_scaled(&bare.0, swapped) {
                            Ok(_) => error.with_hint(format!(
                                "it reads with decimal = \"{other}\" and thousands = \"{decimal}\": are they swapped in the mapping?"
                            )),
                            Err(_) => error,
                        })
                    }));
                    // Noted once: what stays is read without a further complaint, and nothing is given out anyway.
                    set(row, field, "0".into());
                }
            }
        }
    }
}

struct Header {
    delimiter: char,
    rows: usize,
    titles: Vec<String>,
}

impl Header {
    fn position(&self, name: &str) -> Option<usize> {
        let exact = self.titles.iter().position(|t| t == name);
        exact.or_else(|| self.titles.iter().position(|t| same_name(name, t)))
    }
}

fn meets(skip: &Skip, row: &CsvRow<'_>, header: &Header) -> bool {
    let number = skip.column.strip_prefix('#').and_then(|n| n.parse::<usize>().ok()).and_then(|n| n.checked_sub(1));
    let cell =
        number.or_else(|| header.position(&skip.column)).and_then(|c| row.cells.get(c)).map_or("", |c| unarmour(c));
    let folded = fold_name(cell);
    let among = |names: &Many| names.0.iter().any(|n| n == cell || (!folded.is_empty() && fold_name(n) == folded));
    let starts = |names: &Many| names.0.iter().map(|n| fold_name(n)).any(|n| !n.is_empty() && folded.starts_with(&n));
    skip.one_of.as_ref().is_none_or(among)
        && skip.not_in.as_ref().is_none_or(|n| !among(n))
        && skip.starts_with.as_ref().is_none_or(starts)
        && skip.empty.is_none_or(|e| cell.is_empty() == e)
}

/// The first mapped cell that differs between two rows of one item.
fn contradiction(first: &Row<'_>, next: &Row<'_>) -> Option<Error> {
    let mut fields = first.cells.iter().chain(&next.cells).map(|(name, _)| name);
    let field = fields.find(|f| first.get(f) != next.get(f))?;
    let found = format!(
        "{field} `{}`, and `{}` in line {}",
        next.get(field).unwrap_or_default(),
        first.get(field).unwrap_or_default(),
        first.place.line.unwrap_or(0)
    );
    Some(Error::new(ErrorCode::Value, next.place_of(field), found, "one value in all rows of an item"))
}

fn set(row: &mut Row<'static>, field: &str, text: String) {
    if let Some(cell) = row.cell_mut(field) {
        let before = std::mem::replace(&mut cell.text, text.into());
        cell.mapped.get_or_insert_default().written.get_or_insert(before.into_owned());
    }
}

/// `(-11905, 1)` as `-1190.5`.
fn plain(units: i128, scale: u8) -> String {
    let digits = units.unsigned_abs().to_string();
    let width = usize::from(scale) + 1;
    let padded = format!("{digits:0>width$}");
    let (whole, fraction) = padded.split_at(padded.len() - usize::from(scale));
    let sign = if units < 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn count(left_out: &mut Vec<(String, u64)>, reason: &str) {
    match left_out.iter_mut().find(|(r, _)| r == reason) {
        Some((_, n)) => *n += 1,
        None => left_out.push((reason.to_owned(), 1)),
    }
}

#[cfg(test)]
mod tests;
