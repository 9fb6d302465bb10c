//! The queue as one self-contained page, `exceptions.html`. In goes the queue, out comes HTML that loads nothing and sends nothing: its
//! script and style stand in it and are named by their hashes in its content security policy, its rows are data in a script
//! element. The decisions that it saves are `exceptions.csv`, filled in.
//!
//! | file | what |
//! |---|---|
//! | `page.html` | the frame |
//! | `page.css` | how it looks: light, dark, narrow, in print |
//! | `model.js` | amounts, hidden characters, the saved file, decisions and their undoing |
//! | `page.js` | what the reviewer sees and does |

use super::columns::{COLUMNS, ColumnKind};
use super::queue::{CellValue, Proposal, Queue, QueueRow};
use crate::base::{Currency, hides, sum_figure};
use crate::model::{DifferenceCode, EvidenceLine, Outcome, reason_table};
use askama::Template;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = concat!(include_str!("model.js"), "\n", include_str!("page.js"));

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    title: String,
    rows: usize,
    style: &'a str,
    style_hash: String,
    script: &'a str,
    script_hash: String,
    data: &'a str,
}

/// The page's text.
pub fn exceptions_html(queue: &Queue) -> String {
    let mut out = String::new();
    let done: Result<(), std::convert::Infallible> = exceptions_html_pieces(queue, &mut |piece| {
        out.push_str(piece);
        Ok(())
    });
    match done {
        Ok(()) => out,
    }
}

/// The same in pieces, which are handed on as they are made.
///
/// # Errors
/// Those of `put`, at once.
pub fn exceptions_html_pieces<E>(queue: &Queue, put: &mut dyn FnMut(&str) -> Result<(), E>) -> Result<(), E> {
    let day = queue.as_of.map(|d| format!(" of {d}")).unwrap_or_default();
    let page = Page {
        title: format!("Review queue{day}"),
        rows: queue.rows.len(),
        style: STYLE,
        style_hash: csp_hash(STYLE),
        script: SCRIPT,
        script_hash: csp_hash(SCRIPT),
        data: PLACE,
    };
    // Writing into a text cannot fail.
    let page = page.render().unwrap_or_default();
    let (head, tail) = page.split_once(PLACE).unwrap_or((&page, ""));
    let data = in_script(&serde_json::to_string(&Data::of(queue)).unwrap_or_default());
    let (open, close) = data.split_once("[]}").unwrap_or((&data, ""));
    put(head)?;
    put(open)?;
    let mut piece = String::from("[");
    for (n, row) in queue.rows.iter().enumerate() {
        if n > 0 {
            piece.push(',');
        }
        piece.push_str(&in_script(&serde_json::to_string(&Row::of(row)).unwrap_or_default()));
        if piece.len() >= PIECE {
            put(&piece)?;
            piece.clear();
        }
    }
    piece.push_str("]}");
    put(&piece)?;
    put(close)?;
    put(tail)
}

/// Where the data stand in the page. Neither its script nor its style has such a word.
const PLACE: &str = "{{the queue}}";
/// Most bytes that are gathered before they are handed on.
const PIECE: usize = 1 << 20;

/// What the script reads.
#[derive(Serialize)]
struct Data {
    /// Under this name the work is kept in the browser: another queue finds none of it.
    queue: String,
    columns: Vec<&'static str>,
    /// Columns of amounts: figures in CSV, not texts.
    money: Vec<&'static str>,
    decimals: BTreeMap<Currency, u8>,
    reasons: Vec<(&'static str, &'static str)>,
    categories: Vec<(&'static str, &'static str)>,
    differences: Vec<(&'static str, &'static str)>,
    /// Written one after another.
    rows: [(); 0],
}

#[derive(Serialize)]
struct Row<'a> {
    /// In the order of the columns; empty for what the reviewer fills and for evidence, which stands in the proposals.
    cells: Vec<String>,
    proposals: Vec<Answer<'a>>,
}

#[derive(Serialize)]
struct Answer<'a> {
    customer: Option<&'a str>,
    score: i32,
    allocations: Vec<Document<'a>>,
    remainder: Option<(&'static str, String)>,
    #[serde(rename = "for")]
    supports: Vec<(&'static str, i32, &'a str)>,
    against: Vec<(&'static str, i32, &'a str)>,
}

#[derive(Serialize)]
struct Document<'a> {
    doc: &'a str,
    before: String,
    applied: String,
    discount: String,
    writeoff: String,
    charges: String,
    fx: String,
    after: String,
}

impl Data {
    fn of(queue: &Queue) -> Self {
        Data {
            queue: queue.hash().0,
            columns: COLUMNS.iter().map(|c| c.name).collect(),
            money: COLUMNS.iter().filter(|c| c.kind == ColumnKind::Money).map(|c| c.name).collect(),
            decimals: queue.rows.iter().map(|r| (r.currency, r.currency.decimals())).collect(),
            reasons: reason_table().iter().map(|r| (r.code.as_str(), r.sentence)).collect(),
            categories: reason_table()
                .iter()
                .filter(|r| r.outcome == Outcome::NotReceivable)
                .map(|r| (r.code.as_str(), r.sentence))
                .collect(),
            differences: DifferenceCode::ALL.iter().map(|d| (d.as_str(), d.meaning())).collect(),
            rows: [],
        }
    }
}

impl<'a> Row<'a> {
    fn of(row: &'a QueueRow) -> Self {
        let cell = |column: &super::columns::Column| match row.cell(column) {
            _ if column.name.ends_with("_for") || column.name.ends_with("_against") => String::new(),
            CellValue::Empty => String::new(),
            CellValue::Text(text) => text,
            CellValue::Money(minor) => sum_figure(minor, row.currency),
            CellValue::Date(day) => day.to_string(),
            CellValue::Number(number) => number.to_string(),
        };
        Row {
            cells: COLUMNS.iter().map(cell).collect(),
            proposals: row.proposals.iter().map(|p| Answer::of(p, row.currency)).collect(),
        }
    }
}

impl<'a> Answer<'a> {
    fn of(proposal: &'a Proposal, currency: Currency) -> Self {
        let money = |minor: i64| sum_figure(minor.into(), currency);
        let document = |a: &'a crate::model::Allocation| Document {
            doc: &a.doc_no,
            before: money(a.open_before),
            applied: money(a.applied),
            discount: money(a.discount),
            writeoff: money(a.writeoff),
            charges: money(a.charges),
            fx: money(a.fx_difference),
            after: money(a.open_after),
        };
        Answer {
            customer: proposal.customer_id.as_deref(),
            score: proposal.score,
            allocations: proposal.allocations.iter().map(document).collect(),
            remainder: proposal.remainder.as_ref().map(|r| (r.code.as_str(), money(r.amount))),
            supports: evidence(&proposal.supports),
            against: evidence(&proposal.against),
        }
    }
}

fn evidence(lines: &[EvidenceLine]) -> Vec<(&'static str, i32, &str)> {
    lines.iter().map(|l| (l.kind.as_str(), l.weight, l.text.as_str())).collect()
}

/// JSON that can stand in a script element: nothing in it ends the element or opens a comment, and nothing in it is hidden. A
/// reader of JSON gets the original text back.
fn in_script(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + json.len() / 64);
    let mut units = [0u16; 2];
    for c in json.chars() {
        if matches!(c, '<' | '>' | '&') || hides(c) {
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// A source of a content security policy: the SHA-256 of a script or style in base 64.
fn csp_hash(text: &str) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = "sha256-".to_owned();
    for piece in Sha256::digest(text).chunks(3) {
        let byte = |n: usize| u32::from(piece.get(n).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for n in 0..4 {
            let sign = SIGNS.get((bits >> (18 - 6 * n) & 63) as usize).copied().unwrap_or(b'A');
            out.push(if n <= piece.len() as u32 { sign.into() } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_base_64_with_padding() {
        // printf '' | openssl dgst -sha256 -binary | base64
        assert_eq!(csp_hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    #[test]
    fn data_in_a_script_element_cannot_end_it_and_reads_back() {
        let text = "</script><!--<b>&amp; \u{202e}x\u{e0041}\u{2028}";
        let json = in_script(&serde_json::to_string(text).unwrap());
        assert!(!json.contains(['<', '>', '&']) && !json.chars().any(hides), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }

    #[test]
    fn the_page_holds_its_parts_whole_and_loads_nothing() {
        let page = exceptions_html(&Queue::default());
        assert!(
            page.contains(&format!("<style>{STYLE}</style>")) && page.contains(&format!("<script>{SCRIPT}</script>"))
        );
        assert!(page.contains("default-src 'none'") && !page.contains("unsafe-inline"));
        // Its own script must not end early, and neither script nor style may be changed by escaping.
        assert!(!SCRIPT.contains("</") && !STYLE.contains("</"));
        for word in
            ["http:", "https:", "url(", "@import", "fetch(", "XMLHttpRequest", "sendBeacon", "innerHTML", "eval("]
        {
            assert!(!page.contains(word), "{word}");
        }
    }
}
