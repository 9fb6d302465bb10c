//! Dates as text, strictly. `chrono`'s own formats accept too much (`2026-1-5` for `%Y-%m-%d`) and turn two-digit years at 69.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// Reads `YYYY-MM-DD`, also with what `xs:dateTime` or a zone appends (`2026-04-24T10:00:00+02:00`, `2026-04-24Z`).
pub fn parse_iso_date(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let (date, rest) = text.split_at_checked(10)?;
    let b = date.as_bytes();
    let ok = b.iter().enumerate().all(|(i, c)| if i == 4 || i == 7 { *c == b'-' } else { c.is_ascii_digit() });
    let rest_ok = rest.is_empty() || rest.starts_with(['T', 'Z', '+', '-', ' ']);
    if !ok || !rest_ok {
        return None;
    }
    let number = |digits: &[u8]| digits.iter().fold(0u32, |n, d| n * 10 + u32::from(d - b'0'));
    let (year, month, day) = (number(b.get(0..4)?), number(b.get(5..7)?), number(b.get(8..10)?));
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// Reads `YYMMDD` (SWIFT; 00-79 is 20xx) or `YYYYMMDD`.
pub fn parse_compact_date(text: &str) -> Option<NaiveDate> {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let pair = |a: u8, b: u8| u32::from(a - b'0') * 10 + u32::from(b - b'0');
    match *text.as_bytes() {
        [a, b, c, d, e, f] => NaiveDate::from_ymd_opt(full_year(pair(a, b)), pair(c, d), pair(e, f)),
        [a, b, c, d, e, f, g, h] => {
            let year = i32::try_from(pair(a, b) * 100 + pair(c, d)).ok()?;
            NaiveDate::from_ymd_opt(year, pair(e, f), pair(g, h))
        }
        _ => None,
    }
}

/// Reads a date by a pattern of `%Y %y %m %d %b`, literals, and ` ` for one or more blanks. Day and month may be unpadded;
/// `%Y` is four digits, `%y` two (00-79 is 20xx), `%b` a month name of three or more letters.
/// A time of day after the date is dropped.
pub fn parse_date(text: &str, pattern: &str) -> Option<NaiveDate> {
    let mut rest = text.trim();
    if let Some(date) = padded_date(rest, pattern) {
        return Some(date);
    }
    let (mut y, mut m, mut d) = (None, None, None);
    let mut chars = pattern.chars();
    while let Some(p) = chars.next() {
        if p != '%' {
            if p == ' ' {
                let trimmed = rest.trim_start();
                if trimmed.len() == rest.len() {
                    return None;
                }
                rest = trimmed;
            } else {
                rest = rest.strip_prefix(p)?;
            }
            continue;
        }
        let (max, exact) = match chars.next()? {
            'Y' => (4, true),
            'y' => (2, true),
            'm' | 'd' if pattern == "%Y%m%d" => (2, true),
            'm' | 'd' => (2, false),
            'b' => {
                let len = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
                m = Some(month_of(rest.get(..len)?)?);
                // A month that is cut short may have a point: `24 avr. 2026`.
                rest = rest.get(len..)?;
                rest = rest.strip_prefix(". ").map_or(rest, |_| rest.get(1..).unwrap_or(rest));
                continue;
            }
            _ => return None,
        };
        let len = rest.bytes().take(max).take_while(u8::is_ascii_digit).count();
        if len == 0 || exact && len != max {
            return None;
        }
        let value: u32 = rest.get(..len)?.parse().ok()?;
        rest = rest.get(len..)?;
        // Which letter this was is known from the count of what was read before it in the pattern.
        let letter = pattern.get(..pattern.len() - chars.as_str().len())?.chars().last()?;
        match letter {
            'Y' => y = Some(i32::try_from(value).ok()?),
            'y' => y = Some(full_year(value)),
            'm' => m = Some(value),
            _ => d = Some(value),
        }
    }
    let time_follows = rest.starts_with([' ', 'T', ',']) && rest.bytes().any(|b| b == b':');
    if !rest.is_empty() && !time_follows {
        return None;
    }
    NaiveDate::from_ymd_opt(y?, m?, d?)
}

/// The most usual form in one step: every part with all its digits, nothing behind. Anything else is left to the whole grammar,
/// which reads this form alike.
fn padded_date(text: &str, pattern: &str) -> Option<NaiveDate> {
    let mut rest = text.as_bytes();
    let (mut y, mut m, mut d) = (None, None, None);
    let mut signs = pattern.bytes();
    while let Some(sign) = signs.next() {
        if sign != b'%' {
            rest = rest.strip_prefix(&[sign])?;
            continue;
        }
        let letter = signs.next()?;
        let (digits, tail) = rest.split_at_checked(if letter == b'Y' { 4 } else { 2 })?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let value = digits.iter().fold(0u32, |n, b| n * 10 + u32::from(b - b'0'));
        match letter {
            b'Y' => y = i32::try_from(value).ok(),
            b'y' => y = Some(full_year(value)),
            b'm' => m = Some(value),
            b'd' => d = Some(value),
            _ => return None,
        }
        rest = tail;
    }
    if rest.is_empty() { NaiveDate::from_ymd_opt(y?, m?, d?) } else { None }
}

/// Saturday or Sunday.
pub fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The date itself, or the next day that is neither a weekend nor one of the holidays (sorted or not).
pub fn next_working_day(date: NaiveDate, holidays: &[NaiveDate]) -> NaiveDate {
    let mut day = date;
    // No calendar has a month of holidays in a row; the bound keeps a mistaken list from looping for ever.
    for _ in 0..366 {
        if !is_weekend(day) && !holidays.contains(&day) {
            break;
        }
        match day.checked_add_days(Days::new(1)) {
            Some(next) => day = next,
            None => break,
        }
    }
    day
}

fn full_year(two: u32) -> i32 {
    let two = i32::try_from(two).unwrap_or(0);
    if two <= 79 { 2000 + two } else { 1900 + two }
}

/// Months of English, German, French, Spanish, Italian, Portuguese, Dutch and the Nordic languages, which agree where they begin alike.
fn month_of(name: &str) -> Option<u32> {
    let name = name.to_lowercase();
    let head: String = name.chars().take(3).collect();
    Some(match head.as_str() {
        "jan" | "ene" | "gen" => 1,
        "feb" | "fév" | "fev" => 2,
        "mar" | "mär" | "mrz" | "mrt" | "maa" => 3,
        "apr" | "avr" | "abr" => 4,
        "may" | "mai" | "mei" | "mag" | "maj" => 5,
        "jun" | "giu" => 6,
        "jul" | "lug" => 7,
        "jui" | "juí" if name.starts_with("juin") => 6,
        "jui" | "juí" if name.starts_with("juil") => 7,
        "aug" | "aoû" | "aou" | "ago" => 8,
        "sep" | "set" => 9,
        "oct" | "okt" | "ott" | "out" => 10,
        "nov" => 11,
        "dec" | "dez" | "déc" | "dic" => 12,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ymd(y: i32, m: u32, d: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(y, m, d)
    }

    #[test]
    fn iso_dates_are_strict_but_may_carry_a_zone() {
        assert_eq!(parse_iso_date("2024-03-07+02:00"), ymd(2024, 3, 7));
        assert_eq!(parse_iso_date("2024-03-07T23:59:00"), ymd(2024, 3, 7));
        assert_eq!(parse_iso_date("2026-1-5"), None);
        assert_eq!(parse_iso_date("+2026-01-05"), None);
        assert_eq!(parse_iso_date("2026-02-30"), None);
    }

    #[test]
    fn patterns_read_what_banks_write() {
        assert_eq!(parse_date("31.12.26", "%d.%m.%y"), ymd(2026, 12, 31));
        assert_eq!(parse_date("1.2.2026", "%d.%m.%Y"), ymd(2026, 2, 1));
        assert_eq!(parse_date("02 Aug 2026", "%d %b %Y"), ymd(2026, 8, 2));
        assert_eq!(parse_date("20260424", "%Y%m%d"), ymd(2026, 4, 24));
        assert_eq!(parse_date("2026-04-24 10:11:12", "%Y-%m-%d"), ymd(2026, 4, 24));
        assert_eq!(parse_date("31.12.2026", "%d.%m.%y"), None, "a two-digit year does not eat a long one");
        assert_eq!(parse_date("13/24/2026", "%d/%m/%Y"), None);
    }

    #[test]
    fn a_deadline_moves_over_the_weekend() {
        let sat = ymd(2026, 4, 25).unwrap();
        assert_eq!(next_working_day(sat, &[]), ymd(2026, 4, 27).unwrap());
        assert_eq!(next_working_day(sat, &[ymd(2026, 4, 27).unwrap()]), ymd(2026, 4, 28).unwrap());
    }
}
