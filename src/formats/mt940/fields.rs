//! The grammar of single fields. Comes in: the text of one field. Goes out: its parts as the bank wrote them, or a
//! [`Fault`] with the offset of the first character that does not fit. No meaning is added here.

use super::lines::split_lines;
use crate::base::{CreditDebit, Currency, Money, parse_compact_date};
use crate::error::ErrorCode;
use chrono::{Datelike, NaiveDate};
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while_m_n, take_while1};
use nom::character::complete::{anychar, space0};
use nom::combinator::{map, map_opt, opt, verify};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};
use std::borrow::Cow;

/// What keeps a field from being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// Offset in bytes from the start of the field's text.
    pub offset: usize,
    /// Kind of error.
    pub code: ErrorCode,
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: &'static str,
    /// What to do.
    pub hint: &'static str,
}

/// A date, and whether it had to be moved to the end of its month (30 February).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SwiftDate {
    /// The day.
    pub date: NaiveDate,
    /// The day as written is in no calendar.
    pub clamped: bool,
}

/// An amount without sign or currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figure {
    /// Digits without the decimal sign.
    pub units: i128,
    /// Digits after it.
    pub scale: u8,
    /// The decimal sign; `None` if there was none.
    pub separator: Option<char>,
}

impl Figure {
    /// As money, signed by a direction. `None` beyond 18 digits.
    pub(super) fn money(self, direction: CreditDebit, currency: Currency) -> Option<Money> {
        Money::from_scaled(self.units * i128::from(direction.sign()), self.scale, currency).ok()
    }
}

/// The mark of a `:61:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    /// Effect on the account: `C` and `RD` are credits, `D` and `RC` debits.
    pub direction: CreditDebit,
    /// `RC` or `RD`.
    pub reversal: bool,
    /// `EC` or `ED`, MT942 only: not booked yet.
    pub expected: bool,
}

/// A `:61:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StatementLine<'t> {
    /// Subfield 1.
    pub value_date: SwiftDate,
    /// Subfield 2, month and day; `None` if absent, blank or `0000`.
    pub entry_date: Option<(u32, u32)>,
    /// Subfield 3.
    pub mark: Mark,
    /// Subfield 5.
    pub amount: Figure,
    /// Where the amount begins, offset in bytes.
    pub amount_offset: usize,
    /// Subfield 6; some banks write three or two letters and a blank, some none.
    pub type_code: Option<Cow<'t, str>>,
    /// Subfield 7, trimmed, as written (`NONREF` too). Empty if there is none.
    pub owner_reference: Cow<'t, str>,
    /// Subfield 8, trimmed. Empty if there is none.
    pub bank_reference: Cow<'t, str>,
    /// Subfield 9 and whatever lines follow.
    pub supplementary: Option<String>,
}

impl StatementLine<'_> {
    fn into_owned(self) -> StatementLine<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        StatementLine {
            value_date: self.value_date,
            entry_date: self.entry_date,
            mark: self.mark,
            amount: self.amount,
            amount_offset: self.amount_offset,
            type_code: self.type_code.map(owned),
            owner_reference: owned(self.owner_reference),
            bank_reference: owned(self.bank_reference),
            supplementary: self.supplementary,
        }
    }
}

/// A `:60:`, `:62:`, `:64:` or `:65:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BalanceField {
    /// Sign of the balance.
    pub direction: CreditDebit,
    /// `None` for `000000`.
    pub date: Option<SwiftDate>,
    /// Currency.
    pub currency: Currency,
    /// Amount.
    pub amount: Figure,
}

/// Reads a `:61:`. The value date takes the first characters; see the format in the reference of SWIFT field 61.
pub(super) fn statement_line(text: &str) -> Result<StatementLine<'_>, Fault> {
    let mut lines = split_lines(text);
    let first = lines.next().unwrap_or("");
    // Some banks break the line between mark and amount.
    let broken = first.len() < 20 && marks(first).is_ok_and(|(rest, _)| rest.trim().is_empty());
    if broken {
        let joined = format!("{first}{}", lines.next().unwrap_or(""));
        return head_and_more(&joined, lines).map(StatementLine::into_owned);
    }
    head_and_more(first, lines)
}

/// The first line, and the lines behind it.
fn head_and_more<'h, 't: 'h>(head: &'h str, lines: impl Iterator<Item = &'t str>) -> Result<StatementLine<'h>, Fault> {
    let at = |rest: &str| head.len() - rest.len();

    let (rest, value_date) = swift_date(head).map_err(|_| date_fault(head, 0))?;
    let (rest, entry_date) = entry_date(rest).map_err(|_| date_fault(rest, at(rest)))?;
    let (rest, mark) = mark(rest).map_err(|_| Fault {
        offset: at(rest),
        code: ErrorCode::Direction,
        found: found("mark", rest, 4),
        expected: "C, D, RC, RD, EC or ED after the dates",
        hint: "the line may be cut off or shifted; ask the bank for the file again",
    })?;
    let (rest, _) = funds_code(rest).unwrap_or((rest, None));
    let amount_offset = at(rest);
    let (rest, amount) = figure(rest).map_err(|_| amount_fault(rest, amount_offset))?;
    let (rest, type_code) = type_code(rest).unwrap_or((rest, None));

    let (owner, mut bank) = rest.split_once("//").unwrap_or((rest, ""));
    // A long reference is sometimes wrapped before its second part.
    let mut lines = lines.peekable();
    if let Some(wrapped) = lines.next_if(|l| bank.is_empty() && l.starts_with("//")) {
        bank = wrapped.trim_start_matches('/');
    }
    let supplementary: Vec<&str> = lines.map(str::trim_end).filter(|l| !l.is_empty()).collect();
    Ok(StatementLine {
        value_date,
        entry_date,
        mark,
        amount,
        amount_offset,
        type_code: type_code.map(|t| t.trim_end().into()),
        owner_reference: owner.trim().into(),
        bank_reference: bank.trim().into(),
        supplementary: (!supplementary.is_empty()).then(|| supplementary.join("\n")),
    })
}

/// Reads a balance field; only its first line counts.
pub(super) fn balance(text: &str) -> Result<BalanceField, Fault> {
    let head = split_lines(text).next().unwrap_or("").trim_end();
    let at = |rest: &str| head.len() - rest.len();
    let (rest, direction) = direction(head).map_err(|_| Fault {
        offset: 0,
        code: ErrorCode::Direction,
        found: found("mark", head, 2),
        expected: "C or D before the date of the balance",
        hint: "the line may be cut off; ask the bank for the file again",
    })?;
    let (rest, date) = match rest.strip_prefix("000000") {
        Some(rest) => (rest, None),
        None => swift_date(rest).map(|(r, d)| (r, Some(d))).map_err(|_| date_fault(rest, at(rest)))?,
    };
    let (rest, currency) = currency(rest).map_err(|_| Fault {
        offset: at(rest),
        code: ErrorCode::Currency,
        found: found("currency", rest, 3),
        expected: "a currency code of three letters, as in EUR",
        hint: "the line may be cut off; ask the bank for the file again",
    })?;
    let (left, amount) = figure(rest).map_err(|_| amount_fault(rest, at(rest)))?;
    match left.trim().is_empty() {
        true => Ok(BalanceField { direction, date, currency, amount }),
        false => Err(amount_fault(rest, at(rest))),
    }
}

/// Reads the count, currency and sum of a `:90D:` or `:90C:`; some banks leave the count out.
pub(super) fn total(text: &str) -> Option<(Option<u64>, Currency, Figure)> {
    let head = split_lines(text).next()?.trim();
    let (rest, count) = digits0(head).ok()?;
    let (rest, currency) = currency(rest).ok()?;
    let (rest, amount) = figure(rest).ok()?;
    rest.is_empty().then(|| (count.parse().ok(), currency, amount))
}

/// The currency of a floor limit `:34F:EURD12345,67`.
pub(super) fn floor_currency(text: &str) -> Option<Currency> {
    currency(text.trim_start()).ok().map(|(_, c)| c)
}

/// The day of a `:13D:` or `:13:`.
pub(super) fn stamp_date(text: &str) -> Option<NaiveDate> {
    swift_date(text.trim_start()).ok().map(|(_, d)| d.date)
}

/// An amount with or without its currency before it: `EUR12,34`, `12,34`. What follows it is given back.
pub(super) fn money_text(text: &str, default: Currency) -> Option<(Money, &str)> {
    let text = text.trim_start();
    let (rest, currency) = currency(text).unwrap_or((text, default));
    let (rest, figure) = figure(rest.trim_start()).ok()?;
    Some((figure.money(CreditDebit::Credit, currency)?, rest))
}

/// The year of an entry date that has only month and day: the one that brings it nearest to the value date; of two equally
/// near the later. 29 February counts only where the year has one.
pub(super) fn entry_year(value: NaiveDate, (month, day): (u32, u32)) -> Option<SwiftDate> {
    if (value.month(), value.day()) == (month, day) {
        return Some(SwiftDate { date: value, clamped: false });
    }
    let years = || (value.year() - 1)..=(value.year() + 1);
    let nearest = |clamped: bool| {
        years()
            .filter_map(|y| match clamped {
                false => NaiveDate::from_ymd_opt(y, month, day),
                true => month_end(y, month),
            })
            .min_by_key(|d| ((*d - value).num_days().abs(), *d < value))
            .map(|date| SwiftDate { date, clamped })
    };
    nearest(false).or_else(|| nearest(true).filter(|_| (28..=31).contains(&day)))
}

fn marks(input: &str) -> IResult<&str, Mark> {
    let (rest, _) = swift_date(input)?;
    let (rest, _) = entry_date(rest)?;
    terminated(mark, opt(verify(anychar, char::is_ascii_alphabetic))).parse(rest)
}

/// `YYMMDD`; a day that its month does not have, but some month has, becomes the month's last.
fn swift_date(input: &str) -> IResult<&str, SwiftDate> {
    map_opt(take_while_m_n(6, 6, |c: char| c.is_ascii_digit()), |text: &str| {
        if let Some(date) = parse_compact_date(text) {
            return Some(SwiftDate { date, clamped: false });
        }
        let day: u32 = text.get(4..)?.parse().ok()?;
        let first = parse_compact_date(&format!("{}01", text.get(..4)?))?;
        let date = month_end(first.year(), first.month()).filter(|_| (28..=31).contains(&day))?;
        Some(SwiftDate { date, clamped: true })
    })
    .parse(input)
}

/// `MMDD`, four blanks, or nothing.
fn entry_date(input: &str) -> IResult<&str, Option<(u32, u32)>> {
    let (rest, text) = opt(take_while_m_n(4, 4, |c: char| c.is_ascii_digit())).parse(input)?;
    let (rest, _) = space0(rest)?;
    let parsed = match text {
        None | Some("0000") => None,
        Some(text) => {
            let digits = text.bytes().fold(0, |n, b| n * 10 + u32::from(b - b'0'));
            let (month, day) = (digits / 100, digits % 100);
            if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
                return Err(nom::Err::Error(nom::error::Error::new(input, nom::error::ErrorKind::Verify)));
            }
            Some((month, day))
        }
    };
    Ok((rest, parsed))
}

/// The mark must be taken whole before the funds code: in `CR30,00` the `R` is the euro's third letter, and in `RCR30,00`
/// the first `R` is a reversal.
fn mark(input: &str) -> IResult<&str, Mark> {
    let of = |direction, reversal, expected| move |_: &str| Mark { direction, reversal, expected };
    use CreditDebit::{Credit, Debit};
    alt((
        map(tag("C"), of(Credit, false, false)),
        map(tag("D"), of(Debit, false, false)),
        map(tag("RC"), of(Debit, true, false)),
        map(tag("RD"), of(Credit, true, false)),
        map(tag("EC"), of(Credit, false, true)),
        map(tag("ED"), of(Debit, false, true)),
    ))
    .parse(input)
}

fn funds_code(input: &str) -> IResult<&str, Option<char>> {
    terminated(opt(verify(anychar, char::is_ascii_alphabetic)), space0).parse(input)
}

fn direction(input: &str) -> IResult<&str, CreditDebit> {
    alt((map(tag("C"), |_| CreditDebit::Credit), map(tag("D"), |_| CreditDebit::Debit))).parse(input)
}

fn currency(input: &str) -> IResult<&str, Currency> {
    let letters = take_while_m_n(3, 3, |c: char| c.is_ascii_uppercase());
    map_opt(letters, |c: &str| Currency::parse(c).ok()).parse(input)
}

fn digits0(input: &str) -> IResult<&str, &str> {
    take_while(|c: char| c.is_ascii_digit())(input)
}

/// One decimal sign, `,` or `.`, anywhere among the digits; two are an error, never a guess.
fn figure(input: &str) -> IResult<&str, Figure> {
    let sign = |c: char| c.is_ascii_digit() || c == ',' || c == '.';
    map_opt(preceded(space0, take_while1(sign)), |text: &str| {
        let mut figure = Figure { units: 0, scale: 0, separator: None };
        let mut digits = 0u8;
        let mut units = 0u64;
        for byte in text.bytes() {
            match byte.is_ascii_digit() {
                false if figure.separator.is_some() => return None,
                false => figure.separator = Some(char::from(byte)),
                true => {
                    // Leading zeros may be many; what counts is at most 18 digits.
                    units = units.checked_mul(10)?.checked_add(u64::from(byte - b'0'))?;
                    figure.scale += u8::from(figure.separator.is_some());
                    digits = digits.checked_add(1).filter(|d| *d < 36)?;
                }
            }
        }
        figure.units = i128::from(units);
        (digits > 0 && units <= 999_999_999_999_999_999).then_some(figure)
    })
    .parse(input)
}

/// One capital letter and three letters, digits or blanks (`NTRF`, `N051`, `NOV `); none if a reference stands at once.
fn type_code(input: &str) -> IResult<&str, Option<&str>> {
    let input = input.trim_start_matches(' ');
    let (code, _) = input.split_at_checked(4).unwrap_or((input, ""));
    let mut chars = code.chars();
    let is_code = chars.next().is_some_and(|c| c.is_ascii_uppercase())
        && chars.all(|c| c.is_ascii_alphanumeric() || c == ' ')
        && !input.starts_with("NONREF");
    Ok(if is_code { (input.get(code.len()..).unwrap_or(""), Some(code)) } else { (input, None) })
}

fn month_end(year: i32, month: u32) -> Option<NaiveDate> {
    (28..=31).rev().find_map(|day| NaiveDate::from_ymd_opt(year, month, day))
}

/// What stands in the place of a part: its first characters, or the end of the line.
fn found(what: &str, rest: &str, characters: usize) -> String {
    if rest.trim().is_empty() {
        return format!("the end of the line in the place of the {what}");
    }
    format!("{what} `{}`", rest.chars().take(characters).collect::<String>())
}

fn date_fault(rest: &str, offset: usize) -> Fault {
    Fault {
        offset,
        code: ErrorCode::Date,
        found: found("date", rest, 6),
        expected: "a date as YYMMDD, or MMDD for the entry date",
        hint: "the line may be cut off; ask the bank for the file again",
    }
}

fn amount_fault(rest: &str, offset: usize) -> Fault {
    Fault {
        offset,
        code: ErrorCode::Amount,
        found: found("amount", rest, 20),
        expected: "at most 18 digits with one decimal sign, as in 1234,56",
        hint: "MT940 has no thousands sign and no minus; the line may be cut off or made by a converter",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CreditDebit::{Credit, Debit};

    fn ymd(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    fn line(text: &str) -> StatementLine<'static> {
        statement_line(text).unwrap().into_owned()
    }

    #[test]
    fn the_mark_is_read_before_the_funds_code() {
        let of = |mark: &str| {
            let l = line(&format!("2601020102{mark}30,00NTRFNONREF"));
            (l.mark.direction, l.mark.reversal, l.mark.expected, l.amount.units)
        };
        assert_eq!(of("C"), (Credit, false, false, 3000));
        assert_eq!(of("CR"), (Credit, false, false, 3000), "R is the third letter of EUR");
        assert_eq!(of("DD"), (Debit, false, false, 3000), "D is the third letter of USD");
        assert_eq!(of("RC"), (Debit, true, false, 3000), "a reversed credit takes money out");
        assert_eq!(of("RD"), (Credit, true, false, 3000), "a reversed debit brings money in");
        assert_eq!(of("RCR"), (Debit, true, false, 3000));
        assert_eq!(of("EDF"), (Debit, false, true, 3000));
    }

    #[test]
    fn amounts_as_banks_write_them() {
        let of = |amount: &str| {
            let l = line(&format!("260102C{amount}NTRFX"));
            (l.amount.units, l.amount.scale, l.amount.separator)
        };
        assert_eq!(of("100,"), (100, 0, Some(',')));
        assert_eq!(of(",50"), (50, 2, Some(',')));
        assert_eq!(of("000000000127,50"), (12750, 2, Some(',')));
        assert_eq!(of("34.5"), (345, 1, Some('.')));
        assert_eq!(of("1234"), (1234, 0, None));
        for bad in ["1.234,56", "1,2,3", ",", "-5,00"] {
            let fault = statement_line(&format!("260102C{bad}NTRFX")).unwrap_err();
            assert_eq!((fault.code, fault.offset), (ErrorCode::Amount, 7), "{bad}");
        }
    }

    #[test]
    fn the_entry_date_takes_the_nearest_year() {
        let of = |value: (i32, u32, u32), md| entry_year(ymd(value.0, value.1, value.2), md).map(|d| d.date);
        assert_eq!(of((2026, 1, 2), (12, 31)), Some(ymd(2025, 12, 31)));
        assert_eq!(of((2025, 12, 31), (1, 2)), Some(ymd(2026, 1, 2)));
        assert_eq!(of((2025, 3, 1), (2, 29)), Some(ymd(2024, 2, 29)));
        assert_eq!(entry_year(ymd(2026, 2, 27), (2, 30)), Some(SwiftDate { date: ymd(2026, 2, 28), clamped: true }));
    }

    #[test]
    fn impossible_and_blank_dates_are_read() {
        let l = line("1602300301DR6,00N024NONREF");
        assert_eq!(l.value_date, SwiftDate { date: ymd(2016, 2, 29), clamped: true });
        assert_eq!(l.entry_date, Some((3, 1)));
        assert_eq!(line("240312    DD212,39NMSCNONREF//").entry_date, None);
        assert_eq!(statement_line("261301C1,NTRFX").unwrap_err().code, ErrorCode::Date);
        assert_eq!(statement_line("2601").unwrap_err().code, ErrorCode::Date);
    }

    #[test]
    fn references_split_at_the_first_double_slash() {
        let l = line("2601020102C1,00NTRFA/B//C//D\r\n/OCMT/EUR1,00/");
        assert_eq!((&*l.owner_reference, &*l.bank_reference), ("A/B", "C//D"));
        assert_eq!(l.supplementary.as_deref(), Some("/OCMT/EUR1,00/"));
        let l = line("260102C1,00NTRFLONG\n//BANK\nmore");
        assert_eq!((&*l.bank_reference, l.supplementary.as_deref()), ("BANK", Some("more")));
        assert_eq!(line("260102C1,00//77").type_code, None);
        assert_eq!(line("260102C1,00NONREF").type_code, None);
        assert_eq!(line("260102C1,00NOV NONREF").type_code.as_deref(), Some("NOV"));
    }

    #[test]
    fn a_line_that_ends_too_early_says_so() {
        let of = |text: &str| statement_line(text).unwrap_err().found;
        assert_eq!(of("2603120312C"), "the end of the line in the place of the amount");
        assert_eq!(of("260312"), "the end of the line in the place of the mark");
        assert_eq!(balance("C").unwrap_err().found, "the end of the line in the place of the date");
    }

    #[test]
    fn a_line_broken_before_the_amount_is_joined() {
        let l = line("2601020102CR\r\n30,00N062NONREF\r\nrest");
        assert_eq!((l.amount.units, l.supplementary.as_deref()), (3000, Some("rest")));
    }

    #[test]
    fn balances_name_what_is_wrong() {
        let b = balance("D120928EUR000000017431,67  ").unwrap();
        assert_eq!((b.direction, b.amount.units, b.currency), (Debit, 1_743_167, Currency::EUR));
        assert_eq!(balance("X120928EUR1,").unwrap_err().code, ErrorCode::Direction);
        assert_eq!(balance("C120928EU1,").unwrap_err().code, ErrorCode::Currency);
        assert_eq!(balance("C120928EUR1,2,3").unwrap_err().offset, 10);
        assert_eq!(total("2NZD5020,").map(|t| (t.0, t.2.units)), Some((Some(2), 5020)));
        assert_eq!(total("EUR,00").map(|t| (t.0, t.2.units)), Some((None, 0)));
    }
}
