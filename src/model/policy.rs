//! The policy: what tieout does unasked. Data with defaults that a controller would sign; every key of `tieout.toml` is a field here.

use crate::base::Currency;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The whole policy (POLICY rows 1 to 20).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Largest estimated chance of error of an automatic decision, in parts per million (row 20).
    pub error_budget_ppm: u32,
    /// Smallest distance to the second best proposal, in centibans.
    pub margin_centibans: i32,
    /// Largest payment that is applied without a person, in whole units of its currency; none by default (row 15).
    pub cap: Option<u64>,
    /// Row 1.
    pub discount: DiscountPolicy,
    /// Row 2.
    pub tolerance: TolerancePolicy,
    /// Row 3.
    pub charges: ChargesPolicy,
    /// Row 4.
    pub partial: PartialPolicy,
    /// Row 4, silent.
    pub short: ShortPolicy,
    /// Row 5.
    pub over: OverPolicy,
    /// Row 6.
    pub third_party: ThirdPartyPolicy,
    /// Row 8.
    pub on_account: OnAccountPolicy,
    /// Row 10.
    pub ties: TiesPolicy,
    /// Row 13.
    pub returns: ReturnsPolicy,
    /// Row 14.
    pub statement: StatementPolicy,
    /// Row 18.
    pub credit_note: CreditNotePolicy,
    /// Names that mean ourselves, beside the owners that the statements name.
    pub own_names: Vec<String>,
    /// Our own accounts and whose they are.
    pub account: Vec<OwnAccount>,
    /// Row 12: rules beside the built-in ones; the first that fits decides.
    pub not_receivable: Vec<NotReceivableRule>,
    /// What matching learned. Left out of the hash while it is as by default.
    #[serde(skip_serializing_if = "MatchingPolicy::is_default")]
    pub matching: MatchingPolicy,
    /// Who may decide what in review. Left out of the hash while it is as by default: it decides nothing of a run.
    #[serde(skip_serializing_if = "ReviewersPolicy::is_default")]
    pub reviewers: ReviewersPolicy,
    /// Overrides by customer segment.
    pub segment: BTreeMap<String, SegmentOverride>,
    /// Overrides by customer id.
    pub customer: BTreeMap<String, CustomerOverride>,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            error_budget_ppm: 100,
            margin_centibans: 200,
            cap: None,
            discount: DiscountPolicy::default(),
            tolerance: TolerancePolicy::default(),
            charges: ChargesPolicy::default(),
            partial: PartialPolicy::default(),
            short: ShortPolicy::default(),
            over: OverPolicy::default(),
            third_party: ThirdPartyPolicy::default(),
            on_account: OnAccountPolicy::default(),
            ties: TiesPolicy::default(),
            returns: ReturnsPolicy::default(),
            statement: StatementPolicy::default(),
            credit_note: CreditNotePolicy::default(),
            own_names: Vec::new(),
            account: Vec::new(),
            not_receivable: Vec::new(),
            matching: MatchingPolicy::default(),
            reviewers: ReviewersPolicy::default(),
            segment: BTreeMap::new(),
            customer: BTreeMap::new(),
        }
    }
}

macro_rules! part {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $fdoc:literal])* $field:ident: $ty:ty = $value:expr,)* }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields, default)]
        pub struct $name { $($(#[doc = $fdoc])* pub $field: $ty,)* }
        impl Default for $name {
            fn default() -> Self { $name { $($field: $value,)* } }
        }
    };
}

part! {
    /// Cash discount (row 1).
    DiscountPolicy {
        /// Days after the discount date that still count. The date is first moved over weekends and holidays.
        grace_days: u32 = 0,
        /// Holidays of the company, beside Saturdays and Sundays.
        calendar: Vec<NaiveDate> = Vec::new(),
    }
}
part! {
    /// Cent differences (row 2).
    TolerancePolicy {
        /// Largest difference per payment that is written off, in minor units of currencies with two decimals.
        minor_units: i64 = 5,
        /// The same by currency code, for those with other decimals.
        by_currency: BTreeMap<Currency, i64> = BTreeMap::new(),
        /// Largest sum of such write-offs per booking day and currency, in minor units; beyond it payments go to review.
        daily_cap_minor_units: i64 = 5_000,
    }
}
part! {
    /// Bank charges (row 3).
    ChargesPolicy {
        /// Charges that the statement itself states are cleared without asking.
        stated: bool = true,
    }
}
part! {
    /// Announced part payments (row 4).
    PartialPolicy {
        /// Applied when the document is named exactly and the text says so.
        announced: bool = true,
    }
}
part! {
    /// Silent short payments (row 4).
    ShortPolicy {
        /// Apply the cash unasked to exactly named documents of a certain payer; the rest stays open.
        apply_cash: bool = false,
    }
}
part! {
    /// Overpayments of a named document (row 5): up to the larger of `amount` and `percent`, the latter at most `at_most`.
    OverPolicy {
        /// In minor units.
        amount_minor_units: i64 = 100,
        /// Of the document, in hundredths of a percent: 0.5 % is 50.
        percent_hundredths: i64 = 50,
        /// In minor units.
        at_most_minor_units: i64 = 1_000,
    }
}
part! {
    /// Payers that are unknown or not the customer (row 6).
    ThirdPartyPolicy {
        /// Automatic when every document is named exactly and the sum is exact.
        exact: bool = true,
    }
}
part! {
    /// Money without a document (row 8).
    OnAccountPolicy {
        /// Put money of a certain payer on account unasked.
        auto: bool = false,
    }
}
part! {
    /// Ties (row 10).
    TiesPolicy {
        /// n equal payments and n equal items of one customer are applied.
        complete_set: bool = true,
    }
}
part! {
    /// Returns (row 13).
    ReturnsPolicy {
        /// A return with a certain link reopens what it had closed.
        reopen: bool = true,
    }
}
part! {
    /// Statements (row 14).
    StatementPolicy {
        /// What happens with payments of a statement without balances.
        unproven: Unproven = Unproven::Queue,
    }
}
part! {
    /// Credit notes (row 18).
    CreditNotePolicy {
        /// An unnamed credit note is netted when it is the customer's only one and makes the sum exact to the cent.
        only_one: bool = true,
    }
}

part! {
    /// What matching goes by beside its built-in figures.
    MatchingPolicy {
        /// File of `tieout calibrate` (`tieout.priors/1`), from where the policy file lies. Without it nothing learned counts.
        priors: Option<String> = None,
    }
}

impl MatchingPolicy {
    /// Whether nothing was set.
    pub fn is_default(&self) -> bool {
        *self == MatchingPolicy::default()
    }
}

part! {
    /// Decisions of people: who may decide, up to what alone, and how sure it must be who it was.
    ReviewersPolicy {
        /// Whether a typed name is enough.
        require: RequiredIdentity = RequiredIdentity::Claimed,
        /// Largest payment that one person decides alone, in whole units of its currency; above it a second person signs.
        limit: Option<u64> = None,
        /// Largest write-off and charges that one person grants alone, in minor units per payment.
        writeoff_minor_units: i64 = 5_000,
        /// Largest cash discount that one person grants alone, in minor units per payment.
        discount_minor_units: Option<i64> = None,
        /// Reason codes of the queue that always need two persons.
        two_for: Vec<String> = Vec::new(),
        /// What else takes two persons, with a ledger: `facts` (a signature under a learned fact), `policy` (another one than in
        /// the last run), `undo`.
        two_persons: Vec<String> = Vec::new(),
        /// The reviewers by name. Where some are listed, nobody else decides.
        person: BTreeMap<String, Reviewer> = BTreeMap::new(),
    }
}

impl ReviewersPolicy {
    /// Whether nothing was set.
    pub fn is_default(&self) -> bool {
        *self == ReviewersPolicy::default()
    }
}

/// How sure it must be who decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RequiredIdentity {
    /// A typed name is enough.
    Claimed,
    /// A signature of a listed key, or the word of the system that tieout is part of.
    Verified,
}

/// One reviewer; what is not given is as in [`ReviewersPolicy`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Reviewer {
    /// Instead of [`ReviewersPolicy::limit`].
    pub limit: Option<u64>,
    /// Instead of [`ReviewersPolicy::writeoff_minor_units`].
    pub writeoff_minor_units: Option<i64>,
    /// Instead of [`ReviewersPolicy::discount_minor_units`].
    pub discount_minor_units: Option<i64>,
    /// Beside [`ReviewersPolicy::two_for`].
    pub two_for: Vec<String>,
    /// Public keys as in `id_ed25519.pub`, by which a signature is known.
    pub keys: Vec<String>,
}

/// What to do with payments from a statement that has nothing to prove it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unproven {
    /// Matched and queued.
    Queue,
    /// Treated as proven.
    Apply,
}

/// One of our own accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OwnAccount {
    /// IBAN or account string; blanks do not matter.
    pub iban: String,
    /// Whose it is; needed when items of several companies are given.
    #[serde(default)]
    pub company: String,
    /// General ledger account of the bank.
    #[serde(default)]
    pub gl_account: Option<String>,
}

/// A rule for what is no receivable (row 12). All conditions given must hold; words are compared folded, as whole words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct NotReceivableRule {
    /// Name of the rule, shown in the reason.
    pub name: String,
    /// Reason code of the outcome: `FEE`, `INTEREST`, `OWN_TRANSFER`, `TAX_OFFICE`, `SUPPLIER_REFUND`, `CARD_SETTLEMENT`, `OTHER_INCOME`.
    pub reason: String,
    /// `in`, `out`, or empty for both.
    pub direction: String,
    /// Any of these in the payer's name.
    pub payer_any: Vec<String>,
    /// Any of these in the payer's words or the bank's text.
    pub text_any: Vec<String>,
    /// Any of these GVC, ISO family or sub-family, SWIFT type codes.
    pub code_any: Vec<String>,
    /// Any of these counterparty accounts.
    pub account_any: Vec<String>,
    /// Holds although a document is named; yields only to a payer (or ultimate payer) who is a known customer.
    pub even_if_named: bool,
    /// Holds although the payer is a known customer or a document is named. By default a rule on words yields to both.
    pub always: bool,
}

/// Overrides for a segment of customers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct SegmentOverride {
    /// Instead of [`Policy::cap`].
    pub cap: Option<u64>,
    /// Instead of [`TolerancePolicy::minor_units`].
    pub tolerance_minor_units: Option<i64>,
    /// Instead of [`DiscountPolicy::grace_days`].
    pub discount_grace_days: Option<u32>,
    /// `false` forbids automatic application.
    pub auto_apply: Option<bool>,
    /// Instead of [`ShortPolicy::apply_cash`].
    pub apply_cash: Option<bool>,
}

/// Overrides for one customer; the same keys as a segment's.
pub type CustomerOverride = SegmentOverride;
