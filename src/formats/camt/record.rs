//! What the bank wrote, element by element, before any of it is weighed. Figures, dates and directions are read exactly; nothing
//! is inherited, signed or chosen yet. Version 14 and version 1 look the same from here on.

use crate::base::{CreditDebit, Currency, Money, Place};
use crate::model::{AmountDetails, BankCode, Batch, Charge, CopyMark, Page, Rare, TransactionDetails};
use chrono::NaiveDate;
use smallvec::SmallVec;

/// `GrpHdr`.
#[derive(Debug, Default)]
pub(super) struct RawHeader {
    pub created: Option<NaiveDate>,
    pub page: Option<Page>,
}

/// `Stmt`, `Rpt` or `Ntfctn` without its entries.
#[derive(Debug, Default)]
pub(super) struct RawStatement {
    pub place: Place,
    pub id: Option<String>,
    pub electronic_sequence: Option<String>,
    pub legal_sequence: Option<String>,
    pub created: Option<NaiveDate>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub page: Option<Page>,
    pub copy: Option<CopyMark>,
    pub account: Option<String>,
    pub currency: Option<Currency>,
    pub account_name: Option<String>,
    pub owner: Option<String>,
    pub servicer: Option<String>,
    pub balances: Vec<RawBalance>,
    pub totals: RawTotals,
    pub narrative: Vec<String>,
}

/// `Bal`.
#[derive(Debug, Default)]
pub(super) struct RawBalance {
    pub place: Place,
    pub code: Option<String>,
    pub sub_code: Option<String>,
    pub amount: Option<Money>,
    pub direction: Option<CreditDebit>,
    pub date: Option<NaiveDate>,
}

/// `TxsSummry`. Sums have no currency of their own.
#[derive(Debug, Default)]
pub(super) struct RawTotals {
    pub all: RawTotal,
    pub credits: RawTotal,
    pub debits: RawTotal,
    pub net: Option<(i128, u8)>,
    pub net_direction: Option<CreditDebit>,
}

/// One count and sum.
#[derive(Debug, Default)]
pub(super) struct RawTotal {
    pub count: Option<u64>,
    pub sum: Option<(i128, u8)>,
}

/// `Ntry`. All amounts without sign.
#[derive(Debug, Default)]
pub(super) struct RawEntry {
    pub place: Place,
    pub reference: Option<String>,
    pub amount: Option<Money>,
    pub direction: Option<CreditDebit>,
    /// `CdtDbtInd` stands there and is empty.
    pub direction_empty: bool,
    pub reversal: bool,
    pub status: Option<String>,
    pub booking_date: Option<NaiveDate>,
    pub value_date: Option<NaiveDate>,
    pub servicer_reference: Option<String>,
    pub bank_code: Rare<BankCode>,
    pub amounts: Rare<AmountDetails>,
    pub charges: Vec<Charge>,
    pub batch: Option<Box<RawBatch>>,
    pub details: Vec<TransactionDetails>,
    /// One for each of `details`.
    pub stated: SmallVec<[Stated; 1]>,
    pub narrative: Option<String>,
}

/// `NtryDtls/Btch`.
#[derive(Debug, Default)]
pub(super) struct RawBatch {
    pub batch: Batch,
    pub direction: Option<CreditDebit>,
}

/// Amount and direction of a `TxDtls`, without sign; [`TransactionDetails::amount`] is still empty.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Stated {
    pub amount: Option<Money>,
    pub direction: Option<CreditDebit>,
}
