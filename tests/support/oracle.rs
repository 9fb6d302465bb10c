//! What must hold for any bytes: the fuzz targets and the tests on mutants ask the same questions.

use std::sync::LazyLock;
use tieout::base::{Limits, Money};
use tieout::formats::csv::Profile;
use tieout::formats::{READERS, ReadOptions, Statements, read_figures_from, read_statements_from, reads_in_pieces};
use tieout::model::{EntryStatus, Passed, Statement, TieOut};
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

/// Several threads, also where the machine has one.
#[allow(dead_code)]
static THREADS: LazyLock<rayon::ThreadPool> =
    LazyLock::new(|| rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("threads"));

/// Reads bytes at once and in pieces, on one thread and on several: the same to the last finding and the last letter of an error.
#[allow(dead_code)]
pub fn same_on_threads(bytes: &[u8], piece_bytes: usize) {
    let read = |parallel| {
        let limits = Limits { piece_bytes, ..Limits::default() };
        let options = ReadOptions { limits, parallel, ..ReadOptions::for_file("mutant") };
        let mut taken = Vec::new();
        let pieces = read_statements_from(&mut &*bytes, &options, &mut |entry| taken.push(entry));
        let figures = read_figures_from(&mut &*bytes, &options);
        (read_statements(bytes, &options), pieces, taken, figures)
    };
    let (one, several) = (read(false), THREADS.install(|| read(true)));
    assert_eq!(one.0, several.0);
    assert_eq!(one.1, several.1);
    assert!(one.2 == several.2, "{} entries on one thread, {} on several", one.2.len(), several.2.len());
    assert_eq!(one.3, several.3);
}

/// Reads bytes in pieces of a size and compares with reading them at once: the same statements, entries and findings, or an error at
/// the same place. Of text that is no UTF-8 the first piece decides on the encoding, so that only UTF-8 is compared. Of a CSV the
/// first piece decides on the profile, too, so that it is given, or nothing compared; and its entries come in the order of the file.
#[allow(dead_code)]
pub fn same_in_pieces(bytes: &[u8], piece_bytes: usize, profile: Option<&str>) {
    let limits = Limits { piece_bytes, ..Limits::default() };
    let profile = profile.and_then(Profile::builtin);
    let options = ReadOptions { limits, profile, ..ReadOptions::default() };
    let head = bytes.get(..piece_bytes.max(512)).unwrap_or(bytes);
    let is_csv = |start: &[u8]| reader_of(start, &options) == Some("CSV");
    let other = |start: &[u8]| !reads_in_pieces(start, &options);
    if std::str::from_utf8(bytes).is_err() || other(head) || other(bytes) || is_csv(head) != is_csv(bytes) {
        return;
    }
    let csv = is_csv(bytes);
    if csv && options.profile.is_none() {
        return;
    }
    let mut taken = Vec::new();
    let pieces = read_statements_from(&mut &*bytes, &options, &mut |entry| taken.push(entry));
    match (pieces, read_statements(bytes, &options)) {
        (Ok(mut pieces), Ok(mut whole)) => {
            let mut kept: Vec<_> = whole.statements.iter_mut().flat_map(|s| s.entries.drain(..)).collect();
            if csv {
                taken.sort_by_key(|e| e.place.line);
                kept.sort_by_key(|e| e.place.line);
            }
            assert!(taken == kept, "{} entries in pieces, {} at once", taken.len(), kept.len());
            pieces.statements.iter_mut().for_each(|s| s.passed = Passed::default());
            assert_eq!(codes(&mut pieces), codes(&mut whole));
            assert_eq!(pieces, whole);
        }
        (Err(pieces), Err(whole)) => {
            assert_eq!((pieces.code(), pieces.place().line), (whole.code(), whole.place().line), "{pieces}\n{whole}");
        }
        (pieces, whole) => panic!("in pieces {:?}, at once {:?}", pieces.map(|_| ()), whole.map(|_| ())),
    }
}

fn reader_of(bytes: &[u8], options: &ReadOptions) -> Option<&'static str> {
    READERS.iter().find(|r| r.recognises(bytes, options)).map(|r| r.name())
}

/// The codes of the findings on each statement, which are taken out: of an entry that was let go only the number is known, and what it
/// contradicts is told at the end of its statement.
#[allow(dead_code)]
fn codes(read: &mut Statements) -> Vec<Vec<&'static str>> {
    let of = |s: &mut Statement| {
        let mut codes: Vec<&str> = s.findings.drain(..).map(|f| f.code.as_str()).collect();
        codes.sort_unstable();
        codes
    };
    read.statements.iter_mut().map(of).collect()
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
