use crate::base::Place;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something odd that did not stop the read, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// Which oddity.
    pub code: FindingCode,
    /// Where.
    pub place: Place,
    /// One sentence for a person, with the figures.
    pub text: String,
}

impl Finding {
    /// A finding at a place. The text is made safe for a terminal as in [`crate::Error`], and cut after 500 characters: a sentence
    /// that sets two statements side by side, with the names of their files, has room.
    pub fn new(code: FindingCode, place: Place, text: impl AsRef<str>) -> Self {
        Finding { code, place, text: crate::error::visible_within(text.as_ref(), 500) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} [{}]", self.place, self.text, self.code.as_str())
    }
}

impl FindingCode {
    /// Whether it keeps a statement from being proven although it should be: a contradiction, or a figure that is owed.
    pub fn spoils_tie_out(self) -> bool {
        use FindingCode::{
            AccountMissing, BalanceMismatch, ClosingMissing, CurrencyDiffers, DirectionMissing, FigureForm,
            OpeningMissing, RunningBalanceMismatch, SummaryMismatch,
        };
        matches!(
            self,
            AccountMissing
                | BalanceMismatch
                | ClosingMissing
                | CurrencyDiffers
                | DirectionMissing
                | FigureForm
                | OpeningMissing
                | RunningBalanceMismatch
                | SummaryMismatch
        )
    }
}

macro_rules! finding_codes {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal),* $(,)?) => {
        /// The named oddities. The text form is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[non_exhaustive]
        pub enum FindingCode {
            $($(#[doc = $doc])* #[serde(rename = $text)] $name,)*
        }
        impl FindingCode {
            /// The stable text form.
            pub fn as_str(self) -> &'static str {
                match self { $(FindingCode::$name => $text,)* }
            }
        }
    };
}

finding_codes! {
    /// Opening balance plus booked entries is not the closing balance.
    BalanceMismatch = "BALANCE_MISMATCH",
    /// A batch's details do not sum to its entry.
    BatchSumMismatch = "BATCH_SUM_MISMATCH",
    /// A batch names more or fewer transactions than it shows.
    BatchCountMismatch = "BATCH_COUNT_MISMATCH",
    /// The bank's own counts or sums differ from the entries.
    SummaryMismatch = "SUMMARY_MISMATCH",
    /// A row's running balance is not the balance before plus its amount.
    RunningBalanceMismatch = "RUNNING_BALANCE_MISMATCH",
    /// An amount that nothing proves is written unlike all others of its account.
    FigureForm = "FIGURE_FORM",
    /// The account is missing, or what stands in its place cannot be one.
    AccountMissing = "ACCOUNT_MISSING",
    /// The opening balance is missing.
    OpeningMissing = "OPENING_MISSING",
    /// The closing balance is missing.
    ClosingMissing = "CLOSING_MISSING",
    /// The closing balance is in another currency than the opening one or the entries.
    CurrencyDiffers = "CURRENCY_DIFFERS",
    /// ISO 4217 does not list the currency.
    CurrencyUnknown = "CURRENCY_UNKNOWN",
    /// An amount with more decimals than its currency has.
    ExcessDecimals = "EXCESS_DECIMALS",
    /// A balance or an entry without its direction, read as the sentence says.
    DirectionMissing = "DIRECTION_MISSING",
    /// An entry without its status, read as booked.
    StatusMissing = "STATUS_MISSING",
    /// A status that is not booked, pending, information or future.
    StatusUnknown = "STATUS_UNKNOWN",
    /// A date that no calendar has (30 February), moved to the month's end.
    ImpossibleDate = "IMPOSSIBLE_DATE",
    /// An entry or value date that is missing and was derived as the sentence says.
    DateDerived = "DATE_DERIVED",
    /// The namespace is missing or not the usual one.
    Namespace = "NAMESPACE",
    /// The encoding is not UTF-8 and was chosen as the sentence says.
    EncodingGuessed = "ENCODING_GUESSED",
    /// A tag or element of no known meaning was left aside.
    UnknownField = "UNKNOWN_FIELD",
    /// A field stands where the standard does not allow it.
    FieldOrder = "FIELD_ORDER",
    /// A field departs from the standard and was read as the sentence says.
    Dialect = "DIALECT",
    /// A row or entry that is no booked money and was left out.
    LeftOut = "LEFT_OUT",
    /// A table with a header and no booked money below it.
    NoEntries = "NO_ENTRIES",
    /// A copy or duplicate, as the bank itself marks it.
    CopyMarked = "COPY_MARKED",
    /// The same statement came twice in one run.
    StatementRepeated = "STATEMENT_REPEATED",
    /// The same statement key with other content.
    StatementConflict = "STATEMENT_CONFLICT",
    /// Some entries stand in two statements of one run.
    StatementOverlap = "STATEMENT_OVERLAP",
    /// A statement is missing between two others.
    StatementGap = "STATEMENT_GAP",
    /// A document number at two customers.
    DocumentNumberShared = "DOCUMENT_NUMBER_SHARED",
    /// A due date before the document date.
    DueBeforeDocument = "DUE_BEFORE_DOCUMENT",
    /// An open item with nothing open.
    ZeroItem = "ZERO_ITEM",
    /// An open amount that the item's own original amount makes unlikely.
    AmountUnlikely = "AMOUNT_UNLIKELY",
    /// A customer whose company is missing where items are of several, or that no item has.
    CustomerCompany = "CUSTOMER_COMPANY",
    /// A customer whose parent or payer is not in the file, or whose parents lead back to itself.
    CustomerRelation = "CUSTOMER_RELATION",
    /// An account of a customer that is several customers', or whose check digits are wrong.
    CustomerAccount = "CUSTOMER_ACCOUNT",
    /// Something that the format written to cannot carry as it was.
    NotCarried = "NOT_CARRIED",
    /// More findings than the limit; the rest were counted.
    FindingsCut = "FINDINGS_CUT",
}
