use super::{Empty, Rare};
use crate::base::{Currency, Text};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A document with money still owed or owing (`tieout.open-items/1`), or one closed before that is kept as evidence.
///
/// Amounts are minor units of [`OpenItem::currency`], signed: positive means that the customer owes us.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenItem {
    /// Legal entity whose receivable it is; empty when there is only one.
    pub company: Text,
    /// The key that the ERP posts against; unique in the company; opaque.
    pub item_id: Text,
    /// The number that the customer sees and quotes.
    pub doc_no: Text,
    /// Invoice, credit note …
    pub kind: ItemKind,
    /// Whose account it is on.
    pub customer_id: Text,
    /// The customer's name as the ERP has it; may be empty.
    pub customer_name: Text,
    /// ISO 4217.
    pub currency: Currency,
    /// Original amount less all allocations so far, in minor units, signed.
    pub open_amount: i64,
    /// Original amount, same sign; the open amount where the source gives none.
    pub amount: i64,
    /// Date of the document.
    pub doc_date: Option<NaiveDate>,
    /// When it should be paid.
    pub due_date: Option<NaiveDate>,
    /// Structured reference printed on the document (RF, QRR, KID, OCR, VS, OGM …).
    pub payment_reference: Option<Text>,
    /// Order, delivery, contract, purchase-order, reminder and statement-of-account numbers.
    pub refs: Box<[Text]>,
    /// Cash discount, the earliest tier first; at most two.
    pub discounts: Box<[DiscountTier]>,
    /// How the money is expected.
    pub expected_by: Option<ExpectedBy>,
    /// Whether and how it may be applied to.
    pub status: ItemStatus,
    /// What many books leave empty.
    pub more: Rare<ItemMore>,
    /// The line on which it stands in the input, counted from 1; 0 for one of no file.
    pub line: u32,
}

/// What many books leave empty of an item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemMore {
    /// Customer that usually pays for this one.
    pub payer_id: Option<String>,
    /// Direct-debit mandate.
    pub mandate_id: Option<String>,
    /// Collection batch it was sent in.
    pub collection_id: Option<String>,
    /// General ledger account, carried through.
    pub gl_account: Option<String>,
    /// Version for compare-and-set when posting, carried through.
    pub version: Option<String>,
    /// Columns that start with `x_`, carried through untouched, and the base-currency columns.
    pub extra: BTreeMap<String, String>,
}

impl Empty for ItemMore {
    fn empty() -> &'static Self {
        static EMPTY: ItemMore = ItemMore {
            payer_id: None,
            mandate_id: None,
            collection_id: None,
            gl_account: None,
            version: None,
            extra: BTreeMap::new(),
        };
        &EMPTY
    }
}

/// Kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// Raises what the customer owes.
    #[default]
    Invoice,
    /// Lowers it.
    CreditNote,
    /// Raises it, as a correction.
    DebitNote,
    /// Asked for in advance.
    DownPayment,
    /// Money of the customer that waits for use.
    OnAccount,
    /// Anything else on the account.
    Journal,
}

impl ItemKind {
    /// All kinds with their text form.
    pub const ALL: [(&'static str, ItemKind); 6] = [
        ("invoice", ItemKind::Invoice),
        ("credit_note", ItemKind::CreditNote),
        ("debit_note", ItemKind::DebitNote),
        ("down_payment", ItemKind::DownPayment),
        ("on_account", ItemKind::OnAccount),
        ("journal", ItemKind::Journal),
    ];

    /// The text form.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, k)| *k == self).map_or("", |(t, _)| t)
    }
}

/// How the money of an item is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExpectedBy {
    /// The customer transfers it.
    Transfer,
    /// We collect it.
    DirectDebit,
    /// A card acquirer settles it.
    Card,
    /// By cheque.
    Cheque,
}

impl ExpectedBy {
    /// All with their text form.
    pub const ALL: [(&'static str, ExpectedBy); 4] = [
        ("transfer", ExpectedBy::Transfer),
        ("direct_debit", ExpectedBy::DirectDebit),
        ("card", ExpectedBy::Card),
        ("cheque", ExpectedBy::Cheque),
    ];
}

/// Status of an item (POLICY row 15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// May be applied.
    #[default]
    Open,
    /// No reminders; may be applied.
    DunningBlock,
    /// Never automatic.
    PaymentHold,
    /// Never automatic.
    Disputed,
    /// Never automatic.
    InCollection,
    /// Sold to a factor; never automatic.
    Assigned,
    /// Never automatic.
    Insolvent,
    /// Never automatic.
    WrittenDown,
    /// Paid before (open amount 0); evidence for duplicates and returns.
    Closed,
}

impl ItemStatus {
    /// All with their text form.
    pub const ALL: [(&'static str, ItemStatus); 9] = [
        ("open", ItemStatus::Open),
        ("dunning_block", ItemStatus::DunningBlock),
        ("payment_hold", ItemStatus::PaymentHold),
        ("disputed", ItemStatus::Disputed),
        ("in_collection", ItemStatus::InCollection),
        ("assigned", ItemStatus::Assigned),
        ("insolvent", ItemStatus::Insolvent),
        ("written_down", ItemStatus::WrittenDown),
        ("closed", ItemStatus::Closed),
    ];

    /// The text form.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, s)| *s == self).map_or("", |(t, _)| t)
    }

    /// Whether the status forbids automatic application.
    pub fn blocks(self) -> bool {
        !matches!(self, ItemStatus::Open | ItemStatus::DunningBlock | ItemStatus::Closed)
    }
}

/// One tier of cash discount, resolved to an amount on reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscountTier {
    /// Last day, before it is moved over weekends and holidays.
    pub until: NaiveDate,
    /// What may be taken off, in minor units, same sign as the item: `discount_amount`, else percent of the base rounded
    /// half up (POLICY row 1).
    pub amount: i64,
    /// Percent in hundredths, where the source gives percent: 2 % is 200.
    pub percent_hundredths: Option<u32>,
}
