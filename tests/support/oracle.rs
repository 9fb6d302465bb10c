//! What must hold for any bytes: the fuzz targets and the tests on mutants ask the same questions.

use tieout::base::Money;
use tieout::formats::{ReadOptions, Statements, csv::Profile};
use tieout::model::{EntryStatus, TieOut};
use tieout::{Error, read_statements};

/// Reads bytes and checks what can be checked without knowing them: an error has a line; what is called proven adds up.
pub fn read_checked(bytes: &[u8], profile: Option<&str>) -> Result<Statements, Error> {
    let profile = profile.and_then(Profile::builtin);
    let read = read_statements(bytes, &ReadOptions { profile, ..ReadOptions::for_file("mutant") });
    match &read {
        Err(error) => {
            assert!(error.place().line.is_some(), "an error without a line: {error}");
            assert!(!error.to_string().chars().any(char::is_control), "a control character in a message: {error:?}");
        }
        Ok(read) => adds_up(read),
    }
    read
}

/// Opening + booked entries = closing for every statement that is called proven, calculated apart from the library.
pub fn adds_up(read: &Statements) {
    for s in read.statements.iter().filter(|s| s.tie_out == TieOut::Proven) {
        let (Some(opening), Some(closing)) = (&s.opening, &s.closing) else { panic!("proven without balances") };
        assert_eq!(opening.amount.currency(), closing.amount.currency(), "proven in two currencies");
        let mut total = fine(opening.amount);
        for entry in s.entries.iter().filter(|e| e.status == EntryStatus::Book) {
            assert_eq!(entry.amount.currency(), opening.amount.currency(), "proven in two currencies");
            total = total.checked_add(fine(entry.amount)).expect("a proven sum fits");
        }
        assert_eq!(total, fine(closing.amount), "proven, and it does not add up: {:?} {:?}", s.opening, s.closing);
    }
}

/// An amount in units of 10^-18, from its text.
pub fn fine(money: Money) -> i128 {
    let text = money.figure();
    let (negative, digits) = text.strip_prefix('-').map_or((false, text.as_str()), |d| (true, d));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let units: i128 = format!("{whole}{decimals:0<18}").parse().expect("digits");
    if negative { -units } else { units }
}

/// A statement around the text of one `:86:`.
#[allow(dead_code)]
pub fn with_information(text: &[u8]) -> Vec<u8> {
    let mut file = b":20:S\r\n:25:DE89370400440532013000\r\n:28C:5/1\r\n:60F:C260423EUR0,00\r\n\
        :61:2604240424C1190,00NTRFNONREF\r\n:86:"
        .to_vec();
    file.extend_from_slice(text);
    file.extend_from_slice(b"\r\n:62F:C260424EUR1190,00\r\n-\r\n");
    file
}
