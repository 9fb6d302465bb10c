//! Finding the header by its content. In: text and a profile. Out: which cell is which column, and what stood above.

use super::profile::{Names, Profile, Role, When, column_number};
use crate::base::{CsvRows, bones, fold_name, parse_date, unarmour};

/// The header is looked for within so many lines.
const LINES: u64 = 40;

/// A header that fits a profile.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub delimiter: char,
    /// Line of the header; `None` for files without one.
    pub line: Option<u64>,
    /// Rows up to the header, itself included.
    pub rows_before: usize,
    /// Titles as they stand.
    pub titles: Vec<Title>,
    /// Rows above the header.
    pub preamble: Vec<(u64, Vec<String>)>,
    /// How many titles the profile knows.
    pub known: usize,
    columns: Vec<Vec<usize>>,
    /// The first column of each role.
    first: [Option<usize>; Role::COUNT],
}

impl Found {
    /// The first cell of a role.
    #[inline]
    pub(super) fn column(&self, role: Role) -> Option<usize> {
        self.first.get(role as usize).copied().flatten()
    }
    /// All cells of a role: one per piece for remittance.
    pub(super) fn columns(&self, role: Role) -> &[usize] {
        self.columns.get(role as usize).map_or(&[], Vec::as_slice)
    }
    /// Whether a title has this name, or the name is the number of a column.
    pub(super) fn is_title(&self, name: &str) -> bool {
        position(&self.titles, name).is_some()
    }
    /// The cell of the first of some alternative names.
    pub(super) fn named(&self, names: &Names) -> Option<usize> {
        names.flat().find_map(|n| position(&self.titles, n))
    }
}

/// A title with its forms for comparison.
#[derive(Debug, Clone)]
pub(super) struct Title {
    pub raw: String,
    folded: String,
    bones: Option<String>,
}

impl Title {
    fn new(raw: &str) -> Self {
        let raw = unarmour(raw);
        Title { raw: raw.to_owned(), folded: fold_name(raw), bones: bones(raw) }
    }
    /// As [`crate::base::same_name`], with the title's forms made once.
    fn is(&self, name: &str) -> bool {
        let folded = fold_name(name);
        (!folded.is_empty() && folded == self.folded) || (self.bones.is_some() && self.bones == bones(name))
    }
}

/// How near a profile came to a text.
#[derive(Debug, Clone)]
pub(super) struct Near {
    pub line: u64,
    pub matched: usize,
    pub missing: Vec<String>,
}

/// The first lines of a text, split by every delimiter that profiles use. Made once for all profiles.
pub(super) struct Head {
    tables: Vec<(char, Vec<HeadRow>)>,
}

struct HeadRow {
    line: u64,
    cells: Vec<String>,
    titles: Vec<Title>,
}

impl Head {
    pub(super) fn new(text: &str) -> Self {
        // `sep=;` on the first line is Excel's own way to say it.
        let said = text.lines().next().and_then(|l| l.trim().strip_prefix("sep=")).and_then(|s| s.chars().next());
        let delimiters = said.map_or_else(|| vec![';', ',', '\t', '|'], |d| vec![d]);
        let table = |delimiter| {
            let rows = CsvRows::new(text, delimiter, Some('"')).map_while(Result::ok).take_while(|r| r.line <= LINES);
            let row = |r: crate::base::CsvRow<'_>| HeadRow {
                line: r.line,
                titles: r.cells.iter().take(200).map(|c| Title::new(c)).collect(),
                cells: r.cells.iter().map(|c| c.to_string()).collect(),
            };
            (delimiter, rows.map(row).collect())
        };
        Head { tables: delimiters.into_iter().map(table).collect() }
    }

    /// Where the profile's header stands, or what is missing in the row that comes nearest.
    pub(super) fn find(&self, profile: &Profile) -> Result<Found, Near> {
        let mut near =
            Near { line: 1, matched: 0, missing: profile.detect.require.0.iter().map(|a| join(a)).collect() };
        let own: Vec<char> = profile.delimiters().collect();
        for (delimiter, rows) in self.tables.iter().filter(|(d, _)| own.contains(d) || self.tables.len() == 1) {
            if !profile.file.header {
                if let Some(found) = headerless(profile, *delimiter, rows) {
                    return Ok(found);
                }
                continue;
            }
            for (i, row) in rows.iter().enumerate() {
                let missing = missing(profile, &row.titles);
                if missing.is_empty() {
                    let forbidden = profile.detect.forbid.flat().any(|n| position(&row.titles, n).is_some());
                    if !forbidden {
                        let preamble = rows.iter().take(i).map(|r| (r.line, r.cells.clone())).collect();
                        return Ok(found(profile, *delimiter, Some(row.line), i + 1, row.titles.clone(), preamble));
                    }
                    continue;
                }
                let matched = wanted(profile).count().saturating_sub(missing.len());
                if matched > near.matched {
                    near = Near { line: row.line, matched, missing: once(missing) };
                }
            }
        }
        Err(near)
    }

    /// The rows that may be or stand above a header, by delimiter.
    pub(super) fn tables(&self) -> impl Iterator<Item = (char, impl Iterator<Item = &[String]>)> {
        self.tables.iter().map(|(delimiter, rows)| (*delimiter, rows.iter().map(|r| r.cells.as_slice())))
    }

    /// Whether the text is plainly a table, whatever its columns: several rows of one width. Gives the delimiter.
    pub(super) fn is_tabular(&self) -> bool {
        self.tables.iter().any(|(_, rows)| {
            let widths: Vec<usize> = rows.iter().map(|r| r.cells.len()).collect();
            let most = |w: &usize| widths.iter().filter(|x| *x == w).count();
            let Some((same, width)) = widths.iter().map(|w| (most(w), *w)).filter(|(_, w)| *w >= 2).max() else {
                return false;
            };
            let titled = rows.iter().any(|r| r.cells.len() == width && looks_like_titles(&r.cells));
            let headed = rows.iter().zip(rows.iter().skip(1)).any(|(row, next)| {
                row.cells.len() >= 4 && row.cells.len() == next.cells.len() && looks_like_titles(&row.cells)
            });
            headed
                || (width >= 3 && same >= 2 && same * 10 >= rows.len() * 6)
                || (titled && same * 10 >= rows.len() * 9)
        })
    }

    /// The row that looks most like a header, for messages: its line and titles.
    pub(super) fn likely_header(&self) -> (u64, Vec<String>) {
        let score = |r: &HeadRow| r.cells.iter().filter(|c| c.chars().any(char::is_alphabetic)).count();
        let rows = self.tables.iter().flat_map(|(_, rows)| rows);
        let best = rows.fold(None::<(usize, &HeadRow)>, |best, row| {
            let n = score(row);
            if best.is_none_or(|(b, _)| n > b) { Some((n, row)) } else { best }
        });
        best.map_or((1, Vec::new()), |(_, r)| (r.line, r.cells.iter().map(|c| unarmour(c).to_owned()).collect()))
    }
}

fn looks_like_titles(cells: &[String]) -> bool {
    cells.len() >= 2 && cells.iter().all(|c| c.len() < 40 && !c.is_empty() && !c.chars().any(|c| c.is_ascii_digit()))
}

/// Everything that must be in the header: required columns, and columns that rules look at.
fn wanted(profile: &Profile) -> impl Iterator<Item = Vec<String>> {
    let mut conditions = Vec::new();
    for when in profile.skip.iter().map(|s| &s.when).chain(profile.balance_row.iter().map(|b| &b.when)) {
        let mut next: Option<&When> = Some(when);
        while let Some(w) = next {
            conditions.push(w.column.flat().map(str::to_owned).collect::<Vec<_>>());
            next = w.and.as_deref();
        }
    }
    let rules = conditions.into_iter().filter(|names| names.iter().all(|n| column_number(n).is_none()));
    profile.detect.require.0.iter().cloned().chain(rules)
}

fn missing(profile: &Profile, titles: &[Title]) -> Vec<String> {
    let absent = |names: &Vec<String>| !names.iter().any(|n| position(titles, n).is_some());
    wanted(profile).filter(absent).map(|names| join(&names)).collect()
}

/// Rules may name a column several times; a message names it once.
fn once(names: Vec<String>) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}

fn join(names: &[String]) -> String {
    names.join(" or ")
}

fn position(titles: &[Title], name: &str) -> Option<usize> {
    if let Some(number) = column_number(name) {
        return Some(number);
    }
    titles.iter().position(|t| t.raw == name).or_else(|| titles.iter().position(|t| t.is(name)))
}

fn found(
    profile: &Profile,
    delimiter: char,
    line: Option<u64>,
    rows_before: usize,
    titles: Vec<Title>,
    preamble: Vec<(u64, Vec<String>)>,
) -> Found {
    let mut columns = vec![Vec::new(); Role::COUNT];
    for (role, names) in &profile.columns {
        let first = |names: &[String]| names.iter().find_map(|n| position(&titles, n));
        let cells: Vec<usize> = if matches!(role, Role::Remittance | Role::Narrative) {
            names.0.iter().filter_map(|alternatives| first(alternatives)).collect()
        } else {
            names.0.iter().find_map(|alternatives| first(alternatives)).into_iter().collect()
        };
        if let Some(slot) = columns.get_mut(*role as usize) {
            *slot = cells;
        }
    }
    let names: Vec<&str> = profile.columns.values().chain([&profile.detect.require]).flat_map(Names::flat).collect();
    let known = titles.iter().filter(|t| names.iter().any(|n| t.is(n))).count();
    let mut first = [None; Role::COUNT];
    first.iter_mut().zip(&columns).for_each(|(first, all)| *first = all.first().copied());
    Found { delimiter, line, rows_before, titles, preamble, known, columns, first }
}

/// A file without header fits when its first rows have the width and dates where the profile has them.
fn headerless(profile: &Profile, delimiter: char, rows: &[HeadRow]) -> Option<Found> {
    let width = profile.file.width?;
    let date = profile.columns.get(&Role::BookingDate)?.flat().find_map(column_number)?;
    let fits = |row: &HeadRow| {
        let cell = row.cells.get(date).map_or("", |c| unarmour(c));
        row.cells.len() == width && profile.format.date.iter().any(|p| parse_date(cell, p).is_some())
    };
    if rows.is_empty() || !rows.iter().take(10).all(fits) {
        return None;
    }
    let titles = (1..=width).map(|i| Title::new(&format!("#{i}"))).collect();
    let mut found = found(profile, delimiter, None, 0, titles, Vec::new());
    found.known = width;
    Some(found)
}
