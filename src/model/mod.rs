//! Floor 2: the nouns of statements, receivables and decisions, with the rules that conserve money and order statements. No I/O.

pub mod conservation;
mod continuity;
mod customer;
mod decision;
mod details;
mod entry;
mod finding;
mod input_file;
mod item;
mod pages;
mod passed;
mod payment;
mod policy;
mod priors;
mod rare;
mod reason;
mod review;
mod roles;
mod sketch;
mod statement;
mod summary;
mod words;

pub use continuity::{follow_balances, numbers_run};
pub use customer::Customer;
pub use decision::{
    Allocation, Decision, Disposition, EvidenceKind, EvidenceLine, Gate, OtherAmount, Outcome, Proposal, Remainder,
    RemainderCode,
};
pub use details::{
    AmountDetails, DocumentRef, Party, Remittance, ReturnInfo, StructuredRemittance, TransactionDetails,
    is_no_reference,
};
pub use entry::{BankCode, Batch, Charge, Entry, EntryStatus};
pub use finding::{Finding, FindingCode};
pub use input_file::InputFile;
pub use item::{DiscountTier, ExpectedBy, ItemKind, ItemMore, ItemStatus, OpenItem};
pub use passed::Passed;
pub use payment::{Payment, Source, Trust};
pub use policy::{
    ChargesPolicy, CreditNotePolicy, CustomerOverride, DiscountPolicy, MatchingPolicy, NotReceivableRule,
    OnAccountPolicy, OverPolicy, OwnAccount, PartialPolicy, Policy, RequiredIdentity, ReturnsPolicy, Reviewer,
    ReviewersPolicy, SegmentOverride, ShortPolicy, StatementPolicy, ThirdPartyPolicy, TiesPolicy, TolerancePolicy,
    Unproven,
};
pub use priors::{Priors, ReasonRecord};
pub use rare::{Empty, Rare};
pub use reason::{ReasonCode, ReasonRow, reason_table};
pub use review::{DifferenceCode, Identity, Review, ReviewState, Signer, Verdict, exception_id};
pub use sketch::Sketch;
pub use statement::{
    Balance, BalanceKind, ControlTotals, CopyMark, Format, Movement, Page, Statement, StatementKind, TieOut, Totals,
};
pub use summary::{
    AccountSummary, ControlTotalClaim, CurrencySummary, Equation, FileSummary, LedgerSummary, LeftOutSummary,
    ReasonSummary, ReceivablesSummary, RepeatedStatement, StatementSummary, Sum, Summary,
};
pub use words::joined_words;
