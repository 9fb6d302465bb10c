//! The rows of the spreadsheet, one after another: a workbook without rows and the rows in, the whole workbook out. A library
//! for spreadsheets holds every cell of a sheet before it writes the first; a queue of fifty thousand rows has millions.
//!
//! The workbook without rows comes with one row of samples, a cell for each format: from it the numbers of the formats are
//! read, and the rows take its place.

use crate::base::Currency;
use std::fmt::Write as _;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Most bytes that are gathered before they are compressed.
const PIECE: usize = 1 << 16;
/// How hard the file is compressed, of 1 to 9: beyond this it takes twice the time for a tenth of the size.
const COMPRESSION: i64 = 3;

/// Writes the rows of one sheet.
pub(super) struct SheetRows<'a> {
    out: &'a mut ZipWriter<Cursor<Vec<u8>>>,
    text: String,
    columns: Vec<String>,
    line: String,
    /// Numbers of the formats, in the order of the samples.
    pub(super) formats: Vec<String>,
    fault: Option<String>,
}

/// Writes the rows of a sheet.
pub(super) type Fill<'f> = dyn FnMut(&mut SheetRows<'_>) + 'f;

/// Puts rows into sheets of a workbook. `fill` is called with the path of every sheet that has samples.
///
/// # Errors
/// A sentence: a workbook that is not as we wrote it.
pub(super) fn with_rows(skeleton: Vec<u8>, sheets: &mut [(&str, &mut Fill<'_>)]) -> Result<Vec<u8>, String> {
    let mut archive = ZipArchive::new(Cursor::new(skeleton)).map_err(|e| e.to_string())?;
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(COMPRESSION));
    for n in 0..archive.len() {
        let name = archive
            .by_index_raw(n)
            .map_err(|e| e.to_string())
            .and_then(|f| f.name().map(|n| n.into_owned()).map_err(|e| e.to_string()))?;
        if name.starts_with("xl/charts/chart") {
            out.start_file(&name, options).map_err(|e| e.to_string())?;
            out.write_all(literal(&text_of(&mut archive, n)?).as_bytes()).map_err(|e| e.to_string())?;
            continue;
        }
        let Some((_, fill)) = sheets.iter_mut().find(|(path, _)| *path == name) else {
            let file = archive.by_index_raw(n).map_err(|e| e.to_string())?;
            out.raw_copy_file(file).map_err(|e| e.to_string())?;
            continue;
        };
        let xml = text_of(&mut archive, n)?;
        let (head, samples) = xml.split_once("<row r=\"2\"").ok_or("a sheet without samples")?;
        let (samples, tail) = samples.split_once("</sheetData>").ok_or("a sheet without an end")?;
        out.start_file(&name, options).map_err(|e| e.to_string())?;
        let mut rows = SheetRows {
            out: &mut out,
            text: String::with_capacity(2 * PIECE),
            columns: Vec::new(),
            line: String::new(),
            formats: styles(samples),
            fault: None,
        };
        rows.text.push_str(head);
        fill(&mut rows);
        rows.text.push_str("</sheetData>");
        rows.text.push_str(tail);
        rows.flush();
        if let Some(fault) = rows.fault {
            return Err(fault);
        }
    }
    out.finish().map(Cursor::into_inner).map_err(|e| e.to_string())
}

fn text_of(archive: &mut ZipArchive<Cursor<Vec<u8>>>, n: usize) -> Result<String, String> {
    let mut xml = String::new();
    archive.by_index(n).map_err(|e| e.to_string())?.read_to_string(&mut xml).map_err(|e| e.to_string())?;
    Ok(xml)
}

/// A chart with its figures in itself instead of references to cells: nothing in the file is evaluated.
fn literal(chart: &str) -> String {
    let mut out = String::with_capacity(chart.len());
    let mut rest = chart;
    while let Some((before, formula)) = rest.split_once("<c:f>") {
        out.push_str(before);
        rest = formula.split_once("</c:f>").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    for kind in ["str", "num"] {
        out = out
            .replace(&format!("<c:{kind}Ref><c:{kind}Cache>"), &format!("<c:{kind}Lit>"))
            .replace(&format!("</c:{kind}Cache></c:{kind}Ref>"), &format!("</c:{kind}Lit>"));
    }
    out
}

/// The format of every cell of a row.
fn styles(row: &str) -> Vec<String> {
    let cells = row.split("<c ").skip(1).map(|c| c.split('>').next().unwrap_or_default());
    let style = |cell: &str| cell.split_once(" s=\"")?.1.split('"').next().map(str::to_owned);
    cells.map(|cell| style(cell).unwrap_or_else(|| "0".to_owned())).collect()
}

impl SheetRows<'_> {
    /// Begins row `number` (from 1). `height` is in points.
    pub(super) fn begin(&mut self, number: u32, height: Option<u32>) {
        self.line.clear();
        let _ = write!(self.line, "{number}");
        let _ = match height {
            Some(points) => write!(self.text, "<row r=\"{number}\" ht=\"{points}\" customHeight=\"1\">"),
            None => write!(self.text, "<row r=\"{number}\">"),
        };
    }

    /// Ends the row.
    pub(super) fn end(&mut self) {
        self.text.push_str("</row>");
        if self.text.len() >= PIECE {
            self.flush();
        }
    }

    /// A cell of a format and nothing in it.
    pub(super) fn blank(&mut self, column: u16, format: usize) {
        self.open(column, format);
        self.text.push_str("/>");
    }

    /// A text, which is a text whatever it looks like.
    pub(super) fn string(&mut self, column: u16, format: usize, text: &str) {
        self.open(column, format);
        self.text.push_str(" t=\"inlineStr\"><is><t");
        if text.starts_with([' ', '\t', '\n']) || text.ends_with([' ', '\t', '\n']) {
            self.text.push_str(" xml:space=\"preserve\"");
        }
        self.text.push('>');
        escape_into(&mut self.text, text);
        self.text.push_str("</t></is></c>");
    }

    /// A whole number.
    pub(super) fn number(&mut self, column: u16, format: usize, number: i64) {
        self.open(column, format);
        let _ = write!(self.text, "><v>{number}</v></c>");
    }

    /// An amount, digit by digit: no floating point on the way.
    pub(super) fn money(&mut self, column: u16, format: usize, minor: i128, currency: Currency) {
        self.open(column, format);
        let _ = write!(self.text, "><v>{}</v></c>", crate::base::sum_figure(minor, currency));
    }

    fn open(&mut self, column: u16, format: usize) {
        let at = usize::from(column);
        while self.columns.len() <= at {
            let next = u16::try_from(self.columns.len()).unwrap_or(u16::MAX);
            self.columns.push(rust_xlsxwriter::utility::column_number_to_name(next));
        }
        self.text.push_str("<c r=\"");
        self.text.push_str(self.columns.get(at).map_or("", String::as_str));
        self.text.push_str(&self.line);
        self.text.push_str("\" s=\"");
        self.text.push_str(self.formats.get(format).map_or("0", String::as_str));
        self.text.push('"');
    }

    fn flush(&mut self) {
        if let Err(e) = self.out.write_all(self.text.as_bytes()) {
            self.fault.get_or_insert(e.to_string());
        }
        self.text.clear();
    }
}

/// A text inside an element. `_x0041_` would be read as `A`: its first sign is written as such an escape itself.
fn escape_into(out: &mut String, text: &str) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let written = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'_' if is_escape(text.get(at..).unwrap_or_default()) => "_x005F_",
            _ => continue,
        };
        out.push_str(text.get(from..at).unwrap_or_default());
        out.push_str(written);
        from = at + 1;
    }
    out.push_str(text.get(from..).unwrap_or_default());
}

/// `_xHHHH_`.
fn is_escape(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.starts_with(b"_x")
        && bytes.get(6) == Some(&b'_')
        && bytes.get(2..6).is_some_and(|d| d.iter().all(u8::is_ascii_hexdigit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_escaped_for_the_format() {
        let escaped = |text: &str| {
            let mut out = String::new();
            escape_into(&mut out, text);
            out
        };
        assert_eq!(escaped("a<b>&\"'"), "a&lt;b&gt;&amp;\"'");
        assert_eq!(escaped("_x0041_ _x004_ _X0041_ ü_x00e9_"), "_x005F_x0041_ _x004_ _X0041_ ü_x005F_x00e9_");
        // What ends one escape may begin the next.
        assert_eq!(escaped("__x0041_x0041_"), "__x005F_x0041_x005F_x0041_");
    }

    #[test]
    fn a_chart_holds_its_figures() {
        let chart = "<c:cat><c:strRef><c:f>Summary!$A$5</c:f><c:strCache><c:pt/></c:strCache></c:strRef></c:cat>\
            <c:val><c:numRef><c:f>Summary!$D$5</c:f><c:numCache><c:pt/></c:numCache></c:numRef></c:val>";
        let expected = "<c:cat><c:strLit><c:pt/></c:strLit></c:cat><c:val><c:numLit><c:pt/></c:numLit></c:val>";
        assert_eq!(literal(chart), expected);
    }

    #[test]
    fn the_formats_are_read_from_the_samples() {
        let row = "><c r=\"A2\" s=\"3\"/><c r=\"B2\"/><c r=\"C2\" s=\"12\"><v>1</v></c></row>";
        assert_eq!(styles(row), ["3", "0", "12"]);
    }
}
