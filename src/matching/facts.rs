//! What a piece of evidence or a gate says, as a small value: scored as an integer now, put into words only where somebody
//! reads it ([`super::hypotheses::sentence`]), from the same values.

use super::candidates::PayerKind;
use super::hypotheses::Difference;
use crate::book::{CustomerIx, ItemIx};
use crate::model::{EvidenceKind, ReasonCode};
use crate::names::NameLevel;

/// One piece of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// Which comparison.
    pub kind: EvidenceKind,
    /// Log-odds in centibans; negative speaks against.
    pub weight: i32,
    /// What was found.
    pub fact: Fact,
}

/// A fact that forbids automatic application of an answer, whatever its score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// The reason code that the payment is queued under.
    pub reason: ReasonCode,
    /// What was found.
    pub fact: Fact,
}

/// What was found. Numbers stand for places in what is known of the payment: a naming, an item, a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// Paid to an account that belongs to a customer; how many share it.
    VirtualAccount(CustomerIx, u32),
    /// Paid from an account of a customer; how many share it.
    Account(CustomerIx, u32),
    /// The nth mandate of the payment is a customer's; how many share it.
    Mandate(CustomerIx, u16, u32),
    /// The nth customer number of the text is a customer's; how many share it.
    CustomerNumber(CustomerIx, u16, u32),
    /// The payer's name (or the one on whose behalf) fits a customer's.
    Name {
        /// Whose.
        customer: CustomerIx,
        /// How well.
        level: NameLevel,
        /// The name on whose behalf was paid.
        ultimate: bool,
        /// How many customers fit as well, 1 if none does or it is not told.
        equals: u32,
    },
    /// The text says that it is paid for this customer.
    NamedFor(CustomerIx),
    /// The nth naming is of an item.
    Named(u32, ItemIx),
    /// The amount, so different from the sum of so many documents; so many open items have it.
    Amount(Difference, u32, u32),
    /// How often a payer pays something that fits no document.
    ShareOnAccount,
    /// How often a payer clears an account.
    ShareWhole,
    /// How often a payer pays just this choice of so many.
    ShareChoice(u32),
    /// A refund, where no number is named.
    RefundNotDocument,
    /// A naming is of another customer's document of exactly this amount, which the answer leaves aside.
    NamesItsAmount(u32),
    /// The nth naming is another document of this account.
    PassedOver(u32),
    /// The amount alone points to the item; so many open items have it.
    OnlyAmount(u32),
    /// Neither number nor payer points to the item.
    NothingElse,
    /// The payer is another customer, by account, number or name.
    OtherCustomer(CustomerIx, PayerKind),
    /// The list is cut off within this item's number.
    ListCut(ItemIx),
    /// With this item the sum is exact; with another of this amount it is, too.
    OneMissing(ItemIx, bool),
    /// The documents that the hypothesis is about are paid, and this is their amount again.
    PaidBefore(bool),
    /// The item is of another company.
    ForeignCompany(ItemIx),
    /// The item is in another currency.
    ForeignCurrency(ItemIx),
    /// Nothing is known of the item.
    ForeignUnknown,
    /// The nth naming is a reference with wrong check digits.
    BadReference(u32),
    /// The statement has nothing to prove it by.
    StatementUnproven,
    /// It came in a report of the day or a notification.
    NotYetStated,
    /// The statement does not tie out.
    StatementBroken,
    /// A statement is missing.
    StatementGap,
    /// A statement overlaps another.
    StatementOverlap,
    /// The payer's name tries to look like another.
    Spoofed,
    /// A batch without its details.
    Unsplit,
    /// Some structured reference fails its check digits.
    CheckDigits,
    /// The text is longer, or names more, than is read.
    TextCut,
    /// The amount is above the policy's cap.
    AboveCap,
    /// The item's status forbids it.
    Blocked(ItemIx),
    /// A number in the text is the item's reference with a slip.
    ReferenceSlip(ItemIx),
    /// The payment is older than the item.
    Older(ItemIx),
    /// Nothing is automatic for this customer.
    Hold(CustomerIx),
    /// The amount is above the cap for this customer.
    AboveCustomerCap(CustomerIx),
    /// The customer is a supplier, too, and the text speaks of a refund.
    SupplierRefund(CustomerIx),
    /// The text names a closed item.
    NamesPaid(ItemIx),
    /// The nth naming is another document.
    NamesOther(u32),
    /// The text names a document that is not among the items.
    NamesMissing,
    /// A part payment is announced, the document not named.
    PartUnnamed,
    /// The text speaks of a prepayment.
    Prepayment,
    /// The text speaks of money that settles no invoice.
    OtherPurpose,
    /// A collection agency pays.
    Agency,
    /// The text speaks of a retention.
    Retention,
    /// What is missing is the share that the text states in percent.
    Withheld,
    /// The text speaks of a refund.
    Refund,
    /// The nth naming is left aside, and may be another document.
    LeftAside(u32),
    /// The payer's name is this customer's as well, and its item has exactly the amount.
    Namesake(CustomerIx, ItemIx),
    /// A number in the text is nobody's, and only the name says who pays.
    StrangeNumber,
    /// The item is named, and the money is used up before it.
    NothingLeft(ItemIx),
    /// The item has exactly the amount of the payment, and another one is named.
    PaysAnother(ItemIx),
    /// The account or name of the payer is another customer's.
    OtherPayer(CustomerIx),
    /// Paid on behalf of another customer.
    OnBehalf(CustomerIx),
    /// The text denies or cancels something.
    Denial,
    /// The discount taken is as well the amount of the customer's only credit note.
    OrCreditNote,
    /// The text says that money came back.
    CameBack,
    /// A paid item of the customer has exactly this amount.
    PaidSameAmount(ItemIx),
    /// So many other choices among so many items, and the sums expected by chance in a million.
    OtherChoices(u64, u64, u64),
    /// So many open items: not all combinations could be counted.
    NotCounted(u64),
    /// The nth note of an answer: registered evidence or a registered gate.
    Registered(u32),
    /// Decisions of this reason, confirmed before, were right more or less often than estimated: so many, so many wrong.
    Calibrated(u64, u64),
}

impl Fact {
    /// The sentence of a fact that has no figures; `None` if its sentence needs what is known of the payment.
    pub fn fixed(&self) -> Option<&'static str> {
        Some(match self {
            Fact::ShareOnAccount => "payments of a known payer seldom fit no document",
            Fact::ShareWhole => "payments without a number seldom clear a whole account",
            Fact::RefundNotDocument => "the text speaks of a refund: money back, not money for a document",
            Fact::NothingElse => "neither a number nor the payer points to this document",
            Fact::StatementUnproven => "the statement has no balances that prove it complete",
            Fact::NotYetStated => {
                "it came in a notification or a report of the day: the statement brings the same money once more, so approve one of the two"
            }
            Fact::StatementBroken => "the statement does not tie out",
            Fact::StatementGap => "a statement is missing before this one",
            Fact::StatementOverlap => {
                "part of this statement also stands in another one, perhaps this money too: look there before you approve both"
            }
            Fact::Spoofed => "the payer's name mixes scripts or holds invisible characters",
            Fact::Unsplit => "a batch without details, or whose details do not sum to it",
            Fact::CheckDigits => "a structured reference fails its check digits",
            Fact::TextCut => "the text is longer than is read, or names more documents: its end was cut off",
            Fact::AboveCap => "the amount is above the policy's cap for automatic application",
            Fact::PartUnnamed => "the text announces a part payment without naming the document",
            Fact::StrangeNumber => "the text has a number that no document bears, and only the name says who pays",
            Fact::OtherPurpose => "the text speaks of money that settles no invoice, and names no document",
            Fact::Prepayment => "the text speaks of a prepayment",
            Fact::Agency => "a collection agency pays: its commission and share are in its own list",
            Fact::Retention => "the text speaks of a retention",
            Fact::Withheld => "what is missing is the percentage that the text states",
            Fact::Refund => "the text speaks of a refund",
            Fact::Denial => "the text denies or cancels something: a person reads it",
            Fact::OrCreditNote => "the discount taken is also the amount of the customer's only credit note",
            Fact::CameBack => "the text says that a payment came back",
            Fact::ForeignUnknown => "",
            _ => return None,
        })
    }
}
