use super::{Empty, Rare, TransactionDetails};
use crate::base::{Money, Place, Record};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// One booked (or announced) line on the account (camt `Ntry`, `:61:`, a CSV row).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Signed effect on the account: positive is money in. In MT940 `RC` is negative and `RD` positive; in camt `CdtDbtInd`
    /// alone decides and `RvslInd` only informs.
    pub amount: Money,
    /// The entry takes back an earlier one (`RvslInd`, `RC`, `RD`).
    pub reversal: bool,
    /// Only booked money is applied.
    pub status: EntryStatus,
    /// The day it is on the books.
    pub booking_date: Option<NaiveDate>,
    /// The booking date was not given and derived (value date, or date of the closing balance).
    pub booking_date_derived: bool,
    /// The day from which it counts for interest.
    pub value_date: Option<NaiveDate>,
    /// What sort of movement.
    pub bank_code: Rare<BankCode>,
    /// The bank's id of the entry (`AcctSvcrRef`; `:61:` after `//`).
    pub servicer_reference: Option<String>,
    /// The bank's number of the entry in the statement (`NtryRef`; `Volgnr`).
    pub entry_reference: Option<String>,
    /// Our own id, when we started the movement (`:61:` reference for the account owner).
    pub owner_reference: Option<String>,
    /// The batch as described, if the entry stands for several payments.
    pub batch: Option<Box<Batch>>,
    /// Fees stated on the entry.
    pub charges: Vec<Charge>,
    /// One per payment inside the entry. MT940 and CSV give one; camt none, one or many.
    pub details: Vec<TransactionDetails>,
    /// The bank's free text (`AddtlNtryInf`, the whole `:86:`), lines kept apart by `\n`.
    pub narrative: Option<String>,
    /// Where it stands.
    pub place: Place,
}

impl Record for Entry {}

/// Status of an entry (`Sts`). MT942's `EC`/`ED` are pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum EntryStatus {
    /// Booked.
    Book,
    /// Expected.
    Pdng,
    /// Information only.
    Info,
    /// Booked with a later value (external status code); not yet money to apply.
    Futr,
    /// A status of the bank's own, read as not booked.
    Other,
}

impl EntryStatus {
    /// The ISO code; `OTHER` for a bank's own.
    pub fn as_str(self) -> &'static str {
        match self {
            EntryStatus::Book => "BOOK",
            EntryStatus::Pdng => "PDNG",
            EntryStatus::Info => "INFO",
            EntryStatus::Futr => "FUTR",
            EntryStatus::Other => "OTHER",
        }
    }
}

/// Several payments booked as one entry (`NtryDtls/Btch`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// The sender's message id.
    pub message_id: Option<String>,
    /// The sender's payment information id.
    pub payment_info_id: Option<String>,
    /// How many payments.
    pub count: Option<u64>,
    /// Their total, signed like the entry.
    pub total: Option<Money>,
}

/// Fees taken on the way (`Chrgs/Rcrd`; `/CHGS/`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Charge {
    /// Unsigned, as stated.
    pub amount: Money,
    /// Whether the entry's amount already has the fee taken off (`ChrgInclInd`); `None` if not said.
    pub included: Option<bool>,
    /// The charge is a credit to us (a refund of fees).
    pub credit: bool,
}

/// What sort of movement: the ISO domain code, the bank's own, SWIFT's type and the German GVC, as far as given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankCode {
    /// ISO domain, `PMNT`.
    pub domain: Option<String>,
    /// ISO family, `RCDT`.
    pub family: Option<String>,
    /// ISO sub-family, `ESCT`.
    pub sub_family: Option<String>,
    /// The bank's own code, or the CSV's booking text code.
    pub proprietary: Option<String>,
    /// Who defines the proprietary code.
    pub issuer: Option<String>,
    /// SWIFT transaction type, `NTRF`.
    pub swift: Option<String>,
    /// German business transaction code, three digits, `166`.
    pub gvc: Option<String>,
    /// Text key addition (`?34`): return reason or sequence type, three digits.
    pub text_key: Option<String>,
    /// The bank's booking text (`?00`, Buchungstext).
    pub text: Option<String>,
}

impl Empty for BankCode {
    fn empty() -> &'static Self {
        static EMPTY: BankCode = BankCode {
            domain: None,
            family: None,
            sub_family: None,
            proprietary: None,
            issuer: None,
            swift: None,
            gvc: None,
            text_key: None,
            text: None,
        };
        &EMPTY
    }
}

impl BankCode {
    /// One text for outputs: `PMNT/RCDT/ESCT`, else the SWIFT type and GVC, else the bank's own code or text.
    pub fn label(&self) -> String {
        if let Some(domain) = &self.domain {
            let parts = [Some(domain), self.family.as_ref(), self.sub_family.as_ref()];
            return parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("/");
        }
        let parts = [self.swift.as_ref(), self.gvc.as_ref(), self.proprietary.as_ref()];
        let label = parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("+");
        if label.is_empty() { self.text.clone().unwrap_or_default() } else { label }
    }
}
