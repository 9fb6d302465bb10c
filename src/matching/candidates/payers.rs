//! Which customers may have paid: by account, virtual account, mandate, customer number, name.

use crate::book::keys::compact;
use crate::book::{CustomerIx, OpenItemBook};
use crate::matching::facts::{Evidence, Fact};
use crate::matching::reading::{Reading, Typed};
use crate::matching::score::{centibans, weights};
use crate::model::{EvidenceKind, Payment};
use crate::names::{NameLevel, NameMatch, NameView, PreparedName, WordSpan, compare_views};
use smallvec::{SmallVec, smallvec};

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
    pub lines: SmallVec<[Evidence; 2]>,
}

impl PayerEvidence {
    /// Whether the payer is certain enough to be somebody's account (POLICY rows 4, 8, 11).
    pub fn is_certain(&self) -> bool {
        self.kind <= PayerKind::Mandate && self.weight >= 350
    }

    /// Whether the customer is named as the one on whose behalf is paid: wholly, by a name that is theirs alone.
    pub fn is_on_behalf(&self) -> bool {
        let wholly = |fact: &Fact| {
            matches!(fact, Fact::Name { level, ultimate: true, equals: 1, .. } if *level <= NameLevel::SameWords)
                || matches!(fact, Fact::NamedFor(_))
        };
        self.lines.iter().any(|l| wholly(&l.fact))
    }

    /// Whether the customer may be the one on whose behalf is paid.
    pub fn may_be_on_behalf(&self) -> bool {
        let fits = |fact: &Fact| {
            matches!(fact, Fact::Name { level, ultimate: true, .. } if *level <= NameLevel::Truncated)
                || matches!(fact, Fact::NamedFor(_))
        };
        self.lines.iter().any(|l| fits(&l.fact))
    }
}

/// Most customers that a name is compared with.
const WORD_CUSTOMERS_MAX: usize = 40;

/// Customers who may have paid, most certain first; ties in the order of the book.
pub fn payers(book: &OpenItemBook, payment: &Payment, reading: &Reading) -> Vec<PayerEvidence> {
    let mut found = Found { book, company: book.company_number(&payment.company), list: Vec::new() };
    if let Some(account) = payment.receiving_account.as_deref() {
        let rows = book.by_virtual_account(account);
        found.add(rows, weights::VIRTUAL_ACCOUNT, PayerKind::VirtualAccount, EvidenceKind::PayerAccount, |c, n| {
            Fact::VirtualAccount(c, n)
        });
    }
    if let Some(account) = payment.payer_account.as_deref() {
        let rows = book.by_account(account);
        found.add(rows, weights::ACCOUNT, PayerKind::Account, EvidenceKind::PayerAccount, Fact::Account);
    }
    let mut of_mandate = |k: u16, mandate: &str| {
        let mut rows: SmallVec<[CustomerIx; 4]> =
            book.by_mandate(mandate).iter().filter_map(|i| book.customer_of(*i)).collect();
        rows.sort_unstable();
        rows.dedup();
        found.add(&rows, weights::MANDATE, PayerKind::Mandate, EvidenceKind::Mandate, |c, n| Fact::Mandate(c, k, n));
    };
    let mut mandates = 0u16;
    if let Some(mandate) = payment.mandate_id.as_deref() {
        of_mandate(mandates, mandate);
        mandates += 1;
    }
    for id in groups(reading, Typed::OwnId) {
        of_mandate(mandates, &id);
        mandates = mandates.saturating_add(1);
    }
    let mut numbers = 0u16;
    for number in groups(reading, Typed::Customer) {
        for form in 0..CUSTOMER_PREFIXES.len() {
            let rows = book.by_customer_number(&prefixed(form, &number));
            let kind = EvidenceKind::CustomerNumber;
            found.add(rows, weights::CUSTOMER_NUMBER, PayerKind::Number, kind, |c, n| {
                Fact::CustomerNumber(c, numbers, n)
            });
            numbers = numbers.saturating_add(1);
        }
    }
    for (name, ultimate) in [(payment.payer_name.as_deref(), false), (payment.ultimate_payer.as_deref(), true)] {
        if let Some(name) = name {
            found.by_name(name, ultimate);
        }
    }
    if let Some(from) = reading.marks.on_behalf {
        found.named_for(reading, from);
    }
    let mut list = found.list;
    list.sort_by_key(|p| (-p.weight, p.kind, p.customer));
    list
}

/// The nth mandate that [`payers`] looked for: the payment's own, then the ids that the text labels as the payer's or the bank's
/// own, one of which may be a mandate of ours (`MREF+M4711`).
pub fn mandate(payment: &Payment, reading: &Reading, n: u16) -> String {
    let ids = groups(reading, Typed::OwnId).into_iter();
    payment.mandate_id.clone().into_iter().chain(ids).nth(usize::from(n)).unwrap_or_default()
}

/// "Kd-Nr 4711" may be the customer K4711 or D4711: books put a letter before the number.
const CUSTOMER_PREFIXES: [&str; 6] = ["", "K", "D", "C", "KD", "CU"];

fn prefixed(form: usize, number: &str) -> String {
    format!("{}{number}", CUSTOMER_PREFIXES.get(form).copied().unwrap_or(""))
}

/// The nth customer number that [`payers`] looked for.
pub fn customer_number(reading: &Reading, n: u16) -> String {
    let (number, form) = (usize::from(n) / CUSTOMER_PREFIXES.len(), usize::from(n) % CUSTOMER_PREFIXES.len());
    groups(reading, Typed::Customer).get(number).map(|number| prefixed(form, number)).unwrap_or_default()
}

/// The customers found so far.
struct Found<'a> {
    book: &'a OpenItemBook,
    company: Option<u32>,
    list: Vec<PayerEvidence>,
}

impl Found<'_> {
    fn add(
        &mut self,
        rows: &[CustomerIx],
        weight: i32,
        kind: PayerKind,
        evidence: EvidenceKind,
        fact: impl Fn(CustomerIx, u32) -> Fact,
    ) {
        let (book, company) = (self.book, self.company);
        let rows = || rows.iter().copied().filter(|c| same_company(book, company, *c));
        let sharing = rows().count();
        let weight = weight - centibans(sharing as u64, 1);
        let sharing = u32::try_from(sharing).unwrap_or(u32::MAX);
        for customer in rows() {
            let line = Evidence { kind: evidence, weight, fact: fact(customer, sharing) };
            self.merge(customer, kind, None, line);
        }
    }

    fn merge(&mut self, customer: CustomerIx, kind: PayerKind, name: Option<NameLevel>, line: Evidence) {
        let Some(slot) = self.list.iter_mut().find(|p| p.customer == customer) else {
            let weight = line.weight;
            self.list.push(PayerEvidence { customer, weight, kind, name, lines: smallvec![line] });
            return;
        };
        // Account and name are not independent: the stronger counts, the other adds a little.
        let gain = line.weight.max(slot.weight) + weights::PAYER_AGREES - slot.weight;
        slot.weight += gain;
        slot.kind = slot.kind.min(kind);
        slot.name = match (slot.name, name) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        slot.lines.push(Evidence { weight: gain, ..line });
    }

    /// The one customer whose whole name stands in the text behind "for" or "on behalf of".
    fn named_for(&mut self, reading: &Reading, from: usize) {
        let tokens = &reading.tokens;
        let words = (from..tokens.list.len()).take(8).map(|k| tokens.word(k));
        let text = PreparedName::new(&words.collect::<Vec<_>>().join(" "));
        let words: Vec<&str> = text.words.iter().map(String::as_str).take(4).collect();
        let (book, company) = (self.book, self.company);
        let named = |c: &CustomerIx| {
            let joined = book.customer(*c).map(|c| PreparedName::new(&c.name).joined).unwrap_or_default();
            joined.len() >= 4 && text.joined.starts_with(&joined) && same_company(book, company, *c)
        };
        let mut found = book.customers_sharing(&words, WORD_CUSTOMERS_MAX).into_iter().filter(named);
        if let (Some(one), None) = (found.next(), found.next()) {
            let line = Evidence { kind: EvidenceKind::PayerName, weight: 0, fact: Fact::NamedFor(one) };
            self.merge(one, PayerKind::SimilarName, None, line);
        }
    }

    fn by_name(&mut self, name: &str, ultimate: bool) {
        let (book, company) = (self.book, self.company);
        let prepared = PreparedName::of_payer(name);
        let spans: SmallVec<[WordSpan; 8]> = prepared.spans(|word| book.word_weight(word)).collect();
        let view = NameView { joined: &prepared.joined, spans: &spans };
        // An account, mandate or number that names one customer whose name this is: no rival can be better.
        let certain =
            self.list.iter().filter(|p| p.kind <= PayerKind::Mandate && p.weight >= 350).map(|p| p.customer).min();
        let own = certain.and_then(|c| book.names_of(c).map(|n| compare_views(view, n).level).min());
        let rows: SmallVec<[CustomerIx; 8]> = match (certain, own) {
            (Some(customer), Some(level)) if level <= NameLevel::Truncated => smallvec![customer],
            _ => {
                let words: SmallVec<[&str; 8]> = prepared.words.iter().map(String::as_str).collect();
                let mut rows: SmallVec<[CustomerIx; 8]> =
                    SmallVec::from_vec(book.customers_sharing(&words, WORD_CUSTOMERS_MAX));
                rows.extend(certain);
                rows.sort_unstable();
                rows.dedup();
                rows
            }
        };
        let mut best: SmallVec<[(NameMatch, CustomerIx); 8]> = SmallVec::new();
        for customer in rows.into_iter().filter(|c| same_company(book, company, *c)) {
            let names = book.names_of(customer);
            if let Some(m) =
                names.map(|n| compare_views(view, n)).min_by_key(|m| (m.level, std::cmp::Reverse(m.permille)))
                && m.level < NameLevel::Different
            {
                best.push((m, customer));
            }
        }
        best.sort_by_key(|(m, c)| (m.level, std::cmp::Reverse(m.permille), *c));
        let Some(top) = best.first().map(|(m, _)| m.level) else { return };
        let equals = best.iter().filter(|(m, _)| m.level == top).count() as u64;
        let single_common = spans.len() == 1 && spans.first().is_some_and(|w| w.weight < 150);
        for (m, customer) in best.iter().take(8) {
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
            let kind = if m.level <= NameLevel::Truncated { PayerKind::Name } else { PayerKind::SimilarName };
            let told = if m.level == top { u32::try_from(equals).unwrap_or(u32::MAX) } else { 1 };
            let fact = Fact::Name { customer: *customer, level: m.level, ultimate, equals: told };
            self.merge(*customer, kind, Some(m.level), Evidence { kind: EvidenceKind::PayerName, weight, fact });
        }
    }
}

/// Whether a customer is of the payment's company (given by its number), or one of both has none.
fn same_company(book: &OpenItemBook, company: Option<u32>, customer: CustomerIx) -> bool {
    let own = book.company_of_customer(customer);
    own == 0 || company.is_some_and(|c| c == 0 || c == own)
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
