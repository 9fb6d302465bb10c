//! Which customers may have paid: by account, virtual account, mandate, customer number, name.

use crate::base::Map;
use crate::book::keys::compact;
use crate::book::{CustomerIx, OpenItemBook};
use crate::matching::reading::{Reading, Typed};
use crate::matching::score::{centibans, weights};
use crate::model::{EvidenceKind, EvidenceLine, Payment};
use crate::names::{NameLevel, NameMatch, PreparedName, compare};

/// By what a customer was found, most certain first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PayerKind {
    /// The account money was sent to is the customer's own.
    VirtualAccount,
    /// The payer's account.
    Account,
    /// The mandate.
    Mandate,
    /// The customer's number in the text.
    Number,
    /// The name, the same or cut off.
    Name,
    /// A name that is only similar.
    SimilarName,
}

/// One customer who may have paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayerEvidence {
    /// Who.
    pub customer: CustomerIx,
    /// Log-odds against "somebody else", in centibans.
    pub weight: i32,
    /// The most certain kind.
    pub kind: PayerKind,
    /// Agreement of the names, where compared.
    pub name: Option<NameLevel>,
    /// The evidence, for the explanation.
    pub lines: Vec<EvidenceLine>,
}

impl PayerEvidence {
    /// Whether the payer is certain enough to be somebody's account (POLICY rows 4, 8, 11).
    pub fn is_certain(&self) -> bool {
        self.kind <= PayerKind::Mandate && self.weight >= 350
    }
}

/// Most customers that a name is compared with.
const WORD_CUSTOMERS_MAX: usize = 40;

/// Customers who may have paid, most certain first; ties in the order of the book.
pub fn payers(book: &OpenItemBook, payment: &Payment, reading: &Reading) -> Vec<PayerEvidence> {
    let mut found: Map<CustomerIx, PayerEvidence> = Map::default();
    if let Some(account) = payment.receiving_account.as_deref() {
        let rows = book.by_virtual_account(account);
        add(
            book,
            &mut found,
            payment,
            rows,
            weights::VIRTUAL_ACCOUNT,
            PayerKind::VirtualAccount,
            EvidenceKind::PayerAccount,
            |name| format!("paid to the account {} that belongs to {name} alone", shorten(account)),
        );
    }
    if let Some(account) = payment.payer_account.as_deref() {
        let rows = book.by_account(account);
        add(
            book,
            &mut found,
            payment,
            rows,
            weights::ACCOUNT,
            PayerKind::Account,
            EvidenceKind::PayerAccount,
            |name| format!("paid from the account {} of {name}", shorten(account)),
        );
    }
    for mandate in payment.mandate_id.clone().into_iter().chain(own_ids(reading)) {
        let mut rows: Vec<CustomerIx> = book.by_mandate(&mandate).iter().filter_map(|i| book.customer_of(*i)).collect();
        rows.sort_unstable();
        rows.dedup();
        add(book, &mut found, payment, &rows, weights::MANDATE, PayerKind::Mandate, EvidenceKind::Mandate, |name| {
            format!("mandate {mandate} is of {name}")
        });
    }
    for number in customer_numbers(reading) {
        let rows = book.by_customer_number(&number);
        add(
            book,
            &mut found,
            payment,
            rows,
            weights::CUSTOMER_NUMBER,
            PayerKind::Number,
            EvidenceKind::CustomerNumber,
            |name| format!("the text names customer number {number} of {name}"),
        );
    }
    for name in [payment.payer_name.as_deref(), payment.ultimate_payer.as_deref()].into_iter().flatten() {
        by_name(book, payment, name, &mut found);
    }
    let mut list: Vec<PayerEvidence> = found.into_values().collect();
    list.sort_by_key(|p| (-p.weight, p.kind, p.customer));
    list
}

#[allow(clippy::too_many_arguments)]
fn add(
    book: &OpenItemBook,
    found: &mut Map<CustomerIx, PayerEvidence>,
    payment: &Payment,
    rows: &[CustomerIx],
    weight: i32,
    kind: PayerKind,
    evidence: EvidenceKind,
    text: impl Fn(&str) -> String,
) {
    let rows: Vec<CustomerIx> = rows.iter().copied().filter(|c| same_company(book, payment, *c)).collect();
    let shared = centibans(rows.len() as u64, 1);
    for customer in &rows {
        let name = book.customer(*customer).map_or("", |c| c.name.as_str());
        let mut text = text(name);
        if rows.len() > 1 {
            text.push_str(&format!("; {} customers share it", rows.len()));
        }
        merge(
            found,
            *customer,
            weight - shared,
            kind,
            None,
            EvidenceLine { kind: evidence, weight: weight - shared, text },
        );
    }
}

fn merge(
    found: &mut Map<CustomerIx, PayerEvidence>,
    customer: CustomerIx,
    weight: i32,
    kind: PayerKind,
    name: Option<NameLevel>,
    line: EvidenceLine,
) {
    let slot = found.entry(customer).or_insert_with(|| PayerEvidence {
        customer,
        weight: 0,
        kind,
        name: None,
        lines: Vec::new(),
    });
    // Account and name are not independent: the stronger counts, the other adds a little.
    let first = slot.lines.is_empty();
    let gain = if first { weight } else { weight.max(slot.weight) + weights::PAYER_AGREES - slot.weight };
    slot.weight += gain;
    slot.kind = slot.kind.min(kind);
    slot.name = match (slot.name, name) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    slot.lines.push(EvidenceLine { weight: gain, ..line });
}

fn same_company(book: &OpenItemBook, payment: &Payment, customer: CustomerIx) -> bool {
    book.customer(customer)
        .is_some_and(|c| c.company == payment.company || c.company.is_empty() || payment.company.is_empty())
}

/// The ids that the text labels as the payer's or the bank's own: one may be a mandate of ours (`MREF+M4711`).
fn own_ids(reading: &Reading) -> Vec<String> {
    groups(reading, Typed::OwnId)
}

/// The runs of tokens of one type, each glued.
fn groups(reading: &Reading, typed: Typed) -> Vec<String> {
    let mut list = Vec::new();
    let mut i = 0;
    while i < reading.tokens.list.len() {
        let start = i;
        while i < reading.tokens.list.len() && reading.typed(i) == Some(typed) {
            i += 1;
        }
        if i > start {
            list.push(compact(&reading.tokens.quote(start, i - 1)));
        } else {
            i += 1;
        }
    }
    list
}

/// The customer numbers that the text labels as such, in the forms they may have in the book.
fn customer_numbers(reading: &Reading) -> Vec<String> {
    // "Kd-Nr 4711" may be the customer K4711 or D4711: books put a letter before the number.
    let forms = |n: String| ["", "K", "D", "C", "KD", "CU"].map(|prefix| format!("{prefix}{n}"));
    groups(reading, Typed::Customer).into_iter().flat_map(forms).collect()
}

fn by_name(book: &OpenItemBook, payment: &Payment, name: &str, found: &mut Map<CustomerIx, PayerEvidence>) {
    let prepared = PreparedName::of_payer(name);
    let weight_of = |word: &str| book.word_weight(word);
    // An account, mandate or number that names one customer whose name this is: no rival can be better.
    let certain = found.values().filter(|p| p.kind <= PayerKind::Mandate && p.weight >= 350).map(|p| p.customer).min();
    let own = certain.and_then(|c| book.names_of(c).iter().map(|n| compare(&prepared, n, &weight_of).level).min());
    let rows: Vec<CustomerIx> = match (certain, own) {
        (Some(customer), Some(level)) if level <= NameLevel::Truncated => vec![customer],
        _ => {
            let words: Vec<&str> = prepared.words.iter().map(String::as_str).collect();
            let mut rows = book.customers_sharing(&words, WORD_CUSTOMERS_MAX);
            rows.extend(certain);
            rows.sort_unstable();
            rows.dedup();
            rows
        }
    };
    let mut best: Vec<(NameMatch, CustomerIx)> = Vec::new();
    for customer in rows.into_iter().filter(|c| same_company(book, payment, *c)) {
        let names = book.names_of(customer).iter();
        if let Some(m) =
            names.map(|n| compare(&prepared, n, &weight_of)).min_by_key(|m| (m.level, std::cmp::Reverse(m.permille)))
            && m.level < NameLevel::Different
        {
            best.push((m, customer));
        }
    }
    best.sort_by_key(|(m, c)| (m.level, std::cmp::Reverse(m.permille), *c));
    let Some(top) = best.first().map(|(m, _)| m.level) else { return };
    let equals = best.iter().filter(|(m, _)| m.level == top).count() as u64;
    for (m, customer) in best.iter().take(8) {
        let single_common =
            prepared.words.len() == 1 && weight_of(prepared.words.first().map_or("", String::as_str)) < 150;
        let mut weight = match m.level {
            NameLevel::Same => weights::NAME_SAME,
            NameLevel::SameWords => weights::NAME_SAME_WORDS,
            NameLevel::Truncated => weights::NAME_TRUNCATED,
            NameLevel::Close => weights::NAME_CLOSE,
            NameLevel::Partial => weights::NAME_PARTIAL * i32::from(m.permille) / 700,
            NameLevel::Different => 0,
        };
        weight += if single_common { weights::NAME_COMMON } else { 0 };
        // Uniqueness decides, not the score: who is not the best, or not alone at the top, is weaker.
        weight -= if m.level == top { centibans(equals, 1) } else { 120 };
        if weight <= 0 {
            continue;
        }
        let shown = book.customer(*customer).map_or("", |c| c.name.as_str());
        let how = match m.level {
            NameLevel::Same => "is the name of",
            NameLevel::SameWords => "has the same words as",
            NameLevel::Truncated => "is the beginning of",
            NameLevel::Close => "is close to",
            _ => "has words in common with",
        };
        let mut text = format!("the payer's name `{}` {how} {shown}", crate::error::visible(name));
        if m.level == top && equals > 1 {
            text.push_str(&format!("; {equals} customers fit as well"));
        }
        let kind = if m.level <= NameLevel::Truncated { PayerKind::Name } else { PayerKind::SimilarName };
        merge(
            found,
            *customer,
            weight,
            kind,
            Some(m.level),
            EvidenceLine { kind: EvidenceKind::PayerName, weight, text },
        );
    }
}

fn shorten(account: &str) -> String {
    let n = account.chars().count();
    if n <= 12 {
        return account.to_owned();
    }
    let head: String = account.chars().take(4).collect();
    let tail: String = account.chars().skip(n - 4).collect();
    format!("{head}…{tail}")
}
