//! Records to what they say, as the bank wrote them: figures as text with their place, nothing weighed or signed by type.

use super::lines::{Fields, Record, records};
use crate::base::Place;
use crate::error::{Error, ErrorCode};
use crate::formats::ReadOptions;

/// A figure as written, with its place.
pub(super) type Text<'t> = (&'t str, Place);

/// A file: its groups, and what its trailer says.
#[derive(Debug, Default)]
pub(super) struct File<'t> {
    pub groups: Vec<Group<'t>>,
    pub trailer: Option<Trailer<'t>>,
    /// Records from the header to the trailer, continuations counted.
    pub records: u64,
    pub place: Place,
}

/// 02 to 98.
#[derive(Debug)]
pub(super) struct Group<'t> {
    pub place: Place,
    /// Who sends it, mostly a routing number.
    pub originator: &'t str,
    /// 1 update, 2 deletion, 3 correction, 4 test.
    pub status: &'t str,
    pub date: Text<'t>,
    pub currency: &'t str,
    /// 1 and 2 the day before, 3 and 4 the same day; 1 and 3 not final.
    pub modifier: &'t str,
    pub accounts: Vec<Account<'t>>,
    pub trailer: Option<Trailer<'t>>,
    pub records: u64,
}

/// 03 to 49.
#[derive(Debug)]
pub(super) struct Account<'t> {
    pub place: Place,
    pub account: &'t str,
    pub currency: Text<'t>,
    pub summaries: Vec<Summary<'t>>,
    pub details: Vec<Detail<'t>>,
    pub trailer: Option<Trailer<'t>>,
    pub records: u64,
}

/// One type code with its amount in 03.
#[derive(Debug)]
pub(super) struct Summary<'t> {
    pub code: &'t str,
    pub amount: Option<Text<'t>>,
    pub count: &'t str,
    pub place: Place,
}

/// 16.
#[derive(Debug)]
pub(super) struct Detail<'t> {
    pub place: Place,
    pub code: &'t str,
    pub amount: Option<Text<'t>>,
    pub value_date: Option<Text<'t>>,
    pub bank_reference: &'t str,
    pub customer_reference: &'t str,
    pub text: Vec<&'t str>,
}

/// 49, 98, 99: control total, and the counts behind it.
#[derive(Debug)]
pub(super) struct Trailer<'t> {
    pub total: Option<Text<'t>>,
    pub counts: Vec<Text<'t>>,
    pub place: Place,
}

/// Reads a file.
///
/// # Errors
/// Records out of their order, a type code or funds type that is none, a field that is too long.
pub(super) fn read<'t>(text: &'t str, options: &ReadOptions) -> Result<File<'t>, Error> {
    let mut file = File { place: Place::line_column(1, 1), ..File::default() };
    for record in records(text)? {
        let length: usize = record.lines.iter().map(|l| l.text.len()).sum();
        if length > options.limits.field_bytes {
            let expected = format!("at most {} bytes", options.limits.field_bytes);
            return Err(Error::new(ErrorCode::Limit, record.place(), format!("a record of {length} bytes"), expected));
        }
        let lines = record.lines.len() as u64;
        file.records += lines;
        let ended = file.trailer.is_some();
        match record.code {
            "01" if file.records == lines => file.place = record.place(),
            _ if ended || record.code == "01" => return Err(order(&record, "nothing behind the file trailer (99)")),
            "02" => file.groups.push(group(&record)),
            "99" => file.trailer = Some(trailer(&record)),
            code => {
                let group = file.groups.last_mut().filter(|g| g.trailer.is_none());
                let group = group.ok_or_else(|| order(&record, "a group header (02) before it"))?;
                group.records += lines;
                in_group(code, &record, group)?;
            }
        }
        if record.code == "02"
            && let Some(group) = file.groups.last_mut()
        {
            group.records = lines;
        }
    }
    Ok(file)
}

fn in_group<'t>(code: &str, record: &Record<'t>, group: &mut Group<'t>) -> Result<(), Error> {
    match code {
        "98" => group.trailer = Some(trailer(record)),
        "03" => group.accounts.push(account(record)?),
        _ => {
            let account = group.accounts.last_mut().filter(|a| a.trailer.is_none());
            let account = account.ok_or_else(|| order(record, "an account record (03) before it"))?;
            account.records += record.lines.len() as u64;
            match code {
                "49" => account.trailer = Some(trailer(record)),
                _ => account.details.push(detail(record)?),
            }
        }
    }
    Ok(())
}

fn order(record: &Record<'_>, expected: &str) -> Error {
    let found = format!("record {} out of its order", record.code);
    Error::new(ErrorCode::Structure, record.place(), found, expected)
        .with_hint("lines are missing or were moved; ask the bank for the file again")
}

fn group<'t>(record: &Record<'t>) -> Group<'t> {
    let mut fields = record.fields();
    let mut next = || fields.next().unwrap_or_else(|| ("", record.place()));
    let (_receiver, originator, status, date, _time) = (next(), next().0, next().0, next(), next());
    let (currency, modifier) = (next().0, next().0);
    Group {
        place: record.place(),
        originator,
        status,
        date,
        currency,
        modifier,
        accounts: Vec::new(),
        trailer: None,
        records: 0,
    }
}

fn account<'t>(record: &Record<'t>) -> Result<Account<'t>, Error> {
    let mut fields = record.fields();
    let account = fields.next().map_or("", |f| f.0);
    let currency = fields.next().unwrap_or_else(|| ("", record.place()));
    let mut summaries = Vec::new();
    while let Some((code, place)) = fields.next() {
        let amount = fields.filled();
        let count = fields.next().map_or("", |f| f.0);
        funds(&mut fields)?;
        if !code.is_empty() {
            summaries.push(Summary { code, amount, count, place });
        } else if let Some((text, place)) = amount {
            return Err(Error::new(
                ErrorCode::Structure,
                place,
                format!("`{text}` without a type code"),
                "a type code before it",
            ));
        }
    }
    Ok(Account {
        place: record.place(),
        account,
        currency,
        summaries,
        details: Vec::new(),
        trailer: None,
        records: record.lines.len() as u64,
    })
}

fn detail<'t>(record: &Record<'t>) -> Result<Detail<'t>, Error> {
    let mut fields = record.fields();
    let code = fields.next().map_or("", |f| f.0);
    let amount = fields.filled();
    let value_date = funds(&mut fields)?;
    let bank_reference = fields.next().map_or("", |f| f.0);
    let customer_reference = fields.next().map_or("", |f| f.0);
    let text = fields.text();
    Ok(Detail { place: record.place(), code, amount, value_date, bank_reference, customer_reference, text })
}

/// The funds type with what it brings: `V` value date and time, `S` three amounts by day, `D` pairs of days and amounts. Gives
/// the value date.
fn funds<'t>(fields: &mut Fields<'_, 't>) -> Result<Option<Text<'t>>, Error> {
    let Some((kind, place)) = fields.next() else { return Ok(None) };
    let mut skip = |n: usize| (0..n).for_each(|_| _ = fields.next());
    match kind {
        "" | "Z" | "0" | "1" | "2" => {}
        "V" => {
            let date = fields.filled();
            fields.next();
            return Ok(date);
        }
        "S" => skip(3),
        "D" => {
            let (count, place) = fields.next().unwrap_or(("", place));
            let pairs: usize = if count.is_empty() { 0 } else { count.parse().unwrap_or(usize::MAX) };
            if pairs > 1000 {
                let found = format!("`{count}` distributions");
                return Err(Error::new(ErrorCode::Value, place, found, "a number of distributions, at most 1000"));
            }
            (0..2 * pairs).for_each(|_| _ = fields.next());
        }
        other => {
            let found = format!("funds type `{other}`");
            return Err(Error::new(ErrorCode::Value, place, found, "Z, 0, 1, 2, V, S, D or nothing")
                .with_hint("a comma may be missing or too many before it"));
        }
    }
    Ok(None)
}

fn trailer<'t>(record: &Record<'t>) -> Trailer<'t> {
    let mut fields = record.fields();
    let total = fields.filled();
    let counts = std::iter::from_fn(|| fields.filled()).take(2).collect();
    Trailer { total, counts, place: record.place() }
}
