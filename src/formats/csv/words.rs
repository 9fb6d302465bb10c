//! What a title says of its column, and what words in cells say, in the languages that banks write. In: a title or a cell. Out: its
//! meaning by `words.toml`.

use crate::base::{Currency, first_folded, fold_name};
use serde::Deserialize;
use std::cell::LazyCell;
use std::sync::OnceLock;

/// What a title says that its column holds. The order decides between words of equal length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meaning {
    BookingDate,
    Date,
    TransactionDate,
    ValueDate,
    Direction,
    Amount,
    Credit,
    Debit,
    Balance,
    Currency,
    Account,
    OtherAccount,
    OtherBic,
    OtherName,
    E2eId,
    MandateId,
    CreditorId,
    BankId,
    Remittance,
    BankText,
    Status,
    /// None of ours: amounts before an exchange, fees, names of the own side.
    Other,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    titles: Titles,
    cells: Cells,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Titles {
    booking_date: Vec<String>,
    date: Vec<String>,
    transaction_date: Vec<String>,
    value_date: Vec<String>,
    amount: Vec<String>,
    credit: Vec<String>,
    debit: Vec<String>,
    direction: Vec<String>,
    balance: Vec<String>,
    currency: Vec<String>,
    account: Vec<String>,
    bic: Vec<String>,
    counterparty: Vec<String>,
    name: Vec<String>,
    remittance: Vec<String>,
    bank_text: Vec<String>,
    bank_id: Vec<String>,
    e2e_id: Vec<String>,
    mandate_id: Vec<String>,
    creditor_id: Vec<String>,
    status: Vec<String>,
    other: Vec<String>,
}

/// Words that cells hold.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cells {
    pub credit: Vec<String>,
    pub debit: Vec<String>,
    pub pending: Vec<String>,
    pub refused: Vec<String>,
    pub booked: Vec<String>,
    pub opening: Vec<String>,
    pub closing: Vec<String>,
    pub balance: Vec<String>,
    pub turnover: Vec<String>,
    pub total: Vec<String>,
    pub account: Vec<String>,
    pub currency: Vec<String>,
}

/// A folded word, whether it must be the whole title, and what it means.
struct Word {
    folded: String,
    whole: bool,
    meaning: Meaning,
}

struct Words {
    titles: Vec<Word>,
    counterparty: Vec<Word>,
    name: Vec<Word>,
    bic: Vec<Word>,
    cells: Cells,
}

fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| {
        let file: Option<File> = toml::from_str(include_str!("words.toml")).ok();
        let of = |words: Vec<String>, meaning| {
            let word = move |w: String| {
                let whole = w.starts_with('=');
                // `+/-` and the like have no letters to fold.
                let folded = fold_name(&w);
                let folded = if folded.is_empty() { w.trim_start_matches('=').to_owned() } else { folded };
                Word { folded, whole, meaning }
            };
            words.into_iter().map(word)
        };
        let Some(File { titles: t, cells }) = file else {
            return Words { titles: vec![], counterparty: vec![], name: vec![], bic: vec![], cells: Cells::default() };
        };
        let titles = [
            (t.booking_date, Meaning::BookingDate),
            (t.date, Meaning::Date),
            (t.transaction_date, Meaning::TransactionDate),
            (t.value_date, Meaning::ValueDate),
            (t.direction, Meaning::Direction),
            (t.amount, Meaning::Amount),
            (t.credit, Meaning::Credit),
            (t.debit, Meaning::Debit),
            (t.balance, Meaning::Balance),
            (t.currency, Meaning::Currency),
            (t.account, Meaning::Account),
            (t.e2e_id, Meaning::E2eId),
            (t.mandate_id, Meaning::MandateId),
            (t.creditor_id, Meaning::CreditorId),
            (t.bank_id, Meaning::BankId),
            (t.remittance, Meaning::Remittance),
            (t.bank_text, Meaning::BankText),
            (t.status, Meaning::Status),
            (t.other, Meaning::Other),
        ];
        Words {
            titles: titles.into_iter().flat_map(|(words, meaning)| of(words, meaning)).collect(),
            counterparty: of(t.counterparty, Meaning::OtherName).collect(),
            name: of(t.name, Meaning::OtherName).collect(),
            bic: of(t.bic, Meaning::OtherBic).collect(),
            cells,
        }
    })
}

impl Word {
    fn fits(&self, title: &str) -> bool {
        if self.whole { title == self.folded } else { title.contains(&self.folded) }
    }
}

/// What a title says, if it says anything: the longest word in it decides, a word that is the whole title before all others.
pub(super) fn meaning(title: &str) -> Option<Meaning> {
    let words = words();
    let whole = fold_name(title);
    let bare = fold_name(&without_currency(title));
    let bare = if bare.is_empty() { title.trim().to_owned() } else { bare };
    let any = |of: &[Word]| of.iter().any(|w| w.fits(&bare));
    let best = |fits: &dyn Fn(&Word) -> bool| {
        let fitting = words.titles.iter().filter(|w| fits(w));
        fitting.max_by(|a, b| {
            let key = |w: &Word| (w.folded == bare, w.folded.len());
            key(a).cmp(&key(b)).then_with(|| b.meaning.cmp(&a.meaning))
        })
    };
    let told = best(&|w| w.fits(&bare));
    let is_ours = told.is_some_and(|w| {
        // A word that is the whole title says what it is, whatever stands in it.
        w.whole && w.meaning == Meaning::Amount
            || matches!(w.meaning, Meaning::CreditorId | Meaning::MandateId | Meaning::E2eId | Meaning::Direction)
    });
    if !is_ours && words.titles.iter().any(|w| w.meaning == Meaning::Other && w.fits(&whole)) {
        return Some(Meaning::Other);
    }
    let about_other = !is_ours && any(&words.counterparty);
    let account = words.titles.iter().any(|w| w.meaning == Meaning::Account && w.fits(&bare));
    match told.map(|w| one_side(w.meaning, &|m| words.titles.iter().any(|w| w.meaning == m && w.fits(&bare)))) {
        Some(Meaning::Credit | Meaning::Debit | Meaning::Direction)
            if about_other && words.titles.iter().any(|w| w.meaning == Meaning::Remittance && w.fits(&bare)) =>
        {
            Some(Meaning::Remittance)
        }
        _ if about_other && any(&words.bic) => Some(Meaning::OtherBic),
        _ if about_other && account && !any(&words.name) => Some(Meaning::OtherAccount),
        Some(Meaning::Date | Meaning::BookingDate | Meaning::TransactionDate | Meaning::ValueDate) if about_other => {
            None
        }
        Some(m @ (Meaning::Remittance | Meaning::Amount | Meaning::Balance)) if about_other => Some(m),
        _ if about_other => Some(Meaning::OtherName),
        None if any(&words.bic) => Some(Meaning::OtherBic),
        None if any(&words.name) => Some(Meaning::OtherName),
        Some(Meaning::Account) if any(&words.name) => Some(Meaning::Other),
        told => told,
    }
}

/// Whether the whole title is a word for an amount, though it may be one for something else, too: `Valor`.
pub(super) fn may_be_amount(title: &str) -> bool {
    let bare = fold_name(&without_currency(title));
    words().titles.iter().any(|w| w.meaning == Meaning::Amount && w.whole && w.folded == bare)
}

/// What several words of a title say together: `Debit amount` is one side, `Credit/debit amount` and `Deposits/withdrawals` are both in one
/// column, and `Booked balance` is no date.
fn one_side(told: Meaning, fits: &dyn Fn(Meaning) -> bool) -> Meaning {
    use Meaning::{Amount, Balance, BookingDate, Credit, Currency, Date, Debit, Direction};
    match told {
        Amount | Credit | Debit => match (fits(Credit), fits(Debit)) {
            (true, false) => Credit,
            (false, true) => Debit,
            (true, true) => Amount,
            (false, false) => told,
        },
        Direction if fits(Amount) => Amount,
        BookingDate if !fits(Date) => [Balance, Amount, Currency].into_iter().find(|m| fits(*m)).unwrap_or(told),
        told => told,
    }
}

/// Words in cells.
pub(super) fn cells() -> &'static Cells {
    &words().cells
}

/// Whether a cell is one of some words.
pub(super) fn is_one(cell: &str, of: &[String]) -> bool {
    let folded = LazyCell::new(|| fold_name(cell));
    of.iter().any(|w| w == cell.trim() || (may_begin(cell, w) && !folded.is_empty() && fold_name(w) == *folded))
}

/// Whether a cell begins with one of some words.
pub(super) fn begins(cell: &str, with: &[String]) -> bool {
    beginning(with)(cell)
}

/// As [`begins`], for many cells: the words are folded once.
pub(super) fn beginning(with: &[String]) -> impl Fn(&str) -> bool {
    let with: Vec<String> = with.iter().map(|w| fold_name(w)).collect();
    move |cell| {
        let folded = LazyCell::new(|| fold_name(cell));
        with.iter().any(|w| may_begin(cell, w) && folded.starts_with(w.as_str()))
    }
}

/// Whether two texts may begin alike, as far as one look tells.
fn may_begin(a: &str, b: &str) -> bool {
    first_folded(a).zip(first_folded(b)).is_none_or(|(a, b)| a == b)
}

/// `Amount CZK`, `Betrag (EUR)`, `Withdrawals (SGD)` without the code.
fn without_currency(title: &str) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric());
    let codes = words.filter(|w| {
        let capitals = w.len() == 3 && w.bytes().all(|b| b.is_ascii_uppercase());
        capitals && Currency::parse(w).is_ok_and(|c| c.is_listed())
    });
    let bare = codes.fold(title.to_owned(), |title, code| title.replace(code, ""));
    ["(R$)", "(US$)", "(S$)", "(A$)", "R$"].iter().fold(bare, |title, sign| title.replace(sign, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_so_short_that_it_stands_in_others() {
        assert!(words().titles.len() > 400, "{}", words().titles.len());
        let all = words().titles.iter().chain(&words().counterparty).chain(&words().name).chain(&words().bic);
        let short: Vec<&str> = all.filter(|w| !w.whole && w.folded.len() < 3).map(|w| w.folded.as_str()).collect();
        assert!(short.is_empty(), "{short:?}");
    }

    #[test]
    fn titles_of_twelve_languages_say_what_they_are() {
        for (title, wanted) in [
            ("Transaction Date", Meaning::TransactionDate),
            ("Posted", Meaning::BookingDate),
            ("Betrag (EUR)", Meaning::Amount),
            ("Betrag (Fremdwährung)", Meaning::Other),
            ("Amount CZK", Meaning::Amount),
            ("Withdrawals (SGD)", Meaning::Debit),
            ("Gutschrift in CHF", Meaning::Credit),
            ("Datum zaúčtování", Meaning::BookingDate),
            ("Název protiúčtu", Meaning::OtherName),
            ("Číslo protiúčtu", Meaning::OtherAccount),
            ("Tegenrekening IBAN/BBAN", Meaning::OtherAccount),
            ("Saldo po transakcji", Meaning::Balance),
            ("Kwota", Meaning::Amount),
            ("Data księgowania", Meaning::BookingDate),
            ("Date de valeur", Meaning::ValueDate),
            ("Libellé", Meaning::Remittance),
            ("Fecha valor", Meaning::ValueDate),
            ("Causale", Meaning::Remittance),
            ("Data contabile", Meaning::BookingDate),
            ("Bokföringsdag", Meaning::BookingDate),
            ("Belopp", Meaning::Amount),
            ("Kirjauspäivä", Meaning::BookingDate),
            ("Määrä", Meaning::Amount),
            ("Bogført", Meaning::BookingDate),
            ("Könyvelés dátuma", Meaning::BookingDate),
            ("Összeg", Meaning::Amount),
            ("Beneficiary BIC", Meaning::OtherBic),
            ("Creditor ID", Meaning::CreditorId),
            ("Debit/Credit", Meaning::Direction),
            ("Account name", Meaning::Other),
            ("Verwendungszweck", Meaning::Remittance),
            ("Available balance", Meaning::Other),
            ("Debit Amount", Meaning::Debit),
            ("Withdrawal Amt.", Meaning::Debit),
            ("Credit/Debit Amount", Meaning::Amount),
            ("Insättningar/uttag", Meaning::Amount),
            ("Bokfört saldo", Meaning::Balance),
            ("Rentedato", Meaning::ValueDate),
            ("Valor (R$)", Meaning::ValueDate),
            ("Zpráva pro příjemce", Meaning::Remittance),
            ("Açıklama", Meaning::Remittance),
            ("Ποσό συναλλαγής", Meaning::Amount),
            ("Χρέωση / Πίστωση", Meaning::Direction),
            ("Сумма по дебету", Meaning::Debit),
        ] {
            assert_eq!(meaning(title), Some(wanted), "{title}");
        }
        assert_eq!((meaning("Emoji"), meaning("Statement Number")), (None, None));
    }
}
