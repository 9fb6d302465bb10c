//! The queue as a spreadsheet: rows in, the bytes of `exceptions.xlsx` out. Text is always a string, never a formula; money and
//! dates are numbers with their format; the decision cells are open and everything else is guarded, but can be sorted and
//! filtered. The same queue gives the same bytes: the file carries no clock.

use super::cells::to_sheet;
use super::columns::{Column, ColumnKind, ColumnPart, QUEUE_SCHEMA, column_of};
use super::queue::{CellValue, Queue, QueueRow, choice_label};
use super::xlsx_guide;
use super::xlsx_money::money_format;
use super::xlsx_rows::{SheetRows, with_rows};
use crate::base::{Currency, Place};
use crate::error::{Error, ErrorCode};
use crate::model::{DifferenceCode, Outcome, Verdict, reason_table};
use chrono::NaiveDate;
use rust_xlsxwriter::{
    Color, DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, ProtectionOptions,
    Workbook, Worksheet, XlsxError,
};
use std::collections::BTreeSet;

/// The sheet that reviewers work in.
pub const SHEET: &str = "Exceptions";
/// The hidden sheet that knows which rows were written.
pub const IDENTITY_SHEET: &str = "_tieout";
/// Most rows of one file, below the limit of the format.
const ROWS_MAX: usize = 1_000_000;
/// Columns to the left that stay in view.
const FROZEN: u16 = 4;
/// Most lines that a row shows at once.
const LINES_MAX: usize = 8;

/// Columns in the order of the sheet with their widths in characters; 0 is hidden. What is read first and what is filled in
/// stand together; the same names as in the CSV, which has its own order. A test holds this against [`COLUMNS`].
const ORDER: &[(&str, u16)] = &[
    ("booking_date", 11),
    ("amount", 14),
    ("currency", 5),
    ("payer_name", 26),
    ("remittance", 36),
    ("customer_id", 11),
    ("customer_name", 24),
    ("reason_text", 42),
    ("p1_docs", 28),
    ("p1_difference", 13),
    ("p1_against", 34),
    ("decision", 24),
    ("documents", 28),
    ("decision_customer", 12),
    ("difference_code", 13),
    ("category", 16),
    ("comment", 26),
    ("decided_by", 16),
    ("decided_at", 12),
    ("p2_docs", 28),
    ("p2_difference", 13),
    ("p2_against", 34),
    ("p3_docs", 28),
    ("p3_difference", 13),
    ("p3_against", 34),
    ("would_need", 34),
    ("reason", 20),
    ("priority", 8),
    ("age_days", 8),
    ("segment", 12),
    ("owner", 14),
    ("p1_total", 14),
    ("p1_error_ppm", 10),
    ("p1_for", 40),
    ("p2_total", 14),
    ("p2_error_ppm", 10),
    ("p2_for", 40),
    ("p3_total", 14),
    ("p3_error_ppm", 10),
    ("p3_for", 40),
    ("margin", 8),
    ("structured_ref", 24),
    ("end_to_end_id", 18),
    ("payer_account", 26),
    ("account", 26),
    ("company", 10),
    ("payment_id", 23),
    ("exception_id", 0),
    ("row_hash", 0),
];

/// Words that the drop-down offers beside the row's own proposals.
const WORDS: [Verdict; 7] = [
    Verdict::Apply,
    Verdict::OnAccount,
    Verdict::Unidentified,
    Verdict::NotReceivable,
    Verdict::Refund,
    Verdict::Reject,
    Verdict::Defer,
];
/// Hidden columns that hold a row's choices, right of all others: they move with the row when it is sorted.
const CHOICES: u16 = 3 + WORDS.len() as u16;

/// Whether a queue fits into a spreadsheet.
///
/// # Errors
/// [`ErrorCode::Limit`] beyond a million rows: split the queue.
pub fn fits_spreadsheet(queue: &Queue) -> Result<(), Error> {
    if queue.rows.len() > ROWS_MAX {
        return Err(too_large(format!("{} rows", queue.rows.len())));
    }
    Ok(())
}

/// The file's bytes.
///
/// # Errors
/// As [`fits_spreadsheet`].
pub fn exceptions_xlsx(queue: &Queue) -> Result<Vec<u8>, Error> {
    fits_spreadsheet(queue)?;
    let (skeleton, formats) = skeleton(queue).map_err(|e| too_large(e.to_string()))?;
    let mut exceptions = |sheet: &mut SheetRows<'_>| exception_rows(sheet, queue, &formats);
    let mut identity = |sheet: &mut SheetRows<'_>| identity_rows(sheet, queue);
    with_rows(
        skeleton,
        &mut [("xl/worksheets/sheet1.xml", &mut exceptions), ("xl/worksheets/sheet4.xml", &mut identity)],
    )
    .map_err(too_large)
}

fn too_large(found: String) -> Error {
    Error::new(ErrorCode::Limit, Place::file("exceptions.xlsx"), found, "a queue that fits into a spreadsheet")
        .with_hint("split it with --by owner, segment or company")
}

/// The workbook without its rows.
fn skeleton(queue: &Queue) -> Result<(Vec<u8>, Formats), XlsxError> {
    let mut book = Workbook::new();
    // Not the time of writing, which would differ from run to run. It also says that nobody has saved the file yet.
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?.and_hms(0, 0, 0)?;
    book.set_properties(&DocProperties::new().set_title("tieout exceptions").set_creation_datetime(&created));
    let formats = Formats::new(queue);
    exceptions(book.add_worksheet(), queue, &formats)?;
    xlsx_guide::explanation(book.add_worksheet())?;
    xlsx_guide::summary(book.add_worksheet(), queue)?;
    identity(book.add_worksheet(), queue)?;
    Ok((book.save_to_buffer()?, formats))
}

/// The cell formats of the sheet, in the order of the samples.
#[derive(Clone, Copy)]
enum Style {
    Text,
    Wrapped,
    Date,
    Number,
    Open,
    Choice,
    /// The first of the money formats, one for each currency.
    Money,
}

struct Formats {
    header: Format,
    header_open: Format,
    open: Format,
    samples: Vec<Format>,
    currencies: Vec<Currency>,
}

impl Formats {
    fn new(queue: &Queue) -> Self {
        let line = |f: Format| f.set_border_bottom(FormatBorder::Hair).set_border_color(Color::RGB(0xB0_B7_BF));
        // Spreadsheets sort a guarded sheet only where no cell is locked: what keeps hands off is the rule of `validate`.
        let top = line(Format::new().set_align(FormatAlign::Top)).set_unlocked();
        let header = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
        let currencies: BTreeSet<Currency> = queue.rows.iter().map(|r| r.currency).collect();
        let currencies: Vec<Currency> = currencies.into_iter().collect();
        let wrapped = top.clone().set_text_wrap();
        // Text, so that a document number keeps its leading zeros and is not taken for a date.
        let open = wrapped.clone().set_num_format("@").set_background_color(Color::RGB(0xFF_FA_E8));
        let mut samples = vec![
            top.clone(),
            wrapped,
            top.clone().set_num_format("yyyy-mm-dd"),
            top.clone().set_num_format("0"),
            open.clone(),
            Format::new().set_unlocked(),
        ];
        samples.extend(currencies.iter().map(|c| top.clone().set_num_format(money_format(*c))));
        Formats {
            header: header.clone().set_background_color(Color::RGB(0xE3_E8_EE)),
            header_open: header.set_background_color(Color::RGB(0xFF_E6_A6)),
            open,
            samples,
            currencies,
        }
    }

    fn money(&self, currency: Currency) -> usize {
        Style::Money as usize + self.currencies.iter().position(|c| *c == currency).unwrap_or(0)
    }
}

/// The columns in the order of the sheet.
fn ordered() -> impl Iterator<Item = (u16, &'static Column, u16)> {
    ORDER.iter().zip(0u16..).filter_map(|((name, width), at)| Some((at, column_of(name)?.1, *width)))
}

/// The sheet without its rows.
fn exceptions(sheet: &mut Worksheet, queue: &Queue, formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_name(SHEET)?;
    let columns: Vec<(u16, &Column, u16)> = ordered().collect();
    let first_choice = columns.len() as u16;
    for (at, column, width) in &columns {
        let open = column.part == ColumnPart::Decision;
        sheet.write_string_with_format(
            0,
            *at,
            column.name,
            if open { &formats.header_open } else { &formats.header },
        )?;
        if *width == 0 {
            sheet.set_column_hidden(*at)?;
        } else {
            // Wide enough for the name beside the filter's arrow.
            let name = u16::try_from(column.name.len()).unwrap_or(0) + 3;
            sheet.set_column_width(*at, f64::from((*width).max(name)))?;
        }
        if open {
            sheet.set_column_format(*at, &formats.open)?;
        }
    }
    for n in 0..CHOICES {
        sheet.write_string_with_format(0, first_choice + n, format!("choice_{}", n + 1), &formats.header)?;
        sheet.set_column_hidden(first_choice + n)?;
    }
    let last = u32::try_from(queue.rows.len()).unwrap_or(u32::MAX - 1).max(1);
    sheet.set_freeze_panes(1, FROZEN)?;
    sheet.autofilter(0, 0, last, first_choice + CHOICES - 1)?;
    // On paper only what is needed to decide: up to the reviewer's own columns.
    let printed = columns.iter().filter(|(_, c, _)| c.part == ColumnPart::Decision).map(|(at, ..)| *at).max();
    sheet.set_print_area(0, 0, last, printed.unwrap_or(first_choice))?;
    sheet.set_landscape().set_paper_size(8).set_repeat_rows(0, 0)?.set_print_fit_to_pages(1, 0);
    validate(sheet, &columns, last, first_choice)?;
    sheet.protect_with_options(&ProtectionOptions {
        sort: true,
        use_autofilter: true,
        format_columns: true,
        format_rows: true,
        ..ProtectionOptions::default()
    });
    for (format, at) in formats.samples.iter().zip(0u16..) {
        sheet.write_blank(1, at, format)?;
    }
    Ok(())
}

/// The rows of the sheet.
fn exception_rows(sheet: &mut SheetRows<'_>, queue: &Queue, formats: &Formats) {
    let columns: Vec<(u16, &Column, u16)> = ordered().collect();
    let first_choice = columns.len() as u16;
    let decision = columns.iter().find(|(_, c, _)| c.part == ColumnPart::Decision).map_or(0, |(at, ..)| *at);
    let mut cells: Vec<Option<Cell>> = Vec::with_capacity(columns.len());
    for (row, number) in queue.rows.iter().zip(2u32..) {
        cells.clear();
        let mut lines = 1;
        for (at, column, width) in &columns {
            let (cell, wanted) = cell(row, column, *width);
            // What stands to the right of the decision is looked up now and then: it does not stretch the row.
            if *at < decision {
                lines = lines.max(wanted);
            }
            cells.push(cell);
        }
        sheet.begin(number, Some(15 * u32::try_from(lines.min(LINES_MAX)).unwrap_or(1)));
        for ((at, column, _), cell) in columns.iter().zip(&cells) {
            match cell {
                Some(Cell::Text(style, text)) => sheet.string(*at, *style as usize, text),
                Some(Cell::Number(style, number)) => sheet.number(*at, *style as usize, *number),
                Some(Cell::Money(minor)) => sheet.money(*at, formats.money(row.currency), *minor, row.currency),
                None if column.part == ColumnPart::Decision => sheet.blank(*at, Style::Open as usize),
                // Cells without a lock, else the row could not be sorted.
                None => sheet.blank(*at, Style::Text as usize),
            }
        }
        choices(sheet, first_choice, row);
        sheet.end();
    }
}

/// What a cell of a row is written as.
enum Cell {
    Text(Style, String),
    Number(Style, i64),
    Money(i128),
}

/// A cell, and how many lines it wants.
fn cell(row: &QueueRow, column: &Column, width: u16) -> (Option<Cell>, usize) {
    let plain = |text: String| (Some(Cell::Text(Style::Text, text)), 1);
    match row.cell(column) {
        CellValue::Empty => (None, 1),
        CellValue::Text(text) => {
            let text = to_sheet(&text);
            if column.kind != ColumnKind::Text || width == 0 {
                return plain(text);
            }
            let lines = text.chars().count().div_ceil(usize::from(width).max(1));
            (Some(Cell::Text(Style::Wrapped, text)), lines)
        }
        // A spreadsheet shows 15 digits; a larger amount is written as text. The figure is for the eye alone: no amount is ever
        // read back from it.
        CellValue::Money(minor) if minor.unsigned_abs() < 1_000_000_000_000_000 => (Some(Cell::Money(minor)), 1),
        CellValue::Money(minor) => plain(crate::base::sum_figure(minor, row.currency)),
        CellValue::Date(day) => match serial(day) {
            Some(days) => (Some(Cell::Number(Style::Date, days)), 1),
            None => plain(day.to_string()),
        },
        // Days, parts per million and centibans: far below what a cell holds exactly.
        CellValue::Number(number) => (Some(Cell::Number(Style::Number, number)), 1),
    }
}

/// A day as a spreadsheet counts it. Before March 1900 they do not agree.
fn serial(day: NaiveDate) -> Option<i64> {
    let days = (day - NaiveDate::from_ymd_opt(1899, 12, 30)?).num_days();
    (days > 60).then_some(days)
}

/// The row's own proposals, then the words that fit every row.
fn choices(sheet: &mut SheetRows<'_>, first: u16, row: &QueueRow) {
    let own = row.proposals.iter().zip(1..).map(|(p, n)| format!("accept_{n}: {}", choice_label(p)));
    let words = WORDS.iter().map(|w| w.as_str().to_owned());
    for (choice, at) in own.chain(words).zip(first..) {
        sheet.string(at, Style::Choice as usize, &choice);
    }
}

fn validate(
    sheet: &mut Worksheet,
    columns: &[(u16, &Column, u16)],
    last: u32,
    first_choice: u16,
) -> Result<(), XlsxError> {
    let categories = || {
        let rows = reason_table().iter().filter(|r| r.outcome == Outcome::NotReceivable);
        rows.map(|r| r.code.as_str()).collect::<Vec<_>>()
    };
    for (at, column, _) in columns {
        let list = match column.name {
            "decision" => {
                let from = rust_xlsxwriter::utility::column_number_to_name(first_choice);
                let to = rust_xlsxwriter::utility::column_number_to_name(first_choice + CHOICES - 1);
                DataValidation::new().allow_list_formula(Formula::new(format!("=${from}2:${to}2")))
            }
            "difference_code" => {
                let words: Vec<&str> = DifferenceCode::ALL.iter().map(|d| d.as_str()).collect();
                DataValidation::new().allow_list_strings(&words)?
            }
            "category" => DataValidation::new().allow_list_strings(&categories())?,
            _ => continue,
        };
        // A word typed by hand is as good as one picked; what cannot be read is refused with the cell's address.
        let list = list.ignore_blank(true).show_error_message(false);
        sheet.add_data_validation(1, *at, last, *at, &list)?;
    }
    // Nothing can be typed into cells that are not the reviewer's. A lock would do the same, and nobody could sort.
    let guard = DataValidation::new()
        .allow_custom(Formula::new("=FALSE"))
        .ignore_blank(false)
        .set_error_title("Not yours to fill in")?
        .set_error_message("Only the yellow columns are filled in. Press Esc: a row that was changed is refused.")?;
    let open = |(at, column, _): &&(u16, &Column, u16)| (column.part == ColumnPart::Decision).then_some(*at);
    let (first, end) = (columns.iter().find_map(|c| open(&c)), columns.iter().rev().find_map(|c| open(&c)));
    if let (Some(first), Some(end)) = (first, end) {
        sheet.add_data_validation(1, 0, last, first.saturating_sub(1), &guard)?;
        sheet.add_data_validation(1, end + 1, last, first_choice + CHOICES - 1, &guard)?;
    }
    Ok(())
}

/// Which rows this file was written with. A row that comes back under an id and hash that do not stand here was edited.
fn identity(sheet: &mut Worksheet, queue: &Queue) -> Result<(), XlsxError> {
    sheet.set_name(IDENTITY_SHEET)?.set_very_hidden(true);
    sheet.write_string(0, 0, QUEUE_SCHEMA)?;
    sheet.write_string(0, 1, queue.hash().as_str())?;
    sheet.write_blank(1, 0, &Format::new().set_hidden())?;
    sheet.protect();
    Ok(())
}

fn identity_rows(sheet: &mut SheetRows<'_>, queue: &Queue) {
    for (row, number) in queue.rows.iter().zip(2u32..) {
        sheet.begin(number, None);
        sheet.string(0, 0, row.exception_id.as_str());
        sheet.string(1, 0, row.row_hash.as_str());
        sheet.end();
    }
}

#[cfg(test)]
mod tests {
    use super::super::columns::COLUMNS;
    use super::*;

    #[test]
    fn the_sheet_has_every_column_of_the_csv_once() {
        let mut own: Vec<&str> = ordered().map(|(_, c, _)| c.name).collect();
        own.sort_unstable();
        let mut all: Vec<&str> = COLUMNS.iter().map(|c| c.name).collect();
        all.sort_unstable();
        assert_eq!(own, all);
    }
}
