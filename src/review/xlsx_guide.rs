//! The other sheets of the spreadsheet: what every column, decision and reason means, and what the queue holds.

use super::columns::{COLUMNS, ColumnPart};
use super::queue::Queue;
use super::xlsx_money::money_format;
use crate::base::{Currency, sum_figure};
use crate::model::{DifferenceCode, Outcome, Verdict, reason_table};
use rust_xlsxwriter::{Chart, ChartType, Color, Format, FormatAlign, Worksheet, XlsxError};
use std::collections::BTreeMap;

/// Columns, decisions, differences, categories and reasons with their meaning.
pub(super) fn explanation(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_name("Explanation")?;
    sheet.set_column_width(0, 26)?.set_column_width(1, 100)?;
    let mut at = Cursor::new(sheet);
    at.title("How to work with this file")?;
    for (word, text) in [
        (
            "1",
            "Fill the yellow columns of the sheet Exceptions: a decision, and your name in decided_by. Leave a row empty to decide it later.",
        ),
        ("2", "The drop-down of decision holds the proposals of the row. The rows can be sorted and filtered."),
        ("3", "Save the file as a spreadsheet or as CSV, and hand it back: tieout decide FILE --run DIR --out DIR."),
        (
            "4",
            "A row whose payment or proposals were edited, or that is out of date, is refused and stays in the queue.",
        ),
    ] {
        at.line(word, text)?;
    }
    at.title("decision")?;
    for verdict in Verdict::ALL {
        at.line(verdict.as_str(), verdict.meaning())?;
    }
    at.title("difference_code")?;
    for code in DifferenceCode::ALL {
        at.line(code.as_str(), code.meaning())?;
    }
    at.title("category, for not_receivable")?;
    for row in reason_table().iter().filter(|r| r.outcome == Outcome::NotReceivable) {
        at.line(row.code.as_str(), row.sentence)?;
    }
    at.title("Columns")?;
    for column in COLUMNS {
        at.line(column.name, column.meaning)?;
    }
    at.title("Reasons")?;
    for row in reason_table().iter().filter(|r| r.outcome == Outcome::Queued) {
        at.line(row.code.as_str(), row.sentence)?;
    }
    debug_assert!(COLUMNS.iter().any(|c| c.part == ColumnPart::Decision));
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).protect();
    Ok(())
}

/// Writes lines below each other.
struct Cursor<'a> {
    sheet: &'a mut Worksheet,
    row: u32,
    title: Format,
    word: Format,
    text: Format,
}

impl<'a> Cursor<'a> {
    fn new(sheet: &'a mut Worksheet) -> Self {
        let top = Format::new().set_align(FormatAlign::Top);
        Cursor {
            sheet,
            row: 0,
            title: Format::new().set_bold().set_background_color(Color::RGB(0xE3_E8_EE)),
            word: top.clone().set_bold(),
            text: top.set_text_wrap(),
        }
    }

    fn title(&mut self, text: &str) -> Result<(), XlsxError> {
        self.row += u32::from(self.row > 0);
        self.sheet.write_string_with_format(self.row, 0, text, &self.title)?;
        self.sheet.write_blank(self.row, 1, &self.title)?;
        self.row += 1;
        Ok(())
    }

    fn line(&mut self, word: &str, text: &str) -> Result<(), XlsxError> {
        self.sheet.write_string_with_format(self.row, 0, word, &self.word)?;
        self.sheet.write_string_with_format(self.row, 1, text, &self.text)?;
        let lines = text.chars().count().div_ceil(100).max(1);
        self.sheet.set_row_height(self.row, 15.0 * lines as f64)?;
        self.row += 1;
        Ok(())
    }
}

/// Counts and sums by reason and currency, with a chart of the counts.
pub(super) fn summary(sheet: &mut Worksheet, queue: &Queue) -> Result<(), XlsxError> {
    sheet.set_name("Summary")?;
    let bold = Format::new().set_bold();
    let head = Format::new().set_bold().set_background_color(Color::RGB(0xE3_E8_EE));
    let money = |currency| Format::new().set_num_format(money_format(currency)).set_align(FormatAlign::Right);
    let mut most = 0;
    for (column, width) in [(0, 24), (1, 68), (2, 10), (3, 12), (4, 18), (5, 14)] {
        sheet.set_column_width(column, width)?;
    }
    sheet.write_string_with_format(0, 0, "Payments waiting", &bold)?;
    let left = Format::new().set_align(FormatAlign::Left);
    sheet.write_number_with_format(0, 1, queue.rows.len() as f64, &left)?;
    if let Some(day) = queue.as_of {
        sheet.write_string_with_format(1, 0, "Ages counted to", &bold)?;
        sheet.write_string(1, 1, day.to_string())?;
    }
    let mut sums: BTreeMap<_, (u64, i128, Option<i64>)> = BTreeMap::new();
    let mut totals: BTreeMap<_, (u64, i128)> = BTreeMap::new();
    for row in &queue.rows {
        let slot = sums.entry((row.reason, row.currency)).or_default();
        slot.0 += 1;
        slot.1 += i128::from(row.amount);
        slot.2 = slot.2.max(row.age_days);
        let total = totals.entry(row.currency).or_default();
        total.0 += 1;
        total.1 += i128::from(row.amount);
    }
    let mut line = 3;
    for (column, name) in (0u16..).zip(["reason", "means", "currency", "payments", "sum", "oldest, days"]) {
        let head = if column > 2 { head.clone().set_align(FormatAlign::Right) } else { head.clone() };
        sheet.write_string_with_format(line, column, name, &head)?;
    }
    let mut ordered: Vec<_> = sums.into_iter().collect();
    ordered.sort_by_key(|((reason, currency), (count, ..))| (std::cmp::Reverse(*count), *reason, *currency));
    let first = line + 1;
    for ((reason, currency), (count, sum, oldest)) in ordered {
        line += 1;
        sheet.write_string(line, 0, reason.as_str())?;
        sheet.write_string(line, 1, reason.sentence())?;
        sheet.write_string(line, 2, currency.code())?;
        sheet.write_number(line, 3, count as f64)?;
        put_sum(sheet, line, sum, currency, &money(currency))?;
        most = most.max(count);
        if let Some(days) = oldest {
            sheet.write_number(line, 5, days as f64)?;
        }
    }
    let last = line;
    for (currency, (count, sum)) in totals {
        line += 1;
        sheet.write_string_with_format(line, 0, "all", &bold)?;
        sheet.write_string_with_format(line, 2, currency.code(), &bold)?;
        sheet.write_number_with_format(line, 3, count as f64, &bold)?;
        put_sum(sheet, line, sum, currency, &money(currency).set_bold())?;
    }
    if last >= first {
        let mut chart = Chart::new(ChartType::Bar);
        chart
            .add_series()
            .set_name("payments")
            .set_categories(("Summary", first, 0, last, 0))
            .set_values(("Summary", first, 3, last, 3));
        chart.title().set_name("Payments waiting, by reason");
        chart.legend().set_hidden();
        // Payments are counted whole.
        chart.x_axis().set_major_unit(most.div_ceil(8).max(1) as f64).set_num_format("0");
        // The largest on top, as in the table.
        chart.y_axis().set_reverse();
        chart.set_width(900).set_height(120 + 26 * (last - first + 1));
        sheet.insert_chart(line + 2, 0, &chart)?;
    }
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 1).protect();
    Ok(())
}

/// A sum as a number, for the eye alone; one beyond the digits that a spreadsheet shows as text.
fn put_sum(sheet: &mut Worksheet, line: u32, sum: i128, currency: Currency, format: &Format) -> Result<(), XlsxError> {
    let figure = sum_figure(sum, currency);
    match figure.parse::<f64>() {
        Ok(number) if sum.unsigned_abs() < 1_000_000_000_000_000 => {
            sheet.write_number_with_format(line, 4, number, format)?;
        }
        _ => {
            sheet.write_string_with_format(line, 4, figure, format)?;
        }
    }
    Ok(())
}
