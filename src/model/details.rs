use super::{BankCode, Charge, Empty, Rare};
use crate::base::Money;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// One payment inside an entry (`NtryDtls/TxDtls`; the `:86:` of a `:61:`; a CSV row's payment columns).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TransactionDetails {
    /// Signed effect in the account's currency, where given or derivable. From 07 on camt may leave direction out: inherited.
    pub amount: Option<Money>,
    /// Other amounts of the payment.
    pub amounts: Rare<AmountDetails>,
    /// The payer's own id; `NOTPROVIDED` and the like are read as absent.
    pub end_to_end_id: Option<String>,
    /// Instruction id.
    pub instruction_id: Option<String>,
    /// Transaction id.
    pub transaction_id: Option<String>,
    /// Message id.
    pub message_id: Option<String>,
    /// Payment information id: the batch as the sender named it.
    pub payment_info_id: Option<String>,
    /// Direct-debit permission.
    pub mandate_id: Option<String>,
    /// SEPA creditor identifier.
    pub creditor_id: Option<String>,
    /// Worldwide unique id of the payment.
    pub uetr: Option<String>,
    /// The bank's id of this payment.
    pub servicer_reference: Option<String>,
    /// Cheque number.
    pub cheque_number: Option<String>,
    /// Who pays.
    pub debtor: Rare<Party>,
    /// Who is paid.
    pub creditor: Rare<Party>,
    /// On whose behalf; often the true customer when a group or an agent pays.
    pub ultimate_debtor: Rare<Party>,
    /// For whom it is.
    pub ultimate_creditor: Rare<Party>,
    /// What the payer says it is for.
    pub remittance: Remittance,
    /// Why it came back.
    pub returned: Option<ReturnInfo>,
    /// Fees stated on this payment.
    pub charges: Vec<Charge>,
    /// What sort of movement, if the detail says its own.
    pub bank_code: Rare<BankCode>,
    /// Purpose code.
    pub purpose: Option<String>,
    /// The bank's free text (`AddtlTxInf`).
    pub narrative: Option<String>,
}

/// Amounts beside the booked one (`AmtDtls`; `/OCMT/`, `OAMT+`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmountDetails {
    /// What the payer ordered, in his currency, before charges; the original amount of a return.
    pub instructed: Option<Money>,
    /// What moved.
    pub transaction: Option<Money>,
    /// What it is in the other currency.
    pub counter_value: Option<Money>,
    /// Exchange rate as written.
    pub exchange_rate: Option<String>,
}

/// A party of a payment with its account and bank.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Name as written.
    pub name: Option<String>,
    /// Account as written, blanks removed.
    pub account: Option<String>,
    /// BIC or national bank code of the party's bank.
    pub agent: Option<String>,
    /// Organisation or private id.
    pub id: Option<String>,
    /// Country, ISO 3166, from the address.
    pub country: Option<String>,
}

impl Empty for AmountDetails {
    fn empty() -> &'static Self {
        static EMPTY: AmountDetails =
            AmountDetails { instructed: None, transaction: None, counter_value: None, exchange_rate: None };
        &EMPTY
    }
}

impl Empty for Party {
    fn empty() -> &'static Self {
        static EMPTY: Party = Party { name: None, account: None, agent: None, id: None, country: None };
        &EMPTY
    }
}

impl Party {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.name.is_none() && self.account.is_none() && self.agent.is_none() && self.id.is_none()
    }
}

/// The payer's words or data on what is paid (`RmtInf`; `SVWZ+`; `/REMI/`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remittance {
    /// Free text pieces in order. A number may be cut between two pieces: readers keep them apart, matching tries them
    /// joined and apart.
    pub unstructured: Vec<String>,
    /// Documents and references in fields.
    pub structured: Vec<StructuredRemittance>,
}

/// One structured remittance (`RmtInf/Strd`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StructuredRemittance {
    /// The reference we gave (`CdtrRefInf/Ref`), as written.
    pub creditor_reference: Option<String>,
    /// Its type: `SCOR`, `QRR`, `ISR Reference` …
    pub reference_type: Option<String>,
    /// Its issuer: `BBA`, `CUR`, `ISO` …
    pub reference_issuer: Option<String>,
    /// Documents named.
    pub documents: Vec<DocumentRef>,
    /// Free text inside the structure (`AddtlRmtInf`).
    pub additional: Vec<String>,
}

/// A document named in fields (`RfrdDocInf`, `RfrdDocAmt`; both shapes, before camt version 12 and from it).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DocumentRef {
    /// `CINV`, `CREN`, `DEBN` …
    pub kind: Option<String>,
    /// Number.
    pub number: Option<String>,
    /// Date.
    pub date: Option<NaiveDate>,
    /// What the document asked for.
    pub due_payable: Option<Money>,
    /// Discount the payer took.
    pub discount_applied: Option<Money>,
    /// Credit the payer set off.
    pub credit_note_amount: Option<Money>,
    /// Tax stated.
    pub tax: Option<Money>,
    /// What is truly paid for the document.
    pub remitted: Option<Money>,
    /// Adjustments with the payer's reason, signed: positive raises what is paid.
    pub adjustments: Vec<(Money, Option<String>)>,
}

/// A payment sent back (`RtrInf`; `/RTRN/`; `?34`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnInfo {
    /// ISO external return reason code, `AC04`, or the bank's own.
    pub reason: Option<String>,
    /// More text.
    pub text: Vec<String>,
}

/// Whether a reference text only says that there is none: `NOTPROVIDED`, `NONREF`, `NA`, `0`, `-` …
pub fn is_no_reference(text: &str) -> bool {
    // With a digit other than zero it is one.
    if text.bytes().any(|b| matches!(b, b'1'..=b'9')) {
        return false;
    }
    let compact: String = text.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_uppercase()).collect();
    matches!(
        compact.as_str(),
        "" | "NOTPROVIDED"
            | "NOTPROVIDE"
            | "NOTPROVID"
            | "NONREF"
            | "NONE"
            | "NA"
            | "N"
            | "NOREF"
            | "NOTAVAILABLE"
            | "UNKNOWN"
    ) || compact.bytes().all(|b| b == b'0')
}
