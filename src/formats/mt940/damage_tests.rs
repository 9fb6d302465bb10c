//! Damage that leaves a readable text: lines lost or exchanged, characters lost in what names the account.

use super::*;
use crate::formats::read_statements;

fn read(text: &str) -> Statements {
    read_statements(text.as_bytes(), &ReadOptions::default()).unwrap()
}

const WHOLE: &str = ":20:A\r\n:25:DE02120300000000202051\r\n:28C:7/1\r\n:60F:C260101EUR100,00\r\n\
    :61:2601020102C30,00NTRFNONREF\r\n:62F:C260105EUR130,00\r\n-\r\n";

/// Tie-out and first finding that spoils it, after a change of the whole statement.
fn after(from: &str, to: &str) -> (TieOut, Option<FindingCode>) {
    assert!(WHOLE.contains(from), "{from}");
    let read = read(&WHOLE.replace(from, to));
    let s = &read.statements[0];
    (s.tie_out, s.findings.iter().map(|f| f.code).find(|c| c.spoils_tie_out() || *c == FindingCode::FieldOrder))
}

#[test]
fn the_whole_statement_is_proven() {
    assert_eq!(after("", ""), (TieOut::Proven, None));
}

#[test]
fn a_statement_without_a_whole_account_is_never_proven() {
    let account = ":25:DE02120300000000202051";
    let missing = (TieOut::Broken, Some(FindingCode::AccountMissing));
    assert_eq!(after(&format!("{account}\r\n"), ""), missing);
    assert_eq!(after(account, ":25:DE021203000000\r\n00202051"), missing);
    assert_eq!(after(account, ":25:DE0212030\u{0}000202051"), missing);
    assert_eq!(after(account, ":25:DE0212030ô000202051"), missing);
    assert_eq!(after(account, ":25:DE021203000(0000202051"), missing);
    assert_eq!(after(account, ":25:DE02120300000O00202051"), missing);
    assert_eq!(after(account, ":25P:DE02120300000000202051\r\nBYLADEM1001"), (TieOut::Proven, None));
}

#[test]
fn balances_out_of_order_are_never_proven() {
    let disorder = (TieOut::Broken, Some(FindingCode::FieldOrder));
    let (opening, line) = (":60F:C260101EUR100,00\r\n", ":61:2601020102C30,00NTRFNONREF\r\n");
    assert_eq!(after(&format!("{opening}{line}"), &format!("{line}{opening}")), disorder);
    let closing = ":62F:C260105EUR130,00\r\n";
    assert_eq!(after(&format!("{line}{closing}"), &format!("{closing}{line}")), disorder);
    assert_eq!(after(closing, &format!(":62F:C260105EUR7,00\r\n{closing}")), disorder);
    assert_eq!(after(closing, &format!("{closing}{closing}")), (TieOut::Proven, None));
}

#[test]
fn a_balance_in_no_currency_contradicts_one_in_euro() {
    assert_eq!(after("260105EUR", "260105XXX"), (TieOut::Broken, Some(FindingCode::CurrencyDiffers)));
}

#[test]
fn a_statement_with_one_of_its_two_balances_was_cut_and_is_more_than_unproven() {
    for line in [":60F:C260101EUR100,00\r\n", ":62F:C260105EUR130,00\r\n"] {
        assert_eq!(after(line, "").0, TieOut::Broken, "{line}");
    }
    let (head, _) = WHOLE.split_once(":62F:").unwrap();
    assert_eq!(read(head).statements[0].tie_out, TieOut::Broken);
    let none = WHOLE.replace(":60F:C260101EUR100,00\r\n", "").replace(":62F:C260105EUR130,00\r\n", "");
    assert_eq!(read(&none).statements[0].tie_out, TieOut::Unproven, "a bank that writes no balances");
}

#[test]
fn a_file_that_lost_its_beginning_or_its_end_says_so() {
    assert_eq!(after(":20:A\r\n", ""), (TieOut::Broken, Some(FindingCode::FieldOrder)));
    let cut = read(&format!("{WHOLE}:20:B\r\n:25"));
    assert_eq!(cut.statements.len(), 2);
    assert_eq!(cut.statements[1].tie_out, TieOut::Broken);
    let doubled = read(&WHOLE.replace(":20:A\r\n", ":20:A\r\n:20:A\r\n"));
    assert_eq!((doubled.statements.len(), doubled.findings.len()), (1, 1));
}

#[test]
fn a_file_that_ends_inside_a_tag_was_cut_off_behind_a_whole_statement() {
    for cut in [":", ":2", ":20"] {
        let text = format!("{WHOLE}{cut}");
        let read = read(&text);
        assert_eq!(read.statements.len(), 1);
        assert_eq!(read.statements[0].tie_out, TieOut::Broken, "{cut}");
        assert_eq!(read.statements[0].findings[0].place.line, Some(8), "{cut}");
        let figures = crate::formats::read_figures_from(&mut text.as_bytes(), &ReadOptions::default()).unwrap();
        assert_eq!(figures.statements[0].findings, read.statements[0].findings, "{cut}");
    }
}

#[test]
fn only_a_last_line_that_begins_a_tag_and_does_not_end_it_is_cut_off() {
    let cut = [":20:A\n-\n:", ":20:A\r\n:6", ":62F:C\r:62", ":62F"];
    assert!(cut.iter().all(|text| ends_in_a_tag(text)));
    let whole = [":20:A\n-\n", ":20:A\r\n:6\r\n", ":86:x\n:ab", ":86:x\n:4711", "", ":62F:"];
    assert!(!whole.iter().any(|text| ends_in_a_tag(text)));
}

#[test]
fn pages_that_do_not_join_are_told() {
    let page = |account: &str, number: &str, from: &str, to: &str| {
        format!(
            ":20:A\r\n:25:{account}\r\n:28C:{number}\r\n:60{from}\r\n:61:2601020102C10,00NTRFNONREF\r\n:62{to}\r\n-\r\n"
        )
    };
    let told = |text: &str| {
        let codes = |s: &Statement| (s.tie_out, s.findings.iter().map(|f| f.code).collect::<Vec<_>>());
        read(text).statements.iter().map(codes).collect::<Vec<_>>()
    };
    let (a, b) = ("DE02120300000000202051", "DE02120300000000202052");
    let first = page(a, "7/1", "F:C260101EUR0,00", "M:C260105EUR10,00");
    let goes_on = page(a, "7/2", "M:C260105EUR10,00", "F:C260105EUR20,00");
    let (whole, alone) = ((TieOut::Proven, vec![]), (TieOut::Proven, vec![FindingCode::Dialect]));
    assert_eq!(told(&format!("{first}{goes_on}")), [whole]);
    assert_eq!(told(&first), std::slice::from_ref(&alone), "its other pages may stand in other files");
    assert_eq!(told(&goes_on), std::slice::from_ref(&alone));
    let other_figure = page(a, "7/2", "M:C260105EUR11,00", "F:C260105EUR21,00");
    let broken = |code| (TieOut::Broken, vec![code, FindingCode::Dialect]);
    assert_eq!(told(&format!("{first}{other_figure}")), [alone.clone(), broken(FindingCode::BalanceMismatch)]);
    let other_account = page(b, "7/2", "M:C260105EUR10,00", "F:C260105EUR20,00");
    assert_eq!(told(&format!("{first}{other_account}")), [alone.clone(), broken(FindingCode::AccountMissing)]);
    let third = page(a, "7/3", "M:C260105EUR11,00", "F:C260105EUR21,00");
    assert_eq!(told(&format!("{first}{third}")), [alone.clone(), alone], "a page between them is missing");
}

#[test]
fn faults_of_two_pages_do_not_cancel() {
    let page = |number: u32, from: &str, amount: &str, to: &str| {
        format!(
            ":20:A\r\n:25:DE02120300000000202051\r\n:28C:7/{number}\r\n:60{from}\r\n:61:2601020102C{amount}NTRFNONREF\r\n:62{to}\r\n-\r\n"
        )
    };
    let two = |first: &str, second: &str| {
        page(1, "F:C260101EUR0,00", first, "M:C260105EUR10,00")
            + &page(2, "M:C260105EUR10,00", second, "F:C260105EUR30,00")
    };
    let tie_out = |text: &str| read(text).statements.iter().map(|s| s.tie_out).collect::<Vec<_>>();
    assert_eq!(tie_out(&two("10,00", "20,00")), [TieOut::Proven]);
    assert_eq!(tie_out(&two("11,00", "19,00")), [TieOut::Broken]);
}

#[test]
fn a_table_with_a_field_in_a_cell_is_no_mt940() {
    let table = b"a;b;c\n1;2;\"x\n:61:2601010101C999,00NTRFX\ny\"\n";
    assert!(!Mt940Reader.recognises(table, &ReadOptions::default()));
    assert!(Mt940Reader.recognises(b"Dear customer, yours, the bank\n:20:A\n", &ReadOptions::default()));
}

#[test]
fn a_control_character_where_a_line_should_begin_is_not_taken_for_the_beginning() {
    let first = ":61:2601020102C30,00NTRFNONREF\r\n:86:ONE\r\n";
    let text =
        WHOLE.replace(":61:2601020102C30,00NTRFNONREF\r\n", &format!("{first}:61:2601020102C1,00NTRFNONREF\r\n"));
    let text = text.replace("EUR130,00", "EUR131,00");
    let tie_out = |text: &str| read(text).statements[0].tie_out;
    assert_eq!(tie_out(&text), TieOut::Proven);
    assert_eq!(tie_out(&text.replace("ONE\r\n", "ONE\r\u{1a}")), TieOut::Broken);
    assert_eq!(tie_out(&format!("\u{1}{text}\u{3}")), TieOut::Proven, "a frame around messages is no damage");
}
