use super::Outcome;
use serde::{Deserialize, Serialize};

/// One row of the table of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReasonRow {
    /// The code.
    pub code: ReasonCode,
    /// The outcome it usually stands on.
    pub outcome: Outcome,
    /// Row of the policy, 0 where none.
    pub policy_row: u8,
    /// The sentence for the reviewer.
    pub sentence: &'static str,
}

macro_rules! reasons {
    ($($name:ident = $text:literal, $outcome:ident, $row:literal, $sentence:literal;)*) => {
        /// Why a payment got its outcome: a stable short word in every output.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[non_exhaustive]
        pub enum ReasonCode {
            $(#[doc = $sentence] #[serde(rename = $text)] $name,)*
        }
        const TABLE: &[ReasonRow] = &[
            $(ReasonRow { code: ReasonCode::$name, outcome: Outcome::$outcome, policy_row: $row, sentence: $sentence },)*
        ];
        impl ReasonCode {
            /// The stable text form.
            pub fn as_str(self) -> &'static str {
                match self { $(ReasonCode::$name => $text,)* }
            }
            /// The sentence for the reviewer.
            pub fn sentence(self) -> &'static str {
                match self { $(ReasonCode::$name => $sentence,)* }
            }
            /// Reads the text form.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(ReasonCode::$name),)* _ => None }
            }
        }
    };
}

reasons! {
    NamedItemExact = "NAMED_ITEM_EXACT", Applied, 0, "The text names the document and the amount is exact.";
    NamedSetExact = "NAMED_SET_EXACT", Applied, 0, "The text names the documents and their sum is exact.";
    ReferenceExact = "REFERENCE_EXACT", Applied, 0, "The structured reference of the document came back and the amount is exact.";
    PayerAmountUnique = "PAYER_AMOUNT_UNIQUE", Applied, 11, "The payer's account is known and only one document has this amount.";
    NameAmountUnique = "NAME_AMOUNT_UNIQUE", Applied, 11, "The payer's name fits one customer only, and only one document has this amount.";
    SumUnique = "SUM_UNIQUE", Applied, 11, "Exactly one set of the payer's documents gives this sum.";
    WholeAccount = "WHOLE_ACCOUNT", Applied, 11, "The payment is the balance of everything the payer has open.";
    CompleteSet = "COMPLETE_SET", Applied, 10, "As many equal payments as equal documents of this customer: no matter which pays which.";
    DiscountInTerm = "DISCOUNT_IN_TERM", Applied, 1, "The document less its cash discount, paid in time.";
    RoundingWrittenOff = "ROUNDING_WRITTEN_OFF", Applied, 2, "A difference of a few cents was written off.";
    ChargesStated = "CHARGES_STATED", Applied, 3, "The shortfall equals the charges that the statement states.";
    PartialAnnounced = "PARTIAL_ANNOUNCED", Applied, 4, "The text announces a part payment of a document named exactly.";
    OverpaidOnAccount = "OVERPAID_ON_ACCOUNT", Applied, 5, "The named document is closed and the small rest is put on account.";
    CreditNoteNetted = "CREDIT_NOTE_NETTED", Applied, 18, "The documents less the customer's only open credit note give the exact amount.";
    ThirdPartyExact = "THIRD_PARTY_EXACT", Applied, 6, "Somebody else pays: every document is named exactly and the sum is exact.";
    OnAccount = "ON_ACCOUNT", Applied, 8, "The payer is certain and the policy puts such money on account.";
    ReviewerDecision = "REVIEWER_DECISION", Applied, 0, "A reviewer decided.";
    TakenBack = "TAKEN_BACK", Queued, 0, "An earlier decision was taken back.";
    ReturnReopened = "RETURN_REOPENED", Reopened, 13, "The payment came back: what it had closed is open again.";
    NoReference = "NO_REFERENCE", Queued, 11, "No document is named, and payer and amount alone do not decide.";
    UnknownPayer = "UNKNOWN_PAYER", Queued, 6, "Neither a document nor a known customer was found.";
    Ambiguous = "AMBIGUOUS", Queued, 10, "Several answers fit about equally well.";
    Tie = "TIE", Queued, 10, "Several payments claim the same document.";
    AmountShort = "AMOUNT_SHORT", Queued, 4, "Less was paid than the documents ask for, and nothing explains the difference.";
    AmountOver = "AMOUNT_OVER", Queued, 5, "More was paid than the documents ask for.";
    PartialSilent = "PARTIAL_SILENT", Queued, 4, "A part of the document was paid without a word.";
    Contradiction = "CONTRADICTION", Queued, 7, "The number names one document, payer and amount say another.";
    ThirdPayer = "THIRD_PAYER", Queued, 6, "A known customer pays a document of another customer.";
    DiscountLate = "DISCOUNT_LATE", Queued, 1, "The discount was taken after its date.";
    DiscountRate = "DISCOUNT_RATE", Queued, 1, "The discount taken is not the one agreed.";
    DuplicateSuspect = "DUPLICATE_SUSPECT", Queued, 8, "This looks like a second payment of the same document.";
    AlreadyPaid = "ALREADY_PAID", Queued, 8, "The document named is already paid.";
    BlockedItem = "BLOCKED_ITEM", Queued, 15, "The document is disputed, blocked, assigned or written down.";
    CustomerHold = "CUSTOMER_HOLD", Queued, 15, "Nothing is automatic for this customer.";
    CurrencyDiffers = "CURRENCY", Queued, 9, "The document is in another currency.";
    CheckDigit = "CHECK_DIGIT", Queued, 0, "The structured reference fails its check digit.";
    NameSpoof = "NAME_SPOOF", Queued, 17, "The payer's name mixes scripts or hides characters.";
    ReturnUnmatched = "RETURN_UNMATCHED", Queued, 13, "A payment came back, and it is not certain which.";
    BatchUnsplit = "BATCH_UNSPLIT", Queued, 0, "A batch whose details are missing or do not sum.";
    WrongCompany = "WRONG_COMPANY", Queued, 7, "The document belongs to another company of the group.";
    Prepayment = "PREPAYMENT", Queued, 8, "Money before the document, or for an order.";
    PolicyLimit = "POLICY_LIMIT", Queued, 15, "The amount or the estimated chance of error is above the policy's limit.";
    StatementBreak = "STATEMENT_BREAK", Queued, 14, "The statement does not tie out.";
    StatementUnproven = "STATEMENT_UNPROVEN", Queued, 14, "The statement has no balances to prove it by.";
    StatementGap = "STATEMENT_GAP", Queued, 14, "A statement is missing before this one.";
    StatementOverlap = "STATEMENT_OVERLAP", Queued, 14, "Part of the statement also stands in another one.";
    SearchCap = "SEARCH_CAP", Queued, 11, "Too many combinations to count them all.";
    RefundSuspect = "REFUND_SUSPECT", Queued, 12, "A customer that is also a supplier may have refunded us.";
    Settlement = "SETTLEMENT", Queued, 12, "A collective payment of a provider, which needs its own list.";
    MistypedNumber = "MISTYPED_NUMBER", Queued, 19, "The number as written does not exist; a similar one does.";
    OlderThanDocument = "OLDER_THAN_DOCUMENT", Queued, 16, "The payment is older than the document, which it does not name exactly.";
    RegisteredGate = "REGISTERED_GATE", Queued, 0, "A gate that was registered with tieout stopped it.";
    Outgoing = "OUTGOING", NotReceivable, 12, "Money that we paid.";
    Fee = "FEE", NotReceivable, 12, "A fee of the bank, or its refund.";
    Interest = "INTEREST", NotReceivable, 12, "Interest of the bank.";
    OwnTransfer = "OWN_TRANSFER", NotReceivable, 12, "Between our own accounts.";
    TaxOffice = "TAX_OFFICE", NotReceivable, 12, "From or to a tax office.";
    SupplierRefund = "SUPPLIER_REFUND", NotReceivable, 12, "A refund of a supplier, or our own payment coming back.";
    CardSettlement = "CARD_SETTLEMENT", NotReceivable, 12, "A card or payment provider's settlement.";
    OtherIncome = "OTHER_INCOME", NotReceivable, 12, "Other money that pays no document: cash, loan, subsidy, payroll.";
    InDetails = "IN_DETAILS", NotReceivable, 0, "The entry came again with its details, which stand for it.";
    ZeroAmount = "ZERO_AMOUNT", NotReceivable, 12, "A notice without money.";
}

/// The table of all reasons, in the order of the documentation.
pub fn reason_table() -> &'static [ReasonRow] {
    TABLE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_parse_back() {
        for row in reason_table() {
            assert_eq!(ReasonCode::parse(row.code.as_str()), Some(row.code));
            assert!(row.sentence.ends_with('.'));
        }
    }
}
