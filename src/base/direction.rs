use serde::{Deserialize, Serialize};

/// Which way the money moves, seen from the account owner (ISO 20022 `CdtDbtInd`, SWIFT `:61:` mark).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CreditDebit {
    /// Money in: the balance grows.
    #[serde(rename = "CRDT")]
    Credit,
    /// Money out: the balance shrinks.
    #[serde(rename = "DBIT")]
    Debit,
}

impl CreditDebit {
    /// `+1` for a credit, `-1` for a debit.
    pub fn sign(self) -> i64 {
        match self {
            CreditDebit::Credit => 1,
            CreditDebit::Debit => -1,
        }
    }

    /// The ISO 20022 code, `CRDT` or `DBIT`.
    pub fn code(self) -> &'static str {
        match self {
            CreditDebit::Credit => "CRDT",
            CreditDebit::Debit => "DBIT",
        }
    }
}
