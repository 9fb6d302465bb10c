//! Figures that stand beside the table: account, balances and totals above the header or in a footer.
//! In: rows of free cells. Out: the figures that the profile names.

use super::cells::Cells;
use super::profile::{Figure, Names};
use crate::base::{Currency, Iban, Money, Place, fold_name, unarmour};
use crate::error::{Error, ErrorCode};
use std::collections::BTreeMap;

/// Figures found, as text with their place.
#[derive(Debug, Default)]
pub(super) struct Control(BTreeMap<Figure, (String, Place)>);

impl Control {
    /// Looks for the profile's figures in a row; the first of each is kept.
    pub(super) fn take(&mut self, wanted: &BTreeMap<Figure, Names>, line: u64, cells: &[impl AsRef<str>]) {
        for (figure, names) in wanted {
            if self.0.contains_key(figure) {
                continue;
            }
            let value = names.flat().find_map(|name| value(name, cells));
            if let Some((text, column)) = value {
                self.0.insert(*figure, (text, Place::line_column(line, column as u64 + 1)));
            }
        }
    }

    /// A figure as text.
    pub(super) fn text(&self, figure: Figure) -> Option<&str> {
        self.0.get(&figure).map(|(text, _)| text.as_str())
    }

    /// A figure as money.
    pub(super) fn money(
        &self,
        figure: Figure,
        cells: &Cells<'_>,
        currency: Currency,
    ) -> Result<Option<(Money, Place)>, Error> {
        let Some((text, place)) = self.0.get(&figure) else { return Ok(None) };
        Ok(cells.money(text, currency, || place.clone())?.map(|m| (m, place.clone())))
    }

    /// The number of entries.
    pub(super) fn count(&self) -> Result<Option<u64>, Error> {
        let Some((text, place)) = self.0.get(&Figure::Count) else { return Ok(None) };
        text.parse()
            .map(Some)
            .map_err(|_| Error::new(ErrorCode::Value, place.clone(), format!("the count `{text}`"), "a whole number"))
    }
}

/// The value to a name: what follows the colon in the same cell, else the next cell that holds something.
/// `*` at the end of the name stands for any ending; `*iban*` for the first cell that is a valid IBAN.
pub(super) fn value(name: &str, cells: &[impl AsRef<str>]) -> Option<(String, usize)> {
    let texts = || cells.iter().map(|c| unarmour(c.as_ref())).enumerate();
    if name == "*iban*" {
        let parse = |t: &str| Iban::parse(t).map(|iban| iban.as_str().to_owned());
        let behind = |t: &str| t.split_once(':').and_then(|(_, tail)| parse(tail));
        let within = |t: &str| t.split(|c: char| c.is_whitespace() || matches!(c, ':' | ',')).find_map(parse);
        return texts().find_map(|(i, t)| parse(t).or_else(|| behind(t)).or_else(|| within(t)).map(|iban| (iban, i)));
    }
    let (wanted, open) = name.strip_suffix('*').map_or((name, false), |n| (n, true));
    let wanted = fold_name(wanted);
    let is = |label: &str| {
        let label = fold_name(label);
        label == wanted || (open && label.starts_with(&wanted))
    };
    let (at, text) = texts().find(|(_, t)| is(t) || t.split_once(':').is_some_and(|(head, _)| is(head)))?;
    if let Some((head, tail)) = text.split_once(':')
        && is(head)
        && !tail.trim().is_empty()
    {
        return Some((tail.trim().to_owned(), at));
    }
    texts().skip(at + 1).find(|(_, t)| !t.is_empty()).map(|(i, t)| (t.to_owned(), i))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_behind_the_colon_or_in_the_next_cell() {
        assert_eq!(value("Saldo", &["Saldo", "", "12,50"]), Some(("12,50".into(), 2)));
        assert_eq!(value("IBAN", &["IBAN: DE12", "x"]), Some(("DE12".into(), 0)));
        assert_eq!(value("Datum von", &["Datum von:", "=\"01.10.2025\""]), Some(("01.10.2025".into(), 1)));
        assert_eq!(
            value("Beginning balance*", &["Beginning balance as of 01/01/2026", "", "5.00"]),
            Some(("5.00".into(), 2))
        );
        assert_eq!(
            value("*iban*", &["Konto", "DE89 3704 0044 0532 0130 00"]),
            Some(("DE89370400440532013000".into(), 1))
        );
        for cell in ["Konto: DE89 3704 0044 0532 0130 00", "Conta DE89370400440532013000 - EUR"] {
            assert_eq!(value("*iban*", &[cell]), Some(("DE89370400440532013000".into(), 0)));
        }
        assert_eq!(value("Saldo", &["Endsaldo", "1"]), None);
    }
}
