//! The language of the tables (`README.md` in this folder). In: the text of a table. Out: cases with their book, payments and
//! expectations. A line that is not understood panics with its place.

use chrono::NaiveDate;
use std::path::Path;
use tieout::base::{AmountStyle, ContentId, Currency, Text, parse_amount};
use tieout::model::{
    Customer, DiscountTier, DocumentRef, ItemKind, ItemMore, ItemStatus, OpenItem, Outcome, Payment, Policy,
    ReasonCode, Source, Trust,
};

/// One situation: a book, a policy, and payments decided alone or together.
#[derive(Debug, Clone, Default)]
pub struct Case {
    pub place: String,
    pub title: String,
    pub items: Vec<OpenItem>,
    pub customers: Vec<Customer>,
    pub policy: Policy,
    policy_text: String,
    payers: Vec<(String, Payer)>,
    pub groups: Vec<Group>,
}

#[derive(Debug, Clone, Default)]
struct Payer {
    name: String,
    account: Option<String>,
}

impl Case {
    /// The same case in a book without the unrelated customers.
    pub fn without_filler(&self) -> Case {
        let mut case = self.clone();
        case.title.push_str(", in a small book");
        case.items.retain(|it| !it.customer_id.starts_with("K5"));
        case.customers.retain(|c| !c.customer_id.starts_with("K5"));
        case
    }
}

/// Payments that are decided in one run.
#[derive(Debug, Clone)]
pub struct Group {
    pub place: String,
    pub payments: Vec<Payment>,
    /// Row of the payment, whether the difference is known, and what is right: one of these.
    pub expected: Vec<(usize, bool, Vec<Expect>)>,
}

/// One answer that is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    Answer {
        outcome: Outcome,
        reason: Option<ReasonCode>,
        documents: Option<Vec<Document>>,
        on_account: Option<i64>,
        fee: i64,
    },
    /// Neither applied nor reopened.
    NotAutomatic,
    /// Whatever happens, nothing is set against this document unasked.
    Never(String),
    /// The document must not even be the first proposal.
    NotFirst(String),
}

/// A document with what is set against it; without an amount any amount is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub doc_no: String,
    pub applied: Option<i64>,
    pub discount: i64,
    pub writeoff: i64,
    pub charges: i64,
}

pub fn read(folder: &Path, name: &str) -> Vec<Case> {
    let text = std::fs::read_to_string(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    parse(folder, name, &text)
}

pub fn parse(folder: &Path, name: &str, text: &str) -> Vec<Case> {
    let mut common = Case::default();
    let mut cases: Vec<Case> = Vec::new();
    let mut each: Vec<Payment> = Vec::new();
    // Wordings whose expectation is still to come, and whether it came.
    let (mut open, mut expected): (Vec<usize>, bool) = (Vec::new(), false);
    for (i, line) in text.lines().enumerate() {
        let place = i + 1;
        let here = format!("{name}:{place}: {line}");
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        if let Some(title) = trimmed.strip_prefix("case ") {
            cases.push(Case { place: place.to_string(), title: title.to_owned(), ..common.clone() });
            (each, open, expected) = (Vec::new(), Vec::new(), false);
            continue;
        }
        let case = cases.last_mut().unwrap_or(&mut common);
        if let Some((mark, wording)) = trimmed.split_at_checked(1).filter(|(m, _)| *m == "|" || *m == "?") {
            assert!(!each.is_empty(), "{here}: a wording without `each`");
            if std::mem::take(&mut expected) {
                open.clear();
            }
            for template in &each {
                let mut payment = template.clone();
                payment.remittance = pieces(wording.strip_prefix(' ').unwrap_or(wording));
                open.push(case.groups.len());
                case.groups.push(Group {
                    place: format!("{place} {wording}"),
                    payments: vec![payment],
                    expected: vec![(0, mark == "?", Vec::new())],
                });
            }
            continue;
        }
        let words = words(trimmed);
        let mut w = Words { list: &words, here: &here };
        match w.next() {
            "ledger" => {
                let file = format!("ledger-{}.txt", w.next());
                let text = std::fs::read_to_string(folder.join(&file)).unwrap_or_else(|e| panic!("{file}: {e}"));
                let marked = format!("case ledger\n{text}");
                let ledger = parse(folder, &file, &marked).remove(0);
                case.items.extend(ledger.items);
                case.customers.extend(ledger.customers);
                case.payers.extend(ledger.payers);
            }
            "customer" => {
                let customer = customer(&mut w);
                case.payers.push((
                    customer.customer_id.clone(),
                    Payer { name: customer.name.clone(), account: customer.ibans.first().cloned() },
                ));
                case.customers.retain(|c| c.customer_id != customer.customer_id);
                case.customers.push(customer);
            }
            "payer" => {
                let key = w.next().to_owned();
                let payer = Payer { name: w.next().to_owned(), account: w.maybe().map(str::to_owned) };
                case.payers.push((key, payer));
            }
            "item" => {
                let item = item(&mut w, place);
                case.items.retain(|old| old.item_id != item.item_id);
                case.items.push(item);
            }
            "without" => {
                let gone = w.next().to_owned();
                case.items.retain(|it| it.doc_no != gone);
            }
            "filler" => filler(case, w.next().parse().unwrap()),
            "policy" => {
                case.policy_text.push_str(&trimmed["policy ".len()..]);
                case.policy_text.push('\n');
                case.policy = toml::from_str(&case.policy_text).unwrap_or_else(|e| panic!("{here}: {e}"));
            }
            "each" => {
                each = payments(&mut w, case, "P");
            }
            "payment" => {
                let id = w.next().to_owned();
                let payment = payments(&mut w, case, &id).remove(0);
                let together =
                    case.groups.last_mut().filter(|g| g.payments.len() > 1 || g.payments[0].payment_id.0 != "P");
                match together {
                    Some(group) => group.payments.push(payment),
                    None => case.groups.push(Group {
                        place: place.to_string(),
                        payments: vec![payment],
                        expected: Vec::new(),
                    }),
                }
            }
            keyword @ ("expect" | "known") => {
                let rest = trimmed[keyword.len()..].trim();
                if let Some((id, answer)) = rest.split_once(" -> ") {
                    let group = case.groups.last_mut().unwrap_or_else(|| panic!("{here}: no payment"));
                    let row = group.payments.iter().position(|p| p.payment_id.0 == id.trim());
                    let row = row.unwrap_or_else(|| panic!("{here}: no payment {id}"));
                    group.expected.push((row, keyword == "known", expectations(answer, &here)));
                } else {
                    assert!(!open.is_empty(), "{here}: nothing to expect of");
                    expected = true;
                    for k in &open {
                        let slot = &mut case.groups[*k].expected[0];
                        slot.1 |= keyword == "known";
                        slot.2.extend(expectations(rest, &here));
                    }
                }
            }
            other => panic!("{here}: unknown word `{other}`"),
        }
        assert!(
            w.list.is_empty() || matches!(words[0].as_str(), "policy" | "expect" | "known"),
            "{here}: left over {:?}",
            w.list
        );
    }
    for case in &cases {
        for group in &case.groups {
            let told = !group.expected.is_empty() && group.expected.iter().all(|e| !e.2.is_empty());
            assert!(told, "{name}:{}: no expectation", group.place);
        }
    }
    cases
}

/// The pieces of a text as the statement gave them: `¦` is a line cut.
fn pieces(text: &str) -> Vec<String> {
    text.split('¦').map(|p| p.replace("\\n", "\n")).filter(|p| !p.is_empty()).collect()
}

/// Words apart by blanks; `'…'` is one word.
fn words(line: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'));
        if let Some(inner) = quote.and_then(|q| rest.strip_prefix(q)) {
            let (word, after) = inner.split_once(quote.unwrap()).unwrap_or_else(|| panic!("open quote in {line}"));
            out.push(word.to_owned());
            rest = after.trim_start();
        } else {
            let end = rest.find(' ').unwrap_or(rest.len());
            out.push(rest[..end].to_owned());
            rest = rest[end..].trim_start();
        }
    }
    out
}

struct Words<'a> {
    list: &'a [String],
    here: &'a str,
}

impl<'a> Words<'a> {
    fn maybe(&mut self) -> Option<&'a str> {
        let (first, rest) = self.list.split_first()?;
        self.list = rest;
        Some(first)
    }
    fn next(&mut self) -> &'a str {
        let here = self.here;
        self.maybe().unwrap_or_else(|| panic!("{here}: a word is missing"))
    }
    fn date(&mut self) -> NaiveDate {
        let here = self.here;
        self.next().parse().unwrap_or_else(|e| panic!("{here}: {e}"))
    }
    fn unknown(&self, word: &str) -> ! {
        panic!("{}: unknown word `{word}`", self.here)
    }
}

fn minor(text: &str, currency: Currency, here: &str) -> i64 {
    let money = parse_amount(text, AmountStyle::PLAIN, currency).unwrap_or_else(|e| panic!("{here}: {text}: {e:?}"));
    money.minor().unwrap()
}

fn customer(w: &mut Words<'_>) -> Customer {
    let mut c = Customer { customer_id: w.next().to_owned(), name: w.next().to_owned(), ..Customer::default() };
    while let Some(word) = w.maybe() {
        match word {
            "iban" => c.ibans.push(w.next().to_owned()),
            "virtual" => c.virtual_ibans.push(w.next().to_owned()),
            "alias" => c.aliases.push(w.next().to_owned()),
            "parent" => c.parent_id = Some(w.next().to_owned()),
            "paid_by" => c.payer_ids.push(w.next().to_owned()),
            "segment" => c.segment = Some(w.next().to_owned()),
            "company" => c.company = w.next().to_owned(),
            "supplier" => c.is_supplier = true,
            "hold" => c.on_hold = true,
            other => w.unknown(other),
        }
    }
    c
}

fn item(w: &mut Words<'_>, line: usize) -> OpenItem {
    let doc_no = Text::from(w.next());
    let figure = w.next();
    let currency = Currency::parse(w.next()).unwrap();
    let open = minor(figure, currency, w.here);
    let mut it = OpenItem {
        company: Text::default(),
        item_id: doc_no.clone(),
        kind: if open < 0 { ItemKind::CreditNote } else { ItemKind::Invoice },
        doc_no,
        customer_id: Text::default(),
        customer_name: Text::default(),
        currency,
        open_amount: open,
        amount: open,
        doc_date: None,
        due_date: None,
        payment_reference: None,
        refs: Box::default(),
        discounts: Box::default(),
        expected_by: None,
        status: ItemStatus::Open,
        more: ItemMore::default().into(),
        line: u32::try_from(line).unwrap(),
    };
    while let Some(word) = w.maybe() {
        match word {
            "customer" => it.customer_id = w.next().into(),
            "name" => it.customer_name = w.next().into(),
            "id" => it.item_id = w.next().into(),
            "company" => it.company = w.next().into(),
            "dated" => it.doc_date = Some(w.date()),
            "due" => it.due_date = Some(w.date()),
            "of" => it.amount = minor(w.next(), currency, w.here),
            "status" => {
                let wanted = w.next();
                it.status = ItemStatus::ALL.iter().find(|s| s.0 == wanted).unwrap_or_else(|| w.unknown(wanted)).1;
            }
            "kind" => {
                let wanted = w.next();
                it.kind = ItemKind::ALL.iter().find(|k| k.0 == wanted).unwrap_or_else(|| w.unknown(wanted)).1;
            }
            "ref" => it.refs = it.refs.iter().cloned().chain([w.next().into()]).collect(),
            "reference" => it.payment_reference = Some(w.next().into()),
            "mandate" => it.more.mandate_id = Some(w.next().to_owned()),
            // discount '2% until 2026-04-27'
            "discount" => {
                let told = w.next();
                let (percent, until) = told.split_once("% until ").unwrap_or_else(|| w.unknown(told));
                let hundredths = minor(percent, Currency::EUR, w.here);
                let tier = DiscountTier {
                    until: until.parse().unwrap(),
                    amount: (it.amount * hundredths + 5_000) / 10_000,
                    percent_hundredths: u32::try_from(hundredths).ok(),
                };
                it.discounts = it.discounts.iter().copied().chain([tier]).collect();
            }
            other => w.unknown(other),
        }
    }
    if it.status == ItemStatus::Closed {
        (it.amount, it.open_amount) = (it.open_amount, 0);
    }
    it
}

/// Amounts and payers apart by commas: one payment for each pair.
fn payments(w: &mut Words<'_>, case: &Case, id: &str) -> Vec<Payment> {
    let figures: Vec<&str> = w.next().split(',').collect();
    let currency = Currency::parse(w.next()).unwrap();
    let mut p = Payment {
        payment_id: ContentId(id.to_owned()),
        company: String::new(),
        account: "DE75512108001245126199".to_owned(),
        statement_id: None,
        entry_ref: None,
        booking_date: NaiveDate::default(),
        value_date: None,
        amount: 0,
        currency,
        payer_name: None,
        payer_account: None,
        payer_bic: None,
        ultimate_payer: None,
        receiving_account: None,
        remittance: Vec::new(),
        bank_text: None,
        structured_refs: Vec::new(),
        documents: Vec::new(),
        end_to_end_id: None,
        mandate_id: None,
        batch_id: None,
        bank_code: String::new(),
        gvc: None,
        original_amount: None,
        original_currency: None,
        charges: 0,
        reversal: false,
        return_reason: None,
        batch_unsplit: false,
        trust: Trust::Proven,
        source: Source::default(),
    };
    let mut payers: Vec<Payer> = Vec::new();
    let payer_of = |key: &str| {
        let known = case.payers.iter().rev().find(|(k, _)| k == key);
        known.map_or_else(|| Payer { name: key.to_owned(), account: None }, |(_, p)| p.clone())
    };
    while let Some(word) = w.maybe() {
        match word {
            "on" => p.booking_date = w.date(),
            // A payer of the ledger, or a name; several apart by `|`.
            "by" => payers = w.next().split('|').map(payer_of).collect(),
            "account" => p.payer_account = Some(w.next().to_owned()),
            "for" => p.ultimate_payer = Some(w.next().to_owned()),
            "text" => p.remittance = pieces(w.next()),
            "bank" => p.bank_text = Some(w.next().to_owned()),
            "to" => p.receiving_account = Some(w.next().to_owned()),
            "ours" => p.account = w.next().to_owned(),
            "company" => p.company = w.next().to_owned(),
            "e2e" => p.end_to_end_id = Some(w.next().to_owned()),
            "mandate" => p.mandate_id = Some(w.next().to_owned()),
            "batch" => p.batch_id = Some(w.next().to_owned()),
            "unsplit" => p.batch_unsplit = true,
            "gvc" => p.gvc = Some(w.next().to_owned()),
            "code" => p.bank_code = w.next().to_owned(),
            "return" => p.return_reason = Some(w.next().to_owned()),
            "reversal" => p.reversal = true,
            "charges" => p.charges = minor(w.next(), currency, w.here),
            "original" => {
                let figure = w.next();
                let of = Currency::parse(w.next()).unwrap();
                (p.original_amount, p.original_currency) = (Some(minor(figure, of, w.here)), Some(of));
            }
            "ref" => p.structured_refs.push(w.next().to_owned()),
            "document" => {
                p.documents.push(DocumentRef { number: Some(w.next().to_owned()), ..DocumentRef::default() });
            }
            "trust" => {
                p.trust = match w.next() {
                    "unproven" => Trust::Unproven,
                    "broken" => Trust::Broken,
                    "gap" => Trust::Gap,
                    "overlap" => Trust::Overlap,
                    other => w.unknown(other),
                }
            }
            other => w.unknown(other),
        }
    }
    assert!(p.booking_date != NaiveDate::default(), "{}: no date", w.here);
    if payers.is_empty() {
        payers.push(Payer::default());
    }
    let mut out = Vec::new();
    for figure in &figures {
        for payer in &payers {
            let mut one = p.clone();
            one.amount = minor(figure, currency, w.here);
            one.payer_name = (!payer.name.is_empty()).then(|| payer.name.clone());
            one.payer_account = one.payer_account.or_else(|| payer.account.clone());
            if one.bank_code.is_empty() {
                one.bank_code = if one.amount < 0 { "PMNT/ICDT/ESCT" } else { "PMNT/RCDT/ESCT" }.to_owned();
            }
            out.push(one);
        }
    }
    out
}

/// `applied INV-7 99.98, 0.02 write_off because ROUNDING_WRITTEN_OFF or review INV-7`
fn expectations(text: &str, here: &str) -> Vec<Expect> {
    text.split(" or ").map(|t| expectation(t.trim(), here)).collect()
}

fn expectation(text: &str, here: &str) -> Expect {
    if text == "not automatic" {
        return Expect::NotAutomatic;
    }
    if let Some(doc_no) = text.strip_prefix("never ") {
        return Expect::Never(doc_no.to_owned());
    }
    if let Some(doc_no) = text.strip_prefix("not first ") {
        return Expect::NotFirst(doc_no.to_owned());
    }
    let (text, reason) = match text.split_once(" because ") {
        Some((t, r)) => (t, Some(ReasonCode::parse(r.trim()).unwrap_or_else(|| panic!("{here}: reason {r}")))),
        None => (text, None),
    };
    let (outcome, rest) = text.split_once(' ').unwrap_or((text, ""));
    let outcome = match outcome {
        "applied" => Outcome::Applied,
        "review" => Outcome::Queued,
        "reopened" => Outcome::Reopened,
        "not_receivable" => Outcome::NotReceivable,
        other => panic!("{here}: unknown outcome `{other}`"),
    };
    let figure = |t: &str| minor(t, Currency::EUR, here);
    let (mut documents, mut on_account, mut fee) = (Vec::new(), None, 0);
    for part in rest.split(';').map(str::trim).filter(|p| !p.is_empty()) {
        if let Some(amount) = part.strip_prefix("on account") {
            let amount = amount.trim();
            on_account = (!amount.is_empty()).then(|| figure(amount));
            continue;
        }
        if let Some(amount) = part.strip_prefix("fee ") {
            fee = figure(amount);
            continue;
        }
        let (first, differences) = part.split_once(", ").unwrap_or((part, ""));
        let (doc_no, applied) = match first.rsplit_once(' ').filter(|(_, a)| a.contains('.')) {
            Some((d, a)) => (d, Some(figure(a))),
            None => (first, None),
        };
        let mut document = Document { doc_no: doc_no.to_owned(), applied, discount: 0, writeoff: 0, charges: 0 };
        for difference in differences.split(", ").filter(|d| !d.is_empty()) {
            match difference.split_once(' ') {
                Some((a, "discount")) => document.discount = figure(a),
                Some((a, "write_off")) => document.writeoff = figure(a),
                Some((a, "charges")) => document.charges = figure(a),
                _ => panic!("{here}: unknown difference `{difference}`"),
            }
        }
        documents.push(document);
    }
    documents.sort_by(|a, b| a.doc_no.cmp(&b.doc_no));
    let any = rest.trim().is_empty();
    if !any && on_account.is_none() && outcome != Outcome::Queued {
        on_account = Some(0);
    }
    Expect::Answer { outcome, reason, documents: (!any).then_some(documents), on_account, fee }
}

/// Unrelated customers and items, so that a number or an amount may be met by chance as in a real book.
fn filler(case: &mut Case, count: usize) {
    const FIRST: [&str; 12] = [
        "Nordwind", "Hansa", "Rheintal", "Alpina", "Kobold", "Falken", "Linden", "Turm", "Seehof", "Brandis", "Weser",
        "Ostara",
    ];
    const TRADE: [&str; 7] = [
        "Logistik GmbH",
        "Elektrotechnik AG",
        "Bau KG",
        "Textil GmbH",
        "Druckhaus GmbH",
        "Pharma AG",
        "Gartenbau GmbH",
    ];
    for k in 0..count {
        let c = k % 60;
        let id = format!("K{}", 5100 + c);
        if !case.customers.iter().any(|x| x.customer_id == id) {
            let name = format!("{} {}", FIRST[c % 12], TRADE[c / 12 % 7]);
            let iban = format!("DE{:02}20050550{:010}", 10 + c, 9_000_000_000u64 + c as u64 * 7919);
            case.customers.push(Customer { customer_id: id.clone(), name, ibans: vec![iban], ..Customer::default() });
        }
        let doc_no = format!("RE-2026-{:05}", 101 + k);
        let cents = 7_351 + (k as i64 * 48_611) % 900_007;
        let line =
            format!("{doc_no} {}.{:02} EUR customer {id} dated 2026-03-{:02}", cents / 100, cents % 100, 1 + k % 28);
        let words = words(&line);
        case.items.push(item(&mut Words { list: &words, here: "filler" }, 1));
    }
}
