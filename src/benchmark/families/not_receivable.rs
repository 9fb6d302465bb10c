//! Money that pays no document (and money that goes out). Often a document of the same amount is open.

use crate::benchmark::plan::{Kind, Planned};
use crate::benchmark::world::World;

/// A document of the same amount somewhere, as a temptation.
fn tempt(w: &mut World, amount: i64) {
    if w.r.chance(35) {
        let c = w.customer();
        w.invoice_of(c, amount);
    }
}

fn said(w: &mut World, mut p: Planned, text: &str) {
    let filled = text.replace("{8}", &w.r.digits(8)).replace("{5}", &w.r.digits(5)).replace("{4}", &w.r.digits(4));
    w.say(&mut p, filled);
    w.no_receivable(p);
}

pub(super) fn tax_office(w: &mut World) {
    let amount = w.amount();
    tempt(w, amount);
    let mut p = w.stranger("nr_tax_office", amount);
    let (name, text) = *[
        ("FINANZAMT MUSTERSTADT", "UST 04/26 StNr 125/{4}/{4}"),
        ("Belastingdienst", "Teruggaaf omzetbelasting {8}"),
        ("DGFIP", "REMBOURSEMENT TVA {8}"),
        ("HM Revenue & Customs", "VAT REPAYMENT {8}"),
        ("Agenzia delle Entrate", "RIMBORSO IVA {8}"),
        ("Agencia Tributaria", "DEVOLUCION IVA {4}"),
        ("Skatteverket", "Moms återbetalning {8}"),
        ("Urząd Skarbowy", "zwrot VAT {4}"),
        ("Finanzkasse Beispielheim", "Erstattung Koerperschaftsteuer {5}"),
    ]
    .get(w.r.below(9))
    .unwrap_or(&("FINANZAMT", ""));
    p.name = Some(name.to_owned());
    said(w, p, text);
}

pub(super) fn fee_or_interest(w: &mut World) {
    let interest = w.r.chance(40);
    let amount = w.r.between(50, 9_000);
    let credit = w.r.chance(35);
    let mut p = w.stranger(if interest { "nr_interest" } else { "nr_fee" }, if credit { amount } else { -amount });
    p.kind = if interest { Kind::Interest } else { Kind::Fee };
    p.name = None;
    p.iban = None;
    let texts: &[&str] = if interest {
        &["Habenzinsen Abrechnung 31.03.", "CREDIT INTEREST", "Rente Q1", "INTERETS CREDITEURS", "Zinsabschluss {4}"]
    } else {
        &[
            "Kontofuehrung Entgelt",
            "ABSCHLUSS PER 31.03.",
            "BANK CHARGES REFUND",
            "FRAIS DE TENUE DE COMPTE",
            "Kosten zakelijk betalen",
            "Erstattung Entgelte {4}",
        ]
    };
    let text = w.r.pick(texts);
    said(w, p, text);
}

pub(super) fn own_transfer(w: &mut World) {
    let amount = w.odd_amount() * 10;
    tempt(w, amount);
    let signed = if w.r.chance(60) { amount } else { -amount };
    let mut p = w.stranger("nr_own_transfer", signed);
    let other = w.own.iter().enumerate().find(|(o, own)| *o != p.account && own.currency == w.own[p.account].currency);
    let Some((_, other)) = other else { return };
    p.iban = Some(other.iban.clone());
    p.name = Some(w.own_name.clone());
    if p.amount < 0 {
        p.kind = Kind::Outgoing;
    }
    let text = w.r.pick(&["Umbuchung", "Übertrag", "own transfer {4}", "virement interne", "Liquiditaet {5}"]);
    said(w, p, text);
}

pub(super) fn provider(w: &mut World) {
    let amount = w.amount();
    tempt(w, amount);
    let mut p = w.stranger("nr_provider", amount);
    let (name, text) = *[
        ("PayPal Europe S.a.r.l.", "PAYPAL *AUSZAHLUNG {8}"),
        ("Stripe Technology Europe", "STRIPE PAYOUT {8}"),
        ("Adyen N.V.", "ADYEN BATCH {4} MERCHANT {5}"),
        ("Nexi Germany GmbH", "KARTENUMSATZ TID {8}"),
        ("SumUp Payments Ltd", "SUMUP PAYOUT {5}"),
        ("Mollie B.V.", "Uitbetaling {8}"),
        ("Worldline SA", "TERMINAL {8} REMISE CARTES"),
        ("Klarna Bank AB", "settlement {8}"),
        ("Concardis GmbH", "Abrechnung {5} Girocard"),
        ("AMAZON PAYMENTS EUROPE", "AMAZON EU SARL settlement {4}"),
    ]
    .get(w.r.below(10))
    .unwrap_or(&("Stripe", ""));
    p.name = Some(name.to_owned());
    said(w, p, text);
}

pub(super) fn cash(w: &mut World) {
    let amount = w.r.between(1, 90) * 5_000;
    tempt(w, amount);
    let mut p = w.stranger("nr_cash", amount);
    p.kind = Kind::Cash;
    p.name = None;
    p.iban = None;
    let text = w.r.pick(&[
        "BARGELDEINZAHLUNG",
        "CASH DEPOSIT {4}",
        "Bareinzahlung Automat {5}",
        "DEPOT ESPECES",
        "kasstorting {4}",
        "Einzahlung SB-Automat",
    ]);
    said(w, p, text);
}

pub(super) fn outgoing(w: &mut World) {
    let amount = w.amount();
    let mut p = w.stranger("nr_outgoing", -amount);
    p.kind = Kind::Outgoing;
    let text = w.r.pick(&[
        "Gehalt 04/26",
        "Rechnung {8}",
        "salaris april",
        "Miete {4}",
        "payroll {4}",
        "supplier invoice {5}",
        "Leasingrate {8}",
        "facture {5}",
    ]);
    said(w, p, text);
}

/// Refunds of suppliers, payrolls that came back, subsidies, loans, insurance.
pub(super) fn refund(w: &mut World) {
    let amount = w.amount();
    tempt(w, amount);
    let p = w.stranger("nr_refund", amount);
    let text = w.r.pick(&[
        "Gutschrift Erstattung Strom Kd {8}",
        "refund of overpaid amount, your account {5}",
        "Rueckzahlung Lieferantenrechnung {5}",
        "terugbetaling {8}",
        "remboursement trop percu {5}",
        "Gehalt Rueckueberweisung {4}",
        "Darlehensauszahlung Vertrag {8}",
        "Zuschuss Foerderung Bescheid {5}",
        "Schadenszahlung Versicherung {8}",
        "loan drawdown {5}",
    ]);
    said(w, p, text);
}
