//! How payers write and banks pass it on: names, dates, amounts, additions, capitals, cuts into lines.

use super::countries::Language;
use super::random::Random;
use chrono::NaiveDate;

/// Wordings per language, in the order of [`Language`]. `{n}` stands for the document, `{m}` for a second one.
pub(super) type Wordings = [&'static [&'static str]; 9];

/// A wording in a language.
pub(super) fn words(r: &mut Random, language: Language, table: &Wordings) -> &'static str {
    r.pick(table[language as usize])
}

/// Fills `{n}`, `{m}` and so on.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(template.to_owned(), |text, (key, value)| text.replace(&format!("{{{key}}}"), value))
}

pub(super) static INVOICE: Wordings = [
    &[
        "{n}",
        "Rechnung {n}",
        "Rg. {n}",
        "Re.-Nr. {n}",
        "RNr {n}",
        "Rechnungsnr. {n}",
        "Zahlung zu {n}",
        "Beleg {n}",
        "Ihre Rechnung {n}",
    ],
    &["{n}", "Invoice {n}", "inv {n}", "Payment of invoice {n}", "Inv. no. {n}", "your ref {n}", "bill {n}"],
    &["{n}", "Factuur {n}", "fact.nr {n}", "betaling factuur {n}", "factuurnummer {n}", "uw factuur {n}"],
    &["{n}", "Facture {n}", "FACT {n}", "Regl. facture {n}", "fact. no {n}", "votre facture {n}"],
    &["{n}", "Fattura {n}", "saldo fatt. {n}", "pagamento fattura n. {n}", "FT {n}"],
    &["{n}", "Factura {n}", "pago fra. {n}", "fact. num {n}", "abono factura {n}"],
    &["{n}", "Faktura {n}", "zaplata za FV {n}", "fakt. nr {n}", "oplata faktury {n}"],
    &["{n}", "Faktura {n}", "fakt. nr {n}", "betalning faktura {n}"],
    &["{n}", "Lasku {n}", "laskunro {n}", "maksu lasku {n}"],
];

pub(super) static INVOICES: Wordings = [
    &["{n}", "Rechnungen {n}", "Rg.-Nrn. {n}", "Sammelzahlung {n}"],
    &["{n}", "Invoices {n}", "invs {n}", "payment for {n}"],
    &["{n}", "Facturen {n}", "facturen nrs {n}"],
    &["{n}", "Factures {n}", "REGLT FACTURES {n}"],
    &["{n}", "Fatture {n}", "saldo fatture {n}"],
    &["{n}", "Facturas {n}", "pago facturas {n}"],
    &["{n}", "Faktury {n}", "zaplata faktur {n}"],
    &["{n}", "Fakturor {n}"],
    &["{n}", "Laskut {n}"],
];

/// What stands for nothing.
pub(super) static SILENT: Wordings = [
    &["", "Zahlung", "Überweisung", "Danke", "lt. Rechnung", "wie besprochen"],
    &["", "Payment", "thank you", "as agreed", "bill payment"],
    &["", "Betaling", "bedankt", "zoals afgesproken"],
    &["", "Virement", "reglement", "merci"],
    &["", "Bonifico", "pagamento", "saldo"],
    &["", "Transferencia", "pago", "gracias"],
    &["", "Przelew", "zaplata", "dziekujemy"],
    &["", "Betalning", "tack"],
    &["", "Maksu", "kiitos"],
];

/// Facts of the document for additions.
pub(super) struct Facts {
    pub(super) date: Option<NaiveDate>,
    pub(super) amount: i64,
    pub(super) customer: String,
}

static DATED: Wordings = [
    &["{n} vom {d}", "{n}, {d}"],
    &["{n} dated {d}", "{n} {d}"],
    &["{n} d.d. {d}"],
    &["{n} du {d}"],
    &["{n} del {d}"],
    &["{n} de {d}"],
    &["{n} z dnia {d}"],
    &["{n} den {d}"],
    &["{n} pvm {d}"],
];
static NUMBERED: Wordings = [
    &["{n} KD {c}", "Kundennr. {c} {n}", "{n}, Kd.-Nr. {c}"],
    &["{n} customer {c}", "cust no {c} {n}"],
    &["{n} klantnr {c}", "debiteur {c} {n}"],
    &["{n} client {c}"],
    &["{n} cliente {c}"],
    &["{n} cliente {c}"],
    &["{n} klient {c}"],
    &["{n} kundnr {c}"],
    &["{n} asiakasnro {c}"],
];
static AMOUNTED: Wordings = [
    &["{n} EUR {a}", "{n} Betrag {a}"],
    &["{n} total {a}", "{n} = {a}"],
    &["{n} bedrag {a}"],
    &["{n} montant {a}"],
    &["{n} importo {a}"],
    &["{n} importe {a}"],
    &["{n} kwota {a}"],
    &["{n} belopp {a}"],
    &["{n} summa {a}"],
];
static POLITE: Wordings = [
    &["{n} Vielen Dank", "{n} mfG"],
    &["{n} many thanks", "{n} kind regards"],
    &["{n} met dank"],
    &["{n} merci"],
    &["{n} grazie"],
    &["{n} gracias"],
    &["{n} dziekuje"],
    &["{n} tack"],
    &["{n} kiitos"],
];

/// A text with one of the usual additions.
pub(super) fn noise(r: &mut Random, language: Language, text: String, facts: &Facts) -> String {
    let table = [&DATED, &NUMBERED, &AMOUNTED, &POLITE][r.below(4)];
    let template = words(r, language, table);
    let day = facts.date.map(|d| date(language, d)).unwrap_or_default();
    fill(template, &[("d", &day), ("a", &amount(language, facts.amount)), ("c", &facts.customer), ("n", &text)])
}

/// A date as people of that language write it.
pub(super) fn date(language: Language, date: NaiveDate) -> String {
    let form = match language {
        Language::German | Language::Polish | Language::Finnish => "%d.%m.%Y",
        Language::English | Language::French | Language::Italian | Language::Spanish => "%d/%m/%Y",
        Language::Dutch => "%d-%m-%Y",
        Language::Swedish => "%Y-%m-%d",
    };
    date.format(form).to_string()
}

/// An amount as people of that language write it.
pub(super) fn amount(language: Language, minor: i64) -> String {
    let (whole, cents) = (minor.abs() / 100, minor.abs() % 100);
    match language {
        Language::English => format!("{whole}.{cents:02}"),
        _ => format!("{whole},{cents:02}"),
    }
}

/// A payer's name as banks pass it on.
pub(super) fn payer_name(r: &mut Random, name: &str, hard: bool) -> String {
    let cut = |text: &str, n: usize| text.chars().take(n).collect::<String>().trim_end().to_owned();
    let weights: &[usize] = if hard { &[38, 22, 10, 8, 8, 8, 6] } else { &[60, 20, 6, 4, 4, 4, 2] };
    match r.weighted(weights) {
        0 => name.to_owned(),
        1 => plain(name).to_uppercase(),
        2 => cut(&plain(name).to_uppercase(), 27),
        3 => format!("Fa. {name}"),
        4 => {
            let words: Vec<&str> = name.split(' ').collect();
            if words.len() > 2 { words[..words.len() - 1].join(" ") } else { name.to_owned() }
        }
        5 => cut(&format!("{} {}", plain(name).to_uppercase(), "HAUPTSTR. 4"), 35),
        _ => cut(name, 18),
    }
}

/// Without letters beyond ASCII, as many banks pass text on.
pub(super) fn plain(text: &str) -> String {
    let german = text
        .replace('ä', "ae")
        .replace('ö', "oe")
        .replace('ü', "ue")
        .replace('Ä', "AE")
        .replace('Ö', "OE")
        .replace('Ü', "UE")
        .replace('ß', "ss");
    deunicode::deunicode(&german)
}

/// The words as they stand on the statement: one piece or several, mixed or capitals.
pub(super) fn pieces(r: &mut Random, text: String, hard: bool) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    let text = if r.chance(30) { plain(&text).to_uppercase() } else { text };
    let width = match r.below(10) {
        0 if hard => 27,
        1 => 35,
        _ => 140,
    };
    // A piece that begins or ends with a blank would lose it in most formats.
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(width).map(|c| c.iter().collect::<String>()).filter(|p| !p.trim().is_empty()).collect()
}
