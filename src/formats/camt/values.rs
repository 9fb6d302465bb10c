//! The values of leaves: text, references, amounts, dates, directions, counts. In: the cursor at an element just opened. Out: the
//! exact value, or an error with the element's name and place.

use super::xml::{Event, Xml};
use crate::base::{AmountStyle, CreditDebit, Currency, Money, parse_iso_date, parse_scaled};
use crate::error::{Error, ErrorCode};
use crate::model::is_no_reference;
use chrono::NaiveDate;

impl Xml<'_> {
    /// The text of the element in one line; nothing if it is empty.
    pub fn string(&mut self) -> Result<Option<String>, Error> {
        let text = self.text()?;
        if text.is_empty() {
            return Ok(None);
        }
        Ok(Some(if text.bytes().any(|b| matches!(b, b'\n' | b'\r' | b'\t')) {
            text.split(['\n', '\r', '\t']).map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join(" ")
        } else {
            text.into_owned()
        }))
    }

    /// The text of the element, its lines trimmed and kept apart.
    pub fn lines(&mut self) -> Result<Option<String>, Error> {
        let text = self.text()?;
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
        Ok((!lines.is_empty()).then(|| lines.join("\n")))
    }

    /// A reference; `NOTPROVIDED` and the like are nothing.
    pub fn reference(&mut self) -> Result<Option<String>, Error> {
        Ok(self.string()?.filter(|t| !is_no_reference(t)))
    }

    /// Refuses a second element of a name that may stand once: nobody can say which of the two counts.
    pub fn only(&mut self, again: bool) -> Result<(), Error> {
        if !again {
            return Ok(());
        }
        let name = self.tag_name();
        let found = format!("a second `{name}`");
        Err(self
            .error(ErrorCode::Structure, found, format!("one `{name}`"))
            .with_hint("the file is damaged, or was put together from two; ask the bank for it again"))
    }

    /// The value of an element that may stand once.
    pub fn once<T>(
        &mut self,
        slot: &mut Option<T>,
        read: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<(), Error> {
        self.only(slot.is_some())?;
        *slot = Some(read(self)?);
        Ok(())
    }

    /// The value of an element that may stand once and be empty.
    pub fn maybe_once<T>(
        &mut self,
        slot: &mut Option<T>,
        read: impl FnOnce(&mut Self) -> Result<Option<T>, Error>,
    ) -> Result<(), Error> {
        self.only(slot.is_some())?;
        *slot = read(self)?;
        Ok(())
    }

    /// An account, blanks removed.
    pub fn account(&mut self) -> Result<Option<String>, Error> {
        let text = self.text()?;
        let compact: String = match text.contains(char::is_whitespace) {
            true => text.chars().filter(|c| !c.is_whitespace()).collect(),
            false => text.into_owned(),
        };
        Ok(Some(compact).filter(|a| !is_no_reference(a)))
    }

    /// An amount without sign, with its currency from the attribute `Ccy`.
    pub fn money(&mut self) -> Result<Money, Error> {
        let currency = self.attribute("Ccy");
        let name = self.tag_name();
        let (units, scale) = self.scaled()?;
        let Some(code) = currency else {
            let found = format!("`{name}` without `Ccy`");
            return Err(self.error(ErrorCode::Currency, found, "a currency code of three letters").with_element(name));
        };
        // The schema knows capitals alone: in small letters a code was damaged or written by hand.
        if code.bytes().any(|b| b.is_ascii_lowercase()) {
            let found = format!("currency `{}`", code.trim());
            return Err(self.error(ErrorCode::Currency, found, "a code in capitals, as EUR").with_element(name));
        }
        let currency = Currency::parse(code.trim())
            .map_err(|e| self.error(ErrorCode::Currency, e.to_string(), "a code as EUR").with_element(name))?;
        Money::from_scaled(units, scale, currency)
            .map_err(|e| self.error(ErrorCode::Amount, e.to_string(), "at most 18 digits").with_element(name))
    }

    /// A figure without sign and currency: units and number of decimals.
    pub fn scaled(&mut self) -> Result<(i128, u8), Error> {
        const EXPECTED: &str = "digits with a point before the decimals, as in 1190.00";
        let name = self.tag_name();
        let text = self.text()?;
        let mut fail =
            |what: &str| self.error(ErrorCode::Amount, format!("amount `{text}` {what}"), EXPECTED).with_element(name);
        if text.bytes().any(|b| !b.is_ascii_digit() && !matches!(b, b'.' | b'+' | b'-')) || text.ends_with(['+', '-']) {
            return Err(fail("has a character that does not belong there"));
        }
        let (mut units, mut scale) = match parse_scaled(&text, AmountStyle::PLAIN) {
            Ok(read) => read,
            Err(e) => return Err(fail(&e.to_string())),
        };
        if units < 0 {
            let e = fail("is negative");
            return Err(e.with_hint("camt amounts have no sign; the direction stands in CdtDbtInd"));
        }
        while scale > 5 && units % 10 == 0 {
            units /= 10;
            scale -= 1;
        }
        if scale > 5 {
            return Err(fail("has more than 5 decimals"));
        }
        Ok((units, scale))
    }

    /// A date, or the date of a date with time.
    pub fn date(&mut self) -> Result<Option<NaiveDate>, Error> {
        let name = self.tag_name();
        let text = self.text()?;
        if text.is_empty() {
            return Ok(None);
        }
        match parse_iso_date(&text) {
            Some(date) => Ok(Some(date)),
            None => Err(self.error(ErrorCode::Date, format!("date `{text}`"), "YYYY-MM-DD").with_element(name)),
        }
    }

    /// The date in `Dt` or `DtTm` below the element just opened, or in its own text (camt before version 12 has both).
    pub fn date_choice(&mut self) -> Result<Option<NaiveDate>, Error> {
        let name = self.tag_name();
        let mut date = None;
        let mut own = String::new();
        loop {
            match self.next()? {
                Event::Start("Dt" | "DtTm") => date = self.date()?.or(date),
                Event::Start(_) => self.skip(self.depth())?,
                Event::Text(t) => own.push_str(t),
                Event::Char(c) => own.push(c),
                Event::End => break,
                Event::Eof => return Err(self.truncated()),
            }
        }
        let own = own.trim();
        if date.is_none() && !own.is_empty() {
            date = parse_iso_date(own);
            if date.is_none() {
                return Err(self.error(ErrorCode::Date, format!("date `{own}`"), "YYYY-MM-DD").with_element(name));
            }
        }
        Ok(date)
    }

    /// `CRDT` or `DBIT`; nothing if the element is empty.
    pub fn direction(&mut self) -> Result<Option<CreditDebit>, Error> {
        let name = self.tag_name();
        let text = self.text()?;
        match &*text {
            "CRDT" => Ok(Some(CreditDebit::Credit)),
            "DBIT" => Ok(Some(CreditDebit::Debit)),
            "" => Ok(None),
            _ => {
                Err(self.error(ErrorCode::Direction, format!("direction `{text}`"), "CRDT or DBIT").with_element(name))
            }
        }
    }

    /// `true`, `false`, `1` or `0`; nothing if the element is empty.
    pub fn boolean(&mut self) -> Result<Option<bool>, Error> {
        let name = self.tag_name();
        let text = self.text()?;
        match &*text {
            "true" | "1" => Ok(Some(true)),
            "false" | "0" => Ok(Some(false)),
            "" => Ok(None),
            _ => Err(self.error(ErrorCode::Value, format!("`{text}`"), "true or false").with_element(name)),
        }
    }

    /// A count; nothing if the element is empty.
    pub fn count(&mut self) -> Result<Option<u64>, Error> {
        let name = self.tag_name();
        let text = self.text()?;
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse() {
            Ok(n) if text.bytes().all(|b| b.is_ascii_digit()) => Ok(Some(n)),
            _ => Err(self.error(ErrorCode::Value, format!("count `{text}`"), "a whole number").with_element(name)),
        }
    }
}

/// Puts the name of the element that was just read at the end of the place: the cursor has left it already.
trait WithElement {
    fn with_element(self, name: &str) -> Self;
}

impl WithElement for Error {
    fn with_element(self, name: &str) -> Self {
        let local = name.rsplit(':').next().unwrap_or(name);
        let mut place = self.place().clone();
        place.path = Some(match place.path {
            Some(path) => format!("{path}/{local}").into(),
            None => local.to_owned().into(),
        });
        let again = Error::new(self.code(), place, self.found(), self.expected());
        match self.hint() {
            Some(hint) => again.with_hint(hint),
            None => again,
        }
    }
}
