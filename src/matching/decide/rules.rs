//! Which answers may be applied unasked (POLICY rows 1 to 11, 18 to 20), and under which reason.

use crate::book::CustomerIx;
use crate::matching::candidates::{PayerEvidence, PayerKind};
use crate::matching::facts::{Bar, Fact};
use crate::matching::hypotheses::{Basis, Context, Difference, Hypothesis, sentence};
use crate::matching::reading::Wording;
use crate::model::ReasonCode;
use crate::names::{NameLevel, Party, PreparedName};

/// The reason an answer is applied with, or why it is queued.
pub type Verdict = Result<ReasonCode, Stop>;

/// Why the best answer is not applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// The reason code.
    pub reason: ReasonCode,
    /// What stopped it.
    pub why: Why,
}

/// What stopped an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A gate.
    Gate(Fact),
    /// A second answer that fits about as well.
    Second,
    /// A rule that needs no figure.
    Rule(&'static str),
    /// The estimated chance of error, in a million.
    Chance(u32),
    /// The difference of the answer, which the policy does not allow.
    Difference(Difference),
    /// A difference that is allowed, but not for a payer who is not known.
    Unknown(i64),
}

/// How the sentence begins that says that nothing but the error budget held an answer back.
pub const CHANCE_SAYS: &str = "the estimated chance of error is ";

/// The sentence of a stop.
pub fn stop_text(context: &Context<'_>, h: &Hypothesis, why: &Why) -> String {
    let money = |minor: i64| crate::base::Money::from_minor(minor, context.payment.currency).to_string();
    match *why {
        Why::Gate(fact) => sentence(context, h, &fact),
        Why::Second => "a second answer fits about as well".to_owned(),
        Why::Rule(text) => text.to_owned(),
        Why::Chance(ppm) => {
            format!("{CHANCE_SAYS}{ppm} in a million, the policy allows {}", context.policy.error_budget_ppm)
        }
        Why::Unknown(d) => format!("a difference of {}, and the payer is not known as this customer", money(d)),
        Why::Difference(Difference::Over(d)) => format!("{} more than the documents named", money(d)),
        Why::Difference(Difference::Partial(d)) => {
            format!("a part payment is announced, but not of one document named exactly; {} would stay open", money(d))
        }
        Why::Difference(Difference::DiscountLate(d, days)) => {
            format!("a discount of {} was taken {days} days late", money(d))
        }
        Why::Difference(Difference::DiscountRate(d)) => {
            format!("{} was taken off, which is not the discount agreed", money(d))
        }
        Why::Difference(Difference::Short(d)) if context.reading.says(Wording::Final) => {
            format!("the text speaks of the rest, but {} would stay open", money(d))
        }
        Why::Difference(Difference::Short(d)) if h.parts.len() == 1 => {
            format!("{} less than the document asks for, without a word", money(d))
        }
        Why::Difference(Difference::Short(d)) => format!("{} less than the documents ask for", money(d)),
        Why::Difference(_) => String::new(),
    }
}

/// Judges the best answer with its gates.
pub fn judge(context: &Context<'_>, h: &Hypothesis, gates: &[Bar], error_ppm: u32, margin: Option<i32>) -> Verdict {
    if let Some(gate) = gates.first() {
        return Err(Stop { reason: gate.reason, why: Why::Gate(gate.fact) });
    }
    allowed(context, h)?;
    let policy = context.policy;
    if margin.is_some_and(|m| m < policy.margin_centibans) {
        return Err(Stop { reason: ReasonCode::Ambiguous, why: Why::Second });
    }
    // Money on account of a certain payer is no claim about a document.
    if error_ppm > policy.error_budget_ppm && h.basis != Basis::OnAccount {
        let reason = if h.basis == Basis::Named { ReasonCode::PolicyLimit } else { ReasonCode::NoReference };
        return Err(Stop { reason, why: Why::Chance(error_ppm) });
    }
    Ok(reason_if_applied(h))
}

fn stop<T>(reason: ReasonCode, text: &'static str) -> Result<T, Stop> {
    Err(Stop { reason, why: Why::Rule(text) })
}

/// Whether the policy lets this kind of answer be applied, its error aside.
fn allowed(context: &Context<'_>, h: &Hypothesis) -> Result<(), Stop> {
    match h.basis {
        Basis::Named => {}
        Basis::PayerSingle | Basis::PayerSum | Basis::WholeAccount => {
            let sure = h.customer.is_some_and(|c| payer_is_sure(context, c));
            if !sure {
                return stop(ReasonCode::NoReference, "no document is named, and the payer is not certain");
            }
            // Several documents without a number need an account, not a name (row 11).
            let by_account = h.customer.and_then(|c| context.payer(c)).is_some_and(|p| p.kind <= PayerKind::Mandate);
            if h.basis != Basis::PayerSingle && !by_account {
                return stop(ReasonCode::NoReference, "a sum without a number, and the payer's account is not known");
            }
        }
        Basis::OnAccount
            if context.policy.on_account.auto
                && h.customer.and_then(|c| context.payer(c)).is_some_and(|p| p.is_certain()) =>
        {
            return Ok(());
        }
        Basis::OnAccount => {
            return stop(ReasonCode::NoReference, "the payer is known, but no open document fits the amount");
        }
        Basis::OnlyAmount => return stop(ReasonCode::UnknownPayer, "only the amount points to this document"),
        Basis::Duplicate => return stop(ReasonCode::AlreadyPaid, "the document named is already paid"),
    }
    let policy = context.policy;
    let known_well = h.payer_fits || h.basis != Basis::Named;
    let reason = match h.difference {
        Difference::Exact => {
            let as_third_party = h.fully_named && policy.third_party.exact;
            if !known_well && !as_third_party {
                return stop(
                    ReasonCode::UnknownPayer,
                    "the payer is not known, and the number as written is too short, or stands behind no label, to be proof alone",
                );
            }
            return Ok(());
        }
        Difference::Discount(_) if known_well => return Ok(()),
        Difference::CentsShort(_) | Difference::CentsOver(_) if h.exactly_named && known_well => return Ok(()),
        Difference::Charges(_) if policy.charges.stated && h.exactly_named && (known_well || h.fully_named) => {
            return Ok(());
        }
        Difference::CreditNote(_) if h.exactly_named && known_well => return Ok(()),
        Difference::OverSmall(_) if h.exactly_named && known_well => return Ok(()),
        Difference::Partial(_) if policy.partial.announced && h.exactly_named && known_well && h.parts.len() == 1 => {
            return Ok(());
        }
        Difference::Short(_) if may_apply_cash(context, h) => return Ok(()),
        Difference::Discount(d)
        | Difference::CentsShort(d)
        | Difference::CentsOver(d)
        | Difference::Charges(d)
        | Difference::CreditNote(d)
        | Difference::OverSmall(d) => {
            return Err(Stop { reason: ReasonCode::UnknownPayer, why: Why::Unknown(d) });
        }
        Difference::Over(_) => ReasonCode::AmountOver,
        Difference::DiscountLate(..) => ReasonCode::DiscountLate,
        Difference::DiscountRate(_) => ReasonCode::DiscountRate,
        Difference::Short(_) if h.parts.len() == 1 => ReasonCode::PartialSilent,
        Difference::Partial(_) | Difference::Short(_) => ReasonCode::AmountShort,
    };
    Err(Stop { reason, why: Why::Difference(h.difference) })
}

/// The cash of a silent short payment may be applied: one document, named exactly, and no word that nothing is left.
fn may_apply_cash(context: &Context<'_>, h: &Hypothesis) -> bool {
    apply_cash(context, h) && h.exactly_named && h.parts.len() == 1 && !context.reading.says(Wording::Final)
}

fn apply_cash(context: &Context<'_>, h: &Hypothesis) -> bool {
    let customer = h.customer.and_then(|c| context.book.customer(c));
    let certain = h.customer.and_then(|c| context.payer(c)).is_some_and(|p| p.is_certain());
    let of_segment = customer
        .and_then(|c| c.segment.as_ref())
        .and_then(|s| context.policy.segment.get(s))
        .and_then(|s| s.apply_cash);
    let own = customer.and_then(|c| context.policy.customer.get(&c.customer_id)).and_then(|c| c.apply_cash);
    certain && own.or(of_segment).unwrap_or(context.policy.short.apply_cash)
}

/// Whether the payer is certain enough for an amount without a number: by account, mandate or customer number, or by a name
/// that is wholly the customer's own and nobody else's, from no account but the customer's.
pub fn payer_is_sure(context: &Context<'_>, customer: CustomerIx) -> bool {
    let Some(payer) = context.payer(customer) else { return false };
    match payer.kind {
        PayerKind::VirtualAccount | PayerKind::Account | PayerKind::Mandate => {
            // An account that several customers share says who only together with the name.
            let shared = |p: &&PayerEvidence| p.customer != customer && p.kind == payer.kind;
            payer.weight >= 350
                && (payer.name.is_some_and(|n| n <= NameLevel::Truncated) || !context.payers.iter().any(|p| shared(&p)))
        }
        PayerKind::Number => payer.weight >= 300,
        PayerKind::Name => {
            payer.weight >= 290 && name_settles(context, customer) && !from_strange_account(context, customer)
        }
        PayerKind::SimilarName => false,
    }
}

/// Most customers that a name is held against.
const NAMESAKES_MAX: usize = 40;

/// A customer other than these whose name the payer's may be: all words of the one stand in the other, the payer's rarest among them.
pub fn may_be_another(context: &Context<'_>, customers: &[CustomerIx]) -> Option<CustomerIx> {
    let name = context.payment.payer_name.as_deref()?;
    let payer = Party::new(name);
    let words = PreparedName::of_payer(name).words;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let rarest = words.iter().max_by_key(|w| context.book.word_weight(w))?;
    let names = |c: CustomerIx| {
        let customer = context.book.customer(c);
        customer.into_iter().flat_map(|c| std::iter::once(&c.name).chain(&c.aliases))
    };
    let rare = |other: &str| PreparedName::new(other).words.iter().any(|w| w.starts_with(rarest));
    let sharing = context.book.customers_sharing(&words, NAMESAKES_MAX).into_iter();
    let mut others = sharing.chain(context.payers.iter().map(|p| p.customer)).filter(|c| !customers.contains(c));
    others.find(|c| names(*c).any(|other| payer.could_be(&Party::new(other)) && rare(other)))
}

/// The payer's name, or the one on whose behalf is paid, is wholly this customer's and could be nobody else's.
fn name_settles(context: &Context<'_>, customer: CustomerIx) -> bool {
    let written = [context.payment.payer_name.as_deref(), context.payment.ultimate_payer.as_deref()];
    let names = |c: CustomerIx| {
        let customer = context.book.customer(c);
        customer.into_iter().flat_map(|c| std::iter::once(&c.name).chain(&c.aliases)).map(|n| Party::new(n))
    };
    written.into_iter().flatten().any(|name| {
        let payer = Party::new(name);
        if !names(customer).any(|own| payer.is(&own)) {
            return false;
        }
        let words = PreparedName::of_payer(name).words;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        // Also those whose names fit too little to be proposals.
        let sharing = context.book.customers_sharing(&words, NAMESAKES_MAX).into_iter();
        let mut others = sharing.chain(context.payers.iter().map(|p| p.customer)).filter(|c| *c != customer);
        !others.any(|c| names(c).any(|other| payer.could_be(&other)))
    })
}

/// The customer's accounts are known, and the money comes from another one.
fn from_strange_account(context: &Context<'_>, customer: CustomerIx) -> bool {
    context.payment.payer_account.is_some() && context.book.customer(customer).is_some_and(|c| !c.ibans.is_empty())
}

/// The reason an answer would be applied with.
pub fn reason_if_applied(h: &Hypothesis) -> ReasonCode {
    match (h.basis, h.difference) {
        (_, Difference::Discount(_) | Difference::DiscountLate(..) | Difference::DiscountRate(_)) => {
            ReasonCode::DiscountInTerm
        }
        (_, Difference::CentsShort(_)) => ReasonCode::RoundingWrittenOff,
        (_, Difference::Charges(_)) => ReasonCode::ChargesStated,
        (_, Difference::CreditNote(_)) => ReasonCode::CreditNoteNetted,
        (_, Difference::OverSmall(_) | Difference::CentsOver(_) | Difference::Over(_)) => ReasonCode::OverpaidOnAccount,
        (_, Difference::Partial(_) | Difference::Short(_)) => ReasonCode::PartialAnnounced,
        (Basis::Named, Difference::Exact) if h.by_reference => ReasonCode::ReferenceExact,
        (Basis::Named, Difference::Exact) if !h.payer_fits => ReasonCode::ThirdPartyExact,
        (Basis::Named, Difference::Exact) if h.parts.len() == 1 => ReasonCode::NamedItemExact,
        (Basis::Named, Difference::Exact) => ReasonCode::NamedSetExact,
        (Basis::PayerSingle | Basis::OnlyAmount, Difference::Exact) => {
            if h.lines.iter().any(|l| {
                matches!(
                    l.kind,
                    crate::model::EvidenceKind::PayerAccount
                        | crate::model::EvidenceKind::Mandate
                        | crate::model::EvidenceKind::CustomerNumber
                )
            }) {
                ReasonCode::PayerAmountUnique
            } else {
                ReasonCode::NameAmountUnique
            }
        }
        (Basis::PayerSum, Difference::Exact) => ReasonCode::SumUnique,
        (Basis::WholeAccount, Difference::Exact) => ReasonCode::WholeAccount,
        (Basis::OnAccount | Basis::Duplicate, Difference::Exact) => ReasonCode::OnAccount,
    }
}
