//! Tables of our own shapes. In: bytes of CSV (`,` `;` or tab) or JSON (lines or an array). Out: rows of named cells with places.
//!
//! What a cell means is left to `items` and `customers`. JSON amounts may be texts or numbers: a number is kept digit by digit as
//! it is written and never becomes floating point.

use crate::base::{CsvRows, Foreign, Place, decode_text, fold_name, line_column, nearest_name};
use crate::error::{Error, ErrorCode, visible};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A row: cells by the name of their column. Empty cells and JSON nulls are absent.
pub(super) struct Row<'a> {
    /// Where it begins.
    pub place: Place,
    /// A dozen of them: walking along is faster than any index.
    pub(super) cells: Vec<(Arc<str>, Cell<'a>)>,
    /// Where the columns are, for cells that are empty.
    pub(super) titles: Arc<Titles>,
}

/// The columns of a source by our name: number and the title there.
#[derive(Default)]
pub(super) struct Titles {
    /// By our name.
    pub by_name: BTreeMap<Arc<str>, (u64, Option<String>)>,
    /// The names come from a mapping.
    pub mapped: bool,
}

/// A cell with where it came from.
#[derive(Default)]
pub(super) struct Cell<'a> {
    /// What stands in it, without outer blanks.
    pub text: Cow<'a, str>,
    /// Its number in the row, where it has one.
    pub column: Option<u32>,
    /// What a mapping knows of it.
    pub mapped: Option<Box<MappedCell>>,
}

/// What a mapping changed about a cell.
#[derive(Default)]
pub(super) struct MappedCell {
    /// Its title in the source, where that is another than ours.
    pub title: Option<String>,
    /// What stood in it before the mapping respelled it.
    pub written: Option<String>,
}

impl<'a> Row<'a> {
    /// A cell that is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.cell(name).map(|c| c.text.as_ref())
    }

    fn cell(&self, name: &str) -> Option<&Cell<'a>> {
        self.cells.iter().find(|(n, _)| n.as_ref() == name).map(|(_, c)| c)
    }

    /// The same, to be changed.
    pub(super) fn cell_mut(&mut self, name: &str) -> Option<&mut Cell<'a>> {
        self.cells.iter_mut().find(|(n, _)| n.as_ref() == name).map(|(_, c)| c)
    }

    /// Where the cell is, or would be.
    pub(super) fn place_of(&self, name: &str) -> Place {
        let cell = self.cell(name);
        let known = self.titles.by_name.get(name);
        let title = cell
            .and_then(|c| c.mapped.as_ref()?.title.as_deref())
            .or(known.and_then(|k| k.1.as_deref()))
            .unwrap_or(name);
        let column = cell.and_then(|c| c.column.map(u64::from)).or(known.map(|k| k.0));
        Place { column, ..self.place.clone() }.at(visible(title))
    }

    /// The cell as its source has it.
    pub(super) fn written(&self, name: &str) -> Option<&str> {
        let cell = self.cell(name)?;
        Some(cell.mapped.as_ref().and_then(|m| m.written.as_deref()).unwrap_or(&cell.text))
    }

    /// Cells whose column starts with a prefix.
    pub(super) fn with_prefix(&self, prefix: &str) -> impl Iterator<Item = (&str, &str)> {
        self.cells.iter().filter(move |(n, _)| n.starts_with(prefix)).map(|(n, c)| (n.as_ref(), c.text.as_ref()))
    }
}

/// Which columns a table may have. Names that start with `x_` are always allowed.
pub(super) struct Columns {
    /// All of them.
    pub known: &'static [&'static str],
    /// Those without which nothing can be read.
    pub required: &'static [&'static str],
    /// What such a file is called in messages.
    pub schema: &'static str,
    /// What to do with a file of other names.
    pub advice: &'static str,
    /// What these files look like from outside; everything else that is known is in the wrong place.
    pub own: Foreign,
}

/// Reads a table and hands its rows on, in file order. They borrow from the text, which does not outlive this call.
///
/// # Errors
/// All faults of the file's form: its encoding, unknown or missing columns (with the nearest known name), ragged rows, JSON that is
/// none. The rows that can be read are handed on all the same, so that their own faults are told in one go; what `take` makes of
/// them counts only where nothing is at fault.
pub(super) fn read_table<R>(
    bytes: &[u8],
    file: &str,
    columns: &Columns,
    take: impl FnOnce(&[Row<'_>]) -> Result<R, Vec<Error>>,
) -> Result<R, Vec<Error>> {
    let in_file = |errors: Vec<Error>| errors.into_iter().map(|e| e.in_file(file)).collect::<Vec<_>>();
    let decoded = text_of(bytes, columns).map_err(in_file)?;
    let mut rows = Vec::new();
    let faults = rows_of(&decoded, columns, &mut |row| rows.push(row)).map_err(in_file)?;
    let taken = take(&rows);
    if faults.is_empty() {
        return taken;
    }
    let mut all = in_file(faults);
    all.extend(taken.err().into_iter().flatten());
    all.sort_by_key(|e| (e.place().line, e.place().column));
    Err(all)
}

/// As [`read_table`], some rows after others, for files of a million.
///
/// # Errors
/// As [`read_table`].
pub(super) fn read_rows(
    bytes: &[u8],
    file: &str,
    columns: &Columns,
    each: &mut dyn FnMut(&[Row<'_>]),
) -> Result<(), Vec<Error>> {
    let in_file = |errors: Vec<Error>| errors.into_iter().map(|e| e.in_file(file)).collect::<Vec<_>>();
    let decoded = text_of(bytes, columns).map_err(in_file)?;
    let mut rows = Vec::with_capacity(AT_ONCE);
    let faults = rows_of(&decoded, columns, &mut |row| {
        rows.push(row);
        if rows.len() == AT_ONCE {
            each(&rows);
            rows.clear();
        }
    });
    each(&rows);
    let faults = faults.map_err(in_file)?;
    if faults.is_empty() { Ok(()) } else { Err(in_file(faults)) }
}

/// So many rows are handed on at once.
const AT_ONCE: usize = 4_096;

/// Takes the next row.
type Each<'e, 'a> = dyn FnMut(Row<'a>) + 'e;

fn text_of<'a>(bytes: &'a [u8], columns: &Columns) -> Result<Cow<'a, str>, Vec<Error>> {
    if let Some(foreign) = Foreign::of(bytes).filter(|f| *f != columns.own) {
        let found = format!("this looks like {}", foreign.words());
        let error = Error::new(ErrorCode::Header, Place::line(1), found, format!("a {} file", columns.schema));
        return Err(vec![error.with_hint(foreign.advice())]);
    }
    let decoded = decode_text::<&str>(bytes, &[]).map_err(|e| {
        let before = String::from_utf8_lossy(bytes.get(..e.offset()).unwrap_or(bytes)).into_owned();
        let (line, column) = line_column(&before, before.len());
        let error = Error::new(ErrorCode::Encoding, Place::line_column(line, column), e.to_string(), "UTF-8");
        vec![error.with_hint("save the file as UTF-8, or read it through a mapping that names its encoding")]
    })?;
    Ok(decoded.text)
}

/// Hands the rows on that can be read; the faults of the others come back. An error where none can be.
fn rows_of<'a>(text: &'a str, columns: &Columns, each: &mut Each<'_, 'a>) -> Result<Vec<Error>, Vec<Error>> {
    match text.trim_start().chars().next() {
        None => Err(vec![Error::new(
            ErrorCode::EmptyInput,
            Place::line(1),
            "no content",
            format!("a {} file", columns.schema),
        )]),
        Some('{' | '[') => json(text, columns, each),
        Some(_) => csv(text, columns, each),
    }
}

fn csv<'a>(text: &'a str, columns: &Columns, each: &mut Each<'_, 'a>) -> Result<Vec<Error>, Vec<Error>> {
    let first = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
    let delimiter = [',', ';', '\t'].into_iter().max_by_key(|d| (first.matches(*d).count(), *d == ',')).unwrap_or(',');
    let mut rows = CsvRows::new(text, delimiter, Some('"'));
    let quote_error = |e: crate::base::CsvRowsError| {
        let (line, column) = e.line_column();
        Error::new(
            ErrorCode::Row,
            Place::line_column(line, column),
            e.to_string(),
            "a closing quote before the next delimiter",
        )
    };
    let header = match rows.next() {
        Some(Ok(header)) => header,
        Some(Err(e)) => return Err(vec![quote_error(e)]),
        None => return Err(vec![Error::new(ErrorCode::EmptyInput, Place::line(1), "no content", "a header")]),
    };
    let names: Vec<Arc<str>> = header.cells.iter().map(|c| Arc::from(c.trim())).collect();
    let place = |i: usize| Place::line_column(header.line, i as u64 + 1);
    let mut errors = Vec::new();
    for (i, name) in names.iter().enumerate() {
        // A delimiter at the end of the header makes a column without name; it may hold nothing.
        if name.is_empty() && i + 1 == names.len() {
            continue;
        }
        errors.extend(unknown(name, columns).map(|(found, hint)| {
            let error = Error::new(ErrorCode::Header, place(i), found, format!("a column of {}", columns.schema));
            error.with_hint(hint)
        }));
        if names.iter().take(i).any(|n| n == name) {
            errors.push(Error::new(ErrorCode::Header, place(i), format!("column `{name}` again"), "each column once"));
        }
    }
    let missing: Vec<String> = columns
        .required
        .iter()
        .filter(|r| !names.iter().any(|n| n.as_ref() == **r))
        .map(|r| format!("`{r}`"))
        .collect();
    if !missing.is_empty() {
        let found = format!(
            "no {} {} among {}",
            if missing.len() == 1 { "column" } else { "columns" },
            missing.join(", "),
            names.join(", ")
        );
        let expected = format!(
            "{}, which {} needs",
            if missing.len() == 1 { missing.concat() } else { "them".to_owned() },
            columns.schema
        );
        if missing.len() == columns.required.len() && missing.len() > 1 {
            // Another file altogether: what is wrong with each of its columns helps nobody.
            errors.clear();
        }
        errors.push(Error::new(ErrorCode::Header, Place::line(header.line), found, expected).with_hint(columns.advice));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let by_name = names.iter().enumerate().map(|(i, name)| (name.clone(), (i as u64 + 1, None))).collect();
    let titles = Arc::new(Titles { by_name, mapped: false });
    for row in rows {
        let row = match row {
            Ok(row) => row,
            Err(e) => {
                errors.push(quote_error(e));
                break;
            }
        };
        if row.is_blank() {
            continue;
        }
        let surplus = row.cells.iter().enumerate().skip(names.len()).find(|(_, c)| !c.trim().is_empty());
        if surplus.is_some() || row.cells.len() < names.len() {
            let column = surplus.map_or(row.cells.len(), |(i, _)| i) as u64 + 1;
            let found = format!("a row of {} cells", row.cells.len());
            let expected = format!("{}, as the header has", names.len());
            errors.push(Error::new(ErrorCode::Row, Place::line_column(row.line, column), found, expected));
            continue;
        }
        let cell = |(i, (name, text)): (usize, (&Arc<str>, Cow<'a, str>))| {
            let text = trimmed(text);
            let cell = Cell { text, column: u32::try_from(i + 1).ok(), mapped: None };
            (!cell.text.is_empty()).then(|| (name.clone(), cell))
        };
        let cells: Vec<(Arc<str>, Cell<'a>)> = names.iter().zip(row.cells).enumerate().filter_map(cell).collect();
        if let Some((_, nameless)) = cells.iter().find(|(name, _)| name.is_empty()) {
            let place = Place { column: nameless.column.map(u64::from), ..Place::line(row.line) };
            errors.push(Error::new(
                ErrorCode::Row,
                place,
                format!("`{}` under no title", nameless.text),
                "an empty cell",
            ));
            continue;
        }
        each(Row { place: Place::line(row.line), cells, titles: titles.clone() });
    }
    Ok(errors)
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

fn json<'a>(text: &'a str, columns: &Columns, each: &mut Each<'_, 'a>) -> Result<Vec<Error>, Vec<Error>> {
    let mut errors = Vec::new();
    let fault = |base: u64, e: &serde_json::Error| {
        let place = Place::line_column(base + e.line() as u64, e.column() as u64);
        let message = e.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        Error::new(ErrorCode::Structure, place, message, format!("an object of {}", columns.schema))
    };
    let objects: Vec<(u64, &str)> = if text.trim_start().starts_with('[') {
        let raws: Vec<&RawValue> = serde_json::from_str(text).map_err(|e| vec![fault(0, &e)])?;
        let mut line = Lines { text, at: 0, line: 1 };
        raws.iter().map(|raw| (line.of(raw.get()), raw.get())).collect()
    } else {
        let stream = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
        let raws: Vec<&RawValue> = stream.collect::<Result<_, _>>().map_err(|e| vec![fault(0, &e)])?;
        let mut line = Lines { text, at: 0, line: 1 };
        raws.iter().map(|raw| (line.of(raw.get()), raw.get())).collect()
    };
    for (line, object) in objects {
        match serde_json::from_str::<Object<'_>>(object) {
            Err(e) => errors.push(fault(line - 1, &e)),
            Ok(Object(members)) => row(line, members, columns, each, &mut errors),
        }
    }
    Ok(errors)
}

fn row(
    line: u64,
    members: Vec<(String, &RawValue)>,
    columns: &Columns,
    each: &mut Each<'_, '_>,
    errors: &mut Vec<Error>,
) {
    let mut cells: Vec<(Arc<str>, Cell<'_>)> = Vec::new();
    for (name, raw) in members {
        let place = Place::line(line).at(visible(&name));
        if let Some((found, hint)) = unknown(&name, columns) {
            let expected = format!("a field of {}", columns.schema);
            errors.push(Error::new(ErrorCode::Header, place, found, expected).with_hint(hint));
            continue;
        }
        if cells.iter().any(|(n, _)| n.as_ref() == name) {
            errors.push(Error::new(ErrorCode::Header, place, format!("field `{name}` again"), "each field once"));
            continue;
        }
        match value(raw.get()) {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => {
                cells.push((name.into(), Cell { text: text.trim().to_owned().into(), ..Cell::default() }));
            }
            Err(()) => {
                errors.push(Error::new(
                    ErrorCode::Value,
                    place,
                    format!("`{}`", raw.get()),
                    "a text, a number, true, false or null",
                ));
            }
        }
    }
    each(Row { place: Place::line(line), cells, titles: Arc::default() });
}

/// A JSON value as the text of a CSV cell: lists joined by `|`, numbers as written.
fn value(raw: &str) -> Result<String, ()> {
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str(raw).map_err(|_| ()),
        Some(b'n') => Ok(String::new()),
        Some(b'[') => {
            let parts: Vec<&RawValue> = serde_json::from_str(raw).map_err(|_| ())?;
            let texts = parts.iter().map(|p| if p.get().starts_with('[') { Err(()) } else { value(p.get()) });
            Ok(texts.collect::<Result<Vec<_>, ()>>()?.join("|"))
        }
        Some(b'{') | None => Err(()),
        Some(_) => Ok(raw.to_owned()),
    }
}

/// An object with its members in file order, so that a name given twice is seen.
struct Object<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> serde::Deserialize<'de> for Object<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> serde::de::Visitor<'de> for Members {
            type Value = Vec<(String, &'de RawValue)>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry::<String, &'de RawValue>()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        d.deserialize_map(Members).map(Object)
    }
}

/// Lines on which slices of the text begin, for slices that come in order.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn of(&mut self, part: &str) -> u64 {
        let offset = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let between = self.text.as_bytes().get(self.at..offset).unwrap_or_default();
        self.line += between.iter().filter(|b| **b == b'\n').count() as u64;
        self.at = offset;
        self.line
    }
}

fn unknown(name: &str, columns: &Columns) -> Option<(String, String)> {
    if columns.known.contains(&name) || name.starts_with("x_") {
        return None;
    }
    let same = columns.known.iter().find(|k| fold_name(k) == fold_name(name)).copied();
    let hint = match same.or_else(|| nearest_name(name, columns.known.iter().copied())) {
        Some(near) => format!("did you mean `{near}`? Columns to carry through start with `x_`"),
        None => format!("call it `x_{name}` to carry it through"),
    };
    Some((format!("unknown column `{name}`"), hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: Columns = Columns {
        known: &["a", "open_amount"],
        required: &["a"],
        schema: "test/1",
        advice: "rename them",
        own: Foreign::OpenItems,
    };

    fn errors(text: &str) -> Vec<String> {
        let e = read_table(text.as_bytes(), "f", &COLUMNS, |_| Ok(())).unwrap_err();
        e.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn csv_and_json_give_the_same_cells() {
        for text in [
            "\u{feff}a;open_amount;x_n\n1;2.50;\n",
            "a,open_amount\n1,2.50\n",
            "a\topen_amount\n1\t2.50\n",
            "{\"a\":\"1\",\"open_amount\":2.50,\"x_n\":null}\n",
            "[{\"a\":1,\n\"open_amount\":\"2.50\"}]",
        ] {
            let cells = |rows: &[Row<'_>]| {
                let of = |name: &str| rows.first().and_then(|r| r.get(name)).map(str::to_owned);
                Ok((of("a"), of("open_amount"), of("x_n")))
            };
            let read = read_table(text.as_bytes(), "f", &COLUMNS, cells).unwrap_or_else(|e| panic!("{text}: {}", e[0]));
            assert_eq!(read, (Some("1".into()), Some("2.50".into()), None), "{text}");
        }
    }

    #[test]
    fn all_faults_come_at_once_with_places_and_suggestions() {
        let e = read_table(b"a;opn_amount;a\n1;2;3\n", "f", &COLUMNS, |_| Ok(())).unwrap_err();
        assert_eq!(e.len(), 2);
        assert!(e[0].hint().unwrap().contains("`open_amount`"));
        assert_eq!(errors("a,open_amount\n1\n1,2,3\n1,2\n").len(), 2);
        assert_eq!(errors("open_amount\n1\n").len(), 1);
        assert_eq!(errors("a,open_amount\n\"1,2\n").first().unwrap().split(": ").next(), Some("f:2:1"));
    }

    #[test]
    fn json_faults_have_their_line() {
        assert!(errors("{\"a\":1}\n{\"a\":1,\"a\":2}\n").first().unwrap().starts_with("f:2"));
        assert!(errors("{\"a\":1}\n{\"b\":{}}\n").first().unwrap().starts_with("f:2"));
        assert!(errors("{\"a\":1}\n{\"a\":{}}\n").first().unwrap().starts_with("f:2"));
        assert!(errors("{\"a\":1}\n{\"a\":\n").first().unwrap().starts_with("f:3"));
        assert!(errors("[{\"a\":1},\n3]").first().unwrap().starts_with("f:2"));
    }
}
