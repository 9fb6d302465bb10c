//! Sorting rows: which are money, which are not and why. In: rows below the header. Out: one [`Kind`] each, or an error for a
//! row that does not fit its header.

use super::cells::Cells;
use super::profile::{BalanceRowKind, Role, Skip};
use crate::base::{CsvRow, CsvRows, CsvRowsError, Place};
use crate::error::{Error, ErrorCode};

/// What a row is.
pub(super) enum Kind<'p> {
    /// A movement.
    Money,
    /// No money, with the reason that is counted.
    Skip(&'p Skip),
    /// States a balance.
    Balance(BalanceRowKind),
    /// Nothing but empty cells.
    Blank,
    /// The header again, as between pages.
    RepeatedHeader,
}

/// The rows below the header.
pub(super) fn rows<'t>(text: &'t str, cells: &Cells<'_>) -> impl Iterator<Item = Result<CsvRow<'t>, Error>> {
    CsvRows::new(text, cells.found.delimiter, cells.profile.quote())
        .skip(cells.found.rows_before)
        .map(|row| row.map_err(quote_error))
}

/// What a row below the header is.
#[inline]
pub(super) fn kind<'p>(row: &CsvRow<'_>, cells: &Cells<'p>) -> Result<Kind<'p>, Error> {
    let width = cells.found.titles.len();
    if row.cells.len() > width.saturating_mul(4).saturating_add(64) {
        let found = format!("a row of {} cells", row.cells.len());
        return Err(Error::new(ErrorCode::Limit, Place::line_column(row.line, 1), found, format!("{width} cells")));
    }
    if row.is_blank() {
        return Ok(Kind::Blank);
    }
    let titles = &cells.found.titles;
    if cells.found.line.is_some() {
        let same = |(i, t): (usize, &super::header::Title)| cells.text(row, i) == t.raw;
        if titles.len() == row.cells.len() && titles.iter().enumerate().all(same) {
            if cells.found.line.is_some_and(|header| header + 1 == row.line) {
                return Err(header_twice(row.line));
            }
            return Ok(Kind::RepeatedHeader);
        }
    }
    if let Some(skip) = cells.skip(row) {
        return Ok(Kind::Skip(skip));
    }
    if let Some(balance) = cells.balance_row(row) {
        return Ok(Kind::Balance(balance.kind));
    }
    check_width(row, cells)?;
    Ok(Kind::Money)
}

/// Between pages the header stands again. Twice in a row, lines were doubled, and nobody knows which others.
fn header_twice(line: u64) -> Error {
    let place = Place::line_column(line, 1);
    Error::new(ErrorCode::Row, place, "the header a second time with no row between", "the first row below the header").with_hint(
        "lines of the file were doubled, or an empty file was put in front of it: export it again, and give files one by one",
    )
}

/// More cells than titles: only if they are empty. Fewer: only if what is missing is needed for nothing that counts.
#[inline]
fn check_width(row: &CsvRow<'_>, cells: &Cells<'_>) -> Result<(), Error> {
    let width = cells.found.titles.len();
    if row.cells.len() == width {
        return Ok(());
    }
    let surplus = row.cells.iter().enumerate().skip(width).find(|(_, c)| !c.trim().is_empty());
    if let Some((i, cell)) = surplus {
        let found = format!("{} cells, with `{cell}` beyond the last title", row.cells.len());
        return Err(Error::new(
            ErrorCode::Row,
            Place::line_column(row.line, i as u64 + 1),
            found,
            format!("{width} cells"),
        )
        .with_hint("a delimiter inside a text that is not quoted moves all later cells"));
    }
    let needed = |column: usize| {
        const COUNT: [Role; 9] = [
            Role::Account,
            Role::Currency,
            Role::BookingDate,
            Role::Amount,
            Role::Credit,
            Role::Debit,
            Role::Direction,
            Role::Balance,
            Role::Charges,
        ];
        COUNT.iter().any(|r| cells.found.column(*r) == Some(column))
            || cells
                .profile
                .detect
                .require
                .0
                .iter()
                .any(|a| cells.found.named(&super::profile::Names(vec![a.clone()])) == Some(column))
    };
    let missing = (row.cells.len()..width).find(|c| needed(*c) || row.unfinished);
    match missing {
        None => Ok(()),
        Some(column) => {
            let found = format!("a row of {} cells", row.cells.len());
            let error = Error::new(ErrorCode::Row, cells.place(row.line, column), found, format!("{width} cells"));
            Err(if row.unfinished {
                error.with_hint("the file ends inside this row: download it again")
            } else {
                error
            })
        }
    }
}

/// The error for quotes that do not fit together.
pub(super) fn quote_error(e: CsvRowsError) -> Error {
    let (line, column) = e.line_column();
    let hint =
        "the file is cut off or a text has a single quote in it: download it again, or write it with quotes doubled";
    Error::new(
        ErrorCode::Row,
        Place::line_column(line, column),
        e.to_string(),
        "a closing quote before the next delimiter",
    )
    .with_hint(hint)
}
