//! What a person said about a payment: the words of the decision columns, and who signed them.

use super::ReasonCode;
use crate::base::{ContentId, content_id};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

macro_rules! words {
    ($(#[doc = $doc:literal])* $name:ident { $($variant:ident = $text:literal, $meaning:literal;)* }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum $name {
            $(#[doc = $meaning] #[serde(rename = $text)] $variant,)*
        }
        impl $name {
            /// All of them in the order of the documentation.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];
            /// The word as it stands in files.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }
            /// What it means, for the reviewer.
            pub fn meaning(self) -> &'static str {
                match self { $($name::$variant => $meaning,)* }
            }
            /// Reads the word, exactly as it stands in files.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some($name::$variant),)* _ => None }
            }
        }
    };
}

words! {
    /// The decision on one payment (column `decision`).
    Verdict {
        Accept1 = "accept_1", "The first proposal is right.";
        Accept2 = "accept_2", "The second proposal is right.";
        Accept3 = "accept_3", "The third proposal is right.";
        Apply = "apply", "It pays the documents named in `documents`.";
        OnAccount = "on_account", "It goes on the account of the customer (`decision_customer`, else the proposed one), without a document.";
        Unidentified = "unidentified", "Nobody knows whose money it is; it is kept as unidentified and stays at the end of the queue.";
        NotReceivable = "not_receivable", "It is no customer money; `category` says what it is.";
        Refund = "refund", "It is to be paid back.";
        Reject = "reject", "None of the proposals is right; it stays in the queue without being decided.";
        Defer = "defer", "Not now; it stays in the queue.";
    }
}

words! {
    /// What becomes of the difference between the payment and its documents (column `difference_code`).
    DifferenceCode {
        KeepOpen = "keep_open", "What is missing stays open on the document.";
        Discount = "discount", "What is missing is granted as a cash discount.";
        Writeoff = "writeoff", "What is missing is written off.";
        Charges = "charges", "What is missing are bank charges that we bear; of a return, what the bank took beside it.";
        OnAccount = "on_account", "What is paid too much goes on the customer's account.";
    }
}

impl Verdict {
    /// Which proposal is accepted, counted from 1.
    pub fn proposal(self) -> Option<usize> {
        match self {
            Verdict::Accept1 => Some(1),
            Verdict::Accept2 => Some(2),
            Verdict::Accept3 => Some(3),
            _ => None,
        }
    }
}

/// How sure it is who decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// A typed name.
    Claimed,
    /// A signature of a key that the policy lists, or the embedding system's word.
    Verified,
}

impl Identity {
    /// The text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Identity::Claimed => "claimed",
            Identity::Verified => "verified",
        }
    }
}

/// How far a decision of people has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReviewState {
    /// It was carried out.
    Done,
    /// It needs the signature of a second person.
    Waiting,
    /// The payment stays in the queue: deferred, rejected or unidentified.
    Noted,
}

/// One person behind a decision.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Signer {
    /// Name as in `decided_by`.
    pub name: String,
    /// How sure that is.
    pub identity: Identity,
    /// When, as the file says: the column `decided_at`, else the time at which the spreadsheet was saved. Never the clock.
    pub at: Option<String>,
    /// File and cell, as `exceptions.xlsx:Exceptions!AM14`.
    pub source: String,
    /// SHA-256 of that file.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "Option::is_none"))]
    pub file_sha256: Option<String>,
}

// For people, a hash that is not known is left out; a binary form needs every part.
impl Serialize for Signer {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let all = !s.is_human_readable();
        let mut parts = s.serialize_struct("Signer", 5)?;
        parts.serialize_field("name", &self.name)?;
        parts.serialize_field("identity", &self.identity)?;
        parts.serialize_field("at", &self.at)?;
        parts.serialize_field("source", &self.source)?;
        if all || self.file_sha256.is_some() {
            parts.serialize_field("file_sha256", &self.file_sha256)?;
        }
        parts.end()
    }
}

impl Signer {
    /// The cell without the name of the file, which a copy may bear another of.
    pub fn cell(&self) -> &str {
        self.source.rsplit_once(':').map_or("", |(_, cell)| cell)
    }
}

/// The id under which a payment stands in the queue.
pub fn exception_id(payment_id: &ContentId) -> ContentId {
    content_id('x', &[payment_id.as_str()])
}

/// What people decided on one payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Review {
    /// How far it has come.
    pub state: ReviewState,
    /// The decision.
    pub decision: Verdict,
    /// Documents with amounts as `apply` understood them, empty otherwise.
    pub documents: String,
    /// The customer that was chosen.
    pub customer_id: Option<String>,
    /// What becomes of the difference.
    pub difference_code: Option<DifferenceCode>,
    /// What it is, for money that is not a receivable.
    pub category: Option<ReasonCode>,
    /// The reviewer's words.
    pub comment: String,
    /// Who, the first one first. More than one where the policy asks for two.
    pub signers: Vec<Signer>,
}

impl Review {
    /// Whether it left the payment in the queue with a verdict that the next reviewer must know: rejected or unidentified.
    pub fn is_verdict_in_queue(&self) -> bool {
        self.state == ReviewState::Noted && matches!(self.decision, Verdict::Reject | Verdict::Unidentified)
    }

    /// The names, as they stand in `decided_by`.
    pub fn names(&self) -> String {
        self.signers.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(" + ")
    }

    /// `Anna decided accept_1 on 2026-04-21T09:14:00Z (exceptions.xlsx:Exceptions!AM14)`.
    pub fn told(&self) -> String {
        let one = |s: &Signer| match &s.at {
            Some(at) => format!("{} decided {} on {at} ({})", s.name, self.decision.as_str(), s.source),
            None => format!("{} decided {} ({})", s.name, self.decision.as_str(), s.source),
        };
        self.signers.iter().map(one).collect::<Vec<_>>().join("; ")
    }
}
