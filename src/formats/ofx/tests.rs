use crate::error::{Error, ErrorCode};
use crate::formats::{ReadOptions, Statements, read_statements};
use crate::model::{FindingCode, Format, TieOut};

fn read(text: &str) -> Result<Statements, Error> {
    read_statements(text.as_bytes(), &ReadOptions::for_file("bank.qfx"))
}

const MOVEMENTS: &str = "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260424120000[-5:EST]<TRNAMT>1190.00<FITID>F1<NAME>ACME & SONS\n<MEMO>INV 731</STMTTRN>
<STMTTRN><TRNTYPE>CHECK<DTPOSTED>20260424<TRNAMT>-10,50<FITID>F2<CHECKNUM>4711<NAME>CHECK 4711<MEMO></STMTTRN>";

fn sgml(movements: &str, more: &str) -> String {
    format!(
        "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nCHARSET:1252\r\n\r\n<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS></SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>121000358<ACCTID>1020 304<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260401<DTEND>20260424
{movements}</BANKTRANLIST>
<LEDGERBAL><BALAMT>1279.50<DTASOF>20260424</LEDGERBAL>{more}</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    )
}

#[test]
fn both_versions_give_the_same_statement() {
    let old = read(&sgml(MOVEMENTS, "")).unwrap();
    assert_eq!(old.format, Format::Ofx);
    let s = &old.statements[0];
    assert_eq!((s.account.as_str(), s.currency.code(), s.tie_out), ("1020304", "USD", TieOut::Unproven));
    assert!(s.findings.is_empty(), "an opening balance is not owed: {:?}", s.findings);
    let [credit, check] = s.entries.as_slice() else { panic!("{:?}", s.entries) };
    assert_eq!((credit.amount.figure(), check.amount.figure()), ("1190.00".into(), "-10.50".into()));
    assert_eq!(credit.details[0].debtor.name.as_deref(), Some("ACME & SONS"));
    assert_eq!(credit.details[0].remittance.unstructured, ["INV 731"]);
    assert_eq!(check.details[0].remittance.unstructured, ["CHECK 4711"], "an empty memo says nothing");
    assert_eq!(check.details[0].cheque_number.as_deref(), Some("4711"));
    assert_eq!((credit.place.line, check.place.line), (Some(9), Some(11)));
    let xml = r#"<?xml version="1.0" encoding="UTF-8"?><?OFX OFXHEADER="200" VERSION="211"?><OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD</CURDEF><BANKACCTFROM><BANKID>121000358</BANKID><ACCTID>1020304</ACCTID></BANKACCTFROM><BANKTRANLIST><STMTTRN><TRNTYPE>CREDIT</TRNTYPE><DTPOSTED>20260424</DTPOSTED><TRNAMT>1190.00</TRNAMT><FITID>F1</FITID><NAME>ACME &amp; SONS</NAME><MEMO>INV 731</MEMO></STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"#;
    let new = read(xml).unwrap().statements.remove(0);
    assert_eq!(new.entries[0].details, credit.details);
}

#[test]
fn an_opening_balance_in_the_list_proves_or_breaks() {
    let with = |value: &str| {
        let list = format!(
            "<BALLIST><BAL><NAME>Opening Balance<DESC>x<BALTYPE>DOLLAR<VALUE>{value}<DTASOF>20260401</BAL></BALLIST>"
        );
        read(&sgml(MOVEMENTS, &list)).unwrap().statements.remove(0).tie_out
    };
    assert_eq!((with("100.00"), with("100.01")), (TieOut::Proven, TieOut::Broken));
}

#[test]
fn several_accounts_and_cards_are_statements_of_their_own() {
    let one = sgml(MOVEMENTS, "");
    let card = "<CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS><CURDEF>EUR<CCACCTFROM><ACCTID>4111</CCACCTFROM><BANKTRANLIST></BANKTRANLIST></CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>";
    let read = read(&one.replace("</OFX>", card)).unwrap();
    let accounts: Vec<_> =
        read.statements.iter().map(|s| (s.account.as_str(), s.currency.code(), s.entries.len())).collect();
    assert_eq!(accounts, [("1020304", "USD", 2), ("4111", "EUR", 0)]);
}

#[test]
fn what_is_missing_or_repeated_is_said() {
    let s = read(&sgml(&MOVEMENTS.replace("<DTPOSTED>20260424<", "<DTPOSTED><"), "")).unwrap().statements.remove(0);
    assert!(s.entries[1].booking_date_derived);
    assert!(s.findings.iter().any(|f| f.code == FindingCode::DateDerived));
    let twice = format!("{MOVEMENTS}{MOVEMENTS}");
    let s = read(&sgml(&twice, "")).unwrap().statements.remove(0);
    assert_eq!(s.entries.len(), 4);
    assert!(s.findings.iter().any(|f| f.code == FindingCode::Dialect));
    let s = read(&sgml(MOVEMENTS, "").replace("1020 304", "")).unwrap().statements.remove(0);
    assert_eq!(s.tie_out, TieOut::Broken);
}

#[test]
fn what_cannot_be_read_exactly_is_an_error_with_its_place() {
    let fails = |from: &str, to: &str| read(&sgml(MOVEMENTS, "").replace(from, to)).unwrap_err();
    for bad in ["$1190", "1,190.00", "1,190", "12 3", "-", "1e5", "1234567890123456789"] {
        let e = fails("1190.00", bad);
        assert_eq!((e.code(), e.place().line), (ErrorCode::Amount, Some(9)), "{bad}: {e}");
    }
    assert_eq!(fails("<TRNAMT>1190.00", "").code(), ErrorCode::Missing);
    assert_eq!(fails("<DTPOSTED>20260424120000[-5:EST]", "<DTPOSTED>201120000000").code(), ErrorCode::Date);
    assert_eq!(fails("<CURDEF>USD", "<CURDEF>DOLLARS").code(), ErrorCode::Currency);
    assert_eq!(fails("</OFX>", "").code(), ErrorCode::Structure);
    let failed = "OFXHEADER:100\n<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>15500<SEVERITY>ERROR<MESSAGE>Sign-on failed</STATUS></SONRS></SIGNONMSGSRSV1></OFX>";
    let e = read(failed).unwrap_err();
    assert!(e.found().contains("15500 Sign-on failed"), "{e}");
}
