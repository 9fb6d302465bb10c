use super::*;
use crate::base::{Currency, Money};
use crate::error::ErrorCode;
use crate::model::{FindingCode, Statement, TieOut};

fn read(text: impl AsRef<[u8]>) -> Result<Statements, Error> {
    CsvReader.read(text.as_ref(), &ReadOptions::default())
}

fn with(profile: &str, text: &str) -> Result<Statements, Error> {
    let profile = Profile::from_toml(profile, "own.toml").unwrap();
    CsvReader.read(text.as_bytes(), &ReadOptions { profile: Some(profile), ..ReadOptions::default() })
}

fn one(statements: Statements) -> Statement {
    assert_eq!(statements.statements.len(), 1);
    statements.statements.into_iter().next().unwrap()
}

fn figures(s: &Statement) -> Vec<String> {
    s.entries.iter().map(|e| e.amount.figure()).collect()
}

fn balance(b: &Option<crate::model::Balance>) -> Option<String> {
    b.as_ref().map(|b| b.amount.figure())
}

const OWN: &str = "id = \"own\"\nversion = 1\n[detect]\nrequire = [\"Date\", \"Text\", \"Amount\"]\n[columns]\n\
    booking_date = \"Date\"\nremittance = \"Text\"\namount = \"Amount\"\nbalance = \"Balance\"\n[format]\n\
    decimal = \".\"\ndate = [\"%Y-%m-%d\"]\namount = \"signed\"\ncurrency = \"EUR\"\n";

const SPARKASSE: &str = "\"Auftragskonto\";\"Buchungstag\";\"Valutadatum\";\"Buchungstext\";\"Verwendungszweck\";\"Glaeubiger ID\";\
    \"Mandatsreferenz\";\"Kundenreferenz (End-to-End)\";\"Sammlerreferenz\";\"Lastschrift Ursprungsbetrag\";\
    \"Auslagenersatz Ruecklastschrift\";\"Beguenstigter/Zahlungspflichtiger\";\"Kontonummer/IBAN\";\"BIC (SWIFT-Code)\";\"Betrag\";\
    \"Waehrung\";\"Info\"\n";

fn sparkasse(date: &str, text: &str, amount: &str, info: &str) -> String {
    format!(
        "\"DE89370400440532013000\";\"{date}\";\"{date}\";\"GUTSCHR. UEBERWEISUNG\";\"{text}\";\"\";\"\";\"NOTPROVIDED\";\"\";\"\";\"\";\
         \"Muster GmbH\";\"DE02120300000000202051\";\"BYLADEM1001\";\"{amount}\";\"EUR\";\"{info}\"\n"
    )
}

#[test]
fn every_builtin_profile_reads_and_bears_its_file_name() {
    for (id, text) in builtin::FILES {
        let profile = Profile::from_toml(text, id).unwrap_or_else(|e| panic!("{e} {:?}", e.hint()));
        assert_eq!(profile.id, *id);
    }
    assert_eq!(Profile::builtins().len(), builtin::FILES.len());
}

#[test]
fn sparkasse_leaves_announced_rows_out_and_turns_newest_first_round() {
    let file = SPARKASSE.to_owned()
        + &sparkasse("28.04.26", "RE-3", "7,00", "Umsatz vorgemerkt")
        + &sparkasse("24.04.26", "RE-2", "-1.190,00", "Umsatz gebucht")
        + &sparkasse("23.04.26", "RE-1", "50,5", "Umsatz gebucht");
    let s = one(read(&file).unwrap());
    assert_eq!(figures(&s), ["50.50", "-1190.00"]);
    assert_eq!(s.left_out, [("pending".to_owned(), 1)]);
    assert_eq!(
        (s.account.as_str(), s.currency, s.dialect.as_str()),
        ("DE89370400440532013000", Currency::EUR, "de-sparkasse-camt")
    );
    let entry = s.entries.first().unwrap();
    assert_eq!(entry.booking_date, chrono::NaiveDate::from_ymd_opt(2026, 4, 23));
    assert_eq!(entry.place.line, Some(4));
    let details = entry.details.first().unwrap();
    assert_eq!(details.debtor.name.as_deref(), Some("Muster GmbH"));
    assert_eq!(details.debtor.account.as_deref(), Some("DE02120300000000202051"));
    assert_eq!((details.end_to_end_id.as_deref(), details.remittance.unstructured.join("|").as_str()), (None, "RE-1"));
    assert!(s.opening.is_none() && s.closing.is_none(), "no balances: nothing is proven");
}

fn rabobank(account: &str, number: &str, amount: &str, balance: &str) -> String {
    format!(
        "\"{account}\",\"EUR\",\"RABONL2U\",\"{number}\",\"2026-04-24\",\"2026-04-25\",\"{amount}\",\"{balance}\",\"NL91ABNA0417164300\",\
        \"Bakker BV\",\"\",\"\",\"\",\"cb\",\"\",\"E2E-1\",\"\",\"\",\"1234567890123456\",\"factuur 12\",\" \",\"\",\"\",\"\",\"\",\"\"\r\n"
    )
}

const RABOBANK: &str = "\"IBAN/BBAN\",\"Munt\",\"BIC\",\"Volgnr\",\"Datum\",\"Rentedatum\",\"Bedrag\",\"Saldo na trn\",\
    \"Tegenrekening IBAN/BBAN\",\"Naam tegenpartij\",\"Naam uiteindelijke partij\",\"Naam initi\u{eb}rende partij\",\
    \"BIC tegenpartij\",\"Code\",\"Batch ID\",\"Transactiereferentie\",\"Machtigingskenmerk\",\"Incassant ID\",\
    \"Betalingskenmerk\",\"Omschrijving-1\",\"Omschrijving-2\",\"Omschrijving-3\",\"Reden retour\",\"Oorspr bedrag\",\
    \"Oorspr munt\",\"Koers\"\r\n";

#[test]
fn rabobank_splits_accounts_and_proves_each_by_its_balances() {
    let text = RABOBANK.to_owned()
        + &rabobank("NL44RABO0123456789", "1", "+2500,00", "+3500,00")
        + &rabobank("NL39RABO0300065264", "1", "-10,00", "+90,00")
        + &rabobank("NL44RABO0123456789", "2", "-0,01", "+3499,99");
    let (latin1, _, _) = encoding_rs::WINDOWS_1252.encode(&text);
    let read = read(&latin1).unwrap();
    assert_eq!(read.findings.first().map(|f| f.code), Some(FindingCode::EncodingGuessed));
    let [a, b] = read.statements.as_slice() else { panic!("two accounts") };
    assert_eq!((balance(&a.opening), balance(&a.closing)), (Some("1000.00".into()), Some("3499.99".into())));
    assert_eq!(figures(b), ["-10.00"]);
    assert_eq!((balance(&b.opening), balance(&b.closing)), (None, Some("90.00".into())), "one balance proves nothing");
    let details = a.entries.first().unwrap().details.first().unwrap();
    assert_eq!(details.remittance.structured.first().unwrap().creditor_reference.as_deref(), Some("1234567890123456"));
    assert_eq!(a.entries.first().unwrap().entry_reference.as_deref(), Some("1"));
}

#[test]
fn a_broken_running_balance_is_a_finding_with_the_first_bad_line_and_does_not_tie_out() {
    let text = RABOBANK.to_owned()
        + &rabobank("NL44RABO0123456789", "1", "+2500,00", "+3500,00")
        + &rabobank("NL44RABO0123456789", "2", "-0,02", "+3499,99")
        + &rabobank("NL44RABO0123456789", "3", "+1,00", "+3500,99");
    let s = one(read(&text).unwrap());
    let finding = s.findings.iter().find(|f| f.code == FindingCode::RunningBalanceMismatch).unwrap();
    assert_eq!((finding.place.line, finding.place.column), (Some(3), Some(8)));
    let sum = s.entries.iter().try_fold(s.opening.as_ref().unwrap().amount, |a, e| a.checked_add(e.amount)).unwrap();
    assert_ne!(sum, s.closing.as_ref().unwrap().amount);
}

#[test]
fn hsbc_reads_two_columns_several_lines_and_the_opening_row() {
    let text = "Date,Type,Description,Paid Out,Paid In,Balance\n01 Apr 2026,,Opening balance,,,\"1,000.00\"\n\
        02 Apr 2026,CR,\"ACME LTD\nINV 4711\",,\"£1,190.00\",\n02 Apr 2026,DD,RATES,40.00,,\"2,150.00\"\n";
    let s = one(read(text).unwrap());
    assert_eq!(figures(&s), ["1190.00", "-40.00"]);
    assert_eq!((balance(&s.opening), balance(&s.closing)), (Some("1000.00".into()), Some("2150.00".into())));
    assert_eq!(s.left_out, [("opening_balance".to_owned(), 1)]);
    assert_eq!(s.entries.first().unwrap().details.first().unwrap().remittance.unstructured, ["ACME LTD", "INV 4711"]);
    assert_eq!(s.entries.get(1).unwrap().place.line, Some(5), "line breaks inside a cell count");
    assert_eq!(s.currency.code(), "GBP");
}

#[test]
fn an_amount_that_cannot_be_read_is_an_error_with_line_column_and_name() {
    for bad in ["12..34", "1,23", "1e5", "abc", "12.5.0", "EUR", "USD 5.00", "--1"] {
        let e = with(OWN, &format!("Date,Text,Amount,Balance\n2026-04-24,ok,1.00,\n2026-04-24,x,\"{bad}\",\n"))
            .unwrap_err();
        assert!(matches!(e.code(), ErrorCode::Amount | ErrorCode::Currency), "{e}");
        let place = e.place();
        assert_eq!((place.line, place.column, place.path.as_deref()), (Some(3), Some(3), Some("Amount")), "{bad}");
    }
    let e = with(OWN, "Date,Text,Amount,Balance\n2026-04-24,x,,\n").unwrap_err();
    assert_eq!((e.code(), e.place().line), (ErrorCode::Missing, Some(2)));
    let e = with(OWN, "Date,Text,Amount,Balance\n24.04.2026,x,1.00,\n").unwrap_err();
    assert_eq!((e.code(), e.place().column), (ErrorCode::Date, Some(1)));
}

#[test]
fn ragged_rows_are_errors_unless_what_is_too_much_is_empty() {
    let head = "Date,Text,Amount,Balance\n";
    assert_eq!(one(with(OWN, &format!("{head}2026-04-24,x,1.00,5.00,,\n")).unwrap()).entries.len(), 1);
    let e = with(OWN, &format!("{head}2026-04-24,x,y,1.00,5.00\n")).unwrap_err();
    assert_eq!((e.code(), e.place().line, e.place().column), (ErrorCode::Row, Some(2), Some(5)));
    let e = with(OWN, &format!("{head}2026-04-24,x\n")).unwrap_err();
    assert_eq!((e.code(), e.place().line), (ErrorCode::Row, Some(2)));
    let e = with(OWN, &format!("{head}2026-04-24,x,1.00,5.00\n2026-04-25,y,1.0")).unwrap_err();
    assert_eq!((e.code(), e.place().line), (ErrorCode::Row, Some(3)), "a file that was cut off");
}

#[test]
fn an_open_quote_and_a_nul_are_refused_with_their_place() {
    let head = "Date,Text,Amount,Balance\n";
    let e = with(OWN, &format!("{head}2026-04-24,\"x,1.00,5.00\n2026-04-25,y,1.00,6.00\n")).unwrap_err();
    assert_eq!((e.code(), e.place().line, e.place().column), (ErrorCode::Row, Some(2), Some(2)));
    let e = with(OWN, &format!("{head}2026-04-24,x\0,1.00,5.00\n")).unwrap_err();
    assert_eq!((e.code(), e.place().line), (ErrorCode::Encoding, Some(2)));
}

#[test]
fn rows_that_are_no_money_are_counted_and_none_is_lost() {
    let profile = OWN.to_owned()
        + "zero = \"skip\"\n[[skip]]\nwhen = { column = \"Text\", in = \"Total\" }\nreason = \"total\"\nrest = true\n\
           [[skip]]\nwhen = { column = \"Date\", empty = true }\nreason = \"continuation\"\njoin = true\n";
    let text = "Account;DE1\n\nDate;Text;Amount;Balance\n2026-04-24;a;1.00;\n;more;;\n;;;\nDate;Text;Amount;Balance\n\
        2026-04-25;b;0.00;\n;Total;1.00;\nDisclaimer\n";
    let s = one(with(&profile, text).unwrap());
    let want = [("zero_amount", 1), ("continuation", 1), ("blank_row", 1), ("repeated_header", 1), ("total", 2)];
    let mut left = s.left_out.clone();
    left.sort();
    let mut want: Vec<_> = want.iter().map(|(r, n)| ((*r).to_owned(), *n)).collect();
    want.sort();
    assert_eq!(left, want);
    assert_eq!(s.entries.first().unwrap().details.first().unwrap().remittance.unstructured, ["a", "more"]);
}

#[test]
fn styles_are_told_by_the_whole_column_or_refused() {
    let auto =
        OWN.replace("decimal = \".\"", "decimal = \"auto\"").replace("\"%Y-%m-%d\"", "\"%d/%m/%Y\", \"%m/%d/%Y\"");
    let head = "Date;Text;Amount;Balance\n";
    let s = one(with(&auto, &format!("{head}03/04/2026;a;1.234;\n25/04/2026;b;1.234,50;\n")).unwrap());
    assert_eq!(figures(&s), ["1234.00", "1234.50"]);
    assert_eq!(s.entries.first().unwrap().booking_date, chrono::NaiveDate::from_ymd_opt(2026, 4, 3));
    let e = with(&auto, &format!("{head}25/04/2026;a;1.234;\n")).unwrap_err();
    assert_eq!((e.code(), e.place().line), (ErrorCode::Amount, Some(2)));
    let e = with(&auto, &format!("{head}03/04/2026;a;1.23;\n")).unwrap_err();
    assert_eq!((e.code(), e.place().column), (ErrorCode::Date, Some(1)));
}

#[test]
fn direction_words_and_excel_armour_are_read() {
    let profile = OWN
        .replace(
            "amount = \"signed\"",
            "amount = \"direction\"\ncredit = \"Bij\"\ndebit = \"Af\"\ncurrency_in_header = true",
        )
        .replace("currency = \"EUR\"\n", "")
        .replace("[columns]\n", "[columns]\ndirection = \"Af Bij\"\n")
        .replace("\"Amount\"", "\"Amount (SEK)\"");
    let text = "Date,Text,Af Bij,Amount (SEK),Balance\n2026-04-24,x,Bij,\"=\"\"12.50\"\"\",\n2026-04-24,x,Af,1.00,\n";
    let s = one(with(&profile, text).unwrap());
    assert_eq!(figures(&s), ["12.50", "-1.00"]);
    assert_eq!(s.currency.code(), "SEK");
    let e = with(&profile, &text.replace("Af,1.00", "Uit,1.00")).unwrap_err();
    assert_eq!((e.code(), e.place().line), (ErrorCode::Direction, Some(3)));
    let e = with(&profile, &text.replace("Af,1.00", "Af,-1.00")).unwrap_err();
    assert_eq!(e.code(), ErrorCode::Amount);
}

#[test]
fn an_unknown_header_lists_its_columns_and_the_nearest_profile() {
    let text =
        "\"IBAN/BBAN\",\"Munt\",\"Volgnr\",\"Datum\",\"Bedrag\"\n\"NL1\",\"EUR\",\"1\",\"2026-04-24\",\"1,00\"\n";
    assert!(CsvReader.recognises(text.as_bytes(), &ReadOptions::default()));
    let e = read(text).unwrap_err();
    assert_eq!((e.code(), e.place().line), (ErrorCode::Header, Some(1)));
    assert!(
        e.found().contains("Volgnr") && e.expected().contains("nl-rabobank") && e.expected().contains("Saldo na trn"),
        "{e}"
    );
    assert!(e.hint().unwrap().contains("--profile FILE"));
    for no in ["just a letter, with commas\nand nothing else.\n", ":20:1\n:25:X\n", "<a>,<b>\n<c>,<d>\n"] {
        assert!(!CsvReader.recognises(no.as_bytes(), &ReadOptions::default()), "{no}");
    }
}

#[test]
fn a_table_with_plain_names_is_read_as_its_profile_says_where_one_is_asked_for() {
    let signed = "Fecha;Concepto;Importe;Moneda;Cuenta\n2026-04-02;RE-1;-1.234,56;EUR;ES9121000418450200051332\n";
    let pair = "Date opération;Libellé;Débit;Crédit;Devise;Solde\n02/04/2026;RE-1;12,50;;EUR;87,50\n13/04/2026;RE-2;;2,50;EUR;90,00\n";
    for (text, id, wanted) in [(signed, "table", &["-1234.56"][..]), (pair, "table-in-out", &["-12.50", "2.50"])] {
        let options = ReadOptions { profile: Profile::builtin(id), ..ReadOptions::default() };
        assert_eq!(figures(&one(CsvReader.read(text.as_bytes(), &options).unwrap())), wanted);
    }
}

#[test]
fn preamble_figures_are_taken_and_checked_by_the_chain() {
    let profile = OWN.to_owned()
        + "[preamble]\naccount = \"*iban*\"\nopening = \"Opening\"\nclosing = \"Closing\"\ncount = \"Count\"\n";
    let text = "Konto,DE89 3704 0044 0532 0130 00\nOpening:,100.00\nClosing:,105.00\nCount:,1\n\nDate,Text,Amount,Balance\n2026-04-24,x,5.00,105.00\n";
    let s = one(with(&profile, text).unwrap());
    assert_eq!(s.account, "DE89370400440532013000");
    assert_eq!((balance(&s.opening), balance(&s.closing)), (Some("100.00".into()), Some("105.00".into())));
    assert_eq!(s.totals.all.count, Some(1));
    let s = one(with(&profile, &text.replace("5.00,105", "6.00,105")).unwrap());
    assert!(s.findings.iter().any(|f| f.code == FindingCode::RunningBalanceMismatch));
}

#[test]
fn an_export_without_rows_is_an_empty_statement() {
    let s = one(with(OWN, "Date,Text,Amount,Balance\n").unwrap());
    assert!(s.entries.is_empty() && s.period.is_none());
    assert_eq!(s.currency, Money::zero(Currency::EUR).currency());
    assert_eq!(s.findings.iter().map(|f| f.code).collect::<Vec<_>>(), [FindingCode::NoEntries]);
}

mod builtin_headers;
mod inferred;

#[test]
fn rows_that_were_moved_or_damaged_are_refused() {
    let row = "2026-04-24,RE-1,10.00,110.00\n";
    let header = "Date,Text,Amount,Balance\n";
    let e = with(OWN, &format!("{row}{header}2026-04-25,RE-2,5.00,115.00\n")).unwrap_err();
    assert_eq!((e.code(), e.place().line, e.place().column), (ErrorCode::Row, Some(1), Some(1)));
    let wide = format!("{header}{row}{}\n", ",".repeat(1_000));
    assert_eq!(with(OWN, &wide).unwrap_err().code(), ErrorCode::Limit);
    let own = OWN
        .replace("[format]", "account = \"Account\"\ncurrency = \"Currency\"\n[format]")
        .replace("currency = \"EUR\"\n", "");
    let table = |account: &str, code: &str| {
        format!(
            "Date,Text,Amount,Balance,Account,Currency\n2026-04-24,a,1.00,1.00,DE1,EUR\n2026-04-24,a,1.00,2.00,{account},{code}\n"
        )
    };
    assert!(with(&own, &table("DE1", "EUR")).is_ok());
    assert_eq!(with(&own, &table("D\"E1", "EUR")).unwrap_err().code(), ErrorCode::Value);
    assert_eq!(with(&own, &table("D\u{1}E1", "EUR")).unwrap_err().code(), ErrorCode::Value);
    assert_eq!(with(&own, &table("D\u{202a}E1", "EUR")).unwrap_err().code(), ErrorCode::Value);
    let marked = with(&own, &table("DE1", "EUR").replace("Account", "Acc\u{200b}ount")).unwrap();
    let places: Vec<_> = marked.findings.iter().map(|f| (f.code, f.place.line, f.place.column)).collect();
    assert_eq!(places, [(FindingCode::Dialect, Some(1), Some(5))], "a title is known without marks that do not show");
    assert_eq!(with(&own, &table("DE1", "eur")).unwrap_err().code(), ErrorCode::Currency);
}

#[test]
fn a_newest_row_without_its_balance_leaves_the_end_open_and_says_so() {
    let file = "Date,Text,Amount,Balance\n2026-04-24,a,1.00,1.00\n2026-04-25,b,2.00,\n";
    let s = one(with(OWN, file).unwrap());
    assert_eq!(s.findings.iter().map(|f| f.code).collect::<Vec<_>>(), [FindingCode::ClosingMissing]);
}

#[test]
fn three_digits_behind_the_sign_are_not_read_as_decimals() {
    let row = |amount: &str| format!("Date,Text,Amount,Balance\n2026-04-24,x,{amount},\n");
    let error = with(OWN, &row("1.190")).unwrap_err();
    assert_eq!((error.code(), error.place().line, error.place().column), (ErrorCode::Amount, Some(2), Some(3)));
    assert!(error.hint().is_some_and(|h| h.contains("thousands")));
    assert_eq!(figures(&one(with(OWN, &row("1190.000")).unwrap())), ["1190.00"]);
    let dinars = OWN.replace("EUR", "KWD");
    assert_eq!(figures(&one(with(&dinars, &row("1.190")).unwrap())), ["1.190"]);
}

#[test]
fn rows_without_an_account_beside_rows_with_one_prove_nothing() {
    let header = "Account;Currency;Date;Amount;Balance;Text\n";
    let file = |first: &str| {
        format!(
            "{header}{first};EUR;2026-04-20;10,00;110,00;a\nNL91ABNA0417164300;EUR;2026-04-21;-5,00;105,00;b\n\
                 NL91ABNA0417164300;EUR;2026-04-22;1,00;106,00;c\n"
        )
    };
    let profile = "id = \"own\"\nversion = 1\n[columns]\naccount = \"Account\"\ncurrency = \"Currency\"\nbooking_date = \"Date\"\namount = \"Amount\"\n\
                   balance = \"Balance\"\nremittance = \"Text\"\n[format]\namount = \"signed\"\ndecimal = \",\"\ndate = [\"%Y-%m-%d\"]\n[file]\ndelimiter = \";\"\n\
                   [detect]\nrequire = [\"Account\", \"Amount\"]\n";
    let whole = with(profile, &file("NL91ABNA0417164300")).unwrap();
    assert_ne!(one(whole).tie_out, TieOut::Broken);
    let no_currency = file("NL91ABNA0417164300").replacen("EUR", "XXX", 1);
    let codes = |s: &Statement| (s.tie_out, s.findings.iter().map(|f| f.code).collect::<Vec<_>>());
    let told: Vec<_> = with(profile, &no_currency).unwrap().statements.iter().map(codes).collect();
    assert_eq!(told, [(TieOut::Broken, vec![FindingCode::CurrencyDiffers]), (TieOut::Unproven, vec![])]);
    let lost = with(profile, &file("")).unwrap();
    let broken: Vec<_> = lost.statements.iter().filter(|s| s.tie_out == TieOut::Broken).collect();
    assert!(matches!(broken.as_slice(), [s] if s.account.is_empty() && s.entries.len() == 1));
    assert!(broken[0].findings.iter().any(|f| f.code == FindingCode::AccountMissing));
}

const OF_ACCOUNTS: &str = "id = \"own\"\nversion = 1\n[detect]\nrequire = [\"Date\", \"Amount\"]\n[columns]\nbooking_date = \"Date\"\n\
    amount = \"Amount\"\nbalance = \"Balance\"\naccount = \"Account\"\ncurrency = \"Currency\"\n[format]\n\
    decimal = \".\"\ndate = [\"%Y-%m-%d\"]\namount = \"signed\"\n";

fn codes(s: &Statement) -> Vec<FindingCode> {
    s.findings.iter().map(|f| f.code).collect()
}

#[test]
fn a_balance_that_goes_on_across_accounts_or_currencies_shows_a_damaged_letter() {
    let broken = |rows: &str| {
        let read =
            with(OF_ACCOUNTS, &format!("Date;Amount;Balance;Account;Currency\n{rows}").replace(';', ",")).unwrap();
        read.statements.iter().filter(|s| s.tie_out == TieOut::Broken).flat_map(codes).collect::<Vec<_>>()
    };
    let day = "2026-04-24";
    let account = format!("{day};5.00;105.00;A1;EUR\n{day};10.00;115.00;A2;EUR\n{day};1.00;116.00;A2;EUR\n");
    assert_eq!(broken(&account), [FindingCode::AccountMissing]);
    let currency = format!("{day};5.00;105.00;A1;EUR\n{day};10.00;115.00;A1;EUR\n{day};1.00;116.00;A1;USD\n");
    assert_eq!(broken(&currency), [FindingCode::CurrencyDiffers]);
    let newest_first = format!("{day};1.00;116.00;A1;EUR\n{day};10.00;115.00;A1;EUR\n{day};5.00;105.00;A2;EUR\n");
    assert_eq!(broken(&newest_first), [FindingCode::AccountMissing]);
    let two = format!("{day};5.00;105.00;A1;EUR\n{day};10.00;117.00;A2;EUR\n{day};1.00;118.00;A2;EUR\n");
    assert_eq!(broken(&two), []);
    let emptied = format!("{day};-5.00;0.00;A1;EUR\n{day};10.00;10.00;A2;EUR\n{day};1.00;11.00;A2;EUR\n");
    assert_eq!(broken(&emptied), [], "an empty account says nothing of the next");
}

#[test]
fn an_oldest_amount_in_a_form_of_its_own_breaks() {
    let read = |oldest: &str| {
        let rows = format!("{oldest};100.00;A1;EUR\n2026-04-24;1.00;101.00;A1;EUR\n2026-04-24;-1.00;100.00;A1;EUR\n");
        let s =
            one(with(OF_ACCOUNTS, &format!("Date;Amount;Balance;Account;Currency\n{rows}").replace(';', ",")).unwrap());
        (s.tie_out == TieOut::Broken, codes(&s))
    };
    assert_eq!(read("2026-04-24;+5"), (true, vec![FindingCode::FigureForm]));
    assert_eq!(read("2026-04-24;5.00"), (false, vec![]));
}

#[test]
fn an_account_with_an_equals_sign_inside_is_refused() {
    let text = "Date,Amount,Balance,Account,Currency\n2026-04-24,1.00,2.00,DE006=35,EUR\n";
    assert_eq!(with(OF_ACCOUNTS, text).unwrap_err().code(), ErrorCode::Value);
}
