//! The ledger that payments are planned against: own accounts, customers, documents, prices and days. Everything in it is made by the
//! seed.

use super::countries::{COUNTRIES, Country, Language};
use super::numbers::{Number, Style};
use super::plan::{Answer, Doc, Evidence, Kind, Label, Payer, Planned};
use super::random::Random;
use super::wording;
use crate::base::{Currency, Set, Text};
use crate::model::{Customer, DiscountTier, ItemKind, ItemStatus, OpenItem};
use chrono::{Days, NaiveDate};

pub(super) struct Own {
    pub(super) iban: String,
    pub(super) currency: Currency,
    pub(super) opening: i64,
}

pub(super) struct Cust {
    pub(super) record: Customer,
    pub(super) country: &'static Country,
    /// The account that it truly pays from, whether the customer file knows it or not.
    pub(super) iban: String,
    /// Takes part in nothing else: its items are only those of one family.
    pub(super) locked: bool,
    pub(super) items: Vec<usize>,
    pub(super) discount: Option<(u64, u32)>,
}

pub(super) struct Item {
    pub(super) record: OpenItem,
    pub(super) number: Number,
}

pub(super) struct World {
    pub(super) r: Random,
    pub(super) hard: bool,
    pub(super) own_name: String,
    pub(super) own: Vec<Own>,
    pub(super) days: Vec<NaiveDate>,
    pub(super) customers: Vec<Cust>,
    pub(super) items: Vec<Item>,
    pub(super) payments: Vec<Planned>,
    countries: Vec<&'static Country>,
    styles: Vec<Style>,
    prices: Vec<i64>,
    used: Set<(usize, u64)>,
    last_number: (usize, u64),
    open_customers: Vec<usize>,
    pool: usize,
    id_style: usize,
    /// Documents per day of a series, so that numbers grow with dates.
    per_day: u64,
}

/// Days before the first booking day that documents go back to.
const HISTORY: u64 = 120;

impl World {
    pub(super) fn new(seed: u64, payments: usize, hard: bool, countries: Vec<&'static Country>) -> Self {
        let mut r = Random::new(seed);
        let start = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap_or_default() + Days::new(7 * r.below(40) as u64);
        let days: Vec<NaiveDate> = (0..5).map(|d| start + Days::new(d)).collect();
        let mut own = Vec::new();
        let mut currencies: Vec<&str> = countries.iter().map(|c| c.currency).collect();
        currencies.sort_unstable();
        currencies.dedup();
        for currency in currencies {
            let home = countries.iter().find(|c| c.currency == currency).copied().unwrap_or(&COUNTRIES[0]);
            for _ in 0..if currency == "EUR" { 3 } else { 1 } {
                let opening = r.between(100_000, 90_000_000);
                let currency = Currency::parse(currency).unwrap_or(Currency::EUR);
                own.push(Own { iban: home.iban(&mut r), currency, opening });
            }
        }
        let styles = (0..1 + r.below(3)).map(|_| Style::random(&mut r)).collect();
        let prices = (0..10).map(|_| r.between(9, 2_400) * 100 - if r.chance(50) { 1 } else { 0 }).collect();
        let home = countries.first().copied().unwrap_or(&COUNTRIES[0]);
        let own_name = format!("{} Vertrieb {}", home.family_name(&mut r), home.forms[0]);
        let id_style = r.below(4);
        World {
            r,
            hard,
            own_name,
            own,
            days,
            customers: Vec::new(),
            items: Vec::new(),
            payments: Vec::new(),
            countries,
            styles,
            prices,
            used: Set::default(),
            last_number: (0, 0),
            open_customers: Vec::new(),
            pool: (payments / 4).max(20),
            id_style,
            per_day: (payments as u64 * 4 / HISTORY).max(20),
        }
    }

    /// One of two numbers by the mix.
    pub(super) fn mix<T>(&self, normal: T, hard: T) -> T {
        if self.hard { hard } else { normal }
    }

    /// An amount: a popular price, or any.
    pub(super) fn amount(&mut self) -> i64 {
        if self.r.chance(self.mix(25, 45)) {
            return self.prices[self.r.below(self.prices.len())];
        }
        self.odd_amount()
    }

    /// An amount that few others have.
    pub(super) fn odd_amount(&mut self) -> i64 {
        let high = [20_000, 100_000, 500_000, 2_000_000][self.r.weighted(&[25, 35, 30, 10])];
        self.r.between(1_500, high)
    }

    pub(super) fn day(&mut self) -> NaiveDate {
        self.days[self.r.below(self.days.len())]
    }

    /// A customer that many payments may come from.
    pub(super) fn customer(&mut self) -> usize {
        if self.open_customers.len() >= self.pool || (!self.open_customers.is_empty() && self.r.chance(45)) {
            return self.open_customers[self.r.below(self.open_customers.len())];
        }
        let c = self.new_customer(false);
        self.open_customers.push(c);
        c
    }

    /// A customer in one of these countries; `None` where the week has none of them.
    pub(super) fn customer_in(&mut self, codes: &[&str]) -> Option<usize> {
        let fits: Vec<&'static Country> = self.countries.iter().copied().filter(|c| codes.contains(&c.code)).collect();
        let country = *fits.get(self.r.below(fits.len().max(1)))?;
        let name = self.company_name(country);
        let c = self.add_customer(name, country, false);
        self.open_customers.push(c);
        Some(c)
    }

    /// A customer whose whole account one family decides.
    pub(super) fn fresh(&mut self) -> usize {
        self.new_customer(true)
    }

    fn new_customer(&mut self, locked: bool) -> usize {
        let country = self.countries[self.r.below(self.countries.len())];
        let twin =
            (!self.customers.is_empty() && self.r.chance(self.mix(3, 10))).then(|| self.r.below(self.customers.len()));
        let name = match twin {
            Some(t) => self.twin_name(t),
            None => self.company_name(country),
        };
        let country = twin.map_or(country, |t| self.customers[t].country);
        self.add_customer(name, country, locked)
    }

    pub(super) fn company_name(&mut self, country: &'static Country) -> String {
        let r = &mut self.r;
        let family = country.family_name(r);
        let w = country.words;
        let form = r.pick(country.forms);
        match r.weighted(&[50, 15, 12, 10, 13]) {
            0 => format!("{family} {} {form}", r.pick(w.trades)),
            1 => format!("{family} & {} {form}", country.family_name(r)),
            2 => format!("{family} {} {} {form}", r.pick(w.trades), r.pick(w.cities)),
            3 => format!("{} {family}", r.pick(w.first)),
            _ => format!("{} {family} {form}", r.pick(w.trades)),
        }
    }

    /// A name that is nearly another customer's.
    pub(super) fn twin_name(&mut self, of: usize) -> String {
        let country = self.customers[of].country;
        // The family name, whatever stands in front of it: twins have the rare word in common, not the trade.
        let trades = country.words.trades;
        let words = self.customers[of].record.name.split(' ').filter(|w| !trades.contains(w));
        let first = words.clone().next().unwrap_or_default().to_owned();
        let trade = self.r.pick(country.words.trades);
        let form = self.r.pick(country.forms);
        match self.r.below(3) {
            0 => format!("{first} {trade} {form}"),
            1 => format!("{} {}", self.customers[of].record.name, self.r.pick(country.words.cities)),
            _ => format!("{first} {trade} Service {form}"),
        }
    }

    pub(super) fn add_customer(&mut self, name: String, country: &'static Country, locked: bool) -> usize {
        let n = self.customers.len();
        let id = match self.id_style {
            0 => format!("K{}", 4_000 + n * 3),
            1 => format!("{}", 10_000 + n),
            2 => format!("C-{:06}", n * 7 + 11),
            _ => format!("D{:07}", 700_000 + n * 2),
        };
        let iban = country.iban(&mut self.r);
        let known = self.r.chance(self.mix(78, 55));
        let record = Customer {
            customer_id: id,
            name,
            country: Some(country.code.to_owned()),
            ibans: if known { vec![iban.clone()] } else { Vec::new() },
            ..Customer::default()
        };
        let discount = self.r.chance(30).then(|| (8 + 2 * self.r.below(4) as u64, [200, 300, 150][self.r.below(3)]));
        self.customers.push(Cust { record, country, iban, locked, items: Vec::new(), discount });
        n
    }

    pub(super) fn known(&self, c: usize) -> bool {
        !self.customers[c].record.ibans.is_empty()
    }

    pub(super) fn know(&mut self, c: usize) {
        let iban = self.customers[c].iban.clone();
        self.customers[c].record.ibans = vec![iban];
    }

    pub(super) fn language(&mut self, c: usize) -> Language {
        if self.r.chance(12) { Language::English } else { self.customers[c].country.language }
    }

    fn currency(&self, c: usize) -> Currency {
        Currency::parse(self.customers[c].country.currency).unwrap_or(Currency::EUR)
    }

    /// An open invoice of any amount.
    pub(super) fn invoice(&mut self, c: usize) -> usize {
        let amount = self.amount();
        self.invoice_of(c, amount)
    }

    pub(super) fn invoice_of(&mut self, c: usize, amount: i64) -> usize {
        let back = self.r.between(4, 75);
        self.document(c, amount, back, ItemKind::Invoice)
    }

    pub(super) fn credit_note(&mut self, c: usize, amount: i64) -> usize {
        let back = self.r.between(3, 40);
        self.document(c, -amount, back, ItemKind::CreditNote)
    }

    /// A document that was paid before this week.
    pub(super) fn closed(&mut self, c: usize, amount: i64) -> usize {
        let back = self.r.between(20, 110);
        let i = self.document(c, amount, back, ItemKind::Invoice);
        self.items[i].record.open_amount = 0;
        self.items[i].record.status = ItemStatus::Closed;
        i
    }

    /// A document so many days before the first booking day (after it if negative).
    pub(super) fn document(&mut self, c: usize, amount: i64, back: i64, kind: ItemKind) -> usize {
        let first = self.days[0];
        let date =
            if back >= 0 { first - Days::new(back.unsigned_abs()) } else { first + Days::new(back.unsigned_abs()) };
        let series = if kind == ItemKind::CreditNote { self.styles.len() - 1 } else { self.r.below(self.styles.len()) };
        let from_start = u64::try_from(i64::try_from(HISTORY).unwrap_or(0) - back).unwrap_or(0);
        let mut running = from_start * self.per_day + self.r.below(usize::try_from(self.per_day).unwrap_or(1)) as u64;
        while !self.used.insert((series, running)) {
            running += 1;
        }
        self.last_number = (series, running);
        let number = self.styles[series].number(date, running);
        let index = self.items.len();
        let discounts = match self.customers[c].discount {
            Some((days, percent)) if kind == ItemKind::Invoice => vec![DiscountTier {
                until: date + Days::new(days),
                amount: percent_of(amount, percent),
                percent_hundredths: Some(percent),
            }],
            _ => Vec::new(),
        };
        let record = OpenItem {
            company: Text::default(),
            item_id: format!("{}", 500_001 + index).into(),
            doc_no: number.full().into(),
            kind,
            customer_id: self.customers[c].record.customer_id.as_str().into(),
            customer_name: self.customers[c].record.name.as_str().into(),
            currency: self.currency(c),
            open_amount: amount,
            amount,
            doc_date: Some(date),
            due_date: Some(date + Days::new(30)),
            payment_reference: None,
            refs: Box::default(),
            discounts: discounts.into(),
            expected_by: None,
            status: ItemStatus::Open,
            more: Default::default(),
            line: 0,
        };
        self.customers[c].items.push(index);
        self.items.push(Item { record, number });
        index
    }

    /// Documents of one day with numbers that follow each other; `None` where the series has no room that day.
    pub(super) fn run_of_invoices(&mut self, c: usize, count: u64) -> Option<Vec<usize>> {
        let back = self.r.between(6, 50);
        let amount = self.odd_amount();
        let first = self.document(c, amount, back, ItemKind::Invoice);
        let (series, running) = self.last_number;
        let date = self.items[first].record.doc_date?;
        if (1..count).any(|n| self.used.contains(&(series, running + n))) {
            return None;
        }
        let mut items = vec![first];
        for n in 1..count {
            let amount = self.odd_amount();
            let item = self.document(c, amount, back, ItemKind::Invoice);
            self.used.insert((series, running + n));
            let number = self.styles[series].number(date, running + n);
            self.items[item].record.doc_no = number.full().into();
            self.items[item].number = number;
            items.push(item);
        }
        Some(items)
    }

    /// The series that the latest document was numbered in.
    pub(super) fn last_series(&self) -> usize {
        self.last_number.0
    }

    pub(super) fn open(&self, item: usize) -> i64 {
        self.items[item].record.open_amount
    }

    /// A payment of a customer: account, name and account number as he would be seen; no text, no truth yet.
    pub(super) fn payment(&mut self, scenario: &'static str, c: usize, amount: i64) -> Planned {
        let currency = self.currency(c);
        let fits: Vec<usize> = (0..self.own.len()).filter(|o| self.own[*o].currency == currency).collect();
        let account = fits.get(c % fits.len().max(1)).copied().unwrap_or(0);
        let name = self.customers[c].record.name.clone();
        let name = wording::payer_name(&mut self.r, &name, self.hard);
        let end_to_end = match self.r.below(10) {
            0..=5 => None,
            6 | 7 => Some(format!("{}-{}", self.r.digits(6), self.r.digits(4))),
            _ => Some(self.r.digits(9)),
        };
        Planned {
            scenario,
            account,
            date: self.day(),
            amount,
            name: Some(name),
            iban: Some(self.customers[c].iban.clone()),
            ultimate: None,
            text: Vec::new(),
            reference: None,
            end_to_end,
            mandate: None,
            charges: 0,
            instructed: None,
            return_reason: None,
            kind: Kind::Transfer,
            batch: None,
            unsplit: None,
            slip: None,
            label: Label::Review,
            payer: if self.known(c) { Payer::Account } else { Payer::Name },
            evidence: Evidence::Fixed,
            truth: Answer { customer: Some(c), ..Answer::default() },
            proposals: Vec::new(),
        }
    }

    /// A payment from nobody that the books know.
    pub(super) fn stranger(&mut self, scenario: &'static str, amount: i64) -> Planned {
        let country = self.countries[self.r.below(self.countries.len())];
        let account = self.r.below(self.own.len());
        let name = self.company_name(country);
        Planned {
            scenario,
            account,
            date: self.day(),
            amount,
            name: Some(name),
            iban: Some(country.iban(&mut self.r)),
            ultimate: None,
            text: Vec::new(),
            reference: None,
            end_to_end: None,
            mandate: None,
            charges: 0,
            instructed: None,
            return_reason: None,
            kind: Kind::Transfer,
            batch: None,
            unsplit: None,
            slip: None,
            label: Label::Review,
            payer: Payer::Other,
            evidence: Evidence::Fixed,
            truth: Answer::default(),
            proposals: Vec::new(),
        }
    }

    /// The document written in full, and its date, for wordings.
    pub(super) fn whole(&mut self, item: usize) -> String {
        self.items[item].number.whole(&mut self.r).text
    }

    /// Sets the payer's words, dressed up as his bank shows them.
    pub(super) fn say(&mut self, p: &mut Planned, text: String) {
        p.text = wording::pieces(&mut self.r, text, self.hard);
    }

    /// Adds what people add to a number: customer number, date, amount, thanks.
    pub(super) fn dressed(&mut self, c: usize, item: usize, text: String) -> String {
        if !self.r.chance(self.mix(35, 60)) {
            return text;
        }
        let language = self.language(c);
        let record = &self.items[item].record;
        let facts = wording::Facts {
            date: record.doc_date,
            amount: record.open_amount,
            customer: self.customers[c].record.customer_id.clone(),
        };
        wording::noise(&mut self.r, language, text, &facts)
    }

    /// Applies documents in full.
    pub(super) fn in_full(&self, c: usize, items: &[usize]) -> Answer {
        let docs = items.iter().map(|i| Doc { item: *i, applied: self.open(*i), ..Doc::default() }).collect();
        Answer { customer: Some(c), docs, on_account: 0 }
    }

    /// All of it on the customer's account.
    pub(super) fn on_account(&self, c: usize, amount: i64) -> Answer {
        Answer { customer: Some(c), docs: Vec::new(), on_account: amount }
    }

    /// Files a payment that is decided by itself.
    pub(super) fn automatic(&mut self, mut p: Planned, evidence: Evidence, truth: Answer) {
        p.label = Label::Automatic;
        p.evidence = evidence;
        p.proposals = vec![truth.clone()];
        p.truth = truth;
        self.payments.push(p);
    }

    /// Files a payment for review: what it truly is, and what the queue should show (the first is the best).
    pub(super) fn review(&mut self, mut p: Planned, truth: Answer, proposals: Vec<Answer>) {
        p.label = Label::Review;
        p.truth = truth;
        p.proposals = proposals;
        self.payments.push(p);
    }

    pub(super) fn no_receivable(&mut self, mut p: Planned) {
        p.label = Label::NotReceivable;
        p.truth = Answer::default();
        self.payments.push(p);
    }

    /// Documents that nobody pays this week.
    pub(super) fn background(&mut self) {
        for c in 0..self.customers.len() {
            if self.customers[c].locked {
                continue;
            }
            let count = match self.r.below(100) {
                0 => self.r.below(self.mix(40, 80)),
                1..=40 => 0,
                _ => 1 + self.r.below(self.mix(3, 5)),
            };
            for _ in 0..count {
                self.invoice(c);
            }
            for _ in 0..self.r.below(3) {
                let amount = self.amount();
                self.closed(c, amount);
            }
        }
    }
}

/// Percent in hundredths of an amount, rounded half up.
pub(super) fn percent_of(amount: i64, hundredths: u32) -> i64 {
    (amount * i64::from(hundredths) + 5_000) / 10_000
}
