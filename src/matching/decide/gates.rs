//! Gates: facts that forbid automatic application whatever the score.

use super::rules::may_be_another;
use crate::book::keys::{compact, key_of};
use crate::book::{CustomerIx, ItemIx};
use crate::matching::candidates::{NamedIn, Naming, PayerEvidence, PayerKind, Strength, text_is_cut};
use crate::matching::facts::{Bar, Fact};
use crate::matching::hypotheses::{Basis, Context, Difference, Hypothesis, is_credit_note_as_well};
use crate::matching::reading::{Label, Reading, Typed, Wording};
use crate::model::{Format, ItemStatus, Payment, Policy, ReasonCode, Trust, Unproven};
use crate::names::{NameLevel, Party, looks_spoofed};
use smallvec::SmallVec;

/// Gates in the order they were found.
pub type Bars = SmallVec<[Bar; 4]>;

/// The gate of the statement, if it has one (POLICY row 14). The proposals are the same as for a proven one; only the
/// permission differs.
pub fn of_statement(policy: &Policy, payment: &Payment) -> Option<Bar> {
    let (reason, fact) = match payment.trust {
        Trust::Proven => return None,
        Trust::Unproven if policy.statement.unproven == Unproven::Apply => return None,
        Trust::Unproven if payment.source.format.is_some_and(Format::is_intraday) => {
            (ReasonCode::StatementUnproven, Fact::NotYetStated)
        }
        Trust::Unproven => (ReasonCode::StatementUnproven, Fact::StatementUnproven),
        Trust::Broken => (ReasonCode::StatementBreak, Fact::StatementBroken),
        Trust::Gap => (ReasonCode::StatementGap, Fact::StatementGap),
        Trust::Overlap => (ReasonCode::StatementOverlap, Fact::StatementOverlap),
    };
    Some(Bar { reason, fact })
}

/// Gates of the payment itself.
pub fn of_payment(context: &Context<'_>) -> Bars {
    let payment = context.payment;
    let mut gates = Bars::new();
    let names = [payment.payer_name.as_deref(), payment.ultimate_payer.as_deref()];
    if names.into_iter().flatten().any(looks_spoofed) {
        gates.push(Bar { reason: ReasonCode::NameSpoof, fact: Fact::Spoofed });
    }
    if payment.batch_unsplit {
        gates.push(Bar { reason: ReasonCode::BatchUnsplit, fact: Fact::Unsplit });
    }
    let bad_field = |r: &String| Reading::of_field(context.book, r).has_bad_reference();
    if context.reading.has_bad_reference() || payment.structured_refs.iter().any(bad_field) {
        gates.push(Bar { reason: ReasonCode::CheckDigit, fact: Fact::CheckDigits });
    }
    if context.cut {
        gates.push(Bar { reason: ReasonCode::SearchCap, fact: Fact::TextCut });
    }
    if context.policy.cap.is_some_and(|cap| is_above(payment, cap)) {
        gates.push(Bar { reason: ReasonCode::PolicyLimit, fact: Fact::AboveCap });
    }
    gates
}

/// Whether a payment is above a cap in whole units of its currency.
fn is_above(payment: &Payment, cap: u64) -> bool {
    let unit = 10u64.saturating_pow(payment.currency.decimals().into());
    payment.amount > i64::try_from(cap.saturating_mul(unit)).unwrap_or(i64::MAX)
}

/// All gates of an answer: those of the payment, its own, and those of its items, customers and wording.
pub fn all(context: &Context<'_>, of_payment: &[Bar], h: &Hypothesis) -> Bars {
    let mut gates = Bars::from_slice(of_payment);
    gates.extend_from_slice(&h.gates);
    items(context, h, &mut gates);
    customers(context, h, &mut gates);
    match h.basis {
        Basis::Named => {
            unresolved_sibling(context, h, &mut gates);
            let items: SmallVec<[ItemIx; 4]> = h.parts.iter().map(|p| p.item).collect();
            if h.customer.is_some_and(|c| is_credit_note_as_well(context, h.difference, &items, c)) {
                gates.push(Bar { reason: ReasonCode::Ambiguous, fact: Fact::OrCreditNote });
            }
            pays_another(context, h, &mut gates);
            stranger(context, h, &mut gates);
        }
        Basis::Duplicate => {}
        _ => {
            other_payer(context, h, &mut gates);
            contradictions(context, h, &mut gates);
        }
    }
    wording(context, h, &mut gates);
    gates
}

/// A number in the shape of those named, in the same list, that no item bears: whoever lists it means to pay it (scenario 115).
fn unresolved_sibling(context: &Context<'_>, h: &Hypothesis, gates: &mut Bars) {
    // What the bank left of the last number of a list that the sum proves.
    let proven = h.lines.iter().any(|l| matches!(l.fact, Fact::ListCut(_)));
    let left_over = |quote: &str| compact(&context.payment.remittance.concat()).ends_with(&compact(quote));
    if proven && context.unresolved.iter().all(|u| left_over(&u.quote)) {
        return;
    }
    let shape = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let strong = |n: &&Naming| n.typed.is_none() && n.named_in == NamedIn::Text && n.strength != Strength::Other;
    let alike = context.unresolved.first().is_some_and(|u| {
        context.namings.iter().filter(strong).any(|n| shape(&n.quote) == shape(&u.quote) && shape(&u.quote) >= 3)
    });
    if alike {
        gates.push(Bar { reason: ReasonCode::Contradiction, fact: Fact::NamesMissing });
    }
}

/// Names one document with a difference, while another one of the customer has exactly this amount: it names A and pays B (POLICY row
/// 7). Who says that it is a part pays a part.
fn pays_another(context: &Context<'_>, h: &Hypothesis, gates: &mut Bars) {
    if matches!(h.difference, Difference::Exact | Difference::Partial(_) | Difference::Short(_)) {
        return;
    }
    let Some(customer) = h.customer else { return };
    let amount = Some(context.payment.amount);
    let used = |ix: &ItemIx| h.parts.iter().any(|p| p.item == *ix);
    let other = context.open_items_of(customer).find(|ix| context.open_amount(*ix) == amount && !used(ix));
    if let Some(other) = other {
        gates.push(Bar { reason: ReasonCode::Contradiction, fact: Fact::PaysAnother(other) });
    }
}

/// Who is not known as the documents' customer may pay them (POLICY row 6), unless the name may be that of another customer, whom the
/// books do know.
fn stranger(context: &Context<'_>, h: &Hypothesis, gates: &mut Bars) {
    if !gates.is_empty() || context.payment.ultimate_payer.is_some() {
        return;
    }
    let mut customers: SmallVec<[CustomerIx; 4]> =
        h.parts.iter().filter_map(|p| context.book.customer_of(p.item)).collect();
    customers.sort_unstable();
    customers.dedup();
    if let Some(other) = other_form(context, &customers) {
        gates.push(Bar { reason: ReasonCode::ThirdPayer, fact: Fact::OtherPayer(other) });
        return;
    }
    let by_name = |p: &PayerEvidence| p.kind <= PayerKind::Mandate || p.name.is_some_and(|n| n <= NameLevel::Close);
    let knows_one = |c: &CustomerIx| {
        let related = |p: &PayerEvidence| p.customer == *c || context.may_pay_for(p.customer, *c);
        context.payers.iter().any(|p| related(p) && (by_name(p) || p.may_be_on_behalf()))
    };
    if customers.iter().any(knows_one) {
        return;
    }
    if let Some(other) = may_be_another(context, &customers) {
        gates.push(Bar { reason: ReasonCode::ThirdPayer, fact: Fact::OtherPayer(other) });
    }
}

/// A customer whose name the payer's is in its legal form, where it has the words of the documents' customer and another form: an AG is
/// no GmbH.
fn other_form(context: &Context<'_>, customers: &[CustomerIx]) -> Option<CustomerIx> {
    let [own] = customers else { return None };
    let by_words = |p: &PayerEvidence| p.kind == PayerKind::Name && p.name.is_some_and(|n| n <= NameLevel::SameWords);
    let strange = |p: &&PayerEvidence| by_words(p) && p.customer != *own && !context.may_pay_for(p.customer, *own);
    if !context.payer(*own).is_some_and(by_words) || !context.payers.iter().any(|p| strange(&p)) {
        return None;
    }
    let payer = Party::new(context.payment.payer_name.as_deref()?);
    let is = |c: CustomerIx| {
        let customer = context.book.customer(c);
        let mut names = customer.into_iter().flat_map(|c| std::iter::once(&c.name).chain(&c.aliases));
        names.any(|name| payer.is(&Party::new(name)))
    };
    context.payers.iter().filter(strange).map(|p| p.customer).find(|c| is(*c)).filter(|_| !is(*own))
}

/// The account says one customer and the name another, or money is paid on behalf of a third (POLICY rows 6, 7).
fn other_payer(context: &Context<'_>, h: &Hypothesis, gates: &mut Bars) {
    let Some(customer) = h.customer else { return };
    let own = context.payer(customer);
    let own_by_name = own.is_some_and(|p| p.name.is_some_and(|n| n <= NameLevel::Truncated));
    for p in context.payers.iter().filter(|p| p.customer != customer && !context.may_pay_for(p.customer, customer)) {
        let by_account = p.is_certain() && !own.is_some_and(|o| o.is_certain());
        let by_name = p.kind <= PayerKind::Name && p.name.is_some_and(|n| n <= NameLevel::SameWords) && !own_by_name;
        if p.is_on_behalf() && !own.is_some_and(PayerEvidence::may_be_on_behalf) {
            gates.push(Bar { reason: ReasonCode::Contradiction, fact: Fact::OnBehalf(p.customer) });
        } else if by_account || by_name {
            gates.push(Bar { reason: ReasonCode::Contradiction, fact: Fact::OtherPayer(p.customer) });
        }
    }
}

/// A short number points to one customer, and the name fits another one as well, who owes exactly this amount: two answers.
pub fn namesake(context: &Context<'_>, all: &[Hypothesis]) -> Option<Bar> {
    let (best, others) = all.split_first()?;
    if best.basis != Basis::Named || best.fully_named {
        return None;
    }
    let by_name = |c: Option<CustomerIx>| c.and_then(|c| context.payer(c)).filter(|p| p.kind >= PayerKind::Name);
    let own = by_name(best.customer)?.name;
    let fits = |h: &&Hypothesis| {
        h.basis == Basis::PayerSingle
            && h.customer != best.customer
            && by_name(h.customer).is_some_and(|p| p.name <= own)
    };
    let rival = others.iter().find(fits)?;
    let fact = Fact::Namesake(rival.customer?, rival.parts.first()?.item);
    Some(Bar { reason: ReasonCode::Ambiguous, fact })
}

fn items(context: &Context<'_>, h: &Hypothesis, gates: &mut Bars) {
    for part in &h.parts {
        let Some(item) = context.book.figures(part.item) else { continue };
        if item.status.blocks() {
            gates.push(Bar { reason: ReasonCode::BlockedItem, fact: Fact::Blocked(part.item) });
        }
        if !h.by_reference && context.slip_of_reference(part.item).is_some() {
            gates.push(Bar { reason: ReasonCode::CheckDigit, fact: Fact::ReferenceSlip(part.item) });
        }
        let exact = h.fully_named && h.difference == Difference::Exact;
        if !exact && item.doc_date.is_some_and(|d| context.payment.booking_date < d) {
            gates.push(Bar { reason: ReasonCode::OlderThanDocument, fact: Fact::Older(part.item) });
        }
    }
}

fn customers(context: &Context<'_>, h: &Hypothesis, gates: &mut Bars) {
    let mut rows: SmallVec<[CustomerIx; 4]> =
        h.parts.iter().filter_map(|p| context.book.customer_of(p.item)).chain(h.customer).collect();
    rows.sort_unstable();
    rows.dedup();
    for row in rows {
        let policy = context.policy;
        if policy.customer.is_empty() && context.book.is_plain(row) {
            continue;
        }
        let Some(customer) = context.book.customer(row) else { continue };
        let segment = customer.segment.as_ref().and_then(|s| policy.segment.get(s));
        let own = policy.customer.get(&customer.customer_id);
        let auto = own.and_then(|o| o.auto_apply).or(customer.auto_apply).or(segment.and_then(|s| s.auto_apply));
        if customer.on_hold || auto == Some(false) {
            gates.push(Bar { reason: ReasonCode::CustomerHold, fact: Fact::Hold(row) });
        }
        let cap = own.and_then(|o| o.cap).or(segment.and_then(|s| s.cap));
        if cap.is_some_and(|cap| is_above(context.payment, cap)) {
            gates.push(Bar { reason: ReasonCode::PolicyLimit, fact: Fact::AboveCustomerCap(row) });
        }
        if customer.is_supplier && context.reading.says(Wording::Refund) {
            gates.push(Bar { reason: ReasonCode::RefundSuspect, fact: Fact::SupplierRefund(row) });
        }
    }
}

/// What the text names although the answer does not use it.
fn contradictions(context: &Context<'_>, h: &Hypothesis, gates: &mut Bars) {
    let used = |ix: &ItemIx| h.parts.iter().any(|p| p.item == *ix);
    // Where only the name says who pays, any number of another customer may be what tells two namesakes apart.
    let by_name = h.customer.and_then(|c| context.payer(c)).is_some_and(|p| p.kind > PayerKind::Number);
    let text = if text_is_cut(context.payment) { compact(&context.payment.remittance.concat()) } else { String::new() };
    let cut = own_number_cut(context, h, &text);
    // The cut beginning of the answer's own number is no other document's.
    let is_own = |quote: &str| {
        let quote = compact(quote);
        cut.is_some_and(|length| quote.len() <= length && text.ends_with(&quote))
    };
    for (number, naming) in (0u32..).zip(context.namings) {
        if naming.named_in == NamedIn::EndToEnd || naming.strength > Strength::Whole && is_own(&naming.quote) {
            continue;
        }
        // A number that reads as a date is one, unless the document that bears it has just this amount.
        let exact = |ix: &ItemIx| context.open_amount(*ix) == Some(context.payment.amount);
        let dated = naming.typed == Some(Typed::Date) && naming.items.iter().any(exact);
        // Letters of another of our series in front: whoever wrote them means one of our documents, and perhaps this one (row 19).
        let other_series = || {
            let letters = naming.other_letters(context.reading).filter(|_| naming.strength == Strength::Digits);
            let length = compact(&naming.quote).len();
            letters.is_some_and(|l| context.book.may_bear(key_of(l), l.len() + length))
        };
        if naming.typed.is_some() && !dated && !other_series() {
            continue;
        }
        let labelled = matches!(naming.label, Some(Label::Document | Label::CreditNote));
        let digits = || naming.quote.bytes().filter(u8::is_ascii_digit).count();
        // A bare number that somebody else's document ends with, which is open at just this amount, is no accident.
        let others = |ix: &ItemIx| context.book.customer_of(*ix) != h.customer && context.payable(*ix) && exact(ix);
        let bare = naming.strength == Strength::Tail
            && (labelled || by_name && digits() >= 4 || digits() >= 3 && naming.items.iter().any(others));
        let means_it = naming.strength <= Strength::Short || bare;
        if !means_it || naming.items.iter().any(used) {
            continue;
        }
        if slips_to(context, h, naming) {
            continue;
        }
        let is_closed = |ix: &&ItemIx| context.book.figures(**ix).is_some_and(|it| it.status == ItemStatus::Closed);
        gates.push(match naming.items.iter().find(is_closed) {
            Some(closed) => Bar { reason: ReasonCode::AlreadyPaid, fact: Fact::NamesPaid(*closed) },
            None => Bar { reason: ReasonCode::Contradiction, fact: Fact::NamesOther(number) },
        });
    }
    if !context.unresolved.is_empty() {
        let slip = h.parts.len() == 1
            && h.parts.iter().all(|p| context.slip_of(p.item).is_some())
            && context.unresolved.len() == 1;
        if !slip && !context.unresolved.iter().all(|u| is_own(&u.quote)) {
            gates.push(Bar { reason: ReasonCode::Contradiction, fact: Fact::NamesMissing });
        }
    }
    // A bare number that no item bears, while only the name says who pays: it may be what tells two namesakes apart.
    let of_naming = |k: usize| context.namings.iter().any(|n| n.named_in == NamedIn::Text && n.covers(k));
    let tokens = &context.reading.tokens;
    let strange = |k: &usize| {
        let bare = tokens.is_digits(*k) && tokens.word(*k).len() >= 5 && context.reading.typed(*k).is_none();
        bare && context.reading.label(*k) != Some(Label::Order) && !of_naming(*k)
    };
    let number = (0..tokens.list.len()).filter(|_| by_name && context.unresolved.is_empty()).find(strange);
    // Unless it is the answer's own number with one slip.
    let own_slip = |k: usize| h.parts.len() == 1 && h.parts.iter().all(|p| context.is_slip_at(k, p.item));
    if number.is_some_and(|k| !is_own(tokens.word(k)) && !own_slip(k)) {
        gates.push(Bar { reason: ReasonCode::Contradiction, fact: Fact::StrangeNumber });
    }
    if h.basis != Basis::OnAccount && (context.reading.says(Wording::Partial) || context.reading.says(Wording::Final)) {
        gates.push(Bar { reason: ReasonCode::PartialSilent, fact: Fact::PartUnnamed });
    }
}

/// Whether a number that other documents end with is the answer's own with one slip (POLICY row 19): it is written with that number's
/// head, the documents are other customers', and none of them is open at this amount.
fn slips_to(context: &Context<'_>, h: &Hypothesis, naming: &Naming) -> bool {
    let [part] = h.parts.as_slice() else { return false };
    let amount = Some(context.payment.amount);
    let other = |ix: &ItemIx| context.book.customer_of(*ix) != h.customer && context.open_amount(*ix) != amount;
    h.difference == Difference::Exact
        && naming.items.iter().all(other)
        && context.is_slip_with_its_head(naming, part.item)
}

/// Largest share that is taken for a deduction, in hundredths of a percent: who pays a third in advance says so in percent, too.
const WITHHELD_MOST: u32 = 2_000;

/// What an announced part payment leaves open is just the share that the text states in percent: a deduction, whatever it is
/// called (scenario 123).
fn withheld(context: &Context<'_>, h: &Hypothesis) -> bool {
    let (Difference::Partial(left), [part]) = (h.difference, h.parts.as_slice()) else { return false };
    let Some(item) = context.book.figures(part.item) else { return false };
    let share = |of: i64, percent: u32| (i128::from(of) * i128::from(percent) + 5_000) / 10_000;
    let near = |of: i64, percent: u32| (share(of, percent) - i128::from(left)).abs() <= 1;
    let percents = context.reading.marks.percents.iter().filter(|p| (1..=WITHHELD_MOST).contains(*p));
    percents.copied().any(|p| near(item.open_amount, p) || near(item.amount, p))
}

/// How much of the answer's own number stands at the very end of a text that is as long as banks let it be: the rest was cut off.
/// At least three characters with a digit among them; fewer say nothing.
fn own_number_cut(context: &Context<'_>, h: &Hypothesis, text: &str) -> Option<usize> {
    let [part] = h.parts.as_slice() else { return None };
    let whole = context.book.whole_of(part.item);
    let begins = |k: &usize| {
        let begin = whole.get(..*k).filter(|b| b.bytes().any(|b| b.is_ascii_digit()));
        begin.is_some_and(|begin| text.ends_with(begin))
    };
    (3..whole.len()).rev().find(begins)
}

fn wording(context: &Context<'_>, h: &Hypothesis, gates: &mut Bars) {
    let reading = context.reading;
    if reading.says(Wording::Denial) {
        gates.push(Bar { reason: ReasonCode::Contradiction, fact: Fact::Denial });
    }
    if matches!(h.basis, Basis::Named | Basis::PayerSingle) && reading.says(Wording::Returned) {
        gates.push(Bar { reason: ReasonCode::RefundSuspect, fact: Fact::CameBack });
    }
    if reading.marks.proforma || reading.says(Wording::Prepayment) && !h.fully_named {
        gates.push(Bar { reason: ReasonCode::Prepayment, fact: Fact::Prepayment });
    }
    if reading.says(Wording::OtherPurpose) && h.basis != Basis::Named {
        gates.push(Bar { reason: ReasonCode::NoReference, fact: Fact::OtherPurpose });
    }
    if reading.says(Wording::Collection) {
        gates.push(Bar { reason: ReasonCode::Settlement, fact: Fact::Agency });
    }
    if withheld(context, h) {
        gates.push(Bar { reason: ReasonCode::AmountShort, fact: Fact::Withheld });
    }
    if reading.says(Wording::Retention) && h.difference != Difference::Exact {
        gates.push(Bar { reason: ReasonCode::AmountShort, fact: Fact::Retention });
    }
    if reading.says(Wording::Refund)
        && h.basis != Basis::Named
        && !gates.iter().any(|g| g.reason == ReasonCode::RefundSuspect)
    {
        gates.push(Bar { reason: ReasonCode::RefundSuspect, fact: Fact::Refund });
    }
}
