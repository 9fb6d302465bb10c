//! The traps of the format, each as one small file of our own.

use super::*;
use crate::base::{Currency, Money};
use crate::model::{BalanceKind, Entry, EntryStatus, FindingCode, StatementKind};

fn read(text: &str) -> Statements {
    read_bytes(text.as_bytes())
}

fn read_bytes(bytes: &[u8]) -> Statements {
    assert!(Mt940Reader.recognises(bytes, &ReadOptions::default()));
    Mt940Reader.read(bytes, &ReadOptions::default()).unwrap()
}

fn error(text: &str) -> Error {
    Mt940Reader.read(text.as_bytes(), &ReadOptions::default()).unwrap_err()
}

/// A statement with one or more `:61:` of our own inside.
fn with_lines(lines: &str) -> String {
    format!(
        ":20:A1\r\n:25:DE02120300000000202051\r\n:28C:7/1\r\n:60F:C260101EUR100,00\r\n{lines}\r\n:62F:C260105EUR100,00\r\n-\r\n"
    )
}

fn entry(lines: &str) -> Entry {
    read(&with_lines(lines)).statements.remove(0).entries.remove(0)
}

fn eur(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR)
}

fn codes(s: &Statement) -> Vec<FindingCode> {
    s.findings.iter().map(|f| f.code).collect()
}

#[test]
fn a_plain_statement_is_read_whole() {
    let read = read(&with_lines(":61:2601020102CR30,00NTRFINV-7//BANK1\r\n:86:166?20SVWZ+RE 7?32MUSTER"));
    assert_eq!(read.format, Format::Mt940);
    let s = &read.statements[0];
    assert_eq!((s.account.as_str(), s.currency), ("DE02120300000000202051", Currency::EUR));
    assert_eq!((s.statement_id.as_deref(), s.sequence.as_deref()), (Some("A1"), Some("7")));
    assert_eq!(s.opening.as_ref().map(|b| b.amount), Some(eur(10_000)));
    assert_eq!((s.dialect.as_str(), s.place.line), ("dk", Some(1)));
    let e = &s.entries[0];
    assert_eq!((e.amount, e.reversal, e.status), (eur(3000), false, EntryStatus::Book));
    assert_eq!(e.bank_code.swift.as_deref(), Some("NTRF"));
    assert_eq!((e.owner_reference.as_deref(), e.servicer_reference.as_deref()), (Some("INV-7"), Some("BANK1")));
    assert_eq!(e.details[0].debtor.name.as_deref(), Some("MUSTER"));
    assert_eq!(e.place, Place::line_column(5, 5).at(":61:"));
    assert_eq!(s.findings, []);
}

#[test]
fn a_reversed_credit_takes_money_out_and_a_reversed_debit_brings_it_in() {
    let rc = entry(":61:2601020102RC30,00NTRFNONREF");
    assert_eq!((rc.amount, rc.reversal), (eur(-3000), true));
    let rd = entry(":61:2601020102RDR30,00NTRFNONREF");
    assert_eq!((rd.amount, rd.reversal), (eur(3000), true));
}

#[test]
fn words_that_mean_no_reference_are_absent_and_pointers_are_followed() {
    let e = entry(":61:2601020102C1,00NTRFNONREF//NONREF\r\n:86:166?20EREF+NOTPROVIDED");
    assert_eq!((e.owner_reference, e.servicer_reference, e.details[0].end_to_end_id.clone()), (None, None, None));
    let e = entry(":61:2601020102D1,00NTRFEREF//1\r\n:86:/EREF/E-77/BENM//NAME/X/REMI/Y");
    assert_eq!(e.owner_reference.as_deref(), Some("E-77"));
    let e = entry(":61:2601020102D1,00NDDTMARF\r\n:86:/MARF/M-1/REMI/Y");
    assert_eq!(e.owner_reference.as_deref(), Some("M-1"));
    let e = entry(":61:2601020102D1,00N191PREF\r\n:86:/PREF/P-1/NRTX/162");
    assert_eq!(e.owner_reference.as_deref(), Some("P-1"));
    assert_eq!(e.batch.and_then(|b| b.count), Some(162));
}

#[test]
fn an_entry_without_entry_date_is_booked_at_its_value_date_and_told_once() {
    let s = read(&with_lines(":61:260102C1,00NTRFX\r\n:61:260103    C1,00NTRFX")).statements.remove(0);
    assert!(s.entries.iter().all(|e| e.booking_date_derived && e.booking_date == e.value_date));
    assert_eq!(codes(&s), [FindingCode::DateDerived]);
    let e = entry(":61:2601021231C1,00NTRFX");
    assert_eq!((e.booking_date.unwrap().to_string(), e.booking_date_derived), ("2025-12-31".into(), false));
}

#[test]
fn a_thirtieth_of_february_is_the_last_and_told() {
    let s = read(&with_lines(":61:2602300301C1,00NTRFX")).statements.remove(0);
    assert_eq!(s.entries[0].value_date.unwrap().to_string(), "2026-02-28");
    assert_eq!(codes(&s), [FindingCode::ImpossibleDate]);
}

#[test]
fn odd_amounts_are_told() {
    let s = read(&with_lines(":61:2601020102C1234NTRFX\r\n:61:2601020102C5.5NTRFX\r\n:61:2601020102C1,005NTRFX"));
    let s = &s.statements[0];
    assert_eq!(s.entries[0].amount, eur(123_400));
    assert_eq!(s.entries[1].amount, eur(550));
    assert_eq!(s.entries[2].amount.figure(), "1.005");
    assert_eq!(codes(s), [FindingCode::Dialect, FindingCode::ExcessDecimals, FindingCode::Dialect]);
}

#[test]
fn two_information_fields_in_a_row_belong_to_one_entry() {
    let e = entry(":61:2601020102C1,00NTRFX\r\n:86:PAYMENT OF\r\n:86:INVOICE 77");
    assert_eq!(e.narrative.as_deref(), Some("PAYMENT OF\nINVOICE 77"));
    assert_eq!(e.details[0].remittance.unstructured, ["PAYMENT OF", "INVOICE 77"]);
}

#[test]
fn information_after_the_closing_balance_is_about_the_statement() {
    let text = ":20:A\n:25:NL91ABNA0417164300EUR\n:28C:0\n:60F:C260101EUR0,\n:61:2601020102C1,00NTRFX\n:86:x\n:62F:C260102EUR1,\n\
        :64:C260102EUR1,\n:65:C260103EUR1,\n:86:/SUM/0/1/0,00/1,00/\n-}\n";
    let s = read(text).statements.remove(0);
    assert_eq!(s.account, "NL91ABNA0417164300");
    assert_eq!(s.entries[0].narrative.as_deref(), Some("x"));
    assert_eq!(s.narrative.as_deref(), Some("/SUM/0/1/0,00/1,00/"));
    assert_eq!((s.totals.debits.count, s.totals.credits.count), (Some(0), Some(1)));
    assert_eq!(s.totals.credits.sum, Some(eur(100)));
    let kinds: Vec<BalanceKind> = s.balances.iter().map(|b| b.kind).collect();
    use BalanceKind::*;
    assert_eq!(kinds, [OpeningBooked, ClosingBooked, Available, ForwardAvailable]);
}

#[test]
fn information_before_any_line_belongs_to_no_entry() {
    let s = read(&with_lines(":86:HELLO\r\n:61:2601020102C1,00NTRFX")).statements.remove(0);
    assert_eq!((s.entries[0].narrative.as_deref(), s.narrative.as_deref()), (None, Some("HELLO")));
    assert_eq!(codes(&s), [FindingCode::FieldOrder]);
}

#[test]
fn old_headers_and_tags_are_read() {
    let rabo = ":940:\r\n:20:940A\r\n:25:2121.21.211EUR      \r\n:28:00000/00\r\n:60F:C120928EUR000000000010,00\r\n\
        :61:121001D000000000005,00N0701313131319      J. DOE   \r\n:86:Incasso\r\n:62F:C121001EUR000000000005,00\r\n:20:940B\r\n";
    let s = read(rabo).statements;
    assert_eq!((s.len(), s[0].account.as_str(), s[0].dialect.as_str()), (2, "2121.21.211", "nl-rabobank"));
    let e = &s[0].entries[0];
    assert_eq!(e.details[0].creditor.account.as_deref(), Some("1313131319"));
    assert_eq!((e.details[0].creditor.name.as_deref(), e.owner_reference.as_deref()), (Some("J. DOE"), None));
}

#[test]
fn a_returned_debit_keeps_its_original_amount_beside_the_line() {
    let e = entry(
        ":61:2601020102D109,00NRTINONREF\r\n/OCMT/EUR98,50//CHGS/EUR10,50/\r\n:86:109?20EREF+E2E1?21SVWZ+ORG?34912",
    );
    let d = &e.details[0];
    assert_eq!((e.amount, d.amounts.instructed), (eur(-10_900), Some(eur(9850))));
    assert_eq!(d.charges[0].amount, eur(1050));
    assert_eq!(d.returned.as_ref().and_then(|r| r.reason.as_deref()), Some("912"));
    assert!(entry(":61:2601020102D1,00NDDTX\r\n:86:105?20x?34991").details[0].returned.is_none());
}

#[test]
fn an_interim_report_has_no_balances_and_totals_instead() {
    let text = "{1:F01BANKDEFFAXXX0000000000}{2:I942BANKDEFFXXXXN}{4:\r\n:20:A\r\n:25:DE02120300000000202051\r\n:28C:1/1\r\n\
        :34F:EURD0,\r\n:34F:EURC0,\r\n:13D:2601021316+0100\r\n:61:2601020102EC5,00NTRFX\r\n:90D:0EUR0,\r\n:90C:1EUR5,\r\n-}";
    let read = read(text);
    let s = &read.statements[0];
    assert_eq!((read.format, s.kind), (Format::Mt942, StatementKind::Report));
    assert_eq!((s.currency, s.servicer.as_deref()), (Currency::EUR, Some("BANKDEFF")));
    assert!(s.opening.is_none() && s.closing.is_none());
    assert_eq!(s.entries[0].status, EntryStatus::Pdng);
    assert_eq!((s.totals.credits.count, s.totals.credits.sum), (Some(1), Some(eur(500))));
    assert_eq!(s.period.unwrap().0.to_string(), "2026-01-02");
}

#[test]
fn pages_become_one_statement_and_what_does_not_fit_stays_apart() {
    let page = |n: u8, open: &str, close: &str| {
        format!(":20:A\n:25:1/2\n:28C:5/{n}\n:60{open}\n:61:2601020102C1,00NTRFX\n:62{close}\n-\n")
    };
    let three = page(1, "F:C260101EUR0,", "M:C260102EUR1,")
        + &page(2, "M:C260102EUR1,", "M:C260102EUR2,")
        + &page(3, "M:C260102EUR2,", "F:C260102EUR3,");
    let s = read(&three).statements;
    assert_eq!((s.len(), s[0].entries.len(), s[0].balances.len()), (1, 3, 6));
    assert_eq!(s[0].closing.as_ref().map(|b| (b.amount, b.kind)), Some((eur(300), BalanceKind::ClosingBooked)));
    assert_eq!(s[0].page.map(|p| (p.number, p.last)), Some((3, Some(true))));
    let gap = page(1, "F:C260101EUR0,", "M:C260102EUR1,") + &page(3, "M:C260102EUR7,", "F:C260102EUR8,");
    assert_eq!(read(&gap).statements.len(), 2);
}

#[test]
fn a_change_of_currency_keeps_both_balances() {
    let s = read(":20:A\n:25:1\n:60F:C260101EUR1,\n:62F:C260102USD1,\n").statements.remove(0);
    let currency = |b: &Option<crate::model::Balance>| b.as_ref().map(|b| b.amount.currency().code().to_owned());
    assert_eq!((currency(&s.opening).as_deref(), currency(&s.closing).as_deref()), (Some("EUR"), Some("USD")));
}

#[test]
fn a_cut_line_is_an_error_with_its_place() {
    let text = ":20:A\r\n:25:1\r\n:60F:C260101EUR1,\r\n:61:2601020102C12,00NTRFX\r\n:86:x\r\n:61:260102";
    let e = error(text);
    assert_eq!(
        e.to_string(),
        "input:6:11: :61:: the end of the line in the place of the mark, expected C, D, RC, RD, EC or ED after the dates"
    );
    assert!(e.hint().is_some());
    let e = error(&with_lines(":61:2601020102C1.234,56NTRFX"));
    assert_eq!((e.code(), e.place().clone()), (ErrorCode::Amount, Place::line_column(5, 16).at(":61:")));
    let e = error(":20:A\n:60F:C260101EUR1,\n:62F:C2601");
    assert_eq!((e.code(), e.place().clone()), (ErrorCode::Date, Place::line_column(3, 7).at(":62F:")));
}

#[test]
fn bytes_of_other_pages_and_ends_are_read() {
    let mut bytes = with_lines(":61:2601020102C1,00NTRFX\r\n:86:008?32M").into_bytes();
    let at = bytes.windows(3).position(|w| w == b"32M").unwrap() + 3;
    bytes.insert(at, 0xFC);
    bytes.insert(at, 0x00);
    let read = read_bytes(&bytes);
    assert_eq!(read.statements[0].entries[0].details[0].debtor.name.as_deref(), Some("Mü"));
    let found: Vec<FindingCode> = read.findings.iter().map(|f| f.code).collect();
    assert_eq!(found, [FindingCode::EncodingGuessed, FindingCode::Dialect]);
    let cr = with_lines(":61:2601020102C1,00NTRFX").replace("\r\n", "\r");
    assert_eq!(read_bytes(cr.as_bytes()).statements[0].entries.len(), 1);
}

#[test]
fn other_formats_are_not_claimed() {
    for other in [
        "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"/>",
        "Buchungstag;Valuta;Betrag\n01.02.2026;01.02.2026;12,50\n",
        "OFXHEADER:100\nDATA:OFXSGML\n",
        "time;note\n12:20:00;x\n",
        "",
    ] {
        assert!(!Mt940Reader.recognises(other.as_bytes(), &ReadOptions::default()), "{other}");
    }
}

#[test]
fn the_noted_part_of_a_fints_answer_is_no_booked_money() {
    let noted = "@@:20:X@@:25:10020030/1234567@@:28C:0@@:34F:EUR0,@@:13:2604202255@@:61:2604210421C50,NMSCNONREF@@:86:177?00TEST@@:90D:0EUR0,@@:90C:1EUR50,@@-";
    let answer = read(noted);
    let statement = &answer.statements[0];
    assert_eq!((statement.entries.len(), statement.left_out.clone()), (0, vec![("pending".to_owned(), 1)]));
    assert!(statement.findings.iter().any(|f| f.code == FindingCode::LeftOut));
    // The same lines as a file of its own are an interim report of the bank.
    let report = noted.trim_start_matches("@@").replace("@@", "\r\n");
    let report = read(&report);
    assert_eq!(report.statements[0].entries.len(), 1);
}

#[test]
fn no_cut_and_no_changed_byte_makes_the_reader_panic() {
    let text = with_lines(
        ":61:2601020102CR30,00NTRFINV-7//B\r\n/OCMT/EUR1,00/\r\n:86:166?20EREF+1 KREF+Ä?21SVWZ+x?30B?31D\r\n:61:260102D1,NMSCNONREF\r\n\
         :86:/EREF/1//CNTP/N/B/Ü/c///REMI/STRD/CUR/1/\r\n:61:260102D1,NMSCX\r\n:86:020<00a<2645106000760000321000095503<27ż",
    );
    let bytes = text.as_bytes();
    for i in 0..bytes.len() {
        let _ = Mt940Reader.read(&bytes[..i], &ReadOptions::default());
        for changed in [0u8, b'\n', b'/', b':', b'?', b'{', 0xC3, b'9'] {
            let mut copy = bytes.to_vec();
            copy[i] = changed;
            let _ = Mt940Reader.read(&copy, &ReadOptions::default());
        }
    }
}

#[test]
fn words_in_an_extension_are_those_of_an_entry_without_information() {
    let text = ":20:A\r\n:25:1966315302010001\r\n:NS:22JOHN DOE\r\n:60F:C171011HUF0,00\r\n:61:1710111011DF2,00S   X\r\n\
        :NS:01RE-526715\r\n\r\n02second line\r\n:61:1710111011CF3,00S   X\r\n:86:information\r\n:NS:aside\r\n:62F:C171011HUF1,00\r\n-\r\n";
    let read = read(text);
    let words = |i: usize| read.statements[0].entries[i].details[0].remittance.unstructured.clone();
    assert_eq!(
        (words(0), words(1)),
        (vec!["01RE-526715".to_owned(), "02second line".to_owned()], vec!["information".to_owned()])
    );
    let told: Vec<_> = read.statements[0].findings.iter().filter(|f| f.code == FindingCode::UnknownField).collect();
    assert!(matches!(told.as_slice(), [once] if once.place.line == Some(3)));
}

#[test]
fn counts_of_the_bank_that_differ_are_told_where_they_stand() {
    let text = ":20:A\r\n:25:DE89370400440532013000\r\n:28C:1/1\r\n:60F:C260101EUR0,00\r\n:61:2601020102C10,00NTRFNONREF\r\n\
        :62F:C260105EUR10,00\r\n:86:/SUM/0/2/0,00/10,00/\r\n-\r\n";
    let read = crate::formats::read_statements(text.as_bytes(), &ReadOptions::default()).unwrap();
    let told: Vec<_> = read.statements[0].findings.iter().map(|f| (f.code, f.place.line)).collect();
    assert_eq!(told, [(FindingCode::SummaryMismatch, Some(7))]);
}
