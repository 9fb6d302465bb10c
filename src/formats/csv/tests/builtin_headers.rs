//! One small file per built-in profile, written by us on the bank's header: it is told apart from all others and read exactly.

use super::*;

/// Profile, file, amounts (oldest first), account, opening and closing balance, rows left out.
type Case = (&'static str, &'static str, &'static [&'static str], &'static str, Option<&'static str>, u64);

const CASES: &[Case] = &[
    (
        "tieout-statement",
        "row,account,currency,booking_date,value_date,amount,running_balance,counterparty_name,end_to_end_id,remittance\r\n\
         opening,DE89370400440532013000,EUR,,,,100.00,,,\r\n\
         entry,DE89370400440532013000,EUR,2026-04-24,2026-04-24,1190.00,1290.00,'=Muster',E-1,\"RE 1\nRE 2\"\r\n\
         closing,DE89370400440532013000,EUR,,,,1290.00,,,\r\n",
        &["1190.00"],
        "DE89370400440532013000",
        Some("100.00 1290.00"),
        2,
    ),
    (
        "de-sparkasse-mt940",
        "\"Auftragskonto\";\"Buchungstag\";\"Valutadatum\";\"Buchungstext\";\"Verwendungszweck\";\"Beguenstigter/Zahlungspflichtiger\";\"Kontonummer\";\"BLZ\";\"Betrag\";\"Waehrung\";\"Info\"\n\
         \"DE1\";\"24.04.26\";\"24.04.26\";\"LASTSCHRIFT\";\"EREF+E1MREF+M1CRED+DE98ZZZSVWZ+RE 1\";\"Muster\";\"DE02\";\"X\";\"-36,99\";\"EUR\";\"Umsatz gebucht\"\n",
        &["-36.99"],
        "DE1",
        None,
        0,
    ),
    (
        "de-dkb",
        "\u{feff}\"Girokonto\";\"DE89370400440532013000\"\n\"\"\n\"Kontostand vom 24.04.2026:\";\"4.093,32 €\"\n\"\"\n\
         \"Buchungsdatum\";\"Wertstellung\";\"Status\";\"Zahlungspflichtige*r\";\"Zahlungsempfänger*in\";\"Verwendungszweck\";\"Umsatztyp\";\"IBAN\";\"Betrag (€)\";\"Gläubiger-ID\";\"Mandatsreferenz\";\"Kundenreferenz\"\n\
         \"24.04.26\";\"24.04.26\";\"Vorgemerkt\";\"A\";\"B\";\"x\";\"Eingang\";\"DE02\";\"5\";\"\";\"\";\"\"\n\
         \"23.04.26\";\"23.04.26\";\"Gebucht\";\"A\";\"B\";\"x\";\"Ausgang\";\"DE02\";\"-62,3\";\"\";\"\";\"\"\n\
         \"22.04.26\";\"22.04.26\";\"Gebucht\";\"A\";\"B\";\"x\";\"Eingang\";\"DE02\";\"200\";\"\";\"\";\"\"\n",
        &["200.00", "-62.30"],
        "DE89370400440532013000",
        None,
        1,
    ),
    (
        "de-ing",
        "Umsatzanzeige;Datei erstellt am: 24.04.2026 10:00\n\nIBAN;DE89 3704 0044 0532 0130 00\nKontoname;Girokonto\nBank;ING\nKunde;Muster GmbH\nSaldo;1.005,00;EUR\n\nIn der CSV-Datei finden Sie alle Umsätze.\n\n\
         Buchung;Wertstellungsdatum;Auftraggeber/Empfänger;Buchungstext;Verwendungszweck;Saldo;Währung;Betrag;Währung\n\
         24.04.2026;24.04.2026;A;Gutschrift;RE 1;1.005,00;EUR;10,00;EUR\n23.04.2026;23.04.2026;B;Lastschrift;x;995,00;EUR;-1.000,00;EUR\n",
        &["-1000.00", "10.00"],
        "DE89370400440532013000",
        Some("1995.00 1005.00"),
        0,
    ),
    (
        "de-commerzbank",
        "Buchungstag;Wertstellung;Umsatzart;Buchungstext;Betrag;Währung;IBAN Kontoinhaber;Kategorie\r\n\
         24.04.2026;24.04.2026;Gutschrift;Muster GmbH RE 1;-10,7;EUR;DE89370400440532013000;x\r\n23.04.2026;23.04.2026;Mitteilung;AGB;0;EUR;DE89370400440532013000;x\r\n",
        &["-10.70"],
        "DE89370400440532013000",
        None,
        1,
    ),
    (
        "de-deutschebank",
        "Umsätze Girokonto;;;Kundennummer: 1\n1.4.2026 - 24.4.2026\nLetzter Kontostand;;;;100,00;EUR\nVorgemerkte Umsätze nicht enthalten.\n\
         Buchungstag;Wert;Umsatzart;Begünstigter / Auftraggeber;Verwendungszweck;IBAN / Kontonummer;BIC;Kundenreferenz;Mandatsreferenz;Gläubiger ID;Fremde Gebühren;Betrag;Abweichender Empfänger;Anzahl der Aufträge;Anzahl der Schecks;Soll;Haben;Währung\n\
         1.4.2026;1.4.2026;Gutschrift;A;RE 1;DE02;X;;;;;;;;;;1.190,00;EUR\n2.4.2026;2.4.2026;Lastschrift;B;x;DE02;X;;;;;-5,00;;;;-5,00;;EUR\nKontostand;24.4.2026;;;1.285,00;EUR\n",
        &["1190.00", "-5.00"],
        "",
        None,
        1,
    ),
    (
        "de-genobank",
        "Bezeichnung Auftragskonto;IBAN Auftragskonto;BIC Auftragskonto;Bankname Auftragskonto;Buchungstag;Valutadatum;Name Zahlungsbeteiligter;IBAN Zahlungsbeteiligter;BIC (SWIFT-Code) Zahlungsbeteiligter;Buchungstext;Verwendungszweck;Betrag;Waehrung;Saldo nach Buchung;Bemerkung;Gekennzeichneter Umsatz;Glaeubiger ID;Mandatsreferenz\n\
         K;DE1;B;V;24.04.2026;25.04.2026;A;DE02;X;Gutschrift;RE 1;5;EUR;105;;;;\nK;DE1;B;V;23.04.2026;23.04.2026;A;DE02;X;Gutschrift;RE 0;10,5;EUR;100;;;;\n",
        &["10.50", "5.00"],
        "DE1",
        Some("89.50 105.00"),
        0,
    ),
    (
        "de-targobank",
        "24.04.2026;Muster RE 1;1.190,00;;;;'DE89370400440532013000'\n23.04.2026;x;-5;;;;'DE89370400440532013000'\n",
        &["-5.00", "1190.00"],
        "",
        None,
        0,
    ),
    (
        "n26",
        "\"Booking Date\",\"Value Date\",\"Partner Name\",\"Partner Iban\",Type,\"Payment Reference\",\"Account Name\",\"Amount (EUR)\",\"Original Amount\",\"Original Currency\",\"Exchange Rate\"\n\
         2026-04-24,2026-04-24,A,DE02,Credit Transfer,RE 1,Main,1190.5,,,\n2026-04-24,2026-04-24,A,DE02,Fee,,Main,-1.0,-1.0,USD,1\n",
        &["1190.50", "-1.00"],
        "",
        None,
        0,
    ),
    (
        "nl-ing",
        "\"Date\",\"Name / Description\",\"Account\",\"Counterparty\",\"Code\",\"Debit/credit\",\"Amount (EUR)\",\"Transaction type\",\"Notifications\",\"Resulting balance\",\"Tag\"\n\
         \"20260424\",\"Bakker\",\"NL1\",\"NL2\",\"GT\",\"Credit\",\"10,00\",\"Online\",\"Name: Bakker Description: INV 1 IBAN: NL2 Value date: 24/04/2026\",\"110,00\",\"\"\n\
         \"20260423\",\"Bakker\",\"NL1\",\"NL2\",\"GT\",\"Debit\",\"1.000,00\",\"Online\",\"\",\"100,00\",\"\"\n",
        &["-1000.00", "10.00"],
        "NL1",
        Some("1100.00 110.00"),
        0,
    ),
    (
        "nl-abnamro-tab",
        "123456789\tEUR\t20260424\t100,00\t110,00\t20260424\t10,00\t/TRTP/SEPA OVERBOEKING/IBAN/NL2/BIC/X/NAME/Bakker/REMI/INV 1/EREF/E1\n\
         123456789\tEUR\t20260424\t110,00\t105,00\t20260424\t-5,00\tx\n",
        &["10.00", "-5.00"],
        "123456789",
        Some("100.00 105.00"),
        0,
    ),
    (
        "nl-bunq",
        "\"Datum\",\"Bedrag\",\"Rekening\",\"Tegenrekening\",\"Naam\",\"Omschrijving\"\n\"2026-04-24\",\"-2,56\",\"NL1\",\"NL2\",\"Bakker\",\"factuur 1\"\n",
        &["-2.56"],
        "NL1",
        None,
        0,
    ),
    (
        "be-kbc",
        "Rekeningnummer;Rubrieknaam;Naam;Munt;Afschriftnummer;Datum;Omschrijving;Valuta;Bedrag;Saldo;credit;debet;rekeningnummer tegenpartij;BIC tegenpartij;Naam tegenpartij;Adres tegenpartij;gestructureerde mededeling;Vrije mededeling\n\
         BE1;;Wij;EUR;1;24/04/2026;OVERSCHRIJVING;24/04/2026;10,00;110,00;10,00;;BE2;X;Klant;;***090/9337/55493***;\n",
        &["10.00"],
        "BE1",
        None,
        0,
    ),
    (
        "be-bnp",
        "Volgnummer;Uitvoeringsdatum;Valutadatum;Bedrag;Valuta rekening;Rekeningnummer;Type verrichting;Tegenpartij;Naam van de tegenpartij;Mededeling;Details;Status;Reden van weigering\n\
         2026-0001;24/04/2026;24/04/2026;-1,00;EUR;BE1;x;BE2;A;m;d;Geaccepteerd;\n2026-0002;24/04/2026;24/04/2026;-2,00;EUR;BE1;x;BE2;A;m;d;Geweigerd;saldo\n",
        &["-1.00"],
        "BE1",
        None,
        1,
    ),
    (
        "revolut-business",
        "Date started (UTC),Date completed (UTC),ID,Type,State,Description,Reference,Payer,Card number,Orig currency,Orig amount,Payment currency,Amount,Total amount,Exchange rate,Fee,Fee currency,Balance,Account,Beneficiary account number,Beneficiary sort code or routing number,Beneficiary IBAN,Beneficiary BIC\n\
         2026-04-24,,i3,TRANSFER,PENDING,x,,,,EUR,1,EUR,-1.00,-1.00,,0.00,EUR,,Main,,,,\n\
         2026-04-24,2026-04-24,i2,TRANSFER,COMPLETED,x,,,,EUR,10,EUR,-10.00,-10.20,,0.20,EUR,89.80,Main,,,,\n\
         2026-04-23,2026-04-23,i1,TOPUP,COMPLETED,Payment from A,INV 1,A,,EUR,100,EUR,100.00,100.00,,0.00,EUR,100.00,Main,,,,\n",
        &["100.00", "-10.20"],
        "Main",
        Some("0.00 89.80"),
        1,
    ),
    (
        "wise",
        "TransferWise ID,Date,Amount,Currency,Description,Payment Reference,Running Balance,Exchange From,Exchange To,Exchange Rate,Payer Name,Payee Name,Payee Account Number,Merchant,Card Last Four Digits,Card Holder Full Name,Attachment,Note,Total fees,Exchange To Amount\n\
         TRANSFER-2,24-04-2026,-10.00,EUR,Sent,,90.00,,,,,B,DE02,,,,,,0.00,\nTRANSFER-1,23-04-2026,100.00,EUR,Received,INV 1,100.00,,,,A,,,,,,,,0.00,\n",
        &["100.00", "-10.00"],
        "",
        Some("0.00 90.00"),
        0,
    ),
    (
        "stripe-balance",
        "balance_transaction_id,created_utc,available_on_utc,currency,gross,fee,net,reporting_category,description,automatic_payout_id\n\
         txn_1,2026-04-24 10:00:00,2026-04-26 00:00:00,eur,100.00,2.90,97.10,charge,INV 1,po_1\n",
        &["97.10"],
        "",
        None,
        0,
    ),
    (
        "paypal-activity",
        "\u{feff}\"Datum\",\"Uhrzeit\",\"Zeitzone\",\"Name\",\"Typ\",\"Status\",\"Währung\",\"Brutto\",\"Gebühr\",\"Netto\",\"Transaktionscode\",\"Rechnungsnummer\",\"Guthaben\",\"Auswirkung auf Guthaben\"\n\
         \"03.04.2026\",\"10:00:00\",\"CEST\",\"A\",\"Zahlung\",\"Abgeschlossen\",\"EUR\",\"1.206,60\",\"-6,60\",\"1.200,00\",\"T1\",\"RE 1\",\"1.300,00\",\"Haben\"\n\
         \"03.04.2026\",\"10:01:00\",\"CEST\",\"A\",\"Einbehalten\",\"Abgeschlossen\",\"EUR\",\"-5,00\",\"0,00\",\"-5,00\",\"T2\",\"\",\"1.300,00\",\"Memo\"\n\
         \"04.04.2026\",\"10:00:00\",\"CEST\",\"B\",\"Zahlung\",\"Abgeschlossen\",\"EUR\",\"-300,00\",\"0,00\",\"-300,00\",\"T3\",\"\",\"1.000,00\",\"Soll\"\n",
        &["1200.00", "-300.00"],
        "",
        Some("100.00 1000.00"),
        1,
    ),
    (
        "us-chase-checking",
        "Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #\n\
         CREDIT,04/24/2026,\"ACME INV 1\",1190.00,ACH_CREDIT,1290.00,,\nDEBIT,04/23/2026,\"RENT\",-50.00,ACH_DEBIT,100.00,,\n",
        &["-50.00", "1190.00"],
        "",
        Some("150.00 1290.00"),
        0,
    ),
    (
        "us-bofa-checking",
        "Description,,Summary Amt.\nBeginning balance as of 04/01/2026,,\"1,000.00\"\nTotal credits,,\"1,190.00\"\nTotal debits,,\"-40.00\"\nEnding balance as of 04/24/2026,,\"2,150.00\"\n\n\
         Date,Description,Amount,Running Bal.\n04/01/2026,Beginning balance as of 04/01/2026,,\"1,000.00\"\n04/02/2026,\"ACME\",\"1,190.00\",\"2,190.00\"\n04/03/2026,\"RENT\",\"-40.00\",\"2,150.00\"\n",
        &["1190.00", "-40.00"],
        "",
        Some("1000.00 2150.00"),
        1,
    ),
    (
        "us-mercury",
        "Date (UTC),Description,Amount,Status,Source Account,Bank Description,Reference,Note,Last Four Digits,Name On Card,Category,GL Code,Timestamp,Original Currency,Check Number,Tags\n\
         04-24-2026,ACME,1190.00,Sent,Checking,ACH,INV 1,,,,,,,EUR,,\n04-25-2026,ACME,5.00,Pending,Checking,ACH,,,,,,,,USD,,\n",
        &["1190.00"],
        "Checking",
        None,
        1,
    ),
    (
        "uk-barclays",
        "Number,Date,Account,Amount,Subcategory,Memo\n\t ,24/04/2026,20-00-00 12345678,1190.00,FT,ACME LTD          \tINV 1\n",
        &["1190.00"],
        "20-00-0012345678",
        None,
        0,
    ),
    (
        "se-nordea",
        "\u{feff}Bokföringsdag;Belopp;Avsändare;Mottagare;Namn;Ytterligare detaljer;Meddelande;Egna anteckningar;Saldo;Valuta;\n\
         Reserverat;-5,00;1;2;x;;;;;SEK;\n2026/04/24;1 190,50;9;1;Kund AB;d;OCR 1;;1 290,50;SEK;\n2026/04/23;-10,00;1;8;Hyra;d;;;100,00;SEK;\n",
        &["-10.00", "1190.50"],
        "",
        Some("110.00 1290.50"),
        1,
    ),
    (
        "ch-postfinance",
        "Datum von:;=\"01.04.2026\"\nDatum bis:;=\"24.04.2026\"\nKonto:;=\"CH9300762011623852957\"\nWährung:;=\"CHF\"\n\n\
         Datum;Bewegungstyp;Avisierungstext;Gutschrift in CHF;Lastschrift in CHF;Label;Kategorie\n24.04.2026;Gutschrift;\"KUNDE AG\";1190;;;\n23.04.2026;Zahlung;\"MIETE\";;-50.5;;\n\nDisclaimer:\nDer Dokumentinhalt ist ohne Gewähr.\n",
        &["-50.50", "1190.00"],
        "CH9300762011623852957",
        None,
        2,
    ),
    (
        "ch-ubs",
        "Kontonummer:;0235 00123456.01;\nIBAN:;CH93 0076 2011 6238 5295 7;\nVon:;2026-04-01;\nBis:;2026-04-24;\nAnfangssaldo:;100.00;\nSchlusssaldo:;1240.00;\nBewertet in:;CHF;\nAnzahl Transaktionen in diesem Zeitraum:;2;\n\n\
         Abschlussdatum;Abschlusszeit;Buchungsdatum;Valutadatum;Währung;Belastung;Gutschrift;Einzelbetrag;Saldo;Transaktions-Nr.;Beschreibung1;Beschreibung2;Beschreibung3;Fussnoten;\n\
         2026-04-24;;2026-04-24;2026-04-24;CHF;-50.00;;;1240.00;T2;Sammelauftrag;;;;\n;;;;;;;-20.00;;T2;A;;;;\n;;;;;;;-30.00;;T2;B;;;;\n2026-04-23;;2026-04-23;2026-04-23;CHF;;1'190.00;;1290.00;T1;Kunde;;QRR: 1;;\n",
        &["1190.00", "-50.00"],
        "CH9300762011623852957",
        Some("100.00 1240.00"),
        2,
    ),
    (
        "fr-bnpparibas",
        "Compte de chèques;;;;\nDate operation;Libelle court;Type operation;Libelle operation;Montant operation en euro\n24/04/2026;VIREMENT;VIR;VIR SEPA CLIENT;1 190,00\n",
        &["1190.00"],
        "",
        None,
        0,
    ),
    (
        "fr-creditagricole",
        "Téléchargement du 24/04/2026;\n\nDate;Libellé;Débit Euros;Crédit Euros;\n24/04/2026;\"VIREMENT\nCLIENT\";;\"1 190,00\";\n23/04/2026;\"FRAIS\";2,50;;\n",
        &["-2.50", "1190.00"],
        "",
        None,
        0,
    ),
    (
        "tieout-payments",
        "payment_id,account,booking_date,amount,currency,value_date,payer_name,payer_account,remittance,reversal,status\n\
         pabc,DE1,2026-04-24,-1190.00,EUR,2026-04-24,A,DE02,RE 1,true,booked\n",
        &["-1190.00"],
        "DE1",
        None,
        0,
    ),
];

#[test]
fn each_bank_is_told_apart_and_read_exactly() {
    for (id, text, amounts, account, balances, left_out) in CASES {
        assert!(CsvReader.recognises(text.as_bytes(), &ReadOptions::default()), "{id}");
        let s = one(read(text).unwrap_or_else(|e| panic!("{id}: {e}")));
        assert_eq!(&s.dialect, id);
        assert_eq!(figures(&s), *amounts, "{id}");
        assert_eq!(&s.account, account, "{id}");
        let got = balance(&s.opening).zip(balance(&s.closing)).map(|(o, c)| format!("{o} {c}"));
        assert_eq!(got.as_deref(), *balances, "{id}");
        assert_eq!(s.left_out.iter().map(|(_, n)| n).sum::<u64>(), *left_out, "{id}: {:?}", s.left_out);
        assert!(s.findings.is_empty(), "{id}: {:?}", s.findings);
        assert!(!s.currency.is_none(), "{id}");
        let ranked = Profile::detect(text.as_bytes());
        assert_eq!(ranked.iter().filter(|f| f.fits).count(), 1, "{id}: {ranked:?}");
    }
}

#[test]
fn every_builtin_profile_has_a_case() {
    let elsewhere = ["de-sparkasse-camt", "nl-rabobank", "uk-hsbc", "table", "table-in-out"];
    for profile in Profile::builtins() {
        let id = profile.id.as_str();
        assert!(elsewhere.contains(&id) || CASES.iter().any(|c| c.0 == id), "{id}");
    }
}
