//! Tables of banks that nobody described: read by titles and contents where these prove or show what they are, else refused with the reason.

use super::*;
use crate::formats::read_statements;
use crate::model::TieOut;

fn inferred(text: &str) -> Result<Statement, Error> {
    let read = read_statements(text.as_bytes(), &ReadOptions::for_file("x.csv"))?;
    let s = one(read);
    assert_eq!(s.dialect, "inferred");
    assert!(
        s.findings.iter().any(|f| f.code == FindingCode::Dialect && f.text.contains("booking_date")),
        "{:?}",
        s.findings
    );
    Ok(s)
}

/// Title row and rows; amounts oldest first; account; proven or not.
type Case = (&'static str, &'static str, &'static [&'static str], &'static str, TieOut);

const CASES: &[Case] = &[
    (
        "French, two columns, newest first",
        "Compte : 12345678901\n\nDate de l'opération;Libellé;Débit;Crédit;Solde\n25/04/2026;VIR RE-2;12,50;;1 187,50\n24/04/2026;VIR RE-1;;1 190,00;1 200,00\n",
        &["1190.00", "-12.50"],
        "12345678901",
        TieOut::Proven,
    ),
    (
        "Polish, semicolon, grouped by blanks, the account in every row",
        "Data księgowania;Data waluty;Nadawca / Odbiorca;Tytuł;Kwota;Saldo po operacji;Waluta;Numer rachunku\n24.04.2026;24.04.2026;Firma;FV 12;1 190,00;1 290,00;PLN;PL61109010140000071219812874\n25.04.2026;25.04.2026;Firma B;FV 13;-90,00;1 200,00;PLN;PL61109010140000071219812874\n",
        &["1190.00", "-90.00"],
        "PL61109010140000071219812874",
        TieOut::Proven,
    ),
    (
        "English, unsigned with a word, US dates that prove themselves",
        "Account Number,12345678\nPosting Date,Transaction Type,Description,Amount,Running Balance\n04/24/2026,Credit,ACH INV-1,\"1,190.00\",\"1,290.00\"\n04/25/2026,Debit,FEE,90.00,\"1,200.00\"\n",
        &["1190.00", "-90.00"],
        "12345678",
        TieOut::Proven,
    ),
    (
        "Spanish, signed, no balance",
        "Fecha operación;Fecha valor;Concepto;Importe;Divisa\n24/04/2026;24/04/2026;FACTURA 1;1.190,00;EUR\n25/04/2026;25/04/2026;COMISION;-3,50;EUR\n",
        &["1190.00", "-3.50"],
        "",
        TieOut::Unproven,
    ),
    (
        "a card account, money out without a sign: the balance tells",
        "Date;Text;Amount;Balance\n2026-04-24;A;10.00;90.00\n2026-04-25;B;20.00;70.00\n2026-04-26;C;5.00;65.00\n2026-04-27;D;1.00;64.00\n",
        &["-10.00", "-20.00", "-5.00", "-1.00"],
        "",
        TieOut::Proven,
    ),
    (
        "money in only: the balance tells",
        "Datum;Omschrijving;Bedrag;Saldo\n24-04-2026;A;10,00;110,00\n25-04-2026;B;20,00;130,00\n",
        &["10.00", "20.00"],
        "",
        TieOut::Proven,
    ),
    (
        "English, one column a side, `amount` in both titles, newest first, an empty title at the end",
        "Transaction Date,Type,Sort Code,Account Number,Description,Debit Amount,Credit Amount,Balance,\n24/04/2026,FPI,'30-00-00,12345678,INV-1,,1190.00,1290.00\n23/04/2026,DD,'30-00-00,12345678,GAS,90.00,,100.00\n",
        &["-90.00", "1190.00"],
        "12345678",
        TieOut::Proven,
    ),
    (
        "Polish, titles that begin with a sign, the label of the last balance in the column of amounts",
        "Bank;\n#Rachunek;\nPL61109010140000071219812874;\n#Saldo początkowe;10 000,00 PLN;\n\n#Data operacji;#Data księgowania;#Tytuł;#Numer konta;#Kwota;#Saldo po operacji;\n2026-04-01;2026-04-01;FV 25;'45106000760000321000095503';1 230,00;11 230,00;\n2026-04-02;2026-04-02;FV 1;;-230,00;11 000,00;\n\n;;;;#Saldo końcowe;11 000,00 PLN;\n",
        &["1230.00", "-230.00"],
        "PL61109010140000071219812874",
        TieOut::Proven,
    ),
    (
        "Italian, balances in rows of their own that prove the sum, no column for them",
        "Data contabile;Data valuta;Addebiti;Accrediti;Descrizione\nSaldo iniziale;;;1.000,00;\n23/04/2026;23/04/2026;-210,55;;ENEL\n24/04/2026;24/04/2026;;1.500,00;FATT. 77\nSaldo finale;;;2.289,45;\n",
        &["-210.55", "1500.00"],
        "",
        TieOut::Proven,
    ),
    (
        "Portuguese, a balance of the day in a row of its own, the account inside a cell",
        "Conta PT50000201231234567890154 - EUR\ndata;lançamento;valor (R$);saldos (R$)\n01/04/2026;SALDO ANTERIOR;;10.000,00\n02/04/2026;TED RECEBIDA;1.250,00;\n03/04/2026;TARIFA;-20,00;\n24/04/2026;SALDO TOTAL DIA;;11.230,00\n",
        &["1250.00", "-20.00"],
        "PT50000201231234567890154",
        TieOut::Proven,
    ),
    (
        "Swedish, in and out in one column",
        "Bokförd,Valutadatum,Text,Insättningar/uttag,Bokfört saldo\n2026-04-25,2026-04-25,AVGIFT,-20.00,11230.00\n2026-04-24,2026-04-24,BG 1,1250.00,11250.00\n",
        &["1250.00", "-20.00"],
        "",
        TieOut::Proven,
    ),
    (
        "Greek, a column of words",
        "Ημερομηνία;Ποσό συναλλαγής;Νόμισμα;Χρέωση / Πίστωση;Λογιστικό Υπόλοιπο;Περιγραφή\n24/4/2026;1.250,00;EUR;Πίστωση;11.250,00;ACME\n25/4/2026;20,00;EUR;Χρέωση;11.230,00;FEE\n",
        &["1250.00", "-20.00"],
        "",
        TieOut::Proven,
    ),
    (
        "Russian, one column a side, another code page where it is saved so",
        "Дата операции;Сумма по дебету;Сумма по кредиту;Назначение платежа\n24.04.2026;;125000,00;Оплата 114\n25.04.2026;590,00;;Комиссия\n",
        &["125000.00", "-590.00"],
        "",
        TieOut::Unproven,
    ),
    (
        "Lithuanian, balances and turnover written as movements",
        "Data;Gavėjas;Paaiškinimai;Suma;Valiuta;D/K\n2026-04-24;;Likutis pradžiai;10000.00;EUR;K\n2026-04-24;ACME UAB;SF 114;1250.00;EUR;K\n2026-04-25;;Mokestis;20.00;EUR;D\n2026-04-25;;Apyvarta;20.00;EUR;D\n2026-04-25;;Likutis pabaigai;11230.00;EUR;K\n",
        &["1250.00", "-20.00"],
        "",
        TieOut::Unproven,
    ),
    (
        "no header, proven by the balance",
        "24/04/2026,\"+1250.00\",\"Direct Credit INV114\",\"+11250.00\"\n23/04/2026,\"-20.00\",\"Account Fee\",\"+10000.00\"\n",
        &["-20.00", "1250.00"],
        "",
        TieOut::Proven,
    ),
    (
        "no header, one column of amounts with signs",
        "24.04.2026;ACME RE 114;24.04.2026;1250,00;EUR;24.04.2026 10:00:00:000\n23.04.2026;Gebuehr;23.04.2026;-20,00;EUR;23.04.2026 10:00:00:000\n",
        &["-20.00", "1250.00"],
        "",
        TieOut::Unproven,
    ),
    (
        "a word behind each amount and balance",
        "Date,Particulars,Amount,Balance\n24/04/2026,INV114,\"1,250.00 CR\",250.00 CR\n25/04/2026,FEE,20.00 Dr.,230.00 CR\n26/04/2026,RENT,300.00 DR,70.00 DR\n",
        &["1250.00", "-20.00", "-300.00"],
        "",
        TieOut::Proven,
    ),
    (
        "no header, two columns of amounts, of which the balance tells the sides",
        "04/24/2026,ACME INV 114,,1250.00,11250.00\n04/25/2026,MONTHLY FEE,20.00,,11230.00\n",
        &["1250.00", "-20.00"],
        "",
        TieOut::Proven,
    ),
    (
        "a total without a date, French months",
        "Date;Libellé;Débit;Crédit\n24 avr. 2026;VIR ACME;;1250,00\n25 août 2026;FRAIS;20,00;\n;TOTAL;20,00;1250,00\n",
        &["1250.00", "-20.00"],
        "",
        TieOut::Unproven,
    ),
    (
        "the side in a column without a title, balances as if they were movements, the own name beside the other one",
        "Kontonummer;1234567\nBuchungstag;Auftraggeber;Empfänger;Verwendungszweck;Währung;Umsatz; \n25.04.2026;WIR;BANK;Gebühr;EUR;20,00;S\n24.04.2026;WIR;ACME;RE 114;EUR;1.250,00;H\n24.04.2026;;;Anfangssaldo;EUR;10.000,00;H\n25.04.2026;;;Endsaldo;EUR;11.230,00;H\n",
        &["1250.00", "-20.00"],
        "1234567",
        TieOut::Unproven,
    ),
    (
        "Chinese",
        "交易日期,摘要,借方金额,贷方金额,余额,对方户名\n2026-04-24,货款114,,1250.00,11250.00,ACME\n2026-04-25,手续费,20.00,,11230.00,\n",
        &["1250.00", "-20.00"],
        "",
        TieOut::Proven,
    ),
    (
        "words below the table",
        "Date,Narration,Withdrawal Amt.,Deposit Amt.,Closing Balance\n24/04/26,ACME,,\"1,25,000.00\",\"2,25,000.00\"\n25/04/26,FEE,5.90,,\"2,24,994.10\"\n26/04/26,FEE,4.10,,\"2,24,990.00\"\nSTATEMENT SUMMARY :-,,,,\nOpening Balance,Debits,Credits,Closing Bal,\n\"1,00,000.00\",10.00,\"1,25,000.00\",\"2,24,990.00\",\n",
        &["125000.00", "-5.90", "-4.10"],
        "",
        TieOut::Proven,
    ),
    (
        "an opening row, a text that goes on, and a total",
        "Date,Description,Withdrawals,Deposits,Balance\n2026-04-23,Opening balance,,,100.00\n2026-04-24,TRANSFER,,50.00,150.00\n,INV-1 INV-2,,,\n2026-04-25,FEE,1.00,,149.00\nTotal,,1.00,50.00,\n",
        &["50.00", "-1.00"],
        "",
        TieOut::Proven,
    ),
];

#[test]
fn tables_of_unknown_banks_are_read_by_their_titles_and_contents() {
    for (what, text, amounts, account, tie_out) in CASES {
        let s = inferred(text).unwrap_or_else(|e| panic!("{what}: {e}"));
        assert_eq!(figures(&s), *amounts, "{what}");
        assert_eq!((s.account.as_str(), s.tie_out), (*account, *tie_out), "{what}: {:?}", s.findings);
    }
}

#[test]
fn what_nothing_proves_or_shows_is_refused_with_the_reason() {
    for (text, code, said) in [
        (
            "Date,Description,Amount\n2026-04-24,SHOP,10.00\n2026-04-25,SHOP,5.00\n",
            ErrorCode::Header,
            "came in and which went out",
        ),
        // A plus at one amount does not make the others money in.
        (
            "Date,Description,Amount\n2026-04-24,SHOP,10.00\n2026-04-25,PAYMENT,+5.00\n",
            ErrorCode::Header,
            "came in and which went out",
        ),
        (
            "Date,Description,Amount\n04/03/2026,SHOP,-10.00\n05/03/2026,SHOP,-5.00\n",
            ErrorCode::Date,
            "which part is the day",
        ),
        ("Datum;Text;Betrag\n24.04.2026;x;-1,00\n25.04.2026;y;12..34\n", ErrorCode::Amount, "12..34"),
        ("Datum;Text;Betrag\n24.04.2026;x;-1,00\n;y;5,00\n", ErrorCode::Missing, "booking date"),
        // What a bank says of a row in a word that nobody knows may be that it is not booked.
        (
            "Date,Status,Description,Amount\n2026-04-24,Completed,A,-10.00\n2026-04-25,Zwxq,B,-5.00\n",
            ErrorCode::Header,
            "says `Zwxq` of some rows",
        ),
        (
            "24/04/2026,10.00,100.00,TEXT A\n25/04/2026,-5.00,20.00,TEXT B\n",
            ErrorCode::Header,
            "no running balance tells which is which",
        ),
        ("Name;Ort\nA;B\nC;D\n", ErrorCode::Header, "no row has titles for a date and an amount"),
    ] {
        let e = read_statements(text.as_bytes(), &ReadOptions::for_file("x.csv")).unwrap_err();
        assert_eq!(e.code(), code, "{text}: {e}");
        assert!(e.to_string().contains(said), "{said}: {e}");
    }
}

#[test]
fn a_running_balance_that_breaks_is_told_at_its_row() {
    let text =
        "Fecha;Concepto;Importe;Saldo\n24/04/2026;A;10,00;110,00\n25/04/2026;B;-20,00;91,00\n26/04/2026;C;5,00;96,00\n";
    let s = inferred(text).unwrap();
    assert_eq!(s.tie_out, TieOut::Broken);
    let found = s.findings.iter().find(|f| f.code == FindingCode::RunningBalanceMismatch).unwrap();
    assert_eq!(found.place.line, Some(3));
}

#[test]
fn titles_choose_the_code_page() {
    let text = "Datum zaúčtování;Částka;Měna účtu;Název protiúčtu;Zpráva\n24.04.2026;-1,00;CZK;Dvořák;VS 1\n";
    let (bytes, _, lossy) = encoding_rs::WINDOWS_1250.encode(text);
    assert!(!lossy);
    let s = one(read_statements(&bytes, &ReadOptions::for_file("x.csv")).unwrap());
    let name = s.entries.first().and_then(|e| e.details.first()?.creditor.name.clone());
    assert_eq!((name.as_deref(), s.currency.code()), (Some("Dvořák"), "CZK"));
}

#[test]
fn pending_and_refused_rows_are_left_out_and_counted() {
    let text = "Date,Status,Description,Amount\n2026-04-24,Completed,A,-10.00\n2026-04-25,Pending,B,-5.00\n2026-04-25,Declined,C,7.00\n";
    let s = inferred(text).unwrap();
    assert_eq!(figures(&s), ["-10.00"]);
    assert_eq!(s.left_out, [("not_booked".to_owned(), 2)]);
}

#[test]
fn rows_that_wait_are_left_out_in_other_languages_too() {
    let text = "Dato;Tekst;Beløb;Saldo;Status\n24.04.2026;A;1.250,00;11.250,00;Udført\n25.04.2026;B;-20,00;11.230,00;Udført\n28.04.2026;C;-230,00;11.000,00;Venter\n";
    let s = inferred(text).unwrap();
    assert_eq!((figures(&s), s.tie_out), (vec!["1250.00".to_owned(), "-20.00".to_owned()], TieOut::Proven));
}

#[test]
fn words_of_the_payer_are_kept_whatever_their_title() {
    let remittance = |text: &str| {
        let s = inferred(text).unwrap();
        s.entries.iter().map(|e| e.details[0].remittance.unstructured.join("|")).collect::<Vec<_>>()
    };
    // A title that elsewhere is that of the amount, a reference that is a text, and titles that nobody knows.
    let text =
        "Fecha;Concepto;Movimiento;Importe\n24/04/2026;TRANSFERENCIA;FACTURA 114;1,00\n25/04/2026;RECIBO;LUZ;-1,00\n";
    assert_eq!(remittance(text), ["TRANSFERENCIA|FACTURA 114", "RECIBO|LUZ"]);
    let text = "Date,Transaction Ref1,Amount\n2026-04-24,ACME INV 114,1.00\n2026-04-25,Monthly fee,-1.00\n";
    assert_eq!(remittance(text), ["ACME INV 114", "Monthly fee"]);
    let text = "Date,Zzz,Amount,Emoji\n2026-04-24,INV 114,1.00,\n2026-04-25,INV 115,-1.00,\n";
    assert_eq!(remittance(text), ["INV 114", "INV 115"]);
}

#[test]
fn several_own_accounts_in_one_file_are_statements_of_their_own() {
    let text = "Account;Date;Description;Amount;Balance\nDE89370400440532013000;2026-04-24;A;12.00;112.00\nDE02120300000000202051;2026-04-24;B;-5.00;95.00\nDE89370400440532013000;2026-04-25;C;-2.00;110.00\nDE02120300000000202051;2026-04-25;D;-5.00;90.00\n";
    let read = read_statements(text.as_bytes(), &ReadOptions::for_file("x.csv")).unwrap();
    let told: Vec<(&str, TieOut)> = read.statements.iter().map(|s| (s.account.as_str(), s.tie_out)).collect();
    assert_eq!(
        told,
        [("DE89370400440532013000", TieOut::Proven), ("DE02120300000000202051", TieOut::Proven)],
        "{:?}",
        read.statements
    );
}

#[test]
fn what_a_table_leaves_open_is_told_with_the_way_to_say_it() {
    let s = inferred("Date;Text;Amount\n2026-04-24;A;-1,00\n2026-04-25;B;2,00\n").unwrap();
    let told = |s: &Statement| s.findings.iter().filter(|f| f.text.starts_with("nothing in the file says")).count();
    assert!(s.findings.iter().any(|f| f.text.contains("the account or the currency")));
    let s = inferred(
        "IBAN: DE89370400440532013000\nDate;Text;Amount;Currency\n2026-04-24;A;-1,00;EUR\n2026-04-25;B;2,00;EUR\n",
    )
    .unwrap();
    assert_eq!(told(&s), 0);
}

#[test]
fn the_profile_that_is_told_reads_the_file_alike_and_a_file_in_pieces_too() {
    for (what, text, ..) in CASES {
        let own = Profile::from_toml(&Profile::infer(text.as_bytes()).unwrap(), "own.toml").unwrap();
        let options = ReadOptions { profile: Some(own), ..ReadOptions::for_file("x.csv") };
        assert_eq!(
            read_statements(text.as_bytes(), &options),
            read_statements(text.as_bytes(), &ReadOptions::for_file("x.csv")),
            "{what}"
        );
    }
    let mut long = "Buchung am;Buchungstag;Verwendungszweck;Betrag;Saldo\n".to_owned();
    for i in 1..30_000 {
        long.push_str(&format!("x;24.04.2026;RE {i} über alles;1,25;{},{:02}\n", i * 125 / 100, i * 125 % 100));
    }
    let whole = one(read_statements(long.as_bytes(), &ReadOptions::default()).unwrap());
    let pieces = one(crate::formats::read_figures_from(&mut long.as_bytes(), &ReadOptions::default()).unwrap());
    assert_eq!((whole.tie_out, pieces.tie_out), (TieOut::Proven, TieOut::Proven));
    assert_eq!((whole.opening, whole.closing, whole.findings), (pieces.opening, pieces.closing, pieces.findings));
    assert_eq!(pieces.passed.len(), 29_999);
}

#[test]
fn a_balance_in_a_row_of_its_own_behind_each_day_proves_the_days() {
    let file = "Data;Lançamento;Dcto.;Crédito (R$);Débito (R$);Saldo (R$)\n23/04/2026;SALDO ANTERIOR;;;;1.000,00\n\
        24/04/2026;TED ACME;123;500,00;;\n24/04/2026;BOLETO;124;;-200,00;\n24/04/2026;SALDO DO DIA;;;;1.300,00\n\
        25/04/2026;PIX JOAO;125;50,00;;\n25/04/2026;SALDO DO DIA;;;;1.350,00\n";
    let s = inferred(file).unwrap();
    assert_eq!((s.tie_out, figures(&s)), (TieOut::Proven, vec!["500.00".into(), "-200.00".into(), "50.00".into()]));
    assert_eq!((balance(&s.opening), balance(&s.closing)), (Some("1000.00".into()), Some("1350.00".into())));
    assert!(s.left_out.contains(&("day_balance".to_owned(), 2)), "{:?}", s.left_out);
    let newest_first = "Data;Histórico;Valor;Saldo\n25/04/2026;SALDO DO DIA;;1.490,00\n25/04/2026;TARIFA;-10,00;\n\
        24/04/2026;SALDO DO DIA;;1.500,00\n24/04/2026;PIX ACME;500,00;\n";
    let s = inferred(newest_first).unwrap();
    assert_eq!((s.tie_out, figures(&s)), (TieOut::Proven, vec!["500.00".into(), "-10.00".into()]));
    let wrong = inferred(&file.replace("1.350,00", "1.351,00")).unwrap();
    assert_ne!(wrong.tie_out, TieOut::Proven);
}

#[test]
fn a_date_on_the_first_row_of_a_day_holds_for_the_rows_below_where_the_balance_proves_them() {
    let file = "Date,Description,Money in,Money out,Balance\n24/04/2026,ACME LTD INV-1001,250.00,,1250.00\n\
        ,BT GROUP,,50.00,1200.00\n25/04/2026,AMAZON,,20.00,1180.00\n,ZED LTD,5.00,,1185.00\n";
    let s = inferred(file).unwrap();
    let days: Vec<u32> = s.entries.iter().map(|e| chrono::Datelike::day(&e.booking_date.unwrap())).collect();
    assert_eq!((s.tie_out, days), (TieOut::Proven, vec![24, 24, 25, 25]));
    assert_eq!(s.entries.iter().map(|e| e.booking_date_derived).collect::<Vec<_>>(), [false, true, false, true]);
    let total = file.replace(",ZED LTD,5.00,,1185.00\n", ",Sum of it,255.00,70.00,\n");
    assert!(inferred(&total).is_err(), "what no balance proves is no movement");
}

#[test]
fn bytes_that_one_code_page_lacks_are_read_in_another() {
    let file = "Data operacji;Opis operacji;Nadawca;Kwota;Saldo po operacji;Waluta\n2026-04-24;FV/1;ŹREBIĘ ŁÓDŹ;1 250,00;11 250,00;PLN\n\
        2026-04-25;OPŁATA;;-10,00;11 240,00;PLN\n";
    let japanese = "日付,摘要,お支払金額,お預り金額,残高\n2026/04/24,振込 サンプル,,125000,1125000\n2026/04/25,手数料,440,,1124560\n";
    for (text, page) in [(file, encoding_rs::WINDOWS_1250), (japanese, encoding_rs::SHIFT_JIS)] {
        let (bytes, ..) = page.encode(text);
        let s = one(read_statements(&bytes, &ReadOptions::for_file("x.csv")).unwrap());
        assert_eq!((s.tie_out, s.entries.len()), (TieOut::Proven, 2), "{}", page.name());
    }
    let (bytes, ..) = encoding_rs::WINDOWS_1250.encode(file);
    let s = one(read_statements(&bytes, &ReadOptions::for_file("x.csv")).unwrap());
    let payer = s.entries[0].details[0].debtor.name.clone();
    assert_eq!(payer.as_deref(), Some("ŹREBIĘ ŁÓDŹ"));
}
