//! The sentences of evidence and gates, from the values that were scored.

use super::{Context, Difference, Hypothesis};
use crate::base::{Currency, Money};
use crate::matching::candidates::{NamedIn, Naming, PayerKind, Strength, customer_number, mandate};
use crate::matching::facts::Fact;
use crate::matching::reading::{Label, Typed};
use crate::names::NameLevel;

/// The sentence of a fact about an answer.
pub fn sentence(context: &Context<'_>, h: &Hypothesis, fact: &Fact) -> String {
    let doc_no = |ix: u32| context.book.item(ix).map_or("", |it| it.doc_no.as_str());
    let customer = |ix: u32| context.book.customer(ix).map_or("", |c| c.name.as_str());
    let quote = |naming: u32| context.naming(naming).map_or("", |n| n.quote.as_str());
    let payment = context.payment;
    if let Some(text) = fact.fixed() {
        return text.to_owned();
    }
    match *fact {
        Fact::VirtualAccount(c, shared) => {
            let account = shorten(payment.receiving_account.as_deref().unwrap_or(""));
            shared_by(format!("paid to the account {account} that belongs to {} alone", customer(c)), shared)
        }
        Fact::Account(c, shared) => {
            let account = shorten(payment.payer_account.as_deref().unwrap_or(""));
            shared_by(format!("paid from the account {account} of {}", customer(c)), shared)
        }
        Fact::Mandate(c, k, shared) => {
            let mandate = mandate(payment, context.reading, k);
            shared_by(format!("mandate {mandate} is of {}", customer(c)), shared)
        }
        Fact::CustomerNumber(c, k, shared) => {
            let number = customer_number(context.reading, k);
            shared_by(format!("the text names customer number {number} of {}", customer(c)), shared)
        }
        Fact::Name { customer: c, level, ultimate, equals } => {
            let name = if ultimate { payment.ultimate_payer.as_deref() } else { payment.payer_name.as_deref() };
            let how = match level {
                NameLevel::Same => "is the name of",
                NameLevel::SameWords => "has the same words as",
                NameLevel::Truncated => "is the beginning of",
                NameLevel::Close => "is close to",
                _ => "has words in common with",
            };
            let name = crate::error::visible(name.unwrap_or(""));
            let mut text = format!("the payer's name `{name}` {how} {}", customer(c));
            if equals > 1 {
                text.push_str(&format!("; {equals} customers fit as well"));
            }
            text
        }
        Fact::NamedFor(c) => format!("the text says that it is paid for {}", customer(c)),
        Fact::Named(naming, item) => context.naming(naming).map_or_else(String::new, |n| naming_text(n, doc_no(item))),
        Fact::Amount(difference, documents, same) => amount_text(context, &difference, documents, same),
        Fact::ShareChoice(n) => {
            let choice = if n == 1 { "just this document".to_owned() } else { format!("just these {n} documents") };
            format!("payments without a number seldom mean {choice}")
        }
        Fact::PassedOver(n) => format!("the text has `{}`, which is another document of this account", quote(n)),
        Fact::NamesItsAmount(n) => {
            format!("the text names `{}` in full, another customer's document of exactly this amount", quote(n))
        }
        Fact::OnlyAmount(same) => format!("the amount is exactly this document's; open items with it: {same}"),
        Fact::OtherCustomer(c, kind) if kind <= PayerKind::Mandate => {
            format!("the payer is the customer {}, the documents are another customer's", customer(c))
        }
        Fact::OtherCustomer(c, PayerKind::Number) => {
            format!("the text has the customer number of {}, the documents are another customer's", customer(c))
        }
        Fact::OtherCustomer(c, _) => {
            format!("the payer's name is that of {}, the documents are another customer's", customer(c))
        }
        Fact::ListCut(ix) => format!("the text is cut off within the list, and with {} the sum is exact", doc_no(ix)),
        Fact::OneMissing(ix, false) => {
            format!("with {} the sum is exact, but the text does not name it", doc_no(ix))
        }
        Fact::OneMissing(ix, true) => {
            format!("with {} the sum is exact, but so it is with another document of this amount", doc_no(ix))
        }
        Fact::PaidBefore(same) => {
            let numbers: Vec<&str> = h.about.iter().map(|ix| doc_no(*ix)).collect();
            let again = if same { ", and this is the same amount again" } else { "" };
            format!("{} is already paid{again}", numbers.join(", "))
        }
        Fact::ForeignCompany(ix) => {
            let company = context.book.item(ix).map_or("", |it| it.company.as_str());
            format!("{} belongs to company {company}, the account to company {}", doc_no(ix), payment.company)
        }
        Fact::ForeignCurrency(ix) => {
            let currency = context.book.item(ix).map_or("", |it| it.currency.code());
            if payment.currency == Currency::NONE {
                return format!(
                    "{} is in {currency}, and the statement names no currency (`--currency` for a CSV)",
                    doc_no(ix)
                );
            }
            format!("{} is in {currency}, the payment in {}", doc_no(ix), payment.currency)
        }
        Fact::BadReference(n) => format!("the reference `{}` fails its check digits", quote(n)),
        Fact::Blocked(ix) => {
            let status = context.book.item(ix).map_or("", |it| it.status.as_str());
            format!("{} is {}", doc_no(ix), status.replace('_', " "))
        }
        Fact::ReferenceSlip(ix) => {
            let written = context.slip_of_reference(ix).unwrap_or("");
            format!("`{written}` is the reference of {} with a slip: its check digits fail", doc_no(ix))
        }
        Fact::Older(ix) => {
            format!("the payment is older than {}, which it does not name in full with the exact amount", doc_no(ix))
        }
        Fact::Hold(c) => format!("nothing is automatic for {}", customer(c)),
        Fact::AboveCustomerCap(c) => format!("the amount is above the cap for {}", customer(c)),
        Fact::SupplierRefund(c) => format!("{} is also a supplier, and the text speaks of a refund", customer(c)),
        Fact::NamesPaid(ix) => format!("the text names {}, which is already paid", doc_no(ix)),
        Fact::NamesOther(n) if h.parts.is_empty() => format!("the text names `{}`, a document", quote(n)),
        Fact::NamesOther(n) => format!("the text names `{}`, which is another document", quote(n)),
        Fact::NamesMissing => {
            let quote = context.unresolved.first().map_or("", |u| u.quote.as_str());
            format!("the text names document `{quote}`, which is not among the items")
        }
        Fact::Registered(n) => h.notes.get(n as usize).cloned().unwrap_or_default(),
        Fact::Calibrated(confirmed, wrong) => {
            format!("of {confirmed} confirmed decisions of this kind {wrong} were wrong")
        }
        Fact::NotCounted(n) => format!("{n} open items: not all combinations could be counted"),
        Fact::OtherChoices(sets, n, expected_ppm) => format!(
            "{sets} other choices among {n} open items: {}.{:04} sums expected by chance",
            expected_ppm / 1_000_000,
            expected_ppm % 1_000_000 / 100
        ),
        Fact::LeftAside(n) => format!("the text has `{}` too, which may be another document", quote(n)),
        Fact::Namesake(c, ix) => {
            format!("the payer's name fits {} as well, whose {} has exactly this amount", customer(c), doc_no(ix))
        }
        Fact::NothingLeft(ix) => format!("{} is named too, and gets 0: the money is used up before it", doc_no(ix)),
        Fact::PaysAnother(ix) => format!("another document of this customer, {}, has exactly this amount", doc_no(ix)),
        Fact::OtherPayer(c) => format!("the payer may be {}, another customer", customer(c)),
        Fact::OnBehalf(c) => format!("it is paid on behalf of {}, another customer", customer(c)),
        Fact::PaidSameAmount(ix) => format!("{} had exactly this amount and is already paid", doc_no(ix)),
        // Said above.
        _ => String::new(),
    }
}

fn shared_by(mut text: String, shared: u32) -> String {
    if shared > 1 {
        text.push_str(&format!("; {shared} customers share it"));
    }
    text
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

fn naming_text(naming: &Naming, doc_no: &str) -> String {
    let chance = format!("{}.{:02}", naming.chance_hundredths / 100, naming.chance_hundredths % 100);
    let quote = &naming.quote;
    let place = match naming.named_in {
        NamedIn::Text => "the text",
        NamedIn::Field => "the reference field",
        NamedIn::EndToEnd => "the end-to-end id",
    };
    let what = match naming.strength {
        Strength::Reference => format!("{place} has the payment reference of {doc_no}"),
        Strength::Whole => format!("{place} names {doc_no} in full"),
        Strength::Digits => format!("{place} names {doc_no} by its digits `{quote}`"),
        Strength::Short => format!("{place} names {doc_no} as `{quote}`"),
        Strength::Other => format!("{place} names `{quote}`, an order or other number of {doc_no}"),
        Strength::Tail => format!("{place} has `{quote}`, the running number of {doc_no}"),
    };
    let several =
        if naming.items.len() > 1 { format!(" ({} items bear it)", naming.items.len()) } else { String::new() };
    let several = match naming.label {
        Some(Label::Document | Label::CreditNote) if naming.strength > Strength::Whole => {
            format!("{several}, behind the label of a document")
        }
        Some(Label::Order) => format!("{several}, behind the label of an order"),
        _ => several,
    };
    let typed = match naming.typed {
        None => String::new(),
        Some(Typed::BadReference) => ", inside a reference with wrong check digits".to_owned(),
        Some(typed) => format!(", but it reads as {}", typed_name(typed)),
    };
    format!("{what}{several}{typed}; {chance} such hits expected by chance")
}

fn typed_name(typed: Typed) -> &'static str {
    match typed {
        Typed::Date => "a date",
        Typed::Amount => "an amount",
        Typed::Percent => "a percentage",
        Typed::Account => "a bank account",
        Typed::Phone => "a telephone number",
        Typed::Tax => "a tax number",
        Typed::OwnId => "somebody else's id",
        Typed::Customer => "a customer number",
        Typed::BadReference => "a wrong reference",
    }
}

fn amount_text(context: &Context<'_>, difference: &Difference, documents: u32, same: u32) -> String {
    let money = |minor: i64| Money::from_minor(minor, context.payment.currency).figure();
    let amount = money(context.payment.amount);
    let sum = if documents > 1 { format!("sum of {documents} documents") } else { "open amount".to_owned() };
    match *difference {
        Difference::Exact => {
            let also = if same > 1 && documents == 1 {
                format!("; {same} open items have this amount")
            } else {
                String::new()
            };
            format!("{amount} is exactly the {sum}{also}")
        }
        Difference::Discount(d) => format!("{amount} is the {sum} less the discount of {} in term", money(d)),
        Difference::Charges(d) => {
            format!("{amount} is the {sum} less the charges of {} that the statement states", money(d))
        }
        Difference::CreditNote(d) => {
            format!("{amount} is the {sum} less the customer's only credit note of {}", money(d))
        }
        Difference::CentsOver(d) | Difference::OverSmall(d) | Difference::Over(d) => {
            format!("{amount} is {} over the {sum}", money(d))
        }
        Difference::Partial(d) => format!("{amount} is announced as a part of the {sum}, {} less", money(d)),
        Difference::DiscountLate(d, days) => {
            format!("{amount} is the {sum} less a discount of {} that was due {days} days before", money(d))
        }
        Difference::DiscountRate(d) => {
            format!("{amount} is the {sum} less {}, which is not the discount agreed", money(d))
        }
        Difference::CentsShort(d) | Difference::Short(d) => format!("{amount} is {} short of the {sum}", money(d)),
    }
}
